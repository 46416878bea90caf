"""Turn misconceptions/ into what students receive: fingerprints, and the sentences that go with them."""

import functools
import importlib.util
import json

from tools import running, variants
from tools.notebooks import SOURCE, graded_names, load, solution_cells


@functools.cache
def reasons():
    """Return the module source/reasons.py, which compares fingerprints."""
    spec = importlib.util.spec_from_file_location("reasons", SOURCE / "reasons.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(assignment):
    """Return the text of hints.json: one mistake a line, so that a change can be read."""
    lines = []
    for name, exercise in variants.read(assignment).items():
        found = fingerprints(assignment, exercise)
        known = ",\n".join(f"   {_line(entry)}" for entry in found.pop("known"))
        rest = ",\n".join(f"  {_line(key)}: {_table(value)}" for key, value in found.items())
        lines.append(f' {_line(name)}: {{\n{rest},\n  "known": [\n{known}\n  ]\n }}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _table(value):
    if isinstance(value, list):
        return _line(value)
    return "{\n" + ",\n".join(f"   {_line(key)}: {_line(text)}" for key, text in value.items()) + "\n  }"


def _line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fingerprints(assignment, exercise):
    """Return what hints.json holds of one exercise: places of pieces, right fingerprints, hints and mistakes."""
    right = [v.source for v in exercise.variants if not v.wrong]
    wrong = [v for v in exercise.variants if v.wrong]
    sources = [reference(assignment, exercise.name), *right, *(v.source for v in wrong)]
    places, seen = running.observe_many(assignment, exercise.name, exercise.probe, sources)
    accepted = [frozenset().union(*prints) for prints in zip(*seen[: len(right) + 1], strict=True)]
    known = {}
    for variant, pieces in zip(wrong, seen[len(right) + 1 :], strict=True):
        known.setdefault(traces(pieces, accepted), variant.label)
    return {
        "pieces": places,
        "right": [sorted(prints) for prints in accepted],
        "hints": {v.label: v.hint for v in wrong},
        "known": [[label, text] for text, label in known.items()],
    }


def reference(assignment, name):
    """Return the course's own answer to an exercise."""
    notebook = load(assignment)
    return solution_cells(notebook)[graded_names(notebook)[name]].source


def traces(pieces, accepted):
    """Return the fingerprints of the pieces that are wrong, as text: for each its number and its fingerprint."""
    index, silent = reasons().INDEX, reasons().SILENT
    wrong = [
        index[i] + min(prints - silent)
        for i, (prints, right) in enumerate(zip(pieces, accepted, strict=True))
        if prints.isdisjoint(right)
    ]
    return "".join(wrong)
