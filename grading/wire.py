"""Questions and answers between a trusted process and one that runs student code: data only.

A frame is the length of its head, the head (MessagePack), and the raw bytes of its arrays. Nothing in
it is executed, imported or looked up by a name that the other side chose: besides plain data it
can only name things, by number, that this side has handed out itself (a handle).

Two kinds of objects are more than their value:

- What cannot cross (a function, an instance) stays where it is; its handle crosses.
- Arrays, lists, dicts and generators that the trusted side passes are *shared*: both sides number
  them, and every frame carries the new contents of those that changed. So code that changes its
  argument changes the caller's, as in one process.
"""

import builtins
import itertools
import math
import socket
import struct
import threading
from collections import deque
from collections.abc import ItemsView, Iterator, KeysView, Set, ValuesView
from decimal import Decimal
from fractions import Fraction

import msgpack
import numpy as np

MOST_BYTES = 256 * 2**20  # of the arrays in a frame
MOST_HEAD = 16 * 2**20  # bytes of its first part
MOST_DEPTH = 50  # of lists in lists, and of calls back and forth
MOST_ITEMS = 10_000  # taken from an iterator
MOST_SHARED = 300  # objects whose changes are followed
MOST_HANDLES = 100_000
MOST_LETTERS = 4_000  # of an error's message
LONG_INT = 1 << 63  # from here on, as text, in hexadecimal: the decimal form takes quadratic time
NUMBERS = {np.dtype(code).str for code in "?bBhHiIlLqQefdgFDG"}
GENERATORS = {"PCG64": np.random.PCG64, "PCG64DXSM": np.random.PCG64DXSM}  # their states are plain ints
PLAIN = (str, bool, float)
ANY_TEXT = "surrogatepass"  # also what is no proper Unicode
ONE_BY_ONE = (Iterator, KeysView, ValuesView, ItemsView, range, deque)
ERRORS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and not issubclass(kind, BaseExceptionGroup)
}


class Refused(TypeError):
    """A value that cannot cross."""


class Malformed(Exception):
    """A frame that breaks the rules."""


class Closed(Exception):
    """The other side is gone."""


def send(connection, head, buffers=()):
    """Write one frame to a socket."""
    sizes = [memoryview(b).nbytes for b in buffers]
    text = msgpack.packb(head | {"sizes": sizes}, unicode_errors=ANY_TEXT)
    if len(text) > MOST_HEAD or sum(sizes) > MOST_BYTES:
        raise Refused(f"more than {MOST_BYTES >> 20} MB at once cannot be graded")
    try:
        connection.sendall(b"".join([struct.pack("<I", len(text)), text, *buffers]))
    except OSError:
        raise Closed from None


def receive(connection):
    """Return ``(head, buffers)`` of the next frame. Sizes are checked before memory is taken."""
    (size,) = struct.unpack("<I", _read(connection, 4))
    if size > MOST_HEAD:
        raise Malformed(f"a head of {size} bytes")
    try:
        head = msgpack.unpackb(_read(connection, size), unicode_errors=ANY_TEXT, ext_hook=_no_extension)
        sizes = head["sizes"]
        fits = all(type(n) is int and n >= 0 for n in sizes) and sum(sizes) <= MOST_BYTES
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Malformed("a head that is not understood") from None
    if not fits:
        raise Malformed("arrays that are too large")
    return head, [_read(connection, n) for n in sizes]


def _no_extension(code, data):
    raise ValueError("an extension type")


def _read(connection, size):
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        try:
            count = connection.recv_into(rest)
        except OSError:
            count = 0
        if not count:
            raise Closed
        rest = rest[count:]
    return data


