"""The training loop: what it records, what it visits, where it arrives, and what moves from zero."""

from itertools import islice

import numpy as np
import pytest
from scipy.special import softmax as scipy_softmax
from sklearn.linear_model import LogisticRegression

from checks import EPS, flat, largest_difference, network_and_data, read_only
from initbook import losses, optimizers, training
from initbook.activations import Activation, get, identity, relu, tanh
from initbook.initializers import init_params, lecun_normal, normal, zeros
from initbook.losses import softmax_cross_entropy
from initbook.network import forward
from initbook.optimizers import momentum, sgd
from initbook.training import accuracy, batches, loss_and_grads, moved, train

PARAMS, X, Y = network_and_data(np.random.default_rng(0), [3, 4, 2], tanh, softmax_cross_entropy, 10)
read_only(X, Y, *flat(PARAMS))  # no run writes to what it is handed
SETTINGS = {"activations": tanh, "loss": softmax_cross_entropy, "optimizer": sgd(0.1)}


def run(steps=5, params=PARAMS, x=X, y=Y, **changed):
    return train(params, x, y, steps=steps, **{**SETTINGS, **changed})


# --- history

@pytest.mark.parametrize(("steps", "every", "recorded"), [
    (5, 1, [0, 1, 2, 3, 4, 5]), (7, 3, [0, 3, 6, 7]), (6, 3, [0, 3, 6]), (2, 10, [0, 2]), (0, 4, [0])])
def test_the_start_every_nth_step_and_the_last_are_recorded(steps, every, recorded):
    history = run(steps, every=every, record=lambda step, params: step)
    assert history.step.tolist() == history.records == recorded
    assert len(history.loss) == len(recorded)
    assert (history.params is PARAMS) == (steps == 0)


@pytest.mark.parametrize("batch_size", [None, 4])
def test_the_recorded_loss_is_over_all_of_the_data(batch_size):
    history = run(batch_size=batch_size, rng=np.random.default_rng(0), record=lambda step, params: params)
    losses = [softmax_cross_entropy.value(forward(p, X, tanh).h[-1], Y) for p in history.records]
    assert history.loss.tolist() == losses
    part = [softmax_cross_entropy.value(forward(p, X[:4], tanh).h[-1], Y[:4]) for p in history.records]
    assert history.loss.tolist() != part


def test_training_is_the_optimiser_applied_to_the_gradient_step_by_step():
    params = PARAMS
    for _ in range(5):
        _, grads = loss_and_grads(params, X, Y, tanh, softmax_cross_entropy)
        params = [(W - 0.1 * dW, b - 0.1 * db)
                  for (W, b), (dW, db) in zip(params, grads.params, strict=True)]
    assert largest_difference(run(5).params, params) < 10 * EPS
    assert largest_difference(run(4).params, params) > 1e-4


def test_the_accuracy_of_a_network_is_that_of_its_output():
    ours = [accuracy(PARAMS, X + 2, Y, tanh, normalize) for normalize in (False, True)]
    assert ours == [losses.accuracy(forward(PARAMS, X + 2, tanh, normalize).h[-1], Y) for normalize in (False, True)]
    assert ours[0] != ours[1]


# --- mini-batches

