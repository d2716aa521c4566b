"""Training: resuming is bitwise exact, networks grow, Ctrl-C saves, known floors are reached."""

from __future__ import annotations

import math
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.api import load
from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import Batch, batch_of
from anglipy.ic.engine import infer_compiled
from anglipy.ic.layers import Shape
from anglipy.ic.learner import VALIDATION_CHUNK, Learner, Losses
from anglipy.ic.network import Network
from anglipy.ic.options import Progress, TrainingOptions, TrainingRecord
from anglipy.ic.sources import Source
from anglipy.ic.store import arrays_of
from anglipy.ic.tapes import Tape, record
from anglipy.ic.training import Trainer, resume_path, train
from anglipy.runtime.machine import Query
from anglipy.runtime.vectors import Vector
from tests.ic.models import MADE, TINY, gaussian, model, program, wandering
from tests.inference.programs import dist, done, observe, query, sample


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", ["gaussian", "wandering", "growing"])
def test_a_resumed_training_is_bitwise_the_same(name: str, made: str, tmp_path: Path) -> None:
    asked = program(name, made)
    options = TrainingOptions(traces=640, validate_every=100, **{**TINY, "validation": 16})
    whole, parts = tmp_path / "whole.pt", tmp_path / "parts.pt"
    train(asked, options, whole)
    steps = iter(range(1000))
    first = train(asked, options, parts, should_stop=lambda: next(steps) >= 13)
    assert first.interrupted
    assert first.traces == 13 * 16
    second = train(asked, replace(options, resume=True), parts)
    assert not second.interrupted
    one, other = Artifact.load(whole), Artifact.load(parts)
    assert one.addresses == other.addresses
    one_end, other_end = (_state(resume_path(path)) for path in (whole, parts))
    assert one_end.keys() == other_end.keys()
    assert all(one_end[key] == other_end[key] for key in one_end)


def _state(path: Path) -> dict[str, bytes]:
    from anglipy.ic.container import read_container
    from anglipy.ic.training import RESUME_KIND

    contents = read_container(path, RESUME_KIND)
    arrays = {name: array.tobytes() for name, array in contents.arrays.items()}
    return arrays | {"source": repr(contents.document["source"]).encode()}


def test_the_same_seed_gives_the_same_artifact(tmp_path: Path) -> None:
    options = TrainingOptions(traces=200, **TINY)
    for name in ("a", "b"):
        train(model("gaussian", gaussian), options, tmp_path / name)
    a, b = (Artifact.load(tmp_path / name).arrays for name in ("a", "b"))
    assert all(a[key].tobytes() == b[key].tobytes() for key in a)


def test_what_cannot_be_resumed_is_refused(tmp_path: Path) -> None:
    asked, path = model("gaussian", gaussian), tmp_path / "a.pt"
    options = TrainingOptions(traces=100, **TINY)
    with pytest.raises(ArtifactError, match="nothing to resume"):
        train(asked, replace(options, resume=True), path)
    train(asked, options, path)
    with pytest.raises(ArtifactError, match="batch was 16"):
        train(asked, replace(options, resume=True, batch=32), path)
    with pytest.raises(ArtifactError, match="another program"):
        train(asked, replace(options, resume=True), path, program_hash="other")
    longer = train(asked, replace(options, resume=True, traces=150), path)
    assert longer.traces == 150


def test_progress_and_record(tmp_path: Path) -> None:
    seen: list[Progress] = []
    options = TrainingOptions(traces=320, validate_every=100, **TINY)
    done_ = train(
        model("gaussian", gaussian),
        options,
        tmp_path / "a.pt",
        seen.append,
        program_hash="abc",
        sites=["gauss/mu", "gauss/observe#1", "gauss/observe#2"],
    )
    assert [p.traces for p in seen] == [112, 224, 320]
    assert seen[-1].fraction == 1.0
    assert done_.best_loss == min(p.validation_loss for p in seen)
    assert done_.prior_loss == pytest.approx(seen[0].prior_loss)
    assert [site.site for site in done_.sites] == ["gauss/mu"]
    artifact = Artifact.load(tmp_path / "a.pt")
    assert artifact.record == done_
    assert artifact.program_hash == "abc"
    assert artifact.versions.keys() >= {"anglipy", "torch", "numpy"}
    assert TrainingRecord.from_data(done_.to_data()) == done_


