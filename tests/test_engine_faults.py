"""Innocent faults cost what they broke, and the reason is told."""

import json

import nbformat
import pytest
from engine_course import cell, lost, run, shown, submission
from nbformat.v4 import new_code_cell

from grading.run import execute, sandbox
from grading.run.job import Job, Limits
from tools.notebooks import grade_id

SHORT = Limits(cell_seconds=1.5, total_seconds=30)
RIGHT = "def double(x):\n    return 2 * x\n"


def with_double(body):
    """Return a submission in which ``double`` has this body, and the rest is right."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return submission({"double": f"def double(x):\n{lines}"})


IN_A_CALL = {  # body of the function -> what the feedback says
    "an error": ("return x[99]", "IndexError"),
    "nothing returned": ("2 * x", "is None"),
    "not a number": ("return x * np.nan", "NaN"),
    "a text": ("return 'twice'", "should be numbers"),
    "endless recursion": ("return double(x)", "RecursionError"),
    "an exit": ("raise SystemExit", "SystemExit"),
    "an interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "a hard exit": ("import os\nos._exit(0)", "exit code 0"),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", "segmentation fault"),
    "an abort": ("import os\nos.abort()", "abort"),
    "8 GB at once": ("return np.ones(10**9) * x[0]", "MemoryError"),
    "8 GB in small pieces": ("a = []\nwhile True:\n    a.append(np.ones(10**6))", "MemoryError"),
    "a changed argument": ("x *= 2\nreturn x", "changed its argument x"),
    "a name that does not exist": ("return twice * x", "NameError"),
    "a missing library": ("import pandas_for_me\nreturn 2 * x", "ModuleNotFoundError"),
    "a set": ("return {1.0, 2.0}", "type set"),
    "a list that contains itself": ("a = [x]\na.append(a)\nreturn a", "or itself in it"),
    "an array of text": ("return np.array(['a', 'b'])", "an array of str"),
    "itself": ("return double", "should be numbers"),
    "an endless generator": ("import itertools\nreturn itertools.count()", "10000"),
    "a file that is too large": ("open('f', 'wb').write(bytes(10**8))\nreturn 2 * x", "OSError"),
}


@pytest.mark.parametrize("fault", IN_A_CALL)
def test_a_fault_in_a_call_costs_the_function_and_is_named(fault):
    body, reason = IN_A_CALL[fault]
    outcome = run(with_double(body))
    assert lost(outcome) == {"test-double"}
    assert reason in outcome.verdicts["test-double"].message


LOOPS = {
    "plain": "while True:\n    pass",
    "asleep": "import time\ntime.sleep(10**6)",
    "that swallows interrupts": (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    try:\n        pass\n"
        "    except BaseException:\n        pass"
    ),
    "that holds the interpreter": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "stopped by itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "stopped by its child": (
        "import os, signal, time\nif os.fork() == 0:\n    while True:\n        os.kill(os.getppid(), signal.SIGSTOP)\n"
        "        time.sleep(0.01)\ntime.sleep(10**6)"
    ),
    "that waits for a signal": "import signal\nsignal.pause()",
    "that waits for a child that waits": (
        "import os, signal\nchild = os.fork()\nsignal.pause() if child == 0 else os.waitpid(child, 0)"
    ),
    "that waits for a lock": "import threading\nthreading.Lock().acquire(False) and threading.Event().wait()",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_an_endless_loop_in_a_call_costs_the_function_and_is_named(loop):
    outcome = run(with_double(LOOPS[loop]), limits=SHORT)
    assert lost(outcome) == {"test-double"}
    assert "took longer than 1.5 s" in outcome.verdicts["test-double"].message
    assert any("test-double was stopped" in notice for notice in outcome.notices)


STOPPED = {  # cells of the student's own
    "itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "everything that it sees": "import os, signal\nos.kill(-1, signal.SIGSTOP)\nos.kill(os.getpid(), signal.SIGSTOP)",
    "its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)",
    "it later": (
        "import os, signal, time\nif os.fork() == 0:\n    time.sleep(0.5)\n    os.kill(os.getppid(), signal.SIGSTOP)\n"
        "    os._exit(0)"
    ),
}


@pytest.mark.skipif(bool(sandbox.problem()), reason=f"no sandbox: {sandbox.problem()}")
@pytest.mark.parametrize("stopped", STOPPED)
def test_a_submission_that_stops_processes_ends_and_the_next_one_is_run(stopped):
    outcome = run(submission(after=STOPPED[stopped]), limits=SHORT)
    assert lost(outcome) == set()
    assert lost(run(submission())) == set()


CELLS = {  # what stands below the right definition in its cell
    "an endless loop": ("while True:\n    pass", "took longer"),
    "a hard exit": ("import os\nos._exit(1)", "exit code 1"),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", "segmentation fault"),
    "an exit": ("import sys\nsys.exit()", ""),
    "an error": ("1 / 0", ""),
    "8 GB": ("x = np.ones(10**9)", ""),
    "a flood of output": ("for i in range(10**6):\n    print('x' * 100)", ""),
    "a closed stdout": ("import sys\nsys.stdout.close()\nsys.stdout = None", ""),
    "another folder": ("import os, shutil\nshutil.rmtree(os.getcwd())\nos.chdir('/')", ""),
    "warnings made errors": ("import warnings\nwarnings.simplefilter('error')\nwarnings.warn('x')", ""),
    "a question": ("input('name?')", ""),
    "a magic that does not exist": ("%nonsense 3", ""),
    "threads that never end": (
        "import threading, time\nthreading.Thread(target=lambda: time.sleep(10**6)).start()",
        "",
    ),
    "a figure that cannot be drawn": ("import matplotlib.pyplot as plt\nplt.plot([1]); plt.title('$\\\\bad{')", ""),
    "numpy deleted": ("del np", ""),
}


@pytest.mark.parametrize("fault", CELLS)
def test_a_fault_below_a_definition_costs_no_point_and_is_named(fault):
    below, reason = CELLS[fault]
    source = f"import numpy\n{RIGHT}{below}\n"
    outcome = run(submission({"double": source}), limits=SHORT)
    assert lost(outcome) == set()
    assert reason in " ".join(outcome.notices)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def double(x)\n    return x\n", "SyntaxError"),
        ("def double(x):\nreturn x\n", "IndentationError"),
        ("import pandas_for_me\ndef double(x):\n    return 2 * x\n", "ModuleNotFoundError"),
        ("class double:\n    while True:\n        pass\n", "took longer"),
    ],
)
def test_a_cell_that_cannot_run_costs_its_function_and_is_named(source, reason):
    outcome = run(submission({"double": source}), limits=SHORT)
    assert lost(outcome) == {"test-double"}
    assert reason in shown(outcome, "double")


def test_processes_that_hold_too_much_memory_together_are_ended():
    four = "    if os.fork() == 0:\n        held = b'x' * (200 << 20)\n        time.sleep(60)\n"
    after = f"import os, time\nfor _ in range(4):\n{four}time.sleep(60)\n"
    outcome = run(submission(after=after), limits=Limits(memory_bytes=400 << 20, cell_seconds=20))
    assert lost(outcome) == set() and "killed, perhaps because it used too much memory" in outcome.notices[0]


def test_the_test_of_a_stopped_cell_tells_the_reason():
    outcome = run(submission({"double": "double = 0\nwhile True:\n    double += 1\n"}), limits=SHORT)
    assert "The cell double was stopped: it took longer than" in outcome.verdicts["test-double"].message


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"cells": [', b"\xff\xfe\x00", b"[]", b"null", b'{"cells": 3}', b"[" * 10**5, b"PK\x03\x04", b"12"],
    ids=repr,
)
def test_a_damaged_notebook_is_named_and_keeps_its_cells_in_place(data):
    outcome = run(data[:200_000])
    assert "damaged" in outcome.failed and lost(outcome) == set(outcome.verdicts)
    keys = [grade_id(c) for c in nbformat.reads(outcome.notebook, as_version=4).cells]
    assert "double" in keys and "test-double" in keys


def test_strange_cells_are_left_out():
    notebook = json.loads(json.dumps(submission()))
    notebook["cells"] += [3, None, {}, {"cell_type": "video"}, {"cell_type": "code", "source": 7, "metadata": []}]
    assert lost(run(json.dumps(notebook).encode())) == set()


def test_sources_as_lists_and_text_that_is_no_unicode_are_read():
    notebook = json.loads(json.dumps(submission({"double": RIGHT + "# \ud800"})))
    for found in notebook["cells"]:
        found["source"] = found["source"].splitlines(keepends=True)
    assert lost(run(json.dumps(notebook).encode())) == set()


def test_an_old_format_is_read():
    old = nbformat.convert(submission(), 3)
    outcome = run(nbformat.writes(old, version=3).encode())
    assert outcome.failed == ""


def test_a_deleted_answer_is_named_and_costs_itself():
    notebook = submission()
    notebook.cells = [c for c in notebook.cells if grade_id(c) != "double"]
    outcome = run(notebook)
    assert lost(outcome) == {"test-double"}
    assert outcome.notices == ["The cell double was missing. It counts as not answered."]


def test_a_deleted_test_and_a_deleted_helper_come_back():
    notebook = submission()
    notebook.cells = [c for c in notebook.cells if grade_id(c) not in ("setup", "test-double")]
    outcome = run(notebook)
    assert lost(outcome) == set() and len(outcome.notices) == 2


def test_of_two_copies_the_first_counts():
    notebook = submission()
    notebook.cells.append(cell("def double(x):\n    return 0\n", "double", solution=True))
    outcome = run(notebook)
    assert lost(outcome) == set()
    assert outcome.notices == ["The cell double was there more than once. Its first copy counts as the answer."]


def test_a_converted_answer_is_turned_back():
    notebook = submission()
    (found,) = (c for c in notebook.cells if grade_id(c) == "double")
    found.cell_type = "markdown"
    del found["outputs"], found["execution_count"]
    outcome = run(notebook)
    assert lost(outcome) == set() and "markdown" in outcome.notices[0]


def test_lost_metadata_are_found_by_the_cells_id():
    notebook = submission()
    for found in notebook.cells:
        found.metadata = {}
    assert lost(run(notebook)) == set()


def test_a_helper_in_a_cell_of_the_students_own_is_run():
    answers = {"double": "def double(x):\n    return mine(x)\n"}
    assert lost(run(submission(answers, before="def mine(x):\n    return x + x"))) == set()


def test_a_helper_in_a_file_of_the_students_own_is_found():
    answers = {"double": "from mine import twice\ndef double(x):\n    return twice(x)\n"}
    assert lost(run(submission(answers), files={"mine.py": b"def twice(x):\n    return 2 * x\n"})) == set()


def test_a_template_that_cannot_be_read_is_named_as_the_reason():
    job = Job("small", b"no notebook", nbformat.writes(submission()).encode(), {}, {})
    with pytest.raises(execute.EngineError, match="Notebook does not appear to be JSON"):
        execute.run(job)


def test_after_a_crash_the_cells_before_count_again():
    answers = {"counter": "def total(f, xs):\n    import os\n    os._exit(1)\nclass Counter:\n    pass\n"}
    outcome = run(submission(answers, before="import os"))
    assert lost(outcome) == {"test-counter"}


def test_prints_and_warnings_cost_nothing():
    talk = "import logging, sys, warnings\nwarnings.warn('w')\nprint('p' * 10**6)\nlogging.warning('l')\n"
    outcome = run(with_double(talk + "print('e', file=sys.stderr)\nreturn 2 * x"))
    assert lost(outcome) == set()


def test_the_output_of_a_cell_is_bounded():
    outcome = run(submission(after="print('x' * 10**7)"), limits=Limits(output_bytes=1000))
    assert len(shown(outcome, "after")) < 2000 and "left out" in shown(outcome, "after")


@pytest.mark.parametrize(
    "flood",
    [
        "import sys\nfor _ in range(20_000):\n    sys.stdout.write('')\n    sys.stderr.write('')",
        "import sys\nfor _ in range(20_000):\n    sys.stdout.write('a')\n    sys.stderr.write('b')",
        "for _ in range(3_000):\n    try:\n        1 / 0\n    except Exception:\n        get_ipython().showtraceback()",
        "for _ in range(20_000):\n    display({})",
    ],
)
def test_the_number_of_outputs_of_a_cell_is_bounded(flood):
    outcome = run(submission(after=flood), limits=Limits(output_bytes=10_000))
    assert len(shown(outcome, "after")) < 60_000 and lost(outcome) == set()


def test_a_notebook_with_the_most_outputs_is_graded():
    notebook = submission()
    notebook.cells += [new_code_cell("print('x' * 10**6)", id=f"more-{i}") for i in range(100)]
    assert lost(run(notebook)) == set()


def test_when_all_time_is_used_up_twice_a_cell_gets_next_to_none():
    notebook = submission()
    notebook.cells += [new_code_cell("while True: pass", id=f"more-{i}") for i in range(40)]
    outcome = run(notebook, limits=Limits(cell_seconds=1, total_seconds=3))
    assert lost(outcome) == set() and "0.1 s" in outcome.notices[-1]


def test_a_figure_is_shown_as_jupyter_shows_it():
    after = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])"
    assert "image/png" in shown(run(submission(after=after)), "after")


def test_when_all_time_is_used_up_the_tests_still_count():
    outcome = run(submission(before="import time\ntime.sleep(1)\n"), limits=Limits(total_seconds=0.1))
    assert lost(outcome) == set()


@pytest.mark.parametrize("right", ["np.float64", "float", "list", "np.float32", "np.matrix", "np.ma.array"])
def test_every_kind_of_right_answer_is_right(right):
    body = f"return np.vectorize(np.float64)(2 * x) if {right!r} == 'np.float64' else np.asarray(x) * 2"
    if right == "list":
        body = "return (2 * x).tolist()"
    if right in ("np.float32", "np.ma.array"):
        body = f"return {right}(2 * x)"
    assert lost(run(with_double(body))) == set()


def test_an_assignment_whose_tests_lean_on_the_students_process_runs_beside():
    outcome = run(submission({"double": "def double(x):\n    return 0\n"}), tests="beside")
    assert lost(outcome) == {"test-double"}
    assert outcome.verdicts["test-total"].score == 2


def test_a_sandbox_that_is_required_and_missing_is_named(monkeypatch):
    execute.close()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        outcome = run(submission(), require_sandbox=True)
    finally:
        execute.close()
    assert "sandbox is required" in outcome.failed and outcome.sandbox.startswith("none: ")


def test_without_a_sandbox_grades_are_the_same_and_say_so(monkeypatch):
    execute.close()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        outcome = run(submission({"double": "def double(x):\n    return x\n"}))
    finally:
        execute.close()
    assert lost(outcome) == {"test-double"} and outcome.sandbox.startswith("none: bubblewrap")
