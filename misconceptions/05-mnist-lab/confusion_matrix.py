"""confusion_matrix(y_true, y_pred, n_classes): known answers."""

import numpy as np


# %% probe
def probe_confusion_matrix(confusion_matrix):
    """Count labels, also with classes that never appear."""
    y_true, y_pred = np.array([0, 1, 1, 1, 2, 0, 0, 0]), np.array([0, 2, 2, 1, 2, 1, 0, 1])

    yield lambda: confusion_matrix(y_true.copy(), y_pred.copy(), 3)
    yield lambda: confusion_matrix(y_true.copy(), y_pred.copy(), 4)
    yield lambda: confusion_matrix(np.array([1, 1, 1]), np.array([0, 0, 0]), 2)
    yield lambda: confusion_matrix(np.array([3]), np.array([2]), 5)
    yield lambda: confusion_matrix(np.zeros(300, dtype=int), np.zeros(300, dtype=int), 2)


# %% wrong: transposed
# hint: Rows and columns are exchanged. Rows are the true classes, columns the predictions.
#-    np.add.at(C, (y_true, y_pred), 1)
#+    np.add.at(C, (y_pred, y_true), 1)


# %% wrong: counts-a-pair-once
# hint: Each pair of classes is counted at most once. C[rows, columns] += 1 does not add up equal
#  places.
#-    np.add.at(C, (y_true, y_pred), 1)
#+    C[y_true, y_pred] += 1


# %% wrong: fractions-of-the-rows
# hint: You divide each row by its sum. The matrix holds whole numbers of examples.
def confusion_matrix(y_true, y_pred, n_classes):
    C = np.zeros((n_classes, n_classes))
    np.add.at(C, (y_true, y_pred), 1)
    return C / np.maximum(C.sum(axis=1, keepdims=True), 1)


# %% wrong: fractions-of-all
# hint: You divide by the number of examples. The matrix holds whole numbers of examples.
def confusion_matrix(y_true, y_pred, n_classes):
    C = np.zeros((n_classes, n_classes))
    np.add.at(C, (y_true, y_pred), 1)
    return C / len(y_true)


# %% wrong: only-the-diagonal
# hint: You count only the right predictions. The mistakes belong into the matrix too.
#-    np.add.at(C, (y_true, y_pred), 1)
#+    for t, p in zip(y_true, y_pred):
#+        if t == p:
#+            C[t, p] += 1


# %% wrong: only-the-mistakes
# hint: You leave out the right predictions. They belong on the diagonal.
#-    np.add.at(C, (y_true, y_pred), 1)
#+    for t, p in zip(y_true, y_pred):
#+        if t != p:
#+            C[t, p] += 1


# %% wrong: as-large-as-the-labels
# hint: Your matrix is only as large as the largest label. It always has n_classes rows and columns.
#-    C = np.zeros((n_classes, n_classes), dtype=int)
#+    size = max(y_true.max(), y_pred.max()) + 1
#+    C = np.zeros((size, size), dtype=int)


# %% wrong: only-labels-that-appear
# hint: You leave out classes that never appear. They need a row and a column too.
def confusion_matrix(y_true, y_pred, n_classes):
    labels = sorted(set(y_true.tolist()) | set(y_pred.tolist()))
    return np.array([[int(np.sum((y_true == t) & (y_pred == p))) for p in labels] for t in labels])


# %% wrong: starts-at-one
# hint: Your counts are too large by 1 everywhere. Start with zeros.
#-    C = np.zeros((n_classes, n_classes), dtype=int)
#+    C = np.ones((n_classes, n_classes), dtype=int)


# %% wrong: or-instead-of-and
# hint: You count examples where the truth or the prediction fits. Both must fit.
def confusion_matrix(y_true, y_pred, n_classes):
    K = range(n_classes)
    return np.array([[int(np.sum((y_true == t) | (y_pred == p))) for p in K] for t in K])


# %% wrong: both-directions
# hint: You count each mistake in both directions. A 1 read as a 2 is not a 2 read as a 1.
#-    np.add.at(C, (y_true, y_pred), 1)
#+    for t, p in zip(y_true, y_pred):
#+        C[t, p] += 1
#+        if t != p:
#+            C[p, t] += 1


# %% right: loop-of-lists
def confusion_matrix(y_true, y_pred, n_classes):
    C = [[0] * n_classes for _ in range(n_classes)]
    for t, p in zip(y_true, y_pred):
        C[t][p] += 1
    return C


# %% right: bincount
def confusion_matrix(y_true, y_pred, n_classes):
    place = np.asarray(y_true) * n_classes + np.asarray(y_pred)
    return np.bincount(place, minlength=n_classes**2).reshape(n_classes, n_classes)


# %% right: product-of-one-hot
def confusion_matrix(y_true, y_pred, n_classes):
    one = np.eye(n_classes, dtype=np.float32)
    print("counting")
    return np.einsum("it,ip->tp", one[y_true], one[y_pred])


# %% right: histogram
def confusion_matrix(y_true, y_pred, n_classes):
    edges = np.arange(n_classes + 1) - 0.5
    return np.histogram2d(y_true, y_pred, bins=(edges, edges))[0]


# %% wrong: counts-in-a-small-type
# hint: You count in a small type of whole numbers. It starts again at 0 after 255. Count in an int.
def confusion_matrix(y_true, y_pred, n_classes):
    C = np.zeros((n_classes, n_classes), dtype=np.uint8)
    for t, p in zip(y_true, y_pred):
        C[t, p] += 1
    return C
