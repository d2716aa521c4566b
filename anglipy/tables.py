"""The parse tables of the reader: made by lark from `grammar/anglican.lark`, kept in
`grammar/tables.json`.

`load()` gives the tables that the grammar file means. They are read from tables.json, which names
the grammar it was made from by its SHA-256; when it is missing or names another one, the tables are
made on the spot. Importing lark and running its LALR analysis takes longer than reading a file, so
only that case pays for it, and this is the only module that imports lark.

`python -m anglipy.tables` writes tables.json anew after a change of the grammar.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from anglipy.diagnostics import InternalError
from anglipy.resources import resource

__all__ = ["END", "Rule", "Tables", "build", "load", "write"]

END = "$END"
"""The kind of the token that ends a text."""


class Rule(NamedTuple):
    """One alternative: a reduction takes `size` values off the stack and puts one back."""

    origin: str
    size: int


class Tables(NamedTuple):
    """An LALR(1) parser as plain data.

    `actions[state][kind]` is the state to shift to or, if negative, `~rule`, the rule to reduce by;
    no entry means a mistake. A state that can only reduce by one rule has `~rule` in place of its
    entries. `gotos[state][origin]` is the state after a reduction. `pattern` matches one token,
    whose kind is the name of the group that matched. State 0 is the start.
    """

    grammar: str
    pattern: str
    ignore: list[str]
    actions: list[dict[str, int] | int]
    gotos: list[dict[str, int]]
    rules: list[Rule]


def load() -> Tables:
    """The tables of this installation's grammar.

    Raises InternalError if the grammar file is missing.
    """
    grammar = resource("grammar", "anglican.lark").read_text(encoding="utf-8")
    try:
        data = json.loads(resource("grammar", "tables.json").read_text(encoding="utf-8"))
    except (InternalError, ValueError):
        return build(grammar)
    if data.get("grammar") != _digest(grammar):
        return build(grammar)
    data["rules"] = [Rule(*rule) for rule in data["rules"]]
    return Tables(**data)


def build(grammar: str) -> Tables:
    """Make the tables from the text of a grammar, with lark."""
    import lark

    parser = lark.Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=False)
    table: Any = parser.parser.parser._parse_table
    terminals = sorted(
        parser.terminals,
        key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name),
    )
    kinds = {terminal.name for terminal in terminals} | {END}
    numbers = _numbered(table)
    rules = sorted({Rule(str(rule.origin.name), len(rule.expansion)) for rule in parser.rules})
    actions: list[dict[str, int] | int] = []
    gotos: list[dict[str, int]] = []
    for state in numbers:
        row, goto = {}, {}
        for symbol, (action, target) in sorted(table.states[state].items()):
            if symbol not in kinds:
                goto[symbol] = numbers[target]
            elif _shifts(action):
                row[symbol] = numbers[target]
            else:
                row[symbol] = ~rules.index(Rule(str(target.origin.name), len(target.expansion)))
        if state == table.end_states["start"]:
            row[END] = numbers[state]
        only = set(row.values())
        actions.append(only.pop() if len(only) == 1 and min(only) < 0 else row)
        gotos.append(goto)
    pattern = "|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in terminals)
    return Tables(_digest(grammar), pattern, sorted(parser.ignore_tokens), actions, gotos, rules)


def _shifts(action: Any) -> bool:
    """Whether an entry of lark's table is a shift (or a goto), not a reduction."""
    return str(action) == "Shift"


def _numbered(table: Any) -> dict[int, int]:
    """Numbers for lark's states in the order a search from the start meets them: the same on every
    run.
    """
    numbers = {table.start_states["start"]: 0}
    queue = list(numbers)
    for state in queue:
        for _, (action, target) in sorted(table.states[state].items()):
            if _shifts(action) and target not in numbers:
                numbers[target] = len(numbers)
                queue.append(target)
    return numbers


def _digest(grammar: str) -> str:
    data = grammar.encode()
    return f"{len(data)}-{zlib.crc32(data):08x}"


def write(path: Path) -> None:
    """Write the tables of the grammar beside `path` to it, one state a line."""
    tables = build(path.with_name("anglican.lark").read_text(encoding="utf-8"))
    fields = []
    for name, value in tables._asdict().items():
        rows = (json.dumps(row, separators=(",", ":")) for row in value)
        text = json.dumps(value) if isinstance(value, str) else "[\n" + ",\n".join(rows) + "\n]"
        fields.append(f"{json.dumps(name)}: {text}")
    path.write_text("{\n" + ",\n".join(fields) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write(resource("grammar", "anglican.lark").with_name("tables.json"))
