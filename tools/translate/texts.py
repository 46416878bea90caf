"""Where the texts of the course stand: a function for each kind of file puts what ``say`` gives in their place.

``say(context, English text)`` returns the text to show. The same walk collects the English texts (``collect``) and
writes a language, so both always agree.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, is_grade

from tools import worked
from tools.notebooks import (
    LESSONS,
    MISCONCEPTIONS,
    RELEASE,
    ROOT,
    grade_cells,
    notebook_path,
    owner,
    solution_cells,
)
from tools.translate import literals

Say = Callable[[str, str], str]
Walk = Callable[[str, Say], str]  # (text of a file, say) -> the file in a language
CHAPTERS = ["01-loss-functions"]  # what is there to translate; the others are shown in English
FENCE = "```"
WORDS = ROOT / "grading" / "words.json"
SAID_BY_CHECKS = {"likely_reason": "LIKELY_REASON"}  # {word of a page: message}
HELPERS = [  # what speaks to students
    ROOT / "source" / "messages.py",
    LESSONS / "drawing.py",
    LESSONS / "progress.py",
    ROOT / "tools" / "jupyter" / "check_all.py",
]


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


def remarks(content: str, say: Say) -> str:
    """Go through what the test cells of a notebook say; return it as ``{English: translation}``.

    The cells themselves stay as they are: their helper looks here what to say. What visible tests say comes first in
    their cells, so it has the same contexts in the notebook with hidden tests.
    """
    found: dict[str, str] = {}
    for cell in filter(is_grade, nbformat.reads(content, as_version=4).cells):
        texts = literals.remarks(cell.source) if cell.cell_type == "code" else []
        found |= {text: say(f"{cell.id}/{number}", text) for number, text in enumerate(texts, 1)}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def explanations(content: str, say: Say) -> str:
    """Go through worked.md: the explanation of each solution by its exercise."""
    return worked.SECTION.sub(lambda found: f"## {found[1]}\n{say(found[1], found[2].strip())}\n\n", content)


def words(content: str, say: Say) -> str:
    """Go through the words of feedback pages; those that checks say, too, stand in messages.py."""
    found = json.loads(content)
    own = {name: text for name, text in found["page"].items() if literals.has_words(text)}
    page = {name: say(f"page/{name}", text) for name, text in own.items() if name not in SAID_BY_CHECKS}
    notices = {text: say(f"notices/{number}", text) for number, text in enumerate(found["notices"], 1)}
    return json.dumps({"page": page, "notices": notices}, ensure_ascii=False, indent=1) + "\n"


def names_of_checks(content: str, say: Say) -> str:
    """Go through what the checks of a notebook look at, such as "shapes"; return it as ``{English: translation}``."""
    found: NotebookNode = nbformat.reads(content, as_version=4)
    solutions = solution_cells(found)
    parts = [key.removeprefix(f"test-{owner(key, solutions)}").strip("-") for key in grade_cells(found)]
    names = sorted({part.replace("-", " ") for part in parts} - {""})
    return json.dumps({name: say(name, name) for name in names}, ensure_ascii=False, indent=1) + "\n"


class Source(NamedTuple):
    """An English file of the course, how to go through it, and where the result stands.

    places: in a student's folder
    graded: in the folder of what grading says, which students do not get
    """

    path: Path
    walk: Walk
    places: Sequence[str] = ()
    graded: Sequence[str] = ()


def english(sources: Iterable[Source]) -> dict[str, str]:
    """Return ``{context: English text}`` of the files whose texts stand in one PO file."""
    return {context: text for s in sources for context, text in collect(s.walk, s.path.read_text("utf-8")).items()}


def sources() -> dict[str, list[Source]]:
    """Return the files whose texts stand in each PO file, ``{PO file: sources}``."""
    found: dict[str, list[Source]] = {}
    for name in CHAPTERS:
        lesson, assignment, full = LESSONS / f"{name}.ipynb", notebook_path(name, RELEASE), notebook_path(name)
        found[f"lessons/{name}.po"] = [Source(lesson, notebook, [f"lessons/{lesson.name}"])]
        found[f"assignments/{name}.po"] = [
            Source(assignment, notebook, [f"{name}/{assignment.name}"]),
            Source(assignment, remarks, [f"{name}/remarks.json"]),
            Source(full, notebook, graded=[f"{name}/{full.name}"]),
            Source(full, remarks, graded=[f"{name}/remarks.json"]),
            Source(MISCONCEPTIONS / name / "worked.md", within("worked", explanations)),
        ]
        hinted = [f"{name}/hints.json"]
        found[f"hints/{name}.po"] = [Source(RELEASE / name / "hints.json", hints, hinted, hinted)]
    spoken = [f"{name}/messages.py" for name in CHAPTERS]
    helpers = [
        Source(path, within(path.name, literals.named), _places(path.name), spoken * (path.name == "messages.py"))
        for path in HELPERS
    ]
    return found | {
        "messages.po": helpers,
        "pages.po": [
            Source(ROOT / "tools" / "start.md", partial(page, "START.md"), ["START.md"]),
            Source(LESSONS / "README.md", partial(page, "README.md"), ["lessons/README.md"]),
            Source(LESSONS / "glossary.md", glossary, ["lessons/glossary.md"]),
            Source(LESSONS / "progress.ipynb", within("progress.ipynb", notebook), ["lessons/progress.ipynb"]),
        ],
        "feedback.po": [
            Source(WORDS, words),
            *(Source(notebook_path(name, RELEASE), within("checks", names_of_checks)) for name in CHAPTERS),
        ],
    }


def _places(helper: str) -> list[str]:
    """Return where a helper file stands: beside the lessons, and in the assignments that are translated."""
    folders = [LESSONS, *(RELEASE / name for name in CHAPTERS)]
    return [f"{folder.name}/{helper}" for folder in folders if (folder / helper).exists()]
