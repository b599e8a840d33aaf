"""The digits are what we say they are, and a bad file is told by its name, never half-loaded.

Tests with the real MNIST files look for them in the folder that the environment variable
INITBOOK_MNIST names; only .ci/run sets it.
"""

import gzip
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from initbook import activations, initializers, losses, optimizers
from initbook.data import MNIST_COUNTS, class_counts, digits, mnist, read_idx
from initbook.theory import cross_entropy, entropy
from initbook.training import train

IMAGES, LABELS = 2051, 2049

# --- the digits of scikit-learn


def test_digits_are_1797_images_of_64_pixels_from_0_to_1():
    x, y = digits()
    assert x.shape == (1797, 64) and y.shape == (1797,)
    assert x.dtype == float and np.issubdtype(y.dtype, np.integer)
    assert np.array_equal(np.unique(x * 16), np.arange(17))


def test_the_plateau_of_digits_follows_from_their_counts():
    counts = class_counts(digits().y)
    assert sum(counts) == 1797
    assert round(entropy(counts), 6) == 2.302479
    assert round(max(counts) / sum(counts), 4) == 0.1018


def test_digits_can_be_written_to_without_changing_the_next_readers():
    digits().x[:] = -1
    assert digits().x.min() == 0


# --- the counts of MNIST, which need no files


def test_the_plateau_of_mnist_follows_from_its_counts():
    assert (sum(MNIST_COUNTS["train"]), sum(MNIST_COUNTS["test"])) == (60_000, 10_000)
    assert round(entropy(MNIST_COUNTS["train"]), 6) == 2.301159
    assert round(cross_entropy(MNIST_COUNTS["test"], MNIST_COUNTS["train"]), 6) == 2.301019
    assert MNIST_COUNTS["test"][np.argmax(MNIST_COUNTS["train"])] / 10_000 == 0.1135


@pytest.mark.parametrize(("y", "classes", "counts"), [
    ([0, 2, 2], 4, [1, 0, 2, 0]), ([1] * 3, 2, [0, 3])])
def test_every_class_is_counted_even_one_without_samples(y, classes, counts):
    assert class_counts(np.array(y), classes) == counts


# --- IDX files made here


def idx(array):
    """The bytes of an IDX file of unsigned bytes: magic number, sizes, entries."""
    sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


PICTURES = np.arange(3 * 4 * 5).reshape(3, 4, 5)
DIGITS = np.array([7, 0, 9])
GOOD, GOOD_LABELS = idx(PICTURES), idx(DIGITS)
ZIPPED = gzip.compress(GOOD)
NAMES = {"train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
         "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")}


@pytest.fixture
def folder(tmp_path):
    """Makes a folder with a split's two files, from the bytes given."""
    def make(images=GOOD, labels=GOOD_LABELS, split="train", ending=""):
        for name, content in zip(NAMES[split], (images, labels), strict=True):
            if content is not None:
                (tmp_path / (name + ending)).write_bytes(content)
        return tmp_path
    return make


@pytest.fixture
def file(tmp_path):
    """Makes one file of the given bytes."""
    def make(content):
        path = tmp_path / "some-file"
        path.write_bytes(content)
        return path
    return make


def assert_loaded(data):
    assert np.array_equal(data.x * 255, PICTURES.reshape(3, 20))
    assert np.array_equal(data.y, DIGITS)
    assert data.x.dtype == float and data.y.dtype == int


def test_both_splits_load_one_picture_a_row_and_can_be_written_to(folder):
    assert_loaded(mnist(str(folder())))  # the training split, and a folder given as text
    data = mnist(folder(split="test"), "test")
    assert_loaded(data)
    data.x[:], data.y[:] = 0, 0


def test_gzip_is_known_by_its_content_not_by_its_name(folder):
    assert_loaded(mnist(folder(ZIPPED, gzip.compress(GOOD_LABELS), ending=".gz")))
    assert_loaded(mnist(folder(images=ZIPPED)))
    assert_loaded(mnist(folder(images=GOOD, ending=".gz")))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (0, 28, 28)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_an_idx_file_of_any_shape_reads_back(file, shape, pack):
    array = np.arange(np.prod(shape)).reshape(shape)
    read = read_idx(file(pack(idx(array))))
    assert read.shape == shape and read.dtype == np.uint8 and np.array_equal(read, array)


# --- and bad ones

