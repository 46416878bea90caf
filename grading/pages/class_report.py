"""One page about a class: who needs help with what, which mistakes how often, which question is bad.

Everything comes from the gradebook and the autograded notebooks. The page is static; CSV files with
the same numbers lie beside it.
"""

import csv
import functools
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets import Unicode
from traitlets.config import Configurable

from grading.course import CourseError
from grading.gradebook import penalize
from grading.languages import folder_of
from grading.marks import Marks, read_marks
from grading.pages import charts, class_page
from grading.pages.classwork import Report, Work, read_work
from grading.report import cell


class ClassReport(Configurable):
    """The settings of the class page in nbgrader_config.py."""

    formgrader_url = Unicode(help="Address of formgrader, for links to what a person has to grade.").tag(config=True)


def write_report(
    converter: BaseConverter, names: Sequence[str], workers: int, shared: bool = False, folder: Path = Path("reports")
) -> Path:
    """Write ``folder/class.html`` and the CSV files; return the path of the page.

    converter: of open_course in grading.feedback
    names:     assignments; all that are graded, if none is named
    shared:    for other eyes: pseudonyms, no links to code, no groups under five
    """
    course = converter.coursedir
    with Gradebook(course.db_url, course.course_id) as gradebook:
        known = names or [assignment.name for assignment in gradebook.assignments]
    for name in known:
        penalize(converter, name)  # points by hand, the deadline and the rules may have changed since the grading
    excluded = set(course.student_id_exclude.split(","))
    with Gradebook(course.db_url, course.course_id) as gradebook:
        roster = [student.id for student in gradebook.students if student.id not in excluded]
        marks = {name: read_marks(gradebook, name) for name in known}
    marks = {n: {key: mark for key, mark in found.items() if key[0] not in excluded} for n, found in marks.items()}
    marks = {name: found for name, found in sorted(marks.items()) if found or name in names}
    if not marks or (empty := [name for name, found in marks.items() if not found]):
        raise CourseError(f"The gradebook holds no graded submission{' to ' + ', '.join(empty) if marks else ''}.")
    folder.mkdir(exist_ok=True)
    alias = _pseudonyms(folder) if shared else str
    reports = []
    with ProcessPoolExecutor(workers) as pool:
        library = pool.submit(charts.library, folder)  # takes seconds in the first run
        for name, works in _works(course, marks, pool, folder_of(course, converter)).items():
            reports.append(Report(name, works, roster, _link(course, name, folder, shared), alias))
    if not shared:
        _write_tables(reports, folder)
    path = folder / ("class-shared.html" if shared else "class.html")
    progress = _progress(reports, roster, alias)
    formgrader = ClassReport(parent=converter).formgrader_url
    html = class_page.render(course.course_id, reports, progress, library.result(), shared, formgrader)
    path.write_text(html, encoding="utf-8", errors="replace")
    return path.resolve()


def _works(
    course: CourseDirectory,
    marks: dict[str, dict[tuple[str, str], Marks]],
    pool: ProcessPoolExecutor,
    languages: Path,
) -> dict[str, list[Work]]:
    """Return ``{assignment: [Work]}``, read on several cores."""
    jobs = []
    for name, found in marks.items():
        for (student, notebook), entry in sorted(found.items()):
            path = Path(course.format_path(course.autograded_directory, student, name), f"{notebook}.ipynb")
            jobs.append((name, student, path.resolve(), entry, languages))
    works: dict[str, list[Work]] = {name: [] for name in marks}
    columns = zip(*(job[1:] for job in jobs), strict=True)
    read = pool.map(read_work, *columns, chunksize=16)
    for (name, *_), work in zip(jobs, tqdm(read, total=len(jobs), desc="report", unit=" notebooks"), strict=True):
        works[name].append(work)
    return works


def _link(course: CourseDirectory, name: str, folder: Path, shared: bool) -> Callable[[Work, str], str]:
    """Return ``link(work, anchor)``: the address of a place on a feedback page, '' where there is no page."""

    @functools.cache
    def page(student: str, notebook: str) -> str:
        path = Path(course.format_path(course.feedback_directory, student, name), f"{notebook}.html")
        return quote(os.path.relpath(path.resolve(), folder.resolve())) if path.exists() else ""

    def link(work: Work, anchor: str) -> str:
        address = "" if shared else page(work.student, work.notebook)
        return address and f"{address}#{anchor}"

    return link


def _pseudonyms(folder: Path) -> Callable[[str], str]:
    """Return a function from a student to a pseudonym, the same in every report of this folder."""
    path = folder / ".pseudonyms.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex())
    key = path.read_text().encode()
    return lambda student: "student " + hmac.new(key, student.encode(), hashlib.sha256).hexdigest()[:8]


def _progress(
    reports: list[Report], roster: list[str], alias: Callable[[str], str]
) -> list[tuple[str, list[float | None]]]:
    """Return ``[(student, [share of the points, or None, of each assignment])]``."""
    students = sorted({*roster, *(student for report in reports for student in report.points)})
    rows = []
    for student in students:
        points = [report.points.get(student) for report in reports]
        rows.append((alias(student), [p[0] / p[1] if p and p[1] else None for p in points]))
    return sorted(rows) if alias is not str else rows


def _write_tables(reports: list[Report], folder: Path) -> None:
    for report in reports:
        head = ["exercise", "check", "students", "passed", "share", "discrimination", "doubt"]
        rows = [
            [i.exercise, i.check, i.students, i.passed, f"{i.share:.3f}", i.discrimination, i.doubt]
            for i in report.items
        ]
        _write(folder / f"{report.name}-checks.csv", head, rows)
        rows = [
            [kind, g.exercise, g.text, len(g.students), " ".join(g.students)]
            for kind, found in (("named", report.mistakes), ("unnamed", report.unnamed))
            for g in found
        ]
        _write(folder / f"{report.name}-mistakes.csv", ["kind", "exercise", "mistake", "students", "who"], rows)
        rows = [[question, option, count, right] for question, option, count, right in report.quiz]
        _write(folder / f"{report.name}-quiz.csv", ["question", "option", "students", "right"], rows)
        rows = [[student, exercise, reason] for student, _, reasons in report.help for exercise, reason, _ in reasons]
        _write(folder / f"{report.name}-help.csv", ["student", "exercise", "reason"], rows)
        rows = [[student, *points] for student, points in sorted(report.points.items())]
        _write(folder / f"{report.name}-points.csv", ["student", "points", "most"], rows)


def _write(path: Path, head: list[str], rows: list[list[Any]]) -> None:
    with open(path, "w", newline="", encoding="utf-8", errors="replace") as stream:
        table = csv.writer(stream)
        table.writerow(head)
        table.writerows([cell(value) for value in row] for row in rows)
