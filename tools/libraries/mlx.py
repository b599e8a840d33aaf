"""MLX's layers, with their defaults."""

import mlx.core as mx
import numpy as np
from mlx import nn

from libraries.measure import IN_NORM, IN_PLAIN, alike

NAME, PACKAGE = "MLX", "mlx"


def layers(z):
    return alike(nn, z, of) | {
        "lstm": lambda seed: recurrent(seed, lambda: nn.LSTM(z.I, z.H)),
        "gru": lambda seed: recurrent(seed, lambda: nn.GRU(z.I, z.H)),
        "attention": lambda seed: attention(seed, z),
        "norm batch": of(lambda: nn.BatchNorm(z.c_in)),
        "norm layer": of(lambda: nn.LayerNorm(z.n_in)),
        "norm rms": of(lambda: nn.RMSNorm(z.n_in)),
        "norm group": of(lambda: nn.GroupNorm(z.g, z.c_in)),
    }


def of(make):
    def draw(seed):
        mx.random.seed(seed)
        made = make()
        named = IN_NORM if "Norm" in type(made).__name__ else IN_PLAIN
        return {named[name]: np.array(value) for name, value in made.items() if name in named}

    return draw


def recurrent(seed, make):
    mx.random.seed(seed)
    made = make()
    found = {"input": np.array(made["Wx"]), "recurrent": np.array(made["Wh"])}
    found["b"] = np.array(made["bias"] if "bias" in made else made["b"])
    if isinstance(made, nn.LSTM):  # gates: input, forget, cell, output
        found["forget"] = np.split(found["b"], 4)[1]
    return found


def attention(seed, z):
    mx.random.seed(seed)
    made = nn.MultiHeadAttention(z.d, z.h)
    return {"qkv": np.stack([np.array(p.weight) for p in (made.query_proj, made.key_proj, made.value_proj)]),
            "out": np.array(made.out_proj.weight)}


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    mx.random.seed(0)
    return {"mx": mx, "nn": nn, "hidden": nn.Linear(512, 768), "last": nn.Linear(768, 10)}


def arrays(layer):
    return np.array(layer.weight), np.array(layer.bias)


def extra():
    """He's names, with their defaults: the variance times the fan-in."""
    mx.random.seed(0)
    W = mx.zeros((768, 512))
    return {name: float((np.array(getattr(nn.init, name)()(W), dtype=float) ** 2).mean() * 512)
            for name in ("he_normal", "he_uniform")}
