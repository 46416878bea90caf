"""Linear(n_in, n_out, rng): known answers."""

import numpy as np

Layer = object  # the notebook gives it


# %% probe
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


# %% wrong: weights-lie-the-other-way
# hint: Your W has shape (n_in, n_out). Here W has one row for each output: shape (n_out, n_in).
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)
#-        return X @ self.W.T + self.b
#+        return X @ self.W + self.b
#-        self.dW = dZ.T @ self.X
#+        self.dW = self.X.T @ dZ
#-        return dZ @ self.W
#+        return dZ @ self.W.T


# %% wrong: scaled-by-the-outputs
# hint: You divide by the root of the number of outputs. Take the number of inputs, n_in.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(scale=1 / np.sqrt(n_out), size=(n_out, n_in))


# %% wrong: forgets-the-bias
# hint: This is what forward without the bias gives. Add b to every row of the result.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        return X @ self.W.T + self.b
#+        return X @ self.W.T


# %% wrong: weight-gradient-lies-the-other-way
# hint: Your dW is transposed. It needs the shape of W: (n_out, n_in).
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.dW = dZ.T @ self.X
#+        self.dW = self.X.T @ dZ


# %% wrong: divides-by-m
# hint: You divide the gradients by the number of examples. The loss has already done this: a layer only
#  adds.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.dW = dZ.T @ self.X
#-        self.db = dZ.sum(axis=0)
#+        self.dW = dZ.T @ self.X / len(dZ)
#+        self.db = dZ.mean(axis=0)


# %% wrong: bias-gradient-is-a-mean
# hint: Your dW is right, but db is a mean over the examples. It should be their sum.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.db = dZ.sum(axis=0)
#+        self.db = dZ.mean(axis=0)


# %% wrong: accumulates
# hint: Your gradients add up over several batches. Each backward should overwrite dW and db.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#+        self.dW, self.db = np.zeros((n_out, n_in)), np.zeros(n_out)
#-        self.dW = dZ.T @ self.X
#-        self.db = dZ.sum(axis=0)
#+        self.dW = self.dW + dZ.T @ self.X
#+        self.db = self.db + dZ.sum(axis=0)


# %% wrong: bias-gradient-is-one-number
# hint: Your db is the sum of the whole array. There is one bias for each output, so sum over the examples
#  only.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.db = dZ.sum(axis=0)
#+        self.db = dZ.sum()


# %% wrong: bias-gradient-for-each-example
# hint: Your db has one entry for each example. Sum over the examples (axis 0), not over the outputs.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.db = dZ.sum(axis=0)
#+        self.db = dZ.sum(axis=1)


# %% wrong: bias-gradient-is-not-summed
# hint: Your db is the whole array dZ. Every example uses the same bias, so sum over the examples.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.db = dZ.sum(axis=0)
#+        self.db = dZ


# %% wrong: input-gradient-with-transposed-weights
# hint: In dX you multiply with the transpose of W. It fits only when W is square. Compare the shapes again.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        return dZ @ self.W
#+        return dZ @ self.W.T


# %% wrong: input-gradient-is-missing
# hint: Your backward does not return dX. Without it the layer before this one learns nothing.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        return dZ @ self.W


# %% wrong: returns-all-gradients
# hint: Your backward returns dX, dW and db together. Store dW and db in self, and return dX alone.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        return dZ @ self.W
#+        return dZ @ self.W, self.dW, self.db


# %% wrong: returns-the-weight-gradient
# hint: Your backward returns dW. It should store dW and return dX, the gradient of the input.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        return dZ @ self.W
#+        return self.dW


# %% wrong: goes-uphill
# hint: Your update adds the gradient. To make the loss smaller, subtract it.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.W = self.W - learning_rate * self.dW
#-        self.b = self.b - learning_rate * self.db
#+        self.W = self.W + learning_rate * self.dW
#+        self.b = self.b + learning_rate * self.db


