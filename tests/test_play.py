"""Figures with controls, in a browser: moved by keyboard, pointer or touch, they show what initbook computes.

That they can be read, named, reached and touched on every page, test_browser sees with all else.
"""

import re
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import expect

from browser import NEEDS
from initbook import activations, initializers, network, probes, theory
from initbook.figures import COLORS, short

pytestmark = NEEDS

SCALE, TIE, GAINS = "variance/scale.html", "symmetry/breaking.html", "variance/gains.html"
LANDING, MIRROR, ZEROS = "index.html", "symmetry/theorem.html", "symmetry/what-moves.html"
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 780}, "has_touch": True}
STEP = 200  # milliseconds between two frames of a figure that plays


class Figure:
    """The figure with controls of a page, as a reader has it before her."""

    def __init__(self, page):
        self.page, self.root = page, page.locator(".ib-play")
        self.slider, self.run = self.root.locator("[type=range]"), self.root.locator(".ib-run")

    def option(self, label):
        return self.root.locator("label", has=self.page.locator(f"span:text-is('{label}')")).locator("input")

    def readout(self):
        names, values = (self.root.locator(f".ib-readout {tag}").all_inner_texts() for tag in ("dt", "dd"))
        return dict(zip(names, values, strict=True))

    def position(self):
        """What the slider says, to those who see it and to those who hear it."""
        shown, said = self.root.locator(".ib-range b").inner_text(), self.slider.get_attribute("aria-valuetext")
        assert shown == said
        return shown

    def alt(self):
        return self.root.locator("svg").get_attribute("aria-label")

    def paths(self, panel, kind):
        """The points of the paths of a panel, counted from the first row: filled, stroked, or both."""
        found = self.page.evaluate("""([panel, kind]) =>
            [...document.querySelectorAll(`.ib-play svg > [id$="figure_1"] > [id*="axes_"]`)][panel]
            .querySelectorAll(`:scope > [id*="${kind}_"] > path`).values().map(p => p.getAttribute('d')).toArray()""",
                                   [panel, kind])
        return [points(path) for path in found]

    def go(self, label):
        """Move the slider with the keyboard until it says so."""
        self.slider.press("Home")
        for _ in range(60):
            if self.position() == label:
                return
            self.slider.press("ArrowRight")
        raise AssertionError(f"the slider has no position {label}")


def points(path):
    """Where a path goes, upwards: its first point and then its steps."""
    steps = np.array(re.findall(r"(-?[\d.e-]+) (-?[\d.e-]+)", path), dtype=float)
    return steps.cumsum(axis=0) * (1, -1)


def is_linear_in(drawn, values, within=0.15):
    """Whether a picture is a scaled and shifted copy of the values; a tenth of a point is its grid."""
    slope, height = np.polyfit(values, drawn, 1)
    return slope > 0 and np.abs(slope * np.asarray(values) + height - drawn).max() < within


