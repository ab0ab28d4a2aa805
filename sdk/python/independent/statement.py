"""From an envelope's bytes to a statement whose signatures hold, or to the code of the rule that it breaks.

Decides what can be decided from the bytes alone, in this order: grammar, signatures' form, members, version,
id, type, body, place of an opening statement, keys and signatures. Whether a key counts for its issuer is
told by `streams`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import canonical
import ed25519
import p256
import forms
from envelope import Signature, open_envelope, read_signatures
from refusal import Refused
from schema import Fault, Schemas

SCHEMAS = Path(__file__).resolve().parents[3] / "spec" / "schemas"
HOPS_MAX = 8

# The types of statements, by the kind of stream that has them.
TYPES: dict[str, tuple[str, ...]] = {
    "org": (
        "org.register",
        "org.key.add",
        "org.key.rotate",
        "org.key.revoke",
        "org.policy.set",
        "org.verify",
        "org.check",
        "org.schema.register",
    ),
    "agent": (
        "agent.register",
        "agent.card.set",
        "agent.card.check",
        "agent.key.add",
        "agent.key.rotate",
        "agent.key.revoke",
        "agent.keypackage.publish",
        "agent.retire",
        "agent.endorse",
        "agent.endorse.withdraw",
        "agent.rate",
    ),
    "consent": (
        "consent.request",
        "consent.grant",
        "consent.narrow",
        "consent.revoke",
        "consent.acknowledge",
    ),
    "account": (
        "account.open",
        "account.deposit",
        "account.credit",
        "account.refuse",
        "account.withdraw",
        "account.paid",
        "account.returned",
    ),
    "dispute": (
        "dispute.file",
        "dispute.respond",
        "dispute.evidence",
        "dispute.settle",
        "dispute.rule",
        "dispute.convene",
        "dispute.draw",
        "dispute.seat",
        "dispute.commit",
        "dispute.vote",
        "dispute.appeal",
        "dispute.close",
    ),
    "session": (
        "PROPOSE",
        "COUNTER",
        "ACCEPT",
        "REJECT",
        "INFORM",
        "QUERY",
        "CLARIFY",
        "COMMIT",
        "DELEGATE",
        "ESCALATE",
        "WITHDRAW",
        "OBSERVE",
        "CLOSE",
    ),
}
# The kinds of stream whose name is the hash of the statement that opens them.
NAMED_BY_HASH = ("consent", "session", "dispute")


@dataclass(frozen=True)
class Statement:
    """A statement that has been read; whether its signatures hold is told by `check_signatures`."""

    value: dict[str, Any]
    data: bytes
    hash: bytes
    signatures: tuple[Signature, ...]
    stream: str
    opens: bool

    @property
    def type(self) -> str:
        """The performative, or the statement's kind elsewhere."""
        return str(self.value["type"])

    @property
    def stream_kind(self) -> str:
        """`org`, `agent`, `consent`, `session`, `account` or `dispute`."""
        return self.stream.partition(":")[0]

    @property
    def issuer(self) -> str:
        """Who says it."""
        return str(self.value["issuer"])

    @property
    def body(self) -> Any:
        """What it says."""
        return self.value["body"]

    @property
    def signatures_hash(self) -> bytes:
        """The hash of the set of signatures, which the log's leaf binds."""
        parts = [part for signature in self.signatures for part in (signature.key, signature.value)]
        return forms.sha256(b"asp/1.0/signatures\n", *parts)

    def signed_by(self, key: bytes) -> bool:
        """Whether the key signed."""
        return any(signature.key == key for signature in self.signatures)


def judge(data: bytes) -> Statement:
    """The statement of an envelope, its signatures verified. Raises `Refused` by the first rule broken."""
    envelope = open_envelope(data)
    value = canonical.scan(envelope.statement)
    statement = read(value, envelope.statement, read_signatures(envelope.signatures_text))
    check_signatures(statement)
    return statement


def signing_input(kind: str, data: bytes) -> bytes:
    """What is hashed and signed: a tag with the type, a newline, the canonical bytes."""
    return b"asp/1.0/" + kind.encode("utf-8") + b"\n" + data


def read(value: dict[str, Any], data: bytes, signatures: Sequence[Signature]) -> Statement:
    """A statement from its canonical bytes and their value. Raises `Refused`."""
    # Which type belongs to which stream, what its body is and where a seal may stand have codes of their own: see below.
    fault = schemas().check("statement.json", value, without=("oneOf", "dependentSchemas"))
    if fault is not None:
        raise _field_refused(fault, value)
    kind, name = value["stream"].split(":", 1)
    if value["type"] not in TYPES[kind]:
        raise Refused("UNKNOWN_TYPE", "/type")
    if "seal" in value and (kind != "session" or name == "" or value["sequence"] == 0):
        raise Refused("INVALID_FIELD", "/seal", "ASP-SEA-001")
    fault = schemas().check(f"bodies/{value['type']}.json", value["body"])
    if fault is not None:
        raise Refused("INVALID_BODY", "/body" + fault.pointer)
    digest = forms.sha256(signing_input(value["type"], data))
    is_bare = name == ""
    opens = is_bare or (value["sequence"] == 0 and kind not in NAMED_BY_HASH)
    # Sessions, consents and disputes are named by the hash of what opens them, so that statement cannot carry the name.
    if opens != (value["sequence"] == 0):
        raise Refused("INVALID_FIELD", "/stream", "ASP-STM-005")
    stream = kind + ":" + digest.hex() if is_bare else value["stream"]
    return Statement(value, data, digest, tuple(signatures), stream, opens)


def _field_refused(fault: Fault, value: dict[str, Any]) -> Refused:
    """Two members have codes of their own for a text that is not known, a seal has a rule; a body is not of its form."""
    if fault.pointer.startswith("/seal"):
        return Refused("INVALID_FIELD", fault.pointer, "ASP-SEA-001")
    if fault.pointer == "/body":
        return Refused("INVALID_BODY", "/body")
    if fault.pointer == "/asp" and isinstance(value["asp"], str):
        return Refused("UNSUPPORTED_VERSION", "/asp")
    if fault.pointer == "/type" and isinstance(value["type"], str):
        return Refused("UNKNOWN_TYPE", "/type")
    return Refused("INVALID_FIELD", fault.pointer)


def check_signatures(statement: Statement) -> None:
    """Every signature holds strictly under the key that it names. Raises `Refused`."""
    message = signing_input(statement.type, statement.data)
    for signature in statement.signatures:
        try:
            scheme = ed25519 if len(signature.key) == 32 else p256
            holds = scheme.verify(signature.key, message, signature.value)
        except ed25519.NoKey as fault:
            raise Refused(fault.code, "/signatures") from None
        if not holds:
            raise Refused("INVALID_SIGNATURE", "/signatures")


@lru_cache(maxsize=1)
def schemas() -> Schemas:
    """The schemas of statements and bodies, the only copy of which members there are."""
    return Schemas(SCHEMAS)
