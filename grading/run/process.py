"""The processes of a submission: the first one, and its forks for tests, which are thrown away."""

import contextlib
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn, Self

from grading.run.judge import ConnectionBrokenError, Judge
from grading.wire.frames import ConnectionClosedError, NotTransferableError, ProtocolError

STRETCH = 2  # times its usual time is the most that a cell may wait for a processor, on top of it
NOTICED = 0.02  # of its time: a shorter wait is none
CONTROL_SECONDS = 10  # for a question to a process that has nothing else to do
PATIENCE = 1  # seconds for a process that is about to end, so that it can tell how
DEATHS: dict[int, str] = {
    signal.SIGSEGV: "it crashed (segmentation fault)",
    signal.SIGKILL: "it was killed, perhaps because it used too much memory",
    signal.SIGXCPU: "it used too much processor time",
    signal.SIGABRT: "it crashed (abort)",
    signal.SIGXFSZ: "it wrote a file that is too large",
}


SET_TIMER, SET_HANDLER = signal.setitimer, signal.signal  # for the clock alone, once ``keep_clock`` is called


def keep_clock() -> None:
    """Refuse timers to the tests of this process: they would stop the clock, and not reach the student's code."""

    def refused(*_: object) -> NoReturn:
        raise NotTransferableError("a timer of a test does not reach the student's code")

    def set_handler(number: int, handler: Any) -> Any:
        return refused() if number == signal.SIGALRM else SET_HANDLER(number, handler)

    vars(signal).update(alarm=refused, setitimer=refused, signal=set_handler)


class CellTimeoutError(BaseException):
    """The clock has run out. No ``except Exception`` of a test may catch it."""


class StudentProcessLostError(Exception):
    """A process was ended, or ended itself, in the middle of something. The text says why.

    endless: its time was up
    slow:    its time was up, and the reason may be the machine
    """

    def __init__(self, reason: str, endless: bool = False, slow: bool = False) -> None:
        super().__init__(reason)
        self.endless, self.slow = endless, slow


class Clock:
    """Raises CellTimeoutError in the body of a ``with`` after so many seconds.

    The time for which the body waited for a processor does not count, as far as ``waited`` can tell it:
    a busy machine must not cost points.

    expired: whether the time was up
    slow:    whether it was up, and the reason may be the machine
    """

    def __init__(self, seconds: float, waited: Callable[[], float | None]) -> None:
        self.seconds, self._waited = seconds, waited
        self.expired = self.slow = False

    def __enter__(self) -> Self:
        self._forgiven, self._own = 0.0, waits("self") or 0.0
        SET_HANDLER(signal.SIGALRM, self._ring)
        SET_TIMER(signal.ITIMER_REAL, self.seconds)
        return self

    def __exit__(self, *error: object) -> None:
        SET_TIMER(signal.ITIMER_REAL, 0)

    def _ring(self, *_: object) -> None:
        if not self.expired:
            waited = self._waited()
            more = 0.0 if waited is None else waited + (waits("self") or 0.0) - self._own - self._forgiven
            more = min(more, STRETCH * self.seconds - self._forgiven)
            if more > NOTICED * self.seconds:
                self._forgiven += more
                SET_TIMER(signal.ITIMER_REAL, more)
                return
            self.slow = waited is None or self._forgiven >= 0.9 * STRETCH * self.seconds
            self.expired = True
        SET_TIMER(signal.ITIMER_REAL, 1)  # again, where something swallows it
        raise CellTimeoutError


