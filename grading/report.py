"""Tell what became of the submissions: a summary to read and a CSV file of everything."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = (
    "student",
    "status",
    "points",
    "max_points",
    "penalty",
    "by_hand",
    "problem",
    "notices",
    "sandbox",
    "seconds",
    "peak_mb",
    "tests",
)


@dataclass
class Report:
    """What became of one submission.

    status:     "graded", "unchanged" since it was graded last, or "not graded"
    problem:    why a person must look at it, or ''
    notices:    what the student reads at the top of the feedback
    seconds:    wall time of the run
    peak_bytes: largest memory of the student's code
    tests:      where its tests ran: "apart" from the student's code, or "beside" it
    penalty:    points that being late takes off
    by_hand:    whether a cell waits for points from a person
    """

    student: str
    status: str
    problem: str = ""
    notices: list[str] = field(default_factory=list)
    sandbox: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0
    tests: str = ""
    points: float | None = None
    penalty: float = 0.0
    max_points: float | None = None
    by_hand: bool = False


def print_summary(
    name: str,
    reports: Sequence[Report],
    seconds: float,
    isolation: Mapping[str, tuple[str, str]],
    strays: Sequence[str],
) -> None:
    """Print the counts, and a line for each submission that has something to tell.

    isolation: {notebook: (where its tests ran, why)}
    strays:    paths of what was handed in under no assignment's name
    """
    counts = Counter(report.status for report in reports)
    parts = [f"{count} {status}" for status, count in sorted(counts.items())]
    rate = f"{len(reports) / seconds:.1f} a second" if seconds else ""
    print(f"{name}: {len(reports)} submissions in {seconds:.1f} s ({rate}): {', '.join(parts) or 'none'}")
    for level, count in sorted(Counter(r.sandbox for r in reports if r.sandbox).items()):
        print(f"sandbox of {count}: {level}")
    for notebook, (tests, why) in isolation.items():
        if why:
            print(f"tests of {notebook} ran {tests} the students' code: {_one_line(why)}")
    if waiting := sum(report.by_hand for report in reports):
        print(f"{waiting} have cells to grade by hand (nbgrader formgrader)")
    told = [report for report in reports if report.problem or report.notices]
    width = max((len(report.student) for report in told), default=0)
    for report in told:
        print(f"  {report.student:<{width}}  {_points(report):>9}  {_told(report)}")
    for path in strays:
        print(f"not looked at, for no assignment has this name: {_one_line(path)}")
    if problems := sum(bool(report.problem) for report in reports):
        print(f"{problems} need a person")


def write_csv(name: str, reports: Sequence[Report], some: bool = False, folder: Path = Path("reports")) -> Path:
    """Write all reports to ``folder/name.csv``; return the path.

    some: these are not all; what the file says of others stays
    """
    folder.mkdir(exist_ok=True)
    path = (folder / f"{name}.csv").resolve()
    others = _others(path, {report.student for report in reports}) if some else []
    new = path.with_suffix(".new")  # a run that is killed leaves the old table
    with open(new, "w", newline="", encoding="utf-8", errors="replace") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        for r in reports:
            sizes = f"{r.seconds:.3f}", f"{r.peak_bytes / 2**20:.0f}"
            row = r.student, r.status, r.points, r.max_points, r.penalty, r.by_hand, r.problem, " ".join(r.notices)
            table.writerow([cell(value) for value in (*row, r.sandbox, *sizes, r.tests)])
        table.writerows(others)
    new.replace(path)
    return path


def _others(path: Path, students: set[str]) -> list[list[str]]:
    """Return the rows that a file has of other students; none where it is of another form."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            head, *rows = csv.reader(stream)
    except (OSError, ValueError, csv.Error):
        return []
    names = {cell(student) for student in students}
    return [row for row in rows if row and row[0] not in names] if tuple(head) == COLUMNS else []


def _points(report: Report) -> str:
    if report.points is None:
        return "none"
    return f"{report.points:g}/{report.max_points:g}" + (f" late -{report.penalty:g}" if report.penalty else "")


def _told(report: Report) -> str:
    return _one_line(" ".join(report.notices if report.notices else [report.problem]))


def _one_line(text: str) -> str:
    text = "".join(c if c.isprintable() else " " for c in text)  # no control codes of a student in a terminal
    return text if len(text) <= 300 else f"{text[:300]} ..."


def cell(value: object) -> object:
    """Return a value for a CSV file: a spreadsheet would execute a text that begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
