"""The book is never stale, never trusts half a build, and comes out the same twice.

The quick tests ask the build's own code; the slow ones build a small book of two pages, several times.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import nbformat.v4
import pytest

import bench
import build_book
import execution
import install
import katex
import kept
import kernels

ROOT = Path(__file__).parents[1]


# What the outputs of a page depend on


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "initbook"
    folder.mkdir()
    (folder / "theory.py").write_text("ANSWER = 41\n")
    (folder / "digits.csv").write_text("1,2\n")
    return folder


EDITS = [
    lambda package: (package / "theory.py").write_text("ANSWER = 42\n"),
    lambda package: (package / "digits.csv").write_text("1,3\n"),
    lambda package: (package / "more.py").write_text(""),
    lambda package: (package / "theory.py").rename(package / "theories.py"),
    lambda package: (package / "digits.csv").unlink(),
]


def test_fingerprint_changes_with_sources_data_and_dependencies(package, monkeypatch):
    seen = [execution.fingerprint(package)]
    for edit in EDITS:
        edit(package)
        seen.append(execution.fingerprint(package))
    monkeypatch.setattr(execution, "installed", lambda: ["numpy-0.1.dist-info"])
    seen.append(execution.fingerprint(package))
    assert len(set(seen)) == len(EDITS) + 2


def test_another_version_of_a_package_is_another_fingerprint(package, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    seen = {execution.fingerprint(package)}
    for version in "1", "2":
        (tmp_path / f"thing-{version}.dist-info").mkdir()
        seen.add(execution.fingerprint(package))
    assert len(seen) == 3


@pytest.mark.parametrize(("name", "counts"), [("conf.py", True), ("LICENSE", True), ("docs/a/.he.md.swp", False),
                                              ("docs/he.md~", False), ("docs/#he.md#", False), ("docs/he.md", True),
                                              ("docs/_static/a.css~", True), ("initbook/a.py~", True)])
def test_what_an_editor_puts_beside_a_page_is_not_what_the_book_is_made_of(tmp_path, monkeypatch, name, counts):
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    before = kept.sources(False), kept.sources(True)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("words")
    assert ((kept.sources(False), kept.sources(True)) != before) == counts


def test_fingerprint_does_not_see_compiled_files(package):
    before = execution.fingerprint(package)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "theory.pyc").write_bytes(b"\0")
    assert execution.fingerprint(package) == before


def notebook(*cells, prose="words"):
    code = [nbformat.v4.new_code_cell(source) for source in cells]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(prose), *code])


def test_entry_depends_on_cells_and_world_but_not_on_prose():
    entry = execution.entry_for(notebook("x = 1"), "a.md", "world")
    assert execution.entry_for(notebook("x = 1", prose="other words"), "a.md", "world") == entry
    assert execution.entry_for(notebook("x = 2"), "a.md", "world") != entry
    assert execution.entry_for(notebook("x = 1"), "a.md", "other world") != entry


@pytest.mark.slow
def test_what_a_cell_prints_is_one_output_however_many_pieces_it_comes_in(tmp_path):
    ran = notebook("import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.3)")
    execution.run(ran, tmp_path, 60)
    assert [output.text for output in ran.cells[-1].outputs] == ["0\n1\n2\n"]


def outputs(kernel, *cells):
    ran = notebook(*cells)
    with kernel():
        execution.run(ran, ROOT, 60)
    return [re.sub(r"ipykernel_\d+/\d+", "", str(cell.outputs)) for cell in ran.cells[1:]]


@pytest.mark.slow
def test_a_fork_of_the_warm_interpreter_says_what_a_new_kernel_says_and_has_nothing_of_the_book():
    cells = ["import os, sys, numpy as np\nprint(sys.path, os.getcwd(), __name__, np.random.default_rng(0).normal())",
             "print('initbook' in sys.modules, os.environ['PATH'], os.environ.get('MPLBACKEND'))\n1 / 3",
             "import warnings\nwarnings.warn('a warning')"]
    assert outputs(kernels.warm, *cells) == outputs(contextlib.nullcontext, *cells)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", [kernels.warm, contextlib.nullcontext])
def test_a_kernel_asks_for_no_port_that_another_could_take(kernel):
    said, = outputs(kernel, "import ipykernel.connect as c\nprint(c.get_connection_info(unpack=True)['transport'])")
    assert "ipc" in said


@pytest.mark.slow
def test_a_fork_that_dies_is_noticed_with_its_last_words():
    with pytest.raises(execution.CellFailed, match="(?s)died.*last words"):
        outputs(kernels.warm, "import os\nos.write(2, b'last words')\nos._exit(3)")


@pytest.mark.slow
def test_the_processor_time_of_forks_is_counted():
    before = bench.used()
    with kernels.warm():
        for cell in ("import time\nwhile time.process_time() < 4: pass", "1"):
            execution.run(notebook(cell), ROOT, 60)
    assert bench.used() - before > 3


ENDS = """
import os, nbformat.v4, execution, kernels
cell = f"import os, time; os.kill({os.getpid()}, 9); time.sleep(600)"
with kernels.warm():
    execution.run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), ".", 60)
