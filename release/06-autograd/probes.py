"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np


def probe_Value(Value):
    """Look at value and slopes of each operation, at backward on a few graphs, and whether data stay."""

    def ways(root, leaf):
        """Follow each way alone."""
        return 1.0 if root is leaf else sum(s * ways(p, leaf) for p, s in zip(root.parents, root.slopes))

    def two(operation, other=0.7):
        a, b = Value(1.6), Value(other)
        y = operation(a, b)
        return [y.data, ways(y, a), ways(y, b)]

    def one(operation, data=1.6):
        a = Value(data)
        y = operation(a)
        return [y.data, ways(y, a)]

    def graph():
        a, b = Value(1.5), Value(-0.7)
        c = Value(2.3, (a, b), (0.9, -1.7))
        d = Value(0.4, (c, a), (0.6, 2.2))
        return a, b, c, d, Value(3.1, (c, d, d), (-0.3, 1.3, 0.8))

    def grads(times=1):
        values = graph()
        for _ in range(times):
            values[-1].backward()
        return [value.grad for value in values]

    def chain():
        a = Value(0.3)
        b = Value(1.9, (a,), (0.7,))
        root = Value(4.0, (b,), (-1.1,))
        root.backward()
        return [a.grad, b.grad, root.grad]

    def other_root():
        a, b, c, d, e = graph()
        e.backward()
        d.backward()
        return [a.grad, b.grad, c.grad, d.grad]

    def afterwards():
        a, b = Value(1.6), Value(0.7)
        a + b, a - b, a * b, a / b, -a, a**2, a.exp()
        return [a.data, b.data, a.grad, b.grad]

    yield lambda: two(lambda a, b: a + b)
    yield lambda: two(lambda a, b: a - b)
    yield lambda: two(lambda a, b: a * b)
    yield lambda: two(lambda a, b: a / b)
    yield lambda: one(lambda a: -a)
    yield lambda: one(lambda a: a**3)
    yield lambda: one(lambda a: a**-1.5)
    yield lambda: one(lambda a: a.exp())
    yield lambda: one(lambda a: a.log())
    yield lambda: one(lambda a: a.tanh(), 0.4)
    yield lambda: one(lambda a: a.relu(), 0.4)
    yield lambda: one(lambda a: a.relu(), -0.6)
    yield lambda: one(lambda a: a + 2.5)
    yield lambda: one(lambda a: 2.5 - a)
    yield lambda: one(lambda a: a * 2.5)
    yield lambda: one(lambda a: 2.5 / a)
    yield lambda: one(lambda a: a * a)
    yield chain
    yield grads
    yield lambda: grads(2)
    yield other_root
    yield afterwards


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


def probe_repaired_log_sum_exp(repaired_log_sum_exp):
    """Look at the value and the slopes of the last step for several lists of scores, and whether they stay."""
    import math

    class Number:
        """A number that can be computed with; it knows nothing about slopes."""

        def __init__(self, data, parents=(), slopes=()):
            self.data, self.grad, self.parents, self.slopes = float(data), 0.0, parents, slopes

    def operation(function):
        def method(self, *others):
            numbers = [self, *(other if isinstance(other, Number) else Number(other) for other in others)]
            return Number(function(*(number.data for number in numbers)))

        return method

    operations = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "truediv": lambda a, b: a / b,
    }
    for name, function in operations.items():
        setattr(Number, f"__{name}__", operation(function))
        setattr(Number, f"__r{name}__", operation(lambda a, b, function=function: function(b, a)))
    for name, function in {"exp": math.exp, "log": math.log, "__neg__": lambda a: -a}.items():
        setattr(Number, name, operation(function))

    def made(scores):
        return repaired_log_sum_exp([Number(score) for score in scores])

    def after():
        values = [Number(score) for score in (0.25, 1.5)]
        repaired_log_sum_exp(values)
        return [value.data for value in values]

    some, large = (0.3, -1.1, 0.9, 0.7), (1000.25, 999.5, 998.0)
    yield lambda: made(some).data
    yield lambda: np.array(made(some).slopes)
    yield lambda: made((-2.3,)).data
    yield lambda: np.array(made((-2.3,)).slopes)
    yield lambda: made(large).data
    yield lambda: np.array(made(large).slopes)
    yield lambda: 4 * isinstance(made(some), Number) or len(made(some).parents)
    yield after


def probe_topological_order(topological_order):
    """Look at a shared graph, a lone node, a diamond, a deep chain, and whether the nodes stay."""

    class Spot:
        """A node with a number."""

        def __init__(self, data, *parents):
            self.data, self.grad, self.parents, self.slopes = float(data), 0.0, parents, (1.0,) * len(parents)

    def shared():
        one, two = Spot(4.5), Spot(1.25)
        three = Spot(7.75, one, two)
        four = Spot(2.5, three, one)
        return Spot(6.25, four, three, one)

    def ladder():
        spots = [Spot(0)]
        for k in range(1, 7):
            spots.append(Spot(5.25 * k % 4, *spots))
        return spots[-1]

    def chain(length):
        spot = Spot(0)
        for k in range(1, length):
            spot = Spot(2.25 * k % 5, spot)
        return spot

    def numbers(root):
        return [float(spot.data) for spot in topological_order(root)]

    def afterwards():
        topological_order(root := shared())
        return [root.grad, root.data, len(root.parents), len(root.parents[0].parents)]

    yield lambda: numbers(Spot(7.5))
    yield lambda: numbers(chain(5))
    yield lambda: numbers(shared())
    yield lambda: sorted(numbers(shared()))
    yield lambda: numbers(ladder())
    yield lambda: len(numbers(ladder()))
    yield lambda: len(topological_order(chain(1_600)))
    yield afterwards
    yield lambda: [numbers(shared())[-1], numbers(shared())[-1]]
    yield lambda: numbers(Spot(2.5, Spot(4.5), Spot(4.5)))
