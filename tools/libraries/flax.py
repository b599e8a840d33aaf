"""Flax's layers, with their defaults: of nnx, and of linen."""

import math

import jax
import numpy as np
from flax import linen, nnx

from libraries.measure import digits

NAME, PACKAGE = "Flax", "flax"


def layers(z):
    kernel, wide = (z.k, z.k), (z.t_k, z.t_k)
    return {
        "dense": of(lambda rngs: nnx.Linear(z.n_in, z.n_out, rngs=rngs)),
        "dense linen": of_linen(lambda: linen.Dense(z.n_out), (1, z.n_in)),
        "conv": of(lambda rngs: nnx.Conv(z.c_in, z.c_out, kernel, rngs=rngs)),
        "conv linen": of_linen(lambda: linen.Conv(z.c_out, kernel), (1, 8, 8, z.c_in)),
        "grouped": of(lambda rngs: nnx.Conv(z.c_in, z.c_out, kernel, feature_group_count=z.g, rngs=rngs)),
        "depthwise": of(lambda rngs: nnx.Conv(z.c_in, z.c_in, kernel, feature_group_count=z.c_in, rngs=rngs)),
        "grouped linen": of_linen(lambda: linen.Conv(z.c_out, kernel, feature_group_count=z.g), (1, 8, 8, z.c_in)),
        "depthwise linen": of_linen(lambda: linen.Conv(z.c_in, kernel, feature_group_count=z.c_in), (1, 8, 8, z.c_in)),
        "transposed": of(lambda rngs: nnx.ConvTranspose(z.t_in, z.t_out, wide, strides=(z.s, z.s), rngs=rngs)),
        "transposed linen": of_linen(lambda: linen.ConvTranspose(z.t_out, wide, strides=(z.s, z.s)), (1, 8, 8, z.t_in)),
        "embedding": of(lambda rngs: nnx.Embed(z.V, z.D, rngs=rngs)),
        "embedding linen": of_linen(lambda: linen.Embed(z.V, z.D), (1,), int),
        "lstm": lambda seed: cell(nnx.LSTMCell(z.I, z.H, rngs=nnx.Rngs(seed)), "ifgo"),
        "lstm optimized": lambda seed: fused(nnx.OptimizedLSTMCell(z.I, z.H, rngs=nnx.Rngs(seed))),
        "lstm linen": cell_linen(lambda: linen.LSTMCell(z.H), z, "ifgo"),
        "lstm optimized linen": cell_linen(lambda: linen.OptimizedLSTMCell(z.H), z, "ifgo"),
        "gru": lambda seed: fused(nnx.GRUCell(z.I, z.H, rngs=nnx.Rngs(seed))),
        "gru linen": cell_linen(lambda: linen.GRUCell(z.H), z, "rzn"),
        "attention": lambda seed: attention(nnx.MultiHeadAttention(z.h, z.d, decode=False, rngs=nnx.Rngs(seed))),
        "attention linen": attention_linen(lambda: linen.MultiHeadDotProductAttention(z.h), (1, 5, z.d)),
        "norm batch": normalization(lambda rngs: nnx.BatchNorm(z.c_in, rngs=rngs)),
        "norm layer": normalization(lambda rngs: nnx.LayerNorm(z.n_in, rngs=rngs)),
        "norm rms": normalization(lambda rngs: nnx.RMSNorm(z.n_in, rngs=rngs)),
        "norm group": normalization(lambda rngs: nnx.GroupNorm(z.c_in, num_groups=z.g, rngs=rngs)),
    }


NAMED = {"kernel": "W", "embedding": "W", "bias": "b"}


def of(make):
    return lambda seed: {NAMED[name]: np.asarray(getattr(made, name)[...]) for made in [make(nnx.Rngs(seed))]
                         for name in ("kernel", "embedding", "bias") if getattr(made, name, None) is not None}


