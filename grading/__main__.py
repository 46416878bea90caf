"""Grade a course from the command line: python -m grading autograde ASSIGNMENT, then feedback ASSIGNMENT.

Exit status: 0 everything is done; 1 something needs a person; 2 the command or the course
is not in order; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where they are needed, so that the workers start first
    from nbgrader.converters import BaseConverter as Converter

    from grading.pool import Workers

Options = argparse.Namespace


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, do what it says, print what happened; return the exit status."""
    options = _parser().parse_args(arguments)
    # nbgrader starts alembic by name; it stands beside this Python, also where no environment is activated.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    try:
        status: int = options.run(options)
        return status
    except KeyboardInterrupt:
        print("Interrupted. Give the same command again to go on.", file=sys.stderr)
        return 130
    except Exception as error:
        if problem := _of_the_course(error):
            return _tell(problem)
        raise


def _of_the_course(error: Exception) -> str:
    """Say what is wrong with the gradebook or with a setting; '' where it is neither."""
    kind = type(error)
    if kind.__module__ == "sqlalchemy.exc" and kind.__name__ in ("OperationalError", "DatabaseError"):
        what = str(getattr(error, "orig", error))
        advice = ". Another program is writing to it: end that, and give the same command again."
        return f"The gradebook cannot be used: {what}{advice if 'locked' in what else ''}"
    return str(error) if kind.__module__.startswith("traitlets.") else ""


def _autograde(options: Options) -> int:
    # The workers start first: they warm up while this process imports nbgrader.
    from grading import pool

    try:
        make = pool.cluster(options.scheduler) if options.scheduler else pool.local(options.workers)
        with make as workers:
            return _grade(options, workers)
    except (OSError, pool.WorkersError) as error:
        return _tell(error)


def _grade(options: Options, pool: Workers) -> int:
    from grading.assignment import Assignment
    from grading.coordinator import coordinator, open_course
    from grading.course import CourseError
    from grading.preflight import check_references
    from grading.report import print_summary, write_csv

    try:
        converter = open_course(options.course)
    except CourseError as error:
        return _tell(error)
    status, assignments = 0, []
    for name in options.assignment:
        try:
            assignments.append(Assignment(converter, name, options.require_sandbox))
        except CourseError as error:  # the others may be in order
            status = _tell(error)
    if len(assignments) > 1:
        check_references(assignments, pool)
    for assignment in assignments:
        name, start = assignment.name, time.monotonic()
        try:
            with coordinator(converter, assignment) as run:
                reports = run.grade(pool, options.student, options.force, options.drop_removed)
                strays, gone, above = run.strays(), run.gone(), run.above()
        except CourseError as error:
            status = _tell(error)
            continue
        print_summary(name, reports, time.monotonic() - start, assignment.isolation, strays)
        print(f"All submissions: {write_csv(name, reports, bool(options.student))}\n")
        if not reports:
            print(f"Looked for folders {converter.coursedir.submitted_directory}/STUDENT/{name}/\n")
        if gone:
            print(f"Graded before, but not in {converter.coursedir.submitted_directory}/ any more: {', '.join(gone)}\n")
        if above:
            print(f"More points by hand than the cell has: {'; '.join(above)}\n")
        status = max(status, not reports or any(report.problem for report in reports))
    return status


def _feedback(options: Options) -> int:
    from grading.course import CourseError
    from grading.pages.feedback import open_course, print_summary, write_pages

    status = 0
    try:
        converter = open_course(options.course)
        for name in options.assignment:
            start = time.monotonic()
            results = write_pages(converter, name, options.workers, options.student, options.force)
            print_summary(name, results, time.monotonic() - start)
            status |= any(result.problem for result in results) | _tell_of_others(converter, name, options.student)
    except (OSError, CourseError) as error:
        return _tell(error)
    return status


def _report(options: Options) -> int:
    from grading.course import CourseError
    from grading.pages.class_report import write_report
    from grading.pages.feedback import open_course

    try:
        path = write_report(open_course(options.course), options.assignment, options.workers, options.shared)
        print(f"Class report: {path}")
    except (OSError, CourseError) as error:
        return _tell(error)
    return 0


