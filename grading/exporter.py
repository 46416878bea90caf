"""The engine behind ``nbgrader autograde``, ``NbGraderAPI.autograde`` and formgrader's button.

nbgrader converts a submission in two passes: it sanitizes what was submitted, then it
executes and grades the result. Here the first pass runs the whole submission with the
engine, from the folder as it is; the second only records the grades.
"""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.utils import rmtree

from grading import pool
from grading.assignment import Assignment, Engine
from grading.course import CourseError
from grading.gradebook import Recorder, agree
from grading.preflight import check_reference
from grading.submission import Submission, graded_with, submitted_folders


class EngineExporter(NotebookExporter):
    """What ``c.Autograde.exporter_class`` names in nbgrader_config.py.

    The converter makes it when it starts. Raises CourseError when the course is not ready for grading.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._converter: Any = self.parent
        self._workers = pool.inline()
        self._assignments: dict[str, Assignment] = {}
        if isinstance(self.parent, Autograde):
            try:
                self._prepare()
            except (CourseError, pool.WorkersError) as error:
                self.log.error("%s", error)
                raise CourseError(str(error)) from error

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Execute a submitted notebook, or send an executed one through nbgrader's steps."""
        names = (resources or {})["nbgrader"]
        assignment = self._assignments.get(names["assignment"])
        if assignment is None:
            self._take_stock_steps()
            return super().from_filename(filename, resources, **kw)
        if self._converter._sanitizing:  # the converter tells the pass in no other way
            notebook = self._execute(assignment, names["student"], Path(filename))
        else:
            notebook = nbformat.read(filename, as_version=4)
            # Written when the steps are done: a notebook with a key has its grades in the gradebook.
            notebook.metadata.grading.key = self._key
        made: tuple[Any, dict[str, Any]] = self.from_notebook_node(notebook, resources, **kw)
        return made

    def _prepare(self) -> None:
        """Look at the course before any submission is touched."""
        if not self.config.Execute.get("enabled", True):
            raise CourseError("--no-execute is not possible: grades do not rest on outputs that were handed in")
        converter, course = self._converter, self._converter.coursedir
        pattern = converter._format_source("(?P<name>.*)", "[^/]*", escape=True)
        names = {match["name"] for folder in converter.assignments if (match := re.fullmatch(pattern, folder))}
        for name in names - set(Engine(parent=converter).stock):
            assignment = self._assignments[name] = Assignment(converter, name)
            check_reference(assignment, self._workers)
            with Gradebook(course.db_url, course.course_id) as gradebook:
                if agree(gradebook, assignment):
                    self.log.warning("The gradebook now holds %s as it is in source/.", name)
                Recorder(gradebook, converter).penalize(name)
            self._take_folders(assignment)

    def _take_folders(self, assignment: Assignment) -> None:
        """Let the converter take whole folders, where it looks for notebooks by their names alone."""
        converter, pattern = self._converter, f"{self._converter.coursedir.notebook_id}.ipynb"
        files = [file for file in (f"{name}.ipynb" for name in assignment.templates) if fnmatch(file, pattern)]
        for student, folder in submitted_folders(
            converter.coursedir, assignment.name, converter.coursedir.student_id
        ).items():
            converter.assignments[folder] = [f"{folder}/{file}" for file in files]
            target = Path(converter._format_dest(assignment.name, student))
            graded = {name: graded_with(target / f"{name}.ipynb") for name in assignment.templates}
            why = ""
            if any(
                entry and entry.get("course") != assignment.key(name, entry.get("language", ""))
                for name, entry in graded.items()
            ):
                why = "graded by another source/"
            elif any(entry and "key" not in entry for entry in graded.values()):
                why = "interrupted"
            if why:
                self.log.warning("Grading again what was %s: %s", why, target)
                rmtree(target)

    def _take_stock_steps(self) -> None:
        """Let the converter's pass do what it does in nbgrader without the engine."""
        name = "sanitize_preprocessors" if self._converter._sanitizing else "autograde_preprocessors"
        self._preprocessors = []
        for step in Autograde.class_traits()[name].default():
            self.register_preprocessor(step)

    def _execute(self, assignment: Assignment, student: str, path: Path) -> NotebookNode:
        submission, name = Submission(assignment, student, path.parent), path.stem
        work = [(None, [submission.jobs[name]], [submission.keys[name]])]
        ((_, result),) = self._workers.outcomes(work)
        if isinstance(result, Exception):
            raise result
        notebook, self._key = submission.finished(name, result[0]), submission.key(name)
        for notice in notebook.metadata.grading.notices:
            self.log.warning("%s: %s", path, notice)
        for left_out in submission.folder.left_out:  # the converter has copied what such a link points to
            Path(self._converter._format_dest(assignment.name, student), left_out).unlink(missing_ok=True)
        return notebook
