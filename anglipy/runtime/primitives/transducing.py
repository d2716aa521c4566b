"""Functions that use transducers: transduce, eduction, completing."""

from __future__ import annotations

from functools import partial
from typing import Any

from anglipy.runtime.access import values_of
from anglipy.runtime.primitives.checks import function
from anglipy.runtime.primitives.functions import identity
from anglipy.runtime.primitives.reduced import Reduced
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.transducers import apply_transducer, cat, sequence_of
from anglipy.runtime.seqs import LazySeq

__all__ = ["transduce"]

primitive("cat", arity=(1, 1))(cat)


@primitive("transduce", arity=(3, 4), function_args=(0, 1))
def transduce(xform: Any, f: Any, *arguments: Any) -> Any:
    """`(transduce xform f collection)`, `(transduce xform f initial collection)`: `reduce` of what
    comes out of the transducer.
    """
    call = function(f, "transduce")
    initial = arguments[0] if len(arguments) == 2 else call()
    return apply_transducer(xform, call, initial, values_of(arguments[-1], "transduce"))


@primitive("eduction", arity=(1, None), function_args=(-1,))
def eduction(*arguments: Any) -> LazySeq:
    """`(eduction xform... collection)`: what comes out of the transducers."""
    *xforms, collection = arguments
    result = collection
    for xform in xforms:
        result = sequence_of(xform, result)
    return sequence_of(identity, result) if not xforms else result


@primitive("completing", arity=(1, 2), function_args=(0, 1))
def completing(f: Any, end: Any = identity) -> Any:
    """A reducing function with this step, and with another function for its end."""
    return partial(_completed, function(f, "completing"), function(end, "completing"))


def _completed(f: Any, end: Any, *arguments: Any) -> Any:
    return end(*arguments) if len(arguments) == 1 else f(*arguments)


@primitive("halt-when", arity=(1, 2), function_args=(0, 1))
def halt_when(predicate: Any, result: Any = None) -> Any:
    """The transducer that ends with the first value for which the predicate holds."""
    return partial(_halting, function(predicate, "halt-when"), result)


def _halting(predicate: Any, result: Any, following: Any) -> Any:
    found: list[Any] = []

    def reducing(*arguments: Any) -> Any:
        if len(arguments) == 2:
            state, value = arguments
            answer = predicate(value)
            if answer is None or answer is False:
                return following(state, value)
            found.append(value if result is None else result(following(state), value))
            return Reduced(state)
        return found[0] if arguments and found else following(*arguments)

    return reducing
