"""relu(z): known answers."""

import numpy as np


# %% probe
def probe_relu(relu):
    """Look at a vector, a table, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [-0.9, 0.4, -1.7]])
    yield lambda: relu(z.copy())
    yield lambda: relu(z[0].copy())
    yield lambda: relu(-0.8)
    yield lambda: (relu(given := z.copy()), np.array_equal(given, z))[1]


# %% wrong: absolute-value
# hint: This is what the absolute value gives. A negative number becomes 0.
def relu(z):
    return np.abs(z)


# %% wrong: largest-entry
# hint: This is what np.max gives: it looks for the largest entry along an axis. np.maximum compares entry
#  by entry.
def relu(z):
    return np.max(z, 0)


# %% wrong: minimum
# hint: This is what the smaller of 0 and z gives. Take the larger one.
def relu(z):
    return np.minimum(0, z)


# %% wrong: leaky
# hint: This is a leaky ReLU: it keeps a small part of a negative number. ReLU gives 0 there.
def relu(z):
    return np.where(np.asarray(z) > 0, z, 0.01 * np.asarray(z))


# %% wrong: stops-at-one
# hint: This is what clipping to the interval from 0 to 1 gives. ReLU has no upper end.
def relu(z):
    return np.clip(z, 0, 1)


# %% wrong: returns-the-slope
# hint: This is the slope of ReLU. Here the value is asked for: z itself where z is positive.
def relu(z):
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


# %% wrong: softplus
# hint: This is the softplus log(1 + exp(z)), a smooth relative of ReLU. ReLU has a corner at 0.
def relu(z):
    return np.logaddexp(0, z)


# %% wrong: changes-its-argument
# hint: The values are right, but z itself is changed. Work on a copy, or use np.maximum.
def relu(z):
    if np.ndim(z) == 0:
        return max(z, 0)
    z[z < 0] = 0
    return z


# %% wrong: leaves-out-negative-numbers
# hint: This keeps only the positive entries, so the shape changes. Put a 0 in place of a negative entry.
def relu(z):
    z = np.asarray(z)
    return z[z > 0]


# %% right: product-with-a-mask
def relu(z):
    return z * (np.asarray(z) > 0)


# %% right: mean-of-z-and-its-size
def relu(z):
    print("relu")
    return (z + np.abs(z)) / 2


# %% right: loop-in-float32
def relu(z):
    z = np.asarray(z)
    return np.array([max(0, v) for v in z.ravel()], dtype=np.float32).reshape(z.shape)


# %% right: nested-lists
def relu(z):
    if np.ndim(z) == 0:
        return max(0, z)
    return [relu(v) for v in z]
