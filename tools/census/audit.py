"""Two pages on what others say: a card with a verdict for every claim of the sources, a demonstration for each erratum.

A card is an admonition, `A1. Holds when …` or `D5. A fault: …`; its class and its name say the same, and so do the
table and the count.
An erratum is a section with an anchor of its own: `(said-…)=`, then the sentence in quotation marks as its heading.
"""

import re
from collections import Counter
from itertools import zip_longest

CLAIMS = {"A": 7, "B": 6, "C": 5, "D": 4, "E": 9}  # how many claims each article makes
FAULTS = ["D5", "D6"]  # what a program takes for granted: no claim
KINDS = {"Holds": "holds", "Holds when": "when", "Does not hold": "fails", "A fault": "fault"}
CLASS = {"holds": "holds", "when": "when", "fails": "fails", "fault": "fails"}  # of the card: its sign and colour

CARD = re.compile(r"\{admonition\} ([A-Z]\d+)\. (Holds when|Holds|Does not hold|A fault)")
IN_TABLE = re.compile(r"\[([A-Z]\d+)\]\(#claim-[a-z]\d+\)")
ITEM = re.compile(r"^\(said-[\w-]+\)=\n### “(.+)”$", re.MULTILINE)
HEADING = re.compile(r"^(.*)\n(### .*)$", re.MULTILINE)
EVIDENCE = re.compile(r"\]\(\.\./(?:symmetry|variance)/[\w-]+\.md")
MEASURED = re.compile(r"\{glue:text\}`")


def problems(page):
    checks = {"sources.md": audit_problems, "often-said.md": errata_problems}
    return checks.get(page.path.name, lambda page: [])(page)


def count(page):
    """How many claims have a verdict on this page, and how many errata it has."""
    faults = verdicts(page)["fault"]
    claims = len(cards(page)) - len(faults)
    return {"claims audited": claims, "faults of code": len(faults), "errata": len(errata(page))}


# Verdicts


def cards(page):
    """`(claim, words of its verdict, card)`, in the page's order."""
    found = [(CARD.match(piece.info), piece) for piece in page.pieces if piece.kind == "fence"]
    return [(match[1], match[2], card) for match, card in found if match]


def verdicts(page):
    """`{kind of verdict: its claims}`, by the words of the cards."""
    return {kind: [claim for claim, words, _ in cards(page) if KINDS[words] == kind] for kind in KINDS.values()}


def audit_problems(page):
    expected = sorted([f"{article}{i}" for article, claims in CLAIMS.items() for i in range(1, claims + 1)] + FAULTS)
    pairs = zip_longest([(claim, card.line) for claim, _, card in cards(page)], expected,
                        fillvalue=("no card", page.text.count("\n")))
    wrong = [(claim, line, wanted) for (claim, line), wanted in pairs if claim != wanted]
    said = [page.says(line, f"{claim} stands where the card of {wanted} must be: give each claim one card, in order")
            for claim, line, wanted in wrong[:1]]
    return said + [problem for card in cards(page) for problem in of_card(page, *card)] + of_lists(page)


def of_card(page, claim, words, card):
    style, name = f"verdict {CLASS[KINDS[words]]}", f"claim-{claim.lower()}"
    wanted = {
        f"its class must be `{style}`, as its words say": card.options.get("class") == style,
        f"its name must be {name}": card.options.get("name") == name,
        "it shows no number that this page has computed: glue one": MEASURED.search(card.text),
        "it has no link to the page that shows it: add one": EVIDENCE.search(card.text),
    }
    return [page.says(card.line, f"{claim}: {problem}") for problem, fine in wanted.items() if not fine]


def of_lists(page):
    """The table at the top, a column for each kind, and the cell that counts them: do they say what the cards say?"""
    rows = [row.split("|")[2:] for row in page.text.splitlines() if row.startswith("| **")]
    table = [[claim for row in rows for claim in IN_TABLE.findall(row[column])] for column in range(len(KINDS))]
    in_cell = {kind: re.search(rf'"{kind}": "([^"]*)"', page.text) for kind in KINDS.values()}
    said = []
    for (kind, by_card), by_table in zip(verdicts(page).items(), table, strict=True):
        by_cell = in_cell[kind][1].split() if in_cell[kind] else []
        places = {"| article |": ("the table", by_table), f'"{kind}": "': ("the cell that counts", by_cell)}
        said += [page.says(line_of(page, text), f"{kind}: the cards have {by_card}, {where} {listed}: make them agree")
                 for text, (where, listed) in places.items() if listed != by_card]
    return said


def line_of(page, text, start=0):
    """The line in which a text stands; 1 if it is missing altogether."""
    return page.text.count("\n", 0, max(page.text.find(text, start), 0)) + 1


# Errata


def errata(page):
    """`{what is often said: the section about it}`."""
    parts = ITEM.split(page.text)
    sections = [re.split(r"^#{1,3} ", part, flags=re.MULTILINE)[0] for part in parts[2::2]]
    return dict(zip(parts[1::2], sections, strict=True))


def errata_problems(page):
    anchors = Counter(re.findall(r"^\((said-[\w-]+)\)=$", page.text, re.MULTILINE))
    twice = [anchor for anchor, times in anchors.items() if times > 1]
    said = [page.says(line_of(page, f"({anchor})=", page.text.find(f"({anchor})=") + 1),
                      f"({anchor})= stands here more than once: give each item its own") for anchor in twice]
    said += [page.says(page.text.count("\n", 0, heading.start(2)) + 1,
                       "each ### heading must be one sentence in “…”, with (said-…)= in the line above it")
             for heading in HEADING.finditer(page.text) if not ITEM.match(heading[0])]
    for claim, text in errata(page).items():
        wanted = {"a {doctest} that would fail if it were true": "```{doctest}\n>>> " in text,
                  "a link to the page that shows it": EVIDENCE.search(text),
                  "*Met in* …": "*Met in*" in text, "*True is:* …": "*True is:*" in text}
        said += [page.says(line_of(page, f"### “{claim}”"), f"“{claim}” lacks {problem}: add it")
                 for problem, there in wanted.items() if not there]
    return said
