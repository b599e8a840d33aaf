"""Whatever was edited, interrupted or broken before, the site is byte for byte that of a build from nothing.

A book of five small pages, with the real conf.py and extensions, is edited at random, and built with and without what
earlier builds have left: after some edits at once, once a week after each.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

from browser import THOROUGH
from test_build import ROOT, Book, site

FRONT = """---
file_format: mystnb
kernelspec: {{name: python3}}
description: About {0}.
---
(sec-{0})=
# On {0}

"""
CELLS = """
```{{code-cell}} python
import initbook
from initbook.prose import numbers

answer = initbook.ANSWER + {1}
print("the answer is", answer)
```

```{{code-cell}} python
:tags: [remove-cell]
numbers(answer=answer)
```

It is {{glue:text}}`{0}.md::answer:.0f`.

## More on {0}

More words.
"""
PAGES = {
    "index": "# A book\n\nSee {ref}`sec-one`.\n\n```{toctree}\none\ntwo\nthree\nfour\n```\n",
    "one": FRONT.format("one") + "Words of {cite:t}`he2015`, and {prf:ref}`thm-first`.\n" + CELLS.format("one", 1),
    "two": FRONT.format("two") + "Words, after {ref}`sec-one`.\n" + CELLS.format("two", 2),
    "three": FRONT.format("three") + "Words. {doc}`two` comes first.\n\n```{prf:theorem} First\n:label: thm-first\n"
             "All is $x^2$.\n```\n\n"
             "```{exercise}\n:label: ex-one\n:level: easy\n:minutes: 5\n:how: by hand\nWhy?\n```\n\n"
             "```{solution} ex-one\nSo.\n```\n",
    "four": FRONT.format("four").replace("file_format: mystnb\nkernelspec: {name: python3}\n", "")
            + "Words. One says {glue:text}`one.md::answer:.0f`; three takes {minutes}`three ex-one` minutes.\n\n"
            "```{eval-rst}\n.. automodule:: initbook\n   :members:\n```\n\n```{bibliography}\n```\n",
}
PACKAGE = '"""A package."""\n\nANSWER = 41\n\n\ndef f(x):\n    """The same."""\n    return x\n'


class Edited(Book):
    """A book that is edited at random."""

    def __init__(self, folder, seed):
        super().__init__(folder)
        self.rng, self.count, self.extra = random.Random(seed), 0, []
        for name in ("prose.py", "_check.py"):
            shutil.copy(ROOT / "initbook" / name, folder / "initbook" / name)
        self.write("initbook/__init__.py", PACKAGE)
        for page, text in PAGES.items():
            self.write(f"docs/{page}.md", text)

    def change(self, name, old, new):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def new(self):
        self.count += 1
        return f"w{self.count}"

    def any_page(self):
        return f"docs/{self.rng.choice(['one', 'two', 'three', 'four'])}.md"

    # The edits

    def prose(self):
        self.change(self.any_page(), "Words", f"Words {self.new()}")

    def prose_that_moves_lines(self):
        self.change(self.any_page(), "Words", f"{self.new()}\n\nWords")

    def heading(self):
        page = self.any_page()
        self.change(page, "\n# On ", f"\n# On {self.new()} and ")

    def section(self):
        self.change(self.any_page(), "Words", f"Words\n\n## {self.new()}\n\nmore words")

    def cell(self):
        self.change(f"docs/{self.rng.choice(['one', 'two'])}.md", "answer is", f"answer {self.new()} is")

    def number(self):
        """Page four says it too."""
        self.change("docs/one.md", "ANSWER + ", "ANSWER + 1")

    def minutes(self):
        self.change("docs/three.md", ":minutes: ", ":minutes: 1")

    def key(self):
        for old, new in (("numbers(answer", "numbers({}"), ("::answer", "::{}")):
            self.change("docs/two.md", old, new.format(self.key_name))

    def package(self):
        self.change("initbook/__init__.py", "ANSWER = 4", "ANSWER = 14")

    def docstring(self):
        self.change("initbook/__init__.py", "The same.", f"The same {self.new()}.")

    def label(self):
        new = f"sec-{self.new()}"
        for page in ("index", "one", "two"):
            self.change(f"docs/{page}.md", self.first, new)
        self.first = new

    def proof(self):
        self.change("docs/three.md", "```{prf:theorem} First", f"```{{prf:theorem}} {self.new()}\nAll is $x$.\n```\n\n"
                    "```{prf:theorem} First")

    def formula(self):
        self.change("docs/three.md", "x^2", f"x^2 + {self.new()}")

    def bibliography(self):
        self.change("docs/references.bib", "Delving", f"{self.new()} Delving")

    def citation(self):
        self.change("docs/two.md", "Words", "Words of {cite:t}`glorot2010`")

    def style(self):
        self.change("docs/_static/book.css", ".katex {", f".{self.new()} {{ }}\n.katex {{")

    def script(self):
        self.change("docs/_ext/take_away.py", "The page as it was written", f"The page as it was written {self.new()}")

    def added(self):
        page = self.new()
        self.extra.append(page)
        self.write(f"docs/{page}.md", FRONT.format(page) + f"Words before {{ref}}`{self.first}`.\n")
        self.change("docs/index.md", "three\n", f"{page}\nthree\n")

    def renamed(self):
        old, new = self.extra.pop(), self.new()
        self.extra.append(new)
        (self.folder / f"docs/{old}.md").rename(self.folder / f"docs/{new}.md")
        self.change("docs/index.md", f"\n{old}\n", f"\n{new}\n")

    def removed(self):
        page = self.extra.pop()
        (self.folder / f"docs/{page}.md").unlink()
        self.change("docs/index.md", f"\n{page}\n", "\n")

    def order(self):
        self.change("docs/index.md", "three\nfour", "four\nthree")

    def touched(self):
        for path in (self.folder / "docs").rglob("*.md"):
            os.utime(path)

    def broken(self):
        """A failed build fails again until its cause is gone."""
        page = self.any_page()
        text = (self.folder / page).read_text(encoding="utf-8")
        fault = self.rng.choice(["{ref}`nowhere`", "{cite:t}`nobody`", "It is 0.7.", r"$\frac{$", "(sec-four)="])
        self.write(page, f"{text}\n\n{fault}\n\nEnd.\n")
        for _ in range(2):
            passed, said = self.build()
            assert not passed and page in said, said
            assert not (self.folder / "build" / "html").exists()
        self.prose()
        assert not self.build()[0] or not fault
        path = self.folder / page
        path.write_text(path.read_text(encoding="utf-8").replace(f"\n\n{fault}\n\nEnd.\n", ""), encoding="utf-8")

    def interrupted(self):
        """At any moment: with its whole group, as by Ctrl-C, or alone."""
        self.prose()
        self.number()
        process = self.start()
        time.sleep(self.rng.uniform(0.5, 6))
        self.rng.choice([os.kill, os.killpg])(process.pid, self.rng.choice([signal.SIGINT, signal.SIGKILL]))
        process.communicate()
        assert not (self.folder / "build" / "html").exists() or process.returncode == 0
        self.prose()

    first, key_name = "sec-one", "result"


# Edits of a line are built at once, so none may hide what another is to show: what changes the world of all pages
# (kept.world) stands in one line, and the number that one page takes of another in a line without titles, labels and
# minutes: for those all pages are written.
EDITS = """\
number cell
package docstring bibliography style script
proof added broken
interrupted renamed heading
removed prose prose_that_moves_lines section label key minutes
citation order touched formula"""


def from_nothing(book):
    """The site that a build makes which finds nothing but the outputs of the cells."""
    build, aside = book.folder / "build", book.folder / "aside"
    build.rename(aside)
    build.mkdir()
    shutil.copytree(aside / "executed", build / "executed")
    passed, said = book.build()
    assert passed, said
    found = site(book)
    shutil.rmtree(build)
    aside.rename(build)
    return found


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Built once, and then by each test from what the one before has left: whatever that was, it must not matter."""
    book = Edited(tmp_path_factory.mktemp("edited"), seed=0)
    assert book.build()[0] and "5 of 5 pages to read" in book.progress
    return book


