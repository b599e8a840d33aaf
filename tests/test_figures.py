"""A figure stands in any page: light or dark, on a phone, beside others, for every reader."""

import hashlib
import itertools
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Canvas

from initbook import _cells, figures
from initbook._sheet import WIDTH
from initbook._svg import Figure, inline
from initbook.figures import COLORS, bars, contours, curves, dots, heatmap, images, matrix, network, show

ROOT = Path(__file__).parent.parent
HREF = "{http://www.w3.org/1999/xlink}href"
STEPS = np.arange(1, 6)
PANELS = {
    "curves": curves({"a": (STEPS, STEPS**2), "b": (STEPS, STEPS)}, predicted={"a": (STEPS, STEPS)},
                     levels={"entropy": 2.3}, title="t", xlabel="step", ylabel="loss", marker="o"),
    # Less than a decade in x, so that the numbers between powers of ten are written too.
    "curves, log": curves({"a": (STEPS, 10.0**-STEPS)}, xscale="log", yscale="log"),
    "contours": contours(STEPS, STEPS, STEPS[:, None] * STEPS, levels=[2, 6, 12],
                         paths={"down": (STEPS, STEPS)}, lines={"tied": ([1, 5], [1, 5])},
                         title="t", xlabel="w1", ylabel="w2"),
    "bars": bars([1.0, 2.0], ["0", "1"], highlight=[1], title="t", xlabel="digit", ylabel="share"),
    "dots": dots({"a": ([1.0, 2.0], [0.1, 0.2])}, ["x", "y"], predicted={"a": [1.0, 2.0]},
                 title="t", xlabel="q"),
    "matrix": matrix(np.array([[0.0, 0.1], [-0.2, 0.1]]), "W"),
    "matrix of zeros": matrix(np.zeros((2, 2)), "W"),
    "heatmap": heatmap(np.array([[0.0, np.nan], [0.5, 1.0]]), ["a", "b"], ["c", "d"],
                       text=[["0", ""], ["½", "1"]], title="t", xlabel="x", ylabel="y"),
    "images": images(np.array([[0.0, -1.0], [0.5, 1.0]]), title="t"),
    "images in a row": images(np.array([[[0.0, -1.0], [0.5, 1.0]], [[0.1, 0.2], [0.3, -0.4]]]), names=["a", "b"],
                              title="t"),
    "network": network([[[0.1, 0.1], [0.0, 0.2]], [[0.3], [np.nan]]], names=["ab", "cd", "e"], sides=["x", "W", "h"],
                       words={0.1: "w"}, filled={(1, 0): 1}, many=[1], at=(1, 1), reads="fan-in", title="t"),
}
ALT = 'Loss <falls> & "stays".'


@cache
def drawn(name, alt=ALT):
    return show(PANELS[name], alt=alt).svg


def but(holds):
    """The names of the panels of which this does not hold."""
    return [name for name in PANELS if not holds(drawn(name))]


def parse(svg):
    return ElementTree.fromstring(svg)


def attributes(root):
    return [(key, value) for node in root.iter() for key, value in node.attrib.items()]


# --- one element of a page


def test_a_figure_is_one_svg_element_with_its_alternative_text():
    about = ("{http://www.w3.org/2000/svg}svg", "img", ALT)
    assert but(lambda svg: (parse(svg).tag, parse(svg).get("role"), parse(svg).get("aria-label")) == about) == []
    with pytest.raises(TypeError, match="alt"):
        show(PANELS["bars"])


def test_nothing_of_a_file_is_left_in_the_page_and_no_style_reaches_the_rest_of_it():
    assert but(lambda svg: svg.startswith("<svg") and svg.endswith("</svg>")) == []
    left = r"<\?xml|<!|<metadata|<dc:|<rdf:|matplotlib\.org|<style|\n\s|\b20\d\d-\d\d-\d\d\b|\d\d:\d\d"
    assert but(lambda svg: not re.search(left, svg)) == []


