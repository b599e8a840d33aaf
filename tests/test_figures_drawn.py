"""The book's one visual language, said artist by artist: what each kind of panel draws, in which paint, how wide.

A change here is a change to every figure of the book. Where one is meant, this file is where it is decided, and the
pages are looked at again.
"""

import re
from functools import partial

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.patches import FancyArrowPatch

from initbook._sheet import SHADES, SIGNED, STYLE, furniture, layer, sheet
from initbook.figures import (
    COLORS,
    Choice,
    Frame,
    bars,
    contours,
    curves,
    dots,
    heatmap,
    histogram,
    images,
    matrix,
    network,
    play,
    show,
)

NAMES = dict(zip(COLORS, ("blue", "amber", "violet", "pink", "brown", "teal", "olive", "grey"), strict=True))
NAMES |= {"#010203": "ink", "#fcfdfe": "paper"}
T = np.array([1, 2, 4])


# --- what is seen, in words


def paint(color):
    *_, opacity = to_rgba(color)
    return NAMES.get(to_hex(color), to_hex(color)) + (f" {opacity:.2g}" if opacity < 1 else "")


def points(xy):
    return " ".join(f"{x:.4g},{y:.4g}" for x, y in np.asarray(xy))


def a_line(line):
    name = "" if line.get_label().startswith("_") else f" {line.get_label()!r}"
    color = paint(to_rgba(line.get_color(), line.get_alpha()))
    return f"{color} {a_dash(line)}{a_marker(line)}{name}: " + points(line.get_xydata())


def a_dash(line):
    _, dashes = line._unscaled_dash_pattern
    kind = {None: "solid", (4, 3): "dashed", (1, 2): "dotted"}[dashes and tuple(dashes)]
    return "no line" if line.get_linestyle() == "None" else f"{kind} {line.get_linewidth():g}"


def a_marker(line):
    if line.get_marker() in ("", "None"):
        return ""
    edge = f"/{line.get_markeredgewidth():g}" if line.get_marker() == "|" else ""
    return f", marker {line.get_marker()} {line.get_markersize():g}{edge}"


def a_patch(patch):
    outline = f"outline {paint(patch.get_edgecolor())} {patch.get_linewidth():g}"
    vertices = patch.get_path().transformed(patch.get_patch_transform()).vertices
    corners = points([vertices.min(axis=0), vertices.max(axis=0)])
    return f"{paint(patch.get_facecolor()) if patch.get_fill() else outline}: {corners}"


def a_text(text):
    x, y = text.get_position()
    return f"{text.get_text()} at {x:g},{y:g}, {text.get_ha()} {text.get_va()}, {text.get_fontsize():g}"


def axes_of(panel):
    with matplotlib.rc_context(STYLE):
        _, (ax,) = sheet([panel], 1, 2.6)
    return ax


def seen(panel):
    ax = axes_of(panel)
    return [*map(a_patch, ax.patches), *map(a_line, ax.lines), *map(a_text, ax.texts)]


