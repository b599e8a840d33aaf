"""A convolution is its formula in plain loops, its transpose is one, and counting ones gives the fans."""

from functools import partial
from itertools import product

import numpy as np
import pytest

from checks import read_only
from initbook.convolution import convolve, convolve_transpose, exchange_channels
from initbook.initializers import fans, variance_scaling

# What is summed are at most 60 products of numbers of order 1.
ROUNDING = 1e-12

CASES = {  # space, kernel, channels in and out, stride, groups
    "1-d": ((9,), (3,), 2, 4, 1, 1),
    "1-d, stride 3": ((11,), (4,), 3, 2, 3, 1),
    "2-d": ((6, 7), (3, 2), 3, 5, 1, 1),
    "3-d, stride 2": ((5, 4, 4), (2, 2, 3), 2, 2, 2, 1),
    "groups, stride 2": ((6, 6), (2, 3), 6, 3, 2, 3),
    "depthwise, two outputs a channel": ((7,), (3,), 3, 6, 1, 3),
    "kernel as large as the input": ((3, 4), (3, 4), 2, 3, 2, 1),
}
CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def arrays(case):
    space, kernel, n_in, n_out, stride, groups = case
    rng = np.random.default_rng(0)
    return rng.normal(size=(2, *space, n_in)), rng.normal(size=(*kernel, n_in // groups, n_out)), stride, groups


def by_loops(x, W, stride, groups):
    """One sample, one position, one channel, one product at a time."""
    kernel, (n_in, n_out) = W.shape[:-2], W.shape[-2:]
    out = [(n - k) // stride + 1 for n, k in zip(x.shape[1:-1], kernel, strict=True)]
    z = np.zeros((len(x), *out, n_out))
    for i, p, k in product(range(len(x)), product(*map(range, out)), range(n_out)):
        first = k // (n_out // groups) * n_in
        for u, c in product(product(*map(range, kernel)), range(n_in)):
            at = tuple(stride * a + b for a, b in zip(p, u, strict=True))
            z[i, *p, k] += x[i, *at, first + c] * W[*u, c, k]
    return z


@CASE
def test_a_convolution_is_its_formula_in_plain_loops(case):
    x, W, stride, groups = arrays(case)
    read_only(x, W)
    expected = by_loops(x, W, stride, groups)
    np.testing.assert_allclose(convolve(x, W, stride, groups), expected, atol=ROUNDING)
    if W[..., 0, 0].size > 1:  # the twin: no flip, as signal processing would have it
        flipped = np.flip(W, axis=range(W.ndim - 2))
        assert np.abs(convolve(x, flipped, stride, groups) - expected).max() > 0.1


def adjointness_error(case, turn=exchange_channels):
    """<conv(x), y> - <x, convᵀ(y)>, with the part of x that no window reaches left out."""
    x, W, stride, groups = arrays(case)
    read_only(x, W)
    z = convolve(x, W, stride, groups)
    y = np.random.default_rng(1).normal(size=z.shape)
    read_only(y)
    back = convolve_transpose(y, turn(W, groups), stride, groups)
    reached = x[tuple(slice(n) for n in back.shape[:-1])]
    return abs((z * y).sum() - (reached * back).sum()) / np.abs(z * y).sum()


@CASE
def test_back_through_a_convolution_is_the_transposed_one_with_exchanged_channels(case):
    assert adjointness_error(case) < ROUNDING
    assert adjointness_error(case, lambda W, groups: 1.001 * exchange_channels(W, groups)) > 1e-6


def middle_mean(z, stride):
    """Over one period of the stride in each direction, far from the borders."""
    return z[:, *(slice(12, 12 + stride) for _ in z.shape[1:-1])].mean()


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("kernel", "stride", "groups"), [
    ((3, 3), 1, 1), ((4, 4), 2, 1), ((3, 3), 2, 1), ((2,), 2, 1), ((2, 3, 2), 1, 1), ((3, 3), 1, 4), ((4, 2), 2, 2),
    ((6,), 3, 4)], ids=str)
def test_ones_count_the_fans(kernel, stride, groups, transposed):
    shape = (*kernel, 8 // groups, 12)
    x, W = np.ones((1, *(24,) * len(kernel), 8)), np.ones(shape)
    up, down = (convolve_transpose, convolve) if transposed else (convolve, convolve_transpose)
    z = up(x, W, stride, groups)
    back = down(np.ones_like(z), exchange_channels(W, groups), stride, groups)
    counted = middle_mean(z, stride) if transposed else z.mean(), middle_mean(back, stride)
    expected = fans(shape, stride=stride, groups=groups, transposed=transposed)
    assert counted == pytest.approx(expected, rel=1e-12)
    assert stride == 1 or fans(shape, stride=stride, groups=groups, transposed=not transposed) != expected


def test_a_stride_that_does_not_divide_the_kernel_gives_a_checkerboard():
    z = convolve_transpose(np.ones((1, 6, 6, 1)), np.ones((3, 3, 1, 1)), stride=2)[0, 4:8, 4:8, 0]
    assert z.tolist() == [[4, 2, 4, 2], [2, 1, 2, 1], [4, 2, 4, 2], [2, 1, 2, 1]]


# --- the transposed convolution of every size, and fans on a map's true size


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_the_transposed_convolution_is_the_transpose_on_every_size(kernel, stride):
    for space, groups in product(range(4, 12), (1, 2)):
        is_the_transpose(space, kernel, stride, groups)


def is_the_transpose(space, kernel, stride, groups):
    rng = np.random.default_rng(space)
    sizes = (space, space + 1)
    x, W = rng.normal(size=(2, *sizes, 4)), rng.normal(size=(kernel, 2, 4 // groups, 6))
    z = convolve(x, W, stride, groups)
    y = rng.normal(size=z.shape)
    V = exchange_channels(W, groups)
    back = convolve_transpose(y, V, stride, groups, output_size=sizes)
    assert back.shape == x.shape
    assert (z * y).sum() == pytest.approx((x * back).sum(), rel=1e-10, abs=1e-10)
    least = convolve_transpose(y, V, stride, groups)
    np.testing.assert_array_equal(back[tuple(map(slice, least.shape))], least)
    assert np.count_nonzero(back) == np.count_nonzero(least)


@pytest.mark.parametrize("size", [(4, 6), (7, 6), (5, 4), (5,), 5, (5, 6, 1)])
def test_an_output_that_no_convolution_takes_to_the_input_is_refused(size):
    y, W = np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1))
    with pytest.raises(ValueError) as caught:
        convolve_transpose(y, W, stride=2, output_size=size)
    assert str(caught.value) == f"output_size must be from [5, 5] to [6, 6]; got {size}"


def test_an_output_size_is_of_whole_numbers():
    with pytest.raises(TypeError, match=r"^output_size must be a whole number; got 5\.5$"):
        convolve_transpose(np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1)), stride=2, output_size=(5.5, 5))


def counted_with_ones(shape, space, padding, stride, groups, transposed):
    """A layer and its transpose on maps of ones; zeros around the map, or a border cut off, in plain slices."""
    def cut(z):
        return z[:, *(slice(padding, n - padding) for n in z.shape[1:-1])]

    def pad(z):
        return np.pad(z, [(0, 0), *[(padding, padding)] * len(space), (0, 0)])

    x, W = np.ones((1, *space, shape[-2] * groups)), np.ones(shape)
    V = exchange_channels(W, groups)
    if transposed:
        z = cut(convolve_transpose(x, W, stride, groups))
        return z.mean(), convolve(pad(np.ones_like(z)), V, stride, groups).mean()
    z, large = convolve(pad(x), W, stride, groups), [n + 2 * padding for n in space]
    return z.mean(), cut(convolve_transpose(np.ones_like(z), V, stride, groups, output_size=large)).mean()


MAPS = [((4, 4), (1, 1), 0, 1), ((4, 4), (4, 4), 1, 2), ((3, 3), (2, 2), 1, 1), ((3, 3), (5, 8), 0, 2),
        ((3,), (3,), 0, 3), ((2, 3, 2), (3, 4, 5), 0, 2), ((5, 1), (6, 2), 0, 1), ((1, 1), (4, 5), 0, 3)]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(("kernel", "space", "padding", "stride"), MAPS, ids=str)
def test_fans_on_a_map_are_what_ones_count(kernel, space, padding, stride, groups, transposed):
    shape, options = (*kernel, 4 // groups, 6), {"stride": stride, "groups": groups, "transposed": transposed}
    if not transposed and kernel == (4, 4) and space == (1, 1):
        with pytest.raises(ValueError, match=r"^space must be large enough for the kernel \(4, 4\); got \(1, 1\)$"):
            fans(shape, space=space, padding=padding, **options)
        return
    counted = counted_with_ones(shape, space, padding, **options)
    assert fans(shape, space=space, padding=padding, **options) == pytest.approx(counted, rel=1e-12)


def test_on_a_large_map_the_count_goes_to_the_rule():
    options = {"stride": 2, "transposed": True}
    rule, _ = fans((3, 3, 8, 8), **options)
    off = [fans((3, 3, 8, 8), space=(n, n), **options)[0] / rule - 1 for n in (10, 100, 1000)]
    np.testing.assert_allclose(off, [-1 / (n + 0.5) for n in (10, 100, 1000)], rtol=0.1)
    assert fans((512, 1536), fused=3) == (512, 512) and fans((512, 1536)) == (512, 1536)


def test_what_a_generator_starts_from_keeps_the_mean_square_when_it_is_drawn_by_its_true_count():
    shape, rng = (4, 4, 100, 512), np.random.default_rng(0)
    by = {space: variance_scaling(1, "fan_in", "normal", partial(fans, transposed=True, space=space))
          for space in (None, (1, 1))}
    z = {space: convolve_transpose(rng.normal(size=(8, 1, 1, 100)), init(rng, shape)) for space, init in by.items()}
    # 8 · 16 · 512 outputs, and 800 inputs that they share: the mean of their squares errs by √(2/800).
    assert abs((z[1, 1] ** 2).mean() - 1) < 5 * (2 / 800) ** 0.5
    assert (z[None] ** 2).mean() < 0.07


@pytest.mark.parametrize("space", [(3,), 3, (3, 3, 3)])
def test_a_map_has_as_many_sizes_as_the_kernel(space):
    with pytest.raises(ValueError, match="^space must be of 2 sizes, as the kernel; got "):
        fans((3, 3, 4, 4), space=space)
