r"""Two inputs instead of one: what layers do to their correlation, by quadrature. No randomness, no network.

Two inputs whose pre-activations have mean square :math:`q` and correlation :math:`c` give each unit of a wide layer a
pair of normal numbers. Means over such a pair are taken along the two directions in which it is independent, on panels
that end at kinks, and once more on narrower ones until both agree; what does not agree is refused.

>>> from initbook.activations import tanh
>>> weight_var, bias_var = critical(tanh, q=0.5)  # the edge of chaos
>>> correlation_depth(tanh, weight_var, bias_var)
inf
>>> round(correlation_depth(tanh, 1.0, bias_var), 2)  # below the edge
4.1
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from initbook._check import Array, count, number, numbers, require, values
from initbook.activations import Activation, check_activation
from initbook.theory import chi, fixed_point, mean_df2, mean_f2, normal_mean

__all__ = ["CriticalPair", "correlation_depth", "correlation_map", "correlation_slope", "critical", "critical_pair",
           "fixed_correlation", "length_slope", "pair_mean", "relu_correlation"]

_REACH, _PRECISION = 12.0, 1e-11  # standard deviations; of the mean of |g(z) g(z')|
_PANELS = (0.5, 1, 2, 4, 8)  # of a standard deviation, tried in turn
_X, _W = np.polynomial.legendre.leggauss(10)[0] / 2 + 0.5, np.polynomial.legendre.leggauss(10)[1] / 2
_AROUND = np.append(0.0, 4.0 ** -np.arange(12))  # how panels narrow to both sides of where kinks meet


def pair_mean(g: Callable[[Array], Array], q: float = 1.0, *, c: float, kinks: Sequence[float] = (0.0,)) -> float:
    r"""The mean :math:`\mathrm{E}\, g(z)\, g(z')` over two normal variables of variance :math:`q` and correlation
    :math:`c`, to 1e-10 of the mean of :math:`|g(z)\, g(z')|` or better.

    .. math:: z, z' = \sqrt q \left( \sqrt{\tfrac{1 + c}{2}}\, u \pm \sqrt{\tfrac{1 - c}{2}}\, v \right),
              \qquad u, v \sim N(0, 1) \text{ independent}

    Parameters
    ----------
    g
        Any function of an array, entry by entry; smooth but for its kinks.
    q, c
        The variance, above 0, and the correlation, from -1 to 1.
    kinks
        Where :math:`g` has a kink or a jump.

    Raises
    ------
    ValueError
        If ``g`` is not finite, or ever narrower panels do not agree: if it is too rough, has a kink that is not
        named, or grows too fast.
    TypeError
        If it has not one real number for each entry of an array.

    Examples
    --------
    >>> import numpy as np
    >>> round(pair_mean(np.sign, c=0.5), 9)  # (2/π) arcsin c
    0.333333333
    """
    std, c = number("q", q, above=0) ** 0.5, _correlation(c)
    points, before = np.array(numbers("kinks", kinks)) / std, np.inf
    allowed = f"smooth but for its kinks, and grow slowly, under N(0, {q:g})"
    for panels in _PANELS:
        with np.errstate(all="ignore"):  # a product that is not finite does not settle
            mean, size, border = _pair_mean(lambda u: values(g, std * u, allowed), c, points, panels)
        if max(abs(mean - before), border) <= _PRECISION * size:
            return mean
        before = mean
    raise ValueError(f"g must be {allowed}; got one whose mean does not settle: {mean:g}")


def _correlation(c: float) -> float:
    require(abs(number("c", c)) <= 1, "c", "a correlation, from -1 to 1", c)
    return float(c)


def _pair_mean(g: Callable[[Array], Array], c: float, kinks: Array, panels: float) -> tuple[float, float, float]:
    """The mean of the product, of its size, and the share of that farthest out. Panels of v end where z or z' has a
    kink, those of u where two kinks meet. v and -v give the same product, so one half is enough."""
    a, b = ((1 + c) / 2) ** 0.5, ((1 - c) / 2) ** 0.5
    grid = np.linspace(0, _REACH, int(_REACH * panels) + 1)
    meet = np.nan_to_num((kinks[:, None] + kinks).ravel() / (2 * a))  # the other kink may be infinitely far away
    around = np.add.outer(meet, [*_AROUND, *-_AROUND]).ravel()
    u, weight = _nodes(np.unique([*-grid, *grid, *around.clip(-_REACH, _REACH)]))
    rows = len(u) if len(kinks) else 1  # without kinks the panels of v are the same for every u
    ends = np.minimum(abs(kinks - a * u[:rows, None]) / b, _REACH)
    v, weights = _nodes(np.sort(np.hstack([np.tile(grid, (rows, 1)), ends])))
    z, apart = a * u[:, None], b * v
    product = 2 * weight[:, None] * weights * g(z + apart) * g(z - apart)
    size = abs(product)
    return float(product.sum()), float(size.sum()), float(size[[0, -1]].sum() + size[:, -1].sum())


def _nodes(edges: Array) -> tuple[Array, Array]:
    """Gauss's nodes on the panels between the edges of each row, and their weights times the normal density."""
    width = np.diff(edges)[..., None]
    x = edges[..., :-1, None] + width * _X
    weights = np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * width * _W
    return x.reshape(*edges.shape[:-1], -1), weights.reshape(*edges.shape[:-1], -1)


