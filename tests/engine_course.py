"""A small assignment for the tests of the engine, and submissions to it."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.run import execute
from grading.run.job import Job
from tools.helpers import SHARED
from tools.notebooks import grade_id

SECRET = "seldom-8431"  # stands only in a hidden test
SETUP = """import numpy as np
from checks import Check

numbers = np.array([1, 2, 4])

class Toy:
    made = 0

    def __init__(self):
        self.W = np.ones(2)

    def scale(self, k):
        self.W = k * self.W
"""
SOLUTIONS = {
    "double": "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n",
    "total": "def total(f, xs):\n    ### BEGIN SOLUTION\n    return sum(f(x) for x in xs)\n    ### END SOLUTION\n",
    "grow": "def grow(toy):\n    ### BEGIN SOLUTION\n    toy.scale(3)\n    toy.W = toy.W + 1\n    ### END SOLUTION\n",
    "counter": (
        "class Counter:\n"
        "    def __init__(self):\n        ### BEGIN SOLUTION\n        self.n = 0\n        ### END SOLUTION\n"
        "    def add(self, k):\n        ### BEGIN SOLUTION\n        self.n = self.n + k\n        ### END SOLUTION\n"
    ),
}
TESTS = {
    "test-double": (
        'check = Check("double", double)\n'
        "check.same(check.call(x=np.array([1.0, 2.5])), np.array([2.0, 5.0]))\ncheck.unchanged()\n"
        "### BEGIN HIDDEN TESTS\n"
        f'check = Check("double", double, hidden=True)  # {SECRET}\n'
        "x = np.random.default_rng(8431).normal(size=(3, 2))\n"
        "check.same(check.call(x=x), x + x)\ncheck.unchanged()\n"
        "### END HIDDEN TESTS\n"
    ),
    "test-total": (
        'check = Check("total", total)\n'
        "check.same(check.call(f=lambda x: x + 1, xs=numbers), 10)\n"
        "### BEGIN HIDDEN TESTS\n"
        f"calls = []  # {SECRET}\n"
        "def f(x):\n    calls.append(x)\n    return x * 3\n"
        'check.same(check.call(f=f, xs=(2, 5)), 21)\ncheck.true(calls == [2, 5], "wrong calls")\n'
        "### END HIDDEN TESTS\n"
    ),
    "test-grow": (
        'check, toy = Check("grow", grow), Toy()\ncheck.call(toy=toy)\n'
        'check.same(toy.W, np.array([4.0, 4.0]), "W")\ncheck.same(numbers, np.array([1, 2, 4]), "numbers")\n'
        'check.true(Toy().scale.__name__ == "scale" and Toy.made == 0, "Toy was changed")\n'
    ),
    "test-counter": (
        'check = Check("Counter", Counter)\none, other = check.call(), check.call()\n'
        'check.method(one, "add", k=2)\ncheck.method(one, "add", k=3)\n'
        'check.same(check.get(one, "n"), 5)\ncheck.same(check.get(other, "n"), 0)\n'
    ),
}
TESTED = {key: f"test-{key}" for key in SOLUTIONS}


def cell(source, key, **kind):
    """Return a code cell of nbgrader's."""
    ours = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False} | kind
    return new_code_cell(source, id=key, metadata={"nbgrader": ours | {"grade_id": key}})


def template():
    """Return the instructor's notebook."""
    cells = [new_markdown_cell("# A small assignment", id="title"), cell(SETUP, "setup", locked=True)]
    for key, source in SOLUTIONS.items():
        cells.append(cell(source, key, solution=True))
        cells.append(cell(TESTS[TESTED[key]], TESTED[key], grade=True, locked=True, points=2))
    return new_notebook(cells=cells)


def submission(answers=None, before="", after=""):
    """Return a student's notebook.

    answers: ``{grade id: source}`` in the place of the right ones
    before, after: sources of cells that the student added at the top and at the end
    """
    notebook = template()
    for found in notebook.cells:
        found.source = (answers or {}).get(grade_id(found), found.source).partition("### BEGIN HIDDEN")[0]
    notebook.cells[1:1] = [new_code_cell(before, id="before")] if before else []
    notebook.cells += [new_code_cell(after, id="after")] if after else []
    return notebook


def run(submitted, files=None, client=None, **options):
    """Return the engine's outcome of a notebook, or of the bytes of a file."""
    data = submitted if isinstance(submitted, bytes) else json.dumps(submitted).encode()
    checks = {name: (folder / name).read_bytes() for name, folder in SHARED.items()}
    text = nbformat.writes(template()).encode()
    run_job = client.outcome if client else execute.run
    return run_job(Job("small", text, data, (files or {}) | checks, checks, **options))


def lost(outcome):
    """Return the test cells that were not passed."""
    return {key for key, verdict in outcome.verdicts.items() if not verdict.passed}


def shown(outcome, key):
    """Return the text of all outputs of one cell: its grade id, or "after" for the last one."""
    cells = nbformat.reads(outcome.notebook, as_version=4).cells
    found = cells[-1] if key == "after" else next(c for c in cells if grade_id(c) == key)
    return json.dumps(found.outputs)


def shown_by_student(outcome):
    """Return the text of all outputs but those of the tests."""
    cells = nbformat.reads(outcome.notebook, as_version=4).cells
    return json.dumps([c.get("outputs", []) for c in cells if not str(grade_id(c)).startswith("test-")])
