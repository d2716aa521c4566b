"""What docs/extending.md computes is right; `test_pages` checks that it runs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import anglipy
from anglipy.api import load
from anglipy.runtime.lanes.families import FAMILIES
from tests.docs.pages import snippets
from tests.docs.running import Page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extending.md"
LEVELS = [3.1, 4.2, 3.3]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page after its blocks have run, in the folder of its files."""
    known = dict(FAMILIES)
    page = Page()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("page"))
        for snippet in snippets(PAGE):
            page.assert_holds(snippet)
        yield page
    FAMILIES.clear()
    FAMILIES.update(known)


def test_functions_of_python_one_by_one_and_at_once(page: Page) -> None:
    one_by_one, at_once = page.names["posterior"], page.names["same"]
    assert np.allclose(list(one_by_one.values), list(at_once.values))
    assert one_by_one.log_evidence == pytest.approx(at_once.log_evidence)


def test_a_torch_module(page: Page) -> None:
    import torch

    net = page.names["net"]
    found = page.names["inverted"]
    with torch.no_grad():
        inputs = torch.tensor([[float(x), 1.0] for x in found.values])
        outputs = net(inputs)[:, 0].numpy().astype(float)
    log_weights = -0.5 * ((0.2 - outputs) / 0.1) ** 2 - math.log(0.1 * math.sqrt(2 * math.pi))
    assert np.allclose(found.log_weights, log_weights, atol=1e-4)


def flood(page: Page) -> float:
    """The log evidence of the levels, by quadrature."""
    grid = np.linspace(-6, 12, 40_001)
    total = -0.5 * (grid - 3) ** 2 - 0.5 * math.log(2 * math.pi)
    for level in LEVELS:
        z = (level - grid) / 0.5
        total = total - z - np.exp(-z) - math.log(0.5)
    return float(np.log(np.sum(np.exp(total)) * (grid[1] - grid[0])))


@pytest.mark.parametrize("scalar", [False, True])
def test_a_distribution_of_python(page: Page, scalar: bool) -> None:
    model = load("flood.aq").queries["flood"]
    found = model.infer(args=[LEVELS], samples=10_000, seed=1, scalar=scalar)
    assert found.log_evidence is not None
    # The standard error is 0.0126.
    assert found.log_evidence == pytest.approx(flood(page), abs=5 * 0.0126)


def test_a_family_makes_and_weighs_all_particles_at_once(page: Page) -> None:
    model = load("flood.aq").queries["flood"]
    with anglipy.profile() as profile:
        model.infer(args=[LEVELS], samples=100, seed=1)
    assert [line for line in profile.lines if line.one_by_one] == []
