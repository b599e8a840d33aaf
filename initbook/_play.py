"""A figure with controls. All its frames are drawn when the page is built; the page keeps one of them, and of the
others what differs.

Text in, text out; what draws is :mod:`initbook.figures`. A frame is the whole of what a reader meets: controls, numbers
and picture, as one tree of elements. The trees are compared. Each place where they differ is a *slot*: an element, an
attribute of it (or its inside), and for each frame what stands there. The script puts the chosen frame's texts
into the slots. It computes nothing.

>>> from xml.etree.ElementTree import fromstring
>>> a, b = (fromstring(f'<g><path d="M0 {y}"/><b>same</b></g>') for y in (1, 2))
>>> slots([a, b])
[(0, 'd', ['M0 1', 'M0 2'])]
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring, tostring

from initbook._check import require
from initbook._svg import clean, prefixed

__all__ = ["Choice", "Frame", "Play", "Slider", "check_frames", "short", "slots"]

_SCRIPT = Path(__file__).with_name("_play.js")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Control:
    """What a reader moves."""

    def __init__(self, name: str, options: Sequence[str], start: str | None = None) -> None:
        require(isinstance(options, Sequence), f"the options of {name!r}", "a list", repr(options), TypeError)
        require(len(set(options)) == len(options) > 1, f"the options of {name!r}", "two or more, all different",
                list(options))
        require(start is None or start in options, f"the start of {name!r}", "one of its options", repr(start))
        self.name, self.options = name, tuple(options)
        self.start = self.options[0] if start is None else start

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} of {self.name}: {', '.join(self.options)}>"


class Choice(_Control):
    """A few options side by side, one of them chosen.

    Parameters
    ----------
    name, options, start
        What it changes, the options in words, and the one at the start; the first when not given.

    Raises
    ------
    ValueError
        For fewer than two options, for two that are the same, and for a start that is none of them.

    Examples
    --------
    >>> Choice("activation", ["tanh", "relu"])
    <choice of activation: tanh, relu>
    """

    def _html(self, key: str, chosen: str) -> str:
        """The control as it stands when ``chosen`` is chosen; its ids begin with ``key``."""
        checked = {self.start: 'checked=""'}
        options = "".join(f'<label><input type="radio" name="{key}" {checked.get(option, "")}/>'
                          f"<span>{escape(option)}</span></label>" for option in self.options)
        return (f'<fieldset class="ib-control" data-size="{len(self.options)}">'
                f"<legend>{escape(self.name)}</legend>{options}</fieldset>")


class Slider(_Control):
    """Options in an order, on a slider, with a button for one step back and one for a step forward.

    Parameters
    ----------
    name, options, start
        What it changes, its positions in words, and the one at the start; the first when not given.
    plays
        Whether there is a button that walks through the options by itself, and stops when it is pressed again. A
        reader whose system asks for less motion does not get it.
    opens
        Where it stands instead when scripts run and motion is welcome, so that there is something left to play.
    replays
        Whether it walks anew from its first option when the reader chooses something else in the figure.

    Raises
    ------
    ValueError
        As for :class:`Choice`, and if it does not play but should replay, or opens at what is no option.

    Examples
    --------
    >>> Slider("σ", ["0.01", "0.1", "1"], start="0.1")
    <slider of σ: 0.01, 0.1, 1>
    """

    def __init__(self, name: str, options: Sequence[str], start: str | None = None, *, plays: bool = False,
                 opens: str | None = None, replays: bool = False) -> None:
        super().__init__(name, options, start)
        require(plays or not replays, "plays", "True where replays is", plays)
        require(opens is None or opens in options, f"opens of {name!r}", "one of its options", repr(opens))
        self.plays, self.opens, self.replays = plays, opens, replays

    def _html(self, key: str, chosen: str) -> str:
        """The control as it stands when ``chosen`` is chosen; its ids begin with ``key``."""
        name, chosen, last = escape(self.name), escape(chosen), len(self.options) - 1
        # For pointers alone: arrow keys move the slider itself, so two more stops on the way would only be in it.
        back, forward = (f'<button type="button" data-step="{step}" tabindex="-1" aria-hidden="true">{sign}</button>'
                         for step, sign in ((-1, "‹"), (1, "›")))
        run = '<button type="button" class="ib-run">Play</button>' if self.plays else ""
        opens = f'data-opens="{self.options.index(self.opens)}" ' if self.opens else ""
        replays = 'data-replays="" ' if self.replays else ""
        return (f'<div class="ib-control ib-range" data-size="{last + 1}"><label for="{key}">{name}</label>'
                f'<b aria-hidden="true" {_room(self.options)}>{chosen}</b><div class="ib-track">{run}{back}'
                f'<input type="range" id="{key}" min="0" max="{last}" value="{self.options.index(self.start)}" '
                f'{opens}{replays}aria-valuetext="{chosen}"/>{forward}</div></div>')


class Frame:
    """One frame of a figure with controls.

    Parameters
    ----------
    panels
        What is drawn, as for :func:`~initbook.figures.show`.
    alt
        What the picture shows, for a reader who cannot see it.
    readout
        Numbers in words, shown beside the picture: ``{name: value}``.

    Raises
    ------
    ValueError
        Without an alternative text.

    Examples
    --------
    >>> Frame(alt="Three bars.", readout={"largest": "0.62"})
    <frame: Three bars.>
    """

    def __init__(self, *panels: Any, alt: str, readout: Mapping[str, str] | None = None) -> None:
        says = isinstance(alt, str) and alt.strip() != ""
        require(says, "alt", "a sentence that says what the picture shows", repr(alt))
        self.panels, self.alt, self.readout = panels, " ".join(alt.split()), dict(readout or {})

    def __repr__(self) -> str:
        return f"<frame: {self.alt}>"


class Play:
    """A figure of many frames, of which controls choose one; without scripts, the one they start at.

    Parameters
    ----------
    controls
        A list of :class:`Choice` and :class:`Slider`.
    frames
        ``{(an option of each control): frame}``, one for every combination.
    layers
        For each frame an SVG of what moves in it.
    furniture
        An SVG of the same size with what stays; it is drawn over the layer.

    Raises
    ------
    ValueError
        If there is not one frame and one layer for every combination.

    Examples
    --------
    >>> frames = {(n,): Frame(alt=f"{n} bars") for n in "12"}
    >>> layers = {(n,): f'<svg><path d="M0 {n}"/></svg>' for n in "12"}
    >>> Play([Slider("bars", "12")], frames, layers, "<svg></svg>")
    <play of 2 frames: bars>
    """

    def __init__(self, controls: Sequence[Choice | Slider], frames: Mapping[tuple, Frame],
                 layers: Mapping[tuple, str], furniture: str) -> None:
        self.choices = check_frames(controls, frames)
        require(set(layers) == set(frames), "layers", "one for each frame", f"{len(layers)} for {len(frames)}")
        self.controls, self.frames = list(controls), dict(frames)
        self.start = tuple(control.start for control in controls)
        said = [[*frame.readout.items()] for frame in frames.values()]
        self._rooms = {name: _room([value for row in said for other, value in row if other == name])
                       for row in said for name, _ in row}
        key = "p" + hashlib.sha256("".join([repr(frames), *layers.values(), furniture]).encode()).hexdigest()[:8]
        self._key, self._furniture = key, _small(furniture, f"{key}-f-")
        self._layers = {choice: _small(layers[choice], f"{key}-m-") for choice in self.choices}

    def __repr__(self) -> str:
        return f"<play of {len(self.frames)} frames: {', '.join(control.name for control in self.controls)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.frames[self.start].alt}

    def html(self) -> str:
        """All that a page needs: the frame at the start, what differs in the others, and the script."""
        stages = [fromstring(self._stage(choice)) for choice in self.choices]
        # A definition (a letter, a marker) has the same id in every frame, and stands in the page once.
        definitions = {node.get("id"): node for stage in stages for node in _take_out(stage, "defs")}
        at = self.choices.index(self.start)
        data = _pack(at, slots(stages, at))
        stages[at].find("svg").extend([_wrap("defs", definitions.values()), _wrap("g", fromstring(self._furniture))])
        return (f'<div class="ib-figure ib-play">{_text(stages[at])}<script type="application/json">{data}</script>'
                f'<script>{_SCRIPT.read_text(encoding="utf-8")}</script></div>')

    def _stage(self, choice: tuple) -> str:
        """All that is seen when these options are chosen."""
        frame, layer = self.frames[choice], self._layers[choice]
        controls = "".join(control._html(f"{self._key}-{i}", option)
                           for i, (control, option) in enumerate(zip(self.controls, choice, strict=True)))
        numbers = "".join(f"<div><dt>{escape(name)}</dt><dd {self._rooms[name]}><span>{_apart(value)}</span></dd></div>"
                          for name, value in frame.readout.items())
        state = ", ".join(f"{control.name} {option}" for control, option in zip(self.controls, choice, strict=True))
        named = f'<svg role="img" aria-label="{escape(frame.alt)}" stroke-linejoin="round"'
        return ('<div class="ib-stage"><div class="ib-controls" role="group" aria-label="Move the figure" hidden="">'
                f'{controls}</div><div class="ib-readout" role="status"><dl>{numbers}</dl></div>'
                f'<p class="ib-state"><span>{escape(state)}</span>'
                '<span class="ib-how">. Where scripts run, this figure has controls.</span></p>'
                f'{layer.replace("<svg", named, 1)}</div>')


def _room(texts: Sequence[str]) -> str:
    """The longest of the texts that come to stand at one place: it keeps its room there, so nothing around it moves."""
    return f'data-longest="{_apart(max(texts, key=len))}"'


def _apart(text: str) -> str:
    """A text of a readout as HTML; its per cent stand apart from their number, as in the book's text."""
    return escape(re.sub(r"(?<=\d)%", "\N{NO-BREAK SPACE}%", text))


