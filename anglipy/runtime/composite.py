"""Values that hold other values and are no collections, functions or distributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["Composite"]


class Composite:
    """The base class: `parts` are the values inside, `with_parts` the same thing with others."""

    __slots__ = ()

    def parts(self) -> Sequence[Any]:
        """The values inside."""
        raise NotImplementedError

    def with_parts(self, parts: Sequence[Any]) -> Composite:
        """The same with other values inside."""
        raise NotImplementedError

    def kind(self) -> Any:
        """What two of a class must share so that they differ in their parts only."""
        raise NotImplementedError
