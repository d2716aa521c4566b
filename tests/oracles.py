"""A reference interpreter: the meaning of programs, written down as directly as possible.

It takes the expanded core forms (see `anglipy.expand`) and evaluates them by recursion over an
environment, with Python functions as closures and Python's stack as the continuation. It shares the
reader, the expander and the built-in functions with the compiler, and nothing else: no analysis, no
continuations, no code generation. `recur` is a local function: the loop or function around it, so
that a call of it means what the language says, in tail position or not.

Whoever runs a query says what its checkpoints mean, by a `Handler`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from anglipy.datum import datum
from anglipy.diagnostics import ArityError, ProgramError, Source
from anglipy.environment import ALIASES
from anglipy.forms import Form, Keyword, ListForm, Literal, MapForm, SetForm, Symbol, VectorForm
from anglipy.reader import read
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives import CONSTANTS, PRIMITIVES
from anglipy.runtime.printing import pr_str
from anglipy.runtime.seqs import List
from anglipy.runtime.sets import PersistentSet
from anglipy.runtime.vectors import Vector
from anglipy.surroundings import RESERVED, Scope
from anglipy.toplevel import toplevel

__all__ = ["Handler", "Interpreter", "ReferenceQuery"]

Environment = dict[str, Any]


class Handler(Protocol):
    """What the checkpoints of a run mean."""

    def sample(self, dist: Distribution) -> Any: ...

    def observe(self, dist: Distribution, value: Any) -> Any: ...

    def predict(self, label: Any, value: Any) -> None: ...


@dataclass(frozen=True)
class ReferenceQuery:
    """A query as a value."""

    name: str
    call: Callable[[Any], Any]

    def __repr__(self) -> str:
        return f"#query[{self.name}]"


@dataclass
class Interpreter:
    """The globals of one program, and the handler of the run under way."""

    handler: Handler | None = None
    values: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=lambda: dict(ALIASES))

    def load(self, text: str) -> Any:
        """Evaluate all forms of a text; the value of the last."""
        value = None
        for form in read(Source("<oracle>", text)):
            for core in toplevel(form, Scope()):
                value = self.evaluate(core, {})
        return value

    def run(self, query: str, argument: Any, handler: Handler) -> Any:
        """The result of one run of a query."""
        self.handler = handler
        return self.values[query].call(argument)

    def lookup(self, name: str, env: Environment) -> Any:
        if name in env:
            return env[name]
        space, slash, short = name.rpartition("/")
        full = f"{self.aliases.get(space, space)}/{short}" if slash and space else name
        for candidate in (name, full, full.removeprefix("clojure.core/")):
            if candidate in self.values:
                return self.values[candidate]
            if candidate in PRIMITIVES:
                return PRIMITIVES[candidate].fn
            if candidate in CONSTRUCTORS:
                return CONSTRUCTORS[candidate]
            if candidate in CONSTANTS:
                return CONSTANTS[candidate]
        raise ProgramError("AQ220", f"`{name}` is not defined")

    def evaluate(self, form: Form, env: Environment) -> Any:
        match form:
            case Literal() | Keyword():
                return datum(form)
            case Symbol(name):
                return self.lookup(name, env)
            case VectorForm(items):
                return Vector([self.evaluate(item, env) for item in items])
            case SetForm(items):
                return PersistentSet([self.evaluate(item, env) for item in items])
            case MapForm(items):
                flat = [self.evaluate(item, env) for item in items]
                return PersistentMap.of(zip(flat[::2], flat[1::2], strict=True))
            case ListForm(items=()):
                return datum(form)
        head, *rest = form.items
        if isinstance(head, Symbol) and (head.name in RESERVED or head.name not in env):
            special = SPECIAL.get(head.name.removeprefix("clojure.core/"))
            if special is not None:
                return special(self, env, *rest)
        function = self.evaluate(head, env)
        return self.call(function, *[self.evaluate(item, env) for item in rest])

    def call(self, function: Any, *args: Any) -> Any:
        if not callable(function):
            raise ProgramError(
                "AQ403", f"{pr_str(function)} is not a function, so it cannot be called"
            )
        return function(*args)

    # ---- special forms: the environment, then the forms after the head

    def quote(self, env: Environment, form: Form) -> Any:
        return datum(form)

    def if_(self, env: Environment, test: Form, then: Form, *otherwise: Form) -> Any:
        value = self.evaluate(test, env)
        if value is not None and value is not False:
            return self.evaluate(then, env)
        return self.evaluate(otherwise[0], env) if otherwise else None

    def do(self, env: Environment, *body: Form) -> Any:
        value = None
        for form in body:
            value = self.evaluate(form, env)
        return value

    def let(self, env: Environment, bindings: VectorForm, body: Form) -> Any:
        for name, value in zip(bindings.items[::2], bindings.items[1::2], strict=True):
            env = {**env, name.name: self.evaluate(value, env)}
        return self.evaluate(body, env)

    def loop(self, env: Environment, bindings: VectorForm, body: Form) -> Any:
        names, values, scope = bindings.items[::2], [], env
        for name, init in zip(names, bindings.items[1::2], strict=True):
            values.append(self.evaluate(init, scope))
            scope = {**scope, name.name: values[-1]}
        params = VectorForm(tuple(names), bindings.span)
        return self.function(env, None, params, body)(*values)

    def fn(self, env: Environment, *parts: Form) -> Any:
        name = parts[0].name if isinstance(parts[0], Symbol) else None
        return self.function(env, name, parts[-2], parts[-1])

    def function(self, env: Environment, name: str | None, params: VectorForm, body: Form) -> Any:
        names = [symbol.name for symbol in params.items]
        variadic = "&" in names
        plain = [n for n in names if n != "&"]
        required = len(plain) - variadic

        def called(*args: Any) -> Any:
            if len(args) < required or (len(args) > required and not variadic):
                raise ArityError("AQ405", f"`{name}` got {len(args)} argument(s)")
            given = list(args[:required])
            if variadic:
                given.append(List.of(args[required:]) if len(args) > required else None)
            return again(*given)

        def again(*given: Any) -> Any:
            inner = {**env, "recur": again}
            if name is not None:
                inner[name] = called
            return self.evaluate(body, inner | dict(zip(plain, given, strict=True)))

        return called

    def query(self, env: Environment, name: Symbol, params: VectorForm, body: Form) -> Any:
        def call(value: Any) -> Any:
            return self.evaluate(body, {**env, params.items[0].name: value})

        return ReferenceQuery(name.name, call)

    def sample(self, env: Environment, *forms: Form) -> Any:
        *_, dist = [self.evaluate(form, env) for form in forms]
        assert self.handler is not None
        return self.handler.sample(dist)

    def observe(self, env: Environment, *forms: Form) -> Any:
        *_, dist, value = [self.evaluate(form, env) for form in forms]
        assert self.handler is not None
        return self.handler.observe(dist, value)

    def predict(self, env: Environment, label: Form, value: Form) -> None:
        assert self.handler is not None
        self.handler.predict(self.evaluate(label, env), self.evaluate(value, env))

    def mem(self, env: Environment, function: Form) -> Any:
        table: dict[Any, Any] = {}

        def remembered(*args: Any) -> Any:
            key = Vector(args)
            if key not in table:
                table[key] = called(*args)
            return table[key]

        parts = function.items if isinstance(function, ListForm) else ()
        if len(parts) == 4 and parts[0] == Symbol("fn*", function.span):
            # (fn* name [...] body): inside, the name means the memoised function.
            _, name, params, body = parts
            called = self.function({**env, name.name: remembered}, None, params, body)
        else:
            called = self.evaluate(function, env)
        return remembered

    # ---- definitions

    def define(self, env: Environment, name: Symbol, *rest: Form) -> None:
        self.values[name.name] = self.evaluate(rest[-1], env)

    def declare(self, env: Environment, *names: Form) -> None:
        pass

    def require(self, env: Environment, namespace: Literal, alias: Form, *names: Symbol) -> None:
        if isinstance(alias, Symbol):
            self.aliases[alias.name] = str(namespace.value)
        for name in names:
            self.values[name.name] = self.lookup(f"{namespace.value}/{name.name}", {})


SPECIAL: dict[str, Callable[..., Any]] = {
    "quote": Interpreter.quote,
    "if": Interpreter.if_,
    "do": Interpreter.do,
    "let*": Interpreter.let,
    "loop*": Interpreter.loop,
    "fn*": Interpreter.fn,
    "query*": Interpreter.query,
    "sample": Interpreter.sample,
    "observe": Interpreter.observe,
    "predict": Interpreter.predict,
    "mem": Interpreter.mem,
    "def": Interpreter.define,
    "declare*": Interpreter.declare,
    "require*": Interpreter.require,
}
