"""The numbers and the formulas that assignment 04 states, each computed here from its definition."""

import ast
import contextlib
import io
import re
from math import exp, log, log1p, sqrt, tanh
from unittest.mock import MagicMock

import numpy as np
import pytest
from facts import Told
from numerical import slopes

from tools.notebooks import answer_name, helper_cells, load, solution_cells

ASSIGNMENT = "04-own-framework"
NOTEBOOK = load(ASSIGNMENT)
TOLD = Told(NOTEBOOK)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells}
EXERCISES = {
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
}


def sigma(z):
    return 1 / (1 + exp(-z))


def softmax(scores):
    total = sum(exp(s) for s in scores)
    return [exp(s) / total for s in scores]


def short(values):
    return ", ".join(f"{v:g}" for v in values)


def linear(X, W, b):
    return [
        [sum(w * x for w, x in zip(row, example, strict=True)) + c for row, c in zip(W, b, strict=True)]
        for example in X
    ]


def linear_gradients(X, W, b, dZ):
    """dX, dW and db: the numerical gradients of a loss that has the gradient dZ."""

    def loss(X, W, b):
        return np.sum(np.array(dZ) * linear(X, W, b))

    dX = slopes(lambda x: loss(x, W, b), X)
    dW = slopes(lambda w: loss(X, w, b), W)
    db = slopes(lambda c: loss(X, W, c), b)
    return [np.round(gradient, 6) + 0 for gradient in (dX, dW, db)]