# %% wrong: updates-inside-backward
# hint: Your backward changes W and b already. It only computes the gradients; update takes the step.
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W.T + self.b

    def backward(self, dZ):
        self.dW, self.db = dZ.T @ self.X, dZ.sum(axis=0)
        dX = dZ @ self.W
        self.W = self.W - 0.1 * self.dW
        self.b = self.b - 0.1 * self.db
        return dX

    def update(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db


# %% wrong: bias-is-not-updated
# hint: Your update changes W but not b. Both are parameters.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.b = self.b - learning_rate * self.db


# %% wrong: ignores-the-learning-rate
# hint: Your update subtracts the whole gradient. Multiply it by the learning rate first.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.W = self.W - learning_rate * self.dW
#-        self.b = self.b - learning_rate * self.db
#+        self.W = self.W - self.dW
#+        self.b = self.b - self.db


# %% wrong: starts-with-zeros
# hint: All your weights start at 0. Then all units compute the same. Draw random numbers from rng.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = np.zeros((n_out, n_in))


# %% wrong: starts-with-positive-weights
# hint: Your weights all start above 0. Draw them symmetric about 0, for example with rng.normal.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = 2 * rng.random(size=(n_out, n_in)) / np.sqrt(n_in)


# %% wrong: starts-with-large-weights
# hint: Your start weights do not become smaller when there are many inputs. Divide them by the square root
#  of n_in.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in))


# %% wrong: starts-with-tiny-weights
# hint: Your start weights are much too small, so the signal almost vanishes. Divide by the square root of
#  n_in.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = 0.001 * rng.normal(size=(n_out, n_in))


# %% wrong: ignores-rng
# hint: Your start weights do not come from the argument rng. Use rng.normal, so that a seed repeats the
#  run.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = np.random.randn(n_out, n_in) / np.sqrt(n_in)


# %% wrong: biases-start-at-one
# hint: Your biases do not start at 0. Set all of them to 0.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#-        self.b = np.zeros(n_out)
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#+        self.b = np.ones(n_out)


# %% wrong: keeps-the-first-batch
# hint: Your backward uses the input of the first forward. It belongs to the last one: store X each time.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.X = X
#+        if not hasattr(self, "X"):
#+            self.X = X


# %% wrong: layers-share-the-input
# hint: Your layers share the stored input: write self.X = X, so that each layer keeps its own.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-        self.X = X
#+        Linear.X = X


# %% wrong: divides-the-argument-by-m
# hint: Your backward divides dZ itself by m. This changes an array of others, and the loss has
#  already divided.
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#+        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#-    def backward(self, dZ):
#+    def backward(self, dZ):
#+        dZ /= len(dZ)


# %% right: loops
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.n_in, self.n_out = n_in, n_out
        self.W = np.array([[rng.standard_normal() / n_in**0.5 for _ in range(n_in)] for _ in range(n_out)])
        self.b = np.array([0.0] * n_out)

    def forward(self, X):
        self.inputs = [list(row) for row in X]
        outputs = list(zip(self.W, self.b))
        return [[sum(w * x for w, x in zip(ws, row)) + b for ws, b in outputs] for row in self.inputs]

    def backward(self, dZ):
        self.dW = np.zeros((self.n_out, self.n_in))
        self.db = [0.0] * self.n_out
        dX = np.zeros((len(dZ), self.n_in))
        for i, row in enumerate(self.inputs):
            for k in range(self.n_out):
                self.db[k] += dZ[i, k]
                for j in range(self.n_in):
                    self.dW[k, j] += dZ[i, k] * row[j]
                    dX[i, j] += dZ[i, k] * self.W[k, j]
        return dX

    def update(self, learning_rate):
        for k in range(self.n_out):
            self.b[k] -= learning_rate * self.db[k]
            for j in range(self.n_in):
                self.W[k, j] -= learning_rate * self.dW[k, j]


# %% right: float32-and-in-place
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = (rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in)).astype(np.float32)
        self.b = np.zeros(n_out, dtype=np.float32)

    def forward(self, X):
        self.X = X.astype(np.float32)
        print("forward", X.shape)
        return np.einsum("ij,kj->ik", self.X, self.W.astype(np.float32)) + self.b

    def backward(self, dZ):
        self.dW = np.einsum("ik,ij->kj", dZ.astype(np.float32), self.X)
        self.db = np.einsum("ik->k", dZ.astype(np.float32))
        return np.einsum("ik,kj->ij", dZ, self.W)

    def update(self, learning_rate):
        self.W -= learning_rate * self.dW
        self.b -= learning_rate * self.db


