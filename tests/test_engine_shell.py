"""A cell gives the same outputs whether it was compiled ahead or not."""

import json
import subprocess
import sys

import pytest

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
from grading import shell
cell, prepared, before = json.loads(sys.argv[1])
ready = shell.start(())
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


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_prepared_cell_gives_what_it_gives_unprepared(cell):
    assert outputs(cell, True) == outputs(cell, False)


def test_a_future_statement_of_a_student_changes_a_prepared_cell_as_in_jupyter():
    cell, future = "def f(x: 1 + 1): pass\nf.__annotations__", "from __future__ import annotations"
    plain, changed = (outputs(cell, True, before)[0][0]["data"]["text/plain"] for before in ("", future))
    assert (plain, changed) == ("{'x': 2}", "{'x': '1 + 1'}")
