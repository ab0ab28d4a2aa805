"""Offline proofs: what a bundle shows, judged by the core and by nobody's word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import _core
from .errors import Unverified
from .keys import AgentKey


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
    #: The one statement whose disclosure it is about.
    statement: str | None = None


@dataclass(frozen=True)
class Report:
    """All verdicts on a bundle."""

    #: Whether nothing is otherwise than the bundle claims. Without the log's key as anchor, whose log it is stays open.
    ok: bool
    checks: list[Check]
    #: What the bundle is about, its signatures and the commitment, as the core tells it.
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def disclosed(self) -> list[dict[str, Any]]:
        """What was disclosed to the keys that it was verified with, and holds: ``statement``, ``issuer``, ``body``.

        What its author committed to. ``unread`` has the code of a rule that it breaks, ``couldNotRead`` the members who said
        that they could not read it.
        """
        return list((self.raw.get("disclosed") or {}).get("statements", ()))

    def __bool__(self) -> bool:
        return self.ok


def digest(content: bytes) -> str:
    """The SHA-256 of bytes as the protocol writes it: what shows a delivery that was agreed on by its digest."""
    return _core.digest(content)


def verify(bundle: bytes, anchors: str | None = None, keys: Iterable[AgentKey] = ()) -> Report:
    """Verifies the file of a commitment or a case, without a network.

    ``anchors`` is the log's key as one knows it from elsewhere. What is disclosed in the file to one of ``keys`` is opened,
    and held against what was signed: :attr:`Report.disclosed`.

    :raises Unverified: if the bytes are no bundle.
    :raises TypeError: if one of ``keys`` is none.
    """
    opening = list(keys)
    if strange := next((type(key).__name__ for key in opening if not isinstance(key, AgentKey)), None):
        raise TypeError(f"keys: an AgentKey opens what was disclosed to it, and no {strange} does")
    try:
        ok, text = _core.verify_bundle(bundle, anchors, [key._secret for key in opening])
    except ValueError as error:
        raise Unverified(str(error)) from None
    raw = json.loads(text)
    return Report(ok, [Check(**check) for check in raw["checks"]], raw)
