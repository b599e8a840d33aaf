"""The snippets, run on the real libraries; each kind of name has something that it must make true.

    like_other, conv_like_other, embedding_like_other
                  `layer`, `conv` or `table` has the law of the other library's: two samples, one distribution
    start         `hidden` starts from He, `last` from Xavier with biases 0
    start_lstm, start_attention
                  the laws of the book's table
    mend          a network that `check` finds faded is healthy after it
    differ        outputs of a healthy network differ, those of equal samples do not
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
from libraries.measure import SIZES, critical, distance, error, rounded, some

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
    if path.stem.startswith("like_"):
        return alike(module.arrays(names["layer"]), path.stem.removeprefix("like_"))
    if path.stem.startswith("conv_like_"):
        return alike(module.convolution(names["conv"]), path.stem.removeprefix("conv_like_"), "conv")
    if path.stem.startswith("embedding_like_"):
        return alike([module.embedding(names["table"])], path.stem.removeprefix("embedding_like_"), "embedding")
    if path.stem in ("start_lstm", "start_attention"):
        return getattr(module, path.stem)(names)
    if path.stem == "start":
        return starts(*module.arrays(names["hidden"]), *module.arrays(names["last"]))
    if path.stem == "mend":
        assert not found(module, names), found(module, names)
        return {"he": rounded((module.plain(names["model"])[1][0].astype(float) ** 2).mean() * 64)}
    if path.stem == "differ":
        equal = said(module, path, names | {"x": names["x"][:1].repeat(100, 1)})
        assert tensor(printed) > 0.5 and tensor(equal) < 1e-4, (printed, equal)
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


def found(module, names):
    """The kinds of problems that `check` finds in its dense layers."""
    x, y = np.asarray(names["x"]), np.asarray(names["y"])
    report = check(module.plain(names["model"]), activations.relu, x, y, losses.softmax_cross_entropy)
    return [problem.kind for problem in report.problems]


def alike(here, other, kind="dense"):
    """Weights and biases have the law that they have there."""
    there = importlib.import_module(f"libraries.{other}").layers(SIZES[0])[kind](1)
    for mine, part in zip(here, "Wb", strict=False):
        a, b = some(mine), some(there[part])
        b = b[:a.size]
        assert a.any() == b.any(), f"{part} is 0 here or there"
        assert not a.any() or distance(a, b) < critical(a.size), f"{part} has another law than in {other}"
        squares = [float((each.astype(float) ** 2).mean()) for each in (a, b)]
        near = 5 * 2**0.5 * error(b.astype(float))
        assert not a.any() or abs(squares[0] / squares[1] - 1) < near, f"{part} has another variance than in {other}"
    W = here[0].astype(float)
    return {"scale": rounded((W**2).mean() * {"dense": 512, "conv": 3 * 3 * 64, "embedding": 1}[kind])}


def starts(W, b, V, c):
    """He, and Xavier with biases 0."""
    he, xavier = (W.astype(float) ** 2).mean() * 512 / 2, (V.astype(float) ** 2).mean() * (768 + 10) / 2
    assert abs(he - 1) < 5 * error(W.astype(float)), f"He: {he:.4f}"
    assert abs(xavier - 1) < 5 * error(V.astype(float)), f"Xavier: {xavier:.4f}"
    assert not c.any(), "biases are not 0"
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
