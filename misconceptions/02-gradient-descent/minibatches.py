"""minibatches(X, y, batch_size, rng): known answers."""

import numpy as np


# %% probe
def probe_minibatches(minibatches):
    """Look at equal examples (sizes), then at what holds for every shuffled order."""
    X, y = np.tile([4.0, -2.0], (7, 1)), np.full(7, 9)
    numbers = np.arange(200)

    def batches(seed):
        return list(minibatches(10 * numbers[:, None], numbers.copy(), 20, np.random.default_rng(seed)))

    def order(seed):
        return np.concatenate([labels for _, labels in batches(seed)])

    def groups(seed):
        return {frozenset(np.asarray(labels).tolist()) for _, labels in batches(seed)}

    def keep_labels():
        return all(np.array_equal(rows[:, 0], 10 * labels) for rows, labels in batches(3))

    def arguments_stay():
        table, labels = 10 * numbers[:, None], numbers.copy()
        list(minibatches(table, labels, 20, np.random.default_rng(4)))
        return np.array_equal(table, 10 * numbers[:, None]) and np.array_equal(labels, numbers)

    def examples_of_300():
        batches = minibatches(np.ones((300, 2)), np.arange(300), 60, np.random.default_rng(1))
        return len({int(label) for _, labels in batches for label in labels})

    def rows_come_once():
        rows = np.concatenate([table for table, _ in batches(2)])
        return len(np.unique(rows)) == len(rows)

    yield lambda: list(minibatches(X, y, 3, np.random.default_rng(1)))
    yield lambda: list(minibatches(X[:6], y[:6], 3, np.random.default_rng(1)))
    yield lambda: list(minibatches(X[:2], y[:2], 5, np.random.default_rng(1)))
    yield keep_labels
    yield arguments_stay
    yield lambda: len(set(order(5).tolist())) == len(order(5))
    yield lambda: np.sum(np.diff(order(5)) == 1) < 40
    yield lambda: np.array_equal(order(6), order(6))
    yield lambda: np.array_equal(order(6), order(7))
    yield lambda: groups(8) == groups(9)
    yield examples_of_300
    yield rows_come_once


# %% wrong: not-shuffled
# hint: The examples come in their old order. Shuffle them first.
def minibatches(X, y, batch_size, rng):
    starts = range(0, len(X), batch_size)
    return [(X[s : s + batch_size], y[s : s + batch_size]) for s in starts]


