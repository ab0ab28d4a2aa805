// Generated from spec/schemas by `npm run generate`; do not edit.

import type { JsonObject } from "../canonical.js";

/** A SHA-256 hash: `sha256:` and 64 lower-case hexadecimal digits. */
export type Hash = string;

/** The name of a public key: `did:key:z` and base58 digits. Of Ed25519 those of the bytes ed 01 and the 32 bytes of the key; of P-256 those of the bytes 80 24 and the 33 bytes of the compressed point. */
export type Key = string;

/** An organisation: the domain that it controls, of at least two labels, in lower case, without a final dot. */
export type Domain = string;

/** An agent: `agent://`, the domain of its organisation, a path of one to eight names. */
export type Agent = string;

/** The name of a log, and so of the node that keeps it. */
export type Origin = string;

/** A node: `node:` and the name of the log that it keeps. */
export type Node = string;

/** What an agent can do or a session is about: a dotted name of one to eight words; a name lies within each of its prefixes. */
export type Capability = string;

/** An instant from 1970 to 9998 in UTC, to the millisecond: `2026-11-23T15:55:12.000Z` and no other way. */
export type LogTime = string;

/** A span of time in milliseconds. */
export type Millis = number;

/** An index in the log, the first being 0. */
export type Position = number;

/** A place in a stream, the first being 0. */
export type Sequence = number;

/** A decimal number without sign or exponent, at most 18 digits before the point and 9 behind it, without needless zeros. */
export type Decimal = string;

/** A currency: the three letters of ISO 4217, or up to eight capitals for others. */
export type Currency = string;

/** An exact amount of a currency. */
export type Money = {
  /** How much, in the currency's main unit. */
  readonly amount: Decimal;
  /** Of which currency. */
  readonly currency: Currency;
};

/** A sentence for people, of at most 4,096 bytes; no rule reads it. */
export type Text = string;

/** A name of a field, a unit or a person, of 1 to 200 bytes. */
export type Name = string;

/** What people call an organisation or an agent, of 1 to 200 bytes: it shows all that it holds. */
export type DisplayName = string;

/** The name of an obligation inside its package, of 1 to 32 bytes. */
export type ObligationId = string;

/** What people call a terms schema: lower-case letters and digits, with single hyphens between them. */
export type SchemaAlias = string;

/** An address on the web: `https` of a name, or `http` of this machine alone; no user, no fragment, the host in lower case. */
export type WebAddress = string;

/** A language of BCP 47 in its usual case, with script and region if they matter: `de`, `pt-BR`, `zh-Hant-TW`. */
export type Language = string;

/** Whether an agent takes on work. */
export type Availability = "available" | "busy" | "away";

/** 128 random bits in 32 lower-case hexadecimal digits. */
export type Nonce = string;

/** Bytes that mean nothing to who may not open them, 1 to 49,152 of them, in base64url without padding (RFC 4648, section 5). */
export type Opaque = string;

/** A code of the protocol, as Appendix B lists them. */
export type Code = string;

/** How closed a session is: `open` is read by the participants and the node; of what is said in a `hybrid` one the node sees who owes whom how much and by when, in a `sealed` one who says what kind of thing to whom. */
export type Mode = "open" | "hybrid" | "sealed";

/** What a statement in a session does. */
export type Performative = "PROPOSE" | "COUNTER" | "ACCEPT" | "REJECT" | "INFORM" | "QUERY" | "CLARIFY" | "COMMIT" | "DELEGATE" | "ESCALATE" | "WITHDRAW" | "OBSERVE" | "CLOSE";

/** How far data may go, as the organisation that it comes from sees it. */
export type DataClass = "public" | "internal" | "confidential" | "personal" | "special";

/** Why a session ended. */
export type Reason = "COMPLETED" | "ABANDONED" | "INVITATION_REJECTED" | "INVITATION_WITHDRAWN" | "INVITATION_TIMEOUT" | "RESPONSE_TIMEOUT" | "SESSION_TIMEOUT" | "MESSAGE_LIMIT" | "BUDGET_SPENT" | "ESCALATION_REJECTED" | "ESCALATION_TIMEOUT" | "CONSENT_REVOKED";

/** What a participant of a session is. */
export type Role = "initiator" | "party" | "observer" | "mediator";

/** The stream of an organisation: `org:` and its domain. */
export type OrgStream = string;

/** The stream of an agent: `agent:` and its URI. */
export type AgentStream = string;

/** The stream of a consent: `consent:` and the digits of the hash of the statement that opened it; no digits in that statement. */
export type ConsentStream = string;

/** The stream of a session: `session:` and the digits of the hash of the statement that opened it; no digits in that statement. */
export type SessionStream = string;

/** The stream of an organisation's account: `account:` and its domain. */
export type AccountStream = string;

/** The stream of a dispute: `dispute:` and the digits of the hash of the statement that opened it; no digits in that statement. */
export type DisputeStream = string;

/** A body that gives a reason and nothing else. */
export type Because = {
  /** Why. */
  readonly reason: Text;
};

/** A body without members: its type says all. */
export type Empty = Record<string, never>;

/** The A2A Agent Card that an agent serves at an address of its own, pinned to its content. */
export type A2aPin = {
  /** The SHA-256 of its canonical form, its signatures included. */
  readonly digest: Hash;
  /** Where it is. */
  readonly url: WebAddress;
};

/** What an agent shows of itself. */
export type Card = {
  /** The card of the A2A protocol that the agent serves itself. */
  readonly a2a?: A2aPin;
  /** Whether the agent takes on work now; nobody is held to it. */
  readonly availability?: Availability;
  /** What the agent can do, each named once. */
  readonly capabilities: readonly (Capability)[];
  /** The most that it may agree to owe under one package of terms, by its own account. */
  readonly ceiling?: Money;
  /** What the agent is, for people. */
  readonly description: Text;
  /** Where the agent answers challenges. */
  readonly endpoint?: WebAddress;
  /** The languages that it negotiates in, each named once. */
  readonly languages?: readonly (Language)[];
  /** What people call the agent. */
  readonly name: DisplayName;
  /** The price from which its offers begin. */
  readonly price?: Money;
  /** The terms schemas that it speaks, by the hash of their content, each named once. */
  readonly schemas?: readonly (Hash)[];
};

/** What a session may cost those who lead it. */
export type Budget = {
  /** What inference and tools may cost. */
  readonly cost?: Money;
  /** How many tokens models may read and write. */
  readonly tokens?: number;
};

/** What an agent has to have earned: a score in a value class. */
export type TrustFloor = {
  /** The score that has to be reached, in points. */
  readonly score: number;
  /** The value class in which it is asked: the size of the deal in mind. */
  readonly value: Money;
};

