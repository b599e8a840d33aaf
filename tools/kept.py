"""What a build leaves for the next one, in build/kept: a page that was read, a page that was written, what was checked.

Each entry is named after the hash of all that it was made from, and is written elsewhere first and then renamed. So an
entry that exists is whole and true, whatever was built, interrupted, touched or checked out since: neither times nor
what was built last are asked. What came with a warning is not kept, so it is made, and warned of, again.

The build asks in three steps (tools/build_book.py, docs/_ext/kept_pages.py):

    tree     is all that the book is made of as it was when a site was finished that is still here? Then take that.
    read     A page as Sphinx reads it hangs on its text, on which pages there are, and on the world: all but the pages.
    written  A page as HTML hangs on how it was read, and on what all pages offer each other: titles, labels, numbers.
"""

import functools
import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STORE = ROOT / "build" / "kept"
SOURCES = ["conf.py", "docs", "initbook", "LICENSE", "pyproject.toml", "README.md", "requirements.lock",
           "tests/equations", "tests/numbers", "tools"]
GENERATIONS = 4  # as many books find room in the store


def digest(*parts):
    """One hash of all these, where a boundary between two cannot move."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def files(*folders):
    """Every file in these, in a fixed order, but for what Python and Sphinx compile from those beside it."""
    found = {path for folder in folders for path in (folder, *folder.rglob("*")) if path.is_file()}
    return sorted(path for path in found if "__pycache__" not in path.parts and path.suffix != ".mo")


def contents(paths, root=ROOT):
    """The hash of each file beside its name."""
    return [(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]


def is_page(path):
    """A page, or what pages measured: that stands in the text of the one page that lists it."""
    return path.suffix == ".md" and path.is_relative_to(ROOT / "docs") or path.is_relative_to(ROOT / "tests/numbers")


def installed():
    """The names and versions of all packages that Python finds, without opening them."""
    return sorted({path.name for folder in sys.path for path in Path(folder).glob("*-info")})


def surroundings():
    """What no file of ours says: where we are, on what, with which Python and packages."""
    npm = [(path.parent.name, path.read_text()) for path in
           sorted(Path(sys.prefix, "npm", "node_modules").glob("*/package.json"))]
    asked = [os.environ.get(name) for name in ("SOURCE_DATE_EPOCH", "BOOK_LANGUAGE")]
    return str(ROOT), sys.version, platform.platform(), asked, installed(), npm


def is_draft(path):
    """What editors put beside a page that is open; but all of the package and of _static is copied, and counts."""
    if "_static" in path.parts or not path.is_relative_to(ROOT / "docs"):
        return False
    return path.name.startswith((".", "#")) or path.name.endswith("~")


def sources(which):
    """The hashes of the pages, or of all else that the book is made of, as these files are now."""
    found = files(*(ROOT / name for name in SOURCES))
    return contents((path for path in found if is_page(path) == which and not is_draft(path)), ROOT)


@functools.cache
def beginning():
    """What was there besides the pages when this process first asked."""
    return surroundings(), sources(False)


def world():
    """The hash of all that the book is made of, but for its pages, when this process first asked."""
    return digest(*beginning())


def git(*words):
    """What git says of this folder; nothing where there is no git, or only that of a folder around ours."""
    try:
        command = ["git", "--no-optional-locks", "-C", ROOT, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def commit():
    """The commit that we are at, with a + where files were edited since, and its day; nothing without git."""
    top = git("rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != ROOT.resolve():
        return "", ""
    return git("describe", "--always", "--abbrev=10", "--exclude=*", "--dirty=+"), git("log", "-1", "--format=%cs")


def tree():
    """The hash of all that the book is made of, as it is now."""
    return digest(surroundings(), sources(False), sources(True))


def write_whole(path, data):
    """Write so that the file is there whole or not at all, whenever we are interrupted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(data.encode() if isinstance(data, str) else data)
    os.replace(part, path)


def load(kind, key):
    """The bytes of an entry, or None, also where a power cut has left it empty; a time of use is left for `prune`."""
    path = STORE / f"{kind}-{key}"
    try:
        os.utime(path)
        return path.read_bytes() or None
    except FileNotFoundError:
        return None


def save(kind, key, data):
    """Keep an entry, unless somebody has edited the world since: then nobody knows what it was made from."""
    if sources(False) == beginning()[1]:
        write_whole(STORE / f"{kind}-{key}", data)
    return data


def answer(kind, make, *parts):
    """What `make` gives, from the store where it was asked before in the same world and of the same `parts`."""
    key = digest(world(), *parts)
    return json.loads(load(kind, key) or save(kind, key, json.dumps(make())))


def prune(since):
    """Forget what has not been of use for longest, but for a few times what was of use `since` this build began."""
    age = sorted(((path.stat().st_mtime, path) for path in STORE.glob("*")), reverse=True)
    used = sum(path.stat().st_size for time, path in age if time >= since)
    room = GENERATIONS * used
    for _, path in age:
        room -= path.stat().st_size
        if room < 0:
            path.unlink()
