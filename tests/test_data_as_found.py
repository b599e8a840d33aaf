"""MNIST's files as they lie in the wild: names, folders, headers that lie, files of nothing."""

import gzip

import numpy as np
import pytest

from initbook import data

# --- files as found


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


PICTURES, DIGITS = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5), np.array([7, 0, 9], np.uint8)
DASH = {"images": "{}-images-idx3-ubyte", "labels": "{}-labels-idx1-ubyte"}
DOT = {kind: name.replace("-idx", ".idx") for kind, name in DASH.items()}


def lay(folder, place="", names=DASH, split="train", ending="", images=PICTURES, labels=DIGITS):
    """A split's two files, where and as somebody's tool puts them."""
    for kind, array in (("images", images), ("labels", labels)):
        of_its_own = {"dash": DASH[kind].format(split), "dot": DOT[kind].format(split)}  # a folder for each file
        path = folder / place.format(**of_its_own) / (names[kind].format(split) + ending)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(idx(array)) if ending else idx(array))


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("names", [DASH, DOT], ids=["dash", "dot"])
@pytest.mark.parametrize("place", ["", "raw", "MNIST/raw", "MNIST", "{dash}", "{dot}"])
@pytest.mark.parametrize(("split", "stem"), [("train", "train"), ("test", "t10k")])
def test_names_of_unpackers_and_folders_of_libraries_are_found(tmp_path, split, stem, place, names, ending):
    lay(tmp_path, place, names, stem, ending)
    x, y = data.mnist(tmp_path, split)
    np.testing.assert_array_equal(x * 255, PICTURES.reshape(3, 20))
    assert y.tolist() == DIGITS.tolist()


def test_other_clothes_are_not_taken_for_digits_and_are_named(tmp_path):
    lay(tmp_path, "FashionMNIST/raw")
    with pytest.raises(FileNotFoundError) as caught:
        data.mnist(tmp_path)
    assert str(caught.value) == (f"{tmp_path}: expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz; "
                                 "found FashionMNIST/raw/train-images-idx3-ubyte")


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.zip", "train-images-idx3-ubyte (1).gz", "Train_Images.bin",
                                  "emnist-digits-train-images-idx3-ubyte.gz", "mnist.npz", "t10k-images.idx3-ubyte"])
def test_where_nothing_is_found_files_of_like_names_are_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    (tmp_path / "holiday.jpg").write_bytes(b"")
    with pytest.raises(FileNotFoundError) as caught:
        data.mnist(tmp_path)
    assert str(caught.value) == (f"{tmp_path}: expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz; "
                                 f"found {name}")


def test_a_file_or_nothing_in_place_of_the_folder_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for name, found in (("file", "a file"), ("nothing", "no folder")):
        with pytest.raises(FileNotFoundError, match=rf"^{tmp_path / name}: expected .*\.gz; found {found}$"):
            data.mnist(tmp_path / name)


@pytest.mark.parametrize("shape", [(0, 28, 28), (3, 0, 28), (3, 28, 0), (0, 0, 0)], ids=str)
def test_a_file_of_nothing_is_named_with_its_shape(tmp_path, shape):
    lay(tmp_path, images=np.zeros(shape, np.uint8), labels=DIGITS[:shape[0]])
    with pytest.raises(ValueError) as caught:
        data.mnist(tmp_path)
    assert str(caught.value) == (f"{tmp_path / 'train-images-idx3-ubyte'}: expected one image or more, of one pixel or "
                                 f"more; found shape {shape}")


@pytest.mark.parametrize("shape", [(0, 2**32 - 1, 2**32 - 1), (1,) * 65, (1,) * 255], ids=len)
def test_a_header_that_no_array_can_follow_is_told_by_the_files_name(tmp_path, shape):
    path = tmp_path / "file"
    sizes = b"".join(n.to_bytes(4, "big") for n in shape)
    path.write_bytes(bytes([0, 0, 8, len(shape)]) + sizes + bytes(int(0 not in shape)))
    with pytest.raises(ValueError) as caught:
        data.read_idx(path)
    assert str(caught.value) == f"{path}: expected the shape of an array; found {shape}"


def test_wherever_a_file_is_cut_the_message_names_it(tmp_path):
    path = tmp_path / "file"
    for whole in (idx(PICTURES), gzip.compress(idx(PICTURES))):
        for size in range(len(whole)):
            path.write_bytes(whole[:size])
            with pytest.raises(ValueError, match=rf"^{path}: expected .*; found "):
                data.read_idx(path)


def test_what_was_read_can_be_written_to_and_the_file_stays(tmp_path):
    for content in (idx(PICTURES), gzip.compress(idx(PICTURES))):
        path = tmp_path / "file"
        path.write_bytes(content)
        data.read_idx(path)[:] = 0
        np.testing.assert_array_equal(data.read_idx(path), PICTURES)


def test_home_is_known_by_its_sign(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    lay(tmp_path, "digits")
    assert len(data.mnist("~/digits").x) == 3
