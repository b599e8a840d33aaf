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
            found.append(page.says(line, f"{use[0]}: no cell glues {use['key']}"))
    used = {use["key"] for use in uses}
    idle = [key for key in dict.fromkeys(keys) if key not in used]
    return found + [page.says(1, f"{key} is glued and no sentence uses it: use it, or take it away") for key in idle]
