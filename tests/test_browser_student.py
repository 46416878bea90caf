"""A student's day in a real browser: start page, a slider, a wrong and a right softmax, progress, the lab's curve.

The tests go on from one another in one window. PICTURES=1 has them renew the screenshots in pictures/.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest
from browsing import DESKTOP, assert_slides, command, connect, go_to

from tools import student, variants
from tools.notebooks import ROOT, graded_names, load, notebook_path, reference_answers, solution_cells

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
ASSIGNMENT, LAB = "01-loss-functions", "05-mnist-lab"
SECONDS = 120  # to wait for a window of JupyterLab, on a busy machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A student's folder with a solved lab, and assignment 1 right but for softmax, which sums over the wrong axis."""
    folder = tmp_path_factory.mktemp("student")
    student.lay_out(folder)
    wrong = variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples")
    for name, changed in ((ASSIGNMENT, {"softmax": wrong.source}), (LAB, {})):
        path, answers = notebook_path(name, folder), reference_answers(name) | changed
        notebook = nbformat.read(path, as_version=4)
        for key, cell in solution_cells(notebook).items():
            cell.source = answers[key]
        nbformat.write(notebook, path)
    return folder


@pytest.fixture(scope="module")
def lab(browser, folder, tmp_path_factory):
    """A window on the address that JupyterLab opens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        f"--ServerApp.port={port}",
        "--IdentityProvider.token=",
    ]
    home = tmp_path_factory.mktemp("home")
    settings = {"JUPYTER_CONFIG_DIR": str(home), "JUPYTERLAB_SETTINGS_DIR": str(home), "JUPYTER_DATA_DIR": str(home)}
    server = subprocess.Popen(
        [sys.executable, "-m", "tools.student", str(folder), *options],
        cwd=ROOT,
        env=os.environ | settings | {"JUPYTERLAB_WORKSPACES_DIR": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(f"{address}api")
        window = browser.new_page(viewport=DESKTOP)
        window.set_default_timeout(1000 * SECONDS)
        window.goto(address)
        yield window
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def wait_for(address):
    for _ in range(SECONDS):
        try:
            urllib.request.urlopen(address).close()
            return
        except urllib.error.URLError:
            time.sleep(1)
    raise TimeoutError(address)


def keep(window, name):
    """Renew a picture of README, where that is asked for."""
    if os.environ.get("PICTURES"):
        window.screenshot(path=ROOT / "pictures" / f"{name}.png")


def open_from_start(window, title):
    """Follow the first link of the start page that begins so; return the notebook's panel."""
    window.get_by_role("tab", name=student.START).click()
    window.locator(".jp-RenderedMarkdown:visible").get_by_role("link", name=re.compile(f"^{title}")).first.click()
    panel = window.locator(".jp-NotebookPanel:visible")
    panel.locator(".jp-MarkdownOutput h1").first.wait_for()
    connect(window)
    return panel


def validate(window, picture=None):
    """Press Validate; return what it says, and renew a picture of it."""
    window.locator(".jp-NotebookPanel:visible").get_by_text("Validate", exact=True).first.click()
    message = window.locator(".jp-Dialog")
    message.get_by_role("button", name="OK").wait_for()
    text = re.sub(r"\s+", " ", message.inner_text())
    if picture:
        keep(window, picture)
    message.get_by_role("button", name="OK").click()
    return text


def test_the_first_screen_is_the_start_page_with_nothing_for_teachers(lab):
    page = lab.locator(".jp-RenderedMarkdown")
    page.wait_for()
    assert page.get_by_role("link").first.inner_text().startswith("Lesson 2")  # all of assignment 1 is written
    names = lab.locator(".jp-DirListing-itemText").all_inner_texts()
    assert "lessons" in names and not {"source", "misconceptions", "tests"} & set(names)
    assert "Nbgrader" not in lab.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    keep(lab, "start")


def test_a_slider_of_a_lesson_changes_picture_and_words(lab):
    open_from_start(lab, "Lesson 1")
    go_to(lab, "search-slider")
    command(lab, "notebook:run-all-above")
    command(lab, "notebook:run-cell")
    assert_slides(lab, "search-slider")


def test_validate_names_the_mistake(lab):
    open_from_start(lab, "Assignment 1")
    assert variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples").hint in validate(lab, "validate")


def test_a_right_answer_that_is_typed_passes(lab):
    key = graded_names(load(ASSIGNMENT))["softmax"]
    go_to(lab, solution_cells(load(ASSIGNMENT))[key].id).locator(".cm-content").click()
    lab.keyboard.press("Control+a")
    lab.keyboard.insert_text(reference_answers(ASSIGNMENT)[key])
    assert "softmax" not in validate(lab)


def test_the_progress_page_shows_what_was_passed(lab):
    panel = open_from_start(lab, "Your progress")
    command(lab, "notebook:run-all-cells")
    row = panel.locator(".jp-OutputArea tr", has_text="Assignment 1")
    row.wait_for()
    passed, exercises = row.locator("td").nth(1).inner_text().split(" of ")
    assert passed == exercises


def test_the_curve_of_the_lab_grows_while_the_network_learns(lab):
    open_from_start(lab, "Assignment 5")
    cell = go_to(lab, "first-training")
    cell.evaluate(
        """cell => {
            window.pictures = new Set();
            const look = () => cell.querySelectorAll('.jp-OutputArea img').forEach(img => window.pictures.add(img.src));
            new MutationObserver(look).observe(cell, {subtree: true, childList: true, attributes: true});
        }"""
    )
    command(lab, "notebook:run-all-above")
    command(lab, "notebook:run-cell")
    cell.locator(".jp-OutputArea", has_text="In words").wait_for()
    go_to(lab, "first-training")
    keep(lab, "lab")
    assert lab.evaluate("window.pictures.size") > 1
