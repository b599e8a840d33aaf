"""What of a page gettext hands to translators besides its paragraphs, and what it keeps from them.

A displayed equation is the same in every language, and a translation of it would lose its label; nor has a cell of a
table that holds a number alone anything to translate. Titles of exercises and theorems, a page's description and what
it needs are words like any other, but the extensions that make them do not say so.
What a figure shows is written by code, within its HTML: the words go to translators with {0}, {1} for its numbers, so
that no translation can change a number, and all frames that differ in numbers alone share one message.
"""

import re
from html import escape, unescape

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_subtitle, exercise_title

LOG = logging.getLogger(__name__)
OFFERED = ("description", "needs")  # of the front matter
SAID = re.compile(r'(?<=aria-label=")[^"]*(?=")')
NOT_WORDS = re.compile(r"\{[\w:,-]+\}`[^`]*`|\$[^$]*\$|`[^`]*`|<[^>]*>")  # roles, formulas, code
WORD = re.compile(r"[^\W\d_]{2}")
PLACE = re.compile(r"\{[^{}]*\}")
NUMBER = re.compile(r"[-−]?\d[\d.,  ⁰¹²³⁴⁵⁶⁷⁸⁹⁻×%]*(?<![.,  ×])")


def without_numbers(said):
    """The words, with {0}, {1} for numbers; and the numbers."""
    count = iter(range(len(said)))
    words = said.replace("{", "{{").replace("}", "}}")
    return NUMBER.sub(lambda _: f"{{{next(count)}}}", words), NUMBER.findall(said)


class raw(nodes.raw, addnodes.translatable):  # noqa: N801, writers visit a node by the name of its class
    """HTML of a cell, in which the words of pictures can be translated."""

    def preserve_original_messages(self):
        """What was written by code is in no source."""

    def extract_original_messages(self):
        messages = (without_numbers(unescape(said))[0] for said in SAID.findall(self.astext()))
        return list(dict.fromkeys(filter(WORD.search, messages)))

    def apply_translated_message(self, original, translated):
        if sorted(PLACE.findall(translated)) != sorted(PLACE.findall(original)):
            LOG.warning("a figure's translation must have the places for numbers that the original has: %r, got %r",
                        original, translated, location=self, type="i18n")
            return

        def put(said):
            words, numbers = without_numbers(unescape(said[0]))
            return escape(translated.format(*numbers)) if words == original else said[0]

        html = SAID.sub(put, self.astext())
        self.children = []
        self += nodes.Text(html)
        self["translated"] = True


class Messages(SphinxTransform):
    default_priority = 9  # before Sphinx collects messages and puts translations in

    def apply(self, **kwargs):
        for node in self.document.findall(nodes.TextElement):
            said = node.rawsource and WORD.search(NOT_WORDS.sub("", node.rawsource))
            if isinstance(node, nodes.math_block) or node.rawsource and not said:
                node["translatable"] = False
        for title in self.document.findall(nodes.title):
            if title.rawsource and not title.source:
                title.source, title.line = title.parent.source or self.document["source"], title.parent.line or 1
        for html in list(self.document.findall(nodes.raw)):
            if html.get("format") == "html" and SAID.search(html.astext()):
                place = raw("", html.astext(), **html.attributes)
                place.source, place.line = html.source or self.document["source"], html.line or 1
                html.replace_self(place)
        for field in list(self.document.findall(nodes.field)):
            if field[0].astext() in OFFERED:
                words = nodes.meta(name=field[0].astext(), content=field[1].astext())
                words.source, words.line = self.document["source"], 1
                self.document += words
                for part in field[1]:
                    part["translatable"] = False  # a second offer of these words, in which Sphinx would look for links


def take_back(app, doctree):
    """What the front matter says goes to where our extensions look for it; catalogues are written from the page."""
    for words in [] if app.builder.name == "gettext" else list(doctree.findall(nodes.meta)):
        if words.get("name") in OFFERED:
            app.env.metadata[app.env.current_document.docname][words["name"]] = words["content"]
            words.parent.remove(words)


class Unresolved(SphinxPostTransform):
    """Catalogues are written of pages that are ready to be shown, where an exercise's title has become that of a box.

    Where links lead nobody asks there, and to find it takes minutes.
    """

    default_priority = 0  # before all who make them ready
    builders = ("gettext",)

    def run(self, **kwargs):
        for title in list(self.document.findall(exercise_title)):
            title.replace_self(list(title.findall(exercise_subtitle)))
        for link in list(self.document.findall(addnodes.pending_xref)):
            link.replace_self(link.children)


def remember_exercises(app, doctree):
    """Whoever shows an exercise's title elsewhere takes it from here."""
    for exercise in doctree.findall(exercise_enumerable_node):
        app.env.sphinx_exercise_registry[exercise["label"]]["node"] = exercise.deepcopy()


def setup(app):
    app.setup_extension("sphinx_exercise")
    app.add_transform(Messages)
    app.add_post_transform(Unresolved)
    app.connect("doctree-read", remember_exercises)
    app.connect("doctree-read", take_back)  # after Sphinx has read the front matter
    return {"parallel_read_safe": True, "parallel_write_safe": True}
