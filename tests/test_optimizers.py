"""Optimisers against closed forms and against plain implementations, one number at a time."""

import re

import numpy as np
import pytest

from checks import EPS, flat, read_only
from initbook.network import Grads
from initbook.optimizers import ALL, adam, momentum, nesterov, sgd

STEPS = 30
EVERY = {name: make(0.3) for name, make in ALL.items()} | {
    f"{name}, decay": make(0.3, weight_decay=0.1) for name, make in ALL.items()}
by_optimizer = pytest.mark.parametrize("optimizer", EVERY.values(), ids=EVERY)
by_make = pytest.mark.parametrize("make", ALL.values(), ids=ALL)


def params_of(w):
    """A number as the one weight of a network; its bias is 0."""
    return [(np.array([[w]]), np.zeros(1))]


def path(optimizer, gradient, w=1.0, steps=STEPS):
    """The weight after 0, 1, … steps, given its gradient as a function of it and the step."""
    params, weights = params_of(w), [w]
    state = optimizer.init(params)
    for t in range(1, steps + 1):
        params, state = optimizer.step(params, params_of(gradient(weights[-1], t)), state)
        weights.append(params[0][0].item())
    return weights


def quadratic(w, t):
    return 3.0 * w


def noise(w, t):
    return np.sin(7.0 * t) + 0.5 * w


def network(rng):
    return [(rng.normal(size=(3, 4)), rng.normal(size=4)), (rng.normal(size=(4, 2)), rng.normal(size=2))]


def test_sgd_on_a_quadratic_shrinks_geometrically():
    weights = path(sgd(0.1), quadratic)
    np.testing.assert_allclose(weights, (1 - 0.1 * 3) ** np.arange(STEPS + 1), rtol=4 * STEPS * EPS)


def heavy_ball(lr, beta, gradient, w=1.0):
    """Polyak's own form, without a velocity: w' = w - η g + β (w - the w before)."""
    weights = [w, w]
    for t in range(1, STEPS + 1):
        now, before = weights[-1], weights[-2]
        weights.append(now - lr * gradient(now, t) + beta * (now - before))
    return weights[1:]


@pytest.mark.parametrize("gradient", [quadratic, noise])
@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_momentum_is_polyaks_heavy_ball(beta, gradient):
    weights = path(momentum(0.1, beta), gradient)
    np.testing.assert_allclose(weights, heavy_ball(0.1, beta, gradient), atol=1000 * EPS)


def test_a_running_mean_is_not_the_heavy_ball():
    """The twin: v = β v + (1 - β) g is what some libraries' momentum does."""
    weights = heavy_ball(0.1 * (1 - 0.9), 0.9, quadratic)
    assert np.abs(np.array(path(momentum(0.1, 0.9), quadratic)) - weights).max() > 0.1


def test_the_velocity_under_a_constant_gradient_is_a_geometric_sum():
    weights = path(momentum(0.1, 0.9), lambda w, t: 2.0)
    v = 2.0 * (1 - 0.9 ** np.arange(1, STEPS + 1)) / (1 - 0.9)
    np.testing.assert_allclose(-np.diff(weights), 0.1 * v, atol=1000 * EPS)


def look_ahead(lr, beta, gradient, w=1.0):
    """As Sutskever et al. (2013) write it: the gradient is taken a step of the velocity ahead, where we say we are."""
    theta, v, weights = w, 0.0, [w]
    for t in range(1, STEPS + 1):
        v = beta * v - lr * gradient(theta + beta * v, t)
        theta += v
        weights.append(theta + beta * v)
    return weights


@pytest.mark.parametrize("gradient", [quadratic, noise])
@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_nesterov_is_momentum_that_looks_ahead(beta, gradient):
    weights = path(nesterov(0.1, beta), gradient)
    np.testing.assert_allclose(weights, look_ahead(0.1, beta, gradient), atol=1000 * EPS)
    if beta:
        assert np.abs(np.array(weights) - heavy_ball(0.1, beta, gradient)).max() > 0.01


CLOSED_FORMS = {sgd, momentum, nesterov, adam}  # each has a test above or below


