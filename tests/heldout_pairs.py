"""Held-out answers with two ordinary mistakes at once, as first tries are.

Each case: assignment, grade id of the solution cell, the mistakes in a sentence, the answer, the two mistakes.
"""

L1, L2, L3 = "01-loss-functions", "02-gradient-descent", "03-backpropagation"
L4, L5 = "04-own-framework", "05-mnist-lab"

CASES = [
    # ---- 01 ----
    (
        L1,
        "linear-scores",
        r"""
def linear_scores(X, W, b):
    return np.dot(W, X.T)
""",
        ("the result is transposed, (K, m)", "the bias is missing"),
    ),
    (
        L1,
        "absolute-error",
        r"""
def absolute_error(y_true, y_pred):
    difference = y_true - y_pred
    return np.mean(difference)
""",
        ("mean instead of sum", "no absolute value"),
    ),
    (
        L1,
        "squared-error",
        r"""
def squared_error(y_true, y_pred):
    m = len(y_true)
    total = np.sum((y_pred - y_true) ** 2)
    return 1 / (2 * m) * total
""",
        ("divided by the number of examples", "a factor 1/2 in front"),
    ),
    (
        L1,
        "zero-one-loss",
        r"""
def zero_one_loss(y_true, y_pred):
    count = 0
    for i in range(len(y_true)):
        if y_true[i] == y_pred[i]:
            count += 1
    return count
""",
        ("counts the right labels", "not divided by the number of examples"),
    ),
    (
        L1,
        "zero-one-loss",
        r"""
def zero_one_loss(y_true, y_pred):
    wrong = y_pred - y_true
    return np.sum(wrong)
""",
        ("signed differences of the labels instead of a comparison", "sum instead of mean"),
    ),
    (
        L1,
        "sigmoid",
        r"""
def sigmoid(z):
    e = np.exp(-z)
    return e / (1 + e)
""",
        ("the exponent has the wrong sign for this form", "overflows to nan at -1000"),
    ),
    (
        L1,
        "logistic-loss",
        r"""
def logistic_loss(y_true, p):
    loss = y_true * np.log(p) + (1 - y_true) * np.log(1 - p)
    return -np.sum(loss)
""",
        ("sum instead of mean", "no clipping"),
    ),
    (
        L1,
        "logistic-loss",
        r"""
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    m = len(y_true)
    return 1 / m * np.sum(y_true * np.log(p))
""",
        ("the term of label 0 is missing", "the minus is missing"),
    ),
    (
        L1,
        "softmax",
        r"""
def softmax(Z):
    e = np.exp(Z)
    return e / np.sum(e, axis=0)
""",
        ("sums over the examples", "no shift, so it overflows"),
    ),
    (
        L1,
        "softmax",
        r"""
def softmax(Z):
    Z -= np.max(Z)
    e = np.exp(Z)
    return e / e.sum(axis=1, keepdims=True)
""",
        ("shifts by the maximum of the whole array", "changes Z in place"),
    ),
    (
        L1,
        "cross-entropy",
        r"""
def cross_entropy(y_true, P):
    total = 0
    for i in range(len(y_true)):
        total += np.log(P[i, y_true[i]] + 1e-12)
    return total
""",
        ("the minus is missing", "sum instead of mean"),
    ),
    (
        L1,
        "cross-entropy",
        r"""
def cross_entropy(y_true, P):
    n_classes = P.shape[1]
    one_hot = np.eye(n_classes)[y_true]
    return np.mean(-one_hot * np.log(P))
""",
        ("mean over all entries", "no clipping, so 0 * log 0 or log 0 spoils it"),
    ),
    # ---- 02 ----
    (
        L2,
        "numerical-gradient",
        r"""
def numerical_gradient(f, theta, h=1e-5):
    grad = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        moved = theta.astype(float)
        moved[index] += h
        grad[index] = (f(moved) - f(theta)) / h
    return grad
""",
        ("forward difference", "the slopes are stored as ints when theta holds ints"),
    ),
    (
        L2,
        "numerical-gradient",
        r"""
def numerical_gradient(f, theta, h=1e-5):
    grad = np.zeros(theta.shape)
    for i in range(len(theta)):
        plus, minus = theta.astype(float), theta.astype(float)
        plus[i] += h
        minus[i] -= h
        grad[i] = (f(plus) - f(minus)) / h
    return grad
""",
        ("divides by h instead of 2 h", "moves whole rows of a table, and fails for a single number"),
    ),
    (
        L2,
        "gradient-descent",
        r"""
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    history = []
    theta = np.array(theta0, dtype=float)
    for i in range(n_steps):
        theta = theta + learning_rate * gradient(theta)
        history.append(theta)
    return np.array(history)
""",
        ("goes uphill", "leaves out the start"),
    ),
    (
        L2,
        "gradient-descent",
        r"""
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = theta0
    history = [theta]
    for step in range(n_steps):
        theta -= learning_rate * gradient(theta)
        history.append(theta)
    return np.array(history)
""",
        ("changes theta0 in place", "all rows are the same array"),
    ),
    (
        L2,
        "linear-regression-gradient",
        r"""
def linear_regression_gradient(X, y, w, b):
    r = X @ w + b - y
    dw = X.T @ r
    db = np.sum(r)
    return dw, db
""",
        ("the factor 2 is missing", "sum instead of mean"),
    ),
    (
        L2,
        "linear-regression-gradient",
        r"""
def linear_regression_gradient(X, y, w, b):
    m = len(y)
    r = y - X @ w
    return 2 / m * X.T @ r, 2 / m * np.sum(r)
""",
        ("wrong sign", "the bias is missing in the prediction"),
    ),
    (
        L2,
        "logistic-regression-gradient",
        r"""
def logistic_regression_gradient(X, y, w, b):
    p = expit(X @ w + b)
    error = y - p
    dw = np.dot(X.T, error)
    db = error.sum()
    return dw, db
""",
        ("wrong sign", "sum instead of mean"),
    ),
    (
        L2,
        "logistic-regression-gradient",
        r"""
def logistic_regression_gradient(X, y, w, b):
    m = len(y)
    z = X @ w + b
    p = np.exp(z) / (1 + np.exp(z))
    dw = 2 / m * X.T @ (p - y)
    db = 2 / m * np.sum(p - y)
    return dw, db
""",
        ("a factor 2 too many", "its own sigmoid overflows"),
    ),
    (
        L2,
        "softmax-regression-gradient",
        r"""
def softmax_regression_gradient(X, y, W, b):
    P = softmax(X @ W.T + b, axis=1)
    P[np.arange(len(y)), y] -= 1
    dW = X.T @ P
    db = P.sum(axis=0)
    return dW, db
""",
        ("dW is transposed", "sum instead of mean"),
    ),
    (
        L2,
        "softmax-regression-gradient",
        r"""
def softmax_regression_gradient(X, y, W, b):
    m = len(y)
    D = softmax(X @ W.T + b)
    for i in range(m):
        D[i, y[i]] -= 1
    return D.T @ X / m, np.sum(D) / m
""",
        ("softmax without an axis", "db is one number"),
    ),
    (
        L2,
        "minibatches",
        r"""
def minibatches(X, y, batch_size, rng):
    batches = []
    for k in range(len(X) // batch_size):
        start = k * batch_size
        batches.append((X[start:start + batch_size], y[start:start + batch_size]))
    return batches
""",
        ("not shuffled", "drops the last batch"),
    ),
    (
        L2,
        "minibatches",
        r"""
def minibatches(X, y, batch_size, rng):
    X_shuffled = np.random.permutation(X)
    y_shuffled = np.random.permutation(y)
    return [(X_shuffled[i:i + batch_size], y_shuffled[i:i + batch_size])
            for i in range(0, len(X), batch_size)]
""",
        ("shuffles X and y apart", "does not use rng"),
    ),
    (
        L2,
        "sgd",
        r"""
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    batches = list(minibatches(X, y, batch_size, rng))
    for epoch in range(n_epochs):
        for X_batch, y_batch in batches:
            grads = gradient(X_batch, y_batch, *params)
            for i in range(len(params)):
                params[i] = params[i] - learning_rate * grads[i]
    return params
""",
        ("one shuffle for all epochs", "changes the list that was given"),
    ),
    # ---- 03 ----
    (
        L3,
        "sigmoid-derivative",
        r"""
def sigmoid_derivative(z):
    s = np.exp(z) / (1 + np.exp(z))
    return s * s
""",
        ("squares the sigmoid instead of s (1 - s)", "overflows to nan"),
    ),
    (
        L3,
        "tanh-derivative",
        r"""
def tanh_derivative(z):
    a = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return 1 - a
""",
        ("the square is missing", "its own tanh overflows to nan"),
    ),
    (
        L3,
        "initialize",
        r"""
def initialize(n_in, n_hidden, n_out, rng):
    W1 = np.random.randn(n_hidden, n_in)
    b1 = np.zeros(n_hidden)
    W2 = np.random.randn(n_out, n_hidden)
    b2 = np.zeros(n_out)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
""",
        ("draws from the global generator", "the weights are not scaled"),
    ),
    (
        L3,
        "initialize",
        r"""
def initialize(n_in, n_hidden, n_out, rng):
    return {
        "W1": rng.normal(size=(n_in, n_hidden)) / np.sqrt(n_in),
        "b1": np.zeros((n_hidden, 1)),
        "W2": rng.normal(size=(n_hidden, n_out)) / np.sqrt(n_hidden),
        "b2": np.zeros((n_out, 1)),
    }
""",
        ("the weights have transposed shapes", "the biases are columns"),
    ),
    (
        L3,
        "forward",
        r"""
def forward(X, params):
    Z1 = X @ params["W1"].T + params["b1"]
    A1 = expit(Z1)
    Z2 = A1 @ params["W2"].T + params["b2"]
    P = softmax(Z2)
    return P, {"X": X, "Z1": Z1, "A1": A1, "Z2": Z2, "P": P}
""",
        ("sigmoid instead of tanh", "softmax without an axis"),
    ),
    (
        L3,
        "backward",
        r"""
def backward(y_true, params, cache):
    m = len(y_true)
    dZ2 = cache["P"].copy()
    dZ2[np.arange(m), y_true] -= 1
    dZ1 = dZ2 @ params["W2"]
    return {"W1": dZ1.T @ cache["X"], "b1": dZ1.sum(axis=0),
            "W2": dZ2.T @ cache["A1"], "b2": dZ2.sum(axis=0)}
""",
        ("the factor 1/m is missing", "the slope of tanh is missing"),
    ),
    (
        L3,
        "backward",
        r"""
def backward(y_true, params, cache):
    m = len(y_true)
    dZ2 = cache["P"].copy()
    dZ2[np.arange(m), y_true] -= 1
    dZ2 /= m
    dA1 = dZ2 @ params["W2"]
    dZ1 = dA1 * cache["A1"] * (1 - cache["A1"])
    return {"W1": dZ1.T @ cache["X"], "b1": np.sum(dZ1),
            "W2": dZ2.T @ cache["A1"], "b2": np.sum(dZ2)}
""",
        ("the slope of the sigmoid instead of tanh", "the bias gradients are single numbers"),
    ),
    (
        L3,
        "relative-error",
        r"""
def relative_error(a, b):
    return np.mean(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-8))
""",
        ("a mean over entries instead of norms", "a small number in the denominator"),
    ),
    (
        L3,
        "relative-error",
        r"""
def relative_error(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(a)
""",
        ("divides by one norm", "two zeros give nan"),
    ),
    (
        L3,
        "train",
        r"""
def train(X, y, params, learning_rate, n_steps):
    losses = []
    for step in range(n_steps):
        P, cache = forward(X, params)
        losses.append(-np.sum(np.log(P[np.arange(len(y)), y])))
        grads = backward(y, params, cache)
        for key in params:
            params[key] -= learning_rate * grads[key]
    return params, losses
""",
        ("each loss is a sum", "changes the given arrays and the given dict"),
    ),
    (
        L3,
        "cost",
        r"""
def cost(Thetas, X, Y, lam):
    m = X.shape[0]
    A = X
    penalty = 0
    for Theta in Thetas:
        Theta = np.asarray(Theta)
        A = expit(np.hstack([np.ones((m, 1)), A]) @ Theta.T)
        penalty += np.sum(Theta ** 2)
    J = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    return J + lam / m * penalty
""",
        ("penalises the biases", "the factor 1/2 of the penalty is missing"),
    ),
    (
        L3,
        "cost",
        r"""
def cost(Thetas, X, Y, lam):
    m = len(X)
    a = X
    for theta in Thetas:
        a = np.c_[np.ones(m), a]
        a = expit(a @ np.array(theta).T)
    J = -1 / m * np.sum(Y * np.log(a))
    reg = sum(np.sum(np.array(theta)[:, 1:] ** 2) for theta in Thetas)
    return J + lam / 2 * reg
""",
        ("only the true class counts", "the penalty is not divided by m"),
    ),
    (
        L3,
        "backprop",
        r"""
def backprop(Thetas, X, Y, lam):
    m = len(X)
    Thetas = [np.asarray(T, dtype=float) for T in Thetas]
    activations = [X]
    for T in Thetas:
        activations.append(expit(np.c_[np.ones(m), activations[-1]] @ T.T))
    delta = activations[-1] - Y
    D = [None] * len(Thetas)
    for l in range(len(Thetas) - 1, -1, -1):
        a = np.c_[np.ones(m), activations[l]]
        D[l] = (delta.T @ a + lam * Thetas[l]) / m
        delta = delta @ Thetas[l][:, 1:]
    return D
""",
        ("penalises the biases", "the slope of the sigmoid is missing"),
    ),
    # ---- 04 ----
    (
        L4,
        "linear",
        r"""
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)
        self.dW = np.zeros((n_out, n_in))
        self.db = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W.T + self.b

    def backward(self, dZ):
        self.dW += dZ.T @ self.X
        self.db += dZ.sum(axis=0)
        return dZ @ self.W

    def update(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
""",
        ("accumulates gradients", "update leaves b alone"),
    ),
    (
        L4,
        "linear",
        r"""
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.standard_normal((n_out, n_in))
        self.b = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W.T + self.b

    def backward(self, dZ):
        m = self.X.shape[0]
        self.dW = 1 / m * dZ.T @ self.X
        self.db = 1 / m * np.sum(dZ, axis=0)
        return dZ @ self.W

    def update(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db
""",
        ("the start weights are not scaled", "divides the gradients by m"),
    ),
    (
        L4,
        "sigmoid",
        r"""
class Sigmoid(Layer):
    def forward(self, Z):
        self.A = np.exp(Z) / (1 + np.exp(Z))
        return self.A

    def backward(self, dA):
        return self.A * (1 - self.A)
""",
        ("forward overflows to nan", "backward forgets the arriving gradient"),
    ),
    (
        L4,
        "tanh",
        r"""
class Tanh(Layer):
    def forward(self, Z):
        self.A = np.tanh(Z)
        return self.A

    def backward(self, dA):
        dA *= 1 - self.A
        return dA
""",
        ("the square is missing", "changes the arriving gradient"),
    ),
    (
        L4,
        "relu",
        r"""
class ReLU(Layer):
    def forward(self, Z):
        Z[Z < 0] = 0
        self.A = Z
        return Z

    def backward(self, dA):
        return (self.A > 0).astype(float)
""",
        ("changes its input", "forgets the arriving gradient"),
    ),
    (
        L4,
        "softmax",
        r"""
class Softmax(Layer):
    def forward(self, Z):
        e = np.exp(Z)
        self.P = e / np.sum(e, axis=1, keepdims=True)
        return self.P

    def backward(self, dP):
        return dP * self.P * (1 - self.P)
""",
        ("no shift, so it overflows", "only the diagonal of the Jacobian"),
    ),
    (
        L4,
        "cross-entropy-loss",
        r"""
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, P
        return -np.mean(np.log(P[np.arange(len(y_true)), y_true]))

    def backward(self):
        dP = np.zeros_like(self.P)
        rows = np.arange(len(self.y))
        dP[rows, self.y] = -1 / self.P[rows, self.y]
        return dP
""",
        ("no clipping", "backward forgets 1/m"),
    ),
    (
        L4,
        "cross-entropy-loss",
        r"""
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y, self.P = y_true, np.clip(P, 1e-12, 1)
        total = 0.0
        for i in range(len(y_true)):
            total -= np.log(self.P[i, y_true[i]])
        return total

    def backward(self):
        m = len(self.y)
        dP = np.zeros(self.P.shape)
        for i in range(m):
            dP[i, self.y[i]] = 1 / (m * self.P[i, self.y[i]])
        return dP
""",
        ("forward is a sum", "the gradient has the wrong sign"),
    ),
    (
        L4,
        "softmax-cross-entropy-loss",
        r"""
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        self.y = y_true
        e = np.exp(Z)
        self.P = e / e.sum(axis=1, keepdims=True)
        return -np.mean(np.log(self.P[np.arange(len(y_true)), y_true]))

    def backward(self):
        dZ = self.P.copy()
        dZ[np.arange(len(self.y)), self.y] -= 1
        return dZ
""",
        ("no shift, so it overflows", "backward forgets 1/m"),
    ),
    (
        L4,
        "softmax-cross-entropy-loss",
        r"""
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        shifted = Z - np.max(Z, axis=1, keepdims=True)
        self.P = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
        self.one_hot = np.eye(Z.shape[1])[y_true]
        return -np.sum(self.one_hot * np.log(self.P + 1e-12)) / len(y_true)

    def backward(self):
        return (self.P - self.one_hot) / self.P.size
""",
        ("the loss is capped by a small number in the logarithm", "backward divides by all entries"),
    ),
    (
        L4,
        "mean-squared-error",
        r"""
class MeanSquaredError:
    def forward(self, Y_true, Y_pred):
        self.diff = Y_true - Y_pred
        return np.mean(self.diff ** 2)

    def backward(self):
        return self.diff / self.diff.size
""",
        ("the gradient has the wrong sign", "the factor 2 is missing"),
    ),
    (
        L4,
        "network",
        r"""
class Network(Layer):
    def __init__(self, layers):
        self.layers = layers

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)

    def update(self, learning_rate):
        for layer in self.layers:
            if isinstance(layer, Linear):
                layer.update(learning_rate)
""",
        ("backward returns nothing", "update leaves out layers of other classes"),
    ),
    (
        L4,
        "train-epoch",
        r"""
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    losses = []
    for i in range(0, len(X), batch_size):
        X_batch, y_batch = X[i:i + batch_size], y[i:i + batch_size]
        losses.append(loss.forward(y_batch, network.forward(X_batch)))
        network.backward(loss.backward())
        network.update(learning_rate)
    return np.mean(losses)
""",
        ("no shuffle", "plain mean of the batch losses"),
    ),
    # ---- 05 ----
    (
        L5,
        "prepare",
        r"""
def prepare(images):
    images = images / images.max()
    return images.reshape(-1, len(images))
""",
        ("divides by the largest pixel", "reshapes to (pixels, m), which mixes the images"),
    ),
    (
        L5,
        "split",
        r"""
def split(X, y, validation_fraction, rng):
    n_val = int(validation_fraction * len(X))
    X_val, X_train = X[:n_val], X[n_val:]
    y_val, y_train = y[:n_val], y[n_val:]
    return X_train, X_val, y_train, y_val
""",
        ("no shuffle", "the order of scikit-learn"),
    ),
    (
        L5,
        "build-mlp",
        r"""
def build_mlp(layer_sizes, activation, rng):
    layers = []
    act = activation()
    for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
        layers.append(Linear(n_in, n_out, rng))
        layers.append(act)
    return Network(layers)
""",
        ("an activation after the last layer", "one activation object for all places"),
    ),
    (
        L5,
        "accuracy",
        r"""
def accuracy(y_true, scores):
    predictions = np.argmax(scores, axis=1)
    return np.sum(predictions != y_true) / len(y_true) * 100
""",
        ("the fraction of wrong predictions", "in percent"),
    ),
    (
        L5,
        "confusion-matrix",
        r"""
def confusion_matrix(y_true, y_pred, n_classes):
    C = np.zeros((n_classes, n_classes), dtype=int)
    C[y_pred, y_true] += 1
    return C
""",
        ("transposed", "equal pairs are counted once"),
    ),
    (
        L5,
        "confusion-matrix",
        r"""
def confusion_matrix(y_true, y_pred, n_classes):
    classes = np.unique(y_true)
    C = np.zeros((len(classes), len(classes)))
    for i, t in enumerate(classes):
        for j, p in enumerate(classes):
            C[i, j] = np.mean((y_true == t) & (y_pred == p))
    return C
""",
        ("only labels that appear", "fractions of all instead of counts"),
    ),
    (
        L5,
        "fit",
        r"""
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    history = {"train_loss": [], "train_accuracy": [], "validation_accuracy": [], "max_weight": []}
    loss = SoftmaxCrossEntropyLoss()
    for epoch in range(n_epochs):
        history["train_loss"].append(train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng))
        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
        history["validation_accuracy"].append(accuracy(y_train, network.forward(X_train)))
        history["max_weight"].append([np.max(layer.W) for layer in network.layers if hasattr(layer, "W")])
    return history
""",
        ("both accuracies on the training examples", "the largest weight without the absolute value"),
    ),
    (
        L5,
        "split",
        r"""
def split(X, y, validation_fraction, rng):
    X = rng.permutation(X)
    y = rng.permutation(y)
    n_train = int(validation_fraction * len(X))
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]
""",
        ("shuffles X and y apart", "the fraction is taken for the training part"),
    ),
    (
        L5,
        "fit",
        r"""
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    history = {"train_loss": [], "train_accuracy": [], "validation_accuracy": [], "max_weight": []}
    loss = SoftmaxCrossEntropyLoss()
    for epoch in range(n_epochs):
        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
        history["validation_accuracy"].append(accuracy(y_val, network.forward(X_val)))
        train_loss = train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng)
        history["train_loss"].append(train_loss)
        weights = [np.abs(layer.W).max() for layer in network.layers if hasattr(layer, "W")]
        history["max_weight"].append(max(weights))
    return history
""",
        ("the accuracies are measured before the epoch", "one largest weight for the whole network"),
    ),
]

CASES = [
    (assignment, solution, f"{pair[0]}; {pair[1]}", source.lstrip("\n"), pair)
    for assignment, solution, source, pair in CASES
]
