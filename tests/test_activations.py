"""Activations against independent oracles, at ordinary and at extreme arguments."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from checks import ACTIVATIONS, EPS, STEEPEST, TOLERANCE, central_difference, read_only
from initbook import activations
from initbook.activations import Activation, get, identity, leaky_relu, lecun_tanh, relu, selu, sigmoid, tanh
from initbook.theory import mean_f2, normal_mean

# No kink: 0 is not among them.
Z = np.concatenate([-np.logspace(-3, 1.4, 40), np.logspace(-3, 1.4, 40)])

by_name = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
by_float = pytest.mark.parametrize("dtype", [np.float32, np.float64])


# --- against closed forms in Python's own mathematics

exp, cosh = math.exp, math.cosh
LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772


def step(z):
    return float(z > 0)


def cdf(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def density(z):
    return exp(-z**2 / 2) / math.sqrt(2 * math.pi)


def mish_slope(z):
    top = 4 * (z + 1) + 4 * exp(2 * z) + exp(3 * z) + exp(z) * (4 * z + 6)
    return exp(z) * top / (2 * exp(z) + exp(2 * z) + 2) ** 2


FORMULAS = {
    "identity": (lambda z: z, lambda z: 1.0),
    "sigmoid": (lambda z: 1 / (1 + exp(-z)), lambda z: cosh(z / 2) ** -2 / 4),
    "tanh": (math.tanh, lambda z: cosh(z) ** -2),
    "relu": (lambda z: max(z, 0.0), step),
    "leaky_relu(0.2)": (lambda z: max(z, z / 5), lambda z: 0.2 + 0.8 * step(z)),
    "elu": (lambda z: z if z > 0 else math.expm1(z), lambda z: min(1.0, exp(z))),
    "selu": (lambda z: LAMBDA * (z if z > 0 else ALPHA * math.expm1(z)),
             lambda z: LAMBDA * (1 if z > 0 else ALPHA * exp(z))),
    "gelu": (lambda z: z * cdf(z), lambda z: cdf(z) + z * density(z)),
    "silu": (lambda z: z / (1 + exp(-z)), lambda z: (1 + exp(-z) * (1 + z)) / (1 + exp(-z)) ** 2),
    "mish": (lambda z: z * (1 - 2 / (2 + 2 * exp(z) + exp(2 * z))), mish_slope),
    "softplus": (lambda z: max(z, 0) + math.log1p(exp(-abs(z))), lambda z: 1 / (1 + exp(-z))),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "lecun_tanh": (lambda z: 1.7159 * math.tanh(z / 1.5), lambda z: 1.7159 / 1.5 / cosh(z / 1.5) ** 2),
    "hard_swish": (lambda z: 0 if z < -3 else z if z > 3 else z / 2 + z * z / 6,
                   lambda z: 0 if z < -3 else 1 if z > 3 else 0.5 + z / 3),
    "hard_tanh": (lambda z: max(-1, min(z, 1)), lambda z: float(-1 < z < 1)),
    "hard_sigmoid": (lambda z: max(0, min(z / 6 + 0.5, 1)), lambda z: float(-3 < z < 3) / 6),
    "relu_squared": (lambda z: z * max(z, 0), lambda z: z + abs(z)),
}


def each(f):
    return np.array([f(z) for z in Z])


def test_every_activation_of_the_package_has_a_closed_form_and_limits_here():
    known = {*activations.ALL, "leaky_relu(0.2)"}
    for table, named in {"FORMULAS": FORMULAS, "LIMITS": LIMITS}.items():
        assert set(named) == known, f"{', '.join(known ^ set(named))}: add to {table} above, or take away there"


ORACLES = {name: (each(f), each(df)) for name, (f, df) in FORMULAS.items()}


@by_name
def test_f_and_df_agree_with_an_independent_formula(activation):
    f, df = ORACLES[activation.name]
    # A slope such as 1 - tanh² cancels to a few roundings of 1, and a factor z multiplies them.
    atol = 4 * EPS * np.maximum(1, np.abs(Z))
    assert (np.abs(activation.f(Z) - f) <= 8 * EPS * np.abs(f) + atol).all()
    assert (np.abs(activation.df(Z) - df) <= 8 * EPS * np.abs(df) + atol).all()


def test_sigmoid_keeps_its_relative_precision_where_its_derivative_is_tiny():
    np.testing.assert_allclose(sigmoid.df(Z), ORACLES["sigmoid"][1], rtol=32 * EPS)
    h = sigmoid.f(Z)  # the twin: h (1 - h) cancels
    assert np.abs(h * (1 - h) / ORACLES["sigmoid"][1] - 1).max() > 1e-8


def derivative_error(activation):
    z = Z[np.abs(Z) > 0.1]  # further from the kink than a step
    error = np.abs(central_difference(lambda a: activation.f(a).sum(), z) - activation.df(z)).max()
    return error / max(1, np.abs(activation.df(z)).max())  # where f is steep it is large, and so is its rounding


@by_name
def test_df_is_the_derivative_of_f(activation):
    assert derivative_error(activation) < TOLERANCE


def test_a_wrong_derivative_is_caught():
    off = [Activation(f"{a.name}, 1 % off", a.f, lambda z, a=a: 1.01 * a.df(z)) for a in ACTIVATIONS]
    of_h = [Activation(f"{a.name}, df of h", a.f, lambda z, a=a: a.df(a.f(z))) for a in (sigmoid, tanh)]
    by_tanh = Activation("gelu by tanh", lambda z: z / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))),
                         get("gelu").df)
    assert not [a.name for a in [*off, *of_h, by_tanh] if derivative_error(a) < 1e-4]


def test_the_slopes_at_zero_are_those_that_the_zero_start_needs():
    at_zero = [(float(a.f(np.zeros(1))[0]), float(a.df(np.zeros(1))[0]))
               for a in (identity, sigmoid, tanh, relu)]
    assert at_zero == [(0, 1), (0.5, 0.25), (0, 1), (0, 0)]


@pytest.mark.parametrize("slope", [0.01, 0.2, -0.5, 0.0, 1.0])
def test_leaky_relu_takes_its_slope_from_0_down_the_kink_included(slope):
    z = np.array([-2.0, 0.0, 2.0])
    assert leaky_relu(slope).f(z).tolist() == [-2 * slope, 0, 2]
    assert leaky_relu(slope).df(z).tolist() == [slope, slope, 1]


def test_a_leaky_relu_leaks_a_hundredth_when_nothing_else_is_asked_for():
    assert leaky_relu().f(np.array([-3.0, 2.0])).tolist() == [-0.03, 2.0]


@pytest.mark.parametrize("activation", [a for a in ACTIVATIONS if a.name != "relu_squared"], ids=lambda a: a.name)
def test_no_slope_is_steeper_than_the_tests_of_the_network_take_for_granted(activation):
    assert np.abs(activation.df(np.linspace(-5, 5, 100_001))).max() <= STEEPEST


# --- constants that are derived


def test_selus_constants_are_those_that_keep_mean_0_and_mean_square_1():
    # E f = 0 gives α, then E f² = 1 gives λ: the integrals of e^z and e^2z against the density, in closed form.
    root_e = math.exp(0.5)
    alpha = (2 * math.pi) ** -0.5 / (0.5 - root_e * ndtr(-1))
    scale = (0.5 + alpha**2 * (math.exp(2) * ndtr(-2) - 2 * root_e * ndtr(-1) + 0.5)) ** -0.5
    np.testing.assert_allclose(selu.f(np.array([1.0, -50.0])), [scale, -scale * alpha], rtol=1e-13)
    assert (normal_mean(selu.f), mean_f2(selu)) == pytest.approx((0, 1), abs=1e-13)
    elu = get("elu")  # the twin: another α
    assert normal_mean(elu.f) > 0.1 and mean_f2(elu) < 0.7


def test_lecuns_tanh_passes_through_1_as_far_as_its_five_digits_go():
    # Half a unit of the last digit of 1.7159 is worth 0.00005 tanh(2/3).
    np.testing.assert_allclose(lecun_tanh.f(np.array([-1.0, 1.0])), [-1, 1], atol=5e-5)


# --- at the extremes

def values_at(activation, z):
    """Overflow, division by zero and invalid operations are errors; only vanishing is allowed."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        return activation.f(z), activation.df(z)