LINES = {"a": (T, T), "b": (T, 2 * T)}
MEASURED = ["blue solid 1.6 'a': 1,1 2,2 4,4", "amber solid 1.6 'b': 1,2 2,4 4,8"]
SEEN = {
    "measurements have markers where asked": (
        curves({"a": (T, T)}, marker="o"), ["blue solid 1.6, marker o 4 'a': 1,1 2,2 4,4"]),
    "the strong measurement is broad and ends in a dot, the others are thin": (
        curves(LINES, strong="b"),
        ["blue solid 1.2 'a': 1,1 2,2 4,4", "amber solid 3.2 'b': 1,2 2,4 4,8", "amber solid 1.6, marker o 7: 4,8"]),
    "measurements that coincide are wider, the earlier the more": (
        curves(LINES | {"c": (T, T)}, coincide=True),
        ["blue solid 3.4 'a': 1,1 2,2 4,4", "amber solid 2.5 'b': 1,2 2,4 4,8", "violet solid 1.6 'c': 1,1 2,2 4,4"]),
    "measurements are solid, each in its colour, and a prediction of one is dashed ink without a name": (
        curves(LINES, predicted={"b": (T, T)}), [*MEASURED, "ink dashed 1.2: 1,1 2,2 4,4"]),
    "a prediction of its own is dashed in the next colour, and the ninth line has the first again": (
        curves(dict.fromkeys("abcde", ([], [])), predicted=dict.fromkeys("fghi", ([], []))),
        [f"{NAMES[COLORS[i % 8]]} {'solid 1.6' if i < 5 else 'dashed 1.2'} {label!r}: "
         for i, label in enumerate("abcdefghi")]),
    "the legend's word for the dashes is a line without points": (
        curves({}, predicted={"a": (T, T)}, dashed="law"),
        ["blue dashed 1.2 'a': 1,1 2,2 4,4", "ink dashed 1.2 'law': "]),
    "a level is dotted ink from edge to edge": (
        curves({}, levels={"ln 2": 0.5}), ["ink dotted 1.3 'ln 2': 0,0.5 1,0.5"]),
    "two levels, which look the same, have their names on them": (
        curves({}, levels={"ln 2": 0.5, "ln 3": 1}),
        ["ink dotted 1.3: 0,0.5 1,0.5", "ink dotted 1.3: 0,1 1,1", "ln 2 at 0,2, right bottom, 9",
         "ln 3 at 0,2, right bottom, 9"]),
    "a reference is thin and grey, and stands first": (
        curves({"a": (T, T)}, references={"untouched": (T, T)}),
        ["ink 0.6 solid 0.9 'untouched': 1,1 2,2 4,4", "blue solid 1.6 'a': 1,1 2,2 4,4"]),
    "on a surface lines are thin and grey, paths broad with an edge of paper, from the second colour on": (
        contours(T, T, np.outer(T, T), levels=[2, 4], lines={"tied": (T, T)}, paths={"down": (T, T), "up": (T, T)}),
        ["ink 0.6 solid 0.9 'tied': 1,1 2,2 4,4", "paper solid 4.6: 1,1 2,2 4,4", "amber solid 2.2 'down': 1,1 2,2 4,4",
         "paper solid 4.6: 1,1 2,2 4,4", "violet solid 2.2 'up': 1,1 2,2 4,4"]),
    "a histogram is one pale blue shape": (
        histogram([1, 3, 2], [0, 1, 2, 3]), ["blue 0.8: 0,0 3,3"]),
    "bars are blue, the highlighted amber": (
        bars([1, 3], "ab", highlight=[1]), ["blue: -0.4,0 0.4,1", "amber: 0.6,0 1.4,3"]),
    "numbers of a matrix stand in cells, equal ones in one tint, in the order in which they appear": (
        matrix(np.array([[0.5, 0.0], [np.nan, 0.5], [-1.0, 1.0]])),
        ["blue 0.3: -0.5,-0.5 0.5,0.5", "blue 0.3: 0.5,0.5 1.5,1.5", "amber 0.3: -0.5,1.5 0.5,2.5",
         "violet 0.3: 0.5,1.5 1.5,2.5", "0.5000 at 0,0, center center, 9", "0 at 1,0, center center, 9",
         "0.5000 at 1,1, center center, 9", "−1.0000 at 0,2, center center, 9",
         "1.0000 at 1,2, center center, 9"]),
    "the ninth value of a matrix has the first colour in full, the seventeenth as the first": (
        matrix(np.arange(1.0, 18), digits=0),
        [f"{name} {opacity}: {i - 0.5:.4g},-0.5 {i + 0.5:.4g},0.5" for i, (name, opacity) in enumerate(
            [(NAMES[c], o) for o in (0.3, 0.55) for c in COLORS] + [("blue", 0.3)])]
        + [f"{i + 1} at {i},0, center center, 9" for i in range(17)]),
    "a table's words stand in its cells": (
        heatmap(np.array([[0.0, 1.0]]), "a", "bc", text=[["no", "yes"]]),
        ["no at 0,0, center center, 9", "yes at 1,0, center center, 9"]),
    "pictures in a row have a thin frame each and a gap of one pixel": (
        images(np.ones((2, 3, 2))), ["outline ink 0.4 0.7: 0,0 2,3", "outline ink 0.4 0.7: 3,0 5,3"]),
    "dots have a row each; a prediction is a dash across it": (
        dots({"a": ([1.0, 2.0], [0.1, 0.2])}, "xy", predicted={"a": [1.5, 2.5]}),
        ["blue no line, marker o 5: 1,0 2,1", "ink no line, marker | 15/1.4: 1.5,0 2.5,1"]),
}


