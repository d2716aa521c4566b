"""The engines of chains as Anglican's programs call them, and from the command line's options."""

from __future__ import annotations

import math

import pytest

from anglipy.api import Session
from tests.host.evaluating import fails, of, value

MODELS = """
(defquery gauss [a b]
  (let [mu (sample (normal 1 (sqrt 5)))]
    (observe (normal mu (sqrt 2)) a)
    (observe (normal mu (sqrt 2)) b)
    (predict :mu mu)
    mu))
(defquery rare [] (let [n (sample (uniform-discrete 0 20))] (observe (flip (if (= n 7) 1 0)) true) n))
(defquery never [] (sample (flip 0.5)) (observe (flip 0) true) 1)
(defquery certain [] 42)
(defquery coin [x] (let [p (sample (categorical {0.25 1 0.75 1}))] (observe (flip p) x) p))
(defquery outer []
  (let [p (sample ((conditional coin :lmh) true))]
    (observe (flip p) true)
    p))
"""


@pytest.fixture(scope="module")
def session() -> Session:
    return of(MODELS)


NAMES = [":lmh", ":rdb", ":plmh", ":rmh", ":almh", ":palmh"]


@pytest.mark.parametrize("name", NAMES)
def test_a_state_is_a_map_of_weight_zero(session: Session, name: str) -> None:
    state = value(session, f"(first (doquery {name} gauss [9 8] :number-of-threads 2))")
    assert list(map(str, state.keys())) == [":log-weight", ":result", ":predicts"]
    value(session, f"(def s (take 20 (doquery {name} gauss [9 8] :warmup false :stripdown false)))")
    assert value(session, "(every? (fn [s] (= 0.0 (:log-weight s))) s)")
    assert value(session, "(every? (fn [s] (= (:result s) (get-predict s :mu))) s)")


@pytest.mark.parametrize("name", NAMES)
def test_the_chain_is_endless_and_a_number_of_samples_ends_it(session: Session, name: str) -> None:
    assert value(session, f"(count (take 3000 (doquery {name} gauss [9 8])))") == 3000
    assert value(session, f"(count (doquery {name} gauss [9 8] :number-of-samples 25))") == 25


def test_every_move_gives_a_state(session: Session) -> None:
    """As in Anglican: where a move is refused the state before comes again."""
    value(session, "(def s (vec (map :result (take 500 (doquery :lmh gauss [9 8] :seed 1)))))")
    assert value(session, "(< (count (distinct s)) 100)")


def test_burning_and_thinning_take_from_the_same_chain(session: Session) -> None:
    value(session, "(def all (vec (map :result (take 200 (doquery :rmh gauss [9 8] :seed 3)))))")
    kept = "(vec (map :result (take 19 (doquery :rmh gauss [9 8] :seed 3 :burn 10 :thin 10))))"
    assert value(session, f"(= {kept} (vec (take-nth 10 (drop 10 all))))")


def test_states_before_the_first_possible_run_are_dropped(session: Session) -> None:
    assert value(session, "(every? (fn [s] (= 7 (:result s))) (take 50 (doquery :lmh rare nil)))")
    value(session, "(def s (take 400 (doquery :lmh rare nil :seed 1 :drop-invalid false)))")
    weights = value(session, "(vec (map :log-weight s))")
    possible = weights.items.index(0.0)
    assert possible > 0
    assert set(weights.items[:possible]) == {-math.inf}
    assert set(weights.items[possible:]) == {0.0}


def test_a_program_without_choices_gives_the_same_state_for_ever(session: Session) -> None:
    assert (
        value(
            session,
            "(count (filter (fn [s] (= 42 (:result s))) (take 100 (doquery :lmh certain nil))))",
        )
        == 100
    )


def test_what_no_run_can_explain(session: Session) -> None:
    error = fails(session, "(first (doquery :lmh never nil))")
    assert error.diagnostic.code == "AQ501"
    assert "expected (flip 0)" in str(error.diagnostic.help)


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (":alpha 1.5", "AQ303", "`alpha` must be a number from 0 to 1, got 1.5"),
        (":alpha -0.1", "AQ303", "from 0 to 1"),
        (":alpha :half", "AQ303", "from 0 to 1"),
        (":sigma 0", "AQ303", "`sigma` must be a number above 0, got 0"),
        (":thin 0", "AQ303", "`thin` must be a whole number from 1"),
        (":burn -1", "AQ303", "`burn` must be a whole number from 0"),
        (":alhpa 0.5", "AQ302", "`:rmh` has no option `:alhpa`"),
    ],
)
def test_a_bad_option(session: Session, options: str, code: str, text: str) -> None:
    error = fails(session, f"(first (doquery :rmh gauss [9 8] {options}))")
    assert error.diagnostic.code == code
    assert text in error.diagnostic.message


def test_a_conditional_query_by_a_chain_inside_of_a_chain(session: Session) -> None:
    """P(p = 3/4) is 3/4 after one observation, 9/10 after another one. The sites of the inner query
    are not those of the outer one.
    """
    value(session, "(def s (doall (map :result (take 3000 (doquery :lmh outer nil :seed 2)))))")
    assert abs(value(session, "(/ (count (filter (fn [p] (= p 0.75)) s)) 3000.0)") - 0.9) < 0.05
