"""check's sentences: networks after the book's own table are not blamed, a ratio is that of the printed table, a cure
does not name what already holds."""

import re

import numpy as np
import pytest

from checks import ACTIVATIONS
from initbook import activations, correlations, data, initializers, losses, optimizers, scaling, theory, training
from initbook.blocks import Layer, Residual
from initbook.diagnosis import check

RELU, TANH, LINEAR = activations.relu, activations.tanh, activations.identity
X, Y = data.digits()
X, Y = ((X - X.mean()) / X.std())[:100], Y[:100]
LOSS = losses.softmax_cross_entropy
CURVED = [f for f in ACTIVATIONS if f.name != "identity"]


def drawn(rng, shape, factor):
    """Weights of variance factor/fan_in, biases 0."""
    W = initializers.variance_scaling(float(factor), "fan_in", "normal")(rng, shape)
    return W, np.zeros(shape[-1])


def dense(factors, sizes, seed=0):
    rng = np.random.default_rng(seed)
    return [drawn(rng, shape, v) for shape, v in zip(zip(sizes, sizes[1:]), factors, strict=True)]  # noqa: B905


def like(factor, depth, last=1.0, width=64, seed=0):
    return dense([1.0, *[factor] * (depth - 1), last], [64, *[width] * depth, 10], seed)


def said(params, f, x=X, y=Y, loss=LOSS):
    return {problem.kind: problem for problem in check(params, f, x, y, loss).problems}


# ---- the book's own table

@pytest.mark.parametrize("last", [1.0, 1e-4, 0.0])
@pytest.mark.parametrize("f", CURVED, ids=lambda f: f.name)
def test_plain_networks_after_the_books_table_are_not_blamed(f, last):
    gain = theory.forward_gain(f) ** 2
    depth = max(1, theory.reach(f, gain, 64, most=6))
    assert said(like(gain, depth, last), f) == {}


def test_deep_linear_networks_are_not_called_fitted_and_bands_hold():
    """Of one sample the band is exact, of many it is wide: 40 draws of 28 layers, whose scatter adds up."""
    inside = []
    for seed in range(40):
        params = like(1.0, 28, seed=seed)
        assert "unexpected" not in said(params, LINEAR) if seed < 4 else True
        rows = check(params, LINEAR, X[:1])["layers"]
        inside.append([row["band"][0] <= row["q"] <= row["band"][1] for row in rows[:-1]])
    assert 0.88 < np.mean(inside) < 0.995


def blocks(f, after, end, count=6, seed=0):
    """A stem, blocks whose branches end with that share of a variance, and a last layer."""
    rng, gain = np.random.default_rng(seed), theory.forward_gain(f) ** 2
    branches = [[drawn(rng, (64, 64), gain), drawn(rng, (64, 64), end * gain)] for _ in range(count)]
    inner = [Residual(branch, f, before=LINEAR if after else f) for branch in branches]
    fs = [f] * (count + 1) if after else [LINEAR] * count + [f]
    return [drawn(rng, (64, 64), 1), *inner, drawn(rng, (64, 10), 1)], [*fs, LINEAR]


@pytest.mark.parametrize("end", [1 / 6, 0.0])
@pytest.mark.parametrize("after", [True, False], ids=["activation after the sum", "before the branch"])
@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "silu"])
def test_residual_networks_after_the_books_table_are_not_blamed(name, after, end):
    for seed in range(3):
        assert said(*blocks(activations.get(name), after, end, seed=seed)) == {}


def test_after_a_sum_that_passed_an_activation_bands_still_hold():
    """Unscaled, where h + F(h) of positive h is not centred: 12 draws of 8 blocks, 27 values each."""
    inside = []
    for seed in range(12):
        rows = check(*blocks(RELU, after=True, end=1.0, count=8, seed=seed)[:2], X)["layers"]
        inside += [row["band"][0] <= row["q"] <= row["band"][1] for row in rows]
    assert np.mean(inside) > 0.9


def test_twin_a_wrong_branch_end_is_blamed_if_it_is_larger():
    params, fs = blocks(RELU, after=False, end=1 / 6)
    (W, b), (V, c) = params[3].params
    params[3] = params[3]._replace(params=[(W, b), (30 * V, c)])
    assert said(params, fs)["fan"].layer == "4.2"


