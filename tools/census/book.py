"""All pages at once, and what else shows Python: README and the package's docstrings."""

import equations
from census import audit, displays, figures, numbers, proof, snippets
from census.page import DOCTEST, ROOT, Page

PAGES = sorted((ROOT / "docs").rglob("*.md"))
CHECKS = (snippets, proof, numbers, displays, figures, audit)


def problems(paths=None):
    """What is wrong with these pages (without `paths`: with the book), each with its file, its line and what to do."""
    seen = [look_at(path) for path in paths or PAGES]
    found = [said for page in seen for said in page["problems"]]
    return found if paths else found + elsewhere([label for page in seen for label in page["equations"]])


def look_at(path):
    """All that the build asks of a page: what is wrong, its title, its equations and which of these are confirmed."""
    page = Page(path)
    return {"problems": [said for check in CHECKS for said in check.problems(page)], "title": page.title,
            "equations": {label: piece.text for label, piece in displays.labelled_displays(page).items()},
            "confirmed": displays.confirmed(page)}


def elsewhere(labels):
    """What is wrong outside of the pages, which state the equations with these labels."""
    found, checks = in_readme(Page(ROOT / "README.md")), equations.checks()
    found += [f"{path.relative_to(ROOT)}:1: nothing checks a page of this kind: write it as Markdown, in a .md"
              for kind in ("ipynb", "myst", "rst") for path in sorted((ROOT / "docs").rglob(f"[!.]*.{kind}"))]
    for module in sorted((ROOT / "initbook").glob("*.py")):
        found += snippets.in_docstrings(module, module.relative_to(ROOT))
    return found + displays.unused(labels, checks) + list(numbers.in_checks(checks.values()))


def in_readme(readme):
    """There GitHub must show what a page has as {doctest}."""
    as_pages = Page(readme.path, readme.text.replace("```python\n", f"```{DOCTEST}\n"))
    return snippets.problems(as_pages) + numbers.problems(readme)


def counts(paths=PAGES):
    """How much there is that is checked, in words."""
    pages, tally = [Page(path) for path in paths], {}
    for page in pages:
        for kind, many in [item for check in (numbers, snippets, figures, audit) for item in check.count(page).items()]:
            tally[kind] = tally.get(kind, 0) + many
    return tally | {"equations": sum(len(displays.labels(page)) for page in pages)}
