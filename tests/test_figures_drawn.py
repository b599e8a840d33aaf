"""The book's one visual language, said artist by artist: what each kind of panel draws, in which paint, how wide.

A change here is a change to every figure of the book. Where one is meant, this file is where it is decided, and the
pages are looked at again.
"""

import re

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba

from initbook._sheet import STYLE, furniture, layer, sheet
from initbook.figures import _SHADES as SHADES
from initbook.figures import _SIGNED as SIGNED
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
    play,
    show,
)

NAMES = dict(zip(COLORS, ("blue", "amber", "violet", "pink", "brown", "teal", "olive", "grey"), strict=True))
NAMES["#010203"] = "ink"
T = np.array([1, 2, 4])


# --- what is seen, in words


def paint(color):
    *_, opacity = to_rgba(color)
    return NAMES.get(to_hex(color), to_hex(color)) + (f" {opacity:.2g}" if opacity < 1 else "")


def points(xy):
    return " ".join(f"{x:.4g},{y:.4g}" for x, y in np.asarray(xy))


def a_line(line):
    name = "" if line.get_label().startswith("_") else f" {line.get_label()!r}"
    style = {"-": f"solid {line.get_linewidth():g}", "--": f"dashed {line.get_linewidth():g}"}
    return f"{paint(line.get_color())} {style.get(line.get_linestyle(), 'no line')}{a_marker(line)}{name}: " + points(
        line.get_xydata())


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
    "measurements are solid, each in its colour": (curves(LINES), MEASURED),
    "measurements have markers where asked": (
        curves({"a": (T, T)}, marker="o"), ["blue solid 1.6, marker o 4 'a': 1,1 2,2 4,4"]),
    "measurements that coincide are wider, the earlier the more": (
        curves(LINES | {"c": (T, T)}, coincide=True),
        ["blue solid 3.4 'a': 1,1 2,2 4,4", "amber solid 2.5 'b': 1,2 2,4 4,8", "violet solid 1.6 'c': 1,1 2,2 4,4"]),
    "a prediction of a measurement is dashed ink without a name": (
        curves(LINES, predicted={"b": (T, T)}), [*MEASURED, "ink dashed 1.2: 1,1 2,2 4,4"]),
    "the ninth line has the first colour again": (
        curves(dict.fromkeys("abcde", ([], [])), predicted=dict.fromkeys("fghi", ([], []))),
        [f"{NAMES[COLORS[i % 8]]} {'solid 1.6' if i < 5 else 'dashed 1.2'} {label!r}: "
         for i, label in enumerate("abcdefghi")]),
    "a prediction of its own is dashed in the next colour": (
        curves(LINES, predicted={"c": (T, T)}), [*MEASURED, "violet dashed 1.2 'c': 1,1 2,2 4,4"]),
    "the legend's word for the dashes is a line without points": (
        curves({}, predicted={"a": (T, T)}, dashed="law"),
        ["blue dashed 1.2 'a': 1,1 2,2 4,4", "ink dashed 1.2 'law': "]),
    "a level is thin dashed ink from edge to edge": (
        curves({}, levels={"ln 2": 0.5}), ["ink dashed 1 'ln 2': 0,0.5 1,0.5"]),
    "on a surface lines are thin dashed ink, paths broad from the second colour on": (
        contours(T, T, np.outer(T, T), levels=[2, 4], lines={"tied": (T, T)}, paths={"down": (T, T), "up": (T, T)}),
        ["ink dashed 1 'tied': 1,1 2,2 4,4", "amber solid 2.2 'down': 1,1 2,2 4,4",
         "violet solid 2.2 'up': 1,1 2,2 4,4"]),
    "a histogram is one pale blue shape": (
        histogram([1, 3, 2], [0, 1, 2, 3]), ["blue 0.8: 0,0 3,3"]),
    "bars are blue, the highlighted amber": (
        bars([1, 3], "ab", highlight=[1]), ["blue: -0.4,0 0.4,1", "amber: 0.6,0 1.4,3"]),
    "numbers of a matrix stand in cells, equal ones in one tint": (
        matrix(np.array([[0.5, 0.0], [np.nan, 0.5], [-1.0, 1.0]])),
        ["amber 0.3: -0.5,-0.5 0.5,0.5", "amber 0.3: 0.5,0.5 1.5,1.5", "blue 0.3: -0.5,1.5 0.5,2.5",
         "violet 0.3: 0.5,1.5 1.5,2.5", "0.5000 at 0,0, center center, 8.5", "0 at 1,0, center center, 8.5",
         "0.5000 at 1,1, center center, 8.5", "−1.0000 at 0,2, center center, 8.5",
         "1.0000 at 1,2, center center, 8.5"]),
    "the ninth value of a matrix has the first colour in full, the seventeenth as the first": (
        matrix(np.arange(1.0, 18), digits=0),
        [f"{name} {opacity}: {i - 0.5:.4g},-0.5 {i + 0.5:.4g},0.5" for i, (name, opacity) in enumerate(
            [(NAMES[c], o) for o in (0.3, 0.55) for c in COLORS] + [("blue", 0.3)])]
        + [f"{i + 1} at {i},0, center center, 8.5" for i in range(17)]),
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


