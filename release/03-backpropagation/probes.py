"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np


def probe_backprop(backprop):
    """Look at networks of several depths, a penalty, a second call, and whether Thetas stay the same."""
    X = np.array([[1.0, -0.5], [0.3, 2.0], [-1.5, 0.7], [0.2, 0.4], [2.0, -1.0]])
    Y = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=float)

    def numbers(rows, columns):
        return np.cos(1.7 * np.arange(rows * columns) + rows).reshape(rows, columns)

    def thetas(*sizes):
        return [numbers(s, r + 1) for r, s in zip(sizes, sizes[1:], strict=False)]

    def afterwards(matrices):
        backprop(matrices, X, Y, 2.0)
        return matrices

    yield lambda: list(backprop(thetas(2, 3), X, Y, 0.0))
    yield lambda: list(backprop(thetas(2, 4, 3), X, Y, 0.0))
    yield lambda: list(backprop(thetas(2, 4, 3, 3), X, Y, 0.0))
    yield lambda: list(backprop(thetas(2, 4, 3), X, Y, 2.0))
    yield lambda: list(backprop(thetas(2, 3), X, Y, 0.0))
    yield lambda: afterwards(thetas(2, 4, 3))


def probe_backward(backward):
    """Look at two networks, at one example, and whether params and cache stay the same."""

    def wide():
        params = {"W1": [[0.5], [-1.0]], "b1": [0.1, 0.3], "b2": [0.2, -0.1, 0.0, 0.3]}
        params["W2"] = [[1.0, -0.5], [0.5, 1.0], [-1.0, 0.5], [0.0, 2.0]]
        cache = {"X": [[1.0], [-0.5], [2.0]], "Z1": [[0.6, -0.7], [-0.15, 0.8], [1.1, -1.7]]}
        cache["Z2"] = [
            [1.03923346, -0.43584299, -0.83923346, -0.90873555],
            [-0.28090342, 0.48959425, 0.48090342, 1.62807354],
            [1.46820356, -0.63515956, -1.26820356, -1.57081814],
        ]
        cache["P"] = [
            [0.65610393, 0.15009115, 0.10026857, 0.09353636],
            [0.08299328, 0.17933531, 0.17778349, 0.55988791],
            [0.80989382, 0.09884372, 0.05248335, 0.03877910],
        ]
        return arrays([2, 0, 3], params, cache)

    def square():
        params = {"W1": [[1.0, 2.0], [0.0, -1.0]], "b1": [0.5, 0.0], "b2": [0.0, -0.5]}
        params["W2"] = [[1.0, -2.0], [3.0, 1.0]]
        cache = {"X": [[0.25, -0.5], [1.0, 0.2]], "Z1": [[-0.25, 0.5], [1.9, -0.2]]}
        cache["Z2"] = [[-1.16915298, -0.77263883], [1.3509881, 2.17133705]]
        cache["P"] = [[0.40215014, 0.59784986], [0.30568959, 0.69431041]]
        return arrays([1, 0], params, cache)

    def arrays(y, params, cache):
        params, cache = ({key: np.array(value) for key, value in d.items()} for d in (params, cache))
        return np.array(y), params, cache | {"A1": np.tanh(cache["Z1"])}

    def first_example(y, params, cache):
        return y[:1], params, {key: value[:1] for key, value in cache.items()}

    def look(gradients):
        return {key: gradients[key] for key in ("W1", "b1", "W2", "b2")}

    def afterwards(y, params, cache):
        backward(y, params, cache)
        return [params, {key: cache[key] for key in ("X", "Z1", "A1", "Z2", "P")}]

    yield lambda: look(backward(*wide()))
    yield lambda: look(backward(*square()))
    yield lambda: look(backward(*first_example(*wide())))
    yield lambda: afterwards(*wide())


