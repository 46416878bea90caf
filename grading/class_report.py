"""One page about a class: who needs help with what, which mistakes how often, which question is bad.

Everything comes from the gradebook and the autograded notebooks. The page is static; CSV files with
the same numbers lie beside it.
"""

import csv
import hashlib
import hmac
import json
import re
import secrets
import statistics
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbgrader.api import Gradebook
from tqdm import tqdm

from grading.assignment import CourseError
from grading.exercises import read_exercises
from grading.marks import Marks, read_marks
from grading.report import cell

TEMPLATES = Path(__file__).parent / "templates"
LEAST = 5  # a smaller group could tell who is meant
HELP = 0.6  # who has a smaller share of an assignment's points may need help
MOST_ROWS = 50  # of mistakes and of clusters
BINS = 10
LETTER = re.compile(r"""return\s+["'](\w)["']""")


@dataclass
class Work:
    """What one student's notebook tells.

    shares:   {test or question: share of its points}
    checks:   {test or question: (exercise, check)}
    mistakes: [(exercise, anchor on the feedback page, hint)]
    blank:    exercises that were not answered
    unnamed:  [(exercise, anchor, check, problem)] where no mistake was recognised
    lost:     exercises with lost points
    letters:  {quiz question: option}
    person:   why a person must look, or ''
    """

    student: str
    notebook: str
    points: float = 0.0
    most: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    checks: dict[str, tuple[str, str]] = field(default_factory=dict)
    mistakes: list[tuple[str, str, str]] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    unnamed: list[tuple[str, str, str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    person: str = ""
    seconds: float = 0.0
    sandbox: str = ""


def read_work(student: str, path: Path, marks: Marks) -> Work:
    """Return the Work of an autograded notebook; where it cannot be read, with the reason."""
    work = Work(student, path.stem)
    work.points = max(0.0, sum(mark.points for mark in marks.cells.values()) - marks.penalty)
    work.most = sum(mark.most for mark in marks.cells.values())
    try:
        notebook = nbformat.from_dict(json.loads(path.read_bytes()))
        exercises = read_exercises(notebook, marks)
    except Exception as error:
        work.person = f"{type(error).__name__}: the autograded notebook cannot be read"
        return work
    for number, exercise in enumerate(exercises, 1):
        _note(work, exercise, f"exercise-{number}")
    grading = notebook.metadata.get("grading", {})
    waiting = [exercise.name for exercise in exercises if exercise.waiting]
    work.person = grading.get("failed", "") or (f"points by hand: {', '.join(waiting)}" if waiting else "")
    work.seconds, work.sandbox = grading.get("seconds", 0.0), grading.get("sandbox", "")
    return work


def _note(work, exercise, anchor):
    for check in exercise.checks:
        if not check.mark.waiting and check.mark.most:
            work.shares[check.key] = check.mark.points / check.mark.most
            work.checks[check.key] = exercise.name, check.name
    if exercise.key.startswith("quiz-") and exercise.answer and not exercise.untouched:
        found = LETTER.findall(exercise.answer[0].source)
        work.letters[exercise.name] = found[-1].lower() if found else "other"
    if not exercise.lost:
        return
    work.lost.append(exercise.name)
    if exercise.untouched:
        work.blank.append(exercise.name)
    elif exercise.by_hand or exercise.key.startswith("quiz-"):
        return
    elif exercise.hints:
        work.mistakes += [(exercise.name, anchor, hint) for hint in exercise.hints]
    else:
        first = exercise.lost[0]
        work.unnamed.append((exercise.name, anchor, first.name, exercise.stopped or first.problem))


@dataclass
class Item:
    """One test or question. discrimination: correlation with the points in the rest, or None."""

    exercise: str
    check: str
    share: float
    discrimination: float | None
    doubt: str


@dataclass
class Group:
    """Students who showed the same. where: links to their code."""

    exercise: str
    text: str
    students: list[tuple[str, str]]


def items(works: list[Work]) -> list[Item]:
    """Return the Items of an assignment in the order of the notebook."""
    names = {key: name for work in works for key, name in work.checks.items()}
    found = []
    for key, (exercise, check) in names.items():
        pairs = [(w.shares[key], sum(w.shares.values()) - w.shares[key]) for w in works if key in w.shares]
        share = statistics.fmean(own for own, _ in pairs)
        value = _correlation(pairs)
        doubt = ""
        if value is not None and value < 0.1:
            doubt = "who does well in the rest does no better here"
        elif share < 0.2:
            doubt = "hardly anybody passes"
        found.append(Item(exercise, check, share, value, doubt if len(pairs) >= 2 * LEAST else ""))
    return found


def _correlation(pairs):
    own, rest = zip(*pairs, strict=True)
    if len(pairs) < 2 or len(set(own)) < 2 or len(set(rest)) < 2:
        return None
    return statistics.correlation(own, rest)


def groups(works: list[Work], link) -> tuple[list[Group], list[Group]]:
    """Return the named mistakes and the unnamed results, each ranked by how many students showed them.

    link: ``link(work, anchor)`` gives the address of a student's code, or ''
    """
    named, unnamed = defaultdict(dict), defaultdict(dict)
    for work in works:
        for exercise, anchor, hint in work.mistakes:
            named[exercise, hint].setdefault(work.student, link(work, anchor))
        for exercise, anchor, check, problem in work.unnamed:
            text = f"{check}: {_alike(problem)}" if check else _alike(problem)
            unnamed[exercise, text].setdefault(work.student, link(work, anchor))
    return _ranked(named), _ranked(unnamed)


def _alike(problem):
    """Return a problem without its numbers: results that differ in these alone are one cluster."""
    return re.sub(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", "…", problem)


def _ranked(found):
    made = [Group(exercise, text, list(students.items())) for (exercise, text), students in found.items()]
    return sorted(made, key=lambda group: (-len(group.students), group.exercise, group.text))


class Report:
    """The works of one assignment, and what follows from them."""

    def __init__(self, name, works, roster, link, alias):
        self.name, self.works = name, works
        self.handed_in = sorted({work.student for work in works})
        self.missing = sorted(set(roster) - set(self.handed_in))
        self.items, (self.mistakes, self.unnamed) = items(works), groups(works, link)
        self.blank = Counter(exercise for work in works for exercise in work.blank)
        self.person = [(alias(w.student), w.person, link(w, "top")) for w in works if w.person]
        self.sandboxes = Counter(work.sandbox for work in works if work.sandbox)
        self.seconds = sorted(work.seconds for work in works)
        self.points = {}
        for work in works:
            points, most = self.points.get(work.student, (0.0, 0.0))
            self.points[work.student] = points + work.points, most + work.most
        self.letters = defaultdict(Counter)
        for work in works:
            for question, letter in work.letters.items():
                self.letters[question][letter] += 1
        self.help = self._help(link, alias)

    def _help(self, link, alias):
        """Return ``[(student, share or None, [(exercise, reason, address)])]`` of who may need a word."""
        found = [(alias(student), None, []) for student in self.missing]
        for work in sorted(self.works, key=lambda w: w.points / w.most if w.most else 0):
            share = work.points / work.most if work.most else 0
            if share < HELP:
                reasons = [(exercise, hint, link(work, anchor)) for exercise, anchor, hint in work.mistakes]
                reasons += [(exercise, problem, link(work, anchor)) for exercise, anchor, _, problem in work.unnamed]
                told = {exercise for exercise, *_ in reasons}
                rest = [exercise for exercise in work.lost if exercise not in told]
                reasons += [(exercise, "not answered" if exercise in work.blank else "", "") for exercise in rest]
                found.append((alias(work.student), share, reasons))
        return found

    @property
    def bins(self):
        """Return ``[(label, students)]``: how many have which share of the points."""
        counts = Counter(min(int(BINS * p / m), BINS - 1) for p, m in self.points.values() if m)
        return [(f"{100 * i // BINS}–{100 * (i + 1) // BINS} %", counts[i]) for i in range(BINS)]


def write_report(converter, names, workers, shared=False, folder=Path("reports")):
    """Write ``folder/class.html`` and the CSV files; return the path of the page.

    converter: of open_course in grading.feedback
    names:     assignments; all that are graded, if none is named
    shared:    for other eyes: pseudonyms, no links to code, no groups under five
    """
    course = converter.coursedir
    with Gradebook(course.db_url, course.course_id) as gradebook:
        roster = [student.id for student in gradebook.students]
        known = [assignment.name for assignment in gradebook.assignments]
        marks = {name: read_marks(gradebook, name) for name in names or known}
    marks = {name: found for name, found in sorted(marks.items()) if found or name in names}
    if empty := [name for name, found in marks.items() if not found]:
        raise CourseError(f"The gradebook holds no graded submission to {', '.join(empty)}.")
    folder.mkdir(exist_ok=True)
    alias = _pseudonyms(folder) if shared else str
    reports = []
    for name, works in _works(course, marks, workers).items():
        reports.append(Report(name, works, roster, _link(course, name, folder, shared), alias))
    if not shared:
        _write_tables(reports, folder)
    path = folder / ("class-shared.html" if shared else "class.html")
    html = _template().render(
        reports=reports,
        progress=_progress(reports, roster, alias),
        shared=shared,
        least=LEAST if shared else 1,
        course=course.course_id,
    )
    path.write_text(html, encoding="utf-8", errors="replace")
    return path.resolve()


def _works(course, marks, workers):
    """Return ``{assignment: [Work]}``, read on several cores."""
    jobs = []
    for name, found in marks.items():
        for (student, notebook), entry in sorted(found.items()):
            path = Path(course.format_path(course.autograded_directory, student, name), f"{notebook}.ipynb")
            jobs.append((name, student, path.resolve(), entry))
    works = {name: [] for name in marks}
    with ProcessPoolExecutor(workers) as pool:
        columns = zip(*((student, path, entry) for _, student, path, entry in jobs), strict=True)
        read = pool.map(read_work, *columns, chunksize=16)
        for (name, *_), work in zip(jobs, tqdm(read, total=len(jobs), desc="report", unit=" notebooks"), strict=True):
            works[name].append(work)
    return works


def _link(course, name, folder, shared):
    """Return ``link(work, anchor)``: the address of a place on a feedback page, '' where there is no page."""

    def link(work, anchor):
        page = Path(course.format_path(course.feedback_directory, work.student, name), f"{work.notebook}.html")
        if shared or not page.exists():
            return ""
        return f"{page.resolve().as_uri()}#{anchor}"

    return link


def _pseudonyms(folder):
    """Return a function from a student to a pseudonym, the same in every report of this folder."""
    path = folder / ".pseudonyms.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex())
    key = path.read_text().encode()
    return lambda student: "student " + hmac.new(key, student.encode(), hashlib.sha256).hexdigest()[:6]


def _progress(reports, roster, alias):
    """Return ``[(student, [share of the points, or None, of each assignment])]``."""
    students = sorted({*roster, *(student for report in reports for student in report.points)})
    rows = []
    for student in students:
        points = [report.points.get(student) for report in reports]
        rows.append((alias(student), [p[0] / p[1] if p and p[1] else None for p in points]))
    return sorted(rows) if alias is not str else rows


def _write_tables(reports, folder):
    for report in reports:
        rows = [[i.exercise, i.check, f"{i.share:.3f}", i.discrimination, i.doubt] for i in report.items]
        _write(folder / f"{report.name}-checks.csv", ["exercise", "check", "share", "discrimination", "doubt"], rows)
        rows = [
            [kind, g.exercise, g.text, len(g.students), " ".join(student for student, _ in g.students)]
            for kind, found in (("named", report.mistakes), ("unnamed", report.unnamed))
            for g in found
        ]
        _write(folder / f"{report.name}-mistakes.csv", ["kind", "exercise", "mistake", "students", "who"], rows)
        rows = [[student, *points] for student, points in sorted(report.points.items())]
        _write(folder / f"{report.name}-points.csv", ["student", "points", "most"], rows)


def _write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8", errors="replace") as stream:
        table = csv.writer(stream)
        table.writerow(head)
        table.writerows([cell(value) for value in row] for row in rows)


def _template():
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["percent"] = lambda share: f"{100 * share:.0f} %"
    environment.filters["frequent"] = lambda groups, least: [g for g in groups if len(g.students) >= least][:MOST_ROWS]
    environment.globals["style"] = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment.get_template("class.html")
