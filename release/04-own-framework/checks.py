"""Compare what your code gives with what was expected, and say what is different.

Every assignment ships this file. It holds no answers. A test cell makes one
``Check``, calls your function through it, and compares:

    check = Check("softmax", softmax)
    P = check.call(Z=Z)
    check.same(P, expected)

A failed comparison raises ``CheckFailed``. Its message says what was called,
what came back, what was expected and, when the mistake is a known one, its name.
"""

import contextlib
import functools
import itertools
import re
import reprlib
import symtable
import sys
import types
from collections.abc import Iterator, Mapping, Set

import errors
import numpy as np
import progress
import relations
from IPython import get_ipython
from reasons import FAILURES, MOST_ITEMS, quiet, recognise

MOST_SHOWN, MOST_LETTERS, MOST_DEPTH = 8, 300, 3  # items of a list, letters of a text, lists in lists


class CheckFailed(AssertionError):
    """What a check has to say. Jupyter shows the message without a traceback."""

    tried = True  # False where no answer is written yet

    def _render_traceback_(self):
        return str(self).split("\n")


class Check:
    """One check of one exercise.

    name:   the exercise, as students know it ("softmax")
    answer: the student's function or class
    hidden: True keeps inputs, results and expected values out of the message
    given:  functions of the test that stand in for other answers, {name: function}, while this one runs.
            So a mistake there is not counted again here
    """

    def __init__(self, name, answer, hidden=False, given=None):
        self.name = name
        self.answer = answer
        self.hidden = hidden
        self._given = given or {}
        test = sys._getframe(1)
        self._test_file = test.f_code.co_filename  # no message quotes its lines
        _names.begin_test(test.f_globals)
        if not hidden and test.f_code.co_name.startswith("<"):  # the cell itself, no helper that it calls
            _names.passed = self._passed
        self._looked_at = []
        self._calls = []  # (label, arguments, copies of the arguments)
        self._results = []  # (label, result, copy of the result)
        self._warnings = []

    def call(self, /, **arguments):
        """Call the answer with these values, in this order; their names are for the message."""
        return self._call(f"{self.name}({', '.join(arguments)})", self.answer, arguments)

    def method(self, instance, name, /, **arguments):
        """Call ``instance.name`` in the same way."""
        label = f"{self.name}: {name}({', '.join(arguments)})"
        return self._call(label, lambda *given: getattr(instance, name)(*given), arguments, (type(instance), name))

    def get(self, instance, name):
        """Return the attribute ``instance.name``."""
        return self._run(f"{self.name}: attribute {name}", lambda: getattr(instance, name))

    def set(self, instance, **attributes):
        """Set attributes of ``instance``, for example its weights."""
        for name, value in attributes.items():
            self._run(
                f"{self.name}: set attribute {name}",
                lambda name=name, value=value: setattr(instance, name, value),
            )

    def same(self, got, expected, what="", rtol=1e-4, atol=None, because=""):
        """Fail unless ``got`` has the structure, shape and values of ``expected``.

        what:    the name of ``got`` when a call gave several things ("dW")
        rtol:    tolerance relative to each expected value
        atol:    absolute tolerance; without it, ``rtol / 100`` of the largest expected value
        because: a sentence that helps when the values differ
        """
        self._looked_at.append("values and shape")
        with _quiet(self.hidden):  # an object of the student may talk while it is read
            found = _difference(got, expected, what, rtol, atol)
        if found:
            problem, parts = found
            self._fail(problem, parts, because, self._relation(dict(parts), what or "the result"))

    def between(self, got, low, high, what="", because=""):
        """Fail unless ``got`` is one number from ``low`` to ``high``."""
        label = what or "the result"
        with _quiet(self.hidden):
            found = _difference(got, low, label, rtol=0, atol=np.inf)  # any finite number will do
        problem = found[0] if found else ""
        if not found and not low <= float(got) <= high:
            problem = f"{label} is too {'small' if float(got) < low else 'large'}."
        if problem:
            expected = _Plain(f"a number from {low:g} to {high:g}")
            self._fail(problem, [("Got", got), ("Expected", expected)], because)

    def true(self, condition, problem, because=""):
        """Fail with the sentence ``problem`` unless ``condition`` holds."""
        if not np.all(condition):
            self._fail(problem, [], because)

    def unchanged(self):
        """Fail if a call changed one of its arguments, or what an earlier call had returned."""
        self._looked_at.append("arguments unchanged")
        for label, arguments, copies in self._calls:
            for name, value in arguments.items():
                if not _identical(value, copies[name]):
                    parts = [("Before", copies[name]), ("After", value), *_first_change(copies[name], value)]
                    raise self._failure(
                        f"{label} changed its argument {name}. Work on a copy: a caller may still need the old values.",
                        [] if self.hidden else parts,
                    )
        for label, result, copy in self._results:
            if not _identical(result, copy):
                parts = [("Before", copy), ("After", result), *_first_change(copy, result)]
                raise self._failure(
                    f"A later call changed what {label} had returned. Work on a copy: it may still be needed.",
                    [] if self.hidden else parts,
                )

    def letter(self, options="abcd"):
        """Return the letter that a quiz answer gives."""
        got = self.call()
        if not isinstance(got, str) or got.strip().lower() not in set(options):
            raise CheckFailed(f"{self.name} should return one letter: {', '.join(options)}.\nIt returned {_show(got)}.")
        letter = got.strip().lower()
        _names.passed, _names.letter = self._answered, letter
        return letter

    def choice(self, key, reason, options="abcd"):
        """Fail unless the quiz answer is ``key``; say the reason either way."""
        if self.letter(options) != key:
            raise CheckFailed(f"{self.name} is not right.\n{reason}")
        _names.passed = None
        print(f"{self.name} is right. {reason}")

    def _passed(self, source):
        """Return what to say when the cell ``source``, which made this check, has run to its end."""
        looked_at = f" ({', '.join(dict.fromkeys(self._looked_at))})" if self._looked_at else ""
        points = progress.worth(source)
        worth = f" It is worth {points[0]} of {points[1]} points." if points else ""
        offer = progress.offer(source)
        return f"{self.name}: this check passed{looked_at}.{worth}" + (f"\n{offer}" if offer else "")

    def _answered(self, source):
        learn = progress.offer(source) or "You learn whether it is right when it is graded."
        return f"{self.name}: your answer is {_names.letter}. {learn}"

    def _call(self, label, function, arguments, method=(None, "")):
        self._calls.append((label, arguments, _copy(arguments)))
        with _names.given_to(self.answer, self._given):
            result = self._run(label, lambda: function(*map(_names.with_tests, arguments.values())), method)
        if type(result) in (np.ndarray, list, tuple, dict):  # an object of the student may change
            self._results.append((label, result, _copy(result)))
        return result

    def _run(self, label, action, method=(None, "")):
        with _quiet(self.hidden) as caught:
            try:
                result = action()
                if isinstance(result, Iterator):
                    result = list(itertools.islice(result, MOST_ITEMS))
            except FAILURES as error:
                borrowed, failure = _names.only_of_tests(error), error
            else:
                failure = None
        self._warnings += [f"{w.category.__name__}: {_short(w.message, str)}".removesuffix(": ") for w in caught]
        if failure:
            where = errors.place(failure, self._test_file)
            if type(failure) is NotImplementedError:
                unwritten = CheckFailed(errors.of_stub(label.partition("(")[0], where, *method))
                unwritten.tried = False
                raise unwritten
            if borrowed:
                raise self._failure(_describe_borrowed(label, borrowed, where), self._shown_arguments())
            reason = errors.of_error(failure, where, with_numbers=not self.hidden)
            raise self._failure(self._describe(label, failure, where), self._shown_arguments(), reason=reason)
        return result

    def _describe(self, label, error, where):
        # A hidden test shows no text of the error: it may quote the test's values.
        text = "" if self.hidden else _short(error, str)
        text = f"{label} stopped with {type(error).__name__}{': ' if text else ''}{text}"
        return text + _at(where)

    def _relation(self, parts, label):
        """Say how the result is related to the expected one, where both are numbers."""
        if "Got" not in parts or "Expected" not in parts:
            return ""
        arguments = {name: value for _, _, copies in self._calls for name, value in copies.items()}
        return relations.of_difference(parts["Got"], parts["Expected"], label, arguments, with_numbers=not self.hidden)

    def _fail(self, problem, parts, because, reason=""):
        lines = [] if self.hidden else self._shown_arguments() + parts
        raise self._failure(problem, lines, because, reason)

    def _shown_arguments(self):
        if self.hidden or not self._calls:
            return []
        label, _, copies = self._calls[-1]
        return [("Called", _Plain(label))] + [("  with " + k, v) for k, v in copies.items()]

    def _failure(self, problem, parts, because="", reason=""):
        where = " (on inputs that the notebook does not show)" if self.hidden else ""
        first, newline, rest = problem.partition("\n")
        head = first + where if first.startswith(self.name) else f"{self.name}{where}: {first}"
        lines = [head + newline + rest]
        with _names.apart():
            reason = recognise(self.name, self.answer) or reason
        if reason:
            lines.append(f"Likely reason: {reason}")
        with _quiet(self.hidden):
            lines += [_block(title, value) for title, value in parts]
        if because and not reason:
            lines.append(f"Remember: {because}")
        if self._warnings and not self.hidden:
            lines.append(f"Python warned: {self._warnings[-1]}")
        return CheckFailed("\n".join(lines))


