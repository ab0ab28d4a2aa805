// A session as its participant uses it: each performative is a method, and what is said is read with `for await`.

import type { AgentParty } from "./agent.js";
import type { OfferView, SessionView } from "./api.js";
import { isObject } from "./canonical.js";
import { readPages } from "./client.js";
import { Conflict, Missing, Refused, TimedOut, Unverified } from "./errors.js";
import { follow } from "./events.js";
import { readHash } from "./forms.js";
import type { Bodies, DelegateBody, Evidence, Money, Offer, Package, ProposeAdmission, ProposeAmendment, ProposeSessionInvitation, ProposeTermination, QueryBody, SessionReceipt, StatementType } from "./generated/bodies.js";
import type { Receipt } from "./log.js";
import { Chain, readMessage, type Message } from "./message.js";
import { termsHash, type Head, type Statement } from "./statement.js";

/** How often something that cannot have changed its meaning is signed anew on a head that moved. */
const RESIGN_MAX = 8;
/** The longest that one request waits for news, in seconds. */
const POLL_SECONDS = 20;
/** What may end a session, so that it is worth asking whether it has. */
const ENDING: readonly StatementType[] = ["CLOSE", "REJECT", "WITHDRAW"];

/** Terms to offer. Whether acceptance alone binds has to be said: a firm offer cannot be taken for a remark. */
export type OfferTerms = Omit<Offer, "kind">;

/** What an answer is to: a message that was read, an offer as the node tells it, or the hash of the statement. */
export type Answered = Message | OfferView | string;

/** An obligation of a commitment, or a stage of one. */
export interface Duty {
  readonly commitment: string;
  readonly obligation: string;
  readonly stage?: string;
}

/** A session of one agent. What a handle has read it does not give again: each goes on where it stopped. */
export class Session implements AsyncIterable<Message> {
  /** Its id: the hash of the statement that opened it, as 64 digits. */
  readonly id: string;
  readonly #agent: AgentParty;
  /** The head as far as it is known. */
  #head: Head | undefined;
  /** Where `for await` goes on. */
  readonly #reading: Chain;
  /** Who can read it, once that is known. */
  #mode: ProposeSessionInvitation["mode"] | undefined;

  constructor(agent: AgentParty, id: string, mode?: ProposeSessionInvitation["mode"]) {
    this.#agent = agent;
    this.id = id;
    this.#mode = mode;
    this.#reading = this.#chain();
  }

  /** Its stream. */
  get stream(): string {
    return `session:${this.id}`;
  }

  /**
   * What is said, from the first statement on, each verified, none twice and none left out, however often the connection is
   * lost. Ends when the session has ended and all has been given; a second loop goes on where the first one stopped.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
    if (this.#reading.last !== undefined && (await this.#isReadToItsEnd())) return;
    for await (const message of this.#follow(this.#reading)) {
      yield message;
      if (ENDING.includes(message.type) && (await this.#isReadToItsEnd())) return;
    }
  }

  /** What is said after a place, as it is said. Ends by the signal alone, or by an error that waiting cannot help. */
  watch(options: { readonly after?: number; readonly signal?: AbortSignal } = {}): AsyncGenerator<Message> {
    return this.#follow(this.#chain(options.after), options.signal);
  }

