"""numerical_gradient(f, theta, h): known answers."""

import numpy as np


# %% probe
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


# %% wrong: forward-difference
# hint: This is what the forward difference gives. A central difference compares theta + h with theta - h.
#-        step = np.zeros_like(theta)
#-        step[index] = h
#-        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
#+        moved = theta.copy()
#+        moved[index] += h
#+        gradient[index] = (f(moved) - f(theta)) / h


# %% wrong: backward-difference
# hint: This is what the backward difference gives. A central difference compares theta + h with theta - h.
#-        step = np.zeros_like(theta)
#-        step[index] = h
#-        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
#+        moved = theta.copy()
#+        moved[index] -= h
#+        gradient[index] = (f(theta) - f(moved)) / h


# %% wrong: divides-by-h
# hint: Your slopes are twice too large. From theta - h to theta + h the distance is 2 h.
#-        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
#+        gradient[index] = (f(theta + step) - f(theta - step)) / h


# %% wrong: divides-without-brackets
# hint: This is what / 2 * h gives: it divides by 2 and then multiplies by h. Write / (2 * h).
#-        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
#+        gradient[index] = (f(theta + step) - f(theta - step)) / 2 * h


# %% wrong: ignores-h
# hint: The slopes do not change with the argument h. Use h as the step.
#-    theta = np.asarray(theta, dtype=float)
#+    theta = np.asarray(theta, dtype=float)
#+    epsilon = 1e-5
#-        step[index] = h
#-        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
#+        step[index] = epsilon
#+        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * epsilon)


# %% wrong: moves-all-entries
# hint: You move all entries of theta at once. This gives one number. Move one entry at a time.
def numerical_gradient(f, theta, h=1e-5):
    return (f(theta + h) - f(theta - h)) / (2 * h)


# %% wrong: moves-whole-rows
# hint: This is right for a list of numbers only. In a table theta[i] is a whole row,
#  and an array of shape () has no theta[0].
def numerical_gradient(f, theta, h=1e-5):
    theta = theta.astype(float)
    gradient = np.zeros(theta.shape)
    for i in range(len(theta)):
        plus, minus = theta.copy(), theta.copy()
        plus[i] += h
        minus[i] -= h
        gradient[i] = (f(plus) - f(minus)) / (2 * h)
    return gradient


# %% wrong: steps-pile-up
# hint: The entries that you moved before are still moved. Only one entry may differ from theta.
#-    gradient = np.zeros_like(theta)
#+    gradient, step = np.zeros_like(theta), np.zeros_like(theta)
#-        step = np.zeros_like(theta)


# %% wrong: stores-slopes-as-ints
# hint: When theta holds ints, np.zeros_like(theta) holds ints too, and the slopes lose their decimals.
#-    theta = np.asarray(theta, dtype=float)

#-        step = np.zeros_like(theta)
#+        step = np.zeros(theta.shape)


# %% wrong: moves-ints
# hint: When theta holds ints, a copy of it holds ints too, and theta + h is cut to a whole number.
def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        plus, minus = theta.copy(), theta.copy()
        plus[index] += h
        minus[index] -= h
        gradient[index] = (f(plus) - f(minus)) / (2 * h)
    return gradient


# %% wrong: moves-theta-itself
# hint: You move the entries of theta itself and back. With ints theta does not come back.
#  Work on a copy of floats.
def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        theta[index] += h
        above = f(theta)
        theta[index] -= 2 * h
        below = f(theta)
        theta[index] += h
        gradient[index] = (above - below) / (2 * h)
    return gradient


# %% wrong: never-moves-back
# hint: You never move an entry of theta back. So theta is changed, and all later slopes are wrong.
def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        theta[index] += h
        above = f(theta)
        theta[index] -= 2 * h
        gradient[index] = (above - f(theta)) / (2 * h)
    return gradient


