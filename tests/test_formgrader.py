"""Formgrader shows the answers that a person grades; the rest of such a notebook is folded."""

import re

import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from grading.configure import configure

TEST = {"grade": True, "solution": False, "locked": True, "task": False, "points": 2}
WORDS = {"grade": True, "solution": True, "locked": False, "task": False, "points": 3}


def graded(make, kind, key, **fields):
    return make("text", metadata={"nbgrader": {**kind, "grade_id": key}}, **fields)


def page(cells):
    """Return formgrader's page of a notebook, as nbgrader renders it."""
    config = Config()
    configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = dict.fromkeys(
        ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "notebook_path"), "x"
    )
    html, _ = HTMLExporter(config=config).from_notebook_node(
        new_notebook(cells=cells), resources={**names, "index": 0, "total": 1, "first_name": "", "last_name": ""}
    )
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="module")
def with_words():
    failed = new_output("error", ename="CheckFailed", evalue="wrong", traceback=["wrong"])
    picture = new_output("display_data", {"image/png": "eA=="})
    return page(
        [
            new_markdown_cell("A title."),
            graded(new_code_cell, TEST, "test-right"),
            graded(new_code_cell, TEST, "test-wrong", outputs=[failed]),
            new_code_cell("plot()", outputs=[picture]),
            new_markdown_cell("Why does it fall?"),
            graded(new_markdown_cell, WORDS, "why"),
            new_markdown_cell("An end."),
        ]
    )


def test_a_written_answer_and_its_question_stay_open(with_words):
    for element in (with_words.find(id="why"), with_words.find(string="Why does it fall?")):
        assert not element.find_parent("details")


def test_the_rest_is_folded(with_words):
    for element in (with_words.find(id="test-right"), with_words.find(string="An end."), with_words.find("img")):
        assert element.find_parent("details", class_="folded")


def test_a_fold_says_how_many_checks_failed_and_that_it_holds_a_picture(with_words):
    numbers = [int(number) for number in re.findall(r"\d+", with_words.summary.text)]
    assert numbers == [4, 2, 1, 1]  # cells, checks, failed, pictures


def test_a_notebook_that_machines_grade_is_not_folded():
    assert not page([new_markdown_cell("A title."), graded(new_code_cell, TEST, "test-right")]).find("details")
