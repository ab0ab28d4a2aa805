"""Streams in the order of the log: chains, and the keys of organisations and agents with their history.

Plays the rules of organisations, agents and consents, since keys come and go by them. Of a session it judges
who signed and the place in the chain, and none of the session's own rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import forms
import seal
from refusal import Refused
from statement import Statement

KEYS_MAX = 64
CLOCK_SKEW_MS = 120_000
OFFLINE_MS = 604_800_000
NARROWINGS_MAX = 32
KEY_PACKAGES_KEPT_MAX = 128
EVERYTHING = {"dataClasses": 5, "performatives": 13}


@dataclass
class KeyLife:
    """From where to where a key counts, in indices of the log."""

    since: int
    until: int | None = None
    distrusted_from: int | None = None


@dataclass
class KeyHistory:
    """All keys that a stream has ever had. Revoking never erases history."""

    lives: dict[bytes, KeyLife] = field(default_factory=dict)

    def is_current(self, key: bytes) -> bool:
        """Whether the key can sign the next statement."""
        return key in self.lives and self.lives[key].until is None

    def valid_at(self, key: bytes, index: int) -> bool:
        """Whether the key could sign at this index: from what brings it to what ends it, both included."""
        life = self.lives.get(key)
        return life is not None and life.since <= index and (life.until is None or index <= life.until)

    def current(self) -> list[bytes]:
        """The keys that can sign."""
        return [key for key in self.lives if self.is_current(key)]

    def check_new(self, key: bytes) -> str | None:
        """Why the key cannot be added, if it cannot."""
        if key in self.lives:
            return "KEY_ALREADY_USED"
        return "KEY_LIMIT" if len(self.lives) >= KEYS_MAX else None

    def check_signers(self, statement: Statement, others: Iterable[bytes] = ()) -> None:
        """One current key signed, and nobody but current keys and `others` (ASP-KEY-001)."""
        known = set(others)
        signers = [signature.key for signature in statement.signatures]
        has_own = any(self.is_current(key) for key in signers)
        if not has_own or not all(self.is_current(key) or key in known for key in signers):
            raise Refused("KEY_NOT_VALID", "/signatures")

    def distrusted_from(self, key: bytes, index: int) -> int | None:
        """From where the key is not to be trusted, if that reaches what it signed at this index.

        The statement that ends a key may be signed by it, and does not accuse itself.
        """
        life = self.lives.get(key)
        if life is None or life.distrusted_from is None or life.distrusted_from > index:
            return None
        return None if life.distrusted_from == index == life.until else life.distrusted_from


@dataclass
class Organisation:
    """The state of an `org:` stream."""

    keys: KeyHistory
    # The key and the method of the last org.verify.
    evidence: tuple[bytes, str] | None = None
    # Key, method and outcome of the last org.check, and its index.
    checked: tuple[tuple[bytes, str, bool], int] | None = None
    consent_rules: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_proved(self) -> bool:
        """Whether the node's last word is that it found a key which can still sign."""
        return self.checked is not None and self.checked[0][2] and self.keys.is_current(self.checked[0][0])


@dataclass
class Agent:
    """The state of an `agent:` stream."""

    keys: KeyHistory
    retired: bool = False
    # The hashes of the key packages that it published last, the oldest first.
    packages: list[bytes] = field(default_factory=list)
    # The digest of the A2A card that the present card pins, and pin and outcome of the last agent.card.check.
    pin: str | None = None
    checked: tuple[str, bool] | None = None


@dataclass
class Consent:
    """The state of a `consent:` stream."""

    by: str
    asked: str
    terms: dict[str, Any]
    granted: bool = False
    narrowed: int = 0
    revoked_by: str | None = None
    acknowledged: bool = False

    def expires_at(self) -> int:
        """When it ends by itself, in milliseconds."""
        return forms.read_instant(self.terms["expiresAt"]) or 0


def lies_within(capability: str, wider: list[str]) -> bool:
    """Whether a capability is one of these or lies below one."""
    return any(capability == prefix or capability.startswith(prefix + ".") for prefix in wider)


def costs_at_most(money: dict[str, str] | None, most: dict[str, str]) -> bool:
    """Whether there is a bound on what is owed that is no higher than this one."""
    if money is None or money["currency"] != most["currency"]:
        return False
    return Fraction(money["amount"]) <= Fraction(most["amount"])


