"""Haiku's layers, with their defaults."""

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np

NAME, PACKAGE = "Haiku", "dm-haiku"


def layers(z):
    image = (1, 8, 8, z.c_in)
    return {
        "dense": of(lambda x: hk.Linear(z.n_out)(x), (1, z.n_in)),
        "conv": of(lambda x: hk.Conv2D(z.c_out, z.k)(x), image),
        "grouped": of(lambda x: hk.Conv2D(z.c_out, z.k, feature_group_count=z.g)(x), image),
        "depthwise": of(lambda x: hk.DepthwiseConv2D(1, z.k)(x), image),
        "transposed": of(lambda x: hk.Conv2DTranspose(z.t_out, z.t_k, stride=z.s)(x), (1, 8, 8, z.t_in)),
        "embedding": of(lambda x: hk.Embed(z.V, z.D)(x.astype(int)), (1,)),
        "lstm": lambda seed: lstm(seed, z),
        "gru": of(lambda x: hk.GRU(z.H)(x, jnp.zeros((1, z.H))), (1, z.I)),
        "norm layer": of(lambda x: hk.LayerNorm(-1, True, True)(x), (1, z.n_in)),
        "norm rms": of(lambda x: hk.RMSNorm(-1)(x), (1, z.n_in)),
        "norm group": of(lambda x: hk.GroupNorm(z.g)(x), image),
        "norm batch": of(lambda x: hk.BatchNorm(True, True, 0.9)(x, True), image),
    }


NAMED = {"w": "W", "embeddings": "W", "w_i": "input", "w_h": "recurrent", "offset": "shift"}


def start(f, seed, *inputs):
    """The parameters of a function of layers, at its first call."""
    return hk.transform_with_state(f).init(jax.random.key(seed), *inputs)[0]


def of(f, shape):
    def draw(seed):
        (params,) = start(f, seed, jnp.ones(shape)).values()
        return {NAMED.get(name, name): np.asarray(value) for name, value in params.items()}

    return draw


def lstm(seed, z):
    """One dense layer of the input and the state, side by side; what is added to the forget gate is no parameter."""
    def step(x, state):
        return hk.LSTM(z.H)(x, state)[1].cell

    x, state = jnp.zeros((1, z.I)), hk.LSTMState(jnp.zeros((1, z.H)), jnp.ones((1, z.H)))
    (params,) = start(step, seed, x, state).values()
    net = hk.without_apply_rng(hk.transform(step))
    keeps = np.asarray(net.apply({"lstm/linear": params}, x, state))[0]  # with no input: the cell times σ(forget)
    W = np.asarray(params["w"])
    return {"input": W[: z.I], "recurrent": W[z.I:], "b": np.asarray(params["b"]),
            "forget": np.log(keeps / (1 - keeps))}


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    return {"hk": hk, "jnp": jnp}


def run(code, names):
    """Haiku's layers are made inside of a function that it transforms."""
    def f():
        exec(code, names)
        for name, n_in in (("layer", 512), ("hidden", 512), ("last", 768)):
            if name in names:
                names[name](jnp.ones((1, n_in)))
                names[f"{name} name"] = names[name].module_name

    params = hk.transform(f).init(jax.random.key(0))
    for name in ("layer", "hidden", "last"):
        if name in names:
            names[name] = params[names[f"{name} name"]]


def parts(kind, layer):
    """What a recipe has drawn, by the names of the rows."""
    return dict(zip("Wb", arrays(layer), strict=True))


def arrays(layer):
    return np.asarray(layer["w"]), np.asarray(layer["b"])