NONE = {"title": "", "xlabel": "", "ylabel": ""}
SAID = {"title": "t", "xlabel": "x", "ylabel": "y"}
ROUND = np.outer(T, T)
AXES = {
    "curves": (curves(LINES, **SAID, ylim=(0, 9)), SAID | {"ylim": (0, 9), "xscale": "linear", "yscale": "linear"}),
    "curves, unsaid": (curves(LINES), NONE | {"xscale": "linear", "yscale": "linear"}),
    "curves, log": (curves(LINES, xscale="log", yscale="symlog"), {"xscale": "log", "yscale": "symlog"}),
    "contours": (contours(T, T + 1, ROUND, levels=[1, 2], **SAID), SAID | {"xlim": (1, 4), "ylim": (2, 5)}),
    "contours, unsaid": (contours(T, T, ROUND, levels=[1, 2]), NONE),
    "histogram": (histogram([1, 3], [0, 1, 2], title="t", xlabel="x", note="n", ymax=7),
                  {"title": "t\nn", "xlabel": "x", "xlim": (0, 2), "ylim": (0, 7), "yticks": []}),
    "histogram, unsaid": (histogram([1, 3], [0, 1, 2]), NONE | {"ylim": (0, 3.15)}),
    "bars": (bars([1, 3], "ab", **SAID), SAID | {"xticks": [0, 1]}),
    "bars, unsaid": (bars([1, 3], "ab"), NONE),
    "dots": (dots({"a": ([1.0, 2.0], [0.1, 0.2])}, "xy", title="t", xlabel="x", xscale="log"),
             {"title": "t", "xlabel": "x", "xscale": "log", "ylim": (1.5, -0.5), "yticks": [0, 1]}),
    "dots, unsaid": (dots({"a": ([1.0], [0.1])}, "x"), NONE | {"xscale": "linear"}),
    "matrix": (matrix(np.ones((3, 2)), "W"),
               {"title": "W", "xlim": (-0.5, 1.5), "ylim": (2.5, -0.5), "xticks": [], "yticks": []}),
    "matrix, unsaid": (matrix(np.ones((3, 2))), NONE),
    "heatmap": (heatmap(np.eye(2), "ab", "cd", **SAID), SAID | {"xticks": [0, 1], "yticks": [0, 1], "aspect": "auto"}),
    "heatmap, unsaid": (heatmap(np.eye(2), "ab", "cd"), NONE),
    "one image": (images(np.eye(2), title="t"), {"title": "t", "xticks": [], "yticks": [], "aspect": 1}),
    "images in a row": (images(np.ones((2, 3, 2)), title="t"),
                        {"title": "t", "xticks": [], "yticks": [], "ylim": (3, 0), "xlim": (0, 5), "aspect": 1}),
    "images, unsaid": (images(np.eye(2)), NONE),
}


@pytest.mark.parametrize(("panel", "said"), AXES.values(), ids=AXES)
def test_what_the_axes_say(panel, said):
    ax = axes_of(panel)
    got = {name: getattr(ax, f"get_{name}")() for name in said}
    assert {name: list(value) if np.ndim(value) else value for name, value in got.items()} == {
        name: list(value) if np.ndim(value) else value for name, value in said.items()}


def sides(ax):
    return {side for side, spine in ax.spines.items() if spine.get_visible()}


@pytest.mark.parametrize(("panel", "shown"), [
    (curves(LINES), {"left", "bottom"}),
    (histogram([1, 3], [0, 1, 2]), {"bottom"}),
    (matrix(np.eye(2)), {"left", "bottom", "top", "right"}),
    (images(np.eye(2)), {"left", "bottom", "top", "right"}),
    (images(np.ones((1, 2, 2))), set()),
])
def test_a_panel_has_the_edges_that_it_needs(panel, shown):
    assert sides(axes_of(panel)) == shown


