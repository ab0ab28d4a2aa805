"""The log: the tree of RFC 6962, its proofs, checkpoints as C2SP signed notes, and receipts.

Each check gives nothing if it holds and raises `NotProved` with a sentence if it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import canonical
import ed25519
import forms
from refusal import Refused

LEAF_TAG = b"asp/1.0/leaf\n"
RECEIPTS_TAG = b"asp/1.0/receipts\n"
NOTE_BYTES_MAX = 16 * 1024
NOTE_SIGNATURES_MAX = 32
RECEIPT_BYTES_MAX = 4096
BATCH_PATH_MAX = 16
BATCH_SIZE_MAX = 1 << BATCH_PATH_MAX
PATH_MAX = 64
# The signature type of plain Ed25519 in a signed note.
NOTE_ED25519 = b"\x01"


class NotProved(Exception):
    """Something that was claimed of the log does not follow from what was shown: a word and a sentence."""

    def __init__(self, fault: str, sentence: str) -> None:
        super().__init__(fault, sentence)
        self.fault = fault

    def __str__(self) -> str:
        return str(self.args[1])


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf with these bytes (RFC 6962, 2.1)."""
    return forms.sha256(b"\x00", data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children (RFC 6962, 2.1)."""
    return forms.sha256(b"\x01", left, right)


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves (RFC 6962, 2.1)."""
    if not leaves:
        return forms.sha256()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))


def entry_bytes(statement: bytes, signatures: bytes, log_time: int) -> bytes:
    """The 85 bytes that the tree has of a statement: a tag, two hashes, the log time in milliseconds."""
    return LEAF_TAG + statement + signatures + log_time.to_bytes(8, "big")


