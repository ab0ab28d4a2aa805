"""The same without ``await``.

``assent.sync.Client`` and all that it gives have the same names and the same arguments, and block; iteration is a plain
``for``. What is only data is the same class. Written by ``tools/facade.py`` from the asynchronous classes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import agent as _agent
from . import client as _client
from . import dispute as _dispute
from . import inbox as _inbox
from . import organisation as _organisation
from . import session as _session
from ._node import Receipt
from ._portal import Portal
from .dispute import Exhibit
from .guard import Guard
from .keys import AgentKey
from .message import Commitment, Found, Message, Trust, View
from .session import PackageLike, Said
from .terms import Money


class Session:
    """A session of one agent: ``for message in session`` gives what is said, as it is said, and ends with it."""

    def __init__(self, portal: Portal, inner: _session.Session) -> None:
        self._portal, self._inner = portal, inner

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        """Leaving the block ends nothing in the protocol: see :meth:`close` and :meth:`leave`."""

    def __iter__(self) -> Iterator[Message]:
        return self._portal.iterate(self._inner.__aiter__())

    @property
    def id(self) -> str:
        """Its id, ``sha256:…``."""
        return self._inner.id

    @property
    def agent(self) -> Agent:
        """Who takes part by this handle."""
        return Agent(self._portal, self._inner.agent)

    def mode(self) -> str:
        """Who can read it: ``open``, ``hybrid`` (the node sees what is owed, and no words) or ``sealed`` (its members alone).

        By the statement that opens it, whose hash is its id, and never by the node's word.
        """
        return self._portal.run(self._inner.mode())

    def view(self) -> View:
        """The session as it stands. What it shows can be answered from here on.

        By the node's word; one that the node cannot read is judged and opened here.
        """
        return self._portal.run(self._inner.view())

    def messages(self, after: int | None = None) -> list[Message]:
        """What was said so far, after a place if one is given; verified, without a gap."""
        return self._portal.run(self._inner.messages(after))

    def watch(self, after: int | None = None) -> Iterator[Message]:
        """The same without an end: also what is said after the session has ended, its countersignatures.

        ``after`` is the sequence behind which it begins, for who kept what it had handled across a restart.
        """
        return self._portal.iterate(self._inner.watch(after))

    def wait_until(
        self, wanted: str | Collection[str] | Callable[[View], object], timeout: float | None = None
    ) -> View:
        """Waits until the session is as asked: in a state (or one of several), or such that ``wanted(view)`` holds.

        :raises Ended: if it ends before.
        :raises TimedOut: if that takes longer than ``timeout`` seconds.
        """
        return self._portal.run(self._inner.wait_until(wanted, timeout))

    def trace(self) -> dict[str, Any]:
        """The session's course by the node's word: who said what when, who waited for whom, what was refused."""
        return self._portal.run(self._inner.trace())

    def introduce(self) -> Receipt:
        """ACCEPT of the invitation: comes in with the agent's present card."""
        return self._portal.run(self._inner.introduce())

    def propose(
        self, *packages: PackageLike, binding: bool = False, reasoning: str | None = None, **more: Any
    ) -> Receipt:
        """PROPOSE one package, or several as alternatives.

        With ``binding`` the other side's acceptance alone makes a commitment of it. ``more`` are other members of an offer
        in the protocol's spelling, such as ``respondBy``.
        """
        return self._portal.run(self._inner.propose(*packages, binding=binding, reasoning=reasoning, **more))

    def counter(
        self,
        *packages: PackageLike,
        to: Said | None = None,
        binding: bool = False,
        reasoning: str | None = None,
        **more: Any,
    ) -> Receipt:
        """COUNTER of an offer: the only one that waits for this agent's answer, unless ``to`` names one."""
        return self._portal.run(self._inner.counter(*packages, to=to, binding=binding, reasoning=reasoning, **more))

    def accept(self, what: Said | None = None, terms_hash: str | None = None) -> Receipt:
        """ACCEPT of an offer or of a COMMIT, by the hash of its terms.

        Without ``what`` it is the only one that waits for this agent's answer, and one that this program has read, by
        iterating or by :meth:`view`: nobody accepts what came in between. Of several packages ``terms_hash`` names one.
        """
        return self._portal.run(self._inner.accept(what, terms_hash))

    def reject(self, reason: str, what: Said | None = None) -> Receipt:
        """REJECT of an invitation, an offer or a COMMIT: the only one that waits for this agent, unless one is named.

        Before somebody has come in, the reason is left out where the node is not to read it.
        """
        return self._portal.run(self._inner.reject(reason, what))

    def commit(self, terms_hash: str | None = None) -> Receipt:
        """COMMIT to terms that were agreed on: the only ones, unless they are named."""
        return self._portal.run(self._inner.commit(terms_hash))

    def withdraw(self, what: Said, reason: str) -> Receipt:
        """WITHDRAW of one's own offer, COMMIT, invitation or escalation; the reason is left out as :meth:`reject` does."""
        return self._portal.run(self._inner.withdraw(what, reason))

    def leave(self, reason: str) -> Receipt:
        """WITHDRAW from the session as a whole; the others go on. The reason is left out as :meth:`reject` does."""
        return self._portal.run(self._inner.leave(reason))

    def say(self, text: str, data: Mapping[str, Any] | None = None) -> Receipt:
        """INFORM: a remark, with structured data if there is any."""
        return self._portal.run(self._inner.say(text, data))

    def ask(self, text: str, whom: str | None = None, about: Said | None = None) -> Receipt:
        """QUERY, to all or to one; about an open offer if one is named, whose time then stands still."""
        return self._portal.run(self._inner.ask(text, whom, about))

    def clarify(self, text: str, question: Said | None = None, data: Mapping[str, Any] | None = None) -> Receipt:
        """CLARIFY, in answer to a question if one is named."""
        return self._portal.run(self._inner.clarify(text, question, data))

    def observe(self, text: str) -> Receipt:
        """OBSERVE."""
        return self._portal.run(self._inner.observe(text))

    def send_file(
        self, path: str | os.PathLike[str], text: str = "", *, name: str | None = None, media_type: str | None = None
    ) -> Receipt:
        """INFORM: a file of at most 64 MiB for the members of a session that the node cannot read, with words to it.

        The node keeps it in chunks that it cannot open. Sent again after it broke off, what is there is not sent twice.
        ``name`` is what it is called there, its own unless it is said.

        :raises Missing: in an open session, and before somebody has come in, for whom it could be sealed.
        :raises FileFault: if it cannot be read, is empty or too large, or cannot be called so.
        """
        return self._portal.run(self._inner.send_file(path, text, name=name, media_type=media_type))

    def fetch_file(self, message: Message, path: str | os.PathLike[str]) -> Path:
        """Fetches the file of a message to a path; it stands there when it is whole and the one that was sent.

        What has come meanwhile stands beside it, with ``.part`` after its name, and the next attempt goes on there. Its own
        name is ``message.body["file"]["name"]``: the sender's word, and not a path to be written to.

        :raises Missing: if the message has no file that was opened here.
        :raises FileFault: if it is not the file that the message names, or cannot be written.
        """
        return self._portal.run(self._inner.fetch_file(message, path))

    def escalate(self, question: str, authority: str | None = None, contact: str | None = None) -> Receipt:
        """ESCALATE to an authority, one's own organisation unless another is named: a person decides how it goes on."""
        return self._portal.run(self._inner.escalate(question, authority, contact))

    def resume(self, instructions: str | None = None) -> Receipt:
        """ACCEPT by an authority: the session goes on."""
        return self._portal.run(self._inner.resume(instructions))

    def overdue(self) -> list[dict[str, Any]]:
        """What is overdue although nothing was said of it, in the protocol's spelling: ``commitment``, ``obligation``.

        Of a session that the node cannot read; elsewhere the node states it, and nothing is left to find.
        """
        return self._portal.run(self._inner.overdue())

    def fulfil(
        self,
        obligation: str,
        evidence: str | Mapping[str, Any],
        commitment: str | None = None,
        stage: str | None = None,
    ) -> Receipt:
        """INFORM by the debtor: it is fulfilled, and this shows it. A text will do where the creditor acknowledges."""
        return self._portal.run(self._inner.fulfil(obligation, evidence, commitment, stage))

    def acknowledge(self, obligation: str, commitment: str | None = None, stage: str | None = None) -> Receipt:
        """INFORM by the creditor: the fulfilment is in order."""
        return self._portal.run(self._inner.acknowledge(obligation, commitment, stage))

    def contest(self, obligation: str, text: str, commitment: str | None = None, stage: str | None = None) -> Receipt:
        """INFORM by the creditor: the fulfilment is not in order, for this reason."""
        return self._portal.run(self._inner.contest(obligation, text, commitment, stage))

    def progress(self, obligation: str, text: str, commitment: str | None = None, stage: str | None = None) -> Receipt:
        """INFORM by the debtor: how far it is."""
        return self._portal.run(self._inner.progress(obligation, text, commitment, stage))

    def close(self, reason: str) -> Receipt:
        """CLOSE with the session's receipt; in a closed session, countersigns it.

        The receipt that is signed is what follows from the statements, each judged here, and not what the node says.
        """
        return self._portal.run(self._inner.close(reason))

    def commitment(self) -> Commitment:
        """Its only commitment.

        :raises Missing: if it has none, or several.
        """
        return self._portal.run(self._inner.commitment())

    def bundle(self, commitment: str | None = None) -> bytes:
        """The proof of a commitment of this session: a file that anybody verifies offline."""
        return self._portal.run(self._inner.bundle(commitment))

    def disclose(self, bundle: bytes, messages: Said | Iterable[Said], to: str) -> bytes:
        """The proof of a commitment with what was sealed in these messages, opened to ``to`` and to nobody else.

        ``to`` is an agent, an organisation or a key ``did:key:…``; it reads them with :func:`assent.verify` and its key. Each
        message is shown whole, with the keys of a file that is attached to it, and cannot be taken back.

        :raises Missing: if no message is named, one was not sealed or could not be opened, or is not in the bundle, or ``to``
            has no key that something can be disclosed to.
        :raises Unverified: if the bytes are no bundle.
        :raises ValueError: if ``to`` is nobody's name, and no key.
        """
        return self._portal.run(self._inner.disclose(bundle, messages, to))

    def speak(self, type: str, body: Mapping[str, Any], in_reply_to: Said | None = None) -> Receipt:
        """Says anything that the protocol has, in its own spelling. The guard sees it as it is."""
        return self._portal.run(self._inner.speak(type, body, in_reply_to))


