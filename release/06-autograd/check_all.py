"""Run a whole notebook from the start and say which checks fail, as the button Validate does in this course.

For a place without that button: save the notebook, then run in a new cell

    from check_all import check_all
    check_all()

It runs in the same Python, but with variables of its own: yours stay as they are.
"""

import ast
import contextlib
import importlib
import json
import linecache
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import IPython
from IPython.core.inputtransformer2 import TransformerManager
from IPython.utils.capture import capture_output

HERE = Path(__file__).resolve().parent
DEFINED = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)


class Messages:
    """What is shown: templates of whole sentences with named fields, each to be edited or translated as a whole."""

    WHICH_NOTEBOOK = "There are {number} notebooks here. Give the name of one: check_all('name.ipynb')"
    SAVED = "{name}, as it was saved at {time}:"
    ALL_PASS = "Success! Your notebook passes all the tests."
    SOME_FAIL_ONE = "1 of the checks failed."
    SOME_FAIL_MANY = "{number} of the checks failed."
    NOT_WRITTEN = "Not written yet: {names}."
    ANSWER_STOPPED = "There is no {name} to check. Its cell stopped with {error}"


Cell = dict[str, Any]  # of a notebook; its "source" is one text
SomeCell = TypeVar("SomeCell", bound=Cell)


def check_all(name: str | None = None) -> None:
    """Print which checks of the saved notebook fail, each with its message, and which exercises are not begun.

    name: of the notebook beside this file, where there are several
    """
    found = [name] if name else sorted(path.name for path in HERE.glob("*.ipynb"))
    if len(found) != 1:
        print(Messages.WHICH_NOTEBOOK.format(number=len(found)))
        return
    path = HERE / found[0]
    saved = time.strftime("%H:%M:%S", time.localtime(path.stat().st_mtime))
    print(Messages.SAVED.format(name=path.name, time=saved))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    print(report([cell | {"source": "".join(cell["source"])} for cell in cells]))


def report(cells: Sequence[Cell]) -> str:
    """Run the cells of a notebook; return what Validate would say."""
    messages = failures([cell for cell in cells if cell["cell_type"] == "code"])
    failed = [cell for cell in cells if _about(cell).get("grade_id") in messages]
    if not failed:
        return Messages.ALL_PASS
    begun, rest = sort_out(failed, cells)
    count = Messages.SOME_FAIL_ONE if len(begun) == 1 else Messages.SOME_FAIL_MANY
    parts = [count.format(number=len(begun))] if begun else []
    parts += [messages[_about(cell)["grade_id"]] for cell in begun]
    return "\n\n".join(parts + [rest] * bool(rest))


def sort_out(failed: Sequence[SomeCell], cells: Sequence[SomeCell]) -> tuple[list[SomeCell], str]:
    """Return the failed checks of exercises that are begun, and one line about the exercises that are not, or ''.

    failed: some of the cells of the notebook
    """
    answers = answers_of(cells)
    begun, names = [], []
    for cell in failed:
        answer = _answer_of(cell, answers)
        if answer is None or _is_begun(answer["source"]):
            begun.append(cell)
        else:
            names += [name for name in DEFINED.findall(answer["source"])[-1:] if name not in names]
    return begun, Messages.NOT_WRITTEN.format(names=", ".join(names)) if names else ""


def _is_begun(source: str) -> bool:
    """Say whether an answer holds more than the stubs that nbgrader hands out."""
    try:
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return True
    return not functions or not all(map(_is_stub, functions))


def _is_stub(function: ast.FunctionDef) -> bool:
    body = function.body[ast.get_docstring(function) is not None :]
    return len(body) == 1 and ast.unparse(body[0]) == "raise NotImplementedError()"


def of_stopped(test: SomeCell, cells: Sequence[SomeCell], stopped: dict[str, str]) -> str:
    """Return what to say of a check that fails with NameError as its answer's cell has stopped; '' where it has not.

    stopped: ``{grade id of an answer: its error}``
    """
    answer = _answer_of(test, answers_of(cells))
    error = stopped.get(_about(answer)["grade_id"]) if answer else None
    names = DEFINED.findall(answer["source"])[-1:] if answer else []
    if not error or not names:
        return ""
    line = re.sub(r"\([^()]*, (line \d+)\)$", r"(\1)", error)  # Jupyter's name of the cell tells nobody anything
    return Messages.ANSWER_STOPPED.format(name=names[0], error=line)


def answers_of(cells: Sequence[SomeCell]) -> dict[str, SomeCell]:
    """Return the cells of answers that are checked, ``{grade id: cell}``."""
    return {_about(c)["grade_id"]: c for c in cells if _about(c).get("solution") and not _about(c).get("grade")}


def _answer_of(test: SomeCell, answers: dict[str, SomeCell]) -> SomeCell | None:
    """Return the answer cell of a test cell, whose grade id is ``test-<answer>-<what>``."""
    stem = _about(test)["grade_id"].removeprefix("test-") + "-"
    found = [key for key in answers if stem.startswith(f"{key}-")]
    return answers[max(found, key=len)] if found else None


def _about(cell: Cell) -> dict[str, Any]:
    about: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return about


def _said(error: BaseException) -> str:
    """Return what Jupyter shows of an error of checks.py, or the kind and text of any other."""
    lines = getattr(error, "_render_traceback_", lambda: [f"{type(error).__name__}: {error}"])
    return "\n".join(lines())


def failures(cells: Sequence[Cell]) -> dict[str, str]:
    """Run code cells in order; return ``{grade id: message}`` of the checks that fail."""
    failed: dict[str, str] = {}
    stopped: dict[str, str] = {}
    with _apart() as shell, capture_output(), importlib.import_module("progress").at_once():
        for number, cell in enumerate(cells):
            error = None if "check_all(" in cell["source"] else shell.run(cell["source"], f"<cell {number}>")
            if error is not None and _about(cell).get("grade"):
                missing = of_stopped(cell, cells, stopped) if isinstance(error, NameError) else ""
                failed[_about(cell)["grade_id"]] = missing or _said(error)
            elif error is not None and _about(cell).get("solution"):
                stopped[_about(cell)["grade_id"]] = f"{type(error).__name__}: {error}"
    return failed


class _Shell:
    """What checks.py asks of a notebook: its variables, and to be told when a cell begins and ends."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {"__name__": "__main__", "get_ipython": IPython.get_ipython}
        self.events = self
        self._listeners: dict[str, list[Callable[[Any], None]]] = {"pre_run_cell": [], "post_run_cell": []}

    def register(self, event: str, listener: Callable[[Any], None]) -> None:
        self._listeners[event].append(listener)

    def run(self, source: str, name: str) -> BaseException | None:
        """Run one cell; return what went wrong, or None."""
        info = SimpleNamespace(raw_cell=source)
        error: BaseException | None = None
        self._tell("pre_run_cell", info)
        try:
            code = TransformerManager().transform_cell(source)
            linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)  # for messages
            exec(compile(code, name, "exec"), self.user_ns)
        except (Exception, SystemExit) as raised:
            error = raised
        self._tell("post_run_cell", SimpleNamespace(info=info, success=error is None, error_in_exec=error))
        return error

    def _tell(self, event: str, about: SimpleNamespace) -> None:
        for listener in self._listeners[event]:
            listener(about)


@contextlib.contextmanager
def _apart() -> Iterator[_Shell]:
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
