"""How often `initbook.check` blames a network that trains, and finds one that does not: `python tools/check_rates.py`.

Networks are drawn with all activations, widths, laws and depths, started, judged by `check`, and trained on the digits.
Those no deeper than `theory.reach` that do learn them must not be blamed; of those beyond their reach that do not learn
them, as many as possible should be. What was found is written to docs/practice/check_rates.json, which the page reads.
"""

import argparse
import json
import time
from datetime import date
from multiprocessing import Pool
from pathlib import Path

import numpy as np

import initbook
from initbook import activations, check, data, initializers, losses, optimizers, theory, training

TO = Path(__file__).parents[1] / "docs" / "practice" / "check_rates.json"
WIDTHS, DEEPEST, BEYOND = (32, 48, 64, 128), 12, 15
RATES, STEPS, BATCH, LEARNED = (3e-3, 1e-2, 1e-3), 120, 64, 0.85
SAMPLES = 300
LAWS = {"forward": theory.forward_gain, "backward": theory.backward_gain}
SHAPES = "normal", "uniform", "truncated", "orthogonal"
FACTORS = 0.5, 1.0, 2.0  # of the standard deviation, where a network is to be beyond its reach
LOSS = losses.softmax_cross_entropy


def digits():
    x, y = data.digits()
    return (x - x.mean(0)) / (x.std(0) + 1e-8), y


def drawn(rng, f, beyond):
    """A network of one of f's gains, as deep as it holds or, from a scaled gain, deeper: what it is, and its weights.
    None if no depth is held."""
    width, law, shape = int(rng.choice(WIDTHS)), str(rng.choice(list(LAWS))), str(rng.choice(SHAPES))
    gain = LAWS[law](f) * (float(rng.choice(FACTORS)) if beyond else 1.0)
    reach = theory.reach(f, gain**2, width, most=DEEPEST)
    if not beyond and reach < 1:
        return None
    depth = reach + int(rng.integers(1, BEYOND + 1)) if beyond else int(rng.integers(1, reach + 1))
    scaled = initializers.variance_scaling
    inner = initializers.orthogonal(gain) if shape == "orthogonal" else scaled(gain**2, "fan_in", shape)
    last = scaled(float(rng.choice([1, gain**2, 0.01])), "fan_in", "normal")
    params = initializers.init_params(rng, [64, *[width] * depth, 10], [inner] * depth + [last])
    said = {"width": width, "depth": depth, "reach": reach, "law": law, "shape": shape, "gain": round(gain, 4)}
    return {"activation": f.name, **said}, params


def best_accuracy(params, f, x, y):
    """The best of a few rates, until one of them has learned the digits."""
    best = 0.0
    for rate in RATES:
        run = training.train(params, x, y, activations=f, loss=LOSS, optimizer=optimizers.adam(rate), steps=STEPS,
                             batch_size=BATCH, rng=np.random.default_rng(1), every=STEPS)
        best = max(best, float(training.accuracy(run.params, x[:600], y[:600], f)))
        if best > LEARNED:
            break
    return best


def kinds(params, f, x, y):
    """What `check` finds; nothing where it fails itself, which it does where f⁴ leaves the range of numbers."""
    try:
        return [problem.kind for problem in check(params, f, x, y, LOSS).problems]
    except ValueError as error:
        print(f.name, len(params), error)
        return []


def judged(rng, wanted, beyond, end):
    """That many networks, or as many as there is time for, each with its accuracy and what `check` says of it."""
    (x, y), found = digits(), []
    fs = [f for f in activations.ALL.values() if f.name != "identity"]
    while len(found) < wanted and time.monotonic() < end:
        drawing = drawn(rng, fs[int(rng.integers(len(fs)))], beyond)
        if drawing is None:
            continue
        said, params = drawing
        f, some = activations.get(said["activation"]), rng.permutation(len(x))[:SAMPLES]
        with np.errstate(all="ignore"):
            blamed = kinds(params, f, x[some], y[some])
            found.append({**said, "accuracy": round(best_accuracy(params, f, x, y), 2), "blamed": blamed})
    return found


def counted(networks, trains):
    """How many of those that learn, or that do not, `check` blames."""
    some = [network for network in networks if (network["accuracy"] > LEARNED) == trains]
    return {"blamed": sum(bool(network["blamed"]) for network in some), "of": len(some)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--within", type=int, default=200, help="networks no deeper than their reach")
    parser.add_argument("--beyond", type=int, default=100, help="networks that are deeper")
    parser.add_argument("--minutes", type=float, default=60, help="when to stop, whatever is done")
    wanted = parser.parse_args()
    end = time.monotonic() + 60 * wanted.minutes
    within, beyond = map(np.random.default_rng, range(2))
    sorts = [(within, wanted.within, False, end), (beyond, wanted.beyond, True, end)]
    with Pool(len(sorts)) as pool:
        within, beyond = pool.starmap(judged, sorts)
    result = {
        "date": date.today().isoformat(), "version": initbook.__version__, "numpy": np.__version__,
        "rates": RATES, "steps": STEPS, "batch": BATCH, "learned": LEARNED, "widths": WIDTHS,
        "healthy": counted(within, True), "within, does not train": counted(within, False),
        "broken": counted(beyond, False), "beyond, trains": counted(beyond, True),
        "healthy but blamed": [n for n in within if n["accuracy"] > LEARNED and n["blamed"]],
        "broken but not found": [n for n in beyond if n["accuracy"] <= LEARNED and not n["blamed"]],
    }
    TO.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print({key: result[key] for key in ("healthy", "within, does not train", "broken", "beyond, trains")})


if __name__ == "__main__":
    main()
