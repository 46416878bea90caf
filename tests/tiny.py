"""A course with one small assignment, so that many submissions are graded in a moment.

The notebook has two tests of ``double`` (2 and 3 points), one of ``triple`` (1 point) and a
written answer (4 points, graded by hand).
"""

import functools
import shutil
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import chdir
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from grading.assignment import Assignment
from grading.coordinator import coordinator, open_course
from grading.pool import Workers, compute
from tools.classroom import Course
from tools.release import nbgrader

NAME, NOTEBOOK = "tiny", "numbers"
DOUBLE, TRIPLE, BOTH = "def double(x):\n    return 2 * x\n", "def triple(x):\n    return 3 * x\n", 6
WRONG = "def double(x):\n    return x\n"  # leaves the one point of triple
HIDDEN = "### BEGIN HIDDEN TESTS\nexpect(double(700), 1400)\n### END HIDDEN TESTS"
HELPER = "def expect(result, right):\n    assert result == right, f'got {result}, expected {right}'\n"
DUE = datetime(2026, 1, 10)
PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin
class OnePoint(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1.0
c.AssignLatePenalties.plugin_class = OnePoint
"""


def source():
    """Return the instructor's notebook."""
    cells = [
        _code("imports", "from helper import expect", locked=True),
        _code("double", "### BEGIN SOLUTION\n" + DOUBLE + "### END SOLUTION", solution=True),
        _test("test-double-small", "expect(double(1), 2)", 2),
        _test("test-double-large", f"expect(double(1), 2)\n{HIDDEN}", 3),
        _code("triple", "### BEGIN SOLUTION\n" + TRIPLE + "### END SOLUTION", solution=True),
        _test("test-triple-small", "expect(triple(2), 6)", 1),
        _written("why", "Why?", 4),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=metadata)


class TinyCourse(Course):
    """A Course that has generated the small assignment."""

    def __init__(self, folder):
        super().__init__(folder)
        folder = self.folder / "source" / NAME
        folder.mkdir(parents=True)
        (folder / "helper.py").write_text(HELPER)
        nbformat.write(source(), folder / f"{NOTEBOOK}.ipynb")
        nbgrader(self.folder, "generate_assignment", NAME)

    def hand_in(self, student, double=DOUBLE, triple=TRIPLE, why=None, timestamp=None):
        """Hand in these answers; return the folder of the submission."""
        folder = self.folder / "submitted" / student / NAME
        shutil.copytree(self.folder / "release" / NAME, folder, dirs_exist_ok=True)
        answers = {"double": double, "triple": triple} | ({"why": why} if why else {})
        path = folder / f"{NOTEBOOK}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
        nbformat.write(notebook, path)
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp)
        return folder

    def autograde_here(self, force=False):
        """Do in this process, which is warm, what ``nbgrader autograde`` does."""
        with chdir(self.folder):
            converter = open_course(self.folder)
            converter.coursedir.assignment_id, converter.force = NAME, force
            converter.start()

    def read(self):
        """Return ``(converter, Assignment)``, as the coordinator takes them."""
        converter = open_course(self.folder)
        return converter, Assignment(converter, NAME)

    def grade_here(self, workers=None, **options):
        """Do in this process what ``python -m grading autograde`` does; return ``{student: Report}``."""
        with chdir(self.folder), coordinator(*self.read()) as run:
            return {report.student: report for report in run.grade(workers or threads(), **options)}

    def configure(self, text):
        """Add to nbgrader_config.py."""
        with open(self.folder / "nbgrader_config.py", "a") as config:
            config.write(text)

    def autograded(self, student):
        """Return the autograded notebook of a student."""
        return nbformat.read(self.folder / "autograded" / student / NAME / f"{NOTEBOOK}.ipynb", as_version=4)

    def copy(self, folder):
        """Return a copy of this course in another folder."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        twin = object.__new__(TinyCourse)
        twin.folder = Path(folder)
        return twin


def threads(losses=()):
    """Return Workers in this process; for each submission in ``losses`` the worker that runs it is lost once."""
    losses = list(losses)

    def lost(*arguments):
        raise BrokenExecutor

    class Pool(ThreadPoolExecutor):
        def submit(self, function, jobs, keys):
            if jobs[0].submission in losses:
                losses.remove(jobs[0].submission)
                function = lost
            return super().submit(function, jobs, keys)

    return Workers(functools.partial(Pool(1).submit, compute), 1, BrokenExecutor)


def _code(name, text, **kind):
    return new_code_cell(text, metadata={"nbgrader": _metadata(name, **kind)})


def _test(name, text, points):
    return _code(name, text, grade=True, locked=True, points=points)


def _written(name, text, points):
    return new_markdown_cell(text, metadata={"nbgrader": _metadata(name, grade=True, solution=True, points=points)})


def _metadata(name, **kind):
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    return flags | {"grade_id": name, "schema_version": 3} | kind


def gradebook_of(course, db_url=None):
    """Open the gradebook of a course."""
    return Gradebook(db_url or f"sqlite:///{course.folder / 'gradebook.db'}", "neural-networks")


def scores_of(course, db_url=None):
    """Return ``{student: points}``."""
    with gradebook_of(course, db_url) as gradebook:
        return {s.student_id: s.score for s in gradebook.assignment_submissions(NAME)}


def dump(course, db_url=None):
    """Return everything in the gradebook that a submission decides."""
    with gradebook_of(course, db_url) as gradebook:
        return {
            submission.student_id: (
                submission.timestamp,
                [n.late_submission_penalty for n in submission.notebooks],
                sorted((g.name, g.auto_score, g.needs_manual_grade) for n in submission.notebooks for g in n.grades),
                sorted((c.name, c.auto_comment) for n in submission.notebooks for c in n.comments),
            )
            for submission in gradebook.assignment_submissions(NAME)
        }
