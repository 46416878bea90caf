"""A class drawn from mistakes with stated frequencies: its report gives these frequencies back, in a browser, too."""

from collections import Counter

import nbformat
import numpy as np
import pytest
from browsing import PHONE, SIZES, open_window, serious_faults, unfold
from recorded import autograded

from grading.pages import charts, class_page
from grading.pages.classwork import Report, read_work
from tools import running, simulate

STUDENTS = 30
NAME = simulate.ASSIGNMENT


@pytest.fixture(scope="module")
def drawn():
    return simulate.draw(STUDENTS, np.random.default_rng(0))


@pytest.fixture(scope="module")
def works(drawn, tmp_path_factory):
    """What the class handed in: each mistake was run once, alone."""
    folder, found = tmp_path_factory.mktemp("simulated"), []
    alone = [{exercise: label} for exercise, labels in simulate.FREQUENCIES.items() for label in labels]
    right, *wrong = running.run_many([(NAME, simulate.answers(mistakes)) for mistakes in [{}, *alone]])
    for number, mistakes in enumerate(drawn):
        outcomes = dict(right)
        for (mistake,), run in zip((m.items() for m in alone), wrong, strict=True):
            if mistake in mistakes.items():
                outcomes |= {test: outcome for test, outcome in run.items() if outcome.message}
        notebook, marks = autograded(NAME, simulate.answers(mistakes), outcomes)
        path = folder / f"{number}.ipynb"
        nbformat.write(notebook, path)
        found.append(read_work(f"student{number:02d}", path, marks, folder / "languages"))
    return found


@pytest.fixture(scope="module")
def report(works):
    return Report(NAME, works, ["absent"], lambda work, anchor: f"{work.student}.html#{anchor}", str)


def test_the_class_is_drawn_with_the_stated_frequencies():
    counts = Counter(item for mistakes in simulate.draw(3000, np.random.default_rng(1)) for item in mistakes.items())
    for exercise, frequencies in simulate.FREQUENCIES.items():
        for label, share in frequencies.items():
            assert counts[exercise, label] / 3000 == pytest.approx(share, abs=4 * (share / 3000) ** 0.5)


def test_the_report_counts_each_mistake_as_often_as_it_was_handed_in(report, drawn):
    assert {(g.exercise, g.text): len(g.students) for g in report.mistakes} == simulate.handed_in(drawn)


def test_the_share_of_points_in_an_exercise_is_that_of_who_made_no_mistake_in_it(report, drawn):
    failed = Counter(exercise for mistakes in drawn for exercise in mistakes)
    passed = {item.exercise: STUDENTS - item.passed for item in report.exercises if item.passed < STUDENTS}
    assert passed == failed


@pytest.fixture(scope="module")
def page(report, tmp_path_factory):
    """The address of the class page: twice the same assignment, so that it has a progress to show."""
    folder = tmp_path_factory.mktemp("page")
    progress = [(student, [share, share]) for student, share in report.shares.items()]
    path = folder / "class.html"
    path.write_text(class_page.render("x", [report, report], progress, charts.library(folder)), encoding="utf-8")
    return path.as_uri()


@SIZES
def test_a_browser_draws_every_chart_in_the_width_it_has_without_a_network(size, browser, page):
    window = open_window(browser, page, size)
    window.wait_for_function("[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg'))")
    unfold(window)
    assert window.locator(".chart").count() == 9  # four of each assignment, and the progress
    assert window.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert window.asked == window.errors == []
    window.close()


def test_axe_finds_nothing_serious_on_the_class_page(browser, page):
    window = open_window(browser, page, PHONE)
    window.wait_for_function("[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg'))")
    unfold(window)
    assert serious_faults(window) == []
    window.close()


def test_a_bar_tells_its_numbers_under_the_mouse(browser, page):
    window = open_window(browser, page)
    window.locator("#a1-points svg .mark-rect path").last.hover()
    assert "students" in window.locator("#vg-tooltip-element.visible").inner_text()
    window.close()
