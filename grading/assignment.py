"""Between nbgrader's folders and the engine: what a submission is run with, and what is shown of it."""

import html
import json
import os
import re
import stat
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from traitlets import Bool, Dict, List, Unicode
from traitlets.config import Configurable

from grading import execute
from grading.rebuild import is_test

NOTEBOOK_BYTES = 50 * 2**20
FOLDER_BYTES = 100 * 2**20  # of the files beside a notebook


class CourseError(Exception):
    """The course is not ready for grading; the message tells what to do."""


class Engine(Configurable):
    """The settings of the engine in nbgrader_config.py."""

    beside = List(
        Unicode(), help="Assignments whose tests run in the student's own process, as in stock nbgrader."
    ).tag(config=True)
    require_sandbox = Bool(False, help="Grade nothing where bubblewrap is missing.").tag(config=True)
    limits = Dict(help="Changes to the defaults of grading.execute.Limits.").tag(config=True)


@dataclass(frozen=True)
class Folder:
    """What a student handed in.

    notebooks: {name: content}; empty content where a notebook is missing
    files:     {relative path: content} of the rest
    left_out:  {relative path: reason}
    others:    notebooks that nobody asked for
    """

    notebooks: dict[str, bytes]
    files: dict[str, bytes]
    left_out: dict[str, str]
    others: list[str]


class Assignment:
    """One assignment as the instructor made it: templates, helper files, settings.

    coursedir: nbgrader's CourseDirectory
    gradebook: an open Gradebook that knows the assignment
    engine:    the Engine settings
    keep:      files of students that the instructor's do not replace (Autograde.exclude_overwriting)
    """

    def __init__(self, name, coursedir, gradebook, engine, keep=()):
        self.name = name
        self._ignored = coursedir.ignore
        source = Path(coursedir.format_path(coursedir.source_directory, ".", name))
        try:
            notebooks = gradebook.find_assignment(name).notebooks
        except MissingEntry:
            notebooks = []
        if not notebooks:
            raise CourseError(f"The gradebook does not know {name}: run nbgrader generate_assignment {name}")
        self.templates = {n.name: _template(source / f"{n.name}.ipynb", n) for n in notebooks}
        self.files = read_folder(source, (), self._ignored).files
        self._keep = frozenset(keep)
        self._settings = {
            "tests": "beside" if name in engine.beside else "apart",
            "limits": execute.Limits(**engine.limits),
            "require_sandbox": engine.require_sandbox,
        }

    def read(self, folder):
        """Return what a student handed in at ``folder``, as a Folder."""
        return read_folder(folder, self.templates, self._ignored)

    def files_beside(self, folder):
        """Return ``{relative path: content}`` of the student's files with the instructor's on top."""
        own = {*self.files, *(f"{name}.ipynb" for name in self.templates)} - self._keep
        folders = {str(parent) for path in own for parent in Path(path).parents}
        files = dict(self.files)
        for path, content in folder.files.items():
            # A student's file must not be where the instructor has a folder, nor the other way round.
            if path not in own | folders and not own & {str(parent) for parent in Path(path).parents}:
                files[path] = content
        return files

    def job(self, notebook, folder):
        """Return the Job of one notebook of a Folder."""
        return execute.Job(
            name=notebook,
            template=self.templates[notebook],
            submission=folder.notebooks[notebook],
            files=self.files_beside(folder),
            trusted_files=self.files,
            **self._settings,
        )


def _template(path, notebook):
    """Return the source notebook with the locked cells and checksums that the gradebook holds."""
    again = f"run nbgrader generate_assignment {notebook.assignment.name} again"
    try:
        document = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} cannot be read ({error}); the tests are taken from it") from error
    if document.nbformat_minor < 5:  # cells had no ids yet
        document.nbformat_minor = 5
        for number, cell in enumerate(document.cells):
            cell.id = f"cell-{number}"
    known = {cell.name: cell for cell in notebook.source_cells}
    cells = [c for c in document.cells if is_grade(c) or is_solution(c) or is_locked(c) or is_task(c)]
    if {c.metadata.nbgrader.grade_id for c in cells} != set(known):
        raise CourseError(f"{path} has other cells than the gradebook: {again}")
    for cell in cells:
        stored = known[cell.metadata.nbgrader.grade_id]
        cell.metadata.nbgrader.checksum = stored.checksum
        if stored.locked:
            cell.source = stored.source
    return nbformat.writes(document).encode()


