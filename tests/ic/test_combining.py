"""Functions of the program that combine what a run observed, and what it drew."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.cli import main
from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.combining import OBSERVES
from anglipy.ic.engine import ProposalWarning, infer_compiled
from anglipy.ic.running import encoded_one
from anglipy.ic.setup import Hook, Setup
from anglipy.ic.tapes import Tape, record
from anglipy.runtime.convert import from_python
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.lanes.values import rows
from anglipy.supplying import hook_of
from tests.ic.family_cases import CASES, made, waiting
from tests.ic.models import TINY, program

TEXT = """
(defquery two [ys]
  (let [draw (fn [] [(sample "m" (normal 0 2)) (sample "side" (categorical {:a 1 :b 2}))])
        pairs [(draw) (draw)]
        scale (repeat-until (fn [] (sample "scale" (gamma 2 2))) (fn [s] (> s 0.2)))]
    (doseq [y ys] (observe "y" (normal (reduce + (map first pairs)) scale) y))
    pairs))
(defn average [observes] (/ (reduce + (map :value observes)) (count observes)))
(defn table [observes] (vec (repeat 9 (vec (repeat 9 (:value (first observes)))))))
(defn nothing [observes] nil)
(defn words [observes] [[:a]])
(defn ordered [samples]
  (let [means (sort-by :value (filter (fn [s] (= (:sample-address s) "m")) samples))]
    (map-indexed (fn [i s] (assoc s :sample-instance (inc i))) means)))
(defn same [samples] samples)
(defn swapped [samples]
  (let [sides (map :value (filter (fn [s] (= (:sample-address s) "side")) samples))]
    (for [s samples]
      (if (= (:sample-address s) "side")
        (assoc s :value (if (= 1 (:sample-instance s)) (second sides) (first sides)))
        s))))
