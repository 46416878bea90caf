"""The course in a real browser: a static site below a path, on a host that forbids the browser to keep anything."""

import functools
import http.server
import re
import shutil
import threading
from pathlib import Path

import nbformat
import pytest
from browsing import DESKTOP

from tools import variants
from tools.notebooks import RELEASE, assignments, graded_names, load, notebook_path, reference_answers, solution_cells
from tools.site import pyodide
from tools.site.__main__ import KERNEL, build

ASSIGNMENT = assignments()[0]
PLACE = "/some/course/"
SECONDS = 120  # to wait, on a busy machine


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    if not KERNEL.is_dir():
        pytest.skip("JupyterLite is not installed")
    folder = tmp_path_factory.mktemp("site") / "course"
    try:
        build(folder, from_mirror=True)
    except pyodide.NotAvailableError as problem:
        pytest.skip(str(problem))
    yield folder
    shutil.rmtree(folder)


class Host(http.server.SimpleHTTPRequestHandler):
    """A web server that has the site below PLACE."""

    def translate_path(self, path):
        inside = path.startswith(PLACE)
        return super().translate_path(path.removeprefix(PLACE.rstrip("/"))) if inside else self.directory + "/nowhere"

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *arguments):
        pass


class Served:
    """The site at an address of this machine; ``stop`` switches the server off."""

    def __init__(self, folder):
        handler = functools.partial(Host, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}{PLACE}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


STEADILY_IDLE = """() => {
    const idle = Array.from(document.querySelectorAll(".jp-StatusBar-TextItem"), (item) => item.textContent)
        .some((text) => text.endsWith("| Idle"));
    window.idleSince = idle ? (window.idleSince ?? Date.now()) : undefined;
    return idle && Date.now() - window.idleSince > 1500;
}"""


class Student:
    """What a student does in a window of the site. ``outside`` holds requests to other places."""

    def __init__(self, browser, address):
        self.context = browser.new_context(viewport=DESKTOP, accept_downloads=True)
        self.outside, origin = [], address.removesuffix(PLACE)
        self.context.on("request", lambda r: r.url.startswith((origin, "data:", "blob:")) or self.outside.append(r.url))
        self.window = self.context.new_page()
        self.window.set_default_timeout(1000 * SECONDS)
        self.window.goto(address)
        self.window.locator(".jp-RenderedMarkdown").wait_for()

    @property
    def panel(self):
        return self.window.locator(".jp-NotebookPanel:visible")

    def open(self, title):
        """Click on a link of the start page."""
        self.window.get_by_role("tab", name="START.md").click()
        links = self.window.locator(".jp-RenderedMarkdown").get_by_role("link", name=re.compile(f"^{title}"))
        links.first.click()
        self.panel.locator(".jp-MarkdownOutput h1").first.wait_for()

    def take_in(self, path):
        """Replace the open notebook by a file."""
        with self.window.expect_file_chooser() as chooser:
            self.panel.get_by_role("button", name="Open my work").click()
        chooser.value.set_files(path)
        self.window.locator(".jp-Dialog").get_by_role("button", name="Replace").click()
        self.window.locator(".jp-Dialog").wait_for(state="detached")

    def run_all(self):
        """Run all cells, and wait until Python has come to an end."""
        self.window.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
        self.window.locator('[data-command="runmenu:run-all"]').click()
        self.window.get_by_text("| Busy").wait_for()
        self.window.evaluate("delete window.idleSince")
        self.window.wait_for_function(STEADILY_IDLE)

    def errors(self, folder):
        """Return what failed cells of the open notebook say."""
        cells = nbformat.read(self.download(folder), as_version=4).cells
        outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
        return [output.evalue for output in outputs if output.output_type == "error"]

    def download(self, folder):
        """Press the button; return the file under the name that the browser gives it."""
        with self.window.expect_download() as download:
            self.panel.get_by_role("button", name="Download my work").click()
        path = Path(folder, download.value.suggested_filename)
        download.value.save_as(path)
        return path


def solved(assignment, folder, **other):
    """Write the notebook that students receive, with the reference's answers, but for ``{exercise: source}``."""
    names = graded_names(load(assignment))
    answers = reference_answers(assignment) | {names[name]: source for name, source in other.items()}
    notebook = load(assignment, RELEASE)
    for key, cell in solution_cells(notebook).items():
        cell.source = answers[key]
    path = Path(folder, notebook_path(assignment).name)
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def student(browser, site):
    served = Served(site)
    try:
        yield Student(browser, served.address)
    finally:
        served.stop()


def test_a_wrong_answer_gets_its_hint_and_a_right_one_passes_with_nothing_from_outside(student, tmp_path):
    wrong = variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples")
    student.open("Assignment 1")
    student.take_in(solved(ASSIGNMENT, tmp_path, softmax=wrong.source))
    student.run_all()
    assert wrong.hint in re.sub(r"\s+", " ", " ".join(student.errors(tmp_path)))
    student.take_in(solved(ASSIGNMENT, tmp_path))
    student.run_all()
    assert student.errors(tmp_path) == []
    assert student.outside == []
