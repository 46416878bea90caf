"""The side that runs student code: a warm fork server in the sandbox, one fork per submission, and its forks.

The server imports the libraries once. Its forks are the lines, each of which runs one submission at
a time. For a submission the line forks; that fork enters user, process, mount, IPC and network namespaces of
its own before it runs a line of student code. So it can neither see nor signal nor trace the server,
its lines and other submissions, it has a /tmp and a /dev/shm of its own, and when the first process
of its namespace is killed, the kernel ends every process that it started. The process of a
submission is forked again for each test, and where a cell might break what stood before it.
"""

import base64
import contextlib
import ctypes
import fcntl
import functools
import gc
import io
import json
import multiprocessing.process
import os
import platform
import random
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

import matplotlib.figure

from grading import shell
from grading.execute import write_files
from grading.process import waits
from grading.student import ObjectServer
from grading.wire import Closed, Malformed

COLLAPSE = 25  # of madvise(2)
HUGE_PAGE = 2 << 20
NOBODY = 65534
NEW_NAMESPACES = 0x10000000 | 0x20000000 | 0x00020000 | 0x08000000 | 0x40000000  # user, processes, mounts, IPC, net
PRIVATE, RECURSIVE, BIND, READ_ONLY, NOSUID, NODEV, NOEXEC = 0x40000, 0x4000, 0x1000, 1, 2, 4, 8  # of mount(2)
PROC = NOSUID | NODEV | NOEXEC
OF_THE_MACHINE = ("cmdline", "diskstats", "key-users", "keys", "locks", "partitions", "swaps")  # files in /proc
STUDENT = 1000  # the user in sandbox.ETC
CLONE, SECCOMP = {"x86_64": 56, "aarch64": 220}, {"x86_64": 317, "aarch64": 277}  # numbers of the system calls
FILTER, KEEP_SPEED = 1, 4  # of seccomp(2): without KEEP_SPEED, older kernels slow a process that has a filter
SET_FLAGS, UP = 0x8914, 1  # of netdevice(7)
SET_DEATH_SIGNAL, SET_DUMPABLE = 1, 4  # of prctl(2)
CAPABILITIES = 0x20080522  # version 3 of capset(2)
MOST_FILES = 2**20  # more than a process has open
OWN_FORKS = 100  # of a submission's process: also where the student's code has started all that it may
MOST_PRINTED = 20_000  # letters that one call may print
ENGINE = str(Path(__file__).parent.parent)


def main(control):
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


def keep_line(line, control, space_of, used, ready):
    """Fork for each message ``{limits}`` that comes with a socket; end the fork at the next message."""
    control.close()
    if sys.platform == "linux":
        _die_with_parent()
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


class Forked(Closed):
    """This process is a fork of the one that was asked, and has a socket of its own: ``handle``."""

    def __init__(self, handle):
        super().__init__()
        self.handle = handle


def serve(handle, ready):
    """Answer questions of the judge on a socket, in the fork; the forks of this process do the same on theirs."""
    sys.path[:] = ["", *(p for p in sys.path if p not in ("", ENGINE))]
    sys.argv = ["notebook"]
    folder = os.getcwd()
    multiprocessing.process.ORIGINAL_DIR = folder  # where processes that are spawned find the student's modules
    written = {}
    while handle:
        connection = socket.socket(fileno=handle)
        os.register_at_fork(after_in_child=connection.close)  # what a student starts has no line to the judge
        try:
            handle = None
            Student(connection, ready, folder, written).listen()
        except Forked as fork:
            handle = fork.handle
        except (Closed, Malformed):
            pass


def settle():
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
                    _libc().madvise(ctypes.c_void_p(low), ctypes.c_size_t(high - low), COLLAPSE)


def draw_once():
    """Fill the caches of matplotlib, for the first picture of a process takes longest."""
    figure = matplotlib.figure.Figure()
    ax = figure.subplots()
    ax.plot([1, 10], [1, 10], "o-", label="$x_1$")
    ax.set(title="title", xlabel="x", ylabel="y", yscale="log")
    ax.legend()
    figure.savefig(io.BytesIO(), format="png")


def leave_root():
    """Become nobody where the server was started as root: limits on processes do not bind root."""
    if os.geteuid() == 0:
        # For root, bubblewrap covers parts of /proc; a namespace below could then not have a /proc of its own.
        _checked("mount", b"proc", b"/proc", b"proc", PROC, None)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        _set_dumpable(1)


