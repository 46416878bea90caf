"""Compare what your code gives with what was expected, and say what is different.

Every assignment ships this file. It holds no answers. A test cell makes one
``Check``, calls your function through it, and compares:

    check = Check("softmax", softmax)
    P = check.call(Z=Z)
    check.same(P, expected)

A failed comparison raises ``CheckFailed``. Its message says what was called,
what came back, what was expected and, when the mistake is a known one, its name.
"""

import builtins
import contextlib
import dis
import functools
import inspect
import itertools
import json
import re
import reprlib
import symtable
import sys
import textwrap
import types
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple

import errors
import messages
import numpy as np
import progress
import relations
from IPython import get_ipython
from reasons import FAILURES, MOST_ITEMS, of_code, quiet, recognise

REMARKS = Path(__file__).with_name("remarks.json")
PRINTED_SHAPE = re.compile(r"\((?:\d+, ?)+\d*\)")
INDENT = 13  # letters in front of a value
ANYTHING = object()  # stands in an expected dict for any value but None
WIDTH = 88  # letters of a line of a message, as it is displayed
NUMBERS = bool, int, float, np.float64, np.float32, np.int64, np.bool_
SMALL_SIZE, MOST_AXES = 10, 4  # of a shape that a hidden test may name
MOST_SHOWN, MOST_LETTERS, MOST_DEPTH = 8, 300, 3  # items of a list, letters of a text, lists in lists


class CheckFailed(AssertionError):
    """What a check has to say. Jupyter shows the message without a traceback."""

    tried = True  # False where no answer is written yet

    def _render_traceback_(self) -> list[str]:
        return [part for line in str(self).split("\n") for part in _in_width(line)]


