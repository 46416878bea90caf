"""Sigmoid(): known answers."""

import numpy as np

Layer = object  # the notebook gives it


# %% probe
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


# %% wrong: forward-overflows
# hint: The formula is right, but exp overflows for large scores and inf / inf is NaN. Use the form with tanh.
#-        self.A = 0.5 * (1 + np.tanh(0.5 * Z))
#+        self.A = np.exp(Z) / (1 + np.exp(Z))


# %% wrong: backward-overflows
# hint: Your forward is safe, but backward takes an exponential again and overflows. Use the stored output.
class Sigmoid(Layer):
    def forward(self, Z):
        self.Z = Z
        return 0.5 * (1 + np.tanh(0.5 * Z))

    def backward(self, dA):
        return dA * np.exp(-self.Z) / (1 + np.exp(-self.Z)) ** 2


# %% wrong: sigmoid-applied-twice
# hint: Your backward applies the sigmoid once more to the output. The derivative is A (1 - A) with
#  the output A.
#-        return dA * self.A * (1 - self.A)
#+        again = 1 / (1 + np.exp(-self.A))
#+        return dA * again * (1 - again)


# %% wrong: derivative-with-z
# hint: Your derivative is z (1 - z). Put the output A = sigmoid(z) there, not z itself.
class Sigmoid(Layer):
    def forward(self, Z):
        self.Z = Z
        return 0.5 * (1 + np.tanh(0.5 * Z))

    def backward(self, dA):
        return dA * self.Z * (1 - self.Z)


# %% wrong: forgets-the-arriving-gradient
# hint: Your backward returns only the derivative. The chain rule multiplies it by dA.
#-        return dA * self.A * (1 - self.A)
#+        return self.A * (1 - self.A)


# %% wrong: derivative-of-tanh
# hint: This is the derivative of tanh, 1 - A squared. The derivative of the sigmoid is A (1 - A).
#-        return dA * self.A * (1 - self.A)
#+        return dA * (1 - self.A**2)


# %% wrong: half-of-the-derivative
# hint: Your derivative is only A. One factor is missing: (1 - A).
#-        return dA * self.A * (1 - self.A)
#+        return dA * self.A


# %% wrong: sigmoid-of-the-gradient
# hint: Your backward takes the sigmoid of dA. The derivative belongs to the input Z of the last forward.
class Sigmoid(Layer):
    def forward(self, Z):
        return 0.5 * (1 + np.tanh(0.5 * Z))

    def backward(self, dA):
        A = 0.5 * (1 + np.tanh(0.5 * dA))
        return A * (1 - A)


# %% wrong: forgets-to-halve-z
# hint: This is what (1 + tanh(z)) / 2 gives. Inside tanh stands z / 2.
#-        self.A = 0.5 * (1 + np.tanh(0.5 * Z))
#+        self.A = 0.5 * (1 + np.tanh(Z))


# %% wrong: sign-of-the-exponent
# hint: This is what 1 / (1 + exp(z)) gives. The exponent is minus z.
#-        self.A = 0.5 * (1 + np.tanh(0.5 * Z))
#+        self.A = 0.5 * (1 - np.tanh(0.5 * Z))


# %% wrong: changes-the-arriving-gradient
# hint: The values are right, but dA itself is changed. Write dA * ... and not dA *= ....
#-        return dA * self.A * (1 - self.A)
#+        dA *= self.A * (1 - self.A)
#+        return dA


# %% wrong: changes-its-input
# hint: The values are right, but forward changes Z itself. Write Z / 2 and not Z /= 2.
#-        self.A = 0.5 * (1 + np.tanh(0.5 * Z))
#+        Z /= 2
#+        self.A = 0.5 * (1 + np.tanh(Z))


# %% wrong: keeps-the-first-output
# hint: Your backward uses the output of the first forward. It belongs to the last one: store A each time.
class Sigmoid(Layer):
    A = None

    def forward(self, Z):
        A = 0.5 * (1 + np.tanh(0.5 * Z))
        if self.A is None:
            self.A = A
        return A

    def backward(self, dA):
        return dA * self.A * (1 - self.A)


# %% wrong: layers-share-the-output
# hint: All your Sigmoid layers share one stored output. Write self.A = ..., so that each layer keeps its own.
class Sigmoid(Layer):
    def forward(self, Z):
        Sigmoid.A = 0.5 * (1 + np.tanh(0.5 * Z))
        return Sigmoid.A

    def backward(self, dA):
        return dA * Sigmoid.A * (1 - Sigmoid.A)


# %% right: textbook-formula-with-a-warning
class Sigmoid(Layer):
    def forward(self, Z):
        self.out = 1 / (1 + np.exp(-Z))
        return self.out

    def backward(self, dA):
        return np.multiply(dA, self.out - self.out**2)


# %% right: loops
class Sigmoid(Layer):
    def forward(self, Z):
        from math import exp

        def one(z):
            return 1 / (1 + exp(-z)) if z >= 0 else exp(z) / (1 + exp(z))

        self.A = [[one(z) for z in row] for row in Z]
        return self.A

    def backward(self, dA):
        return [[d * a * (1 - a) for d, a in zip(ds, row)] for ds, row in zip(dA, self.A)]


# %% right: float32
class Sigmoid(Layer):
    def __init__(self):
        print("a new sigmoid")
        self.store = {}

    def forward(self, Z):
        Z = np.clip(Z, -80, 80).astype(np.float32)
        self.store["p"] = 1 / (1 + np.exp(-Z))
        return self.store["p"]

    def backward(self, dA):
        p = self.store["p"]
        return (dA * p * (1 - p)).astype(np.float32)


# %% right: derivative-of-z
class Sigmoid(Layer):
    def forward(self, Z):
        from scipy.special import expit

        self.Z = Z.copy()
        return expit(Z)

    def backward(self, dA):
        return dA / (4 * np.cosh(np.clip(self.Z, -600, 600) / 2) ** 2)


# %% wrong: backward-spoils-the-output
# hint: backward changes what forward has stored, which is also what it returned. Make new arrays in backward.
#-        return dA * self.A * (1 - self.A)
#+        self.A *= 1 - self.A
#+        return dA * self.A


# %% right: backward-keeps-the-slope
class Sigmoid(Layer):
    def forward(self, Z):
        A = 0.5 * (1 + np.tanh(0.5 * Z))
        self.slope = A * (1 - A)
        return A

    def backward(self, dA):
        return np.multiply(dA, self.slope)


# %% wrong: divides-by-the-slope
# hint: You divide by A (1 - A). The chain rule multiplies with it.
#-        return dA * self.A * (1 - self.A)
#+        return dA / (self.A * (1 - self.A))
