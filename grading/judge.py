"""The trusted end of the conversation with a process of the student's.

In a test cell, the names that the student was asked to define stand for objects in the sandbox: a
call crosses over as data, and so does its result.
"""

import functools
import inspect
import linecache
import re
import sys
import warnings
from pathlib import Path

from grading.wire import ERRORS, Closed, Malformed, Peer, Refused, make_error


class Broken(BaseException):
    """The conversation with the student's process has ended. No ``except Exception`` may catch it."""


class Proxy:
    """Stands for an object in the sandbox. Attributes are asked for there, by the names that tests use.

    _methods: names that were methods; they are called without asking for them first.
    """

    def __init__(self, judge):
        object.__setattr__(self, "_judge", judge)

    def __getattr__(self, name):
        if name.startswith("__"):  # Python and numpy look for these by themselves
            raise AttributeError(name)
        if name not in self._methods:
            found = self._judge.ask("get", self, name)
            if type(found).__name__ != "function":
                return found
            self._methods.add(name)
        return functools.partial(_call_method, self, name)

    def __setattr__(self, name, value):
        self._judge.ask("set", self, name, value)


class Judge(Peer):
    """Asks the student's process, and answers what it asks about the objects that a test passed."""

    introduces = True

    def __init__(self, connection):
        super().__init__(connection)
        self._kinds = {}
        self.broken = None  # why this conversation has ended
        self.may_say = None  # all texts that may come from student code, once it has seen what is hidden

    def ask(self, action, *operands, handles=()):
        """Return the answer. A process that is gone, or breaks the rules, ends the cell."""
        try:
            return super().ask(action, *operands, handles=handles)
        except (Closed, Malformed) as error:
            self.broken = error
            raise Broken from None

    def serve(self, action, *operands):
        """Use an object that the student's side knows; nothing else."""
        match operands:
            case [number, *rest] if type(number) is int and number in self._owned:
                return self._use(action, self._owned[number], *rest)
        raise Malformed("a question about an unknown object")

    def _use(self, action, target, *operands):
        """Call, get or set what ``describe`` has listed of an object."""
        public = _attributes(target) if _is_instance(target) else ()
        match action, operands:
            case "call", [tuple(given), tuple(named)]:
                if callable(target):
                    return target(*given, **dict(named))
            case "method", [str(name), tuple(given), tuple(named)] if _is_instance(target) and name in _methods(target):
                return getattr(target, name)(*given, **dict(named))
            case "get", [str(name)] if name in public:
                return getattr(target, name)
            case "set", [str(name), value] if name in public:
                return setattr(target, name, value)
        raise AttributeError("no such attribute")

    def describe(self, value):
        """Tell the student's side of a function, a class or an instance that a test passes."""
        if isinstance(value, type) and _is_stand_in(value):
            return ["class", value.__name__]
        if _is_instance(value):
            kind = type(value)
            return ["object", kind.__name__, self._number(kind), sorted(_methods(value)), sorted(_attributes(value))]
        if callable(value):
            return ["function", getattr(value, "__name__", "function")]
        raise Refused(f"a test cannot pass a {type(value).__name__}")

    def adopt(self, number, kind, name, is_callable, is_iterable):
        """Make what stands for an object of the student, with the name of its class."""
        if not (isinstance(name, str) and name.isidentifier() and len(name) < 100):
            name = "object"
        key = kind, bool(is_callable), bool(is_iterable), name if kind == "object" else ""
        if key not in self._kinds:
            body = {"__module__": "__main__", "_methods": set()}
            if is_callable:
                body["__call__"] = _call
            if is_iterable and kind == "object":
                body["__iter__"] = _iterate
            self._kinds[key] = type(name if kind == "object" else str(kind), (Proxy,), body)
        made = self._kinds[key](self)
        if kind != "object":
            object.__setattr__(made, "__name__", name)
        return made

    def noted(self, notes):
        """Print what student code printed, and warn as it warned."""
        if notes and self.may_say is None:
            printed, warned = notes
            print(str(printed), end="")
            for name, message in warned[:20]:
                warnings.warn(make_error([str(name), "UserWarning"], str(message)), stacklevel=2)

    def failure(self, names, message, function="", line=""):
        """Return the student's error; its traceback has one line, where it came up in the notebook."""
        names, message, function, line = [str(n) for n in names], str(message), str(function), str(line)
        if self.may_say is not None:
            names = [n for n in names if n in ERRORS or n in self.may_say]
            message = ""
            line = line if {function, line} <= self.may_say else ""
        return _with_place(make_error(names, message), function, line)


def _call(self, *given, **named):
    return self._judge.ask("call", self, given, tuple(named.items()))


def _call_method(self, name, *given, **named):
    return self._judge.ask("method", self, name, given, tuple(named.items()))


def _iterate(self):
    return iter(self._judge.ask("iterate", self))


def _is_stand_in(kind):
    """Say whether a class is defined in the notebook or in one of its helper files."""
    path = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return kind is object or kind.__module__ == "__main__" or (path is not None and Path(path).parent == Path.cwd())


def _is_instance(target):
    return _is_stand_in(type(target)) and not callable(target)


def _methods(target):
    kind = type(target)
    return {n for n in dir(kind) if not n.startswith("_") and inspect.isfunction(getattr(kind, n))}


def _attributes(target):
    return {n for n in [*vars(type(target)), *getattr(target, "__dict__", ())] if not n.startswith("_")} - _methods(
        target
    )


def _with_place(error, function, line):
    """Return the error with a traceback that leads to ``line`` in ``function`` of the notebook."""
    if not (re.fullmatch(r"<?\w+>?", function) and line):
        return error
    name = f"<line {len(linecache.cache)}>"
    linecache.cache[name] = (len(line), None, [line], name)
    code = compile("raise error", name, "exec").replace(co_name=function)
    try:
        exec(code, {"__name__": "__main__", "error": error})
    except BaseException as raised:
        return raised
