"""The snippets, run on the real libraries; each kind of name has something that it must make true.

    like_other, conv_like_other, …
                  `layer`, `conv`, … has the law of the other library's: two samples, one distribution
    start, start_linen
                  `hidden` starts from He, `last` from Xavier, in draws of their own, with biases 0
    start_lstm, start_attention
                  the laws of the book's table
    mend          a network that `check` finds faded is healthy after it
    differ        outputs of a healthy network differ, those of equal samples do not
    moved         every parameter is named with its share: most of it in one update, 0 without
    arrays_conv   refuses what a Layer cannot hold; and as
    arrays…       `check` computes what the model computes, and names the law of its weights
    the others    run
"""

import contextlib
import importlib
import io
from pathlib import Path

import numpy as np

from initbook import activations, check, losses
from initbook.blocks import Layer
from libraries.measure import SIZES, critical, distance, error, fans, orthogonal_blocks, rounded, some

FOLDER = Path(__file__).parent / "snippets"
LAWS = {"pytorch": "1/(3n)", "keras": "Xavier", "flax": "LeCun"}


def run_all(library):
    """``{file: what it found}``; an error is raised with the file's name."""
    found = {}
    for path in sorted((FOLDER / library).glob("*.py")):
        try:
            found[f"{library}/{path.stem}"] = run(importlib.import_module(f"libraries.{library}"), library, path)
        except Exception as wrong:
            raise RuntimeError(f"tools/libraries/snippets/{library}/{path.name}: {wrong!r}") from wrong
    return found


def run(module, library, path):
    names = module.given(path.stem) | {"Layer": Layer}
    before = module.outputs(names) if path.stem.startswith("arrays") else None
    if path.stem == "mend":
        assert found(module, names)[:1] == ["fades"], "it was healthy before"
    printed = said(module, path, names)
    if "like_" in path.stem:
        kind, other = (path.stem if "_like_" in path.stem else f"dense_{path.stem}").split("_like_")
        layer = names[{"dense": "layer", "embedding": "table"}.get(kind, kind)]
        return alike(module.parts(kind, layer), other, kind)
    if path.stem in ("start_lstm", "start_attention"):
        return getattr(module, path.stem)(names)
    if path.stem in ("start", "start_linen"):
        return starts(*module.arrays(names["hidden"]), *module.arrays(names["last"]))
    if path.stem == "mend":
        assert not found(module, names), found(module, names)
        return {"he": rounded((module.plain(names["model"])[1][0].astype(float) ** 2).mean() * 64)}
    if path.stem == "differ":
        equal = said(module, path, names | {"x": names["x"][[0] * 100]})
        assert tensor(printed) > 0.5 and tensor(equal) < 1e-4, (printed, equal)
    if path.stem == "moved":
        left = said(module, path, names | module.still(names))
        assert len(shares(printed)) == 5 and min(shares(printed)) > 0.8 and shares(left) == [0] * 5, (printed, left)
    if path.stem == "arrays_conv":
        accepted = [each for each in getattr(module, "refused", list)() if not refuses(names["layer"], each)]
        assert not accepted, f"a Layer cannot hold {accepted}"
    if path.stem.startswith("arrays"):
        return checked(names, before, LAWS[library])
    if path.stem == "bias_trap":
        return {"bias": rounded((module.arrays(names["layer"])[1].astype(float) ** 2).mean() * 512)}
    assert printed, "it prints nothing"
    return {}


def said(module, path, names):
    """What the snippet prints."""
    code, printed = compile(path.read_text(encoding="utf-8"), path.name, "exec"), io.StringIO()
    with contextlib.redirect_stdout(printed):
        getattr(module, "run", exec)(code, names)
    return printed.getvalue().strip()


def refuses(f, argument):
    try:
        f(argument)
    except ValueError:
        return True
    return False


def tensor(printed):
    return float(printed.removeprefix("tensor(").removesuffix(")"))


def shares(printed):
    return [float(line.split()[-1]) for line in printed.splitlines()]


