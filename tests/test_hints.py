"""Mistakes are named: derived ones, two at once, those that somebody else wrote; other answers get no hint."""

import ast
import re

import heldout_pairs
import heldout_public
import heldout_rewrites
import nbformat
import pytest

from tools import grammar, hints, misconceptions, running, variants
from tools.notebooks import MISCONCEPTIONS, assignments, graded_names, load

EXERCISES = [(a, name) for a in assignments() for name in graded_names(load(a))]

SOURCE = """def f(X, y):
    total = 0.0
    for x in X:
        total += 2 * np.sum(x, axis=0)
    return total / len(y)
"""


def derived(source):
    tree = grammar.parse(source)
    found = {}
    for edit in grammar.edits(tree):
        found.setdefault(grammar.apply(tree, edit), edit.hint)
    return found


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("np.sum(x, axis=1)", "axis 1"),
        ("np.sum(x)\n", "whole array"),
        ("np.mean(x, axis=0)", "mean"),
        ("total += np.sum(x, axis=0)", "factor 2"),
        ("total -= 2", "subtract"),
        ("return total\n", "number of examples is missing"),
        ("return total / len(y) / len(y)", "twice"),
        ("np.shape(y)[-1]", "columns"),
        ("list(X)[:-1]", "last item"),
        ("        return total / len(y)", "inside the loop"),
    ],
)
def test_a_usual_mistake_is_derived(part, words):
    assert any(part in source and words in hint for source, hint in derived(SOURCE).items())


def test_a_name_may_be_mistaken_for_another_and_a_transpose_forgotten():
    sources = derived('def f(c):\n    return c["Z1"].T @ c["A1"]\n')
    assert "Z1 belongs" in sources['def f(c):\n    return c["A1"].T @ c["A1"]\n'.replace('"', "'")]
    assert "Z1" in sources["def f(c):\n    return c['Z1'] @ c['A1']\n"]


def test_every_derived_answer_is_python_and_none_is_the_right_one():
    for source in derived(SOURCE):
        assert ast.dump(ast.parse(source)) != ast.dump(ast.parse(SOURCE))


def test_two_edits_at_one_place_are_no_pair():
    tree = grammar.parse(SOURCE)
    axis = [e for e in grammar.edits(tree) if "axis" in e.hint]
    assert grammar.apply(tree, axis[0], axis[1]) is None


def test_a_written_mistake_is_read_as_an_edit():
    tree = grammar.parse(SOURCE)
    wrong = SOURCE.replace("total / len(y)", "total").replace("2 *", "3 *")
    edit = grammar.difference(tree, grammar.parse(wrong), "hint")
    assert grammar.apply(tree, edit) == ast.unparse(ast.parse(wrong)) + "\n"
    assert grammar.difference(tree, grammar.parse("import math\n" + SOURCE), "hint") is None


def test_a_written_mistake_that_wraps_a_part_leaves_room_for_another_inside():
    tree = grammar.parse("def f(y):\n    return np.mean(y == 1)\n")
    percent = grammar.difference(tree, grammar.parse("def f(y):\n    return 100 * np.mean(y == 1)\n"), "hint")
    wrong = grammar.difference(tree, grammar.parse("def f(y):\n    return np.mean(y != 1)\n"), "hint")
    assert grammar.apply(tree, percent, wrong) == "def f(y):\n    return 100 * np.mean(y != 1)\n"


def test_two_steps_may_stand_in_the_wrong_order():
    assert "def f(a):\n    b = a\n    a += 1\n    return b\n" in derived(
        "def f(a):\n    a += 1\n    b = a\n    return b\n"
    )


def test_no_sentence_about_a_derived_mistake_quotes_code():
    for assignment, name in EXERCISES:
        for edit in grammar.edits(grammar.parse(hints.reference(assignment, name))):
            assert len(edit.hint) < 160 and "\n" not in edit.hint
            assert not any(sign in edit.hint for sign in ("==", "np.sum(", "self.layers[", "lambda")), edit.hint


# Answers that were written by somebody who had not seen the recogniser or the grammar


def reason(assignment, key, source):
    """Return what students read about an answer: its hint, or else the likely reason of a failed check."""
    name = next(name for name, k in graded_names(load(assignment)).items() if k == key)
    (hint,) = running.recognised(assignment, name, [source])
    if hint:
        return hint
    messages = [outcome.message for outcome in running.run(assignment, {key: source}).values()]
    reasons = [re.search("Likely reason: (.*)", message) for message in messages]
    return next((found[1] for found in reasons if found), "")


def test_rewritten_mistakes_get_the_hint_of_the_catalogue():
    missed = []
    for assignment, key, what, source, label in heldout_rewrites.CASES:
        name = next(name for name, k in graded_names(load(assignment)).items() if k == key)
        shown = reason(assignment, key, source.strip())
        if shown != variants.read(assignment)[name].find(label).hint:
            missed.append((name, what, shown))
    assert len(missed) <= 3, missed


