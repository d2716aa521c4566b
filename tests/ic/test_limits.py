"""Instances that training did not show: proposed by what the network makes of them where this is
better than the prior, else left to the prior, exactly; the rest is undisturbed.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from anglipy.api import loads
from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import batch_of
from anglipy.ic.beside import Beside
from anglipy.ic.engine import ProposalWarning, infer_compiled
from anglipy.ic.extending import sites_beyond
from anglipy.ic.limits import coded, learned_share, limits_of, shorter
from anglipy.ic.options import NETWORKS, TrainingOptions
from anglipy.ic.preparing import read_data
from anglipy.ic.running import Runs
from anglipy.ic.store import network_of
from anglipy.ic.tapes import Choices, Tape, record
from anglipy.ic.training import train
from anglipy.inference import infer
from anglipy.runtime.convert import from_python
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.groups import using
from tests.ic.models import TINY, program, untrained
from tests.ic.test_engine import estimates

STEPS = loads("""
(defquery steps [n ys]
  (loop [i 0 x 0]
    (if (< i n)
      (let [x (sample "x" (normal x 1))]
        (observe "y" (normal x 0.5) (get ys i))
        (recur (inc i) x))
      (sample "last" (normal x 1)))))
(defn any-length [] [(sample* (uniform-discrete 1 5)) nil])
(defquery flips [n ys]
  (loop [i 0 s 0]
    (if (< i n)
      (let [x (sample "x" (flip 0.3))]
        (observe "y" (flip (if x 0.9 0.2)) (get ys i))
        (recur (inc i) (+ s (if x 1 0))))
      s)))
