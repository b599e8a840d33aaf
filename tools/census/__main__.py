"""`python -m census [page …]`: what is wrong, and how much was checked."""

import sys
from pathlib import Path

from census import PAGES, counts, problems

if __name__ == "__main__":
    chosen = [Path(name).resolve() for name in sys.argv[1:]]
    found = problems(chosen)
    print("\n".join(found))
    print(f"census: {len(found)} problems;", ", ".join(f"{n} {what}" for what, n in counts(chosen or PAGES).items()))
    sys.exit(bool(found))
