"""Where a test shares a process with student code: what happened counts, not what was shown."""

import json
import os

import nbformat
import pytest
from engine_course import cell, lost, shown
from nbformat.v4 import new_notebook

from grading.run import execute
from grading.run.job import Job

HIDERS = {
    "a method of the shell": "get_ipython().showtraceback = lambda *a, **k: None",
    "the inner method": "get_ipython()._showtraceback = lambda *a, **k: None",
    "a method of its class": (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.showtraceback = type(get_ipython())._showtraceback = lambda *a, **k: None"
    ),
    "an overridden method of its class": "type(get_ipython()).showtraceback = lambda *a, **k: None",
    "another class": (
        "class Mine(type(get_ipython())):\n    showtraceback = lambda *a, **k: None\n"
        "    async def run_code(self, *a, **k):\n        return False\nget_ipython().__class__ = Mine"
    ),
    "a handler for all errors": (
        "get_ipython().set_custom_exc((BaseException,), lambda self, kind, error, trace, tb_offset=None: None)"
    ),
    "an excepthook": "import sys\nsys.excepthook = get_ipython().excepthook = lambda *a: None",
    "cleared outputs": (
        "from IPython.display import clear_output\nip = get_ipython()\n"
        "ip.events.register('post_run_cell', lambda result: clear_output())"
    ),
    "a changed result": (
        "def forgive(result):\n    result.error_in_exec = None\n    get_ipython().outputs.items.clear()\n"
        "get_ipython().events.register('post_run_cell', forgive)"
    ),
    "a result that is always good": (
        "from IPython.core.interactiveshell import ExecutionResult\nExecutionResult.success = True\n"
        "ExecutionResult.error_in_exec = property(lambda self: None, lambda self, error: None)\n"
        "get_ipython().showtraceback = lambda *a, **k: None"
    ),
    "code that does not run": "async def run_code(*a, **k):\n    return False\nget_ipython().run_code = run_code",
    "cells that do not run": "get_ipython().run_cell = get_ipython()._run_cell = lambda *a, **k: None",
    "no exec": "import builtins\nbuiltins.exec = lambda *a, **k: None",
    "a traceback of its own": (
        "AssertionError = type('E', (AssertionError,), {'_render_traceback_': lambda self: 1 / 0})\n"
        "import builtins\nbuiltins.AssertionError = AssertionError"
    ),
    "an error that is false": "class Quiet(AssertionError):\n    __bool__ = lambda self: False\nwrong = Quiet()",
    "a message that fails": "class Quiet(AssertionError):\n    __str__ = None\nwrong = Quiet()",
    "a group of errors": "wrong = ExceptionGroup('', [ValueError()])",
    "an exit": "wrong = SystemExit(0)",
    "a quit of the debugger": "import bdb\nwrong = bdb.BdbQuit()",
}
TEST = "if 'wrong' in globals():\n    raise wrong\nassert f() == 1"


def grade(answer, test=TEST):
    """Return the outcome of a submission with this answer, where the test is worth two points."""
    notebook = new_notebook(
        cells=[cell("", "answer", solution=True), cell(test, "test", grade=True, locked=True, points=2)]
    )
    submitted = nbformat.from_dict(json.loads(nbformat.writes(notebook)))
    submitted.cells[0].source = answer
    data = [nbformat.writes(n).encode() for n in (notebook, submitted)]
    return execute.run(Job("small", *data, {}, {}, tests="beside"))


@pytest.mark.parametrize("hider", HIDERS)
def test_an_error_that_a_submission_hides_costs_the_points_and_is_seen(hider):
    outcome = grade(f"def f():\n    return 0\n{HIDERS[hider]}\n")
    assert outcome.verdicts["test"].score == 0
    assert '"error"' in shown(outcome, "test")


@pytest.mark.parametrize(
    ("test", "score"),
    [("f()", 1), ("0.5", 0.5), ("'text'", 2), ("print(f())", 2), ("f() == 1", 2), ("f(); 0.5", 0.5)],
)
def test_partial_credit_is_what_nbgrader_gives(test, score):
    assert grade("def f():\n    return 1\n", test).verdicts["test"].score == score


def test_a_submission_is_told_that_it_is_being_graded_and_this_process_is_not():
    asks = "import os\nassert os.environ['NBGRADER_EXECUTION'] == 'autograde'"
    assert lost(grade("", asks)) == set()
    assert "NBGRADER_EXECUTION" not in os.environ
