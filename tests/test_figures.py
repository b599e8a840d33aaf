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

from initbook import figures
from initbook._sheet import WIDTH, sheet
from initbook.figures import bars, contours, curves, dots, heatmap, images, matrix, show

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
    "images in a row": images(np.array([[[0.0, -1.0], [0.5, 1.0]], [[0.1, 0.2], [0.3, -0.4]]]), title="t"),
}
BLANK = images(np.zeros((1, 1)))
EACH = pytest.mark.parametrize("name", PANELS)


ALT = 'Loss <falls> & "stays".'


@cache
def drawn(name, alt=ALT):
    return show(PANELS[name], alt=alt)


def parse(svg):
    return ElementTree.fromstring(svg)


def attributes(root):
    return [(key, value) for node in root.iter() for key, value in node.attrib.items()]


# --- one element of a page


@EACH
def test_a_figure_is_lines_and_shapes_and_no_bitmap(name):
    assert "<image" not in drawn(name).svg


def test_no_pale_lines_show_between_the_squares_of_a_picture():
    meshes = [node for node in parse(drawn("images").svg).iter() if "QuadMesh" in node.get("id", "")]
    assert [node.get("shape-rendering") for node in meshes] == ["crispEdges"]


@EACH
def test_a_figure_is_one_svg_element_with_its_alternative_text(name):
    root = parse(drawn(name).svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == ALT


def test_line_breaks_in_an_alternative_text_are_spaces_to_a_reader():
    assert parse(drawn("bars", "One\n   sentence.").svg).get("aria-label") == "One sentence."


@EACH
def test_nothing_of_a_file_is_left_in_the_page(name):
    svg = drawn(name).svg
    assert svg.startswith("<svg") and svg.endswith("</svg>")
    assert not re.search(r"<\?xml|<!DOCTYPE|<metadata|<dc:|<rdf:|matplotlib\.org", svg)
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b|\d\d:\d\d", svg)


def test_a_notebook_shows_the_svg_and_says_the_text():
    figure = drawn("bars", "Two bars.")
    bundle = figure._repr_mimebundle_()
    assert bundle == {"text/html": f'<div class="ib-figure">{figure.svg}</div>',
                      "text/plain": "Two bars."}
    assert repr(figure) == "<figure: Two bars.>"


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


def test_every_id_of_a_page_with_all_figures_is_unique_and_every_reference_resolves():
    root = page(*(drawn(name).svg for name in PANELS))
    assert not doubled(root) and not dangling(root)


@EACH
def test_two_figures_that_differ_in_their_text_alone_share_no_id(name):
    root = page(drawn(name).svg, drawn(name, "Other words.").svg)
    assert not doubled(root) and not dangling(root)


def test_two_figures_that_differ_in_a_number_alone_share_no_id():
    a, b = (show(bars([1.0, height], ["0", "1"]), alt="Two bars.").svg for height in (2.0, 2.1))
    assert not doubled(page(a, b))


def test_twin_without_the_prefix_two_figures_share_ids_and_references_break():
    a, b = (drawn("curves", alt).svg for alt in (ALT, "Other words."))
    bare = re.compile(r'\bid="f[0-9a-f]{8}-')
    assert doubled(page(bare.sub('id="', a), bare.sub('id="', b)))
    assert dangling(page(bare.sub('id="', a)))


def test_the_style_of_a_figure_does_not_reach_the_rest_of_the_page():
    rules = [node.text for name in PANELS for node in parse(drawn(name).svg).iter()
             if node.tag.endswith("}style")]
    assert not [rule for rule in rules if rule.strip().startswith("*")]


# --- two builds give the same bytes


def digest(names=("curves", "matrix", "heatmap")):
    svgs = "".join(show(PANELS[name], alt=ALT).svg for name in names)
    return hashlib.sha256(svgs.encode()).hexdigest()


def digest_of_another_process():
    """Drawn by a Python whose sets and dictionaries of text are ordered by another hash."""
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    code = "from tests.test_figures import digest; print(digest())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True,
                          capture_output=True)
    assert done.stderr == ""
    return done.stdout.strip()


