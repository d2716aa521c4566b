"""What forms and reasons are called."""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

from anglipy.diagnostics import Span
from anglipy.runtime.checkpoints import Site
from anglipy.runtime.distributions.base import Distribution

__all__ = ["PHRASES", "Reason", "head_of", "name_of", "reason_of"]

Reason = Literal[
    "branch", "function", "distribution", "site", "arguments", "memory", "remembered", "tag",
    "handler", "error", "return",
]  # fmt: skip
"""Why particles of a group go different ways."""

PHRASES: dict[Reason, str] = {
    "branch": "a branch",
    "function": "a function that differs",
    "distribution": "a kind of distribution that differs",
    "site": "a site that differs",
    "arguments": "a number of arguments that differs",
    "memory": "arguments of a memoised function",
    "remembered": "memoised for some, not for others",
    "tag": "a tag that differs",
    "handler": "a handler that differs",
    "error": "an error of some particles",
    "return": "a return to different places",
}
_HEAD = re.compile(r"[(#'@^\[{\s]*([^\s()\[\]{}\"]+)")
_OWN = "anglipy"


def head_of(span: Span) -> str:
    """The first word of a form: `if` of `(if a b c)`."""
    found = _HEAD.match(span.source.text[span.start : span.end])
    return "" if found is None else found[1]


def reason_of(why: Any) -> Reason:
    """The reason that `lanes.steps.Split` gives: a word, or the choice that differs."""
    if why in get_args(Reason):
        return why  # type: ignore[no-any-return]
    part = why.parts[0]
    if isinstance(part, Site):
        return "site"
    if isinstance(part, Distribution):
        return "distribution"
    return "function" if callable(part) else "arguments"


def name_of(f: Any, span: Span) -> str:
    """What is called: the name of a function of Python, else the form's first word."""
    if isinstance(f, str):
        return f
    module = str(getattr(f, "__module__", None) or _OWN)
    name = str(getattr(f, "__name__", ""))
    if module.partition(".")[0] != _OWN and name.isidentifier():
        return name
    return head_of(span)
