"""Lesson 03: every number and every formula, computed here from its definition."""

import ast
import re
from itertools import pairwise, product
from math import exp, log, sqrt, tanh

import nbformat
import numpy as np
import pytest
from facts import Told
from lesson_run import load_drawing, run_lesson
from numerical import slopes
from scipy.special import expit, log_softmax, softmax

from tools.notebooks import ROOT, assignments, graded_names, load

PATH = ROOT / "lessons" / "03-backpropagation.ipynb"
TOLD = Told(nbformat.read(PATH, as_version=4))
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def cells():
    """``{id: source}`` of all cells."""
    return {cell.id: cell.source for cell in nbformat.read(PATH, as_version=4).cells}


@pytest.fixture(scope="module")
def drawing():
    """The module lessons/drawing.py."""
    return load_drawing()


@pytest.fixture(scope="module")
def run():
    """The lesson's variables; under ``shown`` the pictures' texts, under ``printed`` what each cell prints."""
    run = run_lesson(PATH.stem)
    return {**run.names, "shown": run.words, "printed": run.printed}


def close(one, other):
    return np.allclose(one, other, rtol=1e-6, atol=1e-8)


# ---------------------------------------------------------------- the worked examples


C_1 = log(4) - 1


def tiny(w=2.0, b=-6.0, u_0=-4.0, c_0=2.0, u_1=2.0, c_1=C_1):
    """The network computed by hand: ``(z, a, s_0, s_1, p_0, L)`` for the input 3."""
    z = w * 3 + b
    a = 1 / (1 + exp(-z))
    s = u_0 * a + c_0, u_1 * a + c_1
    p_0 = exp(s[0]) / (exp(s[0]) + exp(s[1]))
    return z, a, *s, p_0, -log(p_0)


HAND = {"w": 2.0, "b": -6.0, "u_0": -4.0, "c_0": 2.0, "u_1": 2.0, "c_1": C_1}
HAND_SLOPES = dict(zip(HAND, slopes(lambda t: tiny(*t)[-1], list(HAND.values())).round(6).tolist(), strict=True))
MOVED = {name: HAND[name] - 0.1 * HAND_SLOPES[name] for name in HAND}
AFTER = tiny(**MOVED)

FORWARD_A = [tanh(1 * 1 + 0 * 2 + 0), tanh(-1 * 1 + 1 * 2 + 1)]
FORWARD_S = [FORWARD_A[0] + 0.5, 2 * FORWARD_A[1]]
FORWARD_P = [exp(s) / sum(map(exp, FORWARD_S)) for s in FORWARD_S]

BATCH_P, BATCH_A = np.array([[0.2, 0.8], [0.4, 0.6]]), np.array([[0.5, 0], [0, -0.5]])
BATCH_W, BATCH_X = np.array([[1.0, 2], [3, -1]]), np.array([[2.0], [1]])
DZ2 = np.array([[(BATCH_P[i, k] - (k == t)) / 2 for k in range(2)] for i, t in enumerate([0, 1])])
DW2 = np.array([[sum(DZ2[i, k] * BATCH_A[i, j] for i in range(2)) for j in range(2)] for k in range(2)])
DA1 = np.array([[sum(DZ2[i, k] * BATCH_W[k, j] for k in range(2)) for j in range(2)] for i in range(2)])
TANH_SLOPES = 1 - BATCH_A**2
DZ1 = DA1 * TANH_SLOPES
DW1 = np.array([sum(DZ1[i, j] * BATCH_X[i, 0] for i in range(2)) for j in range(2)])

THETAS = [np.array([[0, log(4)], [log(4), -log(4)]]), np.array([[-5.2, 4, 4]])]
NET_X, NET_Y, LAM = np.array([[0.0], [1]]), np.array([[1.0], [0]]), 0.1


def outputs(thetas, X):
    """The activations of every step, by the printed formula."""
    steps = [X]
    for theta in thetas:
        steps.append(np.array([[1 / (1 + exp(-row @ [1, *a])) for row in theta] for a in steps[-1]]))
    return steps


def penalised(thetas, X, Y, lam):
    """The cost, sum by sum as it is printed."""
    H, m = outputs(thetas, X)[-1], len(X)
    fit = sum(y * log(h) + (1 - y) * log(1 - h) for h, y in zip(H.ravel(), Y.ravel(), strict=True))
    return -fit / m + lam / (2 * m) * sum(t**2 for theta in thetas for row in theta for t in row[1:])


def recursion(thetas, X, Y, lam):
    """Delta and D by the printed recursion, one example after the other."""
    steps, m = outputs(thetas, X), len(X)
    Delta = [np.zeros_like(theta, dtype=float) for theta in thetas]
    for i in range(m):
        delta = steps[-1][i] - Y[i]
        for at in reversed(range(len(thetas))):
            a = steps[at][i]
            Delta[at] += np.outer(delta, [1, *a])
            delta = thetas[at][:, 1:].T @ delta * a * (1 - a)
    free = [np.where(np.arange(theta.shape[1]) > 0, lam * theta, 0) for theta in thetas]
    return Delta, [(d + f) / m for d, f in zip(Delta, free, strict=True)]


STEPS = outputs(THETAS, NET_X)
DELTA, D = recursion(THETAS, NET_X, NET_Y, LAM)
WEIGHTS = sum(np.sum(theta[:, 1:] ** 2) for theta in THETAS)
FIT = penalised(THETAS, NET_X, NET_Y, 0)
PARAMETERS = 30 * 784 + 30 + 10 * 30 + 10
A, B = np.array([6.0, 8]), np.array([6.0, 5])
RELATIVE = np.linalg.norm(A - B) / (np.linalg.norm(A) + np.linalg.norm(B))
SIGMA_1 = 1 / (1 + exp(-1))


