"""The equation of docs/beyond/atlas.md: what a layer of a transformer adds to its stream, from drawn matrices."""

import numpy as np

from equations import simulation
from equations._common import mean_within
from initbook import activations, theory


@simulation("eq-atlas-layer", package="theory.mean_f2",
            right=lambda f, d, h, var_v, var_o, var_gate, var_up, var_down: (
                d * var_v * d * var_o, d * var_gate * theory.mean_f2(f, d * var_up) * h * var_down),
            wrong=("theory.mean_f2(f, d * var_up)", "d * var_up / 2"), mistake="SiLU is taken for ReLU")
def layer(formula):
    r"""600 draws of both branches, $d = 24$, $h = 40$, SiLU with a gate, for an input of mean square 1."""
    rng, (d, h), found = np.random.default_rng(0), (24, 40), []
    variances = 0.05, 0.03, 0.02, 0.04, 0.01
    v, o, gate, up, down = (var**0.5 for var in variances)
    for _ in range(600):
        u = rng.normal(size=d)
        u /= np.sqrt((u**2).mean())
        attention = u @ rng.normal(0, v, size=(d, d)) @ rng.normal(0, o, size=(d, d))
        hidden = activations.silu.f(u @ rng.normal(0, up, size=(d, h))) * (u @ rng.normal(0, gate, size=(d, h)))
        found.append([(attention**2).mean(), ((hidden @ rng.normal(0, down, size=(h, d)))**2).mean()])
    pairs = [mean_within(np.array(each), one) for each, one in
             zip(np.transpose(found), formula(activations.silu, d, h, *variances), strict=True)]
    return max(pairs, key=lambda pair: pair[0] / pair[1])
