"""How far to go in a negotiation, decided by arithmetic and not by a model.

A strategy knows the owner's :class:`Limits`, and says at each round what to offer and whether an offer of the other side
is good enough. It never goes beyond the limits, whatever it is told. Amounts are :class:`decimal.Decimal` throughout.

>>> limits = Limits(price=Range(reserve="1200", ideal="900"))
>>> strategy = Linear(limits, rounds=4)
>>> [str(strategy.next_offer([])["price"]) for _ in range(4)]
['900', '1000', '1100', '1200']
>>> strategy.next_offer([]) is None
True
"""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Union

from .terms import plain

Amount = Union[Decimal, int, str]


def _exact(value: Amount) -> Decimal:
    if isinstance(value, float):
        raise TypeError("an amount is written as text or as a whole number, since floats are not exact")
    return Decimal(value)


@dataclass(frozen=True, init=False)
class Range:
    """From what one would like best to the last that one would take.

    ``ideal`` may be less than ``reserve`` (who buys) or more (who sells); ``step`` is what offers are rounded to, towards
    one's own side.
    """

    ideal: Decimal
    reserve: Decimal
    step: Decimal

    def __init__(self, reserve: Amount, ideal: Amount, step: Amount = "0.01") -> None:
        object.__setattr__(self, "ideal", _exact(ideal))
        object.__setattr__(self, "reserve", _exact(reserve))
        object.__setattr__(self, "step", _exact(step))
        if self.step <= 0:
            raise ValueError("a step is more than nothing")

    def at(self, conceded: Decimal) -> Decimal:
        """The value at which this share of the way from ``ideal`` to ``reserve`` is conceded, 0 to 1."""
        share = min(max(conceded, Decimal(0)), Decimal(1))
        exact = self.ideal + (self.reserve - self.ideal) * share
        # Rounded away from the reserve, so that rounding alone never concedes.
        rounding = ROUND_DOWN if self.reserve >= self.ideal else ROUND_UP
        steps = (exact / self.step).to_integral_value(rounding=rounding)
        return Decimal(plain(self._within(steps * self.step)))

    def conceded_by(self, value: Amount) -> Decimal:
        """Which share of the way to ``reserve`` taking this value would concede; more than 1 is beyond the limit."""
        span = self.reserve - self.ideal
        if span == 0:
            return Decimal(0) if _exact(value) == self.ideal else Decimal(2)
        return (_exact(value) - self.ideal) / span

    def allows(self, value: Amount) -> bool:
        """Whether the value is no worse than ``reserve``."""
        return self.conceded_by(value) <= 1

    def _within(self, value: Decimal) -> Decimal:
        low, high = sorted((self.ideal, self.reserve))
        return min(max(value, low), high)


class Limits:
    """What the owner allows, by the name of each issue: ``Limits(price=Range("1200", "900"), days=Range(30, 10, 1))``."""

    def __init__(self, weights: Mapping[str, Amount] | None = None, **issues: Range) -> None:
        if not issues:
            raise ValueError("limits of at least one issue are needed")
        self.issues: dict[str, Range] = dict(issues)
        given = {name: _exact((weights or {}).get(name, 1)) for name in issues}
        total = sum(given.values())
        if total <= 0 or min(given.values()) < 0:
            raise ValueError("weights are not negative, and one of them is more than nothing")
        self.weights: dict[str, Decimal] = {name: weight / total for name, weight in given.items()}

    def allow(self, terms: Mapping[str, Amount]) -> bool:
        """Whether every issue is named and within its limit."""
        return all(name in terms and issue.allows(terms[name]) for name, issue in self.issues.items())

    def utility(self, terms: Mapping[str, Amount]) -> Decimal:
        """What terms are worth to the owner: 1 all that one would like, 0 the last that one would take, less beyond it."""
        parts = (
            self.weights[name] * (1 - min(Decimal(2), max(Decimal(0), issue.conceded_by(terms[name]))))
            for name, issue in self.issues.items()
        )
        return sum(parts, Decimal(0))

    def at(self, conceded: Decimal) -> dict[str, Decimal]:
        """Terms that concede this share on every issue."""
        return {name: issue.at(conceded) for name, issue in self.issues.items()}