  /** What was said after a place, verified, without a gap, each by a key that its issuer had then. */
  async messages(after?: number): Promise<Message[]> {
    const { party } = this.#agent;
    const page = (last: number | undefined) => party.ask({ path: `${this.#path}/messages`, query: { after: last } });
    const messages = await readPages(this.#chain(after), page, party.issuer);
    for (const message of messages) await party.client.checkAuthor(message);
    const last = messages.at(-1);
    if (last !== undefined) this.#learn(last);
    return messages;
  }

  /**
   * Who can read it: everybody who may see it and the node (`open`), the node what is owed (`hybrid`), or its members alone
   * (`sealed`). By the statement that opens it, whose hash is its id, and never by the node's word.
   */
  async mode(): Promise<ProposeSessionInvitation["mode"]> {
    if (this.#mode !== undefined) return this.#mode;
    const page = await this.#agent.party.ask({ path: `${this.#path}/messages`, query: { limit: 1 } });
    const [first] = isObject(page) && Array.isArray(page["messages"]) ? page["messages"] : [];
    const opening = readMessage(first);
    if (opening.hash !== `sha256:${this.id}`) throw new Unverified("the beginning of another session");
    if (opening.type !== "PROPOSE" || opening.body.kind !== "session-invitation") {
      throw new Unverified("a session that no invitation opens");
    }
    this.#mode = opening.body.mode;
    return this.#mode;
  }

  /** The session as it stands, by the node's word. Terms are held to the hashes under which they are shown. */
  async view(): Promise<SessionView> {
    const view = (await this.#agent.read("/v1/sessions/{id}", { path: { id: this.id } })) as unknown as SessionView;
    const isNamed = ({ packages }: OfferView): boolean =>
      Object.entries(packages).every(([hash, terms]) => termsHash(terms) === hash);
    if (view.id !== `sha256:${this.id}` || !view.offers.every(isNamed)) {
      throw new Unverified("terms under another name, or another session");
    }
    this.#learn(view.head);
    return view;
  }

  /** Waits until the session is as asked. Throws {@link TimedOut} if it is not in so many milliseconds. */
  async waitUntil(wanted: (view: SessionView) => boolean, waitMs = 60_000): Promise<SessionView> {
    const until = Date.now() + waitMs;
    for (;;) {
      const view = await this.view();
      if (wanted(view)) return view;
      const left = until - Date.now();
      if (left <= 0) throw new TimedOut("the session did not become what was waited for");
      const waitSeconds = Math.min(POLL_SECONDS, Math.max(1, Math.floor(left / 1_000)));
      await this.#agent.party.ask({ path: `${this.#path}/messages`, query: { after: view.head.sequence, waitSeconds } });
    }
  }

  /**
   * Says something on the head that is known. Only what cannot have changed its meaning (a note, QUERY, CLARIFY, OBSERVE) is
   * signed anew when somebody else spoke first; all else throws {@link Conflict}.
   *
   * In a session that the node cannot read only REJECT, WITHDRAW and CLOSE are said, and without their reason, which would have
   * to be sealed. All else throws {@link Missing}, and the node hears nothing of it.
   *
   * After `Unreachable` it is not known whether it was said. Anything but those four can be said again with the same handle: it
   * is then said once, or the answer is a conflict.
   */
  async say<T extends StatementType>(type: T, body: Bodies[T], inReplyTo?: string): Promise<Receipt> {
    for (let attempt = 0; ; attempt += 1) {
      const statement = await this.sign(type, body, inReplyTo);
      try {
        const receipt = await this.#agent.party.client.submit(statement);
        this.#learn({ sequence: receipt.said.sequence, hash: receipt.said.statement });
        return receipt;
      } catch (error) {
        // A head that was refused may be none. One whose fate is unknown stays, so that the same is not said twice.
        if (isRefusal(error)) this.#head = undefined;
        if (!(error instanceof Conflict) || attempt >= RESIGN_MAX || !keepsItsMeaning(type, body)) throw error;
        if (error.head !== undefined) this.#learn(error.head);
      }
    }
  }

  /**
   * Signs a statement on the head that is known without handing it in. Who keeps it and gives it to `client.submit` until there
   * is a receipt has said it exactly once, even across a restart.
   */
  async sign<T extends StatementType>(type: T, body: Bodies[T], inReplyTo?: string): Promise<Statement> {
    const said = (await this.mode()) === "open" ? body : unsealed(type, body);
    const head = this.#head ?? (await this.view()).head;
    return this.#agent.party.sign({ stream: this.stream, type, body: said, head, inReplyTo });
  }

  /** ACCEPT of the invitation: introduces the agent with its present card. */
  async introduce(): Promise<Receipt> {
    const { uri, party } = this.#agent;
    const view = await this.view();
    const conditions = view.conditions ?? view.offers.find(({ admits }) => admits === uri)?.id;
    if (conditions === undefined) throw new Missing("there is no invitation to answer");
    const { card } = await party.client.findAgent(uri);
    return this.say("ACCEPT", { kind: "introduction", card }, conditions);
  }

  /** PROPOSE. */
  async propose(offer: OfferTerms): Promise<Receipt> {
    return this.say("PROPOSE", { ...offer, kind: "proposal" });
  }

  /** COUNTER of an offer. */
  async counter(to: Answered, offer: OfferTerms): Promise<Receipt> {
    return this.say("COUNTER", { ...offer, kind: "counter-offer" }, hashOf(to));
  }

  /**
   * ACCEPT of an offer or a COMMIT, by the hash of its terms. The hash is that of the only package that was read, or has to be
   * said. What binds by it has the hash of this very statement as its name.
   */
  async accept(what: Answered, terms: string | Package | undefined = onlyTerms(what)): Promise<Receipt> {
    if (terms === undefined) throw new Missing("which of the terms is accepted has to be said");
    const hash = typeof terms === "string" ? terms : termsHash(terms);
    return this.say("ACCEPT", { kind: "acceptance", termsHash: hash }, hashOf(what));
  }

  /** REJECT of an invitation, an offer, a COMMIT. */
  async reject(what: Answered, reason: string): Promise<Receipt> {
    return this.say("REJECT", { reason }, hashOf(what));
  }

  /** WITHDRAW of one's own offer, COMMIT, invitation or escalation. */
  async withdraw(what: Answered, reason: string): Promise<Receipt> {
    return this.say("WITHDRAW", { kind: "withdrawal", reason }, hashOf(what));
  }

  /** WITHDRAW from the session as a whole; the others go on. */
  async leave(reason: string): Promise<Receipt> {
    return this.say("WITHDRAW", { kind: "departure", reason });
  }

  /** COMMIT to terms that are agreed on, by their hash. */
  async commit(terms: string | Package): Promise<Receipt> {
    return this.say("COMMIT", { termsHash: typeof terms === "string" ? terms : termsHash(terms) });
  }

  /** INFORM: a remark. */
  async inform(text: string): Promise<Receipt> {
    return this.say("INFORM", { kind: "note", text });
  }

  /** QUERY: to all, or to one participant whose CLARIFY is awaited; about an open offer if it answers one. */
  async query(question: string | QueryBody, about?: Answered): Promise<Receipt> {
    const body = typeof question === "string" ? { text: question } : question;
    return this.say("QUERY", body, about === undefined ? undefined : hashOf(about));
  }

  /** CLARIFY, in answer to a question if one is named. */
  async clarify(text: string, question?: Answered): Promise<Receipt> {
    return this.say("CLARIFY", { text }, question === undefined ? undefined : hashOf(question));
  }

  /** OBSERVE. */
  async observe(text: string): Promise<Receipt> {
    return this.say("OBSERVE", { text });
  }

  /** INFORM: what this agent has spent on the session so far, all together. */
  async spent(usage: { readonly cost?: Money; readonly tokens?: number }): Promise<Receipt> {
    return this.say("INFORM", { kind: "usage", ...usage });
  }

  /** INFORM: how far an obligation is. */
  async progress(duty: Duty, text: string): Promise<Receipt> {
    return this.say("INFORM", { kind: "progress", ...duty, text });
  }

  /** INFORM by the debtor: the obligation, or the stage of it, is fulfilled, and this shows it. */
  async fulfil(duty: Duty, evidence: Evidence): Promise<Receipt> {
    return this.say("INFORM", { kind: "fulfilment", ...duty, evidence });
  }

  /** INFORM by the creditor: the fulfilment is in order. */
  async acknowledge(duty: Duty): Promise<Receipt> {
    return this.say("INFORM", { kind: "acknowledgement", ...duty });
  }

  /** INFORM by the creditor: the fulfilment is not in order. */
  async contest(duty: Duty, text: string): Promise<Receipt> {
    return this.say("INFORM", { kind: "contest", ...duty, text });
  }

  /** DELEGATE: another agent may act for this one here. */
  async delegate(mandate: DelegateBody): Promise<Receipt> {
    return this.say("DELEGATE", mandate);
  }

  /** ESCALATE to an authority: an agent or an organisation. */
  async escalate(authority: string, question: string): Promise<Receipt> {
    return this.say("ESCALATE", { authority, question });
  }

  /** ACCEPT by an authority: the session goes on. */
  async resume(instructions?: string): Promise<Receipt> {
    return this.say("ACCEPT", { kind: "resumption", ...(instructions === undefined ? {} : { instructions }) });
  }

  /** PROPOSE that one more comes in: every other negotiator has to {@link Session.admit} it, then it is invited. */
  async proposeAdmission(admission: Omit<ProposeAdmission, "kind">): Promise<Receipt> {
    return this.say("PROPOSE", { ...admission, kind: "admission" });
  }

  /** ACCEPT of a newcomer by one who is in. */
  async admit(admission: Answered): Promise<Receipt> {
    return this.say("ACCEPT", { kind: "admission" }, hashOf(admission));
  }

  /** PROPOSE other terms in place of a commitment's. */
  async proposeAmendment(amendment: Omit<ProposeAmendment, "kind">): Promise<Receipt> {
    return this.say("PROPOSE", { ...amendment, kind: "amendment" });
  }

  /** PROPOSE to end a commitment by consent of all who signed it. */
  async proposeTermination(termination: Omit<ProposeTermination, "kind">): Promise<Receipt> {
    return this.say("PROPOSE", { ...termination, kind: "termination" });
  }

  /**
   * CLOSE with the session's receipt; in a closed session, countersigns it.
   *
   * Head and count are those of the statements that were read and verified here, and each commitment is one of their
   * acceptances; what became of the commitments is the node's word, since the rules of sessions are not played here.
   */
  async close(reason: string): Promise<Receipt> {
    const messages = await this.messages();
    const { receipt } = await this.view();
    checkClosing(receipt, messages);
    return this.say("CLOSE", { kind: "receipt", reason, receipt });
  }

  /** The proof of a commitment of this session, of the first if none is named: a file that anybody can verify offline. */
  async bundle(commitment?: string): Promise<Uint8Array> {
    const which = commitment ?? (await this.view()).commitments[0]?.id;
    if (which === undefined) throw new Missing("the session has no commitment");
    return this.#agent.bundle(which);
  }

  /** Whether the session has ended and all that was said in it has been given. */
  async #isReadToItsEnd(): Promise<boolean> {
    const { state, head } = await this.view();
    const hasEnded = state === "CLOSED" || state === "FAILED";
    return hasEnded && head.sequence <= (this.#reading.last ?? -1);
  }

  get #path(): string {
    return `/v1/sessions/${this.id}`;
  }

  #chain(after?: number): Chain {
    return new Chain(this.#agent.party.client.origin, `session:${this.id}`, after);
  }

  /** Takes a head that was seen, unless a later one is known. */
  #learn({ sequence, hash }: Head): void {
    if (this.#head === undefined || this.#head.sequence < sequence) this.#head = { sequence, hash };
  }

  async *#follow(chain: Chain, signal?: AbortSignal): AsyncGenerator<Message> {
    for await (const message of follow({ party: this.#agent.party, path: `${this.#path}/events`, chain, signal })) {
      this.#learn(message);
      yield message;
    }
  }
}

/** Whether the node has said that it did not take a statement in. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Refused && error.code !== "STORAGE_FAULT" && error.code !== "INTERNAL";

/** Whether a statement means the same whatever was said just before it (protocol, section 1). */
const keepsItsMeaning = (type: StatementType, body: unknown): boolean =>
  type === "QUERY" || type === "CLARIFY" || type === "OBSERVE" || (type === "INFORM" && isObject(body) && body["kind"] === "note");

/** What can be said where it could be read by the node and must not be. */
const unsealed = <T extends StatementType>(type: T, body: Bodies[T]): Bodies[T] => {
  if (!ENDING.includes(type)) {
    throw new Missing(
      "this package has nothing to seal with, and the session is not open: take part in it with the command line, Python or Rust",
    );
  }
  return { ...body, reason: "" };
};

/** The hash of the statement that an answer names. */
const hashOf = (what: Answered): string => {
  const hash = typeof what === "string" ? what : "hash" in what ? what.hash : what.id;
  if (readHash(hash) === undefined) throw new TypeError(`${hash} is no hash of a statement`);
  return hash;
};

/** The terms of what is answered, if it has one package alone. */
const onlyTerms = (what: Answered): string | undefined => {
  if (typeof what === "string") return undefined;
  if (!("hash" in what)) {
    const hashes = Object.keys(what.packages);
    return hashes.length === 1 ? hashes[0] : undefined;
  }
  if (what.type === "COMMIT") return what.body.termsHash;
  if (what.type !== "PROPOSE" && what.type !== "COUNTER") return undefined;
  const { body } = what;
  if (body.kind === "amendment") return termsHash(body.package);
  const [only, ...more] = body.kind === "proposal" || body.kind === "counter-offer" ? body.packages : [];
  return only !== undefined && more.length === 0 ? termsHash(only) : undefined;
};

/** Throws {@link Unverified} unless a receipt is of what was read. */
const checkClosing = (receipt: SessionReceipt, messages: readonly Message[]): void => {
  const closing = messages.findIndex(({ type }) => type === "CLOSE");
  const said = closing < 0 ? messages : messages.slice(0, closing);
  const isHead = said.at(-1)?.hash === receipt.head && said.length === receipt.count;
  const accepted = new Set(said.filter(({ type }) => type === "ACCEPT").map(({ hash }) => hash));
  if (!isHead || !receipt.commitments.every(({ id }) => accepted.has(id))) {
    throw new Unverified("the session's receipt is not of what was said");
  }
};