@pytest.mark.parametrize(("axis", "panel", "words"), [
    ("x", bars([1, 3], ["no", "yes"]), ["no", "yes"]),
    ("y", dots({"a": ([1.0, 2.0], [0.1, 0.2])}, ["p", "q"]), ["p", "q"]),
    ("x", heatmap(np.eye(2), "ab", "cd"), ["c", "d"]),
    ("y", heatmap(np.eye(2), "ab", "cd"), ["a", "b"]),
])
def test_places_on_an_axis_have_the_names_they_were_given(axis, panel, words):
    assert [label.get_text() for label in getattr(axes_of(panel), f"get_{axis}ticklabels")()] == words


def test_numbers_under_a_histogram_are_short():
    assert axes_of(histogram([1], [0, 1])).xaxis.get_major_formatter()(0.5, 0) == "0.5"


def test_rows_of_dots_are_parted_by_pale_lines_of_ink_and_nothing_stands_on_the_other_axis():
    ax = axes_of(dots({"a": ([1.0, 2.0], [0.1, 0.2])}, "xy"))
    row = ax.yaxis.get_gridlines()[0]
    assert (row.get_visible(), paint(row.get_color()), row.get_alpha()) == (True, "ink", 0.15)
    assert not ax.xaxis.get_gridlines()[0].get_visible()


# --- areas and shades


def test_a_band_is_a_quarter_opaque_in_the_colour_of_its_measurement_and_has_no_edge():
    (band,) = axes_of(curves(LINES, bands={"b": (T, T, 3 * T)})).collections
    assert paint(band.get_facecolor()[0]) == "amber 0.25" and band.get_linewidth() == [0]
    assert band.get_paths()[0].get_extents().get_points().tolist() == [[1, 1], [4, 12]]


def test_errors_are_bars_in_the_colour_of_their_dots_above_the_lines():
    bars_of = axes_of(dots({"a": ([1.0, 2.0], [0.1, 0.2]), "b": ([1.0, 2.0], [0.1, 0.2])}, "xy")).collections
    assert [(paint(each.get_edgecolor()[0]), each.get_zorder()) for each in bars_of] == [("blue", 3), ("amber", 3)]
    assert np.allclose(bars_of[0].get_segments(), [[[0.9, 0], [1.1, 0]], [[1.8, 1], [2.2, 1]]])


def test_a_surface_is_shaded_from_its_first_level_to_its_last_under_thin_pale_lines_of_ink():
    ax = axes_of(contours(T, T + 1, ROUND, levels=[2, 3, 4], paths={"down": (T, T)}))
    bands, lines, ends = ax.collections
    assert [paint(color) for color in bands.get_facecolor()] == ["blue 0", "blue 0.22", "blue 0.43", "blue 0.65"]
    assert bands.levels.tolist() == [2, 3, 4] and (bands.extend, bands.get_linewidth().tolist()) == ("both", [1])
    assert [*ax.get_xlim(), *ax.get_ylim()] == [1, 4, 2, 5]
    assert lines.levels.tolist() == [2, 3, 4] and set(lines.get_linewidth()) == {0.7}
    assert {paint(color) for color in lines.get_edgecolor()} == {"ink 0.35"}
    assert ends.get_sizes().tolist() == [12, 40] and ends.get_zorder() == 3
    assert paint(ends.get_facecolor()[0]) == "amber"


@pytest.mark.parametrize(("colormap", "stops"), [
    (SHADES, {0.0: "blue 0", 1.0: "blue 0.65", 0.5: "blue 0.33"}),
    (SIGNED, {0.0: "amber", 1.0: "blue", 0.25: "amber 0.5", 0.75: "blue 0.51"}),
])
def test_shades_are_one_colour_that_fades_into_the_page(colormap, stops):
    assert {place: paint(colormap(place)) for place in stops} == stops
    assert colormap.name == "fading"


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
def test_the_first_row_of_a_table_and_of_a_picture_is_on_top_and_its_entries_are_squares_around_whole_numbers(make):
    ax = axes_of(make(np.arange(6.0).reshape(2, 3)))
    (squares,) = ax.collections
    assert squares.get_array().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert squares.get_coordinates()[0].tolist() == [[-0.5, -0.5], [0.5, -0.5], [1.5, -0.5], [2.5, -0.5]]
    assert squares.get_coordinates()[-1][-1].tolist() == [2.5, 1.5]
    assert (*ax.get_xlim(), *ax.get_ylim()) == (-0.5, 2.5, 1.5, -0.5)
    assert squares.get_edgecolor().size == 0
    assert ax.get_aspect() == (1 if make is images else "auto")


