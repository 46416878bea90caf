"""Compare the course's framework with other libraries on handwritten digits.

    python -m lab.compare                 # time per epoch, then the best of 1, 2 and 3 layers
    python -m lab.compare --one-thread    # time per epoch by the processor's clock: for a machine that does other work
    python -m lab.compare --choose        # how the settings of the second part were chosen

The framework is the reference solution of assignment 04. In the first part it, the same with the
three changes that assignment 05 makes for speed, scikit-learn's MLPClassifier and, where it is
installed, PyTorch train the same network in the same way: ReLU between two linear layers, mean
cross-entropy, SGD without momentum or decay, the same batches, learning rate and number of epochs.
The matrix products of such an epoch alone are measured, too: no framework can be faster than they.
All take turns, one epoch each, so that a slow moment of the machine meets all of them. All use as
many cores as they take by themselves, or one thread each.

In the second part the framework shows what it reaches in a given time, with momentum, dropout
and a learning rate that falls to 0: three small additions below, the framework stays as it is.
"""

import argparse
import contextlib
import functools
import importlib
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from lab.mnist import Dataset, load_mnist
from lessons import drawing
from tools.notebooks import ROOT, grade_id, graded_names, load

HIDDEN, N_CLASSES = 128, 10
LEARNING_RATE, BATCH_SIZE = 0.1, 64
FRAMEWORK, FAST, PRODUCTS = "framework", "framework, three changes", "matrix products alone"
TAKES = {FRAMEWORK: "framework takes", FAST: "three changes take"}
FAST_CELLS = {"speed-first", "speed-in-place", "speed-kept", "speed-products"}  # of assignment 05
RESULTS = ROOT / "lab" / "results"  # git ignores it
HELD_BACK = 1 / 6  # of the training images, when settings are chosen


@dataclass(frozen=True)
class Digits:
    """Images as rows of numbers between 0 and 1, float32."""

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


@dataclass(frozen=True)
class Learner:
    """A network of some library that is ready to train."""

    epoch: Callable[[], object]  # train for one epoch
    predict: Callable[[np.ndarray], np.ndarray] | None = None  # X -> classes (m,); None where nothing is learned


@dataclass
class Result:
    """What was measured of one library."""

    seconds: list[float] = field(default_factory=list)  # of each epoch after the warm-up
    accuracies: list[float] = field(default_factory=list)  # on the test images, of each network


@dataclass(frozen=True)
class Settings:
    """How one network is trained in the second part."""

    hidden: tuple[int, ...]
    learning_rate: float
    dropout: tuple[float, float] = (0.0, 0.0)  # of the images, of hidden units
    n_epochs: int = 40
    batch_size: int = 64
    momentum: float = 0.9


NONE, SOME = (0.0, 0.0), (0.2, 0.3)
CANDIDATES = {
    1: [Settings((), rate, dropout) for rate in (0.02, 0.05) for dropout in (NONE, (0.2, 0.0))],
    2: [Settings((n,), 0.05, dropout) for n in (256, 512) for dropout in (NONE, SOME)],
    3: [Settings((512, n), 0.05, dropout) for n in (128, 256) for dropout in (NONE, SOME)],
}
BEST = {  # chosen on MNIST by --choose, from the candidates
    1: Settings((), 0.05, (0.2, 0.0)),
    2: Settings((512,), 0.05, SOME),
    3: Settings((512, 256), 0.05, SOME),
}


def digits(data: Dataset) -> Digits:
    """Return the ``Dataset`` of lab/mnist.py as ``Digits``."""
    X_train, X_test = (x.reshape(len(x), -1).astype(np.float32) / 255 for x in (data.x_train, data.x_test))
    return Digits(X_train, data.y_train, X_test, data.y_test)


# The framework


@functools.cache
def framework() -> SimpleNamespace:
    """Return the names of assignment 04, defined by the reference solution, and the fast layers of assignment 05."""
    names: dict[str, Any] = {"np": np, "needs": lambda *names: contextlib.nullcontext()}
    notebook = load("04-own-framework")
    wanted = {"layer", *graded_names(notebook).values()}
    cells = [cell for cell in notebook.cells if grade_id(cell) in wanted]
    cells += [cell for cell in load("05-mnist-lab").cells if cell.id in FAST_CELLS]
    for cell in cells:
        exec(compile(cell.source, cell.id, "exec"), names)
    return SimpleNamespace(**names)


def build(sizes: Sequence[int], rng: np.random.Generator, fast: bool = True) -> Any:
    """Return a float32 network of the framework with ReLU between its linear layers.

    sizes: numbers of inputs, hidden units and outputs
    fast: with the three changes of assignment 05
    """
    f = framework()
    make_linear, make_relu = (f.KeepingLinear, f.KeepingReLU) if fast else (f.Linear, f.ReLU)
    layers: list[Any] = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        linear = make_linear(n_in, n_out, rng)
        linear.W, linear.b = linear.W.astype(np.float32), linear.b.astype(np.float32)
        linear.is_first = not layers
        layers += [linear, make_relu()]
    return f.Network(layers[:-1])


