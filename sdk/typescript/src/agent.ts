// What an agent does: keep its card and key, open and find sessions, ask whom to trust.

import type { AgentHit, AgentPage, Answer, Assessment, CommitmentView, ConsentView, Parameters, ReadPath, SearchQuery, SessionPage, SessionSummary } from "./api.js";
import { answerChallenge, checkChallenge } from "./challenge.js";
import { liesWithin } from "./consent.js";
import { Missing, TimedOut } from "./errors.js";
import { organisationOf } from "./forms.js";
import type { AgentEndorseBody, AgentRateBody, Bodies, Card, Limits, ProposeInvitee, SchemaRef, StatementType } from "./generated/bodies.js";
import { SecretKey } from "./keys.js";
import type { Receipt } from "./log.js";
import { digits } from "./organisation.js";
import type { Party, TrustQuestion } from "./party.js";
import { Session } from "./session.js";
import { nonce } from "./statement.js";

/** How long one request waits for something to move, in seconds. */
const POLL_SECONDS = 20;

/** A session to open. */
export interface Opening {
  /** Whom to invite: the URI of an agent, which comes in as a party, or an invitation with a role. */
  readonly with: string | readonly (string | ProposeInvitee)[];
  /** What it is about. */
  readonly capability: string;
  /** What for, for people; the capability if absent. */
  readonly purpose?: string;
  /** The consents that it rests on; if none are named, granted ones that fit are found. */
  readonly consents?: readonly string[];
  /** Its limits; the protocol's where nothing is said. */
  readonly limits?: Limits;
  /** The schemas that terms may follow, the preferred first; any terms will do if none is named. */
  readonly schemas?: readonly SchemaRef[];
}

/** An agent at a node. */
export class AgentParty {
  /** What signs and reads in this agent's name, for what has no method here. */
  readonly party: Party;

  constructor(party: Party) {
    this.party = party;
  }

  /** Its URI. */
  get uri(): string {
    return this.party.issuer;
  }

  /** Replaces the card. */
  async setCard(card: Card): Promise<Receipt> {
    return this.#say("agent.card.set", { card });
  }

  /** Replaces the key: the old one signs, the new one countersigns. Use the new key from here on. */
  async rotateKey(key: SecretKey): Promise<Receipt> {
    return this.#say("agent.key.rotate", { newKey: key.id, oldKey: this.party.key.id }, [key]);
  }

  /** Ends the agent. */
  async retire(reason: string): Promise<Receipt> {
    return this.#say("agent.retire", { reason });
  }

  /** Speaks for another organisation's agent. */
  async endorse(endorsement: AgentEndorseBody): Promise<Receipt> {
    return this.#say("agent.endorse", endorsement);
  }

  /** Says how it was to deal with another participant of a session that has ended. */
  async rate(rating: AgentRateBody): Promise<Receipt> {
    return this.#say("agent.rate", rating);
  }

  /**
   * Answers a challenge: says that the agent is there, and signs nothing else. For whatever serves the endpoint that its card
   * names: a body of a POST in, the body of the answer out. Throws `NotProved` if it is no challenge for this agent now.
   */
  answer(challenge: Uint8Array): string {
    const { client, key } = this.party;
    checkChallenge(challenge, this.uri, client.origin, client.now());
    return answerChallenge(challenge, key);
  }

  /** Agents that fit, best first: one page, with trust as this agent's organisation sees it. */
  async search(query: SearchQuery): Promise<AgentPage> {
    return this.party.search(query);
  }

  /** The agents of the first page of {@link AgentParty.search}. */
  async discover(query: SearchQuery): Promise<readonly AgentHit[]> {
    return (await this.search(query)).agents;
  }

  /** How far an agent can be trusted with a deal of some size, and why. */
  async trust(agent: string, question: TrustQuestion = {}): Promise<Assessment> {
    return this.party.trust(agent, question);
  }