@pytest.mark.parametrize(("panel", "words"), SEEN.values(), ids=SEEN)
def test_what_is_drawn(panel, words):
    assert seen(panel) == words


# --- the axes


SAID = {"title": "t", "xlabel": "x", "ylabel": "y"}
ROUND = np.outer(T, T)
MAKE = {  # what makes a panel, and which words it takes
    "curves": (partial(curves, LINES), SAID),
    "contours": (partial(contours, T, T + 1, ROUND, levels=[2, 3, 4]), SAID),
    "histogram": (partial(histogram, [1, 3], [0, 1, 2]), {"title": "t", "xlabel": "x"}),
    "bars": (partial(bars, [1, 3], ["no", "yes"]), SAID),
    "dots": (partial(dots, {"a": ([1.0, 2.0], [0.1, 0.2])}, "pq"), {"title": "t", "xlabel": "x"}),
    "matrix": (partial(matrix, np.eye(2)), {"title": "t"}),
    "heatmap": (partial(heatmap, np.eye(2), "ab", "cd"), SAID),
    "images": (partial(images, np.eye(2)), {"title": "t"}),
    "network": (partial(network, [np.eye(2)]), {"title": "t"}),
}


def properties(ax, names):
    found = {name: getattr(ax, f"get_{name}")() for name in names}
    plain = {name: tuple(value) if np.ndim(value) else value for name, value in found.items()}
    return {name: " ".join(text.get_text() for text in value) if "ticklabels" in name else value
            for name, value in plain.items()}


@pytest.mark.parametrize(("make", "words"), MAKE.values(), ids=MAKE)
def test_the_axes_say_what_was_said_and_else_nothing(make, words):
    assert properties(axes_of(make(**words)), SAID) == dict.fromkeys(SAID, "") | words
    assert set(properties(axes_of(make()), SAID).values()) == {""}


@pytest.mark.parametrize(("panel", "has"), [
    (curves(LINES, xlim=(0, 8)), {"xlim": (0, 8)}),
    (curves(LINES, ylim=(0, 9)), {"ylim": (0, 9), "xscale": "linear", "yscale": "linear"}),
    (curves(LINES, xscale="log", yscale="symlog"), {"xscale": "log", "yscale": "symlog"}),
    (MAKE["contours"][0](), {"xlim": (1, 4), "ylim": (2, 5)}),
    (histogram([1, 3], [0, 1, 2], title="t", note="n", ymax=7),
     {"title": "t\nn", "xlim": (0, 2), "ylim": (0, 7), "yticks": ()}),
    (histogram([1, 3], [0, 1, 2]), {"ylim": (0, 3.15)}),
    (MAKE["bars"][0](), {"xticks": (0, 1), "xticklabels": "no yes"}),
    (MAKE["dots"][0](xscale="log"), {"xscale": "log", "ylim": (1.5, -0.5), "yticks": (0, 1), "yticklabels": "p q"}),
    (MAKE["dots"][0](), {"xscale": "linear"}),
    (matrix(np.ones((3, 2))), {"xlim": (-0.5, 1.5), "ylim": (2.5, -0.5), "xticks": (), "yticks": ()}),
    (MAKE["heatmap"][0](), {"xticks": (0, 1), "yticks": (0, 1), "xticklabels": "c d", "yticklabels": "a b"}),
    (MAKE["heatmap"][0](), {"xlim": (-0.5, 1.5), "ylim": (1.5, -0.5), "aspect": "auto"}),
    (images(np.ones((3, 2))), {"xlim": (-0.5, 1.5), "ylim": (2.5, -0.5), "xticks": (), "yticks": (), "aspect": 1}),
    (images(np.ones((2, 3, 2))), {"xticks": (), "yticks": (), "ylim": (3, 0), "xlim": (0, 5), "aspect": 1}),
    (images(np.ones((2, 3, 2)), names="ab"), {"xticks": (1, 4), "xticklabels": "a b", "yticks": ()}),
])
def test_the_axes_have_the_limits_scales_and_named_places_that_a_panel_needs(panel, has):
    assert properties(axes_of(panel), has) == has


