"""Lists and sequences: linked lists, views over indexable data, and lazy sequences.

All answer the same four questions: iteration, `first_or(default)`, `rest()` in O(1), and
`known_length()`, which is None when only realising the sequence could tell. None of them changes
visibly; a `LazySeq` remembers what it has computed, so an element is computed once.

    List       linked, counted: quoted lists, `cons` and `conj` on lists
    Cons       one element before a sequence of unknown length
    ArraySeq   a view over a tuple, vector or range from an offset: what `map` and `range` give
    LazySeq    elements of a Python iterator, on demand: `filter` over long sequences
    EndlessSeq one of which is known that it does not end: `(range)`, `iterate`, `map` over these
    ThunkSeq   a sequence that a function gives, on demand: `(lazy-seq ...)`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

from anglipy.diagnostics import ProgramError
from anglipy.runtime.equality import Sequential
from anglipy.runtime.printing import pr_str

__all__ = ["EMPTY", "ArraySeq", "Cons", "EndlessSeq", "LazySeq", "List", "Seq", "ThunkSeq"]


class Indexed(Protocol):
    """What an `ArraySeq` may look at: immutable by agreement, with a length and integer indices."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


class Seq(Sequential):
    """Base of lists and sequences."""

    __slots__ = ()

    def first_or(self, default: Any) -> Any:
        """The first element, or `default` if there is none."""
        return next(iter(self), default)

    def rest(self) -> Seq:
        """All but the first element; the empty list if there are none left."""
        raise TypeError("a sequence must say what its rest is")

    def is_empty(self) -> bool:
        """True if there is no element. Realises at most one."""
        return self.known_length() == 0

    def known_length(self) -> int | None:
        """The length, or None if only realising the sequence could tell."""
        raise TypeError("a sequence must say how long it is")

    def is_endless(self) -> bool:
        """True if it is known that the sequence does not end. Realises nothing."""
        return False

    def __len__(self) -> int:
        """The length. Realises the sequence; ProgramError AQ444 if it is known not to end."""
        length = self.known_length()
        if length is not None:
            return length
        if self.is_endless():
            raise ProgramError("AQ444", "this sequence has no end", help="(take n sequence)")
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return not self.is_empty()

    def __getitem__(self, index: int) -> Any:
        """The element at an index from 0, found in O(index); IndexError outside."""
        if index < 0:
            raise IndexError(index)
        for value in islice(self, index, None):
            return value
        raise IndexError(index)

    def __repr__(self) -> str:
        return pr_str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return List.of, (tuple(self),)


class List(Seq):
    """A linked list that knows its length. `EMPTY` is the only empty one."""

    __slots__ = ("_count", "_first", "_rest")

    def __init__(self, first: Any, rest: List | None, count: int) -> None:
        self._first, self._rest, self._count = first, rest, count

    @staticmethod
    def of(values: Iterable[Any]) -> List:
        """The list of these values."""
        items = values if isinstance(values, (tuple, list)) else tuple(values)
        result = EMPTY
        for count, value in enumerate(reversed(items), 1):
            result = List(value, result, count)
        return result

    def cons(self, value: Any) -> List:
        """The list with one more element in front. O(1)."""
        return List(value, self, self._count + 1)

    def first_or(self, default: Any) -> Any:
        """The first element, or `default` if there is none."""
        return self._first if self._count else default

    def rest(self) -> List:
        """All but the first element; the empty list if there are none left."""
        return self if self._rest is None else self._rest

    def known_length(self) -> int:
        """The length."""
        return self._count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        node = self
        while node._rest is not None:
            yield node._first
            node = node._rest

    def __reduce__(self) -> tuple[Any, ...]:
        return List.of, (tuple(self),)


EMPTY = List(None, None, 0)


class Cons(Seq):
    """One element in front of another sequence."""

    __slots__ = ("_first", "_rest")

    def __init__(self, first: Any, rest: Seq) -> None:
        self._first, self._rest = first, rest

    def first_or(self, default: Any) -> Any:
        """The first element, or `default` if there is none."""
        return self._first

    def rest(self) -> Seq:
        """All but the first element; the empty list if there are none left."""
        return self._rest

    def is_empty(self) -> bool:
        """True if there is no element. Realises at most one."""
        return False

    def known_length(self) -> int | None:
        """Walks over the elements put in front, asks the sequence behind them."""
        return _length_from(self)

    def is_endless(self) -> bool:
        """As the sequence behind the elements put in front is."""
        return _endless_from(self)

    def __iter__(self) -> Iterator[Any]:
        node: Seq = self
        while isinstance(node, Cons):
            yield node._first
            node = node._rest
        yield from node


class ArraySeq(Seq):
    """The elements of `items` from `start`; `items` must never change afterwards."""

    __slots__ = ("_items", "_start")

    def __init__(self, items: Indexed, start: int = 0) -> None:
        self._items, self._start = items, start

    def first_or(self, default: Any) -> Any:
        """The first element, or `default` if there is none."""
        return self._items[self._start] if self._start < len(self._items) else default

    def rest(self) -> Seq:
        """All but the first element; the empty list if there are none left."""
        after = self._start + 1
        return ArraySeq(self._items, after) if after < len(self._items) else EMPTY

    def dropped(self, count: int) -> Seq:
        """What follows the first `count` elements. O(1)."""
        start = self._start + count
        return ArraySeq(self._items, start) if start < len(self._items) else EMPTY

    def known_length(self) -> int:
        """The length."""
        return max(0, len(self._items) - self._start)

    def __len__(self) -> int:
        return self.known_length()

    def __iter__(self) -> Iterator[Any]:
        return islice(self._items, self._start, None) if self._start else iter(self._items)

    def __getitem__(self, index: int) -> Any:
        if index < 0:
            raise IndexError(index)
        return self._items[self._start + index]


