"""Whether a trained network is of use beyond the instances that training showed it.

Validation knows no such instances; it pretends: with limits shortened to a part, what lies between
these and the true ones is beyond, and the network is asked about it as it would be about what it
never saw. See `limits`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import Batch
from anglipy.ic.network import Network
from anglipy.ic.store import network_of

__all__ = ["extended", "sites_beyond"]

SHARES = (0.3, 0.55, 0.8)
"""Of the limits, pretended to be known."""
SURE = 2.0
"""Standard errors that a gain must be above nothing."""
TRACES = 512


def extended(artifact: Artifact, batches: Sequence[Batch]) -> Artifact:
    """With the sites where its network goes on, if there are any that these batches speak for."""
    sites = sites_beyond(network_of(artifact), batches, artifact.epsilon)
    if sites is None:
        return artifact
    return replace(artifact, options=artifact.options | {"beyond": sorted(sites)})


@torch.inference_mode()
def sites_beyond(
    network: Network, batches: Sequence[Batch], epsilon: float
) -> frozenset[str] | None:
    """The sites where the network proposes better than the prior beyond shortened limits, if runs
    are proposed better on the whole when it does and reads what is observed beyond; else None.
    """
    if not any(limit > 1 for limit in network.limits.values()):
        return None
    batches = _some(batches)
    everywhere = frozenset(network.limits)
    gains: dict[str, list[np.ndarray]] = {}
    for share in SHARES:
        for batch in batches:
            with network.shortened(share, everywhere):
                log_q = network.log_proposals(batch, epsilon)
                limits = network.limits
            for group in batch.steps:
                site = group.key.site
                far = group.rows[batch.instances[group.rows] > limits.get(site, math.inf)]
                gains.setdefault(site, []).append((log_q - batch.log_prior)[far].numpy())
    better = frozenset(site for site, gain in gains.items() if _is_sure(np.concatenate(gain)))
    whole = [
        _per_run(network, batch, epsilon, share, better)
        - _per_run(network, batch, epsilon, share, None)
        for share in SHARES
        for batch in batches
    ]
    return better if _is_sure(np.concatenate(whole)) else None


def _per_run(
    network: Network, batch: Batch, epsilon: float, share: float, beyond: frozenset[str] | None
) -> np.ndarray:
    """Log q' of each run, (n,)."""
    with network.shortened(share, beyond):
        found: np.ndarray = batch.per_run(network.log_proposals(batch, epsilon)).numpy()
    return found


def _is_sure(gains: np.ndarray) -> bool:
    """Whether their mean is above zero, beyond doubt."""
    if len(gains) < 2:
        return False
    return bool(gains.mean() > SURE * gains.std(ddof=1) / math.sqrt(len(gains)))


def _some(batches: Sequence[Batch]) -> list[Batch]:
    """The first of them, with enough runs."""
    found, runs = [], 0
    for batch in batches:
        found.append(batch)
        runs += batch.count
        if runs >= TRACES:
            break
    return found
