"""train(X, y, params, learning_rate, n_steps): known answers."""

import numpy as np


# %% probe
def probe_train(train):
    """Look at two trainings of a small network and whether the start values stay as they were."""
    X, y = np.array([[1.0, 0.5], [-0.5, 2.0], [2.0, -1.0]]), np.array([0, 2, 1])

    def start():
        params = {"W1": [[0.5, -0.3]], "b1": [0.1], "W2": [[1.0], [-0.4], [0.2]], "b2": [0.2, -0.1, 0.3]}
        return {key: np.array(value) for key, value in params.items()}

    def plain(result):
        params, losses = result
        if isinstance(losses, dict):
            raise TypeError("the losses come first")
        return [{key: params[key] for key in ("W1", "b1", "W2", "b2")}, list(losses)]

    def afterwards(params):
        arrays = dict(params)
        train(X, y, params, 0.5, 2)
        return [params, arrays]

    yield lambda: plain(train(X, y, start(), 0.5, 1))
    yield lambda: plain(train(X, y, start(), 0.3, 3))
    yield lambda: afterwards(start())
    yield lambda: [list(np.shape(thing)) for thing in train(X, y, start(), 0.5, 4)]
    yield lambda: [np.shape(losses) for _, losses in [train(X, y, start(), 1e-12, 12)]]
    yield lambda: plain(train(X, y, start(), 0.5, 0))


# %% wrong: goes-uphill
# hint: The steps go uphill: the gradient is added, or backward has the wrong sign.
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    for _ in range(n_steps):
        P, cache = forward(X, params)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        gradients = backward(y, params, cache)
        params = {key: params[key] + learning_rate * gradients[key] for key in params}
    return params, np.array(losses)


# %% wrong: loss-after-the-step
# hint: The parameters are right, but each loss is taken after its step. The first loss belongs to the start
#  values.
#-        losses.append(-np.mean(log_softmax(cache["Z2"], axis=1)[np.arange(len(y)), y]))

#-        for key in params:
#-            params[key] -= learning_rate * gradients[key]
#+        params = {key: params[key] - learning_rate * gradients[key] for key in params}
#+        losses.append(-np.mean(np.log(forward(X, params)[0][np.arange(len(y)), y])))


# %% wrong: one-loss-too-many
# hint: There is one loss more than there are steps. The loss after the last step is not asked for.
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    for step in range(n_steps + 1):
        P, cache = forward(X, params)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        if step < n_steps:
            gradients = backward(y, params, cache)
            params = {key: params[key] - learning_rate * gradients[key] for key in params}
    return params, np.array(losses)


# %% wrong: changes-the-start-values
# hint: The result is right, but the given arrays are changed by -=. Copy every array before the first step.
#-    params, losses = {key: value.copy() for key, value in params.items()}, []
#+    losses = []
#-        _, cache = forward(X, params)
#-        losses.append(-np.mean(log_softmax(cache["Z2"], axis=1)[np.arange(len(y)), y]))
#+        P, cache = forward(X, params)
#+        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))


# %% wrong: writes-into-the-given-dict
# hint: The result is right, but the given dict holds the new arrays afterwards. Start with a new dict.
def train(X, y, params, learning_rate, n_steps):
    losses = []
    for _ in range(n_steps):
        P, cache = forward(X, params)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        gradients = backward(y, params, cache)
        for key in params:
            params[key] = params[key] - learning_rate * gradients[key]
    return params, np.array(losses)


# %% wrong: old-gradients
# hint: The gradients are computed only once. After each step the network is another one: it needs new
#  gradients.
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    gradients = backward(y, params, forward(X, params)[1])
    for _ in range(n_steps):
        P, _ = forward(X, params)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        params = {key: params[key] - learning_rate * gradients[key] for key in params}
    return params, np.array(losses)


# %% wrong: forgets-the-biases
# hint: Only the weights are trained. The biases need their step, too.
#-        _, cache = forward(X, params)
#-        losses.append(-np.mean(log_softmax(cache["Z2"], axis=1)[np.arange(len(y)), y]))
#+        P, cache = forward(X, params)
#+        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
#-        for key in params:
#+        for key in ("W1", "W2"):


# %% wrong: sum-of-the-losses
# hint: The parameters are right, but each loss is a sum over the examples. The mean is asked for.
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    for _ in range(n_steps):
        P, cache = forward(X, params)
        losses.append(-np.sum(np.log(P[np.arange(len(y)), y])))
        gradients = backward(y, params, cache)
        params = {key: params[key] - learning_rate * gradients[key] for key in params}
    return params, np.array(losses)


# %% wrong: logarithms-of-all-probabilities
# hint: The parameters are right, but the loss uses all probabilities. It needs only the one of the true
#  class.
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    for _ in range(n_steps):
        P, cache = forward(X, params)
        losses.append(-np.mean(np.log(P)))
        gradients = backward(y, params, cache)
        params = {key: params[key] - learning_rate * gradients[key] for key in params}
    return params, np.array(losses)


