"""Means over two correlated normal numbers against closed forms and against their power series; where correlations go.

The series is computed by one-dimensional quadrature, so it shares nothing with the means over pairs that it is held
against. Critical points are held against equations solved by scipy from means of its own.
"""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erf

from checks import ACTIVATIONS
from initbook import theory
from initbook.activations import Activation, elu, gelu, get, identity, relu, sigmoid, silu, softplus, tanh
from initbook.correlations import (
    correlation_depth,
    correlation_map,
    correlation_slope,
    critical,
    critical_pair,
    fixed_correlation,
    length_slope,
    pair_mean,
    relu_correlation,
)

CS = [-1, -0.999999, -0.4, 0, 0.3, 0.9, 0.9999, 1 - 1e-9, 1]
Q = 1.7
smooth_erf = Activation("erf", erf, lambda z: 2 / math.sqrt(math.pi) * np.exp(-z * z))


@pytest.mark.parametrize("c", CS)
@pytest.mark.parametrize(("g", "kinks", "law"), [
    (lambda z: z, [], lambda c: Q * c),
    (lambda z: z**2, [], lambda c: Q**2 * (1 + 2 * c * c)),
    (np.exp, [], lambda c: math.exp(Q * (1 + c))),
    (np.cos, [], lambda c: math.exp(-Q) * math.cosh(Q * c)),
    (np.sign, [0], lambda c: 2 / math.pi * math.asin(c)),
    (erf, [], lambda c: 2 / math.pi * math.asin(2 * Q * c / (1 + 2 * Q))),
    (relu.f, [0], lambda c: Q / 2 * relu_correlation(c))], ids=["z", "z²", "exp", "cos", "sign", "erf", "relu"])
def test_means_over_a_pair_with_closed_forms(g, kinks, law, c):
    size = theory.normal_mean(lambda z: g(z) ** 2, Q, kinks)
    assert pair_mean(g, Q, c=c, kinks=kinks) == pytest.approx(law(c), abs=1e-10 * size)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
@pytest.mark.parametrize("q", [0.05, 6])
def test_at_1_and_at_0_a_pair_is_one_number_and_two(activation, q):
    mean = theory.normal_mean(activation.f, q, activation.kinks)
    at = {c: pair_mean(activation.f, q, c=c, kinks=activation.kinks) for c in (0, 1)}
    assert at[1] == pytest.approx(theory.mean_f2(activation, q), rel=1e-10)
    assert at[0] == pytest.approx(mean**2, abs=1e-10 * at[1])


def series(f, q, c, terms=60):
    """The mean as the sum of a_k² c^k, a_k = E f(√q u) He_k(u) / √k!, and a bound of what is left out."""
    def coefficient(k):
        he = np.polynomial.hermite_e.HermiteE.basis(k)
        return theory.normal_mean(lambda u: f.f(q**0.5 * u) * he(u), kinks=f.kinks) / math.sqrt(math.factorial(k))

    squares = np.array([coefficient(k) ** 2 for k in range(terms)])
    return squares @ c ** np.arange(terms), (theory.mean_f2(f, q) - squares.sum()) * abs(c) ** terms


@pytest.mark.parametrize("f", [tanh, gelu, elu, get("hard_tanh")], ids=lambda f: f.name)
def test_the_mean_over_a_pair_is_its_power_series(f):
    for c in (-0.6, 0.35, 0.8):
        value, rest = series(f, 0.9, c, terms=40)
        assert abs(pair_mean(f.f, 0.9, c=c, kinks=f.kinks) - value) < rest + 1e-10
    assert abs(pair_mean(f.f, 0.9, c=0.8, kinks=f.kinks) - series(f, 0.9, 0.8, terms=4)[0]) > 1e-6  # the twin


SETTLE = "one whose mean does not settle: "


@pytest.mark.parametrize(("bad", "why"), [
    (lambda z: np.sin(2000 * z), SETTLE), (lambda z: np.exp(z**2 / 4), SETTLE), (lambda z: 1.0 * (z > 0.3), SETTLE),
    (lambda z: np.exp(30 * z), SETTLE), (lambda z: np.exp(z**4), "one that is not finite at z = "),
    (np.log, "one that is not finite at z = -"), (lambda z: np.nan, "one that is not finite at z = ")],
    ids=["rough", "grows", "a jump without a name", "a product that overflows", "overflows", "ln z", "nowhere finite"])