# For each pair: words of a hint that names one of its two mistakes.
PAIRS = """
column for each|bias|other way; mean|absolute; mean|half|factor; right|number of examples|mean
distance|sign|sum|mean; minus sign|exponent|overflow; sum over|clip; sign|minus|label 0|first term; axis 0|overflow
whole array|changed; sum over|sign|minus; all entries|clip|log|number of columns
forward difference|ints|whole numbers; 2 h|twice|rows|single number; uphill|start|add|first row; same array|chang
2|half|mean|sum|divide; sign|bias|subtract|wrong way; sum|sign|mean; twice|overflow
transpos|other way|sum|mean|divide; axis|one number; last|shuffle; different orders|rng; list|epoch; square|overflow
square|nan; standard deviation|generator|rng; exchanged|column; sigmoid|axis; 1/m|divi|examples|slope
slope of the sigmoid|tanh|b1; each entry|mean|norm; norm|nan; sum over|chang|in place; column 0|bias|2|half
true class|1 - |penalty; slope|column 0|bias; add up|b ; start weights|divide; overflow|dA; 1 - A|changes
changes|dA; overflow|diagonal; clip|1/m|divide; sum over|sign; overflow|inf|divide|times; clip|cap|entries
half|sign|2; return|update; plain mean|shuffle; largest|reshape|mixes; shuffle|order; last|same activation
wrong|percent|100; exchanged|once|pairs; appear|counts|fractions|number of examples; training|absolute
different|labels|exchanged|fraction; before|each layer|network
"""


def test_two_mistakes_at_once_are_named_and_it_is_said_that_there_are_two():
    words = [w.strip("\n") for line in PAIRS.strip().split("\n") for w in line.split("; ")]
    missed = []
    for (assignment, key, *_, source, pair), pattern in zip(heldout_pairs.CASES, words, strict=True):
        shown = reason(assignment, key, source.strip())
        if not re.search(pattern, shown, re.I):
            missed.append((key, pair, shown))
    assert len(missed) <= 3, missed


def test_answers_from_public_questions_are_named():
    missed = []
    for assignment, key, what, source, words in heldout_public.CASES:
        shown = reason(assignment, key, source.strip())
        if not (words and re.search(words, shown, re.I)):
            missed.append((key, what, shown))
    assert len(missed) <= 4, missed


# No false hint


def chance(seed):
    """Return the source of a function that mixes its arguments in some way."""
    return f"lambda *given: np.sin({seed} + sum(np.cos({seed} * np.asarray(g, dtype=float)).sum() for g in given[:2]))"


@pytest.mark.parametrize("assignment", assignments())
def test_chance_gets_no_hint(assignment):
    for name in graded_names(load(assignment)):
        sources = [f"{name} = {source}\n" for source in (chance(1.3), chance(0.7))]
        assert running.recognised(assignment, name, sources) == ["", ""], name


def parameters(source, name):
    """Return how many arguments a function takes, or each method of a class."""
    node = next(n for n in ast.parse(source).body if getattr(n, "name", "") == name)
    methods = [n for n in node.body if isinstance(n, ast.FunctionDef)] if isinstance(node, ast.ClassDef) else []
    return [(m.name, len(m.args.args)) for m in methods] or len(node.args.args)


# What is true of a wrong answer to a related exercise: squares are a known mistake where absolute values are asked for.
RELATED = {
    ("absolute_error", "logistic_loss"): "mean of the absolute",
    ("absolute_error", "squared_error"): "square|differences",
    ("absolute_error", "zero_one_loss"): "mean of the absolute",
    ("squared_error", "absolute_error"): "square|factor|half",
    ("squared_error", "logistic_loss"): "mean of the squared",
    ("squared_error", "zero_one_loss"): "mean of the squared",
    ("zero_one_loss", "absolute_error"): "distance|number of wrong labels|one True or False",
    ("zero_one_loss", "logistic_loss"): "squared|the one with y_pred",
    ("zero_one_loss", "squared_error"): "squared|distance|number of wrong labels|one True or False",
    ("sigmoid", "softmax"): "sum over all entries",
    ("softmax", "sigmoid"): "sigmoid of each score|sum of the whole array",
    ("softmax", "repaired_log_softmax"): "logarithms of the probabilities",
    ("repaired_log_softmax", "softmax"): "These are the probabilities",
    ("logistic_loss", "cross_entropy"): "part of a sum",
    ("logistic_loss", "zero_one_loss"): r"mean of \(y - p\)",
    ("logistic_loss", "squared_error"): r"mean of \(y - p\)",
    ("linear_regression_gradient", "logistic_regression_gradient"): "sigmoid|half as large",
    ("logistic_regression_gradient", "linear_regression_gradient"): "sigmoid|twice too large",
    ("sigmoid_derivative", "relu_derivative"): "sigmoid itself",
    ("sigmoid_derivative", "tanh_derivative"): r"sigmoid|tanh|z \(1 - z\)|part of a sum",
    ("tanh_derivative", "relu_derivative"): "tanh itself",
    ("tanh_derivative", "sigmoid_derivative"): "tanh|part of a sum|sigmoid where",
    ("relu", "relu_derivative"): "slope of ReLU",
    ("relu_derivative", "relu"): "ReLU itself",
    ("relu_derivative", "sigmoid_derivative"): "smooth step",
    ("Sigmoid", "ReLU"): "sigmoid .* missing",
    ("Sigmoid", "Tanh"): "tanh",
    ("Tanh", "ReLU"): "tanh is missing",
    ("Tanh", "Sigmoid"): "sigmoid",
    ("ReLU", "Tanh"): "maximum .* missing",
    ("Softmax", "ReLU"): "softmax is missing",
    ("Softmax", "Tanh"): "softmax is missing",
    ("Sigmoid", "repaired_TanhSkip"): "tanh where the sigmoid",
    ("Softmax", "repaired_TanhSkip"): "softmax is missing",
    ("repaired_TanhSkip", "Sigmoid"): "way past .* is missing",
    ("repaired_TanhSkip", "Tanh"): "way past .* is missing",
    ("CrossEntropyLoss", "SoftmaxCrossEntropyLoss"): "gradient for the scores",
    ("SoftmaxCrossEntropyLoss", "CrossEntropyLoss"): "scores as if they were probabilities",
}