def check_frames(controls: Sequence[Choice | Slider], frames: Mapping[tuple, Frame]) -> list[tuple]:
    """Every combination of the controls' options, in order; there must be a frame for each and no other.

    Examples
    --------
    >>> check_frames([Choice("f", "ab")], {("a",): Frame(alt="A curve."), ("b",): Frame(alt="A kink.")})
    [('a',), ('b',)]
    """
    ok = isinstance(controls, Sequence) and all(isinstance(control, _Control) for control in controls)
    require(ok, "controls", "a list of Choice and Slider", repr(controls), TypeError)
    require(isinstance(frames, Mapping), "frames", "a dictionary, by options", repr(frames), TypeError)
    choices = list(product(*(control.options for control in controls)))
    missing, other = [c for c in choices if c not in frames], [f for f in frames if f not in choices]
    require(not missing and not other, "frames", "one for every combination of options",
            f"none for {missing[0]}" if missing else f"one for {other[0] if other else ()}")
    return choices


def short(number: float) -> str:
    """A number in words, for a readout or a title: two digits, and a power of ten where zeros would hide them.

    Examples
    --------
    >>> [short(x) for x in (0.0123, 0.5, -7.07, 41, 100, 3e-9, 0)]
    ['0.012', '0.50', '−7.1', '41', '1.0·10²', '3.0·10⁻⁹', '0']
    """
    if number == 0:
        return "0"
    digits, exponent = f"{number:.1e}".split("e")
    power = int(exponent)
    if -3 < power < 2:
        return f"{number:.{1 - power}f}".replace("-", "−")
    return f"{digits}·10".replace("-", "−") + str(power).translate(_RAISED)


