"""What loops call that have used up their budget, on 64-bit Arm, where a few lines play Python."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest

from clearprop.execute.native.library import compiled
from clearprop.execute.native.machine import ARM, binding
from clearprop.execute.native.polling.text import PERIOD, PLACES, SHARE, WORDS, look_text
from tests.native.arm import COMPILER, EMULATOR

LINUX: Final = 1
"""Its number of a clock that nobody sets."""

INTERPRETER: Final = """
#include <stdint.h>
#include <stdio.h>
#include <time.h>

extern int64_t look(int64_t *), state[2];
static int64_t words[WORDS], held, asked, told, released, plain, kept, thing, wrong;

static int64_t modes(void) { int64_t is; __asm__ volatile("mrs %0, fpcr" : "=r"(is)); return is; }

int PyGILState_Ensure(void) { /* after some while */
    struct timespec some = {0, PERIOD / 5};
    nanosleep(&some, 0);
    ++held;
    return 5;
}
void PyGILState_Release(int lock) { --held; wrong += lock != 5; }
uint64_t PyThread_get_thread_ident(void) { return 42; }
int PyErr_CheckSignals(void) {
    wrong += held != 1;
    plain += !(modes() & 1 << 24);
    return ++asked == 3 ? -1 : 0;
}
void PyErr_Fetch(void **type, void **value, void **trace) { *type = *value = *trace = &thing; }
void *PyLong_FromLongLong(long long number) { wrong += number != 7; return &thing; }
void *PyObject_Vectorcall(void *called, void **given, size_t count, void *names) {
    wrong += called != &told || given[0] != &thing || given[1] != &held || count != 2 || names;
    ++told;
    return &thing;
}
void Py_DecRef(void *each) { released += each == &thing; }

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + 1e-9 * time.tv_nsec;
}

int main(void) {
    __asm__ volatile("msr fpcr, %0" :: "r"((int64_t)1 << 24));
    state[0] = 42;
    words[DONE] = 7;
    words[TOTAL] = (int64_t)&held;
    words[PROGRESS] = (int64_t)&told;
    double start = now();
    while (!look(words)) wrong += words[BUDGET] <= 0;
    int enough = now() - start > (1 + 3 * 0.2 + 2 * 0.2 * SHARE) * 1e-9 * PERIOD;
    kept = modes() >> 24 & 1;
    printf("%d %d %d %d ", enough, (int)asked, (int)told, (int)released);
    printf("%d %d ", (int)plain, (int)kept);
    printf("%d %d ", words[ERROR] == (int64_t)&thing, words[ERROR + 2] == (int64_t)&thing);
    printf("%d %d %d\\n", (int)look(words), (int)words[BUDGET], (int)wrong);
    return 0;
}
"""


def code() -> bytes:
    """The function for Arm."""
    binding().initialize_all_targets()
    binding().initialize_all_asmprinters()
    return compiled(look_text(ARM, LINUX), ARM)


def test_it_compiles_for_arm() -> None:
    assert code()[:4] == b"\x7fELF"


@pytest.mark.skipif(
    COMPILER is None or EMULATOR is None, reason="needs qemu-user and gcc-aarch64-linux-gnu"
)
def test_it_asks_now_and_then_under_an_emulator(tmp_path: Path) -> None:
    source = INTERPRETER
    numbers = {"WORDS": WORDS, "PERIOD": PERIOD, "SHARE": SHARE}
    numbers |= {name.upper(): place // 8 for name, place in PLACES.items()}
    defined = [f"#define {name} {number}" for name, number in numbers.items()]
    (tmp_path / "look.o").write_bytes(code())
    (tmp_path / "main.c").write_text("\n".join([*defined, source]))
    assert COMPILER is not None
    assert EMULATOR is not None
    files = [str(tmp_path / name) for name in ("main.c", "look.o")]
    subprocess.run([COMPILER, "-static", "-o", str(tmp_path / "main"), *files], check=True)
    said = subprocess.run(
        [EMULATOR, str(tmp_path / "main")], check=True, capture_output=True, text=True
    ).stdout
    assert said == "1 3 2 4 3 1 1 1 1 0 0\n"
