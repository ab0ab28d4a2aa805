"""A bundle: the proof of a commitment in one file, checked offline.

Makes each check of spec/asp-1.0.md §14 that can be made without the rules of a session: form, signatures, chains, keys at
each index of the log, who signed the terms, checkpoint, inclusion, receipts. What a session allows is not
played here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import canonical
import forms
import log
import seal
import statement as statements
from envelope import signatures_of
from refusal import Refused
from statement import Statement
from streams import KeyHistory, Organisation, Streams, check_place, organisation_of

ENTRIES_MAX = 16_384
MEMBERS = {"asp", "checkpoint", "commitment", "entries", "kind", "nodeKey", "origin"}
ENTRY_MEMBERS = {"index", "logTime", "proof", "receipt", "signatures", "statement"}
NOT_PLAYED = "session rules: not checked here"

# The checks with the rule that each decides, in the order in which they are told.
CHECKS = {
    "form": "ASP-BUN-001",
    "signatures": "ASP-BUN-002",
    "chains": "ASP-BUN-003",
    "keys-when-logged": "ASP-BUN-004",
    "keys-now": "ASP-BUN-005",
    "replay": "ASP-BUN-006",
    "signed-by-all": "ASP-BUN-007",
    "checkpoint": "ASP-BUN-008",
    "inclusion": "ASP-BUN-009",
    "receipts": "ASP-BUN-010",
    "obligations": "ASP-BUN-011",
    "log-key": "ASP-BUN-012",
    "domain-control": "ASP-BUN-013",
    "witnesses": "ASP-BUN-014",
    "later": "ASP-BUN-015",
}


@dataclass(frozen=True)
class Check:
    """A check and how it came out: `proved`, `refuted` or `not shown`, and why."""

    name: str
    verdict: str
    detail: str

    @property
    def rule(self) -> str:
        """The number of the rule that the check decides."""
        return CHECKS[self.name]


@dataclass(frozen=True)
class Entry:
    """An entry of the log as the bundle shows it."""

    index: int
    log_time: int
    proof: tuple[bytes, ...]
    receipt: log.Receipt
    statement: Statement


@dataclass(frozen=True)
class Bundle:
    """A bundle that has been read, and of which nothing has been verified."""

    origin: str
    node_key: bytes
    commitment: bytes
    checkpoint: str
    entries: tuple[Entry, ...]

    @property
    def session(self) -> str | None:
        """The session's stream, if the statement that completed the commitment is here and of a session."""
        found = (entry.statement for entry in self.entries if entry.statement.hash == self.commitment)
        completed = next(found, None)
        return completed.stream if completed is not None and completed.stream_kind == "session" else None

    def in_session(self) -> list[Statement]:
        """The session's statements, in the order of the log."""
        return [entry.statement for entry in self.entries if entry.statement.stream == self.session]


class Unreadable(Exception):
    """The bytes are no bundle (ASP-BUN-001)."""


def read(data: bytes) -> Bundle:
    """Reads a bundle: canonical as a whole, within bounds, each part of its form. Raises `Unreadable`."""
    try:
        value = canonical.scan(data, canonical.BUNDLE)
    except Refused as fault:
        raise Unreadable(f"the file is not canonical JSON: {fault}") from None
    malformed = Unreadable("the file has not the members of a bundle")
    if set(value) - {"disclosures"} != MEMBERS or value["asp"] != "1.0" or value["kind"] != "commitment-bundle":
        raise malformed
    node_key, commitment = forms.read_key(value["nodeKey"]), forms.read_hash(value["commitment"])
    origin, checkpoint, entries = value["origin"], value["checkpoint"], value["entries"]
    if (
        not isinstance(checkpoint, str)
        or not isinstance(entries, list)
        or node_key is None
        or commitment is None
    ):
        raise malformed
    if not isinstance(origin, str) or forms.ORIGIN.fullmatch(origin) is None:
        raise malformed
    # What is disclosed to somebody is opened elsewhere; nothing here rests on it.
    disclosures = value.get("disclosures", [None])
    if not isinstance(disclosures, list) or not disclosures:
        raise malformed
    if max(len(entries), len(disclosures)) > ENTRIES_MAX:
        raise Unreadable("the file has more entries than a bundle can have")
    read_entries = tuple(_read_entry(entry, place) for place, entry in enumerate(entries))
    return Bundle(origin, node_key, commitment, checkpoint, read_entries)


