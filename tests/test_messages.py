"""What the package says to a bad argument: the call, and the whole sentence that a reader meets.

Every sentence names the argument, what is allowed and what was given. Here it stands to the last character, since a
sentence that lost its middle would still raise the right error. What counts as a number, a whole number, an array of
floats or labels at all is in test_check; what is said of a bad file, in test_data.
"""

import numpy as np
import pytest

from initbook import (
    activations,
    data,
    figures,
    losses,
    normalization,
    optimizers,
    probes,
    symmetry,
    theory,
    training,
)
from initbook import initializers as init
from initbook.activations import identity, relu, tanh
from initbook.convolution import convolve, convolve_transpose, exchange_channels
from initbook.figures import Choice, Frame, Slider
from initbook.initializers import fans, init_params, zeros
from initbook.losses import sigmoid_cross_entropy, softmax_cross_entropy, squared_error
from initbook.network import Grads, backward, check_params, forward

RNG = np.random.default_rng(0)
X, Y = np.ones((4, 3)), np.array([0, 1, 0, 1])
PARAMS = [(np.ones((3, 5)), np.ones(5)), (np.ones((5, 2)), np.ones(2))]
WIDER = [(np.ones((3, 6)), np.ones(6)), (np.ones((6, 2)), np.ones(2))]
COLUMN = [(dW[:, :1], db) for dW, db in PARAMS]  # broadcasts, so numpy would be silent
UNTIED = [(np.arange(15.0).reshape(3, 5), np.ones(5)), PARAMS[1]]
ONE_WIDE = [(np.ones((3, 1)), np.ones(1)), (np.ones((1, 2)), np.ones(2))]
TRACE = forward(PARAMS, X, tanh)
LINE, KERNEL = np.ones((1, 5, 3)), np.ones((2, 3, 1))
PANEL = figures.bars([1, 2], ["a", "b"])
FRAMES = {(option,): Frame(PANEL, alt="Bars.") for option in "ab"}
CHOICE = Choice("x", "ab")
HIGHER = {**dict.fromkeys([("a", "1"), ("a", "2"), ("b", "1")], FRAMES["a",]),
          ("b", "2"): Frame(figures.bars([1, 4], "ab"), alt="Bars.")}
PROBES = [probes.mean_square, probes.pooled_std, probes.std_across_samples, probes.std_between_units,
          probes.zero_share, probes.outside_share(0, 1), probes.saturated_share(tanh)]

A_LAYER = "(fan_in, fan_out), or (*kernel, channels_in, channels_out)"
A_KERNEL = "W must be of shape (*kernel, channels_in, channels_out)"
TIED_SIZES = "sizes must be [3, 'any', 2]"
COUNTS = "must be a list of class counts, none negative and not all zero"
MEAN = "g must be a function with a finite mean under N(0, {:g}); got "
SETTLES = "weight_var must be one for which the length map settles"
GRADS = "grads must be of the shapes of params, [((3, 5), (5,)), ((5, 2), (2,))]; got "


def train(**changed):
    return training.train(**{"params": PARAMS, "x": X, "y": Y, "activations": tanh, "steps": 1,
                             "loss": softmax_cross_entropy, "optimizer": optimizers.sgd(0.1), **changed})


def step(optimizer, grads):
    return optimizer.step(PARAMS, grads, optimizer.init(PARAMS))


def positive(name, given=0):
    return f"{name} must be a whole number of at least 1; got {given}"


def number(name, given=-1, bounds="at least 0"):
    return f"{name} must be a finite number {bounds}; got {given}"


def floats(name):
    return f"{name} must be an array of floats (convert integers with .astype(float)); got dtype int64"


def randomness(given):
    return f"rng must be a numpy Generator, as np.random.default_rng(seed) makes; got {given!r}"


