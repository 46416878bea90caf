"""Work on misconceptions/: check new entries, and find the wrong answers of a class that nothing names.

    python -m tools.misconceptions check misconceptions/01-loss-functions/softmax.py
    python -m tools.misconceptions unknown 01-loss-functions

``check`` says for every wrong answer of a file: does a test catch it, do probes tell it from right answers and
from other mistakes, is its hint shown. It runs the answers: use it for files that you trust.

``unknown`` is for a course directory with graded work: it reads autograded/ and runs nothing. Answers that
failed in the same way form a cluster; the largest comes first, with one example.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from tools import hints, running, variants
from tools.notebooks import Answers, grade_cells, grade_id, graded_names, load, owner, solution_cells


class Finding(NamedTuple):
    """What is found of one wrong answer."""

    label: str
    lost: tuple[str, ...]  # grade ids of the tests of its exercise that it fails
    like: str  # what acts in the same way for the probe: the label of another mistake, "right answers" or ''
    shown: str  # the hint that students see

    def problems(self, hint: str) -> list[str]:
        """Return what is wrong with the entry, in words."""
        found = []
        if not self.lost:
            found.append("no test of its exercise catches it")
        if self.like:
            found.append(f"the probe sees no difference to {self.like}")
        elif self.shown != hint:
            found.append(f"its hint is not shown, but: {self.shown or 'none'}")
        return found


def check(path: Path) -> Iterator[tuple[variants.Variant, Finding]]:
    """Yield every wrong answer in a file of misconceptions/ with what is found of it."""
    assignment, name = path.resolve().parent.name, path.stem
    exercise = variants.parse(name, path.read_text(encoding="utf-8"), variants.references(assignment)[name])
    notebook = load(assignment)
    key, solutions = graded_names(notebook)[name], solution_cells(notebook)
    own = [test for test in grade_cells(notebook) if owner(test, solutions) == key]
    wrong = [v for v in exercise.variants if v.wrong]
    listed = hints.kept(assignment, exercise)
    like = hints.likenesses(assignment, exercise)
    shown = running.recognised(assignment, name, [v.source for v in wrong], listed)
    for variant, hint in zip(wrong, shown, strict=True):
        outcome = running.run(assignment, {key: variant.source})
        lost = tuple(test for test in own if outcome[test].message)
        yield variant, Finding(variant.label, lost, like[variant.label], hint)


class Cluster(NamedTuple):
    """Wrong answers of a class that failed in the same way, and that nothing named."""

    exercise: str
    message: str
    students: list[str]
    example: str  # the answer of the first student


def unknown(assignment: str, course: Path) -> list[Cluster]:
    """Return the clusters in autograded/ of a course directory, the largest first."""
    found = defaultdict(list)
    for path in sorted(course.glob(f"autograded/*/{assignment}/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        answers = {grade_id(c): c.source for c in notebook.cells if is_solution(c) and not is_grade(c)}
        for exercise, message in _unnamed(notebook, answers).items():
            found[exercise, _without_numbers(message)].append((path.parts[-3], message, answers[exercise]))
    clusters = [
        Cluster(exercise, cases[0][1], [student for student, _, _ in cases], cases[0][2])
        for (exercise, _), cases in found.items()
    ]
    return sorted(clusters, key=lambda c: (-len(c.students), c.exercise))


def _unnamed(notebook: NotebookNode, answers: Answers) -> dict[str, str]:
    """Return ``{exercise: first message}`` of the exercises in which something failed and nothing was named."""
    first: dict[str, str] = {}
    for cell in notebook.cells:
        if is_grade(cell) and not is_solution(cell) and cell.cell_type == "code":
            errors = [output.evalue for output in cell.outputs if output.output_type == "error"]
            if errors:
                first.setdefault(owner(grade_id(cell), answers), errors[0])
    messages = hints.reasons().messages
    known = [messages.LIKELY_REASON.format(reason=""), messages.NOT_WRITTEN.format(what="")]
    return {e: m for e, m in first.items() if not any(text in m for text in known)}


def _without_numbers(message: str) -> str:
    """Return a message with its numbers cut to three digits, so that rounding does not part a cluster."""
    return re.sub(r"(\d+\.\d{0,2})\d*", r"\1", message)


def main() -> int:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="a file of misconceptions/").add_argument("file", type=Path)
    commands.add_parser("unknown", help="an assignment that was graded").add_argument("assignment")
    given = parser.parse_args()
    if given.command == "check":
        bad = 0
        for variant, finding in check(given.file):
            problems = finding.problems(variant.hint)
            bad += bool(problems)
            print(f"{'BAD' if problems else 'ok '} {variant.label}: {'; '.join(problems) or ', '.join(finding.lost)}")
        return int(bad > 0)
    for cluster in unknown(given.assignment, Path()):
        head = f"{len(cluster.students)} x {cluster.exercise}: {', '.join(cluster.students[:5])}"
        print(f"{head}\n{cluster.message}\n\n{cluster.example}\n{'-' * 80}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
