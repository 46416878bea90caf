"""Tests do not cost each other points, and what one shows a student's function is seen nowhere else."""

import json
import os
import re
import time

import nbformat
import numpy as np
import pytest
from engine_course import cell, lost, run, shown, submission
from nbformat.v4 import new_code_cell

from grading.run import execute, process, sandbox
from grading.run.job import Job
from grading.run.leaning import needed
from grading.run.process import STRETCH, CellTimeoutError, Clock
from grading.run.runner import QUICK
from grading.run.syntax import free_names, only_defines
from tools.notebooks import grade_id

walls = pytest.mark.skipif(bool(sandbox.problem()), reason=f"no sandbox: {sandbox.problem()}")
HIDDEN_INPUT = f"{np.random.default_rng(8431).normal(size=(3, 2))[0, 0]:.5f}"  # of test-double
KEEP = {  # how a function keeps what it sees, and how any other code finds it again
    "a global": ("SEEN = []", "SEEN.append(text)", "''.join(SEEN)"),
    "an attribute of a module": ("import builtins", "builtins.seen = text", "getattr(builtins, 'seen', '')"),
    "a file beside the notebook": ("", "open('seen.txt', 'a').write(text)", "open('seen.txt').read()"),
    "a file in /dev/shm": ("", "open('/dev/shm/seen', 'a').write(text)", "open('/dev/shm/seen').read()"),
    "shared memory": (
        "import mmap\nMAP = mmap.mmap(-1, 2**16)",
        "MAP.write(text.encode())",
        "MAP[:].rstrip(b'\\0').decode()",
    ),
    "a pipe": (
        "import os\nOUT, IN = os.pipe()\nos.set_blocking(OUT, False)",
        "os.write(IN, text.encode())",
        "os.read(OUT, 9999).decode()",
    ),
    "a process in the background": (
        "import socket, subprocess, sys, time\n"
        "SERVER = '''import socket\n"
        's = socket.socket(); s.bind(("127.0.0.1", 4321)); s.listen(); kept = b""\n'
        "while True:\n"
        "    c = s.accept()[0]; word = c.recv(9999)\n"
        '    kept += word[1:] if word[:1] == b"+" else b""\n'
        "    c.sendall(kept or b\" \"); c.close()\n'''\n"
        "subprocess.Popen([sys.executable, '-c', SERVER])\n"
        "def tell(word):\n"
        "    for _ in range(50):\n"
        "        try:\n"
        "            with socket.create_connection(('127.0.0.1', 4321), 1) as c:\n"
        "                c.sendall(word)\n"
        "                return c.recv(9999).decode()\n"
        "        except OSError:\n"
        "            time.sleep(0.1)\n",
        "tell(b'+' + text.encode())",
        "tell(b'?')",
    ),
    "a fork that is none": (
        "import os\nSEEN = []\nos.fork = lambda: 0",
        "SEEN.append(text)",
        "''.join(SEEN)",
    ),
}


@walls
@pytest.mark.parametrize("way", KEEP)
def test_what_a_hidden_test_passes_is_found_in_no_output_and_no_message(way):
    before, keep, find = KEEP[way]
    tell = "    try:\n        found = " + find + "\n    except Exception as error:\n        found = ''\n"
    answers = {
        "double": f"def double(x):\n    text = ' '.join(f'{{v:.5f}}' for v in x.flat)\n    {keep}\n    return 2 * x\n",
        "total": f"def total(f, xs):\n{tell}    print(found)\n    raise ValueError(found)\n",
        "grow": f"def grow(toy):\n{tell}    toy.W = found\n",
    }
    after = f"def show():\n{tell}    print(found, 'was found')\nshow()\n"
    outcome = run(submission(answers, before=before, after=after))
    assert "test-double" not in lost(outcome) or "fork" in way
    everything = outcome.notebook + json.dumps([v.message for v in outcome.verdicts.values()] + outcome.notices)
    assert "was found" in everything and HIDDEN_INPUT not in everything