def found(module, names):
    """The kinds of problems that `check` finds in its dense layers."""
    x, y = np.asarray(names["x"]), np.asarray(names["y"])
    report = check(module.plain(names["model"]), activations.relu, x, y, losses.softmax_cross_entropy)
    return [problem.kind for problem in report.problems]


def alike(here, other, kind):
    """Each part has the law that it has there, and no entries that are copies of others."""
    there = importlib.import_module(f"libraries.{other}").layers(SIZES[0])[kind](1)
    if kind in ("lstm", "gru"):
        here, there = acting(kind, here), acting(kind, there)
    assert here.keys() == there.keys(), f"{[*here]} here and {[*there]} there"
    for part, mine in here.items():
        theirs, where = there[part], f"{part} in {other}"
        if not np.ptp(theirs, axis=-1).any():
            assert (mine == theirs).all(), f"another constant than {where}"
            continue
        size = min(some(mine).size, some(theirs).size)
        a, b = some(mine)[:size].astype(float), some(theirs)[:size].astype(float)
        assert np.unique(a).size > 0.9 * size, f"entries of {part} are copies"
        assert distance(a, b) < critical(size), f"another law than {where}"
        assert abs((a**2).mean() / (b**2).mean() - 1) < 5 * 2**0.5 * error(b), f"another variance than {where}"
        assert part != "recurrent" or orthogonal(mine) == orthogonal(theirs), f"another kind of matrix than {where}"
    drawn = here.keys() & {"W", "input", "recurrent", "qkv", "out"}
    true = {part: next(iter(fans(kind, part, SIZES[0]).values())) for part in drawn}
    return {part: rounded(n * (here[part].astype(float) ** 2).mean()) for part, n in sorted(true.items())}


def acting(kind, found):
    """A recurrent layer's weights, and its biases as they act: of each gate one, whatever a library adds up. Only what
    a GRU's new gate adds to the state stands apart, where there is such a bias."""
    units, wide = sorted(found["recurrent"].shape)
    b, gates = found["b"].ravel(), wide // units
    if b.size % wide:  # the forget gate's stands elsewhere
        b = np.insert(b.reshape(-1, units), 1, found["forget"], axis=0)
    b = b.reshape(-1, gates, units)
    weights = {part: found[part] for part in ("input", "recurrent")}
    return weights | ({"b": b.sum(0)} if kind == "lstm" else {"b": b[:, :2].sum(0), "new": b[:, 2]})


def orthogonal(W):
    """How a matrix of gates is orthogonal, if it is, whichever side is the longer."""
    return orthogonal_blocks(W if W.shape[0] < W.shape[1] else W.T)


def starts(W, b, V, c):
    """He and Xavier, drawn apart, with biases 0."""
    he, xavier = (W.astype(float) ** 2).mean() * 512 / 2, (V.astype(float) ** 2).mean() * (768 + 10) / 2
    assert abs(he - 1) < 5 * error(W.astype(float)), f"He: {he:.4f}"
    assert abs(xavier - 1) < 5 * error(V.astype(float)), f"Xavier: {xavier:.4f}"
    assert not b.any() and not c.any(), "biases are not 0"
    for first, second in ((W, V), (W.T, V.T)):  # one key for both draws makes the smaller a part of the larger
        same = np.corrcoef(first.ravel()[:V.size], second.ravel())[0, 1]
        assert abs(same) < 5 / V.size ** 0.5, f"the draws are correlated: {same:.3f}"
    return {"he": rounded(he), "xavier": rounded(xavier)}


def checked(names, output, law):
    """The report is of this model: its outputs are the model's, and it finds nothing in a healthy start."""
    x, y = np.asarray(names["x"]), np.asarray(names["y"])
    report = check(names["params"], activations.relu, x, y, losses.softmax_cross_entropy)
    ours, theirs = report.rows[-1].q, float((output.astype(float) ** 2).mean())
    assert abs(ours / theirs - 1) < 1e-4, f"outputs of mean square {ours:.6f} here and {theirs:.6f} there"
    assert len(report.rows) == len(names["params"]) >= 3 and not report.problems, report
    laws = [row.law for row in report.rows]
    assert all(law in each for each in laws[:1]), laws
    return {"law": law}
