"""Global names: built-in ones, those of the standard library, and those a program defines.

A `Namespace` is one program: passed, never global. Two programs in one process cannot see each
other.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from types import ModuleType
from typing import Any

from anglipy.diagnostics import AnglipyError, ProgramError, Span
from anglipy.emit import GROUP_RUNTIME_NAMES, RUNTIME_NAMES
from anglipy.expand import SPECIAL
from anglipy.forms import Form, ListForm
from anglipy.interop import is_plotting
from anglipy.macros import MACROS
from anglipy.names import Names, python_name
from anglipy.runtime.classes import FULL_NAMES
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.foreign import own_function, plain
from anglipy.runtime.functions import APPLY, mem, mem_recursive
from anglipy.runtime.locate import SOURCES
from anglipy.runtime.primitives import CONSTANTS, PRIMITIVES, Primitive
from anglipy.runtime.torch_modules import callable_of
from anglipy.runtime.unwinding import MACHINE_FUNCTIONS
from anglipy.runtime.variables import NamespaceValue
from anglipy.scopes import SiteInfo
from anglipy.stdlib import defined
from anglipy.surroundings import RESERVED
from anglipy.syntax import Binding
from anglipy.usermacros import expand_call

__all__ = ["ALIASES", "Definition", "Namespace"]

ALIASES = {
    "str": "clojure.string",
    "string": "clojure.string",
    "m": "clojure.core.matrix",
    "mat": "clojure.core.matrix",
    "stat": "anglican.stat",
    "s": "anglican.stat",
    "core": "clojure.core",
}
"""Aliases that work without a `require`, because nearly every program uses them so."""

_INTRINSIC: dict[str, Callable[..., Any]] = {"mem": mem, "mem-recursive": mem_recursive}
"""Built-in functions that know the machine, so that they are no primitives of the runtime."""

_RESERVED = {"frame", "k", "state", "value", *RUNTIME_NAMES, *GROUP_RUNTIME_NAMES}
"""Names that generated code has another use for."""

_ANONYMOUS = ("clojure.core", "clojure.core.matrix", "anglican.", "anglib.", "anglipy.")
"""Namespaces of libraries (or how their names begin) whose functions are built in by their short
names.
"""

_PLOTTING = "plotting*"
"""The name under which a layer above gives what is called for an unknown function that plots."""


class _BuiltIns:
    """Names with their meanings, and what generated code calls them."""

    def __init__(self) -> None:
        self.bindings: dict[str, Binding] = {}
        self.values: dict[str, Any] = {}
        """Python name -> value, for the globals of generated modules."""
        self._fresh = Names(set(_RESERVED))
        self._known: dict[Callable[..., Any], str] = {}

    def python(self, function: Callable[..., Any], wanted: str) -> str:
        """The one name of a function in generated code."""
        if function not in self._known:
            self._known[function] = self._fresh(wanted)
            self.values[self._known[function]] = function
        return self._known[function]

    def primitive(self, name: str, entry: Primitive, library: Binding | None) -> None:
        """A primitive; `library` is the version for functions that sample, where there is one."""
        binary = None
        if entry.binary is not None:
            written = self.python(entry.binary, entry.binary.__name__)
            binary = Binding(name, written, "primitive", 2, 2)
        stochastic = library
        if name == "apply":
            stochastic = Binding("apply", "apply_stochastic", "library")
            self.values["apply_stochastic"] = APPLY
        low, high = entry.arity
        python, functions = self.python(entry.fn, entry.python_name), entry.function_args
        self.bindings[name] = Binding(
            name, python, "primitive", low, high, functions, stochastic, binary
        )
        if library is not None:
            direct = f"directly/{name}"
            self.bindings[direct] = Binding(direct, python, "primitive", low, high)

    def value(
        self, name: str, value: Any, kind: str, low: int = 0, high: int | None = None
    ) -> None:
        """Anything else, under a name of its own in generated code."""
        python = self._fresh(name)
        self.bindings[name] = Binding(name, python, kind, low, high)
        self.values[python] = value


@cache
def _built_ins() -> _BuiltIns:
    """Everything that is there before a program says a word. Constant once made."""
    made = _BuiltIns()
    library = {
        name: Binding(name, f"core_{python_name(name)}", "library", low, high)
        for name, low, high in defined()
    }
    for name, entry in PRIMITIVES.items():
        made.primitive(name, entry, library.get(name))
    made.bindings.update((name, b) for name, b in library.items() if name not in made.bindings)
    for name, constructor in CONSTRUCTORS.items():
        made.value(name, constructor, "primitive", *_arity(constructor))
    for name, constant in CONSTANTS.items():
        made.value(name, constant, "value")
    for name, (closure, low, high) in MACHINE_FUNCTIONS.items():
        made.value(name, closure, "library", low, high)
    for name, function in _INTRINSIC.items():
        made.value(name, function, "primitive", *_arity(function))
    return made


_DISTRIBUTIONS: frozenset[Any] = frozenset(CONSTRUCTORS.values())


def _arity(made: Callable[..., Any]) -> tuple[int, int | None]:
    if isinstance(made, partial):
        return 0, None
    low, high = 0, 0
    for parameter in inspect.signature(made).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            return low, None
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            high += 1
            low += parameter.default is parameter.empty
    return low, high


@dataclass(frozen=True, slots=True)
class Definition:
    """What is known of a name a program defines: its sites and the globals it refers to."""

    name: str
    doc: str | None
    sites: tuple[SiteInfo, ...]
    references: frozenset[str]
    digest: str
    """A hash of the form that defines it: layout and comments do not change it."""
    is_query: bool
    span: Span
    """Of its name."""
    whole: Span
    """Of the form that defines it."""


@dataclass
class Namespace:
    """The globals of one program, as the compiler knows them and as generated code sees them."""

    extra: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Functions added by the layers above, e.g. `doquery`."""
    extra_bindings: dict[str, Binding] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=lambda: dict(ALIASES))
    definitions: dict[str, Definition] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    """The globals dictionary of the generated module."""
    modules: dict[str, ModuleType | None] = field(default_factory=dict)
    """Python modules by alias; None while only checking."""
    macros: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """The functions of the macros the program defines."""
    expanded: dict[Span, str] = field(default_factory=dict)
    """Where a macro of the program was called, and which."""
    name: str = "user"
    """What `(ns name)` said last."""
    names: Names = field(init=False)
    """Gives names for generated code; never the same twice, so code of an old definition stays
    whole.
    """

    def __post_init__(self) -> None:
        built_ins = _built_ins()
        reserved = {*_RESERVED, *built_ins.values}
        reserved |= {
            binding.stochastic.python
            for binding in built_ins.bindings.values()
            if binding.stochastic
        }
        self.names = Names(reserved)
        self.values.update(built_ins.values)
        self.values[SOURCES] = {}
        for name, function in self.extra.items():
            self.add_extra(name, function)

    def add_extra(self, name: str, function: Callable[..., Any]) -> Binding:
        """Make a function of a layer above known; the program's own names hide it."""
        low, high = _arity(function)
        binding = Binding(name, self.names(name), "primitive", low, high)
        self.extra_bindings[name] = binding
        self.values[binding.python] = function
        return binding

    def rename(self, name: str) -> None:
        """What follows stands in a namespace of this name."""
        self.name = name
        self.values[_built_ins().bindings["*ns*"].python] = NamespaceValue(name)

    def lookup(self, name: str) -> Binding | None:
        """The meaning of a global name; the program's own names hide built-in ones."""
        for known in self._tables():
            if name in known:
                return known[name]
        space, slash, short = name.partition("/")
        if not slash or not space:
            return None
        if space == self.name:
            return self.lookup(short)
        if space in self.modules:
            return self.refer_python(name, short, self.modules[space])
        return self._in_namespace(self.aliases.get(space, space), short)

    def _tables(self) -> tuple[Mapping[str, Binding], ...]:
        return self.bindings, self.extra_bindings, _built_ins().bindings

    def _in_namespace(self, space: str, short: str) -> Binding | None:
        """The meaning of a name in a namespace given in full, or in a class of Java's."""
        for known in self._tables():
            if f"{space}/{short}" in known:
                return known[f"{space}/{short}"]
        if space.startswith(_ANONYMOUS):
            for known in self._tables()[1:]:
                if short in known:
                    return known[short]
        if is_plotting(space) and _PLOTTING in self.extra:
            return self.add_extra(f"{space}/{short}", partial(self.extra[_PLOTTING], short))
        if space == "clojure.math":
            first, *words = short.split("-")
            return self.lookup(f"Math/{first}{''.join(map(str.capitalize, words))}")
        _, dot, kind = space.rpartition(".")
        return self.lookup(f"{kind}/{short}") if dot and kind[:1].isupper() else None

    def is_listed(self, space: str) -> bool:
        """Whether the names of a namespace are known, so that others are mistakes."""
        return any(name.startswith(f"{space}/") for names in self._tables() for name in names)

    def refer_all(self, space: str, excluded: Collection[str] = ()) -> None:
        """Bind the names of a namespace without it, as `(:use space)` does; names that the program
        has defined stay.
        """
        prefix = f"{space}/"
        for known in self._tables():
            for name in [name for name in known if name.startswith(prefix)]:
                short = name.removeprefix(prefix)
                if short not in excluded and short not in self.definitions:
                    self.bindings[short] = known[name]
        for name in [name for name in self.macros if name.startswith(prefix)]:
            self.macros.setdefault(name.removeprefix(prefix), self.macros[name])

    def macro(self, name: str) -> Callable[[ListForm], Form] | None:
        """What expands calls of a macro of the program."""
        function = self.macros.get(self._of_macro(name))
        return None if function is None else partial(self._expanded, name, function)

    def _expanded(self, name: str, function: Callable[..., Any], form: ListForm) -> Form:
        self.expanded[form.span] = self._of_macro(name)
        return expand_call(name, function, form)

    def is_macro(self, name: str) -> bool:
        """Whether the program defines a macro of this name."""
        return self._of_macro(name) in self.macros

    def _of_macro(self, name: str) -> str:
        """The name under which the table of macros would have what a name means."""
        space, slash, short = name.partition("/")
        if not slash or not space or name in self.macros:
            return name
        return short if space == self.name else f"{self.aliases.get(space, space)}/{short}"

    def has(self, name: str) -> bool:
        """Whether the program has defined a name by now."""
        return name in self.definitions

    def declare(self, name: str) -> None:
        """A name without a value yet."""
        if name not in self.bindings:
            self.bindings[name] = Binding(name, self.names(name), "declared")

    def qualified(self, name: str) -> str:
        """The full name of what a name in a syntax-quote means."""
        special = name in SPECIAL or name in RESERVED or name in ("&", "finally")
        if special or "/" in name or name.startswith(".") or name.endswith("."):
            return name
        own = name in self.bindings or name in self.macros
        if not own and name in FULL_NAMES:
            return name  # As it stands in a `catch`.
        if not own and (name in MACROS or name in _built_ins().bindings):
            return f"clojure.core/{name}"
        if not own and name[:1].isupper():
            return name  # The name of a class.
        return f"{self.name}/{name}"

    def all_names(self) -> Iterator[str]:
        """Every name that means something, the program's own first."""
        yield from self.bindings
        yield from self.macros
        yield from self.extra_bindings
        yield from _built_ins().bindings

    def is_built_in_function(self, name: str) -> bool:
        """Whether the language has a function of this name, be it hidden by the program's own."""
        binding = _built_ins().bindings.get(name)
        return binding is not None and binding.kind in ("primitive", "library")

    def own_names(self, only_queries: bool = False) -> Iterator[str]:
        """The names that the program itself defines, or those of its queries."""
        for name, definition in self.definitions.items():
            if definition.is_query or not only_queries:
                yield name
        if not only_queries:
            yield from self.macros

    def refusal(self, binding: Binding, args: Sequence[Any]) -> AnglipyError | None:
        """The error of a distribution that cannot have these parameters, if it is one. Only of
        numbers: vectors and matrices would bring numpy with them.
        """
        made: Any = _built_ins().values.get(binding.python)
        if made not in _DISTRIBUTIONS or not all(isinstance(arg, int | float) for arg in args):
            return None
        if len(args) < binding.low or (binding.high is not None and len(args) > binding.high):
            return None
        try:
            made(*args)
        except ProgramError as error:
            return error
        return None

    def unqualified(self, name: str) -> str:
        """A name without the namespace, if that is the program's own."""
        return name.removeprefix(f"{self.name}/")

    def define(self, name: str, value: Any, binding: Binding) -> None:
        """Bind a name to a value."""
        self.bindings[name] = binding
        self.values[binding.python] = value
        self.macros.pop(name, None)

    def value_of(self, name: str) -> Any:
        """The value a defined name holds."""
        return self.values[self.bindings[name].python]

    def refer_python(self, name: str, attribute: str, module: ModuleType | None) -> Binding | None:
        """Bind `name` to an attribute of a Python module; None if it has no such attribute."""
        python = python_name(attribute)
        if module is not None and not hasattr(module, python):
            return None
        return self.define_python(name, getattr(module, python, None), module is None)

    def define_python(self, name: str, value: Any, is_function: bool = False) -> Binding:
        """Bind `name` to a value of Python: a function if it can be called."""
        value = own_function(plain(callable_of(value)))
        kind = "python" if is_function or callable(value) else "value"
        binding = Binding(name, self.names(name), kind)
        self.define(name, value, binding)
        return binding

    def absorb(self, prefix: str, other: Namespace) -> None:
        """Make what another file defines available as `prefix/name`."""
        for name, function in other.macros.items():
            self.macros[name if "/" in name else f"{prefix}/{name}"] = function
        for name, definition in other.definitions.items():
            # What the other file has from a third one is known by the name of that.
            full = name if name.find("/") > 0 else f"{prefix}/{name}"
            if full in self.definitions and self.value_of(full) is other.value_of(name):
                continue
            binding = replace(other.bindings[name], name=full, python=self.names(full))
            references = frozenset(
                f"{prefix}/{r}" if r in other.definitions and r.find("/") < 1 else r
                for r in definition.references
            )
            self.define(full, other.value_of(name), binding)
            self.definitions[full] = replace(definition, name=full, references=references)
