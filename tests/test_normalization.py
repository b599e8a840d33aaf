"""Batch normalisation: what it makes of a layer, its derivative, and that a network learns through it."""

import re

import numpy as np
import pytest

from checks import ACTIVATIONS, EPS, LOSSES, TOLERANCE, central_difference, flat, pairs, read_only, targets
from initbook import network
from initbook.activations import relu, sigmoid, tanh
from initbook.initializers import init_params, normal
from initbook.losses import softmax_cross_entropy
from initbook.network import forward
from initbook.normalization import batch_norm, batch_norm_backward
from initbook.optimizers import sgd
from initbook.probes import each, mean_square
from initbook.training import loss_and_grads, train

SIZES = {2: [3, 5, 4], 3: [3, 5, 2, 4], 4: [3, 5, 2, 6, 4]}


def rng():
    return np.random.default_rng(0)


U = rng().normal(3, [0.1, 1, 50], (20, 3))


def inputs_and_gradient(samples=20):
    stream = rng()
    return stream.normal(2, 1.5, (samples, 3)), stream.normal(size=(samples, 3))


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


@pytest.mark.parametrize("scale", [1e-3, 1e3, np.array([1.0, 7.0, 0.2])])
def test_the_scale_and_the_shift_of_a_unit_make_no_difference(scale):
    np.testing.assert_allclose(batch_norm(scale * U + 5, 0.0), batch_norm(U, 0.0), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(batch_norm(-U, 0.0), -batch_norm(U, 0.0), rtol=1e-12)


def test_a_unit_that_says_the_same_for_all_samples_says_nothing():
    assert not batch_norm(np.full((4, 2), 3.0)).any()


# --- backward


@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.5])
@pytest.mark.parametrize("samples", [2, 3, 20])
def test_backward_agrees_with_central_differences(samples, eps):
    u, g = inputs_and_gradient(samples)
    if samples == 2 and eps == 0:
        assert np.abs(batch_norm_backward(u, g, eps)).max() < 1e-10  # ±1 whatever u is
    slope = central_difference(lambda u: (batch_norm(u, eps) * g).sum(), u)
    # The third derivative of u / std(u) grows like std^-3; the smallest std here is 0.05.
    bound = TOLERANCE * max(1, u.std(axis=0).min() ** -3)
    assert np.abs(slope - batch_norm_backward(u, g, eps)).max() < bound


def without_the_mean(u, g, eps=1e-5):
    u_hat, scale = batch_norm(u, eps), np.sqrt(u.var(axis=0) + eps)
    return (g - u_hat * (g * u_hat).mean(axis=0)) / scale


def without_the_variance(u, g, eps=1e-5):
    return (g - g.mean(axis=0)) / np.sqrt(u.var(axis=0) + eps)


def as_if_constants(u, g, eps=1e-5):
    return g / np.sqrt(u.var(axis=0) + eps)


def not_divided(u, g, eps=1e-5):
    return batch_norm_backward(u, g, eps) * np.sqrt(u.var(axis=0) + eps)


BROKEN = [without_the_mean, without_the_variance, as_if_constants, not_divided]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_backward_is_caught(broken):
    u, g = inputs_and_gradient()
    slope = central_difference(lambda u: (batch_norm(u) * g).sum(), u)
    assert np.abs(slope - broken(u, g)).max() > 1e-3


