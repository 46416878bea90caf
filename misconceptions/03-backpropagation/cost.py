"""cost(Thetas, X, Y, lam): known answers."""

import numpy as np


# %% probe
def probe_cost(cost):
    """Look at networks of several depths, one output unit, a penalty, and whether Thetas stay the same."""
    X = np.array([[1.0, -0.5], [0.3, 2.0], [-1.5, 0.7], [0.2, 0.4], [2.0, -1.0]])
    Y = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=float)

    def numbers(rows, columns):
        return np.cos(1.7 * np.arange(rows * columns) + rows).reshape(rows, columns)

    def thetas(*sizes):
        return [numbers(s, r + 1) for r, s in zip(sizes, sizes[1:], strict=False)]

    def afterwards(matrices):
        cost(matrices, X, Y, 2.0)
        return matrices

    yield lambda: cost(thetas(2, 3), X, Y, 0.0)
    yield lambda: cost(thetas(2, 4, 3), X, Y, 0.0)
    yield lambda: cost(thetas(2, 3, 1), X, Y[:, :1], 0.0)
    yield lambda: cost(thetas(2, 3), X, Y, 2.0)
    yield lambda: cost(thetas(2, 4, 3, 3), X, Y, 3.0)
    yield lambda: afterwards(thetas(2, 4, 3))


# %% wrong: penalises-biases
# hint: The penalty includes column 0. The biases are free: leave column 0 out.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * sum(np.sum(Theta**2) for Theta in Thetas)
    return fit + penalty


# %% wrong: leaves-out-the-last-column
# hint: The penalty leaves out the last column. The biases stand in column 0, the first one.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, :-1] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: no-penalty
# hint: The penalty is missing.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = 0.0
    return fit + penalty


# %% wrong: penalty-without-one-half
# hint: The penalty is twice as large as it should be: the factor is lam / (2 m).
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / m * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: penalty-without-m
# hint: The penalty is not divided by m. Its factor is lam / (2 m).
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / 2 * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: penalty-of-the-last-matrix-only
# hint: Only the last matrix has a penalty. Add the squares of all matrices.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * np.sum(Thetas[-1][:, 1:] ** 2)
    return fit + penalty


# %% wrong: penalty-of-absolute-values
# hint: The penalty adds absolute values. It should add squares.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * sum(np.sum(np.abs(Theta[:, 1:])) for Theta in Thetas)
    return fit + penalty


# %% wrong: forgets-the-mean
# hint: The sum over the examples is not divided by m.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: mean-over-the-classes
# hint: This is a mean over examples and classes. Divide by m only: the classes are added.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: only-the-true-class
# hint: This uses only the output of the true class. The other outputs should answer no: their log(1 - H)
#  counts, too.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A)) / m
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: squared-error
# hint: This is a squared error. The cost is made of logarithms.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = np.sum((A - Y) ** 2) / (2 * m)
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: wrong-sign
# hint: The sign of the first part is wrong. Logarithms of probabilities are negative, and a cost is
#  positive.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: softmax-at-the-end
# hint: This uses a softmax at the end. Here all units are sigmoid units, also the last.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas[:-1]:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    A = softmax(np.column_stack([np.ones(m), A]) @ Thetas[-1].T, axis=1)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: ones-at-the-end
# hint: The column of ones is put behind the inputs. Column 0 of Theta holds the biases, so the ones come
#  first.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([A, np.ones(m)]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: no-activation-between-the-layers
# hint: The sigmoid is only applied at the end. Every layer has a sigmoid.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = np.column_stack([np.ones(m), A]) @ Theta.T
    A = expit(A)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = lam / (2 * m) * sum(np.sum(Theta[:, 1:] ** 2) for Theta in Thetas)
    return fit + penalty


# %% wrong: sets-the-biases-to-zero
# hint: Column 0 is set to 0 in the given matrices. Then the biases are lost: use a slice, or a copy.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    penalty = 0.0
    for Theta in Thetas:
        Theta[:, 0] = 0
        penalty += lam / (2 * m) * np.sum(Theta**2)
    return fit + penalty


# %% wrong: all-pairs-of-units
# hint: A matrix product pairs each output with the truth of every other unit. Multiply entry by entry, then add.
#-    H = np.clip(A, 1e-12, 1 - 1e-12)
#-    fit = -np.sum(Y * np.log(H) + (1 - Y) * np.log(1 - H)) / m
#+    fit = -np.sum(Y.T @ np.log(A) + (1 - Y).T @ np.log(1 - A)) / m


# %% wrong: norm-without-square
# hint: The penalty adds the norms of the matrices. It should add their squares: the sum of all squared weights.
def cost(Thetas, X, Y, lam):
    m, A = len(X), X
    for Theta in Thetas:
        A = expit(np.column_stack([np.ones(m), A]) @ Theta.T)
    fit = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    return fit + lam / (2 * m) * sum(np.linalg.norm(Theta[:, 1:]) for Theta in Thetas)


# %% right: loops
def cost(Thetas, X, Y, lam):
    import math

    total = 0.0
    for x, targets in zip(X, Y, strict=True):
        a = [float(v) for v in x]
        for Theta in Thetas:
            scores = [sum(w * v for w, v in zip(row, [1.0, *a], strict=True)) for row in Theta]
            a = [1 / (1 + math.exp(-s)) for s in scores]
        total -= sum(math.log(h) if t else math.log(1 - h) for h, t in zip(a, targets, strict=True))
    total += lam / 2 * sum(w * w for Theta in Thetas for row in Theta for w in row[1:])
    return total / len(X)


# %% right: einsum-in-float32-and-a-0-d-array
def cost(Thetas, X, Y, lam):
    print("layers:", len(Thetas))
    A = np.asarray(X, dtype=np.float32)
    for Theta in Thetas:
        Theta = Theta.astype(np.float32)
        A = 1 / (1 + np.exp(-(np.einsum("ij,kj->ik", A, Theta[:, 1:]) + Theta[:, 0])))
    right = np.where(Y == 1, A, 1 - A)
    squares = np.sum([np.sum(np.square(Theta.T[1:])) for Theta in Thetas])
    return np.array(np.mean(-np.log(right).sum(axis=1)) + lam * squares / len(X) / 2)


# %% right: without-logarithms-of-probabilities
def cost(Thetas, X, Y, lam):
    *hidden, last = Thetas
    A = np.pad(X, ((0, 0), (1, 0)), constant_values=1)
    for Theta in hidden:
        A = np.pad((1 + np.tanh(A @ Theta.T / 2)) / 2, ((0, 0), (1, 0)), constant_values=1)
    Z = A @ last.T
    flat = np.concatenate([np.delete(Theta, 0, axis=1).ravel() for Theta in Thetas])
    return (np.logaddexp(0, Z).sum() - (Y * Z).sum() + lam / 2 * flat.dot(flat)) / len(X)
