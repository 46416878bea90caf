"""Whatever kind of thing an answer gives, a test says what is wrong; it never ends with an error of its own."""

import ast

import pytest

from tools import running
from tools.notebooks import assignments, graded_names, load, reference_answers

# What stands in the place of ``r``, a right result, an attribute or a part of a node.
KINDS = {"pair": "(r, r)", "object": "object()"}
ATTRIBUTES = {"Linear": "W b dW db", "Network": "layers", "Value": "data grad parents slopes"}

RETURNED = """
_right = {owner}
def _other(*given):
    r = _right(*given)
    return {kind}
{owner} = _other
"""

LEFT_BEHIND = """
_right = {owner}
def _other(*given):
    returned = _right(*given)
    for node in given[0], returned:
        if hasattr(node, "{attribute}"):
            r = node.{attribute}
            node.{attribute} = {kind}
    return returned
{owner} = _other
"""


def answers(assignment):
    """Yield ``(what it is, {solution id: source})``: the reference, where one thing is of another kind."""
    for name, key in graded_names(load(assignment)).items():
        source = reference_answers(assignment)[key]
        node = next(n for n in ast.parse(source).body if getattr(n, "name", "") == name)
        methods = [n.name for n in getattr(node, "body", []) if isinstance(n, ast.FunctionDef)]
        owners = [f"{name}.{m}" for m in methods] if isinstance(node, ast.ClassDef) else [name]
        for label, kind in KINDS.items():
            for owner in owners:
                if not owner.endswith("__init__"):
                    yield f"{owner}: {label}", {key: source + RETURNED.format(owner=owner, kind=kind)}
                for attribute in ATTRIBUTES.get(name, "").split():
                    left = LEFT_BEHIND.format(owner=owner, attribute=attribute, kind=kind)
                    yield f"{owner}, {attribute}: {label}", {key: source + left}


@pytest.mark.parametrize("assignment", assignments())
def test_a_result_of_another_kind_is_told_in_words_of_the_course(assignment):
    what, jobs = zip(*answers(assignment), strict=True)
    outcomes = running.run_many([(assignment, job) for job in jobs])
    said = [(w, test, o.message) for w, found in zip(what, outcomes, strict=True) for test, o in found.items()]
    assert [entry for entry in said if entry[2] and not entry[2].startswith("CheckFailed")] == []
    assert len({w for w, _, message in said if message}) > len(what) / 2
