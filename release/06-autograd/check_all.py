"""Run a whole notebook from the start and say which checks fail, as the button Validate does.

For a place without that button: save the notebook, then run in a new cell

    from check_all import check_all
    check_all()

It runs in the same Python, but with variables of its own: yours stay as they are.
"""

import contextlib
import json
import linecache
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import IPython
from IPython.core.inputtransformer2 import TransformerManager
from IPython.utils.capture import capture_output

HERE = Path(__file__).resolve().parent


def check_all(name=None):
    """Print which checks of the saved notebook fail, each with its message.

    name: of the notebook beside this file, where there are several
    """
    found = [name] if name else sorted(path.name for path in HERE.glob("*.ipynb"))
    if len(found) != 1:
        print(f"There are {len(found)} notebooks here. Give the name of one: check_all('name.ipynb')")
        return
    path = HERE / found[0]
    saved = time.strftime("%H:%M:%S", time.localtime(path.stat().st_mtime))
    print(f"{path.name}, as it was saved at {saved}:")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    failed = failures([cell for cell in cells if cell["cell_type"] == "code"])
    if failed:
        print("\n\n".join([f"{len(failed)} of the checks failed.", *failed]))
    else:
        print("Success! Your notebook passes all the tests.")


def failures(cells):
    """Run the code cells of a notebook in order; return the messages of the checks that fail."""
    failed = []
    with _apart() as shell, capture_output():
        for number, cell in enumerate(cells):
            source = "".join(cell["source"])
            error = None if "check_all(" in source else shell.run(source, f"<cell {number}>")
            if error is not None and cell["metadata"].get("nbgrader", {}).get("grade"):
                kind = type(error).__name__
                failed.append(str(error) if kind == "CheckFailed" else f"{kind}: {error}")
    return failed


class _Shell:
    """What checks.py asks of a notebook: its variables, and to be told when a cell begins and ends."""

    def __init__(self):
        self.user_ns = {"__name__": "__main__", "get_ipython": IPython.get_ipython}
        self.events = self
        self._listeners = {"pre_run_cell": [], "post_run_cell": []}

    def register(self, event, listener):
        self._listeners[event].append(listener)

    def run(self, source, name):
        """Run one cell; return what went wrong, or None."""
        info, error = SimpleNamespace(raw_cell=source), None
        self._tell("pre_run_cell", info)
        try:
            code = TransformerManager().transform_cell(source)
            linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)  # for messages
            exec(compile(code, name, "exec"), self.user_ns)
        except (Exception, SystemExit) as raised:
            error = raised
        self._tell("post_run_cell", SimpleNamespace(info=info, success=error is None, error_in_exec=error))
        return error

    def _tell(self, event, about):
        for listener in self._listeners[event]:
            listener(about)


@contextlib.contextmanager
def _apart():
    """Let cells import the helpers beside this file anew, with another shell; afterwards all is as it was."""
    names = {path.stem for path in HERE.glob("*.py")} - {Path(__file__).stem}
    before = {name: sys.modules.pop(name) for name in names & sys.modules.keys()}
    shell, get_ipython = _Shell(), IPython.get_ipython
    IPython.get_ipython = lambda: shell
    try:
        yield shell
    finally:
        IPython.get_ipython = get_ipython
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)