def test_a_figure_is_lines_and_shapes_and_no_bitmap_and_no_pale_lines_show_between_its_squares():
    assert but(lambda svg: "<image" not in svg) == []
    meshes = [node for node in parse(drawn("images")).iter() if "QuadMesh" in node.get("id", "")]
    assert [node.get("shape-rendering") for node in meshes] == ["crispEdges"]


def test_the_outermost_element_alone_says_what_is_seen_and_in_one_line():
    text = inline("<svg ><svg ></svg></svg>", "Two\n  lines.")
    assert text == '<svg role="img" aria-label="Two lines." stroke-linejoin="round" ><svg ></svg></svg>'


@pytest.mark.parametrize("asked", [(), (None, None), (["text/html"],)])
def test_a_notebook_gets_the_element_and_the_words_whatever_it_asks_for(asked):
    assert Figure("<svg/>", "A line.")._repr_mimebundle_(*asked) == {
        "text/html": '<div class="ib-figure"><svg/></div>', "text/plain": "A line."}


# --- beside others


def dangling(root):
    """References in a page to an id that it does not have."""
    ids = {value for key, value in attributes(root) if key == "id"}
    hrefs = [value[1:] for key, value in attributes(root) if key == HREF and value[0] == "#"]
    urls = re.findall(r"url\(#(.+?)\)", " ".join(value for _, value in attributes(root)))
    assert hrefs or urls
    return set(hrefs + urls) - ids


def doubled(root):
    ids = [value for key, value in attributes(root) if key == "id"]
    return {i for i in ids if ids.count(i) > 1}


def page(*svgs):
    return parse(f"<div>{''.join(svgs)}</div>")


def test_ids_of_a_page_are_unique_and_found_even_if_figures_differ_in_their_text_or_one_number_alone():
    other_number = bars([1.0, 2.1], ["0", "1"], highlight=[1], title="t", xlabel="digit", ylabel="share")
    other_words = [drawn(name, "Other words.") for name in ("curves", "matrix of zeros")]
    root = page(*map(drawn, PANELS), *other_words, show(other_number, alt=ALT).svg)
    assert not doubled(root) and not dangling(root)


def test_twin_without_the_prefix_two_figures_share_ids_and_references_break():
    a, b = (drawn("curves", alt) for alt in (ALT, "Other words."))
    bare = re.compile(r'\bid="f[0-9a-f]{8}-')
    assert doubled(page(bare.sub('id="', a), bare.sub('id="', b)))
    assert dangling(page(bare.sub('id="', a)))


# --- nothing else is changed, and nobody pays for it who does not draw


def digest():
    from tests.test_frames import two_frames as moving

    return hashlib.sha256("".join([*map(drawn, ("curves", "matrix", "heatmap")), moving()]).encode()).hexdigest()


@pytest.fixture(scope="module")
def another_process():
    """What another Python prints, whose sets and dictionaries of text are ordered by another hash."""
    modules = sorted(path.stem for path in (ROOT / "initbook").glob("*.py")
                     if path.stem not in {"__init__", "figures", "_cells", "_lines", "_network", "_sheet", "diagnosis"})
    code = (f"import sys\nfor m in {modules}: __import__('initbook.' + m)\n"
            "print([m for m in ('matplotlib', 'sklearn', 'pandas') if m in sys.modules])\n"
            "from tests.test_figures import digest\nprint(digest())")
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True, capture_output=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_mathematics_imports_neither_matplotlib_nor_sklearn(another_process):
    assert another_process[0] == "[]"


def test_the_same_arrays_give_the_same_bytes_in_another_process(another_process):
    assert another_process[1] == digest()


