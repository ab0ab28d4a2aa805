"""What an agent's owner forbids, checked before anything is signed, whatever a model says.

A guard is given to an agent once: ``client.agent(name, key, guard=PolicyGuard(policy))``. From then on every statement
that the agent is to sign passes it, and :class:`~assent.errors.Forbidden` is raised before a signature exists. It decides
by the statement alone, so no text can argue with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import _core
from .errors import Forbidden
from .strategy import Limits
from .terms import Money, Package


@dataclass(frozen=True)
class Intent:
    """What an agent is about to sign."""

    #: The performative, such as ``ACCEPT``, or the statement's type outside of a session.
    type: str
    #: What is to be signed, as it stands in the statement.
    body: Mapping[str, Any]
    #: Who would sign.
    agent: str
    #: The session, if it is open already.
    session: str | None = None
    #: What the session is about, by its opening statement, where there is one.
    capability: str | None = None
    #: The others whom the opening statement names, and whoever else has spoken, as ``agent://…``.
    peers: tuple[str, ...] = ()
    #: The packages that are offered by it, or that it accepts or commits to.
    packages: tuple[Package, ...] = ()
    #: Whether it binds the agent, or can come to bind it by the other side's answer alone.
    binds: bool = False
    #: Whom it would let come in, or act for the agent, where that is known.
    lets_in: str | None = None

    @property
    def opens(self) -> bool:
        """Whether it lets somebody come in or act: an admission that is asked for or given, or a mandate."""
        admits = self.type in ("PROPOSE", "ACCEPT") and self.body.get("kind") == "admission"
        return admits or self.type == "DELEGATE"


class Guard(Protocol):
    """Whatever can forbid."""

    def check(self, intent: Intent) -> None:
        """Returns if it is allowed, raises :class:`~assent.errors.Forbidden` if it is not."""


@dataclass(frozen=True)
class Policy:
    """What the owner of an agent allows; whatever is not said is not bounded."""

    #: The most that the agent may come to owe under one package, such as ``"5000 USD"``; other currencies are refused.
    owes_max: Money | str | None = None
    #: The most that it may come to pay for under one package: what others owe it.
    takes_max: Money | str | None = None
    #: Organisations (``volt.example``) or agents with which it may deal, and whom it may let come in or act for it.
    counterparties: frozenset[str] | None = None
    #: Prefixes of the capabilities that it may deal in, such as ``provision.compute``.
    capabilities: frozenset[str] | None = None
    #: Performatives that it may not use, such as ``DELEGATE``.
    forbidden: frozenset[str] = frozenset()
    #: Whether a person has to say yes to whatever binds, a mandate too: then it is refused here, and to be escalated.
    binding_needs_person: bool = False
    #: Bounds on members of ``terms``, by their name.
    limits: Limits | None = None
    #: More of the owner's own checks; each returns a sentence that says why not, or ``None``.
    checks: tuple[Callable[[Intent], str | None], ...] = field(default_factory=tuple)


class PolicyGuard:
    """Holds an agent to its owner's :class:`Policy`."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def check(self, intent: Intent) -> None:
        """Raises :class:`~assent.errors.Forbidden` unless the policy allows the intent."""
        for rule in (self._words, self._counterparties, self._capability, self._amounts, self._terms, self._person):
            if (reason := rule(intent)) is not None:
                raise Forbidden(reason, rule.__name__.strip("_"))
        for check in self.policy.checks:
            if (reason := check(intent)) is not None:
                raise Forbidden(reason, getattr(check, "__name__", "check"))

    def _words(self, intent: Intent) -> str | None:
        return f"{intent.type} is not for this agent to say" if intent.type in self.policy.forbidden else None

    def _counterparties(self, intent: Intent) -> str | None:
        allowed = self.policy.counterparties
        if allowed is None:
            return None
        named = {name.removeprefix("agent://") for name in allowed}
        if intent.opens and intent.lets_in is None:
            return "whom this would let in is not known here"
        for peer in (*intent.peers, *filter(None, [intent.lets_in])):
            whole = peer.removeprefix("agent://")
            if whole not in named and whole.partition("/")[0] not in named:
                return f"{peer} is nobody whom this agent may deal with"
        return None

    def _capability(self, intent: Intent) -> str | None:
        allowed = self.policy.capabilities
        if allowed is None or intent.capability is None:
            return None
        if any(_core.is_within(intent.capability, prefix) for prefix in allowed):
            return None
        return f"{intent.capability} is nothing that this agent may deal in"

    def _amounts(self, intent: Intent) -> str | None:
        if intent.binds and intent.session is not None and not intent.packages and self._bounds_packages:
            # What is accepted or committed to by a hash alone has to be known to be judged.
            return "the terms that this would bind to are not known here"
        if intent.type == "DELEGATE" and self._bounds_packages and not self._narrows(intent.body.get("ceiling")):
            return "a mandate needs a ceiling within what this agent itself may owe"
        bounds = ((self.policy.owes_max, "owe", Package.owed_by), (self.policy.takes_max, "take on", Package.owed_to))
        for most, verb, sums in bounds:
            if most is None:
                continue
            limit = Money.of(most)
            for package in intent.packages:
                for currency, amount in sums(package, intent.agent).items():
                    if currency != limit.currency or amount > limit.amount:
                        return f"this agent may {verb} {limit} at most, and this would be {amount} {currency}"
        return None

    def _narrows(self, ceiling: Any) -> bool:
        if ceiling is None or self.policy.owes_max is None:
            return False
        given, limit = Money.of(ceiling), Money.of(self.policy.owes_max)
        return given.currency == limit.currency and given.amount <= limit.amount

    def _terms(self, intent: Intent) -> str | None:
        limits = self.policy.limits
        if limits is None:
            return None
        for package in intent.packages:
            try:
                allowed = limits.allow(package.terms)
            except (ArithmeticError, TypeError, ValueError):
                return "the terms have a value that is no amount where the owner set a limit"
            if not allowed:
                return f"the terms are beyond the owner's limits of {', '.join(sorted(limits.issues))}"
        return None

    def _person(self, intent: Intent) -> str | None:
        if self.policy.binding_needs_person and intent.binds:
            return "a person has to decide on what binds: escalate"
        if self.policy.binding_needs_person and intent.type == "DELEGATE":
            return "a person has to decide on who may act for this agent: escalate"
        return None

    @property
    def _bounds_packages(self) -> bool:
        policy = self.policy
        return policy.owes_max is not None or policy.takes_max is not None or policy.limits is not None
