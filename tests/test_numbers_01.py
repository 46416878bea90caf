"""The numbers that assignment 01 states, each computed here from its definition."""

from math import exp, log

import numpy as np
import pytest
from facts import Told

from tools.notebooks import load

TOLD = Told(load("01-loss-functions"))
PRICES = [100, 110, 120, 130, 400]


def sigma(z):
    return 1 / (1 + exp(-z))


def softmax(scores):
    total = sum(exp(s) for s in scores)
    return [exp(s) / total for s in scores]


FACTS = {
    "title": ("1*2",),
    "how-to-work": ("1 2 3 4 5",),
    "notation": ("0 1",),
    "warm-up-1": ("1*2 3*3 5 2*2 4*2 0",),
    "warm-up-2": ("2 0 1 4*2 5",),
    "warm-up-3": ("3*2 4*3 1*2",),
    "linear-scores-text": ("1 3",),
    "linear-scores-example": ("1*3 2*2 0*4 3 -1 0.5",),
    "linear-scores": ("1*2 2 0*2 3 -1 0.5", 1 * 1 + 0 * 2 + 0.5, 3 * 1 - 1 * 2 + 0),
    "absolute-error-text": ("2*2 3*3 5 4*2",),
    "absolute-error": ("3*2 5 2 4*2", abs(3 - 3) + abs(5 - 4) + abs(2 - 4)),
    "squared-error-text": ("3*4 2*2 10 100 1 5 4*2",),
    "squared-error": ("3*2 5 2 4*2", (3 - 3) ** 2 + (5 - 4) ** 2 + (2 - 4) ** 2),
    "outlier-text": (PRICES,),
    "outlier-result": (
        "4000",
        [np.median(PRICES), np.mean(PRICES)],
    ),
    "zero-one-text": ("4 3 0*6 1*10 2*2", np.mean(np.array([0, 2, 1, 1]) != np.array([0, 1, 1, 2]))),
    "zero-one-loss": ("0*3 1*6 2*2", np.mean([0 != 0, 2 != 1, 1 != 1, 1 != 2])),
    "sigmoid-text": ("5*2 0*3 1*6",),
    "sigmoid-overflow": ("1000*2 0 -1000 1*4",),
    "sigmoid": ("1*4 0*3 -1000 1000 2 0.5", sigma(2)),
    "logistic-text": ("6 5 1*7 0*2 0.8 0.4",),
    "logistic-clip": ("1*2 0*2 10*2 -12*2",),
    "logistic-loss": ("0*3 1*6 0.8 0.4", -(log(0.8) + log(0.6)) / 2),
    "loss-curves-text": ("1*2 4",),
    "loss-curves-result": ("4*2 3 1*2 0", (4 - 1) ** 2),
    "softmax-text": ("7 5 1*3 0 2", softmax([0, 1, 2])),
    "softmax-overflow": ("1000",),
    "softmax": ("1*3 1000 -1000 0 2", softmax([0, 1, 2])),
    "softmax-see-text": ("1 2 3 0",),
    "cross-entropy-text": ("8 5 1*2 0*2 2 0.1 0.2*2 0.7 0.5 0.3",),
    "cross-entropy-clip": ("0 10 -12",),
    "cross-entropy": ("0*3 1 2 0.1 0.2*2 0.7 0.5 0.3", -(log(0.7) + log(0.5)) / 2),
    "together-text": ("0 1 90",),
    "together-result": ("0 1",),
    "repair-log-softmax-text": ("9 3 0*4 1000 -1000",),
    "log-softmax-search": ("1",),
    "repair-log-softmax": ("1*2 1000 -1000 0 2", np.log(softmax([0, 1, 2]))),
    "quiz-text": ("5",),
    "quiz-1-text": ("1 1000",),
    "quiz-2-text": ("2*6 0.5 1 0.25",),
    "quiz-3-text": ("3 10*2 0.1*2",),
    "quiz-4-text": ("4 0*2 1",),
    "quiz-5-text": ("5 0.6 0.9 0*3 1*3",),
}


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
