"""Quadrature and networks share no code, and meet here: what is predicted is what is measured.

``theory`` imports no network and ``probes`` no theory (``test_architecture``). Widths are unequal, or a
wrong fan would pass. A measured mean is allowed K of its own standard errors, which the seeds show, and
beyond that, l layers deep, l/n for what the theory leaves out: it takes a layer for infinitely wide, and
the mean square of a layer of n units fluctuates by √(2/n) or so, which a curved map turns into a bias of
order 1/n. Inputs are scaled to a mean square of exactly 1 a sample.
"""

import math
from functools import lru_cache, partial

import numpy as np
import pytest

from checks import ACTIVATIONS
from initbook import initializers as init
from initbook.activations import get, identity, leaky_relu, relu, sigmoid, tanh
from initbook.convolution import convolve, convolve_transpose
from initbook.losses import softmax_cross_entropy
from initbook.network import backward, forward
from initbook.probes import (
    each,
    mean_square,
    outside_share,
    pooled_std,
    repeat,
    std_across_samples,
    std_between_units,
    zero_share,
)
from initbook.theory import chi, fixed_point, length_map, mean_f2, normal_mean

K, SEEDS, SAMPLES = 5, 20, 6
SIZES = [120, 200, 100, 160, 140]
DEPTHS = np.arange(len(SIZES))

# What a scheme's variance times (fan_in, fan_out) must be; written out again, not taken from the package.
SCHEMES = {"lecun": lambda a, b: 1 / a, "xavier": lambda a, b: 2 / (a + b), "he": lambda a, b: 2 / a}
LAWS = ["normal", "uniform", "truncated"]
ALL = {f"{scheme}_{law}": (getattr(init, f"{scheme}_{law}"), variance)
       for scheme, variance in SCHEMES.items() for law in LAWS}
ALL |= {f"{scale} / fan_out, {law}": (init.variance_scaling(scale, "fan_out", law), lambda a, b, s=scale: s / b)
        for scale, law in [(1, "uniform"), (2, "normal"), (2, "truncated")]}
by_name = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)


def rngs(seeds=SEEDS):
    return [np.random.default_rng(seed) for seed in range(seeds)]


def inputs(rng, samples, features):
    x = rng.normal(size=(samples, features))
    return x / np.sqrt((x**2).mean(axis=1, keepdims=True))


@lru_cache(maxsize=2)
def draws(weights):
    """Parameters, inputs and a gradient for the top, for every seed: the same for every activation."""
    return [(init.init_params(rng, SIZES, weights), inputs(rng, SAMPLES, SIZES[0]),
             rng.normal(size=(SAMPLES, SIZES[-1]))) for rng in rngs()]


def measured(activation, weights):
    """Mean squares of z and of dL/dz, a Gaussian gradient of mean square 1 injected at the top."""
    drawn = iter(draws(weights))

    def once(_):
        params, x, top = next(drawn)
        trace = forward(params, x, activation)
        grads = backward(params, trace, activation, top)
        return np.array([each(mean_square, trace.z), each(mean_square, grads.z)])

    return repeat(once, rngs())


def predicted(activation, variance, step=None, slope=chi):
    """The same by quadrature: q upwards and g downwards, one layer at a time, each with its own widths."""
    step = step or (lambda f, weight_var, q: length_map(f, weight_var, q=q)[1])
    shapes = list(zip(SIZES, SIZES[1:], strict=False))
    q, g = [1.0, SIZES[0] * variance(*shapes[0])], [1.0]
    for a, b in shapes[1:]:
        q.append(step(activation, a * variance(a, b), q[-1]))
    for (a, b), below in reversed([*zip(shapes, q, strict=False)]):
        f = activation if a != SIZES[0] else identity  # there is no activation below the first layer
        g.insert(0, slope(f, b * variance(a, b), below) * g[0])
    return np.array([q, g])