# The worked examples.
SMALL = {"X": [[1, 2], [0, 1]], "W": [[3, -1]], "b": [0.5]}
SMALL_DX, SMALL_DW, SMALL_DB = linear_gradients(**SMALL, dZ=[[1], [2]])
NAMED = {"X": [[1, 2]], "W": [[1, 0], [3, -1]], "b": [0.5, 0]}
NAMED_DX, NAMED_DW, NAMED_DB = linear_gradients(**NAMED, dZ=[[1, 2]])
BATCH_DX, BATCH_DW, BATCH_DB = linear_gradients(np.ones((5, 3)), np.ones((2, 3)), np.ones(2), np.ones((5, 2)))
P = softmax([0, 1, 2])
P_BACK = slopes(lambda z: softmax(z)[0], [0, 1, 2])
FUSED_BACK = slopes(lambda z: -log(softmax(z)[2]), [0, 1, 2])
CROSS = -(log(0.7) + log(0.5)) / 2
CROSS_BACK = slopes(lambda p: -(log(p[0][2]) + log(p[1][0])) / 2, [[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
SQUARED = ((3 - 3) ** 2 + (4 - 5) ** 2 + (4 - 2) ** 2) / 3
SQUARED_BACK = slopes(lambda p: ((p[0] - 3) ** 2 + (p[1] - 5) ** 2 + (p[2] - 2) ** 2) / 3, [3, 4, 4])
SIZES = [len(range(10)[start : start + 4]) for start in range(0, 10, 4)]


def behind(number, digits):
    """Write the digits behind the number, one after the other."""
    return int(str(number) + "".join(str(d) for d in digits))


FACTS = {
    "title": ("4*2 3",),
    "how-to-work": ("1 2 3 4 5",),
    "notation": ("0 1",),
    "warm-up-1": ("1 3*3 2*4", 3 * 2, 2 * 3 * 2, slopes(lambda x: (3 * x[0]) ** 2, [2])[0]),
    "warm-up-2": ("2*2 3 5", BATCH_DX.shape, BATCH_DW.shape, BATCH_DB.shape),
    "warm-up-3": ("3 0*2 1 2",),
    "interface-text": ("1*4 2*2",),
    "scale-text": ("2 1*2 3 -0.5 0.1",),
    "scale-result": ("1 2 3*2 4",),
    "linear-text": ("2 4 8",),
    "linear-example": ("0.5 1*3 2*2 0", SMALL["X"], SMALL["W"], linear(**SMALL), 1, 2, SMALL_DX, SMALL_DW[0]),
    "linear-start": ("0*2 1",),
    "linear": ("0*4 1*4 3 -1 0.5 2*2", np.array(linear(**NAMED), float).tolist(), NAMED_DX, NAMED_DW, NAMED_DB),
    "sigmoid-text": ("3 7 1*3",),
    "sigmoid-overflow": ("-1000 -1 1*3 2*2",),
    "sigmoid": ("1*4 0*2 2 4 -1000 1000", sigma(0), sigma(2), 4 * sigma(0) * (1 - sigma(0)), sigma(2) * (1 - sigma(2))),
    "tanh-text": ("-1 1*2 2",),
    "tanh": ("0 1*3 3 -1 -1000 1000", tanh(0), tanh(1), 3 * (1 - tanh(0) ** 2), 1 - tanh(1) ** 2),
    "relu-text": ("0*7 1*3 3",),
    "relu": ("0 -1 2 5 6", max(0, -1), max(0, 2), 5 * (-1 > 0), 6 * (2 > 0)),
    "activations-see-text": ("1 5",),
    "activations-result": ("5 0.25 10", max(sigma(z / 100) * (1 - sigma(z / 100)) for z in range(-600, 601))),
    "softmax-text": ("4*2 6 1 0",),
    "softmax-backward-text": ("0*4 1*3 2", P, P_BACK),
    "softmax": ("0*3 1*3 2", P, P_BACK),
    "softmax-see-text": ("1 0*2",),
    "softmax-see-result": ("0",),
    "cross-entropy-loss-text": ("5 3 7 1*3 0*2",),
    "cross-entropy-loss-clip": ("2*2 0*4 0.1 0.2*2 0.7*2 0.5 0.3 1 10 -12", CROSS_BACK[0, :2], CROSS_BACK[0, 2]),
    "cross-entropy-loss": ("2 0*6 0.1 0.2*2 0.7 0.5 0.3 1", CROSS, CROSS_BACK[0, 2], CROSS_BACK[1, 0]),
    "softmax-cross-entropy-loss-text": ("6 3 8 1*3 0 2*2", P, FUSED_BACK),
    "softmax-cross-entropy-loss-stable": ("0*2 1 500 10 -12", -log(1e-12), 500 + log1p(exp(-500))),
    "softmax-cross-entropy-loss": (
        "2*2 0*3 1 500",
        [-log(P[2]), FUSED_BACK, 500 + log1p(exp(-500)), 1 / (1 + exp(500)) - 1, 1 / (1 + exp(-500))],
    ),
    "two-ways-text": ("0*2 60",),
    "two-ways-result": ("0",),
    "mean-squared-error-text": (
        "7 2*6 1 3*3 5 4*2 0 -1",
        SQUARED_BACK,
    ),
    "mean-squared-error": ("3*2 5 2 4*2", SQUARED, SQUARED_BACK[0], SQUARED_BACK[1:]),
    "network-text": ("8 3",),
    "test-layers-text": (
        *("2*2 4*3 9 1 3 5", behind(4, [2]), behind(4, [9 - 2])),
        *(behind(4, [1, 2, 3]), behind(5, [9 - 3, 9 - 2, 9 - 1])),
    ),
    "test-layers": ("9",),
    "network": ("2*2 8*2 3*2",),
    "gradient-check-text": ("0 1",),
    "gradient-check-result": ("10*2 -7 -3",),
    "train-epoch-text": ("9 2*2 1 10 11 4*4 8", SIZES),
    "recorders": ("10",),
    "recorders-loss": ("1*2 2",),
    "train-epoch": ("1 2 4", SIZES, np.average([1, 2, 4], weights=SIZES)),
    "two-moons-text": ("10 12",),
    "sine-text": ("0.2 1*2 5 150",),
    "overfitting-text": ("0.15 400 85 20 0*2 50 80 0.5 1280 5",),
    "overfitting-result": ("50 80 2 1280 0 0.6",),
    "repair-tanh-skip-text": ("11 3 1*3 2*3",),
    "tanh-skip-search": ("0*2 1 2",),
    "repair-tanh-skip": ("0*2 1*2 1.761594 3 6.0 1.419974",),
    "end-text": ("5 6",),
    "quiz-text": ("5",),
    "quiz-1-text": ("1 -1 2*2 3*2 5*2 6*4 -7*2 0*5",),
    "quiz-2-text": ("2 1",),
    "quiz-3-text": ("3 0*4 500*2 -1*2 1*2 -500",),
    "quiz-4-text": ("4 5*2 0",),
    "quiz-5-text": ("5 10 4 1.5 1.0*2 0.5*2", sum([1.5, 1.0, 0.5]), np.average([1.5, 1.0, 0.5], weights=SIZES)),
}


# The displayed formulas. Each entry has the text in the notebook, the formula in numpy
# and the number whose numerical gradient it must be.

RNG = np.random.default_rng(4)
X, W, B = RNG.normal(size=(5, 3)), RNG.normal(size=(2, 3)), RNG.normal(size=2)
DZ, Z, DP = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3))
LABELS = np.array([2, 0, 1, 1, 2])
TRUE = np.eye(3)[LABELS]  # the bracket [k = y_i]


def rows_softmax(Z):
    return np.array([softmax(row) for row in Z])


def cross_entropy(P):
    return -sum(log(row[y]) for row, y in zip(P, LABELS, strict=True)) / len(P)


def apply(function):
    return np.vectorize(function, otypes=[float])


PROBABILITIES = rows_softmax(Z)
SIGMA, RELU = apply(sigma), apply(lambda z: max(0.0, z))
ONE = Z[0]
ONE_P = np.array(softmax(ONE))
GRADIENTS = [
    (("scale-text", r"\partial L / \partial x = dz \cdot a"), DP * 2, lambda x: np.sum(DP * (2 * x)), X),
    (
        ("scale-text", r"\partial L / \partial a = \sum dz \cdot x"),
        [np.sum(DP * X)],
        lambda a: np.sum(DP * (a * X)),
        [2],
    ),
    (
        ("linear-text", r"\frac{\partial L}{\partial X_{ij}} = \sum_k dZ_{ik} W_{kj}"),
        np.einsum("ik,kj->ij", DZ, W),
        lambda x: np.sum(DZ * linear(x, W, B)),
        X,
    ),
    (
        ("linear-text", r"\frac{\partial L}{\partial W_{kj}} = \sum_i dZ_{ik} X_{ij}"),
        np.einsum("ik,ij->kj", DZ, X),
        lambda w: np.sum(DZ * linear(X, w, B)),
        W,
    ),
    (
        ("linear-text", r"\frac{\partial L}{\partial b_k} = \sum_i dZ_{ik}"),
        np.einsum("ik->k", DZ),
        lambda b: np.sum(DZ * linear(X, W, b)),
        B,
    ),
    (("sigmoid-text", r"dZ = dA \cdot g'(Z)"), DP * np.cos(Z), lambda z: np.sum(DP * np.sin(z)), Z),
    (
        ("sigmoid-text", r"\sigma'(z) = \sigma(z) \, (1 - \sigma(z))"),
        SIGMA(Z) * (1 - SIGMA(Z)),
        lambda z: np.sum(SIGMA(z)),
        Z,
    ),
    (("tanh-text", r"\tanh'(z) = 1 - \tanh(z)^2"), 1 - np.tanh(Z) ** 2, lambda z: np.sum(np.tanh(z)), Z),
    (
        ("relu-text", r"\text{relu}'(z) = \begin{cases} 1 & z > 0 \\ 0 & z < 0 \end{cases}"),
        np.where(Z > 0, 1, 0),
        lambda z: np.sum(RELU(z)),
        Z,
    ),
    *[
        (
            ("softmax-text", r"\frac{\partial p_k}{\partial z_j} = p_k \, ([k = j] - p_j)"),
            [ONE_P[k] * ((k == j) - ONE_P[j]) for j in range(3)],
            lambda z, k=k: softmax(z)[k],
            ONE,
        )
        for k in range(3)
    ],
    (
        (
            "softmax-backward-text",
            r"\frac{\partial L}{\partial z_j} = \sum_k \frac{\partial L}{\partial p_k}",
            r"\, p_k \, ([k = j] - p_j)",
        ),
        [sum(DP[0, k] * ONE_P[k] * ((k == j) - ONE_P[j]) for k in range(3)) for j in range(3)],
        lambda z: np.dot(DP[0], softmax(z)),
        ONE,
    ),
    (
        (
            "cross-entropy-loss-text",
            r"\frac{\partial L}{\partial P_{ik}} =",
            r"\begin{cases} -\dfrac{1}{m \, P_{ik}} & k = y_i \\ 0 & k \neq y_i \end{cases}",
        ),
        np.where(TRUE, -1 / (5 * PROBABILITIES), 0),
        cross_entropy,
        PROBABILITIES,
    ),
    (
        (
            "softmax-cross-entropy-loss-text",
            r"\frac{\partial L}{\partial Z_{ij}} = \frac{1}{m} \left( P_{ij} - [j = y_i] \right)",
        ),
        (PROBABILITIES - TRUE) / 5,
        lambda z: cross_entropy(rows_softmax(z)),
        Z,
    ),
    *[
        (
            ("mean-squared-error-text", r"\frac{\partial L}{\partial \hat Y} = \frac{2}{N} (\hat Y - Y)"),
            2 / true.size * (predicted - true),
            lambda y, true=true: np.sum((y - true) ** 2) / true.size,
            predicted,
        )
        for true, predicted in [(X, Z), (X[:, 0], Z[:, 0])]
    ],
]


@pytest.mark.parametrize(("formula", "value", "function", "at"), GRADIENTS)
def test_a_gradient_formula_is_the_numerical_gradient(formula, value, function, at):
    assert TOLD.shows(*formula)
    assert np.array(value) == pytest.approx(slopes(function, at), rel=1e-6, abs=1e-8)


IDENTITIES = [
    (
        ("linear-text", r"Z_{ik} = \sum_j W_{kj} X_{ij} + b_k"),
        np.einsum("kj,ij->ik", W, X) + B,
        np.array([W @ x + B for x in X]),
    ),
    (
        ("sigmoid-overflow", r"\sigma(z) = \tfrac12 \left(1 + \tanh \tfrac{z}{2}\right)"),
        SIGMA(Z),
        (1 + np.tanh(Z / 2)) / 2,
    ),
    (
        ("softmax-cross-entropy-loss-stable", r"-\log p_y = \log \sum_j e^{z_j} - z_y"),
        -np.log(ONE_P),
        log(sum(exp(z) for z in ONE)) - ONE,
    ),
    (
        ("softmax-cross-entropy-loss-stable", r"= c + \log \sum_j e^{z_j - c} - z_y"),
        -np.log(ONE_P),
        0.7 + log(sum(exp(z - 0.7) for z in ONE)) - ONE,
    ),
    (
        ("spirals-result", r"W_3 (W_2 (W_1 x)) = (W_3 W_2 W_1) \, x"),
        DZ @ (W @ (Z.T @ X[:, 0])),
        (DZ @ W @ Z.T) @ X[:, 0],
    ),
]


@pytest.mark.parametrize(("formula", "one", "other"), IDENTITIES)
def test_the_two_sides_of_an_identity_are_equal(formula, one, other):
    assert TOLD.shows(*formula)
    assert one == pytest.approx(other, rel=1e-12)


# What the text says about the formulas.


def test_the_warm_up_about_objects():
    cell = CELLS["warm-up-3"]
    space = {}
    exec(re.search(r"```python\n(.*?)```", cell, re.S)[1], space)
    assert TOLD.states("warm-up-3", space["a"].n, space["b"].n)


def test_the_shape_of_a_gradient_is_the_shape_of_its_array():
    assert [g.shape for g in linear_gradients(X, W, B, DZ)] == [X.shape, W.shape, B.shape]


def test_the_start_deviation_keeps_z_about_as_large_as_x():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(50, 400)), rng.normal(size=(60, 400)) / sqrt(400)
    assert (x @ w.T).std() == pytest.approx(x.std(), rel=0.1)


