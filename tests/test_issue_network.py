"""Floats of one type, nothing computed that nobody reads, sizes of a transposed convolution, files as found."""

import numpy as np
import pytest

from checks import LOSSES, flat, targets
from initbook import activations, normalization, optimizers, training
from initbook.convolution import convolve, convolve_transpose
from initbook.initializers import he_normal, init_params, normal
from initbook.losses import Loss, softmax, softmax_cross_entropy
from initbook.network import backward, forward
from initbook.training import loss_and_grads, train

SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(float)
by_float = pytest.mark.parametrize("dtype", [SINGLE, DOUBLE], ids=str)
by_make = pytest.mark.parametrize("make", optimizers.ALL.values(), ids=optimizers.ALL)
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
by_activation = pytest.mark.parametrize("activation", [*activations.ALL.values(), activations.leaky_relu(0.2)], ids=repr)

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