def allowed(repeats, theory):
    layers = np.array([DEPTHS, DEPTHS[::-1]]) / min(SIZES)
    return K * repeats.std / np.sqrt(len(repeats.all)) + layers * theory


def agree(repeats, theory):
    return bool((np.abs(repeats.mean - theory) <= allowed(repeats, theory) + 1e-12).all())


@by_name
@pytest.mark.parametrize("scheme", ALL)
def test_every_layer_of_every_activation_and_scheme_forward_and_backward(scheme, activation):
    weights, variance = ALL[scheme]
    assert agree(measured(activation, weights), predicted(activation, variance))


@by_name
def test_the_tolerance_is_narrow_enough_for_a_factor_2_at_any_layer(activation):
    theory = predicted(activation, SCHEMES["xavier"])
    share = allowed(measured(activation, init.xavier_normal), theory) / theory
    assert share.max() < 0.4 and share[0, :2].max() < 0.06


def uncorrected(scale):
    def draw(rng, shape):
        return init.truncated_normal(math.sqrt(scale / shape[0]) * init.TRUNCATED_STD)(rng, shape)

    return draw


MISTAKES = {
    "the factor 2 forgotten": (init.lecun_normal, SCHEMES["he"]),
    "a factor 2 too many": (init.he_uniform, SCHEMES["lecun"]),
    "the fans swapped": (init.variance_scaling(2, "fan_out", "normal"), SCHEMES["he"]),
    "fan_in for the mean of the fans": (init.lecun_normal, SCHEMES["xavier"]),
    "the mean of the fans for fan_in": (init.xavier_uniform, SCHEMES["lecun"]),
    "a cut tail not made up for": (uncorrected(2), SCHEMES["he"]),
    "the bound of the uniform law as its std": (lambda rng, shape: init.uniform(shape[0] ** -0.5)(rng, shape),
                                               SCHEMES["lecun"]),
}


@pytest.mark.parametrize("activation", [sigmoid, tanh, relu, *map(get, ["selu", "gelu", "softsign"])],
                         ids=lambda a: a.name)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_twin_the_usual_mistakes_are_told_apart(mistake, activation):
    weights, variance = MISTAKES[mistake]
    repeats, theory = measured(activation, weights), predicted(activation, variance)
    assert not agree(repeats, theory)
    if "mean of the fans" not in mistake:  # that one is small
        assert agree_each(repeats, theory) == [False, False]


def agree_each(repeats, theory):
    """Forward alone, and backward alone."""
    close = np.abs(repeats.mean - theory) <= allowed(repeats, theory) + 1e-12
    return close.all(axis=1).tolist()


NOT_CENTRED = [a for a in ACTIVATIONS if normal_mean(a.f) ** 2 > 0.1 * mean_f2(a)]


@pytest.mark.parametrize("activation", NOT_CENTRED, ids=lambda a: a.name)
def test_twin_the_variance_of_the_activations_in_place_of_their_mean_square(activation):
    def by_variance(f, weight_var, q):
        return weight_var * (mean_f2(f, q) - normal_mean(f.f, q) ** 2)

    repeats = measured(activation, init.he_normal)
    assert not agree(repeats, predicted(activation, SCHEMES["he"], step=by_variance))
    assert agree(repeats, predicted(activation, SCHEMES["he"]))


def test_twin_the_slope_at_zero_in_place_of_its_mean_square():
    def at_zero(f, weight_var, q):
        return weight_var * float(f.df(np.zeros(1))[0]) ** 2

    for activation in (tanh, sigmoid, get("softsign"), get("gelu")):
        repeats = measured(activation, init.he_normal)
        assert agree_each(repeats, predicted(activation, SCHEMES["he"], slope=at_zero)) == [True, False]


# --- the forward rule and its assumptions


def first_layer(x, weights, seeds=200):
    def once(rng):
        return np.array([mean_square(x @ weights(rng, (x.shape[1], 50)))])

    return repeat(once, rngs(seeds))