def test_equal_weights_get_equal_gradients():
    """So units that start equal stay equal."""

    def loss(weights):
        hidden = np.tanh(X @ weights.T)
        return np.sum((hidden @ np.full((4, 2), 0.3) - DZ) ** 2)

    gradient = slopes(loss, np.full((4, 3), 0.2))
    assert gradient[1:] == pytest.approx(np.tile(gradient[0], (3, 1)), rel=1e-5)


def test_the_exponential_overflows_for_minus_1000():
    with pytest.raises(OverflowError):
        sigma(-1000)


def test_the_one_sided_derivatives_of_relu_at_0_are_0_and_1():
    assert [(max(0, h) - max(0, 0)) / h for h in (-0.5, 0.5)] == [0, 1]


def test_ten_sigmoid_layers_leave_less_than_a_millionth():
    assert 0.25**10 < 1e-6


def test_a_growing_score_takes_from_all_other_probabilities():
    assert [value > 0 for value in P_BACK] == [True, False, False]


def test_the_right_c_makes_one_exponent_0_and_none_positive():
    assert max(z - max(ONE) for z in ONE) == 0


def test_relative_error_of_equal_arrays_is_0_and_of_opposite_ones_is_1():
    def error(a, b):
        return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))

    assert (error(X, X), error(X, -X)) == (0, pytest.approx(1))


