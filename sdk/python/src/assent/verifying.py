"""Offline proofs: what a bundle shows, judged by the core and by nobody's word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import _core
from .errors import Unverified


@dataclass(frozen=True)
class Check:
    """A check and how it came out."""

    rule: str
    #: What is claimed, as a sentence.
    claim: str
    #: ``proved``, ``refuted`` or ``not-shown``.
    verdict: str
    #: What was found, in a few words.
    detail: str


@dataclass(frozen=True)
class Report:
    """All verdicts on a bundle."""

    #: Whether nothing is otherwise than the bundle claims. Without the log's key as anchor, whose log it is stays open.
    ok: bool
    checks: list[Check]
    #: What the bundle is about, its signatures and the commitment, as the core tells it.
    raw: Mapping[str, Any] = field(repr=False)

    def __bool__(self) -> bool:
        return self.ok


def digest(content: bytes) -> str:
    """The SHA-256 of bytes as the protocol writes it: what shows a delivery that was agreed on by its digest."""
    return _core.digest(content)


def verify(bundle: bytes, anchors: str | None = None) -> Report:
    """Verifies the file of a commitment, without a network. ``anchors`` is the log's key as one knows it from elsewhere.

    :raises Unverified: if the bytes are no bundle.
    """
    try:
        ok, text = _core.verify_bundle(bundle, anchors)
    except ValueError as error:
        raise Unverified(str(error)) from None
    raw = json.loads(text)
    return Report(ok, [Check(**check) for check in raw["checks"]], raw)
