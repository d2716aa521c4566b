"""Programs as modules: `import anglipy.importer`, then `import models.coin`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import anglipy.importer
from anglipy.diagnostics import UserError

COIN = """
(def bias 0.3)
(defn twice [x] (* 2 x))
(defquery coin [y] (let [x (sample (flip bias))] (observe (flip (if x 0.9 0.2)) y) x))
(defquery two-coins (sample (flip 0.25)))
(defn same? [a b] (= a b))
"""


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "aq_models").mkdir()
    (tmp_path / "aq_models" / "coin.aq").write_text(COIN)
    (tmp_path / "aq_models" / "two-words.aq").write_text("(defquery q 1)")
    (tmp_path / "aq_models" / "old.clj").write_text("(defquery q 2)")
    (tmp_path / "aq_broken.aq").write_text("(defquery q\n  (sample (norml 0 1)))")
    yield
    for name in [name for name in sys.modules if name.startswith("aq_")]:
        del sys.modules[name]


def test_a_program_in_a_folder_is_a_module_of_a_package() -> None:
    module = importlib.import_module("aq_models.coin")
    assert module.coin.infer("enumerate", args=[True]).mean() == pytest.approx(0.27 / 0.41)
    assert module.two_coins.name == "two-coins"
    assert module.bias == 0.3
    assert module.twice(4) == 8
    assert module.same_p(1, 1)
    assert set(module.__all__) == {"bias", "twice", "coin", "two_coins", "same_p"}
    assert module.__file__.endswith("coin.aq")
    assert list(module.__program__.queries) == ["coin", "two-coins"]


def test_other_names_of_files() -> None:
    assert importlib.import_module("aq_models.two_words").q.name == "q"
    assert importlib.import_module("aq_models.old").__file__.endswith("old.clj")


def test_reloading_compiles_again(tmp_path: Path) -> None:
    module = importlib.import_module("aq_models.coin")
    (tmp_path / "aq_models" / "coin.aq").write_text("(def bias 0.9)")
    assert importlib.reload(module).bias == 0.9


def test_python_goes_first(tmp_path: Path) -> None:
    (tmp_path / "aq_models" / "coin.py").write_text("here = 'python'")
    assert importlib.import_module("aq_models.coin").here == "python"


def test_errors_have_the_lines_of_the_file() -> None:
    with pytest.raises(UserError, match="norml") as caught:
        importlib.import_module("aq_broken")
    span = caught.value.diagnostic.span
    assert (span.line, span.column) == (2, 12)
    assert span.source.name.endswith("aq_broken.aq")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("aq_missing")


def test_it_is_installed_once() -> None:
    before = list(sys.meta_path)
    anglipy.importer.install()
    assert sys.meta_path == before
