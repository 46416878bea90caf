"""Find the course's assignments and read what their notebooks ask for."""

import ast
import re
from pathlib import Path

import nbformat
from nbgrader.utils import is_grade, is_locked, is_solution

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "source"
RELEASE = ROOT / "release"
MISCONCEPTIONS = ROOT / "misconceptions"
LESSONS = ROOT / "lessons"


def assignments():
    """Return the assignment names in course order."""
    return sorted(path.parent.name for path in SOURCE.glob("*/*.ipynb"))


def lessons():
    """Return the paths of the lesson notebooks in course order."""
    return sorted(LESSONS.glob("[0-9]*.ipynb"))


def notebook_path(assignment, folder=SOURCE):
    """Return the path of the one notebook of an assignment."""
    (path,) = (folder / assignment).glob("*.ipynb")
    return path


def load(assignment, folder=SOURCE):
    """Return the notebook of an assignment as a NotebookNode."""
    return nbformat.read(notebook_path(assignment, folder), as_version=4)


def grade_id(cell):
    """Return the nbgrader id of a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def solution_cells(notebook):
    """Return ``{grade id: cell}`` of the cells that students answer in code."""
    return {grade_id(c): c for c in notebook.cells if is_solution(c) and not is_grade(c)}


def reference_answers(assignment):
    """Return ``{solution id: source}`` of an assignment's own solutions."""
    return {key: cell.source for key, cell in solution_cells(load(assignment)).items()}


def manual_cells(notebook):
    """Return ``{grade id: cell}`` of the answers in words, which a teacher grades."""
    return {grade_id(c): c for c in notebook.cells if is_solution(c) and is_grade(c)}


def grade_cells(notebook):
    """Return ``{grade id: cell}`` of the automatically graded cells."""
    return {grade_id(c): c for c in notebook.cells if is_grade(c) and not is_solution(c)}


def visible(source):
    """Return what students receive of a test cell."""
    return re.sub("### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?", "", source, flags=re.DOTALL)


def helper_cells(notebook):
    """Return the locked code cells that are not tests: imports and given helpers."""
    return [c for c in notebook.cells if c.cell_type == "code" and is_locked(c) and not is_grade(c)]


def points(notebook):
    """Return ``{grade id: points}`` of the test cells."""
    return {key: cell.metadata.nbgrader.points for key, cell in grade_cells(notebook).items()}


def answer_name(cell):
    """Return the function or class that a solution cell defines: its last definition."""
    nodes = ast.parse(cell.source).body
    return [n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))][-1]


def graded_names(notebook):
    """Return ``{name: grade id}`` of the exercises, without the quiz and what students bring along."""
    cells = solution_cells(notebook)
    return {answer_name(c): key for key, c in cells.items() if not key.startswith("quiz-") and key != "framework"}


def owner(test_id, solution_ids):
    """Return the solution cell that a test cell ``test-<solution>-<what>`` belongs to."""
    stem = test_id.removeprefix("test-") + "-"
    return max((s for s in solution_ids if stem.startswith(s + "-")), key=len)
