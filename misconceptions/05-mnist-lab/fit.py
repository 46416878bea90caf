"""fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng): known answers."""

import numpy as np


# %% probe
def probe_fit(fit):
    """Train a network of the probe's own that records its batches; random orders only as yes or no."""

    class Part:
        def __init__(self, W, b):
            self.W, self.b = np.array(W), np.array(b)

    class Net:
        def __init__(self):
            self.layers = [Part([[-2.0, -1.0], [-0.5, -1.5]], [9.0, 9.0]), object(), Part([[0.25, -0.75]], [7.0])]
            self.rates, self.trained = [], []

        def forward(self, X):
            self.X = np.array(X)
            return (len(self.rates) - 1.5) * self.X

        def backward(self, d):
            self.trained.append(self.X)
            return d

        def update(self, learning_rate):
            self.rates.append(learning_rate)
            self.layers[0].W = -1.5 * self.layers[0].W
            self.layers[2].W = -1.5 * self.layers[2].W

    X_train = np.array([[2.0, 1.0, -1.0], [0.5, -1.0, 0.0], [1.0, 3.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]])
    X_val = np.array([[1.0, 0.0, -2.0], [0.0, 2.0, 1.0], [3.0, 1.0, 0.0], [-1.0, 1.0, 0.0]])
    y_train, y_val = np.array([0, 1, 1, 2, 1]), np.array([0, 1, 2, 1])

    def run(n_epochs, batch_size=5, seed=0):
        network = Net()
        rng = np.random.default_rng(seed)
        history = fit(network, X_train, y_train, X_val, y_val, 0.25, batch_size, n_epochs, rng)
        return network, history

    def batches():
        network, _ = run(3, 2)
        seen = [sorted(batch[:, 0].tolist()) for batch in network.trained]
        return [len(batch) for batch in seen], network.rates, sorted(sum(seen[:3], []))

    def orders():
        long = np.repeat(np.arange(30.0), 3).reshape(30, 3)
        seen = []
        for seed in (1, 1, 2):
            network, rng = Net(), np.random.default_rng(seed)
            fit(network, long, np.arange(30) % 3, X_val, y_val, 0.25, 6, 2, rng)
            seen.append(np.concatenate(network.trained)[:60, 0])
        first = seen[0]
        return np.array_equal(first[:30], first[30:]), np.array_equal(first, seen[1]), np.array_equal(first, seen[2])

    def long():
        still = np.zeros((2, 3))
        history = fit(Net(), still, y_train[:2], still, y_val[:2], 0.25, 2, 40, np.random.default_rng(0))
        return [len(history[key]) for key in ("train_loss", "validation_accuracy")]

    yield lambda: run(3)[1]
    yield lambda: run(1)[1]
    yield batches
    yield orders
    yield long


# %% wrong: accuracies-exchanged
# hint: You exchange the two accuracies: one is of the training examples, the other of the validation
#  examples.
#-        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
#-        history["validation_accuracy"].append(accuracy(y_val, network.forward(X_val)))
#+        history["validation_accuracy"].append(accuracy(y_train, network.forward(X_train)))
#+        history["train_accuracy"].append(accuracy(y_val, network.forward(X_val)))


# %% wrong: both-on-training
# hint: Both accuracies come from the training examples. The validation accuracy needs X_val and y_val.
#-        history["validation_accuracy"].append(accuracy(y_val, network.forward(X_val)))
#+        history["validation_accuracy"].append(accuracy(y_train, network.forward(X_train)))


# %% wrong: measured-before-the-epoch
# hint: You measure the accuracies before the epoch. Measure them after it.
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    loss = SoftmaxCrossEntropyLoss()
    history = {"train_loss": [], "train_accuracy": [], "validation_accuracy": [], "max_weight": []}
    for _ in range(n_epochs):
        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
        history["validation_accuracy"].append(accuracy(y_val, network.forward(X_val)))
        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
        history["train_loss"].append(mean)
        linear = [layer for layer in network.layers if hasattr(layer, "W")]
        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
    return history


# %% wrong: weights-before-the-epoch
# hint: You look at the weights before the epoch. Look at them after it.
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    loss = SoftmaxCrossEntropyLoss()
    history = {"train_loss": [], "train_accuracy": [], "validation_accuracy": [], "max_weight": []}
    for _ in range(n_epochs):
        linear = [layer for layer in network.layers if hasattr(layer, "W")]
        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
        history["train_loss"].append(mean)
        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
        history["validation_accuracy"].append(accuracy(y_val, network.forward(X_val)))
    return history