def accuracy(network: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Return the fraction of right predictions of a network of the framework."""
    return float(np.mean(network.forward(X).argmax(axis=1) == y))


# The libraries: each function returns a Learner


def with_framework(data: Digits, seed: int, fast: bool = False) -> Learner:
    """Return a learner of the framework."""
    f, rng = framework(), np.random.default_rng(seed)
    network = build((data.X_train.shape[1], HIDDEN, N_CLASSES), rng, fast)
    loss = f.SoftmaxCrossEntropyLoss()
    return Learner(
        lambda: f.train_epoch(network, loss, data.X_train, data.y_train, LEARNING_RATE, BATCH_SIZE, rng),
        lambda X: network.forward(X).argmax(axis=1),
    )


def with_products(data: Digits, seed: int) -> Learner:
    """Return what computes the matrix products of an epoch and learns nothing."""
    network = build((data.X_train.shape[1], HIDDEN, N_CLASSES), np.random.default_rng(seed))
    first, _, last = network.layers
    return Learner(lambda: framework().products_alone(data.X_train, first.W, last.W, BATCH_SIZE))


def with_sklearn(data: Digits, seed: int, dtype: type[np.floating]) -> Learner:
    """Return a learner of scikit-learn; its penalty and its momentum, which the others lack, are off."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (HIDDEN,),
        solver="sgd",
        batch_size=BATCH_SIZE,
        learning_rate_init=LEARNING_RATE,
        momentum=0,
        alpha=0,
        random_state=seed,
    )
    X = data.X_train.astype(dtype)
    return Learner(
        lambda: model.partial_fit(X, data.y_train, classes=np.arange(N_CLASSES)),
        lambda X: model.predict(X.astype(dtype)),
    )


def with_torch(data: Digits, seed: int) -> Learner:
    """Return a learner of PyTorch on the CPU; its batches are cut as the framework cuts them."""
    import torch

    torch.manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(data.X_train.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, N_CLASSES)
    )
    loss, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    generator = torch.Generator().manual_seed(seed)
    X, y = torch.from_numpy(data.X_train), torch.from_numpy(data.y_train)

    def epoch():
        for rows in torch.randperm(len(X), generator=generator).split(BATCH_SIZE):
            optimizer.zero_grad()
            loss(model(X[rows]), y[rows]).backward()
            optimizer.step()

    def predict(X):
        with torch.no_grad():
            return model(torch.from_numpy(X)).argmax(dim=1).numpy()

    return Learner(epoch, predict)


def libraries() -> dict[str, Callable[[Digits, int], Learner]]:
    """Return ``{name: function (data, seed) -> Learner}`` of all that are installed."""
    found: dict[str, Callable[[Digits, int], Learner]] = {
        FRAMEWORK: with_framework,
        FAST: functools.partial(with_framework, fast=True),
        "MLPClassifier, float64 images": functools.partial(with_sklearn, dtype=np.float64),
        "MLPClassifier, float32 images": functools.partial(with_sklearn, dtype=np.float32),
    }
    with contextlib.suppress(ImportError):
        importlib.import_module("torch")
        found["PyTorch"] = with_torch
    return found | {PRODUCTS: with_products}


# The first part: time per epoch


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let each library compute with one thread."""
    with contextlib.suppress(ImportError):
        importlib.import_module("torch").set_num_threads(1)  # it has threads of its own
    with threadpool_limits(1):
        yield


def compare(
    data: Digits,
    n_epochs: int = 5,
    n_networks: int = 3,
    seed: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Result]:
    """Return ``{name: Result}``: every library trains ``n_networks`` networks for a warm-up epoch and ``n_epochs``."""
    found = libraries()
    results = {name: Result() for name in found}
    with tqdm(total=n_networks * (n_epochs + 1), desc="epochs", leave=False) as bar:
        for repeat in range(n_networks):
            learners = {name: make(data, seed + repeat) for name, make in found.items()}
            for epoch in range(n_epochs + 1):
                for name in _turned(list(found), epoch):
                    seconds = _timed(learners[name].epoch, clock)
                    if epoch:
                        results[name].seconds.append(seconds)
                bar.update()
            for name, learner in learners.items():
                if learner.predict:
                    results[name].accuracies.append(float(np.mean(learner.predict(data.X_test) == data.y_test)))
    return results


def _turned(names, by):
    """Return the names from another start, so that nobody always follows the same library."""
    by %= len(names)
    return names[by:] + names[:by]


def _timed(action, clock):
    start = clock()
    action()
    return clock() - start


def ratios(results: Mapping[str, Result], name: str, other: str) -> list[float]:
    """Return the time of one library as a fraction of another's, epoch by epoch."""
    return [a / b for a, b in zip(results[name].seconds, results[other].seconds, strict=True)]


