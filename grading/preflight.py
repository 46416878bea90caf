"""Before any submission is graded: the instructor's own answers are, and must get every point.

That run also shows where the tests can run: apart from the student's code, unless they give the
reference fewer points there than beside it, or fail for it, which is no sign of what works apart.
"""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_locked

from grading.assignment import Assignment
from grading.course import CourseError
from grading.pool import Workers
from grading.run.cells import grade_id, is_test, read_notebook
from grading.run.job import Outcome, content_key
from grading.run.reach import modules_in, reaching


def check_reference(assignment: Assignment, workers: Workers) -> None:
    """Run the reference of each notebook, and set ``assignment.isolation``.

    What it gave is kept in autograded/, in a file that may be deleted at any time.
    Raises CourseError where the reference does not pass.
    """
    record = Path(assignment.course.format_path(assignment.course.autograded_directory, "", ""))
    record = record / f".reference-{assignment.name}.json"
    key = _key(assignment)
    if (kept := _read(record)).get("key") != key:
        isolation = {name: _choose(assignment, name, workers) for name in assignment.templates}
        _check_variants(assignment, isolation, workers)
        kept = {"key": key, "isolation": isolation}
        record.parent.mkdir(parents=True, exist_ok=True)
        new = record.with_suffix(".new")  # another grader of a shared course may own the old one
        new.write_text(json.dumps(kept))
        new.replace(record)
    assignment.isolation = {name: (tests, why) for name, (tests, why) in kept["isolation"].items()}


def check_references(assignments: Sequence[Assignment], workers: Workers) -> None:
    """Run the references of several assignments side by side; what they gave is kept until each one's turn.

    What goes wrong here goes wrong again then, and is told.
    """
    for assignment in assignments[:1]:
        _key(assignment)  # else each thread would find out what is installed
    threads = ThreadPoolExecutor(max(len(assignments), 1))
    try:
        for checked in [threads.submit(check_reference, assignment, workers) for assignment in assignments]:
            checked.exception()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)  # an interrupted run does not wait for what never ends


def _key(assignment: Assignment) -> str:
    engine = assignment.engine
    languages = ["", *assignment.variants]
    jobs = [content_key(assignment.reference(n, "apart", lang)) for lang in languages for n in assignment.templates]
    return hashlib.sha256(repr((jobs, engine.isolation, engine.reference_must_pass)).encode()).hexdigest()


def _read(record: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(record.read_text())
        return kept
    except (OSError, ValueError):
        return {}


def _choose(assignment: Assignment, name: str, workers: Workers) -> tuple[str, str]:
    """Return ``(where the tests of a notebook run, why)``; raise CourseError where the reference fails there."""
    setting = assignment.engine.isolation
    tests, why = "beside" if setting == "beside" else "apart", ""
    if setting == "auto" and (why := _reaching(assignment, name)):  # it may pass apart by luck
        tests = "beside"
    outcome = _run(assignment, name, tests, workers)
    if setting == "auto" and not why and (lost := _lost(outcome)):
        beside = _run(assignment, name, "beside", workers)
        better = [test for test in lost if _points(beside, test) > _points(outcome, test)]
        if better:
            message = " ".join(outcome.verdicts[better[0]].message.split())
            tests, why, outcome = "beside", f"apart, {better[0]} gives the reference less: {message}", beside
        elif not assignment.engine.reference_must_pass:
            why = f"the reference, which fails {lost[0]}, does not show that it works apart"
            tests, outcome = "beside", beside
    if assignment.engine.reference_must_pass:
        _must_pass(assignment, name, outcome)
    return tests, why


def _reaching(assignment: Assignment, name: str) -> str:
    """Say which test changes its own process, in a way that would not reach the students' code from apart; or ''."""
    cells = [c for c in read_notebook(assignment.templates[name].decode()).cells if c.cell_type == "code"]
    modules = set().union(*(modules_in(c.source) for c in cells))
    uses = ((grade_id(c), reaching(c.source, modules)) for c in cells if is_test(c))
    return next((f"apart, what {test} does would not reach it: {used}" for test, used in uses if used), "")


def _check_variants(assignment: Assignment, isolation: dict[str, tuple[str, str]], workers: Workers) -> None:
    """Run the reference of each language whose files are its own; raise CourseError where it does not pass."""
    if not assignment.engine.reference_must_pass:
        return
    for language, variant in assignment.variants.items():
        for name, (tests, _) in isolation.items():
            if (variant.templates[name], variant.files) != (assignment.templates[name], assignment.files):
                _must_pass(assignment, name, _run(assignment, name, tests, workers, language), language)


def _run(assignment: Assignment, name: str, tests: str, workers: Workers, language: str = "") -> Outcome:
    job = assignment.reference(name, tests, language)
    ((_, result),) = workers.outcomes([(None, [job], [content_key(job)])])
    if isinstance(result, Exception):
        raise CourseError(f"The instructor's own {name}.ipynb could not be run: {result}") from result
    return result[0]


def _lost(outcome: Outcome) -> list[str]:
    """Return the tests that were not passed, in the order of the notebook."""
    keys = [grade_id(c) for c in _cells(outcome) if is_test(c)]
    return [key for key in keys if key in outcome.verdicts and not outcome.verdicts[key].passed]


def _points(outcome: Outcome, test: str) -> tuple[bool, float]:
    verdict = outcome.verdicts[test]
    return (verdict.passed, verdict.score or 0)


def _must_pass(assignment: Assignment, name: str, outcome: Outcome, language: str = "") -> None:
    problem = outcome.failed or _first_problem(outcome)
    if problem:
        which = f"the folder for the language {language}" if language else f"{assignment.source / name}.ipynb"
        raise CourseError(
            f"Nothing was graded: the instructor's own answers to {assignment.name} do not pass. {problem}\n"
            f"Mend {which}, or set c.Engine.reference_must_pass = False."
        )


def _first_problem(outcome: Outcome) -> str:
    """Say which cell of the course fails first, and why; '' where none does."""
    for cell in _cells(outcome):
        key = grade_id(cell)
        if is_test(cell) and key in outcome.verdicts and not outcome.verdicts[key].passed:
            return f"The test {key} says: {outcome.verdicts[key].message}"
        if is_locked(cell) and not is_test(cell):
            for output in cell.get("outputs", ()):
                if output.output_type == "error":
                    return f"The cell {key} stops with {output.ename}: {output.evalue}"
    return ""


def _cells(outcome: Outcome) -> list[NotebookNode]:
    return list(read_notebook(outcome.notebook).cells)
