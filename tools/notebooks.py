"""Find the course's assignments and read what their notebooks ask for."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "source"
RELEASE = ROOT / "release"
MISCONCEPTIONS = ROOT / "misconceptions"
LESSONS = ROOT / "lessons"
Cells = dict[str, NotebookNode]  # {grade id: cell}
Answers = dict[str, str]  # {grade id of an answer: source}


def assignments() -> list[str]:
    """Return the assignment names in course order."""
    return sorted(path.parent.name for path in SOURCE.glob("*/*.ipynb"))


def lessons() -> list[Path]:
    """Return the paths of the lesson notebooks in course order."""
    return sorted(LESSONS.glob("[0-9]*.ipynb"))


def notebook_path(assignment: str, folder: Path = SOURCE) -> Path:
    """Return the path of the one notebook of an assignment."""
    (path,) = (folder / assignment).glob("*.ipynb")
    return path


def load(assignment: str, folder: Path = SOURCE) -> NotebookNode:
    """Return the notebook of an assignment as a NotebookNode."""
    notebook: NotebookNode = nbformat.read(notebook_path(assignment, folder), as_version=4)
    return notebook


def grade_id(cell: NotebookNode) -> str:
    """Return the nbgrader id of a cell, or ''."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def solution_cells(notebook: NotebookNode) -> Cells:
    """Return ``{grade id: cell}`` of the cells that students answer in code."""
    return {grade_id(c): c for c in notebook.cells if is_solution(c) and not is_grade(c)}


def reference_answers(assignment: str) -> Answers:
    """Return ``{solution id: source}`` of an assignment's own solutions."""
    return {key: cell.source for key, cell in solution_cells(load(assignment)).items()}


def manual_cells(notebook: NotebookNode) -> Cells:
    """Return ``{grade id: cell}`` of the answers in words, which a teacher grades."""
    return {grade_id(c): c for c in notebook.cells if is_solution(c) and is_grade(c)}


def grade_cells(notebook: NotebookNode) -> Cells:
    """Return ``{grade id: cell}`` of the automatically graded cells."""
    return {grade_id(c): c for c in notebook.cells if is_grade(c) and not is_solution(c)}


def visible(source: str) -> str:
    """Return what students receive of a test cell."""
    return re.sub("### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?", "", source, flags=re.DOTALL)


def helper_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the locked code cells that are not tests: imports and given helpers."""
    return [c for c in notebook.cells if c.cell_type == "code" and is_locked(c) and not is_grade(c)]


def points(notebook: NotebookNode) -> dict[str, float]:
    """Return ``{grade id: points}`` of the test cells."""
    return {key: cell.metadata.nbgrader.points for key, cell in grade_cells(notebook).items()}


def answer_name(cell: NotebookNode) -> str:
    """Return the function or class that a solution cell defines: its last definition."""
    nodes = ast.parse(cell.source).body
    return [n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))][-1]


def graded_names(notebook: NotebookNode) -> dict[str, str]:
    """Return ``{name: grade id}`` of the exercises, without the quiz and what students bring along."""
    cells = solution_cells(notebook)
    return {answer_name(c): key for key, c in cells.items() if not key.startswith("quiz-") and key != "framework"}


def owner(test_id: str, solution_ids: Iterable[str]) -> str:
    """Return the solution cell that a test cell ``test-<solution>-<what>`` belongs to."""
    stem = test_id.removeprefix("test-") + "-"
    return max((s for s in solution_ids if stem.startswith(s + "-")), key=len)
