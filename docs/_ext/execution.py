"""Run the pages' cells, and keep what they printed for as long as nothing they depend on has changed.

MyST-NB can keep outputs too (`nb_execution_mode = "cache"`), but its key is the cells alone, so an edit to the package
would leave old numbers on the page; and its database can name a file that an interrupted build never wrote. Here one
finished run is one file. Its name is a hash of the cells, the data files beside the page, the package, its data, the
versions of all that is installed and this file; it is written elsewhere first and then renamed, so a file that exists
is whole and still true.
"""

import ast
import hashlib
import json
import os
import platform
import re
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import nbformat
from myst_nb.core import execute
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from sphinx.util import logging
from traitlets.config import Config

from kept import installed, write_whole
from measured import digest, printed, source

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]
STORE = ROOT / "build" / "executed"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # pages already run in parallel, and threads would fight
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    # A reader's own profile, kernels and plot style stay out of the book.
    "IPYTHONDIR": str(ROOT / "build" / "ipython"),
    "JUPYTER_CONFIG_DIR": str(ROOT / "build" / "jupyter"),
    "JUPYTER_DATA_DIR": str(ROOT / "build" / "jupyter"),
    "JUPYTER_PLATFORM_DIRS": "1",
    "MPLCONFIGDIR": str(Path(sys.prefix) / "matplotlib"),
    "MPLBACKEND": "agg",
}


def source_files(package):
    """The package's sources and data, in a fixed order."""
    files = (path for path in sorted(package.rglob("*")) if path.is_file())
    return [path for path in files if "__pycache__" not in path.parts]


def fingerprint(package=ROOT / "initbook"):
    """A hash of everything outside a page that its outputs depend on."""
    digest = hashlib.sha256(f"{sys.version} {platform.platform()}".encode())
    for path in [Path(__file__), *source_files(package)]:
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    digest.update("\0".join(installed()).encode())
    return digest.hexdigest()


def entry_for(notebook, page, world, folder=None):
    """Where the outputs of this page's cells are kept. They may read what was measured and lies beside the page."""
    cells = [(c.source, c.metadata) for c in notebook.cells if c.cell_type == "code"]
    beside = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))] if folder else []
    text = json.dumps([world, page, cells, beside, notebook.metadata.get("kernelspec")], sort_keys=True)
    return STORE / f"{hashlib.sha256(text.encode()).hexdigest()}.json"


def seconds(cell):
    """How long a cell ran, from the times that nbclient wrote beside it (and that must not reach the page)."""
    times = cell.metadata.pop("execution", {})
    begin, end = times.get("iopub.execute_input"), times.get("shell.execute_reply")
    parse = datetime.fromisoformat
    return (parse(end) - parse(begin)).total_seconds() if begin and end else 0.0


class CellFailed(Exception):
    """A cell that failed: its index in the notebook, and what there is to say."""


def run(notebook, folder, timeout):
    """Run every cell in a fresh kernel; the outputs are written into `notebook`."""
    reached = [0]
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryFile() as stderr:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            record_timing=True,
            coalesce_streams=True,  # what a cell prints comes in as many pieces as chance has it
            # Not by ports: of two kernels that look for a free one at the same time, one would die.
            config=Config(KernelManager={"transport": "ipc", "ip": f"{place}/kernel"}),
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=lambda cell, cell_index: reached.append(cell_index),
        )
        # What cells print comes as output. In stderr is the kernel's own: why it died, or its noise when it is ended.
        try:
            client.execute(stderr=stderr)
        except (CellControlSignal, TimeoutError) as error:
            raise CellFailed(reached[-1], COLOURS.sub("", str(error))) from error
        except DeadKernelError as error:
            stderr.seek(0)
            raise CellFailed(reached[-1], f"{error}\n{stderr.read().decode(errors='replace')}") from error


def packed(notebook):
    """What a finished run leaves: for each code cell its number, its outputs and its seconds."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    keep = [{"count": c.execution_count, "outputs": c.outputs, "seconds": seconds(c)} for c in cells]
    return json.dumps({"language_info": notebook.metadata.get("language_info"), "cells": keep})


def unpack(kept, notebook):
    """Put the outputs of a finished run into a page's notebook."""
    notebook.metadata["language_info"] = nbformat.from_dict(kept["language_info"])
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, old in zip(code, kept["cells"], strict=True):
        cell.metadata.pop("execution", None)
        cell.execution_count, cell.outputs = old["count"], nbformat.from_dict(old["outputs"])


