"""Lesson 01, the map and the glossary: every number and formula, computed here from its definition."""

import re
import sys
from math import exp, inf, log, log2

import nbformat
import numpy as np
import pytest
from facts import Told
from lesson_run import run_lesson
from scipy import special
from sklearn import metrics

from tools.notebooks import ROOT, assignments, graded_names, load

LESSONS = ROOT / "lessons"
TOLD = Told(nbformat.read(LESSONS / "01-loss-functions.ipynb", as_version=4))
TRUTH, LAZY = np.array([2, 3, 5, 6]), 4


def single_spaced(text):
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def cells():
    """``{id: source}`` of all cells."""
    return {cell.id: cell.source for cell in nbformat.read(LESSONS / "01-loss-functions.ipynb", as_version=4).cells}


@pytest.fixture(scope="module")
def said(cells):
    return single_spaced(" ".join(cells.values()))


@pytest.fixture(scope="module")
def run():
    """The lesson's variables; under ``shown`` the pictures' texts, under ``printed`` what each cell prints."""
    run = run_lesson("01-loss-functions")
    return {**run.names, "shown": run.words, "printed": run.printed}


# ---------------------------------------------------------------- numbers in the text


def sigma(z):
    return 1 / (1 + exp(-z))


def chances(scores):
    return [exp(s) / sum(map(exp, scores)) for s in scores]


D = TRUTH - LAZY
TABLE = np.array([[1, -2], [0, 3]])
RENTS, WRONG_RENTS = [2, 3, 5, 6, 9], [2, 3, 5, 6, 34]
W, X0, B = [[1, 0], [0.5, 1], [-1, 2]], [2, 1], [0, 0.5, 1]
SCORES = [sum(w * x for w, x in zip(row, X0, strict=True)) + b for row, b in zip(W, B, strict=True)]
LARGE = [1000 + score for score in SCORES]
LABELS, PREDICTED = [2, 0, 1, 1, 0], [2, 1, 1, 0, 0]
WRONG = sum(t != p for t, p in zip(LABELS, PREDICTED, strict=True)) / len(LABELS)
GIVEN_TO_TRUTH = [0.9, 1 - 0.2, 0.4]
LOGISTIC = [-log(p) for p in GIVEN_TO_TRUTH]
PICKED = [0.5, 0.7, 0.6, 0.05]
CROSS = [-log(p) for p in PICKED]