/** The limits of a session; what is absent is the default of the protocol. */
export type Limits = {
  /** What the participants together may spend on the session itself; without bound if absent. */
  readonly budget?: Budget;
  /** The most that one party may owe under one package; without bound if absent. */
  readonly ceiling?: Money;
  /** How long an escalation waits for its authority, in milliseconds; 24 hours if absent. */
  readonly escalationMs?: number;
  /** How long the invitation waits for answers, in milliseconds; 30 seconds if absent. */
  readonly invitationMs?: number;
  /** How many statements participants may make; 1,000 if absent. */
  readonly messages?: number;
  /** How long the session waits for the next statement, in milliseconds; 5 minutes if absent. */
  readonly responseMs?: number;
  /** How many offers may be made; 50 if absent. */
  readonly rounds?: number;
  /** How long the session may go on before a commitment stands, in milliseconds; one hour if absent. */
  readonly sessionMs?: number;
  /** What whoever comes in from another organisation than the initiator's has to have earned in its eyes; nothing if absent. */
  readonly trustFloor?: TrustFloor;
};

/** A terms schema as an invitation names it. */
export type SchemaRef = {
  /** The organisation that registered it; absent for one of the starters. */
  readonly by?: Domain;
  /** The SHA-256 of its canonical form. */
  readonly hash: Hash;
};

/** Terms schemas, the preferred first, none twice. */
export type SchemasOffered = readonly (SchemaRef)[];

/** Consents, by the hashes of the statements that opened them, each once. */
export type Consents = readonly (Hash)[];

/** Classes of data, each named once. */
export type DataClasses = readonly (DataClass)[];

/** Names of members of data and terms, each named once. */
export type Fields = readonly (Name)[];

/** Due at an instant. */
export type DueAt = {
  /** The instant, in log time. */
  readonly at: LogTime;
};

/** By when an obligation is due. */
export type Due = DueAt | {
  /** The obligation that is waited for. */
  readonly after: ObligationId;
  /** How long after its acknowledgement, in milliseconds. */
  readonly withinMs: Millis;
} | {
  /** That it is so. */
  readonly withheld: true;
};

/** How the fulfilment of an obligation is to be shown. */
export type Showing = {
  /** Tells this way from the others. */
  readonly method: "acknowledgement";
} | {
  /** The digest agreed in advance; any that the creditor acknowledges if absent. */
  readonly digest?: Hash;
  /** Tells this way from the others. */
  readonly method: "digest";
} | {
  /** The organisation that registered the schema; absent for one of the starters. */
  readonly by?: Domain;
  /** Tells this way from the others. */
  readonly method: "schema";
  /** The SHA-256 of its canonical form. */
  readonly schema: Hash;
} | {
  /** Who attests: an agent of another organisation than the debtor's. */
  readonly by: Agent;
  /** Tells this way from the others. */
  readonly method: "attestation";
};

/** What is attested. */
export type Claim = {
  /** Who attests it. */
  readonly attester: Agent;
  /** The log that has the commitment. */
  readonly audience: Origin;
  /** The commitment. */
  readonly commitment: Hash;
  /** The SHA-256 of what was looked at, if it can be named. */
  readonly digest?: Hash;
  /** Whether it is fulfilled. */
  readonly fulfilled: boolean;
  /** The obligation. */
  readonly obligation: ObligationId;
  /** The stage of it, where it has stages. */
  readonly stage?: ObligationId;
};

/** A claim, signed over `asp/1.0/attestation`, a newline and its canonical form. */
export type Attestation = {
  /** What is attested. */
  readonly claim: Claim;
  /** The key that signed; the algorithm follows from it. */
  readonly keyId: Key;
  /** 64 bytes in base64url without padding. */
  readonly signature: string;
};

/** What shows a fulfilment. */
export type Evidence = {
  /** Tells this way from the others. */
  readonly method: "acknowledgement";
  /** Words for people. */
  readonly text: Text;
} | {
  /** The digest. */
  readonly digest: Hash;
  /** Tells this way from the others. */
  readonly method: "digest";
} | {
  /** Tells this way from the others. */
  readonly method: "schema";
  /** What was delivered, or what is to be known of it. */
  readonly result: JsonObject;
  /** The schema that it follows: the one agreed. */
  readonly schema: Hash;
} | {
  /** The attestation. */
  readonly attestation: Attestation;
  /** Tells this way from the others. */
  readonly method: "attestation";
};

/** What a dispute is about. */
export type DisputeReason = "non-delivery" | "late" | "not-as-agreed" | "escrow-violation" | "unauthorised-change" | "impersonation";

/** What becomes of a claim. */
export type DisputeOutcome = "upheld" | "partly" | "dismissed" | "abusive" | "undecided";

/** How far a ruling binds: as an opinion, unless it is appealed, or in any case. */
export type RulingEffect = "advisory" | "presumptive" | "binding";

/** A rung of the ladder: 0 what the log alone decides, 1 settlement, 2 the panel, 3 the arbiter. */
export type Rung = 0 | 1 | 2 | 3;

/** What was sealed in a statement, shut anew for one key: who has that key can open it and prove that it is what was signed. */
export type Disclosure = {
  /** The body and its salt, encrypted to the key (RFC 9180, section 5.1.1). */
  readonly content: Opaque;
  /** The encapsulated key that goes with it, of at most 64 bytes. */
  readonly enc: Opaque;
  /** The statement in which it was sealed. */
  readonly statement: Hash;
  /** The key that opens it. */
  readonly to: Key;
};

/** What was sealed in statements of a session, each shut anew for one key, each statement once for each key. */
export type Disclosures = readonly (Disclosure)[];

/** Something that a side shows. */
export type Exhibit = {
  /** Tells this exhibit from the others. */
  readonly kind: "statement";
  /** What it shows, for people. */
  readonly note: Text;
  /** Its hash. */
  readonly statement: Hash;
} | {
  /** The SHA-256 of the file. */
  readonly digest: Hash;
  /** Tells this exhibit from the others. */
  readonly kind: "digest";
  /** What it shows, for people. */
  readonly note: Text;
};

/** What a package agrees on disputes under it; all who are bound by the package sign it. */
export type DisputeTerms = {
  /** Who rules where the parties do not agree: an agent or organisation that neither owes nor is owed; nobody if absent. */
  readonly arbiter?: Agent | Domain;
  /** What who files gives as a deposit, held until the dispute ends; nothing if absent. */
  readonly deposit?: Money;
  /** The strongest effect that a ruling may have; binding if absent. */
  readonly effect?: RulingEffect;
  /** That a panel rules where the parties do not agree, before the arbiter is asked; none if absent. */
  readonly panel?: {
    /** The level of trust from which on an agent can be drawn, as both sides' organisations see it; 2 if absent. */
    readonly level?: number;
    /** How many sit on it. */
    readonly size: 3 | 5;
  };
  /** The rungs of the ladder that there are, each once; all if absent. */
  readonly rungs?: readonly (Rung)[];
  /** How long the steps of a dispute may take, in milliseconds; what is absent is the default of the protocol. */
  readonly windows?: {
    /** How long a ruling can be appealed; 72 hours if absent. */
    readonly appealMs?: number;
    /** How long the arbiter has; 7 days if absent. */
    readonly ruleMs?: number;
    /** How long the parties have among themselves; 72 hours if absent. */
    readonly settleMs?: number;
    /** How long a panel has to hide its votes, and again to show them; 72 hours if absent. */
    readonly voteMs?: number;
  };
};

