"""The editor of the terminal: several lines, colours, brackets, indentation, history, completion.

Enter evaluates if the text is complete and the cursor is at its end, and begins a new line
otherwise. This is the only module that imports prompt_toolkit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import is_searching
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.search import accept_search
from prompt_toolkit.styles import Style

from anglipy.repl.highlighting import STYLES, styled_lines
from anglipy.repl.indenting import indentation
from anglipy.repl.tokens import is_complete, quoted_lines

if TYPE_CHECKING:
    from anglipy.repl.session import Conversation

__all__ = ["Editor"]

Source = Callable[[], "Conversation"]
"""Gives the conversation; waits for it if it is not there yet."""

_CLOSING = ")]}"
_OLDEST = 10_000
"""Entries of the history that are kept."""


class Editor:
    """Reads one text at a time. `when_shown` is called whenever the prompt has been drawn."""

    def __init__(
        self, conversation: Source, wants_color: bool, when_shown: Callable[[], None]
    ) -> None:
        self._more = self._quoted = ""
        self._session: PromptSession[str] = PromptSession(
            lexer=_Colours(),
            completer=_Completer(conversation),
            history=_history(),
            key_bindings=_KEYS,
            style=Style.from_dict(STYLES),
            color_depth=None if wants_color else ColorDepth.DEPTH_1_BIT,
            input_processors=[HighlightMatchingBracketProcessor(chars="()[]{}")],
            multiline=True,
            prompt_continuation=self._margin,
            complete_while_typing=False,
            complete_in_thread=True,
            enable_open_in_editor=True,
        )
        self._session.app.after_render += lambda _: when_shown()

    def read(self, prompt: str, more: str) -> str:
        """The next text. Raises KeyboardInterrupt and EOFError for Ctrl-C and Ctrl-D."""
        self._more, self._quoted = more, f'{more[:-2]}" '
        text: str = self._session.prompt(prompt)
        return text

    def _margin(self, width: int, line: int, wrapped: int) -> str:
        """What stands before a line that is not the first: a quote, if it is inside of a string."""
        return (
            self._quoted
            if line in quoted_lines(self._session.app.current_buffer.text)
            else self._more
        )


def _history() -> History:
    """What was typed before, also by earlier sessions, if there is a place for it."""
    given = os.environ.get("ANGLIPY_HISTORY")
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    path = Path(given or f"{state}/anglipy/history").expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8"):
            pass
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


class _Colours(Lexer):
    """Colours of the tokens of a text."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """What gives the coloured pieces of a line."""
        lines = styled_lines(document.text)

        def line(number: int) -> StyleAndTextTuples:
            return list(lines[number]) if number < len(lines) else []

        return line


class _Completer(Completer):
    """Completions of a conversation, with what they mean beside them."""

    def __init__(self, conversation: Source) -> None:
        self._conversation = conversation

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor may become."""
        from anglipy.repl.completing import completions

        for found in completions(document.text_before_cursor, self._conversation()):
            closed = found.text.endswith('"') and document.text_after_cursor.startswith('"')
            text = found.text[:-1] if closed else found.text
            shown = found.text.rstrip('"')
            yield Completion(
                text,
                -found.replaced,
                shown,
                display_meta=shorten(found.about, 70, placeholder="..."),
            )


_KEYS = KeyBindings()


@_KEYS.add("enter", filter=is_searching)
def _take_found(event: KeyPressEvent) -> None:
    """Take what was found; the next Enter evaluates it."""
    accept_search()
    buffer = event.app.current_buffer
    buffer.cursor_position = len(buffer.text)


@_KEYS.add("enter", filter=~is_searching)
def _enter(event: KeyPressEvent) -> None:
    """Evaluate, or begin a new line."""
    buffer = event.current_buffer
    if buffer.complete_state is not None and buffer.complete_state.current_completion:
        buffer.complete_state = None
    elif _is_at_end(buffer.document) and is_complete(buffer.text):
        buffer.validate_and_handle()
    else:
        _new_line(buffer)


@_KEYS.add("escape", "enter")
def _enter_anywhere(event: KeyPressEvent) -> None:
    """Begin a new line anywhere."""
    _new_line(event.current_buffer)


@_KEYS.add("tab")
def _tab(event: KeyPressEvent) -> None:
    """Complete the word, or indent the line."""
    buffer = event.current_buffer
    if buffer.complete_state is not None:
        buffer.complete_next()
    elif buffer.document.current_line_before_cursor.strip():
        buffer.start_completion(insert_common_part=True)
    else:
        _indent(buffer)


@_KEYS.add('"')
def _quote(event: KeyPressEvent) -> None:
    """A quote; not a second one after that with which the completion of a file has ended."""
    buffer, before = event.current_buffer, event.previous_key_sequence
    completed = bool(before) and before[-1].key == Keys.Tab
    if not (completed and buffer.document.text_before_cursor.endswith('"')):
        buffer.insert_text('"')
    buffer.complete_state = None


@_KEYS.add("c-c")
def _interrupt(event: KeyPressEvent) -> None:
    """Drop what is typed; the history keeps it."""
    event.current_buffer.append_to_history()
    event.app.exit(exception=KeyboardInterrupt, style="class:aborting")


def _is_at_end(document: Document) -> bool:
    """Whether the cursor is at the end of a text, or anywhere in a single line."""
    return document.line_count == 1 or not document.text_after_cursor.strip()


def _new_line(buffer: Buffer) -> None:
    column = indentation(buffer.document.text_before_cursor)
    after = buffer.document.text_after_cursor
    buffer.delete(len(after) - len(after.lstrip(" ")))
    buffer.insert_text("\n" + " " * column)


def _indent(buffer: Buffer) -> None:
    """Put the cursor, which stands in the white space that a line begins with, where the line
    belongs.
    """
    before = buffer.document.text_before_cursor
    line = buffer.document.current_line_before_cursor
    column = indentation(before[: len(before) - len(line)])
    buffer.delete_before_cursor(len(line))
    buffer.insert_text(" " * column)
