"""Grade simulated students who make known mistakes with stated frequencies; look for these in the class report.

    python -m tools.simulate FOLDER [STUDENTS]

The folder is made anew. The exit status is 1 unless the report counts each mistake as often as it was handed in.
"""

import argparse
import csv
import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from tools import variants
from tools.classroom import Course
from tools.notebooks import Answers, graded_names, load, reference_answers

Mistakes = dict[str, str]  # {exercise: label of a wrong variant}, of a student
ASSIGNMENT = "02-gradient-descent"
FREQUENCIES = {  # {exercise: {label of a wrong variant: share of the class}}
    "numerical_gradient": {"forward-difference": 0.30},
    "gradient_descent": {"goes-uphill": 0.20},
    "linear_regression_gradient": {"without-the-factor-two": 0.25, "wrong-sign": 0.10},
    "softmax_regression_gradient": {"transposed": 0.15},
    "sgd": {"one-shuffle-for-all-epochs": 0.05},
}


def draw(students: int, rng: np.random.Generator) -> list[Mistakes]:
    """Return ``[{exercise: label}]``: the mistakes of each student."""
    mistakes: list[Mistakes] = [{} for _ in range(students)]
    for exercise, frequencies in FREQUENCIES.items():
        labels, shares = [*frequencies, ""], list(frequencies.values())
        for student, label in zip(mistakes, rng.choice(labels, students, p=[*shares, 1 - sum(shares)]), strict=True):
            if label:
                student[exercise] = str(label)
    return mistakes


def answers(mistakes: Mistakes) -> Answers:
    """Return ``{grade id: source}`` of a student who makes these mistakes, ``{exercise: label}``."""
    ids, known = graded_names(load(ASSIGNMENT)), variants.read(ASSIGNMENT)
    wrong = {ids[exercise]: known[exercise].find(label).source for exercise, label in mistakes.items()}
    return reference_answers(ASSIGNMENT) | wrong


def handed_in(mistakes: list[Mistakes]) -> Counter[tuple[str, str]]:
    """Return ``{(exercise, hint): students}``."""
    known = variants.read(ASSIGNMENT)
    return Counter((name, known[name].find(label).hint) for mine in mistakes for name, label in mine.items())


def reported(folder: Path) -> Counter[tuple[str, str]]:
    """Return ``{(exercise, hint): students}`` of the class report."""
    with open(folder / "reports" / f"{ASSIGNMENT}-mistakes.csv", newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == "named"]
    return Counter({(row["exercise"], row["mistake"]): int(row["students"]) for row in rows})


def main() -> None:
    """Build the course, grade it, write the report, print the three numbers of each mistake."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("students", nargs="?", type=int, default=300)
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    course, mistakes = Course(options.folder), draw(options.students, np.random.default_rng(0))
    course.generate(ASSIGNMENT)
    for number, mine in enumerate(mistakes):
        course.submit(f"student{number:03d}", ASSIGNMENT, answers(mine))
    for step in course.grade, course.feedback, course.report:
        process = step(ASSIGNMENT)
        print(process.stdout)
        if process.returncode:
            sys.exit(process.stdout + process.stderr)
    expected, found = handed_in(mistakes), reported(options.folder)
    known = variants.read(ASSIGNMENT)
    print(f"{'exercise':<28} {'mistake':<28} stated  handed in  reported")
    for exercise, frequencies in FREQUENCIES.items():
        for label, share in frequencies.items():
            key = exercise, known[exercise].find(label).hint
            print(f"{exercise:<28} {label:<28} {share:6.0%} {expected[key]:10} {found[key]:9}")
    if expected != found:
        sys.exit(f"Reported otherwise: {sorted(key for key in expected | found if expected[key] != found[key])}")


if __name__ == "__main__":
    main()