def test_a_tick_says_its_whole_number_however_near_the_others_are():
    ax = axes_of(curves({"loss": ([0, 1], [2.3012, 2.3017])}, xlabel="epoch", ylabel="loss"))
    ax.figure.draw_without_rendering()
    assert ax.yaxis.get_offset_text().get_text() == "" and "2.301" in ax.get_yticklabels()[1].get_text()


@pytest.mark.parametrize(("x", "whole"), [(np.arange(4), True), (np.arange(4.0), False)])
def test_an_axis_of_layers_has_no_tick_between_two_of_them(x, whole):
    assert all(t == int(t) for t in axes_of(curves({"q": (x, x)})).get_xticks()) == whole


@pytest.mark.parametrize(("panel", "shown"), [
    (curves(LINES), {"left", "bottom"}),
    (histogram([1, 3], [0, 1, 2]), {"bottom"}),
    (matrix(np.eye(2)), {"left", "bottom", "top", "right"}),
    (images(np.eye(2)), {"left", "bottom", "top", "right"}),
    (images(np.ones((1, 2, 2))), set()),
])
def test_a_panel_has_the_edges_that_it_needs(panel, shown):
    assert {side for side, spine in axes_of(panel).spines.items() if spine.get_visible()} == shown


def test_numbers_under_a_histogram_are_short():
    assert axes_of(histogram([1], [0, 1])).xaxis.get_major_formatter()(0.5, 0) == "0.5"


def test_rows_of_dots_are_parted_by_pale_lines_of_ink_and_nothing_stands_on_the_other_axis():
    ax = axes_of(MAKE["dots"][0]())
    row = ax.yaxis.get_gridlines()[0]
    assert (row.get_visible(), paint(row.get_color()), row.get_alpha()) == (True, "ink", 0.15)
    assert not ax.xaxis.get_gridlines()[0].get_visible()


# --- areas and shades


def test_a_band_is_a_quarter_opaque_in_the_colour_of_its_measurement_and_has_no_edge():
    (band,) = axes_of(curves(LINES, bands={"b": (T, T, 3 * T)})).collections
    assert paint(band.get_facecolor()[0]) == "amber 0.25" and band.get_linewidth() == [0]
    assert band.get_paths()[0].get_extents().get_points().tolist() == [[1, 1], [4, 12]]


def test_errors_are_bars_in_the_colour_of_their_dots():
    bars_of = axes_of(dots({"a": ([1.0, 2.0], [0.1, 0.2]), "b": ([1.0, 2.0], [0.1, 0.2])}, "xy")).collections
    assert [paint(each.get_edgecolor()[0]) for each in bars_of] == ["blue", "amber"]
    assert np.allclose(bars_of[0].get_segments(), [[[0.9, 0], [1.1, 0]], [[1.8, 1], [2.2, 1]]])


