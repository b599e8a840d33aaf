"""All colours of the book's own files: tests/test_site.py holds its style sheet, logo and README's figure to them.

Lines are drawn in `initbook._sheet.COLORS`, which are chosen for light and dark pages alike; the rest is named here.
"""

from initbook._sheet import COLORS

INK = {"light": "#1f2328", "dark": "#e6edf3"}  # of text beside the theme's own: README's figure, preview cards
PAPER = "#14181d"  # behind a preview card
LINK = {"light": "#0f56bb", "dark": "#6ba1ec"}  # in an exercise's box, where the theme's has too little contrast
MARK = "#ffdf80"  # behind a word that was searched for, on light and dark pages alike, with PAPER for its letters
PALETTE = {*COLORS, *INK.values(), PAPER, *LINK.values(), MARK}