def probe_cost(cost):
    """Look at networks of several depths, one output unit, a penalty, and whether Thetas stay the same."""
    X = np.array([[1.0, -0.5], [0.3, 2.0], [-1.5, 0.7], [0.2, 0.4], [2.0, -1.0]])
    Y = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=float)

    def numbers(rows, columns):
        return np.cos(1.7 * np.arange(rows * columns) + rows).reshape(rows, columns)

    def thetas(*sizes):
        return [numbers(s, r + 1) for r, s in zip(sizes, sizes[1:], strict=False)]

    def afterwards(matrices):
        cost(matrices, X, Y, 2.0)
        return matrices

    yield lambda: cost(thetas(2, 3), X, Y, 0.0)
    yield lambda: cost(thetas(2, 4, 3), X, Y, 0.0)
    yield lambda: cost(thetas(2, 3, 1), X, Y[:, :1], 0.0)
    yield lambda: cost(thetas(2, 3), X, Y, 2.0)
    yield lambda: cost(thetas(2, 4, 3, 3), X, Y, 3.0)
    yield lambda: afterwards(thetas(2, 4, 3))


def probe_forward(forward):
    """Look at P and the cache of three networks, large scores, and whether the arguments stay the same."""

    def network(m, n, h, k, size=1.0):
        def numbers(*shape):
            return size * np.cos(1.7 * np.arange(np.prod(shape)) + len(shape) + n).reshape(shape)

        params = {"W1": numbers(h, n), "b1": numbers(h), "W2": numbers(k, h), "b2": numbers(k)}
        return numbers(m, n), params

    def look(result):
        P, cache = result
        return [P, {key: cache[key] for key in ("X", "Z1", "A1", "Z2", "P")}]

    def afterwards(X, params):
        forward(X, params)
        return [X, params]

    yield lambda: look(forward(*network(3, 2, 5, 4)))
    yield lambda: look(forward(*network(3, 3, 3, 3)))
    yield lambda: forward(*network(1, 4, 2, 3))[0]
    yield lambda: forward(*network(2, 2, 3, 4, size=900.0))[0]
    yield lambda: afterwards(*network(2, 3, 3, 4))


def probe_initialize(initialize):
    """Look at keys and shapes, biases, size and balance of the weights, and what they depend on."""

    def draw(n, h, k, seed):
        return initialize(n, h, k, np.random.default_rng(seed))

    yield lambda: {key: list(np.shape(value)) for key, value in draw(5, 3, 4, 0).items()}
    yield lambda: [bool(np.any(draw(5, 3, 4, 0)[key])) for key in ("b1", "b2")]
    wide = {}
    for key, n in (("W1", 1100), ("W2", 100)):

        def big(key=key):
            if not wide:  # drawn once: an answer in loops takes its time
                wide.update(draw(1100, 100, 9, 0))
            return np.asarray(wide[key])

        def small(seed, key=key):
            return np.asarray(draw(20, 20, 20, seed)[key])

        yield lambda n=n, W=big: int(np.searchsorted([0.1, 1 / 3, 3, 8], np.std(W()) * np.sqrt(n)))
        yield lambda W=big: bool(abs(np.mean(W())) < np.std(W()) / 5)
        yield lambda W=small: np.unique(W(0)).size > 300
        yield lambda W=small: bool(np.allclose(W(0), W(0)))
        yield lambda W=small: bool(np.allclose(W(0), W(1)))
    yield lambda: bool(np.allclose((params := draw(20, 20, 20, 0))["W1"], params["W2"]))


def probe_relative_error(relative_error):
    """Look at vectors, a table, tiny numbers, two zeros and whether the arguments stay as they were."""
    a, b = np.array([1.0, -2.0, 0.5, 4.0]), np.array([0.5, -1.0, 2.0, 3.0])
    A, B = np.array([[1.0, 2.0], [-3.0, 0.5], [0.3, 2.5]]), np.array([[2.0, 2.0], [1.0, -0.5], [0.0, 1.0]])
    yield lambda: relative_error(a.copy(), b.copy())
    yield lambda: relative_error(b.copy(), a.copy())
    yield lambda: relative_error(A.copy(), B.copy())
    yield lambda: relative_error(1e-9 * a, 1e-9 * b)
    yield lambda: relative_error(np.zeros(3), np.zeros(3))
    yield lambda: (relative_error(x := a.copy(), z := b.copy()), x, z)[1:]
    yield lambda: np.max([1 - relative_error(a.copy(), 0 * a), 1 - relative_error(0 * a, a.copy())])
    yield lambda: relative_error(a.copy(), a * (1 + 2.0**-17))


