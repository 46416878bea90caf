"""Gives each job a fork of this process, where the judge is, and a line to the sandbox.

It answers several callers, one job at a time for each. They share the fork server, and what is
done once for all submissions of an assignment.
"""

import contextlib
import functools
import gc
import os
import resource
import select
import signal
import socket
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from grading.run.job import Job, job_from_frame
from grading.run.sandbox import ForkServer, Line
from grading.wire.frames import ConnectionClosedError, Frame, receive, send

if TYPE_CHECKING:
    from grading.run.prepared import PreparedCache

LOOK = 0.25  # seconds between two looks at the submissions that run
TOGETHER = 1.5  # times ``memory_bytes`` is what all processes of a submission may hold
FORK_BYTES = 4 * 2**30  # memory of a fork
MOST_FILES = 4096  # that this process has open


def main(*callers: socket.socket) -> None:
    """Answer the jobs of ``callers`` (sockets) until one of them is gone."""
    server = ForkServer()  # it imports while this process does
    from grading.run.prepared import PreparedCache

    prepared = PreparedCache()
    shared = server.wait()
    gc.collect()
    gc.freeze()  # as in the fork server
    servers = [server] * len(callers) if shared else [server, *(ForkServer() for _ in callers[1:])]
    each = zip(callers, servers, _places(len(callers)), strict=True)
    slots = [Slot(caller, own, shared, prepared, place) for caller, own, place in each]
    try:
        for caller in callers:
            send(caller, {"ready": True})
        answer(slots)
    except ConnectionClosedError:
        pass
    finally:
        for slot in slots:
            slot.close()


def _places(count: int) -> list[int | None]:
    """Return a processor for each of ``count`` slots; None where the system is to choose.

    A judge and the process that it asks take turns. On two processors each turn wakes one up that sleeps: a message
    and its answer took 67 microseconds, and 9 on one. A lone slot may be one of many dispatchers, all on one processor.
    """
    if count == 1 or not hasattr(os, "sched_getaffinity"):
        return [None] * count
    processors = sorted(os.sched_getaffinity(0))
    first = os.getpid() % len(processors)  # other runs on this machine begin elsewhere
    return [processors[(first + number) % len(processors)] for number in range(count)]


def answer(slots: "Sequence[Slot]") -> None:
    """Let each slot go on whenever there is something to do for it."""
    looked = time.monotonic()
    while True:
        slot_of = {connection: slot for slot in slots for connection in slot.awaited()}
        for connection in select.select(list(slot_of), [], [], LOOK)[0]:
            slot_of[connection].go_on(connection)
        if time.monotonic() - looked > LOOK:
            looked = time.monotonic()
            for slot in slots:
                slot.watch()


class Slot:
    """Runs the jobs of one caller, each in a fork.

    server: its fork server; ``shared`` by all slots, or else a new one for each job
    place:  number of the processor that runs its jobs, or None
    """

    def __init__(
        self, caller: socket.socket, server: ForkServer, shared: bool, prepared: "PreparedCache", place: int | None
    ) -> None:
        self._caller, self._server, self._shared, self._prepared = caller, server, shared, prepared
        self._place = place
        self._line = self._new_line() if server.warm else None
        self._job: Job | None = None  # the one that waits or runs
        self._fork: int | None = None  # the process id of its judge
        self._ended: list[int] = []  # process ids of forks that have answered

    def awaited(self) -> list[socket.socket]:
        """Return the sockets on which something may come."""
        if self._fork:
            return [self._caller, self._answer]
        return [self._caller if self._line else self._server.control]

    def go_on(self, connection: socket.socket) -> None:
        """Do what has come on ``connection``; raise ConnectionClosedError where the caller is gone."""
        if connection is self._server.control:
            self._server.wait()
            self._line = self._new_line()
        elif connection is self._caller:
            self._job = job_from_frame(*receive(self._caller))
        elif self._fork:
            self._finish(self._fork)
        if self._job and self._line and not self._fork:
            self._begin(self._job, self._line)

    def _begin(self, job: Job, line: Line) -> None:
        self._answer, theirs = socket.socketpair()
        self._folder = tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
        self._latest = time.monotonic() + _patience(job)
        grade = functools.partial(self._prepared.of(job).grade, job)
        gc.freeze()  # what has come since the last fork: else this one would copy its pages
        self._fork = os.fork()
        if not self._fork:
            _move(0, self._place)
            _be_fork(theirs, line, self._folder.name, grade)
        theirs.close()

    def _finish(self, fork: int) -> None:
        try:
            head, buffers = receive(self._answer)
        except ConnectionClosedError:
            head, buffers = {"error": "the judge ended in the middle of a submission"}, []
        self._answer.close()
        self._folder.cleanup()
        self._ended.append(fork)
        self._fork = None
        if "error" in head or not self._shared:
            self._renew()
        self._job = None
        send(self._caller, head, buffers)

    def _new_line(self) -> Line:
        line = self._server.line()
        for pid in line.pids:
            _move(pid, self._place)
        return line

    def _renew(self) -> None:
        """Get a line where nothing of the last submission is left, and nothing that it broke."""
        if self._line:
            self._line.close()
        if self._shared:
            self._line = self._new_line()
        else:
            self._server.close()
            self._server, self._line = ForkServer(), None

    def watch(self) -> None:
        """Stop what takes too much memory, or hangs for a reason that nobody has thought of."""
        self._ended = [fork for fork in self._ended if os.waitpid(fork, os.WNOHANG)[0] == 0]
        if self._fork and self._job and self._line:
            self._line.watch(TOGETHER * self._job.limits.memory_bytes)
            if time.monotonic() > self._latest:
                os.kill(self._fork, signal.SIGKILL)

    def close(self) -> None:
        """End all that runs."""
        if self._fork:
            os.kill(self._fork, signal.SIGKILL)
        self._server.close()


def _move(pid: int, place: int | None) -> None:
    """Let a process, and those that it starts, run on one processor."""
    if place is not None:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, {place})


def _patience(job: Job) -> float:
    """Return the seconds after which the judge itself must be stuck."""
    ours, theirs = (notebook.count(b"cell_type") for notebook in (job.template, job.submission))
    return 60 + 4 * job.limits.total_seconds + 10 * ours + theirs


def _be_fork(connection: socket.socket, line: Line, folder: str, work: Callable[[Line], Frame]) -> NoReturn:
    """Send what ``work`` makes of ``line``, and end."""
    try:
        first, last = sorted([connection.fileno(), line.fileno()])
        os.closerange(3, first)  # else the callers would not see the end of the process that forked
        os.closerange(first + 1, last)
        os.closerange(last + 1, MOST_FILES)
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_AS, (FORK_BYTES, FORK_BYTES))
        send(connection, *work(line))
    except BaseException:
        with contextlib.suppress(ConnectionClosedError):
            send(connection, {"error": traceback.format_exc()})
    finally:
        os._exit(0)
