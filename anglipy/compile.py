"""The compiler: text in, a namespace full of values out. The passes are the functions of `PASSES`,
in order.

    read -> toplevel/expand -> analyze -> cps -> lower -> emit -> Python's own compiler -> run

A `Compiler` works on one `Namespace`. With `execute=False` it does everything but run the program,
and collects all errors instead of stopping at the first: that is `anglipy check`.
"""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from immutables import Map

from anglipy import __version__
from anglipy import names as naming
from anglipy.analyze import Analysis, analyze
from anglipy.cache import key_of, load, store
from anglipy.cps import cps_program
from anglipy.defining import defined, head_name, repeated
from anglipy.dependencies import program_hash, queries, reachable_sites, source_of
from anglipy.diagnostics import AnglipyError, Diagnostic, ErrorGroup, ResolveError, Source, Span
from anglipy.emit import RUNTIME_NAMES, Emitted, emit
from anglipy.environment import Definition, Namespace
from anglipy.forms import Form, ListForm, Literal, Symbol
from anglipy.interop import import_python, library_namespace, local_file, missing_python
from anglipy.library import Made, compiler_version, packed, unpack
from anglipy.linking import LANES, LIBRARY, Linker
from anglipy.lower import lower
from anglipy.macros import MACROS
from anglipy.printer import print_form
from anglipy.reader import read, read_all
from anglipy.rejecting import rejection_notes
from anglipy.runtime.checkpoints import Site
from anglipy.runtime.hierarchies import Hierarchy
from anglipy.runtime.locate import SOURCES
from anglipy.runtime.machine import FINISH, deterministic, run
from anglipy.runtime.state import HOST
from anglipy.shadowing import shadowing_notes
from anglipy.stdlib import required, sources
from anglipy.surroundings import Scope
from anglipy.syntax import Binding, Fn, Node
from anglipy.syntax import Query as QueryNode
from anglipy.tails import Tail
from anglipy.toplevel import toplevel

__all__ = ["Compiler", "Stages", "program_hash", "queries", "reachable_sites", "source_of"]


@dataclass
class Stages:
    """What each pass made of one top-level form; filled as far as the passes got."""

    expanded: Form
    core: Node | None = None
    cps: Tail | None = None
    python: Emitted | None = None