"""


@pytest.mark.slow
def test_the_warm_interpreter_and_its_forks_end_with_whoever_started_them():
    path = {"PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in ("docs/_ext", "tools"))}
    # Both hold the other end of the pipe, so this would wait for ever if one stayed.
    child = subprocess.run([sys.executable, "-c", ENDS], env=os.environ | path, capture_output=True, timeout=60)
    assert child.returncode == -signal.SIGKILL


def test_a_page_is_run_again_when_what_lies_beside_it_and_may_be_read_has_changed(tmp_path):
    (tmp_path / "rates.json").write_text("1")
    entry = execution.entry_for(notebook("x = 1"), "a.md", "world", tmp_path)
    assert execution.entry_for(notebook("x = 1"), "a.md", "world", tmp_path) == entry
    (tmp_path / "rates.json").write_text("2")
    assert execution.entry_for(notebook("x = 1"), "a.md", "world", tmp_path) != entry


def test_how_long_a_cell_ran_is_kept_apart_from_the_page():
    ran = notebook("1 + 1")
    begin, end = "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:01.500000Z"
    ran.cells[1].metadata.execution = {"iopub.execute_input": begin, "shell.execute_reply": end}
    assert json.loads(execution.packed(ran))["cells"][0]["seconds"] == 1.5
    assert "execution" not in ran.cells[1].metadata


def test_an_entry_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(execution.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        execution.write_whole(tmp_path / "entry.json", "{}")
    assert not (tmp_path / "entry.json").exists()


# Sites that are kept


@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.setattr(build_book, "BUILD", tmp_path)
    monkeypatch.setattr(build_book, "FINISHED", tmp_path / "finished")
    return tmp_path


FILES = ["html/index.html", "html/a/one.html", *build_book.TOLD]


def finish(build, made):
    """Stands in for a build, whose site says what it was made of."""
    build_book.forget(build / "html")
    (build / "html" / "a").mkdir(parents=True)
    for name in FILES:
        (build / name).write_text(f"{name} of {made}")
    build_book.finish(made)


def taken(build, made):
    """Whether a site is taken that was finished before: then it is the one that was asked for, and whole."""
    found = build_book.at_hand(made)
    if found:
        assert {name: (build / name).read_text() for name in FILES} == {name: f"{name} of {made}" for name in FILES}
        assert len(kept.files(build / "html")) == 2
    return found


def test_who_comes_back_to_a_tree_finds_its_site_as_it_was(build):
    assert not taken(build, "one")
    finish(build, "one")
    assert taken(build, "one") and not taken(build, "two")
    finish(build, "two")
    for made in ("two", "one", "one", "two", "one"):
        assert taken(build, made)
    assert not taken(build, "three") and taken(build, "two")


def test_what_a_build_of_one_page_measured_is_not_taken_for_what_the_site_did(build):
    finish(build, "one")
    (build / "numbers.json").write_text("of one page")
    assert taken(build, "one")
    (build / "numbers.json").write_text("of one page")
    assert not taken(build, "two") and taken(build, "one")


@pytest.mark.parametrize("name", ["html/a/one.html", "html.numbers.json", "html/more.html", build_book.STAMP])
@pytest.mark.parametrize("where", [".", "finished/one"])
@pytest.mark.parametrize("text", [b"other", b"", b"/ x", b"\0\xff x"])
def test_a_site_that_is_not_as_it_was_left_is_not_taken(build, text, where, name):
    finish(build, "one")
    if where != ".":
        assert not taken(build, "two")
    (build / where / name).write_bytes(text)
    assert not taken(build, "one")
    finish(build, "one")
    assert taken(build, "one")


def add(build):
    with build_book.adding():
        (build / "html" / "book.pdf").write_text("all")


def test_what_was_added_to_a_finished_site_on_purpose_belongs_to_it_and_to_what_that_was_made_of(build):
    finish(build, "one")
    add(build)
    assert build_book.at_hand("one") and not build_book.at_hand("two") and build_book.at_hand("one")
    assert (build / "html" / "book.pdf").exists()


def test_adding_to_a_site_that_is_not_as_it_was_left_does_not_make_it_whole(build):
    (build / "html").mkdir()
    add(build)
    assert not build_book.at_hand("one")
    finish(build, "one")
    (build / "html" / "index.html").write_text("half")
    add(build)
    assert not build_book.at_hand("one")


def test_only_the_last_few_sites_are_kept(build):
    for made in range(9):
        finish(build, str(made))
        for folder in (build / "finished").glob("*"):  # no two at the same moment
            os.utime(folder, (int(folder.name),) * 2)
        assert not build_book.at_hand("next")
    assert sorted(path.name for path in (build / "finished").iterdir()) == ["5", "6", "7", "8"]


@pytest.mark.parametrize("steps", range(11))
def test_whenever_the_taking_is_interrupted_the_next_build_finds_a_whole_site_or_none(build, monkeypatch, steps):
    finish(build, "one")
    assert not taken(build, "two")
    finish(build, "two")
    left, replace = iter(range(steps)), os.replace

    def interrupted(*paths):
        if next(left, None) is None:
            raise KeyboardInterrupt
        replace(*paths)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with contextlib.suppress(KeyboardInterrupt):
            build_book.at_hand("one")
            assert steps == 10  # before that there was always another rename to be interrupted
    for made in ("one", "two"):
        if not taken(build, made):
            finish(build, made)
        assert taken(build, made)


# Formulas


@pytest.fixture(scope="module")
def node():
    """This process's own node ends with these tests; it would be complained of at the end of all."""
    yield
    katex.node_process(os.getpid()).communicate()
    katex.node_process.cache_clear()


