"""Between the gradebook and a school's systems: who is in the class, what was handed in, grades, deadlines."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import dateutil.parser
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from grading.assignment import CourseError
from grading.school import lms


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
    """Put what Moodle or Canvas gave where nbgrader looks for submissions to an assignment."""
    notebooks = _notebooks(course, assignment)

    def folder_of(student: str) -> Path:
        return Path(course.format_path(course.submitted_directory, student, assignment))

    return lms.collect(download, roster, folder_of, notebooks)


def write_grades(
    course: CourseDirectory, assignment: str, roster: lms.Roster, title: str, folder: Path
) -> tuple[Path, list[str]]:
    """Write a CSV file for Moodle or Canvas; return its path, and whose grade waits for a person and is left out."""
    points, waiting = {}, []
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            most = gradebook.find_assignment(assignment).max_score
        except MissingEntry as error:
            raise CourseError(f"The gradebook knows no assignment {assignment}.") from error
        for submission in gradebook.assignment_submissions(assignment):
            if submission.needs_manual_grade:
                waiting.append(submission.student_id)
            else:
                penalty = submission.late_submission_penalty or 0
                points[submission.student_id] = round(max(0.0, submission.score - penalty), 2)
    rows = lms.fill(roster, points, most, title)
    folder.mkdir(exist_ok=True)
    path = (folder / f"{assignment}-{roster.system.lower()}.csv").resolve()
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path, sorted(waiting)


def set_due(course: CourseDirectory, assignment: str, text: str) -> datetime:
    """Set when an assignment is due; return the time. A time without a zone is one of this machine's zone."""
    _notebooks(course, assignment)
    try:
        due: datetime = dateutil.parser.parse(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise CourseError(f"{text!r} is no time. Write for example '2026-10-12 23:59'.") from error
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=due.astimezone(UTC).replace(tzinfo=None))
    return due


def _notebooks(course: CourseDirectory, assignment: str) -> set[str]:
    """Return the names of the notebooks of an assignment."""
    source = Path(course.format_path(course.source_directory, ".", assignment))
    if not (names := {path.name for path in source.glob("*.ipynb")}):
        raise CourseError(f"There is no assignment {assignment}: {source} holds no notebook.")
    return names
