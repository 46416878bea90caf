"""Shared by the tests."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checks():
    """The module source/checks.py."""
    spec = importlib.util.spec_from_file_location("checks_under_test", ROOT / "source" / "checks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def prose():
    """``prose(assignment)``: everything a notebook says, Markdown and docstrings, on single-spaced lines."""
    from tools.notebooks import load

    def text(assignment):
        return re.sub(r"\s+", " ", " ".join(cell.source for cell in load(assignment).cells))

    return text


SLOW = {"demo", "engine", "grading", "kill", "lab", "lessons", "release", "run", "whole"}


def pytest_collection_modifyitems(items):
    """Run the fast files first."""
    items.sort(key=lambda item: item.path.stem.split("_")[1] in SLOW)
