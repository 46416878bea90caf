"""The numbers and formulas that assignment 03 states, each computed here from its definition.

Slopes come from a complex step: ``f(x + ih).imag / h`` needs no difference, so it is exact up to rounding.
"""

import re
from math import exp, log, sqrt, tanh

import numpy as np
import pytest
from facts import Told
from scipy.optimize import linprog
from scipy.special import expit, log_softmax, softmax

from tools.notebooks import grade_id, helper_cells, load, solution_cells

ASSIGNMENT = "03-backpropagation"
NOTEBOOK = load(ASSIGNMENT)
TOLD = Told(NOTEBOOK)
XOR_X, XOR_Y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


@pytest.fixture(scope="module")
def code():
    """All code cells, on single-spaced lines."""
    return re.sub(r"\s+", " ", " ".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"))


# Definitions, independent of the notebook's solutions.


def slopes(f, at):
    """The slope of the number f(array) for each entry of ``at``."""
    at = np.asarray(at, dtype=complex)
    result = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        moved = at.copy()
        moved[place] += 1e-30j
        result[place] = f(moved).imag / 1e-30
    return result


def sigma(z):
    return 1 / (1 + np.exp(-z))


def cross_entropy(Z2, y):
    return np.mean(np.log(np.sum(np.exp(Z2), axis=1)) - Z2[np.arange(len(y)), y])


def hidden(W1, b1, X):
    return np.tanh(np.einsum("ij,kj->ik", X, W1) + b1)


def scores(W2, b2, A1):
    return np.einsum("ij,kj->ik", A1, W2) + b2


def network_loss(params, X, y):
    return cross_entropy(scores(params["W2"], params["b2"], hidden(params["W1"], params["b1"], X)), y)


def network_slopes(params, X, y):
    return {k: slopes(lambda v, k=k: network_loss({**params, k: v}, X, y), params[k]) for k in params}


def outputs(Thetas, X):
    A = X
    for T in Thetas:
        A = sigma(T[:, 0] + np.einsum("ij,kj->ik", A, T[:, 1:]))
    return A


def sigmoid_cost(Thetas, X, Y, lam):
    H = outputs(Thetas, X)
    fit = -np.sum(Y * np.log(H) + (1 - Y) * np.log(1 - H)) / len(X)
    return fit + lam / (2 * len(X)) * sum(np.sum(T[:, 1:] ** 2) for T in Thetas)


def cost_slopes(Thetas, X, Y, lam):
    def moved(at):
        return lambda T: sigmoid_cost([*Thetas[:at], T, *Thetas[at + 1 :]], X, Y, lam)

    return [slopes(moved(at), T) for at, T in enumerate(Thetas)]


# The formulas as the notebook displays them. Below they are compared with the slopes.


def displayed_backward(params, X, y):
    A1 = hidden(params["W1"], params["b1"], X)
    P = softmax(scores(params["W2"], params["b2"], A1), axis=1)
    dZ2 = (P - (y[:, None] == np.arange(P.shape[1]))) / len(y)
    dA1 = np.einsum("ik,kj->ij", dZ2, params["W2"])
    dZ1 = dA1 * (1 - A1**2)
    W1, W2 = np.einsum("ij,il->jl", dZ1, X), np.einsum("ik,ij->kj", dZ2, A1)
    return {"W1": W1, "b1": dZ1.sum(axis=0), "W2": W2, "b2": dZ2.sum(axis=0), "dZ2": dZ2, "dA1": dA1, "dZ1": dZ1}


def displayed_deltas(Thetas, x, target):
    """The activations of all steps and the deltas of all steps but the first, for one example."""
    steps = [x]
    for T in Thetas:
        steps.append(expit(T @ np.append(1, steps[-1])))
    deltas = [steps[-1] - target]
    for T, a in zip(Thetas[:0:-1], steps[-2:0:-1], strict=True):
        deltas.insert(0, (T[:, 1:].T @ deltas[0]) * a * (1 - a))
    return steps, deltas


def displayed_backprop(Thetas, X, Y, lam):
    Deltas = [np.zeros(T.shape) for T in Thetas]
    for x, target in zip(X, Y, strict=True):
        steps, deltas = displayed_deltas(Thetas, x, target)
        for Delta, delta, a in zip(Deltas, deltas, steps[:-1], strict=True):
            Delta += np.outer(delta, np.append(1, a))
    D = [(Delta + lam * T) / len(X) for Delta, T in zip(Deltas, Thetas, strict=True)]
    for d, Delta in zip(D, Deltas, strict=True):
        d[:, 0] = Delta[:, 0] / len(X)
    return D


def descend(params, X, y, learning_rate, n_steps):
    params, losses = dict(params), []
    for _ in range(n_steps):
        losses.append(network_loss(params, X, y))
        gradients = displayed_backward(params, X, y)
        params = {k: v - learning_rate * gradients[k] for k, v in params.items()}
    return params, losses


def chosen(params, X):
    return np.argmax(scores(params["W2"], params["b2"], hidden(params["W1"], params["b1"], X)), axis=1)


def separable(X, y):
    """Is there a line with all points on the correct side? (A linear program decides.)"""
    sign = np.where(y == 1, 1.0, -1.0)[:, None]
    rows = -sign * np.column_stack([X, np.ones(len(X))])
    return linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(X)), bounds=(None, None)).status == 0


def numbers(array, digits):
    """The array as the notebook writes it."""
    if np.ndim(array) == 0:
        return f"{array:.{digits}f}"
    return f"[{', '.join(numbers(row, digits) for row in array)}]"


# The network computed by hand.

