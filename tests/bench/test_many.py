"""Many data sets in one call against one after the other: `Model.infer_many` with a network."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import load
from anglipy.model import Model
from tests.ic.models import untrained

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
PARTICLES = 10
DATA_SETS = 64
LEAST_GAIN = {"gaussian": 5.0, "captcha": 1.2}
"""How many times faster at least, with 10 particles each."""


def gaussian() -> tuple[Model, Any, list[Any]]:
    model = load(ROOT / "examples/gaussian.aq").gaussian
    rows = np.random.default_rng(0).normal(1.0, 3.0, (DATA_SETS, 2)).tolist()
    artifact = replace(untrained(model.query), program_hash=model.program_hash)
    return model, artifact, rows


def captcha() -> tuple[Model, Any, list[Any]]:
    pytest.importorskip("matplotlib")
    from PIL import Image

    from anglipy.ic.artifact import Artifact

    folder = ROOT / "examples/captcha"
    model = load(folder / "captcha.aq").captcha
    images = [np.asarray(Image.open(path).convert("L")) for path in (folder / "images").iterdir()]
    return model, Artifact.load(folder / "artifact.pt"), [[image] for image in images]


def best(function: Callable[[], object], rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


@pytest.mark.parametrize("name", ["gaussian", "captcha"])
def test_together_against_one_by_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    model, artifact, rows = {"gaussian": gaussian, "captcha": captcha}[name]()
    given = {"artifact": artifact, "particles": PARTICLES, "seed": 0}

    def one_by_one() -> None:
        for row in rows:
            model.infer(args=row, **given)

    alone = best(one_by_one)
    together = best(lambda: model.infer_many(args=rows, **given))
    with capsys.disabled():
        print(
            f"\n{name}: {len(rows)} data sets, {PARTICLES} particles each: one by one "
            f"{1e3 * alone / len(rows):.2f} ms each, together {1e3 * together / len(rows):.2f} ms "
            f"each, ratio {alone / together:.1f}"
        )
    assert alone / together >= LEAST_GAIN[name]