FACTS = {
    "title": ("3*2 90",),
    "notation": ("0 1",),
    "warm-up-1": ("1*4 4*2 5*2", 4 * 5),
    "warm-up-2": ("2 50*5 7*3 4*2",),
    "warm-up-3": ("3 0.7*2 1*2 2", 0.7 - 1),
    "one-layer-text": ("1*3 0*2 8",),
    "one-layer-proof": ("48%*2 52% 0*11 1*11 2*2 75% 0.5",),
    "linear-linear": ("2 1 3*2 4 30", 3 * 2, 4 - 3 * 1),
    "activation": ("1*4 0*4 -1 -1.5 0.5 4", max(0, -1.5), max(0, 0.5), max(0, 4)),
    "two-layers": ("1",),
    "network-text": ("3 4 2",),
    "network-result": ("2*2 1*3 0 23",),
    "forward-example": (
        "1*7 2*5 0*2 -1 0.5",
        [[[1, 0], [-1, 1]], [[0], [1]], [[1, 0], [0, 2]], [[0.5], [0]], 1 + 0 + 0, -1 + 2 + 1, [FORWARD_A[0]] * 2],
        [[FORWARD_A[1]] * 2, FORWARD_S, FORWARD_P],
    ),
    "batch-text": ("1",),
    "slopes-text": ("2*3 1*17 0", expit(0), [SIGMA_1] * 2, 1 - SIGMA_1, SIGMA_1 * (1 - SIGMA_1)),
    "slopes-others": (
        "1*3 2*2 0*6 -1.5 0.5 4 5",
        [1 - tanh(0) ** 2, tanh(2), 1 - tanh(2) ** 2, int(-1.5 > 0), int(0.5 > 0), int(4 > 0)],
    ),
    "slopes-result": ("0.25 0 1000 1*2",),
    "chain-text": ("3 1 0",),
    "chain-factors": ("1*4 2",),
    "chain-softmax": ("-1 0.2 0.8 0*2", 0.2 - 1, 0.8 - 0),
    "by-hand-text": ("4 3 0 2*3 -6 -4", log(4) - 1),
    "by-hand-predict": ("1 5 6 16 12",),
    "by-hand-table": (
        "1*4 -0.8*3 0.5*2 0.8*3 -4 2 4.8 0.25 1.2*2 3",
        [tiny()[0], tiny()[4] - 1, tiny()[1], [1 - tiny()[4]] * 2, tiny()[2], HAND_SLOPES["u_0"]],
        [HAND_SLOPES["u_1"], tiny()[3], HAND_SLOPES["c_0"], HAND_SLOPES["c_1"], tiny()[4], -0.8 * -4 + 0.8 * 2],
        [tiny()[5], 4.8 * 0.25, HAND_SLOPES["w"], HAND_SLOPES["b"]],
    ),
    "by-hand-step-text": ("0.1 2 -6", MOVED["u_0"], MOVED["c_0"], MOVED["u_1"], MOVED["c_1"], tiny()[5]),
    "by-hand-step-result": ("0.2", AFTER[4], tiny()[5], AFTER[5]),
    "shared-text": ("5 4 1*3", [4.8 * 0.25] * 2),
    "count-text": ("1*6 2*5 3*3 10 100*3 200 1100 2000 300 2100 30000 5 500 4100 5000000 8 800 7100 8000000000",),
    "measure-text": ("784 30 10 300", 2 * PARAMETERS),
    "measure-result": ("301 8",),
    "matrix-text": ("6 3 1*2 0",),
    "matrix-weights": ("1*6",),
    "batch-back-text": ("1*8 2*4 3*2 4 5 6 7 8 0",),
    "batch-back-once": ("1",),
    "batch-back-example": (
        "0 1*11 2*8 0.2*4 0.8 0.4*3 0.6*2 -0.4*2 0.5 3 4 5*2 6 7 -1.2 0.45",
        [BATCH_P, BATCH_A, BATCH_W, BATCH_X, DZ2, DW2, DZ2.sum(axis=0), DA1, TANH_SLOPES, DZ1, DZ1[0, 0]],
        [-DZ1[1, 0], DZ1[0, 1], DZ1[1, 1], DW1[:, None], DZ1.sum(axis=0)],
    ),
    "any-depth-text": ("7 0*4 1*14",),
    "net-text": ("0*6 1*8 2*3 4 3*2", THETAS, [log(4)] * 3, STEPS[1][0], STEPS[2][0, 0], STEPS[1][1], STEPS[2][1, 0]),
    "cost-text": ("1*4 2*2 0*3 0.8 0.5", -log(0.8), -log(1 - 0.5)),
    "cost-example": (
        "0.1 0.5 0*3 -1.386294 1*4 4*2 2 10*2 -12*2",
        [log(4), [log(4) ** 2] * 2, [WEIGHTS] * 2, FIT, LAM / 4 * WEIGHTS, penalised(THETAS, NET_X, NET_Y, LAM)],
    ),
    "delta-text": ("1*9 6 0*2 2",),
    "accumulator-text": ("1*6 0*3 2*6",),
    "algorithm-text": ("1*19 0*3 2*5 3*2 4 5 2.2 2.4",),
    "delta-example": (
        "2*10 0*7 4*4 3*3 1*10 -0.5 0.5*2 0.1*3 0.15 -0.15 -0.18 0.32 0.138629 0.18",
        [[4 * -0.5] * 2, STEPS[1][0] * (1 - STEPS[1][0]), -2 * STEPS[1][0] * (1 - STEPS[1][0]), [4 * 0.5] * 2],
        [STEPS[1][1] * (1 - STEPS[1][1]), 2 * STEPS[1][1] * (1 - STEPS[1][1]), [1, *STEPS[1][0]]],
        [[1, *STEPS[1][1]], DELTA[1][0], -2 * STEPS[1][0] * (1 - STEPS[1][0])],
        [2 * STEPS[1][1] * (1 - STEPS[1][1]), DELTA[0], D[1][0], 0.1 * log(4), D[0]],
    ),
    "delta-check": ("0 1",),
    "delta-dictionary": ("1*5 0*2 2",),
    "check-text": ("8*2 0.01*2 1000 0*4 6*2 5", np.linalg.norm(A), np.linalg.norm(A - B), 10 + sqrt(61)),
    "check-scale": ("10*4 -7 -4 -2 -5 16 4 1",),
    "check-result": ("10*3 -7*2 1*7 100 2.01 2 3",),
    "start-text": ("9 0*7",),
    "start-size-text": ("0*4 1*8 100 400 1000 0.1 0.6", sqrt(100), 1 / sqrt(400)),
    "training-text": ("10 1",),
    "wrong-text": ("10 5 6 1*4 2 0*4",),
    "closing-1": ("1*3 3*2 0",),
    "closing-2": ("2 20 6 5 3", (20, 6), [(5, 3)] * 2, (5, 20), [(3, 5)] * 2, [(20, 5)] * 2),
    "closing-3": ("3 0.5 2 -1 0.3*3 -0.3 0.9 0.675 0.225", 0.5 * 0.5, 0.3 * 2),
    "closing-4": ("4 10*2 -9 0.4*2 -7",),
    "closing-5": ("5 10*2 6*2 4*2 2*2 6.5*4 1.5*3 0 1",),
    "take-away": ("1*8 0*3 2*2 3",),
    "further-reading": ("2015 2 2016 6*2 6.5 2023 323 1986 2006 5 5.3 2010 3 4",),
}