def handed(kept):
    """What the page's cells handed to its text, by name."""
    outputs = [output for cell in kept["cells"] for output in cell["outputs"]]
    return {output["metadata"]["scrapbook"]["name"]: value_of(next(iter(output["data"].values())))
            for output in outputs if "scrapbook" in output.get("metadata", {})}


def texts(kept):
    """What each cell printed, a report of `check` that it shows among it, where it printed something."""
    found = ["".join(map(words, cell["outputs"])) for cell in kept["cells"]]
    return [text for text in found if text]


def words(output):
    if output["output_type"] == "stream":
        return output["text"]
    data = output.get("data", {})
    return data["text/plain"] if "ib-report" in data.get("text/html", "") else ""


def value_of(text):
    """What `repr` has written."""
    return float(text) if text in ("inf", "-inf", "nan") else ast.literal_eval(text)


class KeptRun(execute.NotebookClientDirect):
    """MyST-NB's client, taking outputs from the store and running a page only when the store has none."""

    world = ""  # the fingerprint, set when Sphinx starts

    def start_client(self):
        for index, cell in enumerate(self.notebook.cells):
            cell["id"] = f"cell-{index}"  # MyST-NB draws them at random
        entry = entry_for(self.notebook, self.path.name, self.world, self.path.parent)
        try:
            text = (entry.exists() and entry.read_text(encoding="utf-8")) or self.run_now(entry)
        except CellFailed as failure:
            self.report_failure(*failure.args)
        else:
            kept = json.loads(text)
            unpack(kept, self.notebook)
            self.report_stderr()
            seconds = [cell["seconds"] for cell in kept["cells"]]
            self.report(runtime=sum(seconds), succeeded=True, cells=seconds, glued=handed(kept), texts=texts(kept))

    def run_now(self, entry):
        """Run the cells, and keep what came of it unless somebody has edited the package in the meantime."""
        print(f"running {self.path.relative_to(ROOT)}", flush=True)  # it may take minutes
        run(self.notebook, self.path.parent, self.nb_config.execution_timeout)
        text = packed(self.notebook)
        if fingerprint() == self.world:
            write_whole(entry, text)
        return text

    def report_stderr(self):
        for index, cell in enumerate(self.notebook.cells):
            said = [out.text for out in cell.get("outputs", []) if out.get("name") == "stderr"]
            if said:
                last = "".join(said).strip().splitlines()[-1]
                self.logger.warning(f"a cell wrote to stderr, mend its cause: {last}", subtype="exec",
                                    line=self.cell_line(index))

    def report_failure(self, index, said):
        self.logger.warning(f"cell failed:\n{said}", subtype="exec", line=self.cell_line(index))
        self.report(runtime=None, succeeded=False)

    def report(self, **facts):
        empty = {"mtime": 0.0, "method": "kept", "error": None, "traceback": None}
        self.exec_metadata = empty | facts


def start(app):
    """Before any page is read: say what the world is, and make the pages' kernels alike everywhere."""
    KeptRun.world = app.config.execution_world
    os.environ.update(KERNEL_ENVIRONMENT)
    execute.NotebookClientDirect = KeptRun  # to go when MyST-NB lets a setting name the class that executes a page


def runs(app):
    """For each executed page, what is known of its run."""
    from myst_nb.sphinx_ import NbMetadataCollector

    found = {page: NbMetadataCollector.get_exec_data(app.env, page) for page in app.env.found_docs}
    return {page: run for page, run in sorted(found.items()) if run}


def finish(app, exception):
    """A failed cell fails the build even where warnings do not; and the seconds are kept for `make timings`."""
    if exception:
        return
    ran = runs(app)
    failed = [page for page, run in ran.items() if not run["succeeded"]]
    if failed:
        app.statuscode = 1
        LOG.warning("mend the failed cell of %s first: other lines may come of it", ", ".join(failed), type="exec")
    if not Path(app.outdir).is_relative_to(ROOT / "build"):
        return  # a site that is made elsewhere, of other pages, is not what `make` built last
    timings = {page: run.get("cells") for page, run in ran.items()}
    write_whole(ROOT / "build" / "timings.json", json.dumps(timings, indent=1))
    pages = {page: {"source": digest(source(page)), "numbers": run["glued"] | printed(run["texts"])}
             for page, run in ran.items() if run["succeeded"]}
    write_whole(ROOT / "build" / "numbers.json", json.dumps({"world": app.config.execution_world, "pages": pages}))


def setup(app):
    # As an "env" value, a changed fingerprint makes Sphinx read every page again (`make serve` depends on it).
    app.add_config_value("execution_world", fingerprint(), "env")
    app.connect("builder-inited", start, priority=100)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
