r"""What is wrong with a network before it is trained: what theory expects of its start, and what it does.

>>> import numpy as np
>>> from initbook import activations, initializers, losses
>>> rng = np.random.default_rng(0)
>>> x, y = rng.normal(size=(200, 64)), rng.integers(10, size=200)
>>> params = initializers.init_params(rng, [64, 128, 128, 10], initializers.zeros)
>>> report = check(params, activations.relu, x, y, losses.softmax_cross_entropy)
>>> report.problems[0].what
'Hidden layer 1: all 128 units have the same weights, so they are one unit.'
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np

from initbook._check import Array, floats, require
from initbook._verdicts import FEW, Problem, centred, flat_share, not_a_number, overflow, problems
from initbook.activations import Activation, identity
from initbook.blocks import Layer, Residual, as_layers
from initbook.figures import Figure, Panel, by_layer, show
from initbook.losses import Loss
from initbook.probes import mean_square, std_across_samples
from initbook.theory import mean_df2, mean_f2, scatter

__all__ = ["Problem", "Report", "Row", "check"]

_SCREEN = 76  # letters in a line of the verdict: a page, or a terminal, shows them all


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


class Report(Mapping):
    """What :func:`check` found. Printed, it is a table and at most three sentences; to a program it is a mapping with
    ``layers``, ``loss``, ``problems`` and ``notes``, the first of them a list of dictionaries.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook import activations
    >>> report = check([(np.ones((2, 2)), np.zeros(2))], activations.tanh, np.ones((1, 2)))
    >>> sorted(report)
    ['layers', 'loss', 'notes', 'problems']
    """

    def __init__(self, rows: list[Row], loss: dict[str, float] | None, problems: list[Problem], notes: list[str]):
        self.rows, self.loss, self.problems, self.notes = rows, loss, problems, notes

    def __getitem__(self, key: str) -> Any:
        hidden = {"layer", "activation", "growth", "ends_branch"}
        if key == "layers":
            return [{k: v for k, v in vars(row).items() if k not in hidden} for row in self.rows]
        return {"loss": self.loss, "problems": self.problems, "notes": self.notes}[key]

    def __iter__(self) -> Iterator[str]:
        return iter(("layers", "loss", "problems", "notes"))

    def __len__(self) -> int:
        return 4

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        head = ["layer", "", "fan", "n·E W²", "law", "E z² exp.", "band", "meas.", "across", "∂z² exp.", "meas.",
                "tied", "dead", "flat"]
        table = [head, *(_cells(row) for row in self.rows)]
        filled = [i for i in range(len(head)) if i < 2 or any(line[i] for line in table[1:])]
        width = [max(len(line[i]) for line in table) for i in range(len(head))]
        left = {0, 1, 4}
        lines = ["  ".join(line[i].ljust(width[i]) if i in left else line[i].rjust(width[i]) for i in filled).rstrip()
                 for line in table]
        if self.loss:
            lines.append("\nFirst loss: {expected:.4g} expected, {measured:.4g} measured; "
                         "knowing nothing costs {constant:.4g}.".format(**self.loss))
        says = [f"Note: {note}" for note in self.notes]
        says += ["", *(str(self.problems[0]) if self.problems else "Nothing wrong was found in this start.").split("\n")]
        if len(self.problems) > 1:
            says.append(f"({len(self.problems) - 1} more in .problems; mend this first, the others may come of it.)")
        return "\n".join([*lines, *(fill(sentence, _SCREEN, break_on_hyphens=False) for sentence in says)])

    def figure(self) -> Figure:
        """The mean square of the pre-activations, and of the gradient where it is known: measured and expected."""
        rows = [row for row in self.rows if row.q_expected is not None and np.isfinite(row.q)]
        require(len(rows) > 0, "report", "of a network with a finite signal", "none")
        panels = [_panel(rows, "mean square of z", "q")]
        if rows[0].g is not None:
            panels.append(_panel(rows, "mean square of ∂L/∂z", "g"))
        says = self.problems[0].what if self.problems else "Nothing wrong was found."
        return show(*panels, columns=len(panels), alt=f"Mean squares of {len(rows)} layers. {says}")


def check(params: Sequence, activations: Any, x: Array, y: np.ndarray | None = None,
          loss: Loss | None = None) -> Report:
    r"""Hold a network's start against theory, before it is trained.

    For each layer: the variance of its weights and the law it is close to; the mean square of its pre-activations,
    with the band that this width and depth allow; how much of it tells samples apart; the same for gradients, units
    that are copies of each other, that are dead or flat. Then the first loss; then what is wrong, why, and what to do.

    Parameters
    ----------
    params
        One entry a layer, from the input up: ``(W, b)`` with ``W`` of shape ``(fan_in, fan_out)`` or ``(*kernel,
        channels_in, channels_out)``; a :class:`initbook.blocks.Layer` where there is a stride, groups or padding;
        a :class:`initbook.blocks.Residual` for a block with a skip. A dense layer on a map reads it as one row.
    activations
        One for the hidden layers (the last is then linear), or a list with one an entry: an
        :class:`initbook.activations.Activation`, or a plain function, of which then less can be said.
    x
        Inputs, as the network gets them: ``(samples, features)`` or ``(samples, *space, channels)``. A few hundred do.
    y, loss
        Targets, and a :class:`initbook.losses.Loss` of the last layer's output: for the first loss and the gradients.

    Raises
    ------
    ValueError, TypeError
        If shapes do not chain, if arrays hold integers, or if ``y`` comes without ``loss`` or ``loss`` without ``y``.

    Notes
    -----
    Expected is what independent weights of mean 0, of the mean square that the weights have, would give by the length
    map, for each sample from its own mean square; a draw of finite width scatters around it
    (:func:`initbook.theory.scatter`). The band holds 95 of 100 draws; five standard deviations are blamed.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook import activations, initializers
    >>> rng = np.random.default_rng(0)
    >>> params = initializers.init_params(rng, [256] * 6, initializers.he_normal)
    >>> report = check(params, activations.relu, rng.normal(size=(300, 256)))
    >>> report.problems, report["layers"][0]["law"]
    ([], 'He = He (fan_out)')
    """
    layers, x = as_layers(params), floats("x", x)
    allowed = "of shape (samples, features) or (samples, *space, channels)"
    require(x.ndim >= 2 and x.size > 0, "x", allowed, f"shape {x.shape}")
    require((y is None) == (loss is None), "y and loss", "given together: the loss says what the targets mean",
            "y alone" if loss is None else "loss alone")
    a_loss = "a Loss, such as losses.squared_error"
    require(loss is None or isinstance(loss, Loss), "loss", a_loss, repr(loss), TypeError)
    fs = _per_entry(activations, len(layers))
    notes, broken = _notes(fs, x, y), not_a_number(x, _arrays(layers))
    kind = np.result_type(*(layer.W for _, layer in _named(layers)))
    with np.errstate(all="ignore"):
        where = "" if broken else _overflows(layers, fs, x.astype(kind))[1]
        if where or broken:
            return Report([], None, broken or [overflow(where, kind)], notes)
        return _counted(_wide(layers), fs, x.astype(float), y, loss, notes)


def _counted(layers: list, fs: list[Activation], x: Array, y: np.ndarray | None, loss: Loss | None,
             notes: list[str]) -> Report:
    rows: list[Row] = []
    out, back = _run(layers, fs, _Signal(x, _squares(x), 0.0), rows)
    _ties(layers, rows)
    first = _first_loss(rows[-1], out, y, loss) if loss else None
    if loss and all(row.activation.df for row in rows):
        dh = loss.grad(out.h, y)
        back(dh, _squares(dh))
        top = rows[-1].g or 1.0
        for row in rows:
            row.g, row.g_expected = row.g / top, row.g_expected / top
    return Report(rows, first, problems(rows, float(_squares(x).mean()), _across(x), first), notes)


# ---- the pass: each step gives the signal above it and, as a function, the way back down

class _Signal(NamedTuple):
    """Activations, the mean square that is expected of each sample's, and the variance of its logarithm over draws."""

    h: Array
    q: Array
    spread: float


