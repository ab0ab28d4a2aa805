// Generated from spec/errors.toml by `npm run generate`; do not edit.

/** Every code of the protocol, with the number of the rule that it stands for by itself; empty where it stands for none. */
export const RULES = {
  /** The input is not JSON. */
  NOT_JSON: "ASP-STM-001",
  /** The input is not MessagePack, or says in it what JSON cannot. */
  NOT_MESSAGE_PACK: "ASP-STM-001",
  /** The input is not valid UTF-8. */
  INVALID_UTF8: "ASP-STM-001",
  /** The statement is not in RFC 8785 canonical form. */
  NOT_CANONICAL: "ASP-STM-001",
  /** An object has the same name twice. */
  DUPLICATE_NAME: "ASP-STM-001",
  /** A number has a fraction, an exponent or a minus before zero. */
  NOT_AN_INTEGER: "ASP-STM-001",
  /** An integer lies beyond 2^53-1. */
  NUMBER_OUT_OF_RANGE: "ASP-STM-001",
  /** A string has half of a surrogate pair. */
  LONE_SURROGATE: "ASP-STM-001",
  /** A string has the character U+0000. */
  NUL_CHARACTER: "ASP-STM-001",
  /** The statement exceeds 256 KiB. */
  STATEMENT_TOO_LARGE: "ASP-STM-001",
  /** The statement nests deeper than 32 levels. */
  TOO_DEEP: "ASP-STM-001",
  /** The statement has more than 4,096 values. */
  TOO_MANY_NODES: "ASP-STM-001",
  /** A string exceeds 64 KiB. */
  STRING_TOO_LONG: "ASP-STM-001",
  /** The envelope is not {"statement": {...}, "signatures": [...]}. */
  INVALID_ENVELOPE: "ASP-STM-002",
  /** The protocol version is not 1.0. */
  UNSUPPORTED_VERSION: "ASP-STM-008",
  /** This kind of stream has no statement of that type. */
  UNKNOWN_TYPE: "ASP-STM-004",
  /** A field of the statement is missing, unknown or malformed. */
  INVALID_FIELD: "ASP-STM-009",
  /** The body does not fit the schema of its type. */
  INVALID_BODY: "ASP-STM-015",
  /** The statement is meant for another log. */
  WRONG_AUDIENCE: "ASP-STM-012",
  /** The address and the signed stream disagree. */
  STREAM_MISMATCH: "ASP-STM-016",
  /** issuedAt is more than two minutes from the node's clock. */
  CLOCK_SKEW: "ASP-STM-013",
  /** The statement expired before it arrived. */
  EXPIRED: "ASP-STM-014",
  /** The algorithm is not the one of the key. */
  UNSUPPORTED_ALGORITHM: "ASP-STM-003",
  /** A key is not a did:key of a valid point of Ed25519 or P-256. */
  INVALID_KEY: "ASP-STM-006",
  /** The key is of small order: any message verifies under it. */
  WEAK_KEY: "ASP-STM-006",
  /** A signature does not verify. */
  INVALID_SIGNATURE: "ASP-STM-007",
  /** The signing key is not a valid key of the issuer at this position of the log. */
  KEY_NOT_VALID: "ASP-KEY-001",
  /** A signature that this type asks for is missing. */
  SIGNATURE_MISSING: "ASP-AGT-002",
  /** The id was used for other bytes. */
  ID_REUSED: "ASP-STM-017",
  /** Another statement already has this place in the stream. */
  SEQUENCE_CONFLICT: "ASP-STM-010",
  /** previousHash is not the hash of the statement before. */
  PREVIOUS_HASH_MISMATCH: "ASP-STM-011",
  /** The stream does not exist. */
  UNKNOWN_STREAM: "ASP-STM-018",
  /** The name is registered already. */
  ALREADY_REGISTERED: "ASP-ORG-002",
  /** The organisation is not registered here. */
  UNKNOWN_ORGANISATION: "ASP-KEY-003",
  /** The agent is not registered here. */
  UNKNOWN_AGENT: "ASP-KEY-003",
  /** The agent is retired. */
  AGENT_RETIRED: "ASP-AGT-003",
  /** The stream has held as many keys as it may. */
  KEY_LIMIT: "ASP-ORG-003",
  /** The key was or is a key of this stream. */
  KEY_ALREADY_USED: "ASP-ORG-003",
  /** The last valid key of a stream cannot be revoked. */
  LAST_KEY: "ASP-ORG-004",
  /** The key is not a valid key of this stream. */
  UNKNOWN_KEY: "ASP-ORG-004",
  /** The log has this already. */
  NOTHING_CHANGED: "ASP-ORG-009",
  /** The agent speaks for as many others as it may. */
  ENDORSEMENT_LIMIT: "ASP-TRU-006",
  /** The session has not ended. */
  SESSION_OPEN: "ASP-TRU-007",
  /** The issuer is not a party to this. */
  NOT_A_PARTY: "ASP-KEY-004",
  /** Organisations without a consent between them cannot meet in a session. */
  CONSENT_REQUIRED: "ASP-CON-008",
  /** The consent has not been granted by both sides. */
  CONSENT_NOT_GRANTED: "ASP-SES-018",
  /** The consent was revoked. */
  CONSENT_REVOKED: "ASP-SES-018",
  /** The consent has expired. */
  CONSENT_EXPIRED: "ASP-SES-018",
  /** The consent does not cover this capability, performative or value. */
  OUTSIDE_CONSENT: "ASP-CON-009",
  /** The consent does not let a member of this name flow. */
  FIELD_NOT_CONSENTED: "ASP-CON-010",
  /** The consent does not let data of this class flow. */
  DATA_CLASS_NOT_CONSENTED: "ASP-CON-011",
  /** This side has granted already. */
  ALREADY_GRANTED: "ASP-CON-005",
  /** The consent would not allow less by this. */
  NOT_NARROWER: "ASP-CON-014",
  /** The consent has been narrowed as often as it may be. */
  NARROWING_LIMIT: "ASP-CON-014",
  /** There is no revocation to acknowledge. */
  NOT_REVOKED: "ASP-CON-007",
  /** This performative is not allowed in the session's state. */
  NOT_ALLOWED: "ASP-SES-003",
  /** This performative is not allowed to this role in the session's state. */
  ROLE_NOT_ALLOWED: "ASP-SES-004",
  /** The session has ended. */
  SESSION_ENDED: "ASP-SES-003",
  /** A session has one initiator, at least one party, at most 32 participants, each once. */
  INVALID_PARTICIPANTS: "ASP-SES-001",
  /** Who comes in, or who invites, has not earned the trust that is asked for. */
  TRUST_TOO_LOW: "ASP-SES-047",
  /** A consent or a policy asks for a more closed session than this one. */
  MODE_TOO_OPEN: "ASP-SEA-002",
  /** The session is hybrid or sealed, and the body shows what has to be sealed. */
  CONTENT_IN_CLEAR: "ASP-SEA-003",
  /** Who seals something is not in the group of the session. */
  NOT_IN_GROUP: "ASP-SEA-004",
  /** The group of the session is not, or no longer, the one that it has to be. */
  EPOCH_STALE: "ASP-SEA-005",
  /** The group is not made of exactly those who take part, each by an Ed25519 key that counts, one step after the one before. */
  INVALID_GROUP: "ASP-SEA-006",
  /** The agent has published no such key package, or many since. */
  UNKNOWN_KEY_PACKAGE: "ASP-SEA-007",
  /** What was sealed is not a padded body with its salt. */
  CONTENT_INVALID: "ASP-SEA-008",
  /** What was sealed is not what the signed statement commits to. */
  COMMITMENT_MISMATCH: "ASP-SEA-009",
  /** The body that everybody sees is not the outline of what was sealed. */
  OUTLINE_MISMATCH: "ASP-SEA-010",
  /** What was sealed cannot be opened by a member of the group. */
  CONTENT_UNOPENED: "ASP-SEA-014",
  /** More would be owed that nothing covers than the policy of who is owed lets this agent owe. */
  EXPOSURE_TOO_HIGH: "ASP-TRU-011",
  /** The policy of an organisation that is invited does not let yours invite. */
  INVITATION_NOT_WELCOME: "ASP-ADM-001",
  /** The introduction names another card than the agent shows. */
  CARD_MISMATCH: "ASP-SES-026",
  /** The card of one who would be bound says something else than when its agent came into the session, or its agent serves another card for A2A than it has pinned. */
  CARD_CHANGED: "ASP-SES-048",
  /** What the session is about is neither on the card of the party that comes in nor on that of the initiator. */
  CAPABILITY_NOT_OFFERED: "ASP-SES-049",
  /** The proposal awaits the answer of another party. */
  NOT_YOUR_TURN: "ASP-SES-013",
  /** The proposal is expired, superseded, answered or withdrawn, or was never made. */
  PROPOSAL_NOT_OPEN: "ASP-SES-012",
  /** Only who said it may take it back. */
  NOT_THE_ISSUER: "ASP-SES-029",
  /** The offer may not be answered like this. */
  ANSWER_NOT_ALLOWED: "ASP-SES-039",
  /** Without this participant nobody is left to deal with. */
  TOO_FEW_REMAIN: "ASP-SES-041",
  /** The question awaits somebody who cannot answer it, for too long, or beside another about the same offer. */
  INVALID_QUESTION: "ASP-SES-043",
  /** The session has no budget for this, or less is stated than before. */
  INVALID_USAGE: "ASP-SES-045",
  /** This is no terms schema: JSON Schema 2020-12 in the profile of this protocol. */
  INVALID_SCHEMA: "ASP-TRM-001",
  /** Checking terms against this schema would cost too much. */
  SCHEMA_TOO_COSTLY: "ASP-TRM-002",
  /** The organisation has a schema of this alias and version, or this very schema. */
  SCHEMA_VERSION_TAKEN: "ASP-TRM-003",
  /** The organisation has as many schemas as it may. */
  TOO_MANY_SCHEMAS: "ASP-TRM-003",
  /** No such schema is registered by that organisation. */
  UNKNOWN_SCHEMA: "ASP-TRM-004",
  /** None of the schemas on offer is among those named. */
  SCHEMA_NOT_SHARED: "ASP-TRM-005",
  /** The terms do not fit a schema of the session. */
  TERMS_DO_NOT_FIT: "ASP-TRM-006",
  /** The termsHash is not that of the terms in question. */
  TERMS_MISMATCH: "ASP-SES-014",
  /** Nobody has agreed on these terms. */
  TERMS_NOT_AGREED: "ASP-SES-030",
  /** The value exceeds a ceiling of the session, the consent or the mandate. */
  ABOVE_CEILING: "ASP-SES-017",
  /** The session has had as many proposals as it may. */
  ROUND_LIMIT: "ASP-SES-010",
  /** The session has had as many statements as it may. */
  MESSAGE_LIMIT: "ASP-SES-011",
  /** The session has as many open offers, commitments or mandates as it may. */
  TOO_MANY_OPEN: "ASP-SES-023",
  /** The obligations of a package contradict each other or the session. */
  INVALID_TERMS: "ASP-SES-031",
  /** There is less available than would be moved or held. */
  INSUFFICIENT_FUNDS: "ASP-ESC-005",
  /** An organisation has no account in this currency. */
  UNKNOWN_ACCOUNT: "ASP-ESC-003",
  /** There is no such deposit or withdrawal, or it has been settled. */
  TRANSFER_NOT_OPEN: "ASP-ESC-007",
  /** The commitment is not active. */
  COMMITMENT_NOT_ACTIVE: "ASP-COM-006",
  /** The commitment has no such obligation. */
  UNKNOWN_OBLIGATION: "ASP-COM-007",
  /** The obligation is not in a state in which this can be said. */
  OBLIGATION_NOT_OPEN: "ASP-COM-010",
  /** Only the debtor can fulfil an obligation. */
  NOT_THE_DEBTOR: "ASP-COM-008",
  /** Only the creditor can acknowledge or contest a fulfilment. */
  NOT_THE_CREDITOR: "ASP-COM-009",
  /** The evidence is not what the obligation asks for. */
  EVIDENCE_MISMATCH: "ASP-COM-003",
  /** The time for this has passed. */
  DEADLINE_PASSED: "ASP-COM-002",
  /** The obligation has not come to anything that this reason could be about. */
  NOTHING_TO_DISPUTE: "ASP-DIS-002",
  /** The obligation is in dispute. */
  DISPUTE_OPEN: "ASP-DIS-004",
  /** The vote is not the one that was hidden. */
  VOTE_MISMATCH: "ASP-DIS-023",
  /** The obligation was in dispute before: it was ruled on, or the same side filed. */
  ALREADY_RULED: "ASP-DIS-004",
  /** An exhibit is no statement of the session in dispute. */
  UNKNOWN_EVIDENCE: "ASP-DIS-005",
  /** The amount is more than was claimed, or nothing is paid with this outcome. */
  ABOVE_CLAIM: "ASP-DIS-009",
  /** The dispute is over. */
  DISPUTE_ENDED: "ASP-DIS-012",
  /** Nothing is due that the node could say this about. */
  NOT_DUE: "ASP-SES-016",
  /** The session has open obligations. */
  OBLIGATION_OPEN: "ASP-SES-015",
  /** The receipt is not that of this session. */
  RECEIPT_MISMATCH: "ASP-SES-032",
  /** This participant has signed the receipt already. */
  ALREADY_COUNTERSIGNED: "ASP-SES-033",
  /** The authority is neither a mediator of the session nor the organisation of a participant. */
  INVALID_AUTHORITY: "ASP-SES-034",
  /** The chain of mandates does not cover this statement. */
  INVALID_MANDATE: "ASP-SES-020",
  /** Reading this needs an access token. */
  UNAUTHENTICATED: "ASP-AUT-001",
  /** The client assertion does not hold. */
  INVALID_CLIENT: "ASP-AUT-002",
  /** The access token is unknown, expired or bound to another key. */
  INVALID_TOKEN: "ASP-AUT-001",
  /** The DPoP proof does not hold for this request. */
  INVALID_DPOP_PROOF: "ASP-AUT-003",
  /** There is nothing here, or nothing that you may see. */
  NOT_FOUND: "ASP-API-003",
  /** This address does not take that method. */
  METHOD_NOT_ALLOWED: "ASP-API-003",
  /** The request did not arrive whole in time. */
  REQUEST_TIMEOUT: "ASP-API-003",
  /** The content type is not one that this address takes. */
  UNSUPPORTED_MEDIA_TYPE: "ASP-API-003",
  /** A parameter of the request is malformed. */
  INVALID_QUERY: "ASP-API-003",
  /** The token endpoint grants client credentials alone. */
  UNSUPPORTED_GRANT_TYPE: "ASP-AUT-002",
  /** Whoever asks may not do this. */
  NOT_PERMITTED: "ASP-AUT-011",
  /** The request does not come from a page of this node. */
  CROSS_SITE_REQUEST: "ASP-AUT-012",
  /** The link opens nothing, or nothing any more. */
  INVALID_LINK: "ASP-AUT-010",
  /** The provider of identities vouches for nobody who may come in here by this attempt. */
  SIGN_IN_REFUSED: "ASP-AUT-013",
  /** The organisation keeps no key at this node for its people to act with. */
  NO_ACTING_KEY: "ASP-AUT-015",
  /** There are as many people or open invitations as may be. */
  PEOPLE_LIMIT: "",
  /** The trail rests on more streams than one answer holds. */
  TRAIL_LIMIT: "",
  /** This address speaks WebSocket alone. */
  UPGRADE_REQUIRED: "",
  /** What is to be confirmed is not in this worker's hand. */
  LEASE_LOST: "ASP-DLV-006",
  /** There are as many groups of workers, or dead letters, as may be. */
  INBOX_FULL: "ASP-DLV-006",
  /** There are as many saved searches as may be. */
  SEARCH_LIMIT: "",
  /** Another search is saved under this name. */
  SEARCH_NAME_TAKEN: "",
  /** There are as many webhooks as may be. */
  WEBHOOK_LIMIT: "",
  /** The node calls no such address. */
  WEBHOOK_ADDRESS: "",
  /** The bytes of the chunk do not have the digest that the address names. */
  CHUNK_DIGEST: "",
  /** The chunk exceeds 1 MiB and 16 bytes. */
  CHUNK_TOO_LARGE: "",
  /** The sender's organisation has put as many chunks as it may into this session or into all, or the node keeps as many as it may. */
  CHUNK_LIMIT: "",
  /** The node has more work waiting than it will queue. */
  OVERLOADED: "",
  /** The provider of identities does not answer, or not as one. */
  PROVIDER_FAULT: "",
  /** This organisation or address asks for more than its share, or sends more invitations than the policy of who is invited lets it. */
  RATE_LIMITED: "",
  /** Too many invitations of this organisation wait for an answer. */
  TOO_MANY_HALF_OPEN: "",
  /** The node's storage failed; whether the statement was kept is not known. */
  STORAGE_FAULT: "",
  /** The node is stopping. */
  STOPPING: "",
  /** The node failed in a way it has no better name for. */
  INTERNAL: "",
} as const;

/** A stable code of the protocol. */
export type Code = keyof typeof RULES;