HAND_X, HAND_Y = np.array([[2.0]]), np.array([1])
HAND = {
    "W1": np.array([[0.5]]),
    "b1": np.array([-0.5]),
    "W2": np.array([[1.0], [-1.0]]),
    "b2": np.array([0.0, 0.5]),
}
Z = 0.5 * 2 - 0.5
A = tanh(Z)
S0, S1 = 1 * A + 0, -1 * A + 0.5
P0, P1 = exp(S0) / (exp(S0) + exp(S1)), exp(S1) / (exp(S0) + exp(S1))
LOSS = -log(P1)
HAND_SLOPES = network_slopes(HAND, HAND_X, HAND_Y)
DW, DB = HAND_SLOPES["W1"].item(), HAND_SLOPES["b1"].item()
DU0, DU1 = HAND_SLOPES["W2"].ravel()
DC0, DC1 = HAND_SLOPES["b2"]
DA = slopes(lambda a: cross_entropy(scores(HAND["W2"], HAND["b2"], a), HAND_Y), [[A]]).item()
DS0, DS1 = slopes(lambda s: cross_entropy(s, HAND_Y), [[S0, S1]]).ravel()

A_NORM, B_NORM, DIFFERENCE = sqrt(3**2 + 4**2), sqrt(3**2 + 1**2), sqrt((3 - 3) ** 2 + (4 - 1) ** 2)
PARAMETERS = sum(np.prod(shape) for shape in [(100, 784), (100,), (10, 100), (10,)])

ONE_THETA = [np.array([[0.0, 1.0]])]
ONE_COST = sigmoid_cost(ONE_THETA, np.array([[0.0]]), np.array([[1.0]]), 2)
(ONE_D,) = cost_slopes(ONE_THETA, np.array([[0.0]]), np.array([[1.0]]), 2)


# Numbers of the step by step tables and of the visible checks: two small networks, defined here again.

SMALL_X, SMALL_Y = np.array([[1.0], [-0.5], [2.0]]), np.array([2, 0, 3])
SMALL = {
    "W1": np.array([[0.5], [-1.0]]),
    "b1": np.array([0.1, 0.3]),
    "W2": np.array([[1.0, -0.5], [0.5, 1.0], [-1.0, 0.5], [0.0, 2.0]]),
    "b2": np.array([0.2, -0.1, 0.0, 0.3]),
}
SMALL_Z1 = SMALL_X @ SMALL["W1"].T + SMALL["b1"]
SMALL_A1 = np.tanh(SMALL_Z1)
SMALL_Z2 = scores(SMALL["W2"], SMALL["b2"], SMALL_A1)
SMALL_P = np.exp(SMALL_Z2) / np.exp(SMALL_Z2).sum(axis=1, keepdims=True)


def small_loss_from_a1(A1):
    return cross_entropy(scores(SMALL["W2"], SMALL["b2"], A1), SMALL_Y)


STEPS = {
    "dZ2": slopes(lambda Z2: cross_entropy(Z2, SMALL_Y), SMALL_Z2),
    "dA1": slopes(small_loss_from_a1, SMALL_A1),
    "dZ1": slopes(lambda Z1: small_loss_from_a1(np.tanh(Z1)), SMALL_Z1),
    **network_slopes(SMALL, SMALL_X, SMALL_Y),
}
FIRST = network_slopes(SMALL, SMALL_X[:1], SMALL_Y[:1])
AFTER_TWO, TWO_LOSSES = descend(SMALL, SMALL_X, SMALL_Y, 0.5, 2)
AFTER_ONE, _ = descend(SMALL, SMALL_X, SMALL_Y, 1.0, 1)

THETAS = [
    np.array([[0.1, 0.5], [-0.3, 1.0], [0.2, -0.7]]),
    np.array([[0.4, 1.0, -0.5, 0.3], [-0.2, 0.6, 0.8, -1.0]]),
    np.array([[0.1, 0.7, -0.4], [0.0, -1.0, 0.5], [-0.3, 0.2, 0.9], [0.2, -0.6, -0.8]]),
]
DEEP_X, DEEP_Y = np.array([[1.0], [-0.5], [2.0], [0.3], [-1.5]]), np.eye(4)[[2, 0, 3, 1, 0]]
D_FREE, D_PENALTY = (cost_slopes(THETAS, DEEP_X, DEEP_Y, lam) for lam in (0.0, 2.0))
UNIT = [np.array([[0.5, -1.0]])], np.array([[2.0], [-1.0], [0.5]]), np.array([[1.0], [0.0], [1.0]])

TABLES = [
    *(f'"{key}": {numbers(value, 6)}' for key, value in STEPS.items()),
    *(f'"D[{at}]": {numbers(D, 6)}' for at, D in enumerate(D_FREE)),
    *(f'"D[{at}]": {numbers(D, 6)}' for at, D in enumerate(D_PENALTY)),
    *(numbers(row, 8) for row in [*SMALL_A1, *SMALL_Z2, *SMALL_P]),
    *(numbers(STEPS[key], 8) for key in ("W1", "b1", "W2", "b2")),
    *(numbers(value, 8) for value in FIRST.values()),
    *(numbers(value, 8) for value in AFTER_TWO.values()),
    numbers(TWO_LOSSES, 8),
    *(numbers(AFTER_ONE[key], 8) for key in ("W1", "b1")),
    *(f"D{at} = {numbers(D, 8)}" for at, D in enumerate(D_FREE, start=1)),
    f"D1 = np.array({numbers(D_PENALTY[0], 8)})",
    f"lam=0.0), {sigmoid_cost(*UNIT, 0.0):.8f})",
    f"lam=1.5), {sigmoid_cost(*UNIT, 1.5):.8f},",
    f"check.same(J, {sigmoid_cost(THETAS, DEEP_X, DEEP_Y, 0.0):.8f},",
    f"lam=3.0), {sigmoid_cost(THETAS, DEEP_X, DEEP_Y, 3.0):.8f},",
    *(numbers(cost_slopes(*UNIT, lam)[0], 8) for lam in (0.0, 1.5)),
    numbers(cost_slopes(UNIT[0], UNIT[1][:1], UNIT[2][:1], 0.0)[0], 8),
]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_numbers_is_the_computed_one(table, code):
    assert table in code


# The numbers of the review questions.

MISSES = [2, 2, 2, 2], [0, 0, 0, 7]
ROW = np.array([6.0, -2.0])
BATCHES = [len(range(130)[start : start + 50]) for start in range(0, 130, 50)]


