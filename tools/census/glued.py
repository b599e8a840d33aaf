"""Every number that a page hands to its text is used there, and every one that the text uses is handed to it.

A wrong name shows a wrong number; then the right one is left over, and that is seen here. What stands in a dictionary
may be left over. The names are known only when the page has run: the build asks, and so does tools/rerun.py.
"""

import re

USE = re.compile(r"\{glue:\w*\}`(?:(?P<page>[\w./-]+)::)?(?P<key>[^`:]+)(?P<format>:[^`]*)?`")


def problems(page, keys):
    """`keys` are the names that the page's cells have handed over, in their order."""
    uses, found = list(USE.finditer(page.text)), []
    for use in uses:
        line, key = page.line(use.start()), use["key"]
        if use["page"] != page.path.name:
            found.append(page.says(line, f"{use[0]}: write {page.path.name}::{key}, the page's own numbers"))
        elif key not in keys:
            found.append(page.says(line, f"{use[0]}: no cell hands {key} over: correct it, or add it to numbers(…)"))
    used = {top(use["key"]) for use in uses}
    call = page.line(page.text.find("\nnumbers(") + 1)
    return found + [page.says(call, f"{name} is handed to the text, and no sentence uses it: take it away")
                    for name in dict.fromkeys(map(top, keys)) if name not in used]


def top(key):
    """The name in the call: loss.zero comes from numbers(loss=…)."""
    return key.partition(".")[0]
