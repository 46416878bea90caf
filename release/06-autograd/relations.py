"""Say how a wrong result is related to the expected one: a factor, a sign, a transpose, one wrong row, ...

Every assignment ships this file; ``checks.py`` asks it when a check has failed. It needs no list of mistakes.
"""

import itertools
import re

import numpy as np


def of_difference(got, expected, label, arguments, with_numbers=True):
    """Return a sentence about how ``got`` is related to what was expected, or ''.

    label:        what is compared, as the message calls it
    arguments:    ``{name: value}`` of the call, whose sizes and values may explain a relation
    with_numbers: False keeps all numbers out of the sentence
    """
    try:
        got, expected = np.asarray(got), np.asarray(expected, dtype=float)
        if got.dtype.kind not in "biuf":
            return ""
        got = got.astype(float)
        if got.size == 0 or expected.size == 0 or not np.isfinite(expected).all():
            return ""
        with np.errstate(all="ignore"):
            relation = _relation(got, expected, label, arguments, with_numbers)
    except Exception:  # values with ideas of their own
        return ""
    return relation[:1].upper() + relation[1:]


def _relation(got, expected, label, arguments, with_numbers):
    if got.shape != expected.shape:
        return _of_shapes(got, expected, label)
    if not _is_rich(expected):
        return ""
    if not np.isfinite(got).all():
        return ""
    kinds = [_of_arguments, _of_signs, _of_factor, _of_whole_numbers, _of_functions, _of_order, _of_parts, _of_offset]
    found = (kind(got, expected, label, arguments, with_numbers) for kind in kinds)
    return next(filter(None, found), "")


def _alike(one, two):
    scale = np.abs(two).max(initial=0)
    return one.shape == two.shape and np.allclose(one, two, 1e-5, 1e-8 * scale) and scale > 0


def _is_rich(values):
    """Say whether a relation of these values can hardly be chance: one round number tells nothing."""
    round_ones = np.isclose(values * 40 % 1, 0, 0, 1e-9) | np.isclose(values * 40 % 1, 1, 0, 1e-9)
    return len(np.unique(values)) > 2 or not round_ones.any()


def _of_shapes(got, expected, label):
    if got.size == expected.size and got.ndim != expected.ndim and _alike(got.ravel(), expected.ravel()):
        return (
            f"the values of {label} are right, but the shape is {got.shape} in place of {expected.shape}. "
            "Keep or drop the axis of length 1: keepdims, ravel() or [:, 0]."
        )
    if got.ndim == 2 and got.shape == expected.shape[::-1] and _alike(got.T, expected):
        return f"this is the transpose of {label}: rows and columns are exchanged."
    if expected.ndim == 1 and got.ndim == 2 and got.shape == expected.shape * 2 and len(expected) > 1:
        n = len(expected)
        return f"shape ({n}, {n}) comes from combining ({n}, 1) with ({n},). Bring both to the shape ({n},) first."
    for axis in range(got.ndim):
        if got.shape[:axis] + got.shape[axis + 1 :] == expected.shape and got.shape[axis] > 1:
            for name, total in (("a sum", np.sum), ("a mean", np.mean)):
                if (
                    _alike(np.asarray(total(got, axis=axis)), expected)
                    or got.ndim == 1
                    and _alike(np.asarray(total(got)), expected)
                ):
                    return f"{name} over axis {axis} of {label} is missing."
    for name, total in (("sum", np.sum), ("mean", np.mean)):
        if got.ndim == 0 and expected.ndim and expected.size > 1 and _alike(got, np.asarray(total(expected))):
            return f"this is the {name} of all entries of {label}. The entries themselves are asked for."
    return ""


def _of_arguments(got, expected, label, arguments, with_numbers):
    for name, value in arguments.items():
        if (
            isinstance(value, np.ndarray)
            and value.size > 1
            and value.dtype.kind in "biuf"
            and _alike(got, value.astype(float))
        ):
            return f"{label} is {name} itself, unchanged."
    return ""


def _of_signs(got, expected, label, arguments, with_numbers):
    if _alike(-got, expected):
        return f"{label} is right but for the sign."
    if got.size > 2 and _alike(np.abs(got), np.abs(expected)) and not _alike(got, expected):
        return f"{label} is right but for the sign of some entries."
    if _is_transposed(got, expected):
        return f"this is the transpose of {label}: rows and columns are exchanged."
    return ""


def _is_transposed(got, expected):
    return got.ndim == 2 and got.shape[0] == got.shape[1] > 1 and _alike(got.T, expected) and not _alike(got, expected)


def _of_factor(got, expected, label, arguments, with_numbers):
    at = np.argmax(np.abs(expected))
    factor = float(got.flat[at] / expected.flat[at])
    if factor <= 0 or not _alike(got, factor * expected):
        return ""
    larger = factor > 1
    ratio = factor if larger else 1 / factor
    every = f"{label} is" if got.ndim == 0 else f"every value of {label} is"
    small = "large" if larger else "small"
    fact = f"{every} {ratio:.6g} times too {small}" if with_numbers else f"{every} too {small} by the same factor"
    reasons = list(_factors(factor, larger, arguments))
    if len(reasons) == 1:
        return f"{fact}{reasons[0]}"
    return f"{fact}." if reasons or (got.size > 2 and with_numbers) else ""


