"""Frames on a socket: the length of the head, the head (MessagePack), and raw bytes. Data only."""

import itertools
import socket
import struct
from collections.abc import Sequence
from typing import Any

import msgpack

MOST_BYTES = 256 * 2**20  # of the buffers in a frame
MOST_BUFFERS = 200_000
MOST_HEAD = 16 * 2**20  # bytes of its first part
ANY_TEXT = "surrogatepass"  # also what is no proper Unicode

Raw = bytes | bytearray | memoryview
Node = Any  # plain data as MessagePack has it: what ``pack`` of the wire makes of a value
Head = dict[str, Node]  # the first part of a frame
Frame = tuple[Head, Sequence[Raw]]


class NotTransferableError(TypeError):
    """A value that cannot cross."""


class ProtocolError(Exception):
    """A frame that breaks the rules."""


class ConnectionClosedError(Exception):
    """The other side is gone."""


def send(connection: socket.socket, head: Head, buffers: Sequence[Raw] = ()) -> None:
    """Write one frame to a socket."""
    sizes = [len(b) for b in buffers]
    text = msgpack.packb(head | {"sizes": sizes}, unicode_errors=ANY_TEXT)
    if len(text) > MOST_HEAD or len(sizes) > MOST_BUFFERS or sum(sizes) > MOST_BYTES:
        raise NotTransferableError(f"more than {MOST_BYTES >> 20} MB at once cannot be graded")
    try:
        connection.sendall(b"".join([struct.pack("<I", len(text)), text, *buffers]))
    except OSError:
        raise ConnectionClosedError from None


def receive(connection: socket.socket) -> tuple[Head, list[memoryview]]:
    """Return ``(head, buffers)`` of the next frame. Sizes are checked before memory is taken."""
    (size,) = struct.unpack("<I", _read(connection, 4))
    if size > MOST_HEAD:
        raise ProtocolError(f"a head of {size} bytes")
    try:
        head = msgpack.unpackb(_read(connection, size), unicode_errors=ANY_TEXT, ext_hook=_no_extension)
        sizes = head["sizes"]
        fits = len(sizes) <= MOST_BUFFERS and all(type(n) is int and n >= 0 for n in sizes)
        fits = fits and sum(sizes) <= MOST_BYTES
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ProtocolError("a head that is not understood") from None
    if not fits:
        raise ProtocolError("arrays that are too large")
    data, ends = memoryview(_read(connection, sum(sizes))), list(itertools.accumulate(sizes))
    return head, [data[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _no_extension(code: int, data: bytes) -> None:
    raise ValueError("an extension type")


def _read(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        try:
            part = connection.recv(size, socket.MSG_WAITALL)
        except OSError:
            part = b""
        if not part:
            raise ConnectionClosedError
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