/** An exact number of something. */
export type Quantity = {
  /** How many. */
  readonly amount: Decimal;
  /** Of which unit. */
  readonly unit: Name;
};

/** What follows if an obligation is not met in time; all amounts in one currency. */
export type Remedy = {
  /** The most that all of it comes to; without bound if absent. */
  readonly cap?: Money;
  /** How long after the due time it can still be met, in milliseconds; not at all if absent. */
  readonly cureMs?: Millis;
  /** What a breach costs, once. */
  readonly penalty?: Money;
  /** What each day costs that has begun since the due time, until it is met or breached. */
  readonly penaltyPerDay?: Money;
};

/** A part of an obligation that is fulfilled by itself. */
export type Stage = {
  /** When it is due, no later than the obligation; when that is due if absent. */
  readonly due?: DueAt;
  /** Its name in the obligation. */
  readonly id: ObligationId;
  /** How its fulfilment is shown; as the obligation's if absent. */
  readonly shownBy?: Showing;
  /** What it is worth of the obligation's value. */
  readonly value: Money;
  /** What is owed by then, for people. */
  readonly what: Text;
};

/** One party's duty under a package of terms. */
export type Obligation = {
  /** How long the creditor may look at a fulfilment before silence acknowledges it, in milliseconds; 72 hours if absent. */
  readonly acknowledgeMs?: Millis;
  /** Who is owed. */
  readonly creditor: Agent;
  /** Who owes. */
  readonly debtor: Agent;
  /** By when, in log time. */
  readonly due: Due;
  /** Its name in the package. */
  readonly id: ObligationId;
  /** How much, if it can be counted. */
  readonly quantity?: Quantity;
  /** What follows if it is not met. */
  readonly remedy?: Remedy;
  /** How its fulfilment is shown. */
  readonly shownBy: Showing;
  /** Its stages, each fulfilled by itself and worth a part of it; it is fulfilled as a whole if absent. */
  readonly stages?: readonly (Stage)[];
  /** What it is worth. */
  readonly value: Money;
  /** What is owed, for people. */
  readonly what: Text;
};

/** Money that is held while a commitment is active. */
export type Hold = {
  /** How much: more than nothing, in whole minor units of the currency. */
  readonly amount: Money;
  /** Its name in the package. */
  readonly id: ObligationId;
  /** The obligation that it waits for. */
  readonly obligation: ObligationId;
  /** What becomes of it when that is fulfilled: it pays the payee, or it returns to the payer. */
  readonly onFulfilled: "pay" | "return";
  /** Who gets it, or what of it a remedy says: the other one of debtor and creditor. */
  readonly payee: Agent;
  /** Whose organisation's money it is: the creditor's where fulfilment pays, the debtor's where it returns. */
  readonly payer: Agent;
  /** The obligation to pay that is fulfilled with it. */
  readonly settles?: ObligationId;
};

/** What of a hold goes to its payee when a commitment ends by consent. */
export type Share = {
  /** The hold. */
  readonly hold: ObligationId;
  /** How much of it; the rest goes back. */
  readonly payee: Money;
};

/** Terms with the obligations that follow from them: what is agreed on, as a whole. */
export type Package = {
  /** How disputes under it go; by the rules of the protocol, with nobody to rule, if absent. */
  readonly disputes?: DisputeTerms;
  /** The hash of the terms that stand in a seal, in the outline of what offers them; absent where the terms are shown. */
  readonly hidden?: Hash;
  /** What money is held while the commitment is active; none if absent. */
  readonly holds?: readonly (Hold)[];
  /** Who owes what. */
  readonly obligations: readonly (Obligation)[];
  /** Makes the hash of terms that are sealed one that nobody finds by trying; only in a seal. */
  readonly salt?: Nonce;
  /** The terms schema that the terms follow, where the session agreed on some. */
  readonly schema?: Hash;
  /** The terms as the parties' domain writes them. */
  readonly terms: JsonObject;
};

/** Packages of terms, of which an acceptance chooses one. */
export type Offer = {
  /** What those awaited may answer, each named once; any of the three if absent. REJECT always may be. */
  readonly answers?: readonly ("ACCEPT" | "COUNTER" | "REJECT")[];
  /** Whose answers are awaited, each named once; those of all other parties if absent. */
  readonly awaits?: readonly (Agent)[];
  /** Whether acceptance alone binds: a firm offer. */
  readonly binding: boolean;
  /** Tells this body from the others of its type. */
  readonly kind: "proposal" | "counter-offer";
  /** Alternatives, of which an acceptance names one. */
  readonly packages: readonly (Package)[];
  /** How many of those awaited have to accept one package; all of them if absent. */
  readonly quorum?: number;
  /** Why, for people. */
  readonly reasoning?: Text;
  /** Until when the offer is open; the session's response time from its admission if absent. */
  readonly respondBy?: LogTime;
};

/** How a commitment ended. */
export type ReceiptLine = {
  /** The commitment. */
  readonly id: Hash;
  /** Its state. */
  readonly state: "ACTIVE" | "FULFILLED" | "BREACHED" | "TERMINATED" | "AMENDED";
};

/** What a session came to. */
export type SessionReceipt = {
  /** All commitments of the session in the order of their ids. */
  readonly commitments: readonly (ReceiptLine)[];
  /** Statements of the session before the one that closes it. */
  readonly count: number;
  /** The hash of the statement before the one that closes the session. */
  readonly head: Hash;
  /** In one word. */
  readonly outcome: "none" | "fulfilled" | "breached" | "contested" | "terminated";
};

/** A UUID of version 7 in lower case, with hyphens (RFC 9562). */
export type Id = string;

/** The W3C trace context of a statement. */
export type Trace = {
  /** The position in the trace, as the W3C recommendation writes it. */
  readonly traceparent: string;
  /** What vendors add, as the W3C recommendation writes it, of at most 512 bytes. */
  readonly tracestate?: string;
};

/** What a statement says to the members of its session's group and to nobody else. */
export type Seal = {
  /** What the body in the content hashes to with its salt. */
  readonly commitment: Hash;
  /** A PrivateMessage of MLS (RFC 9420, section 6.3), with the padded body and its salt in it. */
  readonly content: Opaque;
  /** The epoch of the group in which it was sealed: how many group statements the session had before. */
  readonly epoch: number;
};

/** One signature of an envelope. */
export type Signature = {
  /** The algorithm, which is that of the key. */
  readonly alg: "Ed25519" | "ES256";
  /** The key that signed. */
  readonly keyId: Key;
  /** The 64 bytes of the signature in base64url without padding. */
  readonly value: string;
};