def can_nest():
    """Say whether a fork may have namespaces of its own."""
    if "GRADING_WALLS" not in os.environ or platform.machine() not in CLONE:
        return False
    ids = os.getuid(), os.getgid()
    try:
        child = fork_into_namespaces()
    except OSError:
        return False
    if child == 0:
        try:
            hide_the_server(ids, 1 << 20)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def fork_into_namespaces():
    """Fork as os.fork does; the child is the first process in new namespaces."""
    # The system call itself: os.fork knows no namespaces, and os.unshare would need one more fork. It is safe
    # where no other thread runs, as here; the child calls os.fork before it does anything else of weight.
    child = _libc().syscall(CLONE[platform.machine()], NEW_NAMESPACES | signal.SIGCHLD, 0, 0, 0, 0)
    if child < 0:
        raise OSError(ctypes.get_errno(), f"clone: {os.strerror(ctypes.get_errno())}")
    return child


def hide_the_server(ids, file_bytes):
    """In new namespaces: be STUDENT, who outside is ``ids``; hide the server's processes, network and files in /tmp."""
    user, group = ids
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{STUDENT} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{STUDENT} {group} 1")
    _checked("mount", b"none", b"/", None, PRIVATE | RECURSIVE, None)
    for folder in (b"/tmp", b"/dev/shm"):
        _checked("mount", b"tmpfs", folder, b"tmpfs", NOSUID | NODEV, b"mode=1777,size=%d" % file_bytes)
    for path in {sys.prefix, sys.base_prefix}:
        if path.startswith("/tmp/"):
            os.makedirs(path, exist_ok=True)
            _checked("mount", f"/keep{path}".encode(), path.encode(), None, BIND | RECURSIVE, None)
    show_own_processes()
    with socket.socket() as any_socket:  # without its loopback interface, a network namespace has no localhost
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


def show_own_processes():
    """In a new namespace of processes: show those that this one may look into, and nothing else of the machine."""
    # The first process of the namespace has powers that the student's has not, so it does not show.
    _checked("mount", b"proc", b"/proc", b"proc", PROC | READ_ONLY, b"hidepid=2")
    for name in OF_THE_MACHINE:
        if os.path.exists(f"/proc/{name}"):
            _checked("mount", os.devnull.encode(), f"/proc/{name}".encode(), None, BIND, None)
    _checked("mount", b"tmpfs", b"/proc/fs", b"tmpfs", PROC | READ_ONLY, b"size=0")


def drop_capabilities():
    """Give up the powers that a process has in a user namespace of its own, and the calls that reach for more."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    _checked("capset", header, (ctypes.c_uint32 * 6)())
    if calls := base64.b64decode(os.environ.pop("GRADING_WALLS", "")):
        program = struct.pack("HP", len(calls) // 8, ctypes.cast(calls, ctypes.c_void_p).value)
        _checked("syscall", SECCOMP[platform.machine()], FILTER, KEEP_SPEED, program)


def _set_dumpable(value):
    if sys.platform == "linux":
        _libc().prctl(SET_DUMPABLE, value, 0, 0, 0)


@functools.cache
def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _checked(name, *arguments):
    if getattr(_libc(), name)(*arguments):
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def address_space():
    """Return the bytes of addresses that this process has taken, which is more than its memory."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def set_limits(limits):
    """Apply the limits of a submission to this process and its children."""
    wanted = {
        resource.RLIMIT_AS: limits["used_bytes"] + limits["memory_bytes"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_CPU: int(10 * limits["total_seconds"]),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 4096,  # as Jupyter's server has
    }
    for kind, value in wanted.items():
        with contextlib.suppress(OSError, ValueError):  # macOS does not know all of them
            resource.setrlimit(kind, (value, value))
    with contextlib.suppress(OSError, ValueError):
        most = limits["processes"] + OWN_FORKS
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most + OWN_FORKS))


class Plain:
    """A fork in a process group and a folder of its own."""

    def __init__(self, limits):
        self.limits = limits
        self.folder = tempfile.mkdtemp()

    def start(self, action, handle):
        """Run ``action`` in the fork, with no other open file than ``handle``."""
        self.child = os.fork()
        if self.child == 0:
            if sys.platform == "linux":
                _die_with_parent()
            _run(action, handle, self.folder, self.limits)

    def end(self, patience):
        """Kill what the fork started; return how it had ended, and its largest memory in bytes.

        patience: seconds to let a fork end that is about to
        """
        status = end_group(self.child, patience)
        shutil.rmtree(self.folder, ignore_errors=True)
        return status


