"""Batch, layer and RMS normalization: what they make of a layer, their derivatives, and that a network learns."""

import numpy as np
import pytest

from checks import EPS, TOLERANCE, central_difference, gradient_error, read_only, targets
from initbook.activations import get, relu, tanh
from initbook.initializers import init_params, normal
from initbook.losses import softmax_cross_entropy
from initbook.network import forward
from initbook.normalization import (
    batch_norm,
    batch_norm_backward,
    layer_norm,
    layer_norm_backward,
    rms_norm,
    rms_norm_backward,
)
from initbook.optimizers import sgd
from initbook.training import loss_and_grads, train

SIZES = {2: [3, 5, 4], 3: [3, 5, 2, 4], 4: [3, 5, 2, 6, 4]}


def rng():
    return np.random.default_rng(0)


U = rng().normal(3, [0.1, 1, 50], (20, 3))


def inputs_and_gradient(samples=20):
    """Neither to be written to."""
    stream = rng()
    u, g = stream.normal(2, 1.5, (samples, 3)), stream.normal(size=(samples, 3))
    read_only(u, g)
    return u, g


# --- forward


def test_every_unit_has_mean_0_and_variance_1_over_the_samples():
    u = batch_norm(U, eps=0.0)
    np.testing.assert_allclose(u.mean(axis=0), 0, atol=100 * EPS)
    np.testing.assert_allclose(u.var(axis=0), 1, rtol=100 * EPS)
    assert np.abs(u.mean(axis=1)).max() > 0.1  # over the samples, not over the units
    assert np.abs(u.var(axis=0, ddof=1) - 1).min() > 0.04  # divided by n, as in the paper, not by n - 1


def test_eps_is_added_to_the_variance():
    var = U.var(axis=0)
    for eps in (1e-5, 0.3):
        np.testing.assert_allclose(batch_norm(U, eps).var(axis=0), var / (var + eps), rtol=100 * EPS)
    np.testing.assert_array_equal(batch_norm(U), batch_norm(U, 1e-5))


def test_the_scale_and_the_shift_of_a_unit_make_no_difference_but_its_sign_does():
    scale = np.array([1e3, 1e-3, -1.0])
    expected = np.sign(scale) * batch_norm(U, 0.0)
    np.testing.assert_allclose(batch_norm(scale * U + 5, 0.0), expected, rtol=1e-9, atol=1e-9)


def test_a_unit_that_says_the_same_for_all_samples_says_nothing():
    assert not batch_norm(np.full((4, 2), 3.0)).any()


# --- backward


@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.5])
@pytest.mark.parametrize("samples", [2, 3, 20])
def test_backward_agrees_with_central_differences(samples, eps):
    u, g = inputs_and_gradient(samples)
    slope = central_difference(lambda u: (batch_norm(u, eps) * g).sum(), u)
    # The third derivative of u / std(u) grows like std^-3; the smallest std here is 0.05.
    bound = TOLERANCE * max(1, u.std(axis=0).min() ** -3)
    assert np.abs(slope - batch_norm_backward(u, g, eps)).max() < bound


def without_the_mean(u, g, eps=1e-5):
    u_hat, scale = batch_norm(u, eps), np.sqrt(u.var(axis=0) + eps)
    return (g - u_hat * (g * u_hat).mean(axis=0)) / scale


def as_if_constants(u, g, eps=1e-5):
    return g / np.sqrt(u.var(axis=0) + eps)


BROKEN = [without_the_mean, as_if_constants]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_backward_is_caught(broken):
    u, g = inputs_and_gradient()
    slope = central_difference(lambda u: (batch_norm(u) * g).sum(), u)
    assert np.abs(slope - broken(u, g)).max() > 1e-3


# --- over the units of a sample


