"""misconceptions/ is complete, and its probes tell every known mistake from every other."""

import itertools

import pytest

from tools import running, variants
from tools.notebooks import SOURCE, assignments, graded_names, load, solution_cells

EXERCISES = [(a, name) for a in assignments() for name in graded_names(load(a))]


@pytest.mark.parametrize("assignment", assignments())
def test_every_graded_name_has_a_file(assignment):
    assert set(variants.read(assignment)) == set(graded_names(load(assignment)))


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_an_exercise_has_six_wrong_and_three_right_answers(assignment, name):
    exercise = variants.read(assignment)[name]
    wrong = [v for v in exercise.variants if v.wrong]
    assert len(wrong) >= 6
    assert len(exercise.variants) - len(wrong) >= 3


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_every_variant_defines_its_exercise(assignment, name):
    for variant in variants.read(assignment)[name].variants:
        assert name in running.definitions(variant.source), variant.label


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_hints_are_short_sentences_of_their_own(assignment, name):
    hints = [v.hint for v in variants.read(assignment)[name].variants if v.wrong]
    assert len(set(hints)) == len(hints)
    for hint in hints:
        assert hint[-1] in ".?", hint
        assert len(hint) <= 220, hint


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_the_probe_tells_each_wrong_answer_from_all_others(assignment, name, checks):
    exercise = variants.read(assignment)[name]
    reference = solution_cells(load(assignment))[graded_names(load(assignment))[name]].source
    labels = [("wrong" if v.wrong else "right", v.label) for v in exercise.variants] + [("right", "reference")]
    sources = [v.source for v in exercise.variants] + [reference]
    seen = dict(zip(labels, running.observe_many(assignment, sources, exercise.probe, name), strict=True))
    for a, b in itertools.permutations(seen, 2):
        if "wrong" in (a[0], b[0]):
            assert not checks._matches(seen[a], seen[b]), f"the probe cannot tell {a} from {b}"


def test_a_file_without_probe_is_refused():
    with pytest.raises(ValueError, match="expected a cell '# %% probe'"):
        variants._parse("f", "# %% right: plain\ndef f(): ...\n")


def test_a_wrong_answer_without_hint_is_refused():
    text = "# %% probe\ndef probe_f(f): ...\n# %% wrong: bad\ndef f(): ...\n"
    with pytest.raises(ValueError, match="bad: expected a line '# hint: ...'"):
        variants._parse("f", text)


def test_a_cell_with_another_title_is_refused():
    with pytest.raises(ValueError, match="got 'wrong: Not-Kebab'"):
        variants._parse("f", "# %% probe\ndef probe_f(f): ...\n# %% wrong: Not-Kebab\ndef f(): ...\n")


def test_two_variants_of_one_name_need_two_labels():
    text = "# %% probe\ndef probe_f(f): ...\n" + 2 * "# %% right: plain\ndef f(): ...\n"
    with pytest.raises(ValueError, match="the same label"):
        variants._parse("f", text)


def test_misconceptions_are_not_released():
    shipped = {path.name for a in assignments() for path in (SOURCE / a).iterdir()} - {"__pycache__"}
    notebooks = {name for name in shipped if name.endswith(".ipynb")}
    helpers = {"checks.py", "drawing.py", "mnist.py", "probes.py", "hints.json"}
    assert shipped - notebooks <= helpers | {".ipynb_checkpoints"}
