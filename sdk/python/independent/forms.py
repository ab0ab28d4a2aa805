"""Texts with one spelling: hashes, instants, keys, signatures. Each reader gives what is meant, or None.

What stands in statements is bounded by spec/schemas; here is what stands in receipts besides.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import datetime, timezone

HASH = re.compile(r"sha256:([0-9a-f]{64})")
INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}")
ORIGIN = re.compile(r"[a-z0-9][a-z0-9._:/-]{0,199}")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = rf"(?=.{{1,245}}\Z){LABEL}(?:\.{LABEL})+"
AGENT = rf"(?=.{{1,255}}\Z)agent://{LABEL}(?:\.{LABEL})+(?:/[a-z0-9][a-z0-9._-]{{0,63}}){{1,8}}"
STREAM = re.compile(rf"(?:org|account):{DOMAIN}|agent:{AGENT}|(?:consent|session|dispute):[0-9a-f]{{64}}")
KEY = re.compile(r"did:key:z([1-9A-HJ-NP-Za-km-z]{1,49})")
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# The multicodec prefixes of public keys by the number of their bytes: Ed25519 and compressed points of P-256.
PREFIXES = {32: b"\xed\x01", 33: b"\x80\x24"}
ALGORITHMS = {32: "Ed25519", 33: "ES256"}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def sha256(*parts: bytes) -> bytes:
    """SHA-256 over the parts one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def write_hash(digest: bytes) -> str:
    """A hash as statements spell it."""
    return "sha256:" + digest.hex()


def read_hash(text: object) -> bytes | None:
    """The 32 bytes of `sha256:` and 64 lower-case digits."""
    found = HASH.fullmatch(text) if isinstance(text, str) else None
    return bytes.fromhex(found.group(1)) if found else None


def read_instant(text: object) -> int | None:
    """Milliseconds since 1970 of an instant such as `2026-11-23T15:55:12.000Z`, up to the year 9998."""
    found = INSTANT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second, millis = map(int, found.groups())
    if not 1970 <= year <= 9998:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    span = moment - EPOCH
    return (span.days * 86_400 + span.seconds) * 1000 + millis


def read_key(text: object) -> bytes | None:
    """The bytes that a `did:key` names, 32 of Ed25519 or 33 of P-256; whether they are a key is another matter."""
    found = KEY.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    number = 0
    for digit in found.group(1):
        number = number * 58 + BASE58.index(digit)
    data = number.to_bytes(max(3, (number.bit_length() + 7) // 8), "big")
    key = data[2:]
    # A leading 1 is a zero byte more, which the number does not show: it has to be written the same.
    return key if data[:2] == PREFIXES.get(len(key)) and write_key(key) == text else None


def write_key(key: bytes) -> str:
    """The `did:key` of 32 or 33 bytes."""
    number = int.from_bytes(PREFIXES[len(key)] + key, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58[digit] + digits
    return "did:key:z" + digits


def read_signature(text: object) -> bytes | None:
    """The 64 bytes of a signature in base64url without padding."""
    if not isinstance(text, str) or SIGNATURE.fullmatch(text) is None:
        return None
    data = base64.urlsafe_b64decode(text + "==")
    # The last letter has four bits that no byte takes: all but zeros would be a second spelling.
    return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else None


def read_base64url(text: str) -> bytes | None:
    """The bytes of base64url without padding, in the one spelling."""
    return read_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def read_base64(text: str) -> bytes | None:
    """The bytes of standard base64 with padding, in the one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