def test_layer_norm_is_batch_norm_of_the_transpose_and_sees_one_sample_at_a_time():
    for eps in (0.0, 0.3):
        np.testing.assert_allclose(layer_norm(U, eps), batch_norm(U.T, eps).T, rtol=100 * EPS)
    np.testing.assert_array_equal(layer_norm(U)[3:4], layer_norm(U[3:4]))
    assert np.abs(batch_norm(U)[3:5] - batch_norm(U[3:5])).max() > 0.1  # the twin
    np.testing.assert_array_equal(layer_norm(U), layer_norm(U, 1e-5))


def test_rms_norm_keeps_the_direction_and_makes_the_mean_square_1():
    u = rms_norm(U, eps=0.0)
    np.testing.assert_allclose((u * u).mean(axis=1), 1, rtol=100 * EPS)
    np.testing.assert_allclose(u * np.linalg.norm(U, axis=1, keepdims=True) / U.shape[1] ** 0.5, U, rtol=100 * EPS)
    np.testing.assert_allclose((rms_norm(U, 0.3) ** 2).mean(axis=1), (U**2).mean(axis=1) / ((U**2).mean(axis=1) + 0.3))
    np.testing.assert_allclose(rms_norm(U - U.mean(axis=1, keepdims=True)), layer_norm(U), rtol=1e-9)
    assert np.abs(rms_norm(U) - layer_norm(U)).max() > 0.1  # its mean is left as it is


def test_rows_of_nothing_stay_nothing():
    assert not layer_norm(np.full((2, 4), 3.0)).any()
    assert not rms_norm(np.zeros((2, 4))).any()
    assert not rms_norm_backward(np.zeros((2, 4)), np.zeros((2, 4))).any()


ROWS = {"layer": (layer_norm, layer_norm_backward), "rms": (rms_norm, rms_norm_backward)}
by_rows = pytest.mark.parametrize(("norm", "back"), ROWS.values(), ids=ROWS)


@by_rows
@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.5])
@pytest.mark.parametrize("units", [2, 3, 20])
def test_backward_over_the_units_agrees_with_central_differences(norm, back, units, eps):
    stream = rng()
    u, g = stream.normal(2, 1.5, (4, units)), stream.normal(size=(4, units))
    read_only(u, g)
    slope = central_difference(lambda u: (norm(u, eps) * g).sum(), u)
    bound = TOLERANCE * max(1, u.std(axis=1).min() ** -3)
    assert np.abs(slope - back(u, g, eps)).max() < bound
    if units > 2:  # the twins: nothing taken away, and the other one's formula
        other = {layer_norm_backward: rms_norm_backward, rms_norm_backward: layer_norm_backward}[back]
        size = u.var(axis=1) if norm is layer_norm else (u * u).mean(axis=1)
        scale = np.sqrt(size + eps)[:, None]
        assert min(np.abs(slope - wrong).max() for wrong in (g / scale, other(u, g, eps))) > 1e-3


