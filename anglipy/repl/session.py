"""The conversation without its terminal: text in, answers out.

After an error the next form is evaluated as if the wrong one had not been there. Nothing here
prints or reads a keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from anglipy.api import Session
from anglipy.diagnostics import AnglipyError, Diagnostic, Incomplete, InternalError, Span
from anglipy.durations import clock
from anglipy.forms import Form
from anglipy.repl.commands import Commands, expanded
from anglipy.repl.display import defined, shown
from anglipy.repl.evaluation import Evaluation, head_of
from anglipy.repl.functions import ALGORITHMS, SHORT, Functions, Quiet
from anglipy.repl.live import Live, Text

__all__ = ["Answer", "Conversation"]

_UNDEFINED = re.compile("`(.*)` is not defined")
_DEFINITIONS = ("def", "defonce")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one form gave: a printed value, or what is wrong, or warnings besides."""

    text: str | None = None
    messages: tuple[Diagnostic, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether the form failed."""
        return any(message.severity == "error" for message in self.messages)


class Conversation:
    """A session and what the REPL adds to it. `EOFError` is raised by what ends it."""

    def __init__(
        self,
        session: Session,
        live: Live | None = None,
        show: Callable[[Any], str] = shown,
    ) -> None:
        self.evaluation = Evaluation(session)
        self.live = live or Live()
        self.commands = Commands(self.evaluation)
        self.evaluation.provide(Functions(self.evaluation, self.live).table())
        self._show, self._inputs = show, 0

    def answers(self, text: str) -> Iterator[Answer]:
        """An answer per form of a text, as soon as there is one. Raises Incomplete before the first
        if the text ends inside a form.
        """
        name = f"<repl {self._inputs + 1}>"
        try:
            forms = self.evaluation.read(expanded(text), name)
        except Incomplete:
            raise
        except AnglipyError as error:
            self._inputs += 1
            self.evaluation.remember_error(error)
            yield Answer(messages=error.diagnostics)
            return
        self._inputs += 1
        with self.evaluation.announced(forms):
            for form in forms:
                yield self._answer(form)

    def _answer(self, form: Form) -> Answer:
        """The answer to one form. A mistake of ours is reported like one of the user's: the session
        goes on.
        """
        try:
            command = self.commands.answer(form)
            if command is not None:
                return Answer(command)
            value = self.evaluation.form(form)
            show = defined if head_of(form) in _DEFINITIONS else self._show
            with self.live.saying(_summarising(value)):
                text = str(value) if isinstance(value, Quiet) else show(value)
        except (EOFError, KeyboardInterrupt):
            raise
        except AnglipyError as error:
            self.evaluation.remember_error(error)
            return Answer(messages=tuple(map(_hinted, error.diagnostics)))
        except Exception as error:
            self.evaluation.remember_error(error)
            return Answer(messages=(_ours(error, form.span),))
        if not isinstance(value, Quiet):
            self.evaluation.remember(value)
        return Answer(text, self.evaluation.warnings())

    def load(self, text: str, name: str) -> None:
        """Evaluate a whole text, such as a file. Raises AnglipyError."""
        self.evaluation.load_text(name, text)


def _hinted(message: Diagnostic) -> Diagnostic:
    """The same message, with a hint where an algorithm was named without its colon."""
    found = _UNDEFINED.fullmatch(message.message)
    if found and SHORT.get(found[1], found[1]) in ALGORITHMS:
        return replace(message, help=f"the algorithm is `:{found[1]}`, with a colon")
    return message


def _summarising(value: Any) -> Text:
    """What to say while a value is made a text, which takes long for many draws."""
    stopped = "stopped; " if getattr(value, "stopped", None) is True else ""
    return lambda seconds: f"{stopped}summarising ...  {clock(seconds)}"


def _ours(error: Any, span: Span) -> Diagnostic:
    return InternalError(
        "AQ901",
        f"anglipy failed: {type(error).__name__}: {error}",
        span,
        help="this is our bug, please report it with the form that caused it",
    ).diagnostic
