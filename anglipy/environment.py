"""Global names: built-in ones, those of the standard library, and those a program defines.

A `Namespace` is one program: passed, never global. Two programs in one process cannot see each
other.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import ModuleType
from typing import Any

from anglipy.diagnostics import Source, Span
from anglipy.emit import GROUP_RUNTIME_NAMES, RUNTIME_NAMES
from anglipy.forms import ListForm, Symbol
from anglipy.names import Names, python_name
from anglipy.reader import read
from anglipy.resources import resource
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.functions import APPLY, mem, mem_recursive
from anglipy.runtime.locate import SOURCES
from anglipy.runtime.primitives import CONSTANTS, PRIMITIVES
from anglipy.scopes import SiteInfo
from anglipy.syntax import Binding

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

_KNOWN_NAMESPACES = (
    "clojure.core/",
    "anglican.runtime/",
    "anglican.core/",
    "anglican.stat/",
    "clojure.core.matrix/",
)


@dataclass(frozen=True, slots=True)
class _BuiltIns:
    bindings: dict[str, Binding]
    values: dict[str, Any]
    """Python name -> value, for the globals of generated modules."""


@cache
def _built_ins() -> _BuiltIns:
    """Everything that is there before a program says a word. Constant once made."""
    names = Names(set(_RESERVED))
    bindings: dict[str, Binding] = {}
    values: dict[str, Any] = {}
    python_names: dict[Callable[..., Any], str] = {}
    library = {
        name: Binding(name, f"core_{python_name(name)}", "library") for name in _library_names()
    }

    def named(function: Callable[..., Any], python: str) -> str:
        """The one name of a function in generated code."""
        if function not in python_names:
            python_names[function] = names(python)
            values[python_names[function]] = function
        return python_names[function]

    for name, entry in PRIMITIVES.items():
        low, high = entry.arity
        binary = None
        if entry.binary is not None:
            binary = Binding(name, named(entry.binary, entry.binary.__name__), "primitive", 2, 2)
        stochastic = library.get(name)
        if name == "apply":
            stochastic = Binding("apply", "apply_stochastic", "library")
            values["apply_stochastic"] = APPLY
        python = named(entry.fn, entry.python_name)
        bindings[name] = Binding(
            name, python, "primitive", low, high, entry.function_args, stochastic, binary
        )
    for name, made in CONSTRUCTORS.items():
        python = names(name)
        low, high = _arity(made)
        bindings[name] = Binding(name, python, "primitive", low, high)
        values[python] = made
    for name, value in CONSTANTS.items():
        python = names(name)
        bindings[name] = Binding(name, python, "value")
        values[python] = value
    for name, function in _INTRINSIC.items():
        python = names(name)
        bindings[name] = Binding(name, python, "primitive", *_arity(function))
        values[python] = function
    return _BuiltIns(bindings, values)


@cache
def _library_names() -> frozenset[str]:
    text = resource("stdlib", "core.aq").read_text(encoding="utf-8")
    forms = read(Source("stdlib/core.aq", text))
    defined = (f.items[1] for f in forms if isinstance(f, ListForm) and len(f.items) > 2)
    return frozenset(name.name for name in defined if isinstance(name, Symbol))


def _arity(made: Callable[..., Any]) -> tuple[int, int | None]:
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


@dataclass
class Namespace:
    """The globals of one program, as the compiler knows them and as generated code sees them."""

    extra: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Functions added by the layers above, e.g. `doquery`."""
    bindings: dict[str, Binding] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=lambda: dict(ALIASES))
    definitions: dict[str, Definition] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    """The globals dictionary of the generated module."""
    modules: dict[str, ModuleType | None] = field(default_factory=dict)
    """Python modules by alias; None while only checking."""
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
            low, high = _arity(function)
            self.define(name, function, Binding(name, self.names(name), "primitive", low, high))

    def lookup(self, name: str) -> Binding | None:
        """The meaning of a global name; the program's own names hide built-in ones."""
        if name in self.bindings:
            return self.bindings[name]
        built_ins = _built_ins().bindings
        if name in built_ins:
            return built_ins[name]
        space, slash, short = name.partition("/")
        if not slash or not space:
            return None
        if space in self.modules:
            return self.refer_python(name, short, self.modules[space])
        full = f"{self.aliases.get(space, space)}/{short}"
        for prefix in _KNOWN_NAMESPACES:
            if full.startswith(prefix) and short in built_ins:
                return built_ins[short]
        return self.bindings.get(full) or built_ins.get(full)

    def all_names(self) -> Iterator[str]:
        """Every name that means something, the program's own first."""
        yield from self.bindings
        yield from _built_ins().bindings

    def define(self, name: str, value: Any, binding: Binding) -> None:
        """Bind a name to a value."""
        self.bindings[name] = binding
        self.values[binding.python] = value

    def value_of(self, name: str) -> Any:
        """The value a defined name holds."""
        return self.values[self.bindings[name].python]

    def refer_python(self, name: str, attribute: str, module: ModuleType | None) -> Binding | None:
        """Bind `name` to an attribute of a Python module; None if it has no such attribute."""
        python = python_name(attribute)
        if module is not None and not hasattr(module, python):
            return None
        value = getattr(module, python, None)
        kind = "python" if module is None or callable(value) else "value"
        binding = Binding(name, self.names(name), kind)
        self.define(name, value, binding)
        return binding

    def absorb(self, prefix: str, other: Namespace) -> None:
        """Make what another file defines available as `prefix/name`."""
        for name, definition in other.definitions.items():
            full = f"{prefix}/{name}"
            binding = replace(other.bindings[name], name=full, python=self.names(full))
            references = frozenset(
                f"{prefix}/{r}" if r in other.definitions else r for r in definition.references
            )
            self.define(full, other.value_of(name), binding)
            self.definitions[full] = replace(definition, name=full, references=references)