def random_biases(weight_var, bias_var, q, depth):
    """The first layer reads data of mean square 1, so it takes another variance to bring z to its level q."""
    rng = np.random.default_rng(0)
    factors = [q - bias_var, *[weight_var] * (depth - 1), 1.0]
    return [(W, bias_var**0.5 * rng.normal(size=len(b))) for W, b in dense(factors, [64, *[100] * depth, 10])]


def centred_sigmoids():
    """Thirty layers with the gain that a variance asks for."""
    f = activations.sigmoid
    gain = (theory.mean_f2(f) - theory.normal_mean(f.f) ** 2) ** -0.5
    draw = scaling.centred(initializers.orthogonal(gain))
    params = initializers.init_params(np.random.default_rng(0), [64, *[100] * 30, 10], draw)
    return scaling.scaled_by_data(params[:1], X, [f]) + params[1:], f


def scaled_branches(s=1.0, c=1.0, d=1.0, count=64):
    rng = np.random.default_rng(0)
    branch = [[drawn(rng, (64, 64), 2 * c**2), drawn(rng, (64, 64), d**2)] for _ in range(count)]
    inner = [Residual(each, RELU, scale=s) for each in branch]
    return [drawn(rng, (64, 64), 1), *inner, drawn(rng, (64, 10), 1)], [LINEAR] * (count + 2)


EDGE = correlations.critical(TANH, 0.57), 0.57
BEYOND = {
    **{f"critical pair, {f.name}": (random_biases(*correlations.critical_pair(f), 20), f)
       for f in map(activations.get, ("gelu", "silu", "mish", "hard_swish"))},
    "edge of chaos": (random_biases(*EDGE[0], EDGE[1], 30), TANH),
    "centred": centred_sigmoids(),
    **{name: scaled_branches(**start) for name, start in {
        "1/√L": {"s": 1 / 8}, "1/L": {"s": 1 / 64}, "zero V": {"d": 0.0}, "Fixup": {"c": 1 / 8, "d": 0.0},
        "V/√L": {"d": 1 / 8}}.items()},
}


@pytest.mark.parametrize("name", BEYOND)
def test_the_starts_of_part_three_are_not_blamed(name):
    assert said(*BEYOND[name]) == {}


def travels(params, f):
    """What it says of a signal that fades or grows, if it does."""
    found = said(params, f)
    return next((found[kind] for kind in ("fades", "grows") if kind in found), None)


def test_twin_without_them_the_same_networks_are_and_the_cure_leads_to_part_three():
    """With GELU's gain, sigmoid's, and of plain blocks: each is told what its page in Part III derives."""
    gelu, sigmoid = (activations.get(name) for name in ("gelu", "sigmoid"))
    deep = (like(theory.forward_gain(gelu) ** 2, 60, seed=seed) for seed in range(20))
    repels = next(found for params in deep if (found := travels(params, gelu)))
    keeps = travels(like(theory.forward_gain(sigmoid) ** 2, 30), sigmoid)
    for problem, words, page in [
            (repels, "the critical pair (1.983/fan_in, and biases of variance 0.173)", "edge-of-chaos"),
            (keeps, "centred per unit", "data-scaling"),
            (travels(*scaled_branches()), "last weights of each branch by 64", "residual")]:
        assert words in problem.do and problem.page == f"beyond/{page}"


def test_twin_a_first_layer_that_misses_the_level_of_random_biases_is_named():
    params = random_biases(*EDGE[0], EDGE[1], 30)
    params[0] = 6 * params[0][0], params[0][1]
    assert said(params, TANH)["fan"].layer == "1"


