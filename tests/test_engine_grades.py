"""The engine gives the grades, and says the words, of a run in one process."""

import functools

import nbformat
import pytest
from nbgrader.utils import determine_grade, is_grade, is_locked, is_solution

from grading.run import execute
from grading.run.job import Job, content_key
from tools import running, variants
from tools.notebooks import SOURCE, assignments, grade_id, graded_names, load, notebook_path, solution_cells

SAMPLE = 6  # variants of each assignment
DRAWN = {"ignores-rng", "global-generator"}  # their numbers differ from run to run
# Their test begins with a hidden part: the engine passes no text of a warning on there.
SILENCED = {"value-overflows", "slopes-overflow"}
LEFT_BEHIND = {"networks-share-their-layers"}  # what a test finds depends on the tests before it in one process


def job(assignment, answers, plain=False, **options):
    """Return the job of the reference with some ``{grade id: source}`` replaced; ``plain`` keeps the demonstrations."""
    notebook = load(assignment)
    notebook.cells = [c for c in notebook.cells if plain or is_grade(c) or is_solution(c) or is_locked(c)]
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    folder = SOURCE / assignment
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.suffix != ".ipynb"}
    path = notebook_path(assignment)
    return Job(path.stem, path.read_bytes(), nbformat.writes(notebook).encode(), files, files, **options)


def messages(outcome):
    """Return ``{test id: "Type: message"}`` as the executed notebook shows it, '' for a passed test."""
    found = {}
    for cell in nbformat.reads(outcome.notebook, as_version=4).cells:
        if grade_id(cell) in outcome.verdicts:
            errors = [f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
            found[grade_id(cell)] = errors[0] if errors else ""
    return found


def sample(assignment):
    ids = graded_names(load(assignment))
    known = [v for exercise in variants.read(assignment).values() for v in exercise.variants if v.label not in DRAWN]
    step = len(known) // SAMPLE
    return [
        pytest.param(assignment, {ids[v.name]: v.source}, id=f"{v.name} {v.label}")
        for v in known[step // 3 :: step]
        if v.label not in LEFT_BEHIND | SILENCED
    ]


@pytest.fixture(scope="module")
def whole():
    """``whole(assignment)``: the outcome of the reference with its demonstrations."""
    return functools.cache(lambda assignment: execute.run(job(assignment, {}, plain=True, demonstrations=True)))


@pytest.mark.parametrize("assignment", assignments())
def test_the_whole_reference_passes_and_shows_its_pictures(whole, assignment):
    outcome = whole(assignment)
    assert {k for k, v in outcome.verdicts.items() if not v.passed} == set()
    assert outcome.notices == [] and outcome.failed == "" and "image/png" in outcome.notebook


@pytest.mark.parametrize("assignment", assignments())
def test_no_cell_of_the_reference_ends_with_an_error(whole, assignment):
    cells = nbformat.reads(whole(assignment).notebook, as_version=4).cells
    assert [c.source for c in cells if any(o.output_type == "error" for o in c.get("outputs", []))] == []


@pytest.mark.parametrize("assignment", assignments())
def test_the_untouched_notebook_passes_nothing(assignment):
    stubs = {key: running._stub(cell.source) for key, cell in solution_cells(load(assignment)).items()}
    outcome = execute.run(job(assignment, stubs))
    assert {k for k, v in outcome.verdicts.items() if v.passed} == set()


@pytest.mark.parametrize(("assignment", "answers"), [p for a in assignments() for p in sample(a)])
def test_messages_are_those_of_a_run_in_one_process(assignment, answers):
    expected = {key: outcome.message for key, outcome in running.run(assignment, answers).items()}
    assert messages(execute.run(job(assignment, answers))) == expected


def test_the_same_job_has_the_same_key_and_another_has_another():
    one = job("01-loss-functions", {})
    assert content_key(one) == content_key(job("01-loss-functions", {}))
    assert content_key(one) != content_key(job("01-loss-functions", {"softmax": ""}))


def test_the_same_job_gives_the_same_notebook():
    one = job("01-loss-functions", {}, plain=True)
    assert execute.run(one).notebook == execute.run(one).notebook


def test_nbgrader_reads_from_the_outputs_what_the_verdicts_say():
    """The visible part of a quiz question ends in a value, which nbgrader would take for points."""
    outcome = execute.run(job("01-loss-functions", {"quiz-1": 'def quiz_1():\n    return "a"\n'}))
    cells = nbformat.reads(outcome.notebook, as_version=4).cells
    read = {grade_id(c): determine_grade(c)[0] for c in cells if is_grade(c)}
    assert {key for key, points in read.items() if not points} == {"test-quiz-1"}
    assert not outcome.verdicts["test-quiz-1"].passed
