"""misconceptions/ is complete, and its probes tell every known mistake from every other."""

import pytest

from tools import hints, running, variants
from tools.notebooks import SOURCE, assignments, graded_names, load

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
def test_no_right_answer_gets_a_hint(assignment, name):
    right = [v for v in variants.read(assignment)[name].variants if not v.wrong]
    sources = [hints.reference(assignment, name), *(v.source for v in right)]
    assert running.recognised(assignment, name, sources) == [""] * len(sources)


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_no_wrong_answer_gets_the_hint_of_another(assignment, name):
    wrong = [v for v in variants.read(assignment)[name].variants if v.wrong]
    shown = running.recognised(assignment, name, [v.source for v in wrong])
    for variant, hint in zip(wrong, shown, strict=True):
        assert hint in ("", variant.hint), variant.label


def test_a_file_without_probe_is_refused():
    with pytest.raises(ValueError, match="expected a cell '# %% probe'"):
        variants.parse("f", "# %% right: plain\ndef f(): ...\n", "")


def test_a_wrong_answer_without_hint_is_refused():
    text = "# %% probe\ndef probe_f(f): ...\n# %% wrong: bad\ndef f(): ...\n"
    with pytest.raises(ValueError, match="bad: expected a line '# hint: ...'"):
        variants.parse("f", text, "")


def test_a_cell_with_another_title_is_refused():
    with pytest.raises(ValueError, match="got 'wrong: Not-Kebab'"):
        variants.parse("f", "# %% probe\ndef probe_f(f): ...\n# %% wrong: Not-Kebab\ndef f(): ...\n", "")


def test_two_variants_of_one_name_need_two_labels():
    text = "# %% probe\ndef probe_f(f): ...\n" + 2 * "# %% right: plain\ndef f(): ...\n"
    with pytest.raises(ValueError, match="the same label"):
        variants.parse("f", text, "")


REFERENCE = "def f(x):\n    y = x + 1\n    z = x + 1\n    return y * z"


def edited(edit):
    head = "# %% probe\ndef probe_f(f): ...\n# %% wrong: bad\n# hint: Bad.\n"
    return variants.parse("f", head + edit, REFERENCE).find("bad").source


def test_an_answer_can_be_an_edit_of_the_reference():
    assert edited("#-    return y * z\n#+    return y\n") == "def f(x):\n    y = x + 1\n    z = x + 1\n    return y\n"


def test_an_edit_can_act_at_two_places_and_take_lines_out():
    assert (
        edited("#-    z = x + 1\n\n#-    return y * z\n#+    return y\n") == "def f(x):\n    y = x + 1\n    return y\n"
    )


@pytest.mark.parametrize("old", ["    return y + z", "  = x + 1", "return y * z"])
def test_an_edit_that_does_not_fit_the_reference_is_refused(old):
    with pytest.raises(ValueError, match="bad: expected these lines once in the reference, found them 0 times"):
        edited(f"#-{old}\n#+    return y\n")


def test_an_edit_that_fits_twice_is_refused():
    with pytest.raises(ValueError, match="found them 2 times"):
        variants.parse("f", "# %% probe\n1\n# %% wrong: bad\n# hint: Bad.\n#-a\n#+b\n", "a\na")


@pytest.mark.parametrize("edit", ["#+    return y\n", "#-    return y * z\n    return y\n"])
def test_an_edit_of_another_form_is_refused(edit):
    with pytest.raises(ValueError, match="bad: expected"):
        edited(edit)


def test_edits_do_not_see_docstrings_and_marks():
    plain = variants.references("01-loss-functions")["softmax"]
    assert "SOLUTION" not in plain and '"""' not in plain


def test_misconceptions_are_not_released():
    shipped = {path.name for a in assignments() for path in (SOURCE / a).iterdir()} - {"__pycache__"}
    notebooks = {name for name in shipped if name.endswith(".ipynb")}
    helpers = {
        "check_all.py",
        "checks.py",
        "drawing.py",
        "errors.py",
        "messages.py",
        "mnist.py",
        "points.json",
        "probes.py",
        "progress.py",
        "reasons.py",
        "relations.py",
        "hints.json",
    }
    assert shipped - notebooks <= helpers | {".ipynb_checkpoints"}
