"""Variables, classes, hierarchies, multimethods and arrays: what programs ask of names and kinds."""

from __future__ import annotations

import pytest

from anglipy.api import Session
from anglipy.diagnostics import ProgramError
from anglipy.runtime.printing import pr_str
from tests.conformance.host_cases import HERE, checking

CLASSES = r"""
(class 1) => java.lang.Long
(class 1.0) => java.lang.Double
(class 1/2) => clojure.lang.Ratio
(class 1N) => clojure.lang.BigInt
(class 1M) => java.math.BigDecimal
(class true) => java.lang.Boolean
(class "a") => java.lang.String
(class \a) => java.lang.Character
(class :a) => clojure.lang.Keyword
(class 'a) => clojure.lang.Symbol
(class []) => clojure.lang.PersistentVector
(class '(1)) => clojure.lang.PersistentList
(class {}) => clojure.lang.PersistentArrayMap
(class (zipmap (range 20) (range))) => clojure.lang.PersistentHashMap
(class #{}) => clojure.lang.PersistentHashSet
(class nil) => nil
fixed:(type (with-meta [1] {:type :mine})) => :mine
(= String (class "a")) => true
(= java.lang.String String) => true
(map #(instance? % 1) [Long Number Object String]) => (true true true false)
(instance? clojure.lang.IPersistentMap {}) => true
(instance? clojure.lang.Associative [1]) => true
(cast Number 1) => 1
(class? Long) => true
(.getName (class 1)) => "java.lang.Long"
(.getSimpleName (class 1)) => "Long"
(group-by class [1 "a" 2]) => {java.lang.Long [1 2], java.lang.String ["a"]}
(condp instance? 1 String :string Long :long) => :long
"""

HIERARCHIES = r"""
(make-hierarchy) => {:parents {}, :descendants {}, :ancestors {}}
(:parents (derive (make-hierarchy) :a :b)) => {:a #{:b}}
(isa? (derive (derive (make-hierarchy) :a :b) :b :c) :a :c) => true
(ancestors (derive (derive (make-hierarchy) :a :b) :b :c) :a) => #{:b :c}
(sort (descendants (derive (derive (make-hierarchy) :a :b) :b :c) :c)) => (:a :b)
(parents (derive (make-hierarchy) :a :b) :b) => nil
(isa? (underive (derive (make-hierarchy) :a :b) :a :b) :a :b) => false
(isa? 1 1) => true
(isa? String Object) => true
(isa? [Long String] [Number Object]) => true
(isa? [Long] [Number Object]) => false
(try (derive (derive (make-hierarchy) :a :b) :b :a) (catch Exception e :cyclic)) => :cyclic
(try (derive (make-hierarchy) :a :a) (catch Exception e :itself)) => :itself
"""

ARRAYS = r"""
(let [a (int-array 3)] (aset a 1 7) (vec a)) => [0 7 0]
(let [a (int-array 3)] (aset a 1 7)) => 7
(let [a (double-array [1 2])] (aset a 0 5) (vec a)) => [5.0 2.0]
(let [a (int-array [1 2])] (aset a 0 5.7) (aget a 0)) => 5
(let [a (make-array Long/TYPE 2 2)] (aset a 1 0 9) (map vec a)) => ([0 0] [9 0])
(vec (map vec (make-array Long/TYPE 2 2))) => [[0 0] [0 0]]
(let [a (int-array [1 2]) b (aclone a)] (aset b 0 9) [(vec a) (vec b)]) => [[1 2] [9 2]]
(let [a (to-array [1 2])] (aset a 0 :x) (seq a)) => (:x 2)
(let [a (int-array [1 2 3])] [(count a) (first a) (last a) (nth a 1) (get a 1)]) => [3 1 3 2 2]
(reduce + (double-array 3 2)) => 6.0
(apply max (int-array [3 1 2])) => 3
(vec (amap (int-array [1 2 3]) i r (* 2 (aget r i)))) => [2 4 6]
(areduce (double-array [1 2 3]) i total 0 (+ total i)) => 3
(let [a (int-array [1 2 3])] (areduce a i total 0 (+ total (aget a i)))) => 6
(vec (make-array String 2)) => [nil nil]
(vec (char-array 2)) => [\u0000 \u0000]
(apply str (char-array "abc")) => "abc"
(vec (into-array Double/TYPE [1 2])) => [1.0 2.0]
(try (aset (int-array 2) 2 1) (catch IndexOutOfBoundsException e :outside)) => :outside
(try (int-array ["a"]) (catch Exception e :no-number)) => :no-number
(alength (long-array 4)) => 4
(vec (boolean-array [true false])) => [true false]
(sort (int-array [3 1 2])) => (1 2 3)
"""

