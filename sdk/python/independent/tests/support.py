"""What tests need and a verifier does not: signing from fixed seeds, and where the vectors of others are."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import canonical
import ed25519
import forms
import log
from statement import signing_input

ROOT = Path(__file__).resolve().parents[4]


def foreign(name: str) -> Path:
    """A file of the test vectors that others wrote, in `ASSENT_VECTORS` or beside the repository."""
    folder = os.environ.get("ASSENT_VECTORS")
    return (Path(folder) if folder else ROOT.parent / "shared" / "vectors") / name


def times_base(scalar: int) -> bytes:
    """The encoded point that is so many times the base point."""
    return ed25519.encode(ed25519._add_base(ed25519.NEUTRAL, scalar))


class Key:
    """A private key from a seed (RFC 8032, 5.1.5); for tests alone, since nothing here hides the secret."""

    def __init__(self, seed: int) -> None:
        digest = hashlib.sha512(bytes([seed]) * 32).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
        self.prefix = digest[32:]
        self.public = times_base(self.scalar)
        self.id = forms.write_key(self.public)

    def sign(self, message: bytes) -> bytes:
        """The signature (RFC 8032, 5.1.6)."""
        nonce = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % ed25519.ORDER
        commitment = times_base(nonce)
        digest = hashlib.sha512(commitment + self.public + message).digest()
        scalar = (nonce + int.from_bytes(digest, "little") * self.scalar) % ed25519.ORDER
        return commitment + scalar.to_bytes(32, "little")

    def signature(self, message: bytes) -> dict[str, str]:
        """The signature as an envelope or a receipt has it."""
        return {"alg": "Ed25519", "keyId": self.id, "value": base64url(self.sign(message))}


def base64url(data: bytes) -> str:
    """Base64 of URLs without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def registration(key: Key, **changes: Any) -> dict[str, Any]:
    """A statement that registers acme.example, with other members where asked."""
    return {
        "asp": "1.0",
        "audience": "vectors.example",
        "body": {"key": key.id, "name": "Acme"},
        "id": "01a20846-fe00-7707-8707-070707070707",
        "issuedAt": "2026-11-23T12:00:00.000Z",
        "issuer": "acme.example",
        "previousHash": forms.write_hash(forms.sha256(b"org")),
        "sequence": 0,
        "stream": "org:acme.example",
        "type": "org.register",
    } | changes


def envelope(statement: dict[str, Any], *keys: Key) -> bytes:
    """The envelope of a statement signed by these keys."""
    data = canonical.encode(statement)
    message = signing_input(statement["type"], data)
    signatures = [key.signature(message) for key in sorted(keys, key=lambda key: key.public)]
    return canonical.encode({"signatures": signatures})[:-1] + b',"statement":' + data + b"}"


def receipts(node: Key, bodies: list[dict[str, Any]]) -> list[bytes]:
    """The receipts of one batch."""
    leaves = [log.leaf_hash(canonical.encode(body)) for body in bodies]
    root = forms.write_hash(log.tree_root(leaves))
    signed = canonical.encode({"origin": bodies[0]["origin"], "root": root, "size": len(bodies)})
    signature = node.signature(b"asp/1.0/receipts\n" + signed)
    made = []
    for index, body in enumerate(bodies):
        path = [forms.write_hash(digest) for digest in inclusion_path(leaves, index)]
        batch = {"index": index, "path": path, "size": len(bodies)}
        made.append(canonical.encode({"batch": batch, "receipt": body, "signature": signature}))
    return made


def inclusion_path(leaves: list[bytes], index: int) -> list[bytes]:
    """The proof of inclusion by the recursive words of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return inclusion_path(leaves[:split], index) + [log.tree_root(leaves[split:])]
    return inclusion_path(leaves[split:], index - split) + [log.tree_root(leaves[:split])]


def consistency_path(leaves: list[bytes], old: int, whole: bool = True) -> list[bytes]:
    """The proof of consistency by the recursive words of RFC 6962, 2.1.2."""
    if old == len(leaves):
        return [] if whole else [log.tree_root(leaves)]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if old <= split:
        return consistency_path(leaves[:split], old, whole) + [log.tree_root(leaves[split:])]
    return consistency_path(leaves[split:], old - split, False) + [log.tree_root(leaves[:split])]


def note(node: Key, origin: str, size: int, root: bytes) -> str:
    """A signed checkpoint."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    line = log.note_key_hash(origin, node.public) + node.sign(text.encode())
    return f"{text}\n\u2014 {origin} {base64.b64encode(line).decode()}\n"


def read_json(path: Path) -> Any:
    """The value of a file."""
    return json.loads(path.read_text("utf-8"))