def speed_table(results: Mapping[str, Result]) -> list[str]:
    """Return the lines of the first table."""
    rows = [("", "seconds per epoch", *TAKES.values(), "test accuracy")]
    for name, result in results.items():
        parts = ["" if name == own else _spread(ratios(results, own, name), ".2f") for own in TAKES]
        right = _spread([100 * a for a in result.accuracies], ".1f") if result.accuracies else ""
        rows.append((name, _spread(result.seconds, ".3f"), *parts, right))
    return _aligned(rows) + [
        "Medians (lowest-highest). The ratios are fractions of the time of the library in that row, epoch by epoch.",
        *([] if "PyTorch" in results else ["PyTorch is not installed, so it is not in the comparison."]),
    ]


def _spread(values, form):
    return f"{statistics.median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def _aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


# The second part: the best of 1, 2 and 3 layers

Run = tuple[float, float, int]  # test accuracy, seconds, epochs


class Dropout:
    """A layer for training: it sets entries to 0 by chance and scales the others, so that their mean stays."""

    def __init__(self, rate: float, rng: np.random.Generator) -> None:
        self.rate, self.rng = rate, rng

    def forward(self, X: np.ndarray) -> np.ndarray:
        kept = self.rng.random(X.shape, dtype=np.float32) >= self.rate
        self.factors = kept / np.float32(1 - self.rate)
        return X * self.factors

    def backward(self, d: np.ndarray | None) -> np.ndarray | None:
        return None if d is None else d * self.factors  # None comes from the first linear layer

    def update(self, learning_rate: float) -> None:
        pass


class Momentum:
    """A network whose update remembers earlier gradients.

    For each W and b: velocity = momentum * velocity + gradient; then a step along the velocity.
    """

    def __init__(self, network: Any, momentum: float) -> None:
        self.forward, self.backward, self.momentum = network.forward, network.backward, momentum
        self.linear = [layer for layer in network.layers if hasattr(layer, "W")]
        self.velocities = [(np.zeros_like(layer.W), np.zeros_like(layer.b)) for layer in self.linear]

    def update(self, learning_rate: float) -> None:
        for layer, (vW, vb) in zip(self.linear, self.velocities, strict=True):
            vW *= self.momentum
            vW += layer.dW
            vb *= self.momentum
            vb += layer.db
            layer.W -= learning_rate * vW
            layer.b -= learning_rate * vb


def with_dropout(network: Any, rates: tuple[float, float], rng: np.random.Generator) -> Any:
    """Return a network of the same layers with dropout before each linear one.

    rates: for the images, and for hidden units
    """
    layers: list[Any] = []
    for layer in network.layers:
        rate = rates[bool(layers)]
        layers += [Dropout(rate, rng), layer] if hasattr(layer, "W") and rate else [layer]
    return framework().Network(layers)


def train(settings: Settings, X: np.ndarray, y: np.ndarray, budget: float, seed: int = 0) -> tuple[Any, float, int]:
    """Return ``(network, seconds, number of epochs)``.

    The learning rate falls evenly to 0, over ``settings.n_epochs`` epochs or over
    ``budget`` seconds, whichever is over first.
    """
    f, rng = framework(), np.random.default_rng(seed)
    network = build((X.shape[1], *settings.hidden, N_CLASSES), rng)
    noisy = Momentum(with_dropout(network, settings.dropout, rng), settings.momentum)
    loss, start, n_done, left = f.SoftmaxCrossEntropyLoss(), time.perf_counter(), 0, 1.0
    with tqdm(total=settings.n_epochs, desc=layers_of(settings), leave=False) as bar:
        while left > 0:
            f.train_epoch(noisy, loss, X, y, settings.learning_rate * left, settings.batch_size, rng)
            n_done += 1
            left = 1 - max(n_done / settings.n_epochs, (time.perf_counter() - start) / budget)
            bar.update()
    return network, time.perf_counter() - start, n_done


def layers_of(settings: Settings) -> str:
    """Return "1 layer" or, for example, "3 layers (512, 256)"."""
    n = len(settings.hidden) + 1
    return f"{n} layers ({', '.join(map(str, settings.hidden))})" if n > 1 else "1 layer"


def best_of_each_depth(data: Digits, budget: float, n_networks: int = 3, seed: int = 0) -> dict[int, list[Run]]:
    """Return ``{depth: runs}``."""
    found: dict[int, list[Run]] = {}
    for depth, settings in BEST.items():
        found[depth] = []
        for repeat in range(n_networks):
            network, seconds, n_done = train(settings, data.X_train, data.y_train, budget, seed + repeat)
            found[depth].append((accuracy(network, data.X_test, data.y_test), seconds, n_done))
    return found


