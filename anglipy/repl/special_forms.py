"""What the special forms and the best-known macros are for: their documentation, one line each."""

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
    "var": ("(var name)", "The value of a name; short: #'name."),
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
}
"""(usage, meaning) by name."""
