"""What a test apart says and knows: false expressions, imports of open cells, numbers, text that is no Unicode."""

import ast
import json

import nbformat
import pytest
from engine_course import cell
from nbformat.v4 import new_code_cell, new_notebook

from grading.run import execute
from grading.run.job import Job
from grading.run.outputs import speaks
from tools.notebooks import ROOT

ERRORS, MESSAGES = ROOT / "source" / "errors.py", ROOT / "source" / "messages.py"

ASSERTS = {  # test cell -> what the message holds, and what it does not
    "assert f(3) == 7": (["f(3) == 7", "f(3) is 6"], []),
    "y = 5\nassert f(1) == 2 and not f(y) > y": (["y is 5", "f(y) is 10"], []),
    "import numpy as np\nassert np.allclose(f(np.ones(1)), 9)": (["np.allclose", "array([2.])"], ["module"]),
    "assert f(3) == 7, 'mine'": (["mine"], ["f(3)"]),
    "assert helped(f, 3)": (["helped(f, 3)"], ["function"]),
    "expect(f, 4321)": (["function(x) == 1", "8642"], []),
    "assert f(1) == 2\n### BEGIN HIDDEN TESTS\nassert f(4321) == 1\n### END HIDDEN TESTS": ([], ["f(", "4321", "8642"]),
    "### BEGIN HIDDEN TESTS\nexpect(f, 4321)\n### END HIDDEN TESTS": ([], ["function", "4321", "8642"]),
    "def own(x):\n    assert f(x) == 1\n### BEGIN HIDDEN TESTS\nown(4321)\n### END HIDDEN TESTS": (
        [],
        ["f(x)", "8642"],
    ),
}
HELPERS = "def expect(function, x):\n    assert function(x) == 1\ndef helped(function, x):\n    return function(x) == 1"


def verdict(
    test,
    answer="def f(x):\n    return 2 * x",
    opened="import math as m\nimport nothing_like_this",
    marks=None,
    files=None,
):
    """Return the verdict on a test cell of 2 points, and the outcome.

    marks: of what is hidden, not nbgrader's own
    files: ``{name: content}`` of the instructor's
    """
    cells = [new_code_cell(opened, id="open"), cell(HELPERS, "helpers", locked=True)]
    cells += [
        cell("def f(x):\n    return 2 * x", "f", solution=True),
        cell(test, "test", grade=True, locked=True, points=2),
    ]
    metadata = {"grading": {"marks": marks}} if marks else {}
    template = nbformat.writes(new_notebook(cells=cells, metadata=metadata)).encode()
    cells[2].source = answer
    job = Job("small", template, json.dumps(new_notebook(cells=cells)).encode(), files or {}, files or {})
    outcome = execute.run(job)
    return outcome.verdicts["test"], outcome


@pytest.mark.parametrize("test", ASSERTS)
def test_a_bare_assertion_tells_what_is_false_unless_it_is_hidden(test):
    told, untold = ASSERTS[test]
    found, outcome = verdict(test)
    assert not found.passed and found.message.startswith("AssertionError")
    shown = json.dumps(nbformat.reads(outcome.notebook, as_version=4).cells[-1].outputs)
    assert all(text in found.message for text in told)
    assert not any(text in found.message + shown for text in untold)


HIDDEN = {  # line of a hidden test -> whether its author wrote what it says
    "{}['zebra4321'] == f(1)": False,
    "[f(1)].index('zebra4321')": False,
    "int(f('zebra4321'))": False,
    "import numpy as np\nnp.testing.assert_allclose(f(0), 4321)": False,
    "raise ValueError('zebra')": True,
    "assert f(1) == 4321, 'zebra'": True,
}


@pytest.mark.parametrize("line", HIDDEN)
def test_an_error_below_a_hidden_line_shows_no_value_unless_its_author_does(line):
    found, outcome = verdict(f"assert f(1) == 2\n### BEGIN HIDDEN TESTS\n{line}\n### END HIDDEN TESTS")
    shown = json.dumps(nbformat.reads(outcome.notebook, as_version=4).cells[-1].outputs)
    assert not found.passed and "4321" not in found.message + shown
    assert ("zebra" in found.message) == HIDDEN[line] and found.message.partition(": ")[2]


def test_the_value_of_a_last_line_that_is_hidden_is_shown_if_it_is_points():
    test = "assert f(1) == 2\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
    found, outcome = verdict(test.format("'zebra4321'"))
    assert found.passed and nbformat.reads(outcome.notebook, as_version=4).cells[-1].outputs == []
    assert verdict(test.format("f(0.5)"))[0].score == 1


