"""Between the gradebook and a school's systems: who is in the class, what was handed in, grades, deadlines."""

import csv
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import BaseConverter
from nbgrader.coursedir import CourseDirectory

from grading.course import CourseError
from grading.gradebook import graded, penalize
from grading.school import lms
from grading.submission import graded_with, submitted_folders
from grading.times import in_utc, is_clear, read_time


@dataclass
class Grades:
    """What became of the grades of an assignment.

    points:    {student: points after what being late costs}
    waiting:   students whose answers wait for points by hand
    failed:    {student: why a person must look at the work}; it has 0 points, which are no grade
    unlisted:  students with a grade, or who wait for one, who are not in the file
    ungraded:  students who handed in, and whom nothing above names
    path:      of the file for Moodle or Canvas, which holds nobody who is waiting or failed
    """

    points: dict[str, float] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    unlisted: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)
    path: Path = Path()

    @property
    def known(self) -> set[str]:
        """The students that the gradebook has graded."""
        return {*self.points, *self.waiting, *self.failed}


def enrol(course: CourseDirectory, roster: lms.Roster) -> tuple[list[str], list[str]]:
    """Write the people of a roster to the gradebook; return who is new, and who is in it but not in the roster."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        before = {student.id for student in gradebook.students}
        for person in roster.people.values():
            names = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
            if roster.system != lms.MOODLE:  # whose number is another in each assignment
                names["lms_user_id"] = person.number
            gradebook.update_or_create_student(person.id, **{key: text for key, text in names.items() if text})
    now = {person.id for person in roster.people.values()}
    return sorted(now - before), sorted(before - now)


def collect(course: CourseDirectory, assignment: str, download: Path, roster: lms.Roster) -> lms.Collected:
    """Put what Moodle or Canvas gave where nbgrader looks for submissions to an assignment; return what was done.

    Raises CourseError where there is no such assignment, or the download cannot be read.
    """
    notebooks = _notebooks(course, assignment)

    def folder_of(student: str) -> Path:
        return Path(course.format_path(course.submitted_directory, student, assignment))

    return lms.collect(download, roster, folder_of, notebooks)


def write_grades(converter: BaseConverter, assignment: str, roster: lms.Roster, title: str, folder: Path) -> Grades:
    """Write a CSV file for Moodle or Canvas; return what it holds, and whom it leaves out.

    converter: one of nbgrader's, whose course and configuration hold
    title:     of Canvas's column
    folder:    where the file is written

    Raises CourseError where nothing is graded, no row of the roster is that of a graded student, or the file does not
    fit the assignment.
    """
    course = converter.coursedir
    penalize(converter, assignment)  # points by hand, the deadline and the rules may have changed since the grading
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            most = gradebook.find_assignment(assignment).max_score
        except MissingEntry as error:
            raise CourseError(f"The gradebook knows no assignment {assignment}.") from error
        grades = _grades(course, assignment, gradebook)
    _compare(grades, roster, set(submitted_folders(course, assignment)), assignment)
    rows = lms.fill(roster, grades.points, most, title)
    folder.mkdir(exist_ok=True)
    grades.path = (folder / f"{assignment}-{roster.system.lower()}.csv").resolve()
    with open(grades.path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return grades


def _grades(course: CourseDirectory, assignment: str, gradebook: Gradebook) -> Grades:
    """Return the points of an assignment, and who waits for a person."""
    grades = Grades()
    known = graded(gradebook, assignment).keys() - set(course.student_id_exclude.split(","))
    for submission in sorted(gradebook.assignment_submissions(assignment), key=lambda entry: str(entry.student_id)):
        student, notebooks = submission.student_id, submission.notebooks
        if student not in known:
            continue
        folder = Path(course.format_path(course.autograded_directory, student, assignment))
        if problem := " ".join(filter(None, (_problem(folder, notebook) for notebook in notebooks))):
            grades.failed[student] = problem
        elif submission.needs_manual_grade:
            grades.waiting.append(student)
        else:
            grades.points[student] = _after_penalty(submission)
    return grades


def _problem(folder: Path, notebook: SubmittedNotebook) -> str:
    """Say why a person must look at a notebook, or '': also if a person has, and gave points to each cell."""
    if all(grade.manual_score is not None for grade in notebook.grades):
        return ""
    path = folder / f"{notebook.name}.ipynb"
    if not path.exists():
        return f"{path} is missing; grade it again"
    return str(graded_with(path).get("failed") or "")


def _after_penalty(submission: SubmittedAssignment) -> float:
    points: float = round(max(0.0, submission.score - (submission.late_submission_penalty or 0)), 2)
    return points


def _compare(grades: Grades, roster: lms.Roster, handed_in: set[str], assignment: str) -> None:
    """Write to ``grades`` who is missing in it or in the roster. Raises CourseError where the two share nobody."""
    if not grades.known:
        raise CourseError(f"Nobody has a grade yet. First: python -m grading autograde {assignment}")
    listed = {person.id for person in roster.people.values()}
    if not listed & grades.known:
        examples = " and ".join(repr(min(names)) if names else "nobody" for names in (grades.known, listed))
        raise CourseError(
            f"No row of the {roster.system} file is that of a graded student: the gradebook and the file call students "
            f"by different names, for example {examples}. Try --id with the column that holds the gradebook's names."
        )
    grades.unlisted = sorted(grades.known - listed)
    grades.ungraded = sorted(handed_in - grades.known)


def set_due(course: CourseDirectory, assignment: str, text: str) -> datetime:
    """Set when an assignment is due; return the time. A time without a zone is one of this machine's zone."""
    _notebooks(course, assignment)
    if not is_clear(text):
        raise CourseError(f"{text!r} is no time that is the same everywhere. Write for example '2026-10-12 23:59'.")
    try:
        due = read_time(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise CourseError(f"{text!r} is no time: {error}. Write for example '2026-10-12 23:59'.") from error
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=in_utc(due))
    return due


def _notebooks(course: CourseDirectory, assignment: str) -> set[str]:
    """Return the names of the notebooks of an assignment."""
    source = Path(course.format_path(course.source_directory, ".", assignment))
    if not (names := {path.name for path in source.glob("*.ipynb")}):
        raise CourseError(f"There is no assignment {assignment}: {source} holds no notebook.")
    return names
