"""Code for groups, made when an engine first asks for it.

Ordinary code runs one particle. When a program is to run in lockstep, each of its functions that is
reached is compiled a second time from the same core tree (parting -> cps -> lower -> emit), and a
function value is translated by its code: the captured variables are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from anglipy.cps import cps_program
from anglipy.diagnostics import Span
from anglipy.emit import GROUP_RUNTIME_NAMES, Emitted, emit
from anglipy.lower import Code, lower
from anglipy.parting import part
from anglipy.runtime.checkpoints import Site
from anglipy.runtime.foreign import is_vectorised
from anglipy.runtime.functions import Closure
from anglipy.runtime.locate import LANES, LIBRARY, ORDINARY, SOURCES
from anglipy.runtime.machine import Query
from anglipy.syntax import Binding, Fn, Node

if TYPE_CHECKING:
    from anglipy.environment import Namespace

__all__ = ["LANES", "LIBRARY", "Form", "Known", "Linker"]


ON_DEMAND = frozenset(
    [
        "map", "map-indexed", "mapcat", "keep", "keep-indexed", "filter", "remove", "reductions",
        "take-while", "repeatedly", "for-all", "for-some",
    ]
)  # fmt: skip
"""Higher-order primitives that give sequences that are computed on demand."""


class Known(NamedTuple):
    """What the linker has to know of a code for groups: the kind of `Code`, the variables it
    captures.
    """

    kind: str
    captured: tuple[str, ...]


EFFECTS = frozenset(
    [
        "println", "print", "prn", "pr", "newline", "flush", "printf", "pprint",
        "clojure.pprint/pprint", "clojure.pprint/print-table",
        "clojure.pprint/cl-format", "clojure.pprint/write",
        "tap>", "print-elapsed",
        "slurp", "spit", "read-line", "line-seq", "clojure.java.io/delete-file",
        "clojure.java.io/make-parents", "clojure.data.csv/read-csv", "clojure.data.csv/write-csv",
        "swap!", "reset!", "compare-and-set!", "swap-vals!", "reset-vals!", "ref-set", "vreset!",
        "alter", "commute", "vswap!", "send", "send-off", "deliver", "rand", "Math/random",
        "rand-int", "rand-nth", "shuffle", "random-sample", "rand-roulette", "random-uuid",
        "gensym", "System/exit", "Thread/sleep", "aset", "aset-int", "aset-long", "aset-short",
        "aset-byte", "aset-double", "aset-float", "aset-boolean", "aset-char", "var-set",
        "alter-var-root", "alter-meta!", "reset-meta!", "remove-method", "remove-all-methods",
        "prefer-method",
    ]
)  # fmt: skip
"""Primitives with an effect, or that draw by themselves: what they did once is not done again."""


@dataclass(slots=True)
class Form:
    """A top-level form, as far as it has been compiled for groups."""

    node: Node | None
    path: str
    span: Span | None
    parted: Node | None = None
    codes: dict[str, Known] | None = None
    direct: bool | None = None
    """What `Linker.is_direct` says, where it is known without the node."""


class Linker:
    """Compiles the functions of one namespace for groups."""

    def __init__(self, namespace: Namespace, library: Callable[[], Mapping[str, Any]]) -> None:
        self.namespace, self.library = namespace, library
        self.forms: list[Form] = []
        self.values: dict[str, Any] = {}
        """The globals of code for groups."""
        self.owners: dict[str, tuple[Form, tuple[str, ...]]] = {}
        """The form a code belongs to, and the variables it captures, by the code's name."""
        self.either: dict[str, Binding] = {}
        """Higher-order primitives by the name of what stands for them in code for groups."""
        self.closures: set[str] = set()
        """The names of codes that are closures."""

    def note(self, node: Node, path: str, span: Span, codes: list[Code]) -> None:
        """Remember a form that was compiled for single particles."""
        form = Form(node, path, span)
        self.forms.append(form)
        for code in codes:
            if code.kind in ("closure", "direct", "query"):
                self.owners[code.name] = (form, code.captured)
                if code.kind == "closure":
                    self.closures.add(code.name)

    def forget(self) -> None:
        """Drop the code for groups: a name means something else now. What is still running keeps
        the code that it has; the rest is compiled again when it is needed.
        """
        if self.values:
            self.values = {}
            for form in self.forms:
                form.parted = form.codes = None

    def translated(self, f: Any) -> Any:
        """A function or query with its code for groups; None if there is none that fits."""
        name = (f.frame[0] if isinstance(f, Query) else f.code).__name__
        code = self.code(name)
        if code is None:
            return None
        if isinstance(f, Query):
            return Query(f.name, (self.values[name], *f.frame[1:]), f.params)
        kind = self.values["Closure" if code.kind == "closure" else "Direct"]
        return kind(self.values[name], f.captures, f.name, f.required, f.variadic)

    def code(self, name: str) -> Known | None:
        """The code for groups of the function of ordinary code that has this name."""
        form, captured = self.owners.get(name, (None, ()))
        if form is None:
            return None
        found = self.compiled(form).get(name)
        return found if found is not None and found.captured == captured else None

    def ordinary_code(self, name: str) -> tuple[Callable[..., Any], bool] | None:
        """The ordinary version of a code for groups, if both capture the same variables, and
        whether it is that of a closure.
        """
        form, captured = self.owners.get(name, (None, ()))
        if form is None or form.codes is None or form.codes[name].captured != captured:
            return None
        return self.namespace.values[name], name in self.closures

    def _parted(self, form: Form) -> Node:
        if form.parted is None:
            assert form.node is not None
            form.parted = part(form.node, self._stays_direct, self._stands_for, self._has_effect)
        return form.parted

    def _stays_direct(self, binding: Binding) -> bool:
        """Whether a direct function of the program is direct for groups, too."""
        value = self.namespace.values.get(binding.python)
        linker = None if value is None else value.code.__globals__.get(LANES)
        if value is None or linker is None:
            return True
        form, _ = linker.owners[value.code.__name__]
        return bool(linker.is_direct(form))

    def is_direct(self, form: Form) -> bool:
        """Whether a form is a function that needs no continuation for groups."""
        if form.direct is not None:
            return form.direct
        node = self._parted(form)
        return isinstance(node, Fn) and node.direct

    def _has_effect(self, binding: Binding) -> bool:
        """Whether something happens when a function is called: it prints, or changes what is not
        the program's. What a function of Python does nobody knows.
        """
        if binding.kind == "python":
            return not is_vectorised(self.namespace.values.get(binding.python))
        return binding.kind == "primitive" and binding.name in EFFECTS

    def _stands_for(self, binding: Binding) -> Binding:
        """What stands for a higher-order primitive where the function that it is given needs a
        continuation for groups, and none for single particles.
        """
        stochastic = binding.stochastic
        assert stochastic is not None
        if binding.name not in ON_DEMAND:
            return stochastic
        made = replace(stochastic, python=f"{stochastic.python}_either")
        self.either[made.python] = binding
        return made

    def compiled(self, form: Form) -> dict[str, Known]:
        """The codes of a form, loaded into `values`."""
        if form.codes is None:
            emitted = self.emitted(form)
            modules = {emitted.source: emitted.module}
            self.loaded(modules, emitted.constants, emitted.sites, emitted.globals)
        assert form.codes is not None
        return form.codes

    def emitted(self, form: Form) -> Emitted:
        """The module of a form for groups; its codes are known from now on."""
        assert form.span is not None
        names = self.namespace.names
        tail = cps_program(self._parted(form), names, "k")
        codes, _ = lower(tail, "k", names, form.path or "form", form.span, groups=True)
        form.codes = {code.name: Known(code.kind, code.captured) for code in codes}
        return emit(codes, names, groups=True)

    def loaded(
        self,
        modules: Mapping[str, Any],
        constants: Mapping[str, Any],
        sites: Mapping[str, tuple[str, Span]],
        names: Iterable[str],
    ) -> None:
        """Run modules of code for groups, by the names of their sources: syntax trees or what
        Python made of them. `names` are the globals they refer to.
        """
        values = self.values
        if not values:
            values.update(self._runtime())
        values.update(constants)
        values.update((name, Site(*site)) for name, site in sites.items())
        for source, module in modules.items():
            code = module if isinstance(module, CodeType) else compile(module, source, "exec")
            exec(code, values)
        self.link(names)

    def _runtime(self) -> dict[str, Any]:
        found: dict[str, Any] = {SOURCES: self.namespace.values[SOURCES], ORDINARY: self}
        for name, place in GROUP_RUNTIME_NAMES.items():
            module, _, attribute = place.partition(":")
            found[name] = getattr(import_module(module), attribute)
        if LIBRARY in self.namespace.values:
            found[LIBRARY] = True
        return found

    def link(self, names: Iterable[str]) -> None:
        """Give generated code what it names: each thing as it is for groups."""
        for name in sorted(names):
            if name in self.values:
                continue
            binding = self.either.get(name)
            if binding is not None and binding.stochastic is not None:
                from anglipy.runtime.lanes.functions import either_of

                both = self._global(binding.python), self._global(binding.stochastic.python)
                self.values[name] = either_of(*both)
                continue
            value = self._global(name)
            if value is not self:
                self.values[name] = value

    def _global(self, name: str) -> Any:
        """The global value of this name as code for groups uses it; the linker if there is none."""
        value = self.namespace.values.get(name, self)
        if value is self:
            value = self.library().get(name, self)
        return value if value is self else self.for_groups(value)

    def for_groups(self, value: Any) -> Any:
        """A global value as code for groups uses it."""
        if isinstance(value, Query) or not callable(value):
            return value
        from anglipy.runtime.functions import mem, mem_recursive
        from anglipy.runtime.lanes import recalling
        from anglipy.runtime.lanes.functions import lane_callable

        if value is mem:
            return recalling.mem
        if value is mem_recursive:
            return recalling.mem_recursive
        if isinstance(value, (partial, Closure)):
            return lane_callable(value)
        return lane_callable(value) if _is_function(value) else value


def _is_function(value: Any) -> bool:
    from anglipy.runtime.equality import MapLike, Sequential, SetLike
    from anglipy.runtime.scalars import Keyword, Symbol

    return not isinstance(value, (Keyword, Symbol, Sequential, MapLike, SetLike))