# %% wrong: drops-the-last-batch
# hint: The last, smaller batch is missing. Every example must come once.
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for i in range(len(X) // batch_size):
        part = order[i * batch_size : (i + 1) * batch_size]
        yield X[part], y[part]


# %% wrong: one-batch-too-many
# hint: When the batch size divides the number of examples, your last batch is empty. Leave it out.
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for i in range(len(X) // batch_size + 1):
        part = order[i * batch_size : (i + 1) * batch_size]
        yield X[part], y[part]


# %% wrong: fills-the-last-batch
# hint: Your last batch is filled up with examples that came before. It should be smaller.
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for s in range(0, len(X), batch_size):
        part = np.take(order, range(s, s + batch_size), mode="wrap")
        yield X[part], y[part]


# %% wrong: shuffles-both-apart
# hint: X and y are shuffled in different orders, so examples get the labels of others.
#  Use one order for both.
def minibatches(X, y, batch_size, rng):
    X, y = rng.permutation(X), rng.permutation(y)
    starts = range(0, len(X), batch_size)
    return [(X[s : s + batch_size], y[s : s + batch_size]) for s in starts]


# %% wrong: swaps-views-of-rows
# hint: Some rows of X come twice and others never. X[i], X[j] = X[j], X[i] swaps two views, not two rows.
def minibatches(X, y, batch_size, rng):
    X, y = X.copy(), y.copy()
    for i in range(len(y)):
        j = int(rng.integers(i, len(y)))
        y[i], y[j] = y[j], y[i]
        X[i], X[j] = X[j], X[i]
    starts = range(0, len(y), batch_size)
    return [(X[s : s + batch_size], y[s : s + batch_size]) for s in starts]


# %% wrong: forgets-to-shuffle-y
# hint: X is shuffled, but y is not, so examples get the labels of others. Use one order for both.
def minibatches(X, y, batch_size, rng):
    X = X[rng.permutation(len(X))]
    starts = range(0, len(X), batch_size)
    return [(X[s : s + batch_size], y[s : s + batch_size]) for s in starts]


# %% wrong: shuffles-its-arguments
# hint: The batches are right, but X and y themselves are shuffled. Shuffle row numbers, not the data.
def minibatches(X, y, batch_size, rng):
    order = np.arange(len(X))
    rng.shuffle(order)
    X[:], y[:] = X[order], y[order]
    starts = range(0, len(X), batch_size)
    return [(X[s : s + batch_size].copy(), y[s : s + batch_size].copy()) for s in starts]


# %% wrong: draws-with-replacement
# hint: Each batch draws from all examples, so some come twice and others never. Shuffle once, then cut.
def minibatches(X, y, batch_size, rng):
    for s in range(0, len(X), batch_size):
        part = rng.integers(0, len(X), size=min(batch_size, len(X) - s))
        yield X[part], y[part]


# %% wrong: own-randomness
# hint: You use the functions of np.random. Use only the argument rng: then a seed gives the same order.
def minibatches(X, y, batch_size, rng):
    order = np.random.permutation(len(X))
    parts = [order[s : s + batch_size] for s in range(0, len(X), batch_size)]
    return [(X[part], y[part]) for part in parts]


# %% wrong: own-seed
# hint: You make your own generator, and so the order is always the same. Use the argument rng.
def minibatches(X, y, batch_size, rng):
    order = np.random.default_rng(0).permutation(len(X))
    parts = [order[s : s + batch_size] for s in range(0, len(X), batch_size)]
    return [(X[part], y[part]) for part in parts]


# %% wrong: shuffles-whole-batches
# hint: You cut first and shuffle the batches. So neighbours stay together. Shuffle the examples, then cut.
def minibatches(X, y, batch_size, rng):
    starts = np.arange(0, len(X), batch_size)
    last = starts[-1]
    for s in [*rng.permutation(starts[:-1]), last]:
        yield X[s : s + batch_size], y[s : s + batch_size]


# %% wrong: shuffles-inside-batches
# hint: Each batch is mixed inside, but always holds the same examples. Shuffle all examples, then cut.
def minibatches(X, y, batch_size, rng):
    for s in range(0, len(X), batch_size):
        part = s + rng.permutation(len(X[s : s + batch_size]))
        yield X[part], y[part]


# %% wrong: batch-size-as-number-of-batches
# hint: You make batch_size batches. It is the number of examples in one batch.
def minibatches(X, y, batch_size, rng):
    parts = np.array_split(rng.permutation(len(X)), batch_size)
    return [(X[part], y[part]) for part in parts]


# %% wrong: parts-of-nearly-equal-size
# hint: Your batches have nearly equal sizes. All but the last hold exactly batch_size examples.
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    parts = np.array_split(order, -(-len(X) // batch_size))
    return [(X[part], y[part]) for part in parts]


# %% wrong: gives-row-numbers
# hint: Your batches hold row numbers. Return the rows of X and the entries of y themselves.
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    parts = [order[s : s + batch_size] for s in range(0, len(X), batch_size)]
    return [(part, part) for part in parts]


# %% wrong: without-y
# hint: Your batches hold only rows of X. Each batch is a pair, with the labels of the same examples.
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    return [X[order[s : s + batch_size]] for s in range(0, len(X), batch_size)]


# %% wrong: two-lists
# hint: You return one list for X and one for y. Return one list of pairs (X_batch, y_batch).
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    parts = [order[s : s + batch_size] for s in range(0, len(X), batch_size)]
    return [X[part] for part in parts], [y[part] for part in parts]


# %% right: generator-of-lists
def minibatches(X, y, batch_size, rng):
    order = list(range(len(X)))
    rng.shuffle(order)
    while order:
        part, order = order[:batch_size], order[batch_size:]
        yield [X[part], y[part]]


# %% right: zipped-sections
def minibatches(X, y, batch_size, rng):
    print("batches of", batch_size)
    order = np.argsort(rng.random(len(X)))
    cuts = np.arange(batch_size, len(X), batch_size)
    return zip(np.split(X[order], cuts), np.split(y[order], cuts))


# %% right: draws-one-after-another
def minibatches(X, y, batch_size, rng):
    left, batches = list(range(len(y))), []
    while left:
        part = rng.choice(len(left), size=min(batch_size, len(left)), replace=False)
        rows = [left[p] for p in part]
        left = [row for row in left if row not in set(rows)]
        batches.append((np.array([X[row] for row in rows], dtype=np.float32), y[rows]))
    return tuple(batches)


# %% right: shuffled-copies
def minibatches(X, y, batch_size, rng):
    rows = list(zip(X.copy(), y.copy()))
    rng.shuffle(rows := np.fromiter(rows, dtype=object, count=len(rows)))
    for s in range(0, len(rows), batch_size):
        yield tuple(np.array(part) for part in zip(*rows[s : s + batch_size]))


# %% wrong: row-numbers-in-a-small-type
# hint: Your row numbers are of a small type that ends at 255. Later rows never come. Use ints.
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X)).astype(np.uint8)
    starts = range(0, len(X), batch_size)
    return [(X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in starts]


# %% wrong: labels-first
# hint: Your pairs are (y_batch, X_batch). Each pair is (X_batch, y_batch): the rows first, then their labels.
#-    return [(X[part], y[part]) for part in parts]
#+    return [(y[part], X[part]) for part in parts]


# %% wrong: parts-of-too-many-examples
# hint: Some of your batches hold more than batch_size examples. Cut after every batch_size examples.
#  What is left over is one smaller batch at the end.
#-    parts = [order[start : start + batch_size] for start in range(0, len(X), batch_size)]
#+    parts = np.array_split(order, max(len(X) // batch_size, 1))
