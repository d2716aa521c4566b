"""clojure.data.json: values as JSON and back."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anglipy.atoms import Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime.equality import MapLike, SetLike, elements
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail, function, text
from anglipy.runtime.primitives.files import slurp
from anglipy.runtime.printing import describe, to_str
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.vectors import Vector

__all__ = ["FUNCTIONS"]


def _options(name: str, given: tuple[Any, ...]) -> dict[str, Any]:
    """Alternating names and values."""
    if len(given) % 2 or not all(isinstance(key, Keyword) for key in given[::2]):
        fail(name, "options such as :key-fn keyword", Vector(given))
    return {key.name: value for key, value in zip(given[::2], given[1::2], strict=True)}


def read_str(written: Any, *options: Any) -> Any:
    """The value of a text in JSON. `:key-fn keyword` makes the keys of maps keywords, `:value-fn f`
    replaces a value by (f key value), `:bigdec true` reads decimals.
    """
    import json

    chosen = _options("read-str", options)
    key_fn = function(chosen.get("key-fn") or str, "read-str")
    value_fn = chosen.get("value-fn")

    def built(pairs: list[tuple[str, Any]]) -> PersistentMap:
        named = [(key_fn(key), value) for key, value in pairs]
        if value_fn is not None:
            named = [(key, value_fn(key, value)) for key, value in named]
        return PersistentMap.of(named)

    number: Callable[[str], Any] = Decimal if chosen.get("bigdec") else float
    try:
        read = json.loads(text(written, "read-str"), object_pairs_hook=built, parse_float=number)
    except json.JSONDecodeError as error:
        raise ProgramError("AQ440", f"read-str: this is no JSON: {error}") from error
    return _vectors(read)


def _vectors(value: Any) -> Any:
    """Lists as vectors, however deep."""
    if isinstance(value, list):
        return Vector([_vectors(part) for part in value])
    if isinstance(value, PersistentMap):
        return PersistentMap.of((key, _vectors(part)) for key, part in value.items())
    return value


def write_str(value: Any, *options: Any) -> str:
    """A value as JSON. `:key-fn f` writes a key as (f key), `:value-fn f` a value as (f key value),
    `:escape-slash false` leaves `/` as it is, `:indent true` uses several lines.
    """
    import json

    chosen = _options("write-str", options)
    plain = _plain(value, chosen.get("key-fn"), chosen.get("value-fn"))
    several = chosen.get("indent") not in (None, False)
    written = json.dumps(
        plain,
        ensure_ascii=chosen.get("escape-unicode", True) is not False,
        separators=(",", ": ") if several else (",", ":"),
        indent=2 if several else None,
    )
    return written if chosen.get("escape-slash", True) is False else written.replace("/", "\\/")


def _plain(value: Any, key_fn: Any, value_fn: Any) -> Any:
    """What Python's json writes."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (MapLike, dict)):
        return {
            _key(key, key_fn): _plain(
                part if value_fn is None else value_fn(key, part), key_fn, value_fn
            )
            for key, part in value.items()
        }
    if isinstance(value, (Keyword, Symbol)):
        return value.name
    if isinstance(value, Char):
        return value.value
    if isinstance(value, (Fraction, Decimal, float)):
        double = float(value)
        if not math.isfinite(double):
            raise ProgramError("AQ440", f"write-str: {describe(value)} cannot be written in JSON")
        return double
    if isinstance(value, int):
        return int(value)
    inside = value if isinstance(value, (SetLike, set, frozenset)) else elements(value)
    if inside is None:
        raise ProgramError("AQ440", f"write-str: {describe(value)} cannot be written in JSON")
    return [_plain(part, key_fn, value_fn) for part in inside]


def _key(key: Any, key_fn: Any) -> str:
    if key_fn is not None:
        return to_str(key_fn(key))
    return key.name if isinstance(key, (Keyword, Symbol)) else to_str(key)


def read(reader: Any, *options: Any) -> Any:
    """`read-str` of what a reader gives."""
    return read_str(slurp(reader), *options)


def write(value: Any, writer: Any, *options: Any) -> None:
    """Write a value as JSON to a writer."""
    getattr(writer, "stream", sys.stdout).write(write_str(value, *options))


def pprint(value: Any, *options: Any) -> None:
    """Print a value as JSON over several lines."""
    indented = (*options, Keyword("indent"), True, Keyword("escape-slash"), False)
    sys.stdout.write(write_str(value, *indented) + "\n")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "clojure.data.json/read-str": read_str,
    "clojure.data.json/write-str": write_str,
    "clojure.data.json/json-str": write_str,
    "clojure.data.json/read": read,
    "clojure.data.json/write": write,
    "clojure.data.json/pprint": pprint,
}