def _rebound(frame):
    """Return a name of Python's, or np, that a test looks up and the notebook has given to something else, or ''."""
    names = frame.f_globals
    suspect = {n for n in frame.f_code.co_names if n in names and not callable(names[n]) and hasattr(builtins, n)}
    suspect |= {"np"} if "np" in frame.f_code.co_names and names.get("np", np) is not np else set()
    if not suspect:
        return ""
    looked_up = (step for step in dis.get_instructions(frame.f_code) if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"))
    return next((step.argval for step in looked_up if step.argval in suspect), "")


def _parameters(function, is_method):
    """Return ``{name: whether a call must give it}`` of a def line, without self; {} where they cannot be told."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return {}
    by_place = [p for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(by_place) < len(found):  # *args take anything
        return {}
    return {p.name: p.default is p.empty for p in by_place[1 if is_method else 0 :]}


def _in_width(line: str) -> list[str]:
    """Break a line of prose between words; Jupyter breaks it within one, or Validate cuts it off. Values stay."""
    if "  " in line or not line:
        return [line]
    return textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)


class Check:
    """One check of one exercise.

    name:   the exercise, as students know it ("softmax")
    answer: the student's function or class
    hidden: True keeps inputs, results and expected values out of the message
    given:  functions of the test that stand in for other answers, {name: function}, while this one runs.
            So a mistake there is not counted again here
    """

    def __init__(
        self, name: str, answer: Any, hidden: bool = False, given: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        self.name = name
        self.answer = answer
        self.hidden = hidden
        self._given = given or {}
        for exercise, function in self._given.items():  # else an error would name what students never saw
            if isinstance(function, types.FunctionType):
                function.__name__ = function.__qualname__ = exercise
        test = sys._getframe(1)
        self._test_file = test.f_code.co_filename  # no message quotes its lines
        _names.begin_test(test.f_globals)
        if rebound := _rebound(test):
            failure = CheckFailed(messages.NAME_REBOUND.format(name=rebound))
            failure.tried = False
            raise failure
        if not hidden and test.f_code.co_name.startswith("<"):  # the cell itself, no helper that it calls
            _names.passed = self._passed
        self._compared = self._watched = False  # whether values were compared, and arguments looked at again
        self._calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = []  # call, what it got, the test's arguments
        self._results: list[tuple[str, Any, Any]] = []  # call, result, copy of it
        self._warnings: list[str] = []
        self._called: tuple[type | None, str] = None, ""  # the class and the name of the method that was called last
        self._methods: list[str] = []  # names of those that were called
        self._arrays: dict[int, tuple[Any, Any]] = {}  # id of an array of the test -> (the array, the answer's copy)

    def call(self, /, **arguments: Any) -> Any:
        """Call the answer with these values, in this order; their names are for the message."""
        return self._call(self.name, self.answer, arguments)

    def method(self, instance: Any, name: str, /, **arguments: Any) -> Any:
        """Call ``instance.name`` in the same way."""
        what = f"{self.name}: {name}"
        self._methods.append(name)
        return self._call(what, lambda *given: getattr(instance, name)(*given), arguments, (type(instance), name))

    def get(self, instance: Any, name: str) -> Any:
        """Return the attribute ``instance.name``."""
        what = messages.ATTRIBUTE.format(name=self.name, attribute=name)
        return self._run(what, what, lambda: getattr(instance, name))

    def set(self, instance: Any, **attributes: Any) -> None:
        """Set attributes of ``instance``, for example its weights."""
        for name, value in _copy(attributes, self._array_for).items():
            what = messages.SET_ATTRIBUTE.format(name=self.name, attribute=name)
            self._run(what, what, lambda name=name, value=value: setattr(instance, name, value))

    def same(
        self, got: Any, expected: Any, what: str = "", rtol: float = 1e-4, atol: float | None = None, because: str = ""
    ) -> None:
        """Fail unless ``got`` has the structure, shape and values of ``expected``.

        what:    the name of ``got`` when a call gave several things ("dW")
        rtol:    tolerance relative to each expected value
        atol:    absolute tolerance; without it, ``rtol / 100`` of the largest expected value
        because: a sentence that helps when the values differ
        """
        self._compared = True
        with self._reading(got):
            found = _difference(got, expected, what, rtol, atol)
        if found:
            whole = found.pair is not None and relations.are_whole(*found.pair[:2])
            problem = self._without_sizes(found.problem, found.pair[1] if found.pair else ())
            self._fail(problem, found.parts, because, self._relation(found), whole)

    def between(self, got: Any, low: float, high: float, what: str = "", because: str = "") -> None:
        """Fail unless ``got`` is one number from ``low`` to ``high``."""
        label = what or messages.RESULT
        with _quiet(self.hidden):
            found = _difference(got, low, label, rtol=0, atol=np.inf)  # any finite number will do
        problem = found.problem if found else ""
        if not found and not low <= float(got) <= high:
            problem = (messages.TOO_SMALL if float(got) < low else messages.TOO_LARGE).format(label=label)
        if problem:
            expected = _Plain(messages.RANGE.format(low=f"{low:g}", high=f"{high:g}"))
            self._fail(problem, [(messages.GOT, got), (messages.EXPECTED, expected)], because)

    def numbers(self, got: Any, what: str = "", shape: tuple[int, ...] | None = None) -> np.ndarray:
        """Return ``got`` as an array of floats; fail unless it holds numbers.

        what:  the name of ``got``, as in ``same``
        shape: that it must have, if any
        """
        with self._reading(got):
            array = _as_numbers(got)
            found = _unlike_numbers(got, array, shape, what or messages.RESULT)
        if found:
            self._fail(self._without_sizes(found, shape or ()), [(messages.GOT, got)], "")
        return array.astype(float)

    def item(self, got: Any, key: str) -> Any:
        """Return ``got[key]``; fail unless ``got`` is a dict that has this key."""
        self.same(got, {key: ANYTHING})
        return got[key]

    def true(self, condition: Any, problem: str, because: str = "") -> None:
        """Fail with the sentence ``problem`` unless ``condition`` holds."""
        if not np.all(condition):
            self._fail(problem, [], because)

    def unchanged(self) -> None:
        """Fail if a call changed one of its arguments, or what an earlier call had returned."""
        self._watched = True
        for call, given, arguments in self._calls:
            for name, value in given.items():
                if not _identical(value, arguments[name]):
                    problem = messages.CHANGED_ARGUMENT.format(call=call, name=name)
                    raise self._failure(problem, self._change(arguments[name], value), names_itself=True)
        for call, result, copy in self._results:
            if not _identical(result, copy):
                raise self._failure(messages.CHANGED_RESULT.format(call=call), self._change(copy, result))

    def letter(self, options: str = "abcd") -> str:
        """Return the letter that a quiz answer gives."""
        try:
            got = self.call()
        except CheckFailed:
            self._refuse_unquoted(options)
            raise
        if not isinstance(got, str) or got.strip().lower() not in set(options):
            self._refuse_unquoted(options)
            letters = ", ".join(options)
            raise CheckFailed(messages.NO_LETTER.format(name=self.name, letters=letters, got=_show(got)))
        letter = got.strip().lower()
        _names.passed, _names.letter = self._answered, letter
        return letter

    def _refuse_unquoted(self, options):
        """Fail if a quiz answer that gives no letter has one of them as the name of a variable."""
        names = getattr(getattr(self.answer, "__code__", None), "co_names", ())
        unquoted = [letter for letter in options if letter in names]
        if unquoted:
            raise CheckFailed(messages.LETTER_IN_QUOTES.format(name=self.name, letter=unquoted[0])) from None

    def choice(self, key: str, reason: str, options: str = "abcd") -> None:
        """Fail unless the quiz answer is ``key``; say the reason either way."""
        reason = _remark(reason)
        if self.letter(options) != key:
            raise CheckFailed(messages.LETTER_IS_WRONG.format(name=self.name, reason=reason))
        _names.passed = None
        print(messages.LETTER_IS_RIGHT.format(name=self.name, reason=reason))

    def _passed(self, source):
        """Return what to say when the cell ``source``, which made this check, has run to its end."""
        said = PASSED[self._compared, self._watched].format(name=self.name)
        points = progress.worth(source)
        if points:
            said += " " + messages.WORTH.format(points=points[0], most=points[1])
        offer = progress.offer(source)
        return f"{said}\n{offer}" if offer else said

    def _answered(self, source):
        said = messages.ANSWER_IS.format(name=self.name, letter=_names.letter)
        return f"{said} {progress.offer(source) or messages.TOLD_WHEN_GRADED}"

    def _call(self, what, function, arguments, method=(None, "")):
        call = f"{what}({', '.join(arguments)})"
        self._called = method
        given = _copy(arguments, self._array_for)  # so that a test computes with its own, whatever the answer does
        self._calls.append((call, given, arguments))
        with _names.given_to(self.answer, self._given):
            result = self._run(what, call, lambda: function(*map(_names.with_tests, given.values())), method)
        if type(result) in (np.ndarray, list, tuple, dict):  # an object of the student may change
            self._results.append((call, result, _copy(result)))
        return result

    def _array_for(self, array):
        """Return the answer's copy of an array of the test: the same one again for as long as it holds the same."""
        own, copy = self._arrays.get(id(array), (None, None))
        if own is not array or not _identical(copy, array):
            copy = array.copy()
            self._arrays[id(array)] = array, copy
        return copy

    def _run(self, what, call, action, method=(None, "")):
        with _quiet(self.hidden) as caught:
            try:
                result = action()
                if isinstance(result, Iterator):
                    result = list(itertools.islice(result, MOST_ITEMS))
            except FAILURES as error:
                borrowed, failure = _names.only_of_tests(error), error
            else:
                failure = None
        self._warnings += [_said(w.category, w.message) for w in caught]
        if failure:
            where = errors.place(failure, self._test_file)
            if type(failure) is NotImplementedError:
                unwritten = CheckFailed(errors.of_stub(what, where, *method))
                unwritten.tried = False
                raise unwritten
            if borrowed:
                template = messages.USES_NAME_OF_TEST_IN_METHOD if where.is_method else messages.USES_NAME_OF_TEST
                problem, reason = template.format(what=what, name=borrowed), ""
            else:
                # A hidden test shows no text of the error: it may quote the test's values.
                said = type(failure).__name__ if self.hidden else _said(type(failure), failure)
                problem = messages.STOPPED.format(call=call, error=said)
                reason = errors.of_error(failure, where, with_numbers=not self.hidden)
            problem += _at(where)
            raise self._failure(problem, self._shown_arguments(), reason=reason, names_itself=True)
        return result

    def _of_def_line(self):
        """Say that the def line has the arguments of the call in another order, or one too many, if it has.

        Hidden tests do not: an answer may change what is told of it when it has seen what is hidden.
        """
        if self.hidden or not self._calls:
            return ""
        call, _, arguments = self._calls[-1]
        kind, name = self._called
        if not kind and isinstance(self.answer, type):
            kind, name = self.answer, "__init__"
        given = _parameters(getattr(kind, name, None) if kind else self.answer, is_method=bool(kind))
        extra = [n for n, needed in given.items() if needed and n not in arguments]
        of_method = kind and name != "__init__"  # which says more: it may need what another method stores
        if extra and sum(given.values()) > len(arguments) and not of_method:
            return messages.ARGUMENT_NOT_GIVEN.format(argument=extra[0])
        first = list(given)[: len(arguments)]
        if first == list(arguments) or sorted(first) != sorted(arguments):
            return ""
        name = call.partition("(")[0].rpartition(" ")[2]
        return messages.PARAMETERS_MIXED.format(given=", ".join(first), name=name, order=", ".join(arguments))

    def _reading(self, value):
        """Let a value be read: an object of the student may talk meanwhile."""
        return contextlib.nullcontext() if _is_silent(value) else _quiet(self.hidden)

    def _relation(self, found):
        """Say how the result is related to the expected one, where both can be numbers."""
        if found.pair is None:
            return ""
        got, expected, label = found.pair
        label = "" if label == messages.RESULT else label  # relations begin sentences with it
        arguments = {name: value for _, _, values in self._calls for name, value in values.items()}
        return relations.of_difference(got, expected, label, arguments, with_numbers=not self.hidden)

    def _fail(self, problem, parts, because, relation="", whole=False):
        lines = [] if self.hidden else self._shown_arguments() + parts
        with _quiet(self.hidden):
            reason = of_code(self.answer, self._methods, whole) or relation
        raise self._failure(problem, lines, because, reason)

    def _without_sizes(self, problem, expected):
        """Leave out of a hidden test shapes that are like none of the test: an answer may hide in them what it got."""
        if not self.hidden:
            return problem
        known = [*_lengths(expected), *(n for _, _, arguments in self._calls for n in _lengths(arguments))]
        usual = {size + step for size in known for step in (-1, 0, 1)} | set(range(SMALL_SIZE + 1))

        def shown(shape):
            sizes = [int(size) for size in re.findall(r"\d+", shape[0])]
            return shape[0] if len(sizes) <= MOST_AXES and usual.issuperset(sizes) else "(...)"

        return PRINTED_SHAPE.sub(shown, problem)

    def _shown_arguments(self):
        if self.hidden or not self._calls:
            return []
        call, _, arguments = self._calls[-1]
        shown = [("  " + messages.ARGUMENT.format(name=name), value) for name, value in arguments.items()]
        return [(messages.CALLED, _Plain(call)), *shown]

    def _change(self, before, after):
        if self.hidden:
            return []
        return [(messages.BEFORE, before), (messages.AFTER, after), *_first_change(before, after)]

    def _failure(self, problem, parts, because="", reason="", names_itself=False):
        """Return the error that says all this.

        names_itself: whether the problem begins with the name of the exercise
        """
        first, newline, rest = problem.partition("\n")
        if names_itself:
            head = messages.HIDDEN.format(problem=first) if self.hidden else first
        else:
            head = (messages.ABOUT_HIDDEN if self.hidden else messages.ABOUT).format(name=self.name, problem=first)
        lines = [head + newline + rest]
        with _names.apart():
            known = recognise(self.name, self.answer)
        # What the lines say is certain, but a mistake that was written down says more.
        certain = self._of_def_line() or (reason if reason == messages.RETURN_IN_LOOP else "")
        reason = str(known) if known.written and known.is_all else certain or str(known) or reason
        if reason:
            lines.append(messages.LIKELY_REASON.format(reason=reason))
        with _quiet(self.hidden):
            lines += [_block(title, value) for title, value in parts]
        if because and not reason:
            lines.append(messages.REMEMBER.format(because=_remark(because)))
        if self._warnings and not self.hidden:
            lines.append(messages.PYTHON_WARNED.format(warning=self._warnings[-1]))
        return CheckFailed("\n".join(lines))


# {(whether values were compared, whether arguments were looked at again): message}
PASSED = {
    (False, False): messages.PASSED,
    (True, False): messages.PASSED_VALUES,
    (False, True): messages.PASSED_ARGUMENTS,
    (True, True): messages.PASSED_BOTH,
}


def _said(kind, error):
    """Return an error or a warning as Python prints it."""
    return f"{kind.__name__}: {_short(error, str)}".removesuffix(": ")


def _at(where):
    return "\n" + messages.IN_LINE.format(function=where.function, line=where.line) if where.line else ""


def _remark(text: str) -> str:
    """Return what a test says in the language of the folder: remarks.json holds ``{English: translation}``."""
    try:
        return str(json.loads(REMARKS.read_text(encoding="utf-8")).get(text, text))
    except (OSError, ValueError):  # in English there is no such file
        return text


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
        left = [name for name, value in self._left.items() if self._names.get(name, _ABSENT) is value]
        without, self._without = self._without, dict(self._names)
        _put(self._without, {name: without.get(name, _ABSENT) for name in left})
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
        elif self._left:
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
            _put(names, self._tests)
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
            _put(found, before)
            _put(self._without, without)

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
    before = {name: names.get(name, _ABSENT) for name in values}
    _put(names, values)
    return before


def _put(names, values):
    """Put ``values`` into the dict ``names``, all at once: while it is graded, it may be that of another process."""
    names.update({name: value for name, value in values.items() if value is not _ABSENT})
    for name, value in values.items():
        if value is _ABSENT:
            names.pop(name, None)


def _bound_names(source):
    """Return the global names that a cell binds."""
    try:
        symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    except SyntaxError:  # a magic
        return set()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}


