"""repaired_log_softmax(Z): known answers."""

import numpy as np


# %% probe
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


# %% wrong: not-repaired
# hint: The sums have the shape (m,). So NumPy takes the sum of row j from column j.
#  With the shape (m, 1) each row meets its own sum: keepdims=True.
#-    return S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
#+    return S - np.log(np.sum(np.exp(S), axis=1))


# %% wrong: sums-over-examples
# hint: Now the shapes fit, but the sum runs over the examples (axis 0). Sum over the classes, and keep the axis.
#-    return S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
#+    return S - np.log(np.sum(np.exp(S), axis=0))


# %% wrong: sums-over-everything
# hint: Now all examples share one sum. Each row needs its own.
#-    return S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
#+    return S - np.log(np.sum(np.exp(S)))


# %% wrong: shifts-by-global-maximum
# hint: You subtract the largest score of the whole table.
#  Rows with much smaller scores then lose everything: their sum becomes 0, and its logarithm minus infinity.
#-    S = Z - np.max(Z, axis=1, keepdims=True)
#+    S = Z - np.max(Z)


# %% wrong: logarithm-of-softmax
# hint: You take the logarithm of the probabilities themselves. A very small one is 0 in a computer,
#  and its logarithm is minus infinity. Stay with scores minus the logarithm of the sum.
def repaired_log_softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return np.log(E / np.sum(E, axis=1, keepdims=True))


# %% wrong: clipped-logarithm-of-softmax
# hint: You clip the probabilities before the logarithm. Then all small ones look alike.
#  Stay with scores minus the logarithm of the sum.
def repaired_log_softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return np.log(np.maximum(E / np.sum(E, axis=1, keepdims=True), 1e-12))


# %% wrong: overflows
# hint: The axis is right now, but exp of a large score overflows. Keep the line that subtracts the largest score.
def repaired_log_softmax(Z):
    return Z - np.log(np.sum(np.exp(Z), axis=1, keepdims=True))


# %% wrong: adds-no-maximum
# hint: The sum belongs to the scores without the row's maximum, but you subtract its logarithm from Z itself.
#-    return S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
#+    return Z - np.log(np.sum(np.exp(S), axis=1, keepdims=True))


# %% wrong: sum-without-logarithm
# hint: You subtract the sum itself. The formula subtracts its logarithm.
#-    return S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
#+    return S - np.sum(np.exp(S), axis=1, keepdims=True)


# %% wrong: returns-probabilities
# hint: These are the probabilities. The logarithms are asked for.
#-    return S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
#+    return np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)


# %% wrong: changes-its-argument
# hint: The values are right, but Z itself is changed. Write S = Z - ..., not Z -= ....
def repaired_log_softmax(Z):
    Z -= np.max(Z, axis=1, keepdims=True)
    return Z - np.log(np.sum(np.exp(Z), axis=1, keepdims=True))


# %% right: one-row-at-a-time
def repaired_log_softmax(Z):
    return np.vstack([log_softmax(row[None, :]) for row in Z])


# %% right: columns-with-none-in-float32
def repaired_log_softmax(Z):
    S = (Z - np.amax(Z, 1)[:, None]).astype(np.float32)
    return S - np.log(np.exp(S) @ np.ones(Z.shape[1], np.float32))[:, None]


# %% right: transposed-twice
def repaired_log_softmax(Z):
    print("log-softmax of", Z.shape)
    S = Z.T - Z.max(axis=1)
    return (S - np.log(np.sum(np.exp(S), axis=0))).T


# %% right: loops
def repaired_log_softmax(Z):
    import math

    rows = []
    for row in Z.tolist():
        top = max(row)
        total = top + math.log(sum(math.exp(z - top) for z in row))
        rows.append([z - total for z in row])
    return np.array(rows)
