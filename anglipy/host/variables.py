"""What a program asks of its own names: variables, namespaces, its hierarchy.

Each function works in the namespace of the compiler that it is made for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from anglipy.compile import Compiler
from anglipy.diagnostics import ResolveError
from anglipy.expand import SPECIAL
from anglipy.linking import LANES
from anglipy.macros import MACROS
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail, text
from anglipy.runtime.scalars import Symbol
from anglipy.runtime.variables import NamespaceValue, Variable
from anglipy.syntax import Binding

__all__ = ["variables"]


def _name(value: Any, name: str) -> str:
    return value.text if isinstance(value, Symbol) else text(value, name)


class _Names:
    """The variables of the namespace of a compiler, one for each name."""

    def __init__(self, compiler: Compiler) -> None:
        self.namespace, self.compiler = compiler.namespace, compiler
        self._known: dict[str, Variable] = {}

    def variable(self, name: str) -> Variable | None:
        """The variable of a name, None if nothing has it."""
        binding = self.namespace.lookup(name)
        if binding is None:
            return None
        space, slash, short = binding.name.rpartition("/")
        if not slash or not space:
            own = binding.name in self.namespace.bindings
            space, short = self.namespace.name if own else "clojure.core", binding.name
        full = f"{space}/{short}"
        if full not in self._known:
            self._known[full] = self._made(space, short, name)
        return self._known[full]

    def redefine(self, name: str, value: Any) -> None:
        """Give a name of the program another value."""
        known = self.namespace.bindings[name]
        self.namespace.define(name, value, replace(known, kind="value", high=None))
        if LANES in self.namespace.values:
            self.compiler.linker().forget()

    def _made(self, space: str, short: str, name: str) -> Variable:
        values = self.namespace.values

        def binding() -> Binding:
            found = self.namespace.lookup(name)
            assert found is not None
            return found

        def write(value: Any) -> None:
            if name in self.namespace.bindings:
                self.redefine(name, value)
            else:
                raise ResolveError("AQ220", f"`{name}` is not of this program: not to be changed")

        def read() -> Any:
            from anglipy.runtime.lanes.groups import CURRENT

            python = binding().python
            if CURRENT.group is not None and LANES in values:
                return values[LANES].values.get(python, values[python])
            return values[python]

        known = self.namespace.definitions.get(short)
        doc = None if known is None else known.doc
        return Variable(space, short, read, write, lambda: binding().python in values, doc)


class _Functions:
    """The functions that know the names of a compiler's namespace."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler, self._names = compiler, _Names(compiler)

    def var_of(self, name: str, reference: Any) -> Variable:
        """The variable of a name that the program uses."""
        found = self._names.variable(name)
        assert found is not None
        return found

    def resolve(self, *arguments: Any) -> Variable | None:
        """The variable that a symbol names, or nil. A namespace before the symbol is ignored."""
        return self._names.variable(_name(arguments[-1], "resolve"))

    def find_var(self, name: Any) -> Variable | None:
        """The variable that a symbol with a namespace names, or nil."""
        return self._names.variable(_name(name, "find-var"))

    def intern(self, space: Any, name: Any, value: Any = None) -> Variable:
        """Let a name have a value, as `def` does; gives the variable."""
        short = _name(name, "intern")
        self._compiler.declare(short)
        self._names.redefine(short, value)
        found = self._names.variable(short)
        assert found is not None
        return found

    def find_ns(self, name: Any) -> NamespaceValue | None:
        """The namespace of a name, nil if it is not that of the program."""
        wanted = name.name if isinstance(name, NamespaceValue) else _name(name, "find-ns")
        known = (self._compiler.namespace.name, "clojure.core")
        return NamespaceValue(wanted) if wanted in known else None

    def the_ns(self, name: Any) -> NamespaceValue:
        """The namespace of a name."""
        found = self.find_ns(name)
        return found if found is not None else fail("the-ns", "the name of a namespace", name)

    def ns_name(self, space: Any) -> Symbol:
        """The name of a namespace, as a symbol."""
        return Symbol(self.the_ns(space).name)

    def ns_publics(self, space: Any = None) -> PersistentMap:
        """The variables that the program defines, by their names."""
        names = self._compiler.namespace.definitions
        return PersistentMap.of((Symbol(name), self._names.variable(name)) for name in names)


def special_symbol(value: Any) -> bool:
    """Whether a symbol is the name of a special form."""
    return isinstance(value, Symbol) and value.text in SPECIAL and value.text not in MACROS


def variables(compiler: Compiler) -> dict[str, Callable[..., Any]]:
    """The functions that a program of this compiler calls, by the names that it calls them by."""
    of_program = _Functions(compiler)
    return {
        "var-of": of_program.var_of,
        "resolve": of_program.resolve,
        "ns-resolve": of_program.resolve,
        "requiring-resolve": of_program.resolve,
        "find-var": of_program.find_var,
        "intern": of_program.intern,
        "find-ns": of_program.find_ns,
        "the-ns": of_program.the_ns,
        "ns-name": of_program.ns_name,
        "ns-publics": of_program.ns_publics,
        "ns-interns": of_program.ns_publics,
        "ns-map": of_program.ns_publics,
        "special-symbol?": special_symbol,
    }
