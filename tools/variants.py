"""Read misconceptions/: known wrong and right answers to every exercise.

A cell ``# %% wrong: a-label`` or ``# %% right: a-label`` holds a whole answer, or an edit of the reference:

    # %% wrong: sums-over-everything
    # hint: This is what dividing by the sum of the whole array gives. Each row needs its own sum.
    #-    return E / E.sum(axis=1, keepdims=True)
    #+    return E / E.sum()

Lines ``#-`` are taken out and lines ``#+`` put in their place, letter for letter. What is taken out must stand in the
reference once (its docstrings and marks of nbgrader do not count): an edit that no longer fits is an error.
"""

import ast
import functools
import re
from dataclasses import dataclass
from itertools import groupby

from tools.notebooks import MISCONCEPTIONS, graded_names, load, solution_cells

CELL = re.compile(r"^# ?%% ?(.*)$", re.M)
HEAD = re.compile(r"(?P<kind>wrong|right): (?P<label>[a-z0-9-]+)")
HINT = re.compile(r"\A(?:# hint: (?P<first>.*)\n(?P<more>(?:#  .*\n)*))?")


@dataclass(frozen=True)
class Variant:
    """A whole answer to one exercise."""

    name: str  # the exercise: "softmax"
    label: str  # "sums-over-examples"
    wrong: bool
    hint: str  # one sentence for the student; empty for a right answer
    source: str  # what a student would have written in the solution cell


@dataclass(frozen=True)
class Exercise:
    """The probe and the variants of one graded name."""

    name: str
    probe: str  # source of the generator function probe_<name>
    variants: tuple[Variant, ...]

    def find(self, label: str) -> Variant:
        """Return the variant called ``label``."""
        found = [v for v in self.variants if v.label == label]
        if not found:
            raise KeyError(f"{self.name} has no variant {label!r}, only {[v.label for v in self.variants]}")
        return found[0]


def read(assignment: str) -> dict[str, Exercise]:
    """Return ``{name: Exercise}`` for the files of misconceptions/<assignment>/."""
    paths = sorted((MISCONCEPTIONS / assignment).glob("*.py"))
    plain = references(assignment)
    return {path.stem: parse(path.stem, path.read_text(encoding="utf-8"), plain.get(path.stem, "")) for path in paths}


@functools.cache  # a notebook takes longer to read than all files of misconceptions/
def references(assignment: str) -> dict[str, str]:
    """Return ``{name: reference answer}`` without docstrings and marks, which is what edits are made to."""
    notebook = load(assignment)
    answers = solution_cells(notebook)
    return {name: _plain(answers[key].source) for name, key in graded_names(notebook).items()}


def parse(name: str, text: str, reference: str) -> Exercise:
    """Return the Exercise in the text of a file; ``reference`` is what its edits are made to."""
    marks = list(CELL.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    probe, variants = None, []
    for mark, end in zip(marks, ends, strict=True):
        body = text[mark.end() : end].strip() + "\n"
        if mark[1] == "probe":
            probe = body
        else:
            variants.append(_variant(name, mark[1], body, reference))
    if probe is None:
        raise ValueError(f"misconceptions of {name}: expected a cell '# %% probe', found none")
    labels = [v.label for v in variants]
    if len(set(labels)) < len(labels):
        raise ValueError(f"misconceptions of {name}: two variants have the same label: {labels}")
    return Exercise(name, probe, tuple(variants))


def _variant(name: str, title: str, body: str, reference: str) -> Variant:
    head = HEAD.fullmatch(title)
    if not head:
        expected = "expected 'probe', 'wrong: a-name' or 'right: a-name'"
        raise ValueError(f"misconceptions of {name}: {expected}, got {title!r}")
    wrong, label = head["kind"] == "wrong", head["label"]
    found = HINT.match(body)
    first, more, end = (found["first"], found["more"], found.end()) if found else ("", "", 0)
    lines = [first or "", *(more or "").replace("#  ", "").splitlines()]
    hint = " ".join(line.strip() for line in lines).strip()
    if wrong != bool(hint):
        expected = "expected a line '# hint: ...'" if wrong else "a right answer has no hint"
        raise ValueError(f"misconceptions of {name}, {label}: {expected}")
    answer = body[end:].strip()
    if answer.startswith(("#-", "#+")):
        try:
            answer = _edited(reference, answer)
        except ValueError as error:
            raise ValueError(f"misconceptions of {name}, {label}: {error}") from None
    return Variant(name, label, wrong, hint, answer + "\n")


def _plain(answer: str) -> str:
    """Return an answer without docstrings and the marks of a solution."""
    lines = answer.split("\n")
    out = {i for i, line in enumerate(lines) if re.match(r" *### (BEGIN|END) SOLUTION", line)}
    for node in ast.walk(ast.parse(answer)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            start, end = node.body[0].lineno - 1, node.body[0].end_lineno or 0
            out.update(range(start, end if lines[end].strip() else end + 1))  # with the empty line after it
    return "\n".join(line for i, line in enumerate(lines) if i not in out).strip()


def _edited(reference: str, edit: str) -> str:
    """Return ``reference`` after the replacements in ``edit``, one after the other."""
    lines = reference.split("\n")
    runs = [(kind, [line[2:] for line in run]) for kind, run in groupby(edit.split("\n"), lambda line: line[:2])]
    for place, (kind, old) in enumerate(runs):
        if kind == "#-":
            new = runs[place + 1][1] if place + 1 < len(runs) and runs[place + 1][0] == "#+" else []
            starts = [i for i in range(len(lines)) if lines[i : i + len(old)] == old]
            if len(starts) != 1:
                raise ValueError(f"expected these lines once in the reference, found them {len(starts)} times: {old}")
            lines[starts[0] : starts[0] + len(old)] = new
        elif kind not in ("#+", ""):
            raise ValueError(f"expected lines '#-...' and '#+...', got {kind}{old[0]!r}")
        elif kind == "#+" and (place == 0 or runs[place - 1][0] != "#-"):
            raise ValueError(f"expected a line '#-...' before {old}")
    return "\n".join(lines)
