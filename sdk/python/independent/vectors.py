"""The test vectors of the specification, judged by this code alone.

A statement's vector agrees if code and rule are the same and the pointer is the same place, one above or
below. How a vector of the log or of a bundle is judged is told by the members that it has.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bundle as bundles
import canonical
import challenge
import forms
import fraud
import log
import seal
import statement as statements
from refusal import Refused
from transcript import hash_of, key_of


@dataclass
class Report:
    """What came of a file: how many vectors agree, which do not and why, which this verifier cannot judge."""

    name: str
    passed: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def told(self, name: str, fault: str | None) -> None:
        """Counts a vector; without a fault it agrees."""
        if fault is None:
            self.passed += 1
        else:
            self.faults.append((name, fault))


def run(folder: Path) -> Iterator[Report]:
    """The report of every file below the folder; a folder without files is a fault."""
    found = False
    for kind, judge in JUDGES.items():
        for path in sorted((folder / kind).glob("*.json")):
            found = True
            report = Report(f"{kind}/{path.name}")
            judge(json.loads(path.read_text("utf-8")), report)
            yield report
    if not found:
        yield Report(str(folder), faults=[("", "there are no vectors here")])


def judge_statements(file: dict[str, Any], report: Report) -> None:
    """The vectors of one type of statement."""
    for case in file["accept"]:
        report.told(f"accept {case['name']}", _accepted(case, file["type"]))
    for case in file["reject"]:
        report.told(f"reject {case['name']} of {case['of']}", _rejected(case))


def _accepted(case: dict[str, Any], kind: str) -> str | None:
    try:
        judged = statements.judge(case["envelope"].encode("utf-8"))
    except Refused as refused:
        return f"refused: {refused}"
    found = judged.type, forms.write_hash(judged.hash), forms.write_hash(judged.signatures_hash)
    expected = kind, case["hash"], case["signaturesHash"]
    return None if found == expected else f"{found} found, {expected} expected"


def _rejected(case: dict[str, Any]) -> str | None:
    data = (
        base64.b64decode(case["envelopeBase64"])
        if "envelopeBase64" in case
        else case["envelope"].encode("utf-8")
    )
    expected = f"{case['code']} at {case['pointer'] or 'the top'} ({case['rule']}) expected"
    try:
        statements.judge(data)
    except Refused as refused:
        same = (refused.code, refused.rule) == (case["code"], case["rule"])
        found, named = refused.pointer + "/", case["pointer"] + "/"
        near = found.startswith(named) or named.startswith(found)
        return None if same and near else f"{refused} found, {expected}"
    return f"taken, {expected}"


def judge_log(file: dict[str, Any], report: Report) -> None:
    """What a log says of itself, and challenges: told apart by the members that they have."""
    for case in file["accept"]:
        report.told(f"accept {case['name']}", _proved(case))
    for case in file.get("reject", []):
        report.told(f"reject {case['change']} of {case['of']}", _not_proved(case))


def _proved(case: dict[str, Any]) -> str | None:
    try:
        return _follow(case)
    except log.NotProved as fault:
        return f"{fault.fault}: {fault}"


def _not_proved(case: dict[str, Any]) -> str | None:
    try:
        _follow(case)
    except log.NotProved as fault:
        return None if fault.fault == case["fault"] else f"{fault.fault} found, {case['fault']} expected"
    return f"it holds, {case['fault']} expected"


def _follow(case: dict[str, Any]) -> str | None:
    """Proves what a case claims: raises `NotProved`, or gives a fault where something else comes out."""
    if "checkpoint" in case:
        found = log.open_note(case["checkpoint"], case["origin"], key_of(case["nodeKey"])).checkpoint
        same = "root" not in case or (found.size, found.root) == (case["size"], hash_of(case["root"]))
        return None if same else "size or root is another"
    if "challenge" in case:
        asked, now = case["challenge"].encode("utf-8"), forms.read_instant(case["now"]) or 0
        challenge.check_challenge(asked, case["agent"], case["audience"], now)
        challenge.check_answer(case["answer"].encode("utf-8"), asked, {key_of(key) for key in case["keys"]})
        return None
    if "fraud" in case:
        fraud.check_fraud(case["fraud"].encode("utf-8"), key_of(case["nodeKey"]))
        return None
    if "receipt" in case:
        log.check_receipt(log.read_receipt(case["receipt"].encode("utf-8")), key_of(case["nodeKey"]))
        return None
    path = [hash_of(text) for text in case.get("proof", [])]
    if "from" in case:
        roots = hash_of(case["fromRoot"]), hash_of(case["toRoot"])
        log.check_consistency(case["from"], case["to"], *roots, path)
        return None
    log_time = forms.read_instant(case["logTime"]) or 0
    entry = log.entry_bytes(hash_of(case["statement"]), hash_of(case["signatures"]), log_time)
    leaf = log.leaf_hash(entry)
    if "leaf" in case:
        same = (leaf, entry) == (hash_of(case["leaf"]), base64.b64decode(case["bytesBase64"]))
        return None if same else "the leaf has other bytes"
    log.check_inclusion(leaf, case["index"], case["size"], path, hash_of(case["root"]))
    return None


def judge_seals(file: dict[str, Any], report: Report) -> None:
    """What is sealed and what binds it: told apart by the members that they have."""
    for case in file["accept"]:
        try:
            report.told(f"accept {case['name']}", _bound(case))
        except Refused as refused:
            report.told(f"accept {case['name']}", f"refused: {refused}")
    for case in file["reject"]:
        name, expected = f"reject {case['change']} of {case['of']}", case["fault"]
        try:
            fault = _bound(case) or f"it is bound, {expected} expected"
        except Refused as refused:
            fault = None if refused.code == expected else f"{refused} found, {expected} expected"
        report.told(name, fault)


def _bound(case: dict[str, Any]) -> str | None:
    """Opens what a case has: raises `Refused`, or gives a fault where something else comes out."""
    if "package" in case:
        return None if seal.terms_hash(case["package"]) == case["termsHash"] else "the terms have another hash"
    if "packageBase64" in case:
        found = seal.package_hash(base64.b64decode(case["packageBase64"]))
        return None if forms.write_hash(found) == case["hash"] else "the key package has another hash"
    data = case["statement"].encode("utf-8")
    said = statements.read(canonical.scan(data), data, ())
    padded = base64.b64decode(case["paddedBase64"])
    opened = seal.read(said, padded, case["mode"])
    if case.get("opened") != {"body": opened.body, "salt": opened.salt.hex()}:
        return "something else was sealed"
    if seal.pack(opened) != padded:
        return "it is padded otherwise"
    return None if seal.place_of(said) == base64.b64decode(case["placeBase64"]) else "it stands elsewhere"


def judge_bundles(file: dict[str, Any], report: Report) -> None:
    """Bundles that are in order, and changed ones with all rules that are refuted."""
    trusted_key = key_of(file["nodeKey"])
    for case in file["accept"]:
        refuted = _refuted(case["bundle"], trusted_key)
        report.told(f"accept {case['name']}", f"{sorted(refuted)} refuted" if refuted else None)
    for case in file["reject"]:
        name = f"reject {case['change']}"
        expected = set(case["refuted"]) - NOT_PLAYED
        if not expected:
            report.left.append(name)
            continue
        found = _refuted(case["bundle"], trusted_key) - NOT_PLAYED
        fault = f"{sorted(found)} refuted, {sorted(expected)} expected"
        report.told(name, None if found == expected else fault)


def _refuted(text: str, trusted_key: bytes) -> set[str]:
    """The rules that a bundle breaks."""
    try:
        checks = bundles.verify(bundles.read(text.encode("utf-8")), trusted_key)
    except bundles.Unreadable:
        return {bundles.CHECKS["form"]}
    return {check.rule for check in checks if check.verdict == "refuted"}


# What follows from the rules of sessions, which are not played here.
NOT_PLAYED = {bundles.CHECKS["replay"], bundles.CHECKS["obligations"]}

JUDGES: dict[str, Callable[[Any, Report], None]] = {
    "statements": judge_statements,
    "log": judge_log,
    "challenges": judge_log,
    "seals": judge_seals,
    "bundles": judge_bundles,
}
