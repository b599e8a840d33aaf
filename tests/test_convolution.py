"""A convolution is its formula in plain loops, its transpose is one, and counting ones gives the fans."""

from itertools import product

import numpy as np
import pytest

from checks import read_only
from initbook.convolution import convolve, convolve_transpose, exchange_channels
from initbook.initializers import fans

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