NUMBERS = r"""
(numerator 6/4) => 3
(denominator 6/4) => 2
(+ 1 (numerator 1/2)) => 2
(expt 2 10) => 1024
(expt 1 1000000000000) => 1
(try (expt 10 1000000000000) (catch Exception e :too-large)) => :too-large
(try (range "a") (catch Exception e (ex-message e))) => "range: expected a number, got the string \"a\""
(try (char -1) (catch IllegalArgumentException e :out-of-range)) => :out-of-range
(m/round [2.5 -2.5 1]) => [3 -2 1]
"""

VARIABLES = r"""
host:(var-get #'inc) => #function[inc]
host:(#'+ 1 2) => 3
host:(map #'inc [1 2]) => (2 3)
host:#'inc => #'clojure.core/inc
host:(= #'inc #'inc) => true
host:(var? (resolve 'inc)) => true
host:((resolve 'inc) 1) => 2
host:(resolve 'there-is-no-such-thing) => nil
(with-local-vars [a 1] (var-set a (+ @a 2)) (var-get a)) => 3
(deref (delay 1) 10 :late) => 1
host:(deref (promise) 10 :late) => :late
"""

SELDOM = r"""
(unchecked-add-int 2147483647 1) => -2147483648
(unchecked-inc-int 2147483647) => -2147483648
(unchecked-multiply-int 31 2147483647) => 2147483617
(unchecked-int 4294967296) => 0
(unchecked-byte 255) => -1
(iteration (fn [k] (if (< k 3) {:v k :k (inc k)} nil)) :initk 0 :vf :v :kf :k) => (0 1 2)
(xml-seq {:content ["a"]}) => ({:content ["a"]} "a")
(find-keyword "a") => :a
((bound-fn [x] (inc x)) 1) => 2
(pvalues 1 2) => (1 2)
host:(let [f (future 1)] [(future-done? f) (future-cancelled? f) @f]) => [true false 1]
"""

MATH = r"""
(clojure.math/sqrt 4) => 2.0
(clojure.math/pow 2 3) => 8.0
(clojure.math/round 2.5) => 3
(clojure.math/rint 2.5) => 2.0
(clojure.math/floor-div -7 2) => -4
(clojure.math/floor-mod -7 2) => 1
(clojure.math/to-degrees clojure.math/PI) => 180.0
(clojure.math/copy-sign 2 -0.0) => -2.0
(clojure.math/IEEE-remainder 5 3) => -1.0
(clojure.math/next-up 1.0) => 1.0000000000000002
(clojure.math/next-after 1.0 0) => 0.9999999999999999
(clojure.math/get-exponent 0.0) => -1023
(clojure.math/scalb 1.0 10) => 1024.0
(clojure.math/add-exact 1 2) => 3
(clojure.math/increment-exact 1) => 2
(clojure.math/hypot 3 4) => 5.0
(clojure.math/signum -2) => -1.0
(try (clojure.math/multiply-exact Long/MAX_VALUE 2) (catch ArithmeticException e :overflow)) => :overflow
"""

STREAMS = r"""
host:(with-out-str (binding [*out* *out*] (println 1))) => "1\n"
host:(let [w (java.io.StringWriter.)] (binding [*out* w] (prn "a") (print 1)) (str w)) => "\"a\"\n1"
host:(binding [*in* (java.io.StringReader. "one\ntwo")] [(read-line) (read-line) (read-line)]) => ["one" "two" nil]
host:(let [w (java.io.StringWriter.) v (java.io.StringWriter.)] (binding [*out* w] (binding [*out* v] (print 1)) (print 2)) [(str w) (str v)]) => ["2" "1"]
host:(binding [*print-length* 2] (pr-str [1 2 3] {:a 1 :b 2 :c 3} (range))) => "[1 2 ...] {:a 1, :b 2, ...} (0 1 ...)"
host:(str *ns*) => "user"
host:(ns-name *ns*) => user
host:(with-out-str (.println *out* "a") (.write *out* "b")) => "a\nb"
(clojure-version) => "1.11.1"
"""

test_seldom = checking(SELDOM)
test_math = checking(MATH)
test_streams = checking(STREAMS)
test_classes = checking(CLASSES)
test_hierarchies = checking(HIERARCHIES)
test_arrays = checking(ARRAYS)
test_numbers = checking(NUMBERS)
test_variables = checking(VARIABLES)


