"""Write the folder that a student of a language receives: the course, with the texts that are translated.

Grade ids, points, test cells and all other code are the same in every language. What is not translated is in English.
"""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import nbformat

from tools import student
from tools.notebooks import ROOT
from tools.translate import catalogue, texts
from tools.translate.direction import RIGHT_TO_LEFT, right_to_left

TRANSLATED = ROOT / "translated"


def build(language: str, folder: Path | None = None, translations: Path = catalogue.TRANSLATIONS) -> Counter[str]:
    """Write the course in a language into ``folder``, which is made anew; return how many texts are shown how."""
    folder, counts = folder or TRANSLATED / language, Counter[str]()
    with tempfile.TemporaryDirectory() as place:
        made = Path(place, "made")
        student.lay_out(made)
        for name, sources in texts.sources().items():
            say = catalogue.asked(catalogue.read(translations / language / name), counts)
            for source in sources:
                content = source.walk(source.path.read_text(encoding="utf-8"), say)
                if source.place == student.START:
                    content = student.start_page(made, content)
                if language in RIGHT_TO_LEFT:
                    content = _turned(source.place, content)
                (made / source.place).write_text(content, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, folder)
    return counts


def _turned(place: str, content: str) -> str:
    """Return a file whose Markdown is shown from right to left."""
    if place.endswith(".md"):
        return right_to_left(content) + "\n"
    if not place.endswith(".ipynb"):
        return content
    notebook = nbformat.reads(content, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = right_to_left(cell.source)
    return str(nbformat.writes(notebook)) + "\n"
