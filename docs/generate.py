"""The pages of the reference, written from what the product says of itself: the documentation and
the examples of all names, and the parsers of the command line.

`make docs` runs this before it builds; the pages are not kept in the repository. What is kept is
the pages of the distributions and of the algorithms, of which the tables are written here: `python
docs/generate.py`.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from anglipy.cli.entry import anglipy
from anglipy.repl.documentation import aliases
from anglipy.repl.examples import Chapter, Example, chapters
from anglipy.repl.functions import ALGORITHMS, SHORT
from anglipy.repl.reference import engines, entry
from anglipy.repl.settings import allowed, settings_of

__all__ = ["algorithms_page", "distributions_page", "keep", "write"]

WHERE = {
    "top": "Runs at the top level of a program.",
    "query": "Runs in the body of a query.",
}


def write(directory: Path) -> None:
    """Write all pages into a directory, which is made, and left as it is where nothing changed."""
    directory.mkdir(exist_ok=True)
    pages = {f"{chapter.name}.md": chapter_page(chapter) for chapter in chapters()}
    pages["cli.md"] = command_line_page()
    pages["index.md"] = index_page()
    for path in directory.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        path = directory / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


# --- the language


def index_page() -> str:
    """The table of chapters, and all names in order."""
    places = {name: anchor(e) for c in chapters() for e in c.examples for name in named(e)}
    names = sorted(places, key=lambda name: (name.lstrip(":").lower(), name))
    links = [f"[{code(name)}](#{places[name]})" for name in names]
    tree = "\n".join(chapter.name for chapter in chapters())
    return f"""# Reference

Every name of the language with an example. The examples are run by the tests: `;=>` stands before
what a form gives, `;>` before what it prints. At the prompt, `(doc name)` shows the same.

```{{toctree}}
:maxdepth: 1

{tree}
cli
```

## All names

