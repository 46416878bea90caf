"""Objects with a state that both sides of a conversation hold: a change at one side reaches the other."""

import functools
import operator
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import numpy as np

from grading.wire.arrays import generator_of, state_of
from grading.wire.frames import ProtocolError
from grading.wire.values import ERRORS, LIBRARY_ERRORS, is_table

MOST_SHARED = 300  # objects whose changes are followed
MUTABLE = (np.ndarray, list, dict, set, deque, bytearray, np.random.Generator)


def is_mutable(value: object) -> bool:
    """Say whether this is plain data that can be changed in place."""
    return isinstance(value, MUTABLE) or is_table(value)


def _references() -> int:
    values = {0: [0]}
    value = values[0]
    return sys.getrefcount(value)


ALONE = _references()  # of an object that is looked at here, and that nothing but a dict holds


class Shared:
    """The mutable data that both sides know by number.

    parity: 0 or 1, the last bit of the numbers that this side gives; so both may give some
    """

    def __init__(self, parity: int = 0) -> None:
        self.parity = parity
        self._values: dict[int, Any] = {}  # number -> object
        self._numbers: dict[int, int] = {}  # id of the object -> number
        self._before: dict[int, Any] = {}  # number -> what it held when both sides last agreed
        self._watched: set[int] = set()  # numbers of those that both sides can look at
        self._fell_idle: set[int] = set()  # those that no longer are, of which the other side is still to be told
        self._awoke: set[int] = set()  # the same of those that are again
        # number -> (object, what it held before the other side changed it)
        self._originals: dict[int, tuple[Any, Any]] = {}
        self.last = 0  # the newest number
        self.anew = False  # whether the other side has yet to forget the objects of this one

    def __getitem__(self, number: int) -> Any:
        value = self._values[number]
        self.look(value)
        return value

    def number(self, value: object) -> int | None:
        """Return the number of an object, or None; from now on, its changes are looked for."""
        number = self._numbers.get(id(value))
        if number is not None and number not in self._watched:
            self.look(value)
        return number

    def look(self, value: object) -> None:
        """Look at an object again, and at what it holds: one side has named it."""
        todo = [value]
        while todo:
            value = todo.pop()
            number = self._numbers.get(id(value))
            if number is None:
                todo.extend(tuple.__iter__(value) if isinstance(value, tuple) else ())
            elif number not in self._watched:
                self._watched.add(number)
                self._fell_idle.discard(number)
                todo.extend(_items(value))

    def add(self, value: object) -> int:
        """Follow an object of this side; return its new number."""
        self.last += 2 if self.last % 2 == self.parity else 1
        return self._follow(value, self.last)

    def accept(self, value: Any, number: int) -> Any:
        """Follow an object that the other side has given a number; return it."""
        if number in self._values:
            raise ProtocolError("a number that is taken")
        self.last = max(self.last, number)
        self._follow(value, number)
        return value

    def _follow(self, value: object, number: int) -> int:
        self._values[number] = value
        self._numbers[id(value)] = number
        self._watched.add(number)
        self.agree(number)
        return number

    def agree(self, number: int) -> None:
        """Take what an object holds now for what it holds at both sides."""
        self._before[number] = _snapshot(self._values[number])

    def changed(self) -> Iterator[tuple[int, Any]]:
        """Yield ``(number, object)`` of those that this side has changed."""
        seen: set[int] = set()
        while new := self._watched - seen:  # what is told of one may name others
            seen |= new
            for number in new:
                value = self._values[number]
                if not _holds(value, self._before[number]):
                    self.agree(number)
                    yield number, value
                elif sys.getrefcount(value) == ALONE and getattr(value, "base", None) is None:
                    self._watched.discard(number)  # until one side names it again
                    self._fell_idle.add(number)

    def rest(self) -> set[int]:
        """Let both sides look at no object until it is named again; return the numbers of those that were looked at."""
        watched, self._watched = self._watched, set()
        self._fell_idle |= watched
        return watched

    def wake(self, numbers: set[int]) -> None:
        """Look at these objects again, if they are still followed."""
        numbers = numbers & self._values.keys()
        self._watched |= numbers
        self._fell_idle -= numbers
        self._awoke |= numbers

    def tell(self) -> tuple[list[int], list[int]]:
        """Return what ``hear`` of the other side is to know: what need not be looked at, and what again."""
        told = list(self._fell_idle), list(self._awoke)
        self._fell_idle.clear()
        self._awoke.clear()
        return told

    def hear(self, idle: Iterable[int], awake: Iterable[int]) -> None:
        """Do as the other side does: a change that nobody there can see is told when the object is named."""
        self._watched.difference_update(idle)
        self._watched |= self._values.keys() & awake

    def apply(self, changes: Iterable[tuple[int, Any]]) -> None:
        """Take over what the other side has changed, ``[(number, new contents)]``."""
        for number, contents in changes:
            value = self._values[number]
            if number % 2 == self.parity:
                self._originals.setdefault(number, (value, _copy(value)))
            _overwrite(value, contents)
            self.agree(number)

    def trim(self) -> None:
        """Forget the oldest: both sides do so after the same frames."""
        if len(self._values) > MOST_SHARED:
            for number in sorted(self._values)[:-MOST_SHARED]:
                self._drop(number)

    def drop_after(self, last: int) -> None:
        """Forget those with a number above ``last``."""
        for number in [n for n in self._values if n > last]:
            self._drop(number)

    def restore(self) -> None:
        """Undo what the other side has changed of the objects of this one, and forget them."""
        for value, contents in self._originals.values():
            _overwrite(value, contents)
        self._originals.clear()
        self.forget(self.parity)
        self.anew = True

    def forget(self, parity: int) -> None:
        """Forget the objects of one side."""
        for number in [n for n in self._values if n % 2 == parity]:
            self._drop(number)

    def _drop(self, number: int) -> None:
        del self._numbers[id(self._values.pop(number))], self._before[number]
        for numbers in (self._watched, self._fell_idle, self._awoke):
            numbers.discard(number)


