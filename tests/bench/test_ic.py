"""Inference compilation: where training spends its time, and what inference adds to the network.

Training is timed step by step, in CPU time; what counts as torch is the forward and the backward
pass, the clipping of gradients, the optimiser and the average of the weights. Inference is compared
with the network's own passes (reading the data, a step and a head per choice, the density of what
was drawn) on as many rows as there are particles, which are written down in a run in which no two
particles share a row, and done again with nothing around them. `make bench` prints
tables, with pyprob's figures (measured on a machine of this class, one thread) beside them for
orientation. Limits are on ratios only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from anglipy.api import from_python, load
from anglipy.ic import beside
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import batch_of
from anglipy.ic.engine import infer_compiled
from anglipy.ic.families import Categorical, Mixture
from anglipy.ic.layers import Dense, Shape
from anglipy.ic.learner import Learner
from anglipy.ic.network import Network
from anglipy.ic.options import TrainingOptions, TrainingRecord
from anglipy.ic.reader import ObservationReader
from anglipy.ic.store import artifact_of
from anglipy.ic.tapes import record
from anglipy.ic.training import Trainer
from anglipy.ic.vectors import Gaussians
from anglipy.model import Model

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
POINTS = np.random.default_rng(0).normal(0, 0.3, (100, 2)).tolist()
PROGRAMS: dict[str, tuple[Path, list[Any] | None]] = {
    "gaussian": (ROOT / "examples/gaussian.aq", [9.0, 8.0]),
    "open-universe-points": (ROOT / "tests/bench/programs/open_universe_points.aq", [POINTS]),
    "captcha": (ROOT / "examples/captcha/captcha.aq", None),
}
PYPROB_TRAINING = {
    "gaussian": (1150.0, 1.6),
    "open-universe-points": (176.0, 3.7),
    "captcha": (16.5, 20.5),
}
"""Traces per second, batch 64, LSTM 512, and millions of parameters: of the same model, of a
mixture with as many points and components, of a captcha program with a larger convolutional
network.
"""
PYPROB_INFERENCE = {"gaussian": 3.2, "open-universe-points": 28.5}
"""Seconds for 1,000 posterior traces."""
LEAST_SHARE = 0.6
MOST_TIMES_THE_NETWORK = 2.0
PARTICLES = 1_000
ROUNDS = 7


@cache
def model(name: str) -> Model:
    path = PROGRAMS[name][0]
    if name == "captcha":
        pytest.importorskip("matplotlib")
        sys.path.insert(0, str(path.parent))
    return load(path).queries[name]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def show(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        print(f"\n{line}", end="")


# --- training ---


@contextmanager
def timed(owner: Any, name: str, spent: list[float]) -> Iterator[None]:
    """The CPU seconds of every call of a method."""
    original: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any) -> Any:
        began = time.process_time()
        try:
            return original(*args)
        finally:
            spent.append(time.process_time() - began)

    setattr(owner, name, wrapped)
    try:
        yield
    finally:
        setattr(owner, name, original)


def training(name: str, hidden: int, batch: int, path: Path) -> tuple[float, float, int]:
    """The share of the time that is spent in torch, traces per second, and parameters."""
    steps = 4 if name == "captcha" else 32
    options = TrainingOptions(
        traces=1_000_000,
        batch=batch,
        hidden=hidden,
        network="lstm",
        validation=64,
        example_args=from_python(PROGRAMS[name][1]),
    )
    trainer = Trainer(model(name).query, options, path, "", None)
    trainer.step()
    whole: list[float] = []
    learning: list[float] = []
    growing: list[float] = []
    with (
        timed(trainer, "step", whole),
        timed(Learner, "learn", learning),
        timed(Network, "grow", growing),
    ):
        for _ in range(steps):
            trainer.step()
    share = (sum(learning) - sum(growing)) / sum(whole)
    parameters = sum(parameter.numel() for parameter in trainer.learner.parameters)
    return share, steps * batch / sum(whole), parameters


@pytest.mark.parametrize("batch", [64, 256])
@pytest.mark.parametrize("name", PROGRAMS)
def test_training_is_mostly_torch(
    name: str, batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share, rate, _ = training(name, 128, batch, tmp_path / "a.pt")
    show(
        capsys,
        f"training {name:<22} LSTM 128  batch {batch:>3}  in torch {share:4.0%}  "
        f"{rate:8,.0f} traces/s",
    )
    assert share >= LEAST_SHARE


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("gaussian", 340),
        ("gaussian", 512),
        ("open-universe-points", 450),
        ("open-universe-points", 512),
        ("captcha", 512),
    ],
)
def test_training_with_a_large_network(
    name: str, hidden: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice: with as many parameters as pyprob's network has, and with as large an LSTM."""
    share, rate, parameters = training(name, hidden, 64, tmp_path / "a.pt")
    other, millions = PYPROB_TRAINING[name]
    show(
        capsys,
        f"training {name:<22} LSTM {hidden}  batch  64  in torch {share:4.0%}  {rate:8,.0f} "
        f"traces/s  {parameters / 1e6:.1f} M parameters   pyprob {other:,.0f} with {millions} M: "
        f"{rate / other:.1f} times",
    )
    assert share >= LEAST_SHARE


