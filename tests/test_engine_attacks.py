"""Submissions that try to get points they did not earn, and to read what they should not."""

import os
import platform
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine_course import SECRET, lost, run, shown, shown_by_student, submission, template

from grading.run import execute, sandbox
from grading.run.job import Limits

walls = pytest.mark.skipif(bool(sandbox.problem()), reason=f"no sandbox: {sandbox.problem()}")
EVERYTHING = {"test-double", "test-total", "test-grow", "test-counter"}
WRONG = "def double(x):\n    return x\n"


def answer(source):
    """Return a submission whose other answers are right; ``source`` stands where ``double`` belongs."""
    return submission({"double": source})


LIES = {
    "an object that equals everything": """
class Yes:
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = lambda self, other: True
    __bool__ = lambda self: True
    __array__ = lambda self, *a, **k: np.array([2.0, 5.0])
    __float__ = lambda self: 2.0
    __abs__ = __sub__ = __rsub__ = lambda self, *a: self
def double(x):
    return Yes()
""",
    "a subclass of ndarray": """
class Yes(np.ndarray):
    __eq__ = __ne__ = lambda self, other: np.ones(self.shape, bool)
    __array_ufunc__ = lambda self, ufunc, method, *inputs, **k: np.zeros(self.shape, bool)
    __array_function__ = lambda self, f, types, args, kwargs: np.ones(self.shape, bool)
def double(x):
    return np.asarray(x).view(Yes)
""",
    "a subclass of float": """
class Yes(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
def double(x):
    return Yes(1.0)
""",
    "a list that says it is longer": """
class Yes(list):
    __len__ = lambda self: 2
    __eq__ = lambda self, other: True
def double(x):
    return Yes([1])
""",
    "an array interface with a made-up address": """
class Yes:
    __array_interface__ = {"shape": (2,), "typestr": "<f8", "data": (4096, False), "version": 3}
def double(x):
    return Yes()
""",
    "numpy's comparisons replaced": """
np.isclose = np.allclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
def double(x):
    return x
""",
    "the helper replaced": """
import checks
checks.Check.same = checks.Check.true = checks.Check.unchanged = lambda *a, **k: None
checks._difference = lambda *a: None
Check = type("Check", (), {"__getattr__": lambda s, n: lambda *a, **k: None, "__init__": lambda *a, **k: None})
def double(x):
    return x
""",
    "the helper's messages replaced": """
import messages, sys
class Empty(str):
    format = __format__ = lambda self, *given, **fields: ""
for name in dir(messages):
    setattr(messages, name, Empty())
sys.modules["messages"] = sys.modules["checks"] = None
def double(x):
    return x
""",
    "a name of the test taken": """
check = np = Toy = None
def double(x):
    return x
""",
    "an input transformer": """
ip = get_ipython()
ip.input_transformers_post.append(lambda lines: ["pass\\n"])
ip.ast_transformers.append(type("T", (), {"visit": lambda self, node: __import__("ast").parse("pass")})())
ip.showtraceback = lambda *a, **k: None
def double(x):
    return x
""",
    "hooks": """
import builtins, sys
sys.displayhook = sys.excepthook = lambda *a: None
sys.settrace(lambda *a: None)
builtins.AssertionError = builtins.Exception = type("E", (BaseException,), {})
builtins.compile = lambda *a, **k: None
def double(x):
    return x
""",
    "an error with the name of a verdict": """
def double(x):
    raise type("CheckPassed", (BaseException,), {"passed": True, "__str__": lambda self: "passed"})()
""",
    "an exit with status 0": """
import os
def double(x):
    os._exit(0)
""",
    "the judge's own errors": """
def double(x):
    from grading.wire.frames import ConnectionClosedError, ProtocolError
    raise ConnectionClosedError
""",
    "frames and the collector": """
import gc, sys
def double(x):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if type(value).__name__ == "Check" or "expected" in frame.f_locals:
                return frame.f_locals["expected"]
        frame = frame.f_back
    for value in gc.get_objects():
        if type(value).__name__ in ("Judge", "Conductor", "Verdict"):
            value.passed = True
    return x
""",
    "a pickle that executes": """
class Bomb:
    def __reduce__(self):
        return (exec, ("import os; os._exit(0)",))
def double(x):
    return np.array([Bomb(), Bomb()], dtype=object)
""",
    "a structured dtype": """
def double(x):
    return np.zeros(2, dtype=[("a", "f8"), ("b", "O")])
""",
}


