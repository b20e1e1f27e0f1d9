"""Compiled objects on disk, so that the next process starts warm.

An entry is a file named by the hash of all that its bytes depend on, and starts with a checksum: a
truncated or altered one is taken for missing. Files appear whole, by renaming, so several processes
may share a folder. The least recently used go first when the folder grows beyond its bound.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final, final

MOST_BYTES: Final = 256 * 2**20
"""How large the folder may grow."""

_SUM: Final = 32


@final
class ObjectCache:
    """A folder of compiled objects.

    Args:
        folder: Where; made when first written to, for this user alone.
        most_bytes: How large it may grow.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes

    def get(self, key: str) -> bytes | None:
        """The object kept under that key; None if there is none, or it is damaged."""
        path = self.folder / key
        try:
            if not _is_ours(self.folder):
                return None
            content = path.read_bytes()
        except OSError:
            return None
        checksum, data = content[:_SUM], content[_SUM:]
        if hashlib.sha256(data).digest() != checksum:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return data

    def put(self, key: str, data: bytes) -> None:
        """Keep an object; where that cannot be done, it is not kept."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(self.folder):
                return
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(data).digest() + data)
                os.replace(name, self.folder / key)
            except OSError:
                os.unlink(name)
                raise
            self._bound()

    def _bound(self) -> None:
        """Remove what was not used for longest until the rest is within the bound."""
        entries = []
        for entry in os.scandir(self.folder):
            with contextlib.suppress(OSError):
                entries.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.most_bytes:
                return
            with contextlib.suppress(OSError):
                os.unlink(path)
            total -= size


def default_cache() -> ObjectCache:
    """The user's cache, in ``~/.cache/clearprop``."""
    return ObjectCache(Path("~/.cache/clearprop/objects").expanduser())


def _is_ours(folder: Path) -> bool:
    """Whether the folder belongs to this user and nobody else can write to it."""
    if not hasattr(os, "getuid"):
        return folder.is_dir()
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