def test_drawing_leaves_the_readers_matplotlib_and_arrays_as_they_were():
    a, settings = np.array([[0.0, -1.0], [0.5, 1.0]]), dict(matplotlib.rcParams)
    show(matrix(a), images(a), heatmap(a, ["a", "b"], ["c", "d"]), alt="Squares.")
    assert a.tolist() == [[0.0, -1.0], [0.5, 1.0]] and dict(matplotlib.rcParams) == settings


# --- on a light page and on a dark one

PAGES = {"#ffffff": "#222832", "#121212": "#ced6dd", "#14181e": "#ced6dd"}  # background: the theme's text on it
ENOUGH = 3.0  # WCAG 2.2, success criterion 1.4.11: graphical objects
ENOUGH_FOR_TEXT = 4.5  # 1.4.3


def rgb(color):
    return np.array([int(color[i:i + 2], 16) for i in (1, 3, 5)])


def linear(color):
    channels = rgb(color) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """As WCAG 2.2 has it, of two relative luminances."""
    dark, light = sorted(np.dot([0.2126, 0.7152, 0.0722], linear(color)) for color in (a, b))
    return (light + 0.05) / (dark + 0.05)


def over(color, background, opacity):
    """A colour that lets some of the background through."""
    mixed = opacity * rgb(color) + (1 - opacity) * rgb(background)
    return "#" + "".join(f"{channel:02x}" for channel in mixed.round().astype(int))


def lost(colors):
    """Colours and the pages on which they cannot be seen."""
    return {(color, page) for color in colors for page in PAGES if contrast(color, page) < ENOUGH}


def covered(tints):
    """Colours and opacities, and the pages on which they hide text."""
    return {(color, opacity, page) for color, opacity in tints for page, ink in PAGES.items()
            if contrast(ink, over(color, page, opacity)) < ENOUGH_FOR_TEXT}


def test_contrast_is_the_one_of_wcag():
    assert round(contrast("#000000", "#ffffff"), 6) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54  # their well-known grey


def test_every_line_colour_can_be_told_from_every_page():
    assert lost(COLORS) == set()


def test_text_on_any_tint_of_a_table_can_be_read():
    tints = [*itertools.product(COLORS, (_cells.PALE, _cells.FULL)), (COLORS[0], figures.SHADES(1.0)[3])]
    assert covered(tints) == set()


def test_twin_a_lighter_or_a_darker_orange_is_lost_and_seven_tenths_of_amber_hide_text():
    assert lost(["#ff7f0e", "#7f3f00"]) == {("#ff7f0e", "#ffffff"), ("#7f3f00", "#121212"), ("#7f3f00", "#14181e")}
    assert covered([(COLORS[1], 0.7)])


# How linear RGB looks without one kind of cones: Machado, Oliveira & Fernandes (2009), severity 1.
CONES = {
    "all": np.eye(3),
    "no long": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no middle": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no short": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])
TO_OKLAB = np.array([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.808675766]])
APART = 9  # a tenth of the way from black to white, nearly


def oklab(color, cones):
    """Björn Ottosson's OKLab, in which distances are alike to the eye; black to white is 100."""
    return 100 * TO_OKLAB @ np.cbrt(TO_CONES @ np.clip(CONES[cones] @ linear(color), 0, 1))


def nearest(colors, cones):
    """The distance of the two colours that are hardest to tell apart."""
    seen = [oklab(color, cones) for color in colors]
    return min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))


def test_oklab_puts_white_at_100():
    assert np.allclose(oklab("#ffffff", "all"), [100, 0, 0], atol=1e-3)


def test_first_five_colours_can_be_told_apart_whatever_cones_a_reader_has():
    assert min(nearest(COLORS[:5], cones) for cones in CONES) > APART


def test_twin_blue_and_purple_are_one_without_the_middle_cones():
    assert nearest(["#2f7fd1", "#a060d0"], "all") > APART > nearest(["#2f7fd1", "#a060d0"], "no middle")


PAPER = "var(--pst-color-background, #ffffff)"  # the theme's name for the page; white where there is none


