"""The languages of a course: what grading says to students, in the language of the notebook that they handed in.

A course may have a folder for each of them, ``languages/LANGUAGE/``:

words.json    the words of feedback pages, as grading/words.json has them in English: ``Words``
ASSIGNMENT/   files that take the place of those in source/ASSIGNMENT/, or come beside them: the notebook, messages

A notebook says its language in its metadata, ``"lang": "fa"``. Only a language that has a folder counts.
"""

import functools
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup, escape
from nbgrader.coursedir import CourseDirectory
from traitlets import Unicode
from traitlets.config import Configurable

from grading.course import CourseError

FILE = "words.json"
CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")  # such as fa or pt-BR
METADATA = "lang"  # where a notebook says its language


class Languages(Configurable):
    """The setting in nbgrader_config.py."""

    folder = Unicode("languages", help="Folder of the course with a folder for each other language.").tag(config=True)


def folder_of(course: CourseDirectory, parent: Configurable) -> Path:
    """Return the folder with the languages of a course; there need not be one."""
    return Path(course.root, Languages(parent=parent).folder)


def known(folder: Path) -> list[str]:
    """Return the languages that have a folder with words."""
    return sorted(path.parent.name for path in folder.glob(f"*/{FILE}") if CODE.fullmatch(path.parent.name))


def language_of(submission: bytes, languages: Collection[str]) -> str:
    """Return which of ``languages`` a submitted notebook is in; '' for any other, and for what cannot be read."""
    found = None
    if f'"{METADATA}"'.encode() in submission:
        try:
            found = json.loads(submission)["metadata"][METADATA]
        except (ValueError, TypeError, KeyError, RecursionError):
            pass
    return found if isinstance(found, str) and found in languages else ""


@dataclass(frozen=True)
class Words:
    """What a feedback page says in a language.

    direction: "ltr" or "rtl"
    page:      {name: text with fields}; what is missing is in English
    notices:   {English template: the same in the language} of what grading tells a student
    checks:    {what a check looks at, from its grade id: the same in the language}
    places:    {"file.ipynb#Heading" of a lesson: heading in the language}
    hints:     {hint: the same in English}, so that a report on a class counts a mistake once
    """

    language: str = "en"
    direction: str = "ltr"
    page: Mapping[str, str] = field(default_factory=dict)
    notices: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)

    def say(self, name: str, **values: object) -> Markup:
        """Return a text of the page as HTML, with its fields filled in."""
        if self.direction == "rtl":  # a name or a number runs as its own letters do
            values = {key: Markup("<bdi>{}</bdi>").format(value) for key, value in values.items()}
        return Markup(escape(self.page[name])).format(**values)

    def plain(self, name: str, **values: object) -> str:
        """Return a text of the page without HTML."""
        return self.page[name].format(**values)

    def notice(self, text: str) -> str:
        """Return what grading tells a student; '' where the language has no words for it."""
        for template, ours in self.notices.items():
            if found := re.fullmatch(_pattern(template), text):
                return ours.format(**found.groupdict())
        return ""

    def told(self, name: str, line: str) -> dict[str, str]:
        """Return the fields of a line that a check says with the text ``name`` of the page; {} if it is another."""
        found = re.fullmatch(_pattern(self.page[name]), line, re.DOTALL)
        return found.groupdict() if found else {}


@functools.cache
def _pattern(template: str) -> str:
    """Return the regular expression of all that a template can become."""
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))


ENGLISH = Words(page=json.loads(Path(__file__).with_name(FILE).read_text(encoding="utf-8"))["page"])


def read_words(folder: Path, language: str) -> Words:
    """Return the words of a language below ``folder``; the English ones where it is not known there.

    Raises CourseError where they cannot be read.
    """
    if language not in known(folder):
        return ENGLISH
    path = folder / language / FILE
    return _parsed(path, path.stat().st_mtime_ns)


@functools.cache
def _parsed(path: Path, changed: int) -> Words:
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        return Words(path.parent.name, **given | {"page": ENGLISH.page | given["page"]})
    except (ValueError, TypeError, KeyError) as error:
        what = f"{type(error).__name__}: {error}"
        raise CourseError(f"{path} cannot be used ({what}). grading/words.json shows what it holds.") from error


def contents(folder: Path) -> bytes:
    """Return all that ``read_words`` reads below ``folder``."""
    return b"\0".join((folder / language / FILE).read_bytes() for language in known(folder))