# %% right: column-of-ones
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        limit = np.sqrt(6 / (n_in + n_out))
        self.W = rng.uniform(-limit, limit, size=(n_out, n_in))
        self.b = np.zeros(n_out)

    def forward(self, X):
        self.X1 = np.column_stack([np.ones(len(X)), X])
        return self.X1 @ np.column_stack([self.b, self.W]).T

    def backward(self, dZ):
        gradient = (self.X1.T @ dZ).T
        self.db, self.dW = gradient[:, 0], gradient[:, 1:]
        return dZ @ self.W

    def update(self, learning_rate):
        np.subtract(self.W, learning_rate * self.dW, out=self.W)
        np.subtract(self.b, learning_rate * self.db, out=self.b)


# %% right: two-valued-start-and-warnings
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        import warnings

        warnings.warn("a new layer", stacklevel=2)
        self.W = rng.choice([-1.0, 1.0], size=(n_out, n_in)) / np.sqrt(n_in)
        self.b = 0.0 * self.W[:, 0]

    def forward(self, X):
        self.state = X.copy()
        return np.add(np.dot(X, np.transpose(self.W)), self.b[np.newaxis, :])

    def backward(self, dZ):
        self.dW = np.tensordot(dZ, self.state, axes=(0, 0))
        self.db = np.ones(len(dZ)) @ dZ
        return np.matmul(dZ, self.W)

    def update(self, learning_rate):
        for name in "Wb":
            setattr(self, name, getattr(self, name) - learning_rate * getattr(self, "d" + name))


# %% wrong: backward-spoils-what-is-stored
# hint: backward changes what forward has stored. Make new arrays in backward.
#-        self.X = X
#-        return X @ self.W.T + self.b
#+        self.X = X.copy()
#+        return self.X @ self.W.T + self.b
#-        self.dW = dZ.T @ self.X
#+        self.dW = dZ.T @ self.X
#+        self.X *= 0


# %% wrong: layers-share-their-gradients
# hint: All your layers share their gradients. Store them with self: self.dW = ... and self.db = ....
class Linear(Layer):
    grads = {}

    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    @property
    def dW(self):
        return self.grads["W"]

    @property
    def db(self):
        return self.grads["b"]

    def forward(self, X):
        self.X = X
        return X @ self.W.T + self.b

    def backward(self, dZ):
        self.grads["W"] = dZ.T @ self.X
        self.grads["b"] = dZ.sum(axis=0)
        return dZ @ self.W

    def update(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db


# %% wrong: layers-share-their-weights
# hint: All your layers share their weights: a new layer changes those of the old ones.
#  Store them with self: self.W = ... and self.b = ....
#-        self.W = rng.normal(scale=1 / np.sqrt(n_in), size=(n_out, n_in))
#-        self.b = np.zeros(n_out)
#+        Linear.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
#+        Linear.b = np.zeros(n_out)


# %% wrong: sizes-in-the-other-order
# hint: n_in and n_out have changed places in your __init__. Its parameters are (self, n_in, n_out, rng), in this order,
#  and W has the shape (n_out, n_in).
#-    def __init__(self, n_in, n_out, rng):
#+    def __init__(self, n_out, n_in, rng):
