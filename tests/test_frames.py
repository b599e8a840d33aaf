"""A figure with controls keeps one frame and what differs in the others; nothing is lost, and little is sent."""

import gzip
import json
import re
from functools import cache
from xml.etree.ElementTree import fromstring, tostring

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initbook import _play
from initbook._play import slots
from initbook.figures import Choice, Frame, Play, Slider, curves, histogram, images, play, short

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # whatever else the machine does

SHAPES, SCALES = ("normal", "uniform"), [f"{s:g}" for s in (0.1, 0.3, 1, 3)]


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
    frames = {(shape, scale): frame(shape, scale) for shape in SHAPES for scale in SCALES}
    return play([Choice("shape", SHAPES), Slider("σ & τ", SCALES, start="1", plays=True)], frames,
                columns=(2, 1), height=(1.5, 0.8))


@cache
def page():
    return figure().html()


@cache
def two_frames():
    """The same figure, of the two frames at the start of the slider."""
    return play([Choice("shape", SHAPES)], {(shape,): frame(shape, "1") for shape in SHAPES}, columns=(2, 1)).html()


def shown():
    """What stands in the page before a script has run."""
    return page().split("<script")[0]


def data(html):
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def texts_of_frames(html):
    """(attribute, its text in each frame) of each slot."""
    packed = data(html)
    return [(attribute, [packed["texts"][i] for i in of]) for _, attribute, of in packed["slots"]]


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
    node.attrib, node.text = dict(attributes), text
    node.extend(made(child) for child in children)
    return node


@unhurried
@given(st.lists(TREES, min_size=1, max_size=4), st.data())
def test_the_texts_put_into_the_slots_of_one_tree_make_it_any_of_the_others(trees, draw):
    # The root itself is in the page and has no slots.
    roots = [made(("root", {}, "", [("a", *rest)])) for _, *rest in trees]
    at = draw.draw(st.integers(0, len(roots) - 1))
    found = slots(roots, at)
    assert [plain(put(roots[at], found, number)) for number in range(len(roots))] == [*map(plain, roots)]
    assert slots([roots[at]] * 2) == []


def test_twin_a_slot_that_is_forgotten_is_seen():
    trees = [fromstring(f'<g><b x="{n}">{n}</b></g>') for n in (1, 2)]
    found = slots(trees)
    assert plain(put(trees[0], found, 1)) == plain(trees[1]) != plain(put(trees[0], found[1:], 1))


# --- positions


@unhurried
@given(st.lists(st.tuples(st.floats(-400, 400), st.floats(-400, 400)), min_size=2, max_size=30))
def test_a_path_of_steps_ends_where_it_should_whatever_was_rounded_on_the_way(points):
    path = " ".join(f"{'L' if i else 'M'} {x:.6f} {y:.6f}" for i, (x, y) in enumerate(points))
    steps = np.array(re.findall(r"(-?[\d.e-]+) (-?[\d.e-]+)", _play._path(path)), dtype=float)
    assert np.abs(steps.cumsum(axis=0) - points).max() <= 0.051


@pytest.mark.parametrize(("path", "small"), [
    ("M 0 0.26 \nQ 1 1.04 2 2 \nz\n", "M0 0.3Q1 1 2 2z"), ("M 0 0 L 1 1 M 2 2 L 3 3", "M0 0L1 1M2 2L3 3"),
    ("M 1 1 \nL 2.04 1 \nL 2 2 \nz\n", "M1 1l1 0l0 1z")])
def test_a_path_with_curves_or_gaps_keeps_its_commands_and_a_closed_one_is_closed(path, small):
    assert _play._path(path) == small


# --- the page's element


def test_the_page_shows_the_frame_at_the_start_and_hides_the_controls():
    assert 'aria-label="normal, 1"' in shown() and "uniform, 1" not in shown()
    assert re.search(r'<div class="ib-controls"[^>]* hidden', shown())
    assert "<span>shape normal, σ &amp; τ 1</span>" in shown()
    assert ". Where scripts run, this figure has controls.</span>" in shown()


def test_what_a_slider_shows_beside_it_and_its_buttons_for_pointers_are_hidden_from_those_who_hear_it():
    assert re.findall(r'aria-hidden="true"[^>]*>([^<]*)', shown()) == ["1", "‹", "›"]
    assert 'aria-valuetext="1"' in shown()


def test_a_notebook_shows_the_element_and_says_the_text_of_the_start():
    assert figure()._repr_mimebundle_() == {"text/html": page(), "text/plain": "normal, 1"}


def small(words="a", layer="1", furniture="2", plays=False):
    """Two frames without matplotlib; what differs is a text, a drawing, the axes, a button."""
    frames = {("<",): Frame(alt=words), ("b",): Frame(alt="b")}
    drawing = '<svg width="9pt"><path d="M 0 {0} \nL 1.26 2.06 \n"/><use x="1.26" y="{0}.06"/></svg>'
    layers = {("<",): drawing.format(layer), ("b",): drawing.format(3)}
    return Play([Slider("n &", "<b", plays=plays)], frames, layers, f"<svg><g><path d='M0 {furniture}'/></g></svg>")


