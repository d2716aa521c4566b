"""Errors tell what is nil where that is certain, and what was meant."""

from __future__ import annotations

import pytest

import anglipy

KEYS = (
    "`x` is nil: `{:keys [x y]}` gives nil for a key that a map lacks, and for all keys of what is "
    "no map; a row that is a vector is taken apart by [x y]"
)


def notes(text: str, value: object, scalar: bool) -> list[str]:
    query = anglipy.query(text)
    with pytest.raises(anglipy.AnglipyError) as caught:
        query.infer(args=[value], samples=10, seed=1, scalar=scalar)
    return [note for note in caught.value.diagnostic.notes if " is nil" in note]


@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("(doseq [{:keys [x y]} v] (observe (normal (* a x) 1) y))", [KEYS]),
        ("(doseq [{:keys [y x]} v] (observe (normal a 1) x))", [KEYS.replace("x y", "y x")]),
        ("(let [big-one (:size (first v))] (+ a big-one))", ["`big-one` is nil"]),
        ("(let [x nil] (observe (normal a 1) (first v)) (+ a (identity x)))", []),
        ("(let [x nil] (observe (normal a 1) 2) (let [x 3] (+ x (first [nil]))))", []),
    ],
)
def test_the_name_that_is_nil(body: str, said: list[str], scalar: bool) -> None:
    assert notes(f"(defquery m [v] (let [a (sample (normal 0 1))] {body}))", [[1, 2]], scalar) == (
        said
    )


@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "(sample (poisson (gamma 2 0.4)))",
            "did you mean a draw from it, (sample (gamma 2 0.4))?",
        ),
        ("(+ a (gamma 2 0.4))", "did you mean a draw from it, (sample (gamma 2 0.4))?"),
    ],
)
def test_the_help_tells_what_was_meant(body: str, said: str, scalar: bool) -> None:
    text = f"(defquery m [] (let [a (sample (normal 0 1))] {body}))"
    query = anglipy.query(text)
    with pytest.raises(anglipy.AnglipyError) as caught:
        query.infer(samples=10, seed=1, scalar=scalar)
    assert caught.value.diagnostic.help == said


def test_a_report_without_a_table_says_so() -> None:
    query = anglipy.query(
        "(defquery m [] (thing (sample (normal 0 1))))", python={"thing": lambda x: object()}
    )
    assert "no table: the results are no numbers" in query.infer(samples=10_000, seed=1).summary()
