"""Shared by the tests."""

import re

import pytest


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
