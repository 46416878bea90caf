"""A cell gives the same outputs whether it was compiled ahead or not."""

import json
import subprocess
import sys

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from grading.run.shell import Shell
from tools.notebooks import ROOT

CELLS = {
    "last expression": "x = 3\nx + 1",
    "semicolon": "x = 3\nx + 1;",
    "several lines": "for i in range(2):\n    print(i)\ndef f():\n    return 5\nf()",
    "magic": "%precision 2\n3.14159",
    "cell magic": "%%capture out\nprint('hidden')",
    "error": "def f():\n    return 1 / 0\nprint('before')\nf()",
    "syntax error": "print('before')\nx = = 3",
    "return outside": "print('before')\nreturn 3",
    "await": "import asyncio\nawait asyncio.sleep(0, 7)",
    "future": "from __future__ import annotations\ndef f(x: not_defined): pass\nf.__annotations__",
    "empty": "",
    "comment": "# nothing",
    "docstring": '"""text"""',
}
RUN = """
import json, sys
from grading.run import shell
cell, prepared, before = json.loads(sys.argv[1])
ready = shell.start()
if prepared:
    ready.prepare(cell)
if before:
    ready.run(before, 10_000)
print(json.dumps([ready.run(cell, 10_000), ready.run(cell, 10_000)]))
"""


def outputs(cell, prepared, before=""):
    """Return the outputs of a cell that is run twice in a new process, perhaps after another one."""
    told = json.dumps([cell, prepared, before])
    return json.loads(subprocess.check_output([sys.executable, "-c", RUN, told], text=True).splitlines()[-1])


SIGNS = [
    *("x = 1\n%time x", "x = 1\n  !ls", "files = 1\nfiles = !ls", "x = %pwd\nx", "x = 1\nx?", "?x\nx", "x? # why\n2"),
    *(">>> x = 1\n>>> x", "In [1]: x = 1\n   ...: x", "[ins] In [1]: x = 1\nx", "%%time\nx = 1", "/print 1\n2"),
    *(",print a\n2", ";print a\n2", "  x = 1\n  x", "\n\nx = 1\nx", "x = 1\r%time x\n2", "x = 1\x0c!ls\nx", "pwd"),
    *("'''\n%time x\n'''\n1", "x = 5\\\n%2\nx", "for i in x:\n    %time i", "a = 1\nb = 2\n\n", "x = 1  # yes?\nx"),
]


@pytest.fixture(scope="module")
def ready():
    shell = Shell()
    shell.usual_transformers = shell._transformers()
    return shell


@pytest.mark.parametrize("cell", [*CELLS.values(), *SIGNS])
def test_a_cell_becomes_the_python_that_ipython_makes_of_it(ready, cell):
    assert ready.transform_cell(cell) == InteractiveShell.transform_cell(ready, cell)


@pytest.mark.parametrize("cell", [*CELLS.values(), *SIGNS])
def test_an_event_loop_is_used_where_ipython_uses_one(ready, cell):
    python = ready.transform_cell(cell)
    usual = InteractiveShell.should_run_async(ready, cell, transformed_cell=python)
    assert ready.should_run_async(cell, transformed_cell=python) == usual


def test_all_cells_of_the_course_become_the_python_that_ipython_makes_of_them(ready):
    notebooks = [nbformat.read(path, 4) for path in ROOT.glob("*/*/*.ipynb")]
    cells = {cell.source for notebook in notebooks for cell in notebook.cells if cell.cell_type == "code"}
    assert len(cells) > 100
    assert not [cell for cell in cells if ready.transform_cell(cell) != InteractiveShell.transform_cell(ready, cell)]


def test_an_input_transformer_of_a_student_is_used(ready):
    ready.input_transformers_post.append(lambda lines: [*lines, "added\n"])
    try:
        assert ready.transform_cell("x = 1\nx").endswith("added\n")
    finally:
        ready.input_transformers_post.pop()


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_prepared_cell_gives_what_it_gives_unprepared(cell):
    assert outputs(cell, True) == outputs(cell, False)


def test_a_future_statement_of_a_student_changes_a_prepared_cell_as_in_jupyter():
    cell, future = "def f(x: 1 + 1): pass\nf.__annotations__", "from __future__ import annotations"
    plain, changed = (outputs(cell, True, before)[0][0]["data"]["text/plain"] for before in ("", future))
    assert (plain, changed) == ("{'x': 2}", "{'x': '1 + 1'}")


SAME = """
from grading.run import shell
ready, seen = shell.start(), []
ready.user_ns["see"] = lambda value, more: seen.append(value)
cells = [f"see({i}, {i} + 1)" for i in range(100)]
for cell in cells:
    for same in (cell, cell + chr(10)):
        ready.prepare(same)
for cell in cells:
    ready.run(cell, 0)
assert seen == list(range(100)), seen
"""


def test_cells_that_become_the_same_python_do_not_lend_their_code_to_others():
    subprocess.run([sys.executable, "-c", SAME], cwd=ROOT, check=True)
