"""Every labelled equation holds, the check of each sees a mistake in it, and somebody has compared the two."""

import ast
import dataclasses
import doctest
import inspect
import re
from functools import cache

import pytest

import confirm
import equations
from census import PAGES, displays, equation_page
from census.page import ROOT, Page
from equations import _source
from initbook import activations, convolution, normalization, symmetry, theory

CHECKS = equations.checks()


@cache
def stated():
    """`{label: (page, its display)}`."""
    return {label: (page.name, piece) for page in map(Page, PAGES)
            for label, piece in displays.labelled_displays(page).items()}


@pytest.mark.parametrize("label", CHECKS)
def test_equation_holds(label):
    off, may = CHECKS[label].residual
    at_fault = " or ".join(["the page", "`right`", *(f"initbook.{name}" for name in CHECKS[label].package)])
    assert off <= may, f"{CHECKS[label].where}: {label} is off by {off}, may be by {may}: correct {at_fault}"


@pytest.mark.parametrize("label", CHECKS)
def test_twin_equation_with_a_mistake_does_not(label):
    check, (off, may) = CHECKS[label], CHECKS[label].twin
    said = f"{check.where}: {label} with a mistake ({check.mistake}) is off by {off} only, and may be by {may}"
    assert off > 2 * may, f"{said}: let `wrong` make this mistake, or the check see it"


def test_each_check_says_what_it_does():
    assert [label for label, check in CHECKS.items() if not (check.what and check.mistake)] == []


def test_every_equation_was_compared_with_its_code():
    changed = [f"{name}:{piece.line}: {label}" for label, (name, piece) in stated().items()  # those without: the census
               if label in CHECKS and not equations.confirmed(CHECKS[label], piece.text)]
    assert not changed, "compare each with its code (make confirm EQ=eq-…):\n" + "\n".join(changed)


def test_nothing_is_confirmed_that_no_page_states():
    assert set(equations.known(equations.CONFIRMED)) <= set(stated())


def package_calls(check):
    """What the code of an equation takes from initbook: {"theory.chi"}."""
    right, helpers, _ = check.code
    code = [right if right.startswith("def ") else f"({right})", *helpers.values()]
    names = {ast.unparse(node) for node in ast.walk(ast.parse("\n".join(code))) if isinstance(node, ast.Attribute)}
    known = check.against.__globals__
    return {name for name in names if re.fullmatch(r"\w+\.\w+", name)
            and inspect.ismodule(found := known.get(name.split(".")[0])) and found.__name__.startswith("initbook.")
            and inspect.isfunction(getattr(found, name.split(".")[1]))}


def test_what_an_equation_calls_of_the_package_is_shown_with_it():
    missing = {label: package_calls(check) - set(check.package) for label, check in CHECKS.items()}
    said = [f"{CHECKS[label].where}: add {names} to `package` of {label}" for label, names in missing.items() if names]
    assert not said, "\n".join(said)


def test_a_label_can_be_checked_once_only():
    label = next(iter(CHECKS))
    register = equations.exact(label, right=None, wrong=None, mistake="")
    with pytest.raises(ValueError, match=f"{label} is checked at tests/equations/"):
        register(lambda formula: (0, 0))


def test_the_example_of_a_check_says_what_happens(monkeypatch):
    """`make test` runs it here and not with the package's docstrings: what it registers must be forgotten again."""
    monkeypatch.setattr(equations, "_REGISTRY", {})
    found = doctest.testmod(equations)
    assert found.attempted > 2 and not found.failed


def test_a_mistake_that_does_not_stand_in_the_code_is_named():
    check = dataclasses.replace(CHECKS["eq-relu-variance"], wrong=("7 / 8", ""))
    with pytest.raises(ValueError, match="`7 / 8` stands 0 times in the code of eq-relu-variance"):
        assert check.twin


# What a change does


def planted(label, old, new):
    """A copy of the page of an equation with one piece of the equation changed, and what the census says of it."""
    name, piece = stated()[label]
    text = (ROOT / name).read_text(encoding="utf-8")
    assert piece.text.count(old) == 1
    page = Page(ROOT / name, text.replace(piece.text, piece.text.replace(old, new)))
    return page, [said for said in displays.problems(page) if label in said]


