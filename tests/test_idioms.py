"""Test cells as people write them get the points that stock nbgrader gives, with tests apart or beside.

What stock nbgrader gives is found by its own means: the cells run from top to bottom in one IPython, and
``nbgrader.utils.determine_grade`` reads the outputs. All idioms stand in one notebook, which keeps this fast.
"""

import contextlib
import multiprocessing
import re
import tempfile
from pathlib import Path

import nbformat
import pytest
from engine_course import cell
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from grading.run import execute
from grading.run.job import Job, Limits
from tools.notebooks import grade_id

POINTS = 2
TEXT = Path(__file__).with_name("idioms.txt").read_text(encoding="utf-8")


def parts(text, sign):
    """Return ``{title: what stands below it}`` of the titles that begin with ``sign``."""
    pieces = re.split(rf"^{sign} (.+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], (piece.rstrip("\n") for piece in pieces[1::2]), strict=True))


IDIOMS = {name: parts(text, "---") for name, text in parts(TEXT, "===").items()}
NAMES = list(IDIOMS)


def notebook(answer):
    """Return the notebook of all idioms, with their "right" or "wrong" answers."""
    cells = []
    for i, idiom in enumerate(IDIOMS.values()):
        cells += [new_code_cell(idiom["open"], id=f"open-{i}")] if "open" in idiom else []
        cells += [cell(idiom["given"], f"given-{i}", locked=True)] if "given" in idiom else []
        cells.append(cell(f"### BEGIN SOLUTION\n{idiom[answer]}\n### END SOLUTION", f"answer-{i}", solution=True))
        cells.append(cell(idiom["test"], f"test-{i}", grade=True, locked=True, points=POINTS))
    return new_notebook(cells=cells)


def stock(answer):
    """Return the points that stock nbgrader gives, in the order of the idioms."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_run_in_one_process, [answer])


def _run_in_one_process(answer):
    from grading.run import shell  # here, for it changes the process

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return _points(shell.start(), answer)


def _points(ready, answer):
    points = []
    ready.user_module.__name__ = "__main__"
    for found in notebook(answer).cells:
        found.outputs = [nbformat.from_dict(output) for output in ready.run(found.source, 100_000)]
        if (grade_id(found) or "").startswith("test-"):
            points.append(determine_grade(found)[0])
    return points


def engine(answer, tests):
    """Return the points that the engine gives, in the order of the idioms."""
    template = nbformat.writes(notebook("right")).encode()
    submission = nbformat.writes(notebook(answer)).encode()
    limits = Limits(cell_seconds=20, total_seconds=400)
    outcome = execute.run(Job("idioms", template, submission, {}, {}, tests=tests, limits=limits))
    verdicts = [outcome.verdicts[f"test-{i}"] for i in range(len(IDIOMS))]
    return [v.score if v.score is not None else POINTS * v.passed for v in verdicts]


@pytest.fixture(scope="module")
def points():
    """``{(who, answer): {idiom: points}}``."""
    found = {("stock", answer): stock(answer) for answer in ("right", "wrong")}
    found |= {(tests, answer): engine(answer, tests) for tests in ("apart", "beside") for answer in ("right", "wrong")}
    return {key: dict(zip(NAMES, values, strict=True)) for key, values in found.items()}


def test_there_are_many_and_stock_nbgrader_tells_right_from_wrong(points):
    assert len(NAMES) == len(set(NAMES)) >= 100
    assert {name for name in NAMES if points["stock", "right"][name] != POINTS} == set()
    assert {name for name in NAMES if points["stock", "wrong"][name] == POINTS} == set()


@pytest.mark.parametrize("answer", ["right", "wrong"])
def test_beside_each_idiom_gets_the_points_of_stock_nbgrader(points, answer):
    assert points["beside", answer] == points["stock", answer]


def test_what_apart_gives_a_right_answer_its_points_gives_a_wrong_one_those_of_stock_nbgrader(points):
    apart = [name for name in NAMES if points["apart", "right"][name] == POINTS]
    assert {n: points["apart", "wrong"][n] for n in apart} == {n: points["stock", "wrong"][n] for n in apart}


def test_most_idioms_work_apart(points):
    beside = sorted(name for name in NAMES if points["apart", "right"][name] != POINTS)
    assert len(beside) <= 0.1 * len(NAMES), beside
