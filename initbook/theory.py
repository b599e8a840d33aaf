r"""What can be said before anything is run. No randomness, no network.

>>> round(entropy([50, 50]), 6)  # two classes, equally common: ln 2
0.693147
"""

from collections.abc import Sequence

import numpy as np

from initbook._check import Array, require

__all__ = ["cross_entropy", "entropy"]


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
    n = np.asarray(counts, dtype=float)
    ok = n.ndim == 1 and np.isfinite(n).all() and (n >= 0).all() and n.sum() > 0
    require(bool(ok), name, "a list of class counts, none negative and not all zero", n.tolist())
    return n / n.sum()
