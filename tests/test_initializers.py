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
from initbook.activations import relu, tanh
from initbook.convolution import convolve
from initbook.losses import softmax_cross_entropy
from initbook.optimizers import sgd
from initbook.symmetry import spread, tied_groups
from initbook.theory import forward_gain
from initbook.training import train

K = 5
# Moments of N(0, 1) cut off at ±2, by parts: each power brings a term 2 · 2^k φ(2) at the ends.
ENDS = 2 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2))
CUT_2, CUT_4 = 1 - 2 * ENDS, 3 - (2**3 + 3 * 2) * ENDS
KURTOSIS = {"normal": 3.0, "uniform": 9 / 5, "truncated": CUT_4 / CUT_2**2}
FAN_IN, FAN_OUT = SHAPE = (120, 280)  # unequal, or the wrong fan would pass
LAWS = pytest.mark.parametrize("law", KURTOSIS)


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
            "he": 2 / FAN_IN, "kaiming": 2 / FAN_IN}
SCHEMES = {f"{scheme}_{law}": (variance, law) for scheme, variance in VARIANCE.items() for law in KURTOSIS}
SCHEME = pytest.mark.parametrize("scheme", ["lecun", "xavier", "he"])  # the others are second names


def test_every_initializer_of_the_package_has_its_variance_and_its_law_here():
    assert set(init.ALL) == {*SCHEMES, "zeros"}
    assert not [name for name in init.ALL if init.ALL[name] is not getattr(init, name)]


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_has_the_mean_the_variance_and_the_law_of_its_name(name):
    W = init.ALL[name](rng(), SHAPE)
    assert W.shape == SHAPE and W.dtype == float
    assert has_law(W, *SCHEMES[name])


@LAWS
@pytest.mark.parametrize(("author", "first_name"), [("glorot", "xavier"), ("he", "kaiming")])
def test_an_author_and_his_first_name_are_one_function(author, first_name, law):
    assert getattr(init, f"{author}_{law}") is getattr(init, f"{first_name}_{law}")


FAN = {"fan_in": FAN_IN, "fan_out": FAN_OUT, "fan_avg": (FAN_IN + FAN_OUT) / 2}


@pytest.mark.parametrize(("scale", "mode", "law"), [*itertools.product([0.5, 2], FAN, KURTOSIS)])
def test_variance_scaling_has_the_scale_over_the_fan_and_over_no_other(scale, mode, law):
    W, variance = init.variance_scaling(scale, mode, law)(rng(), SHAPE), scale / FAN[mode]
    assert has_law(W, variance, law)
    # Twins: the other fans, their sum, a factor 2, a cut tail not made up for, a std for a variance or the reverse.
    others = [scale / n for n in (*FAN.values(), FAN_IN + FAN_OUT) if n != FAN[mode]]
    factors = [variance * factor for factor in (1 / 2, 2, init.TRUNCATED_STD**2, variance, 1 / math.sqrt(variance))]
    assert not [wrong for wrong in others + factors if has_variance(W, wrong, law)]
    assert not [other for other in KURTOSIS if other != law and has_law(W, variance, other)]


def test_twin_rand_in_place_of_randn_does_not_pass():
    W = rng().random(SHAPE)
    assert not has_mean_zero(W, W.var())


@SCHEME
def test_a_uniform_scheme_fills_its_bounds_and_never_leaves_them(scheme):
    W, bound = abs(init.ALL[f"{scheme}_uniform"](rng(), SHAPE)), np.sqrt(3 * VARIANCE[scheme])
    assert W.max() <= bound
    # All n draws miss the last share s/n of the range with probability e^-s.
    assert W.max() > bound * (1 - 20 / W.size)


def test_a_truncated_law_has_the_standard_deviation_of_the_facts():
    assert math.isclose(math.sqrt(CUT_2), 0.8796256610342398, rel_tol=1e-15)
    assert math.isclose(truncnorm(-2, 2).std(), 0.8796256610342398, rel_tol=1e-12)
    assert math.isclose(init.TRUNCATED_STD, 0.8796256610342398, rel_tol=1e-15)
    assert round(init.TRUNCATED_STD ** (2 * 20), 4) == 0.0059  # of the variance, after 20 layers not corrected


@SCHEME
def test_a_truncated_scheme_stops_at_two_deviations_of_the_law_before_the_cut(scheme):
    W = abs(init.ALL[f"{scheme}_truncated"](rng(), SHAPE))
    bound = 2 * np.sqrt(VARIANCE[scheme] / CUT_2)
    assert 0.99 * bound < W.max() <= bound * (1 + 1e-12)


