"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np


def probe_absolute_error(absolute_error):
    """Look at a row of values, a table, one value and the arguments after a call."""
    t, p = np.array([2.13, -1.07, 4.0, 0.51]), np.array([2.5, 2.29, 7.34, -0.25])
    yield lambda: absolute_error(t.copy(), p.copy())
    yield lambda: absolute_error(t.reshape(2, 2), p.reshape(2, 2))
    yield lambda: absolute_error(t[2:3].copy(), p[2:3].copy())
    yield lambda: (absolute_error(*(given := [t.copy(), p.copy()])), given)[1]


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


def probe_linear_scores(linear_scores):
    """Look at three different sizes, square arrays, one example and the arguments after a call."""
    X = np.array([[1.0, 2.0, -1.0], [0.5, -2.0, 3.0]])
    W = np.array([[2.0, 1.0, 0.5], [-1.0, 0.5, 1.0], [0.25, 3.0, 2.0], [1.5, -1.0, 4.0]])
    b = np.array([0.5, -2.0, 3.0, 1.0])
    yield lambda: linear_scores(X.copy(), W.copy(), b.copy())
    yield lambda: linear_scores(X[:, :2].copy(), W[:2, :2].copy(), b[:2].copy())
    yield lambda: linear_scores(X[:1].copy(), W.copy(), b.copy())
    yield lambda: (linear_scores(*(given := [X.copy(), W.copy(), b.copy()])), given)[1]


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


def probe_repaired_log_softmax(repaired_log_softmax):
    """Look at as many examples as classes, at fewer and more, at large scores, and whether Z stays as it was."""
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5], [-0.25, 1.75, 1.0]])
    yield lambda: repaired_log_softmax(Z.copy())
    yield lambda: repaired_log_softmax(Z[:, :2].copy())
    yield lambda: repaired_log_softmax(Z[:1].copy())
    yield lambda: repaired_log_softmax(Z[:2] + np.array([[900], [-900]]))
    yield lambda: repaired_log_softmax(np.array([[1.5, -1200.25, 0.5], [0.25, 2.5, -900.5]]))
    yield lambda: (repaired_log_softmax(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: repaired_log_softmax(np.array([[0, 3, 1]]))


def probe_sigmoid(sigmoid):
    """Look at a row, a table and one score, at large scores, and at z after a call."""
    z = np.array([-1.5, 0.0, 0.25, 3.0])
    yield lambda: sigmoid(z.copy())
    yield lambda: sigmoid(z.reshape(2, 2).copy())
    yield lambda: sigmoid(0.75)
    yield lambda: sigmoid(np.array([900.0, 2.0]))
    yield lambda: sigmoid(np.array([-900.0, -2.0]))
    yield lambda: np.log10(np.maximum(sigmoid(np.array([-900.0])), 1e-14))
    yield lambda: (sigmoid(given := z.copy()), np.array_equal(given, z))[1]
    yield lambda: (sigmoid(given := np.array([-900.0, 900.0])), given)[1]
    yield lambda: sigmoid(np.array([1, -2]))


def probe_softmax(softmax):
    """Look at two sizes, large scores, shifted scores and whether Z stays as it was."""
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])
    yield lambda: softmax(Z.copy())
    yield lambda: softmax(Z[:1] + 1000)
    yield lambda: softmax(Z - np.array([[1000], [0]]))
    yield lambda: (softmax(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: softmax(np.array([[0, 3, 1]]))


def probe_squared_error(squared_error):
    """Look at a row of values, a table, one value and the arguments after a call."""
    t, p = np.array([2.13, -1.07, 4.0, 0.51, 1.38, -0.6]), np.array([2.5, 2.29, 7.34, -0.25, 0.69, 0.83])
    yield lambda: squared_error(t.copy(), p.copy())
    yield lambda: squared_error(t.reshape(3, 2), p.reshape(3, 2))
    yield lambda: squared_error(t[2:3].copy(), p[2:3].copy())
    yield lambda: (squared_error(*(given := [t.copy(), p.copy()])), given)[1]


def probe_zero_one_loss(zero_one_loss):
    """Look at mixed, all wrong, all right and one wrong label, and at the arguments after a call."""
    t, p = np.array([0, 3, 1, 2, 4, 1, 2]), np.array([0, 1, 1, 3, 1, 1, 2])
    yield lambda: zero_one_loss(t.copy(), p.copy())
    yield lambda: zero_one_loss(p.copy(), t.copy())
    yield lambda: zero_one_loss(t.copy(), t + 1)
    yield lambda: zero_one_loss(t.copy(), t.copy())
    yield lambda: (zero_one_loss(*(given := [t.copy(), p.copy()])), given)[1]
    yield lambda: zero_one_loss(np.zeros(300, dtype=int), np.ones(300, dtype=int))
