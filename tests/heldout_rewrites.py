"""Held-out answers with one mistake each, written anew from the names of the mistakes in the catalogue.

Each case: assignment, grade id of the solution cell, the mistake in a sentence, the answer, the label in the catalogue.
"""

L1, L2, L3 = "01-loss-functions", "02-gradient-descent", "03-backpropagation"
L4, L5 = "04-own-framework", "05-mnist-lab"

CASES = [
    # ---- 01 ----
    (
        L1,
        "linear-scores",
        "The bias is never added to the scores.",
        r"""
def linear_scores(X, W, b):
    n_examples, n_features = X.shape
    n_classes = len(W)
    scores = np.zeros((n_examples, n_classes))
    for i in range(n_examples):
        for k in range(n_classes):
            total = 0.0
            for j in range(n_features):
                total += W[k, j] * X[i, j]
            scores[i, k] = total
    return scores
""",
        "forgets-the-bias",
    ),
    (
        L1,
        "linear-scores",
        "W is reshaped to (n, K), which is not its transpose.",
        r"""
def linear_scores(X, W, b):
    n_features = X.shape[1]
    weights = np.reshape(W, (n_features, -1))
    return np.dot(X, weights) + b[np.newaxis, :]
""",
        "reshapes-instead-of-transposing",
    ),
    (
        L1,
        "absolute-error",
        "The differences are added first and the absolute value is taken of the total.",
        r"""
def absolute_error(y_true, y_pred):
    total = 0.0
    for truth, guess in zip(np.ravel(y_true), np.ravel(y_pred)):
        total += truth - guess
    return abs(total)
""",
        "absolute-value-of-the-sum",
    ),
    (
        L1,
        "zero-one-loss",
        "A wrong label counts as much as its distance from the true one.",
        r"""
def zero_one_loss(y_true, y_pred):
    gaps = [abs(int(t) - int(p)) for t, p in zip(y_true, y_pred)]
    return sum(gaps) / len(gaps)
""",
        "distance-between-labels",
    ),
    (
        L1,
        "sigmoid",
        "The two halves are exchanged, so it is 1 / (1 + exp(z)).",
        r"""
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, small / (1 + small), 1 / (1 + small))
""",
        "sign-of-the-exponent",
    ),
    (
        L1,
        "sigmoid",
        "exp(z) overflows for large scores, and inf * 0 is nan.",
        r"""
def sigmoid(z):
    grown = np.exp(z)
    share = np.reciprocal(1.0 + grown)
    return grown * share
""",
        "overflows-to-nan",
    ),
    (
        L1,
        "logistic-loss",
        "Examples with label 0 add nothing to the loss.",
        r"""
def logistic_loss(y_true, p):
    costs = []
    for label, prob in zip(y_true, p):
        prob = min(max(prob, 1e-12), 1 - 1e-12)
        if label == 1:
            costs.append(-np.log(prob))
        else:
            costs.append(0.0)
    return sum(costs) / len(costs)
""",
        "forgets-label-0",
    ),
    (
        L1,
        "logistic-loss",
        "p is kept away from 0 but not from 1, so log(1 - p) can be minus infinity.",
        r"""
def logistic_loss(y_true, p):
    safe = np.where(np.asarray(p) < 1e-12, 1e-12, p)
    chosen = np.where(np.asarray(y_true) == 1, safe, 1 - safe)
    return float(np.mean(-np.log(chosen)))
""",
        "clips-only-from-below",
    ),
    (
        L1,
        "softmax",
        "Each column is normalised, so the columns sum to 1 and not the rows.",
        r"""
def softmax(Z):
    Z = np.asarray(Z, dtype=float)
    result = np.empty(Z.shape)
    for k in range(Z.shape[1]):
        column = np.exp(Z[:, k] - Z[:, k].max())
        result[:, k] = column / column.sum()
    return result
""",
        "sums-over-examples",
    ),
    (
        L1,
        "softmax",
        "All rows are shifted by the largest score of the whole array, so a small row underflows to 0 / 0.",
        r"""
def softmax(Z):
    biggest = np.amax(Z)
    rows = []
    for scores in Z:
        e = np.exp(scores - biggest)
        rows.append(e / np.sum(e))
    return np.vstack(rows)
""",
        "shifts-by-global-maximum",
    ),
    (
        L1,
        "cross-entropy",
        "The sum is divided by the number of all entries of P.",
        r"""
def cross_entropy(y_true, P):
    P = np.asarray(P, dtype=float)
    total = 0.0
    for i, label in enumerate(y_true):
        total -= np.log(max(P[i][label], 1e-12))
    return total / P.size
""",
        "mean-over-all-entries",
    ),
    (
        L1,
        "cross-entropy",
        "The other classes add their log(1 - p) as K logistic losses would.",
        r"""
def cross_entropy(y_true, P):
    eps = 1e-12
    m, n_classes = np.shape(P)
    loss = 0.0
    for i in range(m):
        for k in range(n_classes):
            q = min(max(P[i, k], eps), 1 - eps)
            loss += -np.log(q) if k == y_true[i] else -np.log(1 - q)
    return loss / m
""",
        "adds-the-other-classes",
    ),
    # ---- 02 ----
    (
        L2,
        "numerical-gradient",
        "The entries moved before stay moved, so the steps pile up.",
        r"""
def numerical_gradient(f, theta, h=1e-5):
    base = np.array(theta, dtype=float)
    above, below = base.copy(), base.copy()
    slopes = np.zeros(base.shape)
    for place in np.ndindex(base.shape):
        above[place] += h
        below[place] -= h
        slopes[place] = (f(above) - f(below)) / (2 * h)
    return slopes
""",
        "steps-pile-up",
    ),
    (
        L2,
        "numerical-gradient",
        "The result has the type of theta, so int parameters cut the slopes to ints.",
        r"""
def numerical_gradient(f, theta, h=1e-5):
    theta = np.asarray(theta)
    result = np.empty(theta.shape, dtype=theta.dtype)
    walker = np.nditer(theta, flags=["multi_index"])
    for _ in walker:
        e = np.zeros(theta.shape)
        e[walker.multi_index] = h
        result[walker.multi_index] = (f(theta + e) - f(theta - e)) / (2 * h)
    return result
""",
        "stores-slopes-as-ints",
    ),
    (
        L2,
        "gradient-descent",
        "One array is changed in place and put into the path again and again.",
        r"""
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    here = np.array(theta0, dtype=float)
    trail = [here]
    while len(trail) <= n_steps:
        np.subtract(here, learning_rate * np.asarray(gradient(here)), out=here)
        trail.append(here)
    return np.array(trail)
""",
        "keeps-one-array",
    ),
    (
        L2,
        "gradient-descent",
        "The gradient is computed once, at theta0, and used for every step.",
        r"""
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    start = np.array(theta0, dtype=float)
    direction = np.asarray(gradient(start.copy()))
    return np.stack([start - t * learning_rate * direction for t in range(n_steps + 1)])
""",
        "gradient-at-the-start",
    ),
    (
        L2,
        "linear-regression-gradient",
        "The factor 2 of the square is missing.",
        r"""
def linear_regression_gradient(X, y, w, b):
    errors = np.einsum("ij,j->i", X, w) + b - y
    slopes = [np.mean(errors * feature) for feature in X.T]
    return np.array(slopes), np.mean(errors)
""",
        "without-the-factor-two",
    ),
    (
        L2,
        "linear-regression-gradient",
        "dw is a mean, but db is the sum over the examples.",
        r"""
def linear_regression_gradient(X, y, w, b):
    m = len(y)
    grad_w = np.zeros(len(w))
    grad_b = 0.0
    for xi, yi in zip(X, y):
        miss = xi @ w + b - yi
        grad_w += 2 * miss * xi / m
        grad_b += 2 * miss
    return grad_w, grad_b
""",
        "db-not-averaged",
    ),
    (
        L2,
        "logistic-regression-gradient",
        "It uses the predicted label, 0 or 1, where the probability belongs.",
        r"""
def logistic_regression_gradient(X, y, w, b):
    guess = np.where(X.dot(w) + b > 0, 1.0, 0.0)
    gap = guess - y
    return np.average(X * gap[:, None], axis=0), np.average(gap)
""",
        "labels-for-probabilities",
    ),
    (
        L2,
        "logistic-regression-gradient",
        "The difference is also multiplied by the slope of the sigmoid.",
        r"""
def logistic_regression_gradient(X, y, w, b):
    m, n = X.shape
    dw, db = np.zeros(n), 0.0
    for i in range(m):
        p = expit(np.dot(w, X[i]) + b)
        delta = (p - y[i]) * p * (1 - p)
        for j in range(n):
            dw[j] += delta * X[i, j]
        db += delta
    return dw / m, db / m
""",
        "extra-sigmoid-slope",
    ),
    (
        L2,
        "softmax-regression-gradient",
        "The number of the class is subtracted from all probabilities of its example.",
        r"""
def softmax_regression_gradient(X, y, W, b):
    D = np.array([softmax(W @ x + b) - label for x, label in zip(X, y)])
    dW = sum(np.outer(d, x) for d, x in zip(D, X)) / len(X)
    return dW, np.mean(D, axis=0)
""",
        "subtracts-the-label-itself",
    ),
    (
        L2,
        "softmax-regression-gradient",
        "Only the score of the true class gets a slope, p - 1; the other classes get 0.",
        r"""
def softmax_regression_gradient(X, y, W, b):
    m = X.shape[0]
    probs = softmax(np.dot(X, W.T) + b, axis=1)
    dW, db = np.zeros(W.shape), np.zeros(len(b))
    for i, k in enumerate(y):
        slope = probs[i, k] - 1
        dW[k] += slope * X[i] / m
        db[k] += slope / m
    return dW, db
""",
        "only-the-true-class",
    ),
    (
        L2,
        "minibatches",
        "The last batch is left out when it is smaller.",
        r"""
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    n_batches = len(X) // batch_size
    table = order[:n_batches * batch_size].reshape(n_batches, batch_size)
    for rows in table:
        yield X[rows], y[rows]
""",
        "drops-the-last-batch",
    ),
    (
        L2,
        "minibatches",
        "Only the order inside a batch is random; its examples are always the same neighbours.",
        r"""
def minibatches(X, y, batch_size, rng):
    m, first = len(X), 0
    parts = []
    while first < m:
        rows = np.arange(first, min(first + batch_size, m))
        rng.shuffle(rows)
        parts.append((X[rows], y[rows]))
        first += batch_size
    return parts
""",
        "shuffles-inside-batches",
    ),
    (
        L2,
        "sgd",
        "All batches of an epoch compute their gradient at the parameters of the epoch's start.",
        r"""
def sgd(gradient, params, X, y, learning_rate, batch_size, n_epochs, rng):
    current = [np.array(p, dtype=float) for p in params]
    m = len(X)
    for epoch in range(n_epochs):
        frozen = [p.copy() for p in current]
        order = rng.permutation(m)
        for k in range(0, m, batch_size):
            rows = order[k:k + batch_size]
            slopes = gradient(X[rows], y[rows], *frozen)
            current = [p - learning_rate * g for p, g in zip(current, slopes)]
    return current
""",
        "gradient-of-the-epoch-start",
    ),
    # ---- 03 ----
    (
        L3,
        "sigmoid-derivative",
        "The sigmoid is applied to its own output before the rule s (1 - s).",
        r"""
def sigmoid_derivative(z):
    def squash(t):
        return 0.5 + 0.5 * np.tanh(0.5 * np.asarray(t))

    first = squash(z)
    second = squash(first)
    return second - second * second
""",
        "sigmoid-twice",
    ),
    (
        L3,
        "relu-derivative",
        "Left of 0 the slope is -1.",
        r"""
def relu_derivative(z):
    z = np.asarray(z)
    right, left = (z > 0).astype(float), (z < 0).astype(float)
    return right - left
""",
        "sign",
    ),
    (
        L3,
        "initialize",
        "The standard deviation is 1 / n and not 1 / sqrt(n).",
        r"""
def initialize(n_in, n_hidden, n_out, rng):
    def weights(fan_out, fan_in):
        return rng.normal(loc=0.0, scale=1.0 / fan_in, size=(fan_out, fan_in))

    return dict(W1=weights(n_hidden, n_in), b1=np.zeros(n_hidden),
                W2=weights(n_out, n_hidden), b2=np.zeros(n_out))
""",
        "divides-without-root",
    ),
    (
        L3,
        "initialize",
        "One row of weights is drawn and repeated for all hidden units.",
        r"""
def initialize(n_in, n_hidden, n_out, rng):
    one_unit = rng.standard_normal(n_in) / np.sqrt(n_in)
    params = {}
    params["W1"] = np.tile(one_unit, (n_hidden, 1))
    params["b1"] = np.zeros(n_hidden)
    params["W2"] = rng.standard_normal((n_out, n_hidden)) / np.sqrt(n_hidden)
    params["b2"] = np.zeros(n_out)
    return params
""",
        "hidden-units-all-equal",
    ),
    (
        L3,
        "forward",
        "b1 is added after tanh.",
        r"""
def forward(X, params):
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    Z1 = np.dot(X, np.transpose(W1))
    A1 = np.add(np.tanh(Z1), b1)
    Z2 = np.dot(A1, np.transpose(W2)) + b2
    shifted = np.exp(Z2 - np.max(Z2, axis=1)[:, None])
    P = shifted / np.sum(shifted, axis=1)[:, None]
    return P, dict(X=X, Z1=Z1, A1=A1, Z2=Z2, P=P)
""",
        "bias-after-the-activation",
    ),
    (
        L3,
        "backward",
        "dZ2 has the factor 1/m, and every gradient is divided by m once more.",
        r"""
def backward(y_true, params, cache):
    m, n_classes = cache["P"].shape
    truth = np.eye(n_classes)[y_true]
    delta2 = (cache["P"] - truth) / m
    delta1 = np.dot(delta2, params["W2"]) * (1 - cache["A1"] ** 2)
    grads = {}
    for number, delta, inputs in (("2", delta2, cache["A1"]), ("1", delta1, cache["X"])):
        grads["W" + number] = np.dot(delta.T, inputs) / m
        grads["b" + number] = np.sum(delta, axis=0) / m
    return grads
""",
        "divides-by-m-twice",
    ),
    (
        L3,
        "backward",
        "The slope of tanh is taken at A1, so tanh is applied twice.",
        r"""
def backward(y_true, params, cache):
    P, A1, X = cache["P"], cache["A1"], cache["X"]
    examples = len(y_true)
    dZ2 = np.array(P)
    for i in range(examples):
        dZ2[i, y_true[i]] -= 1
    dZ2 = dZ2 / examples
    slope = 1 / np.cosh(A1) ** 2
    dZ1 = (dZ2 @ params["W2"]) * slope
    return {"W1": np.einsum("ih,ij->hj", dZ1, X), "b1": dZ1.sum(axis=0),
            "W2": np.einsum("ik,ih->kh", dZ2, A1), "b2": dZ2.sum(axis=0)}
""",
        "slope-of-tanh-at-the-activation",
    ),
    (
        L3,
        "relative-error",
        "It adds absolute values in place of taking the norm.",
        r"""
def relative_error(a, b):
    first, second = np.ravel(a), np.ravel(b)
    gap = sum(abs(u - v) for u, v in zip(first, second))
    size = sum(abs(u) for u in first) + sum(abs(v) for v in second)
    if size == 0:
        return 0.0
    return gap / size
""",
        "sums-of-absolute-values",
    ),
    (
        L3,
        "train",
        "Each loss is measured after the step.",
        r"""
def train(X, y, params, learning_rate, n_steps):
    current = {name: np.copy(value) for name, value in params.items()}
    rows, losses = np.arange(len(y)), np.zeros(n_steps)
    probs, cache = forward(X, current)
    for step in range(n_steps):
        slopes = backward(y, current, cache)
        current = {name: current[name] - learning_rate * slopes[name] for name in current}
        probs, cache = forward(X, current)
        losses[step] = -np.log(probs[rows, y]).mean()
    return current, losses
""",
        "loss-after-the-step",
    ),
    (
        L3,
        "cost",
        "The penalty includes column 0, the biases.",
        r"""
def cost(Thetas, X, Y, lam):
    m = X.shape[0]
    H = np.asarray(X, dtype=float)
    for Theta in Thetas:
        H = expit(np.insert(H, 0, 1.0, axis=1) @ np.transpose(Theta))
    data_part = -np.sum(np.where(Y == 1, np.log(H), np.log(1 - H))) / m
    penalty = 0.0
    for Theta in Thetas:
        for row in np.asarray(Theta):
            penalty += np.dot(row, row)
    return float(data_part + lam / (2 * m) * penalty)
""",
        "penalises-biases",
    ),
    (
        L3,
        "cost",
        "Only the output of the true class is used; the other units' log(1 - H) is missing.",
        r"""
def cost(Thetas, X, Y, lam):
    m = len(X)
    total = 0.0
    for x, target in zip(X, Y):
        a = x
        for T in Thetas:
            a = expit(np.dot(T, np.concatenate([[1.0], a])))
        total += -np.dot(target, np.log(a))
    weights = sum(np.linalg.norm(np.asarray(T)[:, 1:]) ** 2 for T in Thetas)
    return total / m + 0.5 * lam * weights / m
""",
        "only-the-true-class",
    ),
    (
        L3,
        "backprop",
        "The last delta is multiplied by a (1 - a).",
        r"""
def backprop(Thetas, X, Y, lam):
    m = len(X)
    sums = [np.zeros(np.shape(T)) for T in Thetas]
    for x, target in zip(X, Y):
        outs = [np.asarray(x, dtype=float)]
        for T in Thetas:
            outs.append(expit(np.dot(T, np.append(1.0, outs[-1]))))
        delta = (outs[-1] - target) * outs[-1] * (1 - outs[-1])
        for l in reversed(range(len(Thetas))):
            sums[l] += np.outer(delta, np.append(1.0, outs[l]))
            delta = np.dot(np.asarray(Thetas[l])[:, 1:].T, delta) * outs[l] * (1 - outs[l])
    result = []
    for S, T in zip(sums, Thetas):
        D = S / m
        D[:, 1:] += lam / m * np.asarray(T)[:, 1:]
        result.append(D)
    return result
""",
        "slope-at-the-output",
    ),
    # ---- 04 ----
    (
        L4,
        "linear",
        "backward adds to the gradients that are stored already.",
        r"""
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.standard_normal((n_out, n_in)) * n_in ** -0.5
        self.b = np.zeros(n_out)
        self.dW, self.db = np.zeros((n_out, n_in)), np.zeros(n_out)

    def forward(self, X):
        self.inputs = X
        return np.einsum("ij,kj->ik", X, self.W) + self.b

    def backward(self, dZ):
        self.dW = np.einsum("ik,ij->kj", dZ, self.inputs) + self.dW
        self.db = np.einsum("ik->k", dZ) + self.db
        return np.einsum("ik,kj->ij", dZ, self.W)

    def update(self, learning_rate):
        self.W = self.W - self.dW * learning_rate
        self.b = self.b - self.db * learning_rate
""",
        "accumulates",
    ),
    (
        L4,
        "linear",
        "The start weights are uniform between -1 and 1, however many inputs there are.",
        r"""
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.uniform(-1.0, 1.0, size=(n_out, n_in))
        self.b = np.array([0.0] * n_out)

    def forward(self, X):
        self.X = X
        return np.dot(X, self.W.T) + self.b

    def backward(self, dZ):
        m = dZ.shape[0]
        self.dW = sum(np.outer(dZ[i], self.X[i]) for i in range(m))
        self.db = np.ones(m) @ dZ
        return np.dot(dZ, self.W)

    def update(self, learning_rate):
        for name in ("W", "b"):
            setattr(self, name, getattr(self, name) - learning_rate * getattr(self, "d" + name))
""",
        "starts-with-large-weights",
    ),
    (
        L4,
        "linear",
        "db sums over the outputs, so it has one entry for each example.",
        r"""
class Linear(Layer):
    def __init__(self, n_in, n_out, rng):
        scale = np.sqrt(1 / n_in)
        self.W = scale * rng.normal(size=(n_out, n_in))
        self.b = np.zeros((n_out,))

    def forward(self, X):
        self.last = np.array(X)
        return self.last @ self.W.T + self.b

    def backward(self, dZ):
        self.dW = np.dot(np.transpose(dZ), self.last)
        self.db = np.array([sum(row) for row in dZ])
        return np.dot(dZ, self.W)

    def update(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db
""",
        "bias-gradient-for-each-example",
    ),
    (
        L4,
        "sigmoid",
        "The derivative is z (1 - z) with the input in place of the output.",
        r"""
class Sigmoid(Layer):
    def forward(self, Z):
        self.saved = Z
        return (np.tanh(np.multiply(Z, 0.5)) + 1) * 0.5

    def backward(self, dA):
        slope = self.saved - self.saved ** 2
        return np.multiply(dA, slope)
""",
        "derivative-with-z",
    ),
    (
        L4,
        "tanh",
        "backward returns only the derivative; the arriving gradient is not used.",
        r"""
class Tanh(Layer):
    def forward(self, Z):
        out = np.tanh(Z)
        self.slope = 1 / np.cosh(np.clip(Z, -300, 300)) ** 2
        return out

    def backward(self, dA):
        return self.slope
""",
        "forgets-the-arriving-gradient",
    ),
    (
        L4,
        "relu",
        "The sign of the arriving gradient decides what passes.",
        r"""
class ReLU(Layer):
    def forward(self, Z):
        self.Z = Z
        return (np.abs(Z) + Z) / 2

    def backward(self, dA):
        return np.clip(dA, 0, None)
""",
        "looks-at-the-sign-of-the-gradient",
    ),
    (
        L4,
        "softmax",
        "backward uses only the diagonal p (1 - p) of each Jacobian.",
        r"""
class Softmax(Layer):
    def forward(self, Z):
        rows = [np.exp(z - max(z)) for z in Z]
        self.probs = np.array([r / sum(r) for r in rows])
        return self.probs

    def backward(self, dP):
        result = []
        for p, g in zip(self.probs, dP):
            jacobian = np.diag(p * (1 - p))
            result.append(jacobian @ g)
        return np.array(result)
""",
        "only-the-diagonal",
    ),
    (
        L4,
        "softmax",
        "The sum of the Jacobian runs over the whole batch.",
        r"""
class Softmax(Layer):
    def forward(self, Z):
        top = np.amax(Z, axis=1).reshape(-1, 1)
        e = np.exp(np.subtract(Z, top))
        self.out = np.divide(e, np.sum(e, axis=1).reshape(-1, 1))
        return self.out

    def backward(self, dP):
        mixed = np.vdot(self.out, dP)
        return np.multiply(self.out, dP) - mixed * self.out
""",
        "backward-sums-over-everything",
    ),
    (
        L4,
        "cross-entropy-loss",
        "forward clips the probability, but backward divides by the unclipped one.",
        r"""
class CrossEntropyLoss:
    def forward(self, y_true, P):
        self.labels, self.probs = y_true, P
        picked = np.take_along_axis(P, np.asarray(y_true)[:, None], axis=1)
        return float(np.mean(-np.log(np.fmax(picked, 1e-12))))

    def backward(self):
        m = len(self.labels)
        grad = np.zeros(np.shape(self.probs))
        for i in range(m):
            grad[i, self.labels[i]] = -1 / (m * self.probs[i, self.labels[i]])
        return grad
""",
        "clips-only-forward",
    ),
    (
        L4,
        "softmax-cross-entropy-loss",
        "The shift is subtracted in the exponent but not added again.",
        r"""
class SoftmaxCrossEntropyLoss:
    def forward(self, y_true, Z):
        self.y = y_true
        losses, self.rows = [], []
        for scores, label in zip(Z, y_true):
            top = scores.max()
            e = np.exp(scores - top)
            losses.append(np.log(e.sum()) - scores[label])
            self.rows.append(e / e.sum())
        return float(np.mean(losses))

    def backward(self):
        grad = np.array(self.rows)
        for i, label in enumerate(self.y):
            grad[i, label] -= 1
        return grad / len(self.y)
""",
        "forgets-to-add-the-shift",
    ),
    (
        L4,
        "mean-squared-error",
        "The gradient is divided by the number of examples and not of entries.",
        r"""
class MeanSquaredError:
    def forward(self, Y_true, Y_pred):
        self.gap = np.subtract(Y_pred, Y_true)
        return float(np.sum(np.square(self.gap)) / self.gap.size)

    def backward(self):
        rows = self.gap.shape[0]
        return self.gap * (2 / rows)
""",
        "gradient-divides-by-examples-only",
    ),
    (
        L4,
        "network",
        "Each layer gets the gradient of the loss and not what the layer behind it returned.",
        r"""
class Network(Layer):
    def __init__(self, layers):
        self.layers = [layer for layer in layers]

    def forward(self, X):
        signal = X
        for layer in self.layers:
            signal = layer.forward(signal)
        return signal

    def backward(self, d):
        for k in range(len(self.layers) - 1, -1, -1):
            result = self.layers[k].backward(d)
        return result

    def update(self, learning_rate):
        for layer in self.layers:
            layer.update(learning_rate)
""",
        "each-layer-gets-the-last-gradient",
    ),
    (
        L4,
        "train-epoch",
        "The last batch is weighted with batch_size, although it is smaller.",
        r"""
def train_epoch(network, loss, X, y, learning_rate, batch_size, rng):
    m = len(X)
    order = rng.permutation(m)
    collected, position = 0.0, 0
    while position < m:
        rows = order[position:position + batch_size]
        value = loss.forward(y[rows], network.forward(X[rows]))
        network.backward(loss.backward())
        network.update(learning_rate)
        collected += batch_size * value
        position += batch_size
    return collected / m
""",
        "weights-by-the-batch-size",
    ),
    # ---- 05 ----
    (
        L5,
        "prepare",
        "It divides by the largest pixel of the data.",
        r"""
def prepare(images):
    count = len(images)
    pixels = np.array(images, dtype=np.float64).reshape(count, -1)
    return pixels / np.amax(pixels)
""",
        "divides-by-the-largest",
    ),
    (
        L5,
        "prepare",
        "The pixels of each image are read column by column.",
        r"""
def prepare(images):
    rows = []
    for picture in images:
        row = []
        for c in range(picture.shape[1]):
            for r in range(picture.shape[0]):
                row.append(picture[r, c] / 255)
        rows.append(row)
    return np.array(rows)
""",
        "column-by-column",
    ),
    (
        L5,
        "split",
        "The two parts are drawn apart, so they overlap.",
        r"""
def split(X, y, validation_fraction, rng):
    m = len(X)
    n_val = int(round(validation_fraction * m))
    chosen_val = rng.choice(m, size=n_val, replace=False)
    chosen_train = rng.choice(m, size=m - n_val, replace=False)
    return X[chosen_train], y[chosen_train], X[chosen_val], y[chosen_val]
""",
        "draws-twice",
    ),
    (
        L5,
        "split",
        "The fraction is taken as the share of the training part.",
        r"""
def split(X, y, validation_fraction, rng):
    shuffled = np.arange(len(y))
    rng.shuffle(shuffled)
    border = round(validation_fraction * len(y))
    train, val = np.split(shuffled, [border])
    return X[train], y[train], X[val], y[val]
""",
        "fraction-for-training",
    ),
    (
        L5,
        "build-mlp",
        "One activation object is made and used between all layers.",
        r"""
def build_mlp(layer_sizes, activation, rng):
    squash = activation()
    chain = [Linear(layer_sizes[0], layer_sizes[1], rng)]
    for n_in, n_out in zip(layer_sizes[1:-1], layer_sizes[2:]):
        chain += [squash, Linear(n_in, n_out, rng)]
    return Network(chain)
""",
        "one-activation-for-all",
    ),
    (
        L5,
        "accuracy",
        "A prediction counts as right when the score of the true class is positive.",
        r"""
def accuracy(y_true, scores):
    hits = 0
    for label, row in zip(y_true, scores):
        if row[label] > 0:
            hits += 1
    return hits / len(y_true)
""",
        "positive-is-right",
    ),
    (
        L5,
        "confusion-matrix",
        "Rows are the predictions and columns the truth.",
        r"""
def confusion_matrix(y_true, y_pred, n_classes):
    codes = np.asarray(y_pred) * n_classes + np.asarray(y_true)
    return np.bincount(codes, minlength=n_classes ** 2).reshape(n_classes, n_classes)
""",
        "transposed",
    ),
    (
        L5,
        "confusion-matrix",
        "Each mistake is counted at (t, p) and at (p, t).",
        r"""
def confusion_matrix(y_true, y_pred, n_classes):
    table = [[0] * n_classes for _ in range(n_classes)]
    for t, p in zip(y_true, y_pred):
        table[t][p] += 1
        if t != p:
            table[p][t] += 1
    return np.array(table)
""",
        "both-directions",
    ),
    (
        L5,
        "fit",
        "The absolute value is taken after the maximum.",
        r"""
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    loss = SoftmaxCrossEntropyLoss()
    losses, right_train, right_val, largest = [], [], [], []
    for _ in range(n_epochs):
        losses.append(train_epoch(network, loss, X_train, y_train, learning_rate, batch_size, rng))
        right_train.append(accuracy(y_train, network.forward(X_train)))
        right_val.append(accuracy(y_val, network.forward(X_val)))
        largest.append([abs(float(np.max(part.W))) for part in network.layers if hasattr(part, "W")])
    return dict(train_loss=losses, train_accuracy=right_train, validation_accuracy=right_val, max_weight=largest)
""",
        "absolute-value-of-the-largest",
    ),
    (
        L5,
        "fit",
        "Both accuracies are measured before the epoch.",
        r"""
def fit(network, X_train, y_train, X_val, y_val, learning_rate, batch_size, n_epochs, rng):
    history = {key: [] for key in ("train_loss", "train_accuracy", "validation_accuracy", "max_weight")}
    criterion = SoftmaxCrossEntropyLoss()
    sets = {"train_accuracy": (X_train, y_train), "validation_accuracy": (X_val, y_val)}
    for epoch in range(n_epochs):
        for key, (inputs, labels) in sets.items():
            history[key].append(accuracy(labels, network.forward(inputs)))
        mean_loss = train_epoch(network, criterion, X_train, y_train, learning_rate, batch_size, rng)
        history["train_loss"].append(mean_loss)
        sizes = []
        for layer in network.layers:
            if hasattr(layer, "W"):
                sizes.append(float(np.abs(layer.W).max()))
        history["max_weight"].append(sizes)
    return history
""",
        "measured-before-the-epoch",
    ),
]

CASES = [
    (assignment, solution, mistake, source.lstrip("\n"), label)
    for assignment, solution, mistake, source, label in CASES
]
