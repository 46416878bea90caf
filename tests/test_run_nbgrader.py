"""nbgrader works as its users know it, with the engine in the place of the step that runs a submission."""

import copy
import os
import shutil
from pathlib import Path

import nbformat
import nbgrader as nbgrader_package
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from tiny import BOTH, DOUBLE, DUE, NAME, NOTEBOOK, PENALTY, WRONG, TinyCourse, dump, gradebook_of, scores_of

from grading.coordinator import open_course
from tools.release import nbgrader

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
EARLY, LATE = "2026-01-09 12:00:00 UTC", "2026-01-11 12:00:00 UTC"
EXAMPLE = Path(nbgrader_package.__file__).parent / "docs" / "source" / "user_guide"  # what quickstart copies
ENGINE = """
c.Autograde.exporter_class = "grading.exporter.EngineExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.SaveAutoGrades"]
"""
EVIL = "<img src=x onerror=steal()>"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course where students have handed in all kinds of things, with a penalty for late work."""
    course = TinyCourse(tmp_path_factory.mktemp("handed-in"))
    course.configure(PENALTY)
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
    course.hand_in("right", timestamp=EARLY)
    course.hand_in("wrong", double=WRONG)
    course.hand_in("late", timestamp=LATE)
    course.hand_in("writer", why="Because I say so.")
    course.hand_in("corrupt").joinpath(f"{NOTEBOOK}.ipynb").write_text('{"cells": [')
    (course.hand_in("files") / "notes.txt").write_text("my notes")
    (course.folder / "submitted" / "files" / NAME / "helper.py").write_text("def expect(*a): pass\n")
    (course.hand_in("linked") / "secret.txt").symlink_to(course.folder / "gradebook.db")
    edit(course.hand_in("doubled", double=WRONG), repeat)
    edit(course.hand_in("shorter"), lambda cells: cells.pop(1))
    edit(course.hand_in(EVIL.replace("/", "")), lambda cells: cells.pop(1))
    return course


def edit(folder, change):
    """Change the list of cells of a submission."""
    path = folder / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, path)


def repeat(cells):
    """Put the cell of ``double`` at the end once more, with the right answer."""
    cells.append(copy.deepcopy(cells[1]))
    cells[-1].id, cells[-1].source = "again", DOUBLE


@pytest.fixture(scope="module")
def by_nbgrader(handed_in, tmp_path_factory):
    """``(course, process)`` after nbgrader autograde and generate_feedback."""
    course = handed_in.copy(tmp_path_factory.mktemp("by-nbgrader"))
    process = course.autograde(NAME)
    nbgrader(course.folder, "generate_feedback", NAME)
    return course, process


@pytest.fixture(scope="module")
def by_engine(handed_in, tmp_path_factory):
    """``(course, process)`` after python -m grading autograde."""
    course = handed_in.copy(tmp_path_factory.mktemp("by-engine"))
    return course, course.grade(NAME, "--workers", "1")


def feedback(course, student):
    return (course.folder / "feedback" / student / NAME / f"{NOTEBOOK}.html").read_text()


def grade(course, student, name):
    with gradebook_of(course) as gradebook:
        found = gradebook.find_grade(name, NOTEBOOK, NAME, student)
        return found.auto_score, found.manual_score, found.needs_manual_grade


def test_nbgrader_autograde_grades_every_submission(by_nbgrader, handed_in):
    course, process = by_nbgrader
    assert process.returncode == 0, process.stderr
    assert set(scores_of(course)) == set(os.listdir(handed_in.folder / "submitted"))


def test_the_parallel_run_writes_the_gradebook_that_nbgrader_writes(by_nbgrader, by_engine):
    assert dump(by_engine[0]) == dump(by_nbgrader[0])


def test_the_parallel_run_writes_the_files_that_nbgrader_writes(by_nbgrader, by_engine):
    def listing(course):
        root = course.folder / "autograded"
        return {str(path.relative_to(root)): oct(path.stat().st_mode) for path in root.rglob("*") if path.is_file()}

    assert listing(by_engine[0]) == listing(by_nbgrader[0])


@pytest.mark.parametrize(
    ("student", "points"),
    [("right", BOTH), ("wrong", 1), ("late", BOTH), ("corrupt", 0), ("shorter", 1), ("doubled", 1), ("files", BOTH)],
)
def test_points(student, points, by_nbgrader):
    assert scores_of(by_nbgrader[0])[student] == points


def test_late_work_gets_the_penalty_of_the_plugin(by_engine):
    with gradebook_of(by_engine[0]) as gradebook:
        assert gradebook.find_submission(NAME, "late").late_submission_penalty == 1
        assert gradebook.find_submission(NAME, "right").late_submission_penalty == 0


def test_a_written_answer_waits_for_a_person_and_an_untouched_one_gets_nothing(by_engine):
    assert grade(by_engine[0], "writer", "why") == (None, None, True)
    assert grade(by_engine[0], "right", "why") == (0, None, False)


def test_files_of_a_student_stay_and_those_of_the_instructor_win(by_engine):
    folder = by_engine[0].folder / "autograded" / "files" / NAME
    assert (folder / "notes.txt").read_text() == "my notes"
    assert "assert" in (folder / "helper.py").read_text()


@pytest.mark.parametrize("graded", ["by_nbgrader", "by_engine"])
def test_a_link_out_of_the_folder_is_left_out_and_told(graded, request):
    course = request.getfixturevalue(graded)[0]
    assert not (course.folder / "autograded" / "linked" / NAME / "secret.txt").exists()
    assert "leads out of the folder" in course.autograded("linked").cells[0].source


def test_feedback_tells_why_a_notebook_was_not_run(by_nbgrader):
    assert "Notes from grading" in feedback(by_nbgrader[0], "corrupt")


def test_feedback_without_anything_to_tell_has_no_notes(by_nbgrader):
    assert "Notes from grading" not in feedback(by_nbgrader[0], "right")


def test_the_parallel_run_says_that_the_corrupt_notebook_needs_a_person(by_engine):
    _, process = by_engine
    assert process.returncode == 1
    assert "1 need a person" in process.stdout


@pytest.fixture
def fresh(handed_in, tmp_path):
    """A copy of the course with one student's work."""
    course = handed_in.copy(tmp_path / "course")
    for folder in (course.folder / "submitted").iterdir():
        if folder.name != "right":
            folder.rename(tmp_path / folder.name)
    return course