def _items(value: Any) -> Iterable[Any]:
    """Return what a container holds."""
    if isinstance(value, np.ndarray):
        array = np.asarray(value)
        return array.ravel() if array.dtype.hasobject else ()
    found = plain(value) if isinstance(value, (list, tuple, dict, deque)) else ()
    return [*found.keys(), *found.values()] if isinstance(found, dict) else found


# What an object holds is read and written by the methods of its base: a class of the notebook may have its own.
BASES: dict[type, Callable[[Any], Any]] = {
    np.ndarray: np.asarray,
    list: lambda value: list.__getitem__(value, slice(None)),
    dict: lambda value: dict(dict.items(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    deque: lambda value: deque(deque.__iter__(value), value.maxlen),
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    bytearray: lambda value: bytearray.__getitem__(value, slice(None)),
    int: int.__int__,
    float: float.__float__,
    complex: lambda value: complex.__add__(value, 0j),
}


DERIVABLE = {*BASES, *ERRORS.values(), *LIBRARY_ERRORS.values()}  # plain types that a class may be derived from


def _copy(value: Any) -> Any:
    """Return a plain object with the same contents; the items of a list stay the same objects."""
    if isinstance(value, np.random.Generator):
        return generator_of(*state_of(value))
    if isinstance(value, np.ndarray):
        return np.array(value)
    if is_table(value):
        return value.copy()
    return plain(value)


def _base_of(kind: type) -> type | None:
    """Return the plain type that a class is derived from, or None."""
    return next((base for base in BASES if issubclass(kind, base)), None)


base_of = cast(Callable[[type], type | None], functools.cache(_base_of))  # mypy does not take a class for hashable


def plain(value: Any) -> Any:
    """Return the contents of an instance of a class derived from a plain one, as that plain type."""
    base = base_of(type(value))
    assert base is not None
    return BASES[base](value)


def _snapshot(value: Any) -> Any:
    """Return what tells whether an object has changed; the items of a list count by identity."""
    if type(value) is list:
        return value[:]
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        array = np.asarray(value)
        return array.dtype, array.shape, array.tobytes()
    if isinstance(value, np.random.Generator):
        return tuple(state_of(value))
    if isinstance(value, bytearray):
        return "bytes", bytes(value)
    if is_table(value):
        return "table", value.copy()
    if isinstance(value, dict):
        return [item for pair in dict.items(value) for item in pair]
    return list(np.asarray(value).flat) if isinstance(value, np.ndarray) else list(plain(value))


def _holds(value: Any, before: Any) -> bool:
    """Say whether an object holds what its snapshot tells: most are lists and arrays, looked at in each frame."""
    kind = type(value)
    if kind is list:
        return len(value) == len(before) and all(map(operator.is_, value, before))
    if kind is np.ndarray and type(before) is tuple:
        dtype, shape, data = before
        return bool(value.shape == shape and value.dtype == dtype and value.tobytes() == data)
    return _alike(_snapshot(value), before)


def _alike(now: Any, before: Any) -> bool:
    if isinstance(now, tuple):
        if now[0] == "table":
            return _same_table(now[1], before[1])
        return bool(now == before)
    return len(now) == len(before) and all(map(operator.is_, now, before))


def _same_table(now: Any, before: Any) -> bool:
    return bool(now.equals(before) and (now.ndim == 2 or now.name == before.name))


def _overwrite(target: Any, contents: Any) -> None:
    if isinstance(target, np.ndarray) and isinstance(contents, np.ndarray):
        if target.size != contents.size:  # another size needs other memory, and a view would show what is freed
            raise ProtocolError("a new size for an array of the test; an answer works on a copy")
        target.shape = contents.shape
        np.copyto(np.asarray(target), contents, casting="no")
    elif isinstance(target, np.random.Generator) and isinstance(contents, np.random.Generator):
        target.bit_generator.state = contents.bit_generator.state
    elif is_table(target) and type(target) is type(contents):
        target._update_inplace(contents)  # what its methods with inplace=True do
        if target.ndim == 1:
            target.name = contents.name
    elif isinstance(target, dict) and isinstance(contents, dict):
        dict.clear(target)
        dict.update(target, contents)
    elif isinstance(target, list) and type(contents) is list:
        list.__setitem__(target, slice(None), contents)
    elif isinstance(target, set) and type(contents) is set:
        set.clear(target)
        set.update(target, contents)
    elif isinstance(target, deque) and type(contents) is deque:
        deque.clear(target)
        deque.extend(target, contents)
    elif isinstance(target, bytearray) and type(contents) is bytearray:
        bytearray.__setitem__(target, slice(None), contents)
    else:
        raise ProtocolError("a change of type")
