"""What Validate shows first: the first check that fails, and last, in one line, the exercises that are not begun."""

import re

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution
from nbgrader.validator import Validator

NOT_BEGUN = re.compile(r"^\s*raise NotImplementedError\(\)", re.MULTILINE)  # as nbgrader hands answers out
DEFINED = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)

_failed_cells = Validator._get_failed_cells


def open_first(validator: Validator, notebook: NotebookNode) -> list[NotebookNode]:
    """Return the failed cells; those of exercises that are not begun are one cell, which lists them, at the end."""
    open_answers = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if is_solution(c) and not is_grade(c)}
    begun, names = [], []
    for cell in _failed_cells(validator, notebook):
        answer = _answer_of(cell, open_answers)
        if answer is None or not NOT_BEGUN.search(answer.source):
            begun.append(cell)
        else:
            names += [name for name in DEFINED.findall(answer.source)[-1:] if name not in names]
    return begun + ([_listing(names)] if names else [])


def _answer_of(test: NotebookNode, answers: dict[str, NotebookNode]) -> NotebookNode | None:
    """Return the answer cell of a test cell, whose grade id is ``test-<answer>-<what>``."""
    stem = test.metadata.nbgrader.grade_id.removeprefix("test-") + "-"
    found = [key for key in answers if stem.startswith(f"{key}-")]
    return answers[max(found, key=len)] if found else None


def _listing(names: list[str]) -> NotebookNode:
    text = f"Not written yet: {', '.join(names)}."
    error = nbformat.v4.new_output("error", ename="NotWritten", evalue=text, traceback=[text])
    cell: NotebookNode = nbformat.v4.new_code_cell("# exercises that you have not begun", outputs=[error])
    return cell
