"""`m!`: what it prints, and what reads that again."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from anglipy.api import Session
from anglipy.diagnostics import AnglipyError

COIN = """
(defquery coin [heads]
  (let [side (sample (discrete [1 3]))]
    (observe (flip 0.5) true)
    (predict :side side)
    (predict [:pair side] {:a "b, c"})
    side))
"""


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(tmp_path)
    made = Session(tmp_path)
    made.evaluate(COIN, "coin.aq")
    return made


def printed(session: Session, capsys: pytest.CaptureFixture[str], text: str) -> list[str]:
    session.evaluate(text, "command.aq")
    return capsys.readouterr().out.splitlines()


def test_header_and_lines(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(session, capsys, "(m! -a :importance -n 2 -v [7] coin)")
    assert lines[:4] == [
        ";; Program: coin [7]",
        ";; Inference algorithm: :importance",
        ";; Number of samples: 2",
        ";; Output format: :anglican",
    ]
    log_weight = repr(math.log(0.5))
    side = lines[4].split(",")[1]
    assert lines[4:7] == [
        f":side,{side},{log_weight}",
        f'[:pair {side}],{{:a "b, c"}},{log_weight}',
        f":result,{side},{log_weight}",
    ]
    assert len(lines) == 10


@pytest.mark.parametrize(
    ("form", "start"), [("clojure", "[:side "), ("json", '["side",'), ("anglican", ":side,")]
)
def test_formats(
    session: Session, capsys: pytest.CaptureFixture[str], form: str, start: str
) -> None:
    text = f'(m! --output-format {form} --inference-algorithm smc -o ":number-of-particles 5" '
    lines = printed(session, capsys, f"{text} -n 3 coin)")
    assert ";; Inference algorithm: :smc (:number-of-particles 5)" in lines
    assert sum(line.startswith(start) for line in lines) == 3


def test_burning_and_thinning(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(session, capsys, "(m! -a enumerate -b 1 -t 1 coin)")
    assert sum(line.startswith(":result,") for line in lines) == 1
    assert ";; Number of samples: without end (*1+1)" in lines


def test_frequencies_and_means(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    samples = "".join(f":x,{x},{math.log(w)}\n" for x, w in [(1, 1), (3, 2), (3, 1)])
    Path("samples.txt").write_text(f";; a comment\n{samples}[:y 1],:named,0.0\n")
    lines = printed(session, capsys, '(redir [:in "samples.txt"] (m! :freqs))')
    assert lines == [
        ":x, 3,   0.75, -0.287682",
        ":x, 1,   0.25, -1.38629",
        "[:y 1], :named,      1,      0",
    ]
    lines = printed(session, capsys, '(redir [:in "samples.txt"] (m! :meansd))')
    assert lines == [f":x,    2.5, {math.sqrt(0.75):6g}"]


@pytest.mark.parametrize(
    ("distance", "expected"),
    [("kl", math.log(0.5 / 0.75) / 2 + math.log(0.5 / 0.25) / 2), ("l2", math.sqrt(0.125)),
     ("ks", 0.25)],
)  # fmt: skip
def test_distances(
    session: Session, capsys: pytest.CaptureFixture[str], distance: str, expected: float
) -> None:
    Path("samples.txt").write_text(":x,1,0.0\n:x,3,0.0\n:x,3,0.0\n:x,3,0.0\n")
    Path("truth.edn").write_text("{:truth {:x {1 0.5 3 0.5}} :period 4}")
    text = f'(redir [:in "samples.txt"] (m! :diff truth.edn -d {distance}))'
    assert printed(session, capsys, text) == [f"4,{expected:6g}"]


def test_a_file_is_written_on(session: Session) -> None:
    session.evaluate('(redir [:out "a.txt"] (print 1)) (redir [:out "+a.txt"] (print 2))', "a.aq")
    assert Path("a.txt").read_text() == "12"


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [("(m! -n 1 con)", "AQ311", "coin"), ("(m! --thim 2 coin)", "AQ310", "--thin"),
     ("(m! -n many coin)", "AQ310", "a number"), ("(m! -f xml coin)", "AQ310", "anglican"),
     ("(m! -n)", "AQ310", "value"), ("(m! -a smv -n 1 coin)", "AQ301", "smc")],
)  # fmt: skip
def test_mistakes(session: Session, text: str, code: str, word: str) -> None:
    with pytest.raises(AnglipyError) as caught:
        session.evaluate(text, "command.aq")
    said = caught.value.diagnostics[0]
    assert said.code == code
    assert word in f"{said.message} {said.help}"
