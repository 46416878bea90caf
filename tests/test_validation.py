"""What a student reads after Validate, and on the page about progress."""

import importlib
import json
import re
import runpy
import subprocess
import sys

import nbformat
import pytest
from nbgrader.validator import Validator

from tools import student, variants
from tools.notebooks import graded_names, load, notebook_path, reference_answers, solution_cells

ASSIGNMENT = "01-loss-functions"
NO_PYTHON = "def squared_error(y, scores:\n    return 0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A student's folder: sigmoid and quiz 1 are answered, softmax is wrong, one cell is no Python."""
    folder = tmp_path_factory.mktemp("student")
    student.lay_out(folder)
    path = notebook_path(ASSIGNMENT, folder)
    right, wrong = reference_answers(ASSIGNMENT), variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples")
    answers = {
        "sigmoid": right["sigmoid"],
        "quiz-1": right["quiz-1"],
        "softmax": wrong.source,
        "squared-error": NO_PYTHON,
    }
    notebook = nbformat.read(path, as_version=4)
    for key, cell in solution_cells(notebook).items():
        cell.source = answers.get(key, cell.source)
    nbformat.write(notebook, path)
    return folder


@pytest.fixture(scope="module")
def failed(folder):
    """What Validate lists in a student's JupyterLab."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", sys.path.copy())
        patch.setattr(Validator, "_get_failed_cells", Validator._get_failed_cells)  # it is put back afterwards
        runpy.run_path(str(student.JUPYTER / "nbgrader_config.py"))
        return Validator().validate(str(notebook_path(ASSIGNMENT, folder)))["failed"]


@pytest.fixture
def page(folder, failed, monkeypatch):
    """``page()``: the Markdown that the page about progress shows, after Validate."""
    monkeypatch.syspath_prepend(str(folder / "lessons"))
    monkeypatch.delitem(sys.modules, "progress", raising=False)
    progress = importlib.import_module("progress")
    shown = []
    monkeypatch.setattr(progress, "display", lambda markdown: shown.append(markdown.data))
    yield lambda: (progress.show(), "\n".join(shown))[1]
    del sys.modules["progress"]


def test_validate_shows_failures_first_and_what_is_not_begun_in_one_entry(failed):
    begun = ["squared_error", "softmax"]
    found = [name for entry in failed[:-1] for name in begun if f'Check("{name}"' in entry["source"]]
    assert len(found) == len(failed) - 1 and list(dict.fromkeys(found)) == begun
    untouched = set(graded_names(load(ASSIGNMENT))) - {*begun, "sigmoid"} | {f"quiz_{n}" for n in range(2, 6)}
    assert untouched == {name.strip(" .") for name in failed[-1]["raw_error"].partition(":")[2].split(",")}


def test_a_check_without_its_answer_says_why_there_is_none(failed):
    assert re.search(r"squared_error\b.*\bSyntaxError\b.*\bline 1\b", failed[0]["raw_error"])


def test_check_all_says_the_same_in_the_same_order(folder, failed):
    code = "from check_all import check_all; check_all()"
    said = subprocess.check_output([sys.executable, "-c", code], cwd=folder / ASSIGNMENT, text=True)
    assert said.strip().split("\n\n", 1)[1] == "\n\n".join(entry["raw_error"] for entry in failed)


def test_the_page_counts_what_passed_at_the_last_check(page):
    row = next(line for line in page().splitlines() if ASSIGNMENT in line)
    points = json.loads((student.RELEASE / ASSIGNMENT / "points.json").read_text(encoding="utf-8")).values()
    won = sum(p["points"] for p in points if p["exercise"] == "sigmoid")
    most = sum(p["points"] for p in points if not p["exercise"].startswith("quiz_"))
    assert f"| 1 of {len(graded_names(load(ASSIGNMENT)))} | {won} of {most} | 1 of 5" in row


def test_the_page_names_what_to_do_again(page):
    assert "`softmax`" in page() and "`cross_entropy`" in page() and "`sigmoid`" not in page()


def test_a_folder_without_the_page_keeps_nothing(tmp_path, folder, monkeypatch):
    alone = tmp_path / ASSIGNMENT
    alone.mkdir()
    (alone / "progress.py").write_bytes((folder / "lessons" / "progress.py").read_bytes())
    runpy.run_path(str(alone / "progress.py"))["note"]("x = 1", True)
    assert [path.name for path in tmp_path.rglob("*")] == [ASSIGNMENT, "progress.py"]
