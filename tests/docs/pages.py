"""The snippets of a page: its fenced blocks, and the marks that say how a block is run.

    clojure   forms; `;=> VALUE`, `;> LINE PRINTED` and `;! CODE OF THE ERROR` behind a form
    python    statements, or a session with `>>>` and what each line gives
    console   `$ anglipy ...` and what it prints (`cat` shows a file, `mkdir` and `rm` work too)
    repl      `=> FORM` and what the prompt answers
    text      nothing to run; every other language is a mistake

All blocks of a page run one after the other, in one directory that begins with `examples/`, and
share one Python namespace and one REPL session. `...` in what is expected stands for anything; a
command or a form behind which a page shows nothing may say anything. A comment in the line before a
block makes an exception:

    <!-- file: model.aq -->          the block is the content of a file, which is written
    <!-- not run: it trains for an hour -->
    <!-- output varies: ... -->      the block is run, but what it prints is not compared
    <!-- run as: anglipy ... -->     another command is run instead, and its output not compared
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LANGUAGES", "Snippet", "snippets"]

LANGUAGES = ("clojure", "python", "console", "repl", "text")
MARKS = ("file", "not run", "output varies", "run as")
_FENCE = re.compile(r"^(```+)(\S*)\s*$")
_MARK = re.compile(rf"^<!-- ({'|'.join(MARKS)}): (.+) -->$")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A fenced block of a page."""

    page: str
    line: int
    """The line of its fence, from 1."""
    language: str
    text: str
    mark: str = ""
    detail: str = ""
    """What its mark says besides: a file, a reason, a command."""

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.page}:{self.line}"


def snippets(path: Path) -> list[Snippet]:
    """The blocks of a page. ValueError for a block without an end, and for code that is only
    indented, which no language could be told of.
    """
    found: list[Snippet] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    fence, language, start, body = "", "", 0, list[str]()
    for number, line in enumerate(lines, 1):
        match = _FENCE.match(line)
        if not fence and match:
            fence, language, start, body = match[1], match[2], number, []
        elif fence and line.rstrip() == fence:
            mark = _MARK.match(lines[start - 2]) if start > 1 else None
            name, detail = (mark[1], mark[2]) if mark else ("", "")
            text = "\n".join([*body, ""])
            if not language.startswith("{"):  # what Sphinx is told
                found.append(Snippet(path.name, start, language, text, name, detail))
            fence = ""
        elif fence:
            body.append(line)
        elif line.startswith("    ") and not lines[number - 2].strip():
            raise ValueError(f"{path.name}:{number}: code needs a fence and a language")
    if fence:
        raise ValueError(f"{path.name}:{start}: the block has no end")
    return found