def test_ctrl_c_saves_and_says_so(tmp_path: Path) -> None:
    options = TrainingOptions(traces=100_000, validate_every=64, **TINY)
    before = signal.getsignal(signal.SIGINT)

    def interrupt(progress: Progress) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    found = train(model("gaussian", gaussian), options, tmp_path / "a.pt", interrupt)
    assert found.interrupted
    assert found.traces < 1000
    assert Artifact.load(tmp_path / "a.pt").record.interrupted
    assert resume_path(tmp_path / "a.pt").exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_budget_in_minutes_ends(tmp_path: Path) -> None:
    found = train(
        model("gaussian", gaussian), TrainingOptions(minutes=0.01, **TINY), tmp_path / "a.pt"
    )
    assert found.seconds >= 0.6
    assert not found.interrupted


def test_networks_grow_at_new_addresses_and_keep_what_they_know() -> None:
    asked, rng = program("growing", "by hand"), np.random.default_rng(0)
    tapes = [record(asked, None, rng, 1) for _ in range(2000)]
    plain = [t for t in tapes if all(c.site != "g/rare" for c in t.choices)]
    small = [t for t in plain if t.choices[1].prior.size <= 3]
    learner = Learner(Network(Shape(16, 16, 4, 3)), TrainingOptions(**TINY))
    for start in range(0, 64, 16):
        learner.learn(batch_of(joined(small[start : start + 16])), 1e-3)
    before = arrays_of(learner.network)
    state = learner.to_arrays()
    assert [slot.key.site for slot in learner.network.all_slots()] == ["g/n", "g/table"]
    table = learner.network.all_slots()[1]
    assert table.categories == 3
    assert learner.network.grow(batch_of(joined(tapes)))
    learner._follow_growth()
    assert [slot.key.site for slot in learner.network.all_slots()] == ["g/n", "g/table", "g/rare"]
    assert table.categories == 8
    after, grown = arrays_of(learner.network), learner.to_arrays()
    for name, old in before.items():
        if "moments" in name or ".priors." in name or ".prior." in name or ".values." in name:
            continue
        new = after[name][tuple(slice(0, size) for size in old.shape)]
        np.testing.assert_array_equal(new, old)
    key = "optimiser.exp_avg.slots.1.head.output.weight"
    np.testing.assert_array_equal(grown[key][:3], state[key])
    assert not grown[key][3:].any()
    loss = learner.learn(batch_of(joined(tapes[:64])), 1e-3)
    assert math.isfinite(loss)


def joined(tapes: list[Tape]) -> Tape:
    """Tapes of one run each as one tape."""
    choices, observations = [], []
    for run, tape in enumerate(tapes):
        choices += [event._replace(runs=np.array([run])) for event in tape.choices]
        observations += [event._replace(runs=np.array([run])) for event in tape.observations]
    return Tape(len(tapes), choices, observations)


def test_an_untrained_network_proposes_about_the_prior(tmp_path: Path) -> None:
    trainer = Trainer(
        model("wandering", wandering),
        TrainingOptions(traces=100, **TINY),
        tmp_path / "a.pt",
        "",
        None,
    )
    progress = trainer.report()
    assert progress.validation_loss == pytest.approx(progress.prior_loss, abs=0.2)


def test_a_query_without_choices_is_refused(tmp_path: Path) -> None:
    nothing = query(
        "nothing", lambda _: observe("o", dist("normal", 0.0, 1.0), 1.0, lambda: done(1))
    )
    with pytest.raises(ArtifactError, match="makes no choices") as caught:
        train(nothing, TrainingOptions(traces=10, **TINY), tmp_path / "a.pt")
    assert "example of its argument" in (caught.value.diagnostic.help or "")


@pytest.mark.parametrize(
    "bad",
    [
        {"traces": 0},
        {"minutes": -1.0},
        {"batch": 2.5},
        {"epsilon": 2.0},
        {"width": 30},
        {"validation": 3},
        {"learning_rate": 0.0},
    ],
)
def test_senseless_options_are_refused(bad: dict) -> None:
    with pytest.raises(OptionError, match=next(iter(bad))):
        TrainingOptions(**bad)


