"""Weights on disk: safetensors files, written whole or not at all.

The format holds names, arrays and a few strings, and nothing that could run as code. Its names
are flat, so nested dictionaries of parameters are stored under names joined with ``/``:
``{"hidden": {"bias": b}}`` becomes ``hidden/bias``.

Reference: the safetensors format, https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import difflib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import WeightsError

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
STORABLE = ("bool", *INTEGERS, "float16", "float32", "float64")


def save(
    path: str | Path, parameters: Mapping[str, Any], metadata: Mapping[str, str] | None = None
) -> None:
    """Writes parameters to a safetensors file, atomically.

    Args:
        path: The file; its folder must exist. A file already there is replaced in one step.
        parameters: Nested dictionaries of arrays, of a dtype in :data:`STORABLE`. Names are not
            empty and hold no ``/``. An empty dictionary leaves no trace in the file.
        metadata: Strings to keep beside the arrays.

    Raises:
        WeightsError: A name, an array or the folder is unfit; nothing is written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/net.safetensors", {"1": {"bias": np.zeros(2)}}, {"seed": "0"})
    ...     load(f"{folder}/net.safetensors")
    ({'1': {'bias': array([0., 0.])}}, {'seed': '0'})
    """
    import safetensors.numpy

    arrays = {name: _storable(name, array) for name, array in _flat(parameters)}
    texts: dict[Any, Any] = dict(metadata or {})
    for key, text in texts.items():
        if not (isinstance(key, str) and isinstance(text, str)):
            raise WeightsError(
                f"the metadata {key!r}: {text!r} is not a pair of strings",
                remedy="Write a number as str(number).",
            )
    try:
        write_atomically(path, _ordered(safetensors.numpy.save(arrays, texts or None)))
    except OSError as error:
        raise WeightsError(
            f"{path} cannot be written",
            why=f"The system says: {error.strerror}",
            remedy="Give a file in a folder that exists, may be written to and has room.",
        ) from error


def load(path: str | Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Reads what :func:`save` wrote.

    Returns:
        The parameters, as nested dictionaries of arrays, and the metadata.

    Raises:
        WeightsError: The file is missing, truncated, or not a safetensors file.
    """
    import safetensors.numpy

    path = Path(path)
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:  # a ValueError for a name with a zero byte
        said = f"The system says: {getattr(error, 'strerror', error)}"
        raise WeightsError(
            f"{path} cannot be read",
            why="It is a folder" if os.path.isdir(path) else said,
            remedy='Give the "model" file that clearprop train wrote.',
        ) from error
    try:
        arrays = safetensors.numpy.load(raw)
        size = int.from_bytes(raw[:8], "little")
        metadata = json.loads(raw[8 : 8 + size]).get("__metadata__", {})
    except (safetensors.SafetensorError, KeyError) as error:
        raise _damaged(path, raw, error) from error
    return _nested(path, arrays), metadata


def match(parameters: Mapping[str, Any], like: Mapping[str, Any]) -> None:
    """Checks that parameters fit a network: the same names, shapes and dtypes.

    Args:
        parameters: What was loaded, nested.
        like: The network's own parameters, nested.

    Raises:
        WeightsError: They differ; the message names the first array that does.

    >>> match({"1": {"bias": np.zeros(2)}}, like={"1": {"bias": np.ones(2)}})
    >>> match({"1": {"bias": np.zeros(2)}}, like={"1": {"bias": np.ones(3)}})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    clearprop.errors.WeightsError: '1/bias' has shape (2,), the network needs (3,). ...
    """
    have, need = dict(_flat(parameters)), dict(_flat(like))
    remedy = "Load the weights into the network they were trained for."
    for name, wanted in need.items():
        if name not in have:
            close = difflib.get_close_matches(name, have, n=1)
            why = f"The nearest name there is {close[0]!r}" if close else ""
            raise WeightsError(f"the weights have no {name!r}", why=why, remedy=remedy)
        found, wanted = np.asarray(have[name]), np.asarray(wanted)
        for aspect in ("shape", "dtype"):
            given, needed = getattr(found, aspect), getattr(wanted, aspect)
            if given != needed:
                what = f"{name!r} has {aspect} {given}, the network needs {needed}"
                raise WeightsError(what, remedy=remedy)
    for name in have:
        if name not in need:
            raise WeightsError(f"the network has no place for {name!r}", remedy=remedy)


def write_atomically(path: str | Path, content: bytes) -> None:
    """Writes a file so that it is seen whole, new or old, whatever happens in between.

    The content goes to a temporary file beside it, reaches the disk, and takes the name in one
    step; the temporary file is removed on every way out, Ctrl-C included.

    Raises:
        OSError: As for ``open``; the old file, if there was one, is untouched.
    """
    path = Path(path).resolve()  # through links: the file is replaced, not the link to it
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _flat(parameters: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Yields (joined name, array) in the dictionaries' own order, without recursion."""
    pending: list[tuple[str, Any]] = [("", parameters)]
    while pending:
        place, value = pending.pop()
        if not isinstance(value, Mapping):
            yield place, value
            continue
        for key in value:
            if not isinstance(key, str) or not key or "/" in key:
                raise WeightsError(
                    f"the parameter name {key!r} cannot be stored",
                    where=place,
                    remedy='Use a string that is not empty and holds no "/".',
                )
        prefix = f"{place}/" if place else ""
        pending.extend((prefix + key, value[key]) for key in reversed(value))


def _nested(path: Path, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, array in arrays.items():
        *folders, last = name.split("/")
        inner: Any = nested
        for folder in folders:
            inner = inner.setdefault(folder, {})
            if not isinstance(inner, dict):
                break
        if not isinstance(inner, dict) or last in inner:
            raise WeightsError(
                f"{path} holds the array {name!r} and another under a part of that name",
                remedy="Use a file that clearprop train wrote.",
            )
        inner[last] = np.array(array)  # a copy: the file's own bytes are read-only
    return nested


def _ordered(raw: bytes) -> bytes:
    """The file with its header in order: the library's own order of metadata varies."""
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    text = json.dumps(header, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # what follows stays aligned
    return len(text).to_bytes(8, "little") + text + raw[8 + size :]


def _storable(name: str, value: Any) -> NDArray[Any]:
    array = np.array(value, order="C")
    if array.dtype.name not in STORABLE:
        raise WeightsError(
            f"{name!r} has dtype {array.dtype}, which a weights file cannot hold",
            remedy=f"Use one of {', '.join(STORABLE)}.",
        )
    return array


def _damaged(path: Path, raw: bytes, error: Exception) -> WeightsError:
    remedy = 'Give the "model" file that clearprop train wrote, or train again.'
    if not raw:
        return WeightsError(f"{path} is empty", remedy=remedy)
    if raw[8:9] != b"{":  # after 8 bytes of length, the header is JSON
        return WeightsError(f"{path} is not a safetensors file", remedy=remedy)
    if isinstance(error, KeyError):
        why = f"NumPy has no dtype {error}"
        return WeightsError(f"{path} holds arrays that cannot be read", why=why, remedy=remedy)
    return WeightsError(
        f"{path} is truncated or damaged",
        why=f"It has {len(raw):,} bytes, and safetensors says: {error}",
        remedy=remedy,
    )
