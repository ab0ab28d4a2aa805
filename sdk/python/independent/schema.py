"""The part of JSON Schema 2020-12 that spec/schemas uses; a keyword that is not known here is an error.

`$ref` leads to a definition of the same file or of one beside it; nothing else is ever read. Lengths of texts
count code points, as the standard says. Six keywords are the protocol's own: `x-maxBytes` bounds the UTF-8
of a text, `x-uniqueBy` asks that a member, or one of some, differs between items, `x-sortedBy` that it rises from each item to
the next, `x-atLeastOneOf` that one of some members is there, `x-chunked` that an object names as many `chunks` of
so many bytes as its `size` makes, `x-form` what no pattern can say (a real date, the base58 of a key, a name that
shows all that it holds, a code of the registry). `x-limit` is a remark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import forms
import names
from refusal import token

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) is int,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
}
FORMS: dict[str, Callable[[str], bool]] = {
    "calendar": lambda text: forms.read_instant(text) is not None,
    "did-key": lambda text: forms.read_key(text) is not None,
    "display-name": names.is_display_name,
    "file-name": lambda text: all(map(names.is_shown, text)),
    "code": lambda text: text in _codes(),
}
REMARKS = {"$schema", "$id", "$defs", "$comment", "title", "description", "x-limit"}


@dataclass(frozen=True)
class Fault:
    """The first thing that does not fit: where, and which keyword says so."""

    pointer: str
    keyword: str


class NoSchema(Exception):
    """A schema says something that is not understood here."""


class Schemas:
    """The schemas of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.files: dict[Path, Any] = {}

    def file(self, path: Path) -> Any:
        """A schema file, read once."""
        path = path.resolve()
        if path not in self.files:
            if not path.is_relative_to(self.folder):
                raise NoSchema(f"{path} is outside of {self.folder}")
            self.files[path] = json.loads(path.read_text("utf-8"))
        return self.files[path]

    def check(self, name: str, value: Any, without: Container[str] = ()) -> Fault | None:
        """The first fault of a value under the schema file of this name; none if it fits.

        Keywords of the outermost schema can be left out, for whoever decides by itself what they say.
        """
        path = self.folder / name
        schema = {keyword: asked for keyword, asked in self.file(path).items() if keyword not in without}
        return self._check(schema, path, value, "")

    def _check(self, schema: Any, path: Path, value: Any, pointer: str) -> Fault | None:
        if schema is True:
            return None
        if schema is False:
            return Fault(pointer, "false")
        for keyword, asked in schema.items():
            if keyword in REMARKS:
                continue
            check = CHECKS.get(keyword)
            if check is None:
                raise NoSchema(f"{path.name}: the keyword {keyword!r} is not known here")
            fault = check(Place(self, schema, path, pointer), asked, value)
            if fault is not None:
                return fault
        return None


@dataclass(frozen=True)
class Place:
    """Where a keyword is asked: the schema around it, the file it stands in, the place of the value."""

    schemas: Schemas
    schema: dict[str, Any]
    path: Path
    pointer: str

    def inner(self, schema: Any, value: Any, step: str | int) -> Fault | None:
        """The fault of a value one step further down."""
        return self.schemas._check(schema, self.path, value, self.pointer + token(step))

    def fault(self, keyword: str, fits: bool) -> Fault | None:
        """No fault if it fits."""
        return None if fits else Fault(self.pointer, keyword)


def _type(place: Place, asked: Any, value: Any) -> Fault | None:
    names = [asked] if isinstance(asked, str) else asked
    return place.fault("type", any(TYPES[name](value) for name in names))


def _const(place: Place, asked: Any, value: Any) -> Fault | None:
    return place.fault("const", is_equal(asked, value))


def _enum(place: Place, asked: Any, value: Any) -> Fault | None:
    return place.fault("enum", any(is_equal(item, value) for item in asked))


def _pattern(place: Place, asked: Any, value: Any) -> Fault | None:
    return place.fault("pattern", not isinstance(value, str) or _compiled(asked).search(value) is not None)


def _form(place: Place, asked: Any, value: Any) -> Fault | None:
    reads = FORMS.get(asked)
    if reads is None:
        raise NoSchema(f"{place.path.name}: the form {asked!r} is not known here")
    return place.fault("x-form", not isinstance(value, str) or reads(value))


def _bound(keyword: str, kind: type, measure: Callable[[Any], int], is_least: bool) -> Any:
    def check(place: Place, asked: Any, value: Any) -> Fault | None:
        if not isinstance(value, kind) or isinstance(value, bool):
            return None
        found = measure(value)
        return place.fault(keyword, found >= asked if is_least else found <= asked)

    return check


def _unique_items(place: Place, asked: Any, value: Any) -> Fault | None:
    if not asked or not isinstance(value, list):
        return None
    twice = any(is_equal(one, other) for at, one in enumerate(value) for other in value[:at])
    return place.fault("uniqueItems", not twice)


def _unique_by(place: Place, asked: Any, value: Any) -> Fault | None:
    items = value if isinstance(value, list) else []
    names = [asked] if isinstance(asked, str) else asked
    has_all = (item for item in items if isinstance(item, dict) and all(name in item for name in names))
    members = [[item[name] for name in names] for item in has_all]
    twice = any(is_equal(one, other) for at, one in enumerate(members) for other in members[:at])
    return place.fault("x-uniqueBy", not twice)


def _sorted_by(place: Place, asked: Any, value: Any) -> Fault | None:
    items = value if isinstance(value, list) else []
    members = [item.get(asked, "") for item in items if isinstance(item, dict)]
    # Names are of ASCII: the order of their letters is that of their bytes.
    rises = all(one < other for one, other in zip(members, members[1:]))
    return place.fault("x-sortedBy", rises)


