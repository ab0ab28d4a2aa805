"""What a guard judges a session by: what was said in it, verified, and never the node's word for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from . import _core
from ._node import held
from ._party import Party
from .message import Message

#: Offers that bind nobody by an acceptance alone, unless they say so.
_BUSINESS = frozenset({"proposal", "counter-offer"})


class Ground:
    """A session as its statements have it, for the guard of one who takes part."""

    def __init__(self, party: Party, stream: str) -> None:
        self._party = party
        self._stream = stream
        self._after: int | None = None
        self._lock = asyncio.Lock()
        #: What the session is about, as its opening statement says.
        self.capability: str | None = None
        self._peers: set[str] = set()
        self._free: set[str] = set()
        self._newcomers: dict[str, str] = {}

    @property
    def peers(self) -> tuple[str, ...]:
        """Whom the opening statement names, and whoever else has spoken; without who reads."""
        return tuple(sorted(self._peers - {self._party.issuer}))

    async def read(self) -> None:
        """Reads what was said since it was last read."""
        async with self._lock:
            node = await self._party.node()
            for logged in await self._party.chained(self._stream, self._after):
                await node.authors.check(logged)
                with held():
                    self._take(Message._of(logged, self._party.issuer))
                self._after = logged.sequence

    def _take(self, said: Message) -> None:
        if said.sequence == 0:
            # The session's id is the hash of this statement.
            self.capability = said.body["capability"]
            self._peers.update(it["agent"] for it in said.body["participants"])
        if _core.issuer_kind(said.sender) == "agent":
            self._peers.add(said.sender)
        if said.kind in _BUSINESS and said.body["binding"] is False:
            self._free.add(said.hash)
        if (said.type, said.kind) == ("PROPOSE", "admission"):
            self._newcomers[said.hash] = said.body["agent"]

    def binds(self, offer: str | None) -> bool:
        """Whether an acceptance of this can bind: always, unless it was read as an offer that says otherwise."""
        return offer not in self._free

    def lets_in(self, type: str, body: Mapping[str, Any], reply: str | None) -> str | None:
        """Whom a statement would let come in or act, if that is known."""
        if type == "DELEGATE":
            agent = body.get("to")
        elif body.get("kind") == "admission":
            agent = body.get("agent") if type == "PROPOSE" else self._newcomers.get(reply or "")
        else:
            agent = None
        return agent if isinstance(agent, str) else None
