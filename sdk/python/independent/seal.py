"""What is sealed in a session: the outline that everybody sees of a body, and what binds the two.

Nothing here encrypts. A member of the group finds padded bytes in a seal; `read` tells whether they are what was
signed. Which bodies there are is said by the schemas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import canonical
import forms
import statement as statements
from refusal import Refused
from statement import Statement

# The sizes to which a text is padded.
SIZES = (256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 45_056)
LENGTH_BYTES = 4
MODES = ("hybrid", "sealed")

# Lists whose order says nothing: sealed, they have one.
SETS = ("answers", "awaits", "consents", "performatives", "rungs")
# Members that are no form of the protocol's.
FREE = ("data", "result", "terms")

BLANK = {"method": "acknowledgement"}
NOTHING = {"amount": "0", "currency": "XXX"}
# What stands in place of each member that is words, and which members are left out, by type and kind.
WORDS = ("reason", "text", "question")
LEFT_OUT = ("data", "instructions", "reasoning")
# Bodies that tell nothing that is hidden: hashes, names and numbers by which the node keeps order.
SHOWN = {
    ("PROPOSE", "session-invitation"),
    ("PROPOSE", "admission"),
    ("COUNTER", "conditions"),
    ("ACCEPT", "introduction"),
    ("ACCEPT", "acceptance"),
    ("ACCEPT", "admission"),
    ("COMMIT", None),
    ("DELEGATE", None),
    ("WITHDRAW", "timeout"),
    ("CLOSE", "timeout"),
    ("INFORM", "acknowledgement"),
    ("INFORM", "usage"),
    ("INFORM", "group"),
    ("INFORM", "unreadable"),
    ("INFORM", "breach"),
    ("INFORM", "silence"),
    ("INFORM", "award"),
}


@dataclass(frozen=True)
class Opened:
    """What a member of the group finds in a seal."""

    body: dict[str, Any]
    salt: bytes


def read(statement: Statement, padded: bytes, mode: str) -> Opened:
    """What was sealed, if it is what the statement was signed over (ASP-SEA-008 to 010). Raises `Refused`."""
    opened = unpack(statement.type, padded)
    seal = statement.value.get("seal", {})
    if seal.get("commitment") != forms.write_hash(commitment(opened.body, opened.salt)):
        raise Refused("COMMITMENT_MISMATCH", "/seal/commitment")
    told = all("salt" in package and "hidden" not in package for package in packages(opened.body))
    if not told or in_order(outline(statement.type, opened.body, mode)) != in_order(statement.body):
        raise Refused("OUTLINE_MISMATCH", "/body")
    return opened


def unpack(kind: str, padded: bytes) -> Opened:
    """Body and salt of padded bytes (ASP-SEA-008). Raises `Refused`."""
    text = unpad(padded)
    if text is None:
        raise Refused("CONTENT_INVALID", "/seal/content")
    try:
        value = canonical.scan(text)
    except Refused:
        raise Refused("CONTENT_INVALID", "/seal/content") from None
    salt = value.get("salt")
    if value.keys() != {"body", "salt"} or not isinstance(salt, str) or not _is_salt(salt):
        raise Refused("CONTENT_INVALID", "/seal/content")
    body = value["body"]
    fault = statements.schemas().check(f"bodies/{kind}.json", body)
    if fault is not None:
        raise Refused("INVALID_BODY", "/body" + fault.pointer)
    if in_order(body) != body:
        raise Refused("CONTENT_INVALID", "/seal/content")
    return Opened(body, bytes.fromhex(salt))


def _is_salt(text: str) -> bool:
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def pack(opened: Opened) -> bytes:
    """The padded bytes of body and salt."""
    text = canonical.encode({"body": opened.body, "salt": opened.salt.hex()})
    size = size_of(text)
    if size is None:
        raise Refused("STATEMENT_TOO_LARGE", "/body", "ASP-SEA-008")
    return (len(text).to_bytes(LENGTH_BYTES, "big") + text).ljust(size, b"\0")


def size_of(text: bytes) -> int | None:
    """The least size that holds a text behind its length, if there is one."""
    return next((size for size in SIZES if LENGTH_BYTES + len(text) <= size), None)


def unpad(padded: bytes) -> bytes | None:
    """The text of padded bytes: behind its length, before zeros, in the least size."""
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    text, rest = padded[LENGTH_BYTES : LENGTH_BYTES + length], padded[LENGTH_BYTES + length :]
    fits = len(padded) >= LENGTH_BYTES and len(text) == length and not any(rest)
    return text if fits and size_of(text) == len(padded) else None


def commitment(body: dict[str, Any], salt: bytes) -> bytes:
    """What the signed statement says of a sealed body."""
    return forms.sha256(b"asp/1.0/sealed-body\n", salt, canonical.encode(body))


def place(session: str, sequence: int, previous: str) -> bytes:
    """What content authenticates beside itself: the session, the sequence, the statement before."""
    return f"asp/1.0/seal\n{session}\n{sequence}\n{previous}".encode()


def place_of(statement: Statement) -> bytes:
    """The place of a statement that has a seal."""
    session = "sha256:" + statement.stream.partition(":")[2]
    return place(session, statement.value["sequence"], statement.value["previousHash"])


def package_hash(package: bytes) -> bytes:
    """The hash of a key package, by which a group statement names it."""
    return forms.sha256(b"asp/1.0/key-package\n", package)


def terms_hash(package: dict[str, Any]) -> str:
    """The hash that an acceptance repeats; of hidden terms what stands for them."""
    if "hidden" in package:
        return str(package["hidden"])
    return forms.write_hash(forms.sha256(b"asp/1.0/terms\n", canonical.encode(package)))


def packages(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The packages that a body offers."""
    return body.get("packages", []) + ([body["package"]] if "package" in body else [])