/** An invitee comes in. */
export type AcceptIntroduction = {
  /** The hash of the statement that set the card that the invitee stands by. */
  readonly card: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "introduction";
  /** Which of the schemas on offer the invitee speaks, each named once; all of them if absent. */
  readonly schemas?: readonly (Hash)[];
};

/** Accepts an offer or a commit by the hash of its terms. */
export type AcceptAcceptance = {
  /** Tells this body from the others of its type. */
  readonly kind: "acceptance";
  /** What exactly is accepted: the hash of the package. */
  readonly termsHash: Hash;
};

/** The authority lets the session go on. */
export type AcceptResumption = {
  /** The person who decided. */
  readonly decidedBy?: Name;
  /** What the authority asks the participants to do. */
  readonly instructions?: Text;
  /** Tells this body from the others of its type. */
  readonly kind: "resumption";
};

/** Somebody who is in admits a newcomer. */
export type AcceptAdmission = {
  /** Tells this body from the others of its type. */
  readonly kind: "admission";
};

/** Agrees to what is on the table. */
export type AcceptBody = AcceptIntroduction | AcceptAcceptance | AcceptResumption | AcceptAdmission;

/** Answers a question. */
export type ClarifyBody = {
  /** Data for machines. */
  readonly data?: JsonObject;
  /** Words for people. */
  readonly text: Text;
};

/** A participant closes the session, or signs its receipt too. */
export type CloseReceipt = {
  /** Tells this body from the others of its type. */
  readonly kind: "receipt";
  /** Why, for people. */
  readonly reason: Text;
  /** What the session came to. */
  readonly receipt: SessionReceipt;
};

/** The node closes a session in which nothing is left to do. */
export type CloseTimeout = {
  /** Tells this body from the others of its type. */
  readonly kind: "timeout";
  /** Which time has passed. */
  readonly reason: Reason;
  /** What the session came to, where it ends in order. */
  readonly receipt?: SessionReceipt;
};

/** Ends the session with its receipt. */
export type CloseBody = CloseReceipt | CloseTimeout;

/** Binds its issuer to agreed terms once the others sign too. */
export type CommitBody = {
  /** The terms: the hash of the package. */
  readonly termsHash: Hash;
};

/** An invitee asks for other limits, or for other schemas. */
export type CounterConditions = {
  /** Tells this body from the others of its type. */
  readonly kind: "conditions";
  /** The limits that are proposed instead. */
  readonly limits: Limits;
  /** The terms schemas that are proposed instead; those offered before if absent. */
  readonly schemas?: SchemasOffered;
};

/** Another offer in answer to one. */
export type CounterCounterOffer = Offer & {
  /** Tells this body from the others of its type. */
  readonly kind: "counter-offer";
};

/** Answers with other conditions or another offer. */
export type CounterBody = CounterConditions | CounterCounterOffer;

/** Lets another agent act for the issuer in this session: a mandate. */
export type DelegateBody = {
  /** The most that the delegate may let the principal owe under one package; without bound if absent. */
  readonly ceiling?: Money;
  /** The consent between both organisations that lets in a delegate of one that takes no part. */
  readonly consent?: Hash;
  /** Until when, in log time. */
  readonly expiresAt: LogTime;
  /** How many further mandates may be given one under the other below this one; as many as there may be if absent. */
  readonly hops?: number;
  /** What the delegate may say, each named once. */
  readonly performatives: readonly (Performative)[];
  /** Who may act. */
  readonly to: Agent;
};

/** Asks an authority to decide. */
export type EscalateBody = {
  /** A mediator of the session, or the organisation of a participant. */
  readonly authority: Agent | Domain;
  /** The person who is asked: one of the human contacts in the organisation's policy. */
  readonly contact?: Name;
  /** What is asked. */
  readonly question: Text;
};

/** A fact or remark. */
export type InformNote = {
  /** Data for machines. */
  readonly data?: JsonObject;
  /** Tells this body from the others of its type. */
  readonly kind: "note";
  /** Words for people. */
  readonly text: Text;
};

/** A file for the members of the group. Only in a seal; everybody else sees a note. */
export type InformFile = {
  /** What names the file and opens it. */
  readonly file: InformAttachment;
  /** Tells this body from the others of its type. */
  readonly kind: "file";
  /** Words for people. */
  readonly text: Text;
};

/** How far an obligation is. */
export type InformProgress = {
  /** The commitment. */
  readonly commitment: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "progress";
  /** The obligation in it. */
  readonly obligation: ObligationId;
  /** The stage of it, where it has stages. */
  readonly stage?: ObligationId;
  /** Words for people. */
  readonly text: Text;
};

/** The debtor says that an obligation is fulfilled. */
export type InformFulfilment = {
  /** The commitment. */
  readonly commitment: Hash;
  /** What shows it. */
  readonly evidence: Evidence;
  /** Tells this body from the others of its type. */
  readonly kind: "fulfilment";
  /** The obligation in it. */
  readonly obligation: ObligationId;
  /** The stage of it, where it has stages. */
  readonly stage?: ObligationId;
};

/** The creditor says that the fulfilment is in order. */
export type InformAcknowledgement = {
  /** The commitment. */
  readonly commitment: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "acknowledgement";
  /** The obligation in it. */
  readonly obligation: ObligationId;
  /** The stage of it, where it has stages. */
  readonly stage?: ObligationId;
};

/** The creditor says that the fulfilment is not in order. */
export type InformContest = {
  /** The commitment. */
  readonly commitment: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "contest";
  /** The obligation in it. */
  readonly obligation: ObligationId;
  /** The stage of it, where it has stages. */
  readonly stage?: ObligationId;
  /** Words for people. */
  readonly text: Text;
};

/** What the issuer has spent on the session so far, all together. */
export type InformUsage = {
  /** On inference and tools, in the currency of the budget. */
  readonly cost?: Money;
  /** Tells this body from the others of its type. */
  readonly kind: "usage";
  /** Tokens that the issuer's models read and wrote. */
  readonly tokens?: number;
};

/** From here on these and nobody else can open what is sealed. */
export type InformGroup = {
  /** The Commit of MLS that leads the members of the group before it here (RFC 9420, section 12.4); a new group is founded if absent. */
  readonly commit?: Opaque;
  /** Its number: one more than that of the group statement before it in the session, from 1 on. */
  readonly epoch: number;
  /** Tells this body from the others of its type. */
  readonly kind: "group";
  /** Everybody who is in it, who says this included, in the order of their names. */
  readonly members: readonly (InformGroupMember)[];
  /** The Welcome of MLS that lets those in who were added (RFC 9420, section 12.4.3.1); absent where nobody was. */
  readonly welcome?: Opaque;
};

/** The issuer could not read the statement that this replies to, so it has not answered it. */
export type InformUnreadable = {
  /** What is wrong with it. */
  readonly code: Code;
  /** Tells this body from the others of its type. */
  readonly kind: "unreadable";
};

