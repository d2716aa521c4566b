"""What is known of a name: how it is used, what it does, where it stands.

`lookup` finds the program's own names first, then what the REPL adds, then what is built in.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from anglipy.diagnostics import OptionError, Source, Span
from anglipy.expand import SPECIAL
from anglipy.forms import Form, ListForm, Literal, Symbol, VectorForm
from anglipy.host import HOST
from anglipy.macros import MACROS
from anglipy.names import meant
from anglipy.printer import print_form
from anglipy.reader import read
from anglipy.repl.evaluation import Evaluation
from anglipy.repl.examples import Example, example_of
from anglipy.repl.special_forms import SPECIAL_FORMS
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.equality import MapLike, SetLike, elements
from anglipy.runtime.machine import Query
from anglipy.runtime.primitives import CONSTANTS, PRIMITIVES
from anglipy.runtime.printing import describe
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.unwinding import MACHINE_FUNCTIONS
from anglipy.stdlib import REQUIRED, required, sources

__all__ = ["Documentation", "Entry", "aliases"]


_OWN_USAGE = re.compile(r"^(?:`\([^`]*\)`(?:, | or |, or )?)+: ")
"""How a documentation begins that says how it is used before it says what it does."""
_INTERNAL = re.compile(
    r"directly/.*|plotting\*|.*\|.*|(let|loop|fn|query|thunk|binding|do)\*|with-(out|in)-str\*"
    r"|wrong-arity|no-matching-clause|assertion-failed|current-seconds|print-elapsed"
    r"|on-demand\?|ending-seq|for-(all|some)|mem-recursive|call-method|bind-globals"
    r"|(make|throw)-exception|exception-is\?|delayed|delivered|lazy-sequence"
    r"|user-(distribution|process)|make-(protocol|record|reified|methods)|extend-protocol!"
    r"|protocol-method|instance-of\?|add-method!|method-of|class-named|local-variable|var-of"
    r"|global-hierarchy|command\*|redirecting|(java|clojure\.lang)\.[\w.]*"
)
"""Names that programs do not write: what macros are made of."""
_WRITTEN = ("store", "retrieve")
"""The functions of the machine that programs do write."""
_SENTENCE = re.compile(r"(?<!\.\.)\.\s")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a name."""

    name: str
    kind: str
    """`function`, `query`, `macro`, `special form`, `distribution`, `value`, `command`."""
    usages: tuple[str, ...] = ()
    doc: str = ""
    span: Span | None = None
    """Where the program defines it."""
    function: Callable[..., Any] | None = None
    """The Python that it is, if it is."""
    example: Example | None = None
    """Of what is built in: one that runs."""

    @property
    def line(self) -> str:
        """The first sentence of the documentation, or else how it is used."""
        first = _OWN_USAGE.sub("", " ".join(self.doc.split("\n\n")[0].split()))
        return _SENTENCE.split(first)[0].rstrip(".") or " ".join(self.usages[:1]) or self.kind

    def text(self) -> str:
        """All of it, as `doc` shows it."""
        place = f", {self.span}" if self.span else ""
        lines = [f"{self.name}: {self.kind}{place}", *(f"  {usage}" for usage in self.usages)]
        if self.doc:
            lines += [
                "",
                *(f"  {line}".rstrip() for line in inspect.cleandoc(self.doc).split("\n")),
            ]
        if self.example:
            lines += ["", *(f"  {line}" for line in self.example.text.split("\n"))]
        return "\n".join(lines)


