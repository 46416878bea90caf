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
from tools.translate.direction import RIGHT_TO_LEFT, in_lines, right_to_left

TRANSLATED = ROOT / "translated"
FONTS = {"bn": "NotoSansBengali.ttf", "te": "NotoSansTelugu.ttf"}  # letters that matplotlib's own font does not have


def build(language: str, folder: Path | None = None, translations: Path = catalogue.TRANSLATIONS) -> Counter[str]:
    """Write the course in a language into ``folder``, which is made anew; return how many texts are shown how."""
    folder, counts = folder or TRANSLATED / language, Counter[str]()
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary, "made")
        student.lay_out(made)
        for name, sources in texts.sources().items():
            say = catalogue.asked(catalogue.read(translations / language / name), counts)
            if language in RIGHT_TO_LEFT and name.startswith(("messages", "hints")):
                say = in_lines(say)
            for source in sources:
                content = source.walk(source.path.read_text(encoding="utf-8"), say)
                if source.path == student.TEMPLATE:
                    content = student.start_page(made, content)
                for place in source.places:
                    turned = _turned(place, content) if language in RIGHT_TO_LEFT else content
                    (made / place).write_text(turned, encoding="utf-8")
        _add_fonts(language, made)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, folder)
    return counts


def _turned(place: str, content: str) -> str:
    """Return a file whose Markdown is shown from right to left."""
    if place.endswith(".md"):
        return right_to_left(content) + "\n"
    if place.endswith(("/progress.py", "/drawing.py")):
        return content.replace('DIRECTION = "ltr"', 'DIRECTION = "rtl"')
    if not place.endswith(".ipynb"):
        return content
    notebook = nbformat.reads(content, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = right_to_left(cell.source)
    return str(nbformat.writes(notebook)) + "\n"


def _add_fonts(language: str, made: Path) -> None:
    """Put the font that pictures need beside each ``drawing.py``, with its licence."""
    if language in FONTS:
        for helper in made.glob("*/drawing.py"):
            for name in (FONTS[language], "OFL.txt"):
                (helper.parent / "fonts").mkdir(exist_ok=True)
                shutil.copy(catalogue.TRANSLATIONS / "fonts" / name, helper.parent / "fonts")
