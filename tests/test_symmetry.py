"""The theorem: what respects the symmetry of hidden units stays tied, and what breaks it does not.

Two kinds of arithmetic are used. A library's product of float64 matrices need not add up every
column in the same order, so equal columns of W can give columns of x @ W that differ in the last
bit. numpy's product of long doubles is a plain loop, the same for every entry: there tied units
must stay equal to the last bit, and the tests of ties say so without a tolerance. Where two
*different* computations are compared, the tolerance is one of rounding.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks import ACTIVATIONS, EPS, LOSSES, flat, largest_difference, pairs, targets
from initbook.activations import relu, sigmoid, tanh
from initbook.initializers import init_params, normal
from initbook.losses import sigmoid_cross_entropy, softmax_cross_entropy, squared_error
from initbook.network import forward
from initbook.optimizers import ALL, Optimizer, adam, momentum, sgd
from initbook.symmetry import (
    collapse,
    collapsed_rates,
    curvature,
    expand,
    permute_units,
    spread,
    tied_groups,
    units,
)
from initbook.training import loss_and_grads, train

OPTIMIZERS = {
    **{name: make(0.01) for name, make in ALL.items()},
    **{f"{name}, decay": make(0.01, weight_decay=0.1) for name, make in ALL.items()},
    "rates by layer": None,  # made to fit the network
}
FEATURES, OUTPUTS, SAMPLES = 3, 2, 9

few = settings(derandomize=True, database=None, deadline=None, max_examples=10,
               suppress_health_check=[HealthCheck.too_slow])
# How often each distinct unit of each hidden layer occurs: [[3], [1, 2]] is a layer of three tied
# units, then one of a single unit and two tied ones.
copies = st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=3), min_size=1, max_size=3)
seeds = st.integers(0, 2**32 - 1)
# GELU takes no long doubles: scipy's normal distribution function has none.
activations = st.sampled_from([a for a in ACTIVATIONS if a.name != "gelu"])
losses = st.sampled_from(LOSSES)


def network(rng, hidden, dtype=float):
    """Random weights and biases; ``hidden`` as ``copies`` above. Copies of a unit are tied."""
    params = init_params(rng, [FEATURES, *map(len, hidden), OUTPUTS], normal(1.0), normal(1.0))
    rows = [np.arange(FEATURES), *(np.repeat(np.arange(len(n)), n) for n in hidden), np.arange(OUTPUTS)]
    return [(W[np.ix_(i, j)].astype(dtype), b[j].astype(dtype))
            for (W, b), (i, j) in zip(params, pairwise(rows), strict=True)]


def data(rng, loss, dtype=float):
    x, y = rng.normal(size=(SAMPLES, FEATURES)), targets(rng, loss, SAMPLES, OUTPUTS)
    return x.astype(dtype), y


def fitting(optimizer, params):
    return OPTIMIZERS[optimizer] or sgd([(0.01 * l, 0.02 * l) for l in range(1, len(params) + 1)])


def groups(params):
    """For every hidden layer the set of its groups of tied units."""
    return [{frozenset(g) for g in tied_groups(params, l)} for l in range(1, len(params))]


# --- permuting units


# Sums of at most 9 terms in another order, in at most 4 layers, forward and backward.
PERMUTED = 1000 * EPS


def incoming_alone(params, layer, order):
    """The twin: the weights above stay where they were."""
    (W, b), above = params[layer - 1], params[layer]
    return [*params[:layer - 1], (W[:, order], b[order]), above, *params[layer + 1:]]


def permuted(hidden, activation, loss, seed, permute=permute_units):
    """What permuting one layer's units changes in the loss and, up to the order, in the gradient."""
    rng = np.random.default_rng(seed)
    params, (x, y) = network(rng, hidden), data(rng, loss)
    layer = int(rng.integers(1, len(params)))
    order = rng.permutation(len(params[layer - 1][1]))
    value, grads = loss_and_grads(params, x, y, activation, loss)
    new_value, new_grads = loss_and_grads(permute(params, layer, order), x, y, activation, loss)
    size = max(1.0, value, *(np.abs(g).max() for g in flat(grads.params)))
    expected = permute_units(grads.params, layer, order)
    return np.array([abs(new_value - value), largest_difference(new_grads.params, expected)]) / size