@dataclass
class Compiler:
    """Compiles texts into a namespace."""

    namespace: Namespace
    directory: Path = field(default_factory=Path.cwd)
    execute: bool = True
    stages: list[Stages] = field(default_factory=list)
    keep_stages: bool = False
    warnings: list[Diagnostic] = field(default_factory=list)
    """What is suspicious in the texts and yet no error."""
    made: list[Made] | None = None
    """What was defined, if that is to be kept."""
    supply: Callable[[Compiler], Mapping[str, Callable[..., Any]]] | None = None
    """Gives the functions of layers above that know this compiler."""
    hierarchy: Hierarchy = field(default_factory=Hierarchy)
    """The program's, the same for all its files."""
    files: dict[Any, Namespace] = field(default_factory=dict)
    """What was required: files by path and time of change, namespaces of the library by name."""
    _has_macros: bool = False
    """Whether some text defined macros."""

    def __post_init__(self) -> None:
        if self.supply is not None:
            for name, function in self.supply(self).items():
                self.namespace.add_extra(name, function)

    def load(self, source: Source) -> list[Any]:
        """Compile and run every form; the values of those that are expressions. Stops at the first
        error.
        """
        self.register(source)
        forms = read(source)
        self.announce(forms)
        values: list[Any] = []
        for form in forms:
            with self._macros_named():
                for core in toplevel(form, self.scope()):
                    values.append(self.form(core, form))
        return values

    def check(self, source: Source) -> list[AnglipyError]:
        """Every error that can be found without running the program, in source order."""
        self.register(source)
        forms, unreadable = read_all(source)
        errors: list[AnglipyError] = list(unreadable)
        self.announce(forms)
        self.warnings += repeated(forms)
        for form in forms:
            try:
                with self._macros_named():
                    for core in toplevel(form, self.scope()):
                        self.form(core, form)
            except ErrorGroup as group:
                errors.extend(group.errors)
            except AnglipyError as error:
                errors.append(error)
        return sorted(errors, key=lambda e: e.diagnostic.span.start if e.diagnostic.span else -1)

    @contextmanager
    def _macros_named(self) -> Iterator[None]:
        """Errors where a macro of the program is called are in what it made: note which it is."""
        try:
            yield
        except AnglipyError as error:
            for each in getattr(error, "errors", [error]):
                name = self.namespace.expanded.get(each.diagnostic.span)
                if name is not None and each.diagnostic.code != "AQ230":
                    each.noted(f"in what the macro `{name}` stands for here")
            raise

    def register(self, source: Source) -> None:
        """Let tracebacks find the text."""
        self.namespace.values[SOURCES][source.name] = source
        lines = source.shown.splitlines(keepends=True)
        linecache.cache[source.name] = (len(source.shown), None, lines, source.name)

    def announce(self, forms: tuple[Form, ...]) -> None:
        """Names defined further on may be used in functions before: declare them."""
        for form in forms:
            self._has_macros |= head_name(form) == "defmacro"
            for item in defined(form):
                if self.namespace.lookup(item.name) is None:
                    self.declare(item.name)

    def scope(self) -> Scope:
        """What is around a top-level form: names the program defines, which hide macros."""
        hidden = MACROS.keys() & self.namespace.bindings.keys()
        return Scope(Map(dict.fromkeys(hidden)), program=self.namespace)

    def declare(self, name: str) -> None:
        """A name without a value yet."""
        self.namespace.declare(name)

    def form(self, core: Form, origin: Form) -> Any:
        """Compile, and run unless only checking, one core form; `origin` is what the user wrote for
        it.
        """
        items = core.items if isinstance(core, ListForm) else ()
        head = items[0].name if items and isinstance(items[0], Symbol) else ""
        if head == "namespace*":
            self.namespace.rename(_text(items[1]))
            return None
        if head == "defmacro*":
            return self.define_macro(items)
        if head == "declare*":
            for name in items[1:]:
                self.declare(name.name)  # type: ignore[union-attr]
            return None
        if head == "require*":
            return self.require(items, core.span)
        if head == "require-python*":
            return self.require_python(items, core.span)
        if head == "def":
            return self.define(items, origin)
        return self.expression(core, "")[1]

    def define_macro(self, items: tuple[Form, ...]) -> None:
        """`(defmacro* name function)`. The function is made even if only checking: it is needed to
        read on.
        """
        name = items[1].name  # type: ignore[union-attr]
        function = self.expression(items[2], name, run=True)[1]
        self.namespace.bindings.pop(name, None)
        self.namespace.macros[name] = function

    def define(self, items: tuple[Form, ...], origin: Form) -> Any:
        """`(def name doc? value)`."""
        name = items[1].name  # type: ignore[union-attr]
        doc = items[2].value if len(items) == 4 and isinstance(items[2], Literal) else None
        namespace = self.namespace
        known = namespace.bindings.get(name)
        python = known.python if known else namespace.names(name)
        analysis, value = self.expression(items[-1], name)
        node = analysis.node
        kind, low, high = "value", 0, None
        if isinstance(node, Fn):
            kind, low = "direct" if node.direct else "closure", len(node.params)
            high = None if node.rest else low
        digest = hashlib.sha256(print_form(origin).encode()).hexdigest()
        namespace.definitions[name] = Definition(
            name,
            str(doc) if doc else None,
            tuple(analysis.sites),
            frozenset(analysis.references),
            digest,
            isinstance(node, QueryNode),
            items[1].span,
            origin.span,
        )
        namespace.define(name, value, Binding(name, python, kind, low, high))
        if known is not None and LANES in namespace.values:
            self.linker().forget()
        return value

    def only_draws(self, name: str) -> bool:
        """Whether a function that is defined already observes nothing, nor does what it uses."""
        if name not in self.namespace.definitions:
            return False
        return "observe" not in reachable_sites(self.namespace, name).values()

    def expression(self, core: Form, path: str, run: bool = False) -> tuple[Analysis, Any]:
        """Take an expression through all passes and run it. While only checking it is run if `run`
        says so, or if it is a function and the program has macros, which may call it.
        """
        namespace, span = self.namespace, core.span
        stages = Stages(core)
        analysis = analyze(core, namespace, namespace.names, path)
        self.warnings += analysis.warnings
        if not self.execute:
            self.warnings += rejection_notes(analysis.node, self.only_draws)
            self.warnings += shadowing_notes(analysis.node, namespace.is_built_in_function)
        if self.keep_stages:
            stages.core = analysis.node
            self.stages.append(stages)
        run = run or self.execute or (self._has_macros and isinstance(analysis.node, Fn))
        if not run and not self.keep_stages:
            return analysis, None
        tail = cps_program(analysis.node, namespace.names, "k")
        codes, entry = lower(tail, "k", namespace.names, path or "form", span)
        emitted = emit(codes, namespace.names)
        if run:
            self.linker().note(analysis.node, path, span, codes)
        if self.keep_stages:
            stages.cps, stages.python = tail, emitted
        if not run:
            return analysis, None
        return analysis, self.run(emitted, entry, span, path)

    def linker(self) -> Linker:
        """What makes code for groups of the functions of this namespace."""
        linker: Linker | None = self.namespace.values.get(LANES)
        if linker is None:
            linker = self.namespace.values[LANES] = Linker(self.namespace, _library)
        return linker

    def run(self, emitted: Emitted, entry: str, span: Span, path: str) -> Any:
        """Let Python compile the module, link it, and evaluate its entry."""
        values = self.namespace.values
        values.update(emitted.constants)
        values.update((name, Site(*site)) for name, site in emitted.sites.items())
        self.link(emitted)
        if self.made is not None:
            self.made.append(Made(path, entry, emitted))
        exec(compile(emitted.module, span.source.name, "exec"), values)
        code = values.pop(entry)
        return deterministic(
            run((code, (code,), HOST, (FINISH,))), f"`{path}`" if path else "a form"
        )

    def link(self, emitted: Emitted) -> None:
        """Give generated code the parts of the runtime and the library that it names."""
        values = self.namespace.values
        if "Closure" not in values:
            values.update(_runtime())
        # What is missing and not of the library is declared only: using it is an error then.
        if any(name.startswith("core_") and name not in values for name in emitted.globals):
            library = _library()
            values.update((name, library[name]) for name in emitted.globals & library.keys())

    def require(self, items: tuple[Form, ...], span: Span) -> None:
        """`(require* "namespace" alias names...)`."""
        name = _text(items[1])
        namespace = self.namespace
        if isinstance(items[2], Symbol):
            namespace.aliases[items[2].name] = name
        path, library = local_file(name, self.directory), required(name)
        if path is not None:
            namespace.absorb(name, self.file(path))
        elif library is not None:
            namespace.absorb(name, self.text(name, library, self.directory))
        elif not library_namespace(name):
            raise ResolveError(
                "AQ226",
                f"there is no namespace `{name}`",
                span,
                help=f"for a file of yours, put {name.replace('.', '/')}.aq beside this one; "
                "for Python, use require-python",
            )
        if len(items) > 3 and not isinstance(items[3], Symbol):
            excluded = {item.name for item in items[4:] if isinstance(item, Symbol)}
            namespace.refer_all(name, excluded)
            return
        for referred in items[3:]:
            assert isinstance(referred, Symbol)
            full = f"{name}/{referred.name}"
            if full in namespace.macros:
                namespace.macros[referred.name] = namespace.macros[full]
                continue
            closed = namespace.is_listed(name) or not library_namespace(name)
            binding = namespace.lookup(full)
            if binding is None and not closed:
                binding = namespace.lookup(referred.name)
            if binding is not None:
                namespace.bindings.setdefault(referred.name, binding)
            elif closed and referred.name not in MACROS:
                raise ResolveError("AQ220", f"`{name}` has no `{referred.name}`", referred.span)

    def file(self, path: Path) -> Namespace:
        """The namespace of another file, which is loaded once as long as it does not change."""
        source = Source(str(path), path.read_text(encoding="utf-8"))
        return self.text((str(path), path.stat().st_mtime_ns), source, path.parent)

    def text(self, key: Any, source: Source, directory: Path) -> Namespace:
        """The namespace of another text, which is loaded once for a key."""
        if key not in self.files:
            inner = Namespace(self.namespace.extra)
            compiler = Compiler(
                inner, directory, self.execute,
                supply=self.supply, hierarchy=self.hierarchy, files=self.files,
            )  # fmt: skip
            compiler.load(source)
            self.files[key] = inner
        return self.files[key]

    def require_python(self, items: tuple[Form, ...], span: Span) -> None:
        """`(require-python* "module" alias names...)`: functions of Python as primitives."""
        name = _text(items[1])
        module = import_python(name, self.directory, span) if self.execute else None
        if not self.execute:
            self.warnings += missing_python(name, self.directory, span)
        if isinstance(items[2], Symbol):
            self.namespace.modules[items[2].name] = module
        self.namespace.modules[name] = module
        for referred in items[3:]:
            assert isinstance(referred, Symbol)
            if self.namespace.refer_python(referred.name, referred.name, module) is None:
                raise ResolveError(
                    "AQ227",
                    f"the Python module `{name}` has no `{referred.name}`",
                    referred.span,
                    help=f"looked for `{naming.python_name(referred.name)}`",
                )


def _text(form: Form) -> str:
    assert isinstance(form, Literal)
    return str(form.value)


def _runtime() -> dict[str, Any]:
    from importlib import import_module

    found = {}
    for name, place in RUNTIME_NAMES.items():
        module, _, attribute = place.partition(":")
        found[name] = getattr(import_module(module), attribute)
    return found


@cache
def _library() -> dict[str, Any]:
    """The standard library's functions by their names in generated code: from the cache, or
    compiled on first need and kept there.
    """
    key = key_of(__version__, compiler_version(), *(source.text for source in sources()))
    data = load("library", key)
    if data is None:
        compiled = Namespace()
        compiled.values[LIBRARY] = True
        compiler = Compiler(compiled, made=[])
        for source in sources():
            compiler.load(source)
        data = packed(compiled, compiler.made or [])
        store("library", key, data)
    namespace = Namespace()
    namespace.values[LIBRARY] = True
    namespace.values.update(_runtime())
    unpack(data, namespace, _library)
    return {
        f"core_{naming.python_name(name)}": namespace.value_of(name)
        for name, *_ in data["definitions"]
    }
