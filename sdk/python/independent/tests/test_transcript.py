"""Transcripts and the command line: what holds passes, what does not is named, and the last line counts."""

from __future__ import annotations

import io
import json
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import canonical
import forms
import log
import statement as statements
import verify
from tests.story import NODE, ORIGIN, Story
from tests.support import Key, consistency_path, envelope, inclusion_path, note, receipts, registration
from transcript import Transcript

LEAVES = [log.leaf_hash(bytes([number])) for number in range(12)]


def told(*lines: dict[str, Any] | str) -> list[str | None]:
    """The fault of each line, or none."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return [outcome.fault for outcome in Transcript().lines("\n".join(texts))]


def statement_line() -> dict[str, Any]:
    """A line about a statement."""
    data = envelope(registration(Key(1)), Key(1))
    judged = statements.judge(data)
    hashes = {
        "hash": forms.write_hash(judged.hash),
        "signaturesHash": forms.write_hash(judged.signatures_hash),
    }
    return {"statement": data.decode(), **hashes}


def receipt_line(**changes: Any) -> dict[str, Any]:
    """A line about a receipt that says other things where asked."""
    body = {
        "logIndex": 7,
        "logTime": "2026-11-23T12:00:00.000Z",
        "origin": ORIGIN,
        "sequence": 0,
        "statement": forms.write_hash(bytes(32)),
        "stream": "org:acme.example",
    } | changes
    made = receipts(NODE, [body])[0].decode()
    return {"receipt": made, "statement": body["statement"], "nodeKey": NODE.id}


def checkpoint_line(size: int, root: bytes) -> dict[str, Any]:
    """A line about a checkpoint."""
    return {"checkpoint": note(NODE, ORIGIN, size, root), "origin": ORIGIN, "nodeKey": NODE.id}


class Lines(unittest.TestCase):
    def test_a_statement_has_the_hashes_that_were_told(self) -> None:
        line = statement_line()
        other = forms.write_hash(bytes(32))
        faults = told(line, line | {"hash": other}, line | {"signaturesHash": other})
        self.assertEqual([fault is None for fault in faults], [True, False, False])
        forged = line | {"statement": line["statement"].replace("Acme", "Acne")}
        self.assertIn("INVALID_SIGNATURE", str(told(forged)))

    def test_a_receipt_is_of_its_statement_and_by_its_node(self) -> None:
        line = receipt_line()
        faults = told(
            line, line | {"statement": forms.write_hash(bytes([1]) * 32)}, line | {"nodeKey": Key(8).id}
        )
        self.assertEqual([fault is None for fault in faults], [True, False, False])

    def test_two_receipts_for_one_place_contradict_each_other(self) -> None:
        first, other = receipt_line(), forms.write_hash(bytes([1]) * 32)
        same_index = receipt_line(statement=other, sequence=1)
        same_place = receipt_line(statement=other, logIndex=8)
        apart = receipt_line(statement=other, logIndex=8, sequence=1)
        elsewhere = receipt_line(statement=other, origin="log.example/other")
        self.assertEqual([fault is None for fault in told(first, first, apart, elsewhere)], [True] * 4)
        self.assertIn("index 7", str(told(first, same_index)))
        self.assertIn("org:acme.example 0", str(told(first, same_place)))

    def test_two_checkpoints_of_one_size_have_one_root(self) -> None:
        lines = checkpoint_line(3, LEAVES[0]), checkpoint_line(4, LEAVES[1]), checkpoint_line(3, LEAVES[1])
        self.assertEqual([fault is None for fault in told(*lines)], [True, True, False])

    def test_proofs_are_followed(self) -> None:
        entry = log.leaf_hash(log.entry_bytes(bytes(32), bytes([1]) * 32, 5))
        leaves = [*LEAVES[:4], entry, *LEAVES[4:]]
        write = forms.write_hash
        included = {
            "statement": write(bytes(32)),
            "signatures": write(bytes([1]) * 32),
            "logTime": "1970-01-01T00:00:00.005Z",
            "index": 4,
            "size": len(leaves),
            "root": write(log.tree_root(leaves)),
            "proof": [write(digest) for digest in inclusion_path(leaves, 4)],
        }
        continued = {
            "from": 5,
            "to": len(leaves),
            "fromRoot": write(log.tree_root(leaves[:5])),
            "toRoot": write(log.tree_root(leaves)),
            "proof": [write(digest) for digest in consistency_path(leaves, 5)],
        }
        self.assertEqual(told({"inclusion": included}, {"consistency": continued}), [None, None])
        for change in (
            {"index": 5},
            {"logTime": "1970-01-01T00:00:00.006Z"},
            {"logTime": "now"},
            {"proof": []},
        ):
            self.assertIsNotNone(told({"inclusion": included | change})[0], change)
        for change in ({"from": 4}, {"fromRoot": write(bytes(32))}, {"proof": ["sha256:0"]}, {"to": "13"}):
            self.assertIsNotNone(told({"consistency": continued | change})[0], change)

    def test_a_bundle_has_nothing_that_is_refuted(self) -> None:
        story = Story()
        value = story.bundle(story.deal())
        good, bad = canonical.encode(value), canonical.encode(value | {"nodeKey": Key(8).id})
        faults = told({"bundle": good.decode()}, {"bundle": bad.decode()}, {"bundle": "{}"})
        self.assertEqual([fault is None for fault in faults], [True, False, False])

    def test_what_is_no_line_is_a_fault(self) -> None:
        faults = told(
            "{", "[]", "1", '{"more":1}', '{"receipt":1}', '{"inclusion":[]}', '{"bundle":{}}', "", "  ",
            '{"statement":"\\ud800","hash":"x"}', '{"receipt":"\\ud800"}', '{"bundle":"\\ud800"}',
        )
        self.assertEqual(len(faults), 10)
        self.assertNotIn(None, faults)


class CommandLine(unittest.TestCase):
    def run_on(self, command: str, text: str | bytes, *more: str) -> tuple[int, list[str]]:
        """The exit code and what was printed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(text.encode() if isinstance(text, str) else text)
            out = io.StringIO()
            with redirect_stdout(out), redirect_stderr(io.StringIO()):
                code = verify.main([command, str(path), *more])
        return code, out.getvalue().splitlines()

    def test_the_last_line_counts(self) -> None:
        good, bad = json.dumps(statement_line()), json.dumps(receipt_line(origin="A"))
        code, lines = self.run_on("transcript", f"{good}\n{good}\n")
        self.assertEqual((code, lines[-1]), (0, "2 passed, 0 failed"))
        code, lines = self.run_on("transcript", f"{good}\n{bad}\n")
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed"))
        self.assertEqual(self.run_on("transcript", "")[0], 1)

    def test_a_bundle_is_told_check_by_check(self) -> None:
        story = Story()
        value = story.bundle(story.deal())
        code, lines = self.run_on("bundle", canonical.encode(value), "--node-key", NODE.id)
        self.assertEqual((code, lines[-1]), (0, "10 passed, 0 failed"))
        self.assertTrue(any("session rules: not checked here" in line for line in lines))
        code, lines = self.run_on("bundle", canonical.encode(value), "--node-key", Key(8).id)
        self.assertEqual((code, lines[-1]), (1, "9 passed, 1 failed"))
        self.assertEqual(self.run_on("bundle", "{}")[1][-1], "0 passed, 1 failed")

    def test_a_receipt_is_told(self) -> None:
        text = receipt_line()["receipt"]
        self.assertEqual(self.run_on("receipt", text + "\n")[0], 0)
        code, lines = self.run_on("receipt", text, "--node-key", Key(8).id)
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed"))
        self.assertEqual(self.run_on("receipt", "{}")[1][-1], "0 passed, 1 failed")

    def test_a_file_that_cannot_be_read_is_no_failure_of_what_it_says(self) -> None:
        with redirect_stderr(io.StringIO()):
            self.assertEqual(verify.main(["bundle", "/nowhere"]), 2)

    def test_control_characters_do_not_reach_the_terminal(self) -> None:
        code, lines = self.run_on("transcript", json.dumps(receipt_line() | {"nodeKey": "\x1b[2J\u202e"}))
        self.assertEqual(code, 1)
        self.assertTrue(all(line.isprintable() for line in lines))


if __name__ == "__main__":
    unittest.main()