# ---------------------------------------------------------------- displayed formulas

X, LABELS = RNG.normal(size=(5, 3)), np.array([2, 0, 1, 1, 2])
W1, B1, W2, B2 = (RNG.normal(size=size) for size in ((4, 3), 4, (3, 4), 3))
DEEP = [RNG.normal(size=size) for size in ((4, 4), (2, 5), (3, 3))]


def mean_loss(W1=W1, b1=B1, W2=W2, b2=B2, activation=np.tanh, rows=slice(None)):
    Z2 = activation(X[rows] @ W1.T + b1) @ W2.T + b2
    return -np.mean(log_softmax(Z2, axis=1)[np.arange(len(Z2)), LABELS[rows]])


def two_layer_back(m=5, activation=np.tanh, slope=lambda z: 1 - np.tanh(z) ** 2):
    """The seven steps of the table, as they are printed."""
    rows = slice(m)
    Z1 = X[rows] @ W1.T + B1
    A1 = activation(Z1)
    P = softmax(A1 @ W2.T + B2, axis=1)
    dZ2 = (P - np.eye(3)[LABELS[rows]]) / m
    dZ1 = dZ2 @ W2 * slope(Z1)
    return {"W1": dZ1.T @ X[rows], "b1": dZ1.sum(axis=0), "W2": dZ2.T @ A1, "b2": dZ2.sum(axis=0)}


def table_is_right():
    start = {"W1": W1, "b1": B1, "W2": W2, "b2": B2}
    return all(
        close(back, slopes(lambda t, k=k: mean_loss(**{k: t}), start[k])) for k, back in two_layer_back().items()
    )


def one_example_is_right():
    """dL/dW1 = ((dL/dz2 W2) * a'(z1))^T x, with the diagonal matrix in full."""
    z1 = W1 @ X[0] + B1
    first = softmax(W2 @ np.tanh(z1) + B2) - np.eye(3)[LABELS[0]]
    left = first[None, :] @ W2 @ np.diag(1 / np.cosh(z1) ** 2)
    numeric = slopes(lambda t: mean_loss(W1=t, rows=slice(1)), W1)
    return close(left, first @ W2 * (1 - np.tanh(z1) ** 2)) and close(left.T @ X[:1], numeric)


def scalar_chain_is_right():
    """The four named factors, with one number in each layer."""
    w, v, x = 0.7, -1.3, 2.0
    p = softmax([v * tanh(w * x), 0.0])[0]
    numeric = slopes(lambda t: -log_softmax([v * np.tanh(t * x), 0.0])[0], w)
    return close((p - 1) * v * (1 - tanh(w * x) ** 2) * x, numeric)


def branches_are_added():
    s, u = np.array([0.3, -0.4]), np.array([2.0, -1.0])
    numeric = slopes(lambda a: -log_softmax(u * a + s)[1], 0.6)
    return close((softmax(u * 0.6 + s) - [0, 1]) @ u, numeric)


def recursion_is_right():
    Y = np.eye(3)[LABELS]

    def at(i):
        return slopes(lambda t: penalised([*DEEP[:i], t, *DEEP[i + 1 :]], X, Y, 0.7), DEEP[i])

    return all(close(D_i, at(i)) for i, D_i in enumerate(recursion(DEEP, X, Y, 0.7)[1]))


