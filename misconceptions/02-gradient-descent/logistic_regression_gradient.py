"""logistic_regression_gradient(X, y, w, b): known answers."""

import numpy as np
from scipy.special import expit


# %% probe
def probe_logistic_regression_gradient(logistic_regression_gradient):
    """Look at three sizes, a square X, one example, large scores and whether the arguments stay."""
    X = np.array([[1.0, -2.0, 0.5], [0.5, 3.0, -1.0], [-1.0, 0.25, 2.0], [3.0, 1.5, 0.7], [0.2, -0.4, 1.1]])
    y, w, b = np.array([1, 0, 1, 0, 0]), np.array([1.5, -0.5, 0.8]), 0.75

    def after():
        given = X.copy(), y.copy(), w.copy()
        logistic_regression_gradient(*given, b)
        return given

    yield lambda: logistic_regression_gradient(X.copy(), y.copy(), w.copy(), b)
    yield lambda: logistic_regression_gradient(X[1:4].copy(), y[1:4].copy(), w.copy(), b)
    yield lambda: logistic_regression_gradient(X[:1].copy(), y[:1].copy(), w.copy(), b)
    yield lambda: logistic_regression_gradient(np.array([[2.0]]), np.array([0]), np.array([500.0]), 0.0)
    yield lambda: logistic_regression_gradient(np.array([[2.0]]), np.array([1]), np.array([-500.0]), 0.0)
    yield after


# %% wrong: no-sigmoid
# hint: This is what the scores give in place of the probabilities. Apply the sigmoid first.
def logistic_regression_gradient(X, y, w, b):
    d = X @ w + b - y
    return X.T @ d / len(y), np.mean(d)


# %% wrong: sum-not-mean
# hint: This is the gradient of the sum of the losses. The loss is their mean: divide by m.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w + b) - y
    return X.T @ d, np.sum(d)


# %% wrong: wrong-sign
# hint: The sign is turned around. This is what label minus probability gives. Use probability minus label.
def logistic_regression_gradient(X, y, w, b):
    d = y - expit(X @ w + b)
    return X.T @ d / len(y), np.mean(d)


# %% wrong: with-a-factor-two
# hint: Your gradient is twice too large. The factor 2 of linear regression came from a square.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w + b) - y
    return 2 * X.T @ d / len(y), 2 * np.mean(d)


# %% wrong: extra-sigmoid-slope
# hint: You also multiply by p (1 - p), the slope of the sigmoid. The rule p - y already contains it.
def logistic_regression_gradient(X, y, w, b):
    p = expit(X @ w + b)
    d = (p - y) * p * (1 - p)
    return X.T @ d / len(y), np.mean(d)


# %% wrong: overflows
# hint: For large scores exp(z) / (1 + exp(z)) is infinity divided by infinity. Use expit.
def logistic_regression_gradient(X, y, w, b):
    e = np.exp(X @ w + b)
    d = e / (1 + e) - y
    return X.T @ d / len(y), np.mean(d)


# %% wrong: divides-zero-by-zero
# hint: For large scores p (1 - p) is 0, and you divide by it. In the rule p - y it has disappeared.
def logistic_regression_gradient(X, y, w, b):
    p = expit(X @ w + b)
    slope_of_loss = (p - y) / (p * (1 - p))
    d = slope_of_loss * p * (1 - p)
    return X.T @ d / len(y), np.mean(d)


# %% wrong: vanishes-when-sure
# hint: For large scores your gradient is 0, also where the model is sure and wrong. Use the rule p - y.
def logistic_regression_gradient(X, y, w, b):
    p = expit(X @ w + b)
    safe = np.clip(p, 1e-9, 1 - 1e-9)
    d = (safe - y) / (safe * (1 - safe)) * p * (1 - p)
    return X.T @ d / len(y), np.mean(d)


# %% wrong: forgets-the-bias
# hint: The bias b is missing in the score.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w) - y
    return X.T @ d / len(y), np.mean(d)


# %% wrong: labels-for-probabilities
# hint: You use the predicted labels, 0 or 1. Use the probabilities.
def logistic_regression_gradient(X, y, w, b):
    d = (X @ w + b > 0).astype(float) - y
    return X.T @ d / len(y), np.mean(d)


# %% wrong: db-not-summed
# hint: db has one entry for each example. The bias is one number, so db is one number: add over the examples.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w + b) - y
    return X.T @ d / len(y), d / len(y)


# %% wrong: db-not-averaged
# hint: dw is right, but db is the sum over the examples. Divide it by m too.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w + b) - y
    return X.T @ d / len(y), np.sum(d)


# %% wrong: missing-transpose
# hint: X @ d adds over the features. It fits only when X is square. Add over the examples.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w + b) - y
    return X @ d / len(y), np.mean(d)


# %% wrong: divides-by-features
# hint: You divide by the number of features. The mean runs over the m examples.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w + b) - y
    return X.T @ d / len(w), np.sum(d) / len(w)


# %% wrong: changes-w
# hint: The values are right, but w itself is changed. Only return the gradient. The step comes later.
def logistic_regression_gradient(X, y, w, b):
    d = expit(X @ w + b) - y
    dw, db = X.T @ d / len(y), np.mean(d)
    w -= 0.1 * dw
    return dw, db


# %% right: loops
def logistic_regression_gradient(X, y, w, b):
    from math import exp

    def probability(z):
        return 1 / (1 + exp(-z)) if z > 0 else exp(z) / (1 + exp(z))

    dw, db = np.zeros(len(w)), 0
    for row, label in zip(X, y):
        d = probability(float(row @ w) + b) - label
        dw, db = dw + d * row / len(y), db + d / len(y)
    return [dw.tolist(), np.array(db)]


# %% right: half-tangent-in-float32
def logistic_regression_gradient(X, y, w, b):
    Z = (X @ w + b).astype(np.float32)
    d = (0.5 + 0.5 * np.tanh(Z / 2)) - y
    return np.einsum("ij,i->j", X.astype(np.float32), d) / len(y), d.mean()


# %% right: signed-labels
def logistic_regression_gradient(X, y, w, b):
    print("gradient of", len(y), "examples")
    sign = 2 * np.asarray(y) - 1
    d = -sign / (1 + np.exp(sign * (X @ w + b)))
    return (part / len(y) for part in (d @ X, d.sum()))


# %% right: two-classes-apart
def logistic_regression_gradient(X, y, w, b):
    ones = np.column_stack([X, np.ones(len(X))])
    p = expit(ones @ np.append(w, b))
    total = p[y == 0] @ ones[y == 0] - (1 - p[y == 1]) @ ones[y == 1]
    *dw, db = total / len(y)
    return dw, db


# %% wrong: divides-dw-by-the-features
# hint: dw is divided by the number of features. Divide by the number of examples, len(y).
#-    return X.T @ d / len(y), np.mean(d)
#+    return X.T @ d / len(w), np.mean(d)
