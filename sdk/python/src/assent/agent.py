"""What an agent does: open and find sessions, take what waits for it, ask whom to trust."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from .session import Message, Session


class InboxMessage(Message):
    """A message that this worker has in hand until its lease ends."""

    #: How often it was handed out, this time included.
    attempt: int

    async def confirm(self) -> None:
        """It has been handled, and is not told again."""

    async def refuse(self, reason: str) -> None:
        """It cannot be handled: it becomes a dead letter."""

    async def open(self) -> Session:
        """The session that it was said in."""
        raise NotImplementedError


class Agent:
    """An agent at a node."""

    #: ``agent://acme.example/sales``
    name: str

    def open_session(
        self,
        peers: Sequence[str],
        capability: str,
        *,
        terms: Any = None,
        purpose: str | None = None,
        limits: Mapping[str, Any] | None = None,
        consents: Sequence[str] | None = None,
        schemas: Sequence[str] | None = None,
    ) -> Any:
        """Opens a session by inviting the others: ``async with agent.open_session(...) as s``, or ``s = await …``.

        Waits until they are in; with ``terms`` proposes them at once.
        """

    def session(self, id: str) -> Session:
        """One of its sessions by its id."""
        raise NotImplementedError

    async def next_invitation(self, timeout: float | None = None) -> Session:
        """The next session to which it is invited and in which it has not answered."""
        raise NotImplementedError

    def sessions(self) -> AsyncIterator[Any]:
        """Its sessions, those moved last first."""
        raise NotImplementedError

    def commitments(self) -> AsyncIterator[Any]:
        """Its commitments, newest first."""
        raise NotImplementedError

    def inbox(self, group: str = "default", *, workers: int = 1, lease: float = 60) -> AsyncIterator[InboxMessage]:
        """What waits for it, one message after the other, for as long as one asks."""
        raise NotImplementedError

    async def trust(self, agent: str, value: str = "1000 USD", capability: str | None = None) -> Any:
        """How far another agent can be trusted with a deal of this size, as its own organisation sees it."""

    async def bundle(self, commitment: str) -> bytes:
        """The proof of a commitment."""
        raise NotImplementedError
