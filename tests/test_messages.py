"""What the package says to a bad argument: the call, and the whole sentence that a reader meets.

Every sentence names the argument, what is allowed and what was given. Here it stands to the last character, since a
sentence that lost its middle would still raise the right error.
"""

from functools import partial

import numpy as np
import pytest

from initbook import (
    activations,
    convolution,
    data,
    figures,
    initializers,
    losses,
    normalization,
    optimizers,
    probes,
    symmetry,
    theory,
    training,
)
from initbook.network import backward, check_params, forward

RNG = np.random.default_rng(0)
X, Y = np.ones((4, 3)), np.array([0, 1, 0, 1])
PARAMS = [(np.ones((3, 5)), np.ones(5)), (np.ones((5, 2)), np.ones(2))]
WIDER = [(np.ones((3, 6)), np.ones(6)), (np.ones((6, 2)), np.ones(2))]
UNTIED = [(np.arange(15.0).reshape(3, 5), np.ones(5)), PARAMS[1]]
TRACE = forward(PARAMS, X, activations.tanh)
PANEL = figures.bars([1, 2], ["a", "b"])
FRAMES = {(option,): figures.Frame(PANEL, alt="Bars.") for option in "ab"}
CHOICE = figures.Choice("x", "ab")
HIGHER = {**dict.fromkeys([("a", "1"), ("a", "2"), ("b", "1")], FRAMES["a",]),
          ("b", "2"): figures.Frame(figures.bars([1, 4], "ab"), alt="Bars.")}


def train(**changed):
    return training.train(PARAMS, X, Y, **{
        "activations": activations.tanh, "loss": losses.softmax_cross_entropy, "optimizer": optimizers.sgd(0.1),
        "steps": 1, **changed})


def draw(panel):
    return figures.show(panel, alt="A figure.")


