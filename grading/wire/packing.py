"""How the values of one process become frames to another: data by value, all else as a handle.

Two kinds of objects are more than their value:

- What cannot cross (a function, an instance) stays where it is; its handle crosses.
- Mutable data that the trusted side passes, or that is part of a student's object, are *shared*: both sides
  number them, and every frame carries the new contents of those that changed. So code that changes its argument
  changes the caller's, as in one process. What only one side can look at waits until it is named again.
"""

import enum
import itertools
from collections import deque
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Sequence, Set, ValuesView
from typing import Any

import numpy as np

from grading.wire import values
from grading.wire.arrays import generator_of, pack_array, pack_scalar, place_in, state_of, unpack_array, view_of
from grading.wire.frames import MOST_BYTES, Node, NotTransferableError, ProtocolError, Raw
from grading.wire.shared import Shared, is_mutable
from grading.wire.values import MOST_FIELDS

Description = tuple[Any, ...]  # what the other side is told of an object: its kind, and what ``adopt`` takes
MOST_DEPTH = 50  # of lists in lists
MOST_ITEMS = 10_000  # taken from an iterator
MOST_HANDLES = 100_000
LONG_INT = 1 << 63  # from here on, as text, in hexadecimal: the decimal form takes quadratic time
PLAIN = (str, bool, float)
VIEWS = (KeysView, ValuesView, ItemsView)  # of other mappings than a dict


