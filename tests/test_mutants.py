"""The mutators themselves: each kind of fault is made, where it should be and nowhere else, and judged rightly.

The package's mutants are made with mutmut and take minutes to run, so here one module of a few lines stands for it.
"""

import json

import pytest

pytest.importorskip("mutmut", reason="make mutants needs the packages of the group `mutants`")
pytest.importorskip("coverage", reason="make mutants needs the packages of the group `mutants`")

from mutants import fork, package, pages, report  # noqa: E402
from mutants.mutant import Mutant, Result  # noqa: E402

PAGE = """---
file_format: mystnb
kernelspec: {name: python3}
---

# A page

```{code-cell} python
import numpy as np
from myst_nb import glue
from initbook import figures

rng = np.random.default_rng(7)
side = 3.0
assert abs(side**2 - 9) < 1e-12
glue("area", side**2)
glue("name", side / 2)
idle = 5
figures.show(figures.curves({"a": ([0, 1], [2, 3])}, levels={"side": 4.0}), height=2.5, alt="Two lines, 6 long.")
```

The area is {glue:text}`page.md::area:.1f`, not {glue:text}`page.md::name:.1f`.

```{doctest}
>>> 3 * 3
9
>>> 3 > 2
True
>>> "area"
'area'
```

$$
A = s^2
$$ (eq-area)
"""

DRAWN = next(line for line in PAGE.splitlines() if "levels" in line)


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return path


def made(page, kind):
    return [(m.before, m.after) for m in (change.mutant for change in pages.changes(page)) if m.inside == kind]


def test_a_role_asks_for_the_pages_other_key_and_for_one_that_is_not_there(page):
    said = [after.removeprefix("The area is ") for _, after in made(page, "key")]
    assert [("::name:" in after[:30], "::areax:" in after) for after in said[:2]] == [(True, False), (False, True)]
    assert len(said) == 4


def test_numbers_truth_values_and_last_letters_of_outputs_are_changed(page):
    assert made(page, "output") == [("9", "0"), ("True", "False"), ("'area'", "'arex'")]


def test_numbers_that_compute_are_changed_and_not_seeds_assertions_or_looks(page):
    after = [after for _, after in made(page, "constant")]
    assert after == ["side = 6.0", 'glue("area", side**3)', 'glue("name", side / 3)', "idle = 6",
                     DRAWN.replace("4.0", "8.0")]


def test_a_labelled_equation_gets_another_factor_and_another_number(page):
    assert made(page, "factor") == [("A = s^2", "A = 2 s^2"), ("A = s^2", "A = s^3")]


def test_the_line_of_a_change_is_the_pages_line(page):
    lines = PAGE.splitlines()
    assert all(lines[m.line - 1].strip() == m.before for m in (change.mutant for change in pages.changes(page)))


def test_each_kind_is_noticed_by_its_judge_and_an_idle_number_by_nobody(page, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "BUILD", tmp_path)
    chosen = pages.changes(page)
    verdicts = pages.verdicts_on(page, chosen, workers=2)
    alive = [change.mutant for change, (killed, _) in zip(chosen, verdicts, strict=True) if not killed]
    # The planted equation has no check, so nobody can see that it is changed; the rest of the net holds.
    assert [m.after for m in alive if m.inside == "constant"] == [
        'glue("area", side**3)', 'glue("name", side / 3)', "idle = 6", DRAWN.replace("4.0", "8.0")]
    assert {m.inside for m in alive} == {"constant", "factor"}


def test_a_page_that_fails_as_it_is_can_tell_nothing(page, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "BUILD", tmp_path)
    page.write_text(PAGE.replace("9) < 1e-12", "8) < 1e-12"))
    with pytest.raises(SystemExit, match="fails without any change"):
        pages.verdicts_on(page, pages.changes(page), workers=1)


def test_a_sample_keeps_all_but_constants_and_is_the_same_every_time(page):
    chosen = pages.changes(page)
    assert pages.sample(chosen, 2) == pages.sample(chosen, 2)
    assert [c.cell is None for c in pages.sample(chosen, 2)].count(False) == 2
    assert pages.sample(chosen, None) == chosen


# --- the package

