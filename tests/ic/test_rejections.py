"""Rejection loops that a program marks: only the accepted turn is trained on and weighed, and the
weights are unbiased.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import ArtifactError
from anglipy.ic import rejections
from anglipy.ic.engine import ProposalWarning, infer_compiled
from anglipy.ic.tapes import record
from anglipy.inference import infer
from anglipy.runtime.vectors import Vector
from tests.ic.models import untrained
from tests.oracles_random import all_paths

PROGRAMS = loads("""
(defquery rare [y]
  (let [x (repeat-until (fn [] (sample "x" (discrete [0.02 0.5 0.48]))) (fn [x] (not= x 0)))]
    (observe "y" (flip (/ x 3.0)) (if (nil? y) true y))
    x))

(defquery ring [y]
  (let [far (sample "far" (flip 0.3))
        [a b] (repeat-until
                (fn [] [(sample "a" (uniform-continuous -1.0 1.0))
                        (sample "b" (uniform-continuous -1.0 1.0))])
                (fn [[a b]] (and (< (+ (* a a) (* b b)) 1.0)
                                 (or (not far) (> (+ (* a a) (* b b)) 0.5)))))]
    (observe "y" (normal a 0.5) (if (nil? y) 0.5 y))
    a))

(defquery twice []
  (let [draw (fn [] (repeat-until (fn [] (sample "x" (uniform-discrete 0 6)))
                                  (fn [x] (sample "keep" (flip (/ (inc x) 6.0))))))
        xs (vec (repeatedly 3 draw))]
    (observe "y" (normal (apply + xs) 1.0) 9.0)
    (apply + xs)))

(defquery nested []
  (let [inner (fn [] (repeat-until (fn [] (sample "in" (uniform-discrete 0 4))) odd?))
        x (repeat-until (fn [] (+ (inner) (sample "out" (uniform-discrete 0 3))))
                        (fn [x] (> x 1)))]
    (observe "y" (normal x 1.0) 3.0)
    x))

(defquery storing []
  (let [x (repeat-until (fn [] (store :last (sample "x" (flip 0.5)))) true?)]
    (observe "y" (flip 0.5) true)
    x))

(defquery observing []
  (let [x (repeat-until (fn [] (observe "y" (flip 0.5) true) (sample "x" (flip 0.5))) true?)] x))

(defquery never []
  (repeat-until (fn [] (sample "x" (flip 0.5))) number?))
