"""What the pages measured is what they measured before: a build of this tree against what tests/numbers/ keeps."""

import math
import os
import statistics

import numpy as np
import pytest

import measured
from execution import fingerprint

BUILT, NOT_BUILT = measured.built(fingerprint())


@pytest.mark.parametrize("page", BUILT)
def test_a_page_measures_what_is_kept(page):
    said = [f"{page}  {key}  was {measured.shown(kept) if kept else 'not kept'}, is {value}"
            for key, kept, value in measured.differences(page, BUILT[page])]
    assert not said, "\n".join([*said, f"see whether the text still holds, then: make accept P={page}"])


def test_every_page_was_compared(record_property):
    """Where that must be so; elsewhere tests/conftest.py says in one line which pages were not."""
    if NOT_BUILT:
        record_property("not compared", "all pages" if not BUILT else ", ".join(NOT_BUILT))
    assert not (NOT_BUILT and os.environ.get("INITBOOK_REQUIRE_ALL")), "build/html is not of this tree: make html"


def test_every_file_belongs_to_a_page_and_says_where_it_is_from():
    files = {path.name for path in measured.KEPT.glob("*.toml")}
    pages = {measured.path_of(page).name: page for page in measured.executed()}
    missing = [f"no tests/numbers/{name}: make html, then make accept P={pages[name]}" for name in {*pages} - files]
    idle = [f"tests/numbers/{name} belongs to no page: make accept takes it away" for name in files - {*pages}]
    assert not missing + idle, "\n".join(sorted(missing + idle))
    for path in measured.KEPT.glob("*.toml"):
        assert "\nmeasured_on = " in path.read_text()


# Kinds and tolerances


@pytest.mark.parametrize("kept, near, far", [
    (("exact", 2.5), 2.5 * (1 + 5e-10), 2.5 * (1 + 5e-9)),
    (("exact", 0), 0, 1e-300),
    (("sampled", [2.5, 0.1]), 2.89, 2.91),
    (("machine", [1e-17, 1e-13]), 5e-15, 2e-13),
])
def test_a_number_may_differ_as_far_as_its_kind_lets_it(kept, near, far):
    assert measured.fits(kept, near)
    assert not measured.fits(kept, far) and not measured.fits(kept, math.nan)


@pytest.mark.parametrize("otherwise, elsewhere, kind", [
    ([2.5, 2.5], 2.5 * (1 + 1e-12), "exact"),  # neither draws nor rounding matter
    ([2.4, 2.7], 2.5 * (1 + 1e-12), "sampled"),
    ([2.4, 2.7], 2.505, "sampled"),  # rounding matters, far less than the draws
    ([2.4, 2.7], 2.6, "machine"),
    ([2.5, 2.5], 2.6, "machine"),
])
def test_the_kind_of_a_number_is_measured(otherwise, elsewhere, kind):
    found, kept = measured.kind_of(2.5, otherwise, [elsewhere])
    assert found == kind and measured.fits((kind, kept), 2.5)


def test_the_error_of_a_sampled_number_is_what_other_seeds_make_of_it():
    means = np.random.default_rng(0).normal(0, 1, size=(400, 100)).mean(axis=1).tolist()
    kind, (value, error) = measured.kind_of(means[0], means[1:], [means[0]])
    # The standard error of a standard deviation of 400 normal numbers is 1/√800 of it.
    assert (kind, value) == ("sampled", means[0]) and abs(error / statistics.stdev(means) - 1) < 0.1
    assert abs(error - 0.1) < 4 * 0.1 / 800**0.5 + 0.005


# make accept


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A page with two numbers that are kept, and a third kind of each when it is asked for."""
    monkeypatch.setattr(measured, "KEPT", tmp_path)
    monkeypatch.setattr(measured, "kinds", lambda page, keys, values: {k: ("sampled", [values[k], 0.1]) for k in keys})
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    measured.write("variance/he", {"law.relu": ("exact", 2.0), "loss": ("sampled", [0.5, 0.01])}, {})
    return "variance/he"


def test_what_is_written_is_read_back(kept):
    numbers = {'a "quoted" key': ("exact", 1), "√n": ("sampled", [0.1, 1e-3]), "bits": ("machine", [0.0, 1e-12])}
    measured.write(kept, numbers, {"√n": "drawn in another order"})
    assert measured.read(kept) == numbers and measured.reasons(kept) == {"√n": "drawn in another order"}


def test_accept_keeps_what_is_new_and_drops_what_is_gone_and_leaves_what_is_near(kept, capsys):
    assert measured.accept(kept, {"loss": 0.52, "steps": 100}, "")
    assert measured.read(kept) == {"loss": ("sampled", [0.5, 0.01]), "steps": ("sampled", [100, 0.1])}
    said = capsys.readouterr().out
    assert "variance/he  law.relu  2.0  ->  gone" in said and "steps  not kept yet  ->  100" in said
    assert not measured.accept(kept, {"loss": 0.52, "steps": 100}, "")


def test_a_number_that_left_its_tolerance_asks_for_a_reason_and_nothing_is_written_without(kept, capsys):
    before = measured.path_of(kept).read_text()
    with pytest.raises(SystemExit, match="say why"):
        measured.accept(kept, {"law.relu": 2.0, "loss": 0.6}, "")
    assert measured.path_of(kept).read_text() == before
    assert "variance/he  loss  0.5, error 0.01  ->  0.6" in capsys.readouterr().out
    assert measured.accept(kept, {"law.relu": 2.0, "loss": 0.6}, "twice the steps")
    assert measured.reasons(kept) == {"loss": "twice the steps"}


def test_numbers_in_what_a_cell_printed_are_found():
    found = measured.printed(["x 0.5 and −3\n", "1e-05 v2"])
    assert found == {"printed.0.0": 0.5, "printed.0.1": -3.0, "printed.1.0": 1e-5}