MODULE = '''"""A module."""

LIMIT = 3


def double(x, times=2):
    """Twice."""
    if x > LIMIT:
        raise ValueError("too large")
    return times * x
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    folder = tmp_path / "planted"
    folder.mkdir()
    (folder / "doubling.py").write_text(MODULE)
    monkeypatch.setattr(package, "ROOT", tmp_path)
    return package.changes(folder / "doubling.py")


def test_functions_and_the_top_of_a_module_are_changed_each_text_whole(module):
    made = {(c.mutant.inside, c.mutant.before, c.mutant.after) for c in module}
    assert {("module", "LIMIT = 3", "LIMIT = 4"), ("double", "if x > LIMIT:", "if x >= LIMIT:"),
            ("double", "return times * x", "return times / x"),
            ("double", "def double(x, times=2):", "def double(x, times=3):")} <= made
    lines = MODULE.splitlines()
    assert all(lines[c.mutant.line - 1].strip() == c.mutant.before and c.mutant.after in c.text for c in module)


def test_what_runs_at_import_is_told_from_what_a_call_runs(module):
    lines = {c.mutant.inside: list(c.lines) for c in module}
    assert lines == {"module": [], "double": [8, 9, 10]}


def test_the_tests_of_a_change_are_its_own_and_those_that_run_its_lines(module):
    change = next(c for c in module if c.mutant.inside == "double")
    a, b, c, d = "test_doubling.py::a", "test_doubling.py::b", "test_other.py::c", "test_other.py::d"
    known = package.Tests({"doubling": {"9": [b, d]}}, dict.fromkeys([a, b, c, d], 0.1))
    assert known.order(change) == [[b, a], [d]]


def test_the_changed_text_is_what_is_imported(module):
    change = next(c for c in module if c.mutant.after == "LIMIT = 4")
    names = {}
    exec(package.Changed(change).get_code("planted.doubling"), names)
    assert names["LIMIT"] == 4


# --- the report

ALIVE, EXCUSED, DEAD = (Mutant("f.py", line, "g", f"x = {line}", "x = 0", "tests") for line in (1, 2, 3))
RESULTS = [Result(ALIVE, False, 1.0), Result(EXCUSED, False, 1.0), Result(DEAD, True, 1.0)]
KEYS = {mutant.key for mutant in (ALIVE, EXCUSED, DEAD)}


def test_equivalents_are_neither_survivors_nor_counted():
    excuses = {EXCUSED.key: "why"}
    assert report.survivors(RESULTS, excuses) == [ALIVE]
    assert report.share(RESULTS, excuses) == 0.5
    assert report.table(RESULTS, excuses).splitlines()[-1].split() == ["together", "3", "1", "1", "1", "3"]
    assert list(report.stale(RESULTS, excuses, KEYS)) == []


def test_an_excuse_for_what_is_killed_or_no_longer_made_is_stale():
    gone = ("f.py", "g", "x = 9", "x = 0")
    said = list(report.stale(RESULTS, {DEAD.key: "why", gone: "why"}, KEYS))
    assert ["noticed now" in said[0], "no such mutant" in said[1]] == [True, True]


@pytest.mark.parametrize("text", ["x = 'a'", 'x = "a"', "x = \"a\" + 'b'", "two\nlines", r"\d", ""])
def test_an_entry_of_the_list_is_read_as_it_was_written(text, tmp_path):
    mutant = Mutant("f.py", 1, "g", text, "x", "tests")
    path = tmp_path / "list.toml"
    path.write_text(report.as_excuse(mutant))
    assert set(report.read_excuses(path)) == {mutant.key}


def test_every_equivalent_has_its_reason():
    assert all(reason.strip() for reason in report.read_excuses().values())


# --- processes

def test_work_that_does_not_end_is_stopped_and_what_fails_is_told_apart():
    def forever():
        while True:
            pass

    jobs = [(lambda: 0, 5), (lambda: 3, 5), (lambda: 1 / 0, 5), (forever, 0)]
    statuses = {index: status for index, status, _ in fork.side_by_side(jobs, workers=2)}
    assert [statuses[0], statuses[1], statuses[2], statuses[3] < 0] == [0, 3, 70, True]


def test_what_is_written_down_is_read_back():
    assert [Result.from_json(json.loads(json.dumps(result.as_json()))) for result in RESULTS] == RESULTS