def correlation_map(activation: Activation, weight_var: float, bias_var: float = 0.0, *, q: float, c: float,
                    layers: int = 1) -> Array:
    r"""The correlation of two inputs of equal length, layer after layer (Poole et al., 2016).

    .. math:: c^{l+1} = \frac{\sigma_w^2\, \mathrm{E} f(z) f(z') + \sigma_b^2}{q^{l+1}},

    with :math:`z, z'` normal, of variance :math:`q^l` and correlation :math:`c^l`, and :math:`q^{l+1}` by
    :func:`initbook.theory.length_map`.

    Parameters
    ----------
    activation, weight_var, bias_var
        :math:`f`, :math:`\sigma_w^2` (variance of a weight times fan_in), :math:`\sigma_b^2`.
    q, c
        The mean square of the pre-activations, above 0, and their correlation, where it starts.
    layers
        How many steps.

    Returns
    -------
    array
        ``layers + 1`` correlations, the start first.

    Examples
    --------
    >>> from initbook.activations import relu
    >>> correlation_map(relu, 2, q=1, c=0, layers=2).round(4).tolist()
    [0.0, 0.3183, 0.4937]
    """
    check_activation(activation)
    weight_var, bias_var = number("weight_var", weight_var, above=0), number("bias_var", bias_var, at_least=0)
    cs = [_correlation(c)]
    for _ in range(count("layers", layers)):
        product = weight_var * pair_mean(activation.f, q, c=cs[-1], kinks=activation.kinks) + bias_var
        q = weight_var * mean_f2(activation, q) + bias_var
        cs.append(float(np.clip(product / q, -1, 1)))
    return np.array(cs)


def relu_correlation(c: Array) -> Array:
    r"""What a layer of ReLU, at He's variance or any other and without biases, makes of the correlation (Cho & Saul,
    2009).

    .. math:: c \mapsto \frac{\sqrt{1 - c^2} + (\pi - \arccos c)\, c}{\pi}

    Examples
    --------
    >>> relu_correlation(np.array([-1.0, 0.0, 1.0])).round(6).tolist()
    [0.0, 0.31831, 1.0]
    """
    c = np.asarray(c, dtype=float)
    require(bool((abs(c) <= 1).all()), "c", "correlations, from -1 to 1", c)
    return (np.sqrt(1 - c * c) + (np.pi - np.arccos(c)) * c) / np.pi


def correlation_slope(activation: Activation, weight_var: float, *, q: float, c: float) -> float:
    r"""The slope of the correlation map where the length has settled at :math:`q`. At :math:`c = 1` it is
    :math:`\chi_\perp`, :func:`initbook.theory.chi`.

    .. math:: \frac{dc^{l+1}}{dc^l} = \sigma_w^2\, \mathrm{E} f'(z) f'(z')

    Examples
    --------
    >>> from initbook.activations import relu
    >>> round(correlation_slope(relu, 2, q=1, c=0.0), 12)
    0.5
    """
    check_activation(activation)
    product = pair_mean(activation.df, q, c=c, kinks=activation.kinks)
    return number("weight_var", weight_var, above=0) * product


def length_slope(activation: Activation, weight_var: float, q: float = 1.0) -> float:
    r"""The slope of the length map, often called :math:`\chi_\parallel`: what becomes of a small miss in :math:`q`.

    .. math:: \chi_\parallel = \frac{dq^{l+1}}{dq^l} = \sigma_w^2\, \frac{\mathrm{E}\, z f(z) f'(z)}{q},
              \qquad z \sim N(0, q)

    Examples
    --------
    >>> from initbook.activations import gelu
    >>> from initbook.theory import forward_gain
    >>> round(length_slope(gelu, forward_gain(gelu) ** 2), 4)
    1.1441
    """
    check_activation(activation)
    moment = normal_mean(lambda z: z * activation.f(z) * activation.df(z), q, activation.kinks)
    return number("weight_var", weight_var, at_least=0) * moment / q


