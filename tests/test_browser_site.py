"""The course in a real browser: a static site below a path, on a host that forbids the browser to keep anything."""

import functools
import http.server
import os
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from browsing import DESKTOP, PHONE, assert_slides, command, connect

from tools import variants
from tools.classroom import Course
from tools.notebooks import (
    RELEASE,
    assignments,
    graded_names,
    lessons,
    load,
    notebook_path,
    points,
    reference_answers,
    solution_cells,
)
from tools.site import pyodide
from tools.site.__main__ import KERNEL, build

ASSIGNMENT = assignments()[0]
SLIDER = "01-loss-functions", "search-slider"  # a lesson and one of its cells
PLACE = "/some/course/"
ASKED = ["", "/lessons"] * 8  # folders of the site: one of them holds START.md
SECONDS = 240  # to wait, on a busy machine
IS_WHOLE = bool(os.environ.get("WHOLE_SITE"))
WHOLE = pytest.mark.skipif(not IS_WHOLE, reason="takes minutes: make test")
TRIED = assignments() if IS_WHOLE else [ASSIGNMENT]
AHEAD = [*map(notebook_path, assignments()[1:]), *lessons()]  # run one after the other


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
        if self._thread.is_alive():
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
        self.address = address
        self.enter()

    def enter(self):
        """Open a window at the site's address."""
        self.window = self.context.new_page()
        self.window.set_default_timeout(1000 * SECONDS)
        self.window.goto(self.address)
        self.window.get_by_role("tab", name="START.md").wait_for()

    def close(self):
        """Close the open notebook, and end its Python."""
        self.window.locator(".lm-MenuBar-itemLabel", has_text="File").first.click()
        self.window.locator('[data-command="filemenu:close-and-cleanup"]').click()
        self.window.locator(".jp-Dialog .jp-mod-accept").click()

    @property
    def panel(self):
        return self.window.locator(".jp-NotebookPanel:visible")

    def show(self, title):
        """Click on a link of the start page: the notebook opens, or comes to the front."""
        self.window.get_by_role("tab", name="START.md").click()
        links = self.window.locator(".jp-RenderedMarkdown").get_by_role("link", name=re.compile(f"^{re.escape(title)}"))
        links.first.click()
        self.panel.locator(".jp-Cell").first.wait_for(state="attached")

    def open(self, title):
        """Show a notebook, and wait for its Python."""
        self.show(title)
        connect(self.window)

    def take_in(self, path):
        """Replace the open notebook by a file."""
        said = self.window.get_by_text(f"{path.name} is open.").last
        said.wait_for(state="detached")
        with self.window.expect_file_chooser() as chooser:
            self.panel.get_by_role("button", name="Open my work").click()
        chooser.value.set_files(path)
        self.window.locator(".jp-Dialog").get_by_role("button", name="Replace").click()
        said.wait_for()

    def press_run_all(self):
        """Run all cells of the open notebook."""
        self.window.evaluate("() => { window.run = jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def run_all(self):
        """Run all cells of the open notebook, and wait until the last one has run."""
        self.press_run_all()
        self.window.evaluate("window.run")

    def run_beside_next(self, path):
        """Run all cells of an open notebook of AHEAD while the Python of the next one starts."""
        self.press_run_all()
        for following in AHEAD[AHEAD.index(path) + 1 :][:1]:
            self.show(title(following))
            self.show(title(path))
        self.window.evaluate("window.run")

    def validate(self):
        """Press the button; return what is said, on one line."""
        self.panel.get_by_role("button", name="Validate").click()
        said = self.window.locator(".jp-Dialog pre").inner_text()
        self.window.locator(".jp-Dialog .jp-mod-accept").click()
        return re.sub(r"\s+", " ", said)

    def restart(self):
        """Press the button, and wait until there is a new Python."""
        self.panel.get_by_role("button", name="Restart", exact=True).click()
        self.window.locator(".jp-Dialog .jp-mod-accept").click()
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


def cells_written(path):
    """Return ``{solution id: source}`` of a notebook."""
    return {key: cell.source for key, cell in solution_cells(nbformat.read(path, as_version=4)).items()}


def title(path):
    """Return what the start page calls a notebook."""
    return nbformat.read(path, as_version=4).cells[0].source.partition("\n")[0].lstrip("# ")


@pytest.fixture(scope="module")
def served(site):
    server = Served(site)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def student(browser, served):
    student = Student(browser, served.address)
    yield student
    student.context.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that waits for what is handed in; its assignments are generated while the browser starts."""
    course = Course(tmp_path_factory.mktemp("graded") / "course")
    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(lambda: [course.generate(assignment) for assignment in TRIED])
        course.ready = ready.result
        yield course


@pytest.fixture(scope="module")
def graded(course):
    """The course, all that was handed in graded by one command, and what this said."""
    done = course.grade(*TRIED)
    return course, done.stdout + done.stderr


def hand_in(student, course, assignment):
    """Hand in what the open notebook's button gives, under its name; return its path."""
    course.ready()
    handed_in = course.submit("ada", assignment, {})
    assert student.download(handed_in.parent) == handed_in
    return handed_in


def test_a_wrong_answer_gets_its_hint_a_right_one_passes_and_what_is_downloaded_opens_again(student, course, tmp_path):
    wrong = variants.read(ASSIGNMENT)["softmax"].find("sums-over-examples")
    student.open("Assignment 1")
    student.take_in(solved(ASSIGNMENT, tmp_path, softmax=wrong.source))
    assert wrong.hint in student.validate()
    student.take_in(solved(ASSIGNMENT, tmp_path))
    student.run_all()
    assert student.errors(tmp_path) == []
    assert student.outside == []
    handed_in = hand_in(student, course, ASSIGNMENT)
    student.take_in(handed_in)
    assert cells_written(student.download(tmp_path)) == cells_written(handed_in)


FETCH = "const asked = async (question) => fetch(address, { method: 'POST', body: JSON.stringify(question) });"


@pytest.fixture(scope="module")
def drive(student):
    """What asks the service worker about the student's files: ``(address, a question)``."""
    student.open("Assignment 1")
    with student.window.expect_request("**/api/drive") as asked:
        student.validate()
    return asked.value.url, asked.value.post_data_json


def about(question, path):
    return question | {"data": {"method": "readdir", "path": path}}


def test_each_notebook_gets_the_answer_to_its_own_question_where_several_read_files_at_once(student, drive):
    address, question = drive
    found = student.window.evaluate(
        f"""([address, questions]) => {{
            {FETCH}
            return Promise.all(questions.map(async (question) => (await asked(question)).json()));
        }}""",
        [address, [about(question, path) for path in ASKED]],
    )
    assert ["START.md" in names for names in found] == [path == "" for path in ASKED]


def test_what_is_typed_reaches_the_cell_that_asks_while_another_notebook_reads_files(student, drive):
    address, question = drive
    shown = student.window.evaluate(
        f"""async ([address, question]) => {{
            {FETCH}
            const {{ kernel }} = jupyterapp.shell.currentWidget.sessionContext.session;
            const running = kernel.requestExecute({{ code: "print(input())", allow_stdin: true }});
            let shown = "";
            running.onIOPub = ({{ content }}) => {{ shown += content.text ?? ""; }};
            running.onStdin = async ({{ header }}) => {{
                await asked(question);
                kernel.sendInputReply({{ status: "ok", value: "seven" }}, header);
            }};
            await running.done;
            return shown.trim();
        }}""",
        [address, about(question, "")],
    )
    assert shown == "seven"


@WHOLE
def test_a_question_that_nobody_answers_holds_up_no_other(student, drive):
    address, question = drive
    statuses = student.window.evaluate(
        f"""([address, questions]) => {{
            {FETCH}
            return Promise.all(questions.map(async (question) => (await asked(question)).status));
        }}""",
        [address, [about(question, "no/such/folder"), about(question, "")]],
    )
    assert statuses == [504, 200]


def test_python_completes_names(student):
    student.open("Assignment 1")
    found = student.window.evaluate(
        """async () => {
            const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
            return (await kernel.requestComplete({ code: "[].app", cursor_pos: 6 })).content.matches;
        }"""
    )
    assert found == ["append"]


def test_a_save_that_begins_before_the_last_one_ends_finds_no_conflict(student):
    student.open("Assignment 1")
    seen = student.window.evaluate(
        """async () => {
            const { contents } = jupyterapp.serviceManager;
            const { context } = jupyterapp.shell.currentWidget;
            const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
            const waits = [0, 2000]; // the first save writes at once, and learns late that it has
            const { get } = contents;
            contents.get = async (...given) => {
                const wait = sleep(waits.shift() ?? 0);
                const found = await get.apply(contents, given);
                await wait;
                return found;
            };
            const both = Promise.all([context.save(), sleep(1000).then(() => context.save())]);
            const dialog = async () => {
                while (!document.querySelector(".jp-Dialog")) await sleep(100);
                return "dialog";
            };
            const seen = await Promise.race([both.then(() => "saved"), dialog()]);
            delete contents.get;
            return seen;
        }"""
    )
    assert seen == "saved"


@pytest.mark.parametrize(("name", "text"), [("notes.ipynb", "no notebook"), ("no-cells.ipynb", '{"metadata": {}}')])
def test_a_file_that_is_no_notebook_is_refused_and_the_work_stays(student, tmp_path, name, text):
    student.open("Assignment 1")
    before, file = cells_written(student.download(tmp_path)), tmp_path / name
    file.write_text(text)
    with student.window.expect_file_chooser() as chooser:
        student.panel.get_by_role("button", name="Open my work").click()
    chooser.value.set_files(file)
    student.window.get_by_text(file.name).last.wait_for()
    assert student.window.locator(".jp-Dialog").count() == 0
    assert cells_written(student.download(tmp_path)) == before


def test_what_validate_says_fits_into_a_phone(student):
    student.open("Assignment 1")
    student.window.set_viewport_size(PHONE)
    command(student.window, "course:validate")
    dialog = student.window.locator(".jp-Dialog-content")
    dialog.locator("pre").wait_for()
    box = dialog.bounding_box()
    dialog.locator(".jp-mod-accept").click()
    student.window.set_viewport_size(DESKTOP)
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


@WHOLE
def test_restart_ends_a_loop_that_never_ends(student, tmp_path):
    student.take_in(solved(ASSIGNMENT, tmp_path, softmax="def softmax(Z):\n    while True:\n        pass"))
    student.press_run_all()
    student.window.get_by_text("| Busy").wait_for()
    student.restart()
    student.take_in(solved(ASSIGNMENT, tmp_path))
    student.run_all()
    assert student.errors(tmp_path) == []


@WHOLE
@pytest.mark.parametrize("assignment", assignments()[1:])
def test_a_solved_assignment_runs(student, course, assignment, tmp_path):
    student.open(title(notebook_path(assignment)))
    student.take_in(solved(assignment, tmp_path))
    student.run_beside_next(notebook_path(assignment))
    assert student.errors(tmp_path) == []
    hand_in(student, course, assignment)
    student.close()


@WHOLE
@pytest.mark.parametrize("lesson", lessons(), ids=lambda path: path.stem)
def test_a_lesson_runs_without_an_error(student, lesson, tmp_path):
    student.open(title(lesson))
    student.run_beside_next(lesson)
    assert student.errors(tmp_path) == []
    if lesson.stem == SLIDER[0]:
        assert_slides(student.window, SLIDER[1])
    student.close()


@pytest.mark.parametrize("assignment", TRIED)
def test_what_is_downloaded_gets_full_points_without_a_notice(graded, assignment):
    course, said = graded
    assert course.scores("ada", assignment) == points(load(assignment)), said
    done = notebook_path(assignment, course.folder / "autograded" / "ada")
    assert nbformat.read(done, as_version=4).metadata.grading.notices == []


def test_after_one_visit_the_course_starts_without_a_server_and_has_kept_work_and_progress(student, served, tmp_path):
    student.window.get_by_text("Ready for offline use", exact=True).wait_for()
    student.window.close()
    served.stop()
    student.enter()
    student.open("Assignment 1")
    student.run_all()
    assert student.errors(tmp_path) == []
    assert cells_written(student.download(tmp_path)) == reference_answers(ASSIGNMENT)
    student.open("Your progress")
    student.run_all()
    exercises = len(graded_names(load(ASSIGNMENT)))
    assert f"{exercises} of {exercises}" in student.panel.locator("table").inner_text()