@pytest.mark.parametrize("tex", [r"\frac{1}{", r"\nosuchmacro", "a ½"])
def test_a_formula_with_an_error_is_told(tex, node):
    assert "error" in katex.ask(json.dumps({"tex": tex, "display": False, "macros": {}}))


def test_node_ends_with_the_process_that_asked():
    script = "import json, katex; print(katex.ask(json.dumps({'tex': 'a', 'macros': {}})).keys())"
    path = {"PYTHONPATH": str(ROOT / "docs" / "_ext")}
    # Node holds the other end of the pipes, so this would wait for ever if it stayed.
    command = [sys.executable, "-c", script]
    child = subprocess.run(command, env=os.environ | path, capture_output=True, text=True, timeout=60)
    assert "html" in child.stdout


# Set-up


def test_locks_hold_hashes_and_no_address():
    python = (ROOT / "requirements.lock").read_text()
    npm = json.loads((ROOT / "tools" / "npm" / "package-lock.json").read_text())
    assert "://" not in python, "requirements.lock has an address: make lock writes none"
    pinned = [line for line in python.splitlines() if "==" in line]
    assert all(line.endswith("\\") for line in pinned), "a package without a hash"
    packages = [entry for name, entry in npm["packages"].items() if name]
    assert all("integrity" in entry for entry in packages), "an npm package without a hash"
    assert not any("resolved" in entry for entry in packages), "package-lock.json has an address: make lock writes none"


def test_all_that_the_project_asks_for_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + sum(project["optional-dependencies"].values(), [])
    names = {re.split(r"[<>=]", line)[0].replace("_", "-") for line in asked}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert names <= locked


@pytest.mark.parametrize("count", [1, 2, 3, 200])
def test_the_shares_of_the_lock_hold_each_package_with_its_hashes_once(count):
    lock = (ROOT / "requirements.lock").read_text()
    shares = install.shares(lock, count)
    assert len(shares) == count and sorted("".join(shares).splitlines()) == sorted(lock.splitlines())
    packages = [sum(not line.startswith(" ") for line in share.splitlines()) for share in shares]
    assert max(packages) - min(packages) <= 1
    assert not any(share.startswith(" ") for share in shares)  # a hash without its package


