"""What the gradebook holds of the submissions to an assignment, read in three queries."""

from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)

from grading.gradebook import has_tests


@dataclass(frozen=True)
class Mark:
    """Points of one graded cell. waiting: whether a person has to give them."""

    points: float
    most: float
    waiting: bool


@dataclass
class Marks:
    """What one submitted notebook got.

    cells:    {grade id: Mark}
    comments: {grade id of an answer: what a person wrote about it}
    penalty:  points taken off because it came late
    id:       what formgrader calls it
    """

    cells: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0
    id: str = ""


def read_marks(gradebook: Gradebook, assignment: str, student: str | None = None) -> dict[tuple[str, str], Marks]:
    """Return ``{(student, notebook): Marks}`` of an assignment, or of one student's submission to it."""
    submitted = gradebook.db.query(SubmittedAssignment.student_id, Notebook.name).select_from(SubmittedNotebook)
    submitted = submitted.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    submitted = submitted.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    submitted = submitted.join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    submitted = submitted.filter(Assignment.name == assignment)
    if student is not None:
        submitted = submitted.filter(SubmittedAssignment.student_id == student)

    def of_cells(kind: Any, *columns: Any) -> Any:
        query = submitted.join(kind, kind.notebook_id == SubmittedNotebook.id)
        return query.join(BaseCell, BaseCell.id == kind.cell_id).add_columns(BaseCell.name, *columns)

    notebooks = submitted.add_columns(SubmittedNotebook.late_submission_penalty, SubmittedNotebook.id)
    found = {(who, name): Marks(penalty=penalty or 0.0, id=id_) for who, name, penalty, id_ in notebooks}
    grades = of_cells(
        Grade, Grade.score, Grade.max_score, Grade.needs_manual_grade, Grade.manual_score, Grade.auto_score
    )
    graded = set()
    for who, name, cell, points, most, needs_person, by_hand, by_machine in grades:
        found[who, name].cells[cell] = Mark(points, most, needs_person and by_hand is None)
        if by_hand is not None or by_machine is not None:
            graded.add(who)
    for who, name, cell, comment in of_cells(Comment, Comment.manual_comment):
        if comment:
            found[who, name].comments[cell] = comment
    # An entry may have been made for other reasons, such as an extension, or by a run that was killed.
    every = not has_tests(gradebook, assignment)
    return {(who, name): marks for (who, name), marks in found.items() if every or who in graded}
