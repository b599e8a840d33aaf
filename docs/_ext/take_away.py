"""What a reader can take with her: each page as a notebook with its outputs and as MyST source, both of which run
beside an installed `initbook`; and, once the book has an address, buttons that open the notebook on Colab or Binder.
"""

import os
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

import nbformat

import execution

GLUED = re.compile(r"\{glue:text\}`(?:[^`:]+::)?([^`:]+)(?::([^`]+))?`")
INSTALL = "try:\n    import initbook\nexcept ImportError:\n    %pip install --quiet git+{repository}"
# The branch that the site is published from: there are the notebooks, and what Binder needs to run them.
BRANCH = "gh-pages"


def executed(app, page):
    """Where MyST-NB has put the page's notebook after it was run."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"


def filled(found, values):
    """A number in the place of its name; where a cell failed there is none, and the build says which cell."""
    return format(values[found[1]], found[2] or "").replace("%", " %") if found[1] in values else found[0]


def for_readers(notebook, values, repository):
    """The notebook as Jupyter can show and run it: numbers in its text, and no need of what builds the book."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = GLUED.sub(lambda found: filled(found, values), cell.source)
    if repository:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(INSTALL.format(repository=repository), id="install"))
    return notebook


def write_sources(app, exception):
    if exception or app.builder.name != "html":
        return
    for page, run in execution.runs(app).items():
        notebook = nbformat.read(executed(app, page), 4)
        notebook = for_readers(notebook, run.get("glued", {}), app.config.repository)
        nbformat.write(notebook, Path(app.outdir, "_sources", f"{page}.ipynb"))
    if app.config.repository:
        needs = Path(app.outdir, "binder", "requirements.txt")
        needs.parent.mkdir(exist_ok=True)
        needs.write_text(f"initbook @ git+{app.config.repository}\n", encoding="utf-8")


def launch_links(repository, page):
    """Where a page's notebook can be run without installing anything: name -> address. Both read from GitHub."""
    if urlsplit(repository).netloc != "github.com":
        return {}
    owner_and_name, notebook = urlsplit(repository).path.strip("/"), f"_sources/{page}.ipynb"
    return {
        "Colab": f"https://colab.research.google.com/github/{owner_and_name}/blob/{BRANCH}/{notebook}",
        "Binder": f"https://mybinder.org/v2/gh/{owner_and_name}/{BRANCH}?urlpath=lab/tree/{quote(notebook)}",
    }


def button(text, address, tooltip):
    return {"type": "link", "text": text, "url": address, "tooltip": tooltip}


def group(label, icon, tooltip, buttons):
    return {"type": "group", "label": label, "icon": icon, "tooltip": tooltip, "buttons": buttons}


def add_buttons(app, page, template, context, doctree):
    """At the head of a page: take it, or run it elsewhere."""
    if page not in app.env.found_docs or "orphan" in app.env.metadata[page]:
        return
    here = os.path.relpath("_sources", Path(page).parent)
    take = [button("MyST source (.md)", f"{here}/{page}.md", "The page as it was written")]
    if executed(app, page).exists():
        take.insert(0, button("Notebook (.ipynb)", f"{here}/{page}.ipynb", "With its outputs, for Jupyter"))
    take.append({"type": "javascript", "text": "Print, or save as PDF", "javascript": "print()"})
    buttons = [group("download-buttons", "fas fa-download", "Download this page", take)]
    links = launch_links(app.config.repository, page)
    if links and executed(app, page).exists():
        run = [button(name, address, f"Run this page on {name}") for name, address in links.items()]
        buttons.append(group("launch-buttons", "fas fa-rocket", "Run this page", run))
    context["header_buttons"] = [*buttons, *context["header_buttons"]]


def setup(app):
    app.add_config_value("repository", "", "html")
    app.connect("html-page-context", add_buttons, priority=600)  # after the theme's own
    app.connect("build-finished", write_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
