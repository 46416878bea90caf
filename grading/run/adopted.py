"""Makes what stands in the trusted process for the objects of a student's: classes, functions, instances, errors."""

import functools
import sys
import types
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from grading.run.remote import Asker, Defined, Function, Iterator, Proxy, RemoteType
from grading.wire.frames import ProtocolError
from grading.wire.peer import MOST_LETTERS
from grading.wire.shared import DERIVABLE, base_of
from grading.wire.specials import INPUTS, SPECIALS

STAND_FOR = {  # what ``isinstance`` takes an object of such a type for
    "function": types.FunctionType,
    "method": types.MethodType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "generator": types.GeneratorType,
    **{kind.__name__: kind for kind in (map, zip, filter, enumerate, reversed, property, staticmethod, classmethod)},
}

ARGUMENTS, CAUSE = vars(BaseException)["args"], vars(BaseException)["__cause__"]  # to be set past a class of ours

KNOWN_LIBRARIES = ("matplotlib", "sklearn")  # whose classes ``isinstance`` knows


def _forward(name: str) -> Callable[..., Any]:
    """Return the special method that asks the student's side."""

    def ask(self: Any, *operands: Any) -> Any:
        return self._judge.ask("special", self, name, operands)

    def with_operand(self: Any, other: Any, *more: Any) -> Any:
        if isinstance(other, Proxy) or name in self._judge.operators:
            return self._judge.ask("special", self, name, (other, *more))
        usual = getattr(base_of(type(self)) or object, name, None)
        if usual:
            return usual(self, other, *more)
        return any(item is other or item == other for item in self) if name == "__contains__" else NotImplemented

    return ask if name in INPUTS else with_operand


def _exit(self: Any, kind: Any, error: Any, trace: Any) -> Any:
    return self._judge.ask("special", self, "__exit__", (kind, error, None))  # a traceback stays here


def _array(self: Any, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    return np.asarray(self._judge.ask("special", self, "__array__", ()), dtype)


FORWARDED = {name: _forward(name) for name in SPECIALS}

FORWARDED |= {"__call__": Function.__call__, "__exit__": _exit, "__array__": _array}


class Adopted:
    """Makes what stands here for the objects of a student; ``judge`` asks about them."""

    def __init__(self, judge: Asker) -> None:
        self._judge = judge
        self._kinds: dict[tuple[type, str], RemoteType] = {}  # of functions and iterators, by the name of their type

    def class_(
        self,
        name: str,
        doc: str | None,
        bases: tuple[type, ...],
        names: tuple[str, ...],
        methods: tuple[str, ...],
        origin: str,
    ) -> Any:
        """Return the class that stands for a student's.

        names:   the special methods that it has, and the names of its plain base that it gives another meaning
        methods: the names of its other methods
        origin:  its module and name where it is one of a library
        """
        if not all(base in DERIVABLE or issubclass(type(base), RemoteType) for base in bases):
            raise ProtocolError("a class of unknown bases")
        if not any(issubclass(base, Proxy) for base in bases):
            bases = (Proxy, *bases)
        body: dict[str, Any] = {name: Defined(name, is_method=False) for name in names}
        body |= {name: Defined(name, is_method=True) for name in methods}
        if any(name.startswith("_") and name not in FORWARDED for name in body):
            raise ProtocolError("a name that a class may not have")
        body |= {name: FORWARDED[name] for name in names if name in FORWARDED}
        body["__doc__"] = doc and str(doc)[:MOST_LETTERS]
        if any(issubclass(base, BaseException) for base in bases):
            body["__str__"] = lambda self: self._message
            body.pop("__repr__", None)
        if origin:
            body["_stands_for"] = _library_classes().get(origin)
        return self._make(name, bases, body)

    def function(self, name: str, kind: str) -> Function:
        """Return what stands for a function."""
        made: Function = object.__new__(self._kind(Function, kind))
        object.__setattr__(made, "__name__", "<lambda>" if name == "<lambda>" else _identifier(name, "function"))
        return made

    def thing(self, kind: str, names: tuple[str, ...]) -> Any:
        """Return what stands for an object of one of Python's own types."""
        body = {name: FORWARDED[name] for name in names} | {"_stands_for": STAND_FOR.get(kind)}
        return object.__new__(self._make(kind, (Proxy,), body))

    def iterator(self, kind: str) -> Iterator:
        """Return what stands for a generator, or another iterator of Python's own."""
        made: Iterator = object.__new__(self._kind(Iterator, kind))
        object.__setattr__(made, "_ahead", deque())
        object.__setattr__(made, "_taken", 0)
        return made

    def object(self, kind: Any, data: Any, number: int | None) -> Any:
        """Return what stands for an instance. number: of the data among what is shared, or None."""
        base = base_of(kind)
        if not issubclass(type(kind), RemoteType) or (base and type(data) is not base):
            raise ProtocolError("an object of no known class")
        made = _with_data(kind, base, data)
        return made if number is None else self._judge.shared.accept(made, number)

    def error(self, kind: Any, arguments: tuple[Any, ...], message: str, cause: BaseException | None) -> Any:
        """Return what stands for an error of a class of the student's."""
        if not issubclass(type(kind), RemoteType) or not issubclass(kind, BaseException):
            raise ProtocolError("an error of no known class")
        made = kind.__new__(kind, *arguments)
        object.__setattr__(made, "_message", str(message))
        CAUSE.__set__(made, cause)
        return made

    def _kind(self, base: type, kind: str) -> Any:
        if (base, kind) not in self._kinds:
            body = {"_stands_for": STAND_FOR.get(kind), "__doc__": vars(base)["__doc__"]}
            self._kinds[base, kind] = self._make(str(kind), (base,), body)
        return self._kinds[base, kind]

    def _make(self, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        """Return a RemoteType; mypy knows no instances of a class that is made while it runs."""
        name = self._judge.sayable(name, "object")
        return RemoteType(_identifier(name, "object"), bases, {"__module__": "__main__", "_judge": self._judge} | body)


def silenced(error: Any) -> Any:
    """Return an error of a class of the student's without a text of its own; None for any other error."""
    if not issubclass(type(error), Proxy):
        return None
    object.__setattr__(error, "_message", "")
    ARGUMENTS.__set__(error, ())
    CAUSE.__set__(error, None)
    return error


def _identifier(name: object, otherwise: str) -> str:
    return name if isinstance(name, str) and name.isidentifier() and len(name) < 100 else otherwise


def _with_data(kind: Any, base: Any, data: Any) -> Any:
    if base is None:
        return object.__new__(kind)
    if base is np.ndarray:
        return data.view(kind)
    if base not in (list, dict, set, deque, bytearray):
        return base.__new__(kind, data)
    made = base.__new__(kind)
    base.__init__(made, data, *([data.maxlen] if base is deque else []))
    return made


@functools.cache
def _library_classes() -> dict[str, type]:
    """Return ``{module and name: class}`` of the classes that ``isinstance`` should know."""
    modules = [m for name, m in list(sys.modules.items()) if name.partition(".")[0] in KNOWN_LIBRARIES]
    kinds = [kind for module in modules for kind in list(vars(module).values()) if isinstance(kind, type)]
    return {f"{kind.__module__}.{kind.__qualname__}": kind for kind in kinds}
