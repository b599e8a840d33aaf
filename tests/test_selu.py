"""SELU's two constants, derived: mean 0 and variance 1 are a fixed point, and no other pair makes them one."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr

from initbook.activations import selu
from initbook.theory import fixed_point, length_map, mean_df2, mean_f2, normal_mean


def mean_at(alpha):
    """E f / scale of a SELU with that alpha."""
    return normal_mean(lambda z: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))))


def mean_square_at(alpha, scale):
    return normal_mean(lambda z: (scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))) ** 2)


def derived():
    alpha = brentq(mean_at, 0.1, 10, xtol=1e-14)
    return alpha, brentq(lambda scale: mean_square_at(alpha, scale) - 1, 0.1, 10, xtol=1e-14)


def test_selus_constants_are_the_roots_of_mean_0_and_mean_square_1():
    alpha, scale = derived()
    assert float(selu.f(np.array(1.0))) == pytest.approx(scale, abs=1e-13)
    assert -float(selu.f(np.array(-1000.0))) == pytest.approx(scale * alpha, abs=1e-13)


def test_they_have_a_closed_form():
    root_e = np.exp(0.5)
    alpha = (2 * np.pi) ** -0.5 / (0.5 - root_e * ndtr(-1))
    scale = (0.5 + alpha**2 * (np.exp(2) * ndtr(-2) - 2 * root_e * ndtr(-1) + 0.5)) ** -0.5
    assert (alpha, scale) == pytest.approx(derived(), abs=1e-13)


def test_elus_constants_are_not_a_fixed_point():
    assert abs(mean_at(1.0)) > 0.1
    assert abs(mean_square_at(1.0, 1.0) - 1) > 0.3


@pytest.mark.parametrize("start", [0.5, 2.0])
def test_the_fixed_point_attracts(start):
    assert length_map(selu, 1, q=start, layers=150)[-1] == pytest.approx(1, abs=1e-12)


def test_with_gain_3_4_it_settles_elsewhere():
    q = fixed_point(selu, 0.75**2)
    mean = normal_mean(selu.f, q)
    assert (mean_f2(selu, q) - mean**2) ** 0.5 == pytest.approx(0.1996, abs=5e-5)
    assert mean_f2(selu, q) ** 0.5 == pytest.approx(0.2024, abs=5e-5)
    assert 0.75**2 * mean_df2(selu, q) == pytest.approx(1.0037, abs=5e-5)
