"""Say how a wrong result is related to the expected one: a factor, a sign, a transpose, one wrong row, ...

Every assignment ships this file; ``checks.py`` asks it when a check has failed. It needs no list of mistakes.
"""

import itertools
import re
from collections.abc import Mapping
from typing import Any

import messages
import numpy as np


def of_difference(
    got: object, expected: object, label: str, arguments: Mapping[str, Any], with_numbers: bool = True
) -> str:
    """Return one or two sentences about how ``got`` is related to what was expected, or ''.

    label:        the name of what is compared; '' for the result as a whole
    arguments:    ``{name: value}`` of the call, whose sizes and values may explain a relation
    with_numbers: False keeps all numbers out of the sentences
    """
    try:
        got, expected = np.asarray(got), np.asarray(expected, dtype=float)
        if got.dtype.kind not in "biuf":
            return ""
        is_cut = got.dtype.kind in "biu" or bool(np.any(got))  # an array of zeros is more than cut off
        got = got.astype(float)
        if got.size == 0 or expected.size == 0 or not np.isfinite(expected).all():
            return ""
        with np.errstate(all="ignore"):
            return _relation(got, expected, label, arguments, with_numbers, is_cut)
    except Exception:  # values with ideas of their own
        return ""


def are_whole(got: object, expected: object) -> bool:
    """Say whether ``got`` holds whole numbers alone, and ``expected``, of the same shape, others."""
    try:
        got, expected = np.asarray(got), np.asarray(expected, dtype=float)
        if got.shape != expected.shape or got.dtype.kind not in "biuf":
            return False
        with np.errstate(all="ignore"):
            return not np.any(got % 1) and bool(np.any(expected % 1))
    except Exception:  # as above
        return False


def _relation(got, expected, label, arguments, with_numbers, is_cut):
    if got.shape != expected.shape:
        return _of_shapes(got, expected, label) or _of_examples(got, expected, label, arguments)
    if not _is_rich(expected):
        return ""
    if not np.isfinite(got).all():
        return ""
    kinds = [_of_arguments, _of_signs, _of_factor, _of_functions, _of_order, _of_parts, _of_offset]
    if is_cut:
        kinds.insert(3, _of_whole_numbers)
    found = (kind(got, expected, label, arguments, with_numbers) for kind in kinds)
    return next(filter(None, found), "")


def _say(template, label, **fields):
    """Fill in a message about what is called ``label``."""
    result = messages.RESULT_AT_START if template.startswith("{label}") else messages.RESULT
    return template.format(label=label or result, **fields)


def _alike(one, two):
    scale = np.abs(two).max(initial=0)
    return one.shape == two.shape and np.allclose(one, two, 1e-5, 1e-8 * scale) and scale > 0


def _is_rich(values):
    """Say whether a relation of these values can hardly be chance: one round number tells nothing."""
    round_ones = np.isclose(values * 40 % 1, 0, 0, 1e-9) | np.isclose(values * 40 % 1, 1, 0, 1e-9)
    return len(np.unique(values)) > 2 or not round_ones.any()


def _of_shapes(got, expected, label):
    if got.size == expected.size and got.ndim != expected.ndim and _alike(got.ravel(), expected.ravel()):
        template = messages.SHAPE_ALONE_DIFFERS if 1 in got.shape + expected.shape else messages.ROWS_RUN_TOGETHER
        return _say(template, label, found=got.shape, expected=expected.shape)
    if got.ndim == 2 and got.shape == expected.shape[::-1] and _alike(got.T, expected):
        return _say(messages.TRANSPOSED, label)
    if expected.ndim == 1 and got.ndim == 2 and got.shape == expected.shape * 2 and len(expected) > 1:
        return messages.ALL_PAIRS.format(n=len(expected))
    for axis in range(got.ndim):
        if got.shape[:axis] + got.shape[axis + 1 :] == expected.shape and got.shape[axis] > 1:
            for template, total in ((messages.SUM_MISSING, np.sum), (messages.MEAN_MISSING, np.mean)):
                if (
                    _alike(np.asarray(total(got, axis=axis)), expected)
                    or got.ndim == 1
                    and _alike(np.asarray(total(got)), expected)
                ):
                    return _say(template, label, axis=axis)
    for template, total in ((messages.SUM_OF_ALL, np.sum), (messages.MEAN_OF_ALL, np.mean)):
        if got.ndim == 0 and expected.ndim and expected.size > 1 and _alike(got, np.asarray(total(expected))):
            return _say(template, label)
    return ""