(defn wrong [samples] (map (fn [s] (assoc s :value "text")) samples))
(defn numbers [samples] [1 2])
(defm drawing [samples] (sample (flip 0.5)))
"""
PROGRAM = loads(TEXT)
DATA = from_python([[0.5, 1.0, 0.0]])


def hook(name: str) -> Hook:
    return hook_of(PROGRAM.namespace, name)


def recorded(count: int = 50, **hooks: Any) -> Tape:
    return record(PROGRAM.two.query, Setup(DATA, **hooks), np.random.default_rng(3), count)


def sequences(tape: Tape) -> list[list[tuple[str, int, Any, float]]]:
    """The choices of each run in order."""
    found: list[list[tuple[str, int, Any, float]]] = [[] for _ in range(tape.count)]
    for event in tape.choices:
        log_prior = np.broadcast_to(event.log_prior, len(event.runs))
        for row, run in enumerate(event.runs.tolist()):
            entry = (int(event.instances[row]), event.values[row], float(log_prior[row]))
            found[run].append((event.site, *entry))
    return found


def test_observes_are_read_as_the_function_says() -> None:
    plain, tape = recorded(), recorded(combine_observes=hook("average"))
    (event,) = tape.observations
    assert (event.site, event.kind.name, event.kind.shape) == (OBSERVES, "numbers", (1,))
    expected = np.mean([o.values[:, 0] for o in plain.observations], axis=0)
    np.testing.assert_allclose(event.values[:, 0], expected, rtol=1e-12)
    assert sequences(tape) == sequences(plain)
    (event,) = recorded(combine_observes=hook("table")).observations
    assert (event.kind.name, event.kind.shape) == ("image", (9, 9))
    assert recorded(combine_observes=hook("nothing")).observations == []


def test_samples_that_are_left_as_they_are_change_nothing() -> None:
    plain = recorded()
    assert sequences(recorded(combine_samples=hook("same"))) == sequences(plain)
    python = hook_of(PROGRAM.namespace, lambda samples: samples)
    assert sequences(recorded(combine_samples=python)) == sequences(plain)
    assert {run[-1][0] for run in sequences(plain)} == {"scale"}


def test_samples_may_be_sorted_numbered_anew_and_left_out() -> None:
    plain = recorded()
    for combine in (hook("ordered"), hook_of(PROGRAM.namespace, by_python)):
        for run, before in zip(
            sequences(recorded(combine_samples=combine)), sequences(plain), strict=True
        ):
            means = sorted(entry[2] for entry in before if entry[0] == "m")
            assert [(site, instance) for site, instance, *_ in run] == [("m", 1), ("m", 2)]
            assert [value for _, _, value, _ in run] == means
            assert [log_prior for *_, log_prior in run] == pytest.approx(
                [-0.5 * (m / 2) ** 2 - math.log(2 * math.sqrt(2 * math.pi)) for m in means]
            )


def by_python(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    means = sorted((s for s in samples if s["sample-address"] == "m"), key=lambda s: s["value"])
    return [{**s, "sample-instance": place} for place, s in enumerate(means, 1)]


def test_samples_may_have_other_values() -> None:
    plain = sequences(recorded())
    for run, before in zip(
        sequences(recorded(combine_samples=hook("swapped"))), plain, strict=True
    ):
        assert [entry[1:3] for entry in run if entry[0] == "side"] == [
            (1, before[3][2]),
            (2, before[1][2]),
        ]
        assert [e for e in run if e[0] != "side"] == [e for e in before if e[0] != "side"]
        of = {value: log_prior for site, _, value, log_prior in before if site == "side"}
        assert all(e[3] == pytest.approx(of[e[2]]) for e in run if e[0] == "side")


@pytest.mark.parametrize(
    "definition", [case for cases in CASES.values() for case in cases], ids=lambda x: str(x)[:40]
)
def test_a_value_is_encoded_alone_as_it_is_in_a_group(definition: tuple) -> None:
    dist = made(definition)
    part = waiting(dist, 20)
    value, encoded, _ = part.draw_prior(np.random.default_rng(0))
    with using(part.group):
        values = rows(value)
    for row, one in enumerate(values):
        prior, found = encoded_one(dist, one)
        assert prior.family == part.prior.family
        np.testing.assert_allclose(found, encoded[row], rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:the network has no proposal")
def test_a_network_is_trained_on_and_asked_with_what_is_combined(tmp_path: Path) -> None:
    """However many data there are, the network reads their average; what is proposed and weighed
    are the choices of the program.
    """
    model, path = PROGRAM.two, tmp_path / "a.pt"
    given = {"combine_observes": "average", "combine_samples": "ordered", "traces": 320}
    model.compile(path, example_args=[[0.0, 0.0]], **given, **TINY)
    artifact = Artifact.load(path)
    assert [(row.site, row.role, row.shape) for row in artifact.addresses] == [
        ("m", "sample", (1,)),
        (OBSERVES, "observe", (1,)),
    ]
    for algorithm in ("ic", "ic-smc"):
        found = model.infer(algorithm, [[0.5, 1.0, 0.0]], artifact=path, particles=4_000, seed=1)
        exact = model.infer("importance", [[0.5, 1.0, 0.0]], samples=20_000, seed=2)
        assert found.log_evidence == pytest.approx(exact.log_evidence, abs=0.3)
    many = model.infer_many(args=[[[0.5]], [[1.0, 2.0]]], artifact=path, particles=50, seed=1)
    assert len(many) == 2
    calibration = model.calibrate(path, args=[[0.0, 0.0]], simulations=50, particles=10)
    assert {site.site for site in calibration.sites} == {"m", "side", "scale"}
    with pytest.raises(ArtifactError, match="what `average` makes of the observes"):
        infer_compiled(model.query, DATA, artifact, particles=10)


def test_samples_that_are_left_out_are_proposed_by_the_prior_with_a_warning(tmp_path) -> None:
    model, path = PROGRAM.two, tmp_path / "a.pt"
    model.compile(path, example_args=[[0.0]], combine_samples="ordered", traces=32, **TINY)
    with pytest.warns(ProposalWarning, match="no proposal for scale, side"):
        model.infer(args=[[0.5]], artifact=path, particles=10, seed=1)


@pytest.mark.parametrize(
    ("option", "name", "code"),
    [
        ("combine_observes", "avrage", "AQ317"),
        ("combine_observes", "two", "AQ317"),
        ("combine_samples", "PROGRAM", "AQ317"),
        ("combine_observes", "words", "AQ607"),
        ("combine_samples", "wrong", "AQ617"),
        ("combine_samples", "numbers", "AQ617"),
        ("combine_samples", "drawing", "AQ402"),
    ],
)
def test_functions_that_do_not_fit_are_refused(
    option: str, name: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises((ArtifactError, OptionError, Exception)) as caught:
        PROGRAM.two.compile(
            tmp_path / "a.pt", example_args=[[0.0]], traces=32, **{option: name}, **TINY
        )
    assert caught.value.diagnostic.code == code  # type: ignore[attr-defined]


def test_traces_of_another_function_are_not_taken_for_these(tmp_path: Path) -> None:
    given = {"example_args": [[0.0]], "combine_observes": "average"}
    PROGRAM.two.simulate(tmp_path / "data", 64, shard=32, **given)
    other = loads(TEXT.replace("(count observes)", "(inc (count observes))"))
    with pytest.raises(ArtifactError) as caught:
        other.two.compile(
            tmp_path / "a.pt", dataset=str(tmp_path / "data"), shard=32, **given, **TINY
        )
    assert caught.value.diagnostic.code == "AQ613"
    assert Setup(DATA).about == list(Setup(DATA)[:4])


def test_they_are_named_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.aq").write_text(TEXT)
    small = [f"--option={name}={value}" for name, value in TINY.items() if name != "batch"]
    hooks = ["--combine-observes", "average", "--combine-samples", "ordered"]
    for arguments in (
        ["simulate", "two.aq", "--dataset", "data", "--traces", "64", "-v", "[[0 0]]", *hooks],
        ["compile", "two.aq", "-o", "a.pt", "--traces", "64", "-v", "[[0 0]]", *hooks, *small],
        ["run", "two.aq", "--ic", "a.pt", "-v", "[[0.5 1.0 0.0]]", "-n", "20", "--quiet"],
    ):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 0, capsys.readouterr().err


def test_a_program_without_them_is_recorded_as_ever() -> None:
    asked = program("growing", "compiled")
    tape = record(asked, None, np.random.default_rng(0), 10)
    assert all(event.said is None for event in tape.choices)
    assert tape.heard == []
