"""The engine behind ``nbgrader autograde``, ``NbGraderAPI.autograde`` and formgrader's button.

nbgrader converts a submission in two passes: it sanitizes what was submitted, then it
executes and grades the result. Here the first pass runs the whole submission with the
engine, from the file as it is, JSON or not; the second only records the grades.
"""

from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook

from grading import execute, workers
from grading.assignment import Assignment, CourseError, Engine, explained, finished


class EngineExporter(NotebookExporter):
    """What ``c.Autograde.exporter_class`` names in nbgrader_config.py."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._assignments = {}

    def from_filename(self, filename, resources=None, **kw):
        """Execute a submitted notebook, or send an executed one through nbgrader's steps.

        Raises CourseError when the course is not ready for grading.
        """
        if self.parent._sanitizing:  # the converter tells the pass in no other way
            names = resources["nbgrader"]
            notebook = self._execute(Path(filename), names["assignment"], names["student"])
        else:
            notebook = nbformat.read(filename, as_version=4)
            # Written when the steps are done: a notebook with a key has its grades in the gradebook.
            notebook.metadata.grading.key = self._key
        return self.from_notebook_node(notebook, resources, **kw)

    def _execute(self, path, assignment_id, student_id):
        if not self.config.Execute.get("enabled", True):
            raise CourseError("--no-execute is not possible: grades do not rest on outputs that were handed in")
        assignment = self._assignment(assignment_id)
        folder = assignment.read(path.parent)
        job = assignment.job(path.stem, folder)
        self._key = execute.key(job)
        outcome = workers.run(job)
        if outcome.slow:  # once more: the machine may have been busy
            outcome = workers.run(job)
        outcome = explained(outcome, path.stem, folder)
        for notice in filter(None, [outcome.failed, *outcome.notices]):
            self.log.warning("%s: %s", path, notice)
        for left_out in folder.left_out:  # the converter has copied what such a link points to
            Path(self.parent._format_dest(assignment_id, student_id), left_out).unlink(missing_ok=True)
        return finished(outcome)

    def _assignment(self, name):
        if name not in self._assignments:
            coursedir, kept = self.parent.coursedir, self.parent.exclude_overwriting
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                engine = Engine(parent=self.parent)
                self._assignments[name] = Assignment(name, coursedir, gradebook, engine, kept.get(name, ()))
        return self._assignments[name]
