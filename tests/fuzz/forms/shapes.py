"""Shapes: rearranging, joining and splitting."""

from __future__ import annotations

import numpy as np

from tests.fuzz.writer import Writer


def reshaped(w: Writer) -> None:
    name = w.any()
    shape = factors(w, np.size(w[name]))
    if shape and w.chance(30):
        shape = (*shape[:-1], -1)
    order = ', order="F"' if w.chance(20) else ""
    texts = ["np.reshape({}, {}{})", "{}.reshape({}{})"]
    w.let(w.pick(texts).format(name, shape, order))


def flattened(w: Writer) -> None:
    texts = ("np.ravel({})", "{}.ravel()", "{}.flatten()", '{}.ravel("F")', "{}.reshape(-1)")
    w.let(w.pick(texts).format(w.any()))


def permuted(w: Writer) -> None:
    name = w.any()
    rank = np.ndim(w[name])
    if rank < 2:
        w.let(w.pick(("{}.T", "np.transpose({})", "np.atleast_2d({})")).format(name))
        return
    a, b = w.number(0, rank - 1), w.number(0, rank - 1)
    order = tuple(np.random.default_rng(w.number(0, 20)).permutation(rank).tolist())
    texts = (
        *("{0}.T", "np.transpose({0}, {3})", "np.swapaxes({0}, {1}, {2})", "{0}.swapaxes({1}, -1)"),
        *("np.moveaxis({0}, {1}, {2})", "{0}.transpose({3})", "np.rollaxis({0}, {1})"),
        "np.matrix_transpose({0})",
    )
    w.let(w.pick(texts).format(name, a, b, order))


def resized(w: Writer) -> None:
    name = w.any()
    rank = np.ndim(w[name])
    place = w.number(0, 2 * rank + 1) - rank - 1
    texts = (
        *("np.expand_dims({}, {})", "{}[..., None]", "{}[None]", "np.squeeze({})"),
        *("np.atleast_1d({})", "np.atleast_2d({})", "np.atleast_3d({})", "np.asarray([{}])"),
    )
    w.let(w.pick(texts).format(name, place))


def broadcast(w: Writer) -> None:
    name = w.any()
    shape = np.shape(w[name])
    wider = tuple(w.number(2, 3) if n == 1 else n for n in shape)
    wider = (w.number(1, 2), *wider) if w.chance(60) else wider
    w.let(w.pick(("np.broadcast_to({}, {})", "{} + np.zeros({})")).format(name, wider))


def joined(w: Writer) -> None:
    a = w.any()
    rank = np.ndim(w[a])
    b = w.some(lambda v: np.ndim(v) == rank) or a
    same = w.some(lambda v: np.shape(v) == np.shape(w[a])) or a
    place = w.number(0, max(rank - 1, 0)) - (rank if w.chance(30) else 0)
    texts = (
        *("np.concatenate(({0}, {1}), axis={3})", "np.stack([{0}, {2}], axis={3})"),
        *("np.hstack([{0}, {1}])", "np.vstack([{0}, {2}])", "np.append({0}, {1})"),
        *("np.concatenate([{0}, {1}, {2}], axis=None)", "np.dstack([{0}, {2}])"),
        *("np.column_stack([{0}, {2}])", "np.asarray([{0}, {2}])", "np.block([{0}, {1}])"),
        "np.insert({0}, 1, {1})",
    )
    w.let(w.pick(texts).format(a, b, same, place))


def parted(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) and np.shape(v)[0] > 1)
    if name:
        length = np.shape(w[name])[0]
        cut = w.number(1, length - 1)
        part = w.pick((0, -1))
        texts = (
            *(f"np.split({name}, [{cut}])[{part}]", f"np.array_split({name}, 2)[{part}]"),
            *(f"np.delete({name}, {cut}, axis=0)", f"np.hsplit({name}, 1)[0]"),
            *(f"np.take({name}, [{cut}, 0], axis=0)", f"np.unstack({name})[{part}]"),
        )
        w.let(w.pick(texts))


def padded(w: Writer) -> None:
    name = w.any()
    rank = np.ndim(w[name])
    width = [(w.number(0, 1), w.number(0, 2)) for _ in range(rank)]
    modes = ("", ", constant_values=0.5", ', mode="edge"', ', mode="reflect"', ', mode="wrap"')
    w.let(f"np.pad({name}, {width}{w.pick(modes)})")


def moved(w: Writer) -> None:
    name = w.any()
    rank = max(np.ndim(w[name]), 1)
    place, step = w.number(0, rank - 1), w.number(-2, 2)
    texts = (
        *("np.flip({0}, axis={1})", "np.roll({0}, {2}, axis={1})", "np.roll({0}, {2})"),
        *("np.flip({0})", "np.rot90({0}, {2})", "np.flipud({0})", "np.fliplr({0})"),
    )
    w.let(w.pick(texts).format(name, place, step))


def repeated(w: Writer) -> None:
    name = w.any()
    texts = (
        *("np.tile({}, 2)", "np.repeat({}, 2)", "np.tile({}, (2, 1))", "np.repeat({}, 2, axis=0)"),
        *("np.resize({}, (2, 3))", "np.repeat({}, [1, 2], axis=0)"),
    )
    w.let(w.pick(texts).format(name))


def diagonals(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) in (1, 2))
    if name:
        offset = w.number(-1, 1)
        texts = (
            *("np.diag({}, {})", "np.tril({}, {})", "np.triu({}, {})", "np.diagonal({}, {})"),
            *("np.trace({}, {})", "np.diagflat({}, {})", "np.linalg.trace({})"),
        )
        w.let(w.pick(texts).format(name, offset))


def factors(w: Writer, size: int) -> tuple[int, ...]:
    """A shape with that many elements."""
    shape: list[int] = []
    while size > 1 and len(shape) < 3:
        divisors = [n for n in range(1, size + 1) if size % n == 0]
        shape.append(w.pick(divisors[::-1]))
        size //= shape[-1]
    return (*shape, size) if size != 1 or not shape else tuple(shape)


FORMS = (
    *(reshaped, flattened, permuted, permuted, resized, broadcast, joined, joined, parted, padded),
    *(moved, repeated, diagonals),
)
