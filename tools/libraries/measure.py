"""What a library's arrays say of the law they were drawn from; this module knows no library.

A script such as ``pytorch.py`` builds layers with their defaults, at the two sizes below, and hands over arrays by
kind of layer and part. A law is a family (uniform, normal, cut at two standard deviations, orthogonal, constant) and a
variance, a factor over a fan. It counts as found if it fits the mean square at both sizes, within four standard errors,
and if the arrays pass a two-sample test against as many numbers that initbook draws from it.
"""

from fractions import Fraction
from types import SimpleNamespace as Sizes

import numpy as np

from initbook import data, initializers
from initbook.initializers import TRUNCATED_STD

SIZES = (  # two, so that two laws that agree by chance at the one differ at the other
    Sizes(n_in=512, n_out=768, c_in=64, c_out=128, k=3, g=4, t_in=64, t_out=32, t_k=4, s=2, V=5000, D=256, I=128, H=256,
          d=512, h=8),
    Sizes(n_in=300, n_out=200, c_in=48, c_out=80, k=5, g=8, t_in=40, t_out=72, t_k=6, s=3, V=700, D=96, I=200, H=64,
          d=192, h=4),
)
ENOUGH, MOST = 20_000, 30  # entries of a part, and draws of a layer to get them
SMALL = {"depthwise": 8}  # more draws, by that factor: few entries each, and C must be told from C + 1
MANY, TESTED = 3_000_000, 50_000  # entries of all draws of a layer, and of those that two samples are compared in
CUT = TRUNCATED_STD**2  # what is left of the variance where a cut at two standard deviations is not made good
FACTORS = {"1/3": 1 / 3, "1": 1.0, "2": 2.0, "cut": CUT}
FIXED = {"1": 1.0, "U(±0.05)": 0.05**2 / 3, "0.05²": 0.05**2, "0.02²": 0.02**2, "0.01²": 0.01**2}
DRAWN = {"uniform": lambda std: initializers.uniform(3**0.5 * std), "normal": initializers.normal,
         "truncated": initializers.truncated_normal}


# What PyTorch, MLX and tinygrad call the parts of a layer, and of a normalization.
IN_PLAIN = {"weight": "W", "bias": "b"}
IN_NORM = {"weight": "scale", "bias": "shift", "running_mean": "mean", "running_var": "variance"}


def alike(nn, z, of):
    """The layers that these three name alike, and build from the same numbers in the same order."""
    return {
        "dense": of(lambda: nn.Linear(z.n_in, z.n_out)),
        "conv": of(lambda: nn.Conv2d(z.c_in, z.c_out, z.k)),
        "grouped": of(lambda: nn.Conv2d(z.c_in, z.c_out, z.k, groups=z.g)),
        "depthwise": of(lambda: nn.Conv2d(z.c_in, z.c_in, z.k, groups=z.c_in)),
        "transposed": of(lambda: nn.ConvTranspose2d(z.t_in, z.t_out, z.t_k, stride=z.s)),
        "embedding": of(lambda: nn.Embedding(z.V, z.D)),
    }


