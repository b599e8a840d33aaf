"""Each statistic against its definition, on arrays small enough to work out by hand."""

import math
import re

import numpy as np
import pytest

from initbook.activations import relu, sigmoid, tanh
from initbook.probes import (
    each,
    mean_square,
    outside_share,
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


@pytest.mark.parametrize("shape", [(3, 2), (50, 7), (1, 9), (9, 1), (1, 1)], ids=str)
def test_the_pooled_variance_is_the_one_across_samples_plus_the_one_between_units(shape):
    h = np.random.default_rng(0).normal(3, 2, shape) * np.arange(1, shape[1] + 1)
    parts = std_across_samples(h) ** 2 + std_between_units(h) ** 2
    assert pooled_std(h) ** 2 == pytest.approx(parts, rel=1e-12, abs=1e-25)
    assert pooled_std(h) ** 2 + h.mean() ** 2 == pytest.approx(mean_square(h), rel=1e-12)


def test_across_and_between_are_not_each_other():
    same_for_all_samples = np.tile([1.0, 2.0, 4.0], (5, 1))
    assert std_across_samples(same_for_all_samples) == 0 < std_between_units(same_for_all_samples)
    same_for_all_units = same_for_all_samples.T.copy()
    assert std_between_units(same_for_all_units) == 0 < std_across_samples(same_for_all_units)


def test_a_mean_square_is_not_a_variance_where_the_mean_is_not_zero():
    assert mean_square(np.full((4, 4), 3.0)) == 9
    assert pooled_std(np.full((4, 4), 3.0)) == 0


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
    # The sign of a slope does not matter.
    falling = type(tanh)("falling", lambda z: -z, lambda z: -np.ones_like(z))
    assert saturated_share(falling)(z) == 0


def test_short_floats_are_measured_too():
    assert mean_square(H.astype(np.float32)) == pytest.approx(mean_square(H), rel=1e-6)


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


def test_repeat_takes_single_numbers_and_any_iterable():
    measured = repeat(lambda rng: mean_square(rng.normal(size=(50, 50))),
                      (np.random.default_rng(seed) for seed in range(40)))
    assert measured.all.shape == (40,)
    # The mean of 2500 squares has standard deviation √(2/2500); 40 of them know it to 1 in √80.
    assert abs(measured.std / math.sqrt(2 / 2500) - 1) < 5 / math.sqrt(80)
    assert abs(measured.mean - 1) < 5 * measured.std / math.sqrt(40)


# --- refusals

PROBES = [mean_square, pooled_std, std_across_samples, std_between_units, zero_share, outside_share(0, 1),
          saturated_share(tanh)]


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize(("layer", "error", "message"), [
    (np.ones(3), ValueError, "layer must be 2-dimensional; got shape (3,)"),
    (np.ones((2, 3, 4)), ValueError, "layer must be 2-dimensional; got shape (2, 3, 4)"),
    (np.ones((0, 3)), ValueError, "layer must be of one or more samples and units; got shape (0, 3)"),
    (np.ones((3, 0)), ValueError, "layer must be of one or more samples and units; got shape (3, 0)"),
    (np.ones((2, 3), int), TypeError, "layer must be an array of floats"),
    ([[1.0], [1.0, 2.0]], ValueError, "layer must be an array, its rows equally long"),
], ids=["1-d", "3-d", "no samples", "no units", "integers", "ragged"])
def test_what_is_no_layer_is_refused(probe, layer, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        probe(layer)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: outside_share(1, 1), ValueError, "low must be below high = 1; got 1"),
    (lambda: outside_share(2, 1), ValueError, "low must be below high = 1; got 2"),
    (lambda: outside_share(0, math.inf), ValueError, "high must be a finite number; got inf"),
    (lambda: outside_share("0", 1), TypeError, "low must be a number; got '0'"),
    (lambda: saturated_share(tanh, 0), ValueError, "slope must be a finite number above 0; got 0"),
    (lambda: repeat(lambda rng: 1.0, [np.random.default_rng(0)]), ValueError,
     "rngs must be two or more generators; got 1"),
    (lambda: repeat(lambda rng: 1.0, []), ValueError, "rngs must be two or more generators; got 0"),
])
def test_a_bad_argument_is_named_with_what_is_allowed(call, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        call()


def test_a_slope_at_the_limit_is_not_below_it():
    z = np.array([[-1.0, 2.0, 3.0]])  # slopes 0, 1 and 1
    assert saturated_share(relu, slope=1.0)(z) == 1 / 3


def test_two_draws_are_enough_to_repeat():
    repeats = repeat(lambda rng: rng.normal(size=3), [np.random.default_rng(seed) for seed in range(2)])
    assert repeats.all.shape == (2, 3)
