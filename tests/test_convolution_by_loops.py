"""A convolution is its formula in plain loops, scipy's correlation, and the transpose of its transpose."""

import re
from itertools import product

import numpy as np
import pytest
from scipy.signal import correlate

from initbook.convolution import convolve, convolve_transpose, exchange_channels

# What is summed are at most 60 products of numbers of order 1.
ROUNDING = 1e-12

CASES = {  # space, kernel, channels in and out, stride, groups
    "1-d": ((9,), (3,), 2, 4, 1, 1),
    "1-d, stride 3": ((11,), (4,), 3, 2, 3, 1),
    "2-d": ((6, 7), (3, 2), 3, 5, 1, 1),
    "2-d, stride 2": ((7, 6), (3, 3), 2, 4, 2, 1),
    "3-d": ((4, 5, 3), (2, 3, 2), 2, 3, 1, 1),
    "3-d, stride 2": ((5, 4, 4), (2, 2, 3), 2, 2, 2, 1),
    "groups": ((5, 5), (3, 3), 4, 6, 1, 2),
    "groups, stride 2": ((6, 6), (2, 3), 6, 3, 2, 3),
    "depthwise": ((5, 6), (3, 3), 4, 4, 1, 4),
    "depthwise, two outputs a channel": ((7,), (3,), 3, 6, 2, 3),
    "1 × 1": ((4, 4), (1, 1), 3, 2, 1, 1),
    "kernel as large as the input": ((3, 4), (3, 4), 2, 3, 2, 1),
}
CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def arrays(case, samples=2):
    space, kernel, n_in, n_out, stride, groups = case
    rng = np.random.default_rng(0)
    return rng.normal(size=(samples, *space, n_in)), rng.normal(size=(*kernel, n_in // groups, n_out)), stride, groups


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
    np.testing.assert_allclose(convolve(x, W, stride, groups), by_loops(x, W, stride, groups), atol=ROUNDING)


@CASE
def test_a_convolution_is_scipys_correlation_read_at_every_stride(case):
    x, W, stride, groups = arrays(case)
    n_in, n_out = W.shape[-2:]
    z = convolve(x, W, stride, groups)
    every = (slice(None, None, stride),) * (x.ndim - 2)
    for i, k in product(range(len(x)), range(n_out)):
        first = k // (n_out // groups) * n_in
        seen = sum(correlate(x[i, ..., first + c], W[..., c, k], mode="valid", method="direct") for c in range(n_in))
        np.testing.assert_allclose(z[i, ..., k], seen[every], atol=ROUNDING)


def test_twin_a_flipped_kernel_or_one_group_for_all_gives_something_else():
    x, W, stride, groups = arrays(CASES["2-d"])
    assert np.abs(convolve(x, W[::-1, ::-1]) - by_loops(x, W, stride, groups)).max() > 1
    x, W, stride, groups = arrays(CASES["groups"])
    shuffled = x[..., [0, 2, 1, 3]]
    assert np.abs(convolve(shuffled, W, stride, groups) - by_loops(x, W, stride, groups)).max() > 1


def test_a_dense_layer_is_a_convolution_over_one_point():
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(5, 1, 7)), rng.normal(size=(1, 7, 3))
    np.testing.assert_allclose(convolve(x, W)[:, 0], x[:, 0] @ W[0], atol=ROUNDING)
    np.testing.assert_allclose(convolve_transpose(x, W)[:, 0], x[:, 0] @ W[0], atol=ROUNDING)


# --- the transposed convolution


def transpose_by_loops(x, W, stride):
    kernel, (n_in, n_out) = W.shape[:-2], W.shape[-2:]
    out = [(n - 1) * stride + k for n, k in zip(x.shape[1:-1], kernel, strict=True)]
    z = np.zeros((len(x), *out, n_out))
    positions = product(range(len(x)), np.ndindex(*x.shape[1:-1]), np.ndindex(*kernel))
    for (i, p, u), c, k in product(positions, range(n_in), range(n_out)):
        z[i, *(stride * a + b for a, b in zip(p, u, strict=True)), k] += x[i, *p, c] * W[*u, c, k]
    return z


TRANSPOSED = pytest.mark.parametrize("case", [c for c in CASES.values() if c[-1] == 1],
                                     ids=[name for name, c in CASES.items() if c[-1] == 1])


@TRANSPOSED
def test_a_transposed_convolution_is_its_formula_in_plain_loops(case):
    x, W, stride, _ = arrays(case)
    np.testing.assert_allclose(convolve_transpose(x, W, stride), transpose_by_loops(x, W, stride), atol=ROUNDING)


def adjointness_error(case, turn=exchange_channels):
    """<conv(x), y> - <x, convᵀ(y)>, with the part of x that no window reaches set to 0."""
    x, W, stride, groups = arrays(case)
    z = convolve(x, W, stride, groups)
    y = np.random.default_rng(1).normal(size=z.shape)
    back = convolve_transpose(y, turn(W, groups), stride, groups)
    reached = x[tuple(slice(n) for n in back.shape[:-1])]
    return abs((z * y).sum() - (reached * back).sum()) / np.abs(z * y).sum()


@CASE
def test_it_is_the_transpose_of_the_convolution_with_the_channels_exchanged(case):
    assert adjointness_error(case) < ROUNDING


def test_twin_a_kernel_turned_in_space_as_well_is_not_its_transpose():
    assert adjointness_error(CASES["2-d"], lambda W, groups: exchange_channels(W, groups)[::-1, ::-1]) > 1e-3


# --- arguments


@CASE
def test_nothing_that_is_handed_in_is_written_to(case):
    x, W, stride, groups = arrays(case)
    x.flags.writeable = W.flags.writeable = False
    convolve(x, W, stride, groups)
    if groups == 1:
        convolve_transpose(x, W, stride)


X, W = np.zeros((2, 5, 5, 4)), np.zeros((3, 3, 4, 8))


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: convolve(X, np.zeros((4, 8))), ValueError,
     "W must be of shape (*kernel, channels_in, channels_out); got shape (4, 8)"),
    (lambda: convolve(X[0], W), ValueError,
     "x must be 4-dimensional, (samples, *space, channels); got shape (5, 5, 4)"),
    (lambda: convolve(X, W[0]), ValueError,
     "x must be 3-dimensional, (samples, *space, channels); got shape (2, 5, 5, 4)"),
    (lambda: convolve(X[..., :3], W), ValueError, "x must be of 4 channels; got 3"),
    (lambda: convolve(X, W, groups=2), ValueError, "x must be of 8 channels; got 4"),
    (lambda: convolve(X, W[..., :1, :6], groups=4), ValueError,
     "groups must be a divisor of the 6 output channels; got 4"),
    (lambda: convolve(X[:, :2], W), ValueError, "W must be no larger than the input's space (2, 5); got kernel (3, 3)"),
    (lambda: convolve(X, W, stride=0), ValueError, "stride must be a whole number of at least 1; got 0"),
    (lambda: convolve(X, W, stride=1.5), TypeError, "stride must be a whole number; got 1.5"),
    (lambda: convolve(X, W, groups=0), ValueError, "groups must be a whole number of at least 1; got 0"),
    (lambda: convolve(X.astype(int), W), TypeError, "x must be an array of floats"),
    (lambda: convolve(X, W.astype(int)), TypeError, "W must be an array of floats"),
    (lambda: convolve_transpose(X, W[..., :3, :]), ValueError, "x must be of 3 channels; got 4"),
    (lambda: convolve_transpose(X[0], W), ValueError, "x must be 4-dimensional"),
    (lambda: convolve_transpose(X, W, stride=-1), ValueError, "stride must be a whole number of at least 1; got -1"),
])
def test_what_does_not_fit_is_refused_by_name(call, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        call()
