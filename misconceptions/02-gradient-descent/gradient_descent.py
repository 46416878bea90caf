"""gradient_descent(gradient, theta0, learning_rate, n_steps): known answers."""

import numpy as np


# %% probe
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


# %% wrong: goes-uphill
# hint: This is what adding the gradient gives. It leads uphill. Subtract the gradient.
#-        history.append(history[-1] - learning_rate * gradient(history[-1]))
#+        history.append(history[-1] + learning_rate * gradient(history[-1]))


# %% wrong: keeps-one-array
# hint: All rows of the history are the same array, so all show the last step. Keep a copy after each step.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = np.array(theta0, dtype=float)
    history = [theta]
    for _ in range(n_steps):
        theta -= learning_rate * gradient(theta)
        history.append(theta)
    return np.array(history)


# %% wrong: changes-theta0
# hint: The path is right, but theta0 itself is changed. Start with a copy of it, as floats.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = theta0
    history = [theta.copy()]
    for _ in range(n_steps):
        theta -= learning_rate * gradient(theta)
        history.append(theta.copy())
    return np.array(history)


# %% wrong: gradient-at-the-start
# hint: Every step uses the gradient at theta0. Compute it again at the newest point.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    slope = gradient(theta0)
    return np.array([theta0 - t * learning_rate * slope for t in range(n_steps + 1)])


# %% wrong: leaves-out-the-start
# hint: Row 0 of the history must be theta0, the point before the first step.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = np.array(theta0, dtype=float)
    history = []
    for _ in range(n_steps):
        theta = theta - learning_rate * gradient(theta)
        history.append(theta)
    return np.array(history)


# %% wrong: returns-only-the-end
# hint: This is only the last point. Return the whole path, from theta0 on.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = np.array(theta0, dtype=float)
    for _ in range(n_steps):
        theta = theta - learning_rate * gradient(theta)
    return theta


# %% wrong: one-step-too-few
# hint: One step is missing. n_steps steps give n_steps + 1 rows.
#-    for _ in range(n_steps):
#+    for _ in range(1, n_steps):


# %% wrong: one-step-too-many
# hint: There is one step too many. n_steps steps give n_steps + 1 rows, with theta0 as the first.
#-    for _ in range(n_steps):
#+    for _ in range(n_steps + 1):


# %% wrong: cuts-to-ints
# hint: When theta0 holds ints, your array for the history holds ints too, and the decimals are lost.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    history = np.zeros((n_steps + 1, *theta0.shape), dtype=theta0.dtype)
    history[0] = theta0
    for t in range(n_steps):
        history[t + 1] = history[t] - learning_rate * gradient(history[t])
    return history


# %% wrong: only-lists-of-numbers
# hint: This is right only when theta0 is a list of numbers. It can also be a table or one single number.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    history = np.zeros((n_steps + 1, len(theta0)))
    history[0] = theta0
    for t in range(n_steps):
        history[t + 1] = history[t] - learning_rate * gradient(history[t])
    return history


# %% wrong: adds-up-gradients
# hint: Each step uses the sum of all gradients so far. Use only the gradient at the newest point.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta, total = np.array(theta0, dtype=float), 0.0
    history = [theta]
    for _ in range(n_steps):
        total = total + gradient(theta)
        theta = theta - learning_rate * total
        history.append(theta)
    return np.array(history)


# %% wrong: forgets-the-learning-rate
# hint: The learning rate is not used. Multiply the gradient by it.
#-        history.append(history[-1] - learning_rate * gradient(history[-1]))
#+        history.append(history[-1] - gradient(history[-1]))


# %% right: filled-in-place
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    history = np.empty((n_steps + 1,) + np.shape(theta0))
    history[0] = theta0
    for t in range(1, n_steps + 1):
        history[t] = history[t - 1] - learning_rate * np.asarray(gradient(history[t - 1].copy()))
    return history


# %% right: recursion-to-a-list
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    import warnings

    warnings.warn("a list of arrays, not one array", stacklevel=1)
    if n_steps == 0:
        return [np.array(theta0)]
    path = gradient_descent(gradient, theta0, learning_rate, n_steps - 1)
    return path + [path[-1] - learning_rate * gradient(path[-1])]


# %% right: generator-in-float32
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = np.array(theta0, dtype=np.float32)
    yield theta.copy()
    for t in range(n_steps):
        print("step", t)
        theta -= (learning_rate * gradient(theta)).astype(np.float32)
        yield theta.copy()


# %% right: accumulated
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    from itertools import accumulate

    def step(theta, _):
        return theta + -learning_rate * gradient(theta)

    return np.stack(list(accumulate(range(n_steps), step, initial=np.asarray(theta0).astype(float))))


# %% wrong: stops-when-a-step-is-small
# hint: You stop when a step is very small. Take all the steps: later ones can be larger.
#-        history.append(history[-1] - learning_rate * gradient(history[-1]))
#+        step = learning_rate * gradient(history[-1])
#+        if np.linalg.norm(step) < 1e-9:
#+            break
#+        history.append(history[-1] - step)


# %% wrong: fills-up-after-an-early-stop
# hint: You stop when a step is very small, and repeat the last point. Take all the steps: later ones can be larger.
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    history = [np.array(theta0, dtype=float)]
    while len(history) <= n_steps:
        step = learning_rate * gradient(history[-1])
        if np.max(np.abs(step)) < 1e-9:
            return np.array(history + [history[-1]] * (n_steps + 1 - len(history)))
        history.append(history[-1] - step)
    return np.array(history)


# %% wrong: changes-what-gradient-returns
# hint: Your step changes in place what gradient returned. It can be theta itself.
#  Make a new array: theta - learning_rate * gradient(theta).
def gradient_descent(gradient, theta0, learning_rate, n_steps):
    theta = np.array(theta0, dtype=float)
    history = [theta]
    for _ in range(n_steps):
        step = gradient(theta)
        step *= -learning_rate
        theta = theta + step
        history.append(theta)
    return np.array(history)
