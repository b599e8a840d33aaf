"""The element of a figure with controls, as the page, its style sheet and its script meet it."""

import json
from xml.etree.ElementTree import fromstring

import pytest

from initbook._play import Choice, Frame, Play, Slider, short, slots

CHOICES = [(f, s) for f in "ab" for s in "12"]
LAYER = """<?xml?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="x" width="9pt">
 <defs><path id="m" d="M 0 1"/></defs>
 <path d="M 0 {0} \nL 1.26 2.06 \n" clip-path="url(#c)"/>
 <use xlink:href="#m" x="1.26" y="{0}.06" transform="translate(3.3333 4)"/></svg>"""
FURNITURE = '<svg xmlns="x"><g id="axis"><path d="M 0 0 \nL 1 0 "/></g></svg>'
FRAMES = {(f, s): Frame(alt=f"{f}\n <{s}>", readout={"n <": f"<{s}"}) for f, s in CHOICES}
FIGURE = Play([Choice("f & g", "ab", start="b"), Slider("s <", "12", plays=True)], FRAMES,
              {(f, s): LAYER.format(s) for f, s in CHOICES}, FURNITURE)
SHOWN = """\
<div class="ib-figure ib-play">
<div class="ib-stage">
<div class="ib-controls" role="group" aria-label="Move the figure" hidden="">
<fieldset class="ib-control" data-size="2">
<legend>f &amp; g</legend>
<label>
<input type="radio" name="KEY-0">
<span>a</span>
</label>
<label>
<input type="radio" name="KEY-0" checked="">
<span>b</span>
</label>
</fieldset>
<div class="ib-control ib-range" data-size="2">
<label for="KEY-1">s &lt;</label>
<b aria-hidden="true">1</b>
<div class="ib-track">
<button type="button" class="ib-run">Play</button>
<button type="button" data-step="-1" tabindex="-1" aria-hidden="true">‹</button>
<input type="range" id="KEY-1" min="0" max="1" value="0" aria-valuetext="1">
<button type="button" data-step="1" tabindex="-1" aria-hidden="true">›</button>
</div>
</div>
</div>
<div class="ib-readout" role="status">
<dl>
<div>
<dt>n &lt;</dt>
<dd>&lt;1</dd>
</div>
</dl>
</div>
<p class="ib-state">
<span>f &amp; g b, s &lt; 1</span>
<span class="ib-how">. Where scripts run, this figure has controls.</span>
</p>
<svg role="img" aria-label="b <1&gt;" stroke-linejoin="round" width="9pt"> <path d="M0 1l1.3 1.1"
 clip-path="url(#KEY-m-c)">
</path> <use href="#KEY-m-m" x="1.3" y="1.1" transform="translate(3.3 4)">
</use>
<defs>
<path id="KEY-m-m" d="M0 1">
</path>
</defs>
<g>
<g id="KEY-f-axis">
<path d="M0 0l1 0">
</path>
</g>
</g>
</svg>
</div>"""


def parts():
    """What is shown, and the data, with the figure's own prefix left out."""
    shown, data, _ = FIGURE.html().replace(FIGURE._key, "KEY").split("<script", 2)
    return shown, json.loads(data.removeprefix(' type="application/json">').removesuffix("</script>"))


def test_what_is_shown_at_the_start_element_by_element():
    assert parts()[0].replace("><", ">\n<").replace(" clip-path", "\n clip-path") == SHOWN


def test_what_differs_in_the_frames_place_by_place():
    data = parts()[1]
    texts = [(place, name, [data["texts"][i] for i in of]) for place, name, of in data["slots"]]
    assert data["start"] == 2 and len(set(data["texts"])) == len(data["texts"])
    assert texts == [
        (11, "", ["1", "2", "1", "2"]),
        (15, "aria-valuetext", ["1", "2", "1", "2"]),
        (21, "", ["&lt;1", "&lt;2", "&lt;1", "&lt;2"]),
        (23, "", [f"f &amp; g {f}, s &lt; {s}" for f, s in CHOICES]),
        (25, "aria-label", [f"{f} <{s}>" for f, s in CHOICES]),
        (26, "d", ["M0 1l1.3 1.1", "M0 2l1.3 0.1"] * 2),
        (27, "y", ["1.1", "2.1"] * 2)]


def test_the_prefix_of_a_figure_is_a_p_and_eight_digits_that_words_layers_and_furniture_decide():
    controls, layers = [Choice("x", "ab")], {("a",): "<svg>1</svg>", ("b",): "<svg>2</svg>"}
    frames = {(n,): Frame(alt=n) for n in "ab"}
    keys = [Play(controls, *rest)._key for rest in (
        (frames, layers, "<svg></svg>"), (frames, layers, "<svg></svg>"), (frames, layers, "<svg>1</svg>"),
        (frames, layers | {("b",): "<svg>3</svg>"}, "<svg></svg>"),
        (frames | {("b",): Frame(alt="c")}, layers, "<svg></svg>"))]
    assert keys[0] == keys[1] and len(set(keys)) == 4
    assert all(key[0] == "p" and len(key) == 9 and int(key[1:], 16) >= 0 for key in keys)


def test_a_slider_that_does_not_play_by_itself_has_no_button_for_it():
    assert "ib-run" not in Slider("x", "ab")._html("key", "a") and "ib-run" in parts()[0]


def test_an_attribute_that_one_frame_lacks_is_empty_there():
    trees = [fromstring(text) for text in ("<g><a/></g>", '<g><a x="1"/></g>')]
    assert slots(trees) == [(0, "x", ["", "1"])]


def test_what_stands_in_an_element_is_kept_whole_when_its_children_differ():
    trees = [fromstring(f"<g><a>&lt;{inner}</a></g>") for inner in ("<b/>", "<c>1</c><d/>", "")]
    assert slots(trees) == [(0, "", ["&lt;<b></b>", "&lt;<c>1</c><d></d>", "&lt;"])]


@pytest.mark.parametrize(("number", "words"), [
    (0, "0"), (0.01, "0.010"), (0.0099, "9.9·10⁻³"), (0.001, "1.0·10⁻³"), (-0.5, "−0.50"), (9.94, "9.9"),
    (9.96, "10"), (99, "99"), (99.6, "1.0·10²"), (-1234567890, "−1.2·10⁹"), (1e-10, "1.0·10⁻¹⁰"),
    (3.45e67, "3.5·10⁶⁷")])
def test_a_number_in_words_has_two_digits_and_a_power_of_ten_where_zeros_would_hide_them(number, words):
    assert short(number) == words
