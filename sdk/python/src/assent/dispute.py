"""What a side of a dispute does: answer, show, settle, appeal."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from ._node import Receipt, told
from ._party import Party
from .errors import Missing, TimedOut, Unverified
from .guard import Intent
from .message import Commitment, Message
from .terms import Money

if TYPE_CHECKING:
    from .agent import Agent

#: How often who waits looks at a dispute, in seconds.
LOOKING_UP = 0.25

#: Something that a side shows: a statement of the session by its :class:`Message`, or an exhibit in the protocol's spelling.
Exhibit = Message | Mapping[str, Any]


def file_exhibit(content: bytes, note: str) -> dict[str, Any]:
    """A file outside the log as an exhibit: its digest, and what it shows."""
    return {"kind": "digest", "digest": _core.digest(content), "note": note}


class Dispute:
    """A dispute as one agent takes part in it; :meth:`Agent.file_dispute` and :meth:`Agent.dispute` give it."""

    def __init__(self, agent: Agent, id: str) -> None:
        self._agent = agent
        self._party: Party = agent._party
        self._digits = _core.hash_digits(id)
        #: Its id, ``sha256:…``.
        self.id = f"sha256:{self._digits}"

    def __repr__(self) -> str:
        return f"<Dispute {self.id}>"

    async def shown(self) -> dict[str, Any]:
        """How it stands, by the node's word: ``phase``, ``claim``, ``amount``, ``evidence``, ``offer``, ``verdict``, …"""
        return await self._party.get(f"/v1/disputes/{self._digits}")

    async def wait_until(self, phase: str | Collection[str], timeout: float | None = None) -> dict[str, Any]:
        """Waits until it is in a phase, or in one of several; gives how it stands then.

        A filing is ``REPLAYING`` first, until the node has said what follows from the log alone; sides are heard after that.

        :raises TimedOut: if that takes longer than ``timeout`` seconds.
        """
        wanted = {phase} if isinstance(phase, str) else set(phase)
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            shown = await self.shown()
            if shown.get("phase") in wanted:
                return shown
            if until is not None and time.monotonic() >= until:
                raise TimedOut(f"the dispute is still {shown.get('phase')}")
            await asyncio.sleep(LOOKING_UP)

    async def bundle(self) -> bytes:
        """The proof of the case: a file that anybody verifies offline with ``assent verify``."""
        return await self._party.ask("GET", f"/v1/disputes/{self._digits}/bundle")

    async def respond(
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
        shown = await self._shown(evidence, disclose, disclose_to)
        return await self._say("dispute.respond", {"accepts": admit, "text": text, **shown}, binds=admit)

    async def show_evidence(
        self, *evidence: Exhibit, disclose: Iterable[Message] = (), disclose_to: str | None = None
    ) -> Receipt:
        """Shows more; opens what was sealed in messages as :meth:`respond` does."""
        return await self._say("dispute.evidence", await self._shown(evidence, disclose, disclose_to))

    async def _shown(self, evidence: Iterable[Exhibit], disclose: Iterable[Message], to: str | None) -> dict[str, Any]:
        disclosed = list(disclose)
        # By the filing, which is verified: the node could name somebody else.
        filing = (await self._read())[0].body if disclosed else {}
        return await _showing(
            self._agent, filing.get("session"), _arbiter(filing.get("rules")), evidence, disclosed, to
        )

    async def offer(self, outcome: str, text: str, amount: Money | str | None = None) -> Receipt:
        """Offers how to end it: ``upheld``, ``partly`` or ``dismissed``, and what is paid to who filed.

        The other side's :meth:`settle` alone ends it, so a guard is asked as of what binds.
        """
        body = {"outcome": outcome, "text": text} | _amount(amount)
        return await self._say("dispute.settle", body, binds=True)

    async def settle(self, text: str, *, amount: Money | str | None = None) -> Receipt:
        """Takes the other side's last offer, in exactly its words. With ``amount`` only if that is what it is of.

        :raises Missing: if there is none, or it is of another amount.
        """
        offer = (await self.shown()).get("offer")
        if offer is None:
            raise Missing("there is no offer to settle")
        named = told(lambda offer: str(offer["statement"]), offer)
        # What is repeated is what the other side signed, and not what the node says of it.
        said = await self._read()
        offered = next((it for it in said if it.hash == named and it.type == "dispute.settle" and not it.is_mine), None)
        if offered is None:
            raise Missing("the other side made no offer to settle")
        body: dict[str, Any] = {name: offered.body[name] for name in ("amount", "outcome") if name in offered.body}
        if amount is not None and body.get("amount") != Money.of(amount).wire():
            raise Missing(f"what is offered is {body.get('amount', 'nothing')}")
        return await self._say("dispute.settle", {**body, "text": text}, named, binds=True)

    async def appeal(self, reason: str) -> Receipt:
        """Does not take a ruling that can be appealed."""
        return await self._say("dispute.appeal", {"reason": reason})

    async def _read(self) -> list[Message]:
        """What was said in it, verified; the first of it is the filing."""
        authors = (await self._party.node()).authors
        messages: list[Message] = []
        for logged in await self._party.chained(f"dispute:{self._digits}"):
            await authors.check(logged)
            messages.append(Message._of(logged, self._agent.name))
        if not messages or messages[0].hash != self.id:
            raise Unverified("the answer does not verify: another dispute's beginning")
        return messages

    async def _say(
        self, kind: str, body: Mapping[str, Any], reply: str | None = None, *, binds: bool = False
    ) -> Receipt:
        said = await self._read()
        filing = said[0].body
        peers = tuple(sorted({filing["party"], filing["against"]} - {self._agent.name}))
        intent = Intent(type=kind, body=body, agent=self._agent.name, peers=peers, binds=binds)
        head = (said[-1].sequence, said[-1].hash)
        return await self._party.say(f"dispute:{self._digits}", kind, body, head, reply=reply, intent=intent)


async def file(
    agent: Agent,
    commitment: Commitment,
    reason: str,
    claim: str,
    obligation: str | None,
    amount: Money | str | None,
    severity: int,
    evidence: Iterable[Exhibit],
    disclose: Iterable[Message],
    disclose_to: str | None,
) -> Dispute:
    """Files a dispute by the rules that the deal agreed."""
    disclosed = list(disclose)
    if disclosed:
        # Who reads it is not left to whoever gave the commitment.
        commitment = await agent.session(commitment.session)._own(commitment.id)
    rules = commitment.raw.get("disputes")
    shown = await _showing(agent, commitment.session, _arbiter(rules), evidence, disclosed, disclose_to)
    against = _other_side(commitment, agent.name, obligation)
    body: dict[str, Any] = {
        "against": against,
        "claim": claim,
        "commitment": commitment.id,
        "nonce": secrets.token_hex(16),
        "party": agent.name,
        "reason": reason,
        "session": commitment.session,
        "severity": severity,
        **shown,
    }
    body |= _amount(amount) | ({} if obligation is None else {"obligation": obligation})
    if rules is not None:
        body["rules"] = rules
    intent = Intent(type="dispute.file", body=body, agent=agent.name, peers=(against,))
    receipt = await agent._party.say("dispute:", "dispute.file", body, intent=intent)
    return Dispute(agent, receipt.statement)


def _arbiter(rules: Mapping[str, Any] | None) -> str | None:
    """Who rules by what was agreed on disputes, if anybody does."""
    return None if rules is None else rules.get("arbiter")


def _other_side(commitment: Commitment, own: str, obligation: str | None) -> str:
    """The other side of the obligation, or the only one who owes this agent anything."""

    def others(duties: list[dict[str, Any]]) -> set[str]:
        mine = (it for it in duties if it["creditor"] == own or (it["id"] == obligation and it["debtor"] == own))
        return {
            it["debtor"] if it["creditor"] == own else it["creditor"] for it in mine if obligation in (None, it["id"])
        }

    found = told(lambda raw: others(raw["obligations"]), dict(commitment.raw))
    if len(found) != 1:
        raise Missing("nothing of it is this agent's to dispute" if not found else "several owe something: name what")
    return found.pop()


def _amount(amount: Money | str | None) -> dict[str, Any]:
    return {} if amount is None else {"amount": Money.of(amount).wire()}


async def _showing(
    agent: Agent,
    session: str | None,
    arbiter: str | None,
    evidence: Iterable[Exhibit],
    disclose: list[Message],
    to: str | None,
) -> dict[str, Any]:
    """What is shown, and of that what is disclosed to whom; what is disclosed is an exhibit by itself."""
    shown = _exhibits(evidence)
    if not disclose:
        return {"evidence": shown}
    whom = to or arbiter
    if whom is None or session is None:
        raise Missing("the deal names nobody who rules: say to whom it is disclosed")
    opened = [json.loads(one) for one in await agent.session(session)._disclosures(disclose, whom)]
    named = {it.get("statement") for it in shown}
    shown += [
        {"kind": "statement", "note": "", "statement": message.hash}
        for message in disclose
        if message.hash not in named
    ]
    return {"disclosures": opened, "evidence": shown}


def _exhibits(evidence: Iterable[Exhibit]) -> list[dict[str, Any]]:
    return [
        {"kind": "statement", "note": it.text or it.type, "statement": it.hash} if isinstance(it, Message) else dict(it)
        for it in evidence
    ]