/** The node says that a due time passed. */
export type InformBreach = {
  /** The commitment. */
  readonly commitment: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "breach";
  /** The obligation in it. */
  readonly obligation: ObligationId;
  /** What the remedy makes the debtor owe; nothing if absent. */
  readonly owed?: Money;
  /** The stage of it, where it has stages. */
  readonly stage?: ObligationId;
};

/** The node says that nobody contested a fulfilment in time. */
export type InformSilence = {
  /** The commitment. */
  readonly commitment: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "silence";
  /** The obligation in it. */
  readonly obligation: ObligationId;
  /** The stage of it, where it has stages. */
  readonly stage?: ObligationId;
};

/** The node: what a dispute that has ended makes of an obligation. */
export type InformAward = {
  /** What becomes of the obligation. */
  readonly becomes: "fulfilled" | "breached" | "lapsed" | "unchanged";
  /** The commitment. */
  readonly commitment: Hash;
  /** The dispute. */
  readonly dispute: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "award";
  /** The obligation in the commitment. */
  readonly obligation: ObligationId;
  /** How the dispute ended. */
  readonly outcome: DisputeOutcome;
  /** What one side owes the other by it. */
  readonly pays?: {
    /** How much. */
    readonly amount: Money;
    /** Who owes it. */
    readonly from: Agent;
    /** Who is owed it. */
    readonly to: Agent;
  };
};

/** A member of the group of a session. */
export type InformGroupMember = {
  /** Who. */
  readonly agent: Agent;
  /** By which of its keys, which is one of Ed25519. */
  readonly key: Key;
  /** The hash of the key package by which it is taken in here; absent of who was in before by that key, and of who says this. */
  readonly package?: Hash;
};

/** A file that travels beside the log, in chunks of 1 MiB that are shut one by one. */
export type InformAttachment = {
  /** The SHA-256 of each chunk as it travels, shut; in order, as many as the size makes. */
  readonly chunks: readonly (Hash)[];
  /** The SHA-256 of the file. */
  readonly digest: Hash;
  /** What opens it: 32 random bytes in base64url without padding. */
  readonly key: string;
  /** What kind of file it is, for whoever shows it (RFC 6838, section 4.2). The sender's word. */
  readonly mediaType?: string;
  /** What people call it: 1 to 200 bytes that can be seen, without what separates the parts of a path; no space at either end, no full stop at the end. */
  readonly name: string;
  /** How many bytes the file has. */
  readonly size: number;
};

/** Tells a fact, progress, fulfilment or its acknowledgement. */
export type InformBody = InformNote | InformFile | InformProgress | InformFulfilment | InformAcknowledgement | InformContest | InformUsage | InformGroup | InformUnreadable | InformBreach | InformSilence | InformAward;

/** Notes something without taking part. */
export type ObserveBody = {
  /** Data for machines. */
  readonly data?: JsonObject;
  /** Words for people. */
  readonly text: Text;
};

/** Opens a session. */
export type ProposeSessionInvitation = {
  /** What the session is about. */
  readonly capability: Capability;
  /** The consents between the initiator's organisation and each other one. */
  readonly consents: Consents;
  /** Tells this body from the others of its type. */
  readonly kind: "session-invitation";
  /** The limits that are proposed. */
  readonly limits: Limits;
  /** How closed the session is. */
  readonly mode: Mode;
  /** Makes the session's id unguessable. */
  readonly nonce: Nonce;
  /** Everybody who is to take part, the initiator included. */
  readonly participants: readonly (ProposeInvitee)[];
  /** What for, for people. */
  readonly purpose: Text;
  /** The terms schemas that terms may follow, the preferred first; any terms will do if absent. */
  readonly schemas?: SchemasOffered;
};

/** Offers business. */
export type ProposeProposal = Offer & {
  /** Tells this body from the others of its type. */
  readonly kind: "proposal";
};

/** Offers other terms in place of a commitment's; binds when every signer has accepted. */
export type ProposeAmendment = {
  /** The commitment that is to be replaced. */
  readonly commitment: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "amendment";
  /** What is to stand instead. */
  readonly package: Package;
  /** Until when the offer is open; the session's response time if absent. */
  readonly respondBy?: LogTime;
};

/** Offers to end a commitment by consent of every signer. */
export type ProposeTermination = {
  /** The commitment that is to end. */
  readonly commitment: Hash;
  /** Tells this body from the others of its type. */
  readonly kind: "termination";
  /** Why. */
  readonly reason: Text;
  /** Until when the offer is open; the session's response time if absent. */
  readonly respondBy?: LogTime;
  /** What of the money that is held goes to its payees; all goes back if absent. */
  readonly shares?: readonly (Share)[];
};

/** Asks that one more participant comes in while the session goes on. */
export type ProposeAdmission = {
  /** Who is to come in. */
  readonly agent: Agent;
  /** Consents between the issuer's organisation and the newcomer's, on which the session rests from then on. */
  readonly consents: Consents;
  /** Tells this body from the others of its type. */
  readonly kind: "admission";
  /** Until when the invitation stands; the session's response time if absent. */
  readonly respondBy?: LogTime;
  /** As what. */
  readonly role: "party" | "observer" | "mediator";
};

/** A participant as the invitation names it. */
export type ProposeInvitee = {
  /** Who. */
  readonly agent: Agent;
  /** Whether the session cannot start without it; parties are required if this is absent, others are not. */
  readonly required?: boolean;
  /** As what. */
  readonly role: Role;
};

/** Puts an invitation, an offer or a change on the table. */
export type ProposeBody = ProposeSessionInvitation | ProposeProposal | ProposeAmendment | ProposeTermination | ProposeAdmission;

/** Asks a question, of somebody or of all. */
export type QueryBody = {
  /** Whose CLARIFY is awaited; nobody's if absent. */
  readonly awaits?: Agent;
  /** Data for machines. */
  readonly data?: JsonObject;
  /** Until when the answer is awaited; the session's response time if absent. */
  readonly respondBy?: LogTime;
  /** Words for people. */
  readonly text: Text;
};

/** Declines what is on the table. */
export type RejectBody = Because;

/** Takes back an invitation, an offer, a commit, an escalation or a mandate. */
export type WithdrawWithdrawal = {
  /** Tells this body from the others of its type. */
  readonly kind: "withdrawal";
  /** Why. */
  readonly reason: Text;
};

/** The issuer leaves the session. */
export type WithdrawDeparture = {
  /** Tells this body from the others of its type. */
  readonly kind: "departure";
  /** Why. */
  readonly reason: Text;
};

/** The node says that the session ended for want of an answer. */
export type WithdrawTimeout = {
  /** Tells this body from the others of its type. */
  readonly kind: "timeout";
  /** Which time has passed. */
  readonly reason: Reason;
  /** What the session came to, where it ends in order. */
  readonly receipt?: SessionReceipt;
};

/** Takes back what its issuer said, or leaves. */
export type WithdrawBody = WithdrawWithdrawal | WithdrawDeparture | WithdrawTimeout;

