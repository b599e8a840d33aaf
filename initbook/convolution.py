r"""Convolution and transposed convolution, small and clear: sums over kernel positions.

Samples come first and channels last, ``(samples, *space, channels)``; a kernel has shape
``(*kernel, channels_in, channels_out)``. Any number of spatial dimensions; no padding.

>>> import numpy as np
>>> x = np.arange(5.0).reshape(1, 5, 1)
>>> difference = np.array([-1.0, 1.0]).reshape(2, 1, 1)
>>> convolve(x, difference).ravel().tolist()
[1.0, 1.0, 1.0, 1.0]
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from initbook._check import Array, count, floats, require

__all__ = ["convolve", "convolve_transpose", "exchange_channels"]


def convolve(x: Array, W: Array, stride: int = 1, groups: int = 1) -> Array:
    r"""Each output is a weighted sum over a window of the input.

    .. math:: z_{p, k} = \sum_{u} \sum_{c} x_{s p + u,\, c}\; W_{u, c, k}

    Parameters
    ----------
    x
        Shape ``(samples, *space, channels_in)``, floats.
    W
        Shape ``(*kernel, channels_in // groups, channels_out)``, floats.
    stride
        :math:`s`, how far the window moves from one output to the next, in every direction.
    groups
        Into how many parts the channels are cut; part ``g`` of the output sees only part ``g`` of
        the input. With ``groups = channels_in`` the convolution is depthwise.

    Returns
    -------
    array
        Shape ``(samples, *out, channels_out)`` with ``out = (space - kernel) // stride + 1``.

    Raises
    ------
    ValueError, TypeError
        If ranks or channels do not fit, if the kernel is larger than the input, or if an array
        holds integers.

    Examples
    --------
    >>> import numpy as np
    >>> convolve(np.ones((1, 4, 4, 3)), np.ones((3, 3, 3, 8))).shape
    (1, 2, 2, 8)
    """
    x, W, s = floats("x", x), floats("W", W), count("stride", stride)
    groups = count("groups", groups)
    _check_fit(x, W, groups)
    space, kernel = x.shape[1:-1], W.shape[:-2]
    require(all(n >= k for n, k in zip(space, kernel, strict=True)), "W",
            f"no larger than the input's space {space}", f"kernel {kernel}")
    out = [(n - k) // s + 1 for n, k in zip(space, kernel, strict=True)]
    z = np.zeros((len(x), *out, W.shape[-1]), np.result_type(x, W))
    for u, window in _windows(kernel, out, s):
        z += _times(x[window], W[u], groups)
    return z


def convolve_transpose(x: Array, W: Array, stride: int = 1, groups: int = 1,
                       output_size: Sequence[int] | None = None) -> Array:
    r"""Each input is spread over a window of the output, and overlapping windows add up.

    .. math:: z_{s p + u,\, k} = \sum_{c} x_{p, c}\; W_{u, c, k} \quad \text{summed over all } (p, u)

    It is the transpose, as a linear map, of :func:`convolve` with the same stride and groups and the
    kernel :func:`exchange_channels` makes, on inputs of space ``output_size``: it takes a gradient back through a
    convolution. (With a stride, inputs of several sizes have outputs of one size.)

    Parameters
    ----------
    x
        Shape ``(samples, *space, channels_in)``, floats.
    W
        Shape ``(*kernel, channels_in // groups, channels_out)``, floats.
    stride
        :math:`s`, how far apart the windows of two neighbouring inputs lie.
    groups
        As for :func:`convolve`.
    output_size
        The space of the output, from ``(space - 1) * stride + kernel``, the size without it, to ``stride - 1`` more
        in each direction. What no window reaches is 0.

    Returns
    -------
    array
        Shape ``(samples, *output_size, channels_out)``.

    Raises
    ------
    ValueError, TypeError
        As :func:`convolve` does, or if no convolution of these takes ``output_size`` to the space of ``x``.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 10.0]).reshape(1, 2, 1)
    >>> convolve_transpose(x, np.ones((3, 1, 1)), stride=2).ravel().tolist()
    [1.0, 1.0, 11.0, 10.0, 10.0]
    >>> convolve_transpose(x, np.ones((3, 1, 1)), stride=2, output_size=[6]).ravel().tolist()
    [1.0, 1.0, 11.0, 10.0, 10.0, 0.0]
    """
    x, W, s = floats("x", x), floats("W", W), count("stride", stride)
    groups = count("groups", groups)
    _check_fit(x, W, groups)
    space, kernel = x.shape[1:-1], W.shape[:-2]
    out = _output_size(output_size, [(n - 1) * s + k for n, k in zip(space, kernel, strict=True)], s)
    z = np.zeros((len(x), *out, W.shape[-1]), np.result_type(x, W))
    for u, window in _windows(kernel, space, s):
        z[window] += _times(x, W[u], groups)
    return z


def exchange_channels(W: Array, groups: int = 1) -> Array:
    """The kernel of the transpose of a convolution: within each group its inputs are the outputs.

    Parameters
    ----------
    W
        Shape ``(*kernel, channels_in // groups, channels_out)``, floats.
    groups
        As for :func:`convolve`.

    Returns
    -------
    array
        Shape ``(*kernel, channels_out // groups, channels_in)``.

    Examples
    --------
    The derivative of ``(convolve(x, W) * dz).sum()`` with respect to ``x``, where ``dz`` is all ones:

    >>> import numpy as np
    >>> W, dz = np.ones((3, 2, 5)), np.ones((1, 4, 5))
    >>> convolve_transpose(dz, exchange_channels(W))[0, :, 0].tolist()
    [5.0, 10.0, 15.0, 15.0, 10.0, 5.0]
    """
    W = floats("W", W)
    require(W.ndim >= 3, "W", "of shape (*kernel, channels_in, channels_out)", f"shape {W.shape}")
    out = W.shape[-1]
    require(out % count("groups", groups) == 0, "groups", f"a divisor of the {out} output channels", groups)
    return np.concatenate([np.swapaxes(w, -1, -2) for w in np.split(W, groups, axis=-1)], axis=-1)


def _output_size(size: Sequence[int] | None, least: list[int], stride: int) -> list[int]:
    if size is None:
        return least
    most = [n + stride - 1 for n in least]
    fits = np.shape(size) == (len(least),)
    sizes = [count("output_size", n) for n in size] if fits else []
    fits = fits and all(a <= n <= b for a, n, b in zip(least, sizes, most, strict=True))
    require(fits, "output_size", f"from {least} to {most}", size)
    return sizes


def _windows(kernel: tuple, positions: tuple, stride: int) -> Iterator[tuple]:
    """For each kernel position, the slice of the large array that meets it, one entry a window."""
    for u in product(*map(range, kernel)):
        steps = (slice(i, i + stride * n, stride) for i, n in zip(u, positions, strict=True))
        yield u, (slice(None), *steps)


def _times(x: Array, W: Array, groups: int) -> Array:
    parts = zip(np.split(x, groups, axis=-1), np.split(W, groups, axis=-1), strict=True)
    return np.concatenate([part @ w for part, w in parts], axis=-1)


def _check_fit(x: Array, W: Array, groups: int) -> None:
    require(W.ndim >= 3, "W", "of shape (*kernel, channels_in, channels_out)", f"shape {W.shape}")
    require(x.ndim == W.ndim, "x", f"{W.ndim}-dimensional, (samples, *space, channels)",
            f"shape {x.shape}")
    channels, out = W.shape[-2] * groups, W.shape[-1]
    require(x.shape[-1] == channels, "x", f"of {channels} channels", f"{x.shape[-1]}")
    require(out % groups == 0, "groups", f"a divisor of the {out} output channels", groups)
