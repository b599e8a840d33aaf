"""Residual blocks: what they compute, their derivatives, and what normalization before and after makes of them."""

import numpy as np
import pytest

from checks import EPS, TOLERANCE, central_difference
from initbook import network, normalization, residual
from initbook.activations import identity, relu, tanh
from initbook.blocks import Layer, Residual
from initbook.diagnosis import check
from initbook.initializers import init_params, normal

WAYS = [(norm, place, skip) for norm in ("none", "batch", "layer", "rms") for place in ("before", "after")
        for skip in (1.0, 1.7)]
by_way = pytest.mark.parametrize(("norm", "place", "skip"), WAYS)


def made(seed=0, f=tanh, n=4, before=identity, scale=0.8):
    """Two blocks of different branches, inputs, and a gradient at their end."""
    rng = np.random.default_rng(seed)
    branches = [init_params(rng, sizes, normal(0.8), normal(0.3)) for sizes in ([n, 5, n], [n, 3, 6, n])]
    return [Residual(params, f, before, scale) for params in branches], *rng.normal(size=(2, 6, n))


# --- forward


def test_a_plain_stream_is_what_its_equation_says():
    blocks, x, _ = made()
    h = x
    for block in blocks:
        h = 1.3 * h + 0.8 * network.forward(block.params, h, tanh).h[-1]
    np.testing.assert_allclose(residual.forward(blocks, x, skip=1.3).h[-1], h, rtol=100 * EPS)
    assert np.abs(residual.forward(blocks, x).h[-1] - h).max() > 0.1  # the twin


def test_what_stands_before_is_seen_by_the_branch_alone_and_what_stands_after_by_all():
    blocks, x, _ = made()
    first = network.forward(blocks[0].params, normalization.layer_norm(x), tanh).h[-1]
    before = residual.forward(blocks, x, norm="layer")
    np.testing.assert_allclose(before.h[1], x + 0.8 * first, rtol=1e-12)
    after = residual.forward(blocks, x, norm="layer", place="after")
    np.testing.assert_allclose(after.h[1], normalization.layer_norm(after.sums[0]), rtol=1e-12)
    np.testing.assert_allclose(after.sums[0], x + 0.8 * network.forward(blocks[0].params, x, tanh).h[-1], rtol=1e-12)


def test_a_zero_branch_is_the_identity_and_a_norm_after_it_is_not():
    blocks, x, g = made(scale=0.0)
    for norm in ("none", "rms", "layer", "batch"):
        stream = residual.forward(blocks, x, norm=norm)
        np.testing.assert_array_equal(stream.h[-1], x)
        np.testing.assert_array_equal(residual.backward(blocks, stream, g, norm=norm).h[0], g)
    assert np.abs(residual.forward(blocks, x, norm="rms", place="after").h[-1] - x).max() > 0.1


def test_without_a_skip_it_is_a_plain_network():
    rng = np.random.default_rng(1)
    params = init_params(rng, [4] * 5, normal(0.7), normal(0.2))
    x = rng.normal(size=(6, 4))
    blocks = [Residual(params[:2], [tanh, tanh]), Residual(params[2:], [tanh, identity])]
    plain = network.forward(params, x, tanh).h
    np.testing.assert_allclose(residual.forward(blocks, x, skip=0.0).h[1:], [plain[2], plain[4]], rtol=1e-12)


def test_check_computes_the_same_block():
    blocks, x, _ = made(n=40)
    told = check([*blocks, (np.eye(40), np.zeros(40))], [identity] * 3, x).rows
    q = [row.q for row in told if row.kind == "sum"]
    np.testing.assert_allclose(q, [(h**2).mean() for h in residual.forward(blocks, x).sums], rtol=1e-12)


# --- backward


def loss(blocks, x, g, options):
    return (residual.forward(blocks, x, **options).h[-1] * g).sum()


