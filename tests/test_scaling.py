"""Starts set by the data: one division where biases are 0, more where they are not; what each spread sees. Centred
weights, against the constant that they are said to need."""

import numpy as np
import pytest

from checks import EPS, read_only
from initbook import initializers, network, probes, theory
from initbook.activations import identity, relu, sigmoid, tanh
from initbook.initializers import init_params, lecun_normal, normal, orthogonal, zeros
from initbook.scaling import centred, lsuv, scaled_by_data

K = 5  # standard errors that are allowed
SIZES = [20, 40, 40, 40, 5]


def rng():
    return np.random.default_rng(0)


X = rng().normal(size=(300, 20))


def spreads(params, f, probe=probes.pooled_std, x=X):
    return probes.each(probe, network.forward(params, x, f).z[1:])


@pytest.mark.parametrize("f", [relu, tanh, sigmoid, identity], ids=lambda f: f.name)
@pytest.mark.parametrize("probe", [probes.pooled_std, probes.std_across_samples])
def test_every_layer_ends_within_the_tolerance_and_without_one_at_1(f, probe):
    start = init_params(rng(), SIZES, normal(0.3))
    rough = spreads(scaled_by_data(start, X, f, spread=probe), f, probe)
    fine = spreads(scaled_by_data(start, X, f, spread=probe, tol=1e-9), f, probe)
    assert (abs(rough - 1) <= 0.1).all() and (abs(fine - 1) <= 1e-9).all()
    assert abs(spreads(start, f, probe) - 1).max() > 0.1  # it was not so before


def test_with_biases_of_0_one_division_is_enough_and_with_biases_it_is_not():
    bare = init_params(rng(), SIZES, normal(0.3))
    once = scaled_by_data(bare, X, tanh, tol=1e-12, tries=1)
    np.testing.assert_allclose(spreads(once, tanh), 1, rtol=1e3 * EPS)
    lifted = init_params(rng(), SIZES, normal(0.3), normal(0.5))
    assert abs(spreads(scaled_by_data(lifted, X, tanh, tries=1, tol=1e-3), tanh) - 1).max() > 0.02
    assert abs(spreads(scaled_by_data(lifted, X, tanh, tries=40, tol=1e-3), tanh) - 1).max() <= 1e-3


def test_weights_keep_their_directions_and_biases_stay():
    start = init_params(rng(), SIZES, lecun_normal, normal(0.1))
    for (W, b), (V, c) in zip(start, scaled_by_data(start, X, relu), strict=True):
        ratio = V / W
        np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-12)
        np.testing.assert_array_equal(b, c)


def test_nothing_is_written_to_and_float32_stays():
    start = init_params(rng(), SIZES, lecun_normal)
    small = [(W.astype(np.float32), b.astype(np.float32)) for W, b in start]
    for W, b in small:
        read_only(W, b)
    found = scaled_by_data(small, X.astype(np.float32), relu, spread=probes.std_across_samples)
    assert {array.dtype for pair in found for array in pair} == {np.dtype(np.float32)}


def test_lsuv_begins_orthogonal():
    params = lsuv(rng(), SIZES, X, tanh)
    start = init_params(rng(), SIZES, orthogonal())
    for (W, b), (V, _) in zip(params, start, strict=True):
        np.testing.assert_allclose(W / np.linalg.norm(W), V / np.linalg.norm(V), rtol=1e-12)
        assert not b.any()


def test_a_list_of_activations_is_taken_layer_by_layer():
    fs = [relu, tanh, sigmoid, identity]
    params = lsuv(rng(), SIZES, X, fs, tol=1e-9)
    np.testing.assert_allclose(spreads(params, fs), 1, atol=1e-9)


def test_the_pooled_spread_passes_a_dead_signal_and_the_spread_across_samples_does_not():
    sizes = [20] + [100] * 20
    dead = lsuv(rng(), sizes, X, sigmoid)
    alive = lsuv(rng(), sizes, X, sigmoid, spread=probes.std_across_samples)
    assert (abs(spreads(dead, sigmoid) - 1) <= 0.1).all()
    assert spreads(dead, sigmoid, probes.std_across_samples)[-1] < 1e-6
    assert (abs(spreads(alive, sigmoid, probes.std_across_samples) - 1) <= 0.1).all()


@pytest.mark.parametrize(("call", "says"), [
    (lambda: scaled_by_data(init_params(rng(), SIZES, zeros), X, tanh), "x must be data on which layer 1 has a finite"),
    (lambda: scaled_by_data(init_params(rng(), SIZES, lecun_normal), X[:1], tanh, spread=probes.std_across_samples),
     "x must be data on which layer 1 has a finite spread above 0; got 0.0"),
    (lambda: lsuv(rng(), SIZES, X, tanh, tol=0), "tol must be a finite number above 0"),
    (lambda: lsuv(rng(), SIZES, X, tanh, tries=0), "tries must be a whole number of at least 1"),
    (lambda: lsuv(rng(), SIZES, X[:, :3], tanh), r"x must be of shape \(samples, 20\)"),
    (lambda: lsuv(rng(), SIZES, X, [tanh]), "activations must be one activation, or a list of 4"),
    (lambda: centred(lecun_normal)(rng(), (5,)), r"shape must be \(fan_in, fan_out\)"),
    (lambda: centred(lecun_normal)(rng(), (1, 5)), r"shape must be .* with a fan-in of 2 or more; got \(1, 5\)")])
def test_what_cannot_be_done_is_refused(call, says):
    with pytest.raises(ValueError, match=f"^{says}"):
        call()


@pytest.mark.parametrize("call", [
    lambda: lsuv(rng(), SIZES, X, tanh, spread="pooled"), lambda: centred("he"), lambda: lsuv(0, SIZES, X, tanh)])
def test_what_is_of_another_kind_is_refused(call):
    with pytest.raises(TypeError, match="^(spread|init|rng) must be"):
        call()


# --- centred weights


@pytest.mark.parametrize("shape", [(50, 30), (3, 3, 8, 16)], ids=str)
def test_every_unit_sums_to_0_and_nothing_else_changes(shape):
    W, V = lecun_normal(rng(), shape), centred(lecun_normal)(rng(), shape)
    per_unit = tuple(range(len(shape) - 1))
    np.testing.assert_allclose(V.sum(axis=per_unit), 0, atol=1e3 * EPS)
    np.testing.assert_allclose((W - V).std(axis=per_unit), 0, atol=1e3 * EPS)
    assert abs(W.sum(axis=per_unit)).max() > 0.1


def test_with_centred_weights_the_gain_is_that_of_the_standard_deviation():
    """ReLU behind n units of mean square 1: E z² is gain² times the variance across units, (1 - 1/π)/2."""
    n, gain = 400, (2 / (1 - 1 / np.pi)) ** 0.5
    mean = theory.normal_mean(relu.f)
    assert gain == pytest.approx((theory.mean_f2(relu) - mean**2) ** -0.5, rel=1e-10)
    h = relu.f(rng().normal(size=(1000, n)))
    W = centred(initializers.normal(gain / n**0.5))(rng(), (n, n))
    assert probes.mean_square(h @ W) == pytest.approx(1, rel=K * (2 / n) ** 0.5)
    plain = initializers.normal(gain / n**0.5)(rng(), (n, n))
    assert probes.mean_square(h @ plain) > 1.3
