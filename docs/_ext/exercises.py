"""What an exercise says of itself: how hard it is, how many minutes it may take, by hand or with the package.

Each must say all three: by them a reader chooses on the page of all exercises. That page shows each exercise anew with
its number, which leads to where it stands (gathered.py). {sheet} leads to that page with some of them ticked.
"""

from urllib.parse import urlencode

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx_exercise.directive import ExerciseDirective
from sphinx_exercise.nodes import exercise_subtitle

import folds

LOG = logging.getLogger(__name__)
LEVELS, HOW = ("easy", "medium", "hard"), ("by hand", "with the package")
FACTS = {
    "level": lambda given: directives.choice(given, LEVELS),
    "minutes": directives.positive_int,
    "how": lambda given: directives.choice(given, HOW),
}


def say(facts):
    """The line below an exercise's title."""
    return nodes.paragraph("", f"{facts['level']} · {facts['minutes']} minutes · {facts['how']}",
                           classes=["exercise-facts"])


def kinds(facts):
    """Classes of the box, by which a reader chooses."""
    return [facts["level"], facts["how"].replace(" ", "-")]


class Exercise(ExerciseDirective):
    """An exercise with its facts."""

    option_spec = ExerciseDirective.option_spec | FACTS

    def run(self):
        missing = [name for name in FACTS if name not in self.options]
        found = super().run()
        if missing:
            LOG.warning("an exercise says its level (%s), minutes and how (%s): %s missing", ", ".join(LEVELS),
                        ", ".join(HOW), ", ".join(missing), location=self.get_location(), type="exercise")
        for node in [] if missing else found:
            node["classes"] += kinds(self.options)
            node["minutes"] = self.options["minutes"]
            node.next_node(nodes.section).insert(0, say(self.options))
            for title in node.findall(exercise_subtitle):
                title.rawsource = self.arguments[0]
                self.set_source_info(title)
        return found


class ExerciseAgain(SphinxDirective):
    """An exercise of another page: its number and title, its facts, its words, and what else the directive holds."""

    has_content, required_arguments, final_argument_whitespace = True, 1, True
    option_spec = FACTS

    def run(self):
        words, _ = self.state.inline_text(self.arguments[0], self.lineno)
        title = nodes.title(self.arguments[0], "", *words)
        box = nodes.admonition("", title, classes=["exercise", "again", *kinds(self.options)])
        box["minutes"] = self.options["minutes"]
        box += say(self.options)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class solution_again(nodes.Admonition, nodes.Element):  # noqa: N801, as docutils names its nodes
    """Folded as on its own page."""


class SolutionAgain(SphinxDirective):
    has_content = True

    def run(self):
        box = solution_again("", nodes.title("", "Solution"), classes=["solution", "dropdown"])
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class Sheet(SphinxRole):
    """A link to the page of all exercises with some of them ticked, {sheet}`Title: ex-prelu ex-widening`."""

    def run(self):
        title, _, names = self.text.rpartition(": ")
        page = self.env.app.builder.get_relative_uri(self.env.docname, "reference/exercises")
        asked = urlencode({"sheet": ",".join(names.split()), "title": title}, safe=",")
        return [nodes.reference(self.rawtext, title, refuri=f"{page}?{asked}", internal=True)], []


def setup(app):
    app.setup_extension("folds")
    app.add_directive("exercise", Exercise, override=True)
    app.add_role("sheet", Sheet())
    app.add_directive("exercise-again", ExerciseAgain)
    app.add_directive("solution-again", SolutionAgain)
    app.add_node(solution_again, html=(folds.visit_solution, folds.closing("details")))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
