"""A node as anybody can use it, and the way to agents and organisations at it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from . import _core
from ._node import Node, Receipt, held, loaded, told
from ._transport import Transport
from .agent import Agent
from .errors import Missing, Refused
from .guard import Guard
from .keys import AgentKey
from .message import Found
from .organisation import Organisation
from .terms import Money

#: Where a node listens unless it is told otherwise.
LOCAL = "http://127.0.0.1:4860"
#: The largest page of a search.
PAGE_SIZE_MAX = 100


class Client:
    """A node: ``async with Client("http://127.0.0.1:4860") as client``; without an address the one that ``ASSENT_NODE``
    has, as for the command line, or this machine's.

    Nobody has to trust it: every receipt is verified under its key, every statement under a key that its issuer's own
    stream gives. ``key`` pins the node's key (``did:key:…``) for who has it from elsewhere; without it the node is asked,
    once. ``http`` is a client of one's own, for proxies and certificates; it must not follow redirects.
    """

    def __init__(
        self, url: str | None = None, *, key: str | None = None, http: httpx.AsyncClient | None = None
    ) -> None:
        self._transport = Transport(url or os.environ.get("ASSENT_NODE") or LOCAL, http)
        self._pinned = key
        self._node: Node | None = None
        self._lock = asyncio.Lock()
        self._vaults: dict[tuple[str, Path | None], _core.Vault] = {}

    async def __aenter__(self) -> Client:
        try:
            await self._connected()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends its connections."""
        await self._transport.aclose()

    async def _connected(self) -> Node:
        async with self._lock:
            if self._node is None:
                self._node = await Node.connect(self._transport, self._pinned)
            return self._node

    async def _get(self, path: str) -> dict[str, Any]:
        return loaded(await self._transport.repeat("GET", path))

    # What the node is

    async def origin(self) -> str:
        """The name of its log."""
        return (await self._connected()).origin

    async def key(self) -> str:
        """The key that signs its receipts and checkpoints, ``did:key:…``."""
        return (await self._connected()).key

    async def after(self, span: timedelta) -> str:
        """The instant so long from now by the node's clock, as the protocol writes it."""
        return _core.instant((await self._connected()).now_ms() + span // timedelta(milliseconds=1))

    async def size(self) -> int:
        """How many entries its log has, as its newest checkpoint says, whose signature is verified."""
        node = await self._connected()
        note = (await self._transport.repeat("GET", "/log/checkpoint")).decode("utf-8", "replace")
        with held():
            return _core.read_checkpoint(note, node.origin, node.key)[0]

    # Parties

    def agent(
        self,
        name: str,
        key: AgentKey,
        *,
        guard: Guard | None = None,
        vault: str | os.PathLike[str] | None = None,
    ) -> Agent:
        """An agent that is registered already. ``guard`` has to allow whatever it is to sign.

        ``vault`` is the folder of its own in which it keeps what it needs for sealed sessions, and which is made when it is
        needed. Unless it is named it is in ``vaults`` beside the keyring's folder, where the command line has it too; without
        a keyring it ends with this client.
        """
        return Agent(self, name, key, guard, self._vault(_core.agent_uri(name), key, vault))

    def _vault(self, agent: str, key: AgentKey, path: str | os.PathLike[str] | None) -> _core.Vault:
        if path is not None:
            folder: Path | None = Path(path).absolute()
        elif key._folder is not None:
            folder = key._folder.absolute().parent / "vaults" / _core.key_file_name(agent)
        else:
            folder = None
        # In memory there is one for each agent, for all who are made of it here.
        return self._vaults.setdefault((agent, folder), _core.Vault(agent, folder))

    def organisation(self, domain: str, key: AgentKey) -> Organisation:
        """An organisation, registered or not."""
        return Organisation(self, domain, key)

    async def register(
        self,
        name: str,
        *,
        organisation: AgentKey,
        key: AgentKey,
        card: Mapping[str, Any],
        guard: Guard | None = None,
        vault: str | os.PathLike[str] | None = None,
    ) -> Agent:
        """Registers an agent, and its organisation first if nobody has; gives the agent. Doing it again changes nothing.

        ``organisation`` is the key of the organisation that the name begins with. ``card`` has ``capabilities``, and
        ``name`` and ``description`` if they are to differ from the agent's name.

        :raises Refused: if somebody else has the name.
        """
        agent = self.agent(name, key, guard=guard, vault=vault)
        organised = self.organisation(agent.organisation, organisation)
        if await self._absent(f"/v1/organisations/{agent.organisation}"):
            await organised.register()
        if await self._absent(f"/v1/agents/{agent.name.removeprefix('agent://')}"):
            called = agent.name.rpartition("/")[2]
            shown = {"name": called, "description": card.get("name", called), **card}
            await organised.register_agent(agent.name, key, shown)
        elif key.id not in {it["key"] for it in (await agent.shown())["keys"] if "until" not in it}:
            raise Missing(f"{agent.name} is registered, and not with this key")
        return agent

    async def _absent(self, path: str) -> bool:
        try:
            await self._get(path)
        except Refused as refused:
            if refused.status == 404:
                return True
            raise
        return False

    # The registry

    async def discover(
        self,
        text: str | None = None,
        *,
        capability: str | None = None,
        organisation: str | None = None,
        max_price: Money | str | None = None,
        limit: int = 10,
        **more: Any,
    ) -> list[Found]:
        """Agents that fit, best first. ``more`` are other members of a search, such as ``language`` and ``sort``."""
        query: dict[str, Any] = {"pageSize": min(limit, PAGE_SIZE_MAX), **more}
        given = {"text": text, "capability": capability, "organisation": organisation}
        query.update({name: value for name, value in given.items() if value is not None})
        if max_price is not None:
            query["maxPrice"] = Money.of(max_price).wire()
        found: list[Found] = []
        while True:
            page = loaded(await self._transport.repeat("POST", "/v1/search", body=json.dumps(query).encode()))
            found += told(lambda page: [Found._of(raw) for raw in page["agents"]], page)
            if len(found) >= limit or not (token := page.get("nextPageToken")):
                return found[:limit]
            query["pageToken"] = token

    async def shown(self, agent: str) -> dict[str, Any]:
        """What the registry shows of an agent: ``name``, ``description``, ``capabilities``, ``keys``, ``standing``."""
        return await self._get(f"/v1/agents/{_core.agent_uri(agent).removeprefix('agent://')}")

    async def _disclosure_keys(self, whom: str) -> list[str]:
        """The keys to which something can be disclosed: a key itself, or those that sign for somebody now.

        By the issuer's own stream, and never by the node's word: it could name a key of its own.

        :raises ValueError: if it is nobody's name, and no key.
        """
        try:
            if whom.startswith("did:key:"):
                _core.can_be_disclosed_to(whom)
                issuer = None
            else:
                issuer = _core.agent_uri(whom) if "/" in whom else _core.domain(whom)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"to: neither an agent nor an organisation nor a key: {whom!r}") from error
        live = [whom] if issuer is None else await (await self._connected()).authors.current(issuer)
        keys = [key for key in live if _core.can_be_disclosed_to(key)]
        if not keys:
            raise Missing(f"{whom} has no key of Ed25519 that something can be disclosed to")
        return keys

    async def submit(self, envelope: bytes) -> Receipt:
        """Hands in a statement that was signed before; the same one as often as needed, it is stored once."""
        with held():
            statement = _core.Statement.from_envelope(envelope)
        return await (await self._connected()).submit(statement)
