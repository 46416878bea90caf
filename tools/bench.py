"""Compare the engine with stock nbgrader, and one class size with another.

    python -m tools.bench [--each N] [--rounds N] [--sizes N ...]

1. Throughput: stock nbgrader (``autograde``, ``generate_feedback``) and ``python -m grading``
   (``autograde``, ``feedback``) go the whole way of an instructor with the same submissions of
   assignments 01 to 04, alternately. Each submission is the reference with one known answer of
   misconceptions/. Start-up counts.
2. Growth: the engine grades classes of different sizes that hand in the same work, with one worker,
   so that submissions do not compete: the median time that one takes in the worker, and the time
   from one finished submission to the next. The first few do not count there: the worker starts,
   and draws the reference's pictures.

Compare ratios only: seconds depend on the machine and on what else it does.
"""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools import variants
from tools.classroom import Course
from tools.notebooks import Answers, assignments, graded_names, load, reference_answers
from tools.release import environment

SUBMISSIONS = 50  # at least, for each size of class
# What nbgrader_config.py says about running submissions and about feedback, taken back.
STOCK = """
del c.Autograde, c.Engine, c.GenerateFeedback, c.HTMLExporter
c.Execute.timeout = 30
c.IgnorePattern.enabled, c.IgnorePattern.pattern = True, r"(?s).*"
c.OverwriteCells.add_missing_cells = True
"""


def build(folder: str | Path, assignment_names: Sequence[str], count: int) -> Course:
    """Return a Course where ``count`` students have handed in each assignment."""
    course = Course(folder)
    for assignment in assignment_names:
        course.generate(assignment)
        for i, answers in enumerate(work(assignment, count)):
            course.submit(f"student-{i:04}", assignment, answers)
    return course


def work(assignment: str, count: int) -> list[Answers]:
    """Return ``count`` answers ``{solution id: source}``: the reference with one known answer each."""
    reference, ids = reference_answers(assignment), graded_names(load(assignment))
    known = [v for exercise in variants.read(assignment).values() for v in exercise.variants]
    picked = [known[i * len(known) // count] for i in range(count)] if count <= len(known) else known
    return [reference | {ids[v.name]: v.source} for v in (picked * count)[:count]]


@contextmanager
def fresh(course: Path) -> Iterator[Path]:
    """Give a copy of a course's folder."""
    with tempfile.TemporaryDirectory(prefix="bench-") as copy:
        yield shutil.copytree(course, Path(copy), dirs_exist_ok=True)


def run(folder: Path, command: Sequence[str]) -> tuple[float, int]:
    """Run ``python -m command`` in ``folder``; return ``(seconds, peak bytes of its largest process)``."""
    start = time.perf_counter()
    with open(folder / "bench.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env=environment(), stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{(folder / 'bench.log').read_text()[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - start, usage.ru_maxrss * unit


def compare(each: int, rounds: int) -> None:
    """Print the throughput of stock nbgrader and of the engine, and where the engine's time goes."""
    names = assignments()[:4]  # in the lab, the training takes most of the time
    total = each * len(names) * rounds
    stock: dict[str, float] = defaultdict(float)  # {step: seconds}
    engine: dict[str, float] = defaultdict(float)
    inside = 0.0
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        course = build(folder, names, each).folder
        for _ in range(rounds):
            with fresh(course) as copy:
                for step, seconds in stock_seconds(copy, names).items():
                    stock[step] += seconds
            with fresh(course) as copy:
                engine["autograde"] += run(copy, ["grading", "autograde", *names])[0]
                inside += sum(float(row["seconds"]) for name in names for row in rows(copy, name))
                engine["nothing new"] += run(copy, ["grading", "autograde", *names])[0]
                engine["feedback"] += run(copy, ["grading", "feedback", *names])[0]
    cores = os.cpu_count()
    print(f"{total} submissions of {', '.join(name[:2] for name in names)} on {cores} cores; s a submission")
    print(f"{'':<24}{'stock nbgrader':>16}{'engine':>10}{'ratio':>8}")
    for steps in ["autograde"], ["feedback"], ["autograde", "feedback"]:
        one, other = (sum(seconds[step] for step in steps) / total for seconds in (stock, engine))
        print(f"{' and '.join(steps):<24}{one:>16.3f}{other:>10.3f}{one / other:>8.1f}")
    print("where the engine's time goes")
    print(f"  start and end    {engine['nothing new']:7.1f} s   a run that finds everything unchanged")
    print(f"  the rest         {engine['autograde'] - engine['nothing new']:7.1f} s")
    print(
        f"  running students' work took {inside:.1f} s in all, {inside / total:.3f} s a submission, on {cores} workers"
    )


def stock_seconds(course: Path, names: Sequence[str]) -> dict[str, float]:
    """Return ``{step: seconds}`` of stock nbgrader on all assignments."""
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(STOCK)
    commands = {"autograde": "autograde", "feedback": "generate_feedback"}
    return {
        step: sum(run(course, ["nbgrader", command, name])[0] for name in names) for step, command in commands.items()
    }


def rows(course: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of the engine's report."""
    with open(course / "reports" / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def grow(sizes: Sequence[int]) -> None:
    """Print seconds and memory for classes of different sizes with the same work."""
    name = assignments()[0]
    print(f"\n{name}, one and the same submission from every student")
    heads = f"{'s in a worker':>15} {'s to the next':>15} {'peak of the run':>17} {'peak of a submission':>22}"
    print(f"{'students':>10} {heads}")
    for size in sizes:
        runs = [one_size(name, size) for _ in range(max(1, SUBMISSIONS // size))]  # a small class says little once
        alone, each, peak, largest = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{size:>10} {alone:>15.3f} {each:>15.3f} {peak / 2**20:>14.0f} MB {largest:>19.0f} MB")


def one_size(name: str, size: int) -> tuple[float, float, int, float]:
    """Return of one class: seconds in a worker, seconds to the next, bytes of the run, MB of a submission."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        course = Course(folder)
        course.generate(name)
        answers = reference_answers(name)
        for i in range(size):
            course.submit(f"student-{i:04}", name, answers)
        _, peak = run(course.folder, ["grading", "autograde", name, "--workers", "1"])
        done = sorted(p.stat().st_mtime for p in course.folder.glob(f"autograded/*/{name}/*.ipynb"))
        reports = rows(course.folder, name)
    begun = min(2 * (os.cpu_count() or 1), size // 2)
    alone = statistics.median(float(row["seconds"]) for row in reports)
    return alone, (done[-1] - done[begun]) / (size - begun - 1), peak, max(float(row["peak_mb"]) for row in reports)


def main() -> None:
    """Parse the command line and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--each", type=int, default=50, help="submissions of each assignment")
    parser.add_argument("--rounds", type=int, default=2, help="how often both take turns")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 100, 1000], help="class sizes; none to skip")
    options = parser.parse_args()
    compare(options.each, options.rounds)
    if options.sizes:
        grow(options.sizes)


if __name__ == "__main__":
    main()
