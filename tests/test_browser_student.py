"""A student's first minutes in a real browser: the start page, a lesson, an assignment, Validate."""

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
from browsing import DESKTOP

from tools import student, variants
from tools.notebooks import ROOT, graded_names, load, notebook_path, reference_answers, solution_cells

ASSIGNMENT = "01-loss-functions"
SECONDS = 120  # to wait for a window of JupyterLab, on a busy machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A student's folder in which all of assignment 1 is right but softmax, which sums over the wrong axis."""
    folder = tmp_path_factory.mktemp("student")
    student.lay_out(folder)
    path, wrong = notebook_path(ASSIGNMENT, folder), variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples")
    answers = reference_answers(ASSIGNMENT) | {graded_names(load(ASSIGNMENT))["softmax"]: wrong.source}
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
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--IdentityProvider.token="]
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


def test_the_first_screen_is_the_start_page_with_nothing_for_teachers(lab):
    page = lab.locator(".jp-RenderedMarkdown")
    page.wait_for()
    assert page.get_by_role("link").first.inner_text().startswith("Lesson 2")  # all of assignment 1 is written
    names = lab.locator(".jp-DirListing-itemText").all_inner_texts()
    assert "lessons" in names and not {"source", "misconceptions", "tests"} & set(names)
    assert "Nbgrader" not in lab.locator(".lm-MenuBar-itemLabel").all_inner_texts()


def test_a_link_opens_a_lesson_as_a_notebook(lab):
    lab.locator(".jp-RenderedMarkdown").get_by_role("link", name=re.compile("^Lesson 1")).first.click()
    lab.locator(".jp-NotebookPanel:visible .jp-MarkdownOutput h1").first.wait_for()


def test_validate_names_the_mistake(lab):
    lab.get_by_role("tab", name=student.START).click()
    lab.locator(".jp-RenderedMarkdown").get_by_role("link", name=re.compile("^Assignment 1")).first.click()
    panel = lab.locator(".jp-NotebookPanel:visible")
    panel.locator(".jp-MarkdownOutput h1").first.wait_for()
    panel.get_by_text("Validate", exact=True).first.click()
    message = lab.locator(".jp-Dialog")
    message.get_by_text(re.compile("softmax")).first.wait_for()
    hint = variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples").hint
    assert hint in re.sub(r"\s+", " ", message.inner_text())
