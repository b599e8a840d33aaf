"""Entropies against scipy, and against the losses whose floor they are; quadrature against scipy's.

The second half holds every number of the table of gains, with the digits that the book prints.
"""

import math
import re

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import rel_entr
from scipy.stats import entropy as scipy_entropy

from checks import ACTIVATIONS, EPS
from initbook.activations import Activation, get, identity, leaky_relu, lecun_tanh, relu, selu, sigmoid, tanh
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
COUNTS = [[1, 1], [7, 3, 2], [5, 0, 1], TRAIN, TEST]


def test_mnist_has_60000_and_10000_images():
    assert (sum(TRAIN), sum(TEST)) == (60_000, 10_000)


def test_the_entropy_of_mnists_training_labels_is_2_301159():
    assert round(entropy(TRAIN), 6) == 2.301159
    assert round(entropy(TEST), 6) != 2.301159
    assert round(np.log(10), 6) != 2.301159


def test_the_test_labels_under_the_training_shares_cost_2_301019():
    assert round(cross_entropy(TEST, prior=TRAIN), 6) == 2.301019
    assert round(cross_entropy(TRAIN, prior=TEST), 6) != 2.301019


def test_always_saying_1_is_right_for_11_35_percent_of_the_test_images():
    assert max(TRAIN) == TRAIN[1]
    assert TEST[1] / sum(TEST) == 0.1135


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


def test_entropy_lies_between_0_and_the_logarithm_of_the_number_of_classes():
    assert entropy([5, 0]) == entropy([1]) == 0
    assert entropy([3] * 10) == pytest.approx(np.log(10), rel=8 * EPS)
    assert entropy([3] * 9 + [4]) < np.log(10)


ALLOWED = "counts must be a list of class counts, none negative and not all zero; got "


@pytest.mark.parametrize(("counts", "got"), [
    ([], "[]"), ([0, 0], "[0.0, 0.0]"), ([2, -1], "[2.0, -1.0]"), ([1, float("nan")], "[1.0, nan]"),
    ([1, float("inf")], "[1.0, inf]"), (5, "5.0"), ([[1, 2]], "[[1.0, 2.0]]")])
def test_what_are_no_counts_is_refused(counts, got):
    with pytest.raises(ValueError, match=f"^{re.escape(ALLOWED + got)}$"):
        entropy(counts)