def probe_relu(relu):
    """Look at a vector, a table, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [-0.9, 0.4, -1.7]])
    yield lambda: relu(z.copy())
    yield lambda: relu(z[0].copy())
    yield lambda: relu(-0.8)
    yield lambda: (relu(given := z.copy()), np.array_equal(given, z))[1]


def probe_relu_derivative(relu_derivative):
    """Look at a table without zeros, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [-0.9, 0.4, -1.7]])
    yield lambda: relu_derivative(z.copy())
    yield lambda: relu_derivative(0.8)
    yield lambda: 0 <= float(relu_derivative(np.array([0.0]))[0]) <= 1
    yield lambda: (relu_derivative(given := z.copy()), np.array_equal(given, z))[1]


def probe_repaired_input_gradient(repaired_input_gradient):
    """Look at two networks, at one example, at equal labels, and whether params and cache stay the same."""

    def wide(y=(2, 0, 3)):
        params = {"W1": [[0.5], [-1.0]], "b1": [0.1, 0.3], "b2": [0.2, -0.1, 0.0, 0.3]}
        params["W2"] = [[1.0, -0.5], [0.5, 1.0], [-1.0, 0.5], [0.0, 2.0]]
        cache = {"X": [[1.0], [-0.5], [2.0]], "Z1": [[0.6, -0.7], [-0.15, 0.8], [1.1, -1.7]]}
        cache["Z2"] = [
            [1.03923346, -0.43584299, -0.83923346, -0.90873555],
            [-0.28090342, 0.48959425, 0.48090342, 1.62807354],
            [1.46820356, -0.63515956, -1.26820356, -1.57081814],
        ]
        cache["P"] = [
            [0.65610393, 0.15009115, 0.10026857, 0.09353636],
            [0.08299328, 0.17933531, 0.17778349, 0.55988791],
            [0.80989382, 0.09884372, 0.05248335, 0.03877910],
        ]
        return arrays(y, params, cache)

    def square():
        params = {"W1": [[1.0, 2.0], [0.0, -1.0]], "b1": [0.5, 0.0], "b2": [0.0, -0.5]}
        params["W2"] = [[1.0, -2.0], [3.0, 1.0]]
        cache = {"X": [[0.25, -0.5], [1.0, 0.2]], "Z1": [[-0.25, 0.5], [1.9, -0.2]]}
        cache["Z2"] = [[-1.16915298, -0.77263883], [1.3509881, 2.17133705]]
        cache["P"] = [[0.40215014, 0.59784986], [0.30568959, 0.69431041]]
        return arrays([1, 0], params, cache)

    def arrays(y, params, cache):
        params, cache = ({key: np.array(value) for key, value in d.items()} for d in (params, cache))
        return np.array(y), params, cache | {"A1": np.tanh(cache["Z1"])}

    def first_example(y, params, cache):
        return y[:1], params, {key: value[:1] for key, value in cache.items()}

    def afterwards(y, params, cache):
        repaired_input_gradient(y, params, cache)
        return [params, {key: cache[key] for key in ("X", "Z1", "A1", "Z2", "P")}]

    yield lambda: repaired_input_gradient(*wide())
    yield lambda: repaired_input_gradient(*square())
    yield lambda: repaired_input_gradient(*first_example(*wide()))
    yield lambda: repaired_input_gradient(*wide([1, 1, 1]))
    yield lambda: afterwards(*wide())


def probe_sigmoid_derivative(sigmoid_derivative):
    """Look at a table, large inputs, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [0.9, -0.4, 1.7]])
    yield lambda: sigmoid_derivative(z.copy())
    yield lambda: sigmoid_derivative(np.array([-1000.0]))
    yield lambda: sigmoid_derivative(np.array([1000.0]))
    yield lambda: sigmoid_derivative(-0.8)
    yield lambda: (sigmoid_derivative(given := z.copy()), np.array_equal(given, z))[1]


def probe_tanh_derivative(tanh_derivative):
    """Look at a table, large inputs, one number and whether z stays as it was."""
    z = np.array([[0.3, -1.2, 2.5], [0.9, -0.4, 1.7]])
    yield lambda: tanh_derivative(z.copy())
    yield lambda: tanh_derivative(np.array([-1000.0]))
    yield lambda: tanh_derivative(np.array([1000.0]))
    yield lambda: tanh_derivative(-0.8)
    yield lambda: (tanh_derivative(given := z.copy()), np.array_equal(given, z))[1]


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