@lru_cache(maxsize=4096)
def _mean(f: Activation, q: float, slope: bool = False) -> float:
    """E f² or E f'² for z of mean square q, which may be 0."""
    return (mean_df2 if slope else mean_f2)(f, q) if q > 0 else float((f.df if slope else f.f)(np.zeros(1))[0] ** 2)


def _means(f: Activation, q: Array, slope: bool = False) -> Array:
    """The same for many q: between some, logarithms are laid on a straight line, which for ReLU they are."""
    if f.name == "identity":
        return np.ones_like(q) if slope else q
    low, high = q.min(), q.max()
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
        if _mean(f, loud) > 0:
            spread = scatter(f, loud, spread, width)
    return _means(f, q), spread


def _run(layers: list, fs: list[Activation], s: _Signal, rows: list[Row], within: str = ""):
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


def _layer(layer: Layer, f: Activation, s: _Signal, rows: list[Row], name: str):
    _require_fit(layer, s.h, name)
    space = None if layer.W.ndim == 2 else s.h.shape[1:-1]
    fan_in, fan_out = layer.fans(space)
    square = float((layer.W**2).mean())
    bias = 0.0 if layer.b is None else float((layer.b**2).mean())
    q = fan_in * square * s.q + bias
    of_weights = 1 - bias / q.mean() if q.mean() else 0.0
    spread, z = of_weights**2 * s.spread, layer.apply(s.h)
    units = z.shape[-1]
    row = Row(name, _kind(layer), fan_in, fan_in * square, _law(layer), float(q.mean()),
              _band(q.mean(), spread + 2 * of_weights**2 / units),
              mean_square(z.reshape(len(z), -1)), _across(z), layer=layer, activation=f)
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

    return _Signal(f.f(z), q_h, spread_h), back


