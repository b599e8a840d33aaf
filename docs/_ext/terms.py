"""The first use of a glossary's term in a chapter links to what it means, as if it had been written {term}`…`.

A word that has a plain sense beside the glossary's is linked where an author says so, and else not.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from powers import texts

CHAPTERS = ("practice/", "symmetry/", "variance/", "beyond/")
ALSO_PLAIN = {"critical", "rank", "spread", "unit", "update", "tied", "gain", "activation", "signal"}
NO_PLACE = (nodes.title, nodes.reference, nodes.literal, nodes.math, nodes.caption, nodes.entry, nodes.figure)


def words_of(glossary):
    """`{pattern: anchor}` of the terms, longer ones first: of "fan-in, fan-out" each."""
    each = {word.strip(): anchor for term, anchor in glossary.items() for word in term.split(",")}
    return {re.compile(rf"\b{re.escape(word)}s?\b", 0 if word[0].isupper() else re.IGNORECASE): each[word]
            for word in sorted(each, key=len, reverse=True) if word.casefold() not in ALSO_PLAIN}


def linkable(document):
    """The text of paragraphs, in their order, where a link may stand."""
    for paragraph in document.findall(nodes.paragraph):
        above = paragraph.parent
        while above is not None and not isinstance(above, NO_PLACE):
            above = above.parent
        if above is None:
            yield from texts(paragraph, NO_PLACE)


def link(text, pattern, address):
    """Put a link into the text if the pattern is in it."""
    found = pattern.search(text)
    if not found:
        return False
    reference = nodes.reference("", found[0], internal=True, refuri=address, classes=["term"])
    pieces = [nodes.Text(text[:found.start()]), reference, nodes.Text(text[found.end():])]
    text.parent.replace(text, [piece for piece in pieces if piece.astext()])
    return True


def link_first(document, glossary):
    """Link the first use of each term of `{name: address}` that no link of the document leads to yet."""
    linked = {reference.get("refuri") for reference in document.findall(nodes.reference)}
    for pattern, address in words_of(glossary).items():
        if address not in linked and any(link(text, pattern, address) for text in list(linkable(document))):
            linked.add(address)


class Terms(SphinxPostTransform):
    default_priority = 20  # when links that were written are known
    formats = ("html",)

    def run(self, **kwargs):
        page, std = self.env.docname, self.env.get_domain("std")
        glossary = {name: there for (kind, name), there in std.objects.items() if kind == "term"}
        if not page.startswith(CHAPTERS) or not glossary:
            return
        book = self.app.builder
        link_first(self.document, {name: f"{book.get_relative_uri(page, where)}#{anchor}"
                                   for name, (where, anchor) in glossary.items()})


def setup(app):
    app.add_post_transform(Terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
