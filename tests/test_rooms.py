"""Which rooms of the engine know which others: what runs submissions knows nothing of pages or of a school."""

import ast

import pytest

from tools.notebooks import ROOT

KNOWS = {"wire": {"wire"}, "run": {"run", "wire"}}


def rooms_known(path):
    """Return the parts of ``grading`` that a module imports from."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {f"{name}.".split(".")[1] for name in modules if name.split(".")[0] == "grading"}


@pytest.mark.parametrize("room", KNOWS)
def test_a_room_imports_only_from_those_below_it(room):
    known = {path.name: rooms_known(path) - KNOWS[room] for path in (ROOT / "grading" / room).glob("*.py")}
    assert known and not any(known.values()), known
