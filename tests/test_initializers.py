"""Each scheme has the mean, the variance and the law it is named for.

Tolerances come from the sampling error, never from taste. Of n independent draws with variance v
and kurtosis κ, the mean has standard deviation √(v/n) and the sample variance has v √((κ - 1)/n);
κ is 3 for the normal law and 9/5 for the uniform one. K times that is allowed.
"""

import itertools
import math
from functools import partial

import numpy as np
import pytest
from scipy.stats import truncnorm

from initbook import initializers as init

K = 5
# Moments of N(0, 1) cut off at ±2, by parts: each power brings a term 2 · 2^k φ(2) at the ends.
ENDS = 2 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2))
CUT_2, CUT_4 = 1 - 2 * ENDS, 3 - (2**3 + 3 * 2) * ENDS
KURTOSIS = {"normal": 3.0, "uniform": 9 / 5, "truncated": CUT_4 / CUT_2**2}
FAN_IN, FAN_OUT = SHAPE = (300, 700)  # unequal, or the wrong fan would pass


def rng():
    return np.random.default_rng(2)


def has_mean_zero(W, variance):
    return abs(W.mean()) <= K * np.sqrt(variance / W.size)


def has_variance(W, variance, law):
    error = np.sqrt((KURTOSIS[law] - 1) / W.size)
    return abs(W.var() / variance - 1) <= K * error


def has_kurtosis(W, law):
    # The sample kurtosis of a normal law has standard deviation √(24/n); of the others, less.
    kurtosis = (W**4).mean() / (W**2).mean() ** 2
    return abs(kurtosis - KURTOSIS[law]) <= K * np.sqrt(24 / W.size)


def has_law(W, variance, law):
    return has_mean_zero(W, variance) and has_variance(W, variance, law) and has_kurtosis(W, law)


VARIANCE = {"lecun": 1 / FAN_IN, "xavier": 2 / (FAN_IN + FAN_OUT), "glorot": 2 / (FAN_IN + FAN_OUT),
            "he": 2 / FAN_IN}
SCHEMES = [(f"{scheme}_{law}", variance, law)
           for scheme, variance in VARIANCE.items() for law in KURTOSIS]
BY_NAME = pytest.mark.parametrize(("name", "variance", "law"), SCHEMES, ids=[s[0] for s in SCHEMES])


@BY_NAME
def test_a_scheme_has_the_mean_the_variance_and_the_law_of_its_name(name, variance, law):
    W = getattr(init, name)(rng(), SHAPE)
    assert W.shape == SHAPE and W.dtype == float
    assert has_law(W, variance, law)


FAN = {"fan_in": FAN_IN, "fan_out": FAN_OUT, "fan_avg": (FAN_IN + FAN_OUT) / 2}
GRID = [*itertools.product([0.5, 1, 2], FAN, KURTOSIS)]


@pytest.mark.parametrize(("scale", "mode", "law"), GRID)
def test_variance_scaling_has_the_scale_over_the_fan_and_over_no_other(scale, mode, law):
    W = init.variance_scaling(scale, mode, law)(rng(), SHAPE)
    assert has_law(W, scale / FAN[mode], law)
    assert not any(has_variance(W, scale / n, law) for other, n in FAN.items() if other != mode)
    assert not any(has_variance(W, scale * factor / FAN[mode], law) for factor in (1 / 2, 2, init.TRUNCATED_STD**2))


MISTAKES = {
    "factor 2 forgotten": ("he_{}", lambda law: init.variance_scaling(1, "fan_in", law)),
    "fans swapped": ("he_{}", lambda law: init.variance_scaling(2, "fan_out", law)),
    "fan_avg for fan_in": ("lecun_{}", lambda law: init.variance_scaling(1, "fan_avg", law)),
    "fan_in for fan_avg": ("xavier_{}", lambda law: init.variance_scaling(1, "fan_in", law)),
    "sum of fans, not mean": ("xavier_{}", lambda law: init.variance_scaling(0.5, "fan_avg", law)),
}


@pytest.mark.parametrize("law", KURTOSIS)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_twin_the_usual_mistakes_do_not_pass_for_the_scheme(mistake, law):
    pattern, make = MISTAKES[mistake]
    variance = {name: v for name, v, _ in SCHEMES}[pattern.format(law)]
    assert not has_variance(make(law)(rng(), SHAPE), variance, law)