def _block(block: Residual, f: Activation, s: _Signal, rows: list[Row], name: str):
    before, inner = block.before, []
    fs = _per_entry(block.activations, len(block.params), f"params[{int(name.split('.')[-1]) - 1}] activations")
    q_in, spread_in = _after(block.before, s.q, s.spread, s.h.shape[-1])
    branch, down = _run(block.params, fs, _Signal(before.f(s.h), q_in, spread_in), inner, f"{name}.")
    z = _sum(block, s.h, branch.h, name)
    q = s.q + block.scale**2 * branch.q
    share = s.q.mean() / q.mean() if q.mean() else 1.0
    spread = float(share * s.spread**0.5 + (1 - share) * branch.spread**0.5) ** 2
    row = Row(name, "sum", None, None, "", float(q.mean()), _band(q.mean(), spread + 2 / z.shape[-1]),
              mean_square(z.reshape(len(z), -1)),
              _across(z), activation=f)
    inner[-1].ends_branch = True
    rows.extend([*inner, row])
    q_h, spread_h = _after(f, q, spread, z.shape[-1])

    def back(dh: Array, g: Array) -> tuple[Array, Array]:
        dz = dh * f.df(z)
        g = g * _means(f, q, slope=True)
        row.g, row.g_expected = mean_square(dz.reshape(len(dz), -1)), float(g.mean())
        below, g_branch = down(block.scale * dz, block.scale**2 * g)
        return dz + below * before.df(s.h), g + g_branch * _means(before, s.q, slope=True)

    return _Signal(f.f(z), q_h, spread_h), back


def _sum(block: Residual, h: Array, branch: Array, name: str) -> Array:
    require(branch.shape == h.shape, f"params, layer {name}", f"a block whose branch ends with shape {h.shape}",
            branch.shape)
    return h + h.dtype.type(block.scale) * branch


def _squares(h: Array) -> Array:
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


def _across(z: Array) -> float | None:
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


# ---- what a layer is

def _kind(layer: Layer) -> str:
    if layer.W.ndim == 2:
        return f"dense {layer.W.shape[0]}→{layer.W.shape[1]}"
    kernel = "×".join(map(str, layer.W.shape[:-2]))
    more = [f"/{layer.stride}"] * (layer.stride > 1) + [f"g{layer.groups}"] * (layer.groups > 1)
    named = "convT" if layer.transposed else "conv"
    return " ".join([f"{named} {kernel}", f"{layer.W.shape[-2] * layer.groups}→{layer.W.shape[-1]}", *more])


def _law(layer: Layer) -> str:
    """The named law that has this mean square, up to what so many draws scatter."""
    W = layer.W.astype(float)
    square, mean = float((W**2).mean()), float(W.mean())
    if square == 0:
        return "zero"
    if np.ptp(W) == 0:
        return f"constant {W.flat[0]:.3g}"
    flat = W.reshape(-1, W.shape[-1])
    small = flat.T @ flat if flat.shape[0] >= flat.shape[1] else flat @ flat.T
    if np.abs(small / small[0, 0] - np.eye(len(small))).max() < 1e-3 and len(small) > 1:
        return f"orthogonal × {small[0, 0] ** 0.5:.3g}"
    n_in, n_out = layer.fans()
    laws = {"He": 2 / n_in, "LeCun": 1 / n_in, "Xavier": 2 / (n_in + n_out), "He (fan_out)": 2 / n_out,
            "1/(3n)": 1 / (3 * n_in), "std 1": 1.0, "std 0.1": 0.01, "std 0.02": 4e-4, "std 0.01": 1e-4}
    # E W² of m draws scatters by √(2/m) if they are normal, by less if they are uniform or cut.
    error = 4 * (2 / W.size) ** 0.5 + 1e-3
    found = [name for name, var in laws.items() if abs(square / var - 1) < error]
    return " = ".join(found[:2]) + ("" if centred(W) else f", mean {mean:.2g}")


def _ties(layers: list, rows: list[Row], within: str = "") -> None:
    """How many units of each hidden layer are a copy of another one: the same weights in, the same weights out."""
    by_name = {row.name: row for row in rows}
    for i, (layer, above) in enumerate(zip(layers, [*layers[1:], None], strict=True), 1):
        if isinstance(layer, Residual):
            _ties(layer.params, rows, f"{within}{i}.")
        elif isinstance(above, Layer):
            units = layer.W.shape[-1]
            rows_of = np.column_stack([layer.incoming(), above.outgoing(units)])
            _, sizes = np.unique(rows_of, axis=0, return_counts=True)
            by_name[f"{within}{i}"].tied = int(sizes[sizes > 1].sum())