def test_a_picture_in_a_row_has_33_shades_and_the_limits_of_all():
    first, second = axes_of(images(np.array([[[0.5, 0.25]], [[-2.0, 1.0]]]))).collections
    assert first.get_clim() == second.get_clim() == (-2, 2) and first.cmap.N == 33
    assert second.get_array().ravel().tolist() == [-2, 1]
    assert second.get_coordinates()[0].tolist() == [[3, 0], [4, 0], [5, 0]]
    assert second.get_coordinates()[-1].tolist() == [[3, 1], [4, 1], [5, 1]]


# --- type and legends


def test_sizes_of_type():
    ax = axes_of(curves(LINES, **SAID, xscale="log"))
    word = [ax.title, ax.xaxis.label, ax.get_legend().get_texts()[0], ax.get_yticklabels()[0]]
    assert [each.get_fontsize() for each in word] == [10.5, 10, 9, 9]
    assert {axis.get_tick_params(which)["labelsize"] for axis in [ax.xaxis] for which in ("major", "minor")} == {10.2}
    assert axes_of(histogram([1], [0, 1])).title.get_fontsize() == 9.5
    assert axes_of(lambda ax: ax.text(0, 0, "unsaid")).texts[0].get_fontsize() == 10
    assert axes_of(curves(LINES, yscale="log")).yaxis.get_tick_params("minor")["labelsize"] == 10.2


def test_all_type_and_all_edges_are_ink():
    ax = axes_of(curves(LINES, **SAID))
    words = [ax.title, ax.xaxis.label, ax.yaxis.label, ax.get_xticklabels()[0], ax.get_yticklabels()[0],
             *ax.get_legend().get_texts()]
    assert {paint(word.get_color()) for word in words} == {"ink"}
    assert {paint(spine.get_edgecolor()) for spine in ax.spines.values()} == {"ink"}
    assert not ax.get_legend().get_frame_on()


def test_a_line_that_says_nothing_has_the_books_colours_and_width():
    lines = axes_of(lambda ax: [ax.plot([0, 1]) for _ in range(9)]).lines
    assert [line.get_color() for line in lines] == [*COLORS, COLORS[0]]
    assert {line.get_linewidth() for line in lines} == {1.6}


WITH_LEGEND = {
    "curves": lambda **options: curves(LINES, **options),
    "contours": lambda **options: contours(T, T, ROUND, levels=[1, 2], paths={"a": (T, T), "b": (T, T)}, **options),
    "dots": lambda **options: dots({"a": ([1.0], [0.1]), "b": ([1.0], [0.1])}, "x", **options),
}


@pytest.mark.parametrize("make", WITH_LEGEND.values(), ids=WITH_LEGEND)
def test_a_legend_stands_where_it_is_asked_and_else_where_it_fits_best(make):
    places = {"best": 0, "lower left": 3}
    for options, place in ({}, "best"), ({"legend": "lower left"}, "lower left"):
        legend = axes_of(make(**options)).get_legend()
        assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
        assert legend._get_loc() == places[place]
    assert axes_of(make(legend=None)).get_legend() is None


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_name_at_the_end_of_a_line_stands_just_right_of_it(scale):
    options = {"xscale": scale, "yscale": scale, "legend": "ends"}
    ax = axes_of(curves(LINES, predicted={"a": (T, T)}, levels={"level": 1.5}, **options))
    ax.figure.draw_without_rendering()
    ends = {"a": (4, 4), "b": (4, 8)}
    places = {name: ax.transData.transform(end) for name, end in ends.items()}
    places["level"] = (ax.bbox.x1, ax.transData.transform((1, 1.5))[1])
    assert [text.get_text() for text in ax.texts] == list(places)
    assert ax.get_legend() is None
    for text in ax.texts:
        box, (x, y) = text.get_window_extent(), places[text.get_text()]
        assert abs(box.x0 - x - 5 * ax.figure.dpi / 72) < 2 and abs((box.y0 + box.y1) / 2 - y) < 2
        assert (text.get_fontsize(), text.get_color(), text.arrow_patch) == (9, STYLE["text.color"], None)


def test_there_are_no_more_measured_lines_than_colours_that_all_readers_can_tell_apart():
    with pytest.raises(ValueError, match="measured must be 5 lines or fewer, .* told apart; got 6"):
        curves(dict.fromkeys("abcdef", (T, T)))


