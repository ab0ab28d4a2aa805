"""What waits for an agent is told to one worker at a time, until it is confirmed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

import assent

from .support import PATIENCE, Market


async def test_what_was_said_meanwhile_waits_and_is_confirmed(traders: Market) -> None:
    # The consent between the organisations stands in the log before, and is theirs to read.
    start = await traders.client.size()
    opened = await traders.buyer.open_session(traders.seller.name, "provision.compute.gpu", timeout=0)
    inbox = traders.seller.inbox(start=start)
    async for message in inbox:
        assert (message.type, message.kind, message.attempt) == ("PROPOSE", "session-invitation", 1)
        assert message.session == opened.id
        await message.open().introduce()
        await message.confirm()
        break
    await opened.wait_until("INTRODUCED", PATIENCE)
    await opened.say("are you there?")
    (told,) = await inbox.take(wait=20)
    assert told.text == "are you there?" and told.sender == traders.buyer.name and not told.is_mine
    # In hand, so nobody else of the group gets it; another group has it anew.
    assert await traders.seller.inbox().take() == []
    assert len(await traders.seller.inbox("audit").take(100)) >= 4
    await told.refuse("no model for it")
    (letter,) = await inbox.dead()
    assert letter["reason"] == "no model for it"
    await inbox.replay(told.log_index)
    (again,) = await inbox.take(wait=20)
    assert again.hash == told.hash
    await again.confirm()
    with pytest.raises(assent.Refused) as lost:
        await told.confirm()
    assert lost.value.code == "LEASE_LOST"
    assert await inbox.take() == []
    await traders.seller.inbox("audit").forget()


async def test_workers_share_what_waits(traders: Market) -> None:
    start = await traders.client.size()
    sessions = [
        await traders.buyer.open_session(traders.seller.name, "provision.compute.gpu", timeout=0) for _ in range(6)
    ]
    handled: list[str] = []
    done = asyncio.Event()

    async def handle(message: assent.InboxMessage) -> None:
        await message.open().introduce()
        handled.append(message.hash)
        if len(handled) == len(sessions):
            done.set()

    running = asyncio.ensure_future(traders.seller.inbox(start=start).run(handle, workers=3))
    await asyncio.wait_for(done.wait(), PATIENCE)
    for session in sessions:
        await session.wait_until("INTRODUCED", PATIENCE)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(handled) == sorted(session.id for session in sessions)


async def test_what_cannot_be_handled_comes_again(traders: Market) -> None:
    start = await traders.client.size()
    await traders.buyer.open_session(traders.seller.name, "provision.compute.gpu", timeout=0)

    async def fail(message: assent.InboxMessage) -> None:
        raise RuntimeError("no model for it")

    with pytest.raises(RuntimeError, match="no model"):
        await traders.seller.inbox(lease=1, start=start).run(fail)
    async with aclosing(traders.seller.inbox().__aiter__()) as messages:
        message = await asyncio.wait_for(anext(messages), PATIENCE)
        assert message.attempt == 2


async def test_who_takes_longer_than_the_lease_goes_on(traders: Market) -> None:
    start = await traders.client.size()
    await traders.buyer.open_session(traders.seller.name, "provision.compute.gpu", timeout=0)
    handled: list[int] = []
    done = asyncio.Event()

    async def handle(message: assent.InboxMessage) -> None:
        handled.append(message.log_index)
        if len(handled) > 1:
            done.set()
            return
        # Until another worker has it, and confirms it.
        (again,) = await traders.seller.inbox().take(wait=20)
        assert again.log_index == message.log_index
        await again.confirm()
        await traders.buyer.open_session(traders.seller.name, "provision.compute.gpu", timeout=0)

    running = asyncio.ensure_future(traders.seller.inbox(lease=1, start=start).run(handle))
    next_one = asyncio.ensure_future(done.wait())
    await asyncio.wait([running, next_one], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    assert next_one.done() and len(set(handled)) == 2
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
