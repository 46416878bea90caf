"""initialize(n_in, n_hidden, n_out, rng): known answers."""

import numpy as np


# %% probe
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


# %% wrong: not-scaled
# hint: The weights are much too large for a layer with many inputs. Divide numbers with a standard
#  deviation of 1 by the root of the number of inputs.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": rng.normal(size=(n_hidden, n_in)),
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": rng.normal(size=(n_out, n_hidden)),


# %% wrong: divides-without-root
# hint: The weights are much too small. Divide by the root of the number of inputs, not by the number
#  itself.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": rng.normal(size=(n_hidden, n_in)) / n_in,
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": rng.normal(size=(n_out, n_hidden)) / n_hidden,


# %% wrong: scaled-by-the-outputs
# hint: You divide by the root of the number of outputs of each layer. Take the number of its inputs.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_hidden),
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_out),


# %% wrong: second-layer-not-scaled
# hint: W1 has a good size, but W2 is much too large. Scale each layer by its own number of inputs.
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": rng.normal(size=(n_out, n_hidden)),


# %% wrong: all-zero
# hint: All weights are equal. Then the hidden units stay equal for ever. Start at random numbers.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": np.zeros((n_hidden, n_in)),
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": np.zeros((n_out, n_hidden)),


# %% wrong: only-positive
# hint: Negative weights are missing: rng.random gives numbers from 0 to 1 only.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": rng.random((n_hidden, n_in)) / np.sqrt(n_in),
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": rng.random((n_out, n_hidden)) / np.sqrt(n_hidden),


# %% wrong: random-biases
# hint: The weights are fine, but the biases are not 0.
#-        "b1": np.zeros(n_hidden),
#+        "b1": rng.normal(size=n_hidden) / np.sqrt(n_in),
#-        "b2": np.zeros(n_out),
#+        "b2": rng.normal(size=n_out) / np.sqrt(n_hidden),


# %% wrong: transposed
# hint: The shapes are exchanged. W has one row for each output of the layer and one column for each input.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": rng.normal(size=(n_in, n_hidden)) / np.sqrt(n_in),
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": rng.normal(size=(n_hidden, n_out)) / np.sqrt(n_hidden),


# %% wrong: biases-as-columns
# hint: The biases have the shape of a column. A bias is a vector of shape (n_hidden,) or (n_out,).
#-        "b1": np.zeros(n_hidden),
#+        "b1": np.zeros((n_hidden, 1)),
#-        "b2": np.zeros(n_out),
#+        "b2": np.zeros((n_out, 1)),


# %% wrong: own-seed
# hint: The weights are the same for every rng. Draw from the rng that is given, not from a new one.
#-def initialize(n_in, n_hidden, n_out, rng):
#+def initialize(n_in, n_hidden, n_out, rng):
#+    rng = np.random.default_rng(0)


# %% wrong: global-generator
# hint: Two equal rngs give different weights. np.random draws from a global generator: use rng instead.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": np.random.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#-        "W2": rng.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),
#+        "W2": np.random.normal(size=(n_out, n_hidden)) / np.sqrt(n_hidden),


# %% wrong: hidden-units-all-equal
# hint: Every hidden unit has the same weights. Then all hidden units stay equal. Draw each weight anew.
#-        "W1": rng.normal(size=(n_hidden, n_in)) / np.sqrt(n_in),
#+        "W1": np.tile(rng.normal(size=n_in) / np.sqrt(n_in), (n_hidden, 1)),


# %% wrong: same-numbers-in-both-layers
# hint: When the sizes are equal, W1 and W2 hold the same numbers. Draw new ones for the second layer.
def initialize(n_in, n_hidden, n_out, rng):
    pool = rng.normal(size=max(n_in * n_hidden, n_hidden * n_out))
    return {
        "W1": pool[: n_hidden * n_in].reshape(n_hidden, n_in) / np.sqrt(n_in),
        "b1": np.zeros(n_hidden),
        "W2": pool[: n_out * n_hidden].reshape(n_out, n_hidden) / np.sqrt(n_hidden),
        "b2": np.zeros(n_out),
    }


# %% right: uniform
def initialize(n_in, n_hidden, n_out, rng):
    def layer(n_out, n_in):
        return rng.uniform(-1, 1, size=(n_out, n_in)) / n_in**0.5

    W2 = layer(n_out, n_hidden)
    return {"b2": np.zeros(n_out), "W2": W2, "b1": np.zeros(n_hidden), "W1": layer(n_hidden, n_in)}


# %% right: glorot-in-float32
def initialize(n_in, n_hidden, n_out, rng):
    print("Glorot and Bengio, 2010")
    params = {}
    for i, (a, b) in enumerate([(n_in, n_hidden), (n_hidden, n_out)], start=1):
        limit = np.sqrt(6 / (a + b))
        params[f"W{i}"] = rng.uniform(-limit, limit, (b, a)).astype(np.float32)
        params[f"b{i}"] = np.zeros(b, dtype=np.float32)
    return params


# %% right: he-in-loops
def initialize(n_in, n_hidden, n_out, rng):
    def layer(rows, columns):
        return np.array([[rng.normal(0, (2 / columns) ** 0.5) for _ in range(columns)] for _ in range(rows)])

    W1, W2 = layer(n_hidden, n_in), layer(n_out, n_hidden)
    return {"W1": W1, "b1": np.array([0] * n_hidden), "W2": W2, "b2": np.zeros(n_out), "seed": None}


# %% right: truncated-normal
def initialize(n_in, n_hidden, n_out, rng):
    def layer(shape):
        return np.clip(rng.standard_normal(shape), -2, 2) / np.sqrt(shape[1])

    return {
        "W1": layer((n_hidden, n_in)),
        "b1": np.zeros(n_hidden),
        "W2": layer((n_out, n_hidden)),
        "b2": np.zeros(n_out),
    }
