"""Value(data), with its operations and backward: known answers."""

import math

import numpy as np

Node = object  # the notebook gives it


# %% probe
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


# %% wrong: difference-with-slopes-of-a-sum
# hint: In a - b the slope for b has the wrong sign: it is -1.
#-        return Value(self.data - other.data, (self, other), (1.0, -1.0))
#+        return Value(self.data - other.data, (self, other), (1.0, 1.0))


# %% wrong: minus-with-the-slope-one
# hint: The slope of -a is -1, and not 1.
#-        return Value(-self.data, (self,), (-1.0,))
#+        return Value(-self.data, (self,), (1.0,))


# %% wrong: product-with-slopes-swapped
# hint: In a * b the two slopes are swapped. The slope for a is b, and the slope for b is a.
#-        return Value(self.data * other.data, (self, other), (other.data, self.data))
#+        return Value(self.data * other.data, (self, other), (self.data, other.data))


# %% wrong: product-with-slopes-of-a-sum
# hint: In a * b both slopes are 1. The slope for one factor is the other factor.
#-        return Value(self.data * other.data, (self, other), (other.data, self.data))
#+        return Value(self.data * other.data, (self, other), (1.0, 1.0))


# %% wrong: quotient-forgets-the-sign
# hint: In a / b the slope for b needs a minus: it is -a / b squared.
#-        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data**2))
#+        return Value(self.data / other.data, (self, other), (1 / other.data, self.data / other.data**2))


# %% wrong: quotient-forgets-the-square
# hint: In a / b the slope for b is divided by b once only. It is -a / b squared.
#-        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data**2))
#+        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data))


# %% wrong: power-keeps-the-exponent
# hint: In the slope of a power the exponent has to be one less: n times a to the power n - 1.
#-        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))
#+        return Value(self.data**exponent, (self,), (exponent * self.data**exponent,))


# %% wrong: power-forgets-the-factor
# hint: In the slope of a power the factor n is missing: n times a to the power n - 1.
#-        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))
#+        return Value(self.data**exponent, (self,), (self.data ** (exponent - 1),))


# %% wrong: slope-of-exp-at-the-data
# hint: The slope of exp is a here. It is the result, e to the power a.
#-        return Value(result, (self,), (result,))
#+        return Value(result, (self,), (self.data,))


# %% wrong: slope-of-log-is-the-log
# hint: The slope of log is 1 divided by the logarithm here. It is 1 divided by a.
#-        return Value(math.log(self.data), (self,), (1 / self.data,))
#+        return Value(math.log(self.data), (self,), (1 / math.log(self.data),))


# %% wrong: log-to-the-base-ten
# hint: This is the logarithm to the base 10. The natural logarithm is math.log.
#-        return Value(math.log(self.data), (self,), (1 / self.data,))
#+        return Value(math.log10(self.data), (self,), (1 / self.data,))


# %% wrong: slope-of-tanh-without-the-square
# hint: The slope of tanh is 1 minus tanh. It is 1 minus tanh squared.
#-        return Value(result, (self,), (1 - result**2,))
#+        return Value(result, (self,), (1 - result,))


# %% wrong: slope-of-tanh-squares-the-difference
# hint: Your slope of tanh is the square of 1 minus tanh. Square tanh first, then subtract from 1.
#-        return Value(result, (self,), (1 - result**2,))
#+        return Value(result, (self,), ((1 - result) ** 2,))


# %% wrong: slope-of-tanh-at-the-data
# hint: The slope of tanh is 1 - a squared here. Square the result, tanh of a.
#-        return Value(result, (self,), (1 - result**2,))
#+        return Value(result, (self,), (1 - self.data**2,))


# %% wrong: slope-of-the-sigmoid
# hint: The slope of tanh is that of the sigmoid here. It is 1 minus tanh squared.
#-        return Value(result, (self,), (1 - result**2,))
#+        return Value(result, (self,), (result * (1 - result),))


# %% wrong: slope-of-relu-always-one
# hint: The slope of relu is 1 everywhere. It is 0 where a is negative.
#-        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))
#+        return Value(max(0.0, self.data), (self,), (1.0,))


# %% wrong: slope-of-relu-is-relu
# hint: The slope of relu is its value here. It is 1 where a is positive.
#-        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))
#+        return Value(max(0.0, self.data), (self,), (max(0.0, self.data),))


