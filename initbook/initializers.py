r"""Initializers: functions ``init(rng, shape)`` that return an array of floats.

``shape`` is ``(fan_in, fan_out)`` for the weights of a dense layer and ``(fan_out,)`` for its
biases. Randomness is the first argument, always.

>>> import numpy as np
>>> W = he_normal(np.random.default_rng(0), (400, 300))
>>> W.shape
(400, 300)
>>> round(float(W.var() * 400), 1)  # He: the variance is 2 / fan_in
2.0
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod

import numpy as np
from scipy.special import ndtr, ndtri

from initbook._check import Array, choice, count, generator, number, require

__all__ = ["ALL", "TRUNCATED_STD", "Initializer", "constant", "cosine", "delta_orthogonal", "fans", "init_params",
           "normal", "orthogonal", "truncated_normal", "uniform", "variance_scaling"]  # at the end, all that is in ALL

Initializer = Callable[[np.random.Generator, tuple[int, ...]], Array]
"""``init(rng, shape)`` returns an array of that shape."""

ALL: dict[str, Initializer] = {}
"""Every initializer that has nothing to choose, by each of its names; tables and tests go through it, so a new one
needs one call of ``_named`` or ``_scheme`` below, and its law in ``tests/test_initializers.py``."""


class _Named:
    """An initializer that says what it is, to ``repr`` by the first line of what it says to ``help``."""

    def __init__(self, init: Initializer, name: str, doc: str) -> None:
        self._init, self.__name__, self.__doc__ = init, name, doc

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return self._init(rng, shape)

    def __repr__(self) -> str:
        return f"<initializer {self.__name__}: {self.__doc__.splitlines()[0].strip('.').replace('`', '')}>"


def _named(init: Initializer, doc: str, *names: str) -> Initializer:
    ALL.update(dict.fromkeys(names, _Named(init, names[0], doc)))
    return ALL[names[0]]


zeros = _named(lambda rng, shape: np.zeros(shape), "Every entry 0; nothing is drawn from ``rng``.", "zeros")
"""Every entry 0; nothing is drawn from ``rng``."""


def constant(value: float) -> Initializer:
    """Every entry ``value``; nothing is drawn from ``rng``.

    Examples
    --------
    >>> constant(0.5)(np.random.default_rng(0), (1, 2)).tolist()
    [[0.5, 0.5]]
    """
    value = number("value", value)
    return lambda rng, shape: np.full(shape, value)


def normal(std: float) -> Initializer:
    r"""Independent draws from :math:`N(0, \mathrm{std}^2)`.

    Raises
    ------
    ValueError
        If ``std`` is negative or not finite.

    Examples
    --------
    >>> normal(0.01)(np.random.default_rng(0), (784, 100)).shape
    (784, 100)
    >>> normal(-1)
    Traceback (most recent call last):
    ValueError: std must be a finite number at least 0; got -1
    """
    std = number("std", std, at_least=0)
    return lambda rng, shape: generator(rng).normal(0.0, std, shape)


def uniform(limit: float) -> Initializer:
    r"""Independent draws from :math:`U(-\mathrm{limit}, \mathrm{limit})`, whose variance is
    :math:`\mathrm{limit}^2 / 3`.

    Examples
    --------
    >>> W = uniform(0.1)(np.random.default_rng(0), (50, 50))
    >>> bool((abs(W) <= 0.1).all())
    True
    """
    limit = number("limit", limit, at_least=0)
    return lambda rng, shape: generator(rng).uniform(-limit, limit, shape)


def cosine(scale: float = 1.0) -> Initializer:
    r"""Distinct units without randomness: a cosine of its own for every unit.

    .. math::

       W_{ij} = \sqrt{\frac{2\,\mathrm{scale}}{n}}\,
       \cos\frac{\pi\,(2 r_i + 1)(2 r_j + 1)}{4N}, \qquad N = \max(n, k),

    for :math:`n` inputs and :math:`k` units, with :math:`r = 0, N - 1, 1, N - 2, \dots`: rows and
    columns of the discrete cosine transform IV of size :math:`N` (Strang, 1999), taken from its two
    ends by turns.
    The mean square of all entries is exactly :math:`\mathrm{scale}/n`. Columns are orthogonal if
    :math:`k \le n`, rows if :math:`k \ge n`. No two columns are equal, and with two or more inputs
    none is a multiple of another. Nothing is drawn from ``rng``.

    Parameters
    ----------
    scale
        The mean square times :math:`n`: 1 as in LeCun's scheme, 2 as in He's. No unit.

    Raises
    ------
    ValueError
        For a negative scale, or a shape that is not ``(fan_in, fan_out)``.

    Examples
    --------
    >>> W = cosine()(np.random.default_rng(0), (4, 3))
    >>> bool(np.allclose(W.T @ W, np.eye(3)))
    True
    """
    scale = number("scale", scale, at_least=0)

    def init(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        require(np.shape(shape) == (2,), "shape", "(fan_in, fan_out)", shape)
        n, k = fans(shape)
        r = _from_both_ends(max(n, k))
        angle = np.pi * np.outer(2 * r[:n] + 1, 2 * r[:k] + 1) / (4 * len(r))
        return np.sqrt(2 * scale / n) * np.cos(angle)

    return init


def _from_both_ends(size: int) -> np.ndarray:
    """0, size - 1, 1, size - 2, …: with low frequencies alone, neighbours would be nearly tied."""
    i = np.arange(size)
    return np.where(i % 2 == 0, i // 2, size - (i + 1) // 2)


def truncated_normal(std: float) -> Initializer:
    r"""Draws from a normal distribution cut off at two of its standard deviations, and widened so that
    what is left has the stated one.

    Cutting :math:`N(0, 1)` at :math:`\pm 2` leaves the variance
    :math:`1 - 4 \varphi(2) / (2 \Phi(2) - 1) \approx 0.8796^2`, so the draws are divided by its root. The
    largest entry is then :math:`2.27` times ``std``.

    Examples
    --------
    >>> W = truncated_normal(1.0)(np.random.default_rng(0), (400, 500))
    >>> round(float(W.std()), 2), bool(abs(W).max() < 2 / TRUNCATED_STD)
    (1.0, True)
    """
    std = number("std", std, at_least=0) / TRUNCATED_STD

    def init(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        # The inverse distribution function, at uniform draws from the part between -2 and 2.
        return std * ndtri(generator(rng).uniform(ndtr(-2.0), ndtr(2.0), shape))

    return init


TRUNCATED_STD = float(np.sqrt(1 - 4 * np.exp(-2) / np.sqrt(2 * np.pi) / (2 * ndtr(2.0) - 1)))
"""The standard deviation of N(0, 1) cut off at ±2, about 0.8796."""


def orthogonal(gain: float = 1.0) -> Initializer:
    r"""Orthonormal columns times ``gain``, or orthonormal rows where there are more columns than rows;
    uniformly distributed among all such matrices (Saxe et al., 2014).

    A kernel of more than two dimensions is filled as a matrix of shape ``(all others, last)``.

    Examples
    --------
    >>> W = orthogonal()(np.random.default_rng(0), (5, 3))
    >>> bool(np.allclose(W.T @ W, np.eye(3)))
    True
    """
    gain = number("gain", gain, at_least=0)

    def init(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        fans(shape)
        n, k = int(np.prod(shape[:-1])), shape[-1]
        q, r = np.linalg.qr(generator(rng).normal(size=(max(n, k), min(n, k))))
        # The signs of R's diagonal are the algorithm's choice; undone, the draw is uniform.
        q = q * np.sign(np.diag(r))
        return gain * (q if n >= k else q.T).reshape(shape)

    return init


def delta_orthogonal(gain: float = 1.0) -> Initializer:
    r"""A kernel that is an orthogonal matrix between channels at its centre, and 0 elsewhere (Xiao et al., 2018).

    As a convolution of stride 1 it moves no channel sideways and, where it does not narrow, changes no length but by
    ``gain``. An :func:`orthogonal` kernel does not: its columns are orthogonal as columns of one matrix, and windows
    overlap.

    Parameters
    ----------
    gain
        The length of a row or column, as for :func:`orthogonal`. No unit.

    Raises
    ------
    ValueError
        For a negative gain, or a shape that is not ``(*kernel, channels_in, channels_out)``.

    Examples
    --------
    >>> W = delta_orthogonal()(np.random.default_rng(0), (3, 3, 4, 4))
    >>> bool(np.allclose(W[1, 1].T @ W[1, 1], np.eye(4)))
    True
    >>> int((W != 0).sum())
    16
    """
    draw = orthogonal(gain)

    def init(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        fans(shape)
        W = np.zeros(shape)
        W[tuple(k // 2 for k in shape[:-2])] = draw(rng, shape[-2:])
        return W

    return init


def fans(shape: Sequence[int], *, groups: int = 1, stride: int = 1, transposed: bool = False,
         fused: int = 1, space: Sequence[int] | None = None, padding: int = 0) -> tuple[float, float]:
    r"""``(fan_in, fan_out)``: how many inputs a unit sums, and how many units an input feeds.

    The rule, with :math:`K` the number of kernel positions, is :math:`(K c_\text{in}, K c_\text{out} / s^r)`, with the
    division moved to the first where ``transposed``; channels are those of one group. It holds where
    a map's border is at least :math:`k - 1` positions away, so on sides of :math:`2k - 1` or more; exactly where
    :math:`s` divides the kernel's sides, else on average. At borders, and on small maps, units sum fewer or inputs feed
    fewer: with ``space`` they are counted.

    Parameters
    ----------
    shape
        ``(fan_in, fan_out)`` of a dense layer, or ``(*kernel, channels_in // groups,
        channels_out)`` of a convolution.
    groups
        Of a convolution; equal to the input's channels when it is depthwise.
    stride
        Of a convolution, the same in each of its :math:`r` directions. An input then feeds only one
        window position in :math:`s^r`.
    transposed
        A transposed convolution, where it is the output that meets one position in :math:`s^r`.
    fused
        How many projections lie side by side in one dense matrix: 3 for queries, keys and values. Then the fans are
        those of one of them, as if it stood alone. The input feeds all: ``fused`` times that fan-out, which is
        what a gradient that comes back through all of them meets. Heads lie side by side within a projection and
        change nothing: a kernel ``(n, heads, d)`` is handed in as the matrix ``(n, heads * d)`` that it is.
    space
        The size of the input's map, such as ``(1, 1)`` where a generator starts; the fans are then counted on it,
        as means over the outputs and over the inputs.
    padding
        With ``space``: how many zeros surround it, or how many positions a transposed convolution cuts off, on each
        side; zeros are not counted.

    Returns
    -------
    tuple
        Whole numbers where they are whole.

    Raises
    ------
    ValueError
        If the shape has fewer than two dimensions, if ``groups`` or ``fused`` does not divide it, or if ``space``
        does not fit the kernel.

    Examples
    --------
    >>> fans((784, 100))
    (784, 100)
    >>> fans((3, 3, 64, 128))  # a 3 × 3 convolution
    (576, 1152)
    >>> fans((3, 3, 1, 64), groups=64)  # depthwise
    (9, 9)
    >>> fans((4, 4, 64, 32), stride=2, transposed=True)
    (256, 512)
    >>> fans((512, 1536), fused=3)
    (512, 512)
    >>> fans((4, 4, 100, 512), transposed=True, space=(1, 1))  # not 1600: one position of the kernel meets one input
    (100, 8192)
    >>> fans((3, 3, 16, 16), space=(2, 2), padding=1)  # four positions, not nine
    (64, 64)
    """
    allowed = "(fan_in, fan_out), or (*kernel, channels_in, channels_out)"
    require(np.ndim(shape) == 1 and len(shape) >= 2, "shape", allowed, shape)
    *kernel, n_in, n_out = (count("shape", n) for n in shape)
    parts = count("groups", groups) * count("fused", fused)
    require(n_out % parts == 0, "groups and fused", f"divisors of the {n_out} outputs", parts)
    met, windows, places = _meetings(kernel, count("stride", stride), transposed, space,
                                     count("padding", padding, at_least=0))
    inputs, outputs = (windows, places) if transposed else (places, windows)
    return _whole(met * n_in / outputs), _whole(met * n_out / parts / inputs)


def _meetings(kernel: list[int], stride: int, transposed: bool, space: Sequence[int] | None,
              padding: int) -> tuple[int, int, int]:
    """How often a window meets a place of the larger map, on how many windows and how many places: in the middle of a
    large map, on one window and its ``stride`` places a direction; else on all of ``space``."""
    if space is None:
        return prod(kernel), 1, stride**len(kernel)
    require(np.shape(space) == (len(kernel),), "space", f"of {len(kernel)} sizes, as the kernel", space)
    sizes = [count("space", n) for n in space]
    windows = sizes if transposed else [(n + 2 * padding - k) // stride + 1 for n, k in zip(sizes, kernel, strict=True)]
    places = [(n - 1) * stride + k - 2 * padding for n, k in zip(sizes, kernel, strict=True)] if transposed else sizes
    require(min([1, *windows, *places]) > 0, "space", f"large enough for the kernel {tuple(kernel)}", space)
    met = [sum(0 <= stride * i + u - padding < n for i in range(w) for u in range(k))
           for w, n, k in zip(windows, places, kernel, strict=True)]
    return prod(met), prod(windows), prod(places)


def _whole(n: float) -> float:
    return int(n) if n == int(n) else n


_FAN = {"fan_in": lambda fan_in, fan_out: fan_in, "fan_out": lambda fan_in, fan_out: fan_out,
        "fan_avg": lambda fan_in, fan_out: (fan_in + fan_out) / 2}
# U(-a, a) has variance a² / 3, so a = √(3 var).
_LAW = {"normal": lambda var: normal(var**0.5), "uniform": lambda var: uniform((3 * var) ** 0.5),
        "truncated": lambda var: truncated_normal(var**0.5)}


def variance_scaling(scale: float, mode: str, distribution: str,
                     fans: Callable[[Sequence[int]], tuple[float, float]] = fans) -> Initializer:
    r"""Mean 0 and variance :math:`\mathrm{scale} / n`, with :math:`n` a fan of the layer.

    Parameters
    ----------
    scale
        The variance times :math:`n`: 1 for LeCun and Xavier, 2 for He, gain² in general. No unit.
    mode
        Which :math:`n`: ``"fan_in"``, ``"fan_out"``, or their mean, ``"fan_avg"``.
    distribution
        ``"normal"``, ``"truncated"`` (see :func:`truncated_normal`), or ``"uniform"`` on
        :math:`\pm\sqrt{3\,\mathrm{scale}/n}`.
    fans
        What finds the fans of a shape: :func:`fans`, or a partial of it for a convolution with groups
        or a stride.

    Raises
    ------
    ValueError
        For a negative scale, or a mode or distribution that does not exist.

    Examples
    --------
    >>> xavier = variance_scaling(1, "fan_avg", "uniform")
    >>> W = xavier(np.random.default_rng(0), (100, 200))
    >>> bool(abs(W).max() <= (6 / (100 + 200)) ** 0.5)  # Glorot & Bengio (2010), eq. 16
    True
    """
    scale = number("scale", scale, at_least=0)
    fan, law = choice("mode", mode, _FAN), choice("distribution", distribution, _LAW)
    return lambda rng, shape: law(scale / fan(*fans(shape)))(rng, shape)


def _scheme(scale: int, mode: str, distribution: str, source: str, *names: str) -> Initializer:
    variance = f"{2 * scale} / (fan_in + fan_out)" if mode == "fan_avg" else f"{scale} / {mode}"
    cut = " at 2.27 standard deviations" if distribution == "truncated" else ""
    return _named(variance_scaling(scale, mode, distribution),
                  f"Variance {variance}, {distribution}{cut} ({source}).", *names)


lecun_normal = _scheme(1, "fan_in", "normal", "LeCun et al., 1998, section 4.6", "lecun_normal")
"""Variance 1 / fan_in, normal (LeCun et al., 1998, section 4.6)."""
lecun_uniform = _scheme(1, "fan_in", "uniform", "LeCun et al., 1998, section 4.6", "lecun_uniform")
"""Variance 1 / fan_in, uniform (LeCun et al., 1998, section 4.6)."""
lecun_truncated = _scheme(1, "fan_in", "truncated", "LeCun et al., 1998, section 4.6", "lecun_truncated")
"""Variance 1 / fan_in, truncated at 2.27 standard deviations (LeCun et al., 1998, section 4.6)."""
xavier_normal = glorot_normal = _scheme(
    1, "fan_avg", "normal", "Glorot & Bengio, 2010, eq. 12", "xavier_normal", "glorot_normal")
"""Variance 2 / (fan_in + fan_out), normal (Glorot & Bengio, 2010, eq. 12)."""
xavier_uniform = glorot_uniform = _scheme(
    1, "fan_avg", "uniform", "Glorot & Bengio, 2010, eq. 16", "xavier_uniform", "glorot_uniform")
"""Variance 2 / (fan_in + fan_out), uniform (Glorot & Bengio, 2010, eq. 16)."""
xavier_truncated = glorot_truncated = _scheme(
    1, "fan_avg", "truncated", "Glorot & Bengio, 2010, eq. 12", "xavier_truncated", "glorot_truncated")
"""Variance 2 / (fan_in + fan_out), truncated at 2.27 standard deviations (Glorot & Bengio, 2010, eq. 12)."""
he_normal = kaiming_normal = _scheme(2, "fan_in", "normal", "He et al., 2015, eq. 10", "he_normal", "kaiming_normal")
"""Variance 2 / fan_in, normal (He et al., 2015, eq. 10)."""
he_uniform = kaiming_uniform = _scheme(
    2, "fan_in", "uniform", "He et al., 2015, eq. 10", "he_uniform", "kaiming_uniform")
"""Variance 2 / fan_in, uniform (He et al., 2015, eq. 10)."""
he_truncated = kaiming_truncated = _scheme(
    2, "fan_in", "truncated", "He et al., 2015, eq. 10", "he_truncated", "kaiming_truncated")
"""Variance 2 / fan_in, truncated at 2.27 standard deviations (He et al., 2015, eq. 10)."""


def init_params(rng: np.random.Generator, sizes: Sequence[int],
                weights: Initializer | Sequence[Initializer],
                biases: Initializer | Sequence[Initializer] = zeros) -> list[tuple[Array, Array]]:
    """The parameters ``[(W, b), …]`` of a network of dense layers.

    Parameters
    ----------
    rng
        Where the randomness comes from. Layers draw from it in order, weights before biases.
    sizes
        Units per layer, the input first: ``[64, 32, 10]`` has 64 inputs, one hidden layer of 32
        units and 10 outputs.
    weights, biases
        One initializer for all layers, or a list with one for each.

    Raises
    ------
    ValueError
        For fewer than two sizes, a size below 1, or a list of another length than the layers.

    Examples
    --------
    >>> params = init_params(np.random.default_rng(0), [64, 32, 10], he_normal)
    >>> [(W.shape, b.shape) for W, b in params]
    [((64, 32), (32,)), ((32, 10), (10,))]
    """
    generator(rng)
    require(np.ndim(sizes) == 1 and len(sizes) >= 2, "sizes",
            "two or more layer sizes, the input first", sizes)
    sizes = [count(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    shapes = list(pairwise(sizes))
    per_layer = zip(shapes, _each("weights", weights, len(shapes)),
                    _each("biases", biases, len(shapes)), strict=True)
    return [(weight(rng, shape), bias(rng, shape[1:])) for shape, weight, bias in per_layer]


def _each(name: str, given: Initializer | Sequence[Initializer], layers: int) -> list[Initializer]:
    if callable(given):
        return [given] * layers
    ok = isinstance(given, Sequence) and all(callable(init) for init in given)
    require(ok, name, "a function init(rng, shape), or a list of them", repr(given), TypeError)
    require(len(given) == layers, name, f"one initializer, or a list of {layers}",
            f"a list of {len(given)}")
    return list(given)


__all__ += ALL