def _describe_borrowed(label, name, where):
    """Return what to say of an answer that reads a name of the test."""
    text = f"{label.partition('(')[0]} uses {name}, which is none of its arguments.\n"
    return text + f"{name} belongs to the test. Your code does not see it when it is graded." + _at(where)


def _at(where):
    return f"\nin {where.function}, at the line: {where.line}" if where.line else ""


class _Names:
    """The global names of the notebook, as they would be without its test cells.

    In the notebook, answers could also see what test cells have bound. When work is graded, they cannot. So that
    both agree, each name holds what it would hold without tests for as long as an answer runs.
    """

    def __init__(self, shell):
        self._shell = shell
        self._names = shell.user_ns if shell else {}
        self._without = {}  # name -> its value without tests
        self._left = {}  # name -> the value that a test cell has left behind
        self._tests = None  # while an answer runs: name -> its value for the tests
        self._testing = False  # whether the running cell is a test
        self.passed = None  # what to say when it has run to its end, as a function of its source
        self.letter = ""  # of a quiz answer
        if shell:
            shell.events.register("pre_run_cell", self.begin_cell)
            shell.events.register("post_run_cell", self.end_cell)

    def begin_cell(self, info=None):
        """Note what holds without tests: all but what they have left, and what stood in its place before."""
        left = {name for name, value in self._left.items() if self._names.get(name, _ABSENT) is value}
        hidden = {name: value for name, value in self._without.items() if name in left}
        self._without = {name: value for name, value in self._names.items() if name not in left} | hidden
        self._testing, self.passed, self.letter = False, None, ""

    def end_cell(self, result):
        """Note what a test cell leaves behind, or what another cell binds again; say that a test passed."""
        if self._testing:
            source = result.info.raw_cell or ""
            failure = result.error_in_exec
            if result.success or isinstance(failure, CheckFailed):
                wrong = str(failure) if failure and failure.tried else ""
                progress.note(source, result.success, wrong, self.letter)
            if result.success and self.passed:
                print(self.passed(source))
            elif not result.success and (offer := progress.offer(source)):
                print(offer)
            self._left = {n: v for n, v in self._names.items() if v is not self._without.get(n, _ABSENT)}
        else:
            for name in _bound_names(result.info.raw_cell or ""):
                self._left.pop(name, None)

    def begin_test(self, names):
        """Note that the running cell is a test. Without IPython, all tests begin with the first one."""
        if not self._shell and names is not self._names:
            self._names, self._without = names, dict(names)
        self._testing = True

    @contextlib.contextmanager
    def apart(self):
        """Let an answer run: the names of tests are set aside."""
        if self._tests is not None:  # they are already
            yield
            return
        names, without = self._names, self._without
        theirs = {n for n, v in names.items() if v is not without.get(n, _ABSENT)} | (without.keys() - names.keys())
        self._tests = _exchange(names, {name: without.get(name, _ABSENT) for name in theirs})
        try:
            yield
        finally:
            self._without = dict(names)  # an answer may bind names, too
            _exchange(names, self._tests)
            self._tests = None

    @contextlib.contextmanager
    def given_to(self, answer, values):
        """Put the test's functions in the place of others that the answer looks up by name."""
        found = _globals_of(answer) if values else None
        if found is None:
            yield
            return
        values = {name: self.with_tests(value) for name, value in values.items()}
        before = _exchange(found, values)
        without = _exchange(self._without, values) if found is self._names else {}
        try:
            yield
        finally:
            _exchange(found, before)
            _exchange(self._without, without)

    def with_tests(self, value):
        """Return a function that a test passes to an answer so that it sees the test's names when it is called."""
        if not isinstance(value, types.FunctionType) or value.__globals__ is not self._names:
            return value

        @functools.wraps(value)
        def called(*given, **named):
            if self._tests is None:
                return value(*given, **named)
            without, self._tests = _exchange(self._names, self._tests), None
            try:
                return value(*given, **named)
            finally:
                self._tests = _exchange(self._names, without)

        return called

    def only_of_tests(self, error):
        """Return the name that was looked up in vain and that a test has, or ''."""
        found = re.fullmatch(r"name '(\w+)' is not defined", str(error)) if isinstance(error, NameError) else None
        return found[1] if found and (self._tests or {}).get(found[1], _ABSENT) is not _ABSENT else ""