@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_a_wrong_answer_to_another_exercise_gets_no_false_hint(assignment, name):
    references = {n: hints.reference(assignment, n) for n in graded_names(load(assignment))}
    takes = parameters(references[name], name)
    wrong = []
    for other, exercise in variants.read(assignment).items():
        if other != name and parameters(references[other], other) == takes:
            tree = grammar.parse(references[other])
            written = [v.source for v in exercise.variants if v.wrong]
            wrong += [(other, source) for source in written + [grammar.apply(tree, e) for e in grammar.edits(tree)]]
    shown = running.recognised(assignment, name, [f"{source}\n\n{name} = {other}\n" for other, source in wrong])
    false = [
        (hint, source)
        for (other, source), hint in zip(wrong, shown, strict=True)
        if hint and not re.search(RELATED.get((name, other), "nothing may be said"), hint, re.I)
    ]
    assert false == []


@pytest.mark.parametrize("name", ["softmax", "zero_one_loss"])
def test_hints_made_again_are_the_same(name):
    exercise = variants.read("01-loss-functions")[name]
    shipped = hints.kept("01-loss-functions", exercise)
    assert hints.fingerprints("01-loss-functions", exercise) | {"digest": shipped["digest"]} == shipped


# The teacher's tool


@pytest.fixture
def entry(tmp_path):
    """Return a function that writes a file for relu with one wrong answer and checks it."""

    def write(source, hint="A hint."):
        text = (MISCONCEPTIONS / "03-backpropagation" / "relu.py").read_text(encoding="utf-8")
        path = tmp_path / "03-backpropagation" / "relu.py"
        path.parent.mkdir()
        kept, _, right = text.partition("# %% wrong: ")
        right = right[right.index("# %% right: ") :]
        path.write_text(f"{kept}# %% wrong: new\n# hint: {hint}\n{source}\n\n{right}", encoding="utf-8")
        (found,) = misconceptions.check(path)
        return found[1], found[1].problems(hint)

    return write


def test_a_new_mistake_that_is_caught_told_apart_and_shown_is_fine(entry):
    finding, problems = entry("def relu(z):\n    return np.maximum(z, 0.5)\n")
    assert finding.lost and finding.shown == "A hint." and problems == []


def test_an_entry_that_is_right_is_refused(entry):
    finding, problems = entry("def relu(z):\n    return z * (z > 0)\n")
    assert finding.lost == () and len(problems) == 2


def graded(course, student, answer, message):
    """Write a notebook as grading leaves it, with one wrong answer to relu."""
    notebook = load("03-backpropagation")
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "relu":
            cell.source = answer
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "test-relu-values" and message:
            lines = message.split("\n")
            cell.outputs = [nbformat.v4.new_output("error", ename="CheckFailed", evalue=message, traceback=lines)]
    path = course / "autograded" / student / "03-backpropagation" / "backpropagation.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def test_answers_that_nothing_named_form_clusters(tmp_path):
    graded(tmp_path, "ada", "one", "relu: wrong.\nGot 0.1234567")
    graded(tmp_path, "bob", "two", "relu: wrong.\nGot 0.1234999")
    graded(tmp_path, "cyd", "three", "relu: wrong.\nGot 7.5")
    graded(tmp_path, "dan", "four", "relu: wrong.\nLikely reason: this.")
    graded(tmp_path, "eve", "five", "")
    clusters = misconceptions.unknown("03-backpropagation", tmp_path)
    assert [(c.exercise, c.students, c.example) for c in clusters] == [
        ("relu", ["ada", "bob"], "one"),
        ("relu", ["cyd"], "three"),
    ]
