"""The trusted end of the conversation with a process of the student's.

In a test cell, the names that the student was asked to define stand for objects in the sandbox: a
call crosses over as data, and so does its result.
"""

import builtins
import inspect
import keyword
import linecache
import random
import re
import socket
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from grading.run import shell
from grading.run.adopted import Adopted, silenced
from grading.run.asserts import LINE_OF_STUDENT
from grading.wire.frames import ConnectionClosedError, NotTransferableError, ProtocolError
from grading.wire.packing import Description
from grading.wire.peer import MOST_LETTERS, Peer, Place, make_error
from grading.wire.specials import special_names
from grading.wire.values import ERRORS

MOST_ARGUMENTS = 50  # of a function that stands in a traceback
Seeds = tuple[Any, tuple[Any, ...]]  # states of Python's and of numpy's global random generator, as plain data


class ConnectionBrokenError(BaseException):
    """The conversation with the student's process has ended. No ``except Exception`` may catch it."""


class AnswerStoppedError(RuntimeError):
    """A StopIteration of an answer that is no iterator: as what it is, it would end the loop of a test (PEP 479)."""


AnswerStoppedError.__name__ = "StopIteration"  # as it is told


class Judge(Peer):
    """Asks the student's process, and answers what it asks about the objects that a test passed.

    operators: the special methods that are asked for also with a value of the test (``specials.operators_in``)
    """

    introduces = True

    def __init__(self, connection: socket.socket, operators: frozenset[str] = frozenset()) -> None:
        super().__init__(connection)
        self.operators = operators
        self.broken: ConnectionClosedError | ProtocolError | None = None  # why this conversation has ended
        # All texts that may come from student code, once it has seen what is hidden.
        self.may_say: frozenset[str] | None = None
        self._adopted = Adopted(self)
        self._warning: Warning | None = None  # that the question asked last has to end with
        self._seeds: Seeds | None = None  # states of the global random generators, as the student's process has them

    def follow_seeds(self) -> None:
        """Let student code draw from the states into which a test puts the global random generators."""
        self._seeds = _seeds()

    def ask(self, action: str, *operands: Any, handles: Sequence[int] = ()) -> Any:
        """Return the answer. A process that is gone, or breaks the rules, ends the cell."""
        outer, self._warning = self._warning, None
        try:
            answer = super().ask(action, *operands, handles=handles)
            if self._warning:
                raise self._warning
            return answer
        except (ConnectionClosedError, ProtocolError) as error:
            self.broken = error
            raise ConnectionBrokenError from None
        except StopIteration as error:
            if action == "next" or operands[1:2] in (("__next__",), ("send",)):  # of an iterator
                raise
            raise AnswerStoppedError(*error.args).with_traceback(error.__traceback__) from None
        finally:
            self._warning = outer

    def stands_for(self, value: object) -> bool:
        """Say whether something stands for an object of the student's; what was computed with one does not."""
        return id(value) in self._foreign_numbers

    def serve(self, action: str, *operands: Any) -> Any:
        """Use an object that the student's side knows, or give the answer that a test has for ``input``."""
        match action, operands:
            case "input", [str(prompt)]:
                return str(builtins.input(prompt))
            case _, [number, *rest] if type(number) is int and number in self._owned:
                return self._use(action, self._owned[number], *rest)
        raise ProtocolError("a question about an unknown object")

    def _use(self, action: str, target: Any, *operands: Any) -> Any:
        """Call, get or set what ``describe`` has listed of an object."""
        known = _is_instance(target)
        match action, operands:
            case "call", [tuple(given), tuple(named)]:
                if callable(target):
                    return target(*given, **dict(named))
            case "method", [str(name), tuple(given), tuple(named)] if known:
                if _is_method(target, name) or name in special_names(type(target), None):
                    return getattr(target, name)(*given, **dict(named))
            case "get", [str(name)] if known and name in _attributes(target):
                return getattr(target, name)
            case "set", [str(name), value] if known and name in _attributes(target):
                return setattr(target, name, value)
        raise AttributeError("no such attribute")

    def describe(self, value: object) -> Description:
        """Tell the student's side of a function, a class or an instance that a test passes."""
        if isinstance(value, type) and _is_stand_in(value):
            return "class", value.__name__, special_names(value, None)
        if isinstance(value, BaseException):
            return "error", tuple(kind.__name__ for kind in type(value).__mro__), str(value)[:MOST_LETTERS]
        if _is_instance(value):
            return "object", type(value), tuple(sorted(_methods(value))), tuple(sorted(_attributes(value)))
        if callable(value):
            return "function", getattr(value, "__name__", "function")
        raise NotTransferableError(f"a test cannot pass a {type(value).__name__}")

    def adopt(self, number: int, kind: str, *details: Any) -> Any:
        """Make what stands for an object of the student."""
        make: dict[str, Callable[..., Any]] = {
            "class": self._adopted.class_,
            "function": self._adopted.function,
            "iterator": self._adopted.iterator,
            "thing": self._adopted.thing,
            "object": self._adopted.object,
            "error": self._adopted.error,
        }
        return make[kind](*details)

    def notes(self) -> Seeds | None:
        """Return the state of the global random generators, where a test has changed it."""
        seeds = self._seeds and _seeds()
        if seeds == self._seeds:
            return None
        self._seeds = seeds
        return seeds

    def noted(self, notes: tuple[str, list[tuple[str, str]]] | None) -> None:
        """Print what student code printed, and warn as it warned; of what is hidden, only where the test looks."""
        if notes:
            printed, warned = notes
            if self.may_say is None or not isinstance(sys.stdout, shell.Stream):
                print(str(printed), end="")
            for name, message in warned[:20]:
                message = str(message) if self.may_say is None else ""
                warning = make_error([self.sayable(str(name)), "UserWarning"], message)
                try:
                    warnings.warn(cast(Warning, warning), stacklevel=2)
                except Warning as error:  # the test has made it an error
                    self._warning = error

    def sayable(self, name: str, otherwise: str = "UserWarning") -> str:
        """Return the name of a class of the student's, or another one where it might tell what is hidden."""
        return name if self.may_say is None or name in ERRORS or name in self.may_say else otherwise

    def failure(
        self, names: Sequence[object], message: object, error: object = None, place: Sequence[Any] = ()
    ) -> BaseException:
        """Return the student's error; its traceback has one line, where it came up in the notebook."""
        names, where = [str(n) for n in names], Place(*place)
        if self.may_say is not None:
            names = [n for n in names if n in ERRORS or n in self.may_say]
            message = ""
            where = self._sayable_of(where)
            error = silenced(error)
        return _with_place(super().failure(names, message, error), where)

    def _sayable_of(self, place: Place) -> Place:
        """Return what can be told of a place without telling what is hidden: what stands in the notebook."""
        known = self.may_say or frozenset()
        if not {place.function, place.line.strip()} <= known:
            return Place()
        # In an order of their own: that of a hostile answer could tell something.
        arguments = sorted({name for name in place.arguments if name in known}, key=lambda name: (name != "self", name))
        indented = len(place.below) - len(place.below.lstrip()) >= len(place.line) - len(place.line.lstrip()) > 0
        below = f"    {place.below.strip()}" if indented and place.below.strip() in known else ""
        return Place(
            place.function, f"    {place.line.strip()}", below, tuple(arguments), self.sayable(place.of_class, "")
        )