@contextlib.contextmanager
def needs(*names: str) -> Iterator[None]:
    """Run a demonstration; say what to do first while the answers it uses do not work."""
    found = sys._getframe(2).f_globals  # of the cell, which stands behind contextlib
    try:
        yield
    except FAILURES as error:
        unwritten = [name for name in names if _is_unwritten(found.get(name))]
        if unwritten or type(error) is NotImplementedError:
            print(messages.WRITE_FIRST.format(names=_listed(unwritten or names)))
            return
        for name in _replaced(error.__traceback__, found):
            print(messages.REPLACED.format(name=name, kind=_kind(found[name])))
            return
        missing = getattr(error, "name", None) if isinstance(error, NameError) else None
        if missing and missing not in names:
            print(messages.RUN_ABOVE_FIRST.format(name=missing))
            return
        print(messages.UNFINISHED.format(error=_said(type(error), error), names=_listed(names)))


def _replaced(trace, found):
    """Return the helpers that the failed cell uses and that are bound to something else."""
    cell = trace.tb_next  # the frame above is that of ``needs``
    used = cell.tb_frame.f_code.co_names if cell else ()
    helpers = {name: getattr(sys.modules.get("drawing"), name, None) for name in used}
    return [n for n, helper in helpers.items() if callable(helper) and found.get(n) is not helper and n in found]


