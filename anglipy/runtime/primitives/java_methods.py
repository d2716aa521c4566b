"""Methods of Java's strings, collections, numbers and files: `(.indexOf s "x")`.

On what comes from Python, the method that Python has by that name is called, or the attribute read.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any

from anglipy.atoms import Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import element_at, get, sequence, values_of
from anglipy.runtime.classes import JavaClass, class_of_value
from anglipy.runtime.equality import MapLike, SetLike, elements, equal, stable_hash
from anglipy.runtime.exceptions import data_of, message_of
from anglipy.runtime.foreign import is_array, plain
from anglipy.runtime.numbers import is_number, to_double
from anglipy.runtime.ordering import compare
from anglipy.runtime.primitives import strings
from anglipy.runtime.primitives.checks import index
from anglipy.runtime.primitives.files import File, Reader, Writer
from anglipy.runtime.primitives.java_classes import Random
from anglipy.runtime.primitives.java_digests import MessageDigest
from anglipy.runtime.primitives.java_statics import integer_text
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.printing import describe, to_str
from anglipy.runtime.protocols import is_of_type
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector

__all__ = ["call_method"]

Method = Callable[..., Any]


def _index_of(string: str, part: Any, start: Any = 0) -> int:
    wanted = chr(part) if isinstance(part, int) else to_str(part)
    return string.find(wanted, index(start, ".indexOf"))


def _substring(string: str, start: Any, end: Any = None) -> str:
    return strings.subs(string, start, end)


def _char_at(string: str, place: Any) -> Char:
    at = index(place, ".charAt")
    if not 0 <= at < len(string):
        raise ProgramError("AQ441", f".charAt: {at} is out of range for a string of {len(string)}")
    return Char(string[at])


def _split(string: str, pattern: Any, limit: Any = 0) -> Vector:
    return strings.split(string, re.compile(to_str(pattern)), limit)


def _replace_all(string: str, pattern: Any, replacement: Any) -> str:
    changed: str = strings.replace_all(string, re.compile(to_str(pattern)), to_str(replacement))
    return changed


def _compared(a: Any, b: Any) -> int:
    return compare(a, b)


_STRING: dict[str, Method] = {
    "length": len,
    "indexOf": _index_of,
    "lastIndexOf": lambda s, part: s.rfind(to_str(part)),
    "substring": _substring,
    "subSequence": _substring,
    "charAt": _char_at,
    "split": _split,
    "toUpperCase": str.upper,
    "toLowerCase": str.lower,
    "contains": lambda s, part: to_str(part) in s,
    "startsWith": lambda s, part: s.startswith(part),
    "endsWith": lambda s, part: s.endswith(part),
    "trim": str.strip,
    "strip": str.strip,
    "replace": lambda s, a, b: s.replace(to_str(a), to_str(b)),
    "replaceAll": _replace_all,
    "replaceFirst": lambda s, a, b: strings.replace_first(s, re.compile(to_str(a)), to_str(b)),
    "concat": lambda s, other: s + other,
    "repeat": lambda s, n: s * index(n, ".repeat"),
    "isEmpty": lambda s: not s,
    "isBlank": lambda s: not s.strip(),
    "equalsIgnoreCase": lambda s, other: s.lower() == str(other).lower(),
    "matches": lambda s, pattern: re.fullmatch(to_str(pattern), s) is not None,
    "toCharArray": lambda s: Vector(map(Char, s)),
    "getBytes": lambda s, *encoding: Vector(s.encode()),
    "codePointAt": lambda s, place: ord(_char_at(s, place).value),
    "compareTo": _compared,
}


def _position(collection: Any, wanted: Any) -> int:
    places = (i for i, v in enumerate(values_of(collection, ".indexOf")) if equal(v, wanted))
    return next(places, -1)


def _last_position(collection: Any, wanted: Any) -> int:
    values = values_of(collection, ".lastIndexOf")
    return max((i for i, value in enumerate(values) if equal(value, wanted)), default=-1)


def _nth(collection: Any, place: Any) -> Any:
    from anglipy.runtime.primitives.sequences import nth

    return nth(collection, place)


_SEQUENTIAL: dict[str, Method] = {
    "indexOf": _position,
    "lastIndexOf": _last_position,
    "size": lambda c: len(c),
    "count": lambda c: len(c),
    "length": lambda c: len(c),
    "isEmpty": lambda c: not len(c),
    "get": _nth,
    "nth": _nth,
    "contains": lambda c, value: _position(c, value) >= 0,
    "first": lambda c: element_at(c, 0) if len(c) else None,
    "getKey": lambda c: element_at(c, 0),
    "getValue": lambda c: element_at(c, 1),
    "subList": lambda c, a, b: Vector(list(c)[index(a, ".subList") : index(b, ".subList")]),
    "toArray": lambda c: Vector(c),
    "iterator": lambda c: c,
}
_MAP: dict[str, Method] = {
    "get": get,
    "getOrDefault": get,
    "containsKey": lambda m, key: get(m, key, _MAP) is not _MAP,
    "containsValue": lambda m, value: any(equal(v, value) for _, v in m.items()),
    "keySet": lambda m: sequence([key for key, _ in m.items()]),
    "values": lambda m: sequence([value for _, value in m.items()]),
    "entrySet": lambda m: sequence([Vector(entry) for entry in m.items()]),
    "size": len,
    "count": len,
    "isEmpty": lambda m: not len(m),
}
_SET: dict[str, Method] = {
    "contains": lambda s, value: value in s,
    "size": len,
    "count": len,
    "isEmpty": lambda s: not len(s),
}


def _integral(name: str) -> Method:
    return lambda x: index(x, name)


_NUMBER: dict[str, Method] = {
    **{f"{kind}Value": _integral(f".{kind}Value") for kind in ("int", "long", "short", "byte")},
    "doubleValue": to_double,
    "floatValue": to_double,
    "isNaN": lambda x: x != x,
    "isInfinite": lambda x: abs(x) == float("inf"),
    "compareTo": _compared,
    "abs": abs,
    "toString": lambda x, radix=None: to_str(x) if radix is None else integer_text(x, radix),
    "bitLength": lambda x: int(x).bit_length(),
    "mod": lambda x, y: x % y,
    "modPow": lambda x, y, m: pow(x, y, m),
    "add": lambda x, y: x + y,
    "multiply": lambda x, y: x * y,
}
_CHAR: dict[str, Method] = {"charValue": lambda c: c, "compareTo": _compared}
_FILE: dict[str, Method] = {
    "getName": lambda f: f.path.name,
    "getPath": str,
    "getAbsolutePath": lambda f: str(f.path.absolute()),
    "getParent": lambda f: str(f.path.parent),
    "exists": lambda f: f.path.exists(),
    "isFile": lambda f: f.path.is_file(),
    "isDirectory": lambda f: f.path.is_dir(),
    "length": lambda f: f.path.stat().st_size if f.path.exists() else 0,
    "listFiles": lambda f: Vector([File(str(p)) for p in sorted(f.path.iterdir())]),
    "mkdir": lambda f: f.path.mkdir(exist_ok=True) is None,
    "mkdirs": lambda f: f.path.mkdir(parents=True, exist_ok=True) is None,
    "delete": lambda f: f.path.unlink(missing_ok=True) is None,
}
_READER: dict[str, Method] = {
    "readLine": lambda r: next(r.lines(), None),
    "close": lambda r: r.close(),
}
_WRITER: dict[str, Method] = {
    "write": lambda w, content: w.stream.write(to_str(content)) and None,
    "append": lambda w, content: w.stream.write(to_str(content)) and None,
    "print": lambda w, content: w.stream.write(to_str(content)) and None,
    "println": lambda w, content="": w.stream.write(f"{to_str(content)}\n") and None,
    "newLine": lambda w: w.stream.write("\n") and None,
    "flush": lambda w: w.stream.flush(),
    "close": lambda w: w.close(),
}
_RANDOM: dict[str, Method] = {
    "nextDouble": Random.next_double,
    "nextFloat": Random.next_double,
    "nextInt": Random.next_int,
    "nextLong": Random.next_long,
    "nextBoolean": Random.next_boolean,
    "nextGaussian": Random.next_gaussian,
    "setSeed": Random.set_seed,
}
_DIGEST: dict[str, Method] = {
    "update": MessageDigest.update,
    "digest": MessageDigest.digest,
    "reset": MessageDigest.reset,
    "getDigestLength": MessageDigest.length,
    "getAlgorithm": lambda d: d.algorithm,
}
_EXCEPTION: dict[str, Method] = {
    "getMessage": message_of,
    "getLocalizedMessage": message_of,
    "getCause": lambda e: getattr(e, "cause", None),
    "getData": data_of,
    "printStackTrace": lambda e: None,
    "getStackTrace": lambda e: Vector(),
}
_CLASS: dict[str, Method] = {
    "getName": lambda c: c.name,
    "getSimpleName": lambda c: c.short,
    "isInstance": lambda c, value: is_of_type(c.short, value),
}
_ANY: dict[str, Method] = {
    "toString": to_str,
    "equals": equal,
    "hashCode": stable_hash,
    "deref": lambda reference: reference.deref(),
    "getClass": class_of_value,
}


_KINDS: tuple[tuple[Callable[[Any], bool], dict[str, Method]], ...] = (
    (lambda v: isinstance(v, str), _STRING),
    (is_number, _NUMBER),
    (lambda v: isinstance(v, Char), _CHAR),
    (lambda v: isinstance(v, (MapLike, dict)), _MAP),
    (lambda v: isinstance(v, (SetLike, set, frozenset)), _SET),
    (lambda v: elements(v) is not None and not is_array(v), _SEQUENTIAL),
    (lambda v: isinstance(v, File), _FILE),
    (lambda v: isinstance(v, Reader), _READER),
    (lambda v: isinstance(v, Writer), _WRITER),
    (lambda v: isinstance(v, Random), _RANDOM),
    (lambda v: isinstance(v, MessageDigest), _DIGEST),
    (lambda v: isinstance(v, BaseException), _EXCEPTION),
    (lambda v: isinstance(v, JavaClass), _CLASS),
)


def _methods_of(value: Any) -> dict[str, Method] | None:
    """The methods of a value of the language; None for an object of Python."""
    return next((table for test, table in _KINDS if test(value)), None)


@primitive("call-method", arity=(2, None), pure=False)
def call_method(name: str, target: Any, *arguments: Any) -> Any:
    """`(.name target arguments...)`: a method, or an attribute of an object of Python."""
    table = _methods_of(target)
    found = (table or {}).get(name) or _ANY.get(name)
    own = name.replace("-", "_")
    if table is None and hasattr(target, own):
        attribute = getattr(target, own)
        return plain(attribute(*arguments) if callable(attribute) else attribute)
    if found is None and isinstance(target, MapLike):
        return target.lookup(Keyword(name))
    if found is None:
        raise _unknown(name, target, table)
    try:
        return found(target, *arguments)
    except TypeError as error:
        raise ProgramError("AQ440", f".{name}: wrong arguments for {describe(target)}") from error


def _unknown(name: str, target: Any, table: dict[str, Method] | None) -> ProgramError:
    near = difflib.get_close_matches(name, [*(table or {}), *_ANY], n=1)
    hint = f"did you mean `.{near[0]}`?" if near else None
    return ProgramError("AQ416", f"there is no method `.{name}` for {describe(target)}", help=hint)
