"""Rebuild what is graded: the instructor's notebook with the student's answers in it.

Test cells and locked cells are the instructor's, whatever was submitted. An answer is found by its
grade id. Cells that the student added or changed stay where they stood, as plain cells: an answer
may lean on them. All other metadata of the submission is dropped.
"""

import functools
import itertools
import json
from pathlib import Path

import nbformat
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution, is_task

KINDS = "code", "markdown", "raw"
MOST_BYTES = 64 * 2**20  # of a submitted notebook
MOST_CELLS = 2_000


def rebuild(template, submission):
    """Return ``(notebook, notices, failed)``.

    template, submission: notebooks as JSON, bytes; the submission may be anything
    notices: what was repaired, in words for the student
    failed: why no answer could be read, or ''
    """
    official = nbformat.from_dict(released(template))  # a copy
    given, failed = _read(submission)
    official.cells, notices = _merge(official.cells, given)
    return official, [] if failed else notices, failed


def safe_files(files):
    """Return ``(files, notices)``: those of ``{relative path: content}`` that stay inside the folder."""
    outside = [name for name in files if ".." in Path(name).parts or Path(name).is_absolute()]
    notices = [f"The file {name} lies outside of the folder. It was left out." for name in outside]
    return {name: content for name, content in files.items() if name not in outside}, notices


@functools.lru_cache(maxsize=8)
def released(template):
    """Return the instructor's notebook without its solutions, but with its hidden tests."""
    notebook = nbformat.reads(template.decode("utf-8"), as_version=4)
    ClearSolutions().preprocess(notebook, {})
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "nbgrader"}
        if _is_ours(cell):
            cell.metadata["nbgrader"]["checksum"] = compute_checksum(nbformat.from_dict(cell))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def is_test(cell):
    """Say whether a cell holds a test, and not an answer that is graded by hand."""
    return is_grade(cell) and not is_solution(cell)


def _is_ours(cell):
    return is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)


def _read(submission):
    """Return ``(cells, failed)`` of a submitted notebook, each cell cut down to what counts."""
    if len(submission) > MOST_BYTES:
        return None, f"The notebook is larger than {MOST_BYTES >> 20} MB."
    try:
        # Without nbformat's own checks: they refuse whole notebooks that can be read.
        found = json.loads(submission.decode("utf-8-sig"))
        if found.get("nbformat", 4) < 4:
            found = json.loads(nbformat.writes(nbformat.reads(json.dumps(found), as_version=4)))
        cells = [_clean(cell) for cell in found["cells"][:MOST_CELLS]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, nbformat.ValidationError) as error:
        problem = f"{type(error).__name__}: {error}"[:300]
        return None, f"The notebook file is damaged and cannot be read ({problem})."
    return [cell for cell in cells if cell], ""


def _clean(cell):
    """Return ``(grade id, cell id, new cell)``, or None for what is no cell."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS:
        return None
    source = cell.get("source", "")
    source = "".join(line for line in source if isinstance(line, str)) if isinstance(source, list) else source
    if not isinstance(source, str):
        return None
    made = _new_cell(cell["cell_type"], source.encode("utf-8", "replace").decode())
    if _are_pictures(cell.get("attachments")):
        made["attachments"] = cell["attachments"]
    metadata = cell.get("metadata")
    ours = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return ours.get("grade_id") if isinstance(ours, dict) else None, cell.get("id"), made


def _new_cell(kind, source):
    # nbformat's own functions check each cell against the schema, which takes longer than all the rest.
    outputs = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return nbformat.from_dict({"id": "", "cell_type": kind, "metadata": {}, "source": source} | outputs)


def _are_pictures(attachments):
    """Say whether this is ``{name: {MIME type of a picture: text}}``, as Jupyter writes it."""
    return isinstance(attachments, dict) and all(
        isinstance(bundle, dict) and all(k.startswith("image/") and isinstance(v, str) for k, v in bundle.items())
        for bundle in attachments.values()
    )


def _merge(official, given):
    """Return ``(cells, notices)``: the official cells with the given answers, the other given cells between them."""
    if given is None:
        return official, []
    ours = {c.metadata["nbgrader"]["grade_id"]: c for c in official if _is_ours(c)}
    by_cell_id = {c.id: key for key, c in ours.items()}
    found, plain, notices, last = {}, {None: []}, [], None
    for key, cell_id, cell in given:
        if key is None and isinstance(cell_id, str):
            key = by_cell_id.get(cell_id)
        if isinstance(key, str) and key in ours and key not in found:
            found[key], last = cell, key
            plain[key] = []
            continue
        if isinstance(key, str) and key in found:
            notices.append(f"The cell {key} was there more than once. Its first copy counts as the answer.")
        plain[last].append(cell)
    for number, cell in enumerate(itertools.chain(*plain.values())):
        cell.id = f"added-{number}"  # the same at every run
    cells = list(plain[None])
    for key, cell in ours.items():
        cells.append(_filled(key, cell, found.get(key), notices))
        cells += plain.get(key, [])
    return cells, notices


def _filled(key, cell, answer, notices):
    """Return the official cell with the student's answer, where it takes one; note what was repaired."""
    if answer is None:
        what = "It counts as not answered" if is_solution(cell) else "It was put back"
        notices.append(f"The cell {key} was missing. {what}.")
        return cell
    if answer.cell_type != cell.cell_type:
        notices.append(f"The cell {key} had become a {answer.cell_type} cell. It was turned back.")
    if is_solution(cell) or (is_task(cell) and not is_locked(cell)):
        cell.source = answer.source
        if cell.cell_type == "markdown" and "attachments" in answer:
            cell.attachments = answer.attachments
    return cell
