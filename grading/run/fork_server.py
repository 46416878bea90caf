"""The side that runs student code: a warm fork server in the sandbox, one fork per submission, and its forks.

The server imports the libraries once. Its forks are the lines, each of which runs one submission at
a time. For a submission the line forks, into namespaces of their own (``namespaces``). The process of a
submission is forked again for tests, and where a cell might break what stood before it.
"""

import contextlib
import ctypes
import functools
import gc
import io
import json
import multiprocessing.process
import os
import random
import resource
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from grading.run import shell
from grading.run.job import write_files
from grading.run.namespaces import (
    Nested,
    Plain,
    address_space,
    can_nest,
    die_with_parent,
    end_group,
    leave_root,
    libc,
    set_dumpable,
)
from grading.run.process import waits
from grading.run.student import ObjectServer
from grading.wire.frames import ConnectionClosedError, Head, ProtocolError

Versions = dict[str, tuple[int, ...] | None]  # {file name: what changes when it is written or removed}
COLLAPSE = 25  # of madvise(2)
HUGE_PAGE = 2 << 20
ENGINE = str(Path(__file__).parent.parent.parent)


def main(control: socket.socket) -> None:
    """Fork a line for each message that comes with a socket; lines run submissions side by side."""
    if "GRADING_WALLS" in os.environ:  # else nobody else might read this Python
        leave_root()
    ready = shell.start()
    draw_once()
    settle()
    space_of = Nested if can_nest() else Plain
    control.send(space_of.__name__.encode())
    used = address_space()
    while handles := socket.recv_fds(control, 16, 1)[1]:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(OSError):
                keep_line(socket.socket(fileno=handles[0]), control, space_of, used, ready)
            os._exit(0)
        os.close(handles[0])
        control.send(b"forked")


def keep_line(
    line: socket.socket, control: socket.socket, space_of: type[Nested] | type[Plain], used: int, ready: shell.Shell
) -> None:
    """Fork for each message ``{limits}`` that comes with a socket; end the fork at the next message."""
    control.close()
    if sys.platform == "linux":
        die_with_parent()
    while True:
        message, handles, _, _ = socket.recv_fds(line, 4096, 1)
        if not message:
            return
        (handle,) = handles
        wanted = json.loads(message)
        missing = [name for name in wanted.pop("modules") if name not in sys.modules]
        if missing:
            shell.import_all(missing)
            settle()
            used = address_space()
        space = space_of(wanted | {"used_bytes": used})
        space.start(functools.partial(serve, handle, ready), handle)
        os.close(handle)
        message = line.recv(16)
        status = space.end(patience=1 if message == b"gone" else 0.2)  # one that is killed cannot tell its memory
        if not message:
            return
        line.send(json.dumps(status).encode())


class Forked(ConnectionClosedError):  # noqa: N818 - it is no error
    """This process is a fork of the one that was asked, and has a socket of its own: ``handle``."""

    def __init__(self, handle: int) -> None:
        super().__init__()
        self.handle = handle


def serve(handle: int | None, ready: shell.Shell) -> None:
    """Answer questions of the judge on a socket, in the fork; the forks of this process do the same on theirs."""
    path = [folder for folder in sys.path if folder]
    path.remove(ENGINE)  # once: it may also be where all packages lie
    sys.path[:] = ["", *path]
    sys.argv = ["notebook"]
    folder = os.getcwd()
    # Where processes that are spawned find the student's modules.
    vars(multiprocessing.process)["ORIGINAL_DIR"] = folder
    written: Versions = {}
    while handle:
        connection = socket.socket(fileno=handle)
        os.register_at_fork(after_in_child=connection.close)  # what a student starts has no line to the judge
        try:
            handle = None
            Student(connection, ready, folder, written).listen()
        except Forked as fork:
            handle = fork.handle
        except (ConnectionClosedError, ProtocolError):
            pass