def test_the_gradient_has_no_part_along_a_shift_or_a_scaling():
    g = batch_norm_backward(U, inputs_and_gradient()[1], 0.0) * U.std(axis=0)
    np.testing.assert_allclose(g.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose((g * batch_norm(U, 0.0)).sum(axis=0), 0, atol=1e-12)


# --- through a whole network


def far_from_kinks(activation, loss, sizes):
    """Networks and data, drawn again until no normalised pre-activation is near a kink, nor any unit
    nearly the same for all samples (there a normalisation has steep derivatives)."""
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


def gradient_error(params, x, y, activation, loss):
    _, grads = loss_and_grads(params, x, y, activation, loss, normalize=True)
    arrays, claimed = [x, *flat(params)], [grads.h[0], *flat(grads.params)]

    def value(i, a):
        changed = [*arrays[:i], a, *arrays[i + 1:]]
        return loss.value(forward(pairs(changed[1:]), changed[0], activation, normalize=True).h[-1], y)

    return max(np.abs(central_difference(lambda a, i=i: value(i, a), arrays[i]) - claimed[i]).max()
               for i in range(len(arrays)))


# Normalisation divides by spreads of 0.3 or more: up to 0.3^-3 in each of up to 3 hidden layers, though
# not all at once; a broken backward errs by 1e-2 and more.
NORMALIZED = 1e4 * TOLERANCE


@pytest.mark.parametrize("loss", LOSSES, ids=lambda a: a.name)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("activation", [sigmoid, tanh, relu, *ACTIVATIONS[5:7]], ids=lambda a: a.name)
def test_backward_through_a_normalised_network_agrees_with_central_differences(activation, sizes, loss):
    assert gradient_error(*far_from_kinks(activation, loss, sizes), activation, loss) < NORMALIZED


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_a_broken_backward_is_caught_through_a_network(broken, sizes, monkeypatch):
    case = far_from_kinks(tanh, softmax_cross_entropy, sizes)
    assert gradient_error(*case, tanh, softmax_cross_entropy) < NORMALIZED
    monkeypatch.setattr(network, "batch_norm_backward", broken)
    assert gradient_error(*case, tanh, softmax_cross_entropy) > 30 * NORMALIZED


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


def test_without_a_hidden_layer_nothing_is_normalised():
    params, x = init_params(rng(), [3, 2], normal(1.0)), rng().normal(size=(1, 3))
    np.testing.assert_array_equal(forward(params, x, tanh, normalize=True).h[-1], forward(params, x, tanh).h[-1])


def test_it_forgives_the_scale_of_the_weights_forward_and_divides_the_gradient_by_it():
    params = init_params(rng(), [20, 30, 30, 5], normal(1.0))
    larger = [(10 * W, b) for W, b in params[:-1]] + [params[-1]]
    x, y = rng().normal(size=(50, 20)), rng().integers(5, size=50)
    value, grads = loss_and_grads(params, x, y, relu, softmax_cross_entropy, normalize=True)
    value_10, grads_10 = loss_and_grads(larger, x, y, relu, softmax_cross_entropy, normalize=True)
    assert value_10 == pytest.approx(value, rel=1e-4)  # eps is still there
    np.testing.assert_allclose(10 * grads_10.params[0][0], grads.params[0][0], rtol=1e-2, atol=1e-5)
    plain = loss_and_grads(params, x, y, relu, softmax_cross_entropy)[0]
    assert loss_and_grads(larger, x, y, relu, softmax_cross_entropy)[0] > 10 * plain


def test_the_mean_square_of_every_hidden_layer_is_1_at_any_scale_of_the_weights():
    x = rng().normal(size=(100, 50))
    for std in (0.01, 0.1, 10.0):
        params = init_params(rng(), [50] * 6 + [3], normal(std))
        q = each(mean_square, forward(params, x, relu, normalize=True).z[1:-1])
        np.testing.assert_allclose(q, 1, rtol=0.01)
        assert not np.allclose(each(mean_square, forward(params, x, relu).z[1:-1]), 1, rtol=0.2)


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


# --- arguments


def test_nothing_that_is_handed_in_is_written_to():
    u, g = U.copy(), U.copy()
    read_only(u, g)
    batch_norm(u)
    batch_norm_backward(u, g)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: batch_norm(U[:1]), ValueError, "u must be two samples or more; got shape (1, 3)"),
    (lambda: batch_norm(U[0]), ValueError, "u must be 2-dimensional; got shape (3,)"),
    (lambda: batch_norm(U.astype(int)), TypeError, "u must be an array of floats"),
    (lambda: batch_norm(U, -1e-5), ValueError, "eps must be a finite number at least 0; got -1e-05"),
    (lambda: batch_norm_backward(U, U[:5]), ValueError, "du_hat must be of shape (20, 3); got shape (5, 3)"),
    (lambda: batch_norm_backward(U[:1], U[:1]), ValueError, "u must be two samples or more; got shape (1, 3)"),
])
def test_what_does_not_fit_is_refused_by_name(call, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        call()
