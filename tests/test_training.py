"""The training loop: what it records, what it visits, where it arrives, and what moves from zero."""

import re
from itertools import islice

import numpy as np
import pytest
from scipy.special import softmax as scipy_softmax
from sklearn.linear_model import LogisticRegression

from checks import EPS, flat, largest_difference, network_and_data, read_only
from initbook import training
from initbook.activations import get, identity, tanh
from initbook.initializers import init_params, normal, zeros
from initbook.losses import sigmoid_cross_entropy, softmax_cross_entropy, squared_error
from initbook.network import forward
from initbook.optimizers import adam, momentum, sgd
from initbook.training import batches, loss_and_grads, moved, train

PARAMS, X, Y = network_and_data(np.random.default_rng(0), [3, 4, 2], tanh, softmax_cross_entropy, 10)
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


@pytest.mark.parametrize("batch_size", [None, 4])
def test_the_recorded_loss_is_over_all_of_the_data(batch_size):
    history = run(batch_size=batch_size, rng=np.random.default_rng(0), record=lambda step, params: params)
    losses = [softmax_cross_entropy.value(forward(p, X, tanh).h[-1], Y) for p in history.records]
    assert history.loss.tolist() == losses
    part = [softmax_cross_entropy.value(forward(p, X[:4], tanh).h[-1], Y[:4]) for p in history.records]
    assert history.loss.tolist() != part


def test_no_steps_return_the_start_and_its_loss():
    history = run(0)
    assert history.params is PARAMS
    assert history.loss.tolist() == [loss_and_grads(PARAMS, X, Y, tanh, softmax_cross_entropy)[0]]


def test_training_is_the_optimiser_applied_to_the_gradient_step_by_step():
    params = PARAMS
    for _ in range(5):
        _, grads = loss_and_grads(params, X, Y, tanh, softmax_cross_entropy)
        params = [(W - 0.1 * dW, b - 0.1 * db)
                  for (W, b), (dW, db) in zip(params, grads.params, strict=True)]
    assert largest_difference(run(5).params, params) < 10 * EPS
    assert largest_difference(run(4).params, params) > 1e-4


def test_nothing_that_is_handed_in_is_written_to():
    params = [(W.copy(), b.copy()) for W, b in PARAMS]
    x, y = X.copy(), Y.copy()
    read_only(x, y, *flat(params))
    train(params, x, y, steps=3, **SETTINGS)


def test_lists_are_taken_like_arrays():
    settings = {"batch_size": 4, "rng": np.random.default_rng(0)}
    assert len(run(x=X.tolist(), y=Y.tolist(), **settings).loss) == 6


def test_no_progress_is_shown_unless_asked_for(capfd):
    run()
    assert capfd.readouterr() == ("", "")


# --- mini-batches

