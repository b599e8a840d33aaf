"""Every public function, each of its arguments in turn of a wrong kind: what is refused meets a sentence."""

import importlib
import inspect
import re

import numpy as np
import pytest

from checks import LOSSES, targets
from initbook import (
    activations,
    attention,
    blocks,
    convolution,
    correlations,
    data,
    diagnosis,
    figures,
    initializers,
    losses,
    network,
    normalization,
    optimizers,
    probes,
    prose,
    residual,
    scaling,
    symmetry,
    theory,
    training,
)
from initbook.activations import gelu, relu, tanh
from initbook.losses import softmax_cross_entropy

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)), np.array([0, 1, 0, 1, 0, 1])
PARAMS = initializers.init_params(RNG, [3, 4, 2], initializers.he_normal)
TRACE = network.forward(PARAMS, X, tanh)
DH = softmax_cross_entropy.grad(TRACE.h[-1], Y)
GRADS = network.backward(PARAMS, TRACE, tanh, DH)
TIED = [(np.ones((3, 4)), np.ones(4)), (np.ones((4, 2)), np.ones(2))]
ATTENTION = attention.Weights(*[np.eye(4)] * 4)
TOKENS = np.ones((3, 4))
BLOCKS = [blocks.Residual([(np.eye(3), np.zeros(3))] * 2, relu)]
MAP, KERNEL = np.ones((1, 5, 2)), np.ones((3, 2, 2))
LINES, PANEL = {"a": ([1, 2], [1, 2])}, figures.bars([1], ["a"])
FRAMES = {(option,): figures.Frame(PANEL, alt="A bar.") for option in "ab"}
OF_F, PASS = {"activation": gelu, "q": 1.0}, {"params": PARAMS, "x": X, "activations": tanh, "normalize": False}

