"""Keras's layers, with their defaults, on its JAX backend."""

import math
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

from libraries.measure import digits  # noqa: E402

NAME, PACKAGE = "Keras", "keras"


def layers(z):
    image = (None, 8, 8, z.c_in)
    return {
        "dense": of(lambda: L.Dense(z.n_out), (None, z.n_in)),
        "conv": of(lambda: L.Conv2D(z.c_out, z.k), image),
        "grouped": of(lambda: L.Conv2D(z.c_out, z.k, groups=z.g), image),
        "depthwise": of(lambda: L.DepthwiseConv2D(z.k), image),
        "transposed": of(lambda: L.Conv2DTranspose(z.t_out, z.t_k, strides=z.s), (None, 8, 8, z.t_in)),
        "embedding": of(lambda: L.Embedding(z.V, z.D), (None,)),
        "lstm": lambda seed: recurrent(seed, L.LSTM(z.H), z),
        "gru": lambda seed: recurrent(seed, L.GRU(z.H), z),
        "attention": lambda seed: attention(seed, z),
        "norm batch": normalization(lambda: L.BatchNormalization(), image),
        "norm layer": normalization(lambda: L.LayerNormalization(), (None, z.n_in)),
        "norm rms": normalization(lambda: L.RMSNormalization(), (None, z.n_in)),
        "norm group": normalization(lambda: L.GroupNormalization(z.g), image),
    }


def built(seed, layer, *shapes):
    keras.utils.set_random_seed(seed)
    layer.build(*shapes)
    return layer


def of(make, shape):
    def draw(seed):
        keras.utils.set_random_seed(seed)
        layer = built(seed, make(), shape)
        return dict(zip("Wb", map(np.asarray, layer.get_weights()), strict=False))

    return draw


def recurrent(seed, layer, z):
    return gates(built(seed, layer, (None, 5, z.I)))


def gates(layer):
    W, U, b = map(np.asarray, layer.get_weights())
    found = {"input": W, "recurrent": U, "b": b}
    if isinstance(layer, L.LSTM):  # gates: input, forget, cell, output
        each = np.split(b, 4)
        found = found | {"b": np.concatenate([each[0], *each[2:]]), "forget": each[1]}
    return found


def attention(seed, z):
    return projections(built(seed, L.MultiHeadAttention(z.h, z.d // z.h), (None, 5, z.d), (None, 5, z.d)), z.d)


def projections(layer, d):
    arrays = {weight.path.rsplit("/", 2)[-2] + "/" + weight.name: np.asarray(weight) for weight in layer.weights}
    return {"qkv": np.stack([arrays[f"{name}/kernel"].reshape(d, -1) for name in ("query", "key", "value")]),
            "out": arrays["attention_output/kernel"],
            "b": np.concatenate([a.ravel() for name, a in arrays.items() if name.endswith("bias")])}


def normalization(make, shape):
    def draw(seed):
        named = {"gamma": "scale", "scale": "scale", "beta": "shift", "moving_mean": "mean",
                 "moving_variance": "variance"}
        return {named[w.name]: np.asarray(w) for w in built(seed, make(), shape).weights if w.name in named}

    return draw


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    keras.utils.set_random_seed(0)
    x, y = digits()
    if name == "arrays_conv":
        x = x.reshape(-1, 8, 8, 1)
    made = {"arrays_conv": convolutional, "mend": deep, "differ": normalized, "moved": compiled}.get(name, mlp)
    model = made()
    return {"keras": keras, "math": math, "np": np, "x": x, "y": y, "model": model}


def mlp():
    return keras.Sequential([L.Input((64,)), L.Dense(128, "relu"), L.Dense(128, "relu", use_bias=False), L.Dense(10)])


def compiled(rate=0.1):
    model = mlp()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss)
    return model


def still(names):
    """For a model that no update reaches."""
    return {"model": compiled(0.0)}


def normalized(layers=16):
    """Healthy, as long as batch normalization measures its batch; with Dropout, which makes equal samples differ."""
    hidden = [each for _ in range(layers) for each in (L.Dense(64), L.BatchNormalization(), L.ReLU())]
    return keras.Sequential([L.Input((64,)), L.Dropout(0.5), *hidden, L.Dense(10)])


def deep(layers=30):
    """So deep that with Keras's own start the signal fades under ReLU."""
    hidden = [L.Dense(64, "relu", use_bias=False) for _ in range(layers)]
    return keras.Sequential([L.Input((64,)), *hidden, L.Dense(10)])


def plain(model):
    return [(W, b[0] if b else None) for W, *b in (map(np.asarray, m.get_weights()) for m in model.layers)]


def convolutional():
    return keras.Sequential([L.Input((8, 8, 1)), L.Conv2D(16, 3, padding="same", activation="relu", use_bias=False),
                             L.Conv2D(32, 3, strides=2, activation="relu"), L.Flatten(), L.Dense(10)])


def refused():
    """What a Layer cannot hold."""
    several = [{"kernel_size": 4, "padding": "same"}, {"strides": 2, "padding": "same"}, {"strides": (1, 2)},
               {"dilation_rate": 2}]
    made = [L.Conv2D(8, **{"kernel_size": 3} | each) for each in several]
    last = L.Conv2D(8, 3, data_format="channels_first"), L.Conv1D(8, 3, padding="causal"), L.Embedding(9, 4)
    shapes = [(None, 8, 8, 4)] * (len(made) + 1) + [(None, 8, 4), (None, 5)]
    return [built(0, layer, shape) for layer, shape in zip([*made, *last], shapes, strict=True)]


def outputs(names):
    return np.asarray(names["model"](names["x"]))


def arrays(layer):
    if not layer.built:
        layer.build((None, 512 if layer.units == 768 else 768))
    return tuple(map(np.asarray, layer.get_weights()))


def parts(kind, layer):
    """What a recipe has drawn, by the names of the rows."""
    inputs = {"dense": (None, 512), "embedding": (None,), "lstm": (None, 5, 128), "gru": (None, 5, 128)}
    if not layer.built:
        layer.build(*[(None, 5, 512)] * 2 if kind == "attention" else [inputs.get(kind, (None, 8, 8, 64))])
    if kind in ("lstm", "gru"):
        return gates(layer)
    if kind == "attention":
        return projections(layer, 512)
    return dict(zip("Wb", map(np.asarray, layer.get_weights()), strict=False))
