"""squared_error(y_true, y_pred): known answers."""

import numpy as np


# %% probe
def probe_squared_error(squared_error):
    """Look at a row of values, a table, one value and the arguments after a call."""
    t, p = np.array([2.13, -1.07, 4.0, 0.51, 1.38, -0.6]), np.array([2.5, 2.29, 7.34, -0.25, 0.69, 0.83])
    yield lambda: squared_error(t.copy(), p.copy())
    yield lambda: squared_error(t.reshape(3, 2), p.reshape(3, 2))
    yield lambda: squared_error(t[2:3].copy(), p[2:3].copy())
    yield lambda: (squared_error(*(given := [t.copy(), p.copy()])), given)[1]


# %% wrong: mean-instead-of-sum
# hint: This is what the mean of the squared differences gives. Return their sum.
def squared_error(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


# %% wrong: half-of-the-sum
# hint: This is one half of the sum. Some books put the factor 1/2 in front. Our formula has no factor.
def squared_error(y_true, y_pred):
    return 0.5 * np.sum((y_true - y_pred) ** 2)


# %% wrong: square-of-the-sum
# hint: You add the differences first and square the sum. Square each difference first, then add.
def squared_error(y_true, y_pred):
    return np.sum(y_true - y_pred) ** 2


# %% wrong: difference-of-squares
# hint: This is the sum of y_true ** 2 - y_pred ** 2. Subtract first, then square the difference.
def squared_error(y_true, y_pred):
    return np.sum(y_true**2 - y_pred**2)


# %% wrong: root-of-the-sum
# hint: This is the square root of the right number. Return the sum itself.
def squared_error(y_true, y_pred):
    return np.linalg.norm(y_true - y_pred)


# %% wrong: absolute-differences
# hint: This is what the sum of the absolute differences gives. Square each difference.
def squared_error(y_true, y_pred):
    return np.sum(np.abs(y_true - y_pred))


# %% wrong: caret-instead-of-power
# hint: In Python the sign ^ is not a power. Write ** 2 for the square.
def squared_error(y_true, y_pred):
    return np.sum((y_true - y_pred) ^ 2)


# %% wrong: doubles-instead-of-squares
# hint: This is what * 2 gives. Write ** 2 for the square.
def squared_error(y_true, y_pred):
    return np.sum((y_true - y_pred) * 2)


# %% wrong: sums-over-one-axis
# hint: For a table you return one sum for each column. Python's own sum adds the rows.
#  Use np.sum: it adds all entries.
def squared_error(y_true, y_pred):
    return sum((y_true - y_pred) ** 2)


# %% wrong: matrix-product-of-a-table
# hint: The product d @ d is the sum of squares only when d has one axis. For a table it is a matrix product.
def squared_error(y_true, y_pred):
    d = y_true - y_pred
    return d @ d


# %% wrong: forgets-the-sum
# hint: These are the squared differences. Return their sum, one number.
def squared_error(y_true, y_pred):
    return (y_true - y_pred) ** 2


# %% wrong: changes-its-argument
# hint: The value is right, but y_pred itself is changed. Write d = y_pred - y_true, not y_pred -= y_true.
def squared_error(y_true, y_pred):
    y_pred -= y_true
    return (y_pred**2).sum()


# %% right: loop
def squared_error(y_true, y_pred):
    total = 0
    for t, p in zip(y_true.flatten(), y_pred.flatten()):
        total += (p - t) * (p - t)
    return total


# %% right: dot-product-in-float32
def squared_error(y_true, y_pred):
    d = (y_true - y_pred).ravel().astype("float32")
    return np.dot(d, d)


# %% right: expanded-square
def squared_error(y_true, y_pred):
    t, p = np.ravel(y_true), np.ravel(y_pred)
    return np.einsum("i,i->", t, t) - 2 * np.einsum("i,i->", t, p) + np.einsum("i,i->", p, p)


# %% right: norm-squared-with-a-print
def squared_error(y_true, y_pred):
    norm = np.linalg.norm(y_true - y_pred)
    print(f"norm = {norm}")
    return np.array(norm) ** 2
