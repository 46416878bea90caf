"""The PO files of a language, in translations/LANGUAGE/: read, brought up to date, and asked for a translation.

A translation counts as long as its English text is the one of today. When that changes, the entry becomes fuzzy, with
the English text that was translated beside the new one, and readers see English until someone has renewed it.
"""

from collections import Counter
from pathlib import Path

import polib

from tools.notebooks import ROOT
from tools.translate.texts import Say

TRANSLATIONS = ROOT / "translations"


def languages(folder: Path = TRANSLATIONS) -> list[str]:
    """Return the languages that there are, without English."""
    return sorted({path.parent.name for path in folder.glob("*/*.po")})


def read(path: Path) -> polib.POFile:
    """Return a PO file; an empty one where there is none."""
    return polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile(wrapwidth=0)


def merged(old: polib.POFile, english: dict[str, str], language: str) -> polib.POFile:
    """Return the PO file for the English texts of today, ``{context: text}``, with the translations that there are.

    A text that has moved keeps its translation. A text that has changed keeps it, too, but marked as fuzzy.
    """
    new = polib.POFile(wrapwidth=0)
    new.metadata = {"Language": language, "MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8"}
    new.metadata["Content-Transfer-Encoding"] = "8bit"
    by_context = {entry.msgctxt: entry for entry in old}
    by_text = {entry.msgid: entry for entry in old if entry.msgstr and not entry.fuzzy}
    for context, text in english.items():
        entry = polib.POEntry(msgctxt=context, msgid=text)
        known = by_context.get(context)
        if known is None or known.msgid != text:
            known = by_text.get(text, known)
        if known is not None and known.msgstr:
            entry.msgstr, entry.flags, entry.tcomment = known.msgstr, known.flags, known.tcomment
            entry.previous_msgid = known.previous_msgid
            if known.msgid != text:
                entry.flags, entry.previous_msgid = ["fuzzy"], known.previous_msgid or known.msgid
        new.append(entry)
    return new


def asked(file: polib.POFile, counts: Counter[str]) -> Say:
    """Return what gives the translation of a text, or English where there is none, and counts once which it was."""
    entries = {entry.msgctxt: entry for entry in file}
    asked_for: set[str] = set()

    def say(context: str, english: str) -> str:
        entry, found = entries.get(context), "translated"
        if entry is None or not entry.msgstr:
            found = "missing"
        elif entry.fuzzy or entry.msgid != english:
            found = "stale"
        counts[found] += context not in asked_for
        asked_for.add(context)
        return str(entry.msgstr) if entry and found == "translated" else english

    return say
