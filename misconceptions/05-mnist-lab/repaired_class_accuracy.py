"""repaired_class_accuracy(y_true, y_pred, n_classes): known answers."""

import numpy as np


# %% probe
def probe_repaired_class_accuracy(repaired_class_accuracy):
    """Look at several classes, at one that is never predicted, at two classes and at the arguments after a call."""
    y_true = np.array([0, 1, 2, 3, 1, 1, 1, 2, 2, 0, 3, 3, 3, 3, 3, 1, 1, 1])
    y_pred = np.array([0, 1, 0, 3, 2, 1, 0, 2, 2, 1, 3, 1, 3, 2, 1, 3, 1, 1])

    def after(given):
        repaired_class_accuracy(*given, 4)
        return given

    yield lambda: repaired_class_accuracy(y_true.copy(), y_pred.copy(), 4)
    yield lambda: repaired_class_accuracy(y_true.copy(), np.where(y_pred == 3, 1, y_pred), 4)
    yield lambda: repaired_class_accuracy(np.array([0, 1, 1, 0, 0, 1, 1]), np.array([1, 1, 0, 0, 1, 1, 1]), 2)
    yield lambda: repaired_class_accuracy(np.arange(5), np.full(5, 4), 5)
    yield lambda: after((y_true.copy(), y_pred.copy()))


# %% wrong: not-repaired
# hint: You divide by how often a class was predicted. Of the examples that truly show the class, which fraction is
#  right? So count y_true.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return right / np.bincount(y_pred, minlength=n_classes)


# %% wrong: predictions-without-division-by-zero
# hint: Now nothing is divided by 0, but you still divide by how often a class was predicted. Count y_true.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return right / np.maximum(np.bincount(y_pred, minlength=n_classes), 1)


# %% wrong: divides-by-all-examples
# hint: You divide by the number of all examples. Each class has its own number of examples.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return right / len(y_true)


# %% wrong: counts
# hint: These are the numbers of right predictions. Divide each by the number of examples of its class.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return right


# %% wrong: fractions-that-are-wrong
# hint: These are the fractions that are wrong. Those that are right are asked for.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return 1 - right / np.bincount(y_true, minlength=n_classes)


# %% wrong: one-against-the-rest
# hint: You also count examples of other classes as right when they are not predicted as this one.
#  Look only at the examples that truly show the class.
def repaired_class_accuracy(y_true, y_pred, n_classes):
    return np.array([np.mean((y_true == k) == (y_pred == k)) for k in range(n_classes)])


# %% wrong: accuracy-of-all
# hint: Every class gets the accuracy of all examples. Count each class alone.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return np.full(n_classes, np.mean(y_true == y_pred))


# %% wrong: shares-of-the-right-ones
# hint: You divide by the number of all right predictions. Divide by the number of examples of the class.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return right / np.sum(right)


# %% wrong: examples-and-predictions-together
# hint: You divide by the examples of the class and its false alarms together. Divide by its examples alone.
def repaired_class_accuracy(y_true, y_pred, n_classes):
    found = [(y_true == k, y_pred == k) for k in range(n_classes)]
    return np.array([np.sum(t & p) / np.sum(t | p) for t, p in found])


# %% wrong: percent
# hint: These are percentages, 100 times too large. A fraction lies between 0 and 1.
#-    return right / np.bincount(y_true, minlength=n_classes)
#+    return 100 * right / np.bincount(y_true, minlength=n_classes)


# %% wrong: only-predicted-classes
# hint: Classes that are never predicted are missing. They belong there with the fraction 0.
def repaired_class_accuracy(y_true, y_pred, n_classes):
    return np.array([np.mean(y_pred[y_true == k] == k) for k in np.unique(y_pred)])


# %% right: mean-of-each-class
def repaired_class_accuracy(y_true, y_pred, n_classes):
    return np.array([np.mean(y_pred[y_true == k] == k) for k in range(n_classes)])


# %% right: rows-of-a-table
def repaired_class_accuracy(y_true, y_pred, n_classes):
    C = np.zeros((n_classes, n_classes))
    np.add.at(C, (y_true, y_pred), 1)
    print("examples of each class:", C.sum(axis=1))
    return np.diag(C) / C.sum(axis=1)


# %% right: loop-to-a-list
def repaired_class_accuracy(y_true, y_pred, n_classes):
    right, total = [0] * n_classes, [0] * n_classes
    for t, p in zip(y_true, y_pred):
        total[t] += 1
        right[t] += t == p
    return [r / n for r, n in zip(right, total)]
