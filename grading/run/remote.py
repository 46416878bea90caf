"""Objects of the student's process, as the trusted process sees them.

A class of the student's is a class here, and its instances are instances of it, so that ``isinstance``, ``except``
and operators work as in one process. An instance that is also a list, a number or an array holds its data here, too.
What compares or computes with a value of the test is asked for only where the course's own solution
defines it: else an object that equals everything would pass each test, and would be told what is expected.
"""

import dataclasses
import inspect
import linecache
import types
from collections.abc import Iterator as Iterates
from collections.abc import Mapping, MutableMapping
from typing import Any, NoReturn, Protocol

from grading.wire.packing import MOST_ITEMS
from grading.wire.shared import Shared
from grading.wire.specials import TOLD_OF_CODE

AT_ONCE = 16  # items taken from an iterator one by one, before it is asked for several at a time
READABLE = {  # names with two underscores that are asked for; Python and libraries look for many others
    f"__{name}__"
    for name in (
        "name qualname doc module defaults kwdefaults annotations dict self func match_args slots members"
        " abstractmethods dataclass_fields"
    ).split()
}


class Asker(Protocol):
    """What asks about a student's objects: see judge.Judge. operators: which are asked for with a value of the test."""

    operators: frozenset[str]
    shared: Shared

    def ask(self, action: str, *operands: Any) -> Any: ...

    def stands_for(self, value: object) -> bool: ...

    def sayable(self, name: str, otherwise: str = ...) -> str: ...


class RemoteType(type):
    """The type of the classes that stand for a student's."""

    _judge: Any = None  # an Asker, but for the classes of this file

    def __call__(cls, *given: Any, **named: Any) -> Any:
        if not cls._judge.stands_for(cls):
            raise TypeError(f"apart, a test cannot use its own class {cls.__name__}, derived from an answer")
        return cls._judge.ask("call", cls, given, tuple(named.items()))

    def __getattr__(cls, name: str) -> Any:
        return _get(cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        cls._judge.ask("set", cls, name, value)

    def __delattr__(cls, name: str) -> None:
        cls._judge.ask("delete", cls, name)

    def __dir__(cls) -> list[str]:
        return list(cls._judge.ask("dir", cls))

    def __bool__(cls) -> bool:
        return True

    # What a class has from a type of its own, as an enumeration does:

    def __iter__(cls) -> Iterates[Any]:
        return iter(cls._judge.ask("special", cls, "__iter__", ()))

    def __len__(cls) -> int:
        length: int = cls._judge.ask("special", cls, "__len__", ())
        return length

    def __getitem__(cls, key: Any) -> Any:
        return cls._judge.ask("item", cls, key)

    def __contains__(cls, value: Any) -> bool:
        return any(member is value or member == value for member in cls)

    __signature__ = property(lambda cls: _signature(cls))
    __annotations__ = property(lambda cls: _get(cls, "__annotations__"))


class Proxy(metaclass=RemoteType):
    """The base of all that stands for an object of the student's. Its attributes are asked for there."""

    _judge: Any = None
    _stands_for: type | None = None

    def __getattr__(self, name: str) -> Any:
        return _get(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") and isinstance(self, BaseException):  # its traceback, as Python sets it
            return object.__setattr__(self, name, value)
        self._judge.ask("set", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._judge.ask("delete", self, name)

    def __dir__(self) -> list[str]:
        return list(self._judge.ask("dir", self))

    def __copy__(self) -> Any:
        return self._judge.ask("copy", self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._judge.ask("deepcopy", self)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("an object of the notebook cannot be pickled")

    __signature__ = property(lambda self: _signature(self))
    __class__ = property(lambda self: self._stands_for or type(self))
    __dict__ = property(lambda self: _get(self, "__dict__"))


class Function(Proxy):
    """Stands for a function. ``__globals__`` are the names of the student's notebook, which a test may change."""

    _made: types.CodeType | None = None  # its code, when it has been asked for

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._judge.ask("call", self, given, tuple(named.items()))

    __doc__ = property(lambda self: _get(self, "__doc__"))
    __globals__ = property(lambda self: Namespace(self))

    @property
    def __code__(self) -> types.CodeType:
        made = self._made
        if made is None:
            made = _code_of(*self._judge.ask("code", self))
            object.__setattr__(self, "_made", made)
        return made


class Method:
    """A method of such an object, called in one question."""

    def __init__(self, target: Any, name: str) -> None:
        self.__self__, self.__name__ = target, name

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self.__self__._judge.ask("method", self.__self__, self.__name__, given, tuple(named.items()))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found(), name)

    def _found(self) -> Any:
        return self.__self__._judge.ask("get", self.__self__, self.__name__)

    __class__ = property(lambda self: types.MethodType)
    __doc__ = property(lambda self: self._found().__doc__)
    __signature__ = property(lambda self: self._found().__signature__)


class Iterator(Proxy):
    """Stands for an iterator of Python's own; it is asked for more and more items at a time."""

    def __iter__(self) -> Iterates[Any]:
        return self

    def __next__(self) -> Any:
        if not self._ahead:
            count = 1 if self._taken < AT_ONCE else min(self._taken, MOST_ITEMS)
            self._ahead.extend(self._judge.ask("next", self, count))
            object.__setattr__(self, "_taken", self._taken + len(self._ahead))
        if not self._ahead:
            raise StopIteration
        return self._ahead.popleft()


class Namespace(MutableMapping[str, Any]):
    """The global names that a function of the student's sees."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def _ask(self, action: str, *operands: Any) -> Any:
        return self._function._judge.ask("globals", self._function, action, *operands)

    def __getitem__(self, name: str) -> Any:
        return self._ask("get", name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def update(self, values: Mapping[str, Any]) -> None:  # type: ignore[override]  # as one question
        """Bind names, ``{name: value}``."""
        self._ask("update", tuple(values.items()))

    def __delitem__(self, name: str) -> None:
        self._ask("delete", name)

    def __iter__(self) -> Iterates[str]:
        return iter(self._ask("names"))

    def __len__(self) -> int:
        return len(self._ask("names"))


class Defined:
    """A name that the student's class has: of a method, or of its plain base with another meaning."""

    def __init__(self, name: str, is_method: bool) -> None:
        self.name, self.is_method = name, is_method

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return _get(owner, self.name)
        return Method(instance, self.name) if self.is_method else _get(instance, self.name)


def _get(target: Any, name: str) -> Any:
    judge = target._judge
    if judge is None or not judge.stands_for(target) or (name.startswith("__") and name not in READABLE):
        raise AttributeError(f"{type(target).__name__!r} object has no attribute {name!r}")
    found = judge.ask("get", target, name)
    if name == "__dataclass_fields__":
        found = vars(dataclasses.make_dataclass("fields", [str(n) for n in found]))[name]
    return found


def _signature(target: Any) -> inspect.Signature:
    parameters, more = target._judge.ask("signature", target)
    made = [inspect.Parameter(str(name), inspect._ParameterKind(kind), **rest) for name, kind, rest in parameters]
    return inspect.Signature(made, **more)


def _code_of(told: dict[str, Any], source: str) -> types.CodeType:
    """Return code that tells what the student's does, with its source for ``inspect.getsource``; it does nothing."""
    name = f"<source {len(linecache.cache)}>"
    linecache.cache[name] = (len(source), None, str(source).splitlines(True), name)
    told = {key: told[key] for key in TOLD_OF_CODE}  # never the bytecode
    told["co_consts"] = told["co_consts"] or (None,)
    return compile("pass", name, "exec").replace(co_firstlineno=1, co_nlocals=len(told["co_varnames"]), **told)
