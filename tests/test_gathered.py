"""Pages that are gathered from others: exercises, take-aways, plans of lectures, kinds of numbers; and the foot."""

import doctest
import html
import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

import edition
import exercises
import gathered
import goes_on
import kept
from browser import SITE

ROOT = Path(__file__).parents[1]
built = pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
ALL = [one for page in gathered.pages() for one in gathered.exercises(page)]


# A piece of a page, read from elsewhere


@pytest.mark.parametrize("there, here", [
    ("[leaky](#he-leaky)", "[leaky](../variance/he.md#he-leaky)"),
    ("[Gains](gains.md), [the\nreport](../symmetry/breaking.md#a-b)",
     "[Gains](../variance/gains.md), [the\nreport](../variance/../symmetry/breaking.md#a-b)"),
    ("{glue:text}`he.md::a.b:.2f`", "{glue:text}`../variance/he.md::a.b:.2f`"),
    ("$$\na = b\n$$ (eq-a)\n", "$$\na = b\n$$\n"), ("```{math}\n:label: eq-a\na\n```", "```{math}\na\n```"),
    ("{eq}`eq-a` and [out](https://a.org/x.md)", "{eq}`eq-a` and [out](https://a.org/x.md)"),
])  # fmt: skip
def test_links_numbers_and_labels_are_turned_to_be_read_from_the_reference(there, here):
    assert gathered.from_reference(there, "variance/he") == here


# Exercises


def test_every_exercise_says_how_hard_it_is_how_long_it_takes_and_how_it_is_done_and_has_a_solution():
    assert len(ALL) > 50 and len({one.label for one in ALL}) == len(ALL)
    for one in ALL:
        assert one.facts.keys() == {"label", *exercises.FACTS}, one.label
        assert one.facts["level"] in exercises.LEVELS and one.facts["how"] in exercises.HOW, one.label
        assert 0 < int(one.facts["minutes"]) <= 60 and one.title and one.solution.strip(), one.label
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    assert sum(text.count("{exercise}") for text in texts) == len(ALL)


def test_who_needs_the_package_says_so():
    """An exercise that says "with the package" in its words says it of itself, too."""
    assert [one.label for one in ALL if "with the package" in one.text.lower() and one.facts["how"] == "by hand"] == []


def test_twin_an_exercise_that_says_nothing_of_itself_is_seen(monkeypatch):
    text = "```{exercise} A\n:label: ex-a\nWhy?\n```\n\n````{solution} ex-a\n:class: dropdown\nSo.\n````\n"
    monkeypatch.setattr(gathered, "source", lambda page: text)
    (one,) = gathered.exercises("a/b")
    assert one.facts == {"label": "ex-a"} and (one.text, one.solution) == ("Why?\n", "So.\n")


# An exercise by itself


CODE = {one.label: goes_on.statements(one.solution) for one in ALL if "{doctest}" in one.solution}
BEFORE = {one.label: goes_on.before(gathered.source(one.page), one.solution) for one in ALL if one.label in CODE}


def test_the_lines_before_a_solution_make_every_name_that_it_uses():
    assert len(CODE) > 40 and any(BEFORE.values())
    assert {label: left for label in CODE if (left := goes_on.missing(BEFORE[label] + CODE[label]))} == {}
    assert max(sum(one.source.count("\n") for one in lines) for lines in BEFORE.values()) <= 15  # and few others


@pytest.mark.slow
@pytest.mark.parametrize("label", CODE)
def test_a_solution_prints_what_it_shows_after_these_lines_and_no_others(label):
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1)
    runner.run(doctest.DocTest(BEFORE[label] + CODE[label], {}, label, None, 0, None), out=said.append)
    assert not runner.failures, "".join(said)


