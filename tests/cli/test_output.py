"""A posterior as text, JSON, EDN and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from anglipy.cli.messages import show
from anglipy.cli.output import FORMATS, formatted
from anglipy.datum import read_edn
from anglipy.diagnostics import Diagnostic, Source, Span
from anglipy.inference.parts import PART_LIMIT
from anglipy.inference.posterior import Posterior
from anglipy.runtime.values import Keyword, PersistentMap, Vector, equal


@pytest.fixture
def posterior() -> Posterior:
    values = [Vector([1, "a,b"]), Vector([2, 'say "x"'])]
    return Posterior.from_particles(values, [math.log(0.25), math.log(0.75)], log_evidence=-1.5)


@pytest.mark.parametrize("form", list(FORMATS))
def test_every_format_ends_with_one_line_end(posterior: Posterior, form: str) -> None:
    text = formatted(posterior, form)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_json_is_one_object(posterior: Posterior) -> None:
    data = json.loads(formatted(posterior, "json"))
    assert data["log_evidence"] == -1.5
    assert data["posterior"]["probabilities"][0] == ['[2 "say \\"x\\""]', pytest.approx(0.75)]


def test_edn_reads_back_with_the_same_numbers(posterior: Posterior) -> None:
    value = read_edn(formatted(posterior, "edn"), "out")
    assert equal(value[Keyword("log-evidence")], -1.5)
    assert value[Keyword("draws")] == 2
    text, probability = value[Keyword("posterior")][Keyword("probabilities")][0]
    assert equal(read_edn(text, "value"), Vector([2, 'say "x"']))
    assert probability == pytest.approx(0.75)


def test_csv_has_one_draw_per_line(posterior: Posterior) -> None:
    header, *rows = csv.reader(io.StringIO(formatted(posterior, "csv")))
    assert header == ["weight", "log_weight", "result[0]", "result[1]"]
    assert [float(row[0]) for row in rows] == pytest.approx([0.25, 0.75])
    assert [float(row[1]) for row in rows] == pytest.approx([math.log(0.25), math.log(0.75)])
    assert [row[2:] for row in rows] == [["1", "a,b"], ["2", 'say "x"']]


def of(*values: Any, predicts: Any = None) -> Posterior:
    return Posterior.from_particles(list(values), [0.0] * len(values), predicts)


def table(posterior: Posterior) -> tuple[list[str], list[list[str]]]:
    """The names of the columns behind the weights, and their cells."""
    header, *rows = csv.reader(io.StringIO(formatted(posterior, "csv")))
    assert header[:2] == ["weight", "log_weight"]
    return header[2:], [row[2:] for row in rows]


def mapped(**entries: Any) -> PersistentMap:
    return PersistentMap.of((Keyword(name), value) for name, value in entries.items())


REGULAR = {
    "a number": (of(1.5, 2), (["result"], [["1.5"], ["2"]])),
    "special": (of(math.inf, math.nan, None), (["result"], [["inf"], ["nan"], [""]])),
    "exact": (of(Fraction(1, 4), 10**30), (["result"], [["0.25"], ["1" + "0" * 30]])),
    "booleans": (of(True, False), (["result"], [["true"], ["false"]])),
    "strings": (of("a", "nil"), (["result"], [["a"], ["nil"]])),
    "words": (of(Keyword("a"), "a"), (["result"], [[":a"], ['"a"']])),
    "nested": (
        of(*(mapped(a=i, b=mapped(c=Vector([i, 2.5]), d=Keyword("k"))) for i in (1, 2))),
        (["a", "b.c[0]", "b.c[1]", "b.d"], [["1", "1", "2.5", ":k"], ["2", "2", "2.5", ":k"]]),
    ),
    "ragged": (
        of(*(mapped(a=i, xs=Vector(range(i))) for i in (1, 2))),
        (["a", "xs"], [["1", "[0]"], ["2", "[0 1]"]]),
    ),
    "other keys": (of(mapped(a=1), mapped(b="x")), (["result"], [["{:a 1}"], ['{:b "x"}']])),
    "other kinds": (of(Vector([1]), 1), (["result"], [["[1]"], ["1"]])),
    "empty": (of(Vector([]), Vector([])), (["result"], [["[]"], ["[]"]])),
    "predicts": (
        of(1, 2, predicts=[[(Keyword("m"), Vector([5, 6]))], []]),
        (["result", "m[0]", "m[1]"], [["1", "5", "6"], ["2", "", ""]]),
    ),
    "a name that is taken": (of(mapped(weight=3)), (["weight_"], [["3"]])),
}


@pytest.mark.parametrize("name", REGULAR)
def test_csv_has_a_column_for_each_part(name: str) -> None:
    made, expected = REGULAR[name]
    assert table(made) == expected


def test_the_columns_of_csv_are_those_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    made = REGULAR["nested"][0]
    read = pandas.read_csv(io.StringIO(formatted(made, "csv")))
    own = made.to_pandas()
    assert list(read.columns) == list(own.columns)
    numbers = ["weight", "a", "b.c[0]", "b.c[1]"]
    assert read[numbers].to_numpy().tolist() == own[numbers].to_numpy().tolist()


def test_results_of_very_many_parts_are_one_cell() -> None:
    many = of(Vector(range(PART_LIMIT + 1)))
    header, ((cell,),) = table(many)
    assert header == ["result"]
    assert equal(read_edn(cell, "cell"), many.values[0])
    assert len(table(of(Vector(range(PART_LIMIT))))[0]) == PART_LIMIT


def test_of_very_many_errors_the_first_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    source = Source("x.aq", "a\n")
    errors = [Diagnostic("AQ100", f"no. {n}", Span(source, 0, 1)) for n in range(25)]
    warning = replace(errors[0], severity="warning", message="a warning")
    show([*errors[:20], warning, *errors[20:]])
    shown = capsys.readouterr().err
    assert "no. 19" in shown
    assert "no. 20" not in shown
    assert "a warning" not in shown
    assert shown.endswith("\n25 errors, the first 20 of which are shown\n")
    show([warning, *errors[:20]])
    assert capsys.readouterr().err.endswith("\n20 errors\n")
