"""What a matrix product is: sizes, layouts and strides, all known when code is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final

from clearprop.execute.native.products.epilogue import Epilogue

DType = Literal["float32", "float64"]

Form = Literal["plain", "rounded", "pairs"]
"""Operands as they are; to be rounded to bfloat16; pairs of bfloat16 in words of 32 bits."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """C = A·B, where C is overwritten and overlaps neither A nor B.

    Every matrix is stored by rows with neighbours side by side. Strides count elements.

    Attributes:
        m: The rows of A and C.
        n: The columns of B and C.
        k: The columns of A, the rows of B; where it is 0, C is filled with zeros.
        dtype: Of all three.
        transposed_a: Whether A is stored as k×m.
        transposed_b: Whether B is stored as n×k.
        lda: From one stored row of A to the next.
        ldb: From one stored row of B to the next.
        ldc: From one row of C to the next.
        batch: How many such products, each with its own C.
        batch_a: From one A to the next; 0 where all share one.
        batch_b: From one B to the next; 0 where all share one.
        batch_c: From one C to the next.
        epilogue: What is made of C's elements; without one, C itself is the result.
        form: What the operands are; those that are not plain are float32. The depth of pairs counts
            words.
    """

    m: int
    n: int
    k: int
    dtype: DType
    lda: int
    ldb: int
    ldc: int
    transposed_a: bool = False
    transposed_b: bool = False
    batch: int = 1
    batch_a: int = 0
    batch_b: int = 0
    batch_c: int = 0
    epilogue: Epilogue | None = None
    form: Form = "plain"

    def __post_init__(self) -> None:
        if min(self.m, self.n, self.k, self.batch) < 0:
            raise ValueError(f"sizes of a product cannot be negative: {self}")

    @property
    def itemsize(self) -> int:
        """The bytes of an element."""
        return 4 if self.dtype == "float32" else 8

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return 0 in (self.m, self.n, self.batch)


def dense(
    m: int,
    n: int,
    k: int,
    dtype: DType,
    *,
    transposed_a: bool = False,
    transposed_b: bool = False,
) -> Product:
    """The product of matrices stored without gaps.

    >>> dense(2, 3, 4, "float32", transposed_a=True).lda
    2
    """
    return Product(
        m=m,
        n=n,
        k=k,
        dtype=dtype,
        transposed_a=transposed_a,
        transposed_b=transposed_b,
        lda=m if transposed_a else k,
        ldb=k if transposed_b else n,
        ldc=n,
    )


def symbol(product: Product) -> str:
    """The name of the function that computes the product: all that its code depends on."""
    form = ("t" if product.transposed_a else "n") + ("t" if product.transposed_b else "n")
    sizes = f"{product.m}x{product.n}x{product.k}_{product.lda}_{product.ldb}_{product.ldc}"
    name = f"product_{product.dtype}_{form}_{sizes}"
    if product.form != "plain":
        name += f"_{product.form}"
    if product.batch != 1:
        name += f"_{product.batch}_{product.batch_a}_{product.batch_b}_{product.batch_c}"
    if product.epilogue is not None:
        name += f"_{product.epilogue.name}"
    return name.replace("-", "m")


def folded(product: Product) -> Product:
    """A batch whose matrices A and C follow one another, with one B, is a single taller product."""
    tall = (
        product.batch > 1
        and not product.transposed_a
        and product.batch_b == 0
        and product.batch_a == product.m * product.lda
        and product.batch_c == product.m * product.ldc
    )
    return replace(product, m=product.m * product.batch, batch=1) if tall else product
