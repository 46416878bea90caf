"""Lesson 01, the map and the glossary: every number and formula, computed here from its definition."""

import re
import sys
from fractions import Fraction
from math import exp, inf, log, log2

import nbformat
import numpy as np
import pytest
from lesson_run import run_lesson
from scipy import special
from sklearn import metrics

from tools.notebooks import ROOT, assignments, graded_names, load

LESSONS = ROOT / "lessons"
PATH = LESSONS / "01-loss-functions.ipynb"
TRUTH, LAZY = np.array([2, 3, 5, 6]), 4


def single_spaced(text):
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def cells():
    """``{id: source}`` of all cells."""
    return {cell.id: cell.source for cell in nbformat.read(PATH, as_version=4).cells}


@pytest.fixture(scope="module")
def said(cells):
    return single_spaced(" ".join(cells.values()))


@pytest.fixture(scope="module")
def run():
    """The lesson's variables; under ``shown`` the pictures' texts, under ``printed`` what each cell prints."""
    run = run_lesson(PATH.stem)
    return {**run.names, "shown": run.words, "printed": run.printed}


# ---------------------------------------------------------------- numbers in the text


def sigma(z):
    return 1 / (1 + exp(-z))


def chances(scores):
    return [exp(s) / sum(map(exp, scores)) for s in scores]


def listed(numbers, last=" and "):
    *most, end = [f"{number:g}" for number in numbers]
    return ", ".join(most) + last + end


def added(numbers):
    return " + ".join(f"{number:g}" for number in numbers) + f" = {sum(numbers):g}"


D = TRUTH - LAZY
TABLE = np.array([[1, -2], [0, 3]])
RENTS, WRONG_RENTS = [2, 3, 5, 6, 9], [2, 3, 5, 6, 34]
W, X0, B = [[1, 0], [0.5, 1], [-1, 2]], [2, 1], [0, 0.5, 1]
SCORES = [sum(w * x for w, x in zip(row, X0, strict=True)) + b for row, b in zip(W, B, strict=True)]
LABELS, PREDICTED = [2, 0, 1, 1, 0], [2, 1, 1, 0, 0]
WRONG = sum(t != p for t, p in zip(LABELS, PREDICTED, strict=True)) / len(LABELS)
GIVEN_TO_TRUTH = [0.9, 1 - 0.2, 0.4]
LOGISTIC = [-log(p) for p in GIVEN_TO_TRUTH]
PICKED = [0.5, 0.7, 0.6, 0.05]
CROSS = [-log(p) for p in PICKED]

