"""Floats of one type, nothing computed that nobody reads, sizes of a transposed convolution, files as found."""

import numpy as np
import pytest

from checks import LOSSES, flat, targets
from initbook import activations, normalization, optimizers
from initbook.convolution import convolve, convolve_transpose
from initbook.initializers import he_normal, init_params, normal
from initbook.losses import Loss, softmax, softmax_cross_entropy
from initbook.network import forward
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