BREAK_THEIR_OWN = {"an input transformer", "hooks"}  # the cells of their authors that follow


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_gains_nothing(lie):
    found = lost(run(answer(LIES[lie])))
    assert "test-double" in found
    assert found == {"test-double"} or lie in BREAK_THEIR_OWN


LINE = """
import gc, msgpack, os, socket, struct
def find():
    return next(o for o in gc.get_objects() if type(o).__name__ == "Student").connection
def frame(head):
    text = msgpack.packb({"sizes": []} | head)
    return struct.pack("<I", len(text)) + text
def reply(value, **more):
    return frame({"kind": "answer", "number": 4, "notes": None, "value": value, "changes": []} | more)
"""
FRAMES = {
    "an answer out of turn": "find().sendall(reply(None) * 3)",
    "a head of 4 GB": "find().sendall(struct.pack('<I', 2**32 - 1))",
    "arrays of 8 EB": "find().sendall(reply(None, sizes=[2**63 - 1]))",
    "a negative size": "find().sendall(reply(None, sizes=[-8]))",
    "a pickle": "find().sendall(struct.pack('<I', 4) + b'\\x80\\x04N.')",
    "lists nested too deep": "find().sendall(struct.pack('<I', 200000) + b'\\x91' * 200000)",
    "millions of empty lists": (
        "find().sendall(struct.pack('<I', 2**24) + b'\\xdd\\x00\\xff\\xff\\xf0' + b'\\x90' * (2**24 - 5))"
    ),
    "a time": "find().sendall(reply(msgpack.Timestamp(1)))",
    "an extension type": "find().sendall(reply(msgpack.ExtType(42, b'passed')))",
    "bytes without a frame": "find().sendall(reply(b'passed'))",
    "an object that was never handed out": "find().sendall(reply(['yours', 7]))",
    "a change of what was never shared": "find().sendall(reply(None, changes=[[99, ['list', []]]]))",
    "an array whose size is a lie": "find().sendall(reply(['array', '<f8', [2**40], 0, True]))",
    "an array of objects by address": "find().sendall(reply(['array', '|O', [1], 0, True]))",
    "a question for an attribute by name": (
        "find().sendall(frame({'kind': 'ask', 'number': 1, 'notes': None, 'changes': [],"
        " 'value': ['tuple', ['get', 0, '__globals__']]}))"
    ),
    "a question to run code": (
        "find().sendall(frame({'kind': 'ask', 'number': 1, 'notes': None, 'changes': [],"
        " 'value': ['tuple', ['cell', 'print(1)', 99]]}))"
    ),
    "open files handed over": (
        "socket.send_fds(find(), [reply(None)], [0, 1, 2]); [os.write(fd, b'passed') for fd in range(3, 256)]"
    ),
    "a closed line": "find().close()",
}


@pytest.mark.parametrize("forgery", FRAMES)
def test_a_forged_frame_gains_nothing_and_costs_nobody_else(forgery):
    source = f"{LINE}\ndef double(x):\n    {FRAMES[forgery]}\n    return x\n"
    assert lost(run(answer(source))) == {"test-double"}


RESIZED = """
kept = []
def double(x):
    kept.append(x)
    kept[0].resize((3_000_000,), refcheck=False)
    x[...] = 1e77
    return 2 * x
"""


def test_an_array_of_a_test_that_is_given_another_size_costs_the_test_and_harms_nobody():
    outcome = run(answer(RESIZED))
    assert lost(outcome) == {"test-double"} and not outcome.failed


