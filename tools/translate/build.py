"""Write the course in a language: the folder that a student receives, and what grading says to that student.

Grade ids, points, test cells and all other code are the same in every language. What is not translated is in English.
"""

import functools
import json
import re
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat

from grading.languages import FILE, METADATA
from tools import student, worked
from tools.notebooks import MISCONCEPTIONS, RELEASE, ROOT, notebook_path
from tools.translate import catalogue, texts
from tools.translate.direction import RIGHT_TO_LEFT, in_code, in_lines, right_to_left
from tools.translate.texts import Say

TRANSLATED = ROOT / "translated"
GRADED = ROOT / "languages"  # as c.Languages.folder has it
FONTS = {"bn": "NotoSansBengali.ttf", "te": "NotoSansTelugu.ttf"}  # letters that matplotlib's own font does not have


def build(language: str, folder: Path | None = None, translations: Path = catalogue.TRANSLATIONS) -> Counter[str]:
    """Write the course in a language into ``folder``, which is made anew; return how many texts are shown how."""
    folder = folder or TRANSLATED / language
    shutil.rmtree(folder, ignore_errors=True)
    return lay_out(language, folder, translations=translations)


def lay_out(
    language: str, folder: Path, solutions: bool = False, translations: Path = catalogue.TRANSLATIONS
) -> Counter[str]:
    """Do what ``tools.student.lay_out`` does in a language; return how many texts are shown how."""
    course = _Course(language, translations)
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary, "made")
        student.lay_out(made, solutions)
        for source, content in course.files():
            for place in source.places:
                (made / place).write_text(course.turned(place, content), encoding="utf-8")
        _add_fonts(language, made)
        for name in texts.CHAPTERS if solutions else []:
            (made / name / worked.FILE).write_bytes(zlib.compress(json.dumps(course.worked(name)).encode()))
        shutil.copytree(made, folder, copy_function=student.copy, dirs_exist_ok=True)
    start = student.start_page(folder, course.start())
    (folder / student.START).write_text(course.turned(student.START, start), encoding="utf-8")
    return course.counts