def test_only_what_a_snippet_needs_is_found_and_what_changes_a_value_is():
    first = ">>> import numpy as np\n>>> row = []\n>>> other = 1\n>>> for i in range(2):\n...     row.append(i)\n"
    page = f"```{{doctest}}\n{first}>>> row\n[0, 1]\n>>> row[0] = 7\n```\n\n```{{doctest}}\n>>> sum(row)\n8\n```\n"
    lines = goes_on.before(page, page[page.rindex("```{doctest}"):])
    assert [one.source for one in lines] == ["row = []\n", "for i in range(2):\n    row.append(i)\n", "row[0] = 7\n"]
    assert goes_on.shown(lines) == (
        "```{doctest}\n>>> row = []\n>>> for i in range(2):\n...     row.append(i)\n>>> row[0] = 7\n```\n")


def test_the_equations_that_an_exercise_names_stand_below_it():
    text = gathered.all_exercises()
    one = next(one for one in ALL if one.label == "ex-scale-critical")
    assert "{eq}`eq-scale-saturated`" in one.text and "$$" not in one.text
    box = re.search(rf"\{{numref\}}`{one.label}`.*?solution-again", text, re.DOTALL)[0]
    assert re.search(r"\{eq\}`eq-scale-saturated`:\s+```\{math\}\n\\mathrm\{E\} f'\^2 \\approx", box)


# Take-aways


def statements(box):
    return re.split(r"\n(?=- )", box.strip())


def test_every_take_away_leads_to_its_proof_or_its_measurement():
    boxes = {page: gathered.take_away(page) for names in gathered.parts().values() for page in names}
    told = {page: statements(box) for page, box in boxes.items() if box}
    assert len(told) > 20
    bare = [(page, said) for page, lines in told.items() for said in lines
            if not re.search(r"\]\([^)]+\)|\{(eq|numref|prf:ref|ref)\}`", said)]
    assert bare == []


def test_each_chapter_has_its_take_away():
    of_parts = [page for part, names in gathered.parts().items() if part != "Reference" for page in names]
    chapters = [page for page in of_parts if ":class: goals" in gathered.source(page)]
    assert chapters and [page for page in chapters if not gathered.take_away(page)] == []


# Plans of lectures


def lectures():
    """Of each row in the plans: its pages, figures, exercises in class and at home, and what its minutes are of."""
    for row in re.findall(r"(?m)^\| \d.*$", gathered.source("reference/course")):
        _, first, show, work, home, minutes = (cell.strip() for cell in row.strip("|").split("|"))
        names = [re.findall(pattern, cell) for pattern, cell in [
            (r"\]\(\.\./([\w/-]+)\.md\)", first), ("(fig-[^`]+)", show), ("(ex-[^`]+)", work), ("(ex-[^`]+)", home)]]
        yield *names, minutes[len("{minutes}`"):-1].split()


def test_the_minutes_of_a_lecture_are_those_of_its_pages_and_of_the_exercises_in_class():
    plans = list(lectures())
    assert len(plans) == 2 + 4 + 8
    for pages, figures, work, home, minutes in plans:
        assert minutes == pages + work
        text = "".join(map(gathered.source, pages))
        assert all(f"name: {figure}\n" in text for figure in figures), figures
        assert all(f":label: {label}\n" in text for label in work + home), work + home


def test_a_lecture_or_one_before_it_has_what_its_pages_need():
    """Or the plan's own words name it."""
    _, *plans = re.split(r"(?m)^## ", gathered.source("reference/course"))
    for plan in plans:
        rows = list(re.finditer(r"(?m)^\| \d.*\n", plan))
        for row in rows:
            known = set(re.findall(r"\]\(\.\./([\w/-]+)\.md\)", plan[:row.end()]))
            for page in re.findall(r"\]\(\.\./([\w/-]+)\.md\)", row[0]):
                needs = re.search(r"(?m)^needs: (.*)", gathered.source(page))[1]
                wanted = {os.path.normpath(f"{page}/../{name}") for name in re.findall(r"\]\(([\w./-]+)\.md\)", needs)}
                assert wanted <= known, (plan.partition("\n")[0], page)