def strange_inputs():
    rng = np.random.default_rng(0)
    return {"constant": np.full((5, 40), 3.0), "one sample": rng.normal(size=(1, 40)),
            "all features equal": np.tile(rng.normal(size=(5, 1)), (1, 40)),
            "mean not zero": 2 + rng.random((5, 40)), "one feature alone": np.eye(40)[:1] * 7.0}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", strange_inputs())
def test_weights_of_mean_zero_are_all_that_the_forward_rule_needs(name, law):
    """E z² = n σ² mean(x²): for inputs neither independent, nor centred, nor random at all."""
    x = strange_inputs()[name]
    repeats = first_layer(x, init.variance_scaling(1, "fan_in", law))
    assert abs(repeats.mean / (x**2).mean() - 1) < K * repeats.std / (x**2).mean() / np.sqrt(200)


def test_twin_weights_of_another_mean_break_it():
    x = strange_inputs()["mean not zero"]
    repeats = first_layer(x, lambda rng, shape: rng.normal(0.1, shape[0] ** -0.5, shape))
    assert repeats.mean > 2 * (x**2).mean()


def test_rand_in_place_of_randn_makes_the_signal_grow_five_fold_a_layer():
    """The mean ½ of rand is one singular value √n/2 of W/√n: 5 for n = 100; the others stay below 1."""
    def growth(rng):
        h, q = rng.normal(size=(50, 100)), []
        for _ in range(6):
            W = rng.random((100, 100)) / 10
            h = relu.f(h @ W)
            q.append(mean_square(h))
        singular = np.linalg.svd(W, compute_uv=False)
        return np.array([*np.sqrt(np.divide(q[2:], q[1:-1])), *singular[:2]])

    repeats = repeat(growth, rngs(5))
    np.testing.assert_allclose(repeats.mean[:-1], math.sqrt(100) / 2, rtol=0.03)
    assert repeats.all[:, -1].max() < 2 / math.sqrt(12) * 1.05  # 2 std: the edge of the bulk


# --- the sources' network: 1000 samples, 100 features, layers of 100


def experiment(activation, std, layers=5, samples=1000):
    """Its activations, and its gradients for a Gaussian dL/dh of mean square 1 at the top. One network,
    of one seed, with the inputs drawn before the weights."""
    rng = np.random.default_rng(0)
    x, fs = rng.normal(size=(samples, 100)), [activation] * layers
    params = init.init_params(rng, [100] * (layers + 1), init.normal(std))
    trace = forward(params, x, fs)
    return trace, backward(params, trace, fs, rng.normal(size=trace.h[-1].shape))


@pytest.mark.parametrize(("std", "low", "high", "pooled", "across", "between"), [
    (1.0, 0.74, 0.86, 0.44, 0.155, 0.41), (0.01, 3.7e-7, 4.1e-7, 0.0138, 1e-8, 0.0138),
    (0.1, 2.6e-3, 2.9e-3, 0.134, 6.2e-4, 0.134)])
def test_sigmoids_gradients_and_what_its_histograms_hide(std, low, high, pooled, across, between):
    """At std 1 the gradients hardly shrink, at 0.01 they vanish; and there and at 1/√n the broad histogram
    of layer 5 is the spread between units: next to nothing differs from sample to sample."""
    trace, grads = experiment(sigmoid, std)
    g = np.sqrt(each(mean_square, grads.z))
    assert low < g[1] / g[5] < high
    h = trace.h[5]
    # A spread between 100 units is known to 1/√200 of itself, and so is what goes with it; three of these.
    spreads = [pooled_std(h), std_across_samples(h), std_between_units(h)]
    assert spreads == pytest.approx([pooled, across, between], rel=3 / math.sqrt(200))


def test_sigmoids_gradients_at_std_1_are_sparse_their_median_falls_tenfold():
    _, grads = experiment(sigmoid, 1.0)
    medians = [np.median(np.abs(g)) for g in grads.z]
    assert 5 < medians[5] / medians[1] < 15


