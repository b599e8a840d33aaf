"""check: its passes are those of the network, broken networks are named, healthy ones are not blamed."""

import math
import re
from html import unescape

import numpy as np
import pytest

import initbook
from checks import ACTIVATIONS, TOLERANCE, central_difference
from initbook import activations, data, initializers, losses, network, theory
from initbook._expected import Signal, _means, squares
from initbook._walk import run
from initbook.blocks import Layer, Residual, as_layers
from initbook.diagnosis import check

RELU, TANH, SIGMOID = activations.relu, activations.tanh, activations.sigmoid
X, Y = data.digits()
X, Y = ((X - X.mean()) / X.std())[:100], Y[:100]
MAPS = X.reshape(-1, 8, 8, 1)
LOSS = losses.softmax_cross_entropy


def rng(seed=0):
    return np.random.default_rng(seed)


def dense(init, sizes=(64,) * 6 + (10,), biases=initializers.zeros, seed=0):
    return initializers.init_params(rng(seed), sizes, init, biases)


WIDE = initializers.variance_scaling(25.0, "fan_in", "normal")

HE = dense(initializers.he_normal)


def kinds(params, f=RELU, x=X, y=Y, loss=LOSS):
    return [problem.kind for problem in check(params, f, x, y, loss).problems]


def kernel(*shape, seed=0, **fans):
    return initializers.he_normal(rng(seed), shape)


# ---- the passes

