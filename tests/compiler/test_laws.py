"""Laws of the passes: what does not change when it should not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from anglipy.api import loads
from anglipy.compile import Compiler
from anglipy.diagnostics import Source
from anglipy.environment import Namespace
from anglipy.forms import Form, walk
from anglipy.pretty import pretty
from anglipy.printer import print_form
from anglipy.reader import read
from anglipy.scopes import SiteInfo
from anglipy.surroundings import Scope
from anglipy.toplevel import toplevel
from tests.program_strategies import programs

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.aq"))
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def expanded(text: str) -> list[Form]:
    scope = Scope()
    return [core for form in read(Source("t", text)) for core in toplevel(form, scope)]


def sites(text: str) -> list[tuple[str, str]]:
    definitions = loads(text).namespace.definitions.values()
    return [(site.id, site.kind) for item in definitions for site in item.sites]


def respaced(text: str) -> list[str]:
    """The program in other layouts."""
    forms = read(Source("t", text))
    commented = "\n".join(f"{line} ; )(" for line in text.splitlines())
    discarded = text.replace("(let [", "(let [#_ignored #_(sample d) ")
    return [
        "\n".join(map(print_form, forms)),
        "\n\n\n".join(pretty(form) for form in forms),
        commented,
        discarded,
        text.replace(" ", ",\n   "),
    ]


def check_layout(text: str, layouts: list[str]) -> None:
    program = loads(text)
    query = list(program.queries.values())[-1]
    for other in layouts:
        assert sites(text) == sites(other)
        assert query.program_hash == list(loads(other).queries.values())[-1].program_hash


@settings(few, max_examples=12)
@given(programs(depth=4))
def test_layout_changes_neither_sites_nor_hash(text: str) -> None:
    if '"' not in text:
        check_layout(text, respaced(text))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_layout_of_examples(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    forms = read(Source("t", text))
    check_layout(text, ["\n".join(map(print_form, forms)), "\n".join(map(pretty, forms))])


def test_another_program_has_another_hash() -> None:
    def hash_of(text: str) -> str:
        return loads(text).queries["q"].program_hash

    first = hash_of("(defm f [x] (sample (normal x 1))) (defquery q [] (f 1))")
    assert first != hash_of("(defm f [x] (sample (normal x 2))) (defquery q [] (f 1))")
    assert first != hash_of("(defm f [x] (sample (normal x 1))) (defquery q [] (f 2))")
    assert first == hash_of(
        "(defm f [x] (sample (normal x 1))) (def other 1) (defquery q [] (f 1))"
    )


def test_renaming_locals_changes_no_unnamed_site() -> None:
    one = "(defquery q [a] (do (sample (normal a 1)) ((fn [b] (observe (normal b 1) 2)) a)))"
    two = "(defquery q [x] (do (sample (normal x 1)) ((fn [y] (observe (normal y 1) 2)) x)))"
    assert sites(one) == sites(two)


def test_site_ids_are_made_of_names() -> None:
    text = """
    (defm f [x] (sample (normal x 1)) (sample (normal x 2)))
    (defquery q [n]
      (let [mu (sample (normal 0 1))
            zs (map (fn [i] (sample (normal i 1))) [1 2])
            g (fn g [x] (observe (normal x 1) 2))]
        (loop [i 0] (when (< i (sample :bound (poisson 3))) (recur (inc i))))
        (sample "by-hand" (flip 0.5))
        (sample (str "k" n) (flip 0.5))
        (observe (normal mu 1) 3)))
    """
    assert sites(text) == [
        ("f/sample#1", "sample"),
        ("f/sample#2", "sample"),
        ("q/mu/sample#1", "sample"),
        ("q/zs/fn/sample#1", "sample"),
        ("q/g/observe#1", "observe"),
        (":bound", "sample"),
        ("by-hand", "sample"),
        ("q/observe#1", "observe"),
    ]


@few
@given(programs())
def test_expansion_is_idempotent(text: str) -> None:
    once = expanded(text)
    again = expanded("\n".join(map(print_form, once)))
    assert once == again


@few
@given(programs())
def test_every_span_is_inside_its_source(text: str) -> None:
    for core in expanded(text):
        for form in walk(core):
            assert form.span.source.text == text
            assert 0 <= form.span.start <= form.span.end <= len(text)


@few
@given(programs())
def test_every_position_of_generated_code_is_inside_its_source(text: str) -> None:
    compiler = Compiler(Namespace(), execute=False, keep_stages=True)
    compiler.load(Source("t", text))
    lines = [len(line.encode()) for line in text.split("\n")]
    for stages in compiler.stages:
        assert stages.python is not None
        for node in ast.walk(stages.python.module):
            if isinstance(node, ast.expr | ast.stmt):
                assert 1 <= node.lineno <= node.end_lineno <= len(lines)  # type: ignore[operator]
                assert 0 <= node.col_offset <= lines[node.lineno - 1]
                assert 0 <= node.end_col_offset <= lines[node.end_lineno - 1]  # type: ignore


@few
@given(programs())
def test_sites_are_known_before_the_run(text: str) -> None:
    found: list[SiteInfo] = []
    for definition in loads(text).namespace.definitions.values():
        found.extend(definition.sites)
    for site in found:
        shown = text[site.span.start : site.span.end]
        assert site.kind in shown.split("(")[1]


def test_two_programs_do_not_see_each_other() -> None:
    one = loads("(def x 1) (defquery q [] x)")
    two = loads("(def x 2) (defquery q [] x)")
    assert one.q.query.start(None).value == 1
    assert two.q.query.start(None).value == 2


def test_every_runtime_name_exists() -> None:
    from importlib import import_module

    from anglipy.emit import RUNTIME_NAMES

    for name, place in RUNTIME_NAMES.items():
        module, _, attribute = place.partition(":")
        assert callable(getattr(import_module(module), attribute)), name
