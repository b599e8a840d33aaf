"""What becomes of the text of an SVG file on its way into a page."""

import pytest

from initbook._svg import Figure, clean, inline, prefixed

FILE = """<?xml version="1.0"?>
<!DOCTYPE svg>
<svg width="1" height="2">
 <defs>
  <style type="text/css">*{stroke-linejoin: round}</style>
 </defs>
 <!-- one --><g id="a">
  <path style="fill: #010203; stroke: #010203"/>
  <svg/>
 </g><!-- two -->
</svg>
"""
CLEAN = """<svg width="1" height="2">
<g id="a">
<path style="fill: currentColor; stroke: currentColor"/>
<svg/>
</g>
</svg>"""


def test_the_head_the_style_sheet_the_comments_and_the_indentation_of_a_file_are_left_out():
    assert clean(FILE) == CLEAN


def test_definitions_that_are_no_style_sheet_stay():
    assert clean('<svg><defs><path id="a"/></defs></svg>') == '<svg><defs><path id="a"/></defs></svg>'


def test_ids_and_what_refers_to_them_get_the_same_prefix_and_nothing_else_does():
    text = '<g id="a" data-kind="b"><use href="#c" xlink:href="#d" clip-path="url(#e)" style="fill: #f00"/></g>'
    assert prefixed(text, "p-") == (
        '<g id="p-a" data-kind="b"><use href="#p-c" xlink:href="#p-d" clip-path="url(#p-e)" style="fill: #f00"/></g>')


def test_the_outermost_element_alone_says_what_is_seen_in_one_line():
    text = inline(FILE, 'A <b>"bold"\n  line</b>.')
    assert text.startswith('<svg role="img" aria-label="A &lt;b&gt;&quot;bold&quot; line&lt;/b&gt;." '
                           'stroke-linejoin="round" width="1" height="2">\n')
    assert text.count("<svg ") == 1 and text.count("role=") == 1
    inner = inline("<svg ><svg ></svg></svg>", "Two.")
    assert inner.endswith('stroke-linejoin="round" ><svg ></svg></svg>')


def key(svg, alt):
    return inline(svg, alt).split('id="')[1].split("-a")[0]


def test_the_prefix_of_a_figure_is_an_f_and_eight_digits_that_its_text_and_its_drawing_decide():
    one, same, other, others = key(FILE, "A."), key(FILE, "A."), key(FILE, "B."), key(FILE.replace('"1"', '"3"'), "A.")
    assert one == same and len({one, other, others}) == 3
    assert one[0] == "f" and len(one) == 9 and int(one[1:], 16) >= 0


@pytest.mark.parametrize("asked", [(), (None, None), (["text/html"],)])
def test_a_notebook_gets_the_element_and_the_words_whatever_it_asks_for(asked):
    assert Figure("<svg/>", "A line.")._repr_mimebundle_(*asked) == {
        "text/html": '<div class="ib-figure"><svg/></div>', "text/plain": "A line."}
    assert repr(Figure("<svg/>", "A line.")) == "<figure: A line.>"