def waits(pid: int | str) -> float | None:
    """Return the seconds for which a process has waited for a processor so far; None where nobody can tell."""
    try:
        with open(f"/proc/{pid}/schedstat", "rb", buffering=0) as file:
            return int(file.read(100).split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


class StudentProcess:
    """A process that runs student code. It can be forked: the fork has all that it has, and is ended alone.

    connection: socket to it
    end:        ends it, given whether it is gone already; returns ``{"code", "peak_bytes"}`` of how it had ended
    waited:     gives the seconds for which it has waited for a processor, or None
    """

    def __init__(
        self,
        connection: socket.socket,
        end: Callable[[bool], dict[str, int]],
        waited: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.peer = Judge(connection)
        self.status: dict[str, int] | None = None  # of how it ended
        self._end, self._waited = end, waited

    def clock(self, seconds: float) -> Clock:
        """Return a Clock for what this process is asked to do."""
        return Clock(seconds, self._waited)

    def ask(self, seconds: float, action: str, *operands: Any, handles: tuple[int, ...] = ()) -> Any:
        """Return the answer to a question of the engine's own; raise StudentProcessLostError where there is none."""
        answer = None
        clock = self.clock(seconds)
        try:
            with contextlib.suppress(CellTimeoutError, ConnectionBrokenError), clock:
                answer = self.peer.ask(action, *operands, handles=handles)
        except Exception as error:  # there is none, unless the process was tampered with
            self.end()
            raise StudentProcessLostError(f"its answer cannot be read ({type(error).__name__})") from None
        if lost := self.lost(clock):
            raise lost
        return answer

    def lost(self, clock: Clock) -> StudentProcessLostError | None:
        """End the process if its time was up, or if it broke off the conversation; return why, or None."""
        if clock.expired:
            self.end()
            return StudentProcessLostError(f"it took longer than {clock.seconds:g} s", True, clock.slow)
        return StudentProcessLostError(self._why_broken()) if self.peer.broken else None

    def fork(self) -> Self:
        """Return a fork of this process."""
        fork = self._forked(False)
        assert fork is not None
        return fork

    def fork_to_go_on(self) -> Self | None:
        """Return a fork that can do all that this process could do; None where it has threads or child processes."""
        return self._forked(True)

    def _forked(self, whole: bool) -> Self | None:
        ours, theirs = socket.socketpair()
        with theirs:
            pid = self.ask(CONTROL_SECONDS, "fork", whole, handles=(theirs.fileno(),))
        if not pid:
            ours.close()
            return None
        return type(self)(ours, lambda gone: self._end_fork(pid, gone), lambda: self._about_fork("waits", pid))

    def alive(self) -> bool:
        """Say whether it answers."""
        with contextlib.suppress(StudentProcessLostError):
            return self.status is None and self.ask(CONTROL_SECONDS, "here") is True
        return False

    def _why_broken(self) -> str:
        """End a process whose conversation is broken; return how it had ended, in words."""
        broken = self.peer.broken
        code = self.end(gone=isinstance(broken, ConnectionClosedError))["code"]
        if isinstance(broken, ProtocolError):
            return f"it sent {broken}"
        with_code = "" if self.peer.may_say is not None else f" with exit code {code}"  # it may tell what is hidden
        return DEATHS.get(code - 128, f"its process ended{with_code}")

    def end(self, gone: bool = False) -> dict[str, int]:
        """End it and what it started; return ``{"code", "peak_bytes"}`` of how it had ended."""
        if self.status is None:
            self.peer.connection.close()
            self.status = self._end(gone)
        return self.status

    def _end_fork(self, pid: int, gone: bool) -> dict[str, int]:
        match self._about_fork("end", pid, PATIENCE if gone else 0):
            case (int(code), int(peak_bytes)):
                return {"code": code, "peak_bytes": peak_bytes}
        return {"code": 128 + signal.SIGKILL, "peak_bytes": 0}  # the fork is gone with this process

    def _about_fork(self, action: str, *operands: Any) -> Any:
        """Ask about a fork, also while a clock runs; return None where this process is gone."""
        if self.status is not None or self.peer.broken:
            return None
        self.peer.connection.settimeout(CONTROL_SECONDS)
        try:
            return self.peer.ask(action, *operands)
        except (ConnectionBrokenError, Exception):
            return None
        finally:
            with contextlib.suppress(OSError):
                self.peer.connection.settimeout(None)