@by_rows
def test_a_gradient_along_the_row_is_removed_and_a_longer_row_gets_less(norm, back):
    u, g = inputs_and_gradient()
    np.testing.assert_allclose((back(u, g, 0.0) * norm(u, 0.0)).sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(back(4 * u, g, 0.0), back(u, g, 0.0) / 4, rtol=1e-9)


@by_rows
def test_single_precision_stays_single(norm, back):
    u = U.astype(np.float32)
    assert {norm(u).dtype, back(u, u).dtype} == {np.dtype(np.float32)}


@pytest.mark.parametrize(("call", "sentence"), [
    (lambda: layer_norm(np.ones((3, 1))), r"u must be of two units or more; got shape \(3, 1\)"),
    (lambda: rms_norm(np.ones((3, 0))), r"u must be of one unit or more; got shape \(3, 0\)"),
    (lambda: rms_norm(np.ones(3)), "u must be 2-dimensional"),
    (lambda: layer_norm(U, eps=-1), "eps must be a finite number at least 0; got -1"),
    (lambda: layer_norm_backward(U, U[:2]), r"du_hat must be of shape \(20, 3\)"),
    (lambda: rms_norm_backward(U, U.T), r"du_hat must be of shape \(20, 3\)")])
def test_bad_input_is_refused_by_name(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


# --- through a whole network


def far_from_kinks(activation, loss, sizes):
    """Networks and data, drawn again until no normalized pre-activation is near a kink, nor any unit
    nearly the same for all samples (there a normalization has steep derivatives)."""
    for seed in range(200):
        stream = np.random.default_rng(seed)
        params = init_params(stream, sizes, normal(2.0), normal(0.5))
        x, y = stream.normal(size=(8, sizes[0])), targets(stream, loss, 8, sizes[-1])
        trace = forward(params, x, activation, normalize=True)
        hidden = np.concatenate([z.ravel() for z in trace.z[1:-1]])
        spreads = [(h @ W).std(axis=0).min() for h, (W, _) in zip(trace.h, params[:-1], strict=False)]
        if np.abs(hidden).min() > 1e-3 and min(spreads) > 0.3:
            return params, x, y
    raise AssertionError("no such network")


# Normalization divides by spreads of 0.3 or more: up to 0.3^-3 in each of up to 3 hidden layers, though
# not all at once; a broken backward errs by 1e-2 and more.
NORMALIZED = 1e4 * TOLERANCE


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("activation", [tanh, relu, get("selu")], ids=lambda a: a.name)
def test_backward_through_a_normalised_network_agrees_with_central_differences(activation, sizes):
    loss = softmax_cross_entropy
    case = far_from_kinks(activation, loss, sizes)
    assert gradient_error(*case, activation, loss, normalize=True) < NORMALIZED

    def forgotten(*args):  # the twin
        return loss_and_grads(*args[:-1])

    assert gradient_error(*case, activation, loss, forgotten, normalize=True) > 30 * NORMALIZED


def test_the_output_layer_is_not_normalised_and_the_shift_comes_after():
    params = init_params(rng(), [3, 5, 4, 2], normal(2.0), normal(1.0))
    x = rng().normal(size=(30, 3))
    trace = forward(params, x, tanh, normalize=True)
    for l in (1, 2):
        np.testing.assert_allclose(trace.z[l], batch_norm(trace.h[l - 1] @ params[l - 1][0]) + params[l - 1][1])
        np.testing.assert_allclose(trace.z[l].mean(axis=0), params[l - 1][1], atol=1e-12)
    np.testing.assert_array_equal(trace.z[3], trace.h[2] @ params[2][0] + params[2][1])
    plain = forward(params, x, tanh)
    assert np.abs(plain.h[-1] - trace.h[-1]).max() > 0.1


def test_without_a_hidden_layer_nothing_is_normalized():
    params, x = init_params(rng(), [3, 2], normal(1.0)), rng().normal(size=(1, 3))
    np.testing.assert_array_equal(forward(params, x, tanh, normalize=True).h[-1], forward(params, x, tanh).h[-1])


def learned(normalize, std, steps=100):
    x = np.random.default_rng(1).normal(size=(60, 6))
    y = (x[:, 0] > 0).astype(int)
    params = init_params(rng(), [6] + [12] * 4 + [2], normal(std))
    return train(params, x, y, activations=tanh, loss=softmax_cross_entropy, optimizer=sgd(0.3), steps=steps,
                 every=steps, batch_size=20, rng=rng(), normalize=normalize)


def test_training_through_it_learns_from_weights_that_are_far_too_small():
    history = learned(normalize=True, std=0.01)
    assert history.loss[-1] < 0.5 * history.loss[0]
    without = learned(normalize=False, std=0.01)  # the twin: the signal is 1e-7, and nothing is learned
    assert without.loss[-1] > 0.97 * np.log(2)


def test_the_recorded_loss_is_that_of_the_normalised_network():
    history = learned(normalize=True, std=0.5, steps=3)
    x = np.random.default_rng(1).normal(size=(60, 6))
    y = (x[:, 0] > 0).astype(int)
    output = forward(history.params, x, tanh, normalize=True).h[-1]
    assert history.loss[-1] == softmax_cross_entropy.value(output, y)
