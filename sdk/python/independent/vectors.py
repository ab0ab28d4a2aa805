"""The test vectors of the specification, judged by this code alone.

A statement's vector agrees if code and rule are the same and the pointer is the same place or one above it.
How a vector of the log or of a bundle is judged is told by the members that it has.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import forms
import statement as statements
from refusal import Refused


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
        above = (refused.pointer + "/").startswith(case["pointer"] + "/")
        return None if same and above else f"{refused} found, {expected}"
    return f"taken, {expected}"


JUDGES: dict[str, Callable[[Any, Report], None]] = {
    "statements": judge_statements,
}
