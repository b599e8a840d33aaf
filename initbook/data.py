"""Real digits: scikit-learn's, and MNIST from the reader's own folder.

>>> x, y = digits()
>>> x.shape, y.shape
((1797, 64), (1797,))
"""

import gzip
import zlib
from math import prod
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from initbook._check import Array, choice, count, labels, require

__all__ = ["MNIST_COUNTS", "Data", "class_counts", "digits", "mnist", "read_idx"]

MNIST_COUNTS = {
    "train": (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    "test": (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
}
"""How many images of each digit, 0 to 9, MNIST holds (LeCun, Cortes & Burges). A test counts them
again where the files are at hand."""

_STEMS = {"train": "train", "test": "t10k"}
_IMAGES, _LABELS = 2051, 2049  # the two magic numbers of MNIST's files
_PLACES = (".", "raw", "MNIST/raw", "MNIST", "mnist")  # where libraries put them in the folder they are given


class Data(NamedTuple):
    """Images and labels: ``x`` has shape ``(samples, pixels)``, floats from 0 (paper) to 1 (ink);
    ``y`` has shape ``(samples,)``, whole numbers from 0 to 9.

    Examples
    --------
    >>> digits().y[:4].tolist()
    [0, 1, 2, 3]
    """

    x: Array
    y: NDArray[np.integer]


def digits() -> Data:
    """The 1797 handwritten digits, 8 × 8 pixels, that scikit-learn ships (the test part of UCI's
    "Optical Recognition of Handwritten Digits"; Alpaydin & Kaynak, 1998).

    Examples
    --------
    >>> x, y = digits()
    >>> float(x.min()), float(x.max())
    (0.0, 1.0)
    """
    from sklearn.datasets import load_digits  # a second to import, so only when asked for

    x, y = load_digits(return_X_y=True)
    return Data(x / 16.0, y)


def mnist(folder: str | Path, split: str = "train") -> Data:
    """MNIST, from the IDX files in a folder of the reader's.

    Parameters
    ----------
    folder
        Where the files are: ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``, or
        ``t10k-…`` for the test split, each as it is or gzipped with the ending ``.gz``. Names with a dot, as
        unpackers write them (``train-images.idx3-ubyte``), and folders as libraries lay them (``MNIST/raw`` in the one
        that is given, or a folder for each file) are found, too.
    split
        ``"train"`` (60 000 images, 28 × 28 pixels) or ``"test"`` (10 000).

    Raises
    ------
    FileNotFoundError
        If a file is missing; the message says what was looked for, and which files of like names lie there.
    ValueError
        If a file is not what it should be (see :func:`read_idx`), if it holds no image or images without
        pixels, or if the numbers of images and labels differ.

    Examples
    --------
    >>> mnist("no such folder")
    Traceback (most recent call last):
    FileNotFoundError: no such folder: expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz; found no folder
    """
    stem = choice("split", split, _STEMS)
    folder = _path("folder", folder)
    image_path = _find(folder, f"{stem}-images", "idx3")
    label_path = _find(folder, f"{stem}-labels", "idx1")
    x, y = read_idx(image_path, _IMAGES), read_idx(label_path, _LABELS)
    if x.size == 0:
        raise ValueError(f"{image_path}: expected one image or more, of one pixel or more; found shape {x.shape}")
    if len(x) != len(y):
        raise ValueError(f"{image_path} holds {len(x)} images but {label_path} {len(y)} labels")
    if y.max() > 9:
        raise ValueError(f"{label_path}: expected labels from 0 to 9; found {y.max()}")
    return Data(x.reshape(len(x), -1) / 255.0, y.astype(int))


def read_idx(path: str | Path, magic: int | None = None) -> NDArray[np.uint8]:
    """One IDX file of bytes, gzipped or not, as an array of its own, which may be written to.

    Parameters
    ----------
    path
        The file.
    magic
        The number it must begin with: 2051 for MNIST's images, 2049 for its labels; any file of
        unsigned bytes when not given.

    Raises
    ------
    FileNotFoundError
        If it is missing.
    ValueError
        If it begins with another number, is shorter or longer than its header says, has a header that no
        array can follow, or is a damaged gzip file. The message names the file and what was expected.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(path).tolist()
    [7, 2, 1]
    """
    path = _path("path", path)
    raw = _read_bytes(path)
    shape = _shape(path, raw, magic)
    start = 4 + 4 * len(shape)
    expected = start + prod(shape)
    if len(raw) != expected:
        raise ValueError(f"{path}: expected {expected} bytes, for an array of shape {shape}; "
                         f"found {len(raw)}")
    try:
        return np.frombuffer(raw, np.uint8, offset=start).reshape(shape).copy()
    except ValueError as error:  # too many dimensions, or one that is too long beside one of 0
        raise ValueError(f"{path}: expected the shape of an array; found {shape}") from error


def _path(name: str, value: str | Path) -> Path:
    require(isinstance(value, str | PathLike), name, "a path", repr(value), TypeError)
    return Path(value).expanduser()


def _shape(path: Path, raw: bytes, magic: int | None) -> tuple[int, ...]:
    # The header: two zeros, 8 for bytes, the number of dimensions, then the size of each.
    found = int.from_bytes(raw[:4], "big") if len(raw) >= 4 else f"a file of {len(raw)} bytes"
    if len(raw) < 4 or raw[:3] != b"\x00\x00\x08" or magic not in (None, found):
        expected = magic or "0x000008nn (unsigned bytes)"
        raise ValueError(f"{path}: expected the magic number {expected}; found {found}")
    start = 4 + 4 * raw[3]
    if len(raw) < start:
        raise ValueError(f"{path}: expected a header of {start} bytes; found {len(raw)}")
    return tuple(int.from_bytes(raw[i:i + 4], "big") for i in range(4, start, 4))


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected an IDX file, gzipped or not")
    raw = path.read_bytes()
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path}: expected a whole gzip file; found {error}") from error


def _find(folder: Path, what: str, idx: str) -> Path:
    name, dotted = f"{what}-{idx}-ubyte", f"{what}.{idx}-ubyte"
    for place in (*_PLACES, name, dotted):
        for file in (name, f"{name}.gz", dotted, f"{dotted}.gz"):
            if (folder / place / file).is_file():
                return folder / place / file
    raise FileNotFoundError(f"{folder}: expected {name} or {name}.gz{_like(folder, what, idx)}")


def _like(folder: Path, what: str, idx: str) -> str:
    """What lies there instead: up to five files of like names, three folders deep."""
    if not folder.is_dir():
        return "; found a file" if folder.is_file() else "; found no folder"
    words = (what.partition("-")[2], idx, "mnist")
    found = [path.relative_to(folder).as_posix() for depth in ("*", "*/*", "*/*/*") for path in folder.glob(depth)
             if path.is_file() and any(word in path.name.lower() for word in words)]
    return "; found " + ", ".join(sorted(found)[:5]) if found else ""


def class_counts(y: NDArray[np.integer], classes: int = 10) -> list[int]:
    """How many samples each class has.

    Examples
    --------
    >>> import numpy as np
    >>> class_counts(np.array([0, 2, 2]), classes=3)
    [1, 0, 2]
    """
    return np.bincount(labels("y", y, count("classes", classes)), minlength=classes).tolist()
