"""The conversation without its terminal: lines of text in, replies out.

`Conversation` collects lines until they make complete forms, evaluates those, and answers with
text. After an error the next form is evaluated as if the wrong one had not been there. Nothing here
prints or reads a keyboard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from anglipy.diagnostics import AnglipyError, Diagnostic, Incomplete

__all__ = ["Conversation", "Evaluator", "Reply"]


class Evaluator(Protocol):
    """What evaluates: `anglipy.api.Session`."""

    def evaluate(self, text: str, name: str) -> Sequence[Any]:
        """The values of all forms of a text; raises AnglipyError."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What there is to show after a line."""

    results: tuple[str, ...] = ()
    """Printed values, one per form."""
    errors: tuple[Diagnostic, ...] = ()
    wants_more: bool = False
    """The form goes on: nothing was evaluated yet."""


class Conversation:
    """Lines typed so far, and the session that evaluates them."""

    def __init__(self, session: Evaluator) -> None:
        self._session = session
        self._lines: list[str] = []
        self._inputs = 0

    @property
    def is_pending(self) -> bool:
        """Whether an unfinished form is waiting for its next line."""
        return bool(self._lines)

    def drop(self) -> None:
        """Forget the unfinished form."""
        self._lines.clear()

    def tell(self, line: str) -> Reply:
        """Take one more line; evaluate if it completes what was typed before."""
        self._lines.append(line)
        text = "\n".join(self._lines)
        if not text.strip():
            self.drop()
            return Reply()
        try:
            results = self.load(text, f"<repl {self._inputs + 1}>")
        except Incomplete:
            return Reply(wants_more=True)
        except AnglipyError as error:
            self._end_input()
            return Reply(errors=error.diagnostics)
        except BaseException:
            self._end_input()
            raise
        self._end_input()
        return Reply(results)

    def end(self) -> Reply:
        """The input is over: an unfinished form is an error now."""
        if not self.is_pending:
            return Reply()
        try:
            self._session.evaluate("\n".join(self._lines), f"<repl {self._inputs + 1}>")
        except AnglipyError as error:
            return Reply(errors=error.diagnostics)
        finally:
            self._end_input()
        return Reply()

    def load(self, text: str, name: str) -> tuple[str, ...]:
        """Evaluate a whole text, such as a file; the printed values. Raises AnglipyError."""
        from anglipy.runtime.printing import pr_str

        return tuple(pr_str(value) for value in self._session.evaluate(text, name))

    def _end_input(self) -> None:
        self._lines.clear()
        self._inputs += 1
