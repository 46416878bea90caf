"""Runs that lose a process, or that are killed, still end with the grades of an undisturbed run."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from tiny import BOTH, NAME, TinyCourse, dump, scores_of

from tools.notebooks import ROOT

KILLS = int(os.environ.get("KILLS", 3))  # moments at which the run is killed
SLOW = "import time\ntime.sleep(0.2)\ndef double(x):\n    return 2 * x\n"
WRONG = "import time\ntime.sleep(0.2)\ndef double(x):\n    return x\n"
POINTS = {f"s{i:02}": 1 if i % 3 == 0 else BOTH for i in range(16)}
SECONDS = 120


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course with sixteen submissions that take a moment each."""
    course = TinyCourse(tmp_path_factory.mktemp("handed-in"))
    for student, points in POINTS.items():
        course.hand_in(student, double=SLOW if points == BOTH else WRONG)
    return course


@pytest.fixture
def course(handed_in, tmp_path):
    return handed_in.copy(tmp_path / "course")


@pytest.fixture
def start(tmp_path):
    """``start(*arguments)``: begin ``python -m ...`` with a mark that all its descendants carry; return it."""
    started = []
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MARK_OF_THE_TEST": str(tmp_path)}
    if "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] += os.pathsep + os.environ["PYTHONPATH"]

    def begin(*arguments):
        command = [sys.executable, "-m", *map(str, arguments)]
        output = open(tmp_path / f"output-{len(started)}", "wb")
        started.append(subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=output, stderr=output))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def graded(course):
    return len(list((course.folder / "autograded").glob(f"*/{NAME}")))


def wait_until(condition):
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "this takes too long"
        time.sleep(0.01)


def carriers(mark):
    """Return the process ids that carry the mark."""
    found = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"MARK_OF_THE_TEST={mark}".encode() in file.read().split(b"\0"):
                    found.append(int(pid))
        except OSError:
            continue
    return found


def arguments(course):
    return "grading", "autograde", NAME, "--course", course.folder


@pytest.fixture(scope="module")
def undisturbed(handed_in, tmp_path_factory):
    """The gradebook of a run that nobody disturbs."""
    course = handed_in.copy(tmp_path_factory.mktemp("undisturbed"))
    course.grade(NAME)
    assert scores_of(course) == POINTS
    return dump(course)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="finds processes in /proc")
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_run_that_was_killed_goes_on_where_it_was(seed, course, start, undisturbed, tmp_path):
    moment = random.Random(seed)
    run, enough = start(*arguments(course)), moment.randrange(len(POINTS))
    wait_until(lambda: graded(course) >= enough or run.poll() is not None)
    time.sleep(moment.uniform(0, 0.3))
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not carriers(tmp_path))
    whole = graded(course)
    assert start(*arguments(course)).wait(SECONDS) == 0
    assert dump(course) == undisturbed
    assert not list((course.folder / "autograded").rglob(f".{NAME}.*"))
    assert statuses(course).count("unchanged") >= whole - 1


def statuses(course):
    with open(course.folder / "reports" / f"{NAME}.csv", newline="") as file:
        return [row["status"] for row in csv.DictReader(file)]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="finds processes in /proc")
@pytest.mark.parametrize("which", ["dispatcher", "judge", "server", "line"])
def test_a_lost_process_of_the_engine_loses_nothing(which, course, start, tmp_path):
    run = start(*arguments(course))
    wait_until(lambda: graded(course) >= 3)
    os.kill(process_of(run, which), signal.SIGKILL)
    assert run.wait(SECONDS) == 0
    assert scores_of(course) == POINTS
    assert statuses(course) == ["graded"] * len(POINTS)


def process_of(run, which):
    """Return the process id of a part of the engine that works for a run."""
    (dispatcher,) = (pid for pid in children(run.pid) if b"dispatcher" in command(pid))
    if which == "dispatcher":
        return dispatcher
    if which == "judge":  # of one submission
        wait_until(lambda: any(b"dispatcher" in command(pid) for pid in children(dispatcher)))
        return next(pid for pid in children(dispatcher) if b"dispatcher" in command(pid))
    server = next(pid for pid in children(dispatcher) if b"fork_server" in command(pid))
    while b"bwrap" in command(server).split(b"\0")[0]:
        (server,) = children(server)
    return server if which == "server" else children(server)[0]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def command(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()


def test_a_dask_cluster_that_loses_a_worker_loses_nothing(course, start, tmp_path):
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    start("distributed.cli.dask_scheduler", "--port", 0, "--no-dashboard", "--scheduler-file", file)
    wait_until(lambda: file.exists() and file.read_text().endswith("}"))
    options = "--scheduler-file", file, "--nthreads", 1, "--no-nanny", "--no-dashboard", "--local-directory", tmp_path
    workers = [start("distributed.cli.dask_worker", *options, "--name", i) for i in range(2)]
    address = json.loads(file.read_text())["address"]
    run = start(*arguments(course), "--scheduler", address)
    wait_until(lambda: graded(course) >= 3 or run.poll() is not None)
    workers[0].kill()
    assert run.wait(SECONDS) == 0
    assert scores_of(course) == POINTS
    assert statuses(course) == ["graded"] * len(POINTS)
