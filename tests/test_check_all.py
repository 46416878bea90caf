"""The check of a whole notebook without the button Validate: what it finds, and that it disturbs nothing."""

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from tools.notebooks import (
    RELEASE,
    assignments,
    grade_cells,
    load,
    notebook_path,
    reference_answers,
    solution_cells,
)

ASSIGNMENT = assignments()[0]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of an assignment, all answers right."""
    folder = tmp_path / ASSIGNMENT
    shutil.copytree(RELEASE / ASSIGNMENT, folder)
    path, answers = notebook_path(ASSIGNMENT, tmp_path), reference_answers(ASSIGNMENT)
    notebook = nbformat.read(path, as_version=4)
    for key, cell in solution_cells(notebook).items():
        cell.source = answers[key]
    nbformat.write(notebook, path)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.chdir(folder)
    return folder


def loaded(folder):
    """Return the module check_all of a student's folder."""
    spec = importlib.util.spec_from_file_location("check_all", folder / "check_all.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_all(folder, capsys):
    """Return what check_all prints."""
    module = loaded(folder)
    capsys.readouterr()
    module.check_all()
    return capsys.readouterr().out


def test_all_right_answers_are_a_success(folder, capsys):
    assert "Success" in check_all(folder, capsys)


def test_helpers_that_the_notebook_uses_stay_as_they_are(folder, capsys, monkeypatch):
    mine = object()
    monkeypatch.setitem(sys.modules, "checks", mine)
    check_all(folder, capsys)
    assert sys.modules["checks"] is mine


@pytest.mark.parametrize(
    ("answer", "is_begun"),
    [
        ('def f(x):\n    """Return x."""\n    raise NotImplementedError()', False),
        ('def f(x):\n    """Return x."""\n    return x\n    raise NotImplementedError()', True),
        ("class C:\n    def g(self):\n        return 1\n\n    def h(self):\n        raise NotImplementedError()", True),
        ("def f(x:\n    raise NotImplementedError()", True),
        ("", True),
    ],
    ids=["stub", "stub below the answer", "one of two methods", "no Python", "nothing"],
)
def test_an_answer_is_begun_when_there_is_more_than_stubs(folder, answer, is_begun):
    about = {"grade_id": "f", "solution": True, "grade": False}, {"grade_id": "test-f-values", "grade": True}
    cells = [{"source": text, "metadata": {"nbgrader": one}} for text, one in zip([answer, ""], about, strict=True)]
    assert (loaded(folder).sort_out(cells[1:], cells)[0] == cells[1:]) is is_begun


def test_what_all_checks_found_is_kept_with_one_change_of_the_file(folder, capsys, monkeypatch):
    page = folder.parent / "lessons" / "progress.ipynb"
    page.parent.mkdir()
    page.touch()
    changed, replace = [], os.replace
    monkeypatch.setattr(os, "replace", lambda new, old: (changed.append(Path(old)), replace(new, old)))
    check_all(folder, capsys)
    (kept,) = changed
    found = json.loads(kept.read_text(encoding="utf-8")).values()
    assert len(found) == len(grade_cells(load(ASSIGNMENT))) and all(check["passed"] for check in found)
