"""lab/mnist.py loads MNIST from files and from OpenML, and says what is wrong with a bad file."""

import gzip
import importlib.util
import io
import itertools
import os
import pickle
import re
import socket
import struct
import sys
import threading
import types
import zipfile

import numpy as np
import pytest
import sklearn.datasets

from tools.notebooks import ROOT

REAL = ROOT.parent / "shared" / "data" / "mnist-22k.npz"
NAMES = ("x_train", "y_train", "x_test", "y_test")
IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
N_TRAIN, N_TEST = 100, 60
ADVICE = re.compile(
    r"[Gg]ive (an|the|its)|Download or copy it again|Save |Convert (with|one-hot)|[Tt]ake (a|both)|subtract 1|add 1"
    r"|Each label is the digit|Were the files .* exchanged|not unsigned bytes"
)


def load_module():
    spec = importlib.util.spec_from_file_location("mnist_under_test", ROOT / "lab" / "mnist.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module


mnist = load_module()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A data home of its own for each test, no MNIST_PATH, no network."""
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "home"))
    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    return tmp_path / "home"


def no_name(*arguments, **options):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def make_parts(**changes):
    """``{name: array}`` like MNIST, with few images; ``changes`` replace arrays."""
    rng = np.random.default_rng(7)
    images = rng.integers(0, 256, (N_TRAIN + N_TEST, 28, 28), dtype=np.uint8)
    labels = np.arange(N_TRAIN + N_TEST) % 10
    parts = {"x_train": images[:N_TRAIN], "y_train": labels[:N_TRAIN].astype(np.uint8)}
    parts |= {"x_test": images[N_TRAIN:], "y_test": labels[N_TRAIN:].astype(np.uint8)}
    return parts | changes


def save_npz(folder, **changes):
    path = folder / "digits.npz"
    np.savez(path, **make_parts(**changes))
    return path


def idx_bytes(array):
    """An IDX file: the magic number, the sizes, the bytes."""
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def save_idx(folder, end="", compress=bytes, names=IDX):
    folder = folder / "raw"
    folder.mkdir()
    for name, array in zip(names, make_parts().values(), strict=True):
        (folder / (name + end)).write_bytes(compress(idx_bytes(array)))
    return folder


def assert_same(data, parts):
    for name in NAMES:
        np.testing.assert_array_equal(getattr(data, name), parts[name])
    assert (data.x_train.dtype, data.x_test.dtype) == (np.uint8, np.uint8)
    assert (data.y_train.dtype, data.y_test.dtype) == (np.intp, np.intp)


def error_of(path, kind=ValueError):
    """The message when this path is loaded; it names the path and tells what to do."""
    with pytest.raises(kind) as caught:
        mnist.load_mnist(path)
    message = str(caught.value)
    assert type(caught.value) is kind and str(path) in message
    assert ADVICE.search(message), message
    return message


# A path that is right


def test_an_npz_file_is_loaded(tmp_path):
    data = mnist.load_mnist(save_npz(tmp_path))
    assert_same(data, make_parts())
    assert data.source == "MNIST from digits.npz"


def test_a_compressed_npz_file_is_loaded(tmp_path):
    np.savez_compressed(tmp_path / "small.npz", **make_parts())
    assert_same(mnist.load_mnist(tmp_path / "small.npz"), make_parts())


@pytest.mark.parametrize("dtype", ["uint8", "int64", ">i4", "uint64"])
def test_labels_may_be_any_whole_numbers(tmp_path, dtype):
    path = save_npz(tmp_path, y_train=make_parts()["y_train"].astype(dtype))
    assert_same(mnist.load_mnist(path), make_parts())


@pytest.mark.parametrize("end, compress", [("", bytes), (".gz", gzip.compress), (".gz", bytes), ("", gzip.compress)])
def test_four_idx_files_are_loaded_gzipped_or_not_whatever_their_name_says(tmp_path, end, compress):
    data = mnist.load_mnist(save_idx(tmp_path, end, compress))
    assert_same(data, make_parts())
    assert data.source == "MNIST from raw"


def test_idx_files_may_have_a_dot_before_idx(tmp_path):
    names = [name.replace("-idx", ".idx") for name in IDX]
    assert_same(mnist.load_mnist(save_idx(tmp_path, names=names)), make_parts())


def test_loaded_images_can_be_written_to(tmp_path):
    data = mnist.load_mnist(save_idx(tmp_path))
    data.x_train[0] = 0
    assert not data.x_train[0].any()


def test_the_path_may_be_text_with_a_tilde(tmp_path, monkeypatch):
    save_npz(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert_same(mnist.load_mnist("~/digits.npz"), make_parts())


def test_mnist_path_names_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(save_npz(tmp_path)))
    assert mnist.load_mnist().source == "MNIST from digits.npz"


def test_the_argument_goes_before_mnist_path(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", "/does/not/exist.npz")
    assert_same(mnist.load_mnist(save_npz(tmp_path)), make_parts())


def test_a_file_beside_the_notebook_is_taken(tmp_path, monkeypatch):
    save_npz(tmp_path).rename(tmp_path / "mnist.npz")
    monkeypatch.chdir(tmp_path)
    assert mnist.load_mnist().source == "MNIST from mnist.npz"


def test_in_a_browser_the_small_digits_come_at_once_without_a_thread(tmp_path, monkeypatch, capsys):
    def no_thread(*arguments, **named):
        raise AssertionError("a thread was made")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mnist.sys, "platform", "emscripten")
    monkeypatch.setattr(mnist.threading, "Thread", no_thread)
    assert len(mnist.load_mnist().x_train) == 1437
    assert "browser" in capsys.readouterr().out


def test_a_dataset_cannot_be_changed_by_mistake():
    with pytest.raises(AttributeError):
        mnist.bundled_digits().source = "elsewhere"


@pytest.mark.skipif(not REAL.exists(), reason=f"the real images are not here: {REAL}")
def test_the_real_images_are_loaded():
    data = mnist.load_mnist(REAL)
    assert (data.x_train.shape, data.x_test.shape) == ((22_000, 28, 28), (10_000, 28, 28))
    train_counts = [2190, 2510, 2131, 2295, 2148, 1949, 2168, 2284, 2107, 2218]
    assert np.bincount(data.y_train).tolist() == train_counts
    assert tuple(np.bincount(data.y_test)) == mnist.TEST_COUNTS


# A path that is wrong


def test_a_missing_file_is_an_error(tmp_path):
    assert "There is no file" in error_of(tmp_path / "nothing.npz", FileNotFoundError)


def test_a_wrong_mnist_path_is_an_error_that_names_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nothing.npz"))
    with pytest.raises(FileNotFoundError, match="MNIST_PATH"):
        mnist.load_mnist()


def test_an_empty_path_is_not_taken_for_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=IDX[0]):
        mnist.load_mnist("")


def test_an_empty_mnist_path_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("MNIST_PATH", "")
    assert mnist.load_mnist().source == "8x8 digits of scikit-learn"


def test_a_folder_without_idx_files_is_an_error_that_names_all_four(tmp_path):
    message = error_of(tmp_path, FileNotFoundError)
    assert all(name in message for name in IDX)


def test_a_folder_with_an_npz_file_points_to_it(tmp_path):
    save_npz(tmp_path)
    assert "digits.npz" in error_of(tmp_path, FileNotFoundError)


@pytest.mark.parametrize("missing", IDX)
def test_a_missing_idx_file_is_named(tmp_path, missing):
    folder = save_idx(tmp_path)
    (folder / missing).unlink()
    message = error_of(folder, FileNotFoundError)
    assert [name for name in IDX if name in message] == [missing]


@pytest.mark.parametrize(
    "content, what",
    [
        (b"", "is empty"),
        (b"<html>404 Not Found</html>", "should be an .npz file, but begins with b'<html>40'"),
        (pickle.dumps({"x_train": 1}), "a pickle"),
        (gzip.compress(b"anything", mtime=0), "a gzip file"),
        (idx_bytes(np.zeros(3, np.uint8)), "one IDX file"),
        (b"\x93NUMPY\x01\x00rest", "a single .npy array"),
    ],
)
def test_a_file_that_is_no_npz_is_an_error_that_says_what_it_seems_to_be(tmp_path, content, what):
    path = tmp_path / "digits.npz"
    path.write_bytes(content)
    assert what in error_of(path)


@pytest.mark.parametrize("kept", [3, 30, 5000, 100_000, -1])
def test_a_truncated_npz_is_an_error(tmp_path, kept):
    path = save_npz(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    assert "damaged or cut short" in error_of(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_changed_byte_in_an_npz_is_an_error(tmp_path, save):
    path = tmp_path / "digits.npz"
    save(path, **make_parts())
    content = bytearray(path.read_bytes())
    content[5000] ^= 1  # one pixel: the checksum of the archive tells
    path.write_bytes(content)
    message = error_of(path)
    assert "x_train" in message and "damaged" in message


def test_a_changed_array_header_in_an_npz_is_an_error(tmp_path):
    path = save_npz(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"{'descr'", b"{('desc'", 1))
    assert "damaged" in error_of(path)


def test_an_npz_array_that_is_too_long_is_an_error(tmp_path):
    with zipfile.ZipFile(tmp_path / "digits.npz", "w") as archive:
        for name, array in make_parts().items():
            member = io.BytesIO()
            np.save(member, array)
            archive.writestr(f"{name}.npy", member.getvalue() + b"more")
    assert "more bytes follow the array" in error_of(tmp_path / "digits.npz")


def test_a_missing_array_is_named_beside_what_is_there(tmp_path):
    parts = make_parts()
    del parts["y_test"]
    np.savez(tmp_path / "digits.npz", **parts)
    message = error_of(tmp_path / "digits.npz")
    assert "has no y_test" in message and "x_train, y_train, x_test" in message


def test_pickled_objects_are_not_read(tmp_path):
    path = save_npz(tmp_path, y_train=np.array([1, "two", None], dtype=object))
    message = error_of(path)
    assert "y_train" in message and "pickled objects" in message


def test_an_array_that_is_far_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "MOST_IMAGES", 50)
    monkeypatch.setattr(np.lib.format, "read_array", None)
    assert "more than 50 images" in error_of(save_npz(tmp_path))


def test_an_npz_header_that_promises_more_than_the_memory_holds_is_an_error(tmp_path):
    path = save_npz(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"(100, 28, 28), }    ", b"(10000000000000,), }"))
    assert "damaged" in error_of(path)


@pytest.mark.parametrize("name", IDX)
@pytest.mark.parametrize("kept", [0, 5, 50])
def test_a_truncated_idx_file_is_an_error_that_names_it(tmp_path, name, kept):
    path = save_idx(tmp_path) / name
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match="cut short") as caught:
        mnist.load_mnist(path.parent)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("kept", [5, 15, 1000, -1])
def test_a_truncated_gzip_file_is_an_error_that_names_it(tmp_path, kept):
    path = save_idx(tmp_path, ".gz", gzip.compress) / (IDX[0] + ".gz")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match="cut short") as caught:
        mnist.load_mnist(path.parent)
    assert str(path) in str(caught.value)


def test_a_changed_byte_in_a_gzip_file_is_an_error(tmp_path):
    path = save_idx(tmp_path, ".gz", gzip.compress) / (IDX[0] + ".gz")
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    assert "damaged" in error_of(path.parent)


def test_an_idx_file_that_is_too_long_is_an_error(tmp_path):
    folder = save_idx(tmp_path)
    with (folder / IDX[3]).open("ab") as file:
        file.write(b"more")
    assert "longer than the 60 bytes" in error_of(folder)


@pytest.mark.parametrize(
    "name, start, what",
    [
        (IDX[0], b"\0\0\x08\x01", "has the magic number 0x00000801, expected 0x00000803 for images. Were the files"),
        (IDX[1], b"\0\0\x08\x03", "has the magic number 0x00000803, expected 0x00000801 for labels. Were the files"),
        (IDX[0], b"\0\0\x0d\x03", "the IDX type 0x0d, not unsigned bytes"),
        (IDX[2], b"<htm", "It is not an IDX file"),
        (IDX[2], b"\x03\x08\0\0", "It is not an IDX file"),
    ],
)
def test_a_wrong_magic_number_is_an_error_that_says_which_was_expected(tmp_path, name, start, what):
    path = save_idx(tmp_path) / name
    path.write_bytes(start + path.read_bytes()[4:])
    assert what in error_of(path.parent)


@pytest.mark.parametrize("sizes, what", [((100, 32, 32), "32x32 pixels"), ((2**32 - 1, 28, 28), "at most 500,000")])
def test_the_sizes_of_an_idx_file_are_checked_before_it_is_read(tmp_path, sizes, what):
    folder = save_idx(tmp_path)
    (folder / IDX[0]).write_bytes(struct.pack(">4I", 0x803, *sizes))
    assert what in error_of(folder)


X, Y = make_parts()["x_train"], make_parts()["y_train"].astype(np.int64)
SKEWED = np.where(np.arange(N_TRAIN) < 25, 3, Y)


@pytest.mark.parametrize(
    "changes, what",
    [
        ({"x_train": X.reshape(-1, 784)}, "x_train.*shape .100, 784., expected .m, 28, 28.. Convert with x.reshape"),
        ({"x_train": X[..., None]}, "shape .100, 28, 28, 1.*Convert with x.reshape"),
        ({"x_train": X[:, :8, :8]}, "shape .100, 8, 8., expected .m, 28, 28."),
        ({"x_train": np.uint8(7)}, "x_train.*shape .., expected"),
        ({"x_train": X[:0], "y_train": Y[:0]}, "x_train.*no images"),
        ({"x_train": X[:99]}, "x_train.*99 images, but y_train has 100 labels"),
        ({"x_test": X}, "x_test.*100 images, but y_test has 60 labels"),
        ({"x_train": X.astype(float)}, "x_train.*dtype float64, expected uint8"),
        ({"x_test": X.astype(np.int32)}, "x_test.*dtype int32, expected uint8"),
        ({"x_train": X // 128}, "largest value in x_train.* is 1, but pixels run from 0 to 255"),
        ({"y_train": Y.astype(float)}, "y_train.*dtype float64, expected whole numbers"),
        ({"y_train": Y.astype(str)}, "y_train.*dtype <U21, expected whole numbers"),
        ({"y_train": np.eye(10, dtype=int)[Y]}, "y_train.*shape .100, 10.*one-hot"),
        ({"y_train": Y[:, None]}, "y_train.*shape .100, 1.*y.ravel"),
        ({"y_train": Y[:0]}, "y_train.*no labels"),
        ({"y_train": Y + 1}, "y_train.*from 1 to 10, expected 0 to 9. They are shifted by one: subtract 1"),
        ({"y_train": Y - 1}, "y_train.*from -1 to 8.*add 1"),
        ({"y_test": make_parts()["y_test"] * 9}, "y_test.*from 0 to 81, expected 0 to 9"),
        ({"y_train": np.where(Y == 7, 1, Y)}, "y_train.*no label 7,"),
        ({"y_train": Y % 3}, "y_train.*no label 3, 4, 5, 6, 7, 8, 9,"),
        ({"y_train": SKEWED}, "% of the labels in y_train.* are 3, expected 5 to 20 %"),
        ({"y_train": np.where((Y == 4) & (np.arange(N_TRAIN) > 35), 5, Y)}, "4.0 % of the labels in y_train.* are 4"),
    ],
)
def test_arrays_that_are_not_mnist_are_an_error_that_says_why(tmp_path, changes, what):
    path = save_npz(tmp_path, **changes)
    message = error_of(path)
    with pytest.raises(ValueError, match=what):
        mnist.load_mnist(path)
    assert "\n" not in message


# Without files and without a network


def test_the_8x8_digits_come_when_nothing_else_is_there(capsys):
    data = mnist.load_mnist()
    assert data.source == "8x8 digits of scikit-learn"
    said = capsys.readouterr().out
    assert "could not be loaded from OpenML: URLError" in said and "Name or service not known" in said
    assert "MNIST_PATH" in said and "8x8 digits of scikit-learn: 1437 training and 360 test images" in said


def test_nothing_goes_to_stderr_without_a_network(capsys):
    mnist.load_mnist()
    assert capsys.readouterr().err == ""


def test_the_8x8_digits_look_like_mnist():
    data = mnist.bundled_digits()
    assert (data.x_train.shape, data.x_test.shape) == ((1437, 8, 8), (360, 8, 8))
    assert (data.x_train.dtype, data.y_train.dtype) == (np.uint8, np.intp)
    assert (data.x_train.min(), data.x_train.max()) == (0, 255)


def test_the_parts_of_the_8x8_digits_hold_each_image_once():
    data = mnist.bundled_digits()
    both = np.concatenate([data.x_train, data.x_test]).reshape(1797, 64)
    whole = np.rint(sklearn.datasets.load_digits().data * 255 / 16)
    assert sorted(both.tolist()) == sorted(whole.tolist())


def test_the_parts_of_the_8x8_digits_hold_the_same_share_of_each_digit():
    data = mnist.bundled_digits()
    train, test = np.bincount(data.y_train), np.bincount(data.y_test)
    assert np.all(np.abs(test - (train + test) / 5) < 1)


def test_the_8x8_digits_are_split_in_the_same_way_everywhere():
    whole = sklearn.datasets.load_digits()
    by_digit = [i for digit in range(10) for i in np.flatnonzero(whole.target == digit)]
    expected = np.rint(whole.images[sorted(by_digit[::5])] * 255 / 16)
    np.testing.assert_array_equal(mnist.bundled_digits().x_test, expected)


def test_the_8x8_digits_are_not_sorted_by_label():
    assert len(set(mnist.bundled_digits().y_train[:30])) == 10


def test_a_data_home_that_cannot_be_made_costs_only_the_large_data_set(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "file" / "home"))
    assert mnist.load_mnist().source == "8x8 digits of scikit-learn"


def test_a_network_that_never_answers_is_given_up(monkeypatch, capsys):
    monkeypatch.setattr(mnist, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(mnist, "POLL_SECONDS", 0.02)
    release = threading.Event()
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda *given, **options: release.wait(60))
    assert mnist.load_mnist().source == "8x8 digits of scikit-learn"
    assert "nothing arrived for 0.1 seconds" in capsys.readouterr().out
    release.set()


def test_a_whole_data_file_may_be_read_for_longer_than_the_patience(monkeypatch, home):
    monkeypatch.setattr(mnist, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(mnist, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(mnist, "WHOLE_BYTES", 1000)
    (home / "openml").mkdir(parents=True)
    (home / "openml" / "mnist_784.arff.gz").write_bytes(bytes(1000))
    waited = threading.Event()
    assert mnist._watched(lambda: waited.wait(0.3) or "read", home / "openml") == "read"


def test_a_download_may_take_longer_than_the_patience_while_it_grows(monkeypatch, tmp_path):
    sizes, done = iter(range(50)), threading.Event()
    clock = itertools.count(0, mnist.PATIENCE_SECONDS // 4)

    def growing(folder):
        size = next(sizes, None)
        if size is None:
            done.set()
        return size or 50, False

    monkeypatch.setattr(mnist, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(mnist, "time", types.SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(mnist, "_cache_state", growing)
    assert mnist._watched(lambda: done.wait(60) and "loaded", tmp_path) == "loaded"


def test_an_unfinished_download_is_not_taken_for_a_whole_file(tmp_path):
    (tmp_path / "tmpabc").mkdir()
    (tmp_path / "tmpabc" / "mnist_784.arff.gz").write_bytes(bytes(mnist.WHOLE_BYTES))
    assert mnist._cache_state(tmp_path) == (mnist.WHOLE_BYTES, False)


def test_the_timeout_of_sockets_is_set_only_for_the_call(monkeypatch):
    seen = []

    def fetch(*given, **options):
        seen.append(socket.getdefaulttimeout())
        raise OSError("offline")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    mnist.load_mnist()
    assert seen == [mnist.SOCKET_SECONDS] and socket.getdefaulttimeout() is None


# OpenML


class OpenML:
    """What stands in for ``fetch_openml``: counts its calls, returns rows of numbers and labels as text."""

    def __init__(self):
        parts = make_parts()
        pixels = np.concatenate([parts["x_train"], parts["x_test"]]).reshape(-1, 784).astype(float)
        labels = np.concatenate([parts["y_train"], parts["y_test"]]).astype(str).astype(object)
        self.bunch = types.SimpleNamespace(data=pixels, target=labels)
        self.calls = []

    def __call__(self, *given, **options):
        self.calls.append((given, options))
        return self.bunch


@pytest.fixture
def openml(monkeypatch):
    stand_in = OpenML()
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", stand_in)
    monkeypatch.setattr(mnist, "TRAIN_COUNTS", (N_TRAIN // 10,) * 10)
    monkeypatch.setattr(mnist, "TEST_COUNTS", (N_TEST // 10,) * 10)
    return stand_in


def test_openml_is_asked_for_mnist_without_pandas(openml):
    mnist.load_mnist()
    [(given, options)] = openml.calls
    assert given == ("mnist_784",)
    assert (options["version"], options["as_frame"], options["parser"]) == (1, False, "liac-arff")


def test_the_first_images_of_openml_are_the_training_part(openml):
    data = mnist.load_mnist()
    assert_same(data, make_parts())
    assert data.source == "MNIST from OpenML"


def test_the_counts_of_mnist_make_60000_and_10000():
    assert (sum(mnist.TRAIN_COUNTS), sum(mnist.TEST_COUNTS)) == (60_000, 10_000)


def test_loading_again_takes_the_kept_copy(openml):
    first, again = mnist.load_mnist(), mnist.load_mnist()
    assert len(openml.calls) == 1 and again.source == "MNIST from OpenML"
    assert_same(again, {name: getattr(first, name) for name in NAMES})


def test_nothing_unfinished_stays_in_the_data_home(openml, home):
    mnist.load_mnist()
    assert [path.name for path in home.iterdir()] == [mnist.KEPT_NAME]


@pytest.mark.parametrize("damage", ["truncated", "not mnist", "other counts"])
def test_a_broken_kept_copy_is_said_and_made_anew(openml, home, capsys, damage):
    mnist.load_mnist()
    kept = home / mnist.KEPT_NAME
    if damage == "truncated":
        kept.write_bytes(kept.read_bytes()[:1000])
    elif damage == "not mnist":
        np.savez(kept, **make_parts(y_train=Y + 1))
    else:
        np.savez(kept, **make_parts(x_train=X[:90], y_train=Y[:90]))
    assert_same(mnist.load_mnist(), make_parts())
    assert "is made anew" in capsys.readouterr().out and len(openml.calls) == 2
    mnist.load_mnist()
    assert len(openml.calls) == 2


def test_a_copy_that_cannot_be_kept_is_said_and_costs_nothing_else(openml, home, monkeypatch, capsys):
    def full(file, **arrays):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    assert_same(mnist.load_mnist(), make_parts())
    assert "could not be kept" in capsys.readouterr().out
    assert os.listdir(home) == []


def set_pixel(bunch, value):
    bunch.data[3, 5] = value


def drop_a_row(bunch):
    bunch.data = bunch.data[1:]


def change_labels(bunch):
    bunch.target[:5] = "3"


@pytest.mark.parametrize(
    "damage, what",
    [
        (lambda bunch: set_pixel(bunch, 256), "not whole numbers from 0 to 255"),
        (lambda bunch: set_pixel(bunch, -1), "not whole numbers from 0 to 255"),
        (lambda bunch: set_pixel(bunch, 0.5), "not whole numbers from 0 to 255"),
        (lambda bunch: set_pixel(bunch, np.nan), "not whole numbers from 0 to 255"),
        (drop_a_row, "the pixels have shape (159, 784), expected (160, 784)"),
        (change_labels, "y_train of OpenML holds"),
    ],
)
def test_what_openml_sends_is_checked_and_not_kept_when_wrong(openml, home, capsys, damage, what):
    damage(openml.bunch)
    assert mnist.load_mnist().source == "8x8 digits of scikit-learn"
    assert what in capsys.readouterr().out
    assert os.listdir(home) == []
