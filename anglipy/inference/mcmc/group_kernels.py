"""Proposals for many chains at once: what `kernels` does for one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.mcmc.columns import Column
from anglipy.inference.mcmc.kernels import Kernel, Proposing, kernel_of
from anglipy.inference.mcmc.replay import chances
from anglipy.runtime.lanes.distributions import construct, draw, lanes_of
from anglipy.runtime.lanes.gathering import per_particle
from anglipy.runtime.lanes.groups import Group, using
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.values import Choice, NotLanes, codes_at, has_lanes

__all__ = ["Proposed", "proposed"]

Proposed = tuple[Any, FloatArray, FloatArray]
"""Values, their log probabilities, and what counts of them in the ratio; for a group."""


def proposed(
    proposing: Proposing, dist: Any, column: Column, group: Group, chains: IntArray, rng: Any
) -> Proposed:
    """New values of one choice for the chains of the running group."""
    if proposing.alpha == 0.0:
        return _from_prior(dist, group, rng)
    before = column.log_prob[chains]
    parts: list[tuple[IntArray, Group]] = []
    found: list[Proposed] = []
    for kernel, where in _by_kernel(dist, group, before):
        sub = group if len(where) == group.n else group.subset(where)
        with using(sub), lanes_of(where):
            if kernel is None:
                made = _from_prior(dist, sub, rng)
            else:
                made = _nearby(proposing, kernel, dist, column.value, before[where], sub, rng)
        parts.append((where, sub))
        found.append(made)
    if len(parts) == 1:
        return found[0]
    log_prob, change = np.empty(group.n), np.empty(group.n)
    for (where, _), made in zip(parts, found, strict=True):
        log_prob[where], change[where] = made[1], made[2]
    return Merger(group, parts).merge([made[0] for made in found]), log_prob, change


def _from_prior(dist: Any, group: Group, rng: Any) -> Proposed:
    value = draw(dist, rng, group.n)
    return value, chances(dist, value, group.n), np.zeros(group.n)


def _by_kernel(dist: Any, group: Group, before: FloatArray) -> list[tuple[Kernel | None, IntArray]]:
    """The kernels for the values of a distribution, each with the lanes it is for."""
    everyone = np.arange(group.n)
    if dist.__class__ is Choice:
        codes = codes_at(dist, group)
        known: dict[Kernel | None, Any] = {}
        for code in np.unique(codes).tolist():
            where = np.nonzero(codes == code)[0]
            with using(group.subset(where)):
                kernel = kernel_of(dist.parts[code])
            known.setdefault(kernel, []).append(where)
        pairs = [(kernel, np.sort(np.concatenate(parts))) for kernel, parts in known.items()]
    else:
        pairs = [(kernel_of(dist), everyone)]
    # Around a value whose probability is not known there is no kernel.
    split: list[tuple[Kernel | None, IntArray]] = []
    for kernel, where in pairs:
        told = before[where] > -np.inf
        for own, lanes in ((kernel, where[told]), (None, where[~told])):
            if len(lanes):
                split.append((own, lanes))
    return split


def _nearby(
    proposing: Proposing,
    kernel: Kernel,
    dist: Any,
    present: Any,
    before: FloatArray,
    group: Group,
    rng: Any,
) -> Proposed:
    """From the mixture of a kernel and the distribution."""
    forward = _built(kernel, present, proposing.sigma)
    near = rng.random(group.n) < proposing.alpha
    parts, values = [], []
    for source, where in ((forward, np.nonzero(near)[0]), (dist, np.nonzero(~near)[0])):
        if len(where):
            sub = group if len(where) == group.n else group.subset(where)
            with using(sub), lanes_of(where):
                values.append(draw(source, rng, sub.n))
            parts.append((where, sub))
    value = values[0] if len(parts) == 1 else Merger(group, parts).merge(values)
    log_prob = chances(dist, value, group.n)
    there = _log_density(proposing.alpha, chances(forward, value, group.n), log_prob)
    backward = chances(_built(kernel, value, proposing.sigma), present, group.n)
    change = log_prob - before + _log_density(proposing.alpha, backward, before) - there
    outside = log_prob == -np.inf
    if outside.any():
        # The program is not to see values without a probability: these chains stay where they are.
        value = _either(outside, present, value, group)
        log_prob[outside], change[outside] = before[outside], -np.inf
    return value, log_prob, change


def _either(mask: Any, one: Any, other: Any, group: Group) -> Any:
    """One value where the mask is true, the other where it is not."""
    yes, no = np.nonzero(mask)[0], np.nonzero(~mask)[0]
    if len(no) == 0:
        return one
    parts = [(yes, group.subset(yes)), (no, group.subset(no))]
    return Merger(group, parts).merge([one, other])


def _built(kernel: Kernel, value: Any, sigma: float) -> Any:
    family, parameters = kernel(value, sigma)
    if not has_lanes(parameters):
        return family(*parameters)
    try:
        return construct(family, parameters)
    except NotLanes:
        return per_particle(family, parameters)


def _log_density(alpha: float, log_kernel: FloatArray, log_prob: FloatArray) -> Any:
    near = math.log(alpha) + log_kernel
    return near if alpha == 1.0 else np.logaddexp(near, math.log1p(-alpha) + log_prob)