STATED = [
    # warm-up
    f"$(1 + 2 + 9) / 3 =$ **{np.mean([1, 2, 9]):g}**",
    f"It is **{np.median([1, 2, 9]):g}**. With an even number of values",
    f"You get **{np.ones((3, 2)).sum(axis=0).size}** sums",
    f"$\\log 1 =$ **{log(1):g}**, because $e^0 = {exp(0):g}$. $\\log 0.5 \\approx {log(0.5):.3f}$ is **negative**",
    # learning
    f"Here $m = {len(TRUTH)}$ and $n = 1$",
    f"$1 \\cdot 4 + 1 = {1 * 4 + 1}$. The true rent is {TRUTH[3]}. The prediction is too small by {TRUTH[3] - 5}",
    # two losses for numbers
    f"The differences $y_i - \\hat y_i$ are ${listed(D[:3], ', ')}$ and ${D[3]}$",
    f"The absolute error is ${added(abs(D))}$",
    f"Without them the sum is $-2 - 1 + 1 + 2 = {D.sum()}$",
    f"The squared error is ${added(D**2)}$",
    f"it is ${D.sum()}^2 = {D.sum() ** 2}$",
    "two times as long has an area that is four times as large",
    f"The absolute error is ${added(abs(TABLE).ravel())}$. The squared error is ${added(TABLE.ravel() ** 2)}$",
    f"| model A | $10 \\cdot 1 = {10 * 1}$ | $10 \\cdot 1^2 = {10 * 1**2}$ |",
    f"| model B | $10$ | $10^2 = {10**2}$ |",
    f"model B is {['', 'ten'][10**2 // 10 == 10]} times worse",
    f"prefers the **median**. It is {np.median(RENTS):g}, with and without the mistake",
    f"prefers the **mean**. It moves from {np.mean(RENTS):g} to {np.mean(WRONG_RENTS):g}",
    # a linear model for classes
    f"class 0 is $1 \\cdot 2 + 0 \\cdot 1 + 0 = {SCORES[0]:g}$",
    f"class 1 is $0.5 \\cdot 2 + 1 \\cdot 1 + 0.5 = {SCORES[1]:g}$",
    f"class 2 is $-1 \\cdot 2 + 2 \\cdot 1 + 1 = {SCORES[2]:g}$",
    f"The largest score is ${max(SCORES)}$. So the model predicts class {np.argmax(SCORES)}, a pear",
    f"$W$ has $K \\cdot n = {np.size(W)}$ entries and $b$ has $K = {np.size(B)}$. "
    f"Together there are {np.size(W) + np.size(B)}",
    # 0-1 loss
    f"Two of five labels are wrong. The 0-1 loss is ${WRONG}$",
    f"It is 1 minus the 0-1 loss, here ${1 - WRONG}$",
    # sigmoid
    f"$e^{{-1}} = {exp(-1):.6f}$, so $\\sigma(1) = 1 / {1 + exp(-1):.6f} = {sigma(1):.6f}$",
    f"$\\sigma(0) = 1 / (1 + 1) = {sigma(0)}$",
    f"$\\sigma(-1) = {sigma(-1):.6f}$ and $\\sigma(1) = {sigma(1):.6f}$, "
    f"and together they are {sigma(-1) + sigma(1):g}",
    "about ${} \\cdot 10^{{{}}}$".format(*f"{sys.float_info.max:.1e}".split("e+")),
    f"$e^{{-1000}}$ is just {exp(-1000):g}",
    # logistic loss
    f"the truth are $0.9$, ${GIVEN_TO_TRUTH[1]}$ and $0.4$",
    "The losses are ${:.6f}$, ${:.6f}$ and ${:.6f}$. Their mean is ${:.6f}$".format(*LOGISTIC, np.mean(LOGISTIC)),
    f"$0.9 \\cdot 0.8 \\cdot 0.4 = {0.9 * 0.8 * 0.4:.3f}$",
    f"$\\log 0.288 = \\log 0.9 + \\log 0.8 + \\log 0.4 = {log(0.288):.6f}$. "
    f"With a minus and divided by 3 this is ${-log(0.288) / 3:.6f}$",
    f"a score of $-6$ costs about {-log(sigma(-6)):.0f}",
    f"at $z = 0$ the loss is $\\log 2 = {-log(sigma(0)):.6f}$",
    f"$-\\log 10^{{-12}} \\approx {-log(1e-12):.1f}$",
    # softmax
    f"| sum | | ${sum(map(exp, SCORES)):.6f}$ | ${sum(chances(SCORES)):g}$ |",
    f"$e^{{2.5}} / e^{{1}} = e^{{1.5}} \\approx {exp(2.5) / exp(1):.2f}$",
    f"three equal scores give ${Fraction(chances([7, 7, 7])[0]).limit_denominator(10)}$ each",
    f"| sum | | | ${sum(exp(s - 2.5) for s in SCORES):.6f}$ | $1$ |",
    # cross-entropy
    "The losses are ${:.6f}$, ${:.6f}$, ${:.6f}$ and ${:.6f}$".format(*CROSS),
    f"The cross-entropy is their mean, ${np.mean(CROSS):.6f}$",
    f"For $K = 4$ this is $\\log 4 = {-log(1 / 4):.6f}$",
    f"$-\\log 0.55 = {-log(0.55):.3f}$ for A and $-\\log 0.95 = {-log(0.95):.3f}$ for B",
    # closing quiz
    f"which is {np.median([1, 1, 1, 9]):g}. The squared error prefers the mean, which is $12 / 4 = {12 / 4:g}$",
    f"- **a** {np.median([1, 1, 1, 9]):g} for the absolute error and {np.mean([1, 1, 1, 9]):g} for the squared error",
    f"the middle between 1 and {2 * 5 - 1}",
    f"all {100 * 10} entries together",
    f"the rows would sum to ${1 / 100}$ on average",
    f"the difference is {1003 - 1001} again. In **a** it is {6 - 2}",
    f"In **d** it is ${3 / 4 - 1 / 4}$: these are the scores divided by their sum",
    f"**d** about ${-log(1 - 0.99):.1f}$",
    f"$1 - 0.99 = {1 - 0.99:.2f}$, and $-\\log 0.01 \\approx {-log(0.01):.3f}$",
    f"**a** about ${-log(0.99):.2f}$",
]


