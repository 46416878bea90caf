"""Run one submission: a pure function from (template, answers, files) to (executed notebook, verdicts)."""

import atexit
import os
import queue
import socket
import subprocess
import threading

from grading.run.job import Job, Outcome, job_to_frame, outcome_from_frame
from grading.run.sandbox import ENGINE, THREADS, python
from grading.wire.frames import ConnectionClosedError, receive, send


class EngineError(Exception):
    """The engine itself failed: nothing that a submission could cause."""


class CannotStartError(EngineError):
    """No submission can be run at all."""


class DispatcherClient:
    """Gives jobs, up to ``count`` at a time, to a dispatcher: one process with its sandbox, which starts at once."""

    def __init__(self, count: int = 1) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._closed = False
        self._start()

    def _start(self) -> None:
        ours, theirs = zip(*(socket.socketpair() for _ in range(self._count)), strict=True)
        environment = os.environ | dict.fromkeys(THREADS, "1")
        environment |= {"PYTHONHASHSEED": "0", "NBGRADER_EXECUTION": "autograde"}
        self._process = subprocess.Popen(
            python("dispatcher", ENGINE.parent, *theirs),
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[connection.fileno() for connection in theirs],
            start_new_session=True,
        )
        for connection in theirs:
            connection.close()
        self._all, self._begun = ours, set[socket.socket]()
        self._idle: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        for connection in ours:
            self._idle.put(connection)

    def outcome(self, job: Job) -> Outcome:
        """Return the Outcome of ``job``; wait while ``count`` others run.

        Raises EngineError for nothing that a submission does, CannotStartError where nothing can be run.
        """
        for _ in range(2):  # a second time where the process was lost
            with self._lock:
                process, idle, begun = self._process, self._idle, self._begun
            connection = idle.get()
            try:
                if connection not in begun:
                    receive(connection)  # that it is ready
                    begun.add(connection)
                send(connection, *job_to_frame(job))
                head, buffers = receive(connection)
            except ConnectionClosedError:
                head, buffers = {"error": "the process that runs submissions has ended"}, []
                self._renew(process)
            idle.put(connection)
            if "error" not in head:
                return outcome_from_frame(head, buffers)
        raise EngineError(head["error"]) if begun else CannotStartError("The engine cannot start; see above.")

    def _renew(self, lost: subprocess.Popen[bytes]) -> None:
        """Start another process, unless somebody has done so since ``lost`` was."""
        with self._lock:
            if not self._closed and self._process is lost:
                self._end()
                self._start()

    def _end(self) -> None:
        for connection in self._all:
            connection.shutdown(socket.SHUT_RDWR)  # wakes up who waits for an answer
            connection.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End the process and what it runs; what still waits for it gets an EngineError."""
        with self._lock:
            self._closed = True
            self._end()


_client: DispatcherClient | None = None
_lock = threading.Lock()


def run(job: Job) -> Outcome:
    """Return the Outcome of ``job`` from a dispatcher that this process keeps; one job at a time."""
    global _client
    with _lock:
        _client = _client or DispatcherClient()
    return _client.outcome(job)


def close() -> None:
    """End the dispatcher that ``run`` keeps."""
    global _client
    with _lock:
        if _client:
            _client.close()
        _client = None


atexit.register(close)
