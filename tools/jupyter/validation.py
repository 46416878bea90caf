"""What Validate shows first: the first check that fails, and last, in one line, the exercises that are not begun."""

import nbformat
from check_all import sort_out  # beside this file: a hub needs no more than this folder
from nbformat import NotebookNode
from nbgrader.validator import Validator

_failed_cells = Validator._get_failed_cells


def open_first(validator: Validator, notebook: NotebookNode) -> list[NotebookNode]:
    """Return the failed cells; those of exercises that are not begun are one cell, which lists them, at the end."""
    begun, rest = sort_out(_failed_cells(validator, notebook), notebook.cells)
    return begun + ([_listing(rest)] if rest else [])


def _listing(text: str) -> NotebookNode:
    error = nbformat.v4.new_output("error", ename="NotWritten", evalue=text, traceback=[text])
    cell: NotebookNode = nbformat.v4.new_code_cell("# exercises that you have not begun", outputs=[error])
    return cell
