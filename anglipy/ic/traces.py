"""Runs of a program with every observe answered by a draw: what a network is trained on.

`record` answers each sample from its prior and each observe by sampling the observed distribution
(the sample/observe duality of inference compilation), so that a trace is a draw from the joint of
choices and data. The value that the program itself passes to observe is ignored, except for the
shape of the argument that it comes from.

Observed values are read by shape: one number or a vector of them; a picture (two dimensions, either
of them 8 or more); one of finitely many things, where the observed distribution lists them. This
module imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import ArtifactError, ProgramError
from anglipy.ic.priors import Prior, describe, encode, log_prior
from anglipy.inference.runs import draw, resume_with
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.distributions.base import Booleans, Distribution, Finite
from anglipy.runtime.machine import Query

__all__ = ["LONGEST", "Kind", "Observation", "Step", "Trace", "observation_of", "record"]

LONGEST = 100_000
"""Choices of one run beyond which it counts as endless."""
SMALLEST_PICTURE = 8
"""An array of two dimensions, both below this, is read as a plain list of its numbers."""


class Step(NamedTuple):
    """One choice of a run."""

    site: str
    instance: int
    prior: Prior
    value: Any
    """Encoded as `priors.encode` does."""
    log_prior: float


class Kind(NamedTuple):
    """How an observed value is to be read: `numbers` (count,), `image` (height, width), or `choice`
    (count,).
    """

    name: str
    shape: tuple[int, ...]


class Observation(NamedTuple):
    """One observed value of a run: an array of the kind's shape, or an index for a choice."""

    site: str
    instance: int
    kind: Kind
    value: Any


class Trace(NamedTuple):
    """One run: its choices and observations in the order in which they were made, and a result."""

    steps: list[Step]
    observations: list[Observation]
    result: Any


def record(query: Query, value: Any, rng: Any) -> Trace:
    """Run the program once on `value`, drawing choices from their priors and data from what is
    observed.

    Raises:
        ArtifactError: AQ607 if an observed value has no shape that a network can read, AQ608 for a
            run without end.
        ProgramError: a value was wrong while the program ran.

    """
    steps: list[Step] = []
    observations: list[Observation] = []
    with _argument_hint(value):
        point: Any = query.start(value)
        while point.__class__ is not Result:
            drawn = draw(point, rng)
            if point.__class__ is Sample:
                steps.append(_step(point, drawn))
                if len(steps) > LONGEST:
                    raise _endless(point)
            else:
                observations.append(observation_of(point, drawn))
            point = resume_with(point, drawn)
    return Trace(steps, observations, point.value)


def _step(point: Sample, drawn: Any) -> Step:
    dist = point.dist
    prior = describe(dist)
    encoded = encode(dist, prior, drawn)
    return Step(
        point.site.id, point.instance, prior, encoded, log_prior(dist, prior, drawn, encoded)
    )


@contextmanager
def _argument_hint(value: Any) -> Iterator[None]:
    """An error of a program that was run without arguments says what to do about it."""
    try:
        yield
    except ProgramError as error:
        if value is None or _all_nil(value):
            error.noted(
                "training ran the query without arguments; if its data decide what it does "
                "(how many observations there are, say), give an example argument of that shape"
            )
        raise


def _all_nil(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(item is None for item in value)


def _endless(point: Sample) -> ArtifactError:
    return ArtifactError(
        "AQ608",
        f"a run of the query made more than {LONGEST} choices, the last at {point.address}",
        point.site.span,
        help="a program is trained on complete runs; make sure that it ends",
    )


def observation_of(point: Observe, value: Any) -> Observation:
    """An observed value as an array. Raises ArtifactError AQ607 if it has no shape that a network
    can read.
    """
    if value.__class__ is float or value.__class__ is int:
        return Observation(point.site.id, point.instance, _ONE_NUMBER, (value,))
    kind, array = _read(point.dist, value)
    if kind is None:
        raise ArtifactError(
            "AQ607",
            f"a network cannot read the value observed at {point.address}: {_what(value)}",
            point.site.span,
            help="observe a number, a vector of numbers, an image as an array of two dimensions, "
            "or one of the values of a categorical distribution",
        )
    return Observation(point.site.id, point.instance, kind, array)


_ONE_NUMBER = Kind("numbers", (1,))


def _read(dist: Distribution, value: Any) -> tuple[Kind | None, Any]:
    if isinstance(value, (bool, int, float, Fraction, np.number, np.bool_)):
        return _ONE_NUMBER, (float(value),)
    support = dist.support
    if isinstance(support, Finite) and not isinstance(support, Booleans):
        position = getattr(dist, "position", support.values.index)
        return Kind("choice", (len(support.values),)), position(value)
    array = _array(value)
    if array is None:
        return None, None
    if array.ndim == 2 and max(array.shape) >= SMALLEST_PICTURE:
        return Kind("image", array.shape), array
    return Kind("numbers", (array.size,)), array.ravel()


def _array(value: Any) -> np.ndarray | None:
    """A number array of one or two dimensions, or None."""
    if isinstance(value, (str, bytes)):
        return None
    try:
        array = np.asarray(value if hasattr(value, "__array__") else _nested(value))
    except (TypeError, ValueError):
        return None
    if array.ndim > 2 or array.size == 0 or array.dtype.kind not in "buif":
        return None
    return array


def _nested(value: Any) -> list[Any]:
    return [
        float(x) if isinstance(x, (int, float, Fraction)) else [float(e) for e in x] for x in value
    ]


def _what(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"an array of shape {tuple(shape)}" if shape is not None else repr(value)[:60]
