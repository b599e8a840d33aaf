"""A start without randomness has the size of a random one, and no two of its units are alike."""

import numpy as np
import pytest

from initbook import initializers as init
from initbook.activations import tanh
from initbook.losses import softmax_cross_entropy
from initbook.optimizers import sgd
from initbook.symmetry import spread, tied_groups, units
from initbook.training import train

EPS = np.finfo(float).eps
SHAPES = [(64, 32), (32, 64), (10, 10), (300, 7), (7, 300), (2, 500), (500, 2)]
EACH_SHAPE = pytest.mark.parametrize("shape", SHAPES, ids=str)


def cosine(shape, scale=1.0):
    return init.cosine(scale)(np.random.default_rng(0), shape)


def closest_directions(columns):
    """1 - |cos| of the angle between the two columns that are closest to being multiples."""
    u = columns / np.linalg.norm(columns, axis=0)
    # |u - v|²/2 = 1 - cos keeps its digits where 1 - u @ v would cancel.
    pairs = [min(np.sum((u[:, a] - u[:, b]) ** 2), np.sum((u[:, a] + u[:, b]) ** 2)) / 2
             for a in range(u.shape[1]) for b in range(a)]
    return min(pairs)


@EACH_SHAPE
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_mean_square_is_the_scale_over_fan_in(shape, scale):
    # Exact, not up to a sampling error: nothing is sampled.
    assert np.isclose((cosine(shape, scale) ** 2).mean(), scale / shape[0], rtol=1e-12)


@EACH_SHAPE
def test_twin_the_other_fan_is_noticed(shape):
    n, k = shape
    if n != k:
        assert not np.isclose((cosine(shape) ** 2).mean(), 1 / k, rtol=0.1)


@EACH_SHAPE
def test_columns_are_orthogonal_when_they_can_be_and_rows_when_columns_cannot(shape):
    W = cosine(shape) if shape[1] <= shape[0] else cosine(shape).T
    gram = W.T @ W
    off = gram - np.diag(np.diag(gram))
    assert np.abs(off).max() <= 4 * len(W) * EPS * gram.max()
    assert np.allclose(np.diag(gram), gram[0, 0], rtol=1e-12)


@EACH_SHAPE
def test_no_unit_is_a_multiple_of_another_neither_incoming_nor_outgoing(shape):
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
def test_with_one_input_the_columns_are_multiples_but_still_distinct(k):
    assert len(np.unique(cosine((1, k)))) == k


def test_nothing_is_drawn():
    stream = np.random.default_rng(0)
    before = stream.bit_generator.state
    W = init.cosine()(stream, (5, 4))
    assert stream.bit_generator.state == before
    assert np.array_equal(W, init.cosine()(np.random.default_rng(9), (5, 4)))


def test_a_network_from_it_has_no_ties_and_training_makes_none():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(40, 6)), rng.integers(3, size=40)
    start = init.init_params(rng, [6, 9, 3], init.cosine())
    end = train(start, x, y, activations=tanh, loss=softmax_cross_entropy, optimizer=sgd(0.1),
                steps=50).params
    assert len(tied_groups(start, 1)) == len(tied_groups(end, 1)) == len(units(end, 1)) == 9
    assert min(spread(start, 1), spread(end, 1)) > 0.1


def test_twin_a_constant_network_stays_tied_as_far_as_rounding_goes():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(40, 6)), rng.integers(3, size=40)
    start = init.init_params(rng, [6, 9, 3], init.constant(0.1))
    end = train(start, x, y, activations=tanh, loss=softmax_cross_entropy, optimizer=sgd(0.1),
                steps=50).params
    assert spread(end, 1) < 1e-9


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: init.cosine(-1), ValueError, "scale must be a finite number at least 0; got -1"),
    (lambda: init.cosine("1"), TypeError, "scale must be a number; got '1'"),
    (lambda: cosine((3,)), ValueError, "shape must be (fan_in, fan_out); got (3,)"),
    (lambda: cosine((3, 3, 4, 5)), ValueError, "shape must be (fan_in, fan_out); got (3, 3, 4, 5)"),
])
def test_a_bad_argument_is_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_a_layer_without_inputs_is_refused():
    with pytest.raises(ValueError, match="must be a whole number of at least 1; got 0$"):
        cosine((0, 4))
