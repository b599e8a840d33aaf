"""Entropies against scipy, and against the losses whose floor they are; quadrature against scipy's.

The second half holds every number of the table of gains, with the digits that the book prints.
"""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, rel_entr
from scipy.stats import entropy as scipy_entropy

from checks import ACTIVATIONS, EPS
from initbook.activations import Activation, get, identity, leaky_relu, relu, selu, sigmoid, tanh
from initbook.data import MNIST_COUNTS
from initbook.losses import softmax_cross_entropy
from initbook.theory import (
    backward_gain,
    chi,
    cross_entropy,
    entropy,
    fixed_point,
    forward_gain,
    gradient_map,
    length_map,
    mean_df2,
    mean_f2,
    normal_mean,
)

TRAIN, TEST = MNIST_COUNTS["train"], MNIST_COUNTS["test"]
COUNTS = [[1, 1], [7, 3, 2], [5, 0, 1], [1], TRAIN, TEST]


@pytest.mark.parametrize("counts", COUNTS)
def test_entropy_agrees_with_scipy(counts):
    assert entropy(counts) == pytest.approx(scipy_entropy(counts), rel=8 * EPS)


@pytest.mark.parametrize(("counts", "prior"), [([7, 3, 2], [1, 1, 1]), (TEST, TRAIN), ([2, 0], [1, 3])])
def test_cross_entropy_is_scipys_entropy_plus_its_divergence(counts, prior):
    p, q = np.array(counts) / sum(counts), np.array(prior) / sum(prior)
    expected = scipy_entropy(p) + rel_entr(p, q).sum()
    assert cross_entropy(counts, prior) == pytest.approx(expected, rel=16 * EPS)
    assert cross_entropy(counts, prior) > entropy(counts)


def constant_prediction(counts, logits):
    y = np.repeat(np.arange(len(counts)), counts)
    return softmax_cross_entropy.value(np.tile(logits, (len(y), 1)), y)


@pytest.mark.parametrize("counts", [[1, 1], [7, 3, 2], TEST])
def test_entropy_is_the_least_loss_of_a_constant_prediction(counts):
    best = np.log(np.array(counts) / sum(counts))
    assert constant_prediction(counts, best) == pytest.approx(entropy(counts), rel=1000 * EPS)
    for nudge in np.random.default_rng(0).normal(0, 0.1, (20, len(counts))):
        assert constant_prediction(counts, best + nudge) > entropy(counts)


# --- means over the normal distribution, against scipy's adaptive quadrature

by_name = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
CUTS = [-12, -4, -1.5, -0.5, -0.1, 0, 0.1, 0.5, 1.5, 4, 12]


def scipys_mean_square(f, q, kinks):
    """E f(z)², z ~ N(0, q), piece by piece; what lies beyond 12 standard deviations is below 1e-28."""
    cuts = sorted({*CUTS, *(k / math.sqrt(q) for k in kinks if abs(k) < 12 * math.sqrt(q))})
    def density(x):
        z = np.array([x * math.sqrt(q)])
        return float(f(z)[0]) ** 2 * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    return sum(quad(density, *ends, epsabs=1e-14, epsrel=1e-13)[0] for ends in zip(cuts, cuts[1:], strict=False))


@by_name
@pytest.mark.parametrize("q", [0.01, 25])
def test_quadrature_agrees_with_scipys_to_1e_10(activation, q):
    assert mean_f2(activation, q) == pytest.approx(scipys_mean_square(activation.f, q, activation.kinks), rel=1e-10)
    assert mean_df2(activation, q) == pytest.approx(scipys_mean_square(activation.df, q, activation.kinks), rel=1e-10)


@pytest.mark.parametrize(("g", "q", "expected"), [
    (np.ones_like, 1, 1), (lambda z: z, 1, 0), (lambda z: z**2, 7, 7), (lambda z: z**16, 1, 2_027_025),
    (np.abs, 4, 2 * math.sqrt(2 / math.pi)), (np.exp, 1, math.sqrt(math.e)), (np.cos, 1, math.exp(-0.5)),
    (np.sign, 1, 0), (np.zeros_like, 1, 0), (lambda z: np.exp(z**2 / 4), 1, math.sqrt(2)),
    (lambda z: np.exp(3 * z), 1, math.exp(4.5))])
def test_means_with_closed_forms(g, q, expected):
    assert normal_mean(g, q) == pytest.approx(expected, rel=100 * EPS, abs=100 * EPS)


def test_a_kink_elsewhere_is_named_and_then_costs_nothing():
    def hinge(z):
        return np.maximum(z - 0.7, 0)

    expected = math.exp(-0.245) / math.sqrt(2 * math.pi) - 0.7 * math.erfc(0.7 / math.sqrt(2)) / 2
    assert normal_mean(hinge, kinks=[0.7]) == pytest.approx(expected, rel=100 * EPS)
    assert normal_mean(hinge, 1.0, kinks=[0.7, -2.0]) == pytest.approx(expected, rel=100 * EPS)
    assert normal_mean(hinge) == pytest.approx(expected, rel=1e-11)  # found, at a price
    wide = 2 * (math.exp(-0.35**2 / 2) / math.sqrt(2 * math.pi) - 0.35 * math.erfc(0.35 / math.sqrt(2)) / 2)
    assert normal_mean(hinge, 4.0, kinks=[0.7]) == pytest.approx(wide, rel=100 * EPS)  # a kink is a value of z


# --- gains