def _is_unwritten(answer):
    """Say whether a function or class is missing, or still raises NotImplementedError."""
    parts = [answer, *vars(answer).values()] if isinstance(answer, type) else [answer]
    codes = [part.__code__ for part in parts if isinstance(part, types.FunctionType)]
    return answer is None or any("NotImplementedError" in code.co_names for code in codes)


def _listed(names):
    *others, last = names
    return messages.NAMES_AND.format(names=", ".join(others), last=last) if others else last


@contextlib.contextmanager
def _quiet(hide_prints):
    """Let student code run: names of tests are set aside, warnings and stderr kept away; yield the warnings."""
    with _names.apart(), quiet(hide_prints) as caught:
        yield caught


class _Difference(NamedTuple):
    """What is wrong with a result."""

    problem: str
    parts: list[tuple[str, Any]]  # what to show: (words in front, value)
    # what came, what was expected, and what it is called, where this is an array or a number
    pair: tuple[Any, Any, str] | None = None


def _difference(got, expected, what, rtol, atol):
    """Return the first difference, or None when nothing differs."""
    label = what or messages.RESULT
    if got is None:
        return _Difference(messages.RETURNS_NONE.format(label=label), [])
    if expected is ANYTHING:
        return None
    if isinstance(expected, Mapping):
        return _difference_in_mapping(got, expected, what, rtol, atol)
    if isinstance(expected, (tuple, list)):
        return _difference_in_sequence(got, expected, label, rtol, atol)
    return _difference_in_array(got, np.asarray(expected), label, rtol, atol)