@pytest.mark.parametrize(("prior", "message"), [
    ([1, 2, 3], "prior must be 2 class counts; got 3"),
    ([0, 3], "prior must be positive where counts is; got [0, 3]"),
    ([0, 0], "prior must be a list of class counts, none negative and not all zero; got [0.0, 0.0]"),
])
def test_a_prior_that_does_not_fit_is_refused(prior, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cross_entropy([1, 1], prior)


# --- means over the normal distribution, against scipy's adaptive quadrature

by_name = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
by_q = pytest.mark.parametrize("q", [0.01, 1, 25])
CUTS = [-12, -4, -1.5, -0.5, -0.1, 0, 0.1, 0.5, 1.5, 4, 12]


def scipys_mean_square(f, q, kinks):
    """E f(z)², z ~ N(0, q), piece by piece; what lies beyond 12 standard deviations is below 1e-28."""
    cuts = sorted({*CUTS, *(k / math.sqrt(q) for k in kinks if abs(k) < 12 * math.sqrt(q))})
    def density(x):
        z = np.array([x * math.sqrt(q)])
        return float(f(z)[0]) ** 2 * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    return sum(quad(density, *ends, epsabs=1e-14, epsrel=1e-13)[0] for ends in zip(cuts, cuts[1:], strict=False))


@by_q
@by_name
def test_quadrature_agrees_with_scipys_to_1e_10(activation, q):
    assert mean_f2(activation, q) == pytest.approx(scipys_mean_square(activation.f, q, activation.kinks), rel=1e-10)
    assert mean_df2(activation, q) == pytest.approx(scipys_mean_square(activation.df, q, activation.kinks), rel=1e-10)


def test_twin_gauss_hermite_with_100_nodes_errs_at_a_kink():
    x, w = np.polynomial.hermite_e.hermegauss(100)
    slope = np.sum(w * relu.df(x) * relu.f(x)) / np.sqrt(2 * np.pi)  # E relu' relu = E relu
    exact = normal_mean(relu.f)
    assert exact == pytest.approx(1 / math.sqrt(2 * math.pi), rel=8 * EPS)
    assert 1e-4 < abs(slope - exact) < 1e-2


@pytest.mark.parametrize(("g", "q", "expected"), [
    (np.ones_like, 1, 1), (lambda z: z, 1, 0), (lambda z: z**2, 7, 7), (lambda z: z**8, 1, 105),
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
    assert abs(normal_mean(hinge) / expected - 1) > 1e-8
    wide = 2 * (math.exp(-0.35**2 / 2) / math.sqrt(2 * math.pi) - 0.35 * math.erfc(0.35 / math.sqrt(2)) / 2)
    assert normal_mean(hinge, 4.0, kinks=[0.7]) == pytest.approx(wide, rel=100 * EPS)  # a kink is a value of z


NO_MEAN = "^g must be a function with a finite mean under N(0, {:g}); got "


@pytest.mark.parametrize(("g", "got"), [
    (lambda z: np.exp(z**2), "one that has not settled 12 standard deviations out"),
    (lambda z: np.exp(z**2 / 2), "one that has not settled 12 standard deviations out"),
    (lambda z: np.exp(z**4), "values that are not finite"),
    (lambda z: 1 / z, "one that has not settled near a kink"),
    (lambda z: z**-2.0, "one that has not settled near a kink"),
    (lambda z: z * np.nan, "values that are not finite"),
    (lambda z: np.log(z), "values that are not finite"),
], ids=["exp z²", "exp z²/2", "exp z⁴", "1/z", "1/z²", "nan", "log z"])
@pytest.mark.parametrize("q", [1, 4])
def test_a_mean_that_does_not_exist_is_refused_in_words(g, got, q):
    with pytest.raises(ValueError, match=re.escape(NO_MEAN.format(q)[1:] + got)):
        normal_mean(g, q)


def test_a_pole_away_from_zero_is_refused_where_it_is_named():
    for pole in (0.7, 1.0, -2.0):
        with pytest.raises(ValueError, match="has not settled near a kink|values that are not finite"):
            normal_mean(lambda z, pole=pole: 1 / (z - pole), kinks=[pole])


@pytest.mark.parametrize("f", [lambda z: np.exp(z**2), lambda z: 1 / z, lambda z: z * np.nan],
                         ids=["exp z²", "1/z", "nan"])
@pytest.mark.parametrize("use", [
    mean_f2, mean_df2, forward_gain, backward_gain, lambda a: chi(a, 1.0),
    lambda a: length_map(a, 1.0, q=1.0), lambda a: fixed_point(a, 1.0), lambda a: gradient_map(a, 1.0, [1.0, 1.0])])
def test_an_activation_without_moments_is_refused_wherever_it_is_used(f, use):
    with pytest.raises(ValueError, match=NO_MEAN.format(1).replace("(0, 1)", r"\(0, 1\)")):
        use(Activation("reader's own", f, f))


@pytest.mark.parametrize(("call", "message"), [
    (lambda: mean_f2(relu, 0.0), "q must be a finite number above 0; got 0.0"),
    (lambda: forward_gain(relu, -1), "q must be a finite number above 0; got -1"),
    (lambda: chi(relu, -1.0), "weight_var must be a finite number at least 0; got -1.0"),
    (lambda: length_map(relu, 2, -1, q=1.0), "bias_var must be a finite number at least 0; got -1"),
    (lambda: length_map(relu, 2, q=0), "q must be a finite number above 0; got 0"),
    (lambda: length_map(relu, 2, q=1.0, layers=0), "layers must be a whole number of at least 1; got 0"),
])
def test_numbers_out_of_range_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        call()


# --- gains

# name: E f², forward gain, E f'², backward gain, χ at the forward gain
GAINS = {
    "identity": (1, 1, 1, 1, 1),
    "sigmoid": (0.29338, 1.8462, 0.04484, 4.7227, 0.153),
    "tanh": (0.39429, 1.5925, 0.46440, 1.4674, 1.178),
    "relu": (0.5, 1.4142, 0.5, 1.4142, 1),
    "leaky_relu(0.2)": (0.52, 1.3868, 0.52, 1.3868, 1),
    "elu": (0.64495, 1.2452, 0.66810, 1.2234, 1.036),
    "selu": (1, 1, 1.0716, 0.9660, 1.072),
    "gelu": (0.42522, 1.5335, 0.45585, 1.4811, 1.072),
    "silu": (0.35578, 1.6765, 0.37948, 1.6233, 1.067),
    "mish": (0.45234, 1.4869, 0.47908, 1.4448, 1.059),
    "softplus": (0.92125, 1.0419, 0.29338, 1.8462, 0.318),
    "softsign": (0.18301, 2.3375, 0.22767, 2.0958, 1.244),
    "lecun_tanh": (0.75043, 1.1544, 0.80399, 1.1153, 1.071),
    "hard_swish": (0.33157, 1.7367, 0.35853, 1.6701, 1.081),
}


@by_name
def test_the_table_of_gains(activation):
    gain = forward_gain(activation)
    row = [mean_f2(activation), gain, mean_df2(activation), backward_gain(activation), chi(activation, gain**2)]
    missed = np.abs(np.array(row) - GAINS[activation.name])
    assert (missed <= [6e-6, 6e-5, 5e-5 if row[2] > 1 else 6e-6, 6e-5, 6e-4]).all()


@by_name
def test_a_gain_preserves_what_it_is_named_for(activation):
    for q in (0.3, 2.0):
        weight_var = forward_gain(activation, q) ** 2
        assert length_map(activation, weight_var, q=q)[1] == pytest.approx(q, rel=1e-12)
        assert chi(activation, backward_gain(activation, q) ** 2, q) == pytest.approx(1, rel=1e-12)


def test_the_two_gains_agree_for_homogeneous_activations_and_for_no_other():
    for activation in ACTIVATIONS:
        homogeneous = activation.name in {"identity", "relu", "leaky_relu(0.2)"}
        assert (abs(forward_gain(activation) / backward_gain(activation) - 1) < 1e-12) == homogeneous


def test_hes_factor_is_2_and_a_slope_makes_it_2_over_1_plus_a_squared():
    assert forward_gain(relu) ** 2 == pytest.approx(2, rel=8 * EPS)
    for a in (0.01, 0.25, -0.5, 3):
        assert forward_gain(leaky_relu(a)) ** 2 == pytest.approx(2 / (1 + a * a), rel=1e-13)


def test_a_gain_from_the_standard_deviation_is_wrong_where_the_mean_is_not_zero():
    std = math.sqrt(mean_f2(relu) - normal_mean(relu.f) ** 2)
    assert round(1 / std, 3) == 1.713
    assert round(forward_gain(relu), 3) == 1.414


def test_lecuns_tanh_has_three_quarters_of_a_variance():
    assert round(mean_f2(lecun_tanh), 4) == 0.7504


# --- the length map, its fixed point, the gradient map


def test_the_length_map_is_its_formula_layer_by_layer():
    q = [1.3]
    for _ in range(4):
        q.append(2.1 * scipys_mean_square(tanh.f, q[-1], ()) + 0.3)
    np.testing.assert_allclose(length_map(tanh, 2.1, 0.3, q=1.3, layers=4), q, rtol=1e-10)
    assert abs(length_map(tanh, 2.1, 0.2, q=1.3, layers=4)[-1] / q[-1] - 1) > 1e-2


def test_relu_with_variance_1_over_n_loses_15_powers_of_two_of_std_in_30_layers():
    assert np.sqrt(length_map(relu, 1, q=1.0, layers=30)[-1]) == pytest.approx(2.0**-15, rel=1e-12)
    assert length_map(relu, 2, q=1.0, layers=30)[-1] == pytest.approx(1, rel=1e-12)


def test_library_defaults_under_relu_per_layer_in_std():
    assert math.sqrt(length_map(relu, 1 / 3, q=1.0)[1]) == pytest.approx(0.408, abs=5e-4)  # PyTorch's Linear
    assert math.sqrt(length_map(relu, 1, q=1.0)[1]) == pytest.approx(0.707, abs=5e-4)  # Keras's Dense


def test_tanh_with_variance_1_over_n_decays_like_1_over_2l_and_does_not_settle():
    # Index l: the mean square of the activations of layer l, for inputs of mean square 1.
    h = length_map(tanh, 1, q=1.0, layers=1000)
    assert [round(h[l], 4) for l in (2, 3, 10, 100)] == [0.2365, 0.1667, 0.0522, 0.0051]
    assert [round(2 * l * h[l], 2) for l in (10, 100, 1000)] == [1.04, 1.01, 1.0]
    with pytest.raises(ValueError, match="^weight_var must be one for which the length map settles"):
        fixed_point(tanh, 1)


def test_tanh_with_gain_5_thirds_settles_and_its_gradients_grow_117_fold_in_50_layers():
    weight_var = (5 / 3) ** 2
    q = fixed_point(tanh, weight_var)
    assert round(q, 4) == 1.1785
    assert round(math.sqrt(mean_f2(tanh, q)), 3) == 0.651
    assert round(chi(tanh, weight_var, q), 4) == 1.2098
    gradient = math.sqrt(gradient_map(tanh, weight_var, [q] * 51)[0])
    assert round(gradient) == 117


def test_selu_with_gain_3_quarters_settles_at_a_fifth_of_a_unit():
    q = fixed_point(selu, (3 / 4) ** 2)
    std = math.sqrt(mean_f2(selu, q) - normal_mean(selu.f, q) ** 2)
    assert round(std, 4) == 0.1996
    assert round(math.sqrt(mean_f2(selu, q)), 4) == 0.2024  # rms: the mean is not zero there
    assert round(chi(selu, (3 / 4) ** 2, q), 4) == 1.0037


def test_sigmoid_keeps_its_gradients_only_at_a_gain_of_10():
    gain = brentq(lambda g: chi(sigmoid, g**2, fixed_point(sigmoid, g**2)) - 1, 5, 15)
    assert round(gain, 2) == 10.15
    assert round(gain**2) == 103


@pytest.mark.parametrize(("bias_var", "weight_var"), [
    (0.01, 1.424205), (0.05, 1.760955), (0.1, 1.986073), (0.2, 2.285152), (0.3, 2.505127), (0.09, 1.39558**2)])
def test_tanhs_critical_line(bias_var, weight_var):
    def slope(w):
        return chi(tanh, w, fixed_point(tanh, w, bias_var)) - 1

    assert brentq(slope, 1.1, 4, xtol=1e-9) == pytest.approx(weight_var, abs=2e-5 if bias_var == 0.09 else 6e-7)


def test_tanhs_critical_length_at_a_bias_variance_of_0_05():
    assert round(fixed_point(tanh, 1.760955, 0.05), 6) == 0.570048


@pytest.mark.parametrize(("activation", "weight_var", "bias_var"), [
    (tanh, 2.0, 0.0), (tanh, 1.05, 0.0), (tanh, 0.5, 0.1), (sigmoid, 1.0, 0.0), (selu, 1.0, 0.0),
    (relu, 1.9, 0.1), (get("softplus"), 0.5, 0.2), (identity, 0.5, 1.0)], ids=str)
def test_a_fixed_point_is_mapped_to_itself_from_wherever_it_is_sought(activation, weight_var, bias_var):
    found = [fixed_point(activation, weight_var, bias_var, q=q) for q in (0.01, 1.0, 30.0)]
    np.testing.assert_allclose(found, found[0], rtol=1e-9)
    image = length_map(activation, weight_var, bias_var, q=found[0])[1]
    assert image == pytest.approx(found[0], rel=1e-12)
    assert length_map(activation, 1.01 * weight_var, bias_var, q=found[0])[1] > 1.001 * found[0]


@pytest.mark.parametrize(("activation", "weight_var", "bias_var"), [
    (relu, 2.1, 0.0), (relu, 1.9, 0.0), (identity, 1.0, 0.1), (tanh, 0.9, 0.0), (relu, 2.0, 0.01)], ids=str)
def test_what_fades_or_grows_without_end_has_no_fixed_point(activation, weight_var, bias_var):
    with pytest.raises(ValueError, match="^weight_var must be one for which the length map settles"):
        fixed_point(activation, weight_var, bias_var)


def test_the_gradient_map_is_the_product_of_the_slopes_from_the_top_down():
    qs = [0.5, 1.0, 2.0, 4.0]
    slopes = [1.5 * scipys_mean_square(tanh.df, q, ()) for q in qs[:-1]]
    expected = [np.prod(slopes[l:]) for l in range(4)]
    np.testing.assert_allclose(gradient_map(tanh, 1.5, qs), expected, rtol=1e-10)
    assert abs(gradient_map(tanh, 1.5, qs)[0] / np.prod([*slopes[1:], 1]) - 1) > 0.01


def test_the_telescope_of_unequal_widths():
    """He's fan_in keeps the forward signal and divides the gradient by (first / last width) however deep; fan_out
    the other way round; the average of both keeps neither (FACTS: 784-512-256-256-128-10)."""
    n = np.array([784, 512, 256, 256, 128, 10])
    a, b = n[:-1], n[1:]
    products = {mode: (np.prod(a / fan), np.prod(b / fan))
                for mode, fan in [("fan_in", a), ("fan_out", b), ("fan_avg", (a + b) / 2)]}
    assert products["fan_in"] == pytest.approx((1, 10 / 784))
    assert products["fan_out"] == pytest.approx((78.4, 1))
    assert products["fan_avg"] == pytest.approx((3.99, 0.0509), rel=1e-3)


def test_the_length_map_goes_one_layer_up_when_none_is_given():
    assert length_map(relu, 2.0, q=3.0).tolist() == [3.0, pytest.approx(3.0, rel=1e-12)]