def _read_entry(value: Any, place: int) -> Entry:
    malformed = Unreadable(f"entry {place} has not the members of an entry")
    if not isinstance(value, dict) or set(value) != ENTRY_MEMBERS or not isinstance(value["proof"], list):
        raise malformed
    log_time = forms.read_instant(value["logTime"])
    proof = [forms.read_hash(text) for text in value["proof"]]
    is_place = type(value["index"]) is int and value["index"] >= 0
    if log_time is None or not is_place or None in proof or len(proof) > log.PATH_MAX:
        raise malformed
    try:
        receipt = log.receipt_of(value["receipt"])
        # The file is canonical, so writing the statement again gives the bytes that stand in it.
        data = canonical.encode(value["statement"])
        said = canonical.scan(data)
        read_statement = statements.read(said, data, signatures_of(value["signatures"]))
    except (Refused, log.NotProved) as fault:
        raise Unreadable(f"entry {place}: {fault}") from None
    hashes = tuple(digest for digest in proof if digest is not None)
    return Entry(value["index"], log_time, hashes, receipt, read_statement)


def verify(bundle: Bundle, trusted_key: bytes | None = None) -> list[Check]:
    """Makes every check; none stops the others."""
    keys_when_logged, keys_now, replay, streams = _play(bundle)
    note, checkpoint = _checkpoint(bundle)
    return [
        _form(bundle),
        _signatures(bundle),
        _chains(bundle),
        keys_when_logged,
        keys_now,
        replay,
        _signed_by_all(bundle),
        checkpoint,
        _inclusion(bundle, note),
        _receipts(bundle),
        Check("obligations", "not shown", NOT_PLAYED),
        _log_key(bundle, trusted_key),
        _domain_control(bundle, streams),
        Check("witnesses", "not shown", "no witness has cosigned the checkpoint"),
        _later(bundle, note),
    ]


def _told(name: str, faults: list[str], proved: str) -> Check:
    """Proved if there is no fault, else refuted by the first."""
    if not faults:
        return Check(name, "proved", proved)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Check(name, "refuted", faults[0] + more)


def _form(bundle: Bundle) -> Check:
    faults: list[str] = []
    for before, after in zip(bundle.entries, bundle.entries[1:]):
        if after.index <= before.index:
            faults.append(f"entry {after.index} stands after entry {before.index}")
        elif after.log_time < before.log_time:
            faults.append(f"the log time goes back at entry {after.index}")
    if bundle.session is None:
        faults.append("no statement of a session here is the commitment")
    return _told("form", faults, f"canonical JSON, {len(bundle.entries)} entries in the order of the log")


def _holds(statement: Statement) -> Refused | None:
    try:
        statements.check_signatures(statement)
    except Refused as fault:
        return fault
    return None


def _signatures(bundle: Bundle) -> Check:
    looked = [(entry.index, _holds(entry.statement)) for entry in bundle.entries]
    faults = [f"entry {index}: {fault}" for index, fault in looked if fault is not None]
    count = sum(len(entry.statement.signatures) for entry in bundle.entries)
    return _told("signatures", faults, f"{count} signatures, each strictly verified")


def _chains(bundle: Bundle) -> Check:
    """Each stream without a gap, every stream that is needed, and none besides."""
    faults: list[str] = []
    heads: dict[str, Statement] = {}
    ids: set[tuple[str, str]] = set()
    for entry in bundle.entries:
        said = entry.statement
        try:
            check_place(said, heads.get(said.stream))
        except Refused as fault:
            faults.append(f"entry {entry.index} does not follow in {said.stream}: {fault}")
        if (said.issuer, said.value["id"]) in ids:
            faults.append(f"entry {entry.index} has the id of another statement of its issuer")
        ids.add((said.issuer, said.value["id"]))
        heads[said.stream] = said
    needed = _needed(bundle)
    faults += [f"the stream {stream} is missing" for stream in sorted(needed - heads.keys())]
    faults += [
        f"the stream {stream} does not belong to this deal" for stream in sorted(heads.keys() - needed)
    ]
    return _told("chains", faults, f"{len(heads)} streams, whole from their first statement on")


