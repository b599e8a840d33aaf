"""The equations of docs/beyond/width-transfer.md: one update of Adam, spectral norms, and a training in two forms."""

import numpy as np

from equations import numerical, simulation
from initbook import optimizers


@numerical("eq-width-step",
           right=lambda eta, h, delta: (-eta * np.sum(h * np.sign(h * delta)),
                                        -eta * np.sign(delta) * np.sum(np.abs(h))),
           wrong=("np.sum(np.abs(h))", "np.sqrt(np.sum(h**2))"), mistake="the terms are random to each other")
def step(formula):
    r"""Adam's first update of a layer of 40 inputs and 3 units for one sample, with inputs of both signs."""
    rng, eta = np.random.default_rng(0), 0.01
    h, delta = rng.normal(size=(1, 40)), np.array([[0.3, -2.0, 1e-3]])
    params = [(rng.normal(size=(40, 3)), np.zeros(3))]
    adam = optimizers.adam(eta, eps=1e-30)
    [(after, _)], _ = adam.step(params, [(h.T @ delta, delta[0])], adam.init(params))
    moved = (h @ (after - params[0][0]))[0]
    claims = [formula(eta, h[0], d) for d in delta[0]]
    return max(abs(found / one - 1) for found, pair in zip(moved, claims, strict=True) for one in pair), 1e-9


@simulation("eq-width-stretch",
            right=lambda sigma, eta, n_in, n_out: (sigma * np.sqrt(n_in) * (1 + np.sqrt(n_in / n_out)), eta * n_in),
            wrong=("1 + np.sqrt(n_in / n_out)", "1 + np.sqrt(n_out / n_in)"), mistake="the ratio is upside down")
def stretch(formula):
    r"""Normal matrices of 900 × 100 and of 100 × 900: their spectral norms times $\sqrt{n_\text{in}/n_\text{out}}$,
    which lie within a few per cent of the limit; and the update of one sample, which reaches the bound, beside that of
    independent signs, which stays below it."""
    rng, off = np.random.default_rng(0), []
    for n_in, n_out in ((900, 100), (100, 900)):
        scale = (n_in / n_out) ** 0.5
        one = np.outer(rng.choice([-1, 1], n_in), rng.choice([-1, 1], n_out))
        many = rng.choice([-1, 1], size=(n_in, n_out))
        W = 0.3 * rng.normal(size=(n_in, n_out))
        norm, reached, below = (scale * np.linalg.norm(M, 2) for M in (W, 0.02 * one, 0.02 * many))
        claimed, bound = formula(0.3, 0.02, n_in, n_out)
        off += [abs(norm / claimed - 1), abs(reached / bound - 1), max(0, below / bound - 1)]
    return max(off), 0.04


@numerical("eq-width-forms",
           right=lambda alpha, sigma, eta, rho: ((alpha / rho, rho * sigma, rho * eta),
                                                 (alpha / rho, rho * sigma, rho**2 * eta)),
           wrong=("rho**2 * eta", "rho * eta"), mistake="gradient descent takes Adam's rate")
def forms(formula):
    r"""Ten updates of a linear layer $\alpha h W$ with a squared loss, from the same draw in both forms: what the layer
    computes in the end must be the same, for Adam (with an $\epsilon$ near 0) and for gradient descent."""
    def trained(kind, form):
        rng = np.random.default_rng(0)
        (alpha, sigma, eta), x, y = form, rng.normal(size=(20, 5)), rng.normal(size=(20, 3))
        params = [(sigma * rng.normal(size=(5, 3)), np.zeros(3))]
        opt = optimizers.adam(eta, eps=1e-30) if kind == 0 else optimizers.sgd(eta)
        state = opt.init(params)
        for _ in range(10):
            error = alpha * x @ params[0][0] - y
            params, state = opt.step(params, [(alpha * x.T @ error / 20, np.zeros(3))], state)
        return alpha * params[0][0]
    plain, others = (0.5, 0.7, 0.1), formula(0.5, 0.7, 0.1, 3.0)
    return max(abs(trained(kind, plain) - trained(kind, other)).max() for kind, other in enumerate(others)), 1e-9
