"""Through a network of blocks: up and down once, with what theory expects of each layer beside it.

:func:`run` goes up and hands back the way down; every layer leaves a :class:`Row`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from initbook._check import Array, require
from initbook._verdicts import FEW, flat_share
from initbook.activations import Activation, identity
from initbook.blocks import Layer, Residual
from initbook.probes import mean_square, std_across_samples
from initbook.theory import mean_df2, mean_f2, scatter

__all__ = ["Row", "Signal", "across", "arrays", "named", "overflows", "per_entry", "run", "squares", "ties", "wide"]


@dataclass
class Row:
    """What is known of one layer. What cannot be known is None.

    ``scale`` is n·E W² with n the fan-in on the map; ``q`` is the mean square of the pre-activations and ``band`` where
    theory expects it; ``across`` is the share of ``q`` by which samples differ; ``g`` is the mean square of dL/dz,
    relative to the last layer.
    """

    name: str
    kind: str
    fan_in: float | None
    scale: float | None
    law: str
    q_expected: float | None
    band: tuple[float, float] | None
    q: float
    across: float | None
    g_expected: float | None = None
    g: float | None = None
    dead: float | None = None
    flat: float | None = None
    tied: int | None = None
    layer: Layer | None = field(default=None, repr=False)
    activation: Activation | None = field(default=None, repr=False)
    growth: float | None = field(default=None, repr=False)
    ends_branch: bool = field(default=False, repr=False)


class Signal(NamedTuple):
    """Activations, the mean square that is expected of each sample's, and the variance of its logarithm over draws."""

    h: Array
    q: Array
    spread: float


@lru_cache(maxsize=4096)
def _mean(f: Activation, q: float, slope: bool = False) -> float:
    """E f² or E f'² for z of mean square q, which may be 0; NaN where numbers end before the integral does."""
    if q == 0:
        return float((f.df if slope else f.f)(np.zeros(1))[0] ** 2)
    try:
        return (mean_df2 if slope else mean_f2)(f, q)
    except ValueError:
        return np.nan


def _means(f: Activation, q: Array, slope: bool = False) -> Array:
    """The same for many q: between some, logarithms are laid on a straight line, which for ReLU they are."""
    if f.name == "identity":
        return np.ones_like(q) if slope else q
    low, high = q.min(), q.max()
    if not np.isfinite(high):
        return np.full_like(q, np.nan)
    if low <= 0 or high / low < 1 + 1e-9:
        return np.array([_mean(f, float(each), slope) for each in np.unique(q)])[np.unique(q, return_inverse=True)[1]]
    grid = np.geomspace(low, high, 2 + int(8 * np.log10(high / low)))
    at = np.array([_mean(f, float(each), slope) for each in grid])
    if at.min() <= 0:
        return np.interp(np.log(q), np.log(grid), at)
    return np.exp(np.interp(np.log(q), np.log(grid), np.log(at)))


def _after(f: Activation, q: Array, spread: float, width: int) -> tuple[Array, float]:
    """The mean squares of f(z) for z of mean squares q, and how they scatter over draws of that width."""
    if f.name != "identity" and q.mean() > 0:
        loud = float((q**2).mean() / q.mean())  # the samples that count in a mean are the large ones
        try:
            spread = scatter(f, loud, spread, width) if _mean(f, loud) > 0 else spread
        except ValueError:
            spread = np.nan
    return _means(f, q), spread


def run(layers: list, fs: list[Activation], s: Signal, rows: list[Row], within: str = ""):
    """Up through the layers: the signal at their end, and the function that goes back down."""
    backs = []
    for i, (layer, f) in enumerate(zip(layers, fs, strict=True), 1):
        step = _block if isinstance(layer, Residual) else _layer
        s, back = step(layer, f, s, rows, f"{within}{i}")
        backs.append(back)

    def down(dh: Array, g: Array) -> tuple[Array, Array]:
        for back in reversed(backs):
            dh, g = back(dh, g)
        return dh, g

    return s, down


