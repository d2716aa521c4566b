"""Strings, keywords and symbols, and the functions of clojure.string.

Regular expressions are `Regex` literals, read by Python's `re`; where Clojure takes one, a plain
string is taken literally.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from anglipy.atoms import Char, Regex
from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import sequence, values_of
from anglipy.runtime.primitives.checks import fail, function, index, text
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import to_str
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["groups_of", "pattern_of", "str_", "subs"]


@primitive("str", arity=(0, None))
def str_(*values: Any) -> str:
    """The texts of the arguments, one after the other; nil is empty."""
    return "".join(map(to_str, values))


@primitive("subs", arity=(2, 3))
def subs(string: Any, start: Any, end: Any = None) -> str:
    """The characters from `start` up to but not including `end` (the end of the string)."""
    whole, low = text(string, "subs"), index(start, "subs")
    high = len(whole) if end is None else index(end, "subs")
    if not 0 <= low <= high <= len(whole):
        raise ProgramError(
            "AQ441", f"subs: {low} to {high} is out of range for a string of {len(whole)}"
        )
    return whole[low:high]


@primitive("name", arity=(1, 1))
def name(value: Any) -> str:
    """The name of a keyword or symbol, without its namespace; a string is its own."""
    if isinstance(value, (Keyword, Symbol)):
        return value.name
    return value if isinstance(value, str) else fail("name", "a keyword, symbol or string", value)


@primitive("namespace", arity=(1, 1))
def namespace(value: Any) -> str | None:
    """The namespace of a keyword or symbol, or nil."""
    if isinstance(value, (Keyword, Symbol)):
        return value.namespace
    return fail("namespace", "a keyword or symbol", value)


def _qualified(function_name: str, parts: tuple[Any, ...]) -> str:
    names = [
        part.text if isinstance(part, (Keyword, Symbol)) else text(part, function_name)
        for part in parts
        if part is not None
    ]
    return "/".join(names)


@primitive("keyword", arity=(1, 2))
def keyword(*parts: Any) -> Keyword | None:
    """The keyword with this name, or with this namespace and name; nil for anything but text."""
    if len(parts) == 1 and not isinstance(parts[0], (str, Keyword, Symbol)):
        return None
    return Keyword(_qualified("keyword", parts))


@primitive("symbol", arity=(1, 2))
def symbol(*parts: Any) -> Symbol:
    """The symbol with this name, or with this namespace and name."""
    return Symbol(_qualified("symbol", parts))


_GENERATED = itertools.count(1)


@primitive("gensym", arity=(0, 1), pure=False)
def gensym(prefix: Any = "G__") -> Symbol:
    """A new symbol that no other call gives."""
    return Symbol(f"{to_str(prefix)}{next(_GENERATED)}")


# --- clojure.string -------------------------------------------------------------------------------


@primitive("clojure.string/join", arity=(1, 2))
def join(*arguments: Any) -> str:
    """The texts of the elements, with the separator, if given, between any two."""
    separator = to_str(arguments[0]) if len(arguments) == 2 else ""
    return separator.join(map(to_str, values_of(arguments[-1], "join")))


def pattern_of(value: Any, function_name: str) -> re.Pattern[str]:
    """A regular expression of Python; a string or character means itself."""
    if isinstance(value, Regex):
        return _compiled(value.pattern, function_name)
    if isinstance(value, re.Pattern):
        return value
    if isinstance(value, (str, Char)):
        return re.compile(re.escape(to_str(value)))
    return fail(function_name, "a regular expression or a string", value)


def _compiled(written: str, function_name: str) -> re.Pattern[str]:
    try:
        return re.compile(_of_python(written))
    except re.error as error:
        raise ProgramError(
            "AQ440", f'{function_name}: #"{written}" is no regular expression: {error}'
        ) from error


_CLASSES = {
    "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9", "Upper": "A-Z", "Lower": "a-z",
    "Space": r"\s", "Punct": r"!-/:-@\[-`{-~", "XDigit": "0-9a-fA-F", "L": r"^\W\d_",
    "Lu": "A-Z", "Ll": "a-z", "N": r"\d", "Blank": r" \t", "ASCII": r"\x00-\x7f",
}  # fmt: skip
"""Java's names of classes of characters -> what Python writes between brackets."""


