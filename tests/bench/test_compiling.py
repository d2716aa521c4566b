"""Reading and compiling a long program, pass by pass, and starting with and without a cache.

The budgets of the design: 5,000 lines in under 5 s, a warm start of `anglipy run` on a small
program in under 0.5 s, measured on a quiet machine. What a test may fail for is a ratio within one
run: twice the lines may not cost much more than twice the time, and the cache must be worth having.
"""

from __future__ import annotations

import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from anglipy.api import loads, survey
from anglipy.diagnostics import Source
from anglipy.reader import read
from tests.bench.large_program import program

pytestmark = pytest.mark.bench

LINES = 5_000
VALUES = {"coin.aq": ["-v", "[true true false]", "-n", "1000"], "hmm.aq": ["-n", "100"]}


def cpu_s(work: Callable[[], object], repeats: int = 3) -> float:
    """The least CPU time of a few runs."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def test_reading_and_compiling() -> None:
    text, twice = program(LINES), program(2 * LINES)
    loads("(map inc [1 2])")  # The library is there before.
    reading = cpu_s(lambda: read(Source("long.aq", text)))
    checking = cpu_s(lambda: survey(Source("long.aq", text), Path()))
    loading = cpu_s(lambda: loads(text))
    more = cpu_s(lambda: loads(twice))
    count = text.count("\n")
    print(
        f"\n{count:,} lines: read {reading:.2f} s, check {checking:.2f} s, "
        f"load {loading:.2f} s (budget 5 s); {twice.count(chr(10)):,} lines: load {more:.2f} s"
    )
    assert more < 3 * loading


def starting_s(example: str, cache: str) -> float:
    """The CPU time of a whole process with this cache directory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "anglipy", "run", f"examples/{example}", *VALUES[example]],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "ANGLIPY_CACHE": cache},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_warm_start(tmp_path: Path) -> None:
    """The cache is worth having for a program that uses the library, as most do."""
    without, warm = dict.fromkeys(VALUES, math.inf), dict.fromkeys(VALUES, math.inf)
    for _ in range(6):  # The first start fills the cache, and that of Python.
        for example in VALUES:
            without[example] = min(without[example], starting_s(example, ""))
            warm[example] = min(warm[example], starting_s(example, str(tmp_path)))
    print()
    for example in VALUES:
        found = f"{warm[example]:.3f} s of CPU, {without[example]:.3f} s without a cache"
        print(f"anglipy run {example}: {found}")
    assert warm["hmm.aq"] < without["hmm.aq"]