CALLS = [
    (activations.leaky_relu, {"slope": 0.1}), (activations.get, {"name": "tanh"}),
    (activations.check_activation, {"activation": tanh}),
    (attention.forward, {"weights": ATTENTION, "x": TOKENS, "heads": 2, "causal": True}),
    (attention.backward, {"weights": ATTENTION, "trace": attention.forward(ATTENTION, TOKENS), "dz": TOKENS}),
    (blocks.as_layers, {"params": PARAMS}),
    (convolution.convolve, {"x": MAP, "W": KERNEL, "stride": 1, "groups": 1}),
    (convolution.convolve_transpose, {"x": MAP, "W": KERNEL, "stride": 2, "groups": 1, "output_size": [11]}),
    (convolution.exchange_channels, {"W": KERNEL, "groups": 2}),
    (correlations.pair_mean, {"g": np.sign, "q": 1.0, "c": 0.5, "kinks": (0,)}),
    (correlations.correlation_map, {**OF_F, "weight_var": 1.5, "bias_var": 0.1, "c": 0.3, "layers": 2}),
    (correlations.correlation_slope, {**OF_F, "weight_var": 1.0, "c": 0.3}),
    (correlations.length_slope, {**OF_F, "weight_var": 1.0}),
    (correlations.fixed_correlation, {"activation": tanh, "weight_var": 1.0, "bias_var": 0.3}),
    (correlations.correlation_depth, {"activation": tanh, "weight_var": 1.0, "bias_var": 0.3}),
    (correlations.critical, {"activation": tanh, "q": 0.5}), (correlations.critical_pair, {"activation": gelu}),
    (correlations.relu_correlation, {"c": np.array([0.5])}),
    (data.mnist, {"folder": "nowhere", "split": "train"}), (data.read_idx, {"path": __file__, "magic": 2051}),
    (data.class_counts, {"y": Y, "classes": 3}),
    (diagnosis.check, {"params": PARAMS, "activations": tanh, "x": X, "y": Y, "loss": softmax_cross_entropy}),
    (figures.show, {"alt": "A bar.", "columns": 1, "height": 2.0}), (figures.bars, {"values": [1], "labels": ["a"]}),
    (figures.play, {"controls": [figures.Choice("x", "ab")], "frames": FRAMES}),
    (figures.curves, {"measured": LINES, "predicted": LINES}),
    (figures.by_layer, {"measured": {"a": [1]}, "predicted": {"a": [1]}, "first": 1}),
    (figures.Choice, {"name": "x", "options": ["a", "b"], "start": "a"}), (figures.Frame, {"alt": "A bar."}),
    *[(make, {"rng": RNG, "sizes": [3, 4, 2], **more}) for make, more in (
        (initializers.init_params, {"weights": initializers.he_normal, "biases": initializers.zeros}),
        (scaling.lsuv, {"x": X, "activations": tanh, "spread": probes.pooled_std, "tol": 0.1, "tries": 3}))],
    *[(getattr(initializers, name), {argument: 1.0}) for name, argument in (
        ("constant", "value"), ("normal", "std"), ("uniform", "limit"), ("cosine", "scale"),
        ("truncated_normal", "std"), ("orthogonal", "gain"), ("delta_orthogonal", "gain"))],
    (initializers.fans, {"shape": (3, 3, 4, 4), "groups": 1, "stride": 1, "fused": 1, "space": (3, 3), "padding": 0}),
    (initializers.variance_scaling, {"scale": 1, "mode": "fan_in", "distribution": "normal"}),
    *[(init, {"rng": RNG, "shape": (4, 4)}) for name, init in initializers.ALL.items() if name != "zeros"],
    (losses.softmax, {"logits": X}), (losses.one_hot, {"y": Y, "classes": 2}), (losses.accuracy, {"output": X, "y": Y}),
    *[(f, {"output": X, "y": targets(RNG, loss, *X.shape)}) for loss in LOSSES for f in (loss.value, loss.grad)],
    (network.forward, PASS), (network.backward, {"params": PARAMS, "trace": TRACE, "activations": tanh, "dh": DH}),
    (network.check_params, {"params": PARAMS}), (network.check_trace, {"params": PARAMS, "trace": TRACE}),
    *[(getattr(normalization, name), {"u": X, **({"du_hat": X} if "backward" in name else {}), "eps": 0.1})
      for name in normalization.__all__],
    *[(make, dict.fromkeys([name for name in inspect.signature(make).parameters], 0.1))
      for make in optimizers.ALL.values()],
    *[(make(0.1).step, {"params": PARAMS, "grads": GRADS.params, "state": make(0.1).init(PARAMS)})
      for make in optimizers.ALL.values()],
    *[(probe, {"h": X}) for probe in (probes.mean_square, probes.pooled_std, probes.std_across_samples,
                                      probes.std_between_units, probes.zero_share)],
    (probes.outside_share, {"low": 0, "high": 1}), (probes.saturated_share, {"activation": tanh, "slope": 0.1}),
    (probes.each, {"probe": probes.mean_square, "layers": [X, X]}), (probes.passes, {"rng": RNG, **PASS}),
    (probes.repeat, {"measure": np.random.Generator.normal, "rngs": [RNG, RNG]}),
    (prose.numbers, {"a": 1}),
    (residual.forward, {"blocks": BLOCKS, "x": X, "norm": "none", "place": "before", "skip": 1.0}),
    (residual.backward, {"blocks": BLOCKS, "stream": residual.forward(BLOCKS, X), "dh": X, "norm": "none"}),
    (scaling.scaled_by_data, {"params": PARAMS, "x": X, "activations": tanh, "spread": np.std, "tol": 0.1, "tries": 3}),
    (scaling.centred, {"init": initializers.he_normal}),
    *[(f, {"params": PARAMS, "layer": 1}) for f in (symmetry.units, symmetry.spread, symmetry.tied_groups)],
    (symmetry.permute_units, {"params": PARAMS, "layer": 1, "order": [1, 0, 2, 3]}),
    (symmetry.collapse, {"params": TIED}),
    (symmetry.expand, {"params": symmetry.collapse(TIED), "sizes": [3, 4, 2]}),
    (symmetry.collapsed_rates, {"sizes": [3, 4, 2], "lr": 0.1}),
    (symmetry.curvature, {"params": PARAMS, "trace": TRACE, "grads": GRADS, "activation": tanh, "layer": 1}),
    (theory.entropy, {"counts": [1, 2]}), (theory.cross_entropy, {"counts": [1, 2], "prior": [1, 1]}),
    (theory.normal_mean, {"g": np.abs, "q": 1.0, "kinks": (0,)}),
    *[(f, OF_F) for f in (theory.mean_f2, theory.mean_df2, theory.forward_gain, theory.backward_gain)],
    (theory.chi, {**OF_F, "weight_var": 1.0}), (theory.gradient_map, {"activation": relu, "weight_var": 1, "qs": [1]}),
    (theory.length_map, {**OF_F, "weight_var": 1.0, "bias_var": 0.1, "layers": 2}),
    (theory.fixed_point, {"activation": tanh, "weight_var": 1.0, "bias_var": 0.1, "q": 1.0}),
    (theory.scatter, {**OF_F, "spread": 0.1, "width": 10}),
    (theory.reach, {**OF_F, "weight_var": 1.0, "width": 30, "factor": 10.0, "most": 5}),
    (training.loss_and_grads, {**PASS, "y": Y, "loss": softmax_cross_entropy}), (training.accuracy, {**PASS, "y": Y}),
    (training.moved, {"before": PARAMS, "after": PARAMS}),
    (training.batches, {"rng": RNG, "samples": 5, "batch_size": 2}),
    (training.train, {**PASS, "y": Y, "loss": softmax_cross_entropy, "optimizer": optimizers.sgd(0.1), "steps": 2,
                      "batch_size": 3, "rng": RNG, "every": 1, "record": None}),
]
WITHOUT = {"digits", "short"}  # arguments, or words about them: `short` is handed numbers by the drawings alone
DRAWN = {"contours", "dots", "heatmap", "histogram", "images", "matrix", "network"}  # only when shown, by matplotlib

