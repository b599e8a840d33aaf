"""Every labelled equation holds, and the check of each sees a mistake in it."""

import doctest

import pytest

import equations
from census import equation_page

CHECKS = equations.checks()


@pytest.mark.parametrize("label", CHECKS)
def test_equation_holds(label):
    off, may = CHECKS[label].residual
    assert off <= may, f"{CHECKS[label].where}: {label} is off by {off}, may be by {may}: correct the page, or `right`"


@pytest.mark.parametrize("label", CHECKS)
def test_twin_equation_with_a_mistake_does_not(label):
    check, (off, may) = CHECKS[label], CHECKS[label].twin
    said = f"{check.where}: {label} with a mistake ({check.mistake}) is off by {off} only, and may be by {may}"
    assert off > 2 * may, f"{said}: let `wrong` make this mistake, or the check see it"


@pytest.mark.parametrize("label", CHECKS)
def test_check_says_what_it_does(label):
    assert CHECKS[label].what and CHECKS[label].mistake


def test_a_label_can_be_checked_once_only():
    label = next(iter(CHECKS))
    register = equations.exact(label, tex="", right=None, wrong=None, mistake="")
    with pytest.raises(ValueError, match=f"{label} is checked at equations/"):
        register(lambda formula: (0, 0))


def test_the_example_of_a_check_says_what_happens(monkeypatch):
    """`make test` runs it here and not with the package's docstrings: what it registers must be forgotten again."""
    monkeypatch.setattr(equations, "_REGISTRY", {})
    found = doctest.testmod(equations)
    assert found.attempted > 2 and not found.failed


# The page that lists them


@pytest.mark.parametrize("residual, said", [
    ([(0.1, 0.2), (3.0, 0.2)], []),
    ([(0.3, 0.2), (3.0, 0.2)], ["correct the equation or its check"]),
    ([(0.1, 0.2), (0.1, 0.2)], ["hold the formula against something that the mistake changes"]),
    ([(0.1, 0.2), (float("nan"), 0.2)], ["hold the formula against something that the mistake changes"]),
    ([(float("nan"), 0.2), (3.0, 0.2)], ["correct the equation or its check"]),
])
def test_page_refuses_an_equation_that_is_off_and_a_twin_that_is_not(residual, said):
    found = list(equation_page.problems({next(iter(CHECKS)): residual}))
    assert [words.rpartition(": ")[2] for words in found] == said


@pytest.mark.parametrize("x, shown", [
    (0, "$0$"), (0.25, "$0.25$"), (3.14159, "$3.14$"),
    (1.23e-7, r"$1.2 \times 10^{-7}$"), (0.00999, r"$1.0 \times 10^{-2}$"), (54321.0, r"$5.4 \times 10^{4}$"),
])
def test_page_writes_numbers_as_formulas(x, shown):
    assert equation_page.number(x) == shown


def test_page_has_an_entry_for_every_equation():
    text = equation_page.text({label: [(0.0, 0.0), (1.0, 0.0)] for label in CHECKS})
    assert [label for label in CHECKS if f":name: checked-{label}\n" not in text] == []