{" · ".join(links)}
"""


def chapter_page(chapter: Chapter) -> str:
    """A chapter: its sections with their entries."""
    parts = [f"# {chapter.title}", escaped(chapter.introduction)]
    for heading, examples in chapter.sections:
        level = "###" if any(title for title, _ in chapter.sections) else "##"
        if heading:
            parts.append(f"## {escaped(heading.rstrip('.'))}")
        elif level == "###" and examples:
            level = "##"
        for example in examples:
            parts += entry_parts(example, level)
    return "\n\n".join(parts) + "\n"


def named(example: Example) -> tuple[str, ...]:
    """All names that an example is of, those of the same function among them."""
    found = dict.fromkeys(example.names)
    for name in example.names:
        found.update(dict.fromkeys(aliases(name)))
    return tuple(found)


def entry_parts(example: Example, level: str) -> Iterator[str]:
    """The anchor, the names, how they are used and what they do, and the example."""
    yield f"({anchor(example)})="
    yield f"{level} {' '.join(code(name) for name in named(example))}"
    for name in example.names:
        item = entry(name)
        if item.usages and item.kind != "value":
            yield fenced("clojure", "\n".join(item.usages))
        if item.kind != "value":
            yield escaped(inspect.cleandoc(item.doc))
    if example.where:
        yield f"*{WHERE[example.where]}*"
    yield fenced("clojure", example.text)


def anchor(example: Example) -> str:
    """A name of its own for each entry: whatever is no small letter or digit is written as a
    number.
    """
    return "name-" + re.sub(r"[^a-z0-9]", lambda m: f"-{ord(m[0]):x}-", example.names[0])


# --- distributions

WRITTEN = "<!-- What follows is written by generate.py. -->"
TABLES = {"distributions": "Of ", "processes": ""}
"""The chapters that the page has, and how the headings of their sections begin."""


def keep(directory: Path) -> None:
    """Write the tables of the pages of the distributions and of the algorithms anew, where they
    have changed.
    """
    for name, made in KEPT.items():
        path = directory / name
        text = path.read_text(encoding="utf-8")
        if text != made(text):
            path.write_text(made(text), encoding="utf-8")


def distributions_page(text: str) -> str:
    """The page with tables of all distributions and processes behind what is written by hand."""
    own, mark, _ = text.partition(WRITTEN)
    parts = [own + mark]
    for chapter in chapters():
        begins = TABLES.get(chapter.name)
        for title, examples in chapter.sections if begins is not None else ():
            names = [name for example in examples for name in example.names]
            rows = [row for name in names if (row := table_row(name)) is not None]
            if rows and title.startswith(begins) and (begins or not title):
                parts.append(f"## {escaped(title.rstrip('.') or chapter.title)}")
                parts.append("\n".join(["| | |", "| --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def table_row(name: str) -> str | None:
    """How something is made, and what it is: the first paragraph of its documentation. None if that
    does not begin with how it is made.
    """
    first = " ".join(inspect.cleandoc(entry(name).doc).split("\n\n")[0].split())
    found = re.match(r"(`\([^`]*\)`): (.*)", first)
    return None if found is None else f"| {found[1]} | {escaped(found[2])} |"


# --- algorithms


def algorithms_page(text: str) -> str:
    """The page with all algorithms and their options behind what is written by hand."""
    own, mark, _ = text.partition(WRITTEN)
    parts = [own + mark]
    known = engines()
    for name in ALGORITHMS:
        others = [code(f":{other}") for other, meant in SHORT.items() if meant == name]
        parts.append(f"## {code(f':{name}')}")
        parts += paragraphs(inspect.cleandoc(entry(f":{name}").doc))
        if others:
            parts.append(f"Anglican's {' and '.join(others)} means it too.")
        options = known[name].options_type
        rows = [
            f"| {code(f':{s.name}')} | {s.default and code(s.default)} "
            f"| {escaped(allowed(options, s.name))} | {escaped(s.doc)} |"
            for s in settings_of(options)
        ]
        head = ["| option | default | values | meaning |", "| --- | --- | --- | --- |"]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts) + "\n"


def paragraphs(doc: str) -> list[str]:
    """Those of a docstring, what is indented in fences."""
    indented = "    "
    return [
        fenced("text", textwrap.dedent(part)) if part.startswith(indented) else escaped(part)
        for part in doc.split("\n\n")
    ]


KEPT = {"distributions.md": distributions_page, "algorithms.md": algorithms_page}
"""The pages that are kept in the repository, with what writes their tables."""


# --- the command line


def command_line_page() -> str:
    """Every command with its help, its examples and its options."""
    context = click.Context(anglipy, info_name="anglipy", **anglipy.context_settings)
    parts = ["# Command line", *help_parts(anglipy, context)]
    for name in anglipy.list_commands(context):
        command = anglipy.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        parts += [f"## `anglipy {name}`", *help_parts(command, inner)]
    return "\n\n".join(parts) + "\n"


def help_parts(command: click.Command, context: click.Context) -> Iterator[str]:
    """How a command is called, what it does, its options."""
    pieces = command.collect_usage_pieces(context)
    yield fenced("text", " ".join([context.command_path, *pieces]))
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            lines = paragraph.splitlines()[1:]
            yield fenced("sh", "\n".join(lines))
        else:
            yield escaped(paragraph)
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    rows = [f"| {cell(names)} | {escaped(text)} |" for names, text in filter(None, records) if text]
    yield "\n".join(["| option | meaning |", "| --- | --- |", *rows])


def cell(names: str) -> str:
    return code(names.replace("|", "\\|"))


# --- Markdown


def code(text: str) -> str:
    """Text as code, whatever is in it."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def escaped(text: str) -> str:
    """Plain text in which only code between backquotes means something to Markdown."""
    return "\n".join(map(_escaped_line, text.split("\n")))


def _escaped_line(line: str) -> str:
    if line.startswith("    "):
        return line
    pieces = line.split("`")
    pieces[::2] = [re.sub(r"([*_<>\[\]#|\\~])", r"\\\1", piece) for piece in pieces[::2]]
    return "`".join(pieces)


if __name__ == "__main__":
    write(Path(__file__).parent / "reference")
    keep(Path(__file__).parent)