_ABSENT = object()
_names = _Names(get_ipython())


def _globals_of(answer):
    """Return the global names that a function sees, or those that the methods of a class see; None without any."""
    names = [name for name in vars(answer) if not name.startswith("_")] if isinstance(answer, type) else []
    functions = [getattr(answer, name) for name in names] or [answer]
    return next((f.__globals__ for f in functions if hasattr(f, "__globals__")), None)


def _exchange(names, values):
    """Put ``values`` into the dict ``names``; return what stood there before."""
    before = {name: names[name] if name in names else _ABSENT for name in values}
    for name, value in values.items():
        if value is not _ABSENT:
            names[name] = value
        elif name in names:
            del names[name]
    return before


def _bound_names(source):
    """Return the global names that a cell binds."""
    try:
        symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    except SyntaxError:  # a magic
        return set()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}


@contextlib.contextmanager
def needs(*names):
    """Run a demonstration; say what to do first while the answers it uses do not work."""
    found = sys._getframe(2).f_globals  # of the cell, which stands behind contextlib
    try:
        yield
    except FAILURES as error:
        unwritten = [name for name in names if _is_unwritten(found.get(name))]
        if unwritten or type(error) is NotImplementedError:
            print(f"Write {_listed(unwritten or names)} first. Then run this cell again.")
            return
        for name in _replaced(error.__traceback__.tb_next, found):
            print(
                f"{name} was replaced by a cell of yours: now it is {_kind(found[name])}.\n"
                "Give your variable another name, run the first cell of the notebook, then this one again."
            )
            return
        missing = getattr(error, "name", None) if isinstance(error, NameError) else None
        if missing and missing not in names:
            print(f"{missing} is made by a cell above. Run that cell first, then this one again.")
            return
        print(
            f"This cell could not be finished: {type(error).__name__}: {_short(error, str)}\n"
            f"It uses {_listed(names)}. Run their checks and read what they say."
        )


