"""Forward against plain loops, backward against central differences, and both against mistakes."""

import re
from dataclasses import replace

import numpy as np
import pytest

from checks import (
    ACTIVATIONS,
    EPS,
    LOSSES,
    STEP,
    TOLERANCE,
    central_difference,
    flat,
    gradient_error,
    network_and_data,
    read_only,
)
from initbook.activations import Activation, identity, relu, sigmoid, tanh
from initbook.losses import softmax_cross_entropy, squared_error
from initbook.network import Trace, backward, check_params, forward
from initbook.training import loss_and_grads

SIZES = {1: [3, 4], 2: [3, 5, 4], 3: [3, 5, 2, 4], 4: [3, 5, 2, 6, 4]}
SQUARE = [3, 3, 3]  # a transposed W fits where it should not

by_activation = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda a: a.name)
by_depth = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)


def case(sizes, activation=tanh, loss=softmax_cross_entropy):
    return network_and_data(np.random.default_rng(0), sizes, activation, loss)


def test_a_central_difference_is_the_derivative():
    a = np.array([[-1.0, 0.5], [2.0, 3.0]])
    slope = central_difference(lambda a: (a**3).sum(), a)
    np.testing.assert_allclose(slope, 3 * a**2, atol=2 * STEP**2 + 100 * EPS / STEP)


@by_loss
@by_depth
@by_activation
def test_backward_agrees_with_central_differences(activation, sizes, loss):
    params, x, y = case(sizes, activation, loss)
    assert gradient_error(params, x, y, activation, loss) < TOLERANCE


@by_loss
def test_backward_agrees_when_every_layer_has_its_own_activation(loss):
    params, x, y = case(SIZES[4], tanh, loss)
    assert gradient_error(params, x, y, [tanh, sigmoid, identity, sigmoid], loss) < TOLERANCE


MISTAKES = {
    **{f"{a.name} 1 % off": (a, lambda z, a=a: 1.01 * a.df(z)) for a in ACTIVATIONS},
    "sigmoid's df given h": (sigmoid, lambda z: sigmoid.df(sigmoid.f(z))),
    "sigmoid's z(1 - z)": (sigmoid, lambda z: z * (1 - z)),
    "tanh's df given h": (tanh, lambda z: 1 - z**2),
    "relu masked on the wrong side": (relu, lambda z: 1 - relu.df(z)),
    "relu never masked, by h >= 0": (relu, lambda z: (relu.f(z) >= 0).astype(float)),
}


@by_loss
@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_derivative_is_caught(mistake, depth, loss):
    activation, df = mistake
    params, x, y = case(SIZES[depth], activation, loss)
    assert gradient_error(params, x, y, replace(activation, df=df), loss) > 1000 * TOLERANCE


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


@by_activation
@by_depth
def test_forward_is_the_formula_written_in_plain_loops(activation, sizes):
    params, x, _ = case(sizes, activation)
    output = forward(params, x, activation).h[-1]
    np.testing.assert_allclose(output, forward_by_loops(params, x, activation.f), atol=100 * EPS)


def test_the_column_convention_gives_another_output():
    params, x, _ = case(SQUARE)
    turned = [(W.T, b) for W, b in params]
    output = forward(params, x, tanh).h[-1]
    assert np.abs(output - forward_by_loops(turned, x, tanh.f)).max() > 0.1


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


def test_nothing_that_is_handed_in_is_written_to():
    params, x, y = case(SIZES[4])
    trace = forward(params, x, tanh)
    dh = softmax_cross_entropy.grad(trace.h[-1], y)
    read_only(x, y, dh, *flat(params), *trace.z, *trace.h)
    backward(params, forward(params, x, tanh), tanh, dh)


def test_a_readers_own_activation_needs_only_f_and_df():
    square = Activation("square", lambda z: z**2, lambda z: 2 * z)
    params, x, y = case(SIZES[3], square, squared_error)
    assert gradient_error(params, x, y, square, squared_error) < TOLERANCE


W, B = np.zeros((3, 4)), np.zeros(4)
V, C = np.zeros((4, 2)), np.zeros(2)
BAD_PARAMS = {
    "none": ([], ValueError, "params must be a list of one or more pairs (W, b); got []"),
    "no pairs": ([W, V], TypeError, "params[0] must be a pair (W, b); got ndarray"),
    "no bias": ([(W, B), (V,)], TypeError, "params[1] must be a pair (W, b); got tuple"),
    "does not chain": ([(W, B), (V.T, np.zeros(4))], ValueError,
                       "params[1] W must be of shape (4, fan_out), to chain with the layer below; "
                       "got shape (2, 4)"),
    "bias of another length": ([(W, C)], ValueError,
                               "params[0] b must be of shape (4,); got shape (2,)"),
    "bias as a row": ([(W, B[None])], ValueError,
                      "params[0] b must be of shape (4,); got shape (1, 4)"),
    "integers": ([(W.astype(int), B)], TypeError, "params[0] W must be an array of floats (convert "
                 "integers with .astype(float)); got dtype int64"),
    "flat weights": ([(B, B)], ValueError, "params[0] W must be 2-dimensional; got shape (4,)"),
}


@pytest.mark.parametrize("bad", BAD_PARAMS.values(), ids=BAD_PARAMS)
def test_parameters_that_do_not_chain_are_refused(bad):
    params, error, message = bad
    for f in (check_params, lambda params: forward(params, np.zeros((1, 3)), tanh)):
        with pytest.raises(error, match=re.escape(message)):
            f(params)


@pytest.mark.parametrize(("x", "error", "message"), [
    (np.zeros((5, 4)), ValueError, "x must be of shape (samples, 3); got shape (5, 4)"),
    (np.zeros(3), ValueError, "x must be 2-dimensional; got shape (3,)"),
    (np.zeros((5, 3), int), TypeError, "x must be an array of floats"),
])
def test_inputs_that_do_not_fit_are_refused(x, error, message):
    with pytest.raises(error, match=re.escape(message)):
        forward([(W, B), (V, C)], x, tanh)


@pytest.mark.parametrize(("activations", "error", "message"), [
    ("tanh", TypeError, "activations must be an Activation, or a list of them; got 'tanh'"),
    (np.tanh, TypeError, "activations must be an Activation, or a list of them; got <ufunc 'tanh'>"),
    ([tanh, "tanh"], TypeError, "got [<activation tanh>, 'tanh']"),
    ([tanh], ValueError, "activations must be one activation, or a list of 2; got a list of 1"),
])
def test_activations_that_do_not_fit_are_refused(activations, error, message):
    params, x = [(W, B), (V, C)], np.zeros((5, 3))
    with pytest.raises(error, match=re.escape(message)):
        forward(params, x, activations)
    with pytest.raises(error, match=re.escape(message)):
        backward(params, forward(params, x, tanh), activations, np.zeros((5, 2)))


def test_backward_refuses_a_trace_or_a_gradient_of_other_sizes():
    params, x = [(W, B), (V, C)], np.zeros((5, 3))
    trace = forward(params, x, tanh)
    with pytest.raises(ValueError, match=re.escape("dh must be of shape (5, 2); got shape (2,)")):
        backward(params, trace, tanh, np.zeros(2))
    wide = [(np.zeros((3, 1)), np.zeros(1)), (np.zeros((1, 2)), C)]  # broadcasts, so numpy is silent
    for other in (forward(wide, x, tanh), Trace(trace.z[1:], trace.h[1:])):
        with pytest.raises(ValueError, match=re.escape("trace must be of layers of [3, 4, 2] units")):
            backward(params, other, tanh, np.zeros((5, 2)))
