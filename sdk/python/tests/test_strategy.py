"""Concessions are arithmetic: exact, monotonous, and never beyond the limits."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest

from assent import Limits, Package, Range, strategy
from assent.strategy import Boulware, Conceder, Linear, Offer, Strategy, TitForTat

BUYER = Limits(price=Range(reserve="1200", ideal="900"))
SELLER = Limits(price=Range(reserve="1000", ideal="1500"))


def at(price: int) -> dict[str, Decimal]:
    return {"price": Decimal(price)}


def prices(chosen: Strategy) -> list[Decimal]:
    offers = []
    while (terms := chosen.next_offer()) is not None:
        offers.append(terms["price"])
    return offers


def test_the_example_of_the_page_runs() -> None:
    assert doctest.testmod(strategy).failed == 0


@pytest.mark.parametrize("kind", [Boulware, Linear, Conceder])
@pytest.mark.parametrize("limits", [BUYER, SELLER])
def test_each_curve_goes_from_the_ideal_to_the_reserve(kind: type[Strategy], limits: Limits) -> None:
    offers = prices(kind(limits, rounds=10))
    issue = limits.issues["price"]
    assert (offers[0], offers[-1], len(offers)) == (issue.ideal, issue.reserve, 10)
    rising = issue.reserve > issue.ideal
    assert offers == sorted(offers, reverse=not rising)
    assert all(issue.allows(offer) for offer in offers)


def test_curves_differ_in_when_they_concede() -> None:
    late, even, early = (prices(kind(BUYER, rounds=5))[2] for kind in (Boulware, Linear, Conceder))
    assert late < even == 1050 < early


def test_what_is_taken_is_within_the_limit_and_no_worse_than_the_own_offer() -> None:
    chosen = Linear(BUYER, rounds=4)
    assert not chosen.accepts({"price": "950"})
    assert chosen.accepts({"price": "900"})
    chosen.next_offer()
    assert chosen.accepts({"price": "1000"}) and not chosen.accepts({"price": "1000.01"})
    prices(chosen)
    assert chosen.accepts({"price": "1200"}) and not chosen.accepts({"price": "1200.01"})
    assert not chosen.accepts({}) and not chosen.accepts({"cost": 1})


def test_nothing_is_given_for_nothing() -> None:
    chosen = TitForTat(BUYER, rounds=20)
    history = [Offer.theirs(price=1200)]
    assert chosen.next_offer(history) == at(900)
    assert chosen.next_offer([*history, Offer.theirs(price=1200)]) == at(900)
    # A third of the own range was conceded, so a third is.
    assert chosen.next_offer([*history, Offer.theirs(price=1100)]) == at(1000)
    # Coming back from a concession takes back the answer to it, and more than all is never given.
    assert chosen.next_offer([*history, Offer.theirs(price=1100), Offer.theirs(price=1200)]) == at(900)
    assert chosen.next_offer([Offer.theirs(price=5000), Offer.theirs(price=1)]) == at(1200)


def test_several_issues_are_weighed() -> None:
    limits = Limits({"price": 3, "days": 1}, price=Range("1200", "800"), days=Range(30, 10, step=1))
    assert limits.utility({"price": 800, "days": 10}) == 1
    assert limits.utility({"price": 800, "days": 30}) == Decimal("0.75")
    assert limits.utility({"price": 1200, "days": 30}) == 0
    assert limits.at(Decimal("0.55")) == {"price": 1020, "days": 21}
    assert not limits.allow({"price": 800})


def test_amounts_are_exact() -> None:
    for wrong in (
        lambda: Range(1.5, 1),  # type: ignore[arg-type]
        lambda: Range("1", "2", step=0),
        Limits,
        lambda: Limits({"a": -1}, a=Range(1, 2)),
    ):
        with pytest.raises((TypeError, ValueError)):
            wrong()
    assert Range("0.3", "0.1", step="0.1").at(Decimal("0.5")) == Decimal("0.2")
    assert Range(5, 5).allows(5) and not Range(5, 5).allows(6)


def test_an_offer_goes_into_terms_as_it_is() -> None:
    package = Package([], Linear(BUYER).next_offer())
    assert package.terms == {"price": "900"} and BUYER.allow(package.terms)


def test_rounding_never_concedes() -> None:
    assert Range("10", "0", step="3").at(Decimal("0.5")) == 3
    assert Range("0", "10", step="3").at(Decimal("0.5")) == 6
