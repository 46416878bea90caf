"""What nbgrader_config.py promises, tried with submissions that try it."""

import re

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup

from tools.classroom import Course
from tools.notebooks import grade_id, load, notebook_path, points, reference_answers

ASSIGNMENT = "01-loss-functions"
NOISY = """import logging, sys, warnings
warnings.warn("a warning when the cell runs")
print("text on stderr", file=sys.stderr)
def softmax(Z):
    warnings.warn("a warning in the function")
    print("printed by the student")
    logging.warning("a log entry")
    print("text on stderr", file=sys.stderr)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
"""
WRONG = "def softmax(Z):\n    print('hidden input', Z)\n    return Z / Z.sum()\n"
FAULTS = {
    "raises": "def softmax(Z):\n    return Z[99, 99]\n",
    "syntax": "def softmax(Z)\n    return Z\n",
    "recursion": "def softmax(Z):\n    return softmax(Z)\n",
    "exits": "def softmax(Z):\n    raise SystemExit(0)\n",
    "none": "def softmax(Z):\n    pass\n",
    "nan": "def softmax(Z):\n    return Z * np.nan\n",
    "type": "def softmax(Z):\n    return 'probabilities'\n",
    "shape": "def softmax(Z):\n    return Z[0]\n",
}
LOST = {"test-softmax-values", "test-softmax-stability", "test-softmax-shapes"}


def edit(path, change):
    """Rewrite a submitted notebook with ``change(notebook)``."""
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def tag_tests(notebook):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]


def delete_tests(notebook):
    notebook.cells = [c for c in notebook.cells if not str(grade_id(c)).startswith("test-softmax")]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """``(course, nbgrader's process)`` after nbgrader autograde, with feedback pages."""
    course = Course(tmp_path_factory.mktemp("grading"))
    course.generate(ASSIGNMENT)
    solved = reference_answers(ASSIGNMENT)
    for student, source in {"noisy": NOISY, "wrong": WRONG, **FAULTS}.items():
        course.submit(student, ASSIGNMENT, solved | {"softmax": source})
    for student, change in {"tagged": tag_tests, "deleted": delete_tests}.items():
        edit(course.submit(student, ASSIGNMENT, solved | {"softmax": WRONG}), change)
    course.submit("corrupt", ASSIGNMENT, solved).write_text('{"cells": [', encoding="utf-8")
    course.submit("missing", ASSIGNMENT, solved).unlink()
    process = course.autograde(ASSIGNMENT)
    course.feedback(ASSIGNMENT)
    return course, process


def feedback(course, student):
    path = notebook_path(ASSIGNMENT, course.folder / "autograded" / student)
    html = (course.folder / "feedback" / student / ASSIGNMENT / path.name).with_suffix(".html").read_text()
    return BeautifulSoup(html, "html.parser").get_text()


def lost(course, student):
    worth = points(load(ASSIGNMENT))
    return {key for key, score in course.scores(student, ASSIGNMENT).items() if score < worth[key]}


def test_warnings_and_prints_cost_a_right_answer_nothing(graded):
    assert lost(graded[0], "noisy") == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_its_own_function_only(fault, graded):
    assert lost(graded[0], fault) == LOST


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("raises", "IndexError"),
        ("recursion", "RecursionError"),
        ("exits", "SystemExit"),
        ("none", "is None"),
        ("nan", "NaN"),
        ("type", "should be numbers"),
        ("shape", "has shape"),
    ],
)
def test_a_fault_is_named_in_the_feedback(fault, message, graded):
    assert message in feedback(graded[0], fault)


def test_a_student_cannot_tag_a_test_to_skip_it(graded):
    assert lost(graded[0], "tagged") == LOST


def test_deleted_test_cells_come_back(graded):
    assert lost(graded[0], "deleted") == LOST


def test_a_corrupt_notebook_gets_nothing_and_the_feedback_says_why(graded):
    course, process = graded
    assert process.returncode == 0, process.stderr
    assert set(course.scores("corrupt", ASSIGNMENT).values()) == {0}
    assert "Notes from grading" in feedback(course, "corrupt")


def test_a_missing_notebook_gets_nothing_and_the_feedback_says_why(graded):
    course, _ = graded
    assert set(course.scores("missing", ASSIGNMENT).values()) == {0}
    assert "is missing or empty" in feedback(course, "missing")


def test_feedback_shows_no_hidden_test(graded):
    text = feedback(graded[0], "wrong")
    hidden = hidden_marks()
    assert hidden and not [mark for mark in hidden if mark in text]


def test_feedback_shows_no_hidden_input_that_a_student_printed(graded):
    inputs = np.random.default_rng(111).normal(size=(4, 5))  # of test-softmax-values
    text = feedback(graded[0], "wrong")
    assert f"{inputs[0, 0]:.6f}" not in text
    assert "hidden input" in text  # the line that printed it is there


def hidden_marks():
    """Return what stands only in hidden tests: their random numbers and their delimiter."""
    hidden = [cell.source.partition("### BEGIN HIDDEN TESTS")[2] for cell in load(ASSIGNMENT).cells]
    return {"HIDDEN TESTS"} | set(re.findall(r"default_rng\(\d+", "".join(hidden)))


def test_feedback_gives_the_reason_of_a_quiz_answer(graded):
    assert "quiz_1 is right. The absolute error grows" in feedback(graded[0], "noisy")