def _dependent(place: Place, asked: Any, value: Any) -> Fault | None:
    """What a member that is there asks of the whole."""
    there = (schema for name, schema in asked.items() if isinstance(value, dict) and name in value)
    faults = (place.schemas._check(schema, place.path, value, place.pointer) for schema in there)
    return next(filter(None, faults), None)


def _chunked(place: Place, asked: Any, value: Any) -> Fault | None:
    members = value if isinstance(value, dict) else {}
    size, chunks = members.get("size"), members.get("chunks")
    known = type(size) is int and isinstance(chunks, list)
    return place.fault("x-chunked", not known or len(chunks) == -(-size // asked))


def _at_least_one_of(place: Place, asked: Any, value: Any) -> Fault | None:
    return place.fault("x-atLeastOneOf", not isinstance(value, dict) or any(name in value for name in asked))


def _items(place: Place, asked: Any, value: Any) -> Fault | None:
    items = value if isinstance(value, list) else []
    return next(filter(None, (place.inner(asked, item, at) for at, item in enumerate(items))), None)


def _properties(place: Place, asked: Any, value: Any) -> Fault | None:
    if not isinstance(value, dict):
        return None
    members = ((name, schema) for name, schema in asked.items() if name in value)
    return next(filter(None, (place.inner(schema, value[name], name) for name, schema in members)), None)


def _required(place: Place, asked: Any, value: Any) -> Fault | None:
    return place.fault("required", not isinstance(value, dict) or all(name in value for name in asked))


def _additional(place: Place, asked: Any, value: Any) -> Fault | None:
    if not isinstance(value, dict):
        return None
    known = place.schema.get("properties", {})
    others = (name for name in value if name not in known)
    for name in others:
        fault = place.inner(asked, value[name], name)
        if fault is not None:
            return fault if asked is not False else Fault(fault.pointer, "additionalProperties")
    return None


def _one_of(place: Place, asked: Any, value: Any) -> Fault | None:
    """Exactly one fits. If none does, the fault is that of the branch which the value says to be."""
    faults = [place.schemas._check(schema, place.path, value, place.pointer) for schema in asked]
    if faults.count(None) == 1:
        return None
    constants = [_constants(place, schema) for schema in asked]
    members = value if isinstance(value, dict) else {}
    meant = [
        fault for fault, branch in zip(faults, constants) if branch and branch.items() <= members.items()
    ]
    if len(meant) == 1 and meant[0] is not None:
        return meant[0]
    # A member that tells all branches apart, such as `kind`, and has a value that none of them has.
    telling = set.intersection(*(set(branch) for branch in constants)) & members.keys()
    pointer = place.pointer + token(telling.pop()) if len(telling) == 1 and not meant else place.pointer
    return Fault(pointer, "oneOf")


def _constants(place: Place, schema: Any) -> dict[str, str]:
    """The members for which a branch asks one text, also by way of a reference."""
    found: dict[str, str] = {}
    if "$ref" in schema:
        found = _constants(*_resolved(place, schema["$ref"]))
    for name, inner in schema.get("properties", {}).items():
        if isinstance(inner.get("const"), str):
            found[name] = inner["const"]
    return found


def _ref(place: Place, asked: Any, value: Any) -> Fault | None:
    place, schema = _resolved(place, asked)
    return place.schemas._check(schema, place.path, value, place.pointer)


def _resolved(place: Place, asked: str) -> tuple[Place, Any]:
    """The schema that a reference leads to, and its place."""
    name, _, fragment = asked.partition("#")
    if ":" in name:
        raise NoSchema(f"{place.path.name}: {asked!r} leads elsewhere")
    path = place.path.parent / name if name else place.path
    schema = place.schemas.file(path)
    for step in fragment.split("/")[1:]:
        schema = schema[step.replace("~1", "/").replace("~0", "~")]
    return Place(place.schemas, schema, path, place.pointer), schema


CHECKS: dict[str, Callable[[Place, Any, Any], Fault | None]] = {
    "$ref": _ref,
    "type": _type,
    "const": _const,
    "enum": _enum,
    "pattern": _pattern,
    "x-form": _form,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "oneOf": _one_of,
    "uniqueItems": _unique_items,
    "x-uniqueBy": _unique_by,
    "x-sortedBy": _sorted_by,
    "x-chunked": _chunked,
    "dependentSchemas": _dependent,
    "x-atLeastOneOf": _at_least_one_of,
    "minItems": _bound("minItems", list, len, True),
    "maxItems": _bound("maxItems", list, len, False),
    "minLength": _bound("minLength", str, len, True),
    "maxLength": _bound("maxLength", str, len, False),
    "x-maxBytes": _bound("x-maxBytes", str, lambda text: len(text.encode("utf-8")), False),
    "minimum": _bound("minimum", int, lambda number: number, True),
    "maximum": _bound("maximum", int, lambda number: number, False),
}


def is_equal(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same; true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_equal(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_equal, one, other))
    return type(one) is type(other) and one == other


@cache
def _codes() -> frozenset[str]:
    """The codes of the registry."""
    registry = Path(__file__).resolve().parents[3] / "spec" / "errors.toml"
    return frozenset(re.findall(r'^code = "([A-Z0-9_]+)"$', registry.read_text("utf-8"), re.MULTILINE))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """ECMA's `$` is the end of the text; Python's also takes a newline before it. Within brackets it is a letter."""
    parts = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$")
    return re.compile(parts.sub(lambda part: r"\Z" if part[0] == "$" else part[0], pattern), re.ASCII)