def test_relu_at_std_1_explodes_where_its_histogram_on_0_to_1_seems_to_collapse():
    trace, _ = experiment(relu, 1.0)
    stds = each(pooled_std, trace.h[1:])
    np.testing.assert_allclose(stds, [5.8, 41, 300, 2200, 17_700], rtol=0.02)
    # He's rule says √50 a layer in rms, and it does not say it of one layer of one network closer than √(5/n).
    np.testing.assert_allclose(stds[1:] / stds[:-1], math.sqrt(50), rtol=math.sqrt(5 / 100))
    assert all(0.45 < s < 0.55 for s in each(outside_share(0, 1), trace.h[1:]))
    assert all(0.45 < s < 0.55 for s in each(zero_share, trace.h[1:]))


def test_tanh_falls_tenfold_a_layer_at_std_0_01_and_stays_at_0_958_at_std_1():
    small, large = (each(pooled_std, experiment(tanh, std, 10)[0].h[1:]) for std in (0.01, 1.0))
    assert small[-1] == pytest.approx(1e-10, rel=0.1)
    np.testing.assert_allclose(large, 0.958, rtol=0.003)
    assert math.sqrt(mean_f2(tanh, fixed_point(tanh, 100))) == pytest.approx(0.958, abs=5e-4)


def test_tanh_with_1_over_n_decays_like_1_over_2l_in_a_network_too():
    """Index l: activations of layer l; the theory, test_theory's, is 0.2365, 0.1667, 0.0522 at 2, 3, 10."""
    theory = length_map(tanh, 1, q=1.0, layers=10)
    weights = init.lecun_normal

    def once(rng):
        params = init.init_params(rng, [200] * 11, weights)
        return each(mean_square, forward(params, inputs(rng, 8, 200), [tanh] * 10).h)

    repeats = repeat(once, rngs(8))
    error = K * repeats.std / math.sqrt(8) + np.arange(11) / 200 * theory
    assert (np.abs(repeats.mean - theory) <= error + 1e-12).all()
    assert abs(repeats.mean[10] - 0.25) > 3 * error[10]  # "it settles at 0.25"


# --- the telescope of widths


TELESCOPE = [784, 512, 256, 256, 128, 10]


@pytest.mark.parametrize(("mode", "scale", "forward_product", "backward_product"), [
    ("fan_in", 2, 1, 10 / 784), ("fan_out", 2, 78.4, 1), ("fan_avg", 2, 3.99, 0.0509)])
def test_the_telescope_of_unequal_widths_measured(mode, scale, forward_product, backward_product):
    """Five layers but four ReLUs, so twice the product of (fan / n) in both directions."""
    def once(rng):
        params = init.init_params(rng, TELESCOPE, init.variance_scaling(scale, mode, "normal"))
        trace = forward(params, inputs(rng, 4, 784), relu)
        grads = backward(params, trace, relu, rng.normal(size=(4, 10)))
        return np.array([mean_square(trace.z[-1]), mean_square(grads.z[0])])

    repeats = repeat(once, rngs(12))
    expected = 2 * np.array([forward_product, backward_product])
    error = K * repeats.std / math.sqrt(12)
    assert (np.abs(repeats.mean - expected) <= error).all()
    assert (error < 0.9 * expected).all()
    assert not (np.abs(repeats.mean - expected[::-1]) <= error).any()  # twin: the directions exchanged


# --- Glorot & Bengio's network at laptop size, and the two schemes' lasting difference


@pytest.mark.parametrize(("name", "weights", "variance", "stds"), [
    ("standard", init.variance_scaling(1 / 3, "fan_in", "uniform"), lambda a, b: 1 / (3 * a),
     [0.461, 0.250, 0.141, 0.081, 0.047]),
    ("normalised", init.xavier_uniform, SCHEMES["xavier"], [0.63, 0.49, 0.41, 0.36, 0.32])])
