"""Functions that make functions: comp, partial, juxt and their kin.

What they give are `functools.partial` objects over functions of this module, so they can be pickled
and printed.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from anglipy.runtime.access import values_of
from anglipy.runtime.equality import MapLike, Sequential, SetLike, key_of
from anglipy.runtime.primitives.checks import function
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector

__all__ = ["apply_", "comp", "complement", "constantly", "identity", "juxt"]


@primitive("identity", arity=(1, 1))
def identity(value: Any) -> Any:
    """The argument."""
    return value


@primitive("constantly", arity=(1, 1))
def constantly(value: Any) -> Any:
    """A function that always gives `value`."""
    return partial(_constant, value)


def _constant(value: Any, *_: Any) -> Any:
    return value


@primitive("comp", arity=(0, None), function_args=(-1,))
def comp(*functions: Any) -> Any:
    """The composition: the last function is called first; (comp) is identity."""
    if len(functions) < 2:
        return function(functions[0], "comp") if functions else identity
    return partial(_composed, tuple(function(f, "comp") for f in functions))


def _composed(functions: tuple[Any, ...], *arguments: Any) -> Any:
    value = functions[-1](*arguments)
    for f in functions[-2::-1]:
        value = f(value)
    return value


@primitive("partial", arity=(1, None), function_args=(0,))
def partial_(f: Any, *arguments: Any) -> Any:
    """The function with these first arguments already given."""
    return partial(function(f, "partial"), *arguments)


@primitive("juxt", arity=(1, None), function_args=(-1,))
def juxt(*functions: Any) -> Any:
    """A function that gives the vector of the values of all functions."""
    return partial(_juxtaposed, tuple(function(f, "juxt") for f in functions))


def _juxtaposed(functions: tuple[Any, ...], *arguments: Any) -> Vector:
    return Vector([f(*arguments) for f in functions])


@primitive("complement", arity=(1, 1), function_args=(0,))
def complement(predicate: Any) -> Any:
    """A predicate that holds when the given one does not."""
    return partial(_opposite, function(predicate, "complement"))


def _opposite(predicate: Any, *arguments: Any) -> bool:
    answer = predicate(*arguments)
    return answer is None or answer is False


@primitive("every-pred", arity=(1, None), function_args=(-1,))
def every_pred(*predicates: Any) -> Any:
    """A function that tells whether all predicates hold for all of its arguments."""
    return partial(_holds_all, tuple(function(p, "every-pred") for p in predicates))


def _holds_all(predicates: tuple[Any, ...], *arguments: Any) -> bool:
    answers = (p(argument) for argument in arguments for p in predicates)
    return all(answer is not None and answer is not False for answer in answers)


@primitive("some-fn", arity=(1, None), function_args=(-1,))
def some_fn(*predicates: Any) -> Any:
    """A function that gives the first true value of any predicate on any of its arguments, or else
    the last value.
    """
    return partial(_holds_some, tuple(function(p, "some-fn") for p in predicates))


def _holds_some(predicates: tuple[Any, ...], *arguments: Any) -> Any:
    answer = None
    for argument in arguments:
        for p in predicates:
            answer = p(argument)
            if answer is not None and answer is not False:
                return answer
    return answer


@primitive("fnil", arity=(2, 4), function_args=(0,))
def fnil(f: Any, *defaults: Any) -> Any:
    """The function with nil in its first arguments replaced by these defaults."""
    return partial(_with_defaults, function(f, "fnil"), defaults)


def _with_defaults(f: Any, defaults: tuple[Any, ...], *arguments: Any) -> Any:
    filled = [d if a is None else a for a, d in zip(arguments, defaults, strict=False)]
    return f(*filled, *arguments[len(filled) :])


@primitive("memoize", arity=(1, 1), function_args=(0,), pure=False)
def memoize(f: Any) -> Any:
    """The function with its values remembered by arguments: for host code; queries have `mem`."""
    return partial(_remembered, function(f, "memoize"), {})


def _remembered(f: Any, table: dict[Any, Any], *arguments: Any) -> Any:
    key = tuple(map(key_of, arguments))
    if key not in table:
        table[key] = f(*arguments)
    return table[key]


@primitive("apply", arity=(2, None), function_args=(0,))
def apply_(f: Any, *arguments: Any) -> Any:
    """Call f with the arguments but the last, followed by the elements of the last."""
    return function(f, "apply")(*arguments[:-1], *values_of(arguments[-1], "apply"))


@primitive("trampoline", arity=(1, None), function_args=(0,))
def trampoline(f: Any, *arguments: Any) -> Any:
    """Call f, and then what it gives for as long as that is a function."""
    result = function(f, "trampoline")(*arguments)
    while callable(result) and not isinstance(result, (Sequential, MapLike, SetLike, Keyword)):
        result = result()
    return result
