"""Forms evaluated one after the other in a namespace that outlives errors.

An error leaves the namespace as the forms before it left it. A function that begins to draw (or to
observe) after others were compiled to call it directly is no hole: they are compiled again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anglipy.api import Session
from anglipy.compile import Compiler
from anglipy.diagnostics import AnglipyError, Diagnostic, OptionError, Source
from anglipy.environment import Namespace
from anglipy.forms import Form, ListForm, Symbol
from anglipy.reader import read
from anglipy.syntax import Binding
from anglipy.toplevel import toplevel

__all__ = ["RECENT", "Evaluation", "head_of"]

RECENT = ("*1", "*2", "*3")
"""The names of the last values, newest first."""
_ERROR = "*e"

Extra = Mapping[str, Callable[..., Any]]


class Evaluation:
    """A session's namespace, what its names were defined by, and its last values."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.compiler: Compiler = session.compiler
        self.origins: dict[str, Form] = {}
        """The top-level form that defined each name."""
        self.files: list[Path] = []
        """What was loaded, each once, in the order of the last time."""
        for name in (*RECENT, _ERROR):
            self.namespace.define(name, None, Binding(name, self.namespace.names(name), "value"))

    @property
    def namespace(self) -> Namespace:
        """What the session has defined."""
        return self.compiler.namespace

    def provide(self, functions: Extra) -> None:
        """Make functions known that a program may hide by its own."""
        for name, function in functions.items():
            self.namespace.add_extra(name, function)

    def read(self, text: str, name: str) -> tuple[Form, ...]:
        """The forms of a text. Raises ReadError, and Incomplete if it ends inside a form."""
        source = Source(name, text)
        forms = read(source)
        self.compiler.register(source)
        return forms

    def form(self, form: Form) -> Any:
        """The value of one top-level form; that of its last part, if it has several."""
        value = None
        for core in toplevel(form, self.compiler.scope()):
            name = _defined(core)
            before = self.namespace.bindings.get(name)
            value = self.compiler.form(core, form)
            if name:
                self.origins[name] = form
                self._update_callers(name, before)
        return value

    @contextmanager
    def announced(self, forms: tuple[Form, ...]) -> Iterator[None]:
        """Names that forms will define may be used before; those that they did not define after all
        and that nothing refers to are forgotten.
        """
        known = set(self.namespace.bindings)
        self.compiler.announce(forms)
        try:
            yield
        finally:
            definitions = self.namespace.definitions.values()
            used = {name for item in definitions for name in item.references}
            for name in set(self.namespace.bindings) - known - used:
                if self.namespace.bindings[name].kind == "declared":
                    del self.namespace.bindings[name]

    def load(self, path: Path) -> None:
        """Evaluate a file. Stops at the first error, which it raises."""
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise OptionError("AQ304", f"there is no file {path}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise OptionError("AQ304", f"cannot read {path}: {error}") from error
        self.load_text(str(path), text)

    def load_text(self, name: str, text: str) -> None:
        """Evaluate the text of a file, which is then one that can be loaded again."""
        path = Path(name)
        self.files = [*(file for file in self.files if file != path), path]
        forms = self.read(text, name)
        before, self.compiler.directory = self.compiler.directory, path.parent
        try:
            with self.announced(forms):
                for form in forms:
                    self.form(form)
        finally:
            self.compiler.directory = before

    def remember(self, value: Any) -> None:
        """Make a value `*1`, and those before it `*2` and `*3`."""
        first, second, third = (self.namespace.bindings[name].python for name in RECENT)
        values = self.namespace.values
        values[third], values[second], values[first] = values[second], values[first], value

    def remember_error(self, error: BaseException) -> None:
        """Make an error `*e`."""
        self.namespace.values[self.namespace.bindings[_ERROR].python] = error

    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the compiler had to say since the last call."""
        found = tuple(self.compiler.warnings)
        self.compiler.warnings.clear()
        return found

    def _update_callers(self, name: str, before: Binding | None) -> None:
        """Compile what calls a function again, if it is called in another way from now on."""
        after = self.namespace.bindings.get(name)
        if before is None or after is None or before.kind != "direct" or after.kind == "direct":
            return
        for caller, definition in list(self.namespace.definitions.items()):
            binding = self.namespace.bindings.get(caller)
            is_function = binding is not None and binding.kind in ("direct", "closure")
            if caller == name or name not in definition.references:
                continue
            if caller in self.origins and (is_function or definition.is_query):
                self._again(caller, name)

    def _again(self, caller: str, name: str) -> None:
        form = self.origins[caller]
        before = self.namespace.bindings[caller]
        try:
            for core in toplevel(form, self.compiler.scope()):
                if _defined(core) == caller:
                    self.compiler.form(core, form)
        except AnglipyError as error:
            raise error.noted(f"`{caller}`, which uses `{name}`, was compiled again") from error
        self._update_callers(caller, before)


def head_of(form: Form) -> str:
    """The symbol a list form begins with, or ""."""
    head = form.items[0] if isinstance(form, ListForm) and form.items else None
    return head.name if isinstance(head, Symbol) else ""


def _defined(core: Form) -> str:
    """The name that a core form defines, or ""."""
    if head_of(core) != "def":
        return ""
    assert isinstance(core, ListForm)
    name = core.items[1]
    return name.name if isinstance(name, Symbol) else ""
