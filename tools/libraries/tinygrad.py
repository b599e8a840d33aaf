"""tinygrad's layers, with their defaults. It has no attention layer and no GRU."""

import os
import platform
import shutil

NOTE = ""
if "DEV" not in os.environ and not shutil.which(os.environ.get("CC", "clang")):
    os.environ["DEV"] = "CPU:X86" if platform.machine() in ("x86_64", "AMD64") else "PYTHON"
    NOTE = {"CPU:X86": "no clang here, so its own assembler makes the kernels",
            "PYTHON": "no clang here, so Python computes: it may take an hour"}[os.environ["DEV"]]

from tinygrad import Tensor, nn  # noqa: E402

from libraries.measure import IN_NORM, IN_PLAIN, alike  # noqa: E402

NAME, PACKAGE = "tinygrad", "tinygrad"
MOST = 8  # draws of a layer: each is compiled anew


def layers(z):
    return alike(nn, z, of) | {
        "lstm": lambda seed: lstm(seed, z),
        "norm batch": normalization(lambda: nn.BatchNorm(z.c_in)),
        "norm layer": normalization(lambda: nn.LayerNorm(z.n_in)),
        "norm rms": normalization(lambda: nn.RMSNorm(z.n_in)),
        "norm group": normalization(lambda: nn.GroupNorm(z.g, z.c_in)),
    }


def of(make, named=IN_PLAIN):
    def draw(seed):
        Tensor.manual_seed(seed)
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
    return of(make, IN_NORM)


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    Tensor.manual_seed(0)
    return {"Tensor": Tensor, "nn": nn, "hidden": nn.Linear(512, 768), "last": nn.Linear(768, 10)}


def arrays(layer):
    return layer.weight.numpy(), layer.bias.numpy()
