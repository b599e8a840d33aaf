"""Equinox's layers, with their defaults."""

import equinox as eqx
import jax
import numpy as np

NAME, PACKAGE = "Equinox", "equinox"


def layers(z):
    return {
        "dense": of(lambda key: eqx.nn.Linear(z.n_in, z.n_out, key=key)),
        "conv": of(lambda key: eqx.nn.Conv2d(z.c_in, z.c_out, z.k, key=key)),
        "grouped": of(lambda key: eqx.nn.Conv2d(z.c_in, z.c_out, z.k, groups=z.g, key=key)),
        "depthwise": of(lambda key: eqx.nn.Conv2d(z.c_in, z.c_in, z.k, groups=z.c_in, key=key)),
        "transposed": of(lambda key: eqx.nn.ConvTranspose2d(z.t_in, z.t_out, z.t_k, stride=z.s, key=key)),
        "embedding": of(lambda key: eqx.nn.Embedding(z.V, z.D, key=key)),
        "lstm": lambda seed: recurrent(eqx.nn.LSTMCell(z.I, z.H, key=jax.random.key(seed))),
        "gru": lambda seed: recurrent(eqx.nn.GRUCell(z.I, z.H, key=jax.random.key(seed))),
        "attention": lambda seed: attention(eqx.nn.MultiheadAttention(z.h, z.d, key=jax.random.key(seed))),
        "norm layer": lambda seed: affine(eqx.nn.LayerNorm(z.n_in)),
        "norm rms": lambda seed: affine(eqx.nn.RMSNorm(z.n_in)),
        "norm group": lambda seed: affine(eqx.nn.GroupNorm(z.g, z.c_in)),
    }


def of(make):
    def draw(seed):
        made = make(jax.random.key(seed))
        found = {"W": np.asarray(made.weight)}
        return found if getattr(made, "bias", None) is None else found | {"b": np.asarray(made.bias)}

    return draw


def recurrent(made):
    found = {"input": np.asarray(made.weight_ih), "recurrent": np.asarray(made.weight_hh), "b": np.asarray(made.bias)}
    if isinstance(made, eqx.nn.LSTMCell):  # gates: input, forget, cell, output
        found["forget"] = np.split(found["b"], 4)[1]
    return found


def attention(made):
    return {"qkv": np.stack([np.asarray(p.weight) for p in (made.query_proj, made.key_proj, made.value_proj)]),
            "out": np.asarray(made.output_proj.weight)}


def affine(made):
    named = {"weight": "scale", "bias": "shift"}
    return {part: np.asarray(getattr(made, name)) for name, part in named.items()
            if getattr(made, name, None) is not None}


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    key = jax.random.key(0)
    return {"eqx": eqx, "jax": jax, "jnp": jax.numpy, "key": key, "hidden": eqx.nn.Linear(512, 768, key=key),
            "last": eqx.nn.Linear(768, 10, key=key)}


def arrays(layer):
    return np.asarray(layer.weight), np.asarray(layer.bias)
