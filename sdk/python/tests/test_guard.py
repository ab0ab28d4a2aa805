"""What the owner forbids is not signed, whatever a model says."""

from __future__ import annotations

from datetime import timedelta

import pytest

import assent
from assent import Forbidden, Limits, Policy, PolicyGuard, Range

from .support import CAPABILITY, PATIENCE, Market, Relay, Served


def guarded(traders: Market, policy: Policy, client: assent.Client | None = None) -> assent.Agent:
    name, guard = traders.buyer.name, PolicyGuard(policy)
    return (client or traders.client).agent(name, traders.keys.load(name), guard=guard)


async def newcomer(traders: Market) -> assent.Agent:
    """An agent of a third organisation, which acme and volt let talk."""
    name, keys, client = "amp.example/broker", traders.keys, traders.client
    card = {"capabilities": [CAPABILITY]}
    agent = await client.register(name, organisation=keys.key("amp.example"), key=keys.key(name), card=card)
    amp = client.organisation("amp.example", keys.load("amp.example"))
    for other in (traders.acme, traders.volt):
        await amp.grant_consent(await other.request_consent("amp.example", ["provision"], "to trade"))
    return agent


async def admission(by: assent.Agent, of: assent.Agent) -> dict[str, object]:
    """A body that asks for somebody to come in."""
    consents = await by._fitting([of.name], CAPABILITY)
    return {"agent": of.name, "consents": consents, "kind": "admission", "role": "observer"}


async def test_what_is_beyond_the_limit_is_refused_before_anything_is_signed(traders: Market) -> None:
    buyer = guarded(traders, Policy(takes_max="1000 USD"))
    mine, theirs = await traders.session(buyer)
    before = (await mine.view()).head
    for binding in (False, True):
        with pytest.raises(Forbidden, match="at most") as forbidden:
            await mine.propose(traders.package("1000.01 USD"), binding=binding)
        assert forbidden.value.rule == "amounts"
    with pytest.raises(Forbidden):
        await mine.propose(traders.package("5 EUR"))
    with pytest.raises(Forbidden):
        await mine.propose(traders.package("900 USD"), traders.package("2000 USD"))
    assert (await mine.view()).head == before

    await mine.propose(traders.package("1000 USD"))
    await theirs.view()
    await theirs.counter(traders.package("1500 USD"), binding=True)
    offer = (await mine.view()).offers[0]
    with pytest.raises(Forbidden):
        await mine.accept()
    with pytest.raises(Forbidden):
        # The same words by another way.
        body = {"kind": "acceptance", "termsHash": next(iter(offer.packages))}
        await mine.speak("ACCEPT", body, offer)
    assert (await theirs.view()).commitments == []
    await mine.reject("beyond my limit")


async def test_a_hash_does_not_hide_what_it_is_of(traders: Market) -> None:
    mine, theirs = await traders.session()
    await mine.propose(traders.package("1500 USD"))
    await theirs.view()
    await theirs.accept()
    later = guarded(traders, Policy(takes_max="1000 USD")).session(mine.id)
    with pytest.raises(Forbidden, match="1500"):
        await later.commit()
    with pytest.raises(Forbidden, match="not known"):
        await later.speak("COMMIT", {"termsHash": "sha256:" + "00" * 32})
    await mine.view()
    await mine.commit()


async def test_only_those_who_are_named_are_dealt_with(traders: Market) -> None:
    for policy in (
        Policy(counterparties=frozenset({"amp.example"})),
        Policy(capabilities=frozenset({"haul"})),
        Policy(forbidden=frozenset({"PROPOSE"})),
    ):
        with pytest.raises(Forbidden):
            await guarded(traders, policy).open_session(traders.seller.name, CAPABILITY, timeout=0)
    assert [it async for it in traders.buyer.sessions()] == []
    fine = Policy(counterparties=frozenset({"volt.example"}), capabilities=frozenset({"provision"}))
    await guarded(traders, fine).open_session(traders.seller.name, CAPABILITY, timeout=0)


async def test_a_person_decides_on_what_binds(traders: Market) -> None:
    buyer = guarded(traders, Policy(binding_needs_person=True))
    mine, theirs = await traders.session(buyer)
    await mine.propose(traders.package("10 USD"))
    await theirs.view()
    await theirs.counter(traders.package("11 USD"), binding=True)
    await mine.view()
    with pytest.raises(Forbidden, match="escalate"):
        await mine.accept()
    await mine.escalate("May I take 11 USD?")


async def test_terms_are_held_to_the_limits_of_each_issue(traders: Market) -> None:
    limits = Limits(days=Range(reserve=30, ideal=10, step=1))
    mine, _ = await traders.session(guarded(traders, Policy(limits=limits)))
    for days in (31, "40", "many", None, 1.5):
        with pytest.raises(Forbidden):
            await mine.propose(traders.package("10 USD", days=days))
    with pytest.raises(Forbidden):
        await mine.propose(traders.package("10 USD"))
    await mine.propose(traders.package("10 USD", days=30))


async def test_nobody_is_let_act_for_it_beyond_what_it_may_do(traders: Market) -> None:
    mine, _ = await traders.session(guarded(traders, Policy(owes_max="100 USD")))
    mandate = {
        "expiresAt": "2099-01-01T00:00:00.000Z",
        "performatives": ["ACCEPT"],
        "to": traders.seller.name,
    }
    for ceiling in (None, "101 USD", "1 EUR"):
        body = mandate if ceiling is None else {**mandate, "ceiling": assent.Money.of(ceiling).wire()}
        with pytest.raises(Forbidden, match="mandate"):
            await mine.speak("DELEGATE", body)


