"""Negotiators of NegMAS deal with one another as agents of two organisations, each with nothing but its own mechanism.

    python examples/negmas/negotiate.py --negotiations 500 --seed 7

Every negotiation is also held in memory, with both negotiators in one mechanism: the offers, step for step, and the end
have to be the same. Every session has to end properly, and the proof of every deal is verified offline.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import assent
from bridge import Bridge, Course, Heard, course, hold
from kinds import Negotiation, negotiations
from negmas.outcomes import Outcome
from support.market import arrive, node

T = TypeVar("T")
CAPABILITY = "provision.compute.gpu"
#: How long one side waits for the other, in seconds.
PATIENCE = 120.0


class SessionTable:
    """A session as the table of one side. Its calls come from the thread in which the mechanism runs."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, session: Any, held: Negotiation, buyer: str, seller: str
    ) -> None:
        self._loop, self._session, self._held = loop, session, held
        self._buyer, self._seller = buyer, seller
        self._messages: AsyncGenerator[Any, None] = session.__aiter__()
        #: The last offer of the other side, if there is one that waits for an answer.
        self._theirs: str | None = None

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def offer(self, outcome: Outcome) -> None:
        """PROPOSE, or COUNTER of what the other side offered; firm, so that its acceptance alone makes the deal."""
        package = self._package(outcome)
        if self._theirs is None:
            self._wait(self._session.propose(package, binding=True))
        else:
            self._wait(self._session.counter(package, to=self._theirs, binding=True))
            self._theirs = None

    def accept(self) -> None:
        """ACCEPT."""
        self._wait(self._session.accept(self._theirs))

    def end(self) -> None:
        """REJECT of what is open, and CLOSE."""
        self._wait(self._end())

    async def _end(self) -> None:
        if self._theirs is not None:
            await self._session.reject("no deal within the limits", self._theirs)
        await self._session.close("no deal")

    def hear(self) -> Outcome | Heard:
        """The next offer of the other side, or how it ended the talks."""
        return self._wait(self._hear())

    async def _hear(self) -> Outcome | Heard:
        async for message in self._messages:
            if message.is_mine:
                continue
            if message.type in ("PROPOSE", "COUNTER") and message.packages:
                self._theirs = message.hash
                terms = message.packages[0].terms
                return tuple(terms[issue.name] for issue in self._held.issues)
            if message.type == "ACCEPT" and message.kind == "acceptance":
                return Heard.ACCEPTED
            if message.type in ("REJECT", "CLOSE"):
                return Heard.ENDED
        return Heard.ENDED

    async def leave(self) -> None:
        """Ends what listens."""
        await self._messages.aclose()

    def _package(self, outcome: Outcome) -> assent.Package:
        terms = {issue.name: int(value) for issue, value in zip(self._held.issues, outcome, strict=True)}
        total = terms["price"] * terms.get("quantity", 1)
        due = timedelta(weeks=terms.get("weeks", 1))
        delivery = assent.Obligation("delivery", "GPU hours", self._seller, self._buyer, f"{total} USD", due)
        return assent.Package([delivery], terms)


def in_memory(held: Negotiation) -> Course:
    """The same negotiation with both negotiators in one mechanism: what has to come out."""
    mechanism = held.mechanism()
    for place in (0, 1):
        mechanism.add(held.negotiator(place), preferences=held.preferences(place))
    mechanism.run()
    return course(mechanism)


def one_side(held: Negotiation, place: int, table: SessionTable) -> Course:
    """One side's mechanism: its own negotiator, and a bridge where the other one would be."""
    mechanism, own, bridge = held.mechanism(), held.negotiator(place), Bridge(table, name="bridge")
    both = [(own, held.preferences(place)), (bridge, None)]
    for negotiator, preferences in both if place == 0 else reversed(both):
        mechanism.add(negotiator, preferences=preferences)
    return hold(mechanism, own, bridge)


