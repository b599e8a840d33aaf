"""tinygrad's layers, with their defaults. It has no attention layer and no GRU."""

import os
import shutil

if not shutil.which(os.environ.get("CC", "clang")):
    os.environ.setdefault("DEV", "PYTHON")  # without a compiler it still computes, slowly

from tinygrad import Tensor, nn  # noqa: E402

NAME, PACKAGE = "tinygrad", "tinygrad"
MOST = 8  # draws of a layer: each is compiled anew


def layers(z):
    return {
        "dense": of(lambda: nn.Linear(z.n_in, z.n_out)),
        "conv": of(lambda: nn.Conv2d(z.c_in, z.c_out, z.k)),
        "grouped": of(lambda: nn.Conv2d(z.c_in, z.c_out, z.k, groups=z.g)),
        "depthwise": of(lambda: nn.Conv2d(z.c_in, z.c_in, z.k, groups=z.c_in)),
        "transposed": of(lambda: nn.ConvTranspose2d(z.t_in, z.t_out, z.t_k, stride=z.s)),
        "embedding": of(lambda: nn.Embedding(z.V, z.D)),
        "lstm": lambda seed: lstm(seed, z),
        "norm batch": normalization(lambda: nn.BatchNorm(z.c_in)),
        "norm layer": normalization(lambda: nn.LayerNorm(z.n_in)),
        "norm rms": normalization(lambda: nn.RMSNorm(z.n_in)),
        "norm group": normalization(lambda: nn.GroupNorm(z.g, z.c_in)),
    }


def of(make):
    def draw(seed):
        Tensor.manual_seed(seed)
        named = {"weight": "W", "bias": "b"}
        return {named[name]: value.numpy() for name, value in vars(make()).items() if name in named
                and value is not None}

    return draw


def lstm(seed, z):
    Tensor.manual_seed(seed)
    made = nn.LSTMCell(z.I, z.H)
    biases = made.bias_ih.numpy(), made.bias_hh.numpy()
    return {"input": made.weight_ih.numpy(), "recurrent": made.weight_hh.numpy(), "b": biases[0],
            "forget": (biases[0] + biases[1]).reshape(4, -1)[1]}  # gates: input, forget, cell, output


def normalization(make):
    named = {"weight": "scale", "bias": "shift", "running_mean": "mean", "running_var": "variance"}
    return lambda seed: {named[name]: value.numpy() for name, value in vars(make()).items() if name in named
                         and value is not None}


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    Tensor.manual_seed(0)
    return {"Tensor": Tensor, "nn": nn, "hidden": nn.Linear(512, 768), "last": nn.Linear(768, 10)}


def arrays(layer):
    return layer.weight.numpy(), layer.bias.numpy()
