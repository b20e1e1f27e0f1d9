"""Compiled objects on disk: found again, bounded, and never believed when they are damaged."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.program import Program

X = np.linspace(0.1, 1.0, 37)


def program(folder: Path) -> Program:
    graph = cp.trace(lambda x: (np.sin(x) * x, np.sum(np.exp(x))))(X)
    return Program(graph, cache=ObjectCache(folder))


def bits(made: Program) -> list[bytes]:
    return [np.asarray(value).tobytes() for value in made.run([X])[0]]


def test_the_second_program_starts_warm_and_gives_the_same_bits(tmp_path: Path) -> None:
    cold, warm = program(tmp_path), program(tmp_path)
    assert (cold.was_cached, warm.was_cached) == (False, True)
    assert bits(cold) == bits(warm)


@pytest.mark.parametrize("damage", ["empty", "truncated", "a flipped byte", "other bytes"])
def test_a_damaged_entry_is_made_anew(tmp_path: Path, damage: str) -> None:
    expected = bits(program(tmp_path))
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "truncated": content[: len(content) // 2],
            "a flipped byte": content[:-100] + bytes([content[-100] ^ 1]) + content[-99:],
            "other bytes": os.urandom(200),
        }[damage]
    )
    made = program(tmp_path)
    assert not made.was_cached
    assert bits(made) == expected
    assert program(tmp_path).was_cached


def test_an_object_that_cannot_be_linked_is_made_anew(tmp_path: Path) -> None:
    expected = bits(program(tmp_path))
    (path,) = tmp_path.iterdir()
    ObjectCache(tmp_path).put(path.name, b"no object at all")
    made = program(tmp_path)
    assert not made.was_cached
    assert bits(made) == expected


def test_the_folder_is_the_users_own(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "objects"
    program(folder)
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    assert not program(folder).was_cached
    assert ObjectCache(folder).get("anything") is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path, most_bytes=4000)
    for number in range(3):
        cache.put(str(number), bytes(1000))
        os.utime(tmp_path / str(number), (number, number))
    assert cache.get("0") is not None  # used just now
    cache.put("3", bytes(1000))
    assert [cache.get(str(number)) is not None for number in range(4)] == [True, False, True, True]


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not program(tmp_path / "file" / "cache").was_cached


def test_many_may_write_at_once(tmp_path: Path) -> None:
    cache, wrong = ObjectCache(tmp_path), []
    content = {str(n): os.urandom(50_000) for n in range(8)}

    def work(seed: int) -> None:
        for turn in range(40):
            key = str((seed + turn) % 8)
            cache.put(key, content[key])
            found: Any = cache.get(key)
            if found is not None and found != content[key]:
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(".new-")]
