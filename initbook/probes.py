r"""Statistics of every layer: of activations, pre-activations and their gradients.

A probe takes one array of shape ``(samples, units)`` and returns a number. :func:`each` applies it to
every layer of a trace or of gradients; the index is the layer, 0 the input.

>>> import numpy as np
>>> from initbook import activations, initializers, network
>>> rng = np.random.default_rng(0)
>>> params = initializers.init_params(rng, [100] * 4, initializers.he_normal)
>>> trace = network.forward(params, rng.normal(size=(500, 100)), activations.relu)
>>> each(mean_square, trace.h).shape
(4,)
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from initbook._check import Array, floats, generator, number, require
from initbook.activations import Activation, check_activation
from initbook.network import Grads, Params, Trace, backward, forward

__all__ = ["Repeats", "each", "mean_square", "outside_share", "passes", "pooled_std", "repeat",
           "saturated_share", "std_across_samples", "std_between_units", "zero_share"]


def mean_square(h: Array) -> float:
    r""":math:`q`, the mean of :math:`h^2` over all samples and units.

    Examples
    --------
    >>> import numpy as np
    >>> mean_square(np.array([[1.0, 3.0]]))
    5.0
    """
    h = _layer(h)
    return float((h * h).mean())


def pooled_std(h: Array) -> float:
    """The standard deviation of all values thrown together: the width that a histogram shows.

    Its square is that of :func:`std_across_samples` plus that of :func:`std_between_units`.

    Examples
    --------
    >>> import numpy as np
    >>> pooled_std(np.array([[0.0, 2.0], [0.0, 2.0]]))
    1.0
    """
    return float(_layer(h).std())


def std_across_samples(h: Array) -> float:
    r"""How much a unit differs from sample to sample, the only part that carries signal:
    :math:`\sqrt{\mathrm{mean}_j\, \mathrm{var}_i\, h_{ij}}`, with samples :math:`i`, units :math:`j`.

    Examples
    --------
    Two units that differ from each other, but say the same for every sample:

    >>> import numpy as np
    >>> std_across_samples(np.array([[0.0, 2.0], [0.0, 2.0]]))
    0.0
    """
    return float(np.sqrt(_layer(h).var(axis=0).mean()))


def std_between_units(h: Array) -> float:
    r"""How much the units differ in their means:
    :math:`\sqrt{\mathrm{var}_j\, \mathrm{mean}_i\, h_{ij}}`, with samples :math:`i`, units :math:`j`.

    Examples
    --------
    >>> import numpy as np
    >>> std_between_units(np.array([[0.0, 2.0], [0.0, 2.0]]))
    1.0
    """
    return float(_layer(h).mean(axis=0).std())


def zero_share(h: Array) -> float:
    """The share of values that are exactly 0.

    Examples
    --------
    >>> import numpy as np
    >>> zero_share(np.array([[0.0, 1e-300]]))
    0.5
    """
    return float((_layer(h) == 0).mean())


def outside_share(low: float, high: float) -> Callable[[Array], float]:
    """The probe for the share of values below ``low`` or above ``high``: what a histogram over that
    range does not show.

    Examples
    --------
    >>> import numpy as np
    >>> outside_share(0, 1)(np.array([[0.5, 1.0, 7.0, -3.0]]))
    0.5
    """
    low, high = number("low", low), number("high", high)
    require(low < high, "low", f"below high = {high:g}", low)
    return lambda h: float(((_layer(h) < low) | (_layer(h) > high)).mean())


def saturated_share(activation: Activation, slope: float = 0.05) -> Callable[[Array], float]:
    r"""The probe, for pre-activations, for the share where :math:`|f'(z)| <` ``slope``.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import tanh
    >>> saturated_share(tanh)(np.array([[0.0, 5.0]]))
    0.5
    """
    check_activation(activation)
    slope = number("slope", slope, above=0)
    return lambda z: float((np.abs(activation.df(_layer(z))) < slope).mean())


def each(probe: Callable[[Array], float], layers: Sequence[Array]) -> Array:
    """One number a layer.

    Examples
    --------
    >>> import numpy as np
    >>> each(mean_square, [np.array([[1.0]]), np.array([[2.0]])]).tolist()
    [1.0, 4.0]
    """
    require(callable(probe), "probe", "a function of one layer's array", repr(probe), TypeError)
    require(np.iterable(layers), "layers", "a list of arrays", type(layers).__name__, TypeError)
    return np.array([probe(layer) for layer in layers])


def passes(rng: np.random.Generator, params: Params, x: Array, activations: Activation | Sequence[Activation],
           normalize: bool = False) -> tuple[Trace, Grads]:
    r"""Once up from ``x`` and once down from a gradient :math:`\partial L / \partial h^L` of independent
    :math:`N(0, 1)` entries: what the weights do to a signal and to a gradient, with no loss chosen.

    Parameters
    ----------
    rng
        Where the gradient at the top is drawn from.
    params, x, activations, normalize
        As for :func:`initbook.network.forward`.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook import activations, initializers
    >>> rng = np.random.default_rng(0)
    >>> params = initializers.init_params(rng, [100] * 4, initializers.he_normal)
    >>> trace, grads = passes(rng, params, rng.normal(size=(500, 100)), [activations.relu] * 3)
    >>> len(trace.h), len(grads.h)
    (4, 4)
    """
    trace = forward(params, x, activations, normalize)
    top = generator(rng).normal(size=trace.h[-1].shape)
    return trace, backward(params, trace, activations, top, normalize)


class Repeats(NamedTuple):
    """A measurement over many seeds: ``mean`` and ``std`` over the seeds, of the shape of one
    measurement, and ``all``, with the seeds along the first axis.

    Examples
    --------
    >>> import numpy as np
    >>> rngs = [np.random.default_rng(seed) for seed in range(5)]
    >>> repeats = repeat(lambda rng: rng.normal(size=3), rngs)
    >>> repeats.std.shape, repeats.all.shape
    ((3,), (5, 3))
    """

    mean: Array
    std: Array
    all: Array

    @property
    def error(self) -> Array:
        """The standard error of the mean."""
        return self.std / len(self.all) ** 0.5

    def band(self, share: float = 0.8) -> Array:
        """Between which two values this share of the seeds lies, of shape ``(2, …)``: low and high."""
        share = number("share", share, above=0, below=1)
        return np.quantile(self.all, [(1 - share) / 2, (1 + share) / 2], axis=0)


def repeat(measure: Callable[[np.random.Generator], Array],
           rngs: Iterable[np.random.Generator]) -> Repeats:
    """Measure once with each generator. The standard deviation is that of a single measurement
    (with n - 1); ``error`` is that of the mean.

    Examples
    --------
    >>> import numpy as np
    >>> rngs = [np.random.default_rng(seed) for seed in range(5)]
    >>> repeat(lambda rng: rng.normal(size=3), rngs).mean.shape
    (3,)
    """
    require(callable(measure), "measure", "a function measure(rng)", repr(measure), TypeError)
    require(np.iterable(rngs), "rngs", "two or more generators", type(rngs).__name__, TypeError)
    values = np.array([measure(generator(rng)) for rng in rngs])
    require(len(values) >= 2, "rngs", "two or more generators", f"{len(values)}")
    return Repeats(values.mean(axis=0), values.std(axis=0, ddof=1), values)


def _layer(h: Array) -> Array:
    h = floats("layer", h, ndim=2)
    require(h.size > 0, "layer", "of one or more samples and units", f"shape {h.shape}")
    return h
