"""zero_one_loss(y_true, y_pred): known answers."""

import numpy as np


# %% probe
def probe_zero_one_loss(zero_one_loss):
    """Look at mixed, all wrong, all right and one wrong label, and at the arguments after a call."""
    t, p = np.array([0, 3, 1, 2, 4, 1, 2]), np.array([0, 1, 1, 3, 1, 1, 2])
    yield lambda: zero_one_loss(t.copy(), p.copy())
    yield lambda: zero_one_loss(p.copy(), t.copy())
    yield lambda: zero_one_loss(t.copy(), t + 1)
    yield lambda: zero_one_loss(t.copy(), t.copy())
    yield lambda: (zero_one_loss(*(given := [t.copy(), p.copy()])), given)[1]
    yield lambda: zero_one_loss(np.zeros(300, dtype=int), np.ones(300, dtype=int))


# %% wrong: accuracy
# hint: This is the accuracy, the fraction of the right labels. The 0-1 loss is 1 minus this.
def zero_one_loss(y_true, y_pred):
    return np.mean(y_true == y_pred)


# %% wrong: counts-instead-of-fraction
# hint: This is the number of wrong labels. Divide it by the number of examples.
def zero_one_loss(y_true, y_pred):
    return np.sum(y_true != y_pred)


# %% wrong: percent
# hint: This is the loss in percent. Return a fraction between 0 and 1.
def zero_one_loss(y_true, y_pred):
    return 100 * np.mean(y_true != y_pred)


# %% wrong: distance-between-labels
# hint: This is the mean distance between the labels. A wrong label counts 1, whatever the two labels are.
def zero_one_loss(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred))


# %% wrong: squared-distance-between-labels
# hint: This is the mean of the squared differences. A wrong label counts 1, whatever the two labels are.
def zero_one_loss(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


# %% wrong: signed-differences
# hint: This is the mean of the differences. Positive and negative ones cancel out. Only compare the labels.
def zero_one_loss(y_true, y_pred):
    return np.mean(y_true - y_pred)


# %% wrong: too-large-labels-only
# hint: You count only predictions that are larger than the true label. Smaller ones are wrong, too.
def zero_one_loss(y_true, y_pred):
    return np.mean(y_pred > y_true)


# %% wrong: two-classes-only
# hint: You treat all labels above 0 as the same class. Compare the labels themselves.
def zero_one_loss(y_true, y_pred):
    return np.mean((y_true > 0) != (y_pred > 0))


# %% wrong: all-or-nothing
# hint: You return 1 as soon as one label is wrong. Return the fraction of the wrong labels.
def zero_one_loss(y_true, y_pred):
    return 1.0 - np.array_equal(y_true, y_pred)


# %% wrong: whole-number-division
# hint: The division // cuts off everything after the decimal point. Use / instead.
def zero_one_loss(y_true, y_pred):
    return np.sum(y_true != y_pred) // len(y_true)


# %% wrong: forgets-the-mean
# hint: You return one True or False for each example. Return their mean, one number.
def zero_one_loss(y_true, y_pred):
    return y_true != y_pred


# %% wrong: changes-its-argument
# hint: The value is right, but y_pred itself is changed. Make a new array for the comparison.
def zero_one_loss(y_true, y_pred):
    y_pred -= y_true
    y_pred[y_pred != 0] = 1
    return y_pred.mean()


# %% right: loop-with-a-counter
def zero_one_loss(y_true, y_pred):
    wrong = 0
    for i in range(len(y_true)):
        if y_true[i] != y_pred[i]:
            wrong += 1
    return wrong / len(y_true)


# %% right: one-minus-accuracy-in-float32
def zero_one_loss(y_true, y_pred):
    return np.float32(1) - np.equal(y_true, y_pred).astype(np.float32).mean()


# %% right: fraction
def zero_one_loss(y_true, y_pred):
    from fractions import Fraction

    print(y_true, y_pred)
    return Fraction(int(np.count_nonzero(y_true - y_pred)), len(y_true))


# %% right: positions-of-the-mistakes
def zero_one_loss(y_true, y_pred):
    mistakes = {i for i, (t, p) in enumerate(zip(y_true.tolist(), y_pred.tolist())) if t != p}
    return np.array(len(mistakes) / np.size(y_true))


# %% wrong: counts-in-a-small-type
# hint: You count in a small type of whole numbers. It starts again at 0 after 255. Count in an int.
def zero_one_loss(y_true, y_pred):
    wrong = np.sum(y_true != y_pred, dtype=np.uint8)
    return wrong / len(y_true)
