"""A node as anybody can use it, and the way to agents and organisations at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .agent import Agent
from .guard import Guard


class Client:
    """A node: ``async with Client("http://127.0.0.1:4860") as client``. ``key`` pins the node's key."""

    def __init__(self, url: str = "http://127.0.0.1:4860", *, key: str | None = None) -> None: ...

    async def register(
        self,
        name: str,
        *,
        organisation: Any,
        key: Any,
        card: Mapping[str, Any],
        guard: Guard | None = None,
    ) -> Agent:
        """Registers an agent, and its organisation first if nobody has; gives the agent. ``organisation`` is its key."""
        raise NotImplementedError

    def agent(self, name: str, key: Any, *, guard: Guard | None = None) -> Agent:
        """An agent that is registered already."""
        raise NotImplementedError

    def organisation(self, domain: str, key: Any) -> Any:
        """An organisation: ``request_consent``, ``grant_consent``, ``consents``, ``register_agent``, …"""

    async def discover(self, text: str | None = None, *, capability: str | None = None, limit: int = 10) -> Sequence[Any]:
        """Agents that fit, best first."""
        raise NotImplementedError

    async def trust(self, agent: str, *, observers: Sequence[str] = (), value: str = "1000 USD", capability: str | None = None) -> Any:
        """How far an agent can be trusted with a deal of this size, in the eyes of these organisations."""