# %% wrong: with-an-entry-before-training
# hint: Your lists have one entry too many: nothing is written down before the first epoch.
#-    for _ in range(n_epochs):
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+    for _ in range(n_epochs + 1):
#+        mean = loss.forward(y_train, network.forward(X_train)) if _ == 0 else train_epoch(
#+            network, loss, X_train, y_train, learning_rate, batch_size, rng
#+        )


# %% wrong: loss-after-the-epoch
# hint: You compute the loss again after the epoch. Write down what train_epoch returned.
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#-        history["train_loss"].append(mean)
#+        train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+        history["train_loss"].append(loss.forward(y_train, network.forward(X_train)))


# %% wrong: one-epoch-too-few
# hint: You train one epoch too few. Train n_epochs times.
#-    for _ in range(n_epochs):
#+    for _ in range(1, n_epochs):


# %% wrong: only-the-end
# hint: You write down only the last epoch. Each list has one entry for each epoch.
#-    return history
#+    return {key: values[-1:] for key, values in history.items()}


# %% wrong: no-absolute-value
# hint: You take the largest weight without the absolute value. A weight of -3 is larger than one of 2 here.
#-        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+        history["max_weight"].append([float(layer.W.max()) for layer in linear])


# %% wrong: absolute-value-of-the-largest
# hint: You take the absolute value after the maximum. Take it before: np.abs(W).max().
#-        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+        history["max_weight"].append([float(np.abs(layer.W.max())) for layer in linear])


# %% wrong: with-biases
# hint: You include the biases. max_weight looks only at W.
#-        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+        history["max_weight"].append([float(max(np.abs(layer.W).max(), np.abs(layer.b).max())) for layer in linear])


# %% wrong: largest-of-all-layers
# hint: You write down one number for the whole network. Each linear layer has its own.
#-        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+        history["max_weight"].append(max(float(np.abs(layer.W).max()) for layer in linear))


# %% wrong: only-the-first-layer
# hint: You look only at the first linear layer. Each one has its entry.
#-        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear[:1]])


# %% wrong: mean-weight
# hint: You write down the mean absolute weight. The largest one is asked for.
#-        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+        history["max_weight"].append([float(np.abs(layer.W).mean()) for layer in linear])


# %% wrong: layers-outside-epochs
# hint: max_weight has an entry for each layer, with all epochs in it. It needs an entry for each epoch.
#-        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+        history["max_weight"].append([float(np.abs(layer.W).max()) for layer in linear])
#+    history["max_weight"] = [list(layer) for layer in zip(*history["max_weight"])]


# %% wrong: same-order-every-epoch
# hint: You make a new generator in each epoch, so every epoch has the same order. Pass the argument rng.
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, np.random.default_rng(0))


# %% wrong: ignores-rng
# hint: Your shuffles do not depend on the argument rng. Pass it to train_epoch.
#-def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
#+def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
#+    rng = np.random.default_rng()


# %% wrong: trains-with-validation
# hint: You train with the validation examples too. They must stay unseen.
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+        X, y = np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val])
#+        mean = train_epoch(network, loss, X, y, learning_rate, batch_size, rng)


# %% wrong: trains-on-validation
# hint: You train with the validation examples. Train with X_train and y_train.
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+        mean = train_epoch(network, loss, X_val, y_val, learning_rate, batch_size, rng)


# %% wrong: full-batches
# hint: You train with all examples as one batch. Pass batch_size to train_epoch.
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+        mean = train_epoch(network, loss, X_train, y_train, learning_rate, len(X_train), rng)


# %% wrong: decays-the-learning-rate
# hint: Your learning rate changes from epoch to epoch. Use the same one for all.
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+        mean = train_epoch(network, loss, X_train, y_train, learning_rate / (1 + _), batch_size, rng)


# %% wrong: percent
# hint: You write down percentages. An accuracy is a fraction between 0 and 1.
#-        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
#-        history["validation_accuracy"].append(accuracy(y_val, network.forward(X_val)))
#+        history["train_accuracy"].append(100 * accuracy(y_train, network.forward(X_train)))
#+        history["validation_accuracy"].append(100 * accuracy(y_val, network.forward(X_val)))


# %% wrong: returns-the-network
# hint: You return the network. Return the history.
#-    return history
#+    return network