FACTS = {
    "title": ("3*2",),
    "how-to-work": ("1 2 3 4 5",),
    "notation": ("0 1",),
    "review-text": ("1 2",),
    "review-1": ("1 2*4 3 4 0.1*2 0 0.4*2 6", 6 * 2, 6 * 2, 2 - 0.1 * slopes(lambda t: 3 * t**2, 2.0)),
    "review-2": ("1 2*6 0 7", [(np.abs(miss).sum(), np.square(miss).sum()) for miss in MISSES]),
    "review-3": ("2 3*2 6 8 40*4", (np.ones((40, 6)).T @ np.ones((40, 3))).shape, (3, 6)),
    "review-4": ("1*2 4 8 0.001 0.01 0.1", 0.01 / 0.001),
    "review-5": ("1*2 2*2 3 5 0 0.5", 1 + 0.5, np.array([1 + 0.5, 2]).astype(int)),
    "review-6": ("1*3 4 6 7 100", 4 - 1, 2 * 4 - 2 * 1, [softmax([k, 4 * k])[1] for k in (1, 2)]),
    "review-7": ("0*2 2 6 7*2 -2 0.1", (sigma(0) - 0) * ROW, -0.1 * (sigma(0) - 0) * ROW),
    "review-8": ("0*2 1 8 9",),
    "review-9": ("2 4 9*2 10 50 130", BATCHES, len(BATCHES), min(BATCHES), 4 * len(BATCHES)),
    "review-10": ("1 7 10 1000 1000.0 1001.0", 1000 - 1001, 0, softmax([1000, 1001])),
    "warm-up-1": ("1*4 2*5", 2 * 1 + 1, 2 * 3, slopes(lambda x: (2 * x + 1) ** 2, 1.0)),
    "warm-up-2": ("2 5 3*2 4", np.ones((4, 3)).T.shape, (np.ones((5, 3)) @ np.ones((4, 3)).T).shape),
    "warm-up-3": ("3*3 2*5 1*2", 3 * 2, 3 * 1 - 2),
    "library-functions": ("1*7",),
    "xor-text": ("1*10 0*7 5000",),
    "xor-learn": ("2",),
    "xor-result": ("3 4 0.5 2",),
    "activation-text": ("2 3 0",),
    "sigmoid-derivative-text": ("2*2 1 0*2 1000", sigma(2), 1 - sigma(2), slopes(sigma, 2.0)),
    "sigmoid-derivative": ("0*2 -1000 1000 1 2", slopes(sigma, 0.0), slopes(sigma, 2.0)),
    "tanh-derivative-text": ("2*2 -1 1*3", tanh(1), slopes(np.tanh, 1.0)),
    "tanh-derivative": ("0*2 -1000 1000 1*2 2", slopes(np.tanh, 0.0), slopes(np.tanh, 1.0)),
    "relu-text": ("1 0*3 -2 3", tuple(max(0, v) for v in (-2, 0, 3))),
    "relu": ("0*2 -2 3", [max(0, v) for v in (-2, 0, 3)]),
    "relu-derivative-text": ("2 0*5 1*2 -2 3", tuple(max(0, v + 1) - max(0, v) for v in (-2, 3))),
    "relu-derivative": ("0*5 1*2 -2 3", [max(0, v + 1) - max(0, v) for v in (-2, 3)]),
    "slopes-text": ("0 0.5",),
    "slopes-result": ("9", slopes(sigma, 0.0)),
    "initialize-text": ("3*2 0*2 1*2 100", sqrt(100)),
    "initialize": ("0*3 1*2 100 5 3", (5, 100), 1 / sqrt(100)),
    "start-size-text": ("300 100*2 10",),
    "start-size-result": ("0*2",),
    "forward-text": ("4*2",),
    "forward-example": ("2 0.5*3 -0.5 1 -1 0 ", -A, A, S0, S1, P0, P1),
    "forward": ("2 0.5*2 -0.5 1 -1 0", P0, P1),
    "small-network-text": (SMALL_X.shape, SMALL["W2"].shape),
    "small-network": ("2 4", SMALL_X.shape, SMALL_Y.shape),
    "loss-text": ("5 1*2 4",),
    "by-hand-forward": ("2 1*3 0.5*2 -0.5 -1 0*2", Z, A, S0, S1, P0, P1, LOSS),
    "by-hand-backward": (
        "2*2 1*5 -1",
        [[DS0] * 2, DS1, [A] * 2, DU0, DU1, DC0, DC1, -DS1, DA, slopes(np.tanh, Z), [DB] * 2, DW],
    ),
    "shared-factors": ("1 784 100 10", PARAMETERS),
    "backward-second-layer": ("6*2 1*5 0 2*10",),
    "backward-first-layer": ("1*6 2*3",),
    "backward": ("0 1*2", DU0, DU1, DC0, DC1, DW, DB),
    "step-by-step-text": ("4", [value.shape for value in STEPS.values()]),
    "relative-error-text": ("7 2 0.001*2 100 0*2 3*2 4 1", A_NORM, B_NORM, DIFFERENCE, A_NORM + B_NORM),
    "relative-error": ("0*3 1*2 3*2 4", DIFFERENCE / (A_NORM + B_NORM)),
    "gradient-check-guess": ("1",),
    "gradient-check-result": ("10 -7",),
    "train-text": ("8 2*2 0 1 3 4 0.1 0.5", LOSS, DW, 0.1 * DW, 0.5 - 0.1 * DW),
    "train": ("0 1*2 0.1", 0.5 - 0.1 * DW, LOSS),
    "xor-solved-text": ("0*3 0.5",),
    "xor-solved-result": ("0 0.5",),
    "hidden-space-text": ("1",),
    "hidden-space-result": ("1",),
    "moons-text": ("10",),
    "any-depth-text": ("9 0*3 1*12",),
    "cost-text": ("3 1*5 2*4 0*5",),
    "cost": ("1*5 0*4 2", ONE_COST),
    "small-thetas-text": ("5 1 3 2 4",),
    "small-thetas": (DEEP_X.shape, DEEP_Y.shape),
    "backprop-text": ("5 0*4 1*7",),
    "backprop-example": ("0*5 1*10 2*5 -0.5*3", sigma(0), -0.5 * 1, 0),
    "backprop": ("1*5 0*4 2", ONE_D[0, 0], ONE_D[0, 1]),
    "step-by-step-backprop-text": ("0*3 2*4 1*2",),
    "backprop-check-text": ("7 20 2",),
    "vanishing-result": (slopes(sigma, 0.0),),
    "agree-text": ("10 2*9 1*6 0*3",),
    "agree-gradients": ("1*3 2*8 -1 0",),
    "repair-input-gradient-text": ("11 3 1*2",),
    "repair-input-gradient": ("0 1*2 2 0.475405",),
    "quiz-text": ("5",),
    "quiz-1-text": ("1",),
    "quiz-2-text": ("2 50*2 4*3 7*5 3*2",),
    "quiz-3-text": ("3 1*2", slopes(sigma, 0.0)),
    "quiz-4-text": ("4 0.5 0*2",),
    "quiz-5-text": ("5 1000*3 2000*2 2",),
}


