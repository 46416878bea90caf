"""What a translation must keep: formulas, code, links, numbers, fields and the shape of its Markdown.

``faults`` compares a text with its translation and says in words what is lost, or is too much.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tools.translate.literals import FIELD

# Each is taken out of the text before the next is looked for.
KEPT = {
    "code": r"```.*?```|`[^`\n]+`",
    "formula": r"\$\$.+?\$\$|\$[^$\n]+\$",
    "link": r"(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|https?://[^\s)]+",
    "tag": r"<[/a-zA-Z][^<>]*>",
    "placeholder": FIELD,
    "number": r"(?:(?<![\w)\]}])[-−](?=[0-9]))?(?<![A-Za-z_0-9.])[0-9]+(?:[.,][0-9]+)*%?",
    "heading": r"^#+(?= )",
    "bar of a table": r"\|",
}
# A name of Python's, such as y_true or np.log, and what is called, are code.
LATIN = re.compile(r"(?<![\w.])[A-Za-z]{2,}(?![\w(]|\.\w)")
QUOTED = re.compile(r"(?<!\w)\([^()]*\)|«[^«»]*»|\"[^\"]*\"|“[^”]*”|: overflow encountered in exp|: invalid value")
NAMES = Path("names.txt")  # in translations/: what is written in English in every language
NO_TERMS = re.compile(
    r"\bYOUR CODE HERE\b|\bimport progress\b|\bfor example\b|\bExample:|\bmeans\b|\bmean:|\w+(?:[._]\w+)+|\w+\(",
    re.IGNORECASE,
)


def faults(english: str, translation: str) -> list[str]:
    """Return what a translation has lost, and what it has too much."""
    found = []
    for kind, pattern in KEPT.items():
        (ours, english), (theirs, translation) = _taken(pattern, english), _taken(pattern, translation)
        found += [f"lost {kind}: {part}" for part in (ours - theirs).elements()]
        found += [f"{kind} that English does not have: {part}" for part in (theirs - ours).elements()]
    digits = {letter for letter in translation if unicodedata.category(letter) == "Nd" and not letter.isascii()}
    return found + [f"digits that are not Latin: {''.join(sorted(digits))}"] * bool(digits)


def _taken(pattern: str, text: str) -> tuple[Counter[str], str]:
    """Return the parts of a text that a pattern finds, and the text without them."""
    flags = re.DOTALL | re.MULTILINE
    parts = Counter(re.sub(r"\s+", " ", part[0]) for part in re.finditer(pattern, text, flags))
    return parts, re.sub(pattern, " \N{OBJECT REPLACEMENT CHARACTER} ", text, flags=flags)


def english_words(translation: str, names: set[str]) -> list[str]:
    """Return the words of a translation that are left in English: no name, no code, no term in brackets."""
    return [word for word in LATIN.findall(QUOTED.sub(" ", _words(translation))) if word not in names]


def _words(text: str) -> str:
    """Return a text without code, formulas, links, tags and placeholders."""
    for kind in ("code", "formula", "link", "tag", "placeholder"):
        _, text = _taken(KEPT[kind], text)
    return text


class Term(NamedTuple):
    """A row of translations/LANGUAGE/terms.csv: an English term, and what it may be called in the language."""

    english: str
    forms: list[str]

    def is_in(self, translation: str) -> bool:
        """Return whether the beginnings of all words of one of the forms stand in a translation."""
        text = _plain(translation)
        return any(all(stem in text for stem in _stems(form)) for form in self.forms)


def terms(path: Path) -> list[Term]:
    """Return the terms of a language, the longest English ones first.

    Other forms than the one in the column ``translation``, such as a plural or a verb, stand in the column ``forms``.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [Term(row["english"], _forms(row["translation"]) + _forms(row.get("forms") or "")) for row in rows]
    return sorted(found, key=lambda term: -len(term.english))


def _forms(text: str) -> list[str]:
    """Return the forms that a cell of the term list gives: between them stands a comma, a semicolon, or a bracket."""
    return [form.strip() for form in re.split(r"[;/|,،؛()]|ج\.", text) if form.strip()]


def missing_terms(english: str, translation: str, known: Iterable[Term]) -> list[str]:
    """Return the terms that the English text has and the translation does not."""
    missing = []
    english = NO_TERMS.sub(" ", _words(english))
    for term in known:
        pattern = re.compile(rf"(?<![\w-]){re.escape(term.english)}(?:s|es)?(?![\w-])", re.IGNORECASE)
        if pattern.search(english) and not term.is_in(translation):
            missing.append(f"{term.english} is not called {', '.join(term.forms)}")
        english = pattern.sub(" ", english)  # the loss in "0-1 loss" is no term of its own
    return missing


def _plain(text: str) -> str:
    """Return a text in small letters, without those that are not seen, vowel signs of Arabic and long strokes."""
    text = "".join(letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter) != "Cf")
    return re.sub("[\u064b-\u0652\u0640]", "", text).lower()


def _stems(form: str) -> list[str]:
    """Return the beginnings of the words of a form: endings change with the place in a sentence."""
    words = [word.removeprefix("ال") for word in _plain(form).split()]
    return [word[: max(3, len(word) - 2)] if len(word) > 3 else word for word in words]