WRONG_VALUES = [
    # activations
    (lambda: activations.get("swish"), f"name must be one of {', '.join(sorted(activations.ALL))}; got 'swish'"),
    # convolution
    (lambda: convolve(X, np.ones((2, 2))), f"{A_KERNEL}; got shape (2, 2)"),
    (lambda: convolve(X, KERNEL), "x must be 3-dimensional, (samples, *space, channels); got shape (4, 3)"),
    (lambda: convolve(LINE[..., :2], KERNEL), "x must be of 3 channels; got 2"),
    (lambda: convolve(LINE, np.ones((7, 3, 1))), "W must be no larger than the input's space (5,); got kernel (7,)"),
    (lambda: convolve(np.ones((1, 5, 4)), np.ones((2, 2, 3)), groups=2),
     "groups must be a divisor of the 3 output channels; got 2"),
    (lambda: convolve(LINE, KERNEL, stride=0), positive("stride")),
    (lambda: convolve(LINE, KERNEL, groups=0), positive("groups")),
    (lambda: convolve_transpose(LINE[..., :2], KERNEL), "x must be of 3 channels; got 2"),
    (lambda: convolve_transpose(LINE, KERNEL, stride=0), positive("stride")),
    (lambda: convolve_transpose(LINE, KERNEL, groups=0), positive("groups")),
    (lambda: exchange_channels(np.ones((2, 3))), f"{A_KERNEL}; got shape (2, 3)"),
    (lambda: exchange_channels(np.ones((2, 3, 5)), 2), "groups must be a divisor of the 5 output channels; got 2"),
    (lambda: exchange_channels(np.ones((2, 3, 5)), 0), positive("groups")),
    # data
    (lambda: data.class_counts(np.array([0, 3]), 3), "y must be between 0 and 2; got labels from 0 to 3"),
    (lambda: data.mnist(".", "t10k"), "split must be one of test, train; got 't10k'"),
    # figures
    (lambda: figures.show(alt="Nothing."), "panels must be one or more panels; got none"),
    (lambda: figures.show(PANEL, alt=" "), "alt must be a sentence that says what the picture shows; got ' '"),
    (lambda: figures.show(PANEL, alt="Bars.", columns=4), "columns must be 1, 2 or 3; got 4"),
    (lambda: figures.show(PANEL, alt="Bars.", columns=[]), "columns must be 1, 2 or 3; got []"),
    (lambda: figures.show(*[PANEL] * 4, alt="Bars.", columns=[2, 1]),
     "columns must be enough for 4 panels; got [2, 1]"),
    (lambda: figures.show(PANEL, PANEL, alt="Bars.", height=[2.0]),
     "height must be one number, or 2, one for each row; got [2.0]"),
    (lambda: figures.show(figures.dots({"a": ([1.0], [0.1])}, ["x"], predicted={"b": [1.0]}), alt="A figure."),
     "predicted must be labels of measured; got 'b'"),
    (lambda: Frame(PANEL, alt=""), "alt must be a sentence that says what the picture shows; got ''"),
    (lambda: Choice("x", ["a"]), "the options of 'x' must be two or more, all different; got ['a']"),
    (lambda: Slider("x", "aba"), "the options of 'x' must be two or more, all different; got ['a', 'b', 'a']"),
    (lambda: Slider("x", "ab", "c"), "the start of 'x' must be one of its options; got 'c'"),
    (lambda: figures.play([CHOICE], {}), "frames must be one for every combination of options; got none for ('a',)"),
    (lambda: figures.play([CHOICE], FRAMES | {("c",): FRAMES["a",]}),
     "frames must be one for every combination of options; got one for ('c',)"),
    (lambda: figures.play([CHOICE, Choice("y", "12")], HIGHER),
     "the axes of frame b, 2 must be those of the frame at the start, x from -0.49 to 1.49, y from 0 to 2.1; "
     "got x from -0.49 to 1.49, y from 0 to 4.2"),
    (lambda: figures.play([CHOICE], FRAMES | {("b",): Frame(PANEL, PANEL, alt="Bars.")}),
     "the panels of frame b must be as many as at the start, 1; got 2"),
    (lambda: figures.Play([CHOICE], FRAMES, {("a",): "<svg></svg>"}, "<svg></svg>"),
     "layers must be one for each frame; got 1 for 2"),
    # initializers
    (lambda: init.normal(-1), number("std")),
    (lambda: init.truncated_normal(-1), number("std")),
    (lambda: init.uniform(-1), number("limit")),
    (lambda: init.orthogonal(-1), number("gain")),
    (lambda: init.cosine(-1), number("scale")),
    (lambda: init.cosine()(RNG, (3, 3, 4)), "shape must be (fan_in, fan_out); got (3, 3, 4)"),
    (lambda: init.cosine()(RNG, (0, 4)), positive("shape")),
    (lambda: init.orthogonal()(RNG, (3,)), f"shape must be {A_LAYER}; got (3,)"),
    (lambda: init.delta_orthogonal(-1), number("gain")),
    (lambda: init.delta_orthogonal()(RNG, (3,)), f"shape must be {A_LAYER}; got (3,)"),
    (lambda: fans(7), f"shape must be {A_LAYER}; got 7"),
    (lambda: fans((3, 0)), positive("shape")),
    (lambda: fans((3, 8), groups=0), positive("groups")),
    (lambda: fans((3, 8), fused=0), positive("fused")),
    (lambda: fans((3, 8), stride=0), positive("stride")),
    (lambda: fans((3, 8), groups=3), "groups and fused must be divisors of the 8 outputs; got 3"),
    (lambda: init.variance_scaling(-1, "fan_in", "normal"), number("scale")),
    (lambda: init.variance_scaling(1, "fan", "normal"),
     "mode must be one of fan_avg, fan_in, fan_out; got 'fan'"),
    (lambda: init.variance_scaling(1, "fan_in", "cauchy"),
     "distribution must be one of normal, truncated, uniform; got 'cauchy'"),
    (lambda: init_params(RNG, [3], zeros), "sizes must be two or more layer sizes, the input first; got [3]"),
    (lambda: init_params(RNG, 5, zeros), "sizes must be two or more layer sizes, the input first; got 5"),
    (lambda: init_params(RNG, [3, 0], zeros), positive("sizes[1]")),
    (lambda: init_params(RNG, [3, 4, 2], [zeros]), "weights must be one initializer, or a list of 2; got a list of 1"),
    (lambda: init_params(RNG, [3, 2], zeros, [zeros] * 2),
     "biases must be one initializer, or a list of 1; got a list of 2"),
    # losses
    (lambda: losses.softmax(np.ones(3)), "logits must be 2-dimensional; got shape (3,)"),
    (lambda: losses.one_hot(Y, 0), positive("classes")),
    (lambda: losses.one_hot(Y + 1, 2), "y must be between 0 and 1; got labels from 1 to 2"),
    (lambda: losses.accuracy(X, Y[:3]), "y must be 4 labels, one a row of the output; got 3 labels"),
    (lambda: softmax_cross_entropy.value(X, Y + 2), "y must be between 0 and 2; got labels from 2 to 3"),
    (lambda: softmax_cross_entropy.grad(X, Y[:3]), "y must be 4 labels, one a row of the output; got 3 labels"),
    (lambda: squared_error.value(X[0], X), "output must be 2-dimensional; got shape (3,)"),
    (lambda: squared_error.grad(X, X[:, :1]), "y must be of shape (4, 3); got shape (4, 1)"),
    (lambda: sigmoid_cross_entropy.value(X, 2 * X), "y must be between 0 and 1; got values from 2.0 to 2.0"),
    (lambda: sigmoid_cross_entropy.value(X, np.nan * X), "y must be between 0 and 1; got values from nan to nan"),
    (lambda: sigmoid_cross_entropy.grad(X, -X), "y must be between 0 and 1; got values from -1.0 to -1.0"),
    # network
    (lambda: check_params([]), "params must be a list of one or more pairs (W, b); got []"),
    (lambda: check_params([(np.ones(3), np.ones(5))]), "params[0] W must be 2-dimensional; got shape (3,)"),
    (lambda: check_params([(np.ones((3, 4, 5)), np.ones((4, 5)))]),
     "params[0] W must be 2-dimensional; got shape (3, 4, 5)"),
    (lambda: check_params([(np.ones((3, 5)), np.ones(3))]), "params[0] b must be of shape (5,); got shape (3,)"),
    (lambda: check_params([PARAMS[0], (np.ones((4, 2)), np.ones(2))]),
     "params[1] W must be of shape (5, fan_out), to chain with the layer below; got shape (4, 2)"),
    (lambda: forward(PARAMS, X[0], tanh), "x must be 2-dimensional; got shape (3,)"),
    (lambda: forward(PARAMS, X[:, :2], tanh), "x must be of shape (samples, 3); got shape (4, 2)"),
    (lambda: forward(PARAMS, X, [tanh]), "activations must be one activation, or a list of 2; got a list of 1"),
    (lambda: backward(PARAMS, TRACE, tanh, X), "dh must be of shape (4, 2); got shape (4, 3)"),
    (lambda: backward(WIDER, TRACE, tanh, X),
     "trace must be of layers of [3, 6, 2] units, as in params; got [3, 5, 2]"),
    # normalization
    (lambda: normalization.batch_norm(X[0]), "u must be 2-dimensional; got shape (3,)"),
    (lambda: normalization.batch_norm(X[:1]), "u must be two samples or more; got shape (1, 3)"),
    (lambda: normalization.batch_norm(X, -1), number("eps")),
    (lambda: normalization.batch_norm_backward(X, X[:, :2]), "du_hat must be of shape (4, 3); got shape (4, 2)"),
    # optimizers
    *[(lambda make=make: make(0), number("lr", 0, "above 0")) for make in optimizers.ALL.values()],
    *[(lambda make=make: make(0.1, weight_decay=-1), number("weight_decay")) for make in optimizers.ALL.values()],
    *[(lambda make=make: step(make(0.1), COLUMN), GRADS + "[((3, 1), (5,)), ((5, 1), (2,))]")
      for make in optimizers.ALL.values()],
    *[(lambda make=make: step(make([(0.1, 0.1)]), PARAMS), "lr must be one rate, or a list of 2 pairs; got a list of 1")
      for make in optimizers.ALL.values()],
    (lambda: optimizers.sgd([0.1]), "lr[0] must be a pair: one rate for W, one for b; got 0.1"),
    (lambda: optimizers.sgd([(0.1, 0.1), (0.1, -1)]), number("lr[1]", -1, "above 0")),
    (lambda: optimizers.momentum(0.1, 1), number("beta", 1, "at least 0 and below 1")),
    (lambda: optimizers.nesterov(0.1, -1), number("beta", -1, "at least 0 and below 1")),
    (lambda: optimizers.adam(0.1, beta1=1), number("beta1", 1, "at least 0 and below 1")),
    (lambda: optimizers.adam(0.1, beta2=-1), number("beta2", -1, "at least 0 and below 1")),
    (lambda: optimizers.adam(0.1, eps=0), number("eps", 0, "above 0")),
    (lambda: step(optimizers.sgd(0.1), Grads([(None,)], [], [])), GRADS + "[(None,), (), ()]"),
    # probes
    *[(lambda probe=probe: probe(X[0]), "layer must be 2-dimensional; got shape (3,)") for probe in PROBES],
    (lambda: probes.mean_square(X[:0]), "layer must be of one or more samples and units; got shape (0, 3)"),
    (lambda: probes.outside_share(0, np.inf), "high must be a finite number; got inf"),
    (lambda: probes.outside_share(1, 1), "low must be below high = 1; got 1.0"),
    (lambda: probes.saturated_share(tanh, 0), number("slope", 0, "above 0")),
    (lambda: probes.repeat(lambda rng: rng.normal(), [RNG]), "rngs must be two or more generators; got 1"),
    (lambda: probes.Repeats(1.0, 1.0, np.ones(3)).band(1), number("share", 1, "above 0 and below 1")),
    # symmetry
    (lambda: symmetry.units(PARAMS, 0), positive("layer")),
    (lambda: symmetry.units(PARAMS, 2), "layer must be a hidden layer, from 1 to 1; got 2"),
    (lambda: symmetry.units(PARAMS[:1], 1), "params must be a network with a hidden layer; got 1 layer"),
    (lambda: symmetry.permute_units(PARAMS, 1, [0, 1]), "order must be a permutation of 0 to 4; got [0, 1]"),
    (lambda: symmetry.curvature(PARAMS, TRACE, TRACE, tanh, 2), "layer must be a hidden layer, from 1 to 1; got 2"),
    (lambda: symmetry.collapse(UNTIED), "params, hidden layer 1, must be tied; got spread 4"),
    (lambda: symmetry.expand(PARAMS, [3, 5, 2]), "params must be one unit wide in every hidden layer; got [3, 5, 2]"),
    (lambda: symmetry.expand(ONE_WIDE, [3, 5, 4]), f"{TIED_SIZES}; got [3, 5, 4]"),
    (lambda: symmetry.expand(ONE_WIDE, [3, 5, 5, 2]), f"{TIED_SIZES}; got [3, 5, 5, 2]"),
    (lambda: symmetry.expand(ONE_WIDE, [3, 0, 2]), positive("sizes[1]")),
    (lambda: symmetry.collapsed_rates([3, 2], 0), number("lr", 0, "above 0")),
    (lambda: symmetry.collapsed_rates([3], 1), "sizes must be two or more layer sizes, the input first; got [3]"),
    (lambda: symmetry.collapsed_rates([3, -1, 2], 1), positive("sizes[1]", -1)),
    # theory
    *[(lambda counts=counts: theory.entropy(counts), f"counts {COUNTS}; got {said}")
      for counts, said in [([2, -1], "[2, -1]"), ([], "[]"), ([0, 0], "[0, 0]"), ([1, np.nan], "[1.0, nan]"),
                           ([1, np.inf], "[1.0, inf]"), (5, "5"), ([[1, 2]], "[[1, 2]]")]],
    (lambda: theory.cross_entropy([1, 1], [0, 0]), f"prior {COUNTS}; got [0, 0]"),
    (lambda: theory.cross_entropy([1, 1], [1, 1, 1]), "prior must be 2 class counts; got 3"),
    (lambda: theory.cross_entropy([1, 1], [2, 0]), "prior must be positive where counts is; got [2, 0]"),
    (lambda: theory.normal_mean(np.abs, 0), number("q", 0, "above 0")),
    *[(lambda g=g: theory.normal_mean(g, 2), MEAN.format(2) + f"one that is not finite at z = {at}")
      for g, at in ((np.log, "-1.23e-07"), (lambda z: np.exp(z**4), "-5.19"), (lambda z: z * np.nan, "-1.23e-07"))],
    (lambda: theory.normal_mean(lambda z: np.exp(z**2 / 2)),
     MEAN.format(1) + "one that has not faded 37 standard deviations out"),
    *[(lambda g=g: theory.normal_mean(g, kinks=(0, 0.7)),
       MEAN.format(1) + f"one that grows too fast, or is too rough, near z = {at}")
      for g, at in ((lambda z: 1 / z, 0), (lambda z: 1 / z**2, 0), (lambda z: 1 / (z - 0.7), 0.7))],
    (lambda: theory.forward_gain(relu, -1), number("q", -1, "above 0")),
    (lambda: theory.chi(relu, -1), number("weight_var")),
    (lambda: theory.length_map(relu, -1, q=1), number("weight_var")),
    (lambda: theory.length_map(relu, 1, -1, q=1), number("bias_var")),
    (lambda: theory.length_map(relu, 1, q=0), number("q", 0, "above 0")),
    (lambda: theory.length_map(relu, 1, q=1, layers=0), positive("layers")),
    (lambda: theory.fixed_point(identity, 0.5), f"{SETTLES} above 0; got 0.5, and from q = 1 it fades past 4.55e-13"),
    (lambda: theory.fixed_point(identity, 2, q=2.0), f"{SETTLES} above 0; got 2, and from q = 2 it grows past 8.8e+12"),
    (lambda: theory.fixed_point(relu, 2, 0.01), f"{SETTLES} above 0; got 2, and from q = 1 it grows past 11"),
    # training
    (lambda: training.moved(PARAMS, WIDER), "after must be of the shapes of before, [(3, 5), (5, 2)]; "
     "got [(3, 6), (6, 2)]"),
    (lambda: training.moved(PARAMS, []), "params must be a list of one or more pairs (W, b); got []"),
    (lambda: training.batches(RNG, 0, 2), positive("samples")),
    (lambda: training.batches(RNG, 5, 0), positive("batch_size")),
    (lambda: train(steps=-1), "steps must be a whole number of at least 0; got -1"),
    (lambda: train(every=0), positive("every")),
    (lambda: train(batch_size=2), "rng must be a numpy Generator when batch_size is given; got None"),
    (lambda: train(x=X[0]), "x must be 2-dimensional; got shape (3,)"),
    (lambda: train(x=X[:-1]), "y must be 3 labels, one a row of the output; got 4 labels"),
    (lambda: train(x=X[:0], y=Y[:0]),
     "output must be of one row or more, each of one column or more; got shape (0, 2)"),
]

