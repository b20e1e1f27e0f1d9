"""Attributes and methods of traced arrays: each as in NumPy, or an error that says what to write.

Every public name of ``numpy.ndarray`` stands here: as a property, as a function of the same name
(:data:`METHODS`), or with the spelling to use in its place (:data:`SPELLINGS`).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.tracing.flat import Flat
from clearprop.tracing.trace import user_line

if TYPE_CHECKING:
    from clearprop.graph import Shape, Value
    from clearprop.tracing.trace import Trace

METHODS: Final = frozenset(
    (
        *("all", "any", "argmax", "argmin", "argsort", "astype", "choose", "clip", "compress"),
        *("conj", "conjugate", "copy", "cumprod", "cumsum", "diagonal", "dot", "fill", "flatten"),
        *("item", "max", "mean", "min", "nonzero", "prod", "put", "ravel", "repeat", "round"),
        *("searchsorted", "sort", "squeeze", "std", "sum", "swapaxes", "take", "to_device"),
        *("tolist", "trace", "var", "view"),
    )
)
"""Methods of arrays that are the functions of the same name in the namespace."""

SPELLINGS: Final = {
    "argpartition": "x.argsort(axis), whose order is one that it may give",
    "partition": "x.sort(axis), whose order is one that it may give",
    "resize": "x = np.resize(x, shape), or x.reshape(shape) where the size stays",
    "is_integer": "x == np.floor(x)",
}
"""What to write for methods that are not traced; for others, the plain value's own."""


class Attributes:
    """What a traced array is, and its methods; a base of that class alone."""

    __slots__ = ()

    owner: Trace
    node: Value

    # What it is ----------------------------------------------------------------------------------

    @property
    def shape(self) -> Shape:
        """The shape."""
        return self.node.type.shape

    @shape.setter
    def shape(self, shape: Any) -> NoReturn:
        raise self._untraced("shape", "x = x.reshape(shape)", "assigning to ")

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        return self.node.type.dtype

    @dtype.setter
    def dtype(self, dtype: Any) -> NoReturn:
        raise self._untraced("dtype", "x = x.astype(dtype)", "assigning to ")

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.node.type.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.node.type.size

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.node.type.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    @property
    def device(self) -> str:
        """Where it lives: as all NumPy arrays, on the CPU."""
        return "cpu"

    # Other looks at the same elements ------------------------------------------------------------

    @property
    def T(self) -> Any:
        """The transpose: a view with the axes in reverse order."""
        return self._call("transpose")

    @property
    def mT(self) -> Any:
        """The matrix transpose: a view with the last two axes swapped."""
        return self._call("matrix_transpose")

    @property
    def real(self) -> Any:
        """The real part: a view; of real numbers the array itself."""
        return self._call("real")

    @real.setter
    def real(self, value: Any) -> None:
        self.owner.namespace["setitem"](self.real, ..., value)

    @property
    def imag(self) -> Any:
        """The imaginary part: a view; of real numbers new zeros."""
        return self._call("imag")

    @imag.setter
    def imag(self, value: Any) -> None:
        if self.dtype.kind != "c":
            raise TypeError("array does not have imaginary part to set")
        self.owner.namespace["setitem"](self.imag, ..., value)

    @property
    def flat(self) -> Flat:
        """The elements in C order, to be iterated over, read and written by position."""
        return Flat(self)

    @flat.setter
    def flat(self, values: Any) -> None:
        Flat(self)[:] = values

    # Methods -------------------------------------------------------------------------------------

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
        """As ``ndarray.reshape``: one tuple or several lengths."""
        lengths = shape[0] if len(shape) == 1 and not _is_index(shape[0]) else shape
        return self.owner.namespace["reshape"](self, lengths, order=order, copy=copy)

    def transpose(self, *axes: Any) -> Any:
        """As ``ndarray.transpose``: nothing, one tuple or several axes."""
        order = axes[0] if len(axes) == 1 and not _is_index(axes[0]) else (axes or None)
        return self._call("transpose", order)

    def _call(self, name: str, *arguments: Any) -> Any:
        return self.owner.namespace[name](self, *arguments)

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return functools.partial(self.owner.namespace[name], self)
        if name.startswith("__") or not (hasattr(np.ndarray, name) or hasattr(np.float64, name)):
            raise AttributeError(f"a traced array has no attribute {name!r}")
        raise self._untraced(name, SPELLINGS.get(name, f"cp.stop_gradient(x).value.{name}"))

    def _untraced(self, name: str, spelling: str, doing: str = "") -> Exception:
        """The error for an attribute that is not traced; NumPy may hide it."""
        return self.owner.hide(
            UnsupportedError(
                f"{doing}the array method or attribute .{name} is not traced",
                where=user_line(),
                remedy=f"Write {spelling}.",
            )
        )


def _is_index(value: Any) -> bool:
    """Whether it is one length or axis, and not a tuple of them."""
    return isinstance(value, int) or getattr(value, "shape", None) == ()
