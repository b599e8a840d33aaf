"""PyTorch's layers, with their defaults."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from libraries.measure import IN_NORM, IN_PLAIN, alike, digits, error, rounded

NAME, PACKAGE = "PyTorch", "torch"


def layers(z):
    return alike(nn, z, of) | {
        "lstm": lambda seed: recurrent(seed, nn.LSTM(z.I, z.H)),
        "gru": lambda seed: recurrent(seed, nn.GRU(z.I, z.H)),
        "attention": lambda seed: attention(seed, z),
        "attention separate": lambda seed: separate(seed, z),
        "norm batch": normalization(lambda: nn.BatchNorm2d(z.c_in)),
        "norm layer": normalization(lambda: nn.LayerNorm(z.n_in)),
        "norm rms": normalization(lambda: nn.RMSNorm(z.n_in)),
        "norm group": normalization(lambda: nn.GroupNorm(z.g, z.c_in)),
    }


def numbers(tensor):
    return tensor.detach().numpy().copy()


def of(make):
    def draw(seed):
        torch.manual_seed(seed)
        return {IN_PLAIN[name]: numbers(p) for name, p in make().named_parameters()}

    return draw


def recurrent(seed, cell):
    torch.manual_seed(seed)
    cell.reset_parameters()
    return gates(cell)


def gates(cell):
    found = {"input": numbers(cell.weight_ih_l0), "recurrent": numbers(cell.weight_hh_l0)}
    found["b"] = torch.cat([cell.bias_ih_l0, cell.bias_hh_l0]).detach().numpy().copy()
    if isinstance(cell, nn.LSTM):  # gates: input, forget, cell, output
        forget = (cell.bias_ih_l0 + cell.bias_hh_l0).chunk(4)[1]
        found["forget"] = numbers(forget)
    return found


def attention(seed, z):
    torch.manual_seed(seed)
    return projections(nn.MultiheadAttention(z.d, z.h))


def projections(made):
    return {"qkv": numbers(made.in_proj_weight), "out": numbers(made.out_proj.weight),
            "b": torch.cat([made.in_proj_bias, made.out_proj.bias]).detach().numpy().copy()}


def separate(seed, z):
    """With keys of another width than queries the projections are three arrays."""
    torch.manual_seed(seed)
    made = nn.MultiheadAttention(z.d, z.h, vdim=z.d + 1, kdim=z.d)
    return {"q": numbers(made.q_proj_weight), "k": numbers(made.k_proj_weight), "out": numbers(made.out_proj.weight),
            "b": torch.cat([made.in_proj_bias, made.out_proj.bias]).detach().numpy().copy()}


def normalization(make):
    def draw(seed):
        torch.manual_seed(seed)
        state = make().state_dict()
        return {IN_NORM[name]: numbers(value) for name, value in state.items() if name in IN_NORM}

    return draw


# ---- what the snippets are given

def given(name):
    """Names that a snippet may use."""
    torch.manual_seed(0)
    names = {"torch": torch, "nn": nn, "layer": nn.Linear(512, 768), "hidden": nn.Linear(512, 768),
             "last": nn.Linear(768, 10), "conv": nn.Conv2d(64, 128, 3),
             "transposed": nn.ConvTranspose2d(64, 32, 4, stride=2), "lstm": nn.LSTM(128, 256), "gru": nn.GRU(128, 256),
             "attention": nn.MultiheadAttention(512, 8)}
    x, y = digits()
    names |= {"x": torch.tensor(x, dtype=torch.float32), "y": torch.tensor(y), "model": mlp()}
    if name == "arrays_conv":
        names |= {"x": names["x"].reshape(-1, 1, 8, 8), "model": convolutional()}
    if name == "arrays_part":
        names |= {"x": names["x"].reshape(-1, 1, 8, 8), "model": pooled()}
        exec((Path(__file__).parent / "snippets" / "pytorch" / "arrays.py").read_text(encoding="utf-8"), names)
    names |= {"model": deep(64)} if name == "mend" else {"model": normalized()} if name == "differ" else {}
    return names | {"step": lambda: step(names["model"], names["x"], names["y"])}


def still(names):
    """For a model that no update reaches."""
    return {"step": lambda: None}


def mlp():
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128, bias=False), nn.ReLU(), nn.Linear(128, 10))


def deep(width, layers=16):
    """So deep that with PyTorch's own start the signal fades."""
    hidden = [each for _ in range(layers) for each in (nn.Linear(width, width, bias=False), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(width, 10))


def normalized(layers=16):
    """Healthy, as long as batch normalization measures its batch; with Dropout, which makes equal samples differ."""
    hidden = [each for _ in range(layers) for each in (nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU())]
    return nn.Sequential(nn.Dropout(), *hidden, nn.Linear(64, 10))


def plain(model):
    """The dense layers as arrays."""
    dense = [m for m in model if isinstance(m, nn.Linear)]
    return [(numbers(m.weight).T, None if m.bias is None else numbers(m.bias)) for m in dense]


def convolutional():
    return nn.Sequential(nn.Conv2d(1, 16, 3, padding="same", bias=False), nn.ReLU(),
                         nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 4 * 4, 10))