def _of_examples(got, expected, label, arguments):
    """Say that the gradient for an argument has one value for each example."""
    number, name = _sizes(arguments).get(messages.EXAMPLES), label.removeprefix("d")
    is_gradient = label.startswith("d") and np.shape(arguments.get(name)) == expected.shape
    if not is_gradient or got.shape != (number,) or expected.ndim != 1:
        return ""
    return _say(messages.ONE_FOR_EACH_EXAMPLE, label, name=name)


def _of_arguments(got, expected, label, arguments, with_numbers):
    for name, value in arguments.items():
        if (
            isinstance(value, np.ndarray)
            and value.size > 1
            and value.dtype.kind in "biuf"
            and _alike(got, value.astype(float))
        ):
            return _say(messages.ARGUMENT_ITSELF, label, name=name)
    return ""


def _of_signs(got, expected, label, arguments, with_numbers):
    if _alike(-got, expected):
        return _say(messages.SIGN, label)
    if got.size > 2 and _alike(np.abs(got), np.abs(expected)) and not _alike(got, expected):
        return _say(messages.SIGN_OF_SOME, label)
    if _is_transposed(got, expected):
        return _say(messages.TRANSPOSED, label)
    return ""


def _is_transposed(got, expected):
    return got.ndim == 2 and got.shape[0] == got.shape[1] > 1 and _alike(got.T, expected) and not _alike(got, expected)


def _of_factor(got, expected, label, arguments, with_numbers):
    at = np.argmax(np.abs(expected))
    factor = float(got.flat[at] / expected.flat[at])
    if factor <= 0 or abs(factor - 1) < LEAST_FACTOR or not _alike(got, factor * expected):
        return ""
    ratio = max(factor, 1 / factor)
    fact = _say(FACTS[factor > 1, got.ndim == 0, with_numbers], label, ratio=f"{ratio:.6g}")
    reasons = list(_factors(factor, arguments))
    if len(reasons) == 1:
        return f"{fact} {reasons[0]}"
    return fact if reasons or (got.size > 2 and with_numbers) else ""


LEAST_FACTOR = 0.01  # what is nearer to 1 comes from rounding, not from a wrong factor
# {(whether it is too large, whether it is one number, whether the factor may be told): message}
FACTS = {
    (True, True, True): messages.FACTOR_LARGER,
    (False, True, True): messages.FACTOR_SMALLER,
    (True, False, True): messages.FACTOR_ALL_LARGER,
    (False, False, True): messages.FACTOR_ALL_SMALLER,
    (True, True, False): messages.SOME_FACTOR_LARGER,
    (False, True, False): messages.SOME_FACTOR_SMALLER,
    (True, False, False): messages.SOME_FACTOR_ALL_LARGER,
    (False, False, False): messages.SOME_FACTOR_ALL_SMALLER,
}


def _factors(factor, arguments):
    """Yield what a factor may be, as a sentence."""
    larger, ratio = factor > 1, max(factor, 1 / factor)
    sizes = _sizes(arguments)
    for name, size in sizes.items():
        if size > 1 and _is(ratio, size):
            yield (messages.DIVIDE_BY_SIZE if larger else messages.DIVIDED_BY_SIZE).format(size=name)
        if size > 2 and _is(ratio, 2 * size):
            yield messages.TWICE_SIZE.format(size=name)
        if size > 2 and _is(ratio, size / 2):
            yield messages.HALF_SIZE.format(size=name)
        if size > 2 and _is(factor, size / (size - 1)):
            yield messages.ONE_LESS.format(size=name)
    for (one, a), (two, b) in itertools.combinations_with_replacement(sizes.items(), 2):
        if min(a, b) > 1 and _is(ratio, a * b):
            template = messages.SIZE_SQUARED if one == two else messages.TWO_SIZES
            yield template.format(size=one, one=one, two=two)
        if min(a, b) > 1 and a != b and (_is(factor, a / b) or _is(factor, b / a)):
            yield messages.SIZES_EXCHANGED.format(one=one, two=two)
    if _is(ratio, 2):
        yield messages.TWO_TOO_MANY if larger else messages.TWO_MISSING
    for base, template in ((10, messages.LOG10), (2, messages.LOG2)):
        if _is(factor, 1 / np.log(base)):
            yield template
    for name, value in arguments.items():
        if isinstance(value, float) and value > 0 and value != 1 and (_is(factor, value) or _is(factor, 1 / value)):
            yield messages.FACTOR_IS_ARGUMENT.format(name=name)


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
            sizes.setdefault(messages.EXAMPLES, value.shape[0])
            if value.ndim == 2:
                sizes.setdefault(messages.FEATURES if name.startswith("X") else messages.COLUMNS, value.shape[1])
    batch = arguments.get("batch_size")
    return sizes | ({"batch_size": batch} if isinstance(batch, int) else {})


