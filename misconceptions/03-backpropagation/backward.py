"""backward(y_true, params, cache): known answers."""

import numpy as np


# %% probe
def probe_backward(backward):
    """Look at two networks, at one example, and whether params and cache stay the same."""

    def wide():
        params = {"W1": [[0.5], [-1.0]], "b1": [0.1, 0.3], "b2": [0.2, -0.1, 0.0, 0.3]}
        params["W2"] = [[1.0, -0.5], [0.5, 1.0], [-1.0, 0.5], [0.0, 2.0]]
        cache = {"X": [[1.0], [-0.5], [2.0]], "Z1": [[0.6, -0.7], [-0.15, 0.8], [1.1, -1.7]]}
        cache["Z2"] = [
            [1.03923346, -0.43584299, -0.83923346, -0.90873555],
            [-0.28090342, 0.48959425, 0.48090342, 1.62807354],
            [1.46820356, -0.63515956, -1.26820356, -1.57081814],
        ]
        cache["P"] = [
            [0.65610393, 0.15009115, 0.10026857, 0.09353636],
            [0.08299328, 0.17933531, 0.17778349, 0.55988791],
            [0.80989382, 0.09884372, 0.05248335, 0.03877910],
        ]
        return arrays([2, 0, 3], params, cache)

    def square():
        params = {"W1": [[1.0, 2.0], [0.0, -1.0]], "b1": [0.5, 0.0], "b2": [0.0, -0.5]}
        params["W2"] = [[1.0, -2.0], [3.0, 1.0]]
        cache = {"X": [[0.25, -0.5], [1.0, 0.2]], "Z1": [[-0.25, 0.5], [1.9, -0.2]]}
        cache["Z2"] = [[-1.16915298, -0.77263883], [1.3509881, 2.17133705]]
        cache["P"] = [[0.40215014, 0.59784986], [0.30568959, 0.69431041]]
        return arrays([1, 0], params, cache)

    def arrays(y, params, cache):
        params, cache = ({key: np.array(value) for key, value in d.items()} for d in (params, cache))
        return np.array(y), params, cache | {"A1": np.tanh(cache["Z1"])}

    def first_example(y, params, cache):
        return y[:1], params, {key: value[:1] for key, value in cache.items()}

    def look(gradients):
        return {key: gradients[key] for key in ("W1", "b1", "W2", "b2")}

    def afterwards(y, params, cache):
        backward(y, params, cache)
        return [params, {key: cache[key] for key in ("X", "Z1", "A1", "Z2", "P")}]

    yield lambda: look(backward(*wide()))
    yield lambda: look(backward(*square()))
    yield lambda: look(backward(*first_example(*wide())))
    yield lambda: afterwards(*wide())


# %% wrong: forgets-the-mean
# hint: The factor 1/m is missing. The loss is a mean over the m examples.
#-    m = len(y_true)
#-    dZ2 = cache["P"].copy()
#-    dZ2[np.arange(m), y_true] -= 1
#-    dZ2 /= m
#+    dZ2 = cache["P"] - np.eye(cache["P"].shape[1])[y_true]
#-        "dZ2": dZ2,
#-        "dA1": dA1,
#-        "dZ1": dZ1,


# %% wrong: divides-by-m-twice
# hint: This is divided by m twice. The factor 1/m is already in dZ2, so the sums over the examples stay
#  sums.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    return {
        "W1": dZ1.T @ cache["X"] / len(y_true),
        "b1": dZ1.mean(axis=0),
        "W2": dZ2.T @ cache["A1"] / len(y_true),
        "b2": dZ2.mean(axis=0),
    }


# %% wrong: mean-of-the-bias-gradients
# hint: The gradients of the biases are means over the examples. The factor 1/m is already in dZ2: take the
#  sum.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.mean(axis=0),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.mean(axis=0),
    }


# %% wrong: one-number-for-all-biases
# hint: The gradients of the biases are single numbers. Each bias has its own: sum over the examples only
#  (axis 0).
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.sum(),
    }


