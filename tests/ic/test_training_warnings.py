"""What is said against a training: that it sees no data, or has learned nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from anglipy.ic.artifact import Artifact
from anglipy.ic.options import Progress, TrainingOptions
from anglipy.ic.training import train
from tests.ic.models import TINY, gaussian, model
from tests.inference.programs import dist, done, query, sample


def test_a_program_that_observes_nothing_is_told_so(tmp_path: Path) -> None:
    """A query over a vector of data observes nothing when it is called without an example."""
    asked = query("blind", lambda _: sample("b/x", dist("normal", 0.0, 1.0), done))
    told: list[Progress] = []
    options = TrainingOptions(traces=32, **TINY)
    with pytest.warns(UserWarning, match="observes nothing"):
        found = train(asked, options, tmp_path / "a.pt", told.append)
    assert told
    assert "observes nothing" in found.warnings[0]
    with pytest.raises(UserWarning, match="observes nothing"):
        train(asked, options, tmp_path / "b.pt", told.clear)  # type: ignore[arg-type]
    assert told, "it is said before the first step"


def test_a_network_that_is_worse_than_the_prior_is_told_so(tmp_path: Path) -> None:
    asked, path = model("gauss", gaussian), tmp_path / "a.pt"
    found = train(asked, TrainingOptions(traces=32, **{**TINY, "epsilon": 1e-9}), path)
    assert found.best_loss > found.prior_loss
    assert "worse than the prior does" in found.warnings[0]
    assert Artifact.load(path).record.warnings == found.warnings
    better = TrainingOptions(traces=6_400, learning_rate=0.01, average=0.9, **TINY)
    assert train(asked, better, path).warnings == ()