def test_every_optimiser_has_a_closed_form_here_and_descends_on_a_quadratic():
    assert set(ALL.values()) == CLOSED_FORMS
    for make in ALL.values():
        weights = path(make(0.01), quadratic, steps=300)
        assert abs(weights[-1]) < 0.1 * weights[0]


def adam_by_hand(lr, gradient, beta1, beta2, eps, decay=0.0, w=1.0, corrected=True):
    """Algorithm 1 of Kingma & Ba, line by line, on one number."""
    m = v = 0.0
    weights = [w]
    for t in range(1, STEPS + 1):
        g = gradient(w, t)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if corrected else (m, v)
        w = w - lr * decay * w - lr * m_hat / (v_hat**0.5 + eps)
        weights.append(w)
    return weights


@pytest.mark.parametrize("gradient", [quadratic, noise])
@pytest.mark.parametrize("settings", [(0.9, 0.999, 1e-8, 0.0), (0.5, 0.9, 1e-3, 0.2)])
def test_adam_is_algorithm_1_on_one_number(settings, gradient):
    weights = path(adam(0.1, *settings), gradient)
    np.testing.assert_allclose(weights, adam_by_hand(0.1, gradient, *settings), atol=1000 * EPS)


def test_adam_without_the_bias_correction_is_another_path():
    weights = adam_by_hand(0.1, noise, 0.9, 0.999, 1e-8, corrected=False)
    assert np.abs(np.array(path(adam(0.1), noise)) - weights).max() > 0.1


@pytest.mark.parametrize("g", [1e-3, -1.0, 1e6])
def test_under_a_constant_gradient_every_step_of_adam_has_length_lr(g):
    weights = path(adam(0.1, eps=1e-12), lambda w, t: g)
    # eps shortens a step by eps / |g|, 1e-9 at most here
    np.testing.assert_allclose(np.diff(weights), -0.1 * np.sign(g), rtol=2e-9)


@pytest.mark.parametrize(("optimizer", "invariant"), [(adam(0.1, eps=1e-30), True), (sgd(0.1), False)],
                         ids=["adam", "sgd"])
def test_adam_alone_does_not_see_the_scale_of_the_loss(optimizer, invariant):
    ours, scaled = (path(optimizer, lambda w, t, c=c: c * noise(1.0, t)) for c in (1.0, 1000.0))
    assert bool(np.abs(np.array(ours) - scaled).max() < 1000 * EPS) is invariant


@pytest.mark.parametrize("make", [sgd, momentum, adam])  # Nesterov's first step is longer, by β
def test_without_a_gradient_weight_decay_shrinks_weights_by_exactly_1_minus_lr_wd(make):
    params = network(np.random.default_rng(0))
    zero = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    opt = make(0.5, weight_decay=0.25)  # powers of two, so that the products are exact
    after, _ = opt.step(params, zero, opt.init(params))
    for (W, b), (W_after, b_after) in zip(params, after, strict=True):
        np.testing.assert_array_equal(W_after, (1 - 0.5 * 0.25) * W)
        np.testing.assert_array_equal(b_after, b)  # biases are not decayed


@pytest.mark.parametrize("make", [sgd, momentum, nesterov])
def test_the_decay_of_all_but_adam_is_an_l2_penalty(make):
    decayed = path(make(0.1, weight_decay=0.5), noise)
    penalised = path(make(0.1), lambda w, t: noise(w, t) + 0.5 * w)
    np.testing.assert_allclose(decayed, penalised, atol=100 * EPS)


def test_adams_decay_is_decoupled_from_its_running_means():
    decayed = path(adam(0.1, weight_decay=0.5), noise)
    penalised = path(adam(0.1), lambda w, t: noise(w, t) + 0.5 * w)
    assert np.abs(np.array(decayed) - penalised).max() > 0.1


@by_make
def test_a_list_of_rates_gives_each_array_its_own(make):
    rng = np.random.default_rng(0)
    params, grads = network(rng), network(rng)
    rates = [(0.1, 0.2), (0.3, 0.4)]

    def moved(lr):
        opt = make(lr)
        after, _ = opt.step(params, grads, opt.init(params))
        return [a - p for a, p in zip(flat(after), flat(params), strict=True)]

    for ours, unit, rate in zip(moved(rates), moved(1.0), flat(rates), strict=True):
        np.testing.assert_allclose(ours, rate * unit, atol=16 * EPS)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(moved(rates)[0], moved(0.2)[0])


