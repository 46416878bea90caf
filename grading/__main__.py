"""Grade assignments from the command line: python -m grading autograde ASSIGNMENT, then feedback ASSIGNMENT.

Exit status: 0 everything is done; 1 something needs a person; 2 the command or the course
is not in order; 130 interrupted.
"""

import argparse
import os
import sys
import time
from pathlib import Path


def main(arguments=None):
    """Parse the command line, do what it says, print what happened; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("Interrupted. Give the same command again to go on.", file=sys.stderr)
        return 130


def _autograde(options):
    # The workers start first: they warm up while this process imports nbgrader.
    from grading import workers

    try:
        make = workers.cluster(options.scheduler) if options.scheduler else workers.local(options.workers)
        with make as pool:
            return _grade(options, pool)
    except (OSError, workers.WorkersError) as error:
        return _tell(error)


def _grade(options, pool):
    from grading.assignment import CourseError
    from grading.coordinator import coordinator, open_course
    from grading.report import print_summary, write_csv

    try:
        converter = open_course(options.course)
    except CourseError as error:
        return _tell(error)
    status = 0
    for name in options.assignment:
        start = time.monotonic()
        try:
            with coordinator(converter, name, options.require_sandbox) as run:
                reports = run.grade(pool, options.student, options.force, options.drop_removed)
                strays = run.strays()
        except CourseError as error:  # the next assignment may be in order
            status = _tell(error)
            continue
        print_summary(name, reports, time.monotonic() - start, run.assignment.isolation, strays)
        print(f"All submissions: {write_csv(name, reports)}\n")
        status = max(status, any(report.problem for report in reports))
    return status


def _feedback(options):
    from grading.assignment import CourseError
    from grading.feedback import open_course, print_summary, write_pages

    status = 0
    try:
        converter = open_course(options.course)
        for name in options.assignment:
            start = time.monotonic()
            results = write_pages(converter, name, options.workers, options.student, options.force)
            print_summary(name, results, time.monotonic() - start)
            status |= any(result.problem for result in results)
    except (OSError, CourseError) as error:
        return _tell(error)
    return status


def _report(options):
    from grading.assignment import CourseError
    from grading.class_report import write_report
    from grading.feedback import open_course

    try:
        path = write_report(open_course(options.course), options.assignment, options.workers, options.shared)
        print(f"Class report: {path}")
    except (OSError, CourseError) as error:
        return _tell(error)
    return 0


def _tell(error):
    print(f"grading: {error}", file=sys.stderr)
    return 2


def _parser():
    parser = argparse.ArgumentParser(prog="python -m grading", description="Grade submissions in parallel.")
    commands = parser.add_subparsers(required=True, metavar="autograde | feedback | report")
    autograde = commands.add_parser("autograde", help="grade the submissions of one or more assignments")
    autograde.set_defaults(run=_autograde)
    feedback = commands.add_parser("feedback", help="write the feedback pages of one or more assignments")
    feedback.set_defaults(run=_feedback)
    report = commands.add_parser("report", help="write the page about the class")
    report.set_defaults(run=_report)
    for command, what in (autograde, "grade"), (feedback, "write the pages of"):
        command.add_argument("assignment", nargs="+")
        command.add_argument("--student", nargs="+", default=[], metavar="ID", help=f"{what} these students only")
        command.add_argument("--force", action="store_true", help="do what is unchanged, too")
    report.add_argument("assignment", nargs="*", help="all that are graded, if none is named")
    report.add_argument("--shared", action="store_true", help="pseudonyms, no links, no groups under five")
    for command in autograde, feedback, report:
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


def _count(text):
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least one worker is needed")
    return number


if __name__ == "__main__":
    sys.exit(main())
