"""The folder that a run writes to: made when it is needed, and left as it was found on failure."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clearprop.errors import ArgumentError


@contextmanager
def output_folder(path: str | Path, files: Iterable[str] = ()) -> Iterator[Path]:
    """A folder to write to, made if need be; if the block fails, folders left empty go again.

    Args:
        path: The folder; those above it are made as well.
        files: What will be written to it.

    Raises:
        ArgumentError: It is a file, it cannot be made or written to, or a folder stands where a
            file is to be.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place, output_folder(f"{place}/a/b") as folder:
    ...     folder.is_dir()
    True
    """
    folder = Path(path)
    made = _make(folder)
    try:
        _try(folder)
        for name in files:
            if (folder / name).is_dir():
                raise _unfit(folder, f"The {name} in it is a folder")
        yield folder
    except BaseException:
        for place in made:
            if any(place.iterdir()):
                break
            place.rmdir()
        raise


def _make(folder: Path) -> list[Path]:
    """The folders that were made, the innermost first."""
    missing = []
    place = folder
    while not os.path.lexists(place) and place != place.parent:
        missing.append(place)
        place = place.parent
    if not os.path.isdir(place):
        raise _unfit(folder, f"{place} is {'a broken link' if place.is_symlink() else 'a file'}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # a ValueError for a name with a zero byte
        raise _unfit(folder, f"The system says: {getattr(error, 'strerror', error)}") from error
    return missing


def _try(folder: Path) -> None:
    """Better to know before training than after it; permissions do not tell all."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unfit(folder, f"It cannot be written to: {error.strerror}") from error


def _unfit(folder: Path, why: str) -> ArgumentError:
    return ArgumentError(
        f"{folder} cannot be the folder for the results",
        why=why,
        remedy="Name another folder; it need not exist.",
    )
