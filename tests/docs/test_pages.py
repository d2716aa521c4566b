"""Every snippet of the README and of the pages in docs/ does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

import anglipy.ic.engine  # noqa: F401  (every page sees the same list of engines)
from anglipy.inference.engine import ENGINES
from tests.docs.pages import LANGUAGES, Snippet, snippets
from tests.docs.running import Page, beside_examples, matches

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MOST_NOT_RUN = 6
"""Snippets that are not run: each costs trust, so their number is a decision."""


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    engines = dict(ENGINES)
    with beside_examples(tmp_path / "here", ROOT):
        page = Page()
        for snippet in snippets(path):
            page.assert_holds(snippet)
    ENGINES.clear()
    ENGINES.update(engines)


def every_snippet() -> list[Snippet]:
    return [snippet for path in PAGES for snippet in snippets(path)]


def test_every_snippet_has_a_language() -> None:
    assert [s.place for s in every_snippet() if s.language not in LANGUAGES] == []


def test_few_snippets_are_not_run() -> None:
    assert len([s for s in every_snippet() if s.mark == "not run"]) <= MOST_NOT_RUN


def test_a_wrong_page_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for language, text in {
        "clojure": "(+ 1 2) ;=> 4\n",
        "console": "$ anglipy --version\nanglipy 0.0\n",
        "python": ">>> 1 + 2\n4\n",
        "repl": "=> (+ 1 2)\n4\n",
    }.items():
        with pytest.raises(AssertionError, match=r"4|0\.0"):
            Page().assert_holds(Snippet("page.md", 1, language, text))
    with pytest.raises(AssertionError, match="AQ220"):
        Page().assert_holds(Snippet("page.md", 1, "clojure", "(nonsense)\n"))


def test_what_counts_as_equal() -> None:
    assert matches("a ... c\n\nd", "a b c\nd  ")
    assert matches("took 1.5 s", "took 0.2 s")
    assert not matches("a b", "a  b")