@pytest.mark.parametrize(("refused", "missing"), [("", False), ("numpy==", False), ("zipp==", False), ("", True)])
def test_set_up_fails_if_any_share_does_or_a_package_that_another_needs_is_missing(monkeypatch, refused, missing):
    """With a pip that reads what it is asked for."""
    pip = "import pathlib, sys; sys.exit(bool(sys.argv[1]) and sys.argv[1] in pathlib.Path(sys.argv[-1]).read_text())"
    monkeypatch.setattr(install, "INSTALL", [sys.executable, "-c", pip, refused])
    monkeypatch.setattr(install, "PIP", [sys.executable, "-c", f"import sys; sys.exit({missing})"])
    monkeypatch.setattr(install, "AT_ONCE", 2)
    assert bool(install.install(["--require-hashes"], ROOT / "requirements.lock")) == (bool(refused) or missing)


FAKE_PYTHON = """#!/bin/sh
# Stands in for Python and pip: makes an empty environment, writes down what it was asked, fails when a file says so.
echo "$*" >> calls
case "$*" in
  *version_info*) exec python3 "$@" ;;
  *-VV*) cat version ;;
  "-m venv .venv") mkdir -p .venv/bin && cp fake-python .venv/bin/python ;;
  *requirements.lock*) test ! -e no-network ;;
esac
"""


@pytest.fixture
def clone(tmp_path):
    """The Makefile's rule for .venv, with a Python that only pretends."""
    (tmp_path / "tools" / "npm").mkdir(parents=True)
    for name in ["Makefile", "requirements.lock", "tools/npm/package-lock.json"]:
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "version").write_text("Python 3.11.0\n")
    (tmp_path / "fake-python").write_text(FAKE_PYTHON)
    (tmp_path / "fake-python").chmod(0o755)
    return tmp_path


def set_up(clone, *words):
    """Whether `make env` passed, what it said, and whether it made an environment."""
    (clone / "calls").unlink(missing_ok=True)
    command = ["make", "--no-print-directory", "-C", clone, "env", "PYTHON=./fake-python", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr, "-m venv .venv\n" in (clone / "calls").read_text()


def test_an_environment_is_made_once_and_made_anew_from_another_python_choice_of_versions_or_lock(clone):
    passed, said, made = set_up(clone)
    assert passed and made and said.count("\n") == 1 and "making .venv from the lock files" in said
    passed, said, made = set_up(clone)
    assert passed and not made and "making" not in said
    (clone / "version").write_text("Python 3.12.0\n")
    assert set_up(clone)[2]
    assert set_up(clone, "INSTALL=-e .")[2]
    os.utime(clone / "requirements.lock", (2**31, 2**31))
    assert set_up(clone, "INSTALL=-e .")[2]


def test_an_environment_that_was_moved_is_made_anew(clone, tmp_path_factory):
    assert set_up(clone)[2]
    moved = shutil.copytree(clone, tmp_path_factory.mktemp("moved") / "clone")
    assert set_up(moved)[2]


def test_a_failed_step_is_told_and_the_next_make_starts_over(clone):
    (clone / "no-network").touch()
    passed, said, _ = set_up(clone)
    assert not passed and "Is there a network? The next make starts over." in said
    (clone / "no-network").unlink()
    assert set_up(clone)[::2] == (True, True)


def test_what_python_compiles_is_kept_where_the_machine_forbids_it(clone, monkeypatch):
    """Set-up compiles nothing: each process would compile all that it imports, and a build starts many."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    told = FAKE_PYTHON.replace('echo "$*"', 'echo "$*${PYTHONDONTWRITEBYTECODE:+, kept nowhere}"')
    (clone / "fake-python").write_text(told)
    assert set_up(clone)[2]


def test_an_old_python_is_told_and_nothing_is_made(clone):
    text = (clone / "Makefile").read_text().replace("(3, 11) and", "(99,) and")
    (clone / "Makefile").write_text(text)
    passed, said, made = set_up(clone)
    assert not passed and not made and "set-up: Python 3.11 or newer is needed, and this is" in said


def test_a_link_to_another_environment_is_taken_away_and_that_one_stays(clone):
    (clone / "other").mkdir()
    (clone / "other" / "keep").touch()
    (clone / ".venv").symlink_to("other")
    assert set_up(clone)[0]
    assert not (clone / ".venv").is_symlink() and (clone / "other" / "keep").exists()


# What CI runs


FAKE = """#!/bin/sh
echo "${0##*/} $*" >> calls
case "$0 $*" in
  */sudo*) exec "$@" ;;
  *install*chromium-headless-shell) test ! -e no-shell ;;
  *install*chromium) test ! -e no-network ;;
