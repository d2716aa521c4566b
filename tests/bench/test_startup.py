"""CPU time of cheap commands over a bare Python: the budget of the first two is 0.15 s.

The least of five runs; measured, never a limit that a test may fail.
"""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

BUDGET_S = 0.15
RUNS = 5
COMMANDS = [
    ["--help"],
    ["check", "examples/coin.aq"],
    ["run", "examples/coin.aq", "-v", "[true true false]", "-n", "1000"],
]


def cpu_s(*arguments: str) -> float:
    """The least CPU time, user and system, that Python took with these arguments."""
    times = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


@pytest.mark.bench
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_startup(arguments: list[str]) -> None:
    over = cpu_s("-m", "anglipy", *arguments) - cpu_s("-c", "pass")
    assert over > 0.0
    print(
        f"\nanglipy {' '.join(arguments)}: {over:.3f} s of CPU over bare Python (budget {BUDGET_S})"
    )
