"""repaired_decaying_descent(gradient, theta0, learning_rate, decay, n_steps): known answers."""

import numpy as np


# %% probe
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


# %% wrong: not-repaired
# hint: The line learning_rate = ... changes learning_rate itself. So each step divides a rate that was divided before.
#  Keep learning_rate, and give the rate of the step another name.
#-        rate = learning_rate / (1 + decay * t)
#-        history.append(history[-1] - rate * gradient(history[-1]))
#+        learning_rate = learning_rate / (1 + decay * t)
#+        history.append(history[-1] - learning_rate * gradient(history[-1]))


# %% wrong: same-factor-in-each-step
# hint: Each step divides the rate by 1 + decay. So the rate falls like a power. In the formula t stands beside decay.
#-        rate = learning_rate / (1 + decay * t)
#+        rate = learning_rate / (1 + decay) ** t


# %% wrong: falls-one-step-too-early
# hint: Step 0 must have the whole learning_rate. You count the steps from 1.
#-        rate = learning_rate / (1 + decay * t)
#+        rate = learning_rate / (1 + decay * (t + 1))


# %% wrong: falls-one-step-too-late
# hint: The rate falls one step too late. Step 1 divides by 1 + decay already.
#-        rate = learning_rate / (1 + decay * t)
#+        rate = learning_rate / (1 + decay * max(t - 1, 0))


# %% wrong: decay-as-a-power
# hint: You multiply by decay to the power t. That is another rule; with decay = 0 nothing moves after the first step.
#-        rate = learning_rate / (1 + decay * t)
#+        rate = learning_rate * decay**t


# %% wrong: subtracts-the-decay
# hint: You subtract decay * t from the rate, which becomes negative after a while. Divide by 1 + decay * t.
#-        rate = learning_rate / (1 + decay * t)
#+        rate = learning_rate - decay * t


# %% wrong: missing-brackets
# hint: You divide by 1 only, and add decay * t. Put brackets around 1 + decay * t.
#-        rate = learning_rate / (1 + decay * t)
#+        rate = learning_rate / 1 + decay * t


# %% wrong: never-falls
# hint: The rate stays the same now: decay is not used. That is plain gradient descent.
#-        rate = learning_rate / (1 + decay * t)
#+        rate = learning_rate


# %% wrong: goes-uphill
# hint: This is what adding the gradient gives. It leads uphill. Subtract the gradient.
#-        history.append(history[-1] - rate * gradient(history[-1]))
#+        history.append(history[-1] + rate * gradient(history[-1]))


# %% wrong: keeps-one-array
# hint: The rates may be right, but all rows of the history are the same array. Make a new array in each step.
def repaired_decaying_descent(gradient, theta0, learning_rate, decay, n_steps):
    theta = np.array(theta0, dtype=float)
    history = [theta]
    for t in range(n_steps):
        theta -= learning_rate / (1 + decay * t) * gradient(theta)
        history.append(theta)
    return np.array(history)


# %% wrong: gradient-at-the-start
# hint: Every step uses the gradient at theta0. Compute it again at the newest point.
#-        history.append(history[-1] - rate * gradient(history[-1]))
#+        history.append(history[-1] - rate * gradient(history[0]))


# %% wrong: leaves-out-the-start
# hint: Row 0 of the history must be theta0, the point before the first step.
#-    return np.array(history)
#+    return np.array(history[1:])


# %% wrong: one-step-too-few
# hint: One step is missing. n_steps steps give n_steps + 1 rows.
#-    for t in range(n_steps):
#+    for t in range(n_steps - 1):


# %% wrong: changes-theta0
# hint: The path is right, but theta0 itself is changed. Start with a copy of it, as floats.
def repaired_decaying_descent(gradient, theta0, learning_rate, decay, n_steps):
    theta = theta0
    history = [theta.copy()]
    for t in range(n_steps):
        theta -= learning_rate / (1 + decay * t) * gradient(theta)
        history.append(theta.copy())
    return np.array(history)


# %% right: filled-in-place
def repaired_decaying_descent(gradient, theta0, learning_rate, decay, n_steps):
    history = np.empty((n_steps + 1,) + np.shape(theta0))
    history[0] = theta0
    for t in range(1, n_steps + 1):
        slope = np.asarray(gradient(history[t - 1].copy()))
        history[t] = history[t - 1] - learning_rate / (1 + decay * (t - 1)) * slope
    return history


# %% right: all-rates-first
def repaired_decaying_descent(gradient, theta0, learning_rate, decay, n_steps):
    theta, path = np.asarray(theta0).astype(float), []
    for rate in learning_rate / (1 + decay * np.arange(n_steps)):
        path.append(theta)
        theta = theta - rate * gradient(theta)
    return path + [theta]


# %% right: generator-that-counts-the-divisor
def repaired_decaying_descent(gradient, theta0, learning_rate, decay, n_steps):
    theta, divisor = np.array(theta0, dtype=float), 1.0
    yield theta.copy()
    for t in range(n_steps):
        print("step", t)
        theta -= learning_rate * gradient(theta) / divisor
        divisor += decay
        yield theta.copy()


# %% right: one-step-of-the-given-function-at-a-time
def repaired_decaying_descent(gradient, theta0, learning_rate, decay, n_steps):
    history = [np.array(theta0, dtype=float)]
    for t in range(n_steps):
        history.append(decaying_descent(gradient, history[-1], learning_rate / (1 + decay * t), 0.0, 1)[-1])
    return np.array(history)
