"""linear_scores(X, W, b): known answers."""

import numpy as np


# %% probe
def probe_linear_scores(linear_scores):
    """Look at three different sizes, square arrays, one example and the arguments after a call."""
    X = np.array([[1.0, 2.0, -1.0], [0.5, -2.0, 3.0]])
    W = np.array([[2.0, 1.0, 0.5], [-1.0, 0.5, 1.0], [0.25, 3.0, 2.0], [1.5, -1.0, 4.0]])
    b = np.array([0.5, -2.0, 3.0, 1.0])
    yield lambda: linear_scores(X.copy(), W.copy(), b.copy())
    yield lambda: linear_scores(X[:, :2].copy(), W[:2, :2].copy(), b[:2].copy())
    yield lambda: linear_scores(X[:1].copy(), W.copy(), b.copy())
    yield lambda: (linear_scores(*(given := [X.copy(), W.copy(), b.copy()])), given)[1]


# %% wrong: forgets-the-transpose
# hint: This is what X @ W gives. The rows of W belong to the classes, so W must be transposed first.
def linear_scores(X, W, b):
    return X @ W + b


# %% wrong: multiplies-entry-by-entry
# hint: X * W multiplies entry by entry. Each score is a sum of products: take a matrix product with W.T.
def linear_scores(X, W, b):
    return X * W + b


# %% wrong: reshapes-instead-of-transposing
# hint: This is what W.reshape gives. A reshape reads the numbers in the old order. The transpose is W.T.
def linear_scores(X, W, b):
    K, n = W.shape
    return X @ W.reshape(n, K) + b


# %% wrong: transposed-result
# hint: Your result has one column for each example. It needs one row for each example.
def linear_scores(X, W, b):
    return W @ X.T + b[:, None]


# %% wrong: forgets-the-bias
# hint: This is what W x without the bias b gives.
def linear_scores(X, W, b):
    return X @ W.T


# %% wrong: subtracts-the-bias
# hint: This is what W x - b gives. The bias is added.
def linear_scores(X, W, b):
    return X @ W.T - b


# %% wrong: one-bias-for-each-example
# hint: You add one bias to each row. The bias belongs to the class, so it is added to each column.
def linear_scores(X, W, b):
    return X @ W.T + b[:, np.newaxis]


# %% wrong: adds-all-biases
# hint: You add the sum of all biases to each score. Class k gets only its own bias b[k].
def linear_scores(X, W, b):
    return X @ W.T + np.sum(b)


# %% wrong: collects-the-sum-in-the-bias
# hint: The line total = b makes no copy. So b itself grows with each example. Write total = b.copy().
def linear_scores(X, W, b):
    scores = np.empty((len(X), len(W)))
    for i in range(len(X)):
        total = b
        for j in range(X.shape[1]):
            total += X[i, j] * W[:, j]
        scores[i] = total
    return scores


# %% wrong: first-example-only
# hint: These are the scores of the first example only. Return one row of scores for each example.
def linear_scores(X, W, b):
    return W @ X[0] + b


# %% wrong: returns-the-class
# hint: This is the class with the largest score. Return all the scores.
def linear_scores(X, W, b):
    return np.argmax(X @ W.T + b, axis=1)


# %% wrong: drops-the-row-of-one-example
# hint: The numbers are right. But one example must give the shape (1, K). Do not squeeze the result.
def linear_scores(X, W, b):
    return np.squeeze(X @ W.T + b)


# %% right: loops-and-lists
def linear_scores(X, W, b):
    def score(x, w, bias):
        return bias + sum(x[j] * w[j] for j in range(len(x)))

    return [[score(x, W[k], b[k]) for k in range(len(b))] for x in X]


# %% right: einsum-in-float32
def linear_scores(X, W, b):
    X, W, b = (np.asarray(A, dtype=np.float32) for A in (X, W, b))
    return np.einsum("kj,ij->ik", W, X) + b


# %% right: bias-as-a-column-of-weights
def linear_scores(X, W, b):
    print("scores of", len(X), "examples")
    ones = np.ones((X.shape[0], 1))
    return np.hstack([ones, X]).dot(np.column_stack([b, W]).T)


# %% right: matrix-of-columns
def linear_scores(X, W, b):
    return (np.matrix(W) * np.matrix(X).T + np.matrix(b).T).T
