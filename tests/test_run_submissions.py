"""What students hand in that is no ordinary folder: it is graded with a word, or left to a person with the reason."""

import os
import shutil
import zipfile

import pytest
from tiny import BOTH, NAME, NOTEBOOK, WRONG, TinyCourse, scores_of

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
FILE = f"{NOTEBOOK}.ipynb"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course with one ordinary submission."""
    course = TinyCourse(tmp_path_factory.mktemp("handed-in"))
    course.hand_in("ada")
    return course


@pytest.fixture
def course(handed_in, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return handed_in.copy(tmp_path / "course")


def untouched(course, student="ben"):
    """Hand in what was handed out; return the folder."""
    folder = course.folder / "submitted" / student / NAME
    shutil.copytree(course.folder / "release" / NAME, folder)
    return folder


def archived(folder):
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        archive.write(folder / FILE, FILE)
    (folder / FILE).unlink()


def as_text(folder):
    (folder / FILE).rename(folder / f"{FILE}.txt")


def nested(folder):
    (folder / "homework").mkdir()
    (folder / FILE).rename(folder / "homework" / FILE)


def two_of_another_name(folder):
    shutil.copy(folder / FILE, folder / "one.ipynb")
    (folder / FILE).rename(folder / "two.ipynb")


def emptied(folder):
    (folder / FILE).write_bytes(b"")


def without_anything(folder):
    for path in folder.iterdir():
        path.unlink()


def of_another_assignment(folder):
    shutil.copy(folder.parents[2] / "foreign.ipynb", folder / FILE)


DAMAGES = {
    archived: "work.zip",
    as_text: f"{FILE}.txt",
    nested: f"homework/{FILE}",
    two_of_another_name: "one.ipynb, two.ipynb",
    emptied: "missing or empty",
    without_anything: "holds nothing else",
    of_another_assignment: "none of the cells",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_work_that_cannot_be_found_needs_a_person(damage, course):
    (course.folder / "foreign.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    damage(course.hand_in("ben"))
    report = course.grade_here()["ben"]
    assert DAMAGES[damage] in report.problem
    assert scores_of(course) == {"ada": BOTH, "ben": 0}


def test_who_hands_in_one_of_two_notebooks_is_told_what_is_there(course):
    source = course.folder / "source" / NAME
    shutil.copy(source / FILE, source / "second.ipynb")
    problem = course.grade_here()["ada"].problem
    assert "second.ipynb is missing" in problem and f"also holds {FILE}" in problem


@pytest.mark.parametrize("damage", [archived, two_of_another_name])
def test_nbgrader_autograde_leaves_it_to_a_person_for_the_same_reason(damage, course):
    damage(course.hand_in("ben"))
    course.autograde_here()
    ours = course.autograded("ben").metadata.grading
    assert DAMAGES[damage] in ours.failed
    assert course.grade_here()["ben"].status == "unchanged"


def test_a_lone_notebook_of_another_name_is_graded_with_a_notice(course):
    folder = course.hand_in("ben", double=WRONG)
    (folder / FILE).rename(folder / "numbers (1).ipynb")
    report = course.grade_here()["ben"]
    assert not report.problem and "numbers (1).ipynb" in report.notices[0]
    assert scores_of(course)["ben"] == 1


def test_nbgrader_autograde_grades_a_lone_notebook_of_another_name(course):
    folder = course.hand_in("ben", double=WRONG)
    (folder / FILE).rename(folder / "mine.ipynb")
    course.autograde_here()
    assert scores_of(course)["ben"] == 1


def test_an_untouched_notebook_beside_the_work_needs_a_person(course):
    folder = untouched(course)
    shutil.copy(course.hand_in("cleo") / FILE, folder / "numbers-Copy1.ipynb")
    assert "numbers-Copy1.ipynb" in course.grade_here()["ben"].problem


def test_an_untouched_notebook_alone_gets_nothing_without_a_person(course):
    (untouched(course) / "timestamp.txt").write_text("2026-01-09 12:00:00 UTC")
    assert course.grade_here()["ben"].problem == ""
    assert scores_of(course)["ben"] == 0


def test_another_notebook_beside_the_work_is_named(course):
    folder = course.hand_in("ben")
    shutil.copy(folder / FILE, folder / "numbers-Copy1.ipynb")
    report = course.grade_here()["ben"]
    assert not report.problem and "numbers-Copy1.ipynb" in " ".join(report.notices)
    assert scores_of(course)["ben"] == BOTH


def test_the_reason_is_a_new_one_when_other_things_are_handed_in(course):
    folder = course.hand_in("ben")
    archived(folder)
    course.grade_here()
    (folder / "work.zip").rename(folder / "homework.zip")
    assert "homework.zip" in course.grade_here()["ben"].problem


@pytest.mark.parametrize("way", ["grade_here", "autograde_here"])
def test_a_file_with_a_second_name_is_not_taken(way, course):
    """A hard link is another name of any file on the disk, for example of the gradebook."""
    folder = course.hand_in("ben")
    os.link(course.folder / "gradebook.db", folder / "mine.txt")
    getattr(course, way)()
    grading = course.autograded("ben").metadata.grading
    assert "hard link" in " ".join(grading.notices)
    assert not (course.folder / "autograded" / "ben" / NAME / "mine.txt").exists()
    assert scores_of(course)["ben"] == BOTH


def test_a_notebook_with_a_second_name_is_not_taken(course):
    folder = course.hand_in("ben")
    (folder / FILE).unlink()
    os.link(course.folder / "submitted" / "ada" / NAME / FILE, folder / FILE)
    assert "hard link" in course.grade_here()["ben"].problem
    assert scores_of(course)["ben"] == 0


def test_a_linked_folder_is_named(course):
    (course.hand_in("ben") / "data").symlink_to(course.folder / "source")
    assert "data was left out" in " ".join(course.grade_here()["ben"].notices)
