r"""What can be said before anything is run. No randomness, no network.

Means over the normal distribution are integrals, taken by Gauss-Legendre quadrature on panels that
meet at the kinks of the integrand. A panel that shows that it is too coarse is halved; what halving does not
settle is refused. What shows at no node is not seen: a narrow feature needs its place named.

>>> from initbook.activations import relu
>>> round(forward_gain(relu) ** 2, 12)  # He's factor 2
2.0
>>> round(entropy([50, 50]), 6)  # two classes, equally common: ln 2
0.693147
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from initbook._check import Array, count, number, numbers, require, values
from initbook.activations import Activation, check_activation

__all__ = ["backward_gain", "chi", "cross_entropy", "entropy", "fixed_point", "forward_gain",
           "gradient_map", "length_map", "mean_df2", "mean_f2", "normal_mean", "reach", "scatter"]

# The first panels: of width 1 up to 10, and on each side of a kink 15 more, each half as wide as the next one
# outwards. The normal density beyond 37 is below 1e-297.
_REACH, _NODES = 37.0, 22
_GRID = np.append(np.arange(11.0), _REACH)
_AROUND = np.append(0.0, 2.0 ** -np.arange(16))
# Gauss's nodes and weights on [0, 1], and what takes values at the nodes to Legendre coefficients.
_X, _W = np.polynomial.legendre.leggauss(_NODES)[0] / 2 + 0.5, np.polynomial.legendre.leggauss(_NODES)[1] / 2
_LEGENDRE = np.polynomial.legendre.legvander(2 * _X - 1, _NODES - 1) * _W[:, None] * np.arange(1, 2 * _NODES, 2)
_SIGNS = (-1.0) ** np.arange(_NODES)  # of the polynomials at 0; at 1 all are 1
# Of a panel: its mean, its two highest coefficients, and the values at its ends.
_RULES = np.column_stack([_W, _LEGENDRE[:, -2:], _LEGENDRE @ _SIGNS, _LEGENDRE.sum(axis=1)])
_PRECISION, _MOST = 1e-12, 50_000  # of the mean of |g|, for a panel; panels in all


def entropy(counts: Sequence[int]) -> float:
    r"""The entropy of the labels, in nats: the least softmax cross-entropy that a constant
    prediction can reach on them.

    .. math:: H(p) = -\sum_k p_k \ln p_k, \qquad p_k = n_k / n

    Parameters
    ----------
    counts
        :math:`n_k`, how many samples each class has; a class without samples adds nothing.

    Raises
    ------
    ValueError
        If a count is negative or all are zero.

    Examples
    --------
    >>> round(entropy([1] * 10), 6)  # ten equal classes: ln 10
    2.302585
    """
    return cross_entropy(counts, counts)


def cross_entropy(counts: Sequence[int], prior: Sequence[int]) -> float:
    r"""The softmax cross-entropy, in nats, of always predicting the shares of ``prior`` on labels
    that come as ``counts``.

    .. math:: H(p, q) = -\sum_k p_k \ln q_k

    Parameters
    ----------
    counts
        How many samples of each class are to be predicted: :math:`p`.
    prior
        The class counts that the prediction was learned from: :math:`q`.

    Examples
    --------
    >>> round(cross_entropy([1, 1], prior=[3, 1]), 6)
    0.836988
    >>> cross_entropy([1, 1], prior=[2, 0])
    Traceback (most recent call last):
    ValueError: prior must be positive where counts is; got [2, 0]
    """
    p, q = _shares("counts", counts), _shares("prior", prior)
    require(p.shape == q.shape, "prior", f"{len(p)} class counts", f"{len(q)}")
    seen = p > 0
    require(bool((q[seen] > 0).all()), "prior", "positive where counts is", np.asarray(prior).tolist())
    return float(-(p[seen] * np.log(q[seen])).sum())


def _shares(name: str, counts: Sequence[int]) -> Array:
    n = np.asarray(counts)
    ok = n.ndim == 1 and n.dtype.kind in "iuf" and np.isfinite(n).all() and (n >= 0).all() and n.sum() > 0
    require(bool(ok), name, "a list of class counts, none negative and not all zero", n.tolist())
    return n / n.sum()


def normal_mean(g: Callable[[Array], Array], q: float = 1.0,
                kinks: Sequence[float] = (0.0,)) -> float:
    r"""The mean of a function of a normal variable, to 1e-11 of the mean of its absolute value or better.

    .. math:: \mathrm{E}\,g(z) = \int g(z)\, \frac{e^{-z^2/2q}}{\sqrt{2 \pi q}}\, dz, \qquad z \sim N(0, q)

    A panel counts if what stands under the integral is a polynomial there, of a lower degree than its nodes can see,
    and goes on in the next panel as it ended (but for kinks that are named); otherwise it is halved.

    Parameters
    ----------
    g
        Any function of an array, entry by entry; smooth but for its kinks.
    q
        The variance of :math:`z`, above 0.
    kinks
        Where :math:`g` may have a kink or a jump. One that is not named is found, which costs time, unless it
        belongs to a feature so narrow that it falls between the nodes: within 10 standard deviations they are up to
        0.07 of one apart.

    Raises
    ------
    ValueError
        If the mean does not exist or cannot be had to that precision: if ``g`` is not finite, grows too fast far
        out or near a point, or is too rough.
    TypeError
        If ``g`` has not one real number for each entry of an array.

    Examples
    --------
    >>> import numpy as np
    >>> round(normal_mean(np.abs), 12) == round((2 / np.pi) ** 0.5, 12)
    True
    >>> normal_mean(lambda z: np.exp(z**2 / 2))
    Traceback (most recent call last):
    ValueError: g must be a function with a finite mean under N(0, 1); got one that has not faded 37 standard ...
    """
    std = number("q", q, above=0) ** 0.5
    points = tuple([k / std for k in numbers("kinks", kinks)])
    allowed = f"a function with a finite mean under N(0, {q:g})"
    edges, x, weights, ahead, behind = _first_panels(points)
    most = _MOST
    while (most := most - len(edges)) > 0:
        terms = (values(g, std * x, allowed) * weights).reshape(-1, _NODES)
        precision = _PRECISION * (np.abs(terms) @ _W).sum()
        require(max(abs(terms[0, 0]), abs(terms[-1, -1])) <= precision, "g", allowed,
                "one that has not faded 37 standard deviations out")
        means, even, odd, first, last = (terms @ _RULES).T
        highest, apart = np.abs(even) + np.abs(odd), np.abs(last[:-1] * ahead - first[1:] * behind)
        if highest.max() <= precision and apart.max() <= precision:
            return float(means.sum())
        worst = round(std * edges[highest.argmax()], 6) + 0.0  # no -0
        edges, x, weights, ahead, behind = _panels(_halved(edges, highest > precision, apart > precision), points)
    raise ValueError(f"g must be {allowed}; got one that grows too fast, or is too rough, near z = {worst:g}")


@lru_cache(maxsize=64)
def _first_panels(kinks: tuple[float, ...]) -> tuple[Array, ...]:
    around = [k + side * _AROUND for k in (0.0, *kinks) if abs(k) < _REACH for side in (-1, 1)]
    return _panels(np.unique(np.concatenate([-_GRID, _GRID, *around]).clip(-_REACH, _REACH)), kinks)


def _panels(edges: Array, kinks: tuple[float, ...]) -> tuple[Array, ...]:
    """The edges; all nodes in one row; the normal density there times the width of the panel; and what to multiply
    the values at both sides of an edge with, to have their distance times the narrower width."""
    width = np.diff(edges)
    x = edges[:-1, None] + width[:, None] * _X
    density = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    unnamed = ~np.isin(edges[1:-1], kinks) / np.maximum(width[1:], width[:-1])
    return edges, x.ravel(), (density * width[:, None]).ravel(), unnamed * width[1:], unnamed * width[:-1]


def _halved(edges: Array, rough: Array, apart: Array) -> Array:
    rough[1:] |= apart
    rough[:-1] |= apart
    return np.unique(np.append(edges, (edges[:-1] + edges[1:])[rough] / 2))


def mean_f2(activation: Activation, q: float = 1.0) -> float:
    r"""The mean square of the activation, :math:`\mathrm{E} f(z)^2` for :math:`z \sim N(0, q)`.

    Examples
    --------
    >>> from initbook.activations import relu
    >>> round(mean_f2(relu), 12)
    0.5
    """
    check_activation(activation)
    return normal_mean(lambda z: activation.f(z) ** 2, q, activation.kinks)


def mean_df2(activation: Activation, q: float = 1.0) -> float:
    r"""The mean square of the slope, :math:`\mathrm{E} f'(z)^2` for :math:`z \sim N(0, q)`.

    Examples
    --------
    >>> from initbook.activations import relu
    >>> round(mean_df2(relu), 12)
    0.5
    """
    check_activation(activation)
    return normal_mean(lambda z: activation.df(z) ** 2, q, activation.kinks)


def forward_gain(activation: Activation, q: float = 1.0) -> float:
    r"""The gain that keeps the mean square of the pre-activations at :math:`q`,
    :math:`\sqrt{q / \mathrm{E} f(z)^2}`: weights of variance gain² / fan_in preserve the forward signal.

    Examples
    --------
    >>> from initbook.activations import tanh
    >>> round(forward_gain(tanh), 4)
    1.5925
    """
    f2 = mean_f2(activation, q)
    require(f2 > 0, "activation", f"one whose f is not 0 under N(0, {q:g})", activation)
    return float(np.sqrt(q / f2))


def backward_gain(activation: Activation, q: float = 1.0) -> float:
    r"""The gain that keeps the mean square of the gradients,
    :math:`1 / \sqrt{\mathrm{E} f'(z)^2}`, where the pre-activations have mean square :math:`q`.

    Examples
    --------
    >>> from initbook.activations import tanh
    >>> round(backward_gain(tanh), 4)
    1.4674
    """
    df2 = mean_df2(activation, q)
    require(df2 > 0, "activation", f"one whose f' is not 0 under N(0, {q:g})", activation)
    return float(df2**-0.5)


def chi(activation: Activation, weight_var: float, q: float = 1.0) -> float:
    r"""By what factor a layer multiplies the mean square of the gradient,
    :math:`\chi = \sigma_w^2\, \mathrm{E} f'(z)^2` (Schoenholz et al., 2017).

    Parameters
    ----------
    activation
        :math:`f`.
    weight_var
        :math:`\sigma_w^2`, the variance of a weight times the fan: gain².
    q
        The mean square of the pre-activations.

    Examples
    --------
    >>> from initbook.activations import relu
    >>> round(chi(relu, weight_var=2), 12)
    1.0
    """
    return number("weight_var", weight_var, at_least=0) * mean_df2(activation, q)


def length_map(activation: Activation, weight_var: float, bias_var: float = 0.0, *, q: float,
               layers: int = 1) -> Array:
    r"""The mean square of the pre-activations, layer after layer (Poole et al., 2016).

    .. math:: q^{l+1} = \sigma_w^2\, \mathrm{E} f(z)^2 + \sigma_b^2, \qquad z \sim N(0, q^l)

    Parameters
    ----------
    activation, weight_var, bias_var
        :math:`f`, :math:`\sigma_w^2` (variance of a weight times fan_in), :math:`\sigma_b^2`.
    q
        :math:`q` where it starts, above 0.
    layers
        How many steps.

    Returns
    -------
    array
        ``layers + 1`` values, the start first.

    Examples
    --------
    >>> from initbook.activations import relu
    >>> length_map(relu, weight_var=1, q=1.0, layers=3).round(9).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    weight_var = number("weight_var", weight_var, at_least=0)
    bias_var = number("bias_var", bias_var, at_least=0)
    qs = [number("q", q, above=0)]
    for _ in range(count("layers", layers)):
        qs.append(weight_var * mean_f2(activation, qs[-1]) + bias_var)
    return np.array(qs)


