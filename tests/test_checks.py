"""What source/checks.py says to a student, and what it accepts."""

import itertools
import json
import linecache
import re
import sys
import textwrap
import types
import warnings
from fractions import Fraction

import checks
import messages
import numpy as np
import progress
import pytest
import reasons
from IPython.core.interactiveshell import InteractiveShell

from tools import hints as build

Check, CheckFailed = checks.Check, checks.CheckFailed

SECRET = np.array([123.456, -77.25, 31.125])
V = np.array([1.0, 2.0, 3.0])


def message(action):
    """Return what a failing check says."""
    with pytest.raises(CheckFailed) as caught:
        action()
    return str(caught.value)


def compare(got, expected, hidden=False, **options):
    """Compare as a test cell does, with an answer that returns ``got``."""
    check = Check("answer", lambda x: got, hidden)
    check.same(check.call(x=SECRET), expected, **options)


def said(got, expected, **options):
    return message(lambda: compare(got, expected, **options))


def student(source, file="<solution>"):
    """Return what ``answer`` is after a notebook cell with this source."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {"__name__": "__main__", "np": np}
    exec(compile(source, file, "exec"), namespace)
    return namespace["answer"]


def raises(error):
    def answer(x):
        raise error

    return answer


class Broken:
    """An object whose every method fails."""

    def _fail(self, *given, **options):
        raise RuntimeError("broken")

    __repr__ = __str__ = __array__ = __iter__ = __len__ = __getitem__ = __float__ = items = _fail


class Speaking(Exception):
    """An error that cannot be printed."""

    def __str__(self):
        raise RuntimeError("broken")


# What is accepted


@pytest.mark.parametrize(
    "got",
    [
        V,
        V.astype(np.float32),
        V.astype(int),
        V.astype(object),
        np.ma.array(V),
        np.broadcast_to(V, (3,)),
        V.view(type("Sub", (np.ndarray,), {})),
        [1, 2, 3],
        (1.0, np.float32(2), np.array(3)),
        [Fraction(1), 2, 3],
        range(1, 4),
        V + 1e-5,
    ],
    ids=lambda got: type(got).__name__,
)
@pytest.mark.parametrize("expected", [V, [1.0, 2.0, 3.0], (1.0, 2.0, 3.0)], ids=["array", "list", "tuple"])
def test_a_right_result_of_another_type_passes(got, expected):
    compare(got, expected)


@pytest.mark.parametrize("expected", [V, [1.0, 2.0, 3.0]], ids=["array", "list"])
def test_a_generator_is_a_sequence(expected):
    compare((v for v in V), expected)
    compare(map(float, "123"), expected)


def test_zip_gives_pairs():
    compare(zip(V, -V, strict=True), [(1, -1), (2, -2), (3, -3)])


@pytest.mark.parametrize("got", [0.5, np.float32(0.5), np.array(0.5), Fraction(1, 2)], ids=lambda g: type(g).__name__)
def test_a_number_of_another_type_passes(got):
    compare(got, 0.5)


def test_a_boolean_mask_is_a_numeric_array():
    compare(np.array([True, False]), np.array([1.0, 0.0]))
    compare(np.array([1.0, 0.0]), np.array([True, False]))


def test_a_dict_may_hold_more_than_expected():
    compare({"W": V, "own": None}, {"W": V})


def test_nan_and_infinity_can_be_expected():
    compare(np.array([np.nan, np.inf, 1]), np.array([np.nan, np.inf, 1]))


def test_the_default_tolerance_is_relative_to_each_value():
    compare(np.array([1.00009, 100.0]), np.array([1.0, 100.0]))
    assert "wrong values in 1 of 2 places" in said(np.array([1.0003, 100.0]), np.array([1.0, 100.0]))


def test_a_small_value_is_judged_beside_the_largest():
    compare(np.array([1e-8, 1.0]), np.array([0.0, 1.0]))


def test_a_tolerance_can_be_given():
    compare(0.9, 1.0, rtol=0.2)
    compare(1e-13, 0.0, atol=1e-12)
    said(1e-11, 0.0, atol=1e-12)


# What is refused, and in which words


def test_a_wrong_value_is_shown_beside_the_expected_one():
    text = said(0.25, 1.5)
    assert text.startswith("answer: the result has the wrong value.")
    assert "Got          0.25\n" in text
    assert "Expected     1.5\n" in text
    assert "Difference   -1.25" in text


def test_the_call_is_shown_with_its_arguments():
    text = said(0.25, 1.5)
    assert "Called       answer(x)\n" in text
    assert "123.456" in text


def test_the_first_wrong_entry_is_named():
    text = said(np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert "has the right shape, but wrong values in 1 of 4 places" in text
    assert "First wrong  at [1, 1]: got 5, expected 4" in text


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (V[:, None], V, "the result has shape (3, 1), but shape (3,) was expected"),
        (V[:1], 1.0, "the result has shape (1,), but one number was expected"),
        (1.0, V, "the result is one number, but shape (3,) was expected"),
        (None, V, "the result is None. Does the function end with return?"),
        (None, {"W": V}, "the result is None"),
        (np.nan, 1.0, "the result is nan"),
        (np.array([1, np.nan, np.inf]), V, "the result is NaN or infinite in 2 of 3 places"),
        ("abc", V, "should be numbers, but is of type str"),
        (["1", "2", "3"], V, "should be numbers, but is a list"),
        (np.array(["1", "2", "3"], dtype=object), V, "should be numbers, but is an array of object"),
        ([[1, 2], [3]], V, "is a list with rows of different lengths"),
        (V + 0j, V, "should be numbers, but is an array of complex128"),
        ({1.0, 2.0, 3.0}, V, "should be numbers, but is of type set"),
        (len, 1.0, "should be one number, but is of type builtin_function_or_method"),
        (np.array([True, False, True]), V, "got 0, expected 2"),
        ([10**400, 2, 3], V, "should be numbers"),
        (2.0, [1.0, 2.0], "should hold 2 things in order, but is of type float"),
        ({1.0: 0, 2.0: 0}, [1.0, 2.0], "should hold 2 things in order, but is of type dict"),
        ({1.0, 2.0}, [1.0, 2.0], "should hold 2 things in order, but is of type set"),
        ("12", [1.0, 2.0], "should hold 2 things in order, but is of type str"),
        (V, (V, 1.0), "should hold 2 things, but holds 3"),
        ((V, 2.0), (V, 1.0), "the result[1] has the wrong value"),
        (V, {"W": V}, "should be a dict, but is an array of float64"),
        ({}, {"W": V}, "has no key 'W'"),
        ({"W": -V}, {"W": V}, "W has the right shape, but wrong values"),
    ],
)
def test_an_unsuitable_result_gets_a_sentence(got, expected, words):
    assert words in said(got, expected)


def test_a_number_that_python_cannot_print_gets_a_sentence():
    assert "should be one number, but is of type int" in said(10**5000, 1.0)


@pytest.mark.parametrize("expected", [V, [1.0, 2.0, 3.0], {"W": V}, 1.0], ids=["array", "list", "dict", "number"])
@pytest.mark.parametrize("wrap", [lambda b: b, lambda b: [b, b, b], lambda b: {"W": b}], ids=["it", "list", "dict"])
def test_an_object_that_fails_at_everything_gets_a_message(wrap, expected):
    assert "Broken" in said(wrap(Broken()), expected)


@pytest.mark.parametrize("expected", [V, [V, V]], ids=["array", "list"])
def test_a_generator_that_never_ends_gets_a_message(expected):
    said((V for _ in itertools.count()), expected)
    said(type("Endless", (), {"__iter__": lambda self: itertools.count()})(), expected)


@pytest.mark.parametrize(
    "got",
    [[V] * 5000, list(range(5000)), {str(i): V for i in range(5000)}, "x" * 10**6],
    ids=["arrays", "numbers", "dict", "text"],
)
def test_a_long_result_gives_a_short_message(got):
    assert len(said(got, 1.0)) < 1500


def test_very_small_and_very_large_values_stay_readable():
    assert "[1.e-09 2.e-09 3.e-09]" in said(V * 1e-9, V)
    assert "[1.e+300 2.e+300 3.e+300]" in said(V * 1e300, V)


def test_an_item_is_called_by_the_name_that_the_pair_gives_it():
    assert said((V, 2 * V), (V, V), what="(dw, db)").startswith("answer: db has")
    assert said((V, {"Z1": 2 * V}), (V, {"Z1": V}), what="(P, cache)").startswith("answer: cache['Z1'] has")


def test_the_name_and_the_reason_that_a_test_gives_are_shown():
    text = said(V**3 - 2, V, what="dW", because="the loss goes down.")
    assert "dW has the right shape" in text
    assert "Remember: the loss goes down." in text


def test_a_property_that_does_not_hold_is_said():
    assert message(lambda: Check("answer", len).true(False, "rows do not sum to 1.")) == (
        "answer: rows do not sum to 1."
    )


def test_a_property_must_hold_everywhere():
    Check("answer", len).true(np.array([True, True]), "not everywhere.")
    message(lambda: Check("answer", len).true(np.array([True, False]), "not everywhere."))


@pytest.mark.parametrize("got", [8, 9.5, np.float32(35), np.array(16.0)])
def test_a_number_between_two_limits_passes(got):
    Check("answer", len).between(got, 8, 35)


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (7.9, "the result is too small"),
        (np.inf, "the result is too large"),
        (np.nan, "the result is nan"),
        (None, "the result is None"),
        ("9", "should be one number"),
        (np.array([9.0]), "one number was expected"),
    ],
)
def test_anything_else_is_not_between_two_limits(got, words):
    text = message(lambda: Check("answer", len).between(got, 8, 35))
    assert words in text
    assert "Expected     a number from 8 to 35" in text


def test_a_wrong_test_is_no_mistake_of_the_student():
    with pytest.raises(TypeError, match="expected values must be numbers"):
        compare(V, "abc")


# Errors, prints and warnings of student code


def test_a_stub_is_called_unwritten_and_nothing_else_is_said():
    text = message(lambda: Check("answer", raises(NotImplementedError())).call(x=V))
    assert text == "answer is not written yet. Put your answer where it says YOUR CODE HERE."


def test_a_stub_of_a_method_is_named():
    layer = types.SimpleNamespace(backward=raises(NotImplementedError()))
    assert message(lambda: Check("Layer", None).method(layer, "backward", dZ=V)).startswith(
        "Layer: backward is not written yet."
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("bad shape"), "answer(x) stopped with ValueError: bad shape"),
        (KeyError("W1"), "answer(x) stopped with KeyError: 'W1'"),
        (SystemExit(), "answer(x) stopped with SystemExit"),
        (RecursionError("too deep"), "answer(x) stopped with RecursionError: too deep"),
        (StopIteration(), "answer(x) stopped with StopIteration"),
        (Speaking(), "answer(x) stopped with Speaking"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_named_with_its_text(error, words):
    assert message(lambda: Check("answer", raises(error)).call(x=V)).startswith(words)


def test_an_error_of_a_generator_is_caught():
    check = Check("answer", student("def answer(x):\n    yield x[7]\n"))
    assert "IndexError" in message(lambda: check.call(x=V))


def test_the_line_that_raised_is_quoted():
    check = Check("answer", student("def answer(x):\n    y = x[99]\n    return y\n"))
    assert "in answer, at the line: y = x[99]" in message(lambda: check.call(x=V))


def test_a_line_of_the_test_itself_is_not_quoted():
    answer = student("def answer(f):\n    return f(3)\n")
    test = "def run(Check, answer):\n    def f(x): return x.secret\n    Check('answer', answer).call(f=f)\n"
    run = student(test + "answer = run\n", "<test>")
    text = message(lambda: run(Check, answer))
    assert "at the line: return f(3)" in text
    assert "return x.secret" not in text


def test_an_interrupt_is_not_an_answer():
    with pytest.raises(KeyboardInterrupt):
        Check("answer", raises(KeyboardInterrupt())).call(x=V)


@pytest.mark.parametrize("answer", [3, None, lambda: 1], ids=["number", "None", "no-parameters"])
def test_an_answer_that_cannot_be_called_so_gets_a_message(answer):
    assert "answer(x) stopped with TypeError" in message(lambda: Check("answer", answer).call(x=V))


def noisy(x):
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    np.log(np.zeros(2))
    print("printed")
    print("on stderr", file=sys.stderr)
    return x


def test_warnings_and_stderr_are_kept_away_from_a_right_answer(capsys):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("error")
        check = Check("answer", noisy)
        check.same(check.call(x=V), V)
    assert seen == []
    assert capsys.readouterr() == ("printed\n", "")


def test_a_warning_is_mentioned_when_the_result_is_wrong():
    check = Check("answer", noisy)
    text = message(lambda: check.same(check.call(x=V), -V))
    assert "Python warned: RuntimeWarning: divide by zero" in text


def test_a_failure_is_shown_without_a_traceback():
    assert CheckFailed("one\ntwo")._render_traceback_() == ["one", "two"]


# Methods and attributes


def test_a_wrong_attribute_is_shown_with_the_call_before_it():
    layer = types.SimpleNamespace(backward=lambda dZ: dZ, dW=-V)
    check = Check("Layer", None)
    check.method(layer, "backward", dZ=SECRET)
    text = message(lambda: check.same(check.get(layer, "dW"), V, what="dW"))
    assert "Called       Layer: backward(dZ)" in text
    assert "Layer: dW has the right shape" in text


def test_a_missing_attribute_is_named():
    text = message(lambda: Check("Layer", None).get(types.SimpleNamespace(), "dW"))
    assert text.startswith("Layer: attribute dW stopped with AttributeError")


def test_attributes_can_be_set():
    layer = types.SimpleNamespace()
    Check("Layer", None).set(layer, W=V, b=0.0)
    assert np.array_equal(layer.W, V) and layer.b == 0.0


# Arguments


@pytest.mark.parametrize(
    ("given", "change"),
    [
        (V, lambda x: x.__setitem__(0, 9)),
        (V, lambda x: x.__setitem__(0, 1 + 1e-15)),
        ([1, 2], lambda x: x.append(3)),
        ([1, 2], lambda x: x.__setitem__(0, 9)),
        ([V, V], lambda x: x.__setitem__(0, None)),
        ((V, 1), lambda x: x[0].__setitem__(0, 9)),
        ({"W": V}, lambda x: x.pop("W")),
        ({"W": V}, lambda x: x.__setitem__("W", None)),
        ({"n": 2}, lambda x: x.__setitem__("n", 3)),
        ({"W": [V]}, lambda x: x["W"][0].__setitem__(0, 9)),
    ],
)
def test_a_changed_argument_is_named(given, change):
    check = Check("answer", change)
    check.call(x=checks._copy(given))
    assert message(check.unchanged).startswith("answer(x) changed its argument x.")


@pytest.mark.parametrize("given", [V, V * np.nan, [V, 1], (V, "a"), {"W": V, "f": len, "x": np.nan}, None, 3])
def test_an_argument_that_is_only_returned_is_unchanged(given):
    check = Check("answer", lambda x: x)
    check.same(check.call(x=V), V)
    check.call(x=given)
    check.unchanged()


def test_a_change_that_printing_hides_is_shown():
    check = Check("answer", lambda x: x.__setitem__(1, 1e-12))
    check.call(x=np.array([1.0, 0.0]))
    assert "First change at [1]: 0.0 became 1e-12" in message(check.unchanged)


def test_a_change_in_an_earlier_call_is_found():
    check = Check("answer", lambda x: x.fill(0) if x[0] == 1 else None)
    check.call(x=V.copy())
    check.call(x=V + 1)
    message(check.unchanged)


class Spoiler:
    """A layer that changes what it returned."""

    def forward(self, Z):
        self.A = np.array(Z)
        return {"A": [self.A]}

    def backward(self):
        self.A *= 2


def test_a_changed_result_of_an_earlier_call_is_named():
    check = Check("Spoiler", Spoiler)
    layer = check.call()
    check.method(layer, "forward", Z=V)
    check.unchanged()
    check.method(layer, "backward")
    text = message(check.unchanged)
    assert text.startswith("Spoiler: A later call changed what Spoiler: forward(Z) had returned.")
    assert "[1. 2. 3.]" in text and "[2. 4. 6.]" in text


def test_an_object_of_the_student_may_change():
    check = Check("Own", type("Own", (dict,), {"grow": lambda self: self.update(n=len(self))}))
    check.method(check.call(), "grow")
    check.unchanged()


@pytest.mark.parametrize("is_here", [True, False])
def test_a_function_that_scipy_has_under_another_name_is_named_where_the_notebook_has_it(is_here, monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "expit" if is_here else "softmax", abs, raising=False)
    check = Check("answer", student("def answer(x):\n    return sigmoid(x)\n"))
    assert ("expit" in message(lambda: check.call(x=V))) == is_here


LOOP = """
def answer(x):
    total = np.zeros(2)
    for i, value in enumerate(x):
        total[i % 2] += value
        {last}
    return total
