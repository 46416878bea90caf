"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np


def probe_CrossEntropyLoss(CrossEntropyLoss):
    """Look at the loss, its gradient, a probability of 0, two forwards, two losses and the arguments."""
    y = np.array([2, 0, 1, 1])
    P = np.array([[0.2, 0.1, 0.7], [0.5, 0.3, 0.2], [0.25, 0.6, 0.15], [0.1, 0.3, 0.6]])
    sure = np.array([[1.0, 0.0], [0.25, 0.75]])

    def back(y, P, before=None):
        loss = CrossEntropyLoss()
        if before is not None:
            loss.forward(before, P.copy())
        loss.forward(y.copy(), P)
        return loss.backward()

    def two_losses():
        one, two = CrossEntropyLoss(), CrossEntropyLoss()
        one.forward(y, P.copy())
        two.forward(y[::-1], P.copy())
        return one.backward()

    def at_zero():
        loss = CrossEntropyLoss()
        value = loss.forward(np.array([1, 1]), sure.copy())
        return bool(8 < value < 375), bool(np.isfinite(np.array(loss.backward())).all())

    def twice():
        loss = CrossEntropyLoss()
        loss.forward(y.copy(), P.copy())
        return loss.backward(), loss.backward()

    yield lambda: CrossEntropyLoss().forward(y, P.copy())
    yield lambda: CrossEntropyLoss().forward(np.array([0, 1]), sure.copy())
    yield at_zero
    yield lambda: back(y, P.copy())
    yield lambda: back(y, P.copy(), before=y[::-1].copy())
    yield two_losses
    yield lambda: (back(y, given := P.copy()), np.array_equal(given, P))[1]
    yield twice


def probe_Linear(Linear):
    """Look at start values, one batch, a second batch, a square layer, two layers and an update."""
    X = np.array([[1.0, 2.0, -1.0], [0.5, -2.0, 3.0], [2.0, 1.0, 0.5], [-1.0, 0.25, 1.5]])
    dZ = np.array([[0.5, -1.0], [2.0, 0.25], [-1.5, 1.0], [1.0, 3.0]])

    def layer(n_in=3, n_out=2):
        made = Linear(n_in, n_out, np.random.default_rng(0))
        made.W = np.linspace(-1, 2, n_in * n_out).reshape(n_out, n_in)
        made.b = np.linspace(0.5, 1, n_out)
        return made

    def pass_through(made, X, dZ):
        return made.forward(X.copy()), made.backward(dZ.copy())

    def gradients(made, X, dZ):
        pass_through(made, X, dZ)
        return made.dW, made.db

    def second_batch():
        made = layer()
        pass_through(made, X, dZ)
        return gradients(made, X[:2] * 2, dZ[1:3])

    def two_layers():
        one, two = layer(), layer()
        one.forward(X.copy())
        two.forward(-X)
        one.backward(dZ.copy())
        return one.dW

    def moved():
        made = layer()
        pass_through(made, X, dZ)
        made.update(0.1)
        return made.W, made.b

    def start():
        made, again = (Linear(400, 10, np.random.default_rng(1)) for _ in range(2))
        W, spread = np.array(made.W), np.std(made.W) * np.sqrt(400)
        middle, repeats = abs(np.mean(W)) < 0.2 * np.std(W), np.allclose(W, again.W)
        other = np.std(Linear(10, 400, np.random.default_rng(1)).W) * np.sqrt(10)
        size = bool(spread > 1 / 3), bool(spread > 3), bool(other > 0.19)
        return W.shape, np.shape(made.b), bool(np.any(made.b)), bool(np.ptp(W) > 0), size, bool(middle), repeats

    def twice():
        made = layer()
        pass_through(made, X, dZ)
        dX = made.backward(dZ.copy())
        return dX, made.dW, made.db

    def two_backwards():
        one, two = layer(), layer()
        pass_through(one, X, dZ)
        pass_through(two, 3 - X[:2], dZ[1:3])
        return one.dW, one.db

    def weights_stay():
        one = Linear(3, 2, np.random.default_rng(1))
        W = np.array(one.W)
        Linear(3, 2, np.random.default_rng(2))
        return np.array_equal(one.W, W)

    yield start
    yield lambda: layer().forward(X.copy())
    yield lambda: pass_through(layer(), X, dZ)[1]
    yield lambda: pass_through(layer(2, 2), X[:, :2], dZ)[1]
    yield lambda: gradients(layer(), X, dZ)
    yield lambda: gradients(layer(2, 2), X[:2, :2], dZ[:2])
    yield second_batch
    yield two_layers
    yield moved
    yield lambda: (layer().forward(given := X.copy()), np.array_equal(given, X))[1]
    yield twice
    yield two_backwards
    yield weights_stay


