"""Between calibrations and artifacts: numbers as JSON, ranks as an array."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import Artifact
from anglipy.ic.judgement import novelty
from anglipy.ic.judgement.calibration import Calibration, Quantity
from anglipy.ic.options import SiteLoss

__all__ = ["calibration_of", "kept_in"]

RANKS = "calibration.ranks"
"""The name of the array of ranks in an artifact."""
STEPS = 65_535
"""Ranks are kept as so many steps from 0 to 1."""


def kept_in(artifact: Artifact, calibration: Calibration) -> Artifact:
    """The artifact with the calibration: numbers as JSON, ranks as an array."""
    document: dict[str, Any] = {
        name: getattr(calibration, name)
        for name in (
            "simulations",
            "particles",
            "seed",
            "seconds",
            "unexplained",
            "loss",
            "prior_loss",
        )
    }
    document["ess"] = list(calibration.ess)
    document["sites"] = [asdict(site) for site in calibration.sites]
    document["quantities"] = [
        [q.name, q.kind, q.alone_p, q.weighted_p, len(q.weighted)] for q in calibration.quantities
    ]
    table = np.zeros((len(calibration.quantities), 2, calibration.simulations), dtype=np.uint16)
    for row, quantity in zip(table, calibration.quantities, strict=True):
        row[0] = np.round(quantity.alone * STEPS)
        row[1, : len(quantity.weighted)] = np.round(quantity.weighted * STEPS)
    extras: dict[str, np.ndarray] = {RANKS: table, novelty.SURPRISES: calibration.surprises}
    if calibration.novelty is not None:
        extras |= calibration.novelty.to_arrays()
    return replace(artifact, calibration=document, extras={**artifact.extras, **extras})


def calibration_of(artifact: Artifact) -> Calibration | None:
    """The calibration that an artifact keeps, if it has one. Raises ArtifactError AQ603 if that is
    damaged.
    """
    document = artifact.calibration
    if document is None:
        return None
    try:
        table = artifact.extras[RANKS].astype(np.float64) / STEPS
        rows = document["quantities"]
        if table.shape != (len(rows), 2, document["simulations"]):
            raise ValueError("the shape of its ranks")
        quantities = tuple(
            Quantity(str(name), str(kind), one[0], one[1, : int(size)], float(a), float(w))
            for (name, kind, a, w, size), one in zip(rows, table, strict=True)
        )
        return Calibration(
            simulations=int(document["simulations"]),
            particles=int(document["particles"]),
            seed=int(document["seed"]),
            seconds=float(document["seconds"]),
            unexplained=int(document["unexplained"]),
            ess=tuple(map(float, document["ess"])),
            loss=float(document["loss"]),
            prior_loss=float(document["prior_loss"]),
            sites=tuple(SiteLoss(**site) for site in document["sites"]),
            quantities=quantities,
            surprises=artifact.extras[novelty.SURPRISES].astype(np.float64),
            novelty=novelty.Novelty.of_arrays(artifact.extras),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ArtifactError(
            "AQ603", f"the calibration of the artifact is damaged: {error}", help="calibrate again"
        ) from error
