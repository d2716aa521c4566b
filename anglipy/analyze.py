"""Core forms to the core tree: scopes, arities, levels and site ids.

Every name is resolved to a local, a global or an error with the nearest spelling. Errors are
collected, so that one pass over a form reports all of them. Site ids are lexical,
`query/binder/fn/sample#1`: they are made of names and order and so survive comments, blank lines
and reformatting.
"""

from __future__ import annotations

from dataclasses import dataclass

from anglipy import binders, effects
from anglipy.analyzer import Analyzer, Special
from anglipy.diagnostics import Diagnostic, ErrorGroup
from anglipy.forms import Form
from anglipy.names import Names
from anglipy.scopes import Context, Globals, SiteInfo
from anglipy.stackless import run_stackless
from anglipy.syntax import Node

__all__ = ["Analysis", "analyze"]


@dataclass(slots=True)
class Analysis:
    """The tree of one top-level form, and what was found on the way."""

    node: Node
    sites: list[SiteInfo]
    references: set[str]
    warnings: list[Diagnostic]


def analyze(form: Form, env: Globals, names: Names, path: str = "") -> Analysis:
    """Analyse one expression. `path` is the name being defined: the first part of its site ids.

    Raises ErrorGroup with every error found.
    """
    analyzer = Analyzer(env, names, _FORMS)
    node = run_stackless(analyzer.node.call(analyzer, form, Context(path=path)))
    if analyzer.errors:
        raise ErrorGroup(analyzer.errors)
    return Analysis(node, analyzer.sites, analyzer.references, analyzer.warnings)


_FORMS: dict[str, Special] = {
    "quote": binders.quote,
    "if": binders.if_,
    "do": binders.do,
    "let*": binders.let,
    "loop*": binders.loop,
    "fn*": binders.fn,
    "thunk*": binders.thunk,
    "recur": binders.recur,
    "query*": effects.query,
    "sample": effects.sample,
    "observe": effects.observe,
    "predict": effects.predict,
    "mem": effects.mem,
    "binding*": effects.binding,
    "def": effects.definition,
}
