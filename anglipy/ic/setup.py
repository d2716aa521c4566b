"""How a query is run to train a network for it: with which argument, and how what it observes is
read.

The argument is the same for all runs, or drawn for each by a generator: a query without parameters
whose result is the argument, run in lockstep like any other. What such an argument holds is an
input of the network; see `inputs`. This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from anglipy.diagnostics import OptionError
from anglipy.runtime.machine import Query

__all__ = ["READINGS", "Hook", "Setup", "checked_readings", "hook_given"]

READINGS = {
    "numbers": "a number, or a fixed number of numbers, each with its own meaning",
    "sequence": "any number of numbers or rows of numbers, whose order matters",
    "set": "any number of numbers or rows of numbers, whose order does not matter",
    "string": "text, character by character",
    "image": "an array of two dimensions, as a picture",
    "iid": "as numbers, where the order of the observations made at this site does not matter",
    "ignore": "not at all",
}
"""The ways in which a program may say that the observations of a site are to be read."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A function of the program that is called with what a run did; see `combining`."""

    name: str
    call: Callable[[Any], Any]
    digest: str = ""
    """Of its text, so that traces which another one was called for are not taken for these."""


def hook_given(value: Any) -> Hook | None:
    """The function that an option gives, if it gives one. Raises OptionError AQ303 for what is no
    function.
    """
    if value is None or isinstance(value, Hook):
        return value
    if not callable(value):
        raise OptionError(
            "AQ303",
            f"the option `combine_observes` must be a function, got {value!r}",
            help="a function of the program, the one that the artifact was trained with",
        )
    return Hook(getattr(value, "__name__", "a function"), value)


class Setup(NamedTuple):
    """What a tape depends on beside the query, the seed and the number of runs."""

    value: Any = None
    """The argument of all runs, unless there is a generator."""
    generator: Query | None = None
    """Draws the argument of each run."""
    readings: Mapping[str, str] = MappingProxyType({})
    """By site, one of `READINGS`; where there is none, the shape of what is observed decides."""
    missing: float = 0.0
    """The probability with which an observation is hidden from the network."""
    combine_observes: Hook | None = None
    """Makes of all observes of a run what is read in their place."""
    combine_samples: Hook | None = None
    """Makes of all samples of a run those that are learned."""

    @property
    def about(self) -> list[Any]:
        """All that decides what a trace is."""
        hooks = [
            h and f"{h.name} {h.digest}" for h in (self.combine_observes, self.combine_samples)
        ]
        return [*self[:4], *(hooks if any(hooks) else ())]


def checked_readings(given: Any) -> dict[str, str]:
    """A map of sites to readings. Raises OptionError AQ303 for anything else."""
    found = {}
    for site, reading in dict(given or {}).items():
        if not isinstance(site, str) or reading not in READINGS:
            raise OptionError(
                "AQ303",
                f"the observations of {site} cannot be read as {reading!r}",
                help=f"known: {', '.join(READINGS)}",
            )
        found[site] = str(reading)
    return found
