"""Figures with controls, in a browser: moved by keyboard, pointer or touch, they show what initbook computes."""

import gzip
import re
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import expect

from browser import NEEDS, SITE
from initbook import activations, data, initializers, losses, network, optimizers, probes, symmetry, theory, training
from initbook.figures import COLORS, short

pytestmark = NEEDS

SCALE, TIE, GAINS = "variance/scale.html", "symmetry/breaking.html", "variance/gains.html"
PAGES = pytest.mark.parametrize("name", [SCALE, TIE, GAINS])
WHOLE = re.compile(r'<div class="ib-figure ib-play">.*?<script>.*?</script>\s*</div>', re.DOTALL)
LIMIT = 100_000  # bytes, compressed
DESK, PHONE = {"viewport": {"width": 1280, "height": 900}}, {"viewport": {"width": 360, "height": 780}}
SMALLEST_TEXT, SMALLEST_TARGET = 8, 24  # CSS pixels
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


# --- what it costs


@PAGES
def test_the_page_has_one_figure_with_controls_and_it_is_small(name):
    (figure,) = WHOLE.findall((SITE / name).read_text(encoding="utf-8"))
    assert len(gzip.compress(figure.encode(), 6)) < LIMIT


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
                                "signal in layer 10": short(up[-1]), "beyond ±1 in layer 10": f"{beyond:.0%}"}
    for panel, layer in enumerate((1, 5, 10)):
        counts, _ = np.histogram(trace.h[layer], bins=40, range=(-1, 1))
        (bars,) = figure.paths(panel, "patch")[-1:]
        assert is_linear_in(bars[1:81:2, 1], counts)  # the left upper corner of every bar
    for panel, line in ((3, down / down[-1]), (4, up)):
        assert is_linear_in(figure.paths(panel, "line2d")[0][:, 1], np.log10(line))
    return True


def test_the_scale_moves_by_keyboard(opened):
    figure = opened(SCALE)
    assert figure.position() == "0.1 = 1/√n" and shows_scale(figure, activations.tanh, 0.1)
    figure.slider.press("ArrowRight")
    assert figure.position() == "0.12" and shows_scale(figure, activations.tanh, 0.12)
    figure.option("tanh").press("ArrowRight")
    assert figure.option("ReLU").is_checked() and shows_scale(figure, activations.relu, 0.12)
    figure.slider.press("End")
    assert figure.position() == "1" and shows_scale(figure, activations.relu, 1.0)
    assert figure.alt().startswith("ReLU, σ = 1.") and "48% of layer 10" in figure.alt()


def test_the_scale_moves_by_pointer(opened):
    figure = opened(SCALE)
    figure.option("sigmoid").click()
    assert shows_scale(figure, activations.sigmoid, 0.1)
    figure.root.get_by_text("›").click()
    assert figure.position() == "0.12" and shows_scale(figure, activations.sigmoid, 0.12)
    figure.root.get_by_text("‹").click(click_count=3)
    box = figure.slider.bounding_box()
    figure.page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert figure.position() == "1" and shows_scale(figure, activations.sigmoid, 1.0)


def test_the_scale_moves_by_touch(opened):
    figure = opened(SCALE, **PHONE, has_touch=True)
    figure.option("ReLU").tap()
    figure.root.get_by_text("›").tap()
    figure.root.get_by_text("›").tap()
    assert figure.position() == "0.141 = √(2/n)" and shows_scale(figure, activations.relu, 0.02**0.5)


def test_twin_the_numbers_and_bars_of_another_scale_are_told_apart(opened):
    figure = opened(SCALE)
    counts, _ = np.histogram(passes(activations.tanh, 0.12)[0].h[10], bins=40, range=(-1, 1))
    (bars,) = figure.paths(2, "patch")[-1:]
    assert not is_linear_in(bars[1:81:2, 1], counts)
    with pytest.raises(AssertionError):
        shows_scale(figure, activations.tanh, 0.12)


def test_the_slider_stops_at_its_ends(opened):
    figure = opened(SCALE)
    figure.slider.press("End")
    figure.root.get_by_text("›").click()
    assert figure.position() == "1"
    figure.slider.press("Home")
    figure.root.get_by_text("‹").click()
    assert figure.position() == "0.01" and figure.readout()["signal in layer 10"] == "1.0·10⁻¹⁰"


# --- the tie


@cache
def untying(eps, steps):
    """As the page has it: one unit trained, made eight, moved apart by eps and trained on."""
    x, y = (array[:300] for array in data.digits())
    sigmoid, loss, sizes = activations.sigmoid, losses.softmax_cross_entropy, [64, 8, 10]

    def train(params, steps, rates):
        return training.train(params, x, y, activations=sigmoid, loss=loss, steps=steps,
                              optimizer=optimizers.sgd(rates))

    rng = np.random.default_rng(0)
    start = symmetry.collapse(initializers.init_params(rng, sizes, initializers.constant(0.1)))
    one = train(start, 800, symmetry.collapsed_rates(sizes, 1.0)).params
    d = rng.normal(size=(75, 8))
    d -= d.mean(axis=1, keepdims=True)
    (W, b), (V, c) = symmetry.expand(one, sizes)
    run = train([(W + eps * d[:64], b + eps * d[64]), (V + eps * d[65:].T, c)], steps, 1.0)
    right = losses.accuracy(network.forward(run.params, x, sigmoid).h[-1], y)
    return symmetry.spread(run.params, 1), run.loss[-1], right, run.params[0][0]