def test_a_rare_observe_is_masked_where_it_is_missing(tmp_path: Path) -> None:
    """Runs that observe different things, or nothing, are one minibatch."""
    chance = query(
        "sometimes",
        lambda _: sample(
            "s/x",
            dist("flip", 0.5),
            lambda x: (
                observe("s/y", dist("normal", 0.0, 1.0), 1.0, lambda: done(x)) if x else done(x)
            ),
        ),
    )
    found = train(chance, TrainingOptions(traces=200, **TINY), tmp_path / "a.pt")
    assert math.isfinite(found.best_loss)


# -- how steps are taken -----------------------------------------------------------------------


def test_the_learning_rate_warms_up_and_falls_along_a_cosine() -> None:
    options = TrainingOptions(learning_rate=0.01)
    fractions = np.linspace(0.0, 1.0, 401)
    rates = np.array([options.rate(float(fraction)) for fraction in fractions])
    top = int(rates.argmax())
    assert fractions[top] == pytest.approx(0.03, abs=0.003)
    assert rates[top] == pytest.approx(0.01)
    assert rates[0] == pytest.approx(0.05 * 0.01)
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert rates[-1] == pytest.approx(0.01 * 0.01)
    middle = options.rate(0.03 + 0.97 / 2)
    assert middle == pytest.approx(0.01 * (0.01 + 0.99 / 2))
    assert options.rate(1.7) == pytest.approx(rates[-1])


def test_every_step_has_the_rate_of_its_place_in_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[float] = []
    learn = Learner.learn

    def noting(self: Learner, batch: Batch, rate: float) -> float:
        found = learn(self, batch, rate)
        assert all(group["lr"] == rate for group in self.optimiser.param_groups)
        taken.append(rate)
        return found

    monkeypatch.setattr(Learner, "learn", noting)
    options = TrainingOptions(traces=160, **TINY)
    train(program("growing", "compiled"), options, tmp_path / "a.pt")
    assert taken == [options.rate(step * options.batch / 160) for step in range(10)]


@pytest.mark.parametrize("decay", [0.0, 0.4, 0.998])
def test_the_average_of_the_weights_is_that_of_the_steps(decay: float) -> None:
    """Average <- average + (1 - d) (weights - average), d = min(decay, (1 + n) / (10 + n))."""
    asked = program("growing", "compiled")
    batch = batch_of(record(asked, None, np.random.default_rng(0), 16))
    network = Network(Shape(16, 16, 4, 3))
    network.grow(batch)
    learner = Learner(network, TrainingOptions(average=decay, **TINY))
    expected = {name: p.detach().clone() for name, p in network.named_parameters()}
    for step in range(1, 6):
        learner.learn(batch, 0.01)
        share = 1.0 - min(decay, (1.0 + step) / (10.0 + step))
        for name, parameter in network.named_parameters():
            expected[name] += share * (parameter.detach() - expected[name])
    assert (learner.best is network) == (decay == 0.0)
    for name, parameter in learner.best.named_parameters():
        np.testing.assert_allclose(parameter.detach(), expected[name], rtol=1e-5, atol=1e-7)


def test_the_validation_set_stays_the_same_and_is_not_trained_on(tmp_path: Path) -> None:
    """It depends on the seed alone, whoever simulates and for how long."""
    asked = program("growing", "compiled")

    def source(**given: Any) -> Source:
        found = Source.of(asked, TrainingOptions(**{**TINY, **given}), "")
        found.close()
        return found

    def drawn(tapes: list[Tape]) -> list[bytes]:
        return [event.values.tobytes() for tape in tapes for event in tape.choices]

    first = source(seed=1, traces=320)
    for other in (source(seed=1, minutes=1.0), source(seed=1, workers=1, network="ff")):
        assert drawn(other.validation) == drawn(first.validation)
    assert drawn(source(seed=2).validation) != drawn(first.validation)
    before = drawn(first.validation)
    taken = drawn([first.take(TINY["validation"])])
    assert drawn(first.validation) == before
    assert not set(taken) & set(before)


