"""The primitives other than sequences, and the table of primitives itself."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.diagnostics import InternalError
from anglipy.runtime.primitives import PRIMITIVES, primitive
from anglipy.runtime.printing import pr_str
from anglipy.runtime.values import Keyword, PersistentMap, Vector, equal
from tests.runtime.calculator import calculate, complain, show
from tests.runtime.strategies import scalars, values

COLLECTIONS = [
    ("(conj nil 1)", "(1)"),
    ("(conj [1] 2 3)", "[1 2 3]"),
    ("(conj '(1) 2 3)", "(3 2 1)"),
    ("(conj (map inc [1]) 0)", "(0 2)"),
    ("(conj #{1} 1 2)", "#{1 2}"),
    ("(conj {:a 1} [:b 2] {:c 3} nil)", "{:a 1, :b 2, :c 3}"),
    ("(conj)", "[]"),
    ("(into [] '(1 2))", "[1 2]"),
    ("(into '() [1 2])", "(2 1)"),
    ("(into {} [[:a 1] [:b 2]])", "{:a 1, :b 2}"),
    ("(into {:a 0} {:a 1})", "{:a 1}"),
    ("(into #{} [1 1])", "#{1}"),
    ("(into nil [1 2])", "(2 1)"),
    ("(hash-map :a 1 :a 2)", "{:a 2}"),
    ("(hash-set 1 1 1.0)", "#{1 1.0}"),
    ("(sorted-map 2 :b 1 :a)", "{1 :a, 2 :b}"),
    ("(assoc (sorted-map 2 :b) 1 :a)", "{1 :a, 2 :b}"),
    ("(sorted-map-by > 1 :a 2 :b)", "{2 :b, 1 :a}"),
    ("(set [1 2 1])", "#{1 2}"),
    ("(set nil)", "#{}"),
    ("(zipmap [:a :b] [1 2 3])", "{:a 1, :b 2}"),
    ("(zipmap nil nil)", "{}"),
    ("(vector)", "[]"),
    ("(subvec [1 2 3] 1)", "[2 3]"),
    ("(subvec [1 2 3] 1 2)", "[2]"),
    ("(peek [1 2])", "2"),
    ("(peek '(1 2))", "1"),
    ("(peek nil)", "nil"),
    ("(peek [])", "nil"),
    ("(pop [1 2])", "[1]"),
    ("(pop '(1 2))", "(2)"),
    ("(pop nil)", "nil"),
    ("(get {:a 1} :a)", "1"),
    ("(get {:a 1} :b :d)", ":d"),
    ("(get {:a nil} :a :d)", "nil"),
    ("(get [1 2] 1)", "2"),
    ("(get [1 2] 2)", "nil"),
    ("(get [1 2] -1)", "nil"),
    ("(get [1 2] 0.0)", "nil"),
    ("(get #{1} 1)", "1"),
    ('(get "ab" 1)', "\\b"),
    ("(get '(1 2) 0)", "nil"),
    ("(get nil :a)", "nil"),
    ("(get 5 :a :d)", ":d"),
    ("(get-in {:a [1 {:b 2}]} [:a 1 :b])", "2"),
    ("(get-in {:a 1} [:b :c] :d)", ":d"),
    ("(get-in {:a nil} [:a] :d)", "nil"),
    ("(get-in {:a 1} [])", "{:a 1}"),
    ("(contains? [5 6] 1)", "true"),
    ("(contains? [5 6] 5)", "false"),
    ("(contains? {:a nil} :a)", "true"),
    ("(contains? #{nil} nil)", "true"),
    ("(contains? nil 1)", "false"),
    ("(find {:a 1} :a)", "[:a 1]"),
    ("(find {:a 1} :b)", "nil"),
    ("(find [7] 0)", "[0 7]"),
    ("(keys {:a 1 :b 2})", "(:a :b)"),
    ("(vals {:a 1 :b 2})", "(1 2)"),
    ("(keys {})", "nil"),
    ("(vals nil)", "nil"),
    ("(map key {:a 1})", "(:a)"),
    ("(map val {:a 1})", "(1)"),
    ("(select-keys {:a 1 :b nil :c 3} [:b :a :z])", "{:b nil, :a 1}"),
    ("(assoc nil :a 1)", "{:a 1}"),
    ("(assoc {:a 1} :a 2 :b 3)", "{:a 2, :b 3}"),
    ("(assoc [1 2] 0 :x)", "[:x 2]"),
    ("(assoc [1] 1 :x)", "[1 :x]"),
    ("(assoc-in nil [:a :b] 1)", "{:a {:b 1}}"),
    ("(assoc-in {:a [1 2]} [:a 0] 9)", "{:a [9 2]}"),
    ("(update {:a 1} :a inc)", "{:a 2}"),
    ("(update {:a 1} :a + 10 100)", "{:a 111}"),
    ("(update {} :a (fnil inc 0))", "{:a 1}"),
    ("(update-in {:a {:b 1}} [:a :b] inc)", "{:a {:b 2}}"),
    ("(update-in {} [:a :b] (fnil conj []) 1)", "{:a {:b [1]}}"),
    ("(update-vals {:a 1} inc)", "{:a 2}"),
    ("(update-keys {:a 1} name)", '{"a" 1}'),
    ("(dissoc {:a 1 :b 2} :a :z)", "{:b 2}"),
    ("(dissoc nil :a)", "nil"),
    ("(disj #{1 2} 1 5)", "#{2}"),
    ("(merge {:a 1 :b 1} nil {:a 2})", "{:a 2, :b 1}"),
    ("(merge nil nil)", "nil"),
    ("(merge)", "nil"),
    ("(merge-with + {:a 1 :b 1} {:a 2})", "{:a 3, :b 1}"),
    ("(merge-with +)", "nil"),
    ("(empty [1])", "[]"),
    ("(empty '(1))", "()"),
    ("(empty {:a 1})", "{}"),
    ("(empty 5)", "nil"),
    ("(distinct? 1 2 1.0)", "true"),
    ("(distinct? 1 2 1)", "false"),
    ("(replace {1 :a} [1 2])", "[:a 2]"),
    ("(clojure.set/union #{1} #{2 1})", "#{1 2}"),
    ("(clojure.set/intersection #{1 2} #{2 3})", "#{2}"),
    ("(clojure.set/difference #{1 2} #{2})", "#{1}"),
]

ARITHMETIC = [
    ("(+)", "0"),
    ("(*)", "1"),
    ("(+ 1 2 3)", "6"),
    ("(- 5)", "-5"),
    ("(- 5 1 1)", "3"),
    ("(/ 2)", "1/2"),
    ("(/ 4 2)", "2"),
    ("(/ 1 2 2)", "1/4"),
    ("(+ 1/2 1/2)", "1N"),
    ("(+ 1/2 0.5)", "1.0"),
    ("(+' 9223372036854775807 1)", "9223372036854775808N"),
    ("(*' 3 4)", "12"),
    ("(inc' 9223372036854775807)", "9223372036854775808N"),
    ("(- -9223372036854775807)", "9223372036854775807"),
    ("(max 1 2.0)", "2.0"),
    ("(max 3 2.0 1/2)", "3"),
    ("(min 1)", "1"),
    ("(inc 1/2)", "3/2"),
    ("(dec 1.5)", "0.5"),
    ("(quot -7 2)", "-3"),
    ("(rem -7 2)", "-1"),
    ("(mod -7 2)", "1"),
    ("(abs -1/2)", "1/2"),
    ("(< 1 2 3)", "true"),
    ("(< 1 3 2)", "false"),
    ("(< 1)", "true"),
    ("(>= 3 3 1/2)", "true"),
    ("(== 1 1.0 1N)", "true"),
    ("(= 1 1.0)", "false"),
    ("(= 1 1N)", "true"),
    ("(= [1 2] '(1 2) (map inc [0 1]))", "true"),
    ("(not= 1 2)", "true"),
    ("(= 1/2 0.5)", "false"),
    ("(int 2.7)", "2"),
    ("(long -2.7)", "-2"),
    ("(int \\a)", "97"),
    ("(double 1/2)", "0.5"),
    ("(float 1)", "1.0"),
    ("(bigint 5)", "5N"),
    ('(bigint "123")', "123N"),
    ("(numerator 2/3)", "2"),
    ("(denominator 2/3)", "3"),
    ("(rationalize 0.25)", "1/4"),
    ("(rationalize 2.0)", "2N"),
    ("(char 97)", "\\a"),
    ("(bit-and 12 10)", "8"),
    ("(bit-or 12 10 1)", "15"),
    ("(bit-xor 12 10)", "6"),
    ("(bit-not 0)", "-1"),
    ("(bit-shift-left 1 63)", "-9223372036854775808"),
    ("(bit-shift-right -8 1)", "-4"),
    ("(bit-test 5 2)", "true"),
    ("(compare 1 2)", "-1"),
    ("(compare [1 2] [1])", "1"),
    ("(compare nil 1)", "-1"),
    ('(compare "b" "a")', "1"),
    ("(compare true false)", "1"),
    ("(compare 1 1.0)", "0"),
]

PREDICATES = [
    ("(map nil? [nil false])", "(true false)"),
    ("(map some? [nil false])", "(false true)"),
    ("(map not [nil false 0])", "(true true false)"),
    ("(map true? [true 1])", "(true false)"),
    ("(map false? [false nil])", "(true false)"),
    ("(map boolean [nil false 0])", "(false false true)"),
    ("(map boolean? [true nil])", "(true false)"),
    ("(map number? [1 1N 1/2 1.5 true nil])", "(true true true true false false)"),
    ("(map integer? [1 1N 1/2 1.0])", "(true true false false)"),
    ("(map float? [1 1.0])", "(false true)"),
    ("(map ratio? [1 1/2])", "(false true)"),
    ("(map rational? [1 1/2 0.5])", "(true true false)"),
    ("(map zero? [0 0.0 1])", "(true true false)"),
    ("(map pos? [1 0 -1.0])", "(true false false)"),
    ("(map neg? [1 0 -1/2])", "(false false true)"),
    ("(map even? [0 1 -2])", "(true false true)"),
    ("(map odd? [0 1 -1])", "(false true true)"),
    ("(map pos-int? [1 0 1.0 nil])", "(true false false false)"),
    ("(map neg-int? [-1 0 -1.0])", "(true false false)"),
    ("(map nat-int? [1 0 -1])", "(true true false)"),
    ('(map string? ["a" \\a :a])', "(true false false)"),
    ('(map char? ["a" \\a])', "(false true)"),
    ("(map keyword? [:a 'a])", "(true false)"),
    ("(map symbol? [:a 'a])", "(false true)"),
    ("(map vector? [[] '() {}])", "(true false false)"),
    ("(map list? [[] '() (map inc [1])])", "(false true false)"),
    ("(map seq? [[] '() (map inc [1])])", "(false true true)"),
    ("(map map? [{} #{} []])", "(true false false)"),
    ("(map set? [{} #{} []])", "(false true false)"),
    ('(map coll? [{} #{} [] () "" nil])', "(true true true true false false)"),
    ("(map sequential? [[] () {} (range)])", "(true true false true)"),
    ('(map seqable? [nil "" {} 1])', "(true true true false)"),
    ("(map associative? [{} [] #{} ()])", "(true true false false)"),
    ("(map counted? [[] {} (range 3) (range)])", "(true true true false)"),
    ("(map fn? [inc :a {}])", "(true false false)"),
    ("(map ifn? [inc :a {} #{} [] 1])", "(true true true true true false)"),
    ("(identical? :a :a)", "true"),
    ("(identical? [] [1])", "false"),
    ("(map type [1 1/2 nil :a])", "(java.lang.Long clojure.lang.Ratio nil clojure.lang.Keyword)"),
]

FUNCTIONS = [
    ("((comp inc inc) 1)", "3"),
    ("((comp) 1)", "1"),
    ("((comp first rest) [1 2])", "2"),
    ("((comp str +) 1 2)", '"3"'),
    ("((partial + 1) 2 3)", "6"),
    ("((juxt :a count) {:a 1})", "[1 1]"),
    ("((complement nil?) nil)", "false"),
    ("((constantly 1) 2 3)", "1"),
    ("((every-pred pos? even?) 2 4)", "true"),
    ("((every-pred pos? even?) 2 3)", "false"),
    ("((some-fn :a :b) {:b 2})", "2"),
    ("((some-fn even?) 1 3)", "false"),
    ("((fnil + 10 20) nil nil)", "30"),
    ("((fnil list 10) 1 nil)", "(1 nil)"),
    ("((memoize +) 1 2)", "3"),
    ("(apply max [1 5 2])", "5"),
    ("(identity nil)", "nil"),
    ("(:a {:a 1})", "1"),
    ("(:a nil 2)", "2"),
    ("({:a 1} :b 3)", "3"),
    ("(#{1 2} 2)", "2"),
    ("([1 2] 1)", "2"),
    ("('a '{a 1})", "1"),
    ("(deref (atom 1))", "1"),
    ("(swap! (atom 1) + 2 3)", "6"),
    ("(reset! (atom 1) 5)", "5"),
    ("(compare-and-set! (atom 1) 2 3)", "false"),
    ("(meta (with-meta [1] {:a 1}))", "{:a 1}"),
    ("(meta [1])", "nil"),
    ("(with-meta [1 2] {:a 1})", "[1 2]"),
    ("(meta (vary-meta (with-meta {} {:a 1}) assoc :b 2))", "{:a 1, :b 2}"),
    ("(= (hash [1 2]) (hash '(1 2)))", "true"),
    ("(= (hash 1) (hash 1.0))", "false"),
]

STRINGS = [
    ("(str)", '""'),
    ('(str "a" nil 1 :b \\c 1.0 [nil "x"])', '"a1:bc1.0[nil \\"x\\"]"'),
    ('(subs "hello" 1)', '"ello"'),
    ('(subs "hello" 1 3)', '"el"'),
    ("(name :ns/a)", '"a"'),
    ("(name 'b)", '"b"'),
    ('(name "c")', '"c"'),
    ("(namespace :ns/a)", '"ns"'),
    ("(namespace :a)", "nil"),
    ('(keyword "a")', ":a"),
    ('(keyword "n" "a")', ":n/a"),
    ("(keyword 'a)", ":a"),
    ("(keyword 1)", "nil"),
    ('(symbol "a")', "a"),
    ("(clojure.string/join [1 nil :a])", '"1:a"'),
    ('(clojure.string/join ", " [1 2])', '"1, 2"'),
    ('(clojure.string/split "a,b,,c,," #",")', '["a" "b" "" "c"]'),
    ('(clojure.string/split "a,b,,c,," #"," -1)', '["a" "b" "" "c" "" ""]'),
    ('(clojure.string/split "a,b,c" #"," 2)', '["a" "b,c"]'),
    ('(clojure.string/split "abc" #"")', '["a" "b" "c"]'),
    ('(clojure.string/split "" #",")', '[""]'),
    ('(clojure.string/split ",a" #",")', '["" "a"]'),
    ('(clojure.string/split "a1b22c" #"\\d+")', '["a" "b" "c"]'),
    ('(clojure.string/split-lines "a\\nb\\r\\nc\\n")', '["a" "b" "c"]'),
    ('(clojure.string/replace "a.b.c" "." "-")', '"a-b-c"'),
    ('(clojure.string/replace "abc" #"(b)" "<$1$1>")', '"a<bb>c"'),
    ('(clojure.string/replace "a1" #"\\d" (comp str inc parse-long))', '"a2"'),
    ('(clojure.string/replace "aa" \\a \\b)', '"bb"'),
    ('(clojure.string/replace-first "aa" "a" "b")', '"ba"'),
    ('(clojure.string/replace "a" "a" "$1\\\\")', '"$1\\\\"'),
    ('(clojure.string/upper-case "ab")', '"AB"'),
    ('(clojure.string/lower-case "AB")', '"ab"'),
    ('(clojure.string/capitalize "hELLO")', '"Hello"'),
    ('(clojure.string/trim " a ")', '"a"'),
    ('(clojure.string/triml " a ")', '"a "'),
    ('(clojure.string/trimr " a ")', '" a"'),
    ('(clojure.string/trim-newline "a\\n\\r")', '"a"'),
    ("(map clojure.string/blank? [nil \"\" \" \" \"a\"])", "(true true true false)"),
    ('(clojure.string/starts-with? "abc" "ab")', "true"),
    ('(clojure.string/ends-with? "abc" "bc")', "true"),
    ('(clojure.string/includes? "abc" "b")', "true"),
    ('(clojure.string/reverse "abc")', '"cba"'),
    ('(clojure.string/index-of "abcb" "b")', "1"),
    ('(clojure.string/index-of "abcb" "b" 2)', "3"),
    ('(clojure.string/index-of "abc" "z")', "nil"),
    ('(clojure.string/last-index-of "abcb" \\b)', "3"),
    ('(re-find #"(\\d)(\\d)" "a12")', '["12" "1" "2"]'),
    ('(re-find #"z" "a")', "nil"),
    ('(re-matches #"a+" "aa")', '"aa"'),
    ('(re-matches #"a" "aa")', "nil"),
    ('(re-seq #"\\d" "a1b2")', '("1" "2")'),
    ('(re-pattern "a+")', '#"a+"'),
    ('(parse-long "-12")', "-12"),
    ('(parse-long "1.5")', "nil"),
    ('(parse-double "1e3")', "1000.0"),
    ('(Integer/parseInt "7")', "7"),
    ('(Double/parseDouble " 1.5 ")', "1.5"),
    ('(char-array "ab")', "[\\a \\b]"),
    ('(pr-str "a" 1)', '"\\"a\\" 1"'),
    ('(prn-str "a")', '"\\"a\\"\\n"'),
    ('(print-str ["a"] nil)', '"[a] nil"'),
    ('(println-str :a)', '":a\\n"'),
    ('(format "%d %s %5.2f|%-4s|%05d|%,d|%x|%c|%b|%%" 1 :a 3.14159 "ab" 42 1234567 255 \\z nil)',
     '"1 :a  3.14|ab  |00042|1,234,567|ff|z|false|%"'),
    ('(format "%2$s %1$s %.3s %+d" "abcdef" 2)', '"2 abcdef abc +2"'),
    ('(format "%e %S %08.3f|%6.1f|%-6.1f|" 12345.678 "up" -3.14159 2.25 2.25)',
     '"1.234568e+04 UP -003.142|   2.3|2.3   |"'),
    ('(format "%.0f %.2f %f" 0.5 1.005 ##Inf)', '"1 1.01 Infinity"'),
    ('(format "no directives%n")', '"no directives\\n"'),
    ('(format "%f %s" 1 nil)', '"1.000000 null"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    COLLECTIONS + ARITHMETIC + PREDICATES + FUNCTIONS + STRINGS,
)
def test_values(text, expected):
    assert show(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(+ 1 :a)", "+: expected a number, got the keyword :a"),
        ("(+ true)", "+: expected a number, got the boolean true"),
        ("(/ 1 0)", "/: division by zero"),
        ("(inc nil)", "inc: expected a number, got nil"),
        ("(max [1])", "max: expected a number, got the vector [1]"),
        ("(even? 1.0)", "even?: expected an integer, got the number 1.0"),
        ("(pos? nil)", "pos?: expected a number, got nil"),
        ("(int nil)", "long: expected a number, got nil"),
        ("(numerator 1)", "numerator: expected a ratio, got the number 1"),
        ("(bit-and 1 1.0)", "bit-and: expected an integer, got the number 1.0"),
        ("(conj 5 1)", "conj: expected a collection, got the number 5"),
        ("(conj {} 1)", "conj: expected a [key value] pair, got the number 1"),
        ("(assoc '(1) 0 1)", "assoc: expected a map or vector, got the list (1)"),
        ("(assoc {} :a 1 :b)", "assoc: the key :b has no value"),
        ("(assoc [1] 3 1)", "assoc: index 3 is out of range for a vector of 1"),
        ("(hash-map :a)", "hash-map: the key :a has no value"),
        ("(keys [1])", "keys: expected a [key value] pair, got the number 1"),
        ("(dissoc [1] 0)", "dissoc: expected a map, got the vector [1]"),
        ("(pop [])", "pop: the vector is empty"),
        ("(pop ())", "pop: the list is empty"),
        ("(peek {})", "peek: expected a vector or list, got the map {}"),
        ("(subvec [1] 0 2)", "subvec: 0 to 2 is out of range for a vector of 1"),
        ("(contains? '(1) 1)", "contains?: expected a map, set or vector, got the list (1)"),
        ("(contains? 5 1)", "contains?: expected a collection, got the number 5"),
        ("(update {} :a 5)", "update: expected a function, got the number 5"),
        ('(subs "abc" 2 9)', "subs: 2 to 9 is out of range for a string of 3"),
        ("(subs :a 1)", "subs: expected a string, got the keyword :a"),
        ("(name 1)", "name: expected a keyword, symbol or string, got the number 1"),
        ('(Integer/parseInt "x")', 'parseInt: expected an integer in a string, got the string "x"'),
        ('(format "%d" 1.5)', "format: %d needs an integer, got the number 1.5"),
        ('(format "%d")', "format: %d has no value: 0 given"),
        ('(format "%y" 1)', "format: %y is no directive"),
        ("(swap! 1 inc)", "swap!: expected an atom, got the number 1"),
        ("(deref 1)", "deref: expected an atom, a variable or the like, got the number 1"),
        ("(with-meta 1 {})", "with-meta: expected a collection or symbol, got the number 1"),
        ("(compare 1 :a)", "compare: the number 1 and the keyword :a have no order"),
    ],
)
def test_mistakes(text, message):
    assert complain(text) == message


def test_broken_regular_expression_is_named():
    assert complain('(re-find #"(" "a")').startswith('re-find: #"(" is no regular expression')


class TestOutput:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('(println "a" nil :b ["c"])', "a nil :b [c]\n"),
            ("(println)", "\n"),
            ('(print "a" 1)', "a 1"),
            ('(prn "a" \\b)', '"a" \\b\n'),
            ('(pr "a")', '"a"'),
            ("(newline)", "\n"),
            ('(printf "%d!" 5)', "5!"),
        ],
    )
    def test_goes_to_standard_output(self, text, expected, capsys):
        assert calculate(text) is None
        assert capsys.readouterr().out == expected

    def test_side_effects_are_marked(self):
        for name in (
            "println",
            "print",
            "pr",
            "prn",
            "printf",
            "swap!",
            "reset!",
            "gensym",
            "run!",
        ):
            assert not PRIMITIVES[name].pure
        assert PRIMITIVES["+"].pure


class TestLaws:
    @given(st.lists(st.tuples(scalars, values), max_size=6), scalars, values)
    def test_maps(self, pairs, key, value):
        m = PersistentMap.of(pairs)
        call = {name: PRIMITIVES[name].fn for name in PRIMITIVES}
        assert equal(call["get"](call["assoc"](m, key, value), key), value)
        assert not call["contains?"](call["dissoc"](m, key), key)
        assert equal(call["into"](call["empty"](m), m), m)
        assert equal(call["zipmap"](call["keys"](m), call["vals"](m)), m)
        assert equal(call["merge"](m, m), m)
        assert equal(call["select-keys"](m, call["keys"](m)), m)

    @given(values)
    def test_functions_pickle(self, value):
        constant = pickle.loads(pickle.dumps(PRIMITIVES["constantly"].fn(value)))
        assert equal(constant(), value)
        composed = PRIMITIVES["comp"].fn(Keyword("a"), PRIMITIVES["first"].fn)
        assert pickle.loads(pickle.dumps(composed))(Vector([{"a": 1}])) == 1

    @given(values)
    def test_metadata_changes_nothing_else(self, value):
        if PRIMITIVES["coll?"].fn(value) and not isinstance(value, list | tuple):
            marked = PRIMITIVES["with-meta"].fn(value, 1)
            assert equal(marked, value)
            assert pr_str(marked) == pr_str(value)
            assert PRIMITIVES["meta"].fn(value) is None

    @given(st.text(max_size=8), st.text("ab,", max_size=12))
    def test_split_and_join(self, text, listed):
        join, split = PRIMITIVES["clojure.string/join"].fn, PRIMITIVES["clojure.string/split"].fn
        assert join(",", split(listed, ",", -1)) == listed
        assert join(PRIMITIVES["seq"].fn(text)) == text


class TestTable:
    def test_every_entry_is_documented_and_complete(self):
        for name, entry in PRIMITIVES.items():
            assert entry.name == name
            assert entry.doc, name
            assert entry.python_name.isidentifier()
            low, high = entry.arity
            assert high is None or low <= high

    def test_arity_fits_the_function(self):
        for name, entry in PRIMITIVES.items():
            signature = inspect.signature(entry.fn)
            low, high = entry.arity
            for count in range(low, (low + 3 if high is None else high) + 1):
                try:
                    signature.bind(*range(count))
                except TypeError:
                    pytest.fail(f"{name} cannot take {count} arguments")

    def test_python_names_are_unique(self):
        functions: dict = {}
        for entry in PRIMITIVES.values():
            assert functions.setdefault(entry.python_name, entry.fn) is entry.fn

    def test_two_argument_forms_agree(self):
        samples = [1, 2, 2.5, 0.5, -3, 7]
        for entry in PRIMITIVES.values():
            if entry.binary is None:
                continue
            for a in samples:
                for b in samples:
                    assert equal(entry.binary(a, b), entry.fn(a, b))

    def test_a_name_cannot_be_taken_twice(self):
        with pytest.raises(InternalError, match="map"):
            primitive("map", arity=(1, 1))(len)

    def test_importing_loads_no_numpy(self):
        program = (
            "import sys, anglipy.runtime.primitives; print({'numpy', 'torch'} & set(sys.modules))"
        )
        run = [sys.executable, "-c", program]
        found = subprocess.run(run, capture_output=True, check=True, text=True)
        assert found.stdout == "set()\n"

    def test_gensym(self):
        first, second = calculate("(gensym)"), calculate('(gensym "x")')
        assert first != second
        assert second.name.startswith("x")
