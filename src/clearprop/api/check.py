"""Gradient checking: an analytic gradient against a numerical one, element by element.

The numerical derivative is a central difference extrapolated by Richardson's method (Ridders,
*Accurate computation of F′(x) and F″(x)*, Adv. Eng. Software 4, 1982): the step shrinks by two, the
extrapolation table tells its own error, and the most trustworthy entry is taken. It calls the
function on plain NumPy arrays, so nothing of clearprop takes part in it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import optree

from clearprop.api.derivatives import grad, jvp, positions_of
from clearprop.errors import ArgumentError, CheckError, DtypeError
from clearprop.tracing import parameter_name, require_callable

LEVELS: Final = 8
"""Rows of the extrapolation table."""


@final
@dataclass(frozen=True, slots=True)
class ElementCheck:
    """One element of one argument.

    Attributes:
        name: The argument, with its path inside containers: ``x``, ``params['w']``.
        index: The element's index; ``()`` for a scalar.
        analytic: The derivative under test.
        numerical: The extrapolated difference.
        error: ``|analytic − numerical|``.
        allowed: The largest error that passes: tolerance plus the numerical method's own.
        mode: ``"reverse"``, ``"forward"`` or ``"given"``.
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numerical: float
    error: float
    allowed: float
    mode: str

    @property
    def ok(self) -> bool:
        """Whether the two agree; two NaNs do, and two equal infinities."""
        same = self.analytic == self.numerical
        both_nan = bool(np.isnan(self.analytic) and np.isnan(self.numerical))
        return bool(self.error <= self.allowed or same or both_nan)


