"""``training.moved`` sees every entry that changed, and nothing else."""

import re

import numpy as np
import pytest

from checks import flat
from initbook import losses, optimizers
from initbook.activations import Activation, relu, sigmoid, tanh
from initbook.initializers import init_params, lecun_normal, zeros
from initbook.training import moved, train


def start(seed=0):
    return init_params(np.random.default_rng(seed), [5, 4, 3], lecun_normal)


def copied(params):
    return [(W.copy(), b.copy()) for W, b in params]


def test_nothing_has_moved_between_a_network_and_its_copy():
    assert moved(start(), copied(start())) == [(0.0, 0.0), (0.0, 0.0)]


@pytest.mark.parametrize("array", range(4))
def test_one_bit_in_one_entry_is_seen_where_it_is(array):
    after = copied(start())
    entries = flat(after)[array]
    entries.flat[-1] = np.nextafter(entries.flat[-1], np.inf)
    shares = np.array(moved(start(), after)).ravel()
    assert shares[array] == 1 / entries.size
    assert np.count_nonzero(shares) == 1


def test_an_entry_that_became_nan_has_moved():
    after = copied(start())
    after[0][0][:] = np.nan
    assert moved(start(), after) == [(1.0, 0.0), (0.0, 0.0)]


def trained(init, inputs=None):
    rng = np.random.default_rng(1)
    params = init_params(rng, [5, 4, 3], init)
    x = rng.normal(size=(20, 5)) if inputs is None else inputs
    run = train(params, x, np.arange(len(x)) % 3, activations=tanh,
                loss=losses.softmax_cross_entropy, optimizer=optimizers.sgd(0.1), steps=5)
    return moved(params, run.params)


def test_from_zero_tanh_moves_the_output_bias_alone():
    assert trained(zeros) == [(0.0, 0.0), (0.0, 1.0)]


def test_twin_from_random_weights_everything_moves():
    assert trained(lecun_normal) == [(1.0, 1.0), (1.0, 1.0)]


def test_the_weights_of_an_input_that_is_always_zero_are_the_ones_that_stay():
    x = np.random.default_rng(2).normal(size=(20, 5))
    x[:, 3] = 0
    assert trained(lecun_normal, x) == [(0.8, 1.0), (1.0, 1.0)]


def test_networks_of_other_sizes_are_refused():
    other = init_params(np.random.default_rng(0), [5, 6, 3], zeros)
    message = "after must be of the shapes of before, [(5, 4), (4, 3)]; got [(5, 6), (6, 3)]"
    with pytest.raises(ValueError, match=re.escape(message)):
        moved(start(), other)
    with pytest.raises(TypeError, match=re.escape("params[0] must be a pair (W, b)")):
        moved([np.zeros(3)], start())


# --- two zero matrices stop what lies below the upper one, whatever the slope at 0: a theorem of
# docs/symmetry/what-moves.md

KINK = Activation("relu with slope 1 at 0", relu.f, lambda z: (z >= 0).astype(z.dtype))
OPTIMIZERS = {name: make(0.05) for name, make in optimizers.ALL.items()}


def movers(f, zero, optimizer="sgd", sizes=(5, 4, 3, 4, 3), steps=8):
    """What moves when the matrices of the layers in ``zero`` start at 0 and the others do not."""
    rng = np.random.default_rng(3)
    layers = range(1, len(sizes))
    params = init_params(rng, sizes, [zeros if l in zero else lecun_normal for l in layers])
    run = train(params, rng.normal(size=(30, 5)), np.arange(30) % 4 % 3, activations=f,
                loss=losses.softmax_cross_entropy, optimizer=OPTIMIZERS[optimizer], steps=steps)
    return np.array(moved(params, run.params))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("f", [tanh, relu, KINK], ids=repr)
@pytest.mark.parametrize(("j", "k"), [(j, k) for k in (2, 3, 4) for j in range(1, k)])
def test_two_zero_matrices_hold_every_weight_up_to_the_upper_one(j, k, f, optimizer):
    shares = movers(f, {j, k}, optimizer)
    assert (shares[:k, 0] == 0).all() and (shares[:k - 1, 1] == 0).all()
    assert shares[-1, 1] > 0


@pytest.mark.parametrize("f", [tanh, KINK], ids=repr)
@pytest.mark.parametrize("j", [1, 2, 3, 4])
def test_twin_one_zero_matrix_holds_nothing(j, f):
    assert (movers(f, {j}) > 0).all()


@pytest.mark.parametrize("j", [1, 2, 3])
def test_one_zero_matrix_below_the_last_holds_relu_because_its_slope_at_0_is_0(j):
    assert movers(relu, {j})[:, 0].max() == 0
    assert movers(relu, {4}).min() > 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_from_zero_sigmoid_goes_down_one_layer_an_update(optimizer):
    for steps in (1, 2, 3, 4):
        shares = movers(sigmoid, {1, 2, 3, 4}, optimizer, steps=steps)
        assert (shares[:4 - steps] == 0).all() and (shares[4 - steps:] > 0).all()