def test_an_error_of_a_hidden_test_says_nothing_that_the_submission_does_not():
    answer = (
        "def double(x):\n    if x.ndim == 1:\n        return 2 * x\n"
        "    name = 'E' + f'{x[0, 0]:.5f}'.replace('.', '_').replace('-', '_')\n"
        "    raise type(name, (ValueError,), {})(x)\n"
    )
    outcome = run(submission({"double": answer}))
    told = outcome.notebook + outcome.verdicts["test-double"].message
    assert lost(outcome) == {"test-double"} and "ValueError" in told
    assert HIDDEN_INPUT.replace(".", "_").strip("-") not in told and HIDDEN_INPUT not in told


def graded(*cells, answers=None, files=None, trusted=None, **options):
    """Return the outcome of a template of these cells, submitted as it is but for ``{grade id: source}``."""
    solved = nbformat.v4.new_notebook(cells=list(cells))
    given = nbformat.from_dict(json.loads(json.dumps(solved)))
    for found in given.cells:
        found.source = (answers or {}).get(grade_id(found), found.source)
    data = [nbformat.writes(notebook).encode() for notebook in (solved, given)]
    return execute.run(Job("small", *data, files or {}, trusted or {}, **options))


def answer(source, key="answer"):
    return cell(source, key, solution=True)


def check(source, key="test-answer"):
    return cell(source, key, grade=True, locked=True, points=1)


