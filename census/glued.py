"""Every number that a page glues is used in its prose, and every one that it uses is glued.

A wrong key shows a wrong number; then the right one is left over, and that is seen here. Keys can be made in loops, so
they are known only when the page has run: the build asks.
"""

import re

USE = re.compile(r"\{glue:\w*\}`(?:(?P<page>[\w./-]+)::)?(?P<key>[^`:]+)(?P<format>:[^`]*)?`")


def problems(page, keys):
    """`keys` are those that the page's cells have glued, in their order."""
    uses, found = list(USE.finditer(page.text)), []
    for use in uses:
        line = page.text[: use.start()].count("\n") + 1
        if use["page"] != page.path.name:
            found.append(page.says(line, f"{use[0]}: write {page.path.name}::{use['key']}, the page's own numbers"))
        elif use["key"] not in keys:
            found.append(page.says(line, f"{use[0]}: no cell glues {use['key']}: correct the key, or glue it"))
    used = {use["key"] for use in uses}
    idle = [key for key in dict.fromkeys(keys) if key not in used]
    return found + [page.says(glued_at(page, key), f"{key} is glued and no sentence uses it: use it, or take it away")
                    for key in idle]


def glued_at(page, key):
    """The line in which a cell glues a key; for a key made in a loop, the first line that glues anything."""
    rows = enumerate(page.text.splitlines(), 1)
    lines = {("glue(" in row) + 2 * (f'"{key}"' in row): number for number, row in reversed(list(rows))}
    return lines[max(lines)]
