"""Forward against plain loops, backward against central differences, and both against mistakes.

That every activation's ``df`` is the derivative of its ``f`` is in test_activations, every loss's in test_losses.
"""

import numpy as np
import pytest

from checks import EPS, LOSSES, STEP, TOLERANCE, central_difference, flat, gradient_error, network_and_data, read_only
from initbook.activations import Activation, identity, relu, sigmoid, tanh
from initbook.losses import softmax_cross_entropy
from initbook.network import backward, forward
from initbook.training import loss_and_grads

SIZES = {1: [3, 4], 2: [3, 5, 4], 3: [3, 5, 2, 4], 4: [3, 5, 2, 6, 4]}
SQUARE = [3, 3, 3]  # a transposed W fits where it should not

by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda a: a.name)
by_depth = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)


def case(sizes, activation=tanh, loss=softmax_cross_entropy):
    return network_and_data(np.random.default_rng(0), sizes, activation, loss)


def test_a_central_difference_is_the_derivative():
    a = np.array([[-1.0, 0.5], [2.0, 3.0]])
    slope = central_difference(lambda a: (a**3).sum(), a)
    np.testing.assert_allclose(slope, 3 * a**2, atol=2 * STEP**2 + 100 * EPS / STEP)


SINE = Activation("a reader's own", np.sin, np.cos)


@by_loss
@by_depth
@pytest.mark.parametrize("activation", [tanh, relu, SINE], ids=lambda a: a.name)
def test_backward_agrees_with_central_differences(activation, sizes, loss):
    params, x, y = case(sizes, activation, loss)
    assert gradient_error(params, x, y, activation, loss) < TOLERANCE


def test_backward_agrees_when_every_layer_has_its_own_activation():
    params, x, y = case(SIZES[4])
    assert gradient_error(params, x, y, [tanh, sigmoid, identity, sigmoid], softmax_cross_entropy) < TOLERANCE


def weights_not_transposed_for_the_input(params, grads):
    return grads._replace(h=[grads.z[1] @ params[0][0], *grads.h[1:]])


def weights_gradient_transposed(params, grads):
    return grads._replace(params=[(dW.T, db) for dW, db in grads.params])


def bias_gradient_averaged_not_summed(params, grads):
    return grads._replace(params=[(dW, dz.mean(axis=0))
                                  for (dW, _), dz in zip(grads.params, grads.z[1:], strict=True)])


def bias_gradient_of_the_last_sample(params, grads):
    return grads._replace(params=[(dW, dz[-1])
                                  for (dW, _), dz in zip(grads.params, grads.z[1:], strict=True)])


@pytest.mark.parametrize("mistake", [
    weights_not_transposed_for_the_input, weights_gradient_transposed,
    bias_gradient_averaged_not_summed, bias_gradient_of_the_last_sample])
def test_a_missing_transpose_or_sum_is_caught(mistake):
    def passes(params, *rest):
        value, grads = loss_and_grads(params, *rest)
        return value, mistake(params, grads)

    params, x, y = case(SQUARE)
    assert gradient_error(params, x, y, tanh, softmax_cross_entropy) < TOLERANCE
    assert gradient_error(params, x, y, tanh, softmax_cross_entropy, passes) > 1e-3


def forward_by_loops(params, x, f):
    """z_j = Σ_i h_i W_ij + b_j, one sample, one unit, one product at a time."""
    outputs = []
    for h in x.tolist():
        for l, (W, b) in enumerate(params, start=1):
            fan_in, fan_out = W.shape
            z = [sum(h[i] * W[i, j] for i in range(fan_in)) + b[j] for j in range(fan_out)]
            h = [float(f(np.array(z_j))) if l < len(params) else float(z_j) for z_j in z]
        outputs.append(h)
    return outputs


@by_depth
def test_forward_is_the_formula_written_in_plain_loops(sizes):
    params, x, _ = case(sizes)
    np.testing.assert_allclose(forward(params, x, tanh).h[-1], forward_by_loops(params, x, tanh.f), atol=100 * EPS)


def test_nothing_that_is_handed_in_is_written_to():
    params, x, y = case(SIZES[4])
    trace = forward(params, x, tanh)
    dh = softmax_cross_entropy.grad(trace.h[-1], y)
    read_only(x, y, dh, *flat(params), *trace.z, *trace.h)
    backward(params, forward(params, x, tanh), tanh, dh)


def test_the_index_of_traces_and_gradients_is_the_layer_and_0_the_input():
    params, x, y = case(SIZES[3])
    trace = forward(params, x, tanh)
    _, grads = loss_and_grads(params, x, y, tanh, softmax_cross_entropy)
    assert trace.z[0] is trace.h[0] is x
    for arrays in (trace.z, trace.h, grads.z, grads.h):
        assert [a.shape[1] for a in arrays] == SIZES[3]
    for l in (1, 2, 3):
        np.testing.assert_array_equal(grads.params[l - 1][1], grads.z[l].sum(axis=0))
        f = tanh if l < 3 else identity
        np.testing.assert_array_equal(grads.z[l], grads.h[l] * f.df(trace.z[l]))