def _of_python(written: str) -> str:
    r"""A regular expression of Java's as Python writes it: `\p{Alpha}` and `\z` differ."""
    parts = re.split(r"(\\p\{\w+\}|\\.|\[|\])", written)
    inside = 0
    for place, part in enumerate(parts):
        inside += (part == "[") - (part == "]")
        if part == "\\z":
            parts[place] = "\\Z"
        elif part.startswith("\\p{"):
            known = _CLASSES.get(part[3:-1].removeprefix("Is"), part)
            parts[place] = known if inside > 0 else f"[{known}]"
    return "".join(parts)


@primitive("clojure.string/split", arity=(2, 3))
def split(string: Any, separator: Any, limit: Any = 0) -> Vector:
    """The pieces between matches of the separator, at most `limit` of them; without a limit empty
    ones at the end go.
    """
    most = index(limit, "split")
    whole, pattern = text(string, "split"), pattern_of(separator, "split")
    pieces: list[str] = []
    start = 0
    for match in pattern.finditer(whole):
        if most > 0 and len(pieces) == most - 1:
            break
        if match.end() == 0 or (match.start() == match.end() == len(whole)):
            continue  # As in Java: an empty match at the start gives no empty piece.
        pieces.append(whole[start : match.start()])
        start = match.end()
    pieces.append(whole[start:])
    while most == 0 and len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    return Vector(pieces)


@primitive("clojure.string/split-lines", arity=(1, 1))
def split_lines(string: Any) -> Vector:
    """The lines, without their ends; empty ones at the end go."""
    return split(text(string, "split-lines"), re.compile(r"\r?\n"))


def _replacement(pattern: Any, replacement: Any, function_name: str) -> Any:
    """The replacement as `re.sub` takes it: `$1` is a group in Java, and only with a regular
    expression.
    """
    if isinstance(replacement, (str, Char)):
        literal = to_str(replacement)
        if isinstance(pattern, (str, Char)):
            return lambda _: literal
        return re.sub(r"\$(\d)", r"\\g<\1>", literal.replace("\\", "\\\\"))
    call = function(replacement, function_name)
    return lambda match: to_str(call(groups_of(match)))


@primitive("clojure.string/replace", arity=(3, 3))
def replace_all(string: Any, match: Any, replacement: Any) -> str:
    """The string with every match replaced; by a text, in which $1 is a group, or by a function of
    the match.
    """
    change = _replacement(match, replacement, "replace")
    return pattern_of(match, "replace").sub(change, text(string, "replace"))


@primitive("clojure.string/replace-first", arity=(3, 3))
def replace_first(string: Any, match: Any, replacement: Any) -> str:
    """The string with the first match replaced."""
    change = _replacement(match, replacement, "replace-first")
    return pattern_of(match, "replace-first").sub(change, text(string, "replace-first"), count=1)


@primitive("clojure.string/upper-case", arity=(1, 1))
def upper_case(string: Any) -> str:
    """In capitals."""
    return to_str(string).upper()


@primitive("clojure.string/lower-case", arity=(1, 1))
def lower_case(string: Any) -> str:
    """In small letters."""
    return to_str(string).lower()


@primitive("clojure.string/capitalize", arity=(1, 1))
def capitalize(string: Any) -> str:
    """The first letter large, the others small."""
    return to_str(string).capitalize()


@primitive("clojure.string/trim", arity=(1, 1))
def trim(string: Any) -> str:
    """Without white space at both ends."""
    return text(string, "trim").strip()


@primitive("clojure.string/triml", arity=(1, 1))
def triml(string: Any) -> str:
    """Without white space in front."""
    return text(string, "triml").lstrip()


@primitive("clojure.string/trimr", arity=(1, 1))
def trimr(string: Any) -> str:
    """Without white space behind."""
    return text(string, "trimr").rstrip()


