"""The mark of a result that ends a reduction: `(reduced x)`."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.primitives.registry import primitive

__all__ = ["Reduced"]


class Reduced:
    """A result that ends a reduction: `(reduced x)`."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def deref(self) -> Any:
        """The result."""
        return self.value


@primitive("reduced", arity=(1, 1))
def reduced(value: Any) -> Reduced:
    """A result that ends the reduction whose function returns it."""
    return Reduced(value)


@primitive("reduced?", arity=(1, 1))
def is_reduced(value: Any) -> bool:
    """True for what `reduced` gives."""
    return isinstance(value, Reduced)


@primitive("unreduced", arity=(1, 1))
def unreduced(value: Any) -> Any:
    """What `reduced` was given; anything else as it is."""
    return value.value if isinstance(value, Reduced) else value


@primitive("ensure-reduced", arity=(1, 1))
def ensure_reduced(value: Any) -> Reduced:
    """A result that ends the reduction, also if it already does."""
    return value if isinstance(value, Reduced) else Reduced(value)
