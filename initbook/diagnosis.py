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
from html import escape
from textwrap import fill
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtri

from initbook._check import Array, floats, require
from initbook._expected import Signal, squares
from initbook._verdicts import FEW, NOTED, SURE, Problem, not_a_number, overflow, problems
from initbook._walk import (
    Row,
    across,
    arrays,
    named,
    overflows,
    per_entry,
    run,
    ties,
    wide,
)
from initbook.activations import Activation
from initbook.blocks import as_layers
from initbook.figures import Figure, Panel, by_layer, show
from initbook.losses import Loss

__all__ = ["Problem", "Report", "check"]

_SCREEN = 76  # letters in a line of the verdict: a page, or a terminal, shows them all


class Report(Mapping):
    """What :func:`check` found. Printed, or as a notebook shows it, it is a table, and of the first problem what, why
    and what to do; to a program it is a mapping with ``layers``, ``loss``, ``problems`` and ``notes``, the first of
    them a list of dictionaries.

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
        hidden = {"layer", "activation", "growth", "ends_branch", "narrow"}
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
        table = self._table()
        width = [max(map(len, column)) for column in zip(*table, strict=True)]
        left = [name in ("layer", "", "law") for name in table[0]]
        lines = ["  ".join(cell.ljust(n) if to_left else cell.rjust(n)
                           for cell, n, to_left in zip(line, width, left, strict=True)).rstrip() for line in table]
        return "\n".join([*lines, *(fill(each, _SCREEN, break_on_hyphens=False) for each in self._says())])

    def _repr_html_(self) -> str:
        """What a notebook shows: a table that scrolls by itself, and sentences that wrap."""
        head, *rows = ([escape(cell) for cell in line] for line in self._table())
        names = "".join(f'<th scope="col">{name}</th>' if name else "<td></td>" for name in head)
        body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        words = "".join(f"<p>{escape(each).replace('e-', 'e-&NoBreak;')}</p>" for each in filter(None, self._says()))
        return (f'<div class="ib-report"><table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'
                f"{words}</div>")

    def _table(self) -> list[list[str]]:
        """Its head, and a row a layer; without the columns that would be empty."""
        head = ["layer", "", "fan", "n·E W²", "law", "E z² exp.", "band", "meas.", "across", "∂z² exp.", "meas.",
                "tied", "dead", "flat"]
        rows = [_cells(row) for row in self.rows]
        filled = [i for i in range(len(head)) if i < 2 or any(row[i] for row in rows)]
        return [[line[i] for i in filled] for line in (head, *rows)]

    def _says(self) -> list[str]:
        """The first loss, the notes, the verdict: a sentence each; an empty one begins a paragraph."""
        says = [] if not self.loss else ["", "First loss: {expected:.4g} expected, {measured:.4g} measured; "
                                             "knowing nothing costs {constant:.4g}.".format(**self.loss)]
        says += [f"Note: {note}" for note in self.notes]
        verdict = str(self.problems[0]) if self.problems else "Nothing wrong was found in this start."
        says += ["", *verdict.split("\n")]
        if len(self.problems) > 1:
            says.append(f"({len(self.problems) - 1} more in .problems; mend this first, the others may come of it.)")
        return says

    def figure(self) -> Figure:
        """The mean square of the pre-activations, and of the gradient where it is known: measured and expected."""
        rows = [row for row in self.rows if np.isfinite([row.q, row.q_expected, *row.band]).all()]
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
    (:func:`initbook.theory.scatter`). For activations that grow at most linearly, from 16 units on, and no deeper than
    :func:`initbook.theory.reach` says, the band holds 95 of 100 draws; five standard deviations are blamed, and
    narrower layers and what stands above them are not. Above a sum whose skip has passed an activation the
    expectation starts anew from what was measured, for such a skip is not centred.

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
    fs = per_entry(activations, len(layers))
    notes, broken = _notes(fs, x, y), not_a_number(x, arrays(layers))
    kind = np.result_type(*(layer.W for _, layer in named(layers)))
    with np.errstate(all="ignore"):
        where = "" if broken else overflows(layers, fs, x.astype(kind))[1]
        if where or broken:
            return Report([], None, broken or [overflow(where, kind)], notes)
        return _counted(wide(layers), fs, x.astype(float), y, loss, notes)


def _counted(layers: list, fs: list[Activation], x: Array, y: np.ndarray | None, loss: Loss | None,
             notes: list[str]) -> Report:
    rows: list[Row] = []
    out, back = run(layers, fs, Signal(x, squares(x), 0.0), rows)
    ties(layers, rows)
    first = _first_loss(rows[-1], out, y, loss) if loss else None
    if loss and all(row.activation.df for row in rows):
        dh = loss.grad(out.h, y)
        back(dh, squares(dh))
        top = rows[-1].g or 1.0
        for row in rows:
            row.g, row.g_expected = row.g / top, row.g_expected / top
    nats = None  # of other losses nobody knows what is much
    if loss and "cross-entropy" in loss.name:  # a sum over outputs, where each has a target of its own
        nats = first | {"targets": 1 if np.ndim(y) == 1 else out.h[0].size}
    return Report(rows, first, problems(rows, float(squares(x).mean()), across(x), nats),
                  notes + _narrow(rows) + _loud(nats))


# ---- the first loss

def _first_loss(last: Row, out: Signal, y: np.ndarray, loss: Loss) -> dict[str, float]:
    """As measured; as expected of normal outputs that know nothing of the targets; and of outputs that are constant."""
    measured = loss.value(out.h, y)  # first, so that it is about these outputs when targets do not fit
    bias = 0.0 if last.layer is None or last.layer.b is None else last.layer.b
    random = max(last.q_expected - float(np.mean(bias**2)), 0.0) ** 0.5
    normal = _normal_points(out.h[0].size).reshape(-1, *out.h.shape[1:])
    expected = loss.value(last.activation.f(bias + random * normal), y[np.arange(len(normal)) % len(y)])
    return {"measured": measured, "expected": expected, "constant": _constant(loss, out.h.shape, y)}


def _normal_points(columns: int, rows: int = 4001) -> Array:
    """Points that fill space like independent normal numbers, without a seed: a lattice (Korobov's) of prime size."""
    steps = [pow(1543, k + 1, rows) for k in range(columns)]
    return ndtri((np.outer(np.arange(rows), steps) % rows + 0.5) / rows)


def _constant(loss: Loss, shape: tuple[int, ...], y: np.ndarray) -> float:
    """The least loss of one output for all samples."""
    def at(output: Array) -> tuple[float, Array]:
        h = np.tile(output, (len(y), 1)).reshape(len(y), *shape[1:])
        return loss.value(h, y), loss.grad(h, y).reshape(len(y), -1).sum(axis=0)

    return float(minimize(at, np.zeros(int(np.prod(shape[1:]))), jac=True, method="L-BFGS-B").fun)


# ---- what cannot be counted at all

def _notes(fs: list[Activation], x: Array, y: np.ndarray | None) -> list[str]:
    few = (["one sample does not tell whether samples are told apart"] if len(x) < 2 else
           [f"{len(x)} samples are too few to call a unit dead"] if len(x) < FEW else [])
    only_f = [f"of {f.name} no slope is known, so there are no gradients and no dead units; an Activation has both"
              for f in fs[:1] if f.df is None]
    return only_f + (["without y and loss there is no first loss, and no gradient"] if y is None else []) + few


def _narrow(rows: list[Row]) -> list[str]:
    """A layer of one unit is no fault in itself."""
    return [f"layer {row.name} has one unit: all that is known of a sample above it is one number"
            for row in rows[:-1] if "." not in row.name and row.layer is not None and row.layer.W.shape[1:] == (1,)]


def _loud(first: dict[str, float] | None) -> list[str]:
    """No fault either: it trains, though its first updates are for nothing."""
    if first is None or not NOTED < (first["measured"] - first["constant"]) / first["targets"] <= SURE:
        return []
    return [f"the first loss is {first['measured']:.3g}, and knowing nothing costs {first['constant']:.3g}: the "
            "outputs are large. Last weights that are smaller, or 0, start near the second number"]


def _cells(row: Row) -> list[str]:
    def short(value: float | None, style: str = ".3g") -> str:
        return "" if value is None or value != value else format(value, style)

    band = "{:.2g}–{:.2g}".format(*row.band) if np.isfinite(row.band).all() else ""
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
