"""The colours of pictures, on light and on dark ground, and the style sheet made of them.

Blue for positive and orange for negative partials can be told apart with every common kind of
colour blindness (after Okabe and Ito, "Color universal design", 2008); what is zero is dotted and
what is not a number is dashed as well, so no meaning hangs on colour alone. All text reaches a
contrast of 4.5 : 1 (Web Content Accessibility Guidelines 2.1, 1.4.3) on its ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "canvas": "#ffffff",
        "ink": "#1b1f24",
        "soft": "#4a525b",
        "border": "#8c959f",
        "operation": "#f6f8fa",
        "input": "#e9f5ec",
        "input_border": "#4a9a61",
        "output": "#f1ecfb",
        "output_border": "#7a56c2",
        "plain": "#6e7781",
        "positive": "#0b63b5",
        "negative": "#a84a00",
        "zero": "#59626c",
        "invalid": "#c8102e",
        "positive_tint": "#2f8fee",
        "negative_tint": "#ff8a1f",
        "zero_tint": "#9aa3ad",
        "invalid_tint": "#ff3b5c",
        "mark": "#ffec99",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "canvas": "#0f141a",
        "ink": "#e8edf2",
        "soft": "#b4bec9",
        "border": "#65707c",
        "operation": "#1b232c",
        "input": "#15291d",
        "input_border": "#4fa56a",
        "output": "#271f3d",
        "output_border": "#9d7fe0",
        "plain": "#8b96a2",
        "positive": "#6cb4ff",
        "negative": "#f2a055",
        "zero": "#a3adb8",
        "invalid": "#ff7b8b",
        "positive_tint": "#3d9bff",
        "negative_tint": "#ff8a1f",
        "zero_tint": "#808a95",
        "invalid_tint": "#ff4d6a",
        "mark": "#3d3207",
    }
)

FONT = "'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', 'Noto Sans', sans-serif"

_FORMS = Template("""
.$scope text { font-family: $font; font-size: ${size}px; }
.$scope .cp-name { font-weight: 600; }
.$scope .cp-title { font-weight: 600; font-size: ${title_size}px; }
.$scope .cp-label { font-size: ${label_size}px; }
.$scope .cp-line, .$scope .cp-mark { fill: none; stroke-linecap: round; }
.$scope .cp-mark { stroke-width: 12px; }
.$scope .cp-zero .cp-line { stroke-dasharray: 0 4; }
.$scope .cp-invalid .cp-line { stroke-dasharray: 6 4; }
.$scope .cp-constant .cp-shape { stroke-dasharray: 3 3; }
.$scope .cp-output .cp-shape { stroke-width: 2px; }
.$scope .cp-tint, .$scope .cp-canvas { stroke: none; }
.$scope .cp-halo { stroke: none; opacity: .94; }
""")

# Colours are spelled out, not held in CSS variables, as converters to PDF do not know those.
_COLOURS = Template("""
.$scope .cp-canvas, .$scope .cp-halo { fill: $canvas; }
.$scope text { fill: $soft; }
.$scope .cp-name, .$scope .cp-title { fill: $ink; }
.$scope .cp-shape { fill: $operation; stroke: $border; }
.$scope .cp-constant .cp-shape { fill: $canvas; }
.$scope .cp-input .cp-shape { fill: $input; stroke: $input_border; }
.$scope .cp-output .cp-shape { fill: $output; stroke: $output_border; }
.$scope .cp-mark { stroke: $mark; }
.$scope .cp-marked { fill: $mark; }
.$scope .cp-line { stroke: $plain; }
.$scope .cp-head { fill: $plain; }
""")
_SIGN = Template("""
.$scope .cp-$sign .cp-line { stroke: $colour; }
.$scope .cp-$sign .cp-head, .$scope .cp-$sign .cp-label { fill: $colour; }
.$scope .cp-tint.cp-$sign { fill: $tint; }
""")
_SIGNS = ("positive", "negative", "zero", "invalid")


def style_sheet(scope: str, *, size: float, label_size: float, title_size: float) -> str:
    """The style sheet of a picture whose root has the class ``scope``; it touches nothing else.

    >>> all(line.startswith((".p ", "@", "}")) for line in style_sheet(
    ...     "p", size=12, label_size=11, title_size=15).splitlines())
    True
    """
    forms = _FORMS.substitute(
        scope=scope, font=FONT, size=size, label_size=label_size, title_size=title_size
    )
    rules = forms + _colours(scope, LIGHT)
    dark = _colours(scope, DARK)
    text = f"{rules}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"
    return "\n".join(line for line in text.splitlines() if line)


def _colours(scope: str, colours: Mapping[str, str]) -> str:
    signs = (
        _SIGN.substitute(scope=scope, sign=sign, colour=colours[sign], tint=colours[f"{sign}_tint"])
        for sign in _SIGNS
    )
    return _COLOURS.substitute(colours, scope=scope) + "".join(signs)
