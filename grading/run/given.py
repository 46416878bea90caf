"""A submitted notebook, cut down to what counts: its cells, the ids that they claim, and what they hold."""

import json
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

KINDS = "code", "markdown", "raw"

MOST_BYTES = 64 * 2**20  # of a submitted notebook

MOST_CELLS = 2_000


@dataclass(frozen=True)
class GivenCell:
    """A cell of the submission, cut down to what counts: the ids that it claims, and what it holds."""

    grade_id: str | None
    cell_id: str | None
    node: NotebookNode


def read_cells(submission: bytes) -> tuple[list[GivenCell], str]:
    """Return ``(cells, failed)`` of a submitted notebook."""
    if len(submission) > MOST_BYTES:
        return [], f"The notebook is larger than {MOST_BYTES >> 20} MB."
    try:
        # Without nbformat's own checks: they refuse whole notebooks that can be read.
        found = json.loads(submission.decode("utf-8-sig"))
        if found.get("nbformat", 4) < 4:
            found = json.loads(nbformat.writes(nbformat.reads(json.dumps(found), as_version=4)))
        if len(found["cells"]) > MOST_CELLS:
            return [], f"The notebook has more than {MOST_CELLS} cells."
        cells = [_clean(cell) for cell in found["cells"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, nbformat.ValidationError) as error:
        problem = f"{type(error).__name__}: {error}"[:300]
        return [], f"The notebook file is damaged and cannot be read ({problem})."
    return [cell for cell in cells if cell], ""


def _clean(cell: Any) -> GivenCell | None:
    """Return a cell as a GivenCell, or None for what is no cell."""
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
    grade_id = ours.get("grade_id") if isinstance(ours, dict) else None
    ids = [key if isinstance(key, str) else None for key in (grade_id, cell.get("id"))]
    return GivenCell(ids[0], ids[1], made)


def _new_cell(kind: str, source: str) -> NotebookNode:
    # nbformat's own functions check each cell against the schema, which takes longer than all the rest.
    outputs: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    cell: NotebookNode = nbformat.from_dict({"id": "", "cell_type": kind, "metadata": {}, "source": source} | outputs)
    return cell


def _are_pictures(attachments: object) -> bool:
    """Say whether this is ``{name: {MIME type of a picture: text}}``, as Jupyter writes it."""
    return isinstance(attachments, dict) and all(
        isinstance(bundle, dict) and all(k.startswith("image/") and isinstance(v, str) for k, v in bundle.items())
        for bundle in attachments.values()
    )