class Organisation:
    """An organisation at a node."""

    def __init__(self, portal: Portal, inner: _organisation.Organisation) -> None:
        self._portal, self._inner = portal, inner

    @property
    def domain(self) -> str:
        """Its domain."""
        return self._inner.domain

    def register(self, name: str | None = None) -> Receipt:
        """Registers it with this key as its root. Its domain is not proved by that: see ``assent org verify``."""
        return self._portal.run(self._inner.register(name))

    def register_agent(self, agent: str, key: AgentKey, card: Mapping[str, Any]) -> Receipt:
        """Registers an agent of it; both keys sign. ``card`` has ``name``, ``description`` and ``capabilities``."""
        return self._portal.run(self._inner.register_agent(agent, key, card))

    def set_policy(self, policy: Mapping[str, Any]) -> Receipt:
        """Replaces its policy: who may invite its agents, how much they may owe, whom to call."""
        return self._portal.run(self._inner.set_policy(policy))

    def request_consent(
        self,
        other: str,
        about: Iterable[str],
        purpose: str,
        *,
        expires: datetime | timedelta = timedelta(days=30),
        ceiling: Money | str | None = None,
        **more: Any,
    ) -> str:
        """Asks another organisation for consent to sessions about these capabilities; gives the consent's id.

        ``ceiling`` is the most that one party may owe under one package. ``more`` are other members in the protocol's
        spelling, such as ``performatives``.
        """
        return self._portal.run(
            self._inner.request_consent(other, about, purpose, expires=expires, ceiling=ceiling, **more)
        )

    def grant_consent(self, consent: str) -> Receipt:
        """Grants a consent that was asked of it."""
        return self._portal.run(self._inner.grant_consent(consent))

    def revoke_consent(self, consent: str, reason: str) -> Receipt:
        """Revokes a consent, effective at once."""
        return self._portal.run(self._inner.revoke_consent(consent, reason))

    def acknowledge_revocation(self, consent: str) -> Receipt:
        """Confirms that the other side revoked a consent."""
        return self._portal.run(self._inner.acknowledge_revocation(consent))

    def consents(self) -> Iterator[dict[str, Any]]:
        """Its consents, newest first: ``id``, ``by``, ``with``, ``standing``, ``purpose``, ``capabilities``."""
        return self._portal.iterate(self._inner.consents())

    def consent(self, id: str) -> dict[str, Any]:
        """One of its consents."""
        return self._portal.run(self._inner.consent(id))

    def commitments(self) -> Iterator[Commitment]:
        """The commitments of its agents, newest first."""
        return self._portal.iterate(self._inner.commitments())

    def open_account(self, currency: str) -> Receipt:
        """Opens its account, or a further currency of it."""
        return self._portal.run(self._inner.open_account(currency))

    def account(self) -> dict[str, Any]:
        """Its account: ``balances`` with ``available``, ``held`` and ``withdrawing``, and the ``transfers`` that wait."""
        return self._portal.run(self._inner.account())

    def account_entries(self) -> Iterator[dict[str, Any]]:
        """What moved in its account, newest first: ``amount``, ``from``, ``to``, ``why``, ``logIndex``."""
        return self._portal.iterate(self._inner.account_entries())

    def deposit(self, amount: Money | str, reference: str) -> Receipt:
        """Asks that money be taken in; whether it came, the node says. ``reference`` is its own word for it."""
        return self._portal.run(self._inner.deposit(amount, reference))

    def withdraw(self, amount: Money | str, destination: str) -> Receipt:
        """Asks that money be paid out; from here on it is not available."""
        return self._portal.run(self._inner.withdraw(amount, destination))

    def disputes(self) -> Iterator[dict[str, Any]]:
        """The disputes of it and of its agents, those filed last first."""
        return self._portal.iterate(self._inner.disputes())

    def shown(self) -> dict[str, Any]:
        """What the registry shows of it."""
        return self._portal.run(self._inner.shown())


