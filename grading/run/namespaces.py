"""What is around a submission on Linux: its own namespaces, its limits, and its end. Elsewhere, a process group.

The fork of a submission enters user, process, mount, IPC and network namespaces of its own before it runs a line
of student code. So it can neither see nor signal nor trace the fork server and other submissions, it has
a /tmp and a /dev/shm of its own, and when the first process of its namespace is killed, the kernel ends every
process that it started.
"""

import base64
import contextlib
import ctypes
import fcntl
import functools
import os
import platform
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

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
Limits = dict[str, Any]  # those of job.Limits in sandbox.LIMITS, and "used_bytes" when the process starts
Status = dict[str, int]  # {"code", "peak_bytes"}: how a process had ended
OWN_FORKS = 100  # of a submission's process: also where the student's code has started all that it may


def leave_root() -> None:
    """Become nobody where the server was started as root: limits on processes do not bind root."""
    if os.geteuid() == 0:
        # For root, bubblewrap covers parts of /proc; a namespace below could then not have a /proc of its own.
        _checked("mount", b"proc", b"/proc", b"proc", PROC, None)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        set_dumpable(1)


def can_nest() -> bool:
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


def fork_into_namespaces() -> int:
    """Fork as os.fork does; the child is the first process in new namespaces."""
    # The system call itself: os.fork knows no namespaces, and os.unshare would need one more fork. It is safe
    # where no other thread runs, as here; the child calls os.fork before it does anything else of weight.
    child: int = libc().syscall(CLONE[platform.machine()], NEW_NAMESPACES | signal.SIGCHLD, 0, 0, 0, 0)
    if child < 0:
        raise OSError(ctypes.get_errno(), f"clone: {os.strerror(ctypes.get_errno())}")
    return child


def hide_the_server(ids: tuple[int, int], file_bytes: int) -> None:
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


def show_own_processes() -> None:
    """In a new namespace of processes: show those that this one may look into, and nothing else of the machine."""
    # The first process of the namespace has powers that the student's has not, so it does not show.
    _checked("mount", b"proc", b"/proc", b"proc", PROC | READ_ONLY, b"hidepid=2")
    for name in OF_THE_MACHINE:
        if os.path.exists(f"/proc/{name}"):
            _checked("mount", os.devnull.encode(), f"/proc/{name}".encode(), None, BIND, None)
    _checked("mount", b"tmpfs", b"/proc/fs", b"tmpfs", PROC | READ_ONLY, b"size=0")


def drop_capabilities() -> None:
    """Give up the powers that a process has in a user namespace of its own, and the calls that reach for more."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    _checked("capset", header, (ctypes.c_uint32 * 6)())
    if calls := base64.b64decode(os.environ.pop("GRADING_WALLS", "")):
        program = struct.pack("HP", len(calls) // 8, ctypes.cast(ctypes.c_char_p(calls), ctypes.c_void_p).value)
        _checked("syscall", SECCOMP[platform.machine()], FILTER, KEEP_SPEED, program)


def set_dumpable(value: int) -> None:
    if sys.platform == "linux":
        libc().prctl(SET_DUMPABLE, value, 0, 0, 0)


@functools.cache
def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(name: str, *arguments: Any) -> None:
    if getattr(libc(), name)(*arguments):
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def address_space() -> int:
    """Return the bytes of addresses that this process has taken, which is more than its memory."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def set_limits(limits: Limits) -> None:
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

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.folder = tempfile.mkdtemp()

    def start(self, action: Callable[[], None], handle: int) -> None:
        """Run ``action`` in the fork, with no other open file than ``handle``."""
        self.child = os.fork()
        if self.child == 0:
            if sys.platform == "linux":
                die_with_parent()
            _run(action, handle, self.folder, self.limits)

    def end(self, patience: float) -> Status:
        """Kill what the fork started; return how it had ended, and its largest memory in bytes.

        patience: seconds to let a fork end that is about to
        """
        status = end_group(self.child, patience)
        shutil.rmtree(self.folder, ignore_errors=True)
        return status


def end_group(child: int, patience: float) -> Status:
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

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def start(self, action: Callable[[], None], handle: int) -> None:
        """Run ``action`` in the fork, with no other open file than ``handle``."""
        ids = os.getuid(), os.getgid()  # the fork cannot tell
        self.first = fork_into_namespaces()
        if self.first == 0:
            self._begin(ids, action, handle)
        self.alive = os.pidfd_open(self.first)

    def end(self, patience: float) -> Status:
        """Kill all that runs inside; return how the student had ended, and the largest memory in bytes.

        patience: seconds to let a fork end that is about to
        """
        select.select([self.alive], [], [], patience)
        signal.pidfd_send_signal(self.alive, signal.SIGKILL)
        os.close(self.alive)
        return _wait(self.first)  # when all processes inside are gone

    def _begin(self, ids: tuple[int, int], action: Callable[[], None], handle: int) -> NoReturn:
        try:
            die_with_parent()
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


def _run(action: Callable[[], None], handle: int, folder: str, limits: Limits) -> NoReturn:
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


def die_with_parent() -> None:
    libc().prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def _code(status: int) -> int:
    """Return an exit code that tells how a process ended: 128 + n for signal n."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def _wait(child: int) -> Status:
    _, status, usage = os.wait4(child, 0)
    scale = 1 if sys.platform == "darwin" else 1024
    return {"code": _code(status), "peak_bytes": usage.ru_maxrss * scale}
