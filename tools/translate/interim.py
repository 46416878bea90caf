"""Take translations from JSON files, as translators without a PO editor write them, into the PO files of a language.

``lesson-01.json``, ``assignment-01.json``: ``{cell id: text}``; ``hints-01.json``: ``{"exercise/label": sentence}``;
all others ``{English text, line or cell of a table: translation}``.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tools.translate import catalogue, texts
from tools.translate.faults import faults

WORDS, CODE = re.compile("[A-Za-z]{2}"), re.compile(r"`[^`]*`|\$[^$]*\$")
LEAD = re.compile(r"\A(?:#+ |- |\d+\. )?")


def take(language: str, folder: Path) -> Iterator[str]:
    """Write what fits into the PO files; yield what does not, and what has not been used."""
    by_context, by_text = _read(folder)
    used: set[str] = set()
    for name, sources in texts.sources().items():
        path = catalogue.TRANSLATIONS / language / name
        given = by_context.get(name, {})
        english = {context: text for source in sources for context, text in source.english().items()}
        yield from (f"{name}: no text has the name {context}" for context in given.keys() - english.keys())
        file = catalogue.merged(catalogue.read(path), english, language)
        for entry in file:
            text = given.get(entry.msgctxt) or _found(entry.msgid, by_text, used)
            if text:
                entry.msgstr, entry.flags, entry.previous_msgid = text, [], None
                wrong = faults(entry.msgid, text)
                entry.flags = ["fuzzy"] if wrong else []
                yield from (f"{name}: {entry.msgctxt}: {fault}" for fault in wrong)
        path.parent.mkdir(parents=True, exist_ok=True)
        file.save(str(path))
    yield from (f"not used: {text[:100]!r}" for text in by_text.keys() - used)


def _read(folder: Path) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    by_context: dict[str, dict[str, str]] = {}
    by_text: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        kind, _, number = path.stem.partition("-")
        chapter = next((name for name in texts.CHAPTERS if number and name.startswith(number)), None)
        if chapter:
            by_context.setdefault(f"{'hints' if kind == 'hints' else kind + 's'}/{chapter}.po", {}).update(found)
        else:
            by_text |= {_spaceless(english): text for english, text in found.items()}
    return by_context, by_text


def _spaceless(text: str) -> str:
    return " ".join(text.split())


def _found(english: str, by_text: dict[str, str], used: set[str]) -> str:
    """Return the translation of a text: the whole, without its mark of a heading or item, or each cell of a row."""

    def of(part: str) -> str:
        key = _spaceless(part)
        if key in by_text:
            used.add(key)
        return by_text.get(key, "")

    whole = of(english)
    if whole:
        return _with_spaces_of(english, whole)
    lead = LEAD.match(english)
    if lead and lead[0] and of(english[lead.end() :]):
        return lead[0] + of(english[lead.end() :])
    if english.startswith("| "):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", english)[1:-1]]
        new = [of(cell) or ("" if WORDS.search(CODE.sub("", cell)) else cell) for cell in cells]
        return f"| {' | '.join(new)} |" if all(new) else ""
    return ""


def _with_spaces_of(english: str, text: str) -> str:
    """Return a translation with the spaces around it that the English text has."""
    inner = english.strip()
    start = english.index(inner)
    return english[:start] + text.strip() + english[start + len(inner) :]