@few
@given(copies, activations, losses, seeds)
def test_permuting_units_leaves_the_loss_and_permutes_the_gradient(hidden, activation, loss, seed):
    assert permuted(hidden, activation, loss, seed).max() < PERMUTED


def test_permuting_the_incoming_weights_alone_changes_the_loss():
    assert permuted([[1, 1, 1, 1]], tanh, softmax_cross_entropy, 0, incoming_alone).min() > 0.01


# --- tied units stay tied

def groups_before_and_after(hidden, activation, loss, optimizer, batch_size, seed):
    rng = np.random.default_rng(seed)
    params, (x, y) = network(rng, hidden, np.longdouble), data(rng, loss, np.longdouble)
    history = train(params, x, y, activations=activation, loss=loss, steps=8, every=8, rng=rng,
                    batch_size=batch_size, optimizer=fitting(optimizer, params))
    assert largest_difference(history.params, params) > 1e-4
    return groups(params), groups(history.params)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@few
@given(hidden=copies, activation=activations, loss=losses, batch_size=st.sampled_from([None, 1, 4]),
       seed=seeds)
def test_tied_units_stay_tied_to_the_last_bit(optimizer, hidden, activation, loss, batch_size, seed):
    """And they alone: groups of tied units neither split nor merge."""
    before, after = groups_before_and_after(hidden, activation, loss, optimizer, batch_size, seed)
    assert [sorted(map(len, layer)) for layer in before] == [sorted(n) for n in hidden]
    assert after == before


@pytest.mark.parametrize("activation", [sigmoid, relu])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_in_ordinary_floats_they_stay_tied_up_to_rounding_for_a_short_run(activation, dtype):
    rng = np.random.default_rng(0)
    params = network(rng, [[5], [7]], dtype)
    x, y = data(rng, softmax_cross_entropy, dtype)
    end = train(params, x, y, activations=activation, loss=softmax_cross_entropy, steps=20,
                optimizer=sgd(0.1)).params
    assert max(spread(end, 1), spread(end, 2)) < 100 * np.finfo(dtype).eps
    assert largest_difference(end, params) > 0.1


def separated(hidden=((4,),), optimizer=None, untie=lambda params: params):
    """How far tied units are apart after 20 steps, when something does not respect the symmetry."""
    rng = np.random.default_rng(0)
    params, (x, y) = untie(network(rng, hidden, np.longdouble)), data(rng, squared_error, np.longdouble)
    history = train(params, x, y, activations=tanh, loss=squared_error, steps=20,
                    optimizer=optimizer or sgd(0.1))
    return np.ptp(history.params[0][0], axis=1).max()


def noisy_sgd(rng):
    plain = sgd(0.1)

    def step(params, grads, state):
        noisy = [g + 0.1 * rng.normal(size=g.shape) for g in flat(grads)]
        return plain.step(params, pairs(noisy), state)

    return Optimizer(plain.init, step)


def with_outgoing_weights(params):
    (W, b), (V, c) = params
    return [(W, b), (np.random.default_rng(1).normal(size=V.shape), c)]


def test_a_tie_on_both_sides_holds_but_not_one_on_the_incoming_side_alone_nor_under_noise_of_every_units_own():
    assert separated() == 0
    assert separated(untie=with_outgoing_weights) > 0.01
    assert separated(optimizer=noisy_sgd(np.random.default_rng(1))) > 0.01


# --- the network with one unit a layer

SIZES = [[3, 4, 2], [3, 2, 5, 2], [3, 4, 3, 2, 2], [3, 1, 6, 2]]
by_sizes = pytest.mark.parametrize("sizes", SIZES, ids=str)


def tied(sizes, seed=0):
    one = [sizes[0], *[1] * (len(sizes) - 2), sizes[-1]]
    return expand(init_params(np.random.default_rng(seed), one, normal(1.0), normal(0.5)), sizes)