class Documentation:
    """The names of a session. `commands` are those that only the REPL knows: (usage, meaning)."""

    def __init__(self, evaluation: Evaluation, commands: Mapping[str, tuple[str, str]]) -> None:
        self._evaluation, self._commands = evaluation, commands

    def names(self) -> Iterator[str]:
        """Every name that means something, each once, the program's own first."""
        namespace = self._evaluation.namespace
        found = dict.fromkeys(namespace.definitions)
        for names in (namespace.all_names(), _required(), self._commands, SPECIAL_FORMS, MACROS):
            found.update(dict.fromkeys(names))
        machine = MACHINE_FUNCTIONS.keys() - _WRITTEN
        return (n for n in found if n not in machine and not _INTERNAL.fullmatch(n))

    def lookup(self, name: str) -> Entry | None:
        """What is known of a name; None if it means nothing."""
        found = self._own(name) or self._command(name)
        if found is not None:
            return found
        found = _special(name) or _built_in(name) or self._bound(name)
        return found and replace(found, example=example_of(name, *aliases(name)))

    def entry(self, name: str) -> Entry:
        """What is known of a name. Raises OptionError AQ304 if it means nothing."""
        found = self.lookup(name)
        if found is None:
            near = meant(name, self._evaluation.namespace.own_names(), self.names())
            hint = f"did you mean `{near}`?" if near else '(apropos "...") searches'
            raise OptionError("AQ304", f"nothing is called `{name}`", help=hint)
        return found

    def search(self, text: str, limit: int = 40) -> list[Entry]:
        """The entries whose name or documentation has a text in it, names first."""
        wanted = text.lower()
        entries = [entry for name in self.names() if (entry := self.lookup(name)) is not None]
        named = [entry for entry in entries if wanted in entry.name.lower()]
        told = [e for e in entries if wanted in e.doc.lower() and wanted not in e.name.lower()]
        return [*sorted(named, key=lambda e: (len(e.name), e.name)), *told][:limit]

    def source(self, name: str) -> str:
        """The text that defines a name. Raises OptionError AQ304 if there is none."""
        form = self._evaluation.origins.get(name) or _library().get(name)
        own = name in self._evaluation.namespace.definitions
        if form is not None and (own or name not in self._evaluation.namespace.bindings):
            return form.span.source.text[form.span.start : form.span.end]
        entry = self.entry(name)
        try:
            if entry.function is not None:
                text = inspect.getsource(entry.function)
                return f";; {name} is built in: Python\n{textwrap.dedent(text).rstrip()}"
        except (OSError, TypeError):
            pass
        raise OptionError("AQ304", f"there is no source of `{name}`: it is a {entry.kind}")

    def _own(self, name: str) -> Entry | None:
        """What the program defines."""
        namespace = self._evaluation.namespace
        definition = namespace.definitions.get(name)
        if definition is None:
            is_macro = namespace.is_macro(name)
            return Entry(name, "macro", (), "defined by the program") if is_macro else None
        value = namespace.value_of(name)
        kind = _kind(value)
        form = self._evaluation.origins.get(name)
        usages = () if form is None else tuple(_usages(name, form))
        if kind == "query":
            usages = tuple(f"(infer {name} [{usage[1:-1].partition(' ')[2]}])" for usage in usages)
        doc = definition.doc or (describe(value) if kind == "value" else "")
        return Entry(name, kind, usages, doc, definition.span)

    def _command(self, name: str) -> Entry | None:
        if name not in self._commands or name in self._evaluation.namespace.bindings:
            return None
        usage, doc = self._commands[name]
        return Entry(name, "command", (usage,), doc)

    def _bound(self, name: str) -> Entry | None:
        """What is only known as a value: functions of Python, of upper layers, aliases."""
        namespace = self._evaluation.namespace
        binding = namespace.lookup(name)
        if binding is None or binding.kind == "declared":
            return None
        if binding.name != name:
            found = _built_in(binding.name)
            if found is not None:
                return found
        value = namespace.values.get(binding.python)
        if callable(value) and not isinstance(value, Query):
            return _of_python(name, value, "function")
        return Entry(name, "value", (), describe(value))


def _kind(value: Any) -> str:
    """What a program has defined. Collections and keywords can be called, but are values."""
    if isinstance(value, Query):
        return "query"
    is_data = elements(value) is not None or isinstance(value, (MapLike, SetLike, Keyword))
    return "function" if callable(value) and not is_data else "value"


def aliases(name: str) -> tuple[str, ...]:
    """The names of the same built-in function."""
    return _aliases().get(name, ())


@cache
def _aliases() -> dict[str, tuple[str, ...]]:
    groups: dict[Any, list[str]] = {}
    for name, entry in PRIMITIVES.items():
        groups.setdefault(entry.fn, []).append(name)
    for name, function in HOST.items():
        called = (function.func, function.args) if isinstance(function, partial) else function
        groups.setdefault(called, []).append(name)
    return {name: tuple(names) for names in groups.values() for name in names if len(names) > 1}