def _difference_in_mapping(got, expected, what, rtol, atol):
    label = what or messages.RESULT
    try:
        found = dict(got.items())
    except Exception:
        return _Difference(messages.NO_DICT.format(label=label, kind=_kind(got)), [(messages.GOT, got)])
    for key in expected:
        if key not in found:
            keys = _Plain(_short(", ".join(map(str, found)) or messages.NO_KEYS, str))
            return _Difference(messages.NO_KEY.format(label=label, key=repr(key)), [(messages.KEYS, keys)])
    pairs = ((found[k], expected[k], f"{what}[{k!r}]" if what else str(k)) for k in expected)
    return _first_difference(pairs, rtol, atol)


def _difference_in_sequence(got, expected, label, rtol, atol):
    number, one = len(expected), len(expected) == 1
    try:
        unordered = isinstance(got, (Mapping, Set, str, bytes))
        items = None if unordered else list(itertools.islice(got, MOST_ITEMS))
    except Exception:
        items = None
    if items is None:
        template = messages.NO_SEQUENCE_ONE if one else messages.NO_SEQUENCE_MANY
        problem = template.format(label=label, number=number, kind=_kind(got))
        return _Difference(problem, [(messages.GOT, got)])
    if len(items) != number:
        template = messages.OTHER_LENGTH_ONE if one else messages.OTHER_LENGTH_MANY
        found = messages.AT_LEAST.format(number=len(items)) if len(items) == MOST_ITEMS else len(items)
        return _Difference(template.format(label=label, number=number, found=found), [(messages.GOT, items)])
    named = label[1:-1].split(", ") if label.startswith("(") else []  # of "(dw, db)" the names themselves
    names = named if len(named) == number else [f"{label}[{i}]" for i in range(number)]
    return _first_difference(zip(items, expected, names, strict=True), rtol, atol)


