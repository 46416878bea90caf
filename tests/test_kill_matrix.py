"""Every known wrong answer loses points where it should, every right one keeps all."""

import ast
import functools

import pytest

from tools import running, variants
from tools.notebooks import assignments, grade_cells, graded_names, helper_cells, load, owner, points, solution_cells

EXERCISES = [(a, name) for a in assignments() for name in graded_names(load(a))]
REPAIRS = [(a, name) for a, name in EXERCISES if name.startswith("repaired_")]


@functools.cache
def outcomes(assignment):
    """Return ``{(name, kind, label): {test id: Outcome}}`` of all variants and trivial answers.

    Only the tests that look at an answer are run with it.
    """
    ids = graded_names(load(assignment))
    readers = running.readers(assignment)
    jobs = {}
    for name, exercise in variants.read(assignment).items():
        for v in exercise.variants:
            jobs[name, "wrong" if v.wrong else "right", v.label] = {ids[name]: v.source}
        for label, source in running.trivial_answers(assignment, name).items():
            jobs[name, "trivial", label] = {ids[name]: source}
    results = running.run_many([(assignment, answers, readers[name]) for (name, _, _), answers in jobs.items()])
    return dict(zip(jobs, results, strict=True))


@functools.cache
def cells_of(assignment, name):
    """Return the test cells of one exercise."""
    notebook = load(assignment)
    own = graded_names(notebook)[name]
    return {key for key in grade_cells(notebook) if owner(key, solution_cells(notebook)) == own}


def split(assignment, name, outcome):
    """Return the lost cells of the exercise itself, and those of others."""
    own = cells_of(assignment, name)
    lost = {key for key, result in outcome.items() if result.message}
    return lost & own, lost - own


def of_kind(assignment, name, kind):
    return {label: o for (n, k, label), o in outcomes(assignment).items() if (n, k) == (name, kind)}


@pytest.mark.parametrize("assignment", assignments())
def test_the_reference_gets_full_marks(assignment):
    outcome = running.run(assignment, {})
    assert {key: o.message for key, o in outcome.items() if o.message} == {}
    assert {key: o.points for key, o in outcome.items()} == points(load(assignment))


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_each_wrong_answer_loses_points_in_its_own_cells_only(assignment, name):
    for label, outcome in of_kind(assignment, name, "wrong").items():
        own, others = split(assignment, name, outcome)
        assert own, f"{label} loses nothing"
        assert not others, f"{label} also costs {others}"


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_each_right_answer_loses_nothing(assignment, name):
    for label, outcome in of_kind(assignment, name, "right").items():
        assert {key: o.message for key, o in outcome.items() if o.message} == {}, label


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_each_trivial_answer_loses_all_points_of_its_exercise(assignment, name):
    own_cells = cells_of(assignment, name)
    for label, outcome in of_kind(assignment, name, "trivial").items():
        own, others = split(assignment, name, outcome)
        assert own == own_cells, f"{label} keeps {own_cells - own}"
        assert not others, f"{label} also costs {others}"


@pytest.mark.parametrize(("assignment", "name"), REPAIRS)
def test_a_function_that_was_not_repaired_loses_all_points_of_its_exercise(assignment, name):
    own, _ = split(assignment, name, of_kind(assignment, name, "wrong")["not-repaired"])
    assert own == cells_of(assignment, name)


def body_of(name, source):
    """Return a function or class without its name and docstrings."""
    (found,) = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    found.name = ""
    for node in ast.walk(found):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.body = node.body[ast.get_docstring(node) is not None :]
    return ast.unparse(found)


@pytest.mark.parametrize(("assignment", "name"), REPAIRS)
def test_the_function_that_was_not_repaired_is_the_given_one(assignment, name):
    given = "\n".join(cell.source for cell in helper_cells(load(assignment)))
    assert body_of(name, variants.read(assignment)[name].find("not-repaired").source) == body_of(
        name.removeprefix("repaired_"), given
    )
