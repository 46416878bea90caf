"""mlp_loss(params, x, y_true): known answers."""


import numpy as np

Value = object  # the notebook gives it


# %% probe
def probe_mlp_loss(mlp_loss):
    """Look at the loss of several networks and classes, at what it was computed from, and whether params stay."""
    import math

    class Number:
        """A number that knows which params it was computed from; it knows nothing about slopes."""

        def __init__(self, data, used=frozenset(), parents=(), slopes=()):
            self.data, self.grad, self.used, self.parents, self.slopes = float(data), 0.0, used, parents, slopes

    def operation(function):
        def method(self, *others):
            numbers = [self, *(other if isinstance(other, Number) else Number(other) for other in others)]
            used = frozenset().union(*(number.used for number in numbers))
            return Number(function(*(number.data for number in numbers)), used)

        return method

    operations = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "truediv": lambda a, b: a / b,
        "pow": lambda a, b: a**b,
    }
    for name, function in operations.items():
        setattr(Number, f"__{name}__", operation(function))
        setattr(Number, f"__r{name}__", operation(lambda a, b, function=function: function(b, a)))
    functions = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "relu": lambda a: max(a, 0.0)}
    for name, function in (functions | {"__neg__": lambda a: -a}).items():
        setattr(Number, name, operation(function))
    names = mlp_loss.__globals__

    def marked(entries, key):
        if isinstance(entries, list):
            return [marked(entry, f"{key} {i}") for i, entry in enumerate(entries)]
        return Number(entries, frozenset([key]))

    def network(n_hidden=2):
        W1, W2 = [[0.5, -1.0, 0.3], [0.25, 0.5, -0.7], [0.2, 1.1, -0.4]], [[1.0, -0.5, 0.3], [-1.0, 2.0, 0.7]]
        params = {"W1": W1[:n_hidden], "b1": [0.1, -0.2, 0.6][:n_hidden], "b2": [0.0, -0.5]}
        params["W2"] = [row[:n_hidden] for row in W2]
        return {key: marked(params[key], key) for key in ("W1", "b1", "W2", "b2")}

    def square():
        params = {"W1": [[1.0, 2.0], [0.3, -1.0]], "b1": [0.5, 0.1], "W2": [[1.0, -2.0], [3.0, 1.0]], "b2": [0.2, -0.5]}
        return {key: marked(entries, key) for key, entries in params.items()}

    def loss(params, x, y_true):
        before, missing = names.get("Value"), "Value" not in names
        names["Value"] = Number
        try:
            return mlp_loss(params, x, y_true)
        finally:
            if missing:
                del names["Value"]
            else:
                names["Value"] = before

    def value(*given):
        return float(loss(*given).data)

    def used():
        found = loss(network(), [0.5, -1.5, 0.4], 0).used
        return [sum(name.startswith(key) for name in found) for key in ("W1", "b1", "W2", "b2")]

    def afterwards():
        params = network()
        loss(params, [0.5, -1.5, 0.4], 0)
        return [[entry.data for entry in params[key]] for key in ("b1", "b2")]

    yield lambda: value(network(), [0.5, -1.5, 0.4], 0)
    yield lambda: value(network(), [0.5, -1.5, 0.4], 1)
    yield lambda: value(network(3), [0.5, -1.5, 0.4], 1)
    yield lambda: value(square(), [0.3, -0.6], 0)
    yield used
    yield afterwards


# %% wrong: forgets-the-minus
# hint: The sign is wrong: this is the score minus the logarithm. The loss is the logarithm minus the score.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return scores[y_true] - sum(s.exp() for s in scores).log()


# %% wrong: forgets-the-true-score
# hint: The score of the true class is not subtracted.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return sum(s.exp() for s in scores).log()


# %% wrong: probability-instead-of-loss
# hint: This is the probability of the true class. The loss is minus its logarithm.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return scores[y_true].exp() / sum(s.exp() for s in scores)


# %% wrong: logarithm-of-the-score
# hint: This is minus the logarithm of a score. Softmax first makes probabilities of the scores.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return -scores[y_true].log()


# %% wrong: without-tanh
# hint: The hidden units have no tanh. Without it two layers are one linear layer.
#-    hidden = [(sum(w * v for w, v in zip(row, x)) + b).tanh() for row, b in zip(params["W1"], params["b1"])]
#+    hidden = [sum(w * v for w, v in zip(row, x)) + b for row, b in zip(params["W1"], params["b1"])]


# %% wrong: relu-instead-of-tanh
# hint: The hidden units use relu. This network has tanh.
#-    hidden = [(sum(w * v for w, v in zip(row, x)) + b).tanh() for row, b in zip(params["W1"], params["b1"])]
#+    hidden = [(sum(w * v for w, v in zip(row, x)) + b).relu() for row, b in zip(params["W1"], params["b1"])]


# %% wrong: tanh-of-the-scores
# hint: The scores go through tanh, too. Only the hidden units do.
#-    scores = [sum(w * a for w, a in zip(row, hidden)) + b for row, b in zip(params["W2"], params["b2"])]
#+    scores = [(sum(w * a for w, a in zip(row, hidden)) + b).tanh() for row, b in zip(params["W2"], params["b2"])]


# %% wrong: without-the-hidden-biases
# hint: The biases b1 of the hidden units are missing.
#-    hidden = [(sum(w * v for w, v in zip(row, x)) + b).tanh() for row, b in zip(params["W1"], params["b1"])]
#+    hidden = [sum(w * v for w, v in zip(row, x)).tanh() for row in params["W1"]]


