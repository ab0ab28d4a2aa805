"""Sessions that the node cannot read: followed, opened and judged here, by the same core as the node's.

The node keeps order among outlines. What is secret in a statement is sealed for the group of the session, and opened by the
vault of an agent that is in it; what cannot be read, or breaks a rule, counts as unsaid.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from . import _core
from ._node import other_log
from .errors import Invalid, Unverified, VaultFault

if TYPE_CHECKING:
    from ._party import Party

#: Why a vault does not seal because the group has moved since it was followed.
MOVED = frozenset({"NOT_A_MEMBER", "WRONG_EPOCH", "WRONG_KEY"})
#: How often a session is read again that another process of the same agent has read further.
BEHIND_MAX = 8
#: The states in which somebody can say that something could not be read.
TELLING = frozenset({"INTRODUCED", "CONVERSING", "AGREEING", "EXECUTING"})
#: How often a group is made, or something sealed, anew because others spoke first.
ATTEMPTS_MAX = 32
#: Those who speak at once part by waits of up to this long, in seconds, the more often they meet.
PARTING = 0.05
#: Not the generator of the program, which may be seeded.
_CHANCE = random.SystemRandom()

P = ParamSpec("P")
T = TypeVar("T")


async def in_vault(call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Has a vault do something, in a thread: it waits for the disk, and for other processes of the same agent."""
    try:
        return await asyncio.to_thread(call, *arguments, **named)
    except _core.VaultFault as fault:
        raise VaultFault(*fault.args) from None
    except _core.Rejected as error:
        raise Invalid(*error.args) from None
    except _core.Unverifiable as error:
        raise Unverified(f"the answer does not verify: {error}") from error


class Channel:
    """A session as one agent follows it by its vault."""

    def __init__(self, party: Party, vault: _core.Vault, session: str, stream: str) -> None:
        self._party = party
        self._vault = vault
        self._session = session
        self._stream = stream
        self._lock = asyncio.Lock()
        #: Held while something is said: a group is changed once at a time, and for what is said next.
        self.turn = asyncio.Lock()
        # What was read of each stream; all of it is judged whenever something new is followed.
        self._read: dict[str, list[_core.Logged]] = {}
        self._known: _core.Known | None = None

    @property
    def _key(self) -> _core.SecretKey:
        return self._party.key._secret

    async def follow(self) -> _core.Known:
        """The session as it stands for its members, by its verified statements and all that they rest on."""
        async with self._lock:
            node = await self._party.node()
            for attempt in range(BEHIND_MAX):
                try:
                    messages = await self._party.rested(self._stream, self._read)
                    self._known = await in_vault(
                        self._vault.follow, self._session, node.origin, node.key, self._key, messages
                    )
                    return self._known
                except Unverified:
                    # What was told falsely once may be told rightly later.
                    self._read.clear()
                    raise
                except VaultFault as fault:
                    if fault.fault != "LOG_CHANGED":
                        raise
                    await self.part(attempt)
            self._read.clear()
            raise other_log()

    def since(self, sequence: int) -> list[_core.Logged]:
        """What was said behind a place, as far as it was followed."""
        return [logged for logged in self._read.get(self._stream, ()) if logged.sequence > sequence]

    async def reading(self, logged: _core.Logged) -> _core.Reading:
        """What a statement of the session is to the agent."""
        known = self._known
        if known is None or known.head[0] < logged.sequence:
            known = await self.follow()
        if known.head[0] < logged.sequence:
            raise Unverified("the answer does not verify: a statement behind the session's end")
        return known.reading(logged.hash)

    async def part(self, attempt: int) -> None:
        """Waits a while of its own after others spoke first once more."""
        await asyncio.sleep(_CHANCE.random() * PARTING * attempt)

    async def is_ready(self, known: _core.Known) -> bool:
        """Whether something can be sealed for the group as it stands."""
        return await in_vault(self._vault.is_ready, known, self._key)

    async def seal(self, known: _core.Known, type: str, body: str) -> tuple[str, str | None]:
        """What is signed in place of a body, and what is sealed beside it."""
        return await in_vault(self._vault.seal, known, self._key, type, body)

    async def regrouping(self, known: _core.Known) -> _core.Regrouping:
        """What it takes to make the group the one that it has to be."""
        return await in_vault(self._vault.regrouping, known, self._key)

    async def regroup(self, how: _core.Regrouping, claimed: list[tuple[str, str, _core.Logged]]) -> str:
        """The group statement's body that does it."""
        return await in_vault(self._vault.regroup, how, self._key, claimed)

    async def drop_pending(self) -> None:
        """Forgets a group statement that the log did not take in."""
        await in_vault(self._vault.drop_pending, self._session)


def automatic(logged: _core.Logged, body: dict[str, Any], me: str) -> bool:
    """Whether a statement changes nothing of what is negotiated: a group's, or one's own that something was not read."""
    if logged.kind != "INFORM":
        return False
    return body.get("kind") == "group" or (body.get("kind") == "unreadable" and logged.issuer == me)
