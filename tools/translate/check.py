"""Say what is wrong with the translations of a language."""

from collections.abc import Iterator
from pathlib import Path

from tools.translate import catalogue, texts
from tools.translate.faults import NAMES, english_words, faults, missing_terms, terms

BOOKS = {"further-reading"}  # cells whose titles of books and names of people stay as they are


def faults_of(language: str, translations: Path = catalogue.TRANSLATIONS) -> Iterator[str]:
    """Yield a line for each fault of a translation that readers see."""
    folder = translations / language
    names = set((translations / NAMES).read_text(encoding="utf-8").split())
    known = terms(folder / "terms.csv")
    for name in texts.sources():
        for entry in catalogue.read(folder / name).translated_entries():
            found = faults(entry.msgid, entry.msgstr)
            if entry.msgctxt not in BOOKS:
                found += [f"in English: {word}" for word in english_words(entry.msgstr, names)]
                found += missing_terms(entry.msgid, entry.msgstr, known)
            yield from (f"{language}/{name}: {entry.msgctxt}: {fault}" for fault in found)
