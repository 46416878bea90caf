"""repaired_log_sum_exp(values): known answers."""

import numpy as np

Value = object  # the notebook gives it


# %% probe
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


# %% wrong: not-repaired
# hint: The exponentials with the largest score taken away are not divided by their sum. So the slopes do not sum to 1.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [math.exp(number - top) for number in numbers]


# %% wrong: divides-by-the-number-of-scores
# hint: You divide the exponentials by the number of scores. Divide them by their sum.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [math.exp(number - top) / len(numbers) for number in numbers]


# %% wrong: slopes-overflow
# hint: The slopes are right for small scores, but exp of a large score overflows.
#  Take the largest score away here, too.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = (np.exp(numbers) / np.sum(np.exp(numbers))).tolist()


# %% wrong: value-overflows
# hint: The slopes are mended, but the value overflows now. Keep the line with the largest score.
#-    result = top + math.log(sum(math.exp(number - top) for number in numbers))
#+    result = float(np.log(np.sum(np.exp(numbers))))


# %% wrong: only-the-largest-score
# hint: Only the largest score gets a slope. Every score has a part in the sum.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [float(number == top) for number in numbers]


# %% wrong: all-slopes-one
# hint: Every score gets the slope 1. A score with a small exponential has a small part in the sum.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [1.0 for _ in numbers]


# %% wrong: wrong-sign-of-the-exponent
# hint: Your slopes are the sum divided by the exponential: they are upside down.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [math.exp(result - number) for number in numbers]


# %% wrong: logarithms-of-the-slopes
# hint: These slopes are the logarithms of softmax. The slopes are softmax itself: take the exponential.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [number - result for number in numbers]


# %% wrong: slopes-of-the-largest-twice
# hint: The slope for the largest score gets 1 on top. The largest score cancels in the value, so softmax is all.
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [math.exp(number - result) + (number == top) for number in numbers]


# %% wrong: value-without-the-largest-score
# hint: The largest score was taken away inside, but it is not added again outside.
#-    result = top + math.log(sum(math.exp(number - top) for number in numbers))
#+    result = math.log(sum(math.exp(number - top) for number in numbers))
#-    slopes = [math.exp(number - result) for number in numbers]
#+    slopes = [math.exp(number - top - result) for number in numbers]


# %% wrong: without-parents
# hint: Your Value has no parents, so the way back ends there. Give it the values and a slope for each.
#-    return Value(result, tuple(values), tuple(slopes))
#+    return Value(result)


# %% right: softmax-in-two-steps
def repaired_log_sum_exp(values):
    numbers = np.array([value.data for value in values])
    E = np.exp(numbers - numbers.max())
    return Value(numbers.max() + np.log(E.sum()), list(values), (E / E.sum()).tolist())


# %% right: graph-of-small-steps
def repaired_log_sum_exp(values):
    top = max(value.data for value in values)
    return sum((value - top).exp() for value in values).log() + top


# %% right: slopes-of-the-given-function-divided
def repaired_log_sum_exp(values):
    print("scores:", len(values))
    wrong = log_sum_exp(values)
    total = sum(wrong.slopes)
    return Value(wrong.data, wrong.parents, [s / total for s in wrong.slopes])
