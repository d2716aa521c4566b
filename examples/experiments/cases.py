"""Programs whose floor is known, for what is said of several experiments at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from examples.experiments import (
    arth150,
    branching,
    coin,
    factorial_hmm,
    gum,
    hmm,
    magnitude,
    minimal,
    state_space,
)
from examples.experiments.gaussians import entropy

__all__ = ["CASES", "Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """A query, how it is run to train for it, and the floor of the loss in nats."""

    name: str
    file: str
    floor: Callable[[], float]
    query: str | None = None
    setup: Mapping[str, Any] = field(default_factory=dict)
    """`args` or `args_fn`."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """Other options of the training."""

    @property
    def options(self) -> dict[str, Any]:
        """Of the training, all together."""
        given = {("example_args" if name == "args" else name): x for name, x in self.setup.items()}
        return {**given, **self.training}


FEW_NUISANCES = 20

CASES: dict[str, Case] = {
    case.name: case
    for case in (
        Case("minimal", "minimal.aq", lambda: entropy(minimal.exact(0.0).covariance)),
        Case("gum", "gaussian.aq", lambda: entropy(gum.exact(0.0, 0.0).covariance)),
        Case("coin", "coin.aq", coin.floor),
        Case("branching", "branching.aq", branching.floor),
        Case("hmm", "hmm.aq", lambda: hmm.floor(100_000, 1), query="hmm-observed"),
        Case("state-space", "state_space.aq", state_space.floor),
        Case("factorial-hmm", "factorial_hmm.aq", lambda: factorial_hmm.floor(20_000, 1)),
        Case(
            f"magnitude-{FEW_NUISANCES}",
            "magnitude.aq",
            lambda: magnitude.floor(FEW_NUISANCES),
            setup={"args": [FEW_NUISANCES, None]},
        ),
        Case(
            "arth150",
            "arth150.aq",
            lambda: entropy(arth150.exact(np.zeros(40)).covariance),
            training={"batch": 256},
        ),
    )
}
