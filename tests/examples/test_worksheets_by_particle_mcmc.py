"""Worksheets by particle MCMC: the answers are those that the worksheets compute exactly, or that
are enumerated.

An estimate may be off by six of its own standard errors (autocorrelation for chains, families for
weighted draws); and the standard error itself must be small, so that a wrong answer is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import Session
from anglipy.inference.posterior import Posterior
from anglipy.runtime.access import values_of

pytestmark = pytest.mark.slow

WORKSHEETS = Path(__file__).parents[2] / "examples" / "worksheets"
OPTIONS = {
    "pimh": {"particles": 500, "samples": 50_000},
    "pgibbs": {"particles": 100, "samples": 20_000},
    "pgas": {"particles": 20, "samples": 4_000},
    "ipmcmc": {"particles": 100, "nodes": 16, "samples": 32_000},
    "pcascade": {"particles": 1_000, "samples": 20_000},
}


@pytest.fixture(scope="module")
def worksheet(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Session]:
    known: dict[str, Session] = {}

    def loaded(name: str) -> Session:
        if name not in known:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(tmp_path_factory.mktemp(name))  # Plots are written there.
                known[name] = Session()
                known[name].load(WORKSHEETS / f"{name}.clj")
        return known[name]

    return loaded


def inferred(session: Session, query: str, arguments: str, engine: str) -> Posterior:
    argument = session.evaluate(arguments, "check.clj")[-1]
    model = session.program.queries[query]
    return model.infer(engine, args=argument, seed=1, **OPTIONS[engine])


def assert_expectation(
    posterior: Posterior, f: Callable[[Any], float], truth: float, precision: float
) -> None:
    error = posterior.standard_error(f)
    assert error < precision
    assert posterior.expectation(f) == pytest.approx(truth, abs=6 * error)


@pytest.mark.parametrize("engine", OPTIONS)
def test_hidden_markov_model(worksheet: Any, engine: str) -> None:
    session = worksheet("hmm")
    posterior = inferred(session, "hmm", "[data init-dist trans-dists obs-dists]", engine)
    truth = np.array(
        [
            list(values_of(row, "row"))
            for row in values_of(session.evaluate("posterior", "check.clj")[-1], "rows")
        ],
        dtype=float,
    )
    states = posterior.predicted("states")
    for place, value in [(len(truth) - 2, 2), (6, 0), (0, 1)]:
        assert_expectation(
            states,
            lambda v, place=place, value=value: float(v[place] == value),
            truth[place][value],
            0.08,
        )


@pytest.mark.parametrize("engine", ["pgibbs", "pgas", "ipmcmc"])
def test_kalman_filter(worksheet: Any, engine: str) -> None:
    session = worksheet("kalman")
    arguments = "[observations obs-matrix obs-cov trans-matrix trans-cov init-mean init-cov]"
    posterior = inferred(session, "kalman", arguments, engine)
    truth = [float(x) for x in session.evaluate("exact-last-mean", "check.clj")[-1]]
    for place in (0, 1):
        assert_expectation(
            posterior, lambda v, place=place: float(list(v[-1])[place]), truth[place], 0.08
        )
    if engine == "ipmcmc":
        exact = float(session.evaluate("exact-evidence", "check.clj")[-1])
        error = posterior.log_evidence_standard_error
        assert error is not None
        assert posterior.log_evidence == pytest.approx(exact, abs=6 * error)


@pytest.mark.parametrize("engine", OPTIONS)
def test_sprinkler(worksheet: Any, engine: str) -> None:
    session = worksheet("sprinkler")
    exact = session.program.queries["sprinkler-bayes-net"].infer("enumerate", args=[True, True])
    posterior = inferred(session, "sprinkler-bayes-net", "[true true]", engine)
    assert_expectation(posterior, float, exact.mean(), 0.03)
