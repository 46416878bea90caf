"""What works in a student's Jupyter works while grading."""

import nbformat
import pytest
from engine_course import lost, run, submission
from nbformat.v4 import new_code_cell

from grading.run import sandbox
from grading.run.job import Limits

WORKS = {  # name -> a cell whose last line shows True
    "a file of the student's own": "open('mine.py', 'w').write('def double(x):\\n    return 2 * x\\n') > 0",
    "threadpoolctl": (
        "from threadpoolctl import threadpool_info, threadpool_limits\nwith threadpool_limits(1):\n"
        "    blas = [pool for pool in threadpool_info() if pool['user_api'] == 'blas']\nbool(blas)"
    ),
    "psutil": (
        "import os, psutil\nme = psutil.Process()\n"
        "me.memory_info().rss > 0 and me.name() and me.cmdline() and me.username() == 'student' and me.num_fds() > 0"
        " and psutil.virtual_memory().total > 0 and psutil.cpu_count() >= 1 and me.pid in psutil.pids()"
        " and psutil.net_if_addrs() and isinstance(psutil.disk_partitions(), list) and me.pid == os.getpid()"
    ),
    "processes by fork": (
        "import multiprocessing as mp\ndef square(x):\n    return x * x\nwith mp.get_context('fork').Pool(2) as pool:\n"
        "    squares = pool.map(square, range(4))\nsquares == [0, 1, 4, 9]"
    ),
    "processes by spawn": (
        "import mine\nwith mp.get_context('spawn').Pool(1) as pool:\n    doubles = pool.map(mine.double, [1, 2])\n"
        "doubles == [2, 4]"
    ),
    "processes by forkserver": (
        "with mp.get_context('forkserver').Pool(1) as pool:\n    doubles = pool.map(mine.double, [1, 2])\n"
        "doubles == [2, 4]"
    ),
    "a queue": (
        "queue = mp.Queue()\nworker = mp.get_context('fork').Process(target=queue.put, args=(7,))\nworker.start()\n"
        "got = queue.get(timeout=20)\nworker.join()\ngot == 7"
    ),
    "a manager": "with mp.Manager() as manager:\n    shared = dict(manager.dict(a=1))\nshared == {'a': 1}",
    "shared memory": (
        "from multiprocessing import shared_memory\nblock = shared_memory.SharedMemory('block', True, 8)\n"
        "block.buf[0] = 3\nagain = shared_memory.SharedMemory('block')\nvalue = again.buf[0]\n"
        "again.close()\nblock.close()\nblock.unlink()\nvalue == 3"
    ),
    "an executor of processes": (
        "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n"
        "with ProcessPoolExecutor(2) as pool:\n    sums = list(pool.map(sum, [[1, 2], [3]]))\nsums == [3, 3]"
    ),
    "an executor of threads": (
        "with ThreadPoolExecutor(32) as pool:\n    sums = list(pool.map(sum, [[1, 2], [3]]))\nsums == [3, 3]"
    ),
    "joblib": (
        "from joblib import Parallel, delayed\n"
        "[Parallel(2, prefer=kind)(delayed(sum)([n, 1]) for n in (1, 2)) for kind in ('processes', 'threads')]"
        " == [[2, 3], [2, 3]]"
    ),
    "scikit-learn in parallel": (
        "from sklearn.datasets import load_iris\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import cross_val_score\n"
        "scores = cross_val_score(LogisticRegression(max_iter=200), *load_iris(return_X_y=True), n_jobs=2)\n"
        "bool(scores.mean() > 0.9)"
    ),
    "Python as a subprocess": (
        "import subprocess, sys\nwords = subprocess.run([sys.executable, '-c', 'import mine; print(mine.double(21))'],"
        " capture_output=True, text=True)\nwords.stdout == '42\\n'"
    ),
    "shell commands": "files = !ls\nwho = !whoami\n'mine.py' in files and who == ['student']",
    "pip": "lines = !pip show numpy\n'Name: numpy' in lines",
    "a cell of bash": "%%bash\n[ -e mine.py ] && echo True",
    "a captured cell": "%%capture captured\nprint('quiet')",
    "what was captured": "captured.stdout == 'quiet\\n'",
    "a timed line": "timing = %timeit -n 1 -r 1 -q -o sum(range(9))\ntiming.average >= 0",
    "a timed cell": "%%time\n2 > 1",
    "a timed expression": "%time 2 > 1",
    "a file by magic": "%%writefile other.py\nname = 'other'",
    "a module by magic": "%run other.py\nname == 'other'",
    "inline figures": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nplt.get_backend() == 'inline'"
    ),
    "display": "from IPython.display import HTML, display\nhandle = display(HTML('<b>x</b>'), display_id=True)\nTrue",
    "widgets": "import ipywidgets\nslider = ipywidgets.IntSlider(value=3)\ndisplay(slider)\nslider.value == 3",
    "tqdm": "from tqdm.notebook import tqdm\nsum(tqdm(range(4))) == 6",
    "temporary files": (
        "import tempfile\nwith tempfile.NamedTemporaryFile('w+') as file, tempfile.TemporaryDirectory() as folder:\n"
        "    file.write('x')\n    file.flush()\n    text = open(file.name).read()\ntext == 'x'"
    ),
    "processors": "os.cpu_count() >= len(os.sched_getaffinity(0)) >= 1",
    "time zones": (
        "import time\nfrom datetime import datetime, timezone\nfrom zoneinfo import ZoneInfo\n"
        "datetime(2026, 1, 1, tzinfo=ZoneInfo('UTC')).utcoffset().seconds == 0 and bool(time.tzname)"
    ),
    "locale": "import locale\nbool(locale.setlocale(locale.LC_ALL, '')) and locale.getpreferredencoding() == 'UTF-8'",
    "threads": (
        "import threading\nseen = []\nthread = threading.Thread(target=seen.append, args=(1,))\nthread.start()\n"
        "thread.join()\nseen == [1]"
    ),
    "100 threads": (
        "event = threading.Event()\nthreads = [threading.Thread(target=event.wait) for _ in range(100)]\n"
        "for thread in threads:\n    thread.start()\ncount = threading.active_count()\nevent.set()\n"
        "for thread in threads:\n    thread.join()\ncount > 100"
    ),
    "await": "import asyncio\nawait asyncio.sleep(0, True)",
    "a subprocess by asyncio": ("process = await asyncio.create_subprocess_exec('true')\nawait process.wait() == 0"),
    "an alarm": (
        "import signal, time\nrung = []\nbefore = signal.signal(signal.SIGALRM, lambda *a: rung.append(1))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.01)\nsignal.pause()\nbefore = signal.signal(signal.SIGALRM, before)\n"
        "rung == [1]"
    ),
    "a pair of sockets": "import socket\na, b = socket.socketpair()\na.send(b'x')\nb.recv(1) == b'x'",
    "a server on this machine": (
        "server = socket.create_server(('localhost', 0))\nclient = socket.create_connection(server.getsockname())\n"
        "server.accept()[0].send(b'x')\nclient.recv(1) == b'x'"
    ),
    "sqlite": (
        "import sqlite3\nwith sqlite3.connect('data.db') as base:\n    base.execute('create table t (n int)')\n"
        "    base.execute('insert into t values (5)')\nbase.execute('select n from t').fetchall() == [(5,)]"
    ),
    "ssl": "import ssl\nbool(ssl.create_default_context()) and ssl.OPENSSL_VERSION > ''",
    "a browser that is not there": "import webbrowser\nwebbrowser.open('http://localhost') is False",
    "the user": (
        "import getpass, pwd\nfrom pathlib import Path\ngetpass.getuser() == 'student' and Path.home().is_dir()"
        " and os.path.expanduser('~') == str(Path.home()) == pwd.getpwuid(os.getuid()).pw_dir"
    ),
    "identifiers": "import secrets, uuid\nlen({uuid.uuid1(), uuid.uuid4(), secrets.token_hex()}) == 3",
    "platform": "import platform\nbool(platform.platform() and platform.node() and platform.uname().machine)",
    "resource": "import resource\nresource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0",
    "500 open files": (
        "files = [open('mine.py') for _ in range(500)]\ncount = len(os.listdir('/proc/self/fd'))\n"
        "for file in files:\n    file.close()\ncount > 500"
    ),
    "warnings and logs": (
        "import logging, warnings\nwith warnings.catch_warnings(record=True) as seen:\n"
        "    warnings.simplefilter('always')\n    warnings.warn('x')\nlogging.warning('x')\nlen(seen) == 1"
    ),
    "processes that a function starts": (
        "import sys, multiprocessing as mp\n"
        "def run_there():\n    with mp.get_context('fork').Pool(1) as pool:\n        return pool.apply(os.getpid)\n"
        "run_there() != os.getpid()"
    ),
}
SILENT = {"a captured cell", "a file by magic"}
QUESTIONS = {
    "input": "input('Your name? ')",
    "getpass": "import getpass\ngetpass.getpass()",
    "the debugger": "breakpoint()\nx = 1",
}
PATIENT = Limits(cell_seconds=100, total_seconds=600)


