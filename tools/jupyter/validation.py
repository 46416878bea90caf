"""What Validate shows first: the first check that fails, and last, in one line, the exercises that are not begun."""

import nbformat
from check_all import answers_of, of_stopped, sort_out  # beside this file: a hub needs no more than this folder
from nbformat import NotebookNode
from nbgrader.validator import Validator

_failed_cells = Validator._get_failed_cells


def open_first(validator: Validator, notebook: NotebookNode) -> list[NotebookNode]:
    """Return the failed cells; those of exercises that are not begun are one cell, which lists them, at the end."""
    begun, rest = sort_out(_failed_cells(validator, notebook), notebook.cells)
    stopped = {key: error for key, cell in answers_of(notebook.cells).items() if (error := _error_of(cell))}
    shown = [_plainly(cell, notebook.cells, stopped) for cell in begun]
    return shown + ([_saying(rest, "# exercises that you have not begun")] if rest else [])


def _error_of(cell: NotebookNode) -> str:
    """Return the error with which a cell has stopped, or ''."""
    errors = [f"{out.ename}: {out.evalue}" for out in cell.get("outputs", []) if out.output_type == "error"]
    return "".join(errors[-1:])


def _plainly(cell: NotebookNode, cells: list[NotebookNode], stopped: dict[str, str]) -> NotebookNode:
    """Return a failed cell; one that only misses its answer says why the answer is missing."""
    misses = any(out.output_type == "error" and out.ename == "NameError" for out in cell.outputs)
    text = of_stopped(cell, cells, stopped) if misses else ""
    return _saying(text, cell.source) if text else cell


def _saying(text: str, source: str) -> NotebookNode:
    error = nbformat.v4.new_output("error", ename="NotWritten", evalue=text, traceback=[text])
    cell: NotebookNode = nbformat.v4.new_code_cell(source, outputs=[error])
    return cell
