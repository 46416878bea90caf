"""train_epoch(network, loss, X, y, learning_rate, batch_size, rng): known answers."""

import numpy as np


# %% probe
def probe_train_epoch(train_epoch):
    """Record every call of a network and a loss of the probe's own; random orders only as yes or no."""

    class Net:
        def __init__(self, seen):
            self.seen = seen

        def forward(self, X):
            self.seen.append(["forward", len(X)])
            return 10 * X

        def backward(self, d):
            self.seen.append(["back", np.asarray(d).tolist()])
            return d

        def update(self, learning_rate):
            self.seen.append(["update", learning_rate])

    class Loss:
        def __init__(self, seen):
            self.seen, self.pairs = seen, []

        def forward(self, y_true, prediction):
            self.seen.append("loss")
            self.pairs += [(float(t), float(p[0]) / 10) for t, p in zip(y_true, prediction)]
            return float(self.seen.count("loss")) ** 2

        def backward(self):
            self.seen.append("loss back")
            return np.array([[float(len(self.pairs))]])

    def run(m, batch_size, seed=0, rate=0.5):
        seen = []
        loss, X, y = Loss(seen), np.repeat(np.arange(float(m)), 2).reshape(m, 2), np.arange(m)
        mean = train_epoch(Net(seen), loss, X, y, rate, batch_size, np.random.default_rng(seed))
        same = bool(np.array_equal(X[:, 0], np.arange(m)) and np.array_equal(y, np.arange(m)))
        return mean, seen, loss.pairs, same

    def order(m, batch_size):
        labels, other = ([t for t, _ in run(m, batch_size, seed)[2]] for seed in (0, 1))
        again = [t for t, _ in run(m, batch_size)[2]]
        near, numbers = float(np.mean(np.diff(labels) == 1)) > 0.5, list(range(m))
        return sorted(labels) == numbers, near, labels == numbers, again == labels, other == labels

    def rates():
        return [call[1] for call in run(5, 2, rate=0.25)[1] if call[0] == "update"]

    def axes(m, batch_size):
        found = set()

        class Axes(Loss):
            def forward(self, y_true, prediction):
                found.add((np.ndim(y_true), np.ndim(prediction)))
                return 1.0

        X, y = np.ones((m, 2)), np.zeros(m)
        train_epoch(Net([]), Axes([]), X, y, 0.5, batch_size, np.random.default_rng(0))
        return [list(pair) for pair in sorted(found)]

    yield lambda: run(7, 3)[0]
    yield lambda: run(6, 2)[0]
    yield lambda: run(7, 3)[1]
    yield lambda: all(t == x for t, x in run(23, 5)[2])
    yield lambda: order(23, 5)
    yield lambda: run(23, 5)[3]
    yield lambda: len({t for t, _ in run(23, 5)[2]}) == 23
    yield lambda: run(4, 9)[1]
    yield rates
    yield lambda: axes(3, 1)


# %% wrong: plain-mean-of-the-batches
# hint: You return the plain mean of the batch losses. A smaller last batch counts less: weight by
#  its examples.
#-    order, total = rng.permutation(len(X)), 0.0
#+    order, losses = rng.permutation(len(X)), []
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        losses.append(loss.forward(y[rows], network.forward(X[rows])))
#-    return total / len(X)
#+    return np.mean(losses)


# %% wrong: sum-over-the-batches
# hint: You return the sum of the batch losses. Return the mean over all examples.
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        total += loss.forward(y[rows], network.forward(X[rows]))
#-    return total / len(X)
#+    return total


# %% wrong: sum-divided-by-examples
# hint: You add the batch losses and divide by m. Each is a mean: multiply it by the examples of its
#  batch first.
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        total += loss.forward(y[rows], network.forward(X[rows]))


# %% wrong: weights-by-the-batch-size
# hint: You count the last batch as a full one. Multiply its loss by the examples that it really has.
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        total += batch_size * loss.forward(y[rows], network.forward(X[rows]))


# %% wrong: loss-of-the-last-batch
# hint: You return the loss of the last batch only. Return the mean over the whole epoch.
#-    order, total = rng.permutation(len(X)), 0.0
#+    order = rng.permutation(len(X))
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        value = loss.forward(y[rows], network.forward(X[rows]))
#-    return total / len(X)
#+    return value


# %% wrong: loss-of-all-data-at-the-end
# hint: You compute the loss of all data after the epoch. Return the mean of what the batches had before their updates.
#-    order, total = rng.permutation(len(X)), 0.0
#+    order = rng.permutation(len(X))
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        loss.forward(y[rows], network.forward(X[rows]))
#-    return total / len(X)
#+    return loss.forward(y, network.forward(X))


