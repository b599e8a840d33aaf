"""What every page of the book is held to, checked on its source: nothing is said that has not been run.

`python -m census` lists what is wrong, with file and line and what to do, and counts what was checked; so do the build
and `make test`. `python -m census docs/variance/he.md` looks at one page.

    page      reads a page as MyST reads it: its prose, cells, snippets and formulas, each with its line
    snippets  every piece of Python is run by something
    proof     the proof does not stand in the reader's way: few assertions, no typed results, one removed cell
    numbers   a number in prose comes from the cell that computed it, or says where else it is from
    glued     a number that is handed to the text is used there, and the other way round (asked when the page has run)
    figures   a figure has a text, a caption and an assertion
    displays  a displayed equation is labelled and checked, or says what it is instead
    audit     the two pages on what others say have a verdict and its evidence for every claim
"""

from census.book import PAGES, counts, elsewhere, look_at, problems

__all__ = ["PAGES", "counts", "elsewhere", "look_at", "problems"]
