"""Sequences whose elements are made when somebody looks at them: all at once, and once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, overload

__all__ = ["Deferred"]


class Deferred(Sequence[Any]):
    """A sequence of known length."""

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: list[Any] | None = None

    @abstractmethod
    def _make(self) -> list[Any]:
        """The elements."""

    def _items(self) -> list[Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: Any) -> Any:
        return self._items()[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items())
