"""Matchers of regular expressions, which remember where they are, and more of clojure.string."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from anglipy.atoms import Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import get
from anglipy.runtime.primitives.checks import fail, text
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.primitives.strings import groups_of, pattern_of
from anglipy.runtime.printing import to_str

__all__ = ["Matcher"]


class Matcher:
    """The matches of a regular expression in a string, one after the other."""

    __slots__ = ("_matches", "_present")

    def __init__(self, matches: Iterator[re.Match[str]]) -> None:
        self._matches = matches
        self._present: re.Match[str] | None = None

    def find(self) -> Any:
        """The next match, or nil."""
        self._present = next(self._matches, None)
        return None if self._present is None else groups_of(self._present)

    def groups(self) -> Any:
        """The present match. ProgramError AQ440 if there is none."""
        if self._present is None:
            raise ProgramError("AQ440", "re-groups: there is no match")
        return groups_of(self._present)

    def __repr__(self) -> str:
        return "#matcher"


@primitive("re-matcher", arity=(2, 2), pure=False)
def re_matcher(pattern: Any, string: Any) -> Matcher:
    """A matcher of a regular expression in a string."""
    whole = text(string, "re-matcher")
    return Matcher(pattern_of(pattern, "re-matcher").finditer(whole))


@primitive("re-find", arity=(1, 2))
def re_find(pattern: Any, string: Any = None) -> Any:
    """The first match in the string, or the next match of a matcher; nil if there is none."""
    if isinstance(pattern, Matcher):
        return pattern.find()
    found = pattern_of(pattern, "re-find").search(text(string, "re-find"))
    return None if found is None else groups_of(found)


@primitive("re-groups", arity=(1, 1), pure=False)
def re_groups(matcher: Any) -> Any:
    """The match that a matcher has found last."""
    return matcher.groups() if isinstance(matcher, Matcher) else fail(
        "re-groups", "a matcher", matcher
    )  # fmt: skip


@primitive("clojure.string/escape", arity=(2, 2))
def escape(string: Any, replacements: Any) -> str:
    """The string with characters replaced by what a map has for them."""
    return "".join(to_str(get(replacements, Char(c), c)) for c in text(string, "escape"))


@primitive("clojure.string/re-quote-replacement", arity=(1, 1))
def re_quote_replacement(replacement: Any) -> str:
    """The replacement with nothing special in it."""
    return text(replacement, "re-quote-replacement").replace("\\", "\\\\").replace("$", "\\$")


@primitive("parse-uuid", arity=(1, 1))
def parse_uuid(string: Any) -> str | None:
    """The string if it is a UUID, or nil."""
    pattern = "-".join(f"[0-9a-fA-F]{{{n}}}" for n in (8, 4, 4, 4, 12))
    return string if re.fullmatch(pattern, text(string, "parse-uuid")) else None


@primitive("tap>", arity=(1, 1), pure=False)
def tap(value: Any) -> bool:
    """True: nobody listens."""
    return True
