"""The cache between processes, and the standard library that is kept in it."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from anglipy import cache, compile
from anglipy.environment import Namespace
from anglipy.forms import ListForm, Symbol, VectorForm
from anglipy.library import unpack
from anglipy.reader import read
from anglipy.runtime.locate import LIBRARY
from anglipy.stdlib import defined, sources


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def stored(place: Path) -> Path:
    """The file of a value that was stored."""
    cache.store("thing", "key", {"a": (1, 2.5, "text")})
    (path,) = place.iterdir()
    return path


def test_what_is_stored_is_loaded(place: Path) -> None:
    path = stored(place)
    assert cache.load("thing", "key") == {"a": (1, 2.5, "text")}
    assert path.stat().st_mode & 0o077 == 0
    assert cache.load("thing", "another") is None
    assert cache.load("another", "key") is None


def test_code_is_kept(place: Path) -> None:
    cache.store("code", "key", compile_("answer = 6 * 7"))
    values: dict[str, object] = {}
    exec(cache.load("code", "key"), values)
    assert values["answer"] == 42


def compile_(text: str) -> object:
    return builtins.compile(text, "text", "exec")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def renamed(path: Path) -> None:
    path.rename(path.with_name("thing-other"))
    path.with_name("thing-other").rename(path.with_name("thing-key"))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"anglipy cache 1", b"anglipy cache 0"))


def writable_by_others(path: Path) -> None:
    path.chmod(0o666)


def in_a_directory_of_everybody(path: Path) -> None:
    path.parent.chmod(0o777)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize(
    "harm", [cut, flipped, emptied, renamed, writable_by_others, in_a_directory_of_everybody]
)
def test_what_cannot_be_trusted_is_not_loaded(place: Path, harm: Callable[[Path], None]) -> None:
    harm(stored(place))
    assert cache.load("thing", "key") is None


def test_a_file_under_another_key_is_not_loaded(place: Path) -> None:
    path = stored(place)
    path.rename(path.with_name("thing-other"))
    assert cache.load("thing", "other") is None


def test_a_directory_that_cannot_be_made_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "kept"))
    cache.store("thing", "key", 1)
    assert cache.load("thing", "key") is None


def test_no_cache_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "")
    assert cache.directory() is None
    cache.store("thing", "key", 1)
    assert cache.load("thing", "key") is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the places of Linux")
def test_the_place_is_that_of_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.directory() == tmp_path / "xdg" / "anglipy"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.directory() == tmp_path / ".cache" / "anglipy"


def test_a_few_files_of_a_kind_are_kept(place: Path) -> None:
    for number in range(12):
        cache.store("thing", str(number), number)
        os.utime(place / f"thing-{number}", (number, number))
    cache.store("thing", "last", -1)
    assert len(list(place.iterdir())) == 8
    assert cache.load("thing", "last") == -1
    assert cache.load("thing", "11") == 11
    assert cache.load("thing", "4") is None


def test_keys_tell_texts_apart() -> None:
    assert cache.key_of("ab", "c") != cache.key_of("a", "bc")
    assert cache.key_of("a") == cache.key_of("a")


def test_the_library_comes_out_of_the_cache_as_it_went_in(place: Path) -> None:
    compile._library.cache_clear()
    try:
        first = compile._library()
        (path,) = place.iterdir()
        before = path.stat()
        compile._library.cache_clear()
        second = compile._library()
        assert path.stat().st_mtime_ns == before.st_mtime_ns
    finally:
        compile._library.cache_clear()
    assert first.keys() == second.keys()
    for name, value in first.items():
        other = second[name]
        assert (value.name, value.required, value.variadic) == (
            other.name,
            other.required,
            other.variadic,
        )
        assert value.code.__code__ == other.code.__code__


def test_errors_in_the_library_have_their_place() -> None:
    data = cache.load("library", library_key())
    if data is None:  # Another test has seen to it that it is not kept.
        return
    namespace = Namespace()
    namespace.values[LIBRARY] = True
    namespace.values.update(compile._runtime())
    unpack(data, namespace, compile._library)
    code = namespace.value_of("SAMPLE").code
    assert code.__code__.co_filename == "stdlib/anglib.aq"


def library_key() -> str:
    from anglipy import __version__
    from anglipy.library import compiler_version

    texts = (source.text for source in sources())
    return cache.key_of(__version__, compiler_version(), *texts)


def test_the_names_of_the_library_are_found_without_reading_it() -> None:
    found = {name: (low, high) for name, low, high in defined()}
    written: dict[str, tuple[int, int | None]] = {}
    for source in sources():
        for form in read(source):
            assert isinstance(form, ListForm)
            head, name, *rest = form.items
            if head == Symbol("ns", form.span):
                continue
            assert head == Symbol("defn", form.span)
            assert isinstance(name, Symbol)
            params = next((item for item in rest if isinstance(item, VectorForm)), None)
            names = [] if params is None else [p.name for p in params.items]  # type: ignore[union-attr]
            if params is None or "&" in names:
                written[name.name] = (max(0, len(names) - 2), None)
            else:
                written[name.name] = (len(names), len(names))
    assert found == written
