"""What an agent's owner forbids, checked before anything is signed, whatever a model says.

A guard is given to an agent once: ``client.agent(name, key, guard=PolicyGuard(policy))``. From then on every statement
that the agent is to sign passes it, and :class:`~assent.errors.Forbidden` is raised before a signature exists. It decides
by the statement alone, so no text can argue with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

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
    #: What the session is about, where that is known.
    capability: str | None = None
    #: The other participants, as ``agent://…``.
    peers: tuple[str, ...] = ()
    #: The packages that are offered by it, or that it accepts or commits to.
    packages: tuple[Package, ...] = ()
    #: Whether it binds the agent, or can come to bind it by the other side's answer alone.
    binds: bool = False


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
    #: Organisations (``volt.example``) or agents with which it may deal.
    counterparties: frozenset[str] | None = None
    #: Prefixes of the capabilities that it may deal in, such as ``provision.compute``.
    capabilities: frozenset[str] | None = None
    #: Performatives that it may not use, such as ``DELEGATE``.
    forbidden: frozenset[str] = frozenset()
    #: Whether a person has to say yes to whatever binds: then it is refused here, and to be escalated.
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
        raise NotImplementedError
