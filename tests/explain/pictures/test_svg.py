"""Pictures as text: well-formed, self-contained, readable on every ground."""

from __future__ import annotations

import itertools
import math
import random
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.explain.layout.layout import Frame
from clearprop.explain.pictures.lettering import text_width
from clearprop.explain.pictures.palette import DARK, LIGHT
from clearprop.explain.pictures.svg import Arrow, Box, Kind, Picture, draw, figure

SVG = "{http://www.w3.org/2000/svg}"
KINDS: tuple[Kind, ...] = ("input", "operation", "output", "constant", "layer")


def worked_example() -> Picture:
    """The partials of e = (a + b)(b + 1) at a = 2, b = 1."""
    boxes = (
        Box("a", ("a", "value 2", "∂e/∂a 2"), "input"),
        Box("b", ("b", "value 1", "∂e/∂b 5"), "input"),
        Box("c", ("c = a + b", "value 3", "∂e/∂c 2"), "operation"),
        Box("d", ("d = b + 1", "value 2", "∂e/∂d 3"), "operation"),
        Box("e", ("e = c·d", "value 6", "∂e/∂e 1"), "output"),
    )
    edges = (("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3))
    return Picture(boxes, tuple(Arrow(s, t, str(w), float(w)) for s, t, w in edges))


def square() -> Picture:
    boxes = (Box("x", ("x", "value −3"), "input"), Box("y", ("y = x·x", "value 9"), "output"))
    return Picture(boxes, (Arrow("x", "y", "−3", -3.0), Arrow("x", "y", "−3", -3.0)))


def random_picture(seed: int, count: int = 40) -> Picture:
    rng = random.Random(seed)
    boxes = [
        Box(f"k{at}", (f"v{at} = f(…)", f"value {figure(rng.gauss(0, 9), 4)}"), rng.choice(KINDS))
        for at in range(count)
    ]
    arrows = []
    for at in range(1, count):
        for _ in range(rng.choice((0, 1, 2, 2))):
            weight = rng.choice((0.0, 1.0, -1e-7, math.nan, math.inf, rng.gauss(0, 30)))
            arrows.append(Arrow(f"k{rng.randrange(at)}", f"k{at}", figure(weight, 4), weight))
    return Picture(tuple(boxes), tuple(arrows))


PICTURES = {
    "worked": worked_example(),
    "square": square(),
    "random": random_picture(1),
    "empty": Picture((), ()),
}


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def rectangles(root: ElementTree.Element, name: str) -> list[Frame]:
    """The frames of all rectangles that have a class."""
    return [
        Frame(*(float(element.get(key, "nan")) for key in ("x", "y", "width", "height")))
        for element in root.iter(f"{SVG}rect")
        if name in element.get("class", "").split()
    ]


def words(root: ElementTree.Element, name: str) -> list[str | None]:
    return [t.text for t in root.iter(f"{SVG}text") if name in t.get("class", "").split()]


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_well_formed_and_show_everything(name: str, direction: str) -> None:
    picture = PICTURES[name]
    root = parsed(draw(picture, direction=direction))
    assert words(root, "cp-name") == [box.lines[0] for box in picture.boxes]
    assert words(root, "cp-value") == [line for box in picture.boxes for line in box.lines[1:]]
    assert words(root, "cp-label") == [arrow.label for arrow in picture.arrows]
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", PICTURES)
def test_labels_overlap_neither_boxes_nor_each_other(name: str, direction: str) -> None:
    root = parsed(draw(PICTURES[name], direction=direction))
    labels, shapes = rectangles(root, "cp-halo"), rectangles(root, "cp-shape")
    assert len(labels) == len(PICTURES[name].arrows)
    pairs = [*itertools.combinations(labels, 2), *itertools.product(labels, shapes)]
    assert not [(one, other) for one, other in pairs if one.overlaps(other)]


def test_parallel_arrows_are_drawn_apart() -> None:
    paths = re.findall(r'class="cp-line"[^>]* d="([^"]*)"', draw(square()))
    assert len(paths) == len(set(paths)) == 2


def test_the_same_picture_gives_the_same_text() -> None:
    assert draw(random_picture(3)) == draw(random_picture(3))


def test_identifiers_come_from_the_content() -> None:
    texts = [draw(square()), draw(square(), title="x²"), draw(worked_example())]
    names = [re.findall(r' id="([^"]*)"', text) for text in texts]
    assert all(len(found) == 2 for found in names)
    assert len(set(itertools.chain(*names))) == 6


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_leaks_and_nothing_is_loaded(name: str) -> None:
    text = draw(PICTURES[name], title="t", legend=True)
    root = parsed(text)
    style = root.find(f"{SVG}style")
    assert style is not None
    assert style.text is not None
    selectors = re.findall(r"([^{}@;]+)\{", re.sub(r"@media[^{]*\{", "", style.text))
    parts = [part.strip() for selector in selectors for part in selector.split(",")]
    assert all(part.startswith(f".{root.get('class')} ") for part in parts)
    inside = {c for e in root.iter() for c in e.get("class", "").split() if e is not root}
    assert all(name.startswith("cp-") for name in inside)
    assert "prefers-color-scheme: dark" in style.text
    outside = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(|@import|<script|\bhref|\bon\w+=", outside)


@given(text=st.text(max_size=30))
@settings(deadline=None)
def test_any_text_is_escaped(text: str) -> None:
    box = Box(text, (text, f"value {text}"), "input", tooltip=text)
    other = Box(text + "'", ("y",), "output")
    arrow = Arrow(box.key, other.key, text, 1.0, tooltip=text)
    drawn = draw(Picture((box, other), (arrow,)), title=text)
    root = parsed(drawn.encode("utf-8").decode("utf-8"))
    assert len(list(root.iter(f"{SVG}g"))) >= 4


def test_markup_in_text_stays_text() -> None:
    evil = '</text><script>alert("&")</script>'
    drawn = draw(Picture((Box(evil, (evil,), "input", tooltip=evil),), ()), title=evil)
    assert "<script" not in drawn
    assert words(parsed(drawn), "cp-name") == [evil]


def test_a_long_line_is_cut() -> None:
    name = words(parsed(draw(Picture((Box("k", ("x" * 500,), "input"),), ()))), "cp-name")[0]
    assert name is not None
    assert name.endswith("…")
    assert len(name) == 60


@pytest.mark.parametrize(
    ("weight", "sign"),
    [
        *((2.0, "positive"), (-1e-9, "negative"), (0.0, "zero"), (-0.0, "zero")),
        *((math.nan, "invalid"), (-math.inf, "invalid")),
    ],
)
def test_the_sign_gives_the_colour(weight: float, sign: str) -> None:
    boxes = (Box("x", ("x",), "input", accent=weight), Box("y", ("y",), "output"))
    drawn = draw(Picture(boxes, (Arrow("x", "y", "w", weight),)))
    assert drawn.count(f'class="cp-arrow cp-{sign}"') == 2
    assert f'class="cp-tint cp-{sign}"' in drawn


def test_larger_weights_have_modestly_wider_lines() -> None:
    boxes = (Box("x", ("x",), "input"), Box("y", ("y",), "output"))
    weights = (1e-300, 1e-2, 0.1, -1.0, 10.0, -1e3, 1e300)
    drawn = draw(Picture(boxes, tuple(Arrow("x", "y", weight=w) for w in weights)))
    widths = [float(width) for width in re.findall(r'stroke-width="([^"]*)"', drawn)]
    assert widths == sorted(widths)
    assert widths[0] >= 0.8
    assert widths[-1] <= 4


def test_highlighted_arrows_are_marked_under_all_lines() -> None:
    a, b = Box("a", ("a",), "input"), Box("b", ("b",), "output")
    drawn = draw(Picture((a, b), (Arrow("a", "b"), Arrow("a", "b", "2", highlighted=True))))
    assert drawn.count('class="cp-mark"') == 1
    assert drawn.index('class="cp-mark"') < drawn.index('class="cp-line"')


def test_title_description_tooltips_and_legend() -> None:
    plain = parsed(draw(worked_example()))
    assert plain.findtext(f"{SVG}title") == "Computational graph"
    assert plain.findtext(f"{SVG}desc") == "Boxes: 5, arrows: 5; from a, b to e = c·d."
    assert not words(plain, "cp-title")
    full = parsed(draw(worked_example(), title="e = (a + b)(b + 1)", legend=True))
    assert full.findtext(f"{SVG}title") == "e = (a + b)(b + 1)"
    assert words(full, "cp-title") == ["e = (a + b)(b + 1)"]
    assert "positive" in words(full, "cp-label")
    labelled = full.get("aria-labelledby", "").split()
    assert labelled == [element.get("id") for element in full.iter() if element.get("id")]


def test_what_cannot_be_drawn_is_an_error() -> None:
    a, b = Box("a", ("a",), "input"), Box("b", ("b",), "output")
    with pytest.raises(ValueError, match="two boxes have the key 'a'"):
        Picture((a, a), ())
    with pytest.raises(ValueError, match="'c', which is not in the picture"):
        Picture((a, b), (Arrow("a", "c"),))
    with pytest.raises(ValueError, match="the kinds are input, operation"):
        Box("a", ("a",), "square")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="may be 'right' or 'down'"):
        draw(Picture((a, b), ()), direction="left")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cycle"):
        draw(Picture((a, b), (Arrow("a", "b"), Arrow("b", "a"))))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        *((2.0, "2"), (2, "2"), (0.0714, "0.0714"), (1 / 14, "0.0714286"), (1.2e-8, "1.2e-08")),
        *((-0.3, "−0.3"), (math.nan, "nan"), (math.inf, "∞"), (-math.inf, "−∞"), (-0.0, "−0")),
        *((True, "True"), (1e300, "1e+300"), (2 - 1j, "2−1j"), (complex(0, math.inf), "0+∞j")),
    ],
)
def test_figures_are_short(x: complex, text: str) -> None:
    assert figure(x) == text


def test_wide_characters_are_wide_and_marks_have_no_width() -> None:
    assert text_width("漢", 10) > 10 > text_width("θ", 10) > text_width("i", 10)
    assert text_width("x\u0302", 10) == text_width("x", 10)


def luminance(colour: str) -> float:
    """Relative luminance after the Web Content Accessibility Guidelines 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_can_be_read(colours: dict[str, str]) -> None:
    on_box = itertools.product(("ink", "soft"), ("operation", "input", "output"))
    signs = ("soft", "positive", "negative", "zero", "invalid")
    for text, ground in [*on_box, *itertools.product(signs, ("canvas", "mark"))]:
        dark, light = sorted((luminance(colours[text]), luminance(colours[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
