"""nbgrader's gradebook: what it knows of an assignment, and the grades of its submissions.

The rules are nbgrader's own preprocessors; what differs is that nbgrader opens the
gradebook anew for each step and commits each cell, which takes longer than the run.
"""

import json
import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple, NoReturn

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.converters import Autograde, BaseConverter
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades, SaveCells
from sqlalchemy import and_, case, func, or_

from grading import assignment as course
from grading.course import CourseError

LOG = logging.getLogger(__name__)
Cells = dict[tuple[str, str], Any]  # (kind, cell name) -> its row, or the columns of its row
KINDS = {"grade": GradeCell, "solution": SolutionCell, "task": TaskCell, "source": SourceCell}


class Recorder:
    """Writes the submissions of one course.

    gradebook: an open Gradebook
    parent:    nbgrader's Autograde converter, whose configuration holds
    """

    def __init__(self, gradebook: Gradebook, parent: Autograde) -> None:
        self._gradebook = gradebook
        self._saver = SaveAutoGrades(parent=parent)
        self._late = AssignLatePenalties(parent=parent)
        self._late.init_plugin()
        steps = [step if isinstance(step, str) else step.__name__ for step in parent.autograde_preprocessors]
        self._penalties = any(step.endswith(AssignLatePenalties.__name__) for step in steps)

    def record(
        self, assignment: str, student: str, timestamp: datetime | None, notebooks: dict[str, NotebookNode]
    ) -> float:
        """Write the grades of one submission, all of them or none; return the points that tests gave.

        timestamp: when it was handed in (datetime, UTC), or None
        notebooks: {name: executed NotebookNode}
        """
        book = self._gradebook
        with _transaction(book.db):
            book.update_or_create_student(student)
            with book.db.no_autoflush:  # all of a new entry is written at once
                book.db.commit = lambda: None
                submission = book.update_or_create_submission(assignment, student, timestamp=timestamp)
                for submitted in submission.notebooks:
                    self._save(submitted, notebooks[submitted.name])
            book.db.flush()
            for submitted in submission.notebooks:
                self._penalize(submitted)
            return sum(grade.auto_score or 0.0 for submitted in submission.notebooks for grade in submitted.grades)

    def penalize(self, assignment: str) -> None:
        """Look at the penalties of an assignment again: dates, points and rules may have changed."""
        entry = self._gradebook.find_assignment(assignment)
        query = self._gradebook.db.query(SubmittedNotebook).join(SubmittedNotebook.assignment)
        concerned: list[Any] = [SubmittedNotebook.late_submission_penalty.is_not(None)]
        if entry.duedate:
            concerned += [SubmittedAssignment.timestamp > entry.duedate, SubmittedAssignment.extension.is_not(None)]
        with _transaction(self._gradebook.db):
            for submitted in query.filter(SubmittedAssignment.assignment_id == entry.id, or_(*concerned)):
                self._penalize(submitted)

    def _save(self, submitted: SubmittedNotebook, notebook: NotebookNode) -> None:
        grades, comments = self._entries(Grade, submitted), self._entries(Comment, submitted)
        self._saver.notebook_id, self._saver.assignment_id, self._saver.student_id = submitted.name, None, None
        self._saver.gradebook = SimpleNamespace(
            find_grade=lambda name, *_: grades[name],
            find_comment=lambda name, *_: comments[name],
            db=SimpleNamespace(commit=lambda: None),
        )
        for index, cell in enumerate(notebook.cells):
            self._saver.preprocess_cell(cell, {}, index)

    def _entries(self, kind: type[Grade] | type[Comment], submitted: SubmittedNotebook) -> dict[str, Any]:
        """Return ``{cell name: entry}`` of one kind (Grade or Comment): where it is known, by the table's own index."""
        if submitted in self._gradebook.db.new:
            known = submitted.notebook
            names = {cell.id: cell.name for cell in [*known.grade_cells, *known.solution_cells, *known.task_cells]}
            return {names[row.cell_id]: row for row in (submitted.grades if kind is Grade else submitted.comments)}
        own = and_(kind.cell_id == BaseCell.id, kind.notebook_id == submitted.id)
        query = self._gradebook.db.query(BaseCell.name, kind).join(kind, own)
        return dict(query.filter(BaseCell.notebook_id == submitted.notebook_id).all())

    def _penalize(self, submitted: SubmittedNotebook) -> None:
        if not self._penalties:
            return
        submission, penalty = submitted.assignment, None
        if submission.assignment.duedate and (seconds := submission.total_seconds_late) > 0:
            self._gradebook.db.refresh(submitted, ["score"])
            penalty = self._late.plugin_inst.late_submission_penalty(submission.student_id, submitted.score, seconds)
        if penalty is not None:
            penalty = self._late._check_late_penalty(submitted, penalty)
        submitted.late_submission_penalty = penalty