def test_names_at_the_ends_of_lines_may_not_lie_on_each_other():
    near = curves({"a": (T, T), "b": (T, 1.02 * T)}, legend="ends")
    with pytest.raises(ValueError, match="legend must be a place within .* 'ends' for 'a' and 'b'"):
        show(near, alt="Two lines.")
    far = curves({"a": (T, T), "b": (T, 2 * T)}, legend="ends")
    assert show(far, far, alt="Four lines.", columns=2).alt == "Four lines."


@pytest.mark.parametrize("panel", [curves({"a": ([], [])}, legend="ends"), curves(LINES, dashed="law", legend="ends"),
                                   dots({"a": ([1.0], [0.1])}, "x", legend="ends")])
def test_what_has_no_end_cannot_be_named_there(panel):
    with pytest.raises(ValueError, match="legend must be a place within the panel.* no end.*; got 'ends'"):
        axes_of(panel)


@pytest.mark.parametrize("panel", [curves({}), contours(T, T, ROUND, levels=[1, 2]), dots({}, "x")])
def test_nothing_to_name_makes_no_legend(panel):
    assert axes_of(panel).get_legend() is None


@pytest.mark.parametrize(("panel", "dashes"), [
    (curves(LINES, predicted={"a": (T, T)}, legend=None), ["4.8,3.6"]),
    (curves({}, dashed="law"), ["4.8,3.6"]),  # in the legend
    (curves({}, levels={"ln 2": 0.5}, legend=None), ["4,3"]),
    (contours(T, T, ROUND, levels=[1, 2], lines={"tied": (T, T)}, legend=None), ["4,3"]),
])
def test_a_dash_is_4_widths_long_and_3_widths_from_the_next(panel, dashes):
    drawn = show(panel, alt="Dashes.").svg
    assert re.findall(r"stroke-dasharray: (\S+);", drawn) == dashes
    assert set(re.findall(r"stroke-dashoffset: (\S+);", drawn)) == {"0"}


# --- the sheet


def size(svg):
    return [float(number) / 72 for number in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups()]


def test_panels_stand_below_each_other_and_are_2_6_inches_high_if_nothing_else_is_said():
    assert size(show(bars([1], "a"), bars([1], "a"), alt="Bars.").svg) == pytest.approx([4.6, 5.2])
    frames = {(n,): Frame(bars([1], "a"), bars([1], "a"), alt="Bars.") for n in "12"}
    assert size(play([Choice("n", "12")], frames).html()) == pytest.approx([4.6, 5.2])


def test_a_straight_line_of_a_frame_keeps_all_its_points_so_that_it_can_bend():
    line = np.arange(300.0)
    frames = {(n,): Frame(curves({"a": (line, int(n) * line)}, ylim=(0, 600)), alt="A line.") for n in "12"}
    assert max(text.count("l") for text in re.findall(r'"(M[^"]+)"', play([Choice("n", "12")], frames).html())) == 299


def frame(ax):
    ax.plot([0, 1], [0, 1], label="line")
    ax.set(title="title", xlabel="x")


def test_a_place_without_a_panel_is_empty():
    figure, axes = sheet([frame] * 3, 2, 1.0)
    assert len(axes) == 3 and [ax.axison for ax in figure.axes] == [True, True, True, False]


def test_panels_keep_clear_of_each_other():
    figure, _ = sheet([frame] * 2, 1, 1.0)
    assert type(figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine"


def test_furniture_is_the_axes_without_what_stands_between_them():
    figure, (ax,) = sheet([frame], 1, 2.0)
    drawn = furniture(figure, [ax])
    assert {type(a).__name__ for a in ax.get_children() if a.get_visible()} == {"XAxis", "YAxis", "Spine"}
    assert 'id="line2d_1"' in drawn and "title" not in drawn


def test_what_was_hidden_stays_hidden_in_the_furniture():
    figure, (ax,) = sheet([lambda ax: ax.spines["left"].set_visible(False)], 1, 2.0)
    furniture(figure, [ax])
    assert not ax.spines["left"].get_visible()


def test_a_layer_has_the_size_and_the_places_of_the_sheet():
    figure, axes = sheet([frame] * 2, 2, 2.0)
    boxes = []
    drawn = layer("a", [lambda ax: (frame(ax), boxes.append((ax, ax.get_position().bounds)))] * 2, axes)
    assert [bounds for _, bounds in boxes] == [ax.get_position().bounds for ax in axes]
    assert boxes[0][0].figure.get_size_inches().tolist() == [4.6, 2.0]
    assert all(not ax.axison and not ax.yaxis.get_visible() for ax, _ in boxes)
    assert "<svg" in drawn