def slots(trees: Sequence[Element], at: int = 0) -> list[tuple[int, str, list[str]]]:
    """Where trees of elements differ.

    Returns
    -------
    list
        ``(place, attribute, texts)``: the place of an element in tree number ``at``, counted in the order of the text
        from the first element in the root; the attribute, or "" for the inside; and what each tree has there.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> slots([fromstring("<p><b>1</b></p>"), fromstring("<p><b>2</b></p>")])
    [(0, '', ['1', '2'])]
    """
    places = {node: place for place, node in enumerate(trees[at].iter(), -1)}
    return [(places[nodes[at]], name, texts) for nodes, name, texts in _differences(trees)]


def _differences(nodes: Sequence[Element]) -> Iterator[tuple[Sequence[Element], str, list[str]]]:
    """Elements at the same place of each tree that differ, and in what."""
    for name in dict.fromkeys(name for node in nodes for name in node.attrib):
        texts = [node.get(name, "") for node in nodes]
        if len(set(texts)) > 1:
            yield nodes, name, texts
    if len({(node.text, *(child.tag for child in node)) for node in nodes}) == 1:
        for children in zip(*nodes, strict=True):
            yield from _differences(children)
    else:
        yield nodes, "", ["".join([escape(node.text or ""), *map(_text, node)]) for node in nodes]