def outline(kind: str, body: dict[str, Any], mode: str) -> dict[str, Any]:
    """The body without what is secret in a mode."""
    if mode == "open" or (kind, body.get("kind")) in SHOWN:
        return body
    if (kind, body.get("kind")) == ("INFORM", "file"):
        # That it is about a file is for those to know who can open it.
        return {"kind": "note", "text": ""}
    seen = {name: value for name, value in body.items() if name not in LEFT_OUT}
    seen |= {name: "" for name in WORDS if name in seen}
    if "packages" in seen:
        seen["packages"] = [_package(package, mode) for package in seen["packages"]]
    if "package" in seen:
        seen["package"] = _package(seen["package"], mode)
    if "evidence" in seen:
        seen["evidence"] = _evidence(seen["evidence"], mode)
    return seen


def _evidence(evidence: dict[str, Any], mode: str) -> dict[str, Any]:
    shown = mode == "hybrid" and evidence["method"] in ("digest", "attestation")
    return evidence if shown else BLANK | {"text": ""}


def _package(package: dict[str, Any], mode: str) -> dict[str, Any]:
    kept = ("disputes", "holds") if mode == "hybrid" else ("disputes",)
    seen = {name: package[name] for name in kept if name in package}
    obligations = [_obligation(owed, mode) for owed in package["obligations"]]
    return seen | {"hidden": terms_hash(package), "obligations": obligations, "terms": {}}


def _obligation(owed: dict[str, Any], mode: str) -> dict[str, Any]:
    if mode == "sealed":
        kept = ("acknowledgeMs", "creditor", "debtor", "id")
        seen = {name: owed[name] for name in kept if name in owed}
        return seen | {"due": {"withheld": True}, "shownBy": BLANK, "value": NOTHING, "what": ""}
    seen = {name: value for name, value in owed.items() if name != "quantity"}
    seen |= {"shownBy": _showing(owed["shownBy"]), "what": ""}
    if "stages" in owed:
        seen["stages"] = [_stage(stage) for stage in owed["stages"]]
    return seen


def _stage(stage: dict[str, Any]) -> dict[str, Any]:
    shown = {"shownBy": _showing(stage["shownBy"])} if "shownBy" in stage else {}
    return stage | shown | {"what": ""}


def _showing(showing: dict[str, Any]) -> dict[str, Any]:
    return BLANK if showing["method"] == "schema" else showing


def in_order(value: Any, name: str = "") -> Any:
    """A value whose lists that are sets stand in their one order: performatives as the protocol lists them."""
    if isinstance(value, dict):
        return {key: item if key in FREE else in_order(item, key) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if name in ("answers", "performatives"):
        return sorted(value, key=statements.TYPES["session"].index)
    return sorted(value) if name in SETS else [in_order(item) for item in value]
