"""How often training saw a site visited, and what lies beyond.

A run may visit a site more often than the runs of the training did: its data are longer, or its
length is random. The limit of a site is the largest instance that training showed it often enough.
Instances up to it have a code each; all those beyond share one. What the network is told of an
instance is composed: the vector of its site, the code of the instance, the history of the run, and
which observations have the same number, or nearly so (`cores.looking`). Only the code is unknown of
an instance that training never showed.

So that the shared code is learned, and how to do without one's own, now and then a minibatch counts
as seen by a network that knows a part of each limit only (`shortened`). After training, validation
tells whether this has succeeded (`extended`): where the network proposes better than the prior
beyond such shorter limits, it proposes beyond the true ones; elsewhere the prior does, exactly.
Observations beyond their limits are read if that makes it better, else they are not, so that what
is read looks like a run of the training. Those of which the order does not matter (`iid`) have no
instance and no limit.

Models of language learn a code for unknown words in the same way (Kiperwasser and Goldberg 2016,
"word dropout").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from anglipy.ic.batches import Batch, ObserverGroup
from anglipy.ic.checked import text, whole
from anglipy.ic.observing import Observations
from anglipy.ic.tapes import Choices, Tape

__all__ = [
    "checked_limits",
    "checked_sites",
    "coded",
    "learned_share",
    "limits_of",
    "read_up_to",
    "shorter",
]

ENOUGH = 0.004
"""The share of the runs that visit a site at all which must reach an instance for it to be known:
four of a thousand."""
MOST_SITES = 1 << 20
EVERY = 16
"""One minibatch of so many counts as seen by a network that knows less."""
GOLDEN = 0.6180339887498949


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


def checked_sites(given: Any) -> frozenset[str] | None:
    """The sites that a file names, if it names any. Raises ValueError for what are none."""
    if given is None:
        return None
    if not isinstance(given, list) or len(given) > MOST_SITES:
        raise ValueError("sites that are none")
    return frozenset(text(site) for site in given)


def learned_share(step: int) -> float | None:
    """The part of each limit that a step of training pretends to know, in (0, 1); None: it knows
    all of it.
    """
    turn, rest = divmod(step + 1, EVERY)
    return None if rest else turn * GOLDEN % 1.0


def shorter(limits: Mapping[str, int], share: float) -> dict[str, int]:
    """A part of each limit, at least one."""
    return {site: max(1, int(share * limit)) for site, limit in limits.items()}


def coded(batch: Batch, limits: Mapping[str, int]) -> tuple[Tensor, list[Tensor | None]]:
    """The instances of all steps as a network with these limits is told of them, (N,) int64, 0 for
    those beyond; and for each group of steps which of them these are, (n,) bool, None for none.
    """
    beyond: list[Tensor | None] = []
    instances = batch.instances
    for group in batch.steps:
        limit = limits.get(group.key.site)
        own = batch.instances[group.rows]
        far = None if limit is None else own > limit
        if far is not None and bool(far.any()):
            instances = instances.index_copy(0, group.rows, torch.where(far, 0, own))
            beyond.append(far)
        else:
            beyond.append(None)
    return instances, beyond


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
