"""Turn misconceptions/ into what students receive: fingerprints, and the sentences that go with them."""

import functools
import hashlib
import importlib.util
import itertools
import json
import multiprocessing
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tools import grammar, running, variants
from tools.notebooks import SOURCE, graded_names, helper_cells, load, solution_cells

MOST_IN_PAIRS = 36  # edits that are combined with each other, the most usual ones
MOST_PAIRS = 150  # that are kept of one exercise


@functools.cache
def reasons():
    """Return the module source/reasons.py, which compares fingerprints."""
    sys.path.append(str(SOURCE))  # it uses another one
    spec = importlib.util.spec_from_file_location("reasons", SOURCE / "reasons.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(assignment):
    """Return the text of hints.json: one hint or mistake a line, so that a change can be read."""
    exercises = variants.read(assignment)
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        found = list(pool.map(kept, itertools.repeat(assignment), exercises.values()))
    lines = []
    for name, listed in zip(exercises, found, strict=True):
        parts = ",\n".join(f"  {_line(key)}: {_part(key, value)}" for key, value in listed.items())
        lines.append(f" {_line(name)}: {{\n{parts}\n }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _part(key, value):
    if key not in ("hints", "known"):
        return _line(value)
    return "[\n" + ",\n".join(map(_line, value)) + "\n]"


def _line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def kept(assignment, exercise):
    """Return what hints.json holds of an exercise; it is made anew where anything differs that it is made of."""
    path = SOURCE / assignment / "hints.json"
    try:
        made = json.loads(path.read_text(encoding="utf-8"))[exercise.name]
    except (OSError, ValueError, KeyError):  # not there yet, or two versions in one file
        made = {}
    digest = made.pop("digest", None)
    if digest != _digest(assignment, exercise, made):
        made = fingerprints(assignment, exercise)
    return made | {"digest": _digest(assignment, exercise, made)}


def _digest(assignment, exercise, made):
    """Return a hash of what is ``made`` of an exercise and of all that it is made of, but for comments in code."""
    notebook = load(assignment)
    cells = [*helper_cells(notebook), *solution_cells(notebook).values()]
    paths = [Path(module.__file__) for module in (grammar, running)] + [Path(__file__), SOURCE / "reasons.py"]
    code = [grammar.apply(grammar.parse(path.read_text(encoding="utf-8"))) for path in paths]
    parts = [repr(exercise), *(cell.source for cell in cells), *code, json.dumps(made)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def fingerprints(assignment, exercise):
    """Return what hints.json holds of one exercise: places of pieces, right fingerprints, hints and mistakes.

    Written mistakes come first, then derived ones, then pairs of both; what acts like one before it is left out.
    """
    right = [reference(assignment, exercise.name), *(v.source for v in exercise.variants if not v.wrong)]
    written = [v for v in exercise.variants if v.wrong]
    trees = [grammar.parse(source) for source in right]
    derived = list(_derived(trees))
    idle = list(running.trivial_answers(assignment, exercise.name).values())
    singles = [*idle, *(v.source for v in written), *(source for source, _ in derived)]
    observe = functools.partial(_observed, assignment, exercise)
    places, (seen_right, seen) = observe(right, singles)
    table = _Table(places, _accepted(seen_right))
    seen_idle, seen = seen[: len(idle)], seen[len(idle) :]
    for variant, pieces in zip(written, seen, strict=False):
        if pieces:
            table.add([(variant.label, variant.hint)], pieces)
    table.exclude(seen_idle)
    labels = {}  # source of a derived answer -> label of the mistake that acts so
    for (source, hint), pieces in zip(derived, seen[len(written) :], strict=True):
        labels[source] = table.add([(label_of(hint), hint)], pieces) if table.tells(pieces) else table.like(pieces)
    singles_known, pairs = len(table.known), list(_pairs(trees[0], written, labels, table))
    _, (_, seen) = observe(right[:1], [source for source, _ in pairs])
    for (_, both), pieces in zip(pairs, seen, strict=True):
        if len(table.known) < singles_known + MOST_PAIRS and table.tells(pieces) and not table.explains(both, pieces):
            table.add([(label, table.hints[label]) for label in both], pieces)
    return table.listed()


def _derived(trees):
    """Yield ``(source, hint)`` of all derived wrong answers, each source once."""
    sources = {grammar.apply(tree) for tree in trees}
    for tree in trees:
        for edit in grammar.edits(tree, every=tree is trees[0]):
            source = grammar.apply(tree, edit)
            if source not in sources:
                sources.add(source)
                yield source, edit.hint


def _pairs(tree, written, labels, table):
    """Yield ``(source, (label, label))`` of two mistakes at once, what to mend first at the front."""
    edits = [(labels.get(grammar.apply(tree, edit), ""), edit) for edit in grammar.edits(tree)]
    edits += [(v.label, grammar.difference(tree, grammar.parse(v.source), v.hint)) for v in written]
    usual = {v.label for v in written}
    edits.sort(key=lambda e: e[0] not in usual)  # what acts like a written one is more usual
    sources = set()
    for one, two in itertools.combinations(_usual(edits, table.first), 2):
        source = grammar.apply(tree, one[1], two[1])
        if source and source not in sources:
            sources.add(source)
            yield source, tuple(sorted((one[0], two[0]), key=table.first.get))


def _usual(edits, known):
    """Return the edits that are combined: one for each mistake."""
    one = {}
    for label, edit in edits:
        if label in known and edit:
            one.setdefault(label, edit)
    return list(one.items())[:MOST_IN_PAIRS]


def likenesses(assignment, exercise):
    """Return for each label of a wrong answer that of another which acts in the same way, "right answers" or ''."""
    right = [reference(assignment, exercise.name), *(v.source for v in exercise.variants if not v.wrong)]
    wrong = [v for v in exercise.variants if v.wrong]
    _, (seen_right, seen) = _observed(assignment, exercise, right, [v.source for v in wrong])
    accepted, first, like = _accepted(seen_right), {"": "right answers"}, {}
    for variant, pieces in zip(wrong, seen, strict=True):
        text = traces([prints for prints, _ in pieces], accepted) if pieces else "runs too long"
        like[variant.label] = first.get(text, "")
        first.setdefault(text, variant.label)
    return like


def _accepted(seen):
    """Return for each piece the fingerprints that right answers give; raise ValueError where these are not certain."""
    if None in seen or any(reasons().VARIES in prints for pieces in seen for prints, _ in pieces):
        raise ValueError("a right answer runs too long for its probe, or gives something else in each run")
    return [frozenset().union(*(prints for prints, _ in pieces)) for pieces in zip(*seen, strict=True)]


def _observed(assignment, exercise, right, others):
    places, seen = running.observe_many(assignment, exercise.name, exercise.probe, [*right, *others])
    return places, (seen[: len(right)], seen[len(right) :])


class _Table:
    """The known mistakes of one exercise, by the traces that they leave."""

    def __init__(self, places, accepted):
        self.places, self.accepted = places, accepted
        self.hints, self.known = {}, {}
        self.excluded = {""}  # traces that no mistake may leave: those of a right answer
        self.first = {}  # label of a single mistake -> the number of the first piece that it makes wrong

    def add(self, both, pieces):
        """Take in one mistake, or two at once, unless another acts like it; return the label of what acts so."""
        text = self._traces(pieces)
        labels = " ".join(label for label, _ in both)
        if text not in self.excluded and text not in self.known:
            self.known[text] = labels
            self.hints |= dict(both)
            self.first.setdefault(labels, reasons().INDEX.index(text[0]))
        return self.like(pieces)

    def exclude(self, seen):
        """Let no mistake be known by what answers that do nothing give, but for those that are known already."""
        self.excluded |= {self._traces(pieces) for pieces in seen}

    def like(self, pieces):
        """Return the label of the mistake that acts like this, or ''."""
        return self.known.get(self._traces(pieces), "") if pieces else ""

    def _traces(self, pieces):
        return traces([prints for prints, _ in pieces], self.accepted)

    def tells(self, pieces):
        """Say whether what a derived answer gives can be told from chance: an array of numbers, always the same."""
        if not pieces:  # it ran too long
            return False
        wrong = [piece for piece, right in zip(pieces, self.accepted, strict=True) if piece[0].isdisjoint(right)]
        return any(telling > 0 for _, telling in wrong) and all(reasons().VARIES not in prints for prints, _ in wrong)

    def explains(self, both, pieces):
        """Say whether the mistakes so far already explain a pair."""
        hint, is_all, _ = reasons().explanation([reasons().Piece(*piece) for piece in pieces], self.listed())
        return not is_all and hint in [self.hints[label] for label in both]

    def listed(self):
        """Return the table as hints.json holds it: a mistake names its hints by their numbers.

        Hints are pairs in a list: the browser edition writes JSON anew, and JavaScript puts a key such as
        "594267" before the others.
        """
        numbers = {label: str(i) for i, label in enumerate(self.hints)}
        return {
            "pieces": self.places,
            "right": [sorted(prints) for prints in self.accepted],
            "hints": [list(pair) for pair in self.hints.items()],
            "known": [[" ".join(numbers[k] for k in labels.split()), text] for text, labels in self.known.items()],
        }


def label_of(hint):
    """Return a short label of a sentence that has none of its own."""
    words = " ".join(re.findall(r"[a-z0-9]+", hint.lower()))
    return hashlib.sha256(words.encode()).hexdigest()[:6]


def reference(assignment, name):
    """Return the course's own answer to an exercise."""
    notebook = load(assignment)
    return solution_cells(notebook)[graded_names(notebook)[name]].source


def traces(pieces, accepted):
    """Return the fingerprints of the pieces that are wrong, as text: for each its number and its fingerprint."""
    index = reasons().INDEX
    wrong = [
        index[i] + min(prints)
        for i, (prints, right) in enumerate(zip(pieces, accepted, strict=True))
        if prints.isdisjoint(right)
    ]
    return "".join(wrong)
