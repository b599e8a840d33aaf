"""Floats keep their type, what nobody reads is not computed, and an object of a wrong kind meets a sentence."""


import numpy as np
import pytest

from checks import LOSSES, flat, targets
from initbook import activations, data, normalization, optimizers, residual, training
from initbook.blocks import Residual
from initbook.convolution import convolve, convolve_transpose
from initbook.initializers import fans, he_normal, init_params, normal
from initbook.losses import Loss, softmax, softmax_cross_entropy
from initbook.network import backward, forward
from initbook.scaling import scaled_by_data
from initbook.symmetry import curvature
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
def test_a_readers_own_activation_may_answer_in_another_type(dtype):
    own = activations.Activation("own", lambda z: np.maximum(z, np.float64(0.1) * z), lambda z: np.where(z > 0, 1, 0.1))
    trace = forward(in_type(dtype), X, own)
    _, grads = loss_and_grads(in_type(dtype), X, Y, own, softmax_cross_entropy)
    assert types(*trace.z, *trace.h, *grads.z, *grads.h, *flat(grads.params)) == {dtype}


@by_float
@by_make
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("rate", [0.1, np.float64(0.1), [(np.float64(0.1), 0.2)] * 3], ids=["float", "numpy's", "list"])
def test_a_step_keeps_the_type_of_the_parameters_and_of_its_state(make, rate, decay, dtype):
    opt, params = make(rate, weight_decay=decay), in_type(dtype)
    state = opt.init(params)
    for gradient in (PARAMS, in_type(dtype)):  # the first in double precision
        params, state = opt.step(params, gradient, state)
    assert types(*flat(params)) == {dtype}
    velocities = {a.dtype for part in state or () if isinstance(part, list) for a in flat(part)}
    assert velocities <= {dtype}


@by_float
@pytest.mark.parametrize("name", [name for name in normalization.__all__ if not name.endswith("backward")])
def test_normalisation_keeps_the_type(name, dtype):
    u, eps = X.astype(dtype), np.float64(1e-5)
    assert types(getattr(normalization, name)(u, eps), getattr(normalization, f"{name}_backward")(u, u, eps)) == {dtype}


@by_float
@pytest.mark.parametrize("norm", ["none", "batch", "layer", "rms"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_stream_has_the_type_of_its_weights(norm, place, dtype):
    branch = in_type(dtype, [(np.eye(3), np.ones(3)), (np.eye(3), np.zeros(3))])
    blocks = [Residual(branch, activations.gelu, activations.silu, np.sqrt(0.5))] * 2
    options = {"norm": norm, "place": place, "skip": np.float64(0.5)}
    stream = residual.forward(blocks, X, **options)
    grads = residual.backward(blocks, stream, X, **options)
    inner = [array for trace in stream.branches for array in (*trace.z, *trace.h)]
    weights = [array for params in grads.params for array in flat(params)]
    assert types(*stream.h, *stream.sums, *inner, *grads.h, *grads.sums, *weights) == {dtype}


@by_float
def test_a_start_that_the_data_set_keeps_the_type_whatever_that_of_the_spread(dtype):
    assert types(*flat(scaled_by_data(in_type(dtype), X, activations.relu, spread=np.std))) == {dtype}


def test_curvature_is_as_good_from_single_precision():
    from_double, from_single = (
        curvature(params, forward(params, X, activations.tanh),
                  loss_and_grads(params, X, Y, activations.tanh, softmax_cross_entropy)[1], activations.tanh, 1)
        for params in (PARAMS, in_type(SINGLE)))
    np.testing.assert_allclose(from_single, from_double, atol=1e-6 * abs(from_double).max())


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
