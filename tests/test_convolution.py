"""Convolutions against their definition, their transposes, and the fans that counting gives."""

from itertools import product

import numpy as np
import pytest

from initbook.convolution import convolve, convolve_transpose, exchange_channels
from initbook.initializers import fans

CASES = [((9,), (3,), 1, 1), ((9,), (3,), 2, 1), ((8, 9), (4, 3), 1, 1), ((9, 9), (3, 3), 2, 2),
         ((6, 5, 7), (2, 3, 1), 2, 1), ((7, 7), (3, 3), 1, 4)]


def draw(space, kernel, groups, seed=0, c_in=4, c_out=8):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(2, *space, c_in)), rng.normal(size=(*kernel, c_in // groups, c_out))


def by_definition(x, W, stride):
    """One output at a time."""
    kernel = W.shape[:-2]
    out = [(n - k) // stride + 1 for n, k in zip(x.shape[1:-1], kernel, strict=True)]
    z = np.empty((len(x), *out, W.shape[-1]))
    for p in product(*map(range, out)):
        window = tuple(slice(stride * i, stride * i + k) for i, k in zip(p, kernel, strict=True))
        z[(slice(None), *p)] = np.tensordot(x[(slice(None), *window)], W, axes=W.ndim - 1)
    return z


@pytest.mark.parametrize(("space", "kernel", "stride", "groups"), CASES)
def test_convolve_is_its_definition(space, kernel, stride, groups):
    x, W = draw(space, kernel, groups)
    parts = zip(np.split(x, groups, axis=-1), np.split(W, groups, axis=-1), strict=True)
    expected = np.concatenate([by_definition(part, w, stride) for part, w in parts], axis=-1)
    np.testing.assert_allclose(convolve(x, W, stride, groups), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("space", "kernel", "stride", "groups"), CASES)
def test_back_through_a_convolution_is_the_transposed_one_with_exchanged_channels(space, kernel, stride, groups):
    x, W = draw(space, kernel, groups)
    z = convolve(x, W, stride, groups)
    dz = np.random.default_rng(1).normal(size=z.shape)
    dx = convolve_transpose(dz, exchange_channels(W, groups), stride, groups)
    met = tuple(slice(0, n) for n in dx.shape)  # no window meets what is left over behind the last one
    assert (z * dz).sum() == pytest.approx((x[met] * dx).sum(), rel=1e-12)
    assert (z * dz).sum() != pytest.approx((x[met] * dx).sum() * 1.001, rel=1e-12)


@pytest.mark.parametrize(("space", "kernel", "stride", "groups"), CASES)
def test_exchanging_the_channels_twice_changes_nothing(space, kernel, stride, groups):
    _, W = draw(space, kernel, groups)
    np.testing.assert_array_equal(exchange_channels(exchange_channels(W, groups), groups), W)


@pytest.mark.parametrize(("kernel", "stride", "groups"), [
    ((3, 3), 1, 1), ((4, 4), 2, 1), ((2,), 2, 1), ((3, 3), 1, 4), ((4, 2), 2, 2), ((6,), 3, 4)])
def test_ones_count_the_fans(kernel, stride, groups):
    shape = (*kernel, 8 // groups, 12)
    x, W = np.ones((1, *(24,) * len(kernel), 8)), np.ones(shape)
    z = convolve(x, W, stride, groups)
    back = convolve_transpose(np.ones_like(z), exchange_channels(W, groups), stride, groups)
    middle = (0, *(12,) * len(kernel), 0)
    assert (z[(0,) * z.ndim], back[middle]) == fans(shape, stride=stride, groups=groups)


def test_ones_count_the_fans_of_a_transposed_convolution():
    shape = (4, 4, 64, 32)
    z = convolve_transpose(np.ones((1, 6, 6, 64)), np.ones(shape), stride=2)
    back = convolve(np.ones_like(z), exchange_channels(np.ones(shape)), stride=2)
    assert (z[0, 6, 6, 0], back[0, 3, 3, 0]) == fans(shape, stride=2, transposed=True)
    assert (z[0, 6, 6, 0], back[0, 3, 3, 0]) != fans(shape, stride=2)


def test_a_stride_that_does_not_divide_the_kernel_gives_a_checkerboard():
    z = convolve_transpose(np.ones((1, 6, 6, 1)), np.ones((3, 3, 1, 1)), stride=2)[0, 4:8, 4:8, 0]
    assert z.tolist() == [[4, 2, 4, 2], [2, 1, 2, 1], [4, 2, 4, 2], [2, 1, 2, 1]]


@pytest.mark.parametrize("call", [
    lambda x, W: convolve(x, W, groups=3), lambda x, W: convolve_transpose(x, W, groups=3),
    lambda x, W: exchange_channels(W, groups=3), lambda x, W: convolve(x[:, :2], W),
    lambda x, W: exchange_channels(W[0, 0])])
def test_what_does_not_fit_is_refused(call):
    with pytest.raises(ValueError, match="must be"):
        call(np.ones((1, 5, 5, 4)), np.ones((3, 3, 4, 8)))