def fixed_point(activation: Activation, weight_var: float, bias_var: float = 0.0, *,
                q: float = 1.0) -> float:
    r"""Where the length map settles from the given start: :math:`q^*` with
    :math:`q^* = \sigma_w^2\, \mathrm{E} f(z)^2 + \sigma_b^2`, :math:`z \sim N(0, q^*)`.

    The map is iterated as the layers do it. Where its steps shrink, a leap goes on to where they would end if they
    went on shrinking at the same rate (Aitken's :math:`\Delta^2` rule), to twice or half :math:`q` at most. Steps that
    grow lead away from a fixed point, and are taken one by one.

    Parameters
    ----------
    activation, weight_var, bias_var
        As in :func:`length_map`.
    q
        The start, above 0. Where a fixed point repels, as that of GELU without biases does, it decides.

    Raises
    ------
    ValueError
        If it does not settle at a positive value: if it fades to 0, grows without end, or swings.

    Examples
    --------
    >>> from initbook.activations import gelu, tanh
    >>> round(fixed_point(tanh, weight_var=(5 / 3) ** 2), 4)
    1.1785
    >>> fixed_point(gelu, forward_gain(gelu) ** 2, q=0.5)
    Traceback (most recent call last):
    ValueError: weight_var must be one for which the length map settles above 0; got 2.35..., and ...
    """
    start = q
    for _ in range(500):
        q0, q1, q2 = length_map(activation, weight_var, bias_var, q=q, layers=2)
        if abs(q2 - q1) <= 1e-13 * q1:
            return float(q2)
        if q2 > max(q1, 1e12 * (1 + weight_var + bias_var)) or q2 < min(q1, 1e-12) and not bias_var:
            break
        q = _leap(q1 - q0, q2 - q1, q2)
    way = "swings" if (q2 - q1) * (q1 - q0) < 0 else "grows" if q2 > q1 else "fades"
    raise ValueError(f"weight_var must be one for which the length map settles above 0; got {weight_var:g}, and "
                     f"from q = {start:g} it {way} past {q2:.3g}")


