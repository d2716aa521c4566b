"""Keywords and symbols as values, and how they look themselves up.

Both are known by their text, `ns/name` or `name`. Keywords are interned: two keywords with the
same text are the same object, so they compare by identity. Both are immutable, hashable and
picklable. The other scalars that Python lacks are in `anglipy.atoms`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Keyword", "Symbol", "counterpart", "look_up"]

_MISSING: Any = object()


def _split(text: str) -> tuple[str | None, str]:
    """Namespace and name: `a/b` -> (`a`, `b`); `/` and `a` have no namespace."""
    space, slash, name = text.partition("/")
    return (space, name) if slash and space and name else (None, text)


def look_up(collection: Any, key: Any, default: Any = None) -> Any:
    """What `collection` holds under `key`; `default` for anything that is not a map, set, vector or
    record.

    Objects take part by a method `lookup(key, default)`. In a dictionary of Python a keyword and
    the string of its name are one key.
    """
    lookup = getattr(collection, "lookup", None)
    if lookup is not None:
        return lookup(key, default)
    if isinstance(collection, dict):
        try:
            found = collection.get(key, _MISSING)
        except TypeError:
            return default
        if found is _MISSING:
            other = counterpart(key)
            return default if other is None else collection.get(other, default)
        return found
    return default


def counterpart(key: Any) -> Any:
    """The string of a keyword's name, the keyword that a string names; None for other keys."""
    if key.__class__ is Keyword:
        return key.text
    return Keyword(key) if key.__class__ is str else None


class Keyword:
    """`:name` or `:ns/name`. As a function it looks itself up: `(:k m)`, `(:k m default)`."""

    __slots__ = ("name", "namespace", "text")

    text: str
    name: str
    namespace: str | None

    def __new__(cls, text: str) -> Keyword:
        """The one keyword with this text (without the colon)."""
        known = _KEYWORDS.get(text)
        if known is None:
            known = super().__new__(cls)
            known.text = text
            known.namespace, known.name = _split(text)
            # setdefault: two threads that meet a new keyword at once must agree on one object.
            known = _KEYWORDS.setdefault(text, known)
        return known

    def __call__(self, collection: Any, default: Any = None) -> Any:
        """Look this name up in the collection."""
        return look_up(collection, self, default)

    def __reduce__(self) -> tuple[Any, ...]:
        return Keyword, (self.text,)

    def __repr__(self) -> str:
        return f":{self.text}"


# The intern table. It only grows, by the keywords the programs of this process name.
_KEYWORDS: dict[str, Keyword] = {}


class Symbol:
    """`name` or `ns/name`; equal to every symbol with the same text. Callable like a keyword."""

    __slots__ = ("_meta", "name", "namespace", "text")

    _meta: Any

    def __init__(self, text: str) -> None:
        self.text = text
        self.namespace, self.name = _split(text)

    def __call__(self, collection: Any, default: Any = None) -> Any:
        """Look this name up in the collection."""
        return look_up(collection, self, default)

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Symbol and self.text == other.text

    def __hash__(self) -> int:
        return hash(("symbol", self.text))

    def __reduce__(self) -> tuple[Any, ...]:
        return Symbol, (self.text,)

    def __repr__(self) -> str:
        return self.text