class Dispute:
    """A dispute as one agent takes part in it."""

    def __init__(self, portal: Portal, inner: _dispute.Dispute) -> None:
        self._portal, self._inner = portal, inner

    @property
    def id(self) -> str:
        """Its id, ``sha256:…``."""
        return self._inner.id

    def shown(self) -> dict[str, Any]:
        """How it stands, by the node's word: ``phase``, ``claim``, ``amount``, ``evidence``, ``offer``, ``verdict``, …"""
        return self._portal.run(self._inner.shown())

    def wait_until(self, phase: str | Collection[str], timeout: float | None = None) -> dict[str, Any]:
        """Waits until it is in a phase, or in one of several; gives how it stands then.

        A filing is ``REPLAYING`` first, until the node has said what follows from the log alone; sides are heard after that.

        :raises TimedOut: if that takes longer than ``timeout`` seconds.
        """
        return self._portal.run(self._inner.wait_until(phase, timeout))

    def bundle(self) -> bytes:
        """The proof of the case: a file that anybody verifies offline with ``assent verify``."""
        return self._portal.run(self._inner.bundle())

    def respond(
        self,
        text: str,
        *,
        admit: bool,
        evidence: Iterable[Exhibit] = (),
        disclose: Iterable[Message] = (),
        disclose_to: str | None = None,
    ) -> Receipt:
        """Answers a filing. Admitting it ends the dispute as it was claimed, so a guard is asked as of what binds.

        What was sealed in the messages to ``disclose`` is opened to whoever rules, or else to ``disclose_to``.
        """
        return self._portal.run(
            self._inner.respond(text, admit=admit, evidence=evidence, disclose=disclose, disclose_to=disclose_to)
        )

    def show_evidence(
        self, *evidence: Exhibit, disclose: Iterable[Message] = (), disclose_to: str | None = None
    ) -> Receipt:
        """Shows more; opens what was sealed in messages as :meth:`respond` does."""
        return self._portal.run(self._inner.show_evidence(*evidence, disclose=disclose, disclose_to=disclose_to))

    def offer(self, outcome: str, text: str, amount: Money | str | None = None) -> Receipt:
        """Offers how to end it: ``upheld``, ``partly`` or ``dismissed``, and what is paid to who filed.

        The other side's :meth:`settle` alone ends it, so a guard is asked as of what binds.
        """
        return self._portal.run(self._inner.offer(outcome, text, amount))

    def settle(self, text: str, *, amount: Money | str | None = None) -> Receipt:
        """Takes the other side's last offer, in exactly its words. With ``amount`` only if that is what it is of.

        :raises Missing: if there is none, or it is of another amount.
        """
        return self._portal.run(self._inner.settle(text, amount=amount))

    def appeal(self, reason: str) -> Receipt:
        """Does not take a ruling that can be appealed."""
        return self._portal.run(self._inner.appeal(reason))