@by_way
@pytest.mark.parametrize("before", [identity, tanh], ids=repr)
def test_backward_agrees_with_central_differences(norm, place, skip, before):
    options = {"norm": norm, "place": place, "skip": skip}
    blocks, x, g = made(before=before)
    grads = residual.backward(blocks, residual.forward(blocks, x, **options), g, **options)
    bound = 1e3 * TOLERANCE
    slope = central_difference(lambda x: loss(blocks, x, g, options), x)
    assert np.abs(slope - grads.h[0]).max() < bound
    for i, block in enumerate(blocks):
        for l, pair in enumerate(block.params):
            for k, array in enumerate(pair):
                def changed(a, i=i, l=l, k=k):
                    pairs = [list(p) for p in blocks[i].params]
                    pairs[l][k] = a
                    return [b._replace(params=pairs) if j == i else b for j, b in enumerate(blocks)]
                slope = central_difference(lambda a, changed=changed: loss(changed(a), x, g, options), array)
                assert np.abs(slope - grads.params[i][l][k]).max() < bound


@by_way
def test_twin_a_backward_of_other_options_is_caught(norm, place, skip):
    options = {"norm": norm, "place": place, "skip": skip}
    other = {"norm": "rms" if norm != "rms" else "layer", "place": place, "skip": skip}
    blocks, x, g = made()
    grads = residual.backward(blocks, residual.forward(blocks, x, **options), g, **other)
    assert np.abs(central_difference(lambda x: loss(blocks, x, g, options), x) - grads.h[0]).max() > 1e-3


# --- types, errors


@by_way
def test_single_precision_stays_single(norm, place, skip):
    blocks, x, g = made(scale=np.float64(0.5))
    blocks = [b._replace(params=[(W.astype(np.float32), c.astype(np.float32)) for W, c in b.params]) for b in blocks]
    options = {"norm": norm, "place": place, "skip": skip}
    stream = residual.forward(blocks, x.astype(np.float32), **options)
    grads = residual.backward(blocks, stream, g, **options)
    arrays = [*stream.h, *stream.sums, *grads.h, *grads.sums, *(a for p in grads.params for pair in p for a in pair)]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


BLOCKS, X, G = made()
NARROW = Residual([(np.ones((4, 3)), np.zeros(3))], relu)


@pytest.mark.parametrize(("call", "error", "sentence"), [
    (lambda: residual.forward([], X), TypeError, r"blocks must be a list of one or more Residual blocks; got \[\]"),
    (lambda: residual.forward([BLOCKS[0].params], X), TypeError, r"blocks\[0\] must be a Residual; got list"),
    (lambda: residual.forward([NARROW], X), ValueError, r"blocks\[0\] must be a block whose branch ends with shape"),
    (lambda: residual.forward(BLOCKS, X, norm="instance"), ValueError, "norm must be one of batch, layer, none, rms"),
    (lambda: residual.forward(BLOCKS, X, place="within"), ValueError, "place must be one of after, before"),
    (lambda: residual.forward(BLOCKS, X, skip=np.inf), ValueError, "skip must be a finite number"),
    (lambda: residual.forward(BLOCKS, X[0]), ValueError, "x must be 2-dimensional"),
    (lambda: residual.forward([BLOCKS[0]._replace(scale=np.nan)], X), ValueError, r"blocks\[0\] scale must be"),
    (lambda: residual.forward([Residual([Layer(np.ones((4, 4)))], relu)], X), TypeError, r"params\[0\] must be a pair"),
    (lambda: residual.backward(BLOCKS, X, G), ValueError, "stream must be the Stream of these 2 blocks; got ndarray"),
    (lambda: residual.backward(BLOCKS, residual.forward(BLOCKS[:1], X), G), ValueError, "stream must be the Stream of"),
    (lambda: residual.backward(BLOCKS, residual.forward(BLOCKS, X), G[:2]), ValueError, r"dh must be of shape \(6")])
def test_bad_input_is_refused_by_name(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