@pytest.mark.slow
def test_a_sentence_more_reads_and_writes_one_page_though_it_moves_lines(book):
    first = site(book)
    book.change("docs/one.md", "Words", "A sentence.\n\nWords")
    assert book.build()[0]
    assert "1 of 5 pages to read" in book.progress and "1 of 5 pages to write" in book.progress
    assert book.build()[0] and "nothing changed" in book.progress
    book.change("docs/one.md", "A sentence.\n\nWords", "Words")
    assert book.build()[0] and "finished before" in book.progress
    assert site(book) == first


@pytest.mark.slow
def test_what_a_power_cut_left_empty_is_made_anew(book):
    first, begin = site(book), time.time()
    entries = [path for name in ("kept", "executed") for path in (book.folder / "build" / name).iterdir()]
    for entry in entries:
        entry.write_bytes(b"")
        os.utime(entry, (0, 0))
    shutil.rmtree(book.folder / "build" / "html")
    passed, said = book.build()
    used = [entry for entry in entries if entry.exists() and entry.stat().st_mtime > begin]
    assert passed and len(used) > 10 and all(entry.stat().st_size for entry in used), said
    assert site(book) == first


@pytest.mark.slow
def test_after_any_edit_the_site_is_that_of_a_build_from_nothing(book):
    for edits in EDITS.split() if THOROUGH else EDITS.splitlines():
        for edit in edits.split():
            getattr(book, edit)()
        passed, said = book.build()
        assert passed, (edits, said)
        here, clean = site(book), from_nothing(book)
        assert here.keys() == clean.keys(), (edits, here.keys() ^ clean.keys())
        assert [str(path) for path in here if here[path] != clean[path]] == [], edits


@pytest.mark.slow
def test_each_page_names_the_commit_also_one_that_touches_no_file_and_two_builds_of_it_are_alike(book):
    git = ["git", "-C", book.folder, "-c", "user.name=a", "-c", "user.email=a@b"]
    (book.folder / ".gitignore").write_text("build\n.venv\n__pycache__\n")
    subprocess.run([*git, "init", "--quiet"], check=True)
    named = []
    for words in ("add --all", "commit --quiet -m one", "commit --quiet --allow-empty -m two"):
        subprocess.run([*git, *words.split()], check=True)
        assert book.build()[0]
        named.append(re.search(r", commit ([0-9a-f]{10}),? ?(?=numpy)", book.page().replace("\n", "")))
    assert not named[0] and named[1] and named[2] and named[1][1] != named[2][1]
    assert site(book) == from_nothing(book)
    assert book.build()[0] and "nothing changed" in book.progress
    book.prose()
    assert book.build()[0] and ", with edits since" in book.page()
