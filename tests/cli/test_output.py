"""A posterior as text, JSON, EDN and CSV."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

from anglipy.cli.output import FORMATS, formatted
from anglipy.datum import read_edn
from anglipy.inference.posterior import Posterior
from anglipy.runtime.values import Keyword, Vector, equal


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
    assert header == ["weight", "log_weight", "value"]
    assert [float(row[0]) for row in rows] == pytest.approx([0.25, 0.75])
    assert [float(row[1]) for row in rows] == pytest.approx([math.log(0.25), math.log(0.75)])
    assert [row[2] for row in rows] == ['[1 "a,b"]', '[2 "say \\"x\\""]']