/** The node says that money for a deposit has come. */
export type AccountCreditBody = {
  /** How much really came, in the currency that was asked for. */
  readonly amount: Money;
  /** The deposit. */
  readonly deposit: Hash;
  /** The settlement provider's word for it. */
  readonly evidence?: Name;
};

/** An organisation asks that money be taken in from outside. */
export type AccountDepositBody = {
  /** How much: more than nothing, in whole minor units. */
  readonly amount: Money;
  /** Its own word for it, which the settlement provider may be told. */
  readonly reference: Name;
};

/** An organisation opens its account, or a further currency of it. */
export type AccountOpenBody = {
  /** The currency. */
  readonly currency: Currency;
};

/** The node says that a withdrawal was paid out. */
export type AccountPaidBody = {
  /** The settlement provider's word for it. */
  readonly evidence?: Name;
  /** The withdrawal. */
  readonly withdrawal: Hash;
};

/** The node says that nothing will come of a deposit. */
export type AccountRefuseBody = {
  /** The deposit. */
  readonly deposit: Hash;
  /** Why. */
  readonly reason: Text;
};

/** The node says that a withdrawal was not paid out, and that the money is available again. */
export type AccountReturnedBody = {
  /** Why. */
  readonly reason: Text;
  /** The withdrawal. */
  readonly withdrawal: Hash;
};

/** An organisation asks that money be paid out. */
export type AccountWithdrawBody = {
  /** How much: more than nothing, in whole minor units. */
  readonly amount: Money;
  /** Where to, in words that the settlement provider knows. */
  readonly destination: Name;
};

/** The node says whether the A2A card that an agent has pinned is where it should be. */
export type AgentCardCheckBody = {
  /** The digest of the card that was read; absent if there was none to be read. */
  readonly digest?: Hash;
  /** Whether it is the card that was looked for. */
  readonly matches: boolean;
  /** The digest that was looked for: the one on the agent's card. */
  readonly pin: Hash;
};

/** An agent sets the card that it shows. */
export type AgentCardSetBody = {
  /** The card from here on. */
  readonly card: Card;
};

/** An agent speaks for another organisation's agent. */
export type AgentEndorseBody = {
  /** For whom. */
  readonly agent: Agent;
  /** In what; in all if absent. */
  readonly capability?: Capability;
  /** Why. */
  readonly note?: Text;
};

/** An agent speaks for another no more. */
export type AgentEndorseWithdrawBody = {
  /** For whom it spoke. */
  readonly agent: Agent;
  /** In what; in all if absent. */
  readonly capability?: Capability;
  /** Why. */
  readonly reason: Text;
};

/** An agent, or its organisation, adds a key to the agent; signed by a current key of the issuer and by the added one. */
export type AgentKeyAddBody = {
  /** The key that is added. */
  readonly key: Key;
};

/** An agent, or its organisation, revokes one of the agent's keys. */
export type AgentKeyRevokeBody = {
  /** The index of the log from which on the key is not to be trusted; that of the revocation itself if absent. */
  readonly fromIndex?: Position;
  /** The key that is revoked. */
  readonly key: Key;
  /** Why. */
  readonly reason: Text;
};

/** An agent replaces its key; signed by the old key and by the new. */
export type AgentKeyRotateBody = {
  /** The key from here on. */
  readonly newKey: Key;
  /** The key until here. */
  readonly oldKey: Key;
};

/** A key package of an agent. */
export type AgentKeypackagePublishPublishedPackage = {
  /** A KeyPackage of MLS (RFC 9420, section 10), of at most 4,096 bytes. */
  readonly content: Opaque;
  /** That it may be used more than once, when there is no other; never if absent. */
  readonly lastResort?: true;
};

/** An agent publishes what others need to take it into a group, in addition to what it published before. */
export type AgentKeypackagePublishBody = {
  /** Key packages, each with the agent as credential and one of its keys as signature key, none twice. */
  readonly packages: readonly (AgentKeypackagePublishPublishedPackage)[];
};

/** An agent says how it was to deal with another participant of a session that has ended. */
export type AgentRateBody = {
  /** Who is rated. */
  readonly agent: Agent;
  /** Why. */
  readonly note?: Text;
  /** Where both took part. */
  readonly session: Hash;
  /** From 1, as bad as can be, to 5, as good. */
  readonly stars: number;
};

/** An agent registers; signed by its key and by a current key of its organisation. */
export type AgentRegisterBody = {
  /** What the agent shows of itself. */
  readonly card: Card;
  /** The agent's first key. */
  readonly key: Key;
};

/** An agent, or its organisation, ends the agent. */
export type AgentRetireBody = Because;

/** The organisation that did not revoke confirms that it knows. */
export type ConsentAcknowledgeBody = Empty;

/** The organisation that was asked grants the consent. */
export type ConsentGrantBody = Empty;

/** Either organisation takes away a part of what the consent allows. What is named takes the place of what was; at least one member is named beside the reason. */
export type ConsentNarrowBody = {
  /** The prefixes of what sessions may still be about, each named once. */
  readonly capabilities?: readonly (Capability)[];
  /** The most that one party may still owe under one package. */
  readonly ceiling?: Money;
  /** The classes of data that may still flow. */
  readonly dataClasses?: DataClasses;
  /** When the consent ends by itself, in log time. */
  readonly expiresAt?: LogTime;
  /** The names of the members that data and terms may still have; none if empty. */
  readonly fields?: Fields;
  /** The performatives that may still be used, each named once. */
  readonly performatives?: readonly (Performative)[];
  /** Why, for people. */
  readonly reason: Text;
};

/** An organisation asks another for consent; the request is its issuer's own grant. */
export type ConsentRequestBody = {
  /** The prefixes of what sessions may be about, each named once. */
  readonly capabilities: readonly (Capability)[];
  /** The most that one party may owe under one package; without bound if absent. */
  readonly ceiling?: Money;
  /** The classes of data that may flow; all of them if absent. */
  readonly dataClasses?: DataClasses;
  /** When the consent ends by itself, in log time. */
  readonly expiresAt: LogTime;
  /** The names of the members that data and terms may have; any if absent, none if empty. */
  readonly fields?: Fields;
  /** How closed sessions under it have to be at least; any will do if absent. */
  readonly mode?: Mode;
  /** Makes the consent's id unguessable. */
  readonly nonce: Nonce;
  /** The performatives that may be used, each named once; all of them if absent. */
  readonly performatives?: readonly (Performative)[];
  /** What for, for people. */
  readonly purpose: Text;
  /** The organisation that is asked. */
  readonly with: Domain;
};

/** Either organisation revokes the consent. */
export type ConsentRevokeBody = Because;

/** A party does not take a ruling that can be appealed. */
export type DisputeAppealBody = {
  /** Why, for people. */
  readonly reason: Text;
};

