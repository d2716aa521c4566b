"""Functions that the language's own forms expand into, and the ones that draw and weigh by hand.

`(case x)` without a matching clause calls `no-matching-clause`, `(defdist ...)` calls
`user-distribution`, and so on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ArityError, ProgramError
from anglipy.runtime.access import is_lazy, seq_of
from anglipy.runtime.distributions.base import UserDistribution
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.sequences import seq
from anglipy.runtime.primitives.transducers import sequence_of
from anglipy.runtime.printing import pr_str, to_str
from anglipy.runtime.randomness import observe_star, sample_star
from anglipy.runtime.seqs import Seq

__all__ = [
    "assertion_failed",
    "no_matching_clause",
    "print_elapsed",
    "user_distribution",
    "wrong_arity",
]

primitive("sample*", arity=(1, 1), pure=False)(sample_star)
primitive("observe*", arity=(2, 2))(observe_star)


@primitive("sequence", arity=(1, None))
def sequence(collection: Any, *collections: Any) -> Seq:
    """`(sequence collection)`: its elements, `()` if there are none; `(sequence xform
    collection...)`: what comes out of a transducer.
    """
    if collections:
        return sequence_of(collection, *collections)
    return seq_of(collection, "sequence")


@primitive("on-demand?", arity=(1, 1))
def is_on_demand(collection: Any) -> bool:
    """True for sequences that are computed on demand: they may be endless."""
    return is_lazy(collection)


@primitive("ending-seq", arity=(2, None))
def ending_seq(name: str, collection: Any, *beside: Any) -> Seq | None:
    """`(seq collection)` for `name`, which goes through it to the end, or to that of one beside it.

    Raises:
        ProgramError: AQ444 if all of them are known not to end.

    """
    if all(isinstance(one, Seq) and one.is_endless() for one in (collection, *beside)):
        raise ProgramError(
            "AQ444",
            f"`{name}` goes through the whole sequence here, and this one has no end",
            help=_ENDLESS_IN_FOR if name == "for" else _ENDLESS_IN_QUERY,
        )
    return seq(collection)


_ENDLESS_IN_FOR = (
    "in a query, a `for` that may sample does so at once: (for [x (take n sequence)] ...),"
    " or end it: (for [x sequence :while ...] ...)"
)
_ENDLESS_IN_QUERY = (
    "in a query, a function that may sample is called for everything at once:"
    " give it (take n sequence), or use a `loop` that ends by itself"
)


@primitive("wrong-arity", arity=(2, 2))
def wrong_arity(name: str, count: int) -> Any:
    """The error of calling a function of several arities with none that fits."""
    raise ArityError("AQ405", f"`{name}` has no version with {count} argument(s)")


@primitive("no-matching-clause", arity=(1, 1))
def no_matching_clause(value: Any) -> Any:
    """The error of a `case` or `condp` in which nothing matches."""
    raise ProgramError(
        "AQ408", f"no matching clause: {pr_str(value)}", help="add a default as the last form"
    )


@primitive("assertion-failed", arity=(2, 2))
def assertion_failed(message: Any, test: Any) -> Any:
    """The error of an `assert` whose test is false."""
    raise ProgramError("AQ409", to_str(message), notes=(f"the test was {pr_str(test)}",))


@primitive("current-seconds", arity=(0, 0), pure=False)
def current_seconds() -> float:
    """Seconds of a clock that only moves forward."""
    return time.perf_counter()


@primitive("print-elapsed", arity=(1, 1), pure=False)
def print_elapsed(start: float) -> None:
    """Say on standard error how long it is since `start`, in milliseconds."""
    print(f"Elapsed time: {1000 * (time.perf_counter() - start):.3f} msecs", file=sys.stderr)


@primitive("user-distribution", arity=(4, 5))
def user_distribution(
    name: str,
    record: PersistentMap,
    sampler: Callable[..., Any] | None,
    density: Callable[..., Any] | None,
    given: int | None = None,
) -> UserDistribution:
    """The distribution that a `defdist` describes; its methods take the distribution first. So many
    of its fields were given to the constructor; what it computed from them does not print.
    """
    fields = {key.name: value for key, value in record.items()}
    made: UserDistribution

    def draw(rng: Any) -> Any:
        if sampler is None:
            raise ProgramError(
                "AQ412", f"{name}: has no `sample*` method, so nothing can be drawn from it"
            )
        return sampler(made)

    def log_prob(value: Any) -> Any:
        if density is None:
            raise ProgramError(
                "AQ412", f"{name}: has no `observe*` method, so it cannot be observed"
            )
        return density(made, value)

    made = UserDistribution(name, fields, draw, log_prob, shown=given)
    return made