def test_numpy_subtracts_each_from_each():
    assert (np.zeros((7, 1)) - np.zeros(7)).shape == (7, 7)


def test_pictures_look_at_the_places_that_they_name():
    assert (np.linspace(-6, 6, 121)[110], *np.linspace(0, 60, 121)[[40, 120]]) == pytest.approx((5, 20, 60))


# The examples in the docstrings, the demonstrations and the reference solutions.


@pytest.fixture(scope="module")
def space():
    """The given parts and the reference solutions. Pictures are not drawn."""
    names = {
        "np": np,
        "needs": lambda *names: contextlib.nullcontext(),
        "axes": lambda *args, columns=1, **kw: (
            MagicMock(),
            MagicMock() if columns == 1 else (MagicMock(), MagicMock()),
        ),
        "lines": MagicMock(),
        "decision_regions": MagicMock(),
        "show": MagicMock(),
        "slider": MagicMock(),
        "grid_around": lambda X: (None, None, X),
    }
    cells = [c for c in helper_cells(NOTEBOOK) if c.id != "setup"] + list(solution_cells(NOTEBOOK).values())
    for cell in cells:
        exec(cell.source, names)
    return names


@pytest.fixture(scope="module")
def demo(space):
    """``demo(cell id)``: what the demonstration says or prints, and the names that it leaves. Each runs once."""
    done = {}

    def run(name):
        if name not in done:
            names, out = dict(space), io.StringIO()
            names["show"] = lambda figure, words, out=out: out.write(words)
            with contextlib.redirect_stdout(out):
                exec(CELLS[name], names)
            done[name] = out.getvalue(), names
        return done[name]

    return run