esac
"""


@pytest.mark.parametrize(("there", "missing", "installed"), [
    (["chromium"], [], []), (["google-chrome"], [], []), (["chromium-headless-shell"], [], []),
    ([], [], ["chromium-headless-shell"]), ([], ["no-shell"], ["chromium-headless-shell", "chromium"]),
])
def test_ci_installs_a_browser_where_there_is_none(tmp_path, there, missing, installed):
    calls = ci(tmp_path, there, missing)
    assert [line.split()[-1] for line in calls if line.startswith("apt-get install")] == installed
    assert calls[-1] == "make slow" and "make html" in calls


def test_ci_fails_before_the_slow_tests_where_no_browser_can_be_had(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        ci(tmp_path, [], ["no-shell", "no-network"])
    assert "make slow" not in (tmp_path / "calls").read_text().splitlines()


def ci(folder, there, missing):
    """What .ci/run calls, on a machine with these browsers whose packages these are missing."""
    (folder / ".ci").mkdir()
    (folder / "bin").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    for name in ("dirname", "id", "realpath"):
        (folder / "bin" / name).symlink_to(shutil.which(name))
    for name in ("apt-get", "make", "sudo", *there):
        (folder / "bin" / name).write_text(FAKE)
        (folder / "bin" / name).chmod(0o755)
    for name in missing:
        (folder / name).touch()
    bash = shutil.which("bash")
    subprocess.run([bash, folder / ".ci" / "run"], env={"PATH": str(folder / "bin")}, capture_output=True, check=True)
    return (folder / "calls").read_text().splitlines()


# A small book, built


# ipykernel, which sees that it is under test, leaves the file descriptor 2 as it is: no build may hear the noise.
PAGE = """---
file_format: mystnb
kernelspec: {name: python3}
description: A page.
---
# A page

Words, $x^2$ and {cite:t}`he2015`.

```{code-cell} python
import os, initbook
os.write(2, b"noise")
print("the answer is", initbook.ANSWER)
```
"""
PACKAGE = '"""A package of one line."""\nANSWER = 41\n'
LICENSES = ["LICENSE", "LICENSE-text"]
INDEX = "# A book\n\n```{toctree}\none\ntwo\n```\n\n```{bibliography}\n:all:\n```\n"


class Book:
    """A copy of the build with two pages and a package of one line."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "docs" / "_ext", folder / "docs" / "_ext")
        shutil.copytree(ROOT / "docs" / "_static", folder / "docs" / "_static")
        shutil.copytree(ROOT / "tools", folder / "tools")
        (folder / "tests" / "equations").mkdir(parents=True)
        for name in ["conf.py", "pyproject.toml", "README.md", *LICENSES, "docs/references.bib",
                     "tests/equations/__init__.py", "tests/equations/_source.py"]:
            shutil.copy(ROOT / name, folder / name)
        self.publish("")  # wherever the book itself is published
        self.write("initbook/__init__.py", PACKAGE)
        self.write("docs/index.md", INDEX)
        self.write("docs/moved.toml", "")
        self.write("docs/one.md", PAGE)
        self.write("docs/two.md", PAGE.replace("# A page", "# Another"))

    def write(self, name, text):
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def publish(self, urls):
        text = (self.folder / "pyproject.toml").read_text(encoding="utf-8")
        self.write("pyproject.toml", re.sub(r"(?<=\n\[project\.urls\]\n)[^\[]*", urls + "\n", text))

    def start(self):
        command = [sys.executable, "tools/build_book.py", "html"]
        place = {"PYTHONPATH": str(self.folder), "SOURCE_DATE_EPOCH": "0"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=os.environ | place, start_new_session=True, **pipes)

    def build(self):
        """Whether the build passed, and what it said."""
        process = self.start()
        said, _ = process.communicate(timeout=120)
        self.progress = said
        # Pages are run side by side, and two may say so on one line.
        told = "".join(line for line in said.splitlines(keepends=True)
                       if line.strip() and not line.startswith(("html: ", "running ")))
        return process.returncode == 0, told

    def page(self, name="one"):
        return (self.folder / "build" / "html" / f"{name}.html").read_text()

    def runs(self):
        return set((self.folder / "build" / "executed").glob("*.json"))


