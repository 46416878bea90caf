"""The instructor's notebook: what is asked of it again and again while submissions are rebuilt from it."""

import functools
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
from nbgrader.utils import compute_checksum, is_solution

from grading.run.cells import grade_id, is_ours
from grading.run.syntax import bound_names

Marks = tuple[str, str]  # of the beginning and the end
MARKS: Marks = ClearHiddenTests().begin_test_delimeter, ClearHiddenTests().end_test_delimeter  # nbgrader's defaults


@dataclass(frozen=True)
class Template:
    """What is asked of the instructor's notebook again and again.

    released:   without its solutions, but with its hidden tests
    handed_out: {grade id: source} as students received it
    asked:      {grade id: names} that each code cell asks the student to define
    marks:      what stands in the lines around what is hidden of a test
    """

    released: NotebookNode
    handed_out: dict[str, str]
    asked: dict[str, frozenset[str]]
    marks: Marks


def released(template: bytes) -> NotebookNode:
    """Return the instructor's notebook without its solutions, but with its hidden tests."""
    return read_template(template).released


@functools.lru_cache(maxsize=8)
def read_template(template: bytes) -> Template:
    notebook = nbformat.reads(template.decode("utf-8"), as_version=4)
    solved = {grade_id(c): bound_names(c.source) for c in notebook.cells if is_solution(c) and c.cell_type == "code"}
    kept = notebook.metadata.get("grading", {})
    if "stubs" not in kept:
        ClearSolutions().preprocess(notebook, {})
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in ("nbgrader", "lesson")}
        if is_ours(cell):
            cell.source = kept.get("stubs", {}).get(grade_id(cell), cell.source)
            cell.metadata["nbgrader"]["checksum"] = compute_checksum(nbformat.from_dict(cell))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    sources, marks = kept.get("handed_out"), kept.get("marks", MARKS)
    if sources is None:
        visible, _ = ClearHiddenTests().preprocess(nbformat.from_dict(notebook), {})
        sources = {grade_id(c): c.source for c in visible.cells if is_ours(c)}
    # A stub names what it asks for, where it names anything: a solution may define helpers besides.
    asked = {key: bound_names(sources.get(key, "")) or names for key, names in solved.items()}
    return Template(notebook, sources, asked, (marks[0], marks[1]))


def with_sources(
    template: NotebookNode, stubs: dict[str, str], handed_out: dict[str, str], marks: Marks = MARKS
) -> NotebookNode:
    """Return a template that knows ``{grade id: source}`` of its cells without solutions, and as handed out.

    How they come from the source is the course's own choice: marks, stubs. Of a template that does not
    know them, nbgrader's defaults are assumed. marks: of what is hidden
    """
    template.metadata["grading"] = {"stubs": stubs, "handed_out": handed_out, "marks": marks}
    return template


@functools.lru_cache(maxsize=8)
def plain_sources(template: bytes) -> frozenset[str]:
    """Return the sources of the instructor's code cells that are neither answers nor tests nor locked."""
    cells = released(template).cells
    return frozenset(cell.source for cell in cells if cell.cell_type == "code" and not is_ours(cell))


@functools.lru_cache(maxsize=8)
def known_sources(template: bytes) -> set[str]:
    """Return the sources of all cells that were handed out, and that of an empty one."""
    sources = [cell.source for cell in released(template).cells] + list(read_template(template).handed_out.values())
    return {source.strip() for source in sources} | {""}