def _replaced(trace, found):
    """Return the helpers that the failed cell uses and that are bound to something else."""
    used = trace.tb_frame.f_code.co_names if trace else ()
    helpers = {name: getattr(sys.modules.get("drawing"), name, None) for name in used}
    return [n for n, helper in helpers.items() if callable(helper) and found.get(n) is not helper and n in found]


def _is_unwritten(answer):
    """Say whether a function or class is missing, or still raises NotImplementedError."""
    parts = [answer, *vars(answer).values()] if isinstance(answer, type) else [answer]
    codes = [part.__code__ for part in parts if isinstance(part, types.FunctionType)]
    return answer is None or any("NotImplementedError" in code.co_names for code in codes)


def _listed(names):
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


@contextlib.contextmanager
def _quiet(hide_prints):
    """Let student code run: names of tests are set aside, warnings and stderr kept away; yield the warnings."""
    with _names.apart(), quiet(hide_prints) as caught:
        yield caught


def _difference(got, expected, what, rtol, atol):
    """Return ``(problem, parts to show)``, or None when nothing differs."""
    label = what or "the result"
    if got is None:
        return f"{label} is None. Does the function end with return?", []
    if isinstance(expected, Mapping):
        return _difference_in_mapping(got, expected, what, rtol, atol)
    if isinstance(expected, (tuple, list)):
        return _difference_in_sequence(got, expected, what, rtol, atol)
    return _difference_in_array(got, np.asarray(expected), label, rtol, atol)