def _of_whole_numbers(got, expected, label, arguments, with_numbers):
    fractions = np.any(expected % 1 != 0)
    if (
        fractions
        and got.size > 1
        and (np.array_equal(got, np.trunc(expected)) or np.array_equal(got, np.round(expected)))
    ):
        return _say(messages.CUT_OFF, label)
    return ""


def _of_functions(got, expected, label, arguments, with_numbers):
    related = [
        (messages.ONE_MINUS, lambda v: 1 - v),
        (messages.SQUARE, lambda v: v**2),
        (messages.ROOT, np.sqrt),
        (messages.LOGARITHM, np.log),
        (messages.MINUS_LOGARITHM, lambda v: -np.log(v)),
        (messages.EXPONENTIAL, np.exp),
        (messages.INVERSE, lambda v: 1 / v),
        (messages.ABSOLUTE, np.abs),
        (messages.RUNNING_SUM, lambda v: np.cumsum(v, axis=0) if v.ndim else v),
    ]
    for template, function in related:
        if _alike(got, np.asarray(function(expected))):
            return _say(template, label)
    return ""


def _of_order(got, expected, label, arguments, with_numbers):
    if got.ndim == 0 or len(got) < 3:
        return ""
    if _alike(got[::-1], expected):
        return _say(messages.REVERSED, label)
    if _alike(got[1:], expected[:-1]):
        return _say(messages.TOO_LATE, label)
    if _alike(got[:-1], expected[1:]):
        return _say(messages.TOO_EARLY, label)
    if _alike(np.sort(got, axis=None), np.sort(expected, axis=None)):
        return _say(messages.OTHER_ORDER, label)
    return ""


def _of_parts(got, expected, label, arguments, with_numbers):
    right = np.isclose(got, expected, 1e-5, 1e-8 * np.abs(expected).max())
    if got.ndim == 0 or right.sum() < 2:
        return ""
    rows = (messages.BUT_FIRST_ROW, messages.BUT_LAST_ROW)
    entries = (messages.BUT_FIRST_ENTRY, messages.BUT_LAST_ENTRY)
    columns = (messages.BUT_FIRST_COLUMN, messages.BUT_LAST_COLUMN)
    for axis, (first, last) in ((0, rows if got.ndim > 1 else entries), (1, columns)):
        if axis < got.ndim and got.shape[axis] > 2:
            bad = ~right.all(axis=tuple(a for a in range(got.ndim) if a != axis))
            where = np.flatnonzero(bad)
            if len(where) == 1 and where[0] in (0, len(bad) - 1):
                return _say(first if where[0] == 0 else last, label)
    if got.ndim == 2 and got.shape[0] == got.shape[1] > 2 and np.array_equal(~right, np.eye(len(got), dtype=bool)):
        return _say(messages.BUT_DIAGONAL, label)
    if np.all(got[~right] == 0):
        return _say(messages.BUT_ZEROS, label)
    return ""


def _of_offset(got, expected, label, arguments, with_numbers):
    gap = got - expected
    if got.size > 2 and np.allclose(gap, gap.flat[0], 1e-6, 1e-9 * np.abs(expected).max()):
        return _say(messages.ALL_LARGER if gap.flat[0] > 0 else messages.ALL_SMALLER, label)
    return ""
