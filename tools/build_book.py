"""Build the book from its pages: `python tools/build_book.py html` (or linkcheck), or one page: `… page variance/he`.

A build takes from the store whatever nothing has changed of (tools/kept.py), and makes the rest in a folder of its own
that takes its final name only when all went well. So a build that failed fails again until its cause is gone, one that
was interrupted leaves nothing that a later one could trust, and a page that was removed is gone from the site. Where
all is as it was when this site or one of the last few was finished, Sphinx is not even started.
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
FINISHED = BUILD / "finished"  # the sites before this one
TOLD = ["numbers.json", "timings.json"]  # what the last build measured, also one of a single page;
LEFT = ["html", *(f"html.{name}" for name in TOLD)]  # what a finished site leaves, with its own of these;
STAMP = "html.made-of"  # and from what it was made, and a hash of it: what is not as it was left is not trusted
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
    """One build of the whole book at a time; the lock is held for as long as Sphinx lives, also when we are killed."""
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


def made_of():
    """The hash of all that a site is made from, and of the commit that its pages name, as they are now."""
    return kept.digest(kept.tree(), kept.commit())


def stamped(folder, made):
    """What says that the site in this folder is whole and was made from this."""
    left = kept.files(*(folder / name for name in LEFT))
    return f"{made} {kept.digest(kept.contents(left, folder))}"


def finished(folder, made):
    """Whether a site that was made from this stands here as it was left."""
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text(errors="replace") == stamped(folder, made)


def finish(made):
    """Say that build/html is finished."""
    for name in TOLD:
        kept.write_whole(BUILD / f"html.{name}", (BUILD / name).read_bytes())
    kept.write_whole(BUILD / STAMP, stamped(BUILD, made))


@contextlib.contextmanager
def adding():
    """Something is added to build/html: if it was finished before, it is again, and made of the same."""
    made = last()
    whole = made and finished(BUILD, made)
    yield
    if whole:
        kept.write_whole(BUILD / STAMP, stamped(BUILD, made))


def last():
    """What the last finished site was made from; nothing where there is none."""
    found = (BUILD / STAMP).read_text(errors="replace") if (BUILD / STAMP).exists() else ""
    made = found.partition(" ")[0]
    return made if made.isalnum() and len(made) <= len(kept.digest()) else ""


def move(here, there):
    forget(there / "html")  # half a site, if anything
    there.mkdir(parents=True, exist_ok=True)
    for name in filter(lambda name: (here / name).exists(), [STAMP, *LEFT]):
        os.replace(here / name, there / name)


def put_aside():
    """Keep the last site for who comes back to what it was made of, on another branch or by undoing an edit."""
    if made := last():
        move(BUILD, FINISHED / made)


def at_hand(made):
    """Whether the site that is asked for was finished before, and stands where it belongs."""
    said = "nothing changed"
    if not finished(BUILD, made):
        said = "finished before"
        put_aside()
        if not finished(FINISHED / made, made):
            forget(*sorted(FINISHED.glob("*"), key=os.path.getmtime)[:-kept.GENERATIONS])
            return False
        move(FINISHED / made, BUILD)
    for name in TOLD:
        kept.write_whole(BUILD / name, (BUILD / f"html.{name}").read_bytes())
    print(f"html: {said}")
    return True


def build(builder):
    work, result, begin = BUILD / f"{builder}.work", BUILD / builder, time.time()
    with alone() as lock:
        made = made_of()
        if builder == "html" and at_hand(made):
            return 0
        forget(work, result)
        failed = sphinx(builder, work, lock)
        if not failed and made_of() != made:
            failed = print(f"{builder}: somebody edited the book while it was built: build it again") or 1
        if not failed:
            os.replace(work / "out", result)
            forget(work)
            if builder == "html":
                finish(made)
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