# %% wrong: only-one-step
# hint: Only one step is taken. Does return stand inside the loop?
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    for _ in range(n_steps):
        P, cache = forward(X, params)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        gradients = backward(y, params, cache)
        params = {key: params[key] - learning_rate * gradients[key] for key in params}
        return params, np.array(losses)


# %% wrong: only-the-parameters
# hint: Only the parameters are returned. Return a pair: params, losses.
def train(X, y, params, learning_rate, n_steps):
    params = {key: value.copy() for key, value in params.items()}
    for _ in range(n_steps):
        gradients = backward(y, params, forward(X, params)[1])
        params = {key: params[key] - learning_rate * gradients[key] for key in params}
    return params


# %% wrong: only-the-last-loss
# hint: Only the last loss is returned. Collect the loss of every step.
def train(X, y, params, learning_rate, n_steps):
    params, loss = {key: value.copy() for key, value in params.items()}, 0.0
    for _ in range(n_steps):
        P, cache = forward(X, params)
        loss = -np.mean(np.log(P[np.arange(len(y)), y]))
        gradients = backward(y, params, cache)
        params = {key: params[key] - learning_rate * gradients[key] for key in params}
    return params, loss


# %% wrong: second-layer-moves-first
# hint: W2 takes its step before the gradient goes back through it. Compute all gradients, then move everything.
#-        gradients = backward(y, params, cache)
#-        for key in params:
#-            params[key] -= learning_rate * gradients[key]
#+        last = backward(y, params, cache)
#+        for key in ("W2", "b2"):
#+            params[key] -= learning_rate * last[key]
#+        first = backward(y, params, cache)
#+        for key in ("W1", "b1"):
#+            params[key] -= learning_rate * first[key]


# %% right: list-of-floats
def train(X, y, params, learning_rate, n_steps):
    params, losses = dict(params), []
    for step in range(n_steps):
        P, cache = forward(X, params)
        losses.append(sum(-np.log(row[t]) for row, t in zip(P, y, strict=True)) / len(y))
        print("step", step, "loss", losses[-1])
        gradients = backward(y, params, cache)
        params = {key: params[key] - learning_rate * gradients[key] for key in ("b2", "W2", "b1", "W1")}
    return [params, losses]


# %% right: filled-array-and-deepcopy
def train(X, y, params, learning_rate, n_steps):
    import copy

    params, losses = copy.deepcopy(params), np.empty(n_steps, dtype=np.float32)
    for i in range(n_steps):
        P, cache = forward(X, params)
        losses[i] = -np.einsum("ik,ik->", np.log(P), np.eye(P.shape[1])[y]) / len(X)
        gradients = backward(y, params, cache)
        params["W1"] -= learning_rate * gradients["W1"]
        params["b1"] -= learning_rate * gradients["b1"]
        params["W2"] -= learning_rate * gradients["W2"]
        params["b2"] -= learning_rate * gradients["b2"]
    return params, losses


# %% right: recursion
def train(X, y, params, learning_rate, n_steps):
    if n_steps == 0:
        return params, []
    P, cache = forward(X, params)
    loss = -np.log(np.choose(y, P.T)).mean()
    gradients = backward(y, params, cache)
    moved = {key: value - learning_rate * np.asarray(gradients[key]) for key, value in params.items()}
    end, losses = train(X, y, moved, learning_rate, n_steps - 1)
    return end, [loss, *losses]


# %% right: own-forward-and-backward
def train(X, y, params, learning_rate, n_steps):
    W1, b1, W2, b2 = (params[key] for key in ("W1", "b1", "W2", "b2"))
    losses = np.zeros(n_steps)
    for i in range(n_steps):
        A = np.tanh(X @ W1.T + b1)
        logs = log_softmax(A @ W2.T + b2, axis=1)
        losses[i] = -logs[np.arange(len(y)), y].mean()
        d2 = (np.exp(logs) - np.eye(len(b2))[y]) * learning_rate / len(y)
        d1 = d2 @ W2 * (1 - A**2)
        W1, b1, W2, b2 = W1 - d1.T @ X, b1 - d1.sum(0), W2 - d2.T @ A, b2 - d2.sum(0)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses


# %% wrong: stops-when-the-loss-stands-still
# hint: You stop when the loss hardly changes. Take all n_steps steps, and keep the loss of each.
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    for _ in range(n_steps):
        P, cache = forward(X, params)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-9:
            break
        gradients = backward(y, params, cache)
        params = {key: value - learning_rate * gradients[key] for key, value in params.items()}
    return params, np.array(losses)


# %% wrong: losses-first
# hint: The two results are returned in the wrong order. Return params first, then the losses.
#-    return params, np.array(losses)
#+    return np.array(losses), params


# %% wrong: always-one-step
# hint: With n_steps = 0 your function still takes one step. Look at n_steps before each step, not after it.
def train(X, y, params, learning_rate, n_steps):
    params, losses = {key: value.copy() for key, value in params.items()}, []
    while True:
        P, cache = forward(X, params)
        losses.append(-np.mean(np.log(P[np.arange(len(y)), y])))
        gradients = backward(y, params, cache)
        params = {key: params[key] - learning_rate * gradients[key] for key in params}
        if len(losses) >= n_steps:
            break
    return params, np.array(losses)