def examples(answer):
    """The numbers after "=" and "gives" in the examples of a docstring, in order."""
    text = re.sub(r"\s+", " ", answer.__doc__).split("Example:", 1)[1]
    found = re.findall(r"(?:= |gives )(\[[-\d., \[\]]*\]|\d[\d.]*\d)", text)
    return [np.array(ast.literal_eval(number)) for number in found]


def test_there_are_eight_parts_then_the_network_and_the_training():
    cells = solution_cells(NOTEBOOK).items()
    names = [answer_name(c) for key, c in cells if not key.startswith(("quiz-", "repair-"))]
    assert set(names) == EXERCISES and len(names) == 8 + 2 and names[8:] == ["Network", "train_epoch"]


def test_the_framework_has_about_a_hundred_lines():
    count = 0
    for cell in solution_cells(NOTEBOOK).values():
        tree = ast.parse(cell.source)
        if answer_name(cell) in EXERCISES:
            for node in ast.walk(tree):
                if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
                    node.body = node.body[1:]
            count += len([line for line in ast.unparse(tree).splitlines() if line.strip()])
    assert 75 <= count <= 125


def test_the_example_of_linear_forward(space):
    W, b, X, Z = examples(space["Linear"])[:4]
    layer = space["Linear"](2, 2, np.random.default_rng(0))
    layer.W, layer.b = W, b
    assert layer.forward(X) == pytest.approx(Z)