def hidden(source, key):
    return check(f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS", key)


COUNT = "calls = []\ndef count():\n    calls.append(1)\n    return len(calls)\n"
PID = "def pid():\n    import os\n    return os.getpid()\n"


def test_a_test_finds_the_functions_as_no_other_test_has_left_them():
    tests = [check("assert count() == 1", f"test-answer-{i}") for i in range(3)]
    assert lost(graded(answer(COUNT), *tests)) == set()


def processes(outcome, *keys):
    """Return how many processes the printed lines of some tests name."""
    return len({shown(outcome, key) for key in keys})


def test_tests_that_pass_share_a_fork_also_across_cells_that_only_define():
    cells = (
        answer(PID),
        check("print(pid())", "test-a"),
        answer("def f():\n    pass", "f"),
        check("print(pid())", "test-b"),
    )
    assert processes(graded(*cells), "test-a", "test-b") == 1


@pytest.mark.parametrize(
    "between",
    [
        check("assert pid() < 0", "test-wrong"),
        answer("numbers = [1]", "other"),
        answer("def pid():\n    import os\n    return os.getpid()", "again"),
        answer("def tanh(x):\n    return x", "again"),
    ],
    ids=["a test that fails", "a cell that does more", "a cell that defines a name again", "an imported name"],
)
def test_a_test_does_not_share_the_fork_of_one_before(between):
    cells = answer(f"from math import tanh\n{PID}"), check("print(pid())", "test-a"), between
    assert processes(graded(*cells, check("print(pid())", "test-b")), "test-a", "test-b") == 2


def test_where_cells_take_long_each_test_has_a_fork_of_its_own():
    cells = answer(PID), check("print(pid())", "test-a"), check("print(pid())", "test-b")
    slow = answer(f"import time\ntime.sleep({QUICK} + 0.1)", "slow")
    assert processes(graded(slow, *cells), "test-a", "test-b") == 2


def test_a_hidden_test_finds_the_functions_as_no_other_test_has_left_them():
    tests = [hidden("assert count() == 1", f"test-answer-{i}") for i in range(3)]
    assert lost(graded(answer(COUNT), *tests)) == set()


def test_a_test_that_runs_again_finds_what_stood_above_it():
    cells = [
        answer(COUNT + "def double(x):\n    return 2 * x"),
        cell("limit = 1", "given", locked=True),
        *(hidden("assert count() == limit and double(3) == 6", f"test-answer-{i}") for i in range(2)),
        cell("limit = 5", "given-later", locked=True),
        answer("def double(x):\n    return x", "later"),
    ]
    assert lost(graded(*cells)) == set()


def test_a_test_that_fails_in_company_and_alone_fails():
    cells = answer(COUNT), hidden("assert count() == 1", "test-a"), hidden("assert count() == 3", "test-b")
    assert lost(graded(*cells)) == {"test-b"}


def test_a_crash_in_a_hidden_test_costs_that_test():
    crash = "def crash():\n    import os\n    os._exit(3)\n"
    tests = [hidden(source, f"test-{i}") for i, source in enumerate(["count()", "crash()", "assert count() == 1"])]
    assert lost(graded(answer(COUNT + crash), *tests)) == {"test-1"}


def test_a_test_finds_no_name_of_another_test():
    tests = check("left = 3", "test-answer-a"), check("assert 'left' not in globals()", "test-answer-b")
    assert lost(graded(answer("def count():\n    pass"), *tests)) == set()


def test_the_hidden_part_of_a_test_finds_the_names_of_its_visible_part():
    source = "here = count()\n### BEGIN HIDDEN TESTS\nassert here == 1 and count() == 2\n### END HIDDEN TESTS"
    assert lost(graded(answer(COUNT), check(source))) == set()


def test_a_hidden_part_that_cannot_stand_alone_is_graded_all_the_same():
    source = "for n in (1, 2):\n    assert count(n) == n\n    ### BEGIN HIDDEN TESTS\n    assert count(-n) == -n\n"
    right, wrong = "def count(n):\n    return n\n", "def count(n):\n    return abs(n)\n"
    cells = answer(right), check(source + "    ### END HIDDEN TESTS\n")
    assert lost(graded(*cells)) == set()
    assert lost(graded(*cells, answers={"answer": wrong})) == {"test-answer"}


def test_a_crash_in_a_test_does_not_run_earlier_cells_again():
    cells = [
        answer("import uuid\ntoken = str(uuid.uuid4())\ndef crash():\n    import os\n    os._exit(3)\n"),
        check("print(token)", "test-answer-a"),
        check("crash()", "test-answer-b"),
        check("print(token)", "test-answer-c"),
    ]
    outcome = graded(*cells)
    assert lost(outcome) == {"test-answer-b"}
    assert shown(outcome, "test-answer-a") == shown(outcome, "test-answer-c")


def test_a_name_that_a_locked_cell_gives_and_the_answer_binds_again_is_the_students():
    given = cell("def double(x):\n    return 2 * x", "given", locked=True)
    cells = given, answer("def double(x):\n    return x + x"), check("assert double(3) == 6")
    assert lost(graded(*cells, answers={"answer": "def double(x):\n    return x"})) == {"test-answer"}


def test_a_name_that_a_locked_cell_below_gives_is_the_instructors():
    cells = answer("def double(x):\n    return x"), cell("def double(x):\n    return 2 * x", "given", locked=True)
    assert lost(graded(*cells, check("assert double(3) == 6"))) == set()


def test_the_instructors_copy_does_not_stand_for_a_file_that_the_student_had_to_write():
    test = check("assert open('table.csv').read() == '1,2'")
    files = {"table.csv": b"1,2"}
    wrong = {"answer": "open('table.csv', 'w').write('3')"}
    cells = answer("open('table.csv', 'w').write('1,2')"), test
    assert lost(graded(*cells, answers=wrong, files=files, trusted=files)) == {"test-answer"}


AS_IN_JUPYTER = {  # cells of a student's own, and what the last one prints
    "random numbers": (
        ["import random\nrandom.seed(7)", "print(random.Random(7).random() == random.random())"],
        "True",
    ),
    "threads": (
        [
            "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)\n"
            "print(pool.submit(len, 'a').result())",
            "print(pool.submit(len, 'abcd').result())",
        ],
        "4",
    ),
    "a program in the background": (
        ["import subprocess\nprogram = subprocess.Popen(['sh', '-c', 'exit 5'])", "print(program.wait())"],
        "5",
    ),
}


@walls
@pytest.mark.parametrize("thing", AS_IN_JUPYTER)
def test_what_one_cell_starts_the_next_one_finds(thing):
    sources, expected = AS_IN_JUPYTER[thing]
    notebook = submission()
    notebook.cells += [new_code_cell(source, id=f"own-{i}") for i, source in enumerate(sources)]
    assert json.loads(shown(run(notebook), "after"))[0]["text"] == f"{expected}\n"


DEMONSTRATIONS = {  # of the instructor, beside an answer -> whether it must run
    "a picture": ("figure = [1]\nprint(figure)", "def f(x):\n    return x", False),
    "a name that the answer looks up": ("rows = 3", "def f(x):\n    return rows * x", True),
    "a name that the answer has itself": ("rows = 3", "def f(rows):\n    return rows", False),
    "an attribute of that name": ("rows = 3", "def f(x):\n    return x.rows", False),
    "a change of what the answer looks up": ("table.append(3)", "table = []\ndef f(x):\n    return table", True),
    "a setting": ("np.x['y'] = 3", "import numpy as np\ndef f(x):\n    return np.abs(x)", True),
    "an answer that looks names up by itself": ("rows = 3", "def f(x):\n    return globals()['rows']", True),
    "an argument of a call": ("fill(rows)", "def f(x):\n    return rows", True),
    "a change of that name in a loop": ("for i in x:\n    table.update({i: 1})", "def f(x):\n    return table", True),
    "a change of it that gives something": ("_ = table.reverse()", "def f(x):\n    return table", True),
    "a module that only computes": ("y = np.abs(x)", "import numpy as np\ndef f(x):\n    return np.abs(x)", False),
    "a method that a function calls": ("fill()", "def fill():\n    table.clear()\ndef f(x):\n    return table", True),
    "what a function of a function sets": (
        "go()",
        "def go():\n    set_it()\ndef set_it():\n    global rows\n    rows = 1\ndef f(x):\n    return rows",
        True,
    ),
    "what a function has itself": (
        "g()",
        "def g():\n    rows = []\n    rows.append(1)\ndef f(x):\n    return rows",
        False,
    ),
    "a file": ("open('rows.txt', 'w').write('3')", "def f(x):\n    return x", True),
    "a name in a question to a table": ("rows = 3", "def f(x):\n    return x.query('a == @rows')", True),
    "a line of IPython's in the answer": ("rows = 3", "rows?\ndef f(x):\n    return x", True),
    "a magic": ("%config X.y = 3", "def f(x):\n    return x", True),
}


@pytest.mark.parametrize("kind", DEMONSTRATIONS)
def test_a_demonstration_runs_where_something_leans_on_it(kind):
    shown_cell, given, runs = DEMONSTRATIONS[kind]
    assert needed([(shown_cell, True), (given, False)]) == [runs, True]


def test_a_demonstration_runs_where_one_that_runs_leans_on_it():
    sources = [("first = 1", True), ("second = first", True), ("third = 1", True), ("print(second)", False)]
    assert needed(sources) == [True, True, False, True]


def test_a_name_that_a_test_imports_itself_is_not_asked_of_the_student():
    assert free_names("from math import tanh\nassert tanh(0) == f(0)") == {"f"}


@pytest.mark.parametrize(
    ("source", "alone"),
    [
        ("def f(x, y=3):\n    return x", True),
        ("class A(B):\n    n = 0\n    def f(self):\n        while True:\n            pass", True),
        ("def f(x=loop()):\n    return x", False),
        ("@loop\ndef f(x):\n    return x", False),
        ("class A:\n    while True:\n        pass", False),
        ("class A(loop()):\n    pass", False),
        ("import mine", False),
        ("f(", False),
    ],
)
def test_a_cell_only_defines_where_nothing_of_it_can_loop(source, alone):
    assert only_defines(source) is alone


def processors(count):
    """Return on how many processors a submission may run, where ``count`` run at a time."""
    client = execute.DispatcherClient(count)
    try:
        outcome = run(submission(after="import os\nprint('on', len(os.sched_getaffinity(0)))"), client=client)
    finally:
        client.close()
    return int(re.search(r"on (\d+)", shown(outcome, "after"))[1])


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system moves no process")
def test_each_of_several_submissions_stays_on_one_processor():
    assert processors(2) == 1
    assert processors(1) == len(os.sched_getaffinity(0))


def test_time_that_was_spent_waiting_for_a_processor_does_not_count(monkeypatch):
    monkeypatch.setattr(process, "waits", lambda _: 0.0)  # of the tests' own process, on a busy machine
    start = time.monotonic()
    with pytest.raises(CellTimeoutError), Clock(0.2, lambda: 0.2) as clock:
        time.sleep(10)
    assert clock.expired and not clock.slow and time.monotonic() - start >= 0.4


def test_who_waits_for_a_processor_all_the_time_is_stopped_as_slow():
    with pytest.raises(CellTimeoutError), Clock(0.1, lambda: 100.0) as clock:
        time.sleep(10 + 0.1 * STRETCH)
    assert clock.slow


def test_where_nobody_can_tell_a_time_out_is_slow():
    with pytest.raises(CellTimeoutError), Clock(0.1, lambda: None) as clock:
        time.sleep(10)
    assert clock.slow