@pytest.mark.parametrize("c", [0.5, 1])
def test_a_mean_that_cannot_be_had_is_refused_and_the_sentence_says_why(bad, why, c):
    with pytest.raises(ValueError, match="^g must be smooth but for its kinks, and .*; got " + why):
        pair_mean(bad, c=c, kinks=[])


# --- the map and where it leads


def test_the_map_follows_a_length_that_has_not_settled():
    c, q = 0.3, 2.0
    product = 1.5 * pair_mean(tanh.f, q, c=c, kinks=[]) + 0.2
    length = theory.length_map(tanh, 1.5, 0.2, q=q)[1]
    found = correlation_map(tanh, 1.5, 0.2, q=q, c=c, layers=2)
    assert found[:2] == pytest.approx([c, product / length], rel=1e-12)
    assert found[2] == correlation_map(tanh, 1.5, 0.2, q=length, c=found[1])[1]


def test_relu_has_its_closed_form_at_every_length_and_an_edge_that_it_nears_like_1_over_l_squared():
    for q in (0.01, 1, 50):
        assert correlation_map(relu, 2, q=q, c=-0.7)[1] == pytest.approx(relu_correlation(-0.7), abs=1e-10)
    c = 0.0
    for _ in range(2000):
        c = relu_correlation(c)
    assert 2 * 2000**2 * (1 - c) / (9 * math.pi**2) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("activation", [tanh, sigmoid, relu, gelu], ids=lambda a: a.name)
def test_the_slope_is_the_derivative_of_the_map_and_chi_at_1(activation):
    q = theory.fixed_point(activation, 1.2, 0.4)
    for c in (-0.3, 0.6):
        up, down = (correlation_map(activation, 1.2, 0.4, q=q, c=c + h)[1] for h in (1e-4, -1e-4))
        assert (up - down) / 2e-4 == pytest.approx(correlation_slope(activation, 1.2, q=q, c=c), abs=1e-6)
    assert correlation_slope(activation, 1.2, q=q, c=1) == pytest.approx(theory.chi(activation, 1.2, q), rel=1e-9)


@pytest.mark.parametrize(("weight_var", "bias_var"), [(1.2, 0.0), (1.8, 0.05), (4, 0.3), (9, 0.01)])
def test_in_the_chaotic_phase_pairs_settle_at_a_distance_whether_they_start_near_or_far(weight_var, bias_var):
    c, q = fixed_correlation(tanh, weight_var, bias_var), theory.fixed_point(tanh, weight_var, bias_var)
    assert c == pytest.approx(correlation_map(tanh, weight_var, bias_var, q=q, c=c)[1], abs=1e-9) and c < 1
    assert (c > 1e-3) == (bias_var > 0)  # tanh is odd
    near, far = (correlation_map(tanh, weight_var, bias_var, q=q, c=start, layers=25) for start in (c + 0.03, c - 0.03))
    assert (np.diff(abs(near - c)) < 0).all() and (np.diff(abs(far - c)) < 0).all()


def test_in_the_ordered_phase_all_become_alike_and_xi_is_what_the_layers_show():
    assert fixed_correlation(tanh, 1.4, 0.05) == 1
    for weight_var in (1.4, 2.5):
        q, c = theory.fixed_point(tanh, weight_var, 0.05), fixed_correlation(tanh, weight_var, 0.05)
        off = abs(correlation_map(tanh, weight_var, 0.05, q=q, c=c - 1e-3, layers=10) - c)
        assert -10 / math.log(off[10] / off[0]) == pytest.approx(correlation_depth(tanh, weight_var, 0.05), rel=2e-3)


def test_the_length_slope_is_that_of_the_length_map_and_that_of_a_homogeneous_activation_is_chi():
    for f, q in [(gelu, 1.0), (tanh, 0.4), (softplus, 3.0)]:
        up, down = (theory.length_map(f, 1.7, q=q * (1 + h))[1] for h in (1e-5, -1e-5))
        assert (up - down) / (2e-5 * q) == pytest.approx(length_slope(f, 1.7, q), rel=1e-7)
    assert length_slope(relu, 2, 3.0) == pytest.approx(theory.chi(relu, 2, 3.0), rel=1e-12)
    assert length_slope(identity, 1, 0.1) == pytest.approx(1, rel=1e-12)


# --- the edge


def scipys_mean(g, q):
    def integrand(u):
        return g(np.array([q**0.5 * u]))[0] * math.exp(-u * u / 2) / math.sqrt(2 * math.pi)
    return sum(quad(integrand, *ends, epsabs=1e-13, epsrel=1e-12)[0] for ends in [(-12, -2), (-2, 0), (0, 2), (2, 12)])


