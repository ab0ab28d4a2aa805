"""From two new keys to a file that proves a deal."""

from __future__ import annotations

import asyncio

import pytest

import assent

from .support import CAPABILITY, PATIENCE, Market


async def test_a_deal_is_made_kept_closed_and_proved(traders: Market) -> None:
    async def buy() -> str:
        async with traders.buyer.open_session([traders.seller.name], CAPABILITY) as session:
            await session.propose(traders.package("1000 USD"))
            commitment = ""
            async for message in session:
                if message.is_mine:
                    continue
                if message.type == "COUNTER":
                    (offered,) = message.packages
                    assert offered.owed_by(traders.seller.name) == {"USD": 1150}
                    commitment = (await session.accept(message)).statement
                elif message.kind == "fulfilment":
                    await session.acknowledge("delivery")
                    await session.close("all is well")
            return commitment

    async def sell() -> None:
        session = await traders.seller.next_invitation(PATIENCE)
        await session.introduce()
        async for message in session:
            if message.is_mine:
                continue
            if message.type == "PROPOSE" and message.kind == "proposal":
                await session.counter(traders.package("1150 USD"), binding=True)
            elif message.type == "ACCEPT":
                await session.fulfil("delivery", "the machines are yours")
        await session.close("thank you")

    commitment, _ = await asyncio.wait_for(asyncio.gather(buy(), sell()), PATIENCE)
    assert [it.state async for it in traders.buyer.commitments()] == ["FULFILLED"]
    bundle = await traders.buyer.bundle(commitment)
    report = assent.verify(bundle, anchors=await traders.client.key())
    assert report.ok and report.raw["summary"]["state"] == "FULFILLED"
    assert "refuted" not in {check.verdict for check in report.checks}
    broken = bundle.replace(b"1150", b"1160")
    assert not assent.verify(broken).ok
    other = assent.AgentKey.generate().id
    assert not assent.verify(bundle, anchors=other).ok
    with pytest.raises(assent.Unverified):
        assent.verify(b"{}")


async def test_terms_are_agreed_on_then_committed_to(traders: Market) -> None:
    mine, theirs = await traders.session()
    await mine.propose(traders.package("900 USD"), traders.package("950 USD", days=2), reasoning="either will do")
    offer = (await theirs.view()).offers[0]
    with pytest.raises(assent.Missing, match="2 packages"):
        await theirs.accept(offer)
    chosen = next(name for name, package in offer.packages.items() if package.terms == {"days": 2})
    await theirs.accept(offer, chosen)
    assert (await mine.view()).agreed == [chosen]
    await mine.commit()
    await theirs.view()
    await theirs.accept()
    view = await mine.wait_until("EXECUTING", PATIENCE)
    assert view.commitments[0].terms_hash == chosen
    assert assent.verify(await mine.bundle(), await traders.client.key()).ok


async def test_an_agent_is_found_and_its_trust_is_told(traders: Market) -> None:
    found = await traders.client.discover(capability="provision.compute", limit=5)
    assert {it.agent for it in found} == {traders.buyer.name, traders.seller.name}
    assert found[0].card["description"] == "trades in GPU hours"
    assert await traders.client.discover("nothing of the kind") == []
    own = await traders.buyer.trust("volt.example/seller", "1000 USD", CAPABILITY)
    assert own.score == 10 and own.level_number == 0
    seen = await traders.buyer.trust("volt.example/seller", observers=["volt.example"])
    assert seen.raw["question"]["observer"] == ["volt.example"]


async def test_registering_again_changes_nothing_and_takes_no_name(traders: Market) -> None:
    name, keys = "acme.example/buyer", traders.keys
    card = {"capabilities": [CAPABILITY]}
    agent = await traders.client.register(name, organisation=keys.load("acme.example"), key=keys.load(name), card=card)
    assert agent.name == traders.buyer.name
    with pytest.raises(assent.Missing, match="not with this key"):
        await traders.client.register(
            name, organisation=keys.load("acme.example"), key=assent.AgentKey.generate(), card=card
        )
    with pytest.raises(assent.Refused) as refused:
        await traders.client.register(
            "acme.example/other", organisation=assent.AgentKey.generate(), key=assent.AgentKey.generate(), card=card
        )
    assert refused.value.code and refused.value.remedy and refused.value.status >= 400


