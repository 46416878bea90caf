"""The type hints of the course agree with each other and with the libraries, and what students call has them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tools.helpers import LOADER, SHARED

ROOT = Path(__file__).parent.parent
HELPERS = SHARED | {name: folder for loaders in LOADER.values() for name, folder in loaders.items()}
OPEN = [folder / name for name, folder in HELPERS.items()] + [ROOT / "lab" / "compare.py"]


def test_mypy_is_content():
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def public_functions(body):
    """Yield the functions that others call: without those inside functions, and those whose names begin with _."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("path", OPEN, ids=lambda path: path.stem)
def test_every_public_function_tells_its_types(path):
    untold = []
    for node in public_functions(ast.parse(path.read_text(encoding="utf-8")).body):
        given = node.args
        arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        hints = [a.annotation for a in arguments if a and a.arg != "self"] + [node.returns]
        untold += [node.name] * (None in hints)
    assert untold == []