# %% wrong: only-values-on-the-right
# hint: The other part may be a plain number, as in a + 2. Begin with other = self.wrap(other).
#-    def __add__(self, other):
#-        other = self.wrap(other)
#+    def __add__(self, other):
#-    def __sub__(self, other):
#-        other = self.wrap(other)
#+    def __sub__(self, other):
#-    def __mul__(self, other):
#-        other = self.wrap(other)
#+    def __mul__(self, other):
#-    def __truediv__(self, other):
#-        other = self.wrap(other)
#+    def __truediv__(self, other):


# %% wrong: slopes-are-values
# hint: The slopes are Values here. They are plain numbers, made of self.data and other.data.
#-        return Value(self.data * other.data, (self, other), (other.data, self.data))
#+        return Value(self.data * other.data, (self, other), (other, self))


# %% wrong: forgets-the-parents
# hint: The sum has no parents, so the way back ends there. Hand over (self, other) and the slopes.
#-        return Value(self.data + other.data, (self, other), (1.0, 1.0))
#+        return Value(self.data + other.data)


# %% wrong: changes-itself
# hint: The sum is put into self. Each operation returns a new Value, and a stays as it was.
#-        return Value(self.data + other.data, (self, other), (1.0, 1.0))
#+        self.data += other.data
#+        return Value(self.data, (self, other), (1.0, 1.0))


# %% wrong: overwrites-the-slope
# hint: grad is overwritten, so only the last way counts. Slopes of several ways are added.
#-                parent.grad += step * value.grad
#+                parent.grad = step * value.grad


# %% wrong: never-sets-grad-to-zero
# hint: An earlier call leaves its slopes in grad. Set grad of all values to 0 first.
#-        for value in order:
#-            value.grad = 0.0


# %% wrong: starts-with-zero
# hint: The way back starts with 0, so every slope is 0. Set grad of the last value to 1, after all others were set
#  to 0.
#-        self.grad = 1.0


# %% wrong: starts-with-the-loss
# hint: The way back starts with the data of the last value. It starts with 1.
#-        self.grad = 1.0
#+        self.grad = self.data


# %% wrong: goes-forward
# hint: Only the parents of the last value get a slope. Go through the whole order, and begin at its end.
#-        for value in reversed(order):
#+        for value in order:


# %% wrong: hands-the-slope-on-too-early
# hint: A value hands its slope on before all ways have reached it, so parts are counted twice. Go through
#  topological_order from its end.
#-        for value in reversed(order):
#-            for parent, step in zip(value.parents, value.slopes):
#-                parent.grad += step * value.grad
#+        waiting = [self]
#+        while waiting:
#+            value = waiting.pop()
#+            for parent, step in zip(value.parents, value.slopes):
#+                parent.grad += step * value.grad
#+                waiting.append(parent)


# %% wrong: follows-each-way-alone
# hint: grad is handed on before all ways have reached a value, and old slopes stay in it. Set every grad to 0 first,
#  then go through topological_order from its end.
#-        order = topological_order(self)
#-        for value in order:
#-            value.grad = 0.0
#-        self.grad = 1.0
#-        for value in reversed(order):
#-            for parent, step in zip(value.parents, value.slopes):
#-                parent.grad += step * value.grad
#+        def go(value):
#+            for parent, step in zip(value.parents, value.slopes):
#+                parent.grad += step * value.grad
#+                go(parent)
#+
#+        self.grad = 1.0
#+        go(self)


# %% wrong: calls-itself-for-each-parent
# hint: A function that calls itself for each parent hands grad on before all ways have reached it. Go through
#  topological_order from its end.
#-        self.grad = 1.0
#-        for value in reversed(order):
#-            for parent, step in zip(value.parents, value.slopes):
#-                parent.grad += step * value.grad
#+        def go(value):
#+            for parent, step in zip(value.parents, value.slopes):
#+                parent.grad += step * value.grad
#+                go(parent)
#+
#+        self.grad = 1.0
#+        go(self)


# %% wrong: forgets-the-slope-of-the-step
# hint: The grad is handed on unchanged. Multiply it by the slope of the step.
#-                parent.grad += step * value.grad
#+                parent.grad += value.grad


# %% wrong: forgets-the-upstream-slope
# hint: Only the slope of the step is added. Multiply it by the grad of the value that was computed.
#-                parent.grad += step * value.grad
#+                parent.grad += step


