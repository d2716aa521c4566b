"""Files and input: slurp, spit, readers and writers, clojure.data.csv.

Paths are relative to the working directory. A `Reader` gives lines or characters, a `Writer` takes
text; both are closed by `.close`, which `with-open` calls. Nothing is fetched from the network.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import sequence, values_of
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import to_str
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.seqs import LazySeq, Seq
from anglipy.runtime.vectors import Vector

__all__ = ["File", "Reader", "Writer", "file_of", "opened"]


class File:
    """A path, as `(io/file "dir" "name")` and `(File. "name")` give it."""

    __slots__ = ("path",)

    def __init__(self, *parts: Any) -> None:
        texts = [str(part) if isinstance(part, File) else to_str(part) for part in parts]
        self.path: Path = Path(*texts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, File) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f'#file["{self.path}"]'


class Reader:
    """Text that is read from its beginning."""

    __slots__ = ("stream",)

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def lines(self) -> Iterator[str]:
        """The lines that are left, without their ends."""
        for line in self.stream:
            yield line.removesuffix("\n").removesuffix("\r")

    def close(self) -> None:
        """Read no more."""
        self.stream.close()

    def __repr__(self) -> str:
        return "#reader"


class Writer:
    """Where text is written to."""

    __slots__ = ("stream",)

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def close(self) -> None:
        """Write no more."""
        self.stream.close()

    def __repr__(self) -> str:
        return "#writer"


def file_of(value: Any, name: str) -> Path:
    """The path of a string or a file."""
    if isinstance(value, File):
        return value.path
    if not isinstance(value, str):
        fail(name, "a path", value)
    if value.partition("://")[0] in ("http", "https", "ftp"):
        raise ProgramError(
            "AQ443", f"{name}: nothing is fetched from the network: {value}",
            help="download it, and give the path of the file",
        )  # fmt: skip
    return Path(value.removeprefix("file://"))


def opened(value: Any, name: str, mode: str = "r") -> IO[str]:
    """The text of a file. ProgramError AQ443 if it cannot be opened."""
    path = file_of(value, name)
    try:
        return path.open(mode, encoding="utf-8", newline="")
    except OSError as error:
        why = error.strerror or str(error)
        raise ProgramError("AQ443", f"{name}: cannot open {path}: {why.lower()}") from error


def _text(source: Any, name: str) -> str:
    if isinstance(source, Reader):
        return source.stream.read()
    with opened(source, name) as stream:
        try:
            return stream.read()
        except (OSError, UnicodeDecodeError) as error:
            raise ProgramError("AQ443", f"{name}: cannot read {source}: {error}") from error


@primitive("slurp", arity=(1, None), pure=False)
def slurp(source: Any, *options: Any) -> str:
    """The whole text of a file or reader."""
    return _text(source, "slurp")


@primitive("spit", arity=(2, None), pure=False)
def spit(target: Any, content: Any, *options: Any) -> None:
    """Write a text to a file; `:append true` adds it at its end."""
    given = dict(zip(options[::2], options[1::2], strict=False))
    appending = given.get(Keyword("append")) not in (None, False)
    if isinstance(target, Writer):
        target.stream.write(to_str(content))
        return
    with opened(target, "spit", "a" if appending else "w") as stream:
        stream.write(to_str(content))


@primitive("clojure.java.io/file", arity=(1, None))
def io_file(*parts: Any) -> File:
    """The file of a path, given in parts."""
    return File(*parts)


@primitive("clojure.java.io/reader", "clojure.java.io/input-stream", arity=(1, None), pure=False)
def io_reader(source: Any, *options: Any) -> Reader:
    """A reader of a file, to be closed."""
    return source if isinstance(source, Reader) else Reader(opened(source, "reader"))


@primitive("clojure.java.io/writer", "clojure.java.io/output-stream", arity=(1, None), pure=False)
def io_writer(target: Any, *options: Any) -> Writer:
    """A writer of a file, to be closed."""
    given = dict(zip(options[::2], options[1::2], strict=False))
    mode = "a" if given.get(Keyword("append")) not in (None, False) else "w"
    return target if isinstance(target, Writer) else Writer(opened(target, "writer", mode))


@primitive("clojure.java.io/resource", arity=(1, 1))
def io_resource(path: Any) -> File | None:
    """The file of a path, in the working directory or in its `resources`; nil if there is none."""
    found = file_of(path, "resource")
    places = [place for place in (found, Path("resources") / found) if place.is_file()]
    return File(str(places[0])) if places else None


@primitive("clojure.java.io/delete-file", arity=(1, 2), pure=False)
def delete_file(path: Any, silently: Any = None) -> bool:
    """Delete a file."""
    try:
        file_of(path, "delete-file").unlink()
    except OSError as error:
        if silently not in (None, False):
            return False
        raise ProgramError("AQ443", f"delete-file: cannot delete {path}: {error}") from error
    return True


@primitive("clojure.java.io/make-parents", arity=(1, None), pure=False)
def make_parents(*parts: Any) -> bool:
    """Make the directories that a file needs."""
    File(*parts).path.parent.mkdir(parents=True, exist_ok=True)
    return True


@primitive("file-seq", arity=(1, 1), pure=False)
def file_seq(directory: Any) -> Seq:
    """A directory and all files and directories in it, in order of their names."""
    root = file_of(directory, "file-seq")
    return sequence([File(str(root)), *(File(str(p)) for p in sorted(root.rglob("*")))])


@primitive("line-seq", arity=(1, 1), pure=False)
def line_seq(source: Any) -> LazySeq:
    """The lines of a reader, on demand."""
    if not isinstance(source, Reader):
        fail("line-seq", "a reader", source, "(line-seq (io/reader path))")
    return LazySeq(source.lines())


@primitive("read-line", arity=(0, 0), pure=False)
def read_line() -> str | None:
    """The next line of the standard input, or nil at its end."""
    line = sys.stdin.readline()
    return line.removesuffix("\n") if line else None


@primitive("->StringReader", arity=(1, 1), pure=False)
def string_reader(content: Any) -> Reader:
    """A reader of a string."""
    return Reader(io.StringIO(to_str(content)))


# --- clojure.data.csv -----------------------------------------------------------------------------


def _separator(options: tuple[Any, ...]) -> str:
    given = dict(zip(options[::2], options[1::2], strict=False))
    return to_str(given.get(Keyword("separator"), ","))


@primitive("clojure.data.csv/read-csv", arity=(1, None), pure=False)
def read_csv(source: Any, *options: Any) -> Seq:
    """The rows of a text or a reader of comma-separated values, as vectors of strings."""
    if not isinstance(source, (str, Reader)):
        fail("read-csv", "a string or a reader", source, "(read-csv (slurp path))")
    stream: Any = io.StringIO(source) if isinstance(source, str) else source.stream
    rows = csv.reader(stream, delimiter=_separator(options))
    return sequence([Vector(row) for row in rows if row])


@primitive("clojure.data.csv/write-csv", arity=(2, None), pure=False)
def write_csv(target: Any, rows: Any, *options: Any) -> None:
    """Write rows of values to a writer."""
    if not isinstance(target, Writer):
        fail("write-csv", "a writer", target, "(with-open [w (io/writer path)] (write-csv w rows))")
    made = csv.writer(target.stream, delimiter=_separator(options), lineterminator="\n")
    for row in values_of(rows, "write-csv"):
        made.writerow([to_str(cell) for cell in values_of(row, "write-csv")])


# --- output caught --------------------------------------------------------------------------------


@primitive("with-out-str*", arity=(1, 1), pure=False)
def with_out_str(body: Any) -> str:
    """What a function of nothing prints."""
    before, caught = sys.stdout, io.StringIO()
    sys.stdout = caught
    try:
        body()
    finally:
        sys.stdout = before
    return caught.getvalue()


@primitive("with-in-str*", arity=(2, 2), pure=False)
def with_in_str(text: Any, body: Any) -> Any:
    """The value of a function of nothing, to which a text is the standard input."""
    before = sys.stdin
    sys.stdin = io.StringIO(to_str(text))
    try:
        return body()
    finally:
        sys.stdin = before