def test_a_surface_is_bluer_where_it_is_higher_under_pale_lines_of_ink():
    surface = contours([0, 1, 2], [0, 1], [[0, 0, 0], [1, 1, 1]], levels=[0.2, 0.5, 0.8])
    bands, lines = axes_of(surface).collections
    assert [paint(color) for color in bands.get_facecolor()] == ["blue 0", "blue 0.22", "blue 0.43", "blue 0.65"]
    spans = [path.get_extents().intervaly.tolist() for path in bands.get_paths()]
    assert np.allclose(spans, [[0, 0.2], [0.2, 0.5], [0.5, 0.8], [0.8, 1]])
    assert lines.levels.tolist() == [0.2, 0.5, 0.8]
    assert {paint(color) for color in lines.get_edgecolor()} == {"ink 0.35"}


def test_a_path_begins_in_a_small_dot_and_ends_in_a_large_one_of_its_colour():
    *_, ends = axes_of(MAKE["contours"][0](paths={"down": (T, T)})).collections
    assert (ends.get_offsets().tolist(), ends.get_sizes().tolist()) == ([[1, 1], [4, 4]], [12, 40])
    assert paint(ends.get_facecolor()[0]) == "amber"


@pytest.mark.parametrize(("colormap", "stops"), [
    (SHADES, {0.0: "blue 0", 1.0: "blue 0.65", 0.5: "blue 0.33"}),
    (SIGNED, {0.0: "amber", 1.0: "blue", 0.25: "amber 0.5", 0.75: "blue 0.51"}),
])
def test_shades_are_one_colour_that_fades_into_the_page(colormap, stops):
    assert {place: paint(colormap(place)) for place in stops} == stops


@pytest.mark.parametrize(("panel", "colormap", "limits"), [
    (heatmap(np.array([[0.5, np.nan], [2.0, 1.0]]), "ab", "cd"), SHADES, (0.5, 2)),
    (heatmap(np.eye(2), "ab", "cd", limits=(-1, 3)), SHADES, (-1, 3)),
    (images(np.array([[0.5, -2.0]])), SIGNED, (-2, 2)),
    (images(np.array([[0.5, -2.0]]), limit=4.0), SIGNED, (-4, 4)),
    (images(np.zeros((1, 2))), SIGNED, (-1, 1)),
])
def test_the_ends_of_the_shades_are_the_extremes_or_what_was_asked(panel, colormap, limits):
    (squares,) = axes_of(panel).collections
    assert (squares.cmap, squares.get_clim()) == (colormap, limits)


@pytest.mark.parametrize("make", [lambda a: heatmap(a, "ab", "cde"), images])
def test_entries_of_a_table_and_of_a_picture_are_squares_around_whole_numbers_without_edges(make):
    (squares,) = axes_of(make(np.arange(6.0).reshape(2, 3))).collections
    assert squares.get_array().tolist() == [[0, 1, 2], [3, 4, 5]] and squares.get_edgecolor().size == 0
    assert squares.get_coordinates()[0].tolist() == [[-0.5, -0.5], [0.5, -0.5], [1.5, -0.5], [2.5, -0.5]]
    assert squares.get_coordinates()[-1][-1].tolist() == [2.5, 1.5]


def test_a_pixel_in_a_row_is_as_opaque_as_its_number_is_large_in_33_shades_with_the_limits_of_all():
    values = [[[0.5, 0.25]], [[-2.0, 0.0]]]
    first, second = axes_of(images(np.array(values))).collections
    shades = [squares.to_rgba(squares.get_array())[..., 3].tolist() for squares in (first, second)]
    assert np.allclose(shades, np.abs(values) / 2, atol=1 / 32) and first.cmap.N == 33
    assert second.get_coordinates().tolist() == [[[3, 0], [4, 0], [5, 0]], [[3, 1], [4, 1], [5, 1]]]


# --- networks