LIMITS = {
    "identity": ([-1e3, 1e3], [1, 1]), "sigmoid": ([0, 1], [0, 0]), "tanh": ([-1, 1], [0, 0]),
    "relu": ([0, 1e3], [0, 1]), "leaky_relu(0.2)": ([-200, 1e3], [0.2, 1]), "elu": ([-1, 1e3], [0, 1]),
    "selu": ([-LAMBDA * ALPHA, LAMBDA * 1e3], [0, LAMBDA]), "gelu": ([0, 1e3], [0, 1]),
    "silu": ([0, 1e3], [0, 1]), "mish": ([0, 1e3], [0, 1]), "softplus": ([0, 1e3], [0, 1]),
    "softsign": ([-1000 / 1001, 1000 / 1001], [1001**-2, 1001**-2]), "lecun_tanh": ([-1.7159, 1.7159], [0, 0]),
    "hard_swish": ([0, 1e3], [0, 1]), "hard_tanh": ([-1, 1], [0, 0]), "hard_sigmoid": ([0, 1], [0, 0]),
    "relu_squared": ([0, 1e6], [0, 2e3]),
}


@by_float
@by_name
def test_extreme_arguments_give_the_limits_without_a_warning(activation, dtype):
    f, df = values_at(activation, np.array([-1e3, 1e3], dtype))
    rounding = 2 * np.finfo(dtype).eps
    np.testing.assert_allclose(f, LIMITS[activation.name][0], rtol=rounding)
    np.testing.assert_allclose(df, LIMITS[activation.name][1], rtol=rounding)


