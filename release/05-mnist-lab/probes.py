"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np


def probe_accuracy(accuracy):
    """Judge scores of several shapes, also negative ones and a square table."""
    scores = np.array([[1.0, 5.0, 2.0], [0.0, -1.0, -3.0], [2.0, 3.0, 4.0], [-2.0, -1.0, -4.0], [0.5, 0.25, 0.0]])
    square = np.array([[3.0, 2.0, 1.0], [9.0, 7.0, 8.0], [0.0, -5.0, 4.0]])

    yield lambda: accuracy(np.array([1, 2, 2, 1, 1]), scores.copy())
    yield lambda: accuracy(np.array([1, 0, 0, 1, 2]), scores.copy())
    yield lambda: accuracy(np.array([0, 0, 1]), square.copy())
    yield lambda: accuracy(np.array([2, 0, 2]), square.copy())
    yield lambda: accuracy(np.array([1]), np.array([[-3.0, -2.0]]))
    yield lambda: accuracy(np.array([1, 0, 0, 0, 0, 0, 0]), np.tile([2.0, 1.0], (7, 1)))
    yield lambda: accuracy(np.zeros(300, dtype=int), np.tile([2.0, 1.0], (300, 1)))


def probe_build_mlp(build_mlp):
    """Look at the kinds, shapes and start weights of the layers; random weights only as yes or no."""
    made = []

    class Mark:
        def __init__(self):
            made.append(self)

        def forward(self, Z):
            return Z

    def layers(sizes, seed=0):
        return list(build_mlp(sizes, Mark, np.random.default_rng(seed)).layers)

    def kind(layer):
        if hasattr(layer, "W"):
            return list(np.shape(layer.W))
        return "activation" if isinstance(layer, Mark) else "class" if layer is Mark else "other"

    def kinds(*sizes):
        return [kind(layer) for layer in layers(list(sizes))]

    def new_objects():
        chain = [layer for layer in layers([3, 4, 4, 4, 2]) if kind(layer) == "activation"]
        return len({id(layer) for layer in chain}), len(chain)

    def weights(seed):
        return [np.asarray(layer.W, dtype=float) for layer in layers([4, 4, 4, 3], seed) if hasattr(layer, "W")]

    def starts():
        a, b, c = weights(1), weights(1), weights(2)
        return (
            bool(np.array_equal(a[0], b[0])),
            bool(np.array_equal(a[0], c[0])),
            bool(np.array_equal(a[0], a[1])),
            bool(np.std(a[0]) > 0),
        )

    def kept():
        sizes = [3, 4, 2]
        build_mlp(sizes, Mark, np.random.default_rng(0))
        return sizes

    yield lambda: kinds(5, 4, 3, 2)
    yield lambda: kinds(3, 2)
    yield lambda: kinds(4, 4, 4)
    yield new_objects
    yield starts
    yield kept


def probe_confusion_matrix(confusion_matrix):
    """Count labels, also with classes that never appear."""
    y_true, y_pred = np.array([0, 1, 1, 1, 2, 0, 0, 0]), np.array([0, 2, 2, 1, 2, 1, 0, 1])

    yield lambda: confusion_matrix(y_true.copy(), y_pred.copy(), 3)
    yield lambda: confusion_matrix(y_true.copy(), y_pred.copy(), 4)
    yield lambda: confusion_matrix(np.array([1, 1, 1]), np.array([0, 0, 0]), 2)
    yield lambda: confusion_matrix(np.array([3]), np.array([2]), 5)
    yield lambda: confusion_matrix(np.zeros(300, dtype=int), np.zeros(300, dtype=int), 2)


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


def probe_prepare(prepare):
    """Convert small images of several shapes; look at the argument afterwards."""
    images = np.array([[[0, 51, 102], [153, 204, 17]], [[34, 0, 85], [119, 68, 136]]], dtype=np.uint8)
    grey = np.array([[[100, 200], [50, 25]]], dtype=np.uint8)

    def again():
        given = images.copy()
        prepare(given)
        return given

    yield lambda: prepare(images.copy())
    yield lambda: prepare(grey.copy())
    yield lambda: np.shape(prepare(np.zeros((3, 8, 8), dtype=np.uint8)))
    yield again


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
