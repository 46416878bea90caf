"""relu_derivative(z): known answers."""

import numpy as np


# %% probe
def probe_relu_derivative(relu_derivative):
    """Look at a table without zeros, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [-0.9, 0.4, -1.7]])
    yield lambda: relu_derivative(z.copy())
    yield lambda: relu_derivative(0.8)
    yield lambda: 0 <= float(relu_derivative(np.array([0.0]))[0]) <= 1
    yield lambda: (relu_derivative(given := z.copy()), np.array_equal(given, z))[1]


# %% wrong: returns-relu
# hint: This is what ReLU itself gives. Its slope is asked for: 1 where z is positive.
def relu_derivative(z):
    return np.maximum(0, z)


# %% wrong: sign
# hint: This is what the sign gives. Left of 0 ReLU is flat, so its slope is 0 there, not -1.
def relu_derivative(z):
    return np.sign(z)


# %% wrong: the-other-side
# hint: The two sides are exchanged: the slope is 0 left of 0 and 1 right of 0.
def relu_derivative(z):
    return np.where(np.asarray(z) < 0, 1.0, 0.0)


# %% wrong: one-everywhere
# hint: This is the slope of the line z. ReLU is flat where z is negative.
def relu_derivative(z):
    return np.ones_like(z)


# %% wrong: leaky
# hint: This is the slope of a leaky ReLU. The slope of ReLU is exactly 0 where z is negative.
def relu_derivative(z):
    return np.where(np.asarray(z) > 0, 1.0, 0.01)


# %% wrong: smooth-step
# hint: This is the sigmoid, a smooth step. The slope of ReLU jumps from 0 to 1.
def relu_derivative(z):
    return expit(z)


# %% wrong: one-answer-for-all
# hint: This gives one number for the whole array. Each entry has a slope of its own.
def relu_derivative(z):
    return float(np.all(np.asarray(z) > 0))


# %% wrong: compares-with-one
# hint: This asks whether z is larger than 1. The corner of ReLU is at 0.
def relu_derivative(z):
    return (np.asarray(z) > 1).astype(float)


# %% wrong: changes-its-argument
# hint: The values are right, but z itself is changed. Make a new array.
def relu_derivative(z):
    if np.ndim(z) == 0:
        return float(z > 0)
    z[z <= 0] = 0
    z[z > 0] = 1
    return z


# %% right: boolean-mask
def relu_derivative(z):
    return np.asarray(z) > 0


# %% right: whole-numbers-and-one-at-zero
def relu_derivative(z):
    print("slope of relu")
    return (np.asarray(z) >= 0).astype(int)


# %% right: one-half-at-zero
def relu_derivative(z):
    return np.heaviside(z, 0.5).astype(np.float32)


# %% right: nested-lists
def relu_derivative(z):
    if np.ndim(z) == 0:
        return 1 if z > 0 else 0
    return [relu_derivative(v) for v in z]
