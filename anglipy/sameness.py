"""Which forms are the same value: what a map may have as a key, or a set as an item, only once.

This is equality of what the forms read as, in Clojure's sense: `1` and `1N` are the same, `1` and
`1.0` are not, `[a]` and `(a)` are, and the order in a map or set does not count. Forms may be
nested to any depth.
"""

from __future__ import annotations

from anglipy.forms import Form, Keyword, ListForm, Literal, MapForm, SetForm, Symbol, VectorForm

__all__ = ["Sameness"]


class Sameness:
    """Gives forms keys: two forms are the same exactly if their keys are equal.

    Each distinct collection met gets a number, and a collection's key is made of the numbers of
    its items, so that keys are small however deep the form is; a collection is looked at once
    however often it is asked for. Keys of two `Sameness` objects do not compare.
    """

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        # By identity; the form is kept, so that its identity stays its own.
        self._known: dict[int, tuple[Form, object]] = {}

    def key(self, form: Form) -> object:
        """The key of a form."""
        done: list[object] = []
        stack: list[tuple[Form, bool]] = [(form, False)]
        while stack:
            node, finished = stack.pop()
            if isinstance(node, Symbol | Keyword | Literal):
                done.append(_atom_key(node))
            elif finished:
                first = len(done) - len(node.items)
                parts = _collection_key(node, done[first:])
                key = ("number", self._numbers.setdefault(parts, len(self._numbers)))
                self._known[id(node)] = node, key
                done[first:] = [key]
            elif id(node) in self._known:
                done.append(self._known[id(node)][1])
            else:
                stack.append((node, True))
                stack.extend((item, False) for item in reversed(node.items))
        return done[0]


def _atom_key(form: Symbol | Keyword | Literal) -> object:
    if (
        isinstance(form, Literal)
        and isinstance(form.value, int)
        and not isinstance(form.value, bool)
    ):
        return int, int(form.value)
    return form


def _collection_key(
    form: ListForm | VectorForm | MapForm | SetForm, keys: list[object]
) -> tuple[str, object]:
    if isinstance(form, MapForm):
        return "map", frozenset(zip(keys[::2], keys[1::2], strict=False))
    if isinstance(form, SetForm):
        return "set", frozenset(keys)
    return "sequence", tuple(keys)
