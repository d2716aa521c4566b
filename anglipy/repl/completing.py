"""What a word being typed may become: names, keywords, options, files.

`completions` looks at the text before the cursor only, and never fails. Names of the text itself
come before those of the session, which come before those that are built in.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from anglipy.repl.commands import SHORTHANDS
from anglipy.repl.functions import ALGORITHMS, SHORT
from anglipy.repl.tokens import Token, open_brackets, tokens

if TYPE_CHECKING:
    from anglipy.repl.session import Conversation

__all__ = ["Candidate", "completions"]

_WORD = re.compile(r"[^\s,;\"()\[\]{}'`~@^]*\Z")
_LOAD = ":load "
_FILES = 200
_OF_CALLS = {
    "artifact": "file of a trained network, for :ic",
    "seed": "the same seed gives the same draws",
}


class Candidate(NamedTuple):
    """What may stand in place of the last `replaced` characters."""

    text: str
    replaced: int
    about: str


def completions(text: str, conversation: Conversation) -> list[Candidate]:
    """What the last word of a text may become, best first."""
    if text.startswith(_LOAD):
        return list(_files(text.removeprefix(_LOAD).lstrip(), ends=""))
    last = _last(text)
    if last is not None and last.kind == "COMMENT":
        return []
    if last is not None and last.kind == "UNTERMINATED_STRING":
        return list(_files(text[last.start + 1 :]))
    match = _WORD.search(text)
    word = match[0] if match else ""
    if not word:
        return []
    of_kind = _keywords if word[0] == ":" else _names
    found = of_kind(text, word, conversation)
    known: dict[str, Candidate] = {}
    for candidate in found:
        known.setdefault(candidate.text, candidate)
    known.pop(word, None)
    return list(known.values())


def _last(text: str) -> Token | None:
    """The token that the text ends in; None if it ends between two."""
    last = max(tokens(text), key=lambda token: token.end, default=None)
    return last if last is not None and last.end == len(text) else None


def _names(text: str, word: str, conversation: Conversation) -> Iterator[Candidate]:
    for token in tokens(text[: len(text) - len(word)]):
        name = text[token.start : token.end]
        if token.kind == "SYMBOL" and name.startswith(word) and len(name) > 1:
            entry = conversation.commands.documentation.lookup(name)
            yield Candidate(name, len(word), entry.line if entry else "")
    documentation = conversation.commands.documentation
    names = [name for name in documentation.names() if name.startswith(word)]
    own = conversation.evaluation.namespace.definitions
    for name in sorted(names, key=lambda name: (name not in own, name)):
        entry = documentation.lookup(name)
        yield Candidate(name, len(word), entry.line if entry else "declared")


def _keywords(text: str, word: str, conversation: Conversation) -> Iterator[Candidate]:
    if text.strip() == word:
        for command in SHORTHANDS:
            if command.startswith(word):
                yield Candidate(command, len(word), SHORTHANDS[command])
    for name, about in _options(text):
        if name.startswith(word[1:]):
            yield Candidate(f":{name}", len(word), about)
    texts = [text, *(f.span.source.text for f in conversation.evaluation.origins.values())]
    for written in dict.fromkeys(texts):
        for token in tokens(written):
            keyword = written[token.start : token.end]
            if token.kind == "KEYWORD" and keyword.startswith(word) and token.end != len(text):
                yield Candidate(keyword, len(word), "")


def _options(text: str) -> Iterator[tuple[str, str]]:
    """The options that the innermost call takes here, (name, about)."""
    opened, _ = open_brackets(text)
    if text.startswith(":doc ") or (opened and text[opened[-1].end :].startswith("doc ")):
        yield from ((name, _about_engine(SHORT.get(name, name))) for name in (*ALGORITHMS, *SHORT))
    if not opened:
        return
    inside = [
        text[t.start : t.end]
        for t in tokens(text[opened[-1].end :])
        for t in [Token(t.kind, t.start + opened[-1].end, t.end + opened[-1].end)]
    ]
    head = inside[0] if inside else ""
    if head == "compile-inference":
        from anglipy.ic.options import TrainingOptions

        yield from _settings(TrainingOptions)
    elif head in ("infer", "doquery"):
        given = [SHORT.get(item[1:], item[1:]) for item in inside[1:-1]]
        algorithm = next((name for name in given if name in ALGORITHMS), None)
        if algorithm is None:
            for name in (*ALGORITHMS, *SHORT):
                yield name, _about_engine(SHORT.get(name, name))
        yield from _OF_CALLS.items()
        yield from _engine_options(algorithm or ("ic" if "artifact" in given else "importance"))


def _engine_options(algorithm: str) -> Iterator[tuple[str, str]]:
    """The options of an engine; those of `ic` without loading it."""
    from anglipy.inference import ENGINES

    if algorithm not in ENGINES:
        yield "particles", "draws to make"
        return
    yield from _settings(ENGINES[algorithm].options_type)


def _settings(options: type) -> Iterator[tuple[str, str]]:
    """The options of a class, each with its default and what it is."""
    from anglipy.repl.settings import settings_of

    for setting in settings_of(options):
        about = _sentence(setting.doc) or "option"
        given = setting.default not in ("", "none")
        yield setting.name, f"{setting.default}: {about}" if given else about


def _about_engine(name: str) -> str:
    """What an engine does; those of inference compilation are not loaded for it."""
    from anglipy.inference import ENGINES

    if name not in ENGINES:
        return "by a trained network, with :artifact"
    return _sentence(sys.modules[type(ENGINES[name]).__module__].__doc__ or "")


def _sentence(text: str) -> str:
    """The beginning of a text, up to the first full stop or line without a word."""
    first = " ".join(text.split("\n\n")[0].split())
    return first.split(". ")[0].removesuffix(".")


def _files(typed: str, ends: str = '"') -> Iterator[Candidate]:
    """The files whose path begins as typed; the name of a file ends the string it stands in."""
    folder, _, beginning = typed.rpartition("/")
    base = Path(f"{folder}/" if "/" in typed else ".").expanduser()
    try:
        entries = sorted(base.iterdir(), key=lambda path: (not path.is_dir(), path.name))
    except OSError:
        return
    shown = [
        path
        for path in entries
        if path.name.startswith(beginning) and (beginning or not path.name.startswith("."))
    ]
    for path in shown[:_FILES]:
        is_folder = path.is_dir()
        about = "folder" if is_folder else _size(path)
        yield Candidate(path.name + ("/" if is_folder else ends), len(beginning), about)


def _size(path: Path) -> str:
    try:
        count = path.stat().st_size
    except OSError:
        return ""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, count // 1000)} kB"
