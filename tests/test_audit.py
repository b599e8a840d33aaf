"""Every claim of the sources has one card and one verdict, every erratum a demonstration; and a missing one is seen."""

import re

import pytest

from census import audit
from census.page import ROOT, Page

AUDIT = Page(ROOT / "docs" / "reference" / "sources.md")
ERRATA = Page(ROOT / "docs" / "reference" / "often-said.md")
SAID = """
    never-moves linear one-side convex random-biases random std-one saturated no-activations broad fan-in iid variance
    quarter uniform pytorch fan-mode gains thirty rand chaotic batch-norm first-loss
""".split()


def test_every_claim_has_one_card_with_one_verdict_a_number_and_a_link():
    assert audit.problems(AUDIT) == []
    by_kind = audit.verdicts(AUDIT)
    assert by_kind.pop("fault") == audit.FAULTS  # the code's; no claim says it
    assert sum(map(len, by_kind.values())) == audit.count(AUDIT)["claims audited"] == sum(audit.CLAIMS.values())


def test_every_erratum_has_a_demonstration_and_a_link():
    assert audit.problems(ERRATA) == []
    assert re.findall(r"(?m)^\(said-(.+)\)=$", ERRATA.text) == SAID
    assert audit.count(ERRATA)["errata"] == len(SAID)


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
        ("{glue:text}`sources.md::a2:.2%`", "0.2"),
    ],
)
def test_a_fault_in_the_audit_is_seen(old, new):
    assert AUDIT.text.count(old) == 1
    assert 1 not in lines(Page(AUDIT.path, AUDIT.text.replace(old, new)))


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
    assert 1 not in lines(Page(ERRATA.path, ERRATA.text.replace(old, new)))


def test_a_fault_is_reported_where_it_stands():
    page = Page(ERRATA.path, ERRATA.text.replace("### “You need randomness”", "### You need randomness"))
    assert page.text.splitlines().index("### You need randomness") + 1 in lines(page)


def lines(page):
    """The lines of all that is wrong with a page, of which there must be something."""
    found = [int(re.search(r"\.md:(\d+): ", said)[1]) for said in audit.problems(page)]
    assert found
    return found
