"""Floats of one type, nothing computed that nobody reads, sizes of a transposed convolution, files as found."""

import gzip
from functools import partial

import numpy as np
import pytest

from checks import LOSSES, flat, targets
from initbook import activations, data, normalization, optimizers, training
from initbook.convolution import convolve, convolve_transpose, exchange_channels
from initbook.initializers import fans, he_normal, init_params, normal, variance_scaling
from initbook.losses import Loss, softmax, softmax_cross_entropy
from initbook.network import backward, forward
from initbook.training import loss_and_grads, train

SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(float)
by_float = pytest.mark.parametrize("dtype", [SINGLE, DOUBLE], ids=str)
by_make = pytest.mark.parametrize("make", optimizers.ALL.values(), ids=optimizers.ALL)
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
ACTIVATIONS = [*activations.ALL.values(), activations.leaky_relu(0.2)]
by_activation = pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
PARAMS = init_params(RNG, [3, 6, 5, 4], he_normal, normal(0.5))
Y = RNG.integers(4, size=12)


def in_type(dtype, params=PARAMS):
    return [(W.astype(dtype), b.astype(dtype)) for W, b in params]


def types(*arrays):
    return {array.dtype for array in arrays}


# --- float32 stays float32, and float64 float64


@by_float
@by_loss
def test_the_gradient_of_a_loss_has_the_type_of_the_output_whatever_that_of_the_targets(loss, dtype):
    y = targets(np.random.default_rng(1), loss, *X.shape)
    for given in (y, y.astype(SINGLE) if y.dtype.kind == "f" else y.astype(np.uint8)):
        gradient = loss.grad(X.astype(dtype), given)
        assert types(gradient) == {dtype}
        np.testing.assert_allclose(gradient, loss.grad(X, y), atol=1e-6)
    assert softmax(X.astype(dtype)).dtype == dtype


@by_float
@by_activation
@pytest.mark.parametrize("normalize", [False, True])
def test_forward_and_backward_stay_in_the_type_of_the_weights(activation, dtype, normalize):
    for x in (X.astype(SINGLE), X):
        params = in_type(dtype)
        trace = forward(params, x, activation, normalize)
        _, grads = loss_and_grads(params, x, Y, activation, softmax_cross_entropy, normalize)
        assert types(*trace.z, *trace.h, *grads.z, *grads.h, *flat(grads.params)) == {dtype}


def test_a_readers_own_loss_may_answer_in_another_type():
    own = Loss("absolute", lambda h, y: float(abs(h - y).mean()), lambda h, y: np.sign(h - y) / h.size)
    _, grads = loss_and_grads(in_type(SINGLE), X.astype(SINGLE), np.zeros((12, 4)), activations.tanh, own)
    assert types(*grads.h, *flat(grads.params)) == {SINGLE}


@by_float
@by_make
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("rate", [0.1, np.float64(0.1), [(np.float64(0.1), 0.2)] * 3], ids=["float", "numpy's", "list"])
def test_a_step_keeps_the_type_of_the_parameters_and_of_its_state(make, rate, decay, dtype):
    opt, params = make(rate, weight_decay=decay), in_type(dtype)
    state = opt.init(params)
    for _ in range(2):
        params, state = opt.step(params, in_type(dtype), state)
    assert types(*flat(params)) == {dtype}
    velocities = {a.dtype for part in state or () if isinstance(part, list) for a in flat(part)}
    assert velocities <= {dtype}


@by_float
def test_batch_normalisation_keeps_the_type(dtype):
    u = X.astype(dtype)
    assert types(normalization.batch_norm(u), normalization.batch_norm_backward(u, u)) == {dtype}


@by_float
def test_convolutions_keep_the_type(dtype):
    x, W = np.ones((1, 5, 2), dtype), np.ones((3, 2, 2), dtype)
    assert types(convolve(x, W), convolve_transpose(x, W)) == {dtype}