def _seeds() -> Seeds:
    """Return the states of the global generators of Python and numpy as plain data."""
    state: Any = np.random.get_state()  # noqa: NPY002 - what a test may have seeded
    name, keys, *rest = state
    return random.getstate(), (name, keys.tobytes(), *rest)


def _is_stand_in(kind: type) -> bool:
    """Say whether a class is defined in the notebook or in one of its helper files."""
    path = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return kind is object or kind.__module__ == "__main__" or (path is not None and Path(path).parent == Path.cwd())


def _is_instance(target: object) -> bool:
    return _is_stand_in(type(target))


def _is_method(target: object, name: str) -> bool:
    return not name.startswith("_") and inspect.isfunction(getattr(type(target), name, None))


def _methods(target: object) -> set[str]:
    return {name for name in dir(type(target)) if _is_method(target, name)}


def _attributes(target: object) -> set[str]:
    names = [*vars(type(target)), *getattr(target, "__dict__", ())]
    return {name for name in names if not name.startswith("_") and not _is_method(target, name)}


def _with_place(error: BaseException, place: Place) -> BaseException:
    """Return the error with a traceback that leads to a place in the notebook: to a function that only raises it."""
    if not (re.fullmatch(r"<?\w+>?", place.function) and place.line):
        return error
    file = f"<{LINE_OF_STUDENT}{len(linecache.cache)}>"
    linecache.cache[file] = (len(place.line), None, [place.line, place.below], file)
    usable = (name for name in place.arguments[:MOST_ARGUMENTS] if name.isidentifier() and not name.startswith("__"))
    names = [name for name in dict.fromkeys(usable) if not keyword.iskeyword(name)]
    space: dict[str, Any] = {"__name__": "__main__", "__error__": error}
    exec(compile(f"def raising({', '.join(names)}): raise __error__", file, "exec"), space)
    raising = types.FunctionType(space["raising"].__code__.replace(co_name=place.function), space)
    try:
        raising(*(type(place.of_class or "object", (), {})() for _ in names))
    except BaseException as raised:
        return raised
    return error