# %% wrong: forgets-the-true-class
# hint: This takes P itself for dZ2. For the true class of each example 1 has to be subtracted.
#-    m = len(y_true)
#-    dZ2 = cache["P"].copy()
#-    dZ2[np.arange(m), y_true] -= 1
#-    dZ2 /= m
#+    dZ2 = cache["P"] / len(y_true)
#-        "dZ2": dZ2,
#-        "dA1": dA1,
#-        "dZ1": dZ1,


# %% wrong: wrong-sign
# hint: All signs are wrong: this is the truth minus P. The gradient starts with P minus the truth.
#-    m = len(y_true)
#-    dZ2 = cache["P"].copy()
#-    dZ2[np.arange(m), y_true] -= 1
#-    dZ2 /= m
#+    dZ2 = (np.eye(cache["P"].shape[1])[y_true] - cache["P"]) / len(y_true)
#-        "dZ2": dZ2,
#-        "dA1": dA1,
#-        "dZ1": dZ1,


# %% wrong: forgets-the-slope-of-tanh
# hint: The second layer is right. On the way to the first layer the slope of tanh is missing.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(axis=0),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: slope-of-tanh-at-the-activation
# hint: The slope of tanh is taken at A1, so tanh is applied twice. Take it at Z1.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - np.tanh(cache["A1"]) ** 2)
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(axis=0),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: slope-without-tanh
# hint: The slope of tanh is 1 - tanh(Z1) squared. This is 1 - Z1 squared.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["Z1"] ** 2)
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(axis=0),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: slope-of-the-sigmoid
# hint: This is what the slope of the sigmoid gives. The activation here is tanh.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * cache["A1"] * (1 - cache["A1"])
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(axis=0),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: input-before-the-activation
# hint: For W2 this uses Z1. What goes into the second layer is A1.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(axis=0),
        "W2": dZ2.T @ cache["Z1"],
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: missing-transpose
# hint: On the way back W2 is transposed here. That fits only when the sizes are equal, and then it adds
#  over the wrong index.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"].T
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(axis=0),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: transposed-gradients
# hint: The gradients of the weights are transposed. A gradient has the shape of its parameter.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    return {
        "W1": cache["X"].T @ dZ1,
        "b1": dZ1.sum(axis=0),
        "W2": cache["A1"].T @ dZ2,
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: keys-with-a-d
# hint: The keys are dW1, db1 and so on. Use the keys of params: W1, b1, W2, b2.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    return {
        "dW1": dZ1.T @ cache["X"],
        "db1": dZ1.sum(axis=0),
        "dW2": dZ2.T @ cache["A1"],
        "db2": dZ2.sum(axis=0),
    }


# %% wrong: changes-the-cache
# hint: The gradients are right, but P in the cache is changed. Start with a copy of P.
#-    m = len(y_true)
#-    dZ2 = cache["P"].copy()
#-    dZ2[np.arange(m), y_true] -= 1
#-    dZ2 /= m
#+    dZ2 = cache["P"]
#+    dZ2[np.arange(len(y_true)), y_true] -= 1
#+    dZ2 /= len(y_true)
#-        "dZ2": dZ2,
#-        "dA1": dA1,
#-        "dZ1": dZ1,


# %% wrong: takes-a-step
# hint: The gradients are right, but params is changed. Here only the gradients are asked for: train takes
#  the step.
def backward(y_true, params, cache):
    dZ2 = (cache["P"] - np.eye(cache["P"].shape[1])[y_true]) / len(y_true)
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * (1 - cache["A1"] ** 2)
    params["b1"] -= 0.1 * dZ1.sum(axis=0)
    params["b2"] -= 0.1 * dZ2.sum(axis=0)
    return {
        "W1": dZ1.T @ cache["X"],
        "b1": dZ1.sum(axis=0),
        "W2": dZ2.T @ cache["A1"],
        "b2": dZ2.sum(axis=0),
    }


# %% wrong: first-layer-divided-twice
# hint: W1 and b1 are divided by m twice: once on the way back through dZ1, and once more. W2 and b2 are right.
def backward(y_true, params, cache):
    m = len(y_true)
    dZ2 = cache["P"].copy()
    dZ2[np.arange(m), y_true] -= 1
    dZ2 /= m
    dZ1 = dZ2 @ params["W2"] * (1 - cache["A1"] ** 2)
    return {"W1": dZ1.T @ cache["X"] / m, "b1": dZ1.mean(axis=0), "W2": dZ2.T @ cache["A1"], "b2": dZ2.sum(axis=0)}


