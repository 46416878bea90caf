"""The numbers and the formulas that lesson 04 states, each computed here from its definition."""

import ast
import re
from math import exp, log, log1p, sqrt, tanh
from pathlib import Path

import nbformat
import numpy as np
import pytest
from facts import Told
from lesson_run import run_lesson
from numerical import slopes

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = nbformat.read(ROOT / "lessons" / "04-own-framework.ipynb", as_version=4)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells}
TOLD = Told(NOTEBOOK)
CODE = {cell.id: cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"}
GRADED = {
    "Linear",
    "Sigmoid",
    "Tanh",
    "ReLU",
    "Softmax",
    "CrossEntropyLoss",
    "SoftmaxCrossEntropyLoss",
    "MeanSquaredError",
    "Network",
    "train_epoch",
    "prepare",
    "split",
    "build_mlp",
    "accuracy",
    "confusion_matrix",
    "fit",
}


def clean(values):
    return np.round(values, 6) + 0.0


def short(values, between=", "):
    return between.join(f"{v:g}" for v in np.ravel(values))


def sigma(z):
    return 1 / (1 + exp(-z))


def soft(scores):
    total = sum(exp(s) for s in scores)
    return np.array([exp(s) / total for s in scores])


# ---------------------------------------------------------------- the worked examples


def chain(x, a, c):
    """The chain Scale, Shift, Square and mean, written without layers."""
    return np.mean((np.asarray(a) * np.asarray(x) + c) ** 2)


CHAIN_X = np.array([[1.0], [3.0]])
U = 2 * CHAIN_X
V = U - 3
S = V**2
DA = slopes(lambda a: chain(CHAIN_X, a, -3), 2.0).item()
DC = slopes(lambda c: chain(CHAIN_X, 2, c), -3.0).item()
DX = slopes(lambda x: chain(x, 2, -3), CHAIN_X)
DV = slopes(lambda v: np.mean(v**2), V)
DS = slopes(np.mean, S)
A_NEW, C_NEW = 2 - 0.1 * DA, -3 - 0.1 * DC
V_NEW = A_NEW * CHAIN_X + C_NEW

X = [[1, 2], [0, 1], [-1, 1], [2, 0]]
W = [[1, -1], [0, 2], [3, 1]]
B = [1, 0, -2]
DZ = [[1, 0, -1], [2, 1, 0], [0, -1, 1], [-1, 2, 0]]


def scores(X, W, b):
    rows = [[sum(w * x for w, x in zip(k, i, strict=True)) + c for k, c in zip(W, b, strict=True)] for i in X]
    return np.array(rows)


LINEAR_Z = scores(X, W, B)
LINEAR_DX = clean(slopes(lambda x: np.sum(DZ * scores(x, W, B)), X))
LINEAR_DW = clean(slopes(lambda w: np.sum(DZ * scores(X, w, B)), W))
LINEAR_DB = clean(slopes(lambda b: np.sum(DZ * scores(X, W, b)), B))

P = np.array([0.5, 0.3, 0.2])
LOG_P = np.log(P)
JACOBIAN = clean([slopes(lambda z, k=k: soft(z)[k], LOG_P) for k in range(3)])
D = np.array([2, 0, -1])
D_BACK = clean(slopes(lambda z: D @ soft(z), LOG_P))
CHAINED = clean(slopes(lambda z: -log(soft(z)[0]), LOG_P))

TWO = np.array([[0.2, 0.5, 0.3], [0.25, 0.5, 0.25]])
CROSS = -(log(0.5) + log(0.25)) / 2
CROSS_BACK = clean(slopes(lambda p: -(log(p[0, 1]) + log(p[1, 0])) / 2, TWO))
FUSED_P = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
FUSED_BACK = clean(slopes(lambda z: -(log(soft(z[0])[0]) + log(soft(z[1])[2])) / 2, np.log(FUSED_P)))

Y_TRUE, Y_PRED = np.array([[1, 2, 0], [3, 1, 2]]), np.array([[2, 2, 3], [1, 1, 2]])
MSE = np.mean((Y_PRED - Y_TRUE) ** 2)
MSE_BACK = clean(slopes(lambda p: np.mean((p - Y_TRUE) ** 2), Y_PRED))

SIZES = [len(range(7)[start : start + 3]) for start in range(0, 7, 3)]
EPOCH = np.average([0.9, 0.6, 0.3], weights=SIZES)


def test_the_chain_of_the_first_example():
    assert DX.ravel() == pytest.approx([-2, 6])
    assert (DA, DC, np.mean(S)) == pytest.approx((8, 2, 5))
    for a in (-1.0, 0.5, 2.0):
        assert slopes(lambda a: chain(CHAIN_X, a, -3), a) == pytest.approx((a - 3) + 3 * (3 * a - 3))


FACTS = {
    "title": ("4*3 3*2 1 2 5 95",),
    "notation": ("0*2 1*2",),
    "warm-up": (
        "1*3 5*3 2*6 4*4 3*4",
        [5 * 1, 2 * 5, slopes(lambda x: (5 * x) ** 2, 1.0).item(), (np.ones((4, 3)).T @ np.ones((4, 2))).shape],
    ),
    "cut-text": ("1 3",),
    "shift-square-text": ("1 2*3",),
    "store-text": ("2",),
    "chain-text": ("2*5 -3 1", CHAIN_X),
    "chain-numbers": ("1 2*4 3*7 -3",),
    "chain-drawing": ("1",),
    "chain-result": ("0.1", DA, DC, V_NEW, V_NEW[1, 0] ** 2, np.mean(S)),
    "enough-text": ("1 3*2",),
    "shapes-text": ("3 4 2 5",),
    "rules-text": ("3*2 1*5 2*2 4*2 5", DA),
    "state-result": ("4 6*2 1*2", 2 * 5),
    "linear-forward-text": ("4",),
    "linear-backward-text": ("1 0",),
    "linear-example-text": ("4 2 3 02 31 1*3 10", X, W, B, DZ),
    "start-text": ("0*9 1*6 2*2 100*6 0.5", sqrt(100)),
    "spread-result": ("2 1*2 0.5",),
    "activation-text": ("5 1*5 -2", log(1 + exp(1))),
    "softplus-code": ("1",),
    "sigmoid-text": (
        "1*13 -1*4 2*3 3*2 0.5*2 0*7 -2 4 5",
        [[sigma(1)] * 2, 1 - sigma(1), slopes(lambda z: sigma(z), 1.0), 3 * slopes(lambda z: sigma(z), 1.0)],
        [[tanh(0.5)] * 2, slopes(np.tanh, 0.5), [max(0, z) for z in (-2, 0.5, 3)]],
        [4 * (-2 > 0), -1 * (0.5 > 0), 5 * (3 > 0)],
    ),
    "slope-result": (
        "0 3*2 1*2",
        [max(sigma(z / 100) * (1 - sigma(z / 100)) for z in range(-600, 601)), slopes(lambda z: sigma(z), 3.0)],
        slopes(np.tanh, 3.0),
    ),
    "overflow-text": ("1000*3 -1000*3 0*4 1*10 2*4 -2*2",),
    "softmax-text": ("6 2*3 0*2 1",),
    "jacobian-example": ("0.5 0.3 0.2 0*2 1", np.diag(P), np.outer(P, P), JACOBIAN),
    "softmax-backward-text": (
        "0*3 1*3 2*2 0.5 0.3 0.2 -1 0.25 0.15",
        [JACOBIAN[1, 0], JACOBIAN[2, 0], D - D @ P, D_BACK],
    ),
    "softmax-stable": ("1000 1001 1002 0*2 -2000", np.array([1000, 1001, 1002]) - 1002, soft([-2, -1, 0])),
    "loss-text": ("7 1",),
    "cross-entropy-text": (
        "1*7 0*9 0.2 0.5*3 0.3 0.25*3 2*3 10*2 -12*2",
        CROSS_BACK,
    ),
    "fused-text": ("8 0*9 1*13 0.5*2 2*2 0.3 0.2*2 0.1 0.7", P, -1 / 0.5, CHAINED, FUSED_P, FUSED_BACK),
    "log-sum-exp-text": ("0*3 1*4 500*2 -500", 1 / (1 + exp(-500)), 1 / (1 + exp(500)) - 1),
    "gap-text": ("0 10 -12 800",),
    "gap-result": ("500*2 0*2 745 104 10 9", 500 + log1p(exp(-500)), -log(1e-12), exp(1) / (exp(1) + 9)),
    "mse-text": ("9 1*5 2*4 6 3 4*3", [16, 2.5], "0", Y_TRUE, Y_PRED, Y_PRED - Y_TRUE, MSE_BACK),
    "check-text": ("10",),
    "check-result": ("1*5 0*2", np.ones(3) @ JACOBIAN),
    "loop-text": ("11 1*3 2*6 3*4 4*4 5 0*2",),
    "loop-loss-text": ("7 3 0.9 0.6 0.3 2", SIZES, np.mean([0.9, 0.6, 0.3])),
    "line-text": ("1 30 0*2",),
    "problems-text": ("12 2 0*2 1*2",),
    "collapse-text": ("3 2 1*2 4 6 8",),
    "rings-result": ("51 71 24 3",),
    "wave-text": ("0*2 0.15 20",),
    "wave-result": ("0.022",),
    "frameworks-text": ("13",),
    "wrong": ("1*4 2 0 -1",),
    "quiz": (
        "1*13 -2 3*2 5*5 -1 4*8 9*2 -4 6*6 20 -9 2*6 10*6 0.6*2 0.3*2 0.1*2 0*4 0.24 0.21 0.09 1.6 3.2 2.2",
        [np.array([5, -1]) * 2 * np.array([-2, 3]), 8 / 3],
    ),
    "take-away": ("1*5 2*4 0*2 3",),
    "reading": ("1 6 2016 3 1991 41 2021 18 2018 32 2019 4",),
}


# ---------------------------------------------------------------- formulas, as they are printed


rng = np.random.default_rng(4)
Z = rng.normal(size=(4, 3))
PROBABILITIES = np.array([soft(row) for row in Z])
LABELS, ONE_HOT = [2, 0, 1, 2], np.eye(3)[[2, 0, 1, 2]]
UPSTREAM = rng.normal(size=(4, 3))
PICKED = PROBABILITIES[range(4), LABELS]


def cross_entropy(p):
    return -sum(log(p[i][k]) for i, k in enumerate(LABELS)) / 4


def cross_of_scores(z):
    return cross_entropy([soft(row) for row in z])


def jacobian(z):
    return np.array([slopes(lambda v, k=k: soft(v)[k], z) for k in range(3)])


LX, LW, LB, LD = rng.normal(size=(5, 3)), rng.normal(size=(2, 3)), rng.normal(size=2), rng.normal(size=(5, 2))
FORMULAS = {
    ("scale-text", "\\frac{\\partial L}{\\partial x} = \\frac{\\partial L}{\\partial u} \\cdot a"): lambda: (
        slopes(lambda x: np.sum(UPSTREAM * 1.7 * x), Z),
        UPSTREAM * 1.7,
    ),
    ("scale-text", "\\frac{\\partial L}{\\partial a} = \\sum \\frac{\\partial L}{\\partial u} \\cdot x"): lambda: (
        slopes(lambda a: np.sum(UPSTREAM * a * Z), 1.7),
        sum(UPSTREAM.ravel() * Z.ravel()),
    ),
    ("shift-square-text", "$\\partial L / \\partial c$ is the sum of all its entries"): lambda: (
        slopes(lambda c: np.sum(UPSTREAM * (Z + c)), 0.3),
        UPSTREAM.sum(),
    ),
    ("shift-square-text", "\\partial L / \\partial v = \\partial L / \\partial s \\cdot 2v"): lambda: (
        slopes(lambda v: np.sum(UPSTREAM * v**2), Z),
        UPSTREAM * 2 * Z,
    ),
    ("linear-forward-text", "Z_{ik} = \\sum_j W_{kj} X_{ij} + b_k"): lambda: (
        scores(LX, LW, LB),
        [[sum(LW[k, j] * LX[i, j] for j in range(3)) + LB[k] for k in range(2)] for i in range(5)],
    ),
    ("linear-forward-text", "Z = X W^\\top + b"): lambda: (scores(LX, LW, LB), np.matmul(LX, np.transpose(LW)) + LB),
    ("linear-backward-text", "\\sum_k dZ_{ik} W_{kj}, \\qquad dX = dZ \\, W"): lambda: (
        slopes(lambda x: np.sum(LD * scores(x, LW, LB)), LX),
        np.matmul(LD, LW),
    ),
    ("linear-backward-text", "\\sum_i dZ_{ik} X_{ij}, \\qquad dW = dZ^\\top X"): lambda: (
        slopes(lambda w: np.sum(LD * scores(LX, w, LB)), LW),
        np.matmul(np.transpose(LD), LX),
    ),
    ("linear-backward-text", "\\frac{\\partial L}{\\partial b_k} = \\sum_i dZ_{ik}"): lambda: (
        slopes(lambda b: np.sum(LD * scores(LX, LW, b)), LB),
        [sum(LD[i, k] for i in range(5)) for k in range(2)],
    ),
    ("activation-text", "g'(z) = \\frac{e^z}{1 + e^z} = \\frac{1}{1 + e^{-z}} = \\sigma(z)"): lambda: (
        slopes(lambda z: np.sum(np.log(1 + np.exp(z))), Z),
        1 / (1 + np.exp(-Z)),
    ),
    ("activation-text", "dZ = dA \\cdot g'(Z)"): lambda: (
        slopes(lambda z: np.sum(UPSTREAM * np.sin(z)), Z),
        UPSTREAM * np.cos(Z),
    ),
    ("sigmoid-text", "\\sigma(z) \\, (1 - \\sigma(z))"): lambda: (
        slopes(lambda z: np.sum(1 / (1 + np.exp(-z))), Z),
        (s := 1 / (1 + np.exp(-Z))) * (1 - s),
    ),
    ("sigmoid-text", "\\tanh'(z) = 1 - \\tanh(z)^2 = 1 - A^2"): lambda: (
        slopes(lambda z: np.sum(np.tanh(z)), Z),
        1 - np.tanh(Z) ** 2,
    ),
    ("sigmoid-text", "\\begin{cases} 1 & z > 0 \\\\ 0 & z < 0 \\end{cases}"): lambda: (
        slopes(lambda z: np.sum(np.maximum(0, z)), Z),
        1.0 * (Z > 0),
    ),
    ("overflow-text", "\\frac{1}{1 + e^{-z}} = \\frac{e^z}{1 + e^z}"): lambda: (
        1 / (1 + np.exp(-Z)),
        np.exp(Z) / (1 + np.exp(Z)),
    ),
    ("overflow-text", "\\sigma(z) = \\tfrac12 \\left( 1 + \\tanh \\tfrac{z}{2} \\right)"): lambda: (
        1 / (1 + np.exp(-Z)),
        (1 + np.tanh(Z / 2)) / 2,
    ),
    ("overflow-text", "\\frac{e^u - e^{-u}}{e^u + e^{-u}} = \\frac{1 - e^{-2u}}{1 + e^{-2u}}"): lambda: (
        np.tanh(Z),
        (1 - np.exp(-2 * Z)) / (1 + np.exp(-2 * Z)),
    ),
    ("softmax-text", "p_k \\, ([k = j] - p_j)"): lambda: (
        jacobian(Z[0]),
        [[(p := PROBABILITIES[0])[k] * ((k == j) - p[j]) for j in range(3)] for k in range(3)],
    ),
    ("softmax-text", "J = \\text{diag}(p) - p \\, p^\\top"): lambda: (
        jacobian(Z[1]),
        np.diag(PROBABILITIES[1]) - np.outer(PROBABILITIES[1], PROBABILITIES[1]),
    ),
    ("softmax-backward-text", "dz = p \\cdot (d - s), \\qquad s = \\sum_k d_k p_k"): lambda: (
        slopes(lambda z: UPSTREAM[0] @ soft(z), Z[0]),
        PROBABILITIES[0] * (UPSTREAM[0] - sum(UPSTREAM[0] * PROBABILITIES[0])),
    ),
    ("softmax-backward-text", "= d_j p_j - p_j \\sum_k d_k p_k"): lambda: (
        slopes(lambda z: UPSTREAM[2] @ soft(z), Z[2]),
        UPSTREAM[2] * PROBABILITIES[2] - PROBABILITIES[2] * sum(UPSTREAM[2] * PROBABILITIES[2]),
    ),
    ("cross-entropy-text", "-\\dfrac{1}{m \\, P_{ik}} & k = y_i \\\\ 0 & k \\neq y_i"): lambda: (
        slopes(cross_entropy, PROBABILITIES),
        ONE_HOT * -1 / (4 * PROBABILITIES),
    ),
    ("fused-text", "\\frac1m \\left( P_{ij} - [j = y_i] \\right), \\qquad dZ = \\frac{P - Y}{m}"): lambda: (
        slopes(cross_of_scores, Z),
        (PROBABILITIES - ONE_HOT) / 4,
    ),
    ("log-sum-exp-text", "= \\log \\sum_j e^{z_j} - z_y"): lambda: (
        -np.log(PICKED),
        [log(sum(np.exp(row))) - row[k] for row, k in zip(Z, LABELS, strict=True)],
    ),
    ("log-sum-exp-text", "= c + \\log \\sum_j e^{z_j - c}"): lambda: (
        [log(sum(np.exp(row))) for row in Z],
        [max(row) + log(sum(np.exp(row - max(row)))) for row in Z],
    ),
    ("mse-text", "d\\hat Y = \\frac{2}{m q} (\\hat Y - Y)"): lambda: (
        slopes(lambda p: sum((p - UPSTREAM).ravel() ** 2) / (4 * 3), Z),
        2 / (4 * 3) * (Z - UPSTREAM),
    ),
    ("problems-text", "\\frac{e^{z_1}}{e^{z_0} + e^{z_1}} = \\sigma(z_1 - z_0)"): lambda: (
        soft([0.3, -1.2])[1],
        sigma(-1.2 - 0.3),
    ),
    ("rings-text" if "rings-text" in CELLS else "collapse-text", "(W_2 W_1) \\, x + (W_2 b_1 + b_2)"): lambda: (
        scores(scores(LX, LW, LB), LW.T, LX[0]),
        scores(LX, np.matmul(LW.T, LW), np.matmul(LW.T, LB) + LX[0]),
    ),
}


@pytest.mark.parametrize(("cell", "formula"), FORMULAS)
def test_a_printed_formula_is_right(cell, formula):
    assert TOLD.shows(cell, formula)
    computed, printed = FORMULAS[cell, formula]()
    assert np.asarray(printed) == pytest.approx(np.asarray(computed), rel=1e-6, abs=1e-8)


def test_every_displayed_formula_of_the_take_away_is_explained_before():
    for part in ("X W^\\top + b", "dZ \\, W", "dZ^\\top X", "dA \\cdot g'(Z)", "\\frac{2}{m q} (\\hat Y - Y)"):
        assert part in CELLS["take-away"]
        assert any(part in text for cell, text in CELLS.items() if cell != "take-away")


def test_the_two_cases_of_the_softmax_derivative():
    e, T = np.exp(Z[0]), sum(np.exp(Z[0]))
    J = jacobian(Z[0])
    assert TOLD.shows("softmax-text", r"\dfrac{e^{z_k} T - e^{z_k} e^{z_k}}{T^2} = p_k - p_k^2")
    assert TOLD.shows("softmax-text", r"\dfrac{0 - e^{z_k} e^{z_j}}{T^2} = -p_k p_j")
    assert J[1, 1] == pytest.approx((e[1] * T - e[1] ** 2) / T**2, rel=1e-6)
    assert J[1, 2] == pytest.approx(-e[1] * e[2] / T**2, rel=1e-6)


def test_the_single_numbers_of_two_linear_layers():
    assert TOLD.shows("collapse-text", r"3 \, (2x + 1) - 4 = 6x - 1")
    assert all(3 * (2 * x + 1) - 4 == 6 * x - 1 for x in range(5))


# ---------------------------------------------------------------- what the cells show


@pytest.fixture(scope="module")
def after():
    """``{id: names}``: the names after each code cell, with pictures that are drawn but not shown."""
    run = run_lesson("04-own-framework")
    result = {cell: {**names, "words": run.words.get(cell)} for cell, names in run.after.items()}
    again = {cell: {value: draw(value)[1] for value in values} for cell, (draw, values, _) in run.sliders.items()}
    return result | {"end": again}


def test_the_layers_have_the_gradients_of_their_functions(after):
    names = after["softplus-code"]
    cases = [
        (names["Scale"](1.7), lambda x: 1.7 * x),
        (names["Shift"](-0.4), lambda x: x - 0.4),
        (names["Square"](), lambda x: x**2),
        (names["Softplus"](), lambda x: np.log(1 + np.exp(x))),
    ]
    for layer, function in cases:
        assert layer.forward(Z) == pytest.approx(function(Z))
        assert layer.backward(UPSTREAM) == pytest.approx(slopes(lambda x, f=function: np.sum(UPSTREAM * f(x)), Z))
    assert cases[0][0].da == pytest.approx(np.sum(UPSTREAM * Z))
    assert cases[1][0].dc == pytest.approx(np.sum(UPSTREAM))


def test_the_chain_cell_finds_the_computed_numbers(after):
    names = after["chain-run"]
    assert (names["scale"].da, names["shift"].dc, names["L"]) == pytest.approx((DA, DC, 5))
    for name, values in {"U": U, "V": V, "S": S, "dS": DS, "dV": DV, "dX": DX}.items():
        assert names[name] == pytest.approx(values), name


def test_a_slider_still_works_after_all_later_cells(after):
    assert len(after["end"]) == 8
    for cell, words in after["end"].items():
        assert words == after[cell]["words"], cell


def test_the_words_of_the_chain_picture(after):
    words = after["chain-picture"]["words"]
    assert "X = 1, 3" in words[0] and "U =" not in words[0]
    assert "L = 5" in words[4] and "dS" not in words[4]
    assert "da = 8" in words[8] and "dX = -2, 6" in words[8]
    assert "a = 1.2" in words[9] and "c = -3.2" in words[9]


def test_the_linear_picture_shows_the_computed_tables(after):
    words = after["linear-picture"]["words"]
    for name, values in {"Z": LINEAR_Z, "dX": LINEAR_DX, "dW": LINEAR_DW, "db": [LINEAR_DB]}.items():
        assert str(np.asarray(values).astype(int).tolist()) in words[name]
        assert words[name].endswith(f"= {dict(Z=3, dX=5, dW=5, db=2)[name]}.")


def test_only_the_factor_1_keeps_the_spread(after):
    twice, once, half = (values[-1] for values in after["spread-picture"]["spreads"].values())
    assert twice == pytest.approx(2**10, rel=0.2) and once == pytest.approx(1, rel=0.2)
    assert half == pytest.approx(0.5**10, rel=0.2)


def test_the_forms_of_the_sigmoid_at_1000():
    with np.errstate(over="ignore", invalid="ignore"):
        assert 1 / (1 + np.exp(1000.0)) == 0
        assert np.isnan(np.exp(1000.0) / (1 + np.exp(1000.0)))
    assert np.exp(-1000.0) == 0


def test_the_measured_jacobian_is_the_computed_one(after):
    assert after["jacobian-picture"]["jacobian"] == pytest.approx(JACOBIAN, abs=1e-6)
    assert JACOBIAN.sum(axis=1) == pytest.approx(np.zeros(3), abs=1e-6) and np.allclose(JACOBIAN, JACOBIAN.T)
    moved = soft(LOG_P + np.array([1, 0, 0])) - P
    assert moved[0] > 0 > moved[2] > moved[1]


def test_where_probabilities_underflow():
    assert np.exp(-744.0) > 0 == np.exp(-746.0)
    assert np.exp(np.float32(-103)) > 0 == np.exp(np.float32(-104.5))


def test_the_three_ways_to_the_loss(after):
    names = after["gap-picture"]
    at = {gap: {way: names[way][names["gaps"] == gap][0] for way in ("fused", "clip", "no_clip")} for gap in (500, 800)}
    assert at[500] == pytest.approx({"fused": 500, "clip": -log(1e-12), "no_clip": 500})
    assert at[800]["fused"] == pytest.approx(800) and np.isinf(at[800]["no_clip"])
    assert (names["gaps"][names["i"]], names["gaps"][names["j"]]) == (500, 800)


def test_targets_with_another_shape():
    assert TOLD.shows("mse-text", r"2.5")
    targets = np.array([1.0, 2, 3, 4])
    difference = targets.reshape(4, 1) - targets
    assert difference.size == 16 and np.mean(difference**2) == 2.5


def test_ones_do_not_find_the_forgetful_layer(after):
    layer = after["check-example"]["ForgetfulSquare"]()
    layer.forward(Z)
    assert layer.backward(np.ones_like(Z)) == pytest.approx(slopes(lambda x: np.sum(x**2), Z))
    assert layer.backward(UPSTREAM) != pytest.approx(slopes(lambda x: np.sum(UPSTREAM * x**2), Z), rel=1e-2)


def test_the_line_is_learned(after):
    names = after["line-picture"]
    best = np.polyfit(names["x_line"].ravel(), names["y_line"].ravel(), 1)
    assert names["path"][-1][:2] == pytest.approx(best, abs=0.02)
    assert names["path"][0][:2] == (0, 0)


def test_the_rings(after):
    names = after["rings-picture"]
    X, y = names["X_rings"], names["y_rings"]
    best = 0
    for angle in np.linspace(0, 2 * np.pi, 361):
        along = X @ [np.cos(angle), np.sin(angle)]
        best = max(best, max(np.mean((along >= cut) == y) for cut in along))
    ends = [names["rings"][kind, 120][1] for kind in names["kinds"]]
    assert TOLD.states("rings-result", round(ends[0] * 100))
    assert TOLD.states("rings-result", round(best * 100))
    assert ends[1] > 0.99


def test_the_networks_in_the_pictures_have_the_stated_sizes(after):
    pictures = {"collapse-text": "rings-picture", "rings-result": "spirals-picture", "wave-text": "wave-picture"}
    for cell, picture in pictures.items():
        sizes = after[picture]["network"].hidden_layer_sizes
        assert TOLD.states(cell, sizes[0]) and len(set(sizes)) == 1
    assert TOLD.states("wave-text", 0.15) and "0.15 * rng.normal" in CODE["wave-picture"]
    assert len(after["line-picture"]["x_line"]) == 30


def test_the_spirals_are_learned(after):
    names = after["spirals-picture"]["spirals"]
    assert names[1][1] < 0.6 and names[100][1] > 0.99


def test_the_last_loss_of_the_wave_is_near_the_noise(after):
    value = after["wave-picture"]["waves"][200][1]
    assert TOLD.states("wave-result", value)
    assert value == pytest.approx(0.15**2, rel=0.2)


# ---------------------------------------------------------------- quiz


KEYS = {1: "c", 2: "b", 3: "a", 4: "d", 5: "b"}


def question(number):
    text = re.split(r"\*\*\w+ \d\.\*\*", CELLS["quiz"])[number]
    return dict(re.findall(r"- \*\*(\w)\*\* (.*)", text)), text


@pytest.mark.parametrize("number", KEYS)
def test_the_answer_names_the_key(number):
    options, text = question(number)
    assert f"</summary>\n\n**{KEYS[number]}.**" in text
    assert len(set(options.values())) == 4


def test_the_keys_are_computed():
    assert question(1)[0]["c"] == f"$({short(np.array([5, -1]) * 2 * np.array([-2, 3]))})$"
    assert (np.ones((10, 4)).T @ np.ones((10, 6))).shape == (4, 6) and question(2)[0]["b"] == "$dZ^\\top X$"
    p = np.array([0.6, 0.3, 0.1])
    back = clean(slopes(lambda z: np.sum(soft(z)), np.log(p)))
    assert question(3)[0]["a"] == f"$({short(back)})$"
    assert question(3)[0]["b"] == "$(" + ", \\; ".join(f"{v:.2f}" for v in p * (1 - p)) + ")$"
    losses = question(4)[0]
    assert losses["d"] == f"{np.average([2, 1, 5], weights=[2, 2, 1]):g}"
    assert [losses["a"], losses["b"], losses["c"]] == [f"{8 / 3:.2f}", f"{8 / 5:g}", f"{2 * 8 / 5:g}"]


# ---------------------------------------------------------------- form


def test_no_graded_name_is_defined():
    for cell, source in CODE.items():
        for node in ast.walk(ast.parse(source)):
            name = getattr(node, "name", None) or (node.id if isinstance(node, ast.Name) else None)
            assert name not in GRADED, cell


def test_code_cells_are_short():
    for cell, source in CODE.items():
        assert len(source.split("\n")) <= 25, cell