def _special(name: str) -> Entry | None:
    if name in SPECIAL_FORMS:
        usage, doc = SPECIAL_FORMS[name]
        kind = "macro" if name in MACROS else "special form"
        function = MACROS[name].function if name in MACROS else SPECIAL.get(name)
        return Entry(name, kind, (usage,), doc, function=function)
    if name in MACROS:
        return Entry(name, "macro", (MACROS[name].usage,), function=MACROS[name].function)
    return Entry(name, "special form", function=SPECIAL[name]) if name in SPECIAL else None


def _built_in(name: str) -> Entry | None:
    if name in PRIMITIVES:
        entry = PRIMITIVES[name]
        return Entry(name, "function", (_usage(name, entry.fn),), entry.doc, function=entry.fn)
    if name in CONSTRUCTORS:
        return _of_python(name, CONSTRUCTORS[name], "distribution")
    if name in CONSTANTS:
        return Entry(name, "value", (), describe(CONSTANTS[name]))
    form = _library().get(name) or _required().get(name)
    if form is None:
        return None
    assert isinstance(form, ListForm)
    kind = "macro" if form.items[0].name == "defmacro" else "function"  # type: ignore[union-attr]
    return Entry(name, kind, tuple(_usages(name, form)), _doc_of(form))


def _doc_of(form: Form) -> str:
    """The text behind the name in a definition."""
    text = form.items[2] if isinstance(form, ListForm) else None
    return str(text.value) if isinstance(text, Literal) and isinstance(text.value, str) else ""


def _of_python(name: str, value: Callable[..., Any], kind: str) -> Entry:
    return Entry(name, kind, (_usage(name, value),), inspect.getdoc(value) or "", function=value)


def _usage(name: str, function: Callable[..., Any]) -> str:
    """A call of a Python function, as the language writes it."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return f"({name} ...)"
    words = []
    for parameter in parameters:
        word = parameter.name.strip("_").replace("_", "-")
        if parameter.kind is parameter.VAR_POSITIONAL:
            word = f"{word}..."
        elif parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            continue
        elif parameter.default is not parameter.empty:
            word = f"{word}?"
        words.append(word)
    return f"({' '.join([name, *words])})"


def _usages(name: str, form: Form) -> Iterator[str]:
    """The calls that a definition allows, by its parameter vectors."""
    items = form.items[2:] if isinstance(form, ListForm) else ()
    if items and isinstance(items[0], Literal):
        items = items[1:]
    if len(items) == 1 and isinstance(items[0], ListForm) and _is_function(items[0]):
        items = items[0].items[1:]
    for item in items:
        if isinstance(item, VectorForm):
            yield _call(name, item)
            return
        if isinstance(item, ListForm) and item.items and isinstance(item.items[0], VectorForm):
            yield _call(name, item.items[0])


def _is_function(form: ListForm) -> bool:
    return bool(form.items) and form.items[0] in _FUNCTION_HEADS


def _call(name: str, parameters: VectorForm) -> str:
    return f"({' '.join([name, *map(print_form, parameters.items)])})"


_NOWHERE = Span(Source("", ""), 0, 0)
_FUNCTION_HEADS = tuple(Symbol(name, _NOWHERE) for name in ("fn", "fm", "query"))


@cache
def _library() -> dict[str, Form]:
    """The definitions of the part of the library that is written in the language."""
    return {
        form.items[1].name: form
        for source in sources()
        for form in read(source)
        if isinstance(form, ListForm) and len(form.items) > 2 and isinstance(form.items[1], Symbol)
    }


@cache
def _required() -> dict[str, Form]:
    """What the namespaces define that are compiled when they are required: by full names, if it is
    documented.
    """
    found: dict[str, Form] = {}
    for space in REQUIRED:
        source = required(space)
        assert source is not None
        for form in read(source):
            if isinstance(form, ListForm) and len(form.items) > 2 and _doc_of(form):
                found[f"{space}/{form.items[1].name}"] = form  # type: ignore[union-attr]
    return found