@pytest.mark.parametrize("sentence", STATED)
def test_a_stated_number_is_the_computed_one(sentence, said):
    assert sentence in said


# What the computations here start from: a change in the text must be a change here.
GIVEN = [
    "the numbers 1, 2 and 9",
    "An array `A` has 3 rows and 2 columns",
    "| 0 | 1 | 2 | | 1 | 2 | 3 | | 2 | 3 | 5 | | 3 | 4 | 6 |",
    "Take $w = 1$ and $b = 1$. For the flat with 4 rooms",
    "predicts 4 for each of the four flats. The true rents are 2, 3, 5 and 6",
    "\\begin{pmatrix} 1 & -2 \\\\ 0 & 3 \\end{pmatrix}",
    "Five flats have the rents 2, 3, 5, 6 and 9. Then somebody makes a mistake and writes 34 in place of 9",
    "x = \\begin{pmatrix} 2 \\\\ 1 \\end{pmatrix}, \\qquad "
    "W = \\begin{pmatrix} 1 & 0 \\\\ 0.5 & 1 \\\\ -1 & 2 \\end{pmatrix}, \\qquad "
    "b = \\begin{pmatrix} 0 \\\\ 0.5 \\\\ 1 \\end{pmatrix}",
    "The truth is $(2, 0, 1, 1, 0)$ and the prediction is $(2, 1, 1, 0, 0)$",
    "The labels are $(1, 0, 1)$ and the probabilities of class 1 are $(0.9, 0.2, 0.4)$",
    "The fruit of section 3 has the scores $(2, 2.5, 1)$",
    "The scores are $(1002, 1002.5, 1001)$. Here $e^{1002}$ overflows. Subtract the maximum $1002.5$",
    "Model A gives it the probability $0.55$, model B gives it $0.95$",
    "The true values are 1, 1, 1 and 9",
    "A table of scores has the shape $(100, 10)$: 100 examples and 10 classes",
    "The scores of one example are $(3, 1)$",
    "- **a** $(6, 2)$ - **b** $(1, 3)$ - **c** $(1003, 1001)$ - **d** $(0.75, 0.25)$",
    "The truth is $y = 0$, and the model gives class 1 the probability $0.99$",
    # and what the code cells use
    "To make it easy, we fix $b = 0$",
    "Model A is wrong by 1 on each of the ten examples. - Model B is right on nine examples and wrong by 10",
    "rent of one flat, the one with 7 rooms",
    "With `keepdims=True` the shape is $(2, 1)$ and not $(2,)$",
    "With 3 columns this is an error. With 2 columns there would be **no error**",
    "A model is wrong on about 30 of 100 examples",
    "The fraction comes closer and closer to $0.3$",
    "We take the limits $10^{-12}$ and $1 - 10^{-12}$",
    "The scores of class 1 and class 2 stay at $2.5$ and $1$",
    "The model gives class 1 the probability $0.7$. But the truth is class 2, and it has only $0.05$",
    "Ten students studied for a test",
    "The model gives the probability $\\sigma(2x + b)$. The weight 2 is fixed",
    "We take 200 random values of $b$",
    "each column, so the sums have the shape $(10,)$ - **b** each row, so the sums have the shape $(100,)$",
    # formulas that are displayed where they are introduced
    "$$\\hat y = f(x) = w x + b$$",
    "$$\\sum_i |y_i - \\hat y_i|$$",
    "$$\\sum_i (y_i - \\hat y_i)^2$$",
    "$$\\frac{1}{m} \\sum_i [\\, \\hat y_i \\neq y_i \\,]$$",
    "$$\\sigma(z) = \\frac{1}{1 + e^{-z}}$$",
    "$$-\\frac{1}{m} \\sum_i \\log P_{i, y_i}$$",
]


