"""Work on a translation of the course: ``python -m tools.translate COMMAND LANGUAGE``.

update   bring the PO files of translations/LANGUAGE/ up to date with the English texts
check    say what a translation has lost, and which words are still English
release  write the folder that students receive, translated/LANGUAGE/, and what grading says, languages/LANGUAGE/
show     check, write the folder, and open it in JupyterLab
lab      open a student's JupyterLab with the course in the language, in student-LANGUAGE/
"""

import argparse
import sys
from collections import Counter
from functools import partial

from tools import student
from tools.notebooks import ROOT
from tools.translate import build, catalogue, check, texts


def update(language: str) -> None:
    """Bring the PO files of a language up to date."""
    for name, sources in texts.sources().items():
        path = catalogue.TRANSLATIONS / language / name
        file = catalogue.merged(catalogue.read(path), texts.english(sources), language)
        path.parent.mkdir(parents=True, exist_ok=True)
        file.save(str(path))
        print(f"{name}: {len(file.translated_entries())} of {len(file)} texts translated")


def release(language: str) -> None:
    """Write the folders of a language."""
    print(f"{build.TRANSLATED / language}: {said(build.build(language))}")
    build.build_graded(language)
    print(f"{build.GRADED / language}: what grading says to those who hand in a notebook of this language")


def said(counts: Counter[str]) -> str:
    """Return in words how many texts are shown how."""
    number, stale, missing = (counts[kind] for kind in ("translated", "stale", "missing"))
    return f"{number} texts are translated. Shown in English: {stale} stale, {missing} missing"


def report(language: str) -> bool:
    """Print what is wrong with a language; say whether nothing is."""
    found = list(check.faults_of(language))
    print("\n".join(found) or f"{language}: no fault found")
    return not found


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.translate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["update", "check", "release", "show", "lab"])
    parser.add_argument("language")
    given, more = parser.parse_known_args()  # the rest is for tools.student and JupyterLab
    right = True
    if given.command == "update":
        update(given.language)
    if given.command in ("check", "show"):
        right = report(given.language)
    if given.command in ("release", "show"):
        release(given.language)
    if given.command == "show":
        sys.exit(student.open_lab(build.TRANSLATED / given.language))
    if given.command == "lab":
        student.main(more, partial(build.lay_out, given.language), ROOT / f"student-{given.language}")
    sys.exit(not right)


if __name__ == "__main__":
    main()
