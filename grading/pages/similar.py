"""Pairs of submissions whose code is closer than the class's usual: a question for a person, never a verdict.

Code is compared by its structure: comments and docstrings are left out, names and texts are made alike, so that
renaming changes nothing. Fingerprints are chosen by winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003).
What the template holds, or what many in the class wrote, tells nothing and is taken out.
"""

import glob
import hashlib
import io
import itertools
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_solution

from grading.course import CourseError, matching
from grading.pages.page import environment
from grading.run.cells import grade_id, read_notebook

GRAM, WINDOW = 10, 6  # tokens; a copy of GRAM + WINDOW - 1 = 15 tokens is never missed
USUAL, LEAST_USUAL = 0.1, 3  # what more than this share of the class has, and more than so many students, is usual
LEAST_SHARED, LEAST_SHARE = 6, 0.5  # of two submissions' unusual fingerprints
MOST_PAIRS = 50
LEFT_OUT = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
LAYOUT = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}

Answers = Mapping[str, str]  # {exercise: source}
Prints = Mapping[str, Mapping[bytes, set[int]]]  # {exercise: {fingerprint: the lines that it covers}}


@dataclass
class Pair:
    """Two submissions. lines: {exercise: (lines of the first, lines of the second) that are alike}."""

    first: str
    second: str
    share: float
    shared: int
    lines: dict[str, tuple[set[int], set[int]]] = field(default_factory=dict)


def pairs(answers: Mapping[str, Answers], template: Answers) -> list[Pair]:
    """Return the closest pairs first.

    answers: {student: {exercise: source}};  template: what was handed out
    """
    given = set().union(*map(fingerprints, template.values())) if template else set()
    prints = {
        student: {exercise: fingerprints(source) for exercise, source in mine.items()}
        for student, mine in answers.items()
    }
    owners = defaultdict(set)
    for student, mine in prints.items():
        for mark in set().union(*mine.values()) - given:
            owners[mark].add(student)
    most = max(LEAST_USUAL, USUAL * len(answers))
    unusual = {mark: who for mark, who in owners.items() if len(who) <= most}
    totals = Counter(student for who in unusual.values() for student in who)
    shared = Counter(pair for who in unusual.values() for pair in itertools.combinations(sorted(who), 2))
    found = []
    for (first, second), count in shared.items():
        share = count / min(totals[first], totals[second])
        if count >= LEAST_SHARED and share >= LEAST_SHARE:
            found.append(Pair(first, second, share, count, _lines(prints[first], prints[second], unusual)))
    return sorted(found, key=lambda pair: (-pair.share, -pair.shared, pair.first, pair.second))


def _lines(first: Prints, second: Prints, unusual: Mapping[bytes, set[str]]) -> dict[str, tuple[set[int], set[int]]]:
    """Return {exercise: the lines of both that are alike}."""
    found = {}
    for exercise in first:
        alike = first[exercise].keys() & second.get(exercise, {}).keys() & unusual.keys()
        if alike:
            mine, theirs = (set().union(*(one[exercise][mark] for mark in alike)) for one in (first, second))
            found[exercise] = mine, theirs
    return found


def fingerprints(source: str) -> dict[bytes, set[int]]:
    """Return {fingerprint: the lines that it covers}."""
    tokens = structure(source)
    grams = [tokens[start : start + GRAM] for start in range(len(tokens) - GRAM + 1)]
    hashes = [hashlib.blake2b("\0".join(t for t, _ in gram).encode(), digest_size=8).digest() for gram in grams]
    found: dict[bytes, set[int]] = defaultdict(set)
    for start in range(max(0, len(hashes) - WINDOW + 1)):
        place = min(range(start, start + WINDOW), key=lambda at: (hashes[at], -at))  # of equal ones the last
        found[hashes[place]].update(line for _, line in grams[place])
    return dict(found)


def structure(source: str) -> list[tuple[str, int]]:
    """Return [(token, line)] with names, but for attributes, and texts made alike."""
    found: list[tuple[str, int]] = []
    before = tokenize.NEWLINE
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            docstring = token.type == tokenize.STRING and before in LAYOUT
            if token.type not in LEFT_OUT | LAYOUT and not docstring:
                found.append((_alike(token, found[-1][0] if found else ""), token.start[0]))
            if token.type not in LEFT_OUT:
                before = token.type
    except (tokenize.TokenError, SyntaxError):  # up to where Python understands it
        pass
    return found


def _alike(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.STRING:
        return "text"
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string) and before != ".":
        return "name"
    return token.string


def read_answers(folder: Path) -> dict[str, str]:
    """Return {exercise: source} of the notebooks in a folder."""
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        notebook = read_notebook(path.read_text(encoding="utf-8"))
        for cell in notebook.cells:
            if cell.cell_type == "code" and is_solution(cell):
                found[grade_id(cell)] = cell.source
    return found


def write_page(course: CourseDirectory, assignment: str, folder: Path) -> tuple[Path, int]:
    """Write the pairs of an assignment, side by side; return the path of the page and their number."""
    pattern = course.format_path(course.autograded_directory, "*", glob.escape(assignment))
    excluded = course.student_id_exclude.split(",")
    folders = {path.parent.name: path for path in map(Path, sorted(matching(course, pattern)))}
    answers = {student: read_answers(path) for student, path in folders.items() if student not in excluded}
    if not answers:
        raise CourseError(f"No submission to {assignment} has been graded.")
    template = read_answers(Path(course.format_path(course.release_directory, ".", assignment)))
    if not template:
        raise CourseError(f"What students got is not there: nbgrader generate_assignment {assignment}")
    found = pairs(answers, template)
    folder.mkdir(exist_ok=True)
    path = (folder / f"{assignment}-similar.html").resolve()
    page = environment().get_template("similar.html")
    html = page.render(assignment=assignment, pairs=found[:MOST_PAIRS], total=len(found), answers=answers)
    path.write_text(html, encoding="utf-8", errors="replace")
    return path, len(found)