def read_folder(path, notebooks, ignored):
    """Return the regular files below ``path`` as a Folder.

    notebooks: the names of the notebooks that are expected
    ignored:   patterns of file and folder names to leave out (CourseDirectory.ignore)
    """
    path, files, left_out, others = Path(path), {}, {}, []
    wanted = {f"{name}.ipynb" for name in notebooks}
    room = FOLDER_BYTES
    for file in _walk(path, ignored):
        relative = _text(str(file.relative_to(path)))
        if file.suffix == ".ipynb" and relative not in wanted:
            others.append(relative)
            continue
        content, reason = _read(file, path, NOTEBOOK_BYTES if relative in wanted else room)
        if reason:
            left_out[relative] = reason
            continue
        files[relative] = content
        room -= 0 if relative in wanted else len(content)
    return Folder({n: files.pop(f"{n}.ipynb", b"") for n in notebooks}, files, left_out, others)


def _walk(path, ignored):
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if not any(fnmatch(f, p) for p in ignored))
        for name in sorted(names):
            if not any(fnmatch(name, p) for p in ignored):
                yield Path(folder, name)


def _read(file, root, limit):
    """Return ``(content, why it was left out)``: what a student hands in may be no file at all."""
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            return b"", "it is a link that leads out of the folder"
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:  # a pipe must not block
            kind = os.fstat(stream.fileno())
            if not stat.S_ISREG(kind.st_mode):
                return b"", "it is not a regular file"
            if kind.st_size > limit:
                return b"", f"it is too large ({kind.st_size / 2**20:.0f} MB)"
            return stream.read(), ""
    except (OSError, RuntimeError) as error:
        return b"", f"it cannot be read ({error})"


def explained(outcome, notebook, folder):
    """Return ``outcome`` with what its Folder has to tell about one notebook."""
    file, left_out = f"{notebook}.ipynb", dict(folder.left_out)
    failed = outcome.failed
    if not folder.notebooks[notebook]:
        found = f" The folder holds {', '.join(folder.others)}." if folder.others else ""
        reason = f"was left out: {left_out.pop(file)}." if file in left_out else f"is missing or empty.{found}"
        failed = f"{file} {reason}"
    told = [f"{path} was left out: {reason}." for path, reason in left_out.items()]
    return replace(outcome, failed=_text(failed), notices=[_text(notice) for notice in told + outcome.notices])


def _text(text):
    # A name or a message of a student need not be Unicode that can be written down.
    return text.encode("utf-8", "replace").decode()


def finished(outcome):
    """Return the executed notebook as nbgrader keeps it, as a NotebookNode; notices become a cell at the top."""
    told = [outcome.failed, *outcome.notices] if outcome.failed else outcome.notices
    notebook = nbformat.v4.reads(outcome.notebook)
    for cell in notebook.cells:
        if is_test(cell) and cell.cell_type == "code":
            _close(cell, outcome.verdicts.get(cell.metadata.nbgrader.grade_id))
    if told:
        lines = ["**Notes from grading**", "", *(f"- {_plain(notice)}" for notice in told)]
        cell = nbformat.v4.new_markdown_cell("\n".join(lines), id="notes-from-grading")
        notebook.cells.insert(0, cell)
    notebook.metadata.grading = {
        "notices": told,
        "failed": outcome.failed,
        "sandbox": outcome.sandbox,
        "seconds": round(outcome.seconds, 3),
        "peak_bytes": outcome.peak_bytes,
    }
    return notebook


def _close(cell, verdict):
    # nbgrader gives full points to a test cell without an error: silence must not pass for success.
    if verdict is not None and verdict.passed:
        return
    if any(output.output_type == "error" for output in cell.outputs):
        return
    text = verdict.message if verdict else "This test gave no result."
    cell.outputs.append(nbformat.v4.new_output("error", ename="NotPassed", evalue=text, traceback=[text]))


def _plain(text):
    """Return ``text`` so that Markdown shows it as it is: names in it may be a student's."""
    one_line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+!|~$-])", r"\\\1", one_line)


def graded_with(path):
    """Return ``metadata.grading`` of an autograded notebook: its key and notices; {} when there is none."""
    try:
        return json.loads(Path(path).read_bytes())["metadata"].get("grading", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
