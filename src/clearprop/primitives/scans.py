"""Running sums and products along the last axis, made in ⌈log₂ n⌉ steps of shifting and combining.

Source: W. D. Hillis and G. L. Steele, *Data parallel algorithms*, CACM 29 (1986). As they are made
of sums and products alone, what is built with them can be differentiated again, zeros or not.
"""

from __future__ import annotations

from clearprop.primitives.builder import Builder, Sym


def shifted(ops: Builder, rows: Sym, by: int, filler: float) -> Sym:
    """Each row moved back by some places, with the filler in front."""
    lead, count = rows.shape[:-1], rows.shape[-1]
    none, by = (0,) * len(lead), min(by, count)
    front = ops.full(rows.type.with_shape((*lead, by)), filler)
    kept = ops.slice(rows, start=(*none, 0), stop=(*lead, count - by), step=(1,) * len(rows.shape))
    return ops.concatenate(front, kept, axis=len(lead))


def flipped(ops: Builder, rows: Sym) -> Sym:
    """Each row from its end."""
    return ops.flip(rows, axes=(len(rows.shape) - 1,))


def recurrence(ops: Builder, factors: Sym, terms: Sym) -> Sym:
    """In each row the t that satisfy tᵢ = aᵢ tᵢ₋₁ + bᵢ, from t₋₁ = 0."""
    reach = 1
    while reach < terms.shape[-1]:
        terms = terms + factors * shifted(ops, terms, reach, 0)
        factors = factors * shifted(ops, factors, reach, 1)
        reach *= 2
    return terms


def sums_within(ops: Builder, runs: Sym, terms: Sym) -> Sym:
    """In each row the running sums, begun anew where a run with another number begins."""
    reach = 1
    while reach < terms.shape[-1]:
        same = ops.equal(runs, shifted(ops, runs, reach, -1))
        terms = terms + ops.where(same, shifted(ops, terms, reach, 0), 0)
        reach *= 2
    return terms
