"""Every claim of the sources has one card and one verdict, every erratum a demonstration; and a missing one is seen."""

import pytest

from census import audit
from census.page import ROOT, Page

AUDIT = Page(ROOT / "docs" / "reference" / "sources.md")
ERRATA = Page(ROOT / "docs" / "reference" / "often-said.md")


def test_every_claim_has_one_card_with_one_verdict_a_number_and_a_link():
    assert audit.problems(AUDIT) == []
    by_kind = audit.verdicts(AUDIT)
    assert sum(map(len, by_kind.values())) == audit.count(AUDIT)["claims audited"] == sum(audit.CLAIMS.values())


def test_every_erratum_has_a_demonstration_and_a_link():
    assert audit.problems(ERRATA) == []
    assert audit.count(ERRATA)["errata"] >= 22


@pytest.mark.parametrize(
    "old, new",
    [
        ("{admonition} A2. ", "{admonition} A3. "),  # one claim twice, another not at all
        ("{admonition} E9. ", "{note} E9. "),
        ("{admonition} B2. Does not hold", "{admonition} B2. Mostly holds"),  # a verdict of a fourth kind
        ("{admonition} B2. Does not hold", "{admonition} B2. Holds"),  # words against colour, table and count
        (":class: verdict fails\n:name: claim-b2", ":class: verdict holds\n:name: claim-b2"),
        (":name: claim-b2", ":name: claim-b3"),
        ("| [B2](#claim-b2) ", "| "),  # the table
        ('"fails": "B2 ', '"fails": "'),  # the count
        ("[Without a hidden layer, zero is fine](../symmetry/no-hidden-layer.md), {numref}`fig-first-step`", "there"),
        ("{glue:text}`sources.md::a2-apart:.2f`", "0.2"),
    ],
)
def test_a_fault_in_the_audit_is_seen(old, new):
    assert AUDIT.text.count(old) == 1
    assert audit.problems(Page(AUDIT.path, AUDIT.text.replace(old, new))) != []


@pytest.mark.parametrize(
    "old, new",
    [
        ("### “You need randomness”", "### You need randomness"),
        ("(said-random)=\n", ""),
        ("(said-random)=", "(said-linear)="),
        ("*Met in* nearly every introduction.", "Nearly every introduction."),
        ("```{doctest}\n>>> cosine =", "```text\n>>> cosine ="),
        ("[Breaking the symmetry](../symmetry/breaking.md#must-it-be-random)", "Breaking the symmetry"),
    ],
)
def test_a_fault_in_the_errata_is_seen(old, new):
    assert ERRATA.text.count(old) == 1
    assert audit.problems(Page(ERRATA.path, ERRATA.text.replace(old, new))) != []