/** The node says how a dispute ended that nobody can move any more. */
export type DisputeCloseBody = {
  /** What is paid. */
  readonly amount?: Money;
  /** How far it binds; absent if nothing was decided. */
  readonly effect?: RulingEffect;
  /** How it ended. */
  readonly outcome: DisputeOutcome;
  /** The rung at which it was decided; absent if nothing was. */
  readonly rung?: Rung;
};

/** A member of the panel hides its vote until all have hidden theirs. */
export type DisputeCommitBody = {
  /** The hash of the vote, the dispute, the voter and the salt. */
  readonly commitment: Hash;
};

/** The node convenes the panel; the log that ends with this statement is that of the lot. */
export type DisputeConveneBody = Empty;

/** Whom the lot has called to the panel. Anybody who has the log draws the same. */
export type DisputeDrawBody = {
  /** How many organisations had a ticket in the lottery. */
  readonly candidates: number;
  /** Who is called, each once, in the order of the lot: those who sit first, then those who replace the silent. */
  readonly ranked: readonly (Agent)[];
  /** The root of the log that ends with the statement by which the panel was convened. */
  readonly root: Hash;
};

/** More that a side shows. */
export type DisputeEvidenceBody = {
  /** What of the session was sealed, shut anew for keys that are to open it; nothing if absent. */
  readonly disclosures?: Disclosures;
  /** What it shows. */
  readonly evidence: readonly (Exhibit)[];
};

/** Opens a dispute about one obligation, or about all that one party owes another under a commitment. */
export type DisputeFileBody = {
  /** The other side of the obligation. */
  readonly against: Agent;
  /** What is asked for, at most; whatever the obligation is worth if absent. */
  readonly amount?: Money;
  /** What is claimed, for people. */
  readonly claim: Text;
  /** The commitment. */
  readonly commitment: Hash;
  /** What of the session was sealed, shut anew for keys that are to open it; nothing if absent. */
  readonly disclosures?: Disclosures;
  /** What shows it. */
  readonly evidence: readonly (Exhibit)[];
  /** Makes the id of the dispute unguessable. */
  readonly nonce: Nonce;
  /** The obligation; all that the other side owes who files if absent. */
  readonly obligation?: ObligationId;
  /** Whose dispute it is: the issuer, or an agent of the organisation that files. */
  readonly party: Agent;
  /** What it is about. */
  readonly reason: DisputeReason;
  /** What the package agreed on disputes, word for word; absent if it says nothing. */
  readonly rules?: DisputeTerms;
  /** The session. */
  readonly session: Hash;
  /** How grave it is to who files, the gravest being 5. */
  readonly severity: number;
};

/** The answer of the other side. */
export type DisputeRespondBody = {
  /** Whether it admits the claim, which ends the dispute. */
  readonly accepts: boolean;
  /** What of the session was sealed, shut anew for keys that are to open it; nothing if absent. */
  readonly disclosures?: Disclosures;
  /** What shows its side. */
  readonly evidence: readonly (Exhibit)[];
  /** Words for people. */
  readonly text: Text;
};

/** A ruling: by the node at rung 0 and, as the panel voted, at rung 2, by the arbiter at rung 3. */
export type DisputeRuleBody = {
  /** What is paid: to who filed, or to the other side if the filing was abusive. */
  readonly amount?: Money;
  /** How far it binds. */
  readonly effect: RulingEffect;
  /** What is found of the claim. */
  readonly outcome: DisputeOutcome;
  /** Why, for people. */
  readonly reasons: Text;
  /** The rung that rules. */
  readonly rung: Rung;
};

/** Who sits on the panel from here on, some in place of those who were silent. */
export type DisputeSeatBody = {
  /** Who sits, each once. */
  readonly members: readonly (Agent)[];
};

/** How a side would end the dispute. The other side takes it by repeating outcome and amount in reply to it. */
export type DisputeSettleBody = {
  /** What is paid to who filed. */
  readonly amount?: Money;
  /** How it ends. */
  readonly outcome: "upheld" | "partly" | "dismissed";
  /** Words for people. */
  readonly text: Text;
};

/** A member of the panel shows the vote that it hid. */
export type DisputeVoteBody = {
  /** What is to be paid: to who filed, or to the other side if the filing was abusive. */
  readonly amount?: Money;
  /** What it finds of the claim. */
  readonly outcome: "upheld" | "partly" | "dismissed" | "abusive";
  /** Why, for people. */
  readonly reasons: Text;
  /** What kept the vote from being guessed. */
  readonly salt: Nonce;
};

/** The node says whether it found the key under the domain of an organisation. */
export type OrgCheckBody = {
  /** The SHA-256 of what was read: the document, or the text of the record that names the key; absent if there was nothing to be read. */
  readonly evidence?: Hash;
  /** Whether the key stands there. */
  readonly found: boolean;
  /** The key that was looked for. */
  readonly key: Key;
  /** Where it was looked for: in `/.well-known/asp-configuration` of the domain, or in a DNS TXT record. */
  readonly method: "well-known" | "dns";
};

/** An organisation adds a key; signed by a current key and by the added one. */
export type OrgKeyAddBody = {
  /** The key that is added. */
  readonly key: Key;
};

/** An organisation revokes one of its keys. */
export type OrgKeyRevokeBody = {
  /** The index of the log from which on the key is not to be trusted; that of the revocation itself if absent. */
  readonly fromIndex?: Position;
  /** The key that is revoked. */
  readonly key: Key;
  /** Why. */
  readonly reason: Text;
};

/** An organisation replaces one of its keys; signed by the old key and by the new. */
export type OrgKeyRotateBody = {
  /** The key from here on. */
  readonly newKey: Key;
  /** The key until here. */
  readonly oldKey: Key;
};

/** Who may invite the agents of an organisation. */
export type OrgPolicySetAdmissionPolicy = {
  /** What whoever invites has to have earned in this organisation's eyes. Of those that cover a session the one with the highest score holds, of equal ones that of the greater value. */
  readonly floors: readonly (OrgPolicySetAdmissionFloor)[];
  /** The organisations whose agents may invite, each named once; all if absent. */
  readonly from?: readonly (Domain)[];
};

/** The least trust with which an agent of another organisation may invite. */
export type OrgPolicySetAdmissionFloor = {
  /** It holds for sessions about this or what lies below it; for all sessions if absent. */
  readonly capability?: Capability;
  /** The score that who invites must have in the eyes of the organisation that set the policy, in points. */
  readonly score: number;
  /** The value class in which it is asked: the size of the deals in mind. */
  readonly value: Money;
};

/** Which requests for consent are granted as soon as they are made. */
export type OrgPolicySetConsentRule = {
  /** The prefixes within which all capabilities of the request have to lie, each named once. */
  readonly capabilities: readonly (Capability)[];
  /** The most that the request may allow one party to owe; without bound if absent. */
  readonly ceiling?: Money;
  /** The classes of data that the request may name, each named once; any if absent. */
  readonly dataClasses?: readonly (DataClass)[];
  /** What whoever invites under the consent has to have earned in the eyes of the organisation that set the rule; nothing if absent. */
  readonly floor?: TrustFloor;
  /** How far away the end of the consent may lie when it is asked for, in milliseconds. */
  readonly lastsMs: Millis;
};