def test_every_frame_has_its_own_words_numbers_and_drawing():
    assert texts_of_frames(small("</script>\n <!--").html()) == [
        ("", ["&lt;", "b"]), ("aria-valuetext", ["<", "b"]), ("", ["n &amp; &lt;", "n &amp; b"]),
        ("aria-label", ["</script> <!--", "b"]), ("d", ["M0 1l1.3 1.1", "M0 3l1.3 -0.9"]), ("y", ["1.1", "3.1"])]
    assert {"0.50", "1.5", "5.0", "15"} <= set(data(page())["texts"])


def test_words_of_the_author_are_text_and_never_markup():
    assert "&lt;5&gt;" in shown() and "<5>" not in shown() and "σ &amp; τ" in shown()
    assert small("</script>").html().count("</script>") == 2


def test_every_id_is_there_once_and_every_frame_finds_what_it_refers_to():
    ids = re.findall(r'\bid="([^"]+)"', shown())
    referred = set(re.findall(r"(?:href=\\?\"#|url\(#)([^\")\\]+)", page())) | set(
        text[1:] for text in data(page())["texts"] if text.startswith("#"))
    assert len(ids) == len(set(ids))
    assert referred and referred <= set(ids)


def test_figures_that_differ_in_words_drawings_or_axes_alone_share_no_ids():
    figures = [small(), small("c"), small(layer="4"), small(furniture="5")]
    assert len({re.search(r'for="(.*?)"', figure.html())[1] for figure in figures}) == 4


def test_a_slider_plays_by_itself_where_it_is_asked_to():
    assert "ib-run" in small(plays=True).html().split("<script")[0]
    assert "ib-run" not in small().html().split("<script")[0]


def test_a_slider_says_to_the_script_where_it_opens_and_whether_a_choice_starts_it_anew():
    frames = {(n,): Frame(curves({"a": ([0, 1], [0, int(n)])}, ylim=(0, 3)), alt=f"To {n}.") for n in "123"}
    plain, told = (play([Slider("n", "123", start="3", **options)], frames).html()
                   for options in ({"plays": True}, {"plays": True, "opens": "2", "replays": True}))
    assert 'data-opens="1" data-replays=""' in told and 'value="2"' in told
    assert "data-opens" not in plain.split("<script")[0] and "data-replays" not in plain.split("<script")[0]


@pytest.mark.parametrize(("options", "said"), [
    ({"opens": "4"}, "opens of 'n' must be one of its options; got '4'"),
    ({"replays": True}, "plays must be True where replays is; got False"),
])
def test_a_slider_that_could_not_do_as_it_is_told_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        Slider("n", "123", **options)


def test_lines_keep_their_number_of_points_so_that_one_can_change_into_the_other():
    paths = [texts for attribute, texts in texts_of_frames(page()) if attribute == "d"]
    assert paths and all(len({path.count("l") for path in frames}) == 1 for frames in paths)


def test_axes_are_drawn_once():
    places = {place for place, _, _ in data(page())["slots"]}
    assert page().count("matplotlib.axis_") == 2 * 3
    assert len(places) < shown().count("<path")


def test_a_frame_more_costs_less_than_a_kilobyte():
    size, least = (len(gzip.compress(text.encode())) for text in (page(), two_frames()))
    assert (size - least) / 6 < 1000


def test_the_script_does_not_calculate():
    script = _play._SCRIPT.read_text(encoding="utf-8")
    assert script in page()
    assert not re.search(r"\bMath\b|\*\*|import|fetch|https?:", script)


# --- numbers in words


@pytest.mark.parametrize(("number", "words"), [
    (0, "0"), (0.01, "0.010"), (0.0099, "9.9·10⁻³"), (0.001, "1.0·10⁻³"), (-0.5, "−0.50"), (9.94, "9.9"),
    (9.96, "10"), (99, "99"), (99.6, "1.0·10²"), (-1234567890, "−1.2·10⁹"), (1e-10, "1.0·10⁻¹⁰"),
    (3.45e67, "3.5·10⁶⁷")])
def test_a_number_in_words_has_two_digits_and_a_power_of_ten_where_zeros_would_hide_them(number, words):
    assert short(number) == words


def test_frames_of_the_same_panels_are_drawn_once():
    drawn = []

    def panel(ax):
        drawn.append(ax)
        ax.set(xlim=(0, 1), ylim=(0, 1))

    frames = {(option,): Frame(panel, alt=f"Frame {option}.") for option in "123"}
    play([Choice("n", "123")], frames)
    assert len(drawn) == 2  # for the axes, and for all frames
