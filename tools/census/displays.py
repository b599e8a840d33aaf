"""A displayed equation that states something carries a label, and every label has a check in `tests/equations/`,
which somebody has compared with the equation as both are now (`make confirm`).

An equation without a label says in a comment, its first line, why it needs none:

    % step: eq-label     it stands on the way to that labelled equation, or is read off it
    % example: eq-label  numbers put into that equation
    % definition         it names something and states nothing

A display without a relation (=, <, ≈, →, …) states nothing and needs no word.
"""

import re

import equations

RELATION = re.compile(r"[=<>≈≤≥≠≡≃≅∼∝∈⊂⊆≪≫→↦⇒⇔]|\\(?:approx|cong|[lg]e(?:q|qslant)?|[lg]t|ll|gg|lesssim|gtrsim|to"
                      r"|sim|simeq|propto|in|(?:sub|sup)set(?:eq)?|(?:long)?mapsto|equiv|iff|implies|neq?"
                      r"|(?:[Ll]ong)?(?:[Ll]eft)?[Rr]ightarrow)(?![A-Za-z])")
MARK = re.compile(r"\s*%\s*(?P<kind>step|example|definition)(?::\s*(?P<label>[\w-]+))?\s*\n")
MARKS = "give it a label and a check, or begin it with the line `% step: eq-…`, `% example: eq-…` or `% definition`"


def problems(page):
    checks = equations.stated()
    return [page.says(piece.line, said) for piece in page.displays for said in in_display(piece, checks)]


def in_display(piece, checks):
    if piece.info:
        return labelled(piece, checks.get(piece.info))
    if not RELATION.search(re.sub(r"(?m)^\s*%.*", "", piece.text)):
        return []
    mark = MARK.match(piece.text)
    if not mark:
        return [f"an equation without a label: {MARKS}"]
    if mark["kind"] != "definition" and mark["label"] not in checks:
        return [f"`% {mark['kind']}: {mark['label']}`: no equation with a check has this label: correct it"]
    return []


def labelled(piece, check):
    if check is None:
        return [f"{piece.info} has no check: add one to tests/equations/, or take the label off"]
    if not equations.confirmed(check, piece.text):
        return [f"{piece.info}, or the code that {check.where} runs for it, was changed since somebody last compared "
                f"them: compare them and say so with `make confirm EQ={piece.info}`"]
    return []


def labelled_displays(page):
    """`{label: formula}` of a page, in its order."""
    return {piece.info: piece for piece in page.displays if piece.info}


def confirmed(page):
    """The labels of the equations of a page that are as they were when somebody last compared them with their code."""
    checks = equations.stated()
    return [label for label, piece in labelled_displays(page).items()
            if label in checks and equations.confirmed(checks[label], piece.text)]


def labels(page):
    """The labels of a page's equations, in their order."""
    return list(labelled_displays(page))


def unused(stated, checks):
    """Checks of equations that no page states."""
    return [f"{check.where}: no page has an equation {label}: take the check away, or correct its label"
            for label, check in checks.items() if label not in stated]
