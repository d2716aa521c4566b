"""Worksheets with `:lmh` and its kin in the place of importance sampling: they run as they are, and
chains give the exact answers.

Each worksheet is evaluated with the other algorithm in its text. Then its queries are asked again
by many short chains, whose ends are independent draws from the posterior, so that the truth can be
held against them with a known rate of false alarms.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import Session
from anglipy.runtime.access import values_of
from anglipy.runtime.random_source import set_host_seed
from tests.examples import worksheet_truths as finite
from tests.examples import worksheet_truths_regression as regression
from tests.examples.test_worksheets import WORKSHEETS
from tests.statistical.assertions import assert_mean


def session_of(name: str, algorithm: str) -> Session:
    """The worksheet, by another algorithm."""
    path = Path(WORKSHEETS / f"{name}.clj")
    text = path.read_text(encoding="utf-8").replace("doquery :importance", f"doquery {algorithm}")
    session = Session(path.parent)
    session.evaluate(text, path.name)
    return session


def ends(
    session: Session, algorithm: str, query: str, of_state: str, burn: int = 150
) -> Callable[[int], Any]:
    """A number of each of n independent chains at their ends; booleans count as 0 and 1."""

    def draw(n: int) -> np.ndarray:
        states = f"(doquery {algorithm} {query} :number-of-chains {n} :burn {burn} :seed 1)"
        found = session.evaluate(f"(map {of_state} (take {n} {states}))", "ends.clj")[-1]
        return np.array([float(value) for value in values_of(found, "ends")])

    return draw


@pytest.mark.parametrize(
    "algorithm",
    [":lmh", *(pytest.param(name, marks=pytest.mark.slow) for name in (":rmh", ":almh"))],
)
def test_the_sprinkler(
    algorithm: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    set_host_seed(1)
    session = session_of("sprinkler", algorithm)
    assert "Rain given sprinkler and wet grass: 0.3" in capsys.readouterr().out
    rain = ends(session, algorithm, "sprinkler-bayes-net [true true]", ":result")
    truth = float(finite.rain_given_sprinkler().mean[0])
    assert_mean(rain, truth, discrepancy=0.12, bounds=(0, 1))
    truths = finite.wet_grass_marginals().mean
    for node, truth in zip((":cloudy", ":raining", ":sprinkler"), truths, strict=True):
        wet = ends(session, algorithm, "wet-grass-only [true]", f"#(get-predict % {node})")
        assert_mean(wet, float(truth), discrepancy=0.12, bounds=(0, 1))


def test_the_alarm(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    set_host_seed(1)
    session = session_of("burglary", ":lmh")
    # Burglars are rare, and so is an alarm without one: it takes long until one is proposed.
    called = ends(session, ":lmh", "burglary [true true]", "#(get-predict % 'burglary)", 3_000)
    truth = float(finite.alarm_given_calls().mean[0])
    assert_mean(called, truth, discrepancy=0.12, bounds=(0, 1))


def test_the_league(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    set_host_seed(1)
    session = session_of("poisson_gamma", ":lmh")
    _, better, winners = regression.league()
    found = ends(session, ":lmh", "league [goals]", "(comp :better :result)")
    assert_mean(found, float(better.mean[0]), discrepancy=0.12, bounds=(0, 1))
    for place, winner in enumerate((":lions", ":bears", ":nobody")):
        won = ends(session, ":lmh", "league [goals]", f"#(= {winner} (:winner (:result %)))")
        assert_mean(won, float(winners.mean[place]), discrepancy=0.12, bounds=(0, 1))


def test_branching(monkeypatch: Any, tmp_path: Path) -> None:
    """A random number of choices: two branches, recursion, generations."""
    monkeypatch.chdir(tmp_path)
    set_host_seed(1)
    session = session_of("branching", ":lmh")
    truths = finite.branching().mean
    for r in (1, 5, 6):
        found = ends(session, ":lmh", "branching nil", f"#(= {r} (:result %))")
        assert_mean(found, float(truths[r]), discrepancy=0.12, bounds=(0, 1))
