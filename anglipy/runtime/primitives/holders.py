"""Places whose value changes, besides atoms: refs, volatiles, agents, and watchers of any of them.

There is one thread, so a transaction is its body and an agent answers at once. Transients are the
collections themselves: their functions give the changed collection, as programs must use it anyway.
"""

from __future__ import annotations

from typing import Any

from anglipy.runtime.primitives import changes, collections
from anglipy.runtime.primitives.checks import fail, function
from anglipy.runtime.primitives.functions import identity
from anglipy.runtime.primitives.references import Atom, reset, swap
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.vectors import Vector

__all__: list[str] = []


@primitive("ref", "volatile!", "agent", arity=(1, None), pure=False)
def ref(value: Any, *options: Any) -> Atom:
    """A new place that holds a value."""
    return Atom(value)


primitive("ref-set", "vreset!", arity=(2, 2), pure=False)(reset)
primitive("alter", "commute", "vswap!", arity=(2, None), function_args=(1,), pure=False)(swap)
primitive("transient", "persistent!", "ensure", arity=(1, 1))(identity)
primitive("assoc!", arity=(3, None))(changes.assoc)
primitive("dissoc!", arity=(1, None))(changes.dissoc)
primitive("conj!", arity=(0, None))(collections.conj)
primitive("disj!", arity=(1, None))(collections.disj)
primitive("pop!", arity=(1, 1))(collections.pop)


@primitive("volatile?", arity=(1, 1))
def is_volatile(value: Any) -> bool:
    """True for volatiles, refs and atoms, which are all alike here."""
    return isinstance(value, Atom)


def _place(value: Any, name: str) -> Atom:
    return value if isinstance(value, Atom) else fail(name, "an atom", value)


@primitive("swap-vals!", arity=(2, None), function_args=(1,), pure=False)
def swap_vals(reference: Any, f: Any, *arguments: Any) -> Vector:
    """`swap!`, giving the value before and after."""
    before = _place(reference, "swap-vals!").value
    return Vector((before, swap(reference, f, *arguments)))


@primitive("send", "send-off", arity=(2, None), function_args=(1,), pure=False)
def send(reference: Any, f: Any, *arguments: Any) -> Any:
    """Let an agent that holds x hold (f x arguments...); gives the agent."""
    swap(reference, f, *arguments)
    return reference


@primitive("reset-vals!", arity=(2, 2), pure=False)
def reset_vals(reference: Any, value: Any) -> Vector:
    """`reset!`, giving the value before and after."""
    before = _place(reference, "reset-vals!").value
    return Vector((before, reset(reference, value)))


@primitive("add-watch", arity=(3, 3), pure=False)
def add_watch(reference: Any, key: Any, f: Any) -> Any:
    """Let (f key reference old new) be called after every change."""
    _place(reference, "add-watch").watch(key, function(f, "add-watch"))
    return reference


@primitive("remove-watch", arity=(2, 2), pure=False)
def remove_watch(reference: Any, key: Any) -> Any:
    """Let a watcher watch no longer."""
    _place(reference, "remove-watch").watch(key, None)
    return reference


@primitive("await", "shutdown-agents", "release-pending-sends", arity=(0, None), pure=False)
def await_agents(*agents: Any) -> None:
    """Nothing: agents have answered."""
