"""Challenges: what an agent may sign when it is asked whether it is there, and what counts as its answer."""

from __future__ import annotations

import json
from collections.abc import Container
from typing import Any

import canonical
import ed25519
import forms
import p256
from log import NotProved
from refusal import Refused
from statement import schemas

TAG = b"asp/1.0/challenge\n"
CHALLENGE_BYTES_MAX = 1024
CLOCK_SKEW_MS = 120_000


def check_challenge(data: bytes, agent: str, audience: str, now: int) -> None:
    """Whether this agent, which works with this log, may sign the challenge; `now` in milliseconds since 1970."""
    malformed = NotProved("not-canonical", "not the canonical JSON of a challenge")
    if len(data) > CHALLENGE_BYTES_MAX:
        raise malformed
    try:
        value = canonical.scan(data)
    except Refused:
        raise malformed from None
    if schemas().check("challenge.json", value) is not None:
        raise malformed
    if value["agent"] != agent:
        raise NotProved("other-agent", "the challenge is for another agent")
    if value["audience"] != audience:
        raise NotProved("other-log", "the challenge is of another log")
    if abs((forms.read_instant(value["issuedAt"]) or 0) - now) > CLOCK_SKEW_MS:
        raise NotProved("other-time", "the challenge is of another time")


def check_answer(data: bytes, challenge: bytes, keys: Container[bytes]) -> None:
    """Whether the bytes answer the challenge by one of the agent's current keys."""
    key, signature = _read(data)
    if key not in keys:
        raise NotProved("other-key", "the key is not one of the agent's")
    scheme = ed25519 if len(key) == 32 else p256
    try:
        holds = scheme.verify(key, TAG + challenge, signature)
    except ed25519.NoKey:
        raise NotProved("other-key", "the key is none") from None
    if not holds:
        raise NotProved("invalid-signature", "the signature is of something else")


def _read(data: bytes) -> tuple[bytes, bytes]:
    """The key and the signature; the two members may be spelt in any way, but once each."""
    malformed = NotProved("no-answer", "not an answer to a challenge")
    if len(data) > CHALLENGE_BYTES_MAX:
        raise malformed

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise malformed
        return dict(pairs)

    try:
        value = json.loads(data, object_pairs_hook=once)
    except ValueError:
        raise malformed from None
    if not isinstance(value, dict) or set(value) != {"keyId", "signature"}:
        raise malformed
    key, signature = forms.read_key(value["keyId"]), forms.read_signature(value["signature"])
    if key is None or signature is None:
        raise malformed
    return key, signature