def _first_difference(pairs, rtol, atol):
    found = (_difference(got, expected, what, rtol, atol) for got, expected, what in pairs)
    return next((difference for difference in found if difference), None)


def _difference_in_array(got, expected, label, rtol, atol):
    if expected.dtype.kind not in "biuf":
        raise TypeError(f"expected values must be numbers, but are {expected.dtype}")
    parts = [(messages.GOT, got), (messages.EXPECTED, expected)]
    array = _as_numbers(got)
    problem = _unlike_numbers(got, array, expected.shape, label)
    if not problem:
        wrong = ~_close(array, expected, rtol, atol)
        if not wrong.any():
            return None
        problem = _count(array, expected, wrong, label)
        parts.append(_first_wrong(array, expected, wrong))
    return _Difference(problem, parts, (got, expected, label))


def _unlike_numbers(got, array, shape, label):
    """Say why ``got``, which is ``array``, is not numbers of a shape, or of any shape where it is None; else ''."""
    if got is None:
        return messages.RETURNS_NONE.format(label=label)
    if array is None:
        template, kind = messages.NO_NUMBER if shape == () else messages.NO_NUMBERS, _kind(got)
        if isinstance(got, (list, tuple)):
            kind = messages.UNEVEN_ROWS.format(kind=type(got).__name__)
        return template.format(label=label, kind=kind)
    if shape is not None and array.shape != shape:
        return SHAPES[array.ndim > 0, len(shape) > 0].format(label=label, found=array.shape, expected=shape)
    return ""


