"""The student's side of an assignment: what was handed in, what is run of it, and what is shown of that.

This is the one recipe for a submission. nbgrader's commands and the parallel run both follow it.
"""

import functools
import glob
import hashlib
import html
import json
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import Autograde, BaseConverter
from nbgrader.coursedir import CourseDirectory

from grading.assignment import FILES_BYTES, Assignment, Engine
from grading.course import matching
from grading.languages import language_of
from grading.run.cells import grade_id, is_test, read_notebook
from grading.run.job import Outcome, Verdict, content_key
from grading.run.rebuild import has_work
from grading.times import in_utc, is_clear, read_time

NOTEBOOK_BYTES = 50 * 2**20
OF_THE_EXCHANGE = "timestamp.txt", "submission_secret.txt"  # what nbgrader puts beside the notebooks


@dataclass(frozen=True)
class Folder:
    """What a student handed in.

    notebooks: {name: content}; empty content where there is nothing to run
    problems:  {name: why a person must look}
    notices:   [what the student is told about the files]
    files:     {relative path: content} of the rest
    left_out:  {relative path: reason}
    """

    notebooks: dict[str, bytes]
    problems: dict[str, str]
    notices: list[str]
    files: dict[str, bytes]
    left_out: dict[str, str]


class Submission:
    """One student's folder, read once: what is graded is what autograded/ will hold.

    languages: {notebook: its language, '' for that of source/}
    jobs:      {notebook: Job}
    keys:      {notebook: content key of its Job}
    """

    def __init__(self, assignment: Assignment, student: str, path: str | Path) -> None:
        self.student, self.assignment = student, assignment
        self.folder = read_folder(path, assignment)
        notebooks = self.folder.notebooks.items()
        self.languages = {name: language_of(content, assignment.variants) for name, content in notebooks}
        self.jobs = {
            name: assignment.job(name, content, self.folder.files, language=self.languages[name])
            for name, content in notebooks
        }
        self.keys = {name: content_key(job) for name, job in self.jobs.items()}

    @property
    def timestamp(self) -> datetime | None:
        """When it was handed in (UTC), or None. Raises ValueError if that cannot be read."""
        text = self.folder.files.get("timestamp.txt", b"").decode(errors="replace").strip()[:200]
        try:
            if text and not is_clear(text):
                raise ValueError("it may be another time elsewhere")
            return in_utc(read_time(text, self.assignment.zones)) if text else None
        except (ValueError, OverflowError, OSError) as error:  # a zone is looked up as a file
            raise ValueError(f"timestamp.txt holds no time: {text[:40]!r}: {str(error)[:80]}") from error

    def content(self, notebook: str) -> str:
        """Return the hash of what was handed in and of the instructor's notebook: what an instructor may change."""
        job = self.jobs[notebook]
        taken = self.folder.files.keys() - job.trusted_files.keys()
        parts = [_cells_of(job.template), job.submission]
        for name in sorted(taken):
            parts += [name.encode(errors="surrogateescape"), self.folder.files[name]]
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def key(self, notebook: str) -> str:
        """Return the hash of all that decides what is shown of a notebook."""
        folder, steps = self.folder, self.assignment.steps
        of_folder = folder.problems.get(notebook), folder.notices
        told = [self.keys[notebook], *of_folder, self.languages[notebook], steps]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def files(self) -> dict[str, bytes]:
        """Return ``{relative path: content}`` of what stands beside the notebooks when they are graded."""
        (language, *others) = dict.fromkeys(self.languages.values())
        return self.assignment.files_beside(self.folder.files, "" if others else language)

    def finished(self, name: str, outcome: Outcome) -> nbformat.NotebookNode:
        """Return the executed notebook as nbgrader keeps it; what there is to tell becomes a cell at the top.

        It has no key yet: what has one has its grades in the gradebook.
        """
        failed = _text(self.folder.problems.get(name) or outcome.failed)
        notices = [_text(notice) for notice in self.folder.notices + outcome.notices]
        outcome = replace(outcome, failed=failed, notices=notices)
        tests, why = self.assignment.isolation[name]
        language = self.languages[name]
        grading = {"course": self.assignment.key(name, language), "tests": tests, "why": why, "language": language}
        grading["content"] = self.content(name)
        return _finished(outcome, grading)


