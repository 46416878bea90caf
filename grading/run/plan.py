"""What a run needs to know of a notebook before it starts: which cells run, and what the tests ask for."""

import functools

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

from grading.run import shell, syntax
from grading.run.cells import is_by_hand, is_test
from grading.run.job import Job
from grading.run.leaning import needed
from grading.run.template import Marks, known_sources, plain_sources, released


def cells_to_run(job: Job, notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """Return the code cells that must run, with their places: demonstrations on which nothing leans need not."""
    cells = [(n, cell) for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    if job.demonstrations or _has_words_to_read(job, notebook):
        return cells
    shown = plain_sources(job.template)
    graded = set(graded_names(job.template)) if job.tests == "apart" else set()
    inside = [
        (n, c.source, not c.metadata and c.source in shown and not syntax.bound_names(c.source) & graded)
        for n, c in cells
        if not is_apart(c, job)
    ]
    runs = needed((source, optional) for _, source, optional in inside)
    left_out = {n for (n, *_), run in zip(inside, runs, strict=True) if not run}
    return [(n, cell) for n, cell in cells if n not in left_out]


def _has_words_to_read(job: Job, notebook: NotebookNode) -> bool:
    """Say whether a person has an answer to grade, or a text that may be one: plots are evidence there."""
    known = known_sources(job.template)
    asked = any(map(is_by_hand, notebook.cells))
    return asked and any(
        cell.source.strip() not in known for cell in notebook.cells if cell.cell_type != "code" or is_by_hand(cell)
    )


def is_apart(cell: NotebookNode, job: Job) -> bool:
    return is_test(cell) and job.tests == "apart"


@functools.lru_cache(maxsize=1024)
def divided(source: str, marks: Marks) -> tuple[str, str]:
    """Return the visible and the hidden part of a test cell; all is hidden where it cannot be divided."""
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if marks[0] in line), None)
    if first is None:
        return source, ""
    visible, hidden = "".join(f"{line}\n" for line in lines[:first]), "\n".join(lines[first:])
    if syntax.parsed(visible) is None or syntax.parsed(hidden) is None:
        return "", source
    return visible, hidden


def hidden_lines(source: str, marks: Marks) -> frozenset[int]:
    """Return the numbers of the lines that the marks enclose."""
    begin, end = marks
    hidden, lines = False, set()
    for number, line in enumerate(source.split("\n"), 1):
        hidden = (hidden or begin in line) and end not in line
        lines |= {number} if hidden else set()
    return frozenset(lines)


@functools.lru_cache(maxsize=8)
def graded_names(template: bytes) -> tuple[str, ...]:
    """Return the names that tests take from the student: none that a locked cell below gives.

    These are what the answers bind, and what other cells that are not locked bind and locked ones look up.
    """
    cells = [c for c in nbformat.reads(template.decode(), as_version=4).cells if c.cell_type == "code"]
    sources = [shell.Shell.instance().transform_cell(c.source) for c in cells]
    looked_up = {n for c, source in zip(cells, sources, strict=True) if is_locked(c) for n in syntax.free_names(source)}
    asked: set[str] = set()
    for cell, source in zip(cells, sources, strict=True):
        if is_solution(cell):
            asked |= syntax.bound_names(source)
        elif not is_locked(cell):
            asked |= syntax.bound_names(source) & looked_up
        elif not is_grade(cell):
            asked -= syntax.bound_names(source)
    return tuple(sorted(asked))


@functools.lru_cache(maxsize=8)
def open_imports(template: bytes) -> list[str]:
    """Return the import statements of the cells that students may change, as the instructor hands them out."""
    cells = [c for c in released(template).cells if c.cell_type == "code" and not is_locked(c)]
    return [s for c in cells for s in syntax.imports_of(shell.Shell.instance().transform_cell(c.source))]