def batch_accumulator_is_right():
    Y, steps = np.eye(3)[LABELS], outputs(DEEP, X)
    last = np.array([a - y for a, y in zip(steps[-1], Y, strict=True)])
    return close(last.T @ np.column_stack([np.ones(5), steps[2]]), recursion(DEEP, X, Y, 0)[0][2])


def last_delta_is_right():
    a, y = expit(0.8), 1.0
    return close(-y / a + (1 - y) / (1 - a), (a - y) / (a * (1 - a))) and close(
        slopes(lambda z: -y * np.log(expit(z)) - (1 - y) * np.log(1 - expit(z)), 0.8), a - y
    )


Z = np.array([-2.0, -0.5, 0.3, 1.7])
FORMULAS = {
    ("activation", r"\sigma(z) = \dfrac{1}{1 + e^{-z}}"): lambda: close(expit(Z), 1 / (1 + np.exp(-Z))),
    ("activation", r"\tanh(z) = \dfrac{e^z - e^{-z}}{e^z + e^{-z}}"): (
        lambda: close(np.tanh(Z), (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z)))
    ),
    (
        "slopes-text",
        r"\frac{e^{-z}}{(1 + e^{-z})^2} = \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}} ="
        r" \sigma(z)\,\big(1 - \sigma(z)\big)",
    ): (
        lambda: (
            close(slopes(lambda t: np.sum(expit(t)), Z), expit(Z) * (1 - expit(Z)))
            and close(np.exp(-Z) / (1 + np.exp(-Z)) ** 2, expit(Z) * (1 - expit(Z)))
        )
    ),
    ("slopes-others", r"\tanh'(z) = 1 - \tanh^2(z)"): lambda: close(
        slopes(lambda t: np.sum(np.tanh(t)), Z), 1 - np.tanh(Z) ** 2
    ),
    ("slopes-others", "z"): (lambda: close(slopes(lambda t: np.sum(np.maximum(0, t)), Z), [0, 0, 1, 1])),
    ("linear-linear", r"(W_2 W_1)\, x + (W_2 b_1 + b_2)"): (
        lambda: close(W2 @ (W1 @ X[0] + B1) + B2, (W2 @ W1) @ X[0] + (W2 @ B1 + B2))
    ),
    ("batch-text", r"Z_1 = X W_1^\top + b_1"): lambda: close(X @ W1.T + B1, [W1 @ x + B1 for x in X]),
    (
        "chain-text",
        r"\underbrace{\frac{\partial L}{\partial z_2}}_{p - [\text{true}]} \cdot \underbrace{\frac{\partial"
        r" z_2}{\partial a_1}}_{W_2} \cdot \underbrace{\frac{\partial a_1}{\partial z_1}}_{a'(z_1)} \cdot"
        r" \underbrace{\frac{\partial z_1}{\partial W_1}}_{x}",
    ): scalar_chain_is_right,
    ("chain-softmax", r"\frac{\partial L}{\partial s_k} = p_k - [\,k = t\,]"): (
        lambda: close(slopes(lambda s: -log_softmax(s)[2], Z), softmax(Z) - [0, 0, 1, 0])
    ),
    ("chain-softmax", r"L = -\log \frac{e^{s_t}}{\sum_j e^{s_j}} = -s_t + \log \sum_j e^{s_j}"): (
        lambda: close(-log_softmax(Z)[2], -Z[2] + log(np.exp(Z).sum()))
    ),
    (
        "chain-branches",
        r"\frac{\partial L}{\partial a} = \frac{\partial L}{\partial s_0} \cdot \frac{\partial s_0}{\partial a}"
        r" + \frac{\partial L}{\partial s_1} \cdot \frac{\partial s_1}{\partial a}",
    ): branches_are_added,
    ("matrix-weights", r"\Big( \underbrace{\Big( \frac{\partial L}{\partial z_2} \cdot W_2 \Big) \odot a'(z_1)}"): (
        one_example_is_right
    ),
    ("batch-back-text", r"dZ_2 = \frac1m (P - \text{one-hot}(y))"): table_is_right,
    ("batch-back-text", r"dW_2 = dZ_2^\top A_1"): lambda: two_layer_back()["W2"].shape == W2.shape and table_is_right(),
    ("batch-back-text", r"db_2 = \sum_i dZ_{2,i}"): lambda: two_layer_back()["b2"].shape == B2.shape,
    ("batch-back-text", "dA_1 = dZ_2 W_2"): table_is_right,
    ("batch-back-text", r"dZ_1 = dA_1 \odot a'(Z_1)"): (
        lambda: close(
            two_layer_back(activation=expit, slope=lambda z: expit(z) * (1 - expit(z)))["W1"],
            slopes(lambda t: mean_loss(W1=t, activation=expit), W1),
        )
    ),
    ("batch-back-text", r"dW_1 = dZ_1^\top X"): lambda: two_layer_back()["W1"].shape == W1.shape and table_is_right(),
    ("batch-back-text", r"db_1 = \sum_i dZ_{1,i}"): lambda: two_layer_back()["b1"].shape == B1.shape,
    ("delta-text", r"-\frac{y}{a} + \frac{1 - y}{1 - a} = \frac{a - y}{a (1 - a)}"): last_delta_is_right,
    (
        "delta-text",
        r"\delta^{(l)} = \big( \Theta^{(l)}_{\text{without column } 0} \big)^\top \delta^{(l+1)} \;\odot\; a^{(l)}"
        r" \odot \big( 1 - a^{(l)} \big)",
    ): recursion_is_right,
    (
        "accumulator-text",
        r"D^{(l)} = \frac1m \big( \Delta^{(l)} + \lambda\, \Theta^{(l)} \big) \qquad\qquad \text{column 0: }"
        r" D^{(l)} = \frac1m \Delta^{(l)}",
    ): recursion_is_right,
    ("accumulator-text", r"\delta^{(l+1)}", r"^\top", r"\bar a^{(l)}"): batch_accumulator_is_right,
    ("check-result", r"\frac{c - 1}{c + 1}"): (
        lambda: all(
            close(np.linalg.norm(c * A - A) / (np.linalg.norm(c * A) + np.linalg.norm(A)), (c - 1) / (c + 1))
            for c in (1.01, 2, 10)
        )
    ),
    ("check-result", r"\frac12", r"\frac13"): lambda: close((2 - 1) / (2 + 1), 1 / 3),
    ("check-result", "1"): lambda: close(np.linalg.norm(-A - A) / (2 * np.linalg.norm(A)), 1),
    ("one-layer-proof", "s(0,1) + s(1,0) = (w_2 + b) + (w_1 + b) = w_1 + w_2 + 2b"): (
        lambda: close((W1[0, 1] + B1[0]) + (W1[0, 0] + B1[0]), W1[0, 0] + W1[0, 1] + 2 * B1[0])
    ),
    (
        "take-away",
        r"dZ_2 = \tfrac1m (P - \text{one-hot}) \qquad dW_2 = dZ_2^\top A_1 \qquad dZ_1 = (dZ_2 W_2) \odot a'(Z_1)"
        r" \qquad dW_1 = dZ_1^\top X",
    ): table_is_right,
    (
        "take-away",
        r"\delta^{(L)} = a^{(L)} - y \qquad \delta^{(l)} = \big( \Theta^{(l)}_{\text{without column } 0} \big)^\top"
        r" \delta^{(l+1)} \odot a^{(l)} (1 - a^{(l)}) \qquad D = \tfrac1m (\Delta + \lambda \Theta), \text{"
        r" column 0 without } \lambda",
    ): recursion_is_right,
    ("take-away", r"\sigma' = a (1 - a) \qquad \tanh' = 1 - a^2 \qquad \mathrm{ReLU}' = 0 \text{ or } 1"): (
        lambda: (
            close(slopes(lambda t: np.sum(expit(t)), Z), expit(Z) * (1 - expit(Z)))
            and close(slopes(lambda t: np.sum(np.tanh(t)), Z), 1 - np.tanh(Z) ** 2)
        )
    ),
    ("batch-back-text", r"L = -\frac1m \sum_i \log P_{i, y_i}"): (
        lambda: close(
            mean_loss(),
            -np.mean([log(softmax(W2 @ np.tanh(W1 @ X[i] + B1) + B2)[LABELS[i]]) for i in range(5)]),
        )
    ),
    (
        "cost-text",
        r"J = -\frac1m \sum_i \sum_k \Big( Y_{ik} \log H_{ik} + (1 - Y_{ik}) \log (1 - H_{ik}) \Big) +"
        r" \frac{\lambda}{2m} \sum_l \sum_{\text{not column } 0} \big( \Theta^{(l)} \big)^2",
    ): recursion_is_right,
    ("one-layer-proof", "s(0,0) + s(1,1) = b + (w_1 + w_2 + b) = w_1 + w_2 + 2b"): (
        lambda: close(B1[0] + (W1[0, 0] + W1[0, 1] + B1[0]), (W1[0, 1] + B1[0]) + (W1[0, 0] + B1[0]))
    ),
    ("accumulator-text", r"\frac{\lambda}{2m} \Theta^2", r"2 \Theta"): (
        lambda: close(slopes(lambda t: 0.3 / 8 * t**2, 1.7), 0.3 / 4 * 1.7)
    ),
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_displayed_formula_is_right(formula):
    assert TOLD.shows(*formula)
    assert FORMULAS[formula]()