def _with_course(action: Callable[[Options, Converter], int]) -> Callable[[Options], int]:
    """Return ``run(options)`` of a command that needs the course and, where one is named, a roster."""

    def run(options: Options) -> int:
        from grading.course import CourseError
        from grading.pages.feedback import open_course
        from grading.school.lms import read_roster

        try:
            if "roster" in options:
                options.roster = read_roster(options.roster.resolve(), options.id)
            if "download" in options:
                options.download = options.download.resolve()
            return action(options, open_course(options.course))
        except (OSError, CourseError) as error:
            return _tell(error)

    return run


def _roster(options: Options, converter: Converter) -> int:
    from grading.school.doors import enrol

    new, others = enrol(converter.coursedir, options.roster)
    print(f"{options.roster.system}: {len(options.roster.people)} students, {len(new)} of them new")
    if others:
        print(f"In the gradebook, but not in this file: {', '.join(others)}")
    return 0


def _collect(options: Options, converter: Converter) -> int:
    from grading.school.doors import collect

    done = collect(converter.coursedir, options.assignment, options.download, options.roster)
    print(f"{options.assignment}: {len(done.students)} submissions collected")
    if done.late:
        print(f"Canvas calls these late, without a time: {', '.join(done.late)}")
    for student, told in done.doubled.items():
        print("\n".join(f"several files of one name: {student}: {line}" for line in told))
    if done.untimed:
        print(f"Collected without a time, so never late: {', '.join(done.untimed)}.")
        print("A time is read where it is as in 'Friday, 9 January 2026, 11:59 PM' (Moodle in English).")
    for student, problem in done.problems.items():
        print(f"not collected: {student}: {problem}")
    for name in done.strays:
        print(f"not looked at, for it belongs to nobody in the roster: {name!r}")
    return int(bool(done.problems or done.strays or done.untimed))


def _grades(options: Options, converter: Converter) -> int:
    from grading.school.doors import write_grades

    title = options.column or options.assignment
    done = write_grades(converter, options.assignment, options.roster, title, Path("reports"))
    print(f"Grades for {options.roster.system}: {done.path}")
    for student, problem in done.failed.items():
        print(f"Left out, for a person has to look at the work: {student}: {problem}")
    told = {
        "Left out, for a person has to give points first": done.waiting,
        "Graded, but not in this file": done.unlisted,
        "Handed in, but without a grade": done.ungraded,
    }
    for what, students in told.items():
        if students:
            print(f"{what}: {', '.join(students)}")
    changed = _tell_of_others(converter, options.assignment)
    return int(changed or bool(done.failed or done.waiting or done.ungraded))


def _similar(options: Options, converter: Converter) -> int:
    from grading.pages.similar import write_page

    path, found = write_page(converter.coursedir, options.assignment, Path("reports"))
    print(f"{options.assignment}: {found} pairs are closer than the class is as a rule: {path}")
    return 0


def _due(options: Options, converter: Converter) -> int:
    from grading.school.doors import set_due
    from grading.school.late import LatePolicy

    due = set_due(converter.coursedir, options.assignment, options.time)
    plugin = converter.config.AssignLatePenalties.get("plugin_class", LatePolicy)
    ours = (plugin if isinstance(plugin, str) else plugin.__name__).endswith(LatePolicy.__name__)
    policy = str(LatePolicy(parent=converter)) if ours else "What late work loses, the course's own plugin says."
    print(f"{options.assignment} is due {due:%A, %d %B %Y, %H:%M %Z}. {policy}")
    return 0


def _tell_of_others(converter: Converter, name: str, among: Sequence[str] = ()) -> bool:
    """Say whose grades are for other work or another notebook than there is now; return whether there are any."""
    from grading.course import CourseError
    from grading.submission import out_of_date

    try:
        students = out_of_date(converter, name, among)
    except CourseError as error:
        print(f"Whether work has changed since it was graded cannot be told: {error}")
        return True
    if students:
        print(f"Changed since they were graded: {', '.join(students)}. First: python -m grading autograde {name}")
    return bool(students)


