"""Many chains in lockstep against one: the time of a move of each chain."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from anglipy.api import load
from anglipy.model import Model

pytestmark = pytest.mark.bench

EXAMPLES = Path(__file__).parents[2] / "examples"
ARGS = {"gaussian": [9.0, 8.0], "hmm": None}
CHAINS, ROUNDS = 1_000, 3
LEAST_GAIN = 10.0
"""How many times faster a move of one chain among many is at least."""


def per_move(model: Model, algorithm: str, chains: int, moves: int) -> float:
    """Seconds of CPU time of a move of one chain."""
    times = []
    for seed in range(ROUNDS):
        began = time.process_time()
        model.infer(
            algorithm, args=ARGS[model.name], chains=chains, samples=chains * moves, seed=seed
        )
        times.append(time.process_time() - began)
    return min(times) / (chains * moves)


@pytest.mark.parametrize("algorithm", ["lmh", "rmh"])
@pytest.mark.parametrize("name", ARGS)
def test_many_chains_against_one(
    name: str, algorithm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    model = load(EXAMPLES / f"{name}.aq").queries[name]
    many, one = per_move(model, algorithm, CHAINS, 100), per_move(model, algorithm, 1, 2_000)
    with capsys.disabled():
        print(
            f"\n{name} {algorithm}: a move of one of {CHAINS:,} chains {1e6 * many:.2f} us, "
            f"of a single chain {1e6 * one:.1f} us, {one / many:.0f} times"
        )
    assert one > LEAST_GAIN * many
