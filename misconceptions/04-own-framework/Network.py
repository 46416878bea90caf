"""Network(layers): known answers."""

import numpy as np

Layer = object  # the notebook gives it


# %% probe
def probe_Network(Network):
    """Pass numbers through layers that write a digit behind them; look at updates and at two networks."""

    class Digit:
        def __init__(self, digit, *values):
            self.digit, self.rates = digit, []
            for value in values:
                self.W = value

        def forward(self, X):
            return 10 * X + self.digit

        def backward(self, d):
            return 10 * d + 9 - self.digit

        def update(self, learning_rate):
            self.rates.append(learning_rate)

    def chain(*digits):
        return Network([Digit(digit) for digit in digits])

    def there_and_back():
        network = chain(1, 2, 3)
        seen = []
        for _ in range(2):
            seen += [network.forward(np.array([[4.0]])), network.backward(np.array([[5.0]]))]
        return seen

    def updates():
        layers = [Digit(1, 0.0), Digit(2), Digit(3, 0.0)]
        network = Network(layers)
        network.forward(np.array([[4.0]]))
        network.backward(np.array([[5.0]]))
        before = [list(layer.rates) for layer in layers]
        network.update(0.25)
        return before, [layer.rates for layer in layers]

    def two_networks():
        one, two = chain(1, 2), chain(3)
        return one.forward(np.array([[4.0]])), two.forward(np.array([[4.0]]))

    def kept():
        layers = [Digit(1), Digit(2)]
        network = Network(layers)
        network.backward(np.array([[5.0]]))
        return [layer.digit for layer in network.layers], [layer.digit for layer in layers]

    yield lambda: chain(1, 2, 3).forward(np.array([[4.0], [6.0]]))
    yield lambda: chain(1, 2, 3).backward(np.array([[5.0], [7.0]]))
    yield lambda: chain(8).forward(np.array([[4.0]]))
    yield there_and_back
    yield updates
    yield two_networks
    yield kept


# %% wrong: backward-starts-at-the-first-layer
# hint: Your backward goes through the layers in the forward order. The gradient meets the last layer first.
#-        for layer in reversed(self.layers):
#+        for layer in self.layers:


# %% wrong: backward-calls-forward
# hint: Your backward calls forward of each layer. It should call backward of each layer.
#-            d = layer.backward(d)
#+            d = layer.forward(d)


# %% wrong: backward-updates
# hint: Your backward updates the layers already. Only update takes the step.
#-            d = layer.backward(d)
#+            d = layer.backward(d)
#+            layer.update(0.1)


# %% wrong: forward-starts-at-the-last-layer
# hint: Your forward goes through the layers from the last to the first. It should start at the first.
#-    def forward(self, X):
#-        for layer in self.layers:
#+    def forward(self, X):
#+        for layer in reversed(self.layers):


# %% wrong: each-layer-gets-the-input
# hint: Each of your layers gets the input X of the network. It should get the output of the layer before it.
#-            X = layer.forward(X)
#-        return X
#+            A = layer.forward(X)
#+        return A


# %% wrong: each-layer-gets-the-last-gradient
# hint: Each of your layers gets the gradient of the loss. It should get what the layer behind it returned.
#-            d = layer.backward(d)
#-        return d
#+            dX = layer.backward(d)
#+        return dX


# %% wrong: backward-returns-nothing
# hint: Your backward does not return dX. A network is a layer too, so end with return.
#-        return d


# %% wrong: reverses-its-own-list
# hint: layers.reverse() changes the list itself, so the next forward runs backwards. Use reversed(layers).
#-        for layer in reversed(self.layers):
#+        self.layers.reverse()
#+        for layer in self.layers:


# %% wrong: empties-the-list
# hint: Your backward removes the layers from the list with pop. The network still needs them.
#-        for layer in reversed(self.layers):
#-            d = layer.backward(d)
#+        while self.layers:
#+            d = self.layers.pop().backward(d)


# %% wrong: updates-only-layers-with-weights
# hint: Your update leaves layers without an attribute W out. Every layer has update: call it on each of them.
#-            layer.update(learning_rate)
#+            if hasattr(layer, "W"):
#+                layer.update(learning_rate)