"""


@pytest.mark.parametrize(
    ("last", "is_named"),
    [
        ("return total", True),
        ("if value > 0: return total", False),
        ("if value < 0: continue\n        return total", False),
        ("if value < 0: break\n        return total", False),
        ("with np.errstate(all='ignore'): return total", True),
        ("with suppress(ValueError): return total", False),
        ("if value > 0: return total\n        else: return -total", True),
        ("if value > 0: return total\n        elif value < 0: return -total", False),
        ("def first(rest):\n            for one in rest: return one", False),
        ("pass", False),
    ],
)
def test_a_loop_that_ends_in_its_first_pass_is_named(last, is_named):
    check = Check("answer", student(LOOP.format(last=last)))
    assert (messages.RETURN_IN_LOOP in message(lambda: check.same(check.call(x=V), V))) == is_named


@pytest.mark.parametrize(
    ("line", "expected", "is_named"),
    [
        ("return x // 2", V / 2, True),
        ("h = x // 2\n    return np.array(h)", V / 2, True),
        ("x //= 2\n    return x", V / 2, True),
        ("return x // 2", V, False),
        ("return x // 2 + 0.25", V / 2, False),
        ("return x * 0", V / 2, False),
        ("n = len(x) // 2\n    return x / n", V / 2, False),
        ("return x[: 9 // 2]", V / 2, False),
        ("for _ in range(9 // 2): x = x + 1\n    return x", V / 2, False),
    ],
)
def test_a_whole_division_is_named_where_it_cuts_off_what_is_returned(line, expected, is_named):
    check = Check("answer", student(f"def answer(x):\n    {line}\n"))
    assert (messages.WHOLE_DIVISION in message(lambda: check.same(check.call(x=V), expected))) == is_named


@pytest.mark.parametrize(
    "source", ["while len(x):\n        x = x[:-1]\n        return x", "for v in x:\n        yield v\n        return"]
)
def test_a_loop_that_may_have_to_end_so_is_not_named(source):
    check = Check("answer", student(f"def answer(x):\n    {source}\n"))
    assert messages.RETURN_IN_LOOP not in message(lambda: check.same(check.call(x=V), V))


def test_a_loop_of_a_method_that_ends_in_its_first_pass_is_named():
    source = LOOP.format(last="return total").replace("answer(x)", "forward(self, x)")
    check = Check("answer", student("class answer:\n" + textwrap.indent(source, "    ")))
    layer = check.call()
    assert messages.RETURN_IN_LOOP in message(lambda: check.same(check.method(layer, "forward", x=V), V))


def test_the_gradient_for_an_argument_that_has_one_value_for_each_example_is_named():
    check = Check("answer", lambda X, y, b: (X @ X.T).sum(axis=1))
    result = check.call(X=np.array([[1.5, 2.25], [0.3, 1.1], [2.7, 0.6]]), y=np.arange(3), b=np.zeros(2))
    hint = messages.ONE_FOR_EACH_EXAMPLE.format(label="db", name="b")
    assert hint in message(lambda: check.same(result, np.array([0.3, 0.7]), "db"))
    losses = messages.ONE_FOR_EACH_EXAMPLE.format(label="losses", name="b")
    assert losses not in message(lambda: check.same(result, np.array([0.3, 0.7]), "losses"))


def test_the_arguments_are_shown_as_they_were_before_the_call():
    check = Check("answer", lambda x: x.fill(0))
    assert "[1. 2. 3.]" in message(lambda: check.same(check.call(x=V.copy()), 1.0))


# Names that only a test has


class Notebook:
    """Cells run as in Jupyter: answers and tests share their global names."""

    def __init__(self, monkeypatch):
        self.shell = InteractiveShell(user_ns={"Check": Check, "np": np})
        monkeypatch.setattr(checks, "_names", checks._Names(self.shell))

    def run(self, *cells):
        """Run cells; raise the error of the last one."""
        with self.shell.display_trap:
            *_, last = [self.shell.run_cell(cell, silent=False) for cell in cells]
        last.raise_error()
        return self

    def says(self, cell):
        """Return what a failing test cell says."""
        return message(lambda: self.run(cell))


@pytest.fixture
def notebook(monkeypatch):
    return Notebook(monkeypatch)


TEST = "check = Check('answer', answer)\nX = 2.0\ncheck.same(check.call(x=X), 4.0)"


@pytest.mark.parametrize(
    "source",
    [
        "def answer(x): return 2 * X",
        "def answer(x): return [2 * X for _ in range(1)][0]",
        "def answer(x):\n    def inner(): return 2 * X\n    return inner()",
        "def helper(): return 2 * X\ndef answer(x): return helper()",
        "def answer(x, again=True): return answer(x, False) if again else 2 * X",
        "answer = lambda x: 2 * X",
        "class answer:\n    def __new__(cls, x): return 2 * X",
        "answer = np.vectorize(lambda x: 2 * X)",
    ],
)
def test_a_name_that_only_the_test_has_is_named(notebook, source):
    text = notebook.run(source).says(TEST)
    assert text.startswith("answer uses X, which is none of its arguments.")
    assert notebook.says(TEST) == text  # also when the cell is run again


def test_a_method_that_uses_a_name_of_the_test_is_named(notebook):
    notebook.run("class Layer:\n    def forward(self, x): return X")
    text = notebook.says("check = Check('Layer', Layer)\nX = 1.0\ncheck.method(check.call(), 'forward', x=X)")
    assert text.startswith("Layer: forward uses X, which is none of its arguments.")


def test_a_name_that_an_earlier_test_left_is_named(notebook):
    notebook.run("def answer(x): return 2 * x", TEST, "def answer(x): return 2 * X")
    assert "uses X," in notebook.says("check = Check('answer', answer)\ncheck.call(x=2.0)")


def test_a_name_of_the_test_that_is_never_read_is_no_mistake(notebook):
    notebook.run("def answer(x):\n    if x < 0:\n        return X\n    return 2 * x", TEST)


@pytest.mark.parametrize("own", ["X = 5.0", "def X(): return 5.0", "from math import pi as X", "for X in [5.0]: pass"])
def test_an_answer_keeps_its_own_name_where_the_test_binds_the_same(notebook, own):
    notebook.run(own, "def answer(x): return 2 * x if X != 2.0 else None", TEST, TEST)


def test_a_name_that_is_bound_again_after_a_test_is_no_longer_the_tests(notebook):
    notebook.run("def answer(x): return 2 * x", TEST.replace("2.0", "2"), "X = 2", "def answer(x): return x * X", TEST)


def test_a_name_that_a_test_left_can_be_looked_at(notebook):
    assert notebook.run("def answer(x): return 2 * x", TEST, "Y = X").shell.user_ns["Y"] == 2.0


def test_an_answer_may_bind_global_names(notebook):
    notebook.run(
        "X = 0\ndef answer(x):\n    global X, new\n    X += 1\n    new = X\n    return 2 * x",
        f"{TEST}\n{TEST}\nassert X == 2.0",
        "seen = new",
    )
    assert notebook.shell.user_ns["seen"] == 2


def test_a_function_of_the_test_sees_the_names_of_the_test(notebook):
    notebook.run(
        "def answer(f, more): return more(f(2))",
        "check, calls = Check('answer', answer), []\nk = 3\ndef f(x):\n    calls.append(x)\n    return k * x\n"
        "check.same(check.call(f=f, more=lambda y: y + k), 9)\nassert calls == [2]",
    )


def test_a_function_of_the_test_may_check_another_answer(notebook):
    notebook.run(
        "def answer(f): return f(2)\ndef other(x): return x + 1",
        "check = Check('answer', answer)\nk = 3\n"
        "def f(x): return k * Check('other', other).call(x=x) + k\ncheck.same(check.call(f=f), 12)\nassert k == 3",
    )


def test_a_name_that_nobody_has_is_an_error_like_any_other(notebook):
    assert "stopped with NameError: name 'Y' is not defined" in notebook.run("def answer(x): return Y").says(TEST)


# A test cell that passes


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (TEST, "answer: this check passed (values and shape).\n"),
        (f"{TEST}\nhelp_of_the_test()", "answer: this check passed (values and shape).\n"),
        ("Check('quiz_1', lambda: 'b').letter()", "quiz_1: your answer is b."),
        ("Check('quiz_1', lambda: 'b').choice('b', 'Because.')", "quiz_1 is right. Because.\n"),
        ("answer(1.0)", ""),
    ],
)
def test_a_cell_that_passed_says_so_once(notebook, cell, said, capsys):
    notebook.run("def answer(x): return 2 * x\ndef help_of_the_test(): Check('other', len)")
    notebook.run(f"{cell}\nNone")
    out = capsys.readouterr().out
    assert out.startswith(said) and out.count("\n") == (said != "")


def test_a_cell_that_passed_says_what_it_is_worth(notebook, capsys, tmp_path, monkeypatch):
    others = {"other": {"exercise": "answer", "points": 3}, "another": {"exercise": "more", "points": 5}}
    row = {"exercise": "answer", "points": 2}
    (tmp_path / "points.json").write_text(json.dumps({progress.key(TEST): row} | others))
    monkeypatch.setattr(progress, "HERE", tmp_path)
    notebook.run("def answer(x): return 2 * x")
    notebook.run(TEST)
    assert "2 of 5 points" in capsys.readouterr().out


def test_a_cell_that_failed_says_only_why(notebook, capsys):
    notebook.run("def answer(x): return x").says(TEST)
    assert "passed" not in capsys.readouterr().out


@pytest.fixture
def noted(tmp_path, monkeypatch):
    """``noted()``: what is kept of the check TEST."""
    monkeypatch.setattr(progress, "PAGE", tmp_path / "progress.ipynb")
    monkeypatch.setattr(progress, "KEPT", tmp_path / "progress")
    progress.PAGE.touch()
    return lambda: progress._read(progress.KEPT / f"{progress.HERE.name}.json").get(progress.key(TEST))


def test_a_wrong_answer_is_a_try_and_the_same_again_is_not(notebook, noted):
    for wrong, tries in [("x", 1), ("x", 1), ("3 * x", 2), ("None", 3)]:
        notebook.run(f"def answer(x): return {wrong}").says(TEST)
        assert not noted()["passed"] and len(noted()["tries"]) == tries
    notebook.run("def answer(x): return 2 * x", TEST)
    assert noted()["passed"] and len(noted()["tries"]) == 3


def test_an_answer_that_is_not_written_is_no_try(notebook, noted):
    notebook.run("def answer(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()").says(TEST)
    assert noted() == {"passed": False, "tries": [], "letter": ""}


# Answers that use other answers


def test_a_given_function_stands_in_for_one_that_the_answer_uses(notebook):
    notebook.run(
        "def part(x): return 'wrong'\ndef answer(x): return 2 * part(x)",
        "k = 3\ndef right(x): return k * x\ncheck = Check('answer', answer, given={'part': right})\n"
        "check.same(check.call(x=1.0), 6.0)\nassert part(1.0) == 'wrong'",
        "check = Check('answer', answer, given={'part': lambda x: x, 'unused': lambda x: x})\n"
        "check.same(check.call(x=1.0), 2.0)\nassert 'unused' not in globals()",
    )


def test_a_given_function_stands_in_for_one_that_a_method_uses(notebook):
    notebook.run(
        "def part(x): return 'wrong'\nclass Answer:\n    def double(self, x): return 2 * part(x)",
        "check = Check('Answer', Answer, given={'part': lambda x: 3 * x})\n"
        "check.same(check.method(check.call(), 'double', x=1.0), 6.0)\nassert part(1.0) == 'wrong'",
    )


def test_an_answer_without_global_names_takes_nothing(notebook):
    notebook.run("answer = abs", "Check('answer', answer, given={'abs': None}).call(x=1.0)")


# Hidden tests

HIDDEN = [
    lambda: compare(SECRET, V, hidden=True),
    lambda: compare(123.456, 1.0, hidden=True),
    lambda: compare({123.456: V}, {"W": V}, hidden=True),
    lambda: compare([123.456, 2, 3], [1, 2, 3], hidden=True),
    lambda: Check("answer", len, hidden=True).between(123.456, 1, 2),
    lambda: Check("answer", lambda x: 1 / 0 if print(x) else x.no, hidden=True).call(x=SECRET),
    lambda: Check("answer", raises(ValueError(f"{SECRET}")), hidden=True).call(x=SECRET),
]


@pytest.mark.parametrize("action", HIDDEN)
def test_a_hidden_test_shows_no_values(action, capsys):
    text = message(action) + capsys.readouterr().out
    assert text.startswith("answer") and "(on inputs that the notebook does not show)" in text
    assert not [value for value in ("123", "77", "31", "Called", "Expected") if value in text]


def test_a_hidden_test_shows_no_changed_values():
    check = Check("answer", lambda x: x.fill(123.456), hidden=True)
    check.call(x=V.copy())
    text = message(check.unchanged)
    assert "changed its argument x" in text and "123" not in text and "Before" not in text


def test_a_hidden_test_hides_what_the_answer_prints(capsys):
    check = Check("answer", noisy, hidden=True)
    check.same(check.call(x=V), V)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "shape",
    [
        lambda x: (0, *(int(100 * v) for v in x)),
        lambda x: (0,) * 9,
        lambda x: np.dtype([(str(x.tolist()), float)]),
        lambda x: f"<U{int(1000 * x[0])}",
    ],
)
def test_a_hidden_test_does_not_tell_what_an_answer_hides_in_a_shape_or_a_type(shape):
    secret = np.array([1.26, 7.31, 0.84])
    check, made = Check("answer", lambda x: x, hidden=True), shape(secret)
    given = check.call(x=secret)
    result = np.zeros(made) if isinstance(made, tuple) else np.zeros(3, made)
    text = message(lambda: check.same(result, V))
    assert given is not secret and not re.search("126|731|1260|7.31|0, 0, 0", text)


def test_a_test_keeps_its_arguments_whatever_an_answer_does_with_them():
    class Later:
        """Puts back what the answer has changed, when the result is looked at."""

        def __init__(self, x):
            self.x, self.before = x, x.copy()
            x[...] = 0

        def __array__(self, dtype=None, copy=None):
            self.x[...] = self.before
            return np.zeros(3)

    x, check = V.copy(), Check("answer", Later)
    result = check.call(x=x)
    assert "wrong values" in message(lambda: check.same(result, 2 * x))


def test_what_an_answer_keeps_of_its_arguments_is_not_what_the_next_call_gets():
    kept = []
    check = Check("answer", lambda x: kept.append(x) or x.sum())
    check.call(x=V)
    kept[0][:] = 0
    check.same(check.call(x=V), V.sum())


def test_an_answer_gets_the_same_copy_of_an_array_for_as_long_as_it_holds_the_same():
    kept, check, x = [], Check("answer", lambda *given: kept.extend(given)), V.copy()
    check.call(x=x, y=x)
    check.call(x=x, y=[x])
    assert kept[0] is kept[1] is kept[2] is kept[3][0] is not x
    kept[0][:] = 0
    check.call(x=x)
    assert np.array_equal(kept[4], V)


def test_an_attribute_that_a_test_sets_is_not_the_tests_own_array():
    check, W, layer = Check("Layer", types.SimpleNamespace), V.copy(), types.SimpleNamespace()
    check.set(layer, W=W)
    layer.W[:] = 0
    assert np.array_equal(W, V)


def test_what_stands_in_for_another_answer_has_its_name():
    def right_abs(x):
        return x

    check = Check("answer", student("def answer(x):\n    return abs()\n"), given={"abs": right_abs})
    assert "right_abs" not in message(lambda: check.call(x=1.0))


@pytest.mark.parametrize("given", [{"x": (V, [V])}, {"x": {"W": V}}])
def test_what_an_answer_changes_in_a_container_is_its_own(given):
    check = Check("answer", lambda x: (x["W"] if isinstance(x, dict) else x[1][0]).fill(0))
    before = V.copy()
    with pytest.raises(CheckFailed, match="changed its argument"):
        check.call(**given)
        check.unchanged()
    assert np.array_equal(before, V)


@pytest.mark.parametrize(("got", "expected"), [((23, 17), (23, 18)), ((6,), (391,)), ((24,), (23,))])
def test_a_hidden_test_names_shapes_that_come_from_its_own(got, expected):
    check = Check("answer", lambda x: np.zeros(got), hidden=True)
    text = message(lambda: check.same(check.call(x=np.zeros((23, 17))), np.zeros(expected)))
    assert str(got) in text and str(expected) in text


def test_a_hidden_test_names_shapes_and_reasons():
    text = said(V[:2], V, hidden=True, because="X can have any size.")
    assert "has shape (2,), but shape (3,) was expected" in text
    assert "Remember: X can have any size." in text


# Hints


def probe_answer(answer):
    """Look at a number, an array, a large number and whether an array stays as it was."""
    yield lambda: answer(2.63)
    yield lambda: answer(np.array([3.0, 0.53, -1.27]))
    yield lambda: answer(1e150)
    yield lambda: (answer(given := V.copy()), given)[1]


def seen(answer):
    values = reasons.observe(probe_answer, answer)
    return reasons.pieces(values, ["0", "1", "2", "3"])


@pytest.fixture
def hints(tmp_path, monkeypatch):
    """Return a function that writes hints.json for the exercise ``answer``, which asks for ten times x."""
    monkeypatch.setattr(reasons, "HINTS", tmp_path / "hints.json")
    monkeypatch.setitem(sys.modules, "probes", types.SimpleNamespace(probe_answer=probe_answer))

    def write(**known):
        right = [piece.prints for piece in seen(lambda x: 10 * x)]
        entries = [[str(i), build.traces([p.prints for p in seen(f)], right)] for i, f in enumerate(known.values())]
        listed = {"pieces": list("0123"), "right": list(map(list, right)), "hints": [[k, k] for k in known]}
        (tmp_path / "hints.json").write_text(json.dumps({"answer": listed | {"known": entries}}))

    return write


def reason_for(answer, got=1.0, expected=10.0, **options):
    check = Check("answer", answer, **options)
    text = message(lambda: check.same(got, expected))
    return text.partition("Likely reason: ")[2].partition("\n")[0]


def infinite_if_large(x):
    return np.where(np.abs(x) > 1e100, np.inf, 10 * x)


def test_the_reason_stands_above_the_numbers(hints):
    hints(doubled=lambda x: x * 2)
    check = Check("answer", lambda x: x * 2)
    lines = message(lambda: check.same(check.call(x=1.0), 10.0)).split("\n")
    assert lines[1] == "Likely reason: doubled"


def test_a_known_mistake_is_named(hints):
    hints(doubled=lambda x: x * 2, squared=lambda x: x**2)
    assert reason_for(lambda x: x * 2) == "doubled"
    assert reason_for(lambda x: (x - 1e-8) * 2) == "doubled"
    assert reason_for(lambda x: x**2 * (1 + 1e-9)) == "squared"


def test_a_known_mistake_is_named_also_by_a_hidden_test(hints):
    hints(doubled=lambda x: x * 2)
    assert reason_for(lambda x: x * 2, hidden=True) == "doubled"


def test_an_unknown_mistake_gets_no_guess(hints):
    hints(doubled=lambda x: x * 2)
    assert reason_for(lambda x: x * 3) == ""
    assert reason_for(lambda x: 10 * x) == ""


def test_two_mistakes_that_act_in_different_places_are_told_apart(hints):
    hints(doubled=lambda x: x * 2, overflows=infinite_if_large)
    both = reason_for(lambda x: np.where(np.abs(x) > 1e100, np.inf, x * 2))
    assert both == messages.MEND_FIRST.format(hint="doubled")
    assert reason_for(infinite_if_large) == "overflows"


def test_the_mistake_on_ordinary_inputs_is_named_whatever_an_edge_case_gives(hints):
    hints(doubled=lambda x: x * 2)
    text = reason_for(lambda x: np.where(np.abs(x) > 1e100, 7.5, x * 2))
    assert text == messages.MEND_FIRST.format(hint="doubled")


def test_an_error_alone_identifies_nothing(hints):
    def fails(x):
        raise TypeError("no")

    hints(fails=fails)
    assert reason_for(fails) == ""


def test_an_error_that_names_shapes_is_evidence(hints):
    def wrong_shape(x):
        return 10 * x if np.ndim(x) == 0 else x + np.ones(7)

    hints(adds_seven=wrong_shape)
    assert reason_for(wrong_shape) == "adds_seven"
    assert reason_for(lambda x: 10 * x if np.ndim(x) == 0 else x + np.ones(5)) == ""


def test_a_mistake_that_gives_other_numbers_each_time_is_known_by_where_it_acts(hints, tmp_path):
    hints(doubled=lambda x: x * 2)
    listed = json.loads((tmp_path / "hints.json").read_text())
    listed["answer"]["hints"].append(["noisy", "noisy"])
    listed["answer"]["known"].append(["1", "1" + reasons.VARIES])
    (tmp_path / "hints.json").write_text(json.dumps(listed))
    numbers = itertools.count(0.7)
    assert reason_for(lambda x: 10 * x + (next(numbers) if np.ndim(x) and x[0] == 3 else 0)) == "noisy"


def test_the_order_of_keys_in_the_file_does_not_matter(hints, tmp_path):
    hints(**{"doubled": lambda x: x * 2, "594267": lambda x: x * 3})
    listed = json.loads((tmp_path / "hints.json").read_text())
    (tmp_path / "hints.json").write_text(json.dumps(listed, sort_keys=True))  # as JavaScript does with "594267"
    assert reason_for(lambda x: x * 2) == "doubled"


def test_missing_or_damaged_hints_cost_only_the_hint(hints, tmp_path):
    assert reason_for(lambda x: x * 2) == ""
    for text in ("", "[]", '{"answer": 3}', '{"answer": {}}', '{"other": []}'):
        (tmp_path / "hints.json").write_text(text)
        assert reason_for(lambda x: x * 2) == ""


@pytest.mark.parametrize("value", [np.pi, 1e-5, 2e12, np.array([1 / 3, -7.0, 1e-9]), np.full((3, 2), 0.1)])
def test_a_fingerprint_survives_rounding_and_tells_numbers_apart(value):
    prints = reasons.piece(value).prints
    assert prints & reasons.piece(np.float32(value)).prints
    assert prints.isdisjoint(reasons.piece(np.multiply(value, 1.01)).prints)


def test_a_fingerprint_tells_shapes_and_orders_apart():
    A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    others = [A, A.T, A.ravel(), A[::-1], A[:, ::-1], A[:1], np.where(A == 2, np.nan, A)]
    assert len(frozenset().union(*(reasons.piece(other).prints for other in others))) == len(others)


def test_what_comes_back_is_taken_apart():
    values = [({"W": V, "n": 1}, [V, -V]), 2.0, [1, 2]]
    places = reasons.layout(values)
    assert places == ["0.0.W", "0.0.n", "0.1.0", "0.1.1", "1", "2"]
    again = [[{"W": V, "n": 1, "more": 0}, np.array([V, V])], (2.0), (1, 2)]
    same = [
        a.prints == b.prints for a, b in zip(reasons.pieces(values, places), reasons.pieces(again, places), strict=True)
    ]
    assert same == [True, True, True, False, True, True]


# What numbers tell without a list

M = np.array([[1.5, -2.0, 0.25], [3.0, 0.7, -1.1], [0.4, 2.2, 5.0], [-0.3, 1.9, 0.8]])


def relation(got, expected, **arguments):
    check = Check("answer", lambda *given: got)
    text = message(lambda: check.same(check.call(**arguments), expected))
    return text.partition("Likely reason: ")[2].partition("\n")[0]


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (5 * M, M, "5 times too large. that is the number of examples"),
        (M / 5, M, "5 times too small. that is the number of examples"),
        (1.2345 * 5, 1.2345, "that is the number of examples"),
        (3 * M, M, "that is the number of features"),
        (M / 15, M, "the number of examples times the number of features"),
        (2 * M, M, "a factor 2"),
        (M / np.log(10), M, "base 10"),
        (-M, M, "but for the sign"),
        (np.abs(M), M, "the sign of some entries"),
        (M.T, M, "transpose"),
        (M[:3].T, M[:3], "transpose"),
        (M[:, :1], M[:, 0], "the shape is (4, 1) in place of (4,)"),
        (M[:, :1] - M[:, 0], M[:, 0], "combining (4, 1) with (4,)"),
        (M, M.sum(axis=0), "a sum over axis 0"),
        (M, M.mean(axis=1), "a mean over axis 1"),
        (M.sum(), M.sum(axis=0), "the sum of all entries"),
        (np.vstack([M[:3], [[9, 9, 9]]]), M, "except in the last row"),
        (np.column_stack([M[:, 0] + 1, M[:, 1:]]), M, "except in the first column"),
        (M[::-1], M, "reverse order"),
        (np.trunc(M), M, "fractions"),
        (M + 0.75, M, "by the same amount"),
        (1 - M, M, "1 minus"),
        (M**2, M, "the square of"),
        (np.vstack([[7, 7, 7], M[:3]]), M, "one place too late"),
        (M * (M > 2), M, "0 in all others"),
    ],
)
def test_a_relation_is_named(got, expected, words):
    assert words in relation(got, expected, X=np.ones((5, 3))).lower()


def test_a_result_that_is_an_argument_is_named():
    assert "is X itself" in relation(M, M**2, X=M)


@pytest.mark.parametrize(
    ("got", "expected"),
    [(M + np.arange(3), M), (9.0, 4.5), (np.zeros(3), np.ones(3)), (0.0, 0.3), (M * np.nan, M), ("a", M), (M, M > 0)]
    + [(np.zeros((4, 3)), M / 10), (M * (1 + 1e-3), M)],
)
def test_what_may_be_chance_gets_no_reason(got, expected):
    assert relation(got, expected, X=np.ones((2, 3))) == ""


def test_three_halves_are_not_half_of_three_examples():
    assert relation(1.5 * M[:3], M[:3], X=np.ones((3, 5))) == "Every value of the result is 1.5 times too large."
    assert "half" in relation(2.5 * M, M, X=np.ones((5, 3)))


def test_whole_numbers_are_cut_off_also_where_all_are_zero():
    assert "fractions" in relation(np.zeros((4, 3), int), np.abs(M) / 10).lower()


def test_a_relation_of_a_hidden_test_names_no_number():
    check = Check("answer", lambda X: 5 * M, hidden=True)
    text = message(lambda: check.same(check.call(X=np.ones((5, 3))), M))
    assert "the number of examples" in text and "5" not in text


def test_a_reminder_is_for_failures_without_a_reason():
    assert "Remember" not in said(-M, M, because="rows are examples.")
    assert "Remember" in said(M + np.arange(3), M, because="rows are examples.")


# What errors mean


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("M / np.sum(M, axis=1)", ["M has shape (4, 3)", "np.sum(M, axis=1) has shape (4,)", "keepdims"]),
        ("M * M.T", ["(3, 4)", ".T"]),
        ("M @ M", ["3 columns", "4 rows"]),
        ("M * np.ones((5, 3))", ["write @"]),
        ("np.dot(M, M)", ["(4, 3) and (4, 3)"]),
        ("math.exp(M)", ["a whole array", "np"]),
        ("1 if M > 0 else 0", ["np.where"]),
        ("M[4]", ["only 4 entries", "the last index is 3"]),
        ("M.sum(axis=2)", ["no axis 2", "2 axes"]),
        ("M[1.0]", ["whole number"]),
        ("M.append(1)", ["list"]),
        ("np.sofmax(M)", ["np has no sofmax"]),
        ("np.arrange(3)", ["arange"]),
        ("{}['W1']", ["no key W1"]),
        ("undefined + 1", ["no variable undefined"]),
        ("None - M", ["None", "return"]),
        ("[1] - [2]", ["np.array"]),
        ("0.5 * [1]", ["np.array"]),
        ("np.zeros(2.5)", ["float"]),
        ("M.reshape(5)", ["12 numbers"]),
        ("answer(x)", ["calls itself"]),
        ("np.arange(3).__isub__(0.5)", ["floats"]),
        ("(lambda a: a)(1, 2)", ["2 arguments"]),
        ("np.array([[1], [1, 2]])", ["rows of equal length"]),
        ("np.concatenate(M, M)", ["one list"]),
        ("1 // 0", ["divided by 0"]),
        ("math.exp(1000)", ["too large"]),
        ("M(0)", ["square brackets"]),
    ],
)
def test_an_error_gets_a_sentence(line, words):
    answer = student(f"import math\nM = np.arange(12.0).reshape(4, 3)\ndef answer(x):\n    return {line}\n")
    text = message(lambda: Check("answer", answer).call(x=V))
    reason = text.partition("Likely reason: ")[2].partition("\n")[0]
    assert all(word in reason for word in words), text


def test_a_forgotten_self_is_named():
    answer = student("class answer:\n    def forward(self, X):\n        return X @ W\n")
    text = message(lambda: Check("Linear", answer).method(answer(), "forward", X=V))
    assert "written self.W" in text
    answer = student("class answer:\n    def forward(X):\n        return X\n")
    assert "def forward(self" in message(lambda: Check("Linear", answer).method(answer(), "forward", X=V))


def test_an_error_without_an_explanation_keeps_its_own_text():
    assert "Likely reason" not in message(lambda: Check("answer", raises(ValueError("my own"))).call(x=V))


def test_code_below_the_line_of_the_stub_is_pointed_out():
    answer = student("def answer(x):\n    raise NotImplementedError()\n    return x\n")
    assert "Your code stands below it" in message(lambda: Check("answer", answer).call(x=V))


def test_a_method_with_a_misspelt_name_is_pointed_out():
    base = "class Layer:\n    def forward(self, X):\n        raise NotImplementedError\n"
    answer = student(base + "class answer(Layer):\n    def foward(self, X):\n        return X\n")
    text = message(lambda: Check("Linear", answer).method(answer(), "forward", X=V))
    assert "has no method forward" in text and "foward" in text


# Quiz


@pytest.mark.parametrize("letter", ["b", "B", " b "])
def test_a_right_letter_passes_with_its_reason(letter, capsys):
    Check("quiz_1", lambda: letter).choice("b", "Because.")
    assert capsys.readouterr().out == "quiz_1 is right. Because.\n"


def test_a_wrong_letter_gets_the_reason():
    assert message(lambda: Check("quiz_1", lambda: "a").choice("b", "Because.")) == "quiz_1 is not right.\nBecause."


@pytest.mark.parametrize("got", ["", "ab", "e", None, 2, ["b"], Broken()], ids=lambda got: type(got).__name__)
def test_what_is_no_letter_is_said(got):
    assert message(Check("quiz_1", lambda: got).letter).startswith("quiz_1 should return one letter: a, b, c, d.")


# Demonstrations


def demonstration(error):
    names = {"needs": checks.needs, "error": error, **dict.fromkeys(("softmax", "sigmoid", "tanh"), len)}
    exec("with needs('softmax', 'sigmoid', 'tanh'):\n    raise error", names)


def test_a_demonstration_says_what_to_write_first(capsys):
    demonstration(NotImplementedError())
    assert capsys.readouterr().out == "Write softmax, sigmoid and tanh first. Then run this cell again.\n"


@pytest.mark.parametrize("error", [TypeError("no len()"), NameError("softmax"), SystemExit(1), Speaking()], ids=repr)
def test_a_demonstration_that_fails_names_the_answers_it_uses(error, capsys):
    demonstration(error)
    text = capsys.readouterr().out
    assert type(error).__name__ in text and "It uses softmax, sigmoid and tanh." in text


@pytest.mark.parametrize(
    "source",
    [
        "def softmax(Z):\n    raise NotImplementedError()",
        "class softmax:\n    def forward(self):\n        raise NotImplementedError()",
        "pass",
    ],
)
def test_a_demonstration_that_fails_before_its_answers_are_written_says_what_to_write(source, capsys):
    names = {"needs": checks.needs}
    exec(f"{source}\nwith needs('softmax'):\n    missing", names)
    assert capsys.readouterr().out == "Write softmax first. Then run this cell again.\n"


def test_a_helper_that_the_student_replaced_is_named(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "drawing", types.SimpleNamespace(axes=len, lines=max))
    names = {"__name__": "__main__", "needs": checks.needs, "axes": [1.0, 2.0], "lines": max, "softmax": len}
    exec("with needs('softmax'):\n    lines(1, 2)\n    axes()\n", names)
    text = capsys.readouterr().out
    assert text.startswith("axes was replaced by a cell of yours") and "lines" not in text


def test_one_needed_answer_stands_alone(capsys):
    with checks.needs("softmax"):
        raise NotImplementedError
    assert capsys.readouterr().out.startswith("Write softmax first.")


def test_a_demonstration_names_the_variable_that_a_cell_above_makes(capsys):
    names = {"needs": checks.needs, "softmax": len}
    exec("with needs('softmax'):\n    mlp.forward(1)", names)
    said = capsys.readouterr().out
    assert "mlp" in said and "NameError" not in said


def test_a_demonstration_that_works_prints_nothing_else(capsys):
    with checks.needs("softmax"):
        print("picture")
    assert capsys.readouterr().out == "picture\n"


def test_an_operator_that_is_not_written_yet_is_not_called_missing():
    answer = student("class answer:\n    def __add__(self, other):\n        raise NotImplementedError()\n")
    text = message(lambda: Check("answer", answer).method(answer(), "__add__", other=V))
    assert "is not written yet" in text and "no method" not in text


def test_a_long_sentence_is_shown_in_short_lines_and_a_row_of_values_in_one():
    sentence, row = " ".join(["word"] * 40), "Got          " + " ".join(["1234"] * 40)
    shown = CheckFailed(f"{sentence}\n{row}")._render_traceback_()
    assert row in shown and max(len(line) for line in shown if line != row) < 100
    assert " ".join(shown).split() == f"{sentence} {row}".split()


REBOUND = {  # what a cell of the notebook has bound: whether a test that uses sum and np.max still runs
    "sum = 0": False,
    "np = 3": False,
    "max = 5": True,  # the test uses that of NumPy
    "def sum(values):\n    return 0": True,
    "": True,
}


@pytest.mark.parametrize("bound", REBOUND)
def test_a_name_of_python_that_the_notebook_has_given_away_is_named(bound):
    names = {"__name__": "__main__", "Check": Check, "np": np, "answer": lambda x: x}
    exec(bound, names)
    test = 'check = Check("answer", answer)\ncheck.same(check.call(x=sum([1, 2])), np.max(check.call(x=sum([1, 2]))))'
    if REBOUND[bound]:
        exec(test, names)
    else:
        with pytest.raises(CheckFailed, match=bound.split()[0]):
            exec(test, names)