def of_linen(make, shape, kind=float):
    def draw(seed):
        params = make().init(jax.random.key(seed), jax.numpy.zeros(shape, kind))["params"]
        return {NAMED[name]: np.asarray(value) for name, value in params.items()}

    return draw


def cell_linen(make, z, gates):
    """The same parts: a dense layer for each gate and side."""
    def draw(seed):
        made, x = make(), jax.numpy.zeros((1, z.I))
        params = made.init(jax.random.key(seed), made.initialize_carry(jax.random.key(0), x.shape), x)["params"]
        biases = {name: np.asarray(p["bias"]) for name, p in params.items() if "bias" in p}
        found = {part: np.concatenate([np.asarray(params[side + gate]["kernel"]) for gate in gates], axis=1)
                 for side, part in (("i", "input"), ("h", "recurrent"))}
        return found | {"b": np.concatenate([*biases.values()])} | ({"forget": biases["hf"]} if "hf" in biases else {})

    return draw


def attention_linen(make, shape):
    def draw(seed):
        params = jax.tree.map(np.asarray, make().init(jax.random.key(seed), jax.numpy.zeros(shape))["params"])
        inner = [params[name]["kernel"].reshape(shape[-1], -1) for name in ("query", "key", "value")]
        return {"qkv": np.stack(inner), "out": params["out"]["kernel"],
                "b": np.concatenate([each["bias"].ravel() for each in params.values()])}

    return draw


def cell(made, gates):
    """One dense layer a gate: all gates side by side."""
    inputs, recurrent = ([getattr(made, {"if": "if_"}.get(side + gate, side + gate)) for gate in gates]
                         for side in "ih")
    biases = {gate: np.asarray((getattr(made, "h" + gate)).bias[...]) for gate in gates}
    return {"input": np.concatenate([np.asarray(layer.kernel[...]) for layer in inputs], axis=1),
            "recurrent": np.concatenate([np.asarray(layer.kernel[...]) for layer in recurrent], axis=1),
            "b": np.concatenate(list(biases.values())), "forget": biases["f"]}


def fused(made):
    found = {"input": np.asarray(made.dense_i.kernel[...]), "recurrent": np.asarray(made.dense_h.kernel[...])}
    bias = next(np.asarray(layer.bias[...]) for layer in (made.dense_h, made.dense_i) if layer.bias is not None)
    found["b"] = bias
    if bias.size == 4 * found["recurrent"].shape[0]:  # gates: input, forget, cell, output
        found["forget"] = np.split(bias, 4)[1]
    return found


def attention(made):
    inner = made.query, made.key, made.value
    qkv = [np.asarray(part.kernel[...]).reshape(part.kernel.shape[0], -1) for part in inner]
    biases = [np.asarray(part.bias[...]).ravel() for part in (*inner, made.out)]
    return {"qkv": np.stack(qkv), "out": np.asarray(made.out.kernel[...]), "b": np.concatenate(biases)}


def normalization(make):
    named = {"scale": "scale", "bias": "shift", "mean": "mean", "var": "variance"}
    return lambda seed: {named[name]: np.asarray(getattr(made, name)[...]) for made in [make(nnx.Rngs(seed))]
                         for name in named if getattr(made, name, None) is not None}


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    x, y = digits()
    rngs = nnx.Rngs(0)
    names = {"jax": jax, "jnp": jax.numpy, "math": math, "np": np, "nnx": nnx, "linen": linen, "rngs": rngs, "y": y}
    if name == "arrays_conv":
        return names | {"x": x.reshape(-1, 8, 8, 1), "model": convolutional(rngs)}
    if name == "arrays_linen":
        inner = [each for _ in range(5) for each in (linen.Dense(128, use_bias=False), linen.relu)]
        model = linen.Sequential([*inner, linen.Dense(10)])
        variables = jax.tree.map(lambda p: p, model.init(jax.random.key(0), x))  # now layers_10 stands before layers_2
        return names | {"x": x, "variables": variables, "model": lambda x: model.apply(variables, x)}
    model = {"mend": deep, "differ": normalized}.get(name, mlp)(rngs)
    return names | {"x": x, "model": model, "step": lambda: step(model, x, y)}