class Peer:
    """One end of a conversation in which both sides may ask, also while they answer.

    A subclass gives ``serve(action, *operands)`` and says how objects cross: ``describe`` (what
    the other side is told of an object of ours) and ``adopt`` (what stands here for one of theirs).
    """

    introduces = False  # whether the arrays and lists that this side passes are shared
    caught = Exception  # what an answer may raise; it becomes an error at the other side

    def __init__(self, connection):
        self.connection = connection
        self.shared = Shared()
        self._lock = threading.RLock()
        self._asked = 0
        self._depth = 0
        self._owned = {}  # number -> object of ours that the other side knows
        self._numbers = {}  # id of such an object -> its number
        self._foreign = {}  # number -> what stands for an object of theirs
        self._foreign_numbers = {}  # id of such a stand-in -> its number

    def ask(self, action, *operands, handles=()):
        """Return the other side's answer, or raise the error that it had.

        handles: numbers of open files that the other side takes from the connection while it answers
        """
        with self._lock:
            self._asked += 1
            number = self._asked
            self._send("ask", number, (action, *operands))
            if handles:
                socket.send_fds(self.connection, [b"\0"], handles)
            while True:
                head, value = self._receive()
                if head["kind"] == "ask":
                    self._answer(head["number"], value)
                elif head["number"] != number:
                    raise Malformed("an answer out of turn")
                elif head["kind"] == "error":
                    raise self.failure(*value)
                else:
                    return value

    def listen(self):
        """Answer questions until the other side is gone."""
        while True:
            head, value = self._receive()
            if head["kind"] != "ask":
                raise Malformed("an answer out of turn")
            self._answer(head["number"], value)

    def notes(self):
        """Return what else a frame tells, as plain data; ``noted`` of the other side receives it."""

    def noted(self, notes):
        """Take the notes of a frame."""

    def report(self, error):
        """Return what the other side is told of an error: the names of its classes, its message."""
        try:
            message = str(error)[:MOST_LETTERS]
        except BaseException:  # an error class of a student may fail even here
            message = ""
        kinds = TypeError.__mro__ if isinstance(error, Refused) else type(error).__mro__
        return tuple(kind.__name__ for kind in kinds[:20]), message

    def failure(self, names, message):
        """Return an error like the one reported."""
        return make_error([str(n) for n in names], str(message))

    def _answer(self, number, question):
        if not isinstance(question, tuple) or not question or self._depth > MOST_DEPTH:
            raise Malformed("a question that is not understood")
        self._depth += 1
        try:
            self._send("answer", number, self.serve(*question))
        except (Closed, Malformed):
            raise
        except self.caught as error:
            self._send("error", number, self.report(error))
        finally:
            self._depth -= 1

    def _send(self, kind, number, value):
        buffers, known = [], self.shared.last
        try:
            frame = {"kind": kind, "number": number, "notes": self.notes(), "value": self.pack(value, buffers)}
            frame["changes"] = [[n, self._contents(v, buffers, 0)] for n, v in self.shared.changed()]
            send(self.connection, frame, buffers)
        except Refused:
            self.shared.drop_after(known)  # the other side never heard of them
            raise
        self.shared.trim()

    def _receive(self):
        head, buffers = receive(self.connection)
        try:
            if head["kind"] not in ("ask", "answer", "error"):
                raise Malformed("a frame of no known kind")
            value = self.unpack(head["value"], buffers)
            self.shared.apply([(n, self.unpack(v, buffers)) for n, v in head["changes"]])
            if head["kind"] == "error":
                names, message, *_ = value
            self.noted(head["notes"])
        except (TypeError, ValueError, LookupError, AttributeError, OverflowError, RecursionError) as error:
            raise Malformed(f"a value that is not understood ({type(error).__name__})") from None
        self.shared.trim()
        return head, value

    def pack(self, value, buffers, depth=0):
        """Return plain data for ``value``; append the bytes of its arrays to ``buffers``."""
        if depth > MOST_DEPTH:
            raise Refused(f"a value nested more than {MOST_DEPTH} deep cannot be graded")
        if value is None or type(value) in PLAIN:
            return value
        if type(value) is tuple:
            return ["tuple", [self.pack(v, buffers, depth + 1) for v in value]]
        if id(value) in self._foreign_numbers:
            return ["yours", self._foreign_numbers[id(value)]]
        if isinstance(value, (np.ndarray, list, dict, np.random.Generator)):
            return self._pack_shared(value, buffers, depth)
        if isinstance(value, (np.generic, int, float, complex, str, bytes, bytearray, Fraction, Decimal)):
            return _pack_scalar(value, buffers)
        if isinstance(value, ONE_BY_ONE):
            return self._contents(list(itertools.islice(value, MOST_ITEMS)), buffers, depth)
        if isinstance(value, (tuple, Set)):
            kind = "tuple" if isinstance(value, tuple) else "set"
            return [kind, [self.pack(v, buffers, depth + 1) for v in value]]
        return ["mine", self._number(value), self.describe(value)]

    def _pack_shared(self, value, buffers, depth):
        number = self.shared.number(value)
        if number is not None:
            return ["shared", number]
        if not self.introduces:
            return self._contents(value, buffers, depth)
        return ["new", self.shared.add(value), self._contents(value, buffers, depth)]

    def _contents(self, value, buffers, depth):
        if isinstance(value, np.ndarray) and value.dtype == object:
            items = [self.pack(v, buffers, depth + 1) for v in value.ravel()]
            return ["objects", value.shape, items]
        if isinstance(value, np.ndarray):
            return _pack_array(value, buffers)
        if isinstance(value, np.random.Generator):
            return ["generator", *_state(value)]
        if isinstance(value, dict):
            pairs = [[self.pack(k, buffers, depth + 1), self.pack(v, buffers, depth + 1)] for k, v in value.items()]
            return ["dict", pairs]
        return ["list", [self.pack(v, buffers, depth + 1) for v in value]]

    def _number(self, value):
        number = self._numbers.setdefault(id(value), len(self._owned))
        self._owned[number] = value  # kept, so that the id stays its own
        if number > MOST_HANDLES:
            raise Refused(f"more than {MOST_HANDLES} objects cannot be graded")
        return number

    def unpack(self, node, buffers):
        """Return the value that ``pack`` of the other side described."""
        if node is None or type(node) in (int, *PLAIN):
            return node
        match node:
            case ["list", items]:
                return [self.unpack(v, buffers) for v in items]
            case ["tuple", items]:
                return tuple(self.unpack(v, buffers) for v in items)
            case ["set", items]:
                return {self.unpack(v, buffers) for v in items}
            case ["dict", pairs]:
                return {self.unpack(k, buffers): self.unpack(v, buffers) for k, v in pairs}
            case ["array", kind, shape, index, writable]:
                return _unpack_array(kind, shape, buffers[index], writable)
            case ["objects", shape, items]:
                array = np.empty(len(items), dtype=object)
                for i, item in enumerate(items):  # one by one: an item may be a list
                    array[i] = self.unpack(item, buffers)
                return array.reshape(shape)
            case ["number", kind, index]:
                return _unpack_array(kind, [], buffers[index], True)[()]
            case ["int", str(digits)]:
                return int(digits, 16)
            case ["complex", float(real), float(imaginary)]:
                return complex(real, imaginary)
            case ["bytes", int(index)]:
                return bytes(buffers[index])
            case ["generator", *state]:
                return _generator(*state)
            case ["shared", int(number)]:
                return self.shared[number]
            case ["new", int(number), contents] if not self.introduces:
                return self.shared.add(self.unpack(contents, buffers), number)
            case ["yours", int(number)]:
                return self._owned[number]
            case ["mine", int(number), description]:
                return self._stand_in(number, description)
        raise Malformed("a value of no known kind")

    def _stand_in(self, number, description):
        if number not in self._foreign:
            if len(self._foreign) > MOST_HANDLES:
                raise Malformed("too many objects")
            made = self._foreign[number] = self.adopt(number, *description)
            self._foreign_numbers[id(made)] = number
        return self._foreign[number]


