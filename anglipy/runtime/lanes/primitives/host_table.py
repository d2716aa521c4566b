"""How the functions of host code meet lanes, by name; continues `table`.

Most of these are called in queries seldom or never, so they look at everything. Effects are had
once
for every particle, in order.
"""

from __future__ import annotations

__all__ = ["BY_HAND", "CALLING", "DEEP", "EFFECTS", "STRUCTURAL"]

BY_HAND: tuple[str, ...] = (
    # those of other names for the same functions
    "Math/max Math/min assoc! conj! Math/addExact Math/subtractExact Math/multiplyExact",
    "Math/incrementExact Math/decrementExact Math/negateExact",
    # changes.py
    "ref volatile! agent ref-set vreset! alter commute vswap! send send-off swap-vals! reset-vals!",
    "delayed deliver",
    # matrices.py
    "clojure.core.matrix/matrix clojure.core.matrix/array clojure.core.matrix/to-nested-vectors",
    "clojure.core.matrix/coerce clojure.core.matrix/shape clojure.core.matrix/dimensionality",
    "clojure.core.matrix/ecount clojure.core.matrix/row-count clojure.core.matrix/column-count",
    "clojure.core.matrix/dimension-count clojure.core.matrix/add clojure.core.matrix/sub",
    "clojure.core.matrix/mul clojure.core.matrix/emul clojure.core.matrix/div",
    "clojure.core.matrix/pow clojure.core.matrix/exp clojure.core.matrix/log",
    "clojure.core.matrix/log10 clojure.core.matrix/sqrt clojure.core.matrix/cbrt",
    "clojure.core.matrix/sin clojure.core.matrix/cos clojure.core.matrix/tan",
    "clojure.core.matrix/tanh clojure.core.matrix/floor clojure.core.matrix/ceil",
    "clojure.core.matrix/round clojure.core.matrix/abs clojure.core.matrix/negate",
    "clojure.core.matrix/square clojure.core.matrix/signum clojure.core.matrix/logistic",
    "clojure.core.matrix/scale clojure.core.matrix/add-product clojure.core.matrix/esum",
    "clojure.core.matrix/mmul clojure.core.matrix/inner-product clojure.core.matrix/dot",
    "clojure.core.matrix/outer-product clojure.core.matrix/inverse clojure.core.matrix/det",
    "clojure.core.matrix/mget clojure.core.matrix/get-row clojure.core.matrix/get-column",
    "clojure.core.matrix/rows clojure.core.matrix/columns clojure.core.matrix/slices",
    "clojure.core.matrix/slice clojure.core.matrix/select clojure.core.matrix/submatrix",
    "clojure.core.matrix/subvector clojure.core.matrix/to-vector clojure.core.matrix/as-vector",
    "clojure.core.matrix/eseq clojure.core.matrix/reshape clojure.core.matrix/transpose",
    "clojure.core.matrix/diagonal clojure.core.matrix/main-diagonal clojure.core.matrix/join",
    "clojure.core.matrix/stack clojure.core.matrix/row-matrix clojure.core.matrix/column-matrix",
    "clojure.core.matrix/asin clojure.core.matrix/acos clojure.core.matrix/atan",
    "clojure.core.matrix/sinh clojure.core.matrix/cosh clojure.core.matrix/log1p",
    "clojure.core.matrix.operators/+ clojure.core.matrix.operators/-",
    "clojure.core.matrix.operators/* clojure.core.matrix.operators//",
    "clojure.core.matrix.operators/**",
)
"""Those with a lane version of their own, or that share one."""

