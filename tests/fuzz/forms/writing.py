"""Writing into arrays, whole, in part and through views."""

from __future__ import annotations

import numpy as np

from tests.fuzz.forms.indexing import basic, index
from tests.fuzz.writer import Writer


def fresh(w: Writer) -> None:
    """An array of one's own, to be written into."""
    name = w.some(lambda v: isinstance(v, np.ndarray))
    texts = ["{}.copy()", "np.asarray({}).copy()", "{} * 1.0", "np.copy({})", "np.sin({})", "+{}"]
    if w.namespace != "numpy":
        texts += ["np.zeros({1})", "np.ones({1})", "np.full({1}, 0.5)", "np.zeros_like({0})"]
    if name:
        w.let(w.pick(texts).format(name, np.shape(w[name])))


def assigned(w: Writer) -> None:
    """``y[i] = v``, ``y[i] += v`` and their kind."""
    name = w.some(_writable)
    if name:
        value = w.any() if w.chance(70) else w.constant()
        place = f"{name}[{index(w, np.shape(w[name]))}]"
        write(w, name, f"{place} {w.pick(('=', '=', '+=', '*=', '-='))} {value}")


def seen(w: Writer) -> None:
    """A view of an array that can be written into."""
    name = w.some(_writable)
    if name:
        texts = (
            *("{}.T", "{}.reshape(-1)", "{}.ravel()", "np.flip({})", "np.swapaxes({}, 0, -1)"),
            *("{}[None]", "np.expand_dims({}, 0)", "{}.squeeze()", "np.split({}, 1)[0]", "{}[...]"),
        )
        part = f"{name}[{basic(w, np.shape(w[name]))}]"
        w.let(part if w.chance(40) else w.pick(texts).format(name))


def changed(w: Writer) -> None:
    """The whole array changed in place."""
    name = w.some(_writable)
    if name:
        write(w, name, f"{name} {w.pick(('+=', '*=', '-='))} {w.pick((w.any(), w.constant()))}")


def overlapping(w: Writer) -> None:
    """An array written into from itself."""
    name = w.some(_long)
    if name:
        texts = (
            *("{0}[1:] += {0}[:-1]", "{0}[:] = {0}[::-1]", "{0}[0], {0}[-1] = {0}[-1], {0}[0]"),
            *(
                "{0}[::-1] = {0} * 0.5",
                "{0}[:-1] = {0}[1:]",
                "{0}[0] -= {0}[1]",
                "{0} += {0}[::-1]",
            ),
            *("{0}[[0, 0]] += 1.0", "{0}[0] = {0}[1]", "{0}[...] = {0}.T.T * {0}"),
        )
        write(w, name, w.pick(texts).format(name))


def by_function(w: Writer) -> None:
    """NumPy's functions that write."""
    name = w.some(lambda v: _writable(v) and np.ndim(v) > 0)
    if name and w.namespace != "numpy" and not w.abstract:  # place looks at its mask
        mask = w.array(np.shape(w[name]), "bool")
        texts = (
            *("np.copyto({0}, {1})", "np.fill_diagonal({0}, {1})", "np.put({0}, [0, -1], {1})"),
            *("np.putmask({0}, {2}, {1})", "np.place({0}, {2}, {1})"),
            "np.copyto({0}, {1}, where={2})",
        )
        write(w, name, w.pick(texts).format(name, f"np.sin({w.any()})", mask))


def stepped(w: Writer) -> None:
    """A recurrence, element by element."""
    name = w.some(lambda v: _long(v) and len(v) <= w.scale.trips and bool(np.all(abs(v) < 30)))
    if name:
        texts = (
            "{0}[i] = {0}[i] + 0.5 * {0}[i - 1]",
            "{0}[i] += np.sin({0}[i - 1]) * {1}",
            "{0}[i] *= np.cos({0}[i - 1])",
        )
        i = w.new("i")
        body = w.pick(texts).format(name, w.constant()).replace("[i", f"[{i}")
        write(w, name, f"for {i} in range(1, {len(w[name])}):", f"    {body}")


def write(w: Writer, name: str, *lines: str) -> None:
    """Write the lines if they leave a sound value, which is tried on a copy first."""
    w.attempt(name, list(lines))


def _writable(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.flags.writeable


def _long(value: object) -> bool:
    return _writable(value) and np.ndim(value) > 0 and np.shape(value)[0] > 1


FORMS = (fresh, fresh, assigned, assigned, seen, seen, changed, overlapping, by_function, stepped)