@contextmanager
def _transaction(session: Any) -> Iterator[None]:
    """Commit at the end what nbgrader commits bit by bit: all of it or nothing."""
    session.commit = session.flush
    try:
        yield
        del session.commit
        session.commit()
    except BaseException:
        session.__dict__.pop("commit", None)
        session.rollback()
        raise


def agree(gradebook: Gradebook, assignment: course.Assignment, drop: bool = False) -> bool:
    """Let the gradebook know the assignment as source/ has it; return whether anything had changed.

    Grades, comments, dates stay. Of submissions that it holds already, new cells wait for their grades.
    drop: also give up what a person has given to cells that source/ has no more

    Raises CourseError where there is such a thing, and ``drop`` is not set.
    """
    wanted = {name: _wanted(stored) for name, stored in assignment.stored.items()}
    if _known(gradebook, assignment.name) == wanted:
        return False
    with _transaction(gradebook.db):
        gradebook.update_or_create_assignment(assignment.name)
        gone = set(_known(gradebook, assignment.name)) - set(wanted)
        for name in gone:
            _remove_cells(gradebook, assignment.name, name, {}, drop)
            gradebook.remove_notebook(name, assignment.name)
        for name, cells in wanted.items():
            kernel = assignment.stored[name].metadata.get("kernelspec", {})
            gradebook.update_or_create_notebook(name, assignment.name, kernelspec=json.dumps(kernel))
            _rename_cells(gradebook, assignment, name, cells)
            _remove_cells(gradebook, assignment.name, name, cells, drop)
            _save_cells(gradebook, assignment.name, name, cells)
        gradebook.db.flush()
        gradebook.db.expire_all()
        _add_entries(gradebook, assignment.name)
    gradebook.db.expire_all()
    return True


def _wanted(notebook: NotebookNode) -> Cells:
    """Return ``{(kind, cell name): columns}`` that nbgrader's SaveCells would write of a notebook."""

    def missing(*_: object) -> NoReturn:
        raise MissingEntry

    saver = SaveCells()
    saver.gradebook = SimpleNamespace(**{f"find_{kind}_cell": missing for kind in KINDS})
    saver.notebook_id = saver.assignment_id = ""
    found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, cells in found.items():
        setattr(saver, f"new_{kind}_cells", cells)
    for index, cell in enumerate(notebook.cells):
        saver.preprocess_cell(cell, {}, index)
    return {(kind, name): columns for kind, cells in found.items() for name, columns in cells.items()}


def _known(gradebook: Gradebook, assignment: str) -> dict[str, Cells]:
    """Return ``{notebook: {(kind, cell name): columns}}`` of the gradebook."""
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        return {}
    return {n.name: {key: _columns(*key, row) for key, row in _cells(gradebook, n).items()} for n in notebooks}


def _cells(gradebook: Gradebook, notebook: Notebook) -> Cells:
    """Return ``{(kind, cell name): row}`` of a notebook."""
    queries = {kind: gradebook.db.query(table).filter_by(notebook_id=notebook.id) for kind, table in KINDS.items()}
    return {(kind, row.name): row for kind, query in queries.items() for row in query}


def _columns(kind: str, name: str, row: Any) -> dict[str, Any]:
    names = {"source": ("cell_type", "locked", "source", "checksum"), "solution": ()}
    return {column: getattr(row, column) for column in names.get(kind, ("max_score", "cell_type"))}


