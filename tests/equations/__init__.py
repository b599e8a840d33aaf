"""Every labelled equation of the book, checked: one module a page, one check a label.

A check states its equation as code (`right`), what makes a mistake of it (`wrong`: a piece of that code and what
stands in its place, or other code), and a function that holds a formula against something independent of it and returns
how far off it is and how far it may be. The right formula must be within its tolerance, the wrong one must not: a check
that passes both proves nothing. `package` names the functions of initbook that `right` calls because they implement the
equation.

>>> from equations import exact
>>> @exact("eq-squares", right=lambda a, b: a**2 + 2*a*b + b**2, wrong=(" + 2*a*b", ""), mistake="no mixed term")
... def squares(formula):
...     '''All pairs of whole numbers up to 9.'''
...     return max(abs((a + b)**2 - formula(a, b)) for a in range(10) for b in range(10)), 0
>>> squares.residual, squares.twin
((0, 0), (162, 0))

The formula itself stands on its page only. That somebody has compared it with `right`, and with what of the package is
named, is kept in confirmed.toml: `make confirm EQ=eq-label`.
"""

import functools
import importlib
import inspect
import pkgutil
import re
import tomllib
import typing
from dataclasses import dataclass
from pathlib import Path

from equations import _source

__all__ = ["CONFIRMED", "Check", "checks", "confirmed", "exact", "fingerprint", "known", "numerical", "plain",
           "quadrature", "remember", "simulation", "stated", "symbolic"]

CONFIRMED = Path(__file__).with_name("confirmed.toml")
_REGISTRY = {}


@dataclass(frozen=True)
class Check:
    """How one labelled equation is checked."""

    label: str
    how: str
    right: object  # the equation
    wrong: object  # the equation with one mistake
    mistake: str  # which
    against: object  # formula -> (how far off it is, how far it may be)
    package: tuple = ()  # names in initbook: theory.chi

    @property
    def where(self):
        """The file and line of the check, relative to the repository."""
        code = self.against.__code__
        return f"tests/equations/{code.co_filename.rpartition('/')[2]}:{code.co_firstlineno}"

    @property
    def what(self):
        """What the formula is held against, in words."""
        return inspect.getdoc(self.against)

    @functools.cached_property
    def code(self):
        """What stands for the equation: `right`, the helpers that it calls, and the package's functions."""
        return _source.of_right(self), _source.helpers(self), {name: _source.of_package(name) for name in self.package}

    @functools.cached_property
    def bare(self):
        """The same without comments, docstrings and layout: what `fingerprint` covers."""
        return _source.bare_pieces(self)

    @functools.cached_property
    def residual(self):
        return self.against(self.right)

    @functools.cached_property
    def twin(self):
        return self.against(self.wrong if callable(self.wrong) else _source.with_a_mistake(self))


def _kind(how):
    def labelled(label, *, right, wrong, mistake, package=""):
        def register(against):
            check = Check(label, how, right, wrong, mistake, against, tuple(package.split()))
            if label in _REGISTRY and _REGISTRY[label].where != check.where:
                raise ValueError(f"{check.where}: {label} is checked at {_REGISTRY[label].where} already")
            _REGISTRY[label] = check
            return check
        return register
    return labelled


symbolic = _kind("symbolic")
"""Algebra: the difference of both sides simplifies to zero. Residual: the number of cases where it does not."""

exact = _kind("exact")
"""Whole numbers and fractions, without rounding. The tolerance is 0."""

quadrature = _kind("quadrature")
"""An expectation as an integral. The tolerance is that of the quadrature."""

numerical = _kind("numerical")
"""Both sides in floating point. The tolerance comes from rounding, or from the step of a difference quotient."""

simulation = _kind("simulation")
"""A mean over draws. The tolerance comes from the sampling error: say how many standard errors."""


@functools.cache
def checks():
    """`{label: check}` of all modules here, in their order."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"equations.{module}")
    return dict(_REGISTRY)


class Stated(typing.NamedTuple):
    """What of a check an equation is compared with: all that a build needs where nothing but sentences has changed."""

    label: str
    where: str
    bare: list


_STATED = {}


def stated():
    """`{label: Check or Stated}` of all checks."""
    return _STATED or checks()


def remember(rows):
    """Spare `stated` the seconds that loading the checks takes: `rows` are what an earlier build kept of them."""
    _STATED.update((row[0], Stated(*row)) for row in rows)


def plain(tex):
    """A formula without comments and with single blanks: what is left when nothing changes but its layout."""
    return " ".join(re.sub(r"(?m)^\s*%.*", "", tex).split())


def fingerprint(check, tex):
    """A short hash of an equation as its page has it, and of all code that stands for it."""
    return _source.short_hash([plain(tex), *check.bare])


def confirmed(check, tex):
    """Whether somebody has compared just this formula with just this code."""
    return known(CONFIRMED).get(check.label) == fingerprint(check, tex)


def known(path):
    """`{label: short hash}` of what was confirmed."""
    return _read(path.read_text(encoding="utf-8")) if path.exists() else {}


_read = functools.lru_cache(maxsize=1)(tomllib.loads)  # it is asked for each equation
