"""Lesson 05: every number that it states, and every claim of its pictures, computed here."""

import re
from math import log

import nbformat
import numpy as np
import pytest
from lesson_run import run_lesson
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

from tools.notebooks import ROOT

PATH = ROOT / "lessons" / "05-mnist-lab.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(PATH, as_version=4).cells}


def said(cell):
    """The text of a cell on single-spaced lines."""
    return re.sub(r"\s+", " ", CELLS[cell])


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


def short(values):
    return ", ".join(f"{value:g}" for value in np.ravel(values))


def matrix(rows):
    return "\\begin{pmatrix} " + " \\\\ ".join(" & ".join(f"{v:g}" for v in row) for row in rows) + " \\end{pmatrix}"


STATED = [
    ("warm-up", f"$-\\log 0.5 = \\log 2 =$ **{log(2):.6f}**"),
    ("bias-result", f"Here the noise is $0.3^2 = {0.3**2:.2f}$"),
    ("digits-text", f"{matrix(IMAGE)} \\;\\to\\; (" + ", \\; ".join(f"{v:g}" for v in IMAGE.ravel() / 255) + ")$$"),
    ("digits-text", f"$200 + 100$ becomes ${(np.uint8([200]) + np.uint8([100])).item()}$"),
    ("digits-text", "2 by 3 pixels becomes a row of 6 numbers"),
    ("size-text", "`[64, 16, 10]` means 64 pixels, 16 hidden units and 10 scores"),
    ("size-text", f"$16 \\cdot 64 + 16 = {16 * 64 + 16}$ numbers"),
    ("size-text", f"$10 \\cdot 16 + 10 = {10 * 16 + 10}$"),
    ("size-text", f"Together it has {16 * 64 + 16 + 10 * 16 + 10} parameters"),
    ("parts-text", f"With 50 examples and a validation fraction of $0.2$, {round(0.2 * 50)} random examples"),
    ("parts-text", f"and {50 - round(0.2 * 50)} remain"),
    ("accuracy-text", "For ten equally frequent digits, guessing gives $0.1$."),
    (
        "accuracy-text",
        f"The truth is $({short(TRUTH)})$ and the prediction is $({short(PREDICTED)})$. $$C = {matrix(TABLE)}$$",
    ),
    ("accuracy-text", f"The accuracy is $(1 + 1 + 2) / 6 = {accuracy_score(TRUTH, PREDICTED):.6f}$."),
    (
        "accuracy-text",
        f"Row 2 is $({short(TABLE[2])})$: of three examples of class 2, two were right. That is $2 / 3$.",
    ),
    ("experiment-text", "reach {} %, {} % and {} % on the validation data".format(*BATCH_32)),
    ("experiment-text", "with a batch of 64 reach {} %, {} % and {} %".format(*BATCH_64)),
    ("experiment-text", f"The means are {np.mean(BATCH_32):.1f} % and {np.mean(BATCH_64):.1f} %"),
    ("experiment-text", f"$96.2 - 95.1 = {np.ptp(BATCH_32):.1f}$ and $95.9 - 94.8 = {np.ptp(BATCH_64):.1f}$ points"),
    ("experiment-text", f"the difference of ${np.mean(BATCH_32) - np.mean(BATCH_64):.1f}$"),
    ("quiz", f"Knowing nothing costs $\\log 10 = {log(10):.6f}$"),
    ("quiz", "Network A reaches {:.1f} %, {} % and {} % in three runs".format(*RUNS_A)),
    ("quiz", "Network B reaches {} %, {} % and {:.1f} %".format(*RUNS_B)),
    ("quiz", f"The means are {np.mean(RUNS_A):.2f} and {np.mean(RUNS_B):.2f}"),
    ("quiz", f"differ by {np.ptp(RUNS_A):.1f} and by {np.ptp(RUNS_B):.1f} points"),
]


@pytest.mark.parametrize(("cell", "sentence"), STATED)
def test_a_stated_number_is_the_computed_one(cell, sentence):
    assert sentence in said(cell)


# ---------------------------------------------------------------- the networks


def test_labels_are_flipped_with_the_stated_probability(run):
    X, y = run.names["X_all"], run.names["y_all"]
    right = (X[:, 1] > X[:, 0] ** 2 - 1) == y
    assert len(X) == 1680 and "draws 1680 points" in said("noisy-text") and "the probability 0.15" in said("noisy-text")
    assert np.mean(~right) == pytest.approx(0.15, abs=0.02)
    assert "About 85 %" in said("noisy-result") and abs(np.mean(right[-400:]) - 0.85) < 0.006


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
    assert f"It gets {wiggly[3]:.0%} of its".replace("%", " %") in said("wiggly-result")
    assert f"but only {wiggly[4]:.0%} of the others".replace("%", " %") in said("wiggly-result")


def test_the_film_shows_the_stated_losses(run):
    frames = run.names["films"][40, 80]
    high = [frame[2] for frame in frames]
    best = int(np.argmin(high))
    assert f"from {high[0]:.2f} to {high[best]:.2f}" in said("film-result")
    assert f"ends at {high[-1]:.2f}" in said("film-result") and high[-1] > log(2)
    assert f"The training loss falls all the time, to {frames[-1][1]:.2f}" in said("film-result")
    assert all(a[1] > b[1] for a, b in zip(frames, frames[1:], strict=False))
    assert high[best:] == sorted(high[best:])
    accuracies = f"{frames[best][4] * 100:.0f} % at the best moment, and {frames[-1][4] * 100:.0f} % at the end"
    assert accuracies in said("film-result")


def test_the_signatures_are_those_of_the_table(run):
    frames = run.names["films"]
    under, good, over = (frames[pair] for pair in [(1, 320), (4, 320), (40, 80)])
    assert abs(under[-1][1] - under[-1][2]) < 0.02 and under[-1][1] > good[-1][1] + 0.1
    assert good[-1][2] - good[-1][1] < 0.1
    assert over[-1][1] < 0.1 and over[-1][2] > 2 * min(frame[2] for frame in over)


def test_more_examples_take_the_islands_away(run):
    _, low, high, *_ = run.names["trained"](40, 1280)[-1]
    assert f"the validation loss stays at {high:.2f}" in said("more-result")
    assert abs(high - low) < 0.03


# ---------------------------------------------------------------- bias and variance


def test_bias_and_variance_are_the_stated_ones(run):
    total = {d: run.names["bias_2"][d] + run.names["variance"][d] for d in run.names["degrees"]}
    best = min(total, key=total.get)
    assert f"is smallest at degree {best}, with {total[best]:.3f}" in said("bias-result")
    assert f"At degree 1 it is {total[1]:.3f}, and at degree 11 it is {total[11]:.3f}" in said("bias-result")
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
    assert "9 hidden units" in words[10] and "so nine hidden units" in said("represent-text")


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
    text = re.split(r"\*\*Question \d\.\*\*", CELLS["quiz"])[number]
    options = dict(re.findall(r"- \*\*(\w)\*\* (.*)", text))
    assert f"</summary>\n\n**{KEYS[number]}.**" in text
    assert list(options) == list("abcd") and len(set(options.values())) == 4
