"""What stands on many pages, gathered on one: all exercises with their solutions, all take-aways.

It is taken from the pages' own sources whenever the book is built, so it says what they say. Links, numbers and labels
are turned to be read from the folder of reference pages. An exercise stands there alone, so the equations that it names
stand below it, and before its solution's code the lines of the page that this goes on from (goes_on.py). What such a
page takes from others when it is written, numbers and minutes, is part of what it hangs on (`parts`, asked by
kept_pages.py).
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

import execution
import goes_on
import kept
from census import displays, equation_page
from census.page import Page

EXERCISES, TAKE_AWAYS = "<!-- all exercises -->", "<!-- all take-aways -->"
SHOWN = "<!-- what these figures show -->"  # those named since the last such line
LECTURE = re.compile(r"(?m)^(\| \d+ \| \*\*(.+?)[.?]\*\*.*)$")

TITLE = re.compile(r"(?m)^# (.+)$")
CAPTION = re.compile(r':caption: "?([^"\n]+)"?\n((?:.*\n)*?)```')
BOX = r"(?ms)^(`{{3,}})\{{{0}\}} *(?P<title>[^\n]*)\n(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<text>.*?)^\1\n"
EXERCISE, SOLUTION = re.compile(BOX.format("exercise")), re.compile(BOX.format("solution"))
OPTION = re.compile(r":([\w-]+): *([^\n]*)")
TAKE_AWAY = re.compile(r"(?ms)^:::\{admonition\}[^\n]*\n:class: takeaway\n(.*?)^:::\n")
FIGURE = re.compile(r"\{numref\}`(fig-[\w-]+)`")
NAMED = re.compile(r"\{eq\}`(eq-[\w-]+)`")
FIRST_SNIPPET = re.compile(r"(?m)^(?=`{3,}\{doctest\})")
GLUE = re.compile(r"(\{glue:text\}`)([^`:]+)::")
LINK = re.compile(r"(?<!\\)\]\((#[\w-]+|[\w./-]+\.md(?:#[\w-]+)?)\)")
LABELS = re.compile(r"(?m)(?<=\$\$) \(eq-[\w-]+\)|^:label:.*\n|^\([\w-]+\)=\n")


@dataclass(frozen=True)
class Exercise:
    """An exercise as its page has it: what it says of itself, what it asks, and its solution."""

    page: str
    title: str
    facts: dict
    text: str
    solution: str

    @property
    def label(self):
        return self.facts["label"]


def path(page):
    return execution.ROOT / "docs" / f"{page}.md"


def source(page):
    return path(page).read_text(encoding="utf-8")


def pages():
    """Names of the pages, in the order of the table of contents."""
    docs = execution.ROOT / "docs"
    return [path.relative_to(docs).with_suffix("").as_posix() for path in equation_page.in_order()]


def parts():
    """`{title of a part: its pages}`, as the table of contents has them; a part opens with a page, or has a caption."""
    opened = {title(page): equation_page.named_by(page) for page in equation_page.named_by("index")
              if page.endswith("/index")}
    return opened | {name: [page.strip() for page in pages.splitlines() if page.strip()] for name, pages in
                     CAPTION.findall(source("index"))}


def title(page):
    return TITLE.search(source(page))[1].strip()


def exercises(page):
    """Those of one page, in its order."""
    text = source(page)
    solutions = {found["title"]: found["text"] for found in SOLUTION.finditer(text)}
    rows = ((found, dict(OPTION.findall(found["options"]))) for found in EXERCISE.finditer(text))
    return [Exercise(page, found["title"].strip(), facts, found["text"], solutions.get(facts.get("label"), ""))
            for found, facts in rows]


def take_away(page):
    found = TAKE_AWAY.search(source(page))
    return found[1] if found else ""


def from_reference(text, page):
    """A piece of a page's source, to be read from a page in docs/reference."""
    folder = PurePosixPath(page).parent

    def link(found):
        target = found[1]
        return f"](../{page}.md{target})" if target.startswith("#") else f"](../{folder / target})"

    text = LINK.sub(link, LABELS.sub("", text))
    return GLUE.sub(lambda found: f"{found[1]}../{folder / found[2]}::", text)