""")


def query(name: str):
    return PROGRAMS.queries[name].query


def quietly(*args, **given):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ProposalWarning)
        return infer_compiled(*args, **given)


def test_the_factor_has_the_mean_that_it_must_have() -> None:
    """E[(r - 1) / (N - 1)] = Q and E[M / s] = 1 / Z, summed over the number of rejected turns."""
    r = rejections.ACCEPTED
    for q, z in ((0.5, 0.2), (0.99, 0.9), (1.0, 0.5)):
        rejected = np.arange(0, 3_000)
        logs = np.array([math.lgamma(k + r) - math.lgamma(k + 1) for k in rejected])
        logs -= math.lgamma(r)

        def masses(p: float, logs=logs, rejected=rejected) -> np.ndarray:
            if p == 1.0:
                return (rejected == 0).astype(float)
            return np.exp(logs + r * math.log(p) + rejected * math.log1p(-p))

        none = np.full(len(rejected), r)
        by_network = np.exp(rejections.log_factor(rejected + r, none))
        by_prior = np.exp(rejections.log_factor(none, rejected + r))
        assert (masses(q) * by_network).sum() == pytest.approx(q, rel=1e-10)
        assert (masses(z) * by_prior).sum() == pytest.approx(1 / z, rel=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("wild", [0.0, 0.3])
def test_weights_are_unbiased_by_enumeration(wild: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """E[Zhat] = Z and E[Zhat f] = Z E[f] over all paths on which no loop takes more than 5 turns
    for 2 that are accepted; the weights of the others, of probability `left`, are below 5.
    """
    monkeypatch.setattr(rejections, "ACCEPTED", 2)
    monkeypatch.setattr("anglipy.ic.beside.ACCEPTED", 2)
    monkeypatch.setattr(rejections, "MOST_TURNS", 4)
    artifact = untrained(query("rare"), seed=2, wild=wild, epsilon=0.1)
    left = evidence = first = 0.0

    def run(rng):
        try:
            posterior = infer_compiled(query("rare"), None, artifact, 1, rng)
        except ArtifactError:
            return None
        z = math.exp(posterior.log_evidence)
        return z, z * posterior.mean()

    for probability, found in all_paths(run):
        if found is None:
            left += float(probability)
            continue
        evidence += float(probability) * found[0]
        first += float(probability) * found[1]
    z = (0.5 * 1 + 0.48 * 2) / 3 / 0.98
    assert left < 1e-3
    assert z - 5 * left <= evidence <= z + 1e-12
    moment = (0.5 * 1 + 0.48 * 4) / 3 / 0.98
    assert moment - 10 * left <= first <= moment + 1e-12


@pytest.mark.parametrize("name", ["ring", "twice", "nested"])
def test_the_evidence_is_that_of_the_plain_loop(name: str) -> None:
    """With heads moved about by noise. Both estimates are means of n independent weights; they are
    within 5 standard errors of each other, and these are below 3 percent.
    """
    asked, n = query(name), 20_000
    value = Vector([0.5]) if name == "ring" else None
    plain = infer(asked, value, "importance", samples=4 * n, seed=1)
    found = quietly(asked, value, untrained(asked, wild=0.2, epsilon=0.2), n, seed=2)
    errors = [math.exp(p.log_evidence) * p.log_evidence_standard_error for p in (plain, found)]
    apart = math.exp(found.log_evidence) - math.exp(plain.log_evidence)
    assert abs(apart) < 5 * math.hypot(*errors)
    assert max(errors) < 0.03 * math.exp(plain.log_evidence)
    assert found.mean() == pytest.approx(plain.mean(), abs=0.1)


@pytest.mark.parametrize("name", ["rare", "ring", "twice", "nested"])
def test_only_the_accepted_turn_is_written_down(name: str) -> None:
    tape = record(query(name), None, np.random.default_rng(0), 300)
    counts: dict[str, np.ndarray] = {}
    for event in tape.choices:
        here = counts.setdefault(event.site, np.zeros(300, dtype=int))
        np.add.at(here, event.runs, 1)
    turns = 3 if name == "twice" else 1
    for site, made in counts.items():
        assert (made == turns).all(), site
    if name == "twice":
        seen = np.concatenate([e.instances for e in tape.choices if e.site == "x"])
        assert sorted(set(seen.tolist())) == [1, 2, 3]
    if name == "ring":
        a, b = np.zeros(300), np.zeros(300)
        for event in tape.choices:
            if event.site in "ab":
                (a if event.site == "a" else b)[event.runs] = event.values
        assert (a * a + b * b < 1.0).all()


def test_accepted_choices_have_the_distribution_of_the_loop() -> None:
    """Of x = 1..5 with mass proportional to (x + 1) / 6: a G-test would do; DKW is simpler."""
    tape = record(query("twice"), None, np.random.default_rng(3), 4_000)
    drawn = np.concatenate([event.values for event in tape.choices if event.site == "x"])
    expected = np.cumsum(np.arange(1, 7) / 21.0)
    empirical = np.cumsum(np.bincount(drawn.astype(int), minlength=6)) / len(drawn)
    band = math.sqrt(math.log(2 / 1e-9) / (2 * len(drawn)))
    assert np.abs(empirical - expected).max() < band


@pytest.mark.parametrize("algorithm", ["importance", "smc"])
def test_other_engines_run_the_loop(algorithm: str) -> None:
    for scalar in (False, True):
        given = {"samples": 2_000} if algorithm == "importance" else {"particles": 2_000}
        posterior = infer(query("rare"), None, algorithm, seed=1, scalar=scalar, **given)
        assert math.exp(posterior.log_evidence) == pytest.approx(1.46 / 3 / 0.98, rel=0.1)


@pytest.mark.parametrize(("name", "what"), [("storing", "stores"), ("observing", "observes")])
def test_a_turn_may_choose_and_nothing_else(name: str, what: str) -> None:
    with pytest.raises(ArtifactError, match=what) as caught:
        record(query(name), None, np.random.default_rng(0), 20)
    assert caught.value.diagnostic.code == "AQ616"
    infer(query(name), None, "importance", samples=100, seed=1)


def test_a_loop_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejections, "MOST_TURNS", 50)
    with pytest.raises(ArtifactError, match="more than 50 turns"):
        record(query("never"), None, np.random.default_rng(0), 5)
