"""Load the MNIST digits: from files, from OpenML, or else the small digits that scikit-learn brings along.

    data = load_mnist()
    print(data.source, data.x_train.shape, data.y_train.shape)

A notebook beside this file can import it. Files are given by argument, by the
environment variable MNIST_PATH, or as mnist.npz beside the notebook, as one of

- an .npz file with the arrays x_train, y_train, x_test and y_test;
- a folder with the four IDX files of MNIST, gzipped or not.
"""

import contextlib
import gzip
import math
import os
import socket
import struct
import sys
import textwrap
import threading
import time
import warnings
import zipfile
import zlib
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
IDX_UBYTE = 0x800  # the magic number of unsigned bytes, less the number of dimensions
SIDE = 28
MOST_IMAGES = 500_000  # a damaged header must not fill the memory
LEAST_SHARE, MOST_SHARE = 0.05, 0.20  # of one digit in a part; in MNIST 9 to 11 %
LEAST_BRIGHTEST = 128  # the brightest pixel of MNIST is 255; of images scaled to 0..1 it is 1

# How many of each digit the 60,000 training and 10,000 test images of MNIST hold.
TRAIN_COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
TEST_COUNTS = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)

BESIDE = "mnist.npz"  # in the current folder, where the notebook is
KEPT_NAME = "mnist_784.npz"  # in scikit-learn's data home: reading OpenML's text file takes a minute
SOCKET_SECONDS = 10  # to wait for one answer of the network
PATIENCE_SECONDS = 20  # to wait while nothing arrives
POLL_SECONDS = 0.2
WHOLE_BYTES = 5_000_000  # only OpenML's data file is larger (15 MB); its descriptions are far smaller

WANTED = "Give an .npz file with x_train, y_train, x_test and y_test, or a folder with the four IDX files."
AGAIN = "Download or copy it again."
NOT_NPZ = {  # how other files begin
    b"\x93NUMPY": "a single .npy array. Save the four arrays together with np.savez.",
    b"\x00\x00\x08": "one IDX file. Give the folder that holds all four.",
    b"\x1f\x8b": "a gzip file. For gzipped IDX files give the folder that holds all four.",
    b"\x80": "a pickle, which is not read because it can run any code. Save the four arrays with np.savez.",
    b"": f"not an archive of arrays. {AGAIN}",
}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images of digits and what they show, in a training and a test part."""

    x_train: np.ndarray  # (m, height, width) uint8, 0 is background
    y_train: np.ndarray  # (m,) np.intp, 0..9
    x_test: np.ndarray
    y_test: np.ndarray
    source: str  # where it comes from, for people


def load_mnist(path: str | os.PathLike[str] | None = None) -> Dataset:
    """Return the best ``Dataset`` there is.

    path: an .npz file or a folder of IDX files; without it the environment variable
        MNIST_PATH; without that mnist.npz in the current folder; without that OpenML, by
        scikit-learn's cache or a download of 15 MB (60,000 training and 10,000 test images
        of 28x28 pixels); and when that fails, after a message, ``bundled_digits()``.

    Raises FileNotFoundError when a given file or folder, or one of the four IDX files,
    is not there, and ValueError when what is there is damaged or is not MNIST.
    """
    origin = "the argument of load_mnist"
    if path is None:
        origin, path = "the environment variable MNIST_PATH", os.environ.get("MNIST_PATH") or None
    if path is None and os.path.isfile(BESIDE):
        origin, path = "its place beside the notebook", BESIDE
    if path is not None:
        return _from_files(Path(os.path.abspath(os.path.expanduser(path))), origin)
    try:
        return _from_openml()
    except Exception as error:  # whatever goes wrong on the way costs the large data set, not the lab
        print(
            f"MNIST could not be loaded from OpenML: {_short(error)}. To use it, get {BESIDE} where there is a "
            "network, and put it beside this notebook. Or get its four IDX files, and set the environment variable "
            "MNIST_PATH to their folder.\n"
            "Instead, these are the 8x8 digits of scikit-learn: 1437 training and 360 test images."
        )
        return bundled_digits()


def bundled_digits() -> Dataset:
    """Return scikit-learn's 8x8 digits as a ``Dataset`` of 1437 training and 360 test images.

    The split is always the same, and holds the same share of every digit in both parts.
    Pixels are scaled from 0..16 to 0..255.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    labels = digits.target.astype(np.intp)
    test = np.zeros(len(labels), dtype=bool)
    test[np.argsort(labels, kind="stable")[::5]] = True  # every fifth of each digit
    return Dataset(images[~test], labels[~test], images[test], labels[test], "8x8 digits of scikit-learn")


# Files


