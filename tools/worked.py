"""Pack the worked solutions of an assignment, for whoever learns without a teacher.

``misconceptions/<assignment>/worked.md`` explains each exercise under a heading with its name. The code is that of
source/; letter and reason of a quiz answer stand in its hidden test. ``lessons/progress.py`` opens what is packed.
Packing keeps eyes from falling on a solution, and nothing more: anybody can unpack it.
"""

import ast
import json
import re
import zlib

from nbformat import NotebookNode

from tools.notebooks import MISCONCEPTIONS, answer_name, grade_cells, load, owner, solution_cells

FILE = "worked.bin"
SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


def pack(assignment: str) -> bytes:
    """Return the bytes of worked.bin: ``read(assignment)`` as compressed JSON."""
    return zlib.compress(json.dumps(read(assignment)).encode())


def read(assignment: str) -> dict[str, dict[str, str]]:
    """Return ``{exercise: {"code", "why"}}``, and of a quiz question ``{"letter", "why"}``.

    An exercise that worked.md does not explain has no "why"; a test names it.
    """
    return rows(load(assignment), explanations(assignment))


def rows(notebook: NotebookNode, why: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the same from a notebook of source/ and its explanations."""
    cells, quiz = solution_cells(notebook), choices(notebook)
    found = {answer_name(cell): quiz.get(key) or {"code": _code(cell.source)} for key, cell in cells.items()}
    return {name: {"why": why.get(name, "")} | row for name, row in found.items()}


def explanations(assignment: str) -> dict[str, str]:
    """Return ``{exercise: explanation}`` from worked.md; {} where an assignment has none yet."""
    path = MISCONCEPTIONS / assignment / "worked.md"
    return sections(path.read_text(encoding="utf-8") if path.exists() else "")


def sections(text: str) -> dict[str, str]:
    """Return ``{exercise: explanation}`` from the text of worked.md."""
    return {name: body.strip() for name, body in SECTION.findall(text)}


def choices(notebook: NotebookNode) -> dict[str, dict[str, str]]:
    """Return ``{solution id: {"letter", "why"}}`` of the quiz questions, from the ``choice`` of their hidden tests."""
    found: dict[str, dict[str, str]] = {}
    solutions = solution_cells(notebook)
    for key, cell in grade_cells(notebook).items():
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(").choice"):  # no rng.choice
                letter, why = map(ast.literal_eval, node.args)
                found[owner(key, solutions)] = {"letter": letter, "why": why}
    return found


def _code(source: str) -> str:
    return MARK.sub("", source).strip()