@by_float
@by_name
def test_nothing_overflows_up_to_1e18_and_short_floats_agree_with_long_ones(activation, dtype):
    z = np.concatenate([Z, np.linspace(-1e3, 1e3, 4001), [-1e18, -1e9, 0, 1e9, 1e18]]).astype(dtype)
    values = values_at(activation, z)
    exact = values_at(activation, z.astype(float))
    for given, expected in zip(values, exact, strict=True):
        # exp(-z²/2) and the like multiply the relative rounding of an exponent by its size, up to 88.
        bound = 200 * np.finfo(dtype).eps * np.maximum(np.abs(expected), 1)
        assert (np.abs(given - expected) <= bound).all()


def test_twin_the_textbook_sigmoid_overflows_there():
    textbook = Activation("textbook", lambda z: 1 / (1 + np.exp(-z)), identity.df)
    with pytest.raises(FloatingPointError, match="overflow"):
        values_at(textbook, np.array([-1e3, 1e3]))


# --- types, shapes, names

def keeps_type_and_shape(f, dtype):
    zs = [np.full(shape, 0.5, dtype) for shape in [(), (3,), (2, 3), (0, 3)]]
    return all((f(z).dtype, f(z).shape) == (z.dtype, z.shape) for z in zs)


@by_float
@by_name
def test_the_result_has_the_type_and_shape_of_the_argument(activation, dtype):
    assert keeps_type_and_shape(activation.f, dtype)
    assert keeps_type_and_shape(activation.df, dtype)


def test_a_result_of_another_type_or_shape_is_caught():
    assert not keeps_type_and_shape(lambda z: z.astype(float), np.float32)
    assert not keeps_type_and_shape(np.ravel, np.float64)


@by_name
def test_the_argument_is_neither_written_to_nor_shared(activation):
    z = Z.copy()
    read_only(z)
    assert not np.shares_memory(activation.f(z), z)
    assert not np.shares_memory(activation.df(z), z)
    with pytest.raises(ValueError, match="read-only"):  # the twin, for all tests that hand such arrays in
        np.maximum(z, 0, out=z)


def test_get_finds_every_activation_by_its_name():
    for name in activations.ALL:
        assert get(name) is getattr(activations, name)
        assert repr(get(name)) == f"<activation {name}>"
