"""tanh_derivative(z): known answers."""

import numpy as np


# %% probe
def probe_tanh_derivative(tanh_derivative):
    """Look at a table, large inputs, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [0.9, -0.4, 1.7]])
    yield lambda: tanh_derivative(z.copy())
    yield lambda: tanh_derivative(np.array([-1000.0]))
    yield lambda: tanh_derivative(np.array([1000.0]))
    yield lambda: tanh_derivative(-0.8)
    yield lambda: (tanh_derivative(given := z.copy()), np.array_equal(given, z))[1]


# %% wrong: returns-tanh
# hint: This is what tanh itself gives. Its slope is asked for.
def tanh_derivative(z):
    return np.tanh(z)


# %% wrong: takes-z-for-the-activation
# hint: This is what 1 - z squared gives. Here z goes into tanh, so compute tanh of z first.
def tanh_derivative(z):
    return 1 - z**2


# %% wrong: tanh-twice
# hint: This is what applying tanh twice gives. Apply it to z once, and then square.
def tanh_derivative(z):
    return 1 - np.tanh(np.tanh(z)) ** 2


# %% wrong: forgets-the-square
# hint: This is what 1 - tanh gives. The formula squares tanh.
def tanh_derivative(z):
    return 1 - np.tanh(z)


# %% wrong: squares-the-difference
# hint: This is what (1 - tanh) squared gives. Square tanh first, then subtract from 1.
def tanh_derivative(z):
    return (1 - np.tanh(z)) ** 2


# %% wrong: rule-of-the-sigmoid
# hint: This is what tanh (1 - tanh) gives. That is the rule of the sigmoid.
def tanh_derivative(z):
    return np.tanh(z) * (1 - np.tanh(z))


# %% wrong: one-over-cosh
# hint: This is what 1 / cosh gives. The slope is the square of it.
def tanh_derivative(z):
    with np.errstate(over="ignore"):
        return 1 / np.cosh(z)


# %% wrong: squares-z
# hint: This is what 1 - tanh(z squared) gives. Take tanh of z first, then square the result.
def tanh_derivative(z):
    return 1 - np.tanh(np.square(z))


# %% wrong: overflows
# hint: The formula is right, but exp(1000) overflows. Use np.tanh, which is safe.
def tanh_derivative(z):
    t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return 1 - t**2


# %% wrong: changes-its-argument
# hint: The values are right, but z itself is changed. Do not write into z.
def tanh_derivative(z):
    if np.ndim(z) == 0:
        return 1 - np.tanh(z) ** 2
    np.tanh(z, out=z)
    return 1 - z**2


# %% right: through-cosh-with-warnings
def tanh_derivative(z):
    return np.cosh(np.asarray(z, dtype=float)) ** -2.0


# %% right: product-of-two-factors
def tanh_derivative(z):
    print("slope of tanh")
    t = np.tanh(z)
    return (1 - t) * (1 + t)


# %% right: loop-in-float32
def tanh_derivative(z):
    import math

    z = np.asarray(z, dtype=float)
    values = [1 - math.tanh(v) ** 2 for v in z.ravel()]
    return np.array(values, dtype=np.float32).reshape(z.shape)


# %% right: through-the-sigmoid
def tanh_derivative(z):
    s = expit(2 * np.asarray(z))
    return 4 * s * (1 - s)
