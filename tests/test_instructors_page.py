"""Every command of INSTRUCTORS.md is run as it is written: a term of one assignment, with Moodle and the exchange."""

import contextlib
import csv
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from jupyter_core.application import NoStart
from nbgrader.apps.nbgraderapp import NbGraderApp
from nbgrader.utils import get_osusername
from test_lms import zipped
from tiny import DOUBLE, NOTEBOOK, TRIPLE, WRONG, source

from grading.__main__ import main
from tools.classroom import Course
from tools.notebooks import ROOT, grade_id

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
NAME = "01-loss-functions"
FILE = f"{NOTEBOOK}.ipynb"
BLOCK = re.compile(r"^```sh( student)?\n(.*?)^```", re.M | re.S)
ROSTER = "id,first_name,last_name,email\nada,Ada,Lovelace,\nben,Ben,O'Hara,\ncleo,Cleo,Li,\n"
WORKSHEET = """Identifier,Full name,Username,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 31,Cleo Li,cleo,,Submitted for grading - ,,6.00,Yes,"Tuesday, 13 October 2026, 9:05 AM",-,
"""


class Term:
    """A course, students with folders of their own, and what the commands of the page left behind.

    after: {command: {path in the course's folder: content}}
    """

    def __init__(self, folder, patch):
        self.folder, self.patch = folder, patch
        self.course = Course(folder / "course")
        notebook = source()
        notebook.cells.pop()  # what a person grades
        helper = "def expect(result, right):\n    assert result == right\n"
        work = self.course.folder / "source" / NAME
        work.mkdir(parents=True)
        nbformat.write(notebook, work / FILE)
        (work / "helper.py").write_text(helper)
        shutil.copytree(ROOT / "lessons", self.course.folder / "lessons")
        exchange = f'\nc.Exchange.root = "{folder / "exchange"}"\nc.ExchangeCollect.check_owner = False\n'
        late = "c.LatePolicy.share_per_day = 0.5\n"
        with open(self.course.folder / "nbgrader_config.py", "a") as config:
            config.write(exchange + late)
        for student in "ada", "ben":
            home = folder / student
            home.mkdir()
            (home / "nbgrader_config.py").write_text(
                f'c = get_config()\nc.CourseDirectory.course_id = "neural-networks"\n'
                f'c.Exchange.cache = "{home / "cache"}"{exchange}'
            )
        (self.course.folder / "roster.csv").write_text(ROSTER)
        (self.course.folder / "worksheet.csv").write_text(WORKSHEET)
        solved = self.answered(nbformat.write(notebook, folder / FILE) or folder / FILE, DOUBLE)
        entry = {f"Cleo Li_31_assignsubmission_file/{FILE}": solved.read_bytes()}
        (self.course.folder / "submissions.zip").write_bytes(zipped(entry))

    def answered(self, path, double):
        """Write answers into a notebook; return its path."""
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = {"double": double, "triple": TRIPLE}.get(grade_id(cell), cell.source)
        nbformat.write(notebook, path)
        return path

    def run(self, command, folder, user):
        """Run a line of the page as a student, or as the teacher (''); return its exit status.

        What is Python runs in this process, which is warm.
        """
        self.patch.setattr("nbgrader.utils.get_osusername", (lambda: "jovyan") if user else get_osusername)
        self.patch.setenv("JUPYTERHUB_USER", user)
        words = shlex.split(command)
        with contextlib.chdir(folder):
            if words[:3] == ["python", "-m", "grading"]:
                return main(words[3:])
            if words[0] != "nbgrader":
                return subprocess.run(words, check=False).returncode
            app = NbGraderApp()
            try:
                app.initialize(words[1:])
                app.start()
            except NoStart:  # the subcommand was started
                return 0
            except SystemExit as stopped:
                return stopped.code or 0
            finally:
                while app := app.subapp:
                    type(app).clear_instance()
        return 0


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """The term, with every command run once, in the order of the page; ``failed``: [(command, exit status)]."""
    with pytest.MonkeyPatch.context() as patch:
        term = Term(tmp_path_factory.mktemp("term"), patch)
        term.failed, term.seen = [], {}
        for student, block in BLOCK.findall((ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")):
            for command in block.splitlines():
                for user in ("ada", "ben") if student else ("",):
                    folder = term.folder / user if student else term.course.folder
                    if command.startswith("nbgrader submit"):
                        term.answered(folder / NAME / FILE, {"ada": DOUBLE, "ben": WRONG}[user])
                    if status := term.run(command, folder, user):
                        term.failed.append((command, status))
                term.seen[command] = {p.relative_to(term.folder).as_posix() for p in term.folder.rglob("*")}
        yield term


def test_every_command_ends_well(term):
    assert term.failed == []


def test_students_get_lessons_with_the_assignment(term):
    assert (term.folder / "ada" / "lessons" / "01-loss-functions.ipynb").exists()
    assert (term.folder / "ben" / NAME / "helper.py").exists()


def test_who_hands_in_through_the_exchange_gets_a_page_and_others_hold_nobody_up(term):
    seen = term.seen[f"nbgrader fetch_feedback {NAME}"]
    for user in "ada", "ben":
        assert any(re.fullmatch(rf"{user}/{NAME}/feedback/[^/]+/{NOTEBOOK}.html", path) for path in seen)
    assert f"course/feedback/cleo/{NAME}/{NOTEBOOK}.html" in seen


def test_the_grades_with_the_loss_for_a_day_stand_in_the_file_for_moodle(term):
    with open(term.course.folder / "reports" / f"{NAME}-moodle.csv", newline="") as stream:
        assert [(row["Identifier"], row["Grade"]) for row in csv.DictReader(stream)] == [("Participant 31", "3")]


def test_nothing_is_left_of_a_student_who_is_deleted(term):
    left = [path for path in term.course.folder.rglob("*") if path.is_file() and "source" not in path.parts]
    kept = [path for path in left if b"Lovelace" in path.read_bytes() or "ada" in path.parts]
    assert [p for p in kept if p.name != "roster.csv"] == []


def test_each_picture_of_the_page_exists_and_is_described():
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8"))
    assert pictures and all(text and (Path(ROOT) / path).exists() for text, path in pictures)
