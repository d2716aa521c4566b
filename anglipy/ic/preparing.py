"""What every engine with a network does before its first particle: load the artifact, and let the
network read the data.

What the network sees of the data are the values that the program observes; they are collected
before the first choice by running the program once on its priors (several times, if in training the
observed addresses changed from run to run).
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import ObserverGroup, group_observations
from anglipy.ic.inputs import known_inputs
from anglipy.ic.limits import read_up_to
from anglipy.ic.network import Network
from anglipy.ic.observing import Observations
from anglipy.ic.reader import ObservationReader, Reading
from anglipy.ic.setup import Hook, Setup
from anglipy.ic.tapes import scout
from anglipy.runtime.lanes.groups import Index
from anglipy.runtime.machine import Query
from anglipy.tracebacks import level_of_theirs

__all__ = ["ProposalWarning", "given_artifact", "read_data", "warn_of_unknown"]

MOST_INSTANCES = 1 << 32
"""Visits to a site that are told apart."""
SCOUTS = 16
"""Runs that look for observes, where these changed from run to run in training."""


class ProposalWarning(UserWarning):
    """The network cannot propose somewhere, and the prior does instead: correct, but less
    efficient.
    """


def given_artifact(artifact: Any, algorithm: str) -> Artifact:
    """The artifact that an option names, or is. Raises ArtifactError AQ610 if there is none."""
    if isinstance(artifact, Artifact):
        return artifact
    if artifact is None:
        raise ArtifactError(
            "AQ610",
            f"the algorithm `{algorithm}` needs an artifact",
            help="train one with `anglipy compile`, and give it with --ic",
        )
    return Artifact.load(artifact)


def read_data(
    network: Network, query: Query, values: Sequence[Any], combine: Hook | None = None
) -> Reading:
    """What the network makes of the data that each of these arguments brings: a row for each. The
    runs that look for it have their own generator. Raises ArtifactError AQ610 if the network was
    trained on combined observes and there is no function to combine these.
    """
    if network.combined is not None and combine is None:
        raise ArtifactError(
            "AQ610",
            f"the artifact was trained on what `{network.combined}` makes of the observes",
            help="give that function as the option `combine_observes`",
        )
    count = 1 if _always_the_same(network) else SCOUTS
    codes = np.repeat(np.arange(len(values)), count)
    hook = combine if network.combined is not None else None
    setup = Setup(values, readings=network.readings, combine_observes=hook)
    tape = scout(query, setup, np.random.default_rng(0), codes)
    observations = tape.observations
    if count > 1:
        observations = _first_of_each(observations, codes)
    observations = _inputs(network, values) + observations
    groups, widest = group_observations(observations, len(values))
    left = {} if network.reader.reads_beyond else read_up_to(groups, network.limits)[1]
    for site, limit in left.items():
        _warn(
            f"in training hardly a run observed {site} more than {limit} times: the proposals do "
            "not take later observations there into account"
        )
    for group in groups:
        if group.key not in network.reader.index:
            shapes = [key.kind.shape for key in network.reader.index if key.site == group.key.site]
            expected = f"; in training it was {' or '.join(map(str, shapes))}" if shapes else ""
            _warn(
                f"the network never saw an observation of shape {group.key.kind.shape} at "
                f"{group.key.site}{expected}: the proposals do not take it into account"
            )
    if not network.may_miss:
        _warn_of_absent(network.reader, groups, len(values))
    return network.reader(groups, len(values), max(1, widest))


def _warn_of_absent(reader: ObservationReader, groups: Sequence[ObserverGroup], cases: int) -> None:
    """A ProposalWarning for each site that some data set observes less often than every run of the
    training did.
    """
    there: dict[int, Counter[int]] = {}
    other_shapes = {group.key.site for group in groups if group.key not in reader.index}
    for group in groups:
        if group.key in reader.index:
            counts = there.setdefault(reader.index[group.key], Counter())
            counts.update(group.instances.tolist())
    for observer in dict.fromkeys(number.observer for number in reader.fixed):
        always = [number.instance for number in reader.fixed if number.observer == observer]
        made = there.get(observer, Counter())
        absent = sum(made[instance] < cases for instance in always)
        site = next(key.site for key, place in reader.index.items() if place == observer)
        if absent and site not in other_shapes:
            _warn(
                f"every run of the training observed {site} at least {_times(len(always))}, and "
                f"{absent} of these are not in the data: the network never saw so few"
            )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _warn(message: str) -> None:
    warnings.warn(message, ProposalWarning, stacklevel=level_of_theirs())


def _inputs(network: Network, values: Sequence[Any]) -> list[Observations]:
    """What these arguments hold where the network has learned to look."""
    return [
        found._replace(runs=np.full(1, row))
        for row, value in enumerate(values)
        for found in known_inputs(value, network.sites)
    ]


def _first_of_each(observations: Sequence[Observations], codes: Index) -> list[Observations]:
    """For every data set and address the value that was observed there first, as of one run for
    each data set.
    """
    seen: dict[str, Index] = {}
    found = []
    for event in observations:
        cases = codes[event.runs]
        keys = cases * MOST_INSTANCES + event.instances
        first = np.unique(keys, return_index=True)[1]
        known = seen.get(event.site, np.empty(0, dtype=keys.dtype))
        new = np.sort(first[~np.isin(keys[first], known)])
        seen[event.site] = np.concatenate([known, keys[new]])
        if len(new):
            found.append(
                Observations(
                    event.site, event.kind, cases[new], event.instances[new], event.values[new]
                )
            )
    return found


def _always_the_same(network: Network) -> bool:
    """Whether in training every run made the same observes of numbers, or one observe only."""
    reader = network.reader
    fixed = {number.observer for number in reader.fixed}
    return len(reader.index) <= 1 or len(fixed) == len(reader.index)


def warn_of_unknown(sites: set[str]) -> None:
    """A ProposalWarning that names sites where the prior proposes, if there are any."""
    if sites:
        _warn(
            f"the network has no proposal for {', '.join(sorted(sites))}: the prior proposes there"
        )
