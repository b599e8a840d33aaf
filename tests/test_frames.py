"""A figure with controls keeps one frame and what differs in the others; nothing is lost, and little is sent."""

import gzip
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import fromstring, tostring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initbook import _play
from initbook._play import slots
from initbook.figures import Choice, Frame, Play, Slider, curves, histogram, images, play, short

ROOT = Path(__file__).parent.parent
SCALES = [f"{s:g}" for s in (0.1, 0.3, 1, 3)]
LIMIT = 100_000  # bytes, compressed: what a figure with controls may cost the page that it stands on


def frame(shape, scale):
    """A histogram, two curves and a row of images that all depend on the controls."""
    rng, std = np.random.default_rng(0), float(scale)
    x = (rng.normal if shape == "normal" else rng.uniform)(size=1000) * std
    line, steps = std * np.arange(1, 6.0), np.arange(1, 6)
    return Frame(
        histogram(*np.histogram(x, bins=20, range=(-1, 1)), ymax=400, title=shape, note=f"σ = {scale}"),
        curves({"a": (steps, line), "b": (steps, 1 / line)}, predicted={"a": (steps, line)}, marker="o",
               bands={"b": (steps, 0.5 / line, 2 / line)}, ylim=(0.01, 100), yscale="log", legend="upper left"),
        images(std * np.arange(-8.0, 8).reshape(2, 2, 4), limit=8.0),
        alt=f"{shape}, {scale}", readout={"largest": short(line[-1]), "of": "<5>"})


@cache
def figure():
    shapes = "normal", "uniform"
    frames = {(shape, scale): frame(shape, scale) for shape in shapes for scale in SCALES}
    return play([Choice("shape", shapes), Slider("σ & τ", SCALES, start="1", plays=True)], frames,
                columns=(2, 1), height=(1.5, 0.8))


@cache
def page():
    return figure().html()


def data():
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', page(), re.DOTALL)[1])


# --- the trees are told apart


def put(tree, found, number):
    """What the script does: put the texts of a frame into the slots."""
    tree = fromstring(tostring(tree))
    nodes = list(tree.iter())[1:]
    for place, attribute, texts in found:
        if attribute:
            nodes[place].set(attribute, texts[number])
            continue
        inner = fromstring(f"<g>{texts[number]}</g>")
        nodes[place].text = inner.text
        nodes[place][:] = list(inner)
    return tree


def plain(tree):
    """A tree as text; an attribute that says nothing is the same as none."""
    tree = fromstring(tostring(tree))
    for node in tree.iter():
        node.attrib = {name: value for name, value in sorted(node.attrib.items()) if value}
    return tostring(tree)


NAMES = st.sampled_from(["a", "b"])
TEXTS = st.text("&x", max_size=2)


def element(children):
    return st.tuples(NAMES, st.dictionaries(NAMES, TEXTS), TEXTS, children)


TREES = st.recursive(element(st.just([])), lambda inner: element(st.lists(inner, max_size=3)), max_leaves=8)


def made(tree):
    name, attributes, text, children = tree
    node = fromstring(f"<{name}/>")
    node.attrib, node.text = dict(attributes), text if not children else None
    node.extend(made(child) for child in children)
    return node


def rooted(tree):
    root = fromstring("<root/>")
    root.append(made(tree))
    return root


@given(st.lists(TREES, min_size=1, max_size=4), st.data())
def test_the_texts_put_into_the_slots_of_one_tree_make_it_any_of_the_others(trees, draw):
    # The root itself is in the page and has no slots.
    trees = [rooted(tree) for tree in trees]
    for tree in trees:
        tree[0].tag = "a"
    at = draw.draw(st.integers(0, len(trees) - 1))
    found = slots(trees, at)
    assert [plain(put(trees[at], found, number)) for number in range(len(trees))] == [plain(tree) for tree in trees]


@given(TREES)
def test_trees_that_are_the_same_have_no_slots(tree):
    assert slots([rooted(tree), rooted(tree)]) == []


