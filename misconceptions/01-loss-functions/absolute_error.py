"""absolute_error(y_true, y_pred): known answers."""

import numpy as np


# %% probe
def probe_absolute_error(absolute_error):
    """Look at a row of values, a table, one value and the arguments after a call."""
    t, p = np.array([2.13, -1.07, 4.0, 0.51]), np.array([2.5, 2.29, 7.34, -0.25])
    yield lambda: absolute_error(t.copy(), p.copy())
    yield lambda: absolute_error(t.reshape(2, 2), p.reshape(2, 2))
    yield lambda: absolute_error(t[2:3].copy(), p[2:3].copy())
    yield lambda: (absolute_error(*(given := [t.copy(), p.copy()])), given)[1]


# %% wrong: mean-instead-of-sum
# hint: This is what the mean of the absolute differences gives. Return their sum.
def absolute_error(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred))


# %% wrong: no-absolute-value
# hint: This is what the sum of the differences gives. Positive and negative differences cancel out.
def absolute_error(y_true, y_pred):
    return np.sum(y_true - y_pred)


# %% wrong: absolute-value-of-the-sum
# hint: You add first and take the absolute value then. Take it of each difference first, then add.
def absolute_error(y_true, y_pred):
    return abs(np.sum(y_true) - np.sum(y_pred))


# %% wrong: difference-of-absolute-values
# hint: You take the absolute values before you subtract. Then 3 and -3 seem to be equal. Subtract first.
def absolute_error(y_true, y_pred):
    return np.sum(np.abs(np.abs(y_true) - np.abs(y_pred)))


# %% wrong: squared-differences
# hint: This is what the sum of the squared differences gives.
def absolute_error(y_true, y_pred):
    return np.sum((y_true - y_pred) ** 2)


# %% wrong: root-of-the-squares
# hint: This is the root of the sum of the squares. Take the absolute value of each difference instead.
def absolute_error(y_true, y_pred):
    return np.sqrt(np.sum((y_true - y_pred) ** 2))


# %% wrong: sums-over-one-axis
# hint: For a table you return one sum for each column. Python's own sum adds the rows.
#  Use np.sum: it adds all entries.
def absolute_error(y_true, y_pred):
    return sum(abs(y_true - y_pred))


# %% wrong: forgets-the-sum
# hint: These are the absolute differences. Return their sum, one number.
def absolute_error(y_true, y_pred):
    return np.abs(y_true - y_pred)


# %% wrong: returns-inside-the-loop
# hint: This is the first difference only. The line with return is inside the loop, so the loop ends at once.
def absolute_error(y_true, y_pred):
    total = 0.0
    for t, p in zip(y_true.ravel(), y_pred.ravel()):
        total += abs(t - p)
        return total


# %% wrong: changes-its-argument
# hint: The value is right, but y_true itself is changed. Write d = y_true - y_pred, not y_true -= y_pred.
def absolute_error(y_true, y_pred):
    y_true -= y_pred
    return np.abs(y_true).sum()


# %% right: loop
def absolute_error(y_true, y_pred):
    total = 0
    for t, p in zip(np.ravel(y_true), np.ravel(y_pred)):
        if t > p:
            total = total + (t - p)
        else:
            total = total - (t - p)
    print("the sum is", total)
    return total


# %% right: norm
def absolute_error(y_true, y_pred):
    return np.linalg.norm(np.ravel(y_true - y_pred), ord=1)


# %% right: larger-minus-smaller-in-float32
def absolute_error(y_true, y_pred):
    t, p = np.float32(y_true), np.float32(y_pred)
    return np.array(np.maximum(t, p).sum() - np.minimum(t, p).sum())


# %% right: recursion
def absolute_error(y_true, y_pred):
    if np.ndim(y_true) == 0:
        return abs(float(y_true) - float(y_pred))
    return sum(absolute_error(t, p) for t, p in zip(y_true, y_pred))