def arrays_in(state):
    """Every array in a nest of tuples and lists."""
    if isinstance(state, np.ndarray):
        return [state]
    return [a for part in state for a in arrays_in(part)] if isinstance(state, (tuple, list)) else []


@by_optimizer
def test_nothing_is_changed_in_place_so_a_step_can_be_taken_again(optimizer):
    rng = np.random.default_rng(0)
    params, grads = network(rng), network(rng)
    params, state = optimizer.step(params, grads, optimizer.init(params))
    read_only(*flat(params), *flat(grads), *arrays_in(state))
    first, again = (optimizer.step(params, grads, state) for _ in range(2))
    for a, b in zip(arrays_in(first), arrays_in(again), strict=True):
        np.testing.assert_array_equal(a, b)


NAN, INF = float("nan"), float("inf")


@by_make
@pytest.mark.parametrize(("lr", "error", "message"), [
    (0.0, ValueError, "lr must be a finite number above 0; got 0.0"),
    (-0.1, ValueError, "lr must be a finite number above 0; got -0.1"),
    (NAN, ValueError, "lr must be a finite number above 0; got nan"),
    (INF, ValueError, "lr must be a finite number above 0; got inf"),
    ("0.1", TypeError, "lr must be a number; got '0.1'"),
    (True, TypeError, "lr must be a number; got True"),
    (None, TypeError, "lr must be a number; got None"),
    ([0.1, 0.2], ValueError, "lr[0] must be a pair: one rate for W, one for b; got 0.1"),
    ([(0.1, 0.1), (0.1,)], ValueError, "lr[1] must be a pair: one rate for W, one for b; got (0.1,)"),
    ([(0.1, 0.1), (0.1, -1)], ValueError, "lr[1] must be a finite number above 0; got -1"),
])
def test_a_rate_that_is_none_is_refused(make, lr, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make(lr)


@pytest.mark.parametrize(("make", "argument", "value", "allowed"), [
    (sgd, "weight_decay", -0.1, "a finite number at least 0"),
    (momentum, "weight_decay", NAN, "a finite number at least 0"),
    (momentum, "beta", 1.0, "a finite number at least 0 and below 1"),
    (momentum, "beta", -0.1, "a finite number at least 0 and below 1"),
    (adam, "beta1", 1.0, "a finite number at least 0 and below 1"),
    (adam, "beta2", 1.0, "a finite number at least 0 and below 1"),
    (adam, "eps", 0.0, "a finite number above 0"),
    (adam, "weight_decay", INF, "a finite number at least 0"),
])
def test_a_setting_out_of_range_is_refused(make, argument, value, allowed):
    with pytest.raises(ValueError, match=f"^{argument} must be {allowed}; got {value}$"):
        make(0.1, **{argument: value})


@by_make
def test_rates_and_gradients_that_do_not_fit_the_parameters_are_refused(make):
    params = network(np.random.default_rng(0))
    opt = make(0.1)
    state = opt.init(params)
    by_column = [(dW[:, :1], db) for dW, db in params]  # broadcasts, so numpy is silent
    for grads in (params[:1], by_column, Grads(params, [], [])):
        with pytest.raises(ValueError, match=re.escape("grads must be of the shapes of params, [((3, 4)")):
            opt.step(params, grads, state)
    with pytest.raises(ValueError, match="lr must be one rate, or a list of 2 pairs; got a list of 1"):
        make([(0.1, 0.1)]).step(params, params, state)


def test_the_state_has_the_shapes_of_the_parameters_from_the_start():
    params = [(np.ones((2, 3)), np.ones(3)), (np.ones((3, 1)), np.ones(1))]
    means = [part for part in adam(0.3).init(params) if isinstance(part, list)]
    for state in [momentum(0.3).init(params), *means]:
        assert [part.shape for part in flat(state)] == [(2, 3), (3,), (3, 1), (1,)]
    assert len(means) == 2