def _needed(bundle: Bundle) -> set[str]:
    """The streams that can be reached from the session's, and the disputes about it."""
    needed = set() if bundle.session is None else {bundle.session}
    for entry in bundle.entries:
        statement = entry.statement
        if statement.type == "dispute.file" and _stream("session", statement.body["session"]) == bundle.session:
            needed.add(statement.stream)
    reached: set[str] = set()
    while reached != needed:
        reached = set(needed)
        for entry in bundle.entries:
            if entry.statement.stream in reached:
                needed |= needs(entry.statement)
    return needed


def needs(statement: Statement) -> set[str]:
    """The streams that have to be known to judge a statement."""
    body = statement.body
    agents = [statement.issuer] if statement.issuer.startswith("agent://") else []
    domains: list[str] = []
    if not agents and not statement.issuer.startswith("node:"):
        domains.append(statement.issuer)
    if statement.stream_kind == "agent":
        domains.append(organisation_of(statement.stream.removeprefix("agent:")))
    if statement.type == "consent.request":
        domains.append(body["with"])
    hashes: list[str] = []
    kind = body.get("kind")
    if statement.type == "DELEGATE":
        agents.append(body["to"])
        hashes += [body["consent"]] if "consent" in body else []
    elif statement.type == "PROPOSE" and kind == "session-invitation":
        agents += [participant["agent"] for participant in body["participants"]]
        hashes += body["consents"]
    elif statement.type == "PROPOSE" and kind == "admission":
        agents.append(body["agent"])
        hashes += body["consents"]
    if (statement.type, kind) in (("PROPOSE", "session-invitation"), ("COUNTER", "conditions")):
        domains += [schema["by"] for schema in body.get("schemas", []) if "by" in schema]
    for showing in _showings(statement):
        if showing["method"] == "attestation":
            agents.append(showing["by"])
        elif showing["method"] == "schema" and "by" in showing:
            domains.append(showing["by"])
    if statement.type == "INFORM" and kind == "fulfilment" and body["evidence"]["method"] == "attestation":
        agents.append(body["evidence"]["attestation"]["claim"]["attester"])
    domains += [organisation_of(agent) for agent in agents]
    opened = [_stream("consent", text) for text in hashes]
    if statement.type == "dispute.file":
        opened.append(_stream("session", body["session"]))
    elif statement.type == "INFORM" and kind == "award":
        opened.append(_stream("dispute", body["dispute"]))
    return {
        statement.stream,
        *("agent:" + agent for agent in agents),
        *("org:" + name for name in domains),
        *opened,
    }


def _showings(statement: Statement) -> list[dict[str, Any]]:
    """How the obligations and stages that a statement offers are to be shown."""
    owed = [obligation for package in _packages(statement) for obligation in package["obligations"]]
    stages = [stage for obligation in owed for stage in obligation.get("stages", [])]
    return [part["shownBy"] for part in owed + stages if "shownBy" in part]


def _stream(kind: str, name: str) -> str:
    """The stream that the statement with this hash opened."""
    return kind + ":" + name.removeprefix("sha256:")


def _play(bundle: Bundle) -> tuple[Check, Check, Check, Streams]:
    """Keys at each index of the log, and the rules of organisations, agents and consents."""
    streams = Streams(bundle.origin, bundle.node_key)
    strangers: list[str] = []
    broken: list[str] = []
    accepted: list[Entry] = []
    has_unsigned = False
    for entry in bundle.entries:
        if _holds(entry.statement) is not None:
            has_unsigned = True
            continue
        try:
            streams.take(entry.statement, entry.index, entry.log_time)
            accepted.append(entry)
        except Refused as fault:
            by_key = fault.code in ("KEY_NOT_VALID", "SIGNATURE_MISSING")
            (strangers if by_key else broken).append(f"entry {entry.index}: {fault}")
    refused = broken + strangers
    strangers += _out_of_time(streams, accepted)
    count = sum(len(entry.statement.signatures) for entry in accepted)
    proved = f"each of {count} signatures is by a key that was valid then"
    when_logged = _told("keys-when-logged", strangers, proved)
    if when_logged.verdict == "proved" and (has_unsigned or broken):
        when_logged = Check("keys-when-logged", "not shown", "not every statement could be taken")
    kept = not (has_unsigned or broken or strangers)
    replay = _told("replay", refused, "")
    if not refused:
        replay = Check(
            "replay", "not shown", f"organisations, agents and consents are in order; {NOT_PLAYED}"
        )
    return when_logged, _keys_now(streams, accepted, kept), replay, streams