def probe_MeanSquaredError(MeanSquaredError):
    """Look at both shapes, both directions, two forwards, two losses and the arguments."""
    a, b = np.array([3.0, 5.0, 2.0, -1.0]), np.array([3.5, 4.0, 4.0, 0.5])
    A, B = np.array([[1.0, 2.0], [0.5, 0.0], [5.0, -1.0]]), np.array([[1.5, 2.5], [1.0, -2.0], [4.0, 1.0]])

    def back(true, pred, before=None):
        loss = MeanSquaredError()
        if before is not None:
            loss.forward(before, pred)
        loss.forward(true, pred)
        return loss.backward()

    def two_losses():
        one, two = MeanSquaredError(), MeanSquaredError()
        one.forward(a.copy(), b.copy())
        two.forward(b.copy(), 2 * a)
        return one.backward()

    def twice():
        loss = MeanSquaredError()
        loss.forward(a.copy(), b.copy())
        return loss.backward(), loss.backward()

    yield lambda: MeanSquaredError().forward(a.copy(), b.copy())
    yield lambda: MeanSquaredError().forward(A.copy(), B.copy())
    yield lambda: back(a.copy(), b.copy())
    yield lambda: back(A.copy(), B.copy())
    yield lambda: back(a.copy(), b.copy(), before=b + 1)
    yield two_losses
    yield lambda: (back(a.copy(), given := b.copy()), given)[1]
    yield lambda: (back(given := a.copy(), b.copy()), given)[1]
    yield twice


def probe_Network(Network):
    """Pass numbers through layers that write a digit behind them; look at updates and at two networks."""

    class Digit:
        def __init__(self, digit, *values):
            self.digit, self.rates = digit, []
            for value in values:
                self.W = value

        def forward(self, X):
            return 10 * X + self.digit

        def backward(self, d):
            return 10 * d + 9 - self.digit

        def update(self, learning_rate):
            self.rates.append(learning_rate)

    def chain(*digits):
        return Network([Digit(digit) for digit in digits])

    def there_and_back():
        network = chain(1, 2, 3)
        seen = []
        for _ in range(2):
            seen += [network.forward(np.array([[4.0]])), network.backward(np.array([[5.0]]))]
        return seen

    def updates():
        layers = [Digit(1, 0.0), Digit(2), Digit(3, 0.0)]
        network = Network(layers)
        network.forward(np.array([[4.0]]))
        network.backward(np.array([[5.0]]))
        before = [list(layer.rates) for layer in layers]
        network.update(0.25)
        return before, [layer.rates for layer in layers]

    def two_networks():
        one, two = chain(1, 2), chain(3)
        return one.forward(np.array([[4.0]])), two.forward(np.array([[4.0]]))

    def kept():
        layers = [Digit(1), Digit(2)]
        network = Network(layers)
        network.backward(np.array([[5.0]]))
        return [layer.digit for layer in network.layers], [layer.digit for layer in layers]

    yield lambda: chain(1, 2, 3).forward(np.array([[4.0], [6.0]]))
    yield lambda: chain(1, 2, 3).backward(np.array([[5.0], [7.0]]))
    yield lambda: chain(8).forward(np.array([[4.0]]))
    yield there_and_back
    yield updates
    yield two_networks
    yield kept