def fixed_correlation(activation: Activation, weight_var: float, bias_var: float = 0.0) -> float:
    r"""Where the correlation of two inputs settles, :math:`c^*`, once their length has settled: 1 if
    :math:`\chi_\perp \le 1`, and below 1 if not.

    The map is convex, so Newton's steps from 0 rise to :math:`c^*` and never pass it.

    Raises
    ------
    ValueError
        If the length does not settle above 0: see :func:`initbook.theory.fixed_point`.

    Examples
    --------
    >>> from initbook.activations import tanh
    >>> round(fixed_correlation(tanh, 4, 0.3), 3), fixed_correlation(tanh, 1, 0.3)
    (0.575, 1.0)
    """
    q, c = fixed_point(activation, weight_var, bias_var), 0.0
    if chi(activation, weight_var, q) <= 1 + 1e-9:
        return 1.0
    for _ in range(60):
        ahead = max(float(correlation_map(activation, weight_var, bias_var, q=q, c=c)[1]) - c, 0.0)
        c += ahead / (1 - correlation_slope(activation, weight_var, q=q, c=c))
        if ahead <= 1e-12:
            break
    return c


def correlation_depth(activation: Activation, weight_var: float, bias_var: float = 0.0) -> float:
    r"""The depth scale :math:`\xi_c`: in so many layers a small distance from :math:`c^*` falls to one e-th
    (Schoenholz et al., 2017). Infinite on the edge of chaos.

    .. math:: \xi_c = -1 / \ln\!\left( \sigma_w^2\, \mathrm{E} f'(z) f'(z') \right) \text{ at } c^*

    Examples
    --------
    >>> from initbook.activations import tanh
    >>> round(correlation_depth(tanh, 2.5, 0.05), 1)
    11.8
    """
    q, c = fixed_point(activation, weight_var, bias_var), fixed_correlation(activation, weight_var, bias_var)
    slope = chi(activation, weight_var, q) if c == 1 else correlation_slope(activation, weight_var, q=q, c=c)
    return float("inf") if abs(slope - 1) <= 1e-9 else float(-1 / np.log(slope))


def critical(activation: Activation, q: float) -> tuple[float, float]:
    r"""The variances ``(weight_var, bias_var)`` for which :math:`q` stays and :math:`\chi_\perp = 1`: one point of the
    edge of chaos for each :math:`q`.

    .. math:: \sigma_w^2 = \frac{1}{\mathrm{E} f'(z)^2}, \qquad \sigma_b^2 = q - \sigma_w^2\, \mathrm{E} f(z)^2

    Raises
    ------
    ValueError
        If the variance of the biases would have to be negative.

    Examples
    --------
    >>> from initbook.activations import tanh
    >>> tuple(round(variance, 4) for variance in critical(tanh, q=0.57))
    (1.7609, 0.05)
    """
    slope = mean_df2(activation, q)
    require(slope > 0, "activation", f"one whose f' is not 0 under N(0, {q:g})", activation)
    bias_var = q - mean_f2(activation, q) / slope
    bias_var = 0.0 if abs(bias_var) <= 1e-11 * q else bias_var
    require(bias_var >= 0, "q", f"one that {activation.name} can hold with a bias variance of 0 or more",
            f"{q:g}, which asks for {bias_var:.3g}")
    return 1 / slope, bias_var


class CriticalPair(NamedTuple):
    r"""What :func:`critical_pair` found: both variances and the mean square :math:`q^*` that they hold.

    Examples
    --------
    >>> CriticalPair(weight_var=2.0, bias_var=0.0, q=1.0).weight_var
    2.0
    """

    weight_var: float
    bias_var: float
    q: float


def critical_pair(activation: Activation) -> CriticalPair:
    r"""The one start for which neither lengths nor differences grow or shrink, to first order:
    :math:`\chi_\parallel = \chi_\perp = 1`. It needs

    .. math:: \mathrm{E}\, z f(z) f'(z) = q\, \mathrm{E} f'(z)^2, \qquad z \sim N(0, q),

    which decides :math:`q`; the variances follow as in :func:`critical`.

    Raises
    ------
    ValueError
        If there is none: no :math:`q` (tanh, sigmoid), or all of them (ReLU).

    Examples
    --------
    >>> from initbook.activations import gelu, tanh
    >>> [round(value, 4) for value in critical_pair(gelu)]
    [1.9831, 0.1729, 3.5616]
    >>> critical_pair(tanh)
    Traceback (most recent call last):
    ValueError: activation must be one that has a q where both slopes agree; got <activation tanh>
    """
    def excess(log_q: float) -> float:
        q = np.exp(log_q)
        return length_slope(activation, 1.0, q) / mean_df2(activation, q) - 1

    tried = np.linspace(np.log(1e-3), np.log(1e3), 40)
    values = [excess(log_q) for log_q in tried]
    crossed = [i for i in range(39) if min(values[i], -values[i + 1]) > 1e-6]
    require(len(crossed) == 1, "activation", "one that has a q where both slopes agree", activation)
    q = float(np.exp(brentq(excess, *tried[crossed[0]:crossed[0] + 2], xtol=1e-14)))
    return CriticalPair(*critical(activation, q), q)