@pytest.mark.parametrize("sentence", GIVEN)
def test_the_text_gives_the_values_used_here(sentence, said):
    assert sentence in said


@pytest.mark.parametrize("k", range(3))
def test_a_row_of_the_softmax_tables(k, said):
    p = chances(SCORES)[k]
    assert f"| {k} | ${SCORES[k]:g}$ | ${exp(SCORES[k]):.6f}$ | ${p:.6f}$ |" in said
    shifted = SCORES[k] - max(SCORES)
    number = f"{exp(shifted):.6f}" if shifted else "1"
    assert f"| {k} | ${1000 + SCORES[k]:g}$ | ${shifted:g}$ | ${number}$ | ${p:.6f}$ |" in said


def test_the_scores_of_the_fruit_are_those_of_the_softmax_example():
    assert SCORES == [2, 2.5, 1]


def test_the_mean_with_the_mistake_is_larger_than_four_of_the_five_rents(said):
    assert sum(np.mean(WRONG_RENTS) > rent for rent in WRONG_RENTS) == 4
    assert "After the mistake it is larger than four of the five rents" in said


def test_the_outlier_of_the_median_can_have_any_size(said):
    assert "So the outlier can be 34 or 3400" in said
    assert np.median([2, 3, 5, 6, 34]) == np.median([2, 3, 5, 6, 3400])


def test_overflow_starts_where_the_text_says(said):
    assert "From 710 on the result is `inf`" in said
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.exp(710.0) == inf > np.exp(709.0)
        assert np.isnan(np.float64(inf) / inf) and np.isnan(0 * np.float64(inf))
        assert np.isnan(0 * np.float64(-inf))  # y log p of an example with y = 0 and p = 0
    assert special.expit(-1000) == 0 and special.expit(1000) == 1


def test_a_limit_survives_the_rounding_or_not(said):
    assert "So $1 - 10^{-17}$ is rounded to exactly 1" in said and "about 16 digits" in said
    assert 1 - 1e-17 == 1 and 1 - 1e-12 != 1 and round(-np.log10(np.finfo(float).eps)) == 16


def test_the_last_row_causes_more_than_half_of_the_total(said):
    assert "This one example causes more than half of the total" in said
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


def test_the_slope_that_leads_to_the_mean(said):
    assert "The slope of $(y_i - c)^2$ with respect to $c$ is $-2 (y_i - c)$" in said
    assert "$$-2 \\sum_i (y_i - c) = 0 \\quad\\text{and so}\\quad c = \\frac{1}{m} \\sum_i y_i$$" in said
    for c in [-1.0, 0.3, 2.0]:
        numeric = (np.sum((Y - c - 1e-5) ** 2) - np.sum((Y - c + 1e-5) ** 2)) / 2e-5
        assert numeric == pytest.approx(-2 * np.sum(Y - c), rel=1e-6)
    assert -2 * np.sum(Y - Y.mean()) == pytest.approx(0, abs=1e-12)


def test_a_step_to_the_right_changes_the_absolute_error_by_a_count():
    c, s = 4.0, 0.5  # two values on the left, three on the right
    change = np.abs(np.subtract(RENTS, c + s)).sum() - np.abs(np.subtract(RENTS, c)).sum()
    assert change == pytest.approx(s * (2 - 3))