class Pair:
    """A buyer and a seller of two organisations, who hold one negotiation after the other."""

    def __init__(self, buyer: Any, seller: Any, anchor: str) -> None:
        self.buyer, self.seller, self._anchor = buyer, seller, anchor

    async def hold(self, held: Negotiation) -> str:
        """Holds it; says how it ended. Raises :class:`AssertionError` where it is not as it would be in memory."""
        expected = await asyncio.to_thread(in_memory, held)
        bought, sold = await asyncio.gather(self._buy(held), self._sell(held))
        assert bought == expected, (held, expected, bought)
        assert sold == expected, (held, expected, sold)
        return "deal" if expected.agreement is not None else "timed out" if expected.timed_out else "broken off"

    async def _sit(self, session: Any, held: Negotiation, place: int) -> Course:
        """One side's talks, in a thread, since a mechanism waits for its negotiators."""
        table = SessionTable(asyncio.get_running_loop(), session, held, str(self.buyer.name), str(self.seller.name))
        try:
            return await asyncio.to_thread(one_side, held, place, table)
        finally:
            await table.leave()

    async def _buy(self, held: Negotiation) -> Course:
        session = await self.buyer.open_session([self.seller.name], CAPABILITY, purpose=f"negotiation {held.number}")
        went = await self._sit(session, held, 0)
        if went.agreement is not None:
            await session.wait_until(_delivered, timeout=PATIENCE)
            bundle = await session.bundle()
            report = assent.verify(bundle, anchors=self._anchor)
            assert report.ok, (held, report)
            self._agrees(bundle, held, went.agreement)
            await session.acknowledge("delivery")
            await session.close("all is well")
        await self._ended(session)
        return went

    async def _sell(self, held: Negotiation) -> Course:
        session = await self.seller.next_invitation(timeout=PATIENCE)
        await session.introduce()
        went = await self._sit(session, held, 1)
        if went.agreement is not None:
            await session.wait_until("EXECUTING", timeout=PATIENCE)
            await session.fulfil("delivery", "it is yours")
        await self._ended(session)
        return went

    @staticmethod
    def _agrees(bundle: bytes, held: Negotiation, agreement: Outcome) -> None:
        """The proof has to be about what the negotiators agreed on."""
        text = bundle.decode("utf-8")
        for issue, value in zip(held.issues, agreement, strict=True):
            assert f'"{issue.name}":{int(value)}' in text, (held, issue.name, value)

    @staticmethod
    async def _ended(session: Any) -> None:
        view = await session.wait_until("CLOSED", timeout=PATIENCE)
        assert view.state == "CLOSED", view.state


def _delivered(view: Any) -> bool:
    return any(duty["state"] == "DELIVERED" for commitment in view.commitments for duty in commitment.obligations)


@contextlib.asynccontextmanager
async def pairs(count: int) -> AsyncIterator[list[Pair]]:
    """A node with so many buyers and sellers, each of an organisation of its own."""
    with node() as served:
        async with assent.Client(served.url, key=served.key) as client:
            made = []
            for number in range(count):
                acme, buyer = await arrive(client, f"agent://acme-{number}.example/buyer")
                volt, seller = await arrive(client, f"agent://volt-{number}.example/seller")
                consent = await acme.request_consent(f"volt-{number}.example", ["provision.compute"], "to negotiate")
                await volt.grant_consent(consent)
                made.append(Pair(buyer, seller, served.key))
            yield made


async def main() -> None:
    """Holds them all, several at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--negotiations", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    waiting, ends, start = negotiations(options.negotiations, options.seed), Counter[str](), time.monotonic()

    async def work(pair: Pair) -> None:
        for held in waiting:
            ends[await pair.hold(held)] += 1

    async with pairs(options.at_once) as made:
        await asyncio.gather(*(work(pair) for pair in made))
    total = sum(ends.values())
    assert total == options.negotiations, ends
    told = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    print(
        f"{total} negotiations as in memory, step for step: {told}; every deal verified; "
        f"{time.monotonic() - start:.0f} s"
    )


if __name__ == "__main__":
    asyncio.run(main())
