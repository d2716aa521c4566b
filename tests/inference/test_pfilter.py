"""The streaming filter: predicts after every observe, distributed by what was observed so far."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from anglipy.api import Session, loads
from anglipy.diagnostics import InferenceError, OptionError
from anglipy.inference import options_of

TEXT = """
(defquery follow [xs]
  (loop [t 0 state (sample (flip 0.5)) xs (seq xs)]
    (if xs
      (do (observe (flip (if state 0.9 0.3)) (first xs))
          (predict t state)
          (recur (inc t) (if (sample (flip 0.2)) (not state) state) (next xs)))
      :end)))
(defquery silent [] (let [x (sample (flip 0.5))] (observe (flip (if x 0.9 0.1)) true) x))
(defquery last-words [] (let [x (sample (flip 0.5))] (observe (flip 0.5) true) (sample (flip 0.5))
  (predict :x x) x))
(defquery never [] (observe (flip (if (sample (flip 0.5)) 0.0 0.0)) true) (predict :x 1))
"""
PROGRAM = loads(TEXT)
XS = [True, True, False, True]


def filtered(xs: list[bool]) -> list[float]:
    """P(state t | x_0..t), by the forward recursion."""
    belief, found = 0.5, []
    for x in xs:
        on, off = (0.9, 0.3) if x else (0.1, 0.7)
        belief = on * belief / (on * belief + off * (1 - belief))
        found.append(belief)
        belief = 0.8 * belief + 0.2 * (1 - belief)
    return found


@pytest.mark.parametrize("scalar", [True, False])
def test_predicts_are_distributed_by_what_was_seen_so_far(scalar: bool) -> None:
    """Of n = 4,000 particles; resampling adds little: seven times sqrt(1 / 4n) is tolerated."""
    n = 4_000
    posterior = PROGRAM.queries["follow"].infer(
        "pfilter", args=[XS], particles=n, samples=4 * n, seed=1, scalar=scalar
    )
    assert len(posterior) == 4 * n
    assert not posterior.log_weights.any()
    for t, truth in enumerate(filtered(XS)):
        of_t = posterior.predicted(t)
        assert len(of_t) == n
        assert of_t.mean() == pytest.approx(truth, abs=7 * np.sqrt(0.25 / n))


@pytest.mark.parametrize("scalar", [True, False])
def test_predicts_are_cleared_and_the_program_begins_anew(scalar: bool) -> None:
    posterior = PROGRAM.queries["follow"].infer(
        "pfilter", args=[XS], particles=10, samples=100, seed=1, scalar=scalar
    )
    labels = [[label for label, _ in run] for run in posterior.predicts]
    assert labels == [[t] for _ in range(2) for t in range(4) for _ in range(10)] + [
        [t] for t in range(2) for _ in range(10)
    ]


@pytest.mark.parametrize("scalar", [True, False])
def test_what_is_predicted_at_the_end_comes_with_the_result(scalar: bool) -> None:
    posterior = PROGRAM.queries["last-words"].infer(
        "pfilter", particles=10, samples=20, seed=1, scalar=scalar
    )
    assert len(posterior) == 20
    assert [run[0][1] for run in posterior.predicts] == list(posterior.values)


def test_a_program_that_predicts_nothing() -> None:
    with pytest.raises(InferenceError, match="nothing was predicted") as caught:
        PROGRAM.queries["silent"].infer("pfilter", particles=10)
    assert "predict" in str(caught.value.diagnostic.help)


@pytest.mark.parametrize("scalar", [True, False])
def test_nobody_lives(scalar: bool) -> None:
    with pytest.raises(InferenceError, match="have weight zero"):
        PROGRAM.queries["never"].infer("pfilter", particles=2, scalar=scalar)


def test_states_are_a_stream() -> None:
    session = Session()
    session.evaluate(TEXT, "<test>")

    def value(text: str) -> Any:
        return session.evaluate(text, "<test>")[-1]

    value(
        "(def s (doall (take 95 (doquery :pfilter follow [[true false]] :number-of-particles 10))))"
    )
    assert value("(map (fn [s] (ffirst (:predicts s))) (take-nth 10 s))") == value(
        "[0 1 0 1 0 1 0 1 0 1]"
    )
    assert value("(every? (fn [s] (= 0.0 (:log-weight s))) s)")


def test_an_unknown_scheme() -> None:
    with pytest.raises(OptionError, match="systemic"):
        options_of("pfilter", resampling="systemic")
