"""build_mlp(layer_sizes, activation, rng): known answers."""

import numpy as np


# %% probe
def probe_build_mlp(build_mlp):
    """Look at the kinds, shapes and start weights of the layers; random weights only as yes or no."""
    made = []

    class Mark:
        def __init__(self):
            made.append(self)

        def forward(self, Z):
            return Z

    def layers(sizes, seed=0):
        return list(build_mlp(sizes, Mark, np.random.default_rng(seed)).layers)

    def kind(layer):
        if hasattr(layer, "W"):
            return list(np.shape(layer.W))
        return "activation" if isinstance(layer, Mark) else "class" if layer is Mark else "other"

    def kinds(*sizes):
        return [kind(layer) for layer in layers(list(sizes))]

    def new_objects():
        chain = [layer for layer in layers([3, 4, 4, 4, 2]) if kind(layer) == "activation"]
        return len({id(layer) for layer in chain}), len(chain)

    def weights(seed):
        return [np.asarray(layer.W, dtype=float) for layer in layers([4, 4, 4, 3], seed) if hasattr(layer, "W")]

    def starts():
        a, b, c = weights(1), weights(1), weights(2)
        return (
            bool(np.array_equal(a[0], b[0])),
            bool(np.array_equal(a[0], c[0])),
            bool(np.array_equal(a[0], a[1])),
            bool(np.std(a[0]) > 0),
        )

    def kept():
        sizes = [3, 4, 2]
        build_mlp(sizes, Mark, np.random.default_rng(0))
        return sizes

    yield lambda: kinds(5, 4, 3, 2)
    yield lambda: kinds(3, 2)
    yield lambda: kinds(4, 4, 4)
    yield new_objects
    yield starts
    yield kept


# %% wrong: activation-after-the-last
# hint: An activation follows the last linear layer. The loss takes scores, so nothing may come after it.
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [Linear(n_in, n_out, rng), activation()]
    return Network(layers)


# %% wrong: no-activation
# hint: There is no activation between the linear layers. Without it the network is only one linear function.
def build_mlp(layer_sizes, activation, rng):
    return Network([Linear(a, b, rng) for a, b in zip(layer_sizes, layer_sizes[1:])])


# %% wrong: one-activation-for-all
# hint: You use the same activation object in several places. It can store only one output: make new ones.
def build_mlp(layer_sizes, activation, rng):
    layers, between = [], activation()
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [between] if layers else []
        layers.append(Linear(n_in, n_out, rng))
    return Network(layers)


# %% wrong: the-class-itself
# hint: You add the class of the activation, not an object. Call it: activation().
#-        if layers:
#-            layers.append(activation())
#+        layers += [activation] if layers else []


# %% wrong: forgets-the-last-layer
# hint: The last linear layer is missing. A list of n sizes gives n - 1 linear layers.
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for i in range(len(layer_sizes) - 2):
        layers += [activation()] if layers else []
        layers.append(Linear(layer_sizes[i], layer_sizes[i + 1], rng))
    return Network(layers)


# %% wrong: sizes-exchanged
# hint: You exchange inputs and outputs. The first linear layer takes layer_sizes[0] inputs.
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [activation()] if layers else []
        layers.append(Linear(n_out, n_in, rng))
    return Network(layers)


# %% wrong: built-from-the-end
# hint: The layers are in the reverse order. The first layer takes the inputs.
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers = [Linear(n_in, n_out, rng)] + ([activation()] if layers else []) + layers
    return Network(layers)


# %% wrong: starts-with-an-activation
# hint: An activation stands before the first linear layer. It would change the pixels: leave it out there.
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [activation(), Linear(n_in, n_out, rng)]
    return Network(layers)


# %% wrong: softmax-at-the-end
# hint: A further layer follows the last linear layer. The loss contains the softmax, so the network must
#  end with scores.
class SoftmaxAtTheEnd:
    def forward(self, Z):
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        self.P = E / E.sum(axis=1, keepdims=True)
        return self.P

    def backward(self, dP):
        return self.P * (dP - np.sum(dP * self.P, axis=1, keepdims=True))

    def update(self, learning_rate):
        pass


def build_mlp(layer_sizes, activation, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [activation()] if layers else []
        layers.append(Linear(n_in, n_out, rng))
    return Network(layers + [SoftmaxAtTheEnd()])


# %% wrong: ignores-rng
# hint: The start weights do not come from the argument rng, so every network starts alike. Pass rng on.
def build_mlp(layer_sizes, activation, rng):
    layers, fixed = [], np.random.default_rng(0)
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [activation()] if layers else []
        layers.append(Linear(n_in, n_out, fixed))
    return Network(layers)


# %% wrong: a-new-generator-for-each-layer
# hint: Each layer gets a generator that starts anew, so layers of one size have equal weights. Pass rng itself.
def build_mlp(layer_sizes, activation, rng):
    seed, layers = int(rng.integers(10**6)), []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [activation()] if layers else []
        layers.append(Linear(n_in, n_out, np.random.default_rng(seed)))
    return Network(layers)


# %% wrong: all-weights-zero
# hint: All weights start at 0. Then all hidden units stay alike, and the network cannot learn.
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [activation()] if layers else []
        layers.append(Linear(n_in, n_out, rng))
        layers[-1].W = np.zeros((n_out, n_in))
    return Network(layers)


# %% wrong: returns-the-list
# hint: You return the list of layers. Put it into a Network.
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:]):
        layers += [activation()] if layers else []
        layers.append(Linear(n_in, n_out, rng))
    return layers


# %% wrong: eats-the-sizes
# hint: You remove entries from the list layer_sizes of the caller. Work on a copy.
def build_mlp(layer_sizes, activation, rng):
    layers, n_in = [], layer_sizes.pop(0)
    while layer_sizes:
        n_out = layer_sizes.pop(0)
        layers += [activation()] if layers else []
        layers.append(Linear(n_in, n_out, rng))
        n_in = n_out
    return Network(layers)


# %% right: removes-the-last-activation
def build_mlp(layer_sizes, activation, rng):
    layers = []
    for i in range(1, len(layer_sizes)):
        layers.append(Linear(layer_sizes[i - 1], layer_sizes[i], rng))
        layers.append(activation())
    layers.pop()
    return Network(layers)


# %% right: recursive
def chain(sizes, activation, rng):
    first = [Linear(sizes[0], sizes[1], rng)]
    return first if len(sizes) == 2 else first + [activation()] + chain(sizes[1:], activation, rng)


def build_mlp(layer_sizes, activation, rng):
    print("sizes:", *layer_sizes)
    return Network(chain(layer_sizes, activation, rng))


# %% right: from-the-last-layer
def build_mlp(layer_sizes, activation, rng):
    n = len(layer_sizes) - 1
    linear = {k: Linear(layer_sizes[k], layer_sizes[k + 1], rng) for k in reversed(range(n))}
    return Network([linear[i // 2] if i % 2 == 0 else activation() for i in range(2 * n - 1)])


# %% right: weights-of-its-own
def build_mlp(layer_sizes, activation, rng):
    layers = [Linear(layer_sizes[0], layer_sizes[1], rng)]
    for n_in, n_out in zip(layer_sizes[1:-1], layer_sizes[2:]):
        layers.extend((activation(), Linear(n_in, n_out, rng)))
    for layer in layers[::2]:
        n_out, n_in = layer.W.shape
        limit = np.sqrt(6 / (n_in + n_out))
        layer.W = rng.uniform(-limit, limit, size=(n_out, n_in)).astype(np.float32)
    network = Network([])
    network.layers = layers
    return network