# %% wrong: returns-nothing
# hint: Your function trains, but it returns nothing. Return the mean loss of the epoch.
#-    order, total = rng.permutation(len(X)), 0.0
#+    order = rng.permutation(len(X))
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        loss.forward(y[rows], network.forward(X[rows]))
#-    return total / len(X)


# %% wrong: loss-after-the-update
# hint: You measure the loss of a batch after the update. Take the value from before it.
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        loss.forward(y[rows], network.forward(X[rows]))
#-        network.update(learning_rate)
#+        network.update(learning_rate)
#+        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))


# %% wrong: drops-the-last-batch
# hint: You leave out the last batch when it is smaller. Every example is used once in an epoch.
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    order, total, used = rng.permutation(len(X)), 0.0, 0
    for start in range(0, len(X) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        total, used = total + len(rows) * loss.forward(y[rows], network.forward(X[rows])), used + len(rows)
        network.backward(loss.backward())
        network.update(learning_rate)
    return total / max(used, 1)


# %% wrong: no-shuffle
# hint: You do not shuffle. Each epoch needs a random order of the examples.
#-    order, total = rng.permutation(len(X)), 0.0
#+    total = 0.0
#-        rows = order[start : start + batch_size]
#+        rows = np.arange(start, min(start + batch_size, len(X)))


# %% wrong: shuffles-only-the-batches
# hint: You shuffle the order of the batches, but each batch holds neighbours. Shuffle the single examples.
#-    order, total = rng.permutation(len(X)), 0.0
#-    for start in range(0, len(X), batch_size):
#-        rows = order[start : start + batch_size]
#+    total = 0.0
#+    for start in rng.permutation(np.arange(0, len(X), batch_size)):
#+        rows = np.arange(start, min(start + batch_size, len(X)))


# %% wrong: shuffles-x-and-y-apart
# hint: You shuffle X and y apart, so an example meets the label of another one. Use the same row
#  numbers for both.
#-    order, total = rng.permutation(len(X)), 0.0
#+    X, y, total = rng.permutation(X), rng.permutation(y), 0.0
#-        rows = order[start : start + batch_size]
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        X_batch, y_batch = X[start : start + batch_size], y[start : start + batch_size]
#+        total += len(X_batch) * loss.forward(y_batch, network.forward(X_batch))


# %% wrong: draws-with-repetition
# hint: You draw random examples for each batch, so some come twice and some never. Use rng.permutation.
#-    order, total = rng.permutation(len(X)), 0.0
#+    total = 0.0
#-        rows = order[start : start + batch_size]
#+        rows = rng.integers(0, len(X), size=min(batch_size, len(X) - start))


# %% wrong: shuffles-the-data-in-place
# hint: You shuffle X and y of the caller in place. Shuffle row numbers instead.
#-    order, total = rng.permutation(len(X)), 0.0
#+    order, total = rng.permutation(len(X)), 0.0
#+    X[:], y[:] = X[order], y[order]
#-        rows = order[start : start + batch_size]
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        rows = slice(start, start + batch_size)
#+        total += len(X[rows]) * loss.forward(y[rows], network.forward(X[rows]))


# %% wrong: ignores-rng
# hint: Your order does not come from the argument rng. Use rng.permutation, so that a seed repeats the run.
#-    order, total = rng.permutation(len(X)), 0.0
#+    order, total = np.random.permutation(len(X)), 0.0


# %% wrong: same-order-every-time
# hint: You make a new generator with a fixed seed, so every epoch has the same order. Use the argument rng.
#-    order, total = rng.permutation(len(X)), 0.0
#+    order, total = np.random.default_rng(0).permutation(len(X)), 0.0


# %% wrong: prediction-before-truth
# hint: You give the prediction first. The order is loss.forward(y_true, prediction).
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        total += len(rows) * loss.forward(network.forward(X[rows]), y[rows])


# %% wrong: sends-the-loss-back
# hint: You send the value of the loss back. The network needs what loss.backward() returns.
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#-        network.backward(loss.backward())
#+        value = loss.forward(y[rows], network.forward(X[rows]))
#+        total += len(rows) * value
#+        network.backward(value)


# %% wrong: never-updates
# hint: The network is never updated. Call network.update after each backward pass.
#-        network.update(learning_rate)


# %% wrong: updates-once-an-epoch
# hint: You update only once, after the last batch. Each batch needs its own update.
#-        network.update(learning_rate)
#+    network.update(learning_rate)


# %% wrong: updates-before-backward
# hint: You update before the backward pass, so the update uses the gradients of the batch before.
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    order, total = rng.permutation(len(X)), 0.0
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
        network.update(learning_rate)
        network.backward(loss.backward())
    return total / len(X)


# %% wrong: returns-inside-the-loop
# hint: Your return stands inside the loop over the batches, so you use the first batch only. Move it behind the loop.
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    order, total = rng.permutation(len(X)), 0.0
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
        network.backward(loss.backward())
        network.update(learning_rate)
        return total / len(X)


# %% wrong: one-batch-for-all
# hint: You use all examples as one batch. Cut the shuffled examples into batches of batch_size.
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    order = rng.permutation(len(X))
    value = loss.forward(y[order], network.forward(X[order]))
    network.backward(loss.backward())
    network.update(learning_rate)
    return value


# %% wrong: divides-the-learning-rate
# hint: You divide the learning rate by the batch size. The loss has already divided: pass it on as it is.
#-        network.update(learning_rate)
#+        network.update(learning_rate / batch_size)


# %% right: helper-generator
def batches_of(X, y, batch_size, rng):
    order = list(range(len(X)))
    rng.shuffle(order)
    while order:
        rows, order = order[:batch_size], order[batch_size:]
        yield np.array([X[i] for i in rows]), np.array([y[i] for i in rows])


def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    losses, sizes = [], []
    for X_batch, y_batch in batches_of(X, y, batch_size, rng):
        losses.append(loss.forward(y_batch, network.forward(X_batch)))
        sizes.append(len(X_batch))
        network.backward(loss.backward())
        network.update(learning_rate)
    return np.average(losses, weights=sizes)


# %% right: sorts-random-numbers
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    order = np.argsort(rng.random(len(X)))
    X, y = X[order], y[order]
    total = np.zeros(())
    print("epoch of", len(X))
    for k in range(-(-len(X) // batch_size)):
        part = slice(k * batch_size, (k + 1) * batch_size)
        scores = network.forward(X[part])
        total = total + loss.forward(y[part], scores) * scores.shape[0]
        gradient = loss.backward()
        network.backward(gradient)
        network.update(learning_rate=learning_rate)
    return np.asarray(total / len(X))


# %% right: split-and-float32
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    import warnings

    warnings.warn("training", stacklevel=2)
    rows = rng.choice(len(X), size=len(X), replace=False)
    mean = np.float32(0)
    for part in np.split(rows, range(batch_size, len(X), batch_size)):
        value = loss.forward(np.take(y, part, axis=0), network.forward(np.take(X, part, axis=0)))
        mean += np.float32(value * len(part) / len(X))
        network.backward(loss.backward())
        network.update(learning_rate)
    return mean


# %% right: looks-at-the-progress
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    order, total, after = rng.permutation(len(X)), 0.0, []
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        prediction = network.forward(X[rows])
        total += len(rows) * loss.forward(y[rows], prediction)
        network.backward(loss.backward())
        network.update(learning_rate)
        after.append(loss.forward(y[rows], network.forward(X[rows])))
    print("loss after the last updates:", after[-1], "and of all data:", loss.forward(y, network.forward(X)))
    return total / len(X)


# %% right: sorted-inside-batches
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    order, total = rng.permutation(len(X)), 0.0
    for start in range(0, len(X), batch_size):
        rows = np.sort(order[start : start + batch_size])
        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
        network.backward(loss.backward())
        network.update(learning_rate)
    return total / len(X)


# %% right: batch-numbers-and-masks
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    number, total = rng.permutation(len(X)) // batch_size, 0.0
    for k in range(number.max() + 1):
        mask = number == k
        total += mask.sum() * loss.forward(y[mask], network.forward(X[mask]))
        network.backward(loss.backward())
        network.update(learning_rate)
    return total / len(X)


# %% wrong: own-learning-rate
# hint: Your update takes a number of your own. Give it the argument learning_rate.
#-        network.update(learning_rate)
#+        network.update(0.5)


# %% wrong: one-example-without-its-row
# hint: With batch_size = 1 you take one single row, so the batch loses an axis. A batch of one example is a table, too:
#  cut with order[start : start + batch_size].
#-        rows = order[start : start + batch_size]
#-        total += len(rows) * loss.forward(y[rows], network.forward(X[rows]))
#+        rows = order[start : start + batch_size] if batch_size > 1 else order[start]
#+        total += np.size(rows) * loss.forward(y[rows], network.forward(X[rows]))
