"""Which negotiations are held: negotiators of many kinds, over one issue or several, with little time or much."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bridge import seeded
from negmas import LinearAdditiveUtilityFunction, make_issue
from negmas.outcomes import Issue
from negmas.preferences.value_fun import AffineFun, TableFun
from negmas.sao import (
    AspirationNegotiator,
    BoulwareTBNegotiator,
    CABNegotiator,
    ConcederTBNegotiator,
    HybridNegotiator,
    LinearTBNegotiator,
    MiCRONegotiator,
    NaiveTitForTatNegotiator,
    NiceNegotiator,
    RandomNegotiator,
    SAOMechanism,
    SAONegotiator,
    SimpleTitForTatNegotiator,
    TopFractionNegotiator,
    ToughNegotiator,
    WANNegotiator,
)

#: The kinds of negotiator that take part.
KINDS: tuple[type[SAONegotiator], ...] = (
    BoulwareTBNegotiator,
    ConcederTBNegotiator,
    LinearTBNegotiator,
    NaiveTitForTatNegotiator,
    SimpleTitForTatNegotiator,
    AspirationNegotiator,
    HybridNegotiator,
    MiCRONegotiator,
    TopFractionNegotiator,
    ToughNegotiator,
    NiceNegotiator,
    CABNegotiator,
    WANNegotiator,
    RandomNegotiator,
)


@dataclass(frozen=True)
class Negotiation:
    """One negotiation: who negotiates about what, for how long. The buyer begins."""

    number: int
    seed: int
    buyer: type[SAONegotiator]
    seller: type[SAONegotiator]
    issues: tuple[Issue, ...]
    steps: int

    def mechanism(self) -> SAOMechanism:
        """An empty mechanism of it."""
        return SAOMechanism(issues=list(self.issues), n_steps=self.steps, extra_callbacks=False)

    def negotiator(self, place: int) -> SAONegotiator:
        """The buyer (0) or the seller (1), as new."""
        kind = (self.buyer, self.seller)[place]
        return seeded(kind, f"{self.seed} {self.number} {place}")(name=("buyer", "seller")[place])

    def preferences(self, place: int) -> LinearAdditiveUtilityFunction:
        """What the buyer (0) or the seller (1) likes: opposed in the price, at odds in part about the rest."""
        chance = random.Random(f"{self.seed} {self.number} {place} likes")
        values, weights = [], []
        for place_of, issue in enumerate(self.issues):
            span = issue.max_value - issue.min_value
            if place_of == 0:
                slope = (-1 if place == 0 else 1) / span
                values.append(AffineFun(slope, bias=(issue.max_value if place == 0 else -issue.min_value) / span))
            else:
                values.append(TableFun({value: chance.random() for value in issue.all}))
            weights.append(1.0 if place_of == 0 else chance.uniform(0.1, 0.8))
        total = sum(weights)
        return LinearAdditiveUtilityFunction(
            values=values,
            weights=[weight / total for weight in weights],
            issues=list(self.issues),
            reserved_value=chance.choice((0.0, 0.2, 0.45)),
        )


def negotiations(count: int, seed: int) -> Iterator[Negotiation]:
    """So many negotiations, each pair of kinds in turn, the rest by lot."""
    pairs = [(buyer, seller) for buyer in KINDS for seller in KINDS]
    chance = random.Random(seed)
    chance.shuffle(pairs)
    for number in range(count):
        buyer, seller = pairs[number % len(pairs)]
        low = chance.randrange(100, 1000)
        issues = [make_issue((low, low + chance.choice((5, 20, 60))), "price")]
        if chance.random() < 0.6:
            issues.append(make_issue((1, chance.choice((3, 6))), "quantity"))
        if chance.random() < 0.3:
            issues.append(make_issue((1, 4), "weeks"))
        steps = chance.choice((1, 2, 5, 10, 16))
        yield Negotiation(number, seed, buyer, seller, tuple(issues), steps)