@pytest.fixture
def book(tmp_path):
    return Book(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book that has been built, and the bytes of its site."""
    book = Book(tmp_path_factory.mktemp("built"))
    assert book.build() == (True, "")
    book.first = site(book)
    return book


def site(book):
    html = book.folder / "build" / "html"
    return {path.relative_to(html): path.read_bytes() for path in html.rglob("*") if path.is_file()}


def fails_twice(book, *said):
    """A build that failed must fail again for the same reasons, and leave no site behind: what it said."""
    for _ in range(2):
        passed, output = book.build()
        assert not passed
        assert [words for words in said if words not in output] == [], output
        assert not (book.folder / "build" / "html").exists()
    return output


@pytest.mark.slow
def test_two_builds_are_the_same_byte_for_byte(book, built):
    assert book.build() == (True, "")
    here = site(book)
    assert here.keys() == built.first.keys()
    assert [path for path in here if here[path] != built.first[path]] == []


@pytest.mark.slow
def test_an_edit_to_the_package_runs_the_pages_again_and_an_edit_to_prose_does_not(built):
    assert "the answer is 41" in built.page()
    ran = built.runs()

    built.write("docs/one.md", PAGE.replace("Words", "Other words"))
    assert built.build() == (True, "")
    assert "Other words" in built.page() and "the answer is 41" in built.page()
    assert built.runs() == ran

    built.write("initbook/__init__.py", PACKAGE.replace("41", "42"))
    assert built.build() == (True, "")
    assert "the answer is 42" in built.page() and "the answer is 42" in built.page("two")


@pytest.mark.slow
def test_a_failing_cell_and_a_kernel_that_dies_fail_the_build_and_say_why(book):
    failing = PAGE.replace("initbook.ANSWER", "initbook.NOTHING") + "\n{glue:text}`one.md::end:.2f`\n"
    book.write("docs/one.md", failing)
    book.write("docs/two.md", PAGE.replace('"noise")', '"out of luck")\nos._exit(7)'))
    said = fails_twice(book, "docs/one.md:11", "initbook.NOTHING", "AttributeError", "Traceback",
                       "docs/two.md:11", "Kernel died", "out of luck", "cell of one, two first")
    assert "no cell hands" not in said
    book.write("docs/one.md", PAGE)
    book.write("docs/two.md", PAGE)
    assert book.build() == (True, "")


FAULTS = {
    "It ends at 0.5.": "0.5 is typed: glue it from the cell that computed it",
    "It ends at {glue:text}`one.md::end:.2f`.": "no cell hands end over",
    "{given}`0.01`": "no cell or snippet of this page has this constant",
    "{cited}`33.82`": "no {cite} in this paragraph says from where",
    "```python\nx = 1\n```": "```python: nothing runs it: use ```{code-cell} python",
    "$$\na = b\n$$": "an equation without a label: give it a label and a check",
    "```{math}\n:label: eq-new\na = b\n```": "eq-new has no check: add one to tests/equations/",
    "```{code-cell} python\nfrom initbook import figures\nfigures.Picture()\n```": "no alternative text",
    "```{code-cell} python\nfrom initbook.prose import numbers\nnumbers(idle=1 + 1)\n```": "idle is handed to",
    "```{code-cell} python\nimport warnings\nwarnings.warn('suspicious')\n```": "stderr",
    "See {eq}`nothing`.": "equation not found: nothing",
    r"$\frac{1}{$": "KaTeX parse error",
}


@pytest.mark.slow
def test_what_the_census_finds_and_warnings_fail_the_build_with_file_line_and_what_to_do(book):
    book.write("initbook/figures.py", "class Picture:\n    pass\n")
    for name in ("prose.py", "_check.py"):
        shutil.copy(ROOT / "initbook" / name, book.folder / "initbook" / name)
    book.write("docs/one.md", PAGE + "".join(f"\n{fault}\n" for fault in FAULTS))
    lines = book.folder.joinpath("docs/one.md").read_text().splitlines()
    fails_twice(book, *FAULTS.values(), f"docs/one.md:{lines.index('It ends at 0.5.') + 1}: 0.5 is typed")


@pytest.mark.slow
def test_a_killed_build_leaves_nothing_that_the_next_trusts(book):
    slow = PAGE.replace("import os,", "import time\ntime.sleep(3)\nimport os,")
    book.write("docs/one.md", slow)
    process = book.start()
    while not book.runs() and process.poll() is None:  # the quick page is done, the slow one is not
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert len(book.runs()) == 1
    assert not (book.folder / "build" / "html").exists()
    assert book.build() == (True, "")
    assert "the answer is 41" in book.page() and "the answer is 41" in book.page("two")