def brought(page):
    """Of what a page says that it needs, the words that are not of other pages: a reader brings it along."""
    needs = re.search(r"(?m)^needs: (.*)", gathered.source(page))[1]
    said = set(re.findall(r"[a-z]{5,}", re.sub(r"\[[^]]*\]\([\w./-]+\.md\)", "", needs)))
    return said - {"after", "found", "layers", "moves", "nothing", "other", "pages", "those", "units", "whose"}


def lacking(rows, wanted):
    return {word for pages in rows for page in pages for word in brought(page) if word not in wanted}


def test_the_plans_want_what_their_pages_need():
    text = gathered.source("reference/course")
    all_three, of_eight = (re.search(rf"{said} (.*?)\.(?:\s|$)", text)[1] for said in
                           ("All three plans want", "The plan of eight also wants"))
    plans = [pages for pages, *_ in lectures()]
    assert lacking(plans[:6], all_three) == lacking(plans[6:], all_three + of_eight) == set()
    assert lacking(plans[6:], all_three) >= {"convolution", "eigenvalues"}


RESULT = r"`((?:eq|thm|lem|cor|prop)-[\w-]+)`"


def at_the_board():
    """Of each lecture of the plan of eight, what stands at its board: four of them are the plan of four."""
    of_four, others = (re.findall(pattern, gathered.source("reference/course"), re.MULTILINE) for pattern in
                       (r"^\d\. (\*Derive\*.*)$", r"^- Lecture \d\. (\*Derive\*.*)$"))
    return [*of_four[:2], others[0], *of_four[2:], *others[1:]]


def test_at_the_board_of_a_lecture_stands_what_its_pages_have():
    for line, (pages, *_) in zip(at_the_board(), list(lectures())[6:], strict=True):
        there = "".join(map(gathered.source, pages))
        named = re.findall(RESULT, line)
        assert len(named) > 3
        assert [name for name in named if not re.search(rf":label: {name}\n|\({name}\)", there)] == []


def test_an_exercise_in_class_asks_for_nothing_that_the_board_has_not():
    """At home a student has the page in hand; in class she has the board, of this lecture and those before it."""
    board, asked = "", 0
    for line, (pages, _, work, *_) in zip(at_the_board(), list(lectures())[6:], strict=True):
        board += line.partition("*Leave out*")[0]
        there = "".join(map(gathered.source, pages))
        exercises = re.findall(r"(?ms)^```\{exercise\}.*?:label: (ex-[\w-]+)\n(.*?)^```$", there)
        for name in [name for label, text in exercises if label in work for name in re.findall(RESULT, text)]:
            asked += 1
            assert f"`{name}`" in board, (work, name)
    assert asked > 3


def test_below_a_plan_each_of_its_figures_says_what_it_shows():
    text = gathered.below_plans(f"{{numref}}`fig-a`, {{numref}}`fig-b`\n{gathered.SHOWN}\n{{numref}}`fig-c`")
    assert re.findall(r"(?m)^- .*`(fig-\w)`: \{claim\}`\1`$", text) == ["fig-a", "fig-b"]
    assert gathered.source("reference/course").count(gathered.SHOWN) == 3


def test_below_a_plan_is_a_sheet_of_exercises_for_each_lecture():
    text = gathered.below_plans(gathered.source("reference/course"))
    sheets = [found[1].split() for found in re.finditer(r"\{sheet\}`[^`:]+: ([^`]+)`", text)]
    assert sheets == [work + home for _, _, work, home, _ in lectures()]


@cache
def page_text(name):
    return (SITE / f"{name}.html").read_text(encoding="utf-8")


def words(piece):
    """What a reader reads of a piece of HTML, whatever is a link in it."""
    for aside in (r"<span class=\"katex-mathml\">.*?</math></span>", r'<a class="headerlink".*?</a>'):
        piece = re.sub(aside, "", piece, flags=re.DOTALL)
    text = " ".join(html.unescape(re.sub("<[^>]+>", " ", piece)).split())
    return re.sub(r" (?=[,.;:)])", "", text)


