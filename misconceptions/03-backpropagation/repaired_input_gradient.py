"""repaired_input_gradient(y_true, params, cache): known answers."""

import numpy as np


# %% probe
def probe_repaired_input_gradient(repaired_input_gradient):
    """Look at two networks, at one example, at equal labels, and whether params and cache stay the same."""

    def wide(y=(2, 0, 3)):
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
        return arrays(y, params, cache)

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

    def afterwards(y, params, cache):
        repaired_input_gradient(y, params, cache)
        return [params, {key: cache[key] for key in ("X", "Z1", "A1", "Z2", "P")}]

    yield lambda: repaired_input_gradient(*wide())
    yield lambda: repaired_input_gradient(*square())
    yield lambda: repaired_input_gradient(*first_example(*wide()))
    yield lambda: repaired_input_gradient(*wide([1, 1, 1]))
    yield lambda: afterwards(*wide())


# %% wrong: not-repaired
# hint: The index [:, y_true] takes whole columns: the 1 of each label is subtracted from the rows of all examples.
#  Index the rows, too: [np.arange(m), y_true].
#-    dZ2[np.arange(len(y_true)), y_true] -= 1
#+    dZ2[:, y_true] -= 1


# %% wrong: only-the-first-label
# hint: Now the label of the first example is used for all. Each row has its own true class.
#-    dZ2[np.arange(len(y_true)), y_true] -= 1
#+    dZ2[:, y_true[0]] -= 1


# %% wrong: forgets-the-true-class
# hint: The 1 at the true class is not subtracted any more. The slope for a score is P minus 1 there.
#-    dZ2[np.arange(len(y_true)), y_true] -= 1


# %% wrong: forgets-the-mean
# hint: The labels are mended, but the factor 1/m is missing. The loss is a mean over the m examples.
#-    dZ2 /= len(y_true)


# %% wrong: divides-only-the-ones
# hint: You subtract 1/m at the true class, but P itself is not divided by m. Divide the whole difference.
#-    dZ2[np.arange(len(y_true)), y_true] -= 1
#-    dZ2 /= len(y_true)
#+    dZ2[np.arange(len(y_true)), y_true] -= 1 / len(y_true)


# %% wrong: changes-the-cache
# hint: You work on P itself, so the cache is changed. A second call then gives something else. Keep the copy.
#-    dZ2 = cache["P"].copy()
#+    dZ2 = cache["P"]


# %% wrong: wrong-sign
# hint: All signs are wrong: this is the truth minus P. The gradient starts with P minus the truth.
#-    return dZ1 @ params["W1"]
#+    return -dZ1 @ params["W1"]


# %% wrong: slope-of-tanh-at-the-activation
# hint: You apply tanh once more to A1, which is tanh already. Its slope is 1 - A1 ** 2.
#-    dZ1 = (dZ2 @ params["W2"]) * (1 - cache["A1"] ** 2)
#+    dZ1 = (dZ2 @ params["W2"]) * (1 - np.tanh(cache["A1"]) ** 2)


# %% wrong: forgets-the-slope-of-tanh
# hint: The slope of tanh is missing between the hidden values and their scores.
#-    dZ1 = (dZ2 @ params["W2"]) * (1 - cache["A1"] ** 2)
#+    dZ1 = dZ2 @ params["W2"]


# %% wrong: stops-at-the-hidden-layer
# hint: This is the gradient for Z1. One step more leads to X: the product with W1.
#-    return dZ1 @ params["W1"]
#+    return dZ1


# %% wrong: gradient-of-the-weights
# hint: This is the gradient for the weights W1. The gradient for X has a row for each example.
#-    return dZ1 @ params["W1"]
#+    return dZ1.T @ cache["X"]


# %% wrong: transposed-weights
# hint: Here W1 is transposed. Unit j of a row meets row j of W1, so the product is dZ1 @ W1.
#-    return dZ1 @ params["W1"]
#+    return dZ1 @ params["W1"].T


# %% wrong: sum-over-the-examples
# hint: This is the sum over the examples. Each example has inputs of its own, so each keeps its row.
#-    return dZ1 @ params["W1"]
#+    return (dZ1 @ params["W1"]).sum(axis=0)


# %% right: one-hot-in-float32
def repaired_input_gradient(y_true, params, cache):
    P = cache["P"].astype(np.float32)
    dZ2 = (P - np.eye(P.shape[1], dtype=np.float32)[y_true]) / len(y_true)
    return np.einsum("ik,kj,ij,jl->il", dZ2, params["W2"], 1 - np.tanh(cache["Z1"]) ** 2, params["W1"])


# %% right: one-example-at-a-time-with-the-given-function
def repaired_input_gradient(y_true, params, cache):
    rows = []
    for i in range(len(y_true)):
        part = {key: value[i : i + 1] for key, value in cache.items()}
        rows.append(input_gradient(y_true[i : i + 1], params, part)[0])
    return np.array(rows) / len(y_true)


# %% right: loops
def repaired_input_gradient(y_true, params, cache):
    m = len(y_true)
    print("examples:", m)
    dX = np.zeros(np.shape(cache["X"]))
    for i in range(m):
        d = cache["P"][i].copy()
        d[y_true[i]] -= 1
        for j in range(len(params["b1"])):
            dX[i] += d @ params["W2"][:, j] / m * (1 - cache["A1"][i, j] ** 2) * params["W1"][j]
    return dX
