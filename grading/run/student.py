"""The student's end of the conversation: does with what the notebook defines as the trusted process asks."""

import builtins
import contextlib
import copy
import enum
import inspect
import itertools
import linecache
import random
import socket
import sys
import warnings
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from grading.run import shell
from grading.wire.frames import ProtocolError
from grading.wire.packing import MOST_ITEMS, Description
from grading.wire.peer import COMPREHENSIONS, MOST_LETTERS, Peer, Place, make_error
from grading.wire.shared import DERIVABLE, base_of, is_mutable, plain
from grading.wire.specials import SPECIALS, TOLD_OF_CODE, special_names
from grading.wire.values import TYPE_NAMES

MOST_PRINTED = 20_000  # letters that one call may print
MOST_OF_LINE = 300  # letters
MOST_NAMES = 1_000  # of methods that a class may have
MOST_FOLLOWED = 2**20  # bytes of an array whose changes are followed
# Questions whose answers stay the same data on both sides: parts of something, which a test may change in place,
# and what calls return, which later calls must not change.
SHARED = {"get", "item", "special", "globals", "call", "method"}
PYTHONS = (OrderedDict, Counter, defaultdict)  # which cross by value
SHOWN_LIBRARIES = ("matplotlib.", "sklearn.")  # the other side knows their classes