@by_float
@by_make
@pytest.mark.parametrize("batch_size", [None, 5])
def test_training_keeps_the_type_of_the_weights_and_goes_the_same_way(make, batch_size, dtype):
    ends = [train(in_type(to), x, Y, activations=activations.tanh, loss=softmax_cross_entropy, optimizer=make(0.01),
                  steps=6, batch_size=batch_size, rng=np.random.default_rng(2), normalize=True)
            for to, x in ((dtype, X), (dtype, X.astype(SINGLE)), (DOUBLE, X))]
    for end in ends[:2]:
        assert types(*flat(end.params)) == {dtype}
        np.testing.assert_allclose(end.loss, ends[2].loss, rtol=1e-5)


# --- what nobody reads is not computed


def test_without_the_gradient_for_the_input_all_else_is_the_same_to_the_last_bit():
    for normalize in (False, True):
        trace = forward(PARAMS, X, activations.gelu, normalize)
        dh = softmax_cross_entropy.grad(trace.h[-1], Y)
        whole, part = (backward(PARAMS, trace, activations.gelu, dh, normalize, dx=dx) for dx in (True, False))
        assert part.z[0] is part.h[0] is None and whole.z[0] is whole.h[0] is not None
        for a, b in zip([*flat(whole.params), *whole.z[1:], *whole.h[1:]],
                        [*flat(part.params), *part.z[1:], *part.h[1:]], strict=True):
            np.testing.assert_array_equal(a, b)


def test_training_asks_for_no_gradient_for_the_input_and_for_the_loss_only_where_it_is_recorded(monkeypatch):
    asked, values = [], []

    def spied(*args, **options):
        asked.append(options)
        return backward(*args, **options)

    def value(h, y):
        values.append(len(h))
        return softmax_cross_entropy.value(h, y)

    monkeypatch.setattr(training, "backward", spied)
    train(PARAMS, X, Y, activations=activations.relu, loss=Loss("spied", value, softmax_cross_entropy.grad),
          optimizer=optimizers.sgd(0.1), steps=6, batch_size=4, rng=np.random.default_rng(0), every=3)
    assert asked == [{"dx": False}] * 6
    assert values == [len(X)] * 3


@by_make
def test_a_step_is_the_weights_minus_the_update_to_the_last_bit(make):
    rng = np.random.default_rng(3)
    W, dW = rng.normal(size=(2, 300, 400))  # large, so that numpy reuses memory
    opt, before = make(0.1), W.copy()
    (V, c), = opt.step([(W, W[0])], [(dW, dW[0])], opt.init([(W, W[0])]))[0]
    update, = opt.step([(0 * W, 0 * W[0])], [(dW, dW[0])], opt.init([(W, W[0])]))[0]
    np.testing.assert_array_equal(V, W - (-update[0]))
    np.testing.assert_array_equal(W, before)
    np.testing.assert_array_equal(c, W[0] + update[1])


def test_gradient_descent_keeps_no_velocity():
    assert optimizers.sgd(0.1).init(PARAMS) is None
    assert len(optimizers.momentum(0.1).init(PARAMS)) == len(PARAMS)


# --- the transposed convolution of every size, and fans on a map's true size


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("space", range(4, 12))
def test_the_transposed_convolution_is_the_transpose_on_every_size(space, kernel, stride, groups):
    rng = np.random.default_rng(space)
    sizes = (space, space + 1)
    x, W = rng.normal(size=(2, *sizes, 4)), rng.normal(size=(kernel, 2, 4 // groups, 6))
    z = convolve(x, W, stride, groups)
    y = rng.normal(size=z.shape)
    V = exchange_channels(W, groups)
    back = convolve_transpose(y, V, stride, groups, output_size=sizes)
    assert back.shape == x.shape
    assert (z * y).sum() == pytest.approx((x * back).sum(), rel=1e-10, abs=1e-10)
    least = convolve_transpose(y, V, stride, groups)
    np.testing.assert_array_equal(back[tuple(map(slice, least.shape))], least)
    assert np.count_nonzero(back) == np.count_nonzero(least)


@pytest.mark.parametrize("size", [(4, 6), (7, 6), (5, 4), (5,), 5, (5, 6, 1)])
def test_an_output_that_no_convolution_takes_to_the_input_is_refused(size):
    y, W = np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1))
    with pytest.raises(ValueError) as caught:
        convolve_transpose(y, W, stride=2, output_size=size)
    assert str(caught.value) == f"output_size must be from [5, 5] to [6, 6]; got {size}"


