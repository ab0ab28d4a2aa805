"""The tree, its proofs, checkpoints and receipts: what holds holds, and every change is found."""

from __future__ import annotations

import base64
import unittest
from collections.abc import Callable
from typing import Any

import canonical
import forms
import log
from log import NotProved
from tests.support import Key, consistency_path, foreign, inclusion_path, note, read_json, receipts

NODE = Key(9)
ORIGIN = "log.example/main"
LEAVES = [log.leaf_hash(bytes([number])) for number in range(40)]


def holds(check: Callable[..., Any], *arguments: Any) -> bool:
    """Whether a check proves what it is given."""
    try:
        check(*arguments)
    except NotProved:
        return False
    return True


class Tree(unittest.TestCase):
    def test_the_known_hashes_of_certificate_transparency_come_out(self) -> None:
        known = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        self.assertEqual(log.leaf_hash(b"").hex(), known)
        self.assertEqual(log.tree_root([]).hex()[:8], "e3b0c442")
        pair = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        self.assertEqual(log.tree_root([log.leaf_hash(b""), log.leaf_hash(b"\0")]).hex(), pair)

    def test_every_leaf_of_every_tree_is_proved_and_no_other(self) -> None:
        for size in range(1, 41):
            root = log.tree_root(LEAVES[:size])
            for index in range(size):
                path = inclusion_path(LEAVES[:size], index)
                self.assertTrue(holds(log.check_inclusion, LEAVES[index], index, size, path, root))
                self.assertFalse(holds(log.check_inclusion, LEAVES[index], index + 1, size, path, root))
                self.assertFalse(holds(log.check_inclusion, LEAVES[index], index, size, path + [root], root))
                self.assertFalse(
                    holds(log.check_inclusion, LEAVES[index - 1], index, size, path, root) and size > 1
                )

    def test_every_tree_continues_every_earlier_one(self) -> None:
        for new in range(1, 41):
            for old in range(1, new + 1):
                path = consistency_path(LEAVES[:new], old)
                roots = log.tree_root(LEAVES[:old]), log.tree_root(LEAVES[:new])
                self.assertTrue(holds(log.check_consistency, old, new, *roots, path))
                self.assertFalse(
                    holds(log.check_consistency, old, new, roots[0], LEAVES[0], path) and new > 1
                )
                self.assertFalse(holds(log.check_consistency, old, new, *roots, path + [LEAVES[1]]))
        self.assertFalse(holds(log.check_consistency, 0, 3, log.tree_root([]), log.tree_root(LEAVES[:3]), []))

    def test_inclusion_is_judged_as_transparency_dev_judges_it(self) -> None:
        cases = read_json(foreign("rfc6962/inclusion.json"))
        self.assertEqual(len(cases), 98)
        for case in cases:
            leaf, root = base64.b64decode(case["leafHash"]), base64.b64decode(case["root"])
            path = [base64.b64decode(text) for text in case["proof"] or []]
            proved = holds(log.check_inclusion, leaf, case["leafIdx"], case["treeSize"], path, root)
            self.assertNotEqual(proved, case["wantErr"], case["file"])

    def test_consistency_is_judged_as_transparency_dev_judges_it(self) -> None:
        cases = read_json(foreign("rfc6962/consistency.json"))
        self.assertEqual(len(cases), 98)
        for case in cases:
            # Some cases have words for roots, of which only matters whether they are the same.
            roots = [base64.b64decode(case[name]) for name in ("root1", "root2")]
            roots = [root if len(root) == 32 else forms.sha256(root) for root in roots]
            path = [base64.b64decode(text) for text in case["proof"] or []]
            proved = holds(log.check_consistency, case["size1"], case["size2"], *roots, path)
            self.assertNotEqual(proved, case["wantErr"], case["file"])


