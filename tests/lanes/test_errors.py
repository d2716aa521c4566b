"""A program that fails in lockstep says what it says for a single particle, and which it was."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import AnglipyError
from anglipy.inference import infer
from anglipy.runtime.convert import from_python
from anglipy.runtime.distributions.base import UserDistribution
from anglipy.runtime.machine import Query
from tests.lanes.enumeration import failure_of
from tests.lanes.following import Answers, Run, alone, named_of, together

N = 9

FAILING = {
    "a bad parameter in one branch": "(if bad (flip 1.5) (flip 0.5))",
    "a bad parameter": "(sample (flip (if bad 1.5 0.5)))",
    "a bad parameter of an observe": "(observe (normal 0 (if bad -1 1)) 0.5)",
    "a bad parameter of a vector": "(discrete (if bad [0 0] [1 i]))",
    "a bad parameter behind an index": "(sample (uniform-discrete 0 (nth [1 -2] (if bad 1 0))))",
    "integer overflow": "(* (if bad 9223372036854775807 i) 2)",
    "integer overflow of a sum": "(reduce + [(if bad 9223372036854775807 1) i 1])",
    "division by zero": "(/ 1 (if bad 0 i))",
    "remainder by zero": "(mod i (if bad 0 2))",
    "an index out of range": "(nth [1 2 3] (if bad 3 i))",
    "a vector called out of range": "([1 2 3] (if bad 3 i))",
    "a place to change": "(assoc [1 2] (if bad 3 0) i)",
    "not a number": "(inc (if bad :a i))",
    "no distribution": "(sample (if bad i (flip 0.5)))",
    "no distribution anywhere": "(when bad (observe (if bad i 1) 2))",
    "a value that cannot be observed": '(observe (poisson 1) (if bad "one" i))',
    "a value that can be observed by some": "(observe (if bad (poisson 1) (flip 0.5)) true)",
    "no function": "((if bad i inc) 1)",
    "no function anywhere": "(when bad (i 1))",
    "too many arguments": "((if bad (fn [x] x) (fn [x y] y)) 1 2)",
    "too many arguments of a primitive": "(apply inc (if bad [1 i] [i]))",
    "too few arguments of a primitive": "(apply get (if bad [i] [[1] 0]))",
    "in a function of the library": "(map (fn [x] (/ 1 (if bad x 1))) [1 0])",
    "in a reduction with draws": """
      (reduce (fn [a x] (if (sample (flip 0.25)) (+ a x) (nth [1 2 3] (if bad x 0))))
              0 (range 5 20))""",
    "in a memoised function": """
      (let [f (mem (fn [x] (if (sample (flip 0.5)) x (nth [0 1] x))))]
        (if bad [(f 5) (f 6) (f 7) (f 8) (f 9)] (f 1)))""",
    "a memoised function of many arguments": "(let [f (mem (fn [x] x))] (if bad (f 1 2) (f 1)))",
    "deep in a recursion": """
      (let [f (fn f [n] (if (= n 0) (nth [1] (if bad 4 0)) (+ (sample (discrete [1 1]))
                                                              (f (dec n)))))]
        (f 20))""",
    "in a turn of a loop": """
      (loop [j 0] (if (< j 5) (do (sample (flip 0.5)) (nth [1 2 3 4] (if bad j 0)) (recur (inc j)))
                              j))""",
    "declared and never defined": "(if bad (later i) 1)",
    "in a function of the program": "(helper i (if bad 0 1))",
    "in Python": "(st/mean (if bad [] [i]))",
    "a log probability that is nan": "(observe (if bad odd (flip 0.5)) true)",
    "a log probability that is infinite": "(observe huge (if bad i 0))",
    "in Python code": "(broken (if bad i 0))",
    "in Python code of the program": "(map broken [0 (if bad i 0)])",
    "after particles died": """
      (do (observe (flip (if (and (= i 2) (not bad)) 0.0 0.5)) true) (nth [1] (if bad 1 0)))""",
    "in a lazy sequence": "(take 3 (map (fn [x] (/ 1 (if bad (- x 2) 1))) (range)))",
    "a keyword as a function of nothing": "((if bad :a vector) 1 2 3)",
}  # fmt: skip
"""What fails for particles of which `bad` is true, and for no other; `i` is 1 or 2."""

PROGRAM = """
(require-python '[statistics :as st])
(declare later)
(defn helper [x y] (let [z (quot x y)] (if (> z 0) (inc z) z)))
(defquery q [odd huge broken]
  (let [bad (sample (flip 0.5)) i (inc (sample (discrete [1 1])))]
    {body}))
"""


def broken(x: Any) -> Any:
    return 1 / (1 if x == 0 else 0)


ODD = UserDistribution("odd", {}, lambda rng: 0, lambda value: math.nan)
HUGE = UserDistribution("huge", {}, lambda rng: 0, lambda value: math.inf if value else -1.0)
ARGUMENT = from_python([ODD, HUGE, broken])


class Bad(Answers):
    """Of these particles the first draw is true, of the others false."""

    def __init__(self, bad: set[int], seed: int = 0) -> None:
        super().__init__(seed)
        self.bad = bad

    def __call__(self, particle: int, site: str, instance: int, dist: Any) -> Any:
        if site == "q/bad/sample#1":
            return particle in self.bad
        return super().__call__(particle, site, instance, dist)


def query_of(body: str) -> Query:
    found: Query = loads(PROGRAM.replace("{body}", body)).queries["q"].query
    return found


def fails(query: Query, answers: Bad) -> AnglipyError:
    with pytest.raises(AnglipyError) as caught:
        together(query, ARGUMENT, N, answers)
    return caught.value


@pytest.mark.parametrize("name", FAILING)
@pytest.mark.parametrize("place", [0, 4, N - 1])
def test_the_only_particle_that_fails_is_named(name: str, place: int) -> None:
    query, answers = query_of(FAILING[name]), Bad({place})
    for particle in range(N):
        assert isinstance(alone(query, ARGUMENT, particle, answers), Run) == (particle != place)
    error = fails(query, answers)
    assert named_of(error) == place
    assert failure_of(error) == alone(query, ARGUMENT, place, answers)


@pytest.mark.parametrize("name", FAILING)
def test_one_of_several_is_named(name: str) -> None:
    query, answers = query_of(FAILING[name]), Bad({2, 3, 7})
    error = fails(query, answers)
    assert named_of(error) in answers.bad
    assert failure_of(error) == alone(query, ARGUMENT, named_of(error), answers)


@pytest.mark.parametrize("name", FAILING)
def test_nobody_fails_for_another(name: str) -> None:
    together(query_of(FAILING[name]), ARGUMENT, N, Bad(set()))


@pytest.mark.parametrize("algorithm", ["importance", "smc"])
@pytest.mark.parametrize("name", FAILING)
def test_the_engines_say_the_same(name: str, algorithm: str) -> None:
    """With all particles bad, the first is named, with the error that it has one by one."""
    query = query_of(FAILING[name].replace("bad", "(= bad bad)"))
    options = {"samples": N} if algorithm == "importance" else {"particles": N}
    errors = []
    for scalar in (False, True):
        with pytest.raises(AnglipyError) as caught:
            infer(query, ARGUMENT, algorithm, rng=Same(), scalar=scalar, **options)
        errors.append(caught.value.diagnostic)
    assert errors[0] == errors[1]


class Same:
    """A source of randomness of which every number is a half."""

    def random(self, size: int | None = None) -> Any:
        return 0.5 if size is None else np.full(size, 0.5)


def test_an_error_before_the_first_draw_is_of_no_particle() -> None:
    query = loads("(defquery q [x] (let [y (/ 1 x)] (sample (flip y))))").queries["q"].query
    for algorithm in ("importance", "smc"):
        with pytest.raises(AnglipyError) as caught:
            infer(query, 0, algorithm, seed=0)
        assert caught.value.diagnostic.notes == ()
