"""accuracy(y_true, scores): known answers."""

import numpy as np


# %% probe
def probe_accuracy(accuracy):
    """Judge scores of several shapes, also negative ones and a square table."""
    scores = np.array([[1.0, 5.0, 2.0], [0.0, -1.0, -3.0], [2.0, 3.0, 4.0], [-2.0, -1.0, -4.0], [0.5, 0.25, 0.0]])
    square = np.array([[3.0, 2.0, 1.0], [9.0, 7.0, 8.0], [0.0, -5.0, 4.0]])

    yield lambda: accuracy(np.array([1, 2, 2, 1, 1]), scores.copy())
    yield lambda: accuracy(np.array([1, 0, 0, 1, 2]), scores.copy())
    yield lambda: accuracy(np.array([0, 0, 1]), square.copy())
    yield lambda: accuracy(np.array([2, 0, 2]), square.copy())
    yield lambda: accuracy(np.array([1]), np.array([[-3.0, -2.0]]))
    yield lambda: accuracy(np.array([1, 0, 0, 0, 0, 0, 0]), np.tile([2.0, 1.0], (7, 1)))
    yield lambda: accuracy(np.zeros(300, dtype=int), np.tile([2.0, 1.0], (300, 1)))


# %% wrong: wrong-axis
# hint: You look for the largest score of each class. Look for the largest of each example: axis=1.
def accuracy(y_true, scores):
    best = np.argmax(scores, axis=0)
    n = min(len(best), len(y_true))
    return np.mean(best[:n] == y_true[:n])


# %% wrong: argmax-of-everything
# hint: argmax without an axis gives one place in the whole table. You need one for each example: axis=1.
def accuracy(y_true, scores):
    return np.mean(np.argmax(scores) == y_true)


# %% wrong: error-rate
# hint: You return the fraction of wrong predictions. The accuracy is 1 minus this.
def accuracy(y_true, scores):
    return np.mean(np.argmax(scores, axis=1) != y_true)


# %% wrong: counts
# hint: You return the number of right predictions. Divide by the number of examples.
def accuracy(y_true, scores):
    return float(np.sum(np.argmax(scores, axis=1) == y_true))


# %% wrong: percent
# hint: You return a percentage. The accuracy is a fraction between 0 and 1.
def accuracy(y_true, scores):
    return 100 * np.mean(np.argmax(scores, axis=1) == y_true)


# %% wrong: smallest-score
# hint: You predict the class with the smallest score. The largest wins.
def accuracy(y_true, scores):
    return np.mean(np.argmin(scores, axis=1) == y_true)


# %% wrong: divides-by-all-entries
# hint: You divide by the number of all scores. Divide by the number of examples.
def accuracy(y_true, scores):
    return np.sum(np.argmax(scores, axis=1) == y_true) / scores.size


# %% wrong: positive-is-right
# hint: You count a prediction as right when the score of the true class is positive. It must be the
#  largest of its row.
def accuracy(y_true, scores):
    return np.mean(scores[np.arange(len(y_true)), y_true] > 0)


# %% wrong: largest-absolute-score
# hint: You take the score with the largest absolute value. A large negative score speaks against a class.
def accuracy(y_true, scores):
    return np.mean(np.argmax(np.abs(scores), axis=1) == y_true)


# %% wrong: compares-scores-with-labels
# hint: You compare the largest score itself with the label. Compare the place where it stands.
def accuracy(y_true, scores):
    return np.mean(np.max(scores, axis=1) == y_true)


# %% wrong: all-or-nothing
# hint: You say only whether all predictions are right. Return the fraction that is right.
def accuracy(y_true, scores):
    return float(np.array_equal(np.argmax(scores, axis=1), y_true))


# %% right: loop
def accuracy(y_true, scores):
    right = 0
    for label, row in zip(y_true, scores):
        row = list(row)
        right += row.index(max(row)) == label
    return right / len(y_true)


# %% right: no-score-is-larger
def accuracy(y_true, scores):
    own = scores[np.arange(len(y_true)), y_true]
    print(len(own), "examples")
    return np.asarray((scores.max(axis=1) == own).mean(), dtype=np.float32)


# %% right: one-minus-the-errors
def accuracy(y_true, scores):
    order = np.argsort(scores, axis=-1)
    return 1 - np.count_nonzero(order[:, -1] - y_true) / np.size(y_true)


# %% wrong: counts-in-a-small-type
# hint: You count in a small type of whole numbers. It starts again at 0 after 255. Count in an int.
def accuracy(y_true, scores):
    right = np.sum(np.argmax(scores, axis=1) == y_true, dtype=np.uint8)
    return right / len(y_true)