def _layer(layer: Layer, f: Activation, s: Signal, rows: list[Row], name: str):
    _require_fit(layer, s.h, name)
    space = None if layer.W.ndim == 2 else s.h.shape[1:-1]
    fan_in, fan_out = layer.fans(space)
    square = float((layer.W**2).mean())
    bias = 0.0 if layer.b is None else float((layer.b**2).mean())
    q = fan_in * square * s.q + bias
    of_weights = 1 - bias / q.mean() if q.mean() else 0.0
    spread, z = of_weights**2 * s.spread, layer.apply(s.h)
    units = z.shape[-1]
    # z² of a unit is (w + b)²: its share of weights scatters by 2/n, and what it makes with the bias by 4/n.
    own = 2 * of_weights * (2 - of_weights) / units
    row = Row(name, layer.kind(), fan_in, fan_in * square, layer.law(), float(q.mean()),
              _band(q.mean(), spread + own),
              mean_square(z.reshape(len(z), -1)), across(z), layer=layer, activation=f)
    rows.append(row)
    if f.df and f.name != "identity":
        row.dead, row.flat = _dead(f, z), flat_share(f, z)
        row.growth = fan_in * square * float(_means(f, q, slope=True).mean())
    q_h, spread_h = _after(f, q, spread, units)

    def back(dh: Array, g: Array) -> tuple[Array, Array]:
        dz = dh * f.df(z)
        g = g * _means(f, q, slope=True)
        row.g, row.g_expected = mean_square(dz.reshape(len(dz), -1)), float(g.mean())
        return layer.back(s.h, dz), g * fan_out * square

    return Signal(f.f(z), q_h, spread_h), back


def _block(block: Residual, f: Activation, s: Signal, rows: list[Row], name: str):
    before, inner = block.before, []
    fs = per_entry(block.activations, len(block.params), f"params[{int(name.split('.')[-1]) - 1}] activations")
    q_in, spread_in = _after(block.before, s.q, s.spread, s.h.shape[-1])
    branch, down = run(block.params, fs, Signal(before.f(s.h), q_in, spread_in), inner, f"{name}.")
    z = _sum(block, s.h, branch.h, name)
    q = s.q + block.scale**2 * branch.q
    share = s.q.mean() / q.mean() if q.mean() else 1.0
    spread = float(share * s.spread**0.5 + (1 - share) * branch.spread**0.5) ** 2
    row = Row(name, "sum", None, None, "", float(q.mean()), _band(q.mean(), spread + 2 / z.shape[-1]),
              mean_square(z.reshape(len(z), -1)),
              across(z), activation=f)
    inner[-1].ends_branch = True
    rows.extend([*inner, row])
    q_h, spread_h = _after(f, q, spread, z.shape[-1])

    def back(dh: Array, g: Array) -> tuple[Array, Array]:
        dz = dh * f.df(z)
        g = g * _means(f, q, slope=True)
        row.g, row.g_expected = mean_square(dz.reshape(len(dz), -1)), float(g.mean())
        below, g_branch = down(block.scale * dz, block.scale**2 * g)
        return dz + below * before.df(s.h), g + g_branch * _means(before, s.q, slope=True)

    return Signal(f.f(z), q_h, spread_h), back


def _sum(block: Residual, h: Array, branch: Array, name: str) -> Array:
    require(branch.shape == h.shape, f"params, layer {name}", f"a block whose branch ends with shape {h.shape}",
            branch.shape)
    return h + h.dtype.type(block.scale) * branch


def squares(h: Array) -> Array:
    """The mean square of each sample."""
    h = h.reshape(len(h), -1)
    return (h * h).mean(axis=1)


def _require_fit(layer: Layer, h: Array, name: str) -> None:
    W = layer.W
    n_in = W.shape[0] if W.ndim == 2 else W.shape[-2] * layer.groups
    given = int(np.prod(h.shape[1:])) if W.ndim == 2 else h.shape[-1]
    require(W.ndim == 2 or h.ndim == W.ndim, f"params, layer {name}", "a dense layer, or the input a map",
            f"a kernel of shape {W.shape} on an array of shape {h.shape}")
    require(given == n_in, f"params, layer {name}", f"a layer of {given} inputs, as many as come from below",
            f"W of shape {W.shape}" + (f" in {layer.groups} groups" if layer.groups > 1 else ""))


