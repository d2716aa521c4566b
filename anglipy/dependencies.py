"""What the definitions of a program depend on, and what follows: the sites that a query can reach,
and the hash by which an artifact knows it again.
"""

from __future__ import annotations

import hashlib

from anglipy.environment import Definition, Namespace
from anglipy.runtime.machine import Query

__all__ = ["program_hash", "queries", "reachable_sites", "source_of"]


def _closure(namespace: Namespace, name: str) -> list[Definition]:
    """The definitions a definition depends on, itself first."""
    found: dict[str, Definition] = {}
    work = [name]
    while work:
        item = work.pop()
        if item in namespace.definitions and item not in found:
            found[item] = namespace.definitions[item]
            work.extend(sorted(found[item].references))
    return list(found.values())


def source_of(namespace: Namespace, name: str) -> str:
    """The text of a definition and of those it depends on, one after another."""
    spans = [item.whole for item in _closure(namespace, name)]
    return "\n".join(span.source.text[span.start : span.end] for span in spans)


def reachable_sites(namespace: Namespace, name: str) -> dict[str, str]:
    """The sites a query can reach, by id; each "sample" or "observe"."""
    return {site.id: site.kind for item in _closure(namespace, name) for site in item.sites}


def program_hash(namespace: Namespace, name: str) -> str:
    """A hash of the forms of a query and of all it depends on: comments and layout do not change
    it.
    """
    parts = sorted(f"{item.name} {item.digest}" for item in _closure(namespace, name))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def queries(namespace: Namespace) -> dict[str, Query]:
    """The queries a program defines, in order."""
    found = {name: namespace.value_of(name) for name in namespace.definitions}
    return {name: value for name, value in found.items() if isinstance(value, Query)}