def test_the_sums_over_indices_are_the_matrix_product(said):
    assert "$$Z_{ik} = \\sum_j X_{ij} \\, W_{kj} + b_k$$" in said and "$$Z = X W^\\top + b$$" in said
    assert "f(x) = W x + b, \\qquad z_k = \\sum_j W_{kj} \\, x_j + b_k" in said
    X, V, b = RNG.normal(size=(4, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=3)
    sums = [[sum(X[i, j] * V[k, j] for j in range(2)) + b[k] for k in range(3)] for i in range(4)]
    assert np.allclose(sums, X @ V.transpose() + b)
    assert np.allclose(sums[1], V @ X[1] + b)


def test_the_two_forms_of_the_sigmoid(said):
    assert "\\sigma(z) = \\frac{1}{1 + e^{-z}} = \\frac{e^{z}}{1 + e^{z}}" in said
    for z in (-3.0, 0.0, 2.5):
        assert sigma(z) == pytest.approx(exp(z) / (1 + exp(z)), rel=1e-14)
        assert sigma(-z) == pytest.approx(1 - sigma(z), rel=1e-14)


def test_the_label_is_a_switch(said):
    assert "-\\frac{1}{m} \\sum_i \\big( y_i \\log p_i + (1 - y_i) \\log(1 - p_i) \\big)" in said
    for y, p in [(1, 0.9), (0, 0.2), (1, 0.4)]:
        joined = -(y * log(p) + (1 - y) * log(1 - p))
        assert joined == pytest.approx(-log(p if y == 1 else 1 - p))


def test_softmax_does_not_change_when_a_number_is_added(said):
    assert "\\frac{e^{z_k + c}}{\\sum_j e^{z_j + c}}" in said and "p_k = \\frac{e^{z_k}}{\\sum_{j} e^{z_j}}" in said
    assert chances([s + 7 for s in SCORES]) == pytest.approx(chances(SCORES), rel=1e-14)
    assert special.softmax([1002, 1002.5, 1001]) == pytest.approx(chances(SCORES), rel=1e-12)


def test_the_sigmoid_is_a_softmax_with_a_score_0(said):
    assert "\\frac{e^{z}}{e^{z} + e^{0}} = \\frac{e^{z}}{1 + e^{z}} = \\sigma(z)" in said
    assert chances([0, 1.3])[1] == pytest.approx(sigma(1.3))


def test_the_loss_of_a_guess_is_log_k(said):
    assert "$-\\log \\frac{1}{K} = \\log K$" in said
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


def test_the_line_with_the_smallest_loss(run, said):
    losses = {w: sum(abs(t - w * x) for x, t in zip([1, 2, 3, 4], TRUTH, strict=True)) for w in run["slopes"]}
    assert run["totals"] == pytest.approx(list(losses.values()))
    best = min(losses, key=losses.get)
    assert f"The loss is smallest at $w = {best}$, where it is {losses[best]:g}. No $w$ gives the loss 0" in said
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


def test_the_largest_score_of_each_row(run, said):
    assert run["results"]["Z.argmax(axis=1)"].tolist() == [1, 2]
    assert "class 1 for the first example, class 2 for the second" in said


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


def test_the_staircase_and_the_valley(run, said):
    x, y = run["hours"], run["passed"]
    wrong = {b: int(np.sum((2 * x + b > 0) != (y == 1))) for b in run["biases"]}
    names = ["none", "one", "two", "three", "four"]
    assert (
        f"At $b = -2.5$ {names[wrong[-2.5]]} labels are wrong, "
        f"at $b = -1.5$ {names[wrong[-1.5]]}, and at $b = 0$ {names[wrong[0.0]]}" in said
    )
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

HOURS = {"two": 2, "three": 3, "four": 4}


def test_the_times_in_the_map_are_those_of_the_notebooks():
    rows = [line for line in (LESSONS / "README.md").read_text(encoding="utf-8").splitlines() if ".ipynb`" in line]
    names = re.findall(r"`(\S+)\.ipynb`", " ".join(rows))
    assert names == sorted(path.stem for path in LESSONS.glob("[0-9]*.ipynb"))
    for name, row in zip(names, rows, strict=True):
        lesson = nbformat.read(LESSONS / f"{name}.ipynb", as_version=4).cells[0].source
        minutes = re.search(r"about (\d+) minutes", lesson)[1]
        hours = re.search(r"You need about (\w+) hours", load(name).cells[0].source)[1]
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
