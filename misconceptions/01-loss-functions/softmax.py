"""softmax(Z): known answers."""

import numpy as np


# %% probe
def probe_softmax(softmax):
    """Look at two sizes, large scores, shifted scores and whether Z stays as it was."""
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])
    yield lambda: softmax(Z.copy())
    yield lambda: softmax(Z[:1] + 1000)
    yield lambda: softmax(Z - np.array([[1000], [0]]))
    yield lambda: (softmax(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: softmax(np.array([[0, 3, 1]]))


# %% wrong: sums-over-examples
# hint: This is what summing over the examples (axis 0) instead of the classes (axis 1) gives.
def softmax(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=0)


# %% wrong: buffer-of-whole-numbers
# hint: The array for the result has the type of Z. If Z holds whole numbers, every probability is cut to 0 or 1.
#  Make it with np.zeros(Z.shape).
def softmax(Z):
    P = np.zeros_like(Z)
    for i in range(len(Z)):
        e = np.exp(Z[i] - np.max(Z[i]))
        P[i] = e / np.sum(e)
    return P


# %% wrong: sums-over-everything
# hint: This is what dividing by the sum of the whole array gives. Each row needs its own sum.
def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum()


# %% wrong: overflows
# hint: The formula is right, but exp of a large score overflows.
#  Subtract the largest score of each row first.
def softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


# %% wrong: shifts-by-global-maximum
# hint: You subtract the largest score of the whole array.
#  Rows with much smaller scores then underflow to 0 / 0.
def softmax(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=1, keepdims=True)


# %% wrong: no-exponential
# hint: This is what dividing the scores themselves by their sum gives. Take the exponential first.
def softmax(Z):
    return Z / Z.sum(axis=1, keepdims=True)


# %% wrong: changes-its-argument
# hint: The values are right, but Z itself is changed. Write Z = Z - ..., not Z -= ....
def softmax(Z):
    Z -= Z.max(axis=1, keepdims=True)
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


# %% wrong: sigmoid-of-each-score
# hint: This is what the sigmoid of each score gives. Softmax divides by the sum over all classes.
def softmax(Z):
    return 1 / (1 + np.exp(-Z))


# %% wrong: returns-logarithms
# hint: These are the logarithms of the probabilities. Return the probabilities.
def softmax(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


# %% right: loops
def softmax(Z):
    import math

    rows = []
    for row in Z:
        top = max(row)
        e = [math.exp(v - top) for v in row]
        rows.append([v / sum(e) for v in e])
    return np.array(rows)


# %% right: logarithms-in-float32
def softmax(Z):
    Z = (Z - Z.max(axis=1, keepdims=True)).astype(np.float32)
    log_sum = np.log(np.einsum("ij->i", np.exp(Z)))
    return np.exp(Z - log_sum[:, None])


# %% right: pairwise-differences
def softmax(Z):
    print("softmax of", Z.shape)
    with np.errstate(over="ignore"):
        return 1 / np.exp(Z[:, None, :] - Z[:, :, None]).sum(axis=2)