WRONG = {"None": None, "a word": "x", "an object": object(), "an empty list": [], "a list of None": [None],
         "a number": 3, "whole numbers": np.ones((6, 3), int), "a complex number": 1j}
SENTENCE = re.compile(r" must be .*; got |: expected .*(; found|, gzipped or not)", re.DOTALL)
# What Python or numpy says at once, by itself, and as clearly.
BY_ITSELF = {("relu_correlation", "c"), ("read_idx", "magic"), ("forward", "causal"), ("Choice", "name"),
             ("Choice", "start"), ("show", "columns"), ("curves", "predicted"), ("by_layer", "predicted"),
             *[(name, "normalize") for name in ("forward", "passes", "loss_and_grads", "accuracy", "train")],
             *[("step", argument) for argument in ("params", "grads")]}  # a list of None


def named(f):
    return getattr(f, "__name__", "grad")


def refusal(f, arguments):
    """What is said against them, if anything."""
    positional = [arguments[name] for name in ("output", "params", "grads", "state", "y") if name in arguments]
    try:
        if f in (each for loss in LOSSES for each in (loss.value, loss.grad)) or named(f) == "step":
            f(*positional)
        else:
            f(*[PANEL] * (f is figures.show), **arguments)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize(("f", "arguments"), CALLS, ids=[named(f) for f, _ in CALLS])
def test_an_argument_of_a_wrong_kind_meets_a_sentence(f, arguments):
    assert isinstance(refusal(f, arguments), FileNotFoundError | None) or f is data.read_idx
    for name in arguments:
        for kind, wrong in WRONG.items():
            error = refusal(f, arguments | {name: wrong})
            ok = error is None or SENTENCE.search(str(error)) or (named(f), name) in BY_ITSELF
            assert ok and not isinstance(error, AttributeError | KeyError), f"{name} = {kind}: {error!r}"


def printed(array):
    raise AssertionError("an array was put into words")


def test_arrays_are_put_into_words_only_for_a_refusal():
    """That takes far longer than most of what is asked for."""
    with np.printoptions(override_repr=printed):
        met = {named(f): refusal(f, arguments) for f, arguments in CALLS}
    assert [name for name, error in met.items() if isinstance(error, AssertionError)] == []


def test_twin_a_function_that_asks_nothing_does_not_meet_one():
    with pytest.raises(AssertionError, match=r"x = None: AttributeError"):
        test_an_argument_of_a_wrong_kind_meets_a_sentence(lambda x: x.shape, {"x": X})


def test_every_public_function_is_called_above():
    modules = {importlib.import_module(module.__name__) for module in globals().values() if inspect.ismodule(module)}
    public = {name for module in modules if module.__name__.startswith("initbook.")
              for name in module.__all__ if inspect.isfunction(getattr(module, name))}
    apart = public ^ {named(f) for f, _ in CALLS} & public ^ WITHOUT ^ DRAWN
    assert not apart, f"{', '.join(apart)}: add a call to CALLS above, or take it away from what has none"