def rows_of_a_pass(stream, samples, batch_size):
    return np.concatenate(list(islice(stream, -(-samples // batch_size)))).tolist()


class FewOrders(np.random.Generator):
    """Ends with an error a loop that draws orders and yields nothing."""

    left = 4

    def permutation(self, *args):
        self.left -= 1
        assert self.left >= 0
        return super().permutation(*args)


@pytest.mark.parametrize(("samples", "batch_size"), [(10, 3), (10, 5), (10, 1), (4, 10), (7, 7)])
def test_every_pass_sees_each_sample_once_in_an_order_of_its_own(samples, batch_size):
    stream = batches(FewOrders(np.random.PCG64(0)), samples, batch_size)
    passes = [rows_of_a_pass(stream, samples, batch_size) for _ in range(3)]
    assert [sorted(rows) for rows in passes] == [list(range(samples))] * 3
    assert len({tuple(rows) for rows in passes}) == 3


def test_a_mini_batch_step_is_a_step_on_the_inputs_and_labels_that_batches_names():
    params, stream = PARAMS, batches(np.random.default_rng(0), len(X), 3)
    for rows in islice(stream, 6):
        params = train(params, X[rows], Y[rows], steps=1, **SETTINGS).params
    # And lists are taken like arrays.
    history = run(6, x=X.tolist(), y=Y.tolist(), batch_size=3, rng=np.random.default_rng(0))
    assert largest_difference(history.params, params) == 0
    other = run(6, batch_size=3, rng=np.random.default_rng(0), y=Y[::-1])
    assert largest_difference(other.params, params) > 1e-3


# --- where it arrives


def blobs():
    """Three overlapping classes of unequal sizes."""
    rng = np.random.default_rng(3)
    y = rng.choice(3, size=60, p=np.arange(1, 4) / 6)
    return rng.normal(size=(60, 2)) + np.array([[1, 0], [-1, 0.5], [0, -1]])[y], y


@pytest.mark.parametrize("std", [0.0, 3.0])
def test_softmax_regression_reaches_scikit_learns_optimum_from_every_start(std):
    (x, y), decay = blobs(), 0.05  # λ of our L2 penalty; scikit-learn's C is 1 / (λ m)
    params = init_params(np.random.default_rng(0), [2, 3], normal(std), normal(std))
    (W, b), = run(300, params, x, y, activations=identity, every=300, optimizer=momentum(0.5, 0.8, decay)).params
    dW, db = loss_and_grads([(W, b)], x, y, identity, softmax_cross_entropy)[1].params[0]
    assert max(np.abs(dW + decay * W).max(), np.abs(db).max()) < 1e-10
    theirs, other = (LogisticRegression(C=1 / (c * decay * len(x)), solver="newton-cg", tol=1e-10).fit(x, y)
                     for c in (1, 1.01))
    # The gradient is below 1e-10 and the curvature above 0.01, so we are within 1e-8 of the optimum.
    assert np.abs(W.T - theirs.coef_).max() < 1e-7
    assert np.abs(scipy_softmax(x @ W + b, axis=1) - theirs.predict_proba(x)).max() < 1e-7
    assert np.abs(W.T - other.coef_).max() > 1e-4


def test_with_a_hidden_layer_two_starts_arrive_at_different_weights():
    starts = [init_params(np.random.default_rng(seed), [2, 4, 3], normal(1.0)) for seed in range(2)]
    ends = [run(100, start, *blobs(), every=100, optimizer=sgd(0.3)).params for start in starts]
    assert largest_difference(*ends) > 0.1


def test_a_bar_is_shown_on_a_terminal_and_only_when_it_is_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(training, "tqdm", lambda steps, disable: asked.append((list(steps), disable)) or steps)
    run(2), run(2, progress=False), run(2, progress=True)  # None: disabled where there is no terminal
    assert asked == [([0, 1, 2], True), ([0, 1, 2], True), ([0, 1, 2], None)]


# --- which parameters have moved


def copied(params):
    return [(W.copy(), b.copy()) for W, b in params]


@pytest.mark.parametrize("array", range(4))
@pytest.mark.parametrize("change", [lambda a: np.nextafter(a, np.inf), lambda a: np.nan], ids=["bit", "nan"])
def test_one_bit_in_one_entry_is_seen_where_it_is_and_nothing_else(array, change):
    after = copied(PARAMS)
    assert moved(PARAMS, after) == [(0, 0), (0, 0)]
    entries = flat(after)[array]
    entries.flat[-1] = change(entries.flat[-1])
    shares = np.array(moved(PARAMS, after)).ravel()
    assert shares[array] == 1 / entries.size
    assert np.count_nonzero(shares) == 1


def test_the_weights_of_an_input_that_is_always_zero_are_the_ones_that_stay():
    x = X.copy()
    x[:, 2] = 0
    assert moved(PARAMS, run(x=x).params) == [(pytest.approx(2 / 3), 1), (1, 1)]


# --- two zero matrices stop what lies below the upper one, whatever the slope at 0: a theorem of
# docs/symmetry/what-moves.md

KINK = Activation("relu with slope 1 at 0", relu.f, lambda z: (z >= 0).astype(z.dtype))
TWO_ZEROS = [(j, k) for k in (2, 3, 4) for j in range(1, k)]


def movers(f, zero, make=sgd, steps=6):
    """What moves when the matrices of the layers in ``zero`` start at 0 and the others do not."""
    rng = np.random.default_rng(3)
    params = init_params(rng, [5, 4, 3, 4, 3], [zeros if l in zero else lecun_normal for l in (1, 2, 3, 4)])
    x, y = rng.normal(size=(30, 5)), np.arange(30) % 4 % 3
    return np.array(moved(params, run(steps, params, x, y, activations=f, optimizer=make(0.05)).params))


@pytest.mark.parametrize(("make", "f", "zero"), [
    *((sgd, f, zero) for f in (tanh, relu, KINK) for zero in TWO_ZEROS),
    *((make, KINK, (2, 3)) for make in optimizers.ALL.values())], ids=lambda a: getattr(a, "__name__", str(a)))
def test_two_zero_matrices_hold_every_weight_up_to_the_upper_one(make, f, zero):
    shares, (_, k) = movers(f, zero, make), zero
    assert (shares[:k, 0] == 0).all() and (shares[:k - 1, 1] == 0).all()
    assert shares[-1, 1] > 0


@pytest.mark.parametrize("j", [1, 2, 3, 4])
def test_twin_one_zero_matrix_holds_nothing_but_below_the_last_relu_whose_slope_at_0_is_0(j):
    assert movers(tanh, {j}).min() > 0 and movers(KINK, {j}).min() > 0
    assert (movers(relu, {j})[:, 0].max() == 0) == (j < 4)


# --- what moves from zero


def expected_to_move(name, depth, updates):
    """By the chain rule, with unbalanced classes: δ at the output, summed over samples, is not zero.

    - The last b moves by that sum, at the first update.
    - The last W moves by h^T δ: with no hidden layer h is x; else h = f(0), which is ½ for the sigmoid
      and 0 for tanh, relu and the identity. Then it stays 0, nothing is handed down through it, and
      h stays f(0): for ever.
    - For the sigmoid δ comes one layer further down with every update, once the W above has moved.
    """
    if depth > 1 and name != "sigmoid":
        return [(False, False)] * (depth - 1) + [(False, updates > 0)]
    return [(l > depth - updates,) * 2 for l in range(1, depth + 1)]


def moved_from_zero(name, depth, updates, y, make=sgd):
    zero = init_params(np.random.default_rng(0), [3, 5, 4, 6][:depth] + [max(y) + 1], zeros)
    end = run(updates, zero, X[:len(y)], np.array(y), activations=get(name), optimizer=make(0.1)).params
    return [(W > 0, b > 0) for W, b in moved(zero, end)]


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("make", optimizers.ALL.values(), ids=optimizers.ALL)
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "identity"])
def test_from_zero_exactly_that_moves_which_the_chain_rule_names(name, make, depth):
    for updates in (0, 1, 2, 3, 5):
        ours = moved_from_zero(name, depth, updates, [0, 1, 2, 2, 0, 2, 2], make)
        assert ours == expected_to_move(name, depth, updates)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_from_zero_with_balanced_classes_and_a_hidden_layer_nothing_moves(name):
    assert moved_from_zero(name, 2, 3, [0, 1, 1, 0]) == [(False, False)] * 2
    assert moved_from_zero(name, 1, 3, [0, 1, 1, 0])[0][0]
