"""All that the language has: every name with its documentation and its example, by chapters.

The reference in docs/ is made of this, and so is the test that nothing lacks either.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from textwrap import fill, indent
from typing import Any

from anglipy.api import Session
from anglipy.diagnostics import OptionError
from anglipy.inference.engine import ENGINES, nearest
from anglipy.repl.documentation import Documentation, Entry, aliases
from anglipy.repl.evaluation import Evaluation
from anglipy.repl.examples import chapters, example_of
from anglipy.repl.functions import ALGORITHMS, SHORT
from anglipy.repl.settings import settings_of

__all__ = ["engine_text", "engines", "engines_with", "entry", "everything", "missing"]


@cache
def _documentation() -> Documentation:
    return Documentation(Evaluation(Session()), {})


def entry(name: str) -> Entry:
    """What is known of a name; `:smc` is an engine, `:smc.particles` an option of one."""
    if not name.startswith(":"):
        return _documentation().entry(name)
    engine, _, option = name[1:].partition(".")
    made = engines()[engine]
    if option:
        (setting,) = (s for s in settings_of(made.options_type) if s.name == option)
        default = f" Default: `{setting.default}`." if setting.default else ""
        usage = f"(doquery :{engine} query [argument...] :{option} value)"
        return Entry(name, "option", (usage,), f"{setting.doc}{default}")
    usage = f"(doquery :{engine} query [argument...] :option value ...)"
    return Entry(name, "engine", (usage,), sys.modules[type(made).__module__].__doc__ or "")


def engine_text(name: str) -> str:
    """What is known of an algorithm, and its options. Raises OptionError AQ304 if there is none of
    this name.
    """
    algorithm = SHORT.get(name, name)
    if algorithm not in ALGORITHMS:
        hint = f"{nearest(name, ALGORITHMS)}known: {', '.join(ALGORITHMS)}"
        raise OptionError("AQ304", f"there is no algorithm `:{name}`", help=hint)
    made: Any = ENGINES.get(algorithm) or engines()[algorithm]
    text = (sys.modules[type(made).__module__].__doc__ or "").strip()
    rows = [(f":{s.name}", s.default, s.doc) for s in settings_of(made.options_type)]
    names, defaults = (max(len(row[place]) for row in rows) for place in (0, 1))
    hanging = " " * (names + defaults + 6)
    options = [
        fill(f"  {option:{names}}  {default:{defaults}}  {doc}", 100, subsequent_indent=hanging)
        for option, default, doc in rows
    ]
    usage = f"  (infer query [argument...] :{algorithm} :option value ...)"
    return "\n".join([f":{algorithm}: algorithm", usage, "", indent(text, "  "), "", *options])


def engines_with(text: str) -> list[Entry]:
    """The algorithms that have a text in their name or in another name of theirs, or else those
    with it in their documentation.
    """
    wanted = text.lower()
    known = engines()
    named = [
        name
        for name in known
        if any(wanted in f":{one}" for one in (name, *(o for o, n in SHORT.items() if n == name)))
    ]
    found = [entry(f":{name}") for name in known]
    return [e for e in found if e.name[1:] in named] or [
        e for e in found if wanted in e.doc.lower()
    ]


def everything() -> Iterator[Entry]:
    """Every name that a program may write, those of one function once."""
    seen: set[str] = set()
    for name in _documentation().names():
        if name in seen or name in ("*1", "*2", "*3", "*e"):
            continue
        seen.update((name, *aliases(name)))
        yield _documentation().entry(name)


def engines() -> dict[str, Any]:
    """The engines by name; the one that needs torch too."""
    import anglipy.ic.engine  # noqa: F401 (makes the engine known)

    return dict(ENGINES)


def missing() -> list[str]:
    """What lacks a documentation or an example, and examples of what there is not."""
    found = []
    known: set[str] = set()
    for item in everything():
        known.update((item.name, *aliases(item.name)))
        if not item.doc:
            found.append(f"{item.name} has no documentation")
        if item.example is None:
            found.append(f"{item.name} has no example in stdlib/examples")
    for name, engine in engines().items():
        settings = settings_of(engine.options_type)
        keys = [f":{name}", *(f":{name}.{setting.name}" for setting in settings)]
        known.update(keys)
        found += [f"{key} has no example in stdlib/examples" for key in keys if not example_of(key)]
        found += [f":{name}.{s.name} has no documentation" for s in settings if not s.doc]
    given = [name for chapter in chapters() for e in chapter.examples for name in e.names]
    found += [f"there is no `{name}` to give an example of" for name in set(given) - known]
    return found + [f"{name} has several examples" for name in set(given) if given.count(name) > 1]
