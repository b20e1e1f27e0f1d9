"""The compiled function: which code runs for which arguments."""

from __future__ import annotations

import functools
import operator
import sys
import threading
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Literal, ParamSpec, TypeVar, cast, final, overload

import numpy as np

from clearprop.api.compiled.kinds import Arguments, kinds_of
from clearprop.api.compiled.plan import ExecutionPlan
from clearprop.api.compiled.progress import Bars, reporter
from clearprop.api.compiled.variant import Found, Options, Variant
from clearprop.errors import ArgumentError
from clearprop.execute.native.calls import chained
from clearprop.execute.native.polling import Progress
from clearprop.execute.source.c import c_source
from clearprop.execute.source.python import python_source
from clearprop.tracing import CURRENT, require_callable, user_line

MOST_VARIANTS: Final = 16
"""How many branches of the Python code are compiled for arguments of one kind."""

MOST_ENTRIES: Final = 32
"""How many entries are asked before Python's way is taken."""

P = ParamSpec("P")
R = TypeVar("R")


@overload
def compile(
    f: np.ufunc,
    static_argnums: int | Sequence[int] = (),
    donate_argnums: int | Sequence[int] = (),
    threads: int | None = None,
    flush_denormals: bool = False,
    progress: bool | Progress | None = None,
    products: Literal["bfloat16"] | None = None,
) -> Compiled[..., Any]: ...


@overload
def compile(
    f: Callable[P, R],
    static_argnums: int | Sequence[int] = (),
    donate_argnums: int | Sequence[int] = (),
    threads: int | None = None,
    flush_denormals: bool = False,
    progress: bool | Progress | None = None,
    products: Literal["bfloat16"] | None = None,
) -> Compiled[P, R]: ...


def compile(
    f: Callable[..., Any],
    static_argnums: int | Sequence[int] = (),
    donate_argnums: int | Sequence[int] = (),
    threads: int | None = None,
    flush_denormals: bool = False,
    progress: bool | Progress | None = None,
    products: Literal["bfloat16"] | None = None,
) -> Compiled[..., Any]:
    """The function as machine code; no compiler is needed.

    The first call with arguments of some shapes and dtypes traces the function, simplifies its
    graph and compiles it; later ones run the code. Python's ``if`` and ``while`` on values work as
    in tracing: code that took a branch checks that it would be taken again, and where not the new
    branch is compiled, too. Compiled code is kept on disk for the next process.

    Results agree with those of NumPy within a few roundings. Arrays that the function refers to
    without taking them as arguments are read when it is traced, and not again. Prints and other
    effects happen while tracing only, perhaps twice. Inside another transformation or trace, the
    function itself is called.

    Args:
        f: A function of numbers and arrays, or containers of them; also the result of
            :func:`grad`, :func:`vmap`, :func:`jacobian` and their like.
        static_argnums: Positional arguments that are no numbers to compute with but part of the
            code: it is compiled for each of their values, which must be hashable.
        donate_argnums: Positional arguments whose memory the code may use for results of the same
            shape and dtype, such as parameters that are updated; what they held is lost then.
        threads: At most how many threads work on a step at a time; None takes as many as this
            process may use processors. Small steps are done by one, and results do not depend on
            it, to the bit.
        flush_denormals: Whether numbers too small to be normal count as 0 inside, which helps on
            processors that take long over them.
        progress: What is told how far a call with long loops is: ``progress(done, total)``, by the
            thread that calls and some ten times a second, with the trips of its outermost loops,
            done and in all (None where a ``while_loop`` is among them). What it raises ends the
            call. True for a bar on the error stream, if that is a terminal and the call takes more
            than a second.
        products: With "bfloat16", matrix products of float32 round their operands to numbers of 8
            bits of precision, and sum up in float32. That is faster where the processor knows such
            numbers (AVX512-BF16); elsewhere operands are rounded the same way. None rounds nothing.

    Returns:
        A function with f's signature, a :class:`Compiled`.

    Raises:
        ArgumentError: If an option is not of its kind.

    >>> import clearprop as cp, numpy as np
    >>> f = cp.compile(cp.grad(lambda x: np.sum(np.sin(x) ** 2)))
    >>> f(np.array([0.0, np.pi / 4]))
    array([0., 1.])
    """
    require_callable(f, "compile")
    static, donated = _numbers(static_argnums), _numbers(donate_argnums)
    told = reporter(progress, getattr(f, "__name__", "f"))
    rounded = _is_bfloat16(products)
    options = Options(static, donated, flush_denormals, _count(threads), told, rounded)
    return Compiled(f, options)


