"""kill -9 at random moments of a training loses one checkpoint interval at most, never an artifact,
and nothing of the result.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from dataclasses import replace
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import pytest
import torch

from anglipy.ic.artifact import Artifact
from anglipy.ic.container import read_container
from anglipy.ic.options import TrainingOptions
from anglipy.ic.resuming import RESUME_KIND, resume_path
from anglipy.ic.store import network_of
from anglipy.ic.training import train
from tests.ic.models import TINY, program

KILLS = 20
INTERVAL = 48
"""Traces between checkpoints: every third step validates."""
OPTIONS = TrainingOptions(
    traces=24_000, validate_every=INTERVAL, average=0.9, **{**TINY, "validation": 16}
)


def trained(folder: str, options: TrainingOptions, done: Synchronized[int]) -> None:
    """What a process does: train, and count its steps."""
    torch.set_num_threads(1)
    train(
        program("growing", "compiled"),
        options,
        Path(folder) / "a.pt",
        should_stop=lambda: _said(done),
    )


def _said(done: Synchronized[int]) -> bool:
    done.value += 1
    return False


@pytest.mark.slow
@pytest.mark.parametrize("extra", [{}, {"workers": 1, "dataset": "data", "shard": 64}])
def test_training_survives_being_killed(extra: dict[str, Any], tmp_path: Path) -> None:
    # Forks, since they have torch imported already.
    context: Any = multiprocessing.get_context("fork")
    chance, path = random.Random(1), tmp_path / "killed" / "a.pt"
    options = replace(OPTIONS, **extra)
    if options.dataset is not None:
        options = replace(options, dataset=str(tmp_path / "data"))
    kills, was_there, traces = 0, False, 0
    while kills < KILLS or (not was_there and kills < 5 * KILLS):
        steps = context.Value("q", 0)
        resumed = resume_path(path).exists()
        process = context.Process(
            target=trained, args=(str(path.parent), replace(options, resume=resumed), steps)
        )
        process.start()
        while steps.value == 0 and process.is_alive():
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        process.join()
        assert process.exitcode == -9, "training was over before it was killed often enough"
        kills += 1
        assert path.exists() or not was_there
        if path.exists():
            network_of(Artifact.load(path))
            was_there = True
        if resume_path(path).exists():
            tally = read_container(resume_path(path), RESUME_KIND).document["tally"]
            reached = traces + (steps.value - 1) * options.batch
            assert tally["traces"] >= reached - INTERVAL
            traces = tally["traces"]
    assert was_there
    print(f"killed {KILLS} times, the last time after {traces:,} traces")
    # As many steps more, and all of them at once by a training that nobody killed.
    whole, steps = tmp_path / "whole" / "a.pt", 10 * INTERVAL // options.batch
    stop_after(steps, replace(options, resume=True), path)
    apart = None if options.dataset is None else str(tmp_path / "other data")
    options = replace(options, workers=0, dataset=apart)
    stop_after(steps + traces // options.batch, options, whole)
    one, other = (read_container(resume_path(found), RESUME_KIND) for found in (path, whole))
    assert one.document["addresses"] == other.document["addresses"]
    assert one.document["source"] == other.document["source"]
    assert {name: array.tobytes() for name, array in one.arrays.items()} == {
        name: array.tobytes() for name, array in other.arrays.items()
    }
    best, its = Artifact.load(path), Artifact.load(whole)
    assert {name: array.tobytes() for name, array in best.arrays.items()} == {
        name: array.tobytes() for name, array in its.arrays.items()
    }


def stop_after(steps: int, options: TrainingOptions, path: Path) -> None:
    left = iter(range(steps))
    train(program("growing", "compiled"), options, path, should_stop=lambda: next(left, -1) < 0)