NETWORKS = {
    "dense": ([(np.ones((4, 3)) * 0.3, np.zeros(3))], [TANH], (5, 4)),
    "convolution": ([Layer(kernel(3, 2, 4), stride=2, padding=1), Layer(kernel(2, 4, 3)), Layer(kernel(6, 2))],
                    [TANH, TANH, TANH], (3, 6, 2)),
    "groups": ([Layer(kernel(3, 2, 4), groups=2), Layer(kernel(16, 2))], [TANH, TANH], (3, 6, 4)),
    "transposed": ([Layer(kernel(4, 2, 3), stride=2, transposed=True, padding=1), Layer(kernel(18, 2))],
                   [TANH, TANH], (3, 3, 2)),
    "residual": ([Layer(kernel(4, 4), np.ones(4)),
                  Residual([Layer(kernel(4, 6)), Layer(kernel(6, 4, seed=1))], TANH, SIGMOID, 0.5),
                  Layer(kernel(4, 2))], [TANH, SIGMOID, TANH], (3, 4)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_way_down_is_the_derivative_of_the_way_up(name):
    params, fs, shape = NETWORKS[name]
    x = rng(1).normal(size=shape)

    def up(x):
        return run(as_layers(params), fs, Signal(x, squares(x), 0.0), [])

    out, back = up(x)
    weights = rng(2).normal(size=out.h.shape)
    claimed, _ = back(weights, squares(weights))
    assert np.abs(central_difference(lambda x: float((up(x)[0].h * weights).sum()), x) - claimed).max() < 10 * TOLERANCE


def test_a_dense_network_is_counted_as_network_forward_and_backward_count_it():
    params = dense(initializers.he_normal)
    rows = check(params, RELU, X, Y, LOSS)["layers"]
    trace = network.forward(params, X, RELU)
    grads = network.backward(params, trace, RELU, LOSS.grad(trace.h[-1], Y))
    assert [row["q"] for row in rows] == pytest.approx([(z**2).mean() for z in trace.z[1:]])
    squares = np.array([(z**2).mean() for z in grads.z[1:]])
    assert [row["g"] for row in rows] == pytest.approx(squares / squares[-1])


@pytest.mark.parametrize("biases", [initializers.zeros, initializers.normal(0.5)], ids=["no biases", "biases"])
@pytest.mark.parametrize("f", [f for f in ACTIVATIONS if f.name != "relu_squared"], ids=lambda f: f.name)
def test_the_mean_square_lies_in_its_band_for_95_of_100_draws(f, biases):
    """20 draws of 4 layers: 80 values, not independent within a draw; 80 % inside would be far off for 95."""
    gain, inside = theory.forward_gain(f) ** 2, []
    x = rng(0).normal(size=(100, 60))
    for seed in range(20):
        init = initializers.variance_scaling(gain, "fan_in", "normal")
        params = dense(init, (60,) * 5, biases, seed)
        rows = check(params, f, x)["layers"]
        inside += [row["band"][0] <= row["q"] <= row["band"][1] for row in rows]
    assert np.mean(inside) > 0.85


def test_the_first_loss_is_expected_where_it_is_measured():
    draws = [dense(initializers.he_normal, (64, 256, 256, 10), seed=seed) for seed in range(20)]
    firsts = [check(params, RELU, X, Y, LOSS)["loss"] for params in draws]
    measured, expected = (np.array([first[key] for first in firsts]) for key in ("measured", "expected"))
    assert abs(measured.mean() - expected.mean()) < 4 * measured.std() / math.sqrt(20) + 0.05
    assert firsts[0]["constant"] == pytest.approx(theory.entropy(np.bincount(Y)), abs=1e-6)


def test_a_band_knows_that_biases_meet_weights():
    """A library's start: from the third layer on biases fill z², and z² = (w + b)² scatters by what the two make."""
    init = initializers.variance_scaling(1 / 3, "fan_in", "uniform")
    draws = [check(dense(init, (64,) * 13, initializers.uniform(1 / 8), seed), RELU, X)["layers"] for seed in range(20)]
    assert np.mean([row["band"][0] <= row["q"] <= row["band"][1] for rows in draws for row in rows]) > 0.93


@pytest.mark.parametrize("f", ACTIVATIONS, ids=lambda f: f.name)
def test_between_the_entries_of_its_table_a_mean_square_is_right_to_a_thousandth(f):
    q = np.geomspace(1e-3, 1e3, 40)
    for slope, mean in (False, theory.mean_f2), (True, theory.mean_df2):
        np.testing.assert_allclose(_means(f, q, slope), [mean(f, each) for each in q], rtol=1e-3)


def test_the_gradient_is_expected_where_it_is_measured():
    """With widths so unequal that fan_in in the place of fan_out is off by more than a factor of 2 in each layer."""
    draws = [check(dense(initializers.lecun_normal, (64, 200, 50, 150, 10), seed=seed), TANH, X, Y, LOSS)["layers"]
             for seed in range(30)]
    g = np.array([[[row["g"], row["g_expected"]] for row in rows] for rows in draws]).mean(axis=0)
    assert np.abs(np.log(g[:, 0] / g[:, 1])).max() < 0.3


def test_a_residual_block_adds_what_its_scale_leaves():
    branch, last = [(kernel(64, 64), np.zeros(64))], (kernel(64, 10), np.zeros(10))
    blocks = [Residual(branch, RELU, scale=scale) for scale in (1.0, 0.5, 0.0)]
    once, half, rest = (check([block, last], RELU, X)["layers"][1]["q_expected"] for block in blocks)
    assert half - rest == pytest.approx((once - rest) / 4) and once > 2 * rest


def test_channels_are_tied_only_if_the_groups_above_see_them_alike():
    below, above = np.ones((1, 3, 4)), np.ones((1, 2, 6))  # one kernel of 3 → 4 channels, one of 2 groups of 2 → 3
    layers = [Layer(below), Layer(above, groups=2), Layer(np.ones((1, 6, 2)))]
    assert [row["tied"] for row in check(layers, TANH, rng().normal(size=(20, 5, 3)))["layers"]] == [4, 6, None]
    assert (layers[1].outgoing(4) == np.kron(np.eye(2), np.ones((2, 3)))).all()
    above = above.copy()
    above[:, 1] = 2.0  # in each group the second channel is now read otherwise
    layers[1] = Layer(above, groups=2)
    assert check(layers, TANH, rng().normal(size=(20, 5, 3)))["layers"][0]["tied"] == 0


# ---- what is broken is named

def tied_pair():
    params = dense(initializers.he_normal, (64, 256, 256, 10))
    (W, b), (V, c) = params[1], params[2]
    W, V = W.copy(), V.copy()
    W[:, 7], V[7] = W[:, 3], V[3]
    return [params[0], (W, b), (V, c)]


def dead_behind_biases():
    params = dense(initializers.he_normal)
    params[2], params[3] = (params[2][0], np.full(64, -20.0)), (params[3][0], rng().normal(size=64))
    return params


def convolutions(third=1.0):
    shapes = [(3, 3, 1, 16), (3, 3, 16, 32), (3, 3, 32, 32), (3, 3, 32, 32)]
    kernels = [kernel(*shape, seed=seed) * (third if seed == 2 else 1) for seed, shape in enumerate(shapes)]
    return [*(Layer(W, padding=1) for W in kernels), Layer(kernel(64 * 32, 10))]


def torch_like(layers):
    biases = [lambda rng, shape: rng.uniform(-1 / 8, 1 / 8, shape)] * layers
    return dense([initializers.variance_scaling(1 / 3, "fan_in", "uniform")] * layers, (64,) * layers + (10,), biases)


def rank_one(rng, shape):
    return np.outer(rng.normal(size=shape[0]), rng.normal(size=shape[1])) * (2 / shape[0]) ** 0.5


BROKEN = {
    "all zero": (lambda: (dense(initializers.zeros), RELU, X), "tied"),
    "constant": (lambda: (dense(initializers.constant(0.1)), TANH, X), "tied"),
    "two tied of 256": (lambda: (tied_pair(), RELU, X), "tied"),
    "one matrix of zeros": (lambda: ([p if i != 2 else (0 * p[0], p[1] + rng().normal(size=64)) for i, p in
                                      enumerate(dense(initializers.he_normal))], TANH, X), "zero"),
    "too small": (lambda: (dense(initializers.normal(0.01)), RELU, X), "fades"),
    "too large for tanh": (lambda: (dense(initializers.normal(1.0)), TANH, X), "saturated"),
    "too large for ReLU": (lambda: (dense(initializers.normal(1.0)), RELU, X), "grows"),
    "nine sigmoid layers": (lambda: (dense(initializers.xavier_normal, (64,) * 9 + (10,)), SIGMOID, X), "fades"),
    "Xavier under 30 ReLUs": (lambda: (dense(initializers.xavier_normal, (64,) * 31 + (10,)), RELU, X), "fades"),
    "a library's default, 12 layers": (lambda: (torch_like(12), RELU, X), "fades"),
    "biases of -5": (lambda: (dense(initializers.he_normal, biases=initializers.constant(-5.0)), RELU, X), "dead"),
    "a dead layer behind biases": (lambda: (dead_behind_biases(), RELU, X), "dead"),
    "pixels from 0 to 4096": (lambda: (dense(initializers.he_normal), RELU, X * 100), "input"),
    "weights of one sign": (lambda: (dense(lambda rng, shape: rng.uniform(0, 2 / shape[0], shape)), RELU, X), "mean"),
    "weights of rank 1": (lambda: (dense(rank_one), RELU, X), "unexpected"),
    "a convolution with a wrong fan": (lambda: (convolutions(third=3.0), RELU, MAPS), "fan"),
    "float16": (lambda: ([(8 * W.astype(np.float16), b.astype(np.float16)) for W, b in HE], RELU, X), "overflow"),
    "chaotic tanh": (lambda: (dense(WIDE, (64,) * 20 + (10,)), TANH, X), "gradient"),
    "NaN in a row of x": (lambda: (HE, RELU, np.where(np.arange(len(X))[:, None] == 17, np.nan, X)), "input"),
    "NaN in a weight": (lambda: ([(np.where(W == W.max(), np.nan, W), b) for W, b in HE], RELU, X), "weights"),
    "a large first loss": (lambda: ([*HE[:-1], (10 * rng().normal(size=(64, 10)), np.zeros(10))], RELU, X), "loss"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named_first(name):
    params, f, x = BROKEN[name][0]()
    report = check(params, f, x, Y, LOSS)
    assert [problem.kind for problem in report.problems][:1] == [BROKEN[name][1]], report
    assert " ".join(str(report.problems[0]).split()) in " ".join(str(report).split())
    assert max(map(len, str(report).split("First loss")[-1].splitlines())) <= 76


@pytest.mark.parametrize("name", ["healthy", *BROKEN])
def test_a_notebook_shows_the_same_words_in_the_same_order(name):
    params, f, x = BROKEN[name][0]() if name in BROKEN else (HE, RELU, X)
    report = check(params, f, x, Y, LOSS)
    shown = unescape(re.sub("<[^>]+>", " ", report._repr_html_()))
    assert shown.replace("\u2060", "").split() == str(report).split()  # a power of ten is not broken at its sign
    assert report._repr_html_().count("<tr>") == 1 + len(report.rows)


def test_pairs_of_copies_are_not_called_one_unit():
    params = [(np.hstack([W, W]), np.hstack([b, b])) if i < 5 else (W, b) for i, (W, b) in enumerate(HE)]
    params = [(np.vstack([W, W]), b) if i else (W, b) for i, (W, b) in enumerate(params)]
    assert check(params, RELU, X).problems[0].what == (
        "Hidden layer 1: 128 of 128 units have the same weights as another one.")


def test_the_layer_is_named():
    assert check(tied_pair(), RELU, X).problems[0].layer == "2"
    assert check(dead_behind_biases(), RELU, X).problems[0].layer == "3"
    assert check(convolutions(third=3.0), RELU, MAPS).problems[0].layer == "3"


# ---- what is healthy is not blamed

@pytest.mark.parametrize("f", [f for f in ACTIVATIONS if f.name != "identity"], ids=lambda f: f.name)
def test_a_start_within_its_reach_is_not_blamed(f):
    gain = theory.forward_gain(f) ** 2
    for width in (32, 128):
        depth = theory.reach(f, gain, width, most=12)
        init = initializers.variance_scaling(gain, "fan_in", "uniform")
        assert kinds(dense(init, (64, *(width,) * depth, 10), seed=width), f) == []


def test_convolutions_and_residual_blocks_with_a_zero_last_layer_are_not_blamed():
    block = Residual([(kernel(64, 64), np.zeros(64)), (np.zeros((64, 64)), np.zeros(64))], RELU, before=RELU)
    blocks = [(initializers.lecun_normal(rng(), (64, 64)), np.zeros(64)), block, block, (kernel(64, 10), np.zeros(10))]
    assert kinds(blocks, [activations.identity, activations.identity, RELU, activations.identity]) == []
    assert kinds(convolutions(), x=MAPS) == []


def test_a_last_layer_of_zeros_is_not_blamed():
    assert kinds([*HE[:-1], (np.zeros((64, 10)), np.zeros(10))]) == []


def scaled_by_its_data(sizes, f, x):
    """LSUV: orthogonal weights, each layer scaled until the pooled standard deviation of its z is 1."""
    params = []
    for shape in zip(sizes[:-1], sizes[1:], strict=True):
        W = initializers.orthogonal(1.0)(rng(len(params)), shape)
        W = W / (x @ W).std()
        params.append((W, np.zeros(shape[1])))
        x = f.f(x @ W)
    return params


def test_a_first_layer_that_reads_other_inputs_is_not_an_odd_one():
    """Its fan_in differs, or what it reads does; the rule that all layers follow is another than the first found."""
    for width in (64, 200):
        sizes = (64, *(width,) * 9, 10)
        assert kinds(dense(initializers.lecun_normal, sizes), TANH) == []
        assert "fan" not in kinds(scaled_by_its_data(sizes, SIGMOID, X), SIGMOID)


def test_a_signal_of_std_1_that_is_the_same_for_all_samples_is_found():
    report = check(scaled_by_its_data((64, *(100,) * 30, 10), SIGMOID, X), SIGMOID, X, Y, LOSS)
    assert report.problems[0].kind == "fades"
    assert all(0.9 < row["q"] < 1.1 for row in report["layers"][:-1])


def test_a_loss_that_is_no_cross_entropy_is_not_measured_in_nats():
    params = dense(initializers.xavier_normal, (64, 32, 8, 32, 64))
    assert kinds(params, TANH, 4 * X, 4 * X, losses.squared_error) == []


# ---- what cannot be known is said

@pytest.mark.parametrize("layers", [6, 9, 10])
def test_where_numbers_end_before_the_integrals_do_the_rest_is_still_reported(layers):
    report = check(dense(initializers.he_normal, (64,) * layers + (10,)), activations.relu_squared, 3 * X, Y, LOSS)
    assert report.problems[0].kind in ("grows", "overflow") and str(report)


@pytest.mark.parametrize("f", [RELU, activations.relu_squared], ids=lambda f: f.name)
def test_samples_of_any_size_are_reported(f):
    x = X[:12] * np.geomspace(1e-150, 1e150, 12)[:, None]
    assert str(check(dense(initializers.he_normal, (64, 32, 10)), f, x, Y[:12], LOSS))


def test_what_is_not_known_is_a_note_and_not_a_number():
    report = check(dense(initializers.he_normal), lambda z: np.maximum(z, 0), X[:1])
    assert len(report.notes) == 3
    assert {row["across"] for row in report["layers"]} == {row["g"] for row in report["layers"]} == {None}
    assert report["loss"] is None
    assert {row["dead"] for row in report["layers"]} == {None}


@pytest.mark.parametrize(("arguments", "says"), [
    (([(np.ones((3, 2)), np.zeros(2))], RELU, np.ones((2, 4))), "params, layer 1 must be a layer of 4 inputs"),
    (([(np.ones((3, 2), int), np.zeros(2))], RELU, np.ones((2, 3))), r"params\[0\] W must be an array of floats"),
    (([np.ones((3, 2))], RELU, np.ones((2, 3))), r"params\[0\] must be a pair"),
    (([Layer(np.ones((3, 1, 2)), groups=3)], RELU, np.ones((2, 8, 3))), "groups must be a divisor of the 2 outputs"),
    (([(np.ones((3, 2)), np.zeros(2))], "relu", np.ones((2, 3))), "activations must be"),
    (([(np.ones((3, 2)), np.zeros(2))], [RELU, RELU], np.ones((2, 3))), "a list of 1"),
    (([(np.ones((3, 2)), np.zeros(2))], RELU, np.ones((2, 3)), np.zeros(2, int)), "y and loss must be given together"),
    (([Residual([(np.ones((3, 2)), np.zeros(2))], RELU)], RELU, np.ones((2, 3))), "whose branch ends with shape"),
    (([(np.ones((3, 3, 1, 2)), np.zeros(2))], RELU, np.ones((2, 9))), "or the input a map"),
    (([(np.ones((3, 1)), np.zeros(1))], RELU, np.ones((2, 3)), np.ones(2), losses.squared_error),
     r"y must be of shape \(2, 1\); got shape \(2,\)"),
])
def test_what_does_not_fit_meets_a_sentence(arguments, says):
    with pytest.raises((ValueError, TypeError), match=says):
        check(*arguments)


def test_the_figure_shows_what_the_table_says():
    report = initbook.check(dense(initializers.he_normal), RELU, X, Y, LOSS)
    assert "6 layers" in report.figure().alt
    assert len(str(report).splitlines()) == 1 + 6 + 2 + 2
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        initbook.chek  # noqa: B018