STRUCTURAL: dict[str, str] = {
    "bound-fn*": ".",
    "transient": ".",
    "persistent!": ".",
    "ensure": ".",
    "dissoc!": "c|k",
    "disj!": "c|k",
    "pop!": "c",
    "unreduced": "c",
    "ensure-reduced": "c",
    "on-demand?": "c",
    "ending-seq": ".|c",
    "volatile?": "c",
    "map-entry?": "c",
    "indexed?": "c",
    "reversible?": "c",
    "record?": "c",
    "delay?": "c",
    "future?": "c",
    "sorted?": "c",
    "future-call": "c",
    "force": "c",
    "realized?": "c",
    "struct-map": "d|k.",
    "create-struct": "|k",
    "struct": "d|.",
    "aget": "c|c",
    "alength": "c",
    "ints": "c",
    "longs": "c",
    "doubles": "c",
    "floats": "c",
    "chars": "c",
    "bytes": "c",
    "shorts": "c",
    "booleans": "c",
    "vector-of": ".|.",
    "splitv-at": "cc",
    "partitionv": "cccc",
    "partitionv-all": "ccc",
    "get-log-weight": "c",
    "get-result": "c",
    "set-log-weight": "c.",
    "with-out-str*": "c",
    "with-in-str*": "cc",
}
"""Those that look at collections and not into them."""

CALLING: dict[str, str] = {
    "alter-var-root": "cf|.",
    "alter-meta!": "cf|.",
    "clojure.core.matrix/emap": "f|d",
    "clojure.core.matrix/slice-map": "f|d",
    "clojure.core.matrix/filter-slices": "sd",
    "clojure.core.matrix/ereduce": "rd/r.d",
    "clojure.core.matrix/emap-indexed": "fd",
    "clojure.walk/walk": "vvd",
    "clojure.walk/postwalk": "vd",
    "clojure.walk/prewalk": "vd",
    "pmap": "f|c",
    "pcalls": "|f",
    "trampoline": "v|.",
    "collect-by": "hd",
    "empirical-expectation": "hd",
    "sorted-set-by": "v|k",
    "clojure.set/select": "sd",
    "comparator": "v",
}
"""Those that call functions."""

EFFECTS: tuple[str, ...] = (
    "rand Math/random rand-int rand-nth shuffle random-sample rand-roulette random-uuid",
    "UUID/randomUUID slurp spit clojure.java.io/reader clojure.java.io/input-stream",
    "clojure.java.io/writer clojure.java.io/output-stream clojure.java.io/delete-file",
    "clojure.java.io/make-parents file-seq line-seq read-line ->StringReader",
    "clojure.data.csv/read-csv clojure.data.csv/write-csv ",
    "add-watch remove-watch await shutdown-agents release-pending-sends ->Random ->SecureRandom",
    "MessageDigest/getInstance java.security.MessageDigest/getInstance",
    "System/currentTimeMillis System/nanoTime System/getenv System/getProperty System/exit",
    "promise re-matcher re-groups tap> System/gc Thread/sleep reset-meta!",
    "to-array into-array to-array-2d make-array aclone char-array int-array long-array",
    "short-array byte-array boolean-array object-array double-array float-array",
    "clojure.core.matrix/to-double-array clojure.core.matrix/to-object-array",
    "aset aset-int aset-long aset-short aset-byte aset-double aset-float aset-boolean aset-char",
    "->StringWriter with-redefs-fn with-bindings* redirecting",
    "var-set local-variable remove-method remove-all-methods prefer-method",
    "clojure.pprint/pprint pprint clojure.pprint/print-table",
    "clojure.pprint/cl-format clojure.pprint/write",
)
"""Those with an effect, which every particle has for itself."""

_MATRIX = (
    "set-current-implementation new-vector zero-vector new-matrix zero-matrix new-array "
    "zero-array fill identity-matrix diagonal-matrix compute-matrix vec? matrix? array? "
    "scalar? square? same-shape? emax maximum emin minimum cross rank magnitude length "
    "length-squared distance normalise norm solve e= equals mutable immutable mset trace "
    "join-along index-seq pinv set-row set-column swap-rows multiply-row add-row broadcast "
    "broadcast-like broadcast-coerce assign new-scalar-array scalar-array scalar "
    "unwrap-scalar rotate shift order conjoin conjoin-along slice-count select-indices "
    "set-indices set-selection block-diagonal-matrix permutation-matrix eq ne lt gt le ge "
    "e== eif clamp lerp relu softplus softmax linear reciprocal to-degrees toDegrees "
    "to-radians toRadians add-scaled add-scaled-product add-inner-product add-outer-product "
    "magnitude-squared density non-zero-count zero-count non-zero-indices zero-dimensional? "
    "row-matrix? column-matrix? conforming? numerical? zero-matrix? diagonal? "
    "upper-triangular? lower-triangular? symmetric? hermitian? identity-matrix? orthogonal?"
)

