"""Twelve networks, broken as people report it, written down with what a good answer names before their writer had read
the rules of `check`. It named nine of them then; eleven now, and of the last, which trains, it makes a note."""

import numpy as np
import pytest

from initbook import activations, data, initializers, losses, optimizers, training
from initbook.blocks import Layer
from initbook.diagnosis import check

RELU, LINEAR = activations.relu, activations.identity
X, Y = (a[:120] for a in data.digits())
X, LOSS = (X - X.mean()) / X.std(), losses.softmax_cross_entropy
MAPS, PIXELS = X.reshape(-1, 8, 8, 1), (X - X.min()) / np.ptp(X) * 255
TORCH = initializers.variance_scaling(1 / 3, "fan_in", "uniform")


def dense(sizes, *inits):
    """The last initializer is that of all further layers."""
    rng, pairs = np.random.default_rng(0), [*zip(sizes[:-1], sizes[1:], strict=True)]
    each = [*inits, *[inits[-1]] * (len(pairs) - len(inits))]
    return [(init(rng, shape), np.zeros(shape[1])) for init, shape in zip(each, pairs, strict=True)]


def convolutions(channels, init, bias=0.0):
    rng = np.random.default_rng(0)
    return [Layer(init(rng, (3, 3, *pair)), rng.uniform(-bias, bias, pair[1]), padding=1)
            for pair in zip(channels[:-1], channels[1:], strict=True)]


def zeros_in_a_row():
    he, zero = initializers.he_normal, initializers.zeros
    return dense([64, 128, 128, 128, 10], he, he, zero, zero)


def variance_for_std(rng, shape):
    return rng.normal(0, 2 / shape[0], shape)


def positive(rng, shape):
    return rng.random(shape)


HE, WIDE = initializers.he_normal, [64, 128, 128, 10]
BROKEN = {  # params, activations, x, kind, what the answer names
    "0.001 in every convolution": (
        lambda: [*convolutions([1, 32, 32, 64, 64], initializers.normal(0.001)), *dense([4096, 10], TORCH)],
        RELU, MAPS, "fades", "Draw weights of variance 2/fan_in"),
    "VGG without its normalization": (
        lambda: [*convolutions([1, 32, 32, *[64] * 11], TORCH, bias=0.05), *dense([4096, 10], TORCH)],
        RELU, MAPS, "fades", "Start biases at 0"),
    "standard deviation 1": (lambda: dense([64, 256, 256, 10], initializers.normal(1.0)),
                             RELU, X, "grows", "Draw weights of variance 2/fan_in"),
    "pixels from 0 to 255": (lambda: dense(WIDE, HE), RELU, PIXELS, "input", "Take off the mean of x"),
    "ReLU on the logits": (lambda: dense(WIDE, HE), [RELU] * 3, X, "end", "Leave out the activation"),
    "seven layers of sigmoid": (lambda: dense([64, *[256] * 7, 10], initializers.glorot_uniform),
                                activations.sigmoid, X, "fades", "another activation"),
    "zeros everywhere": (lambda: dense(WIDE, initializers.zeros), RELU, X, "tied", "Through zeros no gradient"),
    "one number everywhere": (lambda: dense(WIDE, initializers.constant(0.05)), activations.tanh, X, "tied",
                              "Draw the weights at random"),
    "rand for randn": (lambda: dense([64, 100, 100, 10], positive), RELU, X, "mean", "mean 0"),
    "two layers of zeros in a row": (zeros_in_a_row, RELU, X, "tied", "Hidden layer 3"),
    "the variance as standard deviation": (lambda: dense([64, *[256] * 6, 10], variance_for_std), RELU, X, "fades",
                                           "2/n is the standard deviation"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_others_broke_is_named_first(name):
    params, fs, x, kind, names = BROKEN[name]
    first = check(params(), fs, x, Y, LOSS).problems[0]
    assert first.kind == kind and names in " ".join(str(first).split()), first


def test_what_is_only_noted():
    """A last layer scaled by the wrong fan trains, so it is not blamed; the report says what it costs at first."""
    params = dense([64, 512, 512, 10], HE, HE, initializers.normal(10**-0.5))
    run = training.train(params, X, Y, activations=RELU, loss=LOSS, optimizer=optimizers.adam(1e-3), steps=20, every=20)
    assert run.loss[0] > 5 and run.loss[-1] < 0.1
    report = check(params, RELU, X, Y, LOSS)
    assert report.problems == [] and "LeCun (fan_out)" in str(report)
    assert any("the outputs are large" in note for note in report.notes)
    assert check(dense(WIDE, HE), RELU, X, Y, LOSS).notes == []


@pytest.mark.parametrize("end, blamed", [(LINEAR, False), (RELU, True), (activations.sigmoid, True),
                                         (losses.softmax, True)])
def test_an_activation_before_the_cross_entropy_is_named(end, blamed):
    kinds = [problem.kind for problem in check(dense(WIDE, HE), [RELU, RELU, end], X, Y, LOSS).problems]
    assert kinds == ["end"] * blamed
    squared = check(dense(WIDE, HE), [RELU, RELU, end], X, np.eye(10)[Y], losses.squared_error)
    assert "end" not in [problem.kind for problem in squared.problems]
