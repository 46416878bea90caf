"""ReLU(): known answers."""

import numpy as np

Layer = object  # the notebook gives it


# %% probe
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


# %% wrong: changes-its-input
# hint: The values are right, but forward changes Z itself. Make a new array, for example with np.maximum.
class ReLU(Layer):
    def forward(self, Z):
        self.positive = Z > 0
        Z[Z < 0] = 0
        return Z

    def backward(self, dA):
        return dA * self.positive


# %% wrong: changes-the-arriving-gradient
# hint: The values are right, but dA itself is changed. Make a new array, for example with np.where.
#-        return np.where(self.Z > 0, dA, 0)
#+        dA[self.Z <= 0] = 0
#+        return dA


# %% wrong: looks-at-the-sign-of-the-gradient
# hint: Your backward sets negative entries of dA to 0. The sign of Z decides what passes, not the sign of dA.
#-        return np.where(self.Z > 0, dA, 0)
#+        return np.maximum(dA, 0)


# %% wrong: output-is-never-negative
# hint: You ask where the output is >= 0, and that is everywhere. Ask where Z is > 0.
class ReLU(Layer):
    def forward(self, Z):
        self.A = np.maximum(Z, 0)
        return self.A

    def backward(self, dA):
        return dA * (self.A >= 0)


# %% wrong: forgets-the-arriving-gradient
# hint: Your backward returns only 0 and 1. The chain rule multiplies this derivative by dA.
#-        return np.where(self.Z > 0, dA, 0)
#+        return (self.Z > 0).astype(float)


# %% wrong: multiplies-by-the-output
# hint: Your backward multiplies dA by the output. The derivative is 1 where Z is positive, not Z.
class ReLU(Layer):
    def forward(self, Z):
        self.A = np.maximum(Z, 0)
        return self.A

    def backward(self, dA):
        return dA * self.A


# %% wrong: lets-the-wrong-half-through
# hint: Your gradient passes where Z is negative. It should pass where Z is positive.
#-        return np.where(self.Z > 0, dA, 0)
#+        return np.where(self.Z > 0, 0, dA)


# %% wrong: leaky
# hint: Your ReLU is leaky: a small part of negative entries passes. Here they become exactly 0.
#-        return np.maximum(Z, 0)
#+        return np.where(Z > 0, Z, 0.01 * Z)
#-        return np.where(self.Z > 0, dA, 0)
#+        return np.where(self.Z > 0, dA, 0.01 * dA)


# %% wrong: absolute-value
# hint: This is what the absolute value gives. Negative entries become 0, not positive.
#-        return np.maximum(Z, 0)
#+        return np.abs(Z)
#-        return np.where(self.Z > 0, dA, 0)
#+        return dA * np.sign(self.Z)


# %% wrong: one-maximum-for-all
# hint: np.max gives one number. You need the larger of 0 and z for each entry: np.maximum.
#-        return np.maximum(Z, 0)
#+        return np.max(Z, 0)
#-        return np.where(self.Z > 0, dA, 0)
#+        return dA * (self.Z > 0)


# %% wrong: keeps-the-first-input
# hint: Your backward uses the input of the first forward. It belongs to the last one: store it each time.
class ReLU(Layer):
    def __init__(self):
        self.positive = None

    def forward(self, Z):
        if self.positive is None:
            self.positive = Z > 0
        return np.maximum(Z, 0)

    def backward(self, dA):
        return dA * self.positive


# %% wrong: layers-share-the-input
# hint: All your ReLU layers share one stored input. Write self.Z = Z, so that each layer keeps its own.
#-        self.Z = Z
#+        ReLU.Z = Z
#-        return np.where(self.Z > 0, dA, 0)
#+        return dA * (ReLU.Z > 0)


# %% right: loops
class ReLU(Layer):
    def forward(self, Z):
        self.Z = [list(row) for row in Z]
        return [[max(0.0, z) for z in row] for row in self.Z]

    def backward(self, dA):
        return [[d if z > 0 else 0.0 for d, z in zip(ds, zs)] for ds, zs in zip(dA, self.Z)]


# %% right: half-at-zero
class ReLU(Layer):
    def forward(self, Z):
        self.slope = (np.sign(Z) + 1) / 2
        return (Z + np.abs(Z)) / 2

    def backward(self, dA):
        return self.slope * dA


# %% right: one-at-zero-in-float32
class ReLU(Layer):
    def forward(self, Z):
        print("relu of", Z.shape)
        self.mask = Z >= 0
        return (Z * self.mask).astype(np.float32)

    def backward(self, dA):
        dZ = dA.astype(np.float32)
        dZ[~self.mask] = 0
        return dZ


# %% right: clip-and-a-warning
class ReLU(Layer):
    def forward(self, Z):
        import warnings

        warnings.warn("ReLU can die", stacklevel=2)
        self.A = np.clip(Z, 0, None)
        return self.A

    def backward(self, dA):
        return dA * np.heaviside(self.A, 0)


# %% wrong: backward-spoils-the-output
# hint: backward changes what forward has stored, which is also what it returned. Make new arrays in backward.
class ReLU(Layer):
    def forward(self, Z):
        self.A = np.maximum(Z, 0)
        return self.A

    def backward(self, dA):
        self.A[self.A > 0] = 1
        return dA * self.A