FACTS = {
    "title": ("1*2 7 0 85",),
    "how-to-read": ("1*2 2 3 4",),
    "notation": ("0",),
    "warm-up": (
        "1*7 2*4 9*2 3*3 0*4 0.5",
        [np.mean([1, 2, 9]), np.median([1, 2, 9]), np.ones((3, 2)).sum(axis=0).size, log(1)],
    ),
    "data-text": ("1*5 0*2 2*3 3*3 5 4 6", len(TRUTH)),
    "model-text": (r"$\hat y = f(x) = w x + b$", "1*2 4", TRUTH[3], TRUTH[3] - 5),
    "search-text": ("0*2 1 1.5 2",),
    "search-result": ("1.5 1 0 2",),
    "absolute-text": (r"$\sum_i |y_i - \hat y_i|$", "2*2 4 3 5 6", D),
    "squared-text": (
        r"$\sum_i (y_i - \hat y_i)^2$",
        "2*3 -2 -1 1",
    ),
    "totals-of-tables": ("1 -2 0 3 4",),
    "large-mistakes": ("1 10*2 2",),
    "constant-text": ("2 3 5 6 9*2 34",),
    "why-median": ("34 3400", np.median(RENTS)),
    "why-mean": ("0*2 2 -2*2 1", np.mean(RENTS), np.mean(WRONG_RENTS)),
    "outlier-text": ("7",),
    "classes-text": ("3*2 2*2 0 1",),
    "scores-by-hand": ("2*3 1*6 0*3 0.5*2 -1", max(SCORES), np.argmax(SCORES)),
    "shapes-result": ("1*3", np.size(W), np.size(B), np.size(W) + np.size(B)),
    "axis-text": ("0 1*2 2 3",),
    "axis-result": ("1*5 2*5 3",),
    "zero-one-text": (r"$\frac{1}{m} \sum_i [\, \hat y_i \neq y_i \,]$", "4 0*12 1*13 2*4", WRONG, 1 - WRONG),
    "totals-means-text": ("30 100",),
    "totals-means-result": ("0.3 1 0",),
    "sigmoid-text": (
        r"$\sigma(z) = \frac{1}{1 + e^{-z}}$",
        "5 0*3 1*5",
    ),
    "sigmoid-symmetry": ("0*2 1*3 -1000 1000", sigma(-1) + sigma(1)),
    "overflow-text": ("10", sys.float_info.max / 1e308, sys.float_info.max_10_exp),
    "overflow-result": ("710 -1000 1*3 0*3", exp(-1000)),
    "logistic-text": ("6 1*5 0*3",),
    "logistic-formula": (
        "1*7 0*4 0.9*2 0.2 0.4*2",
        [GIVEN_TO_TRUTH[1], LOGISTIC, np.mean(LOGISTIC)],
    ),
    "logistic-likelihood": ("3", -log(0.288) / 3),
    "logistic-picture-text": ("1*2 -6 6",),
    "logistic-picture-result": ("-6 0*2", round(-log(sigma(-6)))),
    "clip-text": ("0*8 1*2 10*3 -12*2 -17",),
    "clip-result": ("16 1*4 10*2 -17 0 -12",),
    "softmax-text": ("7 1*3 2",),
    "softmax-by-hand": (
        "3 2 1 0*2",
        [[SCORES] * 2, np.exp(SCORES), chances(SCORES), sum(map(exp, SCORES)), sum(chances(SCORES))],
    ),
    "softmax-slider-text": ("1*3 2 2.5 0",),
    "softmax-slider-result": ("1*2", 1 / chances([7, 7, 7])[0]),
    "softmax-shift": (
        "1000 0*4 1002*2 1002.5*2 1001 1*3 2",
        [[LARGE, SCORES], [np.subtract(SCORES, 2.5), np.exp(np.subtract(SCORES, 2.5)), chances(SCORES)]],
        sum(exp(s - 2.5) for s in SCORES),
    ),
    "softmax-rows": ("1 2*2",),
    "softmax-axis-result": ("1*3 0*6 -1000",),
    "softmax-sigmoid": ("1*3 0*4",),
    "cross-entropy-text": (
        r"$-\frac{1}{m} \sum_i \log P_{i, y_i}$",
        "8 1*2",
    ),
    "cross-entropy-result": ("1 0.7 2 0.05", CROSS, np.mean(CROSS)),
    "cross-entropy-guess": ("1*2 4",),
    "cross-entropy-sure": ("1*2 0.55 0.95 0*3 10 -12",),
    "smooth-text": ("9 0 1*2 -2 2*2",),
    "smooth-predict": ("0*2 1 200*2",),
    "smooth-result": ("0*5 1 -2.5 -1.5",),
    "wrong-text": ("1*3 2 3 100*2 4 5*3 0*6 1000 6",),
    "closing-quiz": (
        "1*13 9*2 3*5 5*2 2*2 100*3 10*3 6 1003 1001 0.75 0.25 4 0 0.99*3 0.60 0.45 0.8",
        [[np.median([1, 1, 1, 9])] * 2, np.mean([1, 1, 1, 9]), 2 * 5 - 1, 100 * 10, 1 / 100, 1003 - 1001, 6 - 2],
        [3 / 4 - 1 / 4, -log(0.99), -log(1 - 0.99)],
    ),
    "take-away": ("2*2 0*2 1*10 3",),
    "further-reading": ("2016 4.1 5 2015 3*2 2009 10.6 2022 10 9 1981 41 4 2021 1",),
}


def test_the_scores_of_the_fruit_are_those_of_the_softmax_example():
    assert SCORES == [2, 2.5, 1]


def test_the_mean_with_the_mistake_is_larger_than_four_of_the_five_rents():
    assert sum(np.mean(WRONG_RENTS) > rent for rent in WRONG_RENTS) == 4


def test_the_outlier_of_the_median_can_have_any_size():
    assert np.median([2, 3, 5, 6, 34]) == np.median([2, 3, 5, 6, 3400])


def test_overflow_starts_where_the_text_says():
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.exp(710.0) == inf > np.exp(709.0)
        assert np.isnan(np.float64(inf) / inf) and np.isnan(0 * np.float64(inf))
        assert np.isnan(0 * np.float64(-inf))  # y log p of an example with y = 0 and p = 0
    assert special.expit(-1000) == 0 and special.expit(1000) == 1


def test_a_limit_survives_the_rounding_or_not():
    assert TOLD.shows("clip-result", r"1 - 10^{-17}")
    assert 1 - 1e-17 == 1 and 1 - 1e-12 != 1 and round(-np.log10(np.finfo(float).eps)) == 16