def test_the_same_arrays_give_the_same_bytes_again_and_in_another_process():
    assert digest() == digest_of_another_process()


def test_drawing_leaves_the_readers_matplotlib_as_it_was():
    before = dict(matplotlib.rcParams)
    show(PANELS["bars"], alt=ALT)
    assert dict(matplotlib.rcParams) == before


def test_drawing_does_not_write_to_the_arrays():
    a = np.array([[0.0, -1.0], [0.5, 1.0]])
    for panel in (matrix(a), images(a), heatmap(a, ["a", "b"], ["c", "d"])):
        show(panel, alt="A square.")
    assert a.tolist() == [[0.0, -1.0], [0.5, 1.0]]


# --- on a light page and on a dark one

BACKGROUNDS = ["#ffffff", "#121212", "#14181e"]
ENOUGH = 3.0  # WCAG 2.2, success criterion 1.4.11: graphical objects


def luminance(color):
    """Relative luminance, WCAG 2.2."""
    channels = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    dark, light = sorted([luminance(a), luminance(b)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_the_one_of_wcag():
    assert round(contrast("#000000", "#ffffff"), 6) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54  # their well-known grey


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("color", figures.COLORS)
def test_every_line_colour_can_be_told_from_every_page(color, background):
    assert contrast(color, background) >= ENOUGH


INKS = ["#222832", "#ced6dd", "#ced6dd"]  # the theme's text on each of the backgrounds


def over(color, background, opacity):
    """A colour that lets some of the background through."""
    pairs = [(int(color[i:i + 2], 16), int(background[i:i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(opacity * a + (1 - opacity) * b):02x}" for a, b in pairs)


@pytest.mark.parametrize(("background", "ink"), [*zip(BACKGROUNDS, INKS, strict=True)])
def test_text_on_any_tint_of_a_table_can_be_read(background, ink):
    least = 4.5  # WCAG 2.2, success criterion 1.4.3: text
    tints = [(color, opacity) for color in figures.COLORS for opacity in (figures._PALE, figures._FULL)]
    tints += [(figures.COLORS[0], figures._SHADES(1.0)[3])]
    assert {tint: contrast(ink, over(tint[0], background, tint[1])) for tint in tints
            if contrast(ink, over(tint[0], background, tint[1])) < least} == {}


def test_twin_seven_tenths_of_amber_hide_text_on_the_dark_page():
    assert contrast(INKS[1], over(figures.COLORS[1], BACKGROUNDS[1], 0.7)) < 4.5


@pytest.mark.parametrize(("color", "background"), [
    ("#ff7f0e", "#ffffff"), ("#7f3f00", "#121212"), ("#7f3f00", "#14181e")])
def test_twin_a_lighter_or_a_darker_orange_is_lost_on_a_page(color, background):
    assert contrast(color, background) < ENOUGH


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
    channels = np.array([int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return 100 * TO_OKLAB @ np.cbrt(TO_CONES @ np.clip(CONES[cones] @ linear, 0, 1))


def nearest(colors, cones):
    """The distance of the two colours that are hardest to tell apart."""
    seen = [oklab(color, cones) for color in colors]
    return min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))


def test_oklab_puts_white_at_100():
    assert np.allclose(oklab("#ffffff", "all"), [100, 0, 0], atol=1e-3)


@pytest.mark.parametrize("cones", CONES)
def test_first_five_colours_can_be_told_apart_whatever_cones_a_reader_has(cones):
    assert nearest(figures.COLORS[:5], cones) > APART


def test_twin_blue_and_purple_are_one_without_the_middle_cones():
    assert nearest(["#2f7fd1", "#a060d0"], "all") > APART > nearest(["#2f7fd1", "#a060d0"], "no middle")


def paints(svg):
    """Every colour that something is filled or stroked with."""
    return set(re.findall(r"(?:fill|stroke|color)[:=]\s*\"?([^;\"\s]+)", svg))


@EACH
def test_ink_is_the_pages_own_and_nothing_else_is_outside_the_colours(name):
    svg = drawn(name).svg
    assert paints(svg) <= {"none", "currentColor", *figures.COLORS}
    assert "currentColor" in paints(svg)
    assert figures.INK not in svg


def unpainted(node, filled=False):
    """What a browser fills with black: shapes that name no paint and stand in nothing that does."""
    tag, style = node.tag.rpartition("}")[2], node.get("style", "")
    if tag in {"defs", "clipPath"}:  # not drawn where they stand
        return []
    filled = filled or "fill:" in style
    own = [node] if tag in {"path", "rect", "use"} and not filled and "stroke:" not in style else []
    return own + [found for child in node for found in unpainted(child, filled)]


@EACH
def test_nothing_is_black_by_default(name):
    assert not unpainted(parse(drawn(name).svg))


def test_twin_text_without_a_fill_would_be_black():
    assert unpainted(parse(drawn("bars").svg.replace("fill: currentColor", "")))


# --- equal entries at a glance


def tints(a):
    """The colour and opacity of each cell of a matrix panel, or None."""
    ax = Canvas().subplots()
    matrix(np.array(a))(ax)
    colors = {patch.get_xy(): to_hex(patch.get_facecolor(), keep_alpha=True) for patch in ax.patches}
    rows, columns = np.atleast_2d(a).shape
    return [[colors.get((j - 0.5, i - 0.5)) for j in range(columns)] for i in range(rows)]


THIRD = 1 / 3
NEXT = np.nextafter(THIRD, 1)


def test_entries_equal_to_the_last_bit_have_one_tint():
    (a, b), (c, d) = tints([[THIRD, -2.0], [-2.0, THIRD]])
    assert a == d and b == c and a != b


def test_entries_that_differ_in_the_last_bit_do_not():
    ((a, b),) = tints([[THIRD, NEXT]])
    assert None not in (a, b) and a != b


def test_a_number_and_its_opposite_do_not():
    ((a, b),) = tints([[THIRD, -THIRD]])
    assert a != b


def test_zeros_have_no_tint_not_even_the_negative_one():
    assert tints([[0.0, -0.0, 1e-300]])[0][:2] == [None, None]
    assert tints([[0.0, -0.0, 1e-300]])[0][2] is not None


def test_as_many_values_as_colours_pale_and_full_have_a_tint_each():
    (row,) = tints([np.arange(1.0, 2 * len(figures.COLORS) + 1)])
    assert len(set(row)) == 2 * len(figures.COLORS)
    assert {tint[:7] for tint in row} == set(figures.COLORS)


def test_a_nan_leaves_its_cell_empty_and_the_others_as_they_were():
    ((a, b, c),) = tints([[1.0, np.nan, 1.0]])
    assert a == c is not None and b is None


def opacities(values):
    ax = Canvas().subplots()
    matrix(np.array([values]))(ax)
    return [patch.get_alpha() for patch in ax.patches]


def test_twice_as_many_values_as_colours_differ_in_colour_or_opacity():
    values = np.arange(1.0, 2 * len(figures.COLORS) + 1)
    looks = set(zip(tints([values])[0], opacities(values), strict=True))
    assert len(looks) == len(values)


def test_a_nan_leaves_its_cell_empty():
    ax = Canvas().subplots()
    matrix(np.array([[1.0, np.nan], [0.0, 1.0]]))(ax)
    assert [text.get_text() for text in ax.texts] == ["1.0000", "0", "1.0000"]
    assert tints([[1.0, np.nan], [0.0, 1.0]])[0][1] is None


def test_a_vector_is_one_row():
    ((a, b, c),) = tints(np.array([1.0, 0.0, 1.0]))
    assert a == c is not None and b is None


def test_numbers_are_written_with_a_minus_sign_and_the_decimals_asked_for():
    ax = Canvas().subplots()
    matrix(np.array([[0.0, -0.0, -1.25, 1 / 3]]), digits=2)(ax)
    assert [text.get_text() for text in ax.texts] == ["0", "0", "−1.25", "0.33"]


# --- a prediction looks like one


def lines(panel):
    ax = Canvas().subplots()
    panel(ax)
    legend = ax.get_legend()
    return ax.get_lines(), [text.get_text() for text in legend.get_texts()] if legend else []


def test_what_was_measured_is_solid_and_what_was_predicted_is_dashed():
    drawn_lines, _ = lines(PANELS["curves"])
    assert [line.get_linestyle() for line in drawn_lines] == ["-", "-", "--", "--"]


def test_a_prediction_of_a_measurement_has_no_entry_of_its_own_in_the_legend():
    _, legend = lines(PANELS["curves"])
    assert legend == ["a", "b", "entropy"]


def test_the_legend_says_once_what_the_dashed_lines_of_all_measurements_are():
    drawn_lines, legend = lines(curves({"a": (STEPS, STEPS), "b": (STEPS, 2 * STEPS)}, dashed="law",
                                       predicted={"a": (STEPS, STEPS), "b": (STEPS, 2 * STEPS)}))
    assert legend == ["a", "b", "law"]
    assert drawn_lines[-1].get_linestyle() == "--" and drawn_lines[-1].get_xydata().size == 0


def test_the_curves_pass_through_the_points_they_were_given():
    (line, *_), _ = lines(PANELS["curves"])
    assert line.get_xydata().tolist() == [[s, s**2] for s in range(1, 6)]


def test_a_legend_can_be_left_out():
    assert lines(curves({"a": (STEPS, STEPS)}, legend=None))[1] == []


@pytest.mark.parametrize(("x", "whole"), [(np.arange(21), True), (np.arange(21) / 8, False)])
def test_an_axis_of_layers_has_no_tick_between_two_of_them(x, whole):
    axes = Canvas(figsize=(4.6, 2.6)).subplots()
    curves({"q": (x, x)})(axes)
    assert all(t == int(t) for t in axes.get_xticks()) == whole


def test_curves_that_coincide_are_drawn_ever_thinner_so_that_all_are_seen():
    same = {name: (STEPS, STEPS) for name in "abc"}
    wide, middle, thin = (line.get_linewidth() for line in lines(curves(same, coincide=True))[0])
    assert wide > middle > thin
    assert len({line.get_linewidth() for line in lines(curves(same))[0]}) == 1


def test_a_path_on_contours_is_solid_with_a_small_dot_at_its_start_and_a_large_one_at_its_end():
    ax = Canvas().subplots()
    PANELS["contours"](ax)
    tied, down = ax.get_lines()
    assert (tied.get_linestyle(), down.get_linestyle()) == ("--", "-")
    assert down.get_xydata().tolist() == [[s, s] for s in range(1, 6)]
    dots = ax.collections[-1]
    assert dots.get_offsets().tolist() == [[1, 1], [5, 5]]
    small, large = dots.get_sizes()
    assert small < large


def test_contours_are_higher_where_the_surface_is():
    ax = Canvas().subplots()
    x, y = np.arange(3), np.arange(2)
    contours(x, y, y[:, None] * np.ones(3), levels=[0.25, 0.5])(ax)
    bands = ax.collections[0]
    below, _, above = [path.get_extents().intervaly.tolist() for path in bands.get_paths()]
    assert (below, above) == ([0, 0.25], [0.5, 1])
    assert bands.get_facecolor()[0][3] < bands.get_facecolor()[2][3]


@pytest.mark.parametrize("value", [-1.0, -0.25, 0.0, 0.125, 0.5])
def test_a_pixel_is_as_opaque_as_its_number_is_large(value):
    ax = Canvas().subplots()
    images(np.array([[[value]], [[1.0]]]))(ax)
    first, _ = ax.collections
    *_, opacity = first.to_rgba(first.get_array()).ravel()
    assert opacity == pytest.approx(abs(value), abs=1 / 32)


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


@EACH
def test_text_can_be_read_on_a_phone_exponents_too(name):
    assert min(text_sizes(drawn(name).svg)) >= SMALLEST


def test_twin_the_same_figure_squeezed_to_half_a_phone_cannot():
    assert min(text_sizes(drawn("curves").svg, PHONE / 2)) < SMALLEST


def test_the_size_of_text_is_measured_right():
    # A title of 10.5 pt in a figure whose width in px is its width in points.
    points = 72 * WIDTH
    assert max(text_sizes(drawn("images").svg, points)) == pytest.approx(10.5)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_a_figure_is_as_wide_whatever_its_columns(columns):
    svg = show(*[BLANK] * 3, alt="Bars.", columns=columns).svg
    assert float(parse(svg).get("viewBox").split()[2]) == pytest.approx(72 * WIDTH)


def test_rows_are_added_for_the_panels_that_do_not_fit_in_one():
    def height(panels, columns):
        svg = show(*[BLANK] * panels, alt="Bars.", columns=columns, height=1.5).svg
        return float(parse(svg).get("viewBox").split()[3]) / 72
    assert [height(n, 2) for n in (1, 2, 3, 5)] == pytest.approx([1.5, 1.5, 3, 4.5])


def test_each_row_can_have_its_own_number_of_panels_and_its_own_height():
    _, axes = sheet([BLANK] * 5, columns=(3, 2), height=(1.0, 2.0))
    places = [ax.get_subplotspec().get_position(axes[0].figure) for ax in axes]
    assert len({place.y0 for place in places[:3]}) == len({place.y0 for place in places[3:]}) == 1
    assert places[3].width > places[0].width and places[3].height > places[0].height
    assert axes[0].figure.get_size_inches() == pytest.approx([WIDTH, 3.0])


# --- refusals


@pytest.mark.parametrize(("panels", "options", "message"), [
    ([], {"alt": "Nothing."}, "panels must be one or more panels; got none"),
    ([PANELS["bars"]], {"alt": ""},
     "alt must be a sentence that says what the picture shows; got ''"),
    ([PANELS["bars"]], {"alt": " \n"},
     "alt must be a sentence that says what the picture shows; got ' \\n'"),
    ([PANELS["bars"]], {"alt": "Bars.", "columns": 0}, "columns must be 1, 2 or 3; got 0"),
    ([PANELS["bars"]], {"alt": "Bars.", "columns": 4}, "columns must be 1, 2 or 3; got 4"),
])
def test_a_figure_that_cannot_be_is_refused(panels, options, message):
    with pytest.raises(ValueError) as caught:
        show(*panels, **options)
    assert str(caught.value) == message


def test_an_alternative_text_is_never_optional():
    with pytest.raises(TypeError, match="alt"):
        show(PANELS["bars"])


# --- and nobody pays for it who does not draw


def test_the_mathematics_imports_neither_matplotlib_nor_sklearn():
    modules = sorted(path.stem for path in (ROOT / "initbook").glob("*.py")
                     if path.stem not in {"__init__", "figures", "_sheet"})
    code = (f"import sys\nfor m in {modules}: __import__('initbook.' + m)\n"
            "print([m for m in ('matplotlib', 'sklearn', 'pandas') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_dots_lie_on_their_rows_from_the_top_and_predictions_across_them():
    ax = Canvas().subplots()
    dots({"a": ([3.0, 4.0], [0.1, 0.1])}, ["x", "y"], predicted={"a": [3.5, 4.5]})(ax)
    predicted = [line for line in ax.lines if line.get_marker() == "|"][0]
    assert predicted.get_xydata().tolist() == [[3.5, 0], [4.5, 1]]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_a_prediction_of_dots_that_are_not_there_is_refused():
    with pytest.raises(ValueError, match="predicted must be labels of measured"):
        dots({"a": ([1.0], [0.1])}, ["x"], predicted={"b": [1.0]})(Canvas().subplots())