# %% wrong: keeps-entries-of-a-copy-moved
# hint: You move an entry of your copy and never move it back. So the slopes after the first belong to another place.
def numerical_gradient(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        theta[index] += h
        above = f(theta)
        theta[index] -= 2 * h
        gradient[index] = (above - f(theta)) / (2 * h)
    return gradient


# %% wrong: second-names-of-one-array
# hint: Both values of f come from the same array, so all slopes are 0. A line such as plus = theta gives the array
#  a second name. It makes no copy: write plus = theta.copy().
def numerical_gradient(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        plus = theta
        plus[index] += h
        minus = theta
        minus[index] -= h
        gradient[index] = (f(plus) - f(minus)) / (2 * h)
    return gradient


# %% wrong: second-names-of-theta
# hint: A line such as plus = theta makes no copy, so both values of f come from theta and all slopes are 0.
#  Write plus = theta.astype(float): this is a copy, and it holds floats.
def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        plus = theta
        plus[index] += h
        minus = theta
        minus[index] -= h
        gradient[index] = (f(plus) - f(minus)) / (2 * h)
    return gradient


# %% wrong: moves-all-entries-in-a-loop
# hint: Each turn moves all entries of theta, so all slopes are equal. Move only the entry of this turn.
def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        gradient[index] = (f(theta + h) - f(theta - h)) / (2 * h)
    return gradient


# %% wrong: one-slope-for-each-row
# hint: Your gradient has one slope for each row of theta. Make it with the shape of theta, and go through
#  all entries with np.ndindex(theta.shape).
def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros(len(theta))
    for i in range(len(theta)):
        plus, minus = np.array(theta, dtype=float), np.array(theta, dtype=float)
        plus[i] += h
        minus[i] -= h
        gradient[i] = (f(plus) - f(minus)) / (2 * h)
    return gradient


# %% wrong: gives-f-a-flat-array
# hint: The function f gets a flat array. Give it an array with the shape of theta.
def numerical_gradient(f, theta, h=1e-5):
    flat = np.ravel(theta).astype(float)
    slopes = [(f(flat + e) - f(flat - e)) / (2 * h) for e in h * np.eye(flat.size)]
    return np.reshape(slopes, np.shape(theta))


# %% wrong: returns-a-flat-array
# hint: The slopes are right, but the result must have the shape of theta.
#-    gradient = np.zeros_like(theta)
#+    slopes = []
#-        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
#-    return gradient
#+        slopes.append((f(theta + step) - f(theta - step)) / (2 * h))
#+    return np.array(slopes)


# %% wrong: gives-f-one-entry
# hint: You give f a single entry of theta. Give it the whole array, in which only that entry is moved.
#-        step = np.zeros_like(theta)
#-        step[index] = h
#-        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
#+        gradient[index] = (f(theta[index] + h) - f(theta[index] - h)) / (2 * h)


# %% right: unit-tables
def numerical_gradient(f, theta, h=1e-5):
    units = np.eye(theta.size).reshape(theta.size, *theta.shape)
    slopes = [(f(theta + h * unit) - f(theta - h * unit)) / (2 * h) for unit in units]
    return np.array(slopes, dtype=np.float32).reshape(theta.shape)


# %% right: one-copy-moved-and-moved-back
def numerical_gradient(f, theta, h=1e-5):
    work = np.array(theta, dtype=float)
    gradient = np.empty_like(work)
    visits = np.nditer(work, flags=["multi_index"])
    while not visits.finished:
        index = visits.multi_index
        old = work[index]
        work[index] = old + h
        above = float(f(work))
        work[index] = old - h
        below = float(f(work))
        work[index] = old
        gradient[index] = 0.5 * (above - below) / h
        visits.iternext()
    return gradient


# %% right: nested-lists
def slope_at(f, theta, place, h):
    moved = [np.array(theta, dtype=float) for _ in range(2)]
    for array, sign in zip(moved, (1, -1)):
        array.reshape(-1)[place] += sign * h
    return (f(moved[0]) - f(moved[1])) / (2 * h)


def numerical_gradient(f, theta, h=1e-5):
    print("differences for", np.size(theta), "entries")
    slopes = [slope_at(f, theta, place, h) for place in range(np.size(theta))]
    return np.array(slopes).reshape(np.shape(theta)).tolist()