def _leap(before: float, step: float, q: float) -> float:
    """Where steps end that shrink from ``before`` to ``step``, and on at that rate, from ``q`` on; not beyond 2q or
    q/2: the map averages :math:`f^2` over all sizes of :math:`z`, so within that range it hardly bends twice."""
    if not 0 < step / before < 1 - 1e-9:
        return q
    return float(np.clip(q + step * step / (before - step), q / 2, 2 * q))


def gradient_map(activation: Activation, weight_var: float, qs: Sequence[float]) -> Array:
    r"""The mean square of the gradient at each layer, relative to the last: the product of
    :math:`\chi` from the top down.

    .. math:: \frac{g^{l}}{g^{L}} = \prod_{k=l}^{L-1} \sigma_w^2\, \mathrm{E} f'(z)^2, \qquad z \sim N(0, q^k),

    for layers of equal width, where :math:`g^l` is the mean square of :math:`dL/dz^l`.

    Parameters
    ----------
    activation, weight_var
        :math:`f` and :math:`\sigma_w^2` (variance of a weight times fan_out).
    qs
        The mean squares of the pre-activations, as :func:`length_map` returns them.

    Examples
    --------
    >>> from initbook.activations import relu
    >>> gradient_map(relu, weight_var=1, qs=[1.0, 0.5, 0.25]).round(9).tolist()
    [0.25, 0.5, 1.0]
    """
    require(np.ndim(qs) == 1 and len(qs) > 0, "qs", "a list of mean squares, one a layer", repr(qs))
    factors = [chi(activation, weight_var, q) for q in qs[:-1]]
    return np.append(np.cumprod(factors[::-1])[::-1], 1.0)


