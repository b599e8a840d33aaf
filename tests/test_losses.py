"""Losses against scipy and scikit-learn, at ordinary and at extreme logits."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logsumexp
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
    rng = np.random.default_rng(seed)
    return rng.normal(0, 3, (SAMPLES, COLUMNS)), targets(rng, loss, SAMPLES, COLUMNS)


def test_softmax_agrees_with_scipy():
    z, _ = case(softmax_cross_entropy)
    np.testing.assert_allclose(softmax(z), scipy_softmax(z, axis=1), rtol=8 * EPS)
    assert np.abs(softmax(z) - scipy_softmax(z, axis=0)).max() > 0.1


def test_softmax_cross_entropy_agrees_with_scikit_learn_and_scipy():
    z, y = case(softmax_cross_entropy)
    value = softmax_cross_entropy.value(z, y)
    assert value == pytest.approx(log_loss(y, scipy_softmax(z, axis=1), labels=range(COLUMNS)))
    by_rows = logsumexp(z, axis=1) - z[range(SAMPLES), y]
    assert value == pytest.approx(by_rows.mean(), rel=16 * EPS)


def test_sigmoid_cross_entropy_is_scikit_learns_log_loss_summed_over_columns():
    z, _ = case(sigmoid_cross_entropy)
    y = np.random.default_rng(1).integers(2, size=z.shape).astype(float)
    columns = [log_loss(y[:, j], expit(z[:, j]), labels=[0, 1]) for j in range(COLUMNS)]
    assert sigmoid_cross_entropy.value(z, y) == pytest.approx(sum(columns), rel=1e-12)


def test_sigmoid_cross_entropy_takes_shares_between_0_and_1():
    z, y = case(sigmoid_cross_entropy)
    expected = -(y * np.log(expit(z)) + (1 - y) * np.log(expit(-z))).sum(axis=1).mean()
    assert sigmoid_cross_entropy.value(z, y) == pytest.approx(expected, rel=16 * EPS)


def test_squared_error_is_half_of_scikit_learns_summed_over_columns():
    z, y = case(squared_error)
    expected = mean_squared_error(y, z) * COLUMNS / 2
    assert squared_error.value(z, y) == pytest.approx(expected, rel=16 * EPS)


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


def test_every_row_is_shifted_by_its_own_largest_logit():
    z = np.array([[0.0, 0.0], [1e3, 1e3]])
    assert softmax_cross_entropy.value(z, np.array([0, 1])) == pytest.approx(np.log(2), rel=4 * EPS)


def test_one_sample_with_one_output_is_enough():
    assert [loss.value(np.ones((1, 1)), np.ones((1, 1))) for loss in (squared_error, sigmoid_cross_entropy)] == [
        0, pytest.approx(np.log1p(np.exp(-1)), rel=4 * EPS)]


def test_the_textbook_cross_entropy_fails_there():
    def textbook(logits, y):
        return float(-np.log((np.exp(logits) / np.exp(logits).sum(axis=1))[0, y]).mean())

    with pytest.raises(FloatingPointError, match="overflow"):
        extremes(replace(softmax_cross_entropy, value=textbook), np.array([[1e3, -1e3]]), 1)


def doubling(loss):
    """By how much the value changes when every sample is there twice."""
    z, y = case(loss)
    return loss.value(np.concatenate([z, z]), np.concatenate([y, y])) / loss.value(z, y) - 1


@by_loss
def test_the_value_is_a_mean_over_samples(loss):
    assert abs(doubling(loss)) < 8 * EPS
    total = replace(loss, value=lambda z, y: len(z) * loss.value(z, y))
    assert doubling(total) == pytest.approx(1)


def gradient_error(loss):
    z, y = case(loss)
    return np.abs(central_difference(lambda a: loss.value(a, y), z) - loss.grad(z, y)).max()


@by_loss
def test_the_gradient_is_the_derivative_of_the_value(loss):
    assert gradient_error(loss) < TOLERANCE


@by_loss
@pytest.mark.parametrize("factor", [1.01, -1, SAMPLES], ids=["1 % off", "sign", "sum, not mean"])
def test_a_wrong_gradient_is_caught(loss, factor):
    wrong = replace(loss, grad=lambda z, y: factor * loss.grad(z, y))
    assert gradient_error(wrong) > 1e-4


def test_the_gradient_is_prediction_minus_target_over_samples():
    z, y = case(softmax_cross_entropy)
    np.testing.assert_allclose(softmax_cross_entropy.grad(z, y) * SAMPLES,
                               scipy_softmax(z, axis=1) - (y[:, None] == range(COLUMNS)), atol=4 * EPS)
    z, y = case(sigmoid_cross_entropy)
    np.testing.assert_allclose(sigmoid_cross_entropy.grad(z, y) * SAMPLES, expit(z) - y, atol=4 * EPS)


def test_every_row_of_the_softmax_gradient_sums_to_zero():
    z, y = case(softmax_cross_entropy)
    assert np.abs(softmax_cross_entropy.grad(z, y).sum(axis=1)).max() < COLUMNS * EPS
    z, y = case(sigmoid_cross_entropy)  # the twin: independent columns do not compete
    assert np.abs(sigmoid_cross_entropy.grad(z, y).sum(axis=1)).max() > 0.01


@by_loss
def test_neither_output_nor_targets_are_written_to(loss):
    z, y = case(loss)
    read_only(z, y)
    loss.value(z, y)
    loss.grad(z, y)


def test_one_hot_marks_the_label():
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_accuracy_agrees_with_scikit_learn_and_gives_ties_to_the_lower_class():
    z, y = case(softmax_cross_entropy)
    assert accuracy(z, y) == pytest.approx(accuracy_score(y, z.argmax(axis=1)))
    assert accuracy(np.zeros((2, 3)), np.array([0, 1])) == 0.5


Z = np.zeros((2, 3))
BAD_LABELS = {
    "above": (Z, np.array([0, 3]), ValueError, "y must be between 0 and 2; got labels from 0 to 3"),
    "below": (Z, np.array([-1, 2]), ValueError, "y must be between 0 and 2; got labels from -1 to 2"),
    "floats": (Z, np.array([0.0, 1.0]), TypeError,
               "y must be an array of integer class labels; got dtype float64"),
    "booleans": (Z, np.array([True, False]), TypeError,
                 "y must be an array of integer class labels; got dtype bool"),
    "one-hot": (Z, np.zeros((2, 3), int), ValueError,
                "y must be 1-dimensional, one label a sample; got shape (2, 3)"),
    "too many": (Z, np.array([0, 1, 2]), ValueError,
                 "y must be 2 labels, one a row of the output; got 3 labels"),
    "integer output": (np.zeros((2, 3), int), np.array([0, 1]), TypeError,
                       "output must be an array of floats"),
    "flat output": (np.zeros(3), np.array([0]), ValueError,
                    "output must be 2-dimensional; got shape (3,)"),
    "no rows": (np.zeros((0, 3)), np.zeros(0, int), ValueError,
                "output must be of one row or more, each of one column or more; got shape (0, 3)"),
}


@pytest.mark.parametrize("bad", BAD_LABELS.values(), ids=BAD_LABELS)
@pytest.mark.parametrize("f", [softmax_cross_entropy.value, softmax_cross_entropy.grad, accuracy])
def test_labels_that_do_not_fit_are_refused(f, bad):
    output, y, error, message = bad
    with pytest.raises(error, match=re.escape(message)):
        f(output, y)


BAD_TARGETS = {
    "integers": (Z, np.zeros((2, 3), int), TypeError, "y must be an array of floats"),
    "labels": (Z, np.zeros(2), ValueError, "y must be of shape (2, 3); got shape (2,)"),
    "one column": (Z, np.zeros((2, 1)), ValueError, "y must be of shape (2, 3); got shape (2, 1)"),
    "no rows": (Z[:0], Z[:0], ValueError, "output must be of one row or more"),
}


@pytest.mark.parametrize("bad", BAD_TARGETS.values(), ids=BAD_TARGETS)
@pytest.mark.parametrize("loss", [sigmoid_cross_entropy, squared_error], ids=lambda a: a.name)
def test_targets_of_another_type_or_shape_are_refused(loss, bad):
    output, y, error, message = bad
    for f in (loss.value, loss.grad):
        with pytest.raises(error, match=re.escape(message)):
            f(output, y)


@pytest.mark.parametrize(("wrong", "message"), [
    (1.5, "y must be between 0 and 1; got values from 0.0 to 1.5"),
    (-0.5, "y must be between 0 and 1; got values from -0.5 to 0.0"),
    (np.nan, "y must be between 0 and 1; got values from nan to nan"),
])
def test_shares_outside_0_to_1_are_refused_by_the_cross_entropy_alone(wrong, message):
    y = Z.copy()
    y[0, 0] = wrong
    for f in (sigmoid_cross_entropy.value, sigmoid_cross_entropy.grad):
        with pytest.raises(ValueError, match=message):
            f(Z, y)
    squared_error.value(Z, y)


def test_softmax_and_one_hot_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match=re.escape("logits must be 2-dimensional; got shape (3,)")):
        softmax(np.zeros(3))
    with pytest.raises(TypeError, match="logits must be an array of floats"):
        softmax(np.zeros((2, 3), int))
    with pytest.raises(ValueError, match="y must be between 0 and 1; got labels from 2 to 2"):
        one_hot(np.array([2]), 2)
    with pytest.raises(ValueError, match="classes must be a whole number of at least 1; got 0"):
        one_hot(np.array([0]), 0)
