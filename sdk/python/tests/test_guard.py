"""What the owner forbids is not signed, whatever a model says."""

from __future__ import annotations

import pytest

import assent
from assent import Forbidden, Limits, Policy, PolicyGuard, Range

from .support import CAPABILITY, Market


def guarded(traders: Market, policy: Policy) -> assent.Agent:
    return traders.client.agent(traders.buyer.name, traders.keys.load(traders.buyer.name), guard=PolicyGuard(policy))


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


async def test_an_owner_adds_checks(traders: Market) -> None:
    def quiet(intent: assent.Intent) -> str | None:
        return "not on my watch" if "secret" in str(intent.body) else None

    mine, _ = await traders.session(guarded(traders, Policy(checks=(quiet,))))
    with pytest.raises(Forbidden, match="not on my watch") as forbidden:
        await mine.say("the secret is out")
    assert forbidden.value.rule == "quiet"
    await mine.say("hello")