def _pack(start: int, found: list[tuple[int, str, list[str]]]) -> str:
    """Slots as JSON: each text once, and for each slot the numbers of its texts."""
    number: dict[str, int] = {}
    packed = [[place, name, [number.setdefault(text, len(number)) for text in texts]] for place, name, texts in found]
    data = json.dumps({"start": start, "texts": list(number), "slots": packed}, ensure_ascii=False,
                      separators=(",", ":"))
    return data.replace("</", "<\\/")  # or a browser would see the end of the script


def _take_out(tree: Element, tag: str) -> list[Element]:
    """What stands in the elements of that name; they are taken out of the tree."""
    found = []
    for node in list(tree.iter()):
        for child in node.findall(tag):
            found += child
            node.remove(child)
    return found


def _wrap(tag: str, nodes: Iterable[Element]) -> Element:
    wrapper = Element(tag)
    wrapper.extend(nodes)
    return wrapper


def _text(node: Element) -> str:
    return tostring(node, encoding="unicode", method="html")


def _small(svg: str, prefix: str) -> str:
    """An SVG file's text with as few bytes as a page needs: without namespaces and line breaks, positions in tenths
    of a point, which is a fifth of a pixel on a wide screen."""
    svg = prefixed(clean(svg), prefix)
    svg = re.sub(r'\sxmlns(:xlink)?="[^"]*"', "", svg).replace("xlink:href", "href").replace("\n", " ")
    svg = re.sub(r'(?<=\sd=")[^"]*', lambda path: _path(path[0]), svg)
    return re.sub(r'(?:(?<=\s[xy]=")|(?<=translate\())[^")]*', lambda place: _tenths(place[0]), svg)


def _path(path: str) -> str:
    """The text of a path. In one line of straight pieces each point is a step from the one before: half the bytes."""
    if path.count("M") != 1 or re.search("[CQ]", path):
        return re.sub(r"\s*([A-Za-z])\s*", r"\1", _tenths(path))
    points = [[round(10 * float(x)) for x in point.split()] for point in re.findall(r"[ML]([^MLz]*)", path)]
    steps = [f"l{(x - left) / 10:g} {(y - above) / 10:g}" for (left, above), (x, y) in pairwise(points)]
    return f"M{points[0][0] / 10:g} {points[0][1] / 10:g}" + "".join(steps) + "z" * ("z" in path)


def _tenths(numbers: str) -> str:
    return re.sub(r"\d+\.\d+", lambda digits: f"{float(digits[0]):.1f}".removesuffix(".0"), numbers)