def test_an_output_size_is_of_whole_numbers():
    with pytest.raises(TypeError, match=r"^output_size must be a whole number; got 5\.5$"):
        convolve_transpose(np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1)), stride=2, output_size=(5.5, 5))


def counted_with_ones(shape, space, padding, stride, groups, transposed):
    """A layer and its transpose on maps of ones; zeros around the map, or a border cut off, in plain slices."""
    def cut(z):
        return z[:, *(slice(padding, n - padding) for n in z.shape[1:-1])]

    def pad(z):
        return np.pad(z, [(0, 0), *[(padding, padding)] * len(space), (0, 0)])

    x, W = np.ones((1, *space, shape[-2] * groups)), np.ones(shape)
    V = exchange_channels(W, groups)
    if transposed:
        z = cut(convolve_transpose(x, W, stride, groups))
        return z.mean(), convolve(pad(np.ones_like(z)), V, stride, groups).mean()
    z, large = convolve(pad(x), W, stride, groups), [n + 2 * padding for n in space]
    return z.mean(), cut(convolve_transpose(np.ones_like(z), V, stride, groups, output_size=large)).mean()


MAPS = [((4, 4), (1, 1), 0, 1), ((4, 4), (4, 4), 1, 2), ((3, 3), (2, 2), 1, 1), ((3, 3), (5, 8), 0, 2),
        ((3,), (3,), 0, 3), ((2, 3, 2), (3, 4, 5), 0, 2), ((5, 1), (6, 2), 0, 1), ((1, 1), (4, 5), 0, 3)]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(("kernel", "space", "padding", "stride"), MAPS, ids=str)
def test_fans_on_a_map_are_what_ones_count(kernel, space, padding, stride, groups, transposed):
    shape, options = (*kernel, 4 // groups, 6), {"stride": stride, "groups": groups, "transposed": transposed}
    if not transposed and kernel == (4, 4) and space == (1, 1):
        with pytest.raises(ValueError, match=r"^space must be large enough for the kernel \(4, 4\); got \(1, 1\)$"):
            fans(shape, space=space, padding=padding, **options)
        return
    counted = counted_with_ones(shape, space, padding, **options)
    assert fans(shape, space=space, padding=padding, **options) == pytest.approx(counted, rel=1e-12)


def test_on_a_large_map_the_count_goes_to_the_rule():
    options = {"stride": 2, "transposed": True}
    rule, _ = fans((3, 3, 8, 8), **options)
    off = [fans((3, 3, 8, 8), space=(n, n), **options)[0] / rule - 1 for n in (10, 100, 1000)]
    np.testing.assert_allclose(off, [-1 / (n + 0.5) for n in (10, 100, 1000)], rtol=0.1)
    assert fans((512, 1536), fused=3) == (512, 512) and fans((512, 1536)) == (512, 1536)


def test_what_a_generator_starts_from_keeps_the_mean_square_when_it_is_drawn_by_its_true_count():
    shape, rng = (4, 4, 100, 512), np.random.default_rng(0)
    by = {space: variance_scaling(1, "fan_in", "normal", partial(fans, transposed=True, space=space))
          for space in (None, (1, 1))}
    z = {space: convolve_transpose(rng.normal(size=(8, 1, 1, 100)), init(rng, shape)) for space, init in by.items()}
    # 8 · 16 · 512 outputs, and 800 inputs that they share: the mean of their squares errs by √(2/800).
    assert abs((z[1, 1] ** 2).mean() - 1) < 5 * (2 / 800) ** 0.5
    assert (z[None] ** 2).mean() < 0.07


@pytest.mark.parametrize("space", [(3,), 3, (3, 3, 3)])
def test_a_map_has_as_many_sizes_as_the_kernel(space):
    with pytest.raises(ValueError, match="^space must be of 2 sizes, as the kernel; got "):
        fans((3, 3, 4, 4), space=space)


# --- files as found


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


PICTURES, DIGITS = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5), np.array([7, 0, 9], np.uint8)
DASH = {"images": "{}-images-idx3-ubyte", "labels": "{}-labels-idx1-ubyte"}
DOT = {kind: name.replace("-idx", ".idx") for kind, name in DASH.items()}


