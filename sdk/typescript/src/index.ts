// The Agent Session Protocol from an agent's side: keys, registration, discovery, sessions, proofs.
//
// Nobody has to trust the node: every receipt is verified under the node's key, every message that is read is verified under a
// key that its issuer's own stream gives it, and streams are checked to have no gap. A view is the node's word.

export { Client, type Options } from "./client.js";
export { AgentParty, type Opening } from "./agent.js";
export { OrganisationParty, type ConsentTerms } from "./organisation.js";
export { Session, type Answered, type Duty, type OfferTerms } from "./session.js";
export type { Message, MessageOf } from "./message.js";
export type { Party, Saying, TrustQuestion } from "./party.js";

export { InvalidKey, SecretKey, type Algorithm } from "./keys.js";
export { judge, sign, termsHash, Statement, type Draft, type Fields, type Head, type StreamKind } from "./statement.js";
export { verifyBundle, type Anchors, type Check, type Report, type Verdict } from "./bundle.js";
export { checkFraud } from "./fraud.js";
export {
  checkConsistency,
  checkInclusion,
  checkReceipt,
  entryBytes,
  leafHash,
  openNote,
  readReceipt,
  type Checkpoint,
  type Note,
  type Receipt,
  type Said,
  type Tree,
} from "./log.js";
export { encode as canonical, scan, type Json, type JsonObject } from "./canonical.js";

export { AssentError, NotProved, Refusal, type Code } from "./refusal.js";
export { BadAnswer, codeOf, Conflict, Missing, Refused, TimedOut, Unreachable, Unverified, type Problem } from "./errors.js";

export type * as api from "./api.js";
export type * as bodies from "./generated/bodies.js";
export type { Bodies, Card, Evidence, Money, Obligation, Offer, Package, StatementType } from "./generated/bodies.js";
export type { components, paths } from "./generated/openapi.js";
export type { Fetch } from "./transport.js";