# %% wrong: slope-by-matrix-products
# hint: The slope of tanh is made with matrix products. Square A1 entry by entry, and multiply entry by entry.
def backward(y_true, params, cache):
    m = len(y_true)
    dZ2 = cache["P"].copy()
    dZ2[np.arange(m), y_true] -= 1
    dZ2 /= m
    dZ1 = (dZ2 @ params["W2"]) @ (1 - cache["A1"].T @ cache["A1"])
    return {"W1": dZ1.T @ cache["X"], "b1": dZ1.sum(axis=0), "W2": dZ2.T @ cache["A1"], "b2": dZ2.sum(axis=0)}


# %% right: loops
def backward(y_true, params, cache):
    m, K = np.shape(cache["P"])
    grads = {key: np.zeros(np.shape(value)) for key, value in params.items()}
    for i in range(m):
        dz2 = [(cache["P"][i][k] - (1 if k == y_true[i] else 0)) / m for k in range(K)]
        for j in range(len(params["b1"])):
            dz1 = sum(dz2[k] * params["W2"][k][j] for k in range(K)) / np.cosh(cache["Z1"][i][j]) ** 2
            grads["b1"][j] += dz1
            grads["W1"][j] += dz1 * cache["X"][i]
            grads["W2"][:, j] += np.multiply(dz2, cache["A1"][i][j])
        grads["b2"] += dz2
    return grads


# %% right: einsum-in-float32
def backward(y_true, params, cache):
    print("backward")
    c = {key: np.asarray(cache[key], dtype=np.float32) for key in ("X", "Z1", "A1", "Z2", "P")}
    one_hot = np.zeros_like(c["P"])
    one_hot[range(len(y_true)), y_true] = 1
    dZ2 = (c["P"] - one_hot) / np.float32(len(y_true))
    dZ1 = np.einsum("ik,kj,ij->ij", dZ2, params["W2"].astype(np.float32), 1 - c["A1"] * c["A1"])
    dW1, dW2 = np.einsum("ij,il->jl", dZ1, c["X"]), np.einsum("ik,ij->kj", dZ2, c["A1"])
    return {"b2": dZ2.sum(0), "W2": dW2, "b1": dZ1.sum(0), "W1": dW1, "dZ1": dZ1, "dZ2": dZ2}


# %% right: starts-again-from-the-inputs
def backward(y_true, params, cache):
    A1 = np.tanh(cache["X"] @ params["W1"].T + params["b1"])
    scores = A1 @ params["W2"].T + params["b2"]
    dZ2 = np.exp(scores - np.log(np.exp(scores).sum(1, keepdims=True)))
    np.subtract.at(dZ2, (np.arange(len(y_true)), y_true), 1.0)
    dZ2 = dZ2 / len(dZ2)
    dZ1 = np.dot(dZ2, params["W2"]) * (1 - A1) * (1 + A1)
    ones = np.ones(len(dZ2))
    return {"W1": dZ1.T.dot(cache["X"]), "b1": ones @ dZ1, "W2": dZ2.T.dot(A1), "b2": ones @ dZ2}


# %% right: mean-at-the-end
def backward(y_true, params, cache):
    dZ2 = np.array(cache["P"])
    for i, t in enumerate(y_true):
        dZ2[i, t] -= 1
    dZ1 = (params["W2"].T @ dZ2.T).T * 4 * expit(2 * cache["Z1"]) * expit(-2 * cache["Z1"])
    gradients = {}
    for name, dZ, A in (("1", dZ1, cache["X"]), ("2", dZ2, cache["A1"])):
        gradients["W" + name] = np.mean([np.outer(d, a) for d, a in zip(dZ, A, strict=True)], axis=0)
        gradients["b" + name] = np.mean(dZ, axis=0)
    return gradients


# %% wrong: squares-the-difference
# hint: The slope of tanh is 1 - A1**2: square A1 first, then subtract it from 1.
#-    dZ1 = dA1 * (1 - cache["A1"] ** 2)
#+    dZ1 = dA1 * (1 - cache["A1"]) ** 2
