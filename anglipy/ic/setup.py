"""How a query is run to train a network for it: with which argument, and how what it observes is
read.

The argument is the same for all runs, or drawn for each by a generator: a query without parameters
whose result is the argument, run in lockstep like any other. What such an argument holds is an
input of the network; see `inputs`. This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from anglipy.diagnostics import OptionError
from anglipy.runtime.machine import Query

__all__ = ["READINGS", "Setup", "checked_readings"]

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
