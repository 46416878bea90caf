"""linear_regression_gradient(X, y, w, b): known answers."""

import numpy as np


# %% probe
def probe_linear_regression_gradient(linear_regression_gradient):
    """Look at three sizes, a square X, one example and whether the arguments stay as they were."""
    X = np.array([[1.0, -2.0, 0.5], [0.5, 3.0, -1.0], [-1.0, 0.25, 2.0], [3.0, 1.5, 0.7], [0.2, -0.4, 1.1]])
    y, w, b = np.array([0.5, -1.0, 2.0, 1.2, -0.3]), np.array([1.5, -0.5, 0.8]), 0.75

    def after():
        given = X.copy(), y.copy(), w.copy()
        linear_regression_gradient(*given, b)
        return given

    yield lambda: linear_regression_gradient(X.copy(), y.copy(), w.copy(), b)
    yield lambda: linear_regression_gradient(X[1:4].copy(), y[1:4].copy(), w.copy(), b)
    yield lambda: linear_regression_gradient(X[:1].copy(), y[:1].copy(), w.copy(), b)
    yield after


# %% wrong: without-the-factor-two
# hint: Your gradient is half as large. The square in the loss gives a factor 2.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return X.T @ r / len(y), np.mean(r)


# %% wrong: sum-not-mean
# hint: This is the gradient of the sum of the squares. The loss is their mean: divide by m.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r, 2 * np.sum(r)


# %% wrong: wrong-sign
# hint: The sign is turned around. This is what truth minus prediction gives. Use prediction minus truth.
def linear_regression_gradient(X, y, w, b):
    r = y - (X @ w + b)
    return 2 * X.T @ r / len(y), 2 * np.mean(r)


# %% wrong: forgets-the-bias
# hint: The bias b is missing in the prediction.
def linear_regression_gradient(X, y, w, b):
    r = X @ w - y
    return 2 * X.T @ r / len(y), 2 * np.mean(r)


# %% wrong: db-not-summed
# hint: db has one entry for each example. The bias is one number, so db is one number: add over the examples.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r / len(y)


# %% wrong: db-not-averaged
# hint: dw is right, but db is the sum over the examples. Divide it by m too.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * np.sum(r)


# %% wrong: dw-not-summed
# hint: dw has one row for each example. Add over the examples, so that it has the shape of w.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * X * r[:, None] / len(y), 2 * np.mean(r)


# %% wrong: dw-is-one-number
# hint: You take the mean over all entries. dw needs one number for each feature: add over the examples only.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * np.mean(X * r[:, None]), 2 * np.mean(r)


# %% wrong: dw-averaged-over-features
# hint: X.T @ r has one number for each feature already. Your mean makes one number of them: divide by m instead.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * np.mean(X.T @ r), 2 * np.mean(r)


# %% wrong: db-before-dw
# hint: The two results are in the wrong order. Return dw first, then db.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * np.mean(r), 2 * X.T @ r / len(y)


# %% wrong: divides-by-features
# hint: You divide by the number of features. The mean runs over the m examples.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(w), 2 * np.sum(r) / len(w)


# %% wrong: missing-transpose
# hint: X @ r adds over the features. It fits only when X is square. Add over the examples.
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    return 2 * X @ r / len(y), 2 * np.mean(r)


# %% wrong: absolute-error
# hint: This is the gradient of the mean absolute error. The loss has squares.
def linear_regression_gradient(X, y, w, b):
    s = np.sign(X @ w + b - y)
    return X.T @ s / len(y), np.mean(s)


# %% wrong: changes-y
# hint: The values are right, but y itself is changed. Write r = ... - y, not y -= ....
def linear_regression_gradient(X, y, w, b):
    y -= X @ w + b
    return -2 * X.T @ y / len(y), -2 * np.mean(y)


# %% wrong: same-as-logistic
# hint: This is what a sigmoid on the predictions gives. Linear regression predicts the score itself.
def linear_regression_gradient(X, y, w, b):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return 2 * X.T @ r / len(y), 2 * np.mean(r)


# %% right: loops
def linear_regression_gradient(X, y, w, b):
    m, n = X.shape
    dw, db = [0.0] * n, 0.0
    for i in range(m):
        r = sum(X[i, j] * w[j] for j in range(n)) + b - y[i]
        for j in range(n):
            dw[j] += 2 * r * X[i, j] / m
        db += 2 * r / m
    return [dw, db]


# %% right: bias-as-a-feature
def linear_regression_gradient(X, y, w, b):
    ones = np.c_[np.ones(len(X)), X].astype(np.float32)
    theta = np.r_[b, w].astype(np.float32)
    gradient = np.einsum("ij,i->j", ones, ones @ theta - y) * 2 / len(y)
    return gradient[1:], gradient[0]


# %% right: generator-of-two
def linear_regression_gradient(X, y, w, b):
    print("gradient of", len(y), "examples")
    r = np.dot(X, w) - (y - b)
    yield np.mean(2 * r * X.T, axis=1)
    yield np.array(np.average(2 * r))


# %% right: normal-equations
def linear_regression_gradient(X, y, w, b):
    m = X.shape[0]
    dw = (X.T @ X) @ w + b * X.sum(axis=0) - X.T @ y
    db = X.sum(axis=0) @ w + m * b - y.sum()
    return tuple(2 / m * part for part in (dw, db))


# %% wrong: divides-dw-by-the-features
# hint: dw is divided by the number of features. Divide by the number of examples, len(y).
#-    return 2 * X.T @ r / len(y), 2 * np.mean(r)
#+    return 2 * X.T @ r / len(w), 2 * np.mean(r)