@built
class TestBuilt:
    def test_a_lecture_leaves_a_quarter_of_an_hour(self):
        rows = re.findall(r"<tr.*?</tr>", page_text("reference/course"), re.DOTALL)
        minutes = [int(found[1]) for row in rows if (found := re.search(r"<p>(\d+)</p></td>\s*</tr>", row))]
        assert len(minutes) == 14 and 30 < min(minutes) and max(minutes) <= 75

    def test_the_plans_say_the_first_sentence_of_each_caption(self):
        here = words(page_text("reference/course"))
        assert "He keeps the mean square over thirty ReLU layers of 200 units; Xavier halves it in each" in here
        assert re.search(r"One step from zero writes the digits into the weights, as \(\d+\) says", here)
        assert not re.search(r"Fig\. \d+ : (?=Fig|$)", here) and not re.search(r"\b(eq|fig)-", here)

    def test_what_stands_in_one_page_is_what_the_pages_say(self):
        here = words(page_text("reference/in-one-page"))
        for names in gathered.parts().values():
            for page in filter(gathered.take_away, names):
                box = r'<div class="takeaway admonition">.*?(<ul.*?</ul>)\n</div>'
                assert words(re.search(box, page_text(page), re.DOTALL)[1]) in here, page

    def test_each_exercise_stands_on_the_page_of_all_with_its_number_and_its_solution(self):
        here = page_text("reference/exercises")
        assert here.count('class="solution') == len(ALL)
        for one in ALL:
            there = rf'id="{one.label}">.*?caption-number">(Exercise \d+) '
            number = re.search(there, page_text(one.page), re.DOTALL)[1]
            link = f'href="../{one.page}.html#{one.label}"'
            assert re.search(rf'{link}><span class="std std-numref">{number}</span>', here), one.label

    def test_every_page_says_which_book_it_is_and_where_to_report_an_error(self):
        version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        for path in (path for path in SITE.rglob("*.html") if "_static" not in path.parts):
            text = path.read_text(encoding="utf-8")
            if "<footer" not in text:
                continue  # of an old address, which leads on
            foot = re.search(r'<p class="edition">(.*?)</p>', text, re.DOTALL)
            assert foot and re.search(rf"initbook {re.escape(version)}.*numpy \d", foot[1], re.DOTALL), path
            assert edition.COMMIT not in text and "Report an error" in foot[1], path

    def test_the_kinds_of_numbers_are_counted_as_they_are_kept(self):
        many = dict.fromkeys(edition.measured.KINDS, 0)
        for path in (ROOT / "tests" / "numbers").glob("*.toml"):
            for kind, rows in tomllib.loads(path.read_text(encoding="utf-8")).items():
                if kind in many:
                    many[kind] += len(rows)
        said = words(page_text("reference/numbers-differ"))
        assert all(f"{kind} {number} " in said for kind, number in many.items())
        assert edition.on_one_machine(edition.numbers()).count("\n") == 2 + many["machine"]  # each has its bounds


# Which book this is


@pytest.mark.parametrize("commit, epoch, said", [
    (("abc123", "2026-11-07"), "0", " of 7 November 2026, commit abc123"),
    (("abc123+", "2026-11-27"), "5", " of 27 November 2026, commit abc123, with edits since"),
    (("", ""), "1700000000", " of 14 November 2023"), (("", ""), "0", ""),
])  # fmt: skip
def test_the_foot_names_the_commit_and_its_day_or_the_day_that_was_given(monkeypatch, commit, epoch, said):
    monkeypatch.setattr(kept, "commit", lambda: commit)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert edition.which() == said


def test_a_folder_without_git_and_one_within_another_book_s_have_no_commit(tmp_path, monkeypatch):
    book = tmp_path / "book"
    book.mkdir()
    monkeypatch.setattr(kept, "ROOT", book)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert kept.commit() == ("", "")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", tmp_path]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=one"], check=True)
    assert kept.commit() == ("", "")
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    name, day = kept.commit()
    assert re.fullmatch("[0-9a-f]{10}", name) and re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    monkeypatch.setenv("PATH", os.devnull)
    assert kept.commit() == ("", "")