def test_depthwise_convolutions_after_the_books_table_are_not_blamed():
    rng, maps = np.random.default_rng(0), X.reshape(-1, 8, 8, 1)
    kernels = [((3, 3, 1, 32), 1), ((3, 3, 1, 32), 32), ((1, 1, 32, 32), 1), ((3, 3, 1, 32), 32), ((1, 1, 32, 64), 1)]
    layers = [Layer(*drawn(rng, shape, 2 if i else 1), groups=g, padding=shape[0] // 2)
              for i, (shape, g) in enumerate(kernels)]
    assert said([*layers, drawn(rng, (64 * 64, 10), 1)], RELU, maps) == {}


@pytest.mark.parametrize("f", CURVED, ids=lambda f: f.name)
def test_narrow_layers_are_not_called_fitted(f):
    gain, depth = theory.forward_gain(f) ** 2, 3 if f.name == "relu_squared" else 8  # squares of squares end early
    for width in (1, 2, 4, 15):
        for seed in range(2):
            assert "unexpected" not in said(like(gain, depth, width=width, seed=seed), f)


@pytest.mark.parametrize("bias", [-1.0, 0.3, 3.0])
@pytest.mark.parametrize("f", CURVED, ids=lambda f: f.name)
def test_constant_biases_are_not_called_fitted_weights(f, bias):
    params = [(W, b + bias) for W, b in like(min(theory.forward_gain(f), 2) ** 2, 3)]
    assert "unexpected" not in said(params, f)


@pytest.mark.parametrize("f", CURVED, ids=lambda f: f.name)
def test_weights_centred_for_each_unit_are_expected_to_see_only_what_units_do_not_share(f):
    """z of centred weights has variance nσ² Var f, not nσ² E f²: of a sigmoid a tenth."""
    gain = 1 / (theory.mean_f2(f, 1.0) - theory.normal_mean(f.f, 1.0, f.kinks) ** 2)
    depth, inside = min(10, max(2, theory.reach(f, theory.forward_gain(f) ** 2, 64))), []
    for seed in range(2):
        params = [(W - W.mean(axis=0), b) for W, b in like(gain, depth, seed=seed)]
        assert "unexpected" not in said(params, f)
        inside += [row["band"][0] <= row["q"] <= row["band"][1] for row in check(params, f, X)["layers"]]
    assert np.mean(inside) > 0.7


def test_a_loss_that_is_a_sum_over_outputs_is_not_blamed_for_their_number():
    pixels = (X - X.min()) / np.ptp(X)
    rare = (np.random.default_rng(0).random((len(X), 150)) < 0.02).astype(float)
    loss = losses.sigmoid_cross_entropy
    for y in pixels, rare:
        for last in 0.0, 1.0:
            assert said(dense([2, last], [64, 32, y.shape[1]]), RELU, X, y, loss) == {}
        assert "loss" in said(dense([2, 1e4], [64, 32, y.shape[1]]), RELU, X, y, loss)


# ---- what is printed is true

FADING = like(1 / 3, 17, last=1 / 3), RELU
SMALL_END = like(1 / 3, 17, last=1e-6), RELU
GROWING = like(8.0, 12), RELU
CHAOTIC = like(25.0, 20), TANH
SKIPS = blocks(RELU, after=False, end=1.0, count=24)


@pytest.mark.parametrize("network", [FADING, SMALL_END, GROWING, CHAOTIC, SKIPS],
                         ids=["fading", "small end", "growing", "chaotic", "skips"])
def test_a_printed_ratio_is_that_of_the_printed_table(network):
    report = check(*network, X, Y, LOSS)
    rows, ratios = {row["name"]: row for row in report["layers"]}, 0
    for problem in report.problems:
        if problem.kind in ("fades", "grows", "gradient"):
            first, second = (rows[name] for name in re.findall(r"layer (\d+)", problem.what))
            printed = float(re.search(r"(?:to|becomes|has) (\S+) (?:of|times)", problem.what)[1])
            table = {"fades": second["q"] * (second["across"] or 0) / first["q"] / first["across"],
                     "grows": second["q"] / first["q"], "gradient": first["g"] / second["g"]}[problem.kind]
            assert printed == pytest.approx(table, rel=0.06)
            ratios += 1
    assert ratios


def test_a_small_last_layer_is_no_vanished_gradient():
    assert said(like(2.0, 5, last=1e-6), RELU) == {}
    assert "gradient" in said(*CHAOTIC)


@pytest.mark.parametrize(("depth", "blamed"), [(13, True), (7, False)])
def test_a_gradient_is_blamed_that_has_fallen_a_million_times_too(depth, blamed):
    """Small weights: it falls to a sixth in each layer."""
    report = check(like(1 / 3, depth), RELU, X, Y, LOSS)
    assert ("gradient" in {problem.kind for problem in report.problems}) == blamed
    rows = report["layers"]
    assert (rows[0]["g"] / rows[-2]["g"] < 1e-6) == blamed


@pytest.mark.parametrize("f, leaves", [(TANH, True), (RELU, False)], ids=["tanh", "relu"])
def test_of_a_layer_of_zeros_it_says_whether_it_leaves(f, leaves):
    params = dense([1, 1, 0, 1, 1], [64, 32, 32, 32, 32, 10])
    problem = said(params, f)["zero"]
    run = training.train(params, X, Y, activations=f, loss=LOSS, optimizer=optimizers.sgd(0.1), steps=3, every=3)
    assert bool(training.moved(params, run.params)[2][0]) == leaves == ("it does not" not in problem.why)


def mostly_dead(alive):
    params = dense([2, 2, 2, 1], [64, 200, 200, 200, 10])
    b = np.full(200, -50.0)
    b[:alive] = 0
    params[1] = params[1][0], b
    return params


def test_of_dead_units_it_says_how_many_are_left():
    some, none = (said(mostly_dead(alive), RELU) for alive in (15, 0))
    assert set(some) == set(none) == {"dead"}
    left = re.search(r"(\d+) of its 200 units", some["dead"].what)[1]
    assert f"the {200 - int(left)} others" in some["dead"].why and 180 < int(left) < 200
    assert "all 200 units are dead" in none["dead"].what and "no gradient passes" in none["dead"].why


# ---- what a cure names does not hold already

def born_dead():
    for width in (2, 3, 4):
        for depth in (10, 20, 40):
            yield from (like(2.0, depth, width=width, seed=seed) for seed in range(3))


def test_a_cure_never_asks_for_a_law_that_the_weights_follow():
    kinds = set()
    for params in born_dead():
        for problem in said(params, RELU).values():
            kinds.add(problem.kind)
            assert not re.search(r"Draw weights|iases at 0(?! and its)|from a law", problem.do), problem
    assert "dead" in kinds


def test_biases_that_saturate_are_named():
    params = [(W, b + 5) for W, b in like(1.0, 3)]
    assert said(params, TANH)["saturated"].do == "Start its biases at 0."
    loud = said(like(1.0, 3), TANH, 8 * X)["saturated"].do
    assert "scale the input" in loud and "1/fan_in" not in loud
    assert "1/fan_in" in said(like(100.0, 3), TANH)["saturated"].do


def test_a_network_of_skips_is_not_told_to_take_skips():
    params, fs = SKIPS
    problem = said(params, fs)["grows"]
    assert "skips" not in problem.do and "by 24, the number of blocks" in problem.do
    mended = [block._replace(params=[block.params[0], (block.params[1][0] / 24**0.5, block.params[1][1])])
              if isinstance(block, Residual) else block for block in params]
    assert said(mended, fs) == {}


def test_last_biases_that_are_large_are_named():
    params = like(2.0, 3, last=0.0)
    params[-1] = params[-1][0], np.r_[100.0, np.zeros(9)]
    assert "biases" in said(params, RELU)["loss"].do


# ---- what is easily overlooked

def mirrored(sign):
    first, second, last = like(1.0, 2)
    W, V = first[0][:, :32], second[0][:32]
    return [(np.hstack([W, sign * W]), np.zeros(64)), (np.vstack([V, sign * V]), np.zeros(64)), last]


@pytest.mark.parametrize("f, sign, tied", [(TANH, -1, True), (TANH, 1, True), (RELU, 1, True), (RELU, -1, False)])
def test_units_that_are_mirrored_are_one_where_the_activation_is_odd(f, sign, tied):
    assert ("tied" in said(mirrored(sign), f)) == tied


def test_two_layers_with_opposite_wrong_scales_are_both_named():
    params = like(2.0, 5)
    params[1], params[2] = (1e6 * params[1][0], params[1][1]), (1e-6 * params[2][0], params[2][1])
    problems = check(params, RELU, X, Y, LOSS).problems
    assert [problem.layer for problem in problems if problem.kind == "fan"] == ["2", "3"]


def test_a_layer_of_one_unit_is_noted():
    params = dense([1, 1, 1, 1], [64, 32, 1, 32, 10])
    assert check(params, TANH, X, Y, LOSS).notes == [
        "layer 2 has one unit: all that is known of a sample above it is one number"]
