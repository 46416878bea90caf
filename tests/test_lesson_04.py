"""The numbers and the formulas that lesson 04 states, each computed here from its definition."""

import ast
import json
import re
from math import exp, log, log1p, sqrt, tanh
from pathlib import Path

import numpy as np
import pytest
from lesson_run import run_lesson
from numerical import slopes

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = json.loads((ROOT / "lessons" / "04-own-framework.ipynb").read_text(encoding="utf-8"))
CELLS = {cell["id"]: "".join(cell["source"]) for cell in NOTEBOOK["cells"]}
CODE = {cell["id"]: "".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"}
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


def said(cell):
    """The text of a cell on single-spaced lines."""
    return re.sub(r"\s+", " ", CELLS[cell])


def clean(values):
    return np.round(values, 6) + 0.0


def short(values, between=", "):
    return between.join(f"{v:g}" for v in np.ravel(values))


def wide(values):
    """Numbers as the lesson writes them inside formulas: a space after a comma, unless a minus follows."""
    text = f"{values[0]:g}"
    for v in values[1:]:
        text += f", {v:g}" if v < 0 else f", \\; {v:g}"
    return text


def matrix(rows):
    return "\\begin{pmatrix} " + " \\\\ ".join(" & ".join(f"{v:g}" for v in row) for row in rows) + " \\end{pmatrix}"


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


STATED = {
    "warm-up": [
        f"At $x = 1$ we have $u = {5 * 1}$. The chain rule gives $2u \\cdot 5 = {2 * 5} \\cdot 5 =$ "
        f"**{slopes(lambda x: (5 * x) ** 2, 1.0).item():.0f}**",
        f"The shapes are $(3, 4)$ and $(4, 2)$. The inner numbers agree, and the outer numbers give "
        f"${(np.ones((4, 3)).T @ np.ones((4, 2))).shape}$.",
    ],
    "chain-text": [
        f"$X = {matrix(CHAIN_X)}$, and $a = 2$, $c = -3$.",
        "each entry of $S$ has the gradient $\\tfrac12$",
    ],
    "chain-numbers": [
        "$L = \\tfrac12 \\left( (a - 3)^2 + (3a - 3)^2 \\right)$ when $c = -3$",
        "is $(a - 3) + 3\\,(3a - 3)$",
        f"At $a = 2$ this is ${2 - 3} + {3 * (3 * 2 - 3)} = {DA:.0f}$.",
    ],
    "chain-result": [
        f"$da = {DA:.0f}$ in `Scale`, $dc = {DC:.0f}$ in `Shift`",
        f"$a = 2 - 0.1 \\cdot {DA:.0f} = {A_NEW:g}$ and $c = -3 - 0.1 \\cdot {DC:.0f} = {C_NEW:g}$.",
        f"the outputs of `Shift` are ${V_NEW[0, 0]:g}$ and ${V_NEW[1, 0]:g}$.",
        f"The loss is $(4 + {V_NEW[1, 0] ** 2:.2f}) / 2 = {np.mean(V_NEW**2):.2f}$. It was ${np.mean(S):g}$ before.",
    ],
    "enough-text": [f"turns 3 into $(3 + 1)^2 = {(3 + 1) ** 2}$", f"3 becomes $3^2 + 1 = {3**2 + 1}$"],
    "shapes-text": ["3 inputs, a hidden layer with 4 units and 2 outputs. The batch has 5 examples."],
    "rules-text": [
        "The factor $\\tfrac12$ was in $dS$.",
        f"$da = {DA:.0f}$ was right",
        f"The right answer is $2 \\cdot 1 = {slopes(lambda v: v**2, 1.0).item():.0f}$.",
    ],
    "state-result": [f"The wrong layer returns {2 * 5}.", f"A layer that adds would use $4 + 6 = {4 + 6}$."],
    "linear-example-text": [
        f"$$X = {matrix(X)}, \\quad W = {matrix(W)}, \\quad b = ({short(B)}), \\quad dZ = {matrix(DZ)}$$",
        f"$Z_{{02}} = 1 \\cdot 3 + 2 \\cdot 1 - 2 = {LINEAR_Z[0, 2]}$",
        f"$dX_{{31}} = (-1) \\cdot (-1) + 2 \\cdot 2 + 0 \\cdot 1 = {LINEAR_DX[3, 1]:g}$",
        f"$dW_{{10}} = 0 \\cdot 1 + 1 \\cdot 0 + (-1) \\cdot (-1) + 2 \\cdot 2 = {LINEAR_DW[1, 0]:g}$",
        f"$db_0 = 1 + 2 + 0 - 1 = {LINEAR_DB[0]:g}$",
    ],
    "start-text": [f"With 100 inputs and $s = 1$ this is {sqrt(100):.0f}."],
    "spread-result": [f"$2^{{10}} = {2**10}$ or $0.5^{{10}} \\approx {0.5**10:.3f}$"],
    "activation-text": [
        f"Take $z = 1$ and the upstream gradient $-2$. Softplus gives ${log(1 + exp(1)):.6f}$.",
        f"$-2 \\cdot \\sigma(1) = -2 \\cdot {sigma(1):.6f} = {slopes(lambda z: -2 * np.log1p(np.exp(z)), 1.0):.6f}$",
    ],
    "sigmoid-text": [
        f"At $z = 1$ the output is ${sigma(1):.6f}$, and the derivative is ${sigma(1):.6f} \\cdot {1 - sigma(1):.6f} = "
        f"{slopes(lambda z: sigma(z), 1.0):.6f}$.",
        f"An upstream gradient of $3$ becomes ${3 * slopes(lambda z: sigma(z), 1.0):.6f}$.",
        f"At $z = 0.5$ the output is ${tanh(0.5):.6f}$, and the derivative is $1 - {tanh(0.5):.6f}^2 = "
        f"{slopes(np.tanh, 0.5):.6f}$.",
        f"gets $Z = (-2, \\; 0.5, \\; 3)$ and returns $({wide([max(0, z) for z in (-2, 0.5, 3)])})$",
        f"$dA = (4, -1, 5)$ arrives. Backward returns $dZ = ({short([4 * (-2 > 0), -1 * (0.5 > 0), 5 * (3 > 0)])})$.",
    ],
    "slope-result": [
        f"It is only ${max(sigma(z / 100) * (1 - sigma(z / 100)) for z in range(-600, 601))}$.",
        f"At $z = 3$ it is ${slopes(lambda z: sigma(z), 3.0):.4f}$.",
        f"at $z = 3$ it is ${slopes(np.tanh, 3.0):.4f}$.",
        f"$0.25^5 \\approx {0.25**5:.5f}$",
    ],
    "jacobian-example": [
        "Let $p = (0.5, \\; 0.3, \\; 0.2)$.",
        f"J = {matrix(np.diag(P))} - {matrix([[a * b for b in P] for a in P])} = {matrix(JACOBIAN)}",
    ],
    "softmax-backward-text": [
        "Take $p = (0.5, \\; 0.3, \\; 0.2)$ and $d = (2, \\; 0, -1)$.",
        f"$s = 1 + 0 - 0.2 = {D @ P:g}$",
        f"The bracket is $({short(D - D @ P)})$.",
        f"The result is $dz = ({short(D_BACK)})$.",
        f"$0.25 \\cdot 2 - 0.15 \\cdot 0 - 0.1 \\cdot (-1) = {D_BACK[0]:g}$",
    ],
    "softmax-stable": [
        f"The scores $(1000, 1001, 1002)$ become $({short(np.array([1000, 1001, 1002]) - 1002)})$.",
        "The probabilities are $(" + ", \\; ".join(f"{v:.6f}" for v in soft([-2, -1, 0])) + ")$",
    ],
    "cross-entropy-text": [
        "The labels are $(1, 0)$. The probabilities are $(0.2, \\; 0.5, \\; 0.3)$ and $(0.25, \\; 0.5, \\; 0.25)$.",
        f"The loss is $-\\tfrac12 (\\log 0.5 + \\log 0.25) = {CROSS:.6f}$.",
        "-\\frac{1}{2 \\cdot 0.5} & 0 \\\\ -\\frac{1}{2 \\cdot 0.25} & 0 & 0 \\end{pmatrix} = " + matrix(CROSS_BACK),
        f"$-\\log 10^{{-12}} = {-log(1e-12):.3f}$",
    ],
    "fused-text": [
        f"$d = (-\\tfrac{{1}}{{0.5}}, \\; 0, \\; 0) = ({-1 / 0.5:g}, \\; 0, \\; 0)$",
        f"$s = -2 \\cdot 0.5 = {-2 * 0.5:g}$",
        f"$p \\cdot (d + 1) = ({wide(CHAINED)})$",
        "and the labels are $(0, 2)$",
        f"0.1 & 0.2 & 0.7 - 1 \\end{{pmatrix}} = {matrix(FUSED_BACK)}",
    ],
    "log-sum-exp-text": [
        f"$500 + \\log(1 + e^{{-500}}) - 0 = {500 + log1p(exp(-500)):g}$",
        "The scores are $(500, 0)$ and the label is 1.",
        f"so the gradient is $({1 / (1 + exp(-500)):g}, {1 / (1 + exp(500)) - 1:g})$",
    ],
    "gap-result": [
        f"a gap of 500 costs {500 + log1p(exp(-500)):g}. The clip says {-log(1e-12):.1f}",
        f"$e / (e + 9) = {exp(1) / (exp(1) + 9):.3f}$",
    ],
    "mse-text": [
        f"$$Y = {matrix(Y_TRUE)}, \\quad \\hat Y = {matrix(Y_PRED)}, \\quad \\hat Y - Y = {matrix(Y_PRED - Y_TRUE)}$$",
        f"The loss is $(1 + 9 + 4) / 6 = {MSE:.6f}$. The gradient is $\\tfrac26$ times the difference",
        f"$$d\\hat Y = {matrix(MSE_BACK)}$$",
    ],
    "check-result": [f"with $d = (1, 1, 1)$ the right answer is $({short(np.ones(3) @ JACOBIAN)})$"],
    "loop-loss-text": [
        "There are 7 examples, and the batch size is 3.",
        f"The batches have {SIZES[0]}, {SIZES[1]} and {SIZES[2]} examples. Their losses are $0.9$, $0.6$ and $0.3$.",
        f"= \\frac{{{EPOCH * 7:g}}}{{7}} = {EPOCH:.6f}$$",
        f"The plain mean of the three losses is ${np.mean([0.9, 0.6, 0.3]):g}$.",
    ],
    "wave-result": [f"about $0.15^2 = {0.15**2:g}$"],
    "quiz": [
        f"$5 \\cdot (-4) = {5 * 2 * -2}$ and $-1 \\cdot 6 = {-1 * 2 * 3}$",
        f"$(2 \\cdot 2 + 2 \\cdot 1 + 1 \\cdot 5) / 5 = 11 / 5 = {np.average([2, 1, 5], weights=[2, 2, 1]):g}$",
    ],
}


# What the examples, pictures and questions start from.
GIVEN = {
    "warm-up": [
        "Take $u = 5x$ and $L = u^2$. What is $\\partial L / \\partial x$ at $x = 1$?",
        "has shape $(4, 3)$, and a matrix $C$ has shape $(4, 2)$. Which product has shape $(3, 2)$",
    ],
    "chain-text": ["The loss is a mean over 2 entries."],
    "chain-result": ["The update with the learning rate $0.1$ gives"],
    "enough-text": ["`Shift` with $c = 1$ and then `Square`"],
    "rules-text": ["`one` receives 1, then `two` receives 5. Then the gradient 1 goes back through `one`."],
    "state-result": ["The first gives $da = 4$, the second gives $da = 6$. The second update must use 6."],
    "linear-example-text": ["with 4 examples, 2 inputs and 3 outputs"],
    "start-text": [
        "Ten linear layers with 100 inputs and 100 outputs",
        "$\\tfrac{0.5}{\\sqrt{100}}$, $\\tfrac{1}{\\sqrt{100}}$ and $\\tfrac{2}{\\sqrt{100}}$",
    ],
    "spread-result": ["Each layer multiplies the size by about 2, 1 or 0.5."],
    "slope-result": ["its largest slope at $z = 0$", "The slope of tanh reaches 1, but"],
    "jacobian-example": ["Each row has the sum 0", "The score of class 0 grows by 1."],
    "softmax-backward-text": [f"has the entry ${JACOBIAN[1, 0]:g}$, and class 2 has only ${JACOBIAN[2, 0]:g}$"],
    "softmax-stable": ["only exponents like $-2000$"],
    "cross-entropy-text": ["numbers under $10^{-12}$ are replaced by $10^{-12}$"],
    "fused-text": [
        f"one example, $p = ({wide(P)})$, and the true class is 0.",
        f"The probabilities are $({wide(FUSED_P[0])})$ and $({wide(FUSED_P[1])})$",
        "\\frac12 \\begin{pmatrix} 0.5 - 1 & 0.3 & 0.2 \\\\ 0.1 & 0.2 & 0.7 - 1",
        "Each row has the sum 0.",
    ],
    "log-sum-exp-text": ["The probabilities are almost exactly $(1, 0)$", "With $c = 500$ the loss is"],
    "gap-text": ["The true class has the score 0.", "clipped at $10^{-12}$", "about a gap of 800?"],
    "gap-result": ["With 10 classes the second softmax"],
    "mse-text": ["Take the targets $1, 2, 3, 4$", "With the shapes $(4, 1)$ and $(4,)$", "and it should be 0"],
    "loop-text": ["$(3, 0, 4, 1, 2)$. With batch size 2 the batches are the rows $3, 0$, then $4, 1$, then $2$."],
    "loop-loss-text": ["$$\\frac{3 \\cdot 0.9 + 3 \\cdot 0.6 + 1 \\cdot 0.3}{7} ="],
    "line-text": ["30 points near a line. The start is $a = 0$, $c = 0$."],
    "wrong": ["its gradients hold $1/m^2$"],
    "quiz": [
        "received $(-2, 3)$ in `forward`. Now $(5, -1)$ arrives",
        "**a** $(4, 9)$ - **b** $(-4, 6)$ - **c** $(-20, -6)$ - **d** $(20, -9)$",
        "6 inputs and 4 outputs. The batch has 10 examples.",
        "which is $(4, 6)$. The product of $(4, 10)$ and $(10, 6)$ gives it, and it adds over the 10 examples.",
        "Answer a has the shape $(6, 4)$",
        "$(10, 4)$ and $(6, 10)$ do not fit",
        "$p = (0.6, \\; 0.3, \\; 0.1)$. The upstream gradient is $(1, 1, 1)$.",
        "**c** $(0.6, \\; 0.3, \\; 0.1)$ - **d** $(1, 1, 1)$",
        "There are 5 examples, and the batch size is 2. The losses of the batches are 2, 1 and 5.",
        "The batches have 2, 2 and 1 examples",
    ],
}


@pytest.mark.parametrize(("cell", "sentence"), [(cell, s) for cell, all_ in GIVEN.items() for s in all_])
def test_an_example_starts_from_these_numbers(cell, sentence):
    assert sentence in said(cell)


@pytest.mark.parametrize(("cell", "sentence"), [(cell, s) for cell, all_ in STATED.items() for s in all_])
def test_a_stated_number_is_the_computed_one(cell, sentence):
    assert sentence in said(cell)


def test_the_chain_of_the_first_example():
    assert DX.ravel() == pytest.approx([-2, 6])
    assert (DA, DC, np.mean(S)) == pytest.approx((8, 2, 5))
    for a in (-1.0, 0.5, 2.0):
        assert slopes(lambda a: chain(CHAIN_X, a, -3), a) == pytest.approx((a - 3) + 3 * (3 * a - 3))


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
    ("linear-forward-text", "Z = X W^T + b"): lambda: (scores(LX, LW, LB), np.matmul(LX, np.transpose(LW)) + LB),
    ("linear-backward-text", "\\sum_k dZ_{ik} W_{kj}, \\qquad dX = dZ \\, W"): lambda: (
        slopes(lambda x: np.sum(LD * scores(x, LW, LB)), LX),
        np.matmul(LD, LW),
    ),
    ("linear-backward-text", "\\sum_i dZ_{ik} X_{ij}, \\qquad dW = dZ^T X"): lambda: (
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
    ("softmax-text", "J = \\text{diag}(p) - p \\, p^T"): lambda: (
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
    assert formula in said(cell)
    computed, printed = FORMULAS[cell, formula]()
    assert np.asarray(printed) == pytest.approx(np.asarray(computed), rel=1e-6, abs=1e-8)


def test_every_displayed_formula_of_the_take_away_is_explained_before():
    for part in ("X W^T + b", "dZ \\, W", "dZ^T X", "dA \\cdot g'(Z)", "\\frac{2}{m q} (\\hat Y - Y)"):
        assert part in CELLS["take-away"]
        assert any(part in text for cell, text in CELLS.items() if cell != "take-away")


def test_the_two_cases_of_the_softmax_derivative():
    e, T = np.exp(Z[0]), sum(np.exp(Z[0]))
    J = jacobian(Z[0])
    assert "\\dfrac{e^{z_k} T - e^{z_k} e^{z_k}}{T^2} = p_k - p_k^2" in said("softmax-text")
    assert "\\dfrac{0 - e^{z_k} e^{z_j}}{T^2} = -p_k p_j" in said("softmax-text")
    assert J[1, 1] == pytest.approx((e[1] * T - e[1] ** 2) / T**2, rel=1e-6)
    assert J[1, 2] == pytest.approx(-e[1] * e[2] / T**2, rel=1e-6)


def test_the_single_numbers_of_two_linear_layers():
    assert "$3 \\, (2x + 1) - 4 = 6x - 1$" in said("collapse-text")
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
    assert "at a gap of about 745" in said("gap-result") and "at a gap of about 104" in said("gap-result")
    assert np.exp(-744.0) > 0 == np.exp(-746.0)
    assert np.exp(np.float32(-103)) > 0 == np.exp(np.float32(-104.5))


def test_the_three_ways_to_the_loss(after):
    names = after["gap-picture"]
    at = {gap: {name: v[names["gaps"] == gap][0] for name, v in names["losses"].items()} for gap in (500, 800)}
    assert at[500] == pytest.approx({"fused": 500, "clip": -log(1e-12), "no clip": 500})
    assert at[800]["fused"] == pytest.approx(800) and np.isinf(at[800]["no clip"])


def test_targets_with_another_shape():
    assert "has 16 entries. The mean of their squares is $2.5$" in said("mse-text")
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
    assert f"This network ends with {ends[0] * 100:.0f} % right." in said("rings-result")
    assert f"Even the best line of all gets only {best * 100:.0f} % of these points right." in said("rings-result")
    assert ends[1] > 0.99


def test_the_networks_in_the_pictures_have_the_stated_sizes(after):
    for cell, text in [
        ("collapse-text", "Both have a hidden layer with {} units."),
        ("rings-result", "two hidden layers with {} tanh units"),
        ("wave-text", "two hidden layers with {} tanh units"),
    ]:
        picture = {"collapse-text": "rings-picture", "rings-result": "spirals-picture", "wave-text": "wave-picture"}[
            cell
        ]
        sizes = after[picture]["network"].hidden_layer_sizes
        assert text.format(sizes[0]) in said(cell) and len(set(sizes)) == 1
    assert "a standard deviation of $0.15$" in said("wave-text") and "0.15 * rng.normal" in CODE["wave-picture"]
    assert len(after["line-picture"]["x_line"]) == 30


def test_the_spirals_are_learned(after):
    names = after["spirals-picture"]["spirals"]
    assert names[1][1] < 0.6 and names[100][1] > 0.99


def test_the_last_loss_of_the_wave_is_near_the_noise(after):
    value = after["wave-picture"]["waves"][200][1]
    assert f"The network ends with ${value:.3f}$." in said("wave-result")
    assert value == pytest.approx(0.15**2, rel=0.2)


# ---------------------------------------------------------------- quiz


KEYS = {1: "c", 2: "b", 3: "a", 4: "d", 5: "b"}


def question(number):
    text = re.split(r"\*\*Question \d\.\*\*", CELLS["quiz"])[number]
    return dict(re.findall(r"- \*\*(\w)\*\* (.*)", text)), text


@pytest.mark.parametrize("number", KEYS)
def test_the_answer_names_the_key(number):
    options, text = question(number)
    assert f"</summary>\n\n**{KEYS[number]}.**" in text
    assert len(set(options.values())) == 4


def test_the_keys_are_computed():
    assert question(1)[0]["c"] == f"$({short(np.array([5, -1]) * 2 * np.array([-2, 3]))})$"
    assert (np.ones((10, 4)).T @ np.ones((10, 6))).shape == (4, 6) and question(2)[0]["b"] == "$dZ^T X$"
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
