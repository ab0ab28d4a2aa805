"""What an organisation does: register itself and its agents, give and take consent, keep an account."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import _core
from ._node import Receipt, told
from ._party import Party, head_of
from .errors import Refused
from .keys import AgentKey
from .message import Commitment
from .terms import Money, instant

if TYPE_CHECKING:
    from .client import Client


class Organisation:
    """An organisation at a node; :meth:`assent.Client.organisation` gives it."""

    def __init__(self, client: Client, domain: str, key: AgentKey) -> None:
        self._client = client
        self.domain = _core.domain(domain)
        self._party = Party(client._connected, self.domain, key)

    def __repr__(self) -> str:
        return f"<Organisation {self.domain}>"

    async def register(self, name: str | None = None) -> Receipt:
        """Registers it with this key as its root. Its domain is not proved by that: see ``assent org verify``."""
        body = {"key": self._party.key.id, "name": name or self.domain}
        return await self._party.say(self._stream, "org.register", body)

    async def register_agent(self, agent: str, key: AgentKey, card: Mapping[str, Any]) -> Receipt:
        """Registers an agent of it; both keys sign. ``card`` has ``name``, ``description`` and ``capabilities``."""
        name = _core.agent_uri(agent)
        party = Party(self._client._connected, name, key)
        body = {"card": dict(card), "key": key.id}
        return await party.say(f"agent:{name}", "agent.register", body, None, (self._party.key,))

    async def set_policy(self, policy: Mapping[str, Any]) -> Receipt:
        """Replaces its policy: who may invite its agents, how much they may owe, whom to call."""
        return await self._say("org.policy.set", policy)

    async def request_consent(
        self,
        other: str,
        about: Iterable[str],
        purpose: str,
        *,
        expires: datetime | timedelta = timedelta(days=30),
        ceiling: Money | str | None = None,
        **more: Any,
    ) -> str:
        """Asks another organisation for consent to sessions about these capabilities; gives the consent's id.

        ``ceiling`` is the most that one party may owe under one package. ``more`` are other members in the protocol's
        spelling, such as ``performatives``.
        """
        node = await self._party.node()
        until = (
            instant(expires)
            if isinstance(expires, datetime)
            else (_core.instant(node.now_ms() + expires // timedelta(milliseconds=1)))
        )
        body: dict[str, Any] = {
            "capabilities": list(about),
            "expiresAt": until,
            "nonce": secrets.token_hex(16),
            "purpose": purpose,
            "with": _core.domain(other),
            **more,
        }
        if ceiling is not None:
            body["ceiling"] = Money.of(ceiling).wire()
        return (await self._party.say("consent:", "consent.request", body)).statement

    async def grant_consent(self, consent: str) -> Receipt:
        """Grants a consent that was asked of it."""
        return await self._of(consent, "consent.grant", {})

    async def revoke_consent(self, consent: str, reason: str) -> Receipt:
        """Revokes a consent, effective at once."""
        return await self._of(consent, "consent.revoke", {"reason": reason})

    async def acknowledge_revocation(self, consent: str) -> Receipt:
        """Confirms that the other side revoked a consent."""
        return await self._of(consent, "consent.acknowledge", {})

    async def consents(self) -> AsyncGenerator[dict[str, Any], None]:
        """Its consents, newest first: ``id``, ``by``, ``with``, ``standing``, ``purpose``, ``capabilities``."""
        async for consent in self._party.entries("/v1/consents", "consents"):
            yield consent

    async def consent(self, id: str) -> dict[str, Any]:
        """One of its consents."""
        return await self._party.get(f"/v1/consents/{_core.hash_digits(id)}")

    async def commitments(self) -> AsyncGenerator[Commitment, None]:
        """The commitments of its agents, newest first."""
        async for raw in self._party.entries("/v1/commitments", "commitments"):
            yield told(Commitment._of, raw)

    # Money that is held at the node

    async def open_account(self, currency: str) -> Receipt:
        """Opens its account, or a further currency of it."""
        body = {"currency": currency}
        try:
            return await self._of_account("account.open", body)
        except Refused as refused:
            if refused.status != 404:
                raise
            return await self._party.say(f"account:{self.domain}", "account.open", body)

    async def account(self) -> dict[str, Any]:
        """Its account: ``balances`` with ``available``, ``held`` and ``withdrawing``, and the ``transfers`` that wait."""
        return await self._party.get(f"/v1/accounts/{self.domain}")

    async def account_entries(self) -> AsyncGenerator[dict[str, Any], None]:
        """What moved in its account, newest first: ``amount``, ``from``, ``to``, ``why``, ``logIndex``."""
        async for entry in self._party.entries(f"/v1/accounts/{self.domain}/entries", "entries"):
            yield entry

    async def deposit(self, amount: Money | str, reference: str) -> Receipt:
        """Asks that money be taken in; whether it came, the node says. ``reference`` is its own word for it."""
        return await self._of_account("account.deposit", {"amount": Money.of(amount).wire(), "reference": reference})

    async def withdraw(self, amount: Money | str, destination: str) -> Receipt:
        """Asks that money be paid out; from here on it is not available."""
        body = {"amount": Money.of(amount).wire(), "destination": destination}
        return await self._of_account("account.withdraw", body)

    async def disputes(self) -> AsyncGenerator[dict[str, Any], None]:
        """The disputes of it and of its agents, those filed last first."""
        async for shown in self._party.entries("/v1/disputes", "disputes"):
            yield shown

    async def shown(self) -> dict[str, Any]:
        """What the registry shows of it."""
        return await self._client._get(f"/v1/organisations/{self.domain}")

    @property
    def _stream(self) -> str:
        return f"org:{self.domain}"

    async def _say(self, kind: str, body: Mapping[str, Any]) -> Receipt:
        return await self._party.say(self._stream, kind, body, head_of(await self.shown()))

    async def _of_account(self, kind: str, body: Mapping[str, Any]) -> Receipt:
        return await self._party.say(f"account:{self.domain}", kind, body, head_of(await self.account()))

    async def _of(self, consent: str, kind: str, body: Mapping[str, Any]) -> Receipt:
        head = head_of(await self.consent(consent))
        return await self._party.say(f"consent:{_core.hash_digits(consent)}", kind, body, head)
