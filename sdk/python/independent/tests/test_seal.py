"""What is sealed: outlines hide what they have to, padding has one form, and each part is bound to the others."""

from __future__ import annotations

import base64
import unittest
from typing import Any

import canonical
import forms
import seal
import statement as statements
from refusal import Refused
from tests.support import ROOT, read_json
from tests.test_vectors import reports

OPENINGS = read_json(ROOT / "spec" / "vectors" / "seals" / "openings.json")


def said(case: dict[str, Any], **changes: Any) -> statements.Statement:
    """The statement of a vector, with other members of its seal."""
    value = canonical.scan(case["statement"].encode())
    value["seal"] |= changes
    return statements.read(value, canonical.encode(value), ())


class Outlines(unittest.TestCase):
    def test_an_outline_is_its_own_outline(self) -> None:
        for case in OPENINGS["accept"]:
            body = said(case).body
            self.assertEqual(seal.outline(said(case).type, body, case["mode"]), body, case["name"])

    def test_a_body_in_the_open_is_its_own_outline(self) -> None:
        for case in OPENINGS["accept"]:
            body = case["opened"]["body"]
            self.assertIs(seal.outline(said(case).type, body, "open"), body)

    def test_what_is_sealed_shows_no_more_than_what_is_hybrid(self) -> None:
        for case in OPENINGS["accept"]:
            kind, body = said(case).type, case["opened"]["body"]
            hybrid = seal.outline(kind, body, "hybrid")
            self.assertEqual(
                seal.outline(kind, hybrid, "sealed"), seal.outline(kind, body, "sealed"), case["name"]
            )

    def test_every_kind_of_body_is_in_some_vector_or_needs_none(self) -> None:
        schemas = statements.schemas()
        told = {(said(case).type, case["opened"]["body"].get("kind")) for case in OPENINGS["accept"]}
        # What opens or founds, what the node says, and what is never sealed.
        never = {("PROPOSE", "session-invitation"), ("ACCEPT", "introduction")} | {
            (kind, "timeout") for kind in ("WITHDRAW", "CLOSE")
        }
        never |= {("INFORM", kind) for kind in ("group", "unreadable", "breach", "silence", "award")}
        for kind in statements.TYPES["session"]:
            schema = schemas.file(statements.SCHEMAS / "bodies" / f"{kind}.json")
            ways = schema.get("$defs", {}).values() if "oneOf" in schema else ({},)
            kinds = {way.get("properties", {}).get("kind", {}).get("const") for way in ways}
            for name in (kinds - {None}) or {None}:
                self.assertTrue((kind, name) in told | never, f"{kind} {name}")


class Contents(unittest.TestCase):
    def test_a_text_is_padded_to_the_least_size_that_holds_it(self) -> None:
        for length, size in ((0, 256), (252, 256), (253, 512), (32_764, 32_768), (32_765, 45_056), (45_052, 45_056)):
            self.assertEqual(seal.size_of(b"x" * length), size, length)
        self.assertIsNone(seal.size_of(b"x" * 45_053))
        body = {"data": {"a": "x" * 45_000}, "kind": "note", "text": ""}
        with self.assertRaises(Refused) as refused:
            seal.pack(seal.Opened(body, bytes(32)))
        self.assertEqual(refused.exception.code, "STATEMENT_TOO_LARGE")

    def test_each_changed_byte_is_found(self) -> None:
        case = OPENINGS["accept"][0]
        opened = seal.read(said(case), base64.b64decode(case["paddedBase64"]), case["mode"])
        padded = seal.pack(opened)
        for at in range(len(padded)):
            changed = bytearray(padded)
            changed[at] ^= 1
            with self.assertRaises(Refused):
                seal.read(said(case), bytes(changed), case["mode"])

    def test_a_commitment_of_another_statement_is_found(self) -> None:
        one, other = OPENINGS["accept"][0], OPENINGS["accept"][2]
        padded = base64.b64decode(one["paddedBase64"])
        with self.assertRaises(Refused) as refused:
            seal.read(said(one, commitment=said(other).value["seal"]["commitment"]), padded, one["mode"])
        self.assertEqual(refused.exception.code, "COMMITMENT_MISMATCH")

    def test_a_place_names_session_sequence_and_the_statement_before(self) -> None:
        places = {
            seal.place(session, sequence, previous)
            for session in ("sha256:00", "sha256:01")
            for sequence in (1, 2)
            for previous in ("sha256:00", "sha256:01")
        }
        self.assertEqual(len(places), 8)

    def test_salted_terms_have_another_hash_and_hidden_ones_that_which_stands_for_them(self) -> None:
        package = {"obligations": [], "terms": {}}
        salted = package | {"salt": "00" * 16}
        self.assertNotEqual(seal.terms_hash(package), seal.terms_hash(salted))
        hidden = forms.write_hash(bytes(32))
        self.assertEqual(seal.terms_hash(package | {"hidden": hidden}), hidden)


class Vectors(unittest.TestCase):
    def test_a_vector_that_says_something_else_is_told(self) -> None:
        accept, reject = OPENINGS["accept"][0], OPENINGS["reject"][0]
        other = OPENINGS["accept"][2]
        for changed in (
            {"accept": [accept | {"placeBase64": ""}], "reject": []},
            {"accept": [accept | {"paddedBase64": other["paddedBase64"]}], "reject": []},
            {"accept": [accept | {"opened": other["opened"]}], "reject": []},
            {"accept": [], "reject": [reject | {"fault": "OUTLINE_MISMATCH"}]},
            {"accept": [], "reject": [reject | {"paddedBase64": accept["paddedBase64"], "statement": accept["statement"]}]},
        ):
            [report] = reports("seals", changed)
            self.assertEqual((report.passed, len(report.faults)), (0, 1), changed)


class Documentation(unittest.TestCase):
    def test_the_example_of_the_page_on_sealed_sessions_holds(self) -> None:
        page = (ROOT / "docs" / "concepts" / "sealed.md").read_text("utf-8")
        [example] = [line for line in page.splitlines() if line.startswith('{"body":')]
        value = canonical.scan(example.encode())
        outline = canonical.encode(seal.outline("INFORM", value["body"], "sealed")).decode()
        self.assertIn(f"```json\n{outline}\n```", page)
        commitment = seal.commitment(value["body"], bytes.fromhex(value["salt"]))
        self.assertIn(f"`{forms.write_hash(commitment)}`", page)
        self.assertEqual(len(seal.pack(seal.Opened(value["body"], bytes.fromhex(value["salt"])))), 256)


if __name__ == "__main__":
    unittest.main()