def fits(request: dict[str, Any], rule: dict[str, Any], log_time: int) -> bool:
    """Whether a request for consent asks for no more than a rule grants (ASP-CON-012)."""
    lasts = (forms.read_instant(request["expiresAt"]) or 0) - log_time
    return (
        all(lies_within(capability, rule["capabilities"]) for capability in request["capabilities"])
        and ("ceiling" not in rule or costs_at_most(request.get("ceiling"), rule["ceiling"]))
        and ("dataClasses" not in rule or set(request.get("dataClasses", [None])) <= set(rule["dataClasses"]))
        and lasts <= rule["lastsMs"]
    )


def is_less(name: str, before: Any, after: Any, log_time: int) -> bool:
    """Whether a member of a consent allows less than it did; `before` is absent where it bounded nothing."""
    if name == "capabilities":
        inside = all(lies_within(capability, before) for capability in after)
        return inside and not all(lies_within(capability, after) for capability in before)
    if name == "ceiling":
        return before is None or (costs_at_most(after, before) and after["amount"] != before["amount"])
    if name == "expiresAt":
        return log_time < (forms.read_instant(after) or 0) < (forms.read_instant(before) or 0)
    if before is None:
        return name == "fields" or len(after) < EVERYTHING[name]
    return set(after) < set(before)


def narrow(consent: Consent, body: dict[str, Any], log_time: int) -> None:
    """Takes away what a consent.narrow names (ASP-CON-014). Raises `Refused`; then nothing has changed."""
    if consent.revoked_by is not None:
        raise Refused("CONSENT_REVOKED", "/type", "ASP-CON-014")
    if log_time >= consent.expires_at():
        raise Refused("CONSENT_EXPIRED", "/type", "ASP-CON-014")
    if consent.narrowed >= NARROWINGS_MAX:
        raise Refused("NARROWING_LIMIT", "/type")
    named = {name: body[name] for name in sorted(body) if name != "reason"}
    for name, after in named.items():
        if not is_less(name, consent.terms.get(name), after, log_time):
            raise Refused("NOT_NARROWER", f"/body/{name}")
    consent.terms.update(named)
    consent.narrowed += 1


def organisation_of(name: str) -> str:
    """The organisation behind an issuer: that of an agent's URI, else the domain itself."""
    return name.removeprefix("agent://").partition("/")[0]


def check_place(statement: Statement, head: Statement | None) -> None:
    """The statement follows the head of its stream (ASP-STM-010, ASP-STM-011). Raises `Refused`."""
    following = 0 if head is None else head.value["sequence"] + 1
    if statement.value["sequence"] != following:
        raise Refused("SEQUENCE_CONFLICT", "/sequence")
    previous = forms.sha256(statement.stream_kind.encode()) if head is None else head.hash
    if forms.read_hash(statement.value["previousHash"]) != previous:
        raise Refused("PREVIOUS_HASH_MISMATCH", "/previousHash")


