"""A page is read once and written once, for as long as nothing that it depends on has changed (see tools/kept.py).

Every page is read in a process of its own, which sees no other page, and the parts are put together in the order of
their names, as Sphinx does after reading in parallel; then it is written in a process of its own. A page from the store
and one made now go through the same code, so the site is the one that a build from nothing makes.
"""

import os
import pickle
import threading
import time
from pathlib import Path

import nbformat.v4
from docutils import nodes
from jinja2 import FileSystemBytecodeCache
from sphinx import addnodes
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging
from sphinx.util.build_phase import BuildPhase
from sphinx.util.parallel import ParallelTasks

import find
import gathered
import kept
import kernels

LOG = logging.getLogger(__name__)
# Of what Sphinx knows of a page: all that is the same for every page, or that no other page asks for.
OWN = {"_app", "config", "config_status", "config_status_extra", "events", "domains", "project", "settings", "version",
       "doctreedir", "srcdir", "all_docs", "dependencies", "current_document", "temp_data", "nb_metadata",
       "mystnb_config", "myst_config", "reading_minutes"}
LINES = {"line", "lineno", "_line", "source_map", "wordcount"}  # no other page is told of these


class Heard(logging.logging.Handler):
    """Whether Sphinx or an extension has warned of anything."""

    said = False

    def emit(self, record):
        self.said = self.said or record.levelno >= logging.logging.WARNING


def quiet(make, *words):
    """What `make` gives, and whether no warning came with it."""
    heard = Heard()
    logger = logging.logging.getLogger(logging.NAMESPACE)
    logger.addHandler(heard)
    try:
        return make(*words), not heard.said
    finally:
        logger.removeHandler(heard)


def without_lines(slugs):
    """MyST keeps `{slug: (line, id, title)}` of a page's headings."""
    return {slug: row[1:] for slug, row in slugs.items()}


def plain(thing):
    """Nested tuples that are equal when two things say the same; the lines that they stood in are left out."""
    if isinstance(thing, nodes.Node):
        return thing.pformat()
    if hasattr(thing, "_asdict"):
        thing = thing._asdict()
    if isinstance(thing, dict):
        return tuple((plain(key), plain(without_lines(value) if key == "myst_slugs" else value))
                     for key, value in thing.items() if key not in LINES)
    if isinstance(thing, set | frozenset):
        return tuple(sorted(repr(plain(each)) for each in thing))
    if isinstance(thing, list | tuple):
        return tuple(map(plain, thing))
    if thing is None or isinstance(thing, str | bytes | int | float | Path | type):
        return repr(thing)
    return type(thing).__qualname__, *map(plain, thing.__reduce_ex__(4)[1:3])


