"""A session as its participant uses it: each performative is a method."""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from . import _core, _files
from ._ground import Ground
from ._node import Receipt, formed, held, other_log
from ._party import Head, Party, head_of
from ._sealed import ATTEMPTS_MAX, MOVED, TELLING, automatic, in_vault
from ._transport import Failure, answered, resumed
from .errors import (
    AssentError,
    Conflict,
    Ended,
    Forbidden,
    Missing,
    Refused,
    TimedOut,
    Unreadable,
    Unverified,
    VaultFault,
)
from .guard import Intent
from .message import UNOPENED, Commitment, Message, Offer, View
from .terms import Package

if TYPE_CHECKING:
    from .agent import Agent

#: How often something that cannot have changed its meaning is signed anew on a head that moved.
RESIGN_MAX = 8
#: The longest that one request waits for news, in seconds.
POLL = 20.0

#: Performatives that mean the same whatever was said just before them.
_WORDS = frozenset({"QUERY", "CLARIFY", "OBSERVE"})
#: Performatives by which somebody has done with a session.
_GOING = frozenset({"REJECT", "WITHDRAW", "CLOSE"})
#: Members of an offer that have arguments of their own.
_OFFERED = frozenset({"binding", "kind", "packages", "reasoning"})
#: Refusals after which it is not known whether a statement was taken in.
_UNKNOWN = frozenset({"STORAGE_FAULT", "INTERNAL"})
#: What has a place before somebody has come in, beside going: the node has to read it.
_BEFORE = frozenset({("ACCEPT", "introduction"), ("COUNTER", "conditions")})
#: What can be the last that is said.
_LAST = frozenset({"CLOSE", "REJECT", "WITHDRAW"})

#: The mode of sessions that the node can read.
_OPEN = "open"

Said = Union[str, Message, Offer]
PackageLike = Union[Package, Mapping[str, Any]]


