"""Training on a GPU, pretended (`pretend` says what that shows and what it cannot) and, if there is
one, real; and in bfloat16.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from anglipy.diagnostics import OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import Batch, batch_of, group_observations
from anglipy.ic.beside import Beside
from anglipy.ic.container import read_container
from anglipy.ic.devices import computing, device_of, forked_rng, moved
from anglipy.ic.layers import Shape
from anglipy.ic.learner import Learner
from anglipy.ic.network import Network
from anglipy.ic.options import NETWORKS, TrainingOptions
from anglipy.ic.proposals import FAMILIES, defended, propose
from anglipy.ic.running import Runs
from anglipy.ic.store import network_of
from anglipy.ic.tapes import record, with_sequences
from anglipy.ic.training import RESUME_KIND, resume_path, train
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.vectors import Vector
from anglipy.supplying import embedders_of, generator_named
from tests.ic.devices_program import PROGRAM
from tests.ic.models import program, untrained
from tests.ic.pretend import PretendError, pretending

QUERY = PROGRAM.everything.query
OPTIONS = TrainingOptions(
    traces=32,
    validate_every=16,
    batch=16,
    validation=16,
    hidden=16,
    width=16,
    components=3,
    device="cuda",
    args_fn=generator_named(PROGRAM.namespace, "drawn"),
    embedders=embedders_of(PROGRAM.namespace),
)
GPUS = ("pretended", "real") if torch.cuda.is_available() else ("pretended",)


@pytest.fixture(params=GPUS)
def gpu(request: pytest.FixtureRequest) -> Iterator[str]:
    """The device `cuda` is there."""
    with pretending() if request.param == "pretended" else nullcontext():
        yield request.param


def batches(count: int) -> list[Batch]:
    """Minibatches of the program."""
    rng = np.random.default_rng(0)
    setup = with_sequences(OPTIONS.setup, [record(QUERY, OPTIONS.setup, rng, 16)])
    return [batch_of(record(QUERY, setup, rng, 16)) for _ in range(count)]


def fresh(network: str, made: list[Batch]) -> Network:
    """Of the same weights every time, with everything that these batches meet."""
    with forked_rng():
        torch.manual_seed(0)
        found = Network(Shape(16, 16, 4, 3), network)
        for batch in made:
            found.grow(batch)
    return found


# -- training on the GPU -----------------------------------------------------------------------


@pytest.mark.parametrize("network", NETWORKS)
def test_a_training_is_begun_stopped_and_resumed_on_a_gpu(
    network: str, gpu: str, tmp_path: Path
) -> None:
    """In bfloat16, with parts of every kind, some of which training meets only when it is resumed.
    The network is there for the CPU afterwards.
    """
    path, options = tmp_path / "a.pt", replace(OPTIONS, network=network)
    stops = iter([False, True])
    first = train(QUERY, options, path, should_stop=lambda: next(stops))
    assert (first.traces, first.interrupted) == (16, True)
    done = train(QUERY, replace(options, resume=True), path)
    assert (done.traces, done.interrupted) == (32, False)
    assert all(np.isfinite(progress.validation_loss) for progress in done.history)
    artifact = Artifact.load(path)
    assert {array.dtype.name for array in artifact.arrays.values()} <= {
        "float32",
        "float64",
        "int64",
    }
    assert all(parameter.is_cpu for parameter in network_of(artifact).parameters())


def test_splines_are_trained_on_a_gpu(gpu: str, tmp_path: Path) -> None:
    pytest.importorskip("zuko")
    options = replace(OPTIONS, traces=16, network="ff", proposal="spline")
    assert np.isfinite(train(QUERY, options, tmp_path / "a.pt").best_loss)


def test_a_resumed_training_is_the_same_on_a_gpu(gpu: str, tmp_path: Path) -> None:
    """Its random generator is part of the state: layers that are added later begin with the same
    numbers. Sums on a real GPU are not always in the same order.
    """
    asked = program("growing", "compiled")
    options = TrainingOptions(
        traces=320, validate_every=160, validation=16, batch=16, hidden=16, width=16, device="cuda"
    )
    whole, parts = tmp_path / "whole.pt", tmp_path / "parts.pt"
    train(asked, options, whole)
    steps = iter(range(1000))
    train(asked, options, parts, should_stop=lambda: next(steps) >= 3)
    train(asked, replace(options, resume=True), parts)
    one, other = (read_container(resume_path(path), RESUME_KIND).arrays for path in (whole, parts))
    assert "cuda_rng" in one
    assert one.keys() == other.keys()
    for name, array in one.items():
        near = {"rtol": 0.0, "atol": 0.0} if gpu == "pretended" else {"rtol": 0.1, "atol": 0.02}
        np.testing.assert_allclose(other[name], array, **near, err_msg=name)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_gpu_learns_what_the_cpu_learns(network: str, gpu: str) -> None:
    """Losses of three steps in float32 from the same weights on the same batches."""
    losses = []
    made = batches(3)
    for device in ("cpu", "cuda"):
        learner = Learner(
            fresh(network, made), replace(OPTIONS, device=device, precision="float32")
        )
        losses.append([learner.learn(batch, 1e-3) for batch in made])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)


def test_what_a_training_leaves_behind(gpu: str) -> None:
    """The generators of a process that uses GPUs are as they were."""
    before = torch.random.get_rng_state(), torch.cuda.get_rng_state()
    with forked_rng():
        torch.manual_seed(5)
        torch.randn(3, device="cuda")
    after = torch.random.get_rng_state(), torch.cuda.get_rng_state()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_devices_by_name(gpu: str) -> None:
    assert device_of("auto").type == "cuda"
    assert device_of("cpu").type == "cpu"
    with pytest.raises(OptionError, match="no float64"):
        device_of("mps")
    with pytest.raises(OptionError, match="GPUs, from 0"):
        device_of("cuda:99")


# -- bfloat16 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", NETWORKS)
def test_bfloat16_learns_nearly_what_float32_learns(network: str) -> None:
    """On the CPU, by the code that runs on a GPU. The loss of every step is within 0.1 nats per
    trace of that in float32: a number of eight bits is off by 0.2 % on average, and about twenty
    choices per trace are off in either direction.
    """
    losses = []
    made = batches(6)
    for precision in ("float32", "bf16"):
        learner = Learner(fresh(network, made), replace(OPTIONS, device="cpu", precision=precision))
        losses.append([learner.learn(batch, 3e-3) for batch in made])
        assert all(p.dtype is torch.float32 for p in learner.parameters)
    np.testing.assert_allclose(losses[1], losses[0], atol=0.1)
    assert losses[0] != losses[1]
    assert losses[0][-1] < losses[0][0]


def test_densities_are_doubles_of_what_the_heads_say() -> None:
    """In bfloat16 too: log q is the family's, in float64, of the numbers that the head gave."""
    (batch,) = batches(1)
    torch.manual_seed(0)
    network = Network(Shape(16, 16, 4, 3))
    network.grow(batch)
    with computing(torch.device("cpu"), "bf16"), torch.no_grad():
        proposed = network.proposed(batch)
        log_q = network.log_proposals(batch, 0.01)
        raws = [step.slot.head(step.seen) for step in proposed]  # type: ignore[misc]
    assert log_q.dtype is torch.float64
    assert len(proposed) > 10
    for step, raw in zip(proposed, raws, strict=True):
        assert raw.dtype is torch.bfloat16
        group = step.group
        own = step.slot.family.log_prob(raw.double(), group.numbers, group.values)
        expected = defended(own, batch.log_prior[group.rows], 0.01)
        np.testing.assert_array_equal(log_q[group.rows], expected)