# {(whether an array came, whether one was expected): message}
SHAPES = {
    (True, True): messages.OTHER_SHAPE,
    (True, False): messages.SHAPE_FOR_NUMBER,
    (False, True): messages.NUMBER_FOR_SHAPE,
}


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
    """Say of each value whether it is close; what is not finite must be the same. ``np.isclose`` takes longer."""
    with np.errstate(all="ignore"):
        array, expected = array.astype(float), expected.astype(float)
        finite = np.isfinite(expected)
        size = np.where(finite, np.abs(expected), 0)
        if atol is None:
            atol = max(rtol / 100 * size.max(initial=0), 1e-15)
        close = np.abs(array - expected) <= atol + rtol * size
    return np.where(finite, close, (array == expected) | (np.isnan(array) & np.isnan(expected)))


def _is_silent(value, depth=0):
    """Say whether a value holds numbers only, so that no code of the student's runs while it is read."""
    if depth > MOST_DEPTH:  # or it holds itself
        return False
    if type(value) in (list, tuple):
        return all(_is_silent(item, depth + 1) for item in value)
    if type(value) is dict:
        return all(type(key) is str and _is_silent(item, depth + 1) for key, item in value.items())
    return type(value) in NUMBERS or (type(value) is np.ndarray and value.dtype.kind in "biuf")


def _count(array, expected, wrong, label):
    bad = ~np.isfinite(array.astype(float)) & np.isfinite(expected.astype(float))
    if array.ndim == 0:
        template = messages.NOT_FINITE_NUMBER if bad else messages.WRONG_NUMBER
        return template.format(label=label, value=float(array))
    if bad.any():
        return messages.NOT_FINITE.format(label=label, bad=bad.sum(), number=bad.size)
    return messages.WRONG_VALUES.format(label=label, bad=wrong.sum(), number=wrong.size)


def _first_wrong(array, expected, wrong):
    if array.ndim == 0:
        return messages.DIFFERENCE, _Plain(f"{float(array) - float(expected):.6g}")
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    values = {"got": f"{float(array[index]):.8g}", "expected": f"{float(expected[index]):.8g}"}
    return messages.FIRST_WRONG, _Plain(messages.FIRST_WRONG_AT.format(place=list(index), **values))


def _first_change(before, after):
    """Return the part that says what changed first: printed, the two arrays may look alike."""
    arrays = isinstance(before, np.ndarray) and isinstance(after, np.ndarray)
    if not arrays or before.dtype.kind not in "biuf" or before.shape != after.shape:
        return []
    index = tuple(int(i) for i in np.argwhere(~np.isclose(before, after, 0, 0, equal_nan=True))[0])
    values = {"before": float(before[index]), "after": float(after[index])}
    return [(messages.FIRST_CHANGE, _Plain(messages.FIRST_CHANGE_AT.format(place=list(index), **values)))]


class _Plain(str):
    """Text that is shown as it is."""


def _block(title, value):
    lines = _show(value).split("\n")
    head = title + " " * max(1, INDENT - _width(title))
    return "\n".join([head + lines[0]] + [" " * INDENT + line for line in lines[1:]])