class InboxMessage:
    """A message that this worker has in hand until its lease ends; ``message`` is what was said."""

    def __init__(self, portal: Portal, inner: _inbox.InboxMessage) -> None:
        self._portal, self._inner = portal, inner

    @property
    def message(self) -> Message:
        """What was said."""
        return self._inner

    @property
    def attempt(self) -> int:
        """How often it was handed out, this time included."""
        return self._inner.attempt

    def confirm(self) -> None:
        """It has been handled, and is not told again.

        :raises Refused: ``LEASE_LOST`` if another worker was given it meanwhile.
        """
        self._portal.run(self._inner.confirm())

    def refuse(self, reason: str) -> None:
        """It cannot be handled: it becomes a dead letter."""
        self._portal.run(self._inner.refuse(reason))

    def open(self) -> Session:
        """The session that it was said in.

        :raises Missing: if it was said elsewhere.
        """
        return Session(self._portal, self._inner.open())


class Inbox:
    """The inbox of an agent, as one group of workers has it: ``for message in agent.inbox()``."""

    def __init__(self, portal: Portal, inner: _inbox.Inbox) -> None:
        self._portal, self._inner = portal, inner

    def __iter__(self) -> Iterator[InboxMessage]:
        for message in self._portal.iterate(self._inner.__aiter__()):
            yield InboxMessage(self._portal, message)

    def run(self, handle: Callable[[InboxMessage], object], workers: int = 1) -> None:
        """Gives each message to ``handle`` and confirms it when that returns; so many at once, in threads."""

        async def handled(message: _inbox.InboxMessage) -> None:
            await asyncio.to_thread(handle, InboxMessage(self._portal, message))

        self._portal.run(self._inner.run(handled, workers))

    def take(self, most: int = 10, *, wait: int = 0) -> list[InboxMessage]:
        """Takes up to so many messages at once, each verified; waits up to ``wait`` seconds, 30 at most, for one."""
        return [InboxMessage(self._portal, it) for it in self._portal.run(self._inner.take(most, wait=wait))]

    def dead(self) -> list[dict[str, Any]]:
        """The messages that were given up: ``attempts``, ``reason``, ``message``."""
        return self._portal.run(self._inner.dead())

    def replay(self, position: int) -> None:
        """Lets a dead letter be handed out again."""
        self._portal.run(self._inner.replay(position))

    def discard(self, position: int) -> None:
        """Forgets a dead letter."""
        self._portal.run(self._inner.discard(position))

    def forget(self) -> None:
        """Forgets the group with all that it has in hand."""
        self._portal.run(self._inner.forget())