def _factors(factor, larger, arguments):
    """Yield what a factor may be, as the end of a sentence."""
    ratio = factor if larger else 1 / factor
    sizes = _sizes(arguments)
    for name, size in sizes.items():
        if size > 1 and _is(ratio, size):
            yield f", and that is {name}. {'Divide by it once.' if larger else 'Do not divide by it, or not twice.'}"
        if size > 2 and _is(ratio, 2 * size):
            yield f": 2 times {name}."
        if size > 2 and _is(ratio, size / 2):
            yield f": half of {name}."
    for (one, a), (two, b) in itertools.combinations_with_replacement(sizes.items(), 2):
        if min(a, b) > 1 and _is(ratio, a * b):
            yield f": {one + ' squared' if one == two else f'{one} times {two}'}."
        if min(a, b) > 1 and a != b and (_is(factor, a / b) or _is(factor, b / a)):
            yield f": {one} stands where {two} belongs, or the other way round."
    if _is(ratio, 2):
        yield f". Look for a factor 2 that is {'too many' if larger else 'missing'}."
    for base, name in ((10, "log10"), (2, "log2")):
        if _is(factor, 1 / np.log(base)):
            yield f", as with {name}, the logarithm with base {base}. Take the natural logarithm, np.log."
    for name, value in arguments.items():
        if isinstance(value, float) and value > 0 and value != 1 and (_is(factor, value) or _is(factor, 1 / value)):
            yield f": the factor is {name}, or 1 / {name}."


def _is(number, other):
    return bool(np.isclose(number, other, 1e-6, 0))


ROWS = re.compile(r"(X|Y|y|y_true|Y_true|y_pred|Y_pred|Z|P|p|images|scores|dZ|dA|dP|prediction)(_train)?")


def _sizes(arguments):
    """Return ``{what it is the number of: size}`` for the arguments of a call."""
    sizes = {}
    for name, value in arguments.items():
        if isinstance(value, dict):
            sizes |= {n: s for n, s in _sizes(value).items() if n not in sizes}
        if not isinstance(value, np.ndarray) or value.ndim == 0:
            continue
        if ROWS.fullmatch(name):
            sizes.setdefault("the number of examples", value.shape[0])
            if value.ndim == 2:
                columns = "features" if name.startswith("X") else "columns (one for each class or target)"
                sizes.setdefault(f"the number of {columns}", value.shape[1])
    batch = arguments.get("batch_size")
    return sizes | ({"batch_size": batch} if isinstance(batch, int) else {})


def _of_whole_numbers(got, expected, label, arguments, with_numbers):
    fractions = np.any(expected % 1 != 0)
    if (
        fractions
        and got.size > 1
        and (np.array_equal(got, np.trunc(expected)) or np.array_equal(got, np.round(expected)))
    ):
        return f"the fractions of {label} are cut off. An array of whole numbers takes none: make it with floats."
    return ""


def _of_functions(got, expected, label, arguments, with_numbers):
    related = [
        ("1 minus", lambda v: 1 - v),
        ("the square of", lambda v: v**2),
        ("the square root of", np.sqrt),
        ("the logarithm of", np.log),
        ("minus the logarithm of", lambda v: -np.log(v)),
        ("the exponential of", np.exp),
        ("1 divided by", lambda v: 1 / v),
        ("the absolute value of", np.abs),
        ("the running sum of", lambda v: np.cumsum(v, axis=0) if v.ndim else v),
    ]
    for words, function in related:
        if _alike(got, np.asarray(function(expected))):
            return f"this is {words} what is expected for {label}."
    return ""


def _of_order(got, expected, label, arguments, with_numbers):
    if got.ndim == 0 or len(got) < 3:
        return ""
    if _alike(got[::-1], expected):
        return f"{label} has the right values in reverse order."
    if _alike(got[1:], expected[:-1]):
        return f"the values of {label} come one place too late: the first one is too many."
    if _alike(got[:-1], expected[1:]):
        return f"the values of {label} come one place too early: the first one is missing."
    if _alike(np.sort(got, axis=None), np.sort(expected, axis=None)):
        return f"{label} has the right values in another order."
    return ""


def _of_parts(got, expected, label, arguments, with_numbers):
    right = np.isclose(got, expected, 1e-5, 1e-8 * np.abs(expected).max())
    if got.ndim == 0 or right.sum() < 2:
        return ""
    for axis, word in ((0, "row" if got.ndim > 1 else "entry"), (1, "column")):
        if axis < got.ndim and got.shape[axis] > 2:
            bad = ~right.all(axis=tuple(a for a in range(got.ndim) if a != axis))
            where = np.flatnonzero(bad)
            if len(where) == 1 and where[0] in (0, len(bad) - 1):
                return f"{label} is right except in the {'first' if where[0] == 0 else 'last'} {word}."
    if got.ndim == 2 and got.shape[0] == got.shape[1] > 2 and np.array_equal(~right, np.eye(len(got), dtype=bool)):
        return f"{label} is right except on the diagonal."
    if np.all(got[~right] == 0):
        return f"{label} is right in some entries and 0 in all others. Is every entry reached?"
    return ""


def _of_offset(got, expected, label, arguments, with_numbers):
    gap = got - expected
    if got.size > 2 and np.allclose(gap, gap.flat[0], 1e-6, 1e-9 * np.abs(expected).max()):
        return f"every value of {label} is too {'large' if gap.flat[0] > 0 else 'small'} by the same amount."
    return ""
