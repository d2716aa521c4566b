"""Variables: reading and changing what they hold."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.primitives.checks import fail, function
from anglipy.runtime.primitives.references import meta
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.variables import LocalVariable, Variable

__all__: list[str] = []


def _variable(value: Any, name: str) -> Any:
    known = isinstance(value, (Variable, LocalVariable))
    return value if known else fail(name, "a variable, such as #'name", value)


@primitive("var-get", arity=(1, 1), pure=False)
def var_get(variable: Any) -> Any:
    """The value of a variable."""
    return _variable(variable, "var-get").deref()


@primitive("var-set", arity=(2, 2), pure=False)
def var_set(variable: Any, value: Any) -> Any:
    """Let a variable have a value; gives the value."""
    return _variable(variable, "var-set").set(value)


@primitive("alter-var-root", arity=(2, None), function_args=(1,), pure=False)
def alter_var_root(variable: Any, f: Any, *arguments: Any) -> Any:
    """Let a variable whose value is x have (f x arguments...); gives the new value."""
    held = _variable(variable, "alter-var-root")
    return held.set(function(f, "alter-var-root")(held.deref(), *arguments))


@primitive("bound?", arity=(0, None), pure=False)
def is_bound(*variables: Any) -> bool:
    """Whether all variables have a value."""
    return all(_variable(variable, "bound?").is_bound() for variable in variables)


@primitive("thread-bound?", arity=(0, None), pure=False)
def is_thread_bound(*variables: Any) -> bool:
    """Whether all variables are those of a `with-local-vars`."""
    return all(isinstance(_variable(v, "thread-bound?"), LocalVariable) for v in variables)


@primitive("var?", arity=(1, 1))
def is_variable(value: Any) -> bool:
    """True for variables."""
    return isinstance(value, (Variable, LocalVariable))


@primitive("local-variable", arity=(1, 1), pure=False)
def local_variable(value: Any) -> LocalVariable:
    """A variable without a name."""
    return LocalVariable(value)


@primitive("alter-meta!", arity=(2, None), function_args=(1,), pure=False)
def alter_meta(variable: Any, f: Any, *arguments: Any) -> Any:
    """Replace the metadata m of a variable by (f m arguments...)."""
    return reset_meta(variable, function(f, "alter-meta!")(meta(variable), *arguments))


@primitive("reset-meta!", arity=(2, 2), pure=False)
def reset_meta(variable: Any, metadata: Any) -> Any:
    """Replace the metadata of a variable."""
    if not isinstance(variable, Variable):
        fail("reset-meta!", "a variable, such as #'name", variable)
    variable.describe(metadata)
    return metadata