def depth_table(found: Mapping[int, Sequence[Run]]) -> list[str]:
    """Return the lines of the second table."""
    rows = [("", "test accuracy", "seconds of training", "epochs")]
    for depth, runs in found.items():
        accuracies, seconds, epochs = zip(*runs, strict=True)
        spread = _spread([100 * a for a in accuracies], ".2f")
        rows.append((layers_of(BEST[depth]), spread, _spread(seconds, ".0f"), _spread(epochs, ".0f")))
    return _aligned(rows)


def choose(data: Digits, budget: float, seed: int = 0) -> None:
    """Print how each candidate does on held-back training images; the test images are not used."""
    order = np.random.default_rng(seed).permutation(len(data.X_train))
    back, rest = np.split(order, [round(HELD_BACK * len(order))])
    for candidates in CANDIDATES.values():
        for settings in candidates:
            network, seconds, n_done = train(settings, data.X_train[rest], data.y_train[rest], budget, seed)
            right = accuracy(network, data.X_train[back], data.y_train[back])
            print(f"{100 * right:.2f} % of the held-back images, {seconds:.0f} s: {settings}", flush=True)


# The picture


def draw(results: Mapping[str, Result], found: Mapping[int, Sequence[Run]], path: Path) -> None:
    """Save the comparison as a picture, and say in words what it shows."""
    titles = ["Time for one epoch", "The same training", "The best of each depth"]
    figure, panels = drawing.axes(titles, ["seconds", *2 * ["test accuracy (%)"]], "", columns=3, width=15)
    figure.set_layout_engine("constrained")  # room for the names, however long
    seconds = {name: result.seconds for name, result in results.items()}
    _ranges(panels[0], seconds)
    panels[0].set_xlim(left=0)
    learned = {name: np.multiply(100, r.accuracies) for name, r in results.items() if r.accuracies}
    _ranges(panels[1], learned)
    panels[1].set_ylim(panels[0].get_ylim())  # the products come last, and are missing here
    _ranges(panels[2], {layers_of(BEST[d]): [100 * run[0] for run in runs] for d, runs in found.items()})
    panels[1].tick_params(labelleft=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    medians = ", ".join(f"{statistics.median(s):.3f} s for {name}" for name, s in seconds.items())
    depths = ", ".join(f"{100 * statistics.median(r[0] for r in runs):.1f} % with {d}" for d, runs in found.items())
    print(f"Picture: {path}\nIn words: one epoch takes {medians}. Linear layers and test accuracy: {depths}.")


def _ranges(ax, values):
    """Draw the median and the range of each ``name: values``, the first on top."""
    for place, found in enumerate(values.values()):
        middle = statistics.median(found)
        error = [[middle - min(found)], [max(found) - middle]]
        marker = drawing.MARKERS[place % len(drawing.MARKERS)]
        ax.errorbar(middle, place, xerr=error, color=drawing.COLOURS[place], marker=marker, markersize=8, capsize=4)
    ax.set_yticks(range(len(values)), list(values))
    ax.set_ylim(len(values) - 0.5, -0.5)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables and save the picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=5, help="that are timed, after one to warm up (5)")
    parser.add_argument("--networks", type=int, default=3, help="that each library trains (3)")
    parser.add_argument("--budget", type=float, default=60, help="seconds of training for the best networks (60)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", type=Path, default=RESULTS / "compare.png")
    parser.add_argument("--one-thread", action="store_true", help="only time per epoch, on the processor, one thread")
    parser.add_argument("--choose", action="store_true", help="only compare settings, on held-back training images")
    given = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", module="sklearn")  # that training has not converged
    dataset = load_mnist()
    data = digits(dataset)
    print(f"{dataset.source}: {len(data.X_train):,} training and {len(data.X_test):,} test images")
    if given.choose:
        return choose(data, given.budget, given.seed)
    print(
        f"\n{data.X_train.shape[1]}-{HIDDEN}-{N_CLASSES}, ReLU, SGD, batches of {BATCH_SIZE}, "
        f"learning rate {LEARNING_RATE}, {given.epochs + 1} epochs"
    )
    if given.one_thread:
        with one_thread():
            results = compare(data, given.epochs, given.networks, given.seed, time.process_time)
        return print("One thread each. Seconds of the processor.", *speed_table(results), sep="\n")
    results = compare(data, given.epochs, given.networks, given.seed)
    print(*speed_table(results), sep="\n")
    print(f"\nThe best of each depth, at most {given.budget:g} seconds of training for one network")
    found = best_of_each_depth(data, given.budget, given.networks, given.seed)
    print(*depth_table(found), sep="\n")
    draw(results, found, given.picture)


if __name__ == "__main__":
    main()
