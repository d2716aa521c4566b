"""`doquery` and its kin from host code, against exact answers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from anglipy.api import Session
from anglipy.runtime.printing import pr_str
from tests.host.evaluating import fails, of, value

MODELS = """
(defquery coin [xs]
  (let [p (sample (categorical {0.25 1 0.75 1}))]
    (doseq [x xs] (observe (flip p) x))
    (predict :p p)
    (predict 'twice (* 2 p))
    p))
(defquery rare [] (let [n (sample (uniform-discrete 0 20))] (observe (flip (if (= n 7) 1 0)) true) n))
(defquery never [] (observe (flip 0) true) 1)
(defquery chain [ys]
  (reduce (fn [x y] (let [x (sample (normal x 1))] (observe (normal x 1) y) x)) 0 ys))
(defquery branching [] (if (sample (flip 0.3)) [:heads (sample (normal 0 1))] :tails))
"""
# P(p = 3/4 | true true false) = .75^2 .25 / (.75^2 .25 + .25^2 .75) = 3/4; evidence 3/32.


@pytest.fixture
def session() -> Session:
    return of(MODELS)


DATA = "[[true true false]]"


@pytest.mark.parametrize("algorithm", [":importance", ":is", ":smc :number-of-particles 100"])
def test_states_estimate_the_posterior(session: Session, algorithm: str) -> None:
    name, _, options = algorithm.partition(" ")
    text = f"(def s (take 4000 (doquery {name} coin {DATA} :seed 1 {options})))"
    value(session, text)
    found = value(session, "(empirical-distribution (collect-results s))")
    assert abs(found.lookup(0.75) - 0.75) < 0.03
    assert abs(value(session, "(log-marginal s)") - math.log(3 / 32)) < 0.05
    assert value(session, "(count s)") == 4000


def test_enumeration_is_exact_and_ends(session: Session) -> None:
    value(session, f"(def s (doquery :enumerate coin {DATA}))")
    assert value(session, "(count s)") == 2
    assert value(session, "(log-marginal s)") == pytest.approx(math.log(3 / 32), abs=1e-12)
    found = value(session, "(empirical-distribution (collect-results s))")
    assert found.lookup(0.75) == pytest.approx(0.75, abs=1e-12)


def test_a_state_is_a_map(session: Session) -> None:
    value(session, f"(def s (first (doquery :importance coin {DATA} :seed 3)))")
    assert pr_str(value(session, "(keys s)")) == "(:log-weight :result :predicts)"
    assert value(session, "(= (:result s) (get-result s))")
    assert value(session, "(= (:log-weight s) (get-log-weight s))")
    assert pr_str(value(session, "(map first (:predicts s))")) == "(:p twice)"
    assert value(session, "(= (* 2 (:p (get-predicts s))) (get-predict s 'twice))")


def test_a_seed_repeats_the_states(session: Session) -> None:
    texts = [
        f"(vec (take 200 (doquery :importance coin {DATA} :seed {seed})))" for seed in (1, 1, 2)
    ]
    first, again, other = (value(session, text) for text in texts)
    assert first == again
    assert first != other


def test_the_host_seed_repeats_the_states(session: Session) -> None:
    text = f"(do (set-seed! 5) (vec (take 20 (doquery :importance coin {DATA}))))"
    assert value(session, text) == value(session, text)
    assert value(
        session, "(do (set-seed! 5) [(rand) (rand-int 100) (shuffle (range 9))])"
    ) == value(session, "(do (set-seed! 5) [(rand) (rand-int 100) (shuffle (range 9))])")


def test_it_is_lazy_and_endless(session: Session) -> None:
    value(session, f"(def s (doquery :importance coin {DATA} :seed 1))")
    assert not value(session, "(realized? s)")
    assert value(session, "(count (take 3 s))") == 3
    assert value(session, "(count (take 5000 (map :result s)))") == 5000


def test_a_number_of_samples_ends_it(session: Session) -> None:
    assert value(session, f"(count (doquery :smc coin {DATA} :number-of-particles 10 "
                          ":number-of-samples 25))") == 25  # fmt: skip


def test_invalid_states_are_dropped_and_counted(session: Session) -> None:
    value(session, "(def s (take 2000 (doquery :importance rare nil :seed 1)))")
    assert value(session, "(every? (fn [s] (= 7 (:result s))) s)")
    assert abs(value(session, "(log-marginal s)") - math.log(1 / 20)) < 0.1


def test_invalid_states_are_kept_on_request(session: Session) -> None:
    value(session, "(def s (take 4000 (doquery :importance rare nil :seed 1 :drop-invalid false)))")
    assert value(session, "(count s)") == 4000
    assert abs(value(session, "(count (drop-invalid s))") / 4000 - 1 / 20) < 0.02
    assert abs(value(session, "(log-marginal s)") - math.log(1 / 20)) < 0.2
    assert value(session, "(empirical-mean (collect-results s))") == 7.0


def test_what_is_impossible_is_an_error(session: Session) -> None:
    error = fails(session, "(first (doquery :importance never nil :lanes 16384))")
    assert error.diagnostic.code == "AQ501"
    assert fails(session, "(first (doquery :enumerate never nil))").diagnostic.code == "AQ501"


def test_the_beginning_is_a_fair_sample(session: Session) -> None:
    """Engines give results grouped by branch; states come in random order."""
    heads = value(
        session,
        "(count (filter vector? (map :result (mapcat (fn [seed] (take 5 (doquery :importance branching"
        " nil :seed seed))) (range 200)))))",
    )
    assert abs(heads / 1000 - 0.3) < 0.07


def test_smc_on_a_chain(session: Session) -> None:
    """Kalman filter: means 1/2, then precision 1 + 1/(1 + 1/2)."""
    value(
        session,
        "(def s (take 20000 (doquery :smc chain [[1 2]] :number-of-particles 5000 :seed 1)))",
    )
    variance, mean = 1 / (1 + 1 / 1.5), 0.5
    exact = variance * (2 + mean / 1.5)
    assert abs(value(session, "(empirical-mean (collect-results s))") - exact) < 0.03
    assert abs(value(session, "(empirical-variance (collect-results s))") - variance) < 0.03


def test_a_query_inside_a_query(session: Session) -> None:
    value(session, "(defquery outer [] (let [inner (first (doquery :importance coin "
                   f"{DATA} :seed 1))] [(:result inner) (sample (flip 0.5))]))")  # fmt: skip
    found = value(
        session, "(set (map (comp first :result) (take 50 (doquery :importance outer nil))))"
    )
    assert len(found) == 1


def test_equalize_gives_an_unweighted_chain(session: Session) -> None:
    value(session, "(set-seed! 1)")
    value(session, f"(def s (take 5000 (equalize (doquery :importance coin {DATA} :seed 1))))")
    assert value(session, "(set (map :log-weight s))") == {0.0}
    assert abs(value(session, "(get (freqs (map :result s)) 0.75)") - 0.75) < 0.05


def test_rejection_keeps_in_proportion_to_weight(session: Session) -> None:
    value(session, "(set-seed! 1)")
    states = f"(take 8000 (doquery :importance coin {DATA} :seed 1))"
    value(session, f"(def s (rejection (Math/log 0.140625) {states}))")
    assert abs(value(session, "(get (freqs (map :result s)) 0.75)") - 0.75) < 0.05


def test_infer_warmup_and_runs_from_the_prior(session: Session) -> None:
    assert value(session, f"(count (take 2 (infer :importance (warmup coin {DATA}) {DATA})))") == 2
    assert value(session, f"(contains? #{{0.25 0.75}} (run-prior coin {DATA}))")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (
            "(doquery :hmc coin [[true]])",
            "AQ301",
            [":hmc", ":lmh", ":importance", ":smc", ":enumerate", ":ic"],
        ),
        ("(doquery :importence coin [[true]])", "AQ301", ["did you mean `:importance`"]),
        ("(doquery :smc coin [[true]] :number-of-particle 3)", "AQ302", ["`:number-of-particles`"]),
        ("(doquery :smc coin [[true]] :number-of-particles)", "AQ303", ["has no value"]),
        ("(doquery :importance 5 nil)", "AQ440", ["a query"]),
        ("(doquery :csis coin [[true]])", "AQ610", [":artifact"]),
    ],
)
def test_mistakes(session: Session, text: str, code: str, words: list[str]) -> None:
    error = fails(session, text)
    assert error.diagnostic.code == code
    for word in words:
        assert word in str(error)


def test_options_of_anglican_that_mean_nothing_here(session: Session) -> None:
    text = f"(count (take 2 (doquery :importance coin {DATA} :warmup true :stripdown false)))"
    assert value(session, text) == 2


@pytest.mark.slow
def test_an_artifact_proposes(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "coin.artifact"
    model = session.program.queries["coin"]
    model.compile(path, traces=2_000, seed=1, example_args=[[True, True, False]])
    value(session, f'(def s (take 2000 (doquery :ic coin {DATA} :artifact "{path}" :seed 1)))')
    found = value(session, "(empirical-distribution (collect-results s))")
    assert abs(found.lookup(0.75) - 0.75) < 0.05
    assert value(session, f'(count (take 5 (doquery :csis coin {DATA} :artifact "{path}")))') == 5
    given = f':artifact "{path}" :number-of-particles 50'
    assert value(session, f"(count (take 5 (doquery :ic-smc coin {DATA} {given})))") == 5