def shades(figure):
    """What the 8 images show: blue above zero, amber below, the more of it the larger the weight."""
    styles = figure.page.evaluate("""() => [...document.querySelectorAll(
        '.ib-play svg > [id$="figure_1"] > [id*="axes_1"] [id*="QuadMesh"] path')].map(p => p.getAttribute('style'))""")
    opacity = np.array([float((re.search(r"opacity: ([\d.]+)", style) or "11")[1]) * ("none" not in style)
                        for style in styles])
    blue = np.array([COLORS[0] in style for style in styles])
    return np.where(blue, opacity, -opacity).reshape(8, 8, 8)


def shows_tie(figure, eps, step):
    spread, loss, right, W = untying(eps, step)
    assert figure.readout() == {"spread": short(spread), "loss": f"{loss:.2f}", "accuracy": f"{right:.0%}"}
    assert np.abs(shades(figure) - np.clip(W.T.reshape(8, 8, 8), -1, 1)).max() < 1 / 16
    return True


def test_the_tie_opens_step_by_step_by_keyboard(opened):
    figure = opened(TIE)
    assert figure.position() == "400" and shows_tie(figure, 1e-6, 400)
    figure.slider.press("Home")
    assert figure.position() == "0" and shows_tie(figure, 1e-6, 0)
    images = shades(figure)
    assert np.ptp(images, axis=0).max() == 0 and "all alike" in figure.alt()
    figure.slider.press("ArrowRight")
    assert figure.position() == "25" and shows_tie(figure, 1e-6, 25)
    figure.option("10⁻⁶").press("ArrowRight")
    figure.slider.press("End")
    assert figure.position() == "700" and shows_tie(figure, 1e-12, 700)
    assert np.ptp(shades(figure), axis=0).max() > 0.5 and "which differ" in figure.alt()


def test_the_tie_opens_by_touch(opened):
    figure = opened(TIE, **PHONE, has_touch=True)
    figure.root.get_by_text("‹").tap()
    figure.option("10⁻¹²").tap()
    assert figure.position() == "375" and shows_tie(figure, 1e-12, 375)


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
    a = activations.leaky_relu(0.2) if name == "leaky_relu(0.2)" else activations.get(name)
    gain = {"1": 1.0, "√2": 2**0.5, "forward": theory.forward_gain(a), "backward": theory.backward_gain(a)}[which]
    q = theory.length_map(a, gain**2, q=1, layers=49)
    laws = q, theory.gradient_map(a, gain**2, q)
    said = figure.readout()
    assert said["E f², an area"] == f"{theory.mean_f2(a):.3f}"
    assert said["E f′², an area"] == f"{theory.mean_df2(a):.3f}"
    assert said["forward gain"] == f"{theory.forward_gain(a):.3f}"
    assert said["backward gain"] == f"{theory.backward_gain(a):.3f}"
    assert f"{name}, gain {gain:.3f}." in figure.alt()
    assert figure.alt().endswith(f"The dashed lines end at {short(laws[0][-1])} and {short(laws[1][0])}.")
    for way, law in enumerate(laws):
        _, drawn = (line[:, 1] for line in figure.paths(2 + way, "line2d"))
        level = np.ptp(np.log10(law)) < 0.01
        assert np.ptp(drawn) < 0.15 if level else is_linear_in(drawn, np.log10(law))
    return True


def test_gains_are_chosen_by_keyboard(opened):
    figure = opened(GAINS)
    assert figure.option("tanh").is_checked() and shows_gain(figure, "tanh", "forward")
    figure.option("tanh").press("ArrowRight")
    assert figure.option("softsign").is_checked() and shows_gain(figure, "softsign", "forward")
    figure.option("forward").press("ArrowRight")
    assert shows_gain(figure, "softsign", "backward")


def test_gains_are_chosen_by_pointer_and_by_touch(opened):
    desk, phone = opened(GAINS), opened(GAINS, **PHONE, has_touch=True)
    desk.option("selu").click()
    desk.option("√2").click()
    assert shows_gain(desk, "selu", "√2")
    phone.option("leaky_relu(0.2)").tap()
    assert shows_gain(phone, "leaky_relu(0.2)", "forward")
    phone.option("1").tap()
    assert shows_gain(phone, "leaky_relu(0.2)", "1")


