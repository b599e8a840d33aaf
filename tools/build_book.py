"""Build the book from its pages: `python tools/build_book.py html` (or linkcheck), or one page: `… page variance/he`.

Every build starts from nothing but the outputs of finished cells (see docs/_ext/execution.py), in a folder of its own
that takes its final name only when all went well. So a build that failed fails again until its cause is gone, one that
was interrupted leaves nothing that a later one could trust, and a page that was removed is gone from the site.
Reading and writing all pages anew costs seconds; it is running them that takes long.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STRICT = ["-n", "-W", "--keep-going"]  # a broken reference or any warning is an error; see them all


def forget(*folders):
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def sphinx(builder, work):
    """Run Sphinx quietly; its pages, pickles and notebooks all go under `work`."""
    command = [sys.executable, "-m", "sphinx", "-q", "-T", *STRICT, "-j", "auto", "-b", builder]
    folders = ["-c", ROOT, "-d", work / "doctrees", ROOT / "docs", work / "out"]
    # Sphinx writes some sets in the order of their hashes.
    return subprocess.call([*command, *folders], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"})


def one_page(page):
    """A page alone, in build/page, for whoever writes it: links to other pages lead nowhere, and nobody complains."""
    page = page.removeprefix("docs/").removesuffix(".md")
    if not (ROOT / "docs" / f"{page}.md").exists():
        sys.exit(f"page: there is no page {page}: P=variance/he, for example")
    work = ROOT / "build" / "page"
    forget(work)
    alone = {"include_patterns": f"{page}.md,reference/bibliography.md", "root_doc": page,
             "suppress_warnings": "ref,toc,myst.xref_missing"}
    options = [word for name, value in alone.items() for word in ("-D", f"{name}={value}")]
    command = [sys.executable, "-m", "sphinx", "-q", "-T", *options, "-c", ROOT]
    folders = ["-d", work / "doctrees", ROOT / "docs", work]
    failed = subprocess.call([*command, *folders], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"})
    print(f"page: open build/page/{page}.html")
    return failed


def build(builder, root=ROOT):
    work, result = root / "build" / f"{builder}.work", root / "build" / builder
    forget(work, result)
    failed = sphinx(builder, work)
    if not failed:
        os.replace(work / "out", result)
        forget(work)
    return failed


if __name__ == "__main__":
    sys.exit(one_page(*sys.argv[2:] or [""]) if sys.argv[1] == "page" else build(sys.argv[1]))
