"""initbook: where should a neural network's weights start, and why?

One module a subject. Data flows one way: seed, rng, weights, forward, statistics, figure, page.
Conventions, the same everywhere: rows are samples, ``h = f(x @ W + b)``, ``W.shape == (fan_in,
fan_out)``, layer 0 is the input, ``f`` and its derivative ``df`` are functions of the
pre-activation ``z``.

For whoever has a network and no time there is ``initbook.check``: :func:`initbook.diagnosis.check`.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """``initbook.check`` and what it takes, loaded when asked for: who wants a formula need not wait for figures."""
    from initbook.blocks import Layer, Residual
    from initbook.diagnosis import check

    offered = {"check": check, "Layer": Layer, "Residual": Residual}
    if name in offered:
        return offered[name]
    raise AttributeError(f"module 'initbook' has no attribute {name!r}")