class Session:
    """A session of one agent.

    ``async for message in session`` gives what is said, from the first statement on, as it is said, each statement
    verified and once, and ends with the session; a second loop goes on where the last one is. A connection that breaks is
    made again by itself, for however long the node is away.
    """

    def __init__(self, agent: Agent, id: str) -> None:
        self._agent = agent
        #: Its id, ``sha256:…``.
        self.id = id
        self._digits = _core.hash_digits(id)
        self._party: Party = agent._party
        self._head: Head | None = None
        # Behind what the next loop begins.
        self._told: _core.Logged | None = None
        # What this program has been shown, and may answer.
        self._seen: set[str] = set()
        self._packages: dict[str, Package] = {}
        # What was signed last, if it is not known whether it was taken in.
        self._doubt: tuple[_Words, _core.Statement] | None = None
        self._mode: str | None = None
        # What this handle has said.
        self._spoken: set[str] = set()
        # What could not be read, where the node does not take that this is said.
        self._untellable: set[str] = set()
        self._channel = agent._channel(id, self._stream)
        self._ground = Ground(self._party, self._stream)
        self._chunks = _files.Chunks(self._party, self._path())

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leaving the block ends nothing in the protocol: see :meth:`close` and :meth:`leave`."""

    def __repr__(self) -> str:
        return f"<Session {self.id} of {self._agent.name}>"

    @property
    def agent(self) -> Agent:
        """Who takes part by this handle."""
        return self._agent

    # Reading

    async def mode(self) -> str:
        """Who can read it: ``open``, ``hybrid`` (the node sees what is owed, and no words) or ``sealed`` (its members alone).

        By the statement that opens it, whose hash is its id, and never by the node's word.
        """
        if self._mode is None:
            first = await self._party.opening(self._stream)
            if first.hash != self.id:
                raise Unverified("the answer does not verify: another session's beginning")
            self._mode = _mode_of(first)
        return self._mode

    async def view(self) -> View:
        """The session as it stands. What it shows can be answered from here on.

        By the node's word; one that the node cannot read is judged and opened here.
        """
        view = await self._look()
        self._learn(view.head)
        self._seen.update(offer.id for offer in view.offers)
        if view.pending is not None:
            self._seen.add(view.pending["id"])
        return view

    async def messages(self, after: int | None = None) -> list[Message]:
        """What was said so far, after a place if one is given; verified, without a gap."""
        messages = [await self._received(logged) for logged in await self._party.chained(self._stream, after)]
        for message in messages:
            self._learn((message.sequence, message.hash))
        return messages

    async def __aiter__(self) -> AsyncGenerator[Message, None]:
        if self._told is not None and await self._ends_with(self._told.sequence):
            return
        async with aclosing(self.watch()) as watched:
            async for message in watched:
                yield message
                if message.type in _LAST and await self._ends_with(message.sequence):
                    return

    async def _ends_with(self, sequence: int) -> bool:
        """Whether the session has ended, and nothing was said behind this place."""
        view = await answered(self._look)
        return view.has_ended and view.head[0] == sequence

    async def watch(self, after: int | None = None) -> AsyncGenerator[Message, None]:
        """The same without an end: also what is said after the session has ended, its countersignatures.

        ``after`` is the sequence behind which it begins, for who kept what it had handled across a restart.
        """
        node, chain = await self._party.node(), await self._chain(after)

        def connect() -> AsyncGenerator[bytes, None]:
            return self._connect(chain)

        async with aclosing(resumed(connect, self._party.forget_token)) as events:
            async for data in events:
                with held():
                    logged = _core.read_message(data)
                # First, as it may have to wait for the node: the chain goes on when the message is told.
                await answered(partial(node.authors.check, logged))
                read = await answered(partial(self._opened, logged))
                with held():
                    chain.take(logged)
                message = self._taken(read)
                self._told = logged
                self._learn((message.sequence, message.hash))
                yield message

    async def _chain(self, after: int | None) -> _core.Chain:
        """What follows behind a place, or else behind what was told last; each loop has its own."""
        origin, told = (await self._party.node()).origin, self._told
        if after is not None or told is None:
            return _core.Chain(origin, self._stream, after)
        chain = _core.Chain(origin, self._stream, told.sequence - 1 if told.sequence > 0 else None)
        with held():
            chain.take(told)
        return chain

    async def _connect(self, chain: _core.Chain) -> AsyncGenerator[bytes, None]:
        node, path = await self._party.node(), self._path("/events")
        try:
            headers = await self._party.headers("GET", path)
        except AssentError as error:
            raise Failure(error) from error
        if chain.last is not None:
            headers["last-event-id"] = str(chain.last)
        async with aclosing(node.transport.events(path, None, headers)) as events:
            async for data in events:
                yield data

    async def wait_until(
        self, wanted: str | Collection[str] | Callable[[View], object], timeout: float | None = None
    ) -> View:
        """Waits until the session is as asked: in a state (or one of several), or such that ``wanted(view)`` holds.

        :raises Ended: if it ends before.
        :raises TimedOut: if that takes longer than ``timeout`` seconds.
        """
        if callable(wanted):
            holds = wanted
        else:
            states = {wanted} if isinstance(wanted, str) else set(wanted)

            def holds(view: View) -> object:
                return view.state in states

        until = None if timeout is None else time.monotonic() + timeout
        while True:
            view = await self.view()
            if holds(view):
                return view
            if view.has_ended:
                end = view.end or {}
                raise Ended(str(end.get("code", view.state)), str(end.get("sentence", "The session has ended.")))
            left = POLL if until is None else until - time.monotonic()
            if left <= 0:
                raise TimedOut("the session did not come to what was waited for")
            seconds = max(1, int(min(left, POLL)))
            params = {"after": str(view.head[0]), "waitSeconds": str(seconds)}
            await self._party.ask("GET", self._path("/messages"), params=params)

    async def trace(self) -> dict[str, Any]:
        """The session's course by the node's word: who said what when, who waited for whom, what was refused."""
        return await self._party.get(self._path("/trace"))

    # Negotiation

    async def introduce(self) -> Receipt:
        """ACCEPT of the invitation: comes in with the agent's present card."""
        if await self.mode() != _OPEN:
            # Others take it into their group with them.
            await self._agent.publish_packages()
        view, me = await self._look(), self._agent.name
        conditions = view.raw.get("conditions")
        if conditions is None:
            conditions = next((offer.id for offer in view.offers if offer.raw.get("admits") == me), None)
        if conditions is None:
            raise Missing("there is no invitation to answer")
        self._learn(view.head)
        card = (await self._agent.shown())["card"]
        return await self._say("ACCEPT", {"kind": "introduction", "card": card}, conditions, view=view)

    async def propose(
        self, *packages: PackageLike, binding: bool = False, reasoning: str | None = None, **more: Any
    ) -> Receipt:
        """PROPOSE one package, or several as alternatives.

        With ``binding`` the other side's acceptance alone makes a commitment of it. ``more`` are other members of an offer
        in the protocol's spelling, such as ``respondBy``.
        """
        body, fixed = await self._offer("proposal", packages, binding, reasoning, more)
        return await self._say("PROPOSE", body, None, packages=fixed, binds=binding)

    async def counter(
        self,
        *packages: PackageLike,
        to: Said | None = None,
        binding: bool = False,
        reasoning: str | None = None,
        **more: Any,
    ) -> Receipt:
        """COUNTER of an offer: the only one that waits for this agent's answer, unless ``to`` names one."""
        body, fixed = await self._offer("counter-offer", packages, binding, reasoning, more)
        view = await self._look()
        target = _id(to) if to is not None else self._only(view).id
        return await self._say("COUNTER", body, target, packages=fixed, binds=binding, view=view)

    async def accept(self, what: Said | None = None, terms_hash: str | None = None) -> Receipt:
        """ACCEPT of an offer or of a COMMIT, by the hash of its terms.

        Without ``what`` it is the only one that waits for this agent's answer, and one that this program has read, by
        iterating or by :meth:`view`: nobody accepts what came in between. Of several packages ``terms_hash`` names one.
        """
        view = await self._look()
        pending = view.pending
        if pending is not None and self._awaited(pending) and (what is None or _id(what) == pending["id"]):
            self._read(pending["id"], named=what is not None)
            if terms_hash not in (None, pending["termsHash"]):
                raise Conflict.unread("the COMMIT that waits is to other terms")
            package = await self._package(pending["termsHash"])
            return await self._accept(pending["id"], pending["termsHash"], package, view)
        offer = self._only(view) if what is None else next((it for it in view.offers if it.id == _id(what)), None)
        if offer is None:
            raise Missing("the offer is no longer open")
        self._read(offer.id, named=what is not None)
        if offer.kind == "admission":
            return await self._say("ACCEPT", {"kind": "admission"}, offer.id, view=view)
        if terms_hash is None:
            if len(offer.packages) != 1:
                raise Missing(f"the offer has {len(offer.packages)} packages: name one by terms_hash")
            (terms_hash,) = offer.packages
        package = offer.packages.get(terms_hash)
        if package is None:
            raise Missing("the offer has no package with these terms")
        return await self._accept(offer.id, terms_hash, package, view)

    async def _accept(self, what: str, terms_hash: str, package: Package | None, view: View) -> Receipt:
        body = {"kind": "acceptance", "termsHash": terms_hash}
        packages = () if package is None else (package,)
        return await self._say("ACCEPT", body, what, packages=packages, binds=True, view=view)

    async def reject(self, reason: str, what: Said | None = None) -> Receipt:
        """REJECT of an invitation, an offer or a COMMIT: the only one that waits for this agent, unless one is named.

        Before somebody has come in, the reason is left out where the node is not to read it.
        """
        view = await self._look()
        if what is not None:
            target = _id(what)
        elif view.pending is not None and self._awaited(view.pending):
            target = view.pending["id"]
        elif view.raw.get("conditions") and not view.is_in(self._agent.name):
            target = view.raw["conditions"]
        else:
            target = self._only(view).id
        return await self._say("REJECT", {"reason": reason}, target, view=view)

    async def commit(self, terms_hash: str | None = None) -> Receipt:
        """COMMIT to terms that were agreed on: the only ones, unless they are named."""
        view = await self._look()
        if terms_hash is None:
            if len(view.agreed) != 1:
                raise Missing(f"{len(view.agreed)} terms are agreed on: name one by terms_hash")
            (terms_hash,) = view.agreed
        package = await self._package(terms_hash)
        packages = () if package is None else (package,)
        body = {"termsHash": terms_hash}
        return await self._say("COMMIT", body, None, packages=packages, binds=True, view=view)

    async def withdraw(self, what: Said, reason: str) -> Receipt:
        """WITHDRAW of one's own offer, COMMIT, invitation or escalation; the reason is left out as :meth:`reject` does."""
        return await self._say("WITHDRAW", {"kind": "withdrawal", "reason": reason}, _id(what))

    async def leave(self, reason: str) -> Receipt:
        """WITHDRAW from the session as a whole; the others go on. The reason is left out as :meth:`reject` does."""
        return await self._say("WITHDRAW", {"kind": "departure", "reason": reason}, None)

    # Information

    async def say(self, text: str, data: Mapping[str, Any] | None = None) -> Receipt:
        """INFORM: a remark, with structured data if there is any."""
        return await self._say("INFORM", {"kind": "note", **_note(text, data)}, None)

    async def ask(self, text: str, whom: str | None = None, about: Said | None = None) -> Receipt:
        """QUERY, to all or to one; about an open offer if one is named, whose time then stands still."""
        body = {"text": text} if whom is None else {"text": text, "awaits": _core.agent_uri(whom)}
        return await self._say("QUERY", body, None if about is None else _id(about))

    async def clarify(self, text: str, question: Said | None = None, data: Mapping[str, Any] | None = None) -> Receipt:
        """CLARIFY, in answer to a question if one is named."""
        return await self._say("CLARIFY", _note(text, data), None if question is None else _id(question))

    async def observe(self, text: str) -> Receipt:
        """OBSERVE."""
        return await self._say("OBSERVE", {"text": text}, None)

    async def send_file(
        self,
        path: str | os.PathLike[str],
        text: str = "",
        *,
        name: str | None = None,
        media_type: str | None = None,
    ) -> Receipt:
        """INFORM: a file of at most 64 MiB for the members of a session that the node cannot read, with words to it.

        The node keeps it in chunks that it cannot open. Sent again after it broke off, what is there is not sent twice.
        ``name`` is what it is called there, its own unless it is said.

        :raises Missing: in an open session, and before somebody has come in, for whom it could be sealed.
        :raises FileFault: if it cannot be read, is empty or too large, or cannot be called so.
        """
        if await self.mode() == _OPEN:
            raise Missing("an open session has no group for which a file could be sealed")
        if (await self._followed()).state == "INVITED":
            raise Missing("nobody has come in yet, for whom a file could be sealed")
        file = await _files.send(self._chunks, self._agent._vault, self.id, Path(path), name, media_type)
        return await self._say("INFORM", {"kind": "file", "file": file, "text": text}, None)

    async def fetch_file(self, message: Message, path: str | os.PathLike[str]) -> Path:
        """Fetches the file of a message to a path; it stands there when it is whole and the one that was sent.

        What has come meanwhile stands beside it, with ``.part`` after its name, and the next attempt goes on there. Its own
        name is ``message.body["file"]["name"]``: the sender's word, and not a path to be written to.

        :raises Missing: if the message has no file that was opened here.
        :raises FileFault: if it is not the file that the message names, or cannot be written.
        """
        file = message.body.get("file")
        if message.kind != "file" or not isinstance(file, dict):
            raise Missing("the message has no file")
        target = Path(path)
        await _files.fetch(self._chunks, file, target)
        return target

    async def escalate(self, question: str, authority: str | None = None, contact: str | None = None) -> Receipt:
        """ESCALATE to an authority, one's own organisation unless another is named: a person decides how it goes on."""
        body = {"authority": authority or self._agent.organisation, "question": question}
        return await self._say("ESCALATE", body if contact is None else {**body, "contact": contact}, None)

    async def resume(self, instructions: str | None = None) -> Receipt:
        """ACCEPT by an authority: the session goes on."""
        body = {"kind": "resumption"} if instructions is None else {"kind": "resumption", "instructions": instructions}
        return await self._say("ACCEPT", body, None)

    # What is owed

    async def overdue(self) -> list[dict[str, Any]]:
        """What is overdue although nothing was said of it, in the protocol's spelling: ``commitment``, ``obligation``.

        Of a session that the node cannot read; elsewhere the node states it, and nothing is left to find.
        """
        if await self.mode() == _OPEN:
            return []
        known = await self._followed()
        found: list[dict[str, Any]] = json.loads(known.overdue(await self._agent._client.after(timedelta(0))))
        return found

    async def fulfil(
        self,
        obligation: str,
        evidence: str | Mapping[str, Any],
        commitment: str | None = None,
        stage: str | None = None,
    ) -> Receipt:
        """INFORM by the debtor: it is fulfilled, and this shows it. A text will do where the creditor acknowledges."""
        shown = {"method": "acknowledgement", "text": evidence} if isinstance(evidence, str) else dict(evidence)
        body = await self._about(obligation, commitment, stage)
        return await self._say("INFORM", {"kind": "fulfilment", "evidence": shown, **body}, None)

    async def acknowledge(self, obligation: str, commitment: str | None = None, stage: str | None = None) -> Receipt:
        """INFORM by the creditor: the fulfilment is in order."""
        return await self._say(
            "INFORM", {"kind": "acknowledgement", **await self._about(obligation, commitment, stage)}, None
        )

    async def contest(
        self, obligation: str, text: str, commitment: str | None = None, stage: str | None = None
    ) -> Receipt:
        """INFORM by the creditor: the fulfilment is not in order, for this reason."""
        body = await self._about(obligation, commitment, stage)
        return await self._say("INFORM", {"kind": "contest", "text": text, **body}, None)

    async def progress(
        self, obligation: str, text: str, commitment: str | None = None, stage: str | None = None
    ) -> Receipt:
        """INFORM by the debtor: how far it is."""
        body = await self._about(obligation, commitment, stage)
        return await self._say("INFORM", {"kind": "progress", "text": text, **body}, None)

    async def close(self, reason: str) -> Receipt:
        """CLOSE with the session's receipt; in a closed session, countersigns it.

        The receipt that is signed is what follows from the statements, each judged here, and not what the node says.
        """
        world = await self._replayed()
        receipt, head = world.receipt(self.id), world.head(self.id)
        if receipt is None or head is None:
            raise Unverified("the answer does not verify: the session does not begin")
        self._learn(head)
        return await self._say("CLOSE", {"kind": "receipt", "reason": reason, "receipt": json.loads(receipt)}, None)

    async def commitment(self) -> Commitment:
        """Its only commitment.

        :raises Missing: if it has none, or several.
        """
        commitments = (await self._look()).commitments
        if len(commitments) != 1:
            raise Missing(f"the session has {len(commitments)} commitments: name one")
        return commitments[0]

    async def bundle(self, commitment: str | None = None) -> bytes:
        """The proof of a commitment of this session: a file that anybody verifies offline."""
        return await self._agent.bundle(commitment or (await self.commitment()).id)

    async def disclose(self, bundle: bytes, messages: Said | Iterable[Said], to: str) -> bytes:
        """The proof of a commitment with what was sealed in these messages, opened to ``to`` and to nobody else.

        ``to`` is an agent, an organisation or a key ``did:key:…``; it reads them with :func:`assent.verify` and its key. Each
        message is shown whole, with the keys of a file that is attached to it, and cannot be taken back.

        :raises Missing: if no message is named, one was not sealed or could not be opened, or is not in the bundle, or ``to``
            has no key that something can be disclosed to.
        :raises Unverified: if the bytes are no bundle.
        :raises ValueError: if ``to`` is nobody's name, and no key.
        """
        named = [messages] if isinstance(messages, (str, Message, Offer)) else list(messages)
        if not named:
            raise Missing("no message is named")
        shown = await self._disclosures(named, to)
        try:
            disclosed = _core.disclosing(bundle, shown)
        except ValueError as error:
            raise Unverified(str(error)) from None
        if disclosed is None:
            raise Missing("a message is not in the bundle, or there is no room in it")
        return disclosed

    async def _disclosures(self, messages: Iterable[Said], to: str) -> list[str]:
        """What was sealed in these messages, shut to each key of somebody."""
        keys, node = await self._agent._client._disclosure_keys(to), await self._party.node()
        said = {logged.hash: logged for logged in await self._party.chained(self._stream)}
        shown: list[str] = []
        for name in map(_id, messages):
            logged = said.get(name)
            if logged is None:
                raise Missing(f"{name} was not said in this session")
            if not logged.is_sealed:
                raise Missing(f"message {logged.sequence} was not sealed: everybody who has the proof reads it")
            await self._agent._reading(logged)
            disclosed = await in_vault(self._agent._vault.disclose, node.origin, logged, keys)
            if disclosed is None:
                raise Missing(f"what was sealed in message {logged.sequence} could not be opened here")
            shown += disclosed
        return shown

    async def speak(self, type: str, body: Mapping[str, Any], in_reply_to: Said | None = None) -> Receipt:
        """Says anything that the protocol has, in its own spelling. The guard sees it as it is."""
        packages = tuple(_offered(body))
        binds = (
            bool(body.get("binding"))
            or type == "COMMIT"
            or body.get("kind") in ("acceptance", "amendment", "termination")
        )
        if "termsHash" in body and (package := await self._package(str(body["termsHash"]))) is not None:
            packages = (*packages, package)
        reply = None if in_reply_to is None else _id(in_reply_to)
        return await self._say(type, body, reply, packages=packages, binds=binds)

    # How it is done

    @property
    def _stream(self) -> str:
        return f"session:{self._digits}"

    def _path(self, rest: str = "") -> str:
        return f"/v1/sessions/{self._digits}{rest}"

    def _learn(self, head: Head) -> None:
        if self._head is None or self._head[0] < head[0]:
            self._head = head

    async def _followed(self, heard: Head | None = None) -> _core.Known:
        """A session that the node cannot read, as its members know it; never less of it than this program has learnt."""
        # As it is now: meanwhile others learn more by the same handle.
        least = max(head[0] for head in (self._head, heard, (0, "")) if head is not None)
        known = await self._channel.follow()
        if known.head[0] < least:
            raise other_log()
        return known

    async def _own(self, commitment: str) -> Commitment:
        """One of its commitments as this side knows it."""
        found = next((it for it in (await self._look()).commitments if it.id == commitment), None)
        if found is None:
            raise Unverified("the answer does not verify: the session has no such commitment")
        return found

    async def _look(self) -> View:
        """The session as it stands, without taking it for read."""
        if await self.mode() == _OPEN:
            raw = await self._party.get(self._path())
        else:
            raw = json.loads((await self._followed()).view())
        with held():
            view = View._of(raw)
            # Who accepts names terms by their hash, so the hash has to be that of the terms that are shown.
            named = all(package.hash == name for offer in view.offers for name, package in offer.packages.items())
        if view.id != self.id or not named:
            raise Unverified("the answer does not verify: terms under another name, or another session")
        for offer in view.offers:
            self._keep(offer.packages.values())
        return view

    async def _received(self, logged: _core.Logged) -> Message:
        """A message that follows; checks who signed it, and keeps what it offers."""
        await (await self._party.node()).authors.check(logged)
        return self._taken(await self._opened(logged))

    async def _opened(self, logged: _core.Logged) -> Message:
        """A message as this agent reads it; what was sealed is opened, or said to be unreadable."""
        if logged.sequence == 0 and logged.hash == self.id:
            self._mode = _mode_of(logged)
        return Message._of(logged, self._agent.name, await self._agent._reading(logged))

    def _taken(self, message: Message) -> Message:
        """A message whose author was checked."""
        self._keep(message.packages)
        self._seen.add(message.hash)
        return message

    def _keep(self, packages: Iterable[Package]) -> None:
        """Keeps the packages that could be read, by the hashes of their terms."""
        self._packages.update((package.hash, package) for package in packages if not package.hidden)

    async def _package(self, terms_hash: str) -> Package | None:
        """The package with this hash, which is looked for in everything that was said."""
        if terms_hash not in self._packages:
            for logged in await self._party.chained(self._stream):
                self._keep((await self._opened(logged)).packages)
        return self._packages.get(terms_hash)

    def _awaited(self, pending: Mapping[str, Any]) -> bool:
        return self._agent.name in pending["awaits"]

    def _only(self, view: View) -> Offer:
        waiting = view.awaiting(self._agent.name)
        if len(waiting) != 1:
            raise Missing(f"{len(waiting) or 'no'} offers wait for this agent's answer: name one")
        return waiting[0]

    def _read(self, id: str, *, named: bool) -> None:
        if not named and id not in self._seen:
            raise Conflict.unread("what waits for an answer has not been read by this program")

    async def _offer(
        self,
        kind: str,
        packages: tuple[PackageLike, ...],
        binding: bool,
        reasoning: str | None,
        more: Mapping[str, Any],
    ) -> tuple[dict[str, Any], tuple[Package, ...]]:
        if taken := sorted(_OFFERED & more.keys()):
            # What the guard is shown and what is signed have to be the same.
            raise ValueError(f"{', '.join(taken)}: said by an argument of its own")
        now = (await self._party.node()).now_ms()
        fixed = tuple(Package.of(package).fixed(now) for package in packages)
        body = {"kind": kind, "binding": binding, "packages": [package.wire() for package in fixed], **more}
        return (body if reasoning is None else {**body, "reasoning": reasoning}), fixed

    async def _about(self, obligation: str, commitment: str | None, stage: str | None) -> dict[str, Any]:
        if commitment is None:
            known = (await self._look()).commitments
            having = [it.id for it in known if any(duty["id"] == obligation for duty in it.obligations)]
            if len(having) != 1:
                raise Missing(f"{len(having) or 'no'} commitments have an obligation {obligation!r}: name one")
            (commitment,) = having
        about = {"commitment": commitment, "obligation": obligation}
        return about if stage is None else {**about, "stage": stage}

    async def _say(
        self,
        type: str,
        body: Mapping[str, Any],
        reply: str | None,
        *,
        packages: tuple[Package, ...] = (),
        binds: bool = False,
        view: View | None = None,
    ) -> Receipt:
        """Says something on the head that is known; only words are signed anew when somebody else spoke first.

        After ``Unreachable`` the head stays, and the same that is said next is the same statement, which is taken in once.
        """
        if self._head is None:
            self._learn((view or await self._look()).head)
        heard = self._head
        words = _Words(type, json.dumps(body, sort_keys=True), reply, packages)
        doubt, self._doubt = self._doubt, None
        doubted = doubt if doubt is not None and doubt[0].same(words) else None
        if await self.mode() != _OPEN:
            return await self._say_sealed(words, binds, doubted, heard)
        intent = None if self._party.guard is None else await self._intent(type, body, reply, packages, binds)
        for attempt in range(RESIGN_MAX + 1):
            if doubted is not None:
                statement, doubted = doubted[1], None
            else:
                statement = await self._party.sign(self._stream, type, body, self._head, reply=reply, intent=intent)
            try:
                return await self._hand_in(words, statement)
            except Conflict as conflict:
                if not words.keep_meaning or attempt == RESIGN_MAX:
                    raise
                self._head = conflict.head or head_of(await self._party.get(self._path()))
        raise Conflict.unread("the session moves faster than it can be written to")

    async def _hand_in(self, words: _Words, statement: _core.Statement) -> Receipt:
        """Hands a statement in, once; what is known of the head and of the statement afterwards is kept."""
        try:
            receipt = await (await self._party.node()).submit(statement)
        except Conflict:
            # It was not taken in, whatever was not known of it before.
            self._head = None
            raise
        except BaseException as error:
            if isinstance(error, Refused) and error.code not in _UNKNOWN:
                # A head that was refused may be none.
                self._head = None
            else:
                self._doubt = (words, statement)
            raise
        self._learn((receipt.sequence, receipt.statement))
        self._spoken.add(receipt.statement)
        self._keep(words.packages)
        return receipt

    async def _say_sealed(
        self, words: _Words, binds: bool, doubted: tuple[_Words, _core.Statement] | None, heard: Head | None
    ) -> Receipt:
        """The same in a session that the node cannot read: what is secret of it is sealed for the group.

        Before that, whatever could not be read is told, and the group is made, or led on, if it has to be. However often it
        is tried, it is said on the head that was heard when it was decided.
        """
        salted = words.salted() if doubted is None else doubted[0]
        intent = await self._judged(salted, binds)
        for attempt in range(ATTEMPTS_MAX):
            is_last = attempt + 1 == ATTEMPTS_MAX
            # Nearly always it takes two: a group first.
            await self._channel.part(max(0, attempt - 1))
            try:
                async with self._channel.turn:
                    statement = doubted[1] if doubted is not None else await self._sealed(salted, intent, heard)
                    doubted = None
                    if statement is not None:
                        return await self._hand_in(salted, statement)
            except Conflict:
                if not words.keep_meaning or is_last:
                    raise
            except Refused as refused:
                # The group moved between reading and saying.
                if refused.code != "EPOCH_STALE" or is_last:
                    raise
            except VaultFault as fault:
                # The same, by another process of this agent.
                if fault.fault not in MOVED or is_last:
                    raise
        raise Conflict.unread("the session moves faster than it can be written to")

    async def _judged(self, words: _Words, binds: bool = False) -> Intent | None:
        """What the guard judges, judged: before anything is said in its preparation."""
        if self._party.guard is None:
            return None
        intent = await self._intent(words.type, json.loads(words.body), words.reply, words.packages, binds)
        self._party.guard.check(intent)
        return intent

    async def _sealed(self, words: _Words, intent: Intent | None, heard: Head | None) -> _core.Statement | None:
        """Signs with what is secret sealed; none if something else had to be said first, and was."""
        known = await self._followed(heard)
        self._unmoved(words, known, heard)
        with formed():
            begun, secret = known.state != "INVITED", known.is_secret(words.type, words.body)
            unread = known.agrees_unread(words.type, words.body)
        untold = [(said, code) for said, code in known.untold if said not in self._untellable]
        if untold and known.state in TELLING and not words.tells_unread:
            await self._tell(known, untold)
            return None
        if unread:
            raise Unreadable(UNOPENED, "the terms that this agrees to could not be read here")
        if not begun and not words.have_place_before:
            # The node would read it, and refuse it then.
            raise Missing("nobody has come in yet, for whom this could be sealed")
        if not (begun and secret):
            # There is no group yet for why somebody goes.
            clear = words.without_reason() if secret and words.type in _GOING else words
            return await self._signed(clear, known, intent)
        if not await self._channel.is_ready(known):
            try:
                await self._regroup(known)
            except Missing:
                # Nobody is kept by somebody who cannot be taken into the group: one goes without saying why.
                if words.type not in _GOING:
                    raise
                return await self._signed(words.without_reason(), known, intent)
            return None
        shown, seal = await self._channel.seal(known, words.type, words.body)
        return await self._signed(words.showing(shown), known, intent, seal)

    async def _signed(
        self, words: _Words, known: _core.Known, intent: Intent | None, seal: str | None = None
    ) -> _core.Statement:
        body = json.loads(words.body)
        return await self._party.sign(
            self._stream, words.type, body, known.head, reply=words.reply, intent=intent, seal=seal
        )

    def _unmoved(self, words: _Words, known: _core.Known, heard: Head | None) -> None:
        """Nothing is said on what others said meanwhile and this program has not read; only words are."""
        for logged in self._channel.since(heard[0]) if heard is not None and not words.keep_meaning else ():
            own = logged.hash in self._spoken
            if not own and not automatic(logged, json.loads(logged.json)["body"], self._agent.name):
                self._head = None
                raise Conflict.unread("somebody else spoke first", known.head)
        self._learn(known.head)

    async def _tell(self, known: _core.Known, untold: Sequence[tuple[str, str]]) -> None:
        """Says of all that could not be read that it could not: it is not answered."""
        for statement, code in untold:
            words = _Words("INFORM", json.dumps({"kind": "unreadable", "code": code}), statement)
            try:
                await self._hand_in(words, await self._signed(words, known, await self._judged(words)))
            except Conflict:
                return
            except Refused as refused:
                if refused.code in _UNKNOWN:
                    raise
                # Where that may not be said, what was meant may still be.
                self._untellable.add(statement)
            known = await self._followed()

    async def _regroup(self, known: _core.Known) -> None:
        """Makes the group the one that it has to be; where another was first, nothing is left of the attempt."""
        # A vault that is new has none yet, and is taken in with them the next time.
        await self._agent.publish_packages()
        how = await self._channel.regrouping(known)
        claimed = await self._agent._claim(how.packages_of)
        words = _Words("INFORM", await self._channel.regroup(how, claimed), None)
        try:
            await self._hand_in(words, await self._signed(words, known, await self._judged(words)))
        except Conflict:
            await self._channel.drop_pending()
        except Forbidden:
            await self._channel.drop_pending()
            raise
        except Refused as refused:
            if refused.code not in _UNKNOWN:
                await self._channel.drop_pending()
            raise

    async def _intent(
        self, type: str, body: Mapping[str, Any], reply: str | None, packages: tuple[Package, ...], binds: bool
    ) -> Intent:
        """What the guard judges: the statement, and the session by its verified statements."""
        ground = self._ground
        await ground.read()
        if type == "ACCEPT" and body.get("kind") == "acceptance":
            binds = ground.binds(reply)
        return Intent(
            type=type,
            body=body,
            agent=self._agent.name,
            session=self.id,
            capability=ground.capability,
            peers=ground.peers,
            packages=packages,
            binds=binds,
            lets_in=ground.lets_in(type, body, reply),
        )

    async def _replayed(self) -> _core.World:
        """The session as it follows from its statements and those that it rests on, each verified and judged here."""
        return (await self._party.node()).world(await self._party.rested(self._stream, {}))


