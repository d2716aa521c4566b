"""The cores: what the protocol promises of each, caches, names that are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from anglipy.api import load
from anglipy.cli.compile import compile_
from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import group_observations
from anglipy.ic.cores import CORES, Cache, Identity, joined, selected
from anglipy.ic.network import Inputs, Network
from anglipy.ic.options import NETWORKS, TrainingOptions
from anglipy.ic.slots import PRIOR_WIDTH
from anglipy.ic.store import network_of
from anglipy.ic.tapes import record
from anglipy.ic.training import train
from tests.ic.models import TINY, gaussian, model, program, untrained

PROGRAMS = Path(__file__).parents[1] / "bench" / "programs"


def test_the_options_know_every_core() -> None:
    assert tuple(CORES) == NETWORKS
    (choice,) = (p.type for p in compile_.params if p.name == "network")
    assert tuple(choice.choices) == NETWORKS


def walk(network: Network, steps: int):
    """A reading, the memory of three runs that have taken some steps, and what they wait for."""
    asked = program("coin", "compiled")
    data = record(asked, None, np.random.default_rng(5), 1).observations
    reading = network.reader(*group_observations(data, 1)[:1], 1, len(data))
    memory = network.start(reading).select(torch.zeros(3, dtype=torch.int64))
    address = network.all_slots()[0].address.expand(3, -1)
    family, one = torch.full((3,), 4), torch.ones(3, dtype=torch.int64)
    for step in range(steps + 1):
        inputs = Inputs(
            Identity(address, family, step * one), torch.ones(3, PRIOR_WIDTH), (step + 1) * one
        )
        if step < steps:
            memory = network.advance(reading, memory, inputs)[1]
            memory = memory._replace(value=torch.randn_like(memory.value.expand(3, -1)))
    return reading, memory, inputs


@pytest.mark.usefixtures("in_double_precision")
@pytest.mark.parametrize("kind", NETWORKS)
def test_states_are_values_whose_rows_can_be_chosen_repeated_and_joined(kind: str) -> None:
    """Rows do not know of each other, and a step may be taken twice from one state."""
    network = network_of(untrained(program("coin", "compiled"), network=kind, wild=0.3))
    with torch.inference_mode():
        reading, memory, inputs = walk(network, 3)
        seen, after = network.advance(reading, memory, inputs)
        network.advance(reading, memory.select(torch.tensor([2, 2, 0])), inputs)
        again, _ = network.advance(reading, memory, inputs)
        torch.testing.assert_close(again, seen, rtol=0, atol=0)
        # A run that has taken four steps beside two that have taken three.
        mixed = after.select(torch.tensor([1])).join(memory.select(torch.tensor([2, 0])))
        part = Inputs(Identity(*(x[:3] for x in inputs.now)), inputs.prior, inputs.number)
        found, _ = network.advance(reading, mixed, part)
        expected, _ = network.advance(reading, after, inputs)
        torch.testing.assert_close(found[0], expected[1], rtol=0, atol=1e-12)
        torch.testing.assert_close(found[1:], seen[[2, 0]], rtol=0, atol=1e-12)


def test_caches_of_different_lengths() -> None:
    keys = torch.arange(12.0).reshape(2, 3, 2)
    one = Cache.empty(3, 2, torch.zeros(1))
    two = selected((one,), torch.tensor([0, 0]))[0].appended(keys, 2.0 * keys)
    assert two.lengths.tolist() == [1, 1]
    (both,) = joined([(one,), (two,)])
    assert both.lengths.tolist() == [0, 1, 1]
    longer = both.appended(torch.ones(3, 3, 2), torch.ones(3, 3, 2))
    assert (longer.lengths.tolist(), longer.longest) == ([1, 2, 2], 2)
    torch.testing.assert_close(longer.keys[0, :, 0], torch.ones(3, 2))
    torch.testing.assert_close(longer.keys[1:, :, 0], keys)
    assert float(both.keys.sum()) == float(keys.sum())
    # One entry is found whatever is asked for it; what lies beyond a row's length is not.
    torch.testing.assert_close(two.attended(torch.ones(2, 3, 2)), (2.0 * keys).flatten(1))
    found = longer.attended(torch.zeros(3, 3, 2))
    torch.testing.assert_close(found[0], torch.ones(6))


def test_a_cache_can_be_continued_twice() -> None:
    """Steps are appended in place only by the first that does."""
    start = Cache.empty(1, 1, torch.zeros(2)).appended(torch.ones(2, 1, 1), torch.ones(2, 1, 1))
    two, other = (x * torch.ones(2, 1, 1) for x in (2.0, 3.0))
    first = start.appended(two, two)
    second = start.appended(other, other)
    assert first.keys.data_ptr() == start.keys.data_ptr() != second.keys.data_ptr()
    third = first.appended(other, other)
    for cache, expected in (
        (start, [1.0]),
        (first, [1.0, 2.0]),
        (second, [1.0, 3.0]),
        (third, [1.0, 2.0, 3.0]),
    ):
        assert cache.values[0, 0, : cache.longest, 0].tolist() == expected
    chosen = first.select(torch.tensor([1])).appended(two[:1], two[:1])
    assert chosen.values[0, 0, : chosen.longest, 0].tolist() == [1.0, 2.0, 2.0]
    assert third.values[0, 0, : third.longest, 0].tolist() == [1.0, 2.0, 3.0]


def test_only_the_feed_forward_core_forgets() -> None:
    """The choices of a run so far change what a head sees, except without a history."""
    for kind in NETWORKS:
        network = network_of(untrained(program("coin", "compiled"), network=kind, wild=0.3))
        with torch.inference_mode():
            torch.manual_seed(0)
            reading, memory, inputs = walk(network, 2)
            seen, _ = network.advance(reading, memory, inputs)
        same = bool(torch.allclose(seen[0], seen[1], atol=1e-6))
        assert same == (kind == "ff"), kind


@pytest.mark.parametrize("kind", NETWORKS)
def test_training_resumes_and_the_artifact_names_its_core(kind: str, tmp_path: Path) -> None:
    asked, path = model("gaussian", gaussian), tmp_path / "a.pt"
    options = TrainingOptions(traces=64, network=kind, **TINY)
    train(asked, options, path)
    assert Artifact.load(path).options["network"] == kind
    assert network_of(Artifact.load(path)).kind == kind
    longer = train(asked, replace(options, resume=True, traces=96), path)
    assert longer.traces == 96
    other = "ff" if kind == "lstm" else "lstm"
    with pytest.raises(ArtifactError, match=f"network was {kind.replace('+', '.')}"):
        train(asked, replace(options, resume=True, network=other), path)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(OptionError, match="must name a network"):
        TrainingOptions(network="gru")
    with pytest.raises(OptionError, match="multiple of 8"):
        TrainingOptions(network="transformer", hidden=20)
    artifact = untrained(program("coin", "compiled"))
    for name in ("gru", "transformer"):
        wrong = replace(artifact, options=artifact.options | {"network": name})
        with pytest.raises(ArtifactError, match="damaged"):
            network_of(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("name", ["gaussian", "hmm", "branching"])
def test_a_few_seconds_of_training_lower_the_loss(name: str, kind: str, tmp_path: Path) -> None:
    """Even `ff`, which cannot learn what the choices of the HMM say about each other, since the
    observations say a lot about each.
    """
    asked = load(PROGRAMS / f"{name}.aq").queries[name]
    sizes = {"hidden": 64, "width": 64, "validation": 256}
    value = [[0.0] * 8] if name == "hmm" else None
    traces = 3_200 if name == "branching" else 6_400
    record_ = asked.compile(
        tmp_path / "a.pt", traces=traces, network=kind, example_args=value, **sizes
    )
    least = {"gaussian": 0.5, "hmm": 0.2, "branching": 0.1}[name]
    assert record_.best_loss < record_.prior_loss - least