def _out_of_time(streams: Streams, accepted: list[Entry]) -> list[str]:
    """Keys that were taken in their order, but by the indices given had not come yet or had ended."""
    return [
        f"entry {entry.index}: {forms.write_key(signature.key)} could not sign then"
        for entry in accepted
        for signature in entry.statement.signatures
        for histories in [streams.histories(entry.statement)]
        if histories and not any(history.valid_at(signature.key, entry.index) for history in histories)
    ]


def _keys_now(streams: Streams, accepted: list[Entry], kept: bool) -> Check:
    """What was logged in order stays so when a key is distrusted in hindsight, but a reader has to know."""
    if not kept:
        return Check("keys-now", "not shown", "not every statement could be taken")
    for entry in accepted:
        histories = streams.histories(entry.statement)
        signed = [(signature.key, histories) for signature in entry.statement.signatures]
        for key, kept_in in signed + _attested(streams, entry.statement):
            for history in kept_in:
                distrusted_from = history.distrusted_from(key, entry.index)
                if distrusted_from is not None:
                    detail = (
                        f"{forms.write_key(key)} signed entry {entry.index} and is not to be trusted "
                        f"from {distrusted_from} on"
                    )
                    return Check("keys-now", "not shown", detail)
    return Check("keys-now", "proved", "no key was distrusted in hindsight, as far as shown")


def _attested(streams: Streams, statement: Statement) -> list[tuple[bytes, list[KeyHistory]]]:
    """The key by which somebody else attested what is fulfilled here, with where its life is told."""
    body = statement.body
    if (statement.type, body.get("kind")) != ("INFORM", "fulfilment"):
        return []
    if body["evidence"]["method"] != "attestation":
        return []
    attestation = body["evidence"]["attestation"]
    agent = streams.agents.get(attestation["claim"]["attester"])
    key = forms.read_key(attestation["keyId"])
    return [] if agent is None or key is None else [(key, [agent.keys])]


def _packages(statement: Statement) -> list[dict[str, Any]]:
    """The packages that a statement offers."""
    if statement.type not in ("PROPOSE", "COUNTER"):
        return []
    if statement.body["kind"] in ("proposal", "counter-offer"):
        return list(statement.body["packages"])
    return [statement.body["package"]] if statement.body["kind"] == "amendment" else []


def _signed_by_all(bundle: Bundle) -> Check:
    """Everybody who owes or is owed signed one hash of terms, read from the statements alone."""
    said = bundle.in_session()
    by_hash = {forms.write_hash(statement.hash): statement for statement in said}
    completed = by_hash.get(forms.write_hash(bundle.commitment))
    base = by_hash.get(completed.value.get("inReplyTo", "")) if completed is not None else None
    terms = completed.body.get("termsHash") if completed is not None else None
    if completed is None or completed.type != "ACCEPT" or base is None or terms is None:
        return Check("signed-by-all", "not shown", "the statements form no such commitment")
    package = next(
        (item for statement in said for item in _packages(statement) if seal.terms_hash(item) == terms), None
    )
    offered = base.type == "COMMIT" and base.body["termsHash"] == terms
    offered = offered or any(seal.terms_hash(item) == terms for item in _packages(base))
    if package is None or not offered:
        return Check("signed-by-all", "refuted", f"{terms} is not the hash of terms that were offered")
    signed: set[str] = set()
    for statement in said:
        replies = statement.value.get("inReplyTo") == completed.value["inReplyTo"]
        accepts = statement.type == "ACCEPT" and replies and statement.body.get("termsHash") == terms
        if statement is base or accepts:
            principal = statement.value.get("onBehalfOf", [])[:1]
            signed.add(
                by_hash[principal[0]].issuer if principal and principal[0] in by_hash else statement.issuer
            )
    bound = {owed[side] for owed in package["obligations"] for side in ("debtor", "creditor")}
    missing = sorted(bound - signed)
    if missing or len(signed) < 2:
        return Check(
            "signed-by-all", "refuted", f"{', '.join(missing) or 'a second party'} has not signed {terms}"
        )
    return Check("signed-by-all", "proved", f"{len(signed)} parties signed {terms}")


