"""Losses against scipy and scikit-learn, at ordinary and at extreme logits."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.special import softmax as scipy_softmax
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error

from checks import EPS, LOSSES, TOLERANCE, central_difference, read_only, targets
from initbook.losses import (
    accuracy,
    one_hot,
    sigmoid_cross_entropy,
    softmax,
    softmax_cross_entropy,
    squared_error,
)

SAMPLES, COLUMNS = 7, 4
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def case(loss, seed=0):
    """Outputs and targets, neither to be written to."""
    rng = np.random.default_rng(seed)
    z, y = rng.normal(0, 3, (SAMPLES, COLUMNS)), targets(rng, loss, SAMPLES, COLUMNS)
    read_only(z, y)
    return z, y


def test_softmax_agrees_with_scipy():
    z, _ = case(softmax_cross_entropy)
    np.testing.assert_allclose(softmax(z), scipy_softmax(z, axis=1), rtol=8 * EPS)
    assert np.abs(softmax(z) - scipy_softmax(z, axis=0)).max() > 0.1


LAWS = {  # every loss's, by others
    "softmax cross-entropy": lambda z, y: log_loss(y, scipy_softmax(z, axis=1), labels=range(COLUMNS)),
    "sigmoid cross-entropy": lambda z, y: -(y * np.log(expit(z)) + (1 - y) * np.log(expit(-z))).sum(axis=1).mean(),
    "squared error": lambda z, y: mean_squared_error(y, z) * COLUMNS / 2,
}


def test_every_loss_of_the_package_has_its_law_here():
    names = {loss.name for loss in LOSSES}
    assert names == set(LAWS), f"{', '.join(names ^ set(LAWS))}: add its law to LAWS above, or take it away there"


@by_loss
def test_a_loss_follows_its_law(loss):
    z, y = case(loss)
    assert loss.value(z, y) == pytest.approx(LAWS[loss.name](z, y), rel=16 * EPS)


def extremes(loss, logits, y):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        return loss.value(logits, y), loss.grad(logits, y).tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_a_thousand_give_exact_values_without_a_warning(dtype):
    z = np.array([[1e3, -1e3]], dtype)
    assert extremes(softmax_cross_entropy, z, np.array([0])) == (0, [[0, 0]])
    assert extremes(softmax_cross_entropy, z, np.array([1])) == (2000, [[1, -1]])
    assert extremes(sigmoid_cross_entropy, z, np.array([[1, 0]], dtype)) == (0, [[0, 0]])
    assert extremes(sigmoid_cross_entropy, z, np.array([[0, 1]], dtype)) == (2000, [[1, -1]])
    # Every row is shifted by its own largest logit.
    assert softmax_cross_entropy.value(np.array([[0, 0], [1e3, 1e3]], dtype), np.array([0, 1])) == pytest.approx(
        np.log(2), rel=4 * float(np.finfo(dtype).eps))


def test_one_sample_with_one_output_is_enough():
    assert [loss.value(np.ones((1, 1)), np.ones((1, 1))) for loss in (squared_error, sigmoid_cross_entropy)] == [
        0, pytest.approx(np.log1p(np.exp(-1)), rel=4 * EPS)]


def gradient_error(loss):
    z, y = case(loss)
    return np.abs(central_difference(lambda a: loss.value(a, y), z) - loss.grad(z, y)).max()


@by_loss
def test_the_gradient_is_the_derivative_of_the_value(loss):
    assert gradient_error(loss) < TOLERANCE
    for factor in (1.01, -1, SAMPLES):  # twins: 1 % off, the sign, a sum and not a mean
        assert gradient_error(replace(loss, grad=lambda z, y, factor=factor: factor * loss.grad(z, y))) > 1e-4


def test_only_shares_must_lie_between_0_and_1():
    assert squared_error.value(np.zeros((1, 2)), np.array([[1.5, -2.0]])) == (1.5**2 + 2**2) / 2


def test_one_hot_marks_the_label():
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_accuracy_agrees_with_scikit_learn_and_gives_ties_to_the_lower_class():
    z, y = case(softmax_cross_entropy)
    assert accuracy(z, y) == pytest.approx(accuracy_score(y, z.argmax(axis=1)))
    assert accuracy(np.zeros((2, 3)), np.array([0, 1])) == 0.5
