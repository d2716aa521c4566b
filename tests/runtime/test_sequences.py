"""Sequences: what Clojure 1.11 gives, laziness where there is no end, laws against lists."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.runtime.access import EAGER_LIMIT
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.values import (
    ArraySeq,
    Char,
    Cons,
    LazySeq,
    List,
    PersistentMap,
    PersistentSet,
    Vector,
    equal,
)
from tests.runtime.calculator import calculate, complain, show
from tests.runtime.strategies import canonical, scalars

CASES = [
    # taking apart
    ("(first nil)", "nil"),
    ("(first [])", "nil"),
    ("(first [1 2])", "1"),
    ("(first {:a 1})", "[:a 1]"),
    ('(first "ab")', "\\a"),
    ("(rest nil)", "()"),
    ("(rest [1])", "()"),
    ("(rest [1 2 3])", "(2 3)"),
    ("(next [1])", "nil"),
    ("(next [1 2])", "(2)"),
    ("(second [1 2])", "2"),
    ("(second [1])", "nil"),
    ("(ffirst [[1 2]])", "1"),
    ("(nfirst [[1 2]])", "(2)"),
    ("(nnext [1 2 3])", "(3)"),
    ("(fnext [1 2])", "2"),
    ("(nth [1 2] 1)", "2"),
    ("(nth [1 2] 5 :d)", ":d"),
    ("(nth nil 3)", "nil"),
    ("(nth '(1 2) 1)", "2"),
    ("(nth (range) 7)", "7"),
    ('(nth "abc" 2)', "\\c"),
    ("(last [1 2])", "2"),
    ("(last nil)", "nil"),
    ("(last '(1 2 3))", "3"),
    ("(butlast [1 2])", "(1)"),
    ("(butlast [1])", "nil"),
    ("(seq [])", "nil"),
    ("(seq nil)", "nil"),
    ('(seq "ab")', "(\\a \\b)"),
    ("(seq {:a 1 :b 2})", "([:a 1] [:b 2])"),
    ("(reverse [1 2 3])", "(3 2 1)"),
    ("(rseq [1 2 3])", "(3 2 1)"),
    ("(rseq [])", "nil"),
    ("(nthrest [1 2 3] 2)", "(3)"),
    ("(nthrest [1 2] 0)", "[1 2]"),
    ("(nthnext [1 2] 2)", "nil"),
    ("(count nil)", "0"),
    ('(count "abc")', "3"),
    ("(count {:a 1})", "1"),
    ("(count (map inc [1 2]))", "2"),
    ("(empty? nil)", "true"),
    ('(empty? "")', "true"),
    ("(empty? [nil])", "false"),
    ("(not-empty [])", "nil"),
    ("(not-empty [1])", "[1]"),
    # building
    ("(cons 1 nil)", "(1)"),
    ("(cons 1 [2])", "(1 2)"),
    ("(list)", "()"),
    ("(list* 1 2 [3 4])", "(1 2 3 4)"),
    ("(list* nil)", "nil"),
    ("(vec '(1 2))", "[1 2]"),
    ("(vec nil)", "[]"),
    ("(vec {:a 1})", "[[:a 1]]"),
    ("(concat [1] nil '(2) #{3})", "(1 2 3)"),
    ("(concat)", "()"),
    ("(range 4)", "(0 1 2 3)"),
    ("(range 2 5)", "(2 3 4)"),
    ("(range 5 1 -2)", "(5 3)"),
    ("(range 3 1)", "()"),
    ("(range 0 1 1/4)", "(0 1/4 1/2 3/4)"),
    ("(range 0 0.3 0.1)", "(0 0.1 0.2)"),
    ("(range 3.5)", "(0 1 2 3)"),
    ("(take 3 (range))", "(0 1 2)"),
    ("(repeat 2 :x)", "(:x :x)"),
    ("(take 2 (repeat 1))", "(1 1)"),
    ("(replicate 2 1)", "(1 1)"),
    ("(take 5 (cycle [1 2]))", "(1 2 1 2 1)"),
    ("(cycle [])", "()"),
    ("(interleave [1 2 3] [:a :b])", "(1 :a 2 :b)"),
    ("(interleave)", "()"),
    ("(interpose 0 [1 2 3])", "(1 0 2 0 3)"),
    ("(flatten [1 [2 '(3 [4])] {:a 1} nil])", "(1 2 3 4 {:a 1} nil)"),
    ("(flatten nil)", "()"),
    ("(flatten 5)", "()"),
    ("(distinct [1 1.0 1 [1] '(1) nil nil])", "(1 1.0 [1] nil)"),
    ("(dedupe [1 1 2 1 1])", "(1 2 1)"),
    # cutting
    ("(take 2 [1 2 3])", "(1 2)"),
    ("(take 9 [1])", "(1)"),
    ("(take 0 [1])", "()"),
    ("(take -1 [1])", "()"),
    ("(take 2 nil)", "()"),
    ("(drop 1 [1 2])", "(2)"),
    ("(drop 9 [1])", "()"),
    ("(drop -1 [1])", "(1)"),
    ("(take-last 2 [1 2 3])", "(2 3)"),
    ("(take-last 2 [])", "nil"),
    ("(drop-last [1 2])", "(1)"),
    ("(drop-last 2 [1 2 3])", "(1)"),
    ("(take-nth 2 [1 2 3 4 5])", "(1 3 5)"),
    ("(split-at 1 [1 2 3])", "[(1) (2 3)]"),
    ("(partition 2 [1 2 3 4 5])", "((1 2) (3 4))"),
    ("(partition 2 1 [1 2 3])", "((1 2) (2 3))"),
    ("(partition 2 2 [:p] [1 2 3])", "((1 2) (3 :p))"),
    ("(partition 3 3 nil [1 2 3 4])", "((1 2 3) (4))"),
    ("(partition 1 2 [1 2 3])", "((1) (3))"),
    ("(partition-all 2 [1 2 3])", "((1 2) (3))"),
    ("(partition-all 2 1 [1 2])", "((1 2) (2))"),
    # calling functions
    ("(map inc [1 2])", "(2 3)"),
    ("(map + [1 2] '(10 20 30))", "(11 22)"),
    ("(map inc nil)", "()"),
    ("(map :a [{:a 1} {}])", "(1 nil)"),
    ("(map {1 :x} [1 2])", "(:x nil)"),
    ("(map #{1} [1 2])", "(1 nil)"),
    ("(map [:a :b] [1 0])", "(:b :a)"),
    ("(map first {:a 1})", "(:a)"),
    ("(mapv inc '(1))", "[2]"),
    ("(mapv vector [1 2] [3 4])", "[[1 3] [2 4]]"),
    ("(mapcat reverse [[1 2] [3]])", "(2 1 3)"),
    ("(map-indexed vector [:a :b])", "([0 :a] [1 :b])"),
    ("(filter even? [1 2 4])", "(2 4)"),
    ("(filter even? [])", "()"),
    ("(filter identity [nil false 0])", "(0)"),
    ("(filterv odd? [1 2])", "[1]"),
    ("(remove even? [1 2])", "(1)"),
    ("(keep :a [{:a 1} {} {:a false}])", "(1 false)"),
    ("(keep-indexed (partial get [:a nil]) [7 nil 8])", "(:a 8)"),
    ("(take-while pos? [1 2 -1 3])", "(1 2)"),
    ("(drop-while pos? [1 2 -1 3])", "(-1 3)"),
    ("(split-with pos? [1 -1 1])", "[(1) (-1 1)]"),
    ("(reduce + [])", "0"),
    ("(reduce + [5])", "5"),
    ("(reduce + 1 [2 3])", "6"),
    ("(reduce conj [] '(1 2))", "[1 2]"),
    ("(reduce (comp reduced max) [1 5 3])", "5"),
    ("(reductions + [1 2 3])", "(1 3 6)"),
    ("(reductions + 0 [])", "(0)"),
    ("(reductions + [])", "(0)"),
    ("(reduce-kv conj [] [7 8])", "[0 7 1 8]"),
    ("(reduce-kv conj [] {:a 1})", "[:a 1]"),
    ("(some even? [1 2])", "true"),
    ("(some #{3} [1 2])", "nil"),
    ("(some :a [{} {:a 7}])", "7"),
    ("(every? even? [])", "true"),
    ("(every? even? [2 3])", "false"),
    ("(not-every? even? [2 3])", "true"),
    ("(not-any? even? [1])", "true"),
    ("(max-key count [1] [1 2] [3 4])", "[3 4]"),
    ("(min-key count [1 2] [1] [2])", "[2]"),
    ("(max-key count [1])", "[1]"),
    ("(sort [3 1 2])", "(1 2 3)"),
    ("(sort > [3 1 2])", "(3 2 1)"),
    ("(sort nil)", "()"),
    ("(sort [[2 1] [1 9 9] [1]])", "([1] [2 1] [1 9 9])"),
    ("(sort [1/2 0.25 1])", "(0.25 1/2 1)"),
    ("(sort [:b :a/z :a])", "(:a :b :a/z)"),
    ('(sort ["b" "a"])', '("a" "b")'),
    ("(sort-by count [[1 2] [1] [3]])", "([1] [3] [1 2])"),
    ("(sort-by - < [1 3 2])", "(3 2 1)"),
    ("(sort-by first compare [[2 :a] [1 :b]])", "([1 :b] [2 :a])"),
    ("(group-by odd? [1 2 3])", "{true [1 3], false [2]}"),
    ("(frequencies [:a :b :a 1 1.0])", "{:a 2, :b 1, 1 1, 1.0 1}"),
    ("(partition-by odd? [1 3 2 5])", "((1 3) (2) (5))"),
    ("(take 3 (iterate inc 1))", "(1 2 3)"),
    ("(repeatedly 2 (constantly 7))", "(7 7)"),
    ("(take 2 (repeatedly (constantly 7)))", "(7 7)"),
    ("(apply + 1 [2 3])", "6"),
    ("(apply str (range 3))", '"012"'),
    ("(doall (map inc [1]))", "(2)"),
    ("(dorun (map inc [1]))", "nil"),
    # on demand
    ("(take 2 (map inc (range)))", "(1 2)"),
    ("(take 2 (filter odd? (range)))", "(1 3)"),
    ("(take 2 (map + (range) (range 100)))", "(0 2)"),
    ("(map + (range) [1 2])", "(1 3)"),
    ("(take 3 (mapcat vector (range) (range)))", "(0 0 1)"),
    ("(take 3 (concat [:a] (range)))", "(:a 0 1)"),
    ("(take 2 (partition 2 (range)))", "((0 1) (2 3))"),
    ("(take 2 (partition-all 2 (range)))", "((0 1) (2 3))"),
    ("(take 2 (drop 3 (range)))", "(3 4)"),
    ("(take 2 (rest (range)))", "(1 2)"),
    ("(take 2 (cons :a (range)))", "(:a 0)"),
    ("(take 2 (reductions + (range)))", "(0 1)"),
    ("(take 3 (interleave (range) (range)))", "(0 0 1)"),
    ("(take 3 (interpose :x (range)))", "(0 :x 1)"),
    ("(take 2 (distinct (cycle [1 1 2])))", "(1 2)"),
    ("(take 2 (take-nth 3 (range)))", "(0 3)"),
    ("(take 2 (keep identity (range)))", "(0 1)"),
    ("(take 2 (map-indexed vector (range)))", "([0 0] [1 1])"),
    ("(take 2 (partition-by even? (range)))", "((0) (1))"),
    ("(take 1 (drop-while neg? (range)))", "(0)"),
    ("(first (take-while nat-int? (range)))", "0"),
    ("(some pos? (range))", "true"),
    ("(reduce (comp reduced +) (range))", "1"),
    ("(first (filter pos? (range 1000000000000)))", "1"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_values(text, expected):
    assert show(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(first 5)", "first: expected a collection, got the number 5"),
        ("(map inc 5)", "map: expected a collection, got the number 5"),
        ("(map 5 [1])", "map: expected a function, got the number 5"),
        ("(nth [1 2] 5)", "nth: index 5 is out of range for a vector of 2"),
        ("(nth '(1) -1)", "nth: index -1 is out of range for a list of 1"),
        ('(nth "a" 1)', "nth: index 1 is out of range for a string of 1"),
        ("(nth {:a 1} 0)", "nth: expected a vector, list or string, got the map {:a 1}"),
        ("(nth [1] :a)", "nth: expected an integer, got the keyword :a"),
        ("(take :a [1])", "take: expected an integer, got the keyword :a"),
        ("(count 5)", "count: expected a collection, got the number 5"),
        ("(take-nth 0 [1])", "take-nth: the step must be at least 1, got 0"),
        ("(partition 0 [1])", "partition: size and step must be at least 1"),
        ("(apply + 1)", "apply: expected a collection, got the number 1"),
        ("(sort [1 :a])", "compare: the keyword :a and the number 1 have no order"),
        ("(reduce 1 [1 2])", "reduce: expected a function, got the number 1"),
    ],
)
def test_mistakes(text, message):
    assert complain(text) == message


def call(name, *arguments):
    return PRIMITIVES[name].fn(*arguments)


WRAPPERS = [
    Vector,
    List.of,
    list,
    tuple,
    lambda xs: ArraySeq(tuple(xs)),
    lambda xs: LazySeq(iter(xs)),
    lambda xs: Cons(xs[0], LazySeq(iter(xs[1:]))) if xs else Vector(),
]
lists = st.lists(scalars, max_size=12)
wrapped = st.tuples(lists, st.sampled_from(WRAPPERS)).map(lambda pair: (pair[0], pair[1](pair[0])))


class TestLaws:
    """Each function over every kind of sequence does what the obvious Python does with the list."""

    @given(wrapped)
    def test_walking(self, pair):
        xs, collection = pair
        walked, seq = [], call("seq", collection)
        while seq is not None:
            walked.append(call("first", seq))
            seq = call("next", seq)
        assert equal(walked, xs)
        assert call("count", collection) == len(xs)
        assert call("empty?", collection) == (not xs)

    @given(wrapped, st.integers(-2, 15))
    def test_cutting(self, pair, n):
        xs, collection = pair
        assert equal(call("take", n, collection), xs[: max(0, n)])
        assert equal(call("drop", n, collection), xs[max(0, n) :])
        assert equal(call("drop-last", n, collection), xs[: max(0, len(xs) - max(0, n))])
        assert equal(call("take-last", n, collection) or (), xs[max(0, len(xs) - max(0, n)) :])
        assert equal(call("nth", collection, n, "no"), xs[n] if 0 <= n < len(xs) else "no")
        assert equal(call("last", collection), xs[-1] if xs else None)

    @given(wrapped, st.integers(1, 5), st.integers(1, 5))
    def test_partition(self, pair, size, step):
        xs, collection = pair
        pieces = [xs[i : i + size] for i in range(0, len(xs), step)]
        assert equal(call("partition-all", size, step, collection), pieces)
        whole = list(itertools.takewhile(lambda piece: len(piece) == size, pieces))
        assert equal(call("partition", size, step, collection), whole)

    @given(wrapped)
    def test_grouping(self, pair):
        xs, collection = pair
        distinct = list({canonical(x): x for x in reversed(xs)})
        assert len(call("distinct", collection)) == len(distinct)
        counts = call("frequencies", collection)
        assert sum(counts.values()) == len(xs)
        assert all(counts(x) == [canonical(y) for y in xs].count(canonical(x)) for x in xs)
        groups = call("group-by", call("juxt", PRIMITIVES["number?"].fn), collection)
        for group, members in groups.items():
            assert equal(members, [x for x in xs if call("number?", x) is group[0]])

    @given(st.lists(st.one_of(st.integers(-9, 9), st.fractions(-3, 3)), max_size=12))
    def test_sorting(self, xs):
        xs = [int(x) if x == int(x) else x for x in xs]
        assert list(call("sort", xs)) == sorted(xs)
        assert list(call("sort", PRIMITIVES[">"].fn, xs)) == sorted(xs, reverse=True)
        by_remainder = call("sort-by", lambda x: x % 2, xs)
        assert list(by_remainder) == sorted(xs, key=lambda x: x % 2)

    @given(st.lists(st.lists(st.integers(0, 3), max_size=3).map(Vector), max_size=6))
    def test_sorting_vectors(self, xs):
        assert list(call("sort", xs)) == sorted(xs, key=lambda v: (len(v), tuple(v)))

    @given(wrapped, scalars)
    def test_cons_and_concat(self, pair, x):
        xs, collection = pair
        assert equal(call("cons", x, collection), [x, *xs])
        assert equal(call("concat", xs, collection, None, xs), [*xs, *xs, *xs])
        assert equal(call("into", Vector([x]), collection), [x, *xs])
        assert equal(call("into", List.of([x]), collection), [*reversed(xs), x])


class TestLaziness:
    def test_elements_are_computed_once_and_not_before(self):
        computed = []
        seq = call("map", lambda x: computed.append(x) or x, call("range"))
        assert computed == []
        assert list(call("take", 3, seq)) == [0, 1, 2]
        assert list(call("take", 2, seq)) == [0, 1]
        assert computed == [0, 1, 2]

    def test_known_lengths_are_computed_at_once_in_order(self):
        computed = []
        call("map", computed.append, Vector([1, 2, 3]))
        assert computed == [1, 2, 3]

    def test_an_error_is_raised_again(self):
        def fail_at_two(x):
            if x == 2:
                raise ValueError("two")
            return x

        seq = call("map", fail_at_two, call("range"))
        for _ in range(2):
            assert list(call("take", 2, seq)) == [0, 1]
            with pytest.raises(ValueError, match="two"):
                call("nth", seq, 2)

    def test_iterators_are_read_once_and_kept(self):
        seq = call("seq", iter([1, 2]))
        assert list(seq) == [1, 2] == list(seq)

    def test_very_long_ranges_are_not_built(self):
        seq = call("map", lambda x: x, call("range", 10 * EAGER_LIMIT))
        assert isinstance(seq, LazySeq)
        assert call("count", call("range", 10**12)) == 10**12

    def test_rest_of_a_long_vector_shares(self):
        seq = call("seq", Vector(range(100_000)))
        total = 0
        while seq is not None:
            total += call("first", seq)
            seq = call("next", seq)
        assert total == sum(range(100_000))

    def test_reduce_over_long_input(self):
        assert calculate("(reduce + (range 100000))") == sum(range(100_000))
        assert calculate("(count (reduce conj () (range 100000)))") == 100_000


class TestInterop:
    @pytest.mark.parametrize(
        "collection", [[1, 2, 3], (1, 2, 3), np.array([1, 2, 3]), range(1, 4), {1: 0, 2: 0, 3: 0}]
    )
    def test_python_collections_are_sequences(self, collection):
        keys = collection.keys() if isinstance(collection, dict) else collection
        assert equal(call("map", PRIMITIVES["inc"].fn, keys), Vector([2, 3, 4]))
        assert call("count", collection) == 3

    def test_elements_of_arrays_are_plain_numbers(self):
        array = np.array([[1.5, 2.5], [3.5, 4.5]])
        assert type(call("first", call("first", array))) is float
        assert type(call("nth", np.array([1, 2]), 1)) is int
        assert equal(call("nth", array, 1), Vector([3.5, 4.5]))
        assert call("get", np.array([1, 2]), 5) is None

    def test_entries_of_maps_are_vectors(self):
        for m in (PersistentMap.of([(1, 2)]), {1: 2}):
            assert call("first", m) == Vector([1, 2])
        assert call("first", PersistentSet([7])) == 7
        assert call("first", "x") == Char("x")
