"""Bundles: the good one is proved, and each change is refuted by the check that it concerns."""

from __future__ import annotations

import copy
import unittest
from collections.abc import Callable
from typing import Any

import bundle as bundles
import canonical
import forms
import seal
from tests.story import ACME, BUYER, BUYER_URI, NODE, SPARE, VENDOR, VENDOR_URI, Story, offer, package
from tests.support import Key

PROVED = {
    "form",
    "signatures",
    "chains",
    "keys-when-logged",
    "keys-now",
    "signed-by-all",
    "checkpoint",
    "inclusion",
    "receipts",
}


def verdicts(value: dict[str, Any], trusted_key: bytes | None = None) -> dict[str, str]:
    """How each check of a bundle comes out."""
    checks = bundles.verify(bundles.read(canonical.encode(value)), trusted_key)
    return {check.name: check.verdict for check in checks}


def refuted(value: dict[str, Any]) -> set[str]:
    """The checks that are refuted."""
    return {name for name, verdict in verdicts(value).items() if verdict == "refuted"}


class Bundles(unittest.TestCase):
    story: Story
    commitment: bytes
    good: dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        cls.story = Story()
        cls.commitment = cls.story.deal()
        cls.good = cls.story.bundle(cls.commitment)

    def check(self, expected: set[str], change: Callable[[dict[str, Any]], Any]) -> None:
        """The good bundle, changed, is refuted by exactly these checks."""
        value = copy.deepcopy(self.good)
        change(value)
        self.assertEqual(refuted(value), expected)

    def test_what_a_good_bundle_shows_is_proved(self) -> None:
        found = verdicts(self.good)
        self.assertEqual(list(found), list(bundles.CHECKS))
        self.assertEqual({name for name, verdict in found.items() if verdict == "proved"}, PROVED)
        self.assertNotIn("refuted", found.values())

    def test_the_rules_of_a_session_are_not_taken_for_played(self) -> None:
        checks = {check.name: check for check in bundles.verify(bundles.read(canonical.encode(self.good)))}
        for name in ("replay", "obligations"):
            self.assertEqual(checks[name].verdict, "not shown")
            self.assertIn("session rules: not checked here", checks[name].detail)

    def test_the_log_s_key_is_trusted_by_the_reader_alone(self) -> None:
        self.assertEqual(verdicts(self.good)["log-key"], "not shown")
        self.assertEqual(verdicts(self.good, NODE.public)["log-key"], "proved")
        self.assertEqual(verdicts(self.good, Key(8).public)["log-key"], "refuted")

    def test_a_signature_of_something_else_is_found(self) -> None:
        def change(value: dict[str, Any]) -> None:
            value["entries"][9]["signatures"][0]["value"] = value["entries"][7]["signatures"][0]["value"]

        self.check({"signatures", "inclusion"}, change)

    def test_entries_stand_in_the_order_of_the_log(self) -> None:
        def change(value: dict[str, Any]) -> None:
            entries = value["entries"]
            entries[0], entries[1] = entries[1], entries[0]

        self.check({"form"}, change)

    def test_a_key_does_not_count_before_the_index_at_which_it_came(self) -> None:
        self.check(
            {"form", "keys-when-logged", "inclusion", "receipts"},
            lambda value: value["entries"][3].update(index=9),
        )

    def test_a_gap_in_a_stream_is_found(self) -> None:
        value = self.story.bundle(self.commitment, left_out=(7,))
        self.assertEqual(refuted(value), {"chains"})

    def test_a_stream_that_is_missing_is_found(self) -> None:
        value = self.story.bundle(self.commitment, left_out=(4, 5))
        self.assertEqual(refuted(value), {"chains"})
        value = self.story.bundle(self.commitment, left_out=(3,))
        self.assertEqual(refuted(value), {"chains", "replay"})

    def test_a_stream_that_does_not_belong_is_found(self) -> None:
        story = Story()
        found = story.deal()
        story.organisation("other.example", SPARE)
        self.assertEqual(refuted(story.bundle(found)), {"chains"})

    def test_an_id_is_used_once_by_its_issuer(self) -> None:
        story = Story()
        found = story.deal()
        session = story.statement(6).stream
        story.say(
            session,
            "INFORM",
            {"kind": "note", "text": ""},
            BUYER_URI,
            BUYER,
            id=story.statement(8).value["id"],
        )
        self.assertEqual(refuted(story.bundle(found)), {"chains"})

    def test_a_key_that_was_not_the_issuer_s_then_is_found(self) -> None:
        story = Story()
        found = story.deal()
        session = story.statement(6).stream
        story.say(session, "INFORM", {"kind": "note", "text": ""}, BUYER_URI, VENDOR)
        self.assertEqual(refuted(story.bundle(found)), {"keys-when-logged", "replay"})

    def test_a_key_that_is_distrusted_in_hindsight_is_told_and_refutes_nothing(self) -> None:
        story = Story()
        found = story.deal()
        body = {"fromIndex": 8, "key": BUYER.id, "reason": "lost"}
        story.say(f"agent:{BUYER_URI}", "agent.key.revoke", body, "acme.example", ACME)
        value = story.bundle(found)
        self.assertEqual(refuted(value), set())
        self.assertEqual(verdicts(value)["keys-now"], "not shown")

    def test_terms_that_were_not_offered_bind_nobody(self) -> None:
        story = Story()
        session = story.introduced()
        offered = story.say(session, "PROPOSE", offer(package()), BUYER_URI, BUYER)
        other = seal.terms_hash(package(what="Two hours of a GPU"))
        body = {"kind": "acceptance", "termsHash": other}
        reply = forms.write_hash(offered.hash)
        completed = story.say(session, "ACCEPT", body, VENDOR_URI, VENDOR, inReplyTo=reply)
        self.assertEqual(refuted(story.bundle(completed.hash)), {"signed-by-all"})

    def test_who_owes_has_signed(self) -> None:
        story = Story()
        session = story.introduced()
        owed_by_another = package(debtor="agent://volt.example/other")
        offered = story.say(session, "PROPOSE", offer(owed_by_another), BUYER_URI, BUYER)
        body = {"kind": "acceptance", "termsHash": seal.terms_hash(owed_by_another)}
        reply = forms.write_hash(offered.hash)
        completed = story.say(session, "ACCEPT", body, VENDOR_URI, VENDOR, inReplyTo=reply)
        self.assertEqual(refuted(story.bundle(completed.hash)), {"signed-by-all"})

    def test_a_commit_and_its_acceptance_bind_too(self) -> None:
        story = Story()
        session = story.introduced()
        terms = seal.terms_hash(package())
        offered = story.say(session, "PROPOSE", offer(package()) | {"binding": False}, BUYER_URI, BUYER)
        acceptance = {"kind": "acceptance", "termsHash": terms}
        reply = forms.write_hash(offered.hash)
        story.say(session, "ACCEPT", acceptance, VENDOR_URI, VENDOR, inReplyTo=reply)
        committed = story.say(session, "COMMIT", {"termsHash": terms}, BUYER_URI, BUYER)
        reply = forms.write_hash(committed.hash)
        completed = story.say(session, "ACCEPT", acceptance, VENDOR_URI, VENDOR, inReplyTo=reply)
        found = verdicts(story.bundle(completed.hash))
        self.assertEqual(found["signed-by-all"], "proved")
        self.assertNotIn("refuted", found.values())

    def test_a_checkpoint_is_the_log_s_own_and_has_no_line_that_nobody_checks(self) -> None:
        def more(value: dict[str, Any]) -> None:
            value["checkpoint"] += "\u2014 witness.example AAAAAAECAw==\n"

        def other_size(value: dict[str, Any]) -> None:
            value["checkpoint"] = value["checkpoint"].replace("\n10\n", "\n11\n")

        self.check({"checkpoint"}, more)
        self.check({"checkpoint", "inclusion"}, other_size)
        self.check({"checkpoint"}, lambda value: value.update(checkpoint="no note"))

    def test_a_proof_is_of_its_entry(self) -> None:
        def change(value: dict[str, Any]) -> None:
            value["entries"][3]["proof"][0] = forms.write_hash(bytes(32))

        self.check({"inclusion"}, change)
        self.check({"inclusion"}, lambda value: value["entries"][3]["proof"].pop())

    def test_a_receipt_is_of_its_entry(self) -> None:
        def change(value: dict[str, Any]) -> None:
            value["entries"][3]["receipt"] = value["entries"][4]["receipt"]

        self.check({"receipts"}, change)

    def test_another_log_time_is_found_in_the_tree_and_in_the_receipt(self) -> None:
        def change(value: dict[str, Any]) -> None:
            value["entries"][3]["logTime"] = "2026-11-23T12:00:03.001Z"

        self.check({"inclusion", "receipts"}, change)

    def test_another_node_s_key_proves_nothing(self) -> None:
        self.check({"checkpoint", "receipts"}, lambda value: value.update(nodeKey=Key(8).id))

    def test_another_log_s_name_proves_nothing(self) -> None:
        value = self.good | {"origin": "log.example/other"}
        self.assertEqual(refuted(value), {"checkpoint", "receipts", "replay"})

    def test_a_commitment_is_completed_by_a_statement_of_a_session(self) -> None:
        found = refuted(self.good | {"commitment": forms.write_hash(bytes(32))})
        self.assertIn("form", found)

    def test_other_spellings_are_no_bundle(self) -> None:
        good = canonical.encode(self.good)
        entry = self.good["entries"][0]
        for changed in (
            good.replace(b":", b": ", 1),
            good + b"\n",
            canonical.encode(self.good | {"asp": "1.1"}),
            canonical.encode(self.good | {"kind": "bundle"}),
            canonical.encode(self.good | {"more": 1}),
            canonical.encode(self.good | {"nodeKey": "did:key:z6Mk"}),
            canonical.encode(self.good | {"origin": "A"}),
            canonical.encode(self.good | {"entries": [entry | {"more": 1}]}),
            canonical.encode(self.good | {"entries": [entry | {"index": True}]}),
            canonical.encode(self.good | {"entries": [entry | {"signatures": []}]}),
            canonical.encode(
                self.good | {"entries": [entry | {"proof": [forms.write_hash(bytes(32))] * 65}]}
            ),
            canonical.encode(
                self.good | {"entries": [entry | {"statement": entry["statement"] | {"asp": "2"}}]}
            ),
        ):
            with self.assertRaises(bundles.Unreadable):
                bundles.read(changed)


if __name__ == "__main__":
    unittest.main()
