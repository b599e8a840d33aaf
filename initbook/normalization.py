r"""Batch normalisation, written out: forward and backward.

Each unit's pre-activations are shifted and scaled to mean 0 and variance 1 over the batch
(Ioffe & Szegedy, 2015, Algorithm 1):

.. math:: \hat u = \frac{u - \mathrm{mean}(u)}{\sqrt{\mathrm{var}(u) + \epsilon}},

with mean and variance over the samples. The learned shift is the layer's bias, added after; there is no
learned scale (it would start at 1).

>>> import numpy as np
>>> u = np.array([[1.0], [3.0]])
>>> batch_norm(u, eps=0.0).tolist()
[[-1.0], [1.0]]
"""

import numpy as np

from initbook._check import Array, floats, number, require

__all__ = ["batch_norm", "batch_norm_backward"]


def batch_norm(u: Array, eps: float = 1e-5) -> Array:
    r"""Normalise every column over the samples.

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
    return _normalise(u, eps)[0]


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
    u_hat, scale = _normalise(u, eps)
    g = floats("du_hat", du_hat, shape=u_hat.shape)
    return (g - g.mean(axis=0) - u_hat * (g * u_hat).mean(axis=0)) / scale


def _normalise(u: Array, eps: float) -> tuple[Array, Array]:
    u, eps = floats("u", u, ndim=2), number("eps", eps, at_least=0)
    require(len(u) >= 2, "u", "two samples or more", f"shape {u.shape}")
    centred = u - u.mean(axis=0)
    scale = np.sqrt((centred * centred).mean(axis=0) + eps)
    return centred / scale, scale