def paints(svg):
    """Every colour that something is filled or stroked with, beside the page's own."""
    svg = svg.replace(PAPER, "none")
    return set(re.findall(r"(?:fill|stroke|color)[:=]\s*\"?([^;\"\s]+)", svg))


def test_ink_is_the_pages_own_and_nothing_else_is_outside_the_colours():
    assert but(lambda svg: {"currentColor"} <= paints(svg) <= {"none", "currentColor", *COLORS}) == []
    assert but(lambda svg: not {figures.INK, figures.PAPER} & paints(svg)) == []


def test_a_path_on_a_surface_has_an_edge_of_paper_on_which_every_colour_can_be_seen():
    assert drawn("contours").count(PAPER) == 2 + 1  # its line and the dots at its ends


def unpainted(node, filled=False):
    """What a browser fills with black: shapes that name no paint and stand in nothing that does."""
    tag, style = node.tag.rpartition("}")[2], node.get("style", "")
    if tag in {"defs", "clipPath"}:  # not drawn where they stand
        return []
    filled = filled or "fill:" in style
    own = [node] if tag in {"path", "rect", "use"} and not filled and "stroke:" not in style else []
    return own + [found for child in node for found in unpainted(child, filled)]


def test_nothing_is_black_by_default():
    assert but(lambda svg: not unpainted(parse(svg))) == []


def test_twin_text_without_a_fill_would_be_black():
    assert unpainted(parse(drawn("bars").replace("fill: currentColor", "")))


# --- equal entries at a glance


def tints(a):
    """The colour and opacity of each cell of a matrix panel, or None."""
    ax = Canvas().subplots()
    matrix(np.array(a))(ax)
    colors = {patch.get_xy(): to_hex(patch.get_facecolor(), keep_alpha=True) for patch in ax.patches}
    rows, columns = np.atleast_2d(a).shape
    return [[colors.get((j - 0.5, i - 0.5)) for j in range(columns)] for i in range(rows)]


THIRD = 1 / 3


def test_entries_equal_to_the_last_bit_have_one_tint():
    (a, b), (c, d) = tints([[THIRD, -2.0], [-2.0, THIRD]])
    assert a == d and b == c and a != b


@pytest.mark.parametrize("other", [np.nextafter(THIRD, 1), -THIRD])
def test_entries_that_differ_in_the_last_bit_or_in_sign_do_not(other):
    ((a, b),) = tints([[THIRD, other]])
    assert None not in (a, b) and a != b


def test_zeros_have_no_tint_not_even_the_negative_one_and_a_vector_is_one_row():
    ((a, b, c),) = tints([0.0, -0.0, 1e-300])
    assert a is b is None is not c


# --- on a phone

PHONE = 328  # px: what a page leaves of a phone's 360
SMALLEST = 7  # px


def text_sizes(svg, width=PHONE):
    """The size in px of every piece of text, at that width of the figure.

    Text is drawn as glyphs of a font of size 100, in a group that scales them down; an exponent
    is a glyph scaled once more.
    """
    root = parse(svg)
    px = width / float(root.get("viewBox").split()[2])
    sizes = []
    for group in root.iter():
        scale = re.search(r"scale\(([\d.]+) -[\d.]+\)", group.get("transform", ""))
        for glyph in group.iter("{http://www.w3.org/2000/svg}use") if scale else ():
            again = re.search(r"scale\(([\d.]+)\)", glyph.get("transform", ""))
            sizes.append(100 * float(scale[1]) * float(again[1] if again else 1) * px)
    return sizes


def test_the_size_of_text_is_measured_right():
    # A title of 10.5 pt in a figure whose width in px is its width in points.
    assert max(text_sizes(drawn("images"), 72 * WIDTH)) == pytest.approx(10.5)


def test_text_can_be_read_on_a_phone_exponents_too():
    assert but(lambda svg: min(text_sizes(svg)) >= SMALLEST) == []
