"""What a report lists value by value: what is discrete."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.inference.posterior import Posterior
from anglipy.runtime.values import Keyword, PersistentMap, Vector

FAR = loads(
    """
(defquery far [y]
  (let [a (sample (normal 0 1))
        k (sample (poisson 4))
        third (/ (sample (uniform-discrete 0 3)) 3.0)]
    (observe (normal (+ a k) 0.1) y)
    {:a a, :k k, :third third, :both [a k]}))
"""
).far


def lists(text: str) -> dict[str, list[str]]:
    """The lists in a report, by name."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("  result") and len(line.split("  ")) == 2:
            name = line.strip()
        elif line.startswith("    ") and name:
            found.setdefault(name, []).append(line.strip())
    return found


@pytest.mark.parametrize("algorithm", ["importance", "smc", "lmh"])
def test_continuous_results_of_few_effective_samples_are_no_list(algorithm: str) -> None:
    p = FAR.infer(algorithm, args=[14.0], seed=1, **{
        "importance": {"samples": 300}, "smc": {"particles": 300}, "lmh": {"samples": 300},
    }[algorithm])  # fmt: skip
    assert p.ess < 30
    assert set(lists(p.summary())) == {"result :k", "result :third", "result :both[1]"}


def test_what_has_no_probability_to_speak_of_is_counted() -> None:
    values = ["a", "b", "c", "d"]
    p = Posterior.from_particles(values, np.log([0.5, 0.49997, 2e-5, 1e-5]))
    assert lists(p.summary())["result"] == ['0.5000  "a"', '0.5000  "b"', "0.0000  2 more values"]
    assert len(lists(replace(p, exact=True).summary())["result"]) == 4


@pytest.mark.parametrize(
    ("values", "listed"),
    [
        ([1 / 3] * 40 + [2 / 3] * 60, True),
        ([0.1, 0.25] * 50, True),
        ([1.0, 2.0] * 50, True),
        (["x"] * 99 + ["y"], True),
        ([Vector([1, 2])] * 100, True),
        (np.random.default_rng(0).normal(size=100).tolist(), False),
        ([Vector([1, x]) for x in np.random.default_rng(0).normal(size=100).tolist()], False),
    ],
)
def test_what_is_taken_to_be_discrete(values: list[Any], listed: bool) -> None:
    weights = np.zeros(100)
    weights[:3] = 30.0
    p = Posterior.from_particles(values, weights)
    assert ("result" in lists(p.summary())) == listed
    assert "result" in lists(replace(p, exact=True).summary())


def test_few_families_share_what_they_drew_first() -> None:
    first = np.random.default_rng(0).normal(size=4).tolist()
    p = Posterior.from_particles([first[i // 25] for i in range(100)], np.zeros(100))
    assert "result" in lists(p.summary())
    families = replace(p, families=np.arange(100) // 25)
    assert lists(families.summary()) == {}


def test_keys_of_maps_are_parts() -> None:
    rows = [PersistentMap.of([(Keyword("s"), "up"), (Keyword("x"), x)]) for x in (0.5, 1.5)]
    assert "result :s" in lists(Posterior.from_particles(rows * 5, np.zeros(10)).summary())
