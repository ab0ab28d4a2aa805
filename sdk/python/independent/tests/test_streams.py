"""Streams in the order of the log: who may sign what, from when on, and until when."""

from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any

from refusal import Refused
from statement import Statement
from streams import check_place
from tests.story import ACME, BUYER, BUYER_URI, NODE, ORIGIN, SPARE, VENDOR, VENDOR_URI, VOLT, Story
from tests.support import Key

ORG = "org:acme.example"
AGENT = f"agent:{BUYER_URI}"


def outcome(story: Story) -> str:
    """`OK`, or the code and the rule."""
    try:
        story.played()
    except Refused as refused:
        return f"{refused.code} {refused.rule}"
    return "OK"


class Keys(unittest.TestCase):
    def check(self, expected: str, *steps: Callable[[Story], Any]) -> None:
        """After two registrations these statements come out so."""
        story = Story()
        story.organisation("acme.example", ACME)
        story.agent(BUYER_URI, BUYER, ACME)
        for step in steps:
            step(story)
        self.assertEqual(outcome(story), expected)

    def test_an_organisation_registers_with_its_own_key_and_once(self) -> None:
        def register(issuer: str, *keys: Key) -> Callable[[Story], Statement]:
            body = {"key": VOLT.id, "name": "Volt"}
            return lambda story: story.say("org:volt.example", "org.register", body, issuer, *keys)

        self.check("OK", register("volt.example", VOLT))
        self.check("KEY_NOT_VALID ASP-KEY-001", register("volt.example", SPARE))
        self.check("KEY_NOT_VALID ASP-KEY-001", register("volt.example", VOLT, SPARE))
        self.check("NOT_A_PARTY ASP-KEY-004", register("acme.example", VOLT))
        self.check(
            "ALREADY_REGISTERED ASP-ORG-002", register("volt.example", VOLT), register("volt.example", VOLT)
        )

    def test_a_key_is_added_by_an_old_key_and_the_new_one(self) -> None:
        def add(key: Key, *keys: Key) -> Callable[[Story], Statement]:
            return lambda story: story.say(ORG, "org.key.add", {"key": key.id}, "acme.example", *keys)

        self.check("OK", add(SPARE, ACME, SPARE), add(VOLT, SPARE, VOLT))
        self.check("SIGNATURE_MISSING ASP-ORG-003", add(SPARE, ACME))
        self.check("KEY_NOT_VALID ASP-KEY-001", add(SPARE, SPARE))
        self.check("KEY_NOT_VALID ASP-KEY-001", add(SPARE, ACME, SPARE, VOLT))
        self.check("KEY_ALREADY_USED ASP-ORG-003", add(ACME, ACME))

    def test_a_key_ends_with_the_statement_that_revokes_it(self) -> None:
        def add(story: Story) -> Statement:
            return story.say(ORG, "org.key.add", {"key": SPARE.id}, "acme.example", ACME, SPARE)

        def revoke(by: Key, **more: Any) -> Callable[[Story], Statement]:
            body = {"key": ACME.id, "reason": ""} | more
            return lambda story: story.say(ORG, "org.key.revoke", body, "acme.example", by)

        def policy(by: Key) -> Callable[[Story], Statement]:
            return lambda story: story.say(ORG, "org.policy.set", {"humanContacts": []}, "acme.example", by)

        self.check("OK", add, revoke(ACME), policy(SPARE))
        self.check("OK", add, revoke(SPARE, fromIndex=3))
        self.check("KEY_NOT_VALID ASP-KEY-001", add, revoke(ACME), policy(ACME))
        self.check("INVALID_BODY ASP-ORG-004", add, revoke(SPARE, fromIndex=4))
        self.check("LAST_KEY ASP-ORG-004", revoke(ACME))
        self.check("UNKNOWN_KEY ASP-ORG-004", add, revoke(SPARE), revoke(SPARE))

    def test_an_agent_is_admitted_by_its_organisation(self) -> None:
        def register(*keys: Key, uri: str = "agent://acme.example/other") -> Callable[[Story], Statement]:
            body = {"card": {"capabilities": [], "description": "", "name": "x"}, "key": SPARE.id}
            return lambda story: story.say(f"agent:{uri}", "agent.register", body, uri, *keys)

        self.check("OK", register(SPARE, ACME))
        self.check("SIGNATURE_MISSING ASP-AGT-002", register(SPARE))
        self.check("SIGNATURE_MISSING ASP-AGT-001", register(ACME))
        self.check("KEY_NOT_VALID ASP-KEY-001", register(SPARE, VOLT))
        self.check("KEY_NOT_VALID ASP-KEY-001", register(SPARE, ACME, VOLT))
        self.check(
            "UNKNOWN_ORGANISATION ASP-KEY-003", register(SPARE, VOLT, uri="agent://volt.example/other")
        )
        self.check("ALREADY_REGISTERED ASP-AGT-006", register(SPARE, ACME, uri=BUYER_URI))

    def test_a_key_is_replaced_by_both(self) -> None:
        def rotate(old: Key, new: Key, *keys: Key) -> Callable[[Story], Statement]:
            body = {"newKey": new.id, "oldKey": old.id}
            return lambda story: story.say(AGENT, "agent.key.rotate", body, BUYER_URI, *keys)

        self.check("OK", rotate(BUYER, SPARE, BUYER, SPARE), rotate(SPARE, VOLT, SPARE, VOLT))
        self.check("SIGNATURE_MISSING ASP-AGT-004", rotate(BUYER, SPARE, BUYER))
        self.check("SIGNATURE_MISSING ASP-AGT-004", rotate(BUYER, SPARE, SPARE))
        self.check("UNKNOWN_KEY ASP-AGT-004", rotate(VOLT, SPARE, VOLT, SPARE))
        self.check("KEY_ALREADY_USED ASP-AGT-004", rotate(BUYER, BUYER, BUYER))
        self.check("KEY_NOT_VALID ASP-KEY-001", rotate(BUYER, SPARE, BUYER, SPARE, VOLT))

    def test_an_agent_s_keys_are_revoked_by_it_or_its_organisation(self) -> None:
        def revoke(issuer: str, by: Key) -> Callable[[Story], Statement]:
            body = {"key": BUYER.id, "reason": ""}
            return lambda story: story.say(AGENT, "agent.key.revoke", body, issuer, by)

        self.check("OK", revoke("acme.example", ACME))
        self.check("LAST_KEY ASP-AGT-005", revoke(BUYER_URI, BUYER))
        self.check("KEY_NOT_VALID ASP-KEY-001", revoke("acme.example", BUYER))
        self.check("NOT_A_PARTY ASP-KEY-004", revoke("volt.example", VOLT))

    def test_a_retired_agent_says_nothing_more(self) -> None:
        def retire(story: Story) -> Statement:
            return story.say(AGENT, "agent.retire", {"reason": ""}, BUYER_URI, BUYER)

        self.check("OK", retire)
        self.check("AGENT_RETIRED ASP-AGT-003", retire, retire)

    def test_key_packages_are_published_by_the_agent_each_once(self) -> None:
        def publish(*contents: str, issuer: str = BUYER_URI, by: Key = BUYER) -> Callable[[Story], Statement]:
            body = {"packages": [{"content": content} for content in contents]}
            return lambda story: story.say(AGENT, "agent.keypackage.publish", body, issuer, by)

        self.check("OK", publish("AQID"), publish("AQIE", "AQIF"))
        self.check("NOTHING_CHANGED ASP-SEA-012", publish("AQID"), publish("AQIE", "AQID"))
        self.check("NOT_A_PARTY ASP-SEA-012", publish("AQID", issuer="acme.example", by=ACME))
        self.check("NOT_A_PARTY ASP-KEY-004", publish("AQID", issuer="volt.example", by=VOLT))
        batches = [publish(*(f"{letter}{digit}ID" for digit in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef")) for letter in "ABCDE"]
        self.check("NOTHING_CHANGED ASP-SEA-012", *batches[:4], publish("AAID"))
        self.check("OK", *batches, publish("AAID"))

    def test_the_node_says_what_it_found_under_a_domain_and_nobody_else_does(self) -> None:
        def asks(key: Key = ACME, method: str = "dns", by: Key = ACME) -> Callable[[Story], Statement]:
            body = {"key": key.id, "method": method}
            return lambda story: story.say(ORG, "org.verify", body, "acme.example", by)

        def finds(
            found: bool = True, key: Key = ACME, by: Key = NODE, issuer: str = f"node:{ORIGIN}", **more: Any
        ) -> Callable[[Story], Statement]:
            body = {"found": found, "key": key.id, "method": "dns"} | more
            if found and "evidence" not in more:
                body["evidence"] = "sha256:" + "ab" * 32
            kept = {name: value for name, value in body.items() if value is not None}
            return lambda story: story.say(ORG, "org.check", kept, issuer, by)

        def policy(by: Key, issuer: str) -> Callable[[Story], Statement]:
            return lambda story: story.say(ORG, "org.policy.set", {"humanContacts": []}, issuer, by)

        self.check("OK", asks(), finds(), finds(False), finds())
        self.check("OK", asks(), finds(), policy(ACME, "acme.example"))
        self.check("NOT_A_PARTY ASP-ORG-007", asks(), finds(by=ACME, issuer="acme.example"))
        self.check("NOT_A_PARTY ASP-KEY-004", asks(), policy(NODE, f"node:{ORIGIN}"))
        self.check("KEY_NOT_VALID ASP-KEY-002", asks(), finds(by=ACME))
        self.check("KEY_NOT_VALID ASP-KEY-002", asks(), finds(issuer="node:other.example/log"))
        self.check("UNKNOWN_KEY ASP-ORG-008", finds())
        self.check("UNKNOWN_KEY ASP-ORG-008", asks(), finds(key=VOLT))
        self.check("INVALID_BODY ASP-ORG-008", asks(), finds(method="well-known"))
        self.check("INVALID_BODY ASP-ORG-008", asks(), finds(evidence=None))
        self.check("NOTHING_CHANGED ASP-ORG-009", asks(), finds(), finds())
        self.check("NOTHING_CHANGED ASP-ORG-009", asks(), finds(), asks(), finds())
        rotate = {"newKey": SPARE.id, "oldKey": ACME.id}
        self.check(
            "UNKNOWN_KEY ASP-ORG-008",
            asks(),
            lambda story: story.say(ORG, "org.key.rotate", rotate, "acme.example", ACME, SPARE),
            finds(),
        )

    def test_the_node_says_whether_a_pinned_card_is_there_and_nobody_else_does(self) -> None:
        here, there = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32

        def pins(digest: str | None) -> Callable[[Story], Statement]:
            card: dict[str, Any] = {"capabilities": [], "description": "", "name": "Buyer"}
            if digest is not None:
                card["a2a"] = {"digest": digest, "url": "https://acme.example/card.json"}
            return lambda story: story.say(AGENT, "agent.card.set", {"card": card}, BUYER_URI, BUYER)

        def finds(
            digest: str | None = here, by: Key = NODE, issuer: str = f"node:{ORIGIN}", **more: Any
        ) -> Callable[[Story], Statement]:
            body = {"matches": digest == here, "pin": here} | more
            if digest is not None:
                body["digest"] = digest
            return lambda story: story.say(AGENT, "agent.card.check", body, issuer, by)

        self.check("OK", pins(here), finds(), finds(there), finds(), finds(None))
        self.check("OK", pins(here), finds(), pins(there), finds(there, pin=there, matches=True))
        self.check("NOT_A_PARTY ASP-AGT-011", pins(here), finds(by=BUYER, issuer=BUYER_URI))
        self.check("NOT_A_PARTY ASP-AGT-011", pins(here), finds(by=ACME, issuer="acme.example"))
        self.check("KEY_NOT_VALID ASP-KEY-002", pins(here), finds(by=BUYER))
        self.check("KEY_NOT_VALID ASP-KEY-002", pins(here), finds(issuer="node:other.example/log"))
        self.check("INVALID_BODY ASP-AGT-012", finds())
        self.check("INVALID_BODY ASP-AGT-012", pins(here), pins(None), finds())
        self.check("INVALID_BODY ASP-AGT-012", pins(there), finds())
        self.check("INVALID_BODY ASP-AGT-012", pins(here), finds(matches=False))
        self.check("INVALID_BODY ASP-AGT-012", pins(here), finds(there, matches=True))
        self.check("INVALID_BODY ASP-AGT-012", pins(here), finds(None, matches=True))
        self.check("NOTHING_CHANGED ASP-AGT-013", pins(here), finds(), finds())
        self.check("NOTHING_CHANGED ASP-AGT-013", pins(here), finds(there), finds(None))

    def test_a_node_signs_with_its_own_key_alone(self) -> None:
        def timeout(origin: str, *keys: Key) -> Callable[[Story], Statement]:
            body = {"kind": "note", "text": ""}
            stream = "session:" + "ab" * 32
            return lambda story: story.say(stream, "INFORM", body, f"node:{origin}", *keys, sequence=1)

        self.check("OK", timeout(ORIGIN, NODE))
        self.check("KEY_NOT_VALID ASP-KEY-002", timeout(ORIGIN, SPARE))
        self.check("KEY_NOT_VALID ASP-KEY-002", timeout(ORIGIN, NODE, SPARE))
        self.check("KEY_NOT_VALID ASP-KEY-002", timeout("log.example/other", NODE))


class Consents(unittest.TestCase):
    def check(
        self,
        expected: str,
        *steps: tuple[Any, ...],
        policy: dict[str, object] | None = None,
        asked: dict[str, object] | None = None,
    ) -> None:
        """After a request these statements of its stream come out so: their type, issuer, key and body."""
        story = Story()
        story.organisation("acme.example", ACME)
        story.organisation("volt.example", VOLT)
        story.organisation("other.example", SPARE)
        body = {
            "capabilities": ["a"],
            "expiresAt": "2027-01-01T00:00:00.000Z",
            "nonce": "0" * 32,
            "purpose": "",
            "with": "volt.example",
            **(asked or {}),
        }
        if policy is not None:
            story.say("org:volt.example", "org.policy.set", policy, "volt.example", VOLT)
        stream = story.say("consent:", "consent.request", body, "acme.example", ACME).stream
        for kind, issuer, key, *more in steps:
            said = more[0] if more else {"reason": ""} if kind == "consent.revoke" else {}
            story.say(stream, kind, said, issuer, key)
        self.assertEqual(outcome(story), expected)

    def test_the_other_side_grants_once(self) -> None:
        grant = ("consent.grant", "volt.example", VOLT)
        self.check("OK", grant)
        self.check("ALREADY_GRANTED ASP-CON-005", grant, grant)
        self.check("ALREADY_GRANTED ASP-CON-005", ("consent.grant", "acme.example", ACME))
        self.check("UNKNOWN_STREAM ASP-STM-018", ("consent.grant", "other.example", SPARE))
        self.check("KEY_NOT_VALID ASP-KEY-001", ("consent.grant", "volt.example", ACME))

    def test_either_side_revokes_and_the_other_acknowledges(self) -> None:
        revoke = ("consent.revoke", "acme.example", ACME)
        acknowledge = ("consent.acknowledge", "volt.example", VOLT)
        self.check("OK", revoke, acknowledge)
        self.check("CONSENT_REVOKED ASP-CON-006", revoke, revoke)
        self.check("CONSENT_REVOKED ASP-CON-004", revoke, ("consent.grant", "volt.example", VOLT))
        self.check("NOT_REVOKED ASP-CON-007", acknowledge)
        self.check("NOT_REVOKED ASP-CON-007", revoke, ("consent.acknowledge", "acme.example", ACME))
        self.check("NOT_REVOKED ASP-CON-007", revoke, acknowledge, acknowledge)

    def test_either_side_takes_away_and_nobody_adds(self) -> None:
        def narrow(**named: object) -> tuple[str, str, Key, dict[str, object]]:
            return ("consent.narrow", "volt.example", VOLT, {"reason": "", **named})

        self.check("OK", narrow(capabilities=["a.b"]), narrow(capabilities=["a.b.c"], fields=[]))
        self.check("OK", narrow(ceiling=usd("5")), narrow(ceiling=usd("4.5")), narrow(dataClasses=["public"]))
        self.check("OK", narrow(expiresAt="2026-12-31T00:00:00.000Z", performatives=["PROPOSE"]))
        self.check("NOT_NARROWER ASP-CON-014", narrow(capabilities=["a"]))
        self.check("NOT_NARROWER ASP-CON-014", narrow(capabilities=["a.b", "b"]))
        self.check("NOT_NARROWER ASP-CON-014", narrow(capabilities=["a", "a.b"]))
        self.check("NOT_NARROWER ASP-CON-014", narrow(ceiling=usd("5")), narrow(ceiling=usd("5")))
        self.check("NOT_NARROWER ASP-CON-014", narrow(ceiling=usd("5")), narrow(ceiling=usd("1", "EUR")))
        self.check("NOT_NARROWER ASP-CON-014", narrow(fields=["a"]), narrow(fields=["b"]))
        self.check("NOT_NARROWER ASP-CON-014", narrow(expiresAt="2027-01-01T00:00:00.000Z"))
        self.check("NOT_NARROWER ASP-CON-014", narrow(expiresAt="2026-11-01T00:00:00.000Z"))
        self.check("CONSENT_REVOKED ASP-CON-014", ("consent.revoke", "acme.example", ACME), narrow(fields=[]))
        often = [narrow(ceiling=usd(str(100 - number))) for number in range(33)]
        self.check("OK", *often[:32])
        self.check("NARROWING_LIMIT ASP-CON-014", *often)

    def test_a_rule_grants_what_fits_it_and_nothing_else(self) -> None:
        # Granted by the request, so that the grant comes too late.
        granted, waits = "ALREADY_GRANTED ASP-CON-005", "OK"
        rule = {"capabilities": ["a"], "lastsMs": 90 * 86_400_000}
        bounded = {**rule, "ceiling": usd("5"), "dataClasses": ["public"]}
        for rules, asked, expected in (
            ([rule], {}, granted),
            ([{**rule, "capabilities": ["a.b"]}], {}, waits),
            ([{**rule, "lastsMs": 1}], {}, waits),
            ([{**rule, "lastsMs": 1}, rule], {}, granted),
            ([bounded], {}, waits),
            ([bounded], {"ceiling": usd("5"), "dataClasses": ["public"]}, granted),
            ([bounded], {"ceiling": usd("5.01"), "dataClasses": ["public"]}, waits),
            ([bounded], {"ceiling": usd("5"), "dataClasses": ["internal", "public"]}, waits),
            ([bounded], {"ceiling": usd("1", "EUR"), "dataClasses": ["public"]}, waits),
        ):
            with self.subTest(rules=rules, asked=asked):
                policy = {"consentRules": rules, "humanContacts": []}
                grant = ("consent.grant", "volt.example", VOLT)
                self.check(expected, grant, policy=policy, asked=asked)


def usd(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


class Places(unittest.TestCase):
    def test_a_statement_follows_the_head_of_its_stream(self) -> None:
        story = Story()
        story.organisation("acme.example", ACME)
        story.say(ORG, "org.policy.set", {"humanContacts": []}, "acme.example", ACME)
        first, second = story.statement(0), story.statement(1)
        check_place(first, None)
        check_place(second, first)
        for statement, head in ((first, first), (second, None), (second, second)):
            with self.assertRaises(Refused) as caught:
                check_place(statement, head)
            self.assertEqual(caught.exception.code, "SEQUENCE_CONFLICT")

    def test_the_previous_hash_is_that_of_the_head_or_of_the_kind(self) -> None:
        story = Story()
        story.organisation("acme.example", ACME)
        other = "sha256:" + "0" * 64
        body = {"humanContacts": []}
        wrong = story.say(ORG, "org.policy.set", body, "acme.example", ACME, previousHash=other)
        with self.assertRaises(Refused) as caught:
            check_place(wrong, story.statement(0))
        self.assertEqual(caught.exception.code, "PREVIOUS_HASH_MISMATCH")

    def test_what_is_meant_for_another_log_or_another_time_is_not_taken(self) -> None:
        for more, expected in (
            ({"audience": "log.example/other"}, "WRONG_AUDIENCE ASP-STM-012"),
            ({"issuedAt": "2026-11-23T12:02:00.001Z"}, "CLOCK_SKEW ASP-STM-013"),
            ({"issuedAt": "2026-11-23T12:02:00.000Z"}, "OK"),
            ({"expiresAt": "2026-11-23T12:00:00.000Z"}, "EXPIRED ASP-STM-014"),
            ({"expiresAt": "2026-11-23T12:00:00.001Z"}, "OK"),
        ):
            story = Story()
            body = {"key": ACME.id, "name": "Acme"}
            story.say(ORG, "org.register", body, "acme.example", ACME, **more)
            self.assertEqual(outcome(story), expected, more)

    def test_an_agent_that_is_not_registered_says_nothing(self) -> None:
        story = Story()
        body = {"kind": "note", "text": ""}
        story.say("session:" + "ab" * 32, "INFORM", body, VENDOR_URI, VENDOR, sequence=1)
        self.assertEqual(outcome(story), "UNKNOWN_AGENT ASP-KEY-003")


if __name__ == "__main__":
    unittest.main()
