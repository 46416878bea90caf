"""Grade the submissions of an assignment: workers run them, one writer keeps the gradebook.

A submission is done when its folder in autograded/ holds the key of what was graded. The
folder gets its name after the grades are in the gradebook, so a run that is killed at any
moment leaves each submission either done or to be done again, with the same result.
"""

import fcntl
import glob
import json
import os
import re
import shutil
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde
from tqdm import tqdm
from traitlets.utils.importstring import import_item

from grading.assignment import LEFT_OUT, Assignment
from grading.course import CourseError, matching, started
from grading.gradebook import Graded, Recorder, above, agree, graded, totals
from grading.pool import Result, Work, Workers
from grading.preflight import check_reference
from grading.report import Report
from grading.run.job import Outcome, write_files
from grading.submission import Submission, graded_with, submitted_folders

ROUNDING = 1e-6  # of points


def open_course(folder: str | Path) -> Autograde:
    """Return nbgrader's converter as ``nbgrader autograde`` would have it in ``folder``.

    ``folder`` becomes the working directory: nbgrader reads the configuration there.
    Raises CourseError where that cannot be read.
    """
    os.chdir(folder)
    app = started(AutogradeApp())
    return Autograde(coursedir=app.coursedir, parent=app)


@contextmanager
def coordinator(converter: Autograde, assignment: Assignment) -> Iterator["Coordinator"]:
    """Give the Coordinator of an assignment, with the gradebook open.

    Raises CourseError when another run is grading the course.
    """
    course = converter.coursedir
    autograded = Path(course.format_path(course.autograded_directory, "", "")).resolve()
    autograded.mkdir(parents=True, exist_ok=True)
    with _alone(autograded), Gradebook(course.db_url, course.course_id) as gradebook:
        yield Coordinator(converter, assignment, gradebook)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, which a killed run leaves behind no more than a finished one."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise CourseError("Another run is grading this course.") from error
    try:
        yield
    finally:
        os.close(lock)


