"""What is offered: packages of obligations. A plain ``dict`` in the protocol's own spelling does as well everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Union

from . import _core

Due = Union[datetime, timedelta, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Money:
    """An exact amount of a currency."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, value: Money | str | Mapping[str, Any]) -> Money:
        """Reads ``"1150 USD"`` or the protocol's ``{"amount": "1150", "currency": "USD"}``."""
        if isinstance(value, Money):
            return value
        text = value if isinstance(value, str) else f"{value['amount']} {value['currency']}"
        amount, currency = _core.money(text)
        return cls(Decimal(amount), currency)

    def wire(self) -> dict[str, str]:
        """As it stands in a statement."""
        amount, currency = _core.money(str(self))
        return {"amount": amount, "currency": currency}

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"


@dataclass(frozen=True)
class Obligation:
    """Who owes what to whom, worth how much, by when, and how it is shown."""

    #: Its name in the package.
    id: str
    #: What is owed, for people.
    what: str
    debtor: str
    creditor: str
    value: Money | str | Mapping[str, Any]
    #: An instant, a span from the moment of signing, or ``{"after": "payment", "withinMs": 3600000}``.
    due: Due
    #: ``"acknowledgement"``, or the protocol's ``{"method": …}``.
    shown_by: str | Mapping[str, Any] = "acknowledgement"
    #: Other members in the protocol's spelling, such as ``quantity``, ``remedy``, ``stages``.
    more: Mapping[str, Any] = field(default_factory=dict)

    def wire(self, now_ms: int) -> dict[str, Any]:
        """As it stands in a statement that is signed at this moment."""
        shown = {"method": self.shown_by} if isinstance(self.shown_by, str) else dict(self.shown_by)
        return {
            **self.more,
            "creditor": _core.agent_uri(self.creditor),
            "debtor": _core.agent_uri(self.debtor),
            "due": _due(self.due, now_ms),
            "id": self.id,
            "shownBy": shown,
            "value": Money.of(self.value).wire(),
            "what": self.what,
        }


class Package:
    """Terms that can be accepted as a whole: obligations, and ``terms`` for the parties' own domain."""

    def __init__(
        self,
        obligations: Iterable[Obligation | Mapping[str, Any]],
        terms: Mapping[str, Any] | None = None,
        *,
        schema: str | None = None,
        **more: Any,
    ) -> None:
        self._obligations = tuple(obligations)
        #: What is agreed beside the obligations; numbers are whole, and a ``Decimal`` is written as text.
        self.terms: dict[str, Any] = _spelled(dict(terms or {}))
        #: The terms schema that ``terms`` follow, by its hash.
        self.schema = schema
        self._more = more

    @classmethod
    def of(cls, value: Package | Mapping[str, Any]) -> Package:
        """Reads the protocol's ``{"obligations": […], "terms": {…}}``."""
        if isinstance(value, Package):
            return value
        rest = {name: member for name, member in value.items() if name not in ("obligations", "terms", "schema")}
        return cls(value.get("obligations", ()), value.get("terms"), schema=value.get("schema"), **rest)

    def wire(self, now_ms: int = 0) -> dict[str, Any]:
        """As it stands in a statement that is signed at this moment."""
        obligations = [
            obligation.wire(now_ms) if isinstance(obligation, Obligation) else dict(obligation)
            for obligation in self._obligations
        ]
        schema = {} if self.schema is None else {"schema": self.schema}
        return {**self._more, **schema, "obligations": obligations, "terms": self.terms}

    def fixed(self, now_ms: int) -> Package:
        """The same with every span turned into an instant: what is signed, and what its hash is of."""
        return Package.of(self.wire(now_ms))

    @property
    def obligations(self) -> list[dict[str, Any]]:
        """The obligations in the protocol's spelling."""
        obligations: list[dict[str, Any]] = self.wire()["obligations"]
        return obligations

    @property
    def hash(self) -> str:
        """What an acceptance names."""
        return _core.terms_hash(json.dumps(self.wire()))

    @property
    def hidden(self) -> bool:
        """Whether what it says could not be read: nothing of it but its hash is known, and nobody can agree to it."""
        return "hidden" in self._more

    def owed_by(self, agent: str) -> dict[str, Decimal]:
        """What an agent would owe, by currency."""
        return self._sums("debtor", agent)

    def owed_to(self, agent: str) -> dict[str, Decimal]:
        """What would be owed to an agent, by currency."""
        return self._sums("creditor", agent)

    def _sums(self, side: str, agent: str) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for obligation in self.obligations:
            if obligation.get(side) == agent:
                value = Money.of(obligation["value"])
                sums[value.currency] = sums.get(value.currency, Decimal(0)) + value.amount
        return sums

    def __repr__(self) -> str:
        return f"Package({self.wire()!r})"


def plain(amount: Decimal) -> str:
    """An amount as the protocol spells it: without an exponent, and without zeros at its end."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spelled(value: Any) -> Any:
    """JSON with exact amounts as the texts that the protocol has for them."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return {name: _spelled(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spelled(member) for member in value]
    return value


def _due(due: Due, now_ms: int) -> dict[str, Any]:
    if isinstance(due, timedelta):
        return {"at": _core.instant(now_ms + due // timedelta(milliseconds=1))}
    if isinstance(due, datetime):
        return {"at": instant(due)}
    if isinstance(due, str):
        return {"at": due}
    return dict(due)


def instant(at: datetime) -> str:
    """An instant as the protocol writes it."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    since = at.astimezone(timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return _core.instant(since // timedelta(milliseconds=1))
