"""Optimizers against closed forms and against plain implementations, one number at a time."""

import numpy as np
import pytest

from checks import EPS, flat, read_only
from initbook import optimizers
from initbook.optimizers import ALL, Optimizer

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


# --- the law of each, on one number, in another form than the package's


def descent(gradient, lr, decay):
    """Each step shrinks a weight by the decay and goes down the slope."""
    weights = [1.0]
    for t in range(1, STEPS + 1):
        weights.append((1 - lr * decay) * weights[-1] - lr * gradient(weights[-1], t))
    return weights


def heavy_ball(gradient, lr, decay, beta=0.9):
    """Polyak's own form, without a velocity: w' = w - η g + β (w - the w before); the decay is an L2 penalty."""
    weights = [1.0, 1.0]
    for t in range(1, STEPS + 1):
        now, before = weights[-1], weights[-2]
        weights.append(now - lr * (gradient(now, t) + decay * now) + beta * (now - before))
    return weights[1:]


def look_ahead(gradient, lr, decay, beta=0.9):
    """As Sutskever et al. (2013) write it: the gradient is taken a step of the velocity ahead, where we say we are."""
    theta, v, weights = 1.0, 0.0, [1.0]
    for t in range(1, STEPS + 1):
        ahead = theta + beta * v
        v = beta * v - lr * (gradient(ahead, t) + decay * ahead)
        theta += v
        weights.append(theta + beta * v)
    return weights


def adam_by_hand(gradient, lr, decay, beta1=0.9, beta2=0.999, eps=1e-8, corrected=True):
    """Algorithm 1 of Kingma & Ba, line by line; the decay is decoupled from the running means."""
    m = v = 0.0
    weights = [1.0]
    for t in range(1, STEPS + 1):
        w = weights[-1]
        g = gradient(w, t)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if corrected else (m, v)
        weights.append(w - lr * decay * w - lr * m_hat / (v_hat**0.5 + eps))
    return weights


LAWS = {  # every optimizer's, and settings other than the usual ones
    "sgd": (descent, {}),
    "momentum": (heavy_ball, {"beta": 0.5}),
    "nesterov": (look_ahead, {"beta": 0.5}),
    "adam": (adam_by_hand, {"beta1": 0.5, "beta2": 0.9, "eps": 1e-3}),
}


def test_every_optimiser_of_the_package_has_its_law_here():
    assert set(ALL) == set(LAWS), f"{', '.join(set(ALL) ^ set(LAWS))}: add its law to LAWS above, or take it away there"
    made = {name for name, make in vars(optimizers).items()
            if getattr(make, "__annotations__", {}).get("return") is Optimizer and not name.startswith("_")}
    assert made <= set(ALL), f"{', '.join(made - set(ALL))}: mark it @_listed"


def parted(name, law, gradient=noise, decay=0.0, **settings):
    """The largest difference between an optimizer's path and the law's."""
    ours = path(ALL[name](0.1, weight_decay=decay, **settings), gradient)
    return np.abs(np.subtract(ours, law(gradient, 0.1, decay, **settings))).max()


@pytest.mark.parametrize("decay", [0.0, 0.2])
@pytest.mark.parametrize("gradient", [quadratic, noise])
@pytest.mark.parametrize("name", LAWS)
def test_an_optimiser_follows_its_law(name, gradient, decay):
    law, settings = LAWS[name]
    assert parted(name, law, gradient, decay) < 1000 * EPS
    assert parted(name, law, gradient, decay, **settings) < 1000 * EPS


MISTAKES = {
    "sgd, with a velocity": heavy_ball, "momentum, looking ahead": look_ahead, "nesterov, not ahead": heavy_ball,
    "momentum, of a running mean": lambda g, lr, decay: heavy_ball(g, (1 - 0.9) * lr, decay),  # as in some libraries
    "adam, not corrected": lambda g, lr, decay: adam_by_hand(g, lr, decay, corrected=False),
    "adam, an L2 penalty": lambda g, lr, decay: adam_by_hand(lambda w, t: g(w, t) + decay * w, lr, 0),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_twin_another_law_is_another_path(mistake):
    assert parted(mistake.split(",")[0], MISTAKES[mistake], decay=0.2) > 0.01


@by_make
def test_weights_are_decayed_and_biases_are_not(make):
    params = network(np.random.default_rng(0))
    opt = make(0.5, weight_decay=0.25)
    after, _ = opt.step(params, [(0 * W, 0 * b) for W, b in params], opt.init(params))
    for (W, b), (W_after, b_after) in zip(params, after, strict=True):
        assert (np.abs(W_after) < np.abs(W)).all()
        np.testing.assert_array_equal(b_after, b)


# --- rates, and what is handed in


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