def _tell(error: object) -> int:
    print(f"grading: {error}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m grading", description="Grade submissions in parallel.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    autograde = commands.add_parser("autograde", help="grade the submissions of one or more assignments")
    autograde.set_defaults(run=_autograde)
    feedback = commands.add_parser("feedback", help="write the feedback pages of one or more assignments")
    feedback.set_defaults(run=_feedback)
    report = commands.add_parser("report", help="write the page about the class")
    report.set_defaults(run=_report)
    for command, what in (autograde, "grade"), (feedback, "write the pages of"):
        command.add_argument("assignment", nargs="+", type=_assignment)
        command.add_argument("--student", nargs="+", default=[], metavar="ID", help=f"{what} these students only")
        command.add_argument("--force", action="store_true", help="do what is unchanged, too")
    report.add_argument("assignment", nargs="*", type=_assignment, help="all that are graded, if none is named")
    report.add_argument("--shared", action="store_true", help="pseudonyms, no links, no groups under five")
    roster = commands.add_parser("roster", help="put the students of a CSV file of nbgrader, Moodle or Canvas in")
    roster.set_defaults(run=_with_course(_roster))
    roster.add_argument("roster", type=Path, metavar="CSV")
    collect = commands.add_parser("collect", help="take the submissions out of a download of Moodle or Canvas")
    collect.set_defaults(run=_with_course(_collect))
    collect.add_argument("assignment", type=_assignment)
    collect.add_argument("download", type=Path, help="the ZIP file, or the folder that was made of it")
    collect.add_argument("--roster", type=Path, required=True, metavar="CSV", help="of Moodle or Canvas")
    grades = commands.add_parser("grades", help="fill the CSV file that Moodle or Canvas imports")
    grades.set_defaults(run=_with_course(_grades))
    grades.add_argument("assignment", type=_assignment)
    grades.add_argument("roster", type=Path, metavar="CSV", help="Moodle's grading worksheet, Canvas's gradebook")
    grades.add_argument("--column", metavar="NAME", help="of the assignment in Canvas, if it has another name")
    for command in roster, collect, grades:
        command.add_argument("--id", metavar="COLUMN", help="what students are called by, for example 'ID number'")
    similar = commands.add_parser("similar", help="show pairs of submissions that are unusually alike")
    similar.set_defaults(run=_with_course(_similar))
    similar.add_argument("assignment", type=_assignment)
    due = commands.add_parser("due", help="set when an assignment is due")
    due.set_defaults(run=_with_course(_due))
    due.add_argument("assignment", type=_assignment)
    due.add_argument("time", help="for example '2026-10-12 23:59'")
    for command in autograde, feedback, report, roster, collect, grades, similar, due:
        command.add_argument("--course", type=Path, default=Path.cwd(), metavar="DIR", help="default: this folder")
    where = autograde.add_mutually_exclusive_group()
    where.add_argument("--workers", type=_count, default=os.cpu_count(), metavar="N", help="default: one a core")
    where.add_argument("--scheduler", metavar="ADDRESS", help="use the workers of this Dask cluster")
    autograde.add_argument("--require-sandbox", action="store_true", help="grade nothing without bubblewrap")
    autograde.add_argument(
        "--drop-removed", action="store_true", help="give up points and comments by hand in cells that source/ lost"
    )
    for command in feedback, report:
        command.add_argument("--workers", type=_count, default=os.cpu_count(), metavar="N", help="default: one a core")
    return parser


def _assignment(text: str) -> str:
    """Return the name of an assignment, which may be typed as the shell completes it in its folder."""
    name = text.removeprefix("./").rstrip("/")
    if "/" in name or name in ("", ".", ".."):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of an assignment, such as 01-loss-functions")
    return name


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least one worker is needed")
    return number


if __name__ == "__main__":
    sys.exit(main())