/** How often another organisation may invite the agents of this one. */
export type OrgPolicySetInvitationRate = {
  /** The most invitations that one organisation may send within an hour. */
  readonly perHour: number;
};

/** How much an agent may owe that no held money covers. */
export type OrgPolicySetExposureCap = {
  /** So much in any case: what a newcomer may owe. All is counted in this currency. */
  readonly floor: Money;
  /** More, up to so many hundredths of what it kept for those whom the organisation trusts; 50 if absent. */
  readonly share?: number;
};

/** What currencies are worth to an organisation, all in one of them. */
export type OrgPolicySetRates = {
  /** In which currency. */
  readonly base: Currency;
  /** The others; of several entries for one the smallest holds. */
  readonly worth: readonly (OrgPolicySetRate)[];
};

/** What one unit of a currency is worth. */
export type OrgPolicySetRate = {
  /** Of which. */
  readonly currency: Currency;
  /** In the base. */
  readonly worth: Decimal;
};

/** An organisation whose word counts before there is any evidence. */
export type OrgPolicySetSeed = {
  /** Which; of several entries for one the smallest holds. */
  readonly organisation: Domain;
  /** What it is taken to be good for. */
  readonly worth: Money;
};

/** An organisation sets its policy, which replaces the one before. */
export type OrgPolicySetBody = {
  /** Who may invite the organisation's agents; whoever has its consent if absent. */
  readonly admission?: OrgPolicySetAdmissionPolicy;
  /** The most that an agent of the organisation may owe under one package; without bound if absent. */
  readonly ceiling?: Money;
  /** Which requests for consent it grants as soon as they are made; none if absent. */
  readonly consentRules?: readonly (OrgPolicySetConsentRule)[];
  /** How much agents of others may owe its own that no held money covers; any amount if absent. */
  readonly exposureCap?: OrgPolicySetExposureCap;
  /** How to reach people who answer for the organisation. */
  readonly humanContacts: readonly (Name)[];
  /** How often one other organisation may invite; as often as the node lets it if absent. */
  readonly invitations?: OrgPolicySetInvitationRate;
  /** How closed sessions of its agents have to be at least; any will do if absent. */
  readonly mode?: Mode;
  /** What other currencies are worth to it when it asks how far to trust somebody; none counts if absent. */
  readonly rates?: OrgPolicySetRates;
  /** Whom it takes to be good for something when it asks how far to trust somebody; only itself if absent. */
  readonly seeds?: readonly (OrgPolicySetSeed)[];
};

/** An organisation registers with its first key, which signs this. */
export type OrgRegisterBody = {
  /** The organisation's first key. */
  readonly key: Key;
  /** What people call the organisation. */
  readonly name: DisplayName;
};

/** An organisation registers a terms schema that sessions can agree to use. */
export type OrgSchemaRegisterBody = {
  /** What people call the schema, without its version. */
  readonly alias: SchemaAlias;
  /** What the schema is for, for people. */
  readonly description: Text;
  /** The schema: JSON Schema 2020-12 within the profile and the budget of this protocol. */
  readonly schema: JsonObject;
  /** The schema's version. */
  readonly version: number;
};

/** An organisation says where the thumbprint of its key is published under its domain. */
export type OrgVerifyBody = {
  /** The key whose thumbprint is published. */
  readonly key: Key;
  /** How it is published: in `/.well-known/asp-configuration` of the domain, or in a DNS TXT record. */
  readonly method: "well-known" | "dns";
};

/** What each type of statement says. */
export interface Bodies {
  readonly "ACCEPT": AcceptBody;
  readonly "CLARIFY": ClarifyBody;
  readonly "CLOSE": CloseBody;
  readonly "COMMIT": CommitBody;
  readonly "COUNTER": CounterBody;
  readonly "DELEGATE": DelegateBody;
  readonly "ESCALATE": EscalateBody;
  readonly "INFORM": InformBody;
  readonly "OBSERVE": ObserveBody;
  readonly "PROPOSE": ProposeBody;
  readonly "QUERY": QueryBody;
  readonly "REJECT": RejectBody;
  readonly "WITHDRAW": WithdrawBody;
  readonly "account.credit": AccountCreditBody;
  readonly "account.deposit": AccountDepositBody;
  readonly "account.open": AccountOpenBody;
  readonly "account.paid": AccountPaidBody;
  readonly "account.refuse": AccountRefuseBody;
  readonly "account.returned": AccountReturnedBody;
  readonly "account.withdraw": AccountWithdrawBody;
  readonly "agent.card.check": AgentCardCheckBody;
  readonly "agent.card.set": AgentCardSetBody;
  readonly "agent.endorse": AgentEndorseBody;
  readonly "agent.endorse.withdraw": AgentEndorseWithdrawBody;
  readonly "agent.key.add": AgentKeyAddBody;
  readonly "agent.key.revoke": AgentKeyRevokeBody;
  readonly "agent.key.rotate": AgentKeyRotateBody;
  readonly "agent.keypackage.publish": AgentKeypackagePublishBody;
  readonly "agent.rate": AgentRateBody;
  readonly "agent.register": AgentRegisterBody;
  readonly "agent.retire": AgentRetireBody;
  readonly "consent.acknowledge": ConsentAcknowledgeBody;
  readonly "consent.grant": ConsentGrantBody;
  readonly "consent.narrow": ConsentNarrowBody;
  readonly "consent.request": ConsentRequestBody;
  readonly "consent.revoke": ConsentRevokeBody;
  readonly "dispute.appeal": DisputeAppealBody;
  readonly "dispute.close": DisputeCloseBody;
  readonly "dispute.commit": DisputeCommitBody;
  readonly "dispute.convene": DisputeConveneBody;
  readonly "dispute.draw": DisputeDrawBody;
  readonly "dispute.evidence": DisputeEvidenceBody;
  readonly "dispute.file": DisputeFileBody;
  readonly "dispute.respond": DisputeRespondBody;
  readonly "dispute.rule": DisputeRuleBody;
  readonly "dispute.seat": DisputeSeatBody;
  readonly "dispute.settle": DisputeSettleBody;
  readonly "dispute.vote": DisputeVoteBody;
  readonly "org.check": OrgCheckBody;
  readonly "org.key.add": OrgKeyAddBody;
  readonly "org.key.revoke": OrgKeyRevokeBody;
  readonly "org.key.rotate": OrgKeyRotateBody;
  readonly "org.policy.set": OrgPolicySetBody;
  readonly "org.register": OrgRegisterBody;
  readonly "org.schema.register": OrgSchemaRegisterBody;
  readonly "org.verify": OrgVerifyBody;
}

/** A type of statement: a performative in a session, the statement's kind elsewhere. */
export type StatementType = keyof Bodies;