def arrows(panel):
    """What leads from where to where, in words."""
    ax = axes_of(panel)
    kind = {"solid": "arrow"}
    return [f"{paint(a.get_edgecolor())} {a.get_linewidth():g} {kind.get(a.get_linestyle(), 'dotted')}: "
            f"{points(a._posA_posB)}" for a in ax.patches if isinstance(a, FancyArrowPatch)]


def test_tied_weights_have_one_colour_a_lone_one_is_ink_a_zero_is_dotted_and_a_nan_is_not_drawn():
    assert arrows(network([[[0.5, 0.5, 0.7, 0.0, np.nan]]])) == [
        "blue 1.5 arrow: 0,0 -2,1", "blue 1.5 arrow: 0,0 -1,1", "ink 1.5 arrow: 0,0 0,1", "ink 0.6 0.9 dotted: 0,0 1,1"]
    assert arrows(network([[[0.5, np.nextafter(0.5, 1)]]])) == [  # the twin: equal to the last bit but one
        "ink 1.5 arrow: 0,0 -0.5,1", "ink 1.5 arrow: 0,0 0.5,1"]


def test_colours_that_are_given_are_taken_and_no_other():
    assert arrows(network([[[1.0, 2.0, 2.0]]], colors={1.0: 3})) == [
        "pink 1.5 arrow: 0,0 -1,1", "ink 1.5 arrow: 0,0 0,1", "ink 1.5 arrow: 0,0 1,1"]


def test_errors_go_down_and_only_the_arrows_of_the_unit_that_is_looked_at_are_strong():
    assert arrows(network([[[1.0, 2.0]]], down=True, at=(1, 1))) == [
        "ink 0.25 0.9 arrow: -0.5,1 0,0", "ink 1.5 arrow: 0.5,1 0,0"]


def test_a_layer_of_many_has_dots_before_its_last_unit():
    ax = axes_of(network([[[1.0, 2.0, 3.0]]], many=[1]))
    assert [a_text(text) for text in ax.texts if text.get_text().strip()] == ["··· at 0.5,1, center center, 10.5"]
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[0, 0]], [[-1.5, 1]], [[-0.5, 1]], [[1.5, 1]]]


def test_the_arc_of_a_fan_crosses_all_its_arrows_and_its_name_stands_right_of_them():
    weights = [np.arange(6.0).reshape(3, 2), np.arange(4.0).reshape(2, 2)]
    ax = axes_of(network(weights, at=(1, 1), reads="in", feeds="out"))
    *_, below, above = ax.lines
    for line, ends in (below, [(-1, 0), (0, 0), (1, 0)]), (above, [(-0.5, 2), (0.5, 2)]):
        x, y = line.get_xydata().T - [[0.5], [1]]
        turns = [x[:-1] * (b - 1) - y[:-1] * (a - 0.5) for a, b in ends]  # which side of each arrow
        assert all(np.ptp(np.sign(turn)) > 0 for turn in turns)
    names = {text.get_text(): text.xy for text in ax.texts if hasattr(text, "xy")}
    assert set(names) == {"in", "out"} and all(x > 0.5 for x, _ in names.values())


@pytest.mark.parametrize(("make", "said"), [
    (lambda: network([]), "weights must be one matrix or more"),
    (lambda: network([np.eye(2), np.eye(3)]), "weights must be matrices that fit on each other"),
    (lambda: network([np.eye(2)], names=["ab", "c"]), r"names must be rows of \[2, 2\].*got rows of \[2, 1\]"),
    (lambda: curves(LINES, strong="c"), "strong must be a label in measured; got 'c'"),
    (lambda: images(np.ones((2, 3, 2)), names="abc"), "names must be one for each picture"),
    (lambda: images(np.eye(2), names="a"), "names must be one for each picture"),
])
def test_what_cannot_be_drawn_is_refused_by_name(make, said):
    with pytest.raises(ValueError, match=said):
        make()


# --- type and legends