@BY_NAME
def test_twin_a_standard_deviation_does_not_pass_for_a_variance(name, variance, law):
    W = getattr(init, name)(rng(), SHAPE)
    assert not has_variance(W / W.std() * variance, variance, law)  # std := variance
    assert not has_variance(W / W.std() * variance**0.25, variance, law)  # variance := std


def test_twin_rand_in_place_of_randn_does_not_pass():
    W = rng().random(SHAPE)
    assert not has_mean_zero(W, W.var())


@pytest.mark.parametrize(("law", "other"), [*itertools.permutations(KURTOSIS, 2)])
def test_twin_the_other_law_with_the_right_variance_does_not_pass(law, other):
    W = init.variance_scaling(2, "fan_in", other)(rng(), SHAPE)
    assert has_mean_zero(W, 2 / FAN_IN)
    assert not has_law(W, 2 / FAN_IN, law)


@pytest.mark.parametrize("law", KURTOSIS)
def test_the_tolerance_is_the_sampling_error_neither_wider_nor_narrower(law):
    # The standard deviation of `repeats` estimates is itself known to 1/√(2 repeats).
    repeats, shape = 800, (20, 30)
    draw, stream = init.variance_scaling(1, "fan_in", law), rng()
    estimates = np.array([draw(stream, shape).var() * shape[0] for _ in range(repeats)])
    predicted = np.sqrt((KURTOSIS[law] - 1) / (shape[0] * shape[1]))
    assert abs(estimates.std() / predicted - 1) < K / np.sqrt(2 * repeats)


@pytest.mark.parametrize("scheme", VARIANCE)
def test_a_uniform_scheme_fills_its_bounds_and_never_leaves_them(scheme):
    W, bound = abs(getattr(init, f"{scheme}_uniform")(rng(), SHAPE)), np.sqrt(3 * VARIANCE[scheme])
    assert W.max() <= bound
    # All n draws miss the last share s/n of the range with probability e^-s.
    assert W.max() > bound * (1 - 20 / W.size)


def test_the_normalized_bound_of_glorot_and_bengio_is_eq_16():
    assert np.isclose(np.sqrt(3 * VARIANCE["xavier"]), np.sqrt(6) / np.sqrt(FAN_IN + FAN_OUT))


def test_a_truncated_law_has_the_standard_deviation_of_the_facts():
    assert math.isclose(math.sqrt(CUT_2), 0.8796256610342398, rel_tol=1e-15)
    assert math.isclose(truncnorm(-2, 2).std(), 0.8796256610342398, rel_tol=1e-12)
    assert math.isclose(init.TRUNCATED_STD, 0.8796256610342398, rel_tol=1e-15)


@pytest.mark.parametrize("std", [0.01, 3.0])
def test_truncated_normal_takes_the_standard_deviation_that_is_left(std):
    W = init.truncated_normal(std)(rng(), SHAPE)
    assert has_law(W, std**2, "truncated")
    assert not has_variance(init.TRUNCATED_STD * W, std**2, "truncated")  # twin: cut and not corrected
    assert not has_variance(np.clip(init.normal(std)(rng(), SHAPE), -2 * std, 2 * std), std**2, "normal")


def test_the_distribution_function_of_the_truncated_law_is_scipys():
    W = np.sort(init.truncated_normal(1.0)(rng(), SHAPE).ravel()) * init.TRUNCATED_STD
    ranks = np.arange(1, W.size + 1) / W.size
    # Kolmogorov: the largest distance exceeds 2.5/√n in 1 of 100,000 samples.
    assert np.abs(truncnorm(-2, 2).cdf(W) - ranks).max() < 2.5 / np.sqrt(W.size)
    normal = np.sort(rng().normal(size=W.size))
    assert np.abs(truncnorm(-2, 2).cdf(normal) - ranks).max() > 2.5 / np.sqrt(W.size)


def test_twenty_layers_of_uncorrected_draws_leave_0_0059_of_the_variance():
    assert round(init.TRUNCATED_STD ** (2 * 20), 4) == 0.0059