@by_sizes
def test_collapse_undoes_expand_and_leaves_the_function_alone(sizes):
    wide = tied(sizes)
    one = collapse(wide)
    x, _ = data(np.random.default_rng(1), squared_error)
    for activation in (sigmoid, relu):
        np.testing.assert_allclose(*(forward(p, x, activation).h[-1] for p in (wide, one)), atol=100 * EPS)
    assert [W.shape for W, _ in wide] == list(pairwise(sizes))
    assert {n for W, _ in one[1:] for n in W.shape[:1]} == {1}
    assert largest_difference(expand(one, sizes), wide) < 8 * EPS
    assert largest_difference(collapse(expand(one, sizes)), one) < 8 * EPS


def parting(sizes, activation, loss, rates, make=sgd, batch_size=None, **options):
    """How far the tied network and its one-unit network part in 60 steps."""
    wide, lr = tied(sizes), 0.1
    x, y = data(np.random.default_rng(1), loss)
    ends = [train(params, x, y, activations=activation, loss=loss, optimizer=make(rate, **options),
                  steps=60, every=60, batch_size=batch_size, rng=np.random.default_rng(2)).params
            for params, rate in [(wide, lr), (collapse(wide), rates(sizes, lr))]]
    assert largest_difference(ends[0], wide) > 0.01
    return largest_difference(collapse(ends[0]), ends[1])


# Rounding, 1e-16 a step, may grow over 60 steps; the twins below part by 1e-3 and more.
FOLLOWS = 1e-12


@by_sizes
def test_with_rescaled_rates_one_unit_follows_many_step_by_step(sizes):
    for activation, loss in zip((sigmoid, tanh, relu), LOSSES, strict=True):
        assert parting(sizes, activation, loss, collapsed_rates) < FOLLOWS
    assert parting(sizes, tanh, softmax_cross_entropy, collapsed_rates, momentum, batch_size=4) < FOLLOWS
    assert parting(sizes, tanh, softmax_cross_entropy, lambda sizes, lr: lr) > 1e-3  # the twin: the same rate


@pytest.mark.parametrize(("make", "options"), [(adam, {}), (sgd, {"weight_decay": 0.1})])
def test_rescaled_rates_are_not_for_adam_nor_for_weight_decay(make, options):
    assert parting([3, 2, 5, 2], tanh, softmax_cross_entropy, collapsed_rates, make, **options) > 1e-3


def test_the_rate_is_that_of_the_formula():
    assert collapsed_rates([64, 8, 10], 0.5) == [(0.5 / 8, 0.5 / 8), (0.5 * 8, 0.5)]
    assert collapsed_rates([3, 2, 4, 1], 1.0) == [(1 / 2, 1 / 2), (2 / 4, 1 / 4), (4, 1)]
    assert collapsed_rates([5, 3], 0.1) == [(0.1, 0.1)]


# --- how a tie breaks

# Which units are copies of which, and the layer that is moved apart: one and two hidden layers, the
# layer above or below tied as well, or of units of its own.
TIES = [([[4]], 1), ([[4], [3]], 1), ([[4], [3]], 2), ([[4], [1, 1, 1]], 1), ([[1, 1, 1], [4]], 2)]
by_tie = pytest.mark.parametrize(("hidden", "layer"), TIES, ids=str)


def displaced(params, layer, d):
    """The units of a layer moved by the rows of ``d``, in the order of ``units``."""
    (W, b), (V, c) = params[layer - 1], params[layer]
    fan_in = len(W)
    moved = [(W + d[:, :fan_in].T, b + d[:, fan_in]), (V + d[:, fan_in + 1:], c)]
    return [*params[:layer - 1], *moved, *params[layer + 1:]]


def tied_case(hidden, layer, activation, loss):
    rng = np.random.default_rng(4)
    params, (x, y) = network(rng, hidden), data(rng, loss)
    _, grads = loss_and_grads(params, x, y, activation, loss)
    M = curvature(params, forward(params, x, activation), grads, activation, layer)
    d = rng.normal(size=units(params, layer).shape)
    return params, x, y, M, d


