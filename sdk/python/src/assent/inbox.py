"""An inbox: what waits for an agent, taken from by workers, each message by one of them at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _core
from ._node import held
from .errors import Missing, Refused
from .message import Message
from .session import Session

if TYPE_CHECKING:
    from .agent import Agent

#: How long one request waits if nothing is there, in seconds.
WAIT = 20


@dataclass(frozen=True)
class InboxMessage(Message):
    """A message that this worker has in hand until its lease ends."""

    #: How often it was handed out, this time included.
    attempt: int
    _lease: str
    _inbox: Inbox

    async def confirm(self) -> None:
        """It has been handled, and is not told again.

        :raises Refused: ``LEASE_LOST`` if another worker was given it meanwhile.
        """
        await self._inbox._tell("confirm", {"lease": self._lease, "positions": [self.log_index]})

    async def refuse(self, reason: str) -> None:
        """It cannot be handled: it becomes a dead letter."""
        await self._inbox._tell("refuse", {"lease": self._lease, "position": self.log_index, "reason": reason})

    def open(self) -> Session:
        """The session that it was said in.

        :raises Missing: if it was said elsewhere.
        """
        if self.session is None:
            raise Missing("it was not said in a session")
        return self._inbox.agent.session(self.session)


class Inbox:
    """The inbox of an agent, as one group of workers has it: ``async for message in agent.inbox()``."""

    def __init__(self, agent: Agent, group: str, lease: float, start: int | None) -> None:
        self.agent = agent
        self.group = group
        self._lease_ms = int(lease * 1000)
        self._start = start

    async def __aiter__(self) -> AsyncGenerator[InboxMessage, None]:
        """One message after the other, for as long as one asks. What is not confirmed comes again when its lease ends."""
        while True:
            for message in await self.take(1, wait=WAIT):
                yield message

    async def take(self, most: int = 10, *, wait: int = 0) -> list[InboxMessage]:
        """Takes up to so many messages at once, each verified; waits up to ``wait`` seconds, 30 at most, for one."""
        request: dict[str, Any] = {"max": most, "leaseMs": self._lease_ms, "waitSeconds": wait}
        if self._start is not None:
            request["from"] = self._start
        party = self.agent._party
        answer = await party.ask("POST", self._path("/lease"), body=request)
        with held():
            lease, items = _core.read_lease(answer)
        node = await party.node()
        taken = []
        for attempt, logged in items:
            await node.authors.check(logged)
            reading = await self.agent._reading(logged)
            members = Message._members(logged, self.agent.name, reading)
            taken.append(InboxMessage(**members, attempt=attempt, _lease=lease or "", _inbox=self))
        return taken

    async def run(self, handle: Callable[[InboxMessage], Awaitable[object]], workers: int = 1) -> None:
        """Gives each message to ``handle`` and confirms it when that returns; so many at once, until cancelled.

        What ``handle`` raises ends all of it, and leaves the message to come again when its lease ends. A message whose
        lease ended before ``handle`` did is told again.
        """

        async def work() -> None:
            async for message in self:
                await handle(message)
                try:
                    await message.confirm()
                except Refused as refused:
                    if refused.code != "LEASE_LOST":
                        raise

        tasks = [asyncio.ensure_future(work()) for _ in range(workers)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def dead(self) -> list[dict[str, Any]]:
        """The messages that were given up: ``attempts``, ``reason``, ``message``."""
        party = self.agent._party
        return [letter async for letter in party.entries(self._path("/dead"), "letters")]

    async def replay(self, position: int) -> None:
        """Lets a dead letter be handed out again."""
        await self._tell("replay", {"position": position})

    async def discard(self, position: int) -> None:
        """Forgets a dead letter."""
        await self._tell("discard", {"position": position})

    async def forget(self) -> None:
        """Forgets the group with all that it has in hand."""
        await self.agent._party.ask("DELETE", self._path(""))

    def _path(self, what: str) -> str:
        return f"/v1/inbox/{self.group}{what}"

    async def _tell(self, what: str, body: dict[str, Any]) -> None:
        await self.agent._party.ask("POST", self._path(f"/{what}"), body=body)
