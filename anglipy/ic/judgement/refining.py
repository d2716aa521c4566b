"""Proposals adapted to one data set: the cross-entropy method on weighted samples.

A round draws runs from the present proposals q, weighs them, and fits the heads of a copy of the
network (`adapting`) such that they

    minimise  - sum over runs of W_i log q(choices_i | data),     W the normalised weights,

which estimates the cross-entropy of the posterior and q, the training objective at these data alone
(Rubinstein and Kroese 2004; for programs with networks, Le, Baydin and Wood 2017, sec. 3). The
weights are flattened to W^b, with the largest b <= 1 that leaves an effective sample size of
`LEAST`, so that one lucky run does not decide everything. What the heads see stays as it is, so
each head is fitted by itself.

The artifact is not touched. Which proposals are best is judged by the effective sample size of the
runs that were drawn from them in these rounds; all of these runs are then thrown away. The runs
that count are drawn afterwards, with new randomness: given what happened in the rounds the
proposals are fixed, have the support of the prior because of the defensive mixture, and so
E[weight | rounds] = p(data). The expectation over the rounds is the same: the estimate of the
evidence stays unbiased.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from anglipy.ic.batches import Batch, batch_of
from anglipy.ic.judgement.adapting import adapted
from anglipy.ic.judgement.recording import Recorded
from anglipy.ic.network import Network
from anglipy.ic.reader import Reading
from anglipy.ic.running import Runs
from anglipy.ic.tapes import Tape
from anglipy.inference.log_space import FloatArray, effective_sample_size, normalise
from anglipy.runtime.machine import Query

__all__ = ["Refinement", "flattened", "refined"]

RUNS = 500
MOST_RUNS = 5_000
"""Drawn in a round: as many as there will be particles, between these."""
LEAST = 0.1
"""The share of a round's runs that the effective sample size of flattened weights must have."""


@dataclass(frozen=True, slots=True, eq=False)
class Refinement:
    """The proposals after some rounds."""

    network: Network
    """What the next round draws from."""
    rounds: int = 0
    ess: float = 0.0
    """Of the last round's runs, per run."""
    best_ess: float = -1.0
    chosen: Network | None = None
    """The network with the largest `ess`."""

    @property
    def best(self) -> Network:
        """The network to draw from in the end. The last one was not drawn from yet: it is taken
        where the round before it was the best so far.
        """
        if self.chosen is None or self.ess >= self.best_ess:
            return self.network
        return self.chosen


def refined(
    before: Refinement,
    query: Query,
    value: Any,
    reading: Reading,
    epsilon: float,
    options: Any,
    rng: Any,
) -> Refinement:
    """One more round. `before.network` is not changed."""
    count = min(max(RUNS, options.particles), MOST_RUNS)
    with torch.inference_mode():
        walk = Recorded(before.network, reading, epsilon, Runs(query, value, count), rng)
        walk.run()
    log_weights = walk.log_weights()
    ess = effective_sample_size(log_weights) / count
    best, chosen = before.best_ess, before.chosen
    if ess > best:
        best, chosen = ess, before.network
    network = before.network
    if ess > 0.0 and walk.choices:
        batch = batch_of(Tape(count, walk.choices, []))
        network = _adapted(network, batch, reading, flattened(log_weights, LEAST * count), epsilon)
    return Refinement(network, before.rounds + 1, ess, best, chosen)


def flattened(log_weights: FloatArray, least: float) -> FloatArray:
    """Normalised w^b, (n,), with the largest b <= 1 whose effective sample size is at least
    `least`, or that of the runs of positive weight if there are fewer.

    >>> flattened(np.array([0.0, 0.0, -1.0]), 1.0).round(3).tolist()
    [0.422, 0.422, 0.155]
    >>> flattened(np.array([0.0, -50.0]), 1.99).round(2).tolist()
    [0.54, 0.46]
    """
    alive = log_weights > -math.inf
    least = min(least, 0.999 * float(alive.sum()))
    low, high = 0.0, 1.0
    if effective_sample_size(log_weights[alive]) < least:
        while high - low > 1e-6:
            middle = 0.5 * (low + high)
            enough = effective_sample_size(middle * log_weights[alive]) >= least
            low, high = (middle, high) if enough else (low, middle)
        high = low
    weights = np.zeros(len(log_weights))
    weights[alive] = normalise(high * log_weights[alive])
    return weights


def _adapted(
    network: Network, batch: Batch, reading: Reading, weights: FloatArray, epsilon: float
) -> Network:
    """A copy of the network whose heads are fitted to the weighted runs."""
    learner = copy.deepcopy(network)
    shared = reading.mapped(lambda x: x.clone().expand(batch.count, *x.shape[1:]))
    share = torch.from_numpy(weights)[batch.trace_of]
    with torch.no_grad():
        proposed = learner.proposed(batch, shared)
    for group, slot, far, seen in proposed:
        own = share[group.rows]
        own = own if far is None else torch.where(far, 0.0, own)
        slot.head = adapted(slot, seen, group, batch.log_prior[group.rows], own, epsilon)
    return learner.eval()
