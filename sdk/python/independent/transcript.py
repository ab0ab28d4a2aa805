"""A transcript of the conformance kit, line by line: what a node gave, judged by somebody else's code.

Each line is one JSON object: a statement with its hashes, a receipt, a checkpoint, a proof, or a bundle.
Beyond each line it looks for two that contradict each other: receipts for one place, checkpoints of one size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import bundle as bundles
import forms
import log
import statement as statements
from refusal import Refused


@dataclass(frozen=True)
class Outcome:
    """One thing that was checked: what it was, and what is wrong with it; nothing if it holds."""

    name: str
    fault: str | None


@dataclass
class Transcript:
    """What was seen so far, to find contradictions."""

    places: dict[tuple[str, ...], str] = field(default_factory=dict)

    def lines(self, text: str) -> Iterator[Outcome]:
        """The outcome of every line; empty ones are passed over."""
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield self.line(number, line)

    def line(self, number: int, line: str) -> Outcome:
        """The outcome of one line."""
        try:
            value = json.loads(line)
            kind = next(kind for kind in READERS if isinstance(value, dict) and kind in value)
        except (ValueError, StopIteration, RecursionError):
            return Outcome(f"line {number}", "this is no line of a transcript")
        name = f"line {number}: {kind}"
        try:
            return Outcome(name, READERS[kind](self, value))
        except (Refused, log.NotProved, bundles.Unreadable) as fault:
            return Outcome(name, str(fault))
        except (KeyError, TypeError, AttributeError, ValueError) as fault:
            return Outcome(name, f"a member is missing or has another form ({fault!r})")

    def once(self, place: tuple[str, ...], what: str) -> str | None:
        """A fault if something else was said of the same place before."""
        before = self.places.setdefault(place, what)
        return None if before == what else f"{' '.join(place)}: {what} here, {before} before"

    def receipt(self, value: dict[str, Any]) -> str | None:
        """The node signed for this statement, and for no other at its places."""
        receipt = log.read_receipt(value["receipt"].encode("utf-8"))
        log.check_receipt(receipt, key_of(value["nodeKey"]))
        said = receipt.value["receipt"]
        if said["statement"] != value["statement"]:
            return "the receipt is of another statement"
        at_index = self.once(("receipts", said["origin"], "index", str(said["logIndex"])), said["statement"])
        in_stream = ("receipts", said["origin"], said["stream"], str(said["sequence"]))
        return at_index or self.once(in_stream, said["statement"])

    def checkpoint(self, value: dict[str, Any]) -> str | None:
        """The log signed this checkpoint, and no other root over so many entries."""
        note = log.open_note(value["checkpoint"], value["origin"], key_of(value["nodeKey"]))
        place = ("checkpoints", note.checkpoint.origin, "size", str(note.checkpoint.size))
        return self.once(place, forms.write_hash(note.checkpoint.root))


def statement(_: Transcript, value: dict[str, Any]) -> str | None:
    """The statement holds by itself and has these hashes."""
    judged = statements.judge(value["statement"].encode("utf-8"))
    if forms.write_hash(judged.hash) != value["hash"]:
        return f"its hash is {forms.write_hash(judged.hash)}, not {value['hash']}"
    if forms.write_hash(judged.signatures_hash) != value["signaturesHash"]:
        return f"the hash of its signatures is not {value['signaturesHash']}"
    return None


def inclusion(_: Transcript, value: dict[str, Any]) -> str | None:
    """The statement is where the proof says."""
    proof = value["inclusion"]
    log_time = forms.read_instant(proof["logTime"])
    if log_time is None:
        return "the log time is no instant"
    leaf = log.leaf_hash(log.entry_bytes(hash_of(proof["statement"]), hash_of(proof["signatures"]), log_time))
    path = [hash_of(text) for text in proof["proof"]]
    log.check_inclusion(leaf, proof["index"], proof["size"], path, hash_of(proof["root"]))
    return None


def consistency(_: Transcript, value: dict[str, Any]) -> str | None:
    """The later tree begins with the earlier one."""
    proof = value["consistency"]
    roots = hash_of(proof["fromRoot"]), hash_of(proof["toRoot"])
    log.check_consistency(proof["from"], proof["to"], *roots, [hash_of(text) for text in proof["proof"]])
    return None


def bundle(_: Transcript, value: dict[str, Any]) -> str | None:
    """Nothing in the bundle is refuted."""
    checks = bundles.verify(bundles.read(value["bundle"].encode("utf-8")))
    refuted = [f"{check.name}: {check.detail}" for check in checks if check.verdict == "refuted"]
    return "; ".join(refuted) or None


def hash_of(text: object) -> bytes:
    """The hash of a text, or `NotProved`."""
    digest = forms.read_hash(text)
    if digest is None:
        raise log.NotProved("malformed", f"{text!r} is no hash")
    return digest


def key_of(text: object) -> bytes:
    """The key of a text, or `NotProved`."""
    key = forms.read_key(text)
    if key is None:
        raise log.NotProved("malformed", f"{text!r} is no key")
    return key


# A line is what its first member of these says; a receipt names its statement too, so it comes first.
READERS = {
    "receipt": Transcript.receipt,
    "checkpoint": Transcript.checkpoint,
    "inclusion": inclusion,
    "consistency": consistency,
    "bundle": bundle,
    "statement": statement,
}