def _width(text):
    """Return how many letters of a text are seen: direction marks and vowel signs take no place."""
    return sum(unicodedata.category(letter) not in ("Cf", "Mn") for letter in text)


def _show(value, depth=0):
    if isinstance(value, _Plain):
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        with np.printoptions(precision=6, threshold=60, edgeitems=3, suppress=_is_plain(value), linewidth=76):
            return _short(value, lambda array: messages.ARRAY_SHOWN.format(shape=array.shape, values=str(array)), 4000)
    if isinstance(value, (float, np.generic, np.ndarray)):
        return f"{float(value):.8g}" if np.asarray(value).dtype.kind == "f" else _short(value, str)
    inner = depth < MOST_DEPTH
    if inner and isinstance(value, (tuple, list)) and any(isinstance(v, np.ndarray) for v in value[:MOST_SHOWN]):
        return _show_items((f"[{i}] {_show(v, depth + 1)}" for i, v in enumerate(value)), len(value))
    if inner and isinstance(value, dict) and value:
        return _show_items((f"{_short(key, str)}: {_show(v, depth + 1)}" for key, v in value.items()), len(value))
    if callable(value):
        return messages.FUNCTION_SHOWN.format(name=getattr(value, "__name__", "")).strip()
    if type(value).__repr__ is object.__repr__ or isinstance(value, np.random.Generator):
        return messages.OBJECT_SHOWN.format(kind=type(value).__name__)
    return _short(value, _Repr().repr)


def _show_items(texts, count):
    more = [messages.MORE_ITEMS.format(number=count - MOST_SHOWN)] if count > MOST_SHOWN else []
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
        return messages.NOT_SHOWN.format(kind=type(value).__name__)
    return text if len(text) <= most else text[:most] + " ..."


def _kind(value):
    if isinstance(value, np.ndarray):
        # Of a type that is no number, the general name: its fields and its length may be any.
        dtype = value.dtype if value.dtype.kind in "biufc" else value.dtype.type.__name__.rstrip("_")
        return messages.ARRAY_OF_TYPE.format(dtype=dtype, shape=value.shape)
    return messages.OF_TYPE.format(kind=type(value).__name__)


def _copy(value, copy_array=np.copy, around=()):
    """Return a copy of arrays and of what holds them; what holds itself is followed once. Objects stay the same."""
    if type(value) is np.ndarray:
        return copy_array(value)
    if type(value) not in (list, tuple, dict) or any(value is outer for outer in around):
        return value
    around = (*around, value)
    if type(value) is dict:
        return {k: _copy(v, copy_array, around) for k, v in value.items()}
    return type(value)(_copy(v, copy_array, around) for v in value)


def _lengths(value, depth=0):
    """Yield the whole numbers and the lengths in what belongs to a test."""
    if type(value) is int:
        yield value
    elif isinstance(value, np.ndarray):
        yield from value.shape
    elif type(value) in (list, tuple, dict) and depth < MOST_DEPTH:
        yield len(value)
        for item in value.values() if type(value) is dict else value:
            yield from _lengths(item, depth + 1)


def _identical(value, copy):
    if value is copy:
        return True
    if isinstance(copy, np.ndarray):
        if type(value) is np.ndarray and (value.dtype, value.shape) == (copy.dtype, copy.shape):
            if not copy.dtype.hasobject and value.tobytes() == copy.tobytes():  # most are: this is quick
                return True
        nan = copy.dtype.kind in "fc"
        return isinstance(value, np.ndarray) and np.array_equal(value, copy, equal_nan=nan)
    if isinstance(copy, (list, tuple)):
        same_length = isinstance(value, (list, tuple)) and len(value) == len(copy)
        return same_length and all(map(_identical, value, copy))
    if isinstance(copy, dict):
        same_keys = isinstance(value, dict) and value.keys() == copy.keys()
        return same_keys and all(_identical(value[k], copy[k]) for k in copy)
    return not np.isscalar(copy) or (np.isscalar(value) and value == copy)
