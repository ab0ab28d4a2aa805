"""A log made by hand for tests: statements one after the other, and the bundle that proves a deal in it."""

from __future__ import annotations

from typing import Any

import bundle as bundles
import canonical
import forms
import log
import seal
import statement as statements
from envelope import signatures_of
from statement import NAMED_BY_HASH, Statement, signing_input
from streams import Streams
from tests.support import Key, inclusion_path, note, receipts

ORIGIN = "log.example/main"
NODE = Key(9)
ACME, VOLT, BUYER, VENDOR, SPARE = (Key(seed) for seed in range(1, 6))
AGENTS = {"agent://acme.example/buyer": BUYER, "agent://volt.example/vendor": VENDOR}
BUYER_URI, VENDOR_URI = AGENTS
START = forms.read_instant("2026-11-23T12:00:00.000Z") or 0


def instant(millis: int) -> str:
    """An instant so many milliseconds after noon, within the same minute."""
    return f"2026-11-23T12:00:{millis // 1000:02d}.{millis % 1000:03d}Z"


class Story:
    """The statements of a log, in order; a second passes with each."""

    def __init__(self) -> None:
        self.entries: list[tuple[dict[str, Any], list[dict[str, str]]]] = []
        self.heads: dict[str, tuple[int, str]] = {}

    def say(
        self, stream: str, kind: str, body: dict[str, Any], issuer: str, *keys: Key, **more: Any
    ) -> Statement:
        """Appends a statement at the end of its stream, signed by these keys."""
        number = len(self.entries)
        stream_kind = stream.partition(":")[0]
        genesis = forms.write_hash(forms.sha256(stream_kind.encode()))
        sequence, previous = self.heads.get(stream, (-1, genesis))
        value = {
            "asp": "1.0",
            "audience": ORIGIN,
            "body": body,
            "id": f"01a20846-fe00-7707-8707-{number:012d}",
            "issuedAt": instant(1000 * number),
            "issuer": issuer,
            "previousHash": previous,
            "sequence": sequence + 1,
            "stream": stream,
            "type": kind,
        } | more
        data = canonical.encode(value)
        signed = [
            key.signature(signing_input(kind, data)) for key in sorted(keys, key=lambda key: key.public)
        ]
        said = statements.read(value, data, signatures_of(signed))
        if not (stream_kind in NAMED_BY_HASH and stream.endswith(":")) or sequence < 0:
            self.heads[said.stream] = (value["sequence"], forms.write_hash(said.hash))
        self.entries.append((value, signed))
        return said

    def statement(self, index: int) -> Statement:
        """The statement at this index."""
        value, signed = self.entries[index]
        return statements.read(value, canonical.encode(value), signatures_of(signed))

    def played(self) -> Streams:
        """The streams after all statements; raises `Refused` at the first that is not allowed."""
        streams = Streams(ORIGIN, NODE.public)
        for index in range(len(self.entries)):
            streams.take(self.statement(index), index, START + 1000 * index)
        return streams

    def organisation(self, domain: str, key: Key) -> None:
        """Registers an organisation."""
        self.say(f"org:{domain}", "org.register", {"key": key.id, "name": domain}, domain, key)

    def agent(self, uri: str, key: Key, organisation: Key) -> None:
        """Registers an agent."""
        card = {"capabilities": ["procure"], "description": "", "name": "An agent"}
        self.say(f"agent:{uri}", "agent.register", {"card": card, "key": key.id}, uri, key, organisation)

    def introduced(self) -> str:
        """Two organisations with an agent each, a consent, a session that both are in; gives its stream."""
        self.organisation("acme.example", ACME)
        self.organisation("volt.example", VOLT)
        self.agent(BUYER_URI, BUYER, ACME)
        self.agent(VENDOR_URI, VENDOR, VOLT)
        request = {
            "capabilities": ["provision"],
            "expiresAt": "2027-01-01T00:00:00.000Z",
            "nonce": "0" * 32,
            "purpose": "",
            "with": "volt.example",
        }
        consent = self.say("consent:", "consent.request", request, "acme.example", ACME)
        self.say(consent.stream, "consent.grant", {}, "volt.example", VOLT)
        invitation = {
            "capability": "provision.compute",
            "consents": [consent.stream.replace("consent:", "sha256:")],
            "kind": "session-invitation",
            "limits": {},
            "mode": "open",
            "nonce": "1" * 32,
            "participants": [
                {"agent": BUYER_URI, "role": "initiator"},
                {"agent": VENDOR_URI, "role": "party"},
            ],
            "purpose": "",
        }
        opened = self.say("session:", "PROPOSE", invitation, BUYER_URI, BUYER)
        card = forms.write_hash(self.statement(3).hash)
        self.say(opened.stream, "ACCEPT", {"card": card, "kind": "introduction"}, VENDOR_URI, VENDOR)
        return opened.stream

    def deal(self) -> bytes:
        """A firm offer and its acceptance, which completes the commitment; the hash that names it."""
        session = self.introduced()
        offered = self.say(session, "PROPOSE", offer(package()), BUYER_URI, BUYER)
        acceptance = {"kind": "acceptance", "termsHash": seal.terms_hash(package())}
        reply = forms.write_hash(offered.hash)
        return self.say(session, "ACCEPT", acceptance, VENDOR_URI, VENDOR, inReplyTo=reply).hash

    def bundle(self, commitment: bytes, left_out: tuple[int, ...] = ()) -> dict[str, Any]:
        """The bundle of a commitment, as a value that a test can change."""
        said = [self.statement(index) for index in range(len(self.entries))]
        times = [instant(1000 * index) for index in range(len(said))]
        leaves = [
            log.leaf_hash(log.entry_bytes(one.hash, one.signatures_hash, START + 1000 * index))
            for index, one in enumerate(said)
        ]
        bodies = [
            {
                "logIndex": index,
                "logTime": times[index],
                "origin": ORIGIN,
                "sequence": one.value["sequence"],
                "statement": forms.write_hash(one.hash),
                "stream": one.stream,
            }
            for index, one in enumerate(said)
        ]
        given = [canonical.scan(receipt) for receipt in receipts(NODE, bodies)]
        entries = [
            {
                "index": index,
                "logTime": times[index],
                "proof": [forms.write_hash(digest) for digest in inclusion_path(leaves, index)],
                "receipt": given[index],
                "signatures": signed,
                "statement": value,
            }
            for index, (value, signed) in enumerate(self.entries)
            if index not in left_out
        ]
        return {
            "asp": "1.0",
            "checkpoint": note(NODE, ORIGIN, len(leaves), log.tree_root(leaves)),
            "commitment": forms.write_hash(commitment),
            "entries": entries,
            "kind": "commitment-bundle",
            "nodeKey": NODE.id,
            "origin": ORIGIN,
        }


def package(**more: Any) -> dict[str, Any]:
    """A package in which the vendor owes the buyer something."""
    obligation = {
        "creditor": BUYER_URI,
        "debtor": VENDOR_URI,
        "due": {"at": "2026-12-01T00:00:00.000Z"},
        "id": "delivery",
        "shownBy": {"method": "acknowledgement"},
        "value": {"amount": "2.55", "currency": "USD"},
        "what": "An hour of a GPU",
    }
    return {"obligations": [obligation | more], "terms": {"region": "eu"}}


def offer(*packages: dict[str, Any]) -> dict[str, Any]:
    """A firm offer of these packages."""
    return {"binding": True, "kind": "proposal", "packages": list(packages)}