@functools.lru_cache(maxsize=16)
def _cells_of(template: bytes) -> bytes:
    """Return what decides of the instructor's cells: not their ids, which nbformat may make anew each time."""
    cells = json.loads(template)["cells"]
    kept = [[cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("nbgrader")] for cell in cells]
    return json.dumps(kept, sort_keys=True).encode()


def submitted_folders(course: CourseDirectory, name: str, students: str = "*") -> dict[str, str]:
    """Return ``{student: folder}`` of all who have handed in an assignment, or whose name fits a pattern."""
    excluded = course.student_id_exclude.split(",")
    pattern = course.format_path(course.submitted_directory, "(?P<student>[^/]+)", re.escape(name), escape=True)
    found = {}
    for path in matching(course, course.format_path(course.submitted_directory, students, glob.escape(name))):
        match = re.fullmatch(pattern, path)
        if match and os.path.isdir(path) and match["student"] not in excluded:
            found[match["student"]] = path
    return dict(sorted(found.items()))


def out_of_date(converter: BaseConverter, name: str, students: Sequence[str] = ()) -> list[str]:
    """Return the students whose grade is for other work than submitted/ holds, or for other notebooks of source/.

    students: of these only, if any are named

    Raises CourseError where source/ has the assignment, and it cannot be read.
    """
    course = converter.coursedir
    left = name in Engine(parent=converter).stock
    if left or not Path(course.format_path(course.source_directory, ".", name)).exists():
        return []  # what was graded before stands
    assignment = Assignment(Autograde(coursedir=course, parent=converter), name)
    found = []
    for student, path in submitted_folders(course, name).items():
        folder = Path(course.format_path(course.autograded_directory, student, name))
        paths = {notebook: folder / f"{notebook}.ipynb" for notebook in assignment.templates}
        known = {n: graded_with(path).get("content") for n, path in paths.items()}
        if any(known.values()) and (not students or student in students):
            submission = Submission(assignment, student, path)
            missing = [n for n, path in paths.items() if not path.exists()]
            if missing or any(content and submission.content(n) != content for n, content in known.items()):
                found.append(student)
    return found


def read_folder(path: str | Path, assignment: Assignment) -> Folder:
    """Return what a student handed in at ``path``."""
    wanted = {f"{name}.ipynb": name for name in assignment.templates}
    found, left_out = _read_files(Path(path), wanted, assignment.course.ignore)
    given = assignment.files.keys() | set().union(*(variant.files for variant in assignment.variants.values()))
    own = sorted(file for file in {*found, *left_out} - {*wanted} - given if _may_be_work(file))
    others = [file for file in own if file.endswith(".ipynb") and file in found]
    notebooks, problems, notices = {}, {}, []
    for file, name in wanted.items():
        content = found.get(file, b"")
        if file not in {*found, *left_out} and (other := _other_name(wanted, found, others)):
            content = found[other]
            notices.append(f"{other} was graded as {file}.")
            own.remove(other)
        template = assignment.template(name, language_of(content, assignment.variants))
        beside = [other for other in wanted if other in found and other != file]
        if problem := _problem(file, content, left_out, own, beside, template):
            problems[name], content = problem, b""
        notebooks[name] = content
    if not problems:
        notices += [f"{other} was not graded." for other in others if other in own]  # all but the one above
    notices += [f"{file} was left out: {reason}." for file, reason in left_out.items()]
    files = {file: content for file, content in found.items() if not file.endswith(".ipynb")}
    return Folder(notebooks, problems, notices, files, left_out)


def _other_name(wanted: Collection[str], found: Collection[str], others: Sequence[str]) -> str | None:
    """Return the notebook that stands for the one that is missing: where one is missing, and one is there instead."""
    here = [other for other in others if "/" not in other]
    return here[0] if len(here) == 1 and len(set(wanted) - set(found)) == 1 else None


def _problem(
    file: str,
    content: bytes,
    left_out: Mapping[str, str],
    own: Sequence[str],
    beside: Sequence[str],
    template: bytes,
) -> str:
    """Say why a person must look at a notebook before it is graded, or ''.

    own:    what else the student's work may be in
    beside: the other notebooks of the assignment that are there
    """
    others = [*own, *beside]
    holds = f"The folder also holds {_listed(others)}." if others else "The folder holds nothing else."
    if file in left_out:
        return f"{file} was left out: {left_out[file]}."
    if not content:
        return f"{file} is missing or empty. {holds}"
    if own and not has_work(template, content):
        return f"{file} is as it was handed out. {holds} A person must find the work."
    return ""


