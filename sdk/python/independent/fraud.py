"""Proofs of fraud: two receipts for one place of a log, or two checkpoints of one size, by one key."""

from __future__ import annotations

from typing import Any

import canonical
import forms
import log
from log import NotProved
from refusal import Refused

FORM = "asp/1.0/fraud"
FRAUD_BYTES_MAX = 40 * 1024


def check_fraud(data: bytes, known: bytes | None = None) -> str:
    """What the log contradicts itself in; the proof is about the key that is known, if it is given."""
    node_key, value = _read(data)
    if known is not None and known != node_key:
        raise NotProved("other-key", "the proof is about another key")
    if "receipts" in value:
        return _receipts([log.receipt_of(receipt) for receipt in value["receipts"]], node_key)
    return _checkpoints(value["checkpoints"], node_key)


def _read(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """The key and the members of a proof, whose form is checked and nothing else."""
    malformed = NotProved("not-canonical", "not the canonical JSON of a proof of fraud")
    if len(data) > FRAUD_BYTES_MAX:
        raise malformed
    try:
        value = canonical.scan(data)
    except Refused:
        raise malformed from None
    kinds = ({"nodeKey", "proof", "receipts"}, {"nodeKey", "proof", "checkpoints"})
    if not isinstance(value, dict) or set(value) not in kinds or value["proof"] != FORM:
        raise malformed
    pair = value.get("receipts", value.get("checkpoints"))
    node_key = forms.read_key(value["nodeKey"])
    if node_key is None or not isinstance(pair, list) or len(pair) != 2:
        raise malformed
    for one in pair:
        try:
            if "receipts" in value:
                log.receipt_of(one)
            elif not isinstance(one, str):
                raise malformed
            else:
                log.read_note(one)
        except NotProved:
            raise malformed from None
    return node_key, value


def _receipts(pair: list[log.Receipt], node_key: bytes) -> str:
    for receipt in pair:
        try:
            log.check_receipt(receipt, node_key)
        except NotProved as fault:
            raise NotProved("receipt-" + fault.fault, f"a receipt does not hold: {fault}") from None
    first, second = (receipt.value["receipt"] for receipt in pair)
    _same_log(first["origin"], second["origin"])
    if (first["stream"], first["sequence"]) == (second["stream"], second["sequence"]):
        found = f"two statements are number {first['sequence']} of {first['stream']}"
    elif first["logIndex"] == second["logIndex"]:
        found = f"two statements have the index {first['logIndex']} of the log"
    else:
        raise NotProved("no-contradiction", "the two do not contradict each other")
    _in_order(pair[0].statement, pair[1].statement)
    return found


def _checkpoints(texts: list[str], node_key: bytes) -> str:
    notes = []
    for text in texts:
        try:
            notes.append(log.open_note(text, log.read_note(text).checkpoint.origin, node_key))
        except NotProved as fault:
            raise NotProved("checkpoint-" + fault.fault, f"a checkpoint does not hold: {fault}") from None
        if len(notes[-1].lines) != 1:
            raise NotProved("foreign-lines", "a checkpoint has signatures besides the node's")
    first, second = (note.checkpoint for note in notes)
    _same_log(first.origin, second.origin)
    if first.size != second.size:
        raise NotProved("no-contradiction", "the two do not contradict each other")
    _in_order(first.root, second.root)
    return f"two trees have the size {first.size}"


def _same_log(one: str, other: str) -> None:
    if one != other:
        raise NotProved("other-log", "the two are of different logs")


def _in_order(first: bytes, second: bytes) -> None:
    if first == second:
        raise NotProved("no-contradiction", "the two do not contradict each other")
    if first > second:
        raise NotProved("out-of-order", "the two stand in the wrong order")
