"""softmax_regression_gradient(X, y, W, b): known answers."""

import numpy as np
from scipy.special import softmax


# %% probe
def probe_softmax_regression_gradient(softmax_regression_gradient):
    """Look at three sizes, a square case, an absent class, large scores and whether the arguments stay."""
    X = np.array([[1.0, -2.0, 0.5, 0.3], [0.5, 3.0, -1.0, 0.4], [-1.0, 0.25, 2.0, -0.6], [2.0, 1.0, 0.1, 0.9]])
    X = np.vstack([X, [0.7, -0.3, 1.2, -1.4]])
    W = np.array([[1.5, -0.5, 0.2, 0.6], [0.25, 1.0, -0.4, 0.3], [-1.0, 0.5, 0.7, -0.2]])
    W, b = np.vstack([W, [0.4, -0.8, 0.1, 0.5]]), np.array([0.1, -0.3, 0.4, 0.2])

    def result(m, labels, k=3, scale=1.0):
        y = np.array(labels)
        return softmax_regression_gradient(X[:m].copy(), y, scale * W[:k], b[:k].copy())

    def after():
        given = X.copy(), np.array([2, 0, 1, 0, 3]), W.copy(), b.copy()
        softmax_regression_gradient(*given)
        return given

    yield lambda: result(5, [2, 0, 1, 0, 1])
    yield lambda: result(4, [1, 0, 3, 2], k=4)
    yield lambda: result(5, [1, 0, 1, 1, 0])
    yield lambda: result(1, [1])
    yield lambda: result(3, [2, 0, 1], scale=400.0)
    yield after


# %% wrong: sum-not-mean
# hint: This is the gradient of the sum of the losses. The loss is their mean: divide by m.
#-    return D.T @ X / len(y), np.mean(D, axis=0)
#+    return D.T @ X, D.sum(axis=0)


# %% wrong: transposed
# hint: dW is transposed. It needs the shape of W: one row for each class.
#-    return D.T @ X / len(y), np.mean(D, axis=0)
#+    return X.T @ D / len(y), D.mean(axis=0)


# %% wrong: db-is-one-number
# hint: db is one number, but there is one bias for each class. Take the mean over the examples only.
#-    return D.T @ X / len(y), np.mean(D, axis=0)
#+    return D.T @ X / len(y), D.mean()


# %% wrong: wrong-sign
# hint: The sign is turned around. This is what truth minus probability gives. Use probability minus truth.
def softmax_regression_gradient(X, y, W, b):
    D = -softmax(X @ W.T + b, axis=1)
    D[np.arange(len(y)), y] += 1
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: softmax-over-examples
# hint: This is what softmax over the examples (axis 0) gives. The probabilities of one example add up to 1.
def softmax_regression_gradient(X, y, W, b):
    D = softmax(X @ W.T + b, axis=0)
    D[np.arange(len(y)), y] -= 1
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: softmax-over-everything
# hint: softmax without axis=1 takes all scores together. The probabilities of one example add up to 1.
def softmax_regression_gradient(X, y, W, b):
    D = softmax(X @ W.T + b)
    D[np.arange(len(y)), y] -= 1
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: forgets-the-labels
# hint: You never subtract 1 for the true class. So the labels have no effect.
def softmax_regression_gradient(X, y, W, b):
    P = softmax(X @ W.T + b, axis=1)
    return P.T @ X / len(y), P.mean(axis=0)


# %% wrong: subtracts-in-every-row
# hint: P[:, y] -= 1 changes these columns in every row. Change one entry in each row.
def softmax_regression_gradient(X, y, W, b):
    D = softmax(X @ W.T + b, axis=1)
    D[:, y] -= 1
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: subtracts-the-label-itself
# hint: You subtract the number of the class from the probabilities. Subtract 1, and only for the true class.
def softmax_regression_gradient(X, y, W, b):
    D = softmax(X @ W.T + b, axis=1) - y[:, None]
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: counts-classes-in-the-labels
# hint: You count the classes in y, where a class can be absent. W has one row for each class.
def softmax_regression_gradient(X, y, W, b):
    D = softmax(X @ W.T + b, axis=1) - np.eye(np.max(y) + 1)[y]
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: forgets-the-bias
# hint: The biases b are missing in the scores.
def softmax_regression_gradient(X, y, W, b):
    D = softmax(X @ W.T, axis=1)
    D[np.arange(len(y)), y] -= 1
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: overflows
# hint: The formula is right, but exp of a large score overflows. Use softmax(Z, axis=1).
def softmax_regression_gradient(X, y, W, b):
    E = np.exp(X @ W.T + b)
    D = E / E.sum(axis=1, keepdims=True)
    D[np.arange(len(y)), y] -= 1
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: db-not-averaged
# hint: dW is right, but db is the sum over the examples. Divide it by m too.
#-    return D.T @ X / len(y), np.mean(D, axis=0)
#+    return D.T @ X / len(y), D.sum(axis=0)


