"""Numbers as short text, and how much room text takes in a picture."""

from __future__ import annotations

import unicodedata
from numbers import Real

_LONGEST = 60  # characters of a line before it is cut

# The width of a character, in parts of the font size. Nobody knows which font a reader has:
# these are the widths of DejaVu Sans, which is wide, so that text in other fonts fits as well.
_WIDTHS = {
    0.00: "\u200b\u200c\u200d\ufe0f",
    0.28: "iljI'",
    0.32: " .,·",
    0.36: ":;|-",
    0.41: "()[]/\\ftrJι",
    0.53: '"°¹²³₀₁₂₃₄₅₆₇₈₉⁰⁴⁵⁶⁷⁸⁹⁻⁺ᵀ_*?`szcεζςνξ',
    0.61: "kvxyκτLFT",
    0.65: "0123456789abdeghnopquESPY$αβγδηθλμπρσυχψ∂Γ",
    0.72: "ABCKRVXZφΑΒΕΖΗΚΡΣΔΛ",
    0.84: "DGHNOQU+=<>−×÷±≤≥≠≈~^→←ωΘΞΠΦΧΨΩ∇&#∑∏∫√∞",
    1.00: "mwMW@%—…",
}
_WIDTH_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
_BOLD = 1.12  # bold text is wider by this


def figure(x: complex, digits: int = 6) -> str:
    """A number as a person would write it.

    Args:
        x: A real or complex number, or a bool.
        digits: How many significant digits to show at most.

    >>> figure(2.0), figure(1 / 14, digits=3), figure(1.2e-08), figure(-0.3)
    ('2', '0.0714', '1.2e-08', '−0.3')
    >>> figure(float("nan")), figure(float("-inf")), figure(1 - 2j)
    ('nan', '−∞', '1−2j')
    """
    if isinstance(x, bool):
        return str(x)
    if not isinstance(x, Real):  # NumPy's complex numbers count as well
        imaginary = figure(x.imag, digits)
        sign = "" if imaginary.startswith("−") else "+"
        return f"{figure(x.real, digits)}{sign}{imaginary}j"
    text = f"{x:.{digits}g}".replace("inf", "∞")
    return "−" + text[1:] if text.startswith("-") else text


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """A careful estimate of how wide a line of text is, in the unit of the font size.

    >>> text_width("ab", 10.0) < text_width("ab", 10.0, bold=True) < text_width("漢字", 10.0)
    True
    """
    ems = sum(map(_character_width, text))
    return ems * size * (_BOLD if bold else 1.0)


def _character_width(character: str) -> float:
    known = _WIDTH_OF.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    return 0.75


def shortened(text: str, longest: int = _LONGEST) -> str:
    """The text, with an ellipsis for what is too long to be read in a picture.

    >>> shortened("a + b"), shortened("abcdefgh", longest=5)
    ('a + b', 'abcd…')
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"
