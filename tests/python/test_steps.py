"""An engine driven step by step gives what `infer` gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import anglipy
from anglipy.api import loads
from anglipy.diagnostics import InferenceError, OptionError

MODEL = loads(
    """
(defquery walk [ys]
  (reduce (fn [x y] (let [z (sample (normal x 1))] (observe (normal z 1) y) z)) 0 ys))
"""
).walk
YS = [0.5, 1.0, 1.5]


@pytest.mark.parametrize(
    ("algorithm", "options"),
    [
        ("importance", {"samples": 100}),
        ("importance", {"samples": 100, "lanes": 30}),
        ("smc", {"particles": 50, "sweeps": 3}),
        ("smc", {"particles": 50, "scalar": True}),
    ],
)
def test_to_the_end(algorithm: str, options: dict[str, Any]) -> None:
    whole = MODEL.infer(algorithm, args=[YS], seed=4, **options)
    steps = MODEL.steps(algorithm, args=[YS], seed=4, **options)
    reports = list(steps)
    stepped = steps.posterior()
    assert steps.is_done
    assert reports[-1].draws == stepped.draws
    assert list(stepped.values) == list(whole.values)
    assert stepped.log_weights.tolist() == whole.log_weights.tolist()
    assert (stepped.query, stepped.stopped, stepped.steps) == ("walk", False, whole.steps)
    assert stepped.seconds > 0


def test_stopping_and_going_on() -> None:
    steps = MODEL.steps("smc", args=[YS], particles=20, sweeps=3, seed=0)
    with pytest.raises(InferenceError, match="first draw"):
        steps.posterior()
    for info in steps:
        if info.draws == 20:
            break
    assert steps.posterior().stopped
    kept = steps.state
    assert sum(1 for _ in steps) == 6
    assert steps.posterior().draws == 60
    assert steps.engine.result(kept).draws == 20


def test_wrong_options_are_said_at_once() -> None:
    with pytest.raises(OptionError, match="no option `sweep`"):
        MODEL.steps("smc", args=[YS], sweep=3)
    with pytest.raises(OptionError, match="no algorithm"):
        MODEL.steps("smcc", args=[YS])


def test_the_package_is_typed() -> None:
    assert (Path(anglipy.__file__).parent / "py.typed").is_file()


def test_a_model_is_printed_in_a_line() -> None:
    assert len(repr(MODEL)) < 100