def settle() -> None:
    """Make forks cheap: what is here now need not be looked at again, and lies in few large pages."""
    gc.collect()
    gc.freeze()  # else each fork would copy the pages of all these objects when it collects garbage
    with contextlib.suppress(OSError, AttributeError):
        for line in Path("/proc/self/maps").read_text().splitlines():
            place, rights, _, _, _, *name = line.split()
            if rights == "rw-p" and name in ([], ["[heap]"]):
                low, high = (int(n, 16) for n in place.split("-"))
                low, high = -(-low // HUGE_PAGE) * HUGE_PAGE, high // HUGE_PAGE * HUGE_PAGE
                if low < high:
                    libc().madvise(ctypes.c_void_p(low), ctypes.c_size_t(high - low), COLLAPSE)


def draw_once() -> None:
    """Fill the caches of matplotlib, where there is one, for the first picture of a process takes longest."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure()
    ax = figure.subplots()
    ax.plot([1, 10], [1, 10], "o-", label="$x_1$")
    ax.set(title="title", xlabel="x", ylabel="y", yscale="log")
    ax.legend()
    figure.savefig(io.BytesIO(), format="png")


class Student(ObjectServer):
    """Runs a student's cells and forks, and serves what they define, as the judge asks.

    folder:  where it was started
    written: ``{file name: version}`` of the files that the judge has put there
    """

    def __init__(self, connection: socket.socket, ready: shell.Shell, folder: str, written: Versions) -> None:
        super().__init__(connection, ready.user_ns, folder)
        self.shell, self._written = ready, written
        self._forks: set[int] = set()  # process ids

    def serve(self, action: str, *operands: Any) -> Any:
        """Do one thing that the judge asks for."""
        match action, operands:
            case "cell", (source, most, guarded):
                if guarded:
                    shell.restore_machinery(self.shell)
                return self.shell.run(source, most)
            case "fork", (whole,):
                return self._fork(whole)
            case "waits", (child,):
                return waits(child)
            case "end", (child, patience):
                self._forks.discard(child)
                return tuple(end_group(child, patience).values())
            case "here", ():
                return True
            case "write", (files,):
                write_files(dict(files), ".")
                self._written.update({name: _version(name) for name, _ in files})
                return None
            case "names", (names, files, cells):
                for source in cells:
                    self.shell.run(source, 0)
                return super().serve("names", *names), self._changed(files)
        return super().serve(action, *operands)

    def _fork(self, whole: bool) -> int | None:
        """Fork this process; return the fork's process id.

        whole: only if the fork can do all that this process can: where there are no threads and no child processes
        """
        (handle,) = socket.recv_fds(self.connection, 1, 1)[1]
        if whole and (threading.active_count() > 1 or _children() - self._forks):
            os.close(handle)
            return None
        gc.freeze()  # else the fork would copy the pages of all that is here when it collects garbage
        numbers = random.getstate()  # Python seeds them anew in a fork
        own = _, most = resource.getrlimit(resource.RLIMIT_NPROC)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
        child = os.fork()
        if child == 0:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_NPROC, own)
            random.setstate(numbers)
            raise Forked(handle)
        os.close(handle)
        self._forks.add(child)
        return child

    def _changed(self, files: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of ``files`` that are not as they were written at the start."""
        return tuple(name for name in files if name in self._written and _version(name) != self._written[name])

    def _receive(self) -> tuple[Head, Any]:
        # While it waits, no other process of the submission may look into it or change it.
        set_dumpable(0)
        try:
            return super()._receive()
        finally:
            set_dumpable(1)


def _children() -> set[int]:
    """Return the process ids of the children of this process, which has one thread; none where there is no /proc."""
    with contextlib.suppress(OSError):
        return set(map(int, Path("/proc/thread-self/children").read_text().split()))
    return set()


def _version(path: str) -> tuple[int, ...] | None:
    """Return what changes when a file is written or removed."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