def _pack_scalar(value, buffers):
    if isinstance(value, np.generic) and value.dtype.str in NUMBERS:
        buffers.append(value.tobytes())
        return ["number", value.dtype.str, len(buffers) - 1]
    if isinstance(value, (bytes, bytearray)):
        buffers.append(bytes(value))
        return ["bytes", len(buffers) - 1]
    if isinstance(value, complex):
        return ["complex", value.real, value.imag]
    if isinstance(value, (Fraction, Decimal)):
        return float(value)
    if isinstance(value, int) and abs(value) >= LONG_INT:
        return ["int", hex(value)]
    if isinstance(value, (int, float, str)):
        return value
    raise Refused(f"a number of type {value.dtype} cannot be graded")


def _pack_array(array, buffers):
    native = array.dtype.newbyteorder("=")
    if native.str not in NUMBERS:
        raise Refused(f"an array of {array.dtype} cannot be graded; an array of numbers can")
    if array.nbytes > MOST_BYTES:
        raise Refused(f"an array of more than {MOST_BYTES >> 20} MB cannot be graded")
    buffers.append(np.asarray(array, dtype=native).tobytes())
    return ["array", native.str, array.shape, len(buffers) - 1, bool(array.flags.writeable)]


def _unpack_array(kind, shape, data, writable):
    if kind not in NUMBERS:
        raise Malformed("an array that is not of numbers")
    kind = np.dtype(kind)
    if any(type(n) is not int or n < 0 for n in shape) or math.prod(shape) * kind.itemsize != len(data):
        raise Malformed("an array whose size is not that of its bytes")
    array = np.frombuffer(data, dtype=kind).reshape(shape).copy()  # its own memory, as an ordinary array
    if kind.kind == "b":
        array = np.asarray(array.view(np.uint8) != 0)  # any byte becomes a proper truth value
    array.flags.writeable = bool(writable)
    return array


