"""VALUE on the command line: EDN text and files of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from anglipy.cli.values import read_value
from anglipy.diagnostics import OptionError
from anglipy.runtime.convert import to_python
from anglipy.runtime.values import Keyword, Vector, equal


def read(path: Path) -> object:
    return read_value(f"@{path}", "-v")


def failure(path: Path) -> OptionError:
    with pytest.raises(OptionError) as caught:
        read(path)
    assert caught.value.exit_code == 2
    assert str(path) in str(caught.value)
    return caught.value


def test_edn_text() -> None:
    assert equal(read_value("[1 2.5 :a]", "-v"), Vector([1, 2.5, Keyword("a")]))


def test_edn_mistake_names_the_option_and_the_column() -> None:
    with pytest.raises(OptionError) as caught:
        read_value("[1 2}", "-v")
    span = caught.value.diagnostic.span
    assert span is not None
    assert (span.source.name, span.line) == ("-v", 1)


@pytest.mark.parametrize("text", ["", "  "])
def test_empty_text_is_an_error(text: str) -> None:
    with pytest.raises(OptionError):
        read_value(text, "-v")


def test_edn_file(tmp_path: Path) -> None:
    path = tmp_path / "data.edn"
    path.write_text("; two numbers\n[9 8]\n")
    assert equal(read(path), Vector([9, 8]))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=20,
)


@given(data=JSON)
def test_json_file_gives_the_same_data(
    data: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("json") / "data.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert to_python(read(path)) == data


def test_json_objects_have_keyword_keys(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text('{"y": [1, 2]}')
    value = read(path)
    assert equal(value[Keyword("y")], Vector([1, 2]))  # type: ignore[index]


def test_json_mistake_has_a_place(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text('{"a": 1,\n "b": }')
    span = failure(path).diagnostic.span
    assert span is not None
    assert (span.line, span.column) == (2, 7)


def test_json_nested_too_deep_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text("[" * 100_000 + "]" * 100_000)
    failure(path)


def test_csv_of_numbers_is_a_vector_of_vectors(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("1,-1\n0.5, 2e3\n\n7\n")
    assert to_python(read(path)) == [[1, -1], [0.5, 2000.0], [7]]


def test_csv_with_a_header_is_a_vector_of_maps(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text('time,name\n1,"a, b"\n2,\n')
    assert to_python(read(path)) == [{"time": 1, "name": "a, b"}, {"time": 2, "name": None}]


def test_csv_row_that_does_not_fit_its_header(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("time,value\n1,2\n1,2,3\n")
    span = failure(path).diagnostic.span
    assert span is not None
    assert span.line == 3


def test_empty_csv_is_an_empty_vector(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("")
    assert equal(read(path), Vector([]))


def test_npy(tmp_path: Path) -> None:
    path = tmp_path / "data.npy"
    np.save(path, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(read(path), np.arange(6.0).reshape(2, 3))


def test_npy_with_objects_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.npy"
    np.save(path, np.array([{"run": "me"}], dtype=object), allow_pickle=True)
    failure(path)


@pytest.mark.parametrize("name", ["image.png", "image.jpg", "IMAGE.JPEG"])
def test_image_is_grey_rows_by_columns(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.new("RGB", (8, 4), (255, 255, 255)).save(path)
    image = read(path)
    assert isinstance(image, np.ndarray)
    assert image.dtype == np.uint8
    assert image.shape == (4, 8)
    assert (image == 255).all()


def test_truncated_image_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.effect_noise((64, 64), 50).save(path)
    path.write_bytes(path.read_bytes()[:600])
    failure(path)


@pytest.mark.parametrize("name", ["no.edn", "no.json", "no.csv", "no.npy", "no.png"])
def test_missing_file(tmp_path: Path, name: str) -> None:
    assert failure(tmp_path / name).diagnostic.code == "AQ313"


def test_missing_file_with_a_near_name(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1")
    assert "data.csv" in (failure(tmp_path / "dta.csv").diagnostic.help or "")


@pytest.mark.parametrize("name", ["no.edn", "no.json", "no.csv"])
def test_text_in_another_encoding(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\xff\xfe\x00")
    assert failure(path).diagnostic.code == "AQ314"


def test_unknown_kind_of_file(tmp_path: Path) -> None:
    assert ".npy" in (failure(tmp_path / "data.mat").diagnostic.help or "")


def test_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xef\xbb\xbf1,2\n")
    assert to_python(read(path)) == [[1, 2]]


def test_a_file_is_a_whole_value() -> None:
    with pytest.raises(OptionError) as caught:
        read_value("[1 @points.csv]", "-v")
    assert caught.value.diagnostic.code == "AQ314"
    assert caught.value.diagnostic.help is not None
    assert "--arg NAME=@points.csv" in caught.value.diagnostic.help
    assert read_value('["a@b.csv"]', "-v")[0] == "a@b.csv"


def table(path: Path, text: str) -> object:
    path.write_text(text)
    return to_python(read(path))


@pytest.mark.parametrize("text", ["001", "12_000", "1 000", "0x1f", "-007", "1,5", "٣"])
def test_csv_cells_that_are_no_plain_numbers_stay_text(tmp_path: Path, text: str) -> None:
    assert table(tmp_path / "data.csv", f'id,n\n"{text}",1\n') == [{"id": text, "n": 1}]


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("+3", 3), ("-0.50", -0.5), (".5", 0.5), ("0e3", 0.0)]
)
def test_csv_cells_that_are_plain_numbers(tmp_path: Path, text: str, number: float) -> None:
    assert table(tmp_path / "data.csv", f"id,n\na,{text}\n") == [{"id": "a", "n": number}]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_separators(tmp_path: Path, separator: str) -> None:
    text = "week,count\n0,5\n".replace(",", separator)
    assert table(tmp_path / "data.csv", text) == [{"week": 0, "count": 5}]


def test_csv_text_in_quotes_does_not_choose_the_separator(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="`a,b` is :a-b"):
        assert table(tmp_path / "data.csv", '"a,b";c\n1;2\n') == [{"a-b": 1, "c": 2}]


@pytest.mark.parametrize(
    ("header", "said"),
    [("week,week", "two columns"), ("a b,a-b", "two columns"), ("week,", "column 2 has no name")],
)
def test_csv_header_without_a_name_for_each_column(tmp_path: Path, header: str, said: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(f"\n{header}\n0,5\n")
    error = failure(path)
    assert said in error.diagnostic.message
    assert error.diagnostic.span is not None
    assert error.diagnostic.span.line == 2


def test_csv_names_that_no_keyword_could_have(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    with pytest.warns(UserWarning, match=r"`Week No` is :Week-No, `rate \(%\)` is :rate-%"):
        assert table(path, "Week No,rate (%),n\n1,2,3\n") == [{"Week-No": 1, "rate-%": 2, "n": 3}]