# --- inference ---


def untrained(name: str, hidden: int) -> Artifact:
    asked, rng = model(name).query, np.random.default_rng(0)
    network = Network(Shape(hidden=hidden))
    network.grow(batch_of(record(asked, from_python(PROGRAMS[name][1]), rng, 256)))
    empty = TrainingRecord(0, 0.0, 0.0, 0, 0.0, True)
    options = TrainingOptions(hidden=hidden, network="lstm")
    return artifact_of(network, asked.name, "", None, options, empty)


Calls = list[tuple[Callable[..., Any], tuple[Any, ...]]]


@contextmanager
def written_down(calls: Calls) -> Iterator[None]:
    """What the network is called with."""
    owners: list[tuple[Any, str]] = [
        (Network, "advance"),
        (Network, "embed_values"),
        (Network, "embed_priors"),
        (ObservationReader, "forward"),
        (Dense, "forward"),
        (Categorical, "log_table"),
        (Mixture, "log_prob"),
        (Gaussians, "log_prob"),
    ]
    depth: list[None] = []

    def writing(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Any:
            depth.append(None)
            if len(depth) == 1:
                calls.append((original, args))
            try:
                return original(*args)
            finally:
                depth.pop()

        return wrapped

    originals = [(owner, name, getattr(owner, name)) for owner, name in owners]
    for owner, name, original in originals:
        setattr(owner, name, writing(original))
    try:
        yield
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


@torch.inference_mode()
def passes(calls: Calls) -> float:
    """Seconds of the calls on their own."""
    began = time.perf_counter()
    for function, args in calls:
        function(*args)
    return time.perf_counter() - began


@pytest.mark.parametrize("hidden", [128, 512])
@pytest.mark.parametrize("name", PYPROB_INFERENCE)
def test_inference_is_mostly_the_network(
    name: str, hidden: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, value = model(name).query, from_python(PROGRAMS[name][1])
    artifact, calls = untrained(name, hidden), []
    with monkeypatch.context() as patched, written_down(calls):
        patched.setattr(beside, "_distinct", lambda *_: None)
        infer_compiled(asked, value, artifact, PARTICLES, seed=0)
    whole, bare = [], []
    for seed in range(ROUNDS):
        began = time.perf_counter()
        infer_compiled(asked, value, artifact, PARTICLES, seed=seed)
        whole.append(time.perf_counter() - began)
        bare.append(passes(calls))
    ours, network, other = min(whole), min(bare), PYPROB_INFERENCE[name]
    show(
        capsys,
        f"inference {name:<21} LSTM {hidden}  {PARTICLES:,} particles {1e3 * ours:6.1f} ms, the "
        f"network alone {1e3 * network:6.1f} ms, {ours / network:.2f} times"
        f"   pyprob {other} s: {other / ours:,.0f} times",
    )
    assert ours <= MOST_TIMES_THE_NETWORK * network