def test_force_grades_again_and_keeps_the_points_of_a_person(fresh):
    fresh.autograde_here()
    with gradebook_of(fresh) as gradebook:
        gradebook.find_grade("test-double-small", NOTEBOOK, NAME, "right").manual_score = 1.5
        gradebook.db.commit()
    fresh.hand_in("right", double=WRONG)
    for command in (fresh.autograde_here, fresh.grade_here):
        command(force=True)
        assert grade(fresh, "right", "test-double-small") == (0, 1.5, True)


def test_without_force_nbgrader_grades_only_what_is_newer(fresh):
    fresh.autograde_here()
    fresh.hand_in("right", double=WRONG)
    fresh.autograde_here()
    assert scores_of(fresh)["right"] == BOTH
    fresh.hand_in("right", double=WRONG, timestamp=LATE)
    fresh.autograde_here()
    assert scores_of(fresh)["right"] == 1


def test_the_button_of_formgrader_uses_the_engine(fresh, monkeypatch):
    monkeypatch.chdir(fresh.folder)
    api = NbGraderAPI(config=open_course(fresh.folder).config)
    result = api.autograde(NAME, "right")
    assert result["success"], result.get("error")
    assert "key" in fresh.autograded("right").metadata.grading
    assert api.get_submission(NAME, "right")["score"] == BOTH


def test_grades_never_rest_on_the_outputs_that_were_handed_in(fresh):
    process = fresh.autograde(NAME, "--no-execute")
    assert process.returncode == 1
    assert "--no-execute is not possible" in process.stderr


def test_the_example_course_of_nbgrader_gets_the_points_of_stock_nbgrader(tmp_path, monkeypatch):
    """Its tests need the student's own process, which the reference shows."""
    monkeypatch.chdir(tmp_path)
    for folder in ("source", "submitted"):
        shutil.copytree(EXAMPLE / folder, tmp_path / folder)
    config = tmp_path / "nbgrader_config.py"
    config.write_text("c = get_config()\nc.CourseDirectory.course_id = 'example'\n")
    nbgrader(tmp_path, "generate_assignment", "ps1")
    autograde_example(tmp_path)
    stock = points(tmp_path)
    config.write_text(config.read_text() + ENGINE)
    autograde_example(tmp_path)
    assert len(stock) > 10
    assert points(tmp_path) == stock


def autograde_example(folder):
    converter = open_course(folder)
    converter.coursedir.assignment_id, converter.force = "ps1", True
    converter.start()


def points(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            (s.student_id, n.name, g.name): g.auto_score
            for s in gradebook.assignment_submissions("ps1")
            for n in s.notebooks
            for g in n.grades
        }
