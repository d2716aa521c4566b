"""What docs/engine.md computes is right; `test_pages` checks that it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anglipy.inference.engine import ENGINES
from tests.docs.pages import snippets
from tests.docs.running import Page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "engine.md"


@pytest.fixture(scope="module")
def names() -> Any:
    """What the blocks of the page define, run one after the other."""
    page = Page()
    for snippet in snippets(PAGE):
        page.assert_holds(snippet)
    yield page.names
    ENGINES.pop("patient", None)


def test_likelihood_weighting(names: Any) -> None:
    assert names["posterior"].mean() == pytest.approx(7.25, abs=0.25)
    assert names["posterior"].sd() == pytest.approx(0.9129, abs=0.2)


def test_metropolis_hastings(names: Any) -> None:
    assert names["chain"].mean() == pytest.approx(2.25, abs=0.1)
    assert names["chain"].sd() == pytest.approx(0.9129, abs=0.1)


def test_the_ratio_where_runs_differ_in_length(names: Any) -> None:
    """The number of choices and the choices reused: a program of one or two choices, exactly."""
    import numpy as np

    import anglipy

    model = anglipy.query(
        """
        (defquery q []
          (let [a (sample (flip 0.3))
                b (if a (sample (flip 0.6)) false)]
            (observe (flip (if b 0.9 0.2)) true)
            [a b]))
        """
    )
    exact = model.infer("enumerate")
    chain = names["metropolis_hastings"](model, None, 60_000, np.random.default_rng(1))
    want = {str(value): p for value, p in exact.probabilities()}
    for value, share in chain.probabilities():
        assert share == pytest.approx(want[str(value)], abs=0.02)


def test_forks_and_steps(names: Any) -> None:
    assert len(names["log_likelihoods"]) == 3
    assert (names["early"].draws, names["early"].stopped) == (10_000, True)
    assert names["steps"].posterior().draws == 50_000


def test_an_engine_with_a_name(names: Any) -> None:
    assert len(names["found"]) == 500
    assert names["found"].algorithm == "patient"
    assert names["found"].log_evidence == pytest.approx(-8.24, abs=0.5)