def build_graded(language: str, folder: Path | None = None, translations: Path = catalogue.TRANSLATIONS) -> None:
    """Write what grading needs to speak a language into ``folder``, which is made anew: see grading/languages.py."""
    folder, course = folder or GRADED / language, _Course(language, translations)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source, content in course.files():
        for place in source.graded:
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_text(course.turned(place, content), encoding="utf-8")
    (folder / FILE).write_text(json.dumps(course.words(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


class _Course:
    """The texts of the course in a language. counts: how many are shown how."""

    def __init__(self, language: str, translations: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._language = language
        self._sources = texts.sources()
        self._say = {
            name: catalogue.asked(catalogue.read(translations / language / name), self.counts) for name in self._sources
        }

    def said(self, name: str) -> Say:
        """Return what gives the texts of a PO file; those that are printed run in the direction of the language."""
        say = self._say[name]
        if self._language not in RIGHT_TO_LEFT:
            return say
        if name.startswith(("messages", "hints")):
            return in_lines(say)
        return in_code(say) if name.startswith(("lessons", "assignments")) else say

    def files(self) -> Iterator[tuple[texts.Source, str]]:
        """Yield each source with its text in the language."""
        for name, sources in self._sources.items():
            for source in sources:
                yield source, source.walk(source.path.read_text(encoding="utf-8"), self.said(name))

    def turned(self, place: str, content: str) -> str:
        """Return the text of a file that says its language, and whose Markdown is shown in its direction."""
        is_turned = self._language in RIGHT_TO_LEFT
        if place.endswith(".ipynb"):
            notebook = nbformat.reads(content, as_version=4)
            notebook.metadata[METADATA] = self._language
            for cell in notebook.cells:
                if is_turned and cell.cell_type == "markdown":
                    cell.source = right_to_left(cell.source)
            return str(nbformat.writes(notebook)) + "\n"
        if not is_turned:
            return content
        if place.endswith(".md"):
            return right_to_left(content) + "\n"
        return content.replace('DIRECTION = "ltr"', 'DIRECTION = "rtl"')

    def start(self) -> str:
        """Return the template of the start page."""
        return texts.page(student.START, student.TEMPLATE.read_text(encoding="utf-8"), self._say["pages.po"])

    def worked(self, chapter: str) -> dict[str, dict[str, str]]:
        """Return the worked solutions of an assignment, as ``tools.worked.read`` gives them."""
        say, path = self.said(f"assignments/{chapter}.po"), notebook_path(chapter)
        content = path.read_text(encoding="utf-8")
        explained = (MISCONCEPTIONS / chapter / "worked.md").read_text(encoding="utf-8")
        why = worked.sections(texts.within("worked", texts.explanations)(explained, say))
        reasons = json.loads(texts.remarks(content, say))
        rows = worked.rows(nbformat.reads(texts.notebook(content, say), as_version=4), why)
        for row in rows.values():
            row["why"] = reasons.get(row["why"], row["why"])
            if self._language in RIGHT_TO_LEFT:
                row["why"] = right_to_left(row["why"])
        return rows

    def words(self) -> dict[str, object]:
        """Return what feedback pages say, as grading/words.json in a language's folder has it."""
        say = self._say["feedback.po"]
        found: dict[str, dict[str, str]] = json.loads(texts.words(texts.WORDS.read_text(encoding="utf-8"), say))
        checks: dict[str, str] = {}
        places: dict[str, str] = {}
        for name in texts.CHAPTERS:
            released = notebook_path(name, RELEASE).read_text(encoding="utf-8")
            checks |= json.loads(texts.within("checks", texts.names_of_checks)(released, say))
            places |= self._headings(name)
        return {
            "notices": found["notices"],
            "direction": "rtl" if self._language in RIGHT_TO_LEFT else "ltr",
            "page": found["page"] | {word: self._message(name) for word, name in texts.SAID_BY_CHECKS.items()},
            "checks": checks,
            "places": places,
            "hints": self._hints(),
        }

    def _message(self, name: str) -> str:
        return self.said("messages.po")(f"messages.py/{name}", self._english("messages.po")[f"messages.py/{name}"])

    @functools.cache  # noqa: B019 - as long as the course is written
    def _english(self, name: str) -> dict[str, str]:
        return texts.english(self._sources[name])

    def _headings(self, chapter: str) -> dict[str, str]:
        """Return ``{"file.ipynb#Heading": heading in the language}`` of a lesson."""
        say, english = self._say[f"lessons/{chapter}.po"], self._english(f"lessons/{chapter}.po")
        pairs = [(text, say(context, text)) for context, text in english.items() if "/" not in context]
        found = [zip(*(re.findall("^#+ (.+)$", text, re.MULTILINE) for text in pair), strict=False) for pair in pairs]
        return {f"{chapter}.ipynb#{ours}": theirs for both in found for ours, theirs in both}

    def _hints(self) -> dict[str, str]:
        """Return ``{hint as a check says it: the same in English}``."""
        found: dict[str, str] = {}
        first, ours = self._english("messages.po")["messages.py/MEND_FIRST"], self._message("MEND_FIRST")
        for name in texts.CHAPTERS:
            say = self.said(f"hints/{name}.po")
            for context, text in self._english(f"hints/{name}.po").items():
                hint = say(context, text)
                found |= {hint: text, ours.format(hint=hint): first.format(hint=text)}
        return found


def _add_fonts(language: str, made: Path) -> None:
    """Put the font that pictures need beside each ``drawing.py``, with its licence."""
    if language in FONTS:
        for helper in made.glob("*/drawing.py"):
            for name in (FONTS[language], "OFL.txt"):
                (helper.parent / "fonts").mkdir(exist_ok=True)
                shutil.copy(catalogue.TRANSLATIONS / "fonts" / name, helper.parent / "fonts")