def lay(folder, place="", names=DASH, split="train", ending="", images=PICTURES, labels=DIGITS):
    """A split's two files, where and as somebody's tool puts them."""
    for kind, array in (("images", images), ("labels", labels)):
        path = folder / place.format(names[kind].format(split)) / (names[kind].format(split) + ending)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(idx(array)) if ending else idx(array))


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("names", [DASH, DOT], ids=["dash", "dot"])
@pytest.mark.parametrize("place", ["", "raw", "MNIST/raw", "MNIST", "{}"])
@pytest.mark.parametrize(("split", "stem"), [("train", "train"), ("test", "t10k")])
def test_names_of_unpackers_and_folders_of_libraries_are_found(tmp_path, split, stem, place, names, ending):
    if (place, names) == ("{}", DOT):
        names = DASH
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


# --- objects of a wrong kind


TRACE, GRADS = forward(PARAMS, X, activations.tanh), [(W, b) for W, b in PARAMS]
DH = softmax_cross_entropy.grad(TRACE.h[-1], Y)
A_LIST = "params must be a list of one or more pairs (W, b); got "
A_TRACE = "trace must be a Trace, as forward returns; got "
A_LOSS = "loss must be a Loss, such as losses.squared_error; got "


def trained(params=PARAMS, **changed):
    options = {"activations": activations.tanh, "loss": softmax_cross_entropy, "optimizer": optimizers.sgd(0.1)}
    return train(params, X, Y, steps=1, **(options | changed))


WRONG_KINDS = [
    *[(lambda given=given: forward(given, X, activations.tanh), A_LIST + said)
      for given, said in ((None, "NoneType"), (3, "int"), ({}, "dict"), (PARAMS[0][0], "ndarray"))],
    (lambda: backward(None, TRACE, activations.tanh, DH), A_LIST + "NoneType"),
    *[(lambda given=given: backward(PARAMS, given, activations.tanh, DH), A_TRACE + said)
      for given, said in ((None, "NoneType"), ("trace", "str"), (TRACE.h, "list"))],
    (lambda: loss_and_grads(None, X, Y, activations.tanh, softmax_cross_entropy), A_LIST + "NoneType"),
    (lambda: loss_and_grads(PARAMS, X, Y, activations.tanh, "mse"), A_LOSS + "'mse'"),
    (lambda: training.accuracy(None, X, Y, activations.tanh), A_LIST + "NoneType"),
    (lambda: training.moved(PARAMS, None), A_LIST + "NoneType"),
    (lambda: trained(None), A_LIST + "NoneType"),
    (lambda: trained(loss=None), A_LOSS + "None"),
    (lambda: trained(record="loss"), "record must be a function record(step, params); got 'loss'"),
    *[(lambda make=make, a=a, b=b: make(0.1).step(a, b, None), f"{name} must be a list of pairs (W, b); got NoneType")
      for make in optimizers.ALL.values() for a, b, name in ((None, GRADS, "params"), (PARAMS, None, "grads"))],
    *[(lambda make=make: make(0.1).step(PARAMS, GRADS, None), "state must be what init(params) made; got None")
      for name, make in optimizers.ALL.items() if name != "sgd"],
    *[(lambda make=make: make(0.1).init(None), A_LIST + "NoneType")
      for name, make in optimizers.ALL.items() if name != "sgd"],
    (lambda: data.mnist(None), "folder must be a path; got None"),
    (lambda: data.read_idx(3), "path must be a path; got 3"),
    (lambda: data.class_counts(Y, None), "classes must be a whole number; got None"),
    (lambda: fans((3, 3, 4, 4), space=(3, None)), "space must be a whole number; got None"),
]


@pytest.mark.parametrize(("call", "sentence"), WRONG_KINDS)
def test_an_object_of_a_wrong_kind_meets_a_sentence(call, sentence):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == sentence
