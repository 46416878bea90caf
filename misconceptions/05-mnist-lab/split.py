"""split(X, y, validation_fraction, rng): known answers."""

import numpy as np


# %% probe
def probe_split(split):
    """Split numbered examples; random orders only as yes or no."""

    def run(m=40, fraction=0.25, seed=0):
        X, y = np.repeat(np.arange(float(m)), 2).reshape(m, 2), np.arange(m) + 100
        return X, y, split(X, y, fraction, np.random.default_rng(seed))

    def shapes(m, fraction):
        return [np.shape(part) for part in run(m, fraction)[2]]

    def values(seed=0):
        return [np.asarray(part, dtype=float) for part in run(seed=seed)[2]]

    def paired():
        X_train, y_train, X_val, y_val = values()
        return bool((X_train[:, 0] + 100 == y_train).all()), bool((X_val[:, 0] + 100 == y_val).all())

    def whole():
        X_train, y_train, X_val, y_val = values()
        train, val = X_train[:, 0], X_val[:, 0]
        both = np.concatenate([train, val])
        overlap = bool(set(train) & set(val))
        return len(both), len(np.unique(both)) == len(both), overlap, len(np.unique(val)) == len(val)

    def order():
        X_train, y_train, X_val, y_val = values()
        near = [bool(np.mean(np.diff(part[:, 0]) == 1) > 0.9) for part in (X_train, X_val)]
        starts = [ordered and bool(part[0, 0] == 0) for ordered, part in zip(near, (X_train, X_val), strict=True)]
        orders = [bool(np.mean(np.diff(v) == 1) > 0.6) for v in (X_train[:, 0], y_train.ravel())]
        labels_alone = orders == [False, True]
        return near, labels_alone, starts

    def seeds():
        a, b, c = values(1)[2], values(1)[2], values(2)[2]
        return bool(np.array_equal(a, b)), bool(np.array_equal(a, c))

    def kept():
        X, y, _ = run()
        return bool((X[:, 0] == np.arange(40)).all()), bool((y == np.arange(40) + 100).all())

    yield lambda: shapes(40, 0.25)
    yield lambda: shapes(40, 0.75)
    yield paired
    yield whole
    yield order
    yield seeds
    yield kept
    yield lambda: len(run(4, 0.1)[2][0]) >= 3


# %% wrong: no-shuffle
# hint: You cut without a shuffle. Sorted data would leave whole classes out of one part.
def split(X, y, validation_fraction, rng):
    n_val = round(validation_fraction * len(X))
    return X[n_val:], y[n_val:], X[:n_val], y[:n_val]


# %% wrong: shuffles-x-and-y-apart
# hint: You shuffle X and y apart, so images meet the labels of others. Use the same row numbers for both.
def split(X, y, validation_fraction, rng):
    X, y = rng.permutation(X), rng.permutation(y)
    n_val = round(validation_fraction * len(X))
    return X[n_val:], y[n_val:], X[:n_val], y[:n_val]


# %% wrong: forgets-the-labels
# hint: You shuffle X, but not y. Each label must stay with its example.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    n_val = round(validation_fraction * len(X))
    return X[order[n_val:]], y[n_val:], X[order[:n_val]], y[:n_val]


# %% wrong: fraction-for-training
# hint: Your training part and your validation part are exchanged. The fraction is the share of the
#  validation part, and the training part comes first.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    n = round(validation_fraction * len(X))
    return X[order[:n]], y[order[:n]], X[order[n:]], y[order[n:]]


# %% wrong: trains-with-everything
# hint: Your training part still holds the validation examples. Each example is in exactly one part.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    val = order[: round(validation_fraction * len(X))]
    return X[order], y[order], X[val], y[val]


# %% wrong: draws-twice
# hint: You draw each part on its own, so some examples are in both parts. Shuffle once, then cut.
def split(X, y, validation_fraction, rng):
    n_val = round(validation_fraction * len(X))
    train = rng.permutation(len(X))[n_val:]
    val = rng.permutation(len(X))[:n_val]
    return X[train], y[train], X[val], y[val]


