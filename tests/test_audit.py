"""Every claim of the sources has one card and one verdict, every erratum a demonstration; and a missing one is seen."""

import re

import pytest

from census import audit
from census.page import ROOT, Page

AUDIT = Page(ROOT / "docs" / "reference" / "sources.md")
ERRATA = Page(ROOT / "docs" / "reference" / "often-said.md")
SAID = """
    never-moves linear one-side convex random-biases random std-one saturated no-activations broad fan-in iid
    variance quarter uniform pytorch mean-one fan-mode gains thirty rand chaotic gelu-he zero-matrix which-zero
    zero-product zero-branch root-layer-norm depth-factor post-norm isometry lsuv lsuv-behind batch-norm same-rate
    mup-better coordinate-check mup-tied first-loss root-d tied-table
""".split()


def test_every_claim_has_one_card_with_one_verdict_a_number_and_a_link():
    assert audit.problems(AUDIT) == []
    assert audit.count(AUDIT)["claims audited"] == sum(audit.CLAIMS.values())


def test_every_erratum_has_a_demonstration_and_a_link_and_an_address_that_stays():
    assert list(audit.problems(ERRATA)) == []
    assert [anchor.removeprefix("said-") for anchor, *_ in audit.errata(ERRATA)] == SAID


@pytest.mark.parametrize("page, old, new", [
    (AUDIT, "{admonition} A2. ", "{admonition} A3. "),  # one claim twice, another not at all
    (AUDIT, "{admonition} E9. ", "{note} E9. "),
    (AUDIT, "{admonition} B2. Does not hold", "{admonition} B2. Mostly holds"),  # a verdict of a fourth kind
    (AUDIT, "{admonition} B2. Does not hold", "{admonition} B2. Holds"),  # words against colour, table and count
    (AUDIT, ":name: claim-b2", ":name: claim-b3"),
    (AUDIT, "| [B2](#claim-b2) ", "| "),  # the table
    (AUDIT, '"fails": "B2 ', '"fails": "'),  # the count
    (AUDIT, "[Without a hidden layer, zero is fine](../symmetry/no-hidden-layer.md), {numref}`fig-first-step`", ""),
    (AUDIT, "{glue:text}`sources.md::c3:.1g`", "0.2"),
    (ERRATA, "### “You need randomness”", "### You need randomness"),
    (ERRATA, "(said-random)=\n", ""),
    (ERRATA, "(said-random)=", "(said-linear)="),
    (ERRATA, "*Met in* nearly every introduction.", "Nearly every introduction."),
    (ERRATA, "```{doctest}\n>>> cosine =", "```text\n>>> cosine ="),
    (ERRATA, "[Breaking the symmetry](../symmetry/breaking.md#breaking-must-it-be-random)", "Breaking the symmetry"),
])
def test_a_fault_is_seen_and_told_with_its_line(page, old, new):
    assert page.text.count(old) == 1
    said = list(audit.problems(Page(page.path, page.text.replace(old, new))))
    assert said and all(int(re.search(r"\.md:(\d+): ", line)[1]) > 1 for line in said)