def test_a_line_gets_at_most_three_corners():
    corners, w = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), RNG.normal(size=(5000, 3))
    right = (corners @ w[:, :2].T + w[:, 2] > 0) == np.array([0, 1, 1, 0])[:, None]
    assert right.sum(axis=0).max() == 3


def test_the_shapes_in_the_warm_up():
    assert (np.zeros((50, 7)).T @ np.zeros((50, 4))).shape == (7, 4)


# ---------------------------------------------------------------- counting


def count_products(*arrays):
    """Multiply from left to right; return the number of multiplications."""
    total, done = 0, arrays[0]
    for other in arrays[1:]:
        total += len(done) * len(other) * other.shape[1]
        done = done @ other
    return total


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8])
def test_a_row_of_the_table_of_counts(d):
    g, matrices = np.ones((1, 10)), [np.ones((10, 10))] * d
    left = count_products(g, *matrices)
    right = count_products(*(m.T for m in reversed(matrices)), g.T) if d > 1 else 100
    assert TOLD.states("count-text", d, left, right, d * 10 ** (d + 1))


@pytest.mark.parametrize(("d", "h"), [(1, 4), (2, 3), (5, 10)])
def test_the_formulas_of_the_counts(d, h):
    assert TOLD.shows("count-text", "d h^2", "(d - 1) h^3 + h^2", "d h^{d+1}")
    g, matrices = np.ones((1, h)), [np.ones((h, h))] * d
    assert count_products(g, *matrices) == d * h**2
    assert count_products(*matrices, g.T) == (d - 1) * h**3 + h**2


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_ways_add_up_to_the_product(d):
    g, matrices = RNG.normal(size=3), [RNG.normal(size=(3, 3)) for _ in range(d)]
    ways, sums = 0, np.zeros(3)
    for way in product(range(3), repeat=d + 1):
        ways += 1
        sums[way[-1]] += g[way[0]] * np.prod([W[i, j] for W, (i, j) in zip(matrices, pairwise(way), strict=True)])
    expected = g
    for W in matrices:
        expected = expected @ W
    assert ways == 3 ** (d + 1) and close(sums, expected)