WRONG_TYPES = [
    (lambda: activations.leaky_relu("0.1"), "slope must be a number; got '0.1'"),
    (lambda: convolve(LINE.astype(int), KERNEL), floats("x")),
    (lambda: convolve(LINE, KERNEL.astype(int)), floats("W")),
    (lambda: convolve_transpose(LINE.astype(int), KERNEL), floats("x")),
    (lambda: convolve_transpose(LINE, KERNEL.astype(int)), floats("W")),
    (lambda: exchange_channels(KERNEL.astype(int)), floats("W")),
    *[(lambda init=init: init(0, (2, 3)), randomness(0)) for init in (
        init.normal(1), init.uniform(1), init.truncated_normal(1), init.orthogonal(),
        init.delta_orthogonal())],
    (lambda: init_params(0, [3, 2], zeros), randomness(0)),
    *[(lambda init=init: init_params(RNG, [3, 2], init),
       f"weights must be a function init(rng, shape), or a list of them; got {init!r}") for init in ("he", [0.1])],
    (lambda: losses.softmax(np.ones((2, 3), int)), floats("logits")),
    (lambda: losses.one_hot(Y + 0.5, 3), "y must be an array of integer class labels; got dtype float64"),
    (lambda: losses.accuracy(np.ones((4, 3), int), Y), floats("output")),
    (lambda: squared_error.value(X, np.ones((4, 3), int)), floats("y")),
    (lambda: check_params([PARAMS[0], X]), "params[1] must be a pair (W, b); got ndarray"),
    (lambda: check_params([PARAMS[0], PARAMS[1][:1]]), "params[1] must be a pair (W, b); got tuple"),
    (lambda: check_params([(np.ones((3, 5), int), np.ones(5))]), floats("params[0] W")),
    (lambda: check_params([(np.ones((3, 5)), np.ones(5, int))]), floats("params[0] b")),
    (lambda: forward(PARAMS, np.ones((4, 3), int), tanh), floats("x")),
    (lambda: forward(PARAMS, X, "tanh"), "activations must be an Activation, or a list of them; got 'tanh'"),
    (lambda: backward(PARAMS, TRACE, [tanh, "tanh"], X),
     "activations must be an Activation, or a list of them; got [<activation tanh>, 'tanh']"),
    (lambda: normalization.batch_norm(np.ones((4, 3), int)), floats("u")),
    (lambda: optimizers.sgd("0.1"), "lr must be a number; got '0.1'"),
    (lambda: probes.mean_square(np.ones((4, 3), int)), floats("layer")),
    (lambda: probes.outside_share("0", 1), "low must be a number; got '0'"),
    (lambda: probes.passes(0, PARAMS, X, tanh), randomness(0)),
    (lambda: theory.normal_mean(np.abs, kinks=3), "kinks must be a list of numbers; got 3"),
    (lambda: theory.normal_mean(np.abs, kinks=["1"]), "kinks must be a number; got '1'"),
    (lambda: training.batches(0, 5, 2), randomness(0)),
    (lambda: train(loss="squared"), "loss must be a Loss, such as losses.squared_error; got 'squared'"),
    (lambda: train(optimizer=0.1), "optimizer must be an Optimizer, as optimizers.sgd(lr) makes; got 0.1"),
    (lambda: train(x=np.ones((4, 3), int)), floats("x")),
]

