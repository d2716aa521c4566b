"""Values that hold other values and are no collections, functions or distributions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

__all__ = ["Composite"]


class Composite(ABC):
    """The base class: `parts` are the values inside, `with_parts` the same thing with others."""

    __slots__ = ()

    @abstractmethod
    def parts(self) -> Sequence[Any]:
        """The values inside."""

    @abstractmethod
    def with_parts(self, parts: Sequence[Any]) -> Composite:
        """The same with other values inside."""

    @abstractmethod
    def kind(self) -> Any:
        """What two of a class must share so that they differ in their parts only."""
