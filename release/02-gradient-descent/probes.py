"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np


def probe_gradient_descent(gradient_descent):
    """Look at a few steps, a start of ints, no step, other shapes and whether theta0 stays as it was."""

    def slopes(theta):
        return np.array([2 * theta[0] + theta[1], 3 * theta[1] - 1])

    def after(theta0):
        gradient_descent(lambda theta: 2 * theta + 1, theta0, 0.25, 2)
        return theta0

    def gradient_stays():
        slope = np.array([8.0, -2.0])
        list(gradient_descent(lambda theta: slope, np.array([1.0, 2.0]), 0.25, 2))
        return slope.tolist() == [8.0, -2.0]

    yield lambda: gradient_descent(slopes, np.array([1.5, -2.0]), 0.1, 3)
    yield lambda: gradient_descent(slopes, np.array([1.5, -2.0]), 0.1, 0)
    yield lambda: gradient_descent(slopes, np.array([3, -2]), 0.1, 2)
    yield lambda: gradient_descent(lambda theta: 2 * theta + 1, np.array(1.5), 0.25, 2)
    yield lambda: gradient_descent(np.sin, np.array([[1.0, 2.0, 0.5], [-1.0, 3.0, 0.25]]), 0.5, 1)
    yield lambda: after(np.array([1.5, -2.0]))
    yield lambda: gradient_descent(lambda theta: -9 * theta, np.array([1e-12]), 1.0, 13)
    yield gradient_stays


def probe_linear_regression_gradient(linear_regression_gradient):
    """Look at three sizes, a square X, one example and whether the arguments stay as they were."""
    X = np.array([[1.0, -2.0, 0.5], [0.5, 3.0, -1.0], [-1.0, 0.25, 2.0], [3.0, 1.5, 0.7], [0.2, -0.4, 1.1]])
    y, w, b = np.array([0.5, -1.0, 2.0, 1.2, -0.3]), np.array([1.5, -0.5, 0.8]), 0.75

    def after():
        given = X.copy(), y.copy(), w.copy()
        linear_regression_gradient(*given, b)
        return given

    yield lambda: linear_regression_gradient(X.copy(), y.copy(), w.copy(), b)
    yield lambda: linear_regression_gradient(X[1:4].copy(), y[1:4].copy(), w.copy(), b)
    yield lambda: linear_regression_gradient(X[:1].copy(), y[:1].copy(), w.copy(), b)
    yield after


def probe_logistic_regression_gradient(logistic_regression_gradient):
    """Look at three sizes, a square X, one example, large scores and whether the arguments stay."""
    X = np.array([[1.0, -2.0, 0.5], [0.5, 3.0, -1.0], [-1.0, 0.25, 2.0], [3.0, 1.5, 0.7], [0.2, -0.4, 1.1]])
    y, w, b = np.array([1, 0, 1, 0, 0]), np.array([1.5, -0.5, 0.8]), 0.75

    def after():
        given = X.copy(), y.copy(), w.copy()
        logistic_regression_gradient(*given, b)
        return given

    yield lambda: logistic_regression_gradient(X.copy(), y.copy(), w.copy(), b)
    yield lambda: logistic_regression_gradient(X[1:4].copy(), y[1:4].copy(), w.copy(), b)
    yield lambda: logistic_regression_gradient(X[:1].copy(), y[:1].copy(), w.copy(), b)
    yield lambda: logistic_regression_gradient(np.array([[2.0]]), np.array([0]), np.array([500.0]), 0.0)
    yield lambda: logistic_regression_gradient(np.array([[2.0]]), np.array([1]), np.array([-500.0]), 0.0)
    yield after


