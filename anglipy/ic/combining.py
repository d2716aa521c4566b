"""What a program makes of a whole run's observes and samples before a network sees them.

`combine-observes` is given the observes of a run, in order, and returns what is read in their
place: a number, a vector, an array of two dimensions (read as a picture), text, a set. It is called
in training, and with the data at inference. `combine-samples` is given the samples of a run, and
returns those that are learned, in the order in which they are learned; each may have another value,
address or instance. It is called in training only, and changes what the network learns to propose,
never what the program does: weights are right whatever it returns. Both are given a vector of maps:

    {:time-index 0 :observe-address "y" :observe-instance 1 :value 2.3}
    {:time-index 0 :sample-address "x" :sample-instance 1 :distribution (normal 0 1) :value 0.4}

as in Anglican (Le, Baydin and Wood 2017), where clusters are sorted so, and a rejection loop is cut
to its last turn. Runs are combined one by one. This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import ArtifactError, UserError
from anglipy.ic.layouts import Prior, stack
from anglipy.ic.observing import Observations, UnreadableError, read_rows
from anglipy.ic.running import encoded_one
from anglipy.ic.setup import Hook
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.equality import MapLike, equal
from anglipy.runtime.lanes.groups import Index
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector

__all__ = ["OBSERVES", "Chosen", "Heard", "Made", "combined_choices", "combined_observations"]

OBSERVES = "observes"
"""The site of what is read in the place of all observes of a run."""
_TIME, _VALUE, _DIST = Keyword("time-index"), Keyword("value"), Keyword("distribution")
_OBSERVED, _SAMPLED = Keyword("observe-address"), Keyword("sample-address")
_OBSERVED_AS, _SAMPLED_AS = Keyword("observe-instance"), Keyword("sample-instance")


class Heard(NamedTuple):
    """An observe of some runs as the program has it."""

    site: str
    runs: Index
    instances: Index
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of one run: as the program has it, and as its proposal family takes it."""

    dist: Distribution
    value: Any
    prior: Prior = field(repr=False)
    encoded: Any = field(repr=False)
    log_prior: float


class Made(NamedTuple):
    """Choices of one site and proposal family that some runs make at the same time."""

    site: str
    runs: Index
    instances: Index
    prior: Prior
    values: Any
    log_prior: Any


# ---- observes


def combined_observations(
    hook: Hook, heard: Sequence[Heard], count: int, reading: str | None
) -> list[Observations]:
    """What is read of `count` runs that observed this. Raises ArtifactError AQ607 if it cannot be
    read, and what the function raises.
    """
    maps: list[list[Any]] = [[] for _ in range(count)]
    for event in heard:
        rows = zip(event.runs.tolist(), event.instances.tolist(), event.values, strict=True)
        for run, instance, value in rows:
            entry = ((_OBSERVED, event.site), (_OBSERVED_AS, instance), (_VALUE, value))
            maps[run].append(PersistentMap.of(((_TIME, len(maps[run])), *entry)))
    found = [(run, hook.call(Vector(entries))) for run, entries in enumerate(maps)]
    found = [(run, value) for run, value in found if value is not None]
    runs, values = np.array([run for run, _ in found], np.intp), [value for _, value in found]
    try:
        kinds = read_rows(values, None, reading)
    except UnreadableError as error:
        raise ArtifactError(
            "AQ607",
            f"a network cannot read what `{hook.name}` makes of the observes of a run: "
            f"{_shown(error.value)}",
            help="return a number, a vector of numbers, an array of two dimensions, text or a set",
        ) from error
    ones = np.ones(len(runs), dtype=np.int64)
    return [
        Observations(OBSERVES, kind, runs[places], ones[places], array)
        for kind, places, array in kinds
    ]


# ---- samples


def combined_choices(hook: Hook, runs: Sequence[Sequence[tuple[str, int, Chosen]]]) -> list[Made]:
    """What is learned of runs that made these choices: (site, instance, choice), in order. Raises
    ArtifactError AQ617 for what is no list of samples, and what the function raises.
    """
    together: dict[tuple[int, str, str, int], list[tuple[int, int, Chosen]]] = {}
    for run, choices in enumerate(runs):
        maps = [
            PersistentMap.of(
                (
                    (_TIME, time),
                    (_SAMPLED, site),
                    (_SAMPLED_AS, instance),
                    (_DIST, choice.dist),
                    (_VALUE, choice.value),
                )
            )
            for time, (site, instance, choice) in enumerate(choices)
        ]
        originals = [choice for *_, choice in choices]
        for time, entry in enumerate(_listed(hook, hook.call(Vector(maps)))):
            site, instance, choice = _sample(hook, entry, originals)
            size = 0 if choice.prior.family == "categorical" else choice.prior.size
            key = (time, site, choice.prior.family, size)
            together.setdefault(key, []).append((run, instance, choice))
    return [
        Made(
            site,
            np.array([run for run, *_ in members], np.intp),
            np.array([instance for _, instance, _ in members], np.int64),
            stack([choice.prior for *_, choice in members]),
            np.array([choice.encoded for *_, choice in members]),
            np.array([choice.log_prior for *_, choice in members]),
        )
        for (_, site, _, _), members in sorted(together.items(), key=lambda item: item[0])
    ]


def _listed(hook: Hook, returned: Any) -> list[Any]:
    if returned is None:
        return []
    try:
        entries = list(returned)
    except TypeError as error:
        raise _no_sample(hook, returned) from error
    if not all(isinstance(entry, (MapLike, dict)) for entry in entries):
        raise _no_sample(hook, returned)
    return entries


def _sample(
    hook: Hook, entry: Mapping[Any, Any], originals: Sequence[Chosen]
) -> tuple[str, int, Chosen]:
    """What a map says. Choices that are as they were made need not be looked at again."""
    found = {key: value for key, value in entry.items()}
    site, instance, dist = found.get(_SAMPLED), found.get(_SAMPLED_AS), found.get(_DIST)
    time, value = found.get(_TIME), found.get(_VALUE)
    if not isinstance(site, str) or instance.__class__ is not int or instance < 1:
        raise _no_sample(hook, entry)
    if not isinstance(dist, Distribution):
        raise _no_sample(hook, entry)
    if isinstance(time, int) and 0 <= time < len(originals):
        original = originals[time]
        if original.dist is dist and equal(original.value, value):
            return site, int(instance), original
    try:
        prior, encoded = encoded_one(dist, value)
        log_prior = float(dist.log_prob(value))
    except (UserError, TypeError, ValueError) as error:
        raise _no_sample(hook, entry) from error
    if not np.isfinite(log_prior) or not np.isfinite(encoded).all():
        raise _no_sample(hook, entry)
    return site, int(instance), Chosen(dist, value, prior, encoded, log_prior)


def _no_sample(hook: Hook, returned: Any) -> ArtifactError:
    return ArtifactError(
        "AQ617",
        f"`{hook.name}` must return samples as it was given them, and returned {_shown(returned)}",
        help="return a vector of the maps; of each :value may be another value of its "
        ":distribution, :sample-address another name, :sample-instance another number from 1",
    )


def _shown(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"an array of shape {tuple(shape)}" if shape is not None else pr_str(value)[:80]
