"""Two pages on what others say: a card with a verdict for every claim of the sources, a demonstration for each erratum.

A card is an admonition, `A1. Holds when …`; its class and its name say the same, and so do the table and the count.
An erratum is a section with an anchor of its own: `(said-…)=`, then the sentence in quotation marks as its heading.
"""

import re
from collections import Counter

CLAIMS = {"A": 7, "B": 6, "C": 5, "D": 6, "E": 9}  # how many claims each article makes
KINDS = {"Holds": "holds", "Holds when": "when", "Does not hold": "fails"}  # the words, and the class of the card

CARD = re.compile(r"\{admonition\} ([A-Z]\d+)\. (Holds when|Holds|Does not hold)")
IN_TABLE = re.compile(r"\[([A-Z]\d+)\]\(#claim-[a-z]\d+\)")
ITEM = re.compile(r"^\(said-[\w-]+\)=\n### “(.+)”$", re.MULTILINE)
EVIDENCE = re.compile(r"\]\(\.\./(?:symmetry|variance)/[\w-]+\.md")
MEASURED = re.compile(r"\{glue:text\}`")


def problems(page):
    checks = {"sources.md": audit_problems, "often-said.md": errata_problems}
    return checks.get(page.path.name, lambda page: [])(page)


def count(page):
    """How many claims have a verdict on this page, and how many errata it has."""
    return {"claims audited": len(cards(page)), "errata": len(errata(page))}


# Verdicts


def cards(page):
    """`(claim, words of its verdict, card)`, in the page's order."""
    found = [(CARD.match(piece.info), piece) for piece in page.pieces if piece.kind == "fence"]
    return [(match[1], match[2], card) for match, card in found if match]


def verdicts(page):
    """`{kind of verdict: its claims}`, by the words of the cards."""
    return {kind: [claim for claim, words, _ in cards(page) if KINDS[words] == kind] for kind in KINDS.values()}


def audit_problems(page):
    expected = [f"{article}{i}" for article, claims in CLAIMS.items() for i in range(1, claims + 1)]
    found = [claim for claim, _, _ in cards(page)]
    said = [] if found == expected else [page.says(1, f"cards for {found}: there must be one for each of {expected}")]
    return said + [problem for card in cards(page) for problem in of_card(page, *card)] + of_lists(page)


def of_card(page, claim, words, card):
    style, name = f"verdict {KINDS[words]}", f"claim-{claim.lower()}"
    wanted = {
        f"its class must be `{style}`, as its words say": card.options.get("class") == style,
        f"its name must be {name}": card.options.get("name") == name,
        "it shows no number that this page has computed: glue one": MEASURED.search(card.text),
        "it has no link to the page that shows it": EVIDENCE.search(card.text),
    }
    return [page.says(card.line, f"{claim}: {problem}") for problem, fine in wanted.items() if not fine]


def of_lists(page):
    """The table at the top, a column for each kind, and the cell that counts them: do they say what the cards say?"""
    rows = [row.split("|")[2:5] for row in page.text.splitlines() if row.startswith("| **")]
    table = [[claim for row in rows for claim in IN_TABLE.findall(row[column])] for column in range(len(KINDS))]
    in_cell = {kind: re.search(rf'"{kind}": "([^"]*)"', page.text) for kind in KINDS.values()}
    said = []
    for (kind, by_card), by_table in zip(verdicts(page).items(), table, strict=True):
        by_cell = in_cell[kind][1].split() if in_cell[kind] else []
        said += [page.says(1, f"{kind}: the cards have {by_card}, {where} {listed}") for where, listed in
                 {"the table": by_table, "the cell that counts": by_cell}.items() if listed != by_card]
    return said


# Errata


def errata(page):
    """`{what is often said: the section about it}`."""
    parts = ITEM.split(page.text)
    sections = [re.split(r"^#{1,3} ", part, flags=re.MULTILINE)[0] for part in parts[2::2]]
    return dict(zip(parts[1::2], sections, strict=True))


def errata_problems(page):
    anchors = Counter(re.findall(r"^\((said-[\w-]+)\)=$", page.text, re.MULTILINE))
    twice = [anchor for anchor, times in anchors.items() if times > 1]
    said = [page.says(1, f"({anchor})= stands here more than once: each item has its own") for anchor in twice]
    if len(errata(page)) != len(re.findall(r"^### ", page.text, re.MULTILINE)):
        said.append(page.says(1, "each ### heading must be one sentence in “…”, with (said-…)= in the line above it"))
    for claim, text in errata(page).items():
        wanted = {"a {doctest} that would fail if it were true": "```{doctest}\n>>> " in text,
                  "a link to the page that shows it": EVIDENCE.search(text),
                  "*Met in* …": "*Met in*" in text, "*True is:* …": "*True is:*" in text}
        said += [page.says(1, f"“{claim}” lacks {problem}") for problem, there in wanted.items() if not there]
    return said