  /** Opens a session by inviting the others. */
  async openSession(opening: Opening): Promise<Session> {
    const { capability, purpose = capability, limits = {}, schemas } = opening;
    const invited = [opening.with].flat().map((one) => (typeof one === "string" ? { agent: one, role: "party" as const } : one));
    const consents = opening.consents ?? (await this.#fittingConsents(invited.map(({ agent }) => agent), capability));
    const mode = "open" as const;
    const body = {
      kind: "session-invitation" as const,
      capability,
      // A set is written in one order.
      consents: [...new Set(consents)].sort(),
      limits,
      mode,
      nonce: nonce(),
      participants: [{ agent: this.uri, role: "initiator" as const }, ...invited],
      purpose,
      ...(schemas === undefined ? {} : { schemas }),
    };
    const receipt = await this.party.say({ stream: "session:", type: "PROPOSE", body });
    return new Session(this, digits(receipt.said.statement), mode);
  }

  /** A session of this agent by its id. */
  session(id: string): Session {
    return new Session(this, digits(id));
  }

  /** Its sessions, those moved last first, read as far as one looks. */
  sessions(): AsyncGenerator<SessionSummary> {
    return this.party.list("/v1/sessions", "sessions") as unknown as AsyncGenerator<SessionSummary>;
  }

  /**
   * The next session to which this agent is invited and in which it has not answered; waits for one. Throws {@link TimedOut} if
   * none came in so many milliseconds.
   */
  async nextInvitation(waitMs = 60_000): Promise<Session> {
    const until = Date.now() + waitMs;
    let seen: number | undefined;
    for (;;) {
      // The size first: what moves meanwhile is seen twice and not missed.
      const left = Math.max(0, until - Date.now());
      const { size } = await this.#sessionsMoved(seen, left);
      const moved = this.party.list("/v1/sessions", "sessions", { after: seen });
      for await (const summary of moved as unknown as AsyncGenerator<SessionSummary>) {
        if (await this.#isAskedIn(summary)) return this.session(summary.id);
      }
      if (left === 0) throw new TimedOut("no invitation came in time");
      seen = size;
    }
  }

  /** Its commitments, newest first, read as far as one looks. */
  commitments(): AsyncGenerator<CommitmentView> {
    return this.party.list("/v1/commitments", "commitments") as unknown as AsyncGenerator<CommitmentView>;
  }

  /** One of its commitments as the node tells it. */
  async commitment(id: string): Promise<CommitmentView> {
    return this.read("/v1/commitments/{id}", { path: { id: digits(id) } });
  }

  /** The proof of a commitment: a file that anybody can verify offline. */
  async bundle(commitment: string): Promise<Uint8Array> {
    return this.party.bytes({ path: `/v1/commitments/${digits(commitment)}/bundle` });
  }

  /** Reads what is this agent's own, by the path as the API names it. */
  async read<P extends ReadPath>(path: P, parameters: Parameters<P> = {}): Promise<Answer<P>> {
    return this.party.read(path, parameters);
  }

  async #say<T extends StatementType>(type: T, body: Bodies[T], others: readonly SecretKey[] = []): Promise<Receipt> {
    const { head } = await this.party.client.findAgent(this.uri);
    return this.party.sayBesideNode({ stream: `agent:${this.uri}`, type, body, head, with: others });
  }

  /** The sessions that moved since the log had this size; waits for one if none has, a while at most. */
  async #sessionsMoved(after: number | undefined, leftMs: number): Promise<SessionPage> {
    const waitSeconds = Math.min(POLL_SECONDS, Math.max(1, Math.floor(leftMs / 1_000)));
    return this.read("/v1/sessions", { query: after === undefined ? { pageSize: 1 } : { pageSize: 1, after, waitSeconds } });
  }

  /** Whether a session waits for this agent to come in. */
  async #isAskedIn({ id, state, initiator }: SessionSummary): Promise<boolean> {
    if (state !== "INVITED" || initiator === this.uri) return false;
    const view = await this.session(id).view();
    return view.participants.some(({ agent, joined }) => agent === this.uri && !joined);
  }

  /** A granted consent with each of the others' organisations that covers the capability. */
  async #fittingConsents(invited: readonly string[], capability: string): Promise<string[]> {
    const others = new Set(invited.map(organisationOf));
    others.delete(organisationOf(this.uri));
    const found = new Map<string, string>();
    if (others.size === 0) return [];
    for await (const consent of this.party.list("/v1/consents", "consents") as unknown as AsyncGenerator<ConsentView>) {
      const other = [consent.with, consent.by].find((domain) => others.has(domain) && !found.has(domain));
      const isFit = consent.standing === "GRANTED" && liesWithin(capability, consent.capabilities);
      if (other !== undefined && isFit) found.set(other, consent.id);
      if (found.size === others.size) break;
    }
    const lacking = [...others].filter((domain) => !found.has(domain));
    if (lacking.length > 0) throw new Missing(`there is no granted consent with ${lacking.join(", ")} that covers ${capability}`);
    return [...found.values()];
  }
}
