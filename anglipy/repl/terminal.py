"""The loop around a conversation: an editor on a terminal, lines from a pipe.

On a terminal the prompt is there first; the compiler is loaded in another thread while the first
form is typed. A terminal that cannot place its cursor (`TERM=dumb`) gets lines without an editor.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from anglipy.diagnostics import AnglipyError, Diagnostic, Incomplete, render

if TYPE_CHECKING:
    from anglipy.repl.session import Answer, Conversation

__all__ = ["converse"]

PROMPT, MORE = "=> ", " . "
WELCOME = "anglipy: a form and Enter; :help helps, Ctrl-D ends"

WantsColor = Callable[[TextIO], bool]
Extra = Mapping[str, Callable[..., Any]]


def converse(
    preload: tuple[str, str] | None, wants_color: WantsColor, functions: Extra | None = None
) -> int:
    """Talk until the input ends.

    `preload` is (name, text) of a file to evaluate first; `functions` can be called besides those
    that there are. The exit code is 0 on a terminal; from a pipe it is 1 if anything failed, so
    that a script may be fed in.
    """
    is_interactive = sys.stdin.isatty() and sys.stdout.isatty()
    extra = functions or {}
    if not is_interactive:
        return _Lines(_conversation(False, extra), wants_color, False).run(preload)
    if os.environ.get("TERM", "dumb") in ("dumb", "emacs"):
        return _Lines(_conversation(True, extra), wants_color, True).run(preload)
    return _edit(preload, wants_color, extra)


def _conversation(is_live: bool, functions: Extra) -> Conversation:
    from anglipy.api import Session
    from anglipy.repl.display import shown, whole
    from anglipy.repl.live import Live
    from anglipy.repl.session import Conversation

    made = Conversation(Session(), Live(is_live), shown if is_live else whole)
    made.evaluation.provide(functions)
    return made


# --- with an editor ---


class _Loading:
    """A conversation that is made in another thread."""

    def __init__(self, functions: Extra) -> None:
        self._functions = functions
        self._made: Conversation | None = None
        self._thread = threading.Thread(target=self._make)
        self._is_begun = False

    def begin(self) -> None:
        """Begin, unless that has been done. The first prompt comes sooner if this comes later."""
        if not self._is_begun:
            self._is_begun = True
            self._thread.start()

    def _make(self) -> None:
        # Whoever needs the conversation makes it again, and learns what is wrong.
        with contextlib.suppress(Exception):
            self._made = _conversation(True, self._functions)

    def get(self) -> Conversation:
        """The conversation, when it is there. If it could not be made, says why."""
        self.begin()
        self._thread.join()
        if self._made is None:
            self._made = _conversation(True, self._functions)
        return self._made


def _edit(preload: tuple[str, str] | None, wants_color: WantsColor, functions: Extra) -> int:
    from anglipy.repl.editor import Editor

    loading = _Loading(functions)
    print(WELCOME, flush=True)
    if preload is not None:
        _preload(loading.get(), preload, wants_color)
    editor = Editor(loading.get, wants_color(sys.stdout), loading.begin)
    while True:
        try:
            text = editor.read(PROMPT, MORE)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if not text.strip():
            continue
        try:
            _evaluate(loading.get(), text, wants_color)
        except Incomplete as error:
            _complain(error.diagnostics, wants_color(sys.stderr))
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr, flush=True)
        except EOFError:
            return 0


def _preload(conversation: Conversation, preload: tuple[str, str], color: WantsColor) -> bool:
    """Evaluate a file; whether all went well. What is wrong may be mended in the session."""
    name, text = preload
    try:
        with conversation.live.watching():
            conversation.load(text, name)
    except AnglipyError as error:
        _complain(error.diagnostics, color(sys.stderr))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr, flush=True)
    else:
        return True
    return False


def _evaluate(conversation: Conversation, text: str, wants_color: WantsColor) -> int:
    """Evaluate a text and show its answers as they come; how many errors there were. Raises
    Incomplete, and shows nothing, if it ends inside a form.
    """
    errors = 0
    answers = conversation.answers(text)
    while True:
        with conversation.live.watching():
            answer = next(answers, None)
        if answer is None:
            return errors
        errors += _show(answer, wants_color)


def _show(answer: Answer, wants_color: WantsColor) -> int:
    """Print a value on stdout and messages on stderr; how many errors there were."""
    sys.stdout.flush()
    _complain(answer.messages, wants_color(sys.stderr))
    if answer.text is not None:
        print(answer.text, flush=True)
    return sum(message.severity == "error" for message in answer.messages)


def _complain(messages: tuple[Diagnostic, ...], color: bool) -> None:
    for message in messages:
        print(render(message, color), file=sys.stderr, flush=True)


# --- line by line ---


class _Lines:
    """Lines of a pipe, or of a terminal without an editor."""

    def __init__(
        self, conversation: Conversation, wants_color: WantsColor, is_interactive: bool
    ) -> None:
        self._conversation, self._color = conversation, wants_color
        self._is_interactive = is_interactive
        self._lines: list[str] = []
        """The form so far."""

    def run(self, preload: tuple[str, str] | None) -> int:
        """Talk until the input ends; the exit code."""
        if self._is_interactive:
            print(WELCOME)
        if preload is not None and not self._is_interactive:
            self._conversation.load(preload[1], preload[0])
        elif preload is not None:
            _preload(self._conversation, preload, self._color)
        failures = self._talk()
        if self._is_interactive:
            print()
            return 0
        return 1 if failures else 0

    def _talk(self) -> int:
        failures = 0
        while True:
            prompt = MORE if self._lines else PROMPT
            try:
                line = input(prompt if self._is_interactive else "")
            except EOFError:
                return failures + self._evaluate(is_last=True)
            except KeyboardInterrupt:
                self._interrupted()
                continue
            self._lines.append(line)
            try:
                failures += self._evaluate()
            except EOFError:
                return failures
            except KeyboardInterrupt:
                self._interrupted()

    def _evaluate(self, is_last: bool = False) -> int:
        """Evaluate what was read if it is complete, or if there is no more; how many errors."""
        text = "\n".join(self._lines)
        if not text.strip():
            self._lines.clear()
            return 0
        try:
            failures = _evaluate(self._conversation, text, self._color)
        except Incomplete as error:
            if is_last:
                _complain(error.diagnostics, self._color(sys.stderr))
            return int(is_last)
        except EOFError:
            self._lines.clear()
            raise
        self._lines.clear()
        return failures

    def _interrupted(self) -> None:
        if not self._is_interactive:
            raise KeyboardInterrupt
        self._lines.clear()
        print()
