#!/usr/bin/env python3
"""The independent verifier on the command line: prints a table, closes with the line `N passed, N failed`.

Reads nothing but the files that it is given and the schemas of the repository; needs no network and no
package.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bundle as bundles  # noqa: E402
import forms  # noqa: E402
import fraud  # noqa: E402
import log  # noqa: E402
import statement as statements  # noqa: E402
import vectors  # noqa: E402
from refusal import Refused  # noqa: E402
from transcript import Transcript  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
DETAIL_MAX = 300


def main(arguments: Sequence[str]) -> int:
    """Runs a command; 0 if all that was checked holds, 1 if something does not, 2 without a file."""
    options = parser().parse_args(arguments)
    try:
        passed, failed = options.run(options)
    except (OSError, UnicodeDecodeError) as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 2
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    top = argparse.ArgumentParser(prog="verify.py", description="A second opinion on what Assent says.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("vectors", help="judge the test vectors of the specification")
    command.add_argument("folder", nargs="?", type=Path, default=ROOT / "spec" / "vectors", metavar="DIR")
    command.set_defaults(run=check_vectors)
    command = commands.add_parser("transcript", help="check what the conformance kit wrote with --transcript")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=check_transcript)
    command = commands.add_parser("bundle", help="check the proof of a commitment")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--node-key", metavar="KEY", type=node_key, help="the log's key, known from elsewhere"
    )
    command.set_defaults(run=check_bundle)
    command = commands.add_parser("receipt", help="check a receipt")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--node-key", metavar="KEY", type=node_key, help="the log's key, known from elsewhere"
    )
    command.add_argument("--statement", metavar="FILE", type=Path, help="the envelope that it is for")
    command.set_defaults(run=check_receipt)
    command = commands.add_parser("fraud", help="check a proof that a node contradicted itself")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--node-key", metavar="KEY", type=node_key, help="the log's key, known from elsewhere"
    )
    command.set_defaults(run=check_fraud)
    return top


def node_key(text: str) -> bytes:
    """The key of a `did:key`."""
    key = forms.read_key(text)
    if key is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no did:key of Ed25519")
    return key


def row(verdict: str, name: str, detail: str = "") -> None:
    """A row of the table."""
    shown = detail if len(detail) <= DETAIL_MAX else detail[:DETAIL_MAX] + "…"
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in shown)
    print(f"{verdict:<9}  {name:<28}  {printable}".rstrip())


def check_vectors(options: argparse.Namespace) -> tuple[int, int]:
    """Every file of the folder; a row for each file and for each vector that is judged otherwise."""
    passed = failed = left = 0
    for report in vectors.run(options.folder):
        passed, failed, left = passed + report.passed, failed + len(report.faults), left + len(report.left)
        counts = f"{report.passed} of {report.passed + len(report.faults)}"
        row("FAILED" if report.faults else "agrees", report.name, counts)
        for name, fault in report.faults:
            row("", "  " + name, fault)
    if left:
        row("not here", "by the rules of sessions", f"{left} vectors, which need the rules of sessions")
    return passed, failed


def check_transcript(options: argparse.Namespace) -> tuple[int, int]:
    """Every line of a transcript; those that do not hold are shown one by one."""
    counts: dict[str, list[int]] = {}
    for outcome in Transcript().lines(options.file.read_text("utf-8")):
        kind = outcome.name.partition(": ")[2] or "unknown"
        counts.setdefault(kind, [0, 0])[outcome.fault is not None] += 1
        if outcome.fault is not None:
            row("FAILED", outcome.name, outcome.fault)
    for kind, (holding, failing) in sorted(counts.items()):
        row("FAILED" if failing else "holds", kind, f"{holding} of {holding + failing}")
    return sum(count[0] for count in counts.values()), sum(count[1] for count in counts.values())


def check_bundle(options: argparse.Namespace) -> tuple[int, int]:
    """Every check of a bundle; what is not shown counts as neither."""
    try:
        checks = bundles.verify(bundles.read(options.file.read_bytes()), options.node_key)
    except bundles.Unreadable as fault:
        row("refuted", "form", f"{fault} (ASP-BUN-001)")
        return 0, 1
    for check in checks:
        row(check.verdict, f"{check.name} ({check.rule})", check.detail)
    verdicts = [check.verdict for check in checks]
    return verdicts.count("proved"), verdicts.count("refuted")


def check_receipt(options: argparse.Namespace) -> tuple[int, int]:
    """A receipt, by the log's key where it is given, else by the key that the receipt names."""
    checks: list[tuple[str, str, str]] = []
    try:
        receipt = log.read_receipt(options.file.read_bytes().strip())
        said = receipt.value["receipt"]
        checks.append(
            ("proved", "form", f"index {said['logIndex']} of {said['origin']} at {said['logTime']}")
        )
        log.check_receipt(receipt, options.node_key or receipt.key)
        checks.append(("proved", "signature", f"by {forms.write_key(receipt.key)}"))
        if options.node_key is None:
            checks.append(
                ("not shown", "log-key", "whether that is the key of a log you trust is for you to know")
            )
        if options.statement is not None:
            checks.append(_receipt_is_of(said, options.statement.read_bytes()))
    except log.NotProved as fault:
        checks.append(("refuted", "receipt", str(fault)))
    for verdict, name, detail in checks:
        row(verdict, name, detail)
    verdicts = [verdict for verdict, _, _ in checks]
    return verdicts.count("proved"), verdicts.count("refuted")


def check_fraud(options: argparse.Namespace) -> tuple[int, int]:
    """A proof of fraud, about the log's key where it is given, else about the key that it names."""
    try:
        found = fraud.check_fraud(options.file.read_bytes().removesuffix(b"\n"), options.node_key)
    except log.NotProved as fault:
        row("refuted", "fraud", str(fault))
        return 0, 1
    row("proved", "fraud", found)
    if options.node_key is None:
        row("not shown", "log-key", "whether that is the key of a log you trust is for you to know")
    return 1, 0


def _receipt_is_of(said: dict[str, object], data: bytes) -> tuple[str, str, str]:
    try:
        judged = statements.judge(data)
    except Refused as fault:
        return "refuted", "statement", str(fault)
    named = (forms.write_hash(judged.hash), judged.stream, judged.value["sequence"])
    same = named == (said["statement"], said["stream"], said["sequence"])
    return (
        "proved" if same else "refuted",
        "statement",
        f"the receipt is {'' if same else 'not '}of this statement",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