# %% wrong: draws-with-repetition
# hint: You draw with repetition, so some validation examples come twice. Use rng.permutation.
def split(X, y, validation_fraction, rng):
    val = rng.integers(0, len(X), size=round(validation_fraction * len(X)))
    train = np.setdiff1d(np.arange(len(X)), val)
    return X[train], y[train], X[val], y[val]


# %% wrong: drops-one-example
# hint: One example is in neither part. Both parts meet at the same place of the shuffled order.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    n_val = round(validation_fraction * len(X))
    return X[order[n_val + 1 :]], y[order[n_val + 1 :]], X[order[:n_val]], y[order[:n_val]]


# %% wrong: order-of-scikit-learn
# hint: You return X_train, X_val, y_train, y_val. Here the order is X_train, y_train, X_val, y_val.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    n_val = round(validation_fraction * len(X))
    return X[order[n_val:]], X[order[:n_val]], y[order[n_val:]], y[order[:n_val]]


# %% wrong: two-pairs
# hint: You return two pairs. Return four arrays: X_train, y_train, X_val, y_val.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    n_val = round(validation_fraction * len(X))
    return (X[order[n_val:]], y[order[n_val:]]), (X[order[:n_val]], y[order[:n_val]])


# %% wrong: same-split-every-time
# hint: You make a new generator with a fixed seed, so rng has no influence. Use the argument rng.
def split(X, y, validation_fraction, rng):
    order = np.random.default_rng(0).permutation(len(X))
    n_val = round(validation_fraction * len(X))
    return X[order[n_val:]], y[order[n_val:]], X[order[:n_val]], y[order[:n_val]]


# %% wrong: ignores-rng
# hint: Your shuffle does not use the argument rng, so a seed does not repeat it. Use rng.permutation.
def split(X, y, validation_fraction, rng):
    order = np.random.permutation(len(X))
    n_val = round(validation_fraction * len(X))
    return X[order[n_val:]], y[order[n_val:]], X[order[:n_val]], y[order[:n_val]]


# %% wrong: shuffles-in-place
# hint: You shuffle the arrays of the caller. Shuffle row numbers instead.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    X[:], y[:] = X[order], y[order]
    n_val = round(validation_fraction * len(X))
    return X[n_val:], y[n_val:], X[:n_val], y[:n_val]


# %% right: boolean-mask
def split(X, y, validation_fraction, rng):
    mask = np.zeros(len(X), dtype=bool)
    mask[: int(validation_fraction * len(X))] = True
    rng.shuffle(mask)
    return X[~mask], y[~mask], X[mask], y[mask]


# %% right: list-of-four-arrays
def split(X, y, validation_fraction, rng):
    rows = np.argsort(rng.random(len(X)))
    cut = int(np.ceil((1 - validation_fraction) * len(X)))
    train, val = np.split(rows, [cut])
    print(len(train), "and", len(val))
    return [np.take(X, train, axis=0), np.take(y, train), np.take(X, val, axis=0), np.take(y, val)]


# %% right: chosen-one-by-one
def split(X, y, validation_fraction, rng):
    chosen = set(rng.choice(len(X), size=round(len(X) * validation_fraction), replace=False).tolist())
    val = [i for i in range(len(X)) if i in chosen]
    train = [i for i in range(len(X)) if i not in chosen]

    def parts():
        for rows in (train, val):
            yield np.array([X[i] for i in rows])
            yield np.array([y[i] for i in rows])

    return tuple(parts())


# %% wrong: no-validation-means-all
# hint: order[:-n] is empty when n is 0, and order[-n:] holds everything. Cut at len(X) - n.
def split(X, y, validation_fraction, rng):
    order = rng.permutation(len(X))
    n = int(len(X) * validation_fraction)
    train, val = order[:-n], order[-n:]
    return X[train], y[train], X[val], y[val]