def test_all_type_and_all_edges_are_ink():
    ax = axes_of(curves(LINES, **SAID))
    words = [ax.title, ax.xaxis.label, ax.yaxis.label, ax.get_xticklabels()[0], ax.get_yticklabels()[0],
             *ax.get_legend().get_texts()]
    assert {paint(artist.get_color()) for artist in words} == {"ink"}
    assert {paint(spine.get_edgecolor()) for spine in ax.spines.values()} == {"ink"}
    assert not ax.get_legend().get_frame_on()


def test_a_line_that_says_nothing_has_the_books_colours():
    lines = axes_of(lambda ax: [ax.plot([0, 1]) for _ in range(9)]).lines
    assert [line.get_color() for line in lines] == [*COLORS, COLORS[0]]


WITH_LEGEND = {
    "curves": partial(curves, LINES),
    "contours": partial(contours, T, T, ROUND, levels=[1, 2], paths=LINES),
    "dots": partial(dots, {"a": ([1.0], [0.1]), "b": ([1.0], [0.1])}, "x"),
}


@pytest.mark.parametrize("make", WITH_LEGEND.values(), ids=WITH_LEGEND)
def test_a_legend_stands_where_it_is_asked_and_else_where_it_fits_best(make):
    for options, place in ({}, 0), ({"legend": "lower left"}, 3):
        legend = axes_of(make(**options)).get_legend()
        assert ([text.get_text() for text in legend.get_texts()], legend._get_loc()) == (["a", "b"], place)
    assert axes_of(make(legend=None)).get_legend() is None


def test_a_legend_above_the_panel_covers_nothing_of_it():
    ax = axes_of(curves(LINES, legend="above"))
    ax.figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().y0 >= ax.bbox.y1
    twin = axes_of(curves(LINES, legend="upper right"))
    twin.figure.draw_without_rendering()
    assert twin.get_legend().get_window_extent().y0 < twin.bbox.y1


@pytest.mark.parametrize("panel", [curves({}), contours(T, T, ROUND, levels=[1, 2]), dots({}, "x")])
def test_nothing_to_name_makes_no_legend(panel):
    assert axes_of(panel).get_legend() is None


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_name_at_the_end_of_a_line_stands_just_right_of_it(scale):
    options = {"xscale": scale, "yscale": scale, "legend": "ends"}
    ax = axes_of(curves(LINES, predicted={"a": (T, T)}, levels={"level": 1.5}, **options))
    ax.figure.draw_without_rendering()
    places = {name: ax.transData.transform((x[-1], y[-1])) for name, (x, y) in LINES.items()}
    places["level"] = (ax.bbox.x1, ax.transData.transform((1, 1.5))[1])
    assert [text.get_text() for text in ax.texts] == list(places) and ax.get_legend() is None
    for text, (x, y) in zip(ax.texts, places.values(), strict=True):
        box = text.get_window_extent()
        assert abs(box.x0 - x - 5 * ax.figure.dpi / 72) < 2 and abs((box.y0 + box.y1) / 2 - y) < 2
        assert (text.get_fontsize(), text.get_color()) == (9, STYLE["text.color"])


def test_names_at_the_ends_of_lines_may_be_alike_in_two_panels():
    far = curves(LINES, legend="ends")
    assert show(far, far, alt="Four lines.", columns=2).alt == "Four lines."


@pytest.mark.parametrize(("panel", "said"), [
    (lambda: curves(dict.fromkeys("abcdef", (T, T))), "measured must be 5 lines or fewer, .* told apart; got 6"),
    (lambda: curves({"a": (T, T), "b": (T, 1.02 * T)}, legend="ends"),
     "legend must be a place within .* 'ends' for 'a' and 'b'"),
    (lambda: curves({"a": ([], [])}, legend="ends"), "legend must be a place within .* 'a' has no end; got 'ends'"),
    (lambda: curves(LINES, dashed="law", legend="ends"), "legend must be a place within .* 'law' has no end"),
    (lambda: WITH_LEGEND["dots"](legend="ends"), "legend must be a place within the panel.* no ends; got 'ends'"),
], ids=["too many to tell apart", "names on each other", "no points", "no end", "dots"])
def test_lines_that_could_not_be_told_apart_or_named_are_refused(panel, said):
    with pytest.raises(ValueError, match=said):
        show(panel(), alt="Lines.")


