"""A node on a fresh folder, two organisations that agreed to talk, and a seller that follows a strategy.

What the examples share. In life the node stands elsewhere, and the seller is a program of another organisation.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import assent
from assent.strategy import Limits, Linear, Offer, Range

BUYER = "agent://acme.example/buyer"
SELLER = "agent://volt.example/seller"
CAPABILITY = "provision.compute.gpu"
#: The most that the buyer's owner lets it agree to pay.
LIMIT = "1100 USD"


def program() -> str:
    """The ``assent`` binary: what ASSENT_PROGRAM says, this repository's own, or that on the path."""
    here = Path(__file__).resolve().parents[2] / "target"
    built = [str(here / profile / "assent") for profile in ("release", "debug")]
    for candidate in (os.environ.get("ASSENT_PROGRAM"), *built, shutil.which("assent")):
        if candidate and Path(candidate).is_file():
            return candidate
    raise SystemExit("there is no assent binary: `cargo build -p assent`, or set ASSENT_PROGRAM")


@dataclass(frozen=True)
class Node:
    """A node that was started here."""

    url: str
    key: str


@contextlib.contextmanager
def node() -> Iterator[Node]:
    """Runs a node on a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as data:
        command = [program(), "serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data", data]
        quiet = {**os.environ, "ASSENT_LOG": "error"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet) as served:
            try:
                assert served.stdout is not None
                first = json.loads(served.stdout.readline())
                yield Node(first["url"], first["nodeKey"])
            finally:
                served.terminate()
                served.wait(timeout=30)


@dataclass(frozen=True)
class Market:
    """Two agents of two organisations at a node."""

    node: Node
    buyer: Any
    seller: Any


async def arrive(client: Any, agent: str, guard: Any = None) -> tuple[Any, Any]:
    """Registers an agent and its organisation with new keys; gives both."""
    domain = agent.removeprefix("agent://").partition("/")[0]
    root, key = assent.AgentKey.generate(), assent.AgentKey.generate()
    card = {"name": agent.rpartition("/")[2], "description": "Trades in GPU hours.", "capabilities": [CAPABILITY]}
    registered = await client.register(agent, organisation=root, key=key, card=card, guard=guard)
    return client.organisation(domain, root), registered


@contextlib.asynccontextmanager
async def market() -> AsyncIterator[Market]:
    """A node with a buyer whose owner set a limit, and a seller; their organisations have agreed to talk."""
    with node() as served:
        async with assent.Client(served.url, key=served.key) as client:
            guard = assent.PolicyGuard(assent.Policy(takes_max=LIMIT))
            acme, buyer = await arrive(client, BUYER, guard)
            volt, seller = await arrive(client, SELLER)
            consent = await acme.request_consent("volt.example", ["provision.compute"], "to trade in GPU hours")
            await volt.grant_consent(consent)
            yield Market(served, buyer, seller)


async def sell(seller: Any, sessions: int = 1) -> None:
    """Answers so many invitations in turn: concedes from 1,150 to 1,000 dollars, delivers what is bought."""
    for _ in range(sessions):
        session = await seller.next_invitation(timeout=120)
        await session.introduce()
        await _sell_in(session, str(seller.name))


async def _sell_in(session: Any, own: str) -> None:
    strategy = Linear(Limits(price=Range(reserve="1000", ideal="1150", step="5")), rounds=3)
    history: list[Offer] = []
    async for message in session:
        if message.is_mine:
            continue
        if message.type == "QUERY":
            await session.clarify("Eight H100, from tomorrow, for one day.", question=message.hash)
        elif message.type in ("PROPOSE", "COUNTER") and message.packages:
            price = assent.Money.of(message.packages[0].obligations[0]["value"]).amount
            history.append(Offer.theirs(price=price))
            if message.body.get("binding") and strategy.accepts({"price": price}, history):
                await session.accept()
                await session.fulfil("delivery", "the machines are yours")
                continue
            answer = strategy.next_offer(history)
            if answer is None:
                await session.reject("that is not enough")
                continue
            history.append(Offer(answer))
            await session.counter(_package(own, str(message.sender), answer["price"]), binding=True)
        elif message.type == "ACCEPT" and message.kind == "acceptance":
            await session.fulfil("delivery", "the machines are yours")
        elif message.type == "CLOSE":
            await session.close("thank you")


def _package(seller: str, buyer: str, price: Decimal) -> assent.Package:
    value = f"{price.normalize():f} USD"
    delivery = assent.Obligation("delivery", "eight GPUs for a day", seller, buyer, value, timedelta(hours=24))
    return assent.Package([delivery])


@contextlib.asynccontextmanager
async def selling(market: Market, sessions: int = 1) -> AsyncIterator[None]:
    """Lets the seller work meanwhile; what it stumbles over is raised."""
    work, here = asyncio.ensure_future(sell(market.seller, sessions)), asyncio.current_task()

    def failed(done: asyncio.Future[None]) -> None:
        # Nobody would answer the buyer any more.
        if not done.cancelled() and done.exception() is not None and here is not None:
            here.cancel()

    work.add_done_callback(failed)
    try:
        yield
        await asyncio.wait_for(work, timeout=60)
    except asyncio.CancelledError:
        if work.done() and not work.cancelled():
            work.result()
        raise
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
