"""The folder that a run writes to: made when it is needed, and left as it was found on failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearprop.errors import ArgumentError


@contextmanager
def output_folder(path: str | Path) -> Iterator[Path]:
    """A folder to write to, made if need be; if the block fails, folders left empty go again.

    Args:
        path: The folder; those above it are made as well.

    Raises:
        ArgumentError: It is a file, or it cannot be made or written to.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place, output_folder(f"{place}/a/b") as folder:
    ...     folder.is_dir()
    True
    """
    folder = Path(path)
    made = _make(folder)
    try:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _unfit(folder, "This user may not write to it")
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
    while not place.exists() and place != place.parent:
        missing.append(place)
        place = place.parent
    if not place.is_dir():
        raise _unfit(folder, f"{place} is a file")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unfit(folder, f"The system says: {error.strerror}") from error
    return missing


def _unfit(folder: Path, why: str) -> ArgumentError:
    return ArgumentError(
        f"{folder} cannot be the folder for the results",
        why=why,
        remedy="Name another folder; it need not exist.",
    )