def _band(q: float, spread: float) -> tuple[float, float]:
    """Where 95 of 100 draws lie."""
    return tuple(float(q * np.exp(side * 1.96 * spread**0.5 - spread / 2)) for side in (-1, 1))


def across(z: Array) -> float | None:
    if len(z) < 2:
        return None
    z = z.reshape(len(z), -1)
    q = mean_square(z)
    return std_across_samples(z) ** 2 / q if q else 0.0


def _dead(f: Activation, z: Array) -> float | None:
    """The share of units whose slope is 0 on every sample."""
    if len(z) < FEW:
        return None
    return float((f.df(z).reshape(-1, z.shape[-1]) == 0).all(axis=0).mean())


def ties(layers: list, rows: list[Row], within: str = "") -> None:
    """How many units of each hidden layer are a copy of another one: the same weights in, the same weights out."""
    by_name = {row.name: row for row in rows}
    for i, (layer, above) in enumerate(zip(layers, [*layers[1:], None], strict=True), 1):
        if isinstance(layer, Residual):
            ties(layer.params, rows, f"{within}{i}.")
        elif isinstance(above, Layer):
            units = layer.W.shape[-1]
            rows_of = np.column_stack([layer.incoming(), above.outgoing(units)])
            _, sizes = np.unique(rows_of, axis=0, return_counts=True)
            by_name[f"{within}{i}"].tied = int(sizes[sizes > 1].sum())


def named(layers: list, within: str = "") -> Iterator[tuple[str, Layer]]:
    for i, layer in enumerate(layers, 1):
        if isinstance(layer, Residual):
            yield from named(layer.params, f"{within}{i}.")
        else:
            yield f"{within}{i}", layer


def arrays(layers: list) -> Iterator[tuple[str, str, Array]]:
    for name, layer in named(layers):
        yield from ((name, what, a) for what, a in (("W", layer.W), ("b", layer.b)) if a is not None)


def overflows(layers: list, fs: list[Activation], h: Array, within: str = "") -> tuple[Array, str]:
    """Up in the float type of the weights: what arrives, and the first layer that leaves the type's range."""
    for i, (layer, f) in enumerate(zip(layers, fs, strict=True), 1):
        if isinstance(layer, Residual):
            inner = per_entry(layer.activations, len(layer.params))
            branch, where = overflows(layer.params, inner, layer.before.f(h), f"{within}{i}.")
            z = _sum(layer, h, branch, f"{within}{i}")
        else:
            _require_fit(layer, h, f"{within}{i}")
            z, where = layer.apply(h), ""
        if where or not np.isfinite(z).all():
            return z, where or f"{within}{i}"
        h = f.f(z).astype(z.dtype)
    return h, ""


def per_entry(activations: Any, entries: int, name: str = "activations") -> list[Activation]:
    if isinstance(activations, Activation) or callable(activations):
        return [_activation(activations, name)] * (entries - 1) + [identity]
    require(isinstance(activations, Sequence) and not isinstance(activations, str), name,
            "an Activation, a function, or a list of them", repr(activations), TypeError)
    require(len(activations) == entries, name, f"one activation, or a list of {entries}",
            f"a list of {len(activations)}")
    return [_activation(f, f"{name}[{i}]") for i, f in enumerate(activations)]


def _activation(f: Any, name: str) -> Activation:
    require(callable(f) or isinstance(f, Activation), name, "an Activation or a function", repr(f), TypeError)
    return f if isinstance(f, Activation) else Activation(getattr(f, "__name__", "function"), f, None)


def wide(layers: list) -> list:
    """The same in double precision, in which everything is counted."""
    return [layer._replace(params=wide(layer.params)) if isinstance(layer, Residual) else
            layer._replace(W=layer.W.astype(float), b=None if layer.b is None else layer.b.astype(float))
            for layer in layers]