# Formulas.

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)), RNG.integers(0, 4, size=6)
PARAMS = {
    "W1": RNG.normal(size=(5, 3)),
    "b1": RNG.normal(size=5),
    "W2": RNG.normal(size=(4, 5)),
    "b2": RNG.normal(size=4),
}
Z1 = X @ PARAMS["W1"].T + PARAMS["b1"]


def loss_from_a1(A1):
    return cross_entropy(scores(PARAMS["W2"], PARAMS["b2"], A1), Y)


DISPLAYED = displayed_backward(PARAMS, X, Y)
NUMERICAL = {
    "dZ2": slopes(lambda Z2: cross_entropy(Z2, Y), scores(PARAMS["W2"], PARAMS["b2"], np.tanh(Z1))),
    "dA1": slopes(loss_from_a1, np.tanh(Z1)),
    "dZ1": slopes(lambda Z: loss_from_a1(np.tanh(Z)), Z1),
    **network_slopes(PARAMS, X, Y),
}
FORMULAS = [
    ("backward-second-layer", r"dZ_{2,ik} = \frac{1}{m} \big( P_{ik} - [\,y_i = k\,] \big)"),
    ("backward-second-layer", r"dW_{2,kj} = \sum_i dZ_{2,ik}\, A_{1,ij}"),
    ("backward-second-layer", r"db_{2,k} = \sum_i dZ_{2,ik}"),
    ("backward-first-layer", r"dA_{1,ij} = \sum_k dZ_{2,ik}\, W_{2,kj}"),
    ("backward-first-layer", r"dZ_{1,ij} = dA_{1,ij}\; \tanh'(Z_{1,ij})"),
    (
        "backprop-text",
        r"\delta^{(L)} = a^{(L)} - y \qquad\qquad \delta^{(l)} = \big( \Theta^{(l)}_{\text{without column } 0}"
        r" \big)^\top \delta^{(l+1)} \;\odot\; a^{(l)} \odot \big(1 - a^{(l)}\big)",
    ),
    ("backprop-text", r"\Delta^{(l)} = \sum_{\text{examples}} \delta^{(l+1)} \big( \bar a^{(l)} \big)^\top"),
    (
        "backprop-text",
        r"D^{(l)} = \frac1m \big( \Delta^{(l)} + \lambda\, \Theta^{(l)} \big), \quad \text{column 0: } D^{(l)} ="
        r" \frac1m \Delta^{(l)}",
    ),
    (
        "cost-text",
        r"J = -\frac1m \sum_i \sum_k \Big( Y_{ik} \log H_{ik} + (1 - Y_{ik}) \log (1 - H_{ik}) \Big) +"
        r" \frac{\lambda}{2m} \sum_l \sum_{\text{not column } 0} \big( \Theta^{(l)} \big)^2",
    ),
    ("loss-text", r"L = -\frac{1}{m} \sum_i \log P_{i, y_i}"),
    ("sigmoid-derivative-text", r"\sigma'(z) = \sigma(z)\,\big(1 - \sigma(z)\big)"),
    ("tanh-derivative-text", r"\tanh'(z) = 1 - \tanh^2(z)"),
    ("activation-text", r"W_2 (W_1 x + b_1) + b_2 = (W_2 W_1)\, x + (W_2 b_1 + b_2)"),
    (
        "shared-factors",
        r"\frac{\partial L}{\partial w} = \underbrace{\Big(\frac{\partial L}{\partial s_0} u_0 + \frac{\partial"
        r" L}{\partial s_1} u_1\Big) \tanh'(z)}_{\text{shared}} \cdot\; x",
    ),
    (
        "shared-factors",
        r"\frac{\partial L}{\partial b} = \underbrace{\Big(\frac{\partial L}{\partial s_0} u_0 + \frac{\partial"
        r" L}{\partial s_1} u_1\Big) \tanh'(z)}_{\text{shared}} \cdot\; 1",
    ),
    ("gradient-check-result", r"10^{-7}"),
    ("relative-error-text", r"\frac{\lVert a - b \rVert}{\lVert a \rVert + \lVert b \rVert}"),
    ("train-text", r"\theta \leftarrow \theta - \eta\, d\theta"),
    ("agree-text", r"\tanh(z) = 2\,\sigma(2z) - 1", r"S = \sigma(2 Z_1)", r"A_1 = 2S - 1"),
    ("agree-text", r"\sigma(s_1 - s_0)"),
    ("agree-text", r"\Theta^{(1)} = [\,2 b_1 \mid 2 W_1\,]"),
    ("agree-text", r"\Theta^{(2)} = [\,c - \sum_j v_j \mid 2v\,]"),
    ("agree-text", r"s_1 - s_0 = v \cdot A_1 + c = 2v \cdot S + (c - \sum_j v_j)"),
    ("forward-text", r"Z_1 = X W_1^\top + b_1"),
    ("forward-text", r"A_1 = \tanh(Z_1)"),
    ("forward-text", r"Z_2 = A_1 W_2^\top + b_2"),
    ("any-depth-text", r"z^{(l+1)} = \Theta^{(l)}\, \bar a^{(l)}", r"a^{(l+1)} = \sigma(z^{(l+1)})"),
    ("agree-gradients", r"2 D^{(1)}"),
    ("agree-gradients", r"dv = 2 D^{(2)}_{\text{weights}} - D^{(2)}_{\text{bias}}"),
    ("agree-gradients", r"dc = D^{(2)}_{\text{bias}}"),
    ("agree-gradients", r"W_2"),
    ("agree-gradients", r"db_2 = (-dc, dc)"),
]


