"""Wrong answers that fit most inputs lose points in their own exercise; right ones that are unusual keep all."""

import functools

import pytest

from tools import running
from tools.notebooks import grade_cells, graded_names, load, owner, reference_answers, solution_cells

GRADIENT, FRAMEWORK, LAB = "02-gradient-descent", "04-own-framework", "05-mnist-lab"
GLUED = """    D = np.column_stack([X, y])
    rng.shuffle(D)
    n = X.shape[1]
    labels = D[:, n:] if np.ndim(y) > 1 else D[:, n]
"""
WRONG = {  # what is wrong: (assignment, exercise, text of the reference, what stands in its place)
    "sgd makes a generator of its own": (GRADIENT, "sgd", "batch_size, rng):", "batch_size, np.random.default_rng()):"),
    "sgd has a seed for each epoch": (
        *(
            GRADIENT,
            "sgd",
            "    for _ in range(n_epochs):\n        for X_batch, y_batch in minibatches(X, y, batch_size, rng)",
        ),
        "    for e in range(n_epochs):\n"
        "        for X_batch, y_batch in minibatches(X, y, batch_size, np.random.default_rng(e))",
    ),
    "sgd shuffles the data that it got": (
        *(GRADIENT, "sgd", "        for X_batch, y_batch in minibatches(X, y, batch_size, rng):"),
        "        seed = rng.integers(1 << 30)\n        np.random.default_rng(seed).shuffle(X)\n"
        "        np.random.default_rng(seed).shuffle(y)\n"
        "        for i in range(0, len(X), batch_size):\n"
        "            X_batch, y_batch = X[i : i + batch_size], y[i : i + batch_size]",
    ),
    "sgd mixes only inside of its batches": (
        *(
            GRADIENT,
            "sgd",
            "    for _ in range(n_epochs):\n        for X_batch, y_batch in minibatches(X, y, batch_size, rng):",
        ),
        "    batches = list(minibatches(X, y, batch_size, rng))\n    for _ in range(n_epochs):\n"
        "        for X_batch, y_batch in batches:\n            order = rng.permutation(len(X_batch))\n"
        "            X_batch, y_batch = X_batch[order], y_batch[order]",
    ),
    "minibatches makes floats of labels": (
        *(GRADIENT, "minibatches", "    order = rng.permutation(len(X))\n"),
        GLUED + "    return [(D[i : i + batch_size, :n], labels[i : i + batch_size])"
        " for i in range(0, len(D), batch_size)]\n",
    ),
    "minibatches leaves rng where it was": (
        *(GRADIENT, "minibatches", "rng.permutation"),
        "__import__('copy').deepcopy(rng).permutation",
    ),
    "numerical_gradient leaves out zeros": (
        *(GRADIENT, "numerical_gradient", "for index in np.ndindex(theta.shape):"),
        "for index in [i for i in np.ndindex(theta.shape) if theta[i]]:",
    ),
    "forward has one largest score": (
        *("03-backpropagation", "forward", "softmax(Z2, axis=1)"),
        "(lambda E: E / E.sum(axis=1, keepdims=True))(np.exp(Z2 - Z2.max()))",
    ),
    "relu has an upper limit": ("03-backpropagation", "relu", "np.maximum(0, z)", "np.clip(z, 0, 100)"),
    "log-softmax is shifted by the mean": (
        *("01-loss-functions", "repaired_log_softmax", "np.max(Z, axis=1, keepdims=True)"),
        "np.mean(Z, axis=1, keepdims=True)",
    ),
    "b is a number that changes in place": (
        *(FRAMEWORK, "Linear", "self.b = self.b - learning_rate * self.db"),
        "self.b = self.b.astype(int) if not self.b.any() else self.b\n        self.b -= learning_rate * self.db",
    ),
    "train_epoch leaves rng where it was": (
        *(FRAMEWORK, "train_epoch", "rng.permutation"),
        "__import__('copy').deepcopy(rng).permutation",
    ),
    "split makes floats of labels": (
        *(LAB, "split", "    order = rng.permutation(len(X))\n"),
        GLUED
        + "    k = round(validation_fraction * len(X))\n    return D[k:, :n], labels[k:], D[:k, :n], labels[:k]\n",
    ),
    "split leaves rng where it was": (LAB, "split", "rng.permutation", "__import__('copy').deepcopy(rng).permutation"),
    "prepare guesses whether pixels are scaled": (
        *(LAB, "prepare", "return images.reshape(len(images), -1).astype(np.float32) / 255"),
        "X = images.reshape(len(images), -1).astype(float)\n    return X / 255 if X.max() > 1 else X",
    ),
    "fit takes every second layer": (
        *(LAB, "fit", '[layer for layer in network.layers if hasattr(layer, "W")]'),
        "network.layers[::2]",
    ),
}
CLAMPED = """    ones, zeros = np.maximum(np.log(p), -100), np.maximum(np.log(1 - p), -100)
    return -np.mean(y_true * ones + (1 - y_true) * zeros)
"""
TWICE = """    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(y_true * np.log(p + 1e-7) + (1 - y_true) * np.log(1 - p + 1e-7))
"""
RIGHT = {  # name: (assignment, exercise, what stands in the place of the reference's body)
    "logistic_loss as in PyTorch": ("01-loss-functions", "logistic_loss", CLAMPED),
    "logistic_loss as in Keras": ("01-loss-functions", "logistic_loss", TWICE),
}


@functools.cache
def reference(assignment, name):
    return reference_answers(assignment)[graded_names(load(assignment))[name]]


def lost(assignment, name, source):
    """Return the lost tests of the exercise, and those of others."""
    notebook = load(assignment)
    key = graded_names(notebook)[name]
    outcome = running.run(assignment, {key: source})
    own = {test for test in grade_cells(notebook) if owner(test, solution_cells(notebook)) == key}
    failed = {test for test, result in outcome.items() if result.message}
    return failed & own, failed - own


@pytest.mark.parametrize("label", WRONG)
def test_what_fits_most_inputs_loses_points_in_its_own_exercise(label):
    assignment, name, old, new = WRONG[label]
    source = reference(assignment, name)
    assert source.count(old) == 1
    own, others = lost(assignment, name, source.replace(old, new))
    assert own and not others


@pytest.mark.parametrize("label", RIGHT)
def test_what_is_right_in_another_way_keeps_its_points(label):
    assignment, name, body = RIGHT[label]
    source = reference(assignment, name)
    head = source[: source.index('"""', source.index('"""') + 3) + 4]
    assert lost(assignment, name, head + body) == (set(), set())