def _difference_in_mapping(got, expected, what, rtol, atol):
    try:
        found = dict(got.items())
    except Exception:
        return f"{what or 'the result'} should be a dict, but is {_kind(got)}.", [("Got", got)]
    missing = [key for key in expected if key not in found]
    if missing:
        keys = _Plain(_short(", ".join(map(str, found)) or "none", str))
        return f"{what or 'the result'} has no key {missing[0]!r}.", [("Keys", keys)]
    pairs = ((found[k], expected[k], f"{what}[{k!r}]" if what else str(k)) for k in expected)
    return _first_difference(pairs, rtol, atol)


def _difference_in_sequence(got, expected, what, rtol, atol):
    label = what or "the result"
    try:
        unordered = isinstance(got, (Mapping, Set, str, bytes))
        items = None if unordered else list(itertools.islice(got, MOST_ITEMS))
    except Exception:
        items = None
    if items is None:
        problem = f"{label} should hold {_things(expected)} in order, but is {_kind(got)}."
        return problem, [("Got", got)]
    if len(items) != len(expected):
        count = f"{len(items)} or more" if len(items) == MOST_ITEMS else len(items)
        problem = f"{label} should hold {_things(expected)}, but holds {count}."
        return problem, [("Got", items)]
    pairs = ((g, e, f"{label}[{i}]") for i, (g, e) in enumerate(zip(items, expected, strict=True)))
    return _first_difference(pairs, rtol, atol)


def _things(items):
    return "1 thing" if len(items) == 1 else f"{len(items)} things"


def _first_difference(pairs, rtol, atol):
    found = (_difference(got, expected, what, rtol, atol) for got, expected, what in pairs)
    return next((difference for difference in found if difference), None)


def _difference_in_array(got, expected, label, rtol, atol):
    if expected.dtype.kind not in "biuf":
        raise TypeError(f"expected values must be numbers, but are {expected.dtype}")
    shown = [("Got", got), ("Expected", expected)]
    array = _as_numbers(got)
    if array is None:
        one, kind = "numbers" if expected.ndim else "one number", _kind(got)
        if isinstance(got, (list, tuple)):
            kind = f"a {type(got).__name__} with rows of different lengths, or with other things or itself in it"
        return f"{label} should be {one}, but is {kind}.", shown
    if array.shape != expected.shape:
        found, wanted = (f"shape {a.shape}" if a.ndim else "one number" for a in (array, expected))
        return f"{label} {'has' if array.ndim else 'is'} {found}, but {wanted} was expected.", shown
    wrong = ~_close(array, expected, rtol, atol)
    if not wrong.any():
        return None
    return _count(array, expected, wrong, label), shown + [_first_wrong(array, expected, wrong)]


def _as_numbers(got):
    """Return ``got`` as an array of real numbers, or None."""
    try:
        array = np.asarray(got)
        if array.dtype == object and not any(isinstance(v, (str, bytes)) for v in array.flat):
            array = array.astype(float)
    except Exception:  # rows of different lengths, or an object with ideas of its own
        return None
    return array if array.dtype.kind in "biuf" else None


def _close(array, expected, rtol, atol):
    finite = np.abs(expected[np.isfinite(expected)])
    if atol is None:
        atol = max(rtol / 100 * finite.max(initial=0), 1e-15)
    with np.errstate(all="ignore"):
        return np.isclose(array.astype(float), expected.astype(float), rtol, atol, equal_nan=True)


def _count(array, expected, wrong, label):
    bad = ~np.isfinite(array.astype(float)) & np.isfinite(expected.astype(float))
    if array.ndim == 0:
        return f"{label} is {float(array)}." if bad else f"{label} has the wrong value."
    if bad.any():
        return f"{label} is NaN or infinite in {bad.sum()} of {bad.size} places."
    return f"{label} has the right shape, but wrong values in {wrong.sum()} of {wrong.size} places."


def _first_wrong(array, expected, wrong):
    if array.ndim == 0:
        return "Difference", _Plain(f"{float(array) - float(expected):.6g}")
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    values = float(array[index]), float(expected[index])
    text = f"at {list(index)}: got {values[0]:.8g}, expected {values[1]:.8g}"
    return "First wrong", _Plain(text)


