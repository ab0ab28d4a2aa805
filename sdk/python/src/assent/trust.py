"""Trust, recomputed: whether an answer is what the log gives, believing neither the node nor the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from . import _core
from .errors import Unverified
from .message import Trust


@dataclass(frozen=True)
class Factor:
    """A factor of a score."""

    #: Its letter in the model: ``R``, ``L``, ``q``, ``D`` or ``F``.
    symbol: str
    name: str
    #: ``R`` in deals of the class's value, the others between 0 and 1; in millionths, exactly.
    value: Decimal
    #: What it says, as a sentence.
    meaning: str


@dataclass(frozen=True)
class Recount:
    """What the log gives to the question of an answer, beside that answer."""

    #: Whether the log gives this answer, digit by digit.
    ok: bool
    #: The members of the answer that the log gives otherwise, or does not give.
    differing: list[str]
    #: From 0 to 100 points, by the log; none in the history of a score.
    score: Decimal | None
    #: What the score is made of, by the log; nothing in a profile and in a history.
    factors: list[Factor]
    #: The log and its node's key, by the export's own word: compare them with what you know.
    origin: str
    node_key: str
    #: How many entries the export has, all of which hold.
    entries: int
    #: The RFC 6962 root over them.
    root: str
    #: The whole answer that the log gives.
    raw: Mapping[str, Any] = field(repr=False)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def verdict(self) -> str:
        """``proved`` or ``refuted``."""
        return "proved" if self.ok else "refuted"


def verify(
    answer: Trust | Mapping[str, Any] | bytes,
    export: str | os.PathLike[str] | BinaryIO,
    *,
    node_key: str | None = None,
) -> Recount:
    """Computes an answer about trust anew from an export of the log, and compares them.

    ``answer`` is what :meth:`Agent.trust` gave, or the JSON of ``GET /v1/trust`` or of ``assent trust show``, ``explain``,
    ``profile`` or ``history`` with ``--json``. ``export`` is what ``assent log export`` wrote: a path, or a file that is open
    for reading bytes. ``node_key`` is the node's key as one knows it from elsewhere, ``did:key:…``.

    Every signature in the export is verified and every entry judged, so it takes about as long as the log is; in a
    program that has other things to do: ``await asyncio.to_thread(assent.trust.verify, answer, "log.jsonl")``.

    :raises Unverified: if nothing can be said: the answer is none, the export is none, does not hold, is of another node,
        or ends before what the answer looked at.
    """
    given = answer.raw if isinstance(answer, Trust) else answer
    told = given if isinstance(given, bytes) else json.dumps(dict(given)).encode()
    try:
        if isinstance(export, (str, os.PathLike)):
            with Path(export).open("rb") as lines:
                found = _recount(told, lines, node_key)
        else:
            found = _recount(told, export, node_key)
    except (_core.Unverifiable, ValueError) as error:
        raise Unverified(str(error)) from None
    raw = found["answer"]
    factors = [Factor(it["symbol"], it["name"], Decimal(it["value"]), it["meaning"]) for it in raw.get("factors", ())]
    return Recount(
        ok=not found["differing"],
        differing=found["differing"],
        score=Decimal(raw["score"]) if "score" in raw else None,
        factors=factors,
        origin=found["origin"],
        node_key=found["nodeKey"],
        entries=found["entries"],
        root=found["root"],
        raw=raw,
    )


def _recount(answer: bytes, lines: BinaryIO, node_key: str | None) -> dict[str, Any]:
    recount = _core.Recount(answer, _line(lines))
    while (line := _line(lines)) and recount.take(line):
        pass
    found: dict[str, Any] = json.loads(recount.finish(node_key))
    return found


def _line(lines: BinaryIO) -> bytes:
    """The next line with its end; nothing after the last."""
    line = lines.readline(_core.LINE_BYTES_MAX)
    if len(line) == _core.LINE_BYTES_MAX and not line.endswith(b"\n"):
        raise Unverified("a line of the export is longer than an entry can be")
    return line


__all__ = ["Factor", "Recount", "verify"]
