"""Strict I-JSON on bytes: the canonical form of RFC 8785, narrowed to what statements may have.

Integers of +-(2^53-1) are the only numbers and U+0000 stands in no string. One reader takes any JSON, notes
what is wrong with it and where, and picks the most telling code. It knows no member of a statement.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from refusal import Refused, token

INTEGER_MAX = 2**53 - 1
LEVELS_MAX = 64
POINTER_MAX = 4096

# What is noted while reading goes on, the least severe first. Everything else stops the reader.
SEVERITY = (
    "NOT_CANONICAL",
    "INVALID_ENVELOPE",
    "NUMBER_OUT_OF_RANGE",
    "NOT_AN_INTEGER",
    "DUPLICATE_NAME",
    "LONE_SURROGATE",
    "NUL_CHARACTER",
)

SPACE = re.compile(r"[ \t\n\r]*")
NUMBER_RUN = re.compile(r"[0-9.eE+\-]+")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
STRING = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
ESCAPE = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))')
# The only escapes of canonical form: the two that need one, five short ones, other controls in lower case.
CANONICAL_ESCAPE = re.compile(r'\\(?:["\\bfnrt]|u00(?:0[1-7be-f]|1[0-9a-f]))')
SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Bounds:
    """How much of everything the bytes may have."""

    size: int
    depth: int
    nodes: int
    string_bytes: int


STATEMENT = Bounds(size=262_144, depth=32, nodes=4_096, string_bytes=65_536)
BUNDLE = Bounds(size=16_777_216, depth=35, nodes=8_388_608, string_bytes=65_536)


def scan(data: bytes, bounds: Bounds = STATEMENT) -> Any:
    """The object that `data` is, if it is one in canonical form and within bounds.

    Raises `Refused` with the most telling code: size and UTF-8 first, then what stops a reader, then the
    worst of what makes a value unusable; `NOT_CANONICAL` only where nothing worse is found.
    """
    if len(data) > bounds.size:
        raise Refused("STATEMENT_TOO_LARGE")
    try:
        return _Reader(data.decode("utf-8"), bounds).document()
    except UnicodeDecodeError as error:
        reader = _Reader(data[: error.start].decode("utf-8"), bounds)
        # It stops for want of the rest at the latest; that place is the best that can be named.
        with suppress(Refused):
            reader.document()
        raise Refused("INVALID_UTF8", reader.pointer()) from None


def encode(value: Any) -> bytes:
    """The canonical form of a value without floats. Names are ordered by their UTF-16 code units."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: utf16(member[0]))
        return b"{" + b",".join(encode(name) + b":" + encode(item) for name, item in members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(encode(item) for item in value) + b"]"
    if isinstance(value, float):
        raise TypeError("a float has no place in a statement")
    # For texts, integers, true, false and null the standard library writes what RFC 8785 asks for.
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def utf16(text: str) -> bytes:
    """A key that orders texts by UTF-16 code units (RFC 8785, 3.2.3)."""
    return text.encode("utf-16-be", "surrogatepass")


class _Reader:
    """A reader of any JSON; it raises at what is not JSON and at a bound, everything else it notes."""

    def __init__(self, text: str, bounds: Bounds) -> None:
        self.text = text
        self.at = 0
        self.bounds = bounds
        self.nodes_left = bounds.nodes
        self.path: list[str | int] = []
        self.worst: tuple[int, str, str] | None = None

    def document(self) -> Any:
        self.space()
        if not self.text.startswith("{", self.at):
            self.note("INVALID_ENVELOPE")
        value = self.value(min(self.bounds.depth, LEVELS_MAX))
        self.space()
        if self.at < len(self.text):
            raise self.unexpected()
        if self.worst is not None:
            _, code, pointer = self.worst
            raise Refused(code, pointer)
        return value

    def pointer(self) -> str:
        pointer = ""
        for step in self.path:
            part = token(step)
            # A hostile name must not make the answer as large as the request.
            if len(pointer.encode("utf-8", "replace")) + len(part.encode("utf-8", "replace")) > POINTER_MAX:
                break
            pointer += part
        return pointer

    def note(self, code: str) -> None:
        severity = SEVERITY.index(code)
        if self.worst is None or severity > self.worst[0]:
            self.worst = (severity, code, self.pointer())

    def stop(self, code: str) -> Refused:
        return Refused(code, self.pointer())

    def unexpected(self) -> Refused:
        return self.stop("NUL_CHARACTER" if self.text.startswith("\0", self.at) else "NOT_JSON")

    def space(self) -> None:
        end = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        if end > self.at:
            self.note("NOT_CANONICAL")
            self.at = end

    def take(self, word: str) -> bool:
        found = self.text.startswith(word, self.at)
        self.at += len(word) if found else 0
        return found

    def value(self, levels_left: int) -> Any:
        self.space()
        if self.nodes_left == 0:
            raise self.stop("TOO_MANY_NODES")
        self.nodes_left -= 1
        first = self.text[self.at : self.at + 1]
        if first == "{" or first == "[":
            if levels_left == 0:
                raise self.stop("TOO_DEEP")
            self.at += 1
            return self.object(levels_left - 1) if first == "{" else self.array(levels_left - 1)
        if first == '"':
            return self.string()
        if first and first in "-0123456789":
            return self.number()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.take(word):
                return value
        raise self.unexpected()

    def object(self, levels_left: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self.space()
        if self.take("}"):
            return members
        previous: bytes | None = None
        while True:
            self.space()
            name = self.string()
            self.path.append(name)
            if name in members:
                self.note("DUPLICATE_NAME")
            rank = utf16(name)
            if previous is not None and previous >= rank:
                self.note("NOT_CANONICAL")
            previous = rank
            self.space()
            if not self.take(":"):
                raise self.unexpected()
            members[name] = self.value(levels_left)
            self.path.pop()
            self.space()
            if self.take("}"):
                return members
            if not self.take(","):
                raise self.unexpected()

    def array(self, levels_left: int) -> list[Any]:
        items: list[Any] = []
        self.space()
        if self.take("]"):
            return items
        while True:
            self.path.append(len(items))
            items.append(self.value(levels_left))
            self.path.pop()
            self.space()
            if self.take("]"):
                return items
            if not self.take(","):
                raise self.unexpected()

    def number(self) -> int:
        run = NUMBER_RUN.match(self.text, self.at).group()  # type: ignore[union-attr]
        number = NUMBER.fullmatch(run)
        if number is None:
            raise self.stop("NOT_JSON")
        self.at += len(run)
        if number.group(1) or run == "-0":
            self.note("NOT_AN_INTEGER")
            return 0
        # Seventeen characters cannot be within range; how long a text `int` reads is bounded.
        if len(run) > 17 or abs(int(run)) > INTEGER_MAX:
            self.note("NUMBER_OUT_OF_RANGE")
            return 0
        return int(run)

    def string(self) -> str:
        if not self.text.startswith('"', self.at):
            raise self.unexpected()
        written = STRING.match(self.text, self.at + 1).group()  # type: ignore[union-attr]
        end = self.at + 1 + len(written)
        closed = self.text.startswith('"', end)
        # A text that ends in a backslash has no end of its string; the backslash belongs to what was written.
        written = written if closed else self.text[self.at + 1 :]
        if len(written.encode("utf-8")) > self.bounds.string_bytes:
            raise self.stop("STRING_TOO_LONG")
        text = self.unescape(written)
        if not closed:
            raise self.stop("NOT_JSON")
        self.at = end + 1
        return text

    def unescape(self, written: str) -> str:
        parts: list[str] = []
        at = 0
        while at < len(written):
            character = written[at]
            if character == "\\":
                at, character = self.escape(written, at)
            elif character < " ":
                raise self.stop("NUL_CHARACTER" if character == "\0" else "NOT_JSON")
            else:
                at += 1
            parts.append(character)
        return "".join(parts)

    def escape(self, written: str, at: int) -> tuple[int, str]:
        """The place behind an escape, and its character; half a surrogate pair becomes U+FFFD."""
        if CANONICAL_ESCAPE.match(written, at) is None:
            self.note("NOT_CANONICAL")
        escape = ESCAPE.match(written, at)
        if escape is None:
            raise self.stop("NOT_JSON")
        short, digits = escape.groups()
        if short is not None:
            return escape.end(), SHORT.get(short, short)
        unit = int(digits, 16)
        if unit == 0:
            self.note("NUL_CHARACTER")
        if not 0xD800 <= unit <= 0xDFFF:
            return escape.end(), chr(unit)
        low = ESCAPE.match(written, escape.end())
        if unit <= 0xDBFF and low is not None and low.group(2) is not None:
            second = int(low.group(2), 16)
            if 0xDC00 <= second <= 0xDFFF:
                return low.end(), chr(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00))
        self.note("LONE_SURROGATE")
        return escape.end(), "\ufffd"