def _from_files(path, origin):
    if path.is_dir():
        parts = _read_idx_folder(path)
    elif path.is_file():
        parts = _read_npz(path)
    else:
        raise FileNotFoundError(f"There is no file or folder {path}. It was named by {origin}. {WANTED}")
    return Dataset(**_checked(parts, path), source=f"MNIST from {path.name}")


def _read_npz(path):
    """Return ``{name: array}`` of the four arrays, not yet checked."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise ValueError(f"{path} is empty. {AGAIN}")
    if not head.startswith(b"PK"):
        kind = next(text for start, text in NOT_NPZ.items() if head.startswith(start))
        raise ValueError(f"{path} should be an .npz file, but begins with {head!r}: {kind}")
    with _open_archive(path) as archive:
        found = [name.removesuffix(".npy") for name in archive.namelist()]
        missing = [name for name in IDX_NAMES if name not in found]
        if not missing:
            return {name: _read_npy(archive, name, path) for name in IDX_NAMES}
    raise ValueError(
        f"{path} has no {', '.join(missing)}. It holds {textwrap.shorten(', '.join(found), 100) or 'nothing'}. "
        "Save x_train, y_train, x_test and y_test with np.savez."
    )


def _open_archive(path):
    try:
        return zipfile.ZipFile(path)
    except Exception as error:  # a damaged archive raises nearly anything
        raise ValueError(f"{path} is damaged or cut short: {_short(error)}. {AGAIN}") from error


def _read_npy(archive, name, path):
    """Return one array of an open .npz file."""
    member = next(n for n in archive.namelist() if n.removesuffix(".npy") == name)
    size = archive.getinfo(member).file_size
    if size > MOST_IMAGES * SIDE**2:
        raise ValueError(f"{name} of {path} has {size:,} bytes, more than {MOST_IMAGES:,} images would need. {AGAIN}")
    try:
        with archive.open(member) as stream:
            array = np.lib.format.read_array(stream, allow_pickle=False)
            if stream.read(1):  # at the end the archive compares its checksum
                raise ValueError("more bytes follow the array")
            return array
    except Exception as error:  # as above; MemoryError where its header promises too much
        if "allow_pickle" in str(error):
            raise ValueError(
                f"{name} of {path} holds pickled objects, which are not read because they can run any code. "
                "Save it as an array of numbers: uint8 images, whole-number labels."
            ) from error
        raise ValueError(f"{name} of {path} is damaged or cut short: {_short(error)}. {AGAIN}") from error


def _read_idx_folder(folder):
    """Return ``{name: array}`` of the four IDX files, not yet checked."""
    files = {name: _find_idx(folder, usual) for name, usual in IDX_NAMES.items()}
    missing = [IDX_NAMES[name] for name, file in files.items() if file is None]
    if missing:
        archives = sorted(file.name for file in folder.glob("*.npz"))
        hint = f"If you mean the file {archives[0]} in it, give its path." if archives else WANTED
        raise FileNotFoundError(f"The folder {folder} has no {', '.join(missing)} (with or without .gz). {hint}")
    return {name: _read_idx(file, (SIDE, SIDE) if name[0] == "x" else ()) for name, file in files.items()}


def _find_idx(folder, usual):
    """Return the file with the usual name, or with the dot that some tools put into it, or None."""
    names = [name + end for name in (usual, usual.replace("-idx", ".idx")) for end in ("", ".gz")]
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read_idx(path, item_shape):
    """Return the uint8 array ``(m, *item_shape)`` of an IDX file, gzipped or not whatever its name says.

    The format: magic number and sizes as big-endian 32-bit numbers, then the bytes.
    """
    try:
        with path.open("rb") as file:
            gzipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = gzip.GzipFile(fileobj=file) if gzipped else file
            shape = _idx_shape(stream.read(8 + 4 * len(item_shape)), item_shape, path)
            size = math.prod(shape)
            data = stream.read(size + 1)  # one more: shows bytes too many, and makes gzip compare its checksum
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is damaged or cut short: {_short(error)}. {AGAIN}") from error
    if len(data) < size:
        raise ValueError(f"{path} is cut short: its header promises {size:,} bytes, {len(data):,} came. {AGAIN}")
    if len(data) > size:
        raise ValueError(f"{path} is longer than the {size:,} bytes that its header promises. {AGAIN}")
    return np.frombuffer(data, np.uint8).reshape(shape).copy()  # a copy can be written to


def _idx_shape(header, item_shape, path):
    """Return the shape in the header of an IDX file, after checks: nothing is allocated on its word alone."""
    length = 8 + 4 * len(item_shape)
    if len(header) < length:
        raise ValueError(f"{path} is cut short: its header has {len(header)} of {length} bytes. {AGAIN}")
    magic, *shape = struct.unpack(f">{length // 4}I", header)
    expected = IDX_UBYTE + 1 + len(item_shape)
    if magic != expected:
        raise ValueError(
            f"{path} has the magic number {magic:#010x}, expected {expected:#010x} for "
            f"{'images' if item_shape else 'labels'}. {_magic_hint(magic, expected)}"
        )
    if tuple(shape[1:]) != item_shape:
        raise ValueError(f"{path} has images of {shape[1]}x{shape[2]} pixels, MNIST has {SIDE}x{SIDE}. {AGAIN}")
    if shape[0] > MOST_IMAGES:
        raise ValueError(f"{path} promises {shape[0]:,} items, at most {MOST_IMAGES:,} are read. {AGAIN}")
    return shape


def _magic_hint(magic, expected):
    if magic in (IDX_UBYTE + 1, IDX_UBYTE + 3):
        return "Were the files of images and of labels exchanged?"
    if magic >> 16 == 0 and magic & 0xFF == expected & 0xFF:
        return f"Its numbers are of the IDX type {magic >> 8:#04x}, not unsigned bytes (0x08)."
    return "It is not an IDX file of MNIST, or it is damaged. " + AGAIN


# Checks


def _checked(parts, where):
    """Return ``{name: array}`` with labels of np.intp; raise ValueError unless all of it looks like MNIST."""
    checked = {}
    for part in ("train", "test"):
        images, labels = parts[f"x_{part}"], parts[f"y_{part}"]
        _check_images(images, f"x_{part} of {where}")
        checked |= {f"x_{part}": images, f"y_{part}": _checked_labels(labels, f"y_{part} of {where}")}
        if len(images) != len(labels):
            raise ValueError(
                f"x_{part} of {where} has {len(images)} images, but y_{part} has {len(labels)} labels. "
                "There must be one label for each image: take both from the same source."
            )
    return checked


def _check_images(images, name):
    if images.dtype != np.uint8:
        raise ValueError(
            f"{name} has dtype {images.dtype}, expected uint8. Pixels are whole numbers from 0 to 255. "
            "Convert with x.astype(np.uint8), or np.rint(255 * x).astype(np.uint8) if they run from 0 to 1."
        )
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        same_pixels = images.ndim and images.size == len(images) * SIDE**2
        hint = f"Convert with x.reshape(-1, {SIDE}, {SIDE})." if same_pixels else AGAIN
        raise ValueError(f"{name} has shape {images.shape}, expected (m, {SIDE}, {SIDE}). {hint}")
    if not len(images):
        raise ValueError(f"{name} holds no images. {AGAIN}")
    if images.max() < LEAST_BRIGHTEST:
        raise ValueError(
            f"The largest value in {name} is {images.max()}, but pixels run from 0 to 255. "
            "Were they scaled before they were saved? Save the unscaled pixels."
        )


def _checked_labels(labels, name):
    """Return the labels as np.intp: the type that counts and picks, also where Python is a 32-bit one."""
    if labels.ndim != 1:
        one_hot = labels.shape[-1:] == (10,)
        hint = "Convert one-hot rows with y.argmax(axis=1)." if one_hot else "Convert with y.ravel()."
        raise ValueError(f"{name} has shape {labels.shape}, expected (m,), one label for each image. {hint}")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"{name} has dtype {labels.dtype}, expected whole numbers. Convert with y.astype(np.int64).")
    if not len(labels):
        raise ValueError(f"{name} holds no labels. {AGAIN}")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high > 9:
        shifted = {(1, 10): "They are shifted by one: subtract 1.", (-1, 8): "They are shifted by one: add 1."}
        hint = shifted.get((low, high), "Each label is the digit that its image shows.")
        raise ValueError(f"{name} holds labels from {low} to {high}, expected 0 to 9. {hint}")
    labels = labels.astype(np.intp)
    _check_shares(np.bincount(labels, minlength=10), name)
    return labels


def _check_shares(counts, name):
    missing = [str(digit) for digit in np.flatnonzero(counts == 0)]
    if missing:
        raise ValueError(f"{name} has no label {', '.join(missing)}, expected all of 0 to 9. Take a mixed selection.")
    shares = counts / counts.sum()
    for digit, share in enumerate(shares):
        if not LEAST_SHARE <= share <= MOST_SHARE:
            raise ValueError(
                f"{100 * share:.1f} % of the labels in {name} are {digit}, expected {100 * LEAST_SHARE:.0f} "
                f"to {100 * MOST_SHARE:.0f} % of each digit. Take a mixed selection, or check how the labels were made."
            )


# OpenML


def _from_openml():
    """Return MNIST from the kept copy, or through scikit-learn, which compares OpenML's checksum."""
    from sklearn.datasets import get_data_home

    home = Path(get_data_home())
    kept = home / KEPT_NAME
    if kept.exists():
        try:
            return _openml_dataset(_read_npz(kept), kept)
        except (OSError, ValueError) as error:
            print(f"The kept copy of MNIST cannot be used and is made anew. {error}")
    dataset = _openml_dataset(_openml_parts(_fetch(home / "openml")), "OpenML")
    _keep(dataset, kept)
    return dataset