# %% wrong: never-trains
# hint: The network is never trained. Call train_epoch in each epoch.
#-        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
#+        mean = loss.forward(y_train, network.forward(X_train))


# %% wrong: one-list-for-all-keys
# hint: All keys of your history hold the same list, so everything lands in it. Make a new list for each key.
#-    history = {"train_loss": [], "train_accuracy": [], "validation_accuracy": [], "max_weight": []}
#+    history = dict.fromkeys(["train_loss", "train_accuracy", "validation_accuracy", "max_weight"], [])


# %% right: list-of-dicts-turned
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    rows = []
    for epoch in range(n_epochs):
        entry = {"train_loss": train_epoch(network, SoftmaxCrossEntropyLoss(), X_train, y_train, learning_rate,
                                           batch_size, rng)}
        for key, X, y in (("train_accuracy", X_train, y_train), ("validation_accuracy", X_val, y_val)):
            entry[key] = np.float32(accuracy(y, network.forward(X)))
        weights = [getattr(layer, "W", None) for layer in network.layers]
        entry["max_weight"] = tuple(max(W.max(), -W.min()) for W in weights if W is not None)
        print("epoch", epoch + 1, entry["validation_accuracy"])
        rows.append(entry)
    return {key: [row[key] for row in rows] for key in rows[0]}


# %% right: arrays-filled
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    from collections import defaultdict

    history, loss = defaultdict(list), SoftmaxCrossEntropyLoss()
    linear = [k for k, layer in enumerate(network.layers) if hasattr(layer, "W")]
    largest, epoch = np.empty((n_epochs, len(linear)), dtype=np.float32), 0
    while epoch < n_epochs:
        history["train_loss"] += [train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)]
        largest[epoch] = [np.linalg.norm(np.ravel(network.layers[k].W), np.inf) for k in linear]
        history["validation_accuracy"] += [np.asarray(accuracy(y_val, network.forward(X_val)))]
        history["train_accuracy"] += [np.asarray(accuracy(y_train, network.forward(X_train)))]
        epoch += 1
    history["max_weight"] = largest
    history["epochs"] = n_epochs
    return history


# %% right: counts-by-itself
def measure(network, X, y):
    hits = sum(int(np.argmax(row)) == label for row, label in zip(network.forward(X), y))
    return hits / len(y)


def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    import warnings

    warnings.warn("this may take a while", stacklevel=2)
    losses, train, validation, weights = [], [], [], []
    for _ in range(n_epochs):
        losses.append(train_epoch(network, SoftmaxCrossEntropyLoss(), X_train, y_train, learning_rate, batch_size, rng))
        train.append(measure(network, X_train, y_train))
        validation.append(measure(network, X_val, y_val))
        weights.append([])
        for layer in network.layers:
            try:
                weights[-1].append(np.max(np.absolute(layer.W)))
            except AttributeError:
                continue
    return dict(train_loss=losses, train_accuracy=train, validation_accuracy=validation, max_weight=weights)


# %% wrong: stops-early
# hint: You stop when the validation accuracy no longer grows. Train for all n_epochs epochs.
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    loss, waiting, best = SoftmaxCrossEntropyLoss(), 0, -1
    history = {"train_loss": [], "train_accuracy": [], "validation_accuracy": [], "max_weight": []}
    for _ in range(n_epochs):
        history["train_loss"].append(train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng))
        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
        right = accuracy(y_val, network.forward(X_val))
        history["validation_accuracy"].append(right)
        history["max_weight"].append([np.abs(layer.W).max() for layer in network.layers if hasattr(layer, "W")])
        best, waiting = (right, 0) if right > best else (best, waiting + 1)
        if waiting == 10:
            break
    return history


# %% right: asks-for-linear-layers
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    loss = SoftmaxCrossEntropyLoss()
    history = {"train_loss": [], "train_accuracy": [], "validation_accuracy": [], "max_weight": []}
    for epoch in range(n_epochs):
        mean = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
        row = mean, accuracy(y_train, network.forward(X_train)), accuracy(y_val, network.forward(X_val))
        linear = [layer for layer in network.layers if isinstance(layer, Linear)]
        for key, value in zip(history, [*row, [np.max(np.abs(layer.W)) for layer in linear]]):
            history[key].append(value)
        print(f"epoch {epoch}: loss {loss.forward(y_train, network.forward(X_train)):.3f}")
    return history
