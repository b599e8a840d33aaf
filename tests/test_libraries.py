"""docs/practice/libraries.json has what the page In your library makes of it, and names no machine; the lines for
libraries that pages show are files that `make libraries` runs. The libraries themselves are not needed here."""

import ast
import json
import re

import numpy as np
import pytest

from census import PAGES, snippets
from census.page import ROOT, Page
from initbook import initializers
from libraries import LIBRARIES, measure
from libraries.__main__ import differences

DATA = json.loads((ROOT / "docs" / "practice" / "libraries.json").read_text(encoding="utf-8"))
SNIPPETS = [path for path in sorted((ROOT / "tools" / "libraries" / "snippets").rglob("*.py"))
            if path.parent.name != "numpy"]  # those are run by tests/test_choose.py


def test_the_data_file_says_when_and_on_what_it_was_measured():
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", DATA["measured"]["date"])
    assert DATA["measured"]["python"] and DATA["measured"]["processor"]
    assert DATA["libraries"].keys() <= set(LIBRARIES) and DATA["libraries"].keys() >= {"pytorch", "keras", "flax"}
    assert all(re.match(r"\d+\.\d+", each["version"]) for each in [*DATA["libraries"].values(), DATA["before"]])


def test_the_data_file_names_no_path_and_no_host():
    assert not re.search(r"://|(?<!\w)/\w+/|\\\\|@", json.dumps(DATA))


@pytest.mark.parametrize("library", DATA["libraries"])
def test_every_row_has_what_the_page_needs(library):
    rows = DATA["libraries"][library]["rows"]
    assert {"dense", "conv", "transposed", "embedding", "lstm"} <= {row["kind"] for row in rows}
    for row in rows:
        wanted = {"keeps"} if row["part"] == "forget" else {"scale", "error", "family", "factor", "over", "shape"}
        assert wanted <= row.keys(), row
        assert row["part"] == "forget" or row["family"] not in (None, "another"), f"no law was found: {row}"
        named = row["part"] == "forget" or row["factor"] or re.match("zero|constant|orthogonal", row["family"])
        assert named, f"no variance was found: {row}"


def test_every_file_of_lines_is_python_and_was_run():
    run = {name for each in DATA["libraries"].values() for name in each["lines"]}
    assert {f"{path.parent.name}/{path.stem}" for path in SNIPPETS if path.parent.name in DATA["libraries"]} == run
    assert all(ast.parse(path.read_text(encoding="utf-8")).body for path in SNIPPETS)


def test_every_file_of_lines_stands_on_a_page():
    shown = {path for page in PAGES for path in re.findall(r"tools/libraries/(snippets/\S+)", page.read_text("utf-8"))}
    lines = [path for path in SNIPPETS if path.stem != "calls"]  # those stand in a table: tests/test_choose.py
    assert {str(path.relative_to(ROOT / "tools" / "libraries")) for path in lines} <= shown


LINES = "```{literalinclude} ../../tools/libraries/snippets/pytorch/start.py\n:language: python\n```\n"


def test_census_passes_lines_that_are_run():
    assert snippets.problems(Page(ROOT / "docs" / "planted.md", LINES)) == []


@pytest.mark.parametrize("old, new", [("start.py", "none.py"), (":language: python", ":lines: 1"),
                                      ("snippets/pytorch", "")])
def test_twin_census_refuses_lines_that_nothing_runs(old, new):
    assert len(snippets.problems(Page(ROOT / "docs" / "planted.md", LINES.replace(old, new)))) == 1


# ---- what measures

def drawn(init, shape=(512, 768), other=(300, 200)):
    return tuple(init(np.random.default_rng(i), shape)[None] for i, shape in enumerate((shape, other)))


@pytest.mark.parametrize("init, law", [
    (initializers.variance_scaling(1 / 3, "fan_in", "uniform"), ("uniform", "1/3", "n_in")),
    (initializers.glorot_uniform, ("uniform", "1", "(n_in + n_out)/2")),
    (initializers.lecun_truncated, ("truncated", "1", "n_in")),
    (initializers.variance_scaling(measure.CUT, "fan_in", "truncated"), ("truncated", "cut", "n_in")),
    (initializers.he_normal, ("normal", "2", "n_in")),
    (initializers.orthogonal(), ("orthogonal", None, None)),
    (initializers.zeros, ("zero", None, None)),
])
def test_the_law_of_a_draw_is_found(init, law):
    assert tuple(measure.law("dense", "W", drawn(init)).values()) == law


def test_a_depthwise_layers_channels_are_told_from_one_more():
    """Keras's fans of a kernel (k, k, C, 1) are K·c_in and K: no other law is as near as that, from any draws."""
    for first in range(3):
        two = [np.stack([initializers.glorot_uniform(np.random.default_rng((first, i)), (z.k, z.k, z.c_in, 1))
                         for i in range(measure.MOST * measure.SMALL["depthwise"])]) for z in measure.SIZES]
        assert tuple(measure.law("depthwise", "W", two).values()) == ("uniform", "1", "K(c_in + 1)/2")


@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_twin_a_variance_that_is_3_percent_off_has_no_name(factor):
    init = initializers.variance_scaling(factor, "fan_in", "normal")
    assert measure.law("dense", "W", drawn(init))["factor"] is None


def test_a_changed_default_is_told():
    old = DATA["libraries"]["pytorch"]
    new = json.loads(json.dumps(old))
    assert differences(old, new) == []
    new["rows"][0] |= {"family": "normal"}
    new["rows"][2]["scale"] *= 1.05
    assert [said.split(":")[0] for said in differences(old, new)] == ["dense W", "conv W"]
