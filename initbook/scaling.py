r"""Starts that are set by the data, and weights whose sum is zero in every unit.

Both look at what theory takes for granted. :func:`scaled_by_data` measures the spread of every layer on a batch and
divides the weights by it; :func:`centred` takes the mean out of every unit's incoming weights.

>>> import numpy as np
>>> from initbook import activations, probes
>>> from initbook.network import forward
>>> rng = np.random.default_rng(0)
>>> x = rng.normal(size=(200, 50))
>>> params = lsuv(rng, [50, 40, 40, 10], x, activations.relu)
>>> probes.each(probes.pooled_std, forward(params, x, activations.relu).z[1:]).round(1).tolist()
[1.0, 1.0, 1.0]
"""

from collections.abc import Callable, Sequence

import numpy as np

from initbook._check import Array, count, number, require
from initbook.activations import Activation, identity
from initbook.initializers import Initializer, init_params, orthogonal
from initbook.network import Params, forward
from initbook.probes import pooled_std

__all__ = ["centred", "lsuv", "scaled_by_data"]


def lsuv(rng: np.random.Generator, sizes: Sequence[int], x: Array, activations: Activation | Sequence[Activation], *,
         spread: Callable[[Array], float] = pooled_std, tol: float = 0.1, tries: int = 10) -> Params:
    """Layer-sequential unit variance (Mishkin & Matas, 2016): orthogonal weights and biases 0, then
    :func:`scaled_by_data`.

    Parameters
    ----------
    rng, sizes
        As for :func:`initbook.initializers.init_params`.
    x, activations, spread, tol, tries
        As for :func:`scaled_by_data`.

    Examples
    --------
    >>> from initbook.activations import tanh
    >>> rng = np.random.default_rng(0)
    >>> [W.shape for W, b in lsuv(rng, [5, 4, 3], rng.normal(size=(20, 5)), tanh)]
    [(5, 4), (4, 3)]
    """
    params = init_params(rng, sizes, orthogonal())
    return scaled_by_data(params, x, activations, spread=spread, tol=tol, tries=tries)


def scaled_by_data(params: Params, x: Array, activations: Activation | Sequence[Activation], *,
                   spread: Callable[[Array], float] = pooled_std, tol: float = 0.1, tries: int = 10) -> Params:
    r"""Weights divided, from the first layer to the last, by the spread of the pre-activations that they give.

    .. math::

       W^l \leftarrow W^l / \mathrm{spread}(z^l) \quad \text{until} \quad |\mathrm{spread}(z^l) - 1| \le \mathrm{tol}

    With biases 0 one division brings the spread to 1; biases, which are not divided, make more of them necessary.

    Parameters
    ----------
    params
        Where to begin. The arrays are not changed.
    x, activations
        As for :func:`initbook.network.forward`.
    spread
        What is to be 1, of pre-activations of shape ``(samples, units)``: :func:`initbook.probes.pooled_std` as in the
        paper, or :func:`initbook.probes.std_across_samples`, which a layer that says the same of every sample fails.
    tol, tries
        How near is near enough, and how many divisions a layer gets at most.

    Raises
    ------
    ValueError
        If the spread of a layer is 0 or not finite, so that no division helps.

    Examples
    --------
    >>> from initbook.activations import identity
    >>> params = [(np.array([[0.01, 0.03]]), np.zeros(2))]
    >>> scaled_by_data(params, np.array([[1.0], [-1.0]]), identity)[0][0].round(3).tolist()
    [[0.447, 1.342]]
    """
    tol, tries = number("tol", tol, above=0), count("tries", tries)
    require(callable(spread), "spread", "a function of the pre-activations", repr(spread), TypeError)
    forward(params, x, activations)  # which refuses what does not fit
    fs = [activations] * len(params) if isinstance(activations, Activation) else activations
    scaled, h = [], x
    for layer, ((W, b), f) in enumerate(zip(params, fs, strict=True), 1):
        W = _divided(W, b, h, spread, tol, tries, layer)
        h = forward([(W, b)], h, [f]).h[1]
        scaled.append((W, b))
    return scaled


def _divided(W: Array, b: Array, h: Array, spread: Callable[[Array], float], tol: float, tries: int,
             layer: int) -> Array:
    for _ in range(tries):
        found = float(spread(forward([(W, b)], h, [identity]).z[1]))
        require(0 < found < np.inf, "x", f"data on which layer {layer} has a finite spread above 0", found)
        if abs(found - 1) <= tol:
            break
        W = W / found
    return W


def centred(init: Initializer) -> Initializer:
    r"""The same draws with the mean of every unit's incoming weights taken out:
    :math:`\sum_i W_{ij} = 0`.

    What all inputs of a unit have in common then does not reach it. The variance of independent weights falls by the
    factor :math:`1 - 1/n`, with :math:`n` the fan-in.

    Parameters
    ----------
    init
        What draws: an initializer for weights ``(fan_in, fan_out)``, or for a kernel
        ``(*kernel, channels_in, channels_out)``.

    Raises
    ------
    ValueError
        For a shape of fewer than two dimensions, or a fan-in of 1, whose only weight would be 0.

    Examples
    --------
    >>> from initbook.initializers import lecun_normal
    >>> W = centred(lecun_normal)(np.random.default_rng(0), (100, 50))
    >>> bool(abs(W.sum(axis=0)).max() < 1e-14)
    True
    """
    require(callable(init), "init", "a function init(rng, shape)", repr(init), TypeError)

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        allowed = "(fan_in, fan_out) or (*kernel, channels_in, channels_out) with a fan-in of 2 or more"
        require(np.ndim(shape) == 1 and len(shape) >= 2 and np.prod(shape[:-1]) > 1, "shape", allowed, shape)
        W = init(rng, shape)
        return W - W.mean(axis=tuple(range(W.ndim - 1)))

    return draw