@pytest.mark.parametrize("shown", FORMULAS)
def test_the_formula_that_is_tested_below_is_the_displayed_one(shown):
    assert TOLD.shows(*shown)


@pytest.mark.parametrize("key", NUMERICAL)
def test_a_backward_formula_gives_the_slopes(key):
    assert DISPLAYED[key] == pytest.approx(NUMERICAL[key], rel=1e-9, abs=1e-12)


def test_the_complex_step_gives_the_slope_of_a_central_difference():
    up, down = ({**PARAMS, "b1": PARAMS["b1"] + s * 1e-5 * np.eye(5)[2]} for s in (1, -1))
    difference = (network_loss(up, X, Y) - network_loss(down, X, Y)) / 2e-5
    assert NUMERICAL["b1"][2] == pytest.approx(difference, rel=1e-7)


def test_the_first_layer_uses_the_two_formulas_of_the_second_layer_again():
    again = np.einsum("ik,ij->kj", NUMERICAL["dZ1"], X), NUMERICAL["dZ1"].sum(axis=0)
    assert again[0] == pytest.approx(NUMERICAL["W1"]) and again[1] == pytest.approx(NUMERICAL["b1"])


def test_the_formula_of_the_mean_cross_entropy():
    P = softmax(scores(PARAMS["W2"], PARAMS["b2"], np.tanh(Z1)), axis=1)
    assert -sum(log(P[i, Y[i]]) for i in range(6)) / 6 == pytest.approx(network_loss(PARAMS, X, Y))


def test_the_table_of_the_chain_rule_by_hand():
    dz = (DS0 * 1 + DS1 * -1) * (1 - A**2)
    assert [DS0 * A, DS1 * A, DS0, DS1, dz * 2, dz * 1] == pytest.approx([DU0, DU1, DC0, DC1, DW, DB])


def test_the_slopes_of_the_two_scores_are_those_of_softmax_regression():
    assert [P0, P1 - 1] == pytest.approx([DS0, DS1])


def test_the_two_ways_from_the_hidden_unit_are_added():
    assert DS0 * 1 + DS1 * -1 == pytest.approx(DA)


@pytest.mark.parametrize("z", [-3.0, 0.0, 0.7, 2.0])
def test_the_formula_of_the_slope_of_the_sigmoid(z):
    assert sigma(z) * (1 - sigma(z)) == pytest.approx(slopes(sigma, z))


@pytest.mark.parametrize("z", [-3.0, 0.0, 0.7, 2.0])
def test_the_formula_of_the_slope_of_tanh(z):
    assert 1 - tanh(z) ** 2 == pytest.approx(slopes(np.tanh, z))


def test_two_linear_layers_are_one():
    W1, b1, W2, b2 = PARAMS.values()
    x = X[0]
    assert W2 @ (W1 @ x + b1) + b2 == pytest.approx((W2 @ W1) @ x + (W2 @ b1 + b2))


def deep_example():
    rng = np.random.default_rng(1)
    Thetas = [rng.normal(size=shape) for shape in [(4, 4), (5, 5), (2, 6)]]
    return Thetas, rng.normal(size=(6, 3)), np.eye(2)[rng.integers(0, 2, size=6)]


@pytest.mark.parametrize("step", [2, 3, 4])
def test_the_delta_recursion_gives_the_slopes_for_z(step):
    Thetas, X, Y = deep_example()
    steps, deltas = displayed_deltas(Thetas, X[0], Y[0])

    def loss(z):
        H = outputs(Thetas[step - 1 :], sigma(z)[None, :])
        return -np.sum(Y[0] * np.log(H) + (1 - Y[0]) * np.log(1 - H))

    z = Thetas[step - 2] @ np.append(1, steps[step - 2])
    assert deltas[step - 2] == pytest.approx(slopes(loss, z), rel=1e-9)


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("lam", [0.0, 2.5])
def test_the_accumulator_and_the_penalty_give_the_slopes_of_the_cost(layer, lam):
    D = displayed_backprop(*deep_example(), lam)
    assert D[layer] == pytest.approx(cost_slopes(*deep_example(), lam)[layer], rel=1e-9)


def test_the_shapes_of_the_matrices_of_a_deep_network():
    sizes = [1, 3, 2, 4]
    assert [T.shape for T in THETAS] == [(sizes[at + 1], sizes[at] + 1) for at in range(3)]


def two_ways():
    """The network of section 10 (any weights do), and the sigmoid network that the text makes of it."""
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(9, 3)), rng.integers(0, 2, size=9)
    params = {"W1": rng.normal(size=(5, 3)), "b1": rng.normal(size=5)}
    params |= {"W2": rng.normal(size=(2, 5)), "b2": rng.normal(size=2)}
    v, c = params["W2"][1] - params["W2"][0], params["b2"][1] - params["b2"][0]
    first = 2 * np.column_stack([params["b1"], params["W1"]])
    return params, [first, np.append(c - v.sum(), 2 * v)[None, :]], X, y


def test_tanh_written_with_the_sigmoid():
    z = np.linspace(-3, 3, 13)
    assert 2 * sigma(2 * z) - 1 == pytest.approx(np.tanh(z))


def test_a_softmax_of_two_scores_is_a_sigmoid_of_their_difference():
    assert exp(1.7) / (exp(0.4) + exp(1.7)) == pytest.approx(sigma(1.7 - 0.4))


def test_the_score_difference_is_written_with_sigmoid_values():
    params, Thetas, X, _ = two_ways()
    A1 = hidden(params["W1"], params["b1"], X)
    Z2, S = scores(params["W2"], params["b2"], A1), (A1 + 1) / 2
    assert Z2[:, 1] - Z2[:, 0] == pytest.approx(Thetas[1][0, 0] + S @ Thetas[1][0, 1:])


def test_the_two_networks_have_the_same_loss():
    params, Thetas, X, y = two_ways()
    assert sigmoid_cost(Thetas, X, y[:, None], 0) == pytest.approx(network_loss(params, X, y), rel=1e-14)