def rows_of_a_pass(stream, samples, batch_size):
    return np.concatenate(list(islice(stream, -(-samples // batch_size)))).tolist()


def skipping_batches(rng, samples, batch_size):
    """The bug of a well-known hand-written loop: what does not fill a batch is never seen."""
    while True:
        order = rng.permutation(samples)
        yield from (order[i:i + batch_size] for i in range(0, samples - batch_size, batch_size))


class FewOrders(np.random.Generator):
    """Ends with an error a loop that draws orders and yields nothing."""

    left = 4

    def permutation(self, *args):
        self.left -= 1
        assert self.left >= 0
        return super().permutation(*args)


@pytest.mark.parametrize(("samples", "batch_size"), [(10, 3), (10, 5), (10, 1), (4, 10), (7, 7)])
def test_every_pass_sees_each_sample_once(samples, batch_size):
    stream = batches(FewOrders(np.random.PCG64(0)), samples, batch_size)
    for _ in range(3):
        assert sorted(rows_of_a_pass(stream, samples, batch_size)) == list(range(samples))


@pytest.mark.parametrize(("samples", "batch_size"), [(10, 3), (10, 5), (10, 1)])
def test_a_loop_that_skips_samples_is_caught(samples, batch_size):
    stream = skipping_batches(np.random.default_rng(0), samples, batch_size)
    assert sorted(rows_of_a_pass(stream, samples, batch_size)) != list(range(samples))


def test_every_pass_has_an_order_of_its_own():
    stream = batches(np.random.default_rng(0), 20, 6)
    orders = {tuple(rows_of_a_pass(stream, 20, 6)) for _ in range(5)}
    assert len(orders) == 5


def test_a_mini_batch_step_is_a_step_on_the_inputs_and_labels_that_batches_names():
    params, stream = PARAMS, batches(np.random.default_rng(0), len(X), 3)
    for rows in islice(stream, 6):
        params = train(params, X[rows], Y[rows], steps=1, **SETTINGS).params
    history = run(6, batch_size=3, rng=np.random.default_rng(0))
    assert largest_difference(history.params, params) == 0
    other = run(6, batch_size=3, rng=np.random.default_rng(0), y=Y[::-1])
    assert largest_difference(other.params, params) > 1e-3


def test_one_pass_of_training_visits_every_sample():
    """Each sample has an input of its own, so the first weights show which were seen."""
    x, y, seen = np.eye(10), np.zeros((10, 1)), set()
    start = [(np.ones((10, 1)), np.zeros(1))]
    for steps in range(1, 5):
        history = run(steps, start, x, y, activations=identity, loss=squared_error,
                      batch_size=3, rng=np.random.default_rng(0))
        now = set(np.flatnonzero(history.params[0][0][:, 0] != 1).tolist())
        assert seen < now
        assert len(now) == min(3 * steps, 10)
        seen = now


def test_the_same_seed_gives_the_same_run_to_the_last_bit():
    def final(seed):
        return run(20, batch_size=3, rng=np.random.default_rng(seed)).params

    assert largest_difference(final(1), final(1)) == 0
    assert largest_difference(final(1), final(2)) > 1e-4


# --- where it arrives: convex problems

DECAY = 0.05  # λ of our L2 penalty; scikit-learn's C is 1 / (λ m)


def blobs(classes, samples=60):
    """Overlapping classes of unequal sizes."""
    rng = np.random.default_rng(3)
    y = rng.choice(classes, size=samples, p=np.arange(1, classes + 1) / sum(range(classes + 1)))
    return rng.normal(size=(samples, 2)) + np.array([[1, 0], [-1, 0.5], [0, -1]])[y], y


def fitted(loss, x, y, columns, params=None):
    """Logistic or softmax regression, trained until the gradient is all but zero."""
    params = params or init_params(np.random.default_rng(0), [2, columns], zeros)
    history = train(params, x, y, activations=identity, loss=loss, steps=600, every=600,
                    optimizer=momentum(0.3, 0.8, weight_decay=DECAY))
    W, _ = history.params[0]
    _, grads = loss_and_grads(history.params, x, y, identity, loss)
    dW, db = grads.params[0]
    assert max(np.abs(dW + DECAY * W).max(), np.abs(db).max()) < 1e-10
    return history.params


def scikit_learns(x, y, decay=DECAY):
    return LogisticRegression(C=1 / (decay * len(x)), solver="newton-cg", tol=1e-10).fit(x, y)


# The gradient is below 1e-10 and the curvature above 0.01, so we are within 1e-8 of the optimum.
AT_THE_OPTIMUM = 1e-7


def test_logistic_regression_from_zero_reaches_scikit_learns_optimum():
    x, y = blobs(classes=2)
    (W, b), = fitted(sigmoid_cross_entropy, x, y[:, None].astype(float), columns=1)
    model = scikit_learns(x, y)
    assert np.abs(W.T - model.coef_).max() < AT_THE_OPTIMUM
    assert np.abs(b - model.intercept_).max() < AT_THE_OPTIMUM
    other = scikit_learns(x, y, decay=1.01 * DECAY)
    assert np.abs(W.T - other.coef_).max() > 1000 * AT_THE_OPTIMUM


def test_softmax_regression_from_zero_reaches_scikit_learns_optimum():
    x, y = blobs(classes=3)
    (W, b), = fitted(softmax_cross_entropy, x, y, columns=3)
    model = scikit_learns(x, y)
    assert np.abs(W.T - model.coef_).max() < AT_THE_OPTIMUM
    shares = scipy_softmax(x @ W + b, axis=1)
    assert np.abs(shares - model.predict_proba(x)).max() < AT_THE_OPTIMUM
    other = scikit_learns(x, y, decay=1.01 * DECAY)
    assert np.abs(W.T - other.coef_).max() > 1000 * AT_THE_OPTIMUM


def test_without_a_hidden_layer_every_start_arrives_at_the_same_optimum():
    x, y = blobs(classes=2)
    y = y[:, None].astype(float)
    zero = fitted(sigmoid_cross_entropy, x, y, columns=1)
    for seed in range(3):
        start = init_params(np.random.default_rng(seed), [2, 1], normal(3.0), normal(3.0))
        ours = fitted(sigmoid_cross_entropy, x, y, columns=1, params=start)
        assert largest_difference(start, zero) > 1
        assert largest_difference(ours, zero) < AT_THE_OPTIMUM


def test_with_a_hidden_layer_two_starts_arrive_at_different_weights():
    x, y = blobs(classes=3)
    starts = [init_params(np.random.default_rng(seed), [2, 4, 3], normal(1.0)) for seed in range(2)]
    ends = [run(300, start, x, y, every=300).params for start in starts]
    assert largest_difference(*ends) > 0.1


# --- what moves from zero

def moved_from_zero(name, depth, updates, y):
    """Which of W1, b1, …, W_depth, b_depth are not zero after that many updates from zero."""
    x = np.random.default_rng(0).normal(size=(len(y), 3))
    params = init_params(np.random.default_rng(0), [3, 5, 4, 6][:depth] + [max(y) + 1], zeros)
    history = run(updates, params, x, np.array(y), activations=get(name))
    names = [f"{letter}{l}" for l in range(1, depth + 1) for letter in "Wb"]
    return {n for n, a in zip(names, flat(history.params), strict=True) if a.any()}


def expected_to_move(name, depth, updates):
    """By the chain rule, with unbalanced classes: δ at the output, summed over samples, is not zero.

    - b_depth moves by that sum, at the first update.
    - W_depth moves by h^T δ: with no hidden layer h is x; else h = f(0), which is ½ for the sigmoid
      and 0 for tanh, relu and the identity. Then W_depth stays 0, nothing is handed down through it,
      and h stays f(0): for ever.
    - For the sigmoid δ comes one layer further down with every update, once the W above has moved.
    """
    if depth > 1 and name != "sigmoid":
        return {f"b{depth}"} if updates else set()
    return {f"{letter}{l}" for l in range(1, depth + 1) for letter in "Wb" if l > depth - updates}


UNBALANCED = [0, 1, 2, 2, 0, 2, 2]
BALANCED = [0, 1, 1, 0]


@pytest.mark.parametrize("updates", [0, 1, 2, 3, 4, 6])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "identity"])
def test_from_zero_exactly_that_moves_which_the_chain_rule_names(name, depth, updates):
    assert moved_from_zero(name, depth, updates, UNBALANCED) == expected_to_move(name, depth, updates)


@pytest.mark.parametrize("updates", [1, 50])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_from_zero_with_balanced_classes_and_a_hidden_layer_nothing_moves(name, updates):
    assert moved_from_zero(name, 2, updates, BALANCED) == set()
    assert "W1" in moved_from_zero(name, 1, updates, BALANCED)


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_from_zero_not_even_a_hundred_updates_move_a_weight(name):
    assert moved_from_zero(name, 3, 100, UNBALANCED) == {"b3"}


@pytest.mark.parametrize("optimizer", [momentum(0.1), adam(0.1)], ids=["momentum", "adam"])
def test_from_zero_no_other_optimiser_moves_more(optimizer):
    params = init_params(np.random.default_rng(0), [3, 5, 3], zeros)
    end = run(20, params, X[:7], np.array(UNBALANCED), optimizer=optimizer).params
    assert [bool(a.any()) for a in flat(end)] == [False, False, False, True]


def test_moved_is_the_share_of_entries_that_differ_in_any_bit():
    after = [(W.copy(), b.copy()) for W, b in PARAMS]
    assert moved(PARAMS, after) == [(0, 0), (0, 0)]
    W, c = after[0][0], after[1][1]
    W[1, :3] = np.nextafter(W[1, :3], np.inf)
    c[0] = -c[0]
    assert moved(PARAMS, after) == [(3 / 12, 0), (0, 1 / 2)]
    with pytest.raises(ValueError, match=re.escape("after must be of the shapes of before, [(3, 4)")):
        moved(PARAMS, PARAMS[:1])


def test_a_bar_is_shown_on_a_terminal_and_only_when_it_is_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(training, "tqdm", lambda steps, disable: asked.append((list(steps), disable)) or steps)
    run(2), run(2, progress=False), run(2, progress=True)  # None: disabled where there is no terminal
    assert asked == [([0, 1, 2], True), ([0, 1, 2], True), ([0, 1, 2], None)]


# --- errors

@pytest.mark.parametrize(("changed", "error", "message"), [
    ({"steps": -1}, ValueError, "steps must be a whole number of at least 0; got -1"),
    ({"steps": 1.5}, TypeError, "steps must be a whole number; got 1.5"),
    ({"every": 0}, ValueError, "every must be a whole number of at least 1; got 0"),
    ({"batch_size": 4}, ValueError, "rng must be a numpy Generator when batch_size is given; got None"),
    ({"batch_size": 0, "rng": np.random.default_rng(0)}, ValueError,
     "batch_size must be a whole number of at least 1; got 0"),
    ({"batch_size": 4, "rng": 0}, TypeError, "rng must be a numpy Generator, as"),
    ({"loss": "softmax"}, TypeError, "loss must be a Loss, such as losses.squared_error; got 'softmax'"),
    ({"optimizer": sgd}, TypeError, "optimizer must be an Optimizer, as optimizers.sgd(lr) makes; got"),
    ({"activations": "tanh"}, TypeError, "activations must be an Activation, or a list of them"),
    ({"x": X[:-1]}, ValueError, "y must be 9 labels, one a row of the output; got 10 labels"),
    ({"x": X[:, 1:]}, ValueError, "x must be of shape (samples, 3); got shape (10, 2)"),
    ({"x": X.astype(int)}, TypeError, "x must be an array of floats"),
    ({"y": Y + 1}, ValueError, "y must be between 0 and 1; got labels from 1 to 2"),
    ({"x": X[:0], "y": Y[:0]}, ValueError, "output must be of one row or more"),
    ({"params": PARAMS[::-1]}, ValueError, "params[1] W must be of shape (2, fan_out)"),
])
def test_what_does_not_fit_is_refused_by_name(changed, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        run(**changed)
