"""A session as its participant uses it: each performative is a method."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any


class Message:
    """A statement as the log has it, verified: signature, issuer's key at that place of the log, chain."""

    #: The performative (``PROPOSE``) or the statement's type outside of a session.
    type: str
    #: ``body["kind"]``, such as ``counter-offer``, or ``""``.
    kind: str
    #: Who said it: an ``agent://…``, a domain, or a node.
    sender: str
    body: dict[str, Any]
    sequence: int
    hash: str
    session: str | None
    in_reply_to: str | None
    log_index: int
    log_time: str
    is_mine: bool

    def fenced(self) -> str:
        """Text for a model: labelled as the other side's words, within a fence that they cannot close."""
        raise NotImplementedError


class Session:
    """A session of one agent; use it with ``async with`` or as it is."""

    #: Its id, ``sha256:…``.
    id: str

    async def __aenter__(self) -> Session:
        raise NotImplementedError

    def __aiter__(self) -> AsyncIterator[Message]:
        """What is said, from the first statement on, as it is said; ends when the session has ended. Resumes by itself."""
        raise NotImplementedError

    async def view(self) -> Any:
        """The session as it stands: ``state``, ``participants``, ``offers``, ``commitments``, ``pending``, ``raw``."""

    async def wait_until(self, wanted: Any, timeout: float | None = None) -> Any:
        """Waits until ``wanted(view)`` holds, or until the state is one of the names given."""

    async def introduce(self) -> Any:
        """ACCEPT of the invitation."""

    async def propose(self, *packages: Any, binding: bool = False, reasoning: str | None = None) -> Any:
        """PROPOSE one package, or alternatives. A package is a :class:`~assent.Package` or a dict with ``obligations``."""

    async def counter(self, *packages: Any, to: Any = None, binding: bool = False, reasoning: str | None = None) -> Any:
        """COUNTER of an offer; of the only one that waits for this agent's answer unless ``to`` says."""

    async def accept(self, offer: Any = None, terms_hash: str | None = None) -> Any:
        """ACCEPT of an offer or a COMMIT that this program has read."""

    async def reject(self, reason: str, what: Any = None) -> Any:
        """REJECT of an invitation, an offer or a COMMIT."""

    async def commit(self, terms_hash: str | None = None) -> Any:
        """COMMIT to terms that were agreed on."""

    async def withdraw(self, what: Any, reason: str) -> Any:
        """WITHDRAW of one's own offer, COMMIT, invitation or escalation."""

    async def say(self, text: str, data: Mapping[str, Any] | None = None) -> Any:
        """INFORM: a remark."""

    async def ask(self, text: str, whom: str | None = None) -> Any:
        """QUERY."""

    async def clarify(self, text: str, question: Any = None) -> Any:
        """CLARIFY."""

    async def escalate(self, question: str, authority: str | None = None) -> Any:
        """ESCALATE to an authority: one's own organisation unless another is named."""

    async def fulfil(self, obligation: str, evidence: Any, commitment: str | None = None) -> Any:
        """INFORM by the debtor: it is fulfilled, and this shows it."""

    async def acknowledge(self, obligation: str, commitment: str | None = None) -> Any:
        """INFORM by the creditor: the fulfilment is in order."""

    async def contest(self, obligation: str, text: str, commitment: str | None = None) -> Any:
        """INFORM by the creditor: it is not."""

    async def close(self, reason: str) -> Any:
        """CLOSE with the receipt that follows from the statements; in a closed session, countersigns it."""

    async def bundle(self, commitment: str | None = None) -> bytes:
        """The proof of a commitment of this session: a file that anybody verifies offline."""
        raise NotImplementedError