def inclusion_root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a proof of inclusion leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise NotProved("out-of-range", f"a tree of {size} leaves has no leaf {index}")
    _check_width(leaf, *path)
    first, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise NotProved("wrong-length", "the path has more hashes than it must")
        if first & 1 or first == last:
            root = node_hash(sibling, root)
            while first & 1 == 0 and first != 0:
                first, last = first >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise NotProved("wrong-length", "the path has fewer hashes than it must")
    return root


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """The leaf with this hash is the `index`-th of the tree with `size` leaves and this root."""
    if inclusion_root(leaf, index, size, path) != root:
        raise NotProved("root-mismatch", "the hashes lead to another root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """The tree of `new` leaves begins with that of `old` leaves, one at least (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        raise NotProved("out-of-range", f"a tree of {new} leaves does not continue one of {old}")
    _check_width(old_root, new_root, *path)
    if old == new:
        if path:
            raise NotProved("wrong-length", "the path has more hashes than it must")
        if old_root != new_root:
            raise NotProved("root-mismatch", "two roots over the same number of leaves")
        return
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        raise NotProved("wrong-length", "the path has fewer hashes than it must")
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise NotProved("wrong-length", "the path has more hashes than it must")
        if first & 1 or first == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while first & 1 == 0 and first != 0:
                first, last = first >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise NotProved("wrong-length", "the path has fewer hashes than it must")
    if older != old_root or newer != new_root:
        raise NotProved("root-mismatch", "the hashes lead to other roots")


def _check_width(*hashes: bytes) -> None:
    if any(len(digest) != 32 for digest in hashes):
        raise NotProved("malformed", "a hash has not 32 bytes")


@dataclass(frozen=True)
class Checkpoint:
    """What a log says about itself: so many leaves under this root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class NoteLine:
    """A line of signature, not judged."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A signed note that has been read: the text that is signed, what it says, and its lines."""

    text: str
    checkpoint: Checkpoint
    lines: tuple[NoteLine, ...]


def read_note(text: str) -> Note:
    """Reads a checkpoint strictly: three lines, an empty one, lines of signature (C2SP signed-note)."""
    if len(text.encode("utf-8", "surrogatepass")) > NOTE_BYTES_MAX:
        raise NotProved("too-long", "the note is too long")
    malformed = NotProved("malformed", "the text is no signed checkpoint")
    lines = text.split("\n")
    if len(lines) < 6 or lines[3] != "" or lines[-1] != "":
        raise malformed
    origin, size, root = lines[0], lines[1], forms.read_base64(lines[2])
    is_number = (
        size.isascii() and size.isdigit() and (size == "0" or size[0] != "0") and int(size[:21]) < 2**64
    )
    if forms.ORIGIN.fullmatch(origin) is None or not is_number or root is None or len(root) != 32:
        raise malformed
    signatures = [_read_line(line) for line in lines[4:-1]]
    if len(signatures) > NOTE_SIGNATURES_MAX:
        raise NotProved("too-long", "the note has too many signatures")
    if len({(line.name, line.key_hash) for line in signatures}) < len(signatures):
        raise NotProved("duplicate-signature", "two signatures of the note are by the same key")
    text = "\n".join(lines[:3]) + "\n"
    return Note(text, Checkpoint(origin, int(size), root), tuple(signatures))


def _read_line(line: str) -> NoteLine:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = forms.read_base64(encoded)
    barred = any(letter.isspace() or letter < " " or letter == "+" for letter in name)
    if dash != "\u2014" or not name or barred or data is None or len(data) < 5:
        raise NotProved("malformed", "the text is no signed checkpoint")
    return NoteLine(name, data[:4], data[4:])


def note_key_hash(name: str, key: bytes) -> bytes:
    """Four bytes that tell the keys of one name apart (C2SP signed-note)."""
    return forms.sha256(name.encode(), b"\n", NOTE_ED25519, key)[:4]


def open_note(text: str, origin: str, key: bytes) -> Note:
    """The note, if the log of this name signed it with this key. Other lines do not count."""
    note = read_note(text)
    if note.checkpoint.origin != origin:
        raise NotProved("other-origin", "the checkpoint is that of another log")
    wanted = (origin, note_key_hash(origin, key))
    line = next((line for line in note.lines if (line.name, line.key_hash) == wanted), None)
    if line is None:
        raise NotProved("not-signed", "the log's key has not signed the checkpoint")
    _check_signature(
        key, note.text.encode(), line.signature, "the signature of the checkpoint does not verify"
    )
    return note


def _check_signature(key: bytes, message: bytes, signature: bytes, sentence: str) -> None:
    try:
        if len(key) != 32:
            raise ed25519.NoKey("INVALID_KEY")
        holds = ed25519.verify(key, message, signature)
    except ed25519.NoKey as fault:
        raise NotProved("invalid-key", f"the log's key is no key ({fault.code})") from None
    if not holds:
        raise NotProved("invalid-signature", sentence)


@dataclass(frozen=True)
class Receipt:
    """A receipt that has been read, and of which nothing has been verified."""

    value: dict[str, Any]
    body: bytes
    statement: bytes
    log_time: int
    key: bytes
    signature: bytes
    path: tuple[bytes, ...]


def read_receipt(data: bytes) -> Receipt:
    """Reads the canonical JSON of a receipt and nothing else."""
    malformed = NotProved("not-canonical", "not the canonical JSON of a receipt")
    if len(data) > RECEIPT_BYTES_MAX:
        raise malformed
    try:
        return receipt_of(canonical.scan(data))
    except Refused as fault:
        raise NotProved("not-canonical", f"not the canonical JSON of a receipt: {fault}") from None


def receipt_of(value: object) -> Receipt:
    """A receipt from a value that was read from canonical JSON."""
    outer = _members(value, "batch", "receipt", "signature")
    batch = _members(outer["batch"], "index", "path", "size")
    said = _members(outer["receipt"], "logIndex", "logTime", "origin", "sequence", "statement", "stream")
    by = _members(outer["signature"], "alg", "keyId", "value")
    path = batch["path"] if isinstance(batch["path"], list) else [None]
    hashes = [forms.read_hash(text) for text in path]
    statement, log_time = forms.read_hash(said["statement"]), forms.read_instant(said["logTime"])
    key, signature = forms.read_key(by["keyId"]), forms.read_signature(by["value"])
    numbers = (batch["index"], batch["size"], said["logIndex"], said["sequence"])
    texts = (said["origin"], said["stream"])
    read = (
        statement is not None
        and log_time is not None
        and key is not None
        and len(key) == 32
        and signature is not None
        and by["alg"] == "Ed25519"
        and all(type(number) is int and number >= 0 for number in numbers)
        and all(isinstance(text, str) for text in texts)
        and forms.ORIGIN.fullmatch(said["origin"]) is not None
        and forms.STREAM.fullmatch(said["stream"]) is not None
        and len(hashes) <= BATCH_PATH_MAX
        and None not in hashes
    )
    if not read:
        raise NotProved("not-canonical", "not the canonical JSON of a receipt")
    body = canonical.encode(said)
    return Receipt(outer, body, statement, log_time, key, signature, tuple(hashes))  # type: ignore[arg-type]


def _members(value: object, *names: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise NotProved("not-canonical", "not the canonical JSON of a receipt")
    return value


def check_receipt(receipt: Receipt, key: bytes) -> None:
    """The node with this key said this: its signature is over the root of the batch that has this receipt."""
    batch, said = receipt.value["batch"], receipt.value["receipt"]
    if batch["size"] > BATCH_SIZE_MAX:
        raise NotProved("out-of-range", "the batch of the receipt is larger than one can be")
    if receipt.key != key:
        raise NotProved("other-key", "the receipt is signed with another key")
    try:
        root = inclusion_root(leaf_hash(receipt.body), batch["index"], batch["size"], receipt.path)
    except NotProved as fault:
        raise NotProved("path-" + fault.fault, f"the place in the batch does not hold: {fault}") from None
    signed = {"origin": said["origin"], "root": forms.write_hash(root), "size": batch["size"]}
    message = RECEIPTS_TAG + canonical.encode(signed)
    _check_signature(key, message, receipt.signature, "the receipt's signature does not verify")
