"""cross_entropy(y_true, P): known answers."""

import numpy as np


# %% probe
def probe_cross_entropy(cross_entropy):
    """Look at two sizes, a probability of 0 in several places, and the arguments after a call."""
    y = np.array([2, 0, 1, 2])
    P = np.array([[0.2, 0.1, 0.7], [0.3, 0.6, 0.1], [0.15, 0.8, 0.05], [0.5, 0.25, 0.25]])
    zeros = np.array([[0.25, 0.75], [0.0, 1.0], [0.0, 1.0]])
    yield lambda: cross_entropy(y.copy(), P.copy())
    yield lambda: cross_entropy(np.array([0, 1]), np.array([[0.9, 0.1], [0.65, 0.35]]))
    yield lambda: cross_entropy(np.array([0]), P[3:].copy())
    yield lambda: np.greater(cross_entropy(np.array([1, 0]), zeros[:2].copy()), [2, 8, 1e300])
    yield lambda: np.isfinite(cross_entropy(np.array([1, 0]), zeros[:2].copy()))
    yield lambda: np.isfinite(cross_entropy(np.array([1, 0, 0]), zeros.copy()))
    yield lambda: cross_entropy(np.array([0, 1]), zeros[:2].copy())
    yield lambda: (cross_entropy(*(given := [y.copy(), P.copy()])), given)[1]
    yield lambda: (cross_entropy(np.array([0, 0]), Q := zeros[:2].copy()), Q == 0)[1]


# %% wrong: sum-instead-of-mean
# hint: This is the sum over the examples. Divide it by the number of examples.
def cross_entropy(y_true, P):
    p = P[np.arange(len(y_true)), y_true]
    return -np.sum(np.log(np.maximum(p, 1e-12)))


# %% wrong: forgets-the-minus
# hint: This is the right number with the wrong sign. Logarithms of probabilities are negative.
def cross_entropy(y_true, P):
    p = P[np.arange(len(y_true)), y_true]
    return np.mean(np.log(np.maximum(p, 1e-12)))


# %% wrong: mean-over-all-entries
# hint: You divide by the number of all entries, m times K. Divide by the number of examples m only.
def cross_entropy(y_true, P):
    one_hot = np.eye(P.shape[1])[y_true]
    return -np.mean(one_hot * np.log(np.maximum(P, 1e-12)))


# %% wrong: all-classes
# hint: You use the probabilities of all classes. Only the probability of the true class matters.
def cross_entropy(y_true, P):
    return -np.mean(np.log(np.maximum(P, 1e-12)))


# %% wrong: picks-whole-columns
# hint: The index P[:, y_true] takes whole columns. You need one entry of each row, so index the rows, too.
def cross_entropy(y_true, P):
    return -np.mean(np.log(np.maximum(P[:, y_true], 1e-12)))


# %% wrong: largest-probability
# hint: You use the largest probability of each row. Use the probability of the true class.
def cross_entropy(y_true, P):
    return -np.mean(np.log(np.max(P, axis=1)))


# %% wrong: labels-from-1
# hint: You use column y - 1. Our labels start at 0, so the label is the column.
def cross_entropy(y_true, P):
    p = P[np.arange(len(y_true)), y_true - 1]
    return -np.mean(np.log(np.maximum(p, 1e-12)))


# %% wrong: logarithm-of-the-mean
# hint: You take the mean first and the logarithm then. Take the logarithm of each probability, then the mean.
def cross_entropy(y_true, P):
    p = P[np.arange(len(y_true)), y_true]
    return -np.log(np.maximum(np.mean(p), 1e-12))


# %% wrong: adds-the-other-classes
# hint: You also add log(1 - p) for the other classes. The cross-entropy uses the true class only.
def cross_entropy(y_true, P):
    Y, P = np.eye(P.shape[1])[y_true], np.clip(P, 1e-12, 1 - 1e-12)
    return -np.mean(np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P), axis=1))


# %% wrong: softmax-once-more
# hint: You apply softmax to P. P already holds probabilities.
def cross_entropy(y_true, P):
    E = np.exp(P)
    P = E / E.sum(axis=1, keepdims=True)
    return -np.mean(np.log(P[np.arange(len(y_true)), y_true]))


# %% wrong: no-clipping
# hint: The formula is right, but log(0) is minus infinity. Clip the probability first.
def cross_entropy(y_true, P):
    return -np.mean(np.log(P[np.arange(len(y_true)), y_true]))


# %% wrong: leaves-out-zeros
# hint: You replace the logarithm of 0 by 0. Then the worst mistake costs nothing.
#  Clip the probability instead.
def cross_entropy(y_true, P):
    p = P[np.arange(len(y_true)), y_true]
    return -np.mean(np.log(np.where(p > 0, p, 1)))


# %% wrong: largest-number-for-infinity
# hint: You put the largest number there is for infinity. Two of these add up to infinity. Clip instead.
def cross_entropy(y_true, P):
    return np.mean(np.nan_to_num(-np.log(P[np.arange(len(y_true)), y_true])))


# %% wrong: clips-too-much
# hint: You clip too much, so the worst mistake costs too little. Clip at a number like 1e-12.
def cross_entropy(y_true, P):
    p = P[np.arange(len(y_true)), y_true]
    return -np.mean(np.log(np.maximum(p, 0.01)))


# %% wrong: logarithm-to-base-2
# hint: This is what the logarithm to base 2 gives. Use the natural logarithm, np.log.
def cross_entropy(y_true, P):
    p = P[np.arange(len(y_true)), y_true]
    return -np.mean(np.log2(np.maximum(p, 1e-12)))


# %% wrong: changes-its-argument
# hint: The value is right, but P itself is changed. np.maximum or np.clip gives a new array.
def cross_entropy(y_true, P):
    P[P < 1e-12] = 1e-12
    return -np.mean(np.log(P[np.arange(len(y_true)), y_true]))


# %% right: loop
def cross_entropy(y_true, P):
    import math

    losses = []
    for row, label in zip(P.tolist(), y_true):
        losses.append(-math.log(row[label]) if row[label] > 0 else 1000.0)
    return sum(losses) / len(losses)


# %% right: one-hot-in-float32
def cross_entropy(y_true, P):
    P = np.asarray(P, dtype=np.float32)
    one_hot = (y_true[:, None] == np.arange(P.shape[1])).astype(np.float32)
    p = np.einsum("ik,ik->i", one_hot, P)
    return np.array(-np.log(p + np.finfo(np.float32).tiny).mean())


# %% right: smallest-number
def cross_entropy(y_true, P):
    m = P.shape[0]
    safe = np.clip(P, np.finfo(float).tiny, None)
    print("labels:", y_true)
    return np.trace(-np.log(safe)[:, y_true]) / m


# %% right: product-of-probabilities
def cross_entropy(y_true, P):
    p = np.take_along_axis(P, np.reshape(y_true, (-1, 1)), axis=1).clip(1e-10)
    return -np.log(np.prod(p)) / p.size
