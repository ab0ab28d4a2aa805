"""The model of the examples: a script that plays a buyer's model, so that everything runs without a network.

It is as gullible as a model may be: it tries to accept what its owner forbids, and learns from what the tools say. Each
example wraps it as a model of its framework; exchange that for a real one and nothing else changes.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Union

from support.market import CAPABILITY, SELLER

#: What the person says when asked.
WORDS = "offer 1080 USD, not more"


@dataclass(frozen=True)
class Call:
    """The model wants a tool."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """The model has finished."""

    text: str


Move = Union[Call, Said]


def _duty(value: str) -> dict[str, Any]:
    return {"id": "delivery", "what": "eight GPUs for a day", "owed_by": "them", "value": value, "due_hours": 24}


def buyer() -> Generator[Move, str, None]:
    """Buys GPU hours: discovers, opens, is refused by its own policy, asks a person, makes the deal and proves it."""
    found = yield Call("discover", {"capability": CAPABILITY})
    assert SELLER in found, found
    yield Call("trust", {"agent": SELLER, "value": "1000 USD"})
    opened = yield Call(
        "open_session", {"agents": [SELLER], "capability": CAPABILITY, "purpose": "to buy a day of eight GPUs"}
    )
    session = {"session_id": _hash(opened)}
    yield Call("propose", {**session, "duties": [_duty("900 USD")]})
    heard = yield Call("read_session", session)
    while "awaits your answer" not in heard:
        heard = yield Call("read_session", session)
    refused = yield Call("accept", session)
    assert "policy forbids" in refused, refused
    decided = yield Call(
        "escalate", {**session, "question": "They want 1150 USD, my limit is 1100 USD. What shall I do?"}
    )
    assert WORDS in decided, decided
    yield Call("counter", {**session, "duties": [_duty("1080 USD")], "binding": True})
    heard = yield Call("read_session", session)
    for _ in range(20):
        if "DELIVERED" in heard or "awaits your answer" in heard:
            break
        heard = yield Call("read_session", session)
    if "DELIVERED" not in heard:
        # The seller came down to what the owner allows.
        yield Call("accept", session)
        while "DELIVERED" not in heard:
            heard = yield Call("read_session", session)
    yield Call("acknowledge", {**session, "obligation": "delivery"})
    yield Call("close_session", {**session, "reason": "all is well"})
    proof = yield Call("verify", session)
    assert "The proof holds" in proof, proof
    yield Said(f"Bought. {proof}")


class Script:
    """A generator of moves, told what the last move brought."""

    def __init__(self, moves: Generator[Move, str, None]) -> None:
        self._moves = moves
        self._begun = False
        #: What was asked for, in order.
        self.made: list[str] = []

    def next(self, told: str) -> Move:
        """The next move."""
        move = self._moves.send(told) if self._begun else next(self._moves)
        self._begun = True
        self.made.append(move.name if isinstance(move, Call) else "said")
        return move


def _hash(text: str) -> str:
    found = re.search(r"sha256:[0-9a-f]{64}", text)
    assert found is not None, text
    return found.group()
