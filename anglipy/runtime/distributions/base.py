"""What a distribution is: `sample(rng)`, `log_prob(value)`, `support` and its parameters.

A distribution is a value: built once, checked when built, never changed (plain slots, because a
guard against assignment would double the cost of building one, and programs build one per draw).
`rng` is a numpy Generator or a test double (`random_source.Rng`). Those with finite support
draw by one `u = rng.random()` followed by comparisons `u < c` with cumulative probabilities and
nothing else, so a test may hand in a symbolic uniform and enumerate every outcome.

`log_prob` is the natural log of the density or mass: -inf outside of the support, an error (AQ420)
where no density can be taken at all, such as a string under `normal`; never nan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from anglipy.diagnostics import InternalError, ProgramError
from anglipy.runtime.cumulative import Tails
from anglipy.runtime.distributions.checks import as_float, show
from anglipy.runtime.equality import equal, hash_value
from anglipy.runtime.printing import pr_str
from anglipy.runtime.random_source import Rng, using_rng
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector

__all__ = [
    "Booleans",
    "CorrelationMatrices",
    "CountVectors",
    "Distribution",
    "Finite",
    "IntegerRange",
    "IntegersFrom",
    "Interval",
    "Naturals",
    "Positive",
    "PositiveDefinite",
    "Product",
    "RealVector",
    "Reals",
    "Record",
    "Simplex",
    "Support",
    "UnitInterval",
    "Unknown",
    "UserDistribution",
    "listed_values",
]


@dataclass(frozen=True, slots=True)
class Booleans:
    """false and true."""


@dataclass(frozen=True, slots=True)
class Finite:
    """The values listed, each once, in the order given by the user."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class IntegerRange:
    """The integers low..high, both inclusive."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Naturals:
    """0, 1, 2, ..."""


@dataclass(frozen=True, slots=True)
class IntegersFrom:
    """low, low + 1, ..."""

    low: int


@dataclass(frozen=True, slots=True)
class Reals:
    """The real line."""


@dataclass(frozen=True, slots=True)
class Positive:
    """The positive half of the real line (zero has density where the formula gives it one)."""


@dataclass(frozen=True, slots=True)
class UnitInterval:
    """The numbers between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between low and high, both inclusive."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Simplex:
    """Vectors of `size` numbers >= 0 that sum to one."""

    size: int


@dataclass(frozen=True, slots=True)
class RealVector:
    """Vectors of `size` real numbers."""

    size: int


@dataclass(frozen=True, slots=True)
class CountVectors:
    """Vectors of `size` integers >= 0 that sum to `total`."""

    size: int
    total: int


@dataclass(frozen=True, slots=True)
class PositiveDefinite:
    """Symmetric positive definite matrices with `size` rows."""

    size: int


@dataclass(frozen=True, slots=True)
class CorrelationMatrices:
    """Symmetric positive definite matrices with `size` rows and ones on the diagonal."""

    size: int


@dataclass(frozen=True, slots=True)
class Product:
    """Vectors of which each element lies in the part at its place."""

    parts: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known about the values."""


Support = (
    Booleans
    | Finite
    | IntegerRange
    | IntegersFrom
    | Naturals
    | Reals
    | Positive
    | UnitInterval
    | Interval
    | Simplex
    | RealVector
    | CountVectors
    | PositiveDefinite
    | CorrelationMatrices
    | Product
    | Unknown
)


_MOST_LISTED = 65_536


def listed_values(support: Support) -> tuple[Any, ...] | None:
    """The values of a support, each once; None if they are infinitely many, or more than 65536."""
    match support:
        case Booleans():
            return (True, False)
        case Finite(values):
            return values
        case IntegerRange(low, high) if high - low < _MOST_LISTED:
            return tuple(range(low, high + 1))
        case Product(parts):
            return _listed_vectors(parts)
    return None


def _listed_vectors(parts: tuple[Support, ...]) -> tuple[Vector, ...] | None:
    listed = [values for part in parts if (values := listed_values(part)) is not None]
    if len(listed) < len(parts) or prod(map(len, listed)) > _MOST_LISTED:
        return None
    return tuple(map(Vector, product(*listed)))


class Record:
    """A value built by a constructor of the language from parameters that can be asked for."""

    __slots__ = ("given",)

    name: str
    """The constructor's name in the language."""
    fields: tuple[str, ...]
    """The names of the constructor's parameters in the language, in order."""
    given: tuple[Any, ...]
    """The parameters as the user gave them, in the order of `fields`."""

    def parameters(self) -> dict[str, Any]:
        """The parameters by name, as the user gave them."""
        return dict(zip(self.fields, self.given, strict=True))

    def get(self, name: str, default: Any = None) -> Any:
        """The parameter of that name, or something computed from the parameters."""
        return self.parameters().get(name, default)

    def lookup(self, key: Any, default: Any = None) -> Any:
        """What a keyword finds: `(:mean (normal 0 1))`."""
        return self.get(key.text, default) if isinstance(key, Keyword) else default

    def __repr__(self) -> str:
        return "(" + " ".join([self.name, *map(pr_str, self.given)]) + ")"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Record) or other.name != self.name:
            return False
        return self.fields == other.fields and equal(self.given, other.given)

    def __hash__(self) -> int:
        return hash((self.name, hash_value(self.given)))

    def __reduce__(self) -> tuple[Any, ...]:
        return self.__class__, self.given


