"""Why a call did not do what it should, and what is known afterwards.

Whatever this package raises by itself is an :class:`AssentError`. ``code`` is a stable code of the protocol
(``docs/reference/errors.md``) where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AssentError(Exception):
    """What went wrong. ``code`` is the protocol's, or ``None`` where it has none."""

    code: str | None = None


class Refused(AssentError):
    """The node answered with an error.

    Nothing was taken in, unless ``code`` is ``STORAGE_FAULT`` or ``INTERNAL``; with those it is not known, and doing the
    same again is safe.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.code: str = str(problem.get("code", ""))
        #: What happened, as a sentence.
        self.detail: str = str(problem.get("detail", ""))
        #: What to do about it, as a sentence.
        self.remedy: str = str(problem.get("hint", ""))
        #: The HTTP status.
        self.status: int = int(problem.get("status", 0))
        #: Whether a retry can help: ``never``, ``change`` or ``later``.
        self.retry: str = str(problem.get("retry", "never"))
        #: Where in the statement, as an RFC 6901 pointer.
        self.pointer: str | None = problem.get("pointer")
        #: The numbered rule that a statement breaks.
        self.rule: str | None = problem.get("rule")
        place = f" ({self.pointer})" if self.pointer else ""
        super().__init__(f"{self.code}: {self.detail}{place}")


class Conflict(Refused):
    """Somebody else spoke first: nothing was taken in. Read what came between, and decide anew."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem)
        head = problem.get("head")
        #: The stream's head, as sequence and hash, where the node says it.
        self.head: tuple[int, str] | None = (int(head["sequence"]), str(head["hash"])) if head else None

    @classmethod
    def unread(cls, detail: str, head: tuple[int, str] | None = None) -> Conflict:
        """What was to be answered is not what this program has read; nothing was sent."""
        hint = "Read what came between and decide anew."
        problem = {"code": "SEQUENCE_CONFLICT", "detail": detail, "hint": hint, "retry": "change", "status": 409}
        return cls(problem if head is None else {**problem, "head": {"sequence": head[0], "hash": head[1]}})


class Invalid(AssentError):
    """What was to be signed breaks a rule of form: nothing was sent."""

    def __init__(
        self, code: str, detail: str, remedy: str, pointer: str | None = None, rule: str | None = None
    ) -> None:
        self.code: str = code
        #: What is wrong, as a sentence.
        self.detail = detail
        #: What to do about it, as a sentence.
        self.remedy = remedy
        #: Where in the statement, as an RFC 6901 pointer.
        self.pointer = pointer
        #: The numbered rule that it breaks.
        self.rule = rule
        place = f" ({pointer})" if pointer else ""
        super().__init__(f"{code}: {detail}{place}")


class Unreachable(AssentError):
    """The node did not answer. A statement may have been taken in; handing in the same one again is safe."""


class BadAnswer(AssentError):
    """What answers is no node that this package understands. Whether a statement was taken in is not known."""


class Unverified(AssentError):
    """What was answered does not verify: do not trust this node. Whether a statement was taken in is not known."""


class Forbidden(AssentError):
    """The guard of this agent does not allow it: nothing was signed and nothing was sent."""

    def __init__(self, reason: str, rule: str = "policy") -> None:
        #: Why, as a sentence that can be shown to whoever asked for it, a model included.
        self.reason = reason
        #: The name of the rule of the policy that forbids it.
        self.rule = rule
        super().__init__(reason)


class Ended(AssentError):
    """The session has ended, or never began; ``code`` is the reason that its last statement gives."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code: str = code
        #: What happened, as a sentence.
        self.sentence = sentence
        super().__init__(f"{code}: {sentence}")


class TimedOut(AssentError):
    """What was waited for did not come in time; nothing has changed by it."""


class Missing(AssentError):
    """There is nothing of that kind here, such as an offer to accept."""


class Unreadable(AssentError):
    """What was sealed could not be read here, and nobody agrees to terms that it has not read."""

    def __init__(self, code: str, detail: str) -> None:
        self.code: str = code
        super().__init__(f"{code}: {detail}")


class VaultFault(AssentError):
    """The vault, in which an agent keeps what it needs for sealed sessions, cannot be used or cannot do what it should."""

    def __init__(self, fault: str | None, detail: str) -> None:
        #: What is wrong, as a word of the sealed channel such as ``KEY_UNSUITED``; none where the folder is.
        self.fault = fault
        super().__init__(detail)


class FileFault(AssentError):
    """A file cannot be sent or fetched, or is not the one that was sent."""

    def __init__(self, fault: str, detail: str) -> None:
        #: What is wrong, as a word such as ``FILE_TOO_LARGE``.
        self.fault = fault
        super().__init__(detail)


class KeyFault(AssentError):
    """A key or a key file cannot be used."""
