"""Every name of the language is documented, with an example that does what it says."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from anglipy.api import Session
from anglipy.diagnostics import AnglipyError
from anglipy.repl.examples import Example, chapters
from anglipy.repl.reference import missing
from anglipy.repl.session import Conversation
from anglipy.runtime.printing import pr_str
from tests.docs.running import compare, expectations

WAYS = {"": ("top", "query", "lanes"), "top": ("top",), "query": ("query", "lanes")}
EXAMPLES = [example for chapter in chapters() for example in chapter.examples]
REPLAYED = re.compile(r"\((def|ns|use|require|import|set-seed!|extend-|declare)")
"""How forms begin that say something for those behind them, and can only stand at the top."""


ARTIFACT = "coin.pt"
"""An artifact that examples may use, of the query in them."""


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("artifact") / ARTIFACT
    (example,) = (e for e in EXAMPLES if ":ic" in e.names)
    session = Session()
    session.evaluate(next(expectations(example.text, "coin"))[0], "coin.aq")
    session.program.queries["coin"].compile(path, traces=320, validation=32, seed=1)
    return path


@pytest.fixture(autouse=True)
def _directory(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example = (
        request.node.callspec.params.get("example") if hasattr(request.node, "callspec") else None
    )
    if example is not None and ARTIFACT in example.text:
        shutil.copy(request.getfixturevalue("artifact"), tmp_path / ARTIFACT)


@pytest.mark.parametrize(
    ("example", "way"),
    [
        pytest.param(example, way, id=f"{' '.join(example.names)}-{way}-{place}")
        for place, example in enumerate(EXAMPLES)
        for way in WAYS[example.where]
    ],
)
def test_example(example: Example, way: str) -> None:
    forms = list(expectations(example.text, " ".join(example.names)))
    assert any(said for _, said in forms), "the example shows nothing"
    run = at_the_top if way == "top" else in_a_query
    run(forms, way == "query")


def at_the_top(forms: list[tuple[str, dict[str, str]]], _: bool) -> None:
    session = Session()
    for text, said in forms:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), failing(said):
            value = pr_str(session.evaluate(text, "example.aq")[-1:])[1:-1]
            compare(text, said.get("=>", value), value)
        compare(text, said.get(">", ""), out.getvalue())


def in_a_query(forms: list[tuple[str, dict[str, str]]], scalar: bool) -> None:
    """Every form that shows something, in a query of its own, behind the definitions."""
    before = ""
    for text, said in forms:
        if REPLAYED.match(text):
            before += f"{text}\n"
            continue
        session = Session()
        with failing(said):
            session.evaluate(f"{before}(defquery main [] {text}\n)", "example.aq")
            model = session.program.queries["main"]
            posterior = model.infer("importance", samples=3, seed=1, scalar=scalar)
            for value in posterior.values:
                compare(text, said.get("=>", pr_str(value)), pr_str(value))


@contextlib.contextmanager
def failing(said: dict[str, str]) -> Iterator[None]:
    """What is inside fails with the code that is said, if one is."""
    code = said.get("!", "").strip()
    if not code:
        yield
        return
    with pytest.raises(AnglipyError) as caught:
        yield
    assert caught.value.diagnostics[0].code == code


def test_every_name_is_documented_and_has_an_example() -> None:
    assert missing() == []


def test_the_prompt_shows_the_parameters_and_the_example() -> None:
    (answer,) = Conversation(Session()).answers("(doc normal)")
    assert answer.text is not None
    assert "(normal mean sd)" in answer.text
    assert "(observe* (normal 10 2) 12) ;=> -2.112085713764618" in answer.text