@pytest.mark.parametrize("key", ["W1", "b1", "W2", "b2"])
def test_the_gradients_of_the_two_networks_belong_together(key):
    params, Thetas, X, y = two_ways()
    D1, D2 = cost_slopes(Thetas, X, y[:, None], 0)
    dv, dc = 2 * D2[0, 1:] - D2[0, 0], D2[0, 0]
    expected = {"W1": 2 * D1[:, 1:], "b1": 2 * D1[:, 0], "W2": np.array([-dv, dv]), "b2": np.array([-dc, dc])}
    assert network_slopes(params, X, y)[key] == pytest.approx(expected[key], rel=1e-9, abs=1e-14)


# Statements about what the cells show.


def test_the_losses_of_two_examples_fall_by_the_same_amount():
    assert log(0.01) - log(0.001) == pytest.approx(log(1) - log(0.1))


def test_the_softmax_of_scores_that_overflow_is_no_number():
    with np.errstate(all="ignore"):
        grown = np.exp([1000.0, 1001.0])
        assert np.all(np.isnan(grown / grown.sum()))


def test_each_slope_from_0_to_1_is_right_for_relu_at_0():
    z, g = np.linspace(-2, 2, 9), np.linspace(0, 1, 5)[:, None]
    assert np.all(np.maximum(0, z) >= g * z)  # these lines through the corner never lie above it


def test_a_difference_counts_less_for_a_larger_gradient():
    small, large = (0.001 / (2 * size + 0.001) for size in (100, 0.001))
    assert small < 1e-5 < 0.1 < large


def test_the_best_of_the_5000_lines_has_three_points_right():
    rng = np.random.default_rng(0)
    w, b = rng.normal(size=(5000, 2)), rng.normal(size=5000)
    best = max(np.sum((XOR_X @ w.T + b > 0) == (XOR_Y == 1)[:, None], axis=0))
    assert best == 3 and TOLD.states("xor-result", best)


def test_no_line_separates_xor():
    assert not separable(XOR_X, XOR_Y)


def test_softmax_regression_on_xor_is_best_at_probability_one_half():
    def loss(theta):
        return cross_entropy(XOR_X @ theta[:4].reshape(2, 2).T + theta[4:], XOR_Y)

    assert slopes(loss, np.zeros(6)) == pytest.approx(np.zeros(6), abs=1e-15)  # the loss is convex


def test_the_loss_at_probability_one_half_is_that_of_a_coin():
    assert cross_entropy(np.zeros((4, 2)), XOR_Y) == pytest.approx(log(2))


def test_softmax_without_an_axis_sums_to_one_over_the_whole_array():
    assert np.sum(softmax(X)) == pytest.approx(1)


def test_log_softmax_is_exact_when_a_probability_is_very_small():
    assert log_softmax([0.0, 1000.0])[0] == -1000


def test_the_sigmoid_has_the_smallest_slope_at_one_half():
    assert slopes(sigma, 0.5) < slopes(np.tanh, 0.5) < 1


def test_the_slope_of_the_sigmoid_is_at_most_a_quarter():
    z = np.linspace(-5, 5, 101)
    assert np.max(sigma(z) * (1 - sigma(z))) == 0.25


def test_tanh_is_flat_at_ten():
    assert 1 - tanh(10) ** 2 < 1e-7


def test_a_sum_of_100_terms_of_size_1_has_size_about_10():
    rng = np.random.default_rng(2)
    terms = rng.normal(size=(2000, 100)) * rng.normal(size=(2000, 100))
    assert np.std(terms.sum(axis=1)) == pytest.approx(sqrt(100), rel=0.1)


@pytest.fixture(scope="module")
def start_sizes():
    """``{factor: (mean size of the activation, mean slope of tanh)}`` for the cell after section 3."""
    rng = np.random.default_rng(3)
    Z = rng.normal(size=(300, 100)) @ (rng.normal(size=(100, 100)) / 10).T
    return {f: (np.mean(np.abs(np.tanh(f * Z))), np.mean(1 - np.tanh(f * Z) ** 2)) for f in (0.01, 1, 10, 100)}


def test_weights_that_are_too_large_make_most_slopes_small(start_sizes):
    assert start_sizes[10][1] < 0.1 and start_sizes[100][1] < 0.01


def test_weights_that_are_too_small_make_all_activations_small(start_sizes):
    assert start_sizes[0.01][0] < 0.01


def test_good_weights_give_moderate_activations_and_slopes(start_sizes):
    assert all(0.3 < value < 0.8 for value in start_sizes[1])


@pytest.fixture(scope="module")
def gradient_check():
    """The relative errors of the cell in section 7: right, and with the three mistakes."""
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(10, 4)), rng.integers(0, 3, size=10)
    params = {"W1": rng.normal(size=(6, 4)), "b1": rng.normal(size=6)}
    params |= {"W2": rng.normal(size=(3, 6)), "b2": rng.normal(size=3)}
    right, nudged = displayed_backward(params, X, y), {}
    for key, value in params.items():
        moves = 1e-5 * np.eye(value.size).reshape(-1, *value.shape)
        both = ([network_loss({**params, key: value + s * E}, X, y) for E in moves] for s in (1, -1))
        nudged[key] = (np.subtract(*both) / 2e-5).reshape(value.shape)

    def error(a, b):
        return np.sqrt(np.sum((a - b) ** 2)) / (np.sqrt(np.sum(a**2)) + np.sqrt(np.sum(b**2)))

    flipped = right["W1"].copy()
    flipped[2, 1] *= -1
    mistakes = [error(W, nudged["W1"]) for W in (10 * right["W1"], flipped, 1.001 * right["W1"])]
    return [error(right[key], nudged[key]) for key in params], mistakes


def test_a_right_gradient_has_a_relative_error_far_below_a_millionth(gradient_check):
    assert max(gradient_check[0]) < 1e-8


def test_the_smallest_mistake_is_much_larger(gradient_check):
    assert min(gradient_check[1]) > 1e-4


def test_a_relative_error_lies_between_0_and_1():
    a, b = np.array([1.0, 2.0, 2.0]), np.array([-2.0, -4.0, -4.0])
    assert np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)) == 1