def test_the_picture_of_counts_shows_the_table(run):
    assert run["counts"]["backward (from the left)"][[0, 1, 2, 4, 7]].tolist() == [100, 200, 300, 500, 800]
    assert run["counts"]["forward (from the right)"][[0, 1, 2, 4, 7]].tolist() == [100, 1100, 2100, 4100, 7100]
    assert run["counts"]["one way at a time"][[0, 1, 2, 4, 7]].tolist() == [100, 2000, 30000, 5e6, 8e9]


def test_nudging_needs_one_pass_for_each_input_and_one_more(run):
    assert "forward passes for one gradient by nudging: 301\n" in run["printed"]["measure"]
    assert close(run["exact"], slopes(run["loss_of"], run["start"]))


def entry_by_entry(thetas, X, Y, lam):
    """The numbered algorithm, one entry after the other as it is printed."""
    m, D = len(X), [np.zeros_like(theta) for theta in thetas]
    for x, y in zip(X, Y, strict=True):
        a = [[1, *x]]
        for theta in thetas:  # 2.2
            a.append([1] + [1 / (1 + exp(-sum(t * v for t, v in zip(row, a[-1], strict=True)))) for row in theta])
        delta = [a[-1][1 + i] - y[i] for i in range(len(y))]  # 2.3
        for at in reversed(range(len(thetas))):
            for i, j in np.ndindex(thetas[at].shape):  # 2.5
                D[at][i, j] += delta[i] * a[at][j]
            back = [sum(thetas[at][i, j] * delta[i] for i in range(len(delta))) for j in range(len(a[at]))]
            delta = [back[j] * a[at][j] * (1 - a[at][j]) for j in range(1, len(a[at]))]  # 2.4
    for D_l, theta in zip(D, thetas, strict=True):
        for i, j in np.ndindex(theta.shape):  # 3
            D_l[i, j] = (D_l[i, j] + (lam * theta[i, j] if j else 0)) / m
    return D


def test_the_numbered_algorithm_gives_the_slopes_of_the_cost():
    thetas = [RNG.normal(size=size) for size in [(4, 3), (3, 5), (2, 4)]]
    X, Y = RNG.normal(size=(5, 2)), np.eye(2)[[0, 1, 1, 0, 1]]
    found = entry_by_entry(thetas, X, Y, 0.7)
    for at, D_l in enumerate(found):
        moved = slopes(lambda t, at=at: penalised([*thetas[:at], t, *thetas[at + 1 :]], X, Y, 0.7), thetas[at])
        assert np.allclose(D_l, moved, rtol=1e-5, atol=1e-7)


def test_the_numbered_algorithm_has_every_formula_once(cells):
    steps = re.findall(r"^ *(\d)\. ", cells["algorithm-text"], flags=re.M)
    assert steps == ["1", "2", "1", "2", "3", "4", "5", "3"]
    for formula in (
        "z^{(l+1)}_i = \\sum_j \\Theta^{(l)}_{ij}\\, \\bar a^{(l)}_j$ "
        "and $a^{(l+1)}_i = \\sigma\\big(z^{(l+1)}_i\\big)",
        "\\delta^{(L)}_i = a^{(L)}_i - y^{(t)}_i",
        "\\Big( \\sum_i \\Theta^{(l)}_{ij}\\, \\delta^{(l+1)}_i \\Big)\\, "
        "a^{(l)}_j \\big( 1 - a^{(l)}_j \\big)$, for $j \\ge 1$",
        "\\Delta^{(l)}_{ij}$ grows by $\\delta^{(l+1)}_i\\, \\bar a^{(l)}_j$",
        "\\frac1m \\big( \\Delta^{(l)}_{ij} + \\lambda\\, \\Theta^{(l)}_{ij} \\big)$ for $j \\ge 1$, "
        "and $D^{(l)}_{ij} = \\frac1m \\Delta^{(l)}_{ij}$ for $j = 0$",
    ):
        assert cells["algorithm-text"].count(formula) == 1, formula


# ---------------------------------------------------------------- the graph


def number(text):
    """The value of ``−0.8 · (−4) + 0.8 · 2``; None where letters stand."""
    text = text.replace("−", "-").replace("·", "*").strip()
    return eval(text) if re.fullmatch(r"[-+*/(). \d]+", text) else None


def steps_of(run):
    forward = [(name, text, run["values"]) for name, text in run["forward_story"][1:]]
    return forward + [(name, text, run["slopes"]) for name, text in run["backward_story"]]


@pytest.mark.parametrize("step", range(16))
def test_a_step_of_the_graph_tells_its_arithmetic(step, run):
    name, text, expected = steps_of(run)[step]
    text = text.partition(",")[0].replace("−log 0.2", str(-log(0.2)))
    parts = text.split(".  ")[-1].split(". ")[0].split(" = ")[1:]
    found = [value for part in parts if (value := number(part)) is not None]
    assert found and found == pytest.approx([expected[name]] * len(found), abs=5e-4)


