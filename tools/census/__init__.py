"""What every page of the book is held to, checked on its source: nothing is said that has not been run.

`python -m census` lists what is wrong, with file and line and what to do, and counts what was checked; so do the build
and `make test`. `python -m census docs/variance/he.md` looks at one page.

    page      reads a page: its prose, cells, snippets and formulas, each with its line
    snippets  every piece of Python is run by something
    numbers   a result in prose comes from the cell that computed it
    displays  a displayed equation is labelled and checked, or says what it is instead
    audit     the two pages on what others say have a verdict and its evidence for every claim
    figures   a figure has a text, a caption and an assertion
    glued     a number that is glued is used, and one that is used is glued (asked while the book is built)
"""

from census.book import PAGES, counts, problems

__all__ = ["PAGES", "counts", "problems"]