def probe_ReLU(ReLU):
    """Look at both directions, two forwards, two layers and the arguments."""
    Z = np.array([[0.5, -1.0, 2.0], [-1.5, 0.25, -0.5]])
    dA = np.array([[1.5, 2.0, -0.5], [-1.0, 3.0, 0.75]])

    def back(Z, dA, before=None):
        layer = ReLU()
        if before is not None:
            layer.forward(before.copy())
        layer.forward(Z.copy())
        return layer.backward(dA)

    def two_layers():
        one, two = ReLU(), ReLU()
        one.forward(Z.copy())
        two.forward(-Z)
        return one.backward(dA.copy())

    def twice():
        layer = ReLU()
        out = layer.forward(Z.copy())
        before = np.array(out)
        layer.backward(dA.copy())
        return layer.backward(dA.copy()), np.array_equal(before, out)

    yield lambda: ReLU().forward(Z.copy())
    yield lambda: back(Z, dA.copy())
    yield lambda: back(Z, dA.copy(), before=-Z)
    yield two_layers
    yield lambda: (ReLU().forward(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: (back(Z, given := dA.copy()), np.array_equal(given, dA))[1]
    yield twice


def probe_Sigmoid(Sigmoid):
    """Look at both directions, two forwards, two layers, large scores and the arguments."""
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]])
    dA = np.array([[1.5, 2.0, -0.5], [-1.0, 3.0, 0.75]])

    def back(Z, dA, before=None):
        layer = Sigmoid()
        if before is not None:
            layer.forward(before.copy())
        layer.forward(Z.copy())
        return layer.backward(dA)

    def two_layers():
        one, two = Sigmoid(), Sigmoid()
        one.forward(Z.copy())
        two.forward(2 * Z)
        return one.backward(dA.copy())

    def twice():
        layer = Sigmoid()
        out = layer.forward(Z.copy())
        before = np.array(out)
        layer.backward(dA.copy())
        return layer.backward(dA.copy()), np.array_equal(before, out)

    yield lambda: Sigmoid().forward(Z.copy())
    yield lambda: Sigmoid().forward(np.array([[-1000.0, 1000.0]]))
    yield lambda: back(Z, dA.copy())
    yield lambda: back(Z, dA.copy(), before=Z[::-1] + 1)
    yield lambda: back(np.array([[-1000.0, 1000.0]]), np.array([[1.0, 1.0]]))
    yield two_layers
    yield lambda: (Sigmoid().forward(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: (back(Z, given := dA.copy()), np.array_equal(given, dA))[1]
    yield twice


def probe_Softmax(Softmax):
    """Look at both directions, a square batch, large scores, two forwards, two layers and the arguments."""
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]])
    dP = np.array([[1.5, 2.0, -0.5], [-1.0, 3.0, 0.75]])

    def back(Z, dP, before=None):
        layer = Softmax()
        if before is not None:
            layer.forward(before.copy())
        layer.forward(Z.copy())
        return layer.backward(dP)

    def two_layers():
        one, two = Softmax(), Softmax()
        one.forward(Z.copy())
        two.forward(-Z)
        return one.backward(dP.copy())

    def twice():
        layer = Softmax()
        out = layer.forward(Z.copy())
        before = np.array(out)
        layer.backward(dP.copy())
        return layer.backward(dP.copy()), np.array_equal(before, out)

    yield lambda: Softmax().forward(Z.copy())
    yield lambda: Softmax().forward(Z[:1] + 1000)
    yield lambda: Softmax().forward(Z - np.array([[2000], [0]]))
    yield lambda: back(Z, dP.copy())
    yield lambda: back(Z[:, :2], dP[:, 1:].copy())
    yield lambda: back(Z, dP.copy(), before=-Z)
    yield two_layers
    yield lambda: (Softmax().forward(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: (back(Z, given := dP.copy()), np.array_equal(given, dP))[1]
    yield twice


def probe_SoftmaxCrossEntropyLoss(SoftmaxCrossEntropyLoss):
    """Look at the loss, its gradient, a square batch, large gaps, two forwards, two losses, the arguments."""
    y = np.array([2, 0, 1, 1])
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [0.0, 1.0, 3.0], [-2.0, 0.5, 0.75]])

    def back(y, Z, before=None):
        loss = SoftmaxCrossEntropyLoss()
        if before is not None:
            loss.forward(before, Z.copy())
        loss.forward(y, Z)
        return loss.backward()

    def two_losses():
        one, two = SoftmaxCrossEntropyLoss(), SoftmaxCrossEntropyLoss()
        one.forward(y, Z.copy())
        two.forward(y[::-1], Z.copy())
        return one.backward()

    def twice():
        loss = SoftmaxCrossEntropyLoss()
        loss.forward(y.copy(), Z.copy())
        return loss.backward(), loss.backward()

    yield lambda: SoftmaxCrossEntropyLoss().forward(y, Z.copy())
    yield lambda: SoftmaxCrossEntropyLoss().forward(y[:3], Z[:3].copy())
    yield lambda: SoftmaxCrossEntropyLoss().forward(np.array([0]), np.array([[0.0, 500.0]]))
    yield lambda: SoftmaxCrossEntropyLoss().forward(np.array([0, 1]), np.array([[0.0, 1.0], [-3e3, -3e3]]))
    yield lambda: back(y, Z.copy())
    yield lambda: back(np.array([1, 0]), np.array([[1000.0, 999.0], [0.0, 1.0]]))
    yield lambda: back(y, Z.copy(), before=y[::-1])
    yield two_losses
    yield lambda: (back(y, given := Z.copy()), np.array_equal(given, Z))[1]
    yield twice