@LAWS
def test_hes_literal_2_is_what_relu_takes_from_the_mean_square(law):
    lecun, he = (init.ALL[f"{name}_{law}"](rng(), SHAPE) for name in ("lecun", "he"))
    np.testing.assert_allclose(he, forward_gain(relu) * lecun, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("make", "variance", "law"), [
    (init.normal, lambda std: std**2, "normal"), (init.truncated_normal, lambda std: std**2, "truncated"),
    (init.uniform, lambda limit: limit**2 / 3, "uniform")], ids=["normal", "truncated", "uniform"])
def test_a_law_takes_its_standard_deviation_or_its_bound(make, variance, law):
    for size in (0.01, 3.0):
        assert has_law(make(size)(rng(), SHAPE), variance(size), law)


@pytest.mark.parametrize("make", [init.normal, init.uniform, init.truncated_normal, init.orthogonal])
def test_two_scales_see_the_same_draws(make):
    small, large = make(0.02)(rng(), SHAPE), make(0.06)(rng(), SHAPE)
    np.testing.assert_allclose(large, 3 * small, rtol=1e-12, atol=1e-15)
    assert not make(0)(rng(), SHAPE).any()


def draws_nothing(make):
    stream = rng()
    before = stream.bit_generator.state
    make(stream, (3, 4))
    return stream.bit_generator.state == before


@pytest.mark.parametrize(("make", "value"), [
    (init.zeros, 0.0), (init.constant(0.5), 0.5), (init.constant(-2), -2.0)])
def test_a_constant_start_is_one_value_and_draws_nothing(make, value):
    W = make(rng(), (3, 4))
    assert W.dtype == float and W.tolist() == [[value] * 4] * 3
    assert draws_nothing(make)
    assert not draws_nothing(init.he_normal)


# --- what libraries do by default (FACTS), in variances


def test_the_common_uniform_start_is_a_sixth_of_he_in_variance():
    common = init.variance_scaling(1 / 3, "fan_in", "uniform")(rng(), SHAPE)
    np.testing.assert_allclose(init.he_uniform(rng(), SHAPE), np.sqrt(6) * common, rtol=1e-12, atol=1e-15)
    slope = math.sqrt(5)  # "kaiming with a = √5": the gain² of a leaky ReLU is 2 / (1 + a²)
    assert math.isclose(2 / (1 + slope**2), 1 / 3)
    np.testing.assert_allclose(common, init.uniform(1 / np.sqrt(FAN_IN))(rng(), SHAPE), atol=1e-15)
    assert round(1 / math.sqrt(6), 3) == 0.408  # per ReLU layer, in std


# --- orthogonal matrices


@pytest.mark.parametrize("shape", [(30, 30), (50, 20), (20, 50), (7, 1), (1, 7), (1, 1)], ids=str)
def test_columns_are_orthogonal_if_they_can_be_and_rows_otherwise(shape):
    W = init.orthogonal(1.7)(rng(), shape)
    assert W.shape == shape
    tall = W if shape[0] >= shape[1] else W.T
    # Householder's errors grow with the number of columns, each of a rounding or so.
    np.testing.assert_allclose(tall.T @ tall, 1.7**2 * np.eye(min(shape)), atol=4 * max(shape) * 2**-52 * 1.7**2)


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


def operator_lengths(W):
    """All singular values of a convolution with this kernel on a ring of 6 × 6, one matrix a frequency."""
    return np.linalg.svd(np.fft.fft2(W, s=(6, 6), axes=(0, 1)), compute_uv=False)


@pytest.mark.parametrize("kernel", [(3, 3), (2, 2), (1, 1), (5, 3)], ids=str)
def test_a_delta_orthogonal_kernel_is_an_orthogonal_map_and_an_orthogonal_kernel_is_none(kernel):
    shape = (*kernel, 5, 5)
    np.testing.assert_allclose(operator_lengths(init.delta_orthogonal(1.7)(rng(), shape)), 1.7, rtol=1e-12)
    assert kernel == (1, 1) or operator_lengths(init.orthogonal(1.7)(rng(), shape)).min() < 1.2


def test_a_delta_orthogonal_convolution_passes_the_middle_of_each_window():
    x = rng().normal(size=(2, 7, 7, 4))
    W = init.delta_orthogonal()(rng(), (3, 3, 4, 6))  # more channels: orthonormal rows, every length is kept
    z = convolve(x, W)
    np.testing.assert_allclose((z**2).sum(axis=-1), (x[:, 1:-1, 1:-1] ** 2).sum(axis=-1), rtol=1e-12)
    narrow = convolve(x, init.delta_orthogonal()(rng(), (3, 3, 4, 3)))
    assert ((narrow**2).sum(axis=-1) < (x[:, 1:-1, 1:-1] ** 2).sum(axis=-1)).all()


def test_of_a_dense_shape_it_is_the_orthogonal_one():
    np.testing.assert_array_equal(init.delta_orthogonal(2)(rng(), (4, 3)), init.orthogonal(2)(rng(), (4, 3)))


# --- distinct units without randomness


