"""Write the feedback pages of an assignment, in parallel; and the same pages for ``nbgrader generate_feedback``.

A page is done when it holds the key of what it was made from. It gets its name when it is whole,
so a run that is killed at any moment leaves each page either done or to be made again.
"""

import functools
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import Exporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets import default
from traitlets.config import Configurable

from grading import languages
from grading.course import CourseError, started
from grading.gradebook import penalize
from grading.marks import Marks, read_marks
from grading.pages.page import FeedbackPage, render

SECONDS = 60  # for one page: what a student writes must not stop the others
BESIDE = "timestamp.txt", "submission_secret.txt"  # nbgrader needs them to hand the pages out
OWN = (  # what decides how a page looks
    *("languages.py", "words.json", "run/outputs.py", "pages/exercises.py", "pages/page.py", "pages/markup.py"),
    *("pages/templates/feedback.html", "pages/templates/macros.html", "pages/templates/page.css"),
)
RENDERS = "jinja2", "latex2mathml", "mistune", "nbconvert", "nbgrader", "nh3", "pygments"


@dataclass(frozen=True)
class Task:
    """One page to write.

    names:    {"student", "assignment", "notebook"}
    notebook: path of the autograded notebook
    target:   path of the page
    languages: the folder with the languages of the course
    """

    names: dict[str, str]
    notebook: Path
    target: Path
    marks: Marks
    settings: FeedbackPage
    languages: Path
    force: bool


@dataclass(frozen=True)
class Written:
    """What became of a page. status: "written", "unchanged" or "failed"; problem: why, or ''."""

    student: str
    status: str
    problem: str = ""


class FeedbackExporter(Exporter):
    """What ``c.GenerateFeedback.exporter_class`` names in nbgrader_config.py."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return ``(page, resources)`` of an autograded notebook. Raises MissingEntry where it has no marks."""
        resources = resources or {}
        names = {name: resources["nbgrader"][name] for name in ("student", "assignment", "notebook")}
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            marks = read_marks(gradebook, names["assignment"], names["student"])
        found = marks.get((names["student"], names["notebook"]))
        if found is None:
            raise MissingEntry(f"{names['student']} has no marks for {names['notebook']}.")
        folder = languages.folder_of(CourseDirectory(parent=self), self)
        html = page(Path(filename), found, names, _settings(self), folder)
        return html, resources | {"output_extension": ".html"}


def page(
    path: Path, marks: Marks, names: dict[str, str], settings: FeedbackPage, folder: Path, unless: str | None = None
) -> str | None:
    """Return the page of an autograded notebook as HTML, or None when its key is ``unless``.

    folder: with the languages of the course
    """
    content = path.read_bytes()
    made_of = json.dumps([asdict(marks), names, settings.trait_values(config=True)], sort_keys=True)
    parts = [content, made_of.encode(), languages.contents(folder), _version()]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()
    if key == unless:
        return None
    notebook = nbformat.reads(content.decode(), as_version=4)
    words = languages.read_words(folder, notebook.metadata.get("grading", {}).get("language", ""))
    return render(notebook, marks, names, settings, key, str(path.parent), words)


@functools.cache
def _version() -> bytes:
    """Return the versions of all that renders a page."""
    folder = Path(__file__).parent.parent
    own = [(folder / name).read_bytes() for name in OWN]
    packages = [f"{name}=={importlib.metadata.version(name)}" for name in RENDERS]
    return b"\0".join([*own, "\n".join(packages).encode()])


def _settings(parent: Configurable) -> FeedbackPage:
    """Return the FeedbackPage of a course, without its parent, so that it can cross to another process."""
    settings = FeedbackPage(parent=parent)
    return FeedbackPage(**settings.trait_values(config=True))


def open_course(folder: str | Path) -> GenerateFeedback:
    """Return nbgrader's converter as ``nbgrader generate_feedback`` would have it in ``folder``.

    ``folder`` becomes the working directory: nbgrader reads the configuration there.
    Raises CourseError where that cannot be read.
    """
    os.chdir(folder)
    app = started(GenerateFeedbackApp())
    return GenerateFeedback(coursedir=app.coursedir, parent=app)


def write_pages(
    converter: GenerateFeedback, name: str, workers: int, students: Sequence[str] = (), force: bool = False
) -> list[Written]:
    """Write the pages of one assignment; return a Written for each, in order of the students.

    workers:  how many processes
    students: write the pages of these only, if any are named
    force:    write what is unchanged, too
    """
    penalize(converter, name)  # points by hand and due dates may be newer than the last grading
    tasks = _tasks(converter, name, students, force)
    results, pool = [], ProcessPoolExecutor(workers, initializer=_let_the_parent_handle_interrupts)
    try:
        for result in tqdm(pool.map(_write, tasks), total=len(tasks), desc=name, unit=" pages"):
            results.append(result)
            if result.status == "written":
                converter.set_permissions(name, result.student)
    finally:
        pool.shutdown(cancel_futures=True)
    return results


def print_summary(name: str, results: Sequence[Written], seconds: float) -> None:
    """Print the counts, and a line for each page that could not be written."""
    counts = Counter(result.status for result in results)
    parts = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    print(f"{name}: {len(results)} pages in {seconds:.1f} s: {parts or 'none'}")
    for result in results:
        if result.problem:
            print(f"  {result.student}  {result.problem}")


def _let_the_parent_handle_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _tasks(converter: GenerateFeedback, name: str, students: Sequence[str], force: bool) -> list[Task]:
    course, settings = converter.coursedir, _settings(converter)
    folder = languages.folder_of(course, converter)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        marks = read_marks(gradebook, name)
    known = {student for student, _ in marks}
    if not known or (missing := set(students) - known):
        whose = f" by {', '.join(sorted(missing))}" if known else ""
        raise CourseError(f"The gradebook holds no graded submission to {name}{whose}.")
    wanted = (set(students) or known) - set(course.student_id_exclude.split(","))
    tasks = []
    for (student, notebook), found in sorted(marks.items()):
        if student in wanted:
            names = {"student": student, "assignment": name, "notebook": notebook}
            graded = Path(course.format_path(course.autograded_directory, student, name), f"{notebook}.ipynb")
            target = Path(course.format_path(course.feedback_directory, student, name), f"{notebook}.html")
            tasks.append(Task(names, graded, target, found, settings, folder, force))
    return tasks


def _write(task: Task) -> Written:
    """Write one page, unless it is there; return what became of it."""
    student = task.names["student"]
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(SECONDS)
    try:
        old = None if task.force else _key(task.target)
        html = page(task.notebook, task.marks, task.names, task.settings, task.languages, old)
    except Exception as error:
        return Written(student, "failed", f"{type(error).__name__}: {error}")
    finally:
        signal.alarm(0)
    if html is None:
        return Written(student, "unchanged")
    task.target.parent.mkdir(parents=True, exist_ok=True)
    for file in BESIDE:
        if (task.notebook.parent / file).exists():
            shutil.copyfile(task.notebook.parent / file, task.target.parent / file)
    new = task.target.with_name(f".{task.target.name}.new")
    new.write_text(html, encoding="utf-8")
    new.replace(task.target)
    return Written(student, "written")


def _stop(*_: object) -> None:
    raise TimeoutError(f"The page was not done after {SECONDS} s.")


def _key(path: Path) -> str | None:
    """Return the key in a page, or None."""
    try:
        with open(path, encoding="utf-8") as stream:
            found = re.search(r'name="grading-key" content="(\w+)"', stream.read(1000))
    except (OSError, ValueError):
        return None
    return found and found[1]
