"""What the book says of all, no or some activations, optimizers and initializers is true of the registries.

A row is a page, words of its sentence, and what must hold. When a new entry of a registry makes a sentence false, the
test fails and names page and line; so it does when the sentence is gone.
"""

import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from initbook import activations, initializers, optimizers, theory

ROOT = Path(__file__).parents[1]
ALL = [*activations.ALL.values(), activations.leaky_relu(0.2)]


def mean_degree(activation):
    return theory.mean_df2(activation) / theory.mean_f2(activation)


def respects_a_renaming(make):
    """Whether a step of the optimizer after an exchange of entries is the exchange after the step, to the last bit."""
    rng = np.random.default_rng(0)
    params, *grads = [[(rng.normal(size=(3, 3)), rng.normal(size=3))] for _ in range(4)]

    def stepped(order):
        (W, b), state = params[0], None
        moved = [(W[:, order], b[order])]
        state = make(0.1).init(moved)
        for [(dW, db)] in grads:
            moved, state = make(0.1).step(moved, [(dW[:, order], db[order])], state)
        return moved[0]

    W, b = stepped([0, 1, 2])
    return all((stepped(list(order))[0] == W[:, order]).all() and (stepped(list(order))[1] == b[list(order)]).all()
               for order in permutations(range(3)))


def table_names(path, names):
    text = (ROOT / path).read_text(encoding="utf-8").lower()
    return all(name in text for name in names)


SAID = [
    ("docs/symmetry/theorem.md", "The package's optimizers work entry by entry",
     lambda: all(map(respects_a_renaming, optimizers.ALL.values()))),
    ("docs/symmetry/theorem.md", "Every optimizer of the package, checked",
     lambda: table_names("docs/symmetry/theorem.md", [f"\n{name} 0.0 0.0" for name in optimizers.ALL])),
    ("docs/variance/gains.md", "An activation has two gains",
     lambda: all(0 < theory.forward_gain(a) < np.inf and 0 < theory.backward_gain(a) < np.inf for a in ALL)),
    ("docs/variance/gains.md", "the theory says that $q$ stays 1 for every activation",
     lambda: all(np.allclose(theory.length_map(a, theory.forward_gain(a) ** 2, q=1, layers=3), 1) for a in ALL)),
    ("docs/variance/gains.md", "The table has every activation of the package",
     lambda: table_names("docs/variance/gains.md", [f"\n| {name} | {{glue" for name in activations.ALL])),
    ("docs/variance/integrals.md", "Centred activations that are not straight lines have a mean degree above 1",
     lambda: all(mean_degree(a) > 1 for a in ALL
                 if abs(theory.normal_mean(a.f, kinks=a.kinks)) < 1e-12 and a is not activations.identity)),
    ("docs/practice/check-yours.md", "networks with all activations of the book but the identity",
     lambda: table_names("tools/check_rates.py", ['for f in activations.all.values() if f.name != "identity"'])),
    ("README.md", "SGD, momentum, Nesterov's momentum, Adam, each with weight decay",
     lambda: table_names("README.md", optimizers.ALL)
     and all(make(0.1, weight_decay=0.1) for make in optimizers.ALL.values())),
    ("README.md", "LeCun, Xavier and He over one `variance_scaling`",
     lambda: {re.sub("glorot", "xavier", re.sub("kaiming", "he", name)).partition("_")[0]
              for name in initializers.ALL} == {"zeros", "lecun", "xavier", "he"}),
]


def line_of(path, words):
    """Where a page says it, whatever its line breaks; 0 where it does not."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.search(r"\s+".join(map(re.escape, words.split())), text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


@pytest.mark.parametrize("path, words, holds", SAID, ids=[f"{path}: {words}" for path, words, _ in SAID])
def test_what_a_page_says_of_a_registry_is_true_of_it(path, words, holds):
    line = line_of(path, words)
    assert line, f"{path}: it no longer says “{words}”: take this row away, or say what it says now"
    said = f"{path}:{line}: “{words}” is not true of the registry any more"
    assert holds(), f"{said}: correct the sentence, or its row in SAID"


NUMBER = "all|every|each|no|none|only|both|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
OF_A_REGISTRY = re.compile(
    rf"\b(?:{NUMBER})\b(?: of)?(?: the| its| these| our)?(?: (?:package|book)'s)?"
    r" (?:activations?|optimizers?|initializers?)\b", re.IGNORECASE)
# Sentences of this form about something else than a registry: theorems, and lists that stand on the page itself.
OF_SOMETHING_ELSE = {
    "docs/reference/glossary.md": ["each activation is set to zero"],
    "docs/reference/often-said.md": ["almost no activations"],
    "docs/reference/sources.md": ["holds for every activation"],  # a theorem
    "docs/symmetry/theorem.md": ["every common optimizer", "All optimizers of this page", "two activations",
                                 "four optimizers", "Two activations", "one for each optimizer"],
    "docs/variance/gains.md": ["For all other activations", "no activation stands before it",
                               "Each of the activations in the figure", "A panel for each activation"],
    "docs/variance/backward.md": ["Four activations, three scales each"],
    "docs/variance/matter.md": ["Three activations, six schemes", "for each activation", "for every activation"],
}


def counted(path):
    """Where a page may count a registry, but for the sentences that have a row."""
    name, text = str(path.relative_to(ROOT)), " ".join(path.read_text(encoding="utf-8").split())
    known = [words for page, words, _ in SAID if page == name] + OF_SOMETHING_ELSE.get(name, [])
    for words in known:
        text = text.replace(words, "")
    return [f"{name}: “{said}” may become false: give it a row in SAID, or in OF_SOMETHING_ELSE"
            for said in OF_A_REGISTRY.findall(text)]


def test_a_sentence_that_counts_a_registry_has_a_row():
    found = [said for path in [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"] for said in counted(path)]
    assert not found, "\n".join(found)


def test_twin_a_sentence_that_a_new_entry_makes_false_is_seen(monkeypatch):
    by_column = optimizers.Optimizer(lambda params: None, lambda params, grads, state: (
        [(W - dW * [1.0, 2.0, 3.0], b) for (W, b), (dW, _) in zip(params, grads, strict=True)], state))
    monkeypatch.setitem(optimizers.ALL, "by_column", lambda lr, weight_decay=0.0: by_column)
    path, words, holds = SAID[0]
    with pytest.raises(AssertionError, match=r"docs/symmetry/theorem.md:\d+: .* is not true of the registry any more"):
        test_what_a_page_says_of_a_registry_is_true_of_it(path, words, holds)
