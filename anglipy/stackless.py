"""Recursion without Python's stack: for passes over trees of any depth.

A recursive function is written as a generator that yields the calls it would make:

    @stackless
    def depth(tree):
        return 1 + max([(yield depth.call(child)) for child in tree], default=0)

`depth(tree)` runs it; inside, `yield depth.call(x)` gives the result of `depth(x)`. Depth is
limited by memory only. Errors pass through the callers as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

__all__ = ["Stackless", "run_stackless", "stackless"]

P = ParamSpec("P")
T = TypeVar("T")


def run_stackless(generator: Generator[Any, Any, T]) -> T:
    """Run a generator whose yields are generators to be run in turn."""
    stack: list[Generator[Any, Any, Any]] = [generator]
    value: Any = None
    error: BaseException | None = None
    while stack:
        top = stack[-1]
        try:
            child = top.send(value) if error is None else top.throw(error)
        except StopIteration as stop:
            stack.pop()
            value, error = stop.value, None
        except Exception as raised:
            stack.pop()
            value, error = None, raised
        else:
            stack.append(child)
            value, error = None, None
    if error is not None:
        raise error
    result: T = value
    return result


class Stackless(Generic[P, T]):
    """A function written as a generator of calls; see the module."""

    def __init__(self, function: Callable[P, Generator[Any, Any, T]]) -> None:
        self.call = function
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function to its result."""
        return run_stackless(self.call(*args, **kwargs))


def stackless(function: Callable[P, Generator[Any, Any, T]]) -> Stackless[P, T]:
    """Make a stackless function of a generator function."""
    return Stackless(function)
