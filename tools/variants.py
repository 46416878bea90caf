"""Read misconceptions/: known wrong and right answers to every exercise."""

import re
from dataclasses import dataclass

from tools.notebooks import MISCONCEPTIONS

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
    return {path.stem: parse(path.stem, path.read_text(encoding="utf-8")) for path in paths}


def parse(name: str, text: str) -> Exercise:
    """Return the Exercise in the text of a file."""
    marks = list(CELL.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    probe, variants = None, []
    for mark, end in zip(marks, ends, strict=True):
        body = text[mark.end() : end].strip() + "\n"
        if mark[1] == "probe":
            probe = body
        else:
            variants.append(_variant(name, mark[1], body))
    if probe is None:
        raise ValueError(f"misconceptions of {name}: expected a cell '# %% probe', found none")
    labels = [v.label for v in variants]
    if len(set(labels)) < len(labels):
        raise ValueError(f"misconceptions of {name}: two variants have the same label: {labels}")
    return Exercise(name, probe, tuple(variants))


def _variant(name: str, title: str, body: str) -> Variant:
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
    return Variant(name, label, wrong, hint, body[end:].strip() + "\n")
