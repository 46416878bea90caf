"""backprop(Thetas, X, Y, lam): known answers."""

import numpy as np


# %% probe
def probe_backprop(backprop):
    """Look at networks of several depths, a penalty, a second call, and whether Thetas stay the same."""
    X = np.array([[1.0, -0.5], [0.3, 2.0], [-1.5, 0.7], [0.2, 0.4], [2.0, -1.0]])
    Y = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=float)

    def numbers(rows, columns):
        return np.cos(1.7 * np.arange(rows * columns) + rows).reshape(rows, columns)

    def thetas(*sizes):
        return [numbers(s, r + 1) for r, s in zip(sizes, sizes[1:], strict=False)]

    def afterwards(matrices):
        backprop(matrices, X, Y, 2.0)
        return matrices

    yield lambda: list(backprop(thetas(2, 3), X, Y, 0.0))
    yield lambda: list(backprop(thetas(2, 4, 3), X, Y, 0.0))
    yield lambda: list(backprop(thetas(2, 4, 3, 3), X, Y, 0.0))
    yield lambda: list(backprop(thetas(2, 4, 3), X, Y, 2.0))
    yield lambda: list(backprop(thetas(2, 3), X, Y, 0.0))
    yield lambda: afterwards(thetas(2, 4, 3))


# %% wrong: penalises-biases
# hint: Column 0 has a penalty, too. The biases are free: their column is Delta / m.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        penalty[:, 0] = 0


# %% wrong: no-penalty
# hint: The penalty is missing. Add lam * Theta before you divide by m.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        penalty = lam * Theta
#+        penalty = 0 * Theta


# %% wrong: penalty-without-m
# hint: The penalty is not divided by m. Divide the whole sum Delta + lam * Theta by m.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        D.append((Delta + penalty) / m)
#+        D.append(Delta / m + penalty)


# %% wrong: penalty-is-subtracted
# hint: The penalty is subtracted. A penalty adds lam * Theta to the gradient.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        D.append((Delta + penalty) / m)
#+        D.append((Delta - penalty) / m)


# %% wrong: penalty-with-one-half
# hint: The factor 1/2 of the cost is still here. The slope of a square has a factor 2, so they cancel.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        penalty = lam * Theta
#+        penalty = lam * Theta / 2


# %% wrong: penalty-in-the-last-matrix-only
# hint: Only the last matrix has a penalty. Every matrix has one.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        penalty = lam * Theta
#+        penalty = lam * Theta * (len(D) == 0)


# %% wrong: returns-the-accumulator
# hint: The accumulator is not divided by m.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        D.append((Delta + penalty) / m)
#+        D.append(Delta + penalty)


# %% wrong: wrong-order
# hint: The matrices are in the wrong order. D[0] belongs to Thetas[0].
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-    return D[::-1]
#+    return D


# %% wrong: wrong-sign
# hint: The first delta is the truth minus the output. It should be the output minus the truth.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = Y - A


# %% wrong: slope-at-the-output
# hint: The first delta has a factor A (1 - A) too many. With this cost the last delta is just A - Y.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = (A - Y) * A * (1 - A)


# %% wrong: forgets-the-slope-of-the-sigmoid
# hint: The last matrix is right. On the way to the others the slope of the sigmoid is missing.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        delta = (delta @ Theta * A * (1 - A))[:, 1:]
#+        delta = (delta @ Theta)[:, 1:]


# %% wrong: half-of-the-slope
# hint: The slope of the sigmoid is a (1 - a). One of its two factors is missing.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        delta = (delta @ Theta * A * (1 - A))[:, 1:]
#+        delta = (delta @ Theta * A)[:, 1:]


# %% wrong: slope-of-tanh
# hint: The slope 1 - a squared belongs to tanh. The units here are sigmoid units.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        delta = (delta @ Theta * A * (1 - A))[:, 1:]
#+        delta = (delta @ Theta * (1 - A**2))[:, 1:]


# %% wrong: sigmoid-twice
# hint: The slope of the sigmoid is taken at a, so the sigmoid is applied twice. In terms of a it is a (1 -
#  a).
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        delta = (delta @ Theta * A * (1 - A))[:, 1:]
#+        delta = (delta @ Theta * expit(A) * (1 - expit(A)))[:, 1:]


# %% wrong: leaves-out-the-last-unit
# hint: On the way back the last column of Theta is left out. Leave out column 0: it belongs to the constant
#  1.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        delta = (delta @ Theta * A * (1 - A))[:, 1:]
#+        delta = (delta @ Theta * A * (1 - A))[:, :-1]


# %% wrong: ones-at-the-end
# hint: The column of ones is put behind the activations. Column 0 of Theta holds the biases, so the ones
#  come first.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-        inputs.append(np.column_stack([np.ones(m), A]))
#+        inputs.append(np.column_stack([A, np.ones(m)]))
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        delta = (delta @ Theta * A * (1 - A))[:, 1:]
#+        delta = (delta @ Theta * A * (1 - A))[:, :-1]


