"""Which start for which layer: its boxes show what its tables and initbook say; its calls stand in files that run."""

import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from browser import NEEDS
from initbook import activations, initializers, theory
from initbook.initializers import TRUNCATED_STD, fans

ROOT = Path(__file__).parents[1]
PAGE, SOURCE = "practice/which-start.html", ROOT / "docs" / "practice" / "which-start.md"
SNIPPETS = ROOT / "tools" / "libraries" / "snippets"
RECIPES = sorted(SNIPPETS.rglob("*like_*.py"))
HEAVIEST = 12_000  # bytes of the script
LAYERS = [
    {"directions": r, "kernel": k, "channelsIn": n, "channelsOut": m, "stride": s, "groups": g, "transposed": t}
    for r, k, (n, m, g), s, t in product(
        [1, 2, 3], [1, 3, 4, 7], [(1, 1, 1), (64, 128, 1), (64, 32, 4), (48, 96, 48), (5, 10, 5)], [1, 2, 3],
        [False, True])
] + [{"directions": 0, "channelsIn": n, "channelsOut": m} for n, m in [(1, 1), (784, 100), (512, 1536)]]
# Fills in the box of fans as a reader does, and reads what it then says.
FILL = """layers => {
  const box = document.querySelector('#which-start-by-layer .choose'), [kind] = box.querySelectorAll('select');
  const inputs = [...box.querySelectorAll('[type=number]')], transposed = box.querySelector('[type=checkbox]');
  return layers.map(layer => {
    kind.selectedIndex = layer.directions;
    ['kernel', 'channelsIn', 'channelsOut', 'stride', 'groups'].forEach((name, i) => {
      if (name in layer) inputs[i].value = layer[name];
    });
    transposed.checked = layer.transposed ?? false;
    kind.dispatchEvent(new Event('input', {bubbles: true}));
    const said = [...box.querySelectorAll('dl div')].map(pair => [...pair.children].map(e => e.innerText));
    return Object.fromEntries(said);
  });
}"""


