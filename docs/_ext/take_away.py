"""What a reader can take with her: each page as a notebook with its outputs, which reads well in plain Jupyter and runs
beside an installed `initbook`, and as one to hand out, without outputs and solutions; as MyST source; the package
itself, as a wheel beside the site, and the line that installs it; and, once the book has an address, buttons that open
the notebook on Colab or Binder.
"""

import os
import shutil
import tomllib
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive
from flit_core.wheel import make_wheel_in

import execution
from plain_markdown import Markdown

INSTALL = "try:\n    import initbook\nexcept ImportError:\n    %pip install --quiet {package}"
WHERE = "# {package}, from the same menu as this notebook, must lie beside it.\n"
PROJECT = tomllib.loads((execution.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NUMPY, _, OLDEST = PROJECT["dependencies"][0].partition(">=")
NEEDS = f"Python {PROJECT['requires-python'].strip('>=')} and {NUMPY} {OLDEST}, or later"
WHEEL = f"{PROJECT['name']}-{PROJECT['version']}-py3-none-any.whl"  # at the root of the site
HANDOUT = "handout.ipynb"  # a notebook to be solved
# The branch that the site is published from: there are the notebooks, and what Binder needs to run them.
BRANCH = "gh-pages"


def package(site, repository):
    """What pip is told to install: the site's own wheel, else the repository, else the file that was taken here."""
    return f"{site}{WHEEL}" if site else f"git+{repository}" if repository else WHEEL


def set_up(site, repository):
    """The first cell of each notebook; where pip is told to take a file, it says in a line where the file is."""
    told = package(site, repository)
    return (WHERE if told == WHEEL else "").format(package=told) + INSTALL.format(package=told)


class Install(Directive):
    """The line that installs the package, and the file for whoever has no network, or a site without an address."""

    def run(self):
        config = self.state.document.settings.env.config
        line = f"pip install {package(config.html_baseurl, config.repository)}"
        code = nodes.literal_block(line, line, language="sh")
        here = os.path.relpath(WHEEL, Path(self.state.document.settings.env.docname).parent)
        link = nodes.reference("", WHEEL, refuri=here, internal=False)
        then = ". Take it, then, in the folder where it lies:" if line.endswith(f" {WHEEL}") else ":"
        words = nodes.Text("The package is one file, "), link, nodes.Text(f", for {NEEDS}{then}")
        about = nodes.paragraph("", "", *words)
        return [about, code]


def write_wheel(folder):
    """The package as pip installs it, the same bytes from the same commit: flit takes dates from the environment."""
    wheel = make_wheel_in(execution.ROOT / "pyproject.toml", Path(folder)).file
    wheel.chmod(0o644)  # a server reads it
    return wheel


def executed(app, page):
    """Where MyST-NB has put the page's notebook after it was run."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"


def links(app, page):
    """Where a link of the page leads from its notebook: to the published page, or within the notebook, or nowhere."""
    base = app.config.html_baseurl

    def link(node):
        if "refid" in node or node.get("refuri", "").startswith("#"):
            return f"#{node.get('refid') or node['refuri'][1:]}"
        address = node.get("refuri", "")
        return address if urlsplit(address).scheme else base and urljoin(f"{base}{page}.html", address)

    return link


def pieces(markdown, node, level=1):
    """A page as ("text", Markdown), ("solution", Markdown) and ("code", the cell's place in the executed notebook), in
    their order."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from pieces(markdown, child, level + isinstance(node, nodes.section))
        elif isinstance(child, nodes.title):
            anchors = markdown.anchors(node)
            yield "heading", f"{anchors and anchors + chr(10) * 2}{'#' * level} {markdown.line(child)}"
        elif child.get("nb_element") == "cell_code":
            yield "code", child["cell_index"]
            yield from (("text", caption(markdown, figure)) for figure in child.findall(nodes.figure))
        else:
            yield "solution" if type(child).__name__ == "solution_node" else "text", markdown.block(child)


def caption(markdown, figure):
    words = markdown.line(figure.next_node(nodes.caption))
    return f"{markdown.anchors(figure)}**Fig. {markdown.number(figure)}** {words}"


def for_readers(found, executed, first):
    """The notebook as Jupyter shows and runs it: Markdown of its own, the code that was run with what came of it, and
    no need of what builds the book. A cell that only hands numbers to the text is none of the pieces."""
    cells = [nbformat.v4.new_code_cell(first, id="install")]
    for kind, piece in found:
        if kind in ("code", "not run"):
            cells.append(shown(executed.cells[piece], kind == "code"))
        elif kind == "room":
            cells.append(nbformat.v4.new_code_cell(id=f"room-{len(cells)}"))
        elif piece and kind != "heading" and cells[-1].cell_type == "markdown":
            cells[-1].source += f"\n\n{piece}"
        elif piece:
            cells.append(nbformat.v4.new_markdown_cell(piece, id=f"text-{len(cells)}"))
    about = {name: executed.metadata[name] for name in ("kernelspec", "language_info") if name in executed.metadata}
    return nbformat.v4.new_notebook(cells=cells, metadata=about)


def shown(cell, ran):
    """Code that the page folds, Jupyter folds as well."""
    folded = "hide-input" in cell.metadata.get("tags", [])
    if not ran:
        cell.outputs, cell.execution_count = [], None
    cell.metadata = nbformat.from_dict({"jupyter": {"source_hidden": True}} if folded else {})
    return cell


def handed_out(found):
    """The same for students, who are to predict and to solve: no cell has run, and for each solution there is room."""
    instead = {"code": "not run", "solution": "room"}
    return [(instead.get(kind, kind), piece) for kind, piece in found]


def text_of(app, doctree, page):
    link = links(app, page)
    wanted = {link(node)[1:] for node in doctree.findall(nodes.reference) if link(node).startswith("#")}
    markdown = Markdown(app.env.toc_fignumbers.get(page, {}), link, wanted)
    return [*pieces(markdown, doctree), ("text", f"*{PROJECT['name']} {PROJECT['version']}. {app.config.copyright}.*")]


def write_notebooks(app, doctree, page):
    if app.builder.name != "html" or not executed(app, page).exists():
        return
    found, first = text_of(app, doctree, page), set_up(app.config.html_baseurl, app.config.repository)
    kinds = {"ipynb": found} | ({HANDOUT: handed_out(found)} if "solution" in dict(found) else {})
    for kind, text in kinds.items():
        path = Path(app.outdir, "_sources", f"{page}.{kind}")
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(for_readers(text, nbformat.read(executed(app, page), 4), first), path)


def write_sources(app, exception):
    """What the pages' cells read lies beside their notebooks; the package lies at the root of the site."""
    if exception or app.builder.name != "html":
        return
    for page in execution.runs(app):
        for read in Path(app.srcdir, page).parent.glob("*.json"):
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


def has_solutions(context):
    return 'class="solution' in context.get("body", "")


def printing(context):
    """All folds are printed, or the main road alone, where the page says its minutes. Solutions are printed as the
    reader left them, open or closed; or all of them, or none (book.js)."""
    yield "Print, or save as PDF", "print()"
    if 'class="reading-time' in context.get("body", ""):
        yield "Print the main road", "printRoad()"
    if has_solutions(context):
        yield from [("Print with all solutions", "printWith(true)"), ("Print without solutions", "printWith(false)")]


def files(app, page, context):
    """Of a page: what it is called in the menu, its file, what it is good for."""
    if executed(app, page).exists():
        yield "Notebook (.ipynb)", f"_sources/{page}.ipynb", "With its outputs, for Jupyter"
        if has_solutions(context):
            yield "Notebook without solutions (.ipynb)", f"_sources/{page}.{HANDOUT}", "Not run yet, with room to solve"
        yield "Package (.whl)", WHEEL, "initbook, to lie beside the notebook"
    yield "MyST source (.md)", f"_sources/{page}.md", "The page as it was written"


def add_buttons(app, page, template, context, doctree):
    """At the head of a page: take it, or run it elsewhere."""
    if page not in app.env.found_docs or "orphan" in app.env.metadata[page]:
        return
    take = [button(text, os.path.relpath(file, Path(page).parent), tooltip)
            for text, file, tooltip in files(app, page, context)]
    take += [{"type": "javascript", "text": text, "javascript": script} for text, script in printing(context)]
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
    app.connect("doctree-resolved", write_notebooks, priority=900)  # when all that fills in text has done so
    app.connect("build-finished", write_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
