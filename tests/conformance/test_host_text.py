"""Strings, printing, regular expressions, Java's methods, files."""

from __future__ import annotations

from tests.conformance.host_cases import checking, parsed

PRINTING = r"""
(str nil 1 :a "b" \c 1.0 1/2 [1 "x"]) => "1:abc1.01/2[1 \"x\"]"
(str (map inc [1 2])) => "(2 3)"
(str 1e10) => "1.0E10"
(str 1e-5) => "1.0E-5"
(str 1e7) => "1.0E7"
(str 123456.789) => "123456.789"
(str (/ 1. 0)) => "Infinity"
(pr-str (/ -1. 0) "a" \b nil) => "##-Inf \"a\" \\b nil"
(pr-str {:a [1 '(2)] "k" #{1.5}}) => "{:a [1 (2)], \"k\" #{1.5}}"
(pr-str (lazy-seq [1 2])) => "(1 2)"
(pr-str 1N 1.50M 'sym :ns/kw) => "1N 1.50M sym :ns/kw"
(pr-str \space \newline) => "\\space \\newline"
(print-str "a" [\b "c"]) => "a [b c]"
(println-str 1 "a") => "1 a\n"
(prn-str "a") => "\"a\"\n"
host:(with-out-str (println 1.0 1/3 :a "s" nil)) => "1.0 1/3 :a s nil\n"
host:(with-out-str (prn "s" \a)) => "\"s\" \\a\n"
host:(with-out-str (print "a" "b")) => "a b"
host:(with-out-str (printf "%.2f|%5d|%-4s|" 3.14159 42 "ab")) => "3.14|   42|ab  |"
host:(with-out-str (clojure.pprint/pprint {:a 1})) => "{:a 1}\n"
host:(with-out-str (clojure.pprint/print-table [{:a 1 :b 22}])) => "\n| :a | :b |\n|----+----|\n|  1 | 22 |\n"
(format "%d %s %.3f %05d %x %e" 1 "a" 2.0 42 255 12345.678) => "1 a 2.000 00042 ff 1.234568e+04"
(apply str (map #(format "%02x" %) (.digest (MessageDigest/getInstance "MD5") (.getBytes "abc")))) => "900150983cd24fb0d6963f7d28e17f72"
(.toString (BigInteger. 1 (.digest (MessageDigest/getInstance "SHA-1") (.getBytes "abc"))) 16) => "a9993e364706816aba3e25717850c26c9cd0d89d"
(let [d (MessageDigest/getInstance "md5")] (.update d (.getBytes "ab")) (.update d (.getBytes "c")) (.toString (BigInteger. 1 (.digest d)) 16)) => "900150983cd24fb0d6963f7d28e17f72"
(.getDigestLength (MessageDigest/getInstance "SHA-256")) => 32
(.toString (BigInteger. -1 [1 0]) 16) => "-100"
(.toString 255) => "255"
(format "%,d %b %c %%" 1234567 true \a) => "1,234,567 true a %"
"""