def test_a_test_gets_no_timer_for_it_would_stop_the_clock():
    test = "import signal\nsignal.alarm(2)\nassert f(1) == 2"
    found, _ = verdict(test)
    assert not found.passed and "timer" in found.message


def test_what_a_course_marks_in_its_own_way_is_hidden():
    test = "assert f(1) == 2\n# <secret>\nassert f(4321) == 1\n# </secret>"
    found, _ = verdict(test, marks=["<secret>", "</secret>"])
    assert not found.passed and "4321" not in found.message


def test_an_error_that_shows_its_message_for_a_traceback_speaks_for_itself():
    spoken = "class Spoken(Exception):\n    def _render_traceback_(self):\n        return str(self).split('\\n')\n"
    found, outcome = verdict(f"{spoken}raise Spoken('one\\ntwo')")
    (error,) = nbformat.reads(outcome.notebook, as_version=4).cells[-1].outputs
    assert found.message == error.evalue == "one\ntwo" and speaks(error)
    found, outcome = verdict("raise ValueError('one')")
    (error,) = nbformat.reads(outcome.notebook, as_version=4).cells[-1].outputs
    assert found.message == "ValueError: one" and not speaks(error)


def test_an_import_in_an_open_cell_is_known_to_tests():
    found, _ = verdict("assert f(m.pi) == 2 * m.pi")
    assert found.passed


def test_a_name_that_an_open_cell_binds_is_the_students():
    found, _ = verdict("assert size == 3 and f(size) == 6", opened="size, other = 3, 4")
    assert found.passed


def test_a_number_in_the_last_line_of_a_test_is_partial_credit():
    found, _ = verdict("f(1) / 4")
    assert not found.passed and found.score == 0.5


PLACES = {  # answer -> what its reader is told of the place of the error
    "def f(x):\n    raise NotImplementedError()\n    return 2 * x": ("below", True),
    "def f(x):\n    raise NotImplementedError()\n    # return 2 * x": ("below", False),
    "def f(x):\n    return [y.z for y in [x]]": ("function", "f"),
    "def f(x, error=None, __debug=0):\n    raise KeyError('k')": ("function", "f"),
    "class f:\n    def __new__(kind, x):\n        return object.__new__(kind).g(x)\n"
    "    def g(self, size):\n        return self.size": ("arguments", ("self", "size")),
    "class f:\n    def __new__(kind, x):\n        return object.__new__(kind).g(x)\n"
    "    def g(self, x):\n        return self.y": ("kind", "f"),
}


@pytest.mark.parametrize("answer", PLACES)
def test_the_place_of_an_error_is_known_as_in_the_notebook(answer):
    test = (
        "from errors import place\ntry:\n    f(1)\nexcept Exception as error:\n"
        "    assert False, repr(place(error, '')._asdict())"
    )
    errors = {"errors.py": ERRORS.read_bytes(), "messages.py": MESSAGES.read_bytes()}
    found, _ = verdict(test, answer, files=errors)
    name, value = PLACES[answer]
    assert ast.literal_eval(found.message.partition(": ")[2])[name] == value


BROKEN = {
    "a message": "def f(x):\n    raise ValueError('\\ud800')",
    "an output": "print('\\udfff')\ndef f(x):\n    return 2 * x",
    "a name": "def f(x):\n    return getattr(x, '\\ud800')",
    "the source": "def f(x):\n    return 2 * x  # \ud800",
    "an error of a cell": "def f(x):\n    return 2 * x\nraise ValueError('\\ud800')",
}


@pytest.mark.parametrize("where", BROKEN)
def test_text_that_utf_8_cannot_encode_is_replaced_in_outcomes(where):
    found, outcome = verdict("assert f(1) == 2", BROKEN[where])
    "".join([outcome.notebook, found.message, *outcome.notices]).encode("utf-8")
    nbformat.writes(nbformat.reads(outcome.notebook, as_version=4)).encode("utf-8")
    assert found.passed == (where not in ("a message", "a name"))


def test_two_halves_of_a_letter_become_that_letter():
    found, _ = verdict("f(1)", "def f(x):\n    raise ValueError('\\ud83d\\ude00')")
    assert "\U0001f600" in found.message


def test_the_hidden_part_of_a_test_goes_on_with_the_objects_of_its_visible_part():
    answer = "class f(list):\n    def __init__(self, x):\n        self.n = [x]\n    put = list.append"
    visible = "s, given = f(3), [7]\ns.put(given)\nn = s.n\nassert s == [[7]]\n"
    hidden = "### BEGIN HIDDEN TESTS\ns.put(2)\nn.append(4)\nassert len(s) == 2 and s.n == [3, 4]"
    found, _ = verdict(f"{visible}{hidden}\n### END HIDDEN TESTS", answer)
    assert found.passed
