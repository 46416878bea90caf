"""relative_error(a, b): known answers."""

import numpy as np


# %% probe
def probe_relative_error(relative_error):
    """Look at vectors, a table, tiny numbers, two zeros and whether the arguments stay as they were."""
    a, b = np.array([1.0, -2.0, 0.5, 4.0]), np.array([0.5, -1.0, 2.0, 3.0])
    A, B = np.array([[1.0, 2.0], [-3.0, 0.5], [0.3, 2.5]]), np.array([[2.0, 2.0], [1.0, -0.5], [0.0, 1.0]])
    yield lambda: relative_error(a.copy(), b.copy())
    yield lambda: relative_error(b.copy(), a.copy())
    yield lambda: relative_error(A.copy(), B.copy())
    yield lambda: relative_error(1e-9 * a, 1e-9 * b)
    yield lambda: relative_error(np.zeros(3), np.zeros(3))
    yield lambda: (relative_error(x := a.copy(), z := b.copy()), x, z)[1:]
    yield lambda: np.max([1 - relative_error(a.copy(), 0 * a), 1 - relative_error(0 * a, a.copy())])
    yield lambda: relative_error(a.copy(), a * (1 + 2.0**-17))


# %% wrong: entry-by-entry
# hint: This gives one number for each entry. The relative error is one number: use norms of the whole
#  arrays.
def relative_error(a, b):
    total = np.abs(a) + np.abs(b)
    return np.abs(a - b) / np.where(total > 0, total, 1)


# %% wrong: mean-of-entries
# hint: This is the mean of a relative error for each entry. Use one norm over all entries.
def relative_error(a, b):
    total = np.abs(a) + np.abs(b)
    return np.mean(np.abs(a - b) / np.where(total > 0, total, 1))


# %% wrong: two-zeros-give-nan
# hint: When both arrays are 0, this divides 0 by 0. Equal arrays have the relative error 0.
def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


# %% wrong: absolute-error
# hint: This is the norm of the difference. It is not yet divided by the size of the arrays.
def relative_error(a, b):
    return np.linalg.norm(a - b)


# %% wrong: difference-of-the-norms
# hint: This compares the sizes of the two arrays only. Take the norm of their difference, a - b.
def relative_error(a, b):
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.abs(np.linalg.norm(a) - np.linalg.norm(b)) / size if size > 0 else 0.0


# %% wrong: divides-by-one-norm
# hint: This divides by the norm of one array only. Divide by the sum of both norms.
def relative_error(a, b):
    size = np.linalg.norm(a)
    return np.linalg.norm(a - b) / size if size else 0.0


# %% wrong: divides-by-the-larger-norm
# hint: This divides by the larger of the two norms. Divide by their sum.
def relative_error(a, b):
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return np.linalg.norm(a - b) / size if size else 0.0


# %% wrong: norm-of-the-sum
# hint: This divides by the norm of a + b. Divide by the sum of the two norms.
def relative_error(a, b):
    size = np.linalg.norm(a + b)
    return np.linalg.norm(a - b) / size if size else 0.0


# %% wrong: squared-norms
# hint: These are sums of squares. A norm is the root of the sum of the squares.
def relative_error(a, b):
    size = np.sum(a**2) + np.sum(b**2)
    return np.sum((a - b) ** 2) / size if size else 0.0


# %% wrong: sums-of-absolute-values
# hint: This adds absolute values. The norm here is the root of the sum of the squares.
def relative_error(a, b):
    size = np.sum(np.abs(a)) + np.sum(np.abs(b))
    return np.sum(np.abs(a - b)) / size if size else 0.0


# %% wrong: adds-a-small-number
# hint: A number such as 1e-8 in the denominator avoids 0 / 0, but it makes the error of small arrays too
#  small. Treat the case of two zeros alone.
def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + 1e-8)


# %% wrong: matrix-norm
# hint: With the argument 2, np.linalg.norm gives another norm for a matrix. Leave the argument out.
def relative_error(a, b):
    if a.ndim > 2:
        a, b = a.ravel(), b.ravel()
    size = np.linalg.norm(a, 2) + np.linalg.norm(b, 2)
    return np.linalg.norm(a - b, 2) / size if size else 0.0


# %% wrong: changes-its-argument
# hint: The value is right, but a itself is changed. Write a - b, not a -= b.
def relative_error(a, b):
    size = np.linalg.norm(a) + np.linalg.norm(b)
    a -= b
    return np.linalg.norm(a) / size if size else 0.0


# %% wrong: largest-error-of-an-entry
# hint: This is the largest relative error of a single entry. Compare the whole arrays: one norm of the difference.
def relative_error(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))


# %% right: loops
def relative_error(a, b):
    import math

    a, b = np.ravel(a).tolist(), np.ravel(b).tolist()
    size = math.hypot(*a) + math.hypot(*b)
    return 0 if size == 0 else math.hypot(*[u - v for u, v in zip(a, b, strict=True)]) / size


# %% right: float32-and-a-0-d-array
def relative_error(a, b):
    print("relative error of", a.shape)
    a, b = a.astype(np.float32).ravel(), b.astype(np.float32).ravel()
    size = np.sqrt(a @ a) + np.sqrt(b @ b)
    return np.array(np.sqrt(((a - b) ** 2).sum()) / size) if size > 0 else np.array(0)


# %% right: warns-and-repairs
def relative_error(a, b):
    return np.nan_to_num(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


# %% right: einsum
def relative_error(a, b):
    def norm(x):
        return np.sqrt(np.einsum("i,i->", x.ravel(), x.ravel()))

    return norm(a - b) / max(norm(a) + norm(b), 1e-300)


# %% wrong: one-zero-array-gives-zero
# hint: You return 0 when only one of the two arrays is 0. The error is 0 only when both are 0, or equal.
def relative_error(a, b):
    if not a.any() or not b.any():
        return 0.0
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


# %% wrong: rounds-the-result
# hint: You round the result, so small errors are lost. Return the number as it is.
def relative_error(a, b):
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return round(np.linalg.norm(a - b) / size, 6) if size > 0 else 0.0
