"""sigmoid_derivative(z): known answers."""

import numpy as np


# %% probe
def probe_sigmoid_derivative(sigmoid_derivative):
    """Look at a table, large inputs, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [0.9, -0.4, 1.7]])
    yield lambda: sigmoid_derivative(z.copy())
    yield lambda: sigmoid_derivative(np.array([-1000.0]))
    yield lambda: sigmoid_derivative(np.array([1000.0]))
    yield lambda: sigmoid_derivative(-0.8)
    yield lambda: (sigmoid_derivative(given := z.copy()), np.array_equal(given, z))[1]


# %% wrong: returns-the-sigmoid
# hint: This is what the sigmoid itself gives. Its slope is asked for.
def sigmoid_derivative(z):
    return expit(z)


# %% wrong: takes-z-for-the-activation
# hint: This is what z (1 - z) gives. Here z goes into the sigmoid, so compute the sigmoid of z first.
def sigmoid_derivative(z):
    return z * (1 - z)


# %% wrong: sigmoid-twice
# hint: This is what applying the sigmoid twice gives. Apply it to z once, and use that number in both
#  places.
def sigmoid_derivative(z):
    s = expit(z)
    return expit(s) * (1 - expit(s))


# %% wrong: squares-the-sigmoid
# hint: This is what the square of the sigmoid gives. The second factor is 1 - sigmoid.
def sigmoid_derivative(z):
    return expit(z) ** 2


# %% wrong: forgets-the-sigmoid-factor
# hint: This is what 1 - sigmoid gives. It is only one of the two factors.
def sigmoid_derivative(z):
    return 1 - expit(z)


# %% wrong: slope-of-tanh
# hint: This is 1 - sigmoid squared, the form of the slope of tanh. The sigmoid has another rule.
def sigmoid_derivative(z):
    return 1 - expit(z) ** 2


# %% wrong: overflows
# hint: The formula is right, but exp(1000) overflows. Use expit, which is safe.
def sigmoid_derivative(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


# %% wrong: negative-slope
# hint: The sign is wrong: the sigmoid rises everywhere, so its slope is never negative.
def sigmoid_derivative(z):
    s = expit(z)
    return s * (s - 1)


# %% wrong: changes-its-argument
# hint: The values are right, but z itself is changed. Do not write into z.
def sigmoid_derivative(z):
    s = expit(z)
    if np.ndim(z):
        z[...] = s
    return s * (1 - s)


# %% right: exponential-of-minus-the-size
def sigmoid_derivative(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


# %% right: through-tanh
def sigmoid_derivative(z):
    print("slope of the sigmoid")
    t = np.tanh(np.asarray(z) / 2)
    return (1 - t * t) / 4


# %% right: loop-in-float32
def sigmoid_derivative(z):
    import math

    def one(v):
        e = math.exp(-abs(v))
        return e / (1 + e) ** 2

    z = np.asarray(z, dtype=float)
    return np.array([one(v) for v in z.ravel()], dtype=np.float32).reshape(z.shape)


# %% right: warns-on-the-way
def sigmoid_derivative(z):
    return 1 / (2 + np.exp(z) + np.exp(np.negative(z)))