# --- the sheet


BLANK = images(np.zeros((1, 1)))


def size(svg):
    return [float(number) / 72 for number in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups()]


@pytest.mark.parametrize(("panels", "options", "inches"), [
    (2, {}, [4.6, 5.2]),  # one below the other, 2.6 inches high
    (1, {"columns": 2, "height": 1.5}, [4.6, 1.5]),
    (3, {"columns": 2, "height": 1.5}, [4.6, 3]),
    (3, {"columns": 3, "height": 1.5}, [4.6, 1.5]),
    (5, {"columns": (3, 2), "height": (1.0, 2.0)}, [4.6, 3]),
])
def test_a_figure_is_as_wide_whatever_its_columns_and_as_high_as_its_rows(panels, options, inches):
    assert size(show(*[BLANK] * panels, alt="Blank.", **options).svg) == pytest.approx(inches)


def test_each_row_can_have_its_own_number_of_panels_and_its_own_height():
    figure, axes = sheet([BLANK] * 5, columns=(3, 2), height=(1.0, 2.0))
    places = [ax.get_subplotspec().get_position(figure) for ax in axes]
    assert [sorted(place.y0 for place in places).index(place.y0) for place in places] == [2, 2, 2, 0, 0]
    assert places[3].width > places[0].width and places[3].height > places[0].height


def test_a_straight_line_of_a_frame_keeps_all_its_points_so_that_it_can_bend():
    line = np.arange(300.0)
    frames = {(n,): Frame(curves({"a": (line, int(n) * line)}, ylim=(0, 600)), alt="A line.") for n in "12"}
    html = play([Choice("n", "12")], frames).html()
    assert max(text.count("l") for text in re.findall(r'"(M[^"]+)"', html)) == 299
    assert size(html) == pytest.approx([4.6, 2.6])


def frame(ax):
    ax.plot([0, 1], [0, 1], label="line")
    ax.set(title="title", xlabel="x")


def test_a_place_without_a_panel_is_empty_and_panels_keep_clear_of_each_other():
    figure, axes = sheet([frame] * 3, 2, 1.0)
    assert len(axes) == 3 and [ax.axison for ax in figure.axes] == [True, True, True, False]
    assert type(figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine"


def test_furniture_is_what_was_seen_of_the_axes_without_what_stands_between_them():
    figure, (ax,) = sheet([frame], 1, 2.0)
    ax.spines["left"].set_visible(False)
    drawn = furniture(figure, [ax])
    seen = [artist for artist in ax.get_children() if artist.get_visible()]
    assert {type(artist).__name__ for artist in seen} == {"XAxis", "YAxis", "Spine"} and ax.spines["left"] not in seen
    assert 'id="line2d_1"' in drawn and "title" not in drawn


def test_a_layer_has_the_size_and_the_places_of_the_sheet():
    def noted(ax):
        frame(ax)
        places.append((*ax.figure.get_size_inches(), ax.get_position().bounds))

    places, (_, axes) = [], sheet([frame] * 2, 2, 2.0)
    layer("a", [noted] * 2, axes)
    assert places == [(4.6, 2.0, ax.get_position().bounds) for ax in axes]


def test_one_legend_above_all_panels_lies_on_none_of_them():
    named = curves({"a": ([1, 2], [1, 2])}, legend="above all")
    figure, axes = sheet([BLANK, named], 2, 2.0)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a"]
    assert not any(legend.get_window_extent().overlaps(ax.get_window_extent()) for ax in axes)