def test_weights_are_by_the_density_that_was_drawn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network beside a program that computes in bfloat16 draws from, and weighs with, the same
    numbers in float64.
    """
    asked = program("gaussian", "compiled")
    network, seen = network_of(untrained(asked, wild=0.3)), []

    def watching(raw: Any, of: Any, part: Any, epsilon: float, rng: Any, family: Any) -> Any:
        value, drawn, added = propose(raw, of, part, epsilon, rng, family)
        seen.append((raw if of is None else raw[of], part, value, drawn, added))
        return value, drawn, added

    monkeypatch.setattr("anglipy.ic.beside.propose", watching)
    data = record(asked, None, np.random.default_rng(5), 1).observations
    with torch.inference_mode(), computing(torch.device("cpu"), "bf16"):
        reading = network.reader(*group_observations(data, 1)[:1], 1, len(data))
        assert reading.summary.dtype is torch.bfloat16
        runs = Runs(asked, Vector([1.0, 2.5]), 50)
        Beside(network, reading, 0.01, runs, np.random.default_rng(6)).run()
    assert seen
    for raw, part, value, drawn, added in seen:
        assert raw.dtype is torch.float64
        assert torch.equal(raw, raw.bfloat16().double())
        with using(part.group):
            log_prior = torch.as_tensor(np.asarray(score(part.dist, value), dtype=np.float64))
        numbers = torch.as_tensor(part.prior.numbers).expand(len(raw), -1)
        own = FAMILIES[part.prior.family].log_prob(raw, numbers, torch.as_tensor(drawn))
        np.testing.assert_array_equal(added, log_prior - defended(own, log_prior, 0.01))


# -- the pretended GPU -------------------------------------------------------------------------


def test_a_pretended_gpu_raises_what_a_gpu_does() -> None:
    with pretending():
        here, there = torch.zeros(3), torch.zeros(3, device="cuda")
        rows = torch.tensor([0, 2])
        for wrong in (
            lambda: here + there,
            lambda: torch.cat([here, there]),
            lambda: here[rows.to("cuda")],
            lambda: there.index_select(0, rows),
            lambda: there.numpy(),
            lambda: np.asarray(there),
            lambda: torch.nn.functional.linear(there[None], torch.ones(2, 3)),
            lambda: torch.nn.LSTM(3, 2)(there[None]),
            lambda: torch._foreach_add([there], [here]),
        ):
            with pytest.raises((PretendError, RuntimeError)):
                wrong()
        assert (there + 1.0 + torch.tensor(1.0)).device.type == "cuda"
        assert there[rows].device.type == there[1:].device.type == "cuda"
        assert torch.zeros_like(there).is_cuda
        assert not there.new_zeros(2, device="cpu").is_cuda
        assert (there.cpu().numpy() == 0.0).all()
        assert not here.is_cuda
        with torch.device("cuda"):
            assert torch.ones(2).is_cuda
            assert not torch.from_numpy(np.ones(2)).is_cuda
        assert moved((here, 1), torch.device("cuda"))[0].is_cuda


def test_a_pretended_gpu_casts_as_cuda_does() -> None:
    with pretending():
        x, half = torch.ones(3, 3, device="cuda"), torch.ones(3, 3, device="cuda").bfloat16()
        rows = torch.zeros(3, dtype=torch.int64, device="cuda")
        with torch.autocast("cuda", torch.bfloat16):
            assert (x @ x).dtype is torch.bfloat16
            assert (x.double() @ x.double()).dtype is torch.float64
            assert half.exp().dtype is half.sum().dtype is torch.float32
            assert torch.nn.functional.layer_norm(half, (3,)).dtype is torch.float32
            with pytest.raises(RuntimeError, match="same"):
                x.index_add(0, rows, half)
            with pytest.raises(RuntimeError, match="same"):
                x.index_copy(0, rows, half)
        assert (x @ x).dtype is torch.float32