@pytest.fixture
def opened(browser, address):
    """Opens a page and gives its figure; a page that complains fails the test."""
    contexts, said = [], []

    def open_page(name, clock=False, **options):
        contexts.append(browser.new_context(**{**DESK, **options}))
        contexts[-1].set_default_timeout(60_000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        if clock:  # it goes only when the test says so
            page.clock.install(time=0)
        page.goto(address + name)
        page.locator(".ib-play").scroll_into_view_if_needed()  # away from the window it is not laid out
        expect(page.locator(".ib-readout")).not_to_have_text("", use_inner_text=True, timeout=60_000)
        if clock:
            page.clock.pause_at(3_600_000)
        return Figure(page)

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


# --- the scale


@cache
def passes(f, std):
    """As the page has it: ten layers of 100 units, 1000 samples."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1000, 100))
    params = initializers.init_params(rng, [100] * 11, initializers.normal(std))
    trace = network.forward(params, x, [f] * 10)
    grads = network.backward(params, trace, [f] * 10, dh=rng.normal(size=x.shape))
    return trace, np.sqrt(probes.each(probes.mean_square, grads.z[1:]))


def shows_scale(figure, f, std):
    """Whether numbers, histograms and lines are those of this activation and scale."""
    trace, down = passes(f, std)
    up = probes.each(probes.std_across_samples, trace.h[1:])
    beyond = probes.outside_share(-1, 1)(trace.h[10])
    assert figure.readout() == {"gradient from 10 to 1": f"× {short(down[0] / down[-1])}",
                                "signal in layer 10": short(up[-1]),
                                "beyond ±1 in layer 10": f"{beyond:.0%}".replace("%", "\N{NO-BREAK SPACE}%")}
    assert figure.alt().lower().startswith(f.name) and f"{beyond:.0%}" in figure.alt()
    for panel, layer in enumerate((1, 5, 10)):
        counts, _ = np.histogram(trace.h[layer], bins=40, range=(-1, 1))
        (bars,) = figure.paths(panel, "patch")[-1:]
        assert is_linear_in(bars[1:81:2, 1], counts)  # the left upper corner of every bar
    for panel, line in ((3, down / down[-1]), (4, up)):
        assert is_linear_in(figure.paths(panel, "line2d")[0][:, 1], np.log10(line))
    return True


def test_the_scale_moves_by_keyboard_and_the_numbers_and_bars_of_another_scale_are_told_apart(opened):
    figure = opened(SCALE)
    assert figure.position() == "0.1 = 1/√n" and shows_scale(figure, activations.tanh, 0.1)
    with pytest.raises(AssertionError):  # the twin
        shows_scale(figure, activations.tanh, 0.12)
    counts, _ = np.histogram(passes(activations.tanh, 0.12)[0].h[10], bins=40, range=(-1, 1))
    assert not is_linear_in(figure.paths(2, "patch")[-1][1:81:2, 1], counts)
    figure.slider.press("ArrowRight")
    assert figure.position() == "0.12" and shows_scale(figure, activations.tanh, 0.12)
    figure.option("tanh").press("ArrowRight")
    assert figure.option("ReLU").is_checked() and shows_scale(figure, activations.relu, 0.12)
    figure.slider.press("End")
    assert figure.position() == "1" and shows_scale(figure, activations.relu, 1.0)


def test_the_scale_moves_by_pointer_and_stops_at_its_ends(opened):
    figure = opened(SCALE)
    figure.option("sigmoid").click()
    assert shows_scale(figure, activations.sigmoid, 0.1)
    figure.root.get_by_text("›").click()
    assert figure.position() == "0.12" and shows_scale(figure, activations.sigmoid, 0.12)
    box = figure.slider.bounding_box()
    figure.page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    figure.root.get_by_text("›").click()
    assert figure.position() == "1" and shows_scale(figure, activations.sigmoid, 1.0)
    figure.option("tanh").click()
    figure.slider.press("Home")
    figure.root.get_by_text("‹").click()
    assert figure.position() == "0.01" and figure.readout()["signal in layer 10"] == "1.0·10⁻¹⁰"


def test_the_scale_moves_by_touch(opened):
    figure = opened(SCALE, **PHONE)
    figure.option("ReLU").tap()
    figure.root.get_by_text("›").tap()
    figure.root.get_by_text("›").tap()
    assert figure.position() == "0.141 = √(2/n)" and shows_scale(figure, activations.relu, 0.02**0.5)


# --- the tie


def shades(figure):
    """What the 8 images show: blue above zero, amber below, the more of it the larger the weight."""
    styles = figure.page.evaluate("""() => [...document.querySelectorAll(
        '.ib-play svg > [id$="figure_1"] > [id*="axes_1"] [id*="QuadMesh"] path')].map(p => p.getAttribute('style'))""")
    opacity = np.array([float((re.search(r"opacity: ([\d.]+)", style) or "11")[1]) * ("none" not in style)
                        for style in styles])
    blue = np.array([COLORS[0] in style for style in styles])
    return np.where(blue, opacity, -opacity).reshape(8, 64)


def shows_tie(figure, eps, step, open_by):
    """Whether all that is said is of this step, and how far the images that it speaks of are apart."""
    said, alt = figure.readout(), figure.alt()
    assert figure.position() == step and alt.startswith(f"ε = {eps}, step {step}.")
    assert said["spread"] in alt and said["loss"] in alt
    apart = np.ptp(shades(figure), axis=0).max()
    assert ("all alike" in alt) == (apart < 1 / 16) and apart >= open_by
    return True


def test_the_tie_opens_step_by_step_by_keyboard(opened):
    figure = opened(TIE)
    assert shows_tie(figure, "10⁻⁶", "0", open_by=0) and np.ptp(shades(figure), axis=0).max() == 0
    figure.slider.press("ArrowRight")
    assert shows_tie(figure, "10⁻⁶", "25", open_by=0)
    figure.option("10⁻⁶").press("ArrowRight")
    figure.slider.press("End")
    assert shows_tie(figure, "10⁻¹²", "700", open_by=0.5)


def test_playing_walks_to_the_end_stops_when_asked_and_does_not_talk_on_the_way(opened):
    figure = opened(TIE, clock=True)
    start = figure.position()
    assert figure.run.inner_text() == "Play"
    figure.run.press("Enter")
    assert figure.run.inner_text() == "Pause"
    assert figure.root.locator(".ib-readout").get_attribute("aria-live") == "off"
    figure.page.clock.run_for(2 * STEP)
    stopped = figure.position()
    assert int(stopped) == int(start) + 2 * 25
    figure.run.press("Enter")
    figure.page.clock.run_for(100 * STEP)
    assert figure.position() == stopped and figure.run.inner_text() == "Play"
    assert figure.root.locator(".ib-readout").get_attribute("aria-live") == "polite"
    figure.run.click()
    figure.page.clock.run_for(100 * STEP)
    assert figure.position() == "700" and figure.run.inner_text() == "Play"
    figure.run.click()  # from the end it begins anew
    figure.page.clock.run_for(STEP)
    assert figure.position() == "25"
    figure.slider.press("ArrowRight")  # and the reader's hand stops it
    figure.page.clock.run_for(100 * STEP)
    assert figure.position() == "50" and figure.run.inner_text() == "Play"


# --- the gains


def shows_gain(figure, name, which):
    a = activations.get(name)
    gain = {"1": 1.0, "√2": 2**0.5, "forward": theory.forward_gain(a), "backward": theory.backward_gain(a)}[which]
    q = theory.length_map(a, gain**2, q=1, layers=49)
    laws = q, theory.gradient_map(a, gain**2, q)
    said = figure.readout()
    computed = {"E f², an area": theory.mean_f2, "E f′², an area": theory.mean_df2,
                "forward gain": theory.forward_gain, "backward gain": theory.backward_gain}
    assert {key: said[key] for key in computed} == {key: f"{of(a):.3f}" for key, of in computed.items()}
    assert f"{name}, gain {gain:.3f}" in figure.alt()
    for way, law in enumerate(laws):
        _, drawn = (line[:, 1] for line in figure.paths(way, "line2d"))
        level = np.ptp(np.log10(law)) < 0.01
        assert np.ptp(drawn) < 0.15 if level else is_linear_in(drawn, np.log10(law))
    return True


def test_gains_are_chosen_by_keyboard_and_by_pointer(opened):
    figure = opened(GAINS)
    assert figure.option("tanh").is_checked() and shows_gain(figure, "tanh", "forward")
    figure.option("tanh").press("ArrowRight")
    assert figure.option("softsign").is_checked() and shows_gain(figure, "softsign", "forward")
    figure.option("forward").press("ArrowRight")
    assert shows_gain(figure, "softsign", "backward")
    for name, which in (("selu", "√2"), ("elu", "1")):
        figure.option(name).click()
        figure.option(which).click()
        assert shows_gain(figure, name, which)


# --- the landing page


def answer(figure):
    """The last square: how likely the network thinks each digit (columns) when it is shown each digit (rows)."""
    opacity = figure.page.evaluate("""() => [...document.querySelectorAll(
        '.ib-play svg > [id$="figure_1"] > [id*="axes_2"] [id*="QuadMesh_5"] path')].map(p => {
            const style = p.getAttribute('style');
            return style.includes('fill: none') ? 0 : +(style.match(/opacity: ([\\d.]+)/)?.[1] ?? 1);
        })""")
    return np.reshape(opacity, (10, 10))


def test_the_landing_page_opens_before_the_first_update_and_a_start_that_is_chosen_trains_to_its_end(opened):
    figure = opened(LANDING, clock=True)
    assert figure.position() == "0" and figure.option("Xavier").is_checked()
    figure.option("0").click()
    assert figure.position() == "0" and figure.run.inner_text() == "Pause"
    figure.page.clock.run_for(100 * STEP)
    assert figure.position() == "600" and figure.run.inner_text() == "Play"
    assert figure.readout()["in each layer"] == "all units say 0" and figure.readout()["loss"] == "2.30"
    assert np.ptp(answer(figure), axis=0).max() == 0  # every picture gets one answer
    figure.option("std 1").press("ArrowRight")  # by keyboard
    figure.page.clock.run_for(100 * STEP)
    assert figure.option("Xavier").is_checked() and figure.position() == "600"
    assert (answer(figure).argmax(axis=1) == np.arange(10)).sum() >= 9


def test_the_landing_page_is_still_for_a_reader_who_asked_for_less_motion_and_shows_the_end_without_scripts(opened):
    still = opened(LANDING, clock=True, reduced_motion="reduce")
    assert still.position() == "600"
    still.option("0").click()
    still.page.clock.run_for(100 * STEP)
    assert still.position() == "600" and not still.run.is_visible()
    assert opened(LANDING, java_script_enabled=False).alt().startswith("The start “Xavier” after 600 updates")


# --- a start on a landscape, and zeros that the reader chooses


def test_the_ball_on_the_diagonal_stays_on_it_and_two_starts_beside_it_end_at_mirror_images(opened):
    figure = opened(MIRROR)
    first, second = (figure.root.locator("[type=range]").nth(i) for i in (0, 1))
    assert figure.readout()["w₁ and w₂ apart"] == "0"
    first.press("ArrowRight")
    one = figure.readout()
    first.press("ArrowLeft")
    second.press("ArrowRight")
    other = figure.readout()
    swapped = "({1}, {0})".format(*one["ends at"].strip("()").split(", "))
    assert other["ends at"] == swapped and other["loss there"] == one["loss there"] and one["ends at"] != swapped
    first.press("ArrowRight")
    assert figure.readout()["w₁ and w₂ apart"] == "0" and "along the diagonal" in figure.alt()


def test_what_moves_from_the_zeros_that_a_reader_chooses_is_what_moved_drawn_in_blue(opened):
    figure = opened(ZEROS)
    blue = figure.root.locator(f'svg path[style*="{COLORS[0]}"]')
    before = blue.count()  # of definitions, which are not drawn where they stand
    assert figure.position() == "0" and figure.readout()["has moved"] == "nothing"
    figure.slider.press("ArrowRight")
    assert figure.readout()["has moved"] == "W², b², b³" and blue.count() >= before + 9
    figure.option("ReLU").click()
    figure.slider.press("End")
    assert figure.readout()["has moved"] == "b³" and figure.readout()["will move"] == "nothing"
    figure.option("none").click()
    assert figure.readout()["never"] == "nothing"


# --- for every reader


def test_without_scripts_there_is_a_figure_and_no_control(opened):
    figure = opened(SCALE, java_script_enabled=False)
    assert figure.root.locator("svg").is_visible() and len(figure.alt()) > 100
    assert not figure.root.locator(".ib-controls").is_visible()
    assert figure.root.locator(".ib-state").is_visible()
    assert all(figure.readout().values())


def test_on_paper_there_is_the_chosen_frame_and_what_was_chosen(opened):
    figure = opened(SCALE)
    figure.option("ReLU").click()
    figure.page.emulate_media(media="print")
    assert not figure.root.locator(".ib-controls").is_visible()
    assert figure.root.locator(".ib-state").inner_text() == "activation ReLU, σ 0.1 = 1/√n"
    assert figure.alt().startswith("ReLU")


def test_what_waits_to_be_played_is_printed_as_it_was_drawn_and_what_was_chosen_as_it_was_chosen(opened):
    figure = opened(LANDING, clock=True)
    figure.page.evaluate("""addEventListener('beforeprint', () => {
      window.printed = document.querySelector('.ib-play svg').ariaLabel; })""")
    for chosen, printed in ("0", "600"), ("100", "100"):
        figure.go(chosen)
        figure.page.pdf()
        assert figure.page.evaluate("printed").startswith(f"The start “Xavier” after {printed} updates")
        assert figure.position() == chosen


HEIGHTS = """figure => {
  const heights = new Set(), note = () => heights.add(Math.round(figure.getBoundingClientRect().height));
  const moved = (input, key, value) => (input[key] = value, input.dispatchEvent(new Event('input', {bubbles: true})));
  for (const slider of figure.querySelectorAll('[type=range]'))
    for (let value = 0; value <= +slider.max; value++) moved(slider, 'value', value), note();
  for (const option of figure.querySelectorAll('[type=radio]')) moved(option, 'checked', true), note();
  return [...heights];
}"""


@pytest.mark.parametrize("name", ["beyond/attention.html", ZEROS, MIRROR, SCALE, LANDING])
def test_a_figure_keeps_its_height_while_the_reader_moves_it(opened, name):
    figure = opened(name, reduced_motion="reduce")  # or a choice would set it playing
    for width in (390, 1280):
        figure.page.set_viewport_size({"width": width, "height": 900})
        for one in figure.root.all():
            heights = one.evaluate(HEIGHTS)
            assert len(heights) == 1, (width, heights)


def test_nothing_moves_by_itself_for_a_reader_who_asked_for_less_motion(opened):
    figure = opened(TIE)
    path = figure.root.locator("[id*=line2d] > path").first
    for motion, moves in ("no-preference", True), ("reduce", False):
        figure.page.emulate_media(reduced_motion=motion)
        seconds = path.evaluate("path => parseFloat(getComputedStyle(path).transitionDuration)")
        assert (seconds > 0, figure.run.is_visible()) == (moves, moves)