def test_the_last_row_causes_more_than_half_of_the_total():
    assert 0.5 < CROSS[-1] / sum(CROSS) < 1


def test_the_maximum_of_a_table_can_divide_0_by_0():
    assert sum(exp(s - 0) for s in (-1000, -1001)) == 0


def test_keepdims_matters_as_the_text_says():
    Z = np.arange(6.0).reshape(2, 3)
    with pytest.raises(ValueError):
        Z - Z.mean(axis=1)
    square = np.array([[0.0, 1.0], [4.0, 9.0]])
    assert not np.allclose(square - square.mean(axis=1), square - square.mean(axis=1, keepdims=True))


def test_only_one_choice_of_scores_gives_the_same_probabilities():
    choices = [(6, 2), (1, 3), (1003, 1001), (0.75, 0.25)]
    same = [np.allclose(special.softmax(scores), special.softmax([3, 1])) for scores in choices]
    assert same == [False, False, True, False]


# ---------------------------------------------------------------- formulas

RNG = np.random.default_rng(0)
Y, Y_HAT = RNG.normal(size=7), RNG.normal(size=7)


def test_the_slope_that_leads_to_the_mean():
    assert TOLD.shows("why-mean", r"(y_i - c)^2", r"-2 (y_i - c)")
    assert TOLD.shows("why-mean", r"-2 \sum_i (y_i - c) = 0 \quad\text{and so}\quad c = \frac{1}{m} \sum_i y_i")
    for c in [-1.0, 0.3, 2.0]:
        numeric = (np.sum((Y - c - 1e-5) ** 2) - np.sum((Y - c + 1e-5) ** 2)) / 2e-5
        assert numeric == pytest.approx(-2 * np.sum(Y - c), rel=1e-6)
    assert -2 * np.sum(Y - Y.mean()) == pytest.approx(0, abs=1e-12)


def test_a_step_to_the_right_changes_the_absolute_error_by_a_count():
    c, s = 4.0, 0.5  # two values on the left, three on the right
    change = np.abs(np.subtract(RENTS, c + s)).sum() - np.abs(np.subtract(RENTS, c)).sum()
    assert change == pytest.approx(s * (2 - 3))


