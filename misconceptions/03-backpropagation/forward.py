"""forward(X, params): known answers."""

import numpy as np


# %% probe
def probe_forward(forward):
    """Look at P and the cache of three networks, large scores, and whether the arguments stay the same."""

    def network(m, n, h, k, size=1.0):
        def numbers(*shape):
            return size * np.cos(1.7 * np.arange(np.prod(shape)) + len(shape) + n).reshape(shape)

        params = {"W1": numbers(h, n), "b1": numbers(h), "W2": numbers(k, h), "b2": numbers(k)}
        return numbers(m, n), params

    def look(result):
        P, cache = result
        return [P, {key: cache[key] for key in ("X", "Z1", "A1", "Z2", "P")}]

    def afterwards(X, params):
        forward(X, params)
        return [X, params]

    yield lambda: look(forward(*network(3, 2, 5, 4)))
    yield lambda: look(forward(*network(3, 3, 3, 3)))
    yield lambda: forward(*network(1, 4, 2, 3))[0]
    yield lambda: forward(*network(2, 2, 3, 4, size=900.0))[0]
    yield lambda: afterwards(*network(2, 3, 3, 4))


# %% wrong: no-activation
# hint: This is what the network gives without tanh between the layers. Then two layers are only one linear
#  layer.
#-    A1 = np.tanh(Z1)
#+    A1 = Z1


# %% wrong: sigmoid-as-activation
# hint: This is what the sigmoid as activation gives. This network uses tanh.
#-    A1 = np.tanh(Z1)
#+    A1 = expit(Z1)


# %% wrong: softmax-of-the-whole-array
# hint: This is what softmax without axis=1 gives: the whole array sums to 1. Each row should sum to 1.
#-    P = softmax(Z2, axis=1)
#+    P = softmax(Z2)


# %% wrong: softmax-over-examples
# hint: This is what softmax with axis=0 gives: the columns sum to 1. Each row should sum to 1.
#-    P = softmax(Z2, axis=1)
#+    P = softmax(Z2, axis=0)


# %% wrong: scores-as-probabilities
# hint: These are the scores. The softmax, which makes probabilities of them, is missing.
#-    P = softmax(Z2, axis=1)
#-    return P, {"X": X, "Z1": Z1, "A1": A1, "Z2": Z2, "P": P}
#+    return Z2, {"X": X, "Z1": Z1, "A1": A1, "Z2": Z2, "P": Z2}


# %% wrong: sigmoid-at-the-end
# hint: This is what the sigmoid of each score gives. For K classes the last step is the softmax.
#-    P = softmax(Z2, axis=1)
#+    P = expit(Z2)


# %% wrong: tanh-after-both-layers
# hint: This is what tanh after the second layer gives, too. The softmax needs the scores Z2 themselves.
#-    P = softmax(Z2, axis=1)
#+    P = softmax(np.tanh(Z2), axis=1)


# %% wrong: no-biases
# hint: This is what the network gives without b1 and b2.
#-    Z1 = X @ params["W1"].T + params["b1"]
#+    Z1 = X @ params["W1"].T
#-    Z2 = A1 @ params["W2"].T + params["b2"]
#+    Z2 = A1 @ params["W2"].T


# %% wrong: bias-after-the-activation
# hint: This is what adding b1 after tanh gives. The bias belongs to Z1, before the activation.
#-    Z1 = X @ params["W1"].T + params["b1"]
#-    A1 = np.tanh(Z1)
#+    Z1 = X @ params["W1"].T
#+    A1 = np.tanh(Z1) + params["b1"]


# %% wrong: missing-transpose
# hint: The weights are not transposed. That fits only when the sizes are equal, and then the numbers are
#  wrong.
#-    Z1 = X @ params["W1"].T + params["b1"]
#+    Z1 = X @ params["W1"] + params["b1"]
#-    Z2 = A1 @ params["W2"].T + params["b2"]
#+    Z2 = A1 @ params["W2"] + params["b2"]


# %% wrong: overflows
# hint: The formulas are right, but exp of a large score overflows. Use softmax from SciPy.
#-    P = softmax(Z2, axis=1)
#+    E = np.exp(Z2)
#+    P = E / E.sum(axis=1, keepdims=True)


# %% wrong: activation-in-place
# hint: P is right, but in the cache Z1 holds the values after tanh. Do not write the activation into Z1.
#-    A1 = np.tanh(Z1)
#+    A1 = np.tanh(Z1, out=Z1)


# %% wrong: uses-params-as-cache
# hint: The values are right, but they are written into params. Make a new dict for the cache.
def forward(X, params):
    cache = params
    cache["X"] = X
    cache["Z1"] = X @ params["W1"].T + params["b1"]
    cache["A1"] = np.tanh(cache["Z1"])
    cache["Z2"] = cache["A1"] @ params["W2"].T + params["b2"]
    cache["P"] = softmax(cache["Z2"], axis=1)
    return cache["P"], cache


# %% right: loops
def forward(X, params):
    import math

    W1, b1, W2, b2 = (np.asarray(params[key]).tolist() for key in ("W1", "b1", "W2", "b2"))
    Z1 = [
        [sum(w * v for w, v in zip(row, x, strict=True)) + b for row, b in zip(W1, b1, strict=True)]
        for x in X
    ]
    A1 = [[math.tanh(v) for v in row] for row in Z1]
    Z2 = [
        [sum(w * v for w, v in zip(row, a, strict=True)) + b for row, b in zip(W2, b2, strict=True)]
        for a in A1
    ]
    P = []
    for row in Z2:
        e = [math.exp(v - max(row)) for v in row]
        P.append([v / sum(e) for v in e])
    return [P, {"X": X, "Z1": np.array(Z1), "A1": np.array(A1), "Z2": np.array(Z2), "P": np.array(P)}]


# %% right: einsum-in-float32
def forward(X, params):
    print("forward", X.shape)
    p = {key: np.asarray(value, dtype=np.float32) for key, value in params.items()}
    Z1 = np.einsum("ij,kj->ik", X.astype(np.float32), p["W1"]) + p["b1"]
    A1 = 2 * expit(2 * Z1) - 1
    Z2 = np.einsum("ij,kj->ik", A1, p["W2"]) + p["b2"]
    P = np.exp(log_softmax(Z2, axis=1))
    return P, {"P": P, "Z2": Z2, "A1": A1, "Z1": Z1, "X": X.copy(), "params": params}


# %% right: one-example-after-the-other
def forward(X, params):
    parts = {"X": [], "Z1": [], "A1": [], "Z2": [], "P": []}
    for x in X:
        z1 = params["W1"] @ x + params["b1"]
        z2 = params["W2"] @ np.tanh(z1) + params["b2"]
        for key, value in zip(parts, (x, z1, np.tanh(z1), z2, softmax(z2)), strict=True):
            parts[key].append(value)
    cache = {key: np.stack(rows) for key, rows in parts.items()}
    return cache["P"], cache


# %% right: column-of-ones
def forward(X, params):
    def layer(A, W, b):
        return np.hstack([np.ones((len(A), 1)), A]) @ np.hstack([b[:, None], W]).T

    cache = {"X": X, "Z1": layer(X, params["W1"], params["b1"])}
    cache["A1"] = np.tanh(cache["Z1"])
    cache["Z2"] = layer(cache["A1"], params["W2"], params["b2"])
    cache["P"] = softmax(cache["Z2"], 1)
    return cache["P"], cache