def test_what_fifty_layers_do_is_what_initbook_does(opened):
    # The median of the page's five draws, drawn again: tanh with its forward gain.
    figure, n = opened(GAINS), 200
    a, gain = activations.tanh, theory.forward_gain(activations.tanh)
    f = activations.Activation("louder", lambda z: gain * a.f(z), lambda z: gain * a.df(z))
    ups, downs = [], []
    for rng in map(np.random.default_rng, range(5)):
        params = initializers.init_params(rng, [n] * 51, initializers.lecun_normal)
        x, dh = rng.normal(size=(1, n)), rng.normal(size=(1, n))
        trace = network.forward(params, x, [f] * 50)
        down = probes.each(probes.mean_square, network.backward(params, trace, [f] * 50, dh).z[1:])
        ups.append(probes.each(probes.mean_square, trace.z[1:]))
        downs.append(down / down[-1])
    up, down = np.median(ups, axis=0), np.median(downs, axis=0)
    assert figure.readout()["signal in layer 50"] == short(up[-1])
    assert figure.readout()["gradient from 50 to 1"] == f"× {short(down[0])}"
    assert is_linear_in(figure.paths(3, "line2d")[0][:, 1], np.log10(down))


# --- for every reader


@PAGES
def test_without_scripts_there_is_a_figure_and_no_control(opened, name):
    figure = opened(name, java_script_enabled=False)
    assert figure.root.locator("svg").is_visible() and len(figure.alt()) > 100
    assert not figure.root.locator(".ib-controls").is_visible()
    assert figure.root.locator(".ib-state").is_visible()
    assert all(figure.readout().values())


@PAGES
def test_with_scripts_there_are_controls_and_no_word_of_scripts(opened, name):
    figure = opened(name)
    assert figure.root.locator(".ib-controls").is_visible() and not figure.root.locator(".ib-state").is_visible()


def test_on_paper_there_is_the_chosen_frame_and_what_was_chosen(opened):
    figure = opened(SCALE)
    figure.option("ReLU").click()
    figure.page.emulate_media(media="print")
    assert not figure.root.locator(".ib-controls").is_visible()
    assert figure.root.locator(".ib-state").inner_text() == "activation ReLU, σ 0.1 = 1/√n"
    assert figure.alt().startswith("ReLU")


@PAGES
def test_on_a_phone_nothing_is_too_wide_too_small_to_read_or_too_small_to_touch(opened, name):
    figure = opened(name, **PHONE, has_touch=True)
    facts = figure.page.evaluate("""() => {
      const play = document.querySelector('.ib-play');
      const size = line => 100 * Math.hypot(line.getScreenCTM().a, line.getScreenCTM().b);
      return {
        wider: play.scrollWidth - play.clientWidth,
        texts: [...play.querySelectorAll('svg g[id*="text_"] use')].map(letter => size(letter.parentNode)),
        targets: [...play.querySelectorAll('button, [type=range], label:has([type=radio])')]
          .filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect())
          .map(({width, height}) => Math.min(width, height)),
      }}""")
    assert facts["wider"] <= 0
    assert facts["texts"] and min(facts["texts"]) >= SMALLEST_TEXT
    assert facts["targets"] and min(facts["targets"]) >= SMALLEST_TARGET


@pytest.mark.parametrize("scheme", ["light", "dark"])
@PAGES
def test_the_figure_stands_on_the_page_itself_in_the_ink_of_its_text(opened, name, scheme):
    figure = opened(name, color_scheme=scheme)
    paints = figure.page.evaluate("""() => {
      const play = document.querySelector('.ib-play'), paints = new Set();
      for (let e = play; !e.matches('article'); e = e.parentElement) paints.add(getComputedStyle(e).backgroundColor);
      const text = getComputedStyle(document.querySelector('article p')).color;
      const ink = getComputedStyle(play.querySelector('[id*="axis_"] [id*="text_"] use')).fill;
      return {paints: [...paints], text, ink}}""")
    assert paints["paints"] == ["rgba(0, 0, 0, 0)"]
    assert paints["ink"] == paints["text"]


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_by_itself_for_a_reader_who_asked_for_less_motion(opened, motion, moves):
    figure = opened(TIE, reduced_motion=motion)
    path = figure.root.locator("[id*=line2d] > path").first
    seconds = path.evaluate("path => parseFloat(getComputedStyle(path).transitionDuration)")
    assert (seconds > 0, figure.run.is_visible()) == (moves, moves)


def test_the_keyboard_sees_where_it_is(opened):
    figure = opened(TIE)
    outline = "e => parseFloat(getComputedStyle(e).outlineWidth) * (getComputedStyle(e).outlineStyle != 'none')"
    figure.option("10⁻⁶").focus()
    figure.page.keyboard.press("ArrowRight")
    assert figure.root.locator(":focus + span").evaluate(outline) >= 2
    for stop in (figure.run, figure.slider):
        figure.page.keyboard.press("Tab")
        assert stop.evaluate("e => e == document.activeElement") and stop.evaluate(outline) >= 2


@PAGES
def test_everything_has_a_name_for_those_who_hear_it(opened, name):
    figure = opened(name)
    heard = figure.root.aria_snapshot()
    assert 'group "Move the figure"' in heard and "- status" in heard and 'img "' in heard
    assert re.findall(r"- (?:radio|slider|button)(?! \")", heard) == []
