"""The pages that `make docs` writes hold every name of the language and of the command line."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import click
import pytest

from anglipy.cli.entry import anglipy
from anglipy.repl.documentation import aliases
from anglipy.repl.functions import ALGORITHMS
from anglipy.repl.reference import engines, everything
from anglipy.repl.settings import allowed, settings_of

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "generate.py"
CONTEXT = click.Context(anglipy, info_name="anglipy", **anglipy.context_settings)
COMMANDS = anglipy.list_commands(CONTEXT)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_name_has_a_heading(generate: ModuleType, tmp_path: Path) -> None:
    generate.write(tmp_path)
    headings = [
        line
        for path in tmp_path.glob("*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("##")
    ]
    found = {name for line in headings for name in re.findall(r"`+([^`]+)`+", line)}
    wanted = {name for item in everything() for name in (item.name, *aliases(item.name))}
    for name, engine in engines().items():
        wanted |= {f":{name}", *(f":{name}.{s.name}" for s in settings_of(engine.options_type))}
    assert wanted <= found


def test_every_option_is_on_the_page_of_the_command_line(generate: ModuleType) -> None:
    page = generate.command_line_page()
    for name in COMMANDS:
        command = anglipy.get_command(CONTEXT, name)
        assert command is not None
        assert f"## `anglipy {name}`" in page
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.opts[-1] in page


def examples() -> list[str]:
    """The lines of examples in the help of all commands."""
    found = []
    for command in (anglipy, *(anglipy.get_command(CONTEXT, name) for name in COMMANDS)):
        assert command is not None
        for block in re.findall(r"\x08\n(.*?)(?:\n\s*\n|\Z)", command.help or "", re.DOTALL):
            found += [line.strip() for line in block.splitlines()]
    return [line for line in found if line.startswith("anglipy ")]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_examples(name: str) -> None:
    assert any(f"anglipy {name} " in f"{line} " for line in examples())


@pytest.mark.parametrize("line", examples())
def test_the_examples_of_the_help_are_command_lines(line: str) -> None:
    """They are read as they stand; what they do is tested elsewhere."""
    words = shlex.split(line, comments=True)[1:]
    ends = [place for place, word in enumerate(words) if word in (">", "|")]
    words = words[: ends[0]] if ends else words
    command = anglipy.get_command(CONTEXT, words[0])
    assert command is not None
    assert command.make_context(words[0], list(words[1:]), parent=CONTEXT) is not None


def test_the_page_of_the_distributions_has_them_all(generate: ModuleType) -> None:
    path = SCRIPT.parent / "distributions.md"
    text = path.read_text(encoding="utf-8")
    assert text == generate.distributions_page(text), "python docs/generate.py"
    made = set(re.findall(r"^\| `\((\S+)[ )]", text, re.MULTILINE))
    names = {item.name for item in everything() if item.kind == "distribution"}
    assert names <= made
    assert made - names == {"CRP", "DP", "GP", "LDS", "dirichlet-discrete", "mvn-niw"}


def test_the_page_of_the_algorithms_has_them_all(generate: ModuleType) -> None:
    path = SCRIPT.parent / "algorithms.md"
    text = path.read_text(encoding="utf-8")
    assert text == generate.algorithms_page(text), "python docs/generate.py"
    assert re.findall(r"^## `:(.*)`$", text, re.MULTILINE) == list(ALGORITHMS)
    assert set(ALGORITHMS) == set(engines())
    for engine in engines().values():
        for setting in settings_of(engine.options_type):
            values = allowed(engine.options_type, setting.name)
            assert values, setting.name
            assert f"| `:{setting.name}` | " in text


def test_text_means_nothing_to_markdown(generate: ModuleType) -> None:
    assert generate.escaped("a_b * `c_d`\n    e_f") == "a\\_b \\* `c_d`\n    e_f"
    assert generate.code("`x") == "```x``"