class Coordinator:
    """Grades one assignment; it alone writes the gradebook and autograded/."""

    def __init__(self, converter: Autograde, assignment: Assignment, gradebook: Gradebook) -> None:
        self._converter, self._course, self._name = converter, converter.coursedir, assignment.name
        self._gradebook, self.assignment = gradebook, assignment
        self._recorder = Recorder(gradebook, converter)
        steps = [import_item(s) if isinstance(s, str) else s for s in converter.autograde_preprocessors]
        self._steps = [step(parent=converter) for step in steps if step not in LEFT_OUT]

    def grade(
        self, workers: Workers, students: Sequence[str] = (), force: bool = False, drop_removed: bool = False
    ) -> list[Report]:
        """Return a Report for each submission, in order of the students.

        workers:      grading.pool.Workers
        students:     grade these only, if any are named
        force:        grade what is unchanged, too
        drop_removed: see grading.gradebook.agree

        Raises CourseError where the course is not ready; then nothing was graded.
        """
        folders = self._folders(students)
        check_reference(self.assignment, workers)
        agree(self._gradebook, self.assignment, drop_removed)
        self._clear()
        reports: dict[str, Report] = {}
        with tqdm(total=len(folders), desc=self._name, unit=" submissions") as bar:
            for report in self._reports(folders, workers, {} if force else graded(self._gradebook, self._name)):
                reports[report.student] = report
                bar.set_postfix(failed=sum(bool(r.problem) for r in reports.values()), refresh=False)
                bar.update()
        self._recorder.penalize(self._name)
        for student, entry in totals(self._gradebook, self._name).items():
            if student in reports:
                report = reports[student]
                report.points, report.max_points, report.by_hand, report.penalty = entry
        return [reports[student] for student in sorted(reports)]

    def _folders(self, students: Sequence[str]) -> dict[str, str]:
        """Return ``{student: submitted folder}``."""
        found = submitted_folders(self._course, self._name)
        if missing := set(students) - set(found):
            raise CourseError(f"There is no submission to {self._name} by {', '.join(sorted(missing))}.")
        return {student: path for student, path in found.items() if not students or student in students}

    def strays(self) -> list[str]:
        """Return what students handed in under no assignment's name: nothing of it is ever graded."""
        course = self._course
        names = {a.name for a in self._gradebook.assignments}
        sources = matching(course, course.format_path(course.source_directory, ".", "*"))
        names |= {os.path.basename(path) for path in sources}
        pattern = course.format_path(course.submitted_directory, "[^/]+", "(?P<name>[^/]+)", escape=True)
        found = matching(course, course.format_path(course.submitted_directory, "*", "*"))
        return sorted(path for path in found if (match := re.fullmatch(pattern, path)) and match["name"] not in names)

    def gone(self) -> list[str]:
        """Return the students who have been graded, and of whom submitted/ holds nothing any more."""
        excluded = self._course.student_id_exclude.split(",")
        here = {*submitted_folders(self._course, self._name), *excluded}
        return sorted(set(graded(self._gradebook, self._name)) - here)

    def above(self) -> list[str]:
        """Return where a person gave more points than the cell has now, as a line for each."""
        return sorted(above(self._gradebook, self._name))

    def _clear(self) -> None:
        """Remove what a killed run left half written."""
        pattern = self._course.format_path(self._course.autograded_directory, "*", f".{glob.escape(self._name)}.*")
        for path in matching(self._course, pattern):
            shutil.rmtree(path)

    def _reports(self, folders: Mapping[str, str], workers: Workers, done: Mapping[str, Graded]) -> Iterator[Report]:
        """Yield the Reports, first of what is unchanged or unreadable, then as the outcomes come."""
        early: list[Report] = []

        def work() -> Iterator[Work[Submission]]:
            for student, path in folders.items():
                try:
                    submission = Submission(self.assignment, student, path)
                    report = self._unchanged(submission, done)
                except Exception as error:
                    report = self._problem(student, error)
                if report:
                    early.append(report)
                else:
                    yield submission, list(submission.jobs.values()), list(submission.keys.values())

        for submission, result in workers.outcomes(work()):
            yield from _taken(early)
            yield self._write(submission, result)
        yield from _taken(early)

    def _unchanged(self, submission: Submission, done: Mapping[str, Graded]) -> Report | None:
        """Return the Report of a submission that is done, or None."""
        known = done.get(submission.student)
        if known is None or known.timestamp != submission.timestamp:
            return None
        target = self._target(submission.student)
        entries = {name: graded_with(target / f"{name}.ipynb") for name in submission.jobs}
        if any(entry.get("key") != submission.key(name) for name, entry in entries.items()):
            return None
        if any(abs(entry.get("points", known.points) - known.points) > ROUNDING for entry in entries.values()):
            return None  # an older gradebook was put back
        return _report(submission.student, "unchanged", entries)

    def _write(self, submission: Submission, result: Result) -> Report:
        """Record the outcomes of one submission; return its Report."""
        try:
            if isinstance(result, Exception):
                raise result
            notebooks = self._notebooks(submission, result)
            points = self._recorder.record(self._name, submission.student, submission.timestamp, notebooks)
            for notebook in notebooks.values():
                notebook.metadata.grading.points = points
            self._publish(submission, notebooks)
        except Exception as error:
            return self._problem(submission.student, error)
        return _report(submission.student, "graded", {n: nb.metadata.grading for n, nb in notebooks.items()})

    def _notebooks(self, submission: Submission, outcomes: Sequence[Outcome]) -> dict[str, NotebookNode]:
        """Return ``{name: executed notebook}`` after nbgrader's steps, with keys."""
        names = {"student": submission.student, "assignment": self._name, "db_url": self._course.db_url}
        notebooks = {}
        for name, outcome in zip(submission.jobs, outcomes, strict=True):
            notebook = submission.finished(name, outcome)
            notebook.metadata.grading.key = submission.key(name)
            resources = {"nbgrader": names | {"notebook": name}, "unique_key": name}
            for step in self._steps:
                notebook, resources = step(notebook, resources)
            notebooks[name] = notebook
        return notebooks

    def _publish(self, submission: Submission, notebooks: Mapping[str, NotebookNode]) -> None:
        """Put the folder into autograded/ as a whole."""
        target = self._target(submission.student)
        new, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
        files = submission.files()
        files |= {f"{name}.ipynb": json.dumps(nb, ensure_ascii=False).encode() for name, nb in notebooks.items()}
        write_files(files, new)
        if target.exists():
            target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)
        self._converter.set_permissions(self._name, submission.student)

    def _problem(self, student: str, error: Exception) -> Report:
        """Return the Report of a submission that could not be graded: the others go on."""
        tqdm.write("".join(traceback.format_exception(error)), file=sys.stderr)
        last_line = f"{error}".strip().rpartition("\n")[2]
        return Report(student, "not graded", f"{type(error).__name__}: {last_line}")

    def _target(self, student: str) -> Path:
        return Path(self._course.format_path(self._course.autograded_directory, student, self._name))


def _report(student: str, status: str, entries: Mapping[str, Any]) -> Report:
    """Return the Report of a graded submission from the ``metadata.grading`` of its notebooks."""
    several = len(entries) > 1
    return Report(
        student,
        status,
        " ".join(entry["failed"] for entry in entries.values() if entry["failed"]),
        [f"{name}: {n}" if several else n for name, entry in entries.items() for n in entry["notices"]],
        "; ".join(sorted({entry["sandbox"] for entry in entries.values()})),
        sum(entry["seconds"] for entry in entries.values()),
        max(entry["peak_bytes"] for entry in entries.values()),
        "; ".join(sorted({entry["tests"] for entry in entries.values()})),
    )


def _taken(reports: list[Report]) -> Iterator[Report]:
    """Yield and remove what ``reports`` holds."""
    while reports:
        yield reports.pop(0)