SAID = [
    # activations
    (activations.leaky_relu, ["0.1"], TypeError, "slope must be a number; got '0.1'"),
    (activations.get, ["swish"], ValueError,
     f"name must be one of {', '.join(sorted(activations.ALL))}; got 'swish'"),
    # convolution
    (convolution.convolve, [X, np.ones((2, 2))], ValueError,
     "W must be of shape (*kernel, channels_in, channels_out); got shape (2, 2)"),
    (convolution.convolve, [X, np.ones((2, 3, 1))], ValueError,
     "x must be 3-dimensional, (samples, *space, channels); got shape (4, 3)"),
    (convolution.convolve, [np.ones((1, 5, 2)), np.ones((2, 3, 1))], ValueError, "x must be of 3 channels; got 2"),
    (convolution.convolve, [np.ones((1, 5, 3)), np.ones((7, 3, 1))], ValueError,
     "W must be no larger than the input's space (5,); got kernel (7,)"),
    (convolution.convolve, [np.ones((1, 5, 4)), np.ones((2, 2, 3)), 1, 2], ValueError,
     "groups must be a divisor of the 3 output channels; got 2"),
    (convolution.convolve, [np.ones((1, 5, 3)), np.ones((2, 3, 1)), 0], ValueError,
     "stride must be a whole number of at least 1; got 0"),
    (convolution.convolve, [np.ones((1, 5, 3)), np.ones((2, 3, 1)), 1, 0], ValueError,
     "groups must be a whole number of at least 1; got 0"),
    (convolution.convolve, [np.ones((1, 5, 3), int), np.ones((2, 3, 1))], TypeError,
     "x must be an array of floats (convert integers with .astype(float)); got dtype int64"),
    (convolution.convolve, [np.ones((1, 5, 3)), np.ones((2, 3, 1), int)], TypeError,
     "W must be an array of floats (convert integers with .astype(float)); got dtype int64"),
    (convolution.convolve_transpose, [np.ones((1, 5, 3), int), np.ones((2, 3, 1))], TypeError,
     "x must be an array of floats (convert integers with .astype(float)); got dtype int64"),
    (convolution.convolve_transpose, [np.ones((1, 5, 3)), np.ones((2, 3, 1), int)], TypeError,
     "W must be an array of floats (convert integers with .astype(float)); got dtype int64"),
    (convolution.convolve_transpose, [np.ones((1, 5, 3)), np.ones((2, 3, 1)), 0], ValueError,
     "stride must be a whole number of at least 1; got 0"),
    (convolution.convolve_transpose, [np.ones((1, 5, 3)), np.ones((2, 3, 1)), 1, 0], ValueError,
     "groups must be a whole number of at least 1; got 0"),
    (convolution.exchange_channels, [np.ones((2, 3, 1), int)], TypeError,
     "W must be an array of floats (convert integers with .astype(float)); got dtype int64"),
    (convolution.exchange_channels, [np.ones((2, 3))], ValueError,
     "W must be of shape (*kernel, channels_in, channels_out); got shape (2, 3)"),
    (convolution.exchange_channels, [np.ones((2, 3, 5)), 2], ValueError,
     "groups must be a divisor of the 5 output channels; got 2"),
    (convolution.exchange_channels, [np.ones((2, 3, 5)), 0], ValueError,
     "groups must be a whole number of at least 1; got 0"),
    # data
    (data.class_counts, [np.array([0, 3]), 3], ValueError, "y must be between 0 and 2; got labels from 0 to 3"),
    # figures
    (figures.show, [], {"alt": "Nothing."}, ValueError, "panels must be one or more panels; got none"),
    (figures.show, [PANEL], {"alt": " "}, ValueError,
     "alt must be a sentence that says what the picture shows; got ' '"),
    (figures.show, [PANEL], {"alt": "Bars.", "columns": 4}, ValueError, "columns must be 1, 2 or 3; got 4"),
    (figures.show, [PANEL], {"alt": "Bars.", "columns": []}, ValueError, "columns must be 1, 2 or 3; got []"),
    (figures.show, [PANEL] * 4, {"alt": "Bars.", "columns": [2, 1]}, ValueError,
     "columns must be enough for 4 panels; got [2, 1]"),
    (figures.show, [PANEL] * 2, {"alt": "Bars.", "height": [2.0]}, ValueError,
     "height must be one number, or 2, one for each row; got [2.0]"),
    (draw, [figures.dots({"a": ([1.0], [0.1])}, ["x"], predicted={"b": [1.0]})], ValueError,
     "predicted must be labels of measured; got 'b'"),
    (figures.Frame, [PANEL], {"alt": ""}, ValueError,
     "alt must be a sentence that says what the picture shows; got ''"),
    (figures.Choice, ["x", ["a"]], ValueError, "the options of 'x' must be two or more, all different; got ['a']"),
    (figures.Slider, ["x", "aba"], ValueError,
     "the options of 'x' must be two or more, all different; got ['a', 'b', 'a']"),
    (figures.Slider, ["x", "ab", "c"], ValueError, "the start of 'x' must be one of its options; got 'c'"),
    (figures.play, [[CHOICE], {}], ValueError,
     "frames must be one for every combination of options; got none for ('a',)"),
    (figures.play, [[CHOICE], FRAMES | {("c",): FRAMES["a",]}], ValueError,
     "frames must be one for every combination of options; got one for ('c',)"),
    (figures.play, [[CHOICE, figures.Choice("y", "12")], HIGHER], ValueError,
     "the axes of frame b, 2 must be those of the frame at the start, x from -0.49 to 1.49, y from 0 to 2.1; "
     "got x from -0.49 to 1.49, y from 0 to 4.2"),
    (figures.play, [[CHOICE], FRAMES | {("b",): figures.Frame(PANEL, PANEL, alt="Bars.")}], ValueError,
     "the panels of frame b must be as many as at the start, 1; got 2"),
    (figures.Play, [[CHOICE], FRAMES, {("a",): "<svg></svg>"}, "<svg></svg>"], ValueError,
     "layers must be one for each frame; got 1 for 2"),
    # initializers
    (initializers.normal, [-1], ValueError, "std must be a finite number at least 0; got -1"),
    (initializers.truncated_normal, [-1], ValueError, "std must be a finite number at least 0; got -1"),
    (initializers.uniform, [-1], ValueError, "limit must be a finite number at least 0; got -1"),
    (initializers.orthogonal, [-1], ValueError, "gain must be a finite number at least 0; got -1"),
    (initializers.cosine, [-1], ValueError, "scale must be a finite number at least 0; got -1"),
    (initializers.constant, [np.inf], ValueError, "value must be a finite number; got inf"),
    (initializers.cosine(), [RNG, (3, 3, 4)], ValueError, "shape must be (fan_in, fan_out); got (3, 3, 4)"),
    (initializers.orthogonal(), [RNG, (3,)], ValueError,
     "shape must be (fan_in, fan_out), or (*kernel, channels_in, channels_out); got (3,)"),
    (initializers.fans, [7], ValueError,
     "shape must be (fan_in, fan_out), or (*kernel, channels_in, channels_out); got 7"),
    (initializers.fans, [(3, 0)], ValueError, "shape must be a whole number of at least 1; got 0"),
    (initializers.fans, [(3, 8)], {"groups": 0}, ValueError, "groups must be a whole number of at least 1; got 0"),
    (initializers.fans, [(3, 8)], {"fused": 0}, ValueError, "fused must be a whole number of at least 1; got 0"),
    (initializers.fans, [(3, 8)], {"stride": 0}, ValueError, "stride must be a whole number of at least 1; got 0"),
    (initializers.fans, [(3, 8)], {"groups": 3}, ValueError,
     "groups and fused must be divisors of the 8 outputs; got 3"),
    (initializers.variance_scaling, [-1, "fan_in", "normal"], ValueError,
     "scale must be a finite number at least 0; got -1"),
    (initializers.variance_scaling, [1, "fan", "normal"], ValueError,
     "mode must be one of fan_avg, fan_in, fan_out; got 'fan'"),
    (initializers.variance_scaling, [1, "fan_in", "cauchy"], ValueError,
     "distribution must be one of normal, truncated, uniform; got 'cauchy'"),
    (initializers.init_params, [0, [3, 2], initializers.zeros], TypeError,
     "rng must be a numpy Generator, as np.random.default_rng(seed) makes; got 0"),
    (initializers.init_params, [RNG, [3], initializers.zeros], ValueError,
     "sizes must be two or more layer sizes, the input first; got [3]"),
    (initializers.init_params, [RNG, [3, 0], initializers.zeros], ValueError,
     "sizes[1] must be a whole number of at least 1; got 0"),
    (initializers.init_params, [RNG, [3, 2], "he"], TypeError,
     "weights must be a function init(rng, shape), or a list of them; got 'he'"),
    (initializers.init_params, [RNG, [3, 2], initializers.zeros, [initializers.zeros] * 2], ValueError,
     "biases must be one initializer, or a list of 1; got a list of 2"),
    # losses
    (losses.softmax, [np.ones(3)], ValueError, "logits must be 2-dimensional; got shape (3,)"),
    (losses.one_hot, [Y, 0], ValueError, "classes must be a whole number of at least 1; got 0"),
    (losses.one_hot, [Y + 0.5, 3], TypeError, "y must be an array of integer class labels; got dtype float64"),
    (losses.one_hot, [Y[:, None], 3], ValueError, "y must be 1-dimensional, one label a sample; got shape (4, 1)"),
    (losses.accuracy, [X, Y[:3]], ValueError, "y must be 4 labels, one a row of the output; got 3 labels"),
    (losses.accuracy, [X, Y + 2], ValueError, "y must be between 0 and 2; got labels from 2 to 3"),
    (losses.accuracy, [X[:0], Y[:0]], ValueError,
     "output must be of one row or more, each of one column or more; got shape (0, 3)"),
    (losses.squared_error.value, [X[0], X], ValueError, "output must be 2-dimensional; got shape (3,)"),
    (losses.squared_error.grad, [X, X[:3]], ValueError, "y must be of shape (4, 3); got shape (3, 3)"),
    (losses.sigmoid_cross_entropy.value, [X, 2 * X], ValueError,
     "y must be between 0 and 1; got values from 2.0 to 2.0"),
    (losses.sigmoid_cross_entropy.grad, [X, -X], ValueError,
     "y must be between 0 and 1; got values from -1.0 to -1.0"),
    # network
    (check_params, [[]], ValueError, "params must be a list of one or more pairs (W, b); got []"),
    (check_params, [[PARAMS[0], X]], TypeError, "params[1] must be a pair (W, b); got ndarray"),
    (check_params, [[(np.ones(3), np.ones(5))]], ValueError, "params[0] W must be 2-dimensional; got shape (3,)"),
    (check_params, [[(np.ones((3, 5)), np.ones(3))]], ValueError, "params[0] b must be of shape (5,); got shape (3,)"),
    (check_params, [[PARAMS[0], (np.ones((4, 2)), np.ones(2))]], ValueError,
     "params[1] W must be of shape (5, fan_out), to chain with the layer below; got shape (4, 2)"),
    (forward, [PARAMS, X[0], activations.tanh], ValueError, "x must be 2-dimensional; got shape (3,)"),
    (forward, [PARAMS, X[:, :2], activations.tanh], ValueError, "x must be of shape (samples, 3); got shape (4, 2)"),
    (forward, [PARAMS, X, "tanh"], TypeError, "activations must be an Activation, or a list of them; got 'tanh'"),
    (forward, [PARAMS, X, [activations.tanh]], ValueError,
     "activations must be one activation, or a list of 2; got a list of 1"),
    (backward, [PARAMS, TRACE, activations.tanh, X], ValueError, "dh must be of shape (4, 2); got shape (4, 3)"),
    (backward, [WIDER, TRACE, activations.tanh, X], ValueError,
     "trace must be of layers of [3, 6, 2] units, as in params; got [3, 5, 2]"),
    # normalization
    (normalization.batch_norm, [X[0]], ValueError, "u must be 2-dimensional; got shape (3,)"),
    (normalization.batch_norm, [X[:1]], ValueError, "u must be two samples or more; got shape (1, 3)"),
    (normalization.batch_norm, [X, -1], ValueError, "eps must be a finite number at least 0; got -1"),
    (normalization.batch_norm_backward, [X, X[:, :2]], ValueError,
     "du_hat must be of shape (4, 3); got shape (4, 2)"),
    # optimizers
    (optimizers.sgd, [0], ValueError, "lr must be a finite number above 0; got 0"),
    (optimizers.sgd, [[0.1]], ValueError, "lr[0] must be a pair: one rate for W, one for b; got 0.1"),
    (optimizers.sgd, [[(0.1, 0.1), (0.1, -1)]], ValueError, "lr[1] must be a finite number above 0; got -1"),
    (optimizers.sgd, [0.1, -1], ValueError, "weight_decay must be a finite number at least 0; got -1"),
    (optimizers.momentum, [0.1, 1], ValueError, "beta must be a finite number at least 0 and below 1; got 1"),
    (optimizers.adam, [0.1], {"beta1": 1}, ValueError,
     "beta1 must be a finite number at least 0 and below 1; got 1"),
    (optimizers.adam, [0.1], {"beta2": -1}, ValueError,
     "beta2 must be a finite number at least 0 and below 1; got -1"),
    (optimizers.adam, [0.1], {"eps": 0}, ValueError, "eps must be a finite number above 0; got 0"),
    (optimizers.adam, [0.1], {"weight_decay": -1}, ValueError,
     "weight_decay must be a finite number at least 0; got -1"),
    (optimizers.sgd([(0.1, 0.1)]).step, [PARAMS, PARAMS, PARAMS], ValueError,
     "lr must be one rate, or a list of 2 pairs; got a list of 1"),
    (optimizers.sgd(0.1).step, [PARAMS, WIDER, PARAMS], ValueError,
     "grads must be of the shapes of params, [((3, 5), (5,)), ((5, 2), (2,))]; got [((3, 6), (6,)), ((6, 2), (2,))]"),
    (optimizers.adam(0.1).step, [PARAMS, [(None, 1)], None], ValueError,
     "grads must be of the shapes of params, [((3, 5), (5,)), ((5, 2), (2,))]; got [(None, None)]"),
    (optimizers.sgd, ["0.1"], TypeError, "lr must be a number; got '0.1'"),
    # probes
    (probes.mean_square, [X[0]], ValueError, "layer must be 2-dimensional; got shape (3,)"),
    (probes.mean_square, [X[:0]], ValueError, "layer must be of one or more samples and units; got shape (0, 3)"),
    (probes.outside_share, ["0", 1], TypeError, "low must be a number; got '0'"),
    (probes.outside_share, [0, np.inf], ValueError, "high must be a finite number; got inf"),
    (probes.outside_share, [2, 1], ValueError, "low must be below high = 1; got 2.0"),
    (probes.saturated_share, [activations.tanh, 0], ValueError, "slope must be a finite number above 0; got 0"),
    (probes.repeat, [lambda rng: rng.normal(), [RNG]], ValueError, "rngs must be two or more generators; got 1"),
    # symmetry
    (symmetry.units, [PARAMS, 0], ValueError, "layer must be a whole number of at least 1; got 0"),
    (symmetry.units, [PARAMS, 2], ValueError, "layer must be a hidden layer, from 1 to 1; got 2"),
    (symmetry.units, [PARAMS[:1], 1], ValueError, "params must be a network with a hidden layer; got 1 layer"),
    (symmetry.permute_units, [PARAMS, 1, [0, 1]], ValueError, "order must be a permutation of 0 to 4; got [0, 1]"),
    (symmetry.collapse, [UNTIED], ValueError, "params, hidden layer 1, must be tied; got spread 4"),
    (symmetry.expand, [PARAMS, [3, 5, 2]], ValueError,
     "params must be one unit wide in every hidden layer; got [3, 5, 2]"),
    (symmetry.expand, [PARAMS, [3, 5, 4]], ValueError, "sizes must be [3, 'any', 2]; got [3, 5, 4]"),
    (symmetry.expand, [PARAMS, [3, 0, 2]], ValueError, "sizes[1] must be a whole number of at least 1; got 0"),
    (symmetry.collapsed_rates, [[3, 2], 0], ValueError, "lr must be a finite number above 0; got 0"),
    (symmetry.collapsed_rates, [[3], 1], ValueError, "sizes must be two or more layer sizes, the input first; got [3]"),
    (symmetry.collapsed_rates, [[3, 2.0], 1], TypeError, "sizes[1] must be a whole number; got 2.0"),
    # theory
    (theory.entropy, [[1, -1]], ValueError,
     "counts must be a list of class counts, none negative and not all zero; got [1.0, -1.0]"),
    (theory.cross_entropy, [[1, 1], [0, 0]], ValueError,
     "prior must be a list of class counts, none negative and not all zero; got [0.0, 0.0]"),
    (theory.cross_entropy, [[1, 1], [1, 1, 1]], ValueError, "prior must be 2 class counts; got 3"),
    (theory.cross_entropy, [[1, 1], [2, 0]], ValueError, "prior must be positive where counts is; got [2, 0]"),
    (theory.normal_mean, [np.abs, 0], ValueError, "q must be a finite number above 0; got 0"),
    (theory.normal_mean, [np.log, 2], ValueError,
     "g must be a function with a finite mean under N(0, 2); got values that are not finite"),
    (theory.normal_mean, [lambda z: np.exp(z**2)], ValueError,
     "g must be a function with a finite mean under N(0, 1); got one that has not settled 12 standard deviations out"),
    (theory.normal_mean, [lambda z: 1 / z**2], ValueError,
     "g must be a function with a finite mean under N(0, 1); got one that has not settled near a kink"),
    (theory.forward_gain, [activations.relu, -1], ValueError, "q must be a finite number above 0; got -1"),
    (theory.backward_gain, [activations.relu, -1], ValueError, "q must be a finite number above 0; got -1"),
    (theory.chi, [activations.relu, -1], ValueError, "weight_var must be a finite number at least 0; got -1"),
    (theory.length_map, [activations.relu, -1], {"q": 1}, ValueError,
     "weight_var must be a finite number at least 0; got -1"),
    (theory.length_map, [activations.relu, 1, -1], {"q": 1}, ValueError,
     "bias_var must be a finite number at least 0; got -1"),
    (theory.length_map, [activations.relu, 1], {"q": 0}, ValueError, "q must be a finite number above 0; got 0"),
    (theory.length_map, [activations.relu, 1], {"q": 1, "layers": 0}, ValueError,
     "layers must be a whole number of at least 1; got 0"),
    (theory.fixed_point, [activations.identity, 0.5], ValueError,
     "weight_var must be one for which the length map settles above 0; got 0.5, and from q = 1 it reaches 9.09495e-13"),
    (theory.fixed_point, [activations.identity, 2], {"q": 2.0}, ValueError,
     "weight_var must be one for which the length map settles above 0; got 2, and from q = 2 it reaches 2.19902e+12"),
    (theory.fixed_point, [activations.relu, 3], ValueError,
     "weight_var must be one for which the length map settles; got 3"),
    # training
    (training.moved, [PARAMS, WIDER], ValueError,
     "after must be of the shapes of before, [(3, 5), (5, 2)]; got [(3, 6), (6, 2)]"),
    (training.batches, [0, 5, 2], TypeError,
     "rng must be a numpy Generator, as np.random.default_rng(seed) makes; got 0"),
    (training.batches, [RNG, 0, 2], ValueError, "samples must be a whole number of at least 1; got 0"),
    (training.batches, [RNG, 5, 0], ValueError, "batch_size must be a whole number of at least 1; got 0"),
    (train, [], {"loss": "squared"}, TypeError, "loss must be a Loss, such as losses.squared_error; got 'squared'"),
    (train, [], {"optimizer": 0.1}, TypeError, "optimizer must be an Optimizer, as optimizers.sgd(lr) makes; got 0.1"),
    (train, [], {"steps": -1}, ValueError, "steps must be a whole number of at least 0; got -1"),
    (train, [], {"every": 0}, ValueError, "every must be a whole number of at least 1; got 0"),
    (train, [], {"batch_size": 2}, ValueError, "rng must be a numpy Generator when batch_size is given; got None"),
    (partial(training.train, PARAMS, X[0], Y), [],
     {"activations": activations.tanh, "loss": losses.squared_error, "optimizer": optimizers.sgd(0.1), "steps": 1},
     ValueError, "x must be 2-dimensional; got shape (3,)"),
]


def name(call):
    return getattr(call, "__qualname__", type(call).__name__)


@pytest.mark.parametrize("row", SAID, ids=[f"{name(call)}: {rest[-1][:40]}" for call, *rest in SAID])
def test_a_refusal_is_one_whole_sentence(row):
    call, args, *named, error, sentence = row
    with pytest.raises(error) as caught:
        call(*args, **dict(*named))
    assert (type(caught.value), str(caught.value)) == (error, sentence)


def test_every_refusal_says_what_must_be_and_what_was_given():
    assert not [row[-1] for row in SAID if " must be " not in row[-1] or "; got " not in row[-1]]
