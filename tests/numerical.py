"""The numerical gradient that displayed formulas are held against."""

import numpy as np


def slopes(f, at, h=1e-5):
    """Return the slope of the number ``f(array)`` for each entry of ``at``, by central differences."""
    at = np.asarray(at, dtype=float)
    moves = h * np.eye(at.size).reshape(-1, *at.shape)
    return np.reshape([(f(at + e) - f(at - e)) / (2 * h) for e in moves], at.shape)
