"""Lesson 05: every number that it states, and every claim of its pictures, computed here."""

import re
from math import log

import nbformat
import numpy as np
import pytest
from facts import Told, numbers
from lesson_run import run_lesson
from sklearn.metrics import confusion_matrix, log_loss

from tools.notebooks import ROOT

PATH = ROOT / "lessons" / "05-mnist-lab.ipynb"
TOLD = Told(nbformat.read(PATH, as_version=4))


@pytest.fixture(scope="module")
def run():
    """The lesson, run once."""
    return run_lesson(PATH.stem)


# ---------------------------------------------------------------- numbers that need no picture

IMAGE = np.array([[255, 0, 102], [153, 51, 204]])
TRUTH, PREDICTED = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2]
TABLE = confusion_matrix(TRUTH, PREDICTED)
BATCH_32, BATCH_64 = [95.5, 95.1, 96.2], [95.4, 95.9, 94.8]
RUNS_A, RUNS_B = [97.0, 96.1, 96.8], [96.9, 97.2, 96.0]


FACTS = {
    "title": ("5*4 1 2 3 4 70",),
    "warm-up": ("1 0.5 2*3 3*2 50*2", log(2)),
    "noisy-text": ("1*3 2 0 0.15 1680 80 400*2",),
    "noisy-result": ("85",),
    "wiggly-text": ("2 1 320*2 4 40 80",),
    "trained": ("1",),
    "wiggly-result": ("99 74 85",),
    "film-text": ("3 784 80*2 40",),
    "film-result": ("40 80*2 0.57 0.49 2.06 2 0.06 74",),
    "signature-text": ("2",),
    "capacity-text": ("4 20 0.3 200*2 1 11",),
    "bias-result": ("20 11*2 2 3 0.023 1 0.212 0.304",),
    "more-text": ("5 1 9 16 400",),
    "more-result": ("9 1 3*2 40 1280 0.46 7",),
    "represent-text": ("6 600",),
    "represent-result": ("2",),
    "convex-text": ("0*2 1*4 -1 0.5",),
    "convex-result": ("3 5",),
    "digits-text": ("7 5 2 3 6 0*5 255*4 1*2 0.4 0.6 0.2 0.8 200 100 50*3 -1*2", IMAGE, (200 + 100) % 256),
    "size-text": ("64*2 16*2 10*2", 16 * 64 + 16 + 10 * 16 + 10),
    "parts-text": ("50 0.2*2 100 70 52 5", round(0.2 * 50), 50 - round(0.2 * 50), 0.2 * 52, round(0.2 * 52)),
    "accuracy-text": ("0.1 2*3 3", TRUTH, PREDICTED, TABLE, TABLE[2]),
    "experiment-text": (
        "8 5*2 1 2 3 4 32 64",
        [BATCH_32, BATCH_64, np.mean(BATCH_32), np.mean(BATCH_64), np.mean(BATCH_32) - np.mean(BATCH_64)],
    ),
    "quiz": (
        "1 1.9*2 1.95 10 20*4 2 0.02 0.31 6*2 0.55 40 3 4 100 5",
        [RUNS_A, RUNS_B, np.mean(RUNS_A), np.mean(RUNS_B), np.ptp(RUNS_A), np.ptp(RUNS_B)],
    ),
    "take-away": ("2*2 1 3",),
    "reading": ("2016 5*3 7 2015 4 3*2 2017 2 1989",),
}


# ---------------------------------------------------------------- the networks


def test_labels_are_flipped_with_the_stated_probability(run):
    X, y = run.names["X_all"], run.names["y_all"]
    right = (X[:, 1] > X[:, 0] ** 2 - 1) == y
    assert len(X) == 1680
    assert np.mean(~right) == pytest.approx(0.15, abs=0.02)
    assert abs(np.mean(right[-400:]) - 0.85) < 0.006


def end(run, h, m):
    return run.names["films"][h, m][-1]


def test_a_frame_has_the_losses_of_its_network(run):
    X, y, score = run.names["X_all"], run.names["y_all"], run.names["score"]
    for (_, m), frames in run.names["films"].items():
        for arrays, low, high, right, new in frames:
            for loss, correct, part in [(low, right, slice(m)), (high, new, slice(1280, None))]:
                p = 1 / (1 + np.exp(-score(arrays)(X[part])))
                assert log_loss(y[part], p) == pytest.approx(loss, rel=1e-4)
                assert np.mean((p > 0.5) == y[part]) == correct


def test_the_three_networks_are_too_simple_right_and_too_wiggly(run):
    simple, good, wiggly = end(run, 1, 320), end(run, 4, 320), end(run, 40, 80)
    assert max(simple[3:]) < 0.71 and min(good[3:]) > 0.81
    assert TOLD.states("wiggly-result", *(round(100 * part) for part in wiggly[3:]))


