"""lab/compare.py measures what it says, with and without PyTorch."""

import re
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from lab import compare
from lab.mnist import bundled_digits

SMALL = compare.Settings((16,), 0.05, n_epochs=8)
SKLEARN = {"MLPClassifier, float64 images", "MLPClassifier, float32 images"}
ALWAYS = {compare.FRAMEWORK, compare.FAST, *SKLEARN, compare.PRODUCTS}


@pytest.fixture(scope="module")
def data():
    return compare.digits(bundled_digits())


@pytest.fixture
def without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it fails


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(compare, "BEST", {1: compare.Settings((), 0.05, n_epochs=2), 2: SMALL})


def rounds(data, **options):
    return compare.compare(data, n_epochs=1, n_networks=1, **options)


def test_images_become_rows_between_0_and_1(data):
    assert data.X_train.dtype == data.X_test.dtype == np.float32
    assert data.X_train.shape == (1437, 64)
    assert (data.X_train.min(), data.X_train.max()) == (0, 1)


def test_the_framework_stays_in_float32(data):
    f, network = compare.framework(), compare.build((64, 5, 10), np.random.default_rng(0), fast=False)
    X, y = data.X_train[:20], data.y_train[:20]
    for loss, last in ((f.SoftmaxCrossEntropyLoss(), []), (f.CrossEntropyLoss(), [f.Softmax()])):
        for activation in (f.ReLU, f.Tanh, f.Sigmoid):
            chain = f.Network([network.layers[0], activation(), network.layers[2], *last])
            assert chain.forward(X).dtype == np.float32
            assert type(loss.forward(y, chain.forward(X))) is float
            assert loss.backward().dtype == np.float32
            assert chain.backward(loss.backward()).dtype == np.float32
            chain.update(0.1)
            for layer in chain.layers[::2][:2]:
                assert [a.dtype for a in (layer.W, layer.b, layer.dW, layer.db)] == [np.float32] * 4


def test_the_squared_error_stays_in_float32():
    loss = compare.framework().MeanSquaredError()
    assert type(loss.forward(np.ones((3, 2), np.float32), np.zeros((3, 2), np.float32))) is float
    assert loss.backward().dtype == np.float32


def linear_layers(network):
    return [layer for layer in network.layers if hasattr(layer, "W")]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["SparingLinear", "InPlaceLinear", "KeepingLinear"])
def test_a_fast_network_learns_the_same(data, kind, dtype):
    f, trained = compare.framework(), []
    activation = f.KeepingReLU if kind == "KeepingLinear" else f.ReLU
    for linear, relu in [(f.Linear, f.ReLU), (getattr(f, kind), activation)]:
        rng = np.random.default_rng(3)
        network = f.Network([linear(64, 7, rng), relu(), linear(7, 6, rng), relu(), linear(6, 10, rng)])
        network.layers[0].is_first = True
        for layer in linear_layers(network):
            layer.W, layer.b = layer.W.astype(dtype), layer.b.astype(dtype)
        for _ in range(2):  # 100 is no multiple of 16: the last batch is smaller
            X, y = data.X_train[:100].astype(dtype), data.y_train[:100]
            f.train_epoch(network, f.SoftmaxCrossEntropyLoss(), X, y, 0.1, 16, rng)
        trained.append(network)
    plain, fast = map(linear_layers, trained)
    for one, other in zip(plain, fast, strict=True):
        assert other.W.dtype == other.b.dtype == dtype
        np.testing.assert_allclose(other.W, one.W, rtol=0, atol=1e-6)
        np.testing.assert_allclose(other.b, one.b, rtol=0, atol=1e-6)


def test_only_the_first_layer_leaves_out_its_input_gradient(data):
    network = compare.build((64, 5, 10), np.random.default_rng(0))
    first, _, last = network.layers
    network.forward(data.X_train[:20])
    d = np.ones((20, 10), np.float32)
    np.testing.assert_allclose(last.backward(d), d @ last.W, rtol=1e-6)
    assert network.backward(d) is None
    assert (first.is_first, last.is_first) == (True, False)


def test_a_fast_network_uses_its_arrays_again(data):
    network = compare.build((64, 5, 10), np.random.default_rng(0))
    W, seen = network.layers[0].W, []
    for rows in (slice(0, 20), slice(20, 40)):
        scores = network.forward(data.X_train[rows])
        network.backward(np.ones_like(scores))
        seen.append([scores, *(layer.dW for layer in linear_layers(network))])
        network.update(0.1)
    assert all(old is new for old, new in zip(*seen, strict=True))
    assert network.layers[0].W is W


def test_the_products_alone_are_those_of_every_batch():
    shapes = []

    class Seen(np.ndarray):
        def __matmul__(self, other):
            shapes.append((*self.shape, other.shape[1]))
            return np.matmul(self.view(np.ndarray), other.view(np.ndarray)).view(Seen)

    X, W1, W2 = (np.ones(shape).view(Seen) for shape in [(20, 64), (5, 64), (10, 5)])
    compare.framework().products_alone(X, W1, W2, 16)
    assert shapes == [p for m in (16, 4) for p in [(m, 64, 5), (m, 5, 10), (10, m, 5), (m, 10, 5), (5, m, 64)]]


def test_each_library_that_is_installed_is_measured(data):
    results = rounds(data)
    installed = {"PyTorch"} if _has_torch() else set()
    assert set(results) == ALWAYS | installed
    for name, result in results.items():
        assert len(result.seconds) == 1 and result.seconds[0] > 0, name
        assert len(result.accuracies) == (name != compare.PRODUCTS), name
        assert all(right > 0.5 for right in result.accuracies), f"{name} has not learned"
    text = "\n".join(compare.speed_table(results))
    assert all(name in text for name in results)
    assert ("PyTorch is not installed" in text) == (not installed)