def test_twin_a_slot_that_is_forgotten_is_seen():
    trees = [fromstring(f'<g><b x="{n}">{n}</b></g>') for n in (1, 2)]
    found = slots(trees)
    assert plain(put(trees[0], found, 1)) == plain(trees[1]) != plain(put(trees[0], found[1:], 1))


def test_a_place_is_counted_in_the_tree_that_the_page_keeps():
    trees = [fromstring(f"<g><b>{'<i/>' * n}</b><c x='{n}'/></g>") for n in (1, 3)]
    assert [place for place, _, _ in slots(trees, at=0)] == [0, 2]
    assert [place for place, _, _ in slots(trees, at=1)] == [0, 4]


# --- positions


@given(st.lists(st.tuples(st.floats(-400, 400), st.floats(-400, 400)), min_size=2, max_size=30))
def test_a_path_of_steps_ends_where_it_should_whatever_was_rounded_on_the_way(points):
    path = " ".join(f"{'L' if i else 'M'} {x:.6f} {y:.6f}" for i, (x, y) in enumerate(points))
    steps = np.array(re.findall(r"(-?[\d.e-]+) (-?[\d.e-]+)", _play._path(path)), dtype=float)
    assert np.abs(steps.cumsum(axis=0) - points).max() <= 0.051


def test_a_path_with_curves_or_gaps_keeps_its_commands():
    assert _play._path("M 0 0.26 \nQ 1 1.04 2 2 \nz\n") == "M0 0.3Q1 1 2 2z"
    assert _play._path("M 0 0 L 1 1 M 2 2 L 3 3") == "M0 0L1 1M2 2L3 3"


def test_a_closed_path_is_closed():
    assert _play._path("M 1 1 \nL 2.04 1 \nL 2 2 \nz\n") == "M1 1l1 0l0 1z"


# --- the page's element


def test_the_page_shows_the_frame_at_the_start_and_hides_the_controls():
    shown = page().split("<script")[0]
    assert 'aria-label="normal, 1"' in shown and "uniform, 1" not in shown
    assert re.search(r'<div class="ib-controls"[^>]* hidden', shown)
    assert "<span>shape normal, σ &amp; τ 1</span>" in shown
    assert ". Where scripts run, this figure has controls.</span>" in shown


def test_every_frame_has_its_own_text_and_numbers():
    texts = data()["texts"]
    for shape in ("normal", "uniform"):
        assert {f"{shape}, {scale}" for scale in SCALES} <= set(texts)
    assert {"0.50", "1.5", "5.0", "15"} <= set(texts)


def test_a_notebook_shows_the_element_and_says_the_text_of_the_start():
    bundle = figure()._repr_mimebundle_()
    assert bundle == {"text/html": page(), "text/plain": "normal, 1"}
    assert repr(figure()) == "<play of 8 frames: shape, σ & τ>"


def test_words_of_the_author_are_text_and_never_markup():
    shown = page().split("<script")[0]
    assert "&lt;5&gt;" in shown and "<5>" not in shown and "σ &amp; τ" in shown
    closing = [Frame(alt="</script>"), Frame(alt="<!--")]
    ends = Play([Choice("x", "ab")], dict(zip([("a",), ("b",)], closing, strict=True)),
                dict.fromkeys([("a",), ("b",)], "<svg></svg>"), "<svg></svg>").html()
    assert ends.count("</script>") == 2


def test_every_id_is_there_once_and_every_frame_finds_what_it_refers_to():
    shown, said = page().split('<script type="application/json">')
    ids = re.findall(r'\bid="([^"]+)"', shown)
    referred = set(re.findall(r"(?:href=\\?\"#|url\(#)([^\")\\]+)", shown + said)) | set(
        text[1:] for text in data()["texts"] if text.startswith("#"))
    assert len(ids) == len(set(ids))
    assert referred and referred <= set(ids)


def test_lines_keep_their_number_of_points_so_that_one_can_change_into_the_other():
    paths = [[data()["texts"][i] for i in of] for _, attribute, of in data()["slots"] if attribute == "d"]
    assert paths
    for frames in paths:
        assert len({path.count("l") for path in frames}) == 1