def test_the_example_of_linear_backward(space):
    W, b, X, _, dZ, *gradients = examples(space["Linear"])
    layer = space["Linear"](2, 2, np.random.default_rng(0))
    layer.W, layer.b = W, b
    layer.forward(X)
    results = [layer.backward(dZ), layer.dW, layer.db]
    assert all(np.array_equal(a, b) for a, b in zip(results, gradients, strict=True))


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ReLU", "Softmax"])
def test_the_example_of_a_layer_forward(name, space):
    Z, A, _, _ = examples(space[name])
    assert space[name]().forward(Z) == pytest.approx(A, abs=6e-7)


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ReLU", "Softmax"])
def test_the_example_of_a_layer_backward(name, space):
    Z, _, d, dZ = examples(space[name])
    layer = space[name]()
    layer.forward(Z)
    assert layer.backward(d) == pytest.approx(dZ, abs=6e-7)


LOSS_EXAMPLES = [
    ("CrossEntropyLoss", 0),
    ("SoftmaxCrossEntropyLoss", 0),
    ("SoftmaxCrossEntropyLoss", 4),
    ("MeanSquaredError", 0),
]


@pytest.mark.parametrize(("name", "first"), LOSS_EXAMPLES)
def test_the_example_of_a_loss_forward(name, first, space):
    true, predicted, value, _ = examples(space[name])[first : first + 4]
    assert space[name]().forward(true, predicted) == pytest.approx(float(value), abs=6e-7)


@pytest.mark.parametrize(("name", "first"), LOSS_EXAMPLES)
def test_the_example_of_a_loss_backward(name, first, space):
    true, predicted, _, gradient = examples(space[name])[first : first + 4]
    loss = space[name]()
    loss.forward(true, predicted)
    assert loss.backward() == pytest.approx(gradient, abs=6e-7)


@pytest.mark.parametrize(("name", "low"), [("Sigmoid", 0), ("Tanh", -1)])
def test_the_ends_of_an_activation(name, low, space):
    assert space[name]().forward(np.array([[-1000.0, 1000.0]])).tolist() == [[low, 1]]


def test_the_example_of_the_network(space):
    code = re.search(r"Example: (Network\(.*\)\]\)) gives 3 scores for 2 inputs", space["Network"].__doc__)[1]
    network = eval(code, dict(space, rng=np.random.default_rng(0)))
    assert network.forward(np.ones((5, 2))).shape == (5, 3)


def test_the_digits_of_the_test_layers(space):
    network = space["Network"]([space["DigitLayer"](d) for d in (1, 2, 3)])
    assert (network.forward(4), network.backward(5)) == (4123, 5678)


def test_the_example_of_an_epoch(space):
    loss = MagicMock()
    loss.forward.side_effect = [1, 2, 4]
    X, y, rng = np.ones((10, 2)), np.ones(10), np.random.default_rng(0)
    assert space["train_epoch"](MagicMock(), loss, X, y, 0.1, 4, rng) == 2.0


def test_the_recording_loss_does_as_its_docstring_says(space):
    calls = []
    loss, network, found = space["RecordingLoss"](calls), space["RecordingNetwork"](calls), []
    for _ in range(3):
        found.append((loss.forward(0, 0), loss.backward().item()))
        network.update(0.1)
    assert found == [(1, -1), (4, -2), (9, -3)]


def test_the_message_about_three_recorded_batches():
    assert f"check.same(mean, {np.average([1, 4, 9], weights=[3, 3, 1]):.8f}," in CELLS["test-train-epoch-order"]


def test_the_scale_example_prints_the_four_results_on_paper(demo):
    a, x, d = 2.0, [1.0, 3.0], [1.0, -0.5]
    da = d[0] * x[0] + d[1] * x[1]
    paper = f"Z: {[[a * v] for v in x]} dX: {[[v * a] for v in d]} da: {da} a after the update: {a - 0.1 * da}"
    assert re.sub(r"\s+", " ", demo("scale-example")[0]).strip() == paper


def test_the_gradients_at_5_in_the_picture_of_the_activations(demo):
    numbers = f"{sigma(5) * (1 - sigma(5)):.4f} for Sigmoid, {1 - tanh(5) ** 2:.5f} for Tanh and 1 for ReLU"
    assert numbers in demo("activations-picture")[0]


def test_the_largest_gradients_in_the_picture_of_the_activations(demo):
    assert "The largest are 0.25, 1 and 1." in demo("activations-picture")[0]


def test_the_printed_jacobian_is_the_numerical_one(demo):
    numerical = [slopes(lambda z, k=k: softmax(z)[k], [0, 1, 2]) for k in range(3)]
    printed = [line.split()[2:5] for line in demo("softmax-jacobian")[0].splitlines()[-3:]]
    assert printed == [[f"{v:.4f}" for v in row] for row in numerical]


