"""What an agent does: open and find sessions, take what waits for it, ask whom to trust."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

from . import _core, dispute
from ._node import Receipt, held, told
from ._party import Party, head_of
from ._sealed import Channel, in_vault
from ._transport import Failure, answered, resumed
from .dispute import Dispute, Exhibit
from .errors import AssentError, Missing, Refused, TimedOut
from .guard import Guard, Intent
from .inbox import Inbox
from .keys import AgentKey
from .message import Commitment, Message, Trust
from .session import POLL, PackageLike, Session
from .terms import Money, Package

if TYPE_CHECKING:
    from .client import Client


#: Sessions that are kept in mind as they were read, beside those that are in use.
CHANNELS_MAX = 64


class Agent:
    """An agent at a node; :meth:`assent.Client.agent` and :meth:`assent.Client.register` give it."""

    def __init__(
        self, client: Client, name: str, key: AgentKey, guard: Guard | None = None, vault: _core.Vault | None = None
    ) -> None:
        self._client = client
        #: Its URI: ``agent://acme.example/sales``.
        self.name = _core.agent_uri(name)
        #: The domain of its organisation.
        self.organisation = _core.agent_parts(self.name)[0]
        self._path = _core.agent_parts(self.name)[1]
        self._party = Party(client._connected, self.name, key, guard)
        self._vault = _core.Vault(self.name) if vault is None else vault
        # Of the sessions that were read last.
        self._channels: dict[str, Channel] = {}

    def __repr__(self) -> str:
        return f"<Agent {self.name}>"

    @property
    def client(self) -> Client:
        """The node."""
        return self._client

    def in_trace(self, traceparent: str) -> Agent:
        """The same agent for work that belongs to a distributed trace (W3C ``traceparent``).

        Every statement that it signs says so, to everybody who reads it and for ever.
        """
        traced = Agent(self._client, self.name, self._party.key, self._party.guard, self._vault)
        traced._party.trace = traceparent
        return traced

    # Sessions

    def open_session(
        self,
        peers: Sequence[str] | str,
        capability: str,
        *,
        terms: PackageLike | None = None,
        purpose: str | None = None,
        limits: Mapping[str, Any] | None = None,
        consents: Sequence[str] | None = None,
        schemas: Sequence[Mapping[str, Any] | str] | None = None,
        roles: Mapping[str, str] | None = None,
        mode: str = "open",
        timeout: float | None = 60.0,
    ) -> Opening:
        """Opens a session by inviting the others: ``async with agent.open_session(...) as session``, or ``await`` it.

        Consents with their organisations that cover the capability are found unless they are named. Waits ``timeout``
        seconds until all are in (0: does not wait); then proposes ``terms``, if there are any.
        ``limits`` are the session's in the protocol's spelling, such as ``{"rounds": 10, "responseMs": 60000}``.
        ``mode`` is who can read it: ``open``, ``hybrid`` (the node sees what is owed, and no words) or ``sealed`` (those who
        take part alone); what follows is sealed and opened by itself.

        :raises Missing: if a consent is.
        :raises Ended: if the others do not come in.
        """
        invited = [peers] if isinstance(peers, str) else list(peers)
        named = [_core.agent_uri(peer) for peer in invited]
        given = {_core.agent_uri(name): role for name, role in (roles or {}).items()}
        body: dict[str, Any] = {
            "kind": "session-invitation",
            "capability": capability,
            "limits": dict(limits or {}),
            "mode": mode,
            "participants": [
                {"agent": self.name, "role": "initiator"},
                *({"agent": peer, "role": given.get(peer, "party")} for peer in named),
            ],
            "purpose": purpose or capability,
        }
        if schemas:
            body["schemas"] = [{"hash": it} if isinstance(it, str) else dict(it) for it in schemas]

        async def opened() -> Session:
            return await self._open(body, named, capability, consents, terms, timeout)

        return Opening(opened)

    async def _open(
        self,
        body: dict[str, Any],
        peers: list[str],
        capability: str,
        consents: Sequence[str] | None,
        terms: PackageLike | None,
        timeout: float | None,
    ) -> Session:
        node = await self._party.node()
        if body["mode"] != "open":
            await self.publish_packages()
        if consents is None:
            consents = await self._fitting(peers, capability)
        nonce = secrets.token_hex(16)
        body = {**body, "consents": list(consents), "nonce": nonce}
        intent = Intent("PROPOSE", body, self.name, None, capability, tuple(peers))
        statement = await self._party.sign("session:", "PROPOSE", body, None, intent=intent)
        receipt = await node.submit(statement)
        session = Session(self, receipt.statement)
        if timeout != 0:
            await session.wait_until(lambda view: view.state != "INVITED", timeout)
        if terms is not None:
            await session.propose(Package.of(terms))
        return session

    async def _fitting(self, peers: list[str], capability: str) -> list[str]:
        """A granted consent with each of the others' organisations that covers the capability."""
        wanted = {_core.agent_parts(peer)[0] for peer in peers} - {self.organisation}
        found: dict[str, str] = {}
        if wanted:
            async for consent in self._party.entries("/v1/consents", "consents"):
                with held():
                    other = consent["with"] if consent["by"] == self.organisation else consent["by"]
                    covers = any(_core.is_within(capability, prefix) for prefix in consent["capabilities"])
                    if other in wanted and consent["standing"] == "GRANTED" and covers:
                        found.setdefault(other, consent["id"])
        if missing := sorted(wanted - set(found)):
            raise Missing(f"there is no granted consent with {', '.join(missing)} that covers {capability}")
        return list(found.values())

    def session(self, id: str) -> Session:
        """One of its sessions by its id."""
        return Session(self, id)

    async def sessions(self) -> AsyncGenerator[dict[str, Any], None]:
        """Its sessions, those moved last first: ``id``, ``state``, ``capability``, ``initiator``, ``updatedAt``."""
        async for summary in self._party.entries("/v1/sessions", "sessions"):
            yield summary

    async def next_invitation(self, timeout: float | None = None) -> Session:
        """The next session to which it is invited and in which it has not answered; waits for one.

        :raises TimedOut: if none comes within ``timeout`` seconds.
        """
        until = None if timeout is None else time.monotonic() + timeout
        seen: int | None = None
        while True:
            # The size first: what moves meanwhile is seen twice and not missed.
            left = POLL if until is None else until - time.monotonic()
            params = {"pageSize": "1"}
            if seen is not None:
                params |= {"after": str(seen), "waitSeconds": str(max(1, int(min(left, POLL))))}
            size = told(lambda page: int(page["size"]), await self._party.get("/v1/sessions", params))
            moved = {} if seen is None else {"after": str(seen)}
            async for summary in self._party.entries("/v1/sessions", "sessions", moved):
                if summary.get("state") == "INVITED" and summary.get("initiator") != self.name:
                    session = told(lambda summary: self.session(summary["id"]), summary)
                    view = await session.view()
                    if any(it["agent"] == self.name and not it["joined"] for it in view.participants):
                        return session
            if left <= 0:
                raise TimedOut("no invitation came in time")
            seen = size

    # What waits, and what comes

    def inbox(self, group: str = "default", *, lease: float = 60.0, start: int | None = None) -> Inbox:
        """What waits for it, also from while it was away, as a group of workers has it: each message for one of them.

        ``lease`` is for how many seconds nobody else of the group is given what one took; ``start`` the position of the
        log at which a group begins that is not there yet.
        """
        return Inbox(self, group, lease, start)

    async def events(self, start: int | None = None) -> AsyncGenerator[Message, None]:
        """Whatever it reads, in the order of the log, as it comes: from a position on, or what comes from now on.

        Each statement is verified. Resumes by itself, with nothing missing and nothing twice.
        """
        node = await self._party.node()
        following = await self._client.size() if start is None else start

        async def connect() -> AsyncGenerator[bytes, None]:
            try:
                headers = await self._party.headers("GET", "/v1/events")
            except AssentError as error:
                raise Failure(error) from error
            if following > 0:
                headers["last-event-id"] = str(following - 1)
            params = None if following > 0 else {"from": "0"}
            async with aclosing(node.transport.events("/v1/events", params, headers)) as told:
                async for data in told:
                    yield data

        async with aclosing(resumed(connect, self._party.forget_token)) as events:
            async for data in events:
                with held():
                    logged = _core.read_message(data)
                    if logged.log_index < following:
                        raise ValueError("a statement that was told before")
                await answered(partial(node.authors.check, logged))
                following = logged.log_index + 1
                yield Message._of(logged, self.name, await answered(partial(self._reading, logged)))

    # What is its own

    async def commitments(self) -> AsyncGenerator[Commitment, None]:
        """Its commitments, newest first, by the node's word; where it cannot read them they are :attr:`Commitment.sealed`."""
        async for raw in self._party.entries("/v1/commitments", "commitments"):
            yield told(Commitment._of, raw)

    async def commitment(self, id: str) -> Commitment:
        """One of its commitments; of a session that the node cannot read, as its members know it."""
        raw = await self._party.get(f"/v1/commitments/{_core.hash_digits(id)}")
        shown = told(Commitment._of, raw)
        session = told(lambda _: self.session(shown.session), raw)
        return shown if await session.mode() == "open" else await session._own(id)

    async def bundle(self, commitment: str) -> bytes:
        """The proof of a commitment: a file that anybody verifies offline with :func:`assent.verify`."""
        return await self._party.ask("GET", f"/v1/commitments/{_core.hash_digits(commitment)}/bundle")

    async def file_dispute(
        self,
        commitment: Commitment,
        reason: str,
        claim: str,
        *,
        obligation: str | None = None,
        amount: Money | str | None = None,
        severity: int = 3,
        evidence: Iterable[Exhibit] = (),
        disclose: Iterable[Message] = (),
        disclose_to: str | None = None,
    ) -> Dispute:
        """Files a dispute about an obligation of a commitment, or about all that the other side owes.

        ``reason`` is ``non-delivery``, ``late``, ``not-as-agreed``, ``escrow-violation``, ``unauthorised-change`` or
        ``impersonation``; ``claim`` is for people; ``amount`` is what is asked for, at most; ``severity`` goes from 1 to 5.
        By which rules it goes, the deal says. What was sealed in the messages to ``disclose`` is opened to whoever rules, or
        else to ``disclose_to``.

        :raises Missing: if it is not clear who the other side is, or to whom something is to be disclosed.
        """
        return await dispute.file(
            self, commitment, reason, claim, obligation, amount, severity, evidence, disclose, disclose_to
        )

    def dispute(self, id: str) -> Dispute:
        """A dispute that it filed, answers or rules, by its id."""
        return Dispute(self, id)

    async def disputes(self) -> AsyncGenerator[dict[str, Any], None]:
        """Its disputes, those filed last first: ``id``, ``phase``, ``party``, ``against``, ``reason``, ``until``."""
        async for shown in self._party.entries("/v1/disputes", "disputes"):
            yield shown

    async def trust(
        self,
        agent: str,
        value: Money | str = "1000 USD",
        capability: str | None = None,
        observers: Sequence[str] = (),
    ) -> Trust:
        """How far another agent can be trusted with a deal of this size, as its own organisation sees it, or others do."""
        params = _of_trust(agent, value, capability, observers)
        return told(Trust._of, await self._party.get("/v1/trust", params))

    async def shown(self) -> dict[str, Any]:
        """What the registry shows of it."""
        return await self._client.shown(self.name)

    async def set_card(self, card: Mapping[str, Any]) -> Receipt:
        """Replaces its card: ``name``, ``description``, ``capabilities``, and what else a card has."""
        return await self._say("agent.card.set", {"card": dict(card)})

    async def rotate_key(self, new: AgentKey) -> Receipt:
        """Replaces its key: the old one signs, the new one countersigns. From here on it signs with the new one."""
        body = {"newKey": new.id, "oldKey": self._party.key.id}
        receipt = await self._say("agent.key.rotate", body, (new,))
        self._party.key = new
        self._party.forget_token()
        if new.algorithm == "Ed25519" and await in_vault(self._vault.has_packages):
            # Those of the old key count no more.
            await self.publish_packages()
        return receipt

    async def retire(self, reason: str) -> Receipt:
        """Ends the agent."""
        return await self._say("agent.retire", {"reason": reason})

    # What the node cannot read

    async def publish_packages(self) -> bool:
        """Publishes key packages where few are left, so that others can seal something for it while it is away.

        Done by itself before it comes into a session that needs it. Whether any were published.
        """
        node = await self._party.node()
        # Another vault of this agent may have published since; it may be lost by now, and its packages with it.
        behind = await in_vault(self._vault.looked, node.origin)
        own = await self._party.chained(f"agent:{self.name}", behind)
        body = await in_vault(self._vault.publish, node.origin, self._party.key._secret, own)
        if body is None:
            return False
        try:
            await self._say("agent.keypackage.publish", json.loads(body))
        except Refused as refused:
            # What seemed lost had been heard.
            if refused.code != "NOTHING_CHANGED":
                raise
        await in_vault(self._vault.published)
        return True

    async def _claim(self, agents: Sequence[str]) -> list[tuple[str, str, _core.Logged]]:
        """A key package of each, with the statement that published it."""
        if not agents:
            return []
        answer = await self._party.ask_once("POST", "/v1/key-packages/claim", {"agents": list(agents)})
        with held():
            claimed = _core.read_claimed(answer, agents)
        authors, packages = (await self._party.node()).authors, []
        for agent, published in claimed:
            if published is None:
                raise Missing(f"{agent} has no key package, and has to be in the group")
            package, said = published
            await authors.check(said)
            packages.append((agent, package, said))
        return packages

    def _channel(self, session: str, stream: str) -> Channel:
        """A session as its vault follows it, the same for all who look at it."""
        channel = self._channels.pop(session, None) or Channel(self._party, self._vault, session, stream)
        self._channels[session] = channel
        while len(self._channels) > CHANNELS_MAX:
            del self._channels[next(iter(self._channels))]
        return channel

    async def _reading(self, logged: _core.Logged) -> _core.Reading:
        """What a statement of any of its sessions is to it; none if it speaks for itself."""
        body = json.loads(logged.json)["body"]
        grouped = logged.kind == "INFORM" and body.get("kind") == "group"
        if not logged.is_sealed and not grouped:
            return None
        return await self._channel(f"sha256:{logged.stream[8:]}", logged.stream).reading(logged)

    async def answer(self, challenge: bytes) -> bytes:
        """Answers a node's question whether it is there: for whatever serves the endpoint that its card names."""
        node = await self._party.node()
        return _core.answer_challenge(challenge, self.name, node.origin, self._party.key._secret, node.now_ms())

    async def _say(self, kind: str, body: Mapping[str, Any], others: Sequence[AgentKey] = ()) -> Receipt:
        return await self._party.say(f"agent:{self.name}", kind, body, head_of(await self.shown()), others)


class Opening:
    """A session that is being opened: ``await`` it, or enter it with ``async with``."""

    def __init__(self, opened: Callable[[], Awaitable[Session]]) -> None:
        self._opened = opened

    def __await__(self) -> Generator[Any, None, Session]:
        return self._opened().__await__()

    async def __aenter__(self) -> Session:
        return await self._opened()

    async def __aexit__(self, *_: object) -> None:
        """Leaving the block ends nothing in the protocol: see :meth:`Session.close`."""


def _of_trust(agent: str, value: Money | str, capability: str | None, observers: Sequence[str]) -> dict[str, Any]:
    """A question of trust as the node reads it."""
    money = Money.of(value).wire()
    params: dict[str, Any] = {"agent": _core.agent_uri(agent), **money}
    if capability is not None:
        params["capability"] = capability
    return {**params, "observer": list(observers)} if observers else params