async def test_what_is_signed_is_what_was_judged(traders: Market) -> None:
    mine, theirs = await traders.session(guarded(traders, Policy(takes_max="1000 USD")))
    dear = [traders.package("5000 USD").fixed(0).wire()]
    for more in ({"packages": dear}, {"kind": "termination"}):
        with pytest.raises(ValueError, match=next(iter(more))):
            await mine.propose(traders.package("1 USD"), **more)
    await theirs.propose(traders.package("1 USD"))
    await mine.view()
    with pytest.raises(ValueError, match="packages"):
        await mine.counter(traders.package("1 USD"), packages=dear)
    until = await traders.client.after(timedelta(minutes=1))
    await mine.counter(traders.package("1 USD"), respondBy=until)
    assert [offer.respond_by for offer in (await mine.view()).offers] == [until]


async def test_a_node_cannot_tell_the_guard_that_an_offer_is_free(traders: Market, node: Served) -> None:
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        mine, theirs = await traders.session(guarded(traders, Policy(binding_needs_person=True), client))
        await theirs.propose(traders.package("10 USD"), binding=True)
        relay.lie = (b'"binding":true,"packages"', b'"binding":null,"packages"')
        assert not (await mine.view()).offers[0].binding
        with pytest.raises(Forbidden, match="escalate"):
            await mine.accept()
        assert (await theirs.view()).commitments == []
        await theirs.withdraw((await theirs.view()).offers[0], "to ask again")
        await theirs.propose(traders.package("10 USD"))
        await mine.view()
        await mine.accept()


async def test_a_node_cannot_tell_the_guard_who_is_there_and_what_it_is_about(traders: Market, node: Served) -> None:
    whom = Policy(counterparties=frozenset({"vole.example"}))
    what = Policy(capabilities=frozenset({"provision.compute.cpu"}))
    mine, _ = await traders.session()
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        relay.lie = (
            b'"agent":"agent://volt.example/seller","role":"party","j',
            b'"agent":"agent://vole.example/seller","role":"party","j',
        )
        session = guarded(traders, whom, client).session(mine.id)
        assert (await session.view()).participants[1]["agent"] == "agent://vole.example/seller"
        with pytest.raises(Forbidden, match=r"volt\.example"):
            await session.say("hello")
        relay.lie = (b'"capability":"provision.compute.gpu","p', b'"capability":"provision.compute.cpu","p')
        session = guarded(traders, what, client).session(mine.id)
        assert (await session.view()).capability == "provision.compute.cpu"
        with pytest.raises(Forbidden, match="gpu"):
            await session.say("hello")


async def test_nobody_else_is_let_in(traders: Market) -> None:
    broker = await newcomer(traders)
    policy = Policy(counterparties=frozenset({"volt.example"}))
    mine, theirs = await traders.session(guarded(traders, policy))
    with pytest.raises(Forbidden, match=r"amp\.example"):
        await mine.speak("PROPOSE", await admission(traders.buyer, broker))
    await theirs.speak("PROPOSE", await admission(traders.seller, broker))
    (offer,) = (await mine.view()).offers
    with pytest.raises(Forbidden, match=r"amp\.example"):
        await mine.accept(offer)
    with pytest.raises(Forbidden, match="not known"):
        await mine.speak("ACCEPT", {"kind": "admission"}, mine.id)
    # By another program, without a guard: from then on this one says nothing.
    await mine.say("hello")
    other = traders.buyer.session(mine.id)
    await other.accept((await other.view()).offers[0])
    await broker.session(mine.id).introduce()
    with pytest.raises(Forbidden, match=r"amp\.example"):
        await mine.say("hello")
    wider = Policy(counterparties=frozenset({"volt.example", "amp.example"}))
    await guarded(traders, wider).session(mine.id).say("hello")


async def test_nobody_is_let_act_for_it_who_is_not_named(traders: Market) -> None:
    mandate = {"expiresAt": "2099-01-01T00:00:00.000Z", "performatives": ["QUERY"], "to": "agent://amp.example/broker"}
    mine, _ = await traders.session()
    for policy, match in (
        (Policy(counterparties=frozenset({"volt.example"})), r"amp\.example"),
        (Policy(binding_needs_person=True), "escalate"),
    ):
        with pytest.raises(Forbidden, match=match):
            await guarded(traders, policy).session(mine.id).speak("DELEGATE", mandate)
    fine = Policy(counterparties=frozenset({"volt.example"}))
    await guarded(traders, fine).session(mine.id).speak("DELEGATE", {**mandate, "to": traders.seller.name})


async def test_who_is_invited_has_a_guard_as_well(traders: Market) -> None:
    mine = await traders.seller.open_session(traders.buyer.name, CAPABILITY, timeout=0)
    await guarded(traders, Policy(counterparties=frozenset({"volt.example"}))).session(mine.id).introduce()
    await mine.wait_until("INTRODUCED", PATIENCE)
    mine = await traders.seller.open_session(traders.buyer.name, CAPABILITY, timeout=0)
    with pytest.raises(Forbidden):
        await guarded(traders, Policy(counterparties=frozenset({"amp.example"}))).session(mine.id).introduce()


async def test_an_owner_adds_checks(traders: Market) -> None:
    def quiet(intent: assent.Intent) -> str | None:
        return "not on my watch" if "secret" in str(intent.body) else None

    mine, _ = await traders.session(guarded(traders, Policy(checks=(quiet,))))
    with pytest.raises(Forbidden, match="not on my watch") as forbidden:
        await mine.say("the secret is out")
    assert forbidden.value.rule == "quiet"
    await mine.say("hello")
