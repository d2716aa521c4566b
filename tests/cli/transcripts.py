"""Transcripts of the command line: `$ anglipy ...` lines, what they print, and their exit codes.

    #: a comment
    $ anglipy run coin.aq -q nope
    error[AQ311]: ...
    [exit 2]

Output is stdout and stderr together, in the order written. `[exit 0]` is left out. `< FILE` feeds a
file to stdin. A transcript runs in a copy of its own directory, so that all paths are short and
nothing is left behind. What changes from run to run or from machine to machine (times, losses,
hashes, paths of dumps, digits beyond the sixth) stands as `...` or is rounded.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anglipy.cli import main

__all__ = ["Command", "parse", "perform", "render"]

VOLATILE = (
    (re.compile(r'("seconds": |:seconds )[0-9.e+-]+'), r"\1..."),
    (re.compile(r"\b[0-9.,]+ (s|ms|traces/s)\b"), r"... \1"),
    (re.compile(r"^ *[0-9]+\.[0-9]{3} +[0-9.]+%", re.MULTILINE), " " * 15),
    (re.compile(r"; [0-9,]+ samples$", re.MULTILINE), "; ... samples"),
    (re.compile(r"\b(training|validation|best|prior|loss) -?\d+\.\d+"), r"\1 ..."),
    (re.compile(r"( in |prior \.\.\.  )\d+:\d\d(:\d\d)?\b"), r"\1..."),
    (re.compile(r"(about )\d+:\d\d(:\d\d)?( left)"), r"\1...\3"),
    (re.compile(r"(details are in ).*"), r"\1..."),
    (re.compile(r"(program hash |artifact's |program  +)[0-9a-f]{12}\b"), r"\1..."),
)
LONG_NUMBER = re.compile(r"-?\b\d+\.\d{7,}(e[+-]?\d+)?")
"""Numbers whose last digits depend on the processor."""


@dataclass(frozen=True, slots=True)
class Command:
    """A line after `$`, and what followed it: comments before, output, exit code."""

    line: str
    comments: tuple[str, ...] = ()
    output: str = ""
    code: int = 0


def parse(text: str) -> list[Command]:
    """The commands of a transcript."""
    commands: list[Command] = []
    comments: list[str] = []
    output: list[str] = []
    line, code = "", 0

    def finish() -> None:
        nonlocal code
        if line:
            body = "\n".join(output).rstrip("\n")
            commands.append(Command(line, tuple(heading), body, code))
        output.clear()
        code = 0

    heading: list[str] = []
    for row in text.splitlines():
        if row.startswith("$ "):
            finish()
            line, heading, comments = row[2:], comments, []
        elif row.startswith("#: "):
            comments = [*comments, row]
        elif exit_line := re.fullmatch(r"\[exit (\d+)\]", row):
            code = int(exit_line.group(1))
        else:
            output.append(row)
    finish()
    return commands


def render(commands: list[Command]) -> str:
    """The inverse of `parse`."""
    blocks = []
    for command in commands:
        rows = [*command.comments, f"$ {command.line}"]
        if command.output:
            rows.append(command.output)
        if command.code:
            rows.append(f"[exit {command.code}]")
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def perform(command: Command) -> Command:
    """Run a command in this process and in the current directory; what it gave."""
    words = shlex.split(command.line)
    stdin = io.StringIO()
    if "<" in words:
        at = words.index("<")
        stdin = io.StringIO(Path(words[at + 1]).read_text(encoding="utf-8"))
        words = words[:at]
    assert words[0] == "anglipy", f"a transcript holds anglipy commands only, not {words[0]}"
    out = io.StringIO()
    with _standard_input(stdin), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = _exit_code(_expanded(words[1:]))
    return Command(command.line, command.comments, normal(out.getvalue()).rstrip("\n"), code)


def normal(text: str) -> str:
    """The text with everything that changes from run to run replaced."""
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    text = LONG_NUMBER.sub(_rounded, text)
    return "\n".join(row.rstrip() for row in text.split("\n"))


def _rounded(number: re.Match[str]) -> str:
    """Six digits are the same everywhere; what is only rounding error is zero."""
    value = float(number.group())
    return "0" if abs(value) < 1e-12 else f"{value:.6g}"


def _expanded(words: list[str]) -> list[str]:
    """Words with `*` replaced by the files they match, sorted, as a shell does."""
    result: list[str] = []
    for word in words:
        matches = sorted(str(path) for path in Path().glob(word)) if "*" in word else []
        result.extend(matches or [word])
    return result


def _exit_code(arguments: list[str]) -> int:
    try:
        main(arguments)
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 1
    raise AssertionError("main always exits")


@contextlib.contextmanager
def _standard_input(stream: io.StringIO) -> Iterator[None]:
    before = sys.stdin
    sys.stdin = stream
    try:
        yield
    finally:
        sys.stdin = before