SAID = [(ValueError, *row) for row in WRONG_VALUES] + [(TypeError, *row) for row in WRONG_TYPES]


def refusal(call):
    """The kind of the error that this call meets, and what that says."""
    try:
        call()
    except Exception as error:
        return type(error), str(error)


def test_a_refusal_is_one_whole_sentence():
    found = [((error, sentence), refusal(call)) for error, call, sentence in SAID]
    assert [(wanted, said) for wanted, said in found if said != wanted] == []


def test_every_refusal_says_what_must_be_and_what_was_given():
    assert not [sentence for *_, sentence in SAID if " must be " not in sentence or "; got " not in sentence]


def test_randomness_cannot_be_left_out():
    with pytest.raises(TypeError, match="rng"):
        init_params(sizes=[2, 3], weights=zeros)


class Wordless(np.ndarray):
    """An array that cannot be put into words: where nothing is wrong, nobody should."""

    def __repr__(self):
        raise AssertionError("an array was put into words, though nothing is wrong: that takes longer than a step")

    __str__ = __format__ = __repr__


@pytest.mark.parametrize("name", optimizers.ALL)
@pytest.mark.parametrize("normalize", [False, True])
def test_nothing_is_put_into_words_while_nothing_is_wrong(name, normalize):
    rng = np.random.default_rng(0)
    params = [(W.view(Wordless), b.view(Wordless)) for W, b in init_params(rng, [4, 5, 3], init.he_normal)]
    x, y = rng.normal(size=(6, 4)).view(Wordless), rng.integers(3, size=6).view(Wordless)
    optimizer = optimizers.ALL[name](0.1)
    state = optimizer.init(params)
    for _ in range(2):
        _, grads = training.loss_and_grads(params, x, y, relu, softmax_cross_entropy, normalize)
        params, state = optimizer.step(params, grads.params, state)
    assert isinstance(params[0][0], Wordless)
    for probe in (probes.mean_square, probes.pooled_std, probes.std_across_samples, probes.std_between_units):
        probe(forward(params, x, tanh).h[1])
