"""The numbers that assignment 05 states, each computed here from its definition."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tools.notebooks import grade_cells, load, solution_cells

ASSIGNMENT = "05-mnist-lab"
SIZES = [64, 32, 10]
SCORES = np.array([[1, 5, 2], [0, -1, -3], [2, 3, 4]])
TRUTH, PREDICTION = [0, 1, 1, 1, 2], [0, 2, 2, 1, 2]
EIGHTS = [0, 6, 0, 0, 0, 0, 0, 0, 30, 4]
IMAGE = np.array([[0, 51], [102, 255]], dtype=np.uint8)


def confusion(truth, prediction, n):
    return [
        [sum(1 for pair in zip(truth, prediction, strict=True) if pair == (t, p)) for p in range(n)] for t in range(n)
    ]


def matrix(rows):
    return "\\begin{pmatrix} " + " \\\\ ".join(" & ".join(str(v) for v in row) for row in rows) + " \\end{pmatrix}"


def slope_of_the_sigmoid(z, h=1e-5):
    def sigma(x):
        return 1 / (1 + np.exp(-x))

    return (sigma(z + h) - sigma(z - h)) / (2 * h)


weights = [a * b for a, b in pairwise(SIZES)]
right = np.mean(SCORES.argmax(axis=1) == [1, 2, 2])
STATED = [
    f"{weights[0]} + {SIZES[1]} + {weights[1]} + {SIZES[2]} =$ **{sum(weights) + sum(SIZES[1:])}**",
    f"So the accuracy is **{1 / 10}**",
    f"Here $250 + 10$ becomes **{(250 + 10) % 256}**",
    f"{len(load_digits().images)} pictures of 8 by 8 pixels",
    f"becomes the row $({', '.join(f'{v:g}' for v in (IMAGE / 255).ravel())})$".replace(", ", ", \\; "),
    f"[[[0, 51], [102, 255]]] gives [[{', '.join(str(v) for v in (IMAGE / 255).ravel())}]]",
    f"Then {round(0.3 * 10)} random examples go into the validation part, and the other {10 - round(0.3 * 10)}",
    "The predictions are " + "{}, {} and {}".format(*SCORES.argmax(axis=1)),
    f"the accuracy is ${right:.6f}$",
    f"[2, 3, 4]] gives {right:.6f}",
    matrix(confusion(TRUTH, PREDICTION, 3)),
    f"gives {confusion(TRUTH, PREDICTION, 3)}",
    f'with W = [[0.5, -2]] and W = [[1], [0.25]] after the only epoch give "max_weight": [[{2.0}, {1.0}]]',
    f"{EIGHTS[1]} + {EIGHTS[8]} + {EIGHTS[9]} = {sum(EIGHTS)} eights",
    f"30 / 40 = {EIGHTS[8] / sum(EIGHTS)}",
    f"derivative of the sigmoid, at most {slope_of_the_sigmoid(0):g}",
]


@pytest.mark.parametrize("sentence", STATED)
def test_a_stated_number_is_the_computed_one(sentence, prose):
    assert sentence in prose(ASSIGNMENT)


def test_three_derivatives_of_the_sigmoid_leave_less_than_two_percent():
    assert max(slope_of_the_sigmoid(z) for z in np.linspace(-9, 9, 181)) == pytest.approx(0.25)
    assert 0.25**3 < 0.02


def test_weight_decay_is_the_gradient_step_of_the_penalty():
    W, rate, lam, h = np.array([[0.3, -2.0]]), 0.1, 0.1, 1e-6
    steps = h * np.eye(2).reshape(2, 1, 2)
    gradient = [lam / 2 * (np.sum((W + s) ** 2) - np.sum((W - s) ** 2)) / (2 * h) for s in steps]
    assert W - rate * np.array(gradient) == pytest.approx((1 - rate * lam) * W)


def test_the_quiz_key_about_two_softmaxes():
    once = np.exp(SCORES) / np.exp(SCORES).sum(axis=1, keepdims=True)
    assert np.ptp(once, axis=1).max() <= 1


def test_the_quiz_key_about_zero_weights():
    X, y = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]), [0, 1, 1]

    def loss(W1, W2, b2):
        Z = np.maximum(X @ W1.T, 0) @ W2.T + b2
        return -np.mean([z[k] - np.log(np.exp(z).sum()) for z, k in zip(Z, y, strict=True)])

    W1, W2, b2, moved = np.zeros((3, 2)), np.zeros((2, 3)), np.zeros(2), np.full((3, 2), 1e-3)
    assert loss(moved, W2, b2) == loss(W1, moved.T, b2) == loss(W1, W2, b2)
    assert loss(W1, W2, np.array([0, 1e-3])) < loss(W1, W2, b2)


def test_the_answer_key_of_the_quiz_is_the_reference():
    cells, tests = solution_cells(load(ASSIGNMENT)), grade_cells(load(ASSIGNMENT))
    for i in range(1, 6):
        letter = cells[f"quiz-{i}"].source.split('return "')[1][0]
        assert f'.choice("{letter}"' in tests[f"test-quiz-{i}"].source