def fans(kind, part, z):
    """``{name: number}`` of what a library might take for the fan; the first is the true fan-in."""
    k2, t2 = z.k**2, z.t_k**2
    gates = {"lstm": 4, "gru": 3}.get(kind.split()[0], 1)
    found = {
        "dense": {"n_in": z.n_in, "n_out": z.n_out, "(n_in + n_out)/2": (z.n_in + z.n_out) / 2},
        "conv": {"K·c_in": k2 * z.c_in, "K·c_out": k2 * z.c_out, "K(c_in + c_out)/2": k2 * (z.c_in + z.c_out) / 2},
        "grouped": {"K·c_in/G": k2 * z.c_in / z.g, "K·c_in": k2 * z.c_in,
                    "K(c_in/G + c_out)/2": k2 * (z.c_in / z.g + z.c_out) / 2,
                    "K(c_in + c_out)/(2G)": k2 * (z.c_in + z.c_out) / 2 / z.g},
        "depthwise": {"K": k2, "K·c_in": k2 * z.c_in, "K(c_in + 1)/2": k2 * (z.c_in + 1) / 2},
        "transposed": {"K·c_in/s²": t2 * z.t_in / z.s**2, "K·c_in": t2 * z.t_in, "K·c_out": t2 * z.t_out,
                       "K(c_in + c_out)/2": t2 * (z.t_in + z.t_out) / 2},
        "embedding": {"1": 1, "d": z.D, "V": z.V, "(V + d)/2": (z.V + z.D) / 2},
        "attention": {"d": z.d, "(d + 3d)/2": 2 * z.d, "d(h + d/h)/2": z.d * (z.h + z.d // z.h) / 2,
                      "h(d/h + d)/2": z.h * (z.d // z.h + z.d) / 2},
        "norm": {"1": 1},
    }.get(kind.split()[0])
    if found is None:
        own = {"n_in": z.I} if part == "input" else {"H": z.H}
        found = own | {"H": z.H, "n_in + H": z.I + z.H, f"(n_in + {gates}H)/2": (z.I + gates * z.H) / 2,
                       f"(H + {gates}H)/2": (1 + gates) * z.H / 2}
    return found


def measure(layers, most=MOST):
    """Rows of the data file, one for each part of each kind of layer. ``layers(z)`` has, for sizes ``z``, functions
    of a seed that return ``{part: array}``."""
    first, second = ({kind: gather(draw, most * SMALL.get(kind, 1)) for kind, draw in layers(z).items()}
                     for z in SIZES)
    return [row(kind, part, (first[kind][part], second[kind][part])) for kind in first for part in first[kind]]


def gather(draw, most):
    """All parts of a layer from several seeds, as many as it takes for the smallest part."""
    draws = [draw(seed) for seed in range(2)]
    sizes = [np.size(array) for array in draws[0].values()]
    draws += [draw(seed) for seed in range(2, min(most, -(-ENOUGH // min(sizes)), MANY // sum(sizes)))]
    return {part: np.stack([np.asarray(each[part], dtype=float) for each in draws]) for part in draws[0]}


def row(kind, part, two):
    """What is found of one part: its numbers at the first size, the law that fits both."""
    W, (fan_name, fan) = two[0], next(iter(fans(kind, part, SIZES[0]).items()))
    square = (W**2).mean()
    found = {"kind": kind, "part": part, "shape": list(W.shape[1:]), "entries": W.size, "fan": fan_name,
             "fan_in": whole(fan), "scale": rounded(fan * square), "error": rounded(fan * square * error(W)),
             "max": rounded(np.abs(W).max() / square**0.5) if square else 0.0,
             "kurtosis": rounded(((W - W.mean())**4).mean() / W.var()**2) if np.ptp(W) else None}
    if part == "forget":  # what a cell keeps of its state in its first step
        return {"kind": kind, "part": part, "keeps": rounded(np.mean(1 / (1 + np.exp(-W))))}
    return found | law(kind, part, two)


def law(kind, part, two):
    """Family, factor and fan; None where nothing named fits."""
    families = {family(W) for W in two}
    if len(families) != 1:
        return {"family": None, "factor": None, "over": None}
    (name,) = families
    if name == "zero" or name.startswith("constant"):
        return {"family": name, "factor": None, "over": None}
    if name.startswith("orthogonal"):
        return {"family": name, "factor": None, "over": None}
    fits = [set(candidates(kind, part, name, W, z)) for W, z in zip(two, SIZES, strict=True)]
    both = [one for one in candidates(kind, part, name, two[0], SIZES[0]) if one in fits[1]]
    both = [one for one in both if all(same_law(name, W, variance(kind, part, one, z))
                                       for W, z in zip(two, SIZES, strict=True))]
    if not both:
        return {"family": name, "factor": None, "over": None}
    factor, over = min(both, key=lambda one: sum(abs((W**2).mean() / variance(kind, part, one, z) - 1)
                                                 for W, z in zip(two, SIZES, strict=True)))
    return {"family": name, "factor": factor, "over": over}


def candidates(kind, part, name, W, z):
    """The ``(factor, fan)`` that fit the mean square of these draws."""
    square, near = (W**2).mean(), 4 * error(W) + 2e-4
    for over, n in fans(kind, part, z).items():
        for factor, value in FACTORS.items():
            if (factor != "cut" or name == "truncated") and abs(square / (value / n) - 1) < near:
                yield factor, over
    for factor, value in FIXED.items():
        for made_good in (1.0, CUT) if name == "truncated" else (1.0,):
            if abs(square / (value * made_good) - 1) < near:
                yield factor + (", cut" if made_good < 1 else ""), None


def variance(kind, part, one, z):
    factor, over = one
    if over is None:
        return FIXED[factor.removesuffix(", cut")] * (CUT if factor.endswith(", cut") else 1)
    return FACTORS[factor] / fans(kind, part, z)[over]


def error(W):
    """The relative standard error of the mean square of independent entries."""
    square = (W**2).mean()
    return float(((W**4).mean() / square**2 - 1).clip(0) ** 0.5 / W.size**0.5) if square else 0.0


def family(W):
    """The shape of the law, whatever its variance."""
    if not W.any():
        return "zero"
    if np.ptp(W) == 0:
        return f"constant {W.flat[0]:g}"
    rows = W[0]
    if rows.ndim >= 2:
        blocks = orthogonal_blocks(rows)
        if blocks:
            return "orthogonal" if blocks == 1 else f"orthogonal, {blocks} blocks"
    z = some(W) / (W**2).mean() ** 0.5
    off = {name: distance(z, sample(draw(1.0), z.size)) for name, draw in DRAWN.items()}
    best = min(off, key=off.get)
    return best if off[best] < critical(z.size) else "another"


def orthogonal_blocks(W):
    """1 if the matrix is orthogonal times a number, 4 or 3 if its gates are, 0 if nothing is."""
    W = W.reshape(-1, W.shape[-1])
    for blocks in (1, 4, 3):
        if W.shape[1] % blocks == 0:
            parts = np.split(W, blocks, axis=1)
            if all(is_orthogonal(part) for part in parts) and min(parts[0].shape) > 1:
                return blocks
    return 0


def is_orthogonal(W):
    small = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    return np.abs(small / small[0, 0] - np.eye(len(small))).max() < 1e-3


def same_law(name, W, var):
    """Two samples, the library's and initbook's: not the same variance only, the same law."""
    W = some(W)
    return distance(W, sample(DRAWN[name](var**0.5), W.size)) < critical(W.size)


def some(W):
    """Entries from all over the draws, as many as a test needs."""
    return W.ravel()[:: -(-W.size // TESTED)]


def distance(a, b):
    """The largest distance of two distribution functions (Kolmogorov and Smirnov), for two samples of one size."""
    both = np.concatenate([a, b])
    order = np.argsort(both, kind="stable")
    steps = np.where(order < a.size, 1, -1).cumsum()
    last = np.append(np.diff(both[order]) > 0, True)  # equal values count together
    return np.abs(steps[last]).max() / a.size


def sample(init, size):
    return init(np.random.default_rng(2026), (size,))


def critical(size):
    """What the distance of two samples of that size exceeds once in a million: ln(2/α)/2, Smirnov's bound."""
    return (np.log(2e6) / 2) ** 0.5 * (2 / size) ** 0.5


def rounded(x):
    return float(f"{x:.4g}")


def whole(x):
    return int(x) if x == int(x) else float(Fraction(x).limit_denominator(1000))


def digits():
    """A few hundred real inputs for the snippets' models, of mean 0 and mean square 1."""
    x, y = data.digits()
    x, y = x[:300], y[:300]
    return ((x - x.mean()) / x.std()).astype(np.float32), y