def outputs_of(cells):
    """Return ``{name: outputs}`` of these cells below a right submission."""
    notebook = submission()
    notebook.cells += [new_code_cell(source, id=f"added-{n}") for n, source in enumerate(cells.values())]
    outcome = run(notebook, limits=PATIENT)
    assert lost(outcome) == set()
    executed = nbformat.reads(outcome.notebook, as_version=4).cells[-len(cells) :]
    return dict(zip(cells, (cell.outputs for cell in executed), strict=True))


@pytest.fixture(scope="module")
def shown():
    return outputs_of(WORKS)


@pytest.mark.skipif(bool(sandbox.problem()), reason=f"no sandbox: {sandbox.problem()}")
@pytest.mark.parametrize("name", WORKS)
def test_it_works_as_in_jupyter(shown, name):
    assert not [output for output in shown[name] if output.output_type == "error"]
    texts = [o.get("text") or o.data["text/plain"] for o in shown[name] if o.output_type != "display_data"]
    assert name in SILENT or texts[-1].strip() == "True"


@pytest.fixture(scope="module")
def asked():
    return outputs_of(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_to_the_user_ends_with_the_error_of_a_notebook_without_a_user(asked, name):
    assert [o.ename for o in asked[name] if o.output_type == "error"] == ["StdinNotImplementedError"]


def test_jupyter_shows_figures_and_widgets_where_they_are_made(shown):
    assert "image/png" in shown["inline figures"][0].data
    assert "IntSlider" in shown["widgets"][0].data["text/plain"]
