"""From release/ through nbgrader autograde to the gradebook: same points as the quick run."""

import functools
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools import running, variants
from tools.classroom import Course
from tools.notebooks import assignments, graded_names, load, reference_answers

SAMPLE = 4  # variants of each assignment, one in a submission


@functools.cache
def sample(assignment):
    """Return ``{student: {solution id: source}}``: every k-th variant, pasted alone."""
    ids = graded_names(load(assignment))
    known = [v for exercise in variants.read(assignment).values() for v in exercise.variants]
    step = len(known) // SAMPLE
    return {f"v{i}": {ids[v.name]: v.source} for i, v in enumerate(known[step // 2 :: step][:SAMPLE])}


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """``{assignment: (course, nbgrader's process)}``, graded by the nbgrader command."""

    def grade(assignment):
        course = Course(tmp_path_factory.mktemp(assignment))
        course.generate(assignment)
        course.submit("reference", assignment, reference_answers(assignment))
        course.submit("untouched", assignment, {})
        if "framework" in reference_answers(assignment):  # it may be imported from a file beside the notebook
            source = reference_answers(assignment)["framework"]
            answer = {"framework": "from framework import *\n"}
            files = {"framework.py": "import numpy as np\n" + source}
            course.submit("imports", assignment, reference_answers(assignment) | answer, files)
        for student, answer in sample(assignment).items():
            course.submit(student, assignment, reference_answers(assignment) | answer)
        return course, course.autograde(assignment)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(assignments(), pool.map(grade, assignments()), strict=True))


@pytest.mark.parametrize("assignment", assignments())
def test_nbgrader_grades_every_submission(assignment, courses):
    _, process = courses[assignment]
    assert process.returncode == 0, process.stderr


@pytest.mark.parametrize("assignment", assignments())
def test_the_reference_gets_full_marks_in_the_gradebook(assignment, courses):
    course, _ = courses[assignment]
    scores = course.scores("reference", assignment)
    assert scores == {key: outcome.points for key, outcome in running.run(assignment, {}).items()}


def test_a_framework_in_a_file_beside_the_notebook_gets_full_marks(courses):
    course, _ = courses["05-mnist-lab"]
    assert course.scores("imports", "05-mnist-lab") == course.scores("reference", "05-mnist-lab")


@pytest.mark.parametrize("assignment", assignments())
def test_the_untouched_notebook_gets_nothing(assignment, courses):
    course, _ = courses[assignment]
    assert set(course.scores("untouched", assignment).values()) == {0}


@pytest.mark.parametrize(("assignment", "student"), [(a, f"v{i}") for a in assignments() for i in range(SAMPLE)])
def test_the_gradebook_agrees_with_the_quick_run(assignment, student, courses):
    course, _ = courses[assignment]
    quick = running.run(assignment, sample(assignment)[student])
    assert course.scores(student, assignment) == {key: outcome.points for key, outcome in quick.items()}