def probe_minibatches(minibatches):
    """Look at equal examples (sizes), then at what holds for every shuffled order."""
    X, y = np.tile([4.0, -2.0], (7, 1)), np.full(7, 9)
    numbers = np.arange(200)

    def batches(seed):
        return list(minibatches(10 * numbers[:, None], numbers.copy(), 20, np.random.default_rng(seed)))

    def order(seed):
        return np.concatenate([labels for _, labels in batches(seed)])

    def groups(seed):
        return {frozenset(np.asarray(labels).tolist()) for _, labels in batches(seed)}

    def keep_labels():
        return all(np.array_equal(rows[:, 0], 10 * labels) for rows, labels in batches(3))

    def arguments_stay():
        table, labels = 10 * numbers[:, None], numbers.copy()
        list(minibatches(table, labels, 20, np.random.default_rng(4)))
        return np.array_equal(table, 10 * numbers[:, None]) and np.array_equal(labels, numbers)

    def examples_of_300():
        batches = minibatches(np.ones((300, 2)), np.arange(300), 60, np.random.default_rng(1))
        return len({int(label) for _, labels in batches for label in labels})

    def rows_come_once():
        rows = np.concatenate([table for table, _ in batches(2)])
        return len(np.unique(rows)) == len(rows)

    yield lambda: list(minibatches(X, y, 3, np.random.default_rng(1)))
    yield lambda: list(minibatches(X[:6], y[:6], 3, np.random.default_rng(1)))
    yield lambda: list(minibatches(X[:2], y[:2], 5, np.random.default_rng(1)))
    yield keep_labels
    yield arguments_stay
    yield lambda: len(set(order(5).tolist())) == len(order(5))
    yield lambda: np.sum(np.diff(order(5)) == 1) < 40
    yield lambda: np.array_equal(order(6), order(6))
    yield lambda: np.array_equal(order(6), order(7))
    yield lambda: groups(8) == groups(9)
    yield examples_of_300
    yield rows_come_once


def probe_numerical_gradient(numerical_gradient):
    """Look at a large step, other shapes, ints, what f receives and whether theta stays as it was."""

    def cubic(theta):
        values = np.ravel(theta).astype(float)
        return np.sum(np.arange(1, values.size + 1) * values**3) + values[0] * values[-1]

    def shapes_that_f_gets(theta):
        shapes = []
        numerical_gradient(lambda t: shapes.append(list(np.shape(t))) or 0.0, theta, 0.5)
        return shapes

    def places_that_f_gets(theta):
        places = set()
        numerical_gradient(lambda t: places.add(np.array(t, dtype=float).tobytes()) or 0.0, theta, 0.5)
        return min(len(places), 2)

    def after(theta):
        numerical_gradient(cubic, theta, 0.5)
        return theta

    table = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.5]])
    yield lambda: numerical_gradient(cubic, np.array([1.0, 2.0, -0.5]), 0.5)
    yield lambda: numerical_gradient(cubic, np.array([1.0, 2.0, -0.5]))
    yield lambda: numerical_gradient(cubic, table.copy(), 0.25)
    yield lambda: numerical_gradient(cubic, np.array([3, -2]), 0.25)
    yield lambda: numerical_gradient(cubic, np.array(1.5), 0.25)
    yield lambda: shapes_that_f_gets(table.copy())
    yield lambda: places_that_f_gets(table.copy())
    yield lambda: after(table.copy())
    yield lambda: after(np.array([3, -2]))


def probe_repaired_decaying_descent(repaired_decaying_descent):
    """Look at runs with and without decay, at no step, a start of ints, other shapes and theta0 after a call."""

    def slopes(theta):
        return np.array([2 * theta[0] + theta[1], 3 * theta[1] - 1])

    def after(theta0):
        repaired_decaying_descent(lambda theta: 2 * theta + 1, theta0, 0.25, 0.5, 3)
        return theta0

    yield lambda: repaired_decaying_descent(slopes, np.array([1.5, -2.0]), 0.1, 0.7, 5)
    yield lambda: repaired_decaying_descent(slopes, np.array([1.5, -2.0]), 0.1, 0.0, 3)
    yield lambda: repaired_decaying_descent(slopes, np.array([1.5, -2.0]), 0.1, 0.7, 0)
    yield lambda: repaired_decaying_descent(slopes, np.array([3, -2]), 0.1, 0.7, 2)
    yield lambda: repaired_decaying_descent(lambda theta: 2 * theta + 1, np.array(1.5), 0.25, 2.0, 4)
    yield lambda: repaired_decaying_descent(np.sin, np.array([[1.0, 2.0, 0.5], [-1.0, 3.0, 0.25]]), 0.5, 1.3, 1)
    yield lambda: after(np.array([1.5, -2.0]))