BAD_FILES = {
    "empty": (b"", "expected the magic number 2051; found a file of 0 bytes"),
    "not IDX at all": (b"<html>404</html>", "expected the magic number 2051; found 1013478509"),
    "shorter than a magic number": (b"\x00\x00",
                                    "expected the magic number 2051; found a file of 2 bytes"),
    "labels, not images": (GOOD_LABELS, "expected the magic number 2051; found 2049"),
    "floats, not bytes": (b"\x00\x00\x0d\x03" + GOOD[4:],
                          "expected the magic number 2051; found 3331"),
    "header cut short": (GOOD[:9], "expected a header of 16 bytes; found 9"),
    "no entries": (GOOD[:16], "expected 76 bytes, for an array of shape (3, 4, 5); found 16"),
    "one byte short": (GOOD[:-1], "expected 76 bytes, for an array of shape (3, 4, 5); found 75"),
    "one byte long": (GOOD + b"\0", "expected 76 bytes, for an array of shape (3, 4, 5); found 77"),
    "gzip cut short": (ZIPPED[:-9], "expected a whole gzip file; found "),
    "gzip that does not inflate": (ZIPPED[:10] + b"\xff" + ZIPPED[11:],
                                   "expected a whole gzip file; found "),
    "gzip with a wrong checksum": (ZIPPED[:-8] + b"\0\0\0\0" + ZIPPED[-4:],
                                   "expected a whole gzip file; found "),
    "gzip of a short file": (gzip.compress(GOOD[:-1]),
                             "expected 76 bytes, for an array of shape (3, 4, 5); found 75"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_named_with_what_was_expected_and_what_was_found(file, kind):
    content, message = BAD_FILES[kind]
    path = file(content)
    with pytest.raises(ValueError) as caught:
        read_idx(path, IMAGES)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(("position", "other", "expected"), [
    ("images", GOOD_LABELS, "2051; found 2049"), ("labels", GOOD, "2049; found 2051")])
def test_a_bad_file_beside_a_good_one_is_the_one_that_is_named(folder, position, other, expected):
    where = folder(**{position: other})
    with pytest.raises(ValueError) as caught:
        mnist(where)
    path = where / NAMES["train"][position == "labels"]
    assert str(caught.value) == f"{path}: expected the magic number {expected}"


def test_any_file_of_bytes_reads_when_no_magic_number_is_asked_for(file):
    assert read_idx(file(GOOD_LABELS)).tolist() == DIGITS.tolist()
    path = file(b"\x89PNG....")
    with pytest.raises(ValueError) as caught:
        read_idx(path)
    assert str(caught.value) == (f"{path}: expected the magic number 0x000008nn (unsigned bytes); "
                                 "found 2303741511")


def test_sizes_that_overflow_are_not_taken_for_an_empty_array(file):
    path = file(bytes([0, 0, 8, 4]) + (2**16).to_bytes(4, "big") * 4)  # 2^64 entries, 0 in int64
    with pytest.raises(ValueError) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"{path}: expected {2**64 + 20} bytes")


@pytest.mark.parametrize(("images", "labels", "missing"), [
    (None, GOOD_LABELS, "train-images-idx3-ubyte"), (GOOD, None, "train-labels-idx1-ubyte")])
def test_a_missing_file_is_told_by_both_names_it_may_have(folder, images, labels, missing):
    where = folder(images, labels)
    with pytest.raises(FileNotFoundError) as caught:
        mnist(where)
    assert str(caught.value) == f"{where}: expected {missing} or {missing}.gz"


def test_the_other_splits_files_do_not_stand_in(folder):
    with pytest.raises(FileNotFoundError, match=r"expected t10k-images-idx3-ubyte or t10k-images"):
        mnist(folder(split="train"), "test")


@pytest.mark.parametrize("make", [lambda p: p / "absent", lambda p: p], ids=["absent", "a folder"])
def test_a_path_that_is_no_file_is_named(tmp_path, make):
    path = make(tmp_path)
    with pytest.raises(FileNotFoundError) as caught:
        read_idx(path)
    assert str(caught.value) == f"{path}: expected an IDX file, gzipped or not"


@pytest.mark.parametrize("labels", [DIGITS[:2], np.append(DIGITS, 1)])
def test_counts_of_images_and_labels_that_differ_name_both_files(folder, labels):
    where = folder(labels=idx(labels))
    images_path, labels_path = (where / name for name in NAMES["train"])
    with pytest.raises(ValueError) as caught:
        mnist(where)
    assert str(caught.value) == (f"{images_path} holds 3 images but {labels_path} "
                                 f"{len(labels)} labels")


def test_labels_above_9_are_refused(folder):
    where = folder(labels=idx(np.array([7, 10, 9])))
    with pytest.raises(ValueError) as caught:
        mnist(where)
    path = where / NAMES["train"][1]
    assert str(caught.value) == f"{path}: expected labels from 0 to 9; found 10"


# --- the real MNIST

MNIST = os.environ.get("INITBOOK_MNIST")


@pytest.fixture
def real_mnist():
    if not MNIST:
        pytest.skip("INITBOOK_MNIST names no folder with MNIST's own files")
    return Path(MNIST)


@cache
def real_test_split():
    return mnist(MNIST, "test")


def test_real_mnist_has_the_size_and_the_counts_that_we_print(real_mnist):
    x, y = real_test_split()
    assert x.shape == (10_000, 784) and y.shape == (10_000,)
    assert (x.min(), x.max()) == (0, 1)
    assert class_counts(y) == list(MNIST_COUNTS["test"])
    assert class_counts(read_idx(real_mnist / "train-labels-idx1-ubyte.gz", LABELS)) == list(MNIST_COUNTS["train"])


def test_the_first_5000_labels_of_real_mnist_are_those_that_two_pages_hold_back(real_mnist):
    counts = class_counts(read_idx(real_mnist / "train-labels-idx1-ubyte.gz", LABELS)[:5000], classes=10)
    for page in ("real-digits", "above-the-entropy"):
        text = (Path(__file__).parents[1] / f"docs/symmetry/{page}.md").read_text(encoding="utf-8")
        assert f"held_back = ({', '.join(map(str, counts))})" in text


LR, BATCH = 0.5, 500


@cache
def zero_start(activation):
    x, y = real_test_split()
    params = initializers.init_params(np.random.default_rng(0), [784, 8, 10], initializers.zeros)
    return train(params, x, y, activations=activation, loss=losses.softmax_cross_entropy, optimizer=optimizers.sgd(LR),
                 steps=100, batch_size=BATCH, rng=np.random.default_rng(1), every=100)


ZERO_AT_ZERO = pytest.mark.parametrize("activation", [activations.relu, activations.tanh], ids=repr)


@ZERO_AT_ZERO
def test_on_real_mnist_a_zero_start_moves_the_output_bias_alone_and_is_right_on_1135_of_10000(real_mnist, activation):
    (W, b), (V, c) = zero_start(activation).params
    assert not W.any() and not b.any() and not V.any()
    assert c.all()
    assert losses.accuracy(np.tile(c, (10_000, 1)), real_test_split().y) == 1135 / 10_000


@ZERO_AT_ZERO
def test_on_real_mnist_a_zero_start_ends_at_the_entropy_of_the_labels(real_mnist, activation):
    counts = MNIST_COUNTS["test"]
    floor = entropy(counts)
    # Near its minimum the loss in c is quadratic with curvature H = diag(p) - p pᵀ, which is also
    # the covariance of one sample's gradient. So SGD hovers at a mean excess of η tr(H) / (4 m),
    # m rows a batch: half a chi-square sum of 9 terms, with relative deviation √(2/9). Drawing
    # without replacement only makes it smaller.
    p = np.array(counts) / sum(counts)
    excess = LR * (1 - (p**2).sum()) / (4 * BATCH)
    tolerance = excess * (1 + 5 * np.sqrt(2 / 9))
    end = zero_start(activation).loss[-1]
    assert floor <= end <= floor + tolerance
    assert np.log(10) > floor + tolerance  # or a loss that never moved would pass


def share_of_ends_that_call_the_commonest(rate, size, epochs=12):
    """An output bias alone, on MNIST's labels: at how many ends of epochs its largest entry is that of the 1s."""
    counts, rng, c, ends = np.array(MNIST_COUNTS["train"]), np.random.default_rng(0), np.zeros(10), []
    labels = np.repeat(np.arange(10), counts)
    for _ in range(epochs):
        deck = rng.permutation(labels)
        for batch in np.split(deck[: len(deck) // size * size], len(deck) // size):
            e = np.exp(c)
            c = c - rate * (e / e.sum() - np.bincount(batch, minlength=10) / size)
        ends.append(c.argmax() == counts.argmax())
    return np.mean(ends[3:])


def test_the_commonest_class_is_called_while_mini_batches_do_not_shake_the_bias_by_more_than_its_lead():
    assert share_of_ends_that_call_the_commonest(0.033, 100) == 1
    assert share_of_ends_that_call_the_commonest(0.5, 50) < 1
