"""The check of a whole notebook without the button Validate: what it finds, and that it disturbs nothing."""

import importlib.util
import re
import shutil
import sys

import nbformat
import pytest
from nbgrader.validator import Validator

from tools import variants
from tools.notebooks import RELEASE, assignments, grade_cells, load, notebook_path, reference_answers, solution_cells

ASSIGNMENT = assignments()[0]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of an assignment, all answers right."""
    folder = tmp_path / ASSIGNMENT
    shutil.copytree(RELEASE / ASSIGNMENT, folder)
    answer(folder, reference_answers(ASSIGNMENT))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.chdir(folder)
    return folder


def answer(folder, answers):
    path = notebook_path(folder.name, folder.parent)
    notebook = nbformat.read(path, as_version=4)
    for key, cell in solution_cells(notebook).items():
        cell.source = answers.get(key, cell.source)
    nbformat.write(notebook, path)
    return path


def check_all(folder, capsys):
    """Return what check_all prints."""
    spec = importlib.util.spec_from_file_location("check_all", folder / "check_all.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    capsys.readouterr()
    module.check_all()
    return re.sub(r"\s+", " ", capsys.readouterr().out)


def test_all_right_answers_are_a_success(folder, capsys):
    assert "Success" in check_all(folder, capsys)


def test_each_check_of_an_untouched_notebook_fails(folder, capsys):
    shutil.copy(notebook_path(ASSIGNMENT, RELEASE), folder)
    assert f"{len(grade_cells(load(ASSIGNMENT)))} of the checks failed" in check_all(folder, capsys)


def test_it_fails_what_validate_fails_and_names_the_mistake(folder, capsys):
    wrong = variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples")
    path = answer(folder, {"softmax": wrong.source})
    said = check_all(folder, capsys)
    failed = Validator().validate(str(path))["failed"]
    assert f"{len(failed)} of the checks failed" in said and wrong.hint in said


def test_helpers_that_the_notebook_uses_stay_as_they_are(folder, capsys, monkeypatch):
    mine = object()
    monkeypatch.setitem(sys.modules, "checks", mine)
    check_all(folder, capsys)
    assert sys.modules["checks"] is mine