class Distribution(Record):
    """The base class. A subclass sets `name` and `fields`, stores `given`, and defines sample,
    log_prob and support; log_tails, too, if it is of numbers and its distribution function is
    known.
    """

    __slots__ = ("tag",)

    tag: Any
    """What `(tag id dist)` attached; not set otherwise."""

    def sample(self, rng: Rng) -> Any:
        """A value drawn with `rng`."""
        raise InternalError("AQ901", f"{self.name}: no way to draw from it")

    def log_prob(self, value: Any) -> float:
        """The natural log of the density or mass at `value`."""
        raise InternalError("AQ901", f"{self.name}: no density")

    def log_tails(self, x: float) -> Tails | None:
        """Log P(X <= x) and log P(X > x), for any x but nan; None if they are not known."""
        return None

    @property
    def support(self) -> Support:
        """Where the values lie."""
        return Unknown()


class UserDistribution(Distribution):
    """A distribution defined in the language by `defdist`.

    `sample_fn(rng)` draws and `log_prob_fn(value)` gives the log density; the first `shown` of its
    parameters print. While `sample_fn` runs, `rng` is the current generator, so that `(sample* d)`
    inside of it draws from the engine's randomness. Raises AQ421 if `log_prob_fn` gives
    something other than a number, or nan.
    """

    __slots__ = ("_shown", "_support", "fields", "log_prob_fn", "name", "sample_fn")

    def __init__(
        self,
        name: str,
        parameters: dict[str, Any],
        sample_fn: Callable[[Any], Any],
        log_prob_fn: Callable[[Any], Any],
        support: Support | None = None,
        shown: int | None = None,
    ) -> None:
        self.name = name
        self.fields = tuple(parameters)
        self.given = tuple(parameters.values())
        self.sample_fn = sample_fn
        self.log_prob_fn = log_prob_fn
        self._support = Unknown() if support is None else support
        self._shown = shown

    def sample(self, rng: Rng) -> Any:
        """What the user's `sample*` gives."""
        with using_rng(rng):
            return self.sample_fn(rng)

    def log_prob(self, value: Any) -> float:
        """What the user's `observe*` gives, as a float."""
        answer = self.log_prob_fn(value)
        log_prob = as_float(answer)
        if log_prob is None or log_prob != log_prob:
            raise ProgramError(
                "AQ421",
                f"{self.name}: observe* must give a number, got {show(answer)} "
                f"for the value {show(value)}",
            )
        return log_prob

    @property
    def support(self) -> Support:
        """Unknown, unless the definition said more."""
        return self._support

    def __reduce__(self) -> tuple[Any, ...]:
        parameters = dict(zip(self.fields, self.given, strict=True))
        return self.__class__, (
            self.name,
            parameters,
            self.sample_fn,
            self.log_prob_fn,
            self._support,
            self._shown,
        )

    def __repr__(self) -> str:
        return "(" + " ".join([self.name, *map(pr_str, self.given[: self._shown])]) + ")"