class Streams:
    """The streams of one log, as far as they are shown."""

    def __init__(self, origin: str, node_key: bytes) -> None:
        self.origin = origin
        self.node_key = node_key
        self.organisations: dict[str, Organisation] = {}
        self.agents: dict[str, Agent] = {}
        self.consents: dict[str, Consent] = {}

    def take(self, statement: Statement, index: int, log_time: int) -> None:
        """Judges a statement as the next one and applies it. Raises `Refused`; then nothing has changed."""
        self._check_admission(statement, log_time)
        name = statement.stream.partition(":")[2]
        if statement.stream_kind == "org":
            self._take_org(statement, name, index)
        elif statement.stream_kind == "agent":
            self._take_agent(statement, name, index)
        elif statement.stream_kind == "consent":
            self._take_consent(statement, name, log_time)
        else:
            self._check_issuer(statement)

    def histories(self, statement: Statement) -> list[KeyHistory]:
        """The histories in which a signer may be: the issuer's, and that of who admits an agent."""
        holders: list[Organisation | Agent | None] = [
            self.agents.get(statement.issuer),
            self.organisations.get(statement.issuer),
        ]
        if statement.type == "agent.register":
            holders.append(self.organisations.get(organisation_of(statement.issuer)))
        if statement.type == "agent.key.add":
            holders.append(self.agents.get(statement.stream.partition(":")[2]))
        return [holder.keys for holder in holders if holder is not None]

    def _check_admission(self, statement: Statement, log_time: int) -> None:
        if statement.value["audience"] != self.origin:
            raise Refused("WRONG_AUDIENCE", "/audience")
        issued_at = forms.read_instant(statement.value["issuedAt"]) or 0
        expires_at = forms.read_instant(statement.value.get("expiresAt"))
        # What is signed away from the network takes its time; it says until when.
        may_be_old = statement.stream_kind in ("org", "agent") and expires_at is not None
        if may_be_old and expires_at - issued_at <= OFFLINE_MS:
            issued_at = max(issued_at, log_time)
        if abs(issued_at - log_time) > CLOCK_SKEW_MS:
            raise Refused("CLOCK_SKEW", "/issuedAt")
        if expires_at is not None and log_time >= expires_at:
            raise Refused("EXPIRED", "/expiresAt")

    def _check_issuer(self, statement: Statement) -> None:
        """Every signature is by a current key of the issuer, one at least (ASP-KEY-001 to 003)."""
        if statement.issuer.startswith("node:"):
            by_node = all(signature.key == self.node_key for signature in statement.signatures)
            if statement.issuer != "node:" + self.origin or not by_node:
                raise Refused("KEY_NOT_VALID", "/signatures", "ASP-KEY-002")
        elif statement.issuer.startswith("agent://"):
            agent = self.agents.get(statement.issuer)
            if agent is None:
                raise Refused("UNKNOWN_AGENT", "/issuer")
            if agent.retired:
                raise Refused("AGENT_RETIRED", "/issuer")
            agent.keys.check_signers(statement)
        else:
            self._organisation(statement.issuer).keys.check_signers(statement)

    def _organisation(self, domain: str) -> Organisation:
        organisation = self.organisations.get(domain)
        if organisation is None:
            raise Refused("UNKNOWN_ORGANISATION", "/issuer")
        return organisation

    def _take_org(self, statement: Statement, domain: str, index: int) -> None:
        known = self.organisations.get(domain)
        if known is not None and statement.type == "org.register":
            raise Refused("ALREADY_REGISTERED", "/stream")
        if known is None and statement.type != "org.register":
            raise Refused("UNKNOWN_STREAM", "/stream", "ASP-ORG-001")
        if known is not None and statement.issuer.startswith("node:"):
            self._check_issuer(statement)
            if statement.type == "org.check":
                self._take_check(known, statement, index)
                return
        if statement.issuer != domain:
            raise Refused("NOT_A_PARTY", "/issuer")
        if statement.type == "org.check":
            raise Refused("NOT_A_PARTY", "/issuer", "ASP-ORG-007")
        key = forms.read_key(statement.body.get("key")) or b""
        if known is None:
            organisation = Organisation(KeyHistory({key: KeyLife(index)}))
            organisation.keys.check_signers(statement)
            self.organisations[domain] = organisation
        elif statement.type == "org.key.add":
            self._add_key(known.keys, statement, key, "/body/key", "ASP-ORG-003")
            known.keys.check_signers(statement, [key])
            if not statement.signed_by(key):
                raise Refused("SIGNATURE_MISSING", "/signatures", "ASP-ORG-003")
            known.keys.lives[key] = KeyLife(index)
        elif statement.type == "org.key.rotate":
            self._rotate(known.keys, statement, index, "ASP-ORG-006")
        else:
            known.keys.check_signers(statement)
            if statement.type == "org.key.revoke":
                self._revoke(known.keys, statement, key, index, "ASP-ORG-004", may_be_last=False)
            elif statement.type == "org.verify":
                if not known.keys.is_current(key):
                    raise Refused("UNKNOWN_KEY", "/body/key", "ASP-ORG-005")
                known.evidence = (key, statement.body["method"])
            elif statement.type == "org.policy.set":
                known.consent_rules = statement.body.get("consentRules", [])

    def _take_check(self, known: Organisation, statement: Statement, index: int) -> None:
        """What the node found under the domain (ASP-ORG-008, ASP-ORG-009)."""
        body = statement.body
        found = (forms.read_key(body["key"]) or b"", body["method"], body["found"])
        asked = known.evidence
        if asked is None or found[0] != asked[0] or not known.keys.is_current(found[0]):
            raise Refused("UNKNOWN_KEY", "/body/key", "ASP-ORG-008")
        if found[1] != asked[1]:
            raise Refused("INVALID_BODY", "/body/method", "ASP-ORG-008")
        if body["found"] and "evidence" not in body:
            raise Refused("INVALID_BODY", "/body/evidence", "ASP-ORG-008")
        if known.checked is not None and known.checked[0] == found:
            raise Refused("NOTHING_CHANGED", "/body/found")
        known.checked = (found, index)

    def _take_agent(self, statement: Statement, uri: str, index: int) -> None:
        known = self.agents.get(uri)
        domain = organisation_of(uri)
        if known is None:
            self._register_agent(statement, uri, index)
            return
        if statement.type == "agent.register":
            raise Refused("ALREADY_REGISTERED", "/stream", "ASP-AGT-006")
        by_node = statement.issuer.startswith("node:")
        if by_node:
            self._check_issuer(statement)
        if known.retired:
            raise Refused("AGENT_RETIRED", "/stream")
        if statement.type == "agent.card.check":
            if not by_node:
                raise Refused("NOT_A_PARTY", "/issuer", "ASP-AGT-011")
            self._take_card_check(known, statement)
            return
        by_org = statement.issuer == domain
        may_be_by_org = statement.type in ("agent.key.add", "agent.key.revoke", "agent.retire")
        if statement.issuer != uri and not (by_org and may_be_by_org):
            is_publishing = by_org and statement.type == "agent.keypackage.publish"
            raise Refused("NOT_A_PARTY", "/issuer", "ASP-SEA-012" if is_publishing else None)
        if statement.type == "agent.key.rotate":
            self._rotate(known.keys, statement, index, "ASP-AGT-004")
            return
        signers = self._organisation(domain).keys if by_org else known.keys
        if statement.type == "agent.key.add":
            key = forms.read_key(statement.body["key"]) or b""
            if by_org:
                signers.check_signers(statement, [key])
            self._add_key(known.keys, statement, key, "/body/key", "ASP-AGT-008")
            signers.check_signers(statement, [key])
            if not statement.signed_by(key):
                raise Refused("SIGNATURE_MISSING", "/signatures", "ASP-AGT-008")
            known.keys.lives[key] = KeyLife(index)
            return
        signers.check_signers(statement)
        if statement.type == "agent.key.revoke":
            key = forms.read_key(statement.body["key"]) or b""
            self._revoke(known.keys, statement, key, index, "ASP-AGT-007", may_be_last=by_org)
        elif statement.type == "agent.keypackage.publish":
            self._publish(known, statement)
        elif statement.type == "agent.card.set":
            known.pin = self._pin(statement)
        elif statement.type == "agent.retire":
            known.retired = True

    def _publish(self, known: Agent, statement: Statement) -> None:
        """Key packages, each once (ASP-SEA-012)."""
        contents = [forms.read_base64url(package["content"]) or b"" for package in statement.body["packages"]]
        hashes = [seal.package_hash(content) for content in contents]
        if not set(known.packages).isdisjoint(hashes):
            raise Refused("NOTHING_CHANGED", "/body/packages", "ASP-SEA-012")
        known.packages = (known.packages + hashes)[-KEY_PACKAGES_KEPT_MAX:]

    def _pin(self, statement: Statement) -> str | None:
        return statement.body["card"].get("a2a", {}).get("digest")

    def _take_card_check(self, known: Agent, statement: Statement) -> None:
        """What the node found where the pinned card should be (ASP-AGT-012, ASP-AGT-013)."""
        body = statement.body
        if body["pin"] != known.pin:
            raise Refused("INVALID_BODY", "/body/pin", "ASP-AGT-012")
        if body["matches"] != (body.get("digest") == body["pin"]):
            raise Refused("INVALID_BODY", "/body/matches", "ASP-AGT-012")
        if known.checked == (body["pin"], body["matches"]):
            raise Refused("NOTHING_CHANGED", "/body/matches", "ASP-AGT-013")
        known.checked = (body["pin"], body["matches"])

    def _register_agent(self, statement: Statement, uri: str, index: int) -> None:
        if statement.type != "agent.register":
            raise Refused("UNKNOWN_STREAM", "/stream", "ASP-AGT-001")
        organisation = self._organisation(organisation_of(uri))
        if statement.issuer != uri:
            raise Refused("NOT_A_PARTY", "/issuer", "ASP-AGT-001")
        key = forms.read_key(statement.body["key"]) or b""
        if not statement.signed_by(key):
            raise Refused("SIGNATURE_MISSING", "/signatures", "ASP-AGT-001")
        if len(statement.signatures) < 2:
            raise Refused("SIGNATURE_MISSING", "/signatures", "ASP-AGT-002")
        organisation.keys.check_signers(statement, [key])
        self.agents[uri] = Agent(KeyHistory({key: KeyLife(index)}), pin=self._pin(statement))

    def _rotate(self, keys: KeyHistory, statement: Statement, index: int, rule: str) -> None:
        old = forms.read_key(statement.body["oldKey"]) or b""
        new = forms.read_key(statement.body["newKey"]) or b""
        self._add_key(keys, statement, new, "/body/newKey", rule)
        if not keys.is_current(old):
            raise Refused("UNKNOWN_KEY", "/body/oldKey", rule)
        if not (statement.signed_by(old) and statement.signed_by(new)):
            raise Refused("SIGNATURE_MISSING", "/signatures", rule)
        keys.check_signers(statement, [new])
        # A key that was replaced in order ends, and what it signed stays trusted.
        keys.lives[old].until = index
        keys.lives[new] = KeyLife(index)

    def _add_key(self, keys: KeyHistory, statement: Statement, key: bytes, pointer: str, rule: str) -> None:
        code = keys.check_new(key)
        if code is not None:
            raise Refused(code, pointer, rule)

    def _revoke(
        self, keys: KeyHistory, statement: Statement, key: bytes, index: int, rule: str, may_be_last: bool
    ) -> None:
        life = keys.lives.get(key)
        if life is None:
            raise Refused("UNKNOWN_KEY", "/body", rule)
        distrusted_from = statement.body.get("fromIndex", index)
        if distrusted_from > index:
            raise Refused("INVALID_BODY", "/body", rule)
        if life.until is not None:
            # A key that has ended can be distrusted from further back, and no trust comes back.
            known = life.until + 1 if life.distrusted_from is None else life.distrusted_from
            if "fromIndex" not in statement.body or distrusted_from >= known:
                raise Refused("UNKNOWN_KEY", "/body", rule)
            life.distrusted_from = distrusted_from
            return
        if len(keys.current()) == 1 and not may_be_last:
            raise Refused("LAST_KEY", "/body", "ASP-AGT-005" if rule == "ASP-AGT-007" else rule)
        life.until = index
        life.distrusted_from = distrusted_from

    def _take_consent(self, statement: Statement, name: str, log_time: int) -> None:
        if statement.opens:
            self._request_consent(statement, name, log_time)
            return
        consent = self.consents.get(name)
        if consent is None or organisation_of(statement.issuer) not in (consent.by, consent.asked):
            raise Refused("UNKNOWN_STREAM", "/stream")
        self._check_issuer(statement)
        issuer = statement.issuer
        if issuer not in (consent.by, consent.asked):
            raise Refused("NOT_A_PARTY", "/issuer", "ASP-CON-003")
        if statement.type == "consent.grant":
            if consent.revoked_by is not None:
                raise Refused("CONSENT_REVOKED", "/type", "ASP-CON-004")
            if log_time >= consent.expires_at():
                raise Refused("CONSENT_EXPIRED", "/type", "ASP-CON-004")
            if issuer == consent.by or consent.granted:
                raise Refused("ALREADY_GRANTED", "/type")
            consent.granted = True
        elif statement.type == "consent.narrow":
            narrow(consent, statement.body, log_time)
        elif statement.type == "consent.revoke":
            if consent.revoked_by is not None:
                raise Refused("CONSENT_REVOKED", "/type", "ASP-CON-006")
            consent.revoked_by = issuer
        else:
            if consent.revoked_by in (None, issuer) or consent.acknowledged:
                raise Refused("NOT_REVOKED", "/type")
            consent.acknowledged = True

    def _request_consent(self, statement: Statement, name: str, log_time: int) -> None:
        if statement.type != "consent.request":
            raise Refused("UNKNOWN_STREAM", "/stream")
        if statement.issuer.startswith(("agent://", "node:")):
            raise Refused("NOT_A_PARTY", "/issuer", "ASP-CON-003")
        self._organisation(statement.issuer).keys.check_signers(statement)
        asked = statement.body["with"]
        if asked == statement.issuer:
            raise Refused("INVALID_BODY", "/body/with", "ASP-CON-001")
        if asked not in self.organisations:
            raise Refused("UNKNOWN_ORGANISATION", "/body/with", "ASP-CON-001")
        expires_at = forms.read_instant(statement.body["expiresAt"]) or 0
        if expires_at <= log_time:
            raise Refused("INVALID_BODY", "/body/expiresAt", "ASP-CON-002")
        rules = self.organisations[asked].consent_rules
        granted = any(fits(statement.body, rule, log_time) for rule in rules)
        self.consents[name] = Consent(statement.issuer, asked, dict(statement.body), granted)