def xor_start(weights):
    return {"W1": np.full((4, 2), weights), "b1": np.zeros(4), "W2": np.full((2, 4), weights), "b2": np.zeros(2)}


def test_xor_is_solved_from_the_random_start():
    rng = np.random.default_rng(1)
    start = {"W1": rng.normal(size=(4, 2)) / sqrt(2), "b1": np.zeros(4)}
    start |= {"W2": rng.normal(size=(2, 4)) / sqrt(4), "b2": np.zeros(2)}
    trained, losses = descend(start, XOR_X, XOR_Y, 1.0, 250)
    assert losses[-1] < 0.01 and np.all(chosen(trained, XOR_X) == XOR_Y)


@pytest.mark.parametrize("key", ["W1", "b1", "W2", "b2"])
def test_from_all_0_nothing_moves(key):
    assert not np.any(network_slopes(xor_start(0.0), XOR_X, XOR_Y)[key])


@pytest.fixture(scope="module")
def from_halves():
    return descend(xor_start(0.5), XOR_X, XOR_Y, 1.0, 250)


def test_from_all_one_half_the_units_stay_equal(from_halves):
    A1 = hidden(from_halves[0]["W1"], from_halves[0]["b1"], XOR_X)
    assert A1 == pytest.approx(np.repeat(A1[:, :1], 4, axis=1), rel=1e-9, abs=1e-9)


def test_from_all_one_half_xor_is_not_solved(from_halves):
    assert np.sum(chosen(from_halves[0], XOR_X) == XOR_Y) < 4


def test_one_hidden_unit_is_not_enough_for_xor():
    rng = np.random.default_rng(3)
    a = np.tanh(3 * rng.normal(size=(5000, 2)) @ XOR_X.T + 3 * rng.normal(size=(5000, 1)))
    positive = rng.normal(size=(5000, 1)) * a + rng.normal(size=(5000, 1)) > 0
    assert np.max(np.sum(positive == (XOR_Y == 1), axis=1)) == 3


@pytest.fixture(scope="module")
def hidden_space():
    """The four rows of A1 before and after training, and the trained network."""
    start = {"W1": np.array([[0.6, 0.3], [0.2, 0.7]]), "b1": np.zeros(2)}
    start |= {"W2": np.array([[0.1, 0.5], [0.4, 0.1]]), "b2": np.array([0.04, 0.0])}
    trained, _ = descend(start, XOR_X, XOR_Y, 1.0, 250)
    return *(hidden(p["W1"], p["b1"], XOR_X) for p in (start, trained)), trained


def test_before_training_no_line_separates_the_hidden_values(hidden_space):
    assert not separable(hidden_space[0], XOR_Y)


def test_after_training_one_line_is_enough(hidden_space):
    assert separable(hidden_space[1], XOR_Y)


def test_after_training_the_line_of_the_second_layer_separates_them(hidden_space):
    assert np.all(chosen(hidden_space[2], XOR_X) == XOR_Y)


def test_after_training_the_points_of_class_1_are_almost_at_the_same_place(hidden_space):
    after = hidden_space[1]
    assert np.linalg.norm(after[1] - after[2]) < 0.05


def two_shapes(name, noise):
    rng = np.random.default_rng(6)
    t, y = rng.uniform(0, np.pi, size=120), np.repeat([0, 1], 60)
    moons = np.column_stack([np.cos(t) * (1 - 2 * y) + y, np.sin(t) * (1 - 2 * y) + 0.5 * y])
    circles = np.column_stack([np.cos(2 * t), np.sin(2 * t)]) * np.where(y == 0, 1.0, 0.4)[:, None]
    return {"moons": moons, "circles": circles}[name] + rng.normal(scale=noise, size=(120, 2)), y


@pytest.mark.parametrize("noise", [0.0, 0.12])
@pytest.mark.parametrize("name", ["moons", "circles"])
def test_no_line_separates_the_two_shapes(name, noise):
    assert not separable(*two_shapes(name, noise))


@pytest.mark.parametrize("name", ["moons", "circles"])
def test_ten_hidden_units_follow_the_curve(name):
    X, y = two_shapes(name, 0.12)
    rng = np.random.default_rng(5)
    start = {"W1": rng.normal(size=(10, 2)) / sqrt(2), "b1": np.zeros(10)}
    start |= {"W2": rng.normal(size=(2, 10)) / sqrt(10), "b2": np.zeros(2)}
    assert np.mean(chosen(descend(start, X, y, 2.0, 250)[0], X) == y) > 0.95


@pytest.fixture(scope="module")
def deep_sizes():
    """The mean size of the gradient in each of the six layers of the cell in section 9."""
    rng = np.random.default_rng(7)
    Thetas = [rng.normal(size=(20, 21)) / np.sqrt(20) for _ in range(6)]
    X, Y = rng.normal(size=(50, 20)), np.eye(20)[rng.integers(0, 20, size=50)]
    return [np.mean(np.abs(D[:, 1:])) for D in displayed_backprop(Thetas, X, Y, 0.0)]


def test_the_gradient_shrinks_on_its_way_back(deep_sizes):
    assert deep_sizes == sorted(deep_sizes)


def test_the_first_layer_gets_almost_no_gradient(deep_sizes):
    assert deep_sizes[0] < deep_sizes[-1] / 100


# The solutions: worked examples of the docstrings, and the quiz keys.


@pytest.fixture(scope="module")
def solved():
    """The names that the given helpers and the reference solutions define."""
    notebook = load(ASSIGNMENT)
    names = {"np": np, "expit": expit, "softmax": softmax, "log_softmax": log_softmax}
    for cell in [c for c in helper_cells(notebook) if grade_id(c) != "setup"]:
        exec(cell.source, names)
    for cell in solution_cells(notebook).values():
        exec(cell.source, names)
    return names