@primitive("clojure.string/trim-newline", arity=(1, 1))
def trim_newline(string: Any) -> str:
    """Without line ends behind."""
    return text(string, "trim-newline").rstrip("\r\n")


@primitive("clojure.string/blank?", arity=(1, 1))
def is_blank(string: Any) -> bool:
    """True for nil and for strings of white space."""
    return string is None or not text(string, "blank?").strip()


@primitive("clojure.string/starts-with?", arity=(2, 2))
def is_starting_with(string: Any, start: Any) -> bool:
    """True if the string begins with `start`."""
    return text(string, "starts-with?").startswith(text(start, "starts-with?"))


@primitive("clojure.string/ends-with?", arity=(2, 2))
def is_ending_with(string: Any, end: Any) -> bool:
    """True if the string ends with `end`."""
    return text(string, "ends-with?").endswith(text(end, "ends-with?"))


@primitive("clojure.string/includes?", arity=(2, 2))
def is_including(string: Any, part: Any) -> bool:
    """True if `part` is somewhere in the string."""
    return text(part, "includes?") in text(string, "includes?")


@primitive("clojure.string/reverse", arity=(1, 1))
def reverse_string(string: Any) -> str:
    """The characters last to first."""
    return text(string, "reverse")[::-1]


@primitive("clojure.string/index-of", arity=(2, 3))
def index_of(string: Any, part: Any, start: Any = 0) -> int | None:
    """Where `part` first is, at `start` or later; nil if nowhere."""
    place = text(string, "index-of").find(to_str(part), index(start, "index-of"))
    return None if place < 0 else place


@primitive("clojure.string/last-index-of", arity=(2, 2))
def last_index_of(string: Any, part: Any) -> int | None:
    """Where `part` last is; nil if nowhere."""
    place = text(string, "last-index-of").rfind(to_str(part))
    return None if place < 0 else place


# --- regular expressions --------------------------------------------------------------------------


@primitive("re-pattern", arity=(1, 1))
def re_pattern(string: Any) -> Regex:
    """The regular expression written in the string."""
    if isinstance(string, Regex):
        return string
    return Regex(_compiled(text(string, "re-pattern"), "re-pattern").pattern)


def groups_of(match: re.Match[str]) -> Any:
    """A match as Clojure gives it: the text, or a vector of the text and its groups."""
    return Vector((match[0], *match.groups())) if match.groups() else match[0]


def _match(match: re.Match[str] | None) -> Any:
    return None if match is None else groups_of(match)


@primitive("re-matches", arity=(2, 2))
def re_matches(pattern: Any, string: Any) -> Any:
    """The match of the whole string, or nil."""
    return _match(pattern_of(pattern, "re-matches").fullmatch(text(string, "re-matches")))


@primitive("re-seq", arity=(2, 2))
def re_seq(pattern: Any, string: Any) -> Seq | None:
    """All matches in the string, or nil."""
    found = [groups_of(m) for m in pattern_of(pattern, "re-seq").finditer(text(string, "re-seq"))]
    return sequence(found) if found else None


# --- numbers in text ------------------------------------------------------------------------------

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|Infinity|NaN)"
)


@primitive("parse-long", arity=(1, 1))
def parse_long(string: Any) -> int | None:
    """The integer written in the string, or nil."""
    return int(string) if _INTEGER.fullmatch(text(string, "parse-long")) else None


@primitive("parse-double", arity=(1, 1))
def parse_double(string: Any) -> float | None:
    """The double written in the string, or nil."""
    written = text(string, "parse-double").strip()
    return float(written) if _DECIMAL.fullmatch(written) else None


def parse_int(string: Any) -> int:
    """The integer written in the string. ProgramError AQ440 if there is none."""
    parsed = parse_long(string)
    return parsed if parsed is not None else fail("parseInt", "an integer in a string", string)


def parse_float(string: Any) -> float:
    """The double written in the string. ProgramError AQ440 if there is none."""
    parsed = parse_double(string)
    return parsed if parsed is not None else fail("parseDouble", "a number in a string", string)
