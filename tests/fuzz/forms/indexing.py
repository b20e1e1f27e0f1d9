"""Reading by slices, integers, masks and arrays of positions."""

from __future__ import annotations

import numpy as np

from tests.fuzz.writer import Writer


def basic(w: Writer, shape: tuple[int, ...]) -> str:
    """A basic index: slices and integers."""
    parts = [_along(w, n) for n in shape[: w.number(0, len(shape))]]
    if w.chance(15):
        parts.insert(w.number(0, len(parts)), "None")
    if not parts or w.chance(15):
        parts.insert(w.pick((0, len(parts))), "...")
    return ", ".join(parts)


def _along(w: Writer, length: int) -> str:
    """An integer or a slice along one axis."""
    if length and w.chance(30):
        return str(w.number(0, 2 * length - 1) - length)
    low, high = w.number(0, length), w.number(0, length)
    return w.pick(
        (":", f"{min(low, 1)}:", f":{high}", "::-1", "::2", f"{low}:{high}", "-2:", "1::2")
    )


def advanced(w: Writer, shape: tuple[int, ...]) -> str:
    """An index with an array of positions or a mask in it."""
    generator = np.random.default_rng(w.number(0, 999))
    kind = w.number(0, 5)
    if kind == 0:  # a mask of all
        return w.positions((generator.random(shape) < 0.6).tolist())
    if kind == 1:  # a mask of the first axis
        return w.positions((generator.random(shape[0]) < 0.6).tolist())
    count = w.number(1, 3)
    where = [generator.integers(-n, n, count).tolist() for n in shape]
    if kind == 2:
        return str(where[0])
    if kind == 3:  # pointwise
        return ", ".join(map(str, where))
    if kind == 4:  # a slice between
        return ", ".join([str(where[0]), *(_along(w, n) for n in shape[1:])])
    return ", ".join([*(_along(w, n) for n in shape[:-1]), w.positions(where[-1])])


def index(w: Writer, shape: tuple[int, ...]) -> str:
    """Any index that suits an array of that shape."""
    if all(shape) and shape and w.chance(40):
        return advanced(w, shape)
    return basic(w, shape)


def read(w: Writer) -> None:
    name = w.some(lambda v: isinstance(v, np.ndarray))
    if name:
        w.let(f"{name}[{index(w, np.shape(w[name]))}]")


def read_basic(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) > 0)
    if name:
        w.let(f"{name}[{basic(w, np.shape(w[name]))}]")


def taken(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) and np.size(v))
    if not name:
        return
    value = np.asarray(w[name])
    where = np.random.default_rng(w.number(0, 99)).integers(0, len(value), 2).tolist()
    along = np.argsort(value, axis=0).tolist()
    texts = (
        *(f"np.take({name}, {where}, axis=0)", f"np.take({name}, 0)", f"{name}.take({where})"),
        *(f"np.take_along_axis({name}, np.array({along}), axis=0)", f"{name}[{name} > 0.0].sum()"),
        *(f"np.compress([True], {name}, axis=0)", f"np.extract({name} > 0.0, {name}).sum()"),
        f"np.choose([0, 1], [{name}[0], {name}[-1]])",
    )
    text = w.pick(texts)
    if ">" in text and (w.abstract or np.any(np.abs(value) < 0.05)):
        return
    w.let(text)


def walked(w: Writer) -> None:
    """Elements by iteration and unpacking."""
    name = w.some(lambda v: np.ndim(v) and len(v))
    if name:
        texts = ("sum({})", "[*{}][0]", "sum(r * r for r in {})", "np.asarray([r + 1 for r in {}])")
        w.let(w.pick(texts).format(name))


FORMS = (read, read, read_basic, taken, walked)
