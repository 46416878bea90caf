"""Softmax(): known answers."""

import numpy as np

Layer = object  # the notebook gives it


# %% probe
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


# %% wrong: only-the-diagonal
# hint: Your backward uses only the diagonal of the Jacobian, p (1 - p). Each score changes all probabilities.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return dP * self.P * (1 - self.P)


# %% wrong: without-the-diagonal
# hint: Your backward uses only the part - p_k p_j of the Jacobian. The bracket [k = j] adds p_j on
#  the diagonal.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return -self.P * np.sum(dP * self.P, axis=1, keepdims=True)


# %% wrong: sign-of-the-off-diagonal
# hint: You add the sum over the classes. The part - p_k p_j of the Jacobian is negative: subtract.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return self.P * (dP + np.sum(dP * self.P, axis=1, keepdims=True))


# %% wrong: forgets-the-factor-p
# hint: One factor is missing in your backward: each entry of the Jacobian starts with p_k.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return dP - np.sum(dP * self.P, axis=1, keepdims=True)


# %% wrong: subtracts-the-plain-sum
# hint: In the sum over the classes each dP belongs to its own probability. Multiply dP by P before you add.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return self.P * (dP - np.sum(dP, axis=1, keepdims=True))


# %% wrong: backward-sums-over-examples
# hint: Your backward adds over the examples (axis 0). Each example has its own Jacobian: add over
#  the classes.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return self.P * (dP - np.sum(dP * self.P, axis=0))


# %% wrong: backward-sums-over-everything
# hint: Your backward adds over the whole batch. Each example has its own Jacobian: use axis=1 and
#  keepdims=True.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return self.P * (dP - np.sum(dP * self.P))


# %% wrong: forgets-the-arriving-gradient
# hint: Your backward does not use dP. The chain rule multiplies the Jacobian by it.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return self.P * (1 - self.P)


# %% wrong: passes-the-gradient-on
# hint: Your backward returns dP as it is. That is only right for the fused loss. Here the Jacobian is needed.
#-        self.P = E / E.sum(axis=1, keepdims=True)
#-        return self.P
#+        return E / E.sum(axis=1, keepdims=True)
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return dP.copy()


# %% wrong: takes-the-gradient-for-labels
# hint: Your backward computes P - dP, as if dP were the labels. That belongs to the fused loss.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return self.P - dP


# %% wrong: divides-by-m
# hint: Your backward divides by the number of examples. The loss has already done this.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True)) / len(dP)


# %% wrong: forward-sums-over-examples
# hint: Your forward divides by the sum over the examples (axis 0). Each row of P needs the sum 1.
#-        self.P = E / E.sum(axis=1, keepdims=True)
#+        self.P = E / E.sum(axis=0)


# %% wrong: overflows
# hint: The formula is right, but exp of a large score overflows. Subtract the largest score of each
#  row first.
#-        E = np.exp(Z - Z.max(axis=1, keepdims=True))
#+        E = np.exp(Z)


# %% wrong: shifts-by-global-maximum
# hint: You subtract the largest score of the whole batch. Rows with much smaller scores then give 0 / 0.
#-        E = np.exp(Z - Z.max(axis=1, keepdims=True))
#+        E = np.exp(Z - Z.max())


# %% wrong: changes-its-input
# hint: The values are right, but forward changes Z itself. Write Z = Z - ... and not Z -= ....
#-        E = np.exp(Z - Z.max(axis=1, keepdims=True))
#+        Z -= Z.max(axis=1, keepdims=True)
#+        E = np.exp(Z)


# %% wrong: keeps-the-first-output
# hint: Your backward uses the output of the first forward. It belongs to the last one: store P each time.
class Softmax(Layer):
    first = None

    def forward(self, Z):
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = E / E.sum(axis=1, keepdims=True)
        self.first = P if self.first is None else self.first
        return P

    def backward(self, dP):
        return self.first * (dP - np.sum(dP * self.first, axis=1, keepdims=True))


# %% wrong: layers-share-the-output
# hint: All your Softmax layers share one stored output. Write self.P = ..., so that each layer keeps its own.
#-        self.P = E / E.sum(axis=1, keepdims=True)
#-        return self.P
#+        Softmax.P = E / E.sum(axis=1, keepdims=True)
#+        return Softmax.P


# %% right: one-jacobian-for-each-example
class Softmax(Layer):
    def forward(self, Z):
        from scipy.special import softmax

        self.rows = [softmax(row) for row in Z]
        return list(self.rows)

    def backward(self, dP):
        dZ = []
        for p, d in zip(self.rows, dP):
            jacobian = np.diag(p) - np.outer(p, p)
            dZ.append(jacobian @ d)
        return np.array(dZ)


# %% right: all-jacobians-at-once-in-float32
class Softmax(Layer):
    def forward(self, Z):
        S = (Z - Z.max(axis=1, keepdims=True)).astype(np.float32)
        self.P = np.exp(S - np.log(np.exp(S).sum(axis=1, keepdims=True)))
        print("rows sum to", self.P.sum(axis=1))
        return self.P

    def backward(self, dP):
        J = np.einsum("ik,kj->ikj", self.P, np.eye(self.P.shape[1])) - np.einsum("ik,ij->ikj", self.P, self.P)
        return np.einsum("ik,ikj->ij", dP, J)


# %% right: pairwise-differences
class Softmax(Layer):
    def forward(self, Z):
        with np.errstate(over="ignore"):
            self.P = 1 / np.exp(Z[:, None, :] - Z[:, :, None]).sum(axis=2)
        return self.P

    def backward(self, dP):
        differences = dP[:, :, None] - dP[:, None, :]
        return self.P * np.sum(self.P[:, None, :] * differences, axis=2)


# %% wrong: backward-spoils-the-output
# hint: backward changes what forward has stored, which is also what it returned. Make new arrays in backward.
#-        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))
#+        self.P *= dP - np.sum(dP * self.P, axis=1, keepdims=True)
#+        return self.P
