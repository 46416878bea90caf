"""CrossEntropyLoss(): known answers."""

import numpy as np


# %% probe
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


# %% wrong: backward-forgets-1-over-m
# hint: Your gradient is m times too large. The loss is a mean, so its gradient has the factor 1/m.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / self.p
        return dP


# %% wrong: backward-divides-twice
# hint: Your gradient holds the factor 1/m twice. Divide by the number of examples once.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / self.p
        return dP / len(self.y) ** 2


# %% wrong: divides-by-all-entries
# hint: Your gradient is divided by m times K. The loss is a mean over the m examples only.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / self.p
        return dP / dP.size


# %% wrong: forward-is-a-sum
# hint: Your loss is a sum over the examples. From here on every loss is a mean.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.sum(np.log(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / (len(self.y) * self.p)
        return dP


# %% wrong: gradient-for-all-classes
# hint: Your gradient is not 0 for the other classes. The loss looks only at the probability of the
#  true class.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.P = np.maximum(P, 1e-12)
        return -np.mean(np.log(self.P[np.arange(len(y_true)), y_true]))

    def backward(self):
        return -1 / (len(self.P) * self.P)


# %% wrong: picks-whole-columns
# hint: The index P[:, y_true] takes whole columns. You need one entry of each row, so index the rows, too.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, np.maximum(P, 1e-12)
        return -np.mean(np.log(self.P[:, y_true]))

    def backward(self):
        dP = np.zeros(self.P.shape)
        rows = np.arange(len(self.y))
        dP[rows, self.y] = -1 / (len(self.y) * self.P[rows, self.y])
        return dP


# %% wrong: sign-of-the-gradient
# hint: The sign of your gradient is wrong. A larger probability of the true class makes the loss smaller.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = 1 / (len(self.y) * self.p)
        return dP


# %% wrong: sign-of-the-loss
# hint: Your loss is negative. The logarithm of a probability is negative, so the loss needs a minus.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return np.mean(np.log(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / (len(self.y) * self.p)
        return dP


# %% wrong: gradient-of-the-fused-loss
# hint: This is the gradient for the scores, P minus one-hot. Here it must be the gradient for the
#  probabilities.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log(p))

    def backward(self):
        dP = self.P.copy()
        dP[np.arange(len(self.y)), self.y] -= 1
        return dP / len(self.y)


# %% wrong: forgets-the-division-by-p
# hint: Your gradient does not depend on P. The derivative of log p is 1 / p.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log(p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / len(self.y)
        return dP


# %% wrong: no-clip
# hint: When a probability is 0, your loss is infinite. Clip the probability from below before the logarithm.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = P[np.arange(len(y_true)), y_true]
        return -np.mean(np.log(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / (len(self.y) * self.p)
        return dP


# %% wrong: clips-only-forward
# hint: Your loss is finite, but backward still divides by 0. Use the clipped probability there too.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.p, self.shape = y_true, P[np.arange(len(y_true)), y_true], P.shape
        return -np.mean(np.log(np.maximum(self.p, 1e-12)))

    def backward(self):
        dP = np.zeros(self.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / (len(self.y) * self.p)
        return dP


# %% wrong: logarithm-to-base-2
# hint: This is the loss with the logarithm to base 2. We use the natural logarithm, np.log.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        self.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log2(self.p))

    def backward(self):
        dP = np.zeros(self.P.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / (len(self.y) * self.p)
        return dP


# %% wrong: changes-the-probabilities
# hint: The values are right, but forward changes P itself. Write P + ... and not P += ....
class CrossEntropyLoss:
    def forward(self, y_true, P):
        P += 1e-12
        self.y, self.P = y_true, P
        return -np.mean(np.log(P[np.arange(len(y_true)), y_true]))

    def backward(self):
        dP, rows = np.zeros(self.P.shape), np.arange(len(self.y))
        dP[rows, self.y] = -1 / (len(self.y) * self.P[rows, self.y])
        return dP


# %% wrong: keeps-the-first-batch
# hint: Your backward uses the first batch. It belongs to the last forward: store the values each time.
class CrossEntropyLoss:
    def __init__(self):
        self.kept = None

    def forward(self, y_true, P):
        p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        self.kept = self.kept or (y_true, P.shape, p)
        return -np.mean(np.log(p))

    def backward(self):
        y, shape, p = self.kept
        dP = np.zeros(shape)
        dP[np.arange(len(y)), y] = -1 / (len(y) * p)
        return dP


# %% wrong: losses-share-the-batch
# hint: All your losses share one stored batch. Write self.P = ..., so that each loss keeps its own.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        kept = CrossEntropyLoss
        kept.y, kept.shape = y_true, P.shape
        kept.p = np.maximum(P[np.arange(len(y_true)), y_true], 1e-12)
        return -np.mean(np.log(kept.p))

    def backward(self):
        dP = np.zeros(self.shape)
        dP[np.arange(len(self.y)), self.y] = -1 / (len(self.y) * self.p)
        return dP


# %% wrong: other-classes-count-too
# hint: You also add log(1 - p) for the other classes, and their slopes. Only the true class counts here.
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.Y = np.eye(P.shape[1])[y_true]
        self.P = np.clip(P, 1e-12, 1 - 1e-12)
        return float(-np.sum(self.Y * np.log(self.P) + (1 - self.Y) * np.log(1 - self.P)) / len(P))

    def backward(self):
        return ((1 - self.Y) / (1 - self.P) - self.Y / self.P) / len(self.P)


# %% right: loops
class CrossEntropyLoss:
    def forward(self, y_true, P):
        from math import log

        self.y = [int(label) for label in y_true]
        self.P = [[max(float(p), 1e-15) for p in row] for row in P]
        return sum(-log(row[k]) for row, k in zip(self.P, self.y)) / len(self.y)

    def backward(self):
        m = len(self.y)
        pairs = zip(self.P, self.y)
        return [[-1 / (m * p) if j == k else 0.0 for j, p in enumerate(row)] for row, k in pairs]


# %% right: one-hot-in-float32
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.Y = np.eye(P.shape[1], dtype=np.float32)[y_true]
        self.P = P.astype(np.float32) + np.float32(1e-10)
        print("loss of", len(P))
        return -np.einsum("ij,ij", self.Y, np.log(self.P)) / np.float32(len(P))

    def backward(self):
        return -(self.Y / self.P) / len(self.P)


# %% right: no-pull-beyond-the-clip
class CrossEntropyLoss:
    def forward(self, y_true, P):
        import warnings

        warnings.warn("probabilities may be 0", stacklevel=2)
        self.dP = np.zeros_like(P)
        p = np.take_along_axis(P, y_true[:, None], axis=1)
        inside = np.where(p > 1e-9, -1 / np.maximum(p, 1e-9), 0) / len(y_true)
        np.put_along_axis(self.dP, y_true[:, None], inside, axis=1)
        return np.asarray(np.log(np.maximum(p, 1e-9)).mean() * -1)

    def backward(self):
        return self.dP


# %% wrong: backward-spoils-what-is-stored
# hint: backward changes what forward has stored. Make new arrays in backward.
#-        self.shape = P.shape
#-        self.true_class = (np.arange(len(y_true)), y_true)
#+        self.shape, self.true_class = P.shape, (np.arange(len(y_true)), y_true)
#-        dP = np.zeros(self.shape, self.p.dtype)
#-        dP[self.true_class] = -1 / (len(self.p) * self.p)
#+        dP = np.zeros(self.shape)
#+        self.p *= len(self.p)
#+        dP[self.true_class] = -1 / self.p