def _checkpoint(bundle: Bundle) -> tuple[log.Note | None, Check]:
    try:
        note = log.read_note(bundle.checkpoint)
    except log.NotProved as fault:
        return None, Check("checkpoint", "refuted", str(fault))
    try:
        log.open_note(bundle.checkpoint, bundle.origin, bundle.node_key)
    except log.NotProved as fault:
        return note, Check("checkpoint", "refuted", str(fault))
    if len(note.lines) != 1:
        return note, Check("checkpoint", "refuted", "it has lines that nothing here can check")
    return note, Check("checkpoint", "proved", f"signed by the log for {note.checkpoint.size} entries")


def _inclusion(bundle: Bundle, note: log.Note | None) -> Check:
    if note is None:
        return Check("inclusion", "not shown", "there is no checkpoint that can be read")
    size, root = note.checkpoint.size, note.checkpoint.root
    faults: list[str] = []
    for entry in bundle.entries:
        said = entry.statement
        leaf = log.leaf_hash(log.entry_bytes(said.hash, said.signatures_hash, entry.log_time))
        try:
            log.check_inclusion(leaf, entry.index, size, entry.proof, root)
        except log.NotProved as fault:
            faults.append(f"entry {entry.index}: {fault}")
    return _told("inclusion", faults, f"the log of {size} entries has each of them")


def _receipts(bundle: Bundle) -> Check:
    faults: list[str] = []
    for entry in bundle.entries:
        said = entry.statement
        expected = {
            "logIndex": entry.index,
            "sequence": said.value["sequence"],
            "origin": bundle.origin,
            "statement": forms.write_hash(said.hash),
            "stream": said.stream,
        }
        given = dict(entry.receipt.value["receipt"])
        given.pop("logTime")
        try:
            log.check_receipt(entry.receipt, bundle.node_key)
        except log.NotProved as fault:
            faults.append(f"entry {entry.index}: {fault}")
            continue
        if given != expected or entry.receipt.log_time != entry.log_time:
            faults.append(f"entry {entry.index}: the receipt is of something else")
    return _told("receipts", faults, "the node signed for each of them")


def _log_key(bundle: Bundle, trusted_key: bytes | None) -> Check:
    named = forms.write_key(bundle.node_key)
    if trusted_key is None:
        return Check(
            "log-key", "not shown", f"whether {named} is the key of a log you trust is for you to know"
        )
    if trusted_key == bundle.node_key:
        return Check("log-key", "proved", "it is the one you trust")
    return Check("log-key", "refuted", f"it is {named}, and you trust {forms.write_key(trusted_key)}")


def _domain_control(bundle: Bundle, streams: Streams) -> Check:
    """What the node found under the domains is its own word, signed by nobody else: it proves nothing."""
    known = sorted(streams.organisations.items())
    looked = any(organisation.checked is not None for _, organisation in known)
    word = "the node's word alone" if looked else "nobody has looked under the domains"
    claims = ", ".join(_domain_claim(domain, organisation) for domain, organisation in known)
    return Check("domain-control", "not shown", f"{word}: {claims}")


def _domain_claim(domain: str, known: Organisation) -> str:
    if known.checked is not None:
        (_, method, found), index = known.checked
        what = "was found" if found else "was not found"
        ended = " and has ended since" if found and not known.is_proved else ""
        return f"the key of {domain} {what} ({method}, entry {index}){ended}"
    if known.evidence is not None:
        return f"{domain} says that it is published ({known.evidence[1]})"
    return f"{domain} names no evidence"


def _later(bundle: Bundle, note: log.Note | None) -> Check:
    shown = [entry.index for entry in bundle.entries if entry.statement.stream == bundle.session]
    last = f"entry {shown[-1]}" if shown else "no entry"
    size = note.checkpoint.size if note is not None else 0
    return Check(
        "later", "not shown", f"the session is shown up to {last} of a log of {size}; later ones are not here"
    )
