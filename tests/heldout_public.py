"""Held-out wrong answers as people publicly report them, written anew for our signatures.

Each case: assignment, grade id of the solution cell, the mistake in a sentence, the answer, words of a reason that
names the mistake ('' where there is none yet). The comment above each says where such a mistake was reported.
When they were first tried, by a catalogue whose authors had not seen them, 23 of these 40 were named.
"""

L1, L2, L3 = "01-loss-functions", "02-gradient-descent", "03-backpropagation"
L4, L5 = "04-own-framework", "05-mnist-lab"

CASES = [
    # ---- 01 ----
    # Stack Overflow, softmax of an array with integer scores gives zeros
    (
        L1,
        "softmax",
        "The result is made by zeros_like, so integer scores cut all probabilities to 0 or 1.",
        r"""
def softmax(Z):
    probs = np.zeros_like(Z)
    for i in range(Z.shape[0]):
        e = np.exp(Z[i] - np.max(Z[i]))
        probs[i] = e / np.sum(e)
    return probs
""",
        "",
    ),
    # Stack Overflow, softmax_2: a bracket closes too late
    (
        L1,
        "softmax",
        "A bracket is in the wrong place: exp of (score / sum) and not exp(score) / sum.",
        r"""
def softmax(Z):
    Z = Z - Z.max(axis=1, keepdims=True)
    return np.exp(Z / np.sum(np.exp(Z), axis=1, keepdims=True))
""",
        "bracket",
    ),
    # Stack Overflow 76450489, digits network ends with one class: np.exp(z) / sum(np.exp(z))
    (
        L1,
        "softmax",
        "Python's sum adds the rows, so the columns sum to 1; and nothing is shifted.",
        r"""
def softmax(Z):
    A = np.exp(Z) / sum(np.exp(Z))
    return A
""",
        "axis 0",
    ),
    # Stack Overflow 51976461, np.piecewise keeps the type of its input
    (
        L1,
        "sigmoid",
        "np.piecewise gives ints for an array of ints, so all values are cut to 0 or 1.",
        r"""
def sigmoid(z):
    z = np.asarray(z)
    return np.piecewise(z, [z >= 0], [lambda t: 1 / (1 + np.exp(-t)),
                                      lambda t: np.exp(t) / (1 + np.exp(t))])
""",
        "",
    ),
    # Data Science Stack Exchange 115761
    (
        L1,
        "sigmoid",
        "The comparison with if works for one number only and fails for an array.",
        r"""
def sigmoid(z):
    if z < -100:
        return 0.0
    if z > 100:
        return 1.0
    return 1 / (1 + np.exp(-z))
""",
        "np.where",
    ),
    # Stack Overflow, divide by zero encountered in log: the accepted epsilon is 1e-5
    (
        L1,
        "logistic-loss",
        "1e-5 is added inside the logarithms, so a sure and wrong answer costs only 11.5.",
        r"""
def logistic_loss(y_true, p):
    epsilon = 1e-5
    return -np.average(y_true * np.log(p + epsilon) + (1 - y_true) * np.log(1 - p + epsilon))
""",
        "clip",
    ),
    # AI Stack Exchange 27010
    (
        L1,
        "logistic-loss",
        "The minus belongs to the first term only.",
        r"""
def logistic_loss(y_true, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    E = -y_true * np.log(p) + (1 - y_true) * np.log(1 - p)
    return np.sum(E) / len(E)
""",
        "first term only",
    ),
    # deeplearning.ai community 119220: "Wrong values for cost. [3.7e-04 5.1e-05 4.2e-02 2.0e+00] != 2.04"
    (
        L1,
        "logistic-loss",
        "The terms are divided by m but never added: one number for each example.",
        r"""
def logistic_loss(y_true, p):
    m = y_true.shape[0]
    p = np.minimum(np.maximum(p, 1e-12), 1 - 1e-12)
    cost = -1 / m * (y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
    return cost
""",
        "sum over axis 0",
    ),
    # jax issue 1023, wrong scaling of the cross-entropy of an example
    (
        L1,
        "cross-entropy",
        "np.mean of the whole product divides by m times K.",
        r"""
def cross_entropy(y_true, P):
    targets = (y_true[:, None] == np.arange(P.shape[1])).astype(float)
    logprobs = np.log(np.maximum(P, 1e-12))
    return -np.mean(logprobs * targets)
""",
        "all entries",
    ),
    # ---- 02 ----
    # Stack Overflow 78417131, numerical gradient of np.array([3, 4]) is [25000 35000]
    (
        L2,
        "numerical-gradient",
        "It moves the entries of theta itself, so ints are cut, and takes theta for a list of numbers.",
        r"""
def numerical_gradient(f, theta, h=1e-5):
    grad = np.zeros_like(theta)
    for idx in range(theta.size):
        tmp_val = theta[idx]
        theta[idx] = tmp_val + h
        fxh1 = f(theta)
        theta[idx] = tmp_val - h
        fxh2 = f(theta)
        grad[idx] = (fxh1 - fxh2) / (2 * h)
        theta[idx] = tmp_val
    return grad
""",
        "entries",
    ),
    # devsolus.com, calculation of gradients
    (
        L2,
        "numerical-gradient",
        "f gets one entry of theta and not the whole array.",
        r"""
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros(theta.shape)
    for place in np.ndindex(theta.shape):
        slopes[place] = (f(theta[place] + h) - f(theta[place] - h)) / (2 * h)
    return slopes
""",
        "single entry",
    ),
    # Stack Overflow, "gradient descent - cost keeps increasing": =- for -=
    (
        L2,
        "gradient-descent",
        "=- sets theta to minus the step in place of subtracting the step.",
        r"""
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = np.array(theta0, dtype=float)
    path = [theta.copy()]
    for _ in range(n_steps):
        theta =- learning_rate * np.asarray(gradient(theta))
        path.append(theta.copy())
    return np.array(path)
""",
        "part of a sum",
    ),
    # Stack Overflow 32274474: delta is set to 0 outside the loop
    (
        L2,
        "gradient-descent",
        "The gradients of earlier steps are never cleared, so each step uses their sum.",
        r"""
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = np.array(theta0, dtype=float)
    delta = np.zeros(theta.shape)
    history = [theta]
    for step in range(n_steps):
        delta = delta + gradient(theta)
        theta = theta - learning_rate * delta
        history.append(theta)
    return np.stack(history)
""",
        "sum of all gradients",
    ),
    # Stack Overflow 43403064: X(2) where X(:,2) was meant
    (
        L2,
        "linear-regression-gradient",
        "For each slope the differences are multiplied by one number of X and not by its column.",
        r"""
def linear_regression_gradient(X, y, w, b):
    m, n = X.shape
    diff = X @ w + b - y
    dw = np.zeros(n)
    for j in range(n):
        dw[j] = 2 * np.sum(diff * X[0, j]) / m
    db = 2 * np.sum(diff) / m
    return dw, db
""",
        "row",
    ),
    # CS231n forum, softmax by "staged computation": dW = X (P Y - Y) comes out
    (
        L2,
        "softmax-regression-gradient",
        "The gradient of the sum in the denominator is kept only in the column of the true class.",
        r"""
def softmax_regression_gradient(X, y, W, b):
    N = X.shape[0]
    scores = X @ W.T + b
    E = np.exp(scores - scores.max(axis=1, keepdims=True))
    denom = E.sum(axis=1, keepdims=True)
    P = E / denom
    Y = np.zeros(scores.shape)
    Y[np.arange(N), y] = 1
    dP = -Y / np.maximum(P, 1e-300)
    dE = dP / denom
    dE += -E / denom ** 2 * dP
    dscores = E * dE / N
    return dscores.T @ X, dscores.sum(axis=0)
""",
        "right in some entries",
    ),
    # Stack Overflow, iterate_minibatches
    (
        L2,
        "minibatches",
        "The range ends before the last, smaller batch.",
        r"""
def minibatches(X, y, batch_size, rng):
    indices = np.arange(X.shape[0])
    rng.shuffle(indices)
    for start in range(0, X.shape[0] - batch_size + 1, batch_size):
        excerpt = indices[start:start + batch_size]
        yield X[excerpt], y[excerpt]
""",
        "last, smaller",
    ),
    # neural-networks-and-deep-learning issue 50: a swap of two rows of an array repeats one of them
    (
        L2,
        "minibatches",
        "Swapping two rows of an array by a, b = b, a doubles one row, since both are views.",
        r"""
def minibatches(X, y, batch_size, rng):
    X, y = X.copy(), y.copy()
    for i in range(len(X) - 1, 0, -1):
        j = rng.integers(0, i + 1)
        X[i], X[j] = X[j], X[i]
        y[i], y[j] = y[j], y[i]
    return [(X[k:k + batch_size], y[k:k + batch_size]) for k in range(0, len(X), batch_size)]
""",
        "twice",
    ),
    # Nielsen's update_mini_batch, whose gradients are sums, with a gradient that is a mean
    (
        L2,
        "sgd",
        "The gradient is a mean already, and the step is divided by the size of the batch again.",
        r"""
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    params = [np.array(p, dtype=float) for p in params]
    n = len(X)
    for j in range(n_epochs):
        order = rng.permutation(n)
        mini_batches = [order[k:k + batch_size] for k in range(0, n, batch_size)]
        for mini_batch in mini_batches:
            nabla = gradient(X[mini_batch], y[mini_batch], *params)
            params = [p - (learning_rate / len(mini_batch)) * np_ for p, np_ in zip(params, nabla)]
    return params
""",
        "mean",
    ),
    # ---- 03 ----
    # deeplearning.ai community 63071: dW2 and db2 agree, dW1 and db1 do not
    (
        L3,
        "backward",
        "The way back to the first layer is divided by m twice; the second layer is right.",
        r"""
def backward(y_true, params, cache):
    m = cache["X"].shape[0]
    Y = np.zeros(cache["P"].shape)
    Y[np.arange(m), y_true] = 1
    dZ2 = cache["P"] - Y
    dW2 = 1 / m * np.dot(dZ2.T, cache["A1"])
    db2 = 1 / m * np.sum(dZ2, axis=0)
    dZ1 = 1 / m * np.multiply(np.dot(dZ2, params["W2"]), 1 - np.power(cache["A1"], 2))
    dW1 = 1 / m * np.dot(dZ1.T, cache["X"])
    db1 = 1 / m * np.sum(dZ1, axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
""",
        "twice",
    ),
    # deeplearning.ai community 402919: dot products where entries must be multiplied
    (
        L3,
        "backward",
        "The slope of tanh is made with matrix products, 1 - A1.T @ A1, in place of entry by entry.",
        r"""
def backward(y_true, params, cache):
    m = len(y_true)
    dZ2 = cache["P"].copy()
    dZ2[range(m), y_true] -= 1
    dZ2 /= m
    A1 = cache["A1"]
    dZ1 = np.dot(np.dot(dZ2, params["W2"]), 1 - np.dot(A1.T, A1))
    return {"W1": dZ1.T @ cache["X"], "b1": dZ1.sum(axis=0),
            "W2": dZ2.T @ A1, "b2": dZ2.sum(axis=0)}
""",
        "matrix products",
    ),
    # Data Science Stack Exchange 115761, derivative_sigmoid_z
    (
        L3,
        "sigmoid-derivative",
        "exp(-z) / (1 + exp(-z)) ** 2 is inf / inf, nan, for very small z.",
        r"""
def sigmoid_derivative(z):
    e = np.exp(-np.asarray(z, dtype=float))
    return e / ((1 + e) ** 2)
""",
        "overflow",
    ),
    # a notebook of "neural networks from scratch": np.max(x, 0)
    (
        L3,
        "relu",
        "np.max takes the 0 for an axis.",
        r"""
def relu(z):
    return np.max(z, 0)
""",
        "np.maximum",
    ),
    # Stack Overflow 76450489, start values of a digits network
    (
        L3,
        "initialize",
        "np.random.rand - 0.5 for weights and biases alike: not from rng, not scaled, biases not 0.",
        r"""
def initialize(n_in, n_hidden, n_out, rng):
    W1 = np.random.rand(n_hidden, n_in) - 0.5
    b1 = np.random.rand(n_hidden) - 0.5
    W2 = np.random.rand(n_out, n_hidden) - 0.5
    b2 = np.random.rand(n_out) - 0.5
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
""",
        "size",
    ),
    # Stack Overflow, update_params: db1 = b1 - alpha * db1
    (
        L3,
        "train",
        "The new biases are put into the gradients, so the biases never change.",
        r"""
def train(X, y, params, learning_rate, n_steps):
    W1, b1, W2, b2 = (np.array(params[k]) for k in ("W1", "b1", "W2", "b2"))
    losses = []
    for _ in range(n_steps):
        now = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
        P, cache = forward(X, now)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        g = backward(y, now, cache)
        W1 = W1 - learning_rate * g["W1"]
        db1 = b1 - learning_rate * g["b1"]
        W2 = W2 - learning_rate * g["W2"]
        db2 = b2 - learning_rate * g["b2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, np.array(losses)
""",
        "bias",
    ),
    # Bot-Academy/NeuralNetworkFromScratch pull request 3: the output weights are updated too early
    (
        L3,
        "train",
        "W2 takes its step before the gradient is sent back through it.",
        r"""
def train(X, y, params, learning_rate, n_steps):
    p = {k: np.array(v, dtype=float) for k, v in params.items()}
    m, losses = len(y), []
    for _ in range(n_steps):
        A1 = np.tanh(X @ p["W1"].T + p["b1"])
        P = softmax(A1 @ p["W2"].T + p["b2"], axis=1)
        losses.append(-np.log(P[np.arange(m), y]).mean())
        delta = P.copy()
        delta[np.arange(m), y] -= 1
        delta /= m
        p["W2"] -= learning_rate * delta.T @ A1
        p["b2"] -= learning_rate * delta.sum(axis=0)
        delta = (delta @ p["W2"]) * (1 - A1 ** 2)
        p["W1"] -= learning_rate * delta.T @ X
        p["b1"] -= learning_rate * delta.sum(axis=0)
    return p, np.array(losses)
""",
        "W2",
    ),
    # a gist on the cross-entropy cost, np.dot and then np.sum
    (
        L3,
        "cost",
        "The matrix product pairs each output with the truth of every class, and all pairs are added.",
        r"""
def cost(Thetas, X, Y, lam):
    m = X.shape[0]
    A = X
    for Theta in Thetas:
        A = expit(np.hstack([np.ones((m, 1)), A]) @ np.asarray(Theta).T)
    J = -(1.0 / m) * np.sum(np.dot(np.log(A).T, Y) + np.dot(np.log(1 - A).T, 1 - Y))
    for Theta in Thetas:
        J += lam / (2 * m) * np.sum(np.asarray(Theta)[:, 1:] ** 2)
    return J
""",
        "pairs",
    ),
    # Stack Overflow, np.linalg.norm(theta[1:]) in a regularised cost
    (
        L3,
        "cost",
        "The penalty adds norms and not their squares.",
        r"""
def cost(Thetas, X, Y, lam):
    m = X.shape[0]
    a = X
    for T in Thetas:
        a = expit(np.column_stack([np.ones(m), a]) @ np.asarray(T).T)
    log_loss = -np.sum(Y * np.log(a) + (1 - Y) * np.log(1 - a)) / m
    return log_loss + lam / (2 * m) * sum(np.linalg.norm(np.asarray(T)[:, 1:]) for T in Thetas)
""",
        "squares",
    ),
    # a forum question on XOR that stays at 0.5: sigmoid_(out1) with out1 = sigmoid(...)
    (
        L3,
        "backprop",
        "The slope of a hidden unit is sigmoid(a) (1 - sigmoid(a)) with its output a.",
        r"""
def backprop(Thetas, X, Y, lam):
    def sigmoid_(x):
        return expit(x) * (1 - expit(x))

    m = len(X)
    Thetas = [np.asarray(T, dtype=float) for T in Thetas]
    D = [np.zeros_like(T) for T in Thetas]
    for i in range(m):
        outs = [X[i]]
        for T in Thetas:
            outs.append(expit(T @ np.r_[1, outs[-1]]))
        s = outs[-1] - Y[i]
        for l in range(len(Thetas) - 1, -1, -1):
            D[l] += np.outer(s, np.r_[1, outs[l]])
            s = np.dot(np.diag(sigmoid_(outs[l])), Thetas[l][:, 1:].T @ s)
    for l, T in enumerate(Thetas):
        D[l] /= m
        D[l][:, 1:] += lam / m * T[:, 1:]
    return D
""",
        "twice",
    ),
    # CS231n, rel_error
    (
        L3,
        "relative-error",
        "The largest relative error of an entry, with 1e-8 as the smallest denominator.",
        r"""
def relative_error(a, b):
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))
""",
        "entry",
    ),
    # ---- 04 ----
    # Stack Overflow, calculate the derivative of the softmax function
    (
        L4,
        "softmax",
        "The parts of the Jacobian overwrite each other and use the score in place of the probability.",
        r"""
class Softmax(Layer):
    def forward(self, Z):
        self.input = Z
        exps = np.exp(Z - np.max(Z, axis=1, keepdims=True))
        self.value = exps / np.sum(exps, axis=1, keepdims=True)
        return self.value

    def backward(self, dP):
        gradient = np.zeros(self.value.shape)
        for n in range(self.value.shape[0]):
            for i in range(self.value.shape[1]):
                for j in range(self.value.shape[1]):
                    if i == j:
                        gradient[n, i] = self.value[n, i] * (1 - self.input[n, i])
                    else:
                        gradient[n, i] = -self.value[n, i] * self.input[n, j]
        return dP * gradient
""",
        "",
    ),
    # ML-From-Scratch issue 98: the cross-entropy of two classes for each entry
    (
        L4,
        "cross-entropy-loss",
        "Loss and gradient are those of K logistic losses: the other classes count too.",
        r"""
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.y = np.eye(P.shape[1])[y_true]
        self.p = np.clip(P, 1e-12, 1 - 1e-12)
        losses = -self.y * np.log(self.p) - (1 - self.y) * np.log(1 - self.p)
        return float(losses.sum() / len(P))

    def backward(self):
        gradient = -(self.y / self.p) + (1 - self.y) / (1 - self.p)
        return gradient / len(self.p)
""",
        "true class",
    ),
    # crysx_nn issue 7: nan because the maximum was that of the whole array
    (
        L4,
        "softmax-cross-entropy-loss",
        "The scores are shifted by the largest of the whole batch, which gives nan for rows far below it.",
        r"""
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        self.y_true = y_true
        c = np.max(Z)
        self.exps = np.exp(Z - c)
        log_sums = c + np.log(self.exps.sum(axis=1))
        return np.mean(log_sums - Z[np.arange(len(y_true)), y_true])

    def backward(self):
        m = len(self.y_true)
        grad = self.exps / self.exps.sum(axis=1, keepdims=True)
        grad[np.arange(m), self.y_true] -= 1
        return grad / m
""",
        "whole batch",
    ),
    # Dive-into-DL-PyTorch issue 74: mean losses are added and divided by the number of examples
    (
        L4,
        "train-epoch",
        "The losses of the batches, which are means, are added and divided by the number of examples.",
        r"""
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    indices = rng.permutation(len(X))
    train_l_sum, n = 0.0, 0
    for i in range(0, len(X), batch_size):
        j = indices[i:i + batch_size]
        y_hat = network.forward(X[j])
        l = loss.forward(y[j], y_hat)
        network.backward(loss.backward())
        network.update(learning_rate)
        train_l_sum += l
        n += len(j)
    return train_l_sum / n
""",
        "mean",
    ),
    # Data Science Stack Exchange 20139: "why not the matrix as a whole"
    (
        L4,
        "linear",
        "db is the whole matrix dZ, not its sum over the examples.",
        r"""
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(0, 1 / np.sqrt(n_in), (n_out, n_in))
        self.b = np.zeros(n_out)

    def forward(self, X):
        self.H = X
        return X.dot(self.W.T) + self.b

    def backward(self, dZ):
        self.dW = dZ.T.dot(self.H)
        self.db = dZ
        return dZ.dot(self.W)

    def update(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db
""",
        "sum over",
    ),
    # Stack Overflow, digits network that stops learning: bias_updates = bias_templates makes no copy
    (
        L4,
        "linear",
        "The zeros that backward starts from are no copy, so the gradients of earlier calls stay in them.",
        r"""
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)
        self.weight_template = np.zeros((n_out, n_in))
        self.bias_template = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W.T + self.b

    def backward(self, dZ):
        self.dW = self.weight_template
        self.db = self.bias_template
        for x, d in zip(self.X, dZ):
            self.dW += np.outer(d, x)
            self.db += d
        return dZ @ self.W

    def update(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db
""",
        "add up",
    ),
    # a blog on the mean squared error that takes arrays with one axis only
    (
        L4,
        "mean-squared-error",
        "It refuses tables of predictions: only arrays with one axis are taken.",
        r"""
class MeanSquaredError:
    def forward(self, Y_true, Y_pred):
        assert len(Y_true.shape) == 1 and len(Y_pred.shape) == 1, "Not a 1D array."
        self.Y_true, self.Y_pred = Y_true, Y_pred
        return np.mean(np.power(Y_true - Y_pred, 2))

    def backward(self):
        n = self.Y_true.shape[0]
        return (2.0 / n) * (self.Y_pred - self.Y_true)
""",
        "assert",
    ),
    # ---- 05 ----
    # mmpretrain issue 120: only once + 1 will work
    (
        L5,
        "confusion-matrix",
        "Equal pairs are counted once: += with index arrays does not add up.",
        r"""
def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    matrix[np.asarray(y_true), np.asarray(y_pred)] += 1
    return matrix
""",
        "once",
    ),
    # Stack Overflow, shuffle two arrays in unison
    (
        L5,
        "split",
        "X and y are shuffled one after the other, so images meet the labels of others.",
        r"""
def split(X, y, validation_fraction, rng):
    X_mixed, y_mixed = X.copy(), y.copy()
    rng.shuffle(X_mixed)
    rng.shuffle(y_mixed)
    n_val = round(len(X) * validation_fraction)
    return X_mixed[n_val:], y_mixed[n_val:], X_mixed[:n_val], y_mixed[:n_val]
""",
        "apart",
    ),
    # Stack Overflow 8174723: dict.fromkeys gives the same list to all keys
    (
        L5,
        "fit",
        "dict.fromkeys puts one and the same list under all four keys.",
        r"""
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    history = dict.fromkeys(["train_loss", "train_accuracy", "validation_accuracy", "max_weight"], [])
    loss = SoftmaxCrossEntropyLoss()
    for epoch in range(n_epochs):
        history["train_loss"].append(
            train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng))
        history["train_accuracy"].append(accuracy(y_train, network.forward(X_train)))
        history["validation_accuracy"].append(accuracy(y_val, network.forward(X_val)))
        history["max_weight"].append(
            [float(np.abs(layer.W).max()) for layer in network.layers if hasattr(layer, "W")])
    return history
""",
        "list",
    ),
    # Stack Overflow 6688223: a list times a number repeats the same object
    (
        L5,
        "build-mlp",
        "[activation()] * k repeats one object, so all activations are the same one.",
        r"""
def build_mlp(layer_sizes, activation, rng):
    n_layers = len(layer_sizes) - 1
    linears = [Linear(layer_sizes[i], layer_sizes[i + 1], rng) for i in range(n_layers)]
    activations = [activation()] * (n_layers - 1)
    layers = []
    for linear, act in zip(linears, activations):
        layers.extend([linear, act])
    layers.append(linears[-1])
    return Network(layers)
""",
        "activation",
    ),
]

CASES = [
    (assignment, solution, mistake, source.lstrip("\n"), words)
    for assignment, solution, mistake, source, words in CASES
]