""")


COUNT = 400


def of_lengths(lengths: list[int]) -> Tape:
    """Runs that visit a site so often."""
    events = []
    for instance in range(1, max(lengths) + 1):
        runs = np.flatnonzero(np.array(lengths) >= instance)
        instances = np.full(len(runs), instance)
        empty = np.zeros(len(runs))
        events.append(Choices("x", runs, instances, Any, empty, 0.0))  # type: ignore[arg-type]
    return Tape(len(lengths), events, [])


@pytest.mark.parametrize(
    ("lengths", "limit"),
    [([3] * 10, 3), ([0] * 990 + [2] * 10, 2), ([5] * 900 + [9] * 96 + [12] * 4, 12),
     ([5] * 900 + [9] * 97 + [12] * 3, 9), ([1], 1)],
)  # fmt: skip
def test_the_limit_is_what_enough_runs_reach(lengths: list[int], limit: int) -> None:
    """At least four of a thousand of those that visit the site at all, over all tapes."""
    assert limits_of([of_lengths(lengths)]) == {"x": limit}
    half = len(lengths) // 2
    if half and max(lengths[:half]) > 0:
        assert limits_of([of_lengths(lengths[:half]), of_lengths(lengths[half:])]) == {"x": limit}


def test_a_batch_within_the_limits_is_left_as_it_is() -> None:
    batch = batch_of(record(program("growing", "compiled"), None, np.random.default_rng(0), 20))
    limits = {group.key.site: int(batch.instances.max()) for group in batch.steps}
    same, beyond = coded(batch, limits)
    assert torch.equal(same, batch.instances)
    assert beyond == [None] * len(batch.steps)


class Writing(Beside):
    """Writes down every choice, those that the prior proposes too."""

    def chosen(self, part: Any, value: Any, drawn: Any, log_weights: Any) -> None:
        with using(part.group):
            log_prior = score(part.dist, value)
        event = Choices(part.site, part.runs, part.instances, part.prior, drawn, log_prior)
        self.seen = [*getattr(self, "seen", []), event]
        self.added = getattr(self, "added", np.zeros(self.runs.n))
        self.added[part.runs] += log_weights


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_weights_beyond_the_limit_are_those_of_the_tape(
    network: str, goes_on: bool, limit: int
) -> None:
    """The engine and `log_proposals` agree on what is beyond, on who proposes it, and on what the
    network is told of it then and afterwards.
    """
    asked, value = STEPS.steps.query, from_python([5, [0.5, 1.0, 0.0, -1.0, 0.3]])
    artifact = untrained(asked, wild=0.1, network=network, argument=value)
    limits = {**artifact.options, "limits": {"x": limit, "y": limit, "last": 1}}
    extended = {**limits, "beyond": ["x"]} if goes_on else limits
    beside = network_of(replace(artifact, options=extended))
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ProposalWarning)
        reading = read_data(beside, asked, [value])
        assert (reading.numbers is None) == (limit == 1)
        runs = Runs(asked, value, COUNT)
        walk = Writing(beside, reading, 0.01, runs, np.random.default_rng(6))
        walk.run()
        everybody = reading.mapped(lambda x: x.expand(COUNT, *x.shape[1:]))
        batch = batch_of(Tape(COUNT, walk.seen, []))
        log_q = beside.log_proposals(batch, 0.01, everybody)
    far = batch.instances > limit
    assert bool(far.any())
    assert torch.equal(log_q[far], batch.log_prior[far]) == (not goes_on)
    expected = torch.zeros(COUNT, dtype=torch.float64)
    expected.index_add_(0, batch.trace_of, batch.log_prior - log_q)
    np.testing.assert_allclose(walk.added, expected.numpy(), rtol=0, atol=2e-4)
    assert walk.unknown == (set() if goes_on else {f"x beyond instance {limit}"})


@pytest.mark.filterwarnings("ignore:the network has no proposal")
@pytest.mark.filterwarnings("ignore:in training hardly a run")
@pytest.mark.filterwarnings("ignore:every run of the training")
def test_the_estimate_is_unbiased_beyond_the_limit() -> None:
    """Exactly, over all that can be drawn."""
    asked, value = STEPS.flips.query, from_python([3, [True, False, True]])
    artifact = untrained(asked, wild=0.5, argument=value)
    exact = infer(asked, value, "enumerate")
    for limit, more in ((1, {}), (2, {}), (1, {"beyond": ["x"]}), (2, {"beyond": ["x"]})):
        beyond = {**artifact.options, "limits": {"x": limit, "y": limit}, **more}
        evidence, moment = estimates(asked, replace(artifact, options=beyond), 1, value)
        assert evidence == pytest.approx(math.exp(exact.log_evidence), rel=1e-9)
        assert moment / evidence == pytest.approx(exact.mean(), rel=1e-9)


LONG = from_python([7, [0.5, 1.0, 0.0, -1.0, 0.0, 2.0, 1.0]])


@pytest.fixture(scope="module")
def short_lived(tmp_path_factory) -> Artifact:
    """Trained on lengths up to four."""
    path = tmp_path_factory.mktemp("limits") / "a.pt"
    options = {**TINY, "validation": 256, "batch": 32, "traces": 4_096, "args_fn": "any-length"}
    STEPS.steps.compile(path, **options)
    return Artifact.load(path)


def without(artifact: Artifact, option: str) -> Artifact:
    kept = {name: value for name, value in artifact.options.items() if name != option}
    return replace(artifact, options=kept)


def test_longer_data_than_in_training_are_left_to_the_prior_with_warnings(short_lived) -> None:
    """Where the network is of no use beyond, what is known is proposed as for shorter data, and the
    rest has the weight of the prior.
    """
    artifact, asked = without(short_lived, "beyond"), STEPS.steps.query
    assert artifact.options["limits"] == {"argument/0": 1, "last": 1, "x": 4, "y": 4}
    with pytest.warns(ProposalWarning) as warned:
        posterior = infer_compiled(asked, LONG, artifact, particles=50, seed=1)
    assert [str(w.message).partition(":")[0] for w in warned] == [
        "in training hardly a run observed y more than 4 times",
        "the network has no proposal for x beyond instance 4",
    ]
    assert math.isfinite(posterior.log_evidence)
    network = network_of(artifact)
    with torch.inference_mode():
        tape = record(asked, from_python([7, None]), np.random.default_rng(0), 64)
        batch = batch_of(tape)
        log_q = network.log_proposals(batch, artifact.epsilon)
    for group in batch.steps:
        far = batch.instances[group.rows] > artifact.options["limits"][group.key.site]
        same = log_q[group.rows] == batch.log_prior[group.rows]
        assert torch.equal(far, same)


def test_a_network_goes_on_beyond_the_lengths_of_its_training(short_lived) -> None:
    """Runs of six steps: with what it makes of the last two, of which most are proposed better, it
    is better than with the prior there.
    """
    assert short_lived.options["beyond"] == ["x"]
    found = []
    for artifact in (short_lived, without(short_lived, "beyond")):
        with torch.inference_mode():
            tape = record(STEPS.steps.query, from_python([6, None]), np.random.default_rng(0), 512)
            batch = batch_of(tape)
            found.append(network_of(artifact).log_proposals(batch, artifact.epsilon))
    gain = (found[0] - found[1])[batch.instances > 4]
    assert float(gain.mean()) > 0.0
    assert float(gain.median()) > 0.15
    with warnings.catch_warnings():
        warnings.simplefilter("error", ProposalWarning)
        infer_compiled(STEPS.steps.query, LONG, short_lived, particles=50, seed=1)


def test_an_untrained_network_is_not_trusted_beyond() -> None:
    asked, value = STEPS.steps.query, from_python([4, None])
    network = network_of(untrained(asked, wild=0.5, argument=value))
    batch = batch_of(record(asked, value, np.random.default_rng(0), 128))
    network.limits = {"x": 4, "y": 4}
    assert sites_beyond(network, [batch], 0.01) is None
    assert network.limits == {"x": 4, "y": 4}


def test_one_step_of_sixteen_pretends_to_know_less() -> None:
    """By shares that fill the interval evenly."""
    shares = [share for step in range(1600) if (share := learned_share(step)) is not None]
    assert len(shares) == 100
    assert np.histogram(shares, 10, (0.0, 1.0))[0].tolist() == pytest.approx([10] * 10, abs=1)
    assert shorter({"x": 1, "y": 10}, 0.35) == {"x": 1, "y": 3}


def test_shorter_data_than_all_in_training_are_told_of_at_the_line_that_gave_them(tmp_path) -> None:
    model = STEPS.steps
    whole, short = [4, [0.5, 1.0, 0.0, -1.0]], [2, [0.5, 1.0]]
    model.compile(tmp_path / "a.pt", **TINY, traces=64, example_args=[4, [None] * 4])
    said = (
        "every run of the training observed y at least 4 times, and 2 of these are not in the data"
    )
    for given in ([short], [whole, short]):
        with pytest.warns(ProposalWarning) as warned:
            model.infer_many(args=given, artifact=tmp_path / "a.pt", particles=20, seed=1)
        assert [str(w.message).partition(":")[0] for w in warned] == [said]
        assert warned[0].filename == __file__
    model.infer(args=whole, artifact=tmp_path / "a.pt", particles=20, seed=1)


def test_limits_that_are_none_are_refused() -> None:
    artifact = untrained(STEPS.flips.query, argument=from_python([1, [True]]))
    for bad in ([], {"x": 0}, {"x": 1.5}, {"x": "1"}, {"x\n": 1}):
        with pytest.raises(ArtifactError, match="damaged"):
            network_of(replace(artifact, options={**artifact.options, "limits": bad}))
    for bad in ("x", [1], ["x\n"], {"x": 1}):
        with pytest.raises(ArtifactError, match="damaged"):
            network_of(replace(artifact, options={**artifact.options, "beyond": bad}))


def test_a_resumed_training_keeps_the_limits(tmp_path) -> None:
    asked, path = program("growing", "compiled"), tmp_path / "a.pt"
    train(asked, TrainingOptions(traces=64, **TINY), path)
    before = Artifact.load(path).options["limits"]
    train(asked, TrainingOptions(traces=128, resume=True, **TINY), path)
    assert Artifact.load(path).options["limits"] == before != {}