def leave_with(parent):
    """End this process when the one that started it has ended, whatever ended that."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def side_by_side(app, make, names):
    """`{name: make(name)}`, each in a process of its own; the names that come last are begun first."""
    found, parent = {}, os.getpid()
    if names:
        nbformat.v4.new_notebook()  # it compiles the rules of notebooks, or each process would

    def alone(name):
        threading.Thread(target=leave_with, args=[parent], daemon=True).start()
        return make(name)

    tasks = ParallelTasks(max(1, app.parallel))
    for name in names:
        tasks.add_task(alone, name, found.__setitem__)
    tasks.join()
    return found


# Reading


def key_of(app, page):
    """The hash of all that a page hangs on when it is read; an extension may fill its text in."""
    text = [app.env.doc2path(page).read_text(encoding="utf-8")]
    app.emit("source-read", page, text)
    return kept.digest(kept.world(), sorted(app.env.found_docs), page, text)


def beside(app, page):
    """What MyST-NB writes while it reads a page: its notebook, what it handed to the text, and pictures."""
    folder = Path(app.outdir).parent / "jupyter_execute"
    pictures = {Path(app.srcdir, path).resolve() for path in app.env.images}
    found = [folder / f"{page}.ipynb", folder / f"{page}.glue.json", *pictures]
    return [path for path in found if path.is_relative_to(folder) and path.exists()]


def taken(app, paths):
    work = Path(app.outdir).parent
    return {os.path.relpath(path, work): Path(path).read_bytes() for path in paths}


def put(app, found):
    for name, data in found.items():
        path = Path(app.outdir).parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def outline(env, doctree):
    """What Sphinx looks at to number figures, equations and proofs: a hundredth of a page."""
    def asked_for(node):
        if isinstance(node, nodes.caption | nodes.title):
            return True
        node.children = [child for child in node.children if isinstance(child, nodes.Element) and asked_for(child)]
        return bool(node.children or isinstance(node, nodes.section | addnodes.toctree)
                    or any(domain.get_enumerable_node_type(node) for domain in env.domains.sorted()))

    asked_for(doctree)
    return doctree


def read_page(app, page):
    """All that Sphinx learns from a page, as bytes."""
    env = app.env
    app.emit("env-purge-doc", env, page)
    env.clear_doc(page)
    app.builder.read_doc(page, _cache=False)
    offers = {name: value for name, value in vars(env).items() if name not in OWN and not name.startswith("_search")}
    doctree = Path(app.doctreedir, f"{page}.doctree")
    included = [Path(app.srcdir, name).resolve() for name in env.dependencies[page]]
    numbered = pickle.dumps(outline(env, pickle.loads(doctree.read_bytes())))
    return pickle.dumps({"env": pickle.dumps(env), "offers": kept.digest(plain(offers)), "outline": numbered,
                         "alone": not any(map(kept.is_page, included)),
                         "files": taken(app, [doctree, *beside(app, page)])})


def read(app, env, docnames):
    """Instead of Sphinx: it finds nothing left to read."""
    if not app.config.keep_pages:
        return
    app.read_keys = {page: key_of(app, page) for page in docnames}

    def make(page):
        data, fine = quiet(read_page, app, page)
        fine = fine and pickle.loads(data)["alone"] and key_of(app, page) == app.read_keys[page]
        return kept.save("read", app.read_keys[page], data) if fine else data

    found = {page: kept.load("read", app.read_keys[page]) for page in docnames}
    left = [page for page in docnames if found[page] is None]
    print(f"html: {len(left)} of {len(docnames)} pages to read", flush=True)
    with kernels.warm():
        found |= side_by_side(app, make, sorted(left, key=lambda page: os.path.getsize(env.doc2path(page))))
    app.offers, app.outlines = [], {}
    for page in docnames:
        one = pickle.loads(found[page])
        put(app, one["files"])
        other = pickle.loads(one["env"])
        app.outlines[page] = one["outline"]
        warn_of_two(env, other)
        env.merge_info_from([page], other, app)
        app.offers.append((page, one["offers"]))
    docnames.clear()


def warn_of_two(env, other):
    """A label on two pages: when a page is read alone, nobody else can see it."""
    for domain, table in (("std", "anonlabels"), ("math", "objects")):
        here, there = env.domaindata[domain][table], other.domaindata[domain][table]
        for label in sorted(here.keys() & there.keys()):
            if here[label] != there[label]:
                LOG.warning("duplicate label %s, other instance in %s", label, here[label][0], location=there[label][0])


def all_pages(app, env):
    """For each link to a number Sphinx unpickles the page where it leads: an outline says as much in a hundredth."""
    if not app.config.keep_pages:
        return []
    env._pickled_doctree_cache.update(app.outlines)
    return sorted(env.found_docs)


# Writing


class Html(StandaloneHTMLBuilder):
    """Sphinx's builder, which takes pages from the store, and has an index of passages for its search."""

    def prepare_writing(self, docnames):
        super().prepare_writing(docnames)
        self.indexer = find.Index(self.env, "en", {}, "")

    def init_templates(self):
        super().init_templates()
        kept_code = kept.STORE.with_name("templates")  # Jinja compares the text of a template with what it compiled
        kept_code.mkdir(parents=True, exist_ok=True)
        self.templates.environment.bytecode_cache = FileSystemBytecodeCache(str(kept_code))

    def shared(self):
        """A hash of all that a page may ask of others."""
        return kept.digest(kept.world(), self.app.offers, self.config.confirmed_equations)

    def write_documents(self, docnames):
        if not self.config.keep_pages:
            return super().write_documents(docnames)
        keys = {page: kept.digest(self.shared(), self.app.read_keys[page], gathered.taken(self.app, page))
                for page in sorted(docnames)}

        def make(page):
            data, fine = quiet(self.write_page, page)
            fine = fine and key_of(self.app, page) == self.app.read_keys[page]
            return kept.save("written", keys[page], data) if fine else data

        found = {page: kept.load("written", key) for page, key in keys.items()}
        left = [page for page in keys if found[page] is None]
        print(f"html: {len(left)} of {len(keys)} pages to write", flush=True)
        found |= side_by_side(self.app, make, left)
        for page in keys:
            one = pickle.loads(found[page])
            put(self.app, one["files"])
            self.images |= one["images"]
            self.indexer.passages |= one["passages"]

    def gen_pages_from_extensions(self):
        """The package's own code, which shows the titles of all pages in its side bar."""
        if not self.config.keep_pages:
            return super().gen_pages_from_extensions()

        def make():
            before = set(kept.files(Path(self.outdir)))
            super(Html, self).gen_pages_from_extensions()
            return pickle.dumps(taken(self.app, [path for path in kept.files(Path(self.outdir)) if path not in before]))

        key = self.shared()
        data = kept.load("code", key)
        if data is None:
            data, fine = quiet(make)
            if fine:
                kept.save("code", key, data)
        put(self.app, pickle.loads(data))

    def write_page(self, page):
        whole = Path(self.env.doctreedir, f"{page}.doctree").read_bytes()
        self.env._write_doc_doctree_cache[page] = pickle.loads(whole)  # here Sphinx looks first
        doctree = self.env.get_and_resolve_doctree(page, self, tags=self.tags)
        self.write_doc_serialized(page, doctree)
        self.phase = BuildPhase.WRITING
        self.write_doc(page, doctree)
        sources = Path(self.outdir, "_sources").glob(f"{page}.*")
        files = [self.get_output_path(page), *sorted(sources)]
        return pickle.dumps({"files": taken(self.app, files), "images": self.images,
                             "passages": self.indexer.passages})


def setup(app):
    app.add_config_value("keep_pages", False, "")
    app.add_builder(Html, override=True)
    app.connect("env-before-read-docs", read)
    app.connect("env-updated", all_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
