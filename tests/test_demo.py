"""The demo class: its list tells the truth, and a grade that differs is noticed."""

import dataclasses

import pytest

from tools import demo, running
from tools.notebooks import assignments, load, points, solution_cells

STUDENTS = {student.name: student for student in demo.CLASS}


def quick_points(student, assignment):
    """Return what the quick run gives for the student's answers; unanswered cells are empty."""
    answers = demo.answers(student, assignment)
    given = {key: answers.get(key, "") for key in solution_cells(load(assignment))}
    return sum(outcome.points for outcome in running.run(assignment, given).values())


def test_the_class_has_twelve_students():
    assert len(STUDENTS) == len(demo.CLASS) == 12


@pytest.mark.parametrize("name", STUDENTS)
def test_the_points_in_the_class_list_are_those_of_the_answers(name):
    assert tuple(quick_points(STUDENTS[name], a) for a in assignments()) == STUDENTS[name].points


def test_the_class_holds_right_wrong_blank_crashing_and_half_done_work():
    full = tuple(sum(points(load(a)).values()) for a in assignments())
    assert sum(student.points == full for student in demo.CLASS) >= 3
    assert sum(bool(student.mistakes) for student in demo.CLASS) >= 3
    assert {student.answered for student in demo.CLASS} == {demo.UNWRITTEN, demo.HALF, demo.SOLVED}
    assert any(student.broken is demo.CRASHES for student in demo.CLASS)


@pytest.fixture
def one_assignment(monkeypatch):
    """Let the demo know assignment 01 only."""
    monkeypatch.setattr(demo, "assignments", lambda: assignments()[:1])


def test_the_demo_grades_and_writes_feedback_and_a_table(one_assignment, tmp_path, capsys):
    students = [STUDENTS["emil"], STUDENTS["kofi"]]
    students = [dataclasses.replace(s, points=s.points[:1]) for s in students]
    course = demo.grade_class(tmp_path, students)
    assert demo.report(course, students) == 0
    assert "35 = 35" in capsys.readouterr().out
    assert (tmp_path / "feedback" / "emil").exists() and (tmp_path / "reports" / "class.html").exists()
    assert "01-loss-functions" in course.export().read_text()
    wrong = [dataclasses.replace(students[0], points=(36,))]
    assert demo.report(course, wrong) == 1
    assert "35 != 36" in capsys.readouterr().out
