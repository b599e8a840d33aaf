"""Two pages on what others say: a card with a verdict for every claim of the sources, a demonstration for each erratum.

A card is an admonition, `A4. Holds when …` or `D6. A fault: …`; its class and its name say the same, and so do the
table and the cell that counts. An erratum is a section with an anchor of its own: `(said-…)=`, then the sentence in
quotation marks as its heading.
"""

import re

CLAIMS = {"A": 9, "B": 9, "C": 7, "D": 4, "E": 10}  # how many claims each article makes
FAULTS = ["D6"]  # what a program takes for granted: no claim. D5 was none, and its number stays free
KINDS = {"Holds": "holds", "Holds when": "when", "Does not hold": "fails", "A fault": "fault"}

CARD = re.compile(r"\{admonition\} ([A-Z]\d+)\. (Holds when|Holds|Does not hold|A fault)")
SECTION = re.compile(r"^(?:\((said-[\w-]+)\)=\n)?### (.+)\n((?:(?!##|\(said-).*\n)*)", re.MULTILINE)
EVIDENCE = re.compile(r"\]\(\.\./(?:symmetry|variance|beyond)/[\w-]+\.md")


def problems(page):
    checks = {"sources.md": audit_problems, "often-said.md": errata_problems}
    return checks.get(page.path.name, lambda page: [])(page)


def count(page):
    claims = [claim for claim, words, _ in cards(page) if words != "A fault"]
    return {"claims audited": len(claims), "errata": page.text.count("\n(said-")}


def cards(page):
    """`(claim, words of its verdict, card)`, in the page's order."""
    found = [(CARD.match(piece.info), piece) for piece in page.pieces]
    return [(match[1], match[2], card) for match, card in found if match]


def audit_problems(page):
    expected = [f"{article}{i}" for article, claims in CLAIMS.items() for i in range(1, claims + 1)] + FAULTS
    expected.sort(key=lambda claim: (claim[0], int(claim[1:])))
    listed = [claim for claim, _, _ in cards(page)]
    order = [] if listed == expected else [page.says(cards(page)[0][2].line, "the cards must be those of "
             f"{', '.join(expected)}, in this order, each once; they are {', '.join(listed)}")]
    return order + [said for card in cards(page) for said in of_card(page, *card)] + list(of_lists(page))


def of_card(page, claim, words, card):
    style, name = f"verdict {KINDS[words].replace('fault', 'fails')}", f"claim-{claim.lower()}"
    wanted = {
        f"its class must be `{style}`, as its words say": card.options.get("class") == style,
        f"its name must be {name}": card.options.get("name") == name,
        "it shows no number that this page has computed: glue one": "{glue:text}`" in card.text,
        "it has no link to the page that shows it: add one": EVIDENCE.search(card.text),
    }
    return [page.says(card.line, f"{claim}: {problem}") for problem, fine in wanted.items() if not fine]


def of_lists(page):
    """The table at the top, a column for each kind, and the cell that counts them: do they say what the cards say?"""
    rows = [row.split("|")[2:] for row in page.text.splitlines() if row.startswith("| **")]
    for column, kind in enumerate(KINDS.values()):
        by_card = [claim for claim, words, _ in cards(page) if KINDS[words] == kind]
        by_table = re.findall(r"\[([A-Z]\d+)\]\(#claim-", "".join(row[column] for row in rows))
        by_cell = re.search(rf'"{kind}": "([^"]*)"|$', page.text)
        for found, place, line in ((by_table, "the table", page.text.find("| **")),
                                   ((by_cell[1] or "").split(), "the cell that counts", by_cell.start())):
            if found != by_card:
                yield page.says(page.line(line), f"{kind}: the cards have {by_card}, {place} {found}: make them agree")


def errata(page):
    """`(anchor, heading, text, line)` of each section about something that is often said."""
    return [(*found.groups(), page.line(found.start(2))) for found in SECTION.finditer(page.text)]


def errata_problems(page):
    anchors = [anchor for anchor, *_ in errata(page)]
    for anchor, claim, text, line in errata(page):
        wanted = {
            "an anchor of its own, (said-…)=, in the line above": anchor and anchors.count(anchor) == 1,
            "quotation marks, “…”, around one sentence": re.fullmatch("“.+”", claim),
            "a {doctest} that would fail if it were true": "```{doctest}\n>>> " in text,
            "a link to the page that shows it": EVIDENCE.search(text),
            "*Met in* …": "*Met in*" in text, "*True is:* …": "*True is:*" in text,
        }
        yield from (page.says(line, f"{claim} lacks {lack}: add it") for lack, there in wanted.items() if not there)
