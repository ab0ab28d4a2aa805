"""Why bytes are refused: a code of the registry, the number of the rule, and where.

The codes and the rule that each stands for by itself are those of docs/reference/errors.md. Nothing here
decides.
"""

from __future__ import annotations

RULES: dict[str, str] = {
    "NOT_JSON": "ASP-STM-001",
    "INVALID_UTF8": "ASP-STM-001",
    "NOT_CANONICAL": "ASP-STM-001",
    "DUPLICATE_NAME": "ASP-STM-001",
    "NOT_AN_INTEGER": "ASP-STM-001",
    "NUMBER_OUT_OF_RANGE": "ASP-STM-001",
    "LONE_SURROGATE": "ASP-STM-001",
    "NUL_CHARACTER": "ASP-STM-001",
    "STATEMENT_TOO_LARGE": "ASP-STM-001",
    "TOO_DEEP": "ASP-STM-001",
    "TOO_MANY_NODES": "ASP-STM-001",
    "STRING_TOO_LONG": "ASP-STM-001",
    "INVALID_ENVELOPE": "ASP-STM-002",
    "UNSUPPORTED_ALGORITHM": "ASP-STM-003",
    "UNKNOWN_TYPE": "ASP-STM-004",
    "INVALID_KEY": "ASP-STM-006",
    "WEAK_KEY": "ASP-STM-006",
    "INVALID_SIGNATURE": "ASP-STM-007",
    "UNSUPPORTED_VERSION": "ASP-STM-008",
    "INVALID_FIELD": "ASP-STM-009",
    "SEQUENCE_CONFLICT": "ASP-STM-010",
    "PREVIOUS_HASH_MISMATCH": "ASP-STM-011",
    "WRONG_AUDIENCE": "ASP-STM-012",
    "CLOCK_SKEW": "ASP-STM-013",
    "EXPIRED": "ASP-STM-014",
    "INVALID_BODY": "ASP-STM-015",
    "UNKNOWN_STREAM": "ASP-STM-018",
    "KEY_NOT_VALID": "ASP-KEY-001",
    "UNKNOWN_ORGANISATION": "ASP-KEY-003",
    "UNKNOWN_AGENT": "ASP-KEY-003",
    "NOT_A_PARTY": "ASP-KEY-004",
    "ALREADY_REGISTERED": "ASP-ORG-002",
    "KEY_ALREADY_USED": "ASP-ORG-003",
    "KEY_LIMIT": "ASP-ORG-003",
    "LAST_KEY": "ASP-ORG-004",
    "UNKNOWN_KEY": "ASP-ORG-004",
    "NOTHING_CHANGED": "ASP-ORG-009",
    "SIGNATURE_MISSING": "ASP-AGT-002",
    "AGENT_RETIRED": "ASP-AGT-003",
    "ALREADY_GRANTED": "ASP-CON-005",
    "NOT_REVOKED": "ASP-CON-007",
    "NOT_NARROWER": "ASP-CON-014",
    "NARROWING_LIMIT": "ASP-CON-014",
    "CONSENT_REVOKED": "ASP-SES-018",
    "CONSENT_EXPIRED": "ASP-SES-018",
    "CONTENT_INVALID": "ASP-SEA-008",
    "COMMITMENT_MISMATCH": "ASP-SEA-009",
    "OUTLINE_MISMATCH": "ASP-SEA-010",
}


class Refused(Exception):
    """A refusal: `code` of the registry, `pointer` (RFC 6901) to the place, `rule` that is broken."""

    def __init__(self, code: str, pointer: str = "", rule: str | None = None) -> None:
        super().__init__(code, pointer)
        self.code = code
        self.pointer = pointer
        self.rule = rule or RULES[code]

    def __str__(self) -> str:
        return f"{self.code} at {self.pointer or 'the top'} ({self.rule})"


def token(step: str | int) -> str:
    """One step of a pointer, escaped as RFC 6901 asks."""
    return "/" + str(step).replace("~", "~0").replace("/", "~1")