def heading(sign, page):
    return f"\n{sign} [{title(page)}](../{page}.md)\n"


def exercises_again(page):
    """Those of one page below its title; nothing of a page without any. It hangs on that page alone."""
    rows = exercises(page)
    return rows and heading("###", page) + "".join(map(again, rows))


def kept_exercises(page):
    return kept.answer("exercises", lambda: exercises_again(page), page, source(page))


def all_exercises(of_page=exercises_again):
    text = ""
    for part, names in parts().items():
        found = list(filter(None, map(of_page, names)))
        text += "".join([f"\n## {part}\n", *found]) if found else ""
    return text


def again(one):
    """An exercise as a box of its own, without a number of its own."""
    about = "".join(f":{key}: {one.facts.get(key, '')}\n" for key in ("level", "minutes", "how"))
    text = one.text + "".join(f"\n{{eq}}`{label}`:\n\n```{{math}}\n{tex}\n```\n" for label, tex in equations(one))
    text += f"::::::{{solution-again}}\n{by_itself(one)}::::::\n" if one.solution else ""
    named = f"{{numref}}`{one.label}` ({one.title})"
    return f"\n:::::::{{exercise-again}} {named}\n{about}{from_reference(text, one.page)}:::::::\n"


def equations(one):
    """Those that an exercise names, from its own page."""
    there = displays.labelled_displays(Page(path(one.page)))
    return [(label, equation_page.without_comments(there[label].text)) for label in
            dict.fromkeys(NAMED.findall(one.text)) if label in there]


def by_itself(one):
    """A solution whose code has what it needs of its page."""
    lines = goes_on.before(source(one.page), one.solution)
    if not lines:
        return one.solution
    fold = f"\n:::{{dropdown}} This code goes on from lines of its page\n{goes_on.shown(lines)}:::\n\n"
    return FIRST_SNIPPET.sub(lambda _: fold, one.solution, count=1)


def all_take_aways():
    text = ""
    for part, names in parts().items():
        boxes = {page: take_away(page) for page in names}
        text += f"\n## {part}\n" if any(boxes.values()) else ""
        text += "".join(f"{heading('###', page)}\n{from_reference(box, page)}"
                        for page, box in boxes.items() if box)
    return text


def below_plans(text):
    """Below each plan of lectures, what its figures show, and a sheet of exercises for each lecture."""
    first, *others = text.split(SHOWN)
    for found in others:
        plan = first.rpartition(":::")[2]
        rows = "".join(f"- {{numref}}`{name}`: {{claim}}`{name}`\n" for name in dict.fromkeys(FIGURE.findall(plan)))
        sheets = ", ".join(f"{{sheet}}`{title}: {' '.join(re.findall('`(ex-[^`]+)`', row))}`"
                           for row, title in LECTURE.findall(plan))
        first += f":::{{dropdown}} What these figures show\n{rows}:::\n"
        first += f"\nExercises to print, a sheet for each lecture: {sheets}.\n{found}" if sheets else found
    return first


MAKERS = {EXERCISES: lambda: all_exercises(kept_exercises), TAKE_AWAYS: all_take_aways}


def fill_in(app, page, source):
    for placeholder, make in MAKERS.items():
        if placeholder in source[0]:
            source[0] = source[0].replace(placeholder, make())
    source[0] = below_plans(source[0])
    own = f"{PurePosixPath(page).name}.md"
    if "{minutes}`" in source[0] or any(found[2] != own for found in GLUE.finditer(source[0])):
        app.gathers.add(page)


def taken(app, page):
    """A hash of what this page takes from others only when it is written; nothing for most pages."""
    if page not in app.gathers:
        return None
    handed = {name: run.get("glued") for name, run in execution.runs(app).items()}
    return kept.digest(repr(handed), sorted(app.env.reading_minutes.items()))


def setup(app):
    app.gathers = set()
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