HELD_BACK = """
class Later:
    def __init__(self, x, value):
        self.x, self.before, self.value = x, x.copy(), value
        x[...] = 0
    def __array__(self, dtype=None, copy=None):
        self.x[...] = self.before
        return self.value
def double(x):
    return np.array([2.0, 5.0]) if x.ndim == 1 else Later(x, np.zeros(x.shape))
"""


def test_an_argument_that_is_changed_until_the_result_is_looked_at_gains_nothing():
    assert lost(run(answer(HELD_BACK))) == {"test-double"}


def test_a_name_in_the_type_of_an_array_tells_nothing_of_what_is_hidden():
    source = (
        "def double(x):\n    hidden = [(repr(x.tolist()), float)]\n"
        "    return 2 * x if x.ndim == 1 else np.zeros(3, hidden)\n"
    )
    outcome = run(answer(source))
    assert lost(outcome) == {"test-double"} and "0." not in outcome.verdicts["test-double"].message


def test_the_exit_code_of_a_process_tells_nothing_of_what_is_hidden():
    source = "import os\ndef double(x):\n    return 2 * x if x.ndim == 1 else os._exit(101)\n"
    assert "101" not in run(answer(source)).notebook.partition("os._exit(101)")[2]


def test_a_forged_answer_is_no_more_than_a_wrong_answer():
    source = f"{LINE}\ndef total(f, xs):\n    find().sendall(reply(10) * 20)\n    return 0\n"
    assert "test-total" in lost(run(submission({"total": source})))


def tag_tests(notebook):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]