async def test_a_key_is_replaced(traders: Market) -> None:
    new = assent.AgentKey.generate()
    await traders.buyer.rotate_key(new)
    await traders.buyer.set_card({"name": "buyer", "description": "buys", "capabilities": [CAPABILITY]})
    assert [it async for it in traders.buyer.sessions()] == []
    old = traders.client.agent(traders.buyer.name, traders.keys.load(traders.buyer.name))
    with pytest.raises(assent.Refused):
        await old.set_card({"name": "buyer", "description": "buys", "capabilities": [CAPABILITY]})


async def test_what_breaks_a_rule_of_form_is_not_sent(traders: Market) -> None:
    mine, _ = await traders.session()
    wrongs: list[tuple[assent.Package | dict[str, object], str]] = [
        (traders.package("1000 USD", rate=1.5), "NOT_AN_INTEGER"),
        ({"obligations": [], "terms": {}}, "INVALID_BODY"),
        ({"obligations": [{"id": "x"}], "terms": {}}, "INVALID_BODY"),
    ]
    for wrong, code in wrongs:
        before = (await mine.view()).head
        with pytest.raises(assent.Invalid) as invalid:
            await mine.propose(wrong)
        assert invalid.value.code == code, invalid.value
        assert (await mine.view()).head == before


async def test_who_speaks_first_is_read_before_one_answers(traders: Market) -> None:
    mine, theirs = await traders.session()
    await mine.propose(traders.package("1000 USD"))
    first = (await theirs.view()).offers[0]
    await mine.withdraw(first.id, "too low")
    await mine.propose(traders.package("2000 USD"))
    with pytest.raises(assent.Conflict) as conflict:
        await theirs.accept()
    assert conflict.value.code == "SEQUENCE_CONFLICT"
    with pytest.raises(assent.Missing):
        await theirs.accept(first)
    # Words keep their meaning, and are signed anew by themselves.
    await theirs.say("one moment")
    await theirs.view()
    await theirs.accept()


async def test_work_belongs_to_a_trace(traders: Market) -> None:
    traced = traders.buyer.in_trace("00-" + "ab" * 16 + "-" + "cd" * 8 + "-01")
    mine = await traced.open_session(traders.seller.name, CAPABILITY, timeout=0)
    course = await traders.seller.session(mine.id).trace()
    assert "ab" * 16 in str(course)
    with pytest.raises(assent.Invalid):
        await traders.buyer.in_trace("nonsense").open_session(traders.seller.name, CAPABILITY, timeout=0)


async def test_a_person_is_asked(traders: Market) -> None:
    mine, _ = await traders.session()
    await mine.propose(traders.package("1000 USD"))
    await mine.escalate("May I go beyond 1000 USD?")
    view = await mine.view()
    assert view.state == "ESCALATED"
    assert view.raw["escalation"]["authority"] == "acme.example"


async def test_a_session_without_consent_is_not_opened(traders: Market) -> None:
    with pytest.raises(assent.Missing, match=r"volt\.example"):
        await traders.buyer.open_session(traders.seller.name, "haul.freight")


async def test_who_is_turned_down_is_told_why_it_ended(traders: Market) -> None:
    mine = await traders.buyer.open_session(traders.seller.name, CAPABILITY, timeout=0)
    await traders.seller.session(mine.id).reject("not today")
    with pytest.raises(assent.Ended) as ended:
        await mine.wait_until("INTRODUCED", PATIENCE)
    assert ended.value.code
    said = [message async for message in mine]
    assert [message.type for message in said] == ["PROPOSE", "REJECT"]
    assert said[1].text == "not today"