def _first_change(before, after):
    """Return the part that says what changed first: printed, the two arrays may look alike."""
    arrays = isinstance(before, np.ndarray) and isinstance(after, np.ndarray)
    if not arrays or before.dtype.kind not in "biuf" or before.shape != after.shape:
        return []
    index = tuple(int(i) for i in np.argwhere(~np.isclose(before, after, 0, 0, equal_nan=True))[0])
    text = f"at {list(index)}: {float(before[index])} became {float(after[index])}"
    return [("First change", _Plain(text))]


class _Plain(str):
    """Text that is shown as it is."""


def _block(title, value):
    lines = _show(value).split("\n")
    head = f"{title:<12} "
    return "\n".join([head + lines[0]] + [" " * len(head) + line for line in lines[1:]])


def _show(value, depth=0):
    if isinstance(value, _Plain):
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        with np.printoptions(precision=6, threshold=60, edgeitems=3, suppress=_is_plain(value), linewidth=76):
            return _short(value, lambda array: f"array of shape {array.shape}\n{array}", 4000)
    if isinstance(value, (float, np.generic, np.ndarray)):
        return f"{float(value):.8g}" if np.asarray(value).dtype.kind == "f" else _short(value, str)
    inner = depth < MOST_DEPTH
    if inner and isinstance(value, (tuple, list)) and any(isinstance(v, np.ndarray) for v in value[:MOST_SHOWN]):
        return _show_items((f"[{i}] {_show(v, depth + 1)}" for i, v in enumerate(value)), len(value))
    if inner and isinstance(value, dict) and value:
        return _show_items((f"{_short(key, str)}: {_show(v, depth + 1)}" for key, v in value.items()), len(value))
    if callable(value):
        return f"the function {getattr(value, '__name__', '')}".strip()
    if type(value).__repr__ is object.__repr__ or isinstance(value, np.random.Generator):
        return f"a {type(value).__name__}"
    return _short(value, _Repr().repr)


def _show_items(texts, count):
    more = [f"and {count - MOST_SHOWN} more"] if count > MOST_SHOWN else []
    return "\n".join([*itertools.islice(texts, MOST_SHOWN), *more])


def _is_plain(array):
    """Say whether the values of ``array`` read well without an exponent."""
    numbers = _as_numbers(array)
    if numbers is None:
        return False
    largest = np.abs(numbers[np.isfinite(numbers)]).max(initial=0)
    return largest == 0 or 1e-3 <= largest < 1e8


class _Repr(reprlib.Repr):
    """``repr`` that leaves out the middle of what is long and the types of numbers."""

    def __init__(self):
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = MOST_SHOWN
        self.maxstring = self.maxother = MOST_LETTERS

    def repr_float(self, value, level):
        return f"{value:.8g}"

    repr_float64 = repr_float32 = repr_float


def _short(value, to_text, most=MOST_LETTERS):
    """Return ``to_text(value)``, cut where it gets long."""
    try:
        text = to_text(value)
    except Exception:  # an object of the student may fail even here
        return f"something of type {type(value).__name__}"
    return text if len(text) <= most else text[:most] + " ..."


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} with shape {value.shape}"
    return f"of type {type(value).__name__}"


def _copy(value, around=()):
    """Return a copy of arrays and of what holds them; what holds itself is followed once."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if not isinstance(value, (list, tuple, dict)) or any(value is outer for outer in around):
        return value
    around = (*around, value)
    if isinstance(value, dict):
        return {k: _copy(v, around) for k, v in value.items()}
    return (tuple if isinstance(value, tuple) else list)(_copy(v, around) for v in value)


def _identical(value, copy):
    if value is copy:
        return True
    if isinstance(copy, np.ndarray):
        nan = copy.dtype.kind in "fc"
        return isinstance(value, np.ndarray) and np.array_equal(value, copy, equal_nan=nan)
    if isinstance(copy, (list, tuple)):
        same_length = isinstance(value, (list, tuple)) and len(value) == len(copy)
        return same_length and all(map(_identical, value, copy))
    if isinstance(copy, dict):
        same_keys = isinstance(value, dict) and value.keys() == copy.keys()
        return same_keys and all(_identical(value[k], copy[k]) for k in copy)
    return not np.isscalar(copy) or (np.isscalar(value) and value == copy)
