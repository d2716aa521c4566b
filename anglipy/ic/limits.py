"""How often training saw a site visited, and what lies beyond.

A run may visit a site more often than the runs of the training did: its data are longer, or its
length is random. The network knows nothing of such instances, and what it would propose for them is
worse than the prior. So the limit of a site is the largest instance that training showed it often
enough, and beyond it

* choices are proposed by the prior, exactly, and count as the last known instance of their site in
  the history of the choices after them;
* observations are not read, so that what is read looks like a run of the training. Those of which
  the order does not matter (`iid`) have no instance and no limit.

Instances up to the limit have a code each, composed with the vector of their site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from anglipy.ic.batches import Batch, ObserverGroup
from anglipy.ic.checked import text, whole
from anglipy.ic.observing import Observations
from anglipy.ic.tapes import Choices, Tape

__all__ = ["checked_limits", "limited", "limits_of", "read_up_to"]

ENOUGH = 0.004
"""The share of the runs that visit a site at all which must reach an instance for it to be known:
four of a thousand."""
MOST_SITES = 1 << 20


def limits_of(tapes: Iterable[Tape]) -> dict[str, int]:
    """The limit of each site, of choices and of observations, that these runs show."""
    visits: dict[str, list[np.ndarray]] = {}
    for tape in tapes:
        last: dict[str, np.ndarray] = {}
        ordered = [event for event in tape.observations if event.kind.name != "iid"]
        events: list[Choices | Observations] = [*tape.choices, *ordered]
        for site, runs, instances in [(e.site, e.runs, e.instances) for e in events]:
            found = last.setdefault(site, np.zeros(tape.count, dtype=np.int64))
            np.maximum.at(found, runs, instances)
        for site, counts in last.items():
            visits.setdefault(site, []).append(counts[counts > 0])
    return {site: _limit(np.concatenate(counts)) for site, counts in sorted(visits.items())}


def _limit(visits: np.ndarray) -> int:
    """The largest instance that enough of the runs reach, which made so many visits."""
    rank = int(np.ceil(ENOUGH * len(visits)))
    return int(np.sort(visits)[-rank])


def checked_limits(given: Any) -> dict[str, int]:
    """Limits as a file says them. Raises ValueError for what are none."""
    if given is None:
        return {}
    if not isinstance(given, dict) or len(given) > MOST_SITES:
        raise ValueError("limits of instances that are none")
    return {text(site): whole(limit, 1) for site, limit in given.items()}


def limited(batch: Batch, limits: Mapping[str, int]) -> tuple[Batch, list[Tensor | None]]:
    """The batch as a network with these limits is told of it, and for each group of steps which of
    them are beyond, (n,) bool; None for none.
    """
    beyond: list[Tensor | None] = []
    instances = batch.instances
    for group in batch.steps:
        limit = limits.get(group.key.site)
        far = None if limit is None else instances[group.rows] > limit
        if limit is not None and far is not None and bool(far.any()):
            clamped = instances[group.rows].clamp_max(limit)
            instances = instances.index_copy(0, group.rows, clamped)
            beyond.append(far)
        else:
            beyond.append(None)
    observations = read_up_to(batch.observations, limits)[0]
    return replace(batch, instances=instances, observations=observations), beyond


def read_up_to(
    groups: tuple[ObserverGroup, ...], limits: Mapping[str, int]
) -> tuple[tuple[ObserverGroup, ...], dict[str, int]]:
    """The observations within the limits, and by site the limit of those that are not."""
    found, left = [], {}
    for group in groups:
        limit = limits.get(group.key.site)
        if limit is not None and bool((group.instances > limit).any()):
            left[group.key.site] = limit
            kept = torch.nonzero(group.instances <= limit)[:, 0]
            group = group._replace(
                rows=group.rows[kept],
                places=group.places[kept],
                instances=group.instances[kept],
                values=group.values[kept],
            )
        if len(group.rows):
            found.append(group)
    return tuple(found), left