def test_patience_counts_validations_without_a_better_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network kept is that of the best one, not of the last."""
    losses = iter([3.0, 2.0, 2.5, 1.5, 1.6, 1.55, 1.5, 9.0])

    def validating(network: Network, batches: Any, *_: Any) -> Losses:
        found = Losses()
        found.traces, found.loss, found.prior_loss = 1, next(losses), 3.0
        return found

    monkeypatch.setattr("anglipy.ic.training.validate", validating)
    options = TrainingOptions(traces=16_000, validate_every=16, patience=3, **TINY)
    found = train(program("growing", "compiled"), options, tmp_path / "a.pt")
    assert found.early
    assert found.traces == 7 * 16
    assert (found.best_loss, found.best_at) == (1.5, 4 * 16)


# -- known floors ------------------------------------------------------------------------------


def exact_gaussian(mu: float, ys: list[float]) -> float:
    variance = 1.0 / (1.0 / 5.0 + 2.0 / 2.0)
    return float(stats.norm(variance * (1.0 / 5.0 + sum(ys) / 2.0), math.sqrt(variance)).logpdf(mu))


def exact_coin(r: float, ys: list[float]) -> float:
    return float(stats.beta(1 + sum(ys), 4 - sum(ys)).logpdf(r))


def example(name: str) -> Query:
    return load(f"examples/{name}.aq").queries[name].query


def gap(asked, options: TrainingOptions, found: TrainingRecord, exact) -> float:
    """Loss above the exact posterior's own loss on the same validation traces."""
    rng = np.random.default_rng([options.seed, 0x5EED])
    left, floor = options.validation, 0.0
    while left:
        tape = record(asked, None, rng, min(left, VALIDATION_CHUNK))
        left -= tape.count
        (choice,) = tape.choices
        data = np.hstack([o.values[np.argsort(o.runs)] for o in tape.observations])
        for run, value in zip(choice.runs.tolist(), choice.values.tolist(), strict=True):
            floor -= exact(value, data[run].tolist()) / options.validation
    return found.best_loss - floor


@pytest.mark.slow
def test_gaussian_unknown_mean_reaches_its_floor(tmp_path: Path) -> None:
    asked, options = example("gaussian"), TrainingOptions(traces=50_000)
    found = train(asked, options, tmp_path / "a.pt")
    above = gap(asked, options, found, exact_gaussian)
    print(f"gaussian: {above:.4f} nats above the exact posterior's loss, {found.seconds:.0f} s")
    assert above < 0.02
    artifact = Artifact.load(tmp_path / "a.pt")
    for ys, least, log_evidence in (((9.0, 8.0), 0.9, -8.239404), ((12.0, 10.0), 0.7, -12.260237)):
        posterior = infer_compiled(asked, Vector(ys), artifact, 10_000, seed=1)
        print(f"gaussian: y = {ys}, ess/n {posterior.ess / 10_000:.3f}")
        assert posterior.ess / 10_000 >= least
        assert posterior.log_evidence == pytest.approx(log_evidence, abs=0.05)


@pytest.mark.slow
def test_the_coin_reaches_its_floor(tmp_path: Path) -> None:
    asked, options = example("coin"), TrainingOptions(traces=30_000)
    found = train(asked, options, tmp_path / "a.pt")
    above = gap(asked, options, found, exact_coin)
    print(f"coin: {above:.4f} nats above the exact posterior's loss, {found.seconds:.0f} s")
    assert above < 0.01
    artifact = Artifact.load(tmp_path / "a.pt")
    for outcome in range(8):
        ys = tuple(bool(outcome >> i & 1) for i in range(3))
        posterior = infer_compiled(asked, Vector(ys), artifact, 20_000, seed=1)
        print(f"coin: {sum(ys)} heads, mean {posterior.mean():.4f}, exact {(1 + sum(ys)) / 5}")
        assert posterior.mean() == pytest.approx((1 + sum(ys)) / 5, abs=0.01)


def test_a_little_training_helps(tmp_path: Path) -> None:
    asked = program("gaussian", "compiled")
    options = TrainingOptions(traces=4_000, hidden=32, width=32, validation=300)
    found = train(asked, options, tmp_path / "a.pt")
    assert gap(asked, options, found, exact_gaussian) < 0.1
