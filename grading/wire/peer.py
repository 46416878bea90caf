"""Questions and answers between a trusted process and one that runs student code: data only.

Nothing in a frame is executed, imported or looked up by a name that the other side chose: besides
plain data it can only name things, by number, that this side has handed out itself (a handle).
"""

import socket
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

from grading.wire.frames import ConnectionClosedError, Head, NotTransferableError, ProtocolError, Raw, receive, send
from grading.wire.packing import Packer
from grading.wire.values import ERRORS

MOST_CALLS = 50  # back and forth
MOST_LETTERS = 4_000  # of an error's message


COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}  # names that Python gives their code


class Place(NamedTuple):
    """Where in a notebook an error came up.

    line:      as it stands there; below: the next one with code on it, or ''
    arguments: their names
    of_class:  name of the class of ``self``, or ''
    """

    function: str = ""
    line: str = ""
    below: str = ""
    arguments: tuple[str, ...] = ()
    of_class: str = ""


class Peer(Packer):
    """One end of a conversation in which both sides may ask, also while they answer.

    A subclass answers (``serve``) and says how objects cross: ``describe`` and ``adopt``.
    """

    caught: type[BaseException] = Exception  # what an answer may raise; it becomes an error at the other side

    def __init__(self, connection: socket.socket, parity: int = 0) -> None:
        super().__init__(parity)
        self.connection = connection
        self._lock = threading.RLock()
        self._asked = 0
        self._depth = 0

    def ask(self, action: str, *operands: Any, handles: Sequence[int] = ()) -> Any:
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
                    raise ProtocolError("an answer out of turn")
                elif head["kind"] == "error":
                    raise self.failure(*value)
                else:
                    return value

    def listen(self) -> None:
        """Answer questions until the other side is gone."""
        while True:
            head, value = self._receive()
            if head["kind"] != "ask":
                raise ProtocolError("an answer out of turn")
            self._answer(head["number"], value)

    def serve(self, action: str, *operands: Any) -> Any:
        """Do what the other side asks for, and return the answer."""
        raise NotImplementedError

    def notes(self) -> Any:
        """Return what else a frame tells, as plain data; ``noted`` of the other side receives it."""

    def noted(self, notes: Any) -> None:
        """Take the notes of a frame."""

    def report(self, error: BaseException) -> tuple[Any, ...]:
        """Return what the other side is told of an error: the names of its classes, its message, and the error.

        The last is None where the error itself cannot cross.
        """
        try:
            message = str(error)[:MOST_LETTERS]
        except BaseException:  # an error class of a student may fail even here
            message = ""
        kinds = TypeError.__mro__ if isinstance(error, NotTransferableError) else type(error).__mro__
        names = tuple(kind.__name__ for kind in kinds[:20])
        try:
            known = not isinstance(error, (NotTransferableError, *OF_THE_ENGINE)) and self._crosses_whole(error)
        except self.caught:
            known = False
        return names, message, error if known else None

    def failure(self, names: Sequence[object], message: object, error: object = None) -> BaseException:
        """Return the error reported, or one like it."""
        return error if isinstance(error, BaseException) else make_error([str(n) for n in names], str(message))

    def _answer(self, number: int, question: object) -> None:
        if not isinstance(question, tuple) or not question or self._depth > MOST_CALLS:
            raise ProtocolError("a question that is not understood")
        self._depth += 1
        try:
            self._send("answer", number, self.serve(*question))
        except OF_THE_ENGINE:
            raise
        except self.caught as error:
            self._send("error", number, self.report(error))
        finally:
            self._depth -= 1

    def _send(self, kind: str, number: int, value: object) -> None:
        buffers: list[Raw] = []
        known, self._telling = self.shared.last, []
        try:
            frame = {"kind": kind, "number": number, "notes": self.notes(), "value": self.pack(value, buffers)}
            frame["changes"] = [[n, self._contents(v, buffers, 0)] for n, v in self.shared.changed()]
            frame["followed"] = self.shared.tell()
            send(self.connection, frame | {"anew": self.shared.anew}, buffers)
            self.shared.anew = False
        except NotTransferableError:
            self.shared.drop_after(known)  # the other side never heard of them
            raise
        self._told.update(self._telling)
        self.shared.trim()

    def _receive(self) -> tuple[Head, Any]:
        head, buffers = receive(self.connection)
        try:
            if head["kind"] not in ("ask", "answer", "error"):
                raise ProtocolError("a frame of no known kind")
            if head.get("anew"):
                self.shared.forget(1 - self.shared.parity)
            value = self.unpack(head["value"], buffers)
            self.shared.apply([(n, self.unpack(v, buffers)) for n, v in head["changes"]])
            self.shared.hear(*head.get("followed", ((), ())))
            if head["kind"] == "error":
                names, message, *_ = value
            self.noted(head["notes"])
        except ProtocolError:
            raise
        except Exception as error:
            raise ProtocolError(f"a value that is not understood ({type(error).__name__})") from None
        self.shared.trim()
        return head, value


OF_THE_ENGINE = (ConnectionClosedError, ProtocolError)


def make_error(names: Sequence[str], message: str) -> BaseException:
    """Return an error whose class has the first of ``names``; its base is the first builtin among them."""
    name = names[0] if names and names[0].isidentifier() else "Exception"
    base = next((ERRORS[n] for n in names if n in ERRORS), RuntimeError)
    if base.__name__ == name and base.__str__ is BaseException.__str__:
        return base(message)
    body = {"__init__": lambda self: None, "__str__": lambda self: message, "__module__": "__main__"}
    made: BaseException = type(name, (base,), body)()
    return made
