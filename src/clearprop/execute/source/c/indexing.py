"""Reading and writing at computed positions, which are checked first."""

from __future__ import annotations

from clearprop.execute.native.indexing.gather import Gather
from clearprop.execute.native.indexing.scatter import Scatter
from clearprop.execute.native.terms import Term
from clearprop.execute.source.c.terms import Terms
from clearprop.execute.source.c.writer import LETTERS, Frame


def write_rows(frame: Frame, step: Gather | Scatter) -> None:
    """Loops over positions, and for each over a row."""
    writer, rows = frame.writer, step.rows
    lead, count = rows.indices[0].shape, len(rows.indices)
    row = rows.array.shape[count:]
    names = [LETTERS[i] if i < len(LETTERS) else f"i{i}" for i in range(len(lead) + len(row))]
    outer, inner = names[: len(lead)], names[len(lead) :]
    with writer.nest(outer, lead):
        places = []
        for axis, index in enumerate(rows.indices):
            places.append(writer.fresh("at"))
            position = frame.element(index, index.strides, outer)
            place, length = places[-1], rows.array.shape[axis]
            fixed = "" if rows.wraps[axis] else "const "
            writer.line(f"{fixed}int64_t {place} = (int64_t){position};")
            if rows.wraps[axis]:
                writer.line(f"if ({place} < 0) {place} += {length};")
            if not rows.known:
                writer.checks = True
                writer.line(f"if ({place} < 0 || {place} >= {length}) return 1;")
        with writer.nest(inner, row):
            mine = frame.element(rows.array, rows.array.strides, [*places, *inner])
            other = frame.element(rows.other, rows.other.strides, names)
            if isinstance(step, Gather):
                writer.line(f"{other} = {mine};")
            elif not step.adds:
                writer.line(f"{mine} = {other};")
            else:
                terms = Terms(writer, lambda term: mine if term.payload else other)
                pair = [Term("load", (), rows.array.dtype, at) for at in (1, 0)]
                ((total, _),) = terms.write([pair[0] + pair[1]])
                writer.line(f"{mine} = {total};")
