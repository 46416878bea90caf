"""logistic_loss(y_true, p): known answers."""

import numpy as np


# %% probe
def probe_logistic_loss(logistic_loss):
    """Look at both labels, sure answers, right and wrong, and the arguments after a call."""
    y, p = np.array([1, 0, 0, 1, 1]), np.array([0.7, 0.2, 0.9, 0.25, 0.5])
    yield lambda: logistic_loss(y.copy(), p.copy())
    yield lambda: logistic_loss(y[:1].copy(), p[:1].copy())
    yield lambda: logistic_loss(y[1:2].copy(), p[1:2].copy())
    yield lambda: np.isfinite(logistic_loss(np.array([1]), np.array([0.0])))
    yield lambda: np.isfinite(logistic_loss(np.array([0]), np.array([1.0])))
    yield lambda: np.isfinite(logistic_loss(np.array([0, 1]), np.array([0.0, 1.0])))
    yield lambda: np.greater(logistic_loss(np.array([0]), np.array([1.0])), [1, 15, 37])
    yield lambda: np.greater(logistic_loss(np.array([1]), np.array([0.0])), [1, 15, 37])
    yield lambda: (logistic_loss(*(given := [y.copy(), p.copy()])), given)[1]
    yield lambda: (logistic_loss(np.array([0, 1]), q := np.array([0.0, 1.0])), q % 1 == 0)[1]


# %% wrong: sum-instead-of-mean
# hint: This is the sum over the examples. Divide it by the number of examples.
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.sum(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% wrong: forgets-the-minus
# hint: This is the right number with the wrong sign. Logarithms of probabilities are negative.
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% wrong: minus-for-the-first-term-only
# hint: Your minus sign belongs to the first term only. Put brackets around the sum of both terms.
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.mean(-y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% wrong: forgets-label-0
# hint: You use the first term only. Then an example with label 0 costs nothing, whatever p is.
def logistic_loss(y_true, p):
    return -np.mean(y_true * np.log(np.clip(p, 1e-12, 1)))


# %% wrong: labels-swapped
# hint: You use log(1 - p) for label 1 and log(p) for label 0. Swap them: p is the probability of class 1.
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.mean((1 - y_true) * np.log(p) + y_true * np.log(1 - p))


# %% wrong: arguments-swapped
# hint: This is what you get when y_true and p change places. The logarithm is of the probability p.
def logistic_loss(y_true, p):
    y = np.clip(y_true, 1e-12, 1 - 1e-12)
    return -np.mean(p * np.log(y) + (1 - p) * np.log(1 - y))


# %% wrong: no-clipping
# hint: The formula is right, but log(0) is minus infinity. Clip p first.
def logistic_loss(y_true, p):
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% wrong: clips-only-from-below
# hint: You move 0 up, but you leave 1 where it is. Then log(1 - p) is the logarithm of 0. Clip at both ends.
def logistic_loss(y_true, p):
    p = np.maximum(p, 1e-12)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% wrong: clips-too-little
# hint: A computer rounds 1 - 1e-17 to 1. So your clipping does nothing at the upper end. Use 1e-12.
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-17, 1 - 1e-17)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% wrong: clips-too-much
# hint: You clip too much, so a sure and wrong answer costs too little. Clip at 1e-12 and 1 - 1e-12.
def logistic_loss(y_true, p):
    p = np.clip(p, 0.001, 0.999)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% wrong: leaves-out-infinite-terms
# hint: You replace the logarithm of 0 by 0. Then a sure and wrong answer costs nothing. Clip p instead.
def logistic_loss(y_true, p):
    q = np.where(y_true == 1, p, 1 - p)
    return -np.mean(np.log(q, out=np.zeros(len(q)), where=q > 0))


# %% wrong: logarithm-to-base-2
# hint: This is what the logarithm to base 2 gives. Use the natural logarithm, np.log.
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.mean(y_true * np.log2(p) + (1 - y_true) * np.log2(1 - p))


# %% wrong: squared-difference
# hint: This is the mean of (y - p) ** 2. The logistic loss takes logarithms.
def logistic_loss(y_true, p):
    return np.mean((y_true - p) ** 2)


# %% wrong: mean-of-each-label
# hint: You add the mean over the examples of label 1 and that of label 0. Take one mean over all examples.
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    terms = [-np.log(p[y_true == 1]), -np.log(1 - p[y_true == 0])]
    return sum(t.mean() for t in terms if len(t))


# %% wrong: changes-its-argument
# hint: The value is right, but p itself is changed. Write p = np.clip(...): this makes a new array.
def logistic_loss(y_true, p):
    p[p == 0] = 1e-12
    p[p == 1] = 1 - 1e-12
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# %% right: loop
def logistic_loss(y_true, p):
    import math

    total = 0
    for label, probability in zip(y_true, p):
        q = probability if label == 1 else 1 - probability
        total -= math.log(max(q, 1e-15))
    return total / len(p)


# %% right: adds-a-small-number
def logistic_loss(y_true, p):
    q = np.abs(1 - y_true - p)
    print("probabilities of the true labels:", q)
    return np.log(1 / (q + 1e-10)).mean()


# %% right: float32-with-a-wide-clip
def logistic_loss(y_true, p):
    y, p = np.float32(y_true), np.float32(p)
    eps = np.float32(1e-7)
    return np.array(np.mean(-y * np.log(p.clip(eps, 1)) - (1 - y) * np.log((1 - p).clip(eps, 1))))


# %% right: scores
def logistic_loss(y_true, p):
    from scipy.special import logit

    z = logit(np.clip(p, 1e-13, 1 - 1e-13))
    return np.average(np.logaddexp(0, (1 - 2 * y_true) * z))


# %% right: clips-at-the-machine-epsilon
def logistic_loss(y_true, p):
    eps = np.finfo(float).eps
    p = np.clip(p, eps, 1 - eps)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
