r"""Batch, layer and RMS normalization, written out: forward and backward.

Batch normalization shifts and scales each unit's pre-activations to mean 0 and variance 1 over the batch
(Ioffe & Szegedy, 2015, Algorithm 1):

.. math:: \hat u = \frac{u - \mathrm{mean}(u)}{\sqrt{\mathrm{var}(u) + \epsilon}},

with mean and variance over the samples. The learned shift is the layer's bias, added after; there is no
learned scale (it would start at 1). Layer normalization (Ba, Kiros & Hinton, 2016) takes both over the units of a
sample; RMS normalization (Zhang & Sennrich, 2019) divides by the root mean square of the units and shifts nothing.

>>> import numpy as np
>>> u = np.array([[1.0], [3.0]])
>>> batch_norm(u, eps=0.0).tolist()
[[-1.0], [1.0]]
>>> layer_norm(np.array([[1.0, 3.0]]), eps=0.0).tolist()
[[-1.0, 1.0]]
"""

import numpy as np

from initbook._check import Array, floats, number, require

__all__ = ["batch_norm", "batch_norm_backward", "layer_norm", "layer_norm_backward", "rms_norm", "rms_norm_backward"]


def batch_norm(u: Array, eps: float = 1e-5) -> Array:
    r"""Normalize every column over the samples.

    Parameters
    ----------
    u
        Shape ``(samples, units)``, floats, two samples or more.
    eps
        :math:`\epsilon \ge 0`, what keeps a constant column from dividing by zero.

    Examples
    --------
    Scaling the weights before it changes nothing, up to ``eps``:

    >>> import numpy as np
    >>> u = np.random.default_rng(0).normal(size=(100, 5))
    >>> bool(np.allclose(batch_norm(u, eps=0.0), batch_norm(1000 * u, eps=0.0)))
    True
    """
    return _normalize(u, eps)[0]


def batch_norm_backward(u: Array, du_hat: Array, eps: float = 1e-5) -> Array:
    r"""From :math:`dL/d\hat u` to :math:`dL/du`.

    .. math::

       \frac{dL}{du} = \frac{1}{\sqrt{\mathrm{var}(u) + \epsilon}} \left( g - \mathrm{mean}(g)
       - \hat u \odot \mathrm{mean}(g \odot \hat u) \right), \qquad g = \frac{dL}{d\hat u}

    Every sample reaches every other one through the mean and the variance, hence the last two
    terms.

    Parameters
    ----------
    u, eps
        As given to :func:`batch_norm`.
    du_hat
        :math:`dL/d\hat u`, of the shape of ``u``.

    Examples
    --------
    A gradient that is equal for all samples only shifts them, and is removed:

    >>> import numpy as np
    >>> batch_norm_backward(np.array([[1.0], [3.0]]), np.array([[5.0], [5.0]])).tolist()
    [[0.0], [0.0]]
    """
    u_hat, scale = _normalize(u, eps)
    g = floats("du_hat", du_hat, shape=u_hat.shape)
    return (g - g.mean(axis=0) - u_hat * (g * u_hat).mean(axis=0)) / scale


def layer_norm(u: Array, eps: float = 1e-5) -> Array:
    r"""Normalize every row over its units: mean 0 and variance 1, with no learned shift or scale.

    Parameters
    ----------
    u
        Shape ``(samples, units)``, floats, two units or more.
    eps
        :math:`\epsilon \ge 0`, what keeps a row of equal entries from dividing by zero.

    Examples
    --------
    A sample does not see the others, and its size makes no difference:

    >>> import numpy as np
    >>> layer_norm(np.array([[1.0, 3.0], [100.0, 300.0]]), eps=0.0).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """
    return _layer(u, eps)[0]


def layer_norm_backward(u: Array, du_hat: Array, eps: float = 1e-5) -> Array:
    r"""From :math:`dL/d\hat u` to :math:`dL/du`: the formula of :func:`batch_norm_backward`, with means over the units.

    Parameters
    ----------
    u, eps
        As given to :func:`layer_norm`.
    du_hat
        :math:`dL/d\hat u`, of the shape of ``u``.

    Examples
    --------
    A row twice as long gets half the gradient:

    >>> import numpy as np
    >>> u, g = np.array([[1.0, 2.0, 6.0]]), np.array([[1.0, 0.0, 0.0]])
    >>> layer_norm_backward(2 * u, g, eps=0.0) * 2 == layer_norm_backward(u, g, eps=0.0)
    array([[ True,  True,  True]])
    """
    u_hat, scale = _layer(u, eps)
    g = floats("du_hat", du_hat, shape=u_hat.shape)
    return (g - _mean(g) - u_hat * _mean(g * u_hat)) / scale


def rms_norm(u: Array, eps: float = 1e-5) -> Array:
    r"""Divide every row by the root mean square of its units, with no learned scale:
    :math:`\hat u = u / \sqrt{\mathrm{mean}(u^2) + \epsilon}`.

    Parameters
    ----------
    u
        Shape ``(samples, units)``, floats, one unit or more.
    eps
        :math:`\epsilon \ge 0`, what keeps a row of zeros from dividing by zero.

    Examples
    --------
    >>> import numpy as np
    >>> rms_norm(np.array([[3.0, 3.0], [-2.0, 0.0]]), eps=0.0).round(3).tolist()
    [[1.0, 1.0], [-1.414, 0.0]]
    """
    return _rms(u, eps)[0]


def rms_norm_backward(u: Array, du_hat: Array, eps: float = 1e-5) -> Array:
    r"""From :math:`dL/d\hat u` to :math:`dL/du`.

    .. math::

       \frac{dL}{du} = \frac{g - \hat u \odot \mathrm{mean}(g \odot \hat u)}{\sqrt{\mathrm{mean}(u^2) + \epsilon}},
       \qquad g = \frac{dL}{d\hat u}

    Parameters
    ----------
    u, eps
        As given to :func:`rms_norm`.
    du_hat
        :math:`dL/d\hat u`, of the shape of ``u``.

    Examples
    --------
    A gradient along the row would only make it longer, and is removed:

    >>> import numpy as np
    >>> rms_norm_backward(np.array([[3.0, 3.0]]), np.array([[5.0, 5.0]]), eps=0.0).tolist()
    [[0.0, 0.0]]
    """
    u_hat, scale = _rms(u, eps)
    g = floats("du_hat", du_hat, shape=u_hat.shape)
    return (g - u_hat * _mean(g * u_hat)) / scale


def _normalize(u: Array, eps: float) -> tuple[Array, Array]:
    u, eps = floats("u", u, ndim=2), number("eps", eps, at_least=0)
    require(len(u) >= 2, "u", "two samples or more", f"shape {u.shape}")
    centred = u - u.mean(axis=0)
    scale = np.sqrt((centred * centred).mean(axis=0) + eps)
    return centred / scale, scale


def _layer(u: Array, eps: float) -> tuple[Array, Array]:
    u = floats("u", u, ndim=2)
    require(u.shape[1] >= 2, "u", "of two units or more", f"shape {u.shape}")
    return _rms(u - _mean(u), eps)


def _rms(u: Array, eps: float) -> tuple[Array, Array]:
    u, eps = floats("u", u, ndim=2), number("eps", eps, at_least=0)
    require(u.shape[1] >= 1, "u", "of one unit or more", f"shape {u.shape}")
    scale = np.sqrt(_mean(u * u) + eps)
    return u / scale, scale


def _mean(u: Array) -> Array:
    """Over the units, one a row."""
    return u.mean(axis=1, keepdims=True)
