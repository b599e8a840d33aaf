"""All pages at once, and what else shows Python: README and the package's docstrings."""

import equations
from census import audit, displays, figures, numbers, proof, snippets
from census.page import DOCTEST, ROOT, Page

PAGES = sorted((ROOT / "docs").rglob("*.md"))
CHECKS = (snippets, proof, numbers, displays, figures, audit)


def problems(paths=None):
    """What is wrong with these pages (without `paths`: with the book), each with its file, its line and what to do."""
    pages = [Page(path) for path in paths or PAGES]
    found = [said for page in pages for check in CHECKS for said in check.problems(page)]
    return found if paths else found + elsewhere(pages)


def elsewhere(pages):
    """What is wrong outside of the pages."""
    found, checks = in_readme(Page(ROOT / "README.md")), equations.checks()
    found += [f"{path.relative_to(ROOT)}:1: nothing checks a page of this kind: write it as Markdown, in a .md"
              for kind in ("ipynb", "myst", "rst") for path in sorted((ROOT / "docs").rglob(f"[!.]*.{kind}"))]
    for module in sorted((ROOT / "initbook").glob("*.py")):
        found += snippets.in_docstrings(module, module.relative_to(ROOT))
    return found + displays.unused(pages, checks) + list(numbers.in_checks(checks.values()))


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
