"""The numbers that assignment 01 states, each computed here from its definition."""

from math import exp, log

import numpy as np
import pytest

ASSIGNMENT = "01-loss-functions"
PRICES = [100, 110, 120, 130, 400]


def sigma(z):
    return 1 / (1 + exp(-z))


def softmax(scores):
    total = sum(exp(s) for s in scores)
    return [exp(s) / total for s in scores]


def six(values):
    return ", ".join(f"{v:.6f}" for v in values)


STATED = [
    f"score of class 0 is $1 \\cdot 1 + 0 \\cdot 2 + 0.5 = {1 * 1 + 0 * 2 + 0.5:g}$",
    f"score of class 1 is $3 \\cdot 1 - 1 \\cdot 2 + 0 = {3 * 1 - 1 * 2 + 0:g}$",
    f"absolute error is $0 + 1 + 2 = {abs(3 - 3) + abs(5 - 4) + abs(2 - 4)}$",
    f"squared error is $0 + 1 + 4 = {(3 - 3) ** 2 + (5 - 4) ** 2 + (2 - 4) ** 2}$",
    f"smallest at {np.median(PRICES):.0f}. This is the **median**",
    f"smallest at {np.mean(PRICES):.0f}. This is the **mean**",
    f"0-1 loss is ${np.mean(np.array([0, 2, 1, 1]) != np.array([0, 1, 1, 2]))}$",
    f"\\sigma(2) = {sigma(2):.6f}",
    f"gives [0.5, {sigma(2):.6f}]",
    f"(\\log 0.8 + \\log 0.6) = {-(log(0.8) + log(0.6)) / 2:.6f}",
    f"p = [0.8, 0.4] gives {-(log(0.8) + log(0.6)) / 2:.6f}",
    f"(0, 1, 2)$ give the probabilities $({six(softmax([0, 1, 2]))})",
    f"(\\log 0.7 + \\log 0.5) = {-(log(0.7) + log(0.5)) / 2:.6f}",
    f"\\log 10 \\approx {log(10):.3f}",
    f"\\log 0.1 \\approx {log(0.1):.3f}",
    f"-log 0.6 = {-log(0.6):.2f} for A and -log 0.9 = {-log(0.9):.2f} for B",
    f"Still the squared loss is {(4 - 1) ** 2}",
]


@pytest.mark.parametrize("sentence", STATED)
def test_a_stated_number_is_the_computed_one(sentence, prose):
    assert sentence in prose(ASSIGNMENT)


def test_the_two_forms_of_the_sigmoid_are_equal():
    for z in (-3.0, 0.0, 2.5):
        assert 1 / (1 + exp(-z)) == pytest.approx(exp(z) / (1 + exp(z)), rel=1e-14)


def test_softmax_does_not_change_when_a_number_is_subtracted():
    assert softmax([1 - 7, 4 - 7, 2 - 7]) == pytest.approx(softmax([1, 4, 2]), rel=1e-14)


def test_the_quiz_key_about_equal_scores():
    assert softmax([2, 2, 2, 2])[0] == 0.25


def test_the_quiz_key_about_guessing():
    assert -log(0.1) == pytest.approx(log(10))


def test_the_quiz_key_about_outliers():
    changed = PRICES[:-1] + [PRICES[-1] * 1000]
    moved = {best: abs(best(changed) - best(PRICES)) for best in (np.median, np.mean)}
    assert moved[np.median] < moved[np.mean]


def test_the_quiz_key_about_confidence():
    assert -log(0.9) < -log(0.6)