class Agent:
    """An agent at a node."""

    def __init__(self, portal: Portal, inner: _agent.Agent) -> None:
        self._portal, self._inner = portal, inner

    @property
    def name(self) -> str:
        """Its URI: ``agent://acme.example/sales``."""
        return self._inner.name

    @property
    def organisation(self) -> str:
        """The domain of its organisation."""
        return self._inner.organisation

    def in_trace(self, traceparent: str) -> Agent:
        """The same agent for work that belongs to a distributed trace (W3C ``traceparent``).

        Every statement that it signs says so, to everybody who reads it and for ever.
        """
        return Agent(self._portal, self._inner.in_trace(traceparent))

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
    ) -> Session:
        """Opens a session by inviting the others: ``async with agent.open_session(...) as session``, or ``await`` it.

        Consents with their organisations that cover the capability are found unless they are named. Waits ``timeout``
        seconds until all are in (0: does not wait); then proposes ``terms``, if there are any.
        ``limits`` are the session's in the protocol's spelling, such as ``{"rounds": 10, "responseMs": 60000}``.
        ``mode`` is who can read it: ``open``, ``hybrid`` (the node sees what is owed, and no words) or ``sealed`` (those who
        take part alone); what follows is sealed and opened by itself.

        :raises Missing: if a consent is.
        :raises Ended: if the others do not come in.
        """
        return Session(
            self._portal,
            self._portal.run(
                _opened(
                    self._inner.open_session(
                        peers,
                        capability,
                        terms=terms,
                        purpose=purpose,
                        limits=limits,
                        consents=consents,
                        schemas=schemas,
                        roles=roles,
                        mode=mode,
                        timeout=timeout,
                    )
                )
            ),
        )

    def session(self, id: str) -> Session:
        """One of its sessions by its id."""
        return Session(self._portal, self._inner.session(id))

    def sessions(self) -> Iterator[dict[str, Any]]:
        """Its sessions, those moved last first: ``id``, ``state``, ``capability``, ``initiator``, ``updatedAt``."""
        return self._portal.iterate(self._inner.sessions())

    def next_invitation(self, timeout: float | None = None) -> Session:
        """The next session to which it is invited and in which it has not answered; waits for one.

        :raises TimedOut: if none comes within ``timeout`` seconds.
        """
        return Session(self._portal, self._portal.run(self._inner.next_invitation(timeout)))

    def inbox(self, group: str = "default", *, lease: float = 60.0, start: int | None = None) -> Inbox:
        """What waits for it, also from while it was away, as a group of workers has it: each message for one of them.

        ``lease`` is for how many seconds nobody else of the group is given what one took; ``start`` the position of the
        log at which a group begins that is not there yet.
        """
        return Inbox(self._portal, self._inner.inbox(group, lease=lease, start=start))

    def events(self, start: int | None = None) -> Iterator[Message]:
        """Whatever it reads, in the order of the log, as it comes: from a position on, or what comes from now on.

        Each statement is verified. Resumes by itself, with nothing missing and nothing twice.
        """
        return self._portal.iterate(self._inner.events(start))

    def commitments(self) -> Iterator[Commitment]:
        """Its commitments, newest first, by the node's word; where it cannot read them they are :attr:`Commitment.sealed`."""
        return self._portal.iterate(self._inner.commitments())

    def commitment(self, id: str) -> Commitment:
        """One of its commitments; of a session that the node cannot read, as its members know it."""
        return self._portal.run(self._inner.commitment(id))

    def bundle(self, commitment: str) -> bytes:
        """The proof of a commitment: a file that anybody verifies offline with :func:`assent.verify`."""
        return self._portal.run(self._inner.bundle(commitment))

    def file_dispute(
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
        return Dispute(
            self._portal,
            self._portal.run(
                self._inner.file_dispute(
                    commitment,
                    reason,
                    claim,
                    obligation=obligation,
                    amount=amount,
                    severity=severity,
                    evidence=evidence,
                    disclose=disclose,
                    disclose_to=disclose_to,
                )
            ),
        )

    def dispute(self, id: str) -> Dispute:
        """A dispute that it filed, answers or rules, by its id."""
        return Dispute(self._portal, self._inner.dispute(id))

    def disputes(self) -> Iterator[dict[str, Any]]:
        """Its disputes, those filed last first: ``id``, ``phase``, ``party``, ``against``, ``reason``, ``until``."""
        return self._portal.iterate(self._inner.disputes())

    def trust(
        self, agent: str, value: Money | str = "1000 USD", capability: str | None = None, observers: Sequence[str] = ()
    ) -> Trust:
        """How far another agent can be trusted with a deal of this size, as its own organisation sees it, or others do."""
        return self._portal.run(self._inner.trust(agent, value, capability, observers))

    def shown(self) -> dict[str, Any]:
        """What the registry shows of it."""
        return self._portal.run(self._inner.shown())

    def set_card(self, card: Mapping[str, Any]) -> Receipt:
        """Replaces its card: ``name``, ``description``, ``capabilities``, and what else a card has."""
        return self._portal.run(self._inner.set_card(card))

    def rotate_key(self, new: AgentKey) -> Receipt:
        """Replaces its key: the old one signs, the new one countersigns. From here on it signs with the new one."""
        return self._portal.run(self._inner.rotate_key(new))

    def retire(self, reason: str) -> Receipt:
        """Ends the agent."""
        return self._portal.run(self._inner.retire(reason))

    def publish_packages(self) -> bool:
        """Publishes key packages where few are left, so that others can seal something for it while it is away.

        Done by itself before it comes into a session that needs it. Whether any were published.
        """
        return self._portal.run(self._inner.publish_packages())

    def answer(self, challenge: bytes) -> bytes:
        """Answers a node's question whether it is there: for whatever serves the endpoint that its card names."""
        return self._portal.run(self._inner.answer(challenge))


class Client:
    """A node: ``with Client() as client``. ``url`` is its address, ``key`` pins its key."""

    def __init__(self, url: str | None = None, *, key: str | None = None) -> None:
        self._inner = _client.Client(url, key=key)
        self._portal = Portal()

    def __enter__(self) -> Client:
        try:
            self._portal.run(self._inner.__aenter__())
        except BaseException:
            self._portal.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends its connections and the thread that they live in; who still waits for something gets ``Unreachable``."""
        self._portal.close(self._inner.aclose())

    def origin(self) -> str:
        """The name of its log."""
        return self._portal.run(self._inner.origin())

    def key(self) -> str:
        """The key that signs its receipts and checkpoints, ``did:key:…``."""
        return self._portal.run(self._inner.key())

    def after(self, span: timedelta) -> str:
        """The instant so long from now by the node's clock, as the protocol writes it."""
        return self._portal.run(self._inner.after(span))

    def size(self) -> int:
        """How many entries its log has, as its newest checkpoint says, whose signature is verified."""
        return self._portal.run(self._inner.size())

    def agent(
        self, name: str, key: AgentKey, *, guard: Guard | None = None, vault: str | os.PathLike[str] | None = None
    ) -> Agent:
        """An agent that is registered already. ``guard`` has to allow whatever it is to sign.

        ``vault`` is the folder of its own in which it keeps what it needs for sealed sessions, and which is made when it is
        needed. Unless it is named it is in ``vaults`` beside the keyring's folder, where the command line has it too; without
        a keyring it ends with this client.
        """
        return Agent(self._portal, self._inner.agent(name, key, guard=guard, vault=vault))

    def organisation(self, domain: str, key: AgentKey) -> Organisation:
        """An organisation, registered or not."""
        return Organisation(self._portal, self._inner.organisation(domain, key))

    def register(
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
        return Agent(
            self._portal,
            self._portal.run(
                self._inner.register(name, organisation=organisation, key=key, card=card, guard=guard, vault=vault)
            ),
        )

    def discover(
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
        return self._portal.run(
            self._inner.discover(
                text, capability=capability, organisation=organisation, max_price=max_price, limit=limit, **more
            )
        )

    def shown(self, agent: str) -> dict[str, Any]:
        """What the registry shows of an agent: ``name``, ``description``, ``capabilities``, ``keys``, ``standing``."""
        return self._portal.run(self._inner.shown(agent))

    def submit(self, envelope: bytes) -> Receipt:
        """Hands in a statement that was signed before; the same one as often as needed, it is stored once."""
        return self._portal.run(self._inner.submit(envelope))


async def _opened(opening: _agent.Opening) -> _session.Session:
    return await opening
