"""Traces of any control flow as one minibatch.

All (trace, step) pairs are laid out flat, trace by trace, and grouped by slot: every step of one
slot in the batch is embedded, and gets its proposal, in one call. Observations are grouped the same
way by observer. Which steps follow each other is kept as indices, so there is no sorting of traces
by their shape, and no batch is ever split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from anglipy.ic.priors import Prior
from anglipy.ic.proposals import numbers_of, values_of
from anglipy.ic.traces import Kind, Observation, Step, Trace

__all__ = [
    "Batch",
    "ObserverGroup",
    "ObserverKey",
    "SlotKey",
    "StepGroup",
    "batch_of",
    "group_observations",
    "slot_key",
]


class SlotKey(NamedTuple):
    """What shares a proposal head: a site, a family, and the number of coordinates (0 for tables,
    which may grow).
    """

    site: str
    family: str
    size: int


class ObserverKey(NamedTuple):
    """What shares an embedder of observations: a site and the shape of the value."""

    site: str
    kind: Kind


class StepGroup(NamedTuple):
    """The steps of one slot in a batch."""

    key: SlotKey
    rows: Tensor
    """Places in the flat layout, (n,) int64."""
    numbers: Tensor
    """Of the priors, (n, numbers) float64."""
    values: Tensor
    """Encoded, (n,) or (n, D) float64."""
    categories: int
    """The largest table among them, 0 for other families."""


class ObserverGroup(NamedTuple):
    """The observations of one observer in a batch."""

    key: ObserverKey
    rows: Tensor
    """Trace of each, (n,) int64."""
    places: Tensor
    """Which observation of its trace each is, from 0, (n,) int64."""
    instances: Tensor
    """(n,) int64."""
    values: Tensor
    """(n, count) float64, (n, height, width) as recorded, or (n,) int64 for choices."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`count` traces, flat. N is the number of steps in all of them."""

    count: int
    longest: int
    """Steps of the longest trace."""
    widest: int
    """Observations of the trace with most of them."""
    trace_of: Tensor
    """(N,) int64."""
    time_of: Tensor
    """(N,) int64: which step of its trace."""
    instances: Tensor
    """(N,) int64."""
    previous: Tensor
    """(N,) int64: the flat place of the step before, N for a first step."""
    log_prior: Tensor
    """(N,) float64."""
    steps: tuple[StepGroup, ...]
    observations: tuple[ObserverGroup, ...]


def slot_key(site: str, prior: Prior) -> SlotKey:
    """The slot of a choice."""
    return SlotKey(site, prior.family, 0 if prior.family == "categorical" else prior.size)


def batch_of(traces: Sequence[Trace]) -> Batch:
    """The traces as one minibatch."""
    groups: dict[SlotKey, tuple[list[int], list[Step]]] = {}
    lengths = [len(trace.steps) for trace in traces]
    row = 0
    for trace in traces:
        for step in trace.steps:
            prior = step.prior
            key = (step.site, prior.family, 0 if prior.family == "categorical" else prior.size)
            group = groups.get(key)  # type: ignore[call-overload]
            if group is None:
                group = groups[SlotKey(*key)] = ([], [])
            group[0].append(row)
            group[1].append(step)
            row += 1
    trace_of = np.repeat(np.arange(len(traces)), lengths)
    starts = np.cumsum([0, *lengths[:-1]])
    time_of = np.arange(row) - np.repeat(starts, lengths)
    previous = np.where(time_of > 0, np.arange(row) - 1, row)
    instances = np.array(
        [step.instance for trace in traces for step in trace.steps], dtype=np.int64
    )
    log_prior = np.array(
        [step.log_prior for trace in traces for step in trace.steps], dtype=np.float64
    )
    return Batch(
        count=len(traces),
        longest=max(lengths),
        widest=max(len(trace.observations) for trace in traces),
        trace_of=torch.from_numpy(trace_of),
        time_of=torch.from_numpy(time_of),
        instances=torch.from_numpy(instances),
        previous=torch.from_numpy(previous),
        log_prior=torch.from_numpy(log_prior),
        steps=tuple(_step_group(key, rows, steps) for key, (rows, steps) in groups.items()),
        observations=group_observations([trace.observations for trace in traces]),
    )


def _step_group(key: SlotKey, rows: list[int], steps: list[Step]) -> StepGroup:
    priors = [step.prior for step in steps]
    return StepGroup(
        key,
        torch.tensor(rows),
        numbers_of(priors),
        values_of([step.value for step in steps]),
        max(prior.size for prior in priors) if key.family == "categorical" else 0,
    )


def group_observations(runs: Sequence[Sequence[Observation]]) -> tuple[ObserverGroup, ...]:
    """The observations of several runs by observer; `rows` says which run each belongs to."""
    groups: dict[tuple[str, Kind], tuple[list[int], list[int], list[int], list[Any]]] = {}
    for row, observations in enumerate(runs):
        for place, (site, instance, kind, value) in enumerate(observations):
            group = groups.get((site, kind))
            if group is None:
                group = groups[site, kind] = ([], [], [], [])
            group[0].append(row)
            group[1].append(place)
            group[2].append(instance)
            group[3].append(value)
    return tuple(
        ObserverGroup(
            ObserverKey(site, kind),
            torch.tensor(rows),
            torch.tensor(places),
            torch.tensor(instances),
            _stacked(kind, values),
        )
        for (site, kind), (rows, places, instances, values) in groups.items()
    )


def _stacked(kind: Kind, values: list[Any]) -> Tensor:
    if kind.name == "choice":
        return torch.tensor(values, dtype=torch.int64)
    if kind.name == "image":
        return torch.from_numpy(np.stack(values))
    return torch.from_numpy(np.array(values, dtype=np.float64).reshape(len(values), -1))