def expected(layer):
    if not layer["directions"]:
        return fans((layer["channelsIn"], layer["channelsOut"]))
    shape = (*[layer["kernel"]] * layer["directions"], layer["channelsIn"] // layer["groups"], layer["channelsOut"])
    return fans(shape, groups=layer["groups"], stride=layer["stride"], transposed=layer["transposed"])


def says(box):
    """What comes out of a box: name -> text."""
    names, values = (box.locator(f"dl {tag}").all_inner_texts() for tag in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


@pytest.fixture
def shown(page, address):
    """The page, at its start."""
    page.goto(address + PAGE)
    page.wait_for_selector("#from-one-library-to-another .choose")
    return page


def browsed(test):
    for mark in NEEDS:
        test = mark(test)
    return test


def test_every_call_of_the_table_stands_in_a_snippet_of_its_library():
    table = SOURCE.read_text(encoding="utf-8").partition("## In code")[2].partition("\n\nOnly")[0]
    rows = [re.findall(r"`([^`]+)`", line) for line in table.splitlines() if line.count("`") == 8]
    assert len(rows) == 6
    for library, calls in zip(["numpy", "pytorch", "keras", "flax"], zip(*rows, strict=True), strict=True):
        lines = (SNIPPETS / library / "calls.py").read_text(encoding="utf-8")
        assert [call for call in calls if call not in re.split(r",?\n\s*", lines)] == []


def test_the_table_has_every_activation_of_the_package():
    text = SOURCE.read_text(encoding="utf-8")
    row = "\n| {0} | {{glue:text}}`which-start.md::rows.{0}.".format
    assert [name for name in activations.ALL if row(name) not in text] == []


def test_the_page_shows_every_recipe_under_its_name():
    shows = re.findall(r"snippets/(\w+)/(\w+_)?like_(\w+)\.py\n.*\n:caption: ([\w ]+) · as (\w+) · in (\w+)\n",
                       SOURCE.read_text(encoding="utf-8"))
    assert len(shows) == len(RECIPES)
    layers = {"": "dense", "conv_": "convolution", "transposed_": "transposed convolution"}
    for to, layer, of, *said in shows:
        assert [word.lower() for word in said] == [layers.get(layer, layer.removesuffix("_")), of, to]


def test_recipes_in_numpy_run_and_have_the_variance_of_their_library():
    # n times the variance of a dense layer from 512 to 768, of a convolution of 9 from 64 to 128; the variance of an
    # embedding with 256 columns.
    law = {"like_pytorch": 1 / 3, "like_keras": 2 * 512 / (512 + 768), "like_flax": 1.0, "like_haiku": TRUNCATED_STD**2,
           "conv_like_pytorch": 1 / 3, "conv_like_keras": 2 * 64 / (64 + 128), "conv_like_flax": 1.0,
           "embedding_like_pytorch": 1.0, "embedding_like_keras": 0.1**2 / 12, "embedding_like_flax": 1 / 256}
    paths = sorted((SNIPPETS / "numpy").glob("*like_*.py"))
    assert {path.stem for path in paths} == set(law)
    for path in [*paths, SNIPPETS / "numpy" / "calls.py"]:
        names = {"np": np, "rng": np.random.default_rng(0), "initializers": initializers}
        exec(path.read_text(encoding="utf-8"), names)
        for name, n in [("W", 512), ("K", 576), ("table", 1)]:
            if name in names:
                off = n * names[name].var() / law[path.stem] - 1
                assert abs(off) < 5 * (2 / names[name].size) ** 0.5, path.stem  # others scatter less than normal


@pytest.mark.parametrize("name", ["silu", "gelu", "relu", "sigmoid"])
def test_what_reads_a_gate_keeps_the_mean_square_with_its_activations_gain(name):
    """f(a) b, with a and b of variance 1 from the same inputs: E (f(a) b)^2 = E f^2."""
    rng, f, n, samples = np.random.default_rng(0), activations.get(name), 512, 200
    x = rng.normal(size=(samples, n))
    a, b = (x @ initializers.lecun_normal(rng, (n, n)) for _ in range(2))
    W = initializers.normal(theory.forward_gain(f) / n**0.5)(rng, (n, n))
    squares = ((f.f(a) * b) @ W) ** 2
    error = squares.mean(0).std() / n**0.5  # units differ by their weights, and share their samples
    assert abs(squares.mean() - 1) < 5 * error < 0.2


def test_the_script_is_small():
    assert (ROOT / "docs" / "_static" / "choose.js").stat().st_size < HEAVIEST


@browsed
def test_the_box_of_fans_counts_as_initbook_does(shown):
    said = shown.evaluate(FILL, LAYERS)
    assert len(said) == len(LAYERS) > 300
    gain = theory.forward_gain(activations.relu)
    for layer, box in zip(LAYERS, said, strict=True):
        fan_in, fan_out = expected(layer)
        uneven = layer.get("transposed") and layer["kernel"] % layer["stride"]
        assert bool(uneven) == ("checkerboard" in box.get("but", "")), layer
        assert (box["fan-in n"], box["fan-out"]) == (f"{fan_in:.6g}", f"{fan_out:.6g}"), layer
        assert float(box["std after relu"]) == pytest.approx(gain / fan_in**0.5, rel=6e-4)
        assert eval(box["in initbook"], {"fans": fans}) == (fan_in, fan_out)


@browsed
def test_the_box_of_fans_says_what_is_no_layer(shown):
    layer = {"directions": 2, "kernel": 3, "channelsIn": 64, "channelsOut": 64, "stride": 1, "groups": 5}
    wrong = [{}, {"groups": 1, "kernel": 0}, {"groups": 1, "stride": 1.5}, {"groups": 1, "channelsIn": ""}]
    assert [list(box) for box in shown.evaluate(FILL, [layer | w for w in wrong])] == [["not a layer"]] * len(wrong)


@browsed
def test_by_keyboard_an_activation_shows_its_row_and_its_gain_goes_to_the_fans(shown):
    box = shown.locator("#which-start-by-activation .choose")
    for name in ("tanh", "gelu"):
        box.locator("select").press("Home")
        for _ in range(list(activations.ALL).index(name)):
            box.locator("select").press("ArrowDown")
        f = activations.get(name)
        said, gain = says(box), theory.forward_gain(f)
        assert said["gain g"] == f"{gain:.4f}" and said["backward gain"] == f"{theory.backward_gain(f):.4f}"
        assert said["χ"] == f"{theory.chi(f, gain**2):.3f}"
        assert said["layers held"] == str(theory.reach(f, gain**2, 256))
        assert shown.locator("tr.chosen td").first.inner_text() == name
        fans_box = shown.locator("#which-start-by-layer .choose")
        assert f"std after {name}" in says(fans_box) and fans_box.locator("select").last.input_value() == name


@browsed
def test_the_activation_can_be_chosen_in_the_box_of_fans_too(shown):
    shown.locator("#which-start-by-layer .choose select").last.select_option("silu")
    assert "std after silu" in says(shown.locator("#which-start-by-layer .choose"))
    assert shown.locator("#which-start-by-activation .choose select").input_value() == "silu"
    assert shown.locator("tr.chosen td").first.inner_text() == "silu"


@browsed
def test_what_a_dense_layer_does_not_have_cannot_be_filled_in_and_looks_so(shown):
    def looks(kind):
        shown.locator("#which-start-by-layer .choose select").first.select_option(kind)
        fields = shown.locator("#which-start-by-layer .choose-field:has(> :disabled)").all()
        return [float(field.evaluate("field => getComputedStyle(field).opacity")) < 0.7 for field in fields]

    assert (looks("dense"), looks("2-d convolution")) == ([True] * 4, [])


@browsed
def test_the_note_on_uneven_kernels_leads_to_its_figure(shown, address):
    shown.locator("#which-start-by-layer [type=checkbox]").check()
    shown.locator("#which-start-by-layer [type=number]").nth(3).fill("2")
    shown.locator("#which-start-by-layer .choose dd a").click()
    shown.wait_for_url("**/variance/fans.html#fig-checkerboard")
    assert shown.locator("#fig-checkerboard").is_visible()


@browsed
def test_the_box_of_recipes_shows_each_and_offers_no_other(shown):
    box, recipes = shown.locator("#from-one-library-to-another .choose"), {}
    for layer, of, to in product(*[menu.locator("option").all_inner_texts() for menu in box.locator("select").all()]):
        chosen = []
        for i, option in enumerate((layer, of, to)):
            menu = box.locator("select").nth(i)
            if menu.locator("option:enabled", has_text=option).count():
                menu.select_option(option)
                chosen.append(option)
        if len(chosen) == 3:
            recipes[layer, of, to] = box.locator("pre").inner_text()
    files = [path.read_text(encoding="utf-8").strip() for path in RECIPES]
    assert sorted(text.strip() for text in recipes.values()) == sorted(files)


@browsed
def test_the_page_prints_as_one_sheet(shown):
    for paper in ({"format": "A4"}, {"prefer_css_page_size": True}):
        assert len(re.findall(rb"/Type\s*/Page\b", shown.pdf(**paper))) == 1


@browsed
def test_without_scripts_the_tables_are_there_and_no_box_is(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + PAGE)
    assert page.locator("article table").count() == 3 and page.locator(".choose").count() == 0
    assert page.locator("#which-start-by-activation tbody tr").count() == len(activations.ALL) + 1
    context.close()


@browsed
def test_no_other_page_loads_the_script(browser, address):
    page = browser.new_page()
    page.goto(address + "search.html")
    assert "choose.js" not in json.dumps(page.evaluate("[...document.scripts].map(s => s.src)"))
    page.close()