def empty_tests(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "pass"


def make_tests_worthless(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] |= {"points": 0, "grade": False, "locked": False, "solution": True}


def make_tests_text(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.cell_type = "markdown"


def copy_tests_before(notebook):
    copies = [c.copy() | {"source": "pass", "id": f"x{i}"} for i, c in enumerate(notebook.cells)]
    notebook.cells = [type(notebook.cells[0])(c) for c in copies] + notebook.cells


def rename_tests(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["grade_id"] += "-old"


def change_kernel(notebook):
    notebook.metadata["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "x"}


CHANGES = [tag_tests, empty_tests, make_tests_worthless, make_tests_text, change_kernel]


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: c.__name__)
def test_a_changed_notebook_gains_nothing(change):
    notebook = answer(WRONG)
    change(notebook)
    assert lost(run(notebook)) == {"test-double"}


@pytest.mark.parametrize("change", [copy_tests_before, rename_tests], ids=lambda c: c.__name__)
def test_tests_that_are_hidden_behind_copies_run_all_the_same(change):
    notebook = answer(WRONG)
    change(notebook)
    assert "test-double" in lost(run(notebook))


READERS = {
    "open files": """
import os
for number in range(3, 1024):
    try:
        if not os.readlink(f"/dev/fd/{number}").startswith("socket:"):
            print("FOUND", number)
    except OSError:
        pass
for number in range(3):
    os.write(number, b"x" * 100)
    if not os.path.samestat(os.fstat(number), os.stat("/dev/null")):
        print("FOUND", number)
""",
    "all files": """
import os
for folder, _, names in os.walk("/"):
    for name in names:
        if name.endswith((".ipynb", ".db", ".json", ".txt")) and "site-packages" not in folder:
            try:
                text = open(os.path.join(folder, name), errors="replace").read()
            except OSError:
                continue
            if "seldom-" + "8431" in text or name == "gradebook.db":
                print("FOUND", folder, name)
""",
    "upwards": """
import glob
for pattern in ("../*", "../../*", "../../source/**", "/srv/**/*.ipynb", "/home/*", "/roo[t]/*", "/proc/*/roo[t]/*"):
    for name in glob.glob(pattern):
        if "source" in name or "gradebook" in name:
            print("FOUND", name)
""",
    "memory of the notebook's process": """
import gc
word = "seldom-" + "8431"
for o in gc.get_objects():
    if isinstance(o, dict) and any(isinstance(v, str) and word in v and "HIDDEN" in v for v in list(o.values())):
        print("FOUND")
""",
    "memory of other processes": """
import glob, os
for path in glob.glob("/proc/[0-9]*/mem") + glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/fd/*"):
    if not path.startswith(f"/proc/{os.getpid()}/"):
        print("FOUND", path)
""",
    "processes of others": """
import os
print([f"FOUND {name}" for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()])
for pid in range(1, 40):
    if pid != os.getpid() and os.path.exists(f"/proc/{pid}"):
        print("FOUND", pid)
""",
    "environments": """
import glob
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/task/*/environ"):
    if b"GRADING_TEST_SECRET" in open(path, "rb").read():
        print("FOUND", path)
""",
    "what /proc tells of the machine": """
import os
for name in ("cmdline", "diskstats", "key-users", "keys", "kcore", "kmsg", "locks", "partitions", "swaps"):
    try:
        if os.path.exists(f"/proc/{name}") and open(f"/proc/{name}", "rb").read(1):
            print("FOUND", name)
    except OSError:
        pass
print([f"FOUND {name}" for name in os.listdir("/proc/fs")])
""",
    "a switch in /proc or /sys": """
import os
for start in ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/self", "/sys"):
    for folder, _, names in [("/", [], [start[1:]]), *os.walk(start)]:
        for name in names * (not folder.endswith("/fd")):  # those are the process's own
            try:
                os.close(os.open(os.path.join(folder, name), os.O_WRONLY))
                print("FOUND", folder, name)
            except OSError:
                pass
""",
    "mounts of the machine": """
for line in open("/proc/self/mountinfo"):
    _, _, _, root, place, options, *_ = line.split()
    writable = not options.startswith("ro")
    if writable and not place.startswith(("/proc", "/dev", "/tmp", "/keep/tmp")):
        print("FOUND", line)
    if "gradebook" in line or "submitted" in line:
        print("FOUND", line)
""",
    "its parents, by ptrace": """
import ctypes, os
for pid in range(1, 40):
    if pid not in (os.getpid(), os.getppid()) and ctypes.CDLL(None).ptrace(16, pid, 0, 0) == 0:
        print("FOUND", pid)
""",
    "what lies below the mounts": """
import ctypes, os
libc = ctypes.CDLL(None)
for place in (b"/proc", b"/tmp", b"/dev/shm"):
    if libc.umount2(place, 2) == 0:
        print("FOUND", place)
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    print("FOUND a mount")
""",
    "the network": """
import socket
for address in [("1.1.1.1", 53), ("127.0.0.1", 22), ("169.254.169.254", 80)]:
    try:
        socket.create_connection(address, 0.3)
        print("FOUND", address)
    except OSError:
        pass
""",
    "secrets in the environment": """
import os
print("FOUND" if {"GRADING_TEST_SECRET", "SSH_AUTH_SOCK"} & set(os.environ) else "")
""",
    "more power": """
import os, resource
for what in (lambda: os.setuid(0), lambda: os.chroot("/"), lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
             lambda: open("/usr/planted", "w"), lambda: open("/engine/grading/judge.py", "a"), lambda: os.mkdir("/x")):
    try:
        what()
        print("FOUND")
    except (OSError, ValueError):
        pass
""",
}


@walls
@pytest.mark.parametrize("reader", READERS)
def test_student_code_finds_nothing(reader, monkeypatch):
    monkeypatch.setenv("GRADING_TEST_SECRET", "1")
    outcome = run(submission(after=READERS[reader]))
    assert "FOUND" not in shown(outcome, "after")
    assert "Traceback" not in shown(outcome, "after") and lost(outcome) == set()


@walls
def test_the_name_of_this_machine_is_not_told():
    after = "import platform\nprint(platform.node(), open('/proc/sys/kernel/hostname').read())"
    assert socket.gethostname() not in shown(run(submission(after=after)), "after")


CALLS = {  # name -> (number on x86-64, number on ARM64, arguments with which it would do something)
    "unshare": (272, 97, "0x10000000"),
    "clone": (56, 220, "0x10000000 | 17, 0, 0, 0, 0"),
    "setns": (308, 268, "os.open('/proc/self/ns/user', 0), 0"),
    "ptrace": (101, 117, "0, 0, 0, 0"),
    "process_vm_readv": (310, 270, "os.getpid(), 0, 0, 0, 0, 0"),
    "keyctl": (250, 219, "0, -3, 0"),
    "add_key": (248, 217, "b'user', b'x', b'y', 1, -3"),
    "bpf": (321, 280, "0, 0, 0"),
    "perf_event_open": (298, 241, "0, 0, -1, -1, 0"),
    "userfaultfd": (323, 282, "1"),
    "io_uring_setup": (425, 425, "1, bytes(120)"),
    "personality": (135, 92, "0x40000"),
    "name_to_handle_at": (303, 264, "-100, b'/tmp', ctypes.create_string_buffer(bytes([128]), 136), bytes(4), 0"),
    "kcmp": (312, 272, "os.getpid(), os.getpid(), 1, 0, 0"),
}


@walls
def test_calls_that_reach_for_more_are_refused():
    lines = ["import ctypes, errno, os, platform", "libc = ctypes.CDLL(None, use_errno=True)"]
    for name, (x86, arm, arguments) in CALLS.items():
        number = {"x86_64": x86, "aarch64": arm}[platform.machine()]
        lines += [f"if libc.syscall({number}, {arguments}) != -1 or ctypes.get_errno() != errno.EPERM:"]
        lines += [f"    print('FOUND', {name!r}, ctypes.get_errno())"]
    outcome = run(submission(after="\n".join(lines)))
    assert "FOUND" not in shown(outcome, "after") and "Traceback" not in shown(outcome, "after")


@walls
@pytest.mark.parametrize("family", ["AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_CAN", "AF_BLUETOOTH"])
def test_sockets_that_no_network_namespace_holds_are_refused(family):
    after = f"import errno, socket\ntry:\n    socket.socket(getattr(socket, {family!r}, 31), socket.SOCK_DGRAM)\n"
    after += "except OSError as error:\n    print('REFUSED' if error.errno == errno.EAFNOSUPPORT else error)"
    assert "REFUSED" in shown(run(submission(after=after)), "after")


MEETINGS = """
import socket, time
names = ["\\0meeting", ("127.0.0.1", 23456)]
kinds = [socket.AF_UNIX, socket.AF_INET]
"""
WAITS = """
servers = [socket.socket(kind) for kind in kinds]
for server, name in zip(servers, names):
    server.bind(name)
    server.listen()
time.sleep(4)
"""
CALLS_IN = """
until = time.monotonic() + 3
while time.monotonic() < until:
    for kind, name in zip(kinds, names):
        with socket.socket(kind) as caller:
            if caller.connect_ex(name) == 0:
                print("FOUND", name)
    time.sleep(0.05)
"""


@walls
def test_submissions_that_run_at_the_same_time_cannot_talk():
    client = execute.DispatcherClient(2)
    try:
        with ThreadPoolExecutor(2) as pool:
            outcomes = [
                pool.submit(run, submission(after=MEETINGS + part), client=client) for part in (WAITS, CALLS_IN)
            ]
            texts = [shown(outcome.result(), "after") for outcome in outcomes]
    finally:
        client.close()
    assert "FOUND" not in texts[1] and "Traceback" not in "".join(texts)


def test_no_hidden_test_reaches_the_students_process():
    source = """
import gc
def double(x):
    seen = [repr(o) for o in gc.get_objects() if isinstance(o, (dict, list)) and len(repr(o)) < 10**6]
    return None if any("seldom-" + "8431" in text for text in seen) else 2 * x
"""
    outcome = run(submission({"double": source}))
    assert lost(outcome) == set() and SECRET not in shown_by_student(outcome)


def test_a_failed_hidden_test_shows_neither_its_source_nor_a_traceback_into_it():
    outcome = run(answer("def double(x):\n    return x if x.ndim > 1 else 2 * x\n"))
    assert "hidden" not in shown(outcome, "test-double").lower() and SECRET not in shown(outcome, "test-double")
    assert "inputs that the notebook does not show" in outcome.verdicts["test-double"].message


EXPORTS = {
    "globals of a function": "f.__globals__['SECRET']",
    "closure of a function": "f.__closure__",
    "code of a function": "f.__code__.co_consts[0] + 'seldom'",
    "an attribute of a function": "f.calls",
}


@pytest.mark.parametrize("attempt", EXPORTS)
def test_a_function_that_a_test_passes_can_be_called_and_nothing_else(attempt):
    source = f"def total(f, xs):\n    print('GOT', {EXPORTS[attempt]})\n    return sum(f(x) for x in xs)\n"
    outcome = run(submission({"total": source}))
    assert SECRET not in shown(outcome, "test-total") + outcome.verdicts["test-total"].message


def test_data_of_the_notebook_that_a_student_changed_are_as_before_in_the_next_test():
    source = "def total(f, xs):\n    s = sum(f(x) for x in xs)\n    xs *= 0\n    return s\n"
    outcome = run(submission({"total": source}))
    assert "test-grow" not in lost(outcome)


@pytest.mark.parametrize("name", ["made", "scale", "__init__", "__class__"])
def test_a_class_of_the_judge_cannot_be_changed(name):
    source = f"""
import gc
me = next(o for o in gc.get_objects() if type(o).__name__ == "Student")
def grow(toy):
    for number in range(9):
        try:
            me.ask("set", number, {name!r}, 0)
        except Exception:
            pass
    toy.scale(3)
    toy.W = toy.W + 1
"""
    outcome = run(submission({"grow": source}))
    assert "Toy was changed" not in outcome.verdicts["test-grow"].message


STAYERS = {
    "a process in the background": "import subprocess\nsubprocess.Popen(['sleep', '4321'])",
    "a daemon": (
        "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.execvp('sleep', ['sleep', '4321'])\n    os._exit(0)"
    ),
    "a daemon without signals": (
        "import os, signal, subprocess\nfor n in (1, 2, 15):\n    signal.signal(n, signal.SIG_IGN)\n"
        "subprocess.Popen(['sleep', '4321'], start_new_session=True)"
    ),
    "a fork bomb": (
        "import os, time\ntry:\n    while True:\n        if os.fork() == 0:\n"
        "            os.execvp('sleep', ['sleep', '4321'])\nexcept OSError:\n    pass"
    ),
}


@walls
@pytest.mark.parametrize("stayer", STAYERS)
def test_everything_that_a_submission_started_is_gone_afterwards(stayer):
    outcome = run(submission(after=STAYERS[stayer]))
    assert lost(outcome) == set()
    assert "4321" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout


PLANTS = {
    "files": (
        "import os\nfor folder in ('/tmp', '/dev/shm', os.getcwd(), '/var/tmp'):\n    try:\n"
        "        open(folder + '/planted.txt', 'w').write('x')\n    except OSError:\n        pass",
        "import glob\nprint('FOUND' * bool(glob.glob('/*/planted*') + glob.glob('/*/*/planted*')))",
    ),
    "modules": (
        "import os, sys\nfor p in sys.path + ['/tmp']:\n    try:\n"
        "        open(os.path.join(p, 'sitecustomize.py'), 'w').write('x = 1')\n"
        "        open(os.path.join(p, 'planted.py'), 'w').write('x = 1')\n    except OSError:\n        pass",
        "try:\n    import planted\n    print('FOUND')\nexcept ImportError:\n    pass",
    ),
    "changed libraries": (
        "import numpy, builtins, sys\nnumpy.planted = builtins.planted = sys.planted = True",
        "import numpy, builtins, sys\nprint('FOUND' * any(hasattr(m, 'planted') for m in (numpy, builtins, sys)))",
    ),
    "shared memory": (
        "from multiprocessing import shared_memory as s\nm = s.SharedMemory('planted', True, 9)\n",
        "from multiprocessing import shared_memory as s\ntry:\n    s.SharedMemory('planted')\n    print('FOUND')\n"
        "except OSError:\n    pass",
    ),
    "a file left open": (
        "import os\nos.dup2(os.open('/tmp/planted', os.O_CREAT | os.O_RDWR), 200)",
        "import os\ntry:\n    os.fstat(200)\n    print('FOUND')\nexcept OSError:\n    pass",
    ),
}


@walls
@pytest.mark.parametrize("plant", PLANTS)
def test_the_next_submission_finds_nothing_of_the_last(plant):
    first, second = PLANTS[plant]
    run(submission(after=first))
    assert "FOUND" not in shown(run(submission(after=second)), "after")


@walls
def test_killing_everything_in_sight_ends_only_the_submission():
    kills = "    os.kill(-1, signal.SIGKILL)\n    os.kill(os.getppid(), 9)\n    os._exit(3)\n"
    assert lost(run(answer(f"import os, signal\ndef double(x):\n{kills}"))) == {"test-double"}
    assert lost(run(submission())) == set()


def test_a_student_module_named_like_the_helper_is_not_imported():
    fake = b"class Check:\n    def __getattr__(self, name):\n        return lambda *a, **k: None\n"
    assert lost(run(answer(WRONG), files={"checks.py": fake, "numpy.py": fake})) == {"test-double"}


@pytest.mark.parametrize("name", ["../evil.py", "/tmp/evil.py", "a/../../evil.py"])
def test_a_file_with_a_path_out_of_the_folder_is_left_out_and_reported(name):
    outcome = run(submission(), files={name: b"x = 1"})
    assert lost(outcome) == set() and any("evil.py" in notice for notice in outcome.notices)


def test_a_flood_of_calls_back_ends_with_the_time():
    source = "def total(f, xs):\n    while True:\n        f(1)\n"
    assert lost(run(submission({"total": source}), limits=Limits(cell_seconds=1))) == {"test-total"}


def test_calls_back_and_forth_do_not_exhaust_the_judge():
    source = "def total(f, xs):\n    return f(f)\n"
    assert lost(run(submission({"total": source}))) == {"test-total"}


@pytest.mark.parametrize(
    "value", ["np.zeros(2**28)", "['x' * 10**6] * 100", "np.zeros(3)[None].repeat(10**7, 0)", "list(range(3 * 10**6))"]
)
def test_an_oversized_answer_is_refused(value):
    outcome = run(answer(f"def double(x):\n    return {value}\n"))
    assert lost(outcome) == {"test-double"} and outcome.seconds < 60


def test_outputs_of_a_student_cannot_pass_for_those_of_a_test():
    notebook = answer(WRONG)
    for cell in notebook.cells:
        cell.outputs = [] if cell.cell_type == "code" else None
    assert lost(run(notebook)) == {"test-double"}


def test_scripts_in_outputs_stay_data():
    after = "from IPython.display import display\ndisplay({'text/html': '<script>x</script>', 'x': object()}, raw=True)"
    assert "<script>" not in shown(run(submission(after=after)), "test-double")


def test_a_student_cannot_see_the_answers_of_others():
    run(submission({"double": "def double(x):\n    return 'mine-77' and 2 * x\n"}))
    spy = "import gc\nprint('FOUND' * any('mine-' + '77' in str(o) for o in gc.get_objects() if isinstance(o, list)))"
    assert "FOUND" not in shown(run(submission(after=spy)), "after")


def test_nothing_of_the_engine_survives_its_close():
    run(submission())
    process = execute._client._process
    execute.close()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        alive = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True).stdout
        if not [line for line in alive.splitlines() if line.split()[0] == str(process.pid)]:
            break
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)


def test_the_template_itself_is_what_the_tests_say():
    assert {c.metadata.nbgrader.grade_id for c in template().cells if c.metadata.get("nbgrader", {}).get("grade")} == (
        EVERYTHING
    )