@dataclass(frozen=True)
class _Words:
    """What is to be said."""

    type: str
    #: The body, as JSON.
    body: str
    #: What it answers.
    reply: str | None
    #: The packages that it offers or agrees to.
    packages: tuple[Package, ...] = ()
    #: The same words before they were salted.
    meant: str | None = None

    def same(self, other: _Words) -> bool:
        """Whether it is the same that is meant."""
        return (self.type, self.meant or self.body, self.reply) == (other.type, other.body, other.reply)

    @property
    def kind(self) -> str:
        return str(json.loads(self.body).get("kind", ""))

    @property
    def keep_meaning(self) -> bool:
        """Whether they mean the same whatever was said just before."""
        return self.type in _WORDS or (self.type, self.kind) == ("INFORM", "note")

    @property
    def have_place_before(self) -> bool:
        """Whether they have a place in a session into which nobody has come yet."""
        return self.type in ("REJECT", "WITHDRAW") or (self.type, self.kind) in _BEFORE

    def without_reason(self) -> _Words:
        """The same, and not why."""
        return replace(self, body=json.dumps({**json.loads(self.body), "reason": ""}, sort_keys=True))

    @property
    def tells_unread(self) -> bool:
        return (self.type, self.kind) == ("INFORM", "unreadable")

    def salted(self) -> _Words:
        """The same with a salt in every package that it offers, so that the hashes of terms tell nothing of them."""
        with formed():
            body = _core.salted(self.type, self.body)
        offered = tuple(_offered(json.loads(body)))
        return replace(self, body=body, packages=offered or self.packages, meant=self.body)

    def showing(self, body: str) -> _Words:
        """The same as everybody sees it."""
        return replace(self, body=body)


def _mode_of(opening: _core.Logged) -> str:
    with held():
        return str(json.loads(opening.json)["body"]["mode"])


def _offered(body: Mapping[str, Any]) -> Iterable[Package]:
    for package in (*body.get("packages", ()), *([body["package"]] if "package" in body else ())):
        yield Package.of(package)


def _id(what: Said) -> str:
    if isinstance(what, Message):
        return what.hash
    return what.id if isinstance(what, Offer) else what


def _note(text: str, data: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"text": text} if data is None else {"text": text, "data": dict(data)}