@by_name
def test_a_gain_preserves_what_it_is_named_for(activation):
    for q in (0.3, 2.0):
        weight_var = forward_gain(activation, q) ** 2
        assert length_map(activation, weight_var, q=q).tolist() == [q, pytest.approx(q, rel=1e-12)]  # one layer up
        assert chi(activation, backward_gain(activation, q) ** 2, q) == pytest.approx(1, rel=1e-12)


def homogeneous(activation):
    return activation.name in {"identity", "relu", "leaky_relu(0.2)", "leaky_relu(-1)", "abs"}


@pytest.mark.parametrize("activation", [*ACTIVATIONS, leaky_relu(-1.0), Activation("abs", np.abs, np.sign, (0,))],
                         ids=lambda a: a.name)
def test_the_two_gains_agree_at_every_size_for_homogeneous_activations_and_for_no_other(activation):
    same = [abs(forward_gain(activation, q) / backward_gain(activation, q) - 1) < 1e-12 for q in (0.01, 1, 30)]
    assert all(same) == homogeneous(activation)


def test_a_centred_curved_activation_has_the_larger_gain_forward_but_one_with_a_mean_may_have_it_backward():
    curved = [a for a in ACTIVATIONS if abs(normal_mean(a.f)) < 1e-13 and not homogeneous(a)]
    assert {a.name for a in curved} >= {"tanh", "softsign", "lecun_tanh", "selu"}
    assert not [a.name for a in curved if forward_gain(a) < 1.005 * backward_gain(a)]
    assert forward_gain(sigmoid) < backward_gain(sigmoid)


def test_kinks_are_where_the_activation_says():
    hard = Activation("hard tanh", lambda z: np.clip(z, -1, 1), lambda z: 1.0 * (np.abs(z) < 1), (-1, 1))
    inside = 1 - 2 * float(ndtr(-1.0))
    assert backward_gain(hard) == pytest.approx(inside**-0.5, rel=1e-13)
    bump = 2 * np.exp(-0.5) / np.sqrt(2 * np.pi)
    assert forward_gain(hard) == pytest.approx((1 - bump) ** -0.5, rel=1e-13)
    assert forward_gain(hard, 1e-4) == pytest.approx(1, rel=1e-13)  # the kinks lie 100 standard deviations out
    unnamed = Activation("hard tanh", hard.f, hard.df)
    assert mean_df2(unnamed) == pytest.approx(inside, rel=1e-11)  # found, at a price


def test_hes_factor_is_2_and_a_slope_makes_it_2_over_1_plus_a_squared():
    assert forward_gain(relu) ** 2 == pytest.approx(2, rel=8 * EPS)
    for a in (0.01, 0.25, -0.5, 3):
        assert forward_gain(leaky_relu(a)) ** 2 == pytest.approx(2 / (1 + a * a), rel=1e-13)


# --- the length map, its fixed point, the gradient map


def test_the_length_map_is_its_formula_layer_by_layer():
    q = [1.3]
    for _ in range(4):
        q.append(2.1 * scipys_mean_square(tanh.f, q[-1], ()) + 0.3)
    np.testing.assert_allclose(length_map(tanh, 2.1, 0.3, q=1.3, layers=4), q, rtol=1e-10)
    assert abs(length_map(tanh, 2.1, 0.2, q=1.3, layers=4)[-1] / q[-1] - 1) > 1e-2


@pytest.mark.parametrize(("activation", "weight_var", "bias_var"), [
    (tanh, 2.0, 0.0), (tanh, 1.05, 0.0), (tanh, 0.5, 0.1), (sigmoid, 1.0, 0.0), (selu, 1.0, 0.0),
    (relu, 1.9, 0.1), (get("softplus"), 0.5, 0.2), (identity, 0.5, 1.0)], ids=str)
def test_a_fixed_point_is_mapped_to_itself_from_wherever_it_is_sought(activation, weight_var, bias_var):
    found = [fixed_point(activation, weight_var, bias_var, q=q) for q in (0.01, 1.0, 30.0)]
    np.testing.assert_allclose(found, found[0], rtol=1e-9)
    image = length_map(activation, weight_var, bias_var, q=found[0])[1]
    assert image == pytest.approx(found[0], rel=1e-12)
    assert length_map(activation, 1.01 * weight_var, bias_var, q=found[0])[1] > 1.001 * found[0]
    for start in (0.5, 2):  # it attracts
        far = length_map(activation, weight_var, bias_var, q=start * found[0], layers=20)[-1]
        assert abs(far - found[0]) < abs(start - 1) * found[0]


@pytest.mark.parametrize(("activation", "weight_var", "bias_var"), [
    (relu, 2.1, 0.0), (relu, 1.9, 0.0), (identity, 1.0, 0.1), (tanh, 0.9, 0.0), (tanh, 1.0, 0.0), (relu, 2.0, 0.01)],
    ids=str)
def test_what_fades_or_grows_without_end_has_no_fixed_point(activation, weight_var, bias_var):
    with pytest.raises(ValueError, match="^weight_var must be one for which the length map settles"):
        fixed_point(activation, weight_var, bias_var)


def test_the_gradient_map_is_the_product_of_the_slopes_from_the_top_down():
    qs = [0.5, 1.0, 2.0, 4.0]
    slopes = [1.5 * scipys_mean_square(tanh.df, q, ()) for q in qs[:-1]]
    expected = [np.prod(slopes[l:]) for l in range(4)]
    np.testing.assert_allclose(gradient_map(tanh, 1.5, qs), expected, rtol=1e-10)
    assert abs(gradient_map(tanh, 1.5, qs)[0] / np.prod([*slopes[1:], 1]) - 1) > 0.01