# %% wrong: only-the-last-example
# hint: Only the last example is left in the accumulator. It has to add over all examples.
#-    m, A = len(X), X
#-    inputs = []  # of every layer, with the column of ones
#+    m, A, inputs, D = len(X), X, [], []
#-    delta, D = A - Y, []
#+    delta = A - Y
#-        Delta = delta.T @ A
#+        Delta = np.outer(delta[-1], A[-1])


# %% wrong: sets-the-biases-to-zero
# hint: The result is right, but column 0 of the given Thetas is set to 0. Work on a copy.
def backprop(Thetas, X, Y, lam):
    m, A, inputs, D = len(X), X, [], []
    for Theta in Thetas:
        inputs.append(np.column_stack([np.ones(m), A]))
        A = expit(inputs[-1] @ Theta.T)
    delta = A - Y
    for Theta, A in zip(reversed(Thetas), reversed(inputs), strict=True):
        Delta = delta.T @ A
        penalty = None
        back = Theta.copy()
        Theta[:, 0] = 0
        penalty = lam * Theta
        D.append((Delta + penalty) / m)
        delta = (delta @ back * A * (1 - A))[:, 1:]
    return D[::-1]


# %% wrong: old-accumulator
# hint: The first call is right, the next is not: the accumulators still hold the sums of the first call. Make
#  them inside the function.
Deltas = {}


def backprop(Thetas, X, Y, lam):
    m, A, inputs, D = len(X), X, [], []
    for Theta in Thetas:
        inputs.append(np.column_stack([np.ones(m), A]))
        A = expit(inputs[-1] @ Theta.T)
    delta = A - Y
    for depth in reversed(range(len(Thetas))):
        Theta, A = Thetas[depth], inputs[depth]
        key = (depth, Theta.shape)
        Deltas[key] = Deltas.get(key, 0) + delta.T @ A
        D.insert(0, (Deltas[key] + lam * Theta * (np.arange(Theta.shape[1]) > 0)) / m)
        delta = (delta @ Theta * A * (1 - A))[:, 1:]
    return D


# %% right: one-example-after-the-other
def backprop(Thetas, X, Y, lam):
    m, last = len(X), len(Thetas) - 1
    Deltas = [np.zeros_like(Theta) for Theta in Thetas]
    for x, y in zip(X, Y, strict=True):
        a = [x]
        for Theta in Thetas:
            a.append(expit(Theta @ np.concatenate([[1], a[-1]])))
        delta = a[-1] - y
        for layer in range(last, -1, -1):
            Deltas[layer] += np.outer(delta, np.concatenate([[1], a[layer]]))
            delta = (Thetas[layer][:, 1:].T @ delta) * a[layer] * (1 - a[layer])
    result = []
    for Delta, Theta in zip(Deltas, Thetas, strict=True):
        D = Delta / m
        D[:, 1:] += lam / m * Theta[:, 1:]
        result.append(D)
    return tuple(result)


# %% right: generator-of-nested-lists
def backprop(Thetas, X, Y, lam):
    outputs = [X]
    for Theta in Thetas:
        outputs.append(expit(outputs[-1] @ Theta[:, 1:].T + Theta[:, 0]))
    deltas = [(outputs[-1] - Y) / len(X)]
    for Theta, A in zip(Thetas[:0:-1], outputs[-2:0:-1], strict=True):
        deltas.insert(0, deltas[0] @ Theta[:, 1:] * (A - A**2))
    for Theta, A, delta in zip(Thetas, outputs, deltas, strict=False):
        weights = delta.T @ A + lam / len(X) * Theta[:, 1:]
        yield np.hstack([delta.sum(axis=0)[:, None], weights]).tolist()


# %% right: recursion-in-float32
def backprop(Thetas, X, Y, lam):
    def descend(layer, A):
        """Return the slopes for the scores that made A, and the list of D from this layer on."""
        if layer == len(Thetas):
            return A - Y, []
        Theta = Thetas[layer].astype(np.float32)
        delta, rest = descend(layer + 1, 1 / (1 + np.exp(-(A @ Theta[:, 1:].T + Theta[:, 0]))))
        weights = np.einsum("ik,ij->kj", delta, A) + lam * Theta[:, 1:]
        D = np.concatenate([delta.sum(axis=0, keepdims=True).T, weights], axis=1) / len(X)
        return np.einsum("ik,kj,ij->ij", delta, Theta[:, 1:], A * (1 - A)), [D, *rest]

    print("backprop through", len(Thetas), "layers")
    return descend(0, np.asarray(X, dtype=np.float32))[1]


# %% right: own-penalty-mask
def backprop(Thetas, X, Y, lam):
    m, acts = len(X), []
    A = np.insert(X, 0, 1, axis=1)
    for Theta in Thetas:
        acts.append(A)
        A = np.insert((1 + np.tanh(A @ Theta.T / 2)) / 2, 0, 1, axis=1)
    delta, result = A[:, 1:] - Y, {}
    for layer in reversed(range(len(Thetas))):
        Theta, A = Thetas[layer], acts[layer]
        free = np.ones(Theta.shape[1])
        free[0] = 0
        result[layer] = np.mean(delta[:, :, None] * A[:, None, :], axis=0) + lam * Theta * free / m
        delta = np.delete(delta @ Theta * A * (1 - A), 0, axis=1)
    return (result[layer] for layer in sorted(result))
