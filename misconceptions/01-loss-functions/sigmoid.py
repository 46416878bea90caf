"""sigmoid(z): known answers."""

import numpy as np


# %% probe
def probe_sigmoid(sigmoid):
    """Look at a row, a table and one score, at large scores, and at z after a call."""
    z = np.array([-1.5, 0.0, 0.25, 3.0])
    yield lambda: sigmoid(z.copy())
    yield lambda: sigmoid(z.reshape(2, 2).copy())
    yield lambda: sigmoid(0.75)
    yield lambda: sigmoid(np.array([900.0, 2.0]))
    yield lambda: sigmoid(np.array([-900.0, -2.0]))
    yield lambda: np.log10(np.maximum(sigmoid(np.array([-900.0])), 1e-14))
    yield lambda: (sigmoid(given := z.copy()), np.array_equal(given, z))[1]
    yield lambda: (sigmoid(given := np.array([-900.0, 900.0])), given)[1]
    yield lambda: sigmoid(np.array([1, -2]))


# %% wrong: sign-of-the-exponent
# hint: This is what 1 / (1 + exp(z)) gives. The exponent has a minus sign.
def sigmoid(z):
    return 1 / (1 + np.exp(z))


# %% wrong: buffer-of-whole-numbers
# hint: The array for the result has the type of z. If z holds whole numbers, every value is cut to 0 or 1.
#  Make it with np.zeros(z.shape), or turn z into floats first.
def sigmoid(z):
    z = np.asarray(z)
    result = np.zeros_like(z)
    result[z >= 0] = 1 / (1 + np.exp(-z[z >= 0]))
    result[z < 0] = np.exp(z[z < 0]) / (1 + np.exp(z[z < 0]))
    return result


# %% wrong: missing-brackets
# hint: You write 1 / 1 + exp(-z). This divides only 1 by 1. Put brackets around the whole denominator.
def sigmoid(z):
    return 1 / 1 + np.exp(-z)


# %% wrong: overflows-to-nan
# hint: For large scores exp(z) / (1 + exp(z)) is inf / inf, and this is nan. Use 1 / (1 + exp(-z)) there.
def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))


# %% wrong: clips-too-much
# hint: You move large scores to a limit that is too small. At -1000 the result must be 0 within 1e-12.
def sigmoid(z):
    z = np.clip(z, -20, 20)
    return 1 / (1 + np.exp(-z))


# %% wrong: one-score-only
# hint: The word if needs one True or False, but z can be an array. Use np.where instead.
def sigmoid(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


# %% wrong: no-single-number
# hint: A loop over z fails when z is one number. np.exp takes numbers and arrays of any shape.
def sigmoid(z):
    return np.array([1 / (1 + np.exp(-np.clip(v, -500, 500))) for v in z])


# %% wrong: flattens
# hint: The numbers are right, but they stand in one row. The result has the same shape as z.
def sigmoid(z):
    z = np.clip(np.ravel(z), -500, 500)
    return 1 / (1 + np.exp(-z))


# %% wrong: tanh
# hint: This is what tanh(z) gives. It goes from -1 to 1, the sigmoid from 0 to 1.
def sigmoid(z):
    return np.tanh(z)


# %% wrong: tanh-without-half-the-score
# hint: The sigmoid is (1 + tanh(z / 2)) / 2. You left out the 2 below z.
def sigmoid(z):
    return (1 + np.tanh(z)) / 2


# %% wrong: derivative
# hint: This is the slope of the sigmoid, s * (1 - s). Return s itself.
def sigmoid(z):
    s = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return s * (1 - s)


# %% wrong: step
# hint: This is 1 for positive scores and 0 for others. The sigmoid gives probabilities in between, too.
def sigmoid(z):
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


# %% wrong: divides-by-the-sum
# hint: You divide by the sum over all entries. Each score has its own sigmoid. The others do not change it.
def sigmoid(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


# %% wrong: negates-its-argument
# hint: The values are right, but z itself has changed its sign. Write -z in the formula, not z *= -1.
def sigmoid(z):
    z *= -1
    return 1 / (1 + np.exp(z))


# %% wrong: clips-its-argument
# hint: The values are right, but large scores in z itself are changed. np.clip gives a new array.
def sigmoid(z):
    z = np.asarray(z)
    z[z < -500] = -500
    z[z > 500] = 500
    return 1 / (1 + np.exp(-z))


# %% right: warns-of-an-overflow
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# %% right: half-of-tanh-in-float32
def sigmoid(z):
    z = np.asarray(z, dtype=np.float32)
    return np.float32(0.5) * (1 + np.tanh(z / 2))


# %% right: loop-over-all-entries
def sigmoid(z):
    import math

    def one(v):
        return 1 / (1 + math.exp(-v)) if v > 0 else 1 - 1 / (1 + math.exp(v))

    if isinstance(z, float):
        return one(z)
    return np.array([one(v) for v in z.flatten()]).reshape(z.shape).tolist()


# %% right: masks
def sigmoid(z):
    scores = np.array(z, dtype=float, ndmin=1)
    print("positive:", (scores > 0).sum())
    result = np.empty_like(scores)
    right = scores > 0
    result[right] = 1 / (1 + np.exp(-scores[right]))
    result[~right] = np.exp(scores[~right]) / (1 + np.exp(scores[~right]))
    return result.reshape(np.shape(z))


# %% right: logarithms
def sigmoid(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z)))