def curvature_error(hidden, layer, activation, loss, shift=0.0, factor=1.0):
    """The second difference of the loss along a displacement of length e, against its prediction
    from ``factor`` times M; the displacements sum to zero, but for ``shift``."""
    params, x, y, M, d = tied_case(hidden, layer, activation, loss)
    d = d - d.mean(axis=0) + shift
    e = 3e-4

    def value(t):
        return loss.value(forward(displaced(params, layer, t * d), x, activation).h[-1], y)

    measured = (value(e) - 2 * value(0) + value(-e)) / e**2
    first_order = (value(e) - value(-e)) / (2 * e)
    predicted = factor * np.einsum("ji,ik,jk", d, M, d)
    size = np.abs(M).max() * (d**2).sum()
    return abs(measured - predicted) / size, abs(first_order) / size


# The series errs by e², 1e-7, times a fourth derivative; rounding by eps / e², 2e-9.
SECOND_ORDER = 1e-5


@pytest.mark.parametrize(("activation", "loss"), [(tanh, softmax_cross_entropy), (sigmoid, sigmoid_cross_entropy)],
                         ids=["tanh", "sigmoid"])
@by_tie
def test_moving_tied_units_apart_changes_the_loss_by_half_the_sum_of_dMd(hidden, layer, activation, loss):
    def error(**changed):
        return max(curvature_error(hidden, layer, activation, loss, **changed))

    assert error() < SECOND_ORDER
    # Some differences grow and some shrink: the outgoing block of M is 0.
    eigenvalues = np.linalg.eigvalsh(tied_case(hidden, layer, activation, loss)[3])
    assert eigenvalues[0] < -0.001 < 0.001 < eigenvalues[-1]
    # Twins: the wrong sign, one per cent, a displacement that all have in common.
    assert error(factor=-1) > 100 * SECOND_ORDER
    assert error(factor=1.01) > 3 * SECOND_ORDER
    assert error(shift=1.0) > 100 * SECOND_ORDER


# --- the small tools

def test_units_are_rows_of_incoming_weights_bias_and_outgoing_weights():
    params = network(np.random.default_rng(0), [[1, 1], [1, 1, 1]])
    (W, b), (V, _) = params[0], params[1]
    assert units(params, 1)[1].tolist() == [*W[:, 1], b[1], *V[1]]
    assert units(params, 2).shape == (3, 2 + 1 + OUTPUTS)
    order = [2, 0, 1]
    np.testing.assert_array_equal(units(permute_units(params, 2, order), 2), units(params, 2)[order])


def test_spread_and_groups_see_a_difference_in_the_last_bit_of_any_weight():
    params = network(np.random.default_rng(0), [[3]])
    assert (spread(params, 1), tied_groups(params, 1)) == (0, [[0, 1, 2]])
    (W, b), (V, _) = params
    for array, of_unit_1 in [(W, (0, 1)), (b, 1), (V, (1, 0)), (V, (1, -1))]:
        ordinary = array[of_unit_1]
        array[of_unit_1] = np.nextafter(ordinary, np.inf)
        assert 0 < spread(params, 1) < 10 * EPS
        assert groups(params) == [{frozenset([0, 2]), frozenset([1])}]
        array[of_unit_1] = ordinary


def test_tied_is_measured_against_the_largest_weight():
    nearly = np.full((2, 3), 1e6) + [0.0, 1e-5, 0.0]  # one part in 10¹¹
    for W in (nearly, np.zeros((2, 3))):
        assert [V.shape for V, _ in collapse([(W, np.zeros(3)), (np.zeros((3, 1)), np.zeros(1))])] == [(2, 1), (1, 1)]
    with pytest.raises(ValueError, match="must be tied; got spread 0.01"):  # one part in 10⁸
        collapse([(nearly + [0.0, 1e-2, 0.0], np.zeros(3)), (np.zeros((3, 1)), np.zeros(1))])