def test_the_rows_of_the_jacobian_sum_to_0(demo):
    assert demo("softmax-jacobian")[1]["jacobian"].sum(axis=1) == pytest.approx(np.zeros(3), abs=1e-15)


def test_the_jacobian_is_symmetric(demo):
    jacobian = demo("softmax-jacobian")[1]["jacobian"]
    assert jacobian == pytest.approx(jacobian.T)


def test_only_the_diagonal_of_the_jacobian_is_positive(demo):
    assert np.array_equal(demo("softmax-jacobian")[1]["jacobian"] > 0, np.eye(3, dtype=bool))


def test_the_first_row_of_the_jacobian_comes_back_for_the_gradient_of_p0(demo, space):
    layer = space["Softmax"]()
    layer.forward(np.array([[0.0, 1.0, 2.0]]))
    assert layer.backward(np.array([[1.0, 0.0, 0.0]]))[0] == pytest.approx(demo("softmax-jacobian")[1]["jacobian"][0])


def test_the_losses_in_the_picture_of_the_two_ways(demo):
    numbers = f"loss is {-log(1e-12):.1f} in two parts and {60 + log1p(exp(-60)):.1f} fused"
    assert numbers in demo("two-ways-picture")[0]


def test_the_gradients_in_the_picture_of_the_two_ways(demo):
    early, late, clipped = sigma(20), sigma(60), exp(-60) / 1e-12
    words = demo("two-ways-picture")[0]
    assert f"at a gap of 20 is {early:.3f} and {early:.3f}." in words
    assert f"At a gap of 60 it is {clipped:.3f} in two parts, but still {late:.3f} fused." in words


def test_the_two_ways_agree_before_the_clip(demo):
    two_parts, fused = demo("two-ways-picture")[1]["slopes"]
    before = np.linspace(0, 60, 121) < -log(1e-12) - 1e-6
    assert two_parts[before] == pytest.approx(fused[before], rel=1e-9)


def test_the_two_parts_send_back_almost_0_beyond_the_clip(demo):
    clipped = exp(-60) / 1e-12
    assert demo("two-ways-picture")[1]["slopes"][0, -1] == pytest.approx(-clipped, rel=1e-6)
    assert clipped < 1e-12


def test_the_fused_loss_still_pulls_with_full_strength(demo):
    assert demo("two-ways-picture")[1]["slopes"][1, -1] == pytest.approx(sigma(-60) - 1)


def test_the_gradient_check_is_below_the_stated_rounding(demo):
    assert TOLD.shows("gradient-check-result", r"10^{-7}")
    assert all(float(line.split()[-1]) < 1e-7 for line in demo("gradient-check")[0].splitlines())


def test_the_moons_network_has_12_relu_units(demo):
    assert [layer.W.shape for layer in demo("two-moons-picture")[1]["network"].layers[::2]] == [(12, 2), (2, 12)]


def test_more_moon_points_are_right_after_60_epochs(demo):
    first, last = demo("two-moons-picture")[1]["right"]
    assert first < 0.9 < 0.98 < last


def test_the_loss_on_the_moons_falls_within_60_epochs(demo):
    losses = demo("two-moons-picture")[1]["losses"]
    assert len(losses) == 60 and losses[-1] < 0.1 * losses[0]


def test_both_spiral_networks_have_three_linear_layers(demo, space):
    names = demo("spirals-picture")[1]
    for network in (names["plain"], names["bent"]):
        assert sum(isinstance(layer, space["Linear"]) for layer in network.layers) == 3


def test_three_trained_linear_layers_are_one(demo):
    plain = demo("spirals-picture")[1]["plain"]
    (W1, b1), (W2, b2), (W3, b3) = [(layer.W, layer.b) for layer in plain.layers]
    one = X[:, :2] @ (W3 @ W2 @ W1).T + W3 @ (W2 @ b1 + b2) + b3
    assert plain.forward(X[:, :2]) == pytest.approx(one)


def test_only_the_network_with_tanh_learns_the_spirals(demo):
    plain, bent = demo("spirals-picture")[1]["right"]
    assert plain < 0.65 and bent > 0.97


