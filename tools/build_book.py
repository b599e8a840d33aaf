"""Build the book from its pages: `python tools/build_book.py html` (or linkcheck), or one page: `… page variance/he`.

A build takes from the store whatever nothing has changed of (tools/kept.py), and makes the rest in a folder of its own
that takes its final name only when all went well. So a build that failed fails again until its cause is gone, one that
was interrupted leaves nothing that a later one could trust, and a page that was removed is gone from the site. Where
all is as it was when the site was finished, Sphinx is not even started.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import kept

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
STRICT = ["-n", "-W", "--keep-going"]  # a broken reference or any warning is an error; see them all


def forget(*folders):
    """Remove folders: they are gone at once, never half there."""
    for folder in filter(Path.exists, folders):
        gone = folder.with_name(f"{folder.name}.gone")
        shutil.rmtree(gone, ignore_errors=True)
        os.replace(folder, gone)
        shutil.rmtree(gone, ignore_errors=True)


@contextlib.contextmanager
def alone():
    """One build at a time; the lock is held for as long as any process of this build lives, also when we are killed."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("html: waiting for another build of this folder", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def run(command, **options):
    """Run it, and take it with us when somebody stops us."""
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, **options)
    try:
        return process.wait()
    finally:
        process.kill()


def sphinx(builder, work, lock):
    """Run Sphinx quietly; its pages, pickles and notebooks all go under `work`."""
    command = [sys.executable, "-m", "sphinx", "-q", "-T", *STRICT, "-j", "auto", "-b", builder]
    store = ["-D", f"keep_pages={int(builder == 'html')}"]
    folders = ["-c", ROOT, "-d", work / "doctrees", ROOT / "docs", work / "out"]
    return run([*command, *store, *folders], pass_fds=[lock])  # Sphinx writes some sets in the order of their hashes


def one_page(page):
    """A page alone, in build/page, for whoever writes it: links to other pages lead nowhere, and nobody complains."""
    page = page.removeprefix("docs/").removesuffix(".md")
    if not (ROOT / "docs" / f"{page}.md").exists():
        sys.exit(f"page: there is no page {page}: P=variance/he, for example")
    work = BUILD / "page"
    forget(work)
    alone = {"include_patterns": f"{page}.md,reference/bibliography.md", "root_doc": page,
             "suppress_warnings": "ref,toc,myst.xref_missing"}
    options = [word for name, value in alone.items() for word in ("-D", f"{name}={value}")]
    command = [sys.executable, "-m", "sphinx", "-q", "-T", *options, "-c", ROOT]
    folders = ["-d", work / "doctrees", ROOT / "docs", work]
    failed = run([*command, *folders])
    print(f"page: open build/page/{page}.html")
    return failed


def finished(result):
    """A hash of all that a finished build was made from and has left, and of the commit that its pages name."""
    left = kept.files(result, BUILD / "numbers.json", BUILD / "timings.json")
    return kept.digest(kept.tree(), kept.commit(), kept.contents(left))


def build(builder):
    work, result, stamp, begin = BUILD / f"{builder}.work", BUILD / builder, BUILD / f"{builder}.made-of", time.time()
    with alone() as lock:
        if result.exists() and stamp.exists() and stamp.read_text() == finished(result):
            print(f"{builder}: nothing changed")
            return 0
        stamp.unlink(missing_ok=True)
        forget(work, result)
        before = kept.tree()
        failed = sphinx(builder, work, lock)
        if not failed and kept.tree() != before:
            failed = print(f"{builder}: somebody edited the book while it was built: build it again") or 1
        if not failed:
            os.replace(work / "out", result)
            forget(work)
            if builder == "html":
                kept.write_whole(stamp, finished(result).encode())
                kept.prune(begin)
    return failed


def stop(*_):
    sys.exit(f"stopped: {sys.argv[1]}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        sys.exit(one_page(*sys.argv[2:] or [""]) if sys.argv[1] == "page" else build(sys.argv[1]))
    except KeyboardInterrupt:
        stop()
