"""The numbers, formulas and claims of lesson 02, each computed here from its definition."""

import ast
import json
import re
from math import ceil, exp, isclose, log, sqrt
from pathlib import Path

import nbformat
import numpy as np
import pytest
from facts import Told, numbers
from lesson_run import run_lesson
from numerical import slopes
from scipy.optimize import linprog
from scipy.special import expit, softmax
from sklearn import metrics

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "lessons" / "02-gradient-descent.ipynb"
NOTEBOOK = nbformat.read(LESSON, as_version=4)
TOLD = Told(NOTEBOOK)
GRADED = {
    "numerical_gradient",
    "gradient_descent",
    "linear_regression_gradient",
    "logistic_regression_gradient",
    "softmax_regression_gradient",
    "minibatches",
    "sgd",
}
# All that the lesson defines, with the parameters: pictures, and two losses of one fixed example.
FUNCTIONS = {
    "draw_secant": ["h"],
    "draw_rate": ["rate"],
    "draw_bowl": ["rate"],
    "draw_line": ["t"],
    "draw_decision": ["t"],
    "draw_walk": ["B"],
    "node": ["ax", "x", "y", "text", "colour"],
    "loss": ["w0", "w1", "b"],
    "one_loss": ["w20"],
}


def descend(gradient, theta0, rate, steps):
    path = [np.asarray(theta0, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - rate * np.asarray(gradient(path[-1])))
    return np.array(path)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def probabilities(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True)


def mean_squared_error(X, y, w, b):
    return np.mean((X @ w + b - y) ** 2)


def logistic_loss(X, y, w, b):
    p = sigma(X @ w + b)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def cross_entropy(X, y, W, b):
    return -np.mean(np.log(probabilities(X @ W.T + b))[np.arange(len(y)), y])


def close(one, other, rtol=1e-6):
    return np.allclose(one, other, rtol=rtol, atol=1e-8)


@pytest.fixture(scope="module")
def lesson():
    """The variables after all cells, and in ``sliders`` and ``words`` what the pictures are and say."""
    run = run_lesson("02-gradient-descent")
    return run.names | {"words": run.words, "sliders": run.sliders, "printed": run.printed}


# ---------------------------------------------------------------- numbers in the text

FORWARD, CENTRAL = (exp(0.1) - 1) / 0.1, (exp(0.1) - exp(-0.1)) / 0.2


def entry_example(a, b):
    return a**2 * b + 5 * b


# linear regression: four examples, w = (1, -1), b = 1
LIN_X = np.array([[2, 1], [0, 3], [1, 1], [3, 0]])
LIN_Y = np.array([1, 0, 4, 3])
LIN_HAT = LIN_X @ [1, -1] + 1
LIN_R = LIN_HAT - LIN_Y
LIN_DW, LIN_DB = 2 / 4 * (LIN_R[:, None] * LIN_X).sum(axis=0), 2 / 4 * LIN_R.sum()
LIN_LOSSES = [
    mean_squared_error(LIN_X, LIN_Y, w, b)
    for w, b in [(np.array([1, -1]), 1), (np.array([1, -1]) - 0.1 * LIN_DW, 1 - 0.1 * LIN_DB)]
]
# logistic regression: two examples, w = (1, 0.5), b = -1
LOG_X, LOG_Y = np.array([[3, -2], [0, 1]]), np.array([0, 1])
LOG_Z = LOG_X @ [1, 0.5] - 1
LOG_P = sigma(LOG_Z)
LOG_D = LOG_P - LOG_Y
LOG_DW, LOG_DB = (LOG_D[:, None] * LOG_X).mean(axis=0), LOG_D.mean()
# softmax regression: one example
SOFT_X, SOFT_W = np.array([2, -1]), np.array([[1, 0], [0, 1], [1, 1]])
SOFT_Z = SOFT_W @ SOFT_X
SOFT_P = probabilities(SOFT_Z.astype(float))
SOFT_D = SOFT_P - [0, 0, 1]
SOFT_DW = np.outer(SOFT_D, SOFT_X)
PUSHES = [sigma(-8) - 1, 2 * (sigma(-8) - 1) * sigma(-8) * (1 - sigma(-8))]
SHUFFLED = [4, 0, 6, 2, 5, 1, 3]
BATCHES = [SHUFFLED[i : i + 3] for i in range(0, 7, 3)]
SIZES = [min(32, 100 - i) for i in range(0, 100, 32)]


FACTS = {
    "title": ("2*2 1 100",),
    "warm-up": (
        "1*3 3*3 9 8*2 2*2 -0.5*2 0*2 -1.5*2 5*2",
        [(9 - 1) // (3 - 1), 8 * -0.5, 8 * 0.25, 8 * -0.125, 8 * -1.5, 8 * 1.5**2, 8 * (-1.5) ** 3],
        [np.zeros((5, 3)).T.shape, 5, (np.zeros((5, 3)).T @ np.zeros(5)).shape],
    ),
    "slope-text": (
        "1*7 2 0.1 0.01",
        [(2**2 - 1) / 1, (1.1**2 - 1) / 0.1, 1.01**2, 1.01**2 - 1, (1.01**2 - 1) / 0.01, 2 * 1],
    ),
    "slope-derivation": ("2*6 0 1", 2 * 1),
    "slope-sign": ("0*2 2*6 3*2 1*2 -1 5*2",),
    "chain-rule": ("2*4 3*5 1*3 6", 3 * 1 - 1, 6 * (3 * 1 - 1)),
    "differences-text": ("2*5 0 1",),
    "differences-result": (
        "0.1 10*4 100 1*3 2*10 3*2 6*3 -16*2",
        [FORWARD, CENTRAL, round((FORWARD - 1) / (CENTRAL - 1))],
    ),
    "step-result": (
        "10*5 -16*2 0 16 1*4 -5*2 -8",
        [1 + 0.1**16, 1 + 16, exp(1e-16), exp(1e-16) - 1, 1 - (exp(1e-16) - exp(-1e-16)) / 2e-16],
    ),
    "gradient-text": ("3*5 2*7 5*2 0.1 3.1 2.9 0.2*2 2.1 1.9", [2 * 3 * 2] * 2, [3**2 + 5] * 2),
    "gradient-shape": ("3*2 2*3 1 0 10", 3 * 2, 2 * 3 * 2),
    "traps-result": ("2.9 2",),
    "steepest-text": ("2*4 3 1 6 0 90", 2 * 2, 6 * 1),
    "steepest-result": ("4 6", round(np.degrees(np.arctan2(6, 4))), round(np.degrees(np.arctan2(6, 4))) + 180),
    "update-text": ("4*3 1*3 0 2*4 6*2 0.1*3 3", 2 - 0.1 * 4, 1 - 0.1 * 6, 2**2 + 3 * 1**2, 1.6**2 + 3 * 0.4**2),
    "path-text": ("2*4 0*2 5*2 0.1*2 1*2 0.8", 0.1 * 2, [1 - 0.1 * 2] * 2),
    "path-result": ("4 2*2 1", 5 * 0.8 ** np.arange(5), 4 + 1),
    "limit-text": ("2*10 0*4 1*8 -1*2",),
    "rate-result": ("1*4 2 0.02 0.96 0.1*2 0.8 0.5 0 0.9*2 -0.8 -1 1.05 -1.1", 4, 4 * (1 - 2 * 1)),
    "surface-text": ("5*2 2*4 10*2 1*2 0*2",),
    "bowl-text": ("1 2 3",),
    "bowl-result": ("1*3 5 0.21 2*2 10 3", 1 / 5, 1 / 1),
    "rate-choice": ("3*2 10*2 1 0.3 0.1 0.03 0.01",),
    "why-formulas": ("100000 6", 2 * 100000),
    "networks-text": ("6",),
    "linear-derivation": ("1*3 2*10 3 4",),
    "linear-shapes": ("2*2",),
    "linear-example": (
        "1*9 -1*2 0*4 2*4 3*4 4 0.1",
        [LIN_HAT, LIN_R, LIN_R[:, None] * LIN_X, LIN_R.sum(), LIN_R @ LIN_X[:, 0], LIN_R @ LIN_X[:, 1], LIN_DW],
        [LIN_DB, 0.1 * LIN_DW[0], -0.1 * LIN_DW[1], 1 - 0.1 * LIN_DW[0], -1 - 0.1 * LIN_DW[1], LIN_LOSSES],
    ),
    "line-text": ("30 1 2 0.3",),
    "logistic-text": ("7 0 1*8",),
    "sigmoid-slope": ("1*9 2 0 5", sigma(0), sigma(0) * (1 - sigma(0)), sigma(5) * (1 - sigma(5))),
    "logistic-chain": ("1*16",),
    "logistic-shapes": (
        "1*5 2 1000*2 0.5 -1 3*2 -2*2 0*2 0.731059 2.193176 -1.462117 0.622459*2",
        [LOG_P, [LOG_D[0]] * 2, LOG_D[1], LOG_D[0] * 3, LOG_D[0] * -2, LOG_DW[1], LOG_DB],
    ),
    "sure-and-wrong-text": ("1*4 -8*2 2*2",),
    "sure-and-wrong-result": ("1*3 0*3", round(PUSHES[0] / PUSHES[1], -2)),
    "decision-text": ("1 0*2 -1*2 0.3",),
    "decision-result": ("20 0",),
    "softmax-text": ("8 1*3 3 2", [int(k == 2) for k in range(3)]),
    "softmax-derivation": ("-1 0 1*4",),
    "softmax-shapes": ("0 1*2",),
    "softmax-example": (
        "2*6 -1*4 0*6 1*6 0.7054 0.0351 -0.7405",
        [SOFT_Z, SOFT_P, [SOFT_D] * 2, SOFT_DW, round(SOFT_D.sum())],
    ),
    "batches-text": ("9 100 32", len(SIZES), SIZES),
    "noise-text": ("0 16384 2 64 4", 64 // 4),
    "noise-result": ("64", sqrt(64 / 4), 64 // 4),
    "sgd-text": ("10*2 1 2 100 32", ceil(100 / 32), 10 * ceil(100 / 32)),
    "sgd-rules": ("2*2 1*2 0.25 0 3*2 8*2 5*2", 2 * (1 + 1), 1 - 0.25 * 2, max(*[3, 8, 5])),
    "walk-text": ("256 1 2 6 0.1",),
    "walk-result": ("4 1 80 256",),
    "race-text": ("900 10*3",),
    "race-result": ("9*2 10*3 90 100 32 256", 900 // 9, 1000000 // 100),
    "goes-wrong": ("2 1*2 0",),
    "quiz": (
        "1*7 5*4 2*4 0*3 0.1*2 0.2 0.4 10*5 0.3 0.01 0.001 100 -5",
        "3*8 50*5 4*7 -2*3 -1 -0.5*5 0.25 10000*2 30*2 1665*2 90*2 1670 270",
        [1 / 5, 1 - 10 * 0.3, (np.zeros((50, 3)).T @ np.zeros((50, 4)) / 50).shape, 0.5 - 1, -0.5 * 4, -0.5 * -2],
        [0.5 * 0.5, 5 * len(range(0, 10000, 30)), [30 * 3**2] * 2, 10000 // 30, ceil(10000 / 30), 10000 % 30],
        90 // 30,
    ),
    "take-away": ("1*7 2*6 0 3",),
    "further-reading": ("2023 2015 1 2016 4.3*2 5.9 8 3.1 2006 60 2*2 2018 22 3 1951",),
}


# ---------------------------------------------------------------- displayed formulas

RNG = np.random.default_rng(0)
X, TRUTH = RNG.normal(size=(5, 3)), RNG.normal(size=5)
LABELS, CLASSES = np.array([0, 1, 1, 0, 1]), np.array([3, 0, 1, 1, 0])
w, b, W, B = RNG.normal(size=3), 0.4, RNG.normal(size=(4, 3)), RNG.normal(size=4)
m, n = X.shape
R, P1, P = X @ w + b - TRUTH, sigma(X @ w + b), probabilities(X @ W.T + B)
Y = np.array([[float(k == label) for k in range(4)] for label in CLASSES])
D = P - Y
LINEAR = (
    slopes(lambda v: mean_squared_error(X, TRUTH, v, b), w),
    slopes(lambda v: mean_squared_error(X, TRUTH, w, v), b),
)
LOGISTIC = (
    slopes(lambda v: logistic_loss(X, LABELS, v, b), w),
    slopes(lambda v: logistic_loss(X, LABELS, w, v), b),
)
SOFTMAX = (
    slopes(lambda v: cross_entropy(X, CLASSES, v, B), W),
    slopes(lambda v: cross_entropy(X, CLASSES, W, v), B),
)
z = np.array([-1.5, 0.3, 2.0])
p, u = sigma(z), 1 + np.exp(-z)
scores = np.array([0.4, -1.0, 2.0])


def slopes_at(f, values=z):
    return np.array([slopes(f, v) for v in values])


def one_loss_of_p(q, label):
    return -label * np.log(q) - (1 - label) * np.log(1 - q)


RULES = {  # function, slope
    "$c$": (lambda t: 7.0 + 0 * t, lambda t: 0 * t),
    "$c \\, \\theta$": (lambda t: 7 * t, lambda t: 7.0 + 0 * t),
    "$\\theta^2$": (lambda t: t**2, lambda t: 2 * t),
    "$\\theta^3$": (lambda t: t**3, lambda t: 3 * t**2),
    "$1 / \\theta$": (lambda t: 1 / t, lambda t: -1 / t**2),
    "$e^\\theta$": (np.exp, np.exp),
    "$e^{-\\theta}$": (lambda t: np.exp(-t), lambda t: -np.exp(-t)),
    "$\\log \\theta$": (np.log, lambda t: 1 / t),
}
FORMULAS = {
    ("differences-text", r"\text{forward difference:}\quad \frac{f(\theta + h) - f(\theta)}{h}"): lambda: (
        (np.sin(z + 1e-7) - np.sin(z)) / 1e-7,
        np.cos(z),
    ),
    ("differences-text", r"\text{central difference:}\quad \frac{f(\theta + h) - f(\theta - h)}{2h}"): lambda: (
        (np.sin(z + 1e-5) - np.sin(z - 1e-5)) / (2 * 1e-5),
        np.cos(z),
    ),
    ("differences-text", "2h"): lambda: (
        2 * 1e-5,
        (0.7 + 1e-5) - (0.7 - 1e-5),
    ),
    ("linear-shapes", r"X^\top r \qquad\qquad \frac{\partial L}{\partial b} = \frac{2}{m} \sum_i r_i"): lambda: (
        2 / m * sum(R),
        LINEAR[1],
    ),
    ("logistic-chain", r"x_{ij} \qquad\qquad \frac{\partial L}{\partial b} = \frac{1}{m} \sum_i (p_i - y_i)"): lambda: (
        1 / m * sum(P1 - LABELS),
        LOGISTIC[1],
    ),
    ("logistic-chain", r"\frac{\partial z_i}{\partial w_j} = x_{ij}", r"\frac{\partial z_i}{\partial b} = 1"): lambda: (
        [*X[0], 1],
        slopes(lambda v: X[0] @ v[:3] + v[3], [*w, b]),
    ),
    ("take-away", r"\theta^{(t+1)} = \theta^{(t)} - \eta \, \nabla L(\theta^{(t)}) \qquad\qquad"): lambda: (
        5 - 0.1 * slopes(lambda v: v**2, 5),
        0.8 * 5,
    ),
    ("limit-text", r"1 - 2 a \eta"): lambda: (
        1 - 2 * 3 * 0.04,
        slopes(lambda t: t - 0.04 * 2 * 3 * t, 1.0),
    ),
    ("take-away", "e_j"): lambda: (
        slopes(lambda v: v @ v, w)[1],
        (lambda e: ((w + e) @ (w + e) - (w - e) @ (w - e)) / 2e-5)(1e-5 * np.array([0, 1, 0])),
    ),
    ("chain-rule", r"\theta", r"2 u \cdot 3"): lambda: (
        [[3] * 3, 2 * z, 2 * (3 * z - 1) * 3],
        [slopes_at(lambda t: 3 * t - 1), slopes_at(lambda v: v**2), slopes_at(lambda t: (3 * t - 1) ** 2)],
    ),
    ("update-text", r"\theta^{(t+1)} = \theta^{(t)} - \eta \, \nabla L(\theta^{(t)})"): lambda: (
        np.array([2, 1]) - 0.1 * slopes(lambda v: v[0] ** 2 + 3 * v[1] ** 2, [2, 1]),
        [1.6, 0.4],
    ),
    ("limit-text", r"\theta^{(t)} - \eta \cdot 2 a \, \theta^{(t)} = (1 - 2 a \eta) \, \theta^{(t)}"): lambda: (
        z - 0.04 * slopes_at(lambda t: 3 * t**2),
        (1 - 2 * 3 * 0.04) * z,
    ),
    ("limit-text", r"1 - 2 a \eta > -1", r"2 a \eta < 2", r"\eta < \frac{1}{a}"): lambda: (
        [[1 - 2 * a * r > -1, 2 * a * r < 2] for a in (0.5, 3.0) for r in (0.1, 0.33, 0.34, 1.9, 2.1)],
        [[r < 1 / a] * 2 for a in (0.5, 3.0) for r in (0.1, 0.33, 0.34, 1.9, 2.1)],
    ),
    ("linear-derivation", r"L = \frac{1}{m} \sum_i r_i^2"): lambda: (
        1 / m * sum(r**2 for r in R),
        metrics.mean_squared_error(TRUTH, X @ w + b),
    ),
    ("logistic-text", r"p_i = \sigma(z_i) = \frac{1}{1 + e^{-z_i}}"): lambda: (1 / (1 + np.exp(-z)), expit(z)),
    ("logistic-text", r"L = -\frac{1}{m} \sum_i \big( y_i \log p_i + (1 - y_i) \log(1 - p_i) \big)"): lambda: (
        -1 / m * sum(y * log(q) + (1 - y) * log(1 - q) for y, q in zip(LABELS, P1, strict=True)),
        metrics.log_loss(LABELS, P1),
    ),
    ("sigmoid-slope", r"p = \frac{1}{u}", "u = 1 + e^{-z}"): lambda: (1 / u, expit(z)),
    ("logistic-chain", r"\log p", r"\frac{1}{p}"): lambda: (1 / p, slopes_at(np.log, p)),
    ("sure-and-wrong-text", "(p - 1)^2"): lambda: (
        2 * (p - 1),
        slopes_at(lambda q: (q - 1) ** 2, p),
    ),
    (
        "softmax-text",
        r"Z_{ik} = \sum_j W_{kj} \, x_{ij} + b_k \qquad\qquad P_{ik} = \frac{e^{Z_{ik}}}{\sum_l e^{Z_{il}}}",
    ): lambda: (
        [
            [exp(W[k] @ X[i] + B[k]) / sum(exp(W[j] @ X[i] + B[j]) for j in range(4)) for k in range(4)]
            for i in range(m)
        ],
        softmax(X @ W.T + B, axis=1),
    ),
    ("softmax-text", r"L = -\frac{1}{m} \sum_i \log P_{i, y_i}"): lambda: (
        -1 / m * sum(log(P[i, CLASSES[i]]) for i in range(m)),
        metrics.log_loss(CLASSES, P, labels=range(4)),
    ),
    ("slope-derivation", r"\frac{(\theta + h)^2 - \theta^2}{h} = \frac{2 \theta h + h^2}{h} = 2 \theta + h"): lambda: (
        ((z + 0.3) ** 2 - z**2) / 0.3,
        2 * z + 0.3,
    ),
    ("slope-derivation", r"f'(\theta) = 2 \theta"): lambda: (2 * z, slopes_at(lambda t: t**2)),
    ("slope-sign", r"5 \theta^2", r"5 \cdot 2 \theta"): lambda: (5 * 2 * z, slopes_at(lambda t: 5 * t**2)),
    ("chain-rule", r"= 2 u \cdot 3 = 6 (3 \theta - 1)"): lambda: (
        6 * (3 * z - 1),
        slopes_at(lambda t: (3 * t - 1) ** 2),
    ),
    ("differences-result", r"e^{h} = 1 + h + \frac{h^2}{2} + \frac{h^3}{6} + \dots"): lambda: (
        round((exp(0.001) - 1 - 0.001 - 0.001**2 / 2) / 0.001**3, 3),
        round(1 / 6, 3),
    ),
    ("differences-result", r"e^{-h} = 1 - h + \frac{h^2}{2} - \frac{h^3}{6} + \dots"): lambda: (
        round((exp(-0.001) - 1 + 0.001 - 0.001**2 / 2) / 0.001**3, 3),
        round(-1 / 6, 3),
    ),
    ("differences-result", r"\frac{h}{2}"): lambda: (round(((exp(0.001) - 1) / 0.001 - 1) / 0.001, 3), 0.5),
    ("differences-result", r"\frac{h^2}{6}"): lambda: (
        round(((exp(0.01) - exp(-0.01)) / 0.02 - 1) / 0.01**2, 4),
        round(1 / 6, 4),
    ),
    ("steepest-text", r"(2 \theta_0, \; 6 \theta_1) = (4, 6)"): lambda: (
        [4, 6],
        slopes(lambda t: t[0] ** 2 + 3 * t[1] ** 2, [2, 1]),
    ),
    ("surface-text", r"(2 \theta_0, \; 10 \theta_1)"): lambda: (
        [2 * -4, 10 * 1.5],
        slopes(lambda t: t[0] ** 2 + 5 * t[1] ** 2, [-4, 1.5]),
    ),
    ("gradient-text", r"\nabla f(3, 2) = (12, 14)"): lambda: (
        [12, 14],
        slopes(lambda t: t[0] ** 2 * t[1] + 5 * t[1], [3, 2]),
    ),
    ("limit-text", r"2 a \theta"): lambda: (2 * 3 * z, slopes_at(lambda t: 3 * t**2)),
    ("limit-text", r"\theta^{(t)} = (1 - 2 a \eta)^t \, \theta^{(0)}"): lambda: (
        (1 - 2 * 3 * 0.04) ** np.arange(8) * 5,
        descend(lambda t: slopes(lambda v: 3 * v**2, t), 5, 0.04, 7),
    ),
    (
        "surface-text",
        r"\theta_0^{(t)} = (1 - 2 \eta)^t \, \theta_0^{(0)} ",
        r"\theta_1^{(t)} = (1 - 10 \eta)^t \, \theta_1^{(0)}",
    ): lambda: (
        [[0.7**t * -4, (-0.5) ** t * 1.5] for t in range(6)],
        descend(lambda t: slopes(lambda v: v[0] ** 2 + 5 * v[1] ** 2, t), [-4, 1.5], 0.15, 5),
    ),
    ("linear-derivation", r"\frac{\partial r_i}{\partial w_j} = x_{ij}"): lambda: (
        X,
        [slopes(lambda v, x=x, t=t: x @ v + b - t, w) for x, t in zip(X, TRUTH, strict=True)],
    ),
    ("linear-derivation", r"\frac{\partial r_i}{\partial b} = 1"): lambda: (
        1,
        slopes(lambda v: X[0] @ w + v - TRUTH[0], b),
    ),
    ("linear-derivation", "r_i^2", "r_i", "2 r_i"): lambda: (
        2 * z,
        slopes_at(lambda r: r**2),
    ),
    ("linear-derivation", r"2 r_i \, x_{ij}", "2 r_i"): lambda: (
        [*(2 * R[0] * X[0]), 2 * R[0]],
        slopes(lambda v: (X[0] @ v[:3] + v[3] - TRUTH[0]) ** 2, [*w, b]),
    ),
    ("linear-derivation", r"\frac{\partial L}{\partial w_j} = \frac{2}{m} \sum_i r_i \, x_{ij}"): lambda: (
        [2 / m * sum(R[i] * X[i, j] for i in range(m)) for j in range(n)],
        LINEAR[0],
    ),
    ("linear-derivation", r"\frac{\partial L}{\partial b} = \frac{2}{m} \sum_i r_i$$ In words"): lambda: (
        2 / m * sum(R),
        LINEAR[1],
    ),
    ("linear-shapes", r"\nabla_w L = \frac{2}{m} \, X^\top r"): lambda: (2 / m * X.T @ R, LINEAR[0]),
    ("line-text", r"H (\theta - \theta^*)"): lambda: bowl(),
    ("sigmoid-slope", r"\frac{\text{d} p}{\text{d} z} = -\frac{1}{u^2} \cdot \big({-e^{-z}}\big)"): lambda: (
        -1 / u**2 * -np.exp(-z),
        slopes_at(sigma),
    ),
    ("sigmoid-slope", r"= \frac{1}{u} \cdot \frac{e^{-z}}{u} = p \, (1 - p)"): lambda: (
        1 / u * np.exp(-z) / u,
        p * (1 - p),
    ),
    ("sigmoid-slope", r"\frac{e^{-z}}{u} = \frac{u - 1}{u} = 1 - \frac{1}{u} = 1 - p"): lambda: (
        [np.exp(-z) / u, (u - 1) / u, 1 - 1 / u],
        [1 - p] * 3,
    ),
    ("logistic-chain", r"\log(1 - p)", r"-\frac{1}{1 - p}"): lambda: (
        -1 / (1 - p),
        slopes_at(lambda q: np.log(1 - q), p),
    ),
    ("logistic-chain", r"\frac{\text{d} L}{\text{d} p} = -\frac{y}{p} + \frac{1 - y}{1 - p}"): lambda: (
        [-y / p + (1 - y) / (1 - p) for y in (0, 1)],
        [slopes_at(lambda q, y=y: one_loss_of_p(q, y), p) for y in (0, 1)],
    ),
    ("logistic-chain", r"= \frac{-y (1 - p) + (1 - y) \, p}{p \, (1 - p)} = \frac{p - y}{p \, (1 - p)}"): lambda: (
        [(-y * (1 - p) + (1 - y) * p) / (p * (1 - p)) for y in (0, 1)] * 2,
        [(p - y) / (p * (1 - p)) for y in (0, 1)] + [-y / p + (1 - y) / (1 - p) for y in (0, 1)],
    ),
    ("logistic-chain", r"\frac{p - y}{p \, (1 - p)} \cdot p \, (1 - p) = p - y"): lambda: (
        [p - y for y in (0, 1)],
        [slopes_at(lambda v, y=y: one_loss_of_p(sigma(v), y)) for y in (0, 1)],
    ),
    ("logistic-chain", r"\frac{\partial L}{\partial w_j} = \frac{1}{m} \sum_i (p_i - y_i) \, x_{ij}"): lambda: (
        [1 / m * sum((P1[i] - LABELS[i]) * X[i, j] for i in range(m)) for j in range(n)],
        LOGISTIC[0],
    ),
    (
        "logistic-shapes",
        r"\nabla_w L = \frac{1}{m} \, X^\top (p - y)",
        r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_i (p_i - y_i)",
    ): lambda: (
        [*(X.T @ (P1 - LABELS) / m), sum(P1 - LABELS) / m],
        [*LOGISTIC[0], LOGISTIC[1]],
    ),
    ("sure-and-wrong-text", "2 (p - 1)"): lambda: (
        2 * (p - 1) * p * (1 - p),
        slopes_at(lambda v: (sigma(v) - 1) ** 2),
    ),
    (
        "softmax-derivation",
        r"L = -\log p_y = -\log \frac{e^{z_y}}{\sum_l e^{z_l}} = -z_y + \log \sum_l e^{z_l}",
    ): lambda: (
        -np.log(probabilities(scores)),
        -scores + np.log(sum(np.exp(scores))),
    ),
    ("softmax-derivation", r"\frac{1}{s} \cdot e^{z_k}", "p_k"): lambda: (
        probabilities(scores),
        slopes(lambda v: np.log(np.sum(np.exp(v))), scores),
    ),
    ("softmax-derivation", r"\frac{\partial L}{\partial z_k} = p_k - 1", "p_k"): lambda: (
        probabilities(scores) - [0, 1, 0],
        slopes(lambda v: -np.log(probabilities(v)[1]), scores),
    ),
    (
        "softmax-derivation",
        r"D = P - Y \qquad\qquad \frac{\partial L}{\partial W_{kj}} = \frac{1}{m} \sum_i D_{ik} \, x_{ij}",
    ): lambda: (
        [[1 / m * sum(D[i, k] * X[i, j] for i in range(m)) for j in range(n)] for k in range(4)],
        SOFTMAX[0],
    ),
    ("softmax-derivation", r"\frac{\partial L}{\partial b_k} = \frac{1}{m} \sum_i D_{ik}"): lambda: (
        [1 / m * sum(D[i, k] for i in range(m)) for k in range(4)],
        SOFTMAX[1],
    ),
    ("softmax-shapes", r"\nabla_W L = \frac{1}{m} \, (P - Y)^\top X"): lambda: ((P - Y).T @ X / m, SOFTMAX[0]),
    ("softmax-shapes", r"\nabla_b L = \frac{1}{m} \sum_i D_i"): lambda: (sum(D) / m, SOFTMAX[1]),
    ("softmax-shapes", "0"): lambda: (D.sum(axis=1), np.zeros(m)),
    ("take-away", r"\frac{2}{m} X^\top (\hat y - y)", r"\frac{2}{m} \sum_i (\hat y_i - y_i)"): lambda: (
        [*(2 / m * X.T @ R), 2 / m * sum(R)],
        [*LINEAR[0], LINEAR[1]],
    ),
    ("take-away", r"\frac{1}{m} X^\top (p - y)", r"\frac{1}{m} \sum_i (p_i - y_i)"): lambda: (
        [*(X.T @ (P1 - LABELS) / m), sum(P1 - LABELS) / m],
        [*LOGISTIC[0], LOGISTIC[1]],
    ),
    ("take-away", r"\frac{1}{m} (P - Y)^\top X"): lambda: (
        np.column_stack([(P - Y).T @ X / m, (P - Y).mean(axis=0)]),
        np.column_stack(SOFTMAX),
    ),
    ("take-away", r"\approx \frac{L(\theta + h e_j) - L(\theta - h e_j)}{2h}"): lambda: (np.cos(z), slopes_at(np.sin)),
    ("sgd-rules", "2 (0 + 1)"): lambda: (2 * (0 + 1), slopes(lambda v: (0 + v) ** 2, 1)),
    ("quiz", r"10 \theta", r"1 - 10 \eta"): lambda: (
        10 * z,
        slopes_at(lambda t: 5 * t**2),
    ),
}


def bowl():
    """``H (theta - theta*)`` and the slopes of the mean squared error of a line."""
    A = np.column_stack([X[:, 0], np.ones(m)])
    H, lowest, theta = 2 / m * A.T @ A, np.linalg.lstsq(A, TRUTH)[0], np.array([0.7, -2.0])
    return H @ (theta - lowest), slopes(lambda v: np.mean((A @ v - TRUTH) ** 2), theta)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_displayed_formula_is_right(formula):
    assert TOLD.shows(*formula)
    stated, computed = FORMULAS[formula]()
    assert close(stated, computed, rtol=1e-5)


def test_the_table_of_rules():
    slopes_shown = [
        *("$0$", "$c$", "$2 \\theta$", "$3 \\theta^2$"),
        *("$-1 / \\theta^2$", "$e^\\theta$", "$-e^{-\\theta}$", "$1 / \\theta$"),
    ]
    assert all(f"| {' | '.join(row)} |" in TOLD.texts["slope-sign"] for row in (RULES, slopes_shown))
    values = np.array([0.4, 1.3, 2.2])
    for f, slope in RULES.values():
        assert close(slope(values), slopes_at(f, values))


@pytest.mark.parametrize("a", [0.5, 1, 3])
@pytest.mark.parametrize(("part", "there"), [(0.01, True), (0.5, True), (0.99, True), (1.0, False), (1.01, False)])
def test_the_exact_limit_of_the_learning_rate(a, part, there):
    assert TOLD.shows("limit-text", r"0 < \eta < \frac{1}{a}")
    path = descend(lambda theta: 2 * a * theta, 3.0, part / a, 2000)
    assert (abs(path[-1]) < 1e-6) == there
    assert there or abs(path[-1]) > 2.999


# ---------------------------------------------------------------- claims about pictures


def at(lesson, key, value):
    """The words of the picture that a slider shows at this value."""
    draw, values, _ = lesson["sliders"][key]
    assert value in values
    return draw(value)[1]


def bowl_losses(rate, steps=20):
    t = np.arange(steps + 1)
    return ((1 - 2 * rate) ** t * 4) ** 2 + 5 * ((1 - 10 * rate) ** t * 1.5) ** 2


def separable(X, labels):
    """Whether some line has all points of class 1 strictly on one side."""
    signs = np.where(labels == 1, 1, -1)[:, None]
    sides = -signs * np.column_stack([X, np.ones(len(X))])
    return linprog(np.zeros(3), A_ub=sides, b_ub=-np.ones(len(X)), bounds=(None, None)).status == 0


def examples_until_near(a, B):
    """How many examples a walk needs until it is within 0.4 of the lowest point."""
    return B * np.argmax(np.linalg.norm(a["walks"][B] - a["goal"], axis=1) < 0.4)


def walk_end(a, B):
    return np.linalg.norm(a["walks"][B][-1] - a["goal"])


CLAIMS = {
    ("differences-result", "Make $h$ 10 times smaller. The forward error becomes about 10 times smaller"): lambda a: (
        a["forward_errors"][-6:-1] / a["forward_errors"][-7:-2] == pytest.approx(10, rel=0.5)
    ),
    ("differences-result", "the central error about **100** times smaller"): lambda a: (
        a["central_errors"][-4:-1] / a["central_errors"][-5:-2] == pytest.approx(100, rel=0.05)
    ),
    ("differences-result", "We go on with $h$ from $1$ down to $10^{-16}$"): lambda a: close(
        a["steps"][[0, -1]], [1e-16, 1], 1e-12
    ),
    ("differences-result", "**What do you expect at $h = 10^{-16}$?**"): lambda a: a["steps"][0] == 1e-16,
    ("step-result", "At $h = 10^{-16}$ the forward difference says that the slope is 0"): lambda a: (
        (np.exp(1e-16) - 1) / 1e-16 == 0
    ),
    ("step-result", "A computer keeps about 16 digits"): lambda a: 15 <= np.finfo(float).precision <= 16,
    ("step-result", "One comes from rounding, about $10^{-16} / h$"): lambda a: np.all(
        a["central_errors"][:8] < 3e-16 / a["steps"][:8]
    ),
    ("step-picture", "The rising parts stay near or below 1.1e-16 / h"): lambda a: all(
        np.all(e[: e.argmin()] < 1.5e-16 / a["steps"][: e.argmin()]) for e in (a["forward_errors"], a["central_errors"])
    ),
    (
        "step-result",
        "For central differences this is near $10^{-5}$. For forward differences it is near $10^{-8}$, and worse",
    ): lambda a: (
        (a["best_central"], a["best_forward"]) == (pytest.approx(1e-5), pytest.approx(1e-8))
        and a["forward_errors"].min() > 10 * a["central_errors"].min()
    ),
    ("step-result", "central differences, with $h = 10^{-5}$"): lambda a: a["best_central"] == pytest.approx(1e-5),
    ("steepest-text", "An angle of 0 degrees means: to the right. An angle of 90 degrees means: up"): lambda a: close(
        [a["moved_0"][0], a["moved_1"][45]], [2.001, 1.001]
    ),
    ("steepest-result", "The loss grows fastest exactly there"): lambda a: a["up"] == 56 and a["down"] == 236,
    ("steepest-picture", "near {up - 90 + 360} and {up + 90} degrees, it does not change"): lambda a: (
        abs(a["change"][[(56 + 270) // 2, (56 + 90) // 2]]).max() < 0.06
    ),
    ("steepest-picture", "At (2, 1) the gradient (4, 6) stands at a right angle"): lambda a: close(
        a["change"].max(), np.hypot(4, 6), 1e-3
    ),
    ("rate-result", "right direction, but very slow"): lambda a: "7.07 after 10 steps" in at(a, "rate-slider", 0.02),
    ("rate-result", "one step, and we are there"): lambda a: "starts 4.00, 0.00" in at(a, "rate-slider", 0.5),
    ("rate-result", "jumps to the other side each time, but gets closer"): lambda a: (
        "4.00, -3.20, 2.56" in at(a, "rate-slider", 0.9)
    ),
    ("rate-result", "each jump lands higher: the path **diverges**"): lambda a: (
        "4.00, -4.40, 4.84" in at(a, "rate-slider", 1.05)
    ),
    ("surface-picture", "the formulas above with rate 0.15"): lambda a: close(
        a["path"], descend(lambda t: [2 * t[0], 10 * t[1]], [-4, 1.5], 0.15, 20)
    ),
    ("surface-picture", "The path starts at (-4, 1.5)"): lambda a: a["path"][0].tolist() == [-4, 1.5],
    ("bowl-text", "The slider starts with a rate that is too small"): lambda a: (
        a["sliders"]["bowl-slider"][2] == 0 and a["sliders"]["bowl-slider"][1][0] == 0.01 and bowl_losses(0.01)[-1] > 7
    ),
    ("bowl-result", r"With 0.21 the loss first falls, because $\theta_0$ gets better. Then it grows"): lambda a: (
        bowl_losses(0.21)[1] < bowl_losses(0.21)[0] and np.all(np.diff(bowl_losses(0.21)[2:]) > 0)
    ),
    ("bowl-result", r"The best rate makes the two factors equally large: $1 - 2 \eta = 10 \eta - 1$"): lambda a: (
        isclose(1 - 2 / 6, 10 / 6 - 1)
        and min(np.arange(1, 1200) / 6000, key=lambda r: max(abs(1 - 2 * r), abs(1 - 10 * r))) == 1 / 6
        and min(a["sliders"]["bowl-slider"][1], key=lambda r: bowl_losses(r)[-1]) == 0.167
    ),
    ("why-formulas", "If both agree in 6 digits or more"): lambda a: close(slopes(np.exp, 1.0), exp(1), 1e-9),
    # linear regression
    ("line-text", "The data are 30 points near the line $y = 1 + 2x$"): lambda a: (
        len(a["line_path"]) == 101 and len(a["A"]) == 30 and close(a["lowest"], [2, 1], 0.1)
    ),
    ("line-text", "The learning rate is 0.3. On the left"): lambda a: close(
        a["line_path"][:4],
        descend(lambda t: a["H"] @ (t - a["lowest"]), [1, 4.5], 0.3, 3),
    ),
    ("line-result", "The first step runs straight down the steep side"): lambda a: (
        a["line_losses"][1] < a["line_losses"][0] / 3
    ),
    ("line-result", "But $w$ becomes smaller, although the best $w$ is larger"): lambda a: (
        a["line_path"][1, 0] < a["line_path"][0, 0] < a["lowest"][0]
    ),
    ("line-result", "The line falls to the right **height**"): lambda a: (
        abs(a["line_path"][1] @ a["A"].mean(axis=0) - a["lowest"] @ a["A"].mean(axis=0)) < 0.3
        and (a["line_path"][0] - a["lowest"]) @ a["A"].mean(axis=0) > 2
    ),
    ("line-result", "The line slowly **turns** to its final slope"): lambda a: (
        np.all(np.diff(a["line_path"][1:60, 0]) > 0) and close(a["line_path"][100], a["lowest"], 1e-3)
    ),
    ("line-result", "If $w$ is too small, a larger $b$ can repair some of it"): lambda a: a["H"][0, 1] > 0,
    ("line-result", "has one valley only"): lambda a: np.all(np.linalg.eigvalsh(a["H"]) > 0),
    # logistic regression
    ("sigmoid-slope", "This is the steepest place"): lambda a: (
        np.argmax([sigma(v) * (1 - sigma(v)) for v in np.linspace(-5, 5, 101)]) == 50
    ),
    ("logistic-shapes", "where $e^{1000}$ is too large for a computer"): lambda a: 1000 > log(np.finfo(float).max),
    ("sure-and-wrong-picture", "has its largest push in between, near z = -0.7"): lambda a: (
        a["z"][a["slopes"]["squared error: 2 (p - 1) p (1 - p)"].argmin()] == pytest.approx(-0.7)
    ),
    ("sure-and-wrong-result", "For large scores this is $0 / 0$"): lambda a: (
        sigma(40.0) * (1 - sigma(40.0)) == 0 and sigma(40.0) - 1 == 0
    ),
    ("decision-text", "The start is bad: $w = (-1, -1)$ and $b = 0$"): lambda a: (
        a["decision_path"][0].tolist() == [-1, -1, 0]
    ),
    ("decision-text", "It has most labels wrong"): lambda a: "25.0% of the labels" in at(a, "decision-slider", 0),
    ("decision-text", "The learning rate is 0.3. scikit-learn"): lambda a: close(
        a["decision_path"][:4],
        descend(
            lambda t: slopes(lambda v: logistic_loss(a["X"], a["labels"], v[:2], v[2]), t),
            [-1, -1, 0],
            0.3,
            3,
        ),
    ),
    ("decision-result", "Most of the way is done in the first 20 steps"): lambda a: (
        a["decision_losses"][0] - a["decision_losses"][20] > 9 * (a["decision_losses"][20] - a["decision_losses"][100])
    ),
    ("decision-result", "Each step only makes the smooth loss smaller"): lambda a: np.all(
        np.diff(a["decision_losses"]) < 0
    ),
    ("decision-result", "No straight line has all points on the right side"): lambda a: (
        not separable(a["X"], a["labels"])
    ),
    # minibatches
    ("noise-text", "at $w = 0$, and 16,384 examples"): lambda a: len(a["inputs"]) == 16384,
    ("noise-text", r"Each example has its own slope $2 \, r_i x_i$"): lambda a: close(
        a["slopes_of_examples"].mean(), slopes(lambda v: np.mean((v * a["inputs"] - a["targets"]) ** 2), 0.0)
    ),
    ("noise-picture", "60 batches of each size"): lambda a: min(len(v) for v in a["means"].values()) >= 60,
    ("noise-picture", "The marks lie on the line of the first value divided by the square root of B"): lambda a: (
        a["spreads"] * np.sqrt(a["sizes"]) == pytest.approx(a["spreads"][0], rel=0.1)
    ),
    ("noise-result", "So the typical error falls with the **square root** of $B$"): lambda a: (
        a["spreads"][1] / a["spreads"][3] == pytest.approx(4, rel=0.05)
    ),
    ("walk-text", "256 examples near the line $y = 1 + 2x$"): lambda a: (
        len(a["walk_x"]) == 256 and close(a["goal"], [2, 1], 0.05)
    ),
    ("walk-text", "The learning rate is 0.1. scikit-learn takes the steps. Before"): lambda a: close(
        a["walks"][64],
        walk_by_hand(a["walk_x"], a["walk_y"], 64),
    ),
    ("walk-result", "The full batch takes one perfect step"): lambda a: len(a["walks"][256]) == 2,
    ("walk-result", "Here $B = 4$ ends closest"): lambda a: min(a["walks"], key=lambda B: walk_end(a, B)) == 4,
    ("walk-result", "With $B = 1$ the path gets near it with fewer than 80 of the 256 examples"): lambda a: (
        0 < examples_until_near(a, 1) < 80 and examples_until_near(a, 4) > 200
    ),
    ("walk-result", "But then it trembles around the lowest point and cannot stay"): lambda a: (
        np.linalg.norm(a["walks"][1][-100:].mean(axis=0) - a["goal"]) < 0.1
        and np.linalg.norm(a["walks"][1][-100:] - a["goal"], axis=1).max() > 0.5
    ),
    ("race-text", "softmax regression, 900 examples, three classes, 10 epochs"): lambda a: (
        a["race_X"].shape == (900, 2)
        and set(a["classes"]) == {0, 1, 2}
        and {len(v) for v in a["race"].values()} == {11}
    ),
    ("race-text", "All runs start with zeros"): lambda a: all(isclose(v[0], log(3)) for v in a["race"].values()),
    (
        "race-result",
        "The batches of 9 are better after **one** epoch than the full batch with the same rate after 10",
    ): lambda a: a["race"]["batches of 9, rate 0.1"][1] < a["race"]["full batch, rate 0.1"][10],
    ("race-text", "One more run gives the full batch a learning rate that is 10 times larger"): lambda a: (
        "full batch, rate 1" in a["race"]
    ),
    (
        "race-result",
        "A larger rate helps the full batch. After 10 epochs it is about as good as the batches of 90",
    ): lambda a: (
        a["race"]["full batch, rate 0.1"][10] > a["race"]["full batch, rate 1"][10]
        and abs(a["race"]["full batch, rate 1"][10] - a["race"]["batches of 90, rate 0.1"][10]) < 0.01
    ),
    ("race-result", "But the batches of 9 have the smallest loss, after one epoch and after 10"): lambda a: all(
        min(a["race"], key=lambda run: a["race"][run][epoch]) == "batches of 9, rate 0.1" for epoch in (1, 10)
    ),
    ("race-picture", "The batches of 9 fall almost to their end in the first epoch"): lambda a: (
        a["race"]["batches of 9, rate 0.1"][1] - a["race"]["batches of 9, rate 0.1"][10] < 0.05
    ),
    ("batches-example", "# 12 is the seed"): lambda a: (
        re.search(r"seed: +(.*)", a["printed"]["batches-example"])[1]
        == re.search(r"generator: (\[[^]]*\])", a["printed"]["batches-example"])[1]
    ),
    # where this goes wrong
    ("goes-wrong", "Half as large: the 2 of the square is missing. $m$ times too large: it is a sum"): lambda a: (
        close(X.T @ R / m, LINEAR[0] / 2) and close(2 * X.T @ R, m * LINEAR[0])
    ),
    (
        "goes-wrong",
        r"**It runs only when $m = n$, and the numbers are wrong.** The product was $X \, r$ in place of",
    ): lambda a: (X[:3] @ R[:3]).shape == (X[:3].T @ R[:3]).shape and not close(X[:3] @ R[:3], X[:3].T @ R[:3], 0.01),
}


def walk_by_hand(x, y, B):
    """One epoch of steps with the rate 0.1 over batches of neighbours, by central differences."""
    path = [np.array([1, 4.5])]
    for k in range(0, len(x), B):
        part = slice(k, k + B)
        path.append(path[-1] - 0.1 * slopes(lambda t, s=part: np.mean((t[0] * x[s] + t[1] - y[s]) ** 2), path[-1]))
    return np.array(path)


@pytest.mark.parametrize(("cell", "claim"), CLAIMS)
def test_a_claim_is_true(cell, claim, lesson):
    assert cell in {cell.id for cell in NOTEBOOK.cells}
    assert CLAIMS[cell, claim](lesson)


def test_random_labels_keep_the_loss_near_log_k():
    K = 3
    rng = np.random.default_rng(1)
    y = rng.permutation(np.repeat(np.arange(K), 400))
    features = rng.normal(size=(1200, 2))
    path = descend(
        lambda t: slopes(lambda v: cross_entropy(features, y, v[:, :2], v[:, 2]), t),
        np.zeros((K, 3)),
        0.3,
        60,
    )
    assert cross_entropy(features, y, path[-1][:, :2], path[-1][:, 2]) == pytest.approx(log(K), abs=0.01)


def test_printed_checks_agree(lesson):
    formula, difference = re.findall(r"column 0: (\S+)", lesson["printed"]["softmax-check"])
    assert formula == difference == f"{SOFT_DW[2, 0]:.6f}"
    assert re.findall(r"for \w+: +(\S+)", lesson["printed"]["linear-check"]) == [
        f"{v:.6f}" for v in [LIN_DW[0], LIN_DW[1], LIN_DB]
    ]
    assert f"before the step: {LIN_LOSSES[0]:g}  after it: {LIN_LOSSES[1]:g}" in lesson["printed"]["linear-check"]


def test_the_table_of_the_path_goes_on_from_line_to_line(lesson):
    rows = [line.split() for line in lesson["printed"]["path-table"].splitlines()[1:]]
    path = descend(lambda t: 2 * t, 5.0, 0.1, 5)
    for t, (step, theta, gradient, change, after) in enumerate(rows):
        assert int(step) == t
        found = [float(theta), float(gradient), float(change), float(after)]
        assert found == pytest.approx([path[t], 2 * path[t], path[t + 1] - path[t], path[t + 1]], abs=6e-4)


def test_every_slider_draws_every_value_with_words(lesson):
    assert len(lesson["sliders"]) == 6
    for draw, values, start in lesson["sliders"].values():
        texts = [draw(value)[1] for value in values]
        assert 0 <= start < len(values) and len(set(texts)) >= len(values) - 2


# ---------------------------------------------------------------- quiz


def options(number):
    text = next(cell.source for cell in NOTEBOOK.cells if cell.id == "quiz")
    part = re.split(r"\*\*\w+ (?=\d\.\*\*)", text)[number]
    return dict(re.findall(r"- \*\*(\w)\*\* (.*)", part)), re.search(r"</summary>\s+\*\*(\w)\.\*\*", part)[1]


def test_the_questions_have_four_different_options():
    for number in range(1, 6):
        texts, key = options(number)
        assert list(texts) == list("abcd") and len(set(texts.values())) == 4 and key in texts


def test_the_key_about_the_limit():
    texts, key = options(1)
    assert (key, numbers(texts[key])) == ("b", ["0.2"])
    for rate, there in [(0.1, True), (0.15, True), (0.199, True), (0.2, False), (0.3, False)]:
        assert (abs(descend(lambda t: 10 * t, 1.0, rate, 600 if rate > 0.2 else 9000)[-1]) < 1e-6) == there


def test_the_key_about_the_central_difference():
    texts, key = options(2)
    errors = [abs((exp(h) - exp(-h)) / (2 * h) - 1) for h in (0.01, 0.001)]
    assert (key, numbers(texts[key])) == ("c", [f"{errors[0] / errors[1]:.0f}"])


def test_the_key_about_shapes():
    texts, key = options(3)
    assert texts[key] == f"${(np.zeros((50, 3)).T @ np.zeros((50, 4)) / 50).shape}$"


def test_the_wrong_answers_about_shapes_are_what_the_reasons_say():
    texts, _ = options(3)
    D, X = np.zeros((50, 3)), np.zeros((50, 4))
    assert [texts[letter] for letter in "bcd"] == [f"${shape}$" for shape in (D.shape, (X.T @ D).shape, D.T.shape)]


def test_the_wrong_answers_about_one_example_are_what_the_reasons_say():
    texts, _ = options(4)
    x, push = np.array([4, -2]), 0.5 - 1
    wrong = {"a": -push * x, "b": [push, push], "d": push * 0.25 * x}
    assert {k: texts[k] for k in wrong} == {k: f"$({v[0]:g}, \\; {v[1]:g})$" for k, v in wrong.items()}


def test_the_wrong_answers_about_steps_are_what_the_reasons_say():
    texts, _ = options(5)
    wrong = {"a": (10_000 // 30, 3), "b": (ceil(10_000 / 30), 3), "c": (10_000 // 30, 9)}
    assert {k: numbers(texts[k]) for k in wrong} == {k: [str(5 * s), str(30 * f)] for k, (s, f) in wrong.items()}


def test_the_key_about_one_example():
    texts, key = options(4)
    dw = slopes(lambda v: logistic_loss(np.array([[4.0, -2.0]]), np.array([1]), v, 0.0), np.zeros(2))
    assert texts[key] == f"$({dw[0]:.0f}, \\; {dw[1]:.0f})$"


def test_the_key_about_steps_and_noise():
    texts, key = options(5)
    assert numbers(texts[key]) == [str(5 * len(range(0, 10_000, 30))), str(30 * 3**2)]


# ---------------------------------------------------------------- form


def test_the_lesson_defines_only_pictures_and_no_exercise(lesson):
    found = {}
    for cell in (c for c in NOTEBOOK.cells if c.cell_type == "code"):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.ClassDef)
            if isinstance(node, ast.FunctionDef):
                found[node.name] = [argument.arg for argument in node.args.args]
    assert found == FUNCTIONS
    assert not GRADED & set(lesson)


def test_the_notebook_is_clean():
    text = LESSON.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    for cell in NOTEBOOK.cells:
        assert re.fullmatch(r"[a-z0-9-]+", cell.id) and "nbgrader" not in cell.metadata
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None and len(cell.source.splitlines()) <= 25