def probe_sgd(sgd):
    """Look at equal examples (the order does not matter), then at which labels the gradient gets."""
    X, y = np.tile([2.0, -1.0], (7, 1)), np.full(7, 3.0)

    def slopes(X_batch, y_batch, A, c, d):
        return A * X_batch[0] + c, A[0, 0] - y_batch[0], d * c + len(y_batch)

    def start():
        return [np.array([[1.0, -1.0]]), np.array(0.5), np.array([2.0, -3.0, 4.0])]

    def after():
        arrays = start()
        params = list(arrays)
        list(sgd(slopes, params, X, y, 0.1, 3, 2, np.random.default_rng(2)))
        return arrays, params

    def epochs(seed=3):
        seen, labels = [], np.arange(60)

        def record(X_batch, y_batch, w):
            seen.append(np.array(y_batch))
            return [w]

        rng = np.random.default_rng(seed)
        list(sgd(record, [np.ones(2)], 0.5 * labels[:, None], labels, 0.1, 20, 2, rng))
        return np.concatenate(seen[: len(seen) // 2]), np.concatenate(seen[len(seen) // 2 :])

    def gradient_stays():
        slope = np.array([8.0, -2.0])
        list(sgd(lambda X, y, a: [slope], [np.ones(2)], X, y, 0.25, 4, 1, np.random.default_rng(1)))
        return slope.tolist() == [8.0, -2.0]

    yield lambda: sgd(slopes, start(), X, y, 0.1, 3, 2, np.random.default_rng(1))
    yield lambda: sgd(slopes, start(), X, y, 0.1, 7, 2, np.random.default_rng(1))
    yield lambda: sgd(slopes, start(), X, y, 0.1, 7, 0, np.random.default_rng(1))
    yield lambda: sgd(lambda X, y, a: [a], [8.0], X, y, 0.25, 4, 1, np.random.default_rng(1))
    yield after
    yield lambda: [np.sort(labels) for labels in epochs()]
    yield lambda: np.array_equal(*epochs())
    yield lambda: np.array_equal(epochs(3)[0], epochs(4)[0])
    yield lambda: np.array_equal(epochs()[0], np.sort(epochs()[0]))
    yield lambda: sgd(lambda X, y, w: [-9 * w], [np.array([1e-12])], X, y, 1.0, 7, 13, np.random.default_rng(1))
    yield gradient_stays


def probe_softmax_regression_gradient(softmax_regression_gradient):
    """Look at three sizes, a square case, an absent class, large scores and whether the arguments stay."""
    X = np.array([[1.0, -2.0, 0.5, 0.3], [0.5, 3.0, -1.0, 0.4], [-1.0, 0.25, 2.0, -0.6], [2.0, 1.0, 0.1, 0.9]])
    X = np.vstack([X, [0.7, -0.3, 1.2, -1.4]])
    W = np.array([[1.5, -0.5, 0.2, 0.6], [0.25, 1.0, -0.4, 0.3], [-1.0, 0.5, 0.7, -0.2]])
    W, b = np.vstack([W, [0.4, -0.8, 0.1, 0.5]]), np.array([0.1, -0.3, 0.4, 0.2])

    def result(m, labels, k=3, scale=1.0):
        y = np.array(labels)
        return softmax_regression_gradient(X[:m].copy(), y, scale * W[:k], b[:k].copy())

    def after():
        given = X.copy(), np.array([2, 0, 1, 0, 3]), W.copy(), b.copy()
        softmax_regression_gradient(*given)
        return given

    yield lambda: result(5, [2, 0, 1, 0, 1])
    yield lambda: result(4, [1, 0, 3, 2], k=4)
    yield lambda: result(5, [1, 0, 1, 1, 0])
    yield lambda: result(1, [1])
    yield lambda: result(3, [2, 0, 1], scale=400.0)
    yield after