def test_glorot_and_bengios_tables_and_their_surprise(name, weights, variance, stds):
    """tanh, 1024-1000 × 5, Gaussian inputs: a third of the size, and the std of the activations is theirs."""
    sizes, fs = [342] + [333] * 5, [tanh] * 5

    def once(rng):
        params = init.init_params(rng, sizes, weights)
        trace = forward(params, inputs(rng, 50, sizes[0]), fs)
        grads = backward(params, trace, fs, rng.normal(size=(50, sizes[-1])))
        return np.array([each(pooled_std, trace.h[1:]), each(pooled_std, grads.z[1:]),
                         each(pooled_std, [dW for dW, _ in grads.params])])

    h, dz, dW = repeat(once, rngs(3)).mean
    np.testing.assert_allclose(h, stds, rtol=0.02, atol=0.006)
    weight_var = 333 * variance(333, 333)
    q = [sizes[0] * variance(*sizes[:2])]
    q += length_map(tanh, weight_var, q=q[0], layers=4)[1:].tolist()
    np.testing.assert_allclose(h, [math.sqrt(mean_f2(tanh, each_q)) for each_q in q], rtol=0.03)
    # Their section 4.2.1: dL/dz differs by layer, dL/dW hardly does, either way.
    assert dz[-1] / dz[0] > (10 if name == "standard" else 2)
    assert dW.max() / dW.min() < 1.25


# --- the first loss


@pytest.mark.parametrize(("s", "loss"), [(0.1, 2.3071), (0.5, 2.4137), (1.0, 2.7290), (math.sqrt(2), 3.1102)])
def test_the_first_loss_of_a_softmax_is_ln_10_plus_something_for_the_spread_of_its_logits(s, loss):
    rng = np.random.default_rng(0)
    z = s * rng.normal(size=(20_000, 10))
    per_label = [softmax_cross_entropy.value(z, np.full(len(z), y)) for y in range(10)]
    # ln Σ exp z - mean z has standard deviation below 0.22 s²; and four decimals are given.
    error = K * 0.22 * s**2 / math.sqrt(len(z)) + 5e-5
    assert abs(np.mean(per_label) - loss) < error
    assert np.mean(per_label) - math.log(10) > 20 * error  # it is not ln 10
    if s <= 0.5:  # the first term of a series in s²
        assert np.mean(per_label) == pytest.approx(math.log(10) + 0.45 * s**2, abs=0.04 * s**2)


# --- fans, measured


def interior(z, kernel, stride):
    """What is far enough from the borders to meet every kernel position, in whole strides."""
    margins = [slice(k - 1, n - k + 1) for n, k in zip(z.shape[1:-1], kernel, strict=True)]
    inner = z[:, *margins]
    return inner[:, *(slice(n - n % stride) for n in inner.shape[1:-1])].ravel()[:, None]


def convolved(rng, shape, fan, space, *, stride=1, groups=1, transposed=False):
    W = init.normal(fan**-0.5)(rng, shape)
    x = rng.normal(size=(4, *space, shape[-2] * groups))
    z = convolve_transpose(x, W, stride) if transposed else convolve(x, W, stride, groups)
    return interior(z, shape[:-2], stride) if transposed else z.ravel()[:, None]


def output_variance(*args, seeds=6, **options):
    return repeat(lambda rng: np.array(mean_square(convolved(rng, *args, **options))), rngs(seeds))


LAYERS = {
    "1-d": ((5, 8, 30), (20,), {}), "2-d": ((3, 3, 16, 32), (8, 8), {}), "3-d": ((2, 3, 2, 6, 20), (5, 5, 5), {}),
    "stride 2": ((3, 3, 16, 32), (11, 11), {"stride": 2}), "groups": ((3, 3, 4, 40), (9, 9), {"groups": 4}),
    "depthwise": ((3, 3, 1, 40), (10, 10), {"groups": 20}),
    "transposed": ((3, 3, 16, 24), (8, 8), {"transposed": True}),
    "transposed, stride 2": ((4, 4, 16, 24), (10, 10), {"stride": 2, "transposed": True}),
    "transposed, stride 2, kernel 3": ((3, 3, 16, 24), (11, 11), {"stride": 2, "transposed": True}),
}


