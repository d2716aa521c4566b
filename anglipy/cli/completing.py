"""What Tab completes behind an option: files, and names that stand in FILE or belong to an engine.

A name is looked for in the text of FILE, which is not compiled: Tab has to answer at once, and the
file may be one that is being written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import click
from click.shell_completion import CompletionItem

__all__ = [
    "OF_NETWORKS",
    "files",
    "folders",
    "functions",
    "named",
    "one_of",
    "options",
    "queries",
    "training",
    "values",
]

Items = list[CompletionItem[str]]
Completing = Callable[[click.Context, click.Parameter, str], Items]

_QUERY = re.compile(r"""\(\s*defquery\s+([^\s()\[\]{}"]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\[([^\]]*)""")
_FUNCTION = re.compile(r"""\(\s*(?:defn|defm|def)\s+([^\s()\[\]{}"]+)""")
_SUFFIXES = (".edn", ".json", ".csv", ".npy", ".png", ".jpg", ".jpeg")
"""What `-v @FILE` reads."""
OF_NETWORKS = {
    "ic": ("particles", "refine", "escalate", "most", "combine_observes"),
    "ic-smc": (
        "particles",
        "sweeps",
        "resampling",
        "ess_threshold",
        "combine_observes",
        "lanes",
    ),
}
"""Options of the engines that load torch, which takes longer than anybody waits for Tab."""


def files(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """Files, which the shell knows best."""
    return [CompletionItem(incomplete, type="file")]


def folders(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """Folders."""
    return [CompletionItem(incomplete, type="dir")]


def one_of(words: Iterable[str]) -> Completing:
    """One of some words."""
    return lambda _, __, incomplete: _beginning(incomplete, words)


def queries(context: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """The queries of FILE."""
    return _beginning(incomplete, (name for name, _ in _queries(context)))


def functions(context: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """The functions of FILE."""
    return _beginning(incomplete, _FUNCTION.findall(_text(context)))


def named(context: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """The parameters of the query, or of all queries of FILE; behind `NAME=@` the files."""
    name, equals, value = incomplete.partition("=")
    if equals:
        return _beginning(incomplete, (f"{name}={found}" for found in _data(value)))
    wanted = context.params.get("query")
    parameters = [p for q, ps in _queries(context) if wanted in (None, q) for p in ps]
    return _beginning(incomplete, (f"{p}=" for p in parameters))


def values(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """Files with data behind an @."""
    return _beginning(incomplete, _data(incomplete))


def options(context: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """The options of the algorithm."""
    default = "importance" if context.params.get("artifact") is None else "ic"
    chosen = str(context.params.get("algorithm") or default).removeprefix(":")
    if chosen in OF_NETWORKS:
        return _settings(incomplete, OF_NETWORKS[chosen])
    from anglipy.inference import ENGINES

    engine = ENGINES.get(chosen)
    return [] if engine is None else _settings(incomplete, engine.options_type.names())


def training(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """The options of a training."""
    from anglipy.ic.options import TrainingOptions

    return _settings(incomplete, (field.name for field in fields(TrainingOptions)))


def _beginning(incomplete: str, words: Iterable[str]) -> Items:
    return [CompletionItem(word) for word in dict.fromkeys(words) if word.startswith(incomplete)]


def _settings(incomplete: str, names: Iterable[str]) -> Items:
    spelled = (name.replace("_", "-") for name in names)
    return _beginning(incomplete.replace("_", "-"), (f"{name}=" for name in spelled))


def _text(context: click.Context) -> str:
    """The text of FILE, as far as it can be read."""
    # Behind an option that has no value yet, arguments have not been taken apart.
    file = context.params.get("file") or next(iter(context.args), "")
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _queries(context: click.Context) -> Iterator[tuple[str, list[str]]]:
    """Names and parameters."""
    for name, parameters in _QUERY.findall(_text(context)):
        yield name, [word for word in parameters.split() if word != "&" and word.isidentifier()]


def _data(value: str) -> Iterator[str]:
    """`@` and the files with data, and folders, that begin like the rest of the value."""
    if not value.startswith("@"):
        return
    folder, slash, _ = value[1:].rpartition("/")
    place = Path(folder + slash or ".").expanduser()
    try:
        entries = sorted(place.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_dir():
            yield f"@{folder}{slash}{entry.name}/"
        elif entry.suffix.lower() in _SUFFIXES:
            yield f"@{folder}{slash}{entry.name}"
