"""Feedback pages are written in parallel, only where something changed, whole or not at all."""

import json
from pathlib import Path

import pytest
from tiny import NAME, NOTEBOOK, WRONG, TinyCourse, gradebook_of

from grading.__main__ import main
from tools.release import nbgrader

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course with the graded work of three students."""
    course = TinyCourse(tmp_path_factory.mktemp("graded"))
    course.hand_in("ada", timestamp="2026-01-09 12:00:00 UTC")
    course.hand_in("ben", double=WRONG)
    course.hand_in("chen", why="Because.")
    course.grade_here()
    return course


@pytest.fixture
def course(graded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return graded.copy(tmp_path / "course")


def write(course, *options):
    """Run ``python -m grading feedback`` in this process; return its exit status."""
    return main(["feedback", NAME, "--course", str(course.folder), "--workers", "1", *options])


def page(course, student):
    return course.folder / "feedback" / student / NAME / f"{NOTEBOOK}.html"


def rewritten(course, *options):
    """Return the students whose pages a further run writes."""
    old = {student: page(course, student).stat().st_ino for student in ("ada", "ben", "chen")}
    assert write(course, *options) == 0
    return {student for student in old if page(course, student).stat().st_ino != old[student]}


def change_notebook(course):
    path = course.folder / "autograded" / "ben" / NAME / f"{NOTEBOOK}.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["grading"]["notices"] = ["Something was repaired."]
    path.write_text(json.dumps(notebook))


def change_points(course):
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("test-double-small", NOTEBOOK, NAME, "ben").manual_score = 1.5
        gradebook.db.commit()


def write_comment(course):
    with gradebook_of(course) as gradebook:
        gradebook.find_comment("double", NOTEBOOK, NAME, "ben").manual_comment = "Nearly."
        gradebook.db.commit()


def test_every_graded_submission_gets_a_page(course, capsys):
    assert write(course) == 0
    assert all(page(course, student).read_text().endswith("</html>") for student in ("ada", "ben", "chen"))
    assert "3 written" in capsys.readouterr().out


def test_an_unchanged_page_is_not_written_again(course):
    write(course)
    assert rewritten(course) == set()


def test_force_writes_all(course):
    write(course)
    assert rewritten(course, "--force") == {"ada", "ben", "chen"}


@pytest.mark.parametrize("change", [change_notebook, change_points, write_comment])
def test_what_changed_is_written_again(change, course):
    write(course)
    change(course)
    assert rewritten(course) == {"ben"}


def test_a_changed_setting_changes_all_pages(course):
    write(course)
    course.configure("\nc.FeedbackPage.release_rubric = True\n")
    assert rewritten(course) == {"ada", "ben", "chen"}


def test_a_page_that_is_missing_is_written(course):
    write(course)
    whole = page(course, "ben").read_text()
    page(course, "ben").unlink()
    assert write(course) == 0
    assert page(course, "ben").read_text() == whole


def test_a_page_appears_whole_or_not_at_all(course, monkeypatch):
    write(course)
    change_points(course)
    old = page(course, "ben").read_text()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _stops)  # as a kill before the last step
        with pytest.raises(RuntimeError):
            write(course)
    assert page(course, "ben").read_text() == old
    assert rewritten(course) == {"ben"}


def _stops(*_):
    raise RuntimeError


def test_nbgrader_writes_the_same_pages(course):
    write(course)
    ours = {student: page(course, student).read_bytes() for student in ("ada", "ben", "chen")}
    nbgrader(course.folder, "generate_feedback", NAME, "--force")
    assert {student: page(course, student).read_bytes() for student in ours} == ours


def test_the_pages_have_the_permissions_and_the_timestamp_that_nbgrader_gives(course):
    write(course)
    folder = page(course, "ada").parent
    mode, files = page(course, "ada").stat().st_mode, (folder / "timestamp.txt").read_text()
    nbgrader(course.folder, "generate_feedback", NAME, "--force", "--student", "ada")
    assert (page(course, "ada").stat().st_mode, (folder / "timestamp.txt").read_text()) == (mode, files)


def test_a_damaged_notebook_costs_only_its_own_page(course, capsys):
    (course.folder / "autograded" / "ben" / NAME / f"{NOTEBOOK}.ipynb").write_text("{")
    assert write(course) == 1
    assert "ben" in capsys.readouterr().out
    assert page(course, "ada").exists() and page(course, "chen").exists() and not page(course, "ben").exists()


def test_only_the_named_students(course):
    assert write(course, "--student", "ben") == 0
    assert page(course, "ben").exists() and not page(course, "ada").exists()


@pytest.mark.parametrize("arguments", [["nothing"], [NAME, "--student", "zoe"]])
def test_what_was_never_graded_is_refused(arguments, course, capsys):
    assert main(["feedback", *arguments, "--course", str(course.folder)]) == 2
    assert "graded" in capsys.readouterr().err


def test_no_hidden_test_is_on_any_page(course):
    write(course)
    text = page(course, "ben").read_text()
    assert "1400" not in text and "HIDDEN" not in text and "expected 2" in text
