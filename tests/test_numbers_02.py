"""The numbers and formulas that assignment 02 states, each computed here from its definition."""

import inspect
import re
from contextlib import nullcontext
from fractions import Fraction
from math import ceil, exp, log, sqrt
from unittest.mock import MagicMock

import numpy as np
import pytest
from facts import Told, numbers
from numerical import slopes
from scipy.special import expit, log_softmax, softmax

from tools.notebooks import load, solution_cells

ASSIGNMENT = "02-gradient-descent"
TOLD = Told(load(ASSIGNMENT))
QUIZ = range(1, 6)
PICTURES = [
    "slope-picture",
    "step-size-picture",
    "learning-rates-picture",
    "loss-curves-picture",
    "gradient-check",
    "line-picture",
    "decision-line-picture",
    "regions-picture",
    "noise-picture",
    "race-picture",
]


def descend(gradient, theta0, learning_rate, n_steps):
    path = np.full((n_steps + 1, *np.shape(theta0)), theta0, dtype=float)
    for t in range(n_steps):
        path[t + 1] = path[t] - learning_rate * gradient(path[t])
    return path


def sigma(z):
    return 1 / (1 + np.exp(-z))


def probabilities(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


def mean_squared_error(X, y, w, b):
    return np.mean((X @ w + b - y) ** 2)


def logistic_loss(X, y, w, b):
    p = sigma(X @ w + b)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def cross_entropy(X, y, W, b):
    return -np.mean(np.log(probabilities(X @ W.T + b))[np.arange(len(y)), y])


# The displayed formulas, sum by sum as they are printed.


def linear_formula(X, y, w, b):
    m, n = X.shape
    r = [sum(w[j] * X[i, j] for j in range(n)) + b - y[i] for i in range(m)]
    return np.array([2 / m * sum(r[i] * X[i, j] for i in range(m)) for j in range(n)]), 2 / m * sum(r)


def logistic_formula(X, y, w, b):
    m, n = X.shape
    p = [1 / (1 + exp(-sum(w[j] * X[i, j] for j in range(n)) - b)) for i in range(m)]
    return np.array([1 / m * sum((p[i] - y[i]) * X[i, j] for i in range(m)) for j in range(n)]), 1 / m * sum(p - y)


def softmax_formula(X, y, W, b):
    (m, n), K = X.shape, len(W)
    Z = [[sum(W[k, j] * X[i, j] for j in range(n)) + b[k] for k in range(K)] for i in range(m)]
    D = [[exp(Z[i][k]) / sum(exp(z) for z in Z[i]) - (k == y[i]) for k in range(K)] for i in range(m)]
    dW = [[1 / m * sum(D[i][k] * X[i, j] for i in range(m)) for j in range(n)] for k in range(K)]
    return np.array(dW), np.array([1 / m * sum(D[i][k] for i in range(m)) for k in range(K)])


# The same with arrays, for the cells with pictures.


def linear_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * np.einsum("i,ij->j", r, X) / len(X), 2 * r.sum() / len(X)


def logistic_gradient(X, y, w, b):
    d = sigma(X @ w + b) - y
    return np.einsum("i,ij->j", d, X) / len(X), d.sum() / len(X)


def softmax_gradient(X, y, W, b):
    D = probabilities(X @ W.T + b) - (np.arange(len(W)) == y[:, None])
    return np.einsum("ik,ij->kj", D, X) / len(X), D.sum(axis=0) / len(X)


def batches_of(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    cuts = range(batch_size, len(X), batch_size)
    return [(X[rows], y[rows]) for rows in np.split(order, cuts)]


def train(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    for _ in range(n_epochs):
        for batch in batches_of(X, y, batch_size, rng):
            params = [p - learning_rate * g for p, g in zip(params, gradient(*batch, *params), strict=True)]
    return params


MINE = {
    "numerical_gradient": slopes,
    "gradient_descent": descend,
    "linear_regression_gradient": linear_gradient,
    "logistic_regression_gradient": logistic_gradient,
    "softmax_regression_gradient": softmax_gradient,
    "minibatches": batches_of,
    "sgd": train,
}


def blank_axes(*texts, columns=1, width=None, beside=0):
    return MagicMock(), MagicMock() if columns == 1 else [MagicMock() for _ in range(columns)]


@pytest.fixture(scope="module")
def cells():
    """``{id: source}`` of all cells."""
    return {cell.id: cell.source for cell in load(ASSIGNMENT).cells}


@pytest.fixture(scope="module")
def after(cells):
    """``{id: variables after this picture cell}``: computed with the functions above, drawn nowhere."""
    colours = dict.fromkeys(["BLACK", "GREEN", "PINK", "RED"], "k")
    draw = {name: MagicMock() for name in ["decision_regions", "descent_paths", "lines", "points", "show"]}
    library = {"np": np, "expit": expit, "log_softmax": log_softmax, "softmax": softmax}
    given = {"axes": blank_axes, "needs": lambda *names: nullcontext(), "MARKERS": "os^", "print": MagicMock()}
    variables, found = {**MINE, **colours, **draw, **library, **given}, {}
    for key in PICTURES:
        variables = dict(variables)
        exec(compile(cells[key], key, "exec"), variables)
        found[key] = variables
    return found


@pytest.fixture(scope="module")
def reference():
    """The functions of the reference solution."""
    variables = {"np": np, "expit": expit, "log_softmax": log_softmax, "softmax": softmax}
    for cell in solution_cells(load(ASSIGNMENT)).values():
        exec(cell.source, variables)
    return variables


def close(one, other):
    return np.allclose(one, other, rtol=1e-6, atol=1e-8)


# ---------------------------------------------------------------- numbers in the text


SHARED = np.array([5.0, 7.0])
SHARED -= 1  # what `c -= 1` does to the array that `a` names too
FORWARD, CENTRAL = (1.1**3 - 1) / 0.1, (1.1**3 - 0.9**3) / 0.2
STEPS = [3 - 0.25 * (2 * 3), 1.5 - 0.25 * (2 * 1.5)]
HISTORY = [3.0, *STEPS]
# Linear regression: x_0 = (1, 2), y_0 = 1, x_1 = (3, 0), y_1 = 2, w = (1, 1), b = 0.
LR_HAT = [1 * 1 + 1 * 2, 1 * 3 + 1 * 0]
LR_R = [LR_HAT[0] - 1, LR_HAT[1] - 2]
LR_DW = [LR_R[0] * 1 + LR_R[1] * 3, LR_R[0] * 2 + LR_R[1] * 0]
LR_DB = sum(LR_R)
# Logistic regression: x_0 = (1, 2) with label 1, x_1 = (2, -1) with label 0, w = (0.5, 0), b = 0.
LOG_P = [1 / (1 + exp(-0.5)), 1 / (1 + exp(-1))]
LOG_D = [LOG_P[0] - 1, LOG_P[1] - 0]
LOG_DW = [(LOG_D[0] * 1 + LOG_D[1] * 2) / 2, (LOG_D[0] * 2 + LOG_D[1] * -1) / 2]
LOG_DB = sum(LOG_D) / 2
# Softmax regression: x = (1, 2), label 2, three classes, all scores 0.
SOFT_D = [Fraction(1, 3) - (k == 2) for k in range(3)]
SOFT_DW = [[d * 1, d * 2] for d in SOFT_D]
SHUFFLED = [3, 0, 4, 1, 2]
PARTS = [SHUFFLED[start : start + 2] for start in range(0, 5, 2)]


FACTS = {
    "title": ("2*2",),
    "how-to-work": ("1 2 3 4 5",),
    "warm-up-1": ("1 5 -2",),
    "warm-up-2": ("2*3 2.1*2 0.1", [2**2] * 2, [2.1**2] * 2, (2.1**2 - 2**2) / 0.1),
    "warm-up-3": ("3 5.0 7.0 1*2", SHARED),
    "slope-text": ("1*3 2*3 3 4 6 3.5",),
    "slope-result": ("0",),
    "numerical-text": ("4 2*2 3 1 0.1", 3 * 1**2, [1.1**3] * 2, FORWARD, 0.9**3, CENTRAL),
    "numerical-gradient-text": ("2*3 3*3 1", [2 * 1 + 3 * 2] * 2, [3 * 1] * 2),
    "numerical-gradient": ("2*3 1*3 0*3 3", 2 * 1 + 3 * 2, 3 * 1),
    "step-size-text": ("3 1 0.1 10 -12", 3 * 1**2),
    "step-size-result": ("1e-5",),
    "gradient-descent-text": ("2*3 4 5 1 0 3 0.25",),
    "gradient-descent-history": ("0 1 2", HISTORY),
    "gradient-descent": ("0*2 1 2*2 3*2 0.25", HISTORY),
    "learning-rates-text": ("2*3 10 20*2 0*4 -4 1 0.005 0.04 0.09 0.11", 20 // 2),
    "learning-rates-result": (
        "1*2 2 20",
        [[[rate, 1 - 2 * rate, 1 - 20 * rate] for rate in (0.005, 0.04, 0.09, 0.11)], 2 / 20],
    ),
    "linear-regression-text": ("3 4 6 1 2*3",),
    "linear-regression-example": ("1*6 2*4 3 0*2", LR_HAT, LR_R),
    "linear-regression-gradient": ("2*4 1*4 3 0*2", LR_DW, LR_DB),
    "line-text": ("40 2 0.5 0*3 0.1",),
    "line-result": ("100",),
    "logistic-regression-text": ("4 6 0 1*8",),
    "logistic-regression-slope": ("1*9 0",),
    "logistic-regression-example": (
        "1*2 2*2 -1 0*3 0.5",
        [[LOG_D] * 3, LOG_DW, LOG_DB, 0.5 * 1 + 0 * 2, 0.5 * 2 + 0 * -1, LOG_P, LOG_D],
    ),
    "logistic-regression-gradient": ("0*4 1*5 2*2 -1 0.5", LOG_DW, LOG_DB),
    "decision-line-text": ("1 0.5 0*2 -1 9 10",),
    "decision-line-result": ("10*2 9 90",),
    "softmax-regression-text": ("5*2 1*2",),
    "softmax-regression-slope": ("-1 0*2 1*3",),
    "softmax-regression-example": ("1*8 2*8 0*2 3*13 4",),
    "softmax-regression-gradient": (
        "0*2 1*4 2*2 3",
        [[[d.numerator, d.denominator] for d in row] for row in SOFT_DW],
        [[d.numerator, d.denominator] for d in SOFT_D],
    ),
    "regions-text": ("0*2 3*2 1 2",),
    "regions-result": ("0*3",),
    "minibatches-text": ("6 4 9",),
    "minibatches-example": ("5*3 2 0*2 4*2 6", SHUFFLED, PARTS),
    "minibatches": ("1 5 2 3*2 0*2", len(PARTS[0]), len(PARTS[1]), len(PARTS[2])),
    "noise-text": ("2000*2 2 0.5 0*2 40*2 5 50 10",),
    "noise-result": ("3*2 10*2 1",),
    "sgd-text": ("7 4 2 5 3",),
    "sgd-parameters": ("10",),
    "sgd": ("1 0 8.0 0.25*3 2 4.5 8*2 6*2", 8 - 0.25 * 8, 6 - 0.25 * 6),
    "race-text": ("900*2 10 30*2", 10 * 900 // 900, 10 * 900 // 30),
    "race-result": ("3 10 0.373", 900 // 30),
    "repair-decaying-descent-text": ("8 3 0*2 1*3 2 0.25*2 0.125 0.083333 0.0625",),
    "decaying-descent": ("1",),
    "decaying-descent-search": ("4 2 1.5 0",),
    "repair-decaying-descent": ("0*6 1*4 2*2 4 0.25 3 4.0 2.0 1.5 1.25",),
    "quiz-text": ("5",),
    "quiz-1-text": ("1*3 2 -3 0.1 1.2 0.7 0.9*2 -1 4 0.8 1.3",),
    "quiz-2-text": ("2 3 5 12 80 900",),
    "quiz-3-text": ("3 1000*2 64*2", 1000 // 64, ceil(1000 / 64)),
    "quiz-4-text": ("4 1000*3 1 2", 2 * 1000),
    "quiz-5-text": ("5 2 -1 0.9*4 1 0 -0.2 0.1 1.8 -0.9 -1.8",),
}


@pytest.mark.parametrize("rate", [0.005, 0.04, 0.09, 0.11])
def test_a_row_of_the_table_of_factors(rate):
    (first,) = slopes(lambda t: t[0] - rate * 2 * t[0], [1.0]).round(8)
    (second,) = slopes(lambda t: t[0] - rate * 20 * t[0], [1.0]).round(8)
    assert TOLD.states("learning-rates-result", rate, first, second)


def test_the_seven_functions_and_the_mended_one_are_the_exercises(reference):
    kinds = [solution.partition("-")[0] for solution in solution_cells(load(ASSIGNMENT))]
    assert len([kind for kind in kinds if kind not in ("quiz", "repair")]) == len(MINE) == 7
    assert kinds.count("repair") == 1
    assert set(MINE) <= set(reference)


# ---------------------------------------------------------------- displayed formulas

RNG = np.random.default_rng(0)
DATA, TRUTH, LABELS, CLASSES = RNG.normal(size=(5, 3)), RNG.normal(size=5), [0, 1, 1, 0, 1], [3, 0, 1, 1, 0]
LABELS, CLASSES = np.array(LABELS), np.array(CLASSES)
w0, b0, W0, B0 = RNG.normal(size=3), 0.4, RNG.normal(size=(4, 3)), RNG.normal(size=4)
LINEAR, LOGISTIC = linear_formula(DATA, TRUTH, w0, b0), logistic_formula(DATA, LABELS, w0, b0)
SOFTMAX = softmax_formula(DATA, CLASSES, W0, B0)
LINEAR_SLOPES = [
    slopes(lambda w: mean_squared_error(DATA, TRUTH, w, b0), w0),
    slopes(lambda b: mean_squared_error(DATA, TRUTH, w0, b), b0),
]
LOGISTIC_SLOPES = [
    slopes(lambda w: logistic_loss(DATA, LABELS, w, b0), w0),
    slopes(lambda b: logistic_loss(DATA, LABELS, w0, b), b0),
]
SOFTMAX_SLOPES = [
    slopes(lambda W: cross_entropy(DATA, CLASSES, W, B0), W0),
    slopes(lambda b: cross_entropy(DATA, CLASSES, W0, b), B0),
]
z0, Z0 = np.array([-1.5, 0.3, 2.0]), np.array([0.4, -1.0, 2.0])
P0 = np.exp(Z0) / sum(np.exp(Z0))


def score_slopes(f):
    """The slopes of f at each entry of z0."""
    return np.array([slopes(f, z) for z in z0])


FORMULAS = [
    (
        ("numerical-gradient-text", r"f(\theta) = \theta_0^2 + 3 \theta_0 \theta_1", r"\theta = (1, 2)"),
        [2 * 1 + 3 * 2, 3 * 1],
        slopes(lambda t: t[0] ** 2 + 3 * t[0] * t[1], [1, 2]),
    ),
    (
        ("gradient-descent-text", r"L(\theta) = \theta^2", r"2\theta"),
        2 * 3,
        slopes(lambda t: t**2, 3),
    ),
    (
        ("learning-rates-text", r"(2 \theta_0, \; 20 \theta_1)"),
        [2 * -4, 20 * 1],
        slopes(lambda t: t[0] ** 2 + 10 * t[1] ** 2, [-4, 1]),
    ),
    (
        ("linear-regression-text", r"\frac{\partial L}{\partial w_j} = \frac{2}{m} \sum_i r_i \, x_{ij}"),
        LINEAR[0],
        LINEAR_SLOPES[0],
    ),
    (
        ("linear-regression-text", r"\frac{\partial L}{\partial b} = \frac{2}{m} \sum_i r_i"),
        LINEAR[1],
        LINEAR_SLOPES[1],
    ),
    (
        ("linear-regression-gradient", "r_i = w . x_i + b - y_i", "dw_j = 2/m sum_i r_i x_ij"),
        LINEAR[0],
        LINEAR_SLOPES[0],
    ),
    (("linear-regression-gradient", "db = 2/m sum_i r_i"), LINEAR[1], LINEAR_SLOPES[1]),
    (
        ("linear-regression-example", r"\tfrac12"),
        LINEAR[0] / 2,
        slopes(lambda w: mean_squared_error(DATA, TRUTH, w, b0) / 2, w0),
    ),
    (
        ("logistic-regression-slope", r"-\log \sigma(z) = \log(1 + e^{-z})"),
        -np.log(sigma(z0)),
        np.log(1 + np.exp(-z0)),
    ),
    (
        ("logistic-regression-slope", r"\dfrac{-e^{-z}}{1 + e^{-z}} = p - 1"),
        -np.exp(-z0) / (1 + np.exp(-z0)),
        score_slopes(lambda z: np.log(1 + np.exp(-z))),
    ),
    (
        ("logistic-regression-slope", "{1 + e^{-z}} = p - 1"),
        -np.exp(-z0) / (1 + np.exp(-z0)),
        sigma(z0) - 1,
    ),
    (
        ("logistic-regression-slope", r"-\log(1 - \sigma(z)) = \log(1 + e^{z})"),
        -np.log(1 - sigma(z0)),
        np.log(1 + np.exp(z0)),
    ),
    (
        ("logistic-regression-slope", r"\dfrac{e^{z}}{1 + e^{z}} = p"),
        np.exp(z0) / (1 + np.exp(z0)),
        score_slopes(lambda z: np.log(1 + np.exp(z))),
    ),
    (("logistic-regression-slope", "{1 + e^{z}} = p"), np.exp(z0) / (1 + np.exp(z0)), sigma(z0)),
    (
        ("logistic-regression-slope", "p - y"),
        [sigma(z0) - label for label in (0, 1)],
        [score_slopes(lambda z, t=t: -t * np.log(sigma(z)) - (1 - t) * np.log(1 - sigma(z))) for t in (0, 1)],
    ),
    (
        ("logistic-regression-slope", r"\frac{\partial L}{\partial w_j} = \frac{1}{m} \sum_i (p_i - y_i) \, x_{ij}"),
        LOGISTIC[0],
        LOGISTIC_SLOPES[0],
    ),
    (
        ("logistic-regression-slope", r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_i (p_i - y_i)"),
        LOGISTIC[1],
        LOGISTIC_SLOPES[1],
    ),
    (
        ("logistic-regression-gradient", "p_i = expit(w . x_i + b)", "dw_j = 1/m sum_i (p_i - y_i) x_ij"),
        LOGISTIC[0],
        LOGISTIC_SLOPES[0],
    ),
    (("logistic-regression-gradient", "db = 1/m sum_i (p_i - y_i)"), LOGISTIC[1], LOGISTIC_SLOPES[1]),
    (
        ("softmax-regression-slope", r"-\log p_y = -z_y + \log \sum_l e^{z_l}"),
        -np.log(P0),
        -Z0 + log(sum(np.exp(Z0))),
    ),
    (
        ("softmax-regression-slope", r"\dfrac{e^{z_k}}{\sum_l e^{z_l}} = p_k"),
        P0,
        slopes(lambda z: log(sum(np.exp(z))), Z0),
    ),
    (
        ("softmax-regression-slope", "-z_y", "-1"),
        [0, -1, 0],
        slopes(lambda z: -z[1], Z0),
    ),
    (
        ("softmax-regression-slope", r"D_{ik} = P_{ik} - [\,k = y_i\,]"),
        P0 - [0, 1, 0],
        slopes(lambda z: -log(np.exp(z[1]) / sum(np.exp(z))), Z0),
    ),
    (
        ("softmax-regression-slope", r"\frac{\partial L}{\partial W_{kj}} = \frac{1}{m} \sum_i D_{ik} \, x_{ij}"),
        SOFTMAX[0],
        SOFTMAX_SLOPES[0],
    ),
    (
        ("softmax-regression-slope", r"\frac{\partial L}{\partial b_k} = \frac{1}{m} \sum_i D_{ik}"),
        SOFTMAX[1],
        SOFTMAX_SLOPES[1],
    ),
    (
        ("softmax-regression-gradient", "D_ik = P_ik - [k = y_i]", "dW_kj = 1/m sum_i D_ik x_ij"),
        SOFTMAX[0],
        SOFTMAX_SLOPES[0],
    ),
    (("softmax-regression-gradient", "db_k = 1/m sum_i D_ik"), SOFTMAX[1], SOFTMAX_SLOPES[1]),
]


@pytest.mark.parametrize(("shown", "formula", "differences"), FORMULAS)
def test_a_displayed_formula_agrees_with_numerical_differentiation(shown, formula, differences):
    assert TOLD.shows(*shown)
    assert np.asarray(formula) == pytest.approx(np.asarray(differences), rel=1e-6, abs=1e-8)


DIFFERENCES = {
    ("numerical-text", r"\text{forward difference:}\quad \frac{f(\theta + h) - f(\theta)}{h}"): lambda h: (
        ((1 + h) ** 3 - 1) / h
    ),
    ("numerical-text", r"\text{central difference:}\quad \frac{f(\theta + h) - f(\theta - h)}{2h}"): (
        lambda h: ((1 + h) ** 3 - (1 - h) ** 3) / (2 * h)
    ),
}


@pytest.mark.parametrize("formula", DIFFERENCES)
def test_a_displayed_difference_goes_to_the_slope(formula):
    assert TOLD.shows(*formula)
    assert DIFFERENCES[formula](1e-6) == pytest.approx(3, abs=1e-5)


def test_the_docstring_formula_of_the_central_difference(reference):
    differences = slopes(lambda t: t[0] ** 3 + t[0] * t[1], [1.0, 2.0], h=0.5)
    assert close(reference["numerical_gradient"](lambda t: t[0] ** 3 + t[0] * t[1], [1, 2], h=0.5), differences)


def test_the_displayed_step_is_the_docstring_step(reference):
    assert TOLD.shows("gradient-descent-text", r"\theta^{(t+1)} = \theta^{(t)} - \eta \, \nabla L(\theta^{(t)})")
    path = reference["gradient_descent"](np.cos, np.array([1.0, 2.0]), 0.3, 4)
    assert close(path[1:], path[:-1] - 0.3 * np.cos(path[:-1]))


def test_the_step_size_default_is_the_stated_one(reference):
    default = inspect.signature(reference["numerical_gradient"]).parameters["h"].default
    assert TOLD.states("step-size-result", default)


def test_the_lowest_point_of_the_valley_has_no_slope():
    assert TOLD.shows("learning-rates-text", r"(0, 0)")
    assert close(slopes(lambda t: t[0] ** 2 + 10 * t[1] ** 2, [0, 0]), np.zeros(2))


@pytest.mark.parametrize(("rate", "diverges"), [(0.099, False), (0.101, True)])
def test_the_limit_of_the_learning_rate_is_a_tenth(rate, diverges):
    path = descend(lambda t: np.array([2, 20]) * t, [-4.0, 1.0], rate, 1000)
    assert (abs(path[-1]).max() > 100) == diverges


def test_the_library_functions_are_safe_for_very_large_scores():
    assert np.isfinite(expit([1e4, -1e4])).all() and np.isfinite(softmax([[1e4, -1e4]], axis=1)).all()


# ---------------------------------------------------------------- docstring examples

EXAMPLES = {
    "numerical_gradient": (
        lambda f: f(lambda theta: theta[0] ** 2 + 3 * theta[0] * theta[1], [1, 2]),
        [8, 3],
    ),
    "gradient_descent": (lambda f: f(lambda theta: 2 * theta, 3, learning_rate=0.25, n_steps=2), HISTORY),
    "linear_regression_gradient": (
        lambda f: np.append(*f(np.array([[1, 2], [3, 0]]), np.array([1, 2]), np.array([1, 1]), 0)),
        [*LR_DW, LR_DB],
    ),
    "logistic_regression_gradient": (
        lambda f: np.append(*f(np.array([[1, 2], [2, -1]]), np.array([1, 0]), np.array([0.5, 0]), 0)),
        [*LOG_DW, LOG_DB],
    ),
    "softmax_regression_gradient": (
        lambda f: np.column_stack(f(np.array([[1, 2]]), np.array([2]), np.zeros((3, 2)), np.zeros(3))),
        [[float(d), float(2 * d), float(d)] for d in SOFT_D],
    ),
    "minibatches": (
        lambda f: [len(labels) for _, labels in f(np.zeros((5, 2)), np.arange(5), 2, np.random.default_rng(0))],
        [2, 2, 1],
    ),
    "sgd": (
        lambda f: f(lambda X, y, a: [a], [8.0], np.zeros((3, 1)), np.zeros(3), 0.25, 3, 2, np.random.default_rng(0)),
        [4.5],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_reference_gives_what_the_docstring_example_says(name, reference):
    run, expected = EXAMPLES[name]
    assert np.asarray(run(reference[name]), dtype=float) == pytest.approx(np.array(expected, dtype=float), abs=1e-8)


def test_every_docstring_has_an_example(reference):
    assert all("Example: " in reference[name].__doc__ for name in EXAMPLES)
    assert set(EXAMPLES) == set(MINE)


def test_sgd_calls_the_gradient_of_linear_regression_as_the_text_says(reference):
    found = reference["sgd"](
        reference["linear_regression_gradient"], [w0, b0], DATA, TRUTH, 0.1, 5, 1, np.random.default_rng(0)
    )
    assert np.append(*found) == pytest.approx(np.append(w0, b0) - 0.1 * np.append(*LINEAR))


# ---------------------------------------------------------------- warm-up and remarks


def test_the_loss_falls_against_the_sign_of_the_slope():
    def loss(theta):
        return 9 - 2 * theta  # slope -2, also at 5

    assert slopes(loss, 5) == pytest.approx(-2)
    assert loss(5.1) < loss(5)


def test_a_new_array_leaves_the_old_one_as_it_was():
    a = np.array([5.0, 7.0])
    c = a
    c = c - 1
    assert a.tolist() == [5, 7] and c.tolist() == [4, 6]


def test_the_same_seed_gives_the_same_permutation():
    one, other = (np.random.default_rng(0).permutation(5).tolist() for _ in range(2))
    assert one == other and sorted(one) == [0, 1, 2, 3, 4]


def test_the_softmax_step_makes_the_score_of_the_true_class_larger():
    dW, db = softmax_formula(np.array([[1, 2]]), [2], np.zeros((3, 2)), np.zeros(3))
    scores = -dW @ [1, 2] - db
    assert scores[2] > 0 > max(scores[:2])


def test_the_first_score_of_the_logistic_example_grows():
    w, b = np.array([0.5, 0]) - 0.1 * np.array(LOG_DW), -0.1 * LOG_DB
    assert w @ [1, 2] + b > 0.5


# ---------------------------------------------------------------- what the pictures show


def errors(difference):
    """Distance from the slope 3 of the cube at 1, for the steps 0.1, 0.01, ..."""
    return np.array([abs(difference(10.0**-k) - 3) for k in range(1, 13)])


FORWARD_ERRORS, CENTRAL_ERRORS = map(errors, DIFFERENCES.values())


def path_of(after, rate):
    return after["learning-rates-picture"]["paths"][f"rate {rate}"]


def ends(after):
    return [np.linalg.norm(path_of(after, rate)[-1]) for rate in (0.005, 0.04, 0.09, 0.11)]


def last_losses(after):
    return [curve[-1] for curve in after["loss-curves-picture"]["curves"].values()]


def turns(values):
    """How often the sign changes from one value to the next."""
    return int(np.sum(np.sign(values[1:]) != np.sign(values[:-1])))


def grows(values):
    return bool(np.all(np.diff(values) > 0))


def line_side(after, step, point):
    w_0, w_1, b = after["decision-line-picture"]["path"][step]
    return w_0 * point[0] + w_1 * point[1] + b


def inside(corner, triangle):
    """Whether the corner is a mean of the three points with positive weights."""
    return np.all(np.linalg.solve(np.vstack([np.transpose(triangle), np.ones(3)]), [*corner, 1]) > 0)


def borders(after):
    """How often the predicted class changes on a small and on a large circle around the meeting point."""
    found = after["regions-picture"]
    theta, angles = found["path"][400], np.linspace(0, 2 * np.pi, 3601)
    W, b = theta[:, :2], theta[:, 2]
    centre = np.linalg.solve(W[:2] - W[2], b[2] - b[:2])
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    predicted = [np.argmax((centre + radius * circle) @ W.T + b, axis=1) for radius in (0.5, 50)]
    return [int(np.sum(p[1:] != p[:-1])) for p in predicted], np.array_equal(*predicted)


CLAIMS = {
    # slope-picture
    ("slope-picture", "lowest point at w = 2, where the slope is"): lambda a: close(a["slope-picture"]["slopes"][1], 0),
    ("slope-picture", "At w = 1 the slope is {slopes[0]:.2f}: the way down is to the right"): (
        lambda a: a["slope-picture"]["slopes"][0] < 0
    ),
    ("slope-picture", "At w = 3.5 it is {slopes[2]:.2f}: the way down is to the left"): lambda a: (
        a["slope-picture"]["slopes"][2] > 0
    ),
    ("slope-result", "there it is 0"): (
        lambda a: np.argmin([np.mean((w * np.arange(1, 4) - [2, 4, 6]) ** 2) for w in range(5)]) == 2
    ),
    # step-size-picture
    ("numerical-text", "So we use the central one"): lambda a: abs(CENTRAL - 3) < abs(FORWARD - 3) / 10,
    ("step-size-text", "from $0.1$ down to $10^{-12}$"): (
        lambda a: close(a["step-size-picture"]["steps"] / 10.0 ** np.arange(-12, 0), np.ones(12))
    ),
    ("step-size-result", "the error falls"): (lambda a: grows(-FORWARD_ERRORS[:5]) and grows(-CENTRAL_ERRORS[:3])),
    ("step-size-result", "until rounding takes over"): (
        lambda a: all(e[-1] > 1000 * e.min() for e in (FORWARD_ERRORS, CENTRAL_ERRORS))
    ),
    ("step-size-result", "This is why `h=1e-5` is the default value"): lambda a: (
        10.0 ** -(1 + CENTRAL_ERRORS.argmin())
        in (
            1e-4,
            1e-5,
            1e-6,
        )
    ),
    # learning-rates-picture and loss-curves-picture
    ("learning-rates-text", "We start at $(-4, 1)$ and take 20 steps"): (
        lambda a: path_of(a, 0.04)[0].tolist() == [-4, 1] and len(path_of(a, 0.04)) == 21
    ),
    ("learning-rates-text", "with each of the learning rates $0.005$, $0.04$, $0.09$ and $0.11$"): (
        lambda a: a["learning-rates-picture"]["rates"] == [0.005, 0.04, 0.09, 0.11]
    ),
    ("learning-rates-result", "0.005: very slow"): lambda a: ends(a)[0] > 0.75 * np.linalg.norm([-4, 1]),
    ("learning-rates-result", "0.04: straight"): lambda a: turns(path_of(a, 0.04)[:, 1]) == 0,
    ("learning-rates-result", "0.09: jumps from side to side"): lambda a: turns(path_of(a, 0.09)[:, 1]) == 20,
    ("learning-rates-result", "0.09: but gets closer"): lambda a: (
        np.argmin(ends(a)) == 2 and np.argmin(last_losses(a)) == 2
    ),
    ("learning-rates-result", "0.11: jumps further each time"): (
        lambda a: turns(path_of(a, 0.11)[:, 1]) == 20 and grows(abs(path_of(a, 0.11)[:, 1]))
    ),
    ("learning-rates-result", r"A step replaces $\theta_0$ by $(1 - 2\eta)\,\theta_0$"): (
        lambda a: all(close(path_of(a, r)[1:, 0], (1 - 2 * r) * path_of(a, r)[:-1, 0]) for r in (0.005, 0.09))
    ),
    ("learning-rates-result", r"and $\theta_1$ by $(1 - 20\eta)\,\theta_1$"): (
        lambda a: all(close(path_of(a, r)[1:, 1], (1 - 20 * r) * path_of(a, r)[:-1, 1]) for r in (0.005, 0.11))
    ),
    ("learning-rates-result", "straight, but slow along the valley"): lambda a: (
        abs(path_of(a, 0.04)[3]).tolist()[1] < 0.01 < 3 < 4 * 0.92**3
    ),
    # gradient-check
    ("gradient-check-text", "compare it with the numerical gradient"): (
        lambda a: close(
            np.append(a["gradient-check"]["dw"], a["gradient-check"]["db"]),
            a["gradient-check"]["slopes"],
        )
    ),
    # line-picture
    ("line-text", "The data are 40 points near the line $y = 2 - 0.5x$"): (
        lambda a: len(a["line-picture"]["x"]) == 40 and a["line-picture"]["best"] == pytest.approx([-0.5, 2], abs=0.25)
    ),
    ("line-text", "The data fall from left to right"): lambda a: a["line-picture"]["best"][0] < 0,
    ("line-text", "The model starts with $w = 0$ and $b = 0$"): lambda a: (
        a["line-picture"]["path"][0].tolist() == [0, 0]
    ),
    ("line-result", "After the first step the line **rises**"): lambda a: a["line-picture"]["path"][1, 0] > 0,
    ("line-result", "Most points lie above the flat line"): lambda a: np.mean(a["line-picture"]["y"] > 0) > 0.5,
    ("line-result", "After 100 steps the line is almost the best line of all"): (
        lambda a: a["line-picture"]["path"][100] == pytest.approx(a["line-picture"]["best"], abs=0.05)
    ),
    ("line-text", "with the rate 0.1"): (
        lambda a: close(
            a["line-picture"]["path"],
            descend(
                lambda t: np.append(*linear_gradient(a["line-picture"]["X"], a["line-picture"]["y"], t[:1], t[1])),
                [0, 0],
                0.1,
                100,
            ),
        )
    ),
    # decision-line-picture
    ("decision-line-text", "We start with bad weights, $w = (1, -1)$ and $b = 0$"): (
        lambda a: (
            a["decision-line-picture"]["path"][0].tolist() == [1, -1, 0]
            and a["decision-line-picture"]["right"][0] < 0.6
        )
    ),
    ("decision-line-result", "After 10 steps more than 9 of 10 labels are right"): (
        lambda a: a["decision-line-picture"]["shown"][2] == 10 and a["decision-line-picture"]["right"][2] > 0.9
    ),
    ("decision-line-result", "The next 90 steps bring only a few more"): (
        lambda a: 1 <= round(80 * np.diff(a["decision-line-picture"]["right"])[2]) <= 5
    ),
    ("decision-line-text", "where the score is 0 and $p = 0.5$"): (
        lambda a: close(
            sigma(
                line_side(
                    a,
                    10,
                    (
                        2,
                        -(2 * a["decision-line-picture"]["path"][10, 0] + a["decision-line-picture"]["path"][10, 2])
                        / a["decision-line-picture"]["path"][10, 1],
                    ),
                )
            ),
            0.5,
        )
    ),
    # regions-picture
    ("regions-text", "one array `theta` of shape `(3, 3)`"): lambda a: (
        a["regions-picture"]["path"].shape == (401, 3, 3)
    ),
    ("regions-result", "The border has three straight pieces, and they meet in one point"): lambda a: (
        borders(a) == ([3, 3], True)
    ),
    ("regions-result", "After the first step the meeting point is at $(0, 0)$"): (
        lambda a: a["regions-picture"]["corners"][0].tolist() == [0, 0]
    ),
    ("regions-result", "because all biases are still 0"): lambda a: close(
        a["regions-picture"]["path"][1, :, 2], np.zeros(3)
    ),
    ("regions-result", "Later the biases move it to its place between the three groups"): (
        lambda a: (
            inside(a["regions-picture"]["corners"][2], [(1, 1), (4, 1.5), (2, 4)])
            and not inside(a["regions-picture"]["corners"][0], [(1, 1), (4, 1.5), (2, 4)])
        )
    ),
    # noise-picture
    ("noise-text", "The star shows the gradient of all 2000 examples"): lambda a: len(a["noise-picture"]["x"]) == 2000,
    ("noise-text", "40 batches of 5 examples, and 40 batches of 50 examples"): lambda a: (
        len(a["noise-picture"]["guesses"]) == 80
    ),
    ("noise-result", "The larger batches are about 3 times closer"): (
        lambda a: a["noise-picture"]["wide"] / a["noise-picture"]["near"] == pytest.approx(3, abs=0.5)
    ),
    ("noise-text", "near the line $y = 2 - 0.5 x$ again"): (
        lambda a: np.polyfit(a["noise-picture"]["x"], a["noise-picture"]["y"], 1) == pytest.approx([-0.5, 2], abs=0.05)
    ),
    ("noise-result", "a direction that is only about 3 times more exact"): lambda a: round(sqrt(50 / 5)) == 3,
    # race-picture
    ("race-text", "softmax regression on 900 examples of three classes"): (
        lambda a: len(a["race-picture"]["X"]) == 900 and set(a["race-picture"]["y"]) == {0, 1, 2}
    ),
    ("race-text", "Start and learning rate are equal"): lambda a: close(
        a["race-picture"]["full"][0], a["race-picture"]["mini"][0]
    ),
    ("race-result", "The minibatches reach the end of the upper curve"): (
        lambda a: np.all(a["race-picture"]["full"][30:] > np.array(a["race-picture"]["mini"])[30:])
    ),
    ("race-result", "in less than half an epoch"): lambda a: 0 < a["race-picture"]["first"] < 900 / 2,
    ("race-result", "For this they need about as many steps as the full batch"): (
        lambda a: a["race-picture"]["first"] / 30 == pytest.approx(10, abs=4)
    ),
    ("race-result", "Not every step of the lower curve goes down"): lambda a: (
        not grows(-np.array(a["race-picture"]["mini"]))
    ),
}


@pytest.mark.parametrize(("cell", "claim"), CLAIMS)
def test_a_claim_about_a_picture_is_true(cell, claim, cells, after):
    assert cell in cells
    assert CLAIMS[cell, claim](after)


def test_the_full_batch_with_a_larger_learning_rate(after):
    X, y = after["race-picture"]["X"], after["race-picture"]["y"]
    W, b = train(softmax_gradient, [np.zeros((3, 2)), np.zeros(3)], X, y, 3, 900, 10, np.random.default_rng(0))
    assert TOLD.states("race-result", cross_entropy(X, y, W, b))


def test_the_distance_of_a_batch_gradient_shrinks_like_one_over_the_root_of_its_size(after):
    assert TOLD.shows("noise-result", r"1 / \sqrt{B}")
    X, y = after["noise-picture"]["X"], after["noise-picture"]["y"]
    single = -2 * y[:, None] * np.column_stack([X, np.ones(2000)])
    rows = np.random.default_rng(0).integers(2000, size=(1000, 50))
    far = [np.linalg.norm(single[rows[:, :B]].mean(axis=1) - single.mean(axis=0), axis=1).mean() for B in (5, 50)]
    assert far[0] / far[1] == pytest.approx(sqrt(10), rel=0.1)


# ---------------------------------------------------------------- quiz


@pytest.fixture(scope="module")
def chosen(cells, reference):
    """``chosen(number)``: the text of the answer that the key of this question names."""

    def text(number):
        options = dict(re.findall(r"- \*\*(\w)\*\* (.*)", cells[f"quiz-{number}-text"]))
        return options[reference[f"quiz_{number}"]()]

    return text


@pytest.mark.parametrize("number", QUIZ)
def test_the_hidden_test_wants_the_key(number, cells, reference):
    key = re.search(r'\.choice\("(\w)"', cells[f"test-quiz-{number}"])[1]
    assert key == reference[f"quiz_{number}"]()


@pytest.mark.parametrize("number", QUIZ)
def test_no_two_options_of_a_question_are_equal(number, cells):
    options = [option for _, option in re.findall(r"- \*\*(\w)\*\* (.*)", cells[f"quiz-{number}-text"])]
    assert len(options) == len(set(options)) == 4


def test_the_quiz_key_about_a_step(chosen):
    theta = np.array([1, 1]) - 0.1 * np.array([2, -3])
    assert chosen(1) == f"$({theta[0]:g}, \\; {theta[1]:g})$"


def test_the_losses_of_the_quiz_question_about_growing_losses(cells):
    losses = re.search(r"\d+(?:, \d+){3,}", cells["quiz-2-text"])[0]
    assert grows([int(value) for value in losses.split(",")])


@pytest.mark.parametrize(
    ("rate", "steps", "helps"),
    [(0.11 / 2, 20, True), (0.11 * 2, 20, False), (0.11, 200, False)],
    ids=["smaller rate", "larger rate", "more steps"],
)
def test_the_quiz_key_about_growing_losses(rate, steps, helps, reference):
    assert reference["quiz_2"]() == "b"
    path = descend(lambda t: 20 * t, 1.0, rate, steps)
    assert (abs(path[-1]) < abs(path[0])) == helps


def test_a_growing_loss_jumps_over_the_lowest_point():
    path = descend(lambda t: 20 * t, 1.0, 0.11, 20)
    assert turns(path) == 20 and grows(10 * path**2)


def test_the_quiz_key_about_steps_in_an_epoch(chosen):
    assert int(chosen(3)) == len(batches_of(np.zeros((1000, 1)), np.zeros(1000), 64, np.random.default_rng(0)))


def test_the_quiz_key_about_central_differences(chosen, reference):
    loss = MagicMock(return_value=0.0)
    reference["numerical_gradient"](loss, np.zeros(1000))
    assert numbers(chosen(4)) == [str(loss.call_count)] == [str(2 * 1000)]


def test_the_quiz_key_about_one_example(chosen):
    b = log(0.9 / 0.1)  # with w = 0 this bias gives p = 0.9
    X, y = np.array([[2.0, -1.0]]), np.array([0])
    dw = slopes(lambda w: logistic_loss(X, y, w, b), np.zeros(2))
    assert chosen(5) == f"$({dw[0]:.1f}, \\; {dw[1]:.1f})$"
