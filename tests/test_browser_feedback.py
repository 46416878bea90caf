"""The feedback page in a real browser: short, readable on a phone and by a screen reader, without a network."""

import pytest
from browsing import DESKTOP, SIZES, open_window, serious_faults, unfold
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from recorded import autograded

from grading.marks import Mark
from grading.pages.page import FeedbackPage, render
from tools import running, variants
from tools.notebooks import graded_names, load, reference_answers

ASSIGNMENT = "02-gradient-descent"
MISTAKES = {
    "numerical_gradient": "forward-difference",
    "gradient_descent": "goes-uphill",
    "softmax_regression_gradient": "transposed",
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The address of the page of a student who lost points in three exercises, with a written answer and a comment."""
    known, ids = variants.read(ASSIGNMENT), graded_names(load(ASSIGNMENT))
    answers = reference_answers(ASSIGNMENT)
    answers |= {ids[name]: known[name].find(label).source for name, label in MISTAKES.items()}
    notebook, marks = autograded(ASSIGNMENT, answers, running.run(ASSIGNMENT, answers))
    notebook.cells += _written()
    marks.cells["why"] = Mark(2, 3, False)
    marks.comments = {"gradient-descent": "Look at $\\theta_{t+1} = \\theta_t - \\eta \\nabla J$."}
    names = {"student": "ada", "assignment": ASSIGNMENT, "notebook": "gradient-descent"}
    settings = FeedbackPage(lesson_url="http://localhost:8888/lab/tree/lessons/{file}#{section}")
    path = tmp_path_factory.mktemp("feedback") / "page.html"
    path.write_text(render(notebook, marks, names, settings), encoding="utf-8")
    return path.as_uri()


def _written():
    picture = new_output("display_data", {"image/png": PIXEL}, metadata={"image/png": {"alt": "a falling line"}})
    ours = {"grade": True, "solution": True, "locked": False, "task": False, "grade_id": "why", "points": 3}
    text = "The loss falls while $\\eta < \\frac{2}{L}$, see https://example.org.\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    return new_code_cell("plot()", outputs=[picture]), new_markdown_cell(text, metadata={"nbgrader": ours})


@pytest.fixture
def shown(browser, page, request):
    """``shown(size, scheme)``: the page in a window, and the addresses that it asked for."""

    def open_page(size=DESKTOP, scheme="light"):
        window = open_window(browser, page, size, scheme)
        request.addfinalizer(window.close)
        return window

    return open_page


@SIZES
def test_the_first_screen_holds_the_total_and_every_lost_point(size, shown):
    window = shown(size)
    lost = window.locator("tr.lost").all()
    assert len(lost) == len(MISTAKES) + 1  # and the written answer
    for part in [window.locator("header .total"), *lost]:
        box = part.bounding_box()
        assert box["y"] + box["height"] <= size["height"]


def test_the_first_screen_of_a_desktop_holds_all_rows(shown):
    box = shown().locator("table.exercises tbody tr").last.bounding_box()
    assert box["y"] + box["height"] <= DESKTOP["height"]


def test_three_mistakes_take_at_most_three_screens(shown):
    window = shown()
    for part in window.locator("section.card.by-hand").all():  # the written answer comes on top
        part.evaluate("element => element.remove()")
    assert window.evaluate("document.documentElement.scrollHeight") <= 3 * DESKTOP["height"]


@SIZES
def test_nothing_is_wider_than_the_window(size, shown):
    window = shown(size)
    unfold(window)
    assert window.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_no_request_leaves_the_page(shown, page):
    window = shown()
    window.wait_for_load_state("networkidle")
    assert window.asked == []


def test_formulas_are_typeset(shown):
    fraction = shown().locator("math mfrac").first
    parts = [part.bounding_box() for part in fraction.locator("> *").all()]
    assert parts[0]["y"] + parts[0]["height"] <= parts[1]["y"] + 1  # the numerator is above the denominator


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SIZES
def test_axe_finds_nothing_serious(size, scheme, shown):
    window = shown(size, scheme)
    unfold(window)
    assert serious_faults(window) == []


def test_dark_is_dark_and_light_is_light(shown):
    colours = [
        shown(scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark")
    ]
    light, dark = (sum(int(part) for part in colour[4:-1].split(",")) for colour in colours)
    assert dark < 150 < 600 < light


def test_a_link_in_the_table_shows_what_is_folded(shown):
    window = shown()
    window.locator("tr.right a").first.click()
    target = window.locator("tr.right a").first.get_attribute("href")
    assert window.locator(f"{target} pre").first.is_visible()


def test_print_shows_every_message(shown):
    window = shown()
    window.emulate_media(media="print")
    assert all(part.is_visible() for part in window.locator("section.card .message").all())
