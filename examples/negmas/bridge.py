"""NegMAS negotiators as agents of two organisations.

Each side runs a mechanism of its own: its negotiator, and a `Bridge` that stands for the other side. What the bridge is
shown it says at the `Table`, and what it hears there it gives back to the mechanism. So neither negotiator can tell the
bridge from the other negotiator, and the steps have to be those of both in one mechanism.
"""

from __future__ import annotations

import enum
import hashlib
import random
import threading
from dataclasses import dataclass
from typing import Any, Protocol

import numpy
from negmas import ResponseType
from negmas.outcomes import Outcome
from negmas.sao import SAOMechanism, SAONegotiator, SAOResponse, SAOState


class Heard(enum.Enum):
    """What ends a negotiation."""

    ACCEPTED = "accepted"
    ENDED = "ended"


class Table(Protocol):
    """Where one side talks to the other; every call waits until it is done."""

    def offer(self, outcome: Outcome) -> None:
        """Offers an outcome."""

    def accept(self) -> None:
        """Takes the last offer of the other side."""

    def end(self) -> None:
        """Ends it without a deal."""

    def hear(self) -> Outcome | Heard:
        """What the other side says next."""


class Bridge(SAONegotiator):
    """Stands in one side's mechanism for the negotiator of the other side."""

    def __init__(self, table: Table, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table = table
        #: How many offers of its own side it has passed on.
        self.said = 0
        #: How the other side ended it, if it did.
        self.end: Heard | None = None

    def __call__(self, state: SAOState, dest: str | None = None) -> SAOResponse:
        """Passes on what its own side offered, and answers with what the other side says to it."""
        if state.current_offer is not None:
            self.table.offer(state.current_offer)
            self.said += 1
        heard = self.table.hear()
        if not isinstance(heard, Heard):
            return SAOResponse(ResponseType.REJECT_OFFER, heard)
        self.end = heard
        if heard is Heard.ACCEPTED:
            return SAOResponse(ResponseType.ACCEPT_OFFER, state.current_offer)
        return SAOResponse(ResponseType.END_NEGOTIATION, None)


@dataclass(frozen=True)
class Course:
    """How a negotiation went: every offer with its step and who made it (0 or 1), and how it ended."""

    offers: tuple[tuple[int, int, Outcome], ...]
    agreement: Outcome | None
    timed_out: bool
    broken: bool


def course(mechanism: SAOMechanism) -> Course:
    """How the negotiation in a mechanism of two went."""
    places = {identity: place for place, identity in enumerate(mechanism.negotiator_ids)}
    state = mechanism.state
    offers = tuple((step, places[who], offer) for step, who, offer in mechanism.extended_trace)
    return Course(offers, state.agreement, state.timedout, state.broken)


def hold(mechanism: SAOMechanism, own: SAONegotiator, bridge: Bridge) -> Course:
    """Runs one side's mechanism to its end, and says what the bridge could not say any more."""
    mechanism.run()
    went = course(mechanism)
    if bridge.end is not None:
        return went
    if went.agreement is not None:
        bridge.table.accept()
        return went
    mine = mechanism.negotiator_ids.index(own.id)
    offered = [offer for _, place, offer in went.offers if place == mine]
    if went.timed_out and len(offered) > bridge.said:
        # The last word of all is one's own: the other side has to hear it to come to the same end.
        bridge.table.offer(offered[-1])
    else:
        bridge.table.end()
    return went


_LOT = threading.RLock()


def seeded(kind: type[SAONegotiator], seed: str) -> type[SAONegotiator]:
    """The same kind of negotiator, whose chance depends on nothing but a seed and how often it was asked.

    Negotiators draw from generators that the whole process shares, so what one draws would depend on what others drew.
    """

    def deal(call: int, what: str) -> None:
        digest = hashlib.sha256(f"{seed} {call} {what}".encode()).digest()
        random.seed(digest)
        numpy.random.seed(int.from_bytes(digest[:4], "big"))

    class Seeded(kind):  # type: ignore[misc, valid-type]
        calls = 0

        def on_preferences_changed(self, changes: Any) -> None:
            with _LOT:
                deal(0, "preferences")
                super().on_preferences_changed(changes)

        def on_negotiation_start(self, state: SAOState) -> None:
            with _LOT:
                deal(0, "start")
                super().on_negotiation_start(state)

        def __call__(self, state: SAOState, dest: str | None = None) -> SAOResponse:
            with _LOT:
                self.calls += 1
                deal(self.calls, "answer")
                return super().__call__(state, dest)

    Seeded.__name__ = kind.__name__
    return Seeded