# %% wrong: updates-nothing
# hint: Your network never updates its layers. Call update of every layer.
#-        for layer in self.layers:
#-            layer.update(learning_rate)
#+        pass


# %% wrong: updates-with-its-own-rate
# hint: Your network does not pass its learning_rate on to the layers.
#-            layer.update(learning_rate)
#+            layer.update(0.1)


# %% wrong: leaves-the-first-layer-out
# hint: Your backward never reaches the first layer. Go through all layers down to number 0.
#-        for layer in reversed(self.layers):
#-            d = layer.backward(d)
#+        for i in range(len(self.layers) - 1, 0, -1):
#+            d = self.layers[i].backward(d)


# %% wrong: leaves-the-last-layer-out
# hint: Your forward stops before the last layer. Go through all layers.
#-        for layer in self.layers:
#-            X = layer.forward(X)
#+        for i in range(len(self.layers) - 1):
#+            X = self.layers[i].forward(X)


# %% wrong: returns-all-outputs
# hint: Your forward returns the outputs of all layers. Return only that of the last layer.
#-    def forward(self, X):
#+    def forward(self, X):
#+        outputs = [X]
#-            X = layer.forward(X)
#-        return X
#+            outputs.append(layer.forward(outputs[-1]))
#+        return outputs


# %% wrong: networks-share-their-layers
# hint: All your networks share one list of layers. Write self.layers = ... in __init__.
#-class Network(Layer):
#+class Network(Layer):
#+    layers = []
#+
#-        self.layers = layers
#+        self.layers.extend(layers)


# %% wrong: attribute-with-another-name
# hint: Your network has no attribute layers. Others read it, so store the list as self.layers.
#-        self.layers = layers
#+        self.parts = layers
#-    def forward(self, X):
#-        for layer in self.layers:
#+    def forward(self, X):
#+        for layer in self.parts:
#-        for layer in reversed(self.layers):
#+        for layer in reversed(self.parts):
#-    def update(self, learning_rate):
#-        for layer in self.layers:
#+    def update(self, learning_rate):
#+        for layer in self.parts:


# %% right: reduce-and-a-tuple
class Network(Layer):
    def __init__(self, layers):
        self.layers = tuple(layers)

    def forward(self, X):
        from functools import reduce

        return reduce(lambda A, layer: layer.forward(A), self.layers, X)

    def backward(self, d):
        from functools import reduce

        return reduce(lambda g, layer: layer.backward(g), self.layers[::-1], d)

    def update(self, learning_rate):
        list(map(lambda layer: layer.update(learning_rate), self.layers))


# %% right: recursion-with-prints
class Network(Layer):
    def __init__(self, layers):
        self.layers = list(layers)
        print("a network of", len(self.layers), "layers")

    def forward(self, X, i=0):
        return X if i == len(self.layers) else self.forward(self.layers[i].forward(X), i + 1)

    def backward(self, d, i=1):
        return d if i > len(self.layers) else self.backward(self.layers[-i].backward(d), i + 1)

    def update(self, learning_rate):
        [layer.update(learning_rate) for layer in self.layers[::-1]]


# %% right: keeps-all-outputs
class Network(Layer):
    def __init__(self, layers):
        import warnings

        warnings.warn("a new network", stacklevel=2)
        self.layers = layers
        self.names = dict(enumerate(layers))

    def forward(self, X):
        self.outputs = [X]
        for layer in self.names.values():
            self.outputs.append(layer.forward(self.outputs[-1]))
        return self.outputs[-1].astype(np.float32)

    def backward(self, d):
        gradients = {len(self.names): d}
        for i in range(len(self.names) - 1, -1, -1):
            gradients[i] = self.names[i].backward(gradients[i + 1])
        return gradients[0]

    def update(self, learning_rate):
        i = 0
        while i < len(self.layers):
            self.layers[i].update(learning_rate)
            i += 1


# %% right: is-a-list
class Network(list):
    @property
    def layers(self):
        return list(self)

    def forward(self, X):
        for layer in self:
            X = layer.forward(X)
        return X

    def backward(self, d):
        for layer in self[::-1]:
            d = layer.backward(d)
        return d

    def update(self, learning_rate):
        for layer in self:
            layer.update(learning_rate)