@dataclass(frozen=True)
class Offer:
    """Terms that somebody offered: the value of each issue."""

    terms: Mapping[str, Decimal]
    is_mine: bool = True

    @classmethod
    def theirs(cls, **terms: Amount) -> Offer:
        """An offer of the other side."""
        return cls({name: _exact(value) for name, value in terms.items()}, is_mine=False)


class Strategy(abc.ABC):
    """What to offer next, and whether to take what is offered, within limits.

    ``rounds`` is how many own offers there are at most; with the last the reserve is reached, and after it there is none.
    """

    def __init__(self, limits: Limits, rounds: int = 10) -> None:
        if rounds < 1:
            raise ValueError("there is at least one round")
        self.limits = limits
        self.rounds = rounds
        #: Own offers so far.
        self.round = 0

    def next_offer(self, history: Sequence[Offer] = ()) -> dict[str, Decimal] | None:
        """The terms to offer next after this history, oldest first; ``None`` when there is nothing left to concede."""
        if self.round >= self.rounds:
            return None
        terms = self.limits.at(self.concession(history))
        self.round += 1
        return terms

    def accepts(self, theirs: Mapping[str, Amount], history: Sequence[Offer] = ()) -> bool:
        """Whether these terms are within the limits and no worse than what one would offer oneself now.

        When the own rounds are used up, whatever is within the limits is taken.
        """
        if not self.limits.allow(theirs):
            return False
        if self.round >= self.rounds:
            return True
        return self.limits.utility(theirs) >= self.limits.utility(self.limits.at(self.concession(history)))

    @abc.abstractmethod
    def concession(self, history: Sequence[Offer]) -> Decimal:
        """Which share of the way to the reserve is conceded in this round, 0 to 1."""

    def _time(self) -> Decimal:
        """How much of the rounds has passed, 0 to 1."""
        if self.rounds == 1:
            return Decimal(1)
        return min(Decimal(1), Decimal(self.round) / Decimal(self.rounds - 1))


class _Curve(Strategy):
    """Concedes as ``time ** exponent``."""

    exponent = Decimal(1)

    def __init__(self, limits: Limits, rounds: int = 10, exponent: Amount | None = None) -> None:
        super().__init__(limits, rounds)
        if exponent is not None:
            self.exponent = _exact(exponent)
        if self.exponent <= 0:
            raise ValueError("an exponent is more than nothing")

    def concession(self, history: Sequence[Offer]) -> Decimal:
        time = self._time()
        return time if time in (0, 1) else time**self.exponent


class Boulware(_Curve):
    """Holds firm, and concedes only when time runs out."""

    exponent = Decimal(4)


class Linear(_Curve):
    """Concedes the same in each round."""


class Conceder(_Curve):
    """Concedes most of the way at once."""

    exponent = Decimal("0.25")


class TitForTat(Strategy):
    """Concedes what the other side conceded since its offer before, and nothing for nothing.

    ``first`` is the share that is conceded in the first round, since somebody has to begin.
    """

    def __init__(self, limits: Limits, rounds: int = 10, first: Amount = 0) -> None:
        super().__init__(limits, rounds)
        self.first = _exact(first)

    def concession(self, history: Sequence[Offer]) -> Decimal:
        """Which share of the way to the reserve is conceded in this round, 0 to 1."""
        theirs = [self.limits.utility(offer.terms) for offer in history if not offer.is_mine]
        gained = theirs[-1] - theirs[0] if len(theirs) > 1 else Decimal(0)
        return min(Decimal(1), max(Decimal(0), self.first + gained))
