"""Make ``docs/reference/primitives.md`` from the catalogue.

Run ``python -m scripts.catalogue_page`` from the project's root after a primitive was added; a test
holds the page to it.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any, Final

from clearprop.primitives import CATALOGUE, Elementwise, Primitive
from clearprop.primitives.catalogue import FOLDERS

PAGE: Final = "docs/reference/primitives.md"

HEAD: Final = """\
# The catalogue of primitives

Every graph is made of these operations, {count} in all. Each is described in one file of
`src/clearprop/primitives/`; this page is made from them by `python -m scripts.catalogue_page`. What
NumPy offers beyond them is composed of them in `clearprop.numpy`.

The **family** says how a derivative follows: *elementwise* operations give their local partials,
*linear* ones their transpose, *bilinear* ones both transposes, *general* ones a jvp and a vjp;
through *discrete* ones no path leads.
"""

LETTERS: Final = "abcdef"


def render() -> str:
    """The page's text."""
    parts = [HEAD.format(count=len(CATALOGUE))]
    for folder in FOLDERS:
        package = importlib.import_module(f"clearprop.primitives.{folder}")
        names = sorted(path.stem for path in Path(package.__path__[0]).glob("[a-z]*.py"))
        parts.append(f"\n## {folder.capitalize()}\n\n{package.__doc__.strip()}\n\n")
        parts.append("| primitive | formula | family | what it is |\n| --- | --- | --- | --- |\n")
        parts += [_row(CATALOGUE[name], folder) for name in names]
    parts.append(_decisions())
    return "".join(parts)


def _row(primitive: Primitive, folder: str) -> str:
    module: Any = importlib.import_module(f"clearprop.primitives.{folder}.{primitive.name}")
    first = re.split(r"\n\s*\n|\n>>>", module.__doc__.strip())[0].replace("\n", " ")
    first = first.replace("``", "`").replace("|", r"\|")
    formula = re.sub(r"@(\d)", lambda m: LETTERS[int(m[1])], primitive.formula)
    formula = formula.replace("|", r"\vert ")
    return f"| `{primitive.name}` | ${formula}$ | {primitive.family} | {first} |\n"


def _decisions() -> str:
    """The points at which a derivative is a decision."""
    lines = [
        "\n## Decisions at awkward points\n\n",
        "Where a function has a kink, a jump or a pole, its partials are decisions: symmetric or\n"
        "minimum-norm subgradients, NaN where none is sensible. The conformance suite holds "
        "each.\n\n",
        "| primitive | at | partials | because |\n| --- | --- | --- | --- |\n",
    ]
    for name in sorted(CATALOGUE):
        primitive = CATALOGUE[name]
        if isinstance(primitive, Elementwise):
            for point in primitive.awkward:
                at = ", ".join(map(str, point.operands))
                partials = ", ".join("no path" if p is None else f"{p:g}" for p in point.partials)
                lines.append(f"| `{name}` | {at} | {partials} | {point.reason} |\n")
    lines.append(
        "\nOperations on whole arrays say in their files what they decide: where elements tie "
        "(`max`, `min`,\n`cummax`, `cummin`, `sort`, `top_k`), where elements are 0 (`prod`, "
        "`cumprod`), where eigenvalues or\nsingular values coincide (`eigh`, `svd`), and where "
        "a matrix is singular or of lower rank (`det`, `lu`,\n`pinv`, `qr`, `slogdet`, "
        "`solve`, `triangular_solve`).\n"
    )
    return "".join(lines)


def main() -> None:
    """Write the page."""
    page = Path(__file__).parents[1] / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