# %% wrong: without-the-output-biases
# hint: The biases b2 of the scores are missing.
#-    scores = [sum(w * a for w, a in zip(row, hidden)) + b for row, b in zip(params["W2"], params["b2"])]
#+    scores = [sum(w * a for w, a in zip(row, hidden)) for row in params["W2"]]


# %% wrong: bias-behind-the-tanh
# hint: The bias is added behind the tanh. It belongs inside: tanh(W1 x + b1).
#-    hidden = [(sum(w * v for w, v in zip(row, x)) + b).tanh() for row, b in zip(params["W1"], params["b1"])]
#+    hidden = [sum(w * v for w, v in zip(row, x)).tanh() + b for row, b in zip(params["W1"], params["b1"])]


# %% wrong: columns-instead-of-rows
# hint: The entries of W2 are taken by columns. Each row of W2 belongs to one class.
#-    scores = [sum(w * a for w, a in zip(row, hidden)) + b for row, b in zip(params["W2"], params["b2"])]
#+    scores = [sum(w * a for w, a in zip(row, hidden)) + b for row, b in zip(zip(*params["W2"]), params["b2"])]


# %% wrong: always-class-zero
# hint: The score of class 0 is subtracted for every example. Take the score of the class y_true.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return sum(s.exp() for s in scores).log() - scores[0]


# %% wrong: sum-of-the-logarithms
# hint: This adds the logarithms of the exponentials, which are the scores. Add the exponentials first, then take
#  one logarithm.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return sum(s.exp().log() for s in scores) - scores[y_true]


# %% wrong: mean-over-the-classes
# hint: The sum over the classes is divided by their number. The softmax needs the sum itself.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return (sum(s.exp() for s in scores) / len(scores)).log() - scores[y_true]


# %% wrong: graph-ends-at-the-scores
# hint: The loss is computed from the data of the scores, so the graph ends there. Use the Values themselves.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return Value(math.log(sum(math.exp(s.data) for s in scores)) - scores[y_true].data)


# %% wrong: graph-ends-at-the-hidden-units
# hint: The hidden units are computed from data, so no slope gets to W1 and b1. Use the Values themselves.
#-    hidden = [(sum(w * v for w, v in zip(row, x)) + b).tanh() for row, b in zip(params["W1"], params["b1"])]
#+    hidden = []
#+    for row, b in zip(params["W1"], params["b1"]):
#+        hidden.append(math.tanh(sum(w.data * v for w, v in zip(row, x)) + b.data))


# %% wrong: graph-without-the-softmax
# hint: The sum of the exponentials is computed from data, so its slopes are missing. Use exp and log of the Values.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return math.log(sum(math.exp(s.data) for s in scores)) - scores[y_true]


# %% wrong: returns-a-plain-number
# hint: This returns a plain number. Return the Value, so that backward can be called.
#-    return sum(s.exp() for s in scores).log() - scores[y_true]
#+    return (sum(s.exp() for s in scores).log() - scores[y_true]).data


# %% wrong: returns-the-scores
# hint: This returns the scores. The loss is one Value.
def mlp_loss(params, x, y_true):
    hidden = [(sum(w * v for w, v in zip(row, x)) + b).tanh() for row, b in zip(params["W1"], params["b1"])]
    return [sum(w * a for w, a in zip(row, hidden)) + b for row, b in zip(params["W2"], params["b2"])]


# %% right: loops-and-the-softmax
def mlp_loss(params, x, y_true):
    hidden = []
    for j in range(len(params["b1"])):
        z = params["b1"][j]
        for i in range(len(x)):
            z = z + params["W1"][j][i] * x[i]
        hidden.append(z.tanh())
    exponentials = []
    for k in range(len(params["b2"])):
        s = params["b2"][k]
        for j in range(len(hidden)):
            s = hidden[j] * params["W2"][k][j] + s
        exponentials.append(s.exp())
    total = Value(0.0)
    for e in exponentials:
        total = total + e
    p = exponentials[y_true] / total
    return -p.log()


# %% right: arrays-of-objects
def mlp_loss(params, x, y_true):
    W1, b1, W2, b2 = (np.array(params[key], dtype=object) for key in ("W1", "b1", "W2", "b2"))
    hidden = np.array([z.tanh() for z in W1 @ np.asarray(x, dtype=object) + b1], dtype=object)
    scores = W2 @ hidden + b2
    largest = max(s.data for s in scores)
    print("scores", [s.data for s in scores])
    return np.sum([(s - largest).exp() for s in scores]).log() + (largest - scores[y_true])


# %% right: differences-to-the-true-score
def layer(rows, biases, inputs):
    result = []
    for row, bias in zip(rows, biases, strict=True):
        total = bias
        for weight, value in zip(row, inputs, strict=True):
            total += weight * value
        result.append(total)
    return result


def mlp_loss(params, x, y_true):
    hidden = [z.tanh() for z in layer(params["W1"], params["b1"], x)]
    scores = layer(params["W2"], params["b2"], hidden)
    return sum([(s - scores[y_true]).exp() for k, s in enumerate(scores) if k != y_true], 1.0).log()


# %% right: inverse-of-the-probability
def mlp_loss(params, x, y_true):
    hidden = [(sum([v * w for v, w in zip(x, row)], b)).tanh() for row, b in zip(params["W1"], params["b1"])]
    scores = [sum([a * w for a, w in zip(hidden, row)], b) for row, b in zip(params["W2"], params["b2"])]
    return (sum(s.exp() for s in scores) * scores[y_true].exp() ** -1).log()