def _openml_dataset(parts, where):
    parts = _checked(parts, where)
    for name, expected in (("y_train", TRAIN_COUNTS), ("y_test", TEST_COUNTS)):
        counts = tuple(np.bincount(parts[name], minlength=10).tolist())
        if counts != expected:
            raise ValueError(f"{name} of {where} holds {counts} of each digit, MNIST has {expected}.")
    return Dataset(**parts, source="MNIST from OpenML")


def _openml_parts(bunch):
    """Return ``{name: array}`` of what scikit-learn returned: numbers in rows, labels as text."""
    pixels, labels = np.asarray(bunch.data), np.asarray(bunch.target).astype(np.intp)
    n_train = sum(TRAIN_COUNTS)
    expected = (n_train + sum(TEST_COUNTS), SIDE**2)
    if pixels.shape != expected:
        raise ValueError(f"the pixels have shape {pixels.shape}, expected {expected}")
    with np.errstate(invalid="ignore"):
        images = pixels.astype(np.uint8)
    if not np.array_equal(images, pixels):
        raise ValueError("the pixels are not whole numbers from 0 to 255")
    images = images.reshape(-1, SIDE, SIDE)
    return {
        "x_train": images[:n_train],
        "y_train": labels[:n_train],
        "x_test": images[n_train:],
        "y_test": labels[n_train:],
    }