COSINE_SHAPES = [(64, 32), (32, 64), (10, 10), (300, 7), (7, 300), (2, 500), (500, 2)]
COSINE_SHAPE = pytest.mark.parametrize("shape", COSINE_SHAPES, ids=str)


def cosine(shape, scale=1.0):
    return init.cosine(scale)(rng(), shape)


def closest_directions(columns):
    """1 - |cos| of the angle between the two columns that are closest to being multiples."""
    u = (columns / np.linalg.norm(columns, axis=0)).T
    a, b = np.triu_indices(len(u), k=1)
    # |u - v|²/2 = 1 - cos keeps its digits where 1 - u @ v would cancel.
    return min(((u[a] + sign * u[b]) ** 2).sum(axis=1).min() for sign in (-1, 1)) / 2


@COSINE_SHAPE
def test_the_mean_square_of_a_cosine_start_is_the_scale_over_fan_in(shape):
    # Exact, not up to a sampling error: nothing is sampled.
    for scale in (1, 2):
        assert np.isclose((cosine(shape, scale) ** 2).mean(), scale / shape[0], rtol=1e-12)
    assert draws_nothing(init.cosine())


@COSINE_SHAPE
def test_its_columns_are_orthogonal_when_they_can_be_and_its_rows_when_columns_cannot(shape):
    W = cosine(shape) if shape[1] <= shape[0] else cosine(shape).T
    gram = W.T @ W
    np.testing.assert_allclose(gram, gram[0, 0] * np.eye(len(gram)), atol=4 * len(W) * 2**-52 * gram.max())


@COSINE_SHAPE
def test_no_unit_of_it_is_a_multiple_of_another_neither_incoming_nor_outgoing(shape):
    # k lines through the origin of a plane can be no more than pi/k apart; ours come close to that.
    apart = 1 - np.cos(np.pi / max(shape))
    assert closest_directions(cosine(shape)) > apart / 10
    assert closest_directions(cosine(shape).T) > apart / 10


@pytest.mark.parametrize("make", [init.constant(0.1), lambda rng, shape: np.outer(*map(np.arange, shape)) + 1.0],
                         ids=["constant", "rank two"])
def test_twin_a_start_with_parallel_units_is_noticed(make):
    W = make(None, (64, 32))
    assert closest_directions(np.column_stack([W, 3 * W[:, 0]])) < 1e-12


@pytest.mark.parametrize("k", [1, 2, 50])
def test_with_one_input_its_columns_are_multiples_but_still_distinct(k):
    assert len(np.unique(cosine((1, k)))) == k


@pytest.mark.parametrize(("weights", "distinct"), [(init.cosine(), True), (init.constant(0.1), False)])
def test_a_network_from_cosines_has_no_ties_and_training_makes_none(weights, distinct):
    x, y = rng().normal(size=(40, 6)), rng().integers(3, size=40)
    start = init.init_params(rng(), [6, 9, 3], weights)
    end = train(start, x, y, activations=tanh, loss=softmax_cross_entropy, optimizer=sgd(0.1), steps=50).params
    assert (len(tied_groups(start, 1)) == 9) == distinct
    assert spread(end, 1) > 0.1 if distinct else spread(end, 1) < 1e-9


# --- fans


@pytest.mark.parametrize(("shape", "options", "expected"), [
    ((784, 100), {}, (784, 100)),
    ((1, 1), {}, (1, 1)),
    ((784, 100), {"stride": 5}, (784, 100)),  # no direction to step in
    ((3, 3, 64, 128), {}, (576, 1152)),
    ((3, 3, 8, 6), {"stride": 2}, (72, 13.5)),
    ((4, 4, 64, 32), {"stride": 2, "transposed": True}, (256, 512)),
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
    assert has_variance(init.variance_scaling(1, "fan_in", "normal", fans)(rng(), shape), 1 / 256, "normal")
    assert not has_variance(init.lecun_normal(rng(), shape), 1 / 256, "normal")
    W = init.variance_scaling(1, "fan_avg", "uniform", partial(init.fans, fused=3))(rng(), (300, 900))
    assert has_variance(W, 1 / 300, "uniform")  # as if each projection stood alone
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


def test_divided_by_its_stretch_a_matrix_of_mean_0_keeps_a_random_signal_and_one_of_another_mean_does_not():
    def keeps(draw, n):
        rng = np.random.default_rng(0)
        W = draw(rng, (n, n))
        h = rng.normal(size=(50, n))
        return ((h @ W / np.linalg.norm(W, 2)) ** 2).mean() ** 0.5

    normal, positive = init.lecun_normal, lambda rng, shape: rng.random(shape)
    assert keeps(normal, 64) == pytest.approx(keeps(normal, 512), rel=0.1) == pytest.approx(0.5, rel=0.1)
    assert keeps(positive, 512) < 0.5 * keeps(positive, 64)
