"""Loops over elements, and matrix products, as plain loops of C."""

from __future__ import annotations

from math import prod

from clearprop.execute.native.layouts import collapsed
from clearprop.execute.native.loops.instructions import identity
from clearprop.execute.native.steps import Loop, Multiply
from clearprop.execute.native.terms import Term
from clearprop.execute.source.c.terms import Terms, literal
from clearprop.execute.source.c.writer import LETTERS, Frame, place, type_name


def write_loop(frame: Frame, loop: Loop) -> None:
    """Nested loops, those along folded axes innermost; sums go into variables.

    Args:
        frame: Where to, and where the buffers are.
        loop: The loop.
    """
    writer = frame.writer
    layouts = [*loop.loads, *(x.place for x in loop.stores), *(x.place for x in loop.folds)]
    marks = [axis not in loop.folded for axis in range(len(loop.domain))]
    lengths, kept, strides = collapsed(layouts, loop.domain, marks)
    is_empty = not prod(loop.domain)
    if is_empty and not loop.folds:
        return
    indices = [LETTERS[i] if i < len(LETTERS) else f"i{i}" for i in range(len(lengths))]
    outer = [i for i, keeps in enumerate(kept) if keeps]
    inner = [i for i, keeps in enumerate(kept) if not keeps]
    first_store, first_fold = len(loop.loads), len(loop.loads) + len(loop.stores)

    def element(at: int) -> str:
        return frame.element(layouts[at], strides[at], indices)

    def load(term: Term) -> str:
        return element(term.payload)

    terms = Terms(writer, load)
    with writer.nest([indices[i] for i in outer], [lengths[i] for i in outer]):
        sums = []
        for fold in loop.folds:
            sums.append(writer.fresh("s"))
            start = identity(fold.op, fold.term.dtype)
            first = literal(start or (0 if is_empty else start), fold.term.dtype)[0]
            writer.line(f"{type_name(fold.term.dtype)} {sums[-1]} = {first};")
        if not is_empty:
            with writer.nest([indices[i] for i in inner], [lengths[i] for i in inner]):
                roots = [x.term for x in loop.stores] + [x.term for x in loop.folds]
                texts = terms.write([*loop.refusals, *roots])
                checks, made = len(loop.refusals), len(loop.stores)
                for text in texts[:checks]:
                    writer.checks = True
                    writer.line(f"if ({text[0]}) return 1;")
                for at, text in enumerate(texts[checks:][:made], first_store):
                    writer.line(f"{element(at)} = {text[0]};")
                for fold, name, text in zip(loop.folds, sums, texts[checks + made :], strict=True):
                    writer.line(f"{name} = {terms.combined(fold.op, fold.term.dtype, name, text)};")
        for at, name in enumerate(sums, first_fold):
            writer.line(f"{element(at)} = {name};")


def write_product(frame: Frame, step: Multiply) -> None:
    """Three loops, or four of a stack; rows of the result grow side by side."""
    writer, type_ = frame.writer, type_name(step.c.dtype)
    count, m, k = step.a.shape
    n = step.b.shape[2]
    a, b, c = (frame.pointer(x.buffer) for x in (step.a, step.b, step.c))
    stack, many = (["s"], [count]) if count != 1 else ([], [])
    s = "s" if stack else "0"
    of_a = f"{a}[{place(step.a.offset, step.a.strides, (s, 'i', 'p'))}]"
    of_b = f"{b}[{place(step.b.offset, step.b.strides, (s, 'p', 'j'))}]"
    of_c = f"{c}[{place(step.c.offset, (m * n, n, 1), (s, 'i', 'j'))}]"
    if n == 1:
        of_b = f"{b}[{place(step.b.offset, step.b.strides[:2], (s, 'p'))}]"
        of_c = f"{c}[{place(step.c.offset, (m, 1), (s, 'i'))}]"
        with writer.nest([*stack, "i"], [*many, m]):
            writer.line(f"{type_} sum = 0;")
            with writer.loop("p", k):
                writer.line(f"sum += {of_a} * {of_b};")
            writer.line(f"{of_c} = sum;")
        return
    with writer.nest([*stack, "i"], [*many, m]):
        with writer.loop("j", n):
            writer.line(f"{of_c} = 0;")
        with writer.loop("p", k):
            writer.line(f"const {type_} factor = {of_a};")
            with writer.loop("j", n):
                writer.line(f"{of_c} += factor * {of_b};")