def test_the_loss_on_the_sine_ends_close_to_the_noise(demo):
    losses = demo("sine-picture")[1]["losses"]
    assert len(losses) == 150 and np.mean(losses[-50:]) == pytest.approx(0.2**2, abs=0.015)


def test_the_sine_curve_is_almost_flat_after_1_epoch(demo):
    curves = demo("sine-picture")[1]["curves"]
    assert np.ptp(curves[1]) < 0.5 * np.ptp(curves[150])


def test_the_last_sine_curve_follows_the_wave(demo):
    assert demo("sine-picture")[1]["distance"] < 0.2


# The quiz. ``KEYS`` are the options with numbers that the computation makes right.


def vector(values):
    return f"$({short(values)})$"


KEYS = [
    (1, vector(d if z > 0 else 0 for z, d in zip((-1, 2, 3), (5, 6, -7), strict=True))),
    (3, vector(np.round(np.array([1 / (1 + exp(500)), 1 / (1 + exp(-500))]) - [1, 0]))),
    (5, f"{np.average([1.5, 1.0, 0.5], weights=SIZES):g}"),
]


@pytest.mark.parametrize(("number", "right"), KEYS)
def test_a_quiz_key_is_the_computed_one(number, right, space):
    cell = CELLS[f"quiz-{number}-text"]
    letters = [letter for letter, text in re.findall(r"- \*\*(\w)\*\* (.*)", cell) if text.strip() == right]
    assert letters == [space[f"quiz_{number}"]()]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_the_hidden_quiz_test_has_the_key_of_the_solution(number, space):
    assert f'quiz_{number}).choice("{space[f"quiz_{number}"]()}"' in CELLS[f"test-quiz-{number}"]


def squared_error(weights):
    return np.sum((X @ weights.T + B - DZ) ** 2) / DZ.size


def test_the_quiz_key_about_the_factor():
    """The gradient that arrives holds 1/m. The sum alone is the right gradient of the weights."""
    arriving = slopes(lambda z: np.sum((z - DZ) ** 2) / DZ.size, X @ W.T + B)
    assert arriving.T @ X == pytest.approx(slopes(squared_error, W), rel=1e-6)


def test_the_quiz_reason_about_a_second_division():
    """The same examples twice leave the gradient as it is. Divided by m once more, it would depend on m."""

    def weight_gradient(copies):
        x, y = np.tile(X, (copies, 1)), np.tile(DZ, (copies, 1))
        return slopes(lambda w: np.sum((x @ w.T + B - y) ** 2) / y.size, W)

    assert weight_gradient(2) == pytest.approx(weight_gradient(1), rel=1e-6)


def test_the_quiz_key_about_five_linear_layers(space):
    rng = np.random.default_rng(0)
    layers = [space["Linear"](3, 3, rng) for _ in range(5)]
    network = space["Network"](layers)
    product = np.linalg.multi_dot([layer.W for layer in reversed(layers)])
    assert network.forward(X) == pytest.approx(X @ product.T)


def test_the_quiz_reason_about_probabilities_of_0_and_1():
    assert (1 / (1 + exp(500)), 1 / (1 + exp(-500))) == pytest.approx((0, 1), abs=1e-12)


@pytest.fixture(scope="module")
def filmed(space):
    """The function that films the training of the framework, from its cell."""
    names = dict(space)
    exec(CELLS["overfitting-training"], names)
    return names["filmed"]


def test_the_film_shows_learning_by_heart(filmed):
    losses = np.array([frame[2] for frame in filmed(50, 80)])
    assert losses[-1, 0] < 0.3 and losses[-1, 1] > log(2) > losses[:, 1].min()


def test_the_film_shows_that_more_examples_cure_it(filmed):
    losses = np.array([frame[2] for frame in filmed(50, 1280)])
    assert np.ptp(losses[-1]) < 0.05 and losses[-1].max() < 0.5


def test_the_film_shows_that_one_layer_is_too_simple(filmed):
    assert np.array(filmed(0, 80)[-1][2]) == pytest.approx(0.6, abs=0.03)
    assert np.array(filmed(0, 320)[-1][2]) == pytest.approx(0.6, abs=0.03)
