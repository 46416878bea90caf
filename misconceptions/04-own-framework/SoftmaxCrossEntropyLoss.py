"""SoftmaxCrossEntropyLoss(): known answers."""

import numpy as np


# %% probe
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


# %% wrong: capped-by-a-clip
# hint: Your loss clips a probability, so it cannot grow beyond about 30. Use the formula with scores only.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        self.P, self.y = E / E.sum(axis=1, keepdims=True), y_true
        return -np.mean(np.log(np.maximum(self.P[np.arange(len(y_true)), y_true], 1e-12)))

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% wrong: overflows
# hint: The formula is right, but exp of a large score overflows. Subtract the largest score of each
#  row first.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        E = np.exp(Z)
        self.P, self.y = E / E.sum(axis=1, keepdims=True), y_true
        return np.mean(np.log(E.sum(axis=1)) - Z[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% wrong: shifts-by-global-maximum
# hint: You subtract the largest score of the whole batch. Rows with much smaller scores then give log(0).
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max()
        E = np.exp(S)
        self.P, self.y = E / E.sum(axis=1, keepdims=True), y_true
        return np.mean(np.log(E.sum(axis=1)) - S[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% wrong: divides-only-the-label-by-m
# hint: Only the 1 for the true class is divided by m. Divide the whole difference by m.
#-        dZ[self.true_class] -= 1
#-        return dZ / len(dZ)
#+        dZ[self.true_class] -= 1 / len(dZ)
#+        return dZ


# %% wrong: subtracts-in-every-row
# hint: P[:, y] -= 1 changes these columns in every row. Change one entry in each row.
#-        dZ[self.true_class] -= 1
#+        dZ[:, self.true_class[1]] -= 1


# %% wrong: forgets-to-add-the-shift
# hint: You subtract c inside the exponent but you do not add it again. The loss needs + c or the
#  shifted score.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        self.P, self.y = E / E.sum(axis=1, keepdims=True), y_true
        return np.mean(np.log(E.sum(axis=1)) - Z[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% wrong: backward-forgets-1-over-m
# hint: Your gradient is m times too large. The loss is a mean, so its gradient has the factor 1/m.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        self.P, self.y = np.exp(L), y_true
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return self.P - np.eye(self.P.shape[1])[self.y]


# %% wrong: divides-by-all-entries
# hint: Your gradient is divided by m times K. The loss is a mean over the m examples only.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        self.P, self.y = np.exp(L), y_true
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / self.P.size


# %% wrong: forward-is-a-sum
# hint: Your loss is a sum over the examples. It should be their mean.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        self.P, self.y = np.exp(L), y_true
        return -np.sum(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% wrong: sign-of-the-gradient
# hint: The sign of your gradient is wrong. A larger score of the true class makes the loss smaller.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        self.P, self.y = np.exp(L), y_true
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return (np.eye(self.P.shape[1])[self.y] - self.P) / len(self.y)


# %% wrong: gradient-of-the-probabilities
# hint: Your gradient is the one for probabilities, -1/p. This loss takes scores: use P minus one-hot.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        self.P, self.y = np.exp(L), y_true
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        Y = np.eye(self.P.shape[1])[self.y]
        return -Y / np.maximum(self.P, 1e-12) / len(self.y)


# %% wrong: gradient-is-only-the-probabilities
# hint: Your gradient is P / m. Subtract 1 from the probability of the true class first.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        self.P = np.exp(L)
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return self.P / len(self.P)


# %% wrong: takes-scores-for-probabilities
# hint: You use the scores as if they were probabilities. Softmax is part of this loss.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        self.Z, self.y = Z, y_true
        return -np.mean(np.log(np.maximum(Z[np.arange(len(y_true)), y_true], 1e-12)))

    def backward(self):
        return (self.Z - np.eye(self.Z.shape[1])[self.y]) / len(self.y)


# %% wrong: sums-over-examples
# hint: Your softmax adds over the examples (axis 0). Each example has its own sum over the classes.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=0)
        L = S - np.log(np.exp(S).sum(axis=0))
        self.P, self.y = np.exp(L), y_true
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% wrong: changes-the-scores
# hint: The values are right, but forward changes Z itself. Write Z = Z - ... and not Z -= ....
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        Z -= Z.max(axis=1, keepdims=True)
        L = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        self.P, self.y = np.exp(L), y_true
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% wrong: keeps-the-first-batch
# hint: Your backward uses the first batch. It belongs to the last forward: store the values each time.
class SoftmaxCrossEntropyLoss:
    kept = None

    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        self.kept = self.kept or (np.exp(L), y_true)
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        P, y = self.kept
        return (P - np.eye(P.shape[1])[y]) / len(y)


# %% wrong: losses-share-the-batch
# hint: All your losses share one stored batch. Write self.P = ..., so that each loss keeps its own.
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        SoftmaxCrossEntropyLoss.P, SoftmaxCrossEntropyLoss.y = np.exp(L), y_true
        return -np.mean(L[np.arange(len(y_true)), y_true])

    def backward(self):
        return (self.P - np.eye(self.P.shape[1])[self.y]) / len(self.y)


# %% right: loops
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        from math import exp, log

        self.dZ, total, m = [], 0.0, len(Z)
        for row, k in zip(Z, y_true):
            top = max(row)
            size = sum(exp(z - top) for z in row)
            total += top + log(size) - row[k]
            self.dZ.append([(exp(z - top) / size - (j == k)) / m for j, z in enumerate(row)])
        return total / m

    def backward(self):
        return self.dZ


# %% right: scipy-in-float32
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        from scipy.special import log_softmax

        self.logs = log_softmax(Z.astype(np.float32), axis=1)
        self.Y = np.arange(Z.shape[1]) == np.reshape(y_true, (-1, 1))
        print("loss of", Z.shape)
        return -self.logs[self.Y].mean(dtype=np.float32)

    def backward(self):
        return (np.exp(self.logs) - self.Y) / np.float32(len(self.Y))


# %% right: logaddexp-and-edits-its-own-copy
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        rows = np.arange(len(Z))
        log_sums = np.logaddexp.reduce(Z, axis=1)
        gradient = np.exp(Z - log_sums[:, None])
        gradient[rows, y_true] -= 1
        gradient /= len(Z)
        self.gradient = gradient
        return np.asarray((log_sums - Z[rows, y_true]).mean())

    def backward(self):
        return self.gradient


# %% wrong: backward-spoils-what-is-stored
# hint: backward changes what forward has stored. Make new arrays in backward.
#-        dZ = self.P.copy()
#-        dZ[self.true_class] -= 1
#-        return dZ / len(dZ)
#+        self.P[self.true_class] -= 1
#+        return self.P / len(self.P)
