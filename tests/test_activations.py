"""Activations against independent oracles, at ordinary and at extreme arguments."""

import math

import numpy as np
import pytest
from checks import ACTIVATIONS, EPS, TOLERANCE, central_difference, read_only
from scipy.special import expit

from initbook.activations import Activation, get, identity, relu, sigmoid, tanh

# No kink: 0 is not among them.
Z = np.concatenate([-np.logspace(-3, 1.4, 40), np.logspace(-3, 1.4, 40)])

by_name = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
by_float = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def each(f):
    return np.array([f(z) for z in Z])


ORACLES = {
    "identity": (Z, np.ones_like(Z)),
    "sigmoid": (expit(Z), expit(Z) * expit(-Z)),
    "tanh": (each(math.tanh), each(lambda z: math.cosh(z) ** -2)),
    "relu": (each(lambda z: max(z, 0.0)), each(lambda z: float(z > 0))),
}


@by_name
def test_f_and_df_agree_with_an_independent_formula(activation):
    f, df = ORACLES[activation.name]
    np.testing.assert_allclose(activation.f(Z), f, rtol=4 * EPS)
    np.testing.assert_allclose(activation.df(Z), df, rtol=4 * EPS, atol=2 * EPS)


def test_sigmoid_keeps_its_relative_precision_where_its_derivative_is_tiny():
    np.testing.assert_allclose(sigmoid.df(Z), ORACLES["sigmoid"][1], rtol=4 * EPS)
    h = sigmoid.f(Z)  # the twin: h (1 - h) cancels
    assert np.abs(h * (1 - h) / ORACLES["sigmoid"][1] - 1).max() > 1e-8


def derivative_error(activation):
    z = Z[np.abs(Z) > 0.1]  # further from the kink than a step
    return np.abs(central_difference(lambda a: activation.f(a).sum(), z) - activation.df(z)).max()


@by_name
def test_df_is_the_derivative_of_f(activation):
    assert derivative_error(activation) < TOLERANCE


@pytest.mark.parametrize("wrong", [
    *(Activation(f"{a.name}, 1 % off", a.f, lambda z, a=a: 1.01 * a.df(z)) for a in ACTIVATIONS),
    Activation("sigmoid, df of h", sigmoid.f, lambda z: sigmoid.df(sigmoid.f(z))),
    Activation("tanh, df of h", tanh.f, lambda z: 1 - z**2),
    Activation("relu, wrong side", relu.f, lambda z: 1 - relu.df(z)),
], ids=lambda a: a.name)
def test_a_wrong_derivative_is_caught(wrong):
    assert derivative_error(wrong) > 1e-3


def test_the_slopes_at_zero_are_those_that_the_zero_start_needs():
    at_zero = [(float(a.f(np.zeros(1))[0]), float(a.df(np.zeros(1))[0]))
               for a in (identity, sigmoid, tanh, relu)]
    assert at_zero == [(0, 1), (0.5, 0.25), (0, 1), (0, 0)]


def values_at_the_extremes(activation, dtype):
    """Overflow, division by zero and invalid operations are errors; only vanishing is allowed."""
    z = np.array([-1e3, 1e3], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        return activation.f(z).tolist(), activation.df(z).tolist()


@by_float
def test_extreme_arguments_give_the_limits_without_a_warning(dtype):
    assert values_at_the_extremes(identity, dtype) == ([-1e3, 1e3], [1, 1])
    assert values_at_the_extremes(sigmoid, dtype) == ([0, 1], [0, 0])
    assert values_at_the_extremes(tanh, dtype) == ([-1, 1], [0, 0])
    assert values_at_the_extremes(relu, dtype) == ([0, 1e3], [0, 1])


@by_float
def test_the_textbook_sigmoid_overflows_there(dtype):
    textbook = Activation("textbook", lambda z: 1 / (1 + np.exp(-z)), sigmoid.df)
    with pytest.raises(FloatingPointError, match="overflow"):
        values_at_the_extremes(textbook, dtype)


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
    assert (z == Z).all()


def test_writing_to_a_read_only_argument_is_an_error():
    z = Z.copy()
    read_only(z)
    with pytest.raises(ValueError, match="read-only"):
        np.maximum(z, 0, out=z)


@by_name
def test_get_finds_every_activation_by_its_name(activation):
    assert get(activation.name) is activation
    assert repr(activation) == f"<activation {activation.name}>"


@pytest.mark.parametrize("name", ["Tanh", "", None, ["tanh"]])
def test_an_unknown_name_is_answered_with_those_there_are(name):
    with pytest.raises(ValueError, match="name must be one of identity, relu, sigmoid, tanh; got"):
        get(name)