def still(names):
    """For a model that no update reaches."""
    return {"step": lambda: None}


def step(model, x, y):
    def loss(model):
        return -jax.numpy.take_along_axis(jax.nn.log_softmax(model(x)), y[:, None], 1).mean()

    gradients = nnx.grad(loss)(model)
    moved = jax.tree.map(lambda p, g: p - 0.1 * g, nnx.state(model, nnx.Param), gradients)
    nnx.update(model, moved)


def deep(rngs, layers=30):
    """So deep that with Flax's own start the signal fades under ReLU."""
    hidden = [each for _ in range(layers) for each in (nnx.Linear(64, 64, use_bias=False, rngs=rngs), nnx.relu)]
    return nnx.Sequential(*hidden, nnx.Linear(64, 10, rngs=rngs))


def normalized(rngs, layers=16):
    """Healthy, as long as batch normalization measures its batch; with Dropout, which makes equal samples differ."""
    hidden = [each for _ in range(layers)
              for each in (nnx.Linear(64, 64, rngs=rngs), nnx.BatchNorm(64, rngs=rngs), nnx.relu)]
    return nnx.Sequential(nnx.Dropout(0.5, rngs=rngs), *hidden, nnx.Linear(64, 10, rngs=rngs))


def plain(model):
    """The dense layers as arrays."""
    dense = [m for m in model.layers if isinstance(m, nnx.Linear)]
    return [(np.asarray(m.kernel[...]), None if m.bias is None else np.asarray(m.bias[...])) for m in dense]


def mlp(rngs):
    return nnx.Sequential(nnx.Linear(64, 128, rngs=rngs), nnx.relu,
                          nnx.Linear(128, 128, use_bias=False, rngs=rngs), nnx.relu, nnx.Linear(128, 10, rngs=rngs))


def convolutional(rngs):
    return nnx.Sequential(nnx.Conv(1, 16, (3, 3), use_bias=False, rngs=rngs), nnx.relu,
                          nnx.Conv(16, 32, (3, 3), strides=2, padding=1, rngs=rngs), nnx.relu,
                          lambda h: h.reshape(len(h), -1), nnx.Linear(512, 10, rngs=rngs))


def refused():
    """Convolutions that a Layer cannot hold."""
    several = [{"kernel_size": (4, 4)}, {"strides": 2}, {"strides": (1, 2), "padding": 1}, {"kernel_dilation": 2},
               {"padding": ((1, 0), (1, 0))}, {"padding": "CIRCULAR"}]
    return [nnx.Conv(4, 8, **{"kernel_size": (3, 3)} | each, rngs=nnx.Rngs(0)) for each in several]


def outputs(names):
    return np.asarray(names["model"](names["x"]))


def arrays(layer):
    if isinstance(layer, linen.Dense):  # its inputs are those of start_linen
        inputs = jax.numpy.zeros((1, 512 if layer.features == 768 else 768))
        params = layer.init(jax.random.key(layer.features), inputs)["params"]  # as in a model, each layer has its own
        return np.asarray(params["kernel"]), np.asarray(params["bias"])
    return np.asarray(layer.kernel[...]), np.asarray(layer.bias[...])


def parts(kind, layer):
    """What a recipe has drawn, by the names of the rows."""
    if kind == "attention":
        return attention(layer)
    if kind in ("lstm", "gru"):
        return cell(layer, "ifgo") if isinstance(layer, nnx.LSTMCell) else fused(layer)
    return of(lambda rngs: layer)(0)


def extra():
    """Whether a bias can be drawn by the rule for weights."""
    uniform = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")
    try:
        nnx.Linear(512, 768, bias_init=uniform, rngs=nnx.Rngs(0))
    except ValueError:
        return {"bias_refused": 1}
    return {"bias_refused": 0}
