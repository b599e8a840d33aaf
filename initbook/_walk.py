"""Through a network of blocks: up and down once, with what theory expects of each layer beside it.

:func:`run` goes up and hands back the way down; every layer leaves a :class:`Row`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from initbook._check import Array, require
from initbook._expected import NARROW, Signal, about, band, flat_share, slopes, squares, through
from initbook._verdicts import FEW
from initbook.activations import Activation, identity
from initbook.blocks import Layer, Residual
from initbook.probes import mean_square, std_across_samples

__all__ = ["Row", "across", "arrays", "named", "odd", "overflows", "per_entry", "run", "ties", "wide"]


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
    narrow: bool = field(default=False, repr=False)


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
    fan_in, fan_out = layer.fans(None if layer.W.ndim == 2 else s.h.shape[1:-1])
    square, bias = (float((array**2).mean()) if array is not None else 0.0 for array in (layer.W, layer.b))
    q = fan_in * square * s.q * (_uncommon(s.h) if layer.centred_per_unit() else 1) + bias
    expected = q.mean()
    of_weights = 1 - bias / expected if expected else 0.0
    spread, z = of_weights**2 * s.spread, layer.apply(s.h)
    units, moved = z.shape[-1], about(f, q, layer.b)
    # z² of a unit is (w + b)²: its share of weights scatters by 2/n, and what it makes with the bias by 4/n.
    own, narrowest = 2 * of_weights * (2 - of_weights) / units, min(s.narrowest, units)
    row = Row(name, layer.kind(), fan_in, fan_in * square, layer.law(), float(expected),
              band(expected, spread + own), mean_square(z.reshape(len(z), -1)), across(z),
              layer=layer, activation=f, narrow=narrowest < NARROW)
    rows.append(row)
    slope, passes = (f.df(z), slopes(moved[0], z, moved[1])) if f.df else (None, None)
    if f.df and f.name != "identity":
        row.dead, row.flat = _dead(slope), flat_share(f, slope)
        row.growth = fan_in * square * float(passes.mean())
    of_rest = expected / moved[1].mean() if moved[1].mean() > 0 else 1.0
    q_h, spread_h = through(moved[0], z, moved[1], of_rest**2 * spread)
    spread_h += own if f.name == "identity" else 0.0  # z goes on as it is, with all its scatter

    def back(dh: Array, g: Array) -> tuple[Array, Array]:
        dz = dh * slope
        row.g, row.g_expected = mean_square(dz.reshape(len(dz), -1)), float((g * passes).mean())
        return layer.back(s.h, dz), g * passes * fan_out * square

    if bias > 0.5 * expected and np.ptp(layer.b) > 0:
        narrowest = 0  # z is spread as the biases are, whichever law they have
    return Signal(f.f(z), q_h, spread_h, f.name == "identity", narrowest), back


def _uncommon(h: Array) -> Array:
    """The share of each sample's mean square that is left when its mean over the units is taken off."""
    return h.var(axis=1) / np.maximum(squares(h), np.finfo(h.dtype).tiny)


def _block(block: Residual, f: Activation, s: Signal, rows: list[Row], name: str):
    before, inner = block.before, []
    fs = per_entry(block.activations, len(block.params), f"params[{int(name.split('.')[-1]) - 1}] activations")
    q_in, spread_in = through(before, s.h, s.q, s.spread, s.normal)
    entered = Signal(before.f(s.h), q_in, spread_in, s.normal and before.name == "identity", s.narrowest)
    branch, down = run(block.params, fs, entered, inner, f"{name}.")
    z = _sum(block, s.h, branch.h, name)
    q = s.q + block.scale**2 * branch.q
    share = s.q.mean() / q.mean() if q.mean() else 1.0
    spread = float(share * s.spread**0.5 + (1 - share) * branch.spread**0.5) ** 2
    row = Row(name, "sum", None, None, "", float(q.mean()), band(q.mean(), spread + 2 / z.shape[-1]),
              mean_square(z.reshape(len(z), -1)), across(z), activation=f, narrow=branch.narrowest < NARROW)
    inner[-1].ends_branch = True
    rows.extend([*inner, row])
    q_h, spread_h = through(f, z, q, spread, s.normal)

    def back(dh: Array, g: Array) -> tuple[Array, Array]:
        dz = dh * f.df(z)
        g = g * slopes(f, z, q, s.normal)
        row.g, row.g_expected = mean_square(dz.reshape(len(dz), -1)), float(g.mean())
        below, g_branch = down(block.scale * dz, block.scale**2 * g)
        return dz + below * before.df(s.h), g + g_branch * slopes(before, s.h, s.q, s.normal)

    return Signal(f.f(z), q_h, spread_h, s.normal and f.name == "identity", branch.narrowest), back


def _sum(block: Residual, h: Array, branch: Array, name: str) -> Array:
    require(branch.shape == h.shape, f"params, layer {name}", f"a block whose branch ends with shape {h.shape}",
            branch.shape)
    return h + h.dtype.type(block.scale) * branch


def _require_fit(layer: Layer, h: Array, name: str) -> None:
    W = layer.W
    n_in = W.shape[0] if W.ndim == 2 else W.shape[-2] * layer.groups
    given = int(np.prod(h.shape[1:])) if W.ndim == 2 else h.shape[-1]
    require(W.ndim == 2 or h.ndim == W.ndim, f"params, layer {name}", "a dense layer, or the input a map",
            f"a kernel of shape {W.shape} on an array of shape {h.shape}")
    source = "x has" if name == "1" else "come from below"
    require(given == n_in, f"params, layer {name}", f"a layer of {given} inputs, as many as {source}",
            f"W of shape {W.shape}" + (f" in {layer.groups} groups" if layer.groups > 1 else ""))


def across(z: Array) -> float | None:
    if len(z) < 2:
        return None
    z = z.reshape(len(z), -1)
    q = mean_square(z)
    return std_across_samples(z) ** 2 / q if q else 0.0


def _dead(slope: Array) -> float | None:
    """The share of units whose slope is 0 on every sample."""
    if len(slope) < FEW:
        return None
    return float((slope.reshape(-1, slope.shape[-1]) == 0).all(axis=0).mean())


def ties(layers: list, rows: list[Row], within: str = "") -> None:
    """How many units of each hidden layer are a copy of another one: the same weights in, the same weights out."""
    by_name = {row.name: row for row in rows}
    for i, (layer, above) in enumerate(zip(layers, [*layers[1:], None], strict=True), 1):
        if isinstance(layer, Residual):
            ties(layer.params, rows, f"{within}{i}.")
        elif isinstance(above, Layer):
            units = layer.W.shape[-1]
            rows_of = np.column_stack([layer.incoming(), above.outgoing(units)])
            if odd(by_name[f"{within}{i}"].activation):  # f(-z) = -f(z): with all signs turned it is the same unit
                first = np.take_along_axis(rows_of, (rows_of != 0).argmax(axis=1)[:, None], axis=1)
                rows_of = np.where(first < 0, -rows_of, rows_of)
            sizes = Counter(row.tobytes() for row in rows_of + 0.0).values()  # no -0
            by_name[f"{within}{i}"].tied = sum(size for size in sizes if size > 1)


@lru_cache(maxsize=64)
def odd(f: Activation) -> bool:
    z = np.linspace(0, 4, 9)
    return bool(np.allclose(f.f(-z), -f.f(z), rtol=1e-12, atol=1e-12))


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