def _fetch(folder):
    """Return what ``fetch_openml`` returns. It fails soon where there is no network."""
    if sys.platform == "emscripten":  # no sockets, no threads
        raise OSError("Python in a browser cannot download it")
    from sklearn.datasets import fetch_openml

    def fetch():
        return fetch_openml(
            "mnist_784", version=1, as_frame=False, parser="liac-arff", n_retries=1, delay=0.1
        )  # one retry is the least that scikit-learn takes

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SOCKET_SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of each attempt; the outcome is said once
            return _watched(fetch, folder)
    finally:
        socket.setdefaulttimeout(before)


def _watched(action, folder):
    """Run ``action`` in a thread, show how ``folder`` grows, and return the result.

    Raises TimeoutError when nothing arrives for PATIENCE_SECONDS: looking up a name
    knows no timeout, and scikit-learn tries some requests several times.
    """
    future = Future()
    size, whole = _cache_state(folder)
    changed = time.monotonic()
    threading.Thread(target=_settle, args=(future, action), daemon=True).start()
    with tqdm(unit="B", unit_scale=True, delay=1, miniters=0, mininterval=0.5, file=sys.stdout) as bar:
        while not future.done():
            task = "reading takes about a minute, only this once" if whole else "downloading 15 MB"
            bar.set_description_str(f"MNIST from OpenML, {task}", refresh=False)
            wait([future], POLL_SECONDS)
            before, (size, whole) = size, _cache_state(folder)
            bar.update(max(0, size - before))
            if size != before:
                changed = time.monotonic()
            if not whole and time.monotonic() - changed > PATIENCE_SECONDS:
                raise TimeoutError(f"nothing arrived for {PATIENCE_SECONDS} seconds")
    return future.result()


def _settle(future, action):
    try:
        future.set_result(action())
    except BaseException as error:  # goes to the thread that waits
        future.set_exception(error)


def _cache_state(folder):
    """Return the bytes in a folder, and whether a whole data file is among them.

    scikit-learn downloads into a folder tmp... and moves the file out when it is whole.
    Where an unrelated data file is taken for it, only the socket's timeout is left.
    """
    size, whole = 0, False
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # moved away in this moment
                found = os.path.getsize(os.path.join(parent, name))
                size += found
                whole |= found >= WHOLE_BYTES and not os.path.basename(parent).startswith("tmp")
    return size, whole


def _keep(dataset, path):
    """Write the parts of a data set where the next call finds them: all of the file or none."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with unfinished.open("wb") as file:
            np.savez_compressed(file, **{name: getattr(dataset, name) for name in IDX_NAMES})
        unfinished.replace(path)
    except OSError as error:
        print(f"MNIST could not be kept for the next time: {_short(error)}.")
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _short(error):
    text = textwrap.shorten(str(error), 200, placeholder=" ...").rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