@final
@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The outcome of :func:`check_grads`.

    Attributes:
        elements: Every element that was compared.
        skipped: How many elements were left out, as there were more than ``max_elements``.
    """

    elements: tuple[ElementCheck, ...]
    skipped: int = 0

    @property
    def ok(self) -> bool:
        """Whether all elements agree."""
        return all(element.ok for element in self.elements)

    @property
    def failures(self) -> tuple[ElementCheck, ...]:
        """The elements that disagree, the worst first."""
        bad = [element for element in self.elements if not element.ok]
        return tuple(sorted(bad, key=lambda e: -np.nan_to_num(e.error, nan=np.inf)))

    def text(self) -> str:
        """A table with one line per argument and mode, and the worst failures under it."""
        groups: dict[tuple[str, str], list[ElementCheck]] = {}
        for element in self.elements:
            groups.setdefault((element.name, element.mode), []).append(element)
        rows = [("argument", "mode", "elements", "largest error", "allowed", "")]
        for (name, mode), members in groups.items():
            worst = max(members, key=lambda e: (not e.ok, np.nan_to_num(e.error, nan=np.inf)))
            verdict = "ok" if all(e.ok for e in members) else "FAILS"
            error, allowed = f"{worst.error:.2e}", f"{worst.allowed:.2e}"
            rows.append((name, mode, str(len(members)), error, allowed, verdict))
        widths = [max(len(row[i]) for row in rows) for i in range(6)]
        padded = [[c.ljust(w) for c, w in zip(row, widths, strict=True)] for row in rows]
        lines = ["  ".join(row).rstrip() for row in padded]
        lines += [describe(element) for element in self.failures[:5]]
        if self.skipped:
            lines.append(f"({self.skipped} more elements were not compared: max_elements)")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "ok": self.ok,
            "skipped": self.skipped,
            "elements": [
                {
                    "argument": e.name,
                    "index": list(e.index),
                    "mode": e.mode,
                    "analytic": e.analytic,
                    "numerical": e.numerical,
                    "error": e.error,
                    "allowed": e.allowed,
                    "ok": e.ok,
                }
                for e in self.elements
            ],
        }

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text())}</pre>"


def describe(element: ElementCheck) -> str:
    """One disagreement as a sentence."""
    index = str(list(element.index)) if element.index else ""
    return (
        f"d/d {element.name}{index}: {element.mode} {element.analytic:.10g}, numerical "
        f"{element.numerical:.10g}, they differ by {element.error:.2e} "
        f"(allowed {element.allowed:.2e})"
    )


def check_grads(
    f: Callable[..., Any],
    *args: Any,
    argnums: int | Sequence[int] | None = None,
    grad: Callable[..., Any] | None = None,
    modes: Sequence[str] = ("reverse", "forward"),
    rtol: float = 1e-6,
    atol: float = 1e-8,
    max_elements: int = 200,
    seed: int = 0,
    raises: bool = True,
) -> GradientCheck:
    """Check a gradient against a numerical one.

    Args:
        f: A function of floats and float arrays, or containers of them. If it does not return one
            number, a fixed random combination of its outputs is checked.
        args: The point.
        argnums: Which positional arguments to check; by default all that hold floats.
        grad: A gradient to check in place of ours: hand-written, from PyTorch, JAX or anywhere.
            It is called as ``grad(*args)`` and returns one array per checked argument (a tuple if
            there are several), or a container of the argument's structure. The function must then
            return one number.
        modes: Which of ours to check: ``"reverse"``, ``"forward"`` or both.
        rtol: Relative tolerance; float32 arguments are given at least 2e-2.
        atol: Absolute tolerance; float32 arguments are given at least 1e-3.
        max_elements: Arrays larger than this are checked at as many elements drawn by ``seed``.
        seed: For the combination of outputs and the choice of elements.
        raises: Whether a disagreement raises; else look at ``.ok``.

    Returns:
        A :class:`GradientCheck` with ``.ok``, ``.text()`` and ``.to_dict()``.

    Raises:
        CheckError: Naming the argument and the element that fails, and by how much.

    >>> check_grads(lambda x: x**3, 2.0).ok
    True
    >>> check_grads(lambda x: x**3, 2.0, grad=lambda x: 3 * x, raises=False).ok
    False
    """
    require_callable(f, "check_grads")
    positions = _float_positions(args) if argnums is None else positions_of(argnums, len(args))
    if not positions:
        raise ArgumentError(
            "check_grads found no float argument to check", remedy="Pass floats or float arrays."
        )
    scalar = _scalarized(f, args, seed, exact=grad is not None)
    given = {mode: _gradients(scalar, args, positions, mode) for mode in _modes(modes, grad)}
    if grad is not None:
        given = {"given": _given_gradient(grad, args, positions)}
    elements: list[ElementCheck] = []
    skipped = 0
    generator = np.random.default_rng(seed)
    for place, position in enumerate(positions):
        paths, leaves, structure = optree.tree_flatten_with_path(args[position])
        slopes = {mode: structure.flatten_up_to(found[place]) for mode, found in given.items()}
        stem = parameter_name(f, position)
        for number, (path, leaf) in enumerate(zip(paths, leaves, strict=True)):
            name = stem + "".join(f"[{part!r}]" for part in path)
            array = np.asarray(leaf)
            chosen = _chosen(array.shape, max_elements, generator)
            skipped += array.size - len(chosen)
            along = _Along(scalar, args, position, structure, leaves, number)
            for index in chosen:
                numerical, doubt = along.derivative(index)
                single = array.dtype.itemsize < 8
                relative = max(rtol, 2e-2) if single else rtol
                absolute = max(atol, 1e-3) if single else atol
                # what the differences cannot tell, but never so much that nothing could fail
                unsure = min(10 * doubt, (5e-2 if single else 1e-4) * max(abs(numerical), 1.0))
                for mode, found in slopes.items():
                    analytic = float(_as_array(found[number], array, name)[index])
                    size = np.nan_to_num(max(abs(analytic), abs(numerical)), posinf=0.0)
                    allowed = absolute + relative * size + unsure
                    error = abs(analytic - numerical)
                    elements.append(
                        ElementCheck(name, index, analytic, numerical, error, allowed, mode)
                    )
    result = GradientCheck(tuple(elements), skipped)
    if raises and not result.ok:
        raise CheckError(
            f"the gradient check failed at {len(result.failures)} of {len(elements)} elements: "
            + "; ".join(describe(failure) for failure in result.failures[:3]),
            why="The numerical derivative is an extrapolated difference of plain NumPy values.",
            remedy="At a kink or a jump no number is right; else cp.why(f, x) shows the edges.",
        )
    return result


@final
class _Along:
    """The function along single elements of one leaf of one argument."""

    def __init__(
        self,
        function: Callable[..., float],
        args: tuple[Any, ...],
        position: int,
        structure: Any,
        leaves: list[Any],
        number: int,
    ) -> None:
        self.function = function
        self.args = args
        self.position = position
        self.structure = structure
        self.leaves = leaves
        self.number = number

    def value(self, index: tuple[int, ...], shift: float) -> float:
        """The function with that element moved by ``shift``."""
        leaf = self.leaves[self.number]
        moved: Any = np.array(leaf)
        moved[index] += shift
        leaves = list(self.leaves)
        leaves[self.number] = moved if isinstance(leaf, np.ndarray) else type(leaf)(moved[()])
        full = list(self.args)
        full[self.position] = optree.tree_unflatten(self.structure, leaves)
        return float(self.function(*full))

    def derivative(self, index: tuple[int, ...]) -> tuple[float, float]:
        """Ridders' extrapolated central difference, and its own estimate of its error."""
        array = np.asarray(self.leaves[self.number])
        start = float(np.finfo(array.dtype).eps) ** 0.25
        step = 20 * start * max(abs(float(array[index])), 0.1)
        best, doubt = np.nan, np.inf
        previous: list[float] = []
        for _ in range(LEVELS):
            high, low = self.value(index, step), self.value(index, -step)
            row = [(high - low) / (2 * step)]
            for k, older in enumerate(previous):
                row.append(row[k] + (row[k] - older) / (4.0 ** (k + 1) - 1))
                estimate = max(abs(row[k + 1] - row[k]), abs(row[k + 1] - older))
                if estimate <= doubt:
                    best, doubt = row[k + 1], estimate
            previous = row
            step /= 2
        return (best, doubt) if np.isfinite(doubt) else (previous[0], 0.0)


