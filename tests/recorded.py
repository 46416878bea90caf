"""Autograded notebooks and their marks, made from recorded outcomes instead of a run of the engine."""

from nbformat.v4 import new_output

from grading.marks import Mark, Marks
from tools.notebooks import grade_id, load


def autograded(assignment, answers, outcomes):
    """Return the notebook that a student gets back, and its Marks.

    answers, outcomes: ``{solution id: source}`` and ``{test id: Outcome}``, as in tools.running
    """
    notebook, marks = load(assignment), {}
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
        if outcome := outcomes.get(grade_id(cell)):
            marks[grade_id(cell)] = Mark(outcome.points, cell.metadata.nbgrader.points, False)
            kind, _, message = outcome.message.partition(": ")
            cell.outputs = [new_output("error", ename=kind, evalue=message)] if message else []
    return notebook, Marks(marks)
