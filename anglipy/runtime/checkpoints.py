"""What a running program hands to an engine: Sample, Observe or Result.

Each checkpoint carries its continuation `k` and the program state at that point; both are values,
so
`machine.resume(checkpoint, answer)` may be called any number of times with different answers.
Forking a run is keeping a reference to its checkpoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from anglipy.diagnostics import Span
    from anglipy.runtime.distributions.base import Distribution
    from anglipy.runtime.state import State

__all__ = ["Address", "Checkpoint", "Frame", "Observe", "Result", "Sample", "Site"]

Frame = tuple[Any, ...]
"""A continuation: (code, captured values...); `code(frame, state, value)` takes the next step."""


class Site(NamedTuple):
    """A place in the source with a sample or an observe. `id` survives reformatting."""

    id: str
    span: Span | None = None


class Address(NamedTuple):
    """A choice or an observation of a run: the site, and which visit to it (from 1)."""

    site: str
    instance: int

    def __str__(self) -> str:
        return f"{self.site}[{self.instance}]"


class Sample(NamedTuple):
    """The program wants a value drawn from `dist`; answer with the value."""

    site: Site
    instance: int
    dist: Distribution
    state: State
    k: Frame

    @property
    def address(self) -> Address:
        """(site id, instance)."""
        return Address(self.site.id, self.instance)


class Observe(NamedTuple):
    """The program was told that `dist` gave `value`; answer with the value the program shall go on
    with.
    """

    site: Site
    instance: int
    dist: Distribution
    value: Any
    state: State
    k: Frame

    @property
    def address(self) -> Address:
        """(site id, instance)."""
        return Address(self.site.id, self.instance)


class Result(NamedTuple):
    """The program has ended with `value`; `state.predicts` holds what it predicted."""

    value: Any
    state: State


Checkpoint = Sample | Observe | Result
