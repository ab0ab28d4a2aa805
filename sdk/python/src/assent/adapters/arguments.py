"""What the tools take, as types: a model sees their schemas, and whatever does not fit is refused before it is used."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

#: The longest that one call waits for the other side, in seconds.
WAIT_MAX = 60


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DiscoverArguments(_Arguments):
    """Whom to look for."""

    capability: str | None = Field(
        None, description="What it must offer, such as provision.compute; finds narrower ones too."
    )
    text: str | None = Field(None, description="Words to look for in its card.")
    limit: int = Field(5, ge=1, le=20, description="How many at most.")


class TrustArguments(_Arguments):
    """Whom to judge, and for what."""

    agent: str = Field(description="Whom to judge, such as agent://volt.example/seller.")
    value: str = Field("1000 USD", description="The size of the deal that it would be trusted with.")
    capability: str | None = Field(None, description="Count deals of this kind alone.")


class OpenArguments(_Arguments):
    """Whom to invite, and what about."""

    agents: list[str] = Field(min_length=1, description="Whom to invite, such as agent://volt.example/seller.")
    capability: str = Field(description="What the session is about, such as provision.compute.gpu.")
    purpose: str | None = Field(None, description="What for, in a sentence that the others read.")


class InvitationArguments(_Arguments):
    """How long to wait."""

    wait_seconds: int = Field(30, ge=0, le=WAIT_MAX, description="How long to wait for one.")


class SessionArguments(_Arguments):
    """Which session."""

    session_id: str = Field(description="The session, as open_session gave it.")


class ReadArguments(SessionArguments):
    """What to read."""

    wait_seconds: int = Field(20, ge=0, le=WAIT_MAX, description="How long to wait if nothing is new.")
    from_start: bool = Field(False, description="Show everything again, not only what is new.")


class Duty(_Arguments):
    """One thing that one side will owe the other."""

    id: str = Field("delivery", pattern=r"^[a-z0-9-]{1,32}$", description="Its name in this offer.")
    what: str = Field(description="What is owed, in a sentence.")
    owed_by: str = Field(description="Who owes it: me, them, or an agent's name.")
    owed_to: str | None = Field(None, description="Whom it is owed to, if there are more than two sides.")
    value: str = Field(description="What it is worth, such as 1150 USD.")
    due_hours: int = Field(24, ge=1, le=8_760, description="Due in so many hours from now.")


class ProposeArguments(SessionArguments):
    """What to offer."""

    duties: list[Duty] = Field(min_length=1, max_length=64, description="What each side will owe.")
    terms: dict[str, str | int] = Field(default_factory=dict, description="Further terms by name; amounts as text.")
    binding: bool = Field(False, description="A firm offer: if they accept, the deal stands at once.")


class CounterArguments(ProposeArguments):
    """What to offer instead."""

    offer: str | None = Field(None, description="Which offer it answers, if several are open.")


class AcceptArguments(SessionArguments):
    """What to accept."""

    offer: str | None = Field(None, description="Which offer to accept, if several are open.")
    terms_hash: str | None = Field(None, description="Which alternative of it, if it has several.")


class RejectArguments(SessionArguments):
    """What to decline, and why."""

    reason: str = Field(description="Why, in a sentence that the others read.")
    offer: str | None = Field(None, description="Which offer, if several are open.")


class CommitArguments(SessionArguments):
    """What to sign."""

    terms_hash: str | None = Field(None, description="Which of the agreed terms, if there are several.")


class SayArguments(SessionArguments):
    """What to say."""

    text: str = Field(max_length=4_000, description="What to say; the others read it.")


class AskArguments(SayArguments):
    """What to ask, and whom."""

    whom: str | None = Field(None, description="Whose answer is awaited; everybody's if absent.")


class EscalateArguments(SessionArguments):
    """What a person has to decide."""

    question: str = Field(max_length=4_000, description="What a person has to decide, with the facts to decide it by.")


class ObligationArguments(SessionArguments):
    """Which obligation."""

    obligation: str = Field(description="The name of the obligation.")
    commitment: str | None = Field(None, description="Of which commitment, if there are several.")


class FulfilArguments(ObligationArguments):
    """What was done."""

    text: str = Field(description="What was done, for the other side to check.")


class ContestArguments(ObligationArguments):
    """What is not in order."""

    text: str = Field(description="What is wrong with it.")


class CloseArguments(SessionArguments):
    """Why it ends."""

    reason: str = Field(description="Why, in a sentence that the others read.")


class VerifyArguments(SessionArguments):
    """What to verify."""

    commitment: str | None = Field(None, description="Which commitment, if there are several.")
