"""Entropies against scipy, and against the losses whose floor they are."""

import re

import numpy as np
import pytest
from checks import EPS
from scipy.special import rel_entr
from scipy.stats import entropy as scipy_entropy

from initbook.data import MNIST_COUNTS
from initbook.losses import softmax_cross_entropy
from initbook.theory import cross_entropy, entropy

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
    assert entropy([5, 0]) == 0
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
