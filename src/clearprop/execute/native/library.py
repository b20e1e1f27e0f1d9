"""From LLVM's text to functions that can be called: parsed, verified, compiled, linked, and kept.

Objects are linked by LLVM's ORC, which raises where the older engine would abort the process.
Symbols from elsewhere (BLAS) are imported by name, so that no address stands in an object and one
made by another process can be loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

from clearprop.errors import ClearpropError
from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.machine import Machine, binding

LONG: Final = 200_000
"""From that many characters on, LLVM takes tens of megabytes for a module."""

_NUMBERS: Final = itertools.count()


@final
class Library:
    """Compiled functions, as addresses; they stay valid while this object lives.

    Attributes:
        addresses: By the function's name.
        was_cached: Whether the object came from the cache.
    """

    def __init__(self, tracker: Any, names: Sequence[str], was_cached: bool) -> None:
        self._tracker = tracker
        self.addresses = {name: int(tracker[name]) for name in names}
        self.was_cached = was_cached


def load(
    text: str,
    exports: Sequence[str],
    machine: Machine,
    *,
    imports: Mapping[str, int] | None = None,
    cache: ObjectCache | None = None,
    level: int = 2,
    beside: str = "",
) -> Library:
    """Compile a module of LLVM's text and link it into this process.

    Args:
        text: The module; functions marked ``alwaysinline`` are inlined, no other pass runs.
        exports: The names of the functions to find.
        machine: What to compile for.
        imports: Addresses of the functions that the module declares and does not define.
        cache: Where compiled objects are kept; None compiles anew.
        level: LLVM's effort in making machine code, 0 to 3.
        beside: A second module, which is made with the least effort; each may call the other's
            functions. Empty if there is none.

    Raises:
        ClearpropError: If the text is not valid, which is a mistake in clearprop.
    """
    modules = [(text, level), *([(beside, 0)] if beside else [])]
    keys = [_key(text, machine, level) for text, level in modules]
    kept = [cache.get(key) if cache is not None else None for key in keys]
    objects = [data for data in kept if data is not None]
    if len(objects) == len(modules):
        with contextlib.suppress(RuntimeError):  # an object in the cache may be of no use
            return _linked(objects, exports, machine, imports or {}, True)
    objects = [compiled(text, machine, level) for text, level in modules]
    if cache is not None:
        for key, data in zip(keys, objects, strict=True):
            cache.put(key, data)
    return _linked(objects, exports, machine, imports or {}, False)


def address_of(function: Any) -> int:
    """Where a function of a library is that ctypes has opened."""
    found = ctypes.cast(function, ctypes.c_void_p).value
    assert found is not None, "a function has an address"
    return found


def compiled(text: str, machine: Machine, level: int = 2) -> bytes:
    """The object code of a module."""
    data = bytes(_target(machine, level).emit_object(_inlined(text, machine, level)))
    if len(text) > LONG:
        return_memory()
    return data


def assembly(text: str, machine: Machine, level: int = 2) -> str:
    """The assembly of a module."""
    return str(_target(machine, level).emit_assembly(_inlined(text, machine, level)))


def _inlined(text: str, machine: Machine, level: int) -> Any:
    llvm = binding()
    try:
        module = llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        raise ClearpropError(
            f"the native code is not valid: {error}", why="This is a mistake in clearprop."
        ) from None
    target = _target(machine, level)
    module.triple, module.data_layout = machine.triple, str(target.target_data)
    tuning = llvm.create_pipeline_tuning_options(speed_level=1)
    tuning.slp_vectorization = tuning.loop_vectorization = False
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.run(module, llvm.create_pass_builder(target, tuning))
    return module


def _linked(
    objects: Sequence[bytes],
    names: Sequence[str],
    machine: Machine,
    imports: Mapping[str, int],
    cached: bool,
) -> Library:
    builder = binding().JITLibraryBuilder().add_current_process()
    for data in objects:
        builder = builder.add_object_img(data)
    for name in names:
        builder = builder.export_symbol(name)
    for name, address in imports.items():
        builder = builder.import_symbol(name, address)
    return Library(builder.link(_engine(machine), f"clearprop{next(_NUMBERS)}"), names, cached)


def return_memory() -> None:
    """Have C's library give back to the system what was freed, where it knows how."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


@functools.cache
def _target(machine: Machine, level: int) -> Any:
    target = binding().Target.from_triple(machine.triple)
    return target.create_target_machine(
        opt=level, cpu=machine.cpu, features=machine.features, jit=True
    )


@functools.cache
def _engine(machine: Machine) -> Any:
    target = binding().Target.from_triple(machine.triple)
    made = target.create_target_machine(opt=2, cpu=machine.cpu, features=machine.features, jit=True)
    return binding().create_lljit_compiler(made, use_jit_link=True)


def _key(text: str, machine: Machine, level: int) -> str:
    """The name of an object: everything that its bytes depend on."""
    import llvmlite

    from clearprop._version import __version__

    parts = (machine, level, llvmlite.__version__, binding().llvm_version_info, __version__)
    key = hashlib.sha256(repr(parts).encode())
    key.update(text.encode())
    return key.hexdigest()