def test_the_sums_over_indices_are_the_matrix_product():
    assert TOLD.shows("shapes-text", r"Z_{ik} = \sum_j X_{ij} \, W_{kj} + b_k") and TOLD.shows(
        "shapes-text", r"Z = X W^\top + b"
    )
    assert TOLD.shows("classes-text", r"f(x) = W x + b, \qquad z_k = \sum_j W_{kj} \, x_j + b_k")
    X, V, b = RNG.normal(size=(4, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=3)
    sums = [[sum(X[i, j] * V[k, j] for j in range(2)) + b[k] for k in range(3)] for i in range(4)]
    assert np.allclose(sums, X @ V.transpose() + b)
    assert np.allclose(sums[1], V @ X[1] + b)


def test_the_two_forms_of_the_sigmoid():
    assert TOLD.shows("overflow-result", r"\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}")
    for z in (-3.0, 0.0, 2.5):
        assert sigma(z) == pytest.approx(exp(z) / (1 + exp(z)), rel=1e-14)
        assert sigma(-z) == pytest.approx(1 - sigma(z), rel=1e-14)


def test_the_label_is_a_switch():
    assert TOLD.shows("logistic-formula", r"-\frac{1}{m} \sum_i \big( y_i \log p_i + (1 - y_i) \log(1 - p_i) \big)")
    for y, p in [(1, 0.9), (0, 0.2), (1, 0.4)]:
        joined = -(y * log(p) + (1 - y) * log(1 - p))
        assert joined == pytest.approx(-log(p if y == 1 else 1 - p))


def test_softmax_does_not_change_when_a_number_is_added():
    assert TOLD.shows("softmax-shift", r"\frac{e^{z_k + c}}{\sum_j e^{z_j + c}}") and TOLD.shows(
        "softmax-text", r"p_k = \frac{e^{z_k}}{\sum_{j} e^{z_j}}"
    )
    assert chances([s + 7 for s in SCORES]) == pytest.approx(chances(SCORES), rel=1e-14)
    assert special.softmax([1002, 1002.5, 1001]) == pytest.approx(chances(SCORES), rel=1e-12)


def test_the_sigmoid_is_a_softmax_with_a_score_0():
    assert TOLD.shows("softmax-sigmoid", r"\frac{e^{z}}{e^{z} + e^{0}} = \frac{e^{z}}{1 + e^{z}} = \sigma(z)")
    assert chances([0, 1.3])[1] == pytest.approx(sigma(1.3))


def test_the_loss_of_a_guess_is_log_k():
    assert TOLD.shows("cross-entropy-guess", r"-\log \frac{1}{K} = \log K")
    assert all(-log(1 / K) == pytest.approx(log(K)) for K in (2, 4, 10))


@pytest.mark.parametrize(
    ("row", "value", "library"),
    [
        ("\\sum_i \\lvert y_i - \\hat y_i \\rvert", np.sum(abs(Y - Y_HAT)), np.linalg.norm(Y - Y_HAT, 1)),
        ("\\sum_i (y_i - \\hat y_i)^2", np.sum((Y - Y_HAT) ** 2), np.linalg.norm(Y - Y_HAT) ** 2),
        ("\\frac1m \\sum_i [\\, \\hat y_i \\neq y_i \\,]", WRONG, 2 / 5),
        ("\\sigma(z) = 1 / (1 + e^{-z})", sigma(0.7), special.expit(0.7)),
        ("p_k = e^{z_k} / \\sum_j e^{z_j}", chances(SCORES)[0], special.softmax(SCORES)[0]),
        ("y_i \\log p_i + (1 - y_i) \\log(1 - p_i)", np.mean(LOGISTIC), metrics.log_loss([1, 0, 1], [0.9, 0.2, 0.4])),
        ("-\\frac1m \\sum_i \\log P_{i, y_i}", np.mean(CROSS), -log2(np.prod(PICKED)) * log(2) / 4),
    ],
)
def test_a_row_of_the_take_away(row, value, library, cells):
    assert row in cells["take-away"]
    assert value == pytest.approx(library)


# ---------------------------------------------------------------- what the code cells show


def test_the_line_with_the_smallest_loss(run):
    losses = {w: sum(abs(t - w * x) for x, t in zip([1, 2, 3, 4], TRUTH, strict=True)) for w in run["slopes"]}
    assert run["totals"] == pytest.approx(list(losses.values()))
    best = min(losses, key=losses.get)
    assert TOLD.states("search-result", best, losses[best])
    assert (
        f"Over all w, the loss falls from {losses[0.0]:.0f} to {losses[best]:.0f} at w = {best}."
        in (run["shown"]["search-slider"][0.5])
    )


def test_the_search_for_the_best_constant(run):
    found = re.findall(r"c = ([\d.]+)", run["printed"]["constant-search"])
    assert [float(c) for c in found] == [5, 5, 5, 10]


def test_the_outlier_tilts_the_line_of_the_squared_error(run):
    shown = run["shown"]["outlier-slider"]
    rises = [[float(rise) for rise in re.findall(r"by ([\d.]+\d)", words)] for words in shown.values()]
    square, median = zip(*rises, strict=True)
    assert max(square) - min(square) > 1 and max(median) - min(median) < 0.15
    rooms, rent = run["size"][:, 0], run["rent"]
    for height, words in shown.items():
        moved = np.where(rooms == 7, height, rent)
        assert f"rises by {np.polyfit(rooms, moved, 1)[0]:.2f}" in words
        ends = run["fits"][height][2]
        least = np.abs(moved - np.interp(rooms, [0, 9], ends)).sum()
        # No line through two of the points has a smaller absolute error. The best one goes through two.
        for i in range(8):
            for j in range(i):
                slope = (moved[i] - moved[j]) / (rooms[i] - rooms[j])
                assert least <= np.abs(moved - moved[i] - slope * (rooms - rooms[i])).sum() + 1e-9


def test_the_largest_score_of_each_row(run):
    assert run["results"]["Z.argmax(axis=1)"].tolist() == [1, 2]


def test_the_fraction_of_the_mistakes_comes_to_its_limit(run):
    fractions = [float(f) for f in re.findall(r"fraction ([\d.]+)", run["printed"]["totals-means"])]
    assert abs(fractions[-1] - 0.3) < 0.01 and len(fractions) == 4


def test_both_axes_give_the_same_shape_and_other_sums(run):
    lines = run["printed"]["softmax-axis"].splitlines()
    assert lines[1].endswith("[1.0, 1.0]") and lines[5].endswith("[1.0, 1.0]")
    assert not lines[2].endswith("[1.0, 1.0]") and not lines[4].endswith("[1.0, 1.0]")


def test_the_ratio_of_the_other_two_classes_stays(run):
    assert all("Class 1 has 4.48 times" in words for words in run["shown"]["softmax-slider"].values())


def test_the_picture_of_the_cross_entropy(run):
    assert np.allclose(run["P"].sum(axis=1), 1)
    assert f"The mean of the four losses is {np.mean(CROSS):.6f}" in run["shown"]["cross-entropy-picture"]


def test_the_staircase_and_the_valley(run):
    x, y = run["hours"], run["passed"]
    wrong = {b: int(np.sum((2 * x + b > 0) != (y == 1))) for b in run["biases"]}
    assert [wrong[b] for b in (-2.5, -1.5, 0.0)] == [3, 4, 2]
    for b, words in run["shown"]["smooth-slider"].items():
        slope = np.mean(special.expit(2 * x + b) - y)
        loss = np.mean(np.where(y == 1, -special.log_expit(2 * x + b), -special.log_expit(-2 * x - b)))
        assert f"{wrong[b]} of 10 labels are wrong. Its slope is 0.000" in words
        assert f"The logistic loss is {loss:.3f} with the slope {slope:.3f}" in words
    assert min(wrong, key=wrong.get) == -0.5 and wrong[0.0] == wrong[-0.5]
    assert run["changed"].tolist() == [0, 200]


def test_every_picture_has_words_with_numbers(run):
    for words in run["shown"].values():
        for text in words.values() if isinstance(words, dict) else [words]:
            assert len(text) > 60 and re.search(r"\d", text)


# ---------------------------------------------------------------- what a lesson must and must not have


def test_no_cell_defines_an_exercise(run):
    exercises = {name for a in assignments() for name in graded_names(load(a))}
    assert not exercises & set(run)


def test_no_code_is_the_line_that_an_exercise_asks_for(cells):
    code = "".join("".join(cells.values()).split())
    pasted = [
        "X@W.T",
        "y_true!=y_pred",
        "np.exp(-np.abs(",
        "1/(1+np.exp(-",
        "np.arange(len(y",
        ".sum(np.abs(",
        "/E.sum",
    ]
    assert [line for line in pasted if line in code] == []


def test_the_parts_of_the_lesson(cells):
    text = "".join(cells.values())
    assert text.count("<details><summary>Answer</summary>\n\n") == text.count("\n\n</details>") == 3 + 5
    assert text.count("**Predict, then run.**") >= 3
    order = ["title", "notation", "warm-up", "setup", "wrong-text", "closing-quiz", "take-away", "further-reading"]
    assert [key for key in cells if key in order] == order
    assert not re.search(r"!\s|\N{EM DASH}", re.sub(r"!=", "", text))


def test_the_wrong_turns_are_six(cells):
    assert re.findall(r"\*\*(\d)\. ", cells["wrong-text"]) == list("123456")


# ---------------------------------------------------------------- the map and the glossary

HOURS = {"two": "2", "three": "3", "three and a half": "3.5"}


def test_the_times_in_the_map_are_those_of_the_notebooks():
    rows = [line for line in (LESSONS / "README.md").read_text(encoding="utf-8").splitlines() if ".ipynb`" in line]
    names = re.findall(r"`(\S+)\.ipynb`", " ".join(rows))
    assert names == sorted(path.stem for path in LESSONS.glob("[0-9]*.ipynb"))
    for name, row in zip(names, rows, strict=True):
        lesson = nbformat.read(LESSONS / f"{name}.ipynb", as_version=4).cells[0].source
        minutes = re.search(r"about (\d+) minutes", lesson)[1]
        hours = re.search(r"You need about ([\w ]+) hours", load(name).cells[0].source)[1]
        assert f"lesson {minutes} minutes, assignment {HOURS[hours]} hours" in row


def test_the_picture_of_shapes_has_the_words_of_the_lesson(run):
    text = (LESSONS / "README.md").read_text(encoding="utf-8")
    (alt,) = re.findall(r"!\[(.*?)\]\(pictures/shapes\.png\)", text)
    assert alt.split(". ", 1)[1] == run["shown"]["shapes-picture"].split(". ", 1)[1]
    assert (LESSONS / "pictures" / "shapes.png").read_bytes().startswith(b"\x89PNG")


def test_the_glossary_is_in_order_and_has_the_terms_of_this_lesson(cells):
    lines = (LESSONS / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[part.strip() for part in line.strip("|").split("|", 2)] for line in lines if line.startswith("| ")][1:]
    terms = [row[0] for row in rows]
    assert terms == sorted(terms, key=str.lower) and len(set(terms)) == len(terms)
    text = single_spaced(" ".join(cells.values())).lower()
    for term, meaning, lesson in rows:
        assert meaning.endswith(".")
        assert lesson != "01" or term in text, term