def close_to(repeats, expected):
    return abs(repeats.mean - expected) <= K * repeats.std / math.sqrt(len(repeats.all))


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_fan_in_is_what_keeps_the_variance_of_a_convolution(layer):
    shape, space, options = layer
    fan_in, fan_out = init.fans(shape, **options)
    repeats = output_variance(shape, fan_in, space, **options)
    assert close_to(repeats, 1)
    wrong = output_variance(shape, fan_out, space, **options)
    assert fan_in == fan_out or not close_to(wrong, 1)


@pytest.mark.parametrize("layer", [c for c in LAYERS.values() if not c[2].get("transposed")],
                         ids=[n for n, c in LAYERS.items() if not c[2].get("transposed")])
def test_fan_out_is_what_keeps_the_variance_of_its_gradient(layer):
    """The gradient of a convolution is the transposed one, group by group, of a Gaussian gradient at the top."""
    shape, space, options = layer
    stride, groups = options.get("stride", 1), options.get("groups", 1)
    fan_in, fan_out = init.fans(shape, **options)

    def once(rng):
        W = init.normal(fan_out**-0.5)(rng, shape)
        parts = [convolve_transpose(rng.normal(size=(4, *space, w.shape[-1])), w.swapaxes(-1, -2), stride)
                 for w in np.split(W, groups, axis=-1)]
        return np.array(np.mean([mean_square(interior(dx, shape[:-2], stride)) for dx in parts]))

    assert close_to(repeat(once, rngs(6)), 1)
    assert fan_in == fan_out or not close_to(repeat(once, rngs(6)), fan_in / fan_out)


@pytest.mark.parametrize(("fan", "variance"), [(64 * 4**2 / 2**2, 1), (32 * 4**2, 0.5), (64 * 4**2, 0.25)],
                         ids=["true", "PyTorch's fan_in", "forgetting the stride"])
def test_the_transposed_convolution_whose_fan_libraries_miss(fan, variance):
    """k = 4, stride 2, 64 → 32 channels: each output meets a quarter of the kernel."""
    shape, options = (4, 4, 64, 32), {"stride": 2, "transposed": True}
    repeats = output_variance(shape, fan, (7, 7), **options)
    assert close_to(repeats, variance)
    assert repeats.mean == pytest.approx(variance, rel=0.02)
    assert (init.fans(shape, **options)[0] == fan) == (variance == 1)


def test_a_scheme_with_the_right_fans_keeps_the_variance_and_without_them_does_not():
    shape, stride = (4, 4, 64, 32), 2
    right = init.variance_scaling(1, "fan_in", "normal", partial(init.fans, stride=stride, transposed=True))

    def once(rng, weights):
        z = convolve_transpose(rng.normal(size=(2, 7, 7, 64)), weights(rng, shape), stride)
        return np.array(mean_square(interior(z, (4, 4), stride)))

    assert close_to(repeat(lambda rng: once(rng, right), rngs(6)), 1)
    assert close_to(repeat(lambda rng: once(rng, init.lecun_normal), rngs(6)), 0.25)


# --- slopes


@pytest.mark.parametrize("a", [0.0, 0.01, 0.25, 0.5, -1.0])
def test_half_of_1_plus_a_squared_is_what_a_leaky_relu_leaves(a):
    weights = init.variance_scaling(2 / (1 + a * a), "fan_in", "normal")
    repeats = measured(leaky_relu(a), weights)
    first = 2 / (1 + a * a)  # the first layer's inputs have passed no activation
    assert (np.abs(repeats.mean[0] - first)[1:] <= K * repeats.std[0][1:] / math.sqrt(SEEDS)).all()
    assert agree(repeats, predicted(leaky_relu(a), lambda n, k: first / n))
