"""The loop around a conversation: prompts and line editing on a terminal, lines from a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import TextIO

from anglipy.diagnostics import Diagnostic, InternalError, render
from anglipy.repl.session import Conversation, Reply

__all__ = ["converse"]

PROMPT, MORE = "=> ", " . "


def converse(preload: tuple[str, str] | None, wants_color: Callable[[TextIO], bool]) -> int:
    """Talk until the input ends.

    `preload` is (name, text) of a file to evaluate first. The exit code is 0 on a terminal; from a
    pipe it is 1 if anything failed, so that a script may be fed in.
    """
    from anglipy.api import Session

    conversation = Conversation(Session())
    if preload is not None:
        name, text = preload
        conversation.load(text, name)
    is_interactive = sys.stdin.isatty() and sys.stdout.isatty()
    if is_interactive:
        _edit_lines()
        print("anglipy: a form and Enter; Ctrl-D ends")
    failures = 0
    while True:
        prompt = "" if not is_interactive else MORE if conversation.is_pending else PROMPT
        try:
            line = _read(prompt)
            if line is None:
                failures += _show(conversation.end(), wants_color)
                break
            failures += _show(_answer(conversation, line), wants_color)
        except KeyboardInterrupt:
            if not is_interactive:
                raise
            conversation.drop()
            print()
    if is_interactive:
        print()
        return 0
    return 1 if failures else 0


def _read(prompt: str) -> str | None:
    """One line of input, or None at its end."""
    try:
        return input(prompt)
    except EOFError:
        return None


def _answer(conversation: Conversation, line: str) -> Reply:
    """The reply to a line. A mistake of ours is reported like one of the user's: the session goes
    on.
    """
    try:
        return conversation.tell(line)
    except Exception as error:
        ours = InternalError(
            "AQ901",
            f"anglipy failed: {type(error).__name__}: {error}",
            help="this is our bug, please report it with the form that caused it",
        )
        return Reply(errors=ours.diagnostics)


def _show(reply: Reply, wants_color: Callable[[TextIO], bool]) -> int:
    """Print results on stdout and errors on stderr; how many errors there were."""
    for result in reply.results:
        print(result, flush=True)
    for diagnostic in reply.errors:
        _complain(diagnostic, wants_color(sys.stderr))
    return len(reply.errors)


def _complain(diagnostic: Diagnostic, color: bool) -> None:
    print(render(diagnostic, color), file=sys.stderr, flush=True)


def _edit_lines() -> None:
    """History and line editing, where this Python has them."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401