def test_axes_are_drawn_once():
    places = {place for place, _, _ in data()["slots"]}
    assert page().count("matplotlib.axis_") == 2 * 3
    assert len(places) < page().split("<script")[0].count("<path")


def test_a_frame_more_costs_less_than_a_kilobyte_and_all_of_it_less_than_the_limit():
    shapes = "normal", "uniform"
    two = play([Choice("shape", shapes)], {(shape,): frame(shape, "1") for shape in shapes}, columns=(2, 1)).html()
    size, least = (len(gzip.compress(text.encode())) for text in (page(), two))
    assert (size - least) / 6 < 1000 and size < LIMIT


def test_the_same_arrays_give_the_same_bytes_again_and_in_another_process():
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    code = "from tests.test_frames import page; import sys; sys.stdout.write(page())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stdout.decode() == page()


def test_the_script_does_not_calculate():
    script = _play._SCRIPT.read_text(encoding="utf-8")
    assert script in page()
    assert not re.search(r"\bMath\b|\*\*|import|fetch|https?:", script)


# --- refusals


def refusal(make, *args, **options):
    with pytest.raises(ValueError) as caught:
        make(*args, **options)
    return str(caught.value)


@pytest.mark.parametrize(("control", "options", "start", "message"), [
    (Choice, ["a"], None, "the options of 'x' must be two or more, all different; got ['a']"),
    (Slider, ["a", "a"], None, "the options of 'x' must be two or more, all different; got ['a', 'a']"),
    (Slider, ["a", "b"], "c", "the start of 'x' must be one of its options; got 'c'"),
])
def test_a_control_without_a_choice_is_refused(control, options, start, message):
    assert refusal(control, "x", options, start) == message


def test_a_frame_without_a_text_is_refused():
    assert refusal(Frame, alt=" ") == "alt must be a sentence that says what the picture shows; got ' '"


NONE = "<svg></svg>"
A, B, C = ({(name,): Frame(alt=name)} for name in "abc")


@pytest.mark.parametrize(("frames", "message"), [
    (A, "frames must be one for every combination of options; got none for ('b',)"),
    (A | B | C, "frames must be one for every combination of options; got one for ('c',)"),
])
def test_a_frame_too_few_or_too_many_is_refused(frames, message):
    assert refusal(play, [Choice("x", "ab")], frames) == message


def test_a_frame_without_a_layer_is_refused():
    assert refusal(Play, [Choice("x", "ab")], A | B, {("a",): NONE}, NONE) == (
        "layers must be one for each frame; got 1 for 2")


def test_a_frame_with_axes_of_its_own_is_refused():
    frames = {(n,): Frame(curves({"y": ([0, 1], [0, int(n)])}, ylim=(0, int(n))), alt=n) for n in "12"}
    assert refusal(play, [Slider("n", "12")], frames) == (
        "the axes of frame 2 must be those of the frame at the start, x from -0.05 to 1.05, y from 0 to 1; "
        "got x from -0.05 to 1.05, y from 0 to 2")


@pytest.mark.parametrize(("options", "message"), [
    ({"columns": (1, 1)}, "columns must be enough for 3 panels; got (1, 1)"),
    ({"columns": (4,)}, "columns must be 1, 2 or 3; got (4,)"),
    ({"columns": 3, "height": (1, 1)}, "height must be one number, or 1, one for each row; got (1, 1)"),
])
def test_rows_that_do_not_hold_the_panels_are_refused(options, message):
    frames = {(scale,): frame("normal", scale) for scale in SCALES}
    assert refusal(play, [Slider("σ", SCALES)], frames, **options) == message


# --- numbers in words


@given(st.floats(1e-30, 1e30))
def test_a_number_in_words_is_the_number_to_two_digits(x):
    words = short(x).translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")).replace("·10", "e")
    assert float(words) == pytest.approx(x, rel=0.051)
    assert short(-x) == "−" + short(x)
