"""The numbers that assignment 05 states, each computed here from its definition."""

from itertools import pairwise
from math import atanh, ceil, log, sqrt, tanh

import numpy as np
import pytest
from facts import Told
from scipy.special import softmax
from sklearn.datasets import load_digits

from tools.notebooks import grade_cells, load, solution_cells

ASSIGNMENT = "05-mnist-lab"
TOLD = Told(load(ASSIGNMENT))
SIZES = [64, 32, 10]
SCORES = np.array([[1, 5, 2], [0, -1, -3], [2, 3, 4]])
TRUTH, PREDICTION = [0, 1, 1, 1, 2], [0, 2, 2, 1, 2]
EIGHTS = [0, 6, 0, 0, 0, 0, 0, 0, 30, 4]
IMAGE = np.array([[0, 51], [102, 255]], dtype=np.uint8)


def confusion(truth, prediction, n):
    return [
        [sum(1 for pair in zip(truth, prediction, strict=True) if pair == (t, p)) for p in range(n)] for t in range(n)
    ]


def slope_of_the_sigmoid(z, h=1e-5):
    def sigma(x):
        return 1 / (1 + np.exp(-x))

    return (sigma(z + h) - sigma(z - h)) / (2 * h)


weights = [a * b for a, b in pairwise(SIZES)]
right = np.mean(SCORES.argmax(axis=1) == [1, 2, 2])

ERROR = [0.1 - 0, 0.7 - 0, 0.2 - 1]  # of review question 5


FACTS = {
    "title": ("5*2 70000 0 9 8*2 4", len(load_digits().images)),
    "how-to-work": ("1 2 3*2 4 5 7 11",),
    "notation": ("10 0*2 255 1",),
    "review-text": ("1 4",),
    "review-1": ("1*2 3*5 5*3 6*2 8*2", 3 * 5, 3 * 5),
    "review-2": ("0*2 1*2 2*2 7", softmax([2, 0, 1])),
    "review-3": ("2 3 10 20 32 1200*2", 1200 // 32, 1200 % 32, ceil(1200 / 32), 20 * ceil(1200 / 32)),
    "review-4": ("2 4*2 5 0.8", 2 * (1 - tanh(atanh(0.8)) ** 2)),
    "review-5": ("0.1 0.7 0.2 2 3 4*2 5 6", ERROR, sum(ERROR), np.array(ERROR) / 4),
    "review-6": ("2 4*2 6 9",),
    "review-7": ("3 4 7",),
    "review-8": ("1 8*2 10 0.1", -log(1 / 10)),
    "review-9": ("3 9*2 64 256", 1 / sqrt(256)),
    "review-10": ("1*2 4 9 10 50*2", (np.ones((50, 1)) - np.ones(50)).shape, len(np.ones(50)[:, None])),
    "warm-up-1": ("1 64*2 32*4 10*3", weights[0], SIZES[1], weights[1], SIZES[2], sum(weights) + sum(SIZES[1:])),
    "warm-up-2": ("2 0*2 10", 1 / 10),
    "warm-up-3": ("3 0*5 10*2 250*2 255", (250 + 10) % 256),
    "framework-text": ("1*2 4*2",),
    "framework": ("1*2 0",),
    "data-text": ("2 15",),
    "prepare-text": ("2 0*2 255*3 1", IMAGE, IMAGE / 255),
    "prepare": ("0*3 1 255*3 51 102", IMAGE / 255),
    "split-text": ("3 10 0.3*2 9", round(0.3 * 10), 10 - round(0.3 * 10), 0.3 * 9, round(0.3 * 9)),
    "split": ("0 1 10 0.3", 10 - round(0.3 * 10), round(0.3 * 10)),
    "build-mlp-text": ("3*2 64*2 32*2 10*2",),
    "build-mlp": ("1 64*2 32*3 10*2",),
    "accuracy-text": ("4*2 2*5 1*2 5 0 -1 -3 3", SCORES.argmax(axis=1), right),
    "accuracy": ("0*2 1*3 2*4 5 -1 -3 3 4", right),
    "confusion-matrix-text": ("3 0*8 1*9 2*5",),
    "confusion-matrix": ("0*4 1*6 2*4 3", confusion(TRUTH, PREDICTION, 3)),
    "fit-text": ("5 7 3*2",),
    "toys": ("1.5 -1.5",),
    "fit": ("0.5 1 0.25", -2.0, abs(-2.0), abs(1.0)),
    "one-layer-text": ("5 100",),
    "repair-class-accuracy-text": ("2*6 8*2 0*4 1*8 0.333333",),
    "class-accuracy-search": ("2*3 0*2 1*3",),
    "repair-class-accuracy": ("0*5 1*7 2*4 3 1.0*2 0.333333",),
    "judged-text": ("6 1 2*2 3*2 90",),
    "activation-text": ("7 1",),
    "question-1-text": ("1*4 3*3 2*2 90*2 25 0*3",),
    "question-1": ("90*2 25 1",),
    "depth-text": ("8 2*2 1 3",),
    "question-2-text": ("2*6 3*6 1*3 90*2 25 0*2",),
    "question-2": ("95 25 90 2 3",),
    "vanishing-text": ("9 3 0.1 1437",),
    "gradient-size-text": ("10",),
    "question-3-text": ("3*4 1*3 2*2 96 0*3", slope_of_the_sigmoid(0)),
    "question-3": ("90 96 0.25*2 3 2 1",),
    "weights-text": ("10 4 1 0 2*2",),
    "weight-pictures-text": ("3",),
    "overfitting-text": ("5",),
    "question-4-text": ("4 3*3 1*2 2*2 0*2 100",),
    "question-4": ("95 10",),
    "experiment-text": ("11 5*3 2 8",),
    "question-5-text": ("5 3*3 1*2 2*2 0*3",),
    "question-5": ("32*3 128*3 95.8*2 95.5 96.2*2 96.1 0.2 0.7 0.144 0.139 0.147 0.131 0.128 0.135",),
    "stretch-text": ("0.9*3 0*2 1 2 10",),
    "target-text": ("2 17600 256 32 0.2 20 97.2 10000 128 0.05 97.1 8 97 60000 5",),
    "speed-text": ("784",),
    "speed-task": ("784 256 10 32",),
    "speed-first-text": ("1",),
    "speed-clock-text": ("0.5",),
    "speed-in-place-text": ("2",),
    "speed-kept-text": ("3 2",),
    "quiz-text": ("5",),
    "quiz-1-text": ("1 100 71",),
    "quiz-2-text": ("2",),
    "quiz-3-text": ("3 8 0*7 6 30 4 0.75 0.30 0.90 0.15",),
    "quiz-4-text": ("4 0",),
    "quiz-5-text": ("5",),
}


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
