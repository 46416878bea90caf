"""sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng): known answers.

Here minibatches is the student's own, from the same notebook.
"""

import numpy as np


# %% probe
def probe_sgd(sgd):
    """Look at equal examples (the order does not matter), then at which labels the gradient gets."""
    X, y = np.tile([2.0, -1.0], (7, 1)), np.full(7, 3.0)

    def slopes(X_batch, y_batch, A, c, d):
        return A * X_batch[0] + c, A[0, 0] - y_batch[0], d * c + len(y_batch)

    def start():
        return [np.array([[1.0, -1.0]]), np.array(0.5), np.array([2.0, -3.0, 4.0])]

    def after():
        arrays = start()
        params = list(arrays)
        list(sgd(slopes, params, X, y, 0.1, 3, 2, np.random.default_rng(2)))
        return arrays, params

    def epochs(seed=3):
        seen, labels = [], np.arange(60)

        def record(X_batch, y_batch, w):
            seen.append(np.array(y_batch))
            return [w]

        rng = np.random.default_rng(seed)
        list(sgd(record, [np.ones(2)], 0.5 * labels[:, None], labels, 0.1, 20, 2, rng))
        return np.concatenate(seen[: len(seen) // 2]), np.concatenate(seen[len(seen) // 2 :])

    def gradient_stays():
        slope = np.array([8.0, -2.0])
        list(sgd(lambda X, y, a: [slope], [np.ones(2)], X, y, 0.25, 4, 1, np.random.default_rng(1)))
        return slope.tolist() == [8.0, -2.0]

    yield lambda: sgd(slopes, start(), X, y, 0.1, 3, 2, np.random.default_rng(1))
    yield lambda: sgd(slopes, start(), X, y, 0.1, 7, 2, np.random.default_rng(1))
    yield lambda: sgd(slopes, start(), X, y, 0.1, 7, 0, np.random.default_rng(1))
    yield lambda: sgd(lambda X, y, a: [a], [8.0], X, y, 0.25, 4, 1, np.random.default_rng(1))
    yield after
    yield lambda: [np.sort(labels) for labels in epochs()]
    yield lambda: np.array_equal(*epochs())
    yield lambda: np.array_equal(epochs(3)[0], epochs(4)[0])
    yield lambda: np.array_equal(epochs()[0], np.sort(epochs()[0]))
    yield lambda: sgd(lambda X, y, w: [-9 * w], [np.array([1e-12])], X, y, 1.0, 7, 13, np.random.default_rng(1))
    yield gradient_stays


# %% wrong: one-shuffle-for-all-epochs
# hint: All epochs use the same batches. Make new batches at the start of every epoch.
#-def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
#+def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
#+    batches = list(minibatches(X, y, batch_size, rng))
#-        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
#+        for X_batch, y_batch in batches:


# %% wrong: same-seed-every-epoch
# hint: The order repeats in every epoch, as if a new generator were made each time.
#  Use the argument rng all the time, here and in minibatches.
#-        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
#+        for X_batch, y_batch in minibatches(X, y, batch_size, np.random.default_rng(0)):


# %% wrong: not-shuffled
# hint: The batches keep the old order of the examples. Shuffle in every epoch.
#  If you use minibatches, run its checks first.
#-        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
#-            gradients = gradient(X_batch, y_batch, *params)
#+        for s in range(0, len(X), batch_size):
#+            gradients = gradient(X[s : s + batch_size], y[s : s + batch_size], *params)


# %% wrong: changes-the-loop-variable-only
# hint: The parameters never change. In a loop over them, p = ... gives the new value to p alone: make a new list.
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    for _ in range(n_epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            for p, g in zip(params, gradient(X_batch, y_batch, *params)):
                p = p - learning_rate * g
    return params


# %% wrong: uses-all-examples
# hint: Each step uses all examples. Give the gradient function the batch, not X and y.
#-        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
#-            gradients = gradient(X_batch, y_batch, *params)
#+        for _batch in minibatches(X, y, batch_size, rng):
#+            gradients = gradient(X, y, *params)


# %% wrong: one-step-an-epoch
# hint: You take one step in each epoch. Take one step for every batch.
#-    for _ in range(n_epochs):
#+    for _ in range(n_epochs):
#+        totals = [0.0 for p in params]
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            totals = [t + g * len(y_batch) / len(y) for t, g in zip(totals, gradients)]
#+        params = [p - learning_rate * t for p, t in zip(params, totals)]


# %% wrong: steps-with-the-last-batch-only
# hint: The step stands behind the loop over the batches, so each epoch takes one step, with its last batch. Indent it.
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+        params = [p - learning_rate * g for p, g in zip(params, gradients)]


# %% wrong: gradient-of-the-epoch-start
# hint: All steps of an epoch use the parameters from its start. Use the newest parameters for each batch.
#-    for _ in range(n_epochs):
#+    for _ in range(n_epochs):
#+        start = list(params)
#-            gradients = gradient(X_batch, y_batch, *params)
#+            gradients = gradient(X_batch, y_batch, *start)


# %% wrong: goes-uphill
# hint: This is what adding the gradients gives. It leads uphill. Subtract them.
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            params = [p + learning_rate * g for p, g in zip(params, gradients)]


# %% wrong: changes-the-given-arrays
# hint: The result is right, but p -= ... changes the arrays that were given. Write p = p - ....
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    for _ in range(n_epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            new = []
            for p, g in zip(params, gradient(X_batch, y_batch, *params)):
                p -= learning_rate * g
                new.append(p)
            params = new
    return params


# %% wrong: steps-on-the-given-arrays
# hint: p -= ... changes the arrays that were given, and a plain number does not change at all.
#  Make copies first: params = [np.array(p, dtype=float) for p in params].
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    for _ in range(n_epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            for p, g in zip(params, gradient(X_batch, y_batch, *params)):
                p -= learning_rate * g
    return params


# %% wrong: changes-the-given-list
# hint: The result is right, but params[i] = ... changes the list that was given. Start with list(params).
#-    params = [np.array(p, dtype=float) for p in params]

#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            for i in range(len(params)):
#+                params[i] = params[i] - learning_rate * gradients[i]


# %% wrong: only-the-first-parameter
# hint: Only the first parameter changes. Every parameter takes a step.
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    first, *others = [np.array(p, dtype=float) for p in params]
    for _ in range(n_epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            first = first - learning_rate * gradient(X_batch, y_batch, first, *others)[0]
    return [first, *others]


# %% wrong: only-two-parameters
# hint: This works with exactly two parameters. There can be any number: use a loop and *params.
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    w, b = params
    for _ in range(n_epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            dw, db = gradient(X_batch, y_batch, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
    return [w, b]


# %% wrong: one-parameter-after-the-other
# hint: You compute the gradients again after each parameter. Compute all of them first, then change all.
#-            gradients = gradient(X_batch, y_batch, *params)
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            for i in range(len(params)):
#+                params[i] = params[i] - learning_rate * gradient(X_batch, y_batch, *params)[i]


# %% wrong: one-epoch-only
# hint: There is only one pass over the data. Repeat it n_epochs times.
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    params = [np.array(p, dtype=float) for p in params]
    for X_batch, y_batch in minibatches(X, y, batch_size, rng):
        gradients = gradient(X_batch, y_batch, *params)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    return params


# %% wrong: returns-inside-the-loop
# hint: Your return stands inside the loop over the epochs. So there is one pass, and without any epoch nothing returns.
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    params = [np.array(p, dtype=float) for p in params]
    for _ in range(n_epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            gradients = gradient(X_batch, y_batch, *params)
            params = [p - learning_rate * g for p, g in zip(params, gradients)]
        return params


# %% wrong: returns-inside-the-inner-loop
# hint: Your return stands inside the loop over the batches, so there is only one step. Move it behind both loops.
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    params = [np.array(p, dtype=float) for p in params]
    for _ in range(n_epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            gradients = gradient(X_batch, y_batch, *params)
            params = [p - learning_rate * g for p, g in zip(params, gradients)]
            return params
    return params


# %% wrong: drops-the-last-batch
# hint: The last, smaller batch is missing. Every example must come once in each epoch.
#  If you use minibatches, run its checks first.
#-        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
#-            gradients = gradient(X_batch, y_batch, *params)
#+        order = rng.permutation(len(X))
#+        for i in range(len(X) // batch_size):
#+            part = order[i * batch_size : (i + 1) * batch_size]
#+            gradients = gradient(X[part], y[part], *params)


# %% wrong: divides-by-the-batch-size
# hint: Your steps are too small. The gradient function already gives a mean: do not divide by the batch size.
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            params = [p - learning_rate * g / len(y_batch) for p, g in zip(params, gradients)]


# %% wrong: divides-by-the-argument-batch-size
# hint: Your steps are too small. The gradient function already gives a mean: do not divide by batch_size.
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            params = [p - learning_rate * g / batch_size for p, g in zip(params, gradients)]


# %% wrong: params-as-one-argument
# hint: The gradient function gets the list itself. Write *params: then it gets one parameter after the other.
#-            gradients = gradient(X_batch, y_batch, *params)
#+            gradients = gradient(X_batch, y_batch, params)


# %% right: own-shuffle-in-place
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    own = [np.array(p, dtype=float) for p in params]
    rows = np.arange(len(y))
    for _ in range(n_epochs):
        rng.shuffle(rows)
        for part in np.split(rows, range(batch_size, len(rows), batch_size)):
            for p, g in zip(own, list(gradient(X[part], y[part], *own))):
                p -= learning_rate * np.asarray(g)
    return own


# %% right: recursion-to-a-tuple
def one_epoch(gradient, params, batches, learning_rate):
    for X_batch, y_batch in batches:
        gradients = gradient(X_batch, y_batch, *params)
        params = tuple(np.subtract(p, learning_rate * g) for p, g in zip(params, gradients))
    return params


def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    print("epochs left:", n_epochs)
    if n_epochs == 0:
        return tuple(params)
    params = one_epoch(gradient, params, minibatches(X, y, batch_size, rng), learning_rate)
    return sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs - 1, rng)


# %% right: generator-in-float32
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    own = [np.float32(p) for p in params]
    for _ in range(n_epochs):
        keys = rng.random(len(X))
        order = sorted(range(len(X)), key=keys.__getitem__)
        while order:
            part, order = order[:batch_size], order[batch_size:]
            gradients = gradient(X[part], y[part], *own)
            own = [np.float32(p - learning_rate * g) for p, g in zip(own, gradients)]
    yield from own


# %% right: dictionary-inside
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    import copy

    state = dict(enumerate(copy.deepcopy(list(params))))
    for X_batch, y_batch in (batch for _ in range(n_epochs) for batch in minibatches(X, y, batch_size, rng)):
        slopes = dict(enumerate(gradient(X_batch, y_batch, *state.values())))
        state = {i: state[i] - learning_rate * slopes[i] for i in state}
    return list(state.values())


# %% wrong: stops-when-a-step-is-small
# hint: You stop when a step is very small. Take all the steps: later ones can be larger.
#-    for _ in range(n_epochs):
#+    for _ in range(n_epochs):
#+        before = params
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+        if all(np.allclose(p, q, rtol=0, atol=1e-9) for p, q in zip(params, before)):
#+            break


# %% wrong: changes-what-gradient-returns
# hint: g *= ... changes in place what gradient returned. It can be the parameter itself.
#  Make a new array: p - learning_rate * g.
#-            gradients = gradient(X_batch, y_batch, *params)
#-            params = [p - learning_rate * g for p, g in zip(params, gradients)]
#+            gradients = [np.asarray(g) for g in gradient(X_batch, y_batch, *params)]
#+            for g in gradients:
#+                g *= learning_rate
#+            params = [p - g for p, g in zip(params, gradients)]


# %% wrong: one-iterator-for-all-epochs
# hint: Only the first epoch sees batches. A generator gives its items only once: make new batches in every epoch.
#-    for _ in range(n_epochs):
#-        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
#+    batches = iter(list(minibatches(X, y, batch_size, rng)))
#+    for _ in range(n_epochs):
#+        for X_batch, y_batch in batches:
