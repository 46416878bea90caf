"""Tanh(): known answers."""

import numpy as np

Layer = object  # the notebook gives it


# %% probe
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


# %% wrong: forgets-the-square
# hint: Your derivative is 1 - A. It should be 1 - A squared.
#-        return dA * (1 - self.A**2)
#+        return dA * (1 - self.A)


# %% wrong: squares-the-difference
# hint: Your derivative is 1 - A, all of it squared. Square A first, then subtract from 1.
#-        return dA * (1 - self.A**2)
#+        return dA * (1 - self.A) ** 2


# %% wrong: derivative-with-z
# hint: Your derivative is 1 - z squared. Put the output A = tanh(z) there, not z itself.
class Tanh(Layer):
    def forward(self, Z):
        self.Z = Z
        return np.tanh(Z)

    def backward(self, dA):
        return dA * (1 - self.Z**2)


# %% wrong: derivative-of-the-sigmoid
# hint: A (1 - A) is the derivative of the sigmoid. The derivative of tanh is 1 - A squared.
#-        return dA * (1 - self.A**2)
#+        return dA * self.A * (1 - self.A)


# %% wrong: tanh-applied-twice
# hint: Your backward applies tanh once more to the output. The derivative is 1 - A squared with the output A.
#-        return dA * (1 - self.A**2)
#+        return dA * (1 - np.tanh(self.A) ** 2)


# %% wrong: forgets-the-arriving-gradient
# hint: Your backward returns only the derivative. The chain rule multiplies it by dA.
#-        return dA * (1 - self.A**2)
#+        return 1 - self.A**2


# %% wrong: tanh-of-the-gradient
# hint: Your backward takes tanh of dA. The derivative belongs to the input Z of the last forward.
class Tanh(Layer):
    def forward(self, Z):
        return np.tanh(Z)

    def backward(self, dA):
        return 1 - np.tanh(dA) ** 2


# %% wrong: overflows
# hint: The formula is right, but exp overflows for large scores and inf / inf is NaN. np.tanh is safe.
#-        self.A = np.tanh(Z)
#+        self.A = (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))


# %% wrong: forward-is-the-sigmoid
# hint: Your forward is the sigmoid: its values lie between 0 and 1. Those of tanh lie between -1 and 1.
#-        self.A = np.tanh(Z)
#+        self.A = 0.5 * (1 + np.tanh(0.5 * Z))


# %% wrong: sign-of-the-derivative
# hint: The sign of your gradient is wrong. The derivative 1 - A squared is never negative.
#-        return dA * (1 - self.A**2)
#+        return dA * (self.A**2 - 1)


# %% wrong: changes-the-arriving-gradient
# hint: The values are right, but dA itself is changed. Write dA * ... and not dA *= ....
#-        return dA * (1 - self.A**2)
#+        dA *= 1 - self.A**2
#+        return dA


# %% wrong: changes-its-input
# hint: The values are right, but forward writes its result into Z. Make a new array.
#-        self.A = np.tanh(Z)
#+        self.A = np.tanh(Z, out=Z)


# %% wrong: keeps-the-first-output
# hint: Your backward uses the output of the first forward. It belongs to the last one: store A each time.
class Tanh(Layer):
    A = None

    def forward(self, Z):
        if self.A is None:
            self.A = np.tanh(Z)
        return np.tanh(Z)

    def backward(self, dA):
        return dA * (1 - self.A**2)


# %% wrong: layers-share-the-output
# hint: All your Tanh layers share one stored output. Write self.A = ..., so that each layer keeps its own.
class Tanh(Layer):
    def forward(self, Z):
        Tanh.A = np.tanh(Z)
        return Tanh.A

    def backward(self, dA):
        return dA * (1 - Tanh.A**2)


# %% right: loops
class Tanh(Layer):
    def forward(self, Z):
        from math import tanh

        self.A = [[tanh(z) for z in row] for row in Z]
        return self.A

    def backward(self, dA):
        return [[d * (1 - a) * (1 + a) for d, a in zip(ds, row)] for ds, row in zip(dA, self.A)]


# %% right: one-over-cosh-squared-with-a-warning
class Tanh(Layer):
    def forward(self, Z):
        self.slope = 1 / np.cosh(Z) ** 2
        return np.tanh(Z)

    def backward(self, dA):
        return np.einsum("ij,ij->ij", dA, self.slope)


# %% right: float32-through-the-sigmoid
class Tanh(Layer):
    def forward(self, Z):
        from scipy.special import expit

        print("tanh of", Z.shape)
        self.A = (2 * expit(2 * Z) - 1).astype(np.float32)
        return self.A

    def backward(self, dA):
        return dA.astype(np.float32) * (1 - np.square(self.A))


# %% wrong: backward-spoils-the-output
# hint: backward changes what forward has stored, which is also what it returned. Make new arrays in backward.
#-        return dA * (1 - self.A**2)
#+        self.A **= 2
#+        return dA * (1 - self.A)