DEEP: tuple[str, ...] = (
    "bit-and-not bit-set bit-clear bit-flip unsigned-bit-shift-right unchecked-add",
    "unchecked-add-int unchecked-subtract unchecked-subtract-int unchecked-multiply",
    "unchecked-multiply-int unchecked-negate unchecked-negate-int unchecked-int unchecked-long",
    "unchecked-short unchecked-byte unchecked-divide-int",
    "clojure.java.io/file clojure.java.io/resource ->File ->ArrayList ->LinkedList ->Vector",
    "->HashMap ->TreeMap ->LinkedHashMap ->Integer ->Long ->Double ->Float ->BigInteger ->String",
    "Math/IEEEremainder Math/IEEERemainder Math/copySign Math/ulp Math/nextUp Math/nextDown",
    "Math/nextAfter Math/getExponent Math/scalb clojure-version",
    "Math/hypot Math/toRadians Math/toDegrees Math/floorDiv Math/floorMod Integer/valueOf",
    "Long/valueOf Double/valueOf Float/valueOf Boolean/parseBoolean Boolean/valueOf",
    "Integer/toString Long/toString Integer/toBinaryString Long/toBinaryString",
    "Integer/toHexString Long/toHexString Integer/bitCount Long/bitCount Double/toString",
    "String/valueOf Boolean/toString Double/compare Integer/compare Long/compare Double/isFinite",
    "String/format String/join Character/isDigit Character/isLetter Character/isAlphabetic",
    "Character/isLetterOrDigit Character/isWhitespace Character/isUpperCase",
    "Character/isLowerCase Character/toUpperCase Character/toLowerCase",
    "Character/getNumericValue Character/toString simple-keyword? qualified-keyword?",
    "simple-symbol? qualified-symbol? simple-ident? qualified-ident? decimal? class? inst? uuid?",
    "uri? tagged-literal? bigdec bounded-count parse-boolean call-method",
    "delivered lazy-sequence",
    " ".join(f"clojure.core.matrix/{name}" for name in _MATRIX.split()),
    "clojure.core.matrix.linear/norm clojure.core.matrix.linear/solve",
    "clojure.core.matrix.linear/least-squares clojure.core.matrix.linear/cholesky",
    "clojure.core.matrix.linear/qr clojure.core.matrix.linear/svd",
    "clojure.core.matrix.linear/rank clojure.core.matrix.linear/pinv",
    "clojure.core.matrix.linear/lu clojure.core.matrix.operators/==",
    "clojure.core.matrix.linear/eigen get-predicts get-predict add-log-weight drop-invalid",
    "log-marginal collect-results collect-predicts empirical-distribution KL kl-divergence",
    "kl-categorical kl-normal L2 KS freqs log-mean-exp most-probable approx= empirical-mean",
    "empirical-variance empirical-std empirical-moment empirical-skew empirical-kurtosis",
    "empirical-covariance empirical-quantile meansd sorted-set subseq rsubseq cat",
    "transduce eduction completing halt-when tree-seq",
    "clojure.walk/postwalk-replace clojure.walk/prewalk-replace",
    "clojure.walk/keywordize-keys clojure.walk/stringify-keys clojure.set/subset?",
    "clojure.set/superset? clojure.set/map-invert clojure.set/rename-keys clojure.set/rename",
    "clojure.set/project clojure.set/index clojure.set/join clojure.data/diff iterator-seq",
    "enumeration-seq seque bytes? var? bound? thread-bound? var-get cast bases supers",
    "class-named methods get-method prefers instance?",
    "clojure.string/escape clojure.string/re-quote-replacement parse-uuid",
)
"""Those that look at everything."""
