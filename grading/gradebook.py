"""Write one graded submission into nbgrader's gradebook, in one transaction.

The rules are nbgrader's own preprocessors; what differs is that nbgrader opens the
gradebook anew for each step and commits each cell, which takes longer than the run.
"""

from contextlib import contextmanager
from types import SimpleNamespace

from nbgrader.api import Assignment, BaseCell, Comment, Grade, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy import and_, case, func


class Recorder:
    """Writes the submissions of one course.

    gradebook: an open Gradebook
    parent:    nbgrader's Autograde converter, whose configuration holds
    """

    def __init__(self, gradebook, parent):
        self._gradebook = gradebook
        self._saver = SaveAutoGrades(parent=parent)
        self._late = AssignLatePenalties(parent=parent)
        self._late.init_plugin()

    def record(self, assignment, student, timestamp, notebooks):
        """Write the grades of one submission: all of them or none.

        timestamp: when it was handed in (datetime, UTC), or None
        notebooks: {name: executed NotebookNode}
        """
        book = self._gradebook
        try:
            with _no_commit(book.db):
                book.update_or_create_student(student)
                given = {} if timestamp is None else {"timestamp": timestamp}
                with book.db.no_autoflush:  # nbgrader builds the entry up before it adds it
                    submission = book.update_or_create_submission(assignment, student, **given)
            for submitted in submission.notebooks:
                self._save(submitted, notebooks[submitted.name])
            book.db.flush()
            for submitted in submission.notebooks:
                self._penalize(submitted, submission, student)
            book.db.commit()
        except BaseException:
            book.db.rollback()
            raise

    def _save(self, submitted, notebook):
        grades, comments = self._entries(Grade, submitted), self._entries(Comment, submitted)
        self._saver.notebook_id, self._saver.assignment_id, self._saver.student_id = submitted.name, None, None
        self._saver.gradebook = SimpleNamespace(
            find_grade=lambda name, *_: grades[name],
            find_comment=lambda name, *_: comments[name],
            db=SimpleNamespace(commit=lambda: None),
        )
        for index, cell in enumerate(notebook.cells):
            self._saver.preprocess_cell(cell, {}, index)

    def _entries(self, kind, submitted):
        """Return ``{cell name: entry}`` of one kind (Grade or Comment) by the table's own index."""
        own = and_(kind.cell_id == BaseCell.id, kind.notebook_id == submitted.id)
        query = self._gradebook.db.query(BaseCell.name, kind).join(kind, own)
        return dict(query.filter(BaseCell.notebook_id == submitted.notebook_id).all())

    def _penalize(self, submitted, submission, student):
        submitted.late_submission_penalty = None
        seconds = submission.total_seconds_late
        if seconds > 0:
            self._gradebook.db.refresh(submitted, ["score"])
            penalty = self._late.plugin_inst.late_submission_penalty(student, submitted.score, seconds)
            if penalty is not None:
                submitted.late_submission_penalty = self._late._check_late_penalty(submitted, penalty)


@contextmanager
def _no_commit(session):
    """Let what nbgrader commits wait for the commit at the end."""
    session.commit = session.flush
    try:
        yield
    finally:
        del session.commit


def graded(gradebook, assignment):
    """Return ``{student: when the graded submission was handed in, or None}``."""
    columns = SubmittedAssignment.student_id, SubmittedAssignment.timestamp
    return dict(_grades(gradebook, assignment, *columns).filter(Grade.auto_score.is_not(None)).distinct().all())


def totals(gradebook, assignment):
    """Return ``{student: (points, most points, whether a cell waits for a person)}``."""
    # One pass over the grades: nbgrader's own properties make one pass for each student.
    waiting = func.sum(case((Grade.needs_manual_grade, 1), else_=0))
    student = SubmittedAssignment.student_id
    rows = _grades(gradebook, assignment, student, func.sum(Grade.score), waiting).group_by(student)
    most = gradebook.find_assignment(assignment).max_score
    return {name: (points, most, count > 0) for name, points, count in rows}


def _grades(gradebook, assignment, *columns):
    query = gradebook.db.query(*columns).select_from(Grade)
    query = query.join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
    query = query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    query = query.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    return query.filter(Assignment.name == assignment)