@pytest.mark.parametrize("scheme", VARIANCE)
def test_a_truncated_scheme_stops_at_two_deviations_of_the_law_before_the_cut(scheme):
    W = abs(getattr(init, f"{scheme}_truncated")(rng(), SHAPE))
    bound = 2 * np.sqrt(VARIANCE[scheme] / CUT_2)
    assert 0.99 * bound < W.max() <= bound * (1 + 1e-12)


@pytest.mark.parametrize("law", KURTOSIS)
@pytest.mark.parametrize(("author", "first_name"), [("glorot", "xavier"), ("he", "kaiming")])
def test_an_author_and_his_first_name_are_one_function(author, first_name, law):
    assert getattr(init, f"{author}_{law}") is getattr(init, f"{first_name}_{law}")


@pytest.mark.parametrize("law", KURTOSIS)
def test_hes_literal_2_is_what_relu_takes_from_the_mean_square(law):
    # 1 / E[relu(z)²] for z ~ N(0, 1), by quadrature on [0, 12]; what lies beyond is below 1e-30.
    node, weight = np.polynomial.legendre.leggauss(60)
    z, dz = 6 * (node + 1), 6 * weight
    gain = 1 / np.sum(z**2 * np.exp(-z**2 / 2) / np.sqrt(2 * np.pi) * dz)
    lecun, he = (getattr(init, f"{name}_{law}")(rng(), SHAPE) for name in ("lecun", "he"))
    np.testing.assert_allclose(he, np.sqrt(gain) * lecun, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("make", [init.normal, init.uniform, init.truncated_normal, init.orthogonal])
def test_two_scales_see_the_same_draws(make):
    small, large = make(0.02)(rng(), SHAPE), make(0.06)(rng(), SHAPE)
    np.testing.assert_allclose(large, 3 * small, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("std", [0.01, 3.0])
def test_normal_takes_a_standard_deviation(std):
    assert has_law(init.normal(std)(rng(), SHAPE), std**2, "normal")


@pytest.mark.parametrize("limit", [0.01, 3.0])
def test_uniform_takes_a_bound_and_has_a_third_of_its_square_as_variance(limit):
    assert has_law(init.uniform(limit)(rng(), SHAPE), limit**2 / 3, "uniform")


@pytest.mark.parametrize(("make", "value"), [
    (init.zeros, 0.0), (init.constant(0.5), 0.5), (init.constant(-2), -2.0)])
def test_what_is_not_random_draws_nothing(make, value):
    stream = rng()
    before = stream.bit_generator.state
    W = make(stream, (3, 4))
    assert stream.bit_generator.state == before
    assert W.dtype == float and W.tolist() == [[value] * 4] * 3


@pytest.mark.parametrize("make", [init.normal(1), init.uniform(1), init.truncated_normal(1), init.orthogonal(),
                                  init.he_normal])
def test_twin_what_is_random_moves_the_generator(make):
    stream = rng()
    before = stream.bit_generator.state
    make(stream, (3, 4))
    assert stream.bit_generator.state != before


@pytest.mark.parametrize("make", [init.normal(0), init.uniform(0), init.truncated_normal(0), init.orthogonal(0),
                                  init.variance_scaling(0, "fan_in", "normal")])
def test_a_scale_of_zero_gives_zeros(make):
    assert not make(rng(), SHAPE).any()


# --- what libraries do by default (FACTS), in variances


def test_the_common_uniform_start_is_a_sixth_of_he_in_variance():
    common = init.variance_scaling(1 / 3, "fan_in", "uniform")(rng(), SHAPE)
    assert np.abs(common).max() <= 1 / np.sqrt(FAN_IN)
    assert has_variance(common, 1 / (3 * FAN_IN), "uniform")
    assert math.isclose(init.he_uniform(rng(), SHAPE)[0, 0] / common[0, 0], np.sqrt(6))
    assert round(1 / math.sqrt(6), 3) == 0.408  # per ReLU layer, in std


def test_kaiming_with_a_slope_of_root_5_is_that_start():
    slope = math.sqrt(5)  # the gain² of a leaky ReLU is 2 / (1 + a²)
    W = init.variance_scaling(2 / (1 + slope**2), "fan_in", "uniform")(rng(), SHAPE)
    np.testing.assert_allclose(W, init.uniform(1 / np.sqrt(FAN_IN))(rng(), SHAPE), rtol=1e-12)


# --- orthogonal matrices


@pytest.mark.parametrize("shape", [(30, 30), (50, 20), (20, 50), (7, 1), (1, 7), (1, 1)], ids=str)
@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_columns_are_orthogonal_if_they_can_be_and_rows_otherwise(shape, gain):
    W = init.orthogonal(gain)(rng(), shape)
    assert W.shape == shape
    tall = W if shape[0] >= shape[1] else W.T
    # Householder's errors grow with the number of columns, each of a rounding or so.
    np.testing.assert_allclose(tall.T @ tall, gain**2 * np.eye(min(shape)), atol=4 * max(shape) * 2**-52 * gain**2)


def test_twin_normal_draws_of_that_variance_are_not_orthogonal():
    W = init.lecun_normal(rng(), (50, 20))
    assert np.abs(W.T @ W - np.eye(20)).max() > 0.1


def test_a_kernel_is_filled_as_a_matrix():
    W = init.orthogonal()(rng(), (3, 3, 4, 8))
    assert W.shape == (3, 3, 4, 8)
    np.testing.assert_array_equal(W.reshape(36, 8), init.orthogonal()(rng(), (36, 8)))


def signs_are_fair(draw, seeds=400):
    """The trace of a uniformly distributed rotation or reflection has mean 0 and variance 1, as has, n times
    over, every diagonal entry (Diaconis & Shahshahani, 1994)."""
    stream = rng()
    diagonals = np.array([np.diag(draw(stream, (8, 8))) for _ in range(seeds)])
    traces, firsts = diagonals.sum(axis=1), diagonals[:, 0] * np.sqrt(8)
    return (max(abs(traces.mean()), abs(firsts.mean())) <= K / np.sqrt(seeds)
            and abs(traces.var() - 1) <= K * np.sqrt(2 / seeds))


def test_orthogonal_draws_are_uniform_because_the_signs_are_put_right():
    assert signs_are_fair(init.orthogonal())
    assert not signs_are_fair(lambda rng, shape: np.linalg.qr(rng.normal(size=shape))[0])


def test_orthogonal_rows_when_expanding_leave_fan_in_over_fan_out_of_the_mean_square():
    W, h = init.orthogonal()(rng(), (5, 20)), rng().normal(size=(1000, 5))
    assert math.isclose(((h @ W) ** 2).mean(), (h**2).mean() * 5 / 20, rel_tol=1e-12)  # FACTS measured 0.249
    W = init.orthogonal()(rng(), (20, 5))
    assert abs(np.mean((rng().normal(size=(100_000, 20)) @ W) ** 2) - 1) < K * np.sqrt(2 / 500_000)


# --- fans


@pytest.mark.parametrize(("shape", "options", "expected"), [
    ((784, 100), {}, (784, 100)),
    ((1, 1), {}, (1, 1)),
    ((784, 100), {"stride": 5}, (784, 100)),  # no direction to step in
    ((5, 16, 32), {}, (80, 160)),
    ((3, 3, 64, 128), {}, (576, 1152)),
    ((3, 5, 7, 2, 4), {}, (210, 420)),
    ((3, 3, 64, 128), {"stride": 2}, (576, 288)),
    ((3, 3, 8, 6), {"stride": 2}, (72, 13.5)),
    ((4, 4, 64, 32), {"stride": 2, "transposed": True}, (256, 512)),
    ((3, 3, 3, 8, 6), {"stride": 3, "transposed": True}, (8, 162)),
    ((3, 3, 16, 128), {"groups": 4}, (144, 288)),
    ((3, 3, 1, 64), {"groups": 64}, (9, 9)),
    ((3, 3, 1, 128), {"groups": 64}, (9, 18)),
    ((3, 3, 16, 128), {"groups": 4, "stride": 2}, (144, 72)),
    ((512, 1536), {"fused": 3}, (512, 512)),
    (np.array([3, 4]), {}, (3, 4)),
])
def test_fans_are_what_a_unit_sums_and_what_an_input_feeds(shape, options, expected):
    given = init.fans(shape, **options)
    assert given == expected
    assert [type(n) for n in given] == [type(n) for n in expected]


def test_a_scheme_takes_the_fans_it_is_given():
    shape, fans = (4, 4, 64, 32), partial(init.fans, stride=2, transposed=True)
    W = init.variance_scaling(1, "fan_in", "normal", fans)(rng(), shape)
    assert has_variance(W, 1 / 256, "normal")
    assert not has_variance(init.lecun_normal(rng(), shape), 1 / 256, "normal")


def test_a_fused_projection_starts_as_if_it_stood_alone():
    W = init.variance_scaling(1, "fan_avg", "uniform", partial(init.fans, fused=3))(rng(), (300, 900))
    alone = init.xavier_uniform(rng(), (300, 300))
    assert has_variance(W, 1 / 300, "uniform") and has_variance(alone, 1 / 300, "uniform")
    packed = init.xavier_uniform(rng(), (300, 900))  # what PyTorch's MultiheadAttention does: std × √½
    assert has_variance(packed, 1 / 600, "uniform") and not has_variance(packed, 1 / 300, "uniform")


# --- the parameters of a network


def test_layers_draw_in_order_weights_before_biases():
    stream = rng()
    expected = [stream.normal(0, 1, shape) for shape in [(3, 4), (4,), (4, 2), (2,)]]
    params = init.init_params(rng(), [3, 4, 2], init.normal(1), init.normal(1))
    drawn = [array for layer in params for array in layer]
    assert all(np.array_equal(a, b) for a, b in zip(drawn, expected, strict=True))


def test_biases_that_are_not_random_leave_the_weights_draws_alone():
    zero, half = (init.init_params(rng(), [3, 4, 2], init.he_normal, bias)
                  for bias in (init.zeros, init.constant(0.5)))
    assert all(np.array_equal(W, V) for (W, _), (V, _) in zip(zero, half, strict=True))
    assert [b.tolist() for _, b in half] == [[0.5] * 4, [0.5] * 2]


def test_no_two_arrays_of_a_network_share_memory():
    arrays = [a for layer in init.init_params(rng(), [4, 4, 4], init.zeros) for a in layer]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


def test_each_layer_may_have_its_own_initializer():
    params = init.init_params(rng(), [3, 4, 2], [init.constant(1), init.constant(2)],
                              [init.constant(3), init.constant(4)])
    assert [(float(W.min()), float(b.max())) for W, b in params] == [(1.0, 3.0), (2.0, 4.0)]


def test_shapes_chain_and_biases_start_at_zero():
    params = init.init_params(rng(), np.array([64, 32, 16, 10]), init.he_normal)
    assert [W.shape for W, _ in params] == [(64, 32), (32, 16), (16, 10)]
    assert [b.tolist() for _, b in params] == [[0.0] * 32, [0.0] * 16, [0.0] * 10]


# --- refusals

FANS = "(fan_in, fan_out), or (*kernel, channels_in, channels_out)"
ARGUMENTS = [
    (init.normal, [-1], ValueError, "std must be a finite number at least 0; got -1"),
    (init.normal, [float("nan")], ValueError, "std must be a finite number at least 0; got nan"),
    (init.normal, [True], TypeError, "std must be a number; got True"),
    (init.uniform, [-0.1], ValueError, "limit must be a finite number at least 0; got -0.1"),
    (init.uniform, [float("inf")], ValueError, "limit must be a finite number at least 0; got inf"),
    (init.constant, [float("nan")], ValueError, "value must be a finite number; got nan"),
    (init.constant, ["0"], TypeError, "value must be a number; got '0'"),
    (init.variance_scaling, [-2, "fan_in", "normal"], ValueError,
     "scale must be a finite number at least 0; got -2"),
    (init.variance_scaling, [2, "fan_mean", "normal"], ValueError,
     "mode must be one of fan_avg, fan_in, fan_out; got 'fan_mean'"),
    (init.variance_scaling, [2, "fan_in", "gaussian"], ValueError,
     "distribution must be one of normal, truncated, uniform; got 'gaussian'"),
    (init.fans, [(3,)], ValueError, f"shape must be {FANS}; got (3,)"),
    (init.fans, [3], ValueError, f"shape must be {FANS}; got 3"),
    (init.fans, [(0, 4)], ValueError, "shape must be a whole number of at least 1; got 0"),
    (init.fans, [(4, 2.5)], TypeError, "shape must be a whole number; got 2.5"),
    (partial(init.fans, groups=3), [(3, 3, 4, 8)], ValueError,
     "groups and fused must be divisors of the 8 outputs; got 3"),
    (partial(init.fans, fused=3), [(4, 8)], ValueError, "groups and fused must be divisors of the 8 outputs; got 3"),
    (partial(init.fans, stride=0), [(3, 4, 8)], ValueError, "stride must be a whole number of at least 1; got 0"),
    (init.truncated_normal, [-1], ValueError, "std must be a finite number at least 0; got -1"),
    (init.orthogonal, ["1"], TypeError, "gain must be a number; got '1'"),
    (init.orthogonal(), [rng(), (3,)], ValueError, f"shape must be {FANS}; got (3,)"),
    (init.he_normal, [rng(), (3,)], ValueError, f"shape must be {FANS}; got (3,)"),
]


@pytest.mark.parametrize(("function", "args", "error", "message"), ARGUMENTS,
                         ids=[message for *_, message in ARGUMENTS])
def test_a_bad_argument_is_named_with_what_is_allowed(function, args, error, message):
    with pytest.raises(error) as caught:
        function(*args)
    assert str(caught.value) == message


@pytest.mark.parametrize("stream", [0, None, np.random.RandomState(0)],
                         ids=["seed", "none", "legacy"])
@pytest.mark.parametrize("use", [
    lambda stream: init.normal(1)(stream, (2, 3)),
    lambda stream: init.uniform(1)(stream, (2, 3)),
    lambda stream: init.truncated_normal(1)(stream, (2, 3)),
    lambda stream: init.orthogonal()(stream, (2, 3)),
    lambda stream: init.he_normal(stream, (2, 3)),
    lambda stream: init.init_params(stream, [2, 3], init.zeros),
], ids=["normal", "uniform", "truncated", "orthogonal", "he_normal", "init_params"])
def test_randomness_is_a_generator_and_never_a_seed(use, stream):
    with pytest.raises(TypeError, match=r"^rng must be a numpy Generator, as np\.random"):
        use(stream)


def test_randomness_cannot_be_left_out():
    with pytest.raises(TypeError, match="rng"):
        init.init_params(sizes=[2, 3], weights=init.zeros)


NETWORKS = [
    ([5], init.zeros, ValueError,
     "sizes must be two or more layer sizes, the input first; got [5]"),
    (5, init.zeros, ValueError,
     "sizes must be two or more layer sizes, the input first; got 5"),
    ([3, 0, 2], init.zeros, ValueError, "sizes[1] must be a whole number of at least 1; got 0"),
    ([3, 4.0, 2], init.zeros, TypeError, "sizes[1] must be a whole number; got 4.0"),
    ([3, 4, 2], [init.zeros], ValueError,
     "weights must be one initializer, or a list of 2; got a list of 1"),
    ([3, 4, 2], 0.01, TypeError,
     "weights must be a function init(rng, shape), or a list of them; got 0.01"),
    ([3, 4, 2], "he", TypeError,
     "weights must be a function init(rng, shape), or a list of them; got 'he'"),
    ([3, 4, 2], [0.01, 0.01], TypeError,
     "weights must be a function init(rng, shape), or a list of them; got [0.01, 0.01]"),
]


@pytest.mark.parametrize(("sizes", "weights", "error", "message"), NETWORKS,
                         ids=[message for *_, message in NETWORKS])
def test_a_network_that_cannot_be_is_refused(sizes, weights, error, message):
    with pytest.raises(error) as caught:
        init.init_params(rng(), sizes, weights)
    assert str(caught.value) == message


def test_a_wrong_list_of_biases_is_named_as_biases():
    with pytest.raises(ValueError, match=r"^biases must be one initializer, or a list of 2; got a"):
        init.init_params(rng(), [3, 4, 2], init.zeros, [init.zeros] * 3)
