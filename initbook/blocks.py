r"""Networks as plain arrays, convolutions and residual blocks among them: once up, once down, with what is expected.

:func:`initbook.network.forward` reads as its equations and knows dense layers. What :func:`initbook.diagnosis.check`
is handed comes from any framework: a list whose entries are a pair ``(W, b)``, a :class:`Layer`, which also knows a
convolution's stride, groups and padding, or a :class:`Residual` block.

>>> import numpy as np
>>> from initbook.activations import relu
>>> kernel, head = Layer(np.ones((3, 3, 1, 4)), padding=1), (np.ones((64, 2)), np.zeros(2))
>>> kernel.fans((4, 4))  # what a unit sums on a map of 4 × 4, its border counted
(6.25, 25)
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from initbook._check import Array, count, floats, number, require
from initbook.activations import Activation, identity
from initbook.convolution import convolve, convolve_transpose, exchange_channels
from initbook.initializers import fans

__all__ = ["Layer", "Residual", "as_layers"]


class Layer(NamedTuple):
    """A dense layer, or a convolution, as arrays.

    Parameters
    ----------
    W
        ``(fan_in, fan_out)``, or ``(*kernel, channels_in // groups, channels_out)``, floats.
    b
        ``(fan_out,)``; without it there is none.
    stride, groups, transposed, padding
        Of a convolution, as for :func:`initbook.initializers.fans`: ``padding`` zeros surround the map, or are cut off
        where ``transposed``.

    Examples
    --------
    >>> import numpy as np
    >>> Layer(np.ones((3, 3, 2, 8)), stride=2).apply(np.ones((1, 5, 5, 2))).shape
    (1, 2, 2, 8)
    """

    W: Array
    b: Array | None = None
    stride: int = 1
    groups: int = 1
    transposed: bool = False
    padding: int = 0

    def apply(self, h: Array) -> Array:
        """The pre-activations."""
        z = self._linear(h)
        return z if self.b is None else z + self.b

    def _linear(self, h: Array) -> Array:
        if self.W.ndim == 2:
            return h.reshape(len(h), -1) @ self.W
        if self.transposed:
            return _cut(convolve_transpose(h, self.W, self.stride, self.groups), self.padding)
        return convolve(_padded(h, self.padding), self.W, self.stride, self.groups)

    def back(self, h: Array, dz: Array) -> Array:
        """From dL/dz to dL/dh, of the shape of ``h``."""
        if self.W.ndim == 2:
            return (dz @ self.W.T).reshape(h.shape)
        back = exchange_channels(self.W, self.groups)
        if self.transposed:
            return convolve(_padded(dz, self.padding), back, self.stride, self.groups)
        space = [n + 2 * self.padding for n in h.shape[1:-1]]
        return _cut(convolve_transpose(dz, back, self.stride, self.groups, output_size=space), self.padding)

    def fans(self, space: Sequence[int] | None = None) -> tuple[float, float]:
        """``(fan_in, fan_out)``, counted on a map of that space where it is given."""
        if self.W.ndim == 2:
            return self.W.shape
        return fans(self.W.shape, groups=self.groups, stride=self.stride, transposed=self.transposed, space=space,
                    padding=self.padding if space else 0)

    def kind(self) -> str:
        """In a few letters: what it is and its sizes."""
        if self.W.ndim == 2:
            return f"dense {self.W.shape[0]}→{self.W.shape[1]}"
        kernel = "×".join(map(str, self.W.shape[:-2]))
        more = [f"/{self.stride}"] * (self.stride > 1) + [f"g{self.groups}"] * (self.groups > 1)
        channels = f"{self.W.shape[-2] * self.groups}→{self.W.shape[-1]}"
        return " ".join([f"{'convT' if self.transposed else 'conv'} {kernel}", channels, *more])

    def centred(self) -> bool:
        """Whether the mean of the weights is 0, up to what so many draws scatter."""
        W = self.W
        return W.size < 20 or bool(abs(W.mean()) <= 6 * W.std() / W.size**0.5 + 1e-12)

    def centred_per_unit(self) -> bool:
        """Whether each unit's weights add up to 0: what all that it reads have in common, it does not see."""
        W = self.W
        return W.ndim == 2 and len(W) > 1 and bool((abs(W.mean(axis=0)) <= 1e-5 * W.std(axis=0)).all())

    def law(self) -> str:
        """The named laws that have this mean square, up to what so many draws scatter."""
        W = self.W.astype(float)
        square = float((W**2).mean())
        if square == 0 or np.ptp(W) == 0:
            return f"constant {W.flat[0]:.3g}" if square else "zero"
        flat = W.reshape(-1, W.shape[-1])
        small = flat.T @ flat if flat.shape[0] >= flat.shape[1] else flat @ flat.T
        if len(small) > 1 and np.abs(small / small[0, 0] - np.eye(len(small))).max() < 1e-3:
            return f"orthogonal × {small[0, 0] ** 0.5:.3g}"
        n_in, n_out = self.fans()
        laws = {"He": 2 / n_in, "LeCun": 1 / n_in, "Xavier": 2 / (n_in + n_out), "He (fan_out)": 2 / n_out,
                "LeCun (fan_out)": 1 / n_out, "1/(3n)": 1 / (3 * n_in), "std 1": 1.0, "std 0.1": 0.01, "std 0.02": 4e-4,
                "std 0.01": 1e-4, "std 2/n": 4 / n_in**2, "std 1/n": 1 / n_in**2}
        # E W² of m draws scatters by √(2/m) if they are normal, by less if they are uniform or cut.
        error = 4 * (2 / W.size) ** 0.5 + 1e-3
        found = [name for name, var in laws.items() if abs(square / var - 1) < error]
        return " = ".join(found[:2]) + ("" if self.centred() else f", mean {W.mean():.2g}")

    def incoming(self) -> Array:
        """One row a unit: its incoming weights and its bias."""
        units = self.W.reshape(-1, self.W.shape[-1]).T
        return units if self.b is None else np.column_stack([units, self.b])

    def outgoing(self, units: int) -> Array:
        """One row a unit of the layer below: its outgoing weights."""
        if self.W.ndim == 2:  # of a map that is laid out in a row, a unit owns every ``units``-th entry
            return np.moveaxis(self.W.reshape(-1, units, self.W.shape[1]), 1, 0).reshape(units, -1)
        kernel, n_in, n_out = self.W.shape[:-2], self.W.shape[-2], self.W.shape[-1]
        rows = np.zeros((units, *kernel, n_out), self.W.dtype)
        for g in range(self.groups):
            own = slice(g * n_out // self.groups, (g + 1) * n_out // self.groups)
            rows[g * n_in:(g + 1) * n_in, ..., own] = np.moveaxis(self.W[..., own], -2, 0)
        return rows.reshape(units, -1)


class Residual(NamedTuple):
    r"""A residual block, :math:`h + s\, F(h)`, with a branch of layers.

    Parameters
    ----------
    params
        The branch, a list as :func:`initbook.diagnosis.check` takes it.
    activations
        One for its inner layers (its last is then linear), or one for each.
    before
        Applied to :math:`h` before the branch, as in blocks with pre-activation.
    scale
        :math:`s`.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import relu
    >>> block = Residual([(np.ones((4, 8)), np.zeros(8)), (np.zeros((8, 4)), np.zeros(4))], relu)
    >>> block.scale
    1.0
    """

    params: list
    activations: Activation | Sequence[Activation]
    before: Activation = identity
    scale: float = 1.0


def as_layers(params: Any, name: str = "params") -> list[Layer | Residual]:
    """Every entry as a :class:`Layer` or a :class:`Residual`, checked.

    Examples
    --------
    >>> import numpy as np
    >>> as_layers([(np.ones((2, 3)), np.zeros(3))])[0].stride
    1
    >>> as_layers([np.ones((2, 3))])
    Traceback (most recent call last):
    TypeError: params[0] must be a pair (W, b), a Layer or a Residual; got ndarray
    """
    require(isinstance(params, Sequence), name, "a list of layers", type(params).__name__, TypeError)
    require(len(params) > 0, name, "a list of one or more layers", params)
    return [_as_layer(f"{name}[{i}]", item) for i, item in enumerate(params)]


def _as_layer(name: str, item: Any) -> Layer | Residual:
    if isinstance(item, Residual):
        number(f"{name} scale", item.scale)
        require(isinstance(item.before, Activation), f"{name} before", "an Activation", repr(item.before), TypeError)
        return item._replace(params=as_layers(item.params, f"{name} params"))
    is_pair = isinstance(item, (tuple, list)) and (len(item) == 2 or isinstance(item, Layer))
    require(is_pair, name, "a pair (W, b), a Layer or a Residual", type(item).__name__, TypeError)
    layer = item if isinstance(item, Layer) else Layer(*item)
    W = floats(f"{name} W", layer.W)
    allowed = "of shape (fan_in, fan_out) or (*kernel, channels_in, channels_out)"
    require(W.ndim >= 2 and W.size > 0, f"{name} W", allowed, f"shape {W.shape}")
    b = None if layer.b is None else floats(f"{name} b", layer.b, shape=(W.shape[-1],))
    count(f"{name} stride", layer.stride)
    require(W.shape[-1] % count(f"{name} groups", layer.groups) == 0, f"{name} groups",
            f"a divisor of the {W.shape[-1]} outputs", layer.groups)
    count(f"{name} padding", layer.padding, at_least=0)
    return layer._replace(W=W, b=b)


def _padded(h: Array, padding: int) -> Array:
    return np.pad(h, [(0, 0), *[(padding, padding)] * (h.ndim - 2), (0, 0)]) if padding else h


def _cut(z: Array, padding: int) -> Array:
    inner = slice(padding, -padding) if padding else slice(None)
    return z[(slice(None), *[inner] * (z.ndim - 2))]
