"""How each primitive meets lanes, by its name in the language. What is in no table looks at
everything (see `structural.deep`), which is right for every function without effects.
"""

from __future__ import annotations

from anglipy.runtime.lanes.primitives import host_table

__all__ = ["BY_HAND", "CALLING", "DEEP", "EFFECTS", "KINDS", "STRUCTURAL"]

EFFECTS = host_table.EFFECTS
"""Those with an effect, which every particle has for itself."""

BY_HAND: tuple[str, ...] = (
    *host_table.BY_HAND,
    # arithmetic.py
    "+ * - / +' *' -' max min inc unchecked-inc dec unchecked-dec inc' dec' abs Math/abs num",
    # integers.py
    "quot rem mod bit-and bit-or bit-xor bit-not bit-shift-left bit-shift-right bit-test",
    # comparing.py
    "< <= > >= == compare = not= not boolean",
    # mathematics.py
    "floor Math/floor ceil Math/ceil rint Math/rint round Math/round signum Math/signum",
    "exp Math/exp log Math/log log10 Math/log10 log1p Math/log1p expm1 Math/expm1 sqrt Math/sqrt",
    "cbrt Math/cbrt sin Math/sin cos Math/cos tan Math/tan asin Math/asin acos Math/acos",
    "atan Math/atan atan2 Math/atan2 sinh Math/sinh cosh Math/cosh tanh Math/tanh",
    "pow Math/pow expt erf log-gamma-fn digamma log-sum-exp",
    "int long short byte double float",
    "finite? NaN? Double/isNaN infinite? Double/isInfinite",
    "zero? pos? neg? even? odd? pos-int? neg-int? nat-int?",
    # structural.py
    "true? false? flatten ffirst nfirst",
    # indexing.py, changing.py
    "nth get get-in assoc assoc-in update update-in conj into merge",
    # calling.py
    "every? not-every? not-any? complement every-pred some-fn fnil memoize",
    # statistics.py
    "sum mean variance std skew kurtosis power l2-norm covariance",
    # changes.py
    "atom swap! reset! compare-and-set! bind-globals",
    # effects.py
    "println print prn pr newline printf gensym sample*",
)
"""Those with a lane version of their own, by the module that has it."""

KINDS = (
    "nil? some? any? boolean? number? integer? int? float? double? ratio? rational? string? char?"
    " keyword? symbol? ident? vector? list? seq? map? set? sequential? coll? seqable?"
    " associative? counted? ifn? fn? reduced?"
)
"""Questions that numbers of one kind all answer the same way."""

STRUCTURAL: dict[str, str] = {
    **host_table.STRUCTURAL,
    # what is looked at of each argument; the letters are explained in signatures.py
    "identity": ".",
    "constantly": ".",
    "tag": ".c",
    "reduced": ".",
    "vector": "|.",
    "list": "|.",
    "flush": "",
    "current-seconds": "",
    "print-elapsed": ".",
    "seq": "c",
    "sequence": "c",
    "first": "c",
    "second": "c",
    "rest": "c",
    "next": "c",
    "nnext": "c",
    "fnext": "c",
    "last": "c",
    "butlast": "c",
    "rseq": "c",
    "reverse": "c",
    "cons": ".c",
    "list*": "|.|c",
    "vec": "c",
    "doall": "c",
    "dorun": "c",
    "concat": "|c",
    "range": "|c",
    "repeat": "./c.",
    "replicate": "c.",
    "cycle": "c",
    "interleave": "|c",
    "interpose": ".c",
    "count": "c",
    "empty?": "c",
    "not-empty": "c",
    "empty": "c",
    "peek": "c",
    "pop": "c",
    "subvec": "ccc",
    "take": "cc",
    "drop": "cc",
    "take-last": "cc",
    "drop-last": "cc",
    "take-nth": "cc",
    "split-at": "cc",
    "partition": "cccc",
    "partition-all": "ccc",
    "nthrest": "cc",
    "nthnext": "cc",
    "hash-map": "|k.",
    "array-map": "|k.",
    "sorted-map": "|k.",
    "zipmap": "dc",
    "contains?": "ck",
    "find": "ck",
    "keys": "c",
    "vals": "c",
    "key": "c",
    "val": "c",
    "select-keys": "cd",
    "replace": "cd",
    "dissoc": "c|k",
    "disj": "c|k",
    "deref": "c|.",
    "meta": "c",
    "with-meta": "c.",
}
"""Those that look at collections and not into them."""

CALLING: dict[str, str] = {
    **host_table.CALLING,
    "map": "f|c",
    "mapv": "f|c",
    "mapcat": "v|c",
    "for-all": "fc",
    "for-some": ".vc",
    "map-indexed": "fc",
    "run!": "fc",
    "filter": "sc",
    "filterv": "sc",
    "remove": "sc",
    "keep": "nc",
    "keep-indexed": "nc",
    "take-while": "sc",
    "drop-while": "sc",
    "split-with": "sc",
    "some": "sc",
    "reduce": "rc/r.c",
    "reductions": "rc/r.c",
    "reduce-kv": "r.c",
    "max-key": "v|.",
    "min-key": "v|.",
    "sort": "d/vc",
    "sort-by": "hc/hvc",
    "group-by": "hc",
    "partition-by": "hc",
    "repeatedly": "f/cf",
    "iterate": "f.",
    "comp": "|f",
    "juxt": "|f",
    "partial": "f|.",
    "apply": "f|.|c",
    "update-vals": "cf",
    "update-keys": "ch",
    "merge-with": "f|c",
    "sorted-map-by": "v|k.",
    "vary-meta": "cf|.",
    "cov": "fcc",
    "gen-matrix": "fcc",
}
"""Those that call functions."""

DEEP: tuple[str, ...] = (
    *host_table.DEEP,
    "bigint biginteger numerator denominator rationalize char log-mv-gamma-fn",
    "distinct dedupe frequencies hash-set set distinct? identical? hash type class",
    "clojure.set/union clojure.set/intersection clojure.set/difference",
    "observe* wrong-arity no-matching-clause assertion-failed user-distribution",
    "pr-str prn-str print-str println-str format str subs name namespace keyword symbol",
    "clojure.string/join clojure.string/split clojure.string/split-lines clojure.string/replace",
    "clojure.string/replace-first clojure.string/upper-case clojure.string/lower-case",
    "clojure.string/capitalize clojure.string/trim clojure.string/triml clojure.string/trimr",
    "clojure.string/trim-newline clojure.string/blank? clojure.string/starts-with?",
    "clojure.string/ends-with? clojure.string/includes? clojure.string/reverse",
    "clojure.string/index-of clojure.string/last-index-of",
    "re-pattern re-find re-matches re-seq parse-long parse-double Integer/parseInt Long/parseLong",
    "Double/parseDouble Float/parseFloat",
    "CRP DP GP LDS anglib.state-space/LDS dirichlet-discrete mvn-niw produce absorb",
    "get-tag transform-sample normal-cdf user-process",
    "add-method! ex-cause ex-data ex-info ex-message exception-is? extend-protocol!",
    "instance-of? make-exception make-methods make-protocol make-record make-reified method-of",
    "protocol-method satisfies? throw-exception",
)
"""Those that look at everything. They need no entry; a test checks that none is forgotten."""
