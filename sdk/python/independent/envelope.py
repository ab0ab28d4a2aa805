"""The envelope around a statement: any JSON object with two members; the statement's exact bytes count.

What stands between the members and how names are written does not matter; the envelope is neither signed nor
hashed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import forms
from refusal import Refused

STATEMENT_BYTES_MAX = 262_144
SIGNATURES_TEXT_MAX = 4_096
SIGNATURES_MAX = 4

SPACE = re.compile(r"[ \t\n\r]*")
# A string, a number or a word; nothing of it is interpreted.
SCALAR = re.compile(
    r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9.eE+\-])"
    r"|true|false|null"
)


@dataclass(frozen=True)
class Signature:
    """One signature: the key's bytes, 32 of Ed25519 or 33 of P-256, and the value's 64."""

    key: bytes
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """The exact bytes of the statement, and who signed them."""

    statement: bytes
    signatures_text: str


def open_envelope(data: bytes) -> Envelope:
    """Takes an envelope apart. Raises `Refused` if it is none; the statement itself is not looked at."""
    if len(data) > STATEMENT_BYTES_MAX + SIGNATURES_TEXT_MAX:
        raise Refused("STATEMENT_TOO_LARGE")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("INVALID_UTF8") from None
    members = _members(text)
    return Envelope(members["statement"].encode("utf-8"), members["signatures"])


def _members(text: str) -> dict[str, str]:
    """The texts of the two members. What comes first in the text decides the code."""
    at = _skip_space(text, 0)
    if not text.startswith("{", at):
        _skip_value(text, at)
        raise Refused("INVALID_ENVELOPE")
    members: dict[str, str] = {}
    at = _skip_space(text, at + 1)
    while not text.startswith("}", at):
        if members:
            at = _skip_space(text, _expect(text, at, ","))
        name_end = _skip_name(text, at)
        name = json.loads(text[at:name_end])
        if name not in ("statement", "signatures") or name in members:
            raise Refused("INVALID_ENVELOPE")
        start = _skip_space(text, _expect(text, _skip_space(text, name_end), ":"))
        end = _skip_value(text, start)
        members[name] = text[start:end]
        at = _skip_space(text, end)
    if len(members) != 2:
        raise Refused("INVALID_ENVELOPE")
    if _skip_space(text, at + 1) != len(text):
        raise Refused("NOT_JSON")
    return members


def _skip_space(text: str, at: int) -> int:
    return SPACE.match(text, at).end()  # type: ignore[union-attr]


def _expect(text: str, at: int, sign: str) -> int:
    if not text.startswith(sign, at):
        raise Refused("NOT_JSON")
    return at + 1


def _skip_name(text: str, at: int) -> int:
    if not text.startswith('"', at):
        raise Refused("NOT_JSON")
    return _skip_scalar(text, at)


def _skip_scalar(text: str, at: int) -> int:
    found = SCALAR.match(text, at)
    if found is None:
        raise Refused("NOT_JSON")
    return found.end()


def _skip_value(text: str, at: int) -> int:
    """The end of the JSON value that begins here. Deep nesting costs no recursion."""
    closing: list[str] = []
    while True:
        opened = text[at : at + 1]
        if opened in ("{", "["):
            close = "}" if opened == "{" else "]"
            at = _skip_space(text, at + 1)
            if not text.startswith(close, at):
                closing.append(close)
                at = _skip_member_name(text, at, close)
                continue
            at += 1
        else:
            at = _skip_scalar(text, at)
        while closing:
            at = _skip_space(text, at)
            if text.startswith(closing[-1], at):
                closing.pop()
                at += 1
            else:
                at = _skip_space(text, _expect(text, at, ","))
                at = _skip_member_name(text, at, closing[-1])
                break
        else:
            return at


def _skip_member_name(text: str, at: int, closing: str) -> int:
    """In an object, the place of the value behind the name that begins here."""
    if closing == "]":
        return at
    at = _skip_space(text, _skip_name(text, at))
    return _skip_space(text, _expect(text, at, ":"))


def read_signatures(text: str) -> list[Signature]:
    """One to four signatures, ordered by their keys, no key twice, each of an algorithm that is known."""
    if len(text.encode("utf-8")) > SIGNATURES_TEXT_MAX:
        raise Refused("INVALID_ENVELOPE", "/signatures")
    try:
        value = json.loads(text, object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        raise Refused("INVALID_ENVELOPE", "/signatures") from None
    return signatures_of(value)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice")
    return members


def signatures_of(value: object) -> list[Signature]:
    """The signatures of a value that was read from JSON."""
    malformed = Refused("INVALID_ENVELOPE", "/signatures")
    if not isinstance(value, list):
        raise malformed
    signatures: list[Signature] = []
    for member in value:
        if not isinstance(member, dict) or set(member) != {"alg", "keyId", "value"}:
            raise malformed
        if not all(isinstance(text, str) for text in member.values()):
            raise malformed
        if member["alg"] not in forms.ALGORITHMS.values():
            raise Refused("UNSUPPORTED_ALGORITHM", "/signatures")
        key, signature = forms.read_key(member["keyId"]), forms.read_signature(member["value"])
        if key is None:
            raise Refused("INVALID_KEY", "/signatures")
        if member["alg"] != forms.ALGORITHMS[len(key)]:
            raise Refused("UNSUPPORTED_ALGORITHM", "/signatures")
        if signature is None:
            raise malformed
        signatures.append(Signature(key, signature))
    keys = [(len(signature.key), signature.key) for signature in signatures]
    if not 1 <= len(keys) <= SIGNATURES_MAX or any(one >= other for one, other in zip(keys, keys[1:])):
        raise malformed
    return signatures
