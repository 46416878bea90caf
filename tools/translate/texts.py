"""Where the texts of the course stand: a function for each kind of file puts what ``say`` gives in their place.

``say(context, English text)`` returns the text to show. The same walk collects the English texts (``collect``) and
writes a language, so both always agree.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, is_grade

from tools.notebooks import LESSONS, RELEASE, ROOT, notebook_path
from tools.translate import literals

Say = Callable[[str, str], str]
Walk = Callable[[str, Say], str]  # (text of a file, say) -> the file in a language
CHAPTERS = ["01-loss-functions"]  # what is there to translate; the others are shown in English
FENCE = "```"


def collect(walk: Walk, content: str) -> dict[str, str]:
    """Return ``{context: English text}`` of a file."""
    found: dict[str, str] = {}

    def note(context: str, english: str) -> str:
        found[context] = english
        return english

    walk(content, note)
    return found


def notebook(content: str, say: Say) -> str:
    """Go through a notebook: its Markdown cells by id, texts in code by id and number. Test cells stay as they are."""
    found: NotebookNode = nbformat.reads(content, as_version=4)
    for cell in found.cells:
        if not is_grade(cell):
            _cell(cell, say)
    return str(nbformat.writes(found)) + "\n"


def _cell(cell: NotebookNode, say: Say) -> None:
    if cell.cell_type == "markdown":
        source = say(cell.id, cell.source)
    else:
        source = literals.replaced(cell.source, lambda number, text: say(f"{cell.id}/{number}", text))
    if source != cell.source:
        cell.source = source
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.checksum = compute_checksum(cell)


def hints(content: str, say: Say) -> str:
    """Go through hints.json: the sentence of each known mistake by ``exercise/label``."""
    found = json.loads(content)
    for exercise, listed in found.items():
        listed["hints"] = [[label, say(f"{exercise}/{label}", hint)] for label, hint in listed["hints"]]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"


def page(name: str, content: str, say: Say) -> str:
    """Go through a page of Markdown, each paragraph, row and item of which is one line; code in fences stays."""
    lines, in_code = content.split("\n"), False
    for number, line in enumerate(lines):
        in_code ^= line.startswith(FENCE)
        if not in_code and not line.startswith((FENCE, "<!--")) and literals.has_words(line):
            lines[number] = say(f"{name}/{number + 1}", line)
    return "\n".join(lines)


def glossary(content: str, say: Say) -> str:
    """Go through the glossary: each row by its English term."""

    def entry(context: str, line: str) -> str:
        row = re.match(r"\| (.+?) \|", line)
        return say(f"glossary.md/{row[1]}" if row else context, line)

    return page("glossary.md", content, entry)


def within(name: str, walk: Walk) -> Walk:
    """Return a walk through one of several files whose texts stand in the same PO file."""
    return lambda content, say: walk(content, lambda context, english: say(f"{name}/{context}", english))


class Source(NamedTuple):
    """An English file of the course, and how to go through it."""

    place: str  # in a student's folder
    path: Path
    walk: Walk

    def english(self) -> dict[str, str]:
        """Return ``{context: English text}``."""
        return collect(self.walk, self.path.read_text(encoding="utf-8"))


def sources() -> dict[str, list[Source]]:
    """Return the files whose texts stand in each PO file, ``{PO file: sources}``."""
    found: dict[str, list[Source]] = {}
    for name in CHAPTERS:
        lesson, assignment = LESSONS / f"{name}.ipynb", notebook_path(name, RELEASE)
        found[f"lessons/{name}.po"] = [Source(f"lessons/{lesson.name}", lesson, notebook)]
        found[f"assignments/{name}.po"] = [Source(f"{name}/{assignment.name}", assignment, notebook)]
        found[f"hints/{name}.po"] = [Source(f"{name}/hints.json", RELEASE / name / "hints.json", hints)]
    found["pages.po"] = [
        Source("START.md", ROOT / "tools" / "start.md", partial(page, "START.md")),
        Source("lessons/README.md", LESSONS / "README.md", partial(page, "README.md")),
        Source("lessons/glossary.md", LESSONS / "glossary.md", glossary),
        Source("lessons/progress.ipynb", LESSONS / "progress.ipynb", within("progress.ipynb", notebook)),
    ]
    return found
