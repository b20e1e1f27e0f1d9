"""What the source texts print for the worked examples, digit by digit, beside where we have it.

A key leads into the dictionary that the example returns: ``nodes/c/value`` is the value of the
entry named c, ``edges/a→c/partial`` that of the entry from a to c, ``delta4/0/2`` an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final


@final
@dataclass(frozen=True, slots=True)
class Quote:
    """A figure as a text prints it.

    Attributes:
        label: What it is called here.
        key: Where the example's figures have it.
        printed: The digits of the text.
    """

    label: str
    key: str
    printed: str


Section = tuple[str, tuple[Quote, ...]]
"""A heading and the figures under it."""


def found(figures: Any, key: str) -> Any:
    """The figure at a key.

    >>> found({"nodes": [{"name": "c", "value": 3.0}], "D": [[1, 2]]}, "nodes/c/value")
    3.0
    """
    for part in key.split("/"):
        if isinstance(figures, dict):
            figures = figures[part]
        elif part.isdigit():
            figures = figures[int(part)]
        else:
            figures = next(entry for entry in figures if part in _titles(entry))
    return figures


def _titles(entry: dict[str, Any]) -> tuple[str, str]:
    return str(entry.get("name")), f"{entry.get('from')}→{entry.get('to')}"


def rounded(value: float, printed: str) -> str:
    """The value with as many decimals as the text prints.

    >>> rounded(0.29837110876, "0.298371109"), rounded(-0.03809823, "-0.038"), rounded(9, "9")
    ('0.298371109', '-0.038', '9')
    """
    decimals = len(printed.partition(".")[2])
    return str(value) if isinstance(value, int) else f"{value:.{decimals}f}"


def _quotes(prefix: str, *rows: tuple[str, str, str]) -> tuple[Quote, ...]:
    return tuple(Quote(label, prefix + key, printed) for label, key, printed in rows)


def _numbered(prefix: str, label: str, key: str, first: int, printed: str) -> tuple[Quote, ...]:
    """Figures that differ in a number only: ``w5 w6 …``."""
    return tuple(
        Quote(f"{label}{number}", f"{prefix}{key}{number}", digits)
        for number, digits in enumerate(printed.split(), first)
    )


WORKED_EXAMPLE: Final[tuple[Section, ...]] = (
    (
        "values at a = 2, b = 1",
        _quotes(
            "nodes/",
            ("c = a + b", "c/value", "3"),
            ("d = b + 1", "d/value", "2"),
            ("e = c · d", "e/value", "6"),
        ),
    ),
    (
        "partials on the edges",
        _quotes(
            "edges/",
            ("∂c/∂a", "a→c/partial", "1"),
            ("∂c/∂b", "b→c/partial", "1"),
            ("∂d/∂b", "b→d/partial", "1"),
            ("∂e/∂c", "c→e/partial", "2"),
            ("∂e/∂d", "d→e/partial", "3"),
        ),
    ),
    (
        "forward, from b",
        _quotes(
            "nodes/",
            ("∂c/∂b", "c/forward/b", "1"),
            ("∂d/∂b", "d/forward/b", "1"),
            ("∂e/∂b", "e/forward/b", "5"),
        ),
    ),
    (
        "reverse, from e",
        _quotes(
            "nodes/",
            ("∂e/∂e", "e/reverse", "1"),
            ("∂e/∂c", "c/reverse", "2"),
            ("∂e/∂d", "d/reverse", "3"),
            ("∂e/∂a", "a/reverse", "2"),
            ("∂e/∂b", "b/reverse", "5"),
        ),
    ),
)

NINE_PATHS: Final[tuple[Section, ...]] = (
    (
        "α β γ from X to Y, δ ε ζ from Y to Z",
        _quotes(
            "",
            ("paths from X to Z", "paths", "9"),
            ("products, path by path", "cost/paths_unfactored/multiplications", "9"),
            ("products in (α+β+γ)(δ+ε+ζ)", "cost/paths_factored/multiplications", "1"),
        ),
    ),
)

THREE_HUNDRED_STAGES: Final[tuple[Section, ...]] = (
    (
        "300 stages of three parallel edges",
        _quotes(
            "",
            ("paths = 3³⁰⁰", "paths", str(3**300)),
            ("digits of that number", "digits", "144"),
            ("reverse: multiplications", "cost/reverse/multiplications", "900"),
            ("reverse: additions", "cost/reverse/additions", "600"),
        ),
    ),
)

_HELD, _TRAINED, _UNIT = "biases_held/", "biases_trained/", "biases_trained_per_unit/"

TWO_LAYER: Final[tuple[Section, ...]] = (
    (
        "forward",
        (
            *_numbered(f"{_HELD}updates_0/", "out h", "out_h", 1, "0.593269992 0.596884378"),
            *_numbered(f"{_HELD}updates_0/", "out o", "out_o", 1, "0.751365070 0.772928465"),
            Quote("E", f"{_HELD}updates_0/E", "0.298371109"),
        ),
    ),
    (
        "backward",
        (
            *_numbered(f"{_HELD}updates_0/", "δ o", "delta_o", 1, "0.13849856 -0.03809824"),
            *_numbered(
                f"{_HELD}updates_0/",
                "∂E/∂w",
                "dE_dw",
                5,
                "0.08216704 0.08266763 -0.02260254 -0.02274024",
            ),
            *_numbered(f"{_HELD}updates_0/", "δ h", "delta_h", 1, "0.00877135 0.00995425"),
            *_numbered(
                f"{_HELD}updates_0/",
                "∂E/∂w",
                "dE_dw",
                1,
                "0.00043857 0.00087714 0.00049771 0.00099543",
            ),
        ),
    ),
    (
        "after one update, biases held",
        (
            *_numbered(
                f"{_HELD}updates_1/",
                "w",
                "w",
                5,
                "0.35891648 0.40866619 0.51130127 0.56137012",
            ),
            *_numbered(
                f"{_HELD}updates_1/",
                "w",
                "w",
                1,
                "0.14978072 0.19956143 0.24975114 0.29950229",
            ),
            Quote("E", f"{_HELD}updates_1/E", "0.291027774"),
        ),
    ),
    (
        "after 10,000 updates, biases held",
        (
            Quote("E", f"{_HELD}updates_10000/E", "0.0000351019"),
            *_numbered(f"{_HELD}updates_10000/", "out o", "out_o", 1, "0.01591362 0.98406427"),
        ),
    ),
    (
        "biases trained too",
        (
            Quote("E after 1 update", f"{_TRAINED}updates_1/E", "0.285750887"),
            Quote("E after 10,000", f"{_TRAINED}updates_10000/E", "0.00000435532"),
            Quote("E, one bias per unit: 1", f"{_UNIT}updates_1/E", "0.280471447"),
            Quote("E, one bias per unit: 10,000", f"{_UNIT}updates_10000/E", "0.00000244756"),
        ),
    ),
)

_DELTAS: Final = "0.50924681 -0.49194917 0.50621349 0.50388103"


def _costs(strength: str, total: str, slopes: str) -> Section:
    """J, and D for unit 2 and input 1 of each layer."""
    rows = tuple(
        Quote(f"D of layer {layer}, unit 2, input 1", f"lambda_{strength}/D{layer}/1/1", digits)
        for layer, digits in enumerate(slopes.split(), 1)
    )
    return f"λ = {strength}", (Quote("J", f"lambda_{strength}/J", total), *rows)


FOUR_LAYER: Final[tuple[Section, ...]] = (
    (
        "δ of the last layer, first example",
        tuple(
            Quote(f"δ⁽⁴⁾ of unit {unit + 1}", f"lambda_0/delta4/0/{unit}", digits)
            for unit, digits in enumerate(_DELTAS.split())
        ),
    ),
    _costs("0", "2.799426647", "-0.0000108654 0.0070539059 0.0550245231"),
    _costs("0.5", "2.815813801", "-0.0028050204 0.0169474884 0.0649181056"),
)