def _rename_cells(gradebook: Gradebook, assignment: course.Assignment, notebook: str, wanted: Cells) -> None:
    """Give a cell its new name where that is certain: nothing else of it has changed, and no other is like it."""
    known = _cells(gradebook, gradebook.find_notebook(notebook, assignment.name))
    for old, new in _renamed(known, wanted, assignment.stubs).items():
        LOG.warning("%s: the cell %s is now %s; what a person gave it stays with it.", assignment.name, old, new)
        for kind in KINDS:
            if (kind, old) in known:
                known[kind, old].name = new
    gradebook.db.flush()
    gradebook.db.expire_all()


def _renamed(known: Cells, wanted: Cells, stubs: Collection[str]) -> dict[str, str]:
    """Return ``{old name: new name}``; of a cell that holds nothing but a stub only if no other has come or gone."""
    columns = {key: _columns(*key, row) for key, row in known.items()}
    gone, new = (_by_content(a, b) for a, b in ((columns, wanted), (wanted, columns)))
    return {
        gone[content][0]: new[content][0]
        for content in gone
        if len(gone[content]) == len(new.get(content, ())) == 1
        and (content[0].strip() not in stubs or len(gone) == len(new) == 1)
    }


def _by_content(cells: Cells, others: Cells) -> dict[tuple[Any, ...], list[str]]:
    """Return ``{(what a cell holds, its kinds): its names}`` of the cells that the others do not have."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for (kind, name), columns in cells.items():
        if kind == "source" and (kind, name) not in others:
            kinds = tuple(k for k in KINDS if (k, name) in cells)
            found.setdefault((columns["source"], columns["cell_type"], columns["locked"], kinds), []).append(name)
    return found


def _remove_cells(gradebook: Gradebook, assignment: str, notebook: str, wanted: Cells, drop: bool) -> None:
    """Remove the cells that are not wanted, with their grades and comments."""
    known = _cells(gradebook, gradebook.find_notebook(notebook, assignment))
    gone = {key: row for key, row in known.items() if key not in wanted or _is_another(key, known, wanted)}
    ids = [row.id for (kind, _), row in gone.items() if kind != "source"]
    if not drop and (lost := _by_hand(gradebook, ids)):
        cells, students = ({*column} for column in zip(*lost, strict=True))
        raise CourseError(
            f"In source/, the cell {', '.join(sorted(cells))} of {assignment} is gone or of another kind, and a person "
            f"has given points or comments there ({', '.join(sorted(students))}). Nothing was graded. "
            "If the cell has a new name only, give it the old one again. "
            f"To give those up: python -m grading autograde {assignment} --drop-removed"
        )
    for kind in (Grade, Comment):
        gradebook.db.query(kind).filter(kind.cell_id.in_(ids)).delete(synchronize_session=False)
    gradebook.db.expire_all()
    for row in gone.values():
        gradebook.db.delete(row)
    gradebook.db.flush()
    gradebook.db.expire_all()


def _is_another(key: tuple[str, str], known: Cells, wanted: Cells) -> bool:
    """Say whether an answer has become a test, or a test an answer: points by hand are not for it any more."""
    kind, name = key
    if kind != "grade":
        return False
    return (("solution", name) in known) != (("solution", name) in wanted)


def _by_hand(gradebook: Gradebook, ids: list[str]) -> list[tuple[str, str]]:
    """Return ``[(cell, student)]`` where a person has given points or a comment to one of the cells."""
    given = {
        Grade: or_(Grade.manual_score.is_not(None), Grade.extra_credit.is_not(None)),
        Comment: Comment.manual_comment.is_not(None),
    }
    rows = []
    for kind, condition in given.items():
        query = gradebook.db.query(BaseCell.name, SubmittedAssignment.student_id).join(
            kind, kind.cell_id == BaseCell.id
        )
        query = query.join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        query = query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        rows += [tuple(row) for row in query.filter(BaseCell.id.in_(ids), condition)]
    return rows


def _save_cells(gradebook: Gradebook, assignment: str, notebook: str, wanted: Cells) -> None:
    for (kind, name), columns in wanted.items():
        save = getattr(gradebook, f"update_or_create_{kind}_cell")
        save(name, notebook, assignment, **columns)


def _add_entries(gradebook: Gradebook, assignment: str) -> None:
    """Give each submission the notebooks, grades and comments that a new one would have."""
    for notebook in gradebook.find_assignment(assignment).notebooks:
        ids = {kind: [row.id for (k, _), row in _cells(gradebook, notebook).items() if k == kind] for kind in KINDS}
        has = {entry.assignment_id: entry for entry in notebook.submissions}
        for submission in gradebook.assignment_submissions(assignment):
            entry = has.get(submission.id) or SubmittedNotebook(notebook=notebook, assignment=submission)
            _add_missing(gradebook, Grade, entry, entry.grades, ids["grade"] + ids["task"])
            _add_missing(gradebook, Comment, entry, entry.comments, ids["solution"] + ids["task"])


def _add_missing(
    gradebook: Gradebook, kind: Any, entry: SubmittedNotebook, rows: Iterable[Any], cells: Iterable[str]
) -> None:
    present = {row.cell_id for row in rows}
    gradebook.db.add_all([kind(cell_id=cell, notebook=entry) for cell in cells if cell not in present])


class Graded(NamedTuple):
    """A graded submission: when it was handed in, or None; the points that tests gave."""

    timestamp: datetime | None
    points: float


def graded(gradebook: Gradebook, assignment: str) -> dict[str, Graded]:
    """Return ``{student: Graded}`` of all whose work has been graded.

    An entry may have been made for other reasons, such as an extension, or by a run that was killed.
    """
    key = SubmittedAssignment.student_id, SubmittedAssignment.timestamp
    rows = _grades(gradebook, assignment, *key, func.coalesce(func.sum(Grade.auto_score), 0.0))
    if has_tests(gradebook, assignment):
        rows = rows.filter(or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None)))
    return {student: Graded(*known) for student, *known in rows.group_by(*key)}


def has_tests(gradebook: Gradebook, assignment: str) -> bool:
    """Say whether some cell of an assignment is graded by a test: then each graded submission has a score of one."""
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        return False

    def names(kind: Any, notebook: Notebook) -> set[str]:
        return {name for (name,) in gradebook.db.query(kind.name).filter(kind.notebook_id == notebook.id)}

    return any(names(GradeCell, notebook) - names(SolutionCell, notebook) for notebook in notebooks)


def penalize(converter: BaseConverter, assignment: str) -> None:
    """Look at the penalties of an assignment again, where the gradebook knows it."""
    course = converter.coursedir
    with Gradebook(course.db_url, course.course_id) as gradebook, suppress(MissingEntry):
        Recorder(gradebook, Autograde(coursedir=course, parent=converter)).penalize(assignment)


def totals(gradebook: Gradebook, assignment: str) -> dict[str, tuple[float, float, bool, float]]:
    """Return ``{student: (points, most points, whether a cell waits for a person, penalty)}``."""
    # One pass over the grades: nbgrader's own properties make one pass for each student.
    waiting = func.sum(case((Grade.needs_manual_grade, 1), else_=0))
    student = SubmittedAssignment.student_id
    rows = _grades(gradebook, assignment, student, func.sum(Grade.score), waiting).group_by(student)
    most = gradebook.find_assignment(assignment).max_score
    lost = gradebook.db.query(student, func.sum(SubmittedNotebook.late_submission_penalty))
    lost = lost.select_from(SubmittedNotebook).join(SubmittedNotebook.assignment)
    lost = lost.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    penalties = dict(lost.filter(Assignment.name == assignment).group_by(student).all())
    return {name: (points, most, count > 0, penalties.get(name) or 0.0) for name, points, count in rows}


def above(gradebook: Gradebook, assignment: str) -> list[str]:
    """Return where a person gave more points than the cell has now, as a line for each."""
    found = []
    for kind in (GradeCell, TaskCell):
        columns = SubmittedAssignment.student_id, kind.name, Grade.manual_score, kind.max_score
        rows = _grades(gradebook, assignment, *columns).join(kind, kind.id == Grade.cell_id)
        found += [
            f"{student}: {cell}: {given:g} of {most:g}"
            for student, cell, given, most in rows.filter(Grade.manual_score > kind.max_score)
        ]
    return found


def _grades(gradebook: Gradebook, assignment: str, *columns: Any) -> Any:
    query = gradebook.db.query(*columns).select_from(Grade)
    query = query.join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
    query = query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    query = query.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    return query.filter(Assignment.name == assignment)