def _listed(files: Sequence[str]) -> str:
    shown = ", ".join(files[:5])
    return shown if len(files) <= 5 else f"{shown} and {len(files) - 5} more"


def _may_be_work(file: str) -> bool:
    return file not in OF_THE_EXCHANGE and not any(part.startswith((".", "__MACOSX")) for part in Path(file).parts)


def _read_files(root: Path, wanted: Collection[str], ignored: Sequence[str]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return ``({relative path: content}, {relative path: why it was left out})`` of the files below ``root``."""
    found, left_out, room = {}, {}, FILES_BYTES
    for file in _walk(root, ignored):
        relative = _text(str(file.relative_to(root)))
        content, reason = _read(file, root, NOTEBOOK_BYTES if relative in wanted else room)
        if reason:
            left_out[relative] = reason
            continue
        found[relative] = content
        room -= 0 if relative in wanted else len(content)
    return found, left_out


def _walk(path: Path, ignored: Sequence[str]) -> Iterator[Path]:
    for folder, folders, names in os.walk(path, onerror=_raise):
        folders[:] = sorted(f for f in folders if not any(fnmatch(f, p) for p in ignored))
        links = [f for f in folders if os.path.islink(Path(folder, f))]  # no folders of the student's
        for name in sorted([*names, *links]):
            if not any(fnmatch(name, p) for p in ignored):
                yield Path(folder, name)


def _raise(error: OSError) -> None:
    raise error  # a folder that cannot be read is not an empty one


def _read(file: Path, root: Path, limit: int) -> tuple[bytes, str]:
    """Return ``(content, why it was left out)``: what a student hands in may be no file at all."""
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            return b"", "it is a link that leads out of the folder"
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:  # a pipe must not block
            kind = os.fstat(stream.fileno())
            if not stat.S_ISREG(kind.st_mode):
                return b"", "it is not a regular file"
            if kind.st_nlink > 1:  # the other name may be that of a file which is not the student's
                return b"", "it is a hard link: the file has another name elsewhere"
            if kind.st_size > limit:
                return b"", f"it is too large ({kind.st_size / 2**20:.0f} MB)"
            return stream.read(), ""
    except (OSError, RuntimeError) as error:
        return b"", f"it cannot be read ({getattr(error, 'strerror', None) or 'a link in a circle'})"


def _text(text: str) -> str:
    # A name or a message of a student need not be Unicode that can be written down.
    return text.encode("utf-8", "replace").decode()


def _finished(outcome: Outcome, grading: dict[str, Any]) -> nbformat.NotebookNode:
    told = [outcome.failed, *outcome.notices] if outcome.failed else outcome.notices
    notebook = read_notebook(outcome.notebook)
    for cell in notebook.cells:
        if is_test(cell) and cell.cell_type == "code":
            _close(cell, outcome.verdicts.get(grade_id(cell)))
    if told:
        lines = ["**Notes from grading**", "", *(f"- {_plain(notice)}" for notice in told)]
        cell = nbformat.v4.new_markdown_cell("\n".join(lines), id="notes-from-grading")
        notebook.cells.insert(0, cell)
    notebook.metadata.grading = grading | {
        "notices": told,
        "failed": outcome.failed,
        "sandbox": outcome.sandbox,
        "seconds": round(outcome.seconds, 3),
        "peak_bytes": outcome.peak_bytes,
    }
    return notebook


def _close(cell: nbformat.NotebookNode, verdict: Verdict | None) -> None:
    # nbgrader gives full points to a test cell without an error: silence must not pass for success.
    if verdict is not None and verdict.passed:
        return
    if any(output.output_type == "error" for output in cell.outputs):
        return
    text = verdict.message if verdict else "This test gave no result."
    cell.outputs.append(nbformat.v4.new_output("error", ename="NotPassed", evalue=text, traceback=[text]))


def _plain(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is: names in it may be a student's."""
    one_line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+!|~$-])", r"\\\1", one_line)


def graded_with(path: str | Path) -> dict[str, Any]:
    """Return ``metadata.grading`` of an autograded notebook: its key and notices; {} when there is none."""
    try:
        found: dict[str, Any] = json.loads(Path(path).read_bytes())["metadata"].get("grading", {})
        return found
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
