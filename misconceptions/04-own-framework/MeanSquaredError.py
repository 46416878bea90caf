"""MeanSquaredError(): known answers."""

import numpy as np


# %% probe
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


# %% wrong: divides-by-examples-only
# hint: You divide by the number of examples m. The mean runs over all entries, for shape (m, q)
#  over m times q.
#-        return float(np.mean(self.difference**2))
#+        return np.sum(self.difference**2) / len(Y_true)
#-        return 2 * self.difference / self.difference.size
#+        return 2 * self.difference / len(self.difference)


# %% wrong: gradient-divides-by-examples-only
# hint: Your loss is right, but its gradient is divided by m only. Divide by the number of all entries.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(self.difference**2)
#-        return 2 * self.difference / self.difference.size
#+        return 2 * self.difference / len(self.difference)


# %% wrong: is-a-sum
# hint: Your loss is a sum. Divide it and its gradient by the number of entries.
#-        return float(np.mean(self.difference**2))
#+        return np.sum(self.difference**2)
#-        return 2 * self.difference / self.difference.size
#+        return 2 * self.difference


# %% wrong: gradient-of-the-sum
# hint: Your loss is right, but its gradient is not divided by the number of entries.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(self.difference**2)
#-        return 2 * self.difference / self.difference.size
#+        return 2 * self.difference


# %% wrong: gradient-forgets-the-2
# hint: Your gradient is half of what it should be. The derivative of a square has the factor 2.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(self.difference**2)
#-        return 2 * self.difference / self.difference.size
#+        return self.difference / self.difference.size


# %% wrong: half-of-the-loss
# hint: This is half of the mean squared error. Our definition has no factor 1/2.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(self.difference**2) / 2
#-        return 2 * self.difference / self.difference.size
#+        return self.difference / self.difference.size


# %% wrong: sign-of-the-gradient
# hint: The sign of your gradient is wrong. If the prediction is too large, the gradient is positive.
#-        self.difference = Y_pred - Y_true
#-        return float(np.mean(self.difference**2))
#+        self.difference = Y_true - Y_pred
#+        return np.mean(self.difference**2)


# %% wrong: root
# hint: This is the root of the mean squared error. Leave the root out.
#-        return float(np.mean(self.difference**2))
#+        self.root = np.sqrt(np.mean(self.difference**2))
#+        return self.root
#-        return 2 * self.difference / self.difference.size
#+        return self.difference / self.difference.size / self.root


# %% wrong: absolute-differences
# hint: This is the mean of the absolute differences. Square them instead.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(np.abs(self.difference))
#-        return 2 * self.difference / self.difference.size
#+        return np.sign(self.difference) / self.difference.size


# %% wrong: square-of-the-mean
# hint: You square the mean difference. Square each difference first, then take the mean.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(self.difference) ** 2
#-        return 2 * self.difference / self.difference.size
#+        return 2 * np.mean(self.difference) * np.ones(self.difference.shape) / self.difference.size


# %% wrong: one-loss-for-each-column
# hint: Your loss is one number for each column. It should be one number: the mean over all entries.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(self.difference**2, axis=0)


# %% wrong: gradient-is-one-number
# hint: Your gradient is one number. It needs the shape of the prediction: one entry for each
#  predicted number.
#-        return float(np.mean(self.difference**2))
#+        return np.mean(self.difference**2)
#-        return 2 * self.difference / self.difference.size
#+        return 2 * np.mean(self.difference)


# %% wrong: changes-the-prediction
# hint: The values are right, but forward changes Y_pred itself. Write Y_pred - Y_true, not Y_pred -= Y_true.
#-        self.difference = Y_pred - Y_true
#-        return float(np.mean(self.difference**2))
#+        Y_pred -= Y_true
#+        self.difference = Y_pred
#+        return np.mean(self.difference**2)


# %% wrong: keeps-the-first-batch
# hint: Your backward uses the first batch. It belongs to the last forward: store the difference each time.
class MeanSquaredError:
    difference = None

    def forward(self, Y_true, Y_pred):
        if self.difference is None:
            self.difference = Y_pred - Y_true
        return np.mean((Y_pred - Y_true) ** 2)

    def backward(self):
        return 2 * self.difference / self.difference.size


# %% wrong: losses-share-the-batch
# hint: All your losses share one stored difference. Write self.difference = ..., so that each keeps its own.
#-        self.difference = Y_pred - Y_true
#-        return float(np.mean(self.difference**2))
#+        MeanSquaredError.difference = Y_pred - Y_true
#+        return np.mean(self.difference**2)


# %% right: loops
class MeanSquaredError:
    def forward(self, Y_true, Y_pred):
        self.shape = Y_pred.shape
        self.pairs = list(zip(Y_true.ravel().tolist(), Y_pred.ravel().tolist()))
        return sum((p - t) ** 2 for t, p in self.pairs) / len(self.pairs)

    def backward(self):
        return np.reshape([2 * (p - t) / len(self.pairs) for t, p in self.pairs], self.shape)


# %% right: einsum-in-float32
class MeanSquaredError:
    def forward(self, Y_true, Y_pred):
        print("compare", Y_true.shape)
        self.d = (Y_pred - Y_true).astype(np.float32)
        flat = self.d.ravel()
        return np.einsum("i,i", flat, flat) / np.float32(flat.size)

    def backward(self):
        return self.d * np.float32(2 / self.d.size)


# %% right: zero-dimensional-and-lists
class MeanSquaredError:
    def forward(self, Y_true, Y_pred):
        self.gradient = (2 / np.size(Y_pred) * np.subtract(Y_pred, Y_true)).tolist()
        return np.asarray(np.linalg.norm(Y_pred - Y_true) ** 2 / np.size(Y_pred))

    def backward(self):
        return self.gradient


# %% wrong: backward-spoils-what-is-stored
# hint: backward changes what forward has stored. Make new arrays in backward.
#-        return 2 * self.difference / self.difference.size
#+        self.difference *= 2 / self.difference.size
#+        return self.difference
