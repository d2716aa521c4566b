"""The choices of one run, block by block: what a retained particle is made of.

A block holds the choices between two observes, in the order in which they were made; the last one
those after the last observe. A run that is given a path makes the same choices again, so that it
comes to the same observes. Values are plain, and a path refers to no particle, no group and no
other sweep.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from anglipy.diagnostics import InferenceError
from anglipy.runtime.checkpoints import Sample

__all__ = ["Block", "Choice", "Path", "given_at", "not_the_same"]


class Choice(NamedTuple):
    """What was drawn at a site."""

    site: str
    value: Any


Block: TypeAlias = tuple[Choice, ...]
Path: TypeAlias = tuple[Block, ...]


def given_at(block: Block, place: int, sample: Sample) -> Any:
    """The value of a choice that is given. Raises InferenceError AQ509 if the run does not ask for
    it.
    """
    if place >= len(block) or block[place].site != sample.site.id:
        raise not_the_same(sample)
    return block[place].value


def not_the_same(sample: Sample | None = None) -> InferenceError:
    """AQ509: a run took another way than the one before, though its choices were the same."""
    where = () if sample is None else (f"at {sample.site.id}",)
    return InferenceError(
        "AQ509",
        "a run that repeats the choices of an earlier one came to other checkpoints",
        None if sample is None else sample.site.span,
        help="a query must draw by `sample` alone: what `sample*`, `rand` and Python's generators"
        " give is not repeated",
        notes=where,
    )
