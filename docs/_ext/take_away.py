"""What a reader can take with her: each page as a notebook with its outputs and as MyST source, both of which run
beside an installed `initbook`; the package itself, as a wheel beside the site, and the line that installs it; and, once
the book has an address, buttons that open the notebook on Colab or Binder.
"""

import os
import re
import shutil
import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive
from flit_core.wheel import make_wheel_in

import execution

GLUED = re.compile(r"\{glue:text\}`(?:[^`:]+::)?([^`:]+)(?::([^`]+))?`")
INSTALL = "try:\n    import initbook\nexcept ImportError:\n    %pip install --quiet {package}"
PROJECT = tomllib.loads((execution.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WHEEL = f"{PROJECT['name']}-{PROJECT['version']}-py3-none-any.whl"  # at the root of the site
# The branch that the site is published from: there are the notebooks, and what Binder needs to run them.
BRANCH = "gh-pages"


def package(site, repository):
    """What pip is told to install: the site's own wheel, else the repository, else the file that was taken here."""
    return f"{site}{WHEEL}" if site else f"git+{repository}" if repository else WHEEL


class Install(Directive):
    """The line that installs the package, and the file for whoever has no network, or a site without an address."""

    def run(self):
        config = self.state.document.settings.env.config
        line = f"pip install {package(config.html_baseurl, config.repository)}"
        code = nodes.literal_block(line, line, language="sh")
        here = os.path.relpath(WHEEL, Path(self.state.document.settings.env.docname).parent)
        link = nodes.reference("", WHEEL, refuri=here, internal=False)
        about = nodes.paragraph("", "", nodes.Text("The package is one file, "), link, nodes.Text(
            ". Take it, then, in the folder where it lies:" if line.endswith(f" {WHEEL}") else ":"))
        return [about, code]


def write_wheel(folder):
    """The package as pip installs it, the same bytes from the same commit: flit takes dates from the environment."""
    wheel = make_wheel_in(execution.ROOT / "pyproject.toml", Path(folder)).file
    wheel.chmod(0o644)  # a server reads it
    return wheel


def executed(app, page):
    """Where MyST-NB has put the page's notebook after it was run."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"


def filled(found, values):
    """A number in the place of its name; where a cell failed there is none, and the build says which cell."""
    return format(values[found[1]], found[2] or "").replace("%", " %") if found[1] in values else found[0]


def for_readers(notebook, values, package):
    """The notebook as Jupyter can show and run it: numbers in its text, and no need of what builds the book."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = GLUED.sub(lambda found: filled(found, values), cell.source)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(INSTALL.format(package=package), id="install"))
    return notebook


def write_sources(app, exception):
    if exception or app.builder.name != "html":
        return
    for page, run in execution.runs(app).items():
        notebook = nbformat.read(executed(app, page), 4)
        notebook = for_readers(notebook, run.get("glued", {}), package(app.config.html_baseurl, app.config.repository))
        nbformat.write(notebook, Path(app.outdir, "_sources", f"{page}.ipynb"))
        for read in Path(app.srcdir, page).parent.glob("*.json"):  # what a cell reads
            shutil.copy(read, Path(app.outdir, "_sources", page).parent)
    write_wheel(app.outdir)
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
    app.add_directive("install", Install)
    app.connect("html-page-context", add_buttons, priority=600)  # after the theme's own
    app.connect("build-finished", write_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