class ObjectServer(Peer):
    """Uses what a student's cells define, as the judge asks.

    namespace: the names of the notebook
    folder:    where modules are the student's own
    """

    caught = BaseException
    most_followed = MOST_FOLLOWED

    def __init__(self, connection: socket.socket, namespace: dict[str, Any], folder: str) -> None:
        super().__init__(connection, parity=1)
        self.namespace, self.folder = namespace, folder
        self._printed = shell.Outputs(MOST_PRINTED)
        self._warned: list[warnings.WarningMessage] = []
        self._ears = shell.Stream(lambda text: self._printed.text("stdout", text)), shell.Stream(lambda text: None)
        self._more: dict[type, bool] = {}  # type -> whether its instances are more than plain data

    def serve(self, action: str, *operands: Any) -> Any:
        """Do one thing that the judge asks for."""
        if action == "names":
            self.introduces = True
            return tuple((n, self.namespace[n]) for n in operands if self._crosses(n))
        with self._listening():
            answer = _do(action, *operands)
        self.introduces = action in SHARED
        return answer

    def _send(self, kind: str, number: int, value: object) -> None:
        try:
            super()._send(kind, number, value)
        finally:
            self.introduces = False

    def notes(self) -> Any:
        """Return what was printed and warned since the last frame; None where nothing was."""
        if not self._printed.items and not self._warned:
            return None
        printed = "".join(output["text"] for output in self._printed.items)
        warned = [[w.category.__name__, str(w.message)[:1000]] for w in self._warned[:20]]
        self._printed = shell.Outputs(MOST_PRINTED)
        self._warned.clear()
        return [printed, warned]

    def noted(self, notes: Any) -> None:
        """Put the global random generators where the test has put its own."""
        if notes:
            (version, state, following), (name, keys, *rest) = notes
            random.setstate((version, tuple(state), following))
            np.random.set_state((name, np.frombuffer(keys, np.uint32), *rest))  # noqa: NPY002 - what the test has seeded

    def report(self, error: BaseException) -> tuple[Any, ...]:
        """Add the Place in the notebook where the error came up."""
        return *super().report(error), tuple(_place(error))

    def is_more(self, value: object) -> bool:
        """Say whether this is plain data of a class of its own, or an iterator."""
        kind = type(value)
        if kind not in self._more:
            library = kind.__module__.partition(".")[0] == "numpy" or kind in TYPE_NAMES or issubclass(kind, PYTHONS)
            derived = base_of(kind) not in (None, kind) and (self._is_own(kind) or not library)
            self._more[kind] = derived or issubclass(kind, Iterator)
        return self._more[kind]

    def _is_own(self, kind: type) -> bool:
        """Say whether a class is defined in the notebook or in a file beside it."""
        path = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
        return kind.__module__ == "__main__" or path.startswith(self.folder)

    def describe(self, value: Any) -> Description:
        """Say of an object of the student's what it is."""
        if isinstance(value, type):
            return "class", *self._class(value)
        kind = type(value)
        if isinstance(value, Iterator) and not self._is_own(kind):
            return "iterator", kind.__name__
        if inspect.isroutine(value):
            return "function", getattr(value, "__name__", "function"), kind.__name__
        if kind in TYPE_NAMES:  # a property, a plain object
            return "thing", kind.__name__, special_names(kind, None)
        if isinstance(value, BaseException):
            return "error", kind, value.args, str(value)[:MOST_LETTERS], value.__cause__
        if base_of(kind) is None:
            return "object", kind, None, None
        return "object", kind, plain(value), self._followed(value)

    def _followed(self, value: Any) -> int | None:
        """Return the number of mutable data among what is shared, else None."""
        if not is_mutable(value) or getattr(value, "nbytes", 0) > MOST_FOLLOWED:
            return None
        return self.shared.number(value) or self.shared.add(value)

    def _class(self, kind: type) -> Description:
        base = next((k for k in kind.__mro__ if k in DERIVABLE), None)
        names = [n for n in dir(base or object) if n not in SPECIALS and not n.startswith("__")]
        other = [n for n in names if _definition(kind, n) is not _definition(base, n)]
        own = self._is_own(kind)
        methods = [
            n for n in self._own_names(kind) if not n.startswith("_") and inspect.isfunction(_definition(kind, n))
        ]
        origin = f"{kind.__module__}.{kind.__qualname__}"
        return (
            kind.__name__,
            kind.__doc__ if isinstance(kind.__doc__, str) else None,
            tuple(dict.fromkeys(b for b in map(self._known, kind.__bases__) if b)),
            (*special_names(kind, base), *other),
            tuple(methods[:MOST_NAMES]) if own else (),
            origin if origin.startswith(SHOWN_LIBRARIES) else "",
        )

    def _own_names(self, kind: type) -> list[str]:
        """Return the names of a class but for those of a base that has a stand-in of its own."""
        others = [k for k in kind.__mro__[1:] if self._is_own(k)]
        return [n for n in dir(kind) if n in vars(kind) or not any(n in vars(k) for k in others)]

    def _known(self, base: type) -> type | None:
        """Return what stands for a base of a class at the other side: of a library's, only what it is derived from."""
        return base if self._is_own(base) else next((k for k in base.__mro__ if k in DERIVABLE), None)

    def adopt(self, number: int, kind: str, *details: Any) -> Any:
        """Make what stands for a function, a class, an error or an instance of the judge."""
        if kind == "error":
            return make_error(*details)
        if kind == "function":
            return self._function(number, *details)
        if kind == "class":
            return self._type(number, *details)
        of_class, methods, attributes = details
        made = object.__new__(of_class if issubclass(of_class, StandIn) else StandIn)
        vars(made)["_remote"] = self, number, methods, attributes
        return made

    def named(self, name: str, fields: tuple[str, ...]) -> Any:
        """Return the class for a named tuple of the judge: that which a cell of the notebook defines, if one does."""
        found = self.namespace.get(name)
        is_it = isinstance(found, type) and issubclass(found, tuple) and getattr(found, "_fields", None) == fields
        return found if is_it else super().named(name, fields)

    def member(self, kind: str, name: str) -> enum.Enum | None:
        """Return the member of an enumeration of the notebook, or None."""
        found = self.namespace.get(kind)
        return found.__members__.get(name) if isinstance(found, enum.EnumType) else None

    def failure(self, names: Sequence[object], message: object, error: object = None) -> BaseException:
        """Return the error of a test's function: of the class that a cell of the notebook defines, if one does."""
        found = self.namespace.get(str(names[0])) if names and error is None else None
        if isinstance(found, type) and issubclass(found, BaseException) and self._is_own(found):
            return found.__new__(found, str(message))
        return super().failure(names, message, error)

    def _function(self, number: int, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            return self.ask("call", number, arguments, tuple(named.items()))

        call.__name__ = call.__qualname__ = name
        return call

    def _type(self, number: int, name: str, specials: tuple[str, ...]) -> type:
        def of_same_name(stand_in: object) -> type:
            found = self.namespace.get(name)
            return found if isinstance(found, type) else type(stand_in)

        body = {"__new__": lambda kind, *given, **named: self.ask("call", number, given, tuple(named.items()))}
        body |= {special: _forward(special) for special in specials}
        return type(name, (StandIn,), body | {"__class__": property(of_same_name)})

    def _crosses(self, name: str) -> bool:
        try:
            return name in self.namespace and self._crosses_whole(self.namespace[name])
        except Exception:
            return False

    def input(self, prompt: object = "") -> Any:
        """Stand for ``input`` while a test runs: the test may have an answer."""
        return self.ask("input", str(prompt))

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        """Keep what student code prints and warns; a call inside a call has its own."""
        before = sys.stdout, sys.stderr, self._warned, builtins.input
        sys.stdout, sys.stderr = self._ears
        builtins.input = self.input
        try:
            # "default" also where the notebook made warnings errors.
            with warnings.catch_warnings(record=True, action="default") as self._warned:
                yield
        finally:
            before[2].extend(self._warned)
            sys.stdout, sys.stderr, self._warned, builtins.input = before


class StandIn:
    """An instance whose class is defined in a locked cell of the judge's side."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        student, number, methods, attributes = vars(self)["_remote"]
        if name in attributes:
            return student.ask("get", number, name)
        if name in methods:
            return lambda *given, **named: student.ask("method", number, name, given, tuple(named.items()))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        student, number, _, attributes = vars(self)["_remote"]
        if name in attributes:
            student.ask("set", number, name, value)
        else:
            vars(self)[name] = value

    def __dir__(self) -> list[str]:
        _, _, methods, attributes = vars(self)["_remote"]
        return [*methods, *attributes]


def _forward(name: str) -> Callable[..., Any]:
    def special(self: StandIn, *operands: Any) -> Any:
        student, number, _, _ = vars(self)["_remote"]
        answer = student.ask("method", number, name, operands, ())
        return iter(answer) if name == "__iter__" else answer

    return special


def _do(action: str, target: Any, *operands: Any) -> Any:
    """Do with an object what the judge asks for, and return what it gives."""
    match action, operands:
        case "call", [given, named]:
            return target(*given, **dict(named))
        case "method", [name, given, named]:
            return getattr(target, name)(*given, **dict(named))
        case "special", [name, given]:
            return getattr(type(target), name)(target, *given)
        case "next", [count]:
            return tuple(itertools.islice(target, min(count, MOST_ITEMS)))
        case "item", [key]:
            return target[key]
        case "globals", [part, *rest]:
            return _in_globals(target.__globals__, part, *rest)
        case _ if action in ON_OBJECTS:
            return ON_OBJECTS[action](target, *operands)
    raise ProtocolError(f"unknown action {action}")


def _in_globals(names: dict[str, Any], action: str, *operands: Any) -> Any:
    if action == "names":
        return tuple(names)
    of: dict[str, Callable[..., Any]]
    of = {"get": names.__getitem__, "update": names.update, "delete": names.__delitem__}
    return of[action](*operands)


def _signature(function: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return ``(parameters, more)`` of a function's signature."""
    found = inspect.signature(function)
    parameters = []
    for one in found.parameters.values():
        more = {"default": one.default, "annotation": one.annotation}
        parameters.append((one.name, int(one.kind), {k: v for k, v in more.items() if v is not inspect._empty}))
    returned = found.return_annotation
    return tuple(parameters), {} if returned is inspect._empty else {"return_annotation": returned}


def _code(function: Any) -> tuple[dict[str, Any], str]:
    """Return what can be told of a function's code, and its source."""
    code = function.__code__
    constants = tuple(c for c in code.co_consts if isinstance(c, (bool, int, float, str, bytes, type(None))))
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        source = ""
    return {name: getattr(code, name) for name in TOLD_OF_CODE} | {"co_consts": constants}, source


ON_OBJECTS: dict[str, Callable[..., Any]] = {
    "get": getattr,
    "set": setattr,
    "delete": delattr,
    "dir": lambda target: tuple(dir(target)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "signature": _signature,
    "code": _code,
}


def _definition(kind: type | None, name: str) -> Any:
    """Return what a class has under a name, as it is written there; None where it has not."""
    return next((vars(k)[name] for k in kind.__mro__ if name in vars(k)), None) if kind else None


def _place(error: BaseException) -> Place:
    """Return the innermost place in the notebook that the error came through."""
    found, trace = Place(), error.__traceback__
    while trace:
        frame, code = trace.tb_frame, trace.tb_frame.f_code
        if frame.f_globals.get("__name__") == "__main__" and code.co_name != "<module>":
            line, *below = linecache.getlines(code.co_filename)[trace.tb_lineno - 1 :] or [""]
            if line.strip():
                following = next((text for text in below if text.strip() and not text.strip().startswith("#")), "")
                of_class = type(frame.f_locals["self"]).__name__ if "self" in frame.f_locals else ""
                arguments = code.co_varnames[: code.co_argcount]
                place = Place(code.co_name, line[:MOST_OF_LINE], following[:MOST_OF_LINE], arguments, of_class)
                inside = code.co_name in COMPREHENSIONS and found.function  # it counts as a part of its function
                found = found._replace(line=place.line, below=place.below) if inside else place
        trace = trace.tb_next
    return found