class Packer:
    """Packs values for the other side, and unpacks what comes from there.

    A subclass says how objects cross: ``describe`` and ``adopt``.
    """

    introduces = False  # whether the mutable data that this side passes are shared
    most_followed = MOST_BYTES  # of an array, so that its changes are followed

    def __init__(self, parity: int = 0) -> None:
        self.shared = Shared(parity)
        self._other_layout: set[int] = set()  # numbers of arrays whose items lie in another order at the other side
        self._owned: dict[int, Any] = {}  # number -> object of ours that the other side knows
        self._numbers: dict[int, int] = {}  # id of such an object -> its number
        self._told: set[int] = set()  # numbers of those that the other side has been told of
        self._telling: list[int] = []  # and is told of in the frame that is being made
        self._foreign: dict[int, Any] = {}  # number -> what stands for an object of theirs
        self._foreign_numbers: dict[int, int] = {}  # id of such a stand-in -> its number

    def describe(self, value: Any) -> Description:
        """Return what the other side is told of an object of ours."""
        raise NotImplementedError

    def adopt(self, number: int, kind: str, *details: Any) -> Any:
        """Return what stands here for an object that the other side has described."""
        raise NotImplementedError

    def is_more(self, value: object) -> bool:
        """Say whether an object that holds plain data is more than these: then it crosses as a handle."""
        return False

    def named(self, name: str, fields: tuple[str, ...]) -> Any:
        """Return the class for a named tuple of the other side."""
        return values.named_tuple(name, fields)

    def member(self, kind: str, name: str) -> enum.Enum | None:
        """Return the member of an enumeration that this side has under the same name, or None."""
        return None

    def pack(self, value: Any, buffers: list[Raw], depth: int = 0) -> Node:
        """Return plain data for ``value``; append the bytes of its arrays to ``buffers``."""
        if depth > MOST_DEPTH:
            raise NotTransferableError(f"a value nested more than {MOST_DEPTH} deep cannot be graded")
        if value is None or type(value) in PLAIN:
            return value
        if type(value) is tuple:
            return ["tuple", [self.pack(v, buffers, depth + 1) for v in value]]
        if id(value) in self._foreign_numbers:
            self.shared.look(value)  # of the data that an object may hold besides
            return ["yours", self._foreign_numbers[id(value)]]
        if self._numbers.get(id(value)) in self._told:
            return self._pack_handle(value, buffers, depth)
        if self.is_more(value):
            return self._pack_handle(value, buffers, depth)
        if is_mutable(value):
            return self._pack_shared(value, buffers, depth)
        if isinstance(value, enum.Enum) and self.introduces and isinstance(value.name, str):
            return ["member", type(value).__name__, value.name, self._pack_member(value, buffers, depth)]
        if isinstance(value, (str, bytes, int, float, complex, np.generic)):
            return _pack_scalar(value, buffers)
        if isinstance(value, tuple):
            node = ["tuple", [self.pack(v, buffers, depth + 1) for v in value]]
            fields = getattr(value, "_fields", ())
            return ["named", type(value).__name__, list(fields), node] if 0 < len(fields) <= MOST_FIELDS else node
        if (node := self._pack_value(value, buffers, depth)) is not None:
            return node
        if isinstance(value, Iterator):
            return ["items", [self.pack(v, buffers, depth + 1) for v in _taken(value)]]
        if isinstance(value, VIEWS):
            return self._contents(_taken(value), buffers, depth)
        if isinstance(value, Set) and not isinstance(value, frozenset):
            return self._pack_value(set(value), buffers, depth)
        return self._pack_handle(value, buffers, depth)

    def _pack_member(self, value: enum.Enum, buffers: list[Raw], depth: int) -> Node:
        """Return the node of what stands for a member of an enumeration where there is no such class."""
        if isinstance(value, (int, str)):
            return _pack_scalar(value, buffers)
        return self._pack_handle(value, buffers, depth)

    def _pack_value(self, value: Any, buffers: list[Raw], depth: int) -> Node:
        found = values.content(value)
        if found is None:
            return None
        introduces, self.introduces = self.introduces, False  # its parts are copies
        try:
            return ["value", found[0], self.pack(found[1], buffers, depth + 1)]
        finally:
            self.introduces = introduces

    def _pack_handle(self, value: object, buffers: list[Raw], depth: int) -> Node:
        number = self._number(value)
        self.shared.look(value)
        if number in self._told:
            return ["mine", number]
        description = [self.pack(part, buffers, depth + 1) for part in self.describe(value)]
        self._telling.append(number)
        return ["mine", number, description]

    def _pack_shared(self, value: Any, buffers: list[Raw], depth: int) -> Node:
        number = self.shared.number(value)
        if number is not None:
            return ["shared", number]
        if (part := self._pack_view(value)) is not None:
            return part
        if not self.introduces or getattr(value, "nbytes", 0) > self.most_followed:
            return self._contents(value, buffers, depth)
        new = ["new", self.shared.add(value), self._contents(value, buffers, depth)]
        return [*new, "laid out otherwise"] if isinstance(value, np.ndarray) and not value.flags.c_contiguous else new

    def _pack_view(self, value: Any) -> Node:
        """Return the node of a view of an array that both sides know, so that it stays one; else None."""
        whole = getattr(value, "base", None)
        if not isinstance(value, np.ndarray) or whole is None or (number := self.shared.number(whole)) is None:
            return None
        if number in self._other_layout:
            return None
        place = place_in(whole, value)
        return None if place is None else ["view", number, *place]

    def _contents(self, value: Any, buffers: list[Raw], depth: int) -> Node:
        """Return the node of mutable data; of a derived class, that of the plain one."""
        if isinstance(value, np.ndarray):
            array = np.asarray(value)
            if array.dtype != object:
                return pack_array(array, buffers)
            return ["objects", array.shape, [self.pack(v, buffers, depth + 1) for v in array.ravel()]]
        if isinstance(value, np.random.Generator):
            return ["generator", *state_of(value)]
        if isinstance(value, bytearray):
            buffers.append(bytes(value))
            return ["bytearray", len(buffers) - 1]
        if isinstance(value, list):
            return ["list", [self.pack(v, buffers, depth + 1) for v in list.__iter__(value)]]
        if isinstance(value, dict) and type(value) not in values.BY_TYPE:
            pairs = dict.items(value)
            return ["dict", [[self.pack(k, buffers, depth + 1), self.pack(v, buffers, depth + 1)] for k, v in pairs]]
        kind = next((k for k in (set, deque) if isinstance(value, k)), None)
        return self._pack_value(value if type(value) in values.BY_TYPE or kind is None else kind(value), buffers, depth)

    def _number(self, value: object) -> int:
        number = self._numbers.setdefault(id(value), len(self._owned))
        self._owned[number] = value  # kept, so that the id stays its own
        if number > MOST_HANDLES:
            raise NotTransferableError(f"more than {MOST_HANDLES} objects cannot be graded")
        return number

    def _crosses_whole(self, error: object) -> bool:
        before = self.shared.last
        self._telling = []
        self.pack(error, [])
        self._telling = []
        self.shared.drop_after(before)
        return True

    def unpack(self, node: Node, buffers: Sequence[Raw]) -> Any:
        """Return the value that ``pack`` of the other side described."""
        if node is None or type(node) in (int, *PLAIN):
            return node
        match node:
            case ["list", items]:
                return [self.unpack(v, buffers) for v in items]
            case ["tuple", items]:
                return tuple(self.unpack(v, buffers) for v in items)
            case ["dict", pairs]:
                return {self.unpack(k, buffers): self.unpack(v, buffers) for k, v in pairs}
            case ["array" | "fields", *_]:
                return unpack_array(node, buffers)
            case ["objects", shape, items]:
                array = np.empty(len(items), dtype=object)
                for i, item in enumerate(items):  # one by one: an item may be a list
                    array[i] = self.unpack(item, buffers)
                return array.reshape(shape)
            case ["scalar", array]:
                return unpack_array(array, buffers)[()]
            case ["int", str(digits)]:
                return int(digits, 16)
            case ["complex", float(real), float(imaginary)]:
                return complex(real, imaginary)
            case ["bytes", int(index)]:
                return bytes(buffers[index])
            case ["bytearray", int(index)]:
                return bytearray(buffers[index])
            case ["generator", *state]:
                return generator_of(*state)
            case ["items", list(items)]:
                return iter([self.unpack(v, buffers) for v in items])
            case ["named", str(name), list(fields), items]:
                return tuple.__new__(self.named(name, tuple(fields)), self.unpack(items, buffers))
            case ["member", str(kind), str(name), other]:
                found = self.member(kind, name)
                stand_in = self.unpack(other, buffers)
                return stand_in if found is None else found
            case ["value", str(name), content]:
                return values.made(name, self.unpack(content, buffers))
            case ["shared", int(number)]:
                return self.shared[number]
            case ["view", int(number), *place]:
                return view_of(self.shared[number], *place)
            case ["new", int(number), contents, *laid_out_otherwise]:
                self._other_layout |= {number} if laid_out_otherwise else set()
                return self._accept(number, contents, buffers)
            case ["yours", int(number)]:
                self.shared.look(self._owned[number])
                return self._owned[number]
            case ["mine", int(number)]:
                self.shared.look(self._foreign[number])
                return self._foreign[number]
            case ["mine", int(number), description]:
                return self._stand_in(number, description, buffers)
        raise ProtocolError("a value of no known kind")

    def _accept(self, number: int, contents: Node, buffers: Sequence[Raw]) -> Any:
        if contents[0] in ("view", "shared", "new", "yours", "mine"):  # what has a number already
            raise ProtocolError("a second number for an object")
        if contents[0] not in ("list", "dict"):
            return self.shared.accept(self.unpack(contents, buffers), number)
        made = self.shared.accept([] if contents[0] == "list" else {}, number)  # it may contain itself
        found = self.unpack(contents, buffers)
        made.extend(found) if contents[0] == "list" else made.update(found)
        self.shared.agree(number)
        return made

    def _stand_in(self, number: int, description: Sequence[Node], buffers: Sequence[Raw]) -> Any:
        if number not in self._foreign:
            if len(self._foreign) > MOST_HANDLES:
                raise ProtocolError("too many objects")
            made = self.adopt(number, *(self.unpack(part, buffers) for part in description))
            if number not in self._foreign:
                self._foreign[number] = made
                self._foreign_numbers[id(made)] = number
        return self._foreign[number]


def _taken(values: Iterable[Any]) -> list[Any]:
    """Return what an iterator gives."""
    found = list(itertools.islice(values, MOST_ITEMS + 1))
    if len(found) > MOST_ITEMS:
        raise NotTransferableError(f"more than {MOST_ITEMS:,} items of an iterator cannot be graded")
    return found


def _pack_scalar(value: Any, buffers: list[Raw]) -> Node:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        buffers.append(bytes(value))
        return ["bytes", len(buffers) - 1]
    if isinstance(value, np.generic):
        return pack_scalar(value, buffers)
    if isinstance(value, complex):
        return ["complex", value.real, value.imag]
    if isinstance(value, int) and abs(value) >= LONG_INT:
        return ["int", hex(value)]
    return int(value) if isinstance(value, int) else float(value)