@final
class Compiled(Generic[P, R]):
    """A function that runs as machine code; made by :func:`compile`.

    What is called is the slot ``__call__``: a chain of built-in functions, one for each kind of
    arguments met, with Python's way at its end.

    Attributes:
        compile_seconds: How long all tracing and compiling of this function took, in seconds.
    """

    __slots__ = ("__call__", "__dict__", "__weakref__")
    __call__: Callable[P, R]

    def __init__(self, f: Callable[P, R], options: Options) -> None:
        functools.update_wrapper(self, f)
        self._function = f
        self._options = options
        self._by_types = True
        self._variants: dict[Any, list[Variant]] = {}
        self._latest: Variant | None = None
        self._given_up: set[Any] = set()
        self._lock = threading.RLock()  # handlers of signals, and the progress, may call, too
        self._chain: list[Variant] = []
        self._caller = ""
        self.compile_seconds = 0.0
        self.__call__ = self._shown(self._by_python)

    def __reduce__(self) -> Any:
        """By its name, if that is what the module has under the name; else by its function's."""
        name = getattr(self._function, "__qualname__", "")
        found: Any = sys.modules.get(getattr(self._function, "__module__", ""))
        for part in name.split("."):
            found = getattr(found, part, None)
        return name if found is self else (Compiled, (self._function, self._options))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method, which functions are, too; the instance is part of the code, as if static."""
        return self if instance is None else types.MethodType(self, instance)

    def _by_python(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's value where no entry is for these arguments."""
        if CURRENT.get() is not None:
            return self._function(*args, **kwargs)
        given = kinds_of(args, kwargs, self._options.static)
        if given.traced:
            return self._function(*args, **kwargs)
        try:
            found = self._by_known(given)
        except ArgumentError as error:
            return cast(R, self._told(error, args, kwargs))
        if found is not None:
            return cast(R, found.result)
        return cast(R, self._otherwise(given, args, kwargs))

    def prepare(self, *args: P.args, **kwargs: P.kwargs) -> Compiled[P, R]:
        """Compile for these arguments now; returns the function itself. None is given up.

        Nothing is computed, unless the code for such arguments depends on decisions of the Python
        code, which have to be looked at.
        """
        given = kinds_of(args, kwargs, self._options.static)
        with self._lock:
            if not any(variant.suits(given) for variant in self._known(given)):
                made = self._new(given)
                if made is not None:
                    self._prefer(made)
        return self

    def source(self, kind: str = "llvm") -> str:
        """The code that was compiled last, as text.

        Args:
            kind: ``"llvm"`` for LLVM's language, ``"asm"`` for the processor's; ``"python"`` for a
                program of NumPy that runs without clearprop and is made to be read; ``"c"`` for a
                file of C99, its header on top, which needs C's own library alone.

        Raises:
            ArgumentError: If there is no such kind, or nothing was compiled yet.
            UnsupportedError: If an operation has no form in that language.

        >>> import clearprop as cp, numpy as np
        >>> f = cp.compile(cp.grad(lambda x: np.sum(x**3))).prepare(np.ones(2))
        >>> print(f.source("python").splitlines()[-1])
            return 3.0 * (x * x)
        """
        program = self._compiled().program
        title = getattr(self._function, "__name__", "f")
        match kind:
            case "python":
                return python_source(program.graph, title, self._caller)
            case "c":
                return str(c_source(program.graph, title, self._caller))
            case "llvm":
                return program.text
            case "asm":
                return program.assembly()
        raise ArgumentError(
            f"source has no kind {kind!r}",
            where=user_line(),
            remedy='Use "python", "c", "llvm" or "asm".',
        )

    def explain_plan(self) -> ExecutionPlan:
        """What the code that was compiled last does: its loops, products, memory and exceptions.

        Raises:
            ArgumentError: If nothing was compiled yet.
        """
        return ExecutionPlan(self._compiled().program)

    def _known(self, given: Arguments) -> Sequence[Variant]:
        """The code that there is for arguments of this kind."""
        return self._variants.get(self._key(given), ())

    def _by_known(self, given: Arguments) -> Found | None:
        """The result by code that there is, if any is for these arguments."""
        for variant in self._known(given):
            found = variant.run(given)
            if found is not None:
                self._prefer(variant)
                return found
        return None

    def _key(self, given: Arguments) -> Any:
        """What the code depends on; if types alone do not tell, on orders in memory, too."""
        return given.key if self._by_types else (given.key, given.orders)

    def _compiled(self) -> Variant:
        if self._latest is None:
            raise ArgumentError(
                "nothing was compiled yet",
                where=user_line(),
                remedy="Call the function, or f.prepare(…), with the arguments that you mean.",
            )
        return self._latest

    def _prefer(self, variant: Variant) -> None:
        """Have the entry of this variant asked first, if it has one and is not in the chain."""
        if variant.entry is None or variant in self._chain:
            return
        variant.program.release()  # the entry has memory of its own
        self._chain = [variant, *self._chain[: MOST_ENTRIES - 1]]
        entries = [each.entry for each in self._chain if each.entry is not None]
        self.__call__ = self._shown(chained(entries, self._by_python))

    def _shown(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function, with a bar where one is wanted."""
        told = self._options.progress
        return told.around(function) if isinstance(told, Bars) else function

    def _told(self, error: ArgumentError, args: Any, kwargs: Any) -> Any:
        """What the function itself says of a position outside; not all run without a trace."""
        try:
            return self._function(*args, **kwargs)
        except IndexError:
            raise
        except Exception:
            raise error from None

    def _first(self, made: Variant, given: Arguments, args: Any, kwargs: Any) -> Any:
        """The value by new code; where there is none, what the function itself says of that."""
        try:
            found = made.run(given)
        except ArgumentError as error:
            if not made.by_types:
                raise
            return self._told(error, args, kwargs)
        assert found is not None, "code traced at these values holds for them"
        return found.result

    def _otherwise(self, given: Arguments, args: Any, kwargs: Any) -> Any:
        """The value where there is no code for it yet."""
        with self._lock:
            found = self._by_known(given)  # another thread may have made it meanwhile
            if found is not None:
                return cast(R, found.result)
            made = self._new(given)
            if made is not None:
                try:
                    return cast(R, self._first(made, given, args, kwargs))
                finally:
                    self._prefer(made)
        return self._function(*args, **kwargs)

    def _new(self, given: Arguments) -> Variant | None:
        """New code for such arguments; None, and a warning, where there is much already."""
        known = self._known(given)
        if len(known) < MOST_VARIANTS:
            made = Variant(self._function, given, self._options, self._by_types)
            self.compile_seconds += made.seconds
            self._latest, self._caller = made, user_line()
            self._by_types = self._by_types and made.by_types
            self._variants[self._key(given)] = [*known, made]
            return made
        if given.key not in self._given_up:
            self._given_up.add(given.key)
            warnings.warn(
                f"{self._function.__name__} took more than {MOST_VARIANTS} branches "
                f"{known[-1].where}; from here on it runs uncompiled where a new one is taken",
                stacklevel=4,
            )
        return None


def _is_bfloat16(products: Any) -> bool:
    """Whether products are to round their operands."""
    if products is None or products == "bfloat16":
        return products is not None
    raise ArgumentError(
        f"compile has no products in {products!r}",
        where=user_line(),
        remedy='Use "bfloat16", or leave the option out for full precision.',
    )


def _count(threads: Any) -> int | None:
    """How many threads, or None for as many as there may be."""
    if threads is None:
        return None
    try:
        count = operator.index(threads)
    except TypeError:
        count = 0
    if count < 1 or isinstance(threads, (bool, np.bool_)):
        raise ArgumentError(
            f"threads={threads!r} is no number of threads",
            where=user_line(),
            remedy="Use a whole number from 1 on, or None for as many as there are processors.",
        )
    return count


def _numbers(positions: int | Sequence[int] | None) -> frozenset[int]:
    found = (positions,) if isinstance(positions, int) else tuple(positions or ())
    if any(i.__class__ is not int or i < 0 for i in found):
        raise ArgumentError(
            f"{positions!r} names no positional arguments",
            where=user_line(),
            remedy="Use positions from 0 on.",
        )
    return frozenset(found)