# %% wrong: zero-for-given-numbers-only
# hint: Only the numbers without parents are set to 0. The ones in between keep the slopes of an earlier call.
#-            value.grad = 0.0
#+            if not value.parents:
#+                value.grad = 0.0


# %% right: made-of-three-operations
class Value(Node):
    def __add__(self, other):
        other = self.wrap(other)
        return Value(self.data + other.data, [self, other], [1, 1])

    def __mul__(self, other):
        other = self.wrap(other)
        return Value(self.data * other.data, [self, other], [other.data, self.data])

    def __pow__(self, exponent):
        return Value(self.data**exponent, [self], [exponent * self.data ** (exponent - 1)])

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-self.wrap(other))

    def __truediv__(self, other):
        return self * self.wrap(other) ** -1

    def exp(self):
        return Value(np.exp(self.data), [self], [np.exp(self.data)])

    def log(self):
        return Value(np.log(self.data), [self], [np.divide(1, self.data)])

    def tanh(self):
        two = (self * 2).exp()
        return (two - 1) / (two + 1)

    def relu(self):
        return self if self.data > 0 else self * 0

    def backward(self):
        print("backward")
        order = topological_order(self)
        slopes = dict.fromkeys(order, 0.0)
        slopes[self] = 1.0
        for value in order[::-1]:
            for i, parent in enumerate(value.parents):
                slopes[parent] = slopes[parent] + slopes[value] * value.slopes[i]
        for value, found in slopes.items():
            value.grad = found


# %% right: one-helper-for-all
class Value(Node):
    def step(self, data, *ways):
        return Value(data, tuple(p for p, _ in ways), tuple(float(s) for _, s in ways))

    def __add__(self, other):
        other = self.wrap(other)
        return self.step(self.data + other.data, (other, 1), (self, 1))

    def __sub__(self, other):
        other = self.wrap(other)
        return self.step(self.data - other.data, (other, -1), (self, 1))

    def __mul__(self, other):
        other = self.wrap(other)
        return self.step(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other):
        other = self.wrap(other)
        ratio = self.data / other.data
        return self.step(ratio, (self, 1 / other.data), (other, -ratio / other.data))

    def __neg__(self):
        return 0 - self

    def __pow__(self, exponent):
        if exponent == 0:
            return self * 0 + 1
        return self.step(pow(self.data, exponent), (self, exponent * pow(self.data, exponent - 1)))

    def exp(self):
        made = self.step(math.exp(self.data), (self, 0))
        made.slopes = (made.data,)
        return made

    def log(self):
        return self.step(math.log(self.data), (self, self.data**-1))

    def tanh(self):
        return self.step(math.tanh(self.data), (self, 1 / math.cosh(self.data) ** 2))

    def relu(self):
        return self.step(self.data * (self.data >= 0), (self, self.data >= 0))

    def backward(self):
        order = list(topological_order(self))
        for value in order:
            value.grad = float(value is self)
        while order:
            value = order.pop()
            for parent, slope_of_step in zip(value.parents, value.slopes, strict=True):
                parent.grad = parent.grad + slope_of_step * value.grad
        return self


# %% right: counts-the-uses-instead-of-an-order
class Value(Node):
    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        number = other.data if isinstance(other, Value) else other
        if isinstance(other, Value):
            return Value(self.data * number, (self, other), (number, self.data))
        return Value(self.data * number, (self,), (float(number),))

    def __pow__(self, exponent):
        return Value(self.data**exponent, (self,), (self.data ** (exponent - 1) * exponent,))

    def __truediv__(self, other):
        return self * (other**-1)

    def exp(self):
        return Value(math.e**self.data, (self,), (math.e**self.data,))

    def log(self):
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def tanh(self):
        t = np.tanh(self.data)
        return Value(t, (self,), ((1 - t) * (1 + t),))

    def relu(self):
        return Value(0.5 * (self.data + abs(self.data)), (self,), (0.5 * (1 + np.sign(self.data)),))

    def backward(self):
        uses, waiting, met = {}, [self], {self}
        while waiting:
            value = waiting.pop()
            value.grad = 0.0
            for parent in value.parents:
                uses[parent] = uses.get(parent, 0) + 1
                if parent not in met:
                    met.add(parent)
                    waiting.append(parent)
        self.grad, free = 1.0, [self]
        while free:
            value = free.pop()
            for parent, step in zip(value.parents, value.slopes):
                parent.grad += step * value.grad
                uses[parent] -= 1
                if uses[parent] == 0:
                    free.append(parent)
