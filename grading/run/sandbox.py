"""Start the fork server where it sees the interpreter and its libraries, and nothing else."""

import base64
import contextlib
import functools
import json
import os
import re
import resource
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from grading.run import syscalls
from grading.run.namespaces import Status

ENGINE = Path(__file__).resolve().parent.parent
SYSTEM = (
    *("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/sys/devices/system/cpu"),
)
ETC = {  # who a submission is: the number stands in namespaces, too
    "passwd": "student:x:1000:1000:student:/tmp/work:/bin/sh\n",
    "group": "student:x:1000:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
LIMITS = ("memory_bytes", "file_bytes", "processes", "total_seconds")
POWERS = ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN")  # of the server, until it has left root
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
START = "import socket, sys; sys.path.insert(0, sys.argv[1]); from grading.run import {0}; "
START += "{0}.main(*(socket.socket(fileno=int(n)) for n in sys.argv[2:]))"


def python(module: str, folder: str | Path, *connections: socket.socket) -> list[str]:
    """Return the command that runs ``main`` of a module of the engine in ``folder`` with sockets that it inherits."""
    return [sys.executable, "-c", START.format(module), str(folder), *(str(c.fileno()) for c in connections)]


@functools.cache
def problem() -> str:
    """Return why bubblewrap cannot be used here; '' when it can."""
    if sys.platform != "linux":
        return f"bubblewrap does not exist on {sys.platform}"
    if not shutil.which("bwrap"):
        return "bubblewrap (bwrap) is not installed"
    with _written(ETC) as files:
        command = [*_walls(files), "/bin/true"]
        tried = subprocess.run(command, capture_output=True, text=True, pass_fds=files.values())
    return tried.stderr.strip() or ("" if tried.returncode == 0 else f"bwrap ended with {tried.returncode}")


def level() -> str:
    """Return what is recorded with each grade: "bubblewrap", that without a filter and why, or "none: <reason>"."""
    if problem():
        return f"none: {problem()}"
    return f"bubblewrap, all system calls: {syscalls.problem()}" if syscalls.problem() else "bubblewrap"


@contextlib.contextmanager
def _written(files: Mapping[str, str]) -> Iterator[dict[str, int]]:
    """Yield ``{name: number of an open file}`` for ``{name: text}``."""
    with contextlib.ExitStack() as stack:
        numbers = {}
        for name, text in files.items():
            file = stack.enter_context(tempfile.TemporaryFile())
            file.write(text.encode())
            file.seek(0)
            numbers[name] = file.fileno()
        yield numbers


def _walls(files: Mapping[str, int]) -> list[str]:
    """Return the bwrap command without the program: no network, read-only libraries, nothing else.

    files: {name: number of an open file} of what to put into /etc
    """
    shared = ["--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid", "--unshare-net"]
    shared += ["--unshare-uts", "--hostname", "notebook", "--unshare-cgroup-try"]
    # As root, no user namespace: the server becomes nobody by itself, so that limits on processes hold.
    powers = ["--cap-drop", "ALL", *(w for p in POWERS for w in ("--cap-add", p))]
    walls = ["bwrap", *shared, *(powers if os.geteuid() == 0 else ["--unshare-user"])]
    for path in SYSTEM:
        if os.path.islink(path):
            walls += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            walls += [*_visible_parents(path), "--ro-bind", path, path]
    walls += ["--perms", "1777", "--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"]
    walls += ["--perms", "1777", "--tmpfs", "/dev/shm"]
    for name, number in files.items():
        walls += ["--perms", "0444", "--file", str(number), f"/etc/{name}"]
    for path in _interpreter():
        for place in (path, f"/keep{path}"):  # twice: a submission gets a new /tmp, and the interpreter may lie there
            walls += _visible_parents(place) + ["--ro-bind", path, place]
    return [*walls, "--ro-bind", str(ENGINE), "/engine/grading", "--chdir", "/tmp", "--remount-ro", "/"]


def _interpreter() -> list[str]:
    """Return what this Python and its packages need: not the whole prefix, for a course may lie in it."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    found = {os.path.join(prefix, part) for prefix in prefixes for part in ("bin", "lib", "lib64", "pyvenv.cfg")}
    found |= {p for p in [*site.getsitepackages(), site.getusersitepackages()] if p in sys.path}
    return sorted(p for p in found if os.path.exists(p) and not any(_inside(p, q) for q in [*SYSTEM, *found]))


def _visible_parents(path: str) -> list[str]:
    """Return the options that let everybody pass through the folders above a path."""
    parents = [p for p in reversed(Path(path).parents) if str(p) not in ("/", "/tmp", *SYSTEM)]
    return [word for p in parents for word in ("--perms", "0755", "--dir", str(p))]


def _inside(path: str, folder: str) -> bool:
    return path != folder and path.startswith(folder.rstrip("/") + "/")


def _children(pid: int) -> Iterator[int]:
    """Yield the ids of the processes that ``pid`` has started; none where there is no /proc."""
    with contextlib.suppress(OSError):  # it may end meanwhile
        for task in os.listdir(f"/proc/{pid}/task"):
            yield from map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())


def _descendants(pid: int) -> Iterator[int]:
    """Yield the ids of the processes below ``pid``, each before those below it."""
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _resident_bytes(pid: int) -> int:
    """Return the memory of a process with all that it shares: quickly read, and never too small."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def _share_of_memory(pid: int) -> int:
    """Return the memory of a process; what n processes share counts 1/n."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return 1024 * sum(int(size) for size in re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE))


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


class ForkServer:
    """A process in the sandbox; its lines fork for each submission. warm: whether it can."""

    def __init__(self) -> None:
        self.warm = False
        self.control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()
        self._folder = tempfile.mkdtemp(prefix="grading-") if problem() else None
        with inside, _written({} if problem() else ETC) as files:
            if problem():
                command = python("fork_server", ENGINE.parent, inside)
            else:
                command = _walls(files) + python("fork_server", "/engine", inside)
            self._process = subprocess.Popen(
                command,
                env=self._environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[inside.fileno(), *files.values()],
                start_new_session=True,
            )

    def wait(self) -> bool:
        """Wait until the server is warm; return whether its lines may run submissions side by side."""
        space = self.control.recv(64).decode()
        if not space:
            self._errors.seek(0)
            raise RuntimeError(f"the fork server did not start:\n{self._errors.read().decode(errors='replace')}")
        self.warm = True
        *_, self._pid = self._process.pid, *_descendants(self._process.pid)  # behind those of bubblewrap
        return space == "Nested" or bool(problem())  # else one could see the others, and what they leave behind

    def line(self) -> "Line":
        """Return a new Line."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        before = set(_children(self._pid))
        with theirs:
            socket.send_fds(self.control, [b"fork"], [theirs.fileno()])
        _answer(self.control)
        return Line(ours, set(_children(self._pid)) - before)

    def close(self) -> None:
        """End the server and all that it runs."""
        self.control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        folder = self._folder or "/tmp"
        path = os.pathsep.join([os.path.dirname(sys.executable), os.defpath])
        environment = {"PATH": path, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        environment |= {"TMPDIR": folder, "HOME": folder, "IPYTHONDIR": folder, "MPLCONFIGDIR": folder}
        environment |= {"USER": "student", "LOGNAME": "student", "NBGRADER_EXECUTION": "autograde"}
        environment |= dict.fromkeys(THREADS, "1")
        if problem():
            return environment
        calls = b"" if syscalls.problem() else syscalls.compiled()
        return environment | {"GRADING_WALLS": base64.b64encode(calls).decode()}


class Line:
    """A fork of a server, which forks for each submission, one at a time.

    control: socket to it
    pids:    its process id, if it can be told here
    """

    def __init__(self, control: socket.socket, pids: Collection[int]) -> None:
        self._control, self.pids = control, pids

    def fileno(self) -> int:
        """Return the number of the open socket."""
        return self._control.fileno()

    def fork(self, limits: object, modules: list[str]) -> socket.socket:
        """Return a socket to a new process for a submission that keeps ``limits``; ``modules`` are imported before."""
        ours, theirs = socket.socketpair()
        wanted = {name: getattr(limits, name) for name in LIMITS} | {"modules": modules}
        with theirs:
            socket.send_fds(self._control, [json.dumps(wanted).encode()], [theirs.fileno()])
        return ours

    def watch(self, most: float) -> None:
        """Kill the session of the largest process while all together hold more than ``most`` bytes.

        The limit that the kernel keeps is one for each process. Each fork of a submission's process leads a session.
        """
        running = {pid for line in self.pids for pid in _descendants(line)}
        if sum(map(_resident_bytes, running)) <= most:
            return
        sizes = {pid: _share_of_memory(pid) for pid in running}
        while sum(sizes.values()) > most:
            session = _session(max(sizes, key=sizes.__getitem__))
            for pid in [pid for pid in sizes if _session(pid) in (session, None)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                del sizes[pid]

    def end(self, gone: bool = False) -> Status:
        """Kill the submission and all that it started; return ``{"code", "peak_bytes"}`` of how it had ended.

        gone: it has closed its socket, so let it end by itself and tell how
        """
        self._control.send(b"gone" if gone else b"end")
        status: Status = json.loads(_answer(self._control))
        return status

    def close(self) -> None:
        """End the line and what it runs."""
        self._control.shutdown(socket.SHUT_RDWR)  # which also holds where a fork has the socket open
        self._control.close()


def _answer(control: socket.socket) -> bytes:
    answer = control.recv(4096)
    if not answer:
        raise RuntimeError("the fork server is gone")
    return answer