def test_a_formula_that_changed_loses_its_mark_and_is_a_problem_that_says_what_to_do():
    label = "eq-relu-variance"
    page, (said,) = planted(label, r"\tfrac1{2\pi}", r"\tfrac1{3\pi}")
    assert label not in displays.confirmed(page)
    assert said.startswith(f"{page.name}:{stated()[label][1].line}: {label}")
    assert said.endswith(f"`make confirm EQ={label}`")
    tex = displays.labelled_displays(page)[label].text
    assert "was changed since somebody last compared" in equation_page.entry(tex, CHECKS[label], [(0, 0), (1, 0)])


def test_a_formula_that_is_only_laid_out_anew_keeps_its_mark():
    page, said = planted("eq-relu-variance", r"\, q", "\\,\n   q")
    assert said == [] and "eq-relu-variance" in displays.confirmed(page)


@pytest.mark.parametrize("label, old, new", [
    ("eq-relu-variance", "(2 * pi)", "(3 * pi)"),
    ("eq-xavier-products", "2 * n[l - 1] /", "3 * n[l - 1] /"),
    ("eq-softmax-jacobian", "- np.outer", "+ np.outer"),
    ("eq-mean-predictor", "p[k] * (1 - p[k])", "p[k] * (1 + p[k])"),
    ("eq-lottery", "5 / n", "4 / n"),
])
def test_a_false_formula_in_the_code_too_fails(label, old, new):
    check = dataclasses.replace(CHECKS[label], wrong=(old, new))
    off, may = check.twin
    assert off > may


@pytest.mark.parametrize("label, module, name, wrong", [
    ("eq-scale-chi", theory, "chi", lambda f, weight_var, q=1.0: weight_var * theory.mean_f2(f, q)),
    ("eq-gains", theory, "mean_f2", lambda f, q=1.0: 2 * theory.normal_mean(lambda z: f.f(z) ** 2, q)),
    ("eq-half", activations, "relu", activations.leaky_relu(0.1)),
    ("eq-collapsed-step", symmetry, "collapsed_rates", lambda sizes, lr: [(lr, lr)] * 3),
    ("eq-conv-backward", convolution, "exchange_channels", lambda W: W[::-1].swapaxes(-1, -2)),
    ("eq-bn-gradient", normalization, "batch_norm_backward", lambda u, du_hat, eps: du_hat),
])
def test_a_fault_of_the_package_fails_the_equation_that_it_implements(monkeypatch, label, module, name, wrong):
    monkeypatch.setattr(module, name, wrong)
    off, may = dataclasses.replace(CHECKS[label]).residual
    assert not off <= may


def test_a_change_of_the_package_takes_the_mark_away(monkeypatch):
    name, piece = stated()["eq-scale-chi"]
    monkeypatch.setattr(theory, "mean_df2", lambda activation, q=1.0: 0)
    assert not equations.confirmed(dataclasses.replace(CHECKS["eq-scale-chi"]), piece.text)


def test_docstrings_comments_and_layout_are_not_part_of_the_code():
    one, other = 'def f(x):\n    """Twice."""\n    return 2 * x  # !\n', "def f(x):\n\n    return (2 *\n        x)\n"
    assert _source.bare(one) == _source.bare(other) == "def f(x):\n    return 2 * x"
    assert _source.without_docstring(one) == "def f(x):\n    return 2 * x  # !"


# make confirm


@pytest.fixture
def nothing_confirmed(tmp_path, monkeypatch):
    monkeypatch.setattr(equations, "CONFIRMED", tmp_path / "confirmed.toml")
    monkeypatch.setattr(confirm, "ROOT", tmp_path)
    return tmp_path / "confirmed.toml"


def ask(monkeypatch, answer, label="eq-relu-variance"):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    confirm.main([label])


