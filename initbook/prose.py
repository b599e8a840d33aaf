"""What a page's cells hand to its text: the numbers in its sentences come from here and from nowhere else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from initbook._check import require

__all__ = ["Table", "numbers"]


def numbers(**values: Any) -> None:
    """Hand numbers, and words, to the text of the page that is being run.

    The text shows a number by its name and a format, ``{glue:text}`page.md::loss:.2f```. What stands in a dictionary,
    a list or an array is named after both, ``loss.zero`` or ``loss.0``. Outside of a notebook nothing happens.

    Parameters
    ----------
    values
        Numbers, words, and dictionaries, lists or arrays of them, to any depth.

    Raises
    ------
    TypeError
        For anything else, with its name.

    Examples
    --------
    >>> import numpy as np
    >>> numbers(steps=100, loss={"zero": 2.3, "right": np.array([2.4, 0.1])})
    >>> numbers(trained=True)
    Traceback (most recent call last):
    TypeError: trained must be a number, a word, or a dictionary, list or array of them; got True
    """
    found = {name: value for top in values.items() for name, value in _named(*top)}
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:  # a script on a machine without Jupyter
        return
    if get_ipython():
        unseen = "application/papermill.record/"  # what MyST-NB takes up for the text, and Jupyter does not show
        for name, value in found.items():
            about = {"scrapbook": {"name": name, "mime_prefix": unseen}}
            display({f"{unseen}text/plain": repr(value)}, raw=True, metadata=about)


class Table:
    """Rows under a head, shown as a table by the book and by Jupyter, and as Markdown elsewhere.

    Raises
    ------
    ValueError
        If a row has more or fewer entries than the head.

    Examples
    --------
    >>> Table(["layer", "fan-in"], [["dense", 64], ["conv", 576]])
    | layer | fan-in |
    |---|---|
    | dense | 64 |
    | conv | 576 |
    """

    def __init__(self, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        for i, row in enumerate(rows):
            require(len(row) == len(head), f"rows[{i}]", f"of {len(head)} entries, as the head", len(row))
        self.head, self.rows = list(head), [list(row) for row in rows]

    def __repr__(self) -> str:
        lines = [self.head, *self.rows]
        first, *others = ["| " + " | ".join(map(str, line)) + " |" for line in lines]
        return "\n".join([first, "|" + "---|" * len(self.head), *others])

    def _repr_markdown_(self) -> str:
        return repr(self)


def _named(name: str, value: Any) -> Iterator[tuple[str, int | float | str]]:
    """``(name, number)`` for each number in a value."""
    value = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    if isinstance(value, Mapping | list | tuple):
        for key, part in inner:
            yield from _named(f"{name}.{key}", part)
        return
    plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    require(plain, name, "a number, a word, or a dictionary, list or array of them", repr(value), TypeError)
    yield name, value
