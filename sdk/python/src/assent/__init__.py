"""The Agent Session Protocol for Python: keys, registration, discovery, sessions, proofs.

::

    async with assent.Client("http://127.0.0.1:4860") as client:
        buyer = client.agent("acme.example/buyer", assent.Keyring("keys").load("acme.example/buyer"))
        async with buyer.open_session(["volt.example/sales"], "provision.compute.gpu") as session:
            await session.propose(package)
            async for message in session:
                ...

``assent.sync`` has the same without ``await``. What the protocol decides is decided by its core, which is compiled;
nothing of it is written a second time here.
"""

from . import strategy, sync, trust
from ._node import Receipt
from .agent import Agent, Opening
from .client import Client
from .dispute import Dispute, file_exhibit
from .errors import (
    AssentError,
    BadAnswer,
    Conflict,
    Ended,
    FileFault,
    Forbidden,
    Invalid,
    KeyFault,
    Missing,
    Refused,
    TimedOut,
    Unreachable,
    Unreadable,
    Unverified,
    VaultFault,
)
from .guard import Guard, Intent, Policy, PolicyGuard
from .inbox import Inbox, InboxMessage
from .keys import AgentKey, Keyring
from .message import Commitment, Found, Message, Offer, Trust, View
from .organisation import Organisation
from .session import Session
from .strategy import Limits, Range
from .terms import Money, Obligation, Package
from .verifying import Check, Report, digest, verify

__version__ = "0.1.0"

__all__ = [
    "Agent",
    "AgentKey",
    "AssentError",
    "BadAnswer",
    "Check",
    "Client",
    "Commitment",
    "Conflict",
    "Dispute",
    "Ended",
    "FileFault",
    "Forbidden",
    "Found",
    "Guard",
    "Inbox",
    "InboxMessage",
    "Intent",
    "Invalid",
    "KeyFault",
    "Keyring",
    "Limits",
    "Message",
    "Missing",
    "Money",
    "Obligation",
    "Offer",
    "Opening",
    "Organisation",
    "Package",
    "Policy",
    "PolicyGuard",
    "Range",
    "Receipt",
    "Refused",
    "Report",
    "Session",
    "TimedOut",
    "Trust",
    "Unreachable",
    "Unreadable",
    "Unverified",
    "VaultFault",
    "View",
    "digest",
    "file_exhibit",
    "strategy",
    "sync",
    "trust",
    "verify",
]
