"""Calibration: uniform where it must be and nowhere else, kept in artifacts, told to people."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.cli import main
from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.engine import infer_compiled
from anglipy.ic.judgement import novelty
from anglipy.ic.judgement.calibration import CalibrationOptions, calibrate
from anglipy.ic.judgement.keeping import RANKS, calibration_of, kept_in
from anglipy.ic.judgement.simulating import simulated
from anglipy.ic.setup import Setup
from anglipy.inference import infer
from anglipy.inference.posterior import Posterior
from anglipy.inference.ranks import band, distribution, holm, p_uniform, ranks
from anglipy.runtime.vectors import Vector
from anglipy.supplying import generator_named
from tests.ic.models import program, untrained

ONLY_PRIOR = 1.0 - 1e-12
"""As epsilon: what the network says counts for nothing."""


def judged(name: str, made: str = "compiled", epsilon: float = 0.01, wild: float = 0.0, **given):
    asked = program(name, made)
    artifact = untrained(asked, epsilon=epsilon, wild=wild)
    return calibrate(asked, artifact, Setup(None), CalibrationOptions(**given))


def by_name(found):
    return {quantity.name: quantity for quantity in found.quantities}


# --- ranks ---


def test_ranks_of_equal_draws_are_uniform_exactly() -> None:
    """With L = 2 draws the four possible places of the truth are as many equal parts of [0, 1]."""
    draws = np.array([[1.0, 3.0]] * 3)
    truth = np.array([0.0, 2.0, 4.0])
    low, high = (ranks(truth, draws, None, np.full(3, u)) for u in (0.0, 1.0))
    np.testing.assert_allclose(low, [0.0, 1 / 3, 2 / 3])
    np.testing.assert_allclose(high, [1 / 3, 2 / 3, 1.0])


def test_ranks_count_weights_and_ties() -> None:
    draws, weights = np.array([[1.0, 2.0, 2.0]]), np.array([[0.5, 0.25, 0.25]])
    low, high = (ranks(np.array([2.0]), draws, weights, np.array([u])) for u in (0.0, 1.0))
    assert low[0] == pytest.approx(3 * 0.5 / 4)
    assert high[0] == pytest.approx((3 * 0.5 + 1 + 3 * 0.5) / 4)


def test_the_band_holds_all_of_uniform_numbers_as_often_as_it_says() -> None:
    """2,000 samples of 200 numbers: the share outside is 5 % up to five standard deviations, and a
    sample is outside exactly where its p-value is at most 5 %.
    """
    rng = np.random.default_rng(12)
    around = band(200)
    outside = small = 0
    for _ in range(2_000):
        u = rng.random(200)
        share = distribution(u) / 200
        is_outside = bool(((share < around.low) | (share > around.high)).any())
        outside += is_outside
        small += p_uniform(u) <= 0.05
    limit = 5.0 * math.sqrt(0.05 * 0.95 / 2_000)
    assert abs(outside / 2_000 - 0.05) < limit + 0.01
    assert small / 2_000 < 0.05 + limit
    assert p_uniform(rng.beta(2.0, 2.0, 200)) < 0.01
    assert p_uniform(rng.beta(1.0, 1.6, 200)) < 0.01


def test_holm_keeps_what_bonferroni_keeps_and_more() -> None:
    assert holm([0.013, 0.012, 0.011, 0.5]) == [True, True, True, False] or holm(
        [0.012, 0.016, 0.02, 0.5]
    ) == [True, True, True, False]
    assert holm([0.03, 0.03]) == [False, False]


# --- what it finds ---


@pytest.mark.parametrize(
    ("made", "wild", "size"),
    [("compiled", 0.15, 400), ("compiled", 0.0, 100), ("by hand", 0.0, 100)],
)
def test_the_weighted_posterior_is_calibrated_whatever_the_network_proposes(
    made: str, wild: float, size: int
) -> None:
    """Branches and rejection, by an untrained network, with particles enough."""
    found = judged("wandering", made, wild=wild, simulations=size // 2, particles=size, seed=3)
    assert found.rejected(weighted=True) == []
    assert (found.rejected(weighted=False) != []) == (wild > 0.0)
    assert {"w/side[1]", "w/try[1]", "log density", "distance to a point"} <= set(by_name(found))


def test_the_prior_is_found_out_by_points_but_not_by_addresses() -> None:
    """The average of posteriors is the prior: ranks of an address cannot tell the prior from them.
    Points that depend on the data can (Lemos et al. 2023).
    """
    found = judged("gaussian", epsilon=ONLY_PRIOR, simulations=400, particles=50)
    names = by_name(found)
    assert names["gauss/mu[1]"].alone_p > 0.001
    assert names["distance to a point"].alone_p < 0.001
    assert found.loss == pytest.approx(found.prior_loss, abs=1e-6)


def test_losses_evidences_and_sizes_are_those_of_the_program() -> None:
    found = judged("coin", epsilon=ONLY_PRIOR, simulations=300, particles=2_000)
    # Three flips of an unknown coin: 1/4 for no or three heads, 1/12 for each order of others.
    chances = np.exp(-found.surprises)
    is_plain = np.abs(chances - 0.25) < 0.04
    assert np.all(is_plain | (np.abs(chances - 1 / 12) < 0.02))
    assert abs(is_plain.mean() - 0.5) < 5 * 0.5 / math.sqrt(300)
    assert found.unexplained == 0
    assert found.sites[0].site == "coin/r"
    assert found.sites[0].prior_loss == pytest.approx(0.0, abs=1e-9)


def test_particles_that_observe_elsewhere_do_not_explain_the_data() -> None:
    """The two branches observe at different addresses, so data tell the branch for certain."""
    asked = loads("""
    (defquery two [y]
      (if (sample "side" (flip 0.5))
        (do (observe "a" (normal 0 1) y) 1)
        (do (observe "b" (normal 0 1) y) (observe "c" (flip 0.5) true) 2)))
    """).two.query
    artifact = untrained(asked, epsilon=ONLY_PRIOR)
    found = calibrate(asked, artifact, Setup(None), CalibrationOptions(100, 40))
    side = by_name(found)["side[1]"]
    assert side.weighted_p > 0.001
    # Half of the particles explain the data, all of them equally well.
    assert found.ess[2] == pytest.approx(0.5, abs=0.1)


def test_accepted_turns_of_rejection_loops_are_judged() -> None:
    asked = loads("""
    (defquery loop [y]
      (let [x (repeat-until (fn [] (sample "x" (normal 0 1))) (fn [x] (> x 0.5)))]
        (observe "y" (normal x 1) y)
        x))
    """).loop.query
    found = calibrate(asked, untrained(asked), Setup(None), CalibrationOptions(200, 200))
    assert found.rejected(weighted=True) == []
    assert "x[1]" in by_name(found)
    posterior = infer_compiled(asked, Vector([3.0]), untrained(asked), 500, seed=0, refine=2)
    # N(1.5, 1/2) above 0.5: mean 1.5 + sd phi(z) / (1 - Phi(z)), z = -sqrt(2).
    sd, z = math.sqrt(0.5), -math.sqrt(2.0)
    hazard = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / (0.5 * math.erfc(z / math.sqrt(2)))
    assert posterior.mean() == pytest.approx(1.5 + sd * hazard, abs=0.12)


def test_simulated_data_are_observed_again_as_they_were() -> None:
    asked = program("wandering", "compiled")
    data = simulated(asked, Setup(None), np.random.default_rng(0), 50)
    assert data.observes.tolist() == [1] * 50
    values = data.sites["w/y"].values
    assert set(values) == {True, False}
    assert np.all(data.log_likelihood < 0.0)


def test_arguments_that_are_drawn_belong_to_their_data() -> None:
    model = loads("""
    (defquery line [x y]
      (let [a (sample "a" (normal 0 1))]
        (observe "y" (normal (* a x) 0.5) y)
        a))
    (defn draw-x [] [(sample (uniform-continuous -2 2)) nil])
    """)
    setup = Setup(None, generator_named(model.namespace, "draw-x"))
    asked = model.line.query
    artifact = untrained(asked, epsilon=ONLY_PRIOR, argument=Setup(Vector([1.0, None])))
    found = calibrate(asked, artifact, setup, CalibrationOptions(200, 400))
    assert found.rejected(weighted=True) == []


def test_options_are_checked() -> None:
    for given in ({"simulations": 10}, {"particles": 1}, {"seed": -1}):
        with pytest.raises(OptionError, match="whole number"):
            CalibrationOptions(**given)


# --- novelty ---


def test_false_alarms_are_no_more_than_stated() -> None:
    """p-values of data from the same distribution are at least uniform: at 10 % with 5 standard
    deviations of room, whatever the distribution is.
    """
    rng = np.random.default_rng(5)
    known = novelty.learned_from(rng.standard_t(3, (800, 4)) @ rng.standard_normal((4, 12)))
    assert known is not None
    rng = np.random.default_rng(5)
    rng.standard_t(3, (800, 4))
    mixing = rng.standard_normal((4, 12))
    scores = known.distance(rng.standard_t(3, (4_000, 4)) @ mixing)
    p = np.array([novelty.p_value(known.distances, score) for score in scores])
    slack = 5.0 * (math.sqrt(0.09 / 4_000) + math.sqrt(0.09 / len(known.distances)))
    assert (p <= 0.1).mean() < 0.1 + slack
    far = known.distance(np.full((1, 12), 200.0))[0]
    assert novelty.p_value(known.distances, far) == pytest.approx(1 / (1 + len(known.distances)))
    assert novelty.p_value(known.distances, math.nan) < 0.01
    assert novelty.learned_from(np.zeros((20, 3))) is None


def test_unusual_data_are_warned_of_and_usual_ones_are_not() -> None:
    asked = program("gaussian", "compiled")
    artifact = untrained(asked)
    found = calibrate(asked, artifact, Setup(None), CalibrationOptions(500, 50))
    known = kept_in(artifact, found)
    usual = infer_compiled(asked, Vector([1.5, 0.5]), known, 200, seed=0)
    assert usual.warnings == ()
    assert set(usual.checks) == {"distance_p", "surprise_p"}
    assert min(usual.checks.values()) > 0.05
    odd = infer_compiled(asked, Vector([30.0, -30.0]), known, 200, seed=0)
    assert "unlike those that the program simulates" in odd.warnings[0]
    assert odd.to_data()["checks"]["surprise_p"] < 0.005


def test_warnings_and_checks_are_saved_with_a_posterior(tmp_path: Path) -> None:
    posterior = Posterior.from_particles([1.0], [0.0])
    full = replace(posterior, remarks=("too odd",), checks={"distance_p": 0.25})
    full.save(tmp_path / "p.json")
    again = Posterior.load(tmp_path / "p.json")
    assert (again.warnings, dict(again.checks)) == (("too odd",), {"distance_p": 0.25})


# --- kept, and told ---


def test_a_calibration_is_kept_in_the_artifact(tmp_path: Path) -> None:
    asked = program("gaussian", "compiled")
    artifact = untrained(asked)
    found = calibrate(asked, artifact, Setup(None), CalibrationOptions(60, 20))
    path = tmp_path / "a.pt"
    kept_in(artifact, found).save(path)
    loaded = Artifact.load(path)
    again = calibration_of(loaded)
    assert again is not None
    assert again.sites == found.sites
    for mine, theirs in zip(again.quantities, found.quantities, strict=True):
        assert (mine.name, mine.alone_p) == (theirs.name, theirs.alone_p)
        np.testing.assert_allclose(mine.alone, theirs.alone, atol=1e-4)
    assert infer(asked, Vector([1.0, 1.0]), "ic", artifact=loaded, seed=0).draws == 100
    assert calibration_of(artifact) is None
    for broken in (
        replace(loaded, calibration={"simulations": 60}),
        replace(loaded, extras={}),
        replace(loaded, extras={**loaded.extras, RANKS: np.zeros((1, 2, 3))}),
    ):
        with pytest.raises(ArtifactError, match="damaged"):
            calibration_of(broken)


def test_training_leaves_what_data_are_compared_with(tmp_path: Path) -> None:
    model = loads('(defquery g [y] (observe (normal (sample "m" (normal 0 1)) 1) y))').g
    model.compile(tmp_path / "a.pt", traces=256, hidden=16, width=16, validation=256)
    known = novelty.Novelty.of_arrays(Artifact.load(tmp_path / "a.pt").extras)
    assert known is not None
    assert len(known.distances) == 128
    posterior = model.infer(args=[0.3], artifact=tmp_path / "a.pt", seed=0)
    assert posterior.checks["distance_p"] > 0.01


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("g.aq").write_text('(defquery g [y] (observe (normal (sample "m" (normal 0 1)) 1) y))')
    from anglipy.api import load

    model = load("g.aq").g
    replace(untrained(model.query), program_hash=model.program_hash).save("a.pt")
    with pytest.raises(SystemExit) as end:
        main(["calibrate", "g.aq", "a.pt", "-n", "60", "--particles", "20", "--html", "r.html"])
    assert end.value.code == 0
    out = capsys.readouterr().out
    assert "60 simulated data sets, 20 particles each" in out
    assert "m[1]" in out
    page = Path("r.html").read_text()
    assert page.count("data:image/svg+xml;base64,") == 3
    assert "http" not in page.replace("http://www.w3.org", "")
    with pytest.raises(SystemExit):
        main(["calibrate", "g.aq", "a.pt", "-n", "60", "--particles", "20", "--json", "--quiet"])
    data = json.loads(capsys.readouterr().out)
    assert data["simulations"] == 60
    assert {"alone", "weighted"} == set(data["not_calibrated"])