def end_group(child, patience):
    """Kill a child that leads a process group, and the group; return how it had ended, and its largest memory in bytes.

    patience: seconds to let a child end that is about to
    """
    for _ in range(int(100 * patience)):
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        time.sleep(0.01)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            kill(child, signal.SIGKILL)
    status = _wait(child)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    return status


class Nested:
    """A fork in namespaces of its own: their first process, and below it the student."""

    def __init__(self, limits):
        self.limits = limits

    def start(self, action, handle):
        """Run ``action`` in the fork, with no other open file than ``handle``."""
        ids = os.getuid(), os.getgid()  # the fork cannot tell
        self.first = fork_into_namespaces()
        if self.first == 0:
            self._begin(ids, action, handle)
        self.alive = os.pidfd_open(self.first)

    def end(self, patience):
        """Kill all that runs inside; return how the student had ended, and the largest memory in bytes.

        patience: seconds to let a fork end that is about to
        """
        select.select([self.alive], [], [], patience)
        signal.pidfd_send_signal(self.alive, signal.SIGKILL)
        os.close(self.alive)
        return _wait(self.first)  # when all processes inside are gone

    def _begin(self, ids, action, handle):
        try:
            _die_with_parent()
            hide_the_server(ids, self.limits["file_bytes"])
            student = os.fork()
            if student == 0:
                os.mkdir("/tmp/work")
                _run(action, handle, "/tmp/work", self.limits)
            os.closerange(3, MOST_FILES)
            child = None
            while child != student:  # others are orphans of the student's
                child, status = os.wait()
            os._exit(_code(status))
        finally:
            os._exit(1)


def _run(action, handle, folder, limits):
    """Be the student's process: set the limits, run ``action`` in ``folder`` and end."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(nothing, standard)
        os.closerange(3, handle)
        os.closerange(handle + 1, MOST_FILES)
        os.chdir(folder)
        os.environ.update(HOME=folder, TMPDIR=folder)
        tempfile.tempdir = None
        set_limits(limits)
        if sys.platform == "linux":
            drop_capabilities()
        action()
    finally:
        os._exit(1)


def _die_with_parent():
    _libc().prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def _code(status):
    """Return an exit code that tells how a process ended: 128 + n for signal n."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def _wait(child):
    _, status, usage = os.wait4(child, 0)
    scale = 1 if sys.platform == "darwin" else 1024
    return {"code": _code(status), "peak_bytes": usage.ru_maxrss * scale}


class Student(ObjectServer):
    """Runs a student's cells and forks, and serves what they define, as the judge asks.

    folder:  where it was started
    written: ``{file name: version}`` of the files that the judge has put there
    """

    def __init__(self, connection, ready, folder, written):
        super().__init__(connection, ready.user_ns, folder)
        self.shell, self._written = ready, written
        self._forks = set()  # process ids

    def serve(self, action, *operands):
        """Do one thing that the judge asks for."""
        match action, operands:
            case "cell", (source, most):
                return self.shell.run(source, most)
            case "fork", (whole,):
                return self._fork(whole)
            case "waits", (child,):
                return waits(child)
            case "end", (child, patience):
                self._forks.discard(child)
                return tuple(end_group(child, patience).values())
            case "here", ():
                self.shared.forget(0)  # the judge has forgotten what it had passed before
                return True
            case "write", (files,):
                write_files(dict(files), ".")
                self._written.update({name: _version(name) for name, _ in files})
                return None
            case "names", (names, files):
                return super().serve("names", *names), self._changed(files)
        return super().serve(action, *operands)

    def _fork(self, whole):
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

    def _changed(self, files):
        """Return those of ``files`` that are not as they were written at the start."""
        return tuple(name for name in files if name in self._written and _version(name) != self._written[name])

    def _receive(self):
        # While it waits, no other process of the submission may look into it or change it.
        _set_dumpable(0)
        try:
            return super()._receive()
        finally:
            _set_dumpable(1)


def _children():
    """Return the process ids of the children of this process, which has one thread; none where there is no /proc."""
    with contextlib.suppress(OSError):
        return set(map(int, Path("/proc/thread-self/children").read_text().split()))
    return set()


def _version(path):
    """Return what changes when a file is written or removed."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