def _state(generator):
    """Return the state of a generator as plain data."""
    state = generator.bit_generator.state
    name = state["bit_generator"]
    if name not in GENERATORS:
        raise Refused(f"a random generator of type {name} cannot be graded; one of np.random.default_rng can")
    inner = state["state"]
    return [name, hex(inner["state"]), hex(inner["inc"]), state["has_uint32"], state["uinteger"]]


def _generator(name, state, increment, has_uint32, uinteger):
    made = GENERATORS[name](0)
    inner = {"state": int(state, 16), "inc": int(increment, 16)}
    made.state = {"bit_generator": name, "state": inner, "has_uint32": has_uint32, "uinteger": uinteger}
    return np.random.Generator(made)


def make_error(names, message):
    """Return an error whose class has the first of ``names``; its base is the first builtin among them."""
    name = names[0] if names and names[0].isidentifier() else "Exception"
    base = next((ERRORS[n] for n in names if n in ERRORS), RuntimeError)
    if base.__name__ == name and base.__str__ is BaseException.__str__:
        return base(message)
    body = {"__init__": lambda self: None, "__str__": lambda self: message, "__module__": "__main__"}
    return type(name, (base,), body)()


class Shared:
    """The arrays, lists, dicts and generators that both sides know by number."""

    def __init__(self):
        self._values = {}  # number -> object
        self._numbers = {}  # id of the object -> number
        self._before = {}  # number -> what it held when both sides last agreed
        self._originals = {}  # number -> (object, what it held before the other side changed it)
        self.last = 0  # the newest number given here

    def __getitem__(self, number):
        return self._values[number]

    def number(self, value):
        """Return the number of an object, or None."""
        return self._numbers.get(id(value))

    def add(self, value, number=None):
        """Follow an object. Return its new number, or with ``number`` given by the other side, the object."""
        given, self.last = number, self.last + 1
        number = self.last if given is None else given
        self._values[number] = value
        self._numbers[id(value)] = number
        self._before[number] = _snapshot(value)
        return number if given is None else value

    def changed(self):
        """Yield ``(number, object)`` of those that this side has changed."""
        for number, value in list(self._values.items()):
            now = _snapshot(value)
            if not _alike(now, self._before[number]):
                self._before[number] = now
                yield number, value

    def apply(self, changes):
        """Take over what the other side has changed, ``[(number, new contents)]``."""
        for number, contents in changes:
            value = self._values[number]
            self._originals.setdefault(number, (value, _copy(value)))
            _overwrite(value, contents)
            self._before[number] = _snapshot(value)

    def trim(self):
        """Forget the oldest: both sides do so after the same frames."""
        for number in sorted(self._values)[:-MOST_SHARED]:
            self._drop(number)

    def drop_after(self, last):
        """Forget those with a number above ``last``."""
        for number in [n for n in self._values if n > last]:
            self._drop(number)

    def restore(self):
        """Undo what the other side has changed, and forget all."""
        for value, contents in self._originals.values():
            _overwrite(value, contents)
        self.clear()

    def clear(self):
        """Forget all."""
        self._originals.clear()
        for number in list(self._values):
            self._drop(number)

    def _drop(self, number):
        del self._numbers[id(self._values.pop(number))], self._before[number]


def _copy(value):
    """Return another object with the same contents; the items of a list stay the same objects."""
    if isinstance(value, np.random.Generator):
        return _generator(*_state(value))
    return value.copy()


def _snapshot(value):
    """Return what tells whether an object has changed; the items of a list count by identity."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, np.random.Generator):
        return tuple(_state(value))
    if isinstance(value, dict):
        return [item for pair in value.items() for item in pair]
    return list(value.flat) if isinstance(value, np.ndarray) else list(value)


def _alike(now, before):
    if isinstance(now, tuple):
        return now == before
    return len(now) == len(before) and all(a is b for a, b in zip(now, before, strict=True))


def _overwrite(target, contents):
    if type(target) is not type(contents):
        raise Malformed("a change of type")
    if isinstance(target, np.ndarray):
        if target.shape != contents.shape:
            target.resize(contents.shape, refcheck=False)
        np.copyto(target, contents, casting="no")
    elif isinstance(target, np.random.Generator):
        target.bit_generator.state = contents.bit_generator.state
    elif isinstance(target, dict):
        target.clear()
        target.update(contents)
    else:
        target[:] = contents