def pooled():
    return nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 128),
                         nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))


def refused():
    """Convolutions that a Layer cannot hold."""
    return [nn.Conv2d(4, 8, 4, padding="same"), nn.Conv2d(4, 8, 3, dilation=2), nn.Conv2d(4, 8, 3, padding=(1, 0)),
            nn.Conv2d(4, 8, 3, stride=(1, 2)), nn.Conv2d(4, 8, 3, padding=1, padding_mode="circular")]


def step(model, x, y):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()


def outputs(names):
    """What the model makes of x, before anything was reordered."""
    with torch.no_grad():
        return numbers(names["model"](names["x"]))


def arrays(layer):
    return numbers(layer.weight), numbers(layer.bias)


def parts(kind, layer):
    """What a recipe has drawn, by the names of the rows."""
    if kind in ("lstm", "gru"):
        return gates(layer)
    if kind == "attention":
        return projections(layer)
    return {IN_PLAIN[name]: numbers(p) for name, p in layer.named_parameters()}


def start_lstm(names):
    """What the table's lines made of an LSTM: gates that are orthogonal, and a forget gate whose biases sum to 1."""
    lstm = names["lstm"]
    gates = [numbers(gate) for gate in lstm.weight_hh_l0.chunk(4)]
    assert all(abs(gate @ gate.T - np.eye(len(gate))).max() < 1e-5 for gate in gates)
    biases = numbers(lstm.bias_ih_l0 + lstm.bias_hh_l0).reshape(4, -1)
    assert (biases == [[0], [1], [0], [0]]).all()
    return {"input": scaled(lstm.weight_ih_l0)}


def start_attention(names):
    """The same of attention: each of the three packed matrices, and the output's, has variance 1/n."""
    attention = names["attention"]
    assert not attention.in_proj_bias.any() and not attention.out_proj.bias.any()
    weights = [*attention.in_proj_weight.chunk(3), attention.out_proj.weight]
    return {part: scaled(weight) for part, weight in zip("qkvo", weights, strict=True)}


def scaled(weight):
    """n·E W², which is to be 1."""
    W = numbers(weight).astype(float)
    found = W.shape[1] * (W**2).mean()
    assert abs(found - 1) < 5 * error(W), f"n·E W² is {found:.4f}"
    return rounded(found)


def extra():
    """What else the page says: bounds that are absolute, layers that are copies."""
    torch.manual_seed(0)
    std = 0.02
    small = numbers(nn.init.trunc_normal_(torch.empty(1000, 1000), std=std))
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(64, 4, batch_first=True), 2)
    first, second = (numbers(layer.linear1.weight) for layer in encoder.layers)
    anew = numbers(nn.Transformer(64, 4, 2, 2, batch_first=True).encoder.layers[0].linear1.weight)
    return {"anew": float(64 * (anew.astype(float) ** 2).mean()), "trunc_std": std,
            "trunc_normal": float(abs(small).max() / std), "copies": int((first == second).all())}
