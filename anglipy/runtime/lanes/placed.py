"""What each particle has for itself, though it is one thing for the group: atoms and delays.

`places` has the classes; everything that looks into values needs to know only what is here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from anglipy.runtime.lanes.groups import Group, Index

__all__ = ["PLACES", "Place"]

PLACES: set[type] = set()
"""The classes of such things: filled where they are defined."""


class Place(ABC):
    """A thing of each particle of the group that made it, its base."""

    __slots__ = ()

    base: Group

    def __init_subclass__(cls) -> None:
        PLACES.add(cls)

    @abstractmethod
    def rebase(self, target: Group, parts: Sequence[tuple[Any, Group]]) -> None:
        """Let particles that come together in the target find what they have there. `parts`: groups
        that join in it, and the places that they have.
        """

    @abstractmethod
    def rows(self, group: Group, places: Index) -> list[Any]:
        """What these particles of a group have."""
