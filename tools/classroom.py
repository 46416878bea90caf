"""A course folder of its own, with students who answer: for the demo and for the tests."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from tools.notebooks import ROOT, SOURCE, Answers, grade_id, notebook_path
from tools.release import Done, nbgrader, run_module


class Course:
    """A course in ``folder``: the steps of nbgrader from source/ to grades.csv."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "nbgrader_config.py", self.folder)

    def generate(self, assignment: str) -> None:
        """Copy an assignment from source/ and generate its release version."""
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(SOURCE / assignment, self.folder / "source" / assignment, ignore=ignored)
        nbgrader(self.folder, "generate_assignment", assignment)

    def submit(self, student: str, assignment: str, answers: Answers, files: Mapping[str, str] | None = None) -> Path:
        """Hand in the released notebook with ``answers``, ``{solution id: source}``; return its path.

        files: ``{name: text}`` to hand in beside the notebook
        """
        submitted = self.folder / "submitted" / student / assignment
        shutil.copytree(self.folder / "release" / assignment, submitted)
        path = notebook_path(assignment, submitted.parent)
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(grade_id(cell), cell.source)
        nbformat.write(notebook, path)
        for name, text in (files or {}).items():
            (submitted / name).write_text(text, encoding="utf-8")
        return path

    def autograde(self, assignment: str, *options: str) -> Done:
        """Grade every submission with nbgrader's command; return its finished process, failed or not."""
        return nbgrader(self.folder, "autograde", assignment, *options, check=False)

    def grade(self, *arguments: str) -> Done:
        """Grade every submission in parallel with ``python -m grading autograde``; return as ``autograde``."""
        return run_module(self.folder, "grading", "autograde", *arguments, check=False)

    def scores(self, student: str, assignment: str) -> dict[str, float] | None:
        """Return ``{test id: points}`` from the gradebook, or None when there is no grade.

        Answers in words are left out: a teacher grades them.
        """
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            try:
                submission = gradebook.find_submission(assignment, student)
            except MissingEntry:
                return None
            grades = [g for n in submission.notebooks for g in n.grades if g.cell.cell_type == "code"]
            if any(g.auto_score is None for g in grades):
                return None
            return {g.name: g.score for g in grades}

    def feedback(self, *arguments: str) -> Done:
        """Write the feedback pages with ``python -m grading feedback``; return its finished process, failed or not."""
        return run_module(self.folder, "grading", "feedback", *arguments, check=False)

    def report(self, *arguments: str) -> Done:
        """Write the page about the class with ``python -m grading report``; return as ``feedback``."""
        return run_module(self.folder, "grading", "report", *arguments, check=False)

    def export(self) -> Path:
        """Write grades.csv; return its path."""
        nbgrader(self.folder, "export")
        return self.folder / "grades.csv"
