"""An answer about trust is what an export of the log gives, and nothing else passes for it."""

from __future__ import annotations

import copy
import gzip
import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import assent
from assent import trust

from .support import Market, Served, binary, clean


async def deal(traders: Market) -> assent.Trust:
    """A deal that is kept, and what its buyer is then told of its seller."""
    buyer, seller = await traders.session()
    await buyer.propose(traders.package("1000 USD"), binding=True)
    await seller.view()
    await seller.accept()
    await seller.fulfil("delivery", "the machines are yours")
    await buyer.view()
    await buyer.acknowledge("delivery")
    return await traders.buyer.trust(traders.seller.name, "1000 USD")


def exported(node: Served, tmp_path: Path) -> Path:
    log = tmp_path / "log.jsonl"
    export = [binary(), "log", "export", "--data", str(node.data), "--output", str(log)]
    subprocess.run(export, check=True, env=clean(), stderr=subprocess.DEVNULL)
    return log


async def test_an_answer_is_recomputed_digit_by_digit(node: Served, traders: Market, tmp_path: Path) -> None:
    told = await deal(traders)
    # What came later does not count.
    assert (await deal(traders)).score > told.score > 10
    log, key = exported(node, tmp_path), await traders.client.key()
    found = trust.verify(told, log, node_key=key)
    assert found and found.verdict == "proved" and not found.differing
    assert (found.score, found.raw, found.node_key) == (told.score, told.raw, key)
    assert {it.symbol for it in found.factors} == {"R", "L", "q", "D", "F"}
    assert all(it.meaning for it in found.factors)
    assert next(it.value for it in found.factors if it.symbol == "R") == Decimal("1.000000")
    assert found.entries > told.raw["question"]["prefix"]
    # As text, and from a file that is open.
    compressed = tmp_path / "log.jsonl.gz"
    compressed.write_bytes(gzip.compress(log.read_bytes()))
    with gzip.open(compressed) as lines:
        assert trust.verify(json.dumps(dict(told.raw)).encode(), lines)  # type: ignore[arg-type]


async def test_whatever_digit_is_forged_is_named(node: Served, traders: Market, tmp_path: Path) -> None:
    told = await deal(traders)
    log = exported(node, tmp_path)

    def forged(*path: str | int, value: Any) -> trust.Recount:
        raw = copy.deepcopy(dict(told.raw))
        place: Any = raw
        for step in path[:-1]:
            place = place[step]
        assert place[path[-1]] != value
        place[path[-1]] = value
        return trust.verify(raw, log)

    score = str(told.raw["score"])
    higher = score[:-1] + str((int(score[-1]) + 1) % 10)
    for path, value in [(("score",), higher), (("factors", 0, "value"), "1.000001"), (("levelNumber",), 4)]:
        found = forged(*path, value=value)
        assert not found and found.verdict == "refuted"
        assert found.differing == [path[0]]
        # What the log gives is known all the same.
        assert (found.score, found.raw) == (told.score, told.raw)
    # The same answer to another question is another one.
    assert not forged("question", "class", "amount", value="1000000")


async def test_nothing_is_said_where_nothing_is_known(node: Served, traders: Market, tmp_path: Path) -> None:
    early = exported(node, tmp_path).read_bytes()
    told = await deal(traders)
    log = exported(node, tmp_path)
    whole = log.read_bytes()
    lines = whole.splitlines(keepends=True)
    changed = whole.replace(b"GPU", b"TPU", 1)
    assert changed != whole
    stranger = assent.AgentKey.generate().id

    def refused(answer: Any, export: bytes, words: str, key: str | None = None) -> None:
        place = tmp_path / "other.jsonl"
        place.write_bytes(export)
        with pytest.raises(assent.Unverified, match=words):
            trust.verify(answer, place, node_key=key)

    refused(told, early, "the answer looked at")
    refused(told, changed, "does not hold: entry 1: INVALID_SIGNATURE")
    refused(told, b"".join(lines[:-1]), "no checkpoint")
    refused(told, whole + lines[-1], "after the checkpoint")
    refused(told, b"", "not that of an export")
    refused(told, b"x" * 10_000_000, "longer than")
    refused(told, lines[0] + b"x" * 10_000_000, "longer than")
    refused(told, whole, "another node", stranger)
    refused(told, whole, "a key", "did:key:nobody")
    refused({}, whole, "names no question")
    refused(b"[]", whole, "no answer about trust")
    with pytest.raises(FileNotFoundError):
        trust.verify(told, tmp_path / "nowhere.jsonl")
