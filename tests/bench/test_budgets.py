"""The budgets of the design, measured: `make bench` prints a table. Ratios and differences within
one run, no limits.

Each row times what is named against something run in the same process in the same minute.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pytest

from anglipy.api import load, loads
from anglipy.inference.posterior import Posterior
from anglipy.model import Model
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.machine import resume

pytestmark = pytest.mark.bench


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """The least CPU time of a few runs."""
    best = math.inf
    for _ in range(repeats):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def show(name: str, figure: str) -> None:
    print(f"\n{name:<64} {figure}", end="")


def importance_by_hand(model: Model, args: object, runs: int) -> Callable[[], int]:
    """The loop of likelihood weighting with nothing around it; gives the number of checkpoints."""

    def go() -> int:
        rng = np.random.default_rng(1)
        checkpoints = 0
        for _ in range(runs):
            checkpoint = model.query.start(args)
            while checkpoint.__class__ is not Result:
                checkpoints += 1
                if isinstance(checkpoint, Sample):
                    checkpoint = resume(checkpoint, checkpoint.dist.sample(rng))
                else:
                    assert isinstance(checkpoint, Observe)
                    checkpoint.dist.log_prob(checkpoint.value)
                    checkpoint = resume(checkpoint, checkpoint.value)
        return checkpoints

    return go


def draws_only(model: Model, args: object, runs: int) -> Callable[[], None]:
    """The draws and densities of the same runs, and nothing else."""
    rng = np.random.default_rng(1)
    work: list[Callable[[], object]] = []
    for _ in range(runs):
        checkpoint = model.query.start(args)
        while checkpoint.__class__ is not Result:
            if isinstance(checkpoint, Sample):
                work.append(lambda d=checkpoint.dist: d.sample(rng))
                checkpoint = resume(checkpoint, checkpoint.dist.sample(rng))
            else:
                assert isinstance(checkpoint, Observe)
                work.append(lambda d=checkpoint.dist, v=checkpoint.value: d.log_prob(v))
                checkpoint = resume(checkpoint, checkpoint.value)

    def go() -> None:
        for one in work:
            one()

    return go


@pytest.mark.parametrize(
    ("file", "query"), [("gaussian", "gaussian"), ("hmm", "hmm"), ("geometric", "geometric")]
)
def test_scalar_checkpoints(file: str, query: str) -> None:
    model = load(f"examples/{file}.aq").queries[query]
    args = {"gaussian": (9.0, 8.0), "hmm": (), "geometric": (8.0,)}[query]
    go = importance_by_hand(model, args, 1_000)
    checkpoints = go()
    above = (seconds(go) - seconds(draws_only(model, args, 1_000))) / checkpoints
    show(f"scalar path, {query}: above draw and density, per checkpoint", f"{1e6 * above:.2f} us")


CHAIN = """
(defquery chain [ys]
  (reduce (fn [x y] (let [z (sample (normal x 1))] (observe (normal z 0.5) y) z)) 0 ys))
"""


def test_cost_of_smc_in_the_number_of_observes() -> None:
    model = loads(CHAIN).queries["chain"]

    def sweep(length: int) -> Callable[[], Posterior]:
        return lambda: model.infer(
            "smc", args=[[math.sin(t / 3) for t in range(length)]], particles=50, seed=1
        )

    assert len(sweep(256)()) == 50
    ratio = seconds(sweep(1024), 2) / seconds(sweep(256), 2)
    show("smc, 50 particles: T = 1,024 against T = 256", f"{ratio:.2f} times")