@pytest.mark.parametrize(("bias_var", "weight_var", "q"), [
    (0.01, 1.424205, 0.273301), (0.05, 1.760955, 0.570048), (0.1, 1.986073, 0.805799), (0.2, 2.285152, 1.164496),
    (0.3, 2.505127, 1.461169)])
def test_tanhs_edge_of_chaos(bias_var, weight_var, q):
    found = critical(tanh, brentq(lambda q: critical(tanh, q)[1] - bias_var, 1e-3, 9, xtol=1e-14))
    assert found == pytest.approx((weight_var, bias_var), abs=1e-6)
    settled = theory.fixed_point(tanh, *found)
    assert settled == pytest.approx(q, abs=1e-6)
    assert found[0] * scipys_mean(lambda z: tanh.df(z) ** 2, settled) == pytest.approx(1, rel=1e-9)
    assert correlation_depth(tanh, *found) > 1e6 and correlation_depth(tanh, 1.1 * found[0], bias_var) < 100


def test_the_edge_of_erf_has_a_closed_form():
    q = 0.8
    weight_var = math.pi / 4 * math.sqrt(1 + 4 * q)  # E f′² = (4/π) / √(1 + 4q)
    bias_var = q - weight_var * 2 / math.pi * math.asin(2 * q / (1 + 2 * q))
    assert critical(smooth_erf, q) == pytest.approx((weight_var, bias_var), rel=1e-10)


def test_relu_is_critical_at_every_length_without_biases_and_sigmoid_at_none_that_is_short():
    assert critical(relu, 7.0) == (pytest.approx(2, rel=1e-12), 0.0)
    with pytest.raises(ValueError, match=r"^q must be one that sigmoid can hold .* got 1, which asks for -"):
        critical(sigmoid, 1.0)


def test_gelus_pair_holds_a_number_that_can_be_had_by_hand():
    pair = critical_pair(gelu)
    assert pair.q == pytest.approx((3 + math.sqrt(17)) / 2, rel=1e-10)
    assert pair == pytest.approx((1.98305826, 0.17292239, 3.56155281), abs=1e-8)


@pytest.mark.parametrize("f", [silu, get("mish"), get("hard_swish")], ids=lambda f: f.name)
def test_a_critical_pair_solves_three_equations(f):
    weight_var, bias_var, q = critical_pair(f)
    def mean(g):
        return theory.normal_mean(g, q, f.kinks)
    assert weight_var * mean(lambda z: f.f(z) ** 2) + bias_var == pytest.approx(q, rel=1e-10)
    assert weight_var * mean(lambda z: f.df(z) ** 2) == pytest.approx(1, rel=1e-10)
    h = 1e-4  # the slope of the length map, by a difference
    up, down = (theory.length_map(f, weight_var, bias_var, q=q * (1 + e))[1] for e in (h, -h))
    assert (up - down) / (2 * h * q) == pytest.approx(1, rel=1e-6)
    assert abs(length_slope(f, weight_var, 4 * q) - 1) > 1e-3  # the twin: at no other q


def test_the_registry_has_four_activations_with_a_critical_pair():
    def has(f):
        try:
            return bool(critical_pair(f))
        except ValueError as error:
            assert str(error).startswith("activation must be one that has a q")
            return False
    assert {f.name for f in ACTIVATIONS if has(f)} == {"gelu", "silu", "mish", "hard_swish"}


@pytest.mark.parametrize(("call", "message"), [
    (lambda: pair_mean(tanh.f, c=1.5), "c must be a correlation, from -1 to 1; got 1.5"),
    (lambda: pair_mean(tanh.f, 0, c=0.5), "q must be a finite number above 0; got 0"),
    (lambda: correlation_map(tanh, 0, q=1, c=0), "weight_var must be a finite number above 0; got 0"),
    (lambda: correlation_map(tanh, 1, -1, q=1, c=0), "bias_var must be a finite number at least 0; got -1"),
    (lambda: correlation_map(tanh, 1, q=1, c=0, layers=0), "layers must be a whole number of at least 1; got 0"),
    (lambda: relu_correlation([2.0]), r"c must be correlations, from -1 to 1; got \[2.\]"),
    (lambda: critical(tanh, -1), "q must be a finite number above 0; got -1"),
    (lambda: fixed_correlation(tanh, 0.5), "weight_var must be one for which the length map settles")])
def test_what_is_out_of_range_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