_UNREALISED: Any = object()
_BUSY: Iterator[Any] = iter(())
"""The source of an element that is being computed."""


class LazySeq(Seq):
    """The values of an iterator, drawn when first asked for and kept.

    Nodes share the iterator; the node at its front is the only one that draws from it. If drawing
    raises, the same error is raised again whenever this place of the sequence is asked for.
    """

    __slots__ = ("_error", "_next", "_source", "_value")

    def __init__(self, source: Iterable[Any]) -> None:
        self._source: Iterator[Any] | None = iter(source)
        self._value: Any = _UNREALISED
        self._next: LazySeq | None = None
        self._error: BaseException | None = None

    def _realise(self) -> bool:
        """Compute this element; True if there is one."""
        source = self._source
        if source is None:
            if self._error is not None:
                raise self._error
            return self._next is not None
        if source is _BUSY:
            raise ProgramError("AQ440", "to compute an element of this sequence takes the element")
        self._source = _BUSY
        try:
            for value in source:
                self._value = value
                self._next = following = self.__class__(())
                following._source = source
                return True
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._source = None
        return False

    def first_or(self, default: Any) -> Any:
        """The first element, or `default` if there is none."""
        return self._value if self._realise() else default

    def rest(self) -> Seq:
        """All but the first element; the empty list if there are none left."""
        return self._next if self._realise() and self._next is not None else EMPTY

    def is_empty(self) -> bool:
        """True if there is no element. Realises at most one."""
        return not self._realise()

    def is_realised(self) -> bool:
        """Whether it is known if there is an element, and which one."""
        return self._source is None

    def known_length(self) -> int | None:
        """Known once the whole sequence has been realised."""
        count = 0
        node = self
        while node._source is None and node._error is None:
            if node._next is None:
                return count
            count += 1
            node = node._next
        return None

    def __iter__(self) -> Iterator[Any]:
        node: LazySeq | None = self
        while node is not None and node._realise():
            yield node._value
            node = node._next


class EndlessSeq(LazySeq):
    """The values of an iterator that never stops."""

    __slots__ = ()

    def is_endless(self) -> bool:
        """True."""
        return True


class ThunkSeq(LazySeq):
    """The sequence that a function gives, which is called when the sequence is first looked at.

    Sequences that end in one another are walked over in a loop, so that their number is limited by
    memory only. A call that fails is made again when this place of the sequence is asked for again.
    """

    __slots__ = ("_compute", "_seq")

    def __init__(self, compute: Callable[[], Seq]) -> None:
        self._compute: Callable[[], Seq] | None = compute
        self._seq: Seq = EMPTY

    def _forced(self) -> Seq:
        """What it is, with nothing left to call at its beginning."""
        if self._compute is None:
            return self._seq
        found = self._compute()
        while isinstance(found, ThunkSeq):
            found = found._seq if found._compute is None else found._compute()
        self._seq, self._compute = found, None
        return found

    def first_or(self, default: Any) -> Any:
        """The first element, or `default` if there is none."""
        return self._forced().first_or(default)

    def rest(self) -> Seq:
        """All but the first element; the empty list if there are none left."""
        return self._forced().rest()

    def is_empty(self) -> bool:
        """True if there is no element. Realises at most one."""
        return self._forced().is_empty()

    def is_realised(self) -> bool:
        """Whether the function has been called."""
        return self._compute is None

    def known_length(self) -> int | None:
        """Known once every function on the way has been called."""
        return _length_from(self)

    def is_endless(self) -> bool:
        """Known once every function on the way has been called."""
        return _endless_from(self)

    def __iter__(self) -> Iterator[Any]:
        node: Seq = self
        while isinstance(node, (ThunkSeq, Cons)):
            if isinstance(node, Cons):
                yield node._first
                node = node._rest
            else:
                node = node._forced()
        yield from node


def _length_from(node: Seq) -> int | None:
    """The length of a chain of conses and functions already called, and of what is behind it."""
    tail, count = _tail(node)
    length = None if isinstance(tail, ThunkSeq) else tail.known_length()
    return None if length is None else count + length


def _endless_from(node: Seq) -> bool:
    """Whether what is behind a chain of conses and functions already called is known to go on."""
    tail, _ = _tail(node)
    return not isinstance(tail, ThunkSeq) and tail.is_endless()


def _tail(node: Seq) -> tuple[Seq, int]:
    """What is behind a chain of conses and functions already called, and how many elements come
    before it; the chain ends at a function not yet called.
    """
    count = 0
    while isinstance(node, (ThunkSeq, Cons)):
        if isinstance(node, Cons):
            count += 1
            node = node._rest
        elif node._compute is None:
            node = node._seq
        else:
            break
    return node, count
