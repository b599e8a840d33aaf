"""All pages at once, and what else shows Python: README and the package's docstrings."""

import equations
from census import audit, displays, figures, numbers, snippets
from census.page import ROOT, Page

PAGES = sorted((ROOT / "docs").rglob("*.md"))
MODULES = sorted(path for folder in ("initbook", "equations") for path in (ROOT / folder).glob("*.py"))
CHECKS = (snippets, numbers, displays, figures, audit)
OTHER_PAGES = (".ipynb", ".myst", ".rst")  # Sphinx would build them too


def problems(paths=None):
    """What is wrong with these pages (without `paths`: with the book), each with its file, its line and what to do."""
    pages = [Page(path) for path in paths or PAGES]
    found = [said for page in pages for check in CHECKS for said in check.problems(page)]
    return found if paths else found + elsewhere()


def elsewhere():
    """What is wrong outside of the pages."""
    found = in_readme(Page(ROOT / "README.md")) + not_markdown(ROOT / "docs")
    for module in MODULES:
        found += snippets.in_docstrings(module, module.relative_to(ROOT))
    checks = equations.checks()
    return found + displays.unused([Page(path) for path in PAGES], checks) + list(numbers.in_checks(checks.values()))


def in_readme(readme):
    said = [readme.says(piece.line, said) for piece in readme.pieces for said in
            (snippets.in_session(piece.text) if piece.info == "python" else snippets.in_piece(piece))]
    return said + numbers.problems(readme)


def not_markdown(folder):
    return [f"{path.relative_to(ROOT)}:1: nothing checks a page of this kind: write it as Markdown, in a .md"
            for path in sorted(folder.rglob("*")) if path.suffix in OTHER_PAGES and "/." not in str(path)]


def counts(paths=PAGES):
    """How much there is that is checked, in words."""
    pages = [Page(path) for path in paths]
    kinds = [numbers.count(page) | snippets.count(page) | audit.count(page) for page in pages]
    tally = {kind: sum(of[kind] for of in kinds) for kind in kinds[0]}
    tally["figures"] = sum(figures.count(page) for page in pages)
    tally["equations"] = sum(len(displays.labels(page)) for page in pages)
    tally["docstring statements"] = sum(snippets.examples(path.read_text(encoding="utf-8")) for path in MODULES)
    return tally
