"""Each statistic against its definition, on arrays small enough to work out by hand."""

import math

import numpy as np
import pytest

from initbook.activations import relu, sigmoid, tanh
from initbook.network import backward, forward
from initbook.probes import (
    each,
    mean_square,
    outside_share,
    passes,
    pooled_std,
    repeat,
    saturated_share,
    std_across_samples,
    std_between_units,
    zero_share,
)

H = np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 2.0]])  # 3 samples of 2 units

BY_HAND = {
    mean_square: (1 + 25 + 9 + 25 + 4 + 4) / 6,
    pooled_std: math.sqrt(68 / 6 - 3**2),
    std_across_samples: math.sqrt((2 / 3 + 2) / 2),  # the variances of (1, 3, 2) and of (5, 5, 2)
    std_between_units: 1.0,  # of the means 2 and 4
    zero_share: 0.0,
    outside_share(2, 4): 3 / 6,
}


@pytest.mark.parametrize(("probe", "expected"), BY_HAND.items(), ids=[f.__name__ for f in BY_HAND])
def test_a_probe_is_its_definition(probe, expected):
    assert probe(H) == pytest.approx(expected, rel=1e-15)
    assert type(probe(H)) is float


def test_a_probe_is_its_definition_where_one_direction_is_flat():
    same_for_all_samples = np.tile([1.0, 2.0, 4.0], (5, 1))
    assert std_across_samples(same_for_all_samples) == 0 < std_between_units(same_for_all_samples)
    same_for_all_units = same_for_all_samples.T.copy()
    assert std_between_units(same_for_all_units) == 0 < std_across_samples(same_for_all_units)
    constant = np.full((4, 4), 3.0)
    assert (mean_square(constant), pooled_std(constant)) == (9, 0)


@pytest.mark.parametrize("shape", [(3, 2), (50, 7), (1, 9), (9, 1), (1, 1)], ids=str)
def test_the_pooled_variance_is_the_one_across_samples_plus_the_one_between_units(shape):
    h = np.random.default_rng(0).normal(3, 2, shape) * np.arange(1, shape[1] + 1)
    parts = std_across_samples(h) ** 2 + std_between_units(h) ** 2
    assert pooled_std(h) ** 2 == pytest.approx(parts, rel=1e-12, abs=1e-25)
    assert pooled_std(h) ** 2 + h.mean() ** 2 == pytest.approx(mean_square(h), rel=1e-12)


def test_only_what_is_exactly_zero_counts_as_zero():
    assert zero_share(np.array([[0.0, -0.0, 5e-324, -1e-300]])) == 0.5
    z = np.random.default_rng(0).normal(size=(20, 20))
    assert zero_share(relu.f(z)) == (z <= 0).mean()


def test_the_ends_of_a_range_are_inside_it():
    h = np.array([[0.0, 1.0, np.nextafter(0, -1), np.nextafter(1, 2), 0.5]])
    assert outside_share(0, 1)(h) == 0.4


def test_saturation_is_where_the_slope_is_below_the_bound():
    z = np.array([[0.0, 1.0, -4.0, 4.0]])
    assert saturated_share(tanh)(z) == 0.5
    assert saturated_share(sigmoid)(z) == 0.5  # its slope at 4 is 0.018
    assert saturated_share(sigmoid, slope=0.01)(z) == 0
    assert saturated_share(sigmoid, slope=1.0)(z) == 1
    assert saturated_share(relu)(z) == 0.5  # the kink, and what lies below it
    assert saturated_share(relu, slope=1.0)(z) == 0.5  # a slope at the limit is not below it
    # The sign of a slope does not matter.
    falling = type(tanh)("falling", lambda z: -z, lambda z: -np.ones_like(z))
    assert saturated_share(falling)(z) == 0


# --- layers and seeds


def test_each_is_one_number_a_layer_whatever_their_widths():
    layers = [np.ones((4, 2)), 2 * np.ones((4, 5)), np.zeros((4, 1))]
    assert each(mean_square, layers).tolist() == [1, 4, 0]
    assert each(zero_share, iter(layers)).tolist() == [0, 0, 1]


def test_repeat_gives_the_mean_and_the_standard_deviation_of_one_measurement():
    rngs = [np.random.default_rng(seed) for seed in (5, 6, 7)]
    measured = repeat(lambda rng: rng.normal(size=(2, 4)), rngs)
    draws = np.array([np.random.default_rng(seed).normal(size=(2, 4)) for seed in (5, 6, 7)])
    np.testing.assert_array_equal(measured.all, draws)
    np.testing.assert_allclose(measured.mean, draws.sum(axis=0) / 3, rtol=1e-14)
    expected = np.sqrt(((draws - draws.mean(axis=0)) ** 2).sum(axis=0) / 2)  # n - 1
    np.testing.assert_allclose(measured.std, expected, rtol=1e-12)
    assert np.abs(measured.std / draws.std(axis=0) - 1).min() > 0.2  # n would be another number
    np.testing.assert_allclose(measured.error, measured.std / math.sqrt(3), rtol=1e-14)


def test_repeat_takes_single_numbers_and_any_iterable_of_two_or_more():
    measured = repeat(lambda rng: rng.normal(), (np.random.default_rng(seed) for seed in range(2)))
    assert measured.all.shape == (2,) and measured.mean.shape == ()


def test_a_band_holds_the_share_of_the_seeds_that_was_asked_for():
    hundred = iter(np.arange(101.0))
    measured = repeat(lambda rng: next(hundred), [np.random.default_rng(0)] * 101)
    np.testing.assert_allclose(measured.band(), [10, 90])
    np.testing.assert_allclose(measured.band(0.5), [25, 75])


def test_passes_are_the_networks_own_with_a_gaussian_gradient_at_the_top():
    params, x = [(np.eye(3), np.zeros(3)), (np.ones((3, 2)), np.ones(2))], np.arange(12.0).reshape(4, 3)
    trace, grads = passes(np.random.default_rng(0), params, x, tanh, normalize=True)
    top = np.random.default_rng(0).normal(size=(4, 2))
    np.testing.assert_array_equal(grads.h[-1], top)
    np.testing.assert_array_equal(trace.h[-1], forward(params, x, tanh, normalize=True).h[-1])
    np.testing.assert_array_equal(grads.h[0], backward(params, trace, tanh, top, normalize=True).h[0])