STRINGS = r"""
(subs "hello" 1 3) => "el"
(count "abc") => 3
(first "abc") => \a
(seq "ab") => (\a \b)
(reverse "abc") => (\c \b \a)
(apply str (reverse "abc")) => "cba"
(str/join ", " [1 2 3]) => "1, 2, 3"
(str/join [1 2]) => "12"
(str/split "a,b,,c,," #",") => ["a" "b" "" "c"]
(str/split "a b  c" #"\s+") => ["a" "b" "c"]
(str/split "a,b,c" #"," 2) => ["a" "b,c"]
(str/split-lines "a\nb\r\nc") => ["a" "b" "c"]
(str/replace "aba" "a" "x") => "xbx"
(str/replace "a1b22" #"\d+" "#") => "a#b#"
(str/replace "ab" #"(a)(b)" "$2$1") => "ba"
(str/replace "ab" #"." (fn [c] (str c c))) => "aabb"
(str/replace-first "aba" "a" "x") => "xba"
(str/upper-case "ab") => "AB"
(str/lower-case "AB") => "ab"
(str/capitalize "hELLO") => "Hello"
(str/trim "  a ") => "a"
(str/triml "  a ") => "a "
(str/trimr " a  ") => " a"
(str/trim-newline "a\n") => "a"
(str/blank? " ") => true
(str/starts-with? "abc" "ab") => true
(str/ends-with? "abc" "bc") => true
(str/includes? "abc" "b") => true
(str/index-of "abcb" "b") => 1
(str/index-of "abcb" "b" 2) => 3
(str/last-index-of "abcb" "b") => 3
(str/reverse "abc") => "cba"
(str/escape "a<b" {\< "&lt;"}) => "a&lt;b"
(name :a/b) => "b"
(namespace :a/b) => "a"
(keyword "a") => :a
(keyword "n" "a") => :n/a
(symbol "a") => a
(parse-long "12") => 12
(parse-double "1.5") => 1.5
(parse-long "x") => nil
(parse-boolean "true") => true
(char 97) => \a
(int \a) => 97
(re-find #"\d+" "a12b3") => "12"
(re-find #"(\w)(\d)" "a1") => ["a1" "a" "1"]
(re-matches #"a+" "aab") => nil
(re-matches #"(a+)b" "aab") => ["aab" "aa"]
(re-seq #"\d" "a1b2") => ("1" "2")
(re-seq #"\p{Upper}" "aBcD") => ("B" "D")
(re-find (re-pattern "b.") "abc") => "bc"
host:(let [m (re-matcher #"\d" "1a2")] [(re-find m) (re-find m) (re-groups m) (re-find m)]) => ["1" "2" "2" nil]
(compare "abc" "abd") => -1
(sort ["b" "a"]) => ("a" "b")
(frequencies "aba") => {\a 2, \b 1}
(boolean (re-find #"(?i)ABC" "xabc")) => true
"""

JAVA = r"""
(Math/sqrt 4) => 2.0
(Math/pow 2 10) => 1024.0
(Math/abs -1.5) => 1.5
(Math/round 2.5) => 3
(Math/floor -1.5) => -2.0
(Math/max 1 2) => 2
(Math/min 1.5 2) => 1.5
(Math/hypot 3 4) => 5.0
(Math/floorMod -7 3) => 2
(Math/toDegrees Math/PI) => 180.0
(java.lang.Math/log 1) => 0.0
(Integer/parseInt "42") => 42
(Integer/parseInt "ff" 16) => 255
(Long/parseLong "-7") => -7
(Double/parseDouble "1.5") => 1.5
(Float/parseFloat "2") => 2.0
(Double/isNaN (/ 0. 0)) => true
(Integer/toBinaryString 5) => "101"
(Integer/toString 255 16) => "ff"
(Long/bitCount 7) => 3
(String/valueOf 1.5) => "1.5"
(String/format "%d-%s" (into-array [1 "a"])) => "1-a"
(String/join "," ["a" "b"]) => "a,b"
(Character/isDigit \5) => true
(Character/toUpperCase \a) => \A
(Character/getNumericValue \7) => 7
Double/NEGATIVE_INFINITY => ##-Inf
Integer/MAX_VALUE => 2147483647
(.length "abc") => 3
(.indexOf "abc" "c") => 2
(.indexOf [5 6 7] 6) => 1
(.lastIndexOf "abca" "a") => 3
(.substring "hello" 1 3) => "el"
(.toUpperCase "ab") => "AB"
(.contains "abc" "b") => true
(.startsWith "abc" "a") => true
(.endsWith "abc" "c") => true
(.trim " a ") => "a"
(.charAt "abc" 1) => \b
(.replace "aba" "a" "x") => "xbx"
(.replaceAll "a1b2" "[0-9]" "") => "ab"
(vec (.split "a,b" ",")) => ["a" "b"]
(.equals "a" "a") => true
(.isEmpty "") => true
(.concat "a" "b") => "ab"
(.toString 12) => "12"
(.size [1 2]) => 2
(.get {:a 1} :a) => 1
(.containsKey {:a 1} :b) => false
(.doubleValue 2) => 2.0
(.compareTo "a" "b") => -1
(.getMessage (Exception. "oops")) => "oops"
(.matches "abc" "[a-c]+") => true
host:(let [r (java.util.Random. 7)] (< -1 (.nextInt r 10) 10)) => true
host:(let [r (Random. 7)] (<= 0 (.nextDouble r) 1)) => true
host:(pos? (System/currentTimeMillis)) => true
host:(<= (System/nanoTime) (System/nanoTime)) => true
host:(do (spit "/tmp/anglipy-host-test.txt" "a,b\n1,2\n") (slurp "/tmp/anglipy-host-test.txt")) => "a,b\n1,2\n"
host:(with-open [r (clojure.java.io/reader "/tmp/anglipy-host-test.txt")] (vec (line-seq r))) => ["a,b" "1,2"]
host:(with-open [r (clojure.java.io/reader "/tmp/anglipy-host-test.txt")] (clojure.data.csv/read-csv r)) => (["a" "b"] ["1" "2"])
host:(.getName (clojure.java.io/file "/tmp" "x.txt")) => "x.txt"
host:(.exists (File. "/no/such/file")) => false
host:(read-string "(+ 1 [2 :a \"s\"])") => (+ 1 [2 :a "s"])
host:(eval (read-string "(+ 1 2)")) => 3
host:(eval (list '+ 1 2)) => 3
host:(load-string "(def zz 4) (inc zz)") => 5
"""