# ---- the first loss

def _first_loss(last: Row, out: _Signal, y: np.ndarray, loss: Loss) -> dict[str, float]:
    """As measured; as expected of normal outputs that know nothing of the targets; and of outputs that are constant."""
    rng, shape = np.random.default_rng(0), out.h.shape
    bias = 0.0 if last.layer is None or last.layer.b is None else last.layer.b.astype(float)
    random = max(last.q_expected - float(np.mean(bias**2)), 0.0) ** 0.5
    drawn = [last.activation.f(bias + random * rng.normal(size=shape)) for _ in range(max(1, 20_000 // out.h.size))]
    expected = float(np.mean([loss.value(h, y) for h in drawn]))
    return {"measured": loss.value(out.h, y), "expected": expected, "constant": _constant(loss, shape, y)}


def _constant(loss: Loss, shape: tuple[int, ...], y: np.ndarray) -> float:
    """The least loss of one output for all samples. Losses are convex in it, with a curvature of at most 1."""
    output = np.zeros((1, *shape[1:]))
    for _ in range(200):
        output = output - np.mean(loss.grad(np.repeat(output, len(y), axis=0), y), axis=0, keepdims=True) * len(y)
    return loss.value(np.repeat(output, len(y), axis=0), y)


# ---- what cannot be counted at all

def _notes(fs: list[Activation], x: Array, y: np.ndarray | None) -> list[str]:
    few = (["one sample does not tell whether samples are told apart"] if len(x) < 2 else
           [f"{len(x)} samples are too few to call a unit dead"] if len(x) < FEW else [])
    only_f = [f"of {f.name} no slope is known, so there are no gradients and no dead units; an Activation has both"
              for f in fs[:1] if f.df is None]
    return only_f + (["without y and loss there is no first loss, and no gradient"] if y is None else []) + few


def _named(layers: list, within: str = "") -> Iterator[tuple[str, Layer]]:
    for i, layer in enumerate(layers, 1):
        if isinstance(layer, Residual):
            yield from _named(layer.params, f"{within}{i}.")
        else:
            yield f"{within}{i}", layer


def _arrays(layers: list) -> Iterator[tuple[str, str, Array]]:
    for name, layer in _named(layers):
        yield from ((name, what, a) for what, a in (("W", layer.W), ("b", layer.b)) if a is not None)


def _overflows(layers: list, fs: list[Activation], h: Array, within: str = "") -> tuple[Array, str]:
    """Up in the float type of the weights: what arrives, and the first layer that leaves the type's range."""
    for i, (layer, f) in enumerate(zip(layers, fs, strict=True), 1):
        if isinstance(layer, Residual):
            inner = _per_entry(layer.activations, len(layer.params))
            branch, where = _overflows(layer.params, inner, layer.before.f(h), f"{within}{i}.")
            z = _sum(layer, h, branch, f"{within}{i}")
        else:
            _require_fit(layer, h, f"{within}{i}")
            z, where = layer.apply(h), ""
        if where or not np.isfinite(z).all():
            return z, where or f"{within}{i}"
        h = f.f(z).astype(z.dtype)
    return h, ""


# ---- small helpers

def _per_entry(activations: Any, entries: int, name: str = "activations") -> list[Activation]:
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


def _wide(layers: list) -> list:
    """The same in double precision, in which everything is counted."""
    return [layer._replace(params=_wide(layer.params)) if isinstance(layer, Residual) else
            layer._replace(W=layer.W.astype(float), b=None if layer.b is None else layer.b.astype(float))
            for layer in layers]


def _cells(row: Row) -> list[str]:
    def short(value: float | None, style: str = ".3g") -> str:
        return "" if value is None else format(value, style)

    band = "" if row.band is None else "{:.2g}–{:.2g}".format(*row.band)
    flat = row.flat if row.flat and row.flat > 0.5 else None
    return [row.name, row.kind, short(row.fan_in, "g"), short(row.scale), row.law, short(row.q_expected), band,
            short(row.q), short(row.across, ".2g"), short(row.g_expected), short(row.g), str(row.tied or ""),
            short(row.dead or None, ".0%"), short(flat, ".0%")]


def _panel(rows: list[Row], label: str, which: str) -> Panel:
    measured = [getattr(row, which) for row in rows]
    expected = [getattr(row, f"{which}_expected") for row in rows]
    law = "expected, and 95 of 100 draws" if which == "q" else "expected"
    bands = {law: (range(1, len(rows) + 1), *zip(*(row.band for row in rows), strict=True))} if which == "q" else None
    return by_layer({"measured": measured}, predicted={law: expected}, ylabel=label, marker="o", bands=bands)