# %% wrong: only-the-true-class
# hint: Only the true class has a slope in your D. The probabilities of the other classes belong to it too.
def softmax_regression_gradient(X, y, W, b):
    Y = np.eye(len(b))[y]
    D = Y * (softmax(X @ W.T + b, axis=1) - 1)
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: divides-by-all-entries
# hint: You divide by m times K. The mean runs over the m examples only.
#-    return D.T @ X / len(y), np.mean(D, axis=0)
#+    return D.T @ X / D.size, D.sum(axis=0) / D.size


# %% wrong: sigmoid-of-each-score
# hint: This is what the sigmoid of each score gives. Softmax divides by the sum over all classes.
def softmax_regression_gradient(X, y, W, b):
    D = 0.5 + 0.5 * np.tanh((X @ W.T + b) / 2)
    D[np.arange(len(y)), y] -= 1
    return D.T @ X / len(y), D.mean(axis=0)


# %% wrong: changes-b
# hint: The values are right, but b itself is changed. Only return the gradient. The step comes later.
#-    return D.T @ X / len(y), np.mean(D, axis=0)
#+    dW, db = D.T @ X / len(y), D.mean(axis=0)
#+    b -= 0.1 * db
#+    return dW, db


# %% right: loops
def softmax_regression_gradient(X, y, W, b):
    from math import exp

    m, (K, n) = len(X), W.shape
    dW, db = [[0.0] * n for _ in range(K)], [0.0] * K
    for row, label in zip(X, y):
        scores = [float(row @ W[k] + b[k]) for k in range(K)]
        e = [exp(s - max(scores)) for s in scores]
        for k in range(K):
            d = (e[k] / sum(e) - (k == label)) / m
            db[k] += d
            for j in range(n):
                dW[k][j] += d * row[j]
    return [dW, db]


# %% right: bias-as-a-feature-in-float32
def softmax_regression_gradient(X, y, W, b):
    ones = np.c_[X, np.ones(len(X))].astype(np.float32)
    Z = ones @ np.c_[W, b].T.astype(np.float32)
    Z = Z - Z.max(axis=1, keepdims=True)
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    D = P - (np.arange(len(b)) == np.reshape(y, (-1, 1)))
    theta = np.einsum("ik,ij->kj", D, ones) / len(ones)
    return theta[:, :-1], theta[:, -1]


# %% right: one-example-at-a-time
def gradient_of_one(x, label, W, b):
    d = softmax(np.array([W @ x + b]), axis=1)[0]
    d[label] -= 1.0
    return np.outer(d, x), d


def softmax_regression_gradient(X, y, W, b):
    print("gradient of", len(y), "examples")
    parts = [gradient_of_one(x, label, W, b) for x, label in zip(X, y)]
    return (np.mean(part, axis=0) for part in zip(*parts))


# %% right: means-of-truth-apart
def softmax_regression_gradient(X, y, W, b):
    P = softmax(b[:, None] + W @ X.T, axis=0)
    Y = np.zeros_like(P)
    np.add.at(Y, (y, np.arange(len(y))), 1)
    return (P @ X - Y @ X) / len(y), list((P - Y).sum(axis=1) / len(y))


# %% wrong: divides-by-the-classes
# hint: You divide by the number of classes. Divide by the number of examples, len(y).
#-    return D.T @ X / len(y), np.mean(D, axis=0)
#+    return D.T @ X / D.shape[1], np.sum(D, axis=0) / D.shape[1]
