"""What is said to the REPL itself and not to the program: `(doc x)`, `:help` and their kin.

A command is a top-level form whose head the program has not defined, or a line that begins with one
of `SHORTHANDS`. Its arguments are not evaluated: a name stands for itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from anglipy.diagnostics import OptionError
from anglipy.forms import Form, Keyword, ListForm, Literal, Symbol
from anglipy.repl.documentation import Documentation
from anglipy.repl.evaluation import RECENT, Evaluation, head_of
from anglipy.repl.functions import ALGORITHMS, SHORT, Quiet

__all__ = ["COMMANDS", "SHORTHANDS", "Commands", "expanded"]

COMMANDS = {
    "doc": ("(doc name)", "Show what a name means and how it is used."),
    "source": ("(source name)", "Show the text that defines a name."),
    "apropos": ('(apropos "text")', "Find names and documentation with a text in them."),
    "names": ("(names)", "Show what the session has defined."),
    "help": ("(help)", "Show this."),
    "exit": ("(exit)", "Leave."),
    "quit": ("(quit)", "Leave."),
}
"""(usage, meaning) by head."""

SHORTHANDS = {
    ":help": "(help)",
    ":doc": "(doc {})",
    ":source": "(source {})",
    ":apropos": '(apropos "{}")',
    ":load": '(load "{}")',
    ":reload": "(reload)",
    ":names": "(names)",
    ":time": "(time {})",
    ":quit": "(quit)",
    ":exit": "(quit)",
}
"""What a line stands for that begins with one of these; `{}` is the rest of the line."""

_BARE = ("help", "exit", "quit")
"""Commands that are one without brackets, too: nobody who leaves should have to learn how."""

_HELP = """\
Type a form and Enter. A form that is not complete goes on in the next line.

  (infer model [arguments] :smc :particles 1000)    a posterior; Ctrl-C keeps what there is
  (infer model [arguments] :artifact "model.pt")    by a trained network
  (compile-inference model "model.pt" :minutes 5)   train one
  (read-data "image.png")                           data from a file: edn json csv npy png
  (plot *1) (plot *1 :part) (plot *1 "file.png")    look at a posterior
  (marginal p :part) (predicted p :label)           the posterior of a part of it
  (mean p :part) (sd p) (quantile p 0.9) (ess p)    numbers, of all of it or of a part
  (expectation p f) (summary p)                     the mean of a function, all there is
  (doc name) (source name) (apropos "text")         look something up; (doc :smc) an algorithm
  (load "file.aq") (reload)                         evaluate a file, and again
  *1 *2 *3 *e                                       the last values, the last error
  (names) (exit)

Short: :help  :doc NAME  :source NAME  :apropos TEXT  :load FILE  :reload  :names  :time FORM  :quit

Keys: Tab completes, Ctrl-R searches the history, Alt-Enter begins a new line anywhere,
Ctrl-C stops what runs or drops what is typed, Ctrl-D ends."""


def expanded(text: str) -> str:
    """The form that a shorthand stands for; any other text as it is.

    >>> expanded(":doc map"), expanded(":a")
    ('(doc map)', ':a')
    """
    word, _, rest = text.strip().partition(" ")
    pattern = SHORTHANDS.get(word)
    if pattern is None or ("\n" in rest and word != ":time"):
        return text
    rest = rest.strip()
    if '"' in pattern:
        rest = rest.strip('"').replace("\\", "\\\\").replace('"', '\\"')
    if bool(rest) != ("{}" in pattern):
        return text if "{}" not in pattern else pattern.replace(" {}", "").replace(' "{}"', "")
    return pattern.format(rest)


class Commands:
    """The commands of one session."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self.documentation = Documentation(evaluation, COMMANDS)
        self._table: dict[str, Callable[[list[str]], Quiet]] = {
            "doc": self._doc,
            "source": self._source,
            "apropos": self._apropos,
            "names": self._names,
            "help": lambda _: Quiet(_HELP),
            "exit": _leave,
            "quit": _leave,
        }

    def answer(self, form: Form) -> Quiet | None:
        """The answer to a command; None if the form is none. Raises OptionError for a wrong one."""
        if isinstance(form, Symbol) and form.name in _BARE:
            form = ListForm((form,), form.span)
        head = head_of(form)
        if head not in self._table or head in self._evaluation.namespace.bindings:
            return None
        assert isinstance(form, ListForm)
        words = [_word(item, COMMANDS[head][0]) for item in form.items[1:]]
        needed = COMMANDS[head][0].count(" ")
        if len(words) != needed:
            raise OptionError(
                "AQ303",
                f"`{head}` takes {needed or 'no'} argument{'' if needed == 1 else 's'}",
                form.span,
                help=COMMANDS[head][0],
            )
        try:
            return self._table[head](words)
        except OptionError as error:
            raise error.located(form.span) from None

    def _doc(self, words: list[str]) -> Quiet:
        bare = words[0].removeprefix(":")
        is_engine = SHORT.get(bare, bare) in ALGORITHMS
        if bare != words[0] or (is_engine and self.documentation.lookup(bare) is None):
            from anglipy.repl.reference import engine_text

            return Quiet(engine_text(bare))
        return Quiet(self.documentation.entry(words[0]).text())

    def _source(self, words: list[str]) -> Quiet:
        return Quiet(self.documentation.source(words[0]))

    def _apropos(self, words: list[str]) -> Quiet:
        from anglipy.repl.reference import engines_with

        found = self.documentation.search(words[0])
        engines = engines_with(words[0])
        if not found and not engines:
            return Quiet(f"nothing has `{words[0]}` in its name or documentation")
        return Quiet(_listed([(entry.name, entry.line) for entry in (*engines, *found)]))

    def _names(self, _: list[str]) -> Quiet:
        definitions = self._evaluation.namespace.definitions
        entries = [self.documentation.entry(name) for name in definitions if name not in RECENT]
        if not entries:
            return Quiet("nothing is defined yet")
        return Quiet(
            _listed([(entry.name, entry.line if entry.doc else entry.kind) for entry in entries])
        )


def _leave(_: list[str]) -> Quiet:
    raise EOFError


def _word(form: Form, usage: str) -> str:
    """A name, a keyword or a string, as text."""
    if isinstance(form, Symbol):
        return form.name
    if isinstance(form, Keyword):
        return f":{form.name}"
    if isinstance(form, Literal) and (isinstance(form.value, str) or form.value is None):
        return "nil" if form.value is None else str(form.value)
    if head_of(form) == "quote" and isinstance(form, ListForm) and len(form.items) == 2:
        return _word(form.items[1], usage)
    raise OptionError("AQ303", "expected a name", form.span, help=usage)


def _listed(rows: list[tuple[str, str]]) -> str:
    width = min(30, max(len(name) for name, _ in rows))
    lines = [f"{name.ljust(width)}  {inspect.cleandoc(line)}".rstrip() for name, line in rows]
    return "\n".join(line if len(line) <= 100 else f"{line[:97].rstrip()}..." for line in lines)