def _modes(modes: Sequence[str], grad_given: Any) -> Sequence[str]:
    unknown = set(modes) - {"reverse", "forward"}
    if unknown:
        raise ArgumentError(f'check_grads has no mode {unknown.pop()!r}: use "reverse", "forward"')
    return () if grad_given is not None else modes


def _float_positions(args: tuple[Any, ...]) -> list[int]:
    def is_float(leaf: Any) -> bool:
        return isinstance(leaf, (float, np.floating)) or (
            isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
        )

    return [
        position
        for position, argument in enumerate(args)
        if (leaves := optree.tree_leaves(argument)) and all(map(is_float, leaves))
    ]


def _scalarized(
    f: Callable[..., Any], args: tuple[Any, ...], seed: int, exact: bool
) -> Callable[..., Any]:
    """The function itself if it returns one number, else a fixed combination of its outputs."""
    outputs = optree.tree_leaves(f(*args))
    shapes = [np.shape(leaf) for leaf in outputs]
    if shapes == [()]:
        return lambda *values: optree.tree_leaves(f(*values))[0]
    if exact:
        raise DtypeError(
            f"a given gradient belongs to a function that returns one number, not shapes {shapes}"
        )
    generator = np.random.default_rng(seed)
    weights = [generator.uniform(0.5, 1.5, shape) for shape in shapes]

    def combined(*values: Any) -> Any:
        total: Any = 0.0
        for leaf, weight in zip(optree.tree_leaves(f(*values)), weights, strict=True):
            if np.asarray(weight).size:
                total = total + np.sum(leaf * weight)
        return total

    return combined


def _gradients(
    f: Callable[..., Any], args: tuple[Any, ...], positions: list[int], mode: str
) -> list[Any]:
    """Our gradient by each checked argument."""
    if mode == "reverse":
        return list(grad(f, positions)(*args))
    found = []
    for position in positions:
        leaves, structure = optree.tree_flatten(args[position])
        slopes = [np.zeros(np.shape(leaf)) for leaf in leaves]

        def of_one(value: Any, position: int = position) -> Any:
            return f(*args[:position], value, *args[position + 1 :])

        for number, leaf in enumerate(leaves):
            for index in np.ndindex(np.shape(leaf)):
                unit = [np.zeros(np.shape(other)) for other in leaves]
                unit[number][index] = 1.0
                tangent = optree.tree_unflatten(structure, unit)
                slopes[number][index] = jvp(of_one, (args[position],), (tangent,))[1]
        found.append(optree.tree_unflatten(structure, slopes))
    return found


def _given_gradient(
    given: Callable[..., Any], args: tuple[Any, ...], positions: list[int]
) -> list[Any]:
    found = given(*args)
    if len(positions) == 1:
        return [found]
    if not isinstance(found, (tuple, list)) or len(found) != len(positions):
        raise ArgumentError(
            f"the given gradient must return {len(positions)} arrays, one per checked argument"
        )
    return list(found)


def _as_array(found: Any, like: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
    """A gradient of NumPy, PyTorch or JAX as an array of the argument's shape."""
    detach = getattr(found, "detach", None)
    array = np.asarray(detach() if detach is not None else found)
    if array.shape != like.shape:
        raise ArgumentError(
            f"the gradient by {name} has shape {array.shape}; the argument has {like.shape}"
        )
    return array


def _chosen(
    shape: tuple[int, ...], limit: int, generator: np.random.Generator
) -> list[tuple[int, ...]]:
    everything = list(np.ndindex(shape))
    if len(everything) <= limit:
        return everything
    return [everything[i] for i in sorted(generator.choice(len(everything), limit, replace=False))]