def test_confirm_shows_the_formula_its_code_and_its_check_and_writes_on_yes(nothing_confirmed, monkeypatch, capsys):
    ask(monkeypatch, "y")
    said = capsys.readouterr().out
    for part in [r"\tfrac1{2\pi}", "(1 / 2 - 1 / (2 * pi)) * q", "The equation is off by", "variance_he.py:"]:
        assert part in said
    assert list(equations.known(nothing_confirmed)) == ["eq-relu-variance"]
    ask(monkeypatch, "y", "eq-scale-chi")
    assert "initbook.theory.chi:\n" in capsys.readouterr().out
    assert list(equations.known(nothing_confirmed)) == ["eq-relu-variance", "eq-scale-chi"]


@pytest.mark.parametrize("answer", ["", "n", "yeah"])
def test_confirm_writes_nothing_without_a_yes(nothing_confirmed, monkeypatch, answer):
    with pytest.raises(SystemExit, match="nothing was written"):
        ask(monkeypatch, answer)
    assert not nothing_confirmed.exists()


def test_confirm_writes_nothing_where_nobody_is(nothing_confirmed, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(SystemExit, match="nobody is here"):
        confirm.main(["eq-relu-variance"])
    assert not nothing_confirmed.exists()


@pytest.mark.parametrize("arguments", [[], ["eq-relu-variance", "eq-half"], ["eq-nowhere"]])
def test_confirm_takes_one_equation_at_a_time(arguments):
    with pytest.raises(SystemExit, match="EQ=eq-"):
        confirm.main(arguments)


def test_confirm_refuses_an_equation_whose_check_fails(nothing_confirmed, monkeypatch):
    false = dataclasses.replace(CHECKS["eq-relu-variance"], right=lambda q: q / 2)
    monkeypatch.setattr(equations, "checks", lambda: {"eq-relu-variance": false})
    with pytest.raises(SystemExit, match="does not hold: correct docs/variance/he.md"):
        ask(monkeypatch, "y")
    assert not nothing_confirmed.exists()


def test_formula_and_code_stand_beside_each_other_where_there_is_room():
    assert confirm.beside("a\nbb", "c", 6) == "a    c\nbb"
    assert confirm.beside("a\nbb", "c", 5) == "a\nbb\n\nc"


# The page that lists them


@pytest.mark.parametrize("residual, said", [
    ([(0.1, 0.2), (3.0, 0.2)], []),
    ([(0.3, 0.2), (3.0, 0.2)], ["correct the equation or its check"]),
    ([(0.1, 0.2), (0.1, 0.2)], ["hold the formula against something that the mistake changes"]),
    ([(0.1, 0.2), (float("nan"), 0.2)], ["hold the formula against something that the mistake changes"]),
    ([(float("nan"), 0.2), (3.0, 0.2)], ["correct the equation or its check"]),
])
def test_page_refuses_an_equation_that_is_off_and_a_twin_that_is_not(residual, said):
    of_no_package = next(label for label in CHECKS if not CHECKS[label].package)  # else it may be at fault too
    found = list(equation_page.problems({of_no_package: residual}))
    assert [words.rpartition(": ")[2] for words in found] == said


@pytest.mark.parametrize("x, shown", [
    (0, "$0$"), (0.25, "$0.25$"), (3.14159, "$3.14$"),
    (1.23e-7, r"$1.2 \times 10^{-7}$"), (0.00999, r"$1.0 \times 10^{-2}$"), (54321.0, r"$5.4 \times 10^{4}$"),
])
def test_page_writes_numbers_as_formulas(x, shown):
    assert equation_page.number(x) == shown


def test_page_has_for_every_equation_its_formula_and_its_code():
    text = equation_page.text({label: [(0.0, 0.0), (1.0, 0.0)] for label in CHECKS})
    boxes = {box.partition("\n")[0]: box for box in text.split("\n:name: checked-")[1:]}
    assert list(boxes) == [label for label in boxes if label in CHECKS] and set(boxes) == set(CHECKS)
    for label, box in boxes.items():
        right, helpers, package = CHECKS[label].code
        for code in (right, *helpers.values(), *package.values()):
            assert f"```python\n{code.strip()}\n```" in box
        assert all(f"`initbook.{name}`" in box for name in package)
        assert equations.plain(stated()[label][1].text) in equations.plain(box)