def test_absent_torch_is_said(data, without_torch):
    results = rounds(data)
    assert "PyTorch" not in results
    assert compare.speed_table(results)[-1] == "PyTorch is not installed, so it is not in the comparison."


def test_same_seeds_give_the_same_results(data):
    first, again, other = (rounds(data, seed=s) for s in (5, 5, 6))
    accuracies = [{name: r.accuracies for name, r in results.items()} for results in (first, again, other)]
    assert accuracies[0] == accuracies[1] != accuracies[2]


def test_ratios_compare_epoch_with_epoch():
    results = {"a": compare.Result([1.0, 3.0]), "b": compare.Result([2.0, 4.0])}
    assert compare.ratios(results, "a", "b") == [0.5, 0.75]


def test_with_one_thread_the_clock_of_the_processor_counts(data, monkeypatch, capsys):
    threads = []

    def epoch():
        threads.extend(pool["num_threads"] for pool in threadpool_info())
        time.sleep(0.1)

    monkeypatch.setattr(compare, "load_mnist", bundled_digits)
    monkeypatch.setattr(compare, "libraries", lambda: {n: lambda *_: compare.Learner(epoch) for n in compare.TAKES})
    compare.main(["--one-thread", "--epochs", "1", "--networks", "1"])
    assert set(threads) == {1}
    (seconds,) = re.findall(r"^framework +([\d.]+)", capsys.readouterr().out, flags=re.M)
    assert float(seconds) < 0.1  # to sleep is no work


def test_everybody_starts_a_round_once():
    names = ["a", "b", "c"]
    assert {compare._turned(names, epoch)[0] for epoch in range(3)} == set(names)


def test_momentum_goes_on_along_earlier_gradients():
    layer = SimpleNamespace(W=np.ones((1, 2)), b=np.ones(1), dW=np.full((1, 2), 2.0), db=np.full(1, 4.0))
    network = SimpleNamespace(layers=[layer], forward=None, backward=None)
    moving = compare.Momentum(network, momentum=0.5)
    moving.update(0.1)  # by 0.1 * 2 and 0.1 * 4
    np.testing.assert_allclose(layer.W, [[0.8, 0.8]])
    np.testing.assert_allclose(layer.b, [0.6])
    moving.update(0.1)  # by 0.1 * (1 + 2) and 0.1 * (2 + 4)
    np.testing.assert_allclose(layer.W, [[0.5, 0.5]])
    np.testing.assert_allclose(layer.b, [0.0], atol=1e-12)


def test_dropout_keeps_the_mean_and_passes_gradients_where_it_passed_values():
    dropout, X = compare.Dropout(0.3, np.random.default_rng(0)), np.ones((200, 300), np.float32)
    A = dropout.forward(X)
    assert A.dtype == np.float32 and abs(np.mean(A == 0) - 0.3) < 0.01 and abs(A.mean() - 1) < 0.02
    np.testing.assert_array_equal(dropout.backward(X), A)


def test_dropout_is_only_there_in_training():
    network = compare.build((64, 5, 10), np.random.default_rng(0))
    noisy = compare.with_dropout(network, (0.2, 0.5), np.random.default_rng(0))
    assert [type(layer).__name__ for layer in network.layers] == ["KeepingLinear", "KeepingReLU", "KeepingLinear"]
    assert [getattr(layer, "rate", None) for layer in noisy.layers] == [0.2, None, None, 0.5, None]


def test_training_reaches_its_epochs_and_is_repeatable(data):
    networks = [compare.train(SMALL, data.X_train, data.y_train, 60, seed) for seed in (1, 1, 2)]
    assert [n_done for _, _, n_done in networks] == [8, 8, 8]
    W = [network.layers[0].W for network, _, _ in networks]
    assert np.array_equal(W[0], W[1]) and not np.array_equal(W[0], W[2])
    assert W[0].dtype == np.float32
    assert compare.accuracy(networks[0][0], data.X_test, data.y_test) > 0.85


def test_training_ends_with_its_budget(data):
    endless = compare.Settings((16,), 0.05, n_epochs=10**6)
    _, seconds, n_done = compare.train(endless, data.X_train, data.y_train, 0.3)
    assert 0 < n_done < 10**6
    assert 0.3 <= seconds < 5


def test_settings_are_chosen_without_the_test_images(data, monkeypatch, capsys):
    monkeypatch.setattr(compare, "CANDIDATES", {2: [SMALL]})
    blind = compare.Digits(data.X_train, data.y_train, None, None)
    compare.choose(blind, 60)
    assert "of the held-back images" in capsys.readouterr().out


def test_the_command_prints_both_tables_and_saves_the_picture(tmp_path, monkeypatch, capsys, small, without_torch):
    monkeypatch.setattr(compare, "load_mnist", bundled_digits)
    picture = tmp_path / "new" / "compare.png"
    compare.main(["--epochs", "1", "--networks", "1", "--budget", "1", "--picture", str(picture)])
    printed = capsys.readouterr().out
    assert "8x8 digits of scikit-learn: 1,437 training and 360 test images" in printed
    assert "MLPClassifier, float32 images" in printed and "2 layers (16)" in printed
    assert f"Picture: {picture}\nIn words: " in printed
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_best_settings_are_among_the_candidates():
    assert all(settings in compare.CANDIDATES[depth] for depth, settings in compare.BEST.items())
    assert [len(settings.hidden) + 1 for settings in compare.BEST.values()] == [1, 2, 3]


def _has_torch():
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True
