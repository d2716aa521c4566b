"""Other files and Python modules that a program asks for."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from anglipy.diagnostics import Diagnostic, ResolveError, Span

__all__ = ["import_python", "is_plotting", "library_namespace", "local_file", "missing_python"]

_LIBRARIES = (
    "clojure", "anglican", "anglib", "anglipy", "anglican-user",
    "anglican-infcomp", "java", "javax",
    "nstools", "criterium", "proto-repl",
)  # fmt: skip
_PLOTTING = ("gorilla-plot", "gorilla-repl", "gorilla-renderable", "incanter", "quil", "gg4clj")


def library_namespace(name: str) -> bool:
    """Whether a namespace is one whose functions are built in (or are known not to be needed)."""
    return name.partition(".")[0] in _LIBRARIES or is_plotting(name)


def is_plotting(name: str) -> bool:
    """Whether a namespace is one of those by which notebooks show plots and tables."""
    return name.partition(".")[0] in _PLOTTING


def local_file(name: str, directory: Path) -> Path | None:
    """The file of a namespace, beside the file that asks or in the working directory."""
    relative = name.replace("-", "_").replace(".", "/")
    for base in (directory, Path.cwd()):
        for suffix in (".aq", ".clj"):
            path = base / f"{relative}{suffix}"
            if path.is_file():
                return path
    return None


def import_python(name: str, directory: Path, span: Span) -> ModuleType:
    """A Python module: a file beside the program first, then anything Python can import.

    Raises ResolveError AQ226 if there is none, AQ228 if it fails while being imported.
    """
    dotted = name.replace("-", "_")
    path = _python_file(dotted, directory)
    if path is not None:
        return _from_file(dotted, path, span)
    try:
        return importlib.import_module(dotted)
    except ModuleNotFoundError as error:
        if error.name and dotted.startswith(error.name):
            raise ResolveError(*_no_module(name, directory, span)) from error
        raise _failed(name, error, span) from error
    except Exception as error:
        # Any error of the user's own module becomes a message with the place that asked for it.
        raise _failed(name, error, span) from error


def missing_python(name: str, directory: Path, span: Span) -> tuple[Diagnostic, ...]:
    """A warning if there is no such module, or no package that it could be in. Imports nothing."""
    dotted = name.replace("-", "_")
    try:
        found = _python_file(dotted, directory) or importlib.util.find_spec(
            dotted.partition(".")[0]
        )
    except ValueError:  # a module that was made by hand
        return ()
    if found is not None:
        return ()
    return (Diagnostic(*_no_module(name, directory, span), severity="warning"),)


def _python_file(dotted: str, directory: Path) -> Path | None:
    relative = dotted.replace(".", "/")
    paths = [base / f"{relative}.py" for base in (directory, Path.cwd())]
    return next((path for path in paths if path.is_file()), None)


def _no_module(name: str, directory: Path, span: Span) -> tuple[str, str, Span, str]:
    """Code, message, place and help."""
    dotted = name.replace("-", "_")
    file = f"{dotted.replace('.', '/')}.py"
    help_ = f"looked for {file} in {directory} and for an installed `{dotted}`"
    return "AQ226", f"there is no Python module `{name}`", span, help_


def _from_file(dotted: str, path: Path, span: Span) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"anglipy_user.{dotted}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        with _beside(path.parent):
            spec.loader.exec_module(module)
    except Exception as error:
        # As above.
        del sys.modules[spec.name]
        raise _failed(dotted, error, span) from error
    return module


@contextmanager
def _beside(directory: Path) -> Iterator[None]:
    """A module may import others that lie beside it, where nothing else has their names. They are
    not kept: other programs have modules of the same names.
    """
    known, folder = set(sys.modules), directory.resolve()
    sys.path.append(str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in sorted(set(sys.modules) - known, reverse=True):
            top = name.partition(".")[0]
            file = getattr(sys.modules.get(top), "__file__", None)
            if file in (str(folder / f"{top}.py"), str(folder / top / "__init__.py")):
                del sys.modules[name]


def _failed(name: str, error: Exception, span: Span) -> ResolveError:
    missing = isinstance(error, ModuleNotFoundError)
    hint = f"install the package that provides `{error.name}`" if missing else None  # type: ignore[attr-defined]
    return ResolveError(
        "AQ228", f"importing `{name}` failed: {type(error).__name__}: {error}", span, help=hint
    )
