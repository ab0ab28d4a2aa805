"""Nothing is lost when a connection is, nothing is told twice, and nothing false is taken for true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta

import httpx
import pytest

import assent
from assent import _node, _transport

from .support import CAPABILITY, PATIENCE, Market, Relay, Served


async def heard(session: assent.Session, count: int) -> list[int]:
    """The sequences of so many messages."""
    sequences: list[int] = []
    async with aclosing(session.watch()) as watched:
        async for message in watched:
            sequences.append(message.sequence)
            if len(sequences) == count:
                break
    return sequences


async def test_what_is_said_while_a_connection_is_cut_is_heard_once(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        buyer, _ = traders.again(client)
        mine, theirs = await traders.session(buyer)
        listening = asyncio.ensure_future(heard(mine, 14))
        for number in range(12):
            await theirs.say(f"remark {number}")
            if number % 4 == 3:
                await relay.cut()
        # The invitation and the introduction come first.
        assert await asyncio.wait_for(listening, PATIENCE) == list(range(14))


async def test_a_second_loop_goes_on_where_the_first_left(traders: Market) -> None:
    mine, theirs = await traders.session()
    assert await heard(mine, 2) == [0, 1]
    await theirs.say("one")
    await theirs.say("two")
    assert await heard(mine, 2) == [2, 3]


async def test_a_program_goes_on_after_what_it_had_handled(traders: Market) -> None:
    mine, theirs = await traders.session()
    for number in range(3):
        await theirs.say(f"remark {number}")
    async with aclosing(traders.buyer.session(mine.id).watch(after=2)) as watched:
        assert [(await anext(watched)).text for _ in range(2)] == ["remark 1", "remark 2"]


async def test_a_node_that_begins_anew_is_waited_for(traders: Market, node: Served) -> None:
    mine, theirs = await traders.session()
    listening = asyncio.ensure_future(heard(mine, 4))
    await theirs.say("before")
    await asyncio.to_thread(node.kill)
    saying = asyncio.ensure_future(theirs.say("while it is away"))
    await asyncio.to_thread(node.start, node.url.removeprefix("http://"))
    await asyncio.wait_for(saying, PATIENCE)
    # The node has forgotten all tokens, too.
    assert await asyncio.wait_for(listening, PATIENCE) == [0, 1, 2, 3]
    assert (await mine.view()).state in ("INTRODUCED", "CONVERSING")


#: More often than a request is repeated.
OFTEN = 6


async def test_nothing_is_lost_when_the_node_is_away_while_a_message_is_verified(traders: Market, node: Served) -> None:
    start = await traders.client.size()
    mine, theirs = await traders.session()
    await theirs.say("hello")

    async def followed(agent: assent.Agent) -> list[int]:
        async with aclosing(agent.events(start)) as events:
            return [(await anext(events)).sequence for _ in range(3)]

    for listen in (lambda agent: heard(agent.session(mine.id), 3), followed):
        async with Relay(node.url) as relay, assent.Client(relay.url) as client:
            relay.barred = b"stream=agent"
            listening = asyncio.ensure_future(listen(traders.again(client)[0]))
            await asyncio.wait_for(relay.refusing(OFTEN), PATIENCE)
            relay.barred = None
            assert await asyncio.wait_for(listening, PATIENCE) == [0, 1, 2]


async def test_a_loop_that_was_left_while_a_message_is_verified_misses_none(traders: Market, node: Served) -> None:
    mine, _ = await traders.session()
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        session = traders.again(client)[0].session(mine.id)
        relay.barred = b"stream=agent"
        listening = asyncio.ensure_future(heard(session, 1))
        await asyncio.wait_for(relay.refusing(1), PATIENCE)
        listening.cancel()
        await asyncio.wait([listening])
        relay.barred = None
        assert await asyncio.wait_for(heard(session, 2), PATIENCE) == [0, 1]


async def test_a_loop_ends_with_the_session_however_often_it_is_begun(traders: Market, node: Served) -> None:
    mine = await traders.buyer.open_session(traders.seller.name, CAPABILITY, timeout=0)
    await traders.seller.session(mine.id).reject("not today")
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        session = traders.again(client)[0].session(mine.id)

        async def all_of_it() -> list[int]:
            return [message.sequence async for message in session]

        # The node is away when it is asked whether that was the last.
        relay.barred = f"{session._path()} HTTP".encode()
        listening = asyncio.ensure_future(all_of_it())
        await asyncio.wait_for(relay.refusing(OFTEN), PATIENCE)
        relay.barred = None
        assert await asyncio.wait_for(listening, PATIENCE) == [0, 1]
        assert await asyncio.wait_for(all_of_it(), PATIENCE) == []


async def test_two_loops_at_a_time_each_hear_everything(traders: Market) -> None:
    mine, theirs = await traders.session()
    both = [asyncio.ensure_future(heard(mine, 4)) for _ in range(2)]
    await theirs.say("one")
    await theirs.say("two")
    assert await asyncio.wait_for(asyncio.gather(*both), PATIENCE) == [[0, 1, 2, 3]] * 2
    await theirs.say("three")
    assert await heard(mine, 1) == [4]


async def test_a_statement_whose_answer_is_lost_is_said_once(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        buyer, _ = traders.again(client)
        mine, theirs = await traders.session(buyer)
        relay.losing = True
        receipt = await mine.propose(traders.package("1000 USD"))
        assert not relay.losing
        said = await theirs.messages()
        assert [message.hash for message in said if message.is_mine is False][-1] == receipt.statement
        assert len(said) == 3


async def test_what_is_said_again_when_nothing_is_known_is_said_once(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        mine, theirs = await traders.session(traders.again(client)[0])
        question = (await theirs.ask("what for?")).statement
        await mine.view()
        until = await client.after(timedelta(hours=1))
        fixed = traders.package("1000 USD").fixed(assent._core.millis(until))
        ways: list[Callable[[], Awaitable[_node.Receipt]]] = [
            lambda: mine.say("hello"),
            lambda: mine.ask("how many?"),
            lambda: mine.clarify("to train a model", question),
            lambda: mine.observe("a fine day"),
            lambda: mine.propose(fixed),
        ]
        for number, say in enumerate(ways):
            before = len(await theirs.messages())
            # Every answer is lost, though the statement comes through.
            relay.deaf = b"POST /v1/statements"
            with pytest.raises(assent.Unreachable):
                await say()
            relay.deaf = None
            assert len(await theirs.messages()) == before + 1
            if number % 2:
                # Somebody else spoke, and this program has read all of it.
                await theirs.say("go on")
                await mine.messages()
            receipt = await say()
            told = [message.hash for message in await theirs.messages() if not message.is_mine]
            assert told[-1] == receipt.statement
            assert len(await theirs.messages()) == before + 1 + number % 2


async def test_what_did_not_come_through_is_signed_anew(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        mine, theirs = await traders.session(traders.again(client)[0])
        relay.barred = b"POST /v1/statements"
        with pytest.raises(assent.Unreachable):
            await mine.say("hello")
        relay.barred = None
        await theirs.say("go on")
        await mine.say("hello")
        assert [message.text for message in await theirs.messages(1)] == ["go on", "hello"]
        # Said on purpose, and not for want of an answer.
        await mine.say("hello")
        assert [message.text for message in await theirs.messages(1)] == ["go on", "hello", "hello"]


async def test_keys_are_read_anew(traders: Market, node: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, _ = await traders.session()
    for kept in (_node.KEYS_KEPT, 0.0):
        monkeypatch.setattr(_node, "KEYS_KEPT", kept)
        async with Relay(node.url) as relay, assent.Client(relay.url) as client:
            session = traders.again(client)[0].session(mine.id)
            assert len(await session.messages()) == 2
            # What tells of keys is no longer what it was.
            relay.lie = (b'"type":"agent.register"', b'"type":"agent.registeR"')
            if kept:
                assert len(await session.messages()) == 2
            else:
                with pytest.raises(assent.Unverified):
                    await session.messages()


async def test_a_statement_that_was_changed_on_the_way_is_refused(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        buyer, _ = traders.again(client)
        mine, theirs = await traders.session(buyer)
        await theirs.say("it costs 1000")
        relay.lie = (b"it costs 1000", b"it costs 9000")
        with pytest.raises(assent.Unverified):
            await asyncio.wait_for(heard(mine, 3), PATIENCE)
        with pytest.raises(assent.Unverified):
            await mine.messages()
        relay.lie = None
        assert [message.text for message in await mine.messages()][-1] == "it costs 1000"


async def test_a_gap_in_what_is_told_is_refused(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        buyer, _ = traders.again(client)
        mine, theirs = await traders.session(buyer)
        await theirs.say("one")
        relay.lie = (b'"logIndex":', b'"logIndeX":')
        with pytest.raises(assent.BadAnswer):
            await mine.messages()
        # A key that was the issuer's, at another place of the log.
        relay.lie = (b'"sequence":1,', b'"sequence":2,')
        with pytest.raises(assent.Unverified):
            await mine.messages()


async def test_what_no_node_would_say_is_told_as_that(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        buyer, _ = traders.again(client)
        mine, _ = await traders.session(buyer)
        await mine.say("hello")
        for lie in ((b'"state":', b'"stAte":'), (b'"head":{', b'"heaD":{'), (b'"offers":[', b'"offers":{')):
            relay.lie = lie
            with pytest.raises(assent.BadAnswer):
                await mine.view()
        relay.lie = (b'"score":"', b'"scorE":"')
        with pytest.raises(assent.BadAnswer):
            await buyer.trust(traders.seller.name)
        relay.lie = (b'"agents":[', b'"agentS":[')
        with pytest.raises(assent.BadAnswer):
            await client.discover()


async def test_a_receipt_that_was_changed_on_the_way_is_refused(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        buyer, _ = traders.again(client)
        mine, _ = await traders.session(buyer)
        relay.lie = (b'"logTime":"20', b'"logTime":"21')
        with pytest.raises(assent.Unverified, match="receipt"):
            await mine.say("hello")


async def test_a_node_with_another_key_than_is_known_is_not_talked_to(node: Served) -> None:
    with pytest.raises(assent.Unverified, match="was expected"):
        async with assent.Client(node.url, key=assent.AgentKey.generate().id):
            pass
    async with assent.Client(node.url) as client:
        key = await client.key()
    async with assent.Client(node.url, key=key) as client:
        assert await client.origin()


async def test_terms_under_the_hash_of_others_are_refused(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        _, seller = traders.again(client)
        mine, theirs = await traders.session(seller=seller)
        await mine.propose(traders.package("1000 USD"))
        relay.lie = (b'"amount":"1000"', b'"amount":"9000"')
        with pytest.raises(assent.Unverified, match="terms"):
            await theirs.accept()


async def test_all_that_an_agent_reads_is_told_as_it_comes(traders: Market) -> None:
    before = await traders.client.size()
    mine, theirs = await traders.session()
    await theirs.say("hello")
    texts = []
    async with aclosing(traders.buyer.events(before)) as events:
        async for message in events:
            assert message.log_index >= before
            texts.append((message.type, message.is_mine))
            if message.text == "hello":
                break
    assert texts[-1] == ("INFORM", False)
    assert (await mine.messages(1))[0].text == "hello"


async def test_nobody_answers(tmp_path: object) -> None:
    with pytest.raises(assent.Unreachable):
        async with assent.Client("http://127.0.0.1:9"):
            pass
    for wrong in ("ftp://node.example", "node.example", "http://me@node.example", "http://node.example/?a=b"):
        with pytest.raises(ValueError, match="address"):
            assent.Client(wrong)


def test_an_answer_that_tells_nothing_is_read_for_what_it_can_mean() -> None:
    def problem(method: str, status: int, answer: bytes) -> assent.AssentError:
        response = httpx.Response(status, request=httpx.Request(method, "http://node.example/"))
        return _transport._problem(response, answer).error

    # Where only the head was asked for, there is no problem to be read.
    for status, code in ((401, "UNAUTHENTICATED"), (403, "NOT_PERMITTED"), (404, "NOT_FOUND"), (429, "RATE_LIMITED")):
        refused = problem("HEAD", status, b"")
        assert isinstance(refused, assent.Refused)
        assert (refused.code, refused.status) == (code, status)
    for answer in (
        b'{"code":"X","status":1e999}',
        b'{"code":"X","status":[]}',
        b'{"status":400}',
        b"{",
        b"[" * 100_000,
    ):
        assert isinstance(problem("GET", 400, answer), assent.BadAnswer)
