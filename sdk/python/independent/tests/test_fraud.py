"""Two words of one key that cannot both be so are a proof, and whatever was changed is none."""

from __future__ import annotations

import random
import unittest
from typing import Any

import canonical
from fraud import check_fraud
from log import NotProved
from tests.support import Key, receipts

NODE = Key(7)


def said(index: int, sequence: int, statement: str) -> dict[str, Any]:
    """What a receipt says."""
    return {
        "logIndex": index,
        "logTime": "2026-11-23T12:00:00.250Z",
        "origin": "node.example/log",
        "sequence": sequence,
        "statement": "sha256:" + statement * 64,
        "stream": "org:acme.example",
    }


def proof(one: dict[str, Any], other: dict[str, Any], key: Key = NODE) -> bytes:
    """The proof of two receipts, whether it holds or not."""
    pair = [canonical.scan(receipts(key, [body])[0]) for body in (one, other)]
    return canonical.encode({"nodeKey": NODE.id, "proof": "asp/1.0/fraud", "receipts": pair})


class Fraud(unittest.TestCase):
    def check(self, fault: str, data: bytes) -> None:
        with self.assertRaises(NotProved) as raised:
            check_fraud(data)
        self.assertEqual(raised.exception.fault, fault)

    def test_two_receipts_for_one_place_are_a_proof(self) -> None:
        found = check_fraud(proof(said(7, 2, "a"), said(9, 2, "b")))
        self.assertEqual(found, "two statements are number 2 of org:acme.example")
        found = check_fraud(proof(said(7, 2, "a"), said(7, 3, "b")))
        self.assertEqual(found, "two statements have the index 7 of the log")

    def test_what_does_not_contradict_itself_is_none(self) -> None:
        self.check("no-contradiction", proof(said(7, 2, "a"), said(8, 3, "b")))
        self.check("no-contradiction", proof(said(7, 2, "a"), said(7, 2, "a")))
        self.check("out-of-order", proof(said(7, 2, "b"), said(7, 2, "a")))
        self.check("receipt-other-key", proof(said(7, 2, "a"), said(7, 2, "b"), Key(8)))
        self.check("not-canonical", proof(said(7, 2, "a"), said(7, 2, "b")) + b"\n")

    def test_no_changed_byte_is_taken(self) -> None:
        good = proof(said(7, 2, "a"), said(9, 2, "b"))
        dice = random.Random(20261127)
        for _ in range(150):
            place, bit = dice.randrange(len(good)), 1 << dice.randrange(8)
            changed = good[:place] + bytes([good[place] ^ bit]) + good[place + 1 :]
            with self.assertRaises(NotProved, msg=str(changed)):
                check_fraud(changed)
