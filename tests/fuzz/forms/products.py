"""Matrix products and their kin."""

from __future__ import annotations

import numpy as np

from tests.fuzz.writer import Writer

LETTERS = "ijkl"


def product(w: Writer) -> None:
    a = w.some(lambda v: np.ndim(v) > 0)
    if not a:
        return
    length = np.shape(w[a])[-1]
    b = w.some(lambda v: np.ndim(v) and np.shape(v)[max(np.ndim(v) - 2, 0)] == length)
    other = b if b and w.chance(60) else w.array((length, 2))
    texts = ("{} @ {}", "np.dot({}, {})", "np.matmul({}, {})")
    w.let(w.pick(texts).format(a, other))


def transposed(w: Writer) -> None:
    a = w.some(lambda v: np.ndim(v) > 0)
    if a:
        b = w.some(lambda v: np.ndim(v) and np.shape(v)[-1] == np.shape(w[a])[-1]) or a
        texts = (
            *("np.inner({}, {})", "{} @ {}.T", "np.outer({}, {})", "np.vdot({}, {})"),
            *("np.tensordot({}, {}, axes=([-1], [-1]))", "np.kron({}, {})", "np.vecdot({}, {})"),
            *("np.tensordot({}, {}, axes=0)", "np.convolve({}, {})", "np.linalg.outer({}, {})"),
            'np.correlate({}, {}, mode="same")',
        )
        w.let(w.pick(texts).format(a, b))


def einsum(w: Writer) -> None:
    """One or two operands, their axes lettered at random, but equal letters for equal lengths."""
    lengths: dict[str, int] = {}
    names = [w.any() for _ in range(w.number(1, 2))]
    terms = [_lettered(w, np.shape(w[name]), lengths) for name in names]
    used = [letter for letter in LETTERS if letter in "".join(terms)]
    kept = "".join(letter for letter in used if w.chance(50))
    kept = kept[::-1] if w.chance(30) else kept
    w.let(f'np.einsum("{",".join(terms)}->{kept}", {", ".join(names)})')


def _lettered(w: Writer, shape: tuple[int, ...], lengths: dict[str, int]) -> str:
    term = ""
    for length in shape:
        free = [letter for letter in LETTERS if lengths.get(letter, length) == length]
        if not free:
            return term
        letter = w.pick(free)
        lengths[letter] = length
        term += letter
    return term


def powered(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) == 2 and np.shape(v)[0] == np.shape(v)[1])
    if name:
        texts = (
            "np.linalg.matrix_power({}, 2)",
            "np.linalg.multi_dot([{0}, {0}, {0}])",
            "{0} @ {0}",
        )
        w.let(w.pick(texts).format(name))


def polynomial(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) == 1 and 0 < np.size(v) < 4)
    if name:
        w.let(w.pick(("np.polyval({}, {})", "np.vander({}, 3)")).format(name, w.any()))


def crossed(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) and np.shape(v)[-1] == 3)
    if name:
        other = w.some(lambda v: np.shape(v) == np.shape(w[name])) or name
        w.let(f"np.cross({name}, np.sin({other}))")


FORMS = (product, product, transposed, einsum, powered, polynomial, crossed)