def scatter(activation: Activation, q: float, spread: float, width: int) -> float:
    r"""How the mean square of a layer of finite width scatters over draws: the variance of its logarithm after the
    layer, given that before it.

    .. math:: v^{l+1} = s^2 v^l + \frac{\kappa}{n}, \qquad \kappa = \frac{\mathrm{E} f^4}{(\mathrm{E} f^2)^2} - 1,
              \qquad s = \frac{d \ln \mathrm{E} f(z)^2}{d \ln q}

    To first order in :math:`1/n` and in :math:`v`: units are taken as independent draws of :math:`f(z)`, and a
    deviation as small. For ReLU it is exact in sum, :math:`5/n` a layer.

    Parameters
    ----------
    activation, q
        :math:`f` and the mean square of :math:`z`, above 0.
    spread
        :math:`v^l`, 0 where nothing scatters yet.
    width
        :math:`n`, how many units the layer has.

    Examples
    --------
    >>> from initbook.activations import relu
    >>> round(scatter(relu, q=1.0, spread=0.0, width=100), 9)
    0.05
    """
    spread, width = number("spread", spread, at_least=0), count("width", width)
    m2, m4 = mean_f2(activation, q), normal_mean(lambda z: activation.f(z) ** 4, q, activation.kinks)
    require(m2**2 > 0, "activation", f"one whose f is not 0 under N(0, {q:g})", activation)
    step = 1.01
    bend = np.log(mean_f2(activation, step * q) / mean_f2(activation, q / step)) / (2 * np.log(step))
    return float(bend**2 * spread + (m4 / m2**2 - 1) / width)


def reach(activation: Activation, weight_var: float, width: int, *, q: float = 1.0, factor: float = 10.0,
          most: int = 1000) -> int:
    r"""To how many layers a start holds the signal and the gradient: while

    - the mean square of the pre-activations stays within ``factor`` of the start in at least 95 of 100 draws:
      its mean by :func:`length_map`, the variance :math:`v` of its logarithm by :func:`scatter`. The draw in the middle
      lies below the mean, by :math:`e^{-v/2}`, as of a lognormal law;
    - a small difference between samples going up, and the gradient coming down, which :func:`chi` multiplies, stay
      within ``factor`` in root mean square, by the law of wide layers: single draws leave it sooner.

    Parameters
    ----------
    activation, weight_var, q
        As in :func:`length_map`, without biases, all layers equally wide.
    width
        Units a layer.
    factor
        What still counts as held, above 1.
    most
        Where to stop counting.

    Examples
    --------
    >>> from initbook.activations import relu, sigmoid
    >>> reach(relu, 2.0, width=256), reach(relu, 1.0, width=256), reach(sigmoid, 1.0, width=256)
    (45, 2, 1)
    """
    factor, held, spread, product, start = number("factor", factor, above=1), 0, 0.0, 1.0, q
    while held < count("most", most):
        slope = chi(activation, weight_var, q)
        spread, q = scatter(activation, q, spread, width), length_map(activation, weight_var, q=q)[-1]
        product *= slope
        drawn = abs(np.log(q / start) - spread / 2) + 1.96 * spread**0.5  # how far ln q may lie from where it began
        if drawn > np.log(factor) or not 1 / factor <= product**0.5 <= factor:
            break
        held += 1
    return held
