"""Notebooks and their cells as nbgrader keeps them."""

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution, is_task


def read_notebook(text: str) -> NotebookNode:
    """Return a notebook that the engine has written, without nbformat's validation, which takes long."""
    reads: Any = nbformat.v4.reads
    notebook: NotebookNode = reads(text)
    return notebook


def grade_id(cell: NotebookNode) -> str:
    """Return the name that nbgrader knows a cell by; '' where it has none."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def is_test(cell: NotebookNode) -> bool:
    """Say whether a cell holds a test, and not an answer that is graded by hand."""
    return bool(is_grade(cell) and not is_solution(cell))


def is_by_hand(cell: NotebookNode) -> bool:
    """Say whether a person gives the points of a cell."""
    return bool(is_task(cell) or (is_grade(cell) and (is_solution(cell) or cell.cell_type != "code")))


def is_ours(cell: NotebookNode) -> bool:
    """Say whether a cell is one that nbgrader keeps account of."""
    return bool(is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell))