def test_the_graph_has_the_slopes_of_the_loss(run):
    assert {name: round(run["slopes"][name], 6) for name in HAND} == HAND_SLOPES
    assert [run["values"][name] for name in ("z", "a", "s_0", "s_1", "L")] == pytest.approx(
        [*tiny()[:4], tiny()[5]], abs=1e-12
    )


def test_the_slope_at_every_inner_box_is_right(run):
    u, c = np.array([-4.0, 2.0]), np.array([2.0, C_1])
    from_s = slopes(lambda s: -log_softmax(s)[0], [0.0, log(4)])
    from_a = slopes(lambda a: -log_softmax(u * a + c)[0], 0.5)
    from_z = slopes(lambda z: -log_softmax(u * expit(z) + c)[0], 0.0)
    assert [run["slopes"][name] for name in ("s_0", "s_1", "a", "z")] == pytest.approx(
        [*from_s, float(from_a), float(from_z)]
    )


def test_every_step_of_the_graph_is_told(run):
    told = run["shown"]["by-hand-picture"]
    story = run["forward_story"] + run["backward_story"]
    assert list(told) == list(range(len(story))) == list(range(17))
    assert all(f"Step {step} of 16, " in words and story[step][1] in words for step, words in told.items())
    assert "L: 1" in told[6] and "L: 1" not in told[5] and "L = 1.609" in told[5] and "L = 1.609" not in told[4]
    assert "a → z × 0.25, s_0 → a × -4, s_1 → a × 2" in told[16] and "z → w × 3" not in told[14]
    assert "w: 3.6, b: 1.2." in told[16] and "b: 1.2" not in told[15]
    assert story[13][0] == "a"


# ---------------------------------------------------------------- the other cells


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("by-hand-step", f"p_0 was 0.200 and is now {AFTER[4]:.3f}.  The loss was 1.609 and is now {AFTER[5]:.3f}."),
        ("delta-check", f"cost J: {penalised(THETAS, NET_X, NET_Y, LAM):.6f}"),
        ("delta-check", f"by moving it up and down: {D[0][0, 1]:.6f}"),
    ],
)
def test_a_cell_prints_what_the_text_says(cell, line, run):
    assert line in run["printed"][cell]


def test_one_layer_is_no_better_than_a_coin_and_two_are_right(run):
    score = {name: [m.score(run["data"][name], run["y"]) for m in pair] for name, pair in run["models"].items()}
    assert TOLD.states("one-layer-proof", *(np.round(score[name][0], 2) for name in ("XOR", "rings")))
    assert [pair[1] for pair in score.values()] == [1, 1]


def test_the_gradient_check_separates_right_from_wrong(run):
    right, hundredth, sign, factor = run["errors"]
    assert right < 1e-7 < 1e4 * 1e-7 < hundredth < 1e-2 < min(sign, factor)
    assert hundredth == pytest.approx(0.01 / 2.01, rel=1e-3)
    assert TOLD.shows("check-scale", r"10^{-7}")


def test_the_picture_of_start_sizes(run):
    assert run["plain"][-1] < 0.05 and min(run["scaled"]) > 0.5


def test_sums_of_n_terms_have_the_size_root_n():
    assert TOLD.shows("start-size-text", r"\sqrt n")
    sums = (RNG.normal(size=(4000, 100)) * RNG.normal(size=(4000, 100))).sum(axis=1)
    assert sums.std() == pytest.approx(10, rel=0.05)


def test_the_slope_of_the_sigmoid_is_at_most_a_quarter(run):
    assert "The slopes at z = 0 are 0.25 (sigmoid) and 1.00 (tanh)" in run["shown"]["slopes-picture"]
    z = np.linspace(-9, 9, 1801)
    assert np.argmax(expit(z) * (1 - expit(z))) == 900 and expit(1000.0) * (1 - expit(1000.0)) == 0


def test_the_film_shows_a_network_that_learns(run):
    losses = [loss for _, loss, _ in run["frames"].values()]
    assert losses == sorted(losses, reverse=True) and [right for *_, right in run["frames"].values()][-1] == 1


def test_the_film_draws_the_border_of_the_network(run):
    (first, second, *biases), *_ = list(run["frames"].values())[-1]
    drawn = (np.tanh(run["X"] @ first + biases[0]) @ second + biases[1])[:, 0] > 0
    assert np.array_equal(drawn, run["network"].predict(run["X"]))


def test_equal_units_stay_equal():
    V1, V2, c1 = np.tile(W1[0], (4, 1)), np.tile(W2[:, :1], 4), np.full(4, B1[0])
    dV1, dV2 = slopes(lambda t: mean_loss(t, c1, V2, B2), V1), slopes(lambda t: mean_loss(V1, c1, t, B2), V2)
    assert close(dV1, dV1[:1]) and close(dV2, dV2[:, :1])
    assert np.abs(dV1).max() > 1e-3 < np.abs(dV2).max()


def test_from_zero_only_the_last_biases_move():
    zeros = {"W1": np.zeros((4, 3)), "b1": np.zeros(4), "W2": np.zeros((3, 4)), "b2": np.zeros(3)}
    moving = {k: slopes(lambda t, k=k: mean_loss(**{**zeros, k: t}), value) for k, value in zeros.items()}
    assert [k for k, gradient in moving.items() if np.abs(gradient).max() > 1e-6] == ["b2"]


# ---------------------------------------------------------------- quiz

KEYS = {1: "c", 2: "d", 3: "b", 4: "a", 5: "b"}