ONE = ONE_THETA, np.array([[0.0]]), np.array([[1.0]]), 2
EXAMPLES = {
    "sigmoid_derivative": ((np.array([0, 2]),), [0.25, exp(-2) / (1 + exp(-2)) ** 2]),
    "tanh_derivative": ((np.array([0, 1]),), [1, 1 / np.cosh(1) ** 2]),
    "relu": ((np.array([-2, 0, 3]),), [0, 0, 3]),
    "relu_derivative": ((np.array([-2, 3]),), [0, 1]),
    "relative_error": ((np.array([3, 4]), np.array([3, 1])), 3 / (5 + sqrt(10))),
    "cost": (ONE, 1 + log(2)),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_docstring_example_of_a_solution(name, solved):
    arguments, expected = EXAMPLES[name]
    assert solved[name](*arguments) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["sigmoid_derivative", "tanh_derivative"])
@pytest.mark.parametrize("z", [-1000.0, 1000.0])
def test_a_slope_far_from_0_is_0(name, z, solved):
    assert solved[name](z) == 0


def test_the_docstring_example_of_initialize_has_the_stated_shape(solved):
    assert solved["initialize"](100, 5, 3, np.random.default_rng(0))["W1"].shape == (5, 100)


def test_the_docstring_example_of_initialize_has_the_stated_size(solved):
    assert np.std(solved["initialize"](100, 5, 3, np.random.default_rng(0))["W1"]) == pytest.approx(0.1, rel=0.1)


def test_the_docstring_example_of_forward(solved):
    assert solved["forward"](HAND_X, HAND)[0] == pytest.approx(np.array([[P0, P1]]))


@pytest.mark.parametrize("key", ["W1", "b1", "W2", "b2"])
def test_the_docstring_example_of_backward(key, solved):
    cache = {"X": HAND_X, "Z1": np.array([[Z]]), "A1": np.array([[A]])}
    cache |= {"Z2": np.array([[S0, S1]]), "P": np.array([[P0, P1]])}
    assert solved["backward"](HAND_Y, HAND, cache)[key] == pytest.approx(HAND_SLOPES[key])


def test_the_docstring_example_of_train_moves_the_weight(solved):
    params, _ = solved["train"](HAND_X, HAND_Y, HAND, 0.1, 1)
    assert params["W1"] == pytest.approx(0.5 - 0.1 * DW)


def test_the_docstring_example_of_train_notes_the_loss_before_the_step(solved):
    assert solved["train"](HAND_X, HAND_Y, HAND, 0.1, 1)[1] == pytest.approx([LOSS])


def test_the_docstring_example_of_backprop(solved):
    (D,) = solved["backprop"](*ONE)
    assert D == pytest.approx(ONE_D)


def test_the_given_small_network_is_the_one_computed_here(solved):
    X, y, params = solved["small_network"]()
    same = [
        np.array_equal(X, SMALL_X),
        np.array_equal(y, SMALL_Y),
        *(np.array_equal(params[k], SMALL[k]) for k in SMALL),
    ]
    assert all(same)


@pytest.mark.parametrize("key", ["X", "Z1", "A1", "Z2", "P"])
def test_the_given_cache_is_the_one_computed_here(key, solved):
    expected = {"X": SMALL_X, "Z1": SMALL_Z1, "A1": SMALL_A1, "Z2": SMALL_Z2, "P": SMALL_P}
    assert solved["small_cache"]()[key] == pytest.approx(expected[key], abs=1e-10)


def test_the_given_deep_network_is_the_one_computed_here(solved):
    Thetas, X, Y = solved["small_thetas"]()
    assert all(map(np.array_equal, [*Thetas, X, Y], [*THETAS, DEEP_X, DEEP_Y]))


@pytest.mark.parametrize("key", ["W1", "b1", "W2", "b2"])
def test_the_given_nudged_gradients_are_the_slopes(key, solved):
    nudged = solved["nudged_gradients"](lambda p: network_loss(p, X, Y), PARAMS)
    assert nudged[key] == pytest.approx(NUMERICAL[key], abs=1e-8)


def letter(answer):
    """The letters of the quiz whose text starts with ``answer``, joined."""
    quiz = "\n".join(c.source for c in NOTEBOOK.cells if re.fullmatch(r"quiz-\d-text", c.id))
    return "".join(re.findall(rf"^- \*\*([a-e])\*\* {re.escape(answer)}", quiz, flags=re.MULTILINE))


def test_three_linear_layers_are_linear():
    rng = np.random.default_rng(9)
    layers = [(rng.normal(size=(4, r)), rng.normal(size=4)) for r in (2, 4, 4)]
    at = [rng.normal(size=2) for _ in range(2)]

    def network(x):
        for W, b in layers:
            x = W @ x + b
        return x

    # The value in the middle of two points is the mean of the values there.
    assert network((at[0] + at[1]) / 2) == pytest.approx((network(at[0]) + network(at[1])) / 2)


def test_the_quiz_key_about_three_linear_layers(solved):
    assert solved["quiz_1"]() == "b"


def test_the_quiz_key_about_the_shape_of_a_gradient(solved):
    rng = np.random.default_rng(10)
    params = {"W1": rng.normal(size=(7, 4)), "b1": np.zeros(7), "W2": rng.normal(size=(3, 7)), "b2": np.zeros(3)}
    gradient = displayed_backward(params, rng.normal(size=(50, 4)), rng.integers(0, 3, size=50))["W1"]
    assert solved["quiz_2"]() == letter(f"{gradient.shape}")


def test_the_quiz_key_about_five_sigmoids(solved):
    most = np.prod([slopes(sigma, 0.0)] * 5)
    assert solved["quiz_3"]() == letter(f"$0.25^5 \\approx {most:.3f}$")


def test_the_quiz_key_about_equal_weights(solved):  # computed above, from all one half
    assert solved["quiz_4"]() == "c"


def test_the_wrong_quiz_answer_about_an_infinite_loss(from_halves):
    assert np.all(np.isfinite(from_halves[1]))


def test_the_wrong_quiz_answer_about_gradients_that_are_all_0():
    assert np.max(np.abs(network_slopes(xor_start(0.5), XOR_X, XOR_Y)["W2"])) > 0.01


def test_the_quiz_key_about_the_cost_of_a_gradient(solved):
    moves = 2 * 1000
    assert solved["quiz_5"]() == "b" and "b" in letter(f"{moves}; ")
