"""How Sphinx builds the book: `make html`, or `sphinx-build -c . docs build/html`."""

import gc
import os
import sys
import tomllib
from pathlib import Path

gc.set_threshold(100_000, 50, 100)  # pages are trees that stay: walks through them took a tenth of what Sphinx does
ROOT = Path(__file__).parent
sys.path[:0] = [str(ROOT / folder) for folder in ("docs/_ext", "tools", "tests")]  # extensions, census, equation checks

import kept  # noqa: E402

kept.beginning()  # what the book is made of, before any of it is read

os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # the same sources give the same book, whenever

# The book
project = "initbook"
author = "The initbook authors"
copyright = f"{author}. Text: CC BY 4.0. Code: MIT"
# Where the book is published is written in `[project.urls]` of pyproject.toml. Until it is, pages link to no
# repository, offer no launch buttons and name no address of their own.
URLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls", {})
repository = URLS.get("Source", "").rstrip("/")

extensions = [
    "kept_pages",  # docs/_ext: read and write only the pages that changed
    "execution",  # docs/_ext: run the cells, keep the outputs
    "checked",  # docs/_ext: hold the pages to the census, list every equation with its check
    "katex",  # docs/_ext: formulas at build time
    "powers",  # docs/_ext: 2e-08 as 2 × 10⁻⁸, 74196 as 74 196
    "page_polish",  # docs/_ext: description, link preview and roles
    "folds",  # docs/_ext: solutions, side roads and the code of figures, folded alike
    "exercises",  # docs/_ext: what an exercise says of itself
    "gathered",  # docs/_ext: all exercises, all take-aways, each on one page
    "proofs",  # docs/_ext: where a proof begins and ends
    "terms",  # docs/_ext: the first use of a term leads to the glossary
    "take_away",  # docs/_ext: each page as a notebook and as MyST source, to take or to launch
    "edition",  # docs/_ext: which book this is, at the foot of each page; how far its numbers may be from a reader's
    "take_figures",  # docs/_ext: save, link to and cite each figure
    "moved",  # docs/_ext: old addresses lead to where their content stands now
    "translated",  # docs/_ext: which words of a page are offered for translation
    "around",  # docs/_ext: the words that extensions and scripts add, in another language
    "reading_time",  # docs/_ext: minutes of a page's main road, and what it needs, in the box of its goals
    "find",  # docs/_ext: what the search reads: the passages of each page
    "valid_html",  # docs/_ext: what others' extensions write, as HTML allows it
    "lean_pages",  # docs/_ext: one style sheet, scripts that wait, only the icons in use
    "published",  # docs/_ext: preview pictures, site map, and links of the 404 page
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.doctest",  # shows {doctest} blocks; what checks them is tests/test_snippets.py
    "sphinx.ext.githubpages",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_exercise",
    "sphinx_proof",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_ext", "_static", "locale", "**/.*"]
language = os.environ.get("BOOK_LANGUAGE", "en")  # its messages: docs/locale/<language>/LC_MESSAGES/book.po
locale_dirs = ["locale"]
gettext_compact = "book"  # one catalogue

# Pages
myst_enable_extensions = [
    "amsmath",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "fieldlist",
    "substitution",
]
myst_heading_anchors = 3
numfig = True
math_numfig = True
numfig_secnum_depth = 0
proof_minimal_theme = True

# Cells. "force" hands every page to docs/_ext/execution.py, which decides whether to run it.
nb_execution_mode = "force"
nb_execution_timeout = 180
nb_output_stderr = "show"  # docs/_ext/execution.py warns of it, with its words, and -W makes that an error
nb_merge_streams = True
nb_mime_priority_overrides = [("gettext", "text/html", 0)]  # translators are shown what readers see
nb_render_markdown_format = "myst"  # a table that a cell makes is a table as any other

# How long the main road of a page may be, in minutes, by part (docs/_ext/reading_time.py).
main_road_minutes = {"practice": 12, "symmetry": 20, "variance": 20, "beyond": 20}

# Formulas
html_math_renderer = "katex"

# References
bibtex_bibfiles = ["docs/references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

# The package
autodoc_typehints = "none"  # the docstrings say the types, with shapes
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False
napoleon_attr_annotations = False
add_module_names = False
# Links to the manuals of others would need a network at build time; these are the only types of theirs that we show.
nitpick_ignore = [
    ("py:class", "collections.abc.Callable"),
    ("py:class", "matplotlib.axes._axes.Axes"),
    ("py:class", "numpy.dtype"),
    ("py:class", "numpy.floating"),
    ("py:class", "numpy.ndarray"),
    ("py:class", "numpy.random._generator.Generator"),
]
python_use_unqualified_type_names = True

# The site
html_theme = "sphinx_book_theme"
html_title = "Where should weights start?"
html_baseurl = URLS["Documentation"].rstrip("/") + "/" if "Documentation" in URLS else ""
html_static_path = ["docs/_static"]
templates_path = ["docs/_ext/_templates"]
html_css_files = ["book.css"]
html_js_files = ["book.js", "choose.js", "exercises.js", "take.js"]  # which page loads which: docs/_ext/lean_pages.py
html_domain_indices = False
html_logo = "docs/_static/logo.svg"
html_favicon = "docs/_static/logo.svg"
html_last_updated_fmt = None
html_show_sphinx = False
html_context = {"default_mode": "light"}  # where no script can ask what the reader chose, or her system says
html_theme_options = {
    "repository_url": repository,
    "repository_branch": "main",
    "path_to_docs": "docs",
    "use_repository_button": bool(repository),
    "use_issues_button": bool(repository),
    "use_edit_page_button": bool(repository),
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # the sidebar has a search field already
    "show_toc_level": 2,
    "show_navbar_depth": 2,  # parts are open: their pages are seen at once
    "footer_content_items": ["edition.html", "copyright.html"],
    "logo": {"text": html_title},
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
linkcheck_anchors = False
linkcheck_retries = 2


def setup(app):
    # sphinx-proof says it may run in parallel but cannot merge what the processes found; there is nothing to merge,
    # because each proof is kept in the environment, which it does merge. To go when ProofDomain has this method.
    from sphinx_proof.domain import ProofDomain

    ProofDomain.merge_domaindata = lambda self, docnames, otherdata: None
