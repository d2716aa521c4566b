"""Programs as modules of Python.

    import anglipy.importer
    import models.coin  # models/coin.aq

    models.coin.coin.infer(args=[True])

A file `name.aq` (or `name.clj`) is found wherever Python finds `name.py`, which goes first. The
module has what the file defines, with names as Python writes them: `two-coins` is `two_coins`,
`same?` is `same_p`; queries are `anglipy.Model`, functions can be called. `__program__` is the
`Program`. Errors in the file are UserError, with its lines.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from anglipy.names import python_name

__all__ = ["install"]

_SUFFIXES = (".aq", ".clj")


class _Finder(MetaPathFinder):
    """Finds files of the language along the path of a package, or `sys.path`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The place of a module, or None."""
        name = fullname.rpartition(".")[2]
        stems = dict.fromkeys((name, name.replace("_", "-")))
        for folder in sys.path if path is None else path:
            for suffix in _SUFFIXES:
                for stem in stems:
                    file = Path(folder or ".") / f"{stem}{suffix}"
                    if file.is_file():
                        loader = _Loader(str(file))
                        return spec_from_file_location(fullname, file, loader=loader)
        return None


class _Loader(InspectLoader):
    """Compiles a file and runs its top level."""

    def __init__(self, path: str) -> None:
        self.path = path

    def get_source(self, fullname: str) -> str:
        """The text of the file."""
        return Path(self.path).read_text(encoding="utf-8")

    def get_code(self, fullname: str) -> None:
        """None: there is no code object of the whole."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module with what the file defines."""
        from anglipy.api import load

        program = load(self.path)
        queries = program.queries
        names = []
        for name in program.namespace.definitions:
            value = queries.get(name) or program.namespace.value_of(name)
            setattr(module, python_name(name), value)
            names.append(python_name(name))
        module.__dict__["__program__"] = program
        module.__dict__["__all__"] = names


def install() -> None:
    """Let `import` find programs; done by importing this module, once."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


install()