@pytest.fixture(scope="module")
def options(cells):
    """``{number: {letter: text}}`` of the closing quiz."""
    return {n: dict(re.findall(r"- \*\*(\w)\*\* (.*)", cells[f"closing-{n}"])) for n in KEYS}


@pytest.mark.parametrize("n", KEYS)
def test_the_folded_answer_is_the_key(n, cells, options):
    assert re.search(r"</summary>\n\n\*\*(\w)\*\*\.", cells[f"closing-{n}"])[1] == KEYS[n]
    assert len(set(options[n].values())) == 4
    reason = cells[f"closing-{n}"].partition("</summary>")[2]
    assert all(f"**{letter}**" in reason for letter in "abcd")


def test_the_options_with_numbers_are_computed(options):
    assert options[2] == {
        "a": f"${(20, 6)}$ and ${(5, 3)}$",
        "b": f"${(5, 20)}$ and ${(3, 5)}$",
        "c": f"${(20, 5)}$ and ${(5, 3)}$",
        "d": f"${(20, 5)}$ and ${(3, 5)}$",
    }
    both, less = 0.3 * 2 + -0.3 * -1, 0.3 * 2 - 0.3
    assert list(options[3].values()) == [f"${v:.3g}$" for v in (both, both * (1 - 0.5**2), both * 0.5 * 0.5, less)]
    free, full, half = 6 / 4, (6 + 2 * 10) / 4, (6 + 10) // 4
    pairs = [(full, full), (free, full), (free, half), (full, free)]
    assert list(options[5].values()) == [f"$({bias},\\ {weight})$" for bias, weight in pairs]


def test_a_linear_activation_gives_one_linear_layer():
    whole = W2 @ (3 * (W1 @ X[0] + B1) + 1) + B2
    assert close(whole, 3 * W2 @ W1 @ X[0] + W2 @ (3 * B1 + 1) + B2)


# ---------------------------------------------------------------- form


def test_nothing_graded_is_defined_or_assigned(cells):
    graded = {name for assignment in assignments() for name in graded_names(load(assignment))}
    trees = [ast.parse(cells[c.id]) for c in nbformat.read(PATH, as_version=4).cells if c.cell_type == "code"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    defined = {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    defined |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assert not defined & graded


def test_code_cells_are_short():
    for cell in nbformat.read(PATH, as_version=4).cells:
        assert cell.cell_type == "markdown" or len(cell.source.split("\n")) <= 25, cell.id


# ---------------------------------------------------------------- drawing


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_a_graph_shows_only_what_is_known(drawing):
    edges = {("x", "y"): -2.5, ("y", "L"): 0.125}
    known = {"x": (0, 0, 3, None), "y": (2.4, 0, -7.5, None), "L": (4.8, 0, None, None)}
    _, ax = drawing.axes("", "", "")
    drawing.computational_graph(ax, known, edges, {"y": "note"}, current="y")
    assert texts(ax) == ["$x$", "→ 3", "$y$", "→ −7.5", "note", "$L$"]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert len(arrows) == 2
    assert [p.get_linewidth() for p in ax.patches] == [1.2, 2.5, 1.2]


def test_the_network_has_a_line_for_each_weight_and_a_circle_for_each_number(drawing):
    _, ax = drawing.axes("", "", "")
    drawing.network_graph(ax, [["x", "y", "z"], ["a", "b", "c", "d"], ["s", "t"]], (1, 1), ["u", "v", "w"])
    assert len(ax.lines) == 4 * 3 + 2 * 4 and len(ax.patches) == 3 + 4 + 2
    marked = [line.get_xydata().round(2).tolist() for line in ax.lines if line.get_color() == drawing.BLUE]
    assert [[2.6, 0.5]] * 3 == [end for _, end in marked] and [y for (_, y), _ in marked] == [1, 0, -1]
    assert texts(ax)[:3] == ["$u$", "$v$", "$w$"]


def test_a_graph_shows_slopes_with_the_factor_on_the_way(drawing):
    edges = {("x", "y"): -2.5}
    _, ax = drawing.axes("", "", "")
    drawing.computational_graph(ax, {"x": (0, 0, 3, -2.5), "y": (2.4, 0, -7.5, 1)}, edges)
    assert texts(ax) == ["$x$", "→ 3", "← −2.5", "$y$", "→ −7.5", "← 1", "× −2.5"]
    there, back = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert there.get_edgecolor() != back.get_edgecolor() and there.get_linestyle() != back.get_linestyle()


@pytest.mark.parametrize(
    ("sizes", "labels"),
    [
        ({"m": 5, "n": 3, "K": 2}, ["X (m, n)", "W.T (n, K)", "b (K,)", "Z (m, K)"]),
        (
            {"m": 5, "n": 3, "h": 4, "K": 2},
            [
                *("X (m, n)", "W1.T (n, h)", "b1 (h,)", "Z1 (m, h)", "A1 (m, h)"),
                *("A1 (m, h)", "W2.T (h, K)", "b2 (K,)", "Z2 (m, K)", "P (m, K)"),
            ],
        ),
    ],
)
def test_the_boxes_have_as_many_cells_as_the_arrays(drawing, sizes, labels):
    _, ax = drawing.axes("", "", "")
    drawing.layer_shapes(ax, sizes)
    assert [text for text in texts(ax) if "(" in text] == labels
    for box, label in zip(ax.collections, labels, strict=True):
        dims = [sizes[letter] for letter in re.findall(r"\w", label.partition("(")[2])]
        assert box.get_array().size == np.prod(dims), label
