"""Gains: their table, when the two agree, and integrals whose value is known."""

from math import factorial

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr

from initbook.activations import Activation, get, leaky_relu
from initbook.theory import backward_gain, chi, fixed_point, forward_gain, mean_df2, mean_f2, normal_mean

CENTRED = [get(name) for name in ("tanh", "softsign", "lecun_tanh", "selu")]
HOMOGENEOUS = [get("relu"), get("identity"), leaky_relu(0.2), leaky_relu(-1.0),
               Activation("abs", np.abs, np.sign)]
OTHERS = [get(name) for name in ("sigmoid", "softplus", "elu", "gelu", "silu", "mish")]
ALL = CENTRED + HOMOGENEOUS + OTHERS


def degrees(activation, count):
    """The share of each Hermite degree in E f², unnormalised: a_k²."""
    basis = np.polynomial.hermite_e.HermiteE.basis
    return np.array([normal_mean(lambda z, k=k: activation.f(z) * basis(k)(z)) ** 2 / factorial(k)
                     for k in range(count)])


@pytest.mark.parametrize("q", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("f", HOMOGENEOUS, ids=repr)
def test_homogeneous_activations_have_one_gain_at_every_size_of_the_signal(f, q):
    assert forward_gain(f, q) == pytest.approx(backward_gain(f, q), rel=1e-13)


@pytest.mark.parametrize("f", CENTRED, ids=repr)
def test_a_centred_curved_activation_has_the_larger_gain_forward(f):
    assert abs(normal_mean(f.f)) < 1e-13
    assert forward_gain(f) > 1.005 * backward_gain(f)


def test_but_one_with_a_mean_may_have_it_backward():
    assert forward_gain(get("sigmoid")) < backward_gain(get("sigmoid"))


@pytest.mark.parametrize("f", [get("softplus"), get("gelu"), get("silu"), get("tanh")], ids=repr)
def test_chi_at_the_forward_gain_is_the_mean_hermite_degree(f):
    share = degrees(f, 12)
    assert share.sum() == pytest.approx(mean_f2(f), rel=3e-3)
    assert share.sum() < mean_f2(f)
    assert (share * np.arange(12)).sum() == pytest.approx(mean_df2(f), rel=3e-2)
    assert (share * np.arange(12)).sum() < mean_df2(f)


def test_a_constant_added_to_tanh_makes_its_gains_equal_at_one_size_only():
    tanh = get("tanh")
    c = (mean_df2(tanh) - mean_f2(tanh)) ** 0.5
    lifted = Activation("lifted", lambda z: tanh.f(z) + c, tanh.df)
    assert forward_gain(lifted) == pytest.approx(backward_gain(lifted), rel=1e-13)
    assert forward_gain(lifted, 2.0) != pytest.approx(backward_gain(lifted, 2.0), rel=1e-2)


def test_tanh_with_gain_5_3_settles_and_its_gradients_grow_117_fold_over_50_layers():
    q = fixed_point(get("tanh"), 25 / 9)
    assert q == pytest.approx(1.1785, abs=5e-5)
    assert mean_f2(get("tanh"), q) ** 0.5 == pytest.approx(0.651, abs=5e-4)
    assert chi(get("tanh"), 25 / 9, q) == pytest.approx(1.2098, abs=5e-5)
    assert chi(get("tanh"), 25 / 9, q) ** 25 == pytest.approx(117, abs=0.5)


def test_sigmoid_keeps_its_gradients_at_gain_10_15():
    sigmoid = get("sigmoid")
    gain = brentq(lambda g: chi(sigmoid, g * g, fixed_point(sigmoid, g * g)) - 1, 5, 15)
    assert gain == pytest.approx(10.15, abs=5e-3)


@pytest.mark.parametrize(("power", "moment"), [(4, 3), (6, 15), (12, 10_395), (16, 2_027_025)])
def test_high_moments_exist(power, moment):
    assert normal_mean(lambda z: z**power) == pytest.approx(moment, rel=1e-12)


@pytest.mark.parametrize("g", [lambda z: np.exp(z**2), lambda z: np.exp(z**2 / 2), lambda z: 1 / np.abs(z)])
def test_moments_that_do_not_exist_are_refused(g):
    with pytest.raises(ValueError, match="a function with a finite mean"):
        normal_mean(g)


def test_kinks_are_where_the_activation_says():
    hard = Activation("hard tanh", lambda z: np.clip(z, -1, 1), lambda z: 1.0 * (np.abs(z) < 1), (-1, 1))
    inside = 1 - 2 * float(ndtr(-1.0))
    assert backward_gain(hard) == pytest.approx(inside**-0.5, rel=1e-13)
    bump = 2 * np.exp(-0.5) / np.sqrt(2 * np.pi)
    assert forward_gain(hard) == pytest.approx((1 - bump) ** -0.5, rel=1e-13)
    assert forward_gain(hard, 1e-4) == pytest.approx(1, rel=1e-13)  # the kinks lie 100 standard deviations out
    assert normal_mean(np.ones_like, kinks=(12,)) == pytest.approx(1, rel=1e-13)
    unnamed = Activation("hard tanh", hard.f, hard.df)
    assert abs(mean_df2(unnamed) - inside) > 1e-3