class Checkpoints(unittest.TestCase):
    def test_the_example_of_the_specification_reads(self) -> None:
        text = (
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
            "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
            "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        )
        self.assertEqual(log.read_note(text).checkpoint.size, 20_852_163)

    def test_a_key_hash_is_that_of_the_go_checksum_database(self) -> None:
        key = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
        self.assertEqual(log.note_key_hash("sum.golang.org", key[1:]).hex(), "033de0ae")

    def test_a_checkpoint_opens_with_its_log_s_key_and_no_other(self) -> None:
        text = note(NODE, ORIGIN, 40, log.tree_root(LEAVES))
        self.assertEqual(log.open_note(text, ORIGIN, NODE.public).checkpoint.size, 40)
        self.assertFalse(holds(log.open_note, text, "log.example/other", NODE.public))
        self.assertFalse(holds(log.open_note, text, ORIGIN, Key(8).public))
        self.assertFalse(holds(log.open_note, text, ORIGIN, bytes(32)))

    def test_no_other_text_opens(self) -> None:
        text = note(NODE, ORIGIN, 40, log.tree_root(LEAVES))
        line = text.split("\n")[4]
        for changed in (
            text.replace("\n40\n", "\n41\n"),
            text.replace("\n40\n", "\n040\n"),
            text.replace("\n40\n", "\n+40\n"),
            text.replace("\n40\n", "\n\u0664\u0660\n"),
            text.replace("\n40\n", f"\n{2**64}\n"),
            text.replace("\n40\n", "\n40\n\n"),
            text.replace("\u2014", "-"),
            text[:-1],
            text + "\n",
            text + line + "\n",
            text.replace("=\n\n", "\n\n"),
            text.replace("\n\n", "\nextension\n\n"),
            text.replace("\n", "\r\n"),
            "\n".join(text.split("\n")[:4]) + "\n",
            text + "\u2014 " + "x" * 20_000,
        ):
            self.assertFalse(holds(log.open_note, changed, ORIGIN, NODE.public), changed)

    def test_lines_of_others_are_kept_and_not_judged(self) -> None:
        text = note(NODE, ORIGIN, 40, log.tree_root(LEAVES)) + "\u2014 witness.example AAAAAAECAw==\n"
        self.assertEqual(len(log.open_note(text, ORIGIN, NODE.public).lines), 2)


class Receipts(unittest.TestCase):
    def bodies(self, count: int) -> list[dict[str, Any]]:
        """What receipts of one batch say."""
        return [
            {
                "logIndex": 1000 + number,
                "logTime": "2026-11-23T15:55:12.007Z",
                "origin": ORIGIN,
                "sequence": number % 3,
                "statement": forms.write_hash(forms.sha256(bytes([number]))),
                "stream": "session:" + "ab" * 32,
            }
            for number in range(count)
        ]

    def test_each_receipt_of_each_batch_verifies_alone(self) -> None:
        for count in (1, 2, 3, 5, 8, 13):
            for made in receipts(NODE, self.bodies(count)):
                log.check_receipt(log.read_receipt(made), NODE.public)

    def test_no_changed_receipt_verifies(self) -> None:
        made = receipts(NODE, self.bodies(5))[3]
        value = canonical.scan(made)
        for member, name, other in (
            ("receipt", "logIndex", 1004),
            ("receipt", "logTime", "2026-11-23T15:55:12.008Z"),
            ("receipt", "origin", "log.example/other"),
            ("receipt", "sequence", 1),
            ("receipt", "statement", forms.write_hash(bytes(32))),
            ("receipt", "stream", "session:" + "ac" * 32),
            ("batch", "index", 2),
            ("batch", "size", 6),
            ("batch", "path", value["batch"]["path"][:-1]),
            ("batch", "size", 65_537),
            ("signature", "value", "A" * 86),
            ("signature", "keyId", Key(8).id),
        ):
            changed = canonical.encode(value | {member: value[member] | {name: other}})
            self.assertFalse(
                holds(lambda data: log.check_receipt(log.read_receipt(data), NODE.public), changed), name
            )

    def test_other_spellings_of_a_receipt_are_none(self) -> None:
        made = receipts(NODE, self.bodies(2))[0]
        value = canonical.scan(made)
        self.assertTrue(holds(log.read_receipt, made))
        batch = value["batch"]
        for changed in (
            made.replace(b":", b": ", 1),
            canonical.encode(value | {"note": "x"}),
            canonical.encode(value | {"batch": [batch["index"], batch["path"], batch["size"]]}),
            canonical.encode(value | {"batch": batch | {"path": batch["path"] * 17}}),
            canonical.encode(value | {"batch": batch | {"index": True}}),
            canonical.encode(value | {"batch": batch | {"index": -1}}),
            canonical.encode(value | {"signature": value["signature"] | {"alg": "ES256"}}),
            canonical.encode(value | {"receipt": value["receipt"] | {"stream": "session:" + "ab" * 31}}),
            canonical.encode(value | {"receipt": value["receipt"] | {"stream": "session:"}}),
            canonical.encode(
                value | {"receipt": value["receipt"] | {"stream": "org:" + "a" * 64 + ".example"}}
            ),
            canonical.encode(value | {"receipt": value["receipt"] | {"stream": "org:acme"}}),
            canonical.encode(
                value | {"receipt": value["receipt"] | {"stream": "agent:agent://acme.example"}}
            ),
            canonical.encode(value | {"receipt": value["receipt"] | {"stream": 1}}),
        ):
            self.assertFalse(holds(log.read_receipt, changed), changed)


if __name__ == "__main__":
    unittest.main()
