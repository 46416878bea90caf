"""Arrays, numpy's scalars and random generators as plain data and raw bytes: no pickle, no objects by address."""

import functools
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISpawnableSeedSequence

from grading.wire.frames import MOST_BYTES, Node, NotTransferableError, ProtocolError, Raw

NUMBERS = {np.dtype(code).str for code in "?bBhHiIlLqQefdgFDG"}
TEXT_OR_DATES = re.compile(r"[<>|][US][1-9]\d*|[<>][mM]8(?:\[\d*(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?")
Array = np.ndarray[Any, np.dtype[Any]]
GENERATORS: dict[str, Any] = {"PCG64": np.random.PCG64, "PCG64DXSM": np.random.PCG64DXSM}  # their states are plain ints


def is_allowed(kind: object) -> bool:
    """Say whether raw bytes of this dtype, given by its ``str``, are a value whatever they are."""
    return kind in NUMBERS or (isinstance(kind, str) and TEXT_OR_DATES.fullmatch(kind) is not None)


def pack_array(array: Array, buffers: list[Raw]) -> Node:
    """Return the node of an array; its bytes go to ``buffers``. Raises NotTransferableError for what is not allowed."""
    if array.dtype.names is not None:
        fields = [[name, list(array.dtype[name].shape), pack_array(array[name], buffers)] for name in array.dtype.names]
        return ["fields", array.shape, fields]
    native = array.dtype.newbyteorder("=")
    if not is_allowed(native.str):
        raise NotTransferableError(f"an array of {array.dtype} cannot be graded")
    if array.nbytes > MOST_BYTES:
        raise NotTransferableError(f"an array of more than {MOST_BYTES >> 20} MB cannot be graded")
    buffers.append(np.asarray(array, dtype=native).tobytes())
    return ["array", native.str, array.shape, len(buffers) - 1, bool(array.flags.writeable)]


def pack_scalar(value: np.generic, buffers: list[Raw]) -> Node:
    """Return the node of one of numpy's scalars."""
    if value.dtype.names is None and not is_allowed(value.dtype.str):
        raise NotTransferableError(f"a number of type {value.dtype} cannot be graded")
    return ["scalar", pack_array(np.asarray(value), buffers)]


def unpack_array(node: Node, buffers: Sequence[Raw]) -> Array:
    """Return the array that ``pack_array`` described."""
    match node:
        case ["fields", shape, fields]:
            parts = [(name, inner, unpack_array(part, buffers)) for name, inner, part in fields]
            if any(part.shape != (*shape, *inner) for _, inner, part in parts):
                raise ProtocolError("fields of different shapes")
            array = np.empty(shape, np.dtype([(str(name), part.dtype, tuple(inner)) for name, inner, part in parts]))
            for name, _, part in parts:
                array[name] = part
            return array
        case ["array", kind, shape, int(index), writable]:
            return _from_bytes(kind, shape, buffers[index], writable)
    raise ProtocolError("an array that is not understood")


def place_in(whole: Array, part: Array) -> list[Any] | None:
    """Return where in the memory of an array a view of it lies, as ``view_of`` takes it; None if that is not told."""
    if part.dtype != whole.dtype or part.dtype.hasobject or not part.size or not whole.flags.c_contiguous:
        return None
    start = part.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    return [start, part.shape, part.strides, bool(part.flags.writeable)]


def view_of(whole: Array, start: int, shape: Sequence[int], strides: Sequence[int], writable: bool) -> Array:
    """Return a view of an array. Raises ProtocolError for one that would leave its memory."""
    if not whole.flags.c_contiguous or any(place % whole.itemsize for place in (start, *strides)):
        raise ProtocolError("a view between the items of its array")
    ways = [(n - 1) * step for n, step in zip(shape, strides, strict=True)]
    low, high = start + sum(min(way, 0) for way in ways), start + sum(max(way, 0) for way in ways) + whole.itemsize
    if min(shape, default=1) < 1 or low < 0 or high > whole.nbytes:  # numpy's own check overflows with large steps
        raise ProtocolError("a view that leaves its array")
    if math.prod(shape) * whole.itemsize > MOST_BYTES:  # it may show one number many times
        raise ProtocolError("a view of so many numbers")
    data = whole.reshape(-1).view(np.uint8)
    array: Array = np.ndarray(tuple(shape), whole.dtype, data, start, tuple(strides))
    array.flags.writeable = bool(writable) and data.flags.writeable
    return array


def _from_bytes(kind: str, shape: Sequence[int], data: Raw, writable: bool) -> Array:
    if not is_allowed(kind):
        raise ProtocolError("an array of a type that cannot cross")
    dtype = np.dtype(kind)
    if any(type(n) is not int or n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != len(data):
        raise ProtocolError("an array whose size is not that of its bytes")
    array: Array = np.frombuffer(data, dtype=dtype).reshape(shape).copy()  # its own memory, as an ordinary array
    if dtype.kind == "b":
        array = np.asarray(array.view(np.uint8) != 0)  # any byte becomes a proper truth value
    if dtype.kind == "U" and array.size and array.reshape(-1).view(np.uint32).max() > 0x10FFFF:
        raise ProtocolError("a text that is none")
    array.flags.writeable = bool(writable)
    return array


class _NoSeed(ISpawnableSeedSequence):
    """What a generator is made of whose state is set next: a seed takes several times as long, and few need one."""

    @functools.cached_property
    def _seed(self) -> np.random.SeedSequence:
        return np.random.SeedSequence(0)

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Array:
        return np.zeros(n_words, dtype)

    def spawn(self, n_children: int) -> list[Any]:
        return list(self._seed.spawn(n_children))


def state_of(generator: np.random.Generator) -> list[Any]:
    """Return the state of a random generator as plain data."""
    state = generator.bit_generator.state
    name = state["bit_generator"]
    if name not in GENERATORS:
        raise NotTransferableError(
            f"a random generator of type {name} cannot be graded; one of np.random.default_rng can"
        )
    inner = state["state"]
    return [name, hex(inner["state"]), hex(inner["inc"]), state["has_uint32"], state["uinteger"]]


def generator_of(name: str, state: str, increment: str, has_uint32: int, uinteger: int) -> np.random.Generator:
    """Return the generator whose state ``state_of`` gave."""
    made = GENERATORS[name](_NoSeed())
    inner = {"state": int(state, 16), "inc": int(increment, 16)}
    made.state = {"bit_generator": name, "state": inner, "has_uint32": has_uint32, "uinteger": uinteger}
    return np.random.Generator(made)