test_printing = checking(PRINTING)
test_strings = checking(STRINGS)
test_java = checking(JAVA)


def test_there_are_many_cases() -> None:
    assert sum(len(parsed(text)) for text in (PRINTING, STRINGS, JAVA)) >= 140


CL_FORMAT = r"""
(cl-format nil "~a ~s" "x" "y") => "x \"y\""
(cl-format nil "~a" ["x" nil]) => "[x nil]"
(cl-format nil "~5d|~5,'0d|~@d|~:d|~,,' ,2:d" 42 42 7 1234567 12345) => "   42|00042|+7|1,234,567|1 23 45"
(cl-format nil "~x ~o ~b ~36r" 255 8 5 35) => "ff 10 101 z"
(cl-format nil "~r, ~:r, ~@r, ~:@r" 1042 21 14 14) => "one thousand, forty-two, twenty-first, XIV, XIIII"
(cl-format nil "~10a|~10@a|" "ab" "cd") => "ab        |        cd|"
(cl-format nil "~,2f|~8,3f|~f" 2.345 2.5 1) => "2.35|   2.500|1.0"
(cl-format nil "~e|~,2e" 12345.678 0.00123) => "1.2345678E+4|1.23E-3"
(cl-format nil "~$|~8,2$" 3.5 2.1) => "3.50|02.10000000"
(cl-format nil "~{~a~^, ~}" [1 2 3]) => "1, 2, 3"
(cl-format nil "~{~a=~a~^; ~}" [:a 1 :b 2]) => ":a=1; :b=2"
(cl-format nil "~:{(~a ~a)~}" [[1 2] [3 4]]) => "(1 2)(3 4)"
(cl-format nil "~@{~a~^-~}" 1 2 3) => "1-2-3"
(cl-format nil "~2{~a~}" [1 2 3]) => "12"
(cl-format nil "~d item~:p, ~d pupp~:@p" 1 2) => "1 item, 2 puppies"
(cl-format nil "~[zero~;one~:;many~] ~:[no~;yes~] ~@[x=~a~]" 5 true 3) => "many yes x=3"
(cl-format nil "~[zero~;one~]|" 7) => "|"
(cl-format nil "~(ABC~) ~:(hello world~) ~:@(loud~)") => "abc Hello World LOUD"
(cl-format nil "a~10tb~2%c~&d~~") => "a         b\n\nc\nd~"
(cl-format nil "~a ~:*~a ~*~a" 1 2 3) => "1 1 3"
(cl-format nil "~? ~a" "~a-~a" [1 2] 3) => "1-2 3"
(cl-format nil "~v,'*d" 5 42) => "***42"
(try (cl-format nil "~a") (catch Exception e :too-few)) => :too-few
(try (cl-format nil "~{~a" [1]) (catch Exception e :not-closed)) => :not-closed
host:(with-out-str (cl-format true "~a" 1)) => "1"
"""

test_cl_format = checking(CL_FORMAT.replace("(cl-format", "(clojure.pprint/cl-format"))