def values(*texts: str) -> list[str]:
    session = Session(HERE)
    return [pr_str(session.evaluate(text, "case.aq")[-1]) for text in texts]


def test_methods_are_chosen_by_the_hierarchy_of_the_program() -> None:
    assert values(
        "(derive ::square ::rectangle) (derive ::rectangle ::shape)",
        "(defmulti kind :is)",
        "(defmethod kind ::shape [_] ::shape)",
        "(defmethod kind :default [_] :other)",
        "(kind {:is ::square})",
        "(kind {:is 1})",
    )[-2:] == [":user/shape", ":other"]


def test_two_programs_do_not_share_a_hierarchy() -> None:
    assert values("(derive ::a ::b) (isa? ::a ::b)") == ["true"]
    assert values("(isa? ::a ::b)") == ["false"]


def test_methods_by_class_and_by_several_arguments() -> None:
    assert values(
        "(defmulti kind class)",
        "(defmethod kind String [_] :text)",
        "(defmethod kind Number [_] :number)",
        "(defmethod kind nil [_] :nothing)",
        '(map kind ["a" 1/2 nil])',
        "(defmulti meet (fn [a b] [(class a) (class b)]))",
        "(defmethod meet [Object Number] [a b] :any)",
        "(meet 1 2)",
    )[4::3] == ["(:text :number :nothing)", ":any"]


def test_of_two_methods_that_fit_one_must_be_preferred() -> None:
    defined = (
        "(derive ::square ::rectangle) (derive ::square ::rhombus)",
        "(defmulti f identity)",
        "(defmethod f ::rectangle [_] 1)",
        "(defmethod f ::rhombus [_] 2)",
    )
    with pytest.raises(ProgramError, match="several methods"):
        values(*defined, "(f ::square)")
    assert values(*defined, "(prefer-method f ::rhombus ::rectangle)", "(f ::square)")[-1] == "2"


def test_a_multimethod_with_a_hierarchy_of_its_own() -> None:
    assert values(
        "(def tree (atom (derive (make-hierarchy) :cat :animal)))",
        "(defmulti f identity :hierarchy tree)",
        "(defmethod f :animal [_] :fed)",
        "(swap! tree derive :dog :animal)",
        "(f :dog)",
    )[-1] == ":fed"  # fmt: skip


def test_methods_may_sample() -> None:
    session = Session(HERE)
    session.evaluate(
        "(defmulti draw :kind)"
        "(defmethod draw :coin [c] (sample (flip (:p c))))"
        "(defmethod draw :die [d] (sample (uniform-discrete 0 (:sides d))))"
        "(defquery q [] [(draw {:kind :coin :p 1.0}) (< (draw {:kind :die :sides 6}) 6)])",
        "case.aq",
    )
    for scalar in (True, False):
        posterior = session.program.queries["q"].infer("importance", samples=5, scalar=scalar)
        assert {pr_str(value) for value in posterior.values} == {"[true true]"}


def test_what_a_variable_holds_is_changed_for_all_who_use_it() -> None:
    assert values(
        "(def offset 1)",
        "(defn f [x] (+ x offset))",
        "(f 2)",
        "(alter-var-root #'offset + 100)",
        "(f 2)",
    )[2::2] == ["3", "103"]


def test_what_a_variable_holds_is_changed_in_queries_too() -> None:
    session = Session(HERE)
    text = "(def offset 1) (defquery q [] (+ (sample (uniform-discrete 0 1)) offset))"
    session.evaluate(text, "case.aq")
    assert session.program.queries["q"].infer("importance", samples=3).values == [1, 1, 1]
    session.evaluate("(alter-var-root #'offset inc)", "case.aq")
    assert session.program.queries["q"].infer("importance", samples=3).values == [2, 2, 2]


def test_arrays_of_particles_differ() -> None:
    session = Session(HERE)
    session.evaluate(
        "(defquery q [] (let [a (int-array 4)]"
        "  (dotimes [i 8] (let [k (sample (uniform-discrete 0 4))] (aset a k (inc (aget a k)))))"
        "  [(vec a) (reduce + a)]))",
        "case.aq",
    )
    posterior = session.program.queries["q"].infer("importance", samples=50, seed=1)
    found = [pr_str(value) for value in posterior.values]
    assert all(value.endswith("8]") for value in found)
    assert len(set(found)) > 10
