"""One deliberate fault, and what became of it."""

import difflib
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "mutants"


@dataclass(frozen=True)
class Mutant:
    """A change of one file that some check must notice."""

    file: str  # relative to the repository
    line: int
    inside: str  # the function, or the kind of thing on a page
    before: str  # the lines that change
    after: str
    judge: str  # who must notice: tests, cells, snippets, census, equations

    @property
    def key(self):
        """What names a mutant in the list of equivalents: without its line, which moves."""
        return self.file, self.inside, self.before, self.after

    def __str__(self):
        lines = [f"- {line}" for line in self.before.splitlines()] + [f"+ {line}" for line in self.after.splitlines()]
        head = f"{self.file}:{self.line}: {self.inside} (to be noticed by: {self.judge})"
        return "\n    ".join([head, *lines])


@dataclass(frozen=True)
class Result:
    mutant: Mutant
    killed: bool
    seconds: float

    def as_json(self):
        return asdict(self)

    @staticmethod
    def from_json(saved):
        return Result(Mutant(**saved["mutant"]), saved["killed"], saved["seconds"])


def compare(old, new):
    """`(index of the first changed line, the changed lines before, after)`, without their indentation."""
    old, new = old.splitlines(), new.splitlines()
    changes = [c for c in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if c[0] != "equal"]
    first, last = changes[0], changes[-1]
    before, after = old[first[1]:last[2]], new[first[3]:last[4]]
    return first[1], *("\n".join(line.strip() for line in lines) for lines in (before, after))
