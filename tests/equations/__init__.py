"""Every labelled equation of the book, checked: one module a page, one check a label.

A check states its equation as code (`right`), the same with one deliberate mistake (`wrong`), and a function that holds
a formula against something independent of it and returns how far off it is and how far it may be. The right formula
must be within its tolerance, the wrong one must not: a check that passes both proves nothing.

>>> from equations import exact
>>> @exact("eq-squares", tex=r"(a + b)^2 = a^2 + 2ab + b^2",
...        right=lambda a, b: a**2 + 2*a*b + b**2, wrong=lambda a, b: a**2 + b**2, mistake="the mixed term is left out")
... def squares(formula):
...     '''All pairs of whole numbers up to 9.'''
...     return max(abs((a + b)**2 - formula(a, b)) for a in range(10) for b in range(10)), 0
>>> squares.residual, squares.twin
((0, 0), (162, 0))
"""

import functools
import importlib
import inspect
import pkgutil
import re
from dataclasses import dataclass

__all__ = ["Check", "checks", "exact", "numerical", "plain", "quadrature", "simulation", "symbolic"]

_REGISTRY = {}


@dataclass(frozen=True)
class Check:
    """How one labelled equation is checked."""

    label: str
    tex: str  # as the page has it
    how: str
    right: object  # the equation
    wrong: object  # the equation with one mistake
    mistake: str  # which
    against: object  # formula -> (how far off it is, how far it may be)

    @property
    def where(self):
        """The file and line of the check, relative to the repository."""
        code = self.against.__code__
        return f"equations/{code.co_filename.rpartition('/')[2]}:{code.co_firstlineno}"

    @property
    def what(self):
        """What the formula is held against, in words."""
        return inspect.getdoc(self.against)

    @functools.cached_property
    def residual(self):
        return self.against(self.right)

    @functools.cached_property
    def twin(self):
        return self.against(self.wrong)


def _kind(how):
    def labelled(label, *, tex, right, wrong, mistake):
        def register(against):
            check = Check(label, tex, how, right, wrong, mistake, against)
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


def plain(tex):
    """A formula without comments and with single blanks: what two copies of it must agree in."""
    return " ".join(re.sub(r"(?m)^\s*%.*", "", tex).split())
