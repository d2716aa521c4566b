"""What the special forms and the macros are for: their documentation, a sentence or two each."""

from __future__ import annotations

__all__ = ["SPECIAL_FORMS"]

SPECIAL_FORMS: dict[str, tuple[str, str]] = {
    "if": ("(if test then else?)", "`then` if the test is neither nil nor false, or else `else`."),
    "do": ("(do expression...)", "Evaluate one after the other; the value of the last."),
    "let": ("(let [name value ...] body...)", "Bind names to values for the body."),
    "loop": ("(loop [name start ...] body...)", "A `let` whose body `recur` begins anew."),
    "recur": ("(recur value...)", "Go back to the loop or function around with new values."),
    "fn": ("(fn name? [parameter...] body...)", "A function."),
    "fm": ("(fm name? [parameter...] body...)", "A function that may sample and observe."),
    "quote": ("(quote form)", "The form itself, as data; short: 'form."),
    "def": ("(def name doc? value)", "Give a value a name."),
    "defn": ("(defn name doc? [parameter...] body...)", "Define a function."),
    "defm": ("(defm name doc? [parameter...] body...)", "Define a function, as `defn` does."),
    "defquery": (
        "(defquery name doc? [parameter...] body...)",
        "Define a query: a program whose result has a posterior given what it observes.",
    ),
    "query": ("(query name? [parameter...] body...)", "A query without a definition."),
    "sample": (
        "(sample distribution) or (sample id distribution)",
        "A draw from a distribution: a random choice of the query.",
    ),
    "observe": (
        "(observe distribution value) or (observe id distribution value)",
        "Condition on a value having been drawn from a distribution.",
    ),
    "predict": ("(predict value) or (predict label value)", "Note a value beside the result."),
    "mem": (
        "(mem function)",
        "The function with a memory: the same arguments give the same value within one run.",
    ),
    "defdist": (
        "(defdist name [parameter...] (sample* [this] ...) (observe* [this value] ...))",
        "Define a distribution by how to draw from it and its log density.",
    ),
    "declare": ("(declare name...)", "Say that names will be defined further on."),
    "ns": ("(ns name (:require ...) (:use ...))", "Name the program and what it needs."),
    "require": ("(require '[namespace :as alias :refer [name...]])", "Load another file."),
    "require-python": (
        "(require-python '[module :as alias :refer [name...]])",
        "Make functions of a Python module callable.",
    ),
    "with-primitive-procedures": (
        "(with-primitive-procedures [name...] body...)",
        "The body; the names are functions that draw nothing (which is found out anyway).",
    ),
    "defmacro": ("(defmacro name doc? [parameter...] body...)", "Define a macro."),
    "var": (
        "(var name)",
        "The variable of a name, short: #'name. `deref` gives its value; called, it is its value.",
    ),
    "m!": (
        "(m! option... query)",
        "Run a query and print its samples as Anglican's command line does: `-a` names the "
        "algorithm (lmh), `-n` how many samples, `-v` the argument, `-o` options of the algorithm, "
        "`-b` and `-t` what to leave out, `-f` anglican, clojure or json. `(m! :freqs)`, "
        "`(m! :meansd)` and `(m! :diff file)` read such samples from the standard input.",
    ),
    "with-bindings": (
        "(with-bindings {variable value ...} body...)",
        "The body, while variables (#'name) have other values.",
    ),
    "bound-fn": ("(bound-fn [parameter...] body...)", "`fn`."),
    "pvalues": ("(pvalues expression...)", "The values of the expressions, as a list."),
    "defstruct": ("(defstruct name key...)", "Define a basis of keys for `struct`."),
    "redir": (
        "(redir [:in file :out file] body...)",
        "The body, reading from one file and printing to another; after a `+`, to its end.",
    ),
    "with-local-vars": (
        "(with-local-vars [name value ...] body...)",
        "The body, in which the names are variables that `var-set` changes.",
    ),
    "amap": (
        "(amap array index result expression)",
        "An array of the values of the expression for every index of an array; `result` is the "
        "array that is being made, at first a copy.",
    ),
    "areduce": (
        "(areduce array index result start expression)",
        "What the expression gives for the last index of an array, `result` being what it gave for "
        "the one before.",
    ),
    "when": ("(when test body...)", "The body if the test holds, or else nil."),
    "cond": ("(cond test value ... :else value)", "The value after the first test that holds."),
    "case": (
        "(case value constant result (c1 c2) result ... default?)",
        "The result after the constant that equals the value.",
    ),
    "for": ("(for [name sequence ... :when test :let [...]] body)", "A value for each element."),
    "doseq": ("(doseq [name sequence ...] body...)", "Evaluate the body for each element."),
    "dotimes": ("(dotimes [name count] body...)", "Evaluate the body for 0 ... count - 1."),
    "->": ("(-> value form...)", "Pass a value through calls as their first argument."),
    "->>": ("(->> value form...)", "Pass a value through calls as their last argument."),
    "and": ("(and expression...)", "The first value that is false or nil, or else the last."),
    "or": (
        "(or expression...)",
        "The first value that is neither false nor nil, or else the last.",
    ),
    "syntax-quote": (
        "`form",
        "The form as data, names resolved, with the places filled that `~` and `~@` mark.",
    ),
    "unquote": ("~form", "In a syntax-quoted form: the value of this form in its place."),
    "unquote-splicing": (
        "~@form",
        "In a syntax-quoted form: the elements of the value of this form in its place.",
    ),
    "use": ("(use 'namespace)", "`require` a namespace and refer to all of its names."),
    "import": (
        "(import '[package Class...])",
        "Accepted for Clojure's sake: classes are known by their short names anyway.",
    ),
    "refer": (
        "(refer 'namespace :only [name...])",
        "Make names of a namespace known by their short names.",
    ),
    "refer-clojure": (
        "(refer-clojure :exclude [name...])",
        "Accepted for Clojure's sake: a program's own names hide those of the language anyway.",
    ),
    "alias": ("(alias 'short 'namespace)", "Another name for a namespace."),
    "in-ns": ("(in-ns 'namespace)", "Accepted for Clojure's sake; what follows stays where it is."),
    "defn-": ("(defn- name doc? [parameter...] body...)", "Define a function, as `defn` does."),
    "defonce": ("(defonce name value)", "Give a value a name, unless the name has one."),
    "defproc": (
        "(defproc name doc? [parameter...] [state value ...]? (produce [this] ...) (absorb "
        "[this value] ...))",
        "Define a random process by the distribution of its next value and by what it is "
        "after a value. The states begin with these values; `absorb` gives the constructor "
        "the parameters and new states.",
    ),
    "defprotocol": (
        "(defprotocol Name doc? (method [this parameter...]) ...)",
        "Define functions that types implement each in its way.",
    ),
    "defrecord": (
        "(defrecord Name [field...] Protocol (method [this] ...) ...)",
        "Define a type whose values are maps with these fields: `(->Name value...)`, `(Name. "
        "value...)` and `(map->Name map)` make them. Methods see the fields by their names.",
    ),
    "deftype": (
        "(deftype Name [field...] Protocol (method [this] ...) ...)",
        "Define a type, as `defrecord` does.",
    ),
    "reify": (
        "(reify Protocol (method [this] ...) ...)",
        "A value with these methods, of no type that has a name.",
    ),
    "extend-type": (
        "(extend-type Type Protocol (method [this] ...) ...)",
        "Give a type the methods of protocols; `String`, `Number`, `nil`, `Object` and their "
        "kin are types too.",
    ),
    "extend-protocol": (
        "(extend-protocol Protocol Type (method [this] ...) ...)",
        "Give types the methods of a protocol.",
    ),
    "instance?": ("(instance? Type value)", "Whether a value is of a type."),
    "defmulti": (
        "(defmulti name doc? dispatch-function :default value? :hierarchy place?)",
        "Define a function whose method is chosen by the value of the dispatch function on "
        "its arguments: the method of a value that it is by `isa?`.",
    ),
    "defmethod": (
        "(defmethod name value [parameter...] body...)",
        "Define the method for one value of the dispatch function; `:default` is for all others.",
    ),
    "when-not": ("(when-not test body...)", "The body if the test does not hold, or else nil."),
    "if-not": ("(if-not test then else?)", "`then` if the test is false or nil, or else `else`."),
    "if-let": (
        "(if-let [name test] then else?)",
        "`then`, where the name is the value of the test, if that is neither false nor nil; "
        "or else `else`.",
    ),
    "when-let": (
        "(when-let [name test] body...)",
        "The body, where the name is the value of the test, if that is neither false nor nil.",
    ),
    "if-some": (
        "(if-some [name value] then else?)",
        "`then`, where the name is the value, if that is not nil; or else `else`.",
    ),
    "when-some": (
        "(when-some [name value] body...)",
        "The body, where the name is the value, if that is not nil.",
    ),
    "when-first": (
        "(when-first [name sequence] body...)",
        "The body, where the name is the first element, if there is one.",
    ),
    "condp": (
        "(condp predicate value test result ... default?)",
        "The result after the first test for which `(predicate test value)` holds. Nothing "
        "that matches is an error unless there is a default.",
    ),
    "while": ("(while test body...)", "Evaluate the body for as long as the test holds; nil."),
    "as->": ("(as-> value name step...)", "Pass a value through steps in which it goes by a name."),
    "cond->": (
        "(cond-> value test step ...)",
        "Pass a value, as its first argument, through each step whose test holds.",
    ),
    "cond->>": (
        "(cond->> value test step ...)",
        "Pass a value, as its last argument, through each step whose test holds.",
    ),
    "some->": ("(some-> value step...)", "`->` that ends with nil as soon as a value is nil."),
    "some->>": ("(some->> value step...)", "`->>` that ends with nil as soon as a value is nil."),
    "doto": (
        "(doto value step...)",
        "The value, after each step was called with it as the first argument.",
    ),
    "letfn": (
        "(letfn [(name [parameter...] body...) ...] body...)",
        "Bind functions that may call each other.",
    ),
    "try": (
        "(try body... (catch Class name handler...) (finally cleanup...))",
        "The value of the body, or of the handler for an exception that it throws. `finally` "
        "is evaluated in any case.",
    ),
    "catch": (
        "(catch tag body...)",
        "The value of the body, or what a `(throw tag value)` inside of it gives: an exit "
        "from any depth, in a query too.",
    ),
    "throw": (
        "(throw tag value) or (throw exception)",
        "Leave for the `catch` of this tag with a value, or for the `try` that catches the "
        "exception.",
    ),
    "lazy-seq": (
        "(lazy-seq body...)",
        "The sequence that the body gives, which is computed when it is asked for.",
    ),
    "lazy-cat": (
        "(lazy-cat sequence...)",
        "The elements of all sequences, each computed when it is asked for.",
    ),
    "delay": (
        "(delay body...)",
        "A value that is computed when `deref` or `force` first asks for it, and kept.",
    ),
    "future": (
        "(future body...)",
        "A value for `deref`. There is one thread, so it is computed at once.",
    ),
    "dosync": (
        "(dosync body...)",
        "The body. There is one thread, so every body is a transaction.",
    ),
    "io!": ("(io! body...)", "The body."),
    "sync": ("(sync flags body...)", "The body, as `dosync`."),
    "locking": (
        "(locking lock body...)",
        "The body. There is one thread, so nothing needs a lock.",
    ),
    "binding": (
        "(binding [name value ...] body...)",
        "The body, during which global names have other values, also for the functions it calls.",
    ),
    "with-redefs": (
        "(with-redefs [name value ...] body...)",
        "The body, during which global names have other values, as `binding` does it.",
    ),
    "with-open": (
        "(with-open [name resource ...] body...)",
        "The body; then every resource is closed, the last first.",
    ),
    "with-out-str": ("(with-out-str body...)", "What the body prints, as a string."),
    "with-in-str": (
        "(with-in-str text body...)",
        "The body, to which a string is the standard input.",
    ),
    "with-precision": ("(with-precision digits body...)", "The body."),
    "memfn": ("(memfn method name...)", "A function that calls a method of its first argument."),
    "comment": ("(comment form...)", "Nil; the forms are read and never evaluated."),
    "assert": (
        "(assert test message?)",
        "Nil, if the test holds, or else an error with the test and the message.",
    ),
    "time": (
        "(time expression)",
        "The value of the expression; how long it took is said on standard error.",
    ),
    "new": ("(new Class argument...)", "A value of a class: `(Class. argument...)`."),
    ".": (
        "(. value method argument...)",
        "Call a method of a value: `(.method value argument...)`.",
    ),
    "..": ("(.. value method ...)", "Call a method, a method of what it gives, and so on."),
    "begin": ("(begin expression...)", "`do`, in early Anglican programs."),
    "lambda": ("(lambda (parameter...) body...)", "`fn`, in early Anglican programs."),
    "cps-fn": ("(cps-fn name? (parameter...) body...)", "`fm`, in early Anglican programs."),
    "defun": ("(defun name (parameter...) body...)", "`defm`, in early Anglican programs."),
    "def-cps-fn": (
        "(def-cps-fn name (parameter...) body...)",
        "`defm`, in early Anglican programs.",
    ),
    "anglican": (
        "(anglican name? value? directive...)",
        "`query` of directives: `[assume name value]`, `[observe distribution value]`, "
        "`[predict expression]`.",
    ),
    "defanglican": (
        "(defanglican name value? directive...)",
        "`defquery` of directives: `[assume name value]`, `[observe distribution value]`, "
        "`[predict expression]`.",
    ),
    "define": (
        "(define name value) or (define (name parameter...) body...)",
        "`def` and `defn`, in early Anglican programs.",
    ),
    "assume": (
        "(assume name value)",
        "A name for the rest of the body, in early Anglican programs.",
    ),
}
"""(usage, meaning) by name."""