def probe_Tanh(Tanh):
    """Look at both directions, two forwards, two layers, large scores and the arguments."""
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]])
    dA = np.array([[1.5, 2.0, -0.5], [-1.0, 3.0, 0.75]])

    def back(Z, dA, before=None):
        layer = Tanh()
        if before is not None:
            layer.forward(before.copy())
        layer.forward(Z.copy())
        return layer.backward(dA)

    def two_layers():
        one, two = Tanh(), Tanh()
        one.forward(Z.copy())
        two.forward(2 * Z)
        return one.backward(dA.copy())

    def twice():
        layer = Tanh()
        out = layer.forward(Z.copy())
        before = np.array(out)
        layer.backward(dA.copy())
        return layer.backward(dA.copy()), np.array_equal(before, out)

    yield lambda: Tanh().forward(Z.copy())
    yield lambda: Tanh().forward(np.array([[-1000.0, 1000.0]]))
    yield lambda: back(Z, dA.copy())
    yield lambda: back(Z, dA.copy(), before=Z[::-1] + 1)
    yield lambda: back(np.array([[-1000.0, 1000.0]]), np.array([[1.0, 1.0]]))
    yield two_layers
    yield lambda: (Tanh().forward(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: (back(Z, given := dA.copy()), np.array_equal(given, dA))[1]
    yield twice


def probe_repaired_TanhSkip(repaired_TanhSkip):
    """Look at both directions, two forwards, two layers, two backwards and the arguments."""
    Z = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]])
    dA = np.array([[1.5, 2.0, -0.5], [-1.0, 3.0, 0.75]])

    def back(Z, dA, before=None):
        layer = repaired_TanhSkip()
        if before is not None:
            layer.forward(before.copy())
        layer.forward(Z.copy())
        return layer.backward(dA)

    def two_layers():
        one, two = repaired_TanhSkip(), repaired_TanhSkip()
        one.forward(Z.copy())
        two.forward(2 * Z)
        return one.backward(dA.copy())

    def twice():
        layer = repaired_TanhSkip()
        out = layer.forward(Z.copy())
        before = np.array(out)
        layer.backward(dA.copy())
        return layer.backward(dA.copy()), np.array_equal(before, out)

    yield lambda: repaired_TanhSkip().forward(Z.copy())
    yield lambda: back(Z, dA.copy())
    yield lambda: back(Z, dA.copy(), before=Z[::-1] + 1)
    yield two_layers
    yield lambda: (repaired_TanhSkip().forward(given := Z.copy()), np.array_equal(given, Z))[1]
    yield lambda: (back(Z, given := dA.copy()), np.array_equal(given, dA))[1]
    yield twice


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