def test_the_film_shows_the_stated_losses(run):
    frames = run.names["films"][40, 80]
    high = [frame[2] for frame in frames]
    best = int(np.argmin(high))
    assert TOLD.states("film-result", high[0], high[best])
    assert TOLD.states("film-result", high[-1]) and high[-1] > log(2)
    assert TOLD.states("film-result", frames[-1][1])
    assert all(a[1] > b[1] for a, b in zip(frames, frames[1:], strict=False))
    assert high[best:] == sorted(high[best:])
    assert TOLD.states("film-result", round(100 * frames[best][4]), round(100 * frames[-1][4]))


def test_the_signatures_are_those_of_the_table(run):
    frames = run.names["films"]
    under, good, over = (frames[pair] for pair in [(1, 320), (4, 320), (40, 80)])
    assert abs(under[-1][1] - under[-1][2]) < 0.02 and under[-1][1] > good[-1][1] + 0.1
    assert good[-1][2] - good[-1][1] < 0.1
    assert over[-1][1] < 0.1 and over[-1][2] > 2 * min(frame[2] for frame in over)


def test_more_examples_take_the_islands_away(run):
    _, low, high, *_ = run.names["trained"](40, 1280)[-1]
    assert TOLD.states("more-result", high)
    assert abs(high - low) < 0.03


# ---------------------------------------------------------------- bias and variance


def test_bias_and_variance_are_the_stated_ones(run):
    total = {d: run.names["bias_2"][d] + run.names["variance"][d] for d in run.names["degrees"]}
    best = min(total, key=total.get)
    assert TOLD.states("bias-result", best, total[best])
    assert TOLD.states("bias-result", total[1], total[11])
    variances = list(run.names["variance"].values())
    assert variances == sorted(variances)
    assert min(run.names["bias_2"][d] for d in (1, 2)) > 0.1
    assert max(run.names["bias_2"][d] for d in range(5, 12)) < 0.01


def test_the_squared_error_is_bias_and_variance_and_noise(run):
    wave, found = run.names["wave"], run.names["fits"][6]
    new = wave + run.names["noise"] * np.random.default_rng(5).normal(size=(4000, len(wave)))
    error = np.mean((found[np.arange(4000) % len(found)] - new) ** 2)
    parts = run.names["bias_2"][6] + run.names["variance"][6] + run.names["noise"] ** 2
    assert error == pytest.approx(parts, rel=0.02)


def test_more_data_close_the_gap_but_do_not_cure_a_line(run):
    curves, wave, noise = run.names["curves"], run.names["wave"], run.names["noise"]
    for degree, floor in [(1, 0.28), (9, 0.085)]:
        few, many = (curves(degree, m) for m in (16, 400))
        new = [np.mean((found - wave) ** 2) + noise**2 for found, _ in (few, many)]
        assert new[0] > new[1] > floor and new[0] - few[1] > new[1] - many[1]
        assert abs(new[1] - many[1]) < 0.02
    assert new[1] < 0.1


# ---------------------------------------------------------------- one hidden layer


def test_the_error_of_the_stair_halves_when_its_blocks_double(run):
    words = run.words["blocks-picture"]
    told = {blocks: float(re.search(r"error is ([\d.]+)\.", text)[1]) for blocks, text in words.items()}
    for blocks in (5, 10, 20, 40):
        assert told[blocks] / told[2 * blocks] == pytest.approx(2, rel=0.1)
    assert numbers(words[10]).count("9") == 1


def test_the_strip_is_convex_and_what_is_left_is_not(run):
    strip = run.names["strip"]
    rng = np.random.default_rng(0)
    A, B = rng.uniform(-2, 2, size=(2, 4000, 2))
    for sign, convex in [(1, True), (-1, False)]:
        both = (sign * strip(A) > 0) & (sign * strip(B) > 0)
        between = sign * strip((A + B)[both] / 2) > 0
        assert both.sum() > 100 and between.all() == convex


# ---------------------------------------------------------------- quiz

KEYS = {1: "c", 2: "b", 3: "a", 4: "d", 5: "c"}


@pytest.mark.parametrize("number", KEYS)
def test_the_answer_names_the_key(number):
    text = re.split(r"\*\*\w+ \d\.\*\*", TOLD.texts["quiz"])[number]
    options = dict(re.findall(r"- \*\*(\w)\*\* (.*)", text))
    assert f"</summary>\n\n**{KEYS[number]}.**" in text
    assert list(options) == list("abcd") and len(set(options.values())) == 4
